"""Builds the rows that the workbench and partner tests need, straight in the database."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.models import Group, User

from intake.models import Assessment, Consent, Contact, Intake
from intake.numbers import reference_of
from nnmkb.ledger import tokens
from referrals.domain.lifecycle import State
from referrals.domain.numbers import referral_number
from referrals.models import Partner, Referral

# A Tuesday, in a week without holidays.
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
_count = itertools.count(1)


def staff(name: str = "anke", *roles: str, password: str = "een lang wachtwoord", **fields: Any) -> User:
    """Make an account with these roles; an advisor when none is named."""
    user = User.objects.create_user(name, f"{name}@kvk.example", password, first_name=name.capitalize(), **fields)
    for role in roles or ("advisor",):
        # A transactional test before this one may have emptied the table.
        user.groups.add(Group.objects.get_or_create(name=role)[0])
    return user


def partner(code: str = "exportclub", *, organisation: str = "", **fields: Any) -> Partner:
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
        answers={},
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
            text_version="2026-1",
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
        "activity": "B1",
        "step": "O",
        "way": "N",
        "intensity": "licht",
        "province": "drenthe",
        "sector": "industrie_overig",
        "state": State.QUEUED,
        "entered_at": NOW,
        "created_at": NOW,
        "next_due_at": NOW + due,
        **fields,
    }
    case = of or intake(company)
    if "assessment" not in known:
        known["assessment"] = assessment(case)
    return Referral.objects.create(
        intake=case, number=referral_number(case.reference, case.referrals.count() + 1), **known
    )


def assessment(case: Intake, answers: dict[str, Any] | None = None) -> Assessment:
    """Make a stored result of this scan."""
    return Assessment.objects.create(
        intake=case,
        number=case.assessments.count() + 1,
        made_at=NOW,
        policy="2013",
        answers=answers or {},
        outcome="UT5",
        intensity="licht",
        result={},
        receipt={},
    )
