"""What goes together: tables without a row, outcomes and rows at once, rules against messages, rules beside rules."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from intake.policy.analysis.diagram import FALSE, TRUE
from intake.policy.analysis.examination import Examination
from intake.policy.analysis.findings import Fault, Finding
from intake.policy.answers import listed
from intake.policy.conditions import Always
from intake.policy.model import Effect, Rule

ADVISING = (Effect.REFERRAL, Effect.ENROLMENT)
STRENGTHS = ("licht", "intensief")


def uncovered(exam: Examination) -> Iterator[Finding]:
    """Yield tables that give no value for some intake."""
    for table in exam.tables:
        left = TRUE
        for row in table.rows:
            left = exam.diagram.minus(left, exam.certain(row.when))
        if exam.intakes.possible(left):
            word = "geen uitkomst" if table.code == "uitkomst" else "geen waarde"
            text = f"Er is {word}: geen enkele rij van {table.name} klopt."
            yield exam.shown(Fault.UNCOVERED, table.code, "", text, left)


def double_outcomes(exam: Examination) -> Iterator[Finding]:
    """Yield pairs of outcomes that hold at once, where a policy says that none do."""
    if exam.rules.unique_outcome:
        for one, other in combinations(exam.rules.outcomes, 2):
            both = exam.diagram.conj(exam.certain(one.when), exam.certain(other.when))
            if exam.intakes.possible(both):
                text = f"Er is een dubbele uitkomst: {one.code} en {other.code} kloppen samen."
                yield exam.shown(Fault.DOUBLE_OUTCOME, one.code, other.code, text, both)


def contradictions(exam: Examination) -> Iterator[Finding]:
    """Yield rules that give an activity to someone who is told at the same time that it must wait."""
    for rule in exam.rules.rules:
        for message in exam.rules.withheld:
            if rule.effect not in ADVISING or rule.activity not in message.activities:
                continue
            both = exam.diagram.conj(exam.meaning.effective(rule), exam.meaning.effective(message))
            if exam.intakes.possible(both):
                text = (
                    f"Tegenspraak: regel {rule.code} geeft activiteit {rule.activity}, en bericht {message.code} zegt "
                    f"dat die nog moet wachten. Kies met «gaat_voor» wat voorgaat."
                )
                yield exam.shown(Fault.CONTRADICTION, rule.code, message.code, text, both)


def order_decides(exam: Examination) -> Iterator[Finding]:
    """Yield pairs of rows of one table that hold at once, so that their order decides."""
    for table in exam.tables:
        for one, other in combinations(table.rows, 2):
            owners = table.owner(one), table.owner(other)
            if isinstance(other.when, Always) or not exam.reached[owners[1]]:
                continue
            both = exam.diagram.conj(exam.certain(one.when), exam.certain(other.when))
            number = exam.intakes.count(both)
            if number:
                text = f"De rijen {table.label(one)} en {table.label(other)} van {table.name} kunnen samen kloppen."
                text += " De bovenste gaat voor."
                yield exam.finding(Fault.ORDER_DECIDES, *owners, text, number)


class _Pool:
    """Rules that have not been found to change nothing; asks what the others of a rule give."""

    def __init__(self, exam: Examination) -> None:
        self.exam = exam
        self.rules = [*exam.alive]

    def covers(self, rule: Rule) -> bool:
        """Say whether the others give everyone at least what the rule gives, and push the same messages aside."""
        peers = [other for other in self.rules if other is not rule and self._alike(rule, other)]
        for strength in ("", *STRENGTHS):
            mine = self._from(rule, strength)
            theirs = (self._from(other, strength) for other in peers)
            if self.exam.intakes.possible(self._left(mine, theirs)):
                return False
        return all(self._beaten_anyway(rule, message) for message in rule.beats)

    def helpers(self, rule: Rule) -> list[str]:
        """Return the codes of the others of the same activity that hold for some of the same intakes."""
        diagram, meaning = self.exam.diagram, self.exam.meaning
        peers = [other for other in self.rules if other is not rule and self._alike(rule, other)]
        mine = meaning.effective(rule)
        return [p.code for p in peers if self.exam.intakes.possible(diagram.conj(mine, meaning.effective(p)))]

    def _alike(self, one: Rule, other: Rule) -> bool:
        return one.activity == other.activity and one.effect is other.effect

    def _from(self, rule: Rule, strength: str) -> int:
        """Return where the rule holds with at least this intensity."""
        holds = self.exam.meaning.effective(rule)
        own = rule.intensity
        if not strength or own == "intensief" or (own == "licht" and strength == "licht"):
            return holds
        if own is not None or rule.effect is not Effect.REFERRAL:
            return FALSE
        # A referral that follows the table is never less than light.
        return self.exam.diagram.conj(holds, self.exam.intensive) if strength == "intensief" else holds

    def _left(self, mine: int, theirs: Iterator[int]) -> int:
        for other in theirs:
            if mine == FALSE:
                break
            mine = self.exam.diagram.minus(mine, other)
        return mine

    def _beaten_anyway(self, rule: Rule, message: str) -> bool:
        effective = self.exam.meaning.effective
        others = (effective(other) for other in self.rules if other is not rule and message in other.beats)
        return not self.exam.intakes.possible(self._left(effective(rule), others))


def changing_nothing(exam: Examination) -> Iterator[Finding]:
    """Yield rules without which everyone gets each activity as strongly as with them, the last of the file first.

    A rule that was found no longer counts for those before it, so all that are found can go together. One that takes
    too much to look at keeps counting.
    """
    pool = _Pool(exam)
    for rule in reversed(exam.alive):
        found = exam.within_room(_without_effect(exam, pool, rule), f"of regel {rule.code} iets verandert")
        if found:
            pool.rules.remove(rule)
            yield from found


def _without_effect(exam: Examination, pool: _Pool, rule: Rule) -> Iterator[Finding]:
    if pool.covers(rule):
        by = listed(pool.helpers(rule))
        text = f"Regel {rule.code} verandert niets: {by} geeft {rule.activity} al even sterk aan dezelfde bedrijven."
        yield exam.finding(Fault.CHANGES_NOTHING, rule.code, "", text, exam.counts[rule.code])
