"""What a partner reads about its endpoints: how one stands, what a message was, and what came of an attempt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from nnmkb.ledger.models import Event, Outgoing
from nnmkb.ledger.outbox import OPEN
from referrals.domain.partner_feed import FeedType
from referrals.models import WebhookAttempt, WebhookEndpoint
from referrals.services import endpoints
from referrals.views.history import clock
from referrals.webhooks.trying import NOT_ECHOED, Tried

State = WebhookEndpoint.State

KINDS: Mapping[str, str] = {
    FeedType.OFFER_CREATED: "Nieuw aanbod",
    FeedType.OFFER_REMINDER: "Herinnering",
    FeedType.OFFER_RECALLED: "Aanbod teruggehaald",
    FeedType.OFFER_EXPIRED: "Aanbod voorbij",
    FeedType.REFERRAL_UPDATED: "Doorverwijzing veranderd",
    FeedType.CONSENT_WITHDRAWN: "Toestemming ingetrokken",
}
ERRORS: Mapping[str, str] = {
    "dns": "Naam niet gevonden",
    "private": "Adres ligt in een afgesloten netwerk",
    "connect": "Geen verbinding",
    "tls": "Certificaat klopt niet",
    "timeout": "Geen antwoord op tijd",
    "dropped": "Verbinding verbroken",
    "garbled": "Antwoord niet te lezen",
    "refused": "Niet aangenomen",
    NOT_ECHOED: "Proefcode kwam niet terug",
}
# What to do about it, where a person just pressed the button.
ADVICE: Mapping[str, str] = {
    "dns": "Wij vinden deze naam niet. Kijk of het adres goed is getypt.",
    "private": "Deze naam leidt naar een afgesloten netwerk. Gebruik een adres dat iedereen op internet kan bereiken.",
    "connect": "Er neemt niets op. Kijk of uw systeem aanstaat en of de firewall ons doorlaat.",
    "tls": "Het certificaat klopt niet bij deze naam, of is verlopen. Vraag uw beheerder om het te vernieuwen.",
    "timeout": "Uw systeem antwoordde niet binnen tien seconden. Laat het eerst antwoorden en daarna het werk doen.",
    "dropped": "Uw systeem verbrak de verbinding voor het antwoord.",
    "garbled": "Wij kunnen het antwoord van uw systeem niet lezen.",
    NOT_ECHOED: "Uw systeem antwoordde, maar stuurde de proefcode niet terug. "
    "Zet in het antwoord de waarde van «challenge» uit het bericht.",
}
OFF: Mapping[str, str] = {
    endpoints.BY_PARTNER: "Iemand van uw organisatie zette het uit.",
    endpoints.BY_KVK: "De KvK zette het uit. Bel de KvK als u niet weet waarom.",
    endpoints.GONE: "Uw systeem antwoordde dat dit adres niet meer bestaat (410).",
    endpoints.FAILING: "Een bericht kwam na tien pogingen nog niet aan.",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How an endpoint stands: a badge and a line."""

    word: str
    tone: str
    symbol: str
    told: str


@dataclass(frozen=True, slots=True)
class Line:
    """One attempt in the log; `again` is the message to send once more, 0 when that cannot be done here."""

    at: str
    kind: str
    number: str
    attempt: str
    told: str
    tone: str
    symbol: str
    # When it is tried again by itself; empty when it is not.
    next: str
    again: int


def standing(endpoint: WebhookEndpoint, now: datetime) -> Standing:
    """Return how an endpoint stands."""
    if endpoint.state == State.PENDING:
        return Standing("nog niet bevestigd", "warn", "alert-triangle", "Er gaat nog niets naartoe. Test het adres.")
    if endpoint.state == State.OFF:
        return Standing("uit", "error", "ban", OFF.get(endpoint.off_reason, "Er gaat niets meer naartoe."))
    if endpoint.rest_until is not None and endpoint.rest_until > now:
        until = clock(endpoint.rest_until)
        return Standing("aan, even rust", "warn", "clock", f"Uw systeem vroeg om te wachten. Wij gaan door op {until}.")
    if endpoint.last_success_at is None:
        return Standing("aan", "ok", "circle-check", "Er ging nog geen bericht naartoe.")
    return Standing("aan", "ok", "circle-check", f"Laatste bericht aangekomen op {clock(endpoint.last_success_at)}.")


def lines(attempts: Sequence[WebhookAttempt], tests: Sequence[Event], endpoint: WebhookEndpoint) -> list[Line]:
    """Return the log in words, newest first; the newest attempt of a message that waits for nothing has the button.

    Tests stand between the messages.
    """
    seen: set[int] = set()
    told = [(one.at, _line(one, endpoint, seen)) for one in attempts] + [(one.at, _test(one)) for one in tests]
    return [line for _, line in sorted(told, key=lambda pair: pair[0], reverse=True)]


def outcome(attempt: WebhookAttempt) -> str:
    """Return in words what came of an attempt."""
    if attempt.status is None:
        return ERRORS.get(attempt.error, "Niet gelukt")
    return f"{_meaning(attempt.status)} ({attempt.status})"


def advice(tried: Tried) -> str:
    """Return in words what went wrong with a test, and what to do."""
    if tried.error in ADVICE:
        return ADVICE[tried.error]
    return f"Uw systeem nam het bericht niet aan: {_meaning(tried.status or 0).lower()} (antwoord {tried.status})."


def _line(attempt: WebhookAttempt, endpoint: WebhookEndpoint, seen: set[int]) -> Line:
    row = attempt.outgoing
    newest = row.pk not in seen
    seen.add(row.pk)
    arrived = attempt.status is not None and 200 <= attempt.status <= 299
    waits = newest and row.state in OPEN
    return Line(
        at=clock(attempt.at),
        kind=KINDS.get(row.event.kind, row.event.kind),
        number=str(row.event.payload.get("number", "")),
        attempt=f"{attempt.number} van {row.attempts_allowed}",
        told=outcome(attempt),
        tone="ok" if arrived else "warn",
        symbol="check" if arrived else "alert-triangle",
        next=clock(row.due_at) if waits and row.state == Outgoing.State.PENDING else "",
        again=row.pk if newest and not waits and endpoint.state == State.ACTIVE else 0,
    )


def _test(event: Event) -> Line:
    code = str(event.payload["outcome"])
    well = code == "ok"
    return Line(
        at=clock(event.at),
        kind="Test",
        number="",
        attempt="",
        told="Gelukt" if well else ERRORS.get(code, "Niet gelukt"),
        tone="ok" if well else "warn",
        symbol="check" if well else "alert-triangle",
        next="",
        again=0,
    )


def _meaning(status: int) -> str:
    known = {401: "Wij mogen er niet in", 403: "Wij mogen er niet in", 404: "Niet gevonden", 410: "Bestaat niet meer"}
    if 200 <= status <= 299:
        return "Aangekomen"
    if 300 <= status <= 399:
        return "Verwijst door, dat volgen wij niet"
    if status in {429, 502, 503, 504}:
        return "Te druk"
    return known.get(status, "Niet aangenomen" if status < 500 else "Fout in uw systeem")
