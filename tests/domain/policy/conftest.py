"""Files that do not differ from one test to the next are taken apart once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from intake.policy import reading
from intake.policy.problems import Problem

MOST = 50


@pytest.fixture(autouse=True, scope="session")
def _whole_files_are_read_once() -> Iterator[None]:
    """A test changes one file of seven, and reading all is most of what it takes; nodes are not changed by readers."""
    original = reading.PolicyFile.__init__
    known: dict[tuple[object, str, str], dict[str, Any]] = {}

    def remembering(self: reading.PolicyFile, name: str, text: str, problems: list[Problem]) -> None:
        key = reading._LOADER, name, text
        if key in known:
            vars(self).update(known[key], problems=problems)
            return
        before = len(problems)
        original(self, name, text, problems)
        if len(problems) == before and len(known) < MOST:
            known[key] = dict(vars(self))

    reading.PolicyFile.__init__ = remembering  # type: ignore[method-assign]
    yield
    reading.PolicyFile.__init__ = original  # type: ignore[method-assign]
