"""Handing over and "the next one": who may, what stays, who hears of it, and what eight at once get."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User

from nnmkb.ledger.models import Event, Outgoing
from referrals.domain.lifecycle import State
from referrals.domain.worktime import local_date
from referrals.models import DeskProfile, Referral
from referrals.permissions import leads
from referrals.services import queue
from referrals.services.errors import NotAllowed, Refused, Stale
from tests.referrals.desk import making
from tests.referrals.desk.making import NOW

pytestmark = pytest.mark.django_db
_count = itertools.count(1)


def key() -> str:
    """Return a fresh idempotency key."""
    return f"{next(_count):036}"


def give(row: Referral, to: User, by: User, **more: object) -> Referral:
    """Hand a referral over, on the version it has."""
    known = {"advisor": by, "version": row.version, "key": key(), "now": NOW, **more}
    return queue.hand_over(row.pk, to.pk, **known)  # type: ignore[arg-type]


def away(user: User, days: int = 0) -> None:
    """Make somebody absent up to and including so many days from today."""
    DeskProfile.objects.create(user=user, absent_until=local_date(NOW) + timedelta(days=days))


@pytest.fixture
def anke() -> User:
    return making.staff("anke")


@pytest.fixture
def bram() -> User:
    return making.staff("bram")


def test_owner_gives_it_away_state_and_clock_stay_and_the_new_owner_hears_of_it(anke: User, bram: User) -> None:
    row = making.referral(state=State.IN_REVIEW, owner=anke)
    given = give(row, bram, anke)
    assert (given.owner, given.state, given.next_due_at) == (bram, State.IN_REVIEW, row.next_due_at)
    assert given.version == row.version + 1
    event = Event.objects.get(stream=row.stream)
    assert (event.kind, event.payload) == ("referral_handed_over", {"version": 2, "to": bram.pk})
    mail = Outgoing.objects.get()
    assert (mail.kind, mail.recipient) == ("mail.handed_over_to_advisor", f"advisor:{bram.pk}")


def test_handing_over_twice_with_one_form_is_one_event_and_one_mail(anke: User, bram: User) -> None:
    row, form = making.referral(state=State.IN_REVIEW, owner=anke), key()
    for _ in range(2):
        assert give(row, bram, anke, key=form).owner == bram
    assert Event.objects.count() == Outgoing.objects.count() == 1


def test_colleague_gives_nothing_away_while_the_owner_is_there(anke: User, bram: User) -> None:
    row = making.referral(state=State.IN_REVIEW, owner=anke)
    with pytest.raises(Refused, match="van Anke"):
        give(row, bram, bram)
    assert Referral.objects.get().owner == anke


def test_team_lead_takes_over_without_a_mail_to_herself(anke: User) -> None:
    lead = making.staff("lies", "team_lead")
    row = making.referral(state=State.RETURNED, owner=anke)
    assert give(row, lead, lead).owner == lead
    assert not Outgoing.objects.exists()


@pytest.mark.parametrize("how", ["switched off", "absent"])
def test_anyone_takes_over_from_an_owner_who_is_away(anke: User, bram: User, how: str) -> None:
    row = making.referral(state=State.IN_PROGRESS, owner=anke)
    if how == "absent":
        away(anke)
    else:
        User.objects.filter(pk=anke.pk).update(is_active=False)
    assert give(row, bram, bram).owner == bram


def test_absence_that_ended_yesterday_is_over(anke: User, bram: User) -> None:
    row = making.referral(state=State.RETURNED, owner=anke)
    away(anke, days=-1)
    with pytest.raises(Refused):
        give(row, bram, bram)
    with pytest.raises(Refused):
        queue.reconsider(row.pk, advisor=bram, version=row.version, key=key(), now=NOW)


def test_colleague_searches_on_for_an_owner_who_is_absent(anke: User, bram: User) -> None:
    row = making.referral(state=State.RETURNED, owner=anke)
    away(anke)
    found = queue.reconsider(row.pk, advisor=bram, version=row.version, key=key(), now=NOW)
    assert (found.owner_id, found.state) == (bram.pk, State.IN_REVIEW)


def test_nobody_gets_it_who_is_away_or_no_advisor(anke: User, bram: User) -> None:
    row = making.referral(state=State.IN_REVIEW, owner=anke)
    absent, off = making.staff("cees"), making.staff("dirk", is_active=False)
    author = making.staff("els", "policy_author")
    away(absent, days=3)
    for to in (absent, off, author):
        with pytest.raises(Refused, match="Kies een collega die er is"):
            give(row, to, anke)
    with pytest.raises(Refused, match="is al de behandelaar"):
        give(row, anke, anke)
    with pytest.raises(Refused, match="Kies een collega die er is"):
        queue.hand_over(row.pk, 0, advisor=anke, version=row.version, key=key(), now=NOW)


def test_what_nobody_has_and_what_is_closed_cannot_be_given(anke: User, bram: User) -> None:
    with pytest.raises(Refused, match="Pak de doorverwijzing eerst op"):
        give(making.referral(), bram, anke)
    closed = making.referral(
        state=State.COMPLETED, owner=anke, closed_at=NOW, next_due_at=None, outcome="advice_given", activity="P2"
    )
    with pytest.raises(NotAllowed, match="gesloten"):
        give(closed, bram, anke)


def test_stale_form_hands_nothing_over(anke: User, bram: User) -> None:
    row = making.referral(state=State.IN_REVIEW, owner=anke)
    give(row, bram, anke)
    with pytest.raises(Stale):
        queue.hand_over(row.pk, anke.pk, advisor=bram, version=row.version, key=key(), now=NOW)


def test_next_one_is_the_most_urgent_that_nobody_has(anke: User, bram: User) -> None:
    making.referral(due=timedelta(hours=1), state=State.IN_REVIEW, owner=bram)
    making.referral(due=timedelta(days=3))
    urgent = making.referral(due=-timedelta(days=1))
    form = key()
    found = queue.next_one(advisor=anke, key=form, now=NOW)
    assert found is not None
    assert (found.pk, found.owner_id, found.state) == (urgent.pk, anke.pk, State.IN_REVIEW)
    again = queue.next_one(advisor=anke, key=form, now=NOW)
    assert again is not None
    assert again.pk == urgent.pk
    assert Event.objects.filter(kind="referral_claimed").count() == 1


def test_next_one_of_an_empty_queue_is_nothing(anke: User) -> None:
    making.referral(state=State.IN_REVIEW, owner=anke)
    assert queue.next_one(advisor=anke, key=key(), now=NOW) is None


def test_key_of_a_colleague_gives_another_referral(anke: User, bram: User) -> None:
    first, second = making.referral(due=timedelta(days=1)), making.referral(due=timedelta(days=2))
    form = key()
    found = [queue.next_one(advisor=one, key=form, now=NOW) for one in (anke, bram)]
    assert [one.pk for one in found if one] == [first.pk, second.pk]


def test_lead_is_who_is_in_the_group() -> None:
    assert Group.objects.filter(name="team_lead").exists()
    assert leads(making.staff("lies", "team_lead"))
    assert not leads(making.staff("joop"))
