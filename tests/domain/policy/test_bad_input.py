"""Whatever stands in a policy file: it does nothing, and what cannot be used is told quickly, with its line."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from functools import cache

import pytest

from intake.policy import Policy, PolicyProblems, Problem, assess, read_answers
from intake.policy.analysis import analyse, cheapest_change, near_misses
from intake.policy.columns import Block, Columns, places
from intake.policy.loader import MOST_LEVELS, read_policy
from intake.policy.precedence_reading import MOST_STEPS
from intake.policy.reading import MOST_IN_A_LIST, MOST_PROBLEMS, MOST_SIGNS
from intake.policy.replaying import Replay
from intake.policy.unmet import why_none
from intake.policy.vectors import to_vector
from tests.domain.policy.faults import CAT, RULES
from tests.domain.policy.samples import FOLDER, READY, seeds

REASON = "    reden: U verkoopt al goed in het buitenland. Andere ondernemers kunnen van u leren."
PRODUCT = "als: {product: [duidelijk, idee]}"
RULE_A2 = "als: {alle: [{feit: noord}, {al_actief: [ja]}]}"
# In seconds of the processor; each takes well under one.
SOON = 5.0

RULE = """  - code: R-X{number}
    activiteit: N4
    soort: signaal
    stap: U
    manier: N
    rollen: [kvk]
    als: {{feit: noord}}
    reden: Een vlucht vanaf Eelde zou u helpen.
    bron: {{document: "001", plaats: "tabel Netwerken 4", strekking: "Laat netwerken aansluiten op vluchten."}}
