"""Staff and people of partners never reach each other's pages, and nobody any page with the password alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

from nnmkb.web.permissions import PARTNER_ROLES, STAFF_ROLES, TABLE, Role, allowed
from tests.browsers import going_on
from tests.journeys.test_refusals import MADE_UP
from tests.referrals.accounts import cast
from tests.referrals.desk import making

pytestmark = pytest.mark.django_db
ROLES = (*STAFF_ROLES, *PARTNER_ROLES)
METHODS = ("GET", "POST")


def paths(resolver: URLResolver, space: str = "") -> Iterator[tuple[str, str]]:
    """Return the name and path of every address that needs an account, with made-up parts."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            if entry.namespace != "admin":
                yield from paths(entry, f"{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry, URLPattern):
            name = f"{space}{entry.name}"
            rule = TABLE.get(name)
            if rule and not (rule.read | rule.change).isdisjoint(ROLES):
                yield name, reverse(name, kwargs={part: MADE_UP[part] for part in entry.pattern.regex.groupindex})


PAGES = dict(paths(get_resolver()))
BEHIND_THE_ADMINISTRATION = ("/beheer/", "/beheer/auth/user/", "/beheer/ledger/event/")


def account(role: Role, *, verified: bool) -> User:
    """Make somebody with this role."""
    if role in PARTNER_ROLES:
        return cast.member(
            making.partner(f"van-{role.value.replace('_', '-')}-{verified}".lower()), role, verified=verified
        ).user
    user = making.staff(f"{role.value}-{verified}", role, is_staff=role is Role.ADMINISTRATOR)
    if verified:
        TOTPDevice.objects.create(user=user, name="app", key=cast.KEY)
    return user


def browser(user: User, *, verified: bool) -> Client:
    """Return a browser in which somebody signed in, in both steps or with the password alone."""
    client = Client()
    client.force_login(user)
    if verified:
        session = client.session
        session[DEVICE_ID_SESSION_KEY] = TOTPDevice.objects.get(user=user).persistent_id
        session.save()
    return client


@pytest.fixture(scope="module")
def signed_in(rows_for_all: None) -> dict[Role, Client]:
    """One browser for each role, signed in in both steps."""
    return {role: browser(account(role, verified=True), verified=True) for role in ROLES}


@pytest.fixture
def everybody(signed_in: dict[Role, Client]) -> dict[Role, Client]:
    """The same browsers, fresh for this test."""
    return {role: going_on(client) for role, client in signed_in.items()}


def test_both_sides_have_pages() -> None:
    sides = [{name for name in PAGES if not TABLE[name].read.isdisjoint(some)} for some in (STAFF_ROLES, PARTNER_ROLES)]
    assert all(len(side) > 5 for side in sides)
    assert {name for name in sides[0] & sides[1] if not name.startswith("referrals:security")} == set()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", sorted(PAGES))
def test_each_role_is_answered_as_the_table_says(everybody: dict[Role, Client], name: str, method: str) -> None:
    for role, client in everybody.items():
        status = client.generic(method, PAGES[name]).status_code
        if allowed(frozenset({role}), name, method):
            assert status != 403, role
        else:
            # A page that takes no forms at all says so before it looks who asks.
            assert status in {403, 405}, role


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", BEHIND_THE_ADMINISTRATION)
def test_partner_reaches_nothing_of_the_administration(everybody: dict[Role, Client], path: str, method: str) -> None:
    for role in PARTNER_ROLES:
        answer = everybody[role].generic(method, path)
        assert answer.status_code in {302, 403}, role
        if answer.status_code == 302:
            assert answer["Location"].startswith("/beheer/login/")
            assert everybody[role].get(answer["Location"]).status_code == 403


@pytest.mark.parametrize("role", ROLES)
def test_password_alone_opens_no_page_that_needs_an_account(role: Role, settings: Any) -> None:
    settings.SECOND_FACTOR_FOR_STAFF = True
    client = browser(account(role, verified=False), verified=False)
    for name, path in PAGES.items():
        for method in METHODS:
            answer = client.generic(method, path)
            assert answer.status_code in {302, 405}, (name, method)
            if answer.status_code == 302:
                assert answer["Location"].startswith("/inloggen/"), (name, method)
    for path in BEHIND_THE_ADMINISTRATION:
        final = client.get(path, follow=True)
        assert final.redirect_chain[-1][0].startswith("/inloggen/"), path
        assert final.status_code == 200


@pytest.mark.parametrize("role", PARTNER_ROLES)
def test_people_of_partners_need_both_steps_also_where_staff_do_not(role: Role) -> None:
    client = browser(account(role, verified=False), verified=False)
    for name, path in PAGES.items():
        assert client.get(path).status_code in {302, 405}, name


@pytest.mark.parametrize("role", ROLES)
def test_menu_shows_one_side_only(everybody: dict[Role, Client], role: Role) -> None:
    page = everybody[role].get("/beveiliging/").content.decode().split("<main")[0]
    seen = {path for name, path in PAGES.items() if f'href="{path}"' in page and not name.startswith("referrals:sec")}
    other = STAFF_ROLES if role in PARTNER_ROLES else PARTNER_ROLES
    assert seen
    names = {name for name, path in PAGES.items() if path in seen}
    assert all(TABLE[name].read.isdisjoint(other) for name in names)
