"""What a page looks at of a version: no more than somebody can wait for, and it says where to look further."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from intake.policy.analysis import analyse
from intake.services.governing import checking, reviewing
from intake.services.governing.errors import Refused
from intake.views.policy import differences
from tests.domain.policy.samples import policy_2013
from tests.intake.governing import cast
from tests.intake.governing.pages import browser, fresh, text

pytestmark = pytest.mark.django_db
FURTHER = "De opdracht check_policy kijkt verder"


@pytest.fixture
def little(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give pages hardly any room; what was seen before is forgotten, and afterwards what was seen with so little."""
    differences.compare.cache_clear()
    monkeypatch.setattr(checking, "NODES_AT_ONCE", 300)
    monkeypatch.setattr(differences, "NODES_AT_ONCE", 300)
    monkeypatch.setattr(checking, "CHECKS", checking.Checks(checking.look))
    yield
    differences.compare.cache_clear()


@pytest.mark.usefixtures("little")
def test_version_that_takes_too_much_says_what_was_not_seen_and_where_to_look() -> None:
    author = cast.author()
    cast.changed(author)
    page = text(browser(author).get("/beleid/2026-1/"))
    assert "Het beleid is te groot om in één keer te bekijken" in page
    assert FURTHER in page
    page = text(browser(author).get("/beleid/2026-1/beoordelen/"))
    assert "te groot om precies te vergelijken. De opdracht replay kijkt verder." in page
    assert "De controle bekeek alles; op het overzicht staat wat te veel kostte (nog niet)" in page


@pytest.mark.parametrize("less", [0, 1])
def test_page_that_left_something_out_says_so(monkeypatch: pytest.MonkeyPatch, less: int) -> None:
    monkeypatch.setattr(checking, "NODES_AT_ONCE", analyse(policy_2013()).nodes - less)
    monkeypatch.setattr(checking, "CHECKS", checking.Checks(checking.look))
    cast.draft(cast.author())
    found = checking.check(fresh()).analysis
    assert found is not None
    assert found.intakes is not None
    assert any(FURTHER in note for note in found.notes) is bool(less)


def test_ordinary_version_is_seen_as_a_whole() -> None:
    cast.changed(cast.author())
    found = checking.check(fresh()).analysis
    assert found is not None
    assert found.intakes is not None
    assert not any("check_policy" in note for note in found.notes)
    assert not checking.check(fresh()).partly


@pytest.mark.usefixtures("little")
def test_error_for_which_a_page_has_no_room_is_found_before_anybody_judges_the_version() -> None:
    author = cast.author()
    version = cast.changed(
        author, old="        - organisatie: [op_orde]\n", new="        - organisatie: [op_orde, deels]\n"
    )
    assert not checking.check(version).errors
    with pytest.raises(Refused, match=r"langere controle.*Tegenspraak: regel R-P4"):
        reviewing.submit(version, by=author, lock=version.lock, now=cast.NOW)
    mended = cast.changed(author, version, "[op_orde, deels]\n        - innovatie", "[op_orde]\n        - innovatie")
    assert reviewing.submit(mended, by=author, lock=mended.lock, now=cast.NOW).state == "review"
