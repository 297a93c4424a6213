"""The test command: it counts what ran, names what did not, and fails when it must."""

from __future__ import annotations

import io
import subprocess
import sys
from collections import Counter

import pytest

from nnmkb.management.commands import test as command
from nnmkb.run import reporting
from nnmkb.run.legs import NOT_ON_POSTGRES, without
from nnmkb.run.reporting import Count
from nnmkb.run.tools import Tool

SAMPLE = """
import pytest

@pytest.mark.browser
def test_needs_a_browser(): ...
def test_good(): assert True
def test_wrong(): assert False
@pytest.fixture
def broken(): raise RuntimeError
def test_broken(broken): assert True
"""
NOT_HERE = Tool("Chromium", "browser", "chromium", lambda: None)


@pytest.fixture
def counted(tmp_path, monkeypatch):
    """Run a small file of tests in a pytest of its own and return its counts."""
    (tmp_path / "test_sample.py").write_text(SAMPLE)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = browser\naddopts = -p no:django -p no:cacheprovider\n")
    report = tmp_path / "report.json"
    monkeypatch.setenv(reporting.WHERE, str(report))
    monkeypatch.setenv("PYTHONPATH", str(command.settings.ROOT))
    line = [sys.executable, "-m", "pytest", "-q", "-p", "nnmkb.run.reporting", *without(["browser"]), "test_sample.py"]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, check=False)
    return reporting.read(report, done.returncode)


def test_every_outcome_is_counted_and_a_broken_fixture_is_a_failure(counted):
    assert counted.line() == "1 passed, 2 failed"
    assert not counted.good


def test_tests_left_out_are_counted_by_what_they_need(counted):
    assert counted.left_out == {"browser": 1}
    assert reporting.missing_lines([NOT_HERE], [counted]) == [
        "Not run: 1 test, because Chromium is not here (sudo apt install chromium)."
    ]


def test_run_that_left_no_report_has_failed(tmp_path):
    count = reporting.read(tmp_path / "nothing", 0)
    assert not count.good
    assert count.line() == "0 passed, 1 failed"


def test_run_without_a_single_test_is_not_good():
    assert not Count(Counter(), Counter(), 0).good


@pytest.mark.parametrize(("required", "code"), [("", 0), ("1", 1)])
def test_missing_program_is_named_and_is_a_failure_only_where_it_is_required(monkeypatch, tmp_path, required, code):
    monkeypatch.setenv(command.REQUIRE, required)
    said = io.StringIO()
    good = Count(Counter(passed=3), Counter(browser=2), 0)
    leg = command.legs.Leg("SQLite", [], {}, tmp_path)
    assert command.Command(stdout=said).conclude([leg], [good], [NOT_HERE]) == code
    assert "Not run: 2 tests, because Chromium is not here" in said.getvalue()
    assert said.getvalue().splitlines()[-1] == "3 passed, 0 failed"


def test_sum_is_over_all_legs_and_one_failure_fails_all(monkeypatch, tmp_path):
    monkeypatch.delenv(command.REQUIRE, raising=False)
    said = io.StringIO()
    counts = [Count(Counter(passed=3), Counter(), 0), Count(Counter(passed=2, failed=1), Counter(), 1)]
    run = [command.legs.Leg(name, [], {}, tmp_path) for name in ("SQLite", "PostgreSQL and Redis")]
    assert command.Command(stdout=said).conclude(run, counts, []) == 1
    assert said.getvalue().splitlines()[-1] == "5 passed, 1 failed"


def test_what_is_left_out_on_postgresql_is_there():
    """A name that was changed would let its tests run twice, unnoticed."""
    assert [path for path in NOT_ON_POSTGRES if not (command.settings.ROOT / path).exists()] == []
