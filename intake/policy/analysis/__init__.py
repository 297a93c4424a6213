"""What a policy comes down to over all possible complete intakes, exactly: faults, counts, and the shortest way."""

from intake.policy.analysis.analysing import analyse
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

__all__ = [
    "Alteration",
    "Analysis",
    "Cause",
    "Change",
    "Difference",
    "Fault",
    "Finding",
    "NearMiss",
    "Severity",
    "analyse",
]
