"""A mail server and a webhook receiver on loopback: they note the fixed id of what they took, then answer, not at once.

The id is noted before the answer goes out. A sender that is killed in between has sent, and does not know it: that is
the moment that these are for.
"""

from __future__ import annotations

import random
import re
import socketserver
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MESSAGE_ID = re.compile(rb"^message-id:\s*<([0-9a-f-]{36})@", re.IGNORECASE | re.MULTILINE)
NO_ID = "?"


class Taken:
    """How often each id was taken, by any number of threads; and how slow the answers are."""

    def __init__(self, slowness: float, seed: int) -> None:
        self.slowness = slowness
        self.times: Counter[str] = Counter()
        self._chance = random.Random(seed)
        self._lock = threading.Lock()

    def note(self, identity: str) -> None:
        """Note that it came in, and wait before the answer."""
        with self._lock:
            self.times[identity] += 1
            wait = self._chance.uniform(0, self.slowness)
        time.sleep(wait)


class MailSink(socketserver.ThreadingTCPServer):
    """As much of SMTP as a client needs to hand a mail over."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, taken: Taken) -> None:
        self.taken = taken
        super().__init__(("127.0.0.1", 0), MailTalk)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Return the address for EMAIL_URL."""
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class MailTalk(socketserver.StreamRequestHandler):
    """One connection of a mail client."""

    server: MailSink

    def handle(self) -> None:
        """Answer each command until the client goes, or is killed."""
        try:
            self.say(b"220 sink")
            while line := self.rfile.readline(2048):
                word = line[:4].upper()
                if word == b"QUIT":
                    self.say(b"221 bye")
                    return
                if word == b"DATA":
                    self.say(b"354 go on")
                    self.take()
                self.say(b"250 ok")
        except OSError:
            return

    def take(self) -> None:
        """Read a mail up to its end; a client that dies before that has sent nothing."""
        lines: list[bytes] = []
        while (line := self.rfile.readline(65536)) != b".\r\n":
            if not line:
                raise ConnectionResetError
            lines.append(line)
        found = MESSAGE_ID.search(b"".join(lines))
        self.server.taken.note(found.group(1).decode().replace("-", "") if found else NO_ID)

    def say(self, line: bytes) -> None:
        """Write one line."""
        self.wfile.write(line + b"\r\n")


class HookSink(ThreadingHTTPServer):
    """A receiver of webhooks that takes everything."""

    daemon_threads = True

    def __init__(self, taken: Taken) -> None:
        self.taken = taken
        super().__init__(("127.0.0.1", 0), HookTalk)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Return the address for an endpoint."""
        return f"http://127.0.0.1:{self.server_address[1]}/"


class HookTalk(BaseHTTPRequestHandler):
    """One webhook."""

    server: HookSink

    def do_POST(self) -> None:
        """Note its id, and say yes."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.taken.note(self.headers.get("webhook-id", NO_ID).removeprefix("msg_").replace("-", ""))
        try:
            self.send_response(204)
            self.end_headers()
        except OSError:
            return

    def log_message(self, *args: object) -> None:
        """Write nothing on the terminal."""
