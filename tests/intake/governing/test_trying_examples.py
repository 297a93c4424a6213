"""An example of a finding or of a rule, sent whole to the page that tries the version out."""

from __future__ import annotations

import html
import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from intake.forms.rule_trial import fields_of, read_trial
from intake.models import PolicyVersion
from intake.policy.evaluation import keep_visible
from intake.policy.vectors import from_vector
from intake.services.governing.checking import check
from nnmkb.web.permissions import Role
from tests.domain.policy.vector_samples import registered_2013, sample_vectors
from tests.intake.governing import cast
from tests.intake.governing.pages import browser, post, text
from tests.intake.governing.test_trying import sent

pytestmark = pytest.mark.django_db
TRY = "/beleid/2026-1/proberen/"
BUTTON = "Probeer dit voorbeeld"


@pytest.fixture
def author() -> User:
    return cast.author()


def forms(page: str) -> list[dict[str, list[str]]]:
    """Return what each form with an example would send; a form inside another would end that one."""
    for form in re.findall(r"<form.*?</form>", page, re.DOTALL):
        assert form.count("<form") == 1
    found = re.findall(rf'<form[^>]*action="{TRY}#uitkomst"[^>]*>(.*?)</form>', page, re.DOTALL)
    sends: list[dict[str, list[str]]] = []
    for form in found:
        fields: dict[str, list[str]] = {}
        for name, value in re.findall(r'<input type="hidden" name="(a-[^"]+)" value="([^"]*)"', form):
            fields.setdefault(name, []).append(html.unescape(value))
        assert "csrfmiddlewaretoken" in form
        sends.append(fields)
    return sends


def page_of(client: Client, path: str) -> str:
    response = client.get(f"/beleid/2026-1/{path}")
    assert response.status_code == 200
    return response.content.decode()


def outside(page: str) -> set[str]:
    """Return the forms that buttons elsewhere on the page belong to."""
    return set(re.findall(r'<button[^>]* form="([^"]+)"', page))


@pytest.mark.parametrize("vector", sample_vectors(8), ids=range(8))
def test_fields_are_read_back_to_the_same_answers(vector: bytes) -> None:
    policy = registered_2013()
    known = keep_visible(policy, from_vector(policy, vector))
    fields: dict[str, list[str]] = {}
    for name, value in fields_of(policy, known):
        fields.setdefault(name, []).append(value)
    query = Client().post("/", fields).wsgi_request.POST
    assert {name: query.getlist(name) for name in query} == fields
    trial = read_trial(policy, query)
    assert trial.problems == ()
    assert trial.answers.to_json() == known.to_json()
    assert set(fields) == set(sent(known.to_json()))


def test_example_of_an_error_is_tried_from_the_page_of_the_version(author: User) -> None:
    version = cast.broken(author)
    client = browser(author)
    found = check(version)
    assert found.policy is not None
    examples = [one.example for one in found.errors + found.warnings if one.example is not None]
    sends = forms(page_of(client, ""))
    assert sends == [_listed(version, example) for example in examples]
    assert len(examples) == 2
    assert "Waarom dit" in text(client.post(TRY, sends[0]))


def _listed(version: PolicyVersion, example: object) -> dict[str, list[str]]:
    found = check(version)
    assert found.policy is not None
    fields: dict[str, list[str]] = {}
    for name, value in fields_of(found.policy, example):  # type: ignore[arg-type]
        fields.setdefault(name, []).append(value)
    return fields


@pytest.mark.parametrize("submitted", [True, False])
def test_review_page_tries_the_examples_of_errors_and_warnings(author: User, submitted: bool) -> None:
    version = cast.submitted(author) if submitted else cast.broken(author)
    found = check(version)
    wanted = [one for one in found.errors + found.warnings if one.example is not None]
    page = page_of(browser(author), "beoordelen/")
    sends = forms(page)
    assert len(sends) == len(wanted) == page.count(BUTTON)
    assert outside(page) == set(re.findall(r'<form id="([^"]+)"', page))


def test_reader_of_the_review_page_can_try_them_too(author: User) -> None:
    cast.submitted(author)
    page = page_of(browser(cast.person("sietse", Role.ADMINISTRATOR)), "beoordelen/")
    assert "<textarea" not in page
    assert len(forms(page)) == 2
    assert outside(page) == set(re.findall(r'<form id="([^"]+)"', page))


def test_rule_page_tries_findings_proposals_and_kept_examples(author: User) -> None:
    cast.broken(author)
    client = browser(author)
    page = page_of(client, "regel/R-N4/")
    assert "Kleinste voorbeeld" in page
    assert len(forms(page)) == page.count(BUTTON)
    assert outside(page) == set(re.findall(r'<form id="([^"]+)"', page))


def test_near_miss_has_few_answers_and_gives_a_whole_result(author: User) -> None:
    cast.draft(author)
    client = browser(author)
    page = page_of(client, "regel/R-N4/")
    sends = forms(page)
    assert len(sends) >= 2
    assert all(0 < len(send) < 20 for send in sends)
    results = [text(client.post(TRY, send)) for send in sends]
    assert all("Waarom dit" in result for result in results)
    assert any("R-N4: signaal" in result for result in results)


def test_example_that_was_kept_with_the_rule_is_tried(author: User) -> None:
    version = cast.draft(author)
    client = browser(author)
    page = page_of(client, "regel/R-N4/")
    seal = re.search(r'name="gezien" value="([0-9a-f]+)"', page)
    token = re.search(r'name="klopt" value="([0-9a-f]+)"', page)
    assert seal
    assert token
    post(client, f"{version.name}/regel/R-N4/", doe="bevestigen", gezien=seal[1], klopt=token[1])
    assert f'<form id="probeer-{token[1]}"' in page_of(client, "regel/R-N4/")
    reader = browser(cast.publisher())
    page = page_of(reader, "regel/R-N4/")
    assert len(forms(page)) == 1
    assert outside(page) == {f"probeer-{token[1]}"}
