"""Who did what to a version, with the words that were said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

from intake.models import PolicyVersion
from intake.policy.answers import listed
from intake.policy.impact_lines import number
from intake.services.governing import telling
from intake.services.governing.telling import Moment
from intake.views.policy.common import CHANGES, get_version, moment_in_words, named, show
from nnmkb.web.permissions import by_role

# Somebody who saves all day makes hundreds of lines; the newest say most.
MOST = 200
Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """One moment, as the part that draws a timeline wants it."""

    title: str
    text: str
    who: str
    state: str = ""


def _weighed(payload: Payload) -> str:
    scans, changed = payload.get("scans", 0), payload.get("changed", 0)
    looked = f"{number(scans)} {'scan' if scans == 1 else 'scans'}"
    verb = "verandert" if changed == 1 else "veranderen"
    return f"Gevolgen doorgerekend tegen {payload.get('against', '')}: {looked}, {number(changed)} {verb}"


def _files(payload: Payload) -> str:
    return listed([str(name) for name in payload.get("files", ())])


def _saved(payload: Payload) -> str:
    return _rule(payload) or f"Tekst bewaard: {_files(payload)}{_rules(payload)}"


def _rule(payload: Payload) -> str:
    code, sides = payload.get("rule"), payload.get("sides")
    if not isinstance(code, str):
        return ""
    match payload.get("happened"):
        case "added":
            return f"Regel {code} toegevoegd"
        case "removed":
            return f"Regel {code} weggehaald"
        case "moved":
            return f"Regel {code} verplaatst"
    named = listed([str(side) for side in sides]) if isinstance(sides, list) else ""
    return f"Regel {code}: {named} veranderd" if named else f"Regel {code} veranderd"


def _rules(payload: Payload) -> str:
    changed = payload.get("rules")
    return f" ({changed} {'beleidsregel' if changed == 1 else 'beleidsregels'} veranderd)" if changed else ""


TITLES: Mapping[str, Callable[[Payload], str]] = {
    "policy_adopted": lambda payload: "Overgenomen uit het programma",
    "policy_started": lambda payload: f"Begonnen vanaf versie {payload.get('base', '')}",
    "policy_saved": _saved,
    "policy_imported": lambda payload: f"Bestanden ingelezen: {_files(payload)}{_rules(payload)}",
    "policy_submitted": lambda payload: "Ingediend",
    "policy_sent_back": lambda payload: "Weer een concept",
    "policy_notes_saved": lambda payload: "Toelichting bij waarschuwingen bewaard",
    "policy_weighed": _weighed,
    "policy_published": lambda payload: f"Gepubliceerd, in plaats van versie {payload.get('replaced', '')}",
    "policy_retired": lambda payload: f"Vervangen door versie {payload.get('successor', '')}",
    "policy_withdrawn": lambda payload: f"Uit gebruik genomen: versie {payload.get('successor', '')} geldt weer",
    "policy_restored": lambda payload: f"Weer in gebruik, na versie {payload.get('withdrawn', '')}",
    "policy_dropped": lambda payload: "Weggegooid",
}


@by_role
def history(request: HttpRequest, name: str) -> HttpResponse:
    """Show the history of a version, newest first."""
    version = get_version(name)
    found = telling.history(version)
    context = {"moments": shown(found[:MOST]), "left_out": max(0, len(found) - MOST)}
    return show(request, "history", version, "geschiedenis", context)


def shown(moments: list[Moment]) -> list[Shown]:
    """Return moments in words."""
    names = telling.names(moment.actor for moment in moments)
    return [
        Shown(
            TITLES[moment.kind](moment.payload) if moment.kind in TITLES else moment.kind,
            moment.words,
            f"{moment_in_words(moment.at)}, door {named(names, moment.actor)}",
        )
        for moment in moments
    ]


def since(version: PolicyVersion, lock: int) -> list[Shown]:
    """Return what changed after the version with this lock number, newest first; nothing for a number of no version."""
    behind = version.lock - lock
    if lock < 1 or behind < 1:
        return []
    return shown([moment for moment in telling.history(version) if moment.kind in CHANGES][: min(behind, MOST)])
