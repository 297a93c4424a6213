"""What stands beside a rule: what the analysis says, whom it concerns, and examples to confirm."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from intake.forms.rule_trial import Fields, fields_of
from intake.models import PolicyVersion
from intake.policy import Policy
from intake.policy.analysis import Finding, NearMiss, near_misses
from intake.policy.analysis.diagram import BudgetSpent
from intake.policy.analysis.words import answer_line
from intake.policy.model import Example, Rule
from intake.services.governing.checking import check
from intake.views.policy.counting import counts_of


@dataclass(frozen=True, slots=True)
class Beside:
    """What there is to know about a rule of a version that can be read; each finding with its example to try."""

    findings: tuple[tuple[Finding, Fields], ...]
    others: int
    scans: str
    share: str
    may_count: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """An example of the rule as a few answers, also as the page to try a version reads them.

    `token` is what a tick box says of it.
    """

    token: str
    holds: bool
    what: str
    lines: tuple[str, ...]
    example: Example
    fields: Fields


def beside(version: PolicyVersion, rule: Rule, *, count: bool) -> Beside:
    """Return the findings about a rule, and for how many it holds."""
    checked = check(version)
    assert checked.analysis is not None, "only of a version that can be read"
    assert checked.policy is not None
    own = tuple(finding for finding in checked.analysis.findings if rule.code in (finding.code, finding.other))
    counts = counts_of(checked, asked=count)
    return Beside(
        findings=tuple((finding, fields_of(checked.policy, finding.example or {})) for finding in own),
        others=len(checked.errors)
        + len(checked.warnings)
        - sum(finding.severity.value != "ter informatie" for finding in own),
        scans=counts.scans(rule.code),
        share=counts.share(rule.code),
        may_count=counts.may_count,
    )


def confirmed(policy: Policy, rule: Rule) -> tuple[Shown, ...]:
    """Return the examples that stand with the rule."""
    return tuple(
        Shown(
            token_of(example),
            example.holds,
            "",
            lines_of(policy, example),
            example,
            fields_of(policy, example.answers),
        )
        for example in rule.examples
    )


def proposed(policy: Policy, rule: Rule) -> tuple[Shown, ...]:
    """Return examples that the analysis proposes and nobody confirmed yet."""
    return tuple(_proposed(policy, near(policy, rule), {token_of(example) for example in rule.examples}))


def near(policy: Policy, rule: Rule) -> tuple[NearMiss, ...]:
    """Return the near misses of a rule; none when the policy is too large for them."""
    try:
        return near_misses(policy, rule.code)
    except BudgetSpent:
        return ()


def _proposed(policy: Policy, misses: Iterable[NearMiss], known: set[str]) -> Iterator[Shown]:
    for miss in misses:
        example = Example(miss.holds, miss.answers)
        token = token_of(example)
        if token not in known:
            yield Shown(token, miss.holds, miss.what, miss.lines, example, fields_of(policy, miss.answers))


def lines_of(policy: Policy, example: Example) -> tuple[str, ...]:
    """Return the answers of an example in words."""
    return tuple(answer_line(policy, code, example.answers) for code in example.answers)


def token_of(example: Example) -> str:
    """Return a short name that no other example has: a page of yesterday cannot confirm what changed since."""
    answers = sorted(
        (code, str(sorted(value.items()) if hasattr(value, "items") else value))
        for code, value in example.answers.items()
    )
    return hashlib.sha256(repr((example.holds, answers)).encode()).hexdigest()[:16]
