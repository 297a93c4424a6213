"""The engine agrees with a second, independent evaluator on thousands of answer sets.

Where the shared rules are not at hand there is nothing to evaluate independently; the same comparison then runs on
the own cases with their agreed results, so the test never passes unseen.
"""

from __future__ import annotations

import json
from typing import Any

from intake.policy import read_answers
from intake.policy.evaluation import Situation, look
from tests.domain.policy.reference import Reference
from tests.domain.policy.samples import SHARED, own_cases, policy_2013, random_answers

SETS = 2000


def engine(raw: dict[str, Any]) -> dict[str, Any]:
    policy = policy_2013()
    asked, kept = look(policy, read_answers(policy, raw))
    here = Situation(policy, kept)
    return {
        "afgeleid": {table.code: here.derived(key) for key, table in policy.rules.derived.items()},
        "uitkomst": here.outcome.code,
        "intensiteit": here.intensity,
        "regels": [rule.code for rule in policy.rules.rules if here.holds(rule.when)],
        "nog_niet": [item.code for item in policy.rules.withheld if here.holds(item.when)],
        "zichtbaar": list(asked),
    }


def expectations() -> list[tuple[dict[str, Any], Any]]:
    """Return answer sets with what the reference says of them, or the own cases with what was agreed."""
    questions, rules = SHARED / "questions.json", SHARED / "rules.json"
    if not (questions.exists() and rules.exists()):
        return [(case["antwoorden"], case["verwacht"]["regels"].split()) for case in own_cases()]
    reference = Reference(json.loads(questions.read_text("utf-8")), json.loads(rules.read_text("utf-8")))
    return [(raw, reference.judge(raw)) for raw in random_answers(SETS)]


def test_engine_agrees_with_the_reference_on_every_answer_set() -> None:
    pairs = expectations()
    assert len(pairs) >= 25
    for raw, expected in pairs:
        found = engine(raw)
        assert (found if isinstance(expected, dict) else found["regels"]) == expected, raw


def test_catalogue_offers_exactly_the_options_of_the_shared_catalogue() -> None:
    policy = policy_2013()
    shared = SHARED / "questions.json"
    wanted = {question.code: question.code for question in policy.catalogue.questions}
    found: dict[str, Any] = dict(wanted)
    if shared.exists():
        for item in json.loads(shared.read_text("utf-8"))["vragen"]:
            question = policy.catalogue.by_code[item["id"]]
            offered = question.rows or question.options
            if item["type"] in ("keuze", "meerkeuze", "matrix"):
                wanted[question.code] = str([option[0] for option in item["opties"]])
                found[question.code] = str([option.value for option in offered])
            assert question.exclusive == tuple(item["exclusief"])
            assert question.required == item["verplicht"]
            assert question.step.code == item["stap"]
            assert (question.way.code if question.way else "") == item["wijze"]
    assert found == wanted
    assert len(found) == 36
