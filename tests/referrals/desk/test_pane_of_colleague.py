"""The pane of what a colleague is handling: no buttons, but words that say why and what can be done."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from referrals.domain.lifecycle import State
from referrals.models import DeskProfile
from tests.referrals.desk import making

pytestmark = pytest.mark.django_db

WORDS = "Bram behandelt dit."


@pytest.mark.parametrize("state", [State.IN_REVIEW, State.NEEDS_INFO, State.OFFERED, State.ACCEPTED])
def test_pane_says_whose_it_is_and_who_can_help(desk: Client, state: State) -> None:
    row = making.referral(state=state, owner=making.staff("bram"))
    found = desk.get(f"/werkbak/{row.number}/").content.decode()
    assert WORDS in found
    assert "De teamleider kan het overdragen." in found
    # Which is true.
    assert 'name="text"' in found
    assert "Label erbij" in found


def test_pane_does_not_say_so_when_there_is_something_to_do(desk: Client) -> None:
    bram = making.staff("bram")
    row = making.referral(state=State.IN_REVIEW, owner=bram)
    DeskProfile.objects.update_or_create(user=bram, defaults={"absent_until": making.NOW.date() + timedelta(days=4000)})
    found = desk.get(f"/werkbak/{row.number}/").content.decode()
    assert WORDS not in found
    assert "Draag over" in found
    free, mine = making.referral(), making.referral(state=State.IN_REVIEW, owner=making.staff("carla"))
    assert "behandelt dit" not in desk.get(f"/werkbak/{free.number}/").content.decode()
    desk.force_login(making.staff("lena", "team_lead"))
    assert "behandelt dit" not in desk.get(f"/werkbak/{mine.number}/").content.decode()
