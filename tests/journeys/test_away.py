"""The database or Redis is away: the page says so, nothing is half saved, and what was promised still happens."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.test.utils import CaptureQueriesContext

from intake.models import Intake
from nnmkb.logs import JsonFormatter
from referrals.models import Referral
from tests.journeys import stage
from tests.journeys.test_bad_input import verify_page
from tests.journeys.test_refusals import ADDRESSES
from tests.referrals.services import cast

pytestmark = pytest.mark.django_db
WITHOUT_DATABASE = ("/privacy/", "/over/", "/toegankelijkheid/", "/gezond/")
LOST = "Wat u net invulde, is niet bewaard."


@pytest.fixture(autouse=True)
def _at_nine() -> Iterator[None]:
    with time_machine.travel(cast.NOW, tick=False):
        yield


@pytest.fixture
def unplug(monkeypatch: pytest.MonkeyPatch) -> Callable[[type[Exception]], None]:
    """Return what takes the database away until the end of the test."""

    def away(error: type[Exception] = OperationalError) -> None:
        def refuse(*args: object, **kwargs: object) -> Any:
            raise error("could not connect to server: anna@zilverwiek.example")

        for name in ("cursor", "chunked_cursor", "ensure_connection"):
            monkeypatch.setattr(BaseDatabaseWrapper, name, refuse)

    return away


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
@pytest.mark.parametrize("known", [False, True])
def test_every_page_says_that_the_site_is_away_or_works_without(
    unplug: Callable[[type[Exception]], None], known: bool, error: type[Exception]
) -> None:
    client = stage.browser("NN-0000-0000") if known else stage.browser()
    unplug(error)
    wrong = {}
    for path in ADDRESSES:
        page = client.get(path)
        if page.status_code == 503:
            assert page["Retry-After"] == "30"
            if path.startswith("/api/"):
                assert page["Content-Type"] == "application/problem+json"
                assert page.json()["code"] == "away"
            else:
                verify_page(page, 503, LOST)
        elif page.status_code >= 500:
            wrong[path] = page.status_code
    assert wrong == {}
    for path in WITHOUT_DATABASE:
        assert client.get(path).status_code == 200, path


def test_every_form_says_that_nothing_was_saved(unplug: Callable[..., None]) -> None:
    forms = stage.every_form()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseWrapper, "cursor", _gone)
        for target in forms:
            verify_page(target.post(), 503, LOST)


def _gone(*args: object, **kwargs: object) -> Any:
    raise OperationalError("server closed the connection unexpectedly")


def test_database_that_goes_away_after_the_view_is_the_same_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """The session is written when the view has ended."""
    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.save", _gone)
    verify_page(stage.browser().post("/", {"sleutel": stage.key()}), 503, LOST)


def test_other_failure_is_a_page_that_needs_no_database(
    monkeypatch: pytest.MonkeyPatch, unplug: Callable[..., None]
) -> None:
    client = stage.browser("NN-0000-0000")

    def broken(*args: object) -> None:
        unplug()
        raise RuntimeError("anna@zilverwiek.example")

    monkeypatch.setattr("intake.services.access.may_open", broken)
    verify_page(client.get("/zelfscan/NN-0000-0000/uw-bedrijf/"), 500, "dat ligt aan ons")


def test_nothing_is_half_sent_when_the_database_dies_in_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    intake = cast.assessed()
    form = stage.contact_form(stage.browser(intake.reference), intake)
    before = stage.promised()
    with monkeypatch.context() as patch:
        patch.setattr("referrals.services.refer.outbox.enqueue", _gone)
        verify_page(form.post(), 503, LOST)
    assert stage.promised() == before
    assert not Referral.objects.exists()
    assert Intake.objects.get().state == "assessed"
    assert form.post()["Location"].endswith("/verstuurd/")


def test_log_of_a_database_that_is_away_quotes_nobody(
    unplug: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        client = stage.browser("NN-0000-0000")
        unplug()
        client.get("/zelfscan/NN-0000-0000/uw-bedrijf/")
    lines = [JsonFormatter().format(record) for record in caplog.records]
    assert any("database away" in line for line in lines)
    assert not [line for line in lines if "zilverwiek" in line]


def test_submission_asks_nothing_of_a_broker_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "CELERY_BROKER_URL", "redis://127.0.0.1:1/0")
    intake = cast.assessed()
    form = stage.contact_form(stage.browser(intake.reference), intake)
    monkeypatch.setattr("celery.app.task.Task.apply_async", _gone)
    assert form.post()["Location"].endswith("/verstuurd/")
    assert stage.Outgoing.objects.get(kind="mail.receipt").state == "pending"


# --- machines that ask ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("at", "warns"), [("2026-11-23", False), ("2034-12-30", False), ("2035-01-02", True)])
def test_queue_warns_before_the_table_of_holidays_ends(client: Client, at: str, warns: bool) -> None:
    with time_machine.travel(datetime.fromisoformat(f"{at}T09:00:00+00:00"), tick=False):
        facts = json.loads(client.get("/gezond/wachtrij/").content)
    assert facts["holidays_run_out"] is warns


def test_site_whose_tables_are_behind_asks_for_no_visitors(client: Client) -> None:
    with time_machine.travel(datetime.fromisoformat("2026-11-23T09:00:00+00:00"), tick=False) as clock:
        assert client.get("/gezond/klaar/").status_code == 200
        last = MigrationRecorder.Migration.objects.filter(app="referrals").latest("pk")
        last.delete()
        assert client.get("/gezond/klaar/").status_code == 200, "it was compared a moment ago"
        clock.shift(timedelta(seconds=11))
        answer = client.get("/gezond/klaar/")
    assert (answer.status_code, answer.json()) == (503, {"ready": False})


def test_asking_often_does_not_compare_the_tables_often(client: Client) -> None:
    client.get("/gezond/klaar/")
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/gezond/klaar/").status_code == 200
    assert [query["sql"] for query in asked] == ["SELECT 1"]


def test_database_of_these_tests_is_there_again(client: Client) -> None:
    assert client.get("/gezond/klaar/").status_code == 200
    assert connection.ensure_connection() is None
