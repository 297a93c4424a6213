"""One POST to a checked address: no redirect, no proxy, no second look-up, a limit on its time and on its answer."""

from __future__ import annotations

import http.client
import logging
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass

import urllib3
from django.conf import settings
from urllib3.connection import HTTPConnection, HTTPSConnection

from referrals.domain.webhook_address import Address
from referrals.webhooks import looking_up
from referrals.webhooks.errors import NotSent

# For the whole of it, and for each step that gives no sign of life.
LONGEST, LONGEST_STEP = 30.0, 15.0
LOOK_UP = 5.0
LARGEST_ANSWER = 64 * 1024
AGENT = "nnmkb-webhooks/1"

# It would quote what a stranger sent.
logging.getLogger("urllib3.connection").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver said. `body` is what came in time, at most LARGEST_ANSWER; only a test looks at it."""

    status: int
    retry_after: str
    body: bytes


class Clock:
    """How long a message may still take; it cuts the line when the time is up, whatever the line is doing."""

    def __init__(self, seconds: float) -> None:
        self.ends = time.monotonic() + seconds
        self.ran_out = False
        self._timer: threading.Timer | None = None

    @property
    def left(self) -> float:
        """Return the seconds that are left."""
        return max(self.ends - time.monotonic(), 0.001)

    @property
    def step(self) -> float:
        """Return how long the next step may take."""
        return min(LONGEST_STEP, self.left)

    def watch(self, line: socket.socket) -> None:
        """Cut this line when the time is up: a byte now and then would restart any other limit."""

        def cut() -> None:
            self.ran_out = True
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

        self._timer = threading.Timer(self.left, cut)
        self._timer.daemon = True
        self._timer.start()

    def stop(self) -> None:
        """Watch no longer."""
        if self._timer is not None:
            self._timer.cancel()


def post(address: Address, headers: Mapping[str, str], body: bytes, *, longest: float = LONGEST) -> Answer:
    """Send a message and return the answer; raises NotSent when there is none."""
    clock = Clock(longest)
    line: socket.socket | None = None
    try:
        line = _connected(looking_up.places(address, min(LOOK_UP, clock.left)), address.port, clock)
        # A copy of the line: TLS takes the first one over, and a half-closed copy closes both.
        with line.dup() as watched:
            clock.watch(watched)
            return _exchange(_http(address, line, clock), address, headers, body, clock)
    except NotSent:
        raise
    except (ssl.SSLError, ssl.CertificateError, urllib3.exceptions.SSLError) as error:
        raise NotSent("timeout" if clock.ran_out else "tls") from error
    except (TimeoutError, urllib3.exceptions.TimeoutError) as error:
        raise NotSent("timeout") from error
    except (OSError, http.client.RemoteDisconnected) as error:
        raise NotSent("timeout" if clock.ran_out else "dropped") from error
    except (http.client.HTTPException, urllib3.exceptions.HTTPError, ValueError) as error:
        raise NotSent("timeout" if clock.ran_out else "garbled") from error
    finally:
        clock.stop()
        if line is not None:
            line.close()


def _connected(places: list[str], port: int, clock: Clock) -> socket.socket:
    """Return a line to the first place that takes it."""
    refused: OSError | None = None
    for place in places:
        try:
            return socket.create_connection((place, port), timeout=clock.step)
        except OSError as error:
            refused = error
        if clock.left < 0.01:
            break
    raise NotSent("timeout" if isinstance(refused, TimeoutError) else "connect") from refused


def _http(address: Address, line: socket.socket, clock: Clock) -> HTTPConnection:
    """Return a conversation on this line; the certificate must be that of the name."""
    if address.scheme == "http":
        return _Plain(line, address.host, address.port, timeout=clock.step)
    trusted = ssl.create_default_context(cafile=settings.WEBHOOK_CA_FILE or None)
    trusted.minimum_version = ssl.TLSVersion.TLSv1_2
    return _Secure(line, address.host, address.port, timeout=clock.step, ssl_context=trusted)


def _exchange(talk: HTTPConnection, address: Address, headers: Mapping[str, str], body: bytes, clock: Clock) -> Answer:
    try:
        sent = {"content-type": "application/json", "user-agent": AGENT, "connection": "close", **headers}
        talk.request("POST", address.target, body=body, headers=sent, preload_content=False, decode_content=False)
        with closing(talk.getresponse()) as answer:
            if clock.ran_out:
                # Headers that were cut off look as if they had ended.
                raise NotSent("timeout")
            return Answer(answer.status, answer.headers.get("retry-after", ""), _read(answer))
    finally:
        talk.close()


def _read(answer: urllib3.HTTPResponse) -> bytes:
    """Return the beginning of an answer. Who answered has answered, even when the rest is late, lost or too much."""
    told = bytearray()
    with suppress(OSError, ValueError, http.client.HTTPException, urllib3.exceptions.HTTPError):
        while len(told) < LARGEST_ANSWER:
            piece = answer.read1(min(8192, LARGEST_ANSWER - len(told)))
            if not piece:
                break
            told += piece
    return bytes(told)


class _Plain(HTTPConnection):
    """A conversation on a line that is there already."""

    def __init__(self, line: socket.socket, host: str, port: int, *, timeout: float) -> None:
        super().__init__(host, port, timeout=timeout)
        self._line = line

    def _new_conn(self) -> socket.socket:
        return self._line


class _Secure(HTTPSConnection):
    """The same under TLS, with the name for SNI and for the certificate."""

    def __init__(
        self, line: socket.socket, host: str, port: int, *, timeout: float, ssl_context: ssl.SSLContext
    ) -> None:
        super().__init__(host, port, timeout=timeout, ssl_context=ssl_context, cert_reqs=ssl.CERT_REQUIRED)
        self._line = line

    def _new_conn(self) -> socket.socket:
        return self._line
