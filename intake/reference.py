"""Reference tables: postcode to region, SBI code to sector, countries."""

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLES = Path(__file__).resolve().parent.parent / "fixtures" / "reference"

# Official lists say Fryslân; the catalogue (question B1) says friesland.
PROVINCE_KEYS = {"PV20": "groningen", "PV21": "friesland", "PV22": "drenthe"}
ELSEWHERE = "anders"
SBI_VERSIONS = ("2025", "2008")

# ASCII digits only: \d would also accept digits of other scripts.
_POSTCODE = re.compile(r"(?:NL)?([0-9]{4})([A-Z]{2})?")
# Letter pairs that are never issued in the Netherlands.
_NEVER_ISSUED = {"SA", "SD", "SS"}
_SBI = re.compile(r"[0-9]{2,6}")


class BrokenTable(Exception):
    """A reference table is absent or does not have the promised columns."""


@dataclass(frozen=True, slots=True)
class PostcodeHit:
    """Where a postcode lies; `province` is an answer code of question B1."""

    pc4: str
    place: str
    province: str
    province_name: str
    municipality: str = ""
    municipality_code: str = ""
    corop: str = ""
    corop_code: str = ""
    other_municipalities: tuple[str, ...] = ()

    @property
    def in_area(self) -> bool:
        """Tell whether the postcode lies in Groningen, Friesland or Drenthe."""
        return self.province != ELSEWHERE


@dataclass(frozen=True, slots=True)
class SectorHit:
    """An SBI code with its title; `sector` is an answer code of question B2."""

    code: str
    matched_code: str
    sbi_version: str
    title: str
    sector: str

    @property
    def exact(self) -> bool:
        """Tell whether the whole code was found, not only its beginning."""
        return self.code == self.matched_code


@dataclass(frozen=True, slots=True)
class Country:
    """A country with its names; `offered_as_market` is false under sanctions."""

    code: str
    name_nl: str
    name_en: str
    in_eu: bool
    offered_as_market: bool


def province_of_postcode(text: str) -> PostcodeHit | None:
    """Return the region of a postcode of four or six positions, however it is typed.

    None means: not a postcode, a PO box, or unknown. Ask the entrepreneur then; never guess.
    """
    match = _POSTCODE.fullmatch(re.sub(r"[\s.-]", "", text[:20]).upper())
    if match is None or match[2] in _NEVER_ISSUED:
        return None
    return _postcodes().get(match[1])


def sector_of_sbi(code: str) -> SectorHit | None:
    """Return the sector of an SBI code, or None when nothing is known about it.

    The register holds SBI 2025 and still answers some SBI 2008 codes. A code that exists in both is
    read as 2025. A code that exists in neither is looked up by its beginning, down to two digits.
    """
    digits = re.sub(r"[\s.]", "", code[:20])
    if not _SBI.fullmatch(digits):
        return None
    candidates = [(digits, version) for version in SBI_VERSIONS]
    candidates += [(digits[:size], version) for version in SBI_VERSIONS for size in range(len(digits) - 1, 1, -1)]
    for prefix, version in candidates:
        title = _sbi_titles(version).get(prefix)
        if title is not None:
            return SectorHit(digits, prefix, version, title, _sectors()[version, prefix[:2]])
    return None


@cache
def countries() -> tuple[Country, ...]:
    """Return every ISO country in order of its Dutch name."""
    withheld = {row["alpha2"] for row in _rows("doelmarkten.csv", "alpha2", "aanbieden") if row["aanbieden"] == "0"}
    found = [
        Country(row["alpha2"], row["naam_nl"], row["naam_en"], row["eu"] == "1", row["alpha2"] not in withheld)
        for row in _rows("landen.csv", "alpha2", "naam_nl", "naam_en", "eu")
    ]
    return tuple(sorted(found, key=lambda country: _without_accents(country.name_nl)))


@cache
def _postcodes() -> dict[str, PostcodeHit]:
    municipalities = {
        row["gemeente_code"]: row
        for row in _rows("gemeenten_noord.csv", "gemeente_code", "gemeente", "corop", "corop_code", "provincie")
    }
    hits = {
        row["pc4"]: PostcodeHit(row["pc4"], row["plaats"], ELSEWHERE, row["provincie"])
        for row in _rows("pc4_elders.csv", "pc4", "plaats", "provincie")
    }
    for row in _rows("pc4_noord.csv", "pc4", "plaats", "gemeente_code", "provincie_code", "ook_gemeente_codes"):
        home = municipalities[row["gemeente_code"]]
        hits[row["pc4"]] = PostcodeHit(
            pc4=row["pc4"],
            place=row["plaats"],
            province=PROVINCE_KEYS[row["provincie_code"]],
            province_name=home["provincie"],
            municipality=home["gemeente"],
            municipality_code=row["gemeente_code"],
            corop=home["corop"],
            corop_code=home["corop_code"],
            other_municipalities=tuple(row["ook_gemeente_codes"].split()),
        )
    return hits


@cache
def _sbi_titles(version: str) -> dict[str, str]:
    return {row["code"]: row["title_nl"] for row in _rows(f"sbi{version}.csv", "code", "title_nl")}


@cache
def _sectors() -> dict[tuple[str, str], str]:
    rows = _rows("sbi_sectoren.csv", "sbi_versie", "afdeling", "sector")
    return {(row["sbi_versie"], row["afdeling"]): row["sector"] for row in rows}


def _rows(name: str, *columns: str) -> list[dict[str, str]]:
    path = TABLES / name
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            absent = set(columns) - set(reader.fieldnames or ())
            rows = list(reader)
    except FileNotFoundError:
        raise BrokenTable(f"fixtures/reference/{name} is absent") from None
    if absent:
        raise BrokenTable(f"fixtures/reference/{name} has no column {', '.join(sorted(absent))}")
    if not rows:
        raise BrokenTable(f"fixtures/reference/{name} has no rows")
    return rows


def _without_accents(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)).casefold()
