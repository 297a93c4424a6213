"""For how many stored scans rules and messages hold, and for which part of all answers that are possible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from intake.policy.analysis.words import share_in_words
from intake.policy.impact_lines import number
from intake.services import replaying, vectors
from intake.services.governing.checking import Checked

# Up to here counting takes about a tenth of a second; beyond that it is done when it is asked for.
COUNTED_AT_ONCE = 200_000
ANSWERS = "antwoorden"
NEVER = f"geen van alle mogelijke {ANSWERS}"


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted of a version that can be read; `held` is None as long as the scans were not counted."""

    stored: int
    held: Mapping[str, int] | None
    possible: int
    counts: Mapping[str, int]

    @property
    def may_count(self) -> bool:
        """Say whether counting the stored scans still has to be asked for."""
        return self.held is None and self.stored > 0

    def scans(self, code: str) -> str:
        """Return for how many stored scans a rule or message holds; nothing when that was not counted."""
        if self.held is None or not self.stored:
            return ""
        return scans_in_words(self.held.get(code, 0), self.stored)

    def share(self, code: str) -> str:
        """Return for which part of all possible answers a rule or message holds; nothing when that is not known."""
        return answers_in_words(self.counts[code], self.possible) if code in self.counts and self.possible else ""


def counts_of(found: Checked, *, asked: bool) -> Counts:
    """Count a version over the stored scans, all rules at once, when there are few or when it was asked for."""
    assert found.policy is not None, "only of a version that can be read"
    assert found.analysis is not None
    stored = vectors.stored()
    counting = replaying.count(found.policy) if stored and (asked or stored <= COUNTED_AT_ONCE) else None
    held = None if counting is None else counting.rules
    # Some may have come or gone since they were numbered.
    total = stored if counting is None else counting.intakes
    return Counts(total, held, found.analysis.intakes or 0, found.analysis.counts)


def scans_in_words(part: int, total: int) -> str:
    """Return how many of the stored scans that is."""
    return f"{number(part)} van de {number(total)} bewaarde scan{'s' if total != 1 else ''}"


def answers_in_words(part: int, total: int) -> str:
    """Return which part of all possible answers that is."""
    return f"{share_in_words(part, total)} {ANSWERS}" if part else NEVER
