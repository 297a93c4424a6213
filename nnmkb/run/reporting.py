"""A pytest plugin that counts what ran and what was left out, and the closing lines made of it."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nnmkb.run.tools import TOOLS, Tool

WHERE = "NNMKB_TEST_REPORT"
RANK = ("passed", "skipped", "failed")


@dataclass(slots=True)
class Count:
    """How a run of pytest ended."""

    outcomes: Counter[str] = field(default_factory=Counter)
    # Left out for want of a program, by mark.
    left_out: Counter[str] = field(default_factory=Counter)
    code: int = 0

    @property
    def good(self) -> bool:
        """Say whether tests ran and none failed."""
        return self.code == 0 and self.outcomes["passed"] > 0

    def line(self) -> str:
        """Return the closing line, in the form that pytest's own has."""
        skipped = f", {self.outcomes['skipped']} skipped" if self.outcomes["skipped"] else ""
        return f"{self.outcomes['passed']} passed, {self.outcomes['failed']} failed{skipped}"


class Plugin:
    """Keeps the worst outcome of each test and which tests were deselected."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.worst: dict[str, str] = {}
        self.left_out: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Note how one phase of a test ended."""
        known = self.worst.get(report.nodeid, "passed")
        self.worst[report.nodeid] = max(known, report.outcome, key=RANK.index)

    def pytest_collectreport(self, report: Any) -> None:
        """Count a file that cannot be read as a failure."""
        if report.failed:
            self.worst[report.nodeid] = "failed"

    def pytest_deselected(self, items: Sequence[Any]) -> None:
        """Note for want of what a test was left out."""
        for item in items:
            self.left_out.update({mark.name for mark in item.iter_markers()} & {tool.mark for tool in TOOLS})

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Write the counts for the command that started this run."""
        facts = {"outcomes": Counter(self.worst.values()), "left_out": self.left_out}
        self.path.write_text(json.dumps(facts))


def pytest_configure(config: Any) -> None:
    """Count only when the test command asks for it."""
    if WHERE in os.environ:
        config.pluginmanager.register(Plugin(Path(os.environ[WHERE])))


def read(path: Path, code: int) -> Count:
    """Return the counts that a run left behind; a run that left none has failed."""
    if not path.exists():
        return Count(Counter(failed=1), Counter(), code or 1)
    facts = json.loads(path.read_text())
    return Count(Counter(facts["outcomes"]), Counter(facts["left_out"]), code)


def missing_lines(missing: Sequence[Tool], counts: Sequence[Count]) -> list[str]:
    """Return a line for each program that is not here: how many tests did not run, and what installs it."""
    lines = []
    for tool in missing:
        number = max((count.left_out[tool.mark] for count in counts), default=0)
        many = f"{number} test{'s' * (number > 1)}" if number else "part of the tests"
        lines.append(f"Not run: {many}, because {tool.name} is not here (sudo apt install {tool.packages}).")
    return lines
