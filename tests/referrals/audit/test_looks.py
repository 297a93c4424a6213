"""Who looked: reading, taking along and searching by contact data leave events, and never get in the way."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nnmkb.ledger import events
from nnmkb.ledger.models import Event
from referrals.models import Referral
from referrals.services import looks, notes
from referrals.views.export import export
from tests.ledger.forging import broken
from tests.referrals.desk import making
from tests.referrals.desk.making import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def anke() -> User:
    return making.staff("anke")


@pytest.fixture
def row() -> Referral:
    return making.referral("Hunze Sensoren")


@pytest.fixture
def desk(client: Client, anke: User) -> Client:
    client.force_login(anke)
    return client


def seen(stream: str) -> list[tuple[str, str]]:
    return [(event.kind, event.actor) for event in events.history(stream)]


def test_reader_is_written_down_once_a_day(row: Referral, anke: User):
    for hours in (0, 1, 5):
        looks.looked(row, anke, NOW + timedelta(hours=hours))
    assert seen(f"look:{row.pk}") == [("dossier_read", f"advisor:{anke.pk}")]
    looks.looked(row, anke, NOW + timedelta(days=1))
    looks.looked(row, making.staff("bram"), NOW)
    assert len(seen(f"look:{row.pk}")) == 3
    assert broken() == []


def test_day_is_our_own_day(row: Referral, anke: User):
    looks.looked(row, anke, NOW.replace(hour=22, minute=59))
    looks.looked(row, anke, NOW.replace(hour=23, minute=1))
    assert len(seen(f"look:{row.pk}")) == 2


def test_second_look_of_the_day_asks_once_and_writes_nothing(row: Referral, anke: User):
    first = looks.looked(row, anke, NOW)
    with CaptureQueriesContext(connection) as asked:
        again = looks.looked(row, anke, NOW)
    assert len(asked) == 1
    assert again == first


def test_reader_behind_very_many_others_is_still_written_down_once(row: Referral, anke: User, monkeypatch):
    monkeypatch.setattr(looks, "RECENT", 2)
    looks.looked(row, anke, NOW)
    for name in ("bram", "cor", "dirk"):
        looks.looked(row, making.staff(name), NOW)
    looks.looked(row, anke, NOW)
    assert len(seen(f"look:{row.pk}")) == 4


def test_look_takes_no_version_and_stands_outside_the_history_of_the_referral(row: Referral, anke: User):
    looks.looked(row, anke, NOW)
    row.refresh_from_db()
    assert row.version == 1
    assert seen(row.stream) == []


def test_lost_race_leaves_the_page_alone(row: Referral, anke: User, monkeypatch, caplog):
    def loses(*_: object, **__: object) -> None:
        raise events.LostRace

    monkeypatch.setattr(looks.events, "record", loses)
    assert looks.looked(row, anke, NOW) == []
    assert "not written down" in caplog.text


@pytest.mark.parametrize("address", ["/werkbak/?open={number}", "/werkbak/{number}/", "/werkbak/{number}/uitleg/"])
def test_every_page_with_a_referral_writes_its_reader_down(desk: Client, row: Referral, anke: User, address: str):
    assert desk.get(address.format(number=row.number)).status_code == 200
    assert seen(f"look:{row.pk}") == [("dossier_read", f"advisor:{anke.pk}")]


def test_page_of_an_offer_shows_the_dossier_and_writes_its_reader_down(desk: Client, anke: User):
    partner = making.partner("metaalunie")
    mine = making.referral("Veenstra", owner=anke, state="in_review")
    desk.get(f"/werkbak/{mine.number}/aanbieden/", {"partner": partner.pk})
    assert seen(f"look:{mine.pk}") == [("dossier_read", f"advisor:{anke.pk}")]


def test_page_that_refuses_the_reader_writes_nothing_down(client: Client, row: Referral):
    client.force_login(making.staff("piet", "policy_author"))
    assert client.get(f"/werkbak/{row.number}/").status_code == 403
    assert seen(f"look:{row.pk}") == []


def test_pane_says_who_read_it(desk: Client, row: Referral):
    looks.looked(row, making.staff("bram"), NOW)
    text = desk.get(f"/werkbak/{row.number}/").content.decode()
    asides = text.partition("Wie keek mee")[2]
    assert "Bram" in asides
    assert "di 24 nov, 11:00" in asides
    assert "Anke" in asides


def test_pane_asks_no_more_because_of_who_read_it(desk: Client, row: Referral):
    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            desk.get(f"/werkbak/{row.number}/")
        return len(found)

    readers = [making.staff(name) for name in ("bram", "cor", "dirk")]
    desk.get(f"/werkbak/{row.number}/")
    before = asked()
    for reader in readers:
        looks.looked(row, reader, NOW)
    assert asked() == before


def test_export_is_written_down_with_each_referral(row: Referral, anke: User):
    other = making.referral("Veenstra")
    export(anke, [row.number, other.number, "onzin"], NOW)
    for one in (row, other):
        assert seen(f"look:{one.pk}") == [("dossier_exported", f"advisor:{anke.pk}")]
        assert seen(one.stream) == []


@pytest.mark.parametrize(
    ("typed", "by", "found"),
    [("hunze", "company", 1), ("niemand@nergens.example", "email", 0), ("12345678", "kvk_number", 0)],
)
def test_search_by_contact_data_is_written_down_without_what_was_typed(desk, row, anke, typed, by, found):
    desk.get("/werkbak/", {"lijst": "alles", "zoek": typed})
    event = Event.objects.get(kind="search_made")
    assert (event.stream, event.actor) == (f"search:{anke.pk}", f"advisor:{anke.pk}")
    assert event.payload == {"by": by, "found": found}
    assert typed not in json.dumps([event.payload, event.idempotency_key])
    assert typed not in json.dumps(dict(desk.session))


def test_same_search_on_the_next_page_is_not_another_one(desk: Client, row: Referral):
    for more in ({}, {"open": row.number}, {"zoek": "HUNZE"}):
        desk.get("/werkbak/", {"lijst": "alles", "zoek": "hunze", **more})
    assert Event.objects.filter(kind="search_made").count() == 1
    desk.get("/werkbak/", {"lijst": "alles", "zoek": "veenstra"})
    desk.get("/werkbak/", {"lijst": "alles", "zoek": "hunze"})
    assert Event.objects.filter(kind="search_made").count() == 3


@pytest.mark.parametrize("typed", ["{number}", "{reference}", "ab"])
def test_search_by_a_number_of_our_own_or_by_nothing_is_not_written_down(desk: Client, row: Referral, typed: str):
    desk.get("/werkbak/", {"lijst": "alles", "zoek": typed.format(number=row.number, reference=row.intake.reference)})
    assert not Event.objects.filter(kind="search_made").exists()


@pytest.mark.django_db(transaction=True)
def test_eight_readers_and_a_writer_at_once_are_all_written_down():
    row = making.referral("Hunze Sensoren")
    readers = [making.staff(f"lezer{number}") for number in range(8)]
    start = threading.Barrier(9)
    failed: list[BaseException] = []

    def run(work) -> None:
        try:
            start.wait()
            work()
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    works = [lambda reader=reader: looks.looked(row, reader, NOW) for reader in readers]
    works.append(lambda: notes.add(row.pk, author=readers[0], text="Ondertussen", key="k", now=NOW))
    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert [kind for kind, _ in seen(row.stream)] == ["note_added"]
    written = {actor for _, actor in seen(f"look:{row.pk}")}
    for reader in readers:
        with time_machine.travel(NOW, tick=False):
            looks.looked(row, reader, NOW)
    assert written <= {f"advisor:{reader.pk}" for reader in readers}
    assert len(seen(f"look:{row.pk}")) == 8
    assert broken() == []
