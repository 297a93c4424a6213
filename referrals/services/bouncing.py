"""An offer that cannot be delivered: the KvK hears so at once, and the address goes on the list to be corrected."""

from __future__ import annotations

from datetime import datetime

from nnmkb.ledger import outbox
from nnmkb.ledger.models import Outgoing
from referrals.domain.lifecycle import Action, Actor, State
from referrals.domain.reasons import AUTOMATIC_RETURN_REASONS
from referrals.models import Offer
from referrals.services import door, feed, reviewing
from referrals.services.expiring import wait_no_longer
from referrals.services.offering import about, end, of_event
from referrals.services.telling import LINK_MAILS

REASON = AUTOMATIC_RETURN_REASONS["undeliverable"]
SYSTEM = "system"
# The note on the mail of an offer that ended for it: somebody was told, so it is no longer a thing to look at.
UNDELIVERABLE = "Undeliverable"


def bounce(offer_id: int, now: datetime) -> Offer | None:
    """O5: end an offer whose mail was given up or came back.

    None when the partner got it another way, or it has ended already.
    """

    def work(scoped: str | None) -> Offer | None:
        wait_no_longer()
        offer = Offer.objects.select_related("referral").get(pk=offer_id)
        door.hold(offer.referral.intake_id)
        offer = Offer.objects.select_related("partner", "referral").get(pk=offer_id)
        if not _never_arrived(offer):
            return None
        referral = offer.referral = door.read(offer.referral_id, None)
        if referral.state != State.OFFERED:
            return None
        end(offer, Offer.State.UNDELIVERABLE, now, reason=REASON.code)
        outbox.lay_down(recipient(offer), LINK_MAILS, now, UNDELIVERABLE)
        door.move(
            referral,
            Action.BOUNCE,
            Actor.SYSTEM,
            actor=SYSTEM,
            at=now,
            key=scoped,
            changes={**door.handed_to(None), "reason": REASON.code},
            payload={**about(offer), "reason": REASON.code},
            offer=offer,
        )
        reviewing.after_decline(offer, REASON, now=now)
        return offer

    return door.once(f"offer:{offer_id}", "bounce", work, of_event)


def undelivered() -> list[Offer]:
    """Return the open offers with a mail that never arrived, oldest first; `bounce` decides what follows."""
    dead = Outgoing.objects.filter(state__in=outbox.FAILED, kind__in=LINK_MAILS).order_by("created_at", "id")
    recipients = [found.partition(":") for found in dead.values_list("recipient", flat=True)]
    keys = [int(pk) for role, _, pk in recipients if role == "offer" and pk.isdigit()]
    known = Offer.objects.filter(state=Offer.State.OPEN, ended_at__isnull=True).in_bulk(keys)
    return [known[key] for key in dict.fromkeys(keys) if key in known]


def recipient(offer: Offer) -> str:
    """Return how the outbox names the partner of an offer."""
    return f"offer:{offer.pk}"


def _never_arrived(offer: Offer) -> bool:
    """Say whether neither a mail with the link arrived nor its webhook; what is under way may still bring an answer."""
    if offer.ended_at is not None or offer.state != Offer.State.OPEN or offer.opened_at is not None:
        return False
    mails = Outgoing.objects.filter(recipient=recipient(offer), kind__in=LINK_MAILS)
    failed, hopeful, lines = 0, 0, set()
    for state, note, line in mails.values_list("state", "last_error", "unless"):
        failed += state in outbox.FAILED
        lines.add(line)
        # Done with a note never went out, or came back and was sent anew in a row of its own. A webhook that took its
        # place did arrive.
        hopeful += state in outbox.OPEN or (state == Outgoing.State.DONE and note in ("", outbox.ARRIVED_OTHERWISE))
    lines.discard(None)
    # A mail that went out when nobody had heard yet may come back after the webhook arrived.
    return bool(failed) and not hopeful and not feed.may_still_arrive(lines) and not feed.did_arrive(lines)
