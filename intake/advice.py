"""What the result page says, from a stored assessment. Nothing is judged again; only organisations are looked up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from intake.models import Assessment
from intake.policy import KVK, Organisation, Policy, Step, Way, organisations_for
from intake.policy.three_by_three import STEPS, WAYS
from nnmkb.web.model import Cell, Model, Row, Status

HEADLINES = {
    "UT0": "Uw bedrijf staat buiten ons gebied.",
    "UT1": "U bent er klaar voor. Laat u nu zien.",
    "UT2a": "Vernieuw eerst uw product.",
    "UT2b": "Zoek eerst uit of klanten het willen.",
    "UT3": "U kunt dit zelf.",
    "UT4": "U wilt nu niet naar het buitenland.",
    "UT5": "Maak eerst uw plan duidelijk.",
    "UT5b": "Uw plan is bijna af. Maak het compleet.",
    "UT6": "Uw plan is klaar. Regel nu uw bedrijf.",
    "UT7": "Uw bedrijf is zover. Zoek nu contacten.",
}
# An outcome without need of help, beside a referral all the same: a question about an investor (R-V1).
ONE_QUESTION = "Voor één vraag is er hulp."
ONE_QUESTION_TEXT = "De rest regelt u zelf, of u wilt het nu niet. Met deze vraag kan iemand u wel helpen."
ALONE = {"UT3", "UT4"}
WORDS: dict[str, str] = {
    "now": "Nu doen",
    "better": "Kan beter",
    "fine": "Op orde",
    "later": "Later",
    "unknown": "Onbekend",
}
SHORT_WAYS = {Way.INNOVATION: "Innovatie", Way.NETWORKING: "Netwerken", Way.PROMOTION: "Promotie"}
INTENSITIES = {
    "licht": "Lichte hulp: de organisatie neemt zelf contact met u op.",
    "intensief": "Stevige hulp: een adviseur van de KvK belt u eerst.",
}


@dataclass(frozen=True, slots=True)
class SourceLine:
    """Where an advice comes from."""

    rule: str
    document: str
    place: str
    gist: str


@dataclass(frozen=True, slots=True)
class Advice:
    """One activity with everything that speaks for it."""

    activity: str
    anchor: str
    title: str
    text: str
    step: str
    intensity: str
    leads: tuple[Organisation, ...]
    others: tuple[Organisation, ...]
    reasons: tuple[str, ...]
    sources: tuple[SourceLine, ...]


@dataclass(frozen=True, slots=True)
class NextWork:
    """What to do first for one or more activities, and how many questions come after that."""

    title: str
    work: tuple[str, ...]
    questions: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """What has to wait, what opens it, the answers that keep it closed, and what to do about it."""

    anchor: str
    title: str
    text: str
    opens: str
    answers: tuple[tuple[str, str], ...]
    next: tuple[NextWork, ...]
    source: SourceLine


@dataclass(frozen=True, slots=True)
class ResultPage:
    """The whole result, ready for the screen."""

    headline: str
    text: str
    outcome: str
    source: SourceLine
    model: Model
    now: tuple[Advice, ...]
    later: tuple[Advice, ...]
    joining: tuple[Advice, ...]
    reading: tuple[Advice, ...]
    waiting: tuple[Waiting, ...]
    comparison: dict[str, Any] | None


def result_page(policy: Policy, assessment: Assessment) -> ResultPage:
    """Return what the page shows of this assessment."""
    result = assessment.result
    find = Finder(policy, assessment.answers, assessment.made_at.date())
    rules: list[dict[str, Any]] = result["rules"]
    now = find.advices([rule for rule in rules if rule["now"] is True])
    shown = {item.activity for item in now}
    later = find.advices([rule for rule in rules if rule["now"] is False and rule["activity"] not in shown])
    joining = find.advices([rule for rule in rules if rule["kind"] == "aanmelding"])
    reading = find.advices([rule for rule in rules if rule["kind"] == "informatie"])
    outcome = result["outcome_details"]
    one_question = bool(now) and assessment.outcome in ALONE
    return ResultPage(
        headline=ONE_QUESTION if one_question else HEADLINES.get(assessment.outcome, outcome["name"]),
        text=ONE_QUESTION_TEXT if one_question else outcome["text"],
        outcome=assessment.outcome,
        source=source_line(policy, assessment.outcome, outcome["source"]),
        model=model_of(result, [*now, *later, *joining, *reading]),
        now=now,
        later=later,
        joining=joining,
        reading=reading,
        waiting=all_waiting(policy, result),
        comparison=comparison_of(policy, result["comparison"]),
    )


class Finder:
    """Looks up activities, and who carries them out for this company on the day of the assessment."""

    def __init__(self, policy: Policy, answers: dict[str, Any], on: date) -> None:
        self.policy = policy
        self.answers = answers
        self.on = on

    def advices(self, rules: Sequence[dict[str, Any]]) -> tuple[Advice, ...]:
        """Return one advice for each activity, with the reasons of all its rules, in the order of the steps."""
        by_activity: dict[str, list[dict[str, Any]]] = {}
        for rule in sorted(rules, key=lambda rule: Step(rule["step"]).rank):
            by_activity.setdefault(rule["activity"], []).append(rule)
        return tuple(self.advice(code, found) for code, found in by_activity.items())

    def advice(self, code: str, rules: list[dict[str, Any]]) -> Advice:
        """Return the advice for one activity."""
        activity = self.policy.activities[code]
        kind = rules[0]["kind"]
        leads, others = self.organisations(rules[0]["parties"])
        strongest = "intensief" if any(rule["intensity"] == "intensief" for rule in rules) else "licht"
        return Advice(
            activity=code,
            anchor=f"advies-{code.lower()}-{kind}",
            title=activity.title,
            text=activity.text,
            step=Step(rules[0]["step"]).label,
            intensity=INTENSITIES[strongest] if kind == "verwijzing" else "",
            leads=leads,
            others=others,
            reasons=tuple(dict.fromkeys(rule["reason"] for rule in rules)),
            sources=tuple(source_line(self.policy, rule["rule"], rule["source"]) for rule in rules),
        )

    def organisations(self, parties: Sequence[str]) -> tuple[tuple[Organisation, ...], tuple[Organisation, ...]]:
        """Return who leads (the first party that anybody fills) and who can help too; the KvK when nobody does."""
        seen: set[str] = set()
        groups = []
        for party in parties:
            group = tuple(item for item in self.filling(party) if item.code not in seen)
            seen |= {item.code for item in group}
            groups.append(group)
        filled = [group for group in groups if group]
        if not filled:
            return (self.policy.organisations[KVK],), ()
        return filled[0], tuple(item for group in filled[1:] for item in group)

    def filling(self, party: str) -> tuple[Organisation, ...]:
        """Return the organisations that fill a party for this company."""
        answers = self.answers
        themes = answers.get("B4", ())
        return organisations_for(self.policy, party, self.on, answers.get("B1"), answers.get("B2"), themes)


def model_of(result: dict[str, Any], advices: Sequence[Advice]) -> Model:
    """Return the 3×3 model; a cell leads to the first of its advices that is on the page."""
    anchors = {line.rule: f"#{advice.anchor}" for advice in advices for line in advice.sources}
    busy = {rule["step"] for rule in result["rules"] if rule["now"]} & set(result["open_steps"])
    current = next((step for step in STEPS if step.value in busy), None)
    rows = [Row(step.label, current=step is current) for step in STEPS]
    cells = [
        [
            Cell(
                cast(Status, cell["status"]),
                WORDS[cell["status"]],
                next((anchors[rule] for rule in cell["rules"] if rule in anchors), None),
            )
            for cell in line
        ]
        for line in result["model"]
    ]
    return Model(rows, [SHORT_WAYS[way] for way in WAYS], cells)


def comparison_of(policy: Policy, stored: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the regional figure with the title of its source."""
    return stored and {**stored, "source": source_line(policy, stored["code"], stored["source"])}


