"""The seal: off by default; on, the file keeps its standards, and one changed byte is noticed."""

from __future__ import annotations

import hashlib
import sys
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import NameOID
from django.core import checks
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from referrals.dossier import issue, render, seal
from referrals.models import Dossier
from tests.domain.dossier.sample import scan
from tests.referrals import making

PASSWORD = "een wachtwoord"


@pytest.fixture(scope="module")
def certified() -> tuple[bytes, bytes]:
    """Return a key with its certificate as PKCS#12, and the certificate by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Zegel van de tests")])
    now = datetime.now(UTC)
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"), False
    ) | {"digital_signature": True, "content_commitment": True, "encipher_only": False, "decipher_only": False}
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .sign(key, hashes.SHA256())
    )
    archive = pkcs12.serialize_key_and_certificates(
        b"zegel", key, certificate, None, BestAvailableEncryption(PASSWORD.encode())
    )
    return archive, certificate.public_bytes(Encoding.PEM)


@pytest.fixture
def on(certified: tuple[bytes, bytes], settings: Any, tmp_path: Path) -> Path:
    """Turn the seal on; return the key file."""
    path = tmp_path / "zegel.p12"
    path.write_bytes(certified[0])
    settings.SEAL_PKCS12, settings.SEAL_PASSWORD = str(path), PASSWORD
    return path


def judged(pdf: bytes, certificate: bytes, folder: Path) -> Any:
    """Return what a validator that trusts only this certificate says of the one seal."""
    path = folder / "trusted.pem"
    path.write_bytes(certificate)
    [found] = PdfFileReader(BytesIO(pdf)).embedded_signatures
    trusted = ValidationContext(trust_roots=[load_cert_from_pemder(path)], allow_fetching=False)
    return validate_pdf_signature(found, signer_validation_context=trusted)


def test_it_is_off_by_default(settings: Any) -> None:
    assert not settings.SEAL_PKCS12
    assert seal.sealed(b"%PDF") == b"%PDF"
    assert seal.seal_check() == []


@pytest.mark.pango
def test_a_sealed_file_is_whole_trusted_and_closed_to_changes(
    on: Path, certified: tuple[bytes, bytes], tmp_path: Path
) -> None:
    plain = render.render(scan())
    pdf = seal.sealed(plain)
    assert pdf.startswith(plain)
    verdict = judged(pdf, certified[1], tmp_path)
    assert verdict.bottom_line
    assert verdict.coverage.name == "ENTIRE_FILE"
    assert verdict.docmdp_ok
    assert seal.seal_check() == []


@pytest.mark.pango
def test_one_changed_byte_is_noticed(on: Path, certified: tuple[bytes, bytes], tmp_path: Path) -> None:
    plain = render.render(scan())
    pdf = bytearray(seal.sealed(plain))
    pdf[len(plain) // 2] ^= 1
    assert not judged(bytes(pdf), certified[1], tmp_path).intact


@pytest.mark.pango
@pytest.mark.java
def test_a_sealed_file_still_keeps_both_standards(on: Path) -> None:
    from tests.referrals.dossier.standards.verapdf import judge

    assert {name: one.failures for name, one in judge(seal.sealed(render.render(scan()))).items()} == {
        "PDF/A-3a": (),
        "PDF/UA-1": (),
    }


@pytest.mark.pango
@pytest.mark.django_db
def test_the_digest_in_the_history_is_that_of_the_sealed_file(on: Path) -> None:
    made = making.offered()
    pdf = issue.issue(made.dossier_id)
    assert b"/ETSI.CAdES.detached" in pdf
    assert issue.keep(made.dossier_id, pdf, making.NOW)
    assert Dossier.objects.get(pk=made.dossier_id).pdf_digest == hashlib.sha256(pdf).hexdigest()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"SEAL_PKCS12": "/nowhere/zegel.p12"}, "cannot be read"),
        ({"SEAL_PASSWORD": "another"}, "does not open"),
        ({"SEAL_PASSWORD": ""}, "does not open"),
    ],
)
def test_a_seal_that_cannot_be_set_is_an_error_at_start_and_leaves_nothing_unsealed(
    on: Path, settings: Any, change: dict[str, str], said: str
) -> None:
    for name, value in change.items():
        setattr(settings, name, value)
    [error] = seal.seal_check()
    assert isinstance(error, checks.Error)
    assert said in error.msg
    assert error.hint == seal.HINT
    with pytest.raises(seal.SealUnavailable, match=said):
        seal.sealed(b"%PDF")


def test_the_check_is_among_those_that_run_at_start(settings: Any) -> None:
    settings.SEAL_PKCS12 = "/nowhere/zegel.p12"
    assert "referrals.E003" in [one.id for one in checks.run_checks()]


def test_a_file_that_holds_no_key_is_an_error(on: Path) -> None:
    on.write_bytes(b"no archive at all")
    assert "does not open" in seal.seal_check()[0].msg


def test_without_pyhanko_the_check_says_what_to_install(on: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyhanko.sign.signers", None)
    assert "pyHanko is not installed" in seal.seal_check()[0].msg


def test_a_time_stamp_is_asked_only_where_an_address_is_set(settings: Any) -> None:
    assert seal.timestamper() is None
    settings.SEAL_TSA_URL = "https://tijd.example/tsa"
    assert getattr(seal.timestamper(), "url", "") == "https://tijd.example/tsa"
