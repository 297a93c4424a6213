"""Walks through the scan as a browser would, with answers by question code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

from django.http import HttpResponse
from django.test import Client

from intake.models import Intake
from intake.policies import policy as policy_named
from intake.policy import read_answers
from intake.screens import PAGES, pages_of
from intake.services.progress import Progress

MATRIX = {"U5"}
FIXED = {page.slug: page.questions for page in PAGES}


def begin(client: Client) -> Intake:
    """Press the begin button and return the draft."""
    response = client.post("/", {"sleutel": ""})
    assert response.status_code == 302, response.status_code
    return Intake.objects.get(reference=response["Location"].split("/")[2])


def address(intake: Intake, page: str) -> str:
    """Return the path of a page of this scan."""
    return f"/zelfscan/{intake.reference}/{page}/"


def fields(answers: Mapping[str, Any], page: str) -> dict[str, Any]:
    """Return the form fields of a page that these answers fill."""
    found: dict[str, Any] = {}
    for code in FIXED.get(page) or next(one.questions for one in pages_of(policy_named()) if one.slug == page):
        if code in MATRIX and code in answers:
            found |= {f"{code}_{row}": str(score) for row, score in answers[code].items()}
        elif code in answers:
            found[code] = answers[code]
    return found


def version_on(response: HttpResponse) -> str:
    """Return the version that a page was made from."""
    match = re.search(r'name="versie" value="(\d+)"', response.content.decode())
    assert match, "the page has no version"
    return match[1]


def fill(client: Client, intake: Intake, answers: Mapping[str, Any]) -> list[str]:
    """Fill in pages until the check page; return the pages that were asked."""
    seen: list[str] = []
    where = f"/zelfscan/{intake.reference}/"
    while True:
        response = client.get(where, follow=True)
        slug = response.request["PATH_INFO"].strip("/").split("/")[-1]
        if slug == "controleren":
            return seen
        assert response.status_code == 200
        assert slug not in seen, f"{slug} came twice: {errors(response)}"
        seen.append(slug)
        form = {"versie": version_on(response), "doe": "verder", **fields(answers, slug)}
        posted = client.post(address(intake, slug), form)
        assert posted.status_code == 302, errors(posted)
        where = posted["Location"]


def prefill(intake: Intake, answers: Mapping[str, Any]) -> None:
    """Put the answers in the draft as the pages would, without visiting them."""
    policy = policy_named(intake.policy)
    given = read_answers(policy, {**answers, "B3": int(answers["B3"])})
    kept = Progress.with_answers(intake, policy, given).kept
    Intake.objects.filter(pk=intake.pk).update(answers=kept.to_json(), version=11)


def finish(client: Client, intake: Intake, answers: Mapping[str, Any]) -> HttpResponse:
    """Have everything filled in, ask for the result, and return its page."""
    prefill(intake, answers)
    response = client.post(address(intake, "controleren"), follow=True)
    assert response.request["PATH_INFO"] == address(intake, "uitslag")
    return response


def text(response: HttpResponse) -> str:
    """Return the page as running text."""
    body = re.sub(r"<title>.*?</title>", "", response.content.decode(), count=1, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def title(response: HttpResponse) -> str:
    """Return the title of the page; drawings have titles too."""
    match = re.search(r"<title>(.*?)</title>", response.content.decode(), re.S)
    assert match
    return unescape(match[1])


def errors(response: HttpResponse) -> list[str]:
    """Return the messages in the error summary."""
    match = re.search(r'<div class="nnmkb-errors.*?</ul>', response.content.decode(), re.S)
    return [unescape(re.sub(r"<[^>]+>", "", line)) for line in re.findall(r"<li>(.*?)</li>", match[0])] if match else []
