"""Every error below /api/ is a problem, whatever broke and wherever; elsewhere it stays a page."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from referrals.services import feed_reading
from tests.referrals.api import cast
from tests.referrals.api.cast import ROOT
from tests.referrals.desk import making

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/api/", "/api/partner/", "/api/partner/v1/nergens", "/api/partner/v1/offers/abc"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
def test_unknown_address_is_a_problem(path: str, method: str) -> None:
    cast.verify_problem(Client().generic(method, path), 404, "unknown_address")


def test_unknown_address_elsewhere_is_a_page() -> None:
    assert Client().get("/nergens/")["Content-Type"].startswith("text/html")


def test_host_that_is_not_ours_is_a_problem() -> None:
    cast.verify_problem(Client().get(f"{ROOT}/me", headers={"host": "boef.example"}), 400, "unreadable_request")


def test_what_nobody_foresaw_is_a_problem_without_details(monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_: object) -> None:
        raise RuntimeError("geheim")

    monkeypatch.setattr(feed_reading, "latest", break_down)
    answer = cast.system(making.partner()).get("/me")
    cast.verify_problem(answer, 500, "broken")
    assert b"geheim" not in answer.content


def test_database_that_is_away_is_a_problem_that_says_when_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> None:
        raise OperationalError("server closed the connection")

    system = cast.system(making.partner())
    monkeypatch.setattr(feed_reading, "latest", gone)
    answer = system.get("/me")
    cast.verify_problem(answer, 503, "away")
    assert answer["Retry-After"] == "30"


def test_title_is_dutch_and_the_address_of_the_explanation_exists() -> None:
    told: dict[str, Any] = json.loads(Client().get(f"{ROOT}/me").content)
    page = Client().get("/api/partner/v1/").content.decode()
    assert told["title"] == "Sleutel ontbreekt"
    assert f'id="{told["type"].partition("#")[2]}"' in page


def test_answers_are_kept_by_nobody_and_found_by_no_search_engine() -> None:
    _, system, path = cast.case()
    for answer in (system.get(path), system.get("/nergens"), Client().get(f"{ROOT}/me")):
        assert answer["Cache-Control"] == "no-store, private"
        assert answer["X-Robots-Tag"] == "noindex"
        assert "Set-Cookie" not in answer
        assert not answer.cookies
