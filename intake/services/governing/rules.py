"""One rule of a draft at a time: put in, changed, moved or taken out, with the rest of the text as it was.

A version that could be read can still be read afterwards: what the loader would refuse is refused here, and nothing
is saved.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.contrib.auth.models import User

from intake import policies
from intake.models import PolicyVersion
from intake.policy import Policy, PolicyProblems
from intake.policy.codes import RULE
from intake.policy.model import Example, Rule
from intake.policy.splicing import CannotSplice, with_block, with_new_block, without_block
from intake.policy.writing import rule_text
from intake.services.again import TRIES
from intake.services.governing.changing import change_of
from intake.services.governing.checking import check
from intake.services.governing.door import must_stand
from intake.services.governing.drafting import save_file
from intake.services.governing.errors import Refused, Stale

FILE = "regels.yaml"
RULE_CHANGED = "Iemand anders heeft deze regel intussen veranderd."
UNREADABLE = "De tekst van deze versie heeft fouten. Herstel die eerst in het bestand zelf."


@dataclass(frozen=True, slots=True)
class Seen:
    """The rule as it was on somebody's screen: its code and `seal`, empty for a rule that was not there yet."""

    code: str
    seal: str


class RuleChanged(Stale):
    """Somebody else changed this very rule."""

    def __init__(self) -> None:
        super().__init__(RULE_CHANGED)


def readable(version: PolicyVersion) -> Policy:
    """Return the policy of a version; Refused when its text has mistakes."""
    found = check(version).policy
    if found is None:
        raise Refused(UNREADABLE)
    return found


def find(policy: Policy, code: str) -> Rule | None:
    """Return the rule of this code."""
    return next((rule for rule in policy.rules.rules if rule.code == code), None)


def seal(policy: Policy, rule: Rule | None) -> str:
    """Return what is different as soon as anything of the rule is; empty for no rule."""
    if rule is None:
        return ""
    return hashlib.sha256(f"{before(policy, rule.code)}\n{rule_text(rule, policy)}".encode()).hexdigest()


def before(policy: Policy, code: str) -> str:
    """Return the code of the rule that stands above this one; empty for the first."""
    codes = [rule.code for rule in policy.rules.rules]
    at = codes.index(code)
    return codes[at - 1] if at else ""


def save_rule(
    version: PolicyVersion, rule: Rule, seen: Seen, *, after: str | None = None, by: User, now: datetime
) -> PolicyVersion:
    """Save a rule as it is here; `after` names the rule that it must stand below, empty for the first place.

    Others may have changed the rest of the version in between, or do so at this very moment; RuleChanged when they
    changed this rule. Refused when the text would not be readable, with everything the loader says.
    """
    return on_newest(version, lambda newest: put_in(newest, rule, seen, after=after, by=by, now=now))


def on_newest(version: PolicyVersion, change: Callable[[PolicyVersion], PolicyVersion]) -> PolicyVersion:
    """Change a version, and again on the newest when somebody saved another part of it at the same moment."""
    for _ in range(TRIES):
        try:
            return change(version)
        except RuleChanged:
            raise
        except Stale:
            version = PolicyVersion.objects.get(pk=version.pk)
    return change(version)


def put_in(
    version: PolicyVersion, rule: Rule, seen: Seen, *, after: str | None, by: User, now: datetime
) -> PolicyVersion:
    """Save a rule in this version, or raise Stale when the version is not the newest."""
    must_stand(version, PolicyVersion.State.DRAFT)
    policy = readable(version)
    known = find(policy, rule.code)
    if known == rule and seen.seal != seal(policy, known):
        # The other half of a double click, or the same thing twice: it is as it was wanted.
        return version
    if seen.seal:
        must_be_as_seen(version, seen)
    if known is None or not seen.seal:
        must_be_new(version, policy, rule.code)
    text = version.files[FILE]
    place = after if after is not None else before(policy, rule.code) if known else last(policy)
    if known == rule and place == before(policy, rule.code):
        return version
    return saved(version, put(text, policy, rule, known, place), rule.code, by=by, now=now)


