"""Which needs a result leads to, which organisations could help, and so which boxes there are to tick."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from intake.models import Assessment, Intake
from intake.policies import policy
from intake.policy import Effect, Policy, Step, organisations_for
from intake.services.progress import Progress
from referrals.services.consents import EXAMPLE, FIGURES, KVK, LATER, SHARE, VIEW, Box, Key

REFERRAL, SIGNAL = "verwijzing", "signaal"
MOST_REFERRALS = 3


@dataclass(frozen=True, slots=True)
class Place:
    """What decides which organisations play a party: where the company is and what it does."""

    province: str
    sector: str
    themes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """One activity that is offered now, with who leads it and who could help too (organisation codes, no KvK)."""

    activity: str
    rules: tuple[str, ...]
    step: str
    way: str
    intensity: str
    lead: tuple[str, ...]
    others: tuple[str, ...]
    by_kvk: bool

    @property
    def no_partner(self) -> bool:
        """Say that nobody plays the party today, so that the KvK has to find a way."""
        return not self.by_kvk and not self.lead and not self.others

    def allowed(self, given: Iterable[Key]) -> bool:
        """Say whether these consents let anybody at all work on it; without the KvK nothing moves."""
        yes = set(given)
        organisations = {*self.lead, *self.others}
        shared = any((SHARE, organisation) in yes for organisation in organisations)
        return (VIEW, "") in yes and (self.by_kvk or self.no_partner or shared)


def place_of(answers: Mapping[str, Any]) -> Place:
    """Return the place of a company from its answers."""
    themes = answers.get("B4", [])
    return Place(
        str(answers.get("B1", "")), str(answers.get("B2", "")), tuple(themes) if isinstance(themes, list) else ()
    )


def up_to_date(intake: Intake, assessment: Assessment) -> bool:
    """Say whether the answers are still those of the result."""
    return bool(Progress.of(intake).kept.to_json() == assessment.answers)


def wishes(assessment: Assessment, on: date) -> tuple[Wish, ...]:
    """Return the needs of a stored result that are offered now, at most three, one per activity."""
    rules = policy(assessment.policy)
    place = place_of(assessment.answers)
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in assessment.result.get("rules", ()):
        if row["kind"] == REFERRAL and row["now"]:
            found.setdefault(row["activity"], []).append(row)
    return tuple(_wish(rules, place, activity, rows, on) for activity, rows in found.items())[:MOST_REFERRALS]


def wish_for(rules: Policy, activity: str, places: Iterable[Place], on: date) -> Wish:
    """Return the need for an activity without an assessment, such as that of a company from abroad."""
    parties = rules.activities[activity].parties
    found = [_who(rules, parties, place, on) for place in places]
    lead = tuple(dict.fromkeys(code for leading, _, _ in found for code in leading))
    others = tuple(dict.fromkeys(code for _, rest, _ in found for code in rest if code not in lead))
    return Wish(activity, (), Step.EXECUTION.code, "", "licht", lead, others, any(by_kvk for _, _, by_kvk in found))


def signals(assessment: Assessment) -> list[str]:
    """Return the activities of which this result is a signal for the policy makers."""
    rows = assessment.result.get("rules", ())
    return list(dict.fromkeys(row["activity"] for row in rows if row["kind"] == SIGNAL))


def only_signals(rules: Policy) -> frozenset[str]:
    """Return the activities that are for policy makers alone: every rule that leads to one is a signal."""
    leading = {rule.activity for rule in rules.rules.rules}
    return frozenset(leading - {rule.activity for rule in rules.rules.rules if rule.effect is not Effect.SIGNAL})


def boxes(assessment: Assessment, on: date) -> tuple[Box, ...]:
    """Return the boxes for a result: the KvK, then one per organisation (leads first), then the separate questions."""
    rules = policy(assessment.policy)
    found = wishes(assessment, on)
    leads = dict.fromkeys(code for wish in found for code in wish.lead)
    others = dict.fromkeys(code for wish in found for code in wish.others if code not in leads)
    return (
        _plain(rules, VIEW),
        *(_shared(rules, code, lead=True) for code in leads),
        *(_shared(rules, code, lead=False) for code in others),
        *(_plain(rules, purpose) for purpose in (EXAMPLE, FIGURES, LATER)),
    )


def _plain(rules: Policy, purpose: str) -> Box:
    words = rules.consents[purpose]
    line = rules.organisations[KVK].line if purpose == VIEW else ""
    name = rules.organisations[KVK].name if purpose == VIEW else ""
    return Box(purpose, words.text, words.text_version, name=name, line=line, note=words.note)


def _shared(rules: Policy, code: str, *, lead: bool) -> Box:
    words, organisation = rules.consents[SHARE], rules.organisations[code]
    text = words.text.replace("{organisatie}", organisation.name)
    return Box(SHARE, text, words.text_version, code, organisation.name, organisation.line, lead=lead)


def _wish(rules: Policy, place: Place, activity: str, rows: list[Mapping[str, Any]], on: date) -> Wish:
    first = rules.rules.rule(rows[0]["rule"])
    lead, others, by_kvk = _who(rules, first.parties, place, on)
    intensity = "intensief" if any(row["intensity"] == "intensief" for row in rows) else "licht"
    return Wish(
        activity,
        tuple(row["rule"] for row in rows),
        first.step.code,
        first.way.code if first.way else "",
        intensity,
        lead,
        others,
        by_kvk,
    )


def _who(
    rules: Policy, parties: tuple[str, ...], place: Place, on: date
) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    by_party = [
        [found.code for found in organisations_for(rules, party, on, place.province, place.sector, place.themes)]
        for party in parties
    ]
    lead = tuple(dict.fromkeys(code for code in by_party[0] if code != KVK))
    rest = dict.fromkeys(code for codes in by_party[1:] for code in codes)
    others = tuple(code for code in rest if code != KVK and code not in lead)
    return lead, others, any(KVK in codes for codes in by_party)
