"""What a policy comes down to over all possible complete intakes, exactly: faults, counts, and the shortest way."""

from intake.policy.analysis.analysing import analyse
from intake.policy.analysis.changing import cheapest_change, cheapest_for_activity
from intake.policy.analysis.differing import Differences, difference
from intake.policy.analysis.findings import (
    Alteration,
    Analysis,
    Cause,
    Change,
    Difference,
    Fault,
    Finding,
    NearMiss,
    Severity,
)
from intake.policy.analysis.near_misses import near_misses

__all__ = [
    "Alteration",
    "Analysis",
    "Cause",
    "Change",
    "Difference",
    "Differences",
    "Fault",
    "Finding",
    "NearMiss",
    "Severity",
    "analyse",
    "cheapest_change",
    "cheapest_for_activity",
    "difference",
    "near_misses",
]
