"""Asking for the pages about policy as somebody, and reading what they say."""

from __future__ import annotations

import html
import re
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from intake.models import PolicyVersion
from intake.services.governing.checking import check
from tests.intake.governing import cast

MARKUP = "<script>alert(1)</script>{{ 7|add:7 }}{% now 'Y' %}{0.__class__}"


def browser(user: User) -> Client:
    """Return a browser in which this person signed in."""
    client = Client()
    client.force_login(user)
    return client


def text(response: HttpResponse) -> str:
    """Return the words on a page, as somebody reads them."""
    page = re.sub(r"<(script|style)\b.*?</\1>", " ", response.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def fresh(name: str = "2026-1") -> PolicyVersion:
    """Return a version as it is now."""
    return PolicyVersion.objects.get(name=name)


def post(client: Client, path: str, **data: Any) -> HttpResponse:
    """Send a form to a page under /beleid/."""
    return client.post(f"/beleid/{path}", data)


def save(client: Client, typed: str, lock: int, file: str = cast.RULES, name: str = "2026-1") -> HttpResponse:
    """Send the text of a file."""
    return post(client, f"{name}/bestand/{file}/", tekst=typed, lock=str(lock))


def noted(version: PolicyVersion, words: str = "Dat is zo bedoeld.") -> dict[str, str]:
    """Return a note for each warning, as the form of the review page sends it."""
    return {f"noot_{place}": words for place, _ in enumerate(check(version).warnings)}
