"""What the pages about policy cost: queries, and nothing inline."""

from __future__ import annotations

import itertools
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from intake.services.governing import reviewing
from tests.browsers import going_on
from tests.domain.policy.vector_samples import sample_vectors
from tests.intake.governing import cast
from tests.intake.governing.pages import browser, fresh
from tests.intake.stored import store

pytestmark = pytest.mark.django_db
PAGES = (
    ("", 9),
    ("nieuw/", 6),
    ("bronnen/", 8),
    ("bronnen/001/", 8),
    ("2026-1/", 12),
    ("2026-1/bestand/regels.yaml/", 7),
    ("2026-1/beoordelen/", 14),
    ("2026-1/geschiedenis/", 7),
    ("2026-1/terugsturen/", 6),
    ("2026-1/download/", 6),
)


@pytest.fixture(scope="module")
def signed_in(rows_for_all: None) -> Client:
    """A version that two people worked on for long, among others."""
    store(sample_vectors(40))
    publisher, author, other = cast.publisher(), cast.author(), cast.author("sjoerd")
    for number in range(2, 12):
        cast.draft(author, f"2026-{number}")
    version = cast.submitted(author)
    for _ in range(6):
        version = reviewing.send_back(fresh(), "Nog eens.", by=publisher, lock=fresh().lock, now=cast.NOW)
        version = reviewing.submit(version, by=other, lock=version.lock, now=cast.NOW)
    both = browser(publisher)
    # An author reads some of these pages as well.
    publisher.groups.add(author.groups.get())
    both.get("/beleid/")
    return both


@pytest.fixture
def client(signed_in: Client) -> Client:
    """The same browser, fresh for this test."""
    return going_on(signed_in)


@pytest.mark.parametrize(("path", "most"), PAGES)
def test_page_takes_few_queries_however_much_happened(client: Client, path: str, most: int) -> None:
    client.get(f"/beleid/{path}")
    with CaptureQueriesContext(connection) as queries:
        response = client.get(f"/beleid/{path}")
    assert response.status_code == 200
    assert len(queries) <= most, [query["sql"] for query in queries]


@pytest.mark.parametrize("path", [path for path, _ in PAGES if path != "2026-1/download/"])
def test_page_has_nothing_inline_and_one_first_heading(client: Client, path: str) -> None:
    page = client.get(f"/beleid/{path}").content.decode()
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=", page)
    levels = [int(level) for level in re.findall(r"<h([1-6])", page)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in itertools.pairwise(levels))


@pytest.mark.parametrize("path", [path for path, _ in PAGES if path != "2026-1/download/"])
def test_tables_have_a_caption_and_every_id_stands_there_once(client: Client, path: str) -> None:
    page = client.get(f"/beleid/{path}").content.decode()
    assert page.count("<table") == page.count("<caption")
    assert not re.search(r"<th(?![^>]*scope=)[ >]", page)
    known = re.findall(r'\sid="([^"]+)"', page)
    assert sorted(known) == sorted(set(known))
    assert {name for names in re.findall(r'aria-labelledby="([^"]+)"', page) for name in names.split()} <= set(known)
