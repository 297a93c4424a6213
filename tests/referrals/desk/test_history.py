"""The words of the timeline: every kind of event and message has its own."""

from __future__ import annotations

import pytest

from nnmkb.ledger.models import Outgoing
from referrals import mail
from referrals.domain.lifecycle import TRANSITIONS
from referrals.views import history
from tests.referrals.services import cast


def test_every_event_of_the_table_of_moves_has_words() -> None:
    assert sorted({row.event for row in TRANSITIONS} - set(history.TITLES)) == []


def test_every_message_has_words() -> None:
    assert sorted(set(mail.WRITERS) - set(history.MESSAGES)) == []


@pytest.mark.django_db
def test_a_message_of_later_says_when_it_goes_and_a_dossier_is_made_and_not_sent() -> None:
    found = cast.case("offered")
    Outgoing.objects.filter(kind="dossier.render").update(state=Outgoing.State.DONE)
    shown = {one.name: one for one in history.deliveries(found.fresh())}
    reminder = Outgoing.objects.get(kind="mail.offer_reminder")
    assert reminder.due_at > reminder.created_at
    assert shown["Herinnering aan de partner: aanbod"].why == f"Gaat op {history.clock(reminder.due_at)}."
    assert shown["Mail aan de partner: aanbod"].why == ""
    assert shown["Dossier als PDF"].state == "gemaakt"