"""


@cache
def texts() -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.yaml")}


def changed(old: str, new: str, name: str = RULES) -> dict[str, str]:
    assert old in texts()[name]
    return {**texts(), name: texts()[name].replace(old, new, 1)}


def refused(files: dict[str, str]) -> tuple[Problem, ...]:
    """Return what is told about files that cannot be used; it comes soon, and as nothing else than problems."""
    began = time.thread_time()
    with pytest.raises(PolicyProblems) as found:
        read_policy(files)
    assert time.thread_time() - began < SOON
    return found.value.problems


def told(files: dict[str, str], piece: str, name: str = RULES) -> str:
    """Return the one thing that is told, at the line with this piece."""
    [problem] = refused(files)
    assert problem.file == name
    assert piece in files[name].splitlines()[problem.line - 1]
    return problem.message


# ------------------------------------------------------------------ texts


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("{}", "«» bestaat niet"),
        ("{0}", "«0» bestaat niet"),
        ("{landen.__class__}", "«landen.__class__» bestaat niet"),
        ("{landen.__init__.__globals__}", "bestaat niet"),
        ("{landen[0]}", "bestaat niet"),
        ("{landen!r}", "bestaat niet"),
        ("{landen:>9}", "«>9» is geen groep van «landen»"),
        ("{{ settings.SECRET_KEY }}", "bestaat niet"),
        ("{% load static %}", "bestaat niet"),
        ("U noemt {landen", "een haak hoort om één woord te staan"),
        ("U noemt landen}", "een haak hoort om één woord te staan"),
        ("{{landen}}", "een haak hoort om één woord te staan"),
        ("<script>alert(1)</script>", "opmaak (<…>) mag niet"),
        ("Vet</b>", "opmaak (<…>) mag niet"),
        ("<!-- weg -->", "opmaak (<…>) mag niet"),
        ("<?php system('ls') ?>", "opmaak (<…>) mag niet"),
        ("a" * 1_000_000, "deze tekst is te lang: hooguit 5000 tekens"),
        (r"nul \0", "een teken dat niemand ziet"),
        (r"andersom \u202e", "een teken dat niemand ziet"),
        ("onzichtbaar \u200b", "een teken dat niemand ziet"),
    ],
    ids=lambda value: value[:30].encode("unicode_escape").decode(),
)
def test_reason_that_is_no_plain_text_is_told_at_its_line(reason: str, words: str) -> None:
    files = changed(REASON, f'    reden: "{reason}"')
    found = refused(files)
    assert any(words in problem.message for problem in found)
    assert {files[RULES].splitlines()[problem.line - 1][:11] for problem in found} == {"    reden: "}


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("    tekst: U weet op welk land", "    tekst: <b>U weet</b> op welk land", RULES),
        ("    dicht: Maak eerst", "    dicht: <i>Maak eerst", RULES),
        ('strekking: "Breng per', 'strekking: "</a>Breng per', RULES),
        ("    uitleg: Een schatting", "    uitleg: <img src=x onerror=alert(1)> Een schatting", CAT),
        ("    titel: Overzicht van kansen", "    titel: <svg/onload=alert(1)>", "activiteiten.yaml"),
        ("    titel: Overzicht van kansen per sector en land", '    titel: "\\u2066Kansen"', "activiteiten.yaml"),
    ],
)
def test_no_text_of_any_file_carries_markup_or_unseen_signs(old: str, new: str, name: str) -> None:
    message = told(changed(old, new, name), new.strip()[:8], name)
    assert message.startswith(("opmaak", "in deze tekst staat een teken"))


def test_markup_hides_no_other_mistake() -> None:
    files = changed(REASON, "    reden: U <b>verkoopt</b> al.")
    files[RULES] = files[RULES].replace(PRODUCT, "als: {product: [duidelik]}")
    files[CAT] = files[CAT].replace("soort: keuze", "soort: keuz", 1)
    said = [problem.message for problem in refused(files)]
    assert len(said) == 3
    assert any("opmaak" in message for message in said)
    assert any("bedoelde u «duidelijk»?" in message for message in said)
    assert any("bedoelde u «keuze»?" in message for message in said)


def test_references_to_references_are_told_and_never_followed() -> None:
    laughs = ["a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]"]
    laughs += [f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 10)}]" for number in range(1, 12)]
    for line, problem in enumerate(refused({**texts(), RULES: "\n".join(laughs)}), 1):
        assert (problem.file, problem.line) == (RULES, line)
        assert "ankers en verwijzingen" in problem.message


def test_condition_that_can_hold_in_too_many_ways_is_told_before_anybody_meets_it() -> None:
    pairs = [
        ("product: [duidelijk]", "wens: [ja_meer]"),
        ("directie_weg: [ja]", "orders: [ja]"),
        ("kwaliteit: [ja]", "mensen: [ja]"),
        ("concurrentiekracht: [ja_onderzocht]", "vraag_klanten: [concreet]"),
        ("markt_onderzocht: [ja]", "plan_op_papier: [ja]"),
        ("taal_cultuur: [ja]", "contacten: [goed]"),
        ("provincie: [drenthe]", "sector: [ict]"),
        ("zelf_uitvoeren: [zelf]", "vlucht_eelde: [ja]"),
    ]
    parts = ", ".join(f"{{alle: [{{{one}}}, {{{other}}}]}}" for one, other in pairs)
    files = changed(RULE_A2, f"als: {{aantal: {{minstens: 4, van: [{parts}]}}}}")
    [problem] = refused(files)
    assert problem.line == read_policy(texts()).places["R-A2"].line
    assert "R-A2" in problem.message
    assert "splits haar" in problem.message


def test_smaller_than_is_no_markup() -> None:
    assert read_policy(changed(REASON, "    reden: U verkoopt < 25% in het buitenland, of 3<4."))


@pytest.mark.parametrize(
    "code", ["__import__('os').system('touch GEWEEST')", "eval('1/0')", "lambda: 1", "$(reboot)", "'; DROP TABLE x; --"]
)
def test_code_is_text_in_a_reason_and_nothing_as_a_condition(code: str) -> None:
    policy = read_policy(changed(REASON, f'    reden: "{code}"'))
    found = assess(policy, read_answers(policy, {**READY, "S2": "ja_25plus"}))
    assert [item.reason for item in found.fired if item.rule == "R-A2"] == [code]
    assert "is geen voorwaarde; schrijf een blok" in told(changed(PRODUCT, f'als: "{code}"'), code)


# ------------------------------------------------------------------ size


@pytest.mark.parametrize("parser", ["_LOADER", "_SlowLoader"], ids=["libyaml", "python"])
@pytest.mark.parametrize(
    "condition",
    [
        "[" * 10_000 + "]" * 10_000,
        "{alle: [" * 10_000 + "]}" * 10_000,
        "[" * 10_000,
        "\n" + "".join(f"{' ' * (6 + 2 * at)}- alle:\n" for at in range(300)),
        "{niet: " * 61 + "{wens: [nee]}" + "}" * 61,
    ],
    ids=["lists", "blocks", "never closed", "indented", "just too deep"],
)
def test_what_is_nested_too_deep_is_told(condition: str, parser: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from intake.policy import reading

    monkeypatch.setattr(reading, "_LOADER", getattr(reading, parser))
    files = {**texts(), RULES: f"feiten:\n  wil:\n    als: {condition}\n"}
    [problem] = [problem for problem in refused(files) if problem.file == RULES]
    assert problem.message == "hier zitten te veel lijsten of blokken in elkaar"
    assert problem.line >= 3


def rules(count: int) -> dict[str, str]:
    added = "".join(RULE.format(number=number) for number in range(count))
    return changed("\n# Nog niet", f"\n{added}\n# Nog niet")


def test_hundred_thousand_rules_are_too_much() -> None:
    [problem] = refused(rules(100_000))
    assert str(problem) == f"regels.yaml:1: dit bestand is te groot: hooguit {MOST_SIGNS} tekens"


def test_more_rules_than_anyone_reads_are_told_where_they_begin() -> None:
    files = rules(MOST_IN_A_LIST)
    assert told(files, "- code: R-A1").startswith(f"deze lijst is te lang: hooguit {MOST_IN_A_LIST}")


def test_hundreds_of_rules_are_fine() -> None:
    began = time.thread_time()
    assert len(read_policy(rules(500)).rules.rules) == 523
    assert time.thread_time() - began < SOON


@pytest.mark.parametrize(
    "condition", ["{alle: [" + "{feit: echt}, " * 5_000 + "]}", "{product: [" + "idee, " * 50_000 + "]}"]
)
def test_condition_with_more_parts_than_anyone_reads_is_told(condition: str) -> None:
    assert told(changed(PRODUCT, f"als: {condition}"), "als: ").startswith("deze lijst is te lang")


@pytest.mark.parametrize("number", ["9" * 5_000, "-" + "9" * 4_900, "1e400", ".inf", "0x10", "1_000"])
def test_number_that_is_none_is_told(number: str) -> None:
    found = refused(changed("{van: 5, tot: 100}", f"{{van: {number}, tot: 100}}"))
    assert "feit omvang: werkzame_personen: van: hier hoort een geheel getal" in {item.message for item in found}


@pytest.mark.parametrize(
    "lines",
    [
        "".join(f"k{number}: a\n" for number in range(900)),
        "k: a\n" * 900,
        "k: &a b\n" * 50_000,
        "k: !x b\n" * 50_000,
    ],
)
def test_after_hundreds_of_problems_nobody_reads_on(lines: str) -> None:
    found = refused({**texts(), RULES: texts()[RULES] + lines})
    assert len(found) == MOST_PROBLEMS + 1
    assert "er is nog meer; verbeter dit eerst" in {problem.message for problem in found}


# ------------------------------------------------------------------ names that lean on names


def facts(count: int, condition: Callable[[int], str], name: str = "z") -> str:
    """Return the rules with so many facts more, in front of the last one."""
    added = "".join(f"  {name}{at}:\n    tekst: iets\n    als: {condition(at)}\n" for at in range(count))
    return texts()[RULES].replace("  past_bij_noord:\n", f"{added}  past_bij_noord:\n", 1)


def before(at: int, parts: int = 1) -> str:
    return f"{{alle: [{', '.join([f'{{feit: z{at - 1}}}'] * parts)}]}}" if at else "{wens: [ja_meer]}"


@pytest.mark.parametrize("parts", [1, 2])
def test_name_that_leads_too_far_is_told(parts: int) -> None:
    files = {**texts(), RULES: facts(900, lambda at: before(at, parts))}
    assert told(files, "z899:").startswith("«z899» steunt op te veel andere namen na elkaar")


def test_names_that_go_round_far_away_are_told_at_one_of_them() -> None:
    files = {**texts(), RULES: facts(900, lambda at: f"{{feit: z{(at + 1) % 900}}}")}
    assert told(files, "z0:").startswith("dit gaat rond: z0 → z1 → ")


def deepest() -> Policy:
    """Return a policy in which a rule goes as deep as a file may, through names that do so too."""
    count = (MOST_LEVELS - 2) // 3 + 1
    text = facts(count, before).replace(RULE_A2, f"als: {'{niet: ' * 26}{{feit: z{count - 1}}}{'}' * 26}")
    return read_policy({**texts(), RULES: text})


def test_as_deep_as_it_may_be_everything_can_be_asked() -> None:
    policy = deepest()
    answers = read_answers(policy, {**READY, "S1": "ja_meer"})
    other = read_answers(policy, {**READY, "S1": "ja_begin"})
    assert "R-A2" in assess(policy, answers).receipt.fired
    assert why_none(policy, other)["R-A2"]
    assert len(near_misses(policy, "R-A2")) == 2
    change = cheapest_change(policy, other, "R-A2")
    assert change is not None
    assert "S1" in [step.question for step in change.steps]
    assert analyse(policy).counts["R-A2"]
    block = Columns(Block.of([to_vector(policy.register, given) for given in (answers, other)]))
    assert places(Replay(policy).run(block).holding["R-A2"], 2) == [0]
    assert MOST_LEVELS - 3 <= deepest_level(policy) <= MOST_LEVELS


def deepest_level(policy: Policy) -> int:
    from intake.policy.dependencies import Dependencies

    return Dependencies(policy.rules).deepest()[1]


def test_what_goes_before_in_too_long_a_row_is_told() -> None:
    files = in_a_row(60)
    assert told(files, "gaat_voor: [NN-X0]").startswith("gaat_voor: R-X0 gaat voor een te lange rij")
    assert analyse(read_policy(in_a_row(MOST_STEPS // 2))).intakes


def in_a_row(count: int) -> dict[str, str]:
    """Return files in which rule 0 goes before message 0, that before rule 1, and so on."""
    added = "".join(
        RULE.format(number=at).replace("    als:", f"    gaat_voor: [NN-X{at}]\n    als:") for at in range(count)
    )
    [message] = [block for block in texts()[RULES].split("\n  - ") if block.startswith("code: NN-3")]
    messages = "".join(
        f"\n  - {message}".replace("NN-3", f"NN-X{at}").replace(
            "    als:", f"    gaat_voor: [R-X{at + 1}]\n    als:" if at < count - 1 else "    als:", 1
        )
        for at in range(count)
    )
    text = texts()[RULES].replace("\n# Nog niet", f"\n{added}\n# Nog niet", 1)
    return {**texts(), RULES: text.rstrip() + messages + "\n"}


# ------------------------------------------------------------------ anything


PIECES = [
    *("{", "}", "[", "]", ":", "- ", "\n", "  ", "&a ", "*a", "!x ", "'", '"', "|", "> ", "? ", "#", "%", "@", "`"),
    *("null", "~", "ja", "-1", "9" * 30, "alle", "feit", "{}", "[]", "{a: b}", "\t", "<<: ", "---\n", "\u2028", "\x85"),
]


@pytest.mark.parametrize("seed", seeds(4, 50))
def test_files_with_anything_put_in_or_left_out_are_read_or_refused(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(4):
        name = rng.choice(sorted(texts()))
        text = texts()[name]
        for _ in range(rng.randint(1, 3)):
            at = rng.randrange(len(text))
            text = text[:at] + rng.choice(PIECES) + text[at + rng.choice((0, 0, 1, 20)) :]
        assert all(problem.line >= 1 and problem.message for problem in problems_of({**texts(), name: text}))


def problems_of(files: dict[str, str]) -> tuple[Problem, ...]:
    try:
        read_policy(files)
    except PolicyProblems as found:
        return found.problems
    return ()
