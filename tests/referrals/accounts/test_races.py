"""Several at the same moment, on both databases: one account a link, one use a code, and a manager always left."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
import time_machine

from nnmkb.web.permissions import Role
from referrals.models import Invitation, Membership
from referrals.services import accounts, invitations, second_factor
from referrals.services.errors import Gone, Refused
from referrals.services.invitations import By
from tests.referrals.accounts import cast
from tests.referrals.desk import making
from tests.referrals.services.cast import NOW
from tests.referrals.services.test_races import CROWD, together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("cheap_passwords")]


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
