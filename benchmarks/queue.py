"""The workbench at three sizes: questions, buffers and CPU time of each list, filter, search and page, as ratios.

    .venv/bin/python -m benchmarks.queue [--sizes 1000 100000 1000000] [--databases postgresql sqlite] [--rounds 5]

It fills a database of its own for each size (make_referrals), on a private PostgreSQL and in SQLite files, and removes
them afterwards; at a million that takes minutes and 10 GB. `--use postgresql:1000000=ADDRESS` takes one that is there.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nnmkb.run.servers import SETTINGS, Postgres, find_postgres

ROOT = Path(__file__).resolve().parents[1]
LONGEST_LIST, LONGEST_COUNT, MOST_QUERIES, MOST_FOR_DETAIL, MOST_RATIO = 60, 500, 6, 12, 1.3
# One measurement takes at least so long, because the clock of the server ticks a hundred times a second.
SECONDS = 0.4
LISTS = ("list: ", "order: ", "filter: ", "archive: ", "page 1,000")
TIMED = (
    "page: ", "detail: ", "list: alles", "list: mijn", "page 1,000", "archive: first", "filter: province",
    "filter: rare activity", "filter: label", "search: ", "counters", "claim", "give me the next", "team: ",
)  # fmt: skip


@dataclass
class Site:
    """A process with a filled database."""

    size: int
    process: subprocess.Popen[str]
    tasks: list[str]
    looks: dict[str, dict[str, Any]] = field(default_factory=dict)
    times: dict[str, list[float]] = field(default_factory=dict)

    def ask(self, **asked: object) -> dict[str, Any]:
        """Have it measure something."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        return found

    def best(self, task: str) -> float:
        """Return the milliseconds of the quickest round."""
        return 1000 * min(self.times[task])


@contextmanager
def server(sizes: Iterable[int]) -> Iterator[dict[int, str]]:
    """Start a private PostgreSQL with a database for each size."""
    programs = find_postgres()
    if programs is None:
        sys.exit("There is no PostgreSQL on this machine; use --databases sqlite.")
    psycopg: Any = __import__("psycopg")
    SETTINGS.update(shared_buffers="512MB", max_wal_size="8GB", wal_level="minimal", max_wal_senders="0")
    made = Postgres(programs)
    try:
        made.start()
        with psycopg.connect(made.url, autocommit=True) as connection:
            for size in sizes:
                connection.execute(f"CREATE DATABASE n{size}")
        yield {size: made.url.replace("/postgres", f"/n{size}") for size in sizes}
    finally:
        made.close()


def environment(address: str, folder: Path) -> dict[str, str]:
    """Return the environment of a site on this database."""
    folder.mkdir(parents=True, exist_ok=True)
    return {**os.environ, "DATABASE_URL": address, "NNMKB_VAR": str(folder), "DJANGO_SETTINGS_MODULE": "nnmkb.settings"}


