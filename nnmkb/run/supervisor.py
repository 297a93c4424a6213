"""Keeps the processes of the laptop running: starts them, restarts one that died, stops them together."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from nnmkb.run.family import SUPERVISED, on_stop

RESTART_AFTER = 2.0
GRACE = 20.0


@dataclass(slots=True)
class Child:
    """One process to keep running."""

    name: str
    line: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    restart_at: float = 0.0


@dataclass(slots=True)
class Supervisor:
    """Watches over children; `say` tells the person at the terminal what happens to them."""

    children: Sequence[Child]
    environment: Mapping[str, str]
    say: Callable[[str], object]
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Start all, and return when asked to stop and all have stopped."""
        on_stop(self.stop.set)
        for child in self.children:
            self.start(child)
        while not self.stop.wait(0.2):
            for child in self.children:
                self.look_after(child)
        self.end()

    def start(self, child: Child) -> None:
        """Start a child. In a session of its own: Ctrl-C reaches the supervisor only, which then stops all in order."""
        environment = {**os.environ, **self.environment, SUPERVISED: "1"}
        child.process = subprocess.Popen(child.line, env=environment, start_new_session=True)
        child.restart_at = 0.0

    def look_after(self, child: Child) -> None:
        """Restart a child a moment after it died."""
        if child.process is None or child.process.poll() is None:
            return
        if not child.restart_at:
            child.restart_at = time.monotonic() + RESTART_AFTER
            self.say(f"{child.name} stopped (code {child.process.returncode}); it starts again in a moment.")
        elif time.monotonic() >= child.restart_at:
            self.start(child)

    def end(self) -> None:
        """Ask all to stop and wait; after the grace they are killed."""
        running = [child.process for child in self.children if child.process and child.process.poll() is None]
        for process in running:
            process.send_signal(signal.SIGTERM)
        end = time.monotonic() + GRACE
        for process in running:
            try:
                process.wait(max(end - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
