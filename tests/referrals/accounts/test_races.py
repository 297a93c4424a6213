"""Several at the same moment, on both databases: one account a link, one use a code, and a manager always left."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
import time_machine
from django.contrib.auth.hashers import get_hasher
from django.contrib.auth.models import User
from django.db import connection
from django_otp.plugins.otp_totp.models import TOTPDevice

from nnmkb.web.permissions import Role
from referrals.models import Invitation, Membership
from referrals.services import account_events, accounts, invitations, passwords, second_factor
from referrals.services.errors import Gone, Refused
from referrals.services.invitations import By
from tests.referrals.accounts import cast
from tests.referrals.desk import making
from tests.referrals.services.cast import NOW
from tests.referrals.services.test_races import CROWD, together

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_of_eight_makes_the_account_of_a_link() -> None:
    made = invitations.invite(making.partner().pk, "a@b.example", Role.PARTNER_READER, by=cast.kvk(), now=NOW)
    token = invitations.token_of(made)
    results = together([partial(invitations.accept, token, cast.newcomer(), NOW) for _ in range(CROWD)])
    assert sum(isinstance(one, Membership) for one in results) == 1
    assert sum(isinstance(one, Gone) for one in results) == CROWD - 1


def test_eight_invitations_of_one_address_leave_one_open() -> None:
    partner, by = making.partner(), cast.kvk()
    invite = partial(invitations.invite, partner.pk, "a@b.example", Role.PARTNER_READER, by=by, now=NOW)
    results = together([invite for _ in range(CROWD)])
    assert all(isinstance(one, Invitation) for one in results)
    assert Invitation.objects.filter(closed_at__isnull=True).count() == 1


def test_managers_who_take_each_other_out_leave_one() -> None:
    partner = making.partner()
    managers = [cast.member(partner, Role.PARTNER_MANAGER) for _ in range(4)]

    def against(number: int) -> Callable[[], object]:
        by = By(managers[number].user, accounts.actor_of(managers[number]))
        other = managers[(number + 1) % len(managers)]
        return partial(accounts.take_out, partner.pk, other.pk, by=by, now=NOW)

    results = together([against(number) for number in range(len(managers))])
    left = Membership.objects.filter(ended_at__isnull=True, user__groups__name=Role.PARTNER_MANAGER).count()
    assert left >= 1
    assert sum(isinstance(one, Refused) for one in results) == left


def test_managers_who_step_down_together_leave_one() -> None:
    partner = making.partner()
    managers = [cast.member(partner, Role.PARTNER_MANAGER) for _ in range(4)]
    results = together(
        [
            partial(
                accounts.change_role,
                partner.pk,
                one.pk,
                Role.PARTNER_READER,
                by=By(one.user, accounts.actor_of(one)),
                now=NOW,
            )
            for one in managers
        ]
    )
    assert sum(isinstance(one, Refused) for one in results) == 1
    assert Membership.objects.filter(user__groups__name=Role.PARTNER_MANAGER).count() == 1


def test_code_and_recovery_code_are_used_by_one_of_eight() -> None:
    member = cast.member(making.partner())
    recovery = second_factor.new_codes(member.user, actor="x", now=NOW)[0]
    with time_machine.travel(NOW, tick=False):
        for code in (cast.code(NOW), recovery):
            results = together([partial(second_factor.check, member.user, code, NOW) for _ in range(CROWD)])
            assert sum(one is not None for one in results) == 1


def test_app_that_is_being_added_does_not_outlive_the_account(monkeypatch: pytest.MonkeyPatch) -> None:
    member, told = cast.member(making.partner(), verified=False), account_events.tell
    added, taken = threading.Event(), threading.Event()

    def slowly(*args: Any, **given: Any) -> None:
        added.set()
        # Long enough for an end that would not wait for this app.
        taken.wait(timeout=1)
        told(*args, **given)

    def add() -> None:
        with time_machine.travel(NOW, tick=False):
            code = cast.code(NOW)
            second_factor.add_app(member.user, cast.KEY, code, actor=accounts.actor_of(member), now=NOW)

    def take_out() -> None:
        added.wait(timeout=20)
        accounts.take_out(member.partner_id, member.pk, by=cast.kvk(), now=NOW)
        taken.set()

    monkeypatch.setattr(account_events, "tell", slowly)
    results = together([add, take_out])
    assert not [one for one in results if isinstance(one, Exception)], results
    assert not TOTPDevice.objects.exists()
    assert not User.objects.get(pk=member.user_id).is_active


def test_who_left_and_accepts_at_two_partners_at_once_works_at_one(monkeypatch: pytest.MonkeyPatch) -> None:
    left, others = cast.member(making.partner("nom")), [making.partner("a"), making.partner("b")]
    accounts.take_out(left.partner_id, left.pk, by=cast.kvk(), now=NOW)
    address, by = left.user.username, cast.kvk()
    made = [invitations.invite(one.pk, address, Role.PARTNER_MANAGER, by=by, now=NOW) for one in others]
    both, account = threading.Barrier(2), invitations._account

    def slowly(*args: Any) -> User:
        # Long enough for another that would not wait for this one.
        with suppress(threading.BrokenBarrierError):
            both.wait(timeout=1)
        return account(*args)

    monkeypatch.setattr(invitations, "_account", slowly)
    accept = [partial(invitations.accept, invitations.token_of(one), cast.newcomer(), NOW) for one in made]
    results = together(accept)
    assert sorted(type(one).__name__ for one in results) == ["Membership", "Refused"]
    assert Invitation.objects.filter(accepted=True).count() == 1


def test_nobody_waits_for_a_password_that_is_being_hashed(monkeypatch: pytest.MonkeyPatch) -> None:
    hasher, waiting = type(get_hasher()), []
    encode = hasher.encode

    def noted(*args: Any, **given: Any) -> str:
        waiting.append(connection.in_atomic_block)
        return str(encode(*args, **given))

    made = invitations.invite(making.partner().pk, "a@b.example", Role.PARTNER_READER, by=cast.kvk(), now=NOW)
    monkeypatch.setattr(hasher, "encode", noted)
    user = invitations.accept(invitations.token_of(made), cast.newcomer(), NOW).user
    assert user.check_password(cast.PASSWORD)
    passwords.change(user, "heel andere woorden nu", NOW)
    assert User.objects.get(pk=user.pk).check_password("heel andere woorden nu")
    assert waiting
    assert not any(waiting)
