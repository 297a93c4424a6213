"""An invitation: one link, seven days, once, only the newest; and what it says about accounts elsewhere: nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client

from nnmkb.ledger.models import Event, Outgoing
from nnmkb.web.permissions import Role
from referrals.mail import WRITERS, Outdated
from referrals.models import Invitation, Membership, Partner
from referrals.services import accounts, invitations
from referrals.services.errors import Gone, Refused, UnknownLink
from referrals.services.invitations import By
from tests.referrals.accounts import cast
from tests.referrals.accounts.cast import PASSWORD, newcomer
from tests.referrals.desk import making
from tests.referrals.services.cast import NOW

pytestmark = pytest.mark.django_db
EMAIL = "tjalling@metaalunie.example"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOW, tick=False) as travelled:
        yield travelled


def invited(partner: Partner, email: str = EMAIL, role: str = Role.PARTNER_MANAGER, by: By | None = None) -> Invitation:
    """Invite somebody, by the KvK unless another is named."""
    return invitations.invite(partner.pk, email, role, by=by or cast.kvk(), now=NOW)


def link(invitation: Invitation) -> str:
    """Return the address in the mail."""
    return f"/uitnodiging/{invitations.token_of(invitation)}/"


def form(**more: str) -> dict[str, str]:
    """Return what a newcomer fills in."""
    return {
        "first_name": "Tjalling",
        "last_name": "Haanstra",
        "wachtwoord": PASSWORD,
        "nogmaals": PASSWORD,
        **more,
    }


def test_accepting_makes_an_account_that_is_not_signed_in_yet(client: Client) -> None:
    partner = making.partner()
    page = client.post(link(invited(partner)), form())
    assert page["Location"] == "/inloggen/instellen/"
    member = Membership.objects.get()
    assert (member.partner, member.user.username, member.user.email) == (partner, EMAIL, EMAIL)
    assert accounts.manages(member)
    assert not member.user.is_staff
    assert client.get("/partner/")["Location"].startswith("/inloggen/")
    assert "Stel uw tweede stap in" in client.get(page["Location"]).content.decode()


def test_invitation_that_is_taken_back_at_the_very_moment_makes_no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    made = invited(making.partner())

    def meanwhile(invitation: Invitation) -> str:
        Invitation.objects.filter(pk=invitation.pk).update(closed_at=NOW)
        return ""

    monkeypatch.setattr(invitations, "in_the_way", meanwhile)
    with pytest.raises(Gone):
        invitations.accept(invitations.token_of(made), newcomer(), NOW)
    assert not User.objects.filter(username=EMAIL).exists()


def test_name_with_a_mark_that_nobody_sees_is_asked_again_with_what_was_typed(client: Client) -> None:
    address = link(invited(making.partner()))
    page = client.post(address, form(first_name="Tjal\u202eling"))
    assert page.status_code == 200
    assert "Hier staat een teken dat wij niet kunnen lezen" in page.content.decode()
    assert 'value="Haanstra"' in page.content.decode()
    assert not User.objects.filter(username=EMAIL).exists()
    assert client.post(address, form(first_name="Tjalling\n Jan"))["Location"] == "/inloggen/instellen/"
    assert User.objects.get(username=EMAIL).first_name == "Tjalling Jan"


def test_looking_at_the_link_changes_nothing(client: Client) -> None:
    address = link(invited(making.partner()))
    before = (Event.objects.count(), User.objects.count(), Invitation.objects.values().get())
    for ask in (client.get, client.head, client.get):
        assert ask(address).status_code == 200
    assert (Event.objects.count(), User.objects.count(), Invitation.objects.values().get()) == before


def test_link_works_once(client: Client) -> None:
    address = link(invited(making.partner()))
    client.post(address, form())
    for ask in (client.get, client.post):
        again = ask(address, form(wachtwoord="iets heel anders nu", nogmaals="iets heel anders nu"))
        assert again.status_code == 410
        assert "al een account gemaakt" in again.content.decode()
    assert User.objects.get(username=EMAIL).check_password(PASSWORD)


def test_link_dies_after_seven_days_by_a_newer_one_and_when_taken_back(
    client: Client, clock: time_machine.Coordinates
) -> None:
    partner = making.partner()
    old = invited(partner)
    new = invited(partner)
    assert client.post(link(old), form()).status_code == 410
    invitations.take_back(partner.pk, new.pk, by=cast.kvk(), now=NOW)
    assert client.post(link(new), form()).status_code == 410
    last = invited(partner)
    clock.shift(timedelta(days=7))
    assert client.post(link(last), form()).status_code == 410
    assert not User.objects.filter(username=EMAIL).exists()


@pytest.mark.parametrize("token", ["x", "x" * 43, "x" * 5000, "%00", "é"])
def test_link_that_was_made_up_is_no_page(client: Client, token: str) -> None:
    invited(making.partner())
    assert client.get(f"/uitnodiging/{token}/").status_code == 404
    assert client.post(f"/uitnodiging/{token}/", form()).status_code == 404


def test_only_the_digest_of_the_link_is_stored_and_no_event_names_anybody() -> None:
    made = invited(making.partner())
    token = invitations.token_of(made)
    assert token not in str(Invitation.objects.values().get())
    told = str(list(Event.objects.values("kind", "payload", "actor", "stream")))
    assert EMAIL not in told
    assert "tjalling" not in told.lower()


def test_mail_names_no_person_and_brings_the_link_that_works() -> None:
    made = invited(making.partner())
    letter = WRITERS["mail.invitation"](Outgoing.objects.get(kind="mail.invitation"))
    assert letter.to == [EMAIL]
    assert link(made) in letter.body
    assert "Tjalling" not in letter.subject + str(letter.body)
    assert "Metaalunie" not in letter.subject
    assert mail.outbox == []


def test_mail_of_a_link_that_is_worth_nothing_is_not_sent() -> None:
    partner = making.partner()
    made = invited(partner)
    row = Outgoing.objects.get(kind="mail.invitation")
    invitations.take_back(partner.pk, made.pk, by=cast.kvk(), now=NOW)
    row.refresh_from_db()
    assert row.state == Outgoing.State.DONE
    with pytest.raises(Outdated):
        WRITERS["mail.invitation"](row)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"wachtwoord": "kort", "nogmaals": "kort"}, "ten minste 12 tekens"),
        ({"wachtwoord": "wachtwoord1234", "nogmaals": "anders"}, "niet hetzelfde"),
        ({"wachtwoord": "administrator", "nogmaals": "administrator"}, "veel mensen"),
        ({"wachtwoord": "haanstra1234", "nogmaals": "haanstra1234"}, "lijkt te veel"),
        ({"wachtwoord": EMAIL, "nogmaals": EMAIL}, "lijkt te veel"),
        ({"first_name": ""}, "Vul uw voornaam in"),
        ({"last_name": "x" * 200}, "Deze naam is te lang"),
        ({"first_name": "\x00"}, "teken dat wij niet kunnen lezen"),
        ({"wachtwoord": "\x00" * 20, "nogmaals": "\x00" * 20}, "Kies een wachtwoord"),
    ],
)
def test_weak_password_and_odd_name_get_words_and_keep_what_was_typed(
    client: Client, typed: dict[str, str], told: str
) -> None:
    page = client.post(link(invited(making.partner())), form(**typed))
    assert page.status_code == 200
    assert told in page.content.decode()
    assert 'value="Haanstra"' in page.content.decode() or "last_name" in typed
    assert PASSWORD not in page.content.decode()
    assert not Membership.objects.exists()


# --- accounts that are there already --------------------------------------------------------------------------------


def test_holder_of_the_link_hears_that_the_address_has_an_account_elsewhere(client: Client) -> None:
    other = cast.member(making.partner("ander"))
    made = invited(making.partner(), other.user.email)
    page = client.post(link(made), form())
    assert page.status_code == 409
    assert "al een account bij een andere organisatie" in page.content.decode()
    other.refresh_from_db()
    assert other.partner.code == "ander"


def test_address_of_staff_gets_no_account_at_a_partner(client: Client) -> None:
    making.staff("anke")
    page = client.post(link(invited(making.partner(), "Anke@kvk.example")), form())
    assert page.status_code == 409
    assert "account van de KvK" in page.content.decode()
    assert not Membership.objects.exists()


def test_manager_hears_nothing_about_accounts_elsewhere() -> None:
    partner, other = making.partner(), cast.member(making.partner("ander"))
    manager = cast.member(partner, Role.PARTNER_MANAGER)
    making.staff("anke")
    by = By(manager.user, accounts.actor_of(manager))
    for email in (other.user.email, "anke@kvk.example", "niemand@nergens.example"):
        assert invited(partner, email, by=by).email == email
    with pytest.raises(Refused, match="al een account bij deze organisatie"):
        invited(partner, manager.user.email.upper(), by=by)


def test_leaver_who_is_invited_again_gets_the_account_back_with_nothing_of_before(client: Client) -> None:
    partner = making.partner()
    left = cast.member(partner, Role.PARTNER_MANAGER)
    accounts.take_out(partner.pk, left.pk, by=cast.kvk(), now=NOW)
    client.post(link(invited(partner, left.user.email, Role.PARTNER_READER)), form())
    member = Membership.objects.get()
    assert (member.pk, member.ended_at, member.user.is_active) == (left.pk, None, True)
    assert not accounts.answers(member)
    assert client.get("/inloggen/instellen/").status_code == 200


def test_ended_invitation_is_told_apart_from_one_that_never_was() -> None:
    partner = making.partner()
    made = invited(partner)
    with pytest.raises(UnknownLink):
        invitations.by_token("x", NOW)
    with pytest.raises(Gone):
        invitations.by_token(invitations.token_of(made), made.expires_at)


def test_invitation_of_another_partner_is_not_there_to_send_again_or_take_back() -> None:
    made = invited(making.partner())
    other = making.partner("ander")
    for act in (invitations.again, invitations.take_back):
        with pytest.raises(Refused):
            act(other.pk, made.pk, by=cast.kvk(), now=NOW)
    assert Invitation.objects.get().closed_at is None


def test_partner_has_at_most_twenty_open_invitations() -> None:
    partner = making.partner()
    for number in range(invitations.MOST_OPEN):
        invited(partner, f"n{number}@x.example")
    with pytest.raises(Refused, match="staan al"):
        invited(partner, "nog-een@x.example")
    assert invited(partner, "n1@x.example").email == "n1@x.example"


def test_role_of_staff_cannot_be_given() -> None:
    for role in (Role.ADMINISTRATOR, Role.ADVISOR, "x"):
        with pytest.raises(Refused):
            invited(making.partner(f"p{role}".replace("_", "")), role=role)
    assert not Invitation.objects.exists()


def test_two_who_open_one_link_make_one_account() -> None:
    token = invitations.token_of(invited(making.partner()))
    invitations.accept(token, newcomer(), NOW)
    with pytest.raises(Gone):
        invitations.accept(token, newcomer(), NOW)
    assert Membership.objects.count() == 1


def test_nobody_fills_a_mailbox_with_invitations(client: Client) -> None:
    manager = cast.member(making.partner(), Role.PARTNER_MANAGER)
    inside, most = cast.signed_in(client, manager), settings.RATE_LIMITS["mail_to"][0]
    for _ in range(2):
        inside.post("/partner/mensen/", {"email": EMAIL, "role": Role.PARTNER_READER})
    for _ in range(most):
        again = f"/partner/mensen/uitnodiging/{Invitation.objects.latest('pk').pk}/opnieuw/"
        told = inside.post(again, follow=True).content.decode()
    assert "Er gingen net veel uitnodigingen uit" in told
    assert Invitation.objects.filter(email=EMAIL).count() == most
    page = inside.post("/partner/mensen/", {"email": EMAIL, "role": Role.PARTNER_READER})
    assert "Er gingen net veel uitnodigingen uit" in page.content.decode()
    assert Invitation.objects.filter(email=EMAIL).count() == most


def test_partner_sends_thirty_invitations_an_hour_at_most(client: Client) -> None:
    manager = cast.member(making.partner(), Role.PARTNER_MANAGER)
    inside, most = cast.signed_in(client, manager), settings.RATE_LIMITS["invite"][0]
    for number in range(most + 1):
        Invitation.objects.update(closed_at=NOW)
        inside.post("/partner/mensen/", {"email": f"n{number}@x.example", "role": Role.PARTNER_READER})
    assert Invitation.objects.count() == most


@pytest.mark.parametrize("how", ["reader", "gone"])
def test_who_manages_no_longer_invites_and_takes_back_nobody(how: str) -> None:
    partner = making.partner()
    manager = cast.member(partner, Role.PARTNER_MANAGER)
    by, made = By(manager.user, accounts.actor_of(manager)), invited(partner)
    if how == "reader":
        cast.member(partner, Role.PARTNER_MANAGER)
        accounts.change_role(partner.pk, manager.pk, Role.PARTNER_READER, by=cast.kvk(), now=NOW)
    else:
        accounts.take_out(partner.pk, manager.pk, by=cast.kvk(), now=NOW)
    for act in (
        lambda: invited(partner, "nieuw@x.example", by=by),
        lambda: invitations.again(partner.pk, made.pk, by=by, now=NOW),
        lambda: invitations.take_back(partner.pk, made.pk, by=by, now=NOW),
    ):
        with pytest.raises(Refused, match="geen beheerder meer"):
            act()
    assert Invitation.objects.get().closed_at is None
