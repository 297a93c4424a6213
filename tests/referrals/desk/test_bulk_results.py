"""After one act on many referrals: half a minute to take it back, and what a run that broke off did."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from nnmkb.ledger.models import Event
from referrals.domain.lifecycle import State
from referrals.models import BulkRun, Label, Referral
from referrals.services import bulk, bulk_results, queue
from referrals.services.bulk import Act, Choice
from tests.referrals.desk import making
from tests.referrals.desk.making import NOW
from tests.referrals.desk.many import do, mine, text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOW, tick=False) as moved:
        yield moved


# --- taking it back ---------------------------------------------------------------------------------------------------


def take_back(client: Client) -> str:
    """Press the button on the result page."""
    run = BulkRun.objects.latest("pk")
    return text(client.post(f"/werkbak/bulk/{run.pk}/terug/", {"lijst": "lijst=alles"}, follow=True))


def test_claim_is_taken_back_within_half_a_minute(desk: Client, clock: time_machine.Coordinates) -> None:
    rows = [making.referral(due=-timedelta(days=5), misses=2) for _ in range(2)]
    looks = set(Referral.objects.values_list("pk", "sweep_at"))
    assert "Draai dit terug" in text(do(desk, "oppakken", *rows))
    clock.shift(29)
    found = take_back(desk)
    assert found.count("Teruggedraaid.") == 2
    assert "Draai dit terug" not in found
    assert {row.state for row in Referral.objects.all()} == {State.QUEUED}
    # Late as it was: a claim by mistake buys no time.
    assert {(row.next_due_at, row.misses) for row in Referral.objects.all()} == {(NOW - timedelta(days=5), 2)}
    assert set(Referral.objects.values_list("pk", "sweep_at")) == looks
    clock.shift(60)
    assert take_back(desk) == found
    assert BulkRun.objects.get().undone_at == NOW + timedelta(seconds=29)
    assert Event.objects.filter(kind="claim_released").count() == 2


def test_after_31_seconds_nothing_is_taken_back(desk: Client, clock: time_machine.Coordinates) -> None:
    do(desk, "oppakken", making.referral())
    clock.shift(31)
    assert "Terugdraaien kan tot 30 seconden na de handeling." in take_back(desk)
    assert Referral.objects.get().state == State.IN_REVIEW


@pytest.mark.parametrize("act", ["oppakken", "label"])
def test_row_that_a_colleague_changed_meanwhile_is_left_and_told(desk: Client, anke: User, act: str) -> None:
    rows = [making.referral() for _ in range(2)]
    do(desk, act, *rows, label="beurs")
    bram = making.staff("bram")
    row = Referral.objects.get(pk=rows[0].pk)
    if act == "oppakken":
        queue.hand_over(row.pk, bram.pk, advisor=anke, version=row.version, key="x", now=NOW)
    else:
        queue.claim(row.pk, advisor=bram, version=row.version, key="x", now=NOW)
    found = take_back(desk)
    assert found.count("Teruggedraaid.") == 1
    why = (
        "Deze is net veranderd. Nu: In beoordeling, van Bram." if act == "oppakken" else "Bram heeft deze net opgepakt."
    )
    assert found.count(f"Niet teruggedraaid: {why}") == 1
    assert Referral.objects.get(pk=row.pk).owner == bram
    assert Label.objects.count() == (1 if act == "label" else 0)


def test_label_that_was_taken_off_is_put_back(desk: Client) -> None:
    row = making.referral()
    Label.objects.create(referral=row, name="beurs")
    do(desk, "label-weg", row, label="beurs")
    take_back(desk)
    assert Label.objects.get().name == "beurs"


def test_release_is_not_taken_back(desk: Client, anke: User) -> None:
    assert "Draai dit terug" not in text(do(desk, "loslaten", mine(anke)))
    assert "kan niet worden teruggedraaid" in take_back(desk)


# --- a run that was broken off ----------------------------------------------------------------------------------------


def test_run_that_broke_off_says_of_each_row_whether_it_was_done(
    desk: Client, anke: User, clock: time_machine.Coordinates, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [making.referral() for _ in range(3)]
    real, calls = queue.claim, []

    def dies(*args: Any, **kwargs: Any) -> Referral:
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    monkeypatch.setattr(queue, "claim", dies)
    seen = {row.number: 1 for row in rows}
    with pytest.raises(KeyboardInterrupt):
        bulk.run(Act.CLAIM, seen, Choice(), advisor=anke, key=str(uuid.uuid4()), now=NOW)
    run = BulkRun.objects.get()
    assert "Nog bezig" in text(desk.get(f"/werkbak/bulk/{run.pk}/"))
    clock.shift(timedelta(minutes=3))
    found = text(desk.get(f"/werkbak/bulk/{run.pk}/"))
    assert "Opgepakt: 1 van 3" in found
    assert found.count("de handeling is onderbroken") == 2


def test_one_broken_row_does_not_take_the_others_with_it(
    desk: Client, anke: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, real = [making.referral() for _ in range(3)], queue.claim

    def breaks(pk: int, **kwargs: Any) -> Referral:
        if pk == rows[1].pk:
            raise RuntimeError("van mevrouw De Boer")
        return real(pk, **kwargs)

    monkeypatch.setattr(queue, "claim", breaks)
    found = text(do(desk, "oppakken", *rows))
    assert "Opgepakt: 2 van 3" in found
    assert "door een fout bij ons" in found


def test_old_runs_are_forgotten(anke: User) -> None:
    for days in (1, 8):
        BulkRun.objects.create(user=anke, key=str(days), act="oppakken", at=NOW - timedelta(days=days))
    assert bulk_results.forget(NOW) == 1
    assert BulkRun.objects.get().key == "1"
