"""Whether everything goes out, queue by queue: what turns it red, what is only counted, and that Redis is not asked."""

from __future__ import annotations

import socket
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from nnmkb.ledger.models import Heartbeat, Outgoing
from tests.ledger.rows import delivery

pytestmark = pytest.mark.django_db
LATE = timedelta(minutes=6)


@pytest.fixture
def ask(client: Client):
    """Return a way to ask, while relay and sweep are alive."""
    for name in ("relay", "sweep"):
        Heartbeat.objects.create(name=name, at=timezone.now())

    def asked() -> tuple[int, dict[str, Any]]:
        answer = client.get("/gezond/wachtrij/")
        return answer.status_code, answer.json()

    return asked


def waiting(kind: str, since: timedelta = LATE, **more: Any) -> Outgoing:
    row = delivery(kind=kind)
    Outgoing.objects.filter(pk=row.pk).update(due_at=timezone.now() - since, **more)
    return row


@pytest.mark.parametrize(
    ("kind", "fact"),
    [
        ("mail.receipt", "oldest_mail_seconds"),
        ("dossier.render", "oldest_pdf_seconds"),
        ("webhook.event", "oldest_webhooks_seconds"),
        ("work.lapse", "oldest_house_seconds"),
    ],
)
def test_queue_that_stands_still_is_named(ask, kind, fact):
    waiting(kind)
    waiting("mail.code", timedelta(seconds=10))
    status, facts = ask()
    assert status == 503
    assert facts[fact] >= 360
    assert facts["oldest_due_seconds"] >= 360
    assert sum(value >= 360 for name, value in facts.items() if name.startswith("oldest_")) == 2


def test_row_that_waits_for_another_one_is_not_late(ask):
    first = waiting("dossier.render")
    waiting("mail.offer", after=first)
    Outgoing.objects.filter(pk=first.pk).update(due_at=timezone.now() + timedelta(minutes=5))
    status, facts = ask()
    assert (status, facts["oldest_due_seconds"]) == (200, 0)


def test_row_that_will_be_tried_again_later_is_not_late(ask):
    waiting("mail.offer", -timedelta(hours=2), attempts=4)
    assert ask()[0] == 200


def test_row_whose_worker_died_is_late_when_its_lease_has_long_ended(ask):
    waiting("mail.offer", state="leased", attempts=1)
    assert ask()[0] == 503


def test_mail_that_came_back_is_counted_for_an_advisor_and_wakes_no_administrator(ask):
    waiting("mail.offer", state="bounced")
    status, facts = ask()
    assert (status, facts["bounced"], facts["dead"]) == (200, 1, 0)


def test_nobody_is_asked_but_the_database(ask, settings, monkeypatch):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"

    def refused(*_: object) -> None:
        raise AssertionError("health opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refused)
    assert ask()[0] == 200
