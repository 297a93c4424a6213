"""What is wrong with the request itself: too big, broken, the wrong method, another host, a forged form."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import time_machine
from django.conf import settings
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from intake.models import Intake
from nnmkb.ledger import ratelimit
from nnmkb.logs import JsonFormatter, without_secrets
from referrals.models import Offer
from tests.journeys import stage
from tests.journeys.test_bad_input import said, verify_page
from tests.referrals.desk import making
from tests.referrals.services import cast

pytestmark = pytest.mark.django_db
MADE_UP = {
    "reference": "NN-0000-0000",
    "token": "x" * 43,
    "number": "NN-0000-0000-1",
    "action": "oppakken",
    "organisation": "nom",
    "page": "plan",
    "name": "brief",
    "file": "regels.yaml",
    "slug": "indienen",
    "code": "R-N4",
    "contact_id": 1,
    "kind": "app",
    "offer_id": 1,
    "pk": 1,
    "run": 1,
}


@pytest.fixture(autouse=True)
def _at_nine() -> Iterator[None]:
    with time_machine.travel(cast.NOW, tick=False):
        yield


def addresses(resolver: URLResolver, space: str = "") -> Iterator[str]:
    """Return every address of our own, with made-up parts."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            if entry.namespace != "admin":
                yield from addresses(entry, f"{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry, URLPattern):
            parts = {name: MADE_UP[name] for name in entry.pattern.regex.groupindex}
            yield reverse(f"{space}{entry.name}", kwargs=parts)


# The questions of machines answer 503 on purpose, while no relay runs.
ADDRESSES = sorted(path for path in set(addresses(get_resolver())) if not path.startswith("/gezond/"))


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "POST", "PROPFIND"])
def test_no_address_fails_on_any_method(method: str) -> None:
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    promised = stage.promised()
    answers = {path: client.generic(method, path, b"x=1") for path in ADDRESSES}
    assert {path: page.status_code for path, page in answers.items() if page.status_code >= 500} == {}
    assert len(answers) > 30
    assert stage.promised() == promised
    for path, page in answers.items():
        if path.startswith("/api/") and page.status_code >= 400:
            assert page["Content-Type"] == "application/problem+json", path
        elif page.status_code >= 400 and method != "HEAD":
            assert "<h1" in page.content.decode(), path


def test_address_of_a_button_that_is_opened_by_hand_is_a_page() -> None:
    offer = cast.case("offered").fresh_offer()
    page = stage.browser().get(f"{stage.link(offer)}nieuw/")
    verify_page(page, 405, "gebruik de knop")
    assert page["Allow"] == "POST"


@pytest.mark.parametrize(
    ("body", "content_type", "status", "words"),
    [
        (b"B3=" + b"x" * 300_000, "application/x-www-form-urlencoded", 413, "te veel tekst"),
        (b"&".join(b"a%d=1" % number for number in range(500)), "application/x-www-form-urlencoded", 413, "te veel"),
        (b"--grens\r\nonzin", "multipart/form-data; boundary=", 400, "niet lezen"),
        (
            b'--g\r\nContent-Disposition: form-data; name="B3"\r\n\r\n' + b"x" * 300_000 + b"\r\n--g--\r\n",
            "multipart/form-data; boundary=g",
            413,
            "te veel tekst",
        ),
    ],
)
def test_form_that_is_too_big_or_broken_is_refused_and_earlier_answers_stay(
    body: bytes, content_type: str, status: int, words: str
) -> None:
    intake = cast.assessed()
    client = stage.browser(intake.reference)
    before = Intake.objects.values().get()
    path = f"/zelfscan/{intake.reference}/uw-bedrijf/"
    text = verify_page(client.generic("POST", path, body, content_type=content_type), status, words)
    assert "Wat u eerder opsloeg, is niet weg." in text
    assert Intake.objects.values().get() == before


@pytest.mark.parametrize("body", [b"B3=\xff\xfe&B1=\xed\xa0\x80", b"B3=%ED%A0%80&B1=%FF", b"B3=%u0031", b"=&&;=%"])
def test_text_in_no_known_encoding_is_an_ordinary_mistake(body: bytes) -> None:
    intake = cast.assessed()
    client = stage.browser(intake.reference)
    path = f"/zelfscan/{intake.reference}/uw-bedrijf/"
    page = client.generic("POST", path, body, content_type="application/x-www-form-urlencoded")
    assert page.status_code == 200
    assert b"nnmkb-errors" in page.content


@pytest.mark.parametrize("charset", ["utf-16", "latin-1", "rot13", "x" * 200])
def test_form_in_another_encoding_breaks_nothing(charset: str) -> None:
    content_type = f"application/x-www-form-urlencoded; charset={charset}"
    page = stage.browser().generic("POST", "/verder/", b"email=a%40b.example", content_type=content_type)
    assert page.status_code < 500


