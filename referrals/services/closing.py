"""Ending early: the KvK cancels, the entrepreneur withdraws, corrects, or has everything erased."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime

from django.contrib.auth.models import User
from django.utils.translation import gettext_noop as _

from intake import retention
from intake.models import Contact, Intake
from nnmkb.ledger import events, outbox
from nnmkb.ledger.models import Event
from referrals.domain.lifecycle import Action, Actor, Recipient, State
from referrals.domain.partner_feed import FeedType
from referrals.domain.worktime import local_date
from referrals.models import Dossier, Feedback, Label, Note, Offer, PartnerQuestion, Question, Referral
from referrals.permissions import leads
from referrals.services import consents, directory, door, feed, notes, telling
from referrals.services.consents import KVK, SHARE, VIEW, Key
from referrals.services.errors import Gone, Refused
from referrals.services.offering import end
from referrals.services.refer import ContactDetails
from referrals.services.telling import unsent
from referrals.services.written import checked

# `ask_to_delete` writes to every partner that got a dossier of this company, also of earlier offers.
TOLD_APART = (Recipient.PARTNER,)
SHORTEST_CALL = 10
INTAKE_MAILS = ("mail.resume_link", "mail.follow_link", "mail.withdrawn_receipt", *telling.TO_ENTREPRENEUR)


def cancel(
    referral_id: int, *, advisor: User, reason: str, text: str = "", version: int, key: str, now: datetime
) -> Referral:
    """Q2, V7, B2, C4: the KvK ends it, with a reason that the entrepreneur gets to read."""

    def work(scoped: str | None) -> Referral:
        referral = door.read(referral_id, version)
        role = Actor.ADVISOR
        row = door.allowed(referral.state, Action.CANCEL, role)
        # Nobody owns a referral in the queue; the team lead may end one that a colleague is working on.
        if referral.owner_id is not None and not leads(advisor):
            door.own(referral, advisor.pk)
        door.reason_of(row, reason, text)
        payload: dict[str, object] = {"reason": reason}
        if text.strip():
            payload |= notes.written_with(referral, advisor, text, now)
        door.move(
            referral,
            Action.CANCEL,
            role,
            actor=f"advisor:{advisor.pk}",
            at=now,
            key=scoped,
            changes={"outcome": State.CANCELLED.value, "reason": reason},
            payload=payload,
        )
        return referral

    return door.once(f"referral:{referral_id}", key, work, lambda _: door.read(referral_id, None))


def withdraw(intake_id: int, what: Key | None = None, *, actor: str, key: str, now: datetime) -> Intake:
    """Take back one consent, or all of them (None); it works at once, everywhere.

    Without the consent of the KvK (C1) nothing can go on, so taking that back takes everything back. Taking back
    that of one organisation ends its offer: the KvK looks on when somebody else may still help, and otherwise the
    referral is withdrawn.
    """

    def work(scoped: str | None) -> Intake:
        intake = sent(intake_id)
        newest = {one: row for one, row in consents.newest(intake_id).items() if row.given}
        everything = what is None or what == (VIEW, "")
        chosen = list(newest.values()) if everything else [newest[what]] if what in newest else []
        for row in chosen:
            consents.take_back(row, now)
        event = events.record(
            intake.stream,
            "consent_withdrawn",
            actor=actor,
            at=now,
            payload={"withdrawn": [[row.purpose, row.organisation] for row in chosen]},
            idempotency_key=scoped,
        )
        organisations = {
            KVK if row.purpose == VIEW else row.organisation for row in chosen if row.purpose in (VIEW, SHARE)
        }
        stop_sharing(intake, organisations, event, everything=everything, actor=actor, now=now)
        outbox.enqueue(event, "mail.withdrawn_receipt", f"intake:{intake.pk}", at=now)
        return intake

    return door.once(f"intake:{intake_id}", key, work, lambda _: Intake.objects.get(pk=intake_id))


def withdraw_referral(referral_id: int, *, actor: str, key: str, now: datetime) -> Referral:
    """W, C2: the company no longer wants help with this one activity; consents for the others stay."""

    def work(scoped: str | None) -> Referral:
        intake = sent(door.read(referral_id, None).intake_id)
        referral = door.read(referral_id, None)
        event = _withdrawn(referral, live(referral), actor, now, scoped)
        outbox.enqueue(event, "mail.withdrawn_receipt", f"intake:{intake.pk}", at=now)
        return referral

    return door.once(f"referral:{referral_id}", key, work, lambda _: door.read(referral_id, None))


def withdraw_for(referral_id: int, *, advisor: User, note: str, version: int, key: str, now: datetime) -> Referral:
    """W at the request of the company, by the team lead, who called back to know who asked; `note` says about what."""

    def work(scoped: str | None) -> Referral:
        intake = sent(door.read(referral_id, version).intake_id)
        referral = door.read(referral_id, version)
        door.allowed(referral.state, Action.WITHDRAW, Actor.TEAM_LEAD)
        if not leads(advisor):
            raise Refused("Alleen de teamleider trekt in namens de ondernemer.")
        called = checked(
            note,
            notes.LONGEST,
            field="text",
            shortest=SHORTEST_CALL,
            empty=f"Schrijf in ten minste {SHORTEST_CALL} tekens wie u terugbelde en wat die vroeg.",
        )
        written = notes.written_with(referral, advisor, called, now)
        actor = f"advisor:{advisor.pk}"
        event = _withdrawn(referral, live(referral), actor, now, scoped, role=Actor.TEAM_LEAD, told=written)
        outbox.enqueue(event, "mail.withdrawn_receipt", f"intake:{intake.pk}", at=now)
        return referral

    return door.once(f"referral:{referral_id}", key, work, lambda _: door.read(referral_id, None))


def correct(intake_id: int, contact: ContactDetails, *, actor: str, key: str, now: datetime) -> Intake:
    """Replace the contact details, for as long as anything is open; a frozen dossier stays as it was."""

    def work(scoped: str | None) -> Intake:
        intake = sent(intake_id)
        if not open_referrals(intake):
            raise Refused(_("Alles is al afgesloten. Uw gegevens worden niet meer gebruikt."))
        row = Contact.objects.get(intake=intake)
        changed = sorted(name for name, value in asdict(contact).items() if getattr(row, name) != value)
        Contact.objects.filter(pk=row.pk).update(**asdict(contact))
        events.record(
            intake.stream,
            "contact_corrected",
            actor=actor,
            at=now,
            payload={"fields": changed},
            idempotency_key=scoped,
        )
        return intake

    return door.once(f"intake:{intake_id}", key, work, lambda _: Intake.objects.get(pk=intake_id))


def erase(intake_id: int, *, actor: str, key: str, now: datetime) -> Intake:
    """Withdraw what is open and empty every text about the company; every link dies.

    Events and consent rows stay: they hold codes, ids and digests only. So do the facts without a name (activity,
    province, outcome), which the reports count. Partners are asked to delete what they kept.
    """

    def work(scoped: str | None) -> Intake:
        intake = door.hold(intake_id)
        if intake.state == Intake.State.ERASED:
            return intake
        for row in consents.newest(intake_id).values():
            if row.given:
                consents.take_back(row, now)
        feed.hold_partners(intake.pk)
        for referral in open_referrals(intake):
            _withdrawn(referral, live(referral), actor, now, quiet=TOLD_APART)
        event = events.record(intake.stream, "intake_erased", actor=actor, at=now, payload={}, idempotency_key=scoped)
        ask_to_delete(intake, None, event, now)
        _empty(intake, now)
        return intake

    return door.once(f"intake:{intake_id}", key, work, lambda _: Intake.objects.get(pk=intake_id))


def sent(intake_id: int) -> Intake:
    """Hold an intake that was submitted; raises Gone for one that was erased or never sent."""
    intake = door.hold(intake_id)
    if intake.state != Intake.State.SUBMITTED:
        raise Gone("Deze gegevens zijn gewist.", code=intake.state)
    return intake


def live(referral: Referral) -> Offer | None:
    """Return the offer that has not ended, if any."""
    return referral.offers.select_related("partner").filter(ended_at__isnull=True).first()


def open_referrals(intake: Intake) -> list[Referral]:
    """Return what is still open, in order."""
    return list(
        Referral.objects.select_related("intake", "owner", "partner")
        .filter(intake=intake, closed_at__isnull=True)
        .order_by("id")
    )


def ask_to_delete(intake: Intake, organisations: Iterable[str] | None, event: Event, now: datetime) -> None:
    """Ask every partner that got a dossier to delete it; None means all, and the KvK is no partner here."""
    offers = Offer.objects.filter(referral__intake=intake).exclude(organisation=KVK)
    # It never arrived, and neither would this.
    offers = offers.exclude(state=Offer.State.UNDELIVERABLE)
    if organisations is not None and KVK not in set(organisations):
        offers = offers.filter(organisation__in=set(organisations))
    for offer in offers.select_related("partner", "referral"):
        if not unsent(offer, now):
            line = _told_to_delete(offer, event, now)
            telling.write_to_partner(event, "mail.withdrawn_to_partner", offer, line)


def _told_to_delete(offer: Offer, event: Event, now: datetime) -> Event | None:
    """Return the line that asks the partner's system to delete, when somebody hears it now.

    An offer that ends by this very withdrawal has its line already.
    """
    number, version = offer.referral.number, offer.referral.version
    told = feed.line_of(offer, version)
    if told is None or (told.kind, told.at) != (FeedType.CONSENT_WITHDRAWN, now):
        feed.tell(FeedType.CONSENT_WITHDRAWN, offer, number=number, version=version, actor=event.actor, at=now)
    return feed.heard_by_system(offer, version)


def stop_sharing(
    intake: Intake, organisations: set[str], event: Event, *, everything: bool = False, actor: str, now: datetime
) -> None:
    """End what these organisations do for a company that took its consent back, and ask them to delete what they got.

    In the transaction that took it back, by this event.
    """
    feed.hold_partners(intake.pk)
    for referral in open_referrals(intake):
        _without(referral, organisations, everything=everything, actor=actor, now=now)
    ask_to_delete(intake, organisations, event, now)


def _without(referral: Referral, organisations: set[str], *, everything: bool, actor: str, now: datetime) -> None:
    """Carry on without these organisations, or withdraw the referral when nobody is left."""
    if referral.state == State.AWAITING_CONSENT and not everything:
        # What is asked here is another consent, and its answer is still to come.
        return
    offer = live(referral)
    hit = offer is not None and offer.organisation in organisations
    at_work = offer is not None and not hit
    if everything or not (at_work or somebody_left(referral, local_date(now))):
        if everything or hit or organisations:
            _withdrawn(referral, offer, actor, now, quiet=TOLD_APART)
        return
    if offer is None or not hit:
        return
    end(offer, Offer.State.WITHDRAWN, now, reason="consent_withdrawn")
    # Not one of the fifty moves: the need stays, only the help of this organisation ends.
    door.settle(
        referral,
        State.RETURNED,
        "offer_withdrawn",
        actor=actor,
        at=now,
        changes={**door.handed_to(None), "reason": "consent_withdrawn"},
        payload={"offer": offer.pk, "partner": offer.partner_id},
        offer=offer,
    )


def somebody_left(referral: Referral, today: date) -> bool:
    """Say whether anybody may still help with this referral: an organisation with consent, or the KvK itself."""
    if referral.no_partner or directory.kvk_is_party(referral, today):
        return True
    return bool(directory.possible(referral, today) & consents.organisations(referral.intake_id))


def _withdrawn(
    referral: Referral,
    offer: Offer | None,
    actor: str,
    now: datetime,
    key: str | None = None,
    quiet: Collection[Recipient] = (),
    role: Actor = Actor.ENTREPRENEUR,
    told: Mapping[str, object] | None = None,
) -> Event:
    action = Action.REFUSE_CONSENT if referral.state == State.AWAITING_CONSENT else Action.WITHDRAW
    door.allowed(referral.state, action, role)
    payload: dict[str, object] = dict(told or {})
    if offer is not None:
        end(offer, Offer.State.WITHDRAWN, now, reason="withdrawn")
        payload |= {"offer": offer.pk, "partner": offer.partner_id}
    return door.move(
        referral,
        action,
        role,
        actor=actor,
        at=now,
        key=key,
        changes={"outcome": State.WITHDRAWN.value, "reason": "withdrawn"},
        payload=payload,
        offer=offer,
        quiet=quiet,
    )


def _empty(intake: Intake, now: datetime) -> None:
    Contact.objects.filter(intake=intake).update(
        company="", kvk_number="", person="", email="", phone="", place="", country="", website="", message=""
    )
    retention.forget_answers(intake.pk)
    referrals = Referral.objects.filter(intake=intake)
    Note.objects.filter(referral__in=referrals).delete()
    Question.objects.filter(referral__in=referrals).update(text="", answer="", salt="")
    PartnerQuestion.objects.filter(offer__referral__in=referrals).update(text="", answer="", salt="")
    Feedback.objects.filter(referral__in=referrals).update(text="", salt="")
    Feedback.objects.filter(referral__in=referrals, asks_reopening=True, handled_at=None).update(handled_at=now)
    # Words of the team, but nobody can say that no name is among them.
    Label.objects.filter(referral__in=referrals).delete()
    dossiers = Dossier.objects.filter(referral__in=referrals)
    for pk in dossiers.values_list("pk", flat=True):
        outbox.revoke(f"dossier:{pk}", ("dossier.render",), now, "erased")
    dossiers.update(content={}, pdf=None)
    Offer.objects.filter(referral__in=referrals).update(reason_text="", contact_person="", salt="")
    outbox.revoke(f"intake:{intake.pk}", INTAKE_MAILS, now, "erased")
    outbox.lay_down(f"intake:{intake.pk}", INTAKE_MAILS, now, "erased")
    Intake.objects.filter(pk=intake.pk).update(**retention.emptied(now))
    intake.refresh_from_db()
