"""The people of a partner: who manages them, how they leave, and that a partner never loses its last manager."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from nnmkb.ledger.models import Event, Outgoing
from nnmkb.web.permissions import Role, roles_of
from referrals.models import Invitation, Membership, Partner, Passkey
from referrals.services import accounts, second_factor
from referrals.services.errors import Refused
from referrals.services.invitations import By
from tests.referrals.accounts import cast
from tests.referrals.desk import making
from tests.referrals.services.cast import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_nine() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def partner() -> Partner:
    return making.partner()


@pytest.fixture
def manager(partner: Partner) -> Membership:
    return cast.member(partner, Role.PARTNER_MANAGER, password=cast.PASSWORD)


@pytest.fixture
def inside(client: Client, manager: Membership) -> Client:
    """The browser of the manager."""
    return cast.signed_in(client, manager)


def by(member: Membership) -> By:
    """Return a manager who acts."""
    return By(member.user, accounts.actor_of(member))


def text(response: Any) -> str:
    """Return the page, and say what it answered."""
    assert response.status_code == 200
    return str(response.content.decode())


def test_page_shows_who_works_here_and_nobody_of_elsewhere(inside: Client, partner: Partner) -> None:
    reader = cast.member(partner, Role.PARTNER_READER, verified=False)
    reader.user.last_login = NOW
    reader.user.save()
    other = cast.member(making.partner("ander"))
    page = text(inside.get("/partner/mensen/"))
    assert reader.user.email in page
    assert "Laatst ingelogd op 23 november 2026" in page
    assert "Geen tweede stap" in page
    assert other.user.email not in page


@pytest.mark.parametrize("role", [Role.PARTNER_READER, Role.PARTNER_HANDLER])
def test_only_managers_see_it(client: Client, manager: Membership, role: Role) -> None:
    cast.signed_in(client, cast.member(manager.partner, role))
    for address in (
        "/partner/mensen/",
        f"/partner/mensen/{manager.pk}/rol/",
        f"/partner/mensen/{manager.pk}/weghalen/",
    ):
        assert client.get(address).status_code == 403
        assert client.post(address, {"role": "partner_manager"}).status_code == 403
    assert Membership.objects.filter(ended_at=None).count() == 2


def test_manager_invites_sends_again_and_takes_back(inside: Client, partner: Partner) -> None:
    form = {"email": "Nieuw@Metaalunie.example", "role": "partner_reader"}
    page = text(inside.post("/partner/mensen/", form, follow=True))
    assert "De uitnodiging staat klaar" in page
    assert "nieuw@metaalunie.example" in page
    first = Invitation.objects.get()
    inside.post(f"/partner/mensen/uitnodiging/{first.pk}/opnieuw/")
    second = Invitation.objects.get(closed_at=None)
    assert (second.pk, second.role) != (first.pk, "")
    assert second.role == "partner_reader"
    page = text(inside.post(f"/partner/mensen/uitnodiging/{second.pk}/intrekken/", follow=True))
    assert "De uitnodiging is ingetrokken" in page
    again = text(inside.post(f"/partner/mensen/uitnodiging/{second.pk}/intrekken/", follow=True))
    assert "staat niet meer open" in again


@pytest.mark.parametrize("state", [Outgoing.State.DEAD, Outgoing.State.BOUNCED])
def test_invitation_that_did_not_arrive_says_so(inside: Client, state: str) -> None:
    inside.post("/partner/mensen/", {"email": "weg@b.example", "role": "partner_reader"})
    assert "kwam niet aan" not in text(inside.get("/partner/mensen/"))
    Outgoing.objects.filter(kind="mail.invitation").update(state=state)
    assert "kwam niet aan" in text(inside.get("/partner/mensen/"))


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"email": ""}, "Vul een e-mailadres in"),
        ({"email": "x"}, "Vul een e-mailadres in"),
        ({"email": "x" * 200 + "@a.example"}, "Vul een e-mailadres in"),
        ({"role": ""}, "Kies wat deze persoon mag doen"),
        ({"role": "administrator"}, "Kies wat deze persoon mag doen"),
    ],
)
def test_mistake_gets_words_and_keeps_the_rest(inside: Client, typed: dict[str, str], told: str) -> None:
    page = text(inside.post("/partner/mensen/", {"email": "a@b.example", "role": "partner_reader", **typed}))
    assert told in page
    assert not Invitation.objects.exists()


def test_foreign_people_and_invitations_are_not_there(inside: Client, partner: Partner) -> None:
    other = cast.member(making.partner("ander"))
    theirs = Invitation.objects.create(
        partner=other.partner, email="x@y.example", role="partner_reader", invited_by=other.user, nonce="n",
        link_digest="d", created_at=NOW, expires_at=NOW + timedelta(days=7),
    )  # fmt: skip
    for pk in (other.pk, 0, 10**30):
        for action in ("rol", "weghalen", "tweede-stap"):
            assert inside.get(f"/partner/mensen/{pk}/{action}/").status_code == 404
            assert inside.post(f"/partner/mensen/{pk}/{action}/", {"role": "partner_reader"}).status_code == 404
    for pk in (theirs.pk, 10**30):
        inside.post(f"/partner/mensen/uitnodiging/{pk}/intrekken/")
    theirs.refresh_from_db()
    assert theirs.closed_at is None
    other.refresh_from_db()
    assert other.ended_at is None


def test_services_reach_nobody_of_another_partner_either(manager: Membership) -> None:
    other = cast.member(making.partner("ander"))
    for act in (accounts.take_out, accounts.reset):
        with pytest.raises(Refused, match="geen account meer"):
            act(manager.partner_id, other.pk, by=by(manager), now=NOW)
    with pytest.raises(Refused, match="geen account meer"):
        accounts.change_role(manager.partner_id, other.pk, "partner_manager", by=by(manager), now=NOW)
    assert TOTPDevice.objects.filter(user=other.user).exists()


@pytest.mark.parametrize("action", ["x", "rollen", "weghale"])
def test_act_that_does_not_exist_is_no_page(inside: Client, manager: Membership, action: str) -> None:
    assert inside.get(f"/partner/mensen/{manager.pk}/{action}/").status_code == 404
    assert inside.post(f"/partner/mensen/uitnodiging/1/{action}/").status_code == 404


def test_role_changes_at_once_and_is_in_the_history_without_a_name(inside: Client, partner: Partner) -> None:
    reader = cast.member(partner, Role.PARTNER_READER)
    inside.post(f"/partner/mensen/{reader.pk}/rol/", {"role": "partner_handler"})
    assert roles_of(User.objects.get(pk=reader.user_id)) == {Role.PARTNER_HANDLER}
    event = Event.objects.get(kind="account_role")
    assert (event.stream, event.payload) == (
        partner.stream,
        {"person": reader.user_id, "was": "partner_reader", "now": "partner_handler"},
    )
    assert "/person:" in event.actor


def test_last_manager_keeps_the_role_and_the_account(inside: Client, manager: Membership) -> None:
    page = text(inside.post(f"/partner/mensen/{manager.pk}/rol/", {"role": "partner_reader"}))
    assert "laatste beheerder" in page
    second = cast.member(manager.partner, Role.PARTNER_MANAGER)
    accounts.change_role(manager.partner_id, manager.pk, "partner_reader", by=by(manager), now=NOW)
    for act in (accounts.take_out, accounts.reset):
        with pytest.raises(Refused, match="geen beheerder meer"):
            act(manager.partner_id, second.pk, by=by(manager), now=NOW)
    with pytest.raises(Refused, match="geen beheerder meer"):
        accounts.change_role(manager.partner_id, manager.pk, "partner_manager", by=by(manager), now=NOW)
    accounts.take_out(manager.partner_id, second.pk, by=cast.kvk(), now=NOW)


def test_manager_who_was_switched_off_does_not_count_as_one(manager: Membership) -> None:
    second = cast.member(manager.partner, Role.PARTNER_MANAGER)
    User.objects.filter(pk=manager.user_id).update(is_active=False)
    with pytest.raises(Refused, match="laatste beheerder"):
        accounts.change_role(manager.partner_id, second.pk, "partner_reader", by=by(second), now=NOW)


def test_nobody_takes_out_or_resets_oneself(inside: Client, manager: Membership) -> None:
    cast.member(manager.partner, Role.PARTNER_MANAGER)
    for action in ("weghalen", "tweede-stap"):
        page = text(inside.post(f"/partner/mensen/{manager.pk}/{action}/", follow=True))
        assert "uzelf" in page or "uw eigen" in page
    assert TOTPDevice.objects.filter(user=manager.user).exists()


def test_leaver_loses_everything_at_once(inside: Client, partner: Partner) -> None:
    leaver = cast.member(partner, Role.PARTNER_HANDLER, password=cast.PASSWORD)
    second_factor.new_codes(leaver.user, actor="x", now=NOW)
    Passkey.objects.create(user=leaver.user, name="x", credential_id="x", public_key=b"x", created_at=NOW)
    theirs = cast.signed_in(Client(), leaver)
    assert theirs.get("/beveiliging/").status_code == 200
    assert "Account van Tjalling Haanstra beëindigen?" in text(inside.get(f"/partner/mensen/{leaver.pk}/weghalen/"))
    page = text(inside.post(f"/partner/mensen/{leaver.pk}/weghalen/", follow=True))
    assert "Het account is beëindigd" in page
    assert leaver.user.email not in page
    assert theirs.get("/beveiliging/").status_code == 302
    user = User.objects.get(pk=leaver.user_id)
    assert (user.is_active, user.has_usable_password(), user.groups.count()) == (False, False, 0)
    assert not TOTPDevice.objects.filter(user=user).exists()
    assert not StaticDevice.objects.filter(user=user).exists()
    assert not Passkey.objects.exists()
    leaver.refresh_from_db()
    assert leaver.ended_at == NOW


def test_lost_second_step_is_taken_away_with_a_mail_and_the_session_ends(inside: Client, partner: Partner) -> None:
    lost = cast.member(partner, password=cast.PASSWORD)
    theirs = cast.signed_in(Client(), lost)
    inside.post(f"/partner/mensen/{lost.pk}/tweede-stap/")
    assert theirs.get("/partner/").status_code == 302
    assert Event.objects.get(kind="account_changed").payload == {"person": lost.user_id, "what": "reset"}
    assert Outgoing.objects.get(kind="mail.account_changed").recipient == f"user:{lost.user_id}"
    answer = Client().post("/inloggen/", {"username": lost.user.username, "password": cast.PASSWORD})
    assert answer["Location"] == "/inloggen/instellen/"


def test_team_lead_and_administrator_do_the_same_from_the_partner_list(client: Client, partner: Partner) -> None:
    member = cast.member(partner, Role.PARTNER_MANAGER)
    client.force_login(making.staff("lies", "team_lead"))
    assert member.user.email in text(client.get(f"/partners/{partner.code}/mensen/"))
    client.post(f"/partners/{partner.code}/mensen/", {"email": "n@b.example", "role": "partner_manager"})
    assert Invitation.objects.get().invited_by.username == "lies"
    client.post(f"/partners/{partner.code}/mensen/{member.pk}/tweede-stap/")
    assert not TOTPDevice.objects.exists()
    client.post(f"/partners/{partner.code}/mensen/{member.pk}/weghalen/")
    member.refresh_from_db()
    assert member.ended_at == NOW
    assert client.get("/partners/bestaat-niet/mensen/").status_code == 404
    titles = text(client.get(f"/partners/{partner.code}/"))
    for told in ("Iemand uitgenodigd voor een account", "Account beëindigd", "Iets veranderd aan hoe iemand inlogt"):
        assert told in titles


def test_member_of_another_partner_is_not_reached_through_this_one(client: Client, partner: Partner) -> None:
    other = cast.member(making.partner("ander"))
    client.force_login(making.staff("lies", "team_lead"))
    assert client.post(f"/partners/{partner.code}/mensen/{other.pk}/weghalen/").status_code == 404
    other.refresh_from_db()
    assert other.ended_at is None


# --- afterwards -----------------------------------------------------------------------------------------------------


def test_name_and_address_of_a_leaver_go_after_the_term_and_the_row_stays(partner: Partner) -> None:
    leaver, stays = cast.member(partner), cast.member(partner)
    accounts.take_out(partner.pk, leaver.pk, by=cast.kvk(), now=NOW)
    term = timedelta(days=settings.LEAVER_DAYS)
    assert accounts.forget_leavers(NOW + term - timedelta(seconds=1)) == 0
    assert accounts.forget_leavers(NOW + term) == 1
    assert accounts.forget_leavers(NOW + term) == 0
    gone = User.objects.get(pk=leaver.user_id)
    assert (gone.username, gone.email, gone.get_full_name()) == (f"vertrokken-{gone.pk}", "", "")
    assert User.objects.get(pk=stays.user_id).email == stays.user.email


def test_leaver_is_forgotten_whatever_the_address_begins_with(partner: Partner) -> None:
    leaver = cast.member(partner)
    User.objects.filter(pk=leaver.user_id).update(username="vertrokken-jan@metaalunie.example")
    accounts.take_out(partner.pk, leaver.pk, by=cast.kvk(), now=NOW)
    assert accounts.forget_leavers(NOW + timedelta(days=settings.LEAVER_DAYS)) == 1
    assert User.objects.get(pk=leaver.user_id).email == ""


def test_old_invitations_go_too(partner: Partner) -> None:
    made = Invitation.objects.create(
        partner=partner, email="x@y.example", role="partner_reader", invited_by=cast.kvk().user, nonce="n",
        link_digest="d", created_at=NOW, expires_at=NOW,
    )  # fmt: skip
    accounts.forget_leavers(NOW + timedelta(days=settings.LEAVER_DAYS - 1))
    assert Invitation.objects.filter(pk=made.pk).exists()
    accounts.forget_leavers(NOW + timedelta(days=settings.LEAVER_DAYS))
    assert not Invitation.objects.exists()


def test_people_of_partners_are_not_in_the_administration(client: Client, partner: Partner) -> None:
    member = cast.member(partner)
    client.force_login(making.staff("beheer", "administrator", is_staff=True))
    assert member.user.username not in text(client.get("/beheer/auth/user/"))
    assert client.get(f"/beheer/auth/user/{member.user_id}/change/").status_code == 302
    page = text(client.get(f"/beheer/auth/user/{making.staff('nieuw').pk}/change/"))
    assert "partner_manager" not in page
    assert "team_lead" in page


def test_list_asks_the_database_no_more_for_more_people(partner: Partner, django_assert_num_queries: Any) -> None:
    for _ in range(2):
        cast.member(partner)
    with django_assert_num_queries(4):
        accounts.people(partner)
    for _ in range(5):
        cast.member(partner)
    with django_assert_num_queries(4):
        assert len(accounts.people(partner)) == 7
