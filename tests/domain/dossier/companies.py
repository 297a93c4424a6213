"""Answers of invented companies, and the dossier that the pure builder makes of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from intake.policy import Answers, Assessment, Policy, assess, keep_visible, load_policy, read_answers
from referrals.domain.dossier import Content
from referrals.domain.dossier_content import Frame, scan_content
from tests.domain.dossier.sample import scan

POLICY = Path(__file__).resolve().parents[3] / "fixtures" / "policy" / "2013"
OBSTACLES = (
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

# Everything in order; wants to meet customers.
READY: dict[str, Any] = {
    "B1": "groningen",
    "B2": "industrie_metaal",
    "B3": 25,
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
    "U5": dict.fromkeys(OBSTACLES, 2),
    "U6": ["personeel"],
    "U7": "bekend",
    "U8": "nee",
    "U9": "nee",
    "U10": "deels",
    "U11": ["missie_beurs"],
}
COMPANIES: dict[str, dict[str, Any]] = {
    "ready": READY,
    "no wish": {**READY, "S1": "nee"},
    "strategy unclear": {**READY, "S4": "nee", "S5": ["weet_niet"]},
    "not organised": {**READY, "O1": "nee", "O4": "nee"},
    "no network": {**READY, "B1": "friesland", "B4": ["water"], "O6": ["geen"], "O7": "nee"},
    "product first": {**READY, "S7": "eerst_vernieuwen", "U11": ["product_vernieuwen", "missie_beurs"]},
    "can do it alone": {**READY, "S2": "ja_25plus", "U10": "samen"},
}


@cache
def policy() -> Policy:
    """Return the policy of the repository."""
    return load_policy(POLICY)


def assessed(raw: dict[str, Any]) -> tuple[Answers, Assessment]:
    """Return the answers as they are kept, and what the rules say about them."""
    known = {code: value for code, value in raw.items() if code != "U6" or raw["B2"] == "industrie_metaal"}
    answers = keep_visible(policy(), read_answers(policy(), known))
    return answers, assess(policy(), answers)


def frame(*activities: str) -> Frame:
    """Return who asks whom, from the sample."""
    base = scan()
    return Frame(
        number=base["number"],
        version=1,
        made_at=base["made_at"],
        respond_by=base["respond_by"],
        recipient=base["recipient"],
        company=base["company"],
        consent=base["consent"],
        receipt=base["receipt"],
        activities=activities,
    )


def content(raw: dict[str, Any], **told: str) -> Content:
    """Return the dossier for the first referral of these answers, or for information when there is none."""
    answers, result = assessed(raw)
    activities = [one.activity for one in result.referrals if one.now] or ["A3"]
    return scan_content(policy(), result, answers, frame(activities[0]), told)
