"""Builds the rows that the workbench and partner tests need, straight in the database."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.models import Group, User

from intake.models import Assessment, Consent, Contact, Intake
from intake.numbers import reference_of
from intake.policies import policy
from intake.policy import assess, read_answers
from nnmkb.ledger import tokens
from referrals.domain.lifecycle import State
from referrals.domain.numbers import referral_number
from referrals.models import Offer, Partner, Referral
from referrals.services import offering

# A metal company with everything in order that wants to speak with customers; rule R-P4 leads to activity P4.
ANSWERS: dict[str, Any] = {
    "B1": "groningen", "B2": "industrie_metaal", "B3": 25, "B4": ["geen"], "B5": ["product_bedrijf"], "B6": "zelf",
    "B7": "soms", "B8": ["klanten"], "U8": "nee", "S1": "ja_begin", "S2": "nee", "S3": ["omzet"], "S4": "duidelijk",
    "S5": ["duitsland"], "S6": "ja", "S7": "ja_onderzocht", "S8": "belangstelling", "S9": "ja", "O1": "ja", "O2": "ja",
    "O3": "ja", "O4": "ja", "O5": "ja", "O6": ["branche", "exportclub"], "O7": "enkele", "O8": "nee", "U1": "een",
    "U2": ["beurs_bezocht"], "U3": "zaken", "U4": "globaal", "U7": "bekend", "U9": "nee", "U10": "deels",
    "U11": ["missie_beurs"],
    "U5": dict.fromkeys(
        ("fin_intern", "fin_extern", "partners", "regels", "subsidie", "personeel", "tijd", "ideeen", "omzetten",
         "risico"), 2,
    ),
}  # fmt: skip
# A Tuesday, in a week without holidays.
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
_count = itertools.count(1)


def staff(name: str = "anke", *roles: str, password: str | None = None, **fields: Any) -> User:
    """Make an account with these roles; an advisor when none is named. A real password costs half a second."""
    user = User.objects.create_user(name, f"{name}@kvk.example", password, first_name=name.capitalize(), **fields)
    for role in roles or ("advisor",):
        # A transactional test before this one may have emptied the table.
        user.groups.add(Group.objects.get_or_create(name=role)[0])
    return user


def partner(code: str = "metaalunie", *, organisation: str = "", **fields: Any) -> Partner:
    """Make a partner without limits."""
    known: dict[str, Any] = {"name": code.capitalize(), "email": f"post@{code}.example", **fields}
    return Partner.objects.create(code=code, organisation=organisation or code, **known)


def intake(
    company: str = "Hunze Sensoren", *, at: datetime = NOW, consents: tuple[str, ...] = (), **contact: Any
) -> Intake:
    """Make a submitted scan with contact data, an empty assessment and consent for the KvK and these organisations."""
    number = next(_count)
    reference = reference_of(number * 7_919)
    made = Intake.objects.create(
        reference=reference,
        state=Intake.State.SUBMITTED,
        nonce=f"nonce{number}",
        resume_digest=tokens.digest(f"resume{number}"),
        follow_digest=tokens.digest(f"follow{number}"),
        policy="2013",
        answers=ANSWERS,
        created_at=at,
        changed_at=at,
        expires_at=at + timedelta(days=30),
        submitted_at=at,
    )
    known: dict[str, Any] = {
        "person": "Sjoerd Hunze",
        "email": f"post{number}@hunze.example",
        "place": "Assen",
        **contact,
    }
    Contact.objects.create(intake=made, company=company, **known)
    rows = [("C1", ""), *(("C2", organisation) for organisation in consents)]
    for purpose, organisation in rows:
        Consent.objects.create(
            intake=made,
            purpose=purpose,
            organisation=organisation,
            given=True,
            text_version="2013.1",
            text_digest="0" * 64,
            source="contact",
            at=at,
        )
    return made


def referral(
    company: str = "Hunze Sensoren", *, due: timedelta = timedelta(days=2), of: Intake | None = None, **fields: Any
) -> Referral:
    """Make a referral that waits to be picked up, due this long after NOW."""
    known: dict[str, Any] = {
        "activity": "P4",
        "rules": ["R-P4"],
        "step": "U",
        "way": "P",
        "intensity": "licht",
        "province": "groningen",
        "sector": "industrie_metaal",
        "state": State.QUEUED,
        "entered_at": NOW,
        "created_at": NOW,
        "next_due_at": NOW + due,
        **fields,
    }
    known.setdefault("sweep_at", known["next_due_at"])
    if to := known.get("partner"):
        known = {"organisation": to.organisation, "partner_name": to.name, **known}
    case = of or intake(company)
    if "assessment" not in known:
        known["assessment"] = assessment(case)
    return Referral.objects.create(
        intake=case, number=referral_number(case.reference, case.referrals.count() + 1), **known
    )


def assessment(case: Intake) -> Assessment:
    """Make the result of this scan."""
    rules = policy()
    found = assess(rules, read_answers(rules, ANSWERS))
    result = found.to_json()
    return Assessment.objects.create(
        intake=case,
        number=case.assessments.count() + 1,
        made_at=NOW,
        policy="2013",
        answers=ANSWERS,
        outcome=found.outcome.code,
        intensity=found.intensity,
        result=result,
        receipt=result["receipt"],
    )


def offered(to: Partner, *, advisor: User | None = None, at: datetime = NOW, **contact: Any) -> Offer:
    """Make a referral that lies with this partner, through the door that the advisor uses."""
    owner = advisor or staff(f"adviseur{next(_count)}")
    case = intake(consents=(to.organisation,), at=at, **contact)
    row = referral(of=case, state=State.IN_REVIEW, owner=owner)
    return offering.offer(row.pk, to.pk, advisor=owner, version=row.version, key="made", now=at)
