"""From rows to the content of a dossier. The preview and the real one come from the same builder."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.utils import timezone

from intake.models import Assessment, Consent, Contact, Intake
from intake.policies import policy
from intake.policy import KVK, NO_ANSWERS, Answers, Policy, answer_label, assess, organisations_for, read_answers
from intake.reference import countries
from referrals.domain.dossier import (
    AnswerGroup,
    AnswerLine,
    Company,
    ConsentLine,
    Content,
    Receipt,
    Recipient,
)
from referrals.domain.dossier_content import Frame, foreign_content, scan_content
from referrals.domain.english_consent import sentence_agreed_to
from referrals.domain.worktime import deadline, local_date, read_calendar
from referrals.models import Dossier, Partner, Referral

SETTLING = "V1"
LONGEST_PIECE = 900
VIEW_BY_KVK, GIVE_TO_PARTNER = "C1", "C2"
FOREIGN_QUESTIONS = {
    "sector": "In welke sector werkt het bedrijf?",
    "looks_for": "Wat zoekt het bedrijf?",
    "when": "Wanneer wil het bedrijf beginnen?",
    "province": "Waar wil het bedrijf zich vestigen?",
}


def content(referral: Referral, partner: Partner, *, now: datetime, respond_by: datetime | None = None) -> Content:
    """Return what this partner will be shown of this referral, to be frozen by the caller.

    `respond_by` is the deadline of the offer; without it, the partner's own term from now.
    """
    due = respond_by or deadline(now, partner.response_days, read_calendar())
    frame = Frame(
        number=referral.number,
        version=Dossier.objects.filter(referral=referral).count() + 1,
        made_at=moment(now),
        respond_by=moment(due),
        recipient=Recipient(organisation=partner.organisation, name=partner.name),
        company=company_of(referral.intake, contact_of(referral.intake)),
        consent=consent_lines(referral.intake, partner.organisation, partner.name),
        receipt=receipt_of(referral.intake, referral.assessment),
        activities=(referral.activity,),
    )
    made = fill(referral.intake, referral.assessment, frame)
    made["answers"] += asked_since(referral)
    return made


def preview(
    intake: Intake,
    organisation: str,
    *,
    company: Mapping[str, str] | None = None,
    activities: Sequence[str] | None = None,
    now: datetime | None = None,
    of: Referral | None = None,
    newest: Mapping[tuple[str, str], Consent] | None = None,
) -> Content:
    """Return what this organisation would be shown if the company agrees.

    Made by the builder of the real dossier; only the date, the deadline and perhaps the consent are still open.
    `company` gives what was typed on the contact form (name, place, kvk_number) while there is no contact row yet.
    Nothing is looked up again with `of`, a referral that was read with its scan and result, and its `newest` consents.
    """
    at = now or timezone.now()
    name = policy(intake.policy).organisations[organisation].name
    # A scan that was sent gets no other result any more.
    last = of.assessment if of else intake.assessments.last()
    frame = Frame(
        number=intake.reference,
        version=1,
        made_at=moment(at),
        respond_by="",
        recipient=Recipient(organisation=organisation, name=name),
        company=company_of(intake, getattr(intake, "contact", None) if of else contact_of(intake), company or {}),
        consent=consent_lines(intake, organisation, name, newest),
        receipt=receipt_of(intake, last),
        activities=activities if activities is not None else activities_for(intake, last, organisation, local_date(at)),
    )
    return fill(intake, last, frame)


def fill(intake: Intake, assessment: Assessment | None, frame: Frame) -> Content:
    """Return the content for this frame, by the kind of intake."""
    rules = policy(intake.policy)
    if assessment is None or intake.kind == Intake.Kind.FOREIGN:
        return foreign_content(rules, foreign_lines(intake), frame)
    answers = read_answers(rules, assessment.answers)
    told = {row["rule"]: row["reason"] for row in assessment.result.get("rules", ())}
    return scan_content(rules, assess(rules, answers), answers, frame, told)


def asked_since(referral: Referral) -> list[AnswerGroup]:
    """Return what the KvK asked after the scan and what was answered; no group when there is nothing."""
    answered = referral.questions.filter(answered_at__isnull=False).exclude(answer="").order_by("id")
    lines = [
        AnswerLine(code=f"K{number}", question=one.text, answer=pieces(one.answer))
        for number, one in enumerate(answered, 1)
    ]
    return [AnswerGroup(code="K", step="Vragen van de KvK na de zelfscan", lines=lines)] if lines else []


def pieces(text: str) -> list[str]:
    """Return a text in paragraphs of at most 900 characters: the PDF cuts off what is much longer."""
    return [piece for line in text.splitlines() for piece in textwrap.wrap(line, LONGEST_PIECE)]


def foreign_lines(intake: Intake) -> list[AnswerLine]:
    """Return what a foreign company told about itself, in its own words."""
    return [
        AnswerLine(code=name, question=question, answer=[str(intake.answers[name])])
        for name, question in FOREIGN_QUESTIONS.items()
        if intake.answers.get(name)
    ]


def contact_of(intake: Intake) -> Contact | None:
    """Return the contact row, if the company gave one."""
    return Contact.objects.filter(intake=intake).first()


def company_of(intake: Intake, contact: Contact | None, typed: Mapping[str, str] | None = None) -> Company:
    """Return who the company is: name and place, and what the answers say about it."""
    rules = policy(intake.policy)
    given = {
        "name": contact.company if contact else "",
        "place": contact.place if contact else "",
        "kvk_number": contact.kvk_number if contact else "",
    } | {name: text for name, text in (typed or {}).items() if text}
    foreign = intake.kind == Intake.Kind.FOREIGN
    answers = NO_ANSWERS if foreign else read_answers(rules, intake.answers)
    return Company(
        name=given["name"],
        kvk_number=given["kvk_number"],
        place=given["place"] or intake.municipality,
        province=said(rules, answers, "B1"),
        country=country_name(contact.country) if contact and foreign else "Nederland",
        sector=str(intake.answers.get("sector", "")) if foreign else said(rules, answers, "B2"),
        size=f"{answers['B3']} werkzame personen" if "B3" in answers else "",
    )


def said(rules: Policy, answers: Answers, code: str) -> str:
    """Return the answer to one question in words, empty when there is none."""
    return answer_label(rules, code, answers[code], answers) if code in answers else ""


def country_name(code: str) -> str:
    """Return the Dutch name of a country, or the code when it is not in the table."""
    return next((country.name_nl for country in countries() if country.code == code), code)


def consent_lines(
    intake: Intake, organisation: str, name: str, newest: Mapping[tuple[str, str], Consent] | None = None
) -> list[ConsentLine]:
    """Return the consents that this dossier rests on: the newest word for the KvK and for the organisation."""
    rules = policy(intake.policy)
    texts = rules.consents
    # The box named the organisation as the policy does; a partner may write its own name otherwise.
    named = rules.organisations[organisation].name if organisation in rules.organisations else name
    if newest is None:
        newest = {(row.purpose, row.organisation): row for row in Consent.objects.filter(intake=intake).order_by("id")}
    wanted = [(VIEW_BY_KVK, "")] + ([(GIVE_TO_PARTNER, organisation)] if organisation != KVK else [])
    return [
        ConsentLine(
            purpose=row.purpose,
            organisation=row.organisation,
            text=sentence_agreed_to(row.purpose, row.text_version, texts[row.purpose].text, named),
            at=moment(row.at),
            text_version=row.text_version,
            text_digest=row.text_digest,
        )
        for key in wanted
        if (row := newest.get(key)) is not None and row.given
    ]


def receipt_of(intake: Intake, assessment: Assessment | None) -> Receipt:
    """Return which policy gave the advice; for a company that was not assessed, only its name and digests."""
    rules = policy(intake.policy)
    stored = assessment.receipt if assessment else {}
    return Receipt(
        policy=rules.name,
        version=rules.version,
        engine=str(stored.get("engine", "")),
        rules=str(stored.get("rules", rules.digests.rules)),
        catalogue=str(stored.get("catalogue", rules.digests.catalogue)),
        answers=str(stored.get("answers", "")),
    )


def activities_for(intake: Intake, assessment: Assessment | None, organisation: str, on: date) -> tuple[str, ...]:
    """Return the activities offered now that this organisation could be asked for; all of them for the KvK."""
    if assessment is None:
        return (SETTLING,)
    rules = policy(intake.policy)
    answers = read_answers(rules, assessment.answers)
    now = [one for one in assess(rules, answers).referrals if one.now]
    fits = [one.activity for one in now if organisation in playing(rules, one.parties, on, answers)]
    return tuple(dict.fromkeys(fits or [one.activity for one in now]))


def playing(rules: Policy, parties: Sequence[str], on: date, answers: Answers) -> set[str]:
    """Return the organisations that play these parties on this day for this company."""
    province, sector, themes = answers.get("B1"), answers.get("B2"), answers.get("B4", ())
    return {
        organisation.code
        for party in parties
        for organisation in organisations_for(
            rules,
            party,
            on,
            province if isinstance(province, str) else None,
            sector if isinstance(sector, str) else None,
            themes if isinstance(themes, tuple) else (),
        )
    }


def moment(at: datetime) -> str:
    """Return a moment as text, to the second."""
    return at.isoformat(timespec="seconds")
