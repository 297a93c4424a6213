"""Being a child process: leave when the parent dies, stop when asked to, hold the lock of the only one."""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

SUPERVISED = "NNMKB_SUPERVISED"
PR_SET_PDEATHSIG = 1


class AnotherRuns(Exception):
    """A process of this kind already runs in this folder."""


def leave_with_parent() -> None:
    """Stop this process when the supervisor that started it is gone, also after a kill -9 of it."""
    if SUPERVISED not in os.environ:
        return
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True, name="parent-watch").start()


def ends_with_parent(number: int) -> Callable[[], None]:
    """Return what makes the kernel send this signal to a child when its parent dies (Linux; elsewhere nothing).

    For Popen(preexec_fn=...): it also works for a program that knows nothing of its parent, such as a database server.
    """
    prctl = getattr(ctypes.CDLL(None), "prctl", None)

    def ask() -> None:
        if prctl is not None:
            prctl(PR_SET_PDEATHSIG, number)

    return ask


def on_stop(act: Callable[[], object]) -> None:
    """Call `act` when the process is asked to stop (SIGTERM, Ctrl-C)."""

    def handle(number: int, frame: object) -> None:
        act()

    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGINT, handle)


def only_one(path: Path) -> TextIO:
    """Return the lock of the only one, to keep open while it works; raises AnotherRuns. A crash frees it by itself."""
    lock = path.open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise AnotherRuns(str(path)) from error
    return lock
