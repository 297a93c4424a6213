"""Deliveries while the workers are killed: how many are lost, stranded, or sent twice.

    .venv/bin/python -m benchmarks.crash [--deliveries 200] [--kills 50] [--seed 1] [--json]

A private PostgreSQL and Redis, the relay and the Celery workers of production, a mail server and a webhook receiver on
loopback. Companies submit and partners get offers by the real services, and with that receipts, dossiers, mails and
webhooks, while worker processes get SIGKILL at random moments, now the parent and now a child; Redis and PostgreSQL are
stopped and started in between. Nothing leaves this machine. Bounded: it gives up SETTLE seconds after the last kill.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.sinks import HookSink, MailSink, Taken
from nnmkb.run.family import ends_with_parent
from nnmkb.run.servers import DURABLE, Postgres, Redis, find_postgres, find_redis

ROOT = Path(__file__).resolve().parents[1]
SETTLE = 180.0
# A lease longer than any delivery here, and short enough to see what follows when it runs out.
TERMS = {
    "OUTGOING_LEASE_S": "8",
    "OUTGOING_REQUEUE_S": "4",
    "OUTGOING_TIME_LIMIT_S": "6",
    "OUTGOING_BACKOFF_SCALE": "0.01",
}
SLOWNESS = 0.12
PAUSES = (0.15, 0.7)


@dataclass(slots=True)
class Found:
    """What a run showed."""

    deliveries: int = 0
    killed_parents: int = 0
    killed_children: int = 0
    redis_stops: int = 0
    postgres_stops: int = 0
    lost: int = 0
    stranded: int = 0
    sent_twice: int = 0
    # Sent under an id that belongs to no delivery, or a delivery that was sent under two.
    unrecognisable: int = 0
    dossiers: int = 0
    mails: int = 0
    webhooks: int = 0
    most_attempts: int = 0
    seconds: int = 0

    @property
    def kills(self) -> int:
        """Return how many processes were killed."""
        return self.killed_parents + self.killed_children


class Crew:
    """The relay and the workers, as production starts them; the workers are killed and started again."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.folder, self.chance = folder, chance
        self.relay: subprocess.Popen[bytes] | None = None
        self.workers: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        """Start everything."""
        self.relay = self._run("manage.py", "relay", "--via", "celery")
        for queues in WORKERS:
            self.work(queues)

    def work(self, queues: str) -> None:
        """Start the worker of these queues."""
        line = ["-m", "celery", "-A", "nnmkb", "worker", "-Q", queues, "-c", WORKERS[queues], "-n", f"{queues[:4]}@%h"]
        self.workers[queues] = self._run(*line, "--without-gossip", "--without-mingle", "--loglevel", "ERROR")

    def revive(self) -> None:
        """Start again what has stopped, as the container runtime does: Celery gives up when a child dies early."""
        for queues, worker in list(self.workers.items()):
            if worker.poll() is not None:
                self.work(queues)

    def kill_one(self, found: Found) -> bool:
        """Kill a parent or a child of a worker; False when that worker has no child yet."""
        queues = self.chance.choice(list(WORKERS))
        worker = self.workers[queues]
        children = _children(worker.pid)
        if not children:
            return False
        if self.chance.random() < 0.5:
            # Only the parent: what its children do then is theirs, as after a kill by the kernel.
            worker.kill()
            worker.wait()
            found.killed_parents += 1
            self.work(queues)
        else:
            os.kill(self.chance.choice(children), signal.SIGKILL)
            found.killed_children += 1
        return True

    def close(self) -> None:
        """Stop everything."""
        for process in (self.relay, *self.workers.values()):
            if process and process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def _run(self, *line: str) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("ab") as said:
            return subprocess.Popen(
                [sys.executable, *line],
                cwd=ROOT,
                stdout=said,
                stderr=said,
                start_new_session=True,
                preexec_fn=ends_with_parent(signal.SIGKILL),
            )


# The queues of one worker, and its number of processes.
WORKERS = {"celery,webhooks,house": "2", "pdf": "1"}


def _children(pid: int) -> list[int]:
    try:
        told = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return []
    return [int(child) for child in told]


