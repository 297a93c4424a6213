"""The keys of the API in words, for the partner itself and for who keeps the partner list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from intake.policy.telling import day_in_words
from nnmkb.web.desk import name_of
from referrals.domain.api_scopes import WARN_DAYS_BEFORE, Scope
from referrals.domain.worktime import local_date
from referrals.models import ApiKey

NEVER = "nog niet gebruikt"


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One key as a page shows it."""

    pk: int
    name: str
    begins: str
    works: bool
    word: str
    tone: str
    symbol: str
    until: str
    used: str
    by: str
    may: tuple[str, ...]


def rows(keys: Iterable[ApiKey], now: datetime) -> list[KeyRow]:
    """Return keys in words, those that work first."""
    told = [row(key, now) for key in keys]
    return [one for one in told if one.works] + [one for one in told if not one.works]


def row(key: ApiKey, now: datetime) -> KeyRow:
    """Return one key in words."""
    works = key.revoked_at is None and now < key.expires_at
    word, tone, symbol = _standing(key, now)
    end = key.revoked_at if key.revoked_at and key.revoked_at < key.expires_at else key.expires_at
    return KeyRow(
        pk=key.pk,
        name=key.name,
        begins=f"nnmkb_{key.prefix}_…",
        works=works,
        word=word,
        tone=tone,
        symbol=symbol,
        until=f"{'Tot' if works else 'Werkt niet meer sinds'} {day_in_words(local_date(end))}",
        used=f"laatst gebruikt op {day_in_words(key.last_used_on)}" if key.last_used_on else NEVER,
        by=name_of(key.created_by),
        may=tuple(scope.label for scope in Scope if scope.value in key.scopes),
    )


def _standing(key: ApiKey, now: datetime) -> tuple[str, str, str]:
    if key.revoked_at is not None:
        return "Ingetrokken", "", "ban"
    if now >= key.expires_at:
        return "Verlopen", "error", "alert-circle"
    if key.expires_at - now < timedelta(days=WARN_DAYS_BEFORE):
        return "Verloopt bijna", "warn", "alert-triangle"
    return "Werkt", "ok", "check"
