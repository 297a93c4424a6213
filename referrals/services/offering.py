"""Offers: the dossier is frozen, one partner gets a link; taking an offer back; doing it ourselves."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.contrib.auth.models import User

from nnmkb.ledger import tokens
from nnmkb.ledger.models import Event
from nnmkb.ledger.seals import new_salt
from referrals.domain.dossier import digest
from referrals.domain.lifecycle import (
    LONGEST_RESPONSE,
    SHORTEST_RESPONSE,
    Action,
    Actor,
    State,
    due,
)
from referrals.domain.matching import Obstacle, match
from referrals.domain.worktime import local_date
from referrals.dossier import build
from referrals.models import Dossier, Offer, Partner, PartnerQuestion, Referral
from referrals.services import consents, directory, door, notes, queue
from referrals.services.errors import Refused
from referrals.services.sealed import sealed

SHORTEST_FORCE = 10


def offer(
    referral_id: int,
    partner_id: int,
    *,
    advisor: User,
    version: int,
    key: str,
    now: datetime,
    force_reason: str = "",
) -> Offer:
    """V4: offer the referral to a partner, with a frozen dossier, a link and a term.

    From `queued` and `returned` this first makes move Q1 or B1, in the same transaction. Refused says in Dutch which
    guard failed; consent is read inside the transaction. `force_reason` lets a partner be asked that said no before.
    """

    def work(scoped: str | None) -> Offer:
        referral = taken(referral_id, Action.OFFER, advisor, version, now)
        # Held until the end: of two advisors at one moment the second counts the offer of the first.
        partner = Partner.objects.select_for_update(no_key=True).get(pk=partner_id)
        guard(referral, partner, now, forced=len(force_reason.strip()) >= SHORTEST_FORCE)
        why = notes.written_with(referral, advisor, force_reason, now) if force_reason.strip() else {}
        days = min(max(partner.response_days, SHORTEST_RESPONSE), LONGEST_RESPONSE)
        made = _make(referral, partner, now, respond_days=days)
        door.move(
            referral,
            Action.OFFER,
            Actor.ADVISOR,
            actor=f"advisor:{advisor.pk}",
            at=now,
            key=scoped,
            changes={**door.handed_to(partner), "reason": ""},
            payload={**about(made), "forced": bool(why), **why},
            respond_days=days,
            offer=made,
        )
        return made

    return door.once(f"referral:{referral_id}", key, work, of_event)


def handle_ourselves(referral_id: int, *, advisor: User, version: int, key: str, now: datetime) -> Offer:
    """V5: the KvK helps this company itself, when the policy names it for the activity."""

    def work(scoped: str | None) -> Offer:
        referral = taken(referral_id, Action.HANDLE_OURSELVES, advisor, version, now)
        if not directory.kvk_is_party(referral, local_date(now)):
            raise Refused("Het beleid noemt de KvK niet bij deze activiteit. Zoek een partner.")
        if consents.KVK not in consents.organisations(referral.intake_id):
            raise Refused("De toestemming voor de KvK is ingetrokken.")
        partner = Partner.objects.filter(organisation=consents.KVK).first()
        if partner is None:
            raise Refused("De KvK staat niet in de partnerlijst. Vraag de beheerder om haar toe te voegen.")
        made = _make(referral, partner, now, respond_days=SHORTEST_RESPONSE, accepted=True)
        door.move(
            referral,
            Action.HANDLE_OURSELVES,
            Actor.ADVISOR,
            actor=f"advisor:{advisor.pk}",
            at=now,
            key=scoped,
            changes={**door.handed_to(partner), "reason": ""},
            payload=about(made),
            offer=made,
        )
        return made

    return door.once(f"referral:{referral_id}", key, work, of_event)


def recall(
    referral_id: int,
    *,
    advisor: User,
    version: int,
    key: str,
    now: datetime,
    reason: str = "wrong_partner",
    reason_text: str = "",
) -> Referral:
    """O4: take the offer back before the partner answered; the link dies at once."""

    def work(scoped: str | None) -> Referral:
        # First the intake, as a withdrawal does: otherwise each may wait for what the other holds.
        door.hold(door.read(referral_id, version).intake_id)
        referral = door.read(referral_id, version)
        row = door.allowed(referral.state, Action.RECALL, Actor.ADVISOR)
        door.own(referral, advisor.pk)
        door.reason_of(row, reason, reason_text)
        ended = live_offer(referral)
        end(ended, Offer.State.RECALLED, now, reason=reason, reason_text=reason_text)
        door.move(
            referral,
            Action.RECALL,
            Actor.ADVISOR,
            actor=f"advisor:{advisor.pk}",
            at=now,
            key=scoped,
            changes=door.handed_to(None),
            payload={**about(ended), "reason": reason},
            offer=ended,
        )
        return referral

    return door.once(f"referral:{referral_id}", key, work, lambda _: door.read(referral_id, None))


def guard(referral: Referral, partner: Partner, now: datetime, *, forced: bool = False) -> None:
    """Refuse an offer that breaks a rule of the table, naming every reason."""
    if referral.offers.filter(ended_at__isnull=True).exists():
        raise Refused("Er loopt al een aanbod. Trek dat eerst in.")
    if partner.organisation == consents.KVK:
        # It gets no link, so nobody could answer.
        raise Refused("Aan de KvK zelf kunt u niets aanbieden. Kies «Zelf behandelen».")
    today = local_date(now)
    found = match(directory.wanted(referral), directory.profiles(referral, [partner], today), today)
    for refusal in found.refusals:
        if refusal.can_be_forced and forced:
            continue
        reasons = [
            text
            for obstacle, text in zip(refusal.obstacles, refusal.reasons, strict=True)
            if not (forced and obstacle is Obstacle.DECLINED_BEFORE)
        ]
        raise Refused(f"{partner.name}: {' '.join(reasons)}")


def taken(referral_id: int, action: Action, advisor: User, version: int, now: datetime) -> Referral:
    """Return the referral in review at this advisor, to make this move with; holds its intake.

    From `queued` and `returned` it is first claimed (Q1) or taken up again (B1) in the transaction of the caller, so
    that a move that is refused leaves everything as it was.
    """
    door.hold(door.read(referral_id, version).intake_id)
    referral = door.read(referral_id, version)
    if referral.state == State.QUEUED and referral.owner_id is None:
        door.move(
            referral,
            Action.CLAIM,
            Actor.ADVISOR,
            actor=f"advisor:{advisor.pk}",
            at=now,
            changes={"owner_id": advisor.pk},
        )
    elif referral.state == State.RETURNED:
        queue.take_up(referral, advisor, now)
    door.allowed(referral.state, action, Actor.ADVISOR)
    door.own(referral, advisor.pk)
    return referral


def live_offer(referral: Referral) -> Offer:
    """Return the offer that has not ended; refuses when there is none."""
    found = referral.offers.select_related("partner", "dossier").filter(ended_at__isnull=True).first()
    if found is None:
        raise Refused("Er loopt geen aanbod.")
    return found


def end(
    offer: Offer, state: Offer.State, now: datetime, *, reason: str = "", reason_text: str = "", answered: bool = False
) -> None:
    """End an offer, and with it its link and the question that waits; refuses when another writer ended it first."""
    fields: dict[str, object] = {"state": state, "ended_at": now}
    if reason:
        text = reason_text.strip()
        fields |= {"reason": reason, "reason_text": text, "salt": new_salt() if text else ""}
    if answered:
        fields["answered_at"] = now
    if not Offer.objects.filter(pk=offer.pk, ended_at__isnull=True).update(**fields):
        raise Refused("Dit aanbod is intussen afgesloten.")
    PartnerQuestion.objects.filter(offer=offer, closed_at__isnull=True).update(closed_at=now)
    for name, value in fields.items():
        setattr(offer, name, value)


def about(offer: Offer) -> dict[str, object]:
    """Return what an event says about an offer: ids, and the seal of the reason that was written with its end."""
    told: dict[str, object] = {
        "offer": offer.pk,
        "partner": offer.partner_id,
        "dossier": offer.dossier_id,
        "attempt": offer.attempt,
    }
    return {**told, "sealed": sealed(offer, "reason_text")} if offer.reason_text else told


def of_event(event: Event) -> Offer:
    """Return the offer that an event is about."""
    return Offer.objects.select_related("referral", "partner", "dossier").get(pk=event.payload["offer"])


def token_of(offer: Offer) -> str:
    """Return the token of the partner's link; only its digest is stored."""
    return tokens.derive("offer", f"{offer.referral.number}/{offer.attempt}", offer.nonce)


def _make(referral: Referral, partner: Partner, now: datetime, *, respond_days: int, accepted: bool = False) -> Offer:
    attempt = referral.offers.count() + 1
    respond_by, _ = due(State.OFFERED, now, door.calendar(), respond_days=respond_days)
    content = build.content(referral, partner, now=now, respond_by=respond_by)
    dossier = Dossier.objects.create(
        referral=referral, number=attempt, content=content, digest=digest(content), created_at=now
    )
    made = Offer(
        referral=referral,
        partner=partner,
        organisation=partner.organisation,
        partner_name=partner.name,
        attempt=attempt,
        dossier=dossier,
        state=Offer.State.ACCEPTED if accepted else Offer.State.OPEN,
        offered_at=now,
        respond_by=respond_by,
        answered_at=now if accepted else None,
        nonce=secrets.token_hex(16),
    )
    made.link_digest = tokens.digest(token_of(made))
    made.save(force_insert=True)
    return made
