"""A program beside the tests that answers one question at a time: a line of JSON in, a line of JSON out."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class Companion:
    """The program as the tests see it."""

    def __init__(self, module: str, environment: Mapping[str, str] | None = None) -> None:
        # A session of its own: Ctrl-C is for the tests. It ends when they do, because its stdin ends.
        self.process = subprocess.Popen(
            [sys.executable, "-m", module],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )

    def ask(self, question: Any) -> Any:
        """Return the answer."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(question).encode() + b"\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, f"{self.process.args} is gone; what it said last is on stderr"
        return json.loads(answer)

    def close(self) -> None:
        """Let it end, and wait until it has."""
        self.process.communicate()


def answer_all(answer: Callable[[Any], Any]) -> None:
    """Be such a program: answer until stdin ends."""
    for line in sys.stdin.buffer:
        sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
        sys.stdout.flush()
