"""The life of one invented referral as rows: itself, its offers and dossiers, and what happened."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from nnmkb.ledger import tokens
from referrals.domain.dossier import digest
from referrals.domain.lifecycle import STATES, Actor, State, Transition
from referrals.domain.reasons import DECLINE_REASONS
from referrals.models import ConsentRequest, Dossier, Offer, Partner, Question
from referrals.population.lives import Life
from referrals.population.world import Stream, World
from referrals.services.asking import Wish

# One in so many mails to a partner was given up; what closed since was looked after.
DEAD = 2000
DECLINES = tuple(code for code in DECLINE_REASONS if code != "other")


@dataclass
class Story:
    """One referral while its life is gone through."""

    world: World
    pk: int
    intake: int
    number: str
    wish: Wish
    stream: Stream
    owner: int | None = None
    partner: Partner | None = None
    offer: dict[str, Any] | None = None
    offers: list[dict[str, Any]] = field(default_factory=list)
    question: dict[str, Any] | None = None
    request: dict[str, Any] | None = None
    reason: str = ""
    outcome: str = ""
    attempts: int = 0

    def live(self, life: Life, moments: list[datetime]) -> None:
        """Go through all moves, with an event for each."""
        for version, (move, at) in enumerate(zip(life, moments, strict=True), 1):
            told: dict[str, object] = {"to": move.target.value, "version": version, "transition": move.number}
            if move.source:
                told["from"] = move.source.value
            # A partner that gives its offer back still did so itself.
            before = self.partner
            if self.offer:
                # What happens with a partner names its offer, as the services have it.
                told |= self._about()
            if effect := EFFECTS.get(move.number):
                told |= effect(self, at)
            if not move.target.is_open:
                self._close(move, at)
            event = self.stream.record(move.event, self._actor(move, before), at, told)
            if move.number == "V4":
                dead = life[-1].target.is_open and self.world.rng.random() * DEAD < 1
                self.world.promise("mail.offer", event, f"offer:{self.offers[-1]['id']}", at, dead=dead)
        self.stream.close()
        self._write_parts()

    def row(self, assessment: int, place: tuple[str, str], life: Life, moments: list[datetime]) -> tuple[Any, ...]:
        """Return the row of the referral itself, in the order of columns.COLUMNS."""
        state = life[-1].target
        clock, wish, partner = STATES[state].clock, self.wish, self.partner
        due = self.world.due(state, moments[-1]) if clock else None
        return (
            self.pk, self.intake, assessment, self.number, wish.activity, json.dumps(wish.rules), wish.step, wish.way,
            wish.intensity, *place, state.value, self.owner, partner.pk if partner else None,
            partner.organisation if partner else "", partner.name if partner else "", moments[-1],
            due, due, clock.kind.value if clock else "", self.reason, self.outcome, None if clock else moments[-1],
            self.attempts, len(life), wish.no_partner, moments[0],
        )  # fmt: skip

    # --- what moves do ----------------------------------------------------------------------------------------------

    def claim(self, at: datetime) -> dict[str, object]:
        """Somebody takes it up."""
        # Some people do much more than others.
        advisors = self.world.advisors
        self.owner = advisors[int(len(advisors) * self.world.rng.random() ** 1.5)]
        return {}

    def release(self, at: datetime) -> dict[str, object]:
        """Nobody has it any more."""
        self.owner = None
        return {}

    def hand_out(self, at: datetime) -> dict[str, object]:
        """A dossier is frozen and a partner gets an offer."""
        world, attempt = self.world, len(self.offers) + 1
        partner = self.partner = world.pick(self.wish.lead + self.wish.others)
        nonce = f"{world.rng.getrandbits(128):032x}"
        self.offer = {
            "id": next(world.numbers[Offer]), "referral_id": self.pk, "partner_id": partner.pk,
            "organisation": partner.organisation, "partner_name": partner.name, "attempt": attempt,
            "dossier_id": next(world.numbers[Dossier]), "state": "open", "offered_at": at,
            "respond_by": world.due(State.OFFERED, at), "answered_at": None, "ended_at": None, "reason": "",
            "nonce": nonce, "link_digest": tokens.digest(tokens.derive("offer", f"{self.number}/{attempt}", nonce)),
        }  # fmt: skip
        self.offers.append(self.offer)
        self.reason = ""
        return self._about()

    def accept(self, at: datetime) -> dict[str, object]:
        """The partner says yes."""
        assert self.offer
        self.offer |= {"state": "accepted", "answered_at": at}
        return self._about()

    def again(self, at: datetime) -> dict[str, object]:
        """Another partner is looked for."""
        self.attempts += 1
        return {}

    def ask(self, at: datetime) -> dict[str, object]:
        """A question goes to the entrepreneur."""
        text = "Welk product wilt u als eerste uitvoeren, en naar welk land?"
        self.question = {"asked_at": at, "text": text, "answer": "", "answered_at": None, "closed_at": None}
        self.question["asked_by_id"] = self.owner
        return {}

    def answer(self, at: datetime) -> dict[str, object]:
        """The entrepreneur answers."""
        assert self.question
        self.question |= {"answer": "Onze meetkasten, naar Denemarken.", "answered_at": at, "closed_at": at}
        return {}

    def request_consent(self, at: datetime) -> dict[str, object]:
        """The entrepreneur is asked about one more organisation."""
        partner = self.world.pick(self.wish.lead + self.wish.others)
        self.request = {"organisation": partner.organisation, "asked_by_id": self.owner, "asked_at": at}
        return {"organisation": partner.organisation}

    def end_offer(self, state: str, reason: str, at: datetime) -> dict[str, object]:
        """The offer ends; unless the work is done, nobody has the referral then."""
        assert self.offer
        told = self._about()
        answered = {"answered_at": at} if state == "declined" else {}
        self.offer |= {"state": state, "reason": reason, "ended_at": at, **answered}
        self.offer = None
        if state != "closed":
            self.partner, self.reason = None, reason
        return told | ({"reason": reason} if reason else {})

    def decline(self, at: datetime) -> dict[str, object]:
        """The partner says no."""
        return self.end_offer("declined", self.world.rng.choice(DECLINES), at)

    # --- rows -------------------------------------------------------------------------------------------------------

    def _about(self) -> dict[str, object]:
        offer = self.offer or {}
        names = {"offer": "id", "partner": "partner_id", "dossier": "dossier_id", "attempt": "attempt"}
        return {name: offer[column] for name, column in names.items()}

    def _actor(self, move: Transition, partner: Partner | None) -> str:
        role = move.actors[0]
        if role is Actor.ADVISOR:
            return f"advisor:{self.owner or self.world.advisors[0]}"
        if role is Actor.PARTNER and partner:
            return f"partner:{partner.pk}"
        return role.value

    def _close(self, move: Transition, at: datetime) -> None:
        chosen = self.world.rng.choice(move.reasons).code if move.reasons else ""
        if move.target is State.COMPLETED:
            self.outcome, self.reason = chosen, ""
        else:
            self.outcome = move.target.value
            self.reason = "withdrawn" if move.target is State.WITHDRAWN else chosen
        if self.request:
            self.request["closed_at"] = at

    def _write_parts(self) -> None:
        rows = self.world.sheet.rows
        for offer in self.offers:
            attempt, at = offer["attempt"], offer["offered_at"]
            content = {"number": self.number, "version": attempt}
            rows[Dossier].append((offer["dossier_id"], self.pk, attempt, json.dumps(content), digest(content), at))
            rows[Offer].append(tuple(offer.values()))
        if (asked := self.question) is not None:
            names = ("asked_by_id", "asked_at", "text", "answer", "answered_at", "closed_at")
            rows[Question].append((self.pk, *(asked[name] for name in names)))
        if (one := self.request) is not None:
            rows[ConsentRequest].append(
                (self.pk, one["organisation"], one["asked_by_id"], one["asked_at"], one.get("closed_at"))
            )


EFFECTS: dict[str, Callable[[Story, datetime], dict[str, object]]] = {
    "Q1": Story.claim,
    "V1": Story.release,
    "V2": Story.release,
    "V3": Story.ask,
    "N1": Story.answer,
    "V4": Story.hand_out,
    "V6": Story.request_consent,
    "O1": Story.accept,
    "O2": Story.decline,
    "O3": lambda story, at: story.end_offer("expired", "no_response", at),
    "O4": lambda story, at: story.end_offer("recalled", "wrong_partner", at),
    "B1": Story.again,
    "W4": lambda story, at: story.end_offer("withdrawn", "", at),
    "P1": lambda story, at: story.end_offer("closed", "", at),
    "P2": lambda story, at: story.end_offer("closed", "", at),
}
