"""The administration: accounts without a way up, and everything else to look at only."""

from __future__ import annotations

import io

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.test import Client, RequestFactory
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice

from nnmkb.ledger.models import Event
from referrals.models import Partner
from tests.referrals.desk import making

pytestmark = pytest.mark.django_db
TO_CHANGE = {"User"}


@pytest.fixture
def boss(client: Client) -> Client:
    client.force_login(making.staff("beheer", "administrator", is_staff=True))
    return client


def test_partners_are_looked_at_here_and_kept_elsewhere(boss: Client) -> None:
    made = making.partner()
    assert "Metaalunie" in boss.get(reverse("admin:referrals_partner_changelist")).content.decode()
    address = reverse("admin:referrals_partner_change", args=[made.pk])
    assert boss.get(address).status_code == 200
    assert boss.post(address, {"name": "Anders"}).status_code == 403
    assert boss.get(reverse("admin:referrals_partner_add")).status_code == 403
    assert Partner.objects.get().name == "Metaalunie"


def test_partner_is_never_deleted(boss: Client) -> None:
    made = making.partner()
    assert boss.post(reverse("admin:referrals_partner_delete", args=[made.pk]), {"post": "yes"}).status_code == 403


def test_every_other_table_can_only_be_looked_at_even_by_a_superuser(rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = User.objects.create_superuser("root", password=None)
    for model, page in admin.site._registry.items():
        assert not page.has_delete_permission(request), model
        if model.__name__ not in TO_CHANGE:
            assert not page.has_add_permission(request), model
            assert not page.has_change_permission(request), model


def test_history_cannot_be_changed_by_hand(boss: Client) -> None:
    row = making.referral()
    address = reverse("admin:referrals_referral_change", args=[row.pk])
    assert boss.get(address).status_code == 200
    assert boss.post(address, {"state": "completed"}).status_code == 403
    assert boss.get(reverse("admin:ledger_event_add")).status_code == 403


def test_keys_of_links_are_nowhere_on_the_screen(boss: Client) -> None:
    offer = making.offered(making.partner())
    text = boss.get(reverse("admin:referrals_offer_change", args=[offer.pk])).content.decode()
    assert offer.nonce not in text
    assert offer.link_digest not in text


def test_administrator_gives_roles_and_only_administrators_enter(boss: Client) -> None:
    user = making.staff("nieuw", "policy_author")
    group = Group.objects.get(name="administrator")
    address = reverse("admin:auth_user_change", args=[user.pk])
    boss.post(address, {"username": "nieuw", "is_active": "on", "groups": [group.pk], "is_superuser": "on"})
    user.refresh_from_db()
    assert (user.is_staff, user.is_superuser) == (True, False)
    boss.post(address, {"username": "nieuw", "is_active": "on", "groups": []})
    user.refresh_from_db()
    assert not user.is_staff


def test_administrator_takes_a_lost_second_step_away_but_not_the_own(boss: Client) -> None:
    lost, own = making.staff("anke"), User.objects.get(username="beheer")
    for user in (lost, own):
        TOTPDevice.objects.create(user=user, name="app")
    chosen = {"action": "take_second_step_away", "_selected_action": [lost.pk, own.pk]}
    assert boss.post(reverse("admin:auth_user_changelist"), chosen).status_code == 302
    assert TOTPDevice.objects.get().user == own
    event = Event.objects.get(kind="account_changed")
    assert (event.stream, event.actor) == (f"account:{lost.pk}", f"staff:{own.pk}")


def test_last_administrator_is_helped_on_the_server() -> None:
    user = making.staff("beheer", "administrator")
    TOTPDevice.objects.create(user=user, name="app")
    call_command("reset_second_step", "beheer", stdout=io.StringIO())
    assert not TOTPDevice.objects.exists()
    with pytest.raises(CommandError, match="no account"):
        call_command("reset_second_step", "niemand")


def test_own_password_is_changed_where_guesses_are_counted(boss: Client) -> None:
    for ask in (boss.get, boss.post):
        assert ask("/beheer/password_change/")["Location"] == "/beveiliging/wachtwoord/"


def test_administrator_cannot_become_a_superuser_through_a_password(boss: Client) -> None:
    root = User.objects.create_superuser("root", password=None)
    for name in ("admin:auth_user_change", "admin:auth_user_password_change"):
        address = reverse(name, args=[root.pk])
        response = boss.post(address, {"password1": "x" * 20, "password2": "x" * 20, "username": "root"})
        assert response.status_code in {302, 404}
    root.refresh_from_db()
    assert not root.has_usable_password()
