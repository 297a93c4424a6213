"""The page of endpoints: who sees it, what is shown once, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client

from nnmkb.ledger import events
from nnmkb.ledger.models import Outgoing
from nnmkb.web.permissions import Role
from referrals.models import Membership, WebhookAttempt, WebhookEndpoint
from referrals.services import endpoints
from referrals.webhooks.trying import NOT_ECHOED
from tests.referrals.accounts.cast import member, signed_in
from tests.referrals.services import cast
from tests.referrals.webhooks import receiver as answers
from tests.referrals.webhooks.making import SOON, added, deliver, message, state
from tests.referrals.webhooks.receiver import Receiver

pytestmark = pytest.mark.django_db
PAGE = "/partner/meldadressen/"
SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")


@pytest.fixture(autouse=True)
def _soon() -> Iterator[None]:
    with time_machine.travel(SOON, tick=False):
        yield


@pytest.fixture
def manager() -> Membership:
    return member(cast.partner(channel="api"), Role.PARTNER_MANAGER)


@pytest.fixture
def browser(client: Client, manager: Membership) -> Client:
    return signed_in(client, manager)


def add(browser: Client, url: str, key: str = "") -> HttpResponse:
    return browser.post(PAGE, {"url": url, "sleutel": key or cast.key()})


def press(browser: Client, endpoint: WebhookEndpoint, action: str, **more: object) -> HttpResponse:
    return browser.post(f"{PAGE}{endpoint.pk}/{action}/", {"sleutel": cast.key(), **more})


def text(page: HttpResponse) -> str:
    """Return what a page says, without its marks."""
    return unescape(re.sub(r"<[^>]+>", " ", page.content.decode()))


def said(page: HttpResponse) -> str:
    """Return the message that the next page shows."""
    return " ".join(str(one) for one in get_messages(page.wsgi_request))


def only() -> WebhookEndpoint:
    return WebhookEndpoint.objects.get()


# --- add and confirm --------------------------------------------------------------------------------------------------


def test_an_endpoint_is_added_and_its_secret_is_shown_once(browser: Client, manager: Membership) -> None:
    key = cast.key()
    page = add(browser, "https://systeem.voorbeeld.nl/meldingen", key)
    (secret,) = SECRET.findall(unescape(page.content.decode()))
    assert page.headers["Cache-Control"].startswith("max-age=0") or "no-store" in page.headers["Cache-Control"]
    made = only()
    assert (made.state, made.created_by, made.partner) == ("pending", manager.user, manager.partner)
    assert secret == endpoints.secret_of(made, made.nonce)
    manager.partner.refresh_from_db()
    assert manager.partner.connected_at == SOON
    added_event = events.history(f"partner:{manager.partner_id}")[-1]
    assert (added_event.kind, added_event.payload) == ("endpoint_added", {"endpoint": made.pk})
    assert added_event.actor == f"partner:{manager.partner_id}/person:{manager.user_id}"
    # The same form again, and every other page, shows it no more.
    again = add(browser, "https://systeem.voorbeeld.nl/meldingen", key)
    assert (again.status_code, again.headers["Location"]) == (302, f"{PAGE}{made.pk}/")
    for address in (PAGE, f"{PAGE}{made.pk}/"):
        assert not SECRET.search(unescape(browser.get(address).content.decode()))
    assert WebhookEndpoint.objects.count() == 1


def test_nothing_of_a_secret_is_stored(browser: Client) -> None:
    page = add(browser, "https://systeem.voorbeeld.nl/")
    (secret,) = SECRET.findall(unescape(page.content.decode()))
    stored = str([WebhookEndpoint.objects.values(), *(event.payload for event in events.history("partner:1"))])
    assert secret.removeprefix("whsec_") not in stored


def test_an_endpoint_is_used_once_it_sent_the_challenge_back(browser: Client, receiver: Receiver) -> None:
    receiver.answer = answers.echo
    add(browser, receiver.url)
    page = press(browser, only(), "test")
    assert "staat aan" in said(page)
    assert (only().state, only().confirmed_at) == ("active", SOON)
    assert "Gelukt" in text(browser.get(f"{PAGE}{only().pk}/"))
    assert [event.kind for event in events.history(f"partner:{only().partner_id}")] == [
        "endpoint_added",
        "endpoint_tested",
        "endpoint_on",
    ]


@pytest.mark.parametrize(
    ("answer", "words", "code"),
    [
        (answers.status(200, b"{}"), "proefcode", NOT_ECHOED),
        (answers.status(200, b"[" * 60000), "proefcode", NOT_ECHOED),
        (answers.status(200, b"\xff\xfe"), "proefcode", NOT_ECHOED),
        (answers.status(200, b'{"challenge": ["a"]}'), "proefcode", NOT_ECHOED),
        (answers.status(302, Location="https://systeem.voorbeeld.nl/"), "antwoord 302", "refused"),
        (answers.status(500), "antwoord 500", "refused"),
        (answers.drop, "verbrak", "dropped"),
    ],
)
def test_an_endpoint_that_does_not_send_it_back_stays_unused(
    browser: Client, receiver: Receiver, answer: answers.Answer, words: str, code: str
) -> None:
    receiver.answer = answer
    add(browser, receiver.url)
    page = press(browser, only(), "test")
    assert words in said(page)
    assert only().state == "pending"
    assert events.history(f"partner:{only().partner_id}")[-1].payload["outcome"] == code
    cast.case("offered")
    assert not Outgoing.objects.filter(kind="webhook.event").exists()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://127.0.0.1/", "IP-adres"),
        ("http://systeem.nl/", "https://"),
        ("https://kvk:geheim@systeem.nl/", "gebruikersnaam"),
        ("https://systeem.nl/\0", "teken"),
        ("", "Vul het adres in"),
        ("https://systeem.nl/" + "a" * 600, "hoogstens 500"),
        ("<script>alert(1)</script>", "volledig adres"),
    ],
)
def test_an_address_that_cannot_be_used_is_explained_and_stays_in_the_field(
    browser: Client, settings: Any, url: str, words: str
) -> None:
    settings.WEBHOOK_LOOPBACK = False
    page = add(browser, url)
    assert page.status_code == 200
    assert words in text(page)
    assert "<script>alert" not in page.content.decode()
    assert not WebhookEndpoint.objects.exists()


def test_an_address_comes_in_the_list_once_and_there_are_five_at_most(browser: Client) -> None:
    add(browser, "https://systeem.nl/0")
    assert "staat al in de lijst" in text(add(browser, "HTTPS://SYSTEEM.nl:443/0"))
    for number in range(1, 5):
        add(browser, f"https://systeem.nl/{number}")
    assert "al 5 meldadressen" in text(add(browser, "https://systeem.nl/5"))
    assert WebhookEndpoint.objects.count() == 5
    assert "Verwijder er eerst een" in text(browser.get(PAGE))


# --- rotate, off, remove ----------------------------------------------------------------------------------------------


def test_a_new_secret_is_shown_once_and_the_page_says_until_when_the_old_one_works(
    browser: Client, manager: Membership
) -> None:
    endpoint = added(manager.partner)
    page = press(browser, endpoint, "geheim")
    (secret,) = SECRET.findall(unescape(page.content.decode()))
    assert endpoints.secrets_of(only(), SOON)[0] == secret
    assert len(endpoints.secrets_of(only(), SOON)) == 2
    assert "oude geheim werkt nog tot di 24 nov, 10:01" in text(browser.get(f"{PAGE}{endpoint.pk}/"))


def test_an_endpoint_that_is_off_gets_nothing_until_it_is_tested_again(
    browser: Client, manager: Membership, receiver: Receiver
) -> None:
    endpoint = added(manager.partner, receiver.url)
    cast.case("offered")
    waiting = message(endpoint)
    assert "staat uit" in said(press(browser, endpoint, "uitzetten"))
    assert state(waiting) == ("done", endpoints.NOBODY_LISTENS)
    assert "staat al uit" in said(press(browser, endpoint, "uitzetten"))
    cast.case("offered")
    assert message(endpoint) == waiting
    receiver.answer = answers.echo
    press(browser, endpoint, "test")
    assert (only().state, only().off_reason) == ("active", "")


def test_removing_asks_first_and_the_same_address_can_come_back(browser: Client, manager: Membership) -> None:
    endpoint = added(manager.partner)
    old = endpoints.secret_of(endpoint, endpoint.nonce)
    assert "verwijderen?" in text(browser.get(f"{PAGE}{endpoint.pk}/verwijderen/"))
    assert only().removed_at is None
    assert press(browser, endpoint, "verwijderen").headers["Location"] == PAGE
    assert only().removed_at == SOON
    assert browser.get(f"{PAGE}{endpoint.pk}/").status_code == 404
    page = add(browser, endpoint.url)
    assert old not in unescape(page.content.decode())
    assert endpoints.of_partner(manager.partner_id).count() == 1


# --- the log ----------------------------------------------------------------------------------------------------------


def test_the_log_says_what_went_where_and_sends_it_again_under_its_own_id(
    browser: Client, manager: Membership, receiver: Receiver
) -> None:
    endpoint = added(manager.partner, receiver.url)
    case = cast.case("offered")
    row = message(endpoint)
    receiver.answer = answers.status(500)
    deliver(row)
    page = text(browser.get(f"{PAGE}{endpoint.pk}/"))
    assert "Fout in uw systeem (500) Volgende poging: ma 23 nov" in " ".join(page.split())
    assert "1 van 10" in page
    # While it waits for its next attempt there is nothing to press.
    assert "Stuur opnieuw" not in page
    assert "staat al klaar" in said(press(browser, endpoint, "opnieuw", bericht=row.pk))
    receiver.answer = answers.status(200)
    Outgoing.objects.filter(pk=row.pk).update(due_at=SOON)
    deliver(row)
    page = text(browser.get(f"{PAGE}{endpoint.pk}/"))
    assert page.count("Stuur opnieuw  Nieuw aanbod") == 1
    assert case.referral.number in page
    assert "Zilverwiek" not in page
    assert "hetzelfde kenmerk" in said(press(browser, endpoint, "opnieuw", bericht=row.pk))
    deliver(row)
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 1
    assert [one.number for one in WebhookAttempt.objects.order_by("id")] == [1, 2, 1]


@pytest.mark.parametrize("given", ["", "0", "999999", "1 OR 1=1", "9" * 40, "²"])
def test_a_message_that_is_not_of_this_endpoint_is_not_sent(browser: Client, manager: Membership, given: str) -> None:
    endpoint = added(manager.partner)
    assert press(browser, endpoint, "opnieuw", bericht=given).status_code == 404


def test_a_message_of_another_delivery_is_not_sent_again(browser: Client, manager: Membership) -> None:
    endpoint = added(manager.partner)
    cast.case("offered")
    mail = Outgoing.objects.get(kind="mail.offer")
    assert press(browser, endpoint, "opnieuw", bericht=mail.pk).status_code == 404


# --- who, and how often -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.PARTNER_READER, Role.PARTNER_HANDLER])
def test_only_who_manages_the_organisation_comes_here(client: Client, role: Role) -> None:
    browser = signed_in(client, member(cast.partner(), role))
    assert browser.get(PAGE).status_code == 403
    assert add(browser, "https://systeem.nl/").status_code == 403


def test_the_endpoint_of_another_partner_does_not_exist(browser: Client) -> None:
    other = added(cast.partner("nom"))
    assert browser.get(f"{PAGE}{other.pk}/").status_code == 404
    for action in ("test", "geheim", "uitzetten", "verwijderen", "opnieuw"):
        assert press(browser, other, action, bericht="1").status_code == 404
    other.refresh_from_db()
    assert (other.state, other.removed_at, other.old_nonce) == ("active", None, "")


def test_an_act_that_does_not_exist_and_a_form_without_a_key(browser: Client, manager: Membership) -> None:
    endpoint = added(manager.partner)
    assert press(browser, endpoint, "stelen").status_code == 404
    for key in ("", "x", "\0", "9" * 400):
        page = browser.post(f"{PAGE}{endpoint.pk}/uitzetten/", {"sleutel": key})
        assert page.status_code == 302
    assert only().state == "active"
    assert browser.get(f"{PAGE}{endpoint.pk}/test/").headers["Location"] == f"{PAGE}{endpoint.pk}/"


def test_tests_are_limited_for_the_whole_partner(
    browser: Client, manager: Membership, receiver: Receiver, settings: Any
) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "webhook_test": (2, 3600)}
    endpoint = added(manager.partner, receiver.url)
    for _ in range(2):
        press(browser, endpoint, "test")
    assert "vaak genoeg" in said(press(browser, endpoint, "test"))
    assert len(receiver.requests) == 2


def test_looking_changes_nothing(browser: Client, manager: Membership, receiver: Receiver) -> None:
    endpoint = added(manager.partner, receiver.url)
    before = len(events.history(f"partner:{manager.partner_id}"))
    for action in ("", "test/", "geheim/", "uitzetten/", "verwijderen/", "opnieuw/"):
        for method in (browser.get, browser.head):
            method(f"{PAGE}{endpoint.pk}/{action}")
    assert len(events.history(f"partner:{manager.partner_id}")) == before
    assert receiver.requests == []
