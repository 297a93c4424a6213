"""The one door: table, version, key, row, event and messages in one transaction, or nothing at all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.utils.translation import gettext_noop as _

from intake.models import Intake
from nnmkb.ledger import events
from nnmkb.ledger.models import Event
from referrals.domain import lifecycle
from referrals.domain.lifecycle import Action, Actor, Recipient, State, Transition
from referrals.domain.partner_feed import type_of
from referrals.domain.reasons import Reason
from referrals.domain.worktime import Calendar, read_calendar
from referrals.models import ConsentRequest, Offer, Partner, Question, Referral
from referrals.services import feed, telling
from referrals.services.errors import NotAllowed, NotDone, Refused, Stale

T = TypeVar("T")
TRIES = 5
USED = _("Dit formulier is al gebruikt. Laad de pagina opnieuw en probeer het nog eens.")

ROLES = {
    "entrepreneur": Actor.ENTREPRENEUR,
    "advisor": Actor.ADVISOR,
    "partner": Actor.PARTNER,
    "timer": Actor.TIMER,
    "system": Actor.SYSTEM,
}


@cache
def calendar() -> Calendar:
    """Return the working days, read once."""
    return read_calendar()


@dataclass(frozen=True, slots=True)
class Who:
    """An actor as the ledger writes it ("advisor:3", "partner:5", "partner:5/person:12"), taken apart."""

    name: str
    role: Actor
    pk: int | None


def who(actor: str) -> Who:
    """Take the name of an actor apart; after the slash stands which person or key of the partner it was."""
    role, _, pk = actor.partition("/")[0].partition(":")
    return Who(actor, ROLES[role], int(pk) if pk else None)


def once(subject: str, key: str | None, work: Callable[[str | None], T], replay: Callable[[Event], T]) -> T:
    """Carry out `work` in a transaction, once for this key; a repeat of the same form gets `replay`.

    `work` gets the key to record its event with. It runs again when another writer took the next number of the history.
    """
    scoped = f"{subject}:{key}" if key else None
    for attempt in range(TRIES):
        if done := events.done_before(scoped):
            return _again(done, replay)
        try:
            with transaction.atomic():
                return work(scoped)
        except (events.KeyUsed, events.LostRace):
            if attempt == TRIES - 1:
                raise
        except NotDone:
            # Of two clicks on one button the second finds the world changed, by the first.
            if done := events.done_before(scoped):
                return _again(done, replay)
            raise
    raise AssertionError("unreachable")


def _again(done: Event, replay: Callable[[Event], T]) -> T:
    try:
        return replay(done)
    except (KeyError, ObjectDoesNotExist) as error:
        # The key of another form, or what this one made is erased.
        raise Refused(USED) from error


def note(stream: str, kind: str, *, actor: str, at: datetime, payload: Mapping[str, object]) -> Event:
    """Record something that changes no state, such as the opening of a dossier."""
    return once(
        stream, None, lambda _: events.record(stream, kind, actor=actor, at=at, payload=payload), lambda event: event
    )


def hold(intake_id: int) -> Intake:
    """Take the intake for the rest of the transaction, so that no consent changes between reading and acting.

    PostgreSQL locks the row. SQLite has one writer at a time, because every transaction there starts IMMEDIATE.
    """
    return Intake.objects.select_for_update().get(pk=intake_id)


def may_write(referral_id: int) -> None:
    """Hold the intake of a referral; refuses words about a company that had everything erased: nothing erases them."""
    if hold(Referral.objects.values_list("intake_id", flat=True).get(pk=referral_id)).state == Intake.State.ERASED:
        raise Refused("De gegevens van dit bedrijf zijn gewist. U kunt er niets meer over opschrijven.")


def read(referral_id: int, version: int | None) -> Referral:
    """Return the referral; raises Stale when the form was made for another version."""
    referral = Referral.objects.select_related("intake", "partner", "owner").get(pk=referral_id)
    if version is not None and referral.version != version:
        raise Stale(referral, since(referral, version))
    return referral


def since(referral: Referral, version: int) -> list[Event]:
    """Return what happened to the referral after this version."""
    return [event for event in events.history(referral.stream) if _version_of(event) > version]


def _version_of(event: Event) -> int:
    version = event.payload.get("version", 0)
    return version if isinstance(version, int) else 0


def move(
    referral: Referral,
    action: Action,
    role: Actor,
    *,
    actor: str,
    at: datetime,
    key: str | None = None,
    changes: Mapping[str, object] | None = None,
    payload: Mapping[str, object] | None = None,
    respond_days: int = 5,
    until: date | None = None,
    offer: Offer | None = None,
    quiet: Collection[Recipient] = (),
) -> Event:
    """Make one move of the table: compare-and-set on the version that was read, its event, and its messages.

    `referral` is brought up to date. `offer` is the offer it is about, `quiet` names who is told in another way.
    Raises NotAllowed when the table has no such move, and Stale on a lost race.
    """
    row = allowed(referral.state, action, role)
    former_owner_id = referral.owner_id
    event = settle(
        referral,
        row.target,
        row.event,
        actor=actor,
        at=at,
        key=key,
        changes=changes,
        payload={"transition": row.number, **(payload or {})},
        respond_days=respond_days,
        until=until,
        offer=offer,
    )
    telling.tell(row, referral, event, calendar(), offer=offer, former_owner_id=former_owner_id, quiet=quiet)
    return event


def settle(
    referral: Referral,
    target: State,
    kind: str,
    *,
    actor: str,
    at: datetime,
    key: str | None = None,
    changes: Mapping[str, object] | None = None,
    payload: Mapping[str, object] | None = None,
    respond_days: int = 5,
    until: date | None = None,
    offer: Offer | None = None,
) -> Event:
    """Write the new state with its clock, and its event; the caller has checked that the move may be made.

    `respond_days` is the term of an offer, `until` the chosen date of a postponement.
    """
    source = referral.state
    fields: dict[str, object] = {
        "state": target.value,
        "entered_at": at,
        "misses": 0,
        "no_answer": False,
        **clock(target, at, respond_days, until),
        **(changes or {}),
    }
    due = fields["next_due_at"]
    # Messages name the deadline as it was set, whatever becomes of the table of holidays.
    frozen = {"due": due.isoformat()} if isinstance(due, datetime) else {}
    event = amend(
        referral,
        kind,
        actor=actor,
        at=at,
        key=key,
        changes=fields,
        payload={"from": source, "to": target.value, **frozen, **(payload or {})},
    )
    _leave(referral, State(source), at)
    if offer is not None:
        feed.tell(type_of(kind), offer, number=referral.number, version=referral.version, actor=actor, at=at)
    if target.is_open:
        telling.remind_later(referral, event, calendar(), respond_days=respond_days, offer=offer)
    return event


def _leave(referral: Referral, source: State, at: datetime) -> None:
    """End what waited in the state that was left: reminders, and a question that nobody has to answer any more."""
    telling.forget_reminders(referral, at)
    if source is State.NEEDS_INFO:
        Question.objects.filter(referral=referral, closed_at__isnull=True).update(closed_at=at)
    elif source is State.AWAITING_CONSENT:
        ConsentRequest.objects.filter(referral=referral, closed_at__isnull=True).update(closed_at=at)


def amend(
    referral: Referral,
    kind: str,
    *,
    actor: str,
    at: datetime,
    key: str | None = None,
    changes: Mapping[str, object],
    payload: Mapping[str, object] | None = None,
) -> Event:
    """Change columns of the row by compare-and-set on its version, and record the event; raises Stale on a lost race.

    For what leaves the state as it is, such as another owner; a change of state goes by `move`.
    """
    version, source = referral.version, referral.state
    fields = {**changes, "version": version + 1}
    if not Referral.objects.filter(pk=referral.pk, version=version, state=source).update(**fields):
        fresh = Referral.objects.select_related("owner", "partner").get(pk=referral.pk)
        raise Stale(fresh, since(fresh, version))
    for name, value in fields.items():
        setattr(referral, name, value)
    return events.record(
        referral.stream,
        kind,
        actor=actor,
        at=at,
        payload={"version": version + 1, **(payload or {})},
        idempotency_key=key,
    )


def handed_to(partner: Partner | None) -> dict[str, object]:
    """Return the columns that say who has the referral, as that partner is now; None for nobody."""
    if partner is None:
        return {"partner_id": None, "organisation": "", "partner_name": ""}
    return {"partner_id": partner.pk, "organisation": partner.organisation, "partner_name": partner.name}


def clock(target: State, at: datetime, respond_days: int = 5, until: date | None = None) -> dict[str, object]:
    """Return the columns of the clock that starts when this state is entered; a closed state has none."""
    if not target.is_open:
        return {"next_due_at": None, "sweep_at": None, "due_kind": "", "closed_at": at}
    due, kind = lifecycle.due(target, at, calendar(), respond_days=respond_days, until=until)
    return {"next_due_at": due, "sweep_at": due + lifecycle.grace(target), "due_kind": kind.value, "closed_at": None}


def allowed(state: str, action: Action, role: Actor) -> Transition:
    """Return the row of the table for this move; raises NotAllowed with what can be done instead."""
    try:
        return lifecycle.transition(State(state), action, role)
    except lifecycle.NotAllowed as error:
        raise NotAllowed(str(error)) from error


def own(referral: Referral, advisor_id: int | None) -> None:
    """Refuse everyone but the owner."""
    if advisor_id is None or referral.owner_id != advisor_id:
        owner = referral.owner.get_full_name() or referral.owner.get_username() if referral.owner else "niemand"
        raise Refused(f"Deze doorverwijzing is van {owner}. Alleen de behandelaar kan dit doen.")


def reason_of(row: Transition, code: str, text: str, *, until: date | None = None) -> Reason:
    """Return the reason behind a code; refuses one that does not fit the move, or that lacks its text."""
    found = next((reason for reason in row.reasons if reason.code == code), None)
    if found is None:
        raise Refused("Kies een reden uit de lijst.", field="reason")
    if len(text.strip()) < found.min_text:
        raise Refused(f"Licht de reden toe in ten minste {found.min_text} tekens.", field="reason_text")
    if len(text) > 500:
        raise Refused("De toelichting is te lang. Gebruik hoogstens 500 tekens.", field="reason_text")
    return found
