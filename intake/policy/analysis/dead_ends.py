"""What can never happen: rules and messages that never hold, activities never advised, rows never reached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from intake.policy.analysis.diagram import FALSE
from intake.policy.analysis.examination import Examination
from intake.policy.analysis.findings import Cause, Fault, Finding
from intake.policy.analysis.words import in_words
from intake.policy.answers import listed
from intake.policy.conditions import Condition
from intake.policy.engine.clauses import conjuncts
from intake.policy.model import Rule, Withheld


def dead_rules(exam: Examination) -> Iterator[Finding]:
    """Yield rules and messages that hold for no intake at all, with the reason."""
    for item in exam.items:
        if exam.counts[item.code]:
            continue
        rule = isinstance(item, Rule)
        cause, why, parts = _cause(exam, item)
        name = "Regel" if rule else "Bericht"
        fault = Fault.DEAD_RULE if rule else Fault.DEAD_MESSAGE
        lines = tuple(in_words(exam.policy, part) for part in parts)
        yield exam.finding(fault, item.code, cause.value, f"{name} {item.code} kan nooit gelden: {why}.", lines=lines)


def _cause(exam: Examination, item: Rule | Withheld) -> tuple[Cause, str, Sequence[Condition]]:
    """Return why nothing satisfies the conditions, and the fewest parts that already clash."""
    parts = tuple(conjuncts(item.when))
    when = exam.certain(item.when)
    if not exam.diagram.meets(exam.intakes.legal, when):
        return Cause.SELF, "de voorwaarde spreekt zichzelf tegen", _clashing(exam, parts, exam.intakes.legal)
    if not exam.intakes.possible(when):
        why = "door de vraagvolgorde; wie zo antwoordt krijgt niet elke vraag van de voorwaarde"
        return Cause.ROUTING, why, _clashing(exam, parts, exam.intakes.whole)
    if isinstance(item, Rule) and not exam.intakes.possible(exam.meaning.base(item)):
        open_now = exam.diagram.conj(exam.intakes.whole, exam.meaning.gate(item.step))
        why = f"de voorwaarde botst met de poort van stap {item.step.label}"
        return Cause.GATE, why, _clashing(exam, parts, open_now)
    winners = [other.code for other in exam.items if item.code in other.beats]
    return Cause.PRECEDENCE, f"{listed(winners)} gaat altijd voor", ()


def _clashing(exam: Examination, parts: Sequence[Condition], within: int) -> Sequence[Condition]:
    """Leave out every part without which the others already hold nowhere."""
    kept = [*parts]
    for part in parts:
        fewer = [other for other in kept if other is not part]
        if not exam.diagram.meets(within, exam.diagram.every(map(exam.certain, fewer))):
            kept = fewer
    return kept


def unreachable_activities(exam: Examination) -> Iterator[Finding]:
    """Yield activities that no rule can give."""
    reached = {rule.activity for rule in exam.alive}
    named = {rule.activity for rule in exam.rules.rules}
    for code in exam.policy.activities:
        if code not in reached:
            why = "al haar regels kunnen nooit gelden" if code in named else "geen regel noemt haar"
            text = f"Activiteit {code} is onbereikbaar: {why}."
            yield exam.finding(Fault.UNREACHABLE_ACTIVITY, code, "", text)


def unreachable_rows(exam: Examination) -> Iterator[Finding]:
    """Yield rows that never give the value of their table."""
    for table in exam.tables:
        for row in table.rows:
            owner = table.owner(row)
            if exam.reached[owner]:
                continue
            never = exam.certain(row.when) == FALSE or not exam.intakes.possible(exam.certain(row.when))
            why = "zij klopt nooit" if never else "een rij erboven klopt dan altijd al"
            text = f"De rij {table.label(row)} van {table.name} komt nooit aan de beurt: {why}."
            yield exam.finding(Fault.UNREACHABLE_ROW, owner, "", text)
