"""Eight people at the queue at once: each gets one of their own, and nobody's work is lost. On both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nnmkb.ledger.models import Event, Outgoing
from referrals.domain.lifecycle import State
from referrals.models import BulkRun, Referral
from referrals.services import bulk, queue, reminding
from referrals.services.bulk import Act, Choice
from referrals.services.errors import NotDone, Refused
from tests.ledger.forging import broken
from tests.referrals.desk import making
from tests.referrals.desk.making import NOW
from tests.referrals.services import cast
from tests.referrals.services.test_races import CROWD, together

pytestmark = pytest.mark.django_db(transaction=True)


def test_eight_who_ask_for_the_next_get_eight_different_ones() -> None:
    people = [making.staff(f"adviseur{number}") for number in range(CROWD)]
    rows = [making.referral(due=timedelta(hours=number)) for number in range(CROWD + 2)]
    results = together([lambda one=one: queue.next_one(advisor=one, key=cast.key(), now=NOW) for one in people])
    assert all(isinstance(result, Referral) for result in results), results
    taken = {result.pk for result in results if isinstance(result, Referral)}
    assert taken == {row.pk for row in rows[:CROWD]}
    assert Event.objects.filter(kind="referral_claimed").count() == CROWD
    assert broken() == []


def test_eight_who_ask_for_the_last_three_get_three() -> None:
    people = [making.staff(f"adviseur{number}") for number in range(CROWD)]
    for _ in range(3):
        making.referral()
    results = together([lambda one=one: queue.next_one(advisor=one, key=cast.key(), now=NOW) for one in people])
    assert not [result for result in results if isinstance(result, Exception)], results
    assert len({result.pk for result in results if isinstance(result, Referral)}) == 3
    assert results.count(None) == CROWD - 3


def test_eight_clicks_of_one_person_give_one_referral() -> None:
    anke, key = making.staff("anke"), cast.key()
    for _ in range(CROWD):
        making.referral()
    results = together([lambda: queue.next_one(advisor=anke, key=key, now=NOW) for _ in range(CROWD)])
    assert all(isinstance(result, Referral) for result in results), results
    assert len({result.pk for result in results if isinstance(result, Referral)}) == 1
    assert Referral.objects.filter(owner=anke).count() == 1


def test_next_and_a_claim_of_the_same_one_have_one_winner_each() -> None:
    anke, bram = making.staff("anke"), making.staff("bram")
    for _ in range(4):
        row = making.referral()
        results = together(
            [
                lambda row=row: queue.claim(row.pk, advisor=anke, version=1, key=cast.key(), now=NOW),
                lambda: queue.next_one(advisor=bram, key=cast.key(), now=NOW),
            ]
        )
        assert not [one for one in results if isinstance(one, Exception) and not isinstance(one, NotDone)], results
        assert Referral.objects.get(pk=row.pk).owner in {anke, bram}
        assert Event.objects.filter(stream=row.stream, kind="referral_claimed").count() == 1


def test_eight_colleagues_given_the_same_one_at_once_are_one_hand_over() -> None:
    owner = making.staff("anke")
    people = [making.staff(f"adviseur{number}") for number in range(CROWD)]
    row = making.referral(state=State.IN_REVIEW, owner=owner)
    results = together(
        [
            lambda one=one: queue.hand_over(row.pk, one.pk, advisor=owner, version=1, key=cast.key(), now=NOW)
            for one in people
        ]
    )
    assert sum(isinstance(result, Referral) for result in results) == 1, results
    assert all(isinstance(result, Referral | NotDone) for result in results), results
    assert Event.objects.filter(kind="referral_handed_over").count() == Outgoing.objects.count() == 1


def test_hand_over_and_release_at_once_leave_one_truth() -> None:
    owner, bram = making.staff("anke"), making.staff("bram")
    for _ in range(4):
        row = making.referral(state=State.IN_REVIEW, owner=owner)
        results = together(
            [
                lambda row=row: queue.hand_over(row.pk, bram.pk, advisor=owner, version=1, key=cast.key(), now=NOW),
                lambda row=row: queue.release(row.pk, advisor=owner, version=1, key=cast.key(), now=NOW),
            ]
        )
        assert sum(isinstance(result, NotDone) for result in results) == 1, results
        fresh = Referral.objects.get(pk=row.pk)
        assert (fresh.state, fresh.owner) in {(State.IN_REVIEW, bram), (State.QUEUED, None)}
        assert fresh.version == 2


def test_bulk_claim_against_single_claims_tells_each_row_honestly() -> None:
    anke, bram = making.staff("anke"), making.staff("bram")
    rows = [making.referral(due=timedelta(hours=number)) for number in range(CROWD)]
    seen = {row.number: row.version for row in rows}
    results = together(
        [
            lambda: bulk.run(Act.CLAIM, seen, Choice(), advisor=anke, key=cast.key(), now=NOW),
            *[
                lambda row=row: queue.claim(row.pk, advisor=bram, version=1, key=cast.key(), now=NOW)
                for row in reversed(rows)
            ],
        ]
    )
    run = results[0]
    assert isinstance(run, BulkRun), results
    for line in run.lines:
        owner = Referral.objects.get(number=line["number"]).owner
        assert owner == (anke if line["done"] else bram)
        assert line["done"] or line["text"] == "Bram heeft deze net opgepakt."
    assert Event.objects.filter(kind="referral_claimed").count() == CROWD


def test_eight_clicks_on_one_bulk_form_are_one_run() -> None:
    anke, key = making.staff("anke"), cast.key()
    seen = {making.referral().number: 1 for _ in range(5)}
    results = together(
        [lambda: bulk.run(Act.CLAIM, seen, Choice(), advisor=anke, key=key, now=NOW) for _ in range(CROWD)]
    )
    assert all(isinstance(result, BulkRun) for result in results), results
    assert BulkRun.objects.count() == 1
    assert all(line["done"] for line in BulkRun.objects.get().lines)
    assert Event.objects.filter(kind="referral_claimed").count() == 5


def test_of_eight_reminders_at_once_the_partner_gets_one() -> None:
    anke = making.staff("anke")
    row = making.offered(making.partner("metaalunie"), advisor=anke).referral
    row.refresh_from_db()
    results = together(
        [
            lambda: reminding.remind(row.pk, advisor=anke, version=row.version, key=cast.key(), now=NOW)
            for _ in range(CROWD)
        ]
    )
    assert sum(isinstance(result, Referral) for result in results) == 1, results
    assert sum(isinstance(result, Refused) for result in results) == CROWD - 1, results
    assert Event.objects.filter(kind="offer_reminded").count() == 1
