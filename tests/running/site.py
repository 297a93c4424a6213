"""Real processes on the database of the test: relay, worker, and what they leave behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from intake.models import Intake
from nnmkb.ledger import events, outbox
from nnmkb.ledger.models import Outgoing
from nnmkb.run.family import ends_with_parent

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
# Short terms, so that a crash is made good within a test. The lease stays longer than any work that ends by itself.
TERMS = {
    "OUTGOING_LEASE_S": "8",
    "OUTGOING_REQUEUE_S": "3",
    "OUTGOING_MAX_ATTEMPTS": "3",
    "OUTGOING_BACKOFF_SCALE": "0.015",
    "OUTGOING_TIME_LIMIT_S": "6",
}


def address_of_database() -> str:
    """Return the DATABASE_URL of the database that this test runs on."""
    now = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{now['NAME']}"
    return f"postgresql://{now['USER']}:{now['PASSWORD']}@{now['HOST']}:{now['PORT']}/{now['NAME']}"


class Site:
    """The processes of one test, all stopped at its end."""

    def __init__(self, folder: Path, broker: str = "") -> None:
        self.folder = folder
        self.log = folder / "log"
        self.running: list[subprocess.Popen[bytes]] = []
        self.environment = {
            **os.environ,
            **TERMS,
            "DATABASE_URL": address_of_database(),
            "DJANGO_SETTINGS_MODULE": "tests.running.settings",
            "NNMKB_VAR": str(folder),
            "NNMKB_NO_VENV": "1",
            "SECRET_KEY": settings.SECRET_KEY,
            "LOG_LEVEL": "WARNING",
        }
        self.environment.pop("CELERY_BROKER_URL", None)
        if broker:
            self.environment["CELERY_BROKER_URL"] = broker

    def start(self, *line: str) -> subprocess.Popen[bytes]:
        """Start a process in a group of its own."""
        with self.log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, *line],
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=ends_with_parent(signal.SIGKILL),
            )
        self.running.append(process)
        return process

    def relay(self, via: str = "inline") -> subprocess.Popen[bytes]:
        """Start a relay."""
        return self.start("manage.py", "relay", "--via", via)

    def worker(self, *queues: str) -> subprocess.Popen[bytes]:
        """Start a worker as production does; of all queues, or of these."""
        line = ["-m", "celery", "-A", "nnmkb", "worker", "-c", "2", "--without-gossip", "--without-mingle"]
        return self.start(*line, *(["-Q", ",".join(queues)] if queues else []), "--loglevel", "WARNING")

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """Kill a process and its children at once, as a power cut does."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def close(self) -> None:
        """Stop everything."""
        for process in self.running:
            if process.poll() is None:
                self.kill(process)

    def notes(self, what: str) -> list[str]:
        """Return the addresses that were begun or sent, in order."""
        path = self.folder / what
        return path.read_text().split() if path.exists() else []

    def letters(self) -> int:
        """Return how many different mails lie in the letterbox."""
        return len(list((self.folder / "post").glob("*.eml")))

    def wait_for(self, true: Callable[[], Any], what: str) -> None:
        """Wait until something holds; fail with what the processes said."""
        end = time.monotonic() + PATIENCE
        while not true():
            said = self.log.read_text()[-3000:] if self.log.exists() else ""
            assert time.monotonic() < end, f"waited in vain for: {what}\n{said}"
            time.sleep(0.05)

    def wait_until_settled(self, rows: Iterable[Outgoing]) -> None:
        """Wait until each of these deliveries is done or dead."""
        ids = [row.pk for row in rows]
        self.wait_for(
            lambda: not Outgoing.objects.filter(pk__in=ids, state__in=outbox.OPEN).exists(), "all deliveries settled"
        )


# A row gets its attempts when it is promised, here and not in the processes.
ATTEMPTS = int(TERMS["OUTGOING_MAX_ATTEMPTS"])


def promise(name: str, attempts: int = ATTEMPTS) -> Outgoing:
    """Promise the mail with the link to go on later, to an address of this name."""
    now = timezone.now()
    mark = uuid.uuid4().hex
    with transaction.atomic():
        intake = Intake.objects.create(
            reference=f"NN-{mark[:4]}-{mark[4:8]}".upper(),
            nonce=mark,
            resume_digest=mark + "r",
            follow_digest=mark + "f",
            policy="2013",
            resume_email=f"{name}-{mark[:6]}@bedrijf.example",
            created_at=now,
            changed_at=now,
            expires_at=now + timedelta(days=30),
        )
        event = events.record(intake.stream, "resume_link_asked", actor="entrepreneur", at=now)
        row = outbox.enqueue(event, "mail.resume_link", intake.stream, at=now)
        Outgoing.objects.filter(pk=row.pk).update(attempts_allowed=attempts)
    return row


def states(rows: Iterable[Outgoing]) -> list[str]:
    """Return the states of these deliveries as they are now."""
    now = dict(Outgoing.objects.values_list("pk", "state"))
    return [now[row.pk] for row in rows]
