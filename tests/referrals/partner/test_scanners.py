"""Mail scanners, link previews and browsers that fetch ahead: whatever they open or press, nothing happens to an offer.

A scanner here asks for every address it finds, by every way that leaves no mark, and then sends every form that it
found as it stands. The most that may come of it is one mail with a code, to the address that the partner registered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
import time_machine
from django.test import Client

from nnmkb.ledger.models import Event, Outgoing
from referrals.models import AccessCode, Dossier, Offer, PartnerQuestion, Referral
from referrals.services import offering
from tests.referrals.desk import making
from tests.referrals.desk.making import NOW
from tests.referrals.partner.test_link import enter, link, newest_code

pytestmark = pytest.mark.django_db
# As browsers and the previews of mail programs say that nobody asked for this yet.
AHEAD = (
    {"Sec-Purpose": "prefetch"},
    {"Sec-Purpose": "prefetch;prerender"},
    {"Purpose": "prefetch"},
    {"X-Purpose": "preview, prefetch"},
    {"X-Moz": "prefetch"},
)
BEHIND_CODE = ("dossier/", "dossier.pdf", "antwoord/?wat=aannemen", "antwoord/?wat=afwijzen", "antwoord/?wat=vraag")


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOW, tick=False) as travelled:
        yield travelled


@pytest.fixture
def offer() -> Offer:
    made = making.offered(making.partner("metaalunie"), phone="0592 00 00 00")
    Dossier.objects.update(pdf=b"%PDF-1.7 x", pdf_digest="0" * 64)
    return made


@dataclass
class Form:
    """A form as it stands on a page."""

    method: str
    action: str
    fields: dict[str, str] = field(default_factory=dict)


class Reader(HTMLParser):
    """Reads the links and the forms of a page."""

    def __init__(self, where: str) -> None:
        super().__init__()
        self.where = where
        self.links: set[str] = set()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an address or a field."""
        found = {name: value or "" for name, value in attrs}
        if tag in {"a", "link"} and "href" in found:
            self.links.add(urljoin(self.where, found["href"]))
        elif tag == "form":
            self.forms.append(Form(found.get("method", "get").lower(), urljoin(self.where, found.get("action", ""))))
        elif tag in {"input", "button", "textarea", "select"} and self.forms and "name" in found:
            chosen = found.get("type") not in {"radio", "checkbox"} or "checked" in found
            if chosen:
                self.forms[-1].fields[found["name"]] = found.get("value", "")