def fill(size: int, where: Mapping[str, str]) -> None:
    """Make the tables and the population, and say what that took here; the server of PostgreSQL not included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for line in (["migrate", "-v0"], ["make_referrals", str(size)]):
        subprocess.run([sys.executable, "manage.py", *line], cwd=ROOT, env=where, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{size:,} referrals written in {after.ru_utime - before.ru_utime:.0f} CPU s", flush=True)


def start(size: int, where: Mapping[str, str]) -> Site:
    """Start the process that measures one size."""
    line = [sys.executable, "-m", "benchmarks.queue_site"]
    process = subprocess.Popen(line, cwd=ROOT, env=where, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    return Site(size, process, json.loads(process.stdout.readline())["tasks"])


def measure(sites: list[Site], rounds: int) -> None:
    """Look at every task once, and time some of them in rounds, all sizes in turn."""
    for site in sites:
        site.looks = {task: site.ask(look=task) for task in site.tasks}
    for task in (task for task in sites[0].tasks if task.startswith(TIMED)):
        slowest = max(site.ask(time=task, times=3)["seconds"] for site in sites)
        times = max(3, min(300, round(SECONDS / max(slowest, 1e-4))))
        for _ in range(rounds):
            for site in sites:
                site.times.setdefault(task, []).append(site.ask(time=task, times=times)["seconds"])


# --- what it says ---------------------------------------------------------------------------------------------------


def table(kind: str, sites: list[Site]) -> None:
    """Print one line a task: queries, what the question for the referrals touches, what all touch, and CPU ms."""
    unit = "buffers" if kind == "postgresql" else "steps"
    print(f"\n{kind}: queries | {unit} of the question for the referrals (and of all) | CPU ms, best, x the first\n")
    print("| | " + " | ".join(f"{site.size:,}" for site in sites) + " |")
    print("|---|" + "---:|" * len(sites))
    for task in sites[0].tasks:
        print(f"| {task} | " + " | ".join(_cell(site, sites[0], task) for site in sites) + " |")


def _cell(site: Site, first: Site, task: str) -> str:
    found = site.looks[task]
    text = f"{found['queries']} q, {found['main']:,}"
    if found["touched"] != found["main"]:
        text += f" ({found['touched']:,})"
    if task in site.times:
        text += f", {site.best(task):.2f} ms"
        text += "" if site is first else f" x{site.best(task) / first.best(task):.2f}"
    return text + (f" READS ALL OF {', '.join(found['scanned'])}" if found["scanned"] else "")


def targets(kind: str, sites: list[Site]) -> None:
    """Print whether the largest size meets each target, and what does not."""
    first, last = sites[0], sites[-1]
    pages = ("page: list", "page: my work")
    print(f"\n{kind} at {last.size:,}:")
    _tell(f"list in at most {MOST_QUERIES} queries", _above(last, pages, "queries", MOST_QUERIES))
    details = [task for task in last.tasks if task.startswith("detail: ")]
    _tell(f"detail in at most {MOST_FOR_DETAIL} queries", _above(last, details, "queries", MOST_FOR_DETAIL))
    scans = [f"{task}" for task, found in last.looks.items() if "referrals_referral" in found["scanned"]]
    _tell("no question reads all referrals", scans)
    if kind == "postgresql":
        lists = [task for task in last.tasks if task.startswith(LISTS)]
        _tell(f"list in at most {LONGEST_LIST} buffers", _above(last, lists, "main", LONGEST_LIST))
        _tell(f"counters in at most {LONGEST_COUNT} buffers", _above(last, ("counters",), "touched", LONGEST_COUNT))
    for task in ("page: list", "list: alles"):
        ratio = last.best(task) / first.best(task)
        over = [] if ratio <= MOST_RATIO else [f"{ratio:.2f}"]
        _tell(f"{task}: CPU x{ratio:.2f} of that at {first.size:,}, at most {MOST_RATIO}", over)


def _above(site: Site, tasks: Iterable[str], what: str, most: int) -> list[str]:
    return [f"{task} {site.looks[task][what]:,}" for task in tasks if site.looks[task][what] > most]


def _tell(target: str, misses: list[str]) -> None:
    print(f"- {target}: " + ("met" if not misses else f"NOT MET by {'; '.join(misses)}"))


def run(kind: str, sizes: list[int], used: Mapping[int, str], rounds: int) -> None:
    """Fill, measure and print one kind of database."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nnmkb-queue-")))
        missing = [size for size in sizes if size not in used]
        addresses = {size: f"sqlite:///{folder}/{size}.sqlite3" for size in sizes} | dict(used)
        if kind == "postgresql" and missing:
            addresses |= stack.enter_context(server(missing))
        sites = []
        for size in sizes:
            where = environment(addresses[size], folder / str(size))
            if size in missing:
                fill(size, where)
            sites.append(start(size, where))
            stack.callback(sites[-1].process.terminate)
        measure(sites, rounds)
        table(kind, sites)
        targets(kind, sites)


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 100_000, 1_000_000])
    parser.add_argument("--databases", nargs="+", default=["postgresql", "sqlite"], choices=("postgresql", "sqlite"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--use", nargs="*", default=[], metavar="KIND:SIZE=ADDRESS")
    asked = parser.parse_args()
    there = dict(one.split("=", 1) for one in asked.use)
    for kind in asked.databases:
        used = {size: there[key] for size in asked.sizes if (key := f"{kind}:{size}") in there}
        run(kind, asked.sizes, used, asked.rounds)


if __name__ == "__main__":
    main()
