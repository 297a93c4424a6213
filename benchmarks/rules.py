"""What the rules cost: evaluating beside three other engines, deciding, telling why, replaying, measuring, analysing.

    python3 -m venv var/bench
    var/bench/bin/pip install --require-hashes -r requirements/bench.txt
    var/bench/bin/python -m benchmarks.rules [--rounds 5] [evaluation decision stored analysis]

An environment of its own, because the product has nothing to do with those engines. With the packages of base.txt in
it too, and PostgreSQL on this machine, the stored vectors are also read from there. All times are CPU time; what is
compared in one table is measured in turn, so ratios hold where the machine is busy. docs/benchmarks.md has a run.
"""

from __future__ import annotations

import argparse
import importlib.util
import platform
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.foreign import ENGINES, Engine
from benchmarks.generated_policy import generated_policy
from benchmarks.intakes import intakes
from benchmarks.stored import FOLDER, Passed, fill_postgres, fill_sqlite, passed
from benchmarks.timing import Timed, in_turn
from intake.policy import Answers, Policy, assess, load_policy
from intake.policy.analysis import analyse
from intake.policy.engine import compiled, decide
from intake.policy.unmet import why_none
from intake.policy.vectors import to_vector
from nnmkb.run.servers import Postgres, find_postgres

OWN = "nnmkb"
# So many intakes at a time, so that those of one round are not all that the memory of the machine is busy with.
AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Settings:
    """How much is measured."""

    rounds: int
    intakes: int
    stored: int


def main() -> None:
    """Measure the parts that are asked for, and print a table for each."""
    parser = argparse.ArgumentParser(description="What the rules cost, in CPU time.")
    parser.add_argument("parts", nargs="*", metavar="part", help=f"some of: {', '.join(PARTS)}")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--intakes", type=int, default=100_000)
    parser.add_argument("--stored", type=int, default=1_000_000)
    asked = parser.parse_args()
    if unknown := {*asked.parts} - {*PARTS}:
        parser.error(f"there is no part {', '.join(unknown)}")
    settings = Settings(asked.rounds, asked.intakes, asked.stored)
    print(f"Python {platform.python_version()}, {platform.machine()}; best and median of {settings.rounds} rounds")
    policy = load_policy(FOLDER)
    for name in asked.parts or PARTS:
        PARTS[name](policy, settings)


