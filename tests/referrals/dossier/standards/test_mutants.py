"""A check that never complains proves nothing: 22 dossiers made worse, and which check sees it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import pytest
from PIL import Image

from tests.referrals.dossier.standards.appearance import looks_different, pictures
from tests.referrals.dossier.standards.checks import problems
from tests.referrals.dossier.standards.mutants import MUTANTS, Mutant
from tests.referrals.dossier.standards.samples import rendered

pytestmark = pytest.mark.pango
LEAST = 20


@dataclass(frozen=True, slots=True)
class Noticed:
    """Which check sees that this dossier is worse."""

    own: bool
    verapdf: bool
    picture: bool


@cache
def worse(mutant: Mutant) -> bytes:
    """Return the worse dossier."""
    return mutant.of(rendered("ordinary")[0])


@cache
def seen_by_own_checks(mutant: Mutant) -> bool:
    """Say whether our own checks see it."""
    return bool(problems(worse(mutant), rendered("ordinary")[1]))


@cache
def looks() -> list[Image.Image]:
    """Return the pages of the dossier as it was."""
    return pictures(rendered("ordinary")[0])


def noticed(mutant: Mutant) -> Noticed:
    """Return which check sees it; each check finds nothing in the dossier as it was."""
    from tests.referrals.dossier.standards.verapdf import judge

    after = worse(mutant)
    return Noticed(
        own=seen_by_own_checks(mutant),
        verapdf=any(verdict.failures for verdict in judge(after).values()),
        picture=looks_different(looks(), pictures(after)),
    )


def row(mutant: Mutant, found: Noticed) -> str:
    """Return a row of the table in docs/dossier.md."""
    cells = ("ja" if one else "–" for one in (found.own, found.verapdf, found.picture))
    return f"| {mutant.name} | {' | '.join(cells)} |"


def test_there_are_twenty_two() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == 22


@pytest.mark.parametrize("mutant", [one for one in MUTANTS if not one.seen], ids=lambda one: str(one.name))
def test_our_own_checks_alone_notice_what_nobody_can_see(mutant: Mutant) -> None:
    assert seen_by_own_checks(mutant)


@pytest.mark.parametrize("mutant", [one for one in MUTANTS if one.seen], ids=lambda one: str(one.name))
def test_what_can_be_seen_does_change_the_page(mutant: Mutant) -> None:
    after = pictures(worse(mutant))
    assert any(one.tobytes() != other.tobytes() for one, other in zip(looks(), after, strict=True))


def test_the_dossier_as_it_was_is_good_and_looks_like_itself() -> None:
    pdf, content = rendered("ordinary")
    assert problems(pdf, content) == []
    assert not looks_different(looks(), pictures(pdf))


@pytest.mark.java
def test_all_checks_together_notice_at_least_twenty(docs: str) -> None:
    found = {mutant: noticed(mutant) for mutant in MUTANTS}
    for mutant, one in found.items():
        print(row(mutant, one))
    assert sum(one.own or one.verapdf or one.picture for one in found.values()) >= LEAST
    assert [line for mutant, one in found.items() if (line := row(mutant, one)) not in docs] == []


@pytest.fixture
def docs() -> str:
    """Return what we say about the dossier."""
    from django.conf import settings

    text: str = (settings.ROOT / "docs" / "dossier.md").read_text(encoding="utf-8")
    return text