def all_waiting(policy: Policy, result: dict[str, Any]) -> tuple[Waiting, ...]:
    """Return what has to wait. What to do for an activity stands with the first message about it.

    A result from before there were next steps has none.
    """
    steps = {item["activity"]: item for item in result.get("next_steps", ())}
    return tuple(
        waiting_of(policy, item, [steps.pop(code) for code in item["activities"] if code in steps])
        for item in result["not_yet_details"]
    )


def waiting_of(policy: Policy, item: dict[str, Any], steps: Sequence[dict[str, Any]]) -> Waiting:
    """Return what has to wait."""
    titles = [policy.activities[code].title for code in item["activities"] if code in policy.activities]
    return Waiting(
        anchor=f"wacht-{item['code'].lower()}",
        title=" · ".join(dict.fromkeys(titles)),
        text=item["text"],
        opens=item["opens"],
        answers=tuple((question, label) for _, question, label in item["closed_by"]),
        next=next_of(policy, item["activities"], steps),
        source=source_line(policy, item["code"], item["source"]),
    )


def next_of(policy: Policy, activities: Sequence[str], steps: Sequence[dict[str, Any]]) -> tuple[NextWork, ...]:
    """Return the work, the least first; what waits for the same stands together, nameless if that is all."""
    together: dict[tuple[tuple[str, ...], int], list[str]] = {}
    for item in sorted(steps, key=lambda item: len(item["work"])):
        work = tuple(line["text"] for line in item["work"])
        together.setdefault((work, item["questions"]), []).append(item["activity"])
    everything = len(together) == 1 and len(steps) == len(activities)
    # How many questions follow is said once when it is the same for all.
    same = len({questions for _, questions in together}) == 1
    last = next(reversed(together), None)
    return tuple(
        NextWork(
            title="" if everything else " · ".join(policy.activities[code].title for code in codes),
            work=key[0],
            questions=key[1] if key == last or not same else 0,
        )
        for key, codes in together.items()
    )


def source_line(policy: Policy, rule: str, source: dict[str, str]) -> SourceLine:
    """Return the title of the document, the place in it, and the gist."""
    title = policy.documents.get(source["document"], source["document"])
    return SourceLine(rule, title, source["plaats"], source["strekking"])
