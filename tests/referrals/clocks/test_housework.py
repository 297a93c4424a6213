"""What the house does by itself: each piece is planned, carried out as a delivery, and done once."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session

from intake import retention
from nnmkb.ledger import anchors
from nnmkb.ledger.models import Anchor, Outgoing, RateCount
from nnmkb.ledger.terms import HOUSE_QUEUE, limits_of, queue_of
from referrals import dispatch, housework
from referrals.dispatch import Outcome
from referrals.management.commands import relay
from referrals.views import history

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _report_file(settings, tmp_path):
    settings.ANCHORS_FILE = tmp_path / "anchors.txt"


def done(name: str, now: datetime = NIGHT) -> Outcome:
    """Plan everything, and carry out the row of this work."""
    housework.plan(now)
    row = Outgoing.objects.filter(kind=f"work.{name}", state="pending").get()
    return dispatch.deliver(row.pk, now=lambda: now)


def test_everything_is_planned_in_a_night_and_each_piece_has_words_and_a_queue(settings):
    settings.BOUNCES_URL = "maildir:///box"
    assert housework.plan(NIGHT) is False
    planned = set(Outgoing.objects.values_list("kind", flat=True))
    assert planned == {f"work.{name}" for name in housework.WORKS}
    assert planned <= set(history.MESSAGES)
    assert {queue_of(kind) for kind in planned} == {HOUSE_QUEUE}


def test_without_a_mailbox_nothing_is_read():
    housework.plan(NIGHT)
    assert not Outgoing.objects.filter(kind="work.bounces").exists()


@pytest.mark.parametrize("name", [name for name in housework.WORKS if name != "bounces"])
def test_each_piece_can_be_carried_out_twice(name):
    assert done(name) is Outcome.DONE
    assert done(name, NIGHT + DAY) is Outcome.DONE


def test_ended_sessions_and_counters_go():
    for key, expires in (("old", NIGHT - DAY), ("new", NIGHT + DAY)):
        Session.objects.create(session_key=key, session_data="", expire_date=expires)
        RateCount.objects.create(key=key, expires_at=expires)
    housework.WORKS["sessions"].do(NIGHT)
    housework.WORKS["rate_counts"].do(NIGHT)
    assert [row.session_key for row in Session.objects.all()] == ["new"]
    assert [row.key for row in RateCount.objects.all()] == ["new"]


def test_all_that_lapsed_is_erased_however_many(monkeypatch):
    left = [retention.BATCH, retention.BATCH, 3, 99]
    monkeypatch.setattr(retention, "lapse", lambda now: left.pop(0))
    housework.WORKS["lapse"].do(NIGHT)
    assert left == [99]


def test_night_is_anchored_by_a_delivery_with_a_long_lease():
    assert done("proof") is Outcome.DONE
    assert Anchor.objects.count() == 1
    usual, long = limits_of("work.lapse"), limits_of("work.proof")
    assert long.soft_s > 10 * usual.soft_s
    assert long.soft_s < long.hard_s < long.lease_s


def test_lease_of_long_work_outlasts_that_of_a_delivery():
    housework.plan(NIGHT)
    ends = {}
    for name in ("lapse", "proof"):
        row = Outgoing.objects.get(kind=f"work.{name}")
        dispatch.outbox.claim(row.pk, NIGHT)
        row.refresh_from_db()
        ends[name] = (row.due_at - NIGHT).total_seconds()
    assert ends == {name: limits_of(f"work.{name}").lease_s for name in ends}


def test_night_that_cannot_be_anchored_yet_is_tried_again(monkeypatch):
    def busy() -> anchors.Measured:
        raise anchors.StillWriting

    monkeypatch.setattr(anchors, "measure", busy)
    assert done("proof") is Outcome.RETRY
    assert Outgoing.objects.get(kind="work.proof").last_error == "StillWriting"


def test_mailbox_that_cannot_be_read_ends_dead_and_is_forgotten_when_it_can_again(settings, tmp_path):
    settings.BOUNCES_URL = f"maildir://{tmp_path / 'box'}"
    housework.plan(NIGHT)
    row = Outgoing.objects.get(kind="work.bounces")
    hours = iter(range(100))
    while dispatch.deliver(row.pk, now=lambda: NIGHT + timedelta(hours=next(hours))) is Outcome.RETRY:
        pass
    row.refresh_from_db()
    assert (row.state, row.last_error) == ("dead", "Unreadable")
    (tmp_path / "box" / "new").mkdir(parents=True)
    assert done("bounces", NIGHT + DAY * 5) is Outcome.DONE
    row.refresh_from_db()
    assert (row.state, row.last_error) == ("done", "CaughtUp")


def test_work_that_nobody_knows_is_dead_at_once():
    housework.plan(NIGHT)
    row = Outgoing.objects.get(kind="work.lapse")
    Outgoing.objects.filter(pk=row.pk).update(kind="work.nonsense")
    assert dispatch.deliver(row.pk, now=lambda: NIGHT) is Outcome.DEAD


class Done:
    """A thread that has ended already: in a test the database is that of the test's own transaction."""

    def __init__(self, outgoing_id: int) -> None:
        dispatch.deliver(outgoing_id)

    def join(self, seconds: float) -> None:
        """Wait for nothing."""


def test_relay_of_the_site_plans_the_work_and_carries_it_out(monkeypatch):
    monkeypatch.setattr(relay, "begin_beside", Done)
    made = relay.wired(inline=True)
    assert made.tick() >= 5
    assert set(Outgoing.objects.filter(kind__startswith="work.").values_list("state", flat=True)) == {"done"}


def test_relay_that_is_asked_to_stop_gives_long_work_a_moment_and_no_more(monkeypatch):
    go_on, ended = threading.Event(), threading.Event()

    def long(outgoing_id: int) -> None:
        go_on.wait(30)
        ended.set()

    thread = relay.begin_beside(1, long)
    monkeypatch.setattr(relay, "PATIENCE", 0.01)
    relay.wait_for_long_work()
    assert thread.is_alive()
    go_on.set()
    monkeypatch.setattr(relay, "PATIENCE", 30)
    relay.wait_for_long_work()
    assert ended.is_set()
