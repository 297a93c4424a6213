"""Starts processes of the product in no time: it has loaded the product once, and each process is a fork of it.

{"run": ["relay", "--via", "inline"], "log": "…"} is answered with the number of the process, and {"end": 123} with
how it ended, once it is gone. Nothing else runs in the starter: no thread, and no connection to the database.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nnmkb.run.family import ends_with_parent
from tests.browser.companion import Companion, answer_all

PATIENCE = 15.0
# A relay that looks more often than each second: a test waits for each of its mails.
LOOK = 0.2


class Starter(Companion):
    """The starter as the tests see it."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        super().__init__(__name__, environment)
        self.folder = folder

    def run(self, arguments: Sequence[str], log: Path) -> int:
        """Start a process, as a command line after `manage.py` or `python -m`; return its number."""
        return int(self.ask({"run": list(arguments), "log": str(log)}))

    def end(self, number: int) -> int:
        """Ask a process to stop, wait until it is gone, and return its exit code."""
        return int(self.ask({"end": number}))


def load() -> None:
    """Load all that the processes need, the renderer of the dossiers included."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "nnmkb.settings"
    django.setup()
    from celery.apps import worker  # noqa: F401
    from celery.concurrency import prefork  # noqa: F401
    from django.db import connections
    from django.urls import get_resolver

    from nnmkb.ledger import relay as looking
    from referrals.dossier import render
    from referrals.management.commands import relay  # noqa: F401

    get_resolver().url_patterns  # noqa: B018
    looking.POLL = LOOK
    render.warm()
    connections.close_all()


def fork(arguments: Sequence[str], log: str) -> int:
    """Start the process and return its number."""
    number = os.fork()
    if number:
        return number
    code = 1
    try:
        os.setpgid(0, 0)
        ends_with_parent(signal.SIGTERM)()
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        for stream in (1, 2):
            os.dup2(output, stream)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        code = become(arguments)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def become(arguments: Sequence[str]) -> int:
    """Be a process of the product until it ends."""
    from celery.bin.celery import main as celery
    from django.core.management import execute_from_command_line

    try:
        if arguments[0] == "celery":
            sys.argv = list(arguments)
            celery()
        else:
            execute_from_command_line(["manage.py", *arguments])
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        import traceback

        traceback.print_exc()
        return 1
    return 0


def finish(number: int) -> int:
    """Ask a process to stop and wait for it; one that does not listen is killed."""
    os.kill(number, signal.SIGTERM)
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        gone, status = os.waitpid(number, os.WNOHANG)
        if gone:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.killpg(number, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])


def main() -> None:
    """Answer until stdin ends, and then take along what still runs."""
    load()
    running: set[int] = set()

    def answer(question: dict[str, Any]) -> int:
        if "run" in question:
            running.add(number := fork(question["run"], question["log"]))
            return number
        running.discard(question["end"])
        return finish(question["end"])

    answer_all(answer)
    for number in running:
        finish(number)


if __name__ == "__main__":
    main()
