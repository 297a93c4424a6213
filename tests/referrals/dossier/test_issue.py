"""The PDF is made outside the transaction and kept exactly once, and never after erasure."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

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