class Scanner:
    """Opens everything that a link leads to, then presses every button of the pages of the link."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.opened: set[str] = set()
        self.forms: dict[tuple[str, ...], Form] = {}

    def open_all(self, start: str) -> None:
        """Ask for this address and every address that it leads to, in each way."""
        waiting = [start]
        while waiting:
            address = waiting.pop()
            # What everybody may load says nothing of an offer.
            if address in self.opened or urlsplit(address).scheme or address.startswith("/static/"):
                continue
            self.opened.add(address)
            self.client.head(address)
            for headers in AHEAD:
                self.client.get(address, headers=headers)
            page = self.client.get(address)
            assert page.status_code < 500
            if "/aanbod/" not in address:
                continue
            if location := page.headers.get("Location"):
                waiting.append(urljoin(address, location))
            if "text/html" in page.headers.get("Content-Type", ""):
                waiting += self.read(address, page.content.decode())

    def read(self, address: str, text: str) -> set[str]:
        """Keep the forms of a page; return its links."""
        found = Reader(address)
        found.feed(text)
        for one in found.forms:
            self.forms[one.method, one.action, *sorted(one.fields)] = one
        return found.links

    def press_all(self, typed: dict[str, str]) -> int:
        """Send every form as it stands, with what a robot fills in; return how many."""
        for one in list(self.forms.values()):
            send = self.client.post if one.method == "post" else self.client.get
            for fields in (one.fields, {**one.fields, **{name: typed[name] for name in one.fields if name in typed}}):
                assert send(one.action, fields).status_code < 500
        return len(self.forms)


def everything(offer: Offer) -> dict[str, object]:
    """Return all that a scanner may not change."""
    return {
        "offer": Offer.objects.values().get(pk=offer.pk),
        "referral": Referral.objects.values().get(pk=offer.referral_id),
        "dossier": Dossier.objects.values().get(pk=offer.dossier_id),
        "questions": PartnerQuestion.objects.count(),
        "events": list(Event.objects.exclude(kind="code_sent").order_by("id").values_list("pk", flat=True)),
        "mails": list(Outgoing.objects.exclude(kind="mail.code").order_by("id").values_list("pk", flat=True)),
    }


def test_scanner_that_opens_and_presses_everything_gets_one_code_mailed_and_changes_nothing(offer: Offer) -> None:
    before = everything(offer)
    scanner = Scanner(Client())
    for path in ("", "code/", *BEHIND_CODE):
        scanner.open_all(link(offer) + path)
    assert AccessCode.objects.count() == 0
    assert len(scanner.forms) >= 2
    for code in ("", "000000", "123456"):
        assert scanner.press_all({"code": code, "contact_person": "Robot", "reason": "region", "text": "Robot"}) >= 2
        scanner.opened.clear()
        scanner.open_all(link(offer))
    assert everything(offer) == before
    assert AccessCode.objects.count() == 1
    assert Outgoing.objects.filter(kind="mail.code").count() == 1


def test_scanner_that_has_the_cookies_of_nobody_reads_nothing_of_the_company(offer: Offer) -> None:
    scanner = Scanner(Client())
    for path in ("", "code/", *BEHIND_CODE):
        scanner.open_all(link(offer) + path)
    scanner.press_all({})
    found = [address for address in sorted(scanner.opened) if "/aanbod/" in address]
    texts = [scanner.client.get(address).content.decode() for address in found]
    assert len(texts) >= 2
    for secret in ("Hunze", "Sjoerd", "0592", "Assen"):
        assert not [text for text in texts if secret in text]


def test_scanner_of_a_link_that_ended_gets_no_new_link(offer: Offer) -> None:
    row = Referral.objects.get(pk=offer.referral_id)
    assert row.owner
    offering.recall(row.pk, advisor=row.owner, version=row.version, key="r", now=NOW)
    before = everything(offer)
    scanner = Scanner(Client())
    scanner.open_all(link(offer))
    assert scanner.press_all({}) >= 1
    assert everything(offer) == before
    assert not AccessCode.objects.exists()


@pytest.mark.parametrize("headers", AHEAD)
@pytest.mark.parametrize("path", BEHIND_CODE)
def test_browser_that_fetches_ahead_behind_the_code_opens_nothing(
    client: Client, offer: Offer, path: str, headers: dict[str, str]
) -> None:
    enter(client, offer)
    before = everything(offer)
    page = client.get(link(offer) + path, headers=headers)
    assert page.status_code == 403
    assert b"Hunze" not in page.content
    assert everything(offer) == before


@pytest.mark.parametrize("path", BEHIND_CODE)
def test_asking_only_whether_it_is_there_is_not_opening(
    client: Client, offer: Offer, path: str, clock: time_machine.Coordinates
) -> None:
    enter(client, offer)
    clock.shift(timedelta(minutes=9))
    before, session = everything(offer), dict(client.session)
    assert client.head(link(offer) + path).status_code == 200
    assert everything(offer) == before
    assert dict(client.session) == session


def test_opening_and_downloading_are_written_down_once_each(client: Client, offer: Offer) -> None:
    enter(client, offer)
    client.get(f"{link(offer)}dossier/")
    client.get(f"{link(offer)}dossier.pdf")
    kinds = list(Event.objects.filter(stream=f"referral:{offer.referral_id}").values_list("kind", flat=True))
    assert (kinds.count("dossier_opened"), kinds.count("dossier_downloaded")) == (1, 1)
    opened = Event.objects.get(kind="dossier_opened")
    assert (opened.actor, opened.payload) == (f"partner:{offer.partner_id}", {"offer": offer.pk})
    assert Offer.objects.get(pk=offer.pk).opened_at == NOW


def test_robot_that_guesses_on_every_page_is_out_of_tries_and_out_of_codes(client: Client, offer: Offer) -> None:
    client.post(f"{link(offer)}code/")
    right = newest_code(offer)
    for guess in range(40):
        client.post(f"{link(offer)}code/", {"code": f"{(int(right) + 1 + guess) % 1_000_000:06d}"})
    assert AccessCode.objects.get().tries == 5
    assert client.post(f"{link(offer)}code/", {"code": right}).status_code in {200, 429}
    assert client.get(f"{link(offer)}dossier/").status_code == 302
