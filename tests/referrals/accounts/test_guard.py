"""The door of the portal: a live membership, a role of the table, and a second factor in this very session."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import ResolverMatch
from django_otp.plugins.otp_totp.models import TOTPDevice

from nnmkb.web import permissions
from nnmkb.web.permissions import PARTNER_ROLES, Role, Rule
from referrals.models import Membership, Passkey
from referrals.signing_in import SecondFactorMiddleware
from referrals.views.portal.guard import by_partner
from tests.referrals.accounts import cast
from tests.referrals.desk import making

pytestmark = pytest.mark.django_db
NAME = "referrals:tried"


@pytest.fixture(autouse=True)
def _a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    readers, managers = frozenset(PARTNER_ROLES), frozenset({Role.PARTNER_MANAGER})
    monkeypatch.setitem(permissions.TABLE, NAME, Rule(readers, managers))


@by_partner
def page(request: HttpRequest, member: Membership, word: str) -> HttpResponse:
    return HttpResponse(f"{member.pk} {word}")


def ask(client: Client, method: str = "GET") -> HttpResponse:
    """Ask for the page in the session of this browser."""
    request = RequestFactory().generic(method, "/partner/proef/")
    request.session = client.session
    request.resolver_match = ResolverMatch(page, (), {}, "tried", ["referrals"], ["referrals"])
    request.user = get_user(request)
    return SecondFactorMiddleware(lambda given: page(given, word="dag"))(request)


def test_member_with_second_factor_gets_in(client: Client) -> None:
    member = cast.member(making.partner())
    assert ask(cast.signed_in(client, member)).content.decode() == f"{member.pk} dag"


def test_password_alone_leads_to_the_login_page(client: Client) -> None:
    member = cast.member(making.partner(), verified=False)
    assert ask(cast.signed_in(client, member))["Location"] == "/inloggen/?next=/partner/proef/"
    assert ask(Client())["Location"] == "/inloggen/?next=/partner/proef/"


def test_second_factor_that_was_taken_away_ends_the_session_as_verified(client: Client) -> None:
    member = cast.member(making.partner())
    cast.signed_in(client, member)
    TOTPDevice.objects.all().delete()
    assert ask(client).status_code == 302


def test_factor_of_somebody_else_or_not_confirmed_is_none(client: Client) -> None:
    member, other = cast.member(making.partner()), cast.member(making.partner("ander"))
    cast.signed_in(client, member)
    TOTPDevice.objects.filter(user=member.user).update(user=other.user)
    assert ask(client).status_code == 302
    again = cast.signed_in(Client(), other)
    TOTPDevice.objects.filter(user=other.user).update(confirmed=False)
    assert ask(again).status_code == 302


def test_passkey_counts_as_long_as_it_is_there_and_ones_own(client: Client) -> None:
    member = cast.member(making.partner(), verified=False)
    passkey = Passkey.objects.create(
        user=member.user, name="telefoon", credential_id="x", public_key=b"x", created_at=making.NOW
    )
    client.force_login(member.user)
    session = client.session
    session["otp_device_id"] = passkey.persistent_id
    session.save()
    assert ask(client).status_code == 200
    Passkey.objects.update(user=making.staff())
    assert ask(client).status_code == 302


@pytest.mark.parametrize("named", ["referrals.passkey/x", "referrals.passkey/", "x", "a.b/1"])
def test_odd_name_of_a_factor_is_none(client: Client, named: str) -> None:
    member = cast.member(making.partner(), verified=False)
    client.force_login(member.user)
    session = client.session
    session["otp_device_id"] = named
    session.save()
    assert ask(client).status_code == 302


def test_role_decides_what_may_be_changed(client: Client) -> None:
    partner = making.partner()
    assert ask(cast.signed_in(client, cast.member(partner, Role.PARTNER_MANAGER)), "POST").status_code == 200
    for role in (Role.PARTNER_READER, Role.PARTNER_HANDLER):
        with pytest.raises(PermissionDenied):
            ask(cast.signed_in(Client(), cast.member(partner, role)), "POST")


def test_leaver_gets_nothing_even_with_role_and_factor(client: Client) -> None:
    member = cast.member(making.partner(), Role.PARTNER_MANAGER)
    Membership.objects.update(ended_at=making.NOW)
    with pytest.raises(PermissionDenied):
        ask(cast.signed_in(client, member))


def test_staff_and_account_that_is_switched_off_get_nothing(client: Client) -> None:
    client.force_login(making.staff())
    assert ask(client).status_code == 302
    member = cast.member(making.partner())
    cast.signed_in(client, member)
    member.user.is_active = False
    member.user.save()
    assert ask(client).status_code == 302
