"""What an advisor can do with a referral, as one table: address, button, form, and the service behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from intake.policies import policy
from intake.policy import KVK
from referrals.domain.lifecycle import Action, Guard, State, Transition, actions_for
from referrals.domain.worktime import local_date
from referrals.models import Referral
from referrals.permissions import actors_of
from referrals.services import answering, closing, offering, profiles, queue
from referrals.views import desk_forms

# Moves that an advisor reaches in one go from here: picking up goes before them by itself.
TAKES_UP_FIRST = (Action.OFFER, Action.HANDLE_OURSELVES)


@dataclass(frozen=True, slots=True)
class Change:
    """One act on its way to its service."""

    referral: Referral
    advisor: User
    version: int
    key: str
    now: datetime
    typed: Mapping[str, Any]

    @property
    def actor(self) -> str:
        """Return the advisor as the ledger writes it."""
        return f"advisor:{self.advisor.pk}"


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to do; without a form it is done by its button in the pane."""

    slug: str
    action: Action
    word: str
    done: str
    run: Callable[[Change], object]
    form: type[desk_forms.ActForm] | None = None
    question: str = ""
    primary: bool = False


def _claim(change: Change) -> object:
    return queue.claim(
        change.referral.pk, advisor=change.advisor, version=change.version, key=change.key, now=change.now
    )


def _release(change: Change) -> object:
    return queue.release(
        change.referral.pk, advisor=change.advisor, version=change.version, key=change.key, now=change.now
    )


def _reconsider(change: Change) -> object:
    return queue.reconsider(
        change.referral.pk, advisor=change.advisor, version=change.version, key=change.key, now=change.now
    )


def taken_up(change: Change) -> int:
    """Pick the referral up when nobody has, and return the version to go on with."""
    if change.referral.state != State.QUEUED or change.referral.version != change.version:
        return change.version
    taken = queue.claim(
        change.referral.pk, advisor=change.advisor, version=change.version, key=f"{change.key}-op", now=change.now
    )
    return taken.version


def _handle(change: Change) -> object:
    return offering.handle_ourselves(
        change.referral.pk, advisor=change.advisor, version=taken_up(change), key=change.key, now=change.now
    )


def _offer(change: Change) -> object:
    return offering.offer(
        change.referral.pk,
        change.typed["partner"].pk,
        advisor=change.advisor,
        version=taken_up(change),
        key=change.key,
        now=change.now,
        force_reason=change.typed.get("force_reason", ""),
    )


def _recall(change: Change) -> object:
    return offering.recall(
        change.referral.pk,
        advisor=change.advisor,
        version=change.version,
        key=change.key,
        now=change.now,
        reason=change.typed["reason"],
        reason_text=change.typed["reason_text"],
    )


def _contact(change: Change) -> object:
    return answering.first_contact(
        offering.live_offer(change.referral).pk,
        actor=change.actor,
        on=change.typed["on"],
        key=change.key,
        now=change.now,
        version=change.version,
    )


def _complete(change: Change) -> object:
    return answering.complete(
        change.referral.pk,
        actor=change.actor,
        outcome=change.typed["outcome"],
        on=change.typed["on"],
        key=change.key,
        now=change.now,
        version=change.version,
    )


def _stop(change: Change) -> object:
    return answering.stop(
        change.referral.pk,
        actor=change.actor,
        reason=change.typed["reason"],
        reason_text=change.typed["reason_text"],
        key=change.key,
        now=change.now,
        version=change.version,
    )


def _cancel(change: Change) -> object:
    return closing.cancel(
        change.referral.pk,
        advisor=change.advisor,
        reason=change.typed["reason"],
        text=change.typed["reason_text"],
        version=change.version,
        key=change.key,
        now=change.now,
    )


ACTS = (
    Act("oppakken", Action.CLAIM, "Neem ik", "U hebt {number} opgepakt.", _claim, primary=True),
    Act("verder-zoeken", Action.RECONSIDER, "Zoek verder", "U zoekt verder voor {number}.", _reconsider, primary=True),
    Act("aanbieden", Action.OFFER, "Bied aan", "{number} is aangeboden.", _offer, desk_forms.OfferForm),
    Act(
        "zelf-behandelen",
        Action.HANDLE_OURSELVES,
        "KvK behandelt zelf",
        "U behandelt {number} zelf.",
        _handle,
    ),
    Act(
        "contact",
        Action.RECORD_CONTACT,
        "Leg eerste contact vast",
        "Het eerste contact voor {number} staat vast.",
        _contact,
        desk_forms.ContactForm,
        "Wanneer was het eerste contact?",
        primary=True,
    ),
    Act(
        "afronden",
        Action.COMPLETE,
        "Rond af",
        "{number} is afgerond.",
        _complete,
        desk_forms.OutcomeForm,
        "Wat is het resultaat?",
        primary=True,
    ),
    Act(
        "terughalen",
        Action.RECALL,
        "Haal aanbod terug",
        "Het aanbod voor {number} is teruggehaald.",
        _recall,
        desk_forms.ReasonForm,
        "Waarom haalt u het aanbod terug?",
    ),
    Act(
        "stoppen",
        Action.STOP,
        "Stop zonder resultaat",
        "{number} is gestopt.",
        _stop,
        desk_forms.ReasonForm,
        "Waarom stopt dit?",
    ),
    Act("loslaten", Action.RELEASE, "Leg terug", "{number} ligt weer in de wachtrij.", _release),
    Act(
        "annuleren",
        Action.CANCEL,
        "Annuleer",
        "{number} is geannuleerd.",
        _cancel,
        desk_forms.ReasonForm,
        "Waarom gaat dit niet door?",
    ),
)
BY_SLUG = {act.slug: act for act in ACTS}


def possible(referral: Referral, advisor: User) -> list[Act]:
    """Return what this advisor can do now, in the order of the table; the services check it all again."""
    return [act for act in ACTS if move(referral, act, advisor) is not None]


def move(referral: Referral, act: Act, advisor: User) -> Transition | None:
    """Return the row of the table behind an act for this advisor, None when it is not theirs to do."""
    if act.action in TAKES_UP_FIRST and referral.state in {State.QUEUED, State.RETURNED}:
        step = Action.CLAIM if referral.state == State.QUEUED else Action.RECONSIDER
        if _row(referral, step, advisor) is None:
            return None
        row = _row(referral, act.action, advisor, State.IN_REVIEW, owner_id=advisor.pk)
    else:
        row = _row(referral, act.action, advisor)
    return row


def _row(
    referral: Referral, action: Action, advisor: User, state: State | None = None, owner_id: int | None = None
) -> Transition | None:
    owner = owner_id if state else referral.owner_id
    for actor in actors_of(advisor):
        for row in actions_for(state or State(referral.state), actor):
            if row.action is action and all(_holds(guard, referral, advisor, owner) for guard in row.guards_for(actor)):
                return row
    return None


def _holds(guard: Guard, referral: Referral, advisor: User, owner_id: int | None) -> bool:
    match guard:
        case Guard.IS_OWNER:
            return owner_id == advisor.pk
        case Guard.UNCLAIMED:
            return owner_id is None
        case Guard.OWNER_OR_OWNER_ABSENT:
            return owner_id == advisor.pk or profiles.is_away(referral.owner, local_date(timezone.now()))
        case Guard.KVK_IS_PARTY:
            return KVK in policy(referral.intake.policy).activities[referral.activity].parties
        case Guard.HANDLED_BY_KVK:
            return referral.organisation == KVK
        case _:
            return True
