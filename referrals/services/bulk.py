"""One act on many referrals: what stands in the way of each, then each in a transaction of its own, with its result.

A run is kept, so that a second click or a page that is loaded again shows what became of it and does nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.contrib.auth.models import User

from nnmkb.ledger import events
from nnmkb.web.desk import name_of
from referrals.domain.lifecycle import Action, Actor, State
from referrals.domain.numbers import parse_referral_number, referral_number
from referrals.domain.reasons import CANCEL_REASONS
from referrals.domain.worktime import local_date
from referrals.models import BulkRun, Label, Referral
from referrals.permissions import leads
from referrals.services import closing, door, labels, profiles, queue, reminding
from referrals.services.errors import NotDone, Refused, Stale

log = logging.getLogger("nnmkb.bulk")
MOST = 200
UNKNOWN = "Dit nummer kennen wij niet."
OURS = "Niet gedaan, door een fout bij ons. Probeer het opnieuw."


class Act(StrEnum):
    """What can be done with many at once. Offering cannot: consent and dossier differ from case to case."""

    CLAIM = "oppakken"
    RELEASE = "loslaten"
    HAND_OVER = "overdragen"
    LABEL = "label"
    UNLABEL = "label-weg"
    REMIND = "herinneren"
    CANCEL = "annuleren"


@dataclass(frozen=True, slots=True)
class Choice:
    """What the act needs besides the referrals: the colleague, the label, or the reason."""

    to: User | None = None
    label: str = ""
    reason: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One chosen referral before the act; `why` is empty when it can be done."""

    number: str
    referral: Referral | None
    why: str


@dataclass(frozen=True, slots=True)
class Ground:
    """What the guards look at, read once for all referrals."""

    advisor: User
    away: frozenset[int]
    labelled: frozenset[int] = frozenset()
    reminded: frozenset[int] = frozenset()


# --- before -----------------------------------------------------------------------------------------------------------


def preview(act: Act, numbers: Sequence[str], *, advisor: User, now: datetime) -> list[Line]:
    """Say of each referral whether the act can be done now, and why not; changes nothing."""
    wanted = [_spelled(number) for number in dict.fromkeys(numbers)]
    found = {
        one.number: one
        for one in Referral.objects.select_related("intake__contact", "assessment", "owner", "partner").filter(
            number__in=[number for number in wanted if number]
        )
    }
    ground = _ground(act, list(found.values()), advisor, now)
    lines = []
    for typed, number in zip(dict.fromkeys(numbers), wanted, strict=True):
        referral = found.get(number)
        why = obstacle(act, referral, ground) if referral else UNKNOWN
        lines.append(Line(number or typed.replace("\x00", "")[:20], referral, why))
    return lines


def obstacle(act: Act, referral: Referral, ground: Ground) -> str:
    """Return what stands in the way of the act, empty when nothing does."""
    try:
        _GUARDS[act](referral, ground)
    except NotDone as error:
        return str(error)
    return ""


def labels_of(referrals: Sequence[Referral]) -> list[str]:
    """Return the labels that hang on these referrals."""
    return sorted(set(Label.objects.filter(referral__in=referrals).values_list("name", flat=True)))


def _spelled(number: str) -> str:
    parsed = parse_referral_number(number)
    return referral_number(*parsed) if parsed else ""


def _ground(act: Act, referrals: list[Referral], advisor: User, now: datetime) -> Ground:
    labelled = Label.objects.filter(referral__in=referrals).values_list("referral_id", flat=True)
    return Ground(
        advisor,
        away=profiles.away((one.owner for one in referrals), local_date(now)),
        labelled=frozenset(labelled if act is Act.UNLABEL else ()),
        reminded=reminding.reminded(referrals, now) if act is Act.REMIND else frozenset(),
    )


def _may_take_off(referral: Referral, ground: Ground) -> None:
    if referral.pk not in ground.labelled:
        raise Refused("Hier staat geen label bij.")


def _may_cancel(referral: Referral, ground: Ground) -> None:
    door.allowed(referral.state, Action.CANCEL, Actor.ADVISOR)
    if referral.owner_id is not None and not leads(ground.advisor):
        door.own(referral, ground.advisor.pk)


def _may_always(referral: Referral, ground: Ground) -> None:
    """Let everybody, everywhere: a label is beside the work."""


_GUARDS: dict[Act, Callable[[Referral, Ground], None]] = {
    Act.CLAIM: lambda referral, ground: queue.take(referral, ground.advisor),
    Act.RELEASE: lambda referral, ground: queue.put_back(referral, ground.advisor),
    Act.HAND_OVER: lambda referral, ground: queue.give(referral, None, ground.advisor, away=ground.away),
    Act.LABEL: _may_always,
    Act.UNLABEL: _may_take_off,
    Act.REMIND: lambda referral, ground: reminding.may(
        referral, ground.advisor, away=ground.away, reminded=ground.reminded
    ),
    Act.CANCEL: _may_cancel,
}


# --- doing it ---------------------------------------------------------------------------------------------------------


