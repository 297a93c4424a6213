"""What has to be looked after about organisations: for who writes the policy and who keeps the partners."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from intake.policies import policy
from intake.policy import Policy
from intake.policy.standing import CHECK_DAYS, Standing, Unchecked, Unfilled, standing
from intake.policy.telling import CERTAINTIES, day_in_words, tell_resolution
from nnmkb.web.desk import frame
from nnmkb.web.permissions import allowed, by_role, roles_of
from referrals.services import organisations
from referrals.services.organisations import EndedPartner

NEVER = "nog nooit"
_QUESTIONS = {"provinces": "provincie", "sectors": "sector", "themes": "thema"}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to look after: what it is about, and what there is to say."""

    about: str
    told: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Attention:
    """How much there is to look after, for the front page of the administration."""

    unfilled: int
    unchecked: int
    ended: int
    days: int = CHECK_DAYS

    @property
    def nothing(self) -> bool:
        """Say that all is well."""
        return not (self.unfilled or self.unchecked or self.ended)


def stand(today: date) -> Standing:
    """Return how the organisations of the policy in force stand; a check of a partner counts too."""
    return standing(policy(), today, checked=organisations.checked_by_partner())


def attention(today: date) -> Attention:
    """Return the numbers of what must be looked after."""
    found, partners = stand(today), organisations.ended_partners(today)
    gone = {item.resolution.asked.code for item in found.ended} | {item.partner.organisation for item in partners}
    return Attention(len({item.party.code for item in found.unfilled}), len(found.unchecked), len(gone))


@require_safe
@by_role
def page(request: HttpRequest) -> HttpResponse:
    """Show every party without an organisation, every organisation that ended, and those that nobody checked."""
    rules, today = policy(), timezone.localdate()
    found = stand(today)
    context = {
        **frame(request),
        "today": day_in_words(today),
        "days": CHECK_DAYS,
        "unfilled": [_lacking(rules, item) for item in found.unfilled],
        "ended": [
            Line(
                item.resolution.asked.name,
                " ".join(tell_resolution(rules, item.resolution)),
                f"Staat nog bij: {_listed(party.name for party in item.parties)}.",
            )
            for item in found.ended
        ],
        "partners": [_partner(item) for item in organisations.ended_partners(today)],
        "unchecked": [_unchecked(item) for item in found.unchecked],
        "certainties": CERTAINTIES,
        "may_review": allowed(roles_of(request.user), "referrals:partners-review", "GET"),
    }
    return render(request, "referrals/organisations.html", context)


def _lacking(rules: Policy, item: Unfilled) -> Line:
    where = [
        f"{word} {'; '.join(_label(rules, word, value) for value in values)}"
        for axis, word in _QUESTIONS.items()
        if (values := getattr(item.reach, axis))
    ]
    return Line(item.party.name, f"Niemand voor {' en '.join(where)}." if where else "Niemand.")


def _label(rules: Policy, key: str, value: str) -> str:
    options = rules.catalogue.by_key[key].options
    return next((option.label for option in options if option.value == value), value)


def _partner(item: EndedPartner) -> Line:
    still = item.still_open
    note = f"Er {'staat nog 1 doorverwijzing' if still == 1 else f'staan nog {still} doorverwijzingen'} open."
    note = note if still else "Er staat niets meer open."
    if item.successors:
        note += f" Maak een nieuwe partner voor {_listed(one.name for one in item.successors)}."
    return Line(item.partner.name, item.told, note)


def _unchecked(item: Unchecked) -> Line:
    looked = f"{day_in_words(item.checked_on)}, {item.days} dagen geleden" if item.checked_on else NEVER
    return Line(item.organisation.name, looked, f"{item.organisation.certainty}. {item.organisation.evidence}".strip())


def _listed(words: Iterable[str]) -> str:
    found: Sequence[str] = list(words)
    return " en ".join(part for part in (", ".join(found[:-1]), found[-1]) if part)
