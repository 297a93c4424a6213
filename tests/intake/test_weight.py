"""What a page costs: queries, bytes, and nothing inline."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import brotli
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from intake.models import Intake
from intake.screens import PAGES
from tests.intake import companies
from tests.intake.walking import address, begin, fields, finish, prefill

STATIC = Path(settings.ROOT) / "static"
PLACES = [page.slug for page in PAGES] + ["controleren", "later", "uitslag"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def done(client: Client) -> Intake:
    """A scan with everything filled in and a result."""
    intake = begin(client)
    finish(client, intake, companies.NO_NETWORK)
    return intake


@pytest.mark.parametrize("place", PLACES)
def test_page_takes_at_most_six_queries(client: Client, done: Intake, place: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address(done, place)).status_code == 200
    assert len(queries) <= 6, [query["sql"] for query in queries]


def test_saving_a_page_takes_at_most_ten_queries(client: Client) -> None:
    intake = begin(client)
    with CaptureQueriesContext(connection) as queries:
        client.post(address(intake, "uw-bedrijf"), {"versie": "1", **fields(companies.READY, "uw-bedrijf")})
    assert len(queries) <= 10, [query["sql"] for query in queries]


def test_making_an_assessment_takes_at_most_twenty_queries(client: Client) -> None:
    intake = begin(client)
    prefill(intake, companies.READY)
    with CaptureQueriesContext(connection) as queries:
        client.post(address(intake, "controleren"))
    assert len(queries) <= 20, [query["sql"] for query in queries]


@pytest.mark.parametrize("place", ["", *PLACES])
def test_page_is_small_and_has_nothing_inline(client: Client, done: Intake, place: str) -> None:
    page = client.get(address(done, place) if place else "/").content
    assert len(gzip.compress(page, 6)) <= 8 * 1024
    assert not re.search(rb"<script|<style|\sstyle=|\son[a-z]+=", page)


def test_first_visit_fits_in_sixty_kilobytes(client: Client, done: Intake) -> None:
    page = client.get(address(done, "uitslag")).content
    linked = re.findall(rb'(?:href|src)="/static/([^"?]+)"', page)
    assert {name.decode().rpartition(".")[2] for name in linked} <= {"css", "woff2", "svg"}
    total = len(gzip.compress(page, 6))
    for name in {name.decode() for name in linked}:
        content = (STATIC / name).read_bytes()
        total += len(content) if name.endswith("woff2") else len(brotli.compress(content))
    assert total <= 60 * 1024
