"""The stored vectors of the benchmark are all read, and counted as the engine judges them one by one."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from benchmarks.intakes import intakes
from benchmarks.stored import Read, blocks, drawn, fill_sqlite, from_sqlite, go_through, once, other_version
from benchmarks.timing import Timed, in_turn
from intake.policy import Policy
from intake.policy.engine import decide
from intake.policy.measuring import Counting
from intake.policy.vectors import from_vector, to_vector
from tests.domain.policy.samples import policy_2013

STORED = 700


def vectors(policy: Policy) -> list[bytes]:
    return [to_vector(policy.register, answers) for answers in intakes(policy, 200)]


def stored(folder: Path) -> Read:
    fill_sqlite(folder / "some.sqlite3", vectors(policy_2013()), STORED)
    return from_sqlite(str(folder / "some.sqlite3"))


def test_every_stored_vector_is_counted_once(tmp_path: Path) -> None:
    policy, counting = policy_2013(), Counting(policy_2013())
    for block in blocks(stored(tmp_path)):
        counting.add(block)
    one_by_one: Counter[str] = Counter()
    for _, vector in drawn(vectors(policy), STORED):
        one_by_one.update(decide(policy, from_vector(policy, vector)).holding)
    assert counting.intakes == STORED
    assert {code: number for code, number in counting.rules.items() if number} == one_by_one


def test_the_other_version_changes_some_and_not_all(tmp_path: Path) -> None:
    policy, other, read = policy_2013(), other_version(), stored(tmp_path)
    assert go_through("read", policy, other, read) == (STORED, 0)
    assert go_through("one", policy, other, read) == (STORED, 0)
    intakes_read, changed = go_through("two", policy, other, read)
    assert intakes_read == STORED
    assert 0 < changed < STORED


def test_a_pass_says_what_it_took(tmp_path: Path) -> None:
    fill_sqlite(tmp_path / "some.sqlite3", vectors(policy_2013()), STORED)
    found = once("two", str(tmp_path / "some.sqlite3"))
    assert found.intakes == STORED
    assert found.seconds > 0
    assert found.peak >= found.before > 1


def test_what_is_compared_is_measured_in_turn() -> None:
    done: list[str] = []
    tasks = {"one": lambda: done.append("one"), "two": lambda: done.append("two")}
    times = in_turn(tasks, 3)
    assert done == ["one", "two"] * 3
    assert [len(timed.rounds) for timed in times.values()] == [3, 3]


def test_a_ratio_is_the_one_of_the_round_in_the_middle() -> None:
    assert Timed([4.0, 9.0, 2.0]).ratio(Timed([2.0, 3.0, 2.0])) == 2.0
    assert (Timed() + Timed([1.0, 2.0])).rounds == [1.0, 2.0]
    assert Timed([4.0, 2.0, 6.0]).per(2).least == 1.0
    assert Timed([4.0, 2.0, 6.0]).per(2).median == 2.0
