"""The rules of this house that no other tool keeps: arrows between rooms, small files, and nothing of one machine."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parents[1]
PRODUCT = ("nnmkb", "intake", "referrals")
LONGEST = 400
VAGUE = {"manager", "helper", "helpers", "util", "utils", "handler", "handlers", "data", "info", "process"}
TEXTS = {".py", ".html", ".txt", ".md", ".yaml", ".yml", ".toml", ".in", ".json", ".css", ".sh", ""}
# Written in two halves, so that this file does not break its own rule.
OF_ONE_MACHINE = ("/wo" + "rk/", "/ro" + "ot/", "/fa" + "rm/")
REGISTRIES = ("pypi." + "org", "python" + "hosted", "registry." + "npmjs", "npmjs." + "com", "deb.debian" + ".org")


def modules(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def written_by_us() -> Iterator[Path]:
    """Return every file of the project that a person wrote."""
    tops = [*ROOT.glob("*.*"), ROOT / "Dockerfile", ROOT / ".dockerignore", ROOT / ".ci" / "run"]
    yield from (path for path in tops if path.is_file())
    for folder in (*PRODUCT, "templates", "tests", "docs", "fixtures", "benchmarks", "requirements", "static"):
        for path in sorted((ROOT / folder).rglob("*")):
            if (
                path.is_file()
                and "vendor" not in path.parts
                and path.suffix in TEXTS
                and "__pycache__" not in path.parts
            ):
                yield path


def test_arrows_between_rooms_go_one_way(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    monkeypatch.syspath_prepend(str(ROOT))
    assert lint_imports(no_cache=True) == 0, capsys.readouterr().out


def test_no_file_grows_beyond_what_can_be_overseen():
    long = {
        str(path.relative_to(ROOT)): lines
        for path in modules(*PRODUCT, "tests", "benchmarks")
        if (lines := len(path.read_text().splitlines())) > LONGEST
    }
    assert long == {}


def test_every_module_says_in_one_line_what_lives_in_it():
    silent = [
        str(path.relative_to(ROOT))
        for path in modules(*PRODUCT, "benchmarks")
        if path.stat().st_size and "migrations" not in path.parts and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def test_no_module_has_a_name_that_says_nothing():
    vague = [str(path.relative_to(ROOT)) for path in modules(*PRODUCT) if set(path.stem.split("_")) & VAGUE]
    assert vague == []


@pytest.mark.parametrize("words", [OF_ONE_MACHINE, REGISTRIES], ids=["paths of a machine", "hosts of registries"])
def test_no_file_names(words):
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in written_by_us()
        for word in words
        if word in path.read_text(encoding="utf-8", errors="ignore")
    ]
    assert found == []


def test_nothing_is_left_for_later():
    left = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
    found = [str(path.relative_to(ROOT)) for path in modules(*PRODUCT, "tests") if left.search(path.read_text())]
    assert found == []


def test_no_test_is_skipped_or_expected_to_fail():
    mark = re.compile(r"pytest\.(skip|xfail|importorskip)\(|mark\.(skip|xfail)")
    found = [str(path.relative_to(ROOT)) for path in modules("tests") if mark.search(path.read_text())]
    assert found == []
