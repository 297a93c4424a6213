"""What an advisor can do with a referral, as one table: address, button, form, and what carries it out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils import timezone

from intake.models import Intake
from intake.policies import policy
from intake.policy import KVK
from referrals.domain.lifecycle import (
    Action,
    Actor,
    Guard,
    State,
    Transition,
    actions_for,
    lead_decides,
)
from referrals.domain.worktime import local_date
from referrals.models import Referral
from referrals.permissions import actors_of, leads
from referrals.services import profiles, reopening
from referrals.views import acts_running as running
from referrals.views import desk_forms as forms
from referrals.views.acts_running import Change

# Moves that an advisor reaches in one go from the queue or after a no: the service picks the referral up first.
TAKES_UP_FIRST = (Action.OFFER, Action.HANDLE_OURSELVES, Action.ASK, Action.REQUEST_CONSENT, Action.POSTPONE)
LEAD_DECIDES = "De teamleider beslist. Vanaf de vierde poging zoekt u alleen verder met de teamleider."
# These stand with each partner and not among the buttons.
WITH_A_PARTNER = (Action.OFFER, Action.REQUEST_CONSENT)

Shown = Callable[[Referral, User], bool]


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to do; without a form it is done by its button in the pane.

    `action` is its move of the table. An act that is no move of this referral has none, and says itself in `shown` when
    there is something to do. `only` names the states for one of two acts with the same action.
    """

    slug: str
    action: Action | None
    word: str
    done: str
    run: Callable[[Change], object]
    form: type[forms.ActForm] | None = None
    question: str = ""
    primary: bool = False
    only: frozenset[State] | None = None
    shown: Shown | None = None

    @property
    def asks(self) -> bool:
        """Say whether it has a page of its own; a template cannot look at a class without making one."""
        return self.form is not None


def _handed_over(referral: Referral, advisor: User) -> bool:
    if not State(referral.state).is_open or referral.state == State.QUEUED:
        return False
    return in_charge(referral, advisor)


def in_charge(referral: Referral, advisor: User) -> bool:
    """Say whether this advisor may stand in for the owner, or is the owner."""
    return referral.owner_id == advisor.pk or leads(advisor) or _owner_away(referral)


def _proposed(referral: Referral, advisor: User) -> bool:
    return referral.owner_id == advisor.pk and referral.intake.state == Intake.State.SUBMITTED


def _at_work(referral: Referral, advisor: User) -> bool:
    return referral.state == State.IN_PROGRESS and referral.owner_id == advisor.pk


def _asked_to_reopen(referral: Referral, advisor: User) -> bool:
    # Nothing that is open can be asked to open again.
    closed = not State(referral.state).is_open and bool(actors_of(advisor))
    return closed and referral.feedback.filter(asks_reopening=True, handled_at__isnull=True).exists()


_LAPSED = frozenset({State.LAPSED})
_ENDED = frozenset({State.COMPLETED, State.STOPPED, State.CANCELLED})

# fmt: off
# In the order of the buttons.
ACTS = (
    Act("oppakken", Action.CLAIM, "Neem ik", "U hebt {number} opgepakt.", running.claim, primary=True),
    Act("verder-zoeken", Action.RECONSIDER, "Zoek verder", "U zoekt verder voor {number}.", running.reconsider,
        primary=True),
    Act("aanbieden", Action.OFFER, "Bied aan", "{number} is aangeboden.", running.offer, forms.OfferForm),
    Act("toestemming", Action.REQUEST_CONSENT, "Vraag toestemming", "De ondernemer krijgt de vraag om toestemming.",
        running.request_consent, forms.PartnerForm, "Toestemming vragen?"),
    Act("vraag", Action.ASK, "Stel een vraag", "De ondernemer krijgt uw vraag.", running.ask, forms.QuestionForm,
        "Wat wilt u van de ondernemer weten?"),
    Act("vraag-sluiten", Action.CLOSE_QUESTION, "Sluit de vraag", "De vraag is gesloten.", running.close_question),
    Act("zelf-behandelen", Action.HANDLE_OURSELVES, "KvK behandelt zelf", "U behandelt {number} zelf.",
        running.handle_ourselves),
    Act("contact", Action.RECORD_CONTACT, "Leg eerste contact vast", "Het eerste contact voor {number} staat vast.",
        running.first_contact, forms.ContactForm, "Wanneer was het eerste contact?", primary=True),
    Act("afronden", Action.COMPLETE, "Rond af", "{number} is afgerond.", running.complete, forms.OutcomeForm,
        "Wat is het resultaat?", primary=True),
    Act("nog-bezig", None, "Nog bezig", "De termijn van {number} begint opnieuw.", running.still_busy, shown=_at_work),
    Act("hervatten", Action.RESUME, "Hervat", "{number} is weer in beoordeling.", running.resume, forms.PlainForm,
        "Weer oppakken?", primary=True),
    Act("heropenen", Action.REOPEN, "Heropen", "{number} ligt weer in de wachtrij.", running.reopen, forms.ReasonForm,
        "Waarom gaat dit weer open?", only=_ENDED),
    Act("opnieuw-vragen", Action.REOPEN, "Vraag opnieuw toestemming", "De ondernemer krijgt de vraag opnieuw.",
        running.ask_again, forms.AskedAgainForm, "Opnieuw toestemming vragen?", only=_LAPSED),
    Act("blijft-gesloten", None, "Niet heropenen", "{number} blijft gesloten.", running.leave_closed,
        forms.StayClosedForm, "Waarom blijft dit gesloten?", shown=_asked_to_reopen),
    Act("uitstellen", Action.POSTPONE, "Stel uit", "{number} is uitgesteld.", running.postpone, forms.HoldForm,
        "Tot wanneer wacht dit?"),
    Act("terughalen", Action.RECALL, "Haal aanbod terug", "Het aanbod voor {number} is teruggehaald.", running.recall,
        forms.ReasonForm, "Waarom haalt u het aanbod terug?"),
    Act("overdragen", None, "Draag over", "{number} is overgedragen.", running.hand_over, forms.HandOverForm,
        "Aan wie draagt u dit over?", shown=_handed_over),
    Act("voorstellen", None, "Stel een andere activiteit voor", "De ondernemer krijgt uw voorstel.", running.propose,
        forms.ProposeForm, "Welke activiteit stelt u voor?", shown=_proposed),
    Act("loslaten", Action.RELEASE, "Leg terug", "{number} ligt weer in de wachtrij.", running.release),
    Act("stoppen", Action.STOP, "Stop zonder resultaat", "{number} is gestopt.", running.stop, forms.ReasonForm,
        "Waarom stopt dit?"),
    Act("annuleren", Action.CANCEL, "Annuleer", "{number} is geannuleerd.", running.cancel, forms.ReasonForm,
        "Waarom gaat dit niet door?"),
    Act("intrekken", Action.WITHDRAW, "Trek in namens de ondernemer", "{number} is ingetrokken.", running.withdraw,
        forms.CallForm, "Intrekken namens de ondernemer?"),
)
# fmt: on
BY_SLUG = {act.slug: act for act in ACTS}


