"""What happened with one offer, for the partner that has it: by whom of the own organisation, and never of the KvK."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from django.utils import timezone

from nnmkb.ledger.models import Event
from referrals.domain.reasons import label_of
from referrals.models import Offer
from referrals.views import desk_rows, partner_people
from referrals.views.history import Moment, clock

# Only these are for the partner: what else is in the history is between the KvK and the company.
TITLES = {
    "code_used": "Geopend met een code",
    "contact_overdue": "Geen contact op tijd",
    "contact_recorded": "Eerste contact vastgelegd",
    "dossier_downloaded": "Dossier gedownload",
    "dossier_opened": "Dossier geopend",
    "hold_ended": "Uitstel voorbij",
    "offer_accepted": "Aangenomen",
    "offer_declined": "Afgewezen",
    "offer_expired": "Termijn voorbij",
    "offer_made": "Aangeboden",
    "offer_recalled": "Teruggehaald",
    "partner_question_answered": "Vraag beantwoord",
    "partner_question_asked": "Vraag gesteld aan de KvK",
    "progress_noted": "Voortgang opgeschreven",
    "progress_reported": "Laten weten dat het werk doorgaat",
    "referral_completed": "Afgerond",
    "referral_postponed": "Uitgesteld",
    "referral_resumed": "Weer verder gegaan",
    "referral_returned": "Teruggegeven aan de KvK",
    "referral_stopped": "Gestopt zonder resultaat",
}
# What somebody did, in a sentence about who was first.
DEEDS = {
    "contact_recorded": "legde het eerste contact vast",
    "offer_accepted": "nam dit aanbod aan",
    "offer_declined": "wees dit aanbod af",
    "offer_recalled": "haalde dit aanbod terug",
    "progress_reported": "liet weten dat het werk doorgaat",
    "referral_completed": "rondde deze doorverwijzing af",
    "referral_postponed": "stelde dit uit",
    "referral_resumed": "ging weer verder",
    "referral_returned": "gaf deze doorverwijzing terug",
    "referral_stopped": "stopte deze doorverwijzing",
}
# Of these the last is why an offer is over; after any other it was the entrepreneur, the KvK or the clock.
ENDINGS = ("offer_declined", "offer_recalled", "referral_completed", "referral_returned", "referral_stopped")
# The newest; who looks every hour fills a page with it.
MOST = 200
KVK = "de KvK"
OWN_SYSTEM = "uw eigen systeem"
BY_LINK = "met de link uit de e-mail"


def events_of(offer: Offer) -> list[Event]:
    """Return what the partner may know of its offer, newest first."""
    return _of(offer, TITLES)


def deeds_of(offer: Offer) -> list[Event]:
    """Return what was done with it, newest first: what a sentence about who was first can be of."""
    return _of(offer, DEEDS)


def _of(offer: Offer, kinds: Iterable[str]) -> list[Event]:
    mine = Event.objects.filter(stream=f"referral:{offer.referral_id}", kind__in=list(kinds), payload__offer=offer.pk)
    return list(mine.order_by("-seq")[:MOST])


def visible(events: Iterable[Event], offer: Offer) -> list[Event]:
    """Return which of these changes the partner knows of."""
    return [event for event in events if event.kind in DEEDS and event.payload.get("offer") == offer.pk]


def moments(events: Sequence[Event]) -> list[Moment]:
    """Return events in words, with who it was; the same by the same person without anything in between is one line."""
    names = partner_people.persons(event.actor for event in events)
    found = []
    for _, group in groupby(events, key=lambda event: (event.kind, event.actor)):
        newest, *others = group
        times = f" ({len(others) + 1} keer)" if others else ""
        found.append(Moment(f"{_title(newest)}{times}", clock(newest.at), who(newest.actor, names)))
    return found


def who(actor: str, names: Mapping[str, str]) -> str:
    """Return who did it, as a colleague of the same organisation sees it."""
    role = actor.partition(":")[0]
    if role == "partner":
        return names.get(actor, "") or (OWN_SYSTEM if partner_people.KEY.fullmatch(actor) else BY_LINK)
    return KVK if role in {"advisor", "staff"} else ""


def ended(offer: Offer, reader: str) -> str:
    """Return in a sentence who ended this offer, and when; empty when it was no deed of the partner or the KvK."""
    deeds = deeds_of(offer)
    return first(deeds, reader) if deeds and deeds[0].kind in ENDINGS else ""


def newest(events: Sequence[Event]) -> Event | None:
    """Return the newest deed of these, given newest first; None when none was a deed."""
    return next((one for one in events if one.kind in DEEDS), None)


def first(events: Sequence[Event], reader: str) -> str:
    """Return in a sentence who did the newest of these, and when; empty when none was a deed."""
    event = newest(events)
    if event is None:
        return ""
    names = partner_people.persons([event.actor])
    at = f"op {desk_rows.long(event.at)} om {timezone.localtime(event.at):%H.%M} uur"
    subject = "U" if event.actor == reader else _subject(event.actor, names)
    return f"{subject} {DEEDS[event.kind]} {at}."


def _subject(actor: str, names: Mapping[str, str]) -> str:
    name = who(actor, names)
    if actor in names:
        return f"{name} van uw organisatie"
    if name == BY_LINK:
        return f"Iemand van uw organisatie, {BY_LINK},"
    return name[:1].upper() + name[1:] or "De KvK"


def _title(event: Event) -> str:
    title = TITLES[event.kind]
    code = str(event.payload.get("reason") or event.payload.get("outcome") or "")
    label = label_of(code)
    return title if label == code else f"{title}: {label.lower()}"
