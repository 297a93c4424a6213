"""The demo where it is not the site of a laptop: with real mail, and in production."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command
from django_otp.plugins.otp_totp.models import TOTPDevice

from referrals.models import Membership, Partner

pytestmark = pytest.mark.django_db


def test_second_step_that_a_page_shows_exists_on_a_laptop_only(settings):
    settings.LOCAL_POST = False
    call_command("demo", stdout=io.StringIO())
    assert Membership.objects.count() == 3
    assert not TOTPDevice.objects.exists()


def test_passwords_differ_where_mail_leaves_the_machine(settings):
    settings.LOCAL_POST = False
    words = [line.split()[-1] for line in call_command("demo", stdout=io.StringIO()).splitlines()]
    assert len(set(words)) == len(words) == 8
    assert all(len(word) >= 16 for word in words)


def test_demo_refuses_production(settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError):
        call_command("demo", stdout=io.StringIO())
    assert not Partner.objects.exists()