@pytest.mark.parametrize("host", ["boef.example", "127.0.0.1:8000@boef.example", "", "a b", "localhost:x", "\x00"])
def test_host_that_is_not_ours_gets_no_link_and_no_page_of_the_scan(host: str) -> None:
    intake = cast.assessed()
    page = stage.browser(intake.reference).get(f"/zelfscan/{intake.reference}/later/", headers={"host": host})
    text = verify_page(page, 400, "niet lezen")
    assert host == "" or host not in text


def test_forged_form_is_refused_with_what_to_do() -> None:
    case = cast.case("offered")
    client = Client(enforce_csrf_checks=True)
    promised = stage.promised()
    for path, form in {
        f"{stage.follow(case.intake)}wissen/": {"sleutel": stage.key()},
        f"{stage.follow(case.intake)}intrekken/": {"wat": "alles"},
        f"{stage.link(case.fresh_offer())}code/": {},
        "/uitloggen/": {},
        "/inloggen/": {"username": "x", "password": "y"},
        "/": {},
        "/verder/": {"email": "a@b.example"},
    }.items():
        verify_page(client.post(path, form), 403, "ververs de pagina")
    assert stage.promised() == promised


def test_form_from_another_site_is_refused() -> None:
    client = Client(enforce_csrf_checks=True)
    client.get("/verder/")
    token = client.cookies["csrftoken"].value
    form = {"email": "a@b.example", "csrfmiddlewaretoken": token}
    assert client.post("/verder/", form, headers={"origin": "https://boef.example"}).status_code == 403
    assert client.post("/verder/", form).status_code == 302


# --- who asks -------------------------------------------------------------------------------------------------------


def test_address_that_a_visitor_makes_up_does_not_reset_a_counter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.RATE_LIMITS, "mail_link", (2, 3600))
    form = {"email": "a@b.example"}
    seen = [
        stage.browser().post("/verder/", form, headers={"x-forwarded-for": f"10.0.0.{number}"}).status_code
        for number in range(4)
    ]
    assert seen == [302, 302, 429, 429]


