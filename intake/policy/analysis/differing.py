"""Where a rule of one version holds and that of another does not, over all intakes of the new one."""

from __future__ import annotations

from intake.policy.analysis.diagram import FALSE, NODES, BudgetSpent
from intake.policy.analysis.findings import Difference
from intake.policy.analysis.intakes import Intakes
from intake.policy.analysis.meaning import Meaning
from intake.policy.analysis.narrowing import names_in
from intake.policy.analysis.smallest import Smallest
from intake.policy.analysis.words import answer_line
from intake.policy.answers import Answers, listed
from intake.policy.model import Policy, Question

TOO_LARGE = "De versies zijn samen te groot om precies te vergelijken."


def difference(old: Policy, new: Policy, rule_code: str, *, budget: int = NODES) -> Difference:
    """Return for how many complete intakes of the new version a rule now holds, or no longer, with examples.

    A rule that a version lacks never holds there. KeyError for a rule that neither version has.
    """
    return Differences(old, new, budget=budget).of(rule_code)


class Differences:
    """Two versions side by side, for any number of rules.

    They must have the same questions with the same options; when a question is asked may differ. `note` says what
    stands in the way of comparing, and is empty when nothing does.
    """

    def __init__(self, old: Policy, new: Policy, *, budget: int = NODES) -> None:
        self.old = old
        self.new = new
        self.note = _other_questions(old, new)
        if not self.note:
            try:
                self._compare(budget)
            except BudgetSpent:
                self.note = TOO_LARGE

    def _compare(self, budget: int) -> None:
        self.intakes = Intakes(self.new, others=[self.old], budget=budget)
        same = _routing(self.old) == _routing(self.new)
        self.meanings = Meaning(self.intakes.space, self.old, seen=not same), self.intakes.meaning
        self.smallest = Smallest(self.intakes)

    def of(self, rule_code: str) -> Difference:
        """Return the difference for one rule."""
        found = [[rule for rule in policy.rules.rules if rule.code == rule_code] for policy in (self.old, self.new)]
        if not any(found):
            raise KeyError(rule_code)
        if self.note:
            return Difference(rule_code, None, None, note=self.note)
        try:
            pairs = zip(self.meanings, found, strict=True)
            before, after = (meaning.effective(rules[0]) if rules else FALSE for meaning, rules in pairs)
            return self._told(rule_code, before, after)
        except BudgetSpent:
            return Difference(rule_code, None, None, note=TOO_LARGE)

    def _told(self, rule_code: str, before: int, after: int) -> Difference:
        diagram = self.intakes.diagram
        gained, lost = diagram.minus(after, before), diagram.minus(before, after)
        return Difference(
            rule_code,
            self.intakes.count(gained),
            self.intakes.count(lost),
            *self._example(gained),
            *self._example(lost),
        )

    def _example(self, function: int) -> tuple[Answers | None, tuple[str, ...]]:
        if not self.intakes.possible(function):
            return None, ()
        example, matter = self.smallest.example(function)
        return example, tuple(answer_line(self.new, code, example) for code in matter)


def _other_questions(old: Policy, new: Policy) -> str:
    before, after = old.catalogue.by_code, new.catalogue.by_code
    codes = [code for code in {**before, **after} if code not in before or code not in after]
    codes += [code for code in before if code in after and _shape(before[code]) != _shape(after[code])]
    if not codes:
        return ""
    return f"De vragen of opties zijn veranderd, dus niet precies te vergelijken: {listed(codes)}."


def _shape(question: Question) -> tuple[object, ...]:
    """Return what answers there can be; texts and order do not count."""
    lists = {sector: {option.value for option in options} for sector, options in question.per_sector.items()}
    values = {option.value for option in question.options}, {row.value for row in question.rows}
    limits = question.minimum, question.maximum
    return question.kind, values, {*question.exclusive}, limits, lists, question.sector_question


def _routing(policy: Policy) -> tuple[object, ...]:
    """Return everything that decides which questions are asked."""
    rules = policy.rules
    conditions = {question.code: question.visible_when for question in policy.catalogue.questions}
    facts, tables, outcome = names_in(rules, conditions.values())
    return (
        conditions,
        {name: rules.facts[name].when for name in facts},
        {key: [(row.value, row.when) for row in rules.derived[key].rows] for key in tables},
        [(item.code, item.when) for item in rules.outcomes] if outcome else [],
    )
