"""What a save changes in the rules, for the ledger: codes, and names of sides that the program gives."""

from __future__ import annotations

from intake import policies
from intake.models import PolicyVersion
from intake.policy import Policy, PolicyProblems
from intake.policy.diffing import ORDER, Happened, rule_changes
from intake.policy.model import Rule
from intake.policy.rule_traits import rule_traits


def change_of(old: Policy, new: Policy, code: str) -> dict[str, object]:
    """Return what happened to one rule, when nothing else changed: which it is, and which sides of it are otherwise."""
    one, other = (_found(policy, code) for policy in (old, new))
    if one is None or other is None:
        happened = Happened.ADDED if one is None else Happened.REMOVED
        return {"rule": code, "happened": happened.name.lower(), "sides": []}
    pairs = zip(rule_traits(old, one), rule_traits(new, other), strict=True)
    sides = [before.name for before, after in pairs if before.value != after.value]
    moved = [ORDER] if _above(old, code) != _above(new, code) else []
    happened = Happened.MOVED if moved and not sides else Happened.CHANGED
    return {"rule": code, "happened": happened.name.lower(), "sides": [*sides, *moved]}


def changed_rules(version: PolicyVersion, files: policies.Files) -> dict[str, object]:
    """Return how many rules other texts change; nothing when either is not at hand, or cannot be read.

    What is saved is looked at right after, so that reading it here is reading it once.
    """
    sources = policies.sources_of(version)
    old = policies.SHELF.at_hand(version.files, sources)
    if old is None:
        return {}
    try:
        return {"rules": len(rule_changes(old, policies.SHELF.parsed(files, sources)))}
    except PolicyProblems:
        return {}


def _found(policy: Policy, code: str) -> Rule | None:
    return next((rule for rule in policy.rules.rules if rule.code == code), None)


def _above(policy: Policy, code: str) -> str:
    codes = ["", *(rule.code for rule in policy.rules.rules)]
    return codes[codes.index(code) - 1]
