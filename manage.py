#!/usr/bin/env python3
"""Start anything of nnmkb. On first use it builds `.venv` with the standard library; after that it starts in it."""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
# These commands need the test and check tools too; all others run on what production has.
WITH_TEST_TOOLS = {"test", "check_all", "build_css", "lock"}
# With other options check_policy is left to Django, which explains them.
CHECKING = {"--alles", "--streng", "--bronnen"}


def main() -> None:
    """Run the command of the command line, in the project's own environment."""
    if sys.version_info < (3, 11):
        sys.exit("nnmkb needs Python 3.11 or newer. This is Python " + sys.version.split()[0] + ".")
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    if "NNMKB_NO_VENV" not in os.environ:
        ensure_environment("test" if command in WITH_TEST_TOOLS else "base")
        if Path(sys.prefix).resolve() != VENV.resolve():
            os.execv(PYTHON, [str(PYTHON), *sys.argv])
    if sys.argv[1:] == ["assess"]:
        sys.exit(assess())
    if command == "check_policy" and {word for word in sys.argv if word.startswith("-")} <= CHECKING:
        sys.exit(check_policy(sys.argv[2:]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nnmkb.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


def assess() -> int:
    """Judge answers from standard input without starting Django, which would take five times as long as the rules."""
    from intake.policy.lines import judge_lines

    return judge_lines(policy_folder(), sys.stdin.buffer, sys.stdout)


def check_policy(arguments: list[str]) -> int:
    """Look a folder of policy files over without starting Django, which would take longer than the looking."""
    from intake.policy.checking import check_folder, verdict

    parser = argparse.ArgumentParser(prog="manage.py check_policy")
    parser.add_argument("folder", nargs="?", type=Path, default=policy_folder())
    parser.add_argument("--alles", action="store_true")
    parser.add_argument("--streng", action="store_true")
    parser.add_argument("--bronnen", type=Path)
    given = parser.parse_args(arguments)
    strict = given.streng
    found = check_folder(
        given.folder, sys.stdout, sys.stderr, everything=given.alles, strict=strict, sources=given.bronnen
    )
    if found:
        print(verdict(found, given.folder, strict=strict), file=sys.stderr)
    return 1 if found else 0


def policy_folder() -> Path:
    """Return the folder of the policy that this site starts with."""
    return ROOT / "fixtures" / "policy" / os.environ.get("POLICY_NAME", "2013")


def ensure_environment(group: str) -> None:
    """Build or refresh `.venv` when the locked requirements of the group are not in it yet."""
    lock = ROOT / "requirements" / f"{group}.txt"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    stamp = VENV / f".{group}-{digest[:16]}"
    if stamp.exists() and PYTHON.exists():
        return
    print(f"nnmkb: setting up .venv ({group}); this happens once.", file=sys.stderr, flush=True)
    uv = shutil.which("uv")
    if not PYTHON.exists():
        create_environment(uv)
    install = (
        [uv, "pip", "install", "--quiet", "--python", str(PYTHON)]
        if uv
        else [str(PYTHON), "-m", "pip", "install", "--quiet"]
    )
    result = subprocess.run([*install, "--require-hashes", "-r", str(lock)], check=False)
    if result.returncode:
        sys.exit("nnmkb: the packages could not be installed. Is there a network? Then run the same command again.")
    for old in VENV.glob(f".{group}-*"):
        old.unlink()
    stamp.touch()


def create_environment(uv: str | None) -> None:
    """Make an empty `.venv`, or say which package of the system is missing."""
    if uv:
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(VENV)], check=True)
        return
    try:
        import ensurepip  # noqa: F401
        import venv
    except ImportError:
        sys.exit(
            "nnmkb: this Python has no venv. On Debian and Ubuntu, install it with:\n\n"
            "    sudo apt install python3-venv\n\nThen run the same command again."
        )
    venv.create(VENV, with_pip=True, clear=VENV.exists())


if __name__ == "__main__":
    main()
