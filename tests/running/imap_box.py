"""As much of an IMAP server, on loopback, as reading a mailbox needs."""

from __future__ import annotations

import re
import socketserver
import threading
from dataclasses import dataclass, field


@dataclass
class Box:
    """A mailbox: its messages by number, which of them were read, and whether the server takes the password."""

    messages: dict[int, bytes]
    seen: set[int] = field(default_factory=set)
    opens: bool = True
    asked: list[str] = field(default_factory=list)
    port: int = 0

    def __enter__(self) -> Box:
        box = self

        class Talk(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                talk(box, self)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self.server = Server(("127.0.0.1", 0), Talk)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


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
