"""What the page of a rule holds at most, and for whom it is no form."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from intake.forms.rule_lines import DEEPEST
from intake.models import PolicyVersion
from intake.policy.drafting import MOST_LINES
from tests.intake.governing import cast
from tests.intake.governing.test_rule_pages import address, fields_of, new_rule, now, open_form, policy_of, press

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer(client: Client) -> User:
    """An author who is signed in."""
    user = cast.author()
    client.force_login(user)
    return user


@pytest.fixture
def version(writer: User) -> PolicyVersion:
    return cast.draft(writer)


def test_groups_as_deep_as_a_file_may_have_them_are_drawn(client: Client, version: PolicyVersion) -> None:
    heads = [f"{n}:{max(0, n - 1)}:groep" for n in range(DEEPEST)]
    page = new_rule(client, version, v=heads)
    assert page.status_code == 200
    assert fields_of(page)["v"] == heads


def test_rule_as_large_as_the_page_makes_it_can_be_sent(client: Client, version: PolicyVersion) -> None:
    numbers = range(1, MOST_LINES)
    fields = open_form(client, version)
    fields["v"] = ["0:0:groep", *(f"{n}:0:vraag:S5" for n in numbers)]
    countries = [option.value for option in policy_of(version).catalogue.by_code["S5"].options][:-1]
    fields |= {f"hoe-{n}": ["minstens_een"] for n in numbers} | {f"opties-{n}": countries for n in numbers}
    assert sum(len(values) for values in fields.values()) > 1000
    assert press(client, version, fields, "inpakken:1").status_code == 200
    page = press(client, version, fields | {"meer": ["x"] * 4000}, "inpakken:1")
    assert page.status_code == 413


def test_a_rule_that_is_too_long_for_a_form_is_changed_in_the_file(
    client: Client, version: PolicyVersion, writer: User
) -> None:
    many = ", ".join(f"{{werkzame_personen: {{van: {number}}}}}" for number in range(1, 100))
    cast.changed(writer, version, f"{{{cast.FLIGHT}}}", f"{{een_van: [{many}]}}")
    text = client.get(address(version, "R-N4")).content.decode()
    assert "te lang voor een formulier" in text
    assert "/bestand/regels.yaml/" in text
    assert 'value="opslaan"' not in text


def test_a_page_of_a_rule_takes_few_queries(
    client: Client, version: PolicyVersion, django_assert_max_num_queries: Any
) -> None:
    client.get(address(version))
    with django_assert_max_num_queries(14):
        client.get(address(version))


def test_who_may_only_read_sees_the_rule_in_words(client: Client, version: PolicyVersion) -> None:
    client.force_login(cast.publisher())
    text = client.get(address(version)).content.decode()
    assert "<select" not in text
    assert "Opslaan" not in text
    assert client.post(address(version), {"doe": "opslaan"}).status_code == 403
    assert client.get(address(version, "")).status_code == 403


def test_a_version_that_was_handed_in_does_not_change(client: Client, writer: User) -> None:
    version = cast.submitted(writer)
    text = client.get(address(version)).content.decode()
    assert "Opslaan" not in text
    answer = client.post(address(version), {"doe": "weghalen", "gezien": "x"})
    assert answer.status_code == 409
    assert "geen concept meer" in answer.content.decode()
    assert now(version).files == version.files