def possible(referral: Referral, advisor: User) -> list[Act]:
    """Return what this advisor can do now, in the order of the table; the services check it all again."""
    return [act for act in ACTS if can(referral, act, advisor)]


def can(referral: Referral, act: Act, advisor: User) -> bool:
    """Say whether this act is this advisor's to do now."""
    if act.shown is not None:
        return act.shown(referral, advisor)
    return move(referral, act, advisor) is not None


def move(referral: Referral, act: Act, advisor: User) -> Transition | None:
    """Return the row of the table behind an act for this advisor, None when it is not theirs to do."""
    if act.action is None or (act.only is not None and referral.state not in act.only):
        return None
    if act.action in TAKES_UP_FIRST and referral.state in {State.QUEUED, State.RETURNED}:
        step = Action.CLAIM if referral.state == State.QUEUED else Action.RECONSIDER
        if _row(referral, step, advisor) is None:
            return None
        return _row(referral, act.action, advisor, State.IN_REVIEW, owner_id=advisor.pk)
    return _row(referral, act.action, advisor)


def waits_for_lead(referral: Referral) -> bool:
    """Say whether only the team lead may search on: the fourth attempt is next."""
    return lead_decides(State(referral.state), referral.attempts)


def _row(
    referral: Referral, action: Action, advisor: User, state: State | None = None, owner_id: int | None = None
) -> Transition | None:
    owner = owner_id if state else referral.owner_id
    for actor in actors_of(advisor):
        for row in actions_for(state or State(referral.state), actor):
            if row.action is action and _all_hold(row, actor, referral, advisor, owner):
                return row
    return None


def _all_hold(row: Transition, actor: Actor, referral: Referral, advisor: User, owner_id: int | None) -> bool:
    # The team lead may end what a colleague is working on.
    ends = row.action is Action.CANCEL and leads(advisor)
    return all(
        _holds(guard, referral, advisor, owner_id)
        for guard in row.guards_for(actor)
        if not (ends and guard is Guard.IS_OWNER)
    )


def _holds(guard: Guard, referral: Referral, advisor: User, owner_id: int | None) -> bool:
    match guard:
        case Guard.IS_OWNER:
            return owner_id == advisor.pk
        case Guard.UNCLAIMED:
            return owner_id is None
        case Guard.OWNER_OR_OWNER_ABSENT:
            # What waits for the team lead, any team lead may take up.
            by_lead = waits_for_lead(referral) and leads(advisor)
            return by_lead or owner_id == advisor.pk or _owner_away(referral)
        case Guard.LEAD_APPROVES_FOURTH_ATTEMPT:
            return not waits_for_lead(referral) or leads(advisor)
        case Guard.KVK_IS_PARTY:
            return KVK in policy(referral.intake.policy).activities[referral.activity].parties
        case Guard.HANDLED_BY_KVK:
            return referral.organisation == KVK
        case Guard.CLOSED_WITHIN_60_DAYS:
            return reopening.in_time(referral, timezone.now())
        case _:
            return True


def _owner_away(referral: Referral) -> bool:
    return profiles.is_away(referral.owner, local_date(timezone.now()))
