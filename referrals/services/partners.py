"""The partner list: who changes an entry, once, and on the version that was on the screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from nnmkb.ledger import events
from nnmkb.ledger.models import Event
from referrals.domain.worktime import local_date
from referrals.models import Partner, PartnerContact, Referral
from referrals.services import door, organisations
from referrals.services.answering import check_pause
from referrals.services.errors import NotDone, Refused
from referrals.services.partner_entry import Entry, check, difference, taken

MOST_CONTACTS = 20


class Outdated(NotDone):
    """Somebody else changed the partner first; `what_changed` holds the events since the version on the form."""

    def __init__(self, partner: Partner, what_changed: list[Event]) -> None:
        self.partner = partner
        self.what_changed = tuple(what_changed)
        super().__init__("Iemand anders heeft deze gegevens net veranderd. Uw wijziging is niet opgeslagen.")


@dataclass(frozen=True, slots=True)
class Person:
    """A contact person as somebody fills it in."""

    name: str
    role: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Deed:
    """What is recorded, which columns change, and what the history says about it: codes and numbers only."""

    kind: str
    columns: dict[str, object]
    about: dict[str, object]


@dataclass(frozen=True, slots=True)
class Change:
    """By whom, on which version, with which key of the form, and when."""

    by: User
    version: int
    key: str
    now: datetime
    # Who of the partner itself does it, as the history names that person; empty for staff.
    member: str = ""

    @property
    def actor(self) -> str:
        """Return how the history names who did it."""
        return self.member or _actor(self.by)


def add(entry: Entry, *, by: User, key: str, now: datetime) -> Partner:
    """Add a partner for an organisation that has none yet."""

    def work(scoped: str | None) -> Partner:
        check(entry, None, local_date(now))
        try:
            with transaction.atomic():
                made = Partner.objects.create(code=_code(entry.organisation), **entry.columns())
        except IntegrityError as error:
            raise taken() from error
        about: dict[str, object] = {"version": made.version, "organisation": made.organisation}
        events.record(made.stream, "partner_added", actor=_actor(by), at=now, payload=about, idempotency_key=scoped)
        return made

    return door.once("partner", key, work, _of_event)


def change(partner_id: int, entry: Entry, given: Change) -> Partner:
    """Change what the list says about a partner; without a difference nothing happens."""

    def work(partner: Partner) -> Deed | None:
        check(entry, partner, local_date(given.now))
        columns, about = difference(Entry.of(partner), entry)
        return Deed("partner_changed", columns, about) if columns else None

    return _amend(partner_id, given, work)


def pause(partner_id: int, until: date, given: Change) -> Partner:
    """Offer nothing to a partner up to a date; what runs goes on."""

    def work(_: Partner) -> Deed:
        check_pause(until, local_date(given.now))
        return Deed("partner_paused", {"paused_until": until}, {"until": until.isoformat()})

    return _amend(partner_id, given, work)


def end_pause(partner_id: int, given: Change) -> Partner:
    """Let a partner that has a pause take part again."""

    def work(partner: Partner) -> Deed:
        if not paused(partner, local_date(given.now)):
            raise Refused("Deze partner heeft geen pauze.")
        return Deed("pause_ended", {"paused_until": None}, {})

    return _amend(partner_id, given, work)


def checked(partner_id: int, given: Change) -> Partner:
    """Record that somebody went through the entry today."""

    def work(_: Partner) -> Deed:
        return Deed("partner_checked", {"last_checked": local_date(given.now)}, {})

    return _amend(partner_id, given, work)


def stop(partner_id: int, given: Change) -> Partner:
    """Take a partner out of the matching. Its referrals stay where they are: an advisor recalls what must go."""

    def work(partner: Partner) -> Deed:
        if not partner.active:
            raise Refused("Deze partner doet al niet meer mee.")
        return Deed("partner_stopped", {"active": False}, {"open": running(partner).count()})

    return _amend(partner_id, given, work)


def restart(partner_id: int, given: Change) -> Partner:
    """Let a partner that stopped take part again, when its organisation still exists."""

    def work(partner: Partner) -> Deed:
        if partner.active:
            raise Refused("Deze partner doet al mee.")
        if told := organisations.ending(partner.organisation, local_date(given.now)):
            raise Refused(f"Deze organisatie bestaat niet meer. {told}")
        return Deed("partner_restarted", {"active": True}, {})

    return _amend(partner_id, given, work)


def add_contact(partner_id: int, person: Person, given: Change) -> Partner:
    """Add somebody to call."""

    def work(partner: Partner) -> Deed:
        if partner.contacts.count() >= MOST_CONTACTS:
            raise Refused(f"Er staan al {MOST_CONTACTS} contactpersonen. Haal eerst iemand weg.")
        made = partner.contacts.create(**asdict(person))
        return Deed("partner_contact_added", {}, {"contact": made.pk})

    return _amend(partner_id, given, work)


def change_contact(partner_id: int, contact_id: int, person: Person, given: Change) -> Partner:
    """Change somebody to call; without a difference nothing happens."""

    def work(partner: Partner) -> Deed | None:
        contact = _contact(partner, contact_id)
        differing = [name for name, value in asdict(person).items() if getattr(contact, name) != value]
        if not differing:
            return None
        PartnerContact.objects.filter(pk=contact.pk).update(**asdict(person))
        return Deed("partner_contact_changed", {}, {"contact": contact.pk, "fields": differing})

    return _amend(partner_id, given, work)


def remove_contact(partner_id: int, contact_id: int, given: Change) -> Partner:
    """Forget a contact person; the history keeps a number without a name."""

    def work(partner: Partner) -> Deed:
        _contact(partner, contact_id).delete()
        return Deed("partner_contact_removed", {}, {"contact": contact_id})

    return _amend(partner_id, given, work)


def paused(partner: Partner, today: date) -> bool:
    """Say whether a pause runs; it is over on its date."""
    return partner.paused_until is not None and today < partner.paused_until


def running(partner: Partner) -> QuerySet[Referral]:
    """Return the referrals that lie with a partner now, the first to fall due first."""
    return Referral.objects.filter(partner=partner, closed_at__isnull=True).order_by("next_due_at", "id")


def added_with(key: str) -> Partner | None:
    """Return the partner that this very form added before, if it did."""
    event = events.done_before(f"partner:{key}") if key else None
    return _of_event(event) if event else None


def since(partner: Partner, version: int) -> list[Event]:
    """Return what happened to the entry after this version, oldest first."""
    rows = ((event, event.payload.get("version", 0)) for event in events.history(partner.stream))
    return [event for event, number in rows if isinstance(number, int) and number > version]


Work = Callable[[Partner], Deed | None]


def _amend(partner_id: int, given: Change, work: Work) -> Partner:
    """Do the work on the version that was on the screen and record it, in one transaction, once for this key."""

    def carried(scoped: str | None) -> Partner:
        partner = Partner.objects.get(pk=partner_id)
        if partner.version != given.version:
            raise Outdated(partner, since(partner, given.version))
        if (found := work(partner)) is None:
            return partner
        version = given.version + 1
        mine = Partner.objects.filter(pk=partner_id, version=given.version)
        try:
            with transaction.atomic():
                won = mine.update(**found.columns, version=version)
        except IntegrityError as error:
            raise taken() from error
        if not won:
            fresh = Partner.objects.get(pk=partner_id)
            raise Outdated(fresh, since(fresh, given.version))
        events.record(
            partner.stream,
            found.kind,
            actor=given.actor,
            at=given.now,
            payload={"version": version, **found.about},
            idempotency_key=scoped,
        )
        return Partner.objects.get(pk=partner_id)

    return door.once(f"partner:{partner_id}", given.key, carried, lambda _: Partner.objects.get(pk=partner_id))


def _code(organisation: str) -> str:
    """Return a free code; an organisation that took over the entry of another may have left its own behind."""
    taken = set(Partner.objects.filter(code__startswith=organisation).values_list("code", flat=True))
    numbered = (f"{organisation}-{number}" for number in range(2, len(taken) + 3))
    return next(code for code in (organisation, *numbered) if code not in taken)


def _contact(partner: Partner, contact_id: int) -> PartnerContact:
    found = partner.contacts.filter(pk=contact_id).first()
    if found is None:
        raise Refused("Deze contactpersoon staat er niet meer.")
    return found


def _actor(user: User) -> str:
    return f"staff:{user.pk}"


def _of_event(event: Event) -> Partner:
    return Partner.objects.get(pk=int(event.stream.removeprefix("partner:")))
