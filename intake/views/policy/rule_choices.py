"""What can be put into the text of a rule: answers for the reason, and sentences for the citation."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.http import QueryDict

from intake import policies
from intake.forms.rule import RuleForm
from intake.forms.rule_lines import Unreadable, read_lines
from intake.policy import Policy
from intake.policy.dependencies import Dependencies
from intake.policy.diffing import TraitChange
from intake.policy.drafting import Choice, Draft
from intake.policy.drafting.finishing import Unfinished, condition_of
from intake.policy.model import Rule
from intake.policy.rule_traits import rule_traits
from intake.policy.sentences import with_words
from intake.policy.wording import condition_sentence
from intake.services.governing import sources

MOST_FOUND = 12
LONGEST_SEARCH = 200
LONGEST_KEPT = 5000


def by_heading(choices: Iterable[Choice]) -> list[tuple[str, list[Choice]]]:
    """Return the choices under their headings, in their order."""
    return [(heading, list(group)) for heading, group in groupby(choices, key=lambda choice: choice.heading)]


def inserts(policy: Policy, lines: Draft) -> list[Choice]:
    """Return the answers that a reason can name: of the questions that the condition leans on, whole or by group."""
    graph = Dependencies(policy.rules)
    codes: set[str] = set()
    for line in lines.walk():
        try:
            codes |= graph.questions(condition_of(policy, line)) if not line.is_group else set()
        except Unfinished:
            codes |= {line.subject.partition(":")[2]} if line.subject.startswith("vraag:") else set()
    found = []
    for question in policy.catalogue.questions:
        if question.code in codes:
            found.append(Choice(f"{{{question.key}}}", question.text))
            for group in policy.rules.groups.values():
                if group.question == question.key:
                    found.append(Choice(f"{{{question.key}:{group.name}}}", f"{question.text} Alleen: {group.name}"))
    return found


def searchable(policy: Policy) -> list[Choice]:
    """Return the documents of the policy of which the text is registered."""
    known = sources.registered()
    return [Choice(code, title) for code, title in policy.documents.items() if code in known]


def press(policy: Policy, typed: Any, button: str, posted: QueryDict) -> None:
    """Carry out the buttons about texts: put an answer in the reason, look for a sentence, or take one over."""
    data = typed.form.data.copy()
    if button == "invoegen":
        chosen = posted.get("antwoord", "")
        if chosen in {choice.value for choice in inserts(policy, typed.lines)}:
            data["reden"] = f"{data.get('reden', '').rstrip()} {chosen}".strip()
    if button in ("zoek", "overnemen"):
        typed.search = posted.get("zoek", "")[:LONGEST_SEARCH]
        text = sources.registered().get(data.get("document", ""), "")
        typed.found = with_words(text, typed.search, MOST_FOUND)
        if button == "overnemen" and posted.get("zin", "") in typed.found:
            data["citaat"] = posted["zin"]
    typed.form.data = data


def differences(policy: Policy, theirs: Rule, mine: Rule) -> tuple[TraitChange, ...]:
    """Return every side of a rule that is otherwise than what was typed."""
    pairs = zip(rule_traits(policy, theirs), rule_traits(policy, mine), strict=True)
    return tuple(TraitChange(one.name, one.lines, other.lines) for one, other in pairs if one.value != other.value)


def typed_words(posted: QueryDict) -> list[tuple[str, str]]:
    """Return what somebody filled in, to copy it from: each field by its name, and the lines of the condition.

    The words are those of the version in force, because that of the page may not be readable.
    """
    shown = [
        (str(field.label), text)
        for name, field in RuleForm.base_fields.items()
        if (text := "; ".join(posted.getlist(name)).strip()[:LONGEST_KEPT])
    ]
    policy = policies.policy()
    try:
        lines = [line_words(policy, line) for line in read_lines(posted).walk() if not line.is_group]
    except Unreadable:
        lines = []
    return [*shown, ("Wanneer", "\n".join(lines))] if lines else shown


def line_words(policy: Policy, line: Draft) -> str:
    """Return a line of a condition as far as it says anything."""
    try:
        return condition_sentence(policy, condition_of(policy, line))
    except Unfinished:
        return " ".join(filter(None, (line.subject, line.how, *line.values, line.row, line.low, line.high)))
