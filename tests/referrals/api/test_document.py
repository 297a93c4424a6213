"""The document says what the code does: kept, valid, complete, with examples that fit, readable without a script."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver
from jsonschema import Draft202012Validator
from jsonschema.validators import validator_for

from nnmkb.web.permissions import TABLE, Role
from nnmkb.web.problems import MEDIA_TYPE
from referrals.api import document, examples
from referrals.api.asking import TOLD
from referrals.api.problems import EVERY
from referrals.domain.api_scopes import Scope

DOCUMENT: dict[str, Any] = json.loads(document.KEPT.read_text(encoding="utf-8"))


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


OPERATIONS = list(operations())
NAMES = [operation["operationId"] for _, _, operation in OPERATIONS]


def refusal(answer: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENT["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    return found


def checker(schema: dict[str, Any]) -> Draft202012Validator:
    """Return what holds an example against a schema of the document."""
    return Draft202012Validator({**schema, "components": DOCUMENT["components"]})


def test_kept_document_is_the_one_of_the_code() -> None:
    assert document.KEPT.read_text(encoding="utf-8") == document.text(), "run manage.py build_openapi"


def test_every_schema_in_it_is_one() -> None:
    assert DOCUMENT["openapi"] == "3.1.0"
    for schema in DOCUMENT["components"]["schemas"].values():
        validator_for(schema, Draft202012Validator).check_schema(schema)
    pointed = set(re.findall(r'"#/components/schemas/([^"]+)"', document.KEPT.read_text(encoding="utf-8")))
    assert pointed <= set(DOCUMENT["components"]["schemas"])


def test_every_address_of_the_table_is_described_and_no_other() -> None:
    held = {name for name, rule in TABLE.items() if Role.KEY_HOLDER in rule.read | rule.change}
    patterns = {f"referrals:{entry.name}": str(entry.pattern) for entry in get_resolver("referrals.urls").url_patterns}
    routes = {f"/{patterns[name]}".replace("<int:", "{").replace(">", "}") for name in held}
    assert routes == set(DOCUMENT["paths"])
    assert sorted(NAMES) == sorted(TOLD)


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS, ids=NAMES)
def test_every_answer_is_described_with_an_example_that_fits(path: str, method: str, operation: dict[str, Any]) -> None:
    good = operation["responses"]["200"]
    (media,) = good["content"].values()
    if "example" in media:
        assert list(checker(media["schema"]).iter_errors(media["example"])) == []
    else:
        assert operation["operationId"] in {"dossier", "dossier_pdf"}
    for status, answer in operation["responses"].items():
        if status == "200":
            continue
        told = refusal(answer)["content"]
        assert list(told) == [MEDIA_TYPE]
        for code, example in told[MEDIA_TYPE]["examples"].items():
            assert (EVERY[code].status, example["value"]["status"]) == (int(status), int(status))
            assert list(checker(told[MEDIA_TYPE]["schema"]).iter_errors(example["value"])) == []


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS, ids=NAMES)
def test_every_change_asks_for_its_two_headers_and_shows_a_body_that_fits(
    path: str, method: str, operation: dict[str, Any]
) -> None:
    assert operation["security"] == [{"PartnerKey": []}]
    headers = {one["name"]: one for one in operation["parameters"] if one["in"] == "header"}
    assert (set(headers) == {"Idempotency-Key", "If-Match"}) == (method == "post")
    for one in headers.values():
        assert re.fullmatch(one["schema"]["pattern"].strip("^$"), one["example"])
    if method == "post":
        media = operation["requestBody"]["content"]["application/json"]
        assert list(checker(media["schema"]).iter_errors(media["example"])) == []


def test_every_code_that_can_be_answered_is_described_somewhere() -> None:
    told = {code for _, _, operation in OPERATIONS for answer in operation["responses"].values() if "$ref" in answer
            for code in refusal(answer)["content"][MEDIA_TYPE]["examples"]}  # fmt: skip
    assert set(EVERY) - told == {"forbidden"}
    assert set(examples.MORE) <= told


def test_examples_name_no_real_company() -> None:
    text = json.dumps([examples.BODIES, examples.ANSWERS])
    assert all(address.endswith(".example") for address in re.findall(r"[\w.]+@([\w.]+)", text))


def test_document_is_served_as_it_is_kept() -> None:
    answer = Client().get("/api/partner/v1/openapi.json")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert answer.content == document.KEPT.read_bytes()


@pytest.mark.django_db
def test_page_shows_every_address_code_and_scope_without_a_script() -> None:
    answer = Client().get("/api/partner/v1/")
    page = answer.content.decode()
    for path, method, operation in OPERATIONS:
        assert f"<strong>{method.upper()}</strong> <code>{path}</code>" in page
        assert f'id="{operation["operationId"]}"' in page
    for code in EVERY:
        assert f'id="{code}"' in page
    for scope in Scope:
        assert scope.value in page
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)
    assert "<script" not in page
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert not re.search(r'(?:src|href)="(?:https?:)?//(?!127\.0\.0\.1)', page)
