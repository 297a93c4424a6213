"""Two people who change policy at the same moment: one of them wins, the other is told, and nothing is half."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from intake import policies
from intake.models import PolicyVersion
from intake.services.governing import drafting, publishing, reviewing, rules
from intake.services.governing.errors import NotDone, Refused, Stale
from intake.services.governing.rules import Seen
from nnmkb.ledger.models import Event
from tests.intake.governing import cast
from tests.intake.test_at_once import THREADS, together
from tests.ledger.forging import broken

pytestmark = pytest.mark.django_db(transaction=True)
State = PolicyVersion.State


def test_of_several_versions_published_at_once_one_is_in_force() -> None:
    writer, boss = cast.author(), cast.publisher()
    versions = [cast.submitted(writer, f"2026-{number}") for number in range(THREADS)]
    answers: list[str] = []

    def publish(number: int) -> None:
        version = versions[number]
        try:
            publishing.publish(version, cast.notes(version), by=boss, lock=version.lock, now=cast.LATER)
            answers.append("done")
        except NotDone as refused:
            answers.append(type(refused).__name__)

    together(publish)
    assert Counter(answers)["done"] == 1
    assert {*answers} <= {"done", Stale.__name__, Refused.__name__}
    [in_force] = PolicyVersion.objects.filter(state=State.PUBLISHED)
    policies.forget()
    assert policies.in_force() == in_force.name
    assert PolicyVersion.objects.get(name="2013").state == State.RETIRED
    assert PolicyVersion.objects.filter(state=State.REVIEW).count() == THREADS - 1
    assert Event.objects.filter(kind="policy_published").count() == 1
    assert broken() == []


def test_a_version_is_not_published_and_sent_back_at_once() -> None:
    writer, boss = cast.author(), cast.publisher()
    version = cast.submitted(writer)
    answers: list[str] = []

    def act(number: int) -> None:
        mine = PolicyVersion.objects.get(pk=version.pk)
        try:
            if number % 2:
                publishing.publish(mine, cast.notes(mine), by=boss, lock=version.lock, now=cast.LATER)
            else:
                reviewing.send_back(mine, "Nog niet.", by=boss, lock=version.lock, now=cast.LATER)
            answers.append("done")
        except NotDone as refused:
            answers.append(type(refused).__name__)

    together(act)
    assert Counter(answers)["done"] == 1
    version.refresh_from_db()
    kinds = Counter(Event.objects.filter(stream=version.stream).values_list("kind", flat=True))
    assert kinds["policy_published"] + kinds["policy_sent_back"] == 1
    assert version.state == (State.PUBLISHED if kinds["policy_published"] else State.DRAFT)
    assert broken() == []


def test_different_rules_that_are_saved_at_once_are_all_kept() -> None:
    writer = cast.author()
    version = cast.draft(writer)
    codes = ("R-A1", "R-P1", "R-P5", "R-V3")
    policy = rules.readable(version)
    answers: dict[str, str] = {}

    def save(number: int) -> None:
        code = codes[number]
        rule = policy.rules.rule(code)
        mine = PolicyVersion.objects.get(pk=version.pk)
        changed = replace(rule, reason=f"Reden {code}.")
        try:
            rules.save_rule(mine, changed, Seen(code, rules.seal(policy, rule)), by=writer, now=cast.NOW)
            answers[code] = "done"
        except NotDone as refused:
            answers[code] = type(refused).__name__

    together(save)
    now = rules.readable(PolicyVersion.objects.get(pk=version.pk))
    assert answers == dict.fromkeys(codes, "done")
    assert [now.rules.rule(code).reason for code in codes] == [f"Reden {code}." for code in codes]
    assert PolicyVersion.objects.get(pk=version.pk).lock == version.lock + len(codes)


def test_the_same_draft_begun_at_once_is_one_draft() -> None:
    writer = cast.author()
    answers: list[str] = []

    def begin(number: int) -> None:
        try:
            answers.append(drafting.start_draft("2013", "2026-1", "Samen", by=writer, now=cast.NOW).name)
        except NotDone as refused:
            answers.append(type(refused).__name__)

    together(begin)
    assert "2026-1" in answers
    assert PolicyVersion.objects.filter(name="2026-1").count() == 1
    assert PolicyVersion.objects.filter(name="2013").count() == 1
