"""The demo: real organisations, invented people, three companies at different points; once, and never in production."""

from __future__ import annotations

import io
import re
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import override_settings
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from intake.models import Contact, Intake
from intake.policies import policy
from nnmkb.ledger.models import Event, Outgoing
from nnmkb.web.permissions import Role, roles_of
from referrals.models import Membership, Offer, Partner, Referral

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def ran(rows_for_all) -> tuple[str, datetime]:
    """What the demo said, and when."""
    with override_settings(LOCAL_POST=True):
        return call_command("demo", stdout=io.StringIO()), timezone.now()


@pytest.fixture
def said(ran, settings) -> str:
    settings.LOCAL_POST = True
    return ran[0]


def test_companies_stand_at_three_different_points(said):
    assert Intake.objects.filter(state=Intake.State.SUBMITTED).count() == 3
    states = {referral.state for referral in Referral.objects.all()}
    assert {"queued", "offered", "in_progress"} <= states
    assert Offer.objects.filter(ended_at=None).count() == 2


def test_second_run_adds_nothing(said):
    before = [model.objects.count() for model in (Partner, User, Intake, Referral, Event, Outgoing)]
    call_command("demo", stdout=io.StringIO())
    assert [model.objects.count() for model in (Partner, User, Intake, Referral, Event, Outgoing)] == before


def test_partners_are_the_organisations_of_today_with_invented_addresses(said):
    today = timezone.localdate()
    organisations = policy().organisations
    assert Partner.objects.filter(organisation="kvk").exists()
    for partner in Partner.objects.all():
        known = organisations[partner.organisation]
        assert partner.name == known.name
        assert known.valid_until is None or known.valid_until > today
        assert partner.email.endswith(".example")


def test_nobody_in_it_can_be_reached(said):
    addresses = [*User.objects.values_list("email", flat=True), *Contact.objects.values_list("email", flat=True)]
    assert addresses
    assert all(address.endswith(".example") for address in addresses)


@pytest.mark.parametrize(
    ("username", "role"),
    [
        ("adviseur", Role.ADVISOR),
        ("teamleider", Role.TEAM_LEAD),
        ("beleid", Role.POLICY_AUTHOR),
        ("uitgever", Role.POLICY_PUBLISHER),
        ("beheerder", Role.ADMINISTRATOR),
    ],
)
def test_people_sign_in_with_what_was_said(said, client, username, role):
    line = next(line for line in said.splitlines() if username in line)
    assert client.login(username=username, password=line.split()[-1])
    assert role in roles_of(User.objects.get(username=username))


def test_somebody_of_a_partner_signs_in_with_the_code_of_the_letterbox(said, client):
    line = next(line for line in said.splitlines() if "wietske@nhl-stenden.example" in line)
    username, password = line.split()
    for _ in range(2):
        client.post("/inloggen/", {"username": username, "password": password})
        page = client.get("/post/").content.decode()
        code = re.search(rf"<dt>{username}</dt><dd class=\"nnmkb-nowrap\">([0-9]{{6}})<", page)
        answer = client.post("/inloggen/tweede-stap/", {"code": code.group(1)})
        assert answer["Location"] == "/partner/"
        client.post("/uitloggen/")


def test_accounts_of_a_partner_have_something_in_their_inbox(said):
    members = Membership.objects.filter(user__username="wietske@nhl-stenden.example")
    states = Offer.objects.filter(partner__members__in=members, ended_at=None).values_list("referral__state", flat=True)
    assert sorted(states) == ["in_progress", "offered"]


def test_letterbox_shows_no_code_of_an_account_that_somebody_made(said, client):
    user = User.objects.create_user("anke.zelf@kvk.example")
    TOTPDevice.objects.create(user=user, name="app")
    assert "anke.zelf@kvk.example" not in client.get("/post/").content.decode()


def test_its_mail_is_not_late_and_its_history_is_whole(ran):
    long_ago = ran[1] - timedelta(minutes=2)
    assert not Outgoing.objects.filter(state="pending", due_at__lt=long_ago).exists()
    told = io.StringIO()
    call_command("verify_audit", stdout=told)
    assert "De geschiedenis klopt." in told.getvalue()
