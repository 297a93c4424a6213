"""A server of the tests on loopback: one thread a talk, gone at the end of the block."""

from __future__ import annotations

import socketserver
import threading
from abc import ABC, abstractmethod
from typing import Self


class Loopback(ABC):
    """Listens on a free port while it is a context; a subclass says how to talk."""

    port: int = 0

    @abstractmethod
    def talk(self, line: socketserver.StreamRequestHandler) -> None:
        """Hold one talk."""

    def stop(self) -> None:  # noqa: B027
        """Let go of whoever still waits; called before the server ends."""

    def __enter__(self) -> Self:
        made = self

        class Talk(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                made.talk(self)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                """Say nothing: a client that hangs up is what the tests want."""

        self.server = Server(("127.0.0.1", 0), Talk)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
