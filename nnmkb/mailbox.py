"""Reads a mailbox that the site owns, over IMAP or as a folder in the Maildir form. Read means marked as read."""

from __future__ import annotations

import imaplib
import mailbox
import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

PORTS = {"imap": 143, "imaps": 993}
SECONDS = 20
# The rest waits for the next time.
AT_ONCE = 200


class Unreadable(Exception):
    """The mailbox could not be read; the text names no address and no password."""


def unread(url: str, largest: int) -> Iterator[bytes]:
    """Yield each unread message of the mailbox, marked as read once the next one is asked for.

    Of a message that is larger than `largest` only one byte more is read. Raises Unreadable.
    """
    try:
        parts = urlsplit(url)
        if parts.scheme == "maildir":
            yield from _of_folder(Path(unquote(parts.path)), largest)
        elif parts.scheme in ("imap", "imaps"):
            yield from _of_server(parts, largest)
        else:
            raise Unreadable("unknown kind of mailbox")
    except (OSError, ValueError, imaplib.IMAP4.error, mailbox.Error) as error:
        raise Unreadable(type(error).__name__) from error


def _of_folder(folder: Path, largest: int) -> Iterator[bytes]:
    if not (folder / "new").is_dir():
        raise Unreadable("no Maildir")
    (folder / "cur").mkdir(exist_ok=True)
    for path in sorted((folder / "new").iterdir())[:AT_ONCE]:
        # Neither a link to elsewhere nor a pipe that never ends.
        if path.is_symlink() or not path.is_file():
            continue
        with path.open("rb") as file:
            yield file.read(largest + 1)
        os.replace(path, folder / "cur" / f"{path.name}:2,S")


def _of_server(parts: SplitResult, largest: int) -> Iterator[bytes]:
    kind = imaplib.IMAP4_SSL if parts.scheme == "imaps" else imaplib.IMAP4
    server = kind(parts.hostname or "", parts.port or PORTS[parts.scheme], timeout=SECONDS)
    try:
        server.login(unquote(parts.username or ""), unquote(parts.password or ""))
        # Quoted by us: imaplib sends the name as it is.
        name = re.sub(r'([\\"])', r"\\\1", unquote(parts.path.strip("/")) or "INBOX")
        if server.select(f'"{name}"')[0] != "OK":
            raise Unreadable("no such folder")
        _, found = server.uid("SEARCH", "UNSEEN")
        for uid in (found[0] or b"").split()[:AT_ONCE]:
            text = uid.decode("ascii")
            _, lines = server.uid("FETCH", text, f"(BODY.PEEK[]<0.{largest + 1}>)")
            yield next((line[1] for line in lines if isinstance(line, tuple)), b"")
            server.uid("STORE", text, "+FLAGS.SILENT", r"(\Seen)")
    finally:
        try:
            server.logout()
        except (OSError, imaplib.IMAP4.error):
            server.shutdown()
