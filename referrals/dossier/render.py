"""From content to PDF/A-3a bytes. Nothing is fetched: no network, no file; the same content gives the same bytes."""

from __future__ import annotations

import gc
import importlib
import json
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from itertools import count
from pathlib import Path
from threading import Lock
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from referrals.domain.dossier import canonical, digest
from referrals.dossier import check
from referrals.dossier.finish import Stray, finish
from referrals.dossier.text import BOX, printable_content
from referrals.dossier.verify import address, square

ATTACHMENT = "dossier.json"
VARIANT = "pdf/a-3a"
EXAMPLE = Path(__file__).with_name("example.json")
COLLECT_EVERY = 4
NAMELESS = "Naam niet bekend"


class PdfUnavailable(Exception):
    """This machine has no Pango; the dossier can still be read as a page."""


class FetchRefused(Exception):
    """Something in the dossier asked for what lies outside it, or led elsewhere; no PDF was made."""


@dataclass(frozen=True, slots=True)
class Engine:
    """WeasyPrint with its parsed stylesheet and fonts, kept for the life of the process."""

    library: Any
    fonts: Any
    style: Any
    fetcher: Any
    # One font configuration is not for two threads at once.
    lock: Lock
    renders: Iterator[int]


@cache
def engine() -> Engine:
    """Return the renderer, made at first use. PdfUnavailable when Pango is not there."""
    folder = settings.ROOT / "static" / "dossier"
    # Before the first call into Pango: only the dossier's own fonts, the same on every machine.
    os.environ["FONTCONFIG_FILE"] = str(folder / "fonts" / "fonts.conf")
    try:
        library = check.library()
        fonts = importlib.import_module("weasyprint.text.fonts").FontConfiguration()
    except (OSError, ImportError) as error:
        raise PdfUnavailable(check.HINT) from error
    # Ten lines a dossier that say nothing.
    logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)
    fetcher = refusing_fetcher()
    text = (folder / "dossier.css").read_text(encoding="utf-8")
    style = library.CSS(string=text, font_config=fonts, url_fetcher=fetcher)
    return Engine(library, fonts, style, fetcher, Lock(), count(1))


def refusing_fetcher() -> Any:
    """Return a fetcher that ends the render at any address: a dossier needs nothing from outside itself."""
    urls = importlib.import_module("weasyprint.urls")

    class Refuse(urls.URLFetcher):  # type: ignore[misc, name-defined]
        """Refuses every scheme, also file: and data:."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            raise urls.FatalURLFetchingError(f"a dossier may not fetch {url[:60]}")

    return Refuse()


def warm() -> bool:
    """Make the renderer ready when a worker starts, so that its first dossier is as quick as the next.

    Renders an invented dossier, and puts all that stays out of reach of the garbage collector; children forked
    afterwards share it. Says whether PDFs can be made here: without Pango nothing happens.
    """
    try:
        render(json.loads(EXAMPLE.read_text(encoding="utf-8")))
    except PdfUnavailable:
        return False
    gc.collect()
    gc.freeze()
    return True


@contextmanager
def collected(renders: Iterator[int]) -> Iterator[None]:
    """Keep the garbage collector out of a render, which makes much and keeps it all; it goes round every fourth."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if next(renders) % COLLECT_EVERY == 0:
            gc.collect()
        if enabled:
            gc.enable()


def html(content: Mapping[str, Any]) -> str:
    """Return the page that becomes the PDF, with every text through the gate."""
    shown, replaced, cut = printable_content(content)
    found = digest(content)
    context = {
        "content": named(shown),
        "digest": found,
        "check_address": address(found),
        "square": square(address(found)),
        "replaced": BOX if replaced else "",
        "cut": cut,
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
    }
    return render_to_string("dossier/pdf.html", context)


def named(shown: dict[str, Any]) -> dict[str, Any]:
    """Return the content with words where a name is empty, or was of characters that nobody can see."""
    for whose in ("company", "recipient"):
        shown[whose]["name"] = shown[whose]["name"].strip() or NAMELESS
    return shown


def links(content: Mapping[str, Any]) -> dict[str, str]:
    """Return the only addresses that a dossier leads to, each with where it goes in words."""
    return {
        settings.SITE_URL: f"Naar de website van {settings.SITE_NAME}",
        address(digest(content)): "Naar de pagina waar u controleert of dit dossier echt is en nog geldt",
    }


def render(content: Mapping[str, Any]) -> bytes:
    """Return the PDF of this content, with the content itself embedded as dossier.json.

    PdfUnavailable: no Pango here. FetchRefused: the text got out of its place, and the render was stopped.
    """
    made = engine()
    refused = importlib.import_module("weasyprint.urls").FatalURLFetchingError
    with made.lock, collected(made.renders):
        try:
            return written(made, content)
        # Of these the first derives from BaseException, which would end a Celery worker.
        except (refused, Stray) as error:
            raise FetchRefused(str(error)) from None


def written(made: Engine, content: Mapping[str, Any]) -> bytes:
    """Return the bytes that the library writes."""
    at = datetime.fromisoformat(str(content["made_at"]))
    attachment = made.library.Attachment(
        string=canonical(content), name=ATTACHMENT, description="De gegevens van dit dossier", relationship="Source",
        created=at, modified=at,
    )  # fmt: skip
    document = made.library.HTML(string=html(content), url_fetcher=made.fetcher)
    pdf: bytes = document.write_pdf(
        stylesheets=[made.style],
        font_config=made.fonts,
        finisher=partial(finish, links=links(content), attachment=ATTACHMENT),
        attachments=[attachment],
        pdf_variant=VARIANT,
        pdf_tags=True,
        pdf_identifier=bytes.fromhex(digest(content))[:16],
    )
    return pdf
