"""The document of the API: for machines as it is kept, for people as a page without a script."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from nnmkb.web.problems import Kind
from referrals.api.asking import TOLD
from referrals.api.document import KEPT
from referrals.api.problems import EVERY
from referrals.domain.api_scopes import Scope


@dataclass(frozen=True, slots=True)
class Field:
    """One field, header or part of an address."""

    name: str
    required: bool
    about: str
    kinds: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One address as the page shows it."""

    name: str
    method: str
    path: str
    summary: str
    description: str
    parameters: list[Field]
    fields: list[Field]
    body: str
    answer: str
    media: str
    codes: list[str]


@require_safe
def document(request: HttpRequest) -> HttpResponse:
    """Give the document as it is kept; a test holds it against the code."""
    response = HttpResponse(kept(), content_type="application/json")
    response["Cache-Control"] = "public, max-age=600"
    return response


@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """Show the document to a developer: each address, its fields, its answers, and all codes."""
    groups = [("Lezen", [one for one in shown() if one.method == "GET"])]
    groups.append(("Antwoorden", [one for one in shown() if one.method == "POST"]))
    context = {"groups": groups, "codes": codes(), "scopes": list(Scope)}
    return render(request, "referrals/api/reference.html", context)


@cache
def kept() -> bytes:
    """Return the document, read once."""
    return KEPT.read_bytes()


def codes() -> list[Kind]:
    """Return everything that can go wrong, by status."""
    return sorted(EVERY.values(), key=lambda kind: (kind.status, kind.code))


@cache
def shown() -> tuple[Shown, ...]:
    """Return the addresses in the order in which a developer meets them."""
    found = json.loads(kept())
    schemas = found["components"]["schemas"]
    told = (
        _shown(path, method, operation, schemas)
        for path, methods in found["paths"].items()
        for method, operation in methods.items()
    )
    return tuple(sorted(told, key=lambda one: list(TOLD).index(one.name)))


def _shown(path: str, method: str, operation: dict[str, Any], schemas: dict[str, Any]) -> Shown:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    media, good = next(iter(operation["responses"]["200"]["content"].items()))
    return Shown(
        name=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        description=operation["description"],
        parameters=[
            Field(one["name"], one["required"], one.get("description", ""), _kinds(one["schema"]))
            for one in operation["parameters"]
            if one["in"] != "path"
        ],
        fields=_fields(body.get("schema", {}), schemas),
        body=_pretty(body["example"]) if body else "",
        answer=_pretty(good["example"]) if "example" in good else "",
        media=media,
        # A shared refusal is called by its status and its codes.
        codes=[
            code
            for refusal in operation["responses"].values()
            if "$ref" in refusal
            for code in refusal["$ref"].rpartition("/")[2].split("-")[1:]
        ],
    )


def _fields(schema: dict[str, Any], schemas: dict[str, Any]) -> list[Field]:
    """Return the fields of a body; the document keeps it in one shape, by name."""
    named = schema.get("$ref") or next((one["$ref"] for one in schema.get("allOf", ()) if "$ref" in one), "")
    shape = schemas[named.rpartition("/")[2]] if named else schema
    required = shape.get("required", [])
    return [
        Field(name, name in required, one.get("description", ""), _kinds(one))
        for name, one in shape.get("properties", {}).items()
    ]


def _kinds(schema: dict[str, Any]) -> str:
    """Return in a few words what fits."""
    if "enum" in schema:
        return ", ".join(str(one) for one in schema["enum"])
    if "anyOf" in schema:
        return next(_kinds(one) for one in schema["anyOf"] if one.get("type") != "null")
    if schema.get("format") == "date":
        return "datum, zoals 2026-11-24"
    names = {"string": "tekst", "integer": "geheel getal"}
    size = f", hoogstens {schema['maxLength']} tekens" if "maxLength" in schema else ""
    most = f", hoogstens {schema['maximum']}" if schema.get("maximum", 10**9) < 10**9 else ""
    return names.get(schema.get("type", ""), "") + size + most


def _pretty(example: object) -> str:
    return json.dumps(example, ensure_ascii=False, indent=2)
