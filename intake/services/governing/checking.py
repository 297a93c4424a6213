"""What is wrong with a version and what the analysis finds in it, worked out once per text."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock

from intake import policies
from intake.models import PolicyVersion
from intake.policy import Policy, PolicyProblems, Problem
from intake.policy.analysis import Analysis, Finding, analyse
from intake.source_texts import SourceTexts

# Some drafts that are worked on at the same time.
MOST_KEPT = 12
# Somebody waits for the page: a second or two, and as long again when a version must be looked at in parts.
NODES_AT_ONCE = 200_000
FURTHER = "De opdracht check_policy kijkt verder: die neemt vijf keer zoveel ruimte."


@dataclass(frozen=True, slots=True)
class Checked:
    """A version that was looked through: either it has problems, or it is a policy with an analysis."""

    policy: Policy | None
    problems: tuple[Problem, ...]
    analysis: Analysis | None

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Return the findings that keep a version from being published."""
        return self.analysis.errors if self.analysis else ()

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """Return the findings that ask for a note."""
        return self.analysis.warnings if self.analysis else ()

    @property
    def partly(self) -> bool:
        """Say that the analysis would have seen more with more room."""
        return self.analysis is not None and FURTHER in self.analysis.notes

    @property
    def sound(self) -> bool:
        """Say that nothing is wrong; there may be warnings."""
        return self.policy is not None and not self.problems and not self.errors


def errors_in_full(found: Checked) -> tuple[Finding, ...]:
    """Return the errors of a version, also those for which a page has no room; that may take some seconds."""
    return analyse(found.policy).errors if found.partly and found.policy else found.errors


class Checks:
    """What was found in the texts that this process looked at last."""

    def __init__(self, look: Callable[[policies.Files, SourceTexts], Checked]) -> None:
        self._look = look
        self._lock = Lock()
        self._kept: OrderedDict[str, Checked] = OrderedDict()

    def of(self, files: policies.Files, sources: SourceTexts) -> Checked:
        """Return what is found in these texts, with their citations looked up in those of documents."""
        digest = f"{policies.digest_of(files)} {sources.key}"
        found = self._kept.get(digest) or self._look(files, sources)
        with self._lock:
            self._kept[digest] = found
            self._kept.move_to_end(digest)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return found


def look(files: policies.Files, sources: SourceTexts) -> Checked:
    """Read the texts and analyse what they say."""
    try:
        policy = policies.SHELF.parsed(files, sources)
    except PolicyProblems as found:
        return Checked(None, found.problems, None)
    analysis = analyse(policy, budget=NODES_AT_ONCE)
    if analysis.intakes is None or analysis.nodes > NODES_AT_ONCE:
        analysis = replace(analysis, notes=(*analysis.notes, FURTHER))
    return Checked(policy, (), analysis)


CHECKS = Checks(look)


def check(version: PolicyVersion) -> Checked:
    """Return what is wrong with a version and what the analysis finds; at once when this text was looked at before."""
    return CHECKS.of(version.files, policies.sources_of(version))
