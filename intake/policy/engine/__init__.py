"""The rules as clauses of bit masks: one evaluation, the replay of many, and the explanation use the same ones."""

from intake.policy.engine.bearing import REFERRALS_AT_ONCE, STRENGTH, strength_of
from intake.policy.engine.clauses import MOST_CLAUSES, TooManyClauses
from intake.policy.engine.compiling import Compiled, compiled, effective, tangled
from intake.policy.engine.deciding import Decision, decide
from intake.policy.engine.looking import Seen
from intake.policy.engine.tables import Uncovered

__all__ = [
    "MOST_CLAUSES",
    "REFERRALS_AT_ONCE",
    "STRENGTH",
    "Compiled",
    "Decision",
    "Seen",
    "TooManyClauses",
    "Uncovered",
    "compiled",
    "decide",
    "effective",
    "strength_of",
    "tangled",
]
