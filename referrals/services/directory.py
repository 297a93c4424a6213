"""Partners as the matching rules see them, for one referral."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import (
    BooleanField,
    Count,
    DateTimeField,
    ExpressionWrapper,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)

from intake.models import Consent, Contact, Intake
from intake.policies import policy
from intake.policy import Policy
from intake.policy import players as policy_players
from referrals.domain.matching import Matches, PartnerProfile, Wanted, match
from referrals.models import Offer, Partner, Referral
from referrals.services import consents, organisations

REFUSING = (Offer.State.DECLINED, Offer.State.RETURNED)


def matches(referral: Referral, today: date, newest: Mapping[consents.Key, Consent] | None = None) -> Matches:
    """Return every partner that fits this referral, and why the others do not; in one query with `newest` consents."""
    return match(wanted(referral, newest), profiles(referral, Partner.objects.all(), today), today)


def wanted(referral: Referral, newest: Mapping[consents.Key, Consent] | None = None) -> Wanted:
    """Return what the referral asks for, with the consent of this moment under the words of the policy in force."""
    activity = policy(referral.intake.policy).activities[referral.activity]
    words = policy().consents[consents.SHARE].text_version
    rows = consents.newest(referral.intake_id) if newest is None else newest
    current, outdated = consents.by_words(rows, words)
    return Wanted(
        activity=referral.activity,
        parties=frozenset(activity.parties),
        province=referral.province,
        sector=referral.sector,
        themes=themes_of(referral.intake),
        consented=current,
        outdated=outdated,
    )


def kvk_is_party(referral: Referral, today: date) -> bool:
    """Say whether the policy names the KvK for this activity, so that it may help the company itself."""
    return consents.KVK in possible(referral, today)


def possible(referral: Referral, today: date) -> frozenset[str]:
    """Return every organisation that plays a party of this activity today, wherever it works."""
    rules = policy(referral.intake.policy)
    named = rules.activities[referral.activity].parties
    return frozenset(code for party in named for code in players(rules, party, today))


def players(rules: Policy, party: str, today: date) -> frozenset[str]:
    """Return who plays a party today, through mergers and endings."""
    return frozenset(organisation.code for organisation in policy_players(rules, party, today))


def themes_of(intake: Intake) -> frozenset[str]:
    """Return the themes the company named; none for a company that was never asked."""
    named = intake.answers.get("B4", [])
    return frozenset(named) if isinstance(named, list) else frozenset()


def profiles(referral: Referral, partners: QuerySet[Partner] | Sequence[Partner], today: date) -> list[PartnerProfile]:
    """Return the partners with what matters for this referral: their load, and what they said before. One query."""
    asked = partners if isinstance(partners, QuerySet) else Partner.objects.filter(pk__in=[one.pk for one in partners])
    said_no = Offer.objects.filter(referral=referral.pk, state__in=REFUSING)
    # Not correlated: each list is made once, from the offers of one referral or one company, and not for each partner.
    listed = _with_load(asked).annotate(
        declined=_among(said_no.values("partner")), blocked=_among(_conflicts(referral.intake).values("partner"))
    )
    rules = policy(referral.intake.policy)
    roles = {party: players(rules, party, today) for party in rules.parties}
    return [
        PartnerProfile(
            code=partner.code,
            organisation=partner.organisation,
            name=partner.name,
            # An empty list on the row means that the partner set no limit.
            activities=frozenset(partner.activities or [referral.activity]),
            # A company from abroad without a preference fits everywhere.
            provinces=frozenset(partner.provinces if referral.province else ()),
            sectors=frozenset(partner.sectors),
            themes=frozenset(partner.themes),
            active=partner.active,
            paused_until=partner.paused_until,
            capacity=partner.capacity,
            open_count=partner.still or 0,
            last_offered_at=partner.newest,
            declined_before=partner.declined,
            blocked=partner.blocked,
            parties=frozenset(party for party, codes in roles.items() if partner.organisation in codes),
            ending=organisations.ending(partner.organisation, today),
            key=partner.pk,
        )
        for partner in listed
    ]


@dataclass(frozen=True, slots=True)
class Load:
    """How much a partner has on its desk, and when it last got an offer."""

    open_count: int
    last_offered_at: datetime | None


def loads(partner_ids: Iterable[int]) -> dict[int, Load]:
    """Return the work of these partners; both numbers come straight from an index."""
    rows = _with_load(Partner.objects.filter(pk__in=list(partner_ids)))
    return {pk: Load(number or 0, at) for pk, number, at in rows.values_list("pk", "still", "newest")}


def _with_load(partners: QuerySet[Partner]) -> QuerySet[Any]:
    still = Referral.objects.filter(partner=OuterRef("pk"), closed_at__isnull=True).order_by().values("partner")
    newest = Offer.objects.filter(partner=OuterRef("pk")).order_by("-offered_at").values("offered_at")
    return partners.annotate(
        still=Subquery(still.annotate(number=Count("pk")).values("number"), output_field=IntegerField()),
        newest=Subquery(newest[:1], output_field=DateTimeField()),
    )


def _conflicts(intake: Intake) -> QuerySet[Offer]:
    """Return the offers in which a partner named a conflict of interest with this company, in any scan of it.

    A company is known by its KvK number; one without a number is only known within its own scan.
    """
    contact: Contact | None = getattr(intake, "contact", None)
    same = Q(intake=intake.pk)
    if contact is not None and contact.kvk_number:
        same |= Q(kvk_number=contact.kvk_number)
    return Offer.objects.filter(reason="conflict", referral__intake__in=Contact.objects.filter(same).values("intake"))


def _among(keys: QuerySet[Offer, Any]) -> ExpressionWrapper[Q]:
    return ExpressionWrapper(Q(pk__in=keys), output_field=BooleanField())
