"""Rows of one company with a real assessment, for the tests of dossier and mail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from intake.models import Assessment, Consent, Contact, Intake
from intake.policies import policy
from intake.policy import assess, keep_visible, read_answers
from nnmkb.ledger import tokens
from referrals.domain.dossier import digest
from referrals.dossier import build
from referrals.models import Dossier, Offer, Partner, Referral
from referrals.services.offering import token_of
from tests.domain.dossier.companies import READY

# A Tuesday, in a week without holidays.
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
DUE = datetime(2026, 12, 1, 16, 0, tzinfo=UTC)
# Nothing of this may be in a mail to a partner or advisor.
PERSONAL = {
    "company": "Bakkerij Wiarda B.V.",
    "kvk_number": "76543210",
    "person": "Sjoukje Wiarda",
    "email": "sjoukje@wiarda.example",
    "phone": "058 123 45 67",
    "place": "Hallum",
    "website": "https://wiarda.example",
    "message": "Bel mij liever in de avond.",
}


def intake(*organisations: str, answers: dict[str, Any] = READY, **fields: Any) -> Intake:
    """Make a submitted scan, with consent for the KvK and these organisations."""
    known: dict[str, Any] = {"reference": "NN-7K3F-92QD", "nonce": "n1", **fields}
    made = Intake.objects.create(
        state=Intake.State.SUBMITTED,
        policy="2013",
        answers=answers,
        resume_digest=tokens.digest(tokens.derive("resume", known["reference"], known["nonce"])),
        follow_digest=tokens.digest(tokens.derive("follow", known["reference"], known["nonce"])),
        created_at=NOW,
        changed_at=NOW,
        expires_at=NOW + timedelta(days=30),
        submitted_at=NOW,
        **known,
    )
    Contact.objects.create(intake=made, **PERSONAL)
    agree(made, "C1")
    for organisation in organisations:
        agree(made, "C2", organisation)
    return made


def agree(made: Intake, purpose: str, organisation: str = "", *, given: bool = True) -> Consent:
    """Append one word on consent."""
    return Consent.objects.create(
        intake=made,
        purpose=purpose,
        organisation=organisation,
        given=given,
        text_version="2013.1",
        text_digest="0" * 64,
        source="contact",
        at=NOW,
    )


def assessment(made: Intake, **told: str) -> Assessment:
    """Store the assessment of the intake's answers; `told` changes the reason of a rule as it was shown."""
    rules = policy()
    answers = keep_visible(rules, read_answers(rules, made.answers))
    result = assess(rules, answers)
    stored = result.to_json()
    for row in stored["rules"]:
        row["reason"] = told.get(row["rule"], row["reason"])
    return Assessment.objects.create(
        intake=made,
        number=1,
        made_at=NOW,
        policy="2013",
        answers=answers.to_json(),
        outcome=result.outcome.code,
        intensity=result.intensity,
        result=stored,
        receipt=result.receipt.to_json(),
    )


def referral(made: Intake, found: Assessment | None, activity: str = "P4", **fields: Any) -> Referral:
    """Make a referral in the queue."""
    known: dict[str, Any] = {"number": f"{made.reference}-1", "step": "U", "intensity": "intensief", **fields}
    return Referral.objects.create(
        intake=made,
        assessment=found,
        activity=activity,
        entered_at=NOW,
        next_due_at=DUE,
        sweep_at=DUE,
        due_kind="claim",
        created_at=NOW,
        **known,
    )


def partner(organisation: str = "exportclub_noord", **fields: Any) -> Partner:
    """Make a partner without limits."""
    known: dict[str, Any] = {
        "name": policy().organisations[organisation].name,
        "email": f"post@{organisation}.example",
        **fields,
    }
    return Partner.objects.create(code=organisation, organisation=organisation, **known)


def offer(case: Referral, to: Partner) -> Offer:
    """Freeze a dossier and offer it."""
    frozen = dossier(case, to)
    made = Offer(
        referral=case,
        partner=to,
        organisation=to.organisation,
        partner_name=to.name,
        attempt=1,
        dossier=frozen,
        offered_at=NOW,
        respond_by=DUE,
        nonce="n2",
    )
    made.link_digest = tokens.digest(token_of(made))
    made.save()
    return made


def dossier(case: Referral, to: Partner) -> Dossier:
    """Freeze a dossier."""
    content = build.content(case, to, now=NOW, respond_by=DUE)
    return Dossier.objects.create(referral=case, number=1, content=content, digest=digest(content), created_at=NOW)


def offered(organisations: Sequence[str] = ("exportclub_noord",), **fields: Any) -> Offer:
    """Make a company, its referral and a live offer to the first organisation."""
    made = intake(*organisations, **fields)
    return offer(referral(made, assessment(made)), partner(organisations[0]))
