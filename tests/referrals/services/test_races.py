"""Eight people at once: one wins, the others hear so, and nothing happens twice. The same on SQLite and PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest
from django.db import connection

from nnmkb.ledger import events
from nnmkb.ledger.models import Event
from referrals.models import Note, Offer, Referral
from referrals.services import access, answering, closing, feed, notes, offering, queue, refer
from referrals.services.errors import Gone, NotAllowed, NotDone, Refused, Stale
from tests.ledger.forging import broken
from tests.referrals.services import cast

pytestmark = pytest.mark.django_db(transaction=True)
CROWD = 8


def together(actions: Sequence[Callable[[], object]]) -> list[object]:
    """Carry out all actions at the same moment; return what each gave or raised."""
    barrier = threading.Barrier(len(actions))
    results: list[object] = [None] * len(actions)

    def run(index: int) -> None:
        try:
            barrier.wait(timeout=20)
            results[index] = actions[index]()
        except Exception as error:
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(actions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def kinds(referral: Referral) -> list[str]:
    """Return what happened to a referral."""
    return [event.kind for event in events.history(referral.stream)]


def test_one_of_eight_advisors_claims_it_and_the_others_hear_who() -> None:
    found = cast.case()
    advisors = [cast.advisor(f"adviseur{number}") for number in range(CROWD)]
    results = together(
        [
            lambda one=one: queue.claim(found.referral.pk, advisor=one, version=1, key=cast.key(), now=cast.NOW)
            for one in advisors
        ]
    )
    won = [result for result in results if isinstance(result, Referral)]
    assert len(won) == 1
    lost = [result for result in results if isinstance(result, Stale)]
    assert len(lost) == CROWD - 1
    assert {one.referral.owner_id for one in lost} == {won[0].owner_id}
    assert kinds(found.referral).count("referral_claimed") == 1
    assert broken() == []


def test_eight_clicks_with_one_key_are_one_claim() -> None:
    found = cast.case()
    key = cast.key()
    results = together(
        [
            lambda: queue.claim(found.referral.pk, advisor=found.advisor, version=1, key=key, now=cast.NOW)
            for _ in range(CROWD)
        ]
    )
    assert all(isinstance(result, Referral) and result.state == "in_review" for result in results), results
    assert kinds(found.referral).count("referral_claimed") == 1


def test_four_recalls_and_four_accepts_at_once_have_one_winner() -> None:
    for _ in range(3):
        found = cast.case("offered")
        offer = found.fresh_offer()
        results = together(
            [
                *[
                    lambda offer=offer, found=found: answering.accept(
                        offer.pk, actor=found.actor, contact_person="Carla", key=cast.key(), now=cast.NOW
                    )
                    for _ in range(CROWD // 2)
                ],
                *[
                    lambda found=found: offering.recall(
                        found.referral.pk, advisor=found.advisor, version=3, key=cast.key(), now=cast.NOW
                    )
                    for _ in range(CROWD // 2)
                ],
            ]
        )
        lost = [result for result in results if isinstance(result, Exception)]
        assert len(lost) == CROWD - 1, results
        assert all(isinstance(one, Stale | Gone | NotAllowed | Refused) for one in lost), lost
        state = (found.fresh().state, found.fresh_offer().state)
        assert state in {("accepted", "accepted"), ("in_review", "recalled")}
        assert sum(kind in {"offer_accepted", "offer_recalled"} for kind in kinds(found.referral)) == 1
        assert found.fresh().version == 4


def test_withdrawals_and_offers_at_once_never_leave_a_live_offer() -> None:
    for _ in range(3):
        found = cast.case("in_review")
        results = together(
            [
                *[
                    lambda found=found: closing.withdraw(
                        found.intake.pk, actor="entrepreneur", key=cast.key(), now=cast.NOW
                    )
                    for _ in range(CROWD // 2)
                ],
                *[
                    lambda found=found: offering.offer(
                        found.referral.pk,
                        found.partner.pk,
                        advisor=found.advisor,
                        version=2,
                        key=cast.key(),
                        now=cast.NOW,
                    )
                    for _ in range(CROWD // 2)
                ],
            ]
        )
        assert all(isinstance(one, NotDone) for one in results if isinstance(one, Exception)), results
        assert found.fresh().state == "withdrawn"
        assert not Offer.objects.filter(referral=found.referral, ended_at__isnull=True).exists()
        assert kinds(found.referral).count("referral_withdrawn") == 1
        assert kinds(found.referral).count("offer_made") <= 1
        assert broken() == []


def test_withdrawals_and_accepts_at_once_end_withdrawn() -> None:
    for _ in range(3):
        found = cast.case("offered")
        offer = found.fresh_offer()
        results = together(
            [
                *[
                    lambda found=found: closing.withdraw(
                        found.intake.pk, actor="entrepreneur", key=cast.key(), now=cast.NOW
                    )
                    for _ in range(CROWD // 2)
                ],
                *[
                    lambda offer=offer, found=found: answering.accept(
                        offer.pk, actor=found.actor, contact_person="Carla", key=cast.key(), now=cast.NOW
                    )
                    for _ in range(CROWD // 2)
                ],
            ]
        )
        assert all(isinstance(one, NotDone) for one in results if isinstance(one, Exception)), results
        assert found.fresh().state == "withdrawn"
        assert found.fresh_offer().state == "withdrawn"
        assert kinds(found.referral).count("referral_withdrawn") == 1


def test_eight_submissions_at_once_are_one() -> None:
    intake = cast.assessed()
    shown = cast.boxes(intake)
    answers = cast.ticks(shown, "nom")
    results = together(
        [
            lambda: refer.submit(
                intake.pk, contact=cast.ANNA, consents=answers, shown=shown, key=cast.key(), now=cast.NOW
            )
            for _ in range(CROWD)
        ]
    )
    assert not [result for result in results if isinstance(result, Exception)], results
    assert Referral.objects.filter(intake=intake).count() == 2
    assert Event.objects.filter(kind="intake_submitted").count() == 1


def test_notes_looks_and_a_change_of_state_all_succeed() -> None:
    found = cast.case("offered")
    offer = found.fresh_offer()
    results = together(
        [
            *[
                lambda: notes.add(found.referral.pk, author=found.advisor, text="Belde.", key=cast.key(), now=cast.NOW)
                for _ in range(2)
            ],
            lambda: access.open_dossier(offer, found.actor, cast.NOW),
            lambda: answering.accept(offer.pk, actor=found.actor, contact_person="Carla", key=cast.key(), now=cast.NOW),
        ]
    )
    assert not [result for result in results if isinstance(result, Exception)], results
    assert found.fresh().state == "accepted"
    assert broken() == []


def test_one_of_eight_uses_of_a_code_succeeds() -> None:
    found = cast.case("offered")
    code = access.send_code(found.fresh_offer().pk, cast.NOW)
    assert code is not None
    digits = access.code_of(code)
    offer = found.fresh_offer()
    results = together([lambda: access.use_code(offer, digits, cast.NOW) for _ in range(5)])
    assert results.count(True) == 1, results
    assert not any(isinstance(result, NotDone) for result in results)


def test_note_that_is_being_written_while_everything_is_erased_does_not_outlive_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = cast.case("in_review")
    written, erased = threading.Event(), threading.Event()
    seal = notes.sealed

    def slowly(row: Note) -> dict[str, str]:
        written.set()
        # Long enough for an erasure that would not wait for this note.
        erased.wait(timeout=1)
        return seal(row)

    def erase() -> None:
        written.wait(timeout=20)
        closing.erase(found.intake.pk, actor="entrepreneur", key=cast.key(), now=cast.LATER)
        erased.set()

    monkeypatch.setattr(notes, "sealed", slowly)
    add = partial(notes.add, found.referral.pk, author=found.advisor, text="Anna belde", key=cast.key(), now=cast.LATER)
    assert not [one for one in together([add, erase]) if isinstance(one, Exception)]
    assert not Note.objects.exists()
    assert broken() == []


def test_offer_that_is_recalled_while_the_company_withdraws_keeps_nobody_waiting_for_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cast.partner(channel="api", connected_at=cast.NOW)
    found = cast.case("offered")
    moved, held = threading.Event(), threading.Event()
    tell, hold_partners = feed.tell, feed.hold_partners

    def slowly(*args: Any, **given: Any) -> Event | None:
        if given["actor"].startswith("advisor"):
            moved.set()
            # Long enough for a withdrawal that would not wait for this recall.
            held.wait(timeout=1)
        return tell(*args, **given)

    def hold(intake_id: int) -> None:
        hold_partners(intake_id)
        held.set()

    def withdraw() -> None:
        moved.wait(timeout=20)
        closing.withdraw(found.intake.pk, actor="entrepreneur", key=cast.key(), now=cast.LATER)

    monkeypatch.setattr(feed, "tell", slowly)
    monkeypatch.setattr(feed, "hold_partners", hold)
    recall = partial(
        offering.recall, found.referral.pk, advisor=found.advisor, version=3, key=cast.key(), now=cast.LATER
    )
    assert not [one for one in together([recall, withdraw]) if isinstance(one, Exception)]
    assert (found.fresh().state, found.fresh_offer().state) == ("withdrawn", "recalled")
    assert broken() == []
