"""Organisations as they are today, seen from rows that froze how they were."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from intake.policies import policy
from intake.policy import Organisation, Resolution, resolve
from intake.policy.organisations import Became
from intake.policy.telling import tell_resolution
from referrals.models import Partner, Referral


@dataclass(frozen=True, slots=True)
class EndedPartner:
    """A partner of which the organisation ended, with how many of its referrals are still open."""

    partner: Partner
    told: str
    successors: tuple[Organisation, ...]
    still_open: int


def ended(code: str, today: date) -> Resolution | None:
    """Return what became of an organisation that is no longer there; None while it is, or when nobody knows it.

    Another name alone is no end: the organisation is the same legal person.
    """
    rules = policy()
    if code not in rules.organisations:
        return None
    found = resolve(rules, code, today)
    if any(item.code == code for item in found.organisations) or renamed(found):
        return None
    return found


def renamed(found: Resolution) -> bool:
    """Say whether the organisation lives on as the same one, under another name."""
    return len(found.organisations) == 1 and all(step.kind is Became.RENAMED for step in found.path)


def ending(code: str, today: date) -> str:
    """Return in words how an organisation ended; empty while it exists."""
    found = ended(code, today)
    return " ".join(tell_resolution(policy(), found)) if found else ""


def ended_partners(today: date) -> list[EndedPartner]:
    """Return the partners in the list of which the organisation ended, and what is still open with them."""
    gone = [(partner, found) for partner in Partner.objects.all() if (found := ended(partner.organisation, today))]
    live = Referral.objects.filter(closed_at__isnull=True, partner__in=[partner for partner, _ in gone])
    still = Counter(live.values_list("partner", flat=True))
    return [
        EndedPartner(partner, " ".join(tell_resolution(policy(), found)), found.organisations, still[partner.pk])
        for partner, found in gone
    ]


def checked_by_partner() -> dict[str, date]:
    """Return when somebody last looked at the organisations that are partners."""
    rows = Partner.objects.filter(last_checked__isnull=False).values_list("organisation", "last_checked")
    return {organisation: day for organisation, day in rows if day is not None}
