"""Why something with an intake could not be done."""

from __future__ import annotations


class AlreadySent(Exception):
    """The intake was submitted or erased: nothing in it changes any more."""


class Crowded(Exception):
    """Too many windows saved the same draft at the same moment."""


class Incomplete(Exception):
    """Some questions that are asked have no answer yet."""

    def __init__(self, codes: tuple[str, ...]) -> None:
        super().__init__(", ".join(codes))
        self.codes = codes
