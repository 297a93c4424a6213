"""`manage.py assess` and `manage.py check_policy`, without a database."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.domain.policy.faults import RULES
from tests.domain.policy.samples import FOLDER, own_cases
from tests.domain.policy.test_faults import folder_with


def run_assess(monkeypatch: pytest.MonkeyPatch, data: bytes) -> tuple[list[dict[str, Any]], int]:
    out = io.StringIO()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
    try:
        call_command("assess", stdout=out)
    except SystemExit as stop:
        return [json.loads(line) for line in out.getvalue().splitlines()], int(stop.code or 0)
    return [json.loads(line) for line in out.getvalue().splitlines()], 0


def test_assess_answers_each_line_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    cases = own_cases()[:4]
    data = "\n".join(json.dumps(case["antwoorden"]) for case in cases).encode()
    found, status = run_assess(monkeypatch, data)
    assert status == 0
    assert [item["outcome"] for item in found] == [case["verwacht"]["uitkomst"] for case in cases]
    assert set(found[0]) == {"derived", "outcome", "intensity", "rules", "not_yet", "visible", "receipt"}
    wanted = {"rule", "activity", "kind", "intensity", "now", "reason", "source"}
    assert set(found[0]["rules"][0]) == wanted


def test_assess_goes_on_after_a_wrong_line_and_ends_with_status_one(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [b'{"B1": "drenthe"}', b'{"B1": "utrecht"}', b"geen json", b"[1]", b"[" * 5000, b"\xff\xfe", b"{}"]
    found, status = run_assess(monkeypatch, b"\n".join(lines))
    assert status == 1
    assert ["error" in item for item in found] == [False, True, True, True, True, True, False]
    assert all(set(item) == {"error"} for item in found if "error" in item)
    assert found[-1]["outcome"] == "UT0"


def test_check_policy_counts_what_is_there() -> None:
    out = io.StringIO()
    call_command("check_policy", str(FOLDER), stdout=out)
    assert "   36  vragen" in out.getvalue()
    assert "   23  regels" in out.getvalue()


def test_check_policy_prints_every_problem_and_fails(tmp_path: Path) -> None:
    folder = folder_with(
        tmp_path, (RULES, "activiteit: A2\n", "activiteit: A9\n"), (RULES, "rollen: [snn, kvk]", "rollen: [snn]")
    )
    errors = io.StringIO()
    with pytest.raises(CommandError, match="2 fouten"):
        call_command("check_policy", str(folder), stderr=errors)
    assert errors.getvalue().count("regels.yaml:") == 2
