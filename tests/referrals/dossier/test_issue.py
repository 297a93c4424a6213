"""The PDF is made outside the transaction and kept exactly once, and never after erasure."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest

from nnmkb.ledger import events
from nnmkb.ledger.models import Event
from referrals.dossier import issue
from referrals.models import Dossier
from tests.referrals import making
from tests.referrals.making import NOW

pytestmark = pytest.mark.django_db


def test_the_first_pdf_is_kept_and_a_second_is_dropped() -> None:
    frozen = making.offered().dossier
    assert issue.keep(frozen.pk, b"first", NOW)
    assert not issue.keep(frozen.pk, b"second", NOW + timedelta(minutes=1))
    frozen.refresh_from_db()
    assert bytes(frozen.pdf or b"") == b"first"
    assert frozen.pdf_digest == hashlib.sha256(b"first").hexdigest()
    assert frozen.pdf_at == NOW


def test_both_digests_are_in_the_history_exactly_once() -> None:
    frozen = making.offered().dossier
    assert issue.keep(frozen.pk, b"first", NOW)
    assert not issue.keep(frozen.pk, b"second", NOW)
    (event,) = Event.objects.filter(kind="dossier_made")
    assert event.stream == frozen.referral.stream
    assert (event.actor, event.at) == ("system", NOW)
    found = hashlib.sha256(b"first").hexdigest()
    assert event.payload == {"dossier": frozen.pk, "json": frozen.digest, "pdf": found}


def test_a_writer_that_was_first_in_the_history_only_makes_us_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    frozen = making.offered().dossier
    record, lost = events.record, iter([True, True, False])

    def late(*given: Any, **named: Any) -> Event:
        event = record(*given, **named)
        if next(lost):
            raise events.LostRace
        return event

    monkeypatch.setattr(events, "record", late)
    assert issue.keep(frozen.pk, b"first", NOW)
    assert Event.objects.filter(kind="dossier_made").count() == 1


def test_what_is_kept_and_what_is_in_the_history_go_together(monkeypatch: pytest.MonkeyPatch) -> None:
    frozen = making.offered().dossier
    record = events.record

    def erased_meanwhile(*given: Any, **named: Any) -> Event:
        Dossier.objects.filter(pk=frozen.pk).update(content={}, pdf=None)
        return record(*given, **named)

    monkeypatch.setattr(events, "record", erased_meanwhile)
    assert not issue.keep(frozen.pk, b"late", NOW)
    assert not Event.objects.filter(kind="dossier_made").exists()

    def always_late(*given: Any, **named: Any) -> Event:
        raise events.LostRace

    monkeypatch.setattr(events, "record", always_late)
    with pytest.raises(events.LostRace):
        issue.keep(frozen.pk, b"first", NOW)
    frozen.refresh_from_db()
    assert not frozen.pdf_digest


def test_a_pdf_that_comes_after_erasure_is_dropped() -> None:
    frozen = making.offered().dossier
    Dossier.objects.filter(pk=frozen.pk).update(content={}, pdf=None)
    assert not issue.keep(frozen.pk, b"late", NOW)
    assert issue.issue(frozen.pk) == b""
    frozen.refresh_from_db()
    assert frozen.pdf is None


def test_a_dossier_that_was_kept_and_then_erased_does_not_come_back() -> None:
    frozen = making.offered().dossier
    issue.keep(frozen.pk, b"first", NOW)
    Dossier.objects.filter(pk=frozen.pk).update(pdf=None)
    assert not issue.keep(frozen.pk, b"second", NOW)


def test_a_dossier_with_a_pdf_is_not_made_again() -> None:
    frozen = making.offered().dossier
    issue.keep(frozen.pk, b"first", NOW)
    assert issue.issue(frozen.pk) == b""
    assert not issue.keep(frozen.pk, b"", NOW)


@pytest.mark.pango
def test_the_pdf_of_a_stored_dossier_holds_its_content() -> None:
    made = making.offered()
    pdf = issue.issue(made.dossier_id)
    assert pdf.startswith(b"%PDF-")
    assert issue.keep(made.dossier_id, pdf, NOW)
    assert issue.issue(made.dossier_id) == b""