def show(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    print()
    for row in (head, ["-" * width for width in widths], *rows):
        print("| " + " | ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)) + " |")


def evaluation(policy: Policy, settings: Settings) -> None:
    """Everything that the policy says of answers that all count: every table, outcome, intensity, rule and message."""
    engines = {OWN: Engine(lambda answers: answers, compiled(policy).evaluate), **_foreign(policy)}
    times, different = dict.fromkeys(engines, Timed()), dict.fromkeys(engines, 0)
    stream = intakes(policy, settings.intakes)
    while some := [*islice(stream, AT_ONCE)]:
        data = {name: [engine.data(answers) for answers in some] for name, engine in engines.items()}
        tasks = {name: _each(engine.judge, data[name]) for name, engine in engines.items()}
        for name, timed in in_turn(tasks, settings.rounds).items():
            times[name] += timed
        expected = [engines[OWN].judge(answers) for answers in data[OWN]]
        for name, engine in engines.items():
            different[name] += sum(engine.judge(one) != own for one, own in zip(data[name], expected, strict=True))
    others = sorted((name for name in engines if name != OWN), key=lambda name: times[name].least)
    baseline = others[0] if others else OWN
    rows = [
        [
            name,
            f"{settings.intakes / timed.least:,.0f}",
            f"{settings.intakes / timed.median:,.0f}",
            f"{settings.intakes / timed.rounds[0]:,.0f}",
            f"{1 / timed.ratio(times[baseline]):.2f}",
            f"{different[name]}",
            "at least 120,000 and 2.5" if name == OWN else "",
        ]
        for name, timed in times.items()
    ]
    head = ["evaluations per CPU s: best", "median", "first round", f"x {baseline}", "differences", "goal"]
    show([f"{settings.intakes:,} intakes", *head], rows)


def _foreign(policy: Policy) -> dict[str, Engine]:
    found: dict[str, Engine] = {}
    for name, make in ENGINES.items():
        try:
            found[name] = make(policy)
        except ImportError:
            print(f"{name} is not installed here, and left out")
    return found


def _each(judge: Callable[[Any], object], items: Sequence[Any]) -> Callable[[], None]:
    def run() -> None:
        for item in items:
            judge(item)

    return run


def decision(policy: Policy, settings: Settings) -> None:
    """What one request asks: the decision, the assessment with its reasons, and why each rule does not hold."""
    some = [*intakes(policy, AT_ONCE, seed=1)]
    asked: list[tuple[str, Callable[[Policy, Answers], object], int, int]] = [
        ("decision", decide, 1, 20),
        ("assessment with reasons and receipt", assess, 4, 100),
        ("why and why not of every rule", why_none, 20, 1000),
    ]
    tasks = {name: _asked(act, policy, some[::step]) for name, act, step, _ in asked}
    times = in_turn(tasks, settings.rounds)
    micro = {name: times[name].per(len(some[::step])) for name, _, step, _ in asked}
    rows = [_row(name, micro[name], micro["decision"], 1e6, f"{goal:,}") for name, _, _, goal in asked]
    show(["one intake", "CPU µs: best", "median", "x decision", "goal"], rows)


def _asked(act: Callable[[Policy, Answers], object], policy: Policy, some: Sequence[Answers]) -> Callable[[], None]:
    return _each(lambda answers: act(policy, answers), some)


def _row(name: str, timed: Timed, baseline: Timed, unit: float, goal: str) -> list[str]:
    return [
        name,
        f"{timed.least * unit:.2f}",
        f"{timed.median * unit:.2f}",
        f"{timed.ratio(baseline):.2f}",
        goal,
    ]


def stored(policy: Policy, settings: Settings) -> None:
    """All stored vectors: read, counted by one version, and measured by two with the whole impact."""
    made = [to_vector(policy.register, answers) for answers in intakes(policy, min(settings.stored, settings.intakes))]
    random.Random(1).shuffle(made)
    with tempfile.TemporaryDirectory(prefix="nnmkb-benchmark-") as folder:
        file = Path(folder) / "vectors.sqlite3"
        fill_sqlite(file, made, settings.stored)
        _stored("SQLite", str(file), settings)
    with _postgres() as address:
        if address:
            fill_postgres(address, made, settings.stored)
            _stored("PostgreSQL", address, settings)


def _stored(database: str, address: str, settings: Settings) -> None:
    asked = {"read": ("reading alone", ""), "one": ("one version", "0.7 s, 64 MB")}
    asked["two"] = ("two versions with impact", "1.5 s")
    found: dict[str, list[Passed]] = {what: [] for what in asked}
    for _ in range(settings.rounds):
        for what in asked:
            found[what].append(passed(what, address))
    times = {what: Timed([one.seconds for one in rounds]) for what, rounds in found.items()}
    rows = []
    for what, (name, goal) in asked.items():
        row = _row(name, times[what], times["read"], 1, goal)
        peak, before = (max(values) for values in zip(*((one.peak, one.before) for one in found[what]), strict=True))
        server = min(one.server for one in found[what])
        changed = f"{found[what][0].changed:,}" if what == "two" else ""
        rows.append([*row[:4], f"{server:.2f}", f"{peak:.0f} ({before:.0f})", changed, row[4]])
    assert {one.intakes for rounds in found.values() for one in rounds} == {settings.stored}
    head = ["CPU s: best", "median", "x reading", "in the server", "memory MB (before)", "changed", "goal"]
    show([f"{settings.stored:,} vectors from {database}", *head], rows)


@contextmanager
def _postgres() -> Iterator[str]:
    """Give the address of a private PostgreSQL, or nothing where there is none."""
    programs = find_postgres()
    if programs is None or importlib.util.find_spec("psycopg") is None:
        print("\nWithout PostgreSQL and psycopg, nothing is read from there")
        yield ""
        return
    server = Postgres(programs)
    try:
        yield server.start().url
    finally:
        server.close()


def analysis(policy: Policy, settings: Settings) -> None:
    """Everything that can be found without answers: in the policy of 2013, and in a large one."""
    large = generated_policy()
    size = f"{len(large.rules.rules)} rules, {len(large.catalogue.questions)} questions"
    own = f"{len(policy.rules.rules)} rules, {len(policy.catalogue.questions)} questions"
    names = [f"policy of 2013: {own}", f"generated: {size}"]
    tasks = {name: _analysed(one) for name, one in zip(names, (policy, large), strict=True)}
    times = in_turn(tasks, settings.rounds)
    goals = ["0.1 s", "10 s"]
    rows = [_row(name, times[name], times[names[0]], 1, goal) for name, goal in zip(names, goals, strict=True)]
    show(["analysis", "CPU s: best", "median", "x 2013", "goal"], rows)


def _analysed(policy: Policy) -> Callable[[], object]:
    return lambda: analyse(policy)


PARTS: dict[str, Callable[[Policy, Settings], None]] = {
    "evaluation": evaluation,
    "decision": decision,
    "stored": stored,
    "analysis": analysis,
}

if __name__ == "__main__":
    main()
