"""Going on later: a link that a mail scanner cannot use up, and answers that never tell who is known here."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from intake.models import Contact, Intake
from intake.services.drafts import resume_path
from nnmkb.ledger.models import Event, Outgoing
from tests.intake import companies
from tests.intake.walking import address, begin, errors, fields, finish, prefill, text

pytestmark = pytest.mark.django_db
EMAIL = "jansen@bedrijf.example"


def mails() -> list[tuple[str, str]]:
    """Return what waits in the outbox."""
    return list(Outgoing.objects.order_by("id").values_list("kind", "recipient"))


def expire() -> None:
    """Let the term of every draft pass."""
    Intake.objects.update(expires_at=timezone.now() - timedelta(minutes=1))


def test_page_shows_the_link_to_copy_and_until_when(client: Client) -> None:
    intake = begin(client)
    page = text(client.get(address(intake, "later")))
    assert f"http://testserver{resume_path(intake)}" in page
    assert str(timezone.localtime(intake.expires_at).year) in page


def test_mail_with_the_link_is_promised_and_the_address_kept(client: Client) -> None:
    intake = begin(client)
    response = client.post(address(intake, "later"), {"email": EMAIL, "sleutel": "k1"}, follow=True)
    assert "Kijk in uw mail" in text(response)
    assert mails() == [("mail.resume_link", f"intake:{intake.pk}")]
    assert Intake.objects.get().resume_email == EMAIL


def test_double_click_mails_once(client: Client) -> None:
    intake = begin(client)
    for _ in range(2):
        client.post(address(intake, "later"), {"email": EMAIL, "sleutel": "k1"})
    assert len(mails()) == 1


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "Vul uw e-mailadres in. Bijvoorbeeld naam@bedrijf.nl."),
        ("jansen", "«jansen» is geen e-mailadres. Een adres heeft een @ en een punt."),
        (f"{'a' * 50_000}@x.nl", "Dit e-mailadres is te lang: 50005 tekens. Kijk het na."),
        ("a@b.nl\nBcc: c@d.nl", "«a@b.nl Bcc: c@d.nl» is geen e-mailadres. Een adres heeft een @ en een punt."),
    ],
)
@pytest.mark.parametrize("page", ["later", "verder"])
def test_address_that_is_none_is_refused_in_our_words(client: Client, page: str, typed: str, message: str) -> None:
    where = address(begin(client), "later") if page == "later" else "/verder/"
    response = client.post(where, {"email": typed})
    assert response.status_code == 200
    assert errors(response) == [message]
    assert mails() == []


def test_get_of_the_link_gives_nothing_away_and_changes_nothing(client: Client) -> None:
    intake = begin(Client())
    before = (Intake.objects.values().get(), Event.objects.count())
    response = client.get(resume_path(intake))
    assert "Ga verder" in text(response)
    assert client.get(address(intake, "uw-bedrijf")).status_code == 403
    assert (Intake.objects.values().get(), Event.objects.count()) == before


def test_button_behind_the_link_goes_on_where_it_was_left(client: Client) -> None:
    first = Client()
    intake = begin(first)
    first.post(address(intake, "uw-bedrijf"), {"versie": "1", **fields(companies.READY, "uw-bedrijf")})
    response = client.post(resume_path(intake))
    assert response["Location"] == address(intake, "vernieuwing")
    assert client.get(address(intake, "vernieuwing")).status_code == 200


def test_link_works_again_and_again_during_its_term(client: Client) -> None:
    intake = begin(Client())
    for _ in range(2):
        other = Client()
        assert other.post(resume_path(intake)).status_code == 302


def test_complete_draft_goes_on_at_the_check_and_assessed_one_at_the_result(client: Client) -> None:
    first = Client()
    intake = begin(first)
    prefill(intake, companies.READY)
    assert client.post(resume_path(intake))["Location"] == address(intake, "controleren")
    first.post(address(intake, "controleren"))
    assert client.post(resume_path(intake))["Location"] == address(intake, "uitslag")


@pytest.mark.parametrize("method", ["get", "post"])
def test_unknown_link_says_so_and_shows_a_way_out(client: Client, method: str) -> None:
    response = getattr(client, method)("/verder/nooit-gegeven/")
    assert response.status_code == 404
    assert "Vraag een nieuwe link" in text(response)


def test_expired_link_gives_no_access_but_one_button(client: Client) -> None:
    intake = begin(Client())
    expire()
    response = client.get(resume_path(intake))
    assert response.status_code == 410
    assert text(response).count("Stuur een nieuwe link") == 1
    client.post(resume_path(intake))
    assert client.get(address(intake, "uw-bedrijf")).status_code == 403


def test_new_link_goes_to_the_known_address_and_kills_the_old_one(client: Client) -> None:
    first = Client()
    intake = begin(first)
    first.post(address(intake, "later"), {"email": EMAIL, "sleutel": "k1"})
    expire()
    old = resume_path(intake)
    client.post(old, {"sleutel": "k2"})
    assert mails()[1:] == [("mail.resume_link", f"intake:{intake.pk}")]
    assert client.get(old).status_code == 404
    assert client.get(resume_path(Intake.objects.get())).status_code == 200


def test_expired_link_answers_the_same_with_and_without_a_known_address(client: Client) -> None:
    answers = []
    for known in (True, False):
        intake = begin(Client())
        Intake.objects.filter(pk=intake.pk).update(resume_email=EMAIL if known else "")
        expire()
        answers.append(client.post(resume_path(intake), {"sleutel": f"k-{known}"}))
    assert [answer.status_code for answer in answers] == [410, 410]
    assert text(answers[0]) == text(answers[1])
    assert len(mails()) == 1


def test_link_of_a_scan_that_was_sent_says_when_and_points_to_the_mail(client: Client) -> None:
    intake = begin(Client())
    Intake.objects.update(state=Intake.State.SUBMITTED, submitted_at=timezone.now())
    for response in (client.get(resume_path(intake)), client.post(resume_path(intake))):
        assert response.status_code == 200
        assert "Er gaat niets twee keer weg" in text(response)
        assert "Open dan de link uit uw mail" in text(response)
        assert address(intake, "uitslag") not in response.content.decode()
    assert client.get(address(intake, "uitslag")).status_code == 403


def test_link_of_an_erased_scan_is_unknown(client: Client) -> None:
    intake = begin(Client())
    Intake.objects.update(state=Intake.State.ERASED)
    assert client.get(resume_path(intake)).status_code == 404


def test_lost_link_answers_the_same_for_known_and_unknown_addresses(client: Client) -> None:
    Intake.objects.filter(pk=begin(Client()).pk).update(resume_email=EMAIL)
    answers = [client.post("/verder/", {"email": email, "sleutel": email}, follow=True) for email in (EMAIL, "a@b.nl")]
    assert text(answers[0]) == text(answers[1])
    assert len(mails()) == 1


def test_lost_link_is_mailed_for_drafts_and_for_what_was_sent(client: Client) -> None:
    draft, sent = begin(Client()), begin(Client())
    Intake.objects.filter(pk=draft.pk).update(resume_email=EMAIL)
    Intake.objects.filter(pk=sent.pk).update(state=Intake.State.SUBMITTED, submitted_at=timezone.now())
    Contact.objects.create(intake=sent, company="Jansen", person="J. Jansen", email=EMAIL)
    client.post("/verder/", {"email": EMAIL.upper(), "sleutel": "k1"})
    client.post("/verder/", {"email": EMAIL.upper(), "sleutel": "k1"})
    assert mails() == [("mail.resume_link", f"intake:{draft.pk}"), ("mail.follow_link", f"intake:{sent.pk}")]


def test_expired_draft_is_not_mailed_about(client: Client) -> None:
    Intake.objects.filter(pk=begin(Client()).pk).update(resume_email=EMAIL)
    expire()
    client.post("/verder/", {"email": EMAIL, "sleutel": "k1"})
    assert mails() == []


def test_links_by_mail_are_limited(client: Client, settings: Any) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "mail_link": (1, 3600)}
    assert client.post("/verder/", {"email": EMAIL}).status_code == 302
    assert client.post("/verder/", {"email": EMAIL}).status_code == 429


def test_asking_for_a_link_is_in_the_history_without_the_address(client: Client) -> None:
    intake = begin(client)
    client.post(address(intake, "later"), {"email": EMAIL, "sleutel": "k1"})
    kinds = list(Event.objects.filter(stream=intake.stream).values_list("kind", flat=True))
    assert kinds == ["intake_started", "resume_link_asked"]
    assert EMAIL not in str(list(Event.objects.values_list("payload")))


def test_result_can_be_resumed_too(client: Client) -> None:
    first = Client()
    intake = begin(first)
    finish(first, intake, companies.UNCLEAR)
    client.post(resume_path(intake))
    assert client.get(address(intake, "uitslag")).status_code == 200
