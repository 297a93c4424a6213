"""`demo`: partners, people of the KvK, and three invented companies at different points. Made by the real services."""

from __future__ import annotations

import json
import secrets
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from intake.models import Intake
from intake.policies import policy
from intake.policy import KVK, read_answers
from intake.reference import province_of_postcode
from intake.services import assessing, drafts, saving
from nnmkb.ledger import events
from nnmkb.ledger.models import Outgoing
from nnmkb.post import DEMO_DEVICE
from referrals.models import Partner, Referral
from referrals.services import answering, asking, directory, invitations, offering, queue, refer
from referrals.services.invitations import By, Newcomer
from referrals.services.refer import ContactDetails

FOLDER = settings.ROOT / "fixtures" / "demo"
# Known to all, so only where nobody but this laptop can come: mail goes to a folder and the site listens on 127.0.0.1.
LAPTOP_PASSWORD = "noord-over-de-grens"  # noqa: S105
Facts = dict[str, Any]


class Command(BaseCommand):
    """Fill an empty site once; a second run adds nothing."""

    help = "Adds demo partners, people and companies. Refuses in production."

    def handle(self, *args: object, **options: Any) -> str:
        """Fill, and return who can sign in."""
        if settings.PRODUCTION:
            raise CommandError("demo companies do not belong in production.")
        now = timezone.now()
        partners(timezone.localdate(now))
        people = [person(facts) for facts in read("medewerkers.json")]
        people += [line for facts in read("partners.json") for line in members(facts, now)]
        for facts in read("bedrijven.json"):
            company(facts, now)
        # The companies came in days ago, their mail was promised then; it is not late, it could not go before.
        Outgoing.objects.filter(state=Outgoing.State.PENDING, due_at__lt=now).update(due_at=now)
        return "\n".join(f"  {line}" for line in people)


def read(name: str) -> list[Facts]:
    """Return one of the demo files."""
    found: list[Facts] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return found


def partners(today: date) -> None:
    """Add every organisation that plays a party today, with an invented address and for some an invented person."""
    rules, known = policy(), {facts["organisatie"]: facts for facts in read("partners.json")}
    playing: dict[str, set[str]] = {}
    for activity in rules.activities.values():
        for party in activity.parties:
            for code in directory.players(rules, party, today):
                playing.setdefault(code, set()).add(activity.code)
    for code, activities in sorted(playing.items()):
        organisation = rules.organisations[code]
        partner, fresh = Partner.objects.get_or_create(
            organisation=code,
            defaults={
                "code": code,
                "channel": known.get(code, {}).get("kanaal", Partner.Channel.LINK),
                "name": organisation.name,
                "activities": sorted(activities),
                "provinces": list(organisation.provinces),
                "sectors": list(organisation.sectors),
                "themes": list(organisation.themes),
                "email": f"doorverwijzing@{code.replace('_', '-')}.example",
                "agreement_date": date(today.year, 1, 15),
                "last_checked": today - timedelta(days=known.get(code, {}).get("dagen_geleden", 0)),
            },
        )
        if fresh:
            for someone in known.get(code, {}).get("contactpersonen", ()):
                partner.contacts.create(**someone)


def person(facts: Facts) -> str:
    """Add someone who can sign in; return the line that says how."""
    username = facts["username"]
    password = LAPTOP_PASSWORD if settings.LOCAL_POST else secrets.token_urlsafe(12)
    user, fresh = User.objects.get_or_create(
        username=username,
        defaults={
            "email": f"{username}@kvk.example",
            "first_name": facts["first_name"],
            "last_name": facts["last_name"],
            "is_staff": facts["group"] == "administrator",
        },
    )
    if fresh:
        user.password = hashed(password)
        user.save(update_fields=["password"])
        user.groups.add(Group.objects.get(name=facts["group"]))
    elif not settings.LOCAL_POST:
        password = "(as before)"  # noqa: S105
    return f"{username:<12} {password}"


def members(facts: Facts, now: datetime) -> list[str]:
    """Let the people of a partner accept an invitation; return the lines that say how they sign in."""
    partner = Partner.objects.get(organisation=facts["organisatie"])
    lead = User.objects.get(username="teamleider")
    return [member(partner, someone, lead, now) for someone in facts.get("accounts", ())]


