"""Somebody from outside with a link, a cookie or a host name of their own: it opens nothing and leads nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from nnmkb.ledger.models import Outgoing
from referrals import mail
from referrals.models import AccessCode, Offer, Partner, Referral
from referrals.services import offering
from tests.referrals.desk import making
from tests.referrals.desk.making import NOW
from tests.referrals.partner.test_link import enter, link, newest_code

pytestmark = pytest.mark.django_db
PAGES = ("", "code/", "dossier/", "antwoord/?wat=afwijzen", "antwoord/?wat=vraag")


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def metaal() -> Partner:
    return making.partner("metaalunie")


@pytest.fixture
def offer(metaal: Partner) -> Offer:
    return making.offered(metaal)


def test_cookie_that_was_planted_before_the_code_opens_nothing_after_it(client: Client, offer: Offer) -> None:
    session = client.session
    session["planted"] = "x"
    session.save()
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)
    enter(client, offer)
    assert client.get(f"{link(offer)}dossier/").status_code == 200
    assert thief.get(f"{link(offer)}dossier/")["Location"] == link(offer)


def test_cookie_cannot_be_read_by_scripts_or_sent_by_other_sites(client: Client, offer: Offer) -> None:
    enter(client, offer)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_session_of_an_offer_that_was_taken_back_does_not_open_the_next_one(
    client: Client, offer: Offer, metaal: Partner
) -> None:
    enter(client, offer)
    row = Referral.objects.get(pk=offer.referral_id)
    assert row.owner
    offering.recall(row.pk, advisor=row.owner, version=row.version, key="r", now=NOW)
    row.refresh_from_db()
    again = offering.offer(row.pk, metaal.pk, advisor=row.owner, version=row.version, key="o2", now=NOW)
    assert client.get(f"{link(again)}dossier/")["Location"] == link(again)
    assert client.get(f"{link(offer)}dossier/").status_code == 410


def test_session_that_is_copied_to_another_link_of_the_same_partner_opens_nothing(
    client: Client, offer: Offer, metaal: Partner
) -> None:
    other = making.offered(metaal, company="Ander bedrijf")
    enter(client, offer)
    client.post(f"{link(other)}code/")
    wrong = "000000" if newest_code(other) != "000000" else "000001"
    client.post(f"{link(other)}code/", {"code": wrong})
    assert client.get(f"{link(other)}dossier/")["Location"] == link(other)


@pytest.mark.parametrize(
    "headers", [{"Host": "kwaad.example"}, {"X-Forwarded-Host": "kwaad.example"}, {"Forwarded": "host=kwaad.example"}]
)
def test_host_name_of_somebody_else_comes_in_no_mail_and_no_address(
    client: Client, offer: Offer, headers: dict[str, str]
) -> None:
    page = client.post(f"{link(offer)}code/", headers=headers)
    assert page.status_code in {302, 400}
    assert "kwaad" not in page.headers.get("Location", "")
    for promised in Outgoing.objects.filter(kind__in=("mail.offer", "mail.code")):
        made = mail.WRITERS[promised.kind](promised)
        assert "kwaad" not in f"{made.body}{made.message()}"
        assert all(found.startswith(settings.SITE_URL) for found in re.findall(r"https?://\S+", str(made.body)))


@pytest.mark.parametrize("path", PAGES)
def test_page_of_a_link_gives_its_address_to_no_other_site(client: Client, offer: Offer, path: str) -> None:
    enter(client, offer)
    page = client.get(link(offer) + path, follow=True)
    assert page["Referrer-Policy"] == "same-origin"
    assert "no-store" in page["Cache-Control"]
    assert page["X-Frame-Options"] == "DENY"
    loaded = re.findall(r'(?:src|action)="([^"]+)"', page.content.decode())
    assert not [address for address in loaded if not address.startswith("/")]


def test_form_from_another_site_is_refused(offer: Offer) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(f"{link(offer)}code/").status_code == 403
    assert not AccessCode.objects.exists()