def run(act: Act, seen: Mapping[str, int], choice: Choice, *, advisor: User, key: str, now: datetime) -> BulkRun:
    """Do the act for each referral, on the version that was seen; return what became of each.

    The same key again returns the run that it led to. Raises Refused when the key is somebody else's.
    """
    waiting = [{"number": number, "done": None, "text": "", "version": version} for number, version in seen.items()]
    kept, made = BulkRun.objects.get_or_create(
        key=key, defaults={"user": advisor, "act": act.value, "at": now, "lines": waiting}
    )
    if kept.user_id != advisor.pk:
        raise Refused("Deze pagina hoort niet bij u. Begin opnieuw in de werkbak.")
    if made:
        found = Referral.objects.in_bulk(list(seen), field_name="number")
        kept.lines = [_line(act, number, found.get(number), version, choice, kept) for number, version in seen.items()]
        kept.save(update_fields=["lines"])
    return kept


def _line(
    act: Act, number: str, referral: Referral | None, version: int, choice: Choice, kept: BulkRun
) -> dict[str, Any]:
    line: dict[str, Any] = {"number": number, "done": False, "text": UNKNOWN, "version": version}
    if choice.label:
        line["label"] = choice.label
    if referral is None:
        return line
    if act is Act.CLAIM and referral.next_due_at is not None and referral.sweep_at is not None:
        # What was read at this version is what the claim replaces; for taking it back.
        moments = (referral.entered_at, referral.next_due_at, referral.sweep_at)
        line["clock"] = [*(moment.isoformat() for moment in moments), referral.misses]
    text, version_after = attempt(
        lambda: _DOING[act](referral.pk, version, choice, kept.user, kept.key, kept.at), kept.user
    )
    return {**line, "done": not text, "text": text, "version": version_after or version}


def attempt(work: Callable[[], Referral], advisor: User) -> tuple[str, int]:
    """Return why it was not done (empty when it was), and the version that it left."""
    try:
        return "", work().version
    except Stale as error:
        return _beaten(error, advisor), 0
    except NotDone as error:
        return str(error), 0
    except (events.LostRace, events.KeyUsed):
        return "Hier gebeurde te veel tegelijk. Probeer deze opnieuw.", 0
    except Exception as error:
        # One broken row must not take the results of the others with it; its text may quote a person.
        log.error("bulk: %s", type(error).__name__)
        return OURS, 0


def _beaten(error: Stale, advisor: User) -> str:
    owner = error.referral.owner
    claimed = any(event.kind == "referral_claimed" for event in error.what_changed)
    if claimed and owner is not None and owner.pk != advisor.pk:
        return f"{name_of(owner)} heeft deze net opgepakt."
    whose = f", van {name_of(owner)}" if owner else ""
    return f"Deze is net veranderd. Nu: {State(error.referral.state).label}{whose}."


def keys_of(numbers: Sequence[str]) -> dict[str, int]:
    """Return the keys of the referrals with these numbers."""
    return dict(Referral.objects.filter(number__in=numbers).values_list("number", "pk"))


Doing = Callable[[int, int, Choice, User, str, datetime], Referral]


def _claim(pk: int, version: int, choice: Choice, advisor: User, key: str, now: datetime) -> Referral:
    return queue.claim(pk, advisor=advisor, version=version, key=key, now=now)


def _release(pk: int, version: int, choice: Choice, advisor: User, key: str, now: datetime) -> Referral:
    return queue.release(pk, advisor=advisor, version=version, key=key, now=now)


def _hand_over(pk: int, version: int, choice: Choice, advisor: User, key: str, now: datetime) -> Referral:
    assert choice.to is not None
    return queue.hand_over(pk, choice.to.pk, advisor=advisor, version=version, key=key, now=now)


def _hang(pk: int, version: int, choice: Choice, advisor: User, key: str, now: datetime) -> Referral:
    return labels.add(pk, choice.label, advisor=advisor, key=key, now=now)


def _take_off(pk: int, version: int, choice: Choice, advisor: User, key: str, now: datetime) -> Referral:
    return labels.remove(pk, choice.label, advisor=advisor, key=key, now=now)


def _remind(pk: int, version: int, choice: Choice, advisor: User, key: str, now: datetime) -> Referral:
    return reminding.remind(pk, advisor=advisor, version=version, key=key, now=now)


def _cancel(pk: int, version: int, choice: Choice, advisor: User, key: str, now: datetime) -> Referral:
    referral = door.read(pk, version)
    row = door.allowed(referral.state, Action.CANCEL, Actor.ADVISOR)
    if choice.reason not in {reason.code for reason in row.reasons}:
        label = CANCEL_REASONS[choice.reason].label
        raise Refused(f"De reden «{label}» past niet bij: {State(referral.state).label}.")
    return closing.cancel(
        pk, advisor=advisor, reason=choice.reason, text=choice.text, version=version, key=key, now=now
    )


_DOING: dict[Act, Doing] = {
    Act.CLAIM: _claim,
    Act.RELEASE: _release,
    Act.HAND_OVER: _hand_over,
    Act.LABEL: _hang,
    Act.UNLABEL: _take_off,
    Act.REMIND: _remind,
    Act.CANCEL: _cancel,
}
