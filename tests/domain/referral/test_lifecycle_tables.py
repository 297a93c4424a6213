"""docs/verwijzing.md shows the tables of the code, and reads easily."""

from __future__ import annotations

import re
from pathlib import Path

from referrals.domain.lifecycle import STATES, TRANSITIONS, Action, Actor, State, transition
from referrals.domain.lifecycle_tables import END, START, render_tables, replace_tables

PAGE = Path(__file__).resolve().parents[3] / "docs" / "verwijzing.md"


def test_the_page_holds_the_tables_of_today() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text.count(START) == text.count(END) == 1
    assert replace_tables(text) == text, "replace the tables with referrals.domain.lifecycle_tables.replace_tables"


def test_a_changed_table_is_noticed() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert replace_tables(text.replace("| In wachtrij |", "| In de rij |")) == text


def test_text_around_the_tables_is_kept() -> None:
    page = replace_tables(f"voor\n\n{START}\noud\n{END}\n\nna\n")
    assert page.startswith(f"voor\n\n{START}\n\n### Toestanden")
    assert page.endswith(f"{END}\n\nna\n")


def test_every_state_and_every_transition_has_one_row() -> None:
    tables = render_tables()
    for state, facts in STATES.items():
        assert tables.count(f"| {facts.label} | `{state}` |") == 1
    for row in TRANSITIONS:
        assert len(re.findall(rf"^\| {row.number} \|", tables, re.MULTILINE)) == 1


def test_every_table_is_rectangular() -> None:
    for table in re.findall(r"(?:^\|.*\|$\n?)+", render_tables(), re.MULTILINE):
        assert len({line.count("|") for line in table.strip().splitlines()}) == 1


def test_a_row_says_what_each_actor_has_to_prove() -> None:
    row = transition(State.ACCEPTED, Action.RECORD_CONTACT, Actor.PARTNER)
    (line,) = (line for line in render_tables().splitlines() if line.startswith(f"| {row.number} |"))
    assert "Voor de partner: De partner heeft het aanbod aangenomen." in line
    assert "Voor de adviseur: KvK behandelt de doorverwijzing zelf. De adviseur is de behandelaar." in line


def test_sentences_are_short() -> None:
    prose = PAGE.read_text(encoding="utf-8").partition("## Tabellen")[0]
    lines = [line for line in prose.splitlines() if line and line[0] not in "|#"]
    sentences = [s for line in lines for s in re.split(r"(?<=[.!?])\s+", re.sub(r"^\d\. |\*\*", "", line)) if s]
    words = [len(sentence.split()) for sentence in sentences]
    assert max(words) <= 20
    assert sum(words) / len(words) <= 10
