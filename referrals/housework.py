"""What the house does by itself each hour or night: the table of it. The relay plans it, a delivery does it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.models import Session

from intake import retention
from nnmkb.ledger import house
from nnmkb.ledger.house import Work, hourly, nightly, quarterly
from nnmkb.ledger.models import RateCount
from referrals.models import ApiAnswer, WebhookAttempt
from referrals.services import accounts, anchoring, bulk_results, endpoint_results, presence, returned

ANSWERS_KEPT = timedelta(days=7)
ATTEMPTS_KEPT = timedelta(days=30)


def drop_sessions(now: datetime) -> None:
    """Remove the sessions that have ended."""
    Session.objects.filter(expire_date__lt=now).delete()


def drop_rate_counts(now: datetime) -> None:
    """Remove the counters whose window has passed."""
    RateCount.objects.filter(expires_at__lt=now).delete()


def lapse(now: datetime) -> None:
    """Erase every scan that was not sent and that nobody came back for, in batches."""
    while retention.lapse(now) >= retention.BATCH:
        pass


def forget_leavers(now: datetime) -> None:
    """Empty the names of who left a partner long ago, in batches."""
    while accounts.forget_leavers(now) >= accounts.BATCH:
        pass


def drop_api_answers(now: datetime) -> None:
    """Remove the stored answers that nobody may ask for again."""
    ApiAnswer.objects.filter(created_at__lt=now - ANSWERS_KEPT).delete()


def drop_webhook_attempts(now: datetime) -> None:
    """Remove the old lines of the log of webhooks."""
    WebhookAttempt.objects.filter(at__lt=now - ATTEMPTS_KEPT).delete()


def forget_housework(now: datetime) -> None:
    """Remove the rows of this work itself."""
    house.forget(WORKS, now)


WORKS = {
    "sessions": Work(hourly, drop_sessions),
    "rate_counts": Work(hourly, drop_rate_counts),
    "lapse": Work(hourly, lapse),
    "presence": Work(hourly, presence.forget),
    "bulk_runs": Work(hourly, bulk_results.forget),
    "bounces": Work(quarterly, returned.read_mailbox),
    "proof": Work(nightly, anchoring.nightly),
    "api_answers": Work(nightly, drop_api_answers),
    "leavers": Work(nightly, forget_leavers),
    "endpoints": Work(hourly, endpoint_results.end_given_up),
    "webhook_attempts": Work(nightly, drop_webhook_attempts),
    "housework": Work(nightly, forget_housework),
}


def plan(now: datetime) -> bool:
    """Plan what is to be done in this hour and night; a round of the relay, which never has more to go."""
    # Without a mailbox there is nothing to read.
    works = WORKS if settings.BOUNCES_URL else {name: work for name, work in WORKS.items() if name != "bounces"}
    house.plan(works, now)
    return False


def do(name: str, now: datetime) -> Callable[[datetime], object]:
    """Do one work; return what closes its rows that were given up before. KeyError when nobody knows this work."""
    WORKS[name].do(now)
    return lambda later: house.caught_up(name, later)
