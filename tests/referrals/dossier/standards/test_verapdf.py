"""The bridge to veraPDF runs all rules of both profiles, and says what fails and where."""

from __future__ import annotations

from io import BytesIO

import pikepdf
import pytest

pytestmark = pytest.mark.java


def empty() -> bytes:
    """Return a PDF with one empty page and nothing that the standards ask."""
    out = BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(out)
    return out.getvalue()


def test_all_rules_of_both_profiles_are_read() -> None:
    from tests.referrals.dossier.standards.verapdf import profile, start

    start()
    assert {name: profile(name)[1].getRules().size() for name in ("PDF/A-3a", "PDF/UA-1")} == {
        "PDF/A-3a": 155,
        "PDF/UA-1": 106,
    }


def test_an_untagged_file_fails_both_with_clause_and_place() -> None:
    from tests.referrals.dossier.standards.verapdf import judge

    verdicts = judge(empty())
    archive, accessible = verdicts["PDF/A-3a"].failures, verdicts["PDF/UA-1"].failures
    assert any(one.startswith("6.6.2.1-1 ") and "@ root" in one for one in archive)
    assert any(one.startswith("7.1-8 ") and "@ root" in one for one in accessible)
    assert verdicts["PDF/UA-1"].assertions > len(accessible)
