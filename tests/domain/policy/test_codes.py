"""Codes stand in addresses and tables: what cannot is told at its line, and what there is stays readable."""

from __future__ import annotations

import pytest

from intake.policy import PolicyProblems, read_policy
from tests.domain.policy.faults import ACT, CAT, CMP, CON, PAR, RULES
from tests.domain.policy.test_bad_input import changed


@pytest.mark.parametrize("odd", ['"{}/x"', '".."', '"{} x"', '"{}?"', "é", "x" * 61, "٣"])
@pytest.mark.parametrize(
    ("name", "written", "code"),
    [
        (RULES, "  - code: {}", "R-A1"),
        (RULES, "  - code: {}", "NN-1"),
        (RULES, "  - code: {}", "UT0"),
        (RULES, "  - code: {}", "D1"),
        (CAT, "  - code: {}", "B1"),
        (CAT, "  - code: {}", "K1"),
        (ACT, "  - code: {}", "A1"),
        (CON, "  - code: {}", "C1"),
        (CMP, "  - code: {}", "talen_website"),
        (CAT, "  {}:", '"001"'),
        (PAR, "  {}:", "snn"),
        (PAR, "  {}:", "syntens"),
    ],
)
def test_code_that_is_not_fit_for_an_address_is_told_at_its_line(name: str, written: str, code: str, odd: str) -> None:
    new = written.format(odd.format(code.strip('"')))
    files = changed(written.format(code), new, name)
    with pytest.raises(PolicyProblems) as found:
        read_policy(files)
    line = files[name][: files[name].index(f"\n{new}") + 1].count("\n") + 1
    assert [one.line for one in found.value.problems if "kan geen code zijn" in one.message][:1] == [line]


@pytest.mark.parametrize("odd", ["nieuw", "A1", "R-", "R-12345678901", "r-a1", "R-A_1"])
def test_rule_has_a_code_that_says_so(odd: str) -> None:
    with pytest.raises(PolicyProblems, match="begin met R- en gebruik daarna hooguit 10 letters en cijfers"):
        read_policy(changed("code: R-V3", f"code: {odd}"))


def test_document_without_a_code_or_with_a_long_one_is_told() -> None:
    for code in ("", "x" * 21, "9/9"):
        with pytest.raises(PolicyProblems, match=r"bronnen: .* kan geen code zijn; gebruik hooguit 20 letters"):
            read_policy(changed("bronnen:\n", f'bronnen:\n  "{code}": Iets\n', CAT))
