"""The tables themselves: countries, holidays, and what happens when a table is broken."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from intake import reference
from intake.reference import TABLES, BrokenTable, countries, province_of_postcode


def test_russia_is_listed_but_never_offered_as_a_market() -> None:
    withheld = [country.code for country in countries() if not country.offered_as_market]
    assert withheld == ["RU"]


def test_countries_have_a_dutch_and_an_english_name() -> None:
    by_code = {country.code: country for country in countries()}
    assert len(by_code) == 249
    assert (by_code["DE"].name_nl, by_code["DE"].name_en, by_code["DE"].in_eu) == ("Duitsland", "Germany", True)
    assert not by_code["GB"].in_eu
    assert all(country.name_nl and country.name_en for country in countries())


def test_countries_stand_in_the_order_of_a_dutch_list() -> None:
    names = [country.name_nl for country in countries()]
    assert names.index("Åland") < names.index("Albanië") < names.index("België") < names.index("Zwitserland")


def test_the_union_has_27_members() -> None:
    assert sum(country.in_eu for country in countries()) == 27


def test_every_target_market_is_a_country_with_a_source() -> None:
    codes = {country.code for country in countries()}
    with (TABLES / "doelmarkten.csv").open(encoding="utf-8", newline="") as file:
        markets = list(csv.DictReader(file))
    assert {row["alpha2"] for row in markets} <= codes
    assert all(row["bron"] for row in markets)
    assert {row["aanbieden"] for row in markets} == {"0", "1"}


def test_the_readme_names_every_table_with_its_number_of_rows() -> None:
    text = (TABLES / "README.md").read_text(encoding="utf-8")
    told = {name: int(count.replace(",", "")) for name, count in re.findall(r"^\| `(\S+)` \| ([\d,]+) \|", text, re.M)}
    found = {}
    for path in TABLES.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            found[path.name] = sum(1 for _ in csv.DictReader(file))
    assert told == found


@pytest.fixture
def broken_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for path in TABLES.glob("*.csv"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(reference, "TABLES", tmp_path)
    reference._postcodes.cache_clear()
    yield tmp_path
    reference._postcodes.cache_clear()


def test_an_absent_table_is_named(broken_tables: Path) -> None:
    (broken_tables / "pc4_noord.csv").unlink()
    with pytest.raises(BrokenTable, match=r"fixtures/reference/pc4_noord\.csv is absent"):
        province_of_postcode("9711")


def test_an_absent_column_is_named(broken_tables: Path) -> None:
    (broken_tables / "gemeenten_noord.csv").write_text("gemeente_code,gemeente\nGM0014,Groningen\n", encoding="utf-8")
    with pytest.raises(BrokenTable, match=r"gemeenten_noord\.csv has no column corop, corop_code, provincie"):
        province_of_postcode("9711")


def test_an_empty_table_is_named(broken_tables: Path) -> None:
    (broken_tables / "pc4_elders.csv").write_text("pc4,plaats,provincie_code,provincie\n", encoding="utf-8")
    with pytest.raises(BrokenTable, match="has no rows"):
        province_of_postcode("9711")


def test_tables_are_read_once() -> None:
    province_of_postcode("9711")
    before = reference._postcodes.cache_info().misses
    province_of_postcode("9401")
    assert reference._postcodes.cache_info().misses == before
