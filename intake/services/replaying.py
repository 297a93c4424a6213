"""A version of the policy over all stored answers: how many it concerns, and what it changes.

Only answer vectors are read. The examples carry the reference number of their scan and nothing else of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from intake.models import AnswerVector
from intake.policy import Answers, Policy
from intake.policy.engine import Uncovered, decide
from intake.policy.impact import Impact
from intake.policy.measuring import Counting, Measuring
from intake.policy.scan_changes import Judged, judged
from intake.policy.vectors import from_vector
from intake.services import vectors

# Called after every block with how many intakes are done, and of how many.
OnBlock = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class StoredImpact:
    """The impact on all stored intakes, with the reference numbers of some that change.

    What those answered is not in it: it is looked up when someone wants to see it, so that erasing an intake leaves
    no trace here. The digests say of which texts this is the impact.
    """

    impact: Impact
    references: tuple[str, ...]
    old: str
    new: str

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` reads back."""
        return {
            "impact": self.impact.to_json(),
            "references": list(self.references),
            "old": self.old,
            "new": self.new,
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> StoredImpact:
        """Return the impact that `to_json` wrote."""
        return cls(Impact.from_json(raw["impact"]), tuple(raw["references"]), raw["old"], raw["new"])


@dataclass(frozen=True, slots=True)
class Sample:
    """A stored intake as two versions read and judge it; of whose it is, only the reference number is here."""

    reference: str
    before: Judged
    after: Judged


def fingerprint(policy: Policy) -> str:
    """Return the digests of catalogue and rules in one text: equal when two policies ask and decide the same."""
    return f"{policy.digests.catalogue} {policy.digests.rules}"


def count(policy: Policy, *, on_block: OnBlock | None = None) -> Counting:
    """Return how many stored intakes each rule, message, outcome and form of an activity is for."""
    counting = Counting(policy)
    for stored in _counted(on_block):
        counting.add(stored.block)
    return counting


def impact(old: Policy, new: Policy, *, on_block: OnBlock | None = None) -> StoredImpact:
    """Return what the new version changes for the stored intakes."""
    measuring = Measuring(old, new)
    starts: list[int] = []
    for stored in _counted(on_block):
        measuring.add(stored.block)
        starts.append(stored.start)
    places = measuring.samples()
    references = [vectors.reference_at(starts[position.block], position.place) for position in places]
    found = tuple(reference for reference in references if reference)
    return StoredImpact(measuring.impact(), found, fingerprint(old), fingerprint(new))


def _counted(on_block: OnBlock | None) -> Iterator[vectors.StoredBlock]:
    total, done = vectors.stored() if on_block else 0, 0
    for stored in vectors.blocks():
        yield stored
        done += stored.block.count
        if on_block:
            # Some may have come meanwhile.
            on_block(done, max(done, total))


def samples(old: Policy, new: Policy, references: Iterable[str]) -> tuple[Sample, ...]:
    """Return these intakes as they would be assessed, in this order; who has gone or no longer changes is left out."""
    wanted = tuple(references)
    rows = AnswerVector.objects.filter(intake__reference__in=wanted).values_list("intake__reference", "vector")
    found: dict[str, Sample] = {}
    for reference, vector in rows:
        before, after = (from_vector(policy, bytes(vector)) for policy in (old, new))
        if _shown(old, before) != _shown(new, after):
            found[reference] = Sample(reference, judged(old, before), judged(new, after))
    return tuple(found[reference] for reference in wanted if reference in found)


def _shown(policy: Policy, answers: Answers) -> object:
    """Return what would be another result for the company; by which rule it gets something is not."""
    try:
        found = decide(policy, answers)
    except Uncovered:
        return None
    messages = {item.code for item in policy.rules.withheld}.intersection(found.holding)
    return found.outcome, found.intensity, found.activities, messages
