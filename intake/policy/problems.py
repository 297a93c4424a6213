"""What can be wrong with policy files and with answers, said in Dutch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in one policy file."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class PolicyProblems(Exception):
    """Raised when policy files cannot be used; holds every problem of every file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class AnswerProblem(Exception):
    """Raised for an answer that cannot be accepted; the message is meant for the entrepreneur."""

    def __init__(self, question: str, message: str) -> None:
        self.question = question
        self.message = message
        super().__init__(f"{question}: {message}")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return «, bedoelde u «…»?» for the nearest known word, or nothing."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f", bedoelde u «{near[0]}»?" if near else ""
