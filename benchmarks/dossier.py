"""What a dossier costs: CPU time beside naive WeasyPrint and typst on the same content, memory over 300, hostile text.

    python3 -m venv var/bench
    var/bench/bin/pip install --require-hashes -r requirements/base.txt
    var/bench/bin/pip install --require-hashes -r requirements/bench.txt
    var/bench/bin/python -m benchmarks.dossier [memory speed hostile] [--rounds 7] [--dossiers 300]

All times are CPU time, and what is compared is measured in turn in one process: look at the ratios. Every dossier has
another text, so that nobody remembers the one before. docs/benchmarks.md has a run. Ends with 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import copy
import gc
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FOLDER = tempfile.TemporaryDirectory(prefix="nnmkb-benchmark-")
os.environ |= {"DJANGO_SETTINGS_MODULE": "nnmkb.settings", "NNMKB_VAR": FOLDER.name}

import django  # noqa: E402

django.setup()

from benchmarks.goals import GOALS, missed  # noqa: E402
from benchmarks.timing import Timed  # noqa: E402
from referrals.dossier import render  # noqa: E402
from tests.domain.dossier.companies import COMPANIES, content  # noqa: E402

OWN, NAIVE, TYPST = "nnmkb", "naive WeasyPrint", "typst"
# As often as our own garbage collector goes round, so that each round pays for it once.
AT_ONCE = render.COLLECT_EVERY
SETTLED = 20
HOSTILE = {
    "markup": "<script>alert(1)</script>}</style><style>@import url(http://evil.example/x)" * 20,
    "8,000 letters without a space": "x" * 8_000,
    "50,000 letters without a space": "x" * 50_000,
    "8,000 letters in words": "woord " * 1_400,
    "marks on marks": "Z" + "\u0351\u0343\u0357" * 3_000,
    "dashes": "—" * 8_000,
    "another script": "北荷兰公司" * 1_000,
    "right to left": "\u202eabc\u2066" * 2_000,
}


def contents() -> Iterator[dict[str, Any]]:
    """Yield the dossiers of invented companies, each with texts of its own."""
    made = [content(one) for one in COMPANIES.values()]
    full = [one for one in made if one["comparison"] and one["reasons"]]
    for number in count():
        one = copy.deepcopy(dict(full[number % len(full)]))
        one["company"]["name"] = f"Machinebouw {number} B.V."
        for group in one["answers"]:
            for line in group["lines"]:
                line["answer"] = [f"{text} ({number})" for text in line["answer"]]
        for reason in one["reasons"]:
            reason["text"] += f" Dit is reden {number}."
        yield one


def hostile(text: str) -> dict[str, Any]:
    """Return a dossier with this text wherever people type or choose."""
    made = copy.deepcopy(dict(content(COMPANIES["ready"])))
    made["company"] |= {"name": text[:120], "place": text[:80]}
    for group in made["answers"]:
        for line in group["lines"]:
            line["answer"] = [text]
    return made


def cpu(task: Callable[[], object]) -> float:
    """Return the CPU seconds of a task, with the garbage collector as the product has it."""
    gc.collect()
    began = time.process_time()
    task()
    return time.process_time() - began


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What a dossier costs.")
    parser.add_argument("parts", nargs="*", default=["memory", "speed", "hostile"], help="some of these, in this order")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--dossiers", type=int, default=300)
    asked = parser.parse_args()
    told: list[str] = []
    if asked.parts == ["memory"]:
        told = missed(report_memory(asked.dossiers))
    elif "memory" in asked.parts:
        in_another = [sys.executable, "-m", "benchmarks.dossier", "memory", "--dossiers", str(asked.dossiers)]
        ran = subprocess.run(in_another, cwd=ROOT, check=False, capture_output=True, text=True)
        print(ran.stdout)
        told = [ran.stderr.strip() or "no memory measured"] if ran.returncode else []
    if {"speed", "hostile"}.intersection(asked.parts):
        render.warm()
    if "speed" in asked.parts:
        told += missed(report_speed(asked.rounds))
    if "hostile" in asked.parts:
        told += missed(report_hostile(asked.rounds))
    if told:
        sys.exit("not as promised: " + "; ".join(told))


def report_speed(rounds: int) -> dict[str, float]:
    """Measure the three in turn, print CPU, ratios and sizes, and return what has a goal."""
    from benchmarks.dossier_rivals import naive, typst

    makers = {OWN: render.render, NAIVE: naive(Path(FOLDER.name)), TYPST: typst()}
    found = {name: Timed() for name in makers}
    sizes = dict.fromkeys(makers, 0)
    supply = contents()
    for _ in range(rounds + 1):
        batch = [next(supply) for _ in range(AT_ONCE)]
        for name, make in makers.items():
            found[name].rounds.append(cpu(lambda make=make, batch=batch: [make(one) for one in batch]) / AT_ONCE)
            sizes[name] = max(sizes[name], *(len(make(one)) for one in batch[:1]))
    print(f"{'':<20}{'CPU s: best':>12}{'median':>9}{'x naive':>9}{'x typst':>9}{'kB':>7}{'pages':>7}")
    for timed in found.values():
        timed.rounds.pop(0)  # everybody's first is a warm-up
    for name, timed in found.items():
        against = [timed.ratio(found[NAIVE]), timed.ratio(found[TYPST])]
        pages = pages_of(makers[name](next(contents())))
        print(
            f"{name:<20}{timed.least:>12.3f}{timed.median:>9.3f}{against[0]:>9.2f}{against[1]:>9.1f}"
            f"{sizes[name] / 1000:>7.0f}{pages:>7}"
        )
    print("goal: at most " + ", ".join(f"{GOALS[name]:g} {name}" for name in ("x naive", "x typst", "kB")) + "\n")
    own = found[OWN]
    return {"x naive": own.ratio(found[NAIVE]), "x typst": own.ratio(found[TYPST]), "kB": sizes[OWN] / 1000}


def report_hostile(rounds: int) -> dict[str, float]:
    """Measure dossiers full of hostile text against ordinary ones in the same rounds; return what has a goal."""
    ordinary, found = Timed(), {name: Timed() for name in HOSTILE}
    sizes: dict[str, int] = {}
    supply = contents()
    for _ in range(rounds):
        ordinary.rounds.append(cpu(lambda: render.render(next(supply))))
        for name, text in HOSTILE.items():
            made: list[bytes] = []
            found[name].rounds.append(cpu(lambda text=text, made=made: made.append(render.render(hostile(text)))))
            sizes[name] = len(made[0])
    print(f"{'hostile text':<32}{'x ordinary':>11}{'kB':>7}")
    for name, timed in found.items():
        print(f"{name:<32}{timed.ratio(ordinary):>11.2f}{sizes[name] / 1000:>7.0f}")
    print(f"goal: at most {GOALS['hostile x ordinary']:g} x ordinary, at most {GOALS['hostile kB']:g} kB")
    worst = max(timed.ratio(ordinary) for timed in found.values())
    return {"hostile x ordinary": worst, "hostile kB": max(sizes.values()) / 1000}


def report_memory(dossiers: int) -> dict[str, float]:
    """Print what a worker costs to start and how much memory it takes over so many dossiers; in a fresh process.

    Returns what has a goal.
    """
    began = time.process_time()
    render.warm()
    warm = time.process_time() - began
    first, supply = 0.0, contents()
    for number in range(dossiers):
        render.render(next(supply))
        if number + 1 == min(SETTLED, dossiers):
            first = resident()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    growth = (resident() - first) / max(dossiers - SETTLED, 1)
    print(
        f"a worker: warm in {warm:.2f} CPU s (goal 1); over {dossiers} dossiers "
        f"peak {peak:.0f} MB (goal {GOALS['peak in MB']:g}), "
        f"growth {1000 * growth:.0f} kB a dossier after the first {SETTLED} (goal {GOALS['growth in kB a dossier']:g})"
    )
    return {"peak in MB": peak, "growth in kB a dossier": 1000 * growth}


def resident() -> float:
    """Return the memory that this process holds now, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def pages_of(pdf: bytes) -> int:
    """Return the number of pages of a PDF, by what it says itself."""
    import pypdfium2

    with pypdfium2.PdfDocument(pdf) as document:
        return len(document)


if __name__ == "__main__":
    main()
