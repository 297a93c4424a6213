"""The partner's link and its six-digit codes: newest only, ten minutes, five tries, three an hour, used once."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta

from django.db.models import F

from nnmkb.ledger import events, outbox, tokens
from referrals.models import AccessCode, Offer
from referrals.services import consents, door
from referrals.services.answering import ENDED, in_time
from referrals.services.errors import Gone, UnknownLink

VALID = timedelta(minutes=10)
TRIES = 5
AN_HOUR = timedelta(hours=1)
CODES_AN_HOUR = 3
# A second click, or a mail scanner that presses every button, gets no second code in place of the first.
AGAIN_AFTER = timedelta(minutes=1)
LINKS_AN_HOUR = 2
# Who guesses on gets no new codes for the rest of the day: at most thirty guesses at a million possibilities.
A_DAY = timedelta(days=1)
WRONG_A_DAY = 25


def offer_by_token(token: str) -> Offer:
    """Return the live offer of a link; UnknownLink when there is none, Gone (with why) when it has ended."""
    found = (
        Offer.objects.select_related("partner", "referral", "referral__intake", "dossier")
        .defer("dossier__pdf")
        .filter(link_digest=tokens.digest(token))
        .first()
    )
    if found is None:
        raise UnknownLink
    if found.ended_at is not None:
        raise Gone(ENDED.get(Offer.State(found.state), "Dit aanbod is afgesloten."), code=found.state, offer=found)
    return found


def send_code(offer_id: int, now: datetime) -> AccessCode | None:
    """Mail a code to the registered address; None, and nothing sent, over the limit. Show the same answer for both.

    Nothing is sent either while a code of less than a minute ago still opens the dossier.
    """

    def work(_: str | None) -> AccessCode | None:
        offer = Offer.objects.select_related("referral").get(pk=offer_id)
        door.hold(offer.referral.intake_id)
        if offer.ended_at is not None or offer.codes.filter(created_at__gt=now - AN_HOUR).count() >= CODES_AN_HOUR:
            return None
        if _guessed(offer, now) >= WRONG_A_DAY:
            return None
        newest = offer.codes.order_by("-id").first()
        if newest is not None and newest.created_at > now - AGAIN_AFTER and tries_left(offer, now):
            return None
        code = AccessCode.objects.create(
            offer=offer, nonce=secrets.token_hex(16), created_at=now, expires_at=now + VALID
        )
        event = events.record(
            offer.referral.stream, "code_sent", actor="system", at=now, payload={"offer": offer.pk, "code": code.pk}
        )
        outbox.enqueue(event, "mail.code", f"code:{code.pk}", at=now)
        return code

    return door.once(f"offer:{offer_id}", None, work, lambda _: None)


def use_code(offer: Offer, typed: str, now: datetime) -> bool:
    """Say whether this is the code; each try counts, and a code that was used is no code any more."""
    code = offer.codes.order_by("-id").first()
    if code is None or Offer.objects.filter(pk=offer.pk, ended_at__isnull=False).exists():
        return False
    open_code = AccessCode.objects.filter(pk=code.pk, used_at__isnull=True, expires_at__gt=now)
    if not open_code.filter(tries__lt=TRIES).update(tries=F("tries") + 1):
        return False
    if not tokens.same(re.sub(r"\D", "", typed[:20]), code_of(code)):
        return False
    if not open_code.update(used_at=now):
        return False
    door.note(
        f"referral:{offer.referral_id}",
        "code_used",
        actor=f"partner:{offer.partner_id}",
        at=now,
        payload={"offer": offer.pk, "code": code.pk},
    )
    return True


def tries_left(offer: Offer, now: datetime) -> int:
    """Return how often a code may still be typed; 0 means that a new code is needed."""
    code = offer.codes.order_by("-id").first()
    if code is None or code.used_at is not None or now >= code.expires_at:
        return 0
    return max(TRIES - code.tries, 0)


def code_of(code: AccessCode) -> str:
    """Return the six digits; they are never stored."""
    return tokens.derive_code(f"code:{code.pk}", code.nonce)


def open_dossier(offer: Offer, actor: str, now: datetime) -> Offer:
    """Let the dossier be read on the screen, as an event; raises Gone when consent or offer has ended."""
    return _look(offer, "dossier_opened", actor, now)


def download_dossier(offer: Offer, actor: str, now: datetime) -> Offer:
    """Let the PDF be taken, as an event; raises Gone when consent or offer has ended."""
    return _look(offer, "dossier_downloaded", actor, now)


def send_link_again(offer_id: int, now: datetime) -> bool:
    """Mail the link of this partner's live offer on the same referral once more, to the registered address.

    False when there is none or the limit is reached. Show the same answer for both.
    """

    def work(_: str | None) -> bool:
        asked = Offer.objects.select_related("referral").get(pk=offer_id)
        live = asked.referral.offers.filter(partner=asked.partner_id, ended_at__isnull=True).first()
        if live is None:
            return False
        try:
            in_time(live, now)
        except Gone:
            return False
        sent = [
            event
            for event in events.history(asked.referral.stream)
            if event.kind == "link_sent_again" and event.at > now - AN_HOUR
        ]
        if len(sent) >= LINKS_AN_HOUR:
            return False
        event = events.record(
            asked.referral.stream, "link_sent_again", actor="system", at=now, payload={"offer": live.pk}
        )
        outbox.enqueue(event, "mail.offer", f"offer:{live.pk}", at=now)
        return True

    return door.once(f"offer:{offer_id}", None, work, lambda _: False)


def _guessed(offer: Offer, now: datetime) -> int:
    """Return how many wrong codes were typed for this offer in a day; the last try of a used code was right."""
    rows = offer.codes.filter(created_at__gt=now - A_DAY).values_list("tries", "used_at")
    return sum(tries - (used_at is not None) for tries, used_at in rows)


def _look(offer: Offer, kind: str, actor: str, now: datetime) -> Offer:
    def work(_: str | None) -> Offer:
        door.hold(offer.referral.intake_id)
        # Without the file, which nobody reads from here: others wait for this transaction.
        found = Offer.objects.select_related("partner", "referral", "dossier").defer("dossier__pdf")
        fresh = found.get(pk=offer.pk)
        if fresh.ended_at is not None:
            raise Gone(ENDED.get(Offer.State(fresh.state), "Dit aanbod is afgesloten."), code=fresh.state, offer=fresh)
        in_time(fresh, now)
        if fresh.organisation not in consents.organisations(fresh.referral.intake_id):
            raise Gone(ENDED[Offer.State.WITHDRAWN], code=Offer.State.WITHDRAWN, offer=fresh)
        if fresh.opened_at is None:
            Offer.objects.filter(pk=fresh.pk, opened_at__isnull=True).update(opened_at=now)
            fresh.opened_at = now
        events.record(fresh.referral.stream, kind, actor=actor, at=now, payload={"offer": fresh.pk})
        return fresh

    return door.once(f"offer:{offer.pk}", None, work, lambda _: offer)
