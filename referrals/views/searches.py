"""A search by contact data is written down once, and not again for each page that shows the same list."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest

from nnmkb.ledger import tokens
from nnmkb.web.desk import signed_in
from referrals.services import looks

LAST = "searched"


def write_down(request: HttpRequest, text: str, by: str, found: int, now: datetime) -> None:
    """Write down a search by the kind of contact data `by` ("" for none), unless it is the one of a moment ago.

    The session remembers which one that was as a keyed digest, so that what was typed is kept nowhere.
    """
    if not by:
        return
    mark = tokens.keyed(f"search|{text.casefold()}").hex()
    if request.session.get(LAST) != mark:
        looks.searched(signed_in(request), by, found, now)
        request.session[LAST] = mark
