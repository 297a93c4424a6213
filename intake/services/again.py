"""Trying a change once more when another one came in between."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import IntegrityError

from nnmkb.ledger import events

P = ParamSpec("P")
R = TypeVar("R")
TRIES = 5
CROSSED = (IntegrityError, events.LostRace, events.KeyUsed)


def again(change: Callable[P, R]) -> Callable[P, R]:
    """Run a change again when it crossed another; it opens its own transaction and looks first what is there."""

    @wraps(change)
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        for _ in range(TRIES - 1):
            try:
                return change(*args, **kwargs)
            except CROSSED:
                continue
        return change(*args, **kwargs)

    return inner
