"""What the entrepreneur thought of it: once after the first contact, once at the end. Unhappy only asks for a look."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_noop as _

from nnmkb.ledger import events, outbox
from nnmkb.ledger.seals import new_salt
from referrals.domain.lifecycle import Action, Actor, State, actions_for
from referrals.domain.reasons import UNHAPPY_REASONS
from referrals.models import Feedback, Referral
from referrals.services import door
from referrals.services.closing import sent
from referrals.services.errors import Refused
from referrals.services.sealed import sealed

LONGEST = 1000
ENTREPRENEUR = "entrepreneur"
AT_WORK = (State.IN_PROGRESS, State.ON_HOLD)
AT_THE_END = (State.COMPLETED, State.STOPPED, State.CANCELLED)


def moment_of(referral: Referral) -> Feedback.Moment | None:
    """Return which opinion can be given now; None when there is nothing to have one about, or it was given."""
    state = State(referral.state)
    given = {row.moment for row in referral.feedback.all()}
    if state in AT_THE_END:
        return None if Feedback.Moment.END in given else Feedback.Moment.END
    helped = state in AT_WORK and referral.partner_id is not None
    return Feedback.Moment.CONTACT if helped and Feedback.Moment.CONTACT not in given else None


def can_ask_reopening(referral: Referral) -> bool:
    """Say whether the KvK could open this referral again; it decides, the entrepreneur asks."""
    return any(row.action is Action.REOPEN for row in actions_for(State(referral.state), Actor.ADVISOR))


def give(
    referral_id: int,
    *,
    happy: bool,
    reason: str = "",
    text: str = "",
    asks_reopening: bool = False,
    key: str,
    now: datetime,
) -> Feedback:
    """Keep an opinion and, when it is not a good one, tell the owner; nothing about the referral itself changes.

    `reason` is a code of UNHAPPY_REASONS, for who is not happy. Refused when it was given before.
    """

    def work(scoped: str | None) -> Feedback:
        referral = door.read(referral_id, None)
        sent(referral.intake_id)
        referral = door.read(referral_id, None)
        moment = moment_of(referral)
        if moment is None:
            raise Refused(_("U gaf uw mening al, of er is nog niets om iets van te vinden."))
        plain = _checked(happy, reason, text)
        written = Feedback.objects.create(
            referral=referral,
            moment=moment,
            happy=happy,
            reason="" if happy else reason,
            text=plain,
            salt=new_salt() if plain else "",
            asks_reopening=asks_reopening and not happy and can_ask_reopening(referral),
            given_at=now,
        )
        event = events.record(
            referral.stream,
            "feedback_given",
            actor=ENTREPRENEUR,
            at=now,
            payload={
                "feedback": written.pk,
                "moment": written.moment,
                "happy": written.happy,
                "asks_reopening": written.asks_reopening,
                **({"unhappy_about": written.reason} if written.reason else {}),
                **({"sealed": sealed(written)} if plain else {}),
            },
            idempotency_key=scoped,
        )
        if not happy and referral.owner_id:
            outbox.enqueue(event, "mail.unhappy_to_advisor", f"advisor:{referral.owner_id}", at=now)
        return written

    return door.once(
        f"referral:{referral_id}", key, work, lambda event: Feedback.objects.get(pk=event.payload["feedback"])
    )


def _checked(happy: bool, reason: str, text: str) -> str:
    plain = text.strip()
    if len(plain) > LONGEST:
        raise Refused(f"Dit is te lang. Gebruik hoogstens {LONGEST} tekens.", field="text")
    if happy:
        return plain
    found = UNHAPPY_REASONS.get(reason)
    if found is None:
        raise Refused("Kies wat er niet goed ging.", field="reason")
    if len(plain) < found.min_text:
        raise Refused(f"Vertel in ten minste {found.min_text} tekens wat er niet goed ging.", field="text")
    return plain
