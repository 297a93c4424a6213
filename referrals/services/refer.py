"""Submitting: contact, consent and referrals of a scan, or of a foreign company, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.urls import reverse

from intake.models import Assessment, Contact, Intake
from intake.policies import policy
from intake.services import drafts
from nnmkb.ledger import events, outbox, tokens
from nnmkb.ledger.models import Event
from referrals.domain.lifecycle import Action, Actor, State, transition
from referrals.domain.numbers import referral_number
from referrals.domain.worktime import local_date
from referrals.models import PolicySignal, Referral
from referrals.services import asking, door
from referrals.services.asking import Place, Wish
from referrals.services.consents import FIGURES, VIEW, Box, Key, write
from referrals.services.errors import Gone, Refused

ENTREPRENEUR = "entrepreneur"
SETTLE = "V1"
NORTH = ("groningen", "friesland", "drenthe")


@dataclass(frozen=True, slots=True)
class ContactDetails:
    """Who to call, as the form checked it."""

    company: str
    person: str
    email: str
    kvk_number: str = ""
    phone: str = ""
    place: str = ""
    country: str = "NL"
    website: str = ""
    message: str = ""


def submit(
    intake_id: int,
    *,
    contact: ContactDetails,
    consents: Mapping[Key, bool],
    shown: Sequence[Box],
    key: str,
    now: datetime,
) -> Intake:
    """R1: keep the contact and one consent row per box, and make at most three referrals. Return the intake.

    `shown` are the boxes as they stood on the screen. A second submission, with whatever key, changes nothing and
    returns the intake as it was sent. Refused when the box of the KvK is empty, or when nobody may help.
    """

    def work(scoped: str | None) -> Intake:
        intake = door.hold(intake_id)
        if intake.state == Intake.State.SUBMITTED:
            return intake
        if intake.state != Intake.State.ASSESSED or intake.expired(now):
            raise Gone("Deze zelfscan is nog niet klaar of is verlopen.", code=intake.state)
        assessment = intake.assessments.order_by("-number").first()
        if assessment is None:
            raise Gone("Bekijk eerst uw uitslag.", code=intake.state)
        if not asking.up_to_date(intake, assessment):
            raise Refused("U veranderde uw antwoorden. Bekijk eerst uw nieuwe uitslag.")
        intake.answers = assessment.answers
        wanted = asking.wishes(assessment, local_date(now))
        _send(intake, contact, consents, shown, wanted, assessment, scoped, now)
        return intake

    return door.once(f"intake:{intake_id}", key, work, lambda _: Intake.objects.get(pk=intake_id))


def settle(
    *,
    contact: ContactDetails,
    answers: Mapping[str, str],
    place: Place,
    consents: Mapping[Key, bool],
    shown: Sequence[Box],
    key: str,
    now: datetime,
) -> Intake:
    """Keep the request of a company from abroad: an intake in English, and one referral for activity V1."""

    def work(scoped: str | None) -> Intake:
        intake = drafts.start(now=now, kind=Intake.Kind.FOREIGN, language="en")
        intake.answers = dict(answers)
        wish = settle_wish(place.province, local_date(now))
        _send(intake, contact, consents, shown, (wish,), None, scoped, now, place=place)
        return intake

    def replay(event: Event) -> Intake:
        return Intake.objects.get(pk=int(event.stream.removeprefix("intake:")))

    return door.once("settle", key, work, replay)


def settle_wish(province: str, on: date) -> Wish:
    """Return who could help a company from abroad that prefers this province; all of them without a preference."""
    places = [Place(one, "", ()) for one in ([province] if province else NORTH)]
    return asking.wish_for(policy(), SETTLE, places, on)


def follow_path(intake: Intake) -> str:
    """Return the address at which the entrepreneur follows this intake."""
    return reverse("referrals:follow", args=[follow_token(intake)])


def follow_token(intake: Intake) -> str:
    """Return the token of the follow link."""
    return tokens.derive("follow", intake.reference, intake.nonce)


def _send(
    intake: Intake,
    contact: ContactDetails,
    answers: Mapping[Key, bool],
    shown: Sequence[Box],
    wanted: Iterable[Wish],
    assessment: Assessment | None,
    key: str | None,
    now: datetime,
    place: Place | None = None,
) -> None:
    given = {one for one, yes in answers.items() if yes}
    if set(answers) != {box.key for box in shown}:
        raise Refused("De toestemmingen op de pagina kloppen niet meer. Kijk ze nog eens na.")
    if (VIEW, "") not in given:
        raise Refused(
            "Wij mogen uw antwoorden nog niet bekijken. Zonder die toestemming kan niemand u helpen.", field=VIEW
        )
    allowed = [wish for wish in wanted if wish.allowed(given)]
    if not allowed:
        raise Refused("Kies ten minste één organisatie die u mag helpen.", field=VIEW)
    _close_draft(intake, now)
    Contact.objects.create(intake=intake, **asdict(contact))
    write(intake, shown, answers, source="settle" if assessment is None else "contact", at=now)
    sent = events.record(
        intake.stream,
        "intake_submitted",
        actor=ENTREPRENEUR,
        at=now,
        payload={"given": sorted(map(list, given)), "refused": sorted(map(list, set(answers) - given))},
        idempotency_key=key,
    )
    running = _running_elsewhere(intake, contact.kvk_number)
    where = place or asking.place_of(intake.answers)
    for serial, wish in enumerate(allowed, 1):
        _refer(intake, assessment, wish, where, serial, running.get(wish.activity), now)
    if assessment is not None and (FIGURES, "") in given:
        _count(assessment, where, now)
    outbox.enqueue(sent, "mail.receipt", f"intake:{intake.pk}", at=now)


def _close_draft(intake: Intake, now: datetime) -> None:
    fields: dict[str, object] = {
        "state": Intake.State.SUBMITTED,
        "answers": intake.answers,
        "typed": {},
        "resume_email": "",
        "submitted_at": now,
        "changed_at": now,
        "expires_at": now + timedelta(days=settings.FOLLOW_DAYS),
        "version": intake.version + 1,
    }
    for name, value in fields.items():
        setattr(intake, name, value)
    intake.save(update_fields=list(fields))


def _refer(
    intake: Intake,
    assessment: Assessment | None,
    wish: Wish,
    where: Place,
    serial: int,
    duplicate: str | None,
    now: datetime,
) -> None:
    row = transition(None, Action.SUBMIT, Actor.ENTREPRENEUR)
    referral = Referral.objects.create(
        intake=intake,
        assessment=assessment,
        number=referral_number(intake.reference, serial),
        activity=wish.activity,
        rules=list(wish.rules),
        step=wish.step,
        way=wish.way,
        intensity=wish.intensity,
        province=where.province,
        sector=where.sector,
        state=row.target.value,
        entered_at=now,
        no_partner=wish.no_partner,
        created_at=now,
        **door.clock(State(row.target), now),
    )
    payload: dict[str, object] = {"to": row.target.value, "version": 1, "transition": row.number}
    # The number is typed by anyone, so a duplicate is for the advisor to judge; refusing would tell on the company.
    if duplicate:
        payload["runs_already"] = duplicate
    events.record(referral.stream, row.event, actor=ENTREPRENEUR, at=now, payload=payload)


def _running_elsewhere(intake: Intake, kvk_number: str) -> dict[str, str]:
    if not kvk_number:
        return {}
    rows = Referral.objects.filter(closed_at__isnull=True, intake__contact__kvk_number=kvk_number)
    return dict(rows.exclude(intake=intake).values_list("activity", "number"))


def _count(assessment: Assessment, where: Place, now: datetime) -> None:
    month = local_date(now).replace(day=1)
    PolicySignal.objects.bulk_create(
        PolicySignal(activity=activity, province=where.province, sector=where.sector, month=month)
        for activity in asking.signals(assessment)
    )
