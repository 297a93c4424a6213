"""The sweep against people, eight threads at once: one winner, one event for a change, no error, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction

from nnmkb.ledger import events
from nnmkb.ledger.models import Outgoing
from referrals.domain.lifecycle import GRACE, State
from referrals.models import Offer, TimerFailure
from referrals.services import answering, bouncing, closing, door, expiring, offering, queue, timing
from referrals.services.errors import Gone, NotAllowed, NotDone, Refused, Stale
from referrals.services.timing import Swept
from tests.ledger.forging import broken
from tests.referrals.clocks.making import case_in, run_out
from tests.referrals.services import cast
from tests.referrals.services.test_races import kinds, together

pytestmark = pytest.mark.django_db(transaction=True)
SWEEPS = 4
ROUNDS = 3
Act = Callable[[], object]


def sweeps(found: cast.Case) -> list[Act]:
    """Return four sweeps at the moment that the clock of this referral runs out."""
    moment = run_out(found)
    return [lambda: timing.sweep(moment) for _ in range(SWEEPS)]


def judge(found: cast.Case, results: list[object], *, either: set[str]) -> list[object]:
    """Check that one change happened once; return what the people got."""
    swept, people = results[:SWEEPS], results[SWEEPS:]
    assert all(isinstance(one, Swept) for one in swept), swept
    assert sum(one.failed for one in swept if isinstance(one, Swept)) == 0
    assert not TimerFailure.objects.exists()
    assert len([kind for kind in kinds(found.referral) if kind in either]) == 1, kinds(found.referral)
    assert found.fresh().version == max(int(event.payload["version"]) for event in changes(found))
    assert len({event.payload["version"] for event in changes(found)}) == len(changes(found))
    assert broken() == []
    lost = [one for one in people if isinstance(one, Exception)]
    assert all(isinstance(one, NotDone) for one in lost), lost
    return people


def changes(found: cast.Case) -> list[events.Event]:
    return [event for event in events.history(found.referral.stream) if "version" in event.payload]


def won(people: list[object]) -> int:
    return sum(not isinstance(one, Exception) for one in people)


def test_eight_sweeps_at_once_do_it_once() -> None:
    found = case_in(State.IN_REVIEW)
    moment = run_out(found)
    results = together([lambda: timing.sweep(moment) for _ in range(8)])
    assert all(isinstance(one, Swept) for one in results), results
    assert sum(one.moved for one in results if isinstance(one, Swept)) == 1
    assert kinds(found.referral).count("claim_expired") == 1
    assert Outgoing.objects.filter(kind="mail.claim_expired_to_advisor").count() == 1


def test_the_sweep_against_a_partner_who_accepts_in_time() -> None:
    for _ in range(ROUNDS):
        found = case_in(State.OFFERED)
        offer = found.fresh_offer()
        now = offer.respond_by + GRACE - timedelta(seconds=1)
        accepts = [
            lambda offer=offer, found=found, now=now: answering.accept(
                offer.pk, actor=found.actor, contact_person="Carla", key=cast.key(), now=now
            )
            for _ in range(4)
        ]
        people = judge(found, together([*sweeps(found), *accepts]), either={"offer_accepted", "offer_expired"})
        ended = (found.fresh().state, found.fresh_offer().state)
        assert ended == (("accepted", "accepted") if won(people) else ("returned", "expired"))
        assert won(people) <= 1
        assert all(isinstance(one, Offer | Gone | NotAllowed | Refused | Stale) for one in people)


def test_the_sweep_against_an_advisor_who_recalls() -> None:
    for _ in range(ROUNDS):
        found = case_in(State.OFFERED)
        moment = run_out(found)
        recalls = [
            lambda found=found, moment=moment: offering.recall(
                found.referral.pk, advisor=found.advisor, version=3, key=cast.key(), now=moment
            )
            for _ in range(4)
        ]
        people = judge(found, together([*sweeps(found), *recalls]), either={"offer_recalled", "offer_expired"})
        ended = (found.fresh().state, found.fresh_offer().state)
        assert ended == (("in_review", "recalled") if won(people) else ("returned", "expired"))
        assert won(people) <= 1


def test_the_sweep_against_advisors_who_claim() -> None:
    advisors = [cast.advisor(f"adviseur{number}") for number in range(4)]
    for _ in range(ROUNDS):
        found = case_in(State.QUEUED)
        moment = run_out(found)
        claims = [
            lambda found=found, moment=moment, one=one: queue.claim(
                found.referral.pk, advisor=one, version=1, key=cast.key(), now=moment
            )
            for one in advisors
        ]
        people = judge(found, together([*sweeps(found), *claims]), either={"referral_claimed", "deadline_missed"})
        fresh = found.fresh()
        assert (fresh.state, fresh.misses) == (("in_review", 0) if won(people) else ("queued", 1))
        assert won(people) <= 1


@pytest.mark.parametrize("state", [State.OFFERED, State.ACCEPTED, State.NEEDS_INFO])
def test_the_sweep_against_a_withdrawal_ends_withdrawn(state: State) -> None:
    found = case_in(state)
    moment, key = run_out(found), cast.key()
    withdrawals: list[Act] = [
        lambda: closing.withdraw(found.intake.pk, actor="entrepreneur", key=key, now=moment) for _ in range(4)
    ]
    people = judge(found, together([*sweeps(found), *withdrawals]), either={"referral_withdrawn"})
    assert won(people) == 4
    assert found.fresh().state == "withdrawn"
    assert not found.fresh().offers.filter(ended_at__isnull=True).exists()


def test_a_bounce_against_a_partner_who_accepts() -> None:
    for _ in range(ROUNDS):
        found = case_in(State.OFFERED)
        offer = found.fresh_offer()
        Outgoing.objects.filter(kind="mail.offer").update(state=Outgoing.State.DEAD)
        bounces = [lambda offer=offer: bouncing.bounce(offer.pk, cast.LATER) for _ in range(4)]
        accepts = [
            lambda offer=offer, found=found: answering.accept(
                offer.pk, actor=found.actor, contact_person="Carla", key=cast.key(), now=cast.LATER
            )
            for _ in range(4)
        ]
        results = together([*bounces, *accepts])
        assert not [one for one in results[:4] if isinstance(one, Exception)], results
        ended = (found.fresh().state, found.fresh_offer().state)
        assert ended == (("accepted", "accepted") if won(results[4:]) else ("returned", "undeliverable"))
        assert sum(kind in {"offer_accepted", "offer_undeliverable"} for kind in kinds(found.referral)) == 1


def test_one_mail_a_day_also_when_sweeps_meet() -> None:
    cast.advisor("lies", lead=True)
    found = [case_in(State.QUEUED) for _ in range(6)]
    moment = max(run_out(one) for one in found)
    results = together([lambda: timing.sweep(moment) for _ in range(8)])
    assert all(isinstance(one, Swept) and one.failed == 0 for one in results), results
    assert Outgoing.objects.filter(kind="mail.late_to_lead").count() == 1
    assert [one.fresh().misses for one in found] == [1] * 6


@pytest.mark.postgres
def test_a_row_that_somebody_holds_for_long_keeps_nobody_else_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expiring, "PATIENCE", "100ms")
    held, free = case_in(State.IN_REVIEW), case_in(State.IN_REVIEW)
    moment = max(run_out(held), run_out(free))
    taken, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            door.hold(held.intake.pk)
            taken.set()
            done.wait(timeout=20)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert taken.wait(timeout=20)
    try:
        swept = timing.sweep(moment)
    finally:
        done.set()
        holder.join(timeout=20)
    assert (held.fresh().state, free.fresh().state) == ("in_review", "queued")
    assert swept.failed >= 1
    timing.sweep(moment + timedelta(minutes=1))
    assert held.fresh().state == "queued"
    assert not TimerFailure.objects.exists()
