"""The message that tells a worker that a row is due: on the queue of its kind, with the time that kind may take."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from nnmkb.celery import app
from nnmkb.ledger import terms
from referrals import tasks


@pytest.fixture
def hinted(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Return the messages that would go to Redis."""
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(tasks.deliver, "apply_async", lambda args, **more: sent.append({"args": args, **more}))
    return sent


@pytest.mark.parametrize(
    ("kind", "queue", "soft", "hard"),
    [
        ("mail.offer", "celery", 90, 120),
        ("mail.code", "celery", 90, 120),
        ("dossier.render", "pdf", 20, 30),
        ("webhook.event", "webhooks", 90, 120),
        ("work.lapse", "house", 90, 120),
        ("work.proof", "house", 1800, 1840),
        ("of.another.version", "celery", 90, 120),
    ],
)
def test_hint_goes_to_the_queue_of_its_kind_with_its_limits(hinted, kind, queue, soft, hard):
    tasks.hint(7, kind)
    [message] = hinted
    assert message["args"] == (7,)
    assert (message["queue"], message["soft_time_limit"], message["time_limit"]) == (queue, soft, hard)
    assert message["retry"] is False


@pytest.mark.parametrize("kind", ["mail.offer", "dossier.render", "webhook.event", "work.lapse", "work.proof"])
def test_process_is_killed_before_its_lease_is_over(kind):
    found = terms.limits_of(kind)
    assert found.soft_s < found.hard_s < found.lease_s


def test_message_for_one_queue_reaches_no_other():
    routes = {(queue.exchange.name, queue.routing_key) for queue in app.amqp.queues.values()}
    assert len(routes) == len(terms.QUEUES)


@pytest.fixture
def warmed(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Return a list that gets an entry each time the renderer is made ready."""
    calls: list[bool] = []
    monkeypatch.setattr(tasks.render, "warm", lambda: calls.append(True) or True)
    return calls


def serving(monkeypatch: pytest.MonkeyPatch, *queues: str) -> None:
    monkeypatch.setattr(
        tasks, "app", SimpleNamespace(amqp=SimpleNamespace(queues=SimpleNamespace(consume_from=queues)))
    )


def test_process_that_makes_dossiers_has_its_renderer_ready(monkeypatch, warmed):
    serving(monkeypatch, "pdf")
    tasks.warm()
    assert warmed == [True]


def test_process_that_makes_none_does_not_load_it(monkeypatch, warmed):
    serving(monkeypatch, "celery", "webhooks", "house")
    tasks.warm()
    assert warmed == []


def test_process_that_cannot_make_dossiers_starts_all_the_same(monkeypatch, caplog):
    def broken() -> bool:
        raise OSError("libpango of Anna Zilverwiek")

    serving(monkeypatch, "pdf")
    for warm, says in ((lambda: False, "makes no PDFs"), (broken, "renderer not ready: OSError")):
        monkeypatch.setattr(tasks.render, "warm", warm)
        tasks.warm()
        assert says in caplog.text
    assert "Zilverwiek" not in caplog.text
