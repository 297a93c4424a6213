"""The invented companies of the journeys, by question code."""

from __future__ import annotations

from typing import Any

Answers = dict[str, Any]

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

# Strategy and organisation fine, no network: water technology in Friesland.
NO_NETWORK: Answers = {
    "B1": "friesland", "B2": "industrie_overig", "B3": 25, "B4": ["water"], "B5": ["product_bedrijf"], "B6": "zelf",
    "B7": "soms", "B8": ["klanten"],
    "S1": "ja_begin", "S2": "nee", "S3": ["omzet"], "S4": "duidelijk", "S5": ["scandinavie"], "S6": "ja",
    "S7": "ja_onderzocht", "S8": "belangstelling", "S9": "ja",
    "O1": "ja", "O2": "ja", "O3": "ja", "O4": "ja", "O5": "ja", "O6": ["geen"], "O7": "nee", "O8": "ja",
    "U1": "een", "U2": ["beurs_bezocht"], "U3": "nee", "U4": "globaal", "U5": dict.fromkeys(ROWS, 2), "U7": "bekend",
    "U8": "nee", "U9": "nee", "U10": "deels", "U11": ["netwerken"],
}  # fmt: skip
# Ready, and able to do it without help.
ON_ITS_OWN: Answers = {**NO_NETWORK, "O6": ["branche", "exportclub"], "O7": "goed", "U10": "zelf"}
# Wants a trade mission, knows neither product nor country.
NO_STRATEGY: Answers = {
    **{code: NO_NETWORK[code] for code in ("B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8")},
    "S1": "ja_begin", "S2": "nee", "S3": ["weet_niet"], "S4": "nee", "S5": ["weet_niet"], "S9": "nee",
    "U8": "nee", "U10": "nee", "U11": ["missie_beurs"],
}  # fmt: skip
