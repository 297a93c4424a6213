"""What a partner can do with an offer, as one table: word in the address, button, form, and the service behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from referrals.domain.lifecycle import Action, Actor, State, Transition, actions_for
from referrals.models import Offer
from referrals.services import answering, consents, holding, partner_questions
from referrals.views import partner_forms as forms


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer on its way to its service."""

    offer: Offer
    # Who answers, as the ledger writes it.
    actor: str
    key: str
    now: datetime
    typed: Mapping[str, Any]
    # Of the referral on the screen; None where the page does not know it.
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that a partner can do; one that is no move of the table has no action."""

    slug: str
    action: Action | None
    word: str
    question: str
    done: str
    form: type[forms.AnswerForm]
    run: Callable[[Answer], object]
    # Of one that is no move: whether it can be done now.
    when: Callable[[Offer], bool] | None = None


def actor_of(offer: Offer) -> str:
    """Return the partner as the ledger writes it."""
    return f"partner:{offer.partner_id}"


def _accept(given: Answer) -> object:
    return answering.accept(
        given.offer.pk,
        actor=given.actor,
        contact_person=given.typed["contact_person"],
        key=given.key,
        now=given.now,
        version=given.version,
    )


def _decline(given: Answer) -> object:
    return answering.decline(
        given.offer.pk,
        actor=given.actor,
        reason=given.typed["reason"],
        reason_text=given.typed["reason_text"],
        key=given.key,
        now=given.now,
        until=given.typed["until"],
        version=given.version,
    )


def _give_back(given: Answer) -> object:
    return answering.give_back(
        given.offer.pk,
        actor=given.actor,
        reason=given.typed["reason"],
        reason_text=given.typed["reason_text"],
        key=given.key,
        now=given.now,
        until=given.typed["until"],
        version=given.version,
    )


def _contact(given: Answer) -> object:
    return answering.first_contact(
        given.offer.pk,
        actor=given.actor,
        on=given.typed["on"],
        key=given.key,
        now=given.now,
        version=given.version,
    )


def _complete(given: Answer) -> object:
    return answering.complete(
        given.offer.referral_id,
        actor=given.actor,
        outcome=given.typed["outcome"],
        on=given.typed["on"],
        key=given.key,
        now=given.now,
        version=given.version,
    )


def _stop(given: Answer) -> object:
    return answering.stop(
        given.offer.referral_id,
        actor=given.actor,
        reason=given.typed["reason"],
        reason_text=given.typed["reason_text"],
        key=given.key,
        now=given.now,
        version=given.version,
    )


def _still_busy(given: Answer) -> object:
    return answering.still_busy(
        given.offer.referral_id, actor=given.actor, key=given.key, now=given.now, version=given.version
    )


def _postpone(given: Answer) -> object:
    return holding.postpone(
        given.offer.referral_id,
        actor=given.actor,
        until=given.typed["until"],
        version=given.version,
        key=given.key,
        now=given.now,
    )


def _resume(given: Answer) -> object:
    return holding.resume(
        given.offer.referral_id, actor=given.actor, version=given.version, key=given.key, now=given.now
    )


def _ask(given: Answer) -> object:
    return partner_questions.ask(
        given.offer.pk, actor=given.actor, text=given.typed["text"], key=given.key, now=given.now
    )


def may_ask(offer: Offer) -> bool:
    """Say whether a question to the KvK can be asked: one at a time, and the KvK asks itself none."""
    return offer.organisation != consents.KVK and partner_questions.open_question(offer) is None


# fmt: off
ACTS = (
    Act("aannemen", Action.ACCEPT, "Neem aan", "Neemt u dit aan?",
        "U hebt het aanbod aangenomen. De contactgegevens staan hieronder.", forms.AcceptForm, _accept),
    Act("afwijzen", Action.DECLINE, "Wijs af", "Waarom wijst u dit af?",
        "U hebt het aanbod afgewezen.", forms.ReasonForm, _decline),
    Act("contact", Action.RECORD_CONTACT, "Leg eerste contact vast", "Wanneer was het eerste contact?",
        "Het eerste contact staat vast.", forms.ContactForm, _contact),
    Act("hervatten", Action.RESUME, "Ga weer verder", "Gaat u weer verder?",
        "U gaat weer verder. De ondernemer krijgt bericht.", forms.AnswerForm, _resume),
    Act("afronden", Action.COMPLETE, "Rond af", "Wat is het resultaat?",
        "De doorverwijzing is afgerond.", forms.OutcomeForm, _complete),
    # Not a move of the table: who may end the work may also say that it goes on.
    Act("nog-bezig", Action.COMPLETE, "Wij zijn nog bezig", "Bent u nog bezig met dit bedrijf?",
        "Dank u wel. U hoort over 30 dagen weer van ons.", forms.AnswerForm, _still_busy),
    Act("uitstellen", Action.POSTPONE, "Stel uit", "Tot wanneer stelt u dit uit?",
        "Het is uitgesteld. De ondernemer krijgt bericht.", forms.HoldForm, _postpone),
    Act("stoppen", Action.STOP, "Stop zonder resultaat", "Waarom stopt dit?",
        "De doorverwijzing is gestopt.", forms.ReasonForm, _stop),
    Act("teruggeven", Action.RETURN, "Geef terug aan de KvK", "Waarom geeft u dit terug?",
        "De doorverwijzing is terug bij de KvK.", forms.ReasonForm, _give_back),
    Act("vraag", None, "Stel een vraag aan de KvK", "Wat wilt u van de KvK weten?",
        "Uw vraag is bij de KvK. U krijgt een e-mail als er antwoord is.", forms.QuestionForm, _ask, may_ask),
)
# fmt: on
BY_SLUG = {act.slug: act for act in ACTS}


def possible(offer: Offer, acts: Iterable[Act] = ACTS) -> list[tuple[Act, Transition | None]]:
    """Return what the partner can do now, with the move behind each; what is no move has none, and waits for none."""
    if offer.ended_at is not None:
        return []
    moves: dict[Action | None, Transition] = {
        row.action: row for row in actions_for(State(offer.referral.state), Actor.PARTNER)
    }
    return [(act, moves.get(act.action)) for act in acts if (act.when(offer) if act.when else act.action in moves)]
