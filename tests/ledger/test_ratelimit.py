"""Counters against flooding: they stop in time, start again in time, and know no address."""

from __future__ import annotations

import threading

import pytest
import time_machine
from django.db import connection

from nnmkb.ledger import ratelimit
from nnmkb.ledger.models import RateCount
from tests.ledger.rows import NOW

pytestmark = pytest.mark.django_db
ADDRESS = "203.0.113.9"


@pytest.fixture(autouse=True)
def _three_an_hour(settings):
    settings.RATE_LIMITS = {"login": (3, 3600), "off": (0, 3600)}


@pytest.fixture
def hour():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def use_up(action: str = "login", who: str = ADDRESS) -> None:
    for _ in range(3):
        ratelimit.count(action, who)


def test_fourth_time_is_refused_and_says_how_long_to_wait(hour):
    use_up()
    with pytest.raises(ratelimit.TooMany) as refused:
        ratelimit.count("login", ADDRESS)
    assert 0 < refused.value.seconds <= 3601


def test_next_hour_starts_anew(hour):
    use_up()
    hour.shift(3600)
    ratelimit.count("login", ADDRESS)
    assert RateCount.objects.count() == 2


def test_one_address_does_not_use_up_another(hour):
    use_up()
    ratelimit.count("login", "203.0.113.10")
    assert RateCount.objects.count() == 2


def test_limit_of_zero_switches_off(hour):
    for _ in range(50):
        ratelimit.count("off", ADDRESS)
    assert RateCount.objects.count() == 0


def test_address_is_not_stored(hour):
    use_up()
    assert ADDRESS not in RateCount.objects.get().key


def test_address_behind_our_proxy_is_the_one_the_proxy_saw(rf, settings):
    request = rf.get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="6.6.6.6, 203.0.113.9")
    settings.BEHIND_PROXY = False
    assert ratelimit.address(request) == "10.0.0.1"
    settings.BEHIND_PROXY = True
    assert ratelimit.address(request) == "203.0.113.9"


@pytest.mark.django_db(transaction=True)
def test_uses_at_once_are_all_counted():
    start = threading.Barrier(6)
    refused: list[int] = []

    def use() -> None:
        try:
            start.wait()
            ratelimit.count("login", ADDRESS)
        except ratelimit.TooMany as error:
            refused.append(error.seconds)
        finally:
            connection.close()

    with time_machine.travel(NOW, tick=False):
        threads = [threading.Thread(target=use) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert RateCount.objects.get().count == 6
    assert len(refused) >= 3
