"""Sends the forms of doing one thing with many referrals, as the pages make them."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from referrals.domain.lifecycle import State
from referrals.models import Referral
from tests.referrals.desk import making


def text(response: HttpResponse) -> str:
    """Return a page as people read it: no tags, single spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def preview(client: Client, act: str, *rows: Referral | str) -> HttpResponse:
    """Send the selection of the list."""
    numbers = [row if isinstance(row, str) else row.number for row in rows]
    return client.post("/werkbak/bulk/", {"nummer": numbers, "actie": act, "lijst": "lijst=alles"})


def do(client: Client, act: str, *rows: Referral, **typed: Any) -> HttpResponse:
    """Send the form of the preview, and follow to the result."""
    known = {
        "sleutel": str(uuid.uuid4()),
        "lijst": "lijst=alles",
        "rij": [f"{row.number}:{row.version}" for row in rows],
        **typed,
    }
    return client.post(f"/werkbak/bulk/doe/{act}/", known, follow=True)


def mine(anke: User, **fields: Any) -> Referral:
    """Make a referral that Anke looks at."""
    return making.referral(state=State.IN_REVIEW, owner=anke, **fields)
