"""The impact in words: what a policy officer reads before a version goes out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from intake.policy import Policy, assess, read_answers
from intake.policy.columns import Block
from intake.policy.conditions import All, Always, ChoiceIs
from intake.policy.impact import Impact
from intake.policy.impact_lines import change_lines, difference_lines, impact_lines, number
from intake.policy.measuring import Measuring
from intake.policy.vectors import to_vector
from tests.domain.policy.samples import READY
from tests.domain.policy.vector_samples import registered_2013, sample_vectors


def with_rule(code: str, **changes: Any) -> Policy:
    """Return the policy of 2013 with one rule changed."""
    policy = registered_2013()
    rules = tuple(replace(rule, **changes) if rule.code == code else rule for rule in policy.rules.rules)
    return replace(policy, rules=replace(policy.rules, rules=rules))


def measured(new: Policy, vectors: list[bytes] | None = None) -> Impact:
    measuring = Measuring(registered_2013(), new)
    measuring.add(Block.of(sample_vectors(2000)[:300] if vectors is None else vectors))
    return measuring.impact()


def lines_of(new: Policy, vectors: list[bytes] | None = None) -> list[str]:
    return impact_lines(registered_2013(), new, measured(new, vectors))


def changes(new: Policy, **answers: object) -> list[str]:
    """Return what changes for the ready company with these answers."""
    raw = {**READY, **answers}
    return change_lines(*(assess(policy, read_answers(policy, raw)) for policy in (registered_2013(), new)))


@pytest.mark.parametrize(("value", "text"), [(0, "0"), (999, "999"), (1000, "1.000"), (1_234_567, "1.234.567")])
def test_numbers_have_points(value: int, text: str) -> None:
    assert number(value) == text


def test_first_line_sums_it_up() -> None:
    vectors = [to_vector(registered_2013().register, {"B1": province}) for province in ("anders", "anders", "drenthe")]
    lines = lines_of(with_rule("R-N4", when=ChoiceIs("B1", ("drenthe",))), vectors)
    assert lines[0] == "3 scans nagespeeld: 1 krijgen een andere uitslag (33,3%)."


def test_tables_name_activity_form_outcome_and_rule() -> None:
    lines = lines_of(with_rule("R-N4", when=Always()))
    (flight,) = [line for line in lines if line.startswith("  N4 ")]
    assert "Vluchten vanaf Eelde (signaal)" in flight
    before, after, plus, minus = (int(text.replace(".", "")) for text in flight.split()[-4:])
    assert (after, after - before, minus) == (300, plus, 0)
    assert any(line.startswith("  UT1 ") for line in lines)
    assert any(line.startswith("  R-N4 ") for line in lines)
    assert not any(line.startswith("  R-P4 ") for line in lines)


def test_parts_say_what_changes_for_whom() -> None:
    vectors = [to_vector(registered_2013().register, {"B1": province}) for province in ("anders", "anders", "drenthe")]
    lines = lines_of(with_rule("R-N4", when=ChoiceIs("B1", ("drenthe",))), vectors)
    at = lines.index("  Drenthe: 1 van 1 scans veranderen")
    assert lines[at + 1] == "    N4 signaal +1"
    assert "  geen antwoord: 1 van 3 scans veranderen" in lines
    assert not any("Een andere provincie" in line for line in lines)


def test_no_line_is_too_wide() -> None:
    policy = registered_2013()
    levels = tuple(replace(level, value="intensief") for level in policy.rules.levels)
    lines = lines_of(replace(policy, rules=replace(policy.rules, levels=levels)))
    assert len(lines) > 40
    assert max(map(len, lines)) <= 110
    assert not any("\N{NO-BREAK SPACE}" in line for line in lines)


def test_same_version_shows_no_difference_but_all_counts() -> None:
    lines = lines_of(replace(registered_2013()))
    assert lines.count("  geen verschil") == 3
    assert any(line.startswith("  UT1 ") for line in lines)


def test_scans_without_a_row_are_warned_about() -> None:
    policy = registered_2013()
    new = replace(policy, rules=replace(policy.rules, outcomes=policy.rules.outcomes[:-1]))
    uncovered = measured(new).uncovered.after
    assert uncovered > 0
    assert f"Over {uncovered} scans zegt de nieuwe versie niets." in lines_of(new)[0]


def test_without_scans_that_is_all() -> None:
    assert lines_of(registered_2013(), []) == ["Er zijn nog geen scans met een uitslag om na te spelen."]


def test_change_for_one_scan_names_rules_that_come_and_go() -> None:
    came = changes(with_rule("R-N4", when=Always()))
    assert came == [
        "uitkomst: UT1 Laat uzelf zien in het buitenland",
        "erbij: R-N4 N4, signaal: Een vlucht vanaf Eelde zou u helpen. Dat telt mee in het overzicht.",
    ]
    went = changes(with_rule("R-N4", when=ChoiceIs("U9", ("nee",))), U9="ja")
    assert went[1].startswith("eraf: R-N4 N4, signaal: Een vlucht")


def test_change_of_form_is_told_once() -> None:
    lines = changes(with_rule("R-A3i", intensity="intensief"))
    assert lines[1:] == ["anders: R-A3i A3, informatie, licht → informatie, intensief"]


def test_change_of_outcome_intensity_and_message() -> None:
    policy = registered_2013()
    outcomes = tuple(replace(item, when=Always()) if item.code == "UT0" else item for item in policy.rules.outcomes)
    messages = tuple(replace(item, when=Always()) if item.code == "NN-1" else item for item in policy.rules.withheld)
    rules = replace(policy.rules, outcomes=outcomes, withheld=messages)
    lines = changes(replace(policy, rules=rules))
    assert lines[0] == "uitkomst: UT1 Laat uzelf zien in het buitenland → UT0 Buiten Noord-Nederland"
    assert lines[1] == "intensiteit: intensief → geen"
    assert lines[-1].startswith("erbij: bericht NN-1: Een handelsmissie of beurs heeft nu nog weinig zin.")


def test_version_that_says_nothing_is_named() -> None:
    found = assess(registered_2013(), read_answers(registered_2013(), READY))
    assert change_lines(found, None)[0].startswith("de nieuwe versie zegt niets over deze antwoorden")
    assert change_lines(None, found)[0].startswith("de oude versie zegt niets")


def test_difference_over_all_possible_scans_names_the_answers() -> None:
    rule = registered_2013().rules.rule("R-N4")
    lines = difference_lines(registered_2013(), with_rule("R-N4", when=All((rule.when, ChoiceIs("B7", ("vast",))))))
    assert any(line.startswith("  R-N4 geldt niet meer bij ") for line in lines)
    assert any("Doet uw bedrijf zelf onderzoek" in line for line in lines)
    assert not any("geldt nu ook" in line for line in lines)
    assert "  geen verschil" in difference_lines(registered_2013(), replace(registered_2013()))
