"""The words of the timeline: every kind of event and message has its own."""

from __future__ import annotations

from referrals import mail
from referrals.domain.lifecycle import TRANSITIONS
from referrals.views import history


def test_every_event_of_the_table_of_moves_has_words() -> None:
    assert sorted({row.event for row in TRANSITIONS} - set(history.TITLES)) == []


def test_every_message_has_words() -> None:
    assert sorted(set(mail.WRITERS) - set(history.MESSAGES)) == []
