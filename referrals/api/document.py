"""The OpenAPI document: made from the code, kept in openapi.json, and compared with the code by a test."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nnmkb.web import problems
from referrals.api import examples
from referrals.api.asking import CHANGE, CODES, MEDIA, TAGGED
from referrals.api.problems import EVERY
from referrals.api.site import PREFIX, api
from referrals.dossier import render

KEPT = Path(__file__).with_name("openapi.json")
DOSSIER = Path(render.__file__).with_name("schema.json")
_TEXT = {"type": "string"}
_NUMBER = {"type": "integer"}

PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "description": "Wat er misging (RFC 9457). Kijk naar «code»: die verandert niet.",
    "type": "object",
    "additionalProperties": False,
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "Het adres van de uitleg."},
        "title": _TEXT,
        "status": _NUMBER,
        "detail": _TEXT,
        "code": _TEXT,
        "errors": {
            "description": "Bij «invalid»: per veld wat er niet klopt.",
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["field", "message"],
                "properties": {"field": _TEXT, "message": _TEXT},
            },
        },
        "changes": {
            "description": "Bij «stale_version»: wat er sinds uw versie gebeurde.",
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["code", "version", "at"],
                "properties": {"code": _TEXT, "version": _NUMBER, "at": {"type": "string", "format": "date-time"}},
            },
        },
        "version": {"type": "integer", "description": "Bij «stale_version»: de versie van nu."},
        "scope": {"type": "string", "description": "Bij «wrong_scope»: wat de sleutel mist."},
        "ended_as": {"type": "string", "description": "Bij «offer_ended»: hoe het aanbod afliep."},
    },
}

_LIMIT = {
    "RateLimit-Policy": {"description": "Hoeveel verzoeken deze sleutel per minuut mag.", "schema": _TEXT},
    "RateLimit": {"description": "Hoeveel er over zijn, en na hoeveel seconden het opnieuw begint.", "schema": _TEXT},
}
_ETAG = {"ETag": {"description": "De versie, of bij een dossier de SHA-256.", "required": True, "schema": _TEXT}}
_DIGEST = {"Repr-Digest": {"description": "SHA-256 van de inhoud (RFC 9530).", "required": True, "schema": _TEXT}}
_WAIT = {
    "Retry-After": {
        "description": "Na hoeveel seconden u het weer kunt proberen.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    }
}
_BEARER = {"WWW-Authenticate": {"description": "Wat er aan de sleutel ontbreekt.", "required": True, "schema": _TEXT}}
_ALLOW = {"Allow": {"description": "De methoden die wel kunnen.", "required": True, "schema": _TEXT}}
_HEADERS = {401: _BEARER, 403: _BEARER, 405: _ALLOW, 412: _ETAG, 429: _WAIT, 503: _WAIT}
# These say it too, and the others of their status do not.
_LATER = {"in_progress", "dossier_not_ready"}
_PERHAPS_WAIT = {"Retry-After": {**_WAIT["Retry-After"], "required": False}}

_CHANGING = [
    {
        "in": "header",
        "name": "Idempotency-Key",
        "required": True,
        "description": "Een eigen sleutel voor dit verzoek, bijvoorbeeld een UUID. Stuurt u het verzoek nog eens, "
        "dan gebruikt u dezelfde: het gebeurt dan één keer. Wij bewaren hem zeven dagen.",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._:-]{8,64}$"},
        "example": "2f1b1a52-6c0e-4f0e-9d57-0a1b2c3d4e5f",
    },
    {
        "in": "header",
        "name": "If-Match",
        "required": True,
        "description": "De ETag van het aanbod dat u las. Is het intussen veranderd, dan gebeurt er niets (412).",
        "schema": {"type": "string", "pattern": '^"v[1-9][0-9]{0,8}"$'},
        "example": '"v4"',
    },
]


def build() -> dict[str, Any]:
    """Return the document as the code has it now."""
    made: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix=PREFIX)))
    made.pop("servers", None)
    refusals: dict[str, Any] = {}
    made["components"]["schemas"] |= {"Problem": PROBLEM, **_dossier()}
    made["components"]["responses"] = refusals
    for methods in made["paths"].values():
        for operation in methods.values():
            _finish(operation, refusals)
    return made


def text() -> str:
    """Return the document as it is kept."""
    return json.dumps(build(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _finish(operation: dict[str, Any], refusals: dict[str, Any]) -> None:
    name = operation["operationId"]
    codes, media, change, tagged = (operation.pop(key) for key in (CODES, MEDIA, CHANGE, TAGGED))
    good = operation["responses"]["200"]
    good["description"] = "Gelukt."
    good["headers"] = {**_LIMIT, **(_ETAG if tagged else {})}
    if "content" not in good:
        good["headers"].update(_DIGEST)
        good["content"] = {media: {"schema": _frozen(media)}}
    if name in examples.ANSWERS:
        good["content"][media]["example"] = examples.ANSWERS[name]
    if change:
        operation["parameters"] += _CHANGING
        operation["requestBody"]["content"]["application/json"]["example"] = examples.BODIES[name]
        good["headers"]["Idempotency-Replayed"] = {
            "description": "«true» als dit verzoek al eerder was uitgevoerd.",
            "schema": _TEXT,
        }
    for status in sorted({EVERY[code].status for code in codes}):
        told = sorted(code for code in codes if EVERY[code].status == status)
        shared = "-".join([str(status), *told])
        refusals[shared] = _refusal(status, told)
        operation["responses"][str(status)] = {"$ref": f"#/components/responses/{shared}"}


def _frozen(media: str) -> dict[str, Any]:
    if media == "application/pdf":
        return {"type": "string", "contentMediaType": media}
    return {"$ref": "#/components/schemas/Dossier"}


def _dossier() -> dict[str, Any]:
    """Return the schema of dossier.json with its parts, each under a name of its own in the document."""
    kept = DOSSIER.read_text(encoding="utf-8")
    parts = json.loads(kept)["$defs"]
    for name in parts:
        kept = kept.replace(f'"#/$defs/{name}"', f'"#/components/schemas/{_part(name)}"')
    whole = json.loads(kept)
    parts = whole.pop("$defs")
    # With a name of its own it would no longer find its parts in this document.
    told = f"Het dossier, volgens het schema {whole.pop('$id')}. Onbekende velden slaat u over."
    whole.pop("$schema")
    return {"Dossier": {**whole, "description": told}, **{_part(name): part for name, part in parts.items()}}


def _part(name: str) -> str:
    return f"Dossier{name.capitalize()}"


def _refusal(status: int, codes: Iterable[str]) -> dict[str, Any]:
    kinds = [EVERY[code] for code in codes]
    schema = {
        "allOf": [{"$ref": "#/components/schemas/Problem"}],
        "properties": {"status": {"const": status}, "code": {"enum": [kind.code for kind in kinds]}},
    }
    shown = {
        kind.code: {
            "summary": kind.title,
            "value": {
                "type": f"https://voorbeeld.example{problems.EXPLAINED_AT}#{kind.code}",
                "title": kind.title,
                "status": status,
                "detail": kind.detail,
                "code": kind.code,
                **examples.MORE.get(kind.code, {}),
            },
        }
        for kind in kinds
    }
    told = {
        "description": " ".join(f"{kind.title}." for kind in kinds),
        "content": {problems.MEDIA_TYPE: {"schema": schema, "examples": shown}},
    }
    headers = _PERHAPS_WAIT if _LATER.intersection(codes) else _HEADERS.get(status, {})
    return {**told, "headers": headers} if headers else told
