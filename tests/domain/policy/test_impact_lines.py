"""The impact in words: what a policy officer reads before a version goes out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from intake.policy import Policy
from intake.policy.columns import Block
from intake.policy.conditions import All, Always, ChoiceIs
from intake.policy.impact import Impact
from intake.policy.impact_lines import difference_lines, impact_lines, number
from intake.policy.measuring import Measuring
from intake.policy.vectors import to_vector
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


def test_difference_over_all_possible_scans_names_the_answers() -> None:
    rule = registered_2013().rules.rule("R-N4")
    lines = difference_lines(registered_2013(), with_rule("R-N4", when=All((rule.when, ChoiceIs("B7", ("vast",))))))
    assert any(line.startswith("  R-N4 geldt niet meer bij ") for line in lines)
    assert any("Doet uw bedrijf zelf onderzoek" in line for line in lines)
    assert not any("geldt nu ook" in line for line in lines)
    assert "  geen verschil" in difference_lines(registered_2013(), replace(registered_2013()))
