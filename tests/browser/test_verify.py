"""Is this dossier genuine? Asked in a real browser, with a file that never leaves it, and without JavaScript."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import FilePayload, Page, Request, expect

from referrals.domain.dossier import canonical, check_code
from referrals.dossier import render
from referrals.models import Dossier, Offer, Referral
from referrals.services import closing, offering
from tests.browser.inspector import Inspector
from tests.referrals.desk import making

Opener = Callable[..., Page]
PICK = "Bestand van het dossier (PDF of dossier.json)"


def made(**contact: object) -> tuple[Offer, bytes, bytes]:
    """Return an offer with its PDF (as small as one can be, with the address as ours have it) and its JSON."""
    offer = making.offered(making.partner("metaalunie"), at=timezone.now(), **contact)
    content = canonical(offer.dossier.content)
    address = f"(https://nnmkb.example/c/{check_code(offer.dossier.digest)}/)".encode()
    part = zlib.compress(b"12 0 << /Type /Annot /URI " + address + b" >>")
    head = f"<< /Type /ObjStm /N 1 /First 5 /Filter /FlateDecode /Length {len(part)} >>".encode()
    pdf = b"%PDF-1.7\n1 0 obj\n" + head + b"\nstream\n" + part + b"\nendstream\nendobj\n%%EOF\n"
    Dossier.objects.filter(pk=offer.dossier_id).update(pdf=pdf, pdf_digest=hashlib.sha256(pdf).hexdigest())
    return offer, pdf, content


def choose(page: Page, content: bytes, name: str = "dossier.pdf") -> None:
    """Choose a file."""
    kind = "application/json" if name.endswith("json") else "application/pdf"
    page.get_by_label(PICK).set_input_files(FilePayload(name=name, mimeType=kind, buffer=content))


def address(offer: Offer) -> str:
    """Return the page of this dossier."""
    return f"/c/{check_code(offer.dossier.digest)}/"


def says(page: Page, words: str) -> None:
    """Expect these words where a screen reader hears them by itself."""
    expect(page.get_by_role("status").filter(has_text=words)).to_be_visible()


def changed(content: bytes) -> bytes:
    """Change one byte, in the middle."""
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


@pytest.mark.parametrize("what", ["pdf", "json"])
def test_genuine_file_is_genuine_and_one_changed_byte_is_not(visit: Opener, what: str) -> None:
    offer, pdf, content = made()
    right = pdf if what == "pdf" else content
    page = visit()
    sent: list[Request] = []
    page.goto(address(offer))
    page.on("request", lambda request: None if "/static/" in request.url else sent.append(request))
    choose(page, right, f"dossier.{what}")
    says(page, "Echt en actueel")
    choose(page, changed(right), f"dossier.{what}")
    says(page, "Dit is niet dit dossier, of er is iets veranderd")
    expect(page.get_by_role("status").filter(has_text="Echt en actueel")).to_have_count(0)
    choose(page, right, "nog-eens.json")
    says(page, "Echt en actueel")
    assert sent == [], "the file, or something about it, left the browser"


def test_old_version_is_genuine_but_does_not_count_and_the_new_page_names_the_old_code(visit: Opener) -> None:
    old, pdf, content = made()
    row = Referral.objects.get(pk=old.referral_id)
    assert row.owner
    now = timezone.now()
    offering.recall(row.pk, advisor=row.owner, version=row.version, key="r", now=now)
    row.refresh_from_db()
    new = offering.offer(row.pk, old.partner_id, advisor=row.owner, version=row.version, key="o", now=now)
    page = visit()
    page.goto(address(old))
    choose(page, pdf)
    says(page, "Echt, maar niet meer geldig")
    says(page, "Er is een nieuwere versie")
    page.goto(address(new))
    choose(page, content, "dossier.json")
    says(page, "Dit is niet dit dossier")
    choose(page, pdf)
    says(page, "Dit bestand hoort bij een andere code")
    page.get_by_role("link", name="Controleer het bij zijn eigen code").click()
    expect(page).to_have_url(re.compile(address(old)))
    expect(page.get_by_text("Vervangen")).to_be_visible()


def test_withdrawn_dossier_is_genuine_and_must_go(visit: Opener) -> None:
    offer, pdf, _ = made()
    closing.withdraw(offer.referral.intake_id, actor="entrepreneur", key="w", now=timezone.now())
    page = visit()
    page.goto(address(offer))
    choose(page, pdf)
    says(page, "Echt, maar niet meer geldig")
    says(page, "trok de toestemming in")


def test_file_alone_leads_to_its_own_page_with_the_verdict(visit: Opener) -> None:
    offer, pdf, content = made()
    page = visit(allow=(404,))
    for file, name in ((pdf, "dossier.pdf"), (content, "dossier.json")):
        page.goto("/c/")
        choose(page, file, name)
        page.wait_for_url(f"**{address(offer)}")
        says(page, "Echt en actueel")
        # On a phone it stands far below «Geldig», which is about the code.
        expect(page.get_by_role("status")).to_be_focused()
        expect(page.get_by_text("Echt en actueel")).to_be_in_viewport()
        page.reload()
        expect(page.get_by_role("status").filter(has_text="Echt")).to_have_count(0)
    page.goto("/c/")
    choose(page, changed(content), "dossier.json")
    expect(page.get_by_role("heading", name="Deze code kennen wij niet")).to_be_visible()


@pytest.mark.pango
def test_pdf_as_the_renderer_makes_it_leads_to_its_own_page(visit: Opener) -> None:
    offer, _, _ = made()
    pdf = render.render(offer.dossier.content)
    Dossier.objects.filter(pk=offer.dossier_id).update(pdf=pdf, pdf_digest=hashlib.sha256(pdf).hexdigest())
    page = visit()
    page.goto("/c/")
    choose(page, pdf)
    page.wait_for_url(f"**{address(offer)}")
    says(page, "Echt en actueel")


def test_verdict_of_another_page_cannot_be_given_along_in_the_address(visit: Opener) -> None:
    offer, _, _ = made()
    page = visit()
    for more in (f"#{offer.dossier.digest}", f"?digest={offer.dossier.digest}", "#genuine"):
        page.goto(address(offer) + more)
        expect(page.get_by_label(PICK)).to_be_visible()
        expect(page.get_by_role("status").filter(has_text="Echt")).to_have_count(0)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"%PDF-1.7\nno address", b"{", b"\x00" * 5000, b"%PDF-1.4 /ObjStm /Length 999999 >>\nstream\nxxx",
        b"%PDF-1.4 << /ObjStm /Length 3 >>\nstream\nabc\nendstream " * 200, "<b>geen dossier</b>".encode("utf-16"),
    ],
)  # fmt: skip
def test_file_that_is_no_dossier_gets_words(visit: Opener, content: bytes) -> None:
    offer, _, _ = made()
    page = visit(allow=(404,))
    page.goto(address(offer))
    choose(page, content, "<img src=x onerror=alert(1)>.pdf")
    says(page, "of er is iets veranderd")
    expect(page.locator("main img")).to_have_count(0)
    page.goto("/c/")
    choose(page, content)
    expect(page.get_by_text(re.compile("In dit bestand staat geen code|Deze code kennen wij niet"))).to_be_visible()


def test_file_can_be_dropped_anywhere_on_the_page(visit: Opener) -> None:
    offer, pdf, _ = made()
    page = visit()
    page.goto(address(offer))
    given = page.evaluate_handle(
        """(bytes) => {
          const given = new DataTransfer();
          given.items.add(new File([new Uint8Array(bytes)], "dossier.pdf"));
          return given;
        }""",
        list(pdf),
    )
    page.dispatch_event("footer", "drop", {"dataTransfer": given})
    says(page, "Echt en actueel")


def test_keyboard_alone_is_enough(visit: Opener) -> None:
    offer, _, _ = made()
    page = visit()
    page.goto("/c/")
    page.get_by_label("Code van het dossier").focus()
    page.keyboard.type(check_code(offer.dossier.digest).lower().replace("-", " "))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(address(offer)))
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "bestand-keuze":
            return
    raise AssertionError("the file could not be reached with Tab")


def test_without_javascript_the_digests_can_be_compared_by_hand(visit: Opener) -> None:
    offer, pdf, _ = made()
    page = visit(javascript=False)
    page.goto("/c/")
    expect(page.get_by_label(PICK)).to_be_hidden()
    page.get_by_label("Code van het dossier").fill("verkeerd")
    page.get_by_role("button", name="Controleer de code").click()
    expect(page.get_by_text("twaalf letters en cijfers, zoals").first).to_be_visible()
    page.get_by_label("Code van het dossier").fill(check_code(offer.dossier.digest))
    page.get_by_role("button", name="Controleer de code").click()
    expect(page.get_by_label(PICK)).to_be_hidden()
    text = page.locator("main").inner_text()
    for digest in (offer.dossier.digest, hashlib.sha256(pdf).hexdigest()):
        assert digest in re.sub(r"\s", "", text)
    assert "sha256sum dossier.pdf" in text
    closing.withdraw(offer.referral.intake_id, actor="entrepreneur", key="w", now=timezone.now())
    page.reload()
    expect(page.get_by_text("Ingetrokken")).to_be_visible()


@pytest.mark.java
def test_judges_find_nothing_on_these_pages(visit: Opener, look: Inspector) -> None:
    offer, pdf, _ = made()
    page = look.follow(visit(allow=(404,)))
    page.goto("/c/")
    look(page, "start")
    page.goto("/c/?code=x")
    look(page, "start-mistake")
    choose(page, b"%PDF-1.7")
    says(page, "In dit bestand staat geen code")
    look(page, "nameless")
    page.goto("/c/0000-0000-0000/")
    look(page, "unknown")
    page.goto(address(offer))
    look(page, "valid")
    for file, words in ((pdf, "Echt en actueel"), (changed(pdf), "iets veranderd")):
        choose(page, file)
        says(page, words)
        look(page, f"verdict-{words}")
    closing.withdraw(offer.referral.intake_id, actor="entrepreneur", key="w", now=timezone.now())
    page.goto(address(offer))
    choose(page, pdf)
    says(page, "niet meer geldig")
    look(page, "withdrawn")
    assert look.verdict() == []
