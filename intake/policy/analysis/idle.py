"""Questions that steer nothing, and examples that come out otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from intake.policy.analysis.examination import Examination
from intake.policy.analysis.findings import Fault, Finding
from intake.policy.analysis.words import answer_line
from intake.policy.answers import Answers, listed
from intake.policy.conditions import Condition
from intake.policy.dependencies import Dependencies, direct_questions
from intake.policy.model import Place, Policy, Question
from intake.policy.rules_reading import PLACEHOLDER


def failing_examples(exam: Examination) -> Iterator[Finding]:
    """Yield examples of rules that come out otherwise than they say."""
    for rule in exam.rules.rules:
        effective = exam.meaning.effective(rule)
        for number, example in enumerate(rule.examples, 1):
            if exam.diagram.holds(effective, exam.meaning.places(example.answers)) is example.holds:
                continue
            says, does = ("wel", "niet") if example.holds else ("niet", "wel")
            text = (
                f"Voorbeeld {number} van regel {rule.code} klopt niet: de regel geldt {does} en hoort {says} te gelden."
            )
            given = Answers(example.answers)
            lines = tuple(answer_line(exam.policy, code, given) for code in given)
            place = exam.place(f"voorbeeld:{rule.code}:{number}", rule.code)
            yield Finding(Fault.FAILING_EXAMPLE, rule.code, str(number), place, text, None, given, lines)


def idle_questions(policy: Policy) -> Iterator[Finding]:
    """Yield questions that steer no rule, message or table; what they are used for all the same is told."""
    live = _live(policy)
    uses = _other_uses(policy, live)
    for question in policy.catalogue.questions:
        if question.code in live:
            continue
        place = policy.places.get(question.code, Place("catalogus.yaml", 1))
        used = uses.get(question.code)
        name = f"Vraag {question.code} («{question.text}»)"
        if used:
            text = f"{name} stuurt het advies niet. Het antwoord wordt wel gebruikt in {listed([*used])}."
            yield Finding(Fault.INDIRECT_QUESTION, question.code, "", place, text)
        else:
            text = f"{name} heeft geen gevolg: geen regel, bericht, tabel of andere vraag gebruikt het antwoord."
            yield Finding(Fault.IDLE_QUESTION, question.code, "", place, text)


def _live(policy: Policy) -> set[str]:
    """Return the questions that steer something, also by deciding whether such a question is asked."""
    rules, graph = policy.rules, Dependencies(policy.rules)
    conditions: list[Condition] = [rule.when for rule in rules.rules] + [item.when for item in rules.withheld]
    conditions += [row.when for table in rules.derived.values() for row in table.rows]
    conditions += [item.when for item in rules.outcomes] + [item.when for item in rules.levels]
    conditions += [gate.when for gate in rules.gates.values()]
    waiting = set().union(*map(graph.questions, conditions))
    return _with_routing(policy, graph, waiting)


def _with_routing(policy: Policy, graph: Dependencies, codes: Iterable[str]) -> set[str]:
    """Add the questions that decide whether these are asked, and with which options."""
    found: set[str] = set()
    waiting = {*codes}
    while waiting:
        found |= waiting
        needed = (_needs(policy, graph, policy.catalogue.by_code[code]) for code in waiting)
        waiting = set().union(*needed) - found
    return found


def _needs(policy: Policy, graph: Dependencies, question: Question) -> set[str]:
    sector = policy.catalogue.by_key.get(question.sector_question)
    return graph.questions(question.visible_when) | ({sector.code} if sector else set())


def _other_uses(policy: Policy, live: set[str]) -> Mapping[str, dict[str, None]]:
    """Return for each question where else its answer is used, in words."""
    uses: dict[str, dict[str, None]] = {}
    by_key = policy.catalogue.by_key

    def use(codes: Iterable[str], words: str) -> None:
        for code in codes:
            uses.setdefault(code, {})[words] = None

    graph = Dependencies(policy.rules)
    for check in policy.catalogue.checks:
        use(graph.questions(check.when), f"controle {check.code}")
    for rule in policy.rules.rules:
        keys = (name.partition(":")[0] for name in PLACEHOLDER.findall(rule.reason))
        use((by_key[key].code for key in keys if key in by_key), f"de reden van {rule.code}")
    for message in policy.rules.withheld:
        for condition in message.closed_by:
            use(direct_questions(condition), f"bericht {message.code}")
    for table in policy.comparisons:
        use([table.question], f"de vergelijking «{table.title}»")
    use((by_key[key].code for key in _filters(policy) if key in by_key), "de keuze van organisaties")
    indirect = {code for code in uses if code not in live and code in policy.catalogue.by_code}
    for code in sorted(_with_routing(policy, graph, indirect) - live):
        use([code], "het stellen van een andere vraag") if code not in uses else None
    return uses


def _filters(policy: Policy) -> Iterator[str]:
    organisations = policy.organisations.values()
    if any(item.provinces for item in organisations):
        yield "provincie"
    if any(item.sectors for item in organisations):
        yield "sector"
    if any(item.themes for item in organisations):
        yield "thema"
