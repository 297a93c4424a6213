"""What is wrong with a version and what the analysis finds, ready to show beside the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from intake.forms.rule_trial import Fields, fields_of
from intake.models import PolicyVersion
from intake.policy import Effect, Policy, Rule, Step
from intake.policy.analysis import Analysis, Finding, Severity
from intake.policy.analysis.words import intakes_in_words
from intake.services.governing.checking import Checked
from intake.views.policy.common import file_href
from intake.views.policy.counting import Counts

# A file of nonsense can have a problem on each of thousands of lines; nobody reads those.
MOST_PROBLEMS = 200
FOLLOWS_TABLE = "volgt de tabel"


@dataclass(frozen=True, slots=True)
class ToldProblem:
    """One mistake in the text, with the address of its line."""

    file: str
    line: int
    text: str
    href: str


@dataclass(frozen=True, slots=True)
class ToldFinding:
    """One finding of the analysis: what it is, where to look, and the few answers that show it.

    `fields` are the answers of its example as the page to try a version reads them.
    """

    name: str
    text: str
    href: str
    place: str
    lines: tuple[str, ...]
    note: str
    fields: Fields


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """The findings that weigh the same."""

    key: str
    title: str
    tone: str
    findings: tuple[ToldFinding, ...]


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule in the list of a version."""

    code: str
    href: str
    title: str
    effect: str
    intensity: str
    scans: str
    share: str


TITLES = {Severity.ERROR: "Fouten", Severity.WARNING: "Waarschuwingen", Severity.INFORMATION: "Ter informatie"}
TONES = {Severity.ERROR: "error", Severity.WARNING: "warn", Severity.INFORMATION: ""}


def problems_of(version: PolicyVersion, found: Checked) -> dict[str, Any]:
    """Return the mistakes in the text for a template, and how many there are beyond those that are shown."""
    told = [
        ToldProblem(one.file, one.line, one.message, file_href(version, one.file, one.line))
        for one in found.problems[:MOST_PROBLEMS]
    ]
    return {"problems": told, "more_problems": len(found.problems) - len(told), "problem_count": len(found.problems)}


def analysis_of(version: PolicyVersion, found: Checked) -> dict[str, Any]:
    """Return the analysis for a template; nothing for a text that cannot be read."""
    if found.analysis is None or found.policy is None:
        return {"analysis": None}
    analysis = found.analysis
    codes = {rule.code for rule in found.policy.rules.rules}
    groups = [
        FindingGroup(
            severity.name.lower(),
            TITLES[severity],
            TONES[severity],
            tuple(told(version, found.policy, one, codes) for one in analysis.of(severity)),
        )
        for severity in Severity
    ]
    return {
        "analysis": analysis,
        "possible": intakes_in_words(analysis.intakes) if analysis.intakes is not None else "",
        "groups": groups,
        "found_text": summed_up(analysis),
        "found_kind": "error" if analysis.errors else "info",
        "notes": analysis.notes,
    }


def summed_up(analysis: Analysis) -> str:
    """Return how much was found that asks for something, in a sentence."""
    errors, warnings = len(analysis.errors), len(analysis.warnings)
    found = [
        f"{count} {one if count == 1 else many}"
        for count, one, many in ((errors, "fout", "fouten"), (warnings, "waarschuwing", "waarschuwingen"))
        if count
    ]
    return f"De controle vond {' en '.join(found)}." if found else ""


def told(version: PolicyVersion, policy: Policy, finding: Finding, rules: set[str]) -> ToldFinding:
    """Return one finding, with the address of the rule or of the line that it is about."""
    place = f"{finding.place.file}, regel {finding.place.line}"
    href = file_href(version, finding.place.file, finding.place.line)
    if finding.code in rules:
        place, href = f"Regel {finding.code}", rule_href(version, finding.code)
    return ToldFinding(
        finding.fault.value,
        finding.text,
        href,
        place,
        finding.example_lines,
        version.notes.get(finding.key, ""),
        fields_of(policy, finding.example) if finding.example is not None else (),
    )


def rule_href(version: PolicyVersion, code: str) -> str:
    """Return the address of the page of a rule."""
    return reverse("intake:policy-rule", args=[version.name, code])


def rules_by_step(version: PolicyVersion, policy: Policy, counts: Counts) -> list[tuple[str, list[RuleLine]]]:
    """Return the rules of each step that has some, in the order of the steps and of the file."""
    found = {step: [rule for rule in policy.rules.rules if rule.step is step] for step in Step}
    return [
        (step.label, [rule_line(version, policy, counts, rule) for rule in rules])
        for step, rules in found.items()
        if rules
    ]


def rule_line(version: PolicyVersion, policy: Policy, counts: Counts, rule: Rule) -> RuleLine:
    """Return a rule with for how many it holds."""
    follows = FOLLOWS_TABLE if rule.effect is Effect.REFERRAL else "geen"
    return RuleLine(
        rule.code,
        rule_href(version, rule.code),
        policy.activities[rule.activity].title,
        rule.effect.value,
        rule.intensity or follows,
        counts.scans(rule.code),
        counts.share(rule.code),
    )


def message_lines(policy: Policy, counts: Counts) -> Iterator[tuple[str, str, str, str]]:
    """Yield the messages «nog niet»: code, text, and for how many they hold."""
    for item in policy.rules.withheld:
        yield item.code, item.text, counts.scans(item.code), counts.share(item.code)
