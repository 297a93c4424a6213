"""Private PostgreSQL and Redis for a test run: own folder, free ports, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from nnmkb.run.family import ends_with_parent

START_LIMIT = 30.0
# No waiting for the disk: what is in it need not survive a power cut.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "60",
}


class DidNotStart(Exception):
    """A server did not answer in time; the text is what it said itself."""


def find_postgres() -> Path | None:
    """Return the folder with the programs of the newest PostgreSQL here (Debian keeps them off the PATH)."""
    on_path = shutil.which("initdb")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: -int(folder.parent.name))
    return next((folder for folder in folders if (folder / "initdb").exists() and (folder / "postgres").exists()), None)


def find_redis() -> Path | None:
    """Return the Redis server program."""
    found = shutil.which("redis-server")
    return Path(found) if found else None


def free_port() -> int:
    """Return a port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a server answers; raise DidNotStart when it stops or stays silent."""
    end = time.monotonic() + START_LIMIT
    while time.monotonic() < end and process.poll() is None:
        if ready():
            return
        time.sleep(0.05)
    raise DidNotStart(log.read_text(errors="replace")[-2000:])


def listens(port: int) -> bool:
    """Say whether something listens on this port."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def unprivileged() -> dict[str, Any]:
    """Return the user to run PostgreSQL as: it refuses root, so root lends it the account of its package or nobody."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    return {}


class Redis:
    """A Redis that keeps nothing, as in production."""

    def __init__(self, program: Path) -> None:
        self.program = program
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="nnmkb-redis-"))
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return the address for CELERY_BROKER_URL."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> Redis:
        """Start it, empty."""
        log = self.folder / "log"
        line = [str(self.program), "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        line += ["--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction"]
        with log.open("ab") as said:
            self.process = subprocess.Popen(
                line, stdout=said, stderr=subprocess.STDOUT, preexec_fn=ends_with_parent(signal.SIGKILL)
            )
        wait_until(lambda: listens(self.port), self.process, log)
        return self

    def kill(self) -> None:
        """Kill it at once, as a crash does."""
        if self.process:
            self.process.kill()
            self.process.wait()

    def close(self) -> None:
        """Stop it and remove its folder."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


# What was committed survives a crash of the server itself, though not of the machine.
DURABLE = {**SETTINGS, "synchronous_commit": "on", "full_page_writes": "on"}


class Postgres:
    """A PostgreSQL in a folder of its own."""

    def __init__(self, programs: Path, settings: Mapping[str, str] = SETTINGS) -> None:
        self.programs = programs
        self.settings = settings
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="nnmkb-postgres-"))
        self.data, self.log = self.folder / "data", self.folder / "log"
        self.process: subprocess.Popen[bytes] | None = None
        self.account = unprivileged()
        if self.account:
            os.chown(self.folder, self.account["user"], self.account["group"])

    @property
    def url(self) -> str:
        """Return the address for DATABASE_URL."""
        return f"postgresql://nnmkb@127.0.0.1:{self.port}/postgres"

    def start(self) -> Postgres:
        """Make the cluster when it is not there yet, and start it."""
        if not self.data.exists():
            self.make()
        line = [str(self.programs / "postgres"), "-D", str(self.data)]
        for name, value in {**self.settings, "port": str(self.port)}.items():
            line += ["-c", f"{name}={value}"]
        with self.log.open("ab") as said:
            self.process = subprocess.Popen(
                line,
                stdout=said,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                preexec_fn=ends_with_parent(signal.SIGQUIT),
                **self.account,
            )
        wait_until(self.answers, self.process, self.log)
        return self

    def make(self) -> None:
        """Make an empty cluster."""
        line = [str(self.programs / "initdb"), "-D", str(self.data), "-U", "nnmkb", "-A", "trust", "-E", "UTF8"]
        line += ["--no-locale", "--no-sync"]
        with self.log.open("ab") as said:
            made = subprocess.run(
                line, stdout=said, stderr=subprocess.STDOUT, cwd=self.folder, check=False, **self.account
            )
        if made.returncode:
            raise DidNotStart(self.log.read_text(errors="replace")[-2000:])

    def answers(self) -> bool:
        """Say whether it takes connections."""
        import psycopg

        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """Stop it at once, dropping connections, as a crash does; start() brings it back with its data."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait()

    def close(self) -> None:
        """Stop it and remove its folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
