"""A condition as somebody builds it on a screen: lines in groups, each with a subject and a comparison that fits it.

A draft may be unfinished. Everything that a condition of the language can say, a draft can say, and the other way
round; only double negations and groups of one part are not kept.
"""

from intake.policy.drafting.beginning import draft_of
from intake.policy.drafting.choices import Choice, bounds, comparisons, options, rows, subject_name, subjects
from intake.policy.drafting.finishing import LineProblem, Unfinished, condition_of
from intake.policy.drafting.lines import DEEPEST, GROUP, MOST_LINES, Draft, added, moved, removed, wrapped

__all__ = [
    "DEEPEST",
    "GROUP",
    "MOST_LINES",
    "Choice",
    "Draft",
    "LineProblem",
    "Unfinished",
    "added",
    "bounds",
    "comparisons",
    "condition_of",
    "draft_of",
    "moved",
    "options",
    "removed",
    "rows",
    "subject_name",
    "subjects",
    "wrapped",
]
