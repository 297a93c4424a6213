"""The moment of a seal, proven by a time stamp server: here one of pyHanko itself, on this machine."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from asn1crypto import tsp
from asn1crypto.keys import PrivateKeyInfo
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from nnmkb.ledger import outbox
from nnmkb.ledger.models import Outgoing
from referrals import dispatch
from referrals.domain.dossier import canonical
from referrals.dossier import issue, render, seal
from referrals.models import Dossier
from tests.domain.dossier.sample import scan
from tests.referrals.services import cast

PASSWORD = "een wachtwoord"
# Long before the test: so it can only come from the server.
STAMPED = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Identity:
    """A key with its own certificate."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def trusted(self) -> Any:
        """Return the certificate as a validator reads it."""
        [found] = load_certs_from_pemder_data(self.certificate.public_bytes(Encoding.PEM))
        return found


def identity(name: str, purpose: x509.ExtendedKeyUsage | None = None) -> Identity:
    key = rsa.generate_private_key(65537, 2048)
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"), False
    ) | {"digital_signature": True, "content_commitment": True, "encipher_only": False, "decipher_only": False}
    made = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(called)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.KeyUsage(**usage), critical=True)
    )
    if purpose is not None:
        made = made.add_extension(purpose, critical=True)
    return Identity(key, made.sign(key, hashes.SHA256()))


class Stamping(HTTPServer):
    """A time stamp server that can be told to be broken."""

    def __init__(self, own: Identity) -> None:
        super().__init__(("127.0.0.1", 0), Asked)
        key = own.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        self.stamper = DummyTimeStamper(own.trusted, PrivateKeyInfo.load(key), fixed_dt=STAMPED)
        self.broken = False
        self.asked: list[bytes] = []


class Asked(BaseHTTPRequestHandler):
    """Answers one request for a stamp."""

    server: Stamping

    def do_POST(self) -> None:
        """Stamp what was sent; a broken server answers with a page."""
        told = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append(told)
        if self.server.broken:
            self.send_error(503)
            return
        stamp = self.server.stamper.request_tsa_response(tsp.TimeStampReq.load(told)).dump()
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", str(len(stamp)))
        self.end_headers()
        self.wfile.write(stamp)

    def log_message(self, *told: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def identities() -> tuple[Identity, Identity]:
    """Return who seals and who stamps."""
    return identity("Zegel van de tests"), identity("Tijd", x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]))


@pytest.fixture
def server(identities: tuple[Identity, Identity], settings: Any, tmp_path: Path) -> Iterator[Stamping]:
    """Turn the seal on, with a time stamp server."""
    sealing, stamping = identities
    path = tmp_path / "zegel.p12"
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"zegel", sealing.key, sealing.certificate, None, BestAvailableEncryption(PASSWORD.encode())
        )
    )
    with Stamping(stamping) as made:
        settings.SEAL_PKCS12, settings.SEAL_PASSWORD = str(path), PASSWORD
        settings.SEAL_TSA_URL = f"http://127.0.0.1:{made.server_port}/"
        thread = threading.Thread(target=made.serve_forever, daemon=True)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.mark.pango
def test_moment_of_the_seal_is_that_of_the_server(server: Stamping, identities: tuple[Identity, Identity]) -> None:
    plain = render.render(scan())
    pdf = seal.sealed(plain)
    [found] = PdfFileReader(BytesIO(pdf)).embedded_signatures
    trusted = ValidationContext(trust_roots=[one.trusted for one in identities], allow_fetching=False)
    verdict = validate_pdf_signature(found, signer_validation_context=trusted, ts_validation_context=trusted)
    assert verdict.bottom_line
    assert verdict.timestamp_validity is not None
    assert (verdict.timestamp_validity.valid, verdict.timestamp_validity.trusted) == (True, True)
    assert verdict.timestamp_validity.timestamp == STAMPED
    assert server.asked
    assert not any(b"Zilverwiek" in one for one in server.asked), "the server sees a digest, and nothing of the dossier"
    assert len(pdf) < 100_000


@pytest.mark.pango
@pytest.mark.java
def test_file_with_a_time_stamp_keeps_both_standards(server: Stamping) -> None:
    from tests.referrals.dossier.standards.verapdf import judge

    assert {name: one.failures for name, one in judge(seal.sealed(render.render(scan()))).items()} == {
        "PDF/A-3a": (),
        "PDF/UA-1": (),
    }


@pytest.mark.pango
@pytest.mark.django_db
@pytest.mark.parametrize("away", [False, True], ids=["broken", "away"])
def test_without_its_time_stamp_a_dossier_waits_and_its_mail_waits_half_an_hour(
    server: Stamping, settings: Any, away: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The same bytes each time (test_same_bytes.py), and all that costs time here.
    once = cache(lambda text: render.render(json.loads(text)))
    monkeypatch.setattr(issue, "render", lambda content: once(canonical(content)))
    server.broken = True
    if away:
        settings.SEAL_TSA_URL = "http://127.0.0.1:9/"
    with time_machine.travel(cast.NOW, tick=False) as clock:
        offer = cast.case("offered").fresh_offer()
        row = Outgoing.objects.get(kind="dossier.render", recipient=f"dossier:{offer.dossier_id}")
        mail = Outgoing.objects.get(kind="mail.offer", recipient=f"offer:{offer.pk}")
        for _ in range(outbox.PATIENCE):
            assert outbox.claimable(mail.due_at).filter(pk=mail.pk).count() == 0
            assert dispatch.deliver(row.pk) is dispatch.Outcome.RETRY
            row.refresh_from_db()
            assert row.last_error == "TimestampRequestError"
            clock.move_to(row.due_at)
        dossier = Dossier.objects.get(pk=offer.dossier_id)
        assert (dossier.pdf, dossier.pdf_digest) == (None, "")
        assert dispatch.deliver(mail.pk) is dispatch.Outcome.DONE
        server.broken, settings.SEAL_TSA_URL = False, f"http://127.0.0.1:{server.server_port}/"
        assert dispatch.deliver(row.pk) is dispatch.Outcome.DONE
    assert b"/ETSI.CAdES.detached" in bytes(Dossier.objects.get(pk=offer.dossier_id).pdf or b"")
