"""Every kind of dossier is PDF/A-3a and PDF/UA-1 by veraPDF, and has nothing that our own checks find."""

from __future__ import annotations

import pytest

from tests.referrals.dossier.standards.checks import problems
from tests.referrals.dossier.standards.samples import MAKERS, rendered

pytestmark = pytest.mark.pango


@pytest.mark.parametrize("name", MAKERS)
def test_our_own_checks_find_nothing(name: str) -> None:
    assert problems(*rendered(name)) == []


@pytest.mark.java
@pytest.mark.parametrize("name", MAKERS)
def test_verapdf_finds_nothing(name: str) -> None:
    from tests.referrals.dossier.standards.verapdf import judge

    verdicts = judge(rendered(name)[0])
    assert {standard: verdict.failures for standard, verdict in verdicts.items()} == {"PDF/A-3a": (), "PDF/UA-1": ()}
    assert min(verdict.assertions for verdict in verdicts.values()) > 1000


def test_there_are_at_least_twenty_five_hostile_dossiers() -> None:
    assert sum(name.startswith("hostile: ") for name in MAKERS) >= 25