@pytest.mark.parametrize(
    ("behind", "chain", "remote", "expected"),
    [
        (False, "1.1.1.1", "9.9.9.9", "9.9.9.9"),
        (True, "1.1.1.1, 2.2.2.2", "9.9.9.9", "2.2.2.2"),
        (True, "", "9.9.9.9", "9.9.9.9"),
        (False, "", "2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        (True, "2001:db8:1:2:bbbb::7", "9.9.9.9", "2001:db8:1:2::/64"),
        (True, "onzin\x00", "9.9.9.9", "onzin\x00"),
    ],
)
def test_address_is_what_our_own_proxy_saw(
    monkeypatch: pytest.MonkeyPatch, behind: bool, chain: str, remote: str, expected: str
) -> None:
    monkeypatch.setattr(settings, "BEHIND_PROXY", behind)
    headers = {"x-forwarded-for": chain} if chain else {}
    assert ratelimit.address(RequestFactory().get("/", headers=headers, REMOTE_ADDR=remote)) == expected


def test_mailbox_of_somebody_else_cannot_be_filled_from_many_addresses() -> None:
    cast.submitted()
    for number in range(12):
        page = stage.browser().post("/verder/", {"email": cast.ANNA.email.upper()}, REMOTE_ADDR=f"10.0.1.{number}")
        assert page["Location"] == "/verder/?gestuurd=1"
    assert stage.Outgoing.objects.filter(kind="mail.follow_link").count() == settings.RATE_LIMITS["mail_to"][0]


def test_answer_about_a_lost_link_is_the_same_for_known_and_unknown_addresses() -> None:
    cast.submitted()
    known, unknown = (
        stage.browser().post("/verder/", {"email": address}, follow=True)
        for address in (cast.ANNA.email, "niemand@nergens.example")
    )
    assert said(known) == said(unknown)
    assert known.redirect_chain == unknown.redirect_chain


# --- sessions -------------------------------------------------------------------------------------------------------


def planted() -> tuple[Client, str]:
    """Return a browser in which somebody planted a session of their own, with its key."""
    client = stage.browser("NN-0000-0000")
    return client, client.cookies["nnmkb"].value


def holder(key: str) -> Client:
    """Return the browser of whoever planted that session."""
    client = Client()
    client.cookies["nnmkb"] = key
    return client


def test_planted_session_gains_nothing_when_a_scan_is_begun_or_resumed_in_it() -> None:
    client, key = planted()
    client.post("/", {"sleutel": stage.key()})
    begun = Intake.objects.get()
    assert client.get(f"/zelfscan/{begun.reference}/uw-bedrijf/").status_code == 200
    assert holder(key).get(f"/zelfscan/{begun.reference}/uw-bedrijf/").status_code == 403
    client, key = planted()
    client.post(stage.resume(begun))
    assert client.get(f"/zelfscan/{begun.reference}/uw-bedrijf/").status_code == 200
    assert holder(key).get(f"/zelfscan/{begun.reference}/uw-bedrijf/").status_code == 403


def test_planted_session_gains_nothing_when_a_partner_types_the_code() -> None:
    offer = cast.case("offered").fresh_offer()
    client, key = planted()
    client.post(f"{stage.link(offer)}code/")
    client.post(f"{stage.link(offer)}code/", {"code": stage.digits(offer)})
    assert client.get(f"{stage.link(offer)}dossier/").status_code == 200
    assert holder(key).get(f"{stage.link(offer)}dossier/")["Location"] == stage.link(offer)


def test_partner_session_opens_only_the_offer_whose_code_was_typed() -> None:
    first, second = cast.case("offered").fresh_offer(), cast.case("offered").fresh_offer()
    client = stage.partner_browser(first)
    assert client.get(f"{stage.link(second)}dossier/")["Location"] == stage.link(second)
    assert client.get(f"{stage.link(second)}dossier.pdf")["Location"] == stage.link(second)
    assert client.post(f"{stage.link(second)}antwoord/", {"wat": "aannemen"})["Location"] == stage.link(second)
    assert Offer.objects.get(pk=second.pk).opened_at is None


def test_advisor_who_tried_the_scan_before_signing_in_still_has_a_short_session() -> None:
    making.staff("anke", password="een-lang-wachtwoord")
    client = stage.browser()
    client.post("/", {"sleutel": stage.key()})
    assert client.cookies["nnmkb"]["max-age"] > 86_400
    client.post("/inloggen/", {"username": "anke", "password": "een-lang-wachtwoord"})
    assert client.get("/werkbak/").status_code == 200
    assert client.session.get_expiry_age() <= settings.SESSION_COOKIE_AGE


@pytest.mark.parametrize(
    "wanted", ["https://boef.example/", "//boef.example", "/\\boef.example", "javascript:alert(1)"]
)
def test_signing_in_leads_to_no_other_site(wanted: str) -> None:
    making.staff("anke", password="een-lang-wachtwoord")
    form = {"username": "anke", "password": "een-lang-wachtwoord", "next": wanted}
    assert stage.browser().post("/inloggen/", form)["Location"] == "/werkbak/"


@pytest.mark.parametrize(
    "cookie",
    [
        'nnmkb="aaaaaaaaaaaa\\000bbbbbbbbbbbbbbbbbbbb"',
        "nnmkb=" + "x" * 9000,
        "nnmkb=' OR 1=1",
        'csrftoken="\\000"; messages="\\000"',
        ";;;=;",
    ],
)
def test_cookie_with_odd_characters_is_no_cookie(cookie: str) -> None:
    client = Client(raise_request_exception=False)
    for path in ("/", "/werkbak/", "/zelfscan/NN-0000-0000/plan/", "/en/settle/done/", "/privacy/", "/uitloggen/"):
        for ask in (client.get, client.post):
            assert ask(path, headers={"cookie": cookie}).status_code < 500, path


# --- what is left behind in logs and caches -------------------------------------------------------------------------


@pytest.mark.parametrize("line", ["Gone: /volg/{}/", "Forbidden (CSRF): /aanbod/{}/code/", "Not Found: /verder/{}/"])
def test_log_line_holds_no_token(line: str) -> None:
    token = "Ab-_9" * 9
    assert token not in without_secrets(line.format(token))
    assert without_secrets(line.format(token)).startswith(line.partition("{}")[0])


def test_refused_requests_on_links_leave_no_token_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    case = cast.case("offered")
    tokens = [stage.follow(case.intake).split("/")[2], stage.link(case.fresh_offer()).split("/")[2]]
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    with caplog.at_level(logging.INFO):
        client.post(f"{stage.follow(case.intake)}wissen/")
        client.post(f"{stage.link(case.fresh_offer())}code/", {"code": "1"})
        client.get(f"{stage.link(case.fresh_offer())}bestaat-niet/")
    lines = [JsonFormatter().format(record) for record in caplog.records]
    assert len(lines) >= 3
    assert not [line for line in lines for token in tokens if token in line]


def test_page_for_everybody_shows_nobodys_message_and_may_be_cached() -> None:
    case = cast.case("offered")
    client = stage.browser()
    client.post(f"{stage.follow(case.intake)}intrekken/", {"wat": "alles", "sleutel": stage.key()})
    page = client.get("/privacy/")
    assert "ingetrokken." not in said(page)
    assert page["Cache-Control"] == "public, max-age=600"
    assert "Set-Cookie" not in page.headers
    assert "Wij hebben uw toestemming ingetrokken" in said(client.get(stage.follow(case.intake)))
