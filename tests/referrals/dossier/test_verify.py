"""The QR code on paper leads to the page that checks the dossier; the address is also there in letters."""

from __future__ import annotations

from typing import Any

import pypdfium2
import pytest
import zxingcpp
from django.urls import reverse

from referrals.domain.dossier import check_code, digest
from referrals.dossier import render, verify
from tests.domain.dossier.sample import foreign, scan
from tests.referrals.dossier.reading import pages


def read(pdf: bytes, page: int, dpi: int) -> list[str]:
    """Return what a scanner reads on a page that was printed or shown at so many dots per inch."""
    document = pypdfium2.PdfDocument(pdf)
    picture = document[page].render(scale=dpi / 72, grayscale=True).to_pil()
    found = [one.text for one in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)]
    document.close()
    return found


@pytest.mark.pango
@pytest.mark.parametrize("dpi", [72, 150])
@pytest.mark.parametrize("site", ["http://127.0.0.1:8000", "https://noordoverdegrens.example"])
def test_a_scanner_reads_the_address(dpi: int, site: str, settings: Any) -> None:
    settings.SITE_URL = site
    address = f"{site}/c/{check_code(digest(scan()))}/"
    pdf = render.render(scan())
    assert read(pdf, 2, dpi) == [address]
    assert address in pages(pdf)[2].replace("\u200b", "")


@pytest.mark.pango
def test_a_foreign_company_has_one_too() -> None:
    assert read(render.render(foreign()), 1, 72) == [verify.address(digest(foreign()))]


def test_the_address_is_that_of_the_page(settings: Any) -> None:
    found = digest(scan())
    assert verify.address(found) == settings.SITE_URL + reverse("referrals:verify", args=[check_code(found)])


def test_another_dossier_has_another_address() -> None:
    assert verify.address(digest(scan())) != verify.address(digest(foreign()))


def test_the_path_covers_exactly_the_dark_modules() -> None:
    rows = (bytearray([1, 1, 0, 1]), bytearray([0, 0, 0, 0]), bytearray([0, 1, 1, 1]))
    assert verify.strokes(rows) == ["M4 4h2v1h-2z", "M7 4h1v1h-1z", "M5 6h3v1h-3z"]
