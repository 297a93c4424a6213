"""The cast of the service tests: a company with its scan, advisors, and partners; and shortcuts to each state."""

from __future__ import annotations

import copy
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.models import Group, User

from intake.models import Assessment, Intake
from intake.services import assessing, drafts
from referrals.domain.worktime import local_date
from referrals.models import Offer, Partner, Referral
from referrals.services import answering, asking, offering, queue, refer
from referrals.services.consents import Box, Key
from referrals.services.refer import ContactDetails
from referrals.views import settle

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)

# A Frisian company in water technology that misses a network (N3) and knows an investor (V1).
FRISIAN: dict[str, Any] = {
    "B1": "friesland",
    "B2": "industrie_overig",
    "B3": 25,
    "B4": ["water"],
    "B5": ["product_bedrijf"],
    "B6": "zelf",
    "B7": "soms",
    "B8": ["klanten"],
    "S1": "ja_begin",
    "S2": "nee",
    "S3": ["omzet"],
    "S4": "duidelijk",
    "S5": ["scandinavie"],
    "S6": "ja",
    "S7": "ja_onderzocht",
    "S8": "belangstelling",
    "S9": "ja",
    "O1": "ja",
    "O2": "ja",
    "O3": "ja",
    "O4": "ja",
    "O5": "ja",
    "O6": ["geen"],
    "O7": "nee",
    "O8": "ja",
    "U1": "een",
    "U2": ["beurs_bezocht"],
    "U3": "nee",
    "U4": "globaal",
    "U5": dict.fromkeys(
        (
            "fin_intern",
            "fin_extern",
            "partners",
            "regels",
            "subsidie",
            "personeel",
            "tijd",
            "ideeen",
            "omzetten",
            "risico",
        ),
        2,
    ),
    "U7": "bekend",
    "U8": "investeerder",
    "U9": "nee",
    "U10": "deels",
    "U11": ["netwerken"],
}
ANNA = ContactDetails(
    company="Zilverwiek Techniek",
    person="Anna Zilverwiek",
    email="anna@zilverwiek.example",
    kvk_number="90000749",
    phone="058 123 45 67",
    place="Leeuwarden",
    message="Zilverwiek maakt pompen.",
)


def key() -> str:
    """Return a fresh idempotency key."""
    return str(uuid.uuid4())


def assessed(answers: dict[str, Any] | None = None, now: datetime = NOW) -> Intake:
    """Return an intake whose result was seen."""
    intake = drafts.start(now=now)
    intake.answers = copy.deepcopy(answers or FRISIAN)
    intake.postcode, intake.municipality = "8911 AA", "Leeuwarden"
    intake.save()
    assessing.assess(intake, now=now)
    intake.refresh_from_db()
    return intake


def newest(intake: Intake) -> Assessment:
    """Return the assessment of an intake."""
    found = assessing.latest(intake)
    assert found is not None
    return found


def boxes(intake: Intake, now: datetime = NOW) -> tuple[Box, ...]:
    """Return the boxes that this company sees."""
    return asking.boxes(newest(intake), local_date(now))


def ticks(shown: tuple[Box, ...], *organisations: str, also: tuple[str, ...] = ()) -> dict[Key, bool]:
    """Return the answers to boxes: yes to the KvK, to these organisations, and to these other purposes."""
    wanted = {("C1", ""), *(("C2", code) for code in organisations), *((purpose, "") for purpose in also)}
    return {box.key: box.key in wanted for box in shown}


def submitted(
    *organisations: str,
    answers: dict[str, Any] | None = None,
    contact: ContactDetails = ANNA,
    also: tuple[str, ...] = (),
) -> Intake:
    """Return an intake that was sent with consent for these organisations (all of them when none is named)."""
    intake = assessed(answers)
    shown = boxes(intake)
    named = organisations or tuple(box.organisation for box in shown if box.organisation)
    return refer.submit(
        intake.pk, contact=contact, consents=ticks(shown, *named, also=also), shown=shown, key=key(), now=NOW
    )


def advisor(name: str = "bert", *, lead: bool = False) -> User:
    """Return somebody of the KvK."""
    user, _ = User.objects.get_or_create(username=name, defaults={"first_name": name.capitalize(), "is_staff": True})
    if lead:
        user.groups.add(Group.objects.get_or_create(name="team_lead")[0])
    return user


def partner(organisation: str = "water_alliance", **more: Any) -> Partner:
    """Return a partner that does everything everywhere."""
    defaults = {
        "code": organisation.replace("_", "-"),
        "name": organisation.replace("_", " ").title(),
        "email": f"{organisation}@partner.example",
    }
    made, _ = Partner.objects.update_or_create(organisation=organisation, defaults={**defaults, **more})
    return made


@dataclass(frozen=True, slots=True)
class Case:
    """One referral with everybody around it."""

    intake: Intake
    referral: Referral
    advisor: User
    partner: Partner
    offer: Offer | None = None

    def fresh(self) -> Referral:
        """Return the referral as it is in the database now."""
        return Referral.objects.get(pk=self.referral.pk)

    def fresh_offer(self) -> Offer:
        """Return the offer as it is in the database now."""
        assert self.offer is not None
        return Offer.objects.select_related("referral", "partner", "dossier").get(pk=self.offer.pk)

    @property
    def actor(self) -> str:
        """Return the partner as the ledger writes it."""
        return f"partner:{self.partner.pk}"


def case(state: str = "queued", *organisations: str, organisation: str = "water_alliance") -> Case:
    """Return the network referral (N3) of a Frisian company, in this state."""
    intake = submitted(*organisations)
    referral = Referral.objects.get(intake=intake, activity="N3")
    bert, water = advisor(), partner(organisation)
    offer: Offer | None = None
    if state != "queued":
        referral = queue.claim(referral.pk, advisor=bert, version=1, key=key(), now=NOW)
    if state not in {"queued", "in_review"}:
        offer = offering.offer(referral.pk, water.pk, advisor=bert, version=2, key=key(), now=NOW)
    found = Case(intake, referral, bert, water, offer)
    if offer is None:
        return found
    if state == "returned":
        answering.decline(offer.pk, actor=found.actor, reason="not_our_activity", key=key(), now=NOW)
    if state in {"accepted", "in_progress", "completed"}:
        answering.accept(offer.pk, actor=found.actor, contact_person="Carla", key=key(), now=NOW)
    if state in {"in_progress", "completed"}:
        answering.first_contact(offer.pk, actor=found.actor, on=local_date(NOW), key=key(), now=NOW)
    if state == "completed":
        answering.complete(
            referral.pk, actor=found.actor, outcome="advice_given", on=local_date(NOW), key=key(), now=NOW
        )
    return found


def settle_boxes() -> tuple[Box, ...]:
    """Return the boxes that a company from abroad sees."""
    return settle.boxes()
