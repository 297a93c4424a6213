"""The dossiers that are checked: an ordinary one, the shortest, the longest, one from abroad, and hostile ones."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from referrals.domain.dossier import AnswerGroup, Content
from referrals.dossier import render
from referrals.dossier.build import pieces
from tests.domain.dossier.companies import COMPANIES, content
from tests.domain.dossier.sample import foreign, line, scan
from tests.referrals.dossier.standards.checks import SCHEMA
from tests.referrals.dossier.test_text import HOSTILE

LONG = (
    "Wij maken pompen en meetkasten voor waterschappen, drinkwaterbedrijven en de voedingsindustrie; "
    "sinds 1998 doen wij dat met zessendertig medewerkers en een eigen afdeling productontwikkeling. "
)
KVK_QUESTION, KVK_ANSWER, MOST_QUESTIONS = 1000, 4000, 8
COMPANY, PLACE = 120, 80
# What a rule or an activity may hold at most in the form of the policy.
RULE_TEXT = 600
# Codes, words of the model and what the policy fixes: nobody can type these freely.
FIXED = {
    "schema_version", "kind", "number", "made_at", "respond_by", "organisation", "activity", "code", "kvk_number",
    "rule", "rules", "step", "way", "ways", "status", "word", "purpose", "at", "version", "engine", "text_version",
    "text_digest", "catalogue", "value", "answers", "question",
}  # fmt: skip

EXTRA = {
    "javascript": "[klik](javascript:alert(1)) <a href='javascript:alert(1)'>klik</a> javascript:app.alert(1)",
    "address": "https://evil.example/login?next=//evil.example mailto:a@b.example tel:+31501234567 www.evil.example",
    "pdf syntax": ") Tj ET Q\nendstream endobj 1 0 obj << /S /JavaScript /JS (app.alert(1)) >> (\\",
    "xml": "<![CDATA[ ]]> <!-- --> <?xml version='1.0'?> <!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]> &a;",
    "rdf": "</rdf:li></rdf:Alt></dc:title></rdf:Description></rdf:RDF><x:xmpmeta>",
    "style": "' style='position:absolute;top:0' onclick='x()' <div style=\"background:url(http://evil.example/)\">",
    "svg": "<svg onload=alert(1)><use href='http://evil.example/#a'/></svg>",
    "fifty thousand": "x" * 50_000,
    "one word of signs": "!?.,;:-_/\\|" * 180,
    "soft hyphens": "in\xadter\xadna\xadti\xado\xadnaal" * 60,
    "hard spaces": "a\xa0b\u202fc\u2007d" * 300,
    "other spaces": "a\u2003b\u3000c\u2009d\u205fe\u1680f",
    "mixed directions": "Van \u05d7\u05d1\u05e8\u05d4 der \u0634\u0631\u0643\u0629 Meer 123 \u200f(abc)\u200e",
    "thai and hindi": "บริษัท कंपनी 株式会社 주식회사",
    "families": "👨\u200d👩\u200d👧\u200d👦 🇳🇱 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ✈️ 1️⃣",
    "loose accents": "\u0301\u0308\u0323 e\u0301\u0302\u0303 \u20e3",
    "flood of accents": "e" + "\u0301" * 1900,
    "noncharacters": "a\uffff\ufffe\ufdd0\U0010ffffb\ufffd",
    "ancient": "𐎀 𒀀 𓀀 𝓐𝔄𝕬 ﷽ ꧅",
    "ligatures": "officieel ﬁets ﬄ ĳs ǆ Straße ŉ",
    "turkish": "İstanbul ıIiİ",
    "line ends": "a\x0bb\x0cc\x85d\u2028e\u2029f",
    "only controls": "\x01\x02\u200b\u202e\ufeff",
    "only boxes": "公司" * 60,
    "capitals": "W" * 27 + " " + "M" * 29,
    "tabs": "\t".join("kolom" for _ in range(200)),
    "numbers": "9" * 400 + " 0.1e400 -0 NaN Infinity",
}


def keyed(value: Any, change: Callable[[str, str], str], key: str = "") -> Any:
    """Return the same content with every free text changed; `change` gets the name of the key and the text."""
    if isinstance(value, Mapping):
        return {name: keyed(one, change, name) for name, one in value.items()}
    if isinstance(value, list):
        return [keyed(one, change, key) for one in value]
    return change(key, value) if isinstance(value, str) and key not in FIXED else value


def small() -> Content:
    """Return the ordinary dossier with two lines a group: a hostile text stands in it more than thirty times."""
    made = scan()
    for group in made["answers"]:
        del group["lines"][2:]
    return made


def hostile(text: str) -> Content:
    """Return a dossier with this text in every place where people type, and all of it in one answer to the KvK."""
    made: Content = keyed(small(), lambda key, old: text[: limit(key)] or old)
    asked = [line("K1", text[:2000] or "Vraag", *(pieces(text) or [text[:2000]]))]
    return {**made, "answers": [*made["answers"], AnswerGroup(code="K", step="Vragen van de KvK", lines=asked)]}


def limit(key: str) -> int:
    """Return how long the schema lets a text be."""
    return 200 if key in SCHEMA["properties"]["company"]["properties"] and key != "text" else 2000


def with_questions() -> Content:
    """Return the ordinary dossier with what the KvK asked afterwards."""
    made = scan()
    lines = [line("K1", "Welk land eerst?", "Denemarken."), line("K2", "Wie gaat het doen?", *pieces(LONG * 9))]
    return {**made, "answers": [*made["answers"], AnswerGroup(code="K", step="Vragen van de KvK", lines=lines)]}


def shortest(value: Any, shape: Mapping[str, Any]) -> Any:
    """Return the least that the schema lets a value be."""
    shape = SCHEMA["$defs"][shape["$ref"].rsplit("/", 1)[1]] if "$ref" in shape else shape
    if "anyOf" in shape:
        (other,) = [one for one in shape["anyOf"] if one.get("type") == "null" or "const" in one]
        return other.get("const")
    if isinstance(value, Mapping):
        return {name: shortest(one, shape["properties"][name]) for name, one in value.items()}
    if isinstance(value, list):
        return [shortest(one, shape["items"]) for one in value[: shape.get("minItems", 0)]]
    if isinstance(value, str) and not shape.keys() & {"enum", "const", "pattern"}:
        return "x" * shape.get("minLength", 0)
    return "" if re.fullmatch(shape.get("pattern", "x"), "") else value


def minimal() -> Content:
    """Return a dossier with as little as the schema allows."""
    made: Content = shortest(scan(), SCHEMA)
    return made


def maximal() -> Content:
    """Return a dossier with everything in it that can be, each text as long as people can make it."""
    made: Content = keyed(scan(), lambda key, text: (LONG * 9)[: longest(key)])
    reason, waits, closed = made["reasons"][1], made["later"][0], made["not_yet"][0]
    made["reasons"] += [copy.deepcopy(reason) for _ in range(6)]
    made["later"] += [copy.deepcopy(waits) for _ in range(5)]
    made["not_yet"] += [copy.deepcopy(closed) for _ in range(5)]
    asked = [line(f"K{n}", (LONG * 9)[:KVK_QUESTION], *pieces((LONG * 30)[:KVK_ANSWER])) for n in range(MOST_QUESTIONS)]
    made["answers"].append(AnswerGroup(code="K", step="Vragen van de KvK na de zelfscan", lines=asked))
    return made


def longest(key: str) -> int:
    """Return how long people can make the text under this key."""
    return {"name": COMPANY, "place": PLACE, "province": 12, "country": 40, "sector": PLACE, "size": 40}.get(
        key, 120 if key in {"title", "label", "policy", "own", "document", "question"} else RULE_TEXT
    )


def unlimited() -> Content:
    """Return a dossier in which every free text has the length at which the schema ends."""
    made: Content = keyed(small(), lambda key, text: (LONG * 20)[: limit(key)])
    return made


MAKERS: dict[str, Callable[[], Content]] = {
    "ordinary": scan,
    "abroad": foreign,
    "with questions": with_questions,
    "minimal": minimal,
    "maximal": maximal,
    "schema limits": unlimited,
    **{f"company: {name}": lambda raw=raw: content(raw) for name, raw in COMPANIES.items()},
    # No content can hold half a character: it has no canonical text.
    **{
        f"hostile: {name}": lambda text=text: hostile(text)
        for name, text in (HOSTILE | EXTRA).items()
        if name != "surrogate"
    },
}


@cache
def rendered(name: str) -> tuple[bytes, Content]:
    """Return the PDF of a sample and what it was made of, made once for all tests."""
    content = MAKERS[name]()
    return render.render(content), content
