"""What each key opens, as a table of addresses and scopes."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from nnmkb.web.permissions import STAFF_ROLES, TABLE, Role
from referrals.domain.api_scopes import Scope
from tests.referrals.api import cast
from tests.referrals.api.cast import ROOT
from tests.referrals.desk import making
from tests.referrals.services.cast import Case

pytestmark = pytest.mark.django_db
NEEDS = {
    "referrals:api-me": None,
    "referrals:api-events": Scope.OFFERS,
    "referrals:api-offer": Scope.OFFERS,
    "referrals:api-offers": Scope.OFFERS,
    "referrals:api-dossier": Scope.DOSSIER,
    "referrals:api-pdf": Scope.DOSSIER,
    "referrals:api-question": Scope.DOSSIER,
    "referrals:api-contact": Scope.CONTACT,
}
READ = sorted(name for name, rule in TABLE.items() if Role.KEY_HOLDER in rule.read)
CHANGED = sorted(name for name, rule in TABLE.items() if Role.KEY_HOLDER in rule.change)


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(cast.NOW, tick=False):
        yield


@pytest.fixture(scope="module")
def accepted_once(rows_for_all: None) -> Case:
    with time_machine.travel(cast.NOW, tick=False):
        return cast.cast.case("accepted")


@pytest.fixture
def accepted(accepted_once: Case) -> Case:
    """Return a referral that its partner accepted."""
    return copy.deepcopy(accepted_once)


def offer_of(found: Case) -> int:
    """Return the key of the offer in a case."""
    assert found.offer is not None
    return found.offer.pk


def address(name: str, offer: int) -> str:
    """Return where this name lives, below the root of the API."""
    parts = [] if name.endswith(("-me", "-offers", "-events")) else [offer]
    return reverse(name, args=parts).removeprefix(ROOT)


@pytest.mark.parametrize("scope", Scope)
@pytest.mark.parametrize("name", READ)
def test_address_to_read_opens_with_its_own_scope_only(accepted: Case, name: str, scope: Scope) -> None:
    answer = cast.system(accepted.partner, scope).get(address(name, offer_of(accepted)))
    if NEEDS[name] in {None, scope}:
        assert answer.status_code in {200, 409}, answer.content
    else:
        told = cast.verify_problem(answer, 403, "wrong_scope")
        assert told["scope"] == NEEDS[name]
        assert 'error="insufficient_scope"' in answer["WWW-Authenticate"]


@pytest.mark.parametrize("scope", Scope)
@pytest.mark.parametrize("name", CHANGED)
def test_every_change_needs_the_scope_to_answer(accepted: Case, name: str, scope: Scope) -> None:
    answer = cast.system(accepted.partner, scope).post(address(name, offer_of(accepted)))
    if scope is Scope.ANSWER:
        assert answer.status_code in {200, 409, 422}, answer.content
    else:
        cast.verify_problem(answer, 403, "wrong_scope")
        assert accepted.fresh().state == "accepted"


@pytest.mark.parametrize("name", sorted({*READ, *CHANGED}))
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("role", [None, *STAFF_ROLES])
def test_login_of_staff_is_no_key(accepted: Case, name: str, method: str, role: Role | None, client: Client) -> None:
    if role is not None:
        client.force_login(making.staff("iemand", role))
    answer = client.generic(method, ROOT + address(name, offer_of(accepted)), b"{}", content_type="application/json")
    may = name in (READ if method == "GET" else CHANGED)
    cast.verify_problem(answer, *((401, "no_key") if may else (405, "method_not_allowed")))


@pytest.mark.parametrize("name", sorted({*READ, *CHANGED}))
def test_address_answers_only_the_methods_of_the_table(accepted: Case, name: str) -> None:
    system = cast.system(accepted.partner)
    path = address(name, offer_of(accepted))
    methods = {"OPTIONS"} | ({"GET", "HEAD"} if name in READ else set()) | ({"POST"} if name in CHANGED else set())
    told = system.get(path, "OPTIONS")
    assert (told.status_code, set(told["Allow"].split(", "))) == (204, methods)
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"} - methods:
        answer = system.get(path, method)
        cast.verify_problem(answer, 405, "method_not_allowed")
        assert set(answer["Allow"].split(", ")) == methods
