"""Every service that makes a move of the table, by who makes it; and a referral in every state, made by them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

from nnmkb.ledger.models import Outgoing
from referrals.domain.lifecycle import Action, Actor, State, actions_for
from referrals.domain.worktime import local_date
from referrals.models import Referral
from referrals.services import (
    answering,
    bouncing,
    closing,
    holding,
    offering,
    proposing,
    questions,
    queue,
    refer,
    reopening,
    requests,
    timing,
)
from tests.referrals.services import cast
from tests.referrals.services.cast import NOW, Case

TODAY = local_date(NOW)
UNTIL = date(2026, 12, 18)
# No holiday or weekend makes a term longer than this.
LONG_AFTER = timedelta(days=60)
WORDS = "Anna belde zelf, met deze vraag"
VERSION = "2013.1"
Step = Callable[[Case, datetime], object]


def case_in(state: State, *, by_kvk: bool = False) -> Case:
    """Return a referral of a company that chose one partner, in this state; all mail arrived."""
    found = cast.case("in_review" if by_kvk else _before(state), "water_alliance")
    Outgoing.objects.filter(recipient=f"intake:{found.intake.pk}").update(state=Outgoing.State.DONE)
    Outgoing.objects.filter(kind="mail.offer").update(state=Outgoing.State.DONE)
    if by_kvk:
        cast.partner("kvk")
        made = offering.handle_ourselves(found.referral.pk, **_advisor(found, NOW))
        return replace(found, partner=made.partner, offer=made)
    if step := _INTO.get(state):
        step(found, NOW)
    assert found.fresh().state == state
    return found


def _before(state: State) -> str:
    if state in {State.AWAITING_CONSENT, State.NEEDS_INFO, State.CANCELLED, State.LAPSED}:
        return "in_review"
    if state in {State.ON_HOLD, State.STOPPED}:
        return "in_progress"
    return "queued" if state is State.WITHDRAWN else state.value


def _advisor(found: Case, now: datetime) -> dict[str, object]:
    return {"advisor": found.advisor, "version": found.fresh().version, "key": cast.key(), "now": now}


def _lead(found: Case, now: datetime) -> dict[str, object]:
    return {**_advisor(found, now), "advisor": cast.advisor("leo", lead=True)}


def _actor(found: Case, now: datetime) -> dict[str, object]:
    version = found.fresh().version
    return {"actor": f"advisor:{found.advisor.pk}", "version": version, "key": cast.key(), "now": now}


def _partner(found: Case, now: datetime) -> dict[str, object]:
    return {"actor": found.actor, "key": cast.key(), "now": now}


def _offer(found: Case) -> int:
    # Who never got an offer has no link either.
    return found.offer.pk if found.offer else 0


def _reason(found: Case, action: Action) -> str:
    rows = [row for row in actions_for(State(found.fresh().state), Actor.ADVISOR) if row.action is action]
    return rows[0].reasons[0].code if rows else "duplicate"


def _reopen(found: Case, now: datetime) -> object:
    if found.fresh().state == State.LAPSED:
        return requests.ask_again(found.referral.pk, text=WORDS, **_advisor(found, now))
    return reopening.reopen(found.referral.pk, reason="need_remains", **_advisor(found, now))


def _refuse(found: Case, now: datetime) -> object:
    # An activity that nobody else may help with: otherwise a no sends it back to the KvK (test_requests).
    Referral.objects.filter(pk=found.referral.pk).update(activity="P4")
    return requests.refuse(found.referral.pk, key=cast.key(), now=now)


def _bounce(found: Case, now: datetime) -> object:
    Outgoing.objects.filter(kind="mail.offer").update(state=Outgoing.State.DEAD)
    return bouncing.bounce(_offer(found), now) if found.offer else None


def _expire(found: Case, now: datetime) -> object:
    return timing.sweep(now + LONG_AFTER)


def _submit(found: Case, now: datetime) -> object:
    intake = cast.assessed()
    shown = cast.boxes(intake)
    ticks = cast.ticks(shown, "water_alliance")
    return refer.submit(intake.pk, contact=cast.ANNA, consents=ticks, shown=shown, key=cast.key(), now=now)


def _propose(found: Case, now: datetime) -> object:
    partner = cast.partner("exportclub_noord")
    return proposing.propose(
        found.intake.pk, "A2", partner.organisation, advisor=found.advisor, key=cast.key(), now=now
    )


# fmt: off
SERVICES: dict[tuple[Action, Actor], Step] = {
    (Action.SUBMIT, Actor.ENTREPRENEUR): _submit,
    (Action.PROPOSE, Actor.ADVISOR): _propose,
    (Action.GIVE_CONSENT, Actor.ENTREPRENEUR):
        lambda one, now: requests.give(one.referral.pk, text_version=VERSION, key=cast.key(), now=now),
    (Action.REFUSE_CONSENT, Actor.ENTREPRENEUR): _refuse,
    (Action.ANSWER, Actor.ENTREPRENEUR):
        lambda one, now: questions.answer(one.referral.pk, text="Twaalf.", key=cast.key(), now=now),
    (Action.WITHDRAW, Actor.ENTREPRENEUR):
        lambda one, now: closing.withdraw_referral(one.referral.pk, actor="entrepreneur", key=cast.key(), now=now),
    (Action.WITHDRAW, Actor.TEAM_LEAD):
        lambda one, now: closing.withdraw_for(one.referral.pk, note=WORDS, **_lead(one, now)),
    (Action.CLAIM, Actor.ADVISOR): lambda one, now: queue.claim(one.referral.pk, **_advisor(one, now)),
    (Action.RELEASE, Actor.ADVISOR): lambda one, now: queue.release(one.referral.pk, **_advisor(one, now)),
    (Action.RECONSIDER, Actor.ADVISOR):
        lambda one, now: queue.reconsider(one.referral.pk, **_advisor(one, now)),
    (Action.ASK, Actor.ADVISOR):
        lambda one, now: questions.ask(one.referral.pk, text="Hoeveel?", **_advisor(one, now)),
    (Action.CLOSE_QUESTION, Actor.ADVISOR):
        lambda one, now: questions.close_question(one.referral.pk, **_advisor(one, now)),
    (Action.OFFER, Actor.ADVISOR): lambda one, now: offering.offer(
        one.referral.pk, cast.partner().pk, force_reason=WORDS, **_advisor(one, now)),
    (Action.HANDLE_OURSELVES, Actor.ADVISOR): lambda one, now: offering.handle_ourselves(
        cast.partner("kvk") and one.referral.pk, **_advisor(one, now)),
    (Action.REQUEST_CONSENT, Actor.ADVISOR): lambda one, now: requests.request_consent(
        one.referral.pk, cast.partner("nom").pk, **_advisor(one, now)),
    (Action.RECALL, Actor.ADVISOR): lambda one, now: offering.recall(one.referral.pk, **_advisor(one, now)),
    (Action.RECORD_CONTACT, Actor.ADVISOR): lambda one, now: answering.first_contact(
        _offer(one), on=TODAY, **_actor(one, now)),
    (Action.COMPLETE, Actor.ADVISOR): lambda one, now: answering.complete(
        one.referral.pk, outcome="plan_made", on=TODAY, **_actor(one, now)),
    (Action.STOP, Actor.ADVISOR):
        lambda one, now: answering.stop(one.referral.pk, reason="no_need", **_actor(one, now)),
    (Action.POSTPONE, Actor.ADVISOR):
        lambda one, now: holding.postpone(one.referral.pk, until=UNTIL, **_actor(one, now)),
    (Action.RESUME, Actor.ADVISOR): lambda one, now: holding.resume(one.referral.pk, **_actor(one, now)),
    (Action.CANCEL, Actor.ADVISOR): lambda one, now: closing.cancel(
        one.referral.pk, reason=_reason(one, Action.CANCEL), **_advisor(one, now)),
    (Action.CANCEL, Actor.TEAM_LEAD): lambda one, now: closing.cancel(
        one.referral.pk, reason=_reason(one, Action.CANCEL), **_lead(one, now)),
    (Action.REOPEN, Actor.ADVISOR): _reopen,
    (Action.REOPEN, Actor.TEAM_LEAD): lambda one, now: reopening.reopen(
        one.referral.pk, reason="need_remains", **_lead(one, now)),
    (Action.ACCEPT, Actor.PARTNER): lambda one, now: answering.accept(
        _offer(one), contact_person="Carla", **_partner(one, now)),
    (Action.DECLINE, Actor.PARTNER): lambda one, now: answering.decline(
        _offer(one), reason="region", **_partner(one, now)),
    (Action.RETURN, Actor.PARTNER): lambda one, now: answering.give_back(
        _offer(one), reason="other", reason_text=WORDS, **_partner(one, now)),
    (Action.RECORD_CONTACT, Actor.PARTNER): lambda one, now: answering.first_contact(
        _offer(one), on=TODAY, **_partner(one, now)),
    (Action.COMPLETE, Actor.PARTNER): lambda one, now: answering.complete(
        one.referral.pk, outcome="plan_made", on=TODAY, **_partner(one, now)),
    (Action.STOP, Actor.PARTNER):
        lambda one, now: answering.stop(one.referral.pk, reason="no_need", **_partner(one, now)),
    (Action.POSTPONE, Actor.PARTNER):
        lambda one, now: holding.postpone(one.referral.pk, until=UNTIL, **_partner(one, now)),
    (Action.RESUME, Actor.PARTNER): lambda one, now: holding.resume(one.referral.pk, **_partner(one, now)),
    (Action.EXPIRE, Actor.TIMER): _expire,
    (Action.BOUNCE, Actor.SYSTEM): _bounce,
}
# fmt: on
_INTO: dict[State, Step] = {
    State.AWAITING_CONSENT: SERVICES[Action.REQUEST_CONSENT, Actor.ADVISOR],
    State.NEEDS_INFO: SERVICES[Action.ASK, Actor.ADVISOR],
    State.ON_HOLD: SERVICES[Action.POSTPONE, Actor.PARTNER],
    State.STOPPED: SERVICES[Action.STOP, Actor.PARTNER],
    State.CANCELLED: SERVICES[Action.CANCEL, Actor.ADVISOR],
    State.WITHDRAWN: SERVICES[Action.WITHDRAW, Actor.ENTREPRENEUR],
    State.LAPSED: lambda one, now: (
        SERVICES[Action.REQUEST_CONSENT, Actor.ADVISOR](one, now),
        timing.sweep(now + LONG_AFTER),
    ),
}
