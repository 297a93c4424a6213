"""The two legs of a test run: all on SQLite; what touches a database again on PostgreSQL and Redis."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from nnmkb.run import reporting
from nnmkb.run.family import ends_with_parent
from nnmkb.run.servers import Postgres, Redis, find_postgres, find_redis

# What the person at the terminal has set for a site of their own must not reach the tests.
OWN_SETTINGS = {
    "ALLOWED_HOSTS",
    "ANCHORS_FILE",
    "API_REQUEST_LIMIT_S",
    "BEHIND_PROXY",
    "BOUNCES_URL",
    "CELERY_BROKER_URL",
    "CSRF_TRUSTED_ORIGINS",
    "DATABASE_URL",
    "DEFAULT_FROM_EMAIL",
    "DJANGO_SETTINGS_MODULE",
    "DRAFT_DAYS",
    "DRAFT_GRACE_DAYS",
    "EMAIL_URL",
    "FOLLOW_DAYS",
    "LEAVER_DAYS",
    "LOG_LEVEL",
    "NNMKB_MODE",
    "NNMKB_VAR",
    "OUTGOING_BACKOFF_SCALE",
    "OUTGOING_LEASE_S",
    "OUTGOING_LONG_LIMIT_S",
    "OUTGOING_MAX_ATTEMPTS",
    "OUTGOING_REQUEUE_S",
    "OUTGOING_TIME_LIMIT_S",
    "POLICY_NAME",
    "PYTEST_ADDOPTS",
    "SEAL_PASSWORD",
    "SEAL_PKCS12",
    "SEAL_TSA_URL",
    "SECOND_FACTOR_FOR_STAFF",
    "SECRET_KEY",
    "SITE_EMAIL",
    "SITE_NAME",
    "SITE_PHONE",
    "SITE_TAGLINE",
    "SITE_URL",
    "WEBHOOK_CA_FILE",
    "WEBHOOK_LOOPBACK",
}
# These touch no database, so a second engine has nothing to say about them.
NO_DATABASE = (
    "tests/browser/gallery",
    "tests/browser/test_judges.py",
    "tests/domain",
    "tests/referrals/dossier/standards",
    "tests/running/test_reporting.py",
    "tests/running/test_services.py",
    "tests/running/test_settings.py",
    "tests/running/test_supervisor.py",
    "tests/test_house_rules.py",
    "tests/web",
)
# The relay that carries out deliveries itself is the laptop's, and so on SQLite.
LAPTOP_ONLY = ("tests/running/test_inline.py", "tests/running/test_up.py")
NOT_ON_POSTGRES = (*NO_DATABASE, *LAPTOP_ONLY)


@dataclass(slots=True)
class Leg:
    """One run of pytest, with a folder of its own for everything it writes."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    took: float = 0.0

    def start(self, root: Path, output: IO[bytes] | None = None) -> None:
        """Start pytest; without an output it writes to the terminal."""
        environment = {name: value for name, value in os.environ.items() if name not in OWN_SETTINGS}
        environment |= {"NNMKB_VAR": str(self.folder), reporting.WHERE: str(self.report), **self.environment}
        line = [sys.executable, "-m", "pytest", "-p", "nnmkb.run.reporting", *self.arguments]
        self.began = time.monotonic()
        stop = ends_with_parent(signal.SIGTERM)
        self.process = subprocess.Popen(line, cwd=root, env=environment, stdout=output, stderr=output, preexec_fn=stop)

    @property
    def report(self) -> Path:
        """Return where the plugin leaves its counts."""
        return self.folder / "report.json"

    def wait(self) -> reporting.Count:
        """Wait for the end and return the counts."""
        assert self.process
        code = self.process.wait()
        self.took = time.monotonic() - self.began
        return reporting.read(self.report, code)

    def stop(self) -> None:
        """End a run that is still going, when the command itself is stopped."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait()


def without(marks: Sequence[str]) -> list[str]:
    """Return the argument that leaves out the tests with these marks."""
    return ["-m", " and ".join(f"not {mark}" for mark in marks)] if marks else []


@contextmanager
def folder() -> Iterator[Path]:
    """Give a folder for one leg; in memory when it can be, because SQLite waits for the disk at each commit."""
    memory = Path("/dev/shm")  # noqa: S108
    path = Path(tempfile.mkdtemp(prefix="nnmkb-test-", dir=memory if os.access(memory, os.W_OK) else None))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def servers() -> Iterator[dict[str, str]]:
    """Start a private PostgreSQL and, when it is here, a private Redis; return what points the settings to them."""
    programs, redis_program = find_postgres(), find_redis()
    assert programs, "ask find_postgres() first"
    postgres = Postgres(programs)
    redis = Redis(redis_program) if redis_program else None
    try:
        environment = {"DATABASE_URL": postgres.start().url}
        if redis:
            environment["CELERY_BROKER_URL"] = redis.start().url
        yield environment
    finally:
        postgres.close()
        if redis:
            redis.close()
