"""An SBI code gives the sector of question B2, whatever version the code is of."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.reference import SBI_VERSIONS, TABLES, sector_of_sbi

ANSWERS_OF_B2 = {
    "industrie_food",
    "industrie_metaal",
    "industrie_overig",
    "groothandel",
    "vervoer",
    "zakelijk_kennis",
    "zakelijk_overig",
    "ict",
    "bouw",
    "vrijetijd",
    "landbouw",
    "detailhandel",
    "zorg",
    "anders",
}


def rows(name: str) -> list[dict[str, str]]:
    with (TABLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("code", "sector"),
    [
        ("10110", "industrie_food"),
        ("12000", "industrie_food"),
        ("25620", "industrie_metaal"),
        ("28", "industrie_metaal"),
        ("30110", "industrie_metaal"),
        ("26", "industrie_overig"),
        ("32500", "industrie_overig"),
        ("46", "groothandel"),
        ("49410", "vervoer"),
        ("69201", "zakelijk_overig"),
        ("71121", "zakelijk_kennis"),
        ("81210", "zakelijk_overig"),
        ("62", "ict"),
        ("41", "bouw"),
        ("55101", "vrijetijd"),
        ("01131", "landbouw"),
        ("47", "detailhandel"),
        ("86", "zorg"),
        ("85", "anders"),
        ("64", "anders"),
    ],
)
def test_the_division_decides_the_sector(code: str, sector: str) -> None:
    hit = sector_of_sbi(code)
    assert hit is not None
    assert hit.sector == sector


def test_a_code_of_both_versions_is_read_as_2025() -> None:
    hit = sector_of_sbi("94997")
    assert hit is not None
    assert (hit.sbi_version, hit.exact) == ("2025", True)
    assert hit.title == "Overige belangenbehartiging n.e.g."


def test_a_code_that_only_2008_knows_keeps_its_version() -> None:
    hit = sector_of_sbi("45112")
    assert hit is not None
    assert (hit.sbi_version, hit.matched_code, hit.exact) == ("2008", "45112", True)


@pytest.mark.parametrize(("code", "beginning"), [("62998", "629"), ("62300", "62"), ("6230", "62")])
def test_a_code_in_neither_version_is_found_by_its_longest_known_beginning(code: str, beginning: str) -> None:
    hit = sector_of_sbi(code)
    assert hit is not None
    assert (hit.matched_code, hit.sbi_version, hit.exact, hit.sector) == (beginning, "2025", False, "ict")


def test_an_old_four_digit_code_is_found() -> None:
    hit = sector_of_sbi("1011")
    assert hit is not None
    assert (hit.matched_code, hit.sector) == ("1011", "industrie_food")


@pytest.mark.parametrize("typed", ["62.01", " 6201 ", "62 01"])
def test_dots_and_spaces_do_not_matter(typed: str) -> None:
    hit = sector_of_sbi(typed)
    assert hit is not None
    assert hit.code == "6201"


@pytest.mark.parametrize("typed", ["", "9", "J", "C", "04", "6a", "1234567", "٦٢", "ICT"])
def test_what_is_no_sbi_code_gives_nothing(typed: str) -> None:
    assert sector_of_sbi(typed) is None


def test_a_section_letter_is_never_used_because_letters_moved() -> None:
    letters = {
        version: {row["code"]: row["section"] for row in rows(f"sbi{version}.csv") if len(row["code"]) == 2}
        for version in SBI_VERSIONS
    }
    assert letters["2025"]["62"] != letters["2008"]["62"]
    assert sector_of_sbi("K") is None


@pytest.mark.parametrize("version", SBI_VERSIONS)
def test_every_division_of_every_version_has_one_sector(version: str) -> None:
    divisions = [row["code"] for row in rows(f"sbi{version}.csv") if len(row["code"]) == 2]
    mapped = [row["afdeling"] for row in rows("sbi_sectoren.csv") if row["sbi_versie"] == version]
    assert sorted(divisions) == sorted(mapped)


def test_every_sector_is_an_answer_of_question_b2_and_all_are_used() -> None:
    assert {row["sector"] for row in rows("sbi_sectoren.csv")} == ANSWERS_OF_B2


@pytest.mark.parametrize("version", SBI_VERSIONS)
def test_every_published_code_gives_a_sector_and_a_title(version: str) -> None:
    codes = [row["code"] for row in rows(f"sbi{version}.csv") if row["code"].isdigit()]
    hits = [sector_of_sbi(code) for code in codes]
    assert all(hit is not None and hit.exact and hit.title for hit in hits)
    assert len(codes) > 1400


@given(st.text(max_size=40))
def test_no_text_breaks_the_lookup(text: str) -> None:
    hit = sector_of_sbi(text)
    assert hit is None or hit.code.startswith(hit.matched_code)
