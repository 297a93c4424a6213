"""A clock that runs out moves the referral on: its row, its offer, its question, its event and its messages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nnmkb.ledger import events
from nnmkb.ledger.models import Event
from referrals.domain.lifecycle import Actor, Effect, State, can_expire, transition
from referrals.domain.moves import Action
from referrals.models import ConsentRequest, Question
from referrals.services import access, expiring, offering, timing
from referrals.services.errors import Gone
from tests.ledger.forging import broken
from tests.referrals.clocks import making
from tests.referrals.clocks.making import case_in, promised, run_out
from tests.referrals.services import cast

pytestmark = pytest.mark.django_db
MOVING = tuple(state for state in making.OPEN if can_expire(state))
A_SECOND = timedelta(seconds=1)


def expire(state: State) -> tuple[cast.Case, Event]:
    """Let the clock of a referral in this state run out; return it with the event."""
    found = case_in(state)
    if found.offer:
        making.sent(found)
    swept = timing.sweep(run_out(found))
    assert (swept.moved, swept.failed, swept.passed_by) == (1, 0, 0)
    return found, events.history(found.referral.stream)[-1]


def test_the_code_has_an_ending_for_exactly_the_states_that_move_on() -> None:
    assert set(expiring._ENDINGS) == set(MOVING)


@pytest.mark.parametrize("state", MOVING)
def test_a_clock_that_runs_out_makes_its_move_of_the_table(state: State) -> None:
    found = case_in(state)
    before, moment = found.fresh(), run_out(found)
    timing.sweep(moment - A_SECOND)
    assert found.fresh().version == before.version
    timing.sweep(moment)
    row, after = transition(state, Action.EXPIRE, Actor.TIMER), found.fresh()
    event = events.history(found.referral.stream)[-1]
    assert (after.state, after.version) == (row.target, before.version + 1)
    assert (event.kind, event.actor, event.at) == (row.event, "timer", moment)
    assert event.payload["transition"] == row.number
    assert (event.payload["from"], event.payload["to"]) == (state, row.target)
    assert event.payload["version"] == after.version
    assert (after.entered_at, after.misses) == (moment, 0)
    assert (after.closed_at is None) is row.target.is_open
    assert (after.next_due_at is not None and after.next_due_at > moment) is row.target.is_open
    if Effect.END_OFFER in row.effects:
        assert not after.offers.filter(ended_at__isnull=True).exists()
        assert (after.partner_id, after.organisation, after.partner_name) == (None, "", "")
    assert broken() == []


@pytest.mark.parametrize("state", MOVING)
def test_every_message_of_the_move_goes_to_who_it_is_for(state: State) -> None:
    found, event = expire(state)
    intake, advisor = f"intake:{found.intake.pk}", f"advisor:{found.advisor.pk}"
    partner = f"offer:{found.offer.pk}" if found.offer else ""
    assert (
        promised(found, event)
        == {
            State.AWAITING_CONSENT: {("consent_lapsed", intake), ("consent_lapsed_to_advisor", advisor)},
            State.IN_REVIEW: {("claim_expired_to_advisor", advisor)},
            State.NEEDS_INFO: {("answer_overdue_to_advisor", advisor)},
            State.OFFERED: {("offer_expired_to_advisor", advisor), ("offer_expired_to_partner", partner)},
            State.ACCEPTED: {("contact_overdue_to_advisor", advisor), ("contact_overdue_to_partner", partner)},
            State.ON_HOLD: {("hold_ended_to_advisor", advisor), ("hold_ended_to_partner", partner)},
        }[state]
    )


def test_consent_that_never_came_lapses_the_referral_and_closes_the_request() -> None:
    found, _ = expire(State.AWAITING_CONSENT)
    assert (found.fresh().outcome, found.fresh().owner_id) == ("lapsed", found.advisor.pk)
    request = ConsentRequest.objects.get()
    assert (request.closed_at, request.given) == (found.fresh().closed_at, None)


def test_a_claim_that_expires_leaves_no_owner() -> None:
    found, _ = expire(State.IN_REVIEW)
    assert (found.fresh().owner_id, found.fresh().due_kind) == (None, "claim")


def test_a_question_without_an_answer_is_closed_and_flagged_until_something_else_happens() -> None:
    found, event = expire(State.NEEDS_INFO)
    question = Question.objects.get()
    assert (question.closed_at, question.answered_at, question.answer) == (event.at, None, "")
    assert found.fresh().no_answer
    timing.sweep(run_out(found))
    assert not found.fresh().no_answer


@pytest.mark.parametrize(
    ("state", "offer_state", "reason"),
    [
        (State.OFFERED, "expired", "no_response"),
        (State.ACCEPTED, "expired", "no_contact"),
        (State.ON_HOLD, "recalled", ""),
    ],
)
def test_the_offer_ends_with_its_reason_and_its_link_dies(state: State, offer_state: str, reason: str) -> None:
    found, event = expire(state)
    offer = found.fresh_offer()
    assert (offer.state, offer.reason, offer.ended_at) == (offer_state, reason, event.at)
    assert (found.fresh().reason, event.payload.get("reason", "")) == (reason, reason)
    assert (event.payload["offer"], event.payload["partner"]) == (offer.pk, found.partner.pk)
    with pytest.raises(Gone) as gone:
        access.offer_by_token(offering.token_of(offer))
    assert gone.value.code == offer_state
    assert access.send_code(offer.pk, event.at) is None


def test_a_partner_that_never_got_the_offer_does_not_hear_that_it_expired() -> None:
    found = case_in(State.OFFERED)
    timing.sweep(run_out(found))
    event = events.history(found.referral.stream)[-1]
    assert promised(found, event) == {("offer_expired_to_advisor", f"advisor:{found.advisor.pk}")}


def test_the_kvk_tells_itself_nothing_about_an_offer_to_itself() -> None:
    found = cast.case("in_review", organisation="kvk")
    cast.offering._make(found.fresh(), found.partner, cast.NOW, respond_days=2, accepted=True)
    changes = cast.queue.door.handed_to(found.partner)
    making.step(found, Action.HANDLE_OURSELVES, Actor.ADVISOR, changes=changes)
    timing.sweep(run_out(found))
    event = events.history(found.referral.stream)[-1]
    assert event.kind == "contact_overdue"
    assert promised(found, event) == {("contact_overdue_to_advisor", f"advisor:{found.advisor.pk}")}


def test_a_postponement_by_the_advisor_ends_without_an_offer() -> None:
    found = cast.case("in_review")
    cast.queue.door.once(
        found.referral.stream,
        None,
        lambda _: cast.queue.door.move(
            found.fresh(), Action.POSTPONE, Actor.ADVISOR, actor="advisor:1", at=cast.NOW, until=making.UNTIL
        ),
        lambda event: event,
    )
    timing.sweep(run_out(found))
    assert (found.fresh().state, found.fresh().owner_id) == ("in_review", found.advisor.pk)


def test_a_company_can_be_offered_to_another_partner_after_each_ending() -> None:
    found, event = expire(State.ON_HOLD)
    other = cast.partner("nom")
    offer = offering.offer(
        found.referral.pk, other.pk, advisor=found.advisor, version=found.fresh().version, key=cast.key(), now=event.at
    )
    assert (offer.attempt, offer.state) == (2, "open")
