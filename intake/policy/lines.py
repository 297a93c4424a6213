"""Answers as JSON Lines in, assessments as JSON Lines out: the whole of `manage.py assess`, without Django."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

from intake.policy.answers import read_answers
from intake.policy.assessment import assess
from intake.policy.loader import load_policy
from intake.policy.model import Policy
from intake.policy.problems import AnswerProblem


class Sink(Protocol):
    """Where results go."""

    def write(self, text: str, /) -> object: ...


def judge_line(policy: Policy, line: str) -> dict[str, Any]:
    """Return the assessment of one line of JSON, or an object with only `error`."""
    try:
        raw = json.loads(line)
    except (ValueError, RecursionError):
        return {"error": "Deze regel is geen geldige JSON."}
    try:
        return assess(policy, read_answers(policy, raw)).to_json()
    except AnswerProblem as problem:
        return {"error": str(problem)}


def judge_lines(folder: Path, source: Iterable[bytes], sink: Sink) -> int:
    """Judge every line that is not empty, in order; return the exit status: 1 when a line was wrong."""
    policy = load_policy(folder)
    status = 0
    for raw in source:
        line = raw.decode("utf-8", "replace").lstrip("\ufeff").strip()
        if not line:
            continue
        result = judge_line(policy, line)
        status = 1 if "error" in result else status
        # Escapes beyond ASCII, so that the output is right whatever encoding the terminal has.
        sink.write(json.dumps(result) + "\n")
    return status
