"""The open directory: valid HSDS, and nothing of a person, of the post or of how busy a partner is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from referrals.models import Partner
from tests.referrals.api import cast
from tests.referrals.desk import making

pytestmark = pytest.mark.django_db
# The schemas of HSDS are share-alike and stay in a folder of their own, which need not be beside the checkout.
PUBLISHED = Path(settings.ROOT).parent / "shared" / "data" / "hsds"
# What they ask of the objects that we write, in our own words: held against the published ones where those are.
UUID = {"type": "string", "format": "uuid"}
TEXT = {"type": "string", "minLength": 1}
ORGANIZATION: dict[str, Any] = {
    "type": "object",
    "required": ["id", "name", "description"],
    "additionalProperties": False,
    "properties": {"id": UUID, "name": TEXT, "description": TEXT},
}
AREA = {
    "type": "object",
    "required": ["id"],
    "additionalProperties": False,
    "properties": {"id": UUID, "service_id": UUID, "name": TEXT, "extent": TEXT, "extent_type": TEXT},
}
SERVICE = {
    "type": "object",
    "required": ["id", "name", "status"],
    "additionalProperties": False,
    "properties": {
        "id": UUID,
        "name": TEXT,
        "description": TEXT,
        "status": {"enum": ["active", "inactive", "defunct", "temporarily closed"]},
        "organization": ORGANIZATION,
        "service_areas": {"type": "array", "items": AREA},
    },
}


@pytest.fixture(autouse=True)
def _at_nine() -> Iterator[None]:
    with time_machine.travel(cast.NOW, tick=False):
        yield


@pytest.fixture(autouse=True)
def partners() -> None:
    water = making.partner(
        "water-alliance",
        organisation="water_alliance",
        name="Water Alliance",
        activities=["N3", "I2"],
        provinces=["friesland"],
        paused_until=date(2027, 1, 1),
    )
    water.contacts.create(name="Carla Geheim", email="carla@water.example")
    making.partner("metaalunie", name="Metaalunie <b>Noord</b>")
    making.partner("nom", name="Gestopt", active=False)


def listed(name: str, query: str = "") -> dict[str, Any]:
    answer = Client().get(f"/api/public/hsds/{name}{query}")
    assert answer.status_code == 200, answer.content
    told: dict[str, Any] = json.loads(answer.content)
    return told


def checkers(name: str) -> Iterator[Draft202012Validator]:
    """Return our own schema, and the published one where it is."""
    yield Draft202012Validator(ORGANIZATION if name == "organization" else SERVICE, format_checker=FormatChecker())
    if PUBLISHED.exists():
        found = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in PUBLISHED.glob("*.json")}
        resources = [(key, Resource(contents=value, specification=DRAFT202012)) for key, value in found.items()]
        registry: Registry[Any] = Registry().with_resources(resources)
        yield Draft202012Validator(found[f"{name}.json"], registry=registry, format_checker=FormatChecker())


@pytest.mark.parametrize("name", ["organization", "service"])
def test_every_object_is_valid(name: str) -> None:
    found = listed(f"{name}s")["contents"]
    assert len(found) >= 2
    for checker in checkers(name):
        assert [error.message for one in found for error in checker.iter_errors(one)] == []
        assert list(checker.iter_errors({"name": "x"}))


def test_directory_says_what_a_partner_does_and_where() -> None:
    found = [one for one in listed("services")["contents"] if one["organization"]["name"] == "Water Alliance"]
    assert len(found) == 2
    assert {area["name"] for one in found for area in one["service_areas"]} == {"Fryslân"}
    assert "Werkgebied: Fryslân." in found[0]["organization"]["description"]


def test_partner_without_a_list_of_its_own_does_what_the_policy_asks_of_it() -> None:
    found = [one for one in listed("services")["contents"] if one["organization"]["name"].startswith("Metaalunie")]
    assert found
    assert {area["name"] for area in found[0]["service_areas"]} == {"Groningen", "Fryslân", "Drenthe"}


@pytest.mark.parametrize("name", ["organizations", "services"])
def test_nothing_of_a_person_the_post_or_the_load_is_public(name: str) -> None:
    text = json.dumps(listed(name))
    for secret in ("Carla", "@", "2027", "Gestopt", "capacity", "paus", "nonce"):
        assert secret not in text


def test_names_stay_the_same_when_a_partner_changes() -> None:
    before = {one["name"]: one["id"] for one in listed("organizations")["contents"]}
    Partner.objects.filter(code="water-alliance").update(name="Wateralliantie")
    after = {one["name"]: one["id"] for one in listed("organizations")["contents"]}
    assert after["Wateralliantie"] == before["Water Alliance"]


def test_pages_cover_the_list() -> None:
    everything = listed("services")
    size = 2
    pages = [listed("services", f"?per_page={size}&page={number + 1}") for number in range(everything["total_items"])]
    wanted = -(-everything["total_items"] // size)
    assert [one for page in pages for one in page["contents"]] == everything["contents"]
    assert {page["total_pages"] for page in pages} == {wanted}
    assert [page["last_page"] for page in pages[:wanted]] == [False] * (wanted - 1) + [True]
    assert pages[-1]["empty"]


@pytest.mark.parametrize("query", ["?page=0", "?page=x", "?per_page=101", "?page=-1", "?page=%00", "?page=9999999"])
def test_page_that_is_none_is_a_problem(query: str) -> None:
    cast.verify_problem(Client().get(f"/api/public/hsds/services{query}"), 400, "unreadable_request")


def test_list_is_public_and_may_be_kept() -> None:
    answer = Client().get("/api/public/hsds/organizations")
    assert answer["Cache-Control"] == "public, max-age=600"
    cast.verify_problem(Client().post("/api/public/hsds/organizations"), 405, "method_not_allowed")
