"""The rules as clauses of bit masks: one evaluation, the replay of many, and the explanation use the same ones."""

from intake.policy.engine.clauses import MOST_CLAUSES, TooManyClauses
from intake.policy.engine.compiling import Compiled, Seen, compiled, effective
from intake.policy.engine.deciding import Decision, decide, strength_of
from intake.policy.engine.tables import Uncovered

__all__ = [
    "MOST_CLAUSES",
    "Compiled",
    "Decision",
    "Seen",
    "TooManyClauses",
    "Uncovered",
    "compiled",
    "decide",
    "effective",
    "strength_of",
]
