"""Who may open a scan: the browser that began it, and the browser that pressed the button behind the link."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from intake.models import Intake
from intake.services import access
from intake.services.drafts import start
from tests.intake import companies
from tests.intake.walking import address, begin, finish, text

pytestmark = pytest.mark.django_db
PAGES = ["", "uw-bedrijf/", "hulp/", "controleren/", "uitslag/", "later/", "al-verstuurd/"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_scan_of_another_and_scan_that_does_not_exist_look_the_same(client: Client, page: str, method: str) -> None:
    theirs = begin(Client())
    answers = [
        getattr(client, method)(f"/zelfscan/{reference}/{page}") for reference in (theirs.reference, "NN-0000-0000")
    ]
    assert {answer.status_code for answer in answers} in ({403}, {405})
    if answers[0].status_code == 403:
        assert "Dit is niet uw zelfscan" in text(answers[0])
        assert text(answers[0]) == text(answers[1])


def test_post_to_the_scan_of_another_changes_nothing(client: Client) -> None:
    theirs = begin(Client())
    client.post(address(theirs, "uw-bedrijf"), {"versie": "1", "B3": "12"})
    assert Intake.objects.get().answers == {}


def test_erased_scan_opens_for_nobody(client: Client) -> None:
    intake = begin(client)
    Intake.objects.update(state=Intake.State.ERASED)
    assert client.get(address(intake, "uw-bedrijf")).status_code == 403


def test_foreign_company_has_no_scan_to_open(client: Client) -> None:
    intake = begin(client)
    Intake.objects.update(kind=Intake.Kind.FOREIGN)
    assert client.get(address(intake, "uw-bedrijf")).status_code == 403


def test_browser_keeps_the_scan_as_long_as_the_draft_lives(client: Client) -> None:
    begin(client)
    assert client.session.get_expiry_age() == pytest.approx(settings.DRAFT_DAYS * 86400, abs=60)


def test_advisor_keeps_the_short_session_of_an_advisor(client: Client) -> None:
    client.force_login(User.objects.create_user("adviseur"))
    begin(client)
    assert client.session.get_expiry_age() <= settings.SESSION_COOKIE_AGE


def test_browser_remembers_the_newest_scans_and_not_without_end(client: Client) -> None:
    made = [begin(client).reference for _ in range(access.MOST + 2)]
    assert client.session[access.KEY] == made[-access.MOST :]


def test_broken_session_opens_nothing(rf: Any) -> None:
    request = rf.get("/")
    request.session = {access.KEY: "NN-0000-0000"}
    assert access.granted(request) == []


def test_draft_after_its_term_shows_a_page_with_one_button(client: Client) -> None:
    intake = begin(client)
    Intake.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    for response in (
        client.get(address(intake, "uw-bedrijf")),
        client.post(address(intake, "uw-bedrijf"), {"B3": "1"}),
    ):
        assert response.status_code == 410
        assert "Stuur een nieuwe link" in text(response)
    assert Intake.objects.get().answers == {}


@pytest.mark.parametrize("page", ["uw-bedrijf/", "controleren/", "later/", ""])
def test_after_sending_every_page_that_edits_says_when_it_was_sent(client: Client, page: str) -> None:
    intake = begin(client)
    finish(client, intake, companies.READY)
    Intake.objects.update(state=Intake.State.SUBMITTED, submitted_at=timezone.now())
    response = client.get(f"/zelfscan/{intake.reference}/{page}", follow=True)
    assert response.request["PATH_INFO"] == address(intake, "al-verstuurd")
    assert "Er gaat niets twee keer weg" in text(response)


def test_back_button_after_sending_changes_nothing(client: Client) -> None:
    intake = begin(client)
    finish(client, intake, companies.READY)
    Intake.objects.update(state=Intake.State.SUBMITTED, submitted_at=timezone.now())
    before = Intake.objects.values().get()
    response = client.post(address(intake, "uw-bedrijf"), {"versie": before["version"], "B3": "99"})
    assert response["Location"] == address(intake, "al-verstuurd")
    assert client.post(address(intake, "controleren"))["Location"] == address(intake, "al-verstuurd")
    assert Intake.objects.values().get() == before


def test_page_about_sending_leads_on_when_nothing_was_sent(client: Client) -> None:
    intake = begin(client)
    assert client.get(address(intake, "al-verstuurd"))["Location"] == address(intake, "uw-bedrijf")


def test_too_many_posts_are_asked_to_wait(client: Client, settings: Any) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "answer": (2, 3600), "start": (1, 3600)}
    intake = begin(client)
    answers = [client.post(address(intake, "uw-bedrijf"), {"versie": "1"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "minuten" in text(answers[2])
    assert client.post("/").status_code == 429


def test_two_drafts_never_share_a_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    bits = iter([7, 7, 8])
    monkeypatch.setattr("intake.services.drafts.secrets.randbits", lambda size: next(bits))
    assert start(now=timezone.now()).reference != start(now=timezone.now()).reference
