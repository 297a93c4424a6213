"""The files of a version in and out: one YAML file, or all of them in a zip that is always the same, byte for byte."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from collections.abc import Mapping
from datetime import datetime

from django.contrib.auth.models import User

from intake.models import PolicyVersion
from intake.services.governing.drafting import MOST_CHARACTERS, save_files
from intake.services.governing.errors import Refused

# A character is at most four bytes.
MOST_BYTES = 4 * MOST_CHARACTERS
MOST_FILES = 20
# The oldest that a zip can tell.
MOMENT = (1980, 1, 1, 0, 0, 0)
READABLE = 0o644 << 16
# What an odd zip raises is not only BadZipFile: an unknown compression, a password, a broken stream.
ODD_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
)
UNREADABLE = "Dit bestand is niet te lezen. Kies een zip die u hier hebt gedownload, of één los bestand."


def export(files: Mapping[str, str]) -> bytes:
    """Return the files as a zip; the same texts give the same bytes, whenever and wherever."""
    out = io.BytesIO()
    # Not compressed: another version of the compressor would give other bytes.
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as packed:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, MOMENT)
            entry.create_system = 3
            entry.external_attr = READABLE
            packed.writestr(entry, files[name].encode())
    return out.getvalue()


def import_files(
    version: PolicyVersion, name: str, content: bytes, *, by: User, lock: int, now: datetime
) -> PolicyVersion:
    """Save what somebody uploaded in a draft: a zip, or one file by its own name. Whatever its text is, it is kept."""
    if len(content) > MOST_BYTES:
        raise Refused("Dit bestand is te groot.")
    texts = unpacked(content) if content[:2] == b"PK" else {name: decoded(name, content)}
    return save_files(version, texts, by=by, lock=lock, now=now, kind="policy_imported")


def unpacked(content: bytes) -> dict[str, str]:
    """Return the texts in a zip; refuses paths, copies of a name, and more than a policy can be."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            entries = packed.infolist()
            must_be_flat([entry.filename for entry in entries])
            return {entry.filename: decoded(entry.filename, limited(packed, entry)) for entry in entries}
    except ODD_ZIP as error:
        raise Refused(UNREADABLE) from error


def must_be_flat(names: list[str]) -> None:
    """Refuse a zip with folders, with a name twice, or with nothing or far too much in it."""
    if not names:
        raise Refused("Deze zip is leeg.")
    if len(names) > MOST_FILES or len(set(names)) < len(names):
        raise Refused(f"Zet in de zip elk bestand één keer, en hooguit {MOST_FILES} bestanden.")
    if any("/" in name or "\\" in name for name in names):
        raise Refused("In deze zip staan mappen. Zet de bestanden er zonder map in.")


def limited(packed: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Return the content of an entry, and never unpack more than a file can be, whatever the zip says of its size."""
    with packed.open(entry) as opened:
        content = opened.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise Refused(f"{entry.filename[:60]}: dit bestand is te groot.")
    return content


def decoded(name: str, content: bytes) -> str:
    """Return the text of a file."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(f"{name[:60]}: dit is geen gewone tekst (UTF-8).") from None