def run(deliveries: int, kills: int, seed: int) -> Found:
    """Carry out one run on servers of its own, and return what it showed."""
    programs, redis_program = find_postgres(), find_redis()
    if programs is None or redis_program is None:
        sys.exit("this benchmark needs PostgreSQL and Redis")
    chance, began = random.Random(seed), time.monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nnmkb-crash-")))
        postgres, redis = Postgres(programs, DURABLE), Redis(redis_program)
        stack.callback(postgres.close)
        stack.callback(redis.close)
        mails, hooks = Taken(SLOWNESS, seed), Taken(SLOWNESS, seed + 1)
        mail_sink, hook_sink = MailSink(mails), HookSink(hooks)
        os.environ |= TERMS | {
            "DATABASE_URL": postgres.start().url,
            "CELERY_BROKER_URL": redis.start().url,
            "EMAIL_URL": mail_sink.url,
            "WEBHOOK_LOOPBACK": "1",
            "NNMKB_VAR": str(folder),
            "NNMKB_NO_VENV": "1",
            "DJANGO_SETTINGS_MODULE": "nnmkb.settings",
            "LOG_LEVEL": "ERROR",
        }
        from benchmarks.crash_site import CrashSite

        site = CrashSite(hook_sink.url, seed)
        crew = Crew(folder, chance)
        stack.callback(crew.close)
        crew.start()
        found = Found()
        _work_and_kill(site, crew, found, deliveries, kills, chance, {"redis": redis, "postgres": postgres})
        site.wait_until_settled(SETTLE, meanwhile=crew.revive)
        site.count(found, mails.times, hooks.times)
        found.seconds = round(time.monotonic() - began)
        return found


def _work_and_kill(
    site: Any, crew: Crew, found: Found, deliveries: int, kills: int, chance: random.Random, servers: dict[str, Any]
) -> None:
    """Promise the deliveries bit by bit, and kill in between; stop and start each server twice, spread over the run."""
    stops = {
        round(kills * part): name
        for part, name in ((0.2, "redis"), (0.4, "postgres"), (0.6, "redis"), (0.8, "postgres"))
    }
    while site.promised < deliveries or found.kills < kills:
        if site.promised < deliveries and site.promised <= deliveries * (found.kills + 1) / max(kills, 1):
            site.promise_more()
        time.sleep(chance.uniform(*PAUSES))
        crew.revive()
        if found.kills < kills:
            crew.kill_one(found)
        name = stops.pop(found.kills, None)
        if name == "redis":
            _stop_and_start(servers["redis"].kill, servers["redis"].start, chance)
            found.redis_stops += 1
        elif name == "postgres":
            _stop_and_start(servers["postgres"].stop, servers["postgres"].start, chance)
            site.connect_again()
            found.postgres_stops += 1


def _stop_and_start(stop: Callable[[], object], start: Callable[[], object], chance: random.Random) -> None:
    stop()
    time.sleep(chance.uniform(0.5, 2.0))
    start()


def table(found: Found) -> str:
    """Return the result as a table in Markdown."""
    rows = [(name.replace("_", " "), value) for name, value in asdict(found).items()]
    rows.insert(3, ("kills", found.kills))
    return "\n".join(("| | |", "|---|---:|", *(f"| {name} | {value} |" for name, value in rows)))


def broken_promises(found: Found) -> list[str]:
    """Return what may not be, in words; empty when everything holds."""
    promises: Counter[str] = Counter(
        {
            "lost": found.lost,
            "stranded": found.stranded,
            "sent twice without the same id": found.unrecognisable,
            "sent twice more often than killed": max(found.sent_twice - found.kills, 0),
        }
    )
    return [f"{number} {what}" for what, number in promises.items() if number]


def main() -> None:
    """Run once and print what it showed; ends with 1 when a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--deliveries", type=int, default=200)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    given = parser.parse_args()
    found = run(given.deliveries, given.kills, given.seed)
    print(json.dumps(asdict(found)) if given.json else table(found))
    if broken := broken_promises(found):
        sys.exit("not as promised: " + ", ".join(broken))


if __name__ == "__main__":
    main()
