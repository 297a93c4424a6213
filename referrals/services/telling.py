"""Who hears of a move: the messages of the table, and the reminder of the state that was entered, as Outgoing rows.

Written in the transaction of the move. A reminder is such a row too, due later: so it is sent once, needs no clock of
its own, and is taken back when the referral moves on.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from nnmkb.ledger import outbox
from nnmkb.ledger.models import Event, Outgoing
from referrals.domain.lifecycle import TRANSITIONS, Effect, Notice, Recipient, State, Transition, reminder_due
from referrals.domain.reminders import REMINDERS
from referrals.domain.worktime import Calendar, deadline
from referrals.models import Offer, Referral
from referrals.services import feed
from referrals.services.consents import KVK

LINK_MAILS = ("mail.offer",)
REMINDER_KINDS = tuple(f"mail.{notice.message}" for notice in REMINDERS.values())
TO_ENTREPRENEUR = tuple(
    dict.fromkeys(
        f"mail.{notice.message}"
        for notice in (*(one for row in TRANSITIONS for one in row.notices), *REMINDERS.values())
        if notice.to in (Recipient.ENTREPRENEUR, Recipient.ENTREPRENEUR_IF_ASKED)
    )
)
CONSENT_MAILS = ("mail.consent_request",)


def tell(
    row: Transition,
    referral: Referral,
    event: Event,
    calendar: Calendar,
    *,
    offer: Offer | None,
    former_owner_id: int | None,
    quiet: Collection[Recipient] = (),
) -> None:
    """Promise every message of a row of the table; a recipient who does not exist for this referral is skipped.

    `offer` is the offer that the move is about. A partner that never got the offer does not hear of its end either.
    Of a partner whose system hears the same, the mail stands by.
    """
    rendering: Outgoing | None = None
    if Effect.FREEZE_DOSSIER in row.effects and offer is not None:
        rendering = outbox.enqueue(event, "dossier.render", f"dossier:{offer.dossier_id}", at=event.at)
    for notice in row.notices:
        if notice.to in quiet:
            continue
        recipient = _recipient(notice, referral, event.at, offer, former_owner_id)
        if recipient:
            if notice.to is Recipient.PARTNER and offer is not None:
                line = feed.heard_by_system(offer, referral.version)
                write_to_partner(event, f"mail.{notice.message}", offer, line, after=rendering)
            else:
                _promise(event, notice, recipient, calendar)


def forget_reminders(referral: Referral, now: datetime) -> None:
    """Take back the reminders of the state that is being left."""
    outbox.revoke_of(referral.stream, REMINDER_KINDS, now, "referral moved on")


def remind_later(
    referral: Referral, event: Event, calendar: Calendar, *, respond_days: int, offer: Offer | None
) -> None:
    """Plan the reminder of the state that was just entered, when it has one."""
    state = State(referral.state)
    notice = REMINDERS.get(state)
    due_at = reminder_due(state, event.at, calendar, respond_days=respond_days) if notice else None
    if notice is None or due_at is None:
        return
    recipient = _recipient(notice, referral, event.at, offer, None)
    if recipient:
        outbox.enqueue(event, f"mail.{notice.message}", recipient, at=event.at, due_at=due_at)


def write_to_partner(
    event: Event, kind: str, offer: Offer, line: Event | None, *, after: Outgoing | None = None
) -> Outgoing:
    """Promise a mail about an offer to its partner: at once, or standing by for the line that its system hears now."""
    due_at = event.at + feed.STANDING_BY if line else event.at
    return outbox.enqueue(event, kind, f"offer:{offer.pk}", at=event.at, due_at=due_at, after=after, unless=line)


def unsent(offer: Offer, now: datetime) -> bool:
    """Take back the mail of an offer that has not gone out yet; True when the partner never heard of it.

    It heard also when its system took the message, and when somebody opened the dossier without any message.
    """
    recipient = f"offer:{offer.pk}"
    outbox.revoke(recipient, LINK_MAILS, now, "offer ended before it was sent")
    # The link may have been mailed twice: one that went out is enough to have heard.
    return offer.opened_at is None and outbox.none_went_out(recipient, LINK_MAILS)


def _promise(event: Event, notice: Notice, recipient: str, calendar: Calendar) -> None:
    due_at = event.at
    if notice.after_working_days:
        # Two referrals of one company do not ask on the same second, and nobody is asked at the stroke of a deadline.
        due_at = deadline(event.at, notice.after_working_days, calendar) - timedelta(hours=7)
    outbox.enqueue(event, f"mail.{notice.message}", recipient, at=event.at, due_at=due_at)


def _recipient(
    notice: Notice, referral: Referral, now: datetime, offer: Offer | None, former_owner_id: int | None
) -> str:
    match notice.to:
        case Recipient.ENTREPRENEUR:
            return f"intake:{referral.intake_id}"
        case Recipient.ENTREPRENEUR_IF_ASKED:
            asked = not outbox.revoke_of(referral.stream, CONSENT_MAILS, now, "request taken back")
            return f"intake:{referral.intake_id}" if asked else ""
        case Recipient.OWNER:
            return f"advisor:{referral.owner_id}" if referral.owner_id else ""
        case Recipient.FORMER_OWNER:
            return f"advisor:{former_owner_id}" if former_owner_id else ""
        case Recipient.PARTNER:
            return _partner(notice, offer, now)


def _partner(notice: Notice, offer: Offer | None, now: datetime) -> str:
    if offer is None or offer.organisation == KVK:
        return ""
    never_heard = offer.ended_at is not None and unsent(offer, now)
    return "" if never_heard else f"offer:{offer.pk}"
