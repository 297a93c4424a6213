"""A history that was changed, shortened or made anew shows: by its chain, its tip, or an anchor."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from nnmkb.ledger import anchors, events, reading
from nnmkb.ledger.models import Anchor, Event, Tip
from tests.ledger.forging import broken, chain_anew, forge
from tests.ledger.rows import NOW, event

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def report(settings, tmp_path):
    settings.ANCHORS_FILE = tmp_path / "anchors.txt"
    return settings.ANCHORS_FILE


def anchored(now: datetime = NOW) -> Anchor:
    with transaction.atomic():
        made, _ = anchors.keep(anchors.measure(), None, now)
    return made


def test_whole_history_is_accepted():
    for number in range(5):
        event(number=number)
    event("referral:1", text="Fryslân")
    anchored()
    event("referral:1")
    anchored()
    event("a:new:one")
    assert broken() == []


def test_moment_in_another_zone_is_the_same_moment():
    event()
    with transaction.atomic():
        events.record("intake:1", "later", actor="system", at=NOW.astimezone(ZoneInfo("Asia/Tokyo")))
    assert broken() == []


def test_forged_event_shows():
    event()
    forged = event(to="partner:1")
    event()
    forge("UPDATE ledger_event SET actor = 'partner:9' WHERE id = %s", forged.pk)
    assert broken() == ["changed intake:1 2"]


@pytest.mark.parametrize(
    ("column", "value"), [("kind", "other"), ("stream", "intake:2"), ("at", "2024-01-16 09:00:00+00:00")]
)
def test_every_fact_of_an_event_is_under_its_digest(column, value):
    forged = event()
    forge(f"UPDATE ledger_event SET {column} = %s WHERE id = %s", value, forged.pk)
    assert f"changed {Event.objects.get().stream} 1" in broken()


def test_event_that_was_deleted_in_the_middle_shows():
    event()
    lost = event()
    event()
    forge("DELETE FROM ledger_event WHERE id = %s", lost.pk)
    assert broken() == ["missing intake:1 3"]


def test_first_event_that_was_deleted_shows():
    lost = event()
    event()
    forge("DELETE FROM ledger_event WHERE id = %s", lost.pk)
    assert broken() == ["missing intake:1 2"]


def test_last_event_that_was_deleted_shows():
    event()
    lost = event()
    event("intake:2")
    forge("DELETE FROM ledger_event WHERE id = %s", lost.pk)
    assert broken() == ["end_missing intake:1 2"]


def test_whole_history_that_was_deleted_shows_at_its_tip():
    lost = event()
    forge("DELETE FROM ledger_event WHERE id = %s", lost.pk)
    assert broken() == ["end_missing intake:1 1"]


def test_event_that_was_added_past_the_tip_shows():
    first = event()
    forged = Event(stream="intake:1", seq=2, kind="added", actor="system", at=NOW, payload={}, previous=first.digest)
    forged.digest = events.digest_of(forged)
    forged.save(force_insert=True)
    assert broken() == ["end_unknown intake:1 2"]


def test_history_without_a_tip_shows():
    event()
    Tip.objects.all().delete()
    assert broken() == ["end_unknown intake:1 1"]


def test_replaced_event_that_fits_itself_shows_in_the_next():
    event()
    replaced = event()
    event()
    replaced.actor = "partner:9"
    forge(
        "UPDATE ledger_event SET actor = 'partner:9', digest = %s WHERE id = %s",
        events.digest_of(replaced),
        replaced.pk,
    )
    assert broken() == ["replaced intake:1 3"]


def test_history_that_was_made_anew_as_a_whole_shows_at_the_anchors_only():
    event()
    forged = event()
    early, late = anchored(), anchored(NOW + timedelta(days=1))
    event()
    forge("UPDATE ledger_event SET actor = 'partner:9' WHERE id = %s", forged.pk)
    chain_anew("intake:1")
    assert broken() == [f"anchor anker {early.pk}", f"anchor anker {late.pk}"]


def test_anchor_from_before_the_event_still_holds():
    event()
    early = anchored()
    forged = event()
    late = anchored()
    forge("UPDATE ledger_event SET actor = 'partner:9' WHERE id = %s", forged.pk)
    chain_anew("intake:1")
    assert broken() == [f"anchor anker {late.pk}"]
    assert early.last_event < late.last_event


def test_last_event_that_was_deleted_with_its_tip_shows_at_the_anchor():
    event()
    lost = event()
    made = anchored()
    forge("DELETE FROM ledger_event WHERE id = %s", lost.pk)
    chain_anew("intake:1")
    assert broken() == [f"anchor anker {made.pk}"]


def test_whole_history_that_was_deleted_with_its_tip_shows_at_the_anchor():
    event("intake:1")
    event("intake:2")
    made = anchored()
    forge("DELETE FROM ledger_event WHERE stream = 'intake:1'")
    chain_anew("intake:1")
    assert broken() == [f"anchor anker {made.pk}"]


def test_empty_ledger_can_be_anchored_and_holds():
    made = anchored()
    assert (made.last_event, made.streams) == (0, 0)
    assert broken() == []


def test_anchor_does_not_hang_on_the_order_of_the_rows_in_the_table():
    for stream in ("referral:2", "referral:10", "Referral:3", "look-intake:1", "look:1", "referral:1"):
        event(stream)
    order = [row[0] for row in reading.in_order()]
    assert order == sorted(order, key=str.encode)
    expected = "".join(
        f"{row.stream} 1 {row.digest}\n" for row in sorted(Event.objects.all(), key=lambda row: row.stream)
    )
    assert anchors.measure().root == hashlib.sha256(expected.encode()).hexdigest()


def test_look_reads_on_where_the_last_chunk_ended(monkeypatch):
    monkeypatch.setattr(reading, "CHUNK", 2)
    for stream in ("a:1", "a:1", "a:1", "b:1", "b:2", "b:2"):
        event(stream)
    assert [row[:2] for row in reading.in_order()] == [
        ("a:1", 1),
        ("a:1", 2),
        ("a:1", 3),
        ("b:1", 1),
        ("b:2", 1),
        ("b:2", 2),
    ]
    assert broken() == []


def test_event_takes_three_questions_and_the_first_of_a_history_too():
    for _ in range(2):
        with transaction.atomic(), CaptureQueriesContext(connection) as captured:
            events.record("intake:1", "intake_started", actor="system", at=NOW)
        assert len(captured) == 3


def test_tip_is_the_last_event():
    event()
    last = event()
    assert Tip.objects.values_list("stream", "seq", "digest").get() == ("intake:1", 2, last.digest)


def test_change_that_was_rolled_back_leaves_no_event_and_no_moved_tip():
    first = event()
    with transaction.atomic():
        event()
        event("intake:2")
        transaction.set_rollback(True)
    assert Event.objects.get() == first
    assert Tip.objects.get().digest == first.digest
    assert event().seq == 2
    assert broken() == []


def test_report_file_holds_a_line_for_each_anchor_that_was_kept(report, django_capture_on_commit_callbacks):
    event()
    with django_capture_on_commit_callbacks(execute=True):
        made = anchored()
    assert report.read_text() == f"{made.pk} 2024-01-15T09:00:00+00:00 {made.last_event} 1 {made.root}\n"


def test_report_file_that_cannot_be_written_stops_nothing(
    settings, tmp_path, caplog, django_capture_on_commit_callbacks
):
    settings.ANCHORS_FILE = tmp_path / "no" / "folder" / "anchors.txt"
    with django_capture_on_commit_callbacks(execute=True):
        made = anchored()
    assert Anchor.objects.get() == made
    assert "not written" in caplog.text


@pytest.mark.parametrize(
    ("now", "night"),
    [
        ("2026-11-28T00:59:59+00:00", None),
        ("2026-11-28T01:00:00+00:00", "2026-11-28"),
        ("2026-11-28T22:59:00+00:00", "2026-11-28"),
        ("2026-11-28T23:01:00+00:00", None),
        # The night without and the night with twice the hour from two to three.
        ("2026-03-29T00:59:00+00:00", None),
        ("2026-03-29T01:00:00+00:00", "2026-03-29"),
        ("2026-10-25T00:00:00+00:00", "2026-10-25"),
        ("2026-10-25T01:30:00+00:00", "2026-10-25"),
    ],
)
def test_nightly_work_is_due_from_two_o_clock_of_our_own_time(now, night):
    found = anchors.night_of(datetime.fromisoformat(now).astimezone(UTC))
    assert (found and found.isoformat()) == night


@pytest.fixture
def slow_writer(transactional_db) -> Iterator[threading.Event]:
    """Somebody has the number of an event and is not done; the history is certain once this is set."""
    written, go_on = threading.Event(), threading.Event()

    def write() -> None:
        try:
            with transaction.atomic():
                event("a:1")
                written.set()
                go_on.wait(20)
        finally:
            connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    written.wait()
    yield go_on
    go_on.set()
    writer.join()


@pytest.mark.postgres
def test_anchor_waits_for_the_event_that_has_its_number_but_is_not_certain_yet(slow_writer):
    event("b:1")
    threading.Timer(0.5, slow_writer.set).start()
    assert anchored().streams == 2
    assert broken() == []


@pytest.mark.postgres
def test_anchor_is_put_off_when_a_transaction_does_not_end(slow_writer, monkeypatch):
    event("b:1")
    monkeypatch.setattr(anchors, "LONGEST_WRITE", 0.1)
    with pytest.raises(anchors.StillWriting):
        anchors.measure()