def member(partner: Partner, facts: Facts, lead: User, now: datetime) -> str:
    """Add somebody of a partner, with a second step only where nobody but this laptop can come: see nnmkb/post.py."""
    email, password = facts["email"], LAPTOP_PASSWORD if settings.LOCAL_POST else secrets.token_urlsafe(12)
    if User.objects.filter(username=email).exists():
        return f"{email:<32} {password if settings.LOCAL_POST else '(as before)'}"
    by = By(lead, f"staff:{lead.pk}")
    invitation = invitations.invite(partner.pk, email, facts["role"], by=by, now=now)
    newcomer = Newcomer(facts["first_name"], facts["last_name"], password)
    made = invitations.accept(invitations.token_of(invitation), newcomer, now)
    if settings.LOCAL_POST:
        TOTPDevice.objects.create(user=made.user, name=DEMO_DEVICE)
    return f"{email:<32} {password}"


@cache
def hashed(password: str) -> str:
    """Return the stored form; made once, because it is slow on purpose and all people share one on a laptop."""
    return make_password(password)


@transaction.atomic
def company(facts: Facts, now: datetime) -> None:
    """Take one company as far as its file says, unless it is there already."""
    mark = f"demo-{facts['sleutel']}"
    if events.done_before(f"start:{mark}"):
        return
    began = now - timedelta(days=facts["dagen_geleden"])
    intake = submit(facts, mark, began)
    if facts["punt"] != "wachtrij":
        go_on(intake, facts, mark, began)


def submit(facts: Facts, mark: str, began: datetime) -> Intake:
    """Fill in the scan, see the result and send it, with every box ticked."""
    intake = drafts.start(now=began, key=mark)
    answers = read_answers(policy(), facts["antwoorden"])
    place = province_of_postcode(facts["postcode"])
    page = saving.PageAnswers(
        asked=tuple(facts["antwoorden"]),
        valid=dict(answers),
        typed={},
        seen_version=intake.version,
        columns={"postcode": facts["postcode"], "municipality": place.municipality if place else ""},
    )
    intake = saving.save_page(intake, page, now=began)
    assessment = assessing.assess(intake, now=began)
    boxes = asking.boxes(assessment, timezone.localdate(began))
    return refer.submit(
        intake.pk,
        contact=ContactDetails(**facts["contact"]),
        consents={box.key: True for box in boxes},
        shown=boxes,
        key=mark,
        now=began,
    )


def go_on(intake: Intake, facts: Facts, mark: str, began: datetime) -> None:
    """Offer the first referral that has a partner, and for a company that is under way, let the partner accept it."""
    advisor = User.objects.get(username="adviseur")
    today = timezone.localdate(began)
    referral, partner = first_match(intake, today)
    looked, offered = began + timedelta(hours=20), began + timedelta(days=1)
    referral = queue.claim(referral.pk, advisor=advisor, version=referral.version, key=f"{mark}-claim", now=looked)
    offer = offering.offer(
        referral.pk, partner.pk, advisor=advisor, version=referral.version, key=f"{mark}-offer", now=offered
    )
    if facts["punt"] == "voorgelegd":
        return
    someone = partner.members.select_related("user").latest("joined_at").user
    actor, accepted, spoken = (
        f"partner:{partner.pk}/person:{someone.pk}",
        offered + timedelta(days=2),
        offered + timedelta(days=5),
    )
    name = someone.get_full_name()
    answering.accept(offer.pk, actor=actor, contact_person=name, key=f"{mark}-accept", now=accepted)
    answering.first_contact(offer.pk, actor=actor, on=timezone.localdate(spoken), key=f"{mark}-contact", now=spoken)


def first_match(intake: Intake, today: date) -> tuple[Referral, Partner]:
    """Return a referral and the partner that fits it best, a partner with accounts first: its inbox is to be seen."""
    found = [
        (referral, Partner.objects.get(code=proposal.partner.code))
        for referral in intake.referrals.order_by("number")
        for proposal in directory.matches(referral, today).proposals
        if proposal.partner.code != KVK
    ]
    if not found:
        raise CommandError("no partner fits the demo company; did the policy change?")
    return next((match for match in found if match[1].members.exists()), found[0])
