"""The relay makes the sweep each minute, in slices; a broken sweep stops no delivery, and the other way round."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime

import pytest
from django.utils import timezone

from nnmkb.ledger import outbox, relay
from nnmkb.ledger.models import Heartbeat, Outgoing
from nnmkb.ledger.relay import ROUND, BrokerAway, Relay
from referrals import rounds
from referrals.management.commands.relay import wired
from referrals.rounds import Sweeping
from referrals.services import timing
from tests.ledger.rows import delivery
from tests.referrals.clocks.test_sweep import LATER, many

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the seconds on the clock of the relay, to be set."""
    seconds = [1000.0]
    monkeypatch.setattr(relay.time, "monotonic", lambda: seconds[0])
    return seconds


def settle(outgoing_id: int, kind: str = "") -> None:
    claimed = outbox.claim(outgoing_id, timezone.now())
    assert claimed is not None
    outbox.finish(claimed, timezone.now())


def counting(calls: list[datetime], *, more: bool = False) -> Callable[[datetime], bool]:
    def work(now: datetime) -> bool:
        calls.append(now)
        return more

    return work


def test_a_round_is_made_at_once_and_then_each_minute(clock: list[float]) -> None:
    calls: list[datetime] = []
    made = Relay(start=settle, inline=True, rounds=(counting(calls),))
    made.tick()
    made.tick()
    assert len(calls) == 1
    clock[0] += ROUND - 1
    made.tick()
    assert len(calls) == 1
    clock[0] += 1
    made.tick()
    assert len(calls) == 2


def test_a_round_with_more_to_go_goes_on_at_the_next_look(clock: list[float]) -> None:
    calls: list[datetime] = []
    made = Relay(start=settle, inline=True, rounds=(counting(calls, more=True),))
    for _ in range(3):
        made.tick()
    assert len(calls) == 3


def test_a_long_row_of_deliveries_does_not_keep_the_round_waiting(clock: list[float]) -> None:
    for number in range(6):
        delivery(f"intake:{number}")
    calls: list[datetime] = []

    def slow(outgoing_id: int, kind: str) -> None:
        settle(outgoing_id)
        clock[0] += ROUND / 2

    assert Relay(start=slow, inline=True, rounds=(counting(calls, more=True),)).tick() == 6
    # One at the start, and one after every second delivery: what goes on for long leaves room for deliveries.
    assert len(calls) == 4


def test_a_sweep_that_breaks_stops_no_delivery_and_no_other_round(
    clock: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    row, calls = delivery(), list[datetime]()

    def broken(now: datetime) -> bool:
        raise ZeroDivisionError("Anna Zilverwiek")

    made = Relay(start=settle, inline=True, rounds=(broken, counting(calls)))
    with caplog.at_level(logging.ERROR):
        assert made.tick() == 1
    assert Outgoing.objects.get(pk=row.pk).state == "done"
    assert len(calls) == 1
    assert "ZeroDivisionError" in caplog.text
    assert "Anna" not in caplog.text
    clock[0] += ROUND
    made.tick()
    assert len(calls) == 2


def test_deliveries_that_break_stop_no_sweep(clock: list[float]) -> None:
    delivery()
    calls: list[datetime] = []

    def away(outgoing_id: int, kind: str) -> None:
        raise ConnectionError

    made = Relay(start=away, inline=False, rounds=(counting(calls),))
    for number in (1, 2, 3):
        with pytest.raises(BrokerAway):
            made.tick()
        assert len(calls) == number
        clock[0] += ROUND


def test_the_relay_of_the_site_sweeps_while_its_sweep_breaks_and_after(
    clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = wired(inline=True)
    made.rounds = made.rounds[-1:]
    with monkeypatch.context() as broken_off:
        broken_off.setattr(timing, "sweep", lambda *_, **more: 1 / 0)
        made.tick()
        assert not Heartbeat.objects.filter(name="sweep").exists()
    clock[0] += ROUND
    made.tick()
    assert Heartbeat.objects.filter(name="sweep").exists()


# --- slices ---------------------------------------------------------------------------------------------------------


def test_a_slice_ends_after_so_many_and_the_next_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    many(7)
    monkeypatch.setattr(rounds, "MOST_AT_ONCE", 3)
    work = Sweeping(threading.Event())
    assert [work(LATER) for _ in range(3)] == [True, True, False]
    assert timing.sweep(LATER).total == 0


def test_a_slice_ends_after_so_many_seconds(monkeypatch: pytest.MonkeyPatch, clock: list[float]) -> None:
    many(4)
    run = timing.expiring.run_out

    def slow(*what: object) -> object:
        clock[0] += rounds.LONGEST_SLICE / 2
        return run(*what)  # type: ignore[arg-type]

    monkeypatch.setattr(timing.expiring, "run_out", slow)
    work = Sweeping(threading.Event())
    assert work(LATER)
    assert work.unfinished is not None
    assert work.unfinished.missed == 2


def test_a_relay_that_is_asked_to_stop_does_not_finish_a_long_sweep() -> None:
    many(4)
    stop = threading.Event()
    work = Sweeping(stop)
    stop.set()
    work(LATER)
    assert work.unfinished is not None
    assert work.unfinished.total == 1


def test_a_slice_that_breaks_off_is_done_again_from_where_it_began(monkeypatch: pytest.MonkeyPatch) -> None:
    many(4)
    monkeypatch.setattr(rounds, "MOST_AT_ONCE", 2)
    work = Sweeping(threading.Event())
    work(LATER)
    with monkeypatch.context() as broken_off:
        broken_off.setattr(timing, "_batch", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            work(LATER)
    work(LATER)
    assert timing.sweep(LATER).total == 0
