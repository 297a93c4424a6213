"""What happened to an entry of the partner list, and what stands there, in words for staff."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from django.contrib.auth.models import User

from intake.policies import policy
from intake.policy.telling import day_in_words
from nnmkb.ledger.models import Event
from nnmkb.web.desk import name_of
from referrals.domain.reasons import label_of
from referrals.models import Partner
from referrals.queues import PROVINCES
from referrals.services.endpoints import BY_KVK, FAILING, GONE
from referrals.views import history, partner_people
from referrals.views.history import Moment

TITLES = {
    "account_changed": "Iets veranderd aan hoe iemand inlogt",
    "account_ended": "Account beëindigd",
    "account_role": "Andere rol voor een account",
    "invitation_accepted": "Account gemaakt na een uitnodiging",
    "invitation_sent": "Iemand uitgenodigd voor een account",
    "invitation_taken_back": "Uitnodiging ingetrokken",
    "api_key_made": "Sleutel voor het eigen systeem gemaakt",
    "api_key_revoked": "Sleutel voor het eigen systeem ingetrokken",
    "endpoint_added": "Meldadres toegevoegd",
    "endpoint_off": "Meldadres uitgezet",
    "endpoint_on": "Meldadres aangezet",
    "endpoint_removed": "Meldadres verwijderd",
    "endpoint_rotated": "Nieuw geheim voor een meldadres",
    "endpoint_tested": "Meldadres getest",
    "message_sent_again": "Bericht opnieuw naar het eigen systeem gestuurd",
    "partner_added": "Partner toegevoegd",
    "partner_changed": "Gegevens veranderd",
    "partner_checked": "Gecontroleerd",
    "partner_contact_added": "Contactpersoon toegevoegd",
    "partner_contact_changed": "Contactpersoon veranderd",
    "partner_contact_removed": "Contactpersoon weggehaald",
    "partner_paused": "Pauze",
    "partner_restarted": "Doet weer mee",
    "partner_stopped": "Doet niet meer mee",
    "password_link_asked": "Iemand vroeg een nieuw wachtwoord",
    "pause_ended": "Pauze voorbij",
    "review_closed": "Nagekeken",
    "review_opened": "Moet worden nagekeken",
}
FIELDS = {
    "activities": "activiteiten",
    "agreement_date": "datum van de afspraak",
    "capacity": "ruimte",
    "channel": "manier",
    "email": "e-mailadres",
    "name": "naam",
    "organisation": "organisatie",
    "phone": "telefoon",
    "provinces": "provincies",
    "response_days": "termijn",
    "role": "functie",
    "sectors": "sectoren",
    "themes": "thema’s",
}
NO_LIMIT = "geen grens"
# Why an endpoint was switched off, by the code of its event.
OFF = {
    BY_KVK: "door de KvK",
    GONE: "het systeem zegt dat het niet meer bestaat",
    FAILING: "het systeem antwoordt niet",
}


def moments(events: Iterable[Event], known: Mapping[str, str] | None = None) -> list[Moment]:
    """Return events in words; `known` names who acted, or else the names are looked up once for all of them."""
    listed = list(events)
    names = _names(listed) if known is None else known
    return [Moment(_title(event), history.clock(event.at), names.get(event.actor, "")) for event in listed]


def shown(name: str, value: object) -> str:
    """Return the value of a field in words."""
    if isinstance(value, list | tuple):
        return ", ".join(sorted(_label(name, str(one)) for one in value)) or NO_LIMIT
    if value in (None, ""):
        return "niets"
    if name == "agreement_date":
        return day_in_words(value if isinstance(value, date) else date.fromisoformat(str(value)))
    return _label(name, str(value))


def _label(name: str, code: str) -> str:
    rules = policy()
    if name == "provinces":
        return PROVINCES.get(code, code)
    if name == "sectors":
        return next((one.label for one in rules.catalogue.by_code["B2"].options if one.value == code), code)
    if name == "channel":
        return (
            dict(Partner.Channel.choices).get(Partner.Channel(code), code) if code in Partner.Channel.values else code
        )
    if name == "organisation":
        return rules.organisations[code].name if code in rules.organisations else code
    return code


def _title(event: Event) -> str:
    title, about = TITLES.get(event.kind, event.kind.replace("_", " ").capitalize()), event.payload
    if event.kind == "partner_paused":
        title = f"{title} tot {day_in_words(date.fromisoformat(str(about['until'])))}"
    if why := OFF.get(str(about.get("why", ""))):
        title = f"{title}: {why}"
    if event.kind == "endpoint_tested":
        title = f"{title}: {'gelukt' if about['outcome'] == 'ok' else 'niet gelukt'}"
    if reason := about.get("reason"):
        title = f"{title}: {label_of(str(reason)).lower()}"
    return f"{title}: {'; '.join(_changes(event))}" if about.get("fields") else title


def _changes(event: Event) -> Iterable[str]:
    was, now = event.payload.get("was", {}), event.payload.get("now", {})
    for name in event.payload["fields"]:
        word = FIELDS.get(name, name)
        yield f"{word} van {shown(name, was[name])} naar {shown(name, now[name])}" if name in now else word


def _names(events: list[Event]) -> dict[str, str]:
    ids: dict[str, set[int]] = {"staff": set(), "partner": set()}
    for event in events:
        role, _, pk = event.actor.partition("/")[0].partition(":")
        if role in ids and pk.isdigit():
            ids[role].add(int(pk))
    names = {f"staff:{user.pk}": name_of(user) for user in User.objects.filter(pk__in=ids["staff"])}
    names |= {f"partner:{partner.pk}": partner.name for partner in Partner.objects.filter(pk__in=ids["partner"])}
    people = partner_people.persons(event.actor for event in events)
    for actor in {event.actor for event in events} - names.keys():
        parts = (names.get(actor.partition("/")[0], ""), partner_people.beside(actor, people))
        names[actor] = ", ".join(part for part in parts if part)
    return names
