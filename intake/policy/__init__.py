"""The policy as data: catalogue, rules and explanation. Pure: no framework, no clock, no database."""

from intake.policy.answers import (
    NO_ANSWERS,
    AnswerLine,
    Answers,
    answer_label,
    describe_answers,
    options_of,
    read_answer,
    read_answers,
)
from intake.policy.assessment import (
    ENGINE_VERSION,
    Assessment,
    Fired,
    NotYet,
    OutcomeFound,
    Receipt,
    assess,
)
from intake.policy.comparing import Comparison, ComparisonRow, comparison
from intake.policy.conditions import Value
from intake.policy.engine import REFERRALS_AT_ONCE
from intake.policy.evaluation import keep_visible, soft_checks, visible
from intake.policy.loader import load_policy, read_policy
from intake.policy.model import (
    Activity,
    Catalogue,
    ConsentText,
    Effect,
    Kind,
    Option,
    Policy,
    Question,
    Rule,
    RuleSet,
    Source,
    Step,
    Way,
)
from intake.policy.model import Check as SoftCheck
from intake.policy.organisations import Organisation, Party, Succession
from intake.policy.problems import AnswerProblem, PolicyProblems, Problem
from intake.policy.resolving import KVK, Resolution, current, organisations_for, players, resolve, successor_of
from intake.policy.three_by_three import Cell, CellStatus, three_by_three
from intake.policy.unmet import Unmet, why_not

__all__ = [
    "ENGINE_VERSION",
    "KVK",
    "NO_ANSWERS",
    "REFERRALS_AT_ONCE",
    "Activity",
    "AnswerLine",
    "AnswerProblem",
    "Answers",
    "Assessment",
    "Catalogue",
    "Cell",
    "CellStatus",
    "Comparison",
    "ComparisonRow",
    "ConsentText",
    "Effect",
    "Fired",
    "Kind",
    "NotYet",
    "Option",
    "Organisation",
    "OutcomeFound",
    "Party",
    "Policy",
    "PolicyProblems",
    "Problem",
    "Question",
    "Receipt",
    "Resolution",
    "Rule",
    "RuleSet",
    "SoftCheck",
    "Source",
    "Step",
    "Succession",
    "Unmet",
    "Value",
    "Way",
    "answer_label",
    "assess",
    "comparison",
    "current",
    "describe_answers",
    "keep_visible",
    "load_policy",
    "options_of",
    "organisations_for",
    "players",
    "read_answer",
    "read_answers",
    "read_policy",
    "resolve",
    "soft_checks",
    "successor_of",
    "three_by_three",
    "visible",
    "why_not",
]
