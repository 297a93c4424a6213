"""`manage.py assess`: answers in, assessments out, one JSON object a line."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from intake.policy import AnswerProblem, Policy, assess, load_policy, read_answers


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


class Command(BaseCommand):
    help = "Leest antwoorden als JSON Lines en schrijft per regel de beoordeling. Zonder database."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--policy", type=Path, help="map met beleidsbestanden")

    def handle(self, *args: Any, **options: Any) -> None:
        policy = load_policy(options["policy"] or Path(settings.POLICY_ROOT) / settings.POLICY_NAME)
        failed = False
        for raw in sys.stdin.buffer:
            line = raw.decode("utf-8", "replace").lstrip("\ufeff").strip()
            if not line:
                continue
            result = judge_line(policy, line)
            failed = failed or "error" in result
            self.stdout.write(json.dumps(result, ensure_ascii=False))
        if failed:
            sys.exit(1)
