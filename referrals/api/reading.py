"""Strict JSON from a stranger: one object in UTF-8, no field twice, no NUL, not nested without end."""

from __future__ import annotations

import json
from typing import Any, NoReturn, cast

from django.http import HttpRequest
from ninja.parser import Parser
from ninja.types import DictStrAny

from referrals.api.problems import Problem

DEEPEST = 20


class StrictParser(Parser):
    """Reads the body of a request."""

    def parse_body(self, request: HttpRequest) -> DictStrAny:
        """Return the object in the body; Problem when it is none, or holds what no field can hold."""
        return cast(DictStrAny, parse(request.body))


def parse(body: bytes) -> object:
    """Return what stands in a text; Problem with what is wrong with it."""
    try:
        found = json.loads(body.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number)
    except UnicodeDecodeError:
        raise Problem("unreadable_json", "Dit is geen UTF-8.") from None
    except RecursionError:
        raise Problem("unreadable_json", f"Dit is dieper dan {DEEPEST} lagen.") from None
    except ValueError:
        raise Problem("unreadable_json") from None
    _check(found, 0)
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Problem("unreadable_json", "Een veld staat er twee keer in.")
    return found


def _no_number(name: str) -> NoReturn:
    raise Problem("unreadable_json", "NaN en oneindig zijn geen JSON.")


def _check(value: object, depth: int) -> None:
    """Refuse what a database cannot keep, and a nesting that no form of ours has."""
    if depth > DEEPEST:
        raise Problem("unreadable_json", f"Dit is dieper dan {DEEPEST} lagen.")
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= one <= "\udfff" for one in value):
            raise Problem("unreadable_json", "Hier staat een teken dat wij niet kunnen bewaren, zoals NUL.")
    elif isinstance(value, dict):
        for name, inner in value.items():
            _check(name, depth + 1)
            _check(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _check(inner, depth + 1)
