"""The loop: it starts what is due, hints once, and only waits when the broker or the database is away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from nnmkb.ledger import outbox, relay
from nnmkb.ledger.models import Heartbeat, Outgoing
from nnmkb.ledger.relay import BrokerAway, Relay
from tests.ledger.rows import delivery

pytestmark = pytest.mark.django_db


def settle(outgoing_id: int, kind: str = "") -> None:
    outbox.finish(outbox.claim(outgoing_id, timezone.now()), timezone.now())


def test_inline_relay_carries_out_everything_that_is_due_oldest_first():
    rows = [delivery(f"intake:{number}") for number in range(3)]
    done: list[int] = []
    made = Relay(start=lambda pk, kind: (done.append(pk), settle(pk)), inline=True)
    assert made.tick() == 3
    assert done == [row.pk for row in rows]
    assert made.tick() == 0


def test_hint_is_given_once_until_it_is_worth_nothing_any_more(settings):
    row = delivery()
    hinted: list[int] = []
    made = Relay(start=lambda pk, kind: hinted.append(pk), inline=False)
    assert made.tick() == 1
    assert made.tick() == 0
    old = timezone.now() - timedelta(seconds=settings.OUTGOING_REQUEUE_S + 1)
    Outgoing.objects.filter(pk=row.pk).update(hinted_at=old)
    assert made.tick() == 1
    assert hinted == [row.pk, row.pk]


def test_two_relays_hint_a_row_once():
    delivery()
    hinted: list[int] = []
    one, two = (Relay(start=lambda pk, kind: hinted.append(pk), inline=False) for _ in range(2))
    seen_by_both = two.due()
    one.tick()
    two.begin(*seen_by_both[0])
    assert len(hinted) == 1


def test_broker_that_is_away_leaves_the_row_as_if_never_hinted():
    row = delivery()

    def away(outgoing_id: int, kind: str) -> None:
        raise ConnectionError

    with pytest.raises(BrokerAway):
        Relay(start=away, inline=False).tick()
    row.refresh_from_db()
    assert (row.state, row.hinted_at, row.attempts) == ("pending", None, 0)


@pytest.mark.parametrize("error", [BrokerAway(), OperationalError()])
def test_relay_waits_longer_each_time_and_goes_on_when_all_is_back(monkeypatch, error):
    pauses: list[float] = []
    made = Relay(start=lambda pk, kind: None, inline=False)
    troubles = iter([error] * 6 + [None])

    def tick() -> int:
        if (trouble := next(troubles)) is not None:
            raise trouble
        return 0

    def wait(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 7:
            made.stop.set()

    monkeypatch.setattr(Relay, "tick", lambda self: tick())
    monkeypatch.setattr(made.stop, "wait", wait)
    monkeypatch.setattr(relay.connection, "close", lambda: None)
    monkeypatch.setattr(relay, "close_old_connections", lambda: None)
    made.run()
    assert pauses == [2, 4, 8, 15, 15, 15, 1]


def test_relay_stops_between_two_deliveries_when_asked():
    rows = [delivery(f"intake:{number}") for number in range(3)]
    made = Relay(start=lambda pk, kind: (settle(pk), made.stop.set()), inline=True)
    assert made.tick() == 1
    assert Outgoing.objects.filter(state="done").get() == rows[0]


def test_relay_buries_what_died_in_its_last_attempt(settings):
    settings.OUTGOING_MAX_ATTEMPTS = 1
    row = delivery()
    outbox.claim(row.pk, timezone.now() - timedelta(hours=1))
    Relay(start=lambda pk, kind: None, inline=True).tick()
    row.refresh_from_db()
    assert row.state == "dead"


def test_relay_gives_a_sign_of_life():
    now = timezone.now()
    Relay(start=lambda pk, kind: None, inline=True).tick()
    assert Heartbeat.objects.get().at >= now


def test_hint_and_lease_of_a_clock_that_was_wrong_hold_nothing_up(settings):
    hinted, leased = delivery("intake:1"), delivery("intake:2")
    wrong = timezone.now() + timedelta(days=400)
    Outgoing.objects.filter(pk=hinted.pk).update(hinted_at=wrong)
    outbox.claim(leased.pk, wrong)
    started: list[int] = []
    Relay(start=lambda pk, kind: started.append(pk), inline=False).tick()
    assert sorted(started) == [hinted.pk, leased.pk]


def test_health_asks_for_a_living_relay_and_an_outbox_without_arrears(client):
    assert client.get("/gezond/wachtrij/").status_code == 503
    Heartbeat.objects.create(name="relay", at=timezone.now())
    Heartbeat.objects.create(name="sweep", at=timezone.now())
    assert client.get("/gezond/wachtrij/").status_code == 200
    row = delivery()
    Outgoing.objects.update(due_at=timezone.now() - timedelta(minutes=6))
    assert client.get("/gezond/wachtrij/").status_code == 503
    Outgoing.objects.filter(pk=row.pk).update(state="dead")
    assert client.get("/gezond/wachtrij/").json()["dead"] == 1
    assert client.get("/gezond/wachtrij/").status_code == 503
    Outgoing.objects.filter(pk=row.pk).update(state="done")
    Heartbeat.objects.filter(name="relay").update(at=timezone.now() - timedelta(minutes=2))
    assert client.get("/gezond/wachtrij/").status_code == 503


def test_ready_asks_the_database_and_never_the_broker(client, settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    assert client.get("/gezond/klaar/").status_code == 200
    assert client.get("/gezond/").json() == {"alive": True}
