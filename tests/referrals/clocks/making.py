"""A referral in every open state, with its rows and messages, and the moment at which its clock runs out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from nnmkb.ledger.models import Event, Outgoing
from referrals.domain.lifecycle import Action, Actor, State
from referrals.models import ConsentRequest, Question, Referral
from referrals.services import answering, door, holding
from tests.referrals.services import cast
from tests.referrals.services.cast import NOW, Case

UNTIL = date(2026, 12, 18)
OPEN = tuple(State)[:9]


def case_in(state: State) -> Case:
    """Return a referral in an open state; before an offer its owner is Bert, except in the queue."""
    match state:
        case State.AWAITING_CONSENT:
            return _awaiting_consent()
        case State.NEEDS_INFO:
            return _needs_info()
        case State.ON_HOLD:
            return _on_hold()
    return cast.case(state.value)


def handled_by_kvk() -> Case:
    """Return a referral in progress that the KvK handles itself, by Bert."""
    found = cast.case("in_review", organisation="kvk")
    offer = cast.offering._make(found.fresh(), found.partner, NOW, respond_days=2, accepted=True)
    step(found, Action.HANDLE_OURSELVES, Actor.ADVISOR, changes=door.handed_to(found.partner))
    answering.first_contact(offer.pk, actor=f"advisor:{found.advisor.pk}", on=NOW.date(), key=cast.key(), now=NOW)
    return Case(found.intake, found.referral, found.advisor, found.partner, offer)


def step(
    found: Case, action: Action, role: Actor, *, changes: Mapping[str, object] | None = None, **payload: object
) -> Event:
    """Make one move of the table as its service does."""
    return door.once(
        found.referral.stream,
        None,
        lambda _: door.move(
            found.fresh(),
            action,
            role,
            actor=f"advisor:{found.advisor.pk}",
            at=NOW,
            changes=changes,
            payload=payload,
        ),
        lambda event: event,
    )


def run_out(found: Case | Referral) -> datetime:
    """Return the first moment at which the sweep takes this referral."""
    referral = Referral.objects.get(pk=found.pk if isinstance(found, Referral) else found.referral.pk)
    assert referral.sweep_at is not None
    return referral.sweep_at


def promised(found: Case, event: Event) -> set[tuple[str, str]]:
    """Return the messages of one event, as (name, recipient)."""
    rows = Outgoing.objects.filter(event=event)
    return {(row.kind.removeprefix("mail."), row.recipient) for row in rows}


def sent(found: Case) -> None:
    """Let the mail of the offer have gone out."""
    Outgoing.objects.filter(kind="mail.offer", recipient=f"offer:{found.fresh_offer().pk}").update(
        state=Outgoing.State.DONE, done_at=NOW
    )


def _awaiting_consent() -> Case:
    found = cast.case("in_review")
    ConsentRequest.objects.create(referral=found.referral, organisation="snn", asked_by=found.advisor, asked_at=NOW)
    step(found, Action.REQUEST_CONSENT, Actor.ADVISOR, organisation="snn")
    return found


def _needs_info() -> Case:
    found = cast.case("in_review")
    Question.objects.create(referral=found.referral, asked_by=found.advisor, asked_at=NOW, text="Hoeveel pompen?")
    step(found, Action.ASK, Actor.ADVISOR)
    return found


def _on_hold() -> Case:
    found = cast.case("in_progress")
    holding.postpone(found.referral.pk, actor=found.actor, until=UNTIL, key=cast.key(), now=NOW)
    return found
