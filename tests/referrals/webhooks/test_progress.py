"""Work that goes on: its term starts again, and the system of the partner hears so, whoever of the partner said it."""

from __future__ import annotations

import pytest

from nnmkb.ledger import events
from referrals.domain.partner_feed import FeedType
from referrals.services import answering, progress_notes
from tests.referrals.services import cast
from tests.referrals.webhooks.making import SOON, connected, messages

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("words", ["", "Wij spraken af voor volgende week."])
def test_report_that_moves_the_deadline_is_in_the_feed_once(words: str) -> None:
    endpoint = connected()
    found, key = cast.case("in_progress"), cast.key()
    before = len(events.history(f"feed:{found.partner.pk}"))
    for _ in range(2):
        if words:
            progress_notes.add(found.fresh_offer().pk, actor=found.actor, text=words, key=key, now=SOON)
        else:
            answering.still_busy(found.referral.pk, actor=found.actor, key=key, now=SOON)
    (line,) = events.history(f"feed:{found.partner.pk}")[before:]
    assert (line.kind, line.payload["version"]) == (FeedType.REFERRAL_UPDATED, found.fresh().version)
    assert messages(endpoint)[-1].event == line
    assert "volgende week" not in str(line.payload)
