"""A mail server on loopback that answers what a test tells it to: refuses, hangs, hangs up, or takes the mail."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.running.loopback import Loopback

# Instead of an answer.
HANG, HANG_UP, GARBAGE = "hang", "hang up", "garbage"
USUAL = {
    "CONNECT": "220 sink",
    "EHLO": "250-sink\r\n250 ENHANCEDSTATUSCODES",
    "DATA": "354 go on",
    "QUIT": "221 bye",
    "STAR": "220 go",
}


@dataclass
class Sink(Loopback):
    """The server, with what it took; `answers` by step: CONNECT, EHLO, MAIL, RCPT, DATA, TAKEN (the last dot), QUIT."""

    answers: Mapping[str, str] = field(default_factory=dict)
    taken: list[bytes] = field(default_factory=list)
    gone: threading.Event = field(default_factory=threading.Event)

    def talk(self, line: socketserver.StreamRequestHandler) -> None:
        """Hold one talk."""
        talk(self, line)

    def stop(self) -> None:
        """Let go of who hangs."""
        self.gone.set()


class Over(Exception):
    """The talk is over."""


def talk(sink: Sink, line: socketserver.StreamRequestHandler) -> None:
    """Hold one talk, as RFC 5321 has it as far as a client of ours goes."""

    def answer(step: str) -> None:
        words = sink.answers.get(step) or USUAL.get(step, "250 2.0.0 fine")
        if words == HANG:
            sink.gone.wait(20)
            raise Over
        if words == HANG_UP:
            raise Over
        line.wfile.write(b"\x00\xff\n" if words == GARBAGE else f"{words}\r\n".encode())

    try:
        answer("CONNECT")
        while command := line.rfile.readline():
            step = command[:4].decode("ascii", "replace").upper().strip()
            answer(step)
            if step == "DATA" and "DATA" not in sink.answers:
                sink.taken.append(read_mail(line))
                answer("TAKEN")
            if step == "STAR":
                # No server of TLS: what follows is no handshake.
                line.wfile.write(b"no TLS here, sorry\r\n")
            if step in ("STAR", "QUIT"):
                return
    except (Over, OSError):
        return


def read_mail(line: socketserver.StreamRequestHandler) -> bytes:
    """Read up to the line with a dot alone."""
    lines: list[bytes] = []
    while (one := line.rfile.readline()) and one != b".\r\n":
        lines.append(one)
    return b"".join(lines)


def dead_port() -> int:
    """Return a port of this machine on which nobody answers."""
    with Sink() as sink:
        return sink.port
