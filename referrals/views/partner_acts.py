"""What a partner can do with an offer, as one table: word in the address, button, form, and the service behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from referrals.domain.lifecycle import Action, Actor, State, Transition, actions_for
from referrals.models import Offer
from referrals.services import consents, partner_deeds, partner_questions
from referrals.services.partner_deeds import Deed
from referrals.views import partner_forms as forms


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that a partner can do; one that is no move of the table has no action."""

    slug: str
    action: Action | None
    word: str
    question: str
    done: str
    form: type[forms.AnswerForm]
    run: Callable[[Deed], object]
    # Of one that is no move: whether it can be done now.
    when: Callable[[Offer], bool] | None = None


def actor_of(offer: Offer) -> str:
    """Return the partner as the ledger writes it."""
    return f"partner:{offer.partner_id}"


def may_ask(offer: Offer) -> bool:
    """Say whether a question to the KvK can be asked: one at a time, and the KvK asks itself none."""
    return offer.organisation != consents.KVK and partner_questions.open_question(offer) is None


# fmt: off
ACTS = (
    Act("aannemen", Action.ACCEPT, "Neem aan", "Neemt u dit aan?",
        "U hebt het aanbod aangenomen. De contactgegevens staan hieronder.", forms.AcceptForm, partner_deeds.accept),
    Act("afwijzen", Action.DECLINE, "Wijs af", "Waarom wijst u dit af?",
        "U hebt het aanbod afgewezen.", forms.ReasonForm, partner_deeds.decline),
    Act("contact", Action.RECORD_CONTACT, "Leg eerste contact vast", "Wanneer was het eerste contact?",
        "Het eerste contact staat vast.", forms.ContactForm, partner_deeds.record_contact),
    Act("hervatten", Action.RESUME, "Ga weer verder", "Gaat u weer verder?",
        "U gaat weer verder. De ondernemer krijgt bericht.", forms.AnswerForm, partner_deeds.resume),
    Act("afronden", Action.COMPLETE, "Rond af", "Wat is het resultaat?",
        "De doorverwijzing is afgerond.", forms.OutcomeForm, partner_deeds.complete),
    # Not a move of the table: who may end the work may also say that it goes on.
    Act("nog-bezig", Action.COMPLETE, "Wij zijn nog bezig", "Bent u nog bezig met dit bedrijf?",
        "Dank u wel. U hoort over 30 dagen weer van ons.", forms.AnswerForm, partner_deeds.still_busy),
    Act("uitstellen", Action.POSTPONE, "Stel uit", "Tot wanneer stelt u dit uit?",
        "Het is uitgesteld. De ondernemer krijgt bericht.", forms.HoldForm, partner_deeds.postpone),
    Act("stoppen", Action.STOP, "Stop zonder resultaat", "Waarom stopt dit?",
        "De doorverwijzing is gestopt.", forms.ReasonForm, partner_deeds.stop),
    Act("teruggeven", Action.RETURN, "Geef terug aan de KvK", "Waarom geeft u dit terug?",
        "De doorverwijzing is terug bij de KvK.", forms.ReasonForm, partner_deeds.give_back),
    Act("vraag", None, "Stel een vraag aan de KvK", "Wat wilt u van de KvK weten?",
        "Uw vraag is bij de KvK. U krijgt een e-mail als er antwoord is.", forms.QuestionForm, partner_deeds.ask,
        may_ask),
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
