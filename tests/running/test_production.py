"""Relay, Redis and a real Celery worker: each is killed in the middle of the work; every good mail goes once."""

from __future__ import annotations

import signal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from nnmkb.ledger.models import Outgoing
from nnmkb.run.servers import Redis
from tests.referrals.entrepreneur.test_contact import opened, send
from tests.referrals.services import cast
from tests.running.letterbox import POISON, SLOW
from tests.running.site import Site, promise, states

pytestmark = [pytest.mark.servers, pytest.mark.postgres]
# Of one worker; each has one mail in hand.
PROCESSES = 2


def begun(site: Site) -> None:
    """Wait until the worker is in the middle of something."""
    site.wait_for(lambda: site.notes("begun"), "a mail has begun")


def all_went_once(site: Site, rows: list[Outgoing]) -> bool:
    """Say whether each of these was delivered, and lies in the letterbox once."""
    return states(rows) == ["done"] * len(rows) and site.letters() == len(rows)


def test_worker_killed_in_the_middle_of_a_delivery_loses_nothing(big_site: Site):
    rows = [promise(SLOW), *[promise("goed") for _ in range(8)]]
    big_site.relay("celery")
    first = big_site.worker()
    begun(big_site)
    big_site.kill(first)
    big_site.worker()
    big_site.wait_until_settled(rows)
    assert all_went_once(big_site, rows)
    # Killed between sending and writing that down, a mail goes again under its own Message-ID: one for each process.
    sent = big_site.notes("sent")
    assert len({*sent}) == len(rows)
    assert len(sent) <= len(rows) + PROCESSES


def test_redis_that_comes_back_empty_loses_nothing(big_site: Site, redis: Redis):
    rows = [promise(SLOW) for _ in range(3)]
    worker = big_site.worker()
    big_site.relay("celery")
    begun(big_site)
    redis.kill()
    rows += [promise("goed") for _ in range(5)]
    redis.start()
    big_site.wait_until_settled(rows)
    assert all_went_once(big_site, rows)
    assert worker.poll() is None


def test_relay_waits_for_a_redis_that_is_away(big_site: Site, redis: Redis):
    redis.kill()
    row = promise("goed")
    relay = big_site.relay("celery")
    big_site.wait_for(lambda: "broker away" in big_site.log.read_text(), "the relay notices")
    assert relay.poll() is None
    row.refresh_from_db()
    assert (row.state, row.hinted_at, row.attempts) == ("pending", None, 0)
    redis.start()
    big_site.worker()
    big_site.wait_until_settled([row])
    assert all_went_once(big_site, [row])


def test_submission_while_redis_is_stopped_is_confirmed_and_its_mail_goes_later(
    big_site: Site, redis: Redis, client: Client, settings: Any
):
    settings.CELERY_BROKER_URL = redis.url
    redis.kill()
    with time_machine.travel(cast.NOW, tick=False):
        answer = send(client, opened(client))
        assert answer.status_code == 302
        assert client.get(answer["Location"]).status_code == 200
        assert client.get("/gezond/klaar/").status_code == 200
    # The company of the cast lives at its own moment, the processes at this one.
    assert Outgoing.objects.update(due_at=timezone.now())
    rows = list(Outgoing.objects.all())
    big_site.relay("celery")
    big_site.worker()
    big_site.wait_for(lambda: "broker away" in big_site.log.read_text(), "the relay notices")
    redis.start()
    big_site.wait_until_settled(rows)
    assert all_went_once(big_site, rows)


def test_mail_that_kills_its_worker_ends_dead_and_the_others_go_once(big_site: Site):
    poison = promise(POISON)
    good = [promise("goed") for _ in range(6)]
    # Nothing here takes longer; the lease of a killed worker must end three times.
    big_site.environment |= {"OUTGOING_LEASE_S": "4", "OUTGOING_TIME_LIMIT_S": "3"}
    big_site.worker()
    big_site.relay("celery")
    big_site.wait_until_settled([poison, *good])
    assert states([poison]) == ["dead"]
    assert Outgoing.objects.get(pk=poison.pk).attempts == 3
    assert all_went_once(big_site, good)


@pytest.mark.parametrize("who", ["worker", "relay"])
def test_process_of_production_that_is_asked_to_stop_finishes_what_it_has_in_hand(big_site: Site, who: str):
    row = promise(SLOW)
    worker, relay = big_site.worker(), big_site.relay("celery")
    begun(big_site)
    asked = {"worker": worker, "relay": relay}[who]
    asked.send_signal(signal.SIGTERM)
    assert asked.wait(60) == 0
    big_site.wait_until_settled([row])
    assert all_went_once(big_site, [row])
    assert len(big_site.notes("sent")) == 1
    assert Outgoing.objects.get(pk=row.pk).attempts == 1


def test_each_worker_serves_its_own_queue(big_site: Site):
    row = promise("goed")
    big_site.worker("house", "pdf", "webhooks")
    big_site.relay("celery")
    house = Outgoing.objects.filter(kind="work.sessions", state="done")
    big_site.wait_for(house.exists, "the worker of the house did its work")
    assert states([row]) == ["pending"]
    big_site.worker("celery")
    big_site.wait_until_settled([row])
    assert all_went_once(big_site, [row])


def test_two_relays_at_once_start_each_delivery_once(big_site: Site):
    rows = [promise("goed") for _ in range(20)]
    big_site.worker()
    big_site.relay("celery")
    big_site.relay("celery")
    big_site.wait_until_settled(rows)
    assert all_went_once(big_site, rows)
    assert {row.attempts for row in Outgoing.objects.filter(kind="mail.resume_link")} == {1}
    planned = Outgoing.objects.filter(kind__startswith="work.").values_list("kind", flat=True)
    assert len(planned) == len(set(planned))


def test_relay_and_worker_survive_the_loss_of_every_database_connection(big_site: Site):
    rows = [promise(SLOW)]
    worker, relay = big_site.worker(), big_site.relay("celery")
    begun(big_site)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    rows += [promise("goed") for _ in range(4)]
    big_site.wait_until_settled(rows)
    assert all_went_once(big_site, rows)
    assert worker.poll() is None
    assert relay.poll() is None
