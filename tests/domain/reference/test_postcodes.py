"""A postcode gives the province, or nothing: it is never guessed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.reference import ELSEWHERE, province_of_postcode


@pytest.mark.parametrize(
    "typed", ["9711LX", "9711 lx", " 9711  LX ", "9711-LX", "NL-9711 LX", "nl 9711lx", "9711", "97 11", "9711.LX"]
)
def test_postcode_is_read_however_it_is_typed(typed: str) -> None:
    hit = province_of_postcode(typed)
    assert hit is not None
    assert (hit.pc4, hit.province, hit.municipality, hit.corop) == (
        "9711",
        "groningen",
        "Groningen",
        "Overig Groningen",
    )


@pytest.mark.parametrize(
    "typed",
    ["", "971", "97111", "0711", "0711 AA", "9711 L", "9711 LXX", "9711 1X", "abcd", "9711 SS", "9711 SA", "9711 SD"],
)
def test_what_is_not_a_postcode_gives_nothing(typed: str) -> None:
    assert province_of_postcode(typed) is None


def test_digits_of_another_script_are_not_a_postcode() -> None:
    assert province_of_postcode("٩٧١١ LX") is None


@pytest.mark.parametrize(
    ("typed", "province", "official", "municipality"),
    [
        ("9711", "groningen", "Groningen", "Groningen"),
        ("8911", "friesland", "Fryslân", "Leeuwarden"),
        ("9401", "drenthe", "Drenthe", "Assen"),
        ("7811", "drenthe", "Drenthe", "Emmen"),
    ],
)
def test_each_northern_province_has_its_answer_code(
    typed: str, province: str, official: str, municipality: str
) -> None:
    hit = province_of_postcode(typed)
    assert hit is not None
    assert (hit.province, hit.province_name, hit.municipality) == (province, official, municipality)
    assert hit.in_area


@pytest.mark.parametrize(
    ("typed", "official"), [("7701", "Overijssel"), ("8301", "Flevoland"), ("1012 AB", "Noord-Holland")]
)
def test_a_postcode_elsewhere_is_outside_the_area_even_with_a_shared_prefix(typed: str, official: str) -> None:
    hit = province_of_postcode(typed)
    assert hit is not None
    assert (hit.province, hit.province_name, hit.in_area) == (ELSEWHERE, official, False)
    assert hit.municipality == ""


@pytest.mark.parametrize("typed", ["9700 AA", "8900 AA", "7900", "9400"])
def test_a_po_box_is_not_guessed(typed: str) -> None:
    assert province_of_postcode(typed) is None


def test_an_unknown_northern_postcode_asks_instead_of_guessing() -> None:
    assert province_of_postcode("9711") is not None
    assert province_of_postcode("9710") is None
    assert province_of_postcode("9712") is not None


def test_a_postcode_across_a_municipal_border_names_the_other_one() -> None:
    hit = province_of_postcode("7963")
    assert hit is not None
    assert hit.municipality == "De Wolden"
    assert hit.other_municipalities == ("GM1701",)


def test_the_answer_codes_of_the_provinces_are_those_of_question_b1() -> None:
    found = {hit.province for pc4 in range(1000, 10000) if (hit := province_of_postcode(str(pc4)))}
    assert found == {"groningen", "friesland", "drenthe", ELSEWHERE}


def test_every_northern_postcode_has_municipality_and_corop() -> None:
    hits = [hit for pc4 in range(1000, 10000) if (hit := province_of_postcode(str(pc4))) and hit.in_area]
    assert len(hits) == 988
    assert all(hit.municipality and hit.municipality_code and hit.corop and hit.corop_code for hit in hits)
    assert len({hit.municipality_code for hit in hits}) == 40
    assert len({hit.corop_code for hit in hits}) == 9


@given(st.text(max_size=60))
def test_no_text_breaks_the_lookup(text: str) -> None:
    hit = province_of_postcode(text)
    assert hit is None or hit.pc4 in re.sub(r"[\s.-]", "", text)
