"""Companies that never were: complete answers, one company for each place where the path can end."""

from __future__ import annotations

from typing import Any

ROWS = (
    "fin_intern",
    "fin_extern",
    "partners",
    "regels",
    "subsidie",
    "personeel",
    "tijd",
    "ideeen",
    "omzetten",
    "risico",
)

# A metal company in Groningen with everything in order that wants to meet customers.
READY: dict[str, Any] = {
    "B1": "groningen",
    "B2": "industrie_metaal",
    "B3": "25",
    "B4": ["geen"],
    "B5": ["product_bedrijf"],
    "B6": "zelf",
    "B7": "soms",
    "B8": ["klanten"],
    "S1": "ja_begin",
    "S2": "nee",
    "S3": ["omzet"],
    "S4": "duidelijk",
    "S5": ["duitsland"],
    "S6": "ja",
    "S7": "ja_onderzocht",
    "S8": "belangstelling",
    "S9": "ja",
    "O1": "ja",
    "O2": "ja",
    "O3": "ja",
    "O4": "ja",
    "O5": "ja",
    "O6": ["branche", "exportclub"],
    "O7": "enkele",
    "O8": "nee",
    "U1": "een",
    "U2": ["beurs_bezocht"],
    "U3": "zaken",
    "U4": "globaal",
    "U5": dict.fromkeys(ROWS, 2),
    "U6": ["personeel"],
    "U7": "bekend",
    "U8": "nee",
    "U9": "nee",
    "U10": "deels",
    "U11": ["missie_beurs"],
}
NO_WISH = {**READY, "S1": "nee"}
CAN_DO_IT = {**READY, "S2": "ja_25plus", "U10": "samen"}
UNCLEAR = {**READY, "S4": "nee", "S5": ["weet_niet"]}
NOT_ORGANISED = {**READY, "O1": "nee", "O4": "nee"}
NO_NETWORK = {**READY, "B1": "friesland", "B4": ["water"], "O6": ["geen"], "O7": "nee"}
ELSEWHERE = {**READY, "B1": "anders"}
INVESTOR = {**NO_WISH, "U8": "investeerder"}
