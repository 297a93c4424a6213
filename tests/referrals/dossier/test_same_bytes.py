"""The same content gives the same bytes: again, after a fresh start, in another process, and in a forked child."""

from __future__ import annotations

import gc
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from referrals.dossier import render
from tests.domain.dossier.sample import foreign, scan

pytestmark = pytest.mark.pango
ROOT = Path(__file__).resolve().parents[3]
# A worker: warm first, then fork; the child, the parent after it, and the parent once more.
WORKER = """
import hashlib, os, django
django.setup()
from referrals.dossier import render
from tests.domain.dossier.sample import foreign, scan
assert render.warm()
def digests():
    return [hashlib.sha256(render.render(made())).hexdigest() for made in (scan, foreign)]
here, there = os.pipe()
if os.fork() == 0:
    os.write(there, " ".join(digests()).encode())
    os._exit(0)
print(os.read(here, 1000).decode())
print(*digests())
print(*digests())
"""


def digests() -> str:
    """Return the digests of both samples as they are made here."""
    return " ".join(hashlib.sha256(render.render(made())).hexdigest() for made in (scan, foreign))


def worker(seed: str) -> list[str]:
    """Return what a worker made before and after it forked, with strings hashed from this seed."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "nnmkb.settings", "PYTHONHASHSEED": seed}
    done = subprocess.run(
        [sys.executable, "-c", WORKER], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def test_here_again_and_after_a_fresh_start() -> None:
    first = digests()
    assert digests() == first
    render.engine.cache_clear()
    assert digests() == first


def test_in_other_processes_and_in_their_children() -> None:
    assert {*worker("1"), *worker("2")} == {digests()}


def test_another_hour_on_the_clock_or_another_folder_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first = digests()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    assert digests() == first


def test_the_garbage_collector_is_left_as_it_was_found() -> None:
    assert gc.isenabled()
    render.render(scan())
    assert gc.isenabled()
    gc.disable()
    try:
        render.render(scan())
        assert not gc.isenabled()
    finally:
        gc.enable()
