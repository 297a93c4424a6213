"""A reminder that is due: the system of the partner hears it first, and the mail stands by for it."""

from __future__ import annotations

from datetime import datetime

from nnmkb.ledger import outbox
from referrals.domain.lifecycle import Recipient
from referrals.domain.partner_feed import FeedType
from referrals.domain.reminders import REMINDERS
from referrals.models import Offer
from referrals.services import door, feed

# The mail, and the state in which it still asks for something.
KINDS = {f"mail.{notice.message}": state for state, notice in REMINDERS.items() if notice.to is Recipient.PARTNER}
TIMER = "timer"


def put_off(claimed: outbox.Claim, now: datetime) -> bool:
    """Tell the feed of the partner, once for this reminder; True when its mail was put back to stand by.

    A reminder that is out of date tells nothing. Taken back with the referral, as every reminder.
    """
    row = claimed.outgoing
    if row.kind not in KINDS or row.unless_id is not None:
        return False

    def work(scoped: str | None) -> bool:
        about = Offer.objects.filter(pk=int(row.recipient.partition(":")[2]))
        # Held until the end, or the feed could speak of an offer after it told that this one had ended.
        door.hold(about.values_list("referral__intake_id", flat=True).get())
        offer = about.select_related("partner", "referral").get()
        referral = offer.referral
        if offer.ended_at is not None or referral.state != KINDS[row.kind]:
            return False
        feed.tell(
            FeedType.OFFER_REMINDER,
            offer,
            number=referral.number,
            version=referral.version,
            actor=TIMER,
            at=now,
            key=scoped,
        )
        line = feed.heard_by_system(offer, referral.version)
        return line is not None and outbox.postpone(claimed, now + feed.STANDING_BY, unless=line)

    return door.once("reminder", str(row.pk), work, lambda _: False)
