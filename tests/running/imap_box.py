"""As much of an IMAP server, on loopback, as reading a mailbox needs."""

from __future__ import annotations

import re
import socketserver
from dataclasses import dataclass, field

from tests.running.loopback import Loopback


@dataclass
class Box(Loopback):
    """A mailbox: its messages by number, which of them were read, and whether the server takes the password."""

    messages: dict[int, bytes]
    seen: set[int] = field(default_factory=set)
    opens: bool = True
    asked: list[str] = field(default_factory=list)

    def talk(self, line: socketserver.StreamRequestHandler) -> None:
        """Hold one talk."""
        talk(self, line)


def talk(box: Box, line: socketserver.StreamRequestHandler) -> None:
    """Hold one talk."""
    line.wfile.write(b"* OK box\r\n")
    while command := line.rfile.readline().decode().strip():
        tag, _, asked = command.partition(" ")
        box.asked.append(asked)
        line.wfile.write(answer(box, asked) + f"{tag} {verdict(box, asked)}\r\n".encode())
        if asked == "LOGOUT":
            return


def verdict(box: Box, asked: str) -> str:
    return "NO" if asked.startswith("LOGIN") and not box.opens else "OK done"


def answer(box: Box, asked: str) -> bytes:
    if asked.startswith("CAPABILITY"):
        return b"* CAPABILITY IMAP4rev1\r\n"
    if asked.startswith("SELECT"):
        return b"* %d EXISTS\r\n" % len(box.messages)
    if asked == "UID SEARCH UNSEEN":
        unread = " ".join(str(uid) for uid in sorted(box.messages) if uid not in box.seen)
        return f"* SEARCH {unread}\r\n".encode()
    if found := re.match(r"UID FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", asked):
        uid = int(found[1])
        part = box.messages[uid][: int(found[2])]
        return b"* 1 FETCH (UID %d BODY[]<0> {%d}\r\n" % (uid, len(part)) + part + b")\r\n"
    if found := re.match(r"UID STORE (\d+) \+FLAGS\.SILENT \(\\Seen\)", asked):
        box.seen.add(int(found[1]))
    return b"* BYE\r\n" if asked == "LOGOUT" else b""
