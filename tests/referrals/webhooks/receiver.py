"""The system of a partner, on this machine: it speaks real TLS with a certificate of a test authority."""

from __future__ import annotations

import datetime
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

YEAR = 365
NAME = "systeem.voorbeeld.nl"


@dataclass(frozen=True)
class Request:
    """What came in."""

    line: str
    headers: dict[str, str]
    body: bytes


Answer = Callable[[Request, socket.socket], None]


def status(code: int, body: bytes = b"", **headers: str) -> Answer:
    """Answer with a status."""

    def answer(_: Request, line: socket.socket) -> None:
        told = {"Content-Length": str(len(body)), **{name.replace("_", "-"): text for name, text in headers.items()}}
        head = "".join(f"{name}: {text}\r\n" for name, text in told.items())
        line.sendall(f"HTTP/1.1 {code} Whatever\r\n{head}\r\n".encode() + body)

    return answer


def echo(request: Request, line: socket.socket) -> None:
    """Answer a test with its challenge, as a receiver has to."""
    import json

    told = json.loads(request.body)["data"]
    status(200, json.dumps({"challenge": told.get("challenge")}).encode())(request, line)


def silence(_: Request, line: socket.socket) -> None:
    """Say nothing, and do not hang up."""
    with suppress(OSError):
        line.recv(1)


def drop(_: Request, line: socket.socket) -> None:
    """Hang up after the request."""


def drip(start: bytes, piece: bytes = b"x") -> Answer:
    """Say something, and then a little again and again: each piece restarts a limit that counts silence."""

    def answer(_: Request, line: socket.socket) -> None:
        line.sendall(start)
        with suppress(OSError):
            while True:
                time.sleep(0.02)
                line.sendall(piece)

    return answer


def flood(_: Request, line: socket.socket) -> None:
    """Answer without an end."""
    line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    with suppress(OSError):
        while True:
            line.sendall(b"x" * 65536)


@dataclass
class Receiver:
    """One receiver; `answer` can be changed at any time."""

    certificate: Path | None
    answer: Answer = field(default_factory=lambda: status(200))
    requests: list[Request] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    # Before TLS starts: what to do with a fresh line.
    first: Callable[[socket.socket], None] | None = None

    def __post_init__(self) -> None:
        self._ear = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._ear.getsockname()[1]
        self._tls: ssl.SSLContext | None = None
        if self.certificate is not None:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(self.certificate)
            self._tls.sni_callback = lambda line, name, context: self.names.append(name)
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def url(self) -> str:
        return f"https://{NAME}:{self.port}/meldingen?bron=kvk"

    def close(self) -> None:
        self._ear.close()

    def _listen(self) -> None:
        while True:
            try:
                line, _ = self._ear.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(line,), daemon=True).start()

    def _talk(self, line: socket.socket) -> None:
        with suppress(OSError, ssl.SSLError):
            if self.first:
                self.first(line)
            talk = self._tls.wrap_socket(line, server_side=True) if self._tls else line
            with talk:
                request = self._read(talk)
                self.requests.append(request)
                self.answer(request, talk)

    @staticmethod
    def _read(line: socket.socket) -> Request:
        told = b""
        while b"\r\n\r\n" not in told:
            if not (piece := line.recv(4096)):
                raise OSError
            told += piece
        head, _, body = told.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in lines)}
        while len(body) < int(headers.get("content-length", "0")):
            body += line.recv(4096)
        return Request(first, headers, body)


@dataclass(frozen=True)
class Authority:
    """A certificate authority that only the tests trust."""

    folder: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def made(cls, folder: Path) -> Authority:
        key = ec.generate_private_key(ec.SECP256R1())
        made = cls(folder, key, _certificate("Proef-CA", key, "Proef-CA", key, authority=True))
        made.path.write_bytes(made.certificate.public_bytes(serialization.Encoding.PEM))
        return made

    @property
    def path(self) -> Path:
        return self.folder / "ca.pem"

    def server(self, name: str = NAME, *, days: int = 20 * YEAR) -> Path:
        """Return a certificate with its key; below zero days it has ended."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = _certificate(name, key, "Proef-CA", self.key, days=days)
        path = self.folder / f"{name}{days}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + made.public_bytes(serialization.Encoding.PEM)
        )
        return path


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    signer: ec.EllipticCurvePrivateKey,
    *,
    authority: bool = False,
    days: int = 20 * YEAR,
) -> x509.Certificate:
    # TLS looks at the real clock, whatever time the tests hold: so by years, not by days.
    today = datetime.datetime.now(datetime.UTC)
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=20 * YEAR))
        .not_valid_after(today + datetime.timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )
