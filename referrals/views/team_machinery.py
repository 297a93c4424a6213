"""Whether the machinery runs, in words: delivery, terms, history, holidays. What is wrong says so, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone

from intake.policy.telling import day_in_words
from nnmkb import health
from nnmkb.ledger.models import Anchor, Event
from referrals import team
from referrals.domain.worktime import local_date
from referrals.models import TimerFailure
from referrals.services.timing import HEARTBEAT
from referrals.team import Waiting
from referrals.views.desk_rows import calendar
from referrals.views.history import MESSAGES
from referrals.views.team_rows import grouped

# The anchor is made every night; this page and `/health` agree on the other terms.
NIGHT_MISSED = timedelta(hours=36)


@dataclass(frozen=True, slots=True)
class Sign:
    """One part of the machinery: how it does, and whether that is well."""

    about: str
    told: str
    well: bool
    advice: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """The deliveries of one kind that wait or were given up."""

    name: str
    waiting: str
    since: str
    dead: str


@dataclass(frozen=True, slots=True)
class FailureLine:
    """A referral whose term could not be carried out."""

    number: str
    href: str
    error: str
    count: str
    since: str


@dataclass(frozen=True, slots=True)
class Machinery:
    """Everything on the page about the machinery."""

    signs: list[Sign]
    deliveries: list[DeliveryLine]
    failures: list[FailureLine]
    more_failures: bool

    @property
    def broken(self) -> list[Sign]:
        """Return what is wrong."""
        return [sign for sign in self.signs if not sign.well]


def machinery(now: datetime) -> Machinery:
    """Return how the machinery does; seven questions to the database."""
    beats = team.heartbeats()
    waiting, dead = team.waiting_deliveries(now), team.failed_deliveries()
    failures = team.timer_failures()
    # A site of today has had no night yet.
    begun = team.first_event_at() or now
    signs = [
        _beat("Bezorging", beats.get("relay"), now, health.SILENT),
        _waiting(waiting, now),
        _dead(dead),
        _beat("Termijnen", beats.get(HEARTBEAT), now, health.SWEEP_SILENT),
        _failing(failures, now),
        _anchored(team.last_anchor(), begun, now),
        _checked(team.last_check(), begun, now),
        _holidays(now),
    ]
    return Machinery(
        signs=signs,
        deliveries=_deliveries(waiting, dead, now),
        failures=[_failure(row, now) for row in failures[: team.LONGEST]],
        more_failures=len(failures) > team.LONGEST,
    )


def ago(at: datetime, now: datetime) -> str:
    """Return how long ago something was, in one unit."""
    seconds = max(0, int((now - at).total_seconds()))
    for size, one, more in ((86_400, "dag", "dagen"), (3_600, "uur", "uur"), (60, "minuut", "minuten")):
        if seconds >= size:
            number = seconds // size
            return f"{grouped(number)} {one if number == 1 else more} geleden"
    return "minder dan een minuut geleden"


def _beat(about: str, at: datetime | None, now: datetime, silent: timedelta) -> Sign:
    advice = "Zolang dit stilstaat, gaat er niets de deur uit en schuift niets op. Waarschuw de beheerder."
    if at is None:
        return Sign(about, "Nog nooit gelopen.", well=False, advice=advice)
    return Sign(about, f"Liep {ago(at, now)}.", well=now - at <= silent, advice=advice)


def _waiting(rows: Sequence[Waiting], now: datetime) -> Sign:
    if not rows:
        return Sign("Wachtende berichten", "Er wacht niets.", well=True)
    total = grouped(sum(row.count for row in rows))
    told = f"{total} aan de beurt; de oudste sinds {ago(rows[0].oldest, now).removesuffix(' geleden')}."
    late = now - rows[0].oldest > health.LATE
    return Sign(
        "Wachtende berichten", told, well=not late, advice="Duurt dit langer dan een uur? Waarschuw de beheerder."
    )


def _dead(rows: Sequence[Waiting]) -> Sign:
    total = sum(row.count for row in rows)
    told = "Alles kwam aan." if not total else f"{grouped(total)} kwam niet aan of kwam terug."
    advice = "Kijk in de lijst «Bezorging mislukt», en bij de berichten buiten een doorverwijzing, wat opnieuw kan."
    return Sign("Mislukte berichten", told, well=not total, advice=advice)


def _failing(rows: Sequence[TimerFailure], now: datetime) -> Sign:
    if not rows:
        return Sign("Mislukte termijnen", "Geen.", well=True)
    many = f"Meer dan {team.LONGEST}" if len(rows) > team.LONGEST else str(len(rows))
    advice = "Het systeem probeert het opnieuw. Behandel deze intussen met de hand, en meld het aan de beheerder."
    # What failed once may succeed a minute later.
    well = now - rows[0].first_at <= health.POISONED
    return Sign("Mislukte termijnen", f"{many}. Zie de lijst hieronder.", well=well, advice=advice)


def _anchored(anchor: Anchor | None, begun: datetime, now: datetime) -> Sign:
    about = "Anker van de geschiedenis"
    advice = "Zonder dit anker is achteraf niet te bewijzen dat de geschiedenis klopt. Waarschuw de beheerder."
    if anchor is None:
        return Sign(about, "Nog niet gemaakt.", well=now - begun <= NIGHT_MISSED, advice=advice)
    day = day_in_words(timezone.localdate(anchor.at))
    told = f"Gemaakt op {day}, over {grouped(anchor.streams)} geschiedenissen. Kenmerk: {anchor.root[:12]}…"
    return Sign(about, told, well=now - anchor.at <= NIGHT_MISSED, advice=advice)


def _checked(event: Event | None, begun: datetime, now: datetime) -> Sign:
    about = "Controle van de geschiedenis"
    advice = "De nachtelijke controle bleef uit. Waarschuw de beheerder."
    if event is None:
        return Sign(about, "Nog niet gedaan.", well=now - begun <= NIGHT_MISSED, advice=advice)
    breaks, looked = int(event.payload.get("breaks", 0)), int(event.payload.get("events", 0))
    day = day_in_words(timezone.localdate(event.at))
    if breaks:
        told = f"Op {day} klopten {grouped(breaks)} plaatsen niet."
        return Sign(about, told, well=False, advice="Iemand kan de geschiedenis veranderd hebben. Bel de beheerder nu.")
    told = f"Op {day} klopten alle {grouped(looked)} gebeurtenissen."
    return Sign(about, told, well=now - event.at <= NIGHT_MISSED, advice=advice)


def _holidays(now: datetime) -> Sign:
    days = calendar()
    told = f"Bekend tot en met {day_in_words(days.known_until)}."
    advice = "Daarna telt een feestdag mee als werkdag. Vraag de beheerder om de tabel aan te vullen."
    return Sign("Feestdagen", told, well=not days.runs_out(local_date(now)), advice=advice)


def _deliveries(waiting: Sequence[Waiting], dead: Sequence[Waiting], now: datetime) -> list[DeliveryLine]:
    late: Mapping[str, Waiting] = {row.kind: row for row in waiting}
    gone: Mapping[str, Waiting] = {row.kind: row for row in dead}
    return [
        DeliveryLine(
            name=MESSAGES.get(kind, kind),
            waiting=grouped(late[kind].count) if kind in late else "0",
            since=ago(late[kind].oldest, now) if kind in late else "",
            dead=grouped(gone[kind].count) if kind in gone else "0",
        )
        for kind in dict.fromkeys((*gone, *late))
    ]


def _failure(row: TimerFailure, now: datetime) -> FailureLine:
    return FailureLine(
        number=row.referral.number,
        href=reverse("referrals:desk-referral", args=[row.referral.number]),
        error=row.error,
        count=grouped(row.count),
        since=ago(row.first_at, now),
    )
