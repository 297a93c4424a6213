"""A mail that comes back, of an offer that the system of the partner heard of."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nnmkb.ledger import outbox
from nnmkb.ledger.models import Outgoing
from referrals.dispatch import Outcome
from referrals.services import bouncing, timing
from tests.referrals.services import cast
from tests.referrals.webhooks import receiver as answers
from tests.referrals.webhooks.making import NOW, connected, deliver, message, state
from tests.referrals.webhooks.receiver import Receiver
from tests.referrals.webhooks.test_standing_by import HOUR, to_partner

pytestmark = pytest.mark.django_db
LATER = HOUR + timedelta(hours=1)


@pytest.mark.parametrize("heard", [True, False])
def test_a_mail_that_comes_back_after_the_system_heard_ends_no_offer(receiver: Receiver, heard: bool) -> None:
    endpoint = connected(url=receiver.url)
    found = cast.case("offered")
    mail, webhook = to_partner("offer"), message(endpoint)
    receiver.answer = answers.status(500)
    assert deliver(webhook) is Outcome.RETRY
    assert deliver(mail, HOUR) is Outcome.DONE
    receiver.answer = answers.status(200 if heard else 410)
    Outgoing.objects.filter(pk=webhook.pk).update(due_at=NOW)
    deliver(webhook, LATER)
    assert state(mail) == ("done", "")
    assert outbox.bounce(mail.message_id, LATER, "5.1.1")
    ended = bouncing.bounce(found.fresh_offer().pk, LATER)
    assert (ended is None) == heard
    assert timing.sweep(LATER).bounced == 0
    assert found.fresh().state == ("offered" if heard else "returned")
