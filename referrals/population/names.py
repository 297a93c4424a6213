"""Invented companies of the North: names, places and people that nobody has."""

from __future__ import annotations

import random
from dataclasses import dataclass

KINDS = (
    "Bakkerij", "Smeedwerk", "Zuivelmakerij", "Timmerfabriek", "Sensortechniek", "Machinebouw", "Kwekerij", "Drukwerk",
    "Zeilmakerij", "Jachtbouw", "Kaasmakerij", "Tuinmeubelen", "Meettechniek", "Softwarehuis", "Lijmfabriek",
    "Ijsmakerij", "Wolspinnerij", "Graanhandel", "Pottenbakkers", "Besturingen", "Koeltechniek", "Waterzuivering",
    "Zaadveredeling", "Leerlooierij", "Kunststofbewerking", "Speelgoedmakers", "Lampenfabriek", "Fietsenbouw",
    "Vishandel", "Transport", "Verpakkingen", "Rietdekkers", "Orgelbouw", "Brouwerij", "Stokerij", "Glaswerk",
)  # fmt: skip
STARTS = (
    "Skal", "Eem", "Terp", "Wol", "Hun", "Lauw", "Drem", "Fiv", "Reit", "Borg", "Ool", "Veen", "Stel", "Zuw", "Rolk",
    "Grim", "Balk", "Wiar", "Tjal", "Sneu", "Harm", "Oter", "Knip", "Muss", "Bied", "Rijt", "Elp", "Gaast", "Pieu",
    "Vled", "Ydw", "Noor", "Spijk", "Loe", "Zwin", "Dwing", "Appi", "Kolh", "Ulk", "Jips",
)  # fmt: skip
ENDS = (
    "sumer", "kant", "wolda", "hoekstra", "horner", "inga", "veldsma", "burger", "dieper", "laarman", "dijkema",
    "wierda", "stede", "meden", "gaaster", "zijlstra", "huizer", "braker", "oorder", "linge", "drecht", "ringa",
    "polder", "kwelder", "stuiver", "mieden", "haarsma", "terpen", "esman", "vaartse", "bosker", "grasma", "kamper",
    "rieter", "zaander", "borgman", "essen", "lander", "wijker", "tilster",
)  # fmt: skip
FORMS = ("", " B.V.", " VOF", " & zn.", " Noord")
PEOPLE = ("Hinke", "Douwe", "Aaltje", "Sjoerd", "Geesje", "Roelof", "Jeltje", "Harm", "Wiebe", "Trijntje", "Lammert")
PLACES = {
    "groningen": ("Eemskant", "Woldhorn", "Fivelmeden", "Reitdieperzijl"),
    "friesland": ("Skalsum", "Terpwierd", "Gaasterhoek", "Lauwerzijl"),
    "drenthe": ("Hunzelaar", "Rolkeresch", "Veenoord", "Vledderlo"),
}
ELSEWHERE = ("Verderop", "Overveen aan Zee")
# Above every number that the KvK has given out.
FIRST_KVK_NUMBER, KVK_NUMBERS = 90_000_000, 10_000_000


@dataclass(frozen=True, slots=True)
class Company:
    """One invented company."""

    name: str
    kvk_number: str
    person: str
    email: str
    place: str


def company(rng: random.Random, number: int, province: str) -> Company:
    """Return the company of this number, in a place of the province."""
    word = rng.choice(STARTS) + rng.choice(ENDS)
    first = rng.choice(PEOPLE)
    return Company(
        name=f"{rng.choice(KINDS)} {word}{rng.choice(FORMS)}",
        kvk_number=str(FIRST_KVK_NUMBER + number % KVK_NUMBERS),
        person=f"{first} {rng.choice(STARTS)}{rng.choice(ENDS)}",
        email=f"{first.lower()}@{word.lower()}-{number}.example",
        place=rng.choice(PLACES.get(province, ELSEWHERE)),
    )
