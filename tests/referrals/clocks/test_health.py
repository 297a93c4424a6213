"""Health turns red when the sweep is silent for five minutes or a term stays broken; and the wiring is checked."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import checks
from django.test import Client

from nnmkb.ledger.models import Heartbeat
from referrals.management.commands import relay
from referrals.models import TimerFailure
from referrals.rounds import Sweeping, rounds_check
from referrals.services import timing
from tests.referrals.services import cast

pytestmark = pytest.mark.django_db
NOW = cast.NOW
Ask = Callable[[], tuple[int, dict[str, Any]]]


@pytest.fixture
def ask(client: Client) -> Ask:
    """Return a way to ask how the deliveries and the terms do, at NOW, while the relay is alive."""
    Heartbeat.objects.create(name="relay", at=NOW)

    def asked() -> tuple[int, dict[str, Any]]:
        with time_machine.travel(NOW, tick=False):
            answer = client.get("/gezond/wachtrij/")
        return answer.status_code, json.loads(answer.content)

    return asked


def swept(at: datetime) -> None:
    Heartbeat.objects.update_or_create(name="sweep", defaults={"at": at})


def failing(since: datetime) -> None:
    found = cast.case()
    TimerFailure.objects.create(referral=found.referral, error="ValueError", first_at=since, last_at=NOW)


def test_a_sweep_that_never_ran_is_red(ask: Ask) -> None:
    status, facts = ask()
    assert (status, facts["sweep_seconds_ago"]) == (503, None)


@pytest.mark.parametrize(
    ("ago", "status"),
    [(timedelta(minutes=4, seconds=59), 200), (timedelta(minutes=5), 200), (timedelta(minutes=5, seconds=1), 503)],
)
def test_five_minutes_without_a_sweep_turn_it_red(ask: Ask, ago: timedelta, status: int) -> None:
    swept(NOW - ago)
    found, facts = ask()
    assert (found, facts["sweep_seconds_ago"]) == (status, int(ago.total_seconds()))


def test_a_real_sweep_turns_it_green(ask: Ask) -> None:
    timing.sweep(NOW)
    assert ask()[0] == 200


@pytest.mark.parametrize(("minutes", "status"), [(0, 200), (15, 200), (16, 503)])
def test_a_term_that_stays_broken_is_counted_and_turns_it_red(ask: Ask, minutes: int, status: int) -> None:
    swept(NOW)
    failing(NOW - timedelta(minutes=minutes))
    found, facts = ask()
    assert (found, facts["timers_failed"]) == (status, 1)


def test_the_oldest_failure_decides(ask: Ask) -> None:
    swept(NOW)
    failing(NOW)
    failing(NOW - timedelta(minutes=16))
    status, facts = ask()
    assert (status, facts["timers_failed"]) == (503, 2)


def test_health_holds_numbers_only(ask: Ask) -> None:
    swept(NOW)
    failing(NOW - timedelta(hours=1))
    assert all(value is None or isinstance(value, int) for value in ask()[1].values())


# --- is it wired? ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("inline", [True, False])
def test_both_relays_make_the_sweep(inline: bool) -> None:
    made = relay.wired(inline=inline)
    sweeping = made.rounds[-1]
    assert isinstance(sweeping, Sweeping)
    assert sweeping.stop is made.stop
    assert rounds_check() == []


@pytest.mark.parametrize(("left_out", "code"), [(1, "referrals.E001"), (0, "referrals.E002")])
def test_a_relay_without_one_of_its_rounds_is_an_error_of_the_system_check(
    monkeypatch: pytest.MonkeyPatch, left_out: int, code: str
) -> None:
    real = relay.wired

    def without(**how: Any) -> relay.Relay:
        made = real(**how)
        made.rounds = [work for place, work in enumerate(made.rounds) if place != left_out]
        return made

    monkeypatch.setattr(relay, "wired", without)
    [found] = rounds_check()
    assert (found.id, found.level) == (code, checks.ERROR)
    assert rounds_check in checks.registry.registry.get_checks()


def test_without_the_sweep_health_turns_red_within_five_minutes(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    made = relay.wired(inline=True)
    made.rounds = made.rounds[-1:]
    with time_machine.travel(NOW - timedelta(minutes=5, seconds=1), tick=False):
        made.make_rounds()
    made.rounds = ()
    with time_machine.travel(NOW, tick=False):
        made.make_rounds()
    assert ask()[0] == 503
