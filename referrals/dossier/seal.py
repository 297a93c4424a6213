"""An electronic seal (PAdES) on the finished PDF. Optional, and off until a key file is named in the settings."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks

if TYPE_CHECKING:
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko.sign.timestamps import TimeStamper

FIELD = "Zegel"
HINT = "Install requirements/seal.txt, and let SEAL_PKCS12 and SEAL_PASSWORD name a key file that can be read."


class SealUnavailable(Exception):
    """A seal is asked for in the settings and cannot be set; a dossier without it must not go out."""


def sealed(pdf: bytes) -> bytes:
    """Return the PDF with a seal after which nothing may change; as it is when no seal is asked for.

    The seal is invisible, and the file stays what it was by its standards. Its moment is that of the clock here, or of
    the time stamp where SEAL_TSA_URL is set; so a sealed file is not the same bytes twice.
    SealUnavailable: nothing is sealed.
    """
    if not settings.SEAL_PKCS12:
        return pdf
    key = signer()
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers

    about = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    made = signers.PdfSigner(about, signer=key, timestamper=timestamper())
    out = made.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)))
    return bytes(out.getvalue())


def signer() -> SimpleSigner:
    """Return the key with its certificates; SealUnavailable says what is missing."""
    try:
        from pyhanko.sign.signers import SimpleSigner
    except ImportError as error:
        raise SealUnavailable("pyHanko is not installed") from error
    try:
        archive = Path(settings.SEAL_PKCS12).read_bytes()
    except OSError as error:
        raise SealUnavailable("the file of SEAL_PKCS12 cannot be read") from error
    try:
        found: SimpleSigner | None = SimpleSigner.load_pkcs12_data(
            archive, (), passphrase=settings.SEAL_PASSWORD.encode()
        )
    except (ValueError, TypeError) as error:
        raise SealUnavailable("SEAL_PASSWORD does not open the file of SEAL_PKCS12") from error
    if found is None:
        raise SealUnavailable("SEAL_PASSWORD does not open the file of SEAL_PKCS12")
    return found


def timestamper() -> TimeStamper | None:
    """Return who proves the moment of the seal; nobody when no address is set."""
    if not settings.SEAL_TSA_URL:
        return None
    from pyhanko.sign.timestamps import HTTPTimeStamper

    return HTTPTimeStamper(settings.SEAL_TSA_URL)


@checks.register()
def seal_check(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Fail when a seal is asked for that cannot be set: every dossier would wait for it."""
    if not settings.SEAL_PKCS12:
        return []
    try:
        signer()
    except SealUnavailable as error:
        return [checks.Error(f"Dossiers cannot be sealed: {error}.", hint=HINT, id="referrals.E003")]
    return []
