"""What one company costs: CPU time and queries per phase, from the first answer to the mail to the partner.

    .venv/bin/python -m benchmarks.submission [rounds]

Everything goes through the real addresses and services, on a SQLite database of its own. The ratios compare with an
empty page through all middleware, measured in the same run. What a dossier costs beside others: benchmarks/dossier.py.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

FOLDER = tempfile.TemporaryDirectory(prefix="nnmkb-benchmark-")
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "nnmkb.settings",
    "NNMKB_VAR": FOLDER.name,
    "DATABASE_URL": f"sqlite:///{FOLDER.name}/site.sqlite3",
    "ALLOWED_HOSTS": "testserver",
}

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from intake.models import Intake  # noqa: E402
from intake.screens import PAGES  # noqa: E402
from nnmkb.ledger.models import Outgoing  # noqa: E402
from referrals import dispatch  # noqa: E402
from referrals.management.commands import demo  # noqa: E402
from referrals.services import offering, queue  # noqa: E402

COMPANY = next(facts for facts in demo.read("bedrijven.json") if facts["punt"] == "bezig")
HIDDEN = re.compile(r'<input type="hidden" name="(sleutel|teksten|versie)" value="([^"]*)"')
EMPTY = "empty page (baseline)"
QUESTIONS = {page.slug: page.questions for page in PAGES}
PHASES = ("answers: pages shown", "answers: pages saved", "result: assess", "contact: page", "contact: submit")
PHASES += ("desk: claim and offer", "delivery: render dossier", "delivery: mails")


class Meter:
    """CPU milliseconds, or queries, per phase."""

    def __init__(self, *, queries: bool) -> None:
        self.queries = queries
        self.found: dict[str, float] = defaultdict(float)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Add what this block costs to a phase."""
        if self.queries:
            with CaptureQueriesContext(connection) as captured:
                yield
            self.found[name] += len(captured)
        else:
            began = time.process_time()
            yield
            self.found[name] += (time.process_time() - began) * 1000


def hidden(page: Any) -> dict[str, str]:
    """Return the hidden fields of a page."""
    return dict(HIDDEN.findall(page.content.decode()))


def fields(slug: str) -> dict[str, Any]:
    """Return the form fields of a page of questions, filled in for the company."""
    found: dict[str, Any] = {}
    for code in QUESTIONS[slug]:
        value = COMPANY["antwoorden"].get(code)
        if isinstance(value, dict):
            found |= {f"{code}_{row}": str(score) for row, score in value.items()}
        elif value is not None:
            found[code] = value
    return found


def walk(client: Client, meter: Meter) -> Intake:
    """Fill in the scan as a browser does, up to and with the result page."""
    with meter.phase("answers: pages saved"):
        started = client.post("/", {"sleutel": ""})
    where = started["Location"]
    intake = Intake.objects.get(reference=where.split("/")[2])
    while True:
        with meter.phase("answers: pages shown"):
            page = client.get(where, follow=True)
        path = page.request["PATH_INFO"]
        slug = path.strip("/").split("/")[-1]
        if slug == "controleren":
            break
        form = {**hidden(page), **fields(slug), "doe": "verder"}
        with meter.phase("answers: pages saved"):
            saved = client.post(path, form)
        assert saved.status_code == 302, f"{slug} was not accepted"
        where = saved["Location"]
    with meter.phase("result: assess"):
        answer = client.post(path, hidden(page), follow=True)
    assert answer.status_code == 200
    return intake


def submit(client: Client, meter: Meter, intake: Intake) -> None:
    """Give contact data and tick every box."""
    path = f"/zelfscan/{intake.reference}/contact/"
    with meter.phase("contact: page"):
        page = client.get(path)
    boxes = dict.fromkeys(re.findall(r'name="(C\d(?:_\w+)?)"', page.content.decode()), "on")
    with meter.phase("contact: submit"):
        sent = client.post(path, {**hidden(page), **COMPANY["contact"], **boxes})
    assert sent.status_code == 302, "the submission was not accepted"


def offer(meter: Meter, intake: Intake, mark: str) -> None:
    """Claim the referral and offer it to the partner that fits best."""
    advisor = demo.User.objects.get(username="adviseur")
    now = timezone.now()
    referral, partner = demo.first_match(intake, timezone.localdate(now))
    with meter.phase("desk: claim and offer"):
        claimed = queue.claim(referral.pk, advisor=advisor, version=referral.version, key=f"{mark}-claim", now=now)
        offering.offer(claimed.pk, partner.pk, advisor=advisor, version=claimed.version, key=f"{mark}-offer", now=now)


def deliver(meter: Meter) -> None:
    """Carry out everything that was promised for now; reminders are for later."""
    for row in Outgoing.objects.filter(state="pending", due_at__lte=timezone.now()).order_by("pk"):
        name = "delivery: render dossier" if row.kind == "dossier.render" else "delivery: mails"
        with meter.phase(name):
            ended = dispatch.deliver(row.pk)
        assert ended is dispatch.Outcome.DONE, row.kind


def one_company(meter: Meter, mark: str) -> None:
    """Take one company all the way."""
    client = Client()
    intake = walk(client, meter)
    submit(client, meter, intake)
    offer(meter, intake, mark)
    deliver(meter)


def baseline(meter: Meter) -> None:
    """Measure what to compare with."""
    client = Client()
    with meter.phase(EMPTY):
        client.get("/gezond/")


def measure(run: Callable[[Meter, str], None], rounds: int, *, queries: bool) -> dict[str, float]:
    """Return the median per phase over the rounds."""
    found: list[dict[str, float]] = []
    for number in range(rounds):
        meter = Meter(queries=queries)
        run(meter, f"{'q' if queries else 'c'}{number}")
        found.append(meter.found)
    return {name: statistics.median(one[name] for one in found) for name in found[0]}


def main() -> None:
    """Prepare an empty site, warm up, count, measure, print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    settings.RATE_LIMITS = dict.fromkeys(settings.RATE_LIMITS, (0, 1))
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["src", "dossier", "admin"])
    demo.partners(timezone.localdate())
    for facts in demo.read("medewerkers.json"):
        demo.person(facts)
    demo.Partner.objects.update(capacity=10_000)

    def both(meter: Meter, mark: str) -> None:
        one_company(meter, mark)
        baseline(meter)

    queries = measure(both, 2, queries=True)
    cpu = measure(both, rounds, queries=False)
    report(cpu, queries, rounds)


def report(cpu: dict[str, float], queries: dict[str, float], rounds: int) -> None:
    """Print the table."""
    print(f"median of {rounds} companies; {len(COMPANY['antwoorden'])} questions answered\n")
    print(f"{'phase':<30}{'CPU ms':>9}{'queries':>9}{'x empty page':>14}")
    shown = [name for name in PHASES if name in cpu]
    for name in shown:
        print(f"{name:<30}{cpu[name]:>9.1f}{queries[name]:>9.0f}{cpu[name] / cpu[EMPTY]:>14.1f}")
    total, asked = sum(cpu[name] for name in shown), sum(queries[name] for name in shown)
    print(f"{'all together':<30}{total:>9.1f}{asked:>9.0f}{total / cpu[EMPTY]:>14.1f}\n")
    print(f"{EMPTY:<30}{cpu[EMPTY]:>9.1f}{queries[EMPTY]:>9.0f}")
    print(json.dumps({"cpu_ms": {name: round(value, 2) for name, value in cpu.items()}, "queries": queries}))


if __name__ == "__main__":
    main()
