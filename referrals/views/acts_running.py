"""From a form to its service: one function for each act of the advisor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User

from referrals.models import Referral
from referrals.services import answering, closing, holding, offering, proposing, questions, queue, reopening, requests


@dataclass(frozen=True, slots=True)
class Change:
    """One act on its way to its service."""

    referral: Referral
    advisor: User
    version: int
    key: str
    now: datetime
    typed: Mapping[str, Any]

    @property
    def pk(self) -> int:
        """Return the key of the referral."""
        return self.referral.pk

    @property
    def by_advisor(self) -> dict[str, Any]:
        """Return what a service asks of who is known to be an advisor."""
        return {"advisor": self.advisor, "version": self.version, "key": self.key, "now": self.now}

    @property
    def by_actor(self) -> dict[str, Any]:
        """Return what a service asks of anyone: the advisor as the ledger writes it."""
        return {"actor": f"advisor:{self.advisor.pk}", "version": self.version, "key": self.key, "now": self.now}

    @property
    def reason(self) -> dict[str, Any]:
        """Return the reason that was chosen, and what was written with it."""
        return {"reason": self.typed["reason"], "reason_text": self.typed["reason_text"]}


def claim(change: Change) -> object:
    """Q1."""
    return queue.claim(change.pk, **change.by_advisor)


def release(change: Change) -> object:
    """V1."""
    return queue.release(change.pk, **change.by_advisor)


def reconsider(change: Change) -> object:
    """B1."""
    return queue.reconsider(change.pk, **change.by_advisor)


def hand_over(change: Change) -> object:
    """Give it to a colleague; no move of the table."""
    return queue.hand_over(change.pk, int(change.typed["to"]), **change.by_advisor)


def ask(change: Change) -> object:
    """V3."""
    return questions.ask(change.pk, text=change.typed["text"], **change.by_advisor)


def close_question(change: Change) -> object:
    """N3."""
    return questions.close_question(change.pk, **change.by_advisor)


def offer(change: Change) -> object:
    """V4."""
    forced = change.typed.get("force_reason", "")
    return offering.offer(change.pk, change.typed["partner"].pk, force_reason=forced, **change.by_advisor)


def handle_ourselves(change: Change) -> object:
    """V5."""
    return offering.handle_ourselves(change.pk, **change.by_advisor)


def request_consent(change: Change) -> object:
    """V6."""
    return requests.request_consent(change.pk, change.typed["partner"].pk, **change.by_advisor)


def recall(change: Change) -> object:
    """O4."""
    return offering.recall(change.pk, **change.reason, **change.by_advisor)


def first_contact(change: Change) -> object:
    """A1."""
    live = offering.live_offer(change.referral)
    return answering.first_contact(live.pk, on=change.typed["on"], **change.by_actor)


def complete(change: Change) -> object:
    """P5."""
    return answering.complete(change.pk, outcome=change.typed["outcome"], on=change.typed["on"], **change.by_actor)


def still_busy(change: Change) -> object:
    """The state stays, its term starts again."""
    return answering.still_busy(change.pk, **change.by_actor)


def stop(change: Change) -> object:
    """P6."""
    return answering.stop(change.pk, **change.reason, **change.by_actor)


def postpone(change: Change) -> object:
    """V8."""
    return holding.postpone(change.pk, until=change.typed["until"], **change.by_actor)


def resume(change: Change) -> object:
    """H1."""
    return holding.resume(change.pk, **change.by_actor)


def cancel(change: Change) -> object:
    """Q2, V7, B2, C4."""
    reason, text = change.typed["reason"], change.typed["reason_text"]
    return closing.cancel(change.pk, reason=reason, text=text, **change.by_advisor)


def reopen(change: Change) -> object:
    """X1, X2, X3."""
    return reopening.reopen(change.pk, **change.reason, **change.by_advisor)


def leave_closed(change: Change) -> object:
    """Say no to an entrepreneur who asks to reopen; no move of the table."""
    text = change.typed["text"]
    return reopening.leave_closed(change.pk, advisor=change.advisor, reason_text=text, key=change.key, now=change.now)


def ask_again(change: Change) -> object:
    """X4."""
    return requests.ask_again(change.pk, text=change.typed["text"], **change.by_advisor)


def propose(change: Change) -> object:
    """R2."""
    activity, _, organisation = change.typed["proposal"].partition(":")
    intake = change.referral.intake_id
    return proposing.propose(intake, activity, organisation, advisor=change.advisor, key=change.key, now=change.now)


def withdraw(change: Change) -> object:
    """W."""
    return closing.withdraw_for(change.pk, note=change.typed["text"], **change.by_advisor)
