"""Every address of the site is in the table of roles, and answers each role as the table says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from intake.screens import PAGES
from nnmkb.web.permissions import STAFF_ROLES, TABLE, Role, allowed, rule_for
from referrals.models import Referral
from tests.referrals.desk import making

# A letter exists only once it was sent.
PUBLIC_PAGES = sorted(name for name, rule in TABLE.items() if Role.ANYONE in rule.read and name != "letter")
STAFF_PAGES = sorted(name for name in TABLE if name.startswith(("referrals:desk", "intake:policy-")))
ADMIN_PAGES = (
    "admin:index",
    "admin:referrals_partner_changelist",
    "admin:ledger_event_changelist",
    "admin:auth_user_add",
)


def names(resolver: URLResolver, spaces: tuple[str, ...] = ()) -> Iterator[str]:
    """Return the name of every address, with its namespace."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from names(entry, (*spaces, entry.namespace) if entry.namespace else spaces)
        elif isinstance(entry, URLPattern):
            yield ":".join((*spaces, entry.name or ""))


def test_every_address_is_in_the_table() -> None:
    assert sorted(name for name in set(names(get_resolver())) if rule_for(name) is None) == []


def test_table_names_no_address_that_does_not_exist() -> None:
    assert sorted(set(TABLE) - set(names(get_resolver()))) == []


def test_address_that_is_not_in_the_table_is_closed_for_everyone() -> None:
    assert not any(allowed(frozenset({role}), "referrals:forgotten", "GET") for role in Role)


@pytest.mark.django_db
def test_roles_of_the_table_are_groups_in_the_database() -> None:
    assert {group.name for group in Group.objects.all()} >= {role.value for role in STAFF_ROLES}


def address(name: str, row: Referral) -> str:
    """Return an address with this name that exists."""
    arguments: dict[str, list[Any]] = {
        "referrals:desk-bulk-result": ["1"],
        "referrals:desk-bulk-run": ["oppakken"],
        "referrals:desk-bulk-undo": ["1"],
        "referrals:desk-presence": [row.number],
        "referrals:desk-referral": [row.number],
        "referrals:desk-explain": [row.number],
        "referrals:desk-act": [row.number, "annuleren"],
        "referrals:desk-list": [1],
    }
    return reverse(name, args=arguments.get(name, policy_arguments(name)))


def policy_arguments(name: str) -> list[str] | None:
    """Return what stands in the address of a page about policy; the version of the program is always there."""
    more = {
        "intake:policy-act": ["terugsturen"],
        "intake:policy-export-file": ["regels.yaml"],
        "intake:policy-file": ["regels.yaml"],
        "intake:policy-rule": ["R-N4"],
        "intake:policy-source": ["001"],
    }
    if name in {"intake:policy-new", "intake:policy-sources", "intake:policy-versions"} or "policy" not in name:
        return None
    return more[name] if name == "intake:policy-source" else ["2013", *more.get(name, [])]


MADE_UP = {
    "action": "x",
    "number": "NN-0000-0000-1",
    "organisation": "kvk",
    "page": PAGES[0].slug,
    "reference": "NN-0000-0000",
    "token": "verzonnen",
}


# Pages of one letter or dossier: where none was made, there is no page.
OF_SOMETHING = ("letter", "referrals:verify")


def made_up(name: str) -> str:
    """Return an address with this name, with arguments that belong to nobody."""
    for names_of in ((), ("token",), ("reference",), ("reference", "organisation"), ("reference", "page")):
        try:
            return reverse(name, kwargs={one: MADE_UP[one] for one in names_of})
        except NoReverseMatch:
            continue
    raise AssertionError(f"no arguments known for {name}")


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(name for name, rule in TABLE.items() if Role.LINK_HOLDER in rule.read))
def test_page_behind_a_link_shows_nothing_to_who_has_none(client: Client, name: str) -> None:
    response = client.get(made_up(name))
    assert response.status_code in {302, 403, 404, 405, 410}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", sorted(name for name, rule in TABLE.items() if Role.ANYONE in rule.read and name not in OF_SOMETHING)
)
def test_public_page_is_there_for_everyone(client: Client, name: str) -> None:
    assert client.get(made_up(name)).status_code in {200, 503}


@pytest.fixture(scope="module")
def row(rows_for_all: None) -> Referral:
    """Return a referral, to read only."""
    return making.referral()


@pytest.fixture(scope="module")
def staff(rows_for_all: None) -> dict[Role, User]:
    """Return somebody with each role, to read only."""
    return {role: making.staff(f"iemand-{role.value}", role) for role in STAFF_ROLES}


@pytest.mark.django_db
@pytest.mark.parametrize("name", STAFF_PAGES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_stranger_is_sent_to_the_login_page(client: Client, name: str, method: str, row: Referral) -> None:
    response = getattr(client, method)(address(name, row))
    assert response.status_code == 302
    assert response["Location"].startswith("/inloggen/?next=")


@pytest.mark.django_db
@pytest.mark.parametrize("role", STAFF_ROLES)
@pytest.mark.parametrize("name", STAFF_PAGES)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_each_role_is_answered_as_the_table_says(
    client: Client, role: Role, name: str, method: str, row: Referral, staff: dict[Role, User]
) -> None:
    client.force_login(staff[role])
    response = client.generic(method, address(name, row))
    if allowed(frozenset({role}), name, method):
        assert response.status_code != 403
    else:
        assert response.status_code == 403
    assert Referral.objects.get().version == row.version


@pytest.mark.django_db
@pytest.mark.parametrize("role", STAFF_ROLES)
@pytest.mark.parametrize("name", ADMIN_PAGES)
def test_administration_is_for_administrators(client: Client, role: Role, name: str) -> None:
    client.force_login(making.staff("iemand", role, is_staff=role is Role.ADMINISTRATOR))
    response = client.get(reverse(name))
    assert (response.status_code == 200) == (role is Role.ADMINISTRATOR)


@pytest.mark.django_db
def test_account_that_is_switched_off_is_out_at_once(client: Client) -> None:
    user = making.staff("weg")
    client.force_login(user)
    assert client.get("/werkbak/").status_code == 200
    user.is_active = False
    user.save()
    assert client.get("/werkbak/").status_code == 302


@pytest.mark.django_db
def test_account_without_a_role_sees_nothing(client: Client) -> None:
    user = making.staff("leeg")
    user.groups.clear()
    client.force_login(user)
    assert client.get("/werkbak/").status_code == 403
