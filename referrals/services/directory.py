"""Partners as the matching rules see them, for one referral."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Count

from intake.models import Intake
from intake.policies import policy
from intake.policy import Policy
from intake.policy import players as policy_players
from referrals.domain.matching import Matches, PartnerProfile, Wanted, match
from referrals.models import OPEN_STATES, Offer, Partner, Referral
from referrals.services import consents, organisations

REFUSING = (Offer.State.DECLINED, Offer.State.RETURNED)


def matches(referral: Referral, today: date) -> Matches:
    """Return every partner that fits this referral, and why the others do not."""
    return match(wanted(referral), profiles(referral, Partner.objects.all(), today), today)


def wanted(referral: Referral) -> Wanted:
    """Return what the referral asks for, with the consent of this moment."""
    activity = policy(referral.intake.policy).activities[referral.activity]
    return Wanted(
        activity=referral.activity,
        parties=frozenset(activity.parties),
        province=referral.province,
        sector=referral.sector,
        themes=themes_of(referral.intake),
        consented=consents.organisations(referral.intake_id),
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


def profiles(referral: Referral, partners: Iterable[Partner], today: date) -> list[PartnerProfile]:
    """Return the partners with what matters for this referral: their load, and what they said before."""
    load = dict(
        Referral.objects.filter(closed_at__isnull=True, state__in=OPEN_STATES, partner__isnull=False)
        .values_list("partner")
        .annotate(Count("id"))
    )
    declined = set(Offer.objects.filter(referral=referral, state__in=REFUSING).values_list("partner", flat=True))
    blocked = set(
        Offer.objects.filter(referral__intake=referral.intake_id, reason="conflict").values_list("partner", flat=True)
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
            open_count=load.get(partner.pk, 0),
            declined_before=partner.pk in declined,
            blocked=partner.pk in blocked,
            parties=frozenset(party for party, codes in roles.items() if partner.organisation in codes),
            ending=organisations.ending(partner.organisation, today),
        )
        for partner in partners
    ]