def put(text: str, policy: Policy, rule: Rule, known: Rule | None, place: str) -> str:
    """Return the text of the rules with this rule in it, below the rule named by `place`."""
    block = rule_text(rule, policy)
    try:
        if known is not None and place == before(policy, rule.code):
            return with_block(text, rule.code, block)
        return with_new_block(without_block(text, rule.code) if known else text, place, block)
    except CannotSplice as problem:
        raise Refused(str(problem)) from problem


def remove_rule(version: PolicyVersion, seen: Seen, *, by: User, now: datetime) -> PolicyVersion:
    """Take a rule out; its code is never used again once a version with it was in force."""
    return on_newest(version, lambda newest: take_out(newest, seen, by=by, now=now))


def take_out(version: PolicyVersion, seen: Seen, *, by: User, now: datetime) -> PolicyVersion:
    """Take a rule out of this version, or raise Stale when the version is not the newest."""
    must_stand(version, PolicyVersion.State.DRAFT)
    must_be_as_seen(version, seen)
    try:
        text = without_block(version.files[FILE], seen.code)
    except CannotSplice as problem:
        raise Refused(str(problem)) from problem
    return saved(version, text, seen.code, by=by, now=now)


def confirm_examples(
    version: PolicyVersion, seen: Seen, added: Iterable[Example], dropped: Iterable[Example], *, by: User, now: datetime
) -> PolicyVersion:
    """Write down examples that the author found right, and take away those that are not wanted any more."""
    policy = must_be_as_seen(version, seen)
    rule = policy.rules.rule(seen.code)
    gone = list(dropped)
    kept = [example for example in rule.examples if example not in gone]
    kept += [example for example in added if example not in kept]
    return save_rule(version, replace(rule, examples=tuple(kept)), seen, by=by, now=now)


def saved(version: PolicyVersion, text: str, code: str, *, by: User, now: datetime) -> PolicyVersion:
    """Save the text of the rules when it can be read; the ledger says what happened to the rule of this code."""
    try:
        new = policies.SHELF.parsed({**version.files, FILE: text}, policies.sources_of(version))
    except PolicyProblems as found:
        raise Refused(*(problem.message for problem in found.problems)) from found
    about = change_of(readable(version), new, code)
    return save_file(version, FILE, text, by=by, lock=version.lock, now=now, about=about)


def must_be_as_seen(version: PolicyVersion, seen: Seen) -> Policy:
    """Return the policy when the rule in it is still as it was seen."""
    policy = readable(version)
    if seal(policy, find(policy, seen.code)) != seen.seal:
        raise RuleChanged
    return policy


def must_be_new(version: PolicyVersion, policy: Policy, code: str) -> None:
    """Refuse a code that cannot be one, or that once was of another rule: old results are explained by it.

    A rule that was taken out of this very draft may come back.
    """
    if not RULE.fits(code):
        raise Refused("Begin de code met R- en gebruik daarna hooguit 10 letters en cijfers. Bijvoorbeeld: R-P5.")
    taken = {item.lower() for item in codes_ever()} - {item.lower() for item in codes_of_base(version)}
    if code.lower() in taken | {item.lower() for item in codes_of(policy)}:
        raise Refused(f"De code «{code}» is al eens gebruikt. Kies een andere.")


def codes_of_base(version: PolicyVersion) -> Iterator[str]:
    """Yield the codes of the version that this one began from, when that was ever in force."""
    try:
        yield from codes_of(policies.policy(version.base))
    except PolicyProblems:
        return


def codes_of(policy: Policy) -> Iterator[str]:
    """Yield the codes of rules and messages."""
    yield from (rule.code for rule in policy.rules.rules)
    yield from (item.code for item in policy.rules.withheld)


def codes_ever() -> Iterator[str]:
    """Yield the codes of all versions that were ever in force."""
    names = {*PolicyVersion.objects.filter(state__in=policies.READABLE).values_list("name", flat=True)}
    for name in sorted({policies.in_force(), *names}):
        yield from codes_of(policies.policy(name))


def last(policy: Policy) -> str:
    """Return the code of the last rule; empty when there is none."""
    return policy.rules.rules[-1].code if policy.rules.rules else ""
