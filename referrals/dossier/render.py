"""From content to PDF/A-3a bytes. Nothing is fetched: no network, no file; the same content gives the same bytes."""

from __future__ import annotations

import importlib
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from threading import Lock
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from referrals.domain.dossier import canonical, digest
from referrals.dossier import check
from referrals.dossier.finish import finish
from referrals.dossier.text import BOX, printable_content

ATTACHMENT = "dossier.json"
VARIANT = "pdf/a-3a"


class PdfUnavailable(Exception):
    """This machine has no Pango; the dossier can still be read as a page."""


@dataclass(frozen=True, slots=True)
class Engine:
    """WeasyPrint with its parsed stylesheet and fonts, kept for the life of the process."""

    library: Any
    fonts: Any
    style: Any
    fetcher: Any
    # One font configuration is not for two threads at once.
    lock: Lock


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
    return Engine(library, fonts, style, fetcher, Lock())


def refusing_fetcher() -> Any:
    """Return a fetcher that ends the render at any address: a dossier needs nothing from outside itself."""
    urls = importlib.import_module("weasyprint.urls")

    class Refuse(urls.URLFetcher):  # type: ignore[misc, name-defined]
        """Refuses every scheme, also file: and data:."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            raise urls.FatalURLFetchingError(f"a dossier may not fetch {url[:60]}")

    return Refuse()


class FetchRefused(Exception):
    """Something in the dossier asked for a resource from outside; nothing was fetched and no PDF was made."""


def html(content: Mapping[str, Any]) -> str:
    """Return the page that becomes the PDF, with every text through the gate."""
    shown, replaced = printable_content(content)
    context = {
        "content": shown,
        "digest": digest(content),
        "replaced": BOX if replaced else "",
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
    }
    return render_to_string("dossier/pdf.html", context)


def render(content: Mapping[str, Any]) -> bytes:
    """Return the PDF of this content, with the content itself embedded as dossier.json.

    PdfUnavailable: no Pango here. FetchRefused: the text got out of its place, and the render was stopped.
    """
    made = engine()
    page, source = html(content), canonical(content)
    at = datetime.fromisoformat(str(content["made_at"]))
    attachment = made.library.Attachment(
        string=source, name=ATTACHMENT, description="De gegevens van dit dossier", relationship="Source",
        created=at, modified=at,
    )  # fmt: skip
    refused = importlib.import_module("weasyprint.urls").FatalURLFetchingError
    with made.lock:
        try:
            document = made.library.HTML(string=page, url_fetcher=made.fetcher)
            pdf: bytes = document.write_pdf(
                stylesheets=[made.style],
                font_config=made.fonts,
                finisher=partial(finish, links={settings.SITE_URL: f"Naar de website van {settings.SITE_NAME}"}),
                attachments=[attachment],
                pdf_variant=VARIANT,
                pdf_tags=True,
                pdf_identifier=bytes.fromhex(digest(content))[:16],
            )
        # It derives from BaseException, which would end a Celery worker.
        except refused as error:
            raise FetchRefused(str(error)) from None
    return pdf
