"""The follow page: how it stands, and taking back, correcting, erasing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from intake.models import Contact, Intake
from nnmkb.ledger import events
from referrals.domain.lifecycle import OPEN_STATES
from referrals.models import Offer, Referral
from referrals.services import access, closing, offering, refer
from referrals.services.errors import Gone
from referrals.views import status
from tests.referrals.services import cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_an_hour_later")]


@pytest.fixture
def _an_hour_later() -> Iterator[None]:
    """Stand still, an hour after the cast did its work."""
    with time_machine.travel(cast.LATER, tick=False):
        yield


def path(found: cast.Case | Intake, page: str = "") -> str:
    """Return an address under the follow link."""
    intake = found if isinstance(found, Intake) else found.intake
    return refer.follow_path(Intake.objects.get(pk=intake.pk)) + page


def text(client: Client, address: str) -> str:
    """Return the page at this address."""
    response = client.get(address)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def key_on(page: str) -> str:
    """Return the idempotency key of the form on a page."""
    match = re.search(r'name="sleutel" value="([^"]+)"', page)
    assert match
    return match[1]


@pytest.mark.parametrize(
    ("state", "words", "then"),
    [
        ("queued", "Wij hebben uw vraag ontvangen", "uiterlijk woensdag 25 november"),
        ("in_review", "KvK bekijkt uw vraag", "uiterlijk donderdag 26 november"),
        ("offered", "Voorgelegd aan Water Alliance", "Water Alliance laat uiterlijk maandag 30 november weten"),
        ("returned", "Wij zoeken een passende partner", "uiterlijk woensdag 25 november"),
        ("accepted", "Water Alliance neemt contact op", "maandag 30 november"),
        ("in_progress", "Water Alliance is met u bezig", "woensdag 23 december"),
        ("completed", "Afgerond", ""),
    ],
)
def test_each_state_is_told_in_plain_words_with_a_date(client: Client, state: str, words: str, then: str) -> None:
    page = text(client, path(cast.case(state)))
    assert words in page
    assert then in page
    assert not re.search(r"\{\w+\}", page)


def test_every_open_state_says_what_happens_next_in_both_languages() -> None:
    for language in (status.NL, status.EN):
        assert set(status.NEXT[language]) == set(OPEN_STATES)
    assert set(status.TOLD[status.NL]) == set(status.TOLD[status.EN])


def test_timeline_tells_the_road_but_not_what_is_not_for_the_entrepreneur(client: Client) -> None:
    page = text(client, path(cast.case("returned")))
    assert "Uw vraag ligt bij Water Alliance" in page
    for hidden in ("afgewezen", "not_our_activity", "Niet onze activiteit", "Bert"):
        assert hidden not in page


def test_a_partner_that_looks_often_is_told_once_a_day() -> None:
    found = cast.case("accepted")
    actor = f"partner:{found.partner.pk}"
    for minutes in (0, 5, 60 * 24):
        at, offer = cast.NOW + timedelta(minutes=minutes), found.fresh_offer()
        access.open_dossier(offer, actor, at)
        events.record(found.referral.stream, "progress_reported", actor=actor, at=at, payload={"offer": offer.pk})
    shown = {one.number: one for one in status.standings(found.intake, cast.LATER)}
    standing = shown[found.referral.number]
    told = [moment["text"] for moment in standing.moments if "bekeek uw dossier" in moment["title"]]
    assert told == ["maandag 23 november", "dinsdag 24 november"]


def test_passed_date_is_admitted(client: Client) -> None:
    found = cast.case("queued")
    with time_machine.travel(cast.NOW + timedelta(days=9), tick=False):
        assert "Die dag is voorbij" in text(client, path(found))


def test_cancelled_referral_says_why(client: Client) -> None:
    found = cast.case("in_review")
    closing.cancel(
        found.referral.pk, advisor=found.advisor, reason="helped_elsewhere", version=2, key=cast.key(), now=cast.NOW
    )
    assert "Niet doorgezet: u bent al op een andere manier geholpen" in text(client, path(found))


def test_page_takes_few_queries_whatever_happened(client: Client) -> None:
    found = cast.case("completed")
    with CaptureQueriesContext(connection) as queries:
        text(client, path(found))
    assert len(queries) <= 8, len(queries)


def test_looking_changes_nothing(client: Client) -> None:
    found = cast.case("offered")
    before = (found.fresh().version, found.fresh_offer().state)
    for page in ("", "intrekken/?wat=alles", "intrekken/?wat=C2:nom", "gegevens/", "wissen/"):
        assert client.get(path(found, page)).status_code == 200
        assert client.head(path(found, page)).status_code == 200
    assert (found.fresh().version, found.fresh_offer().state) == before


def test_withdrawing_after_the_offer_kills_the_partners_link(client: Client) -> None:
    found = cast.case("offered")
    link = offering.token_of(found.fresh_offer())
    page = text(client, path(found, "intrekken/?wat=C2:water_alliance"))
    assert "Wij vragen aan Water Alliance om uw dossier te wissen" in page
    response = client.post(
        path(found, "intrekken/"), {"sleutel": key_on(page), "wat": "C2:water_alliance"}, follow=True
    )
    assert "Wij hebben uw toestemming ingetrokken" in response.content.decode()
    with pytest.raises(Gone):
        access.offer_by_token(link)
    assert found.fresh().state == "returned"


@pytest.mark.parametrize("state", ["queued", "offered"])
def test_consent_that_was_taken_back_is_told_once_by_its_name(client: Client, state: str) -> None:
    found = cast.case(state)
    closing.withdraw(found.intake.pk, ("C2", "water_alliance"), actor="entrepreneur", key=cast.key(), now=cast.NOW)
    told = status.standings(Intake.objects.get(pk=found.intake.pk), cast.NOW)[0].moments
    assert [moment["title"] for moment in told if "trok" in moment["title"]] == [
        "U trok de toestemming voor Water Alliance in"
    ]


def test_withdrawing_everything_stops_every_referral(client: Client) -> None:
    found = cast.case("offered")
    page = text(client, path(found, "intrekken/?wat=alles"))
    for _ in range(2):
        assert client.post(path(found, "intrekken/"), {"sleutel": key_on(page), "wat": "alles"}).status_code == 302
    assert set(Referral.objects.values_list("state", flat=True)) == {"withdrawn"}
    assert "Ingetrokken op uw verzoek" in text(client, path(found))


def test_withdrawing_one_referral(client: Client) -> None:
    found = cast.case("offered")
    wanted = f"vraag:{found.referral.number}"
    page = text(client, path(found, f"intrekken/?wat={wanted}"))
    client.post(path(found, "intrekken/"), {"sleutel": key_on(page), "wat": wanted})
    assert found.fresh().state == "withdrawn"
    assert Referral.objects.filter(state="queued").count() == 1
    # The back button: asking once more for what is closed leads home.
    assert client.get(path(found, f"intrekken/?wat={wanted}")).status_code == 302


def test_referral_that_closes_in_the_same_moment_is_no_error_page(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = cast.case("offered")
    ours = closing.withdraw_referral

    def second(pk: int, **form: object) -> object:
        ours(pk, **{**form, "key": cast.key()})  # type: ignore[arg-type]
        return ours(pk, **form)  # type: ignore[arg-type]

    monkeypatch.setattr(closing, "withdraw_referral", second)
    address = path(found, "intrekken/")
    response = client.post(address, {"sleutel": cast.key(), "wat": f"vraag:{found.referral.number}"})
    assert response.status_code == 302
    assert found.fresh().state == "withdrawn"


@pytest.mark.parametrize("wanted", ["C2:snn", "C7", "vraag:NN-0000-0000-1", "x" * 300, "C2:"])
def test_consent_that_was_never_asked_cannot_be_withdrawn(client: Client, wanted: str) -> None:
    found = cast.case()
    assert client.get(path(found, "intrekken/"), {"wat": wanted}).status_code == 404
    assert client.post(path(found, "intrekken/"), {"wat": wanted}).status_code == 404


def test_referral_of_another_company_cannot_be_withdrawn(client: Client) -> None:
    found, other = cast.case(), cast.case()
    assert client.post(path(found, "intrekken/"), {"wat": f"vraag:{other.referral.number}"}).status_code == 404
    assert other.fresh().state == "queued"


def test_contact_details_are_corrected(client: Client) -> None:
    found = cast.case("accepted")
    page = text(client, path(found, "gegevens/"))
    assert "anna@zilverwiek.example" in page
    wrong = {"sleutel": key_on(page), "company": "Zilverwiek", "person": "Anna", "email": "geen adres"}
    response = client.post(path(found, "gegevens/"), wrong)
    assert response.status_code == 200
    assert "«geen adres» is geen e-mailadres" in response.content.decode()
    right = {**wrong, "email": "nieuw@zilverwiek.example"}
    assert client.post(path(found, "gegevens/"), right).status_code == 302
    assert Contact.objects.get(intake=found.intake).email == "nieuw@zilverwiek.example"


def test_contact_details_of_a_closed_case_stay_as_they_are(client: Client) -> None:
    found = cast.case()
    closing.withdraw(found.intake.pk, actor="entrepreneur", key=cast.key(), now=cast.NOW)
    assert client.get(path(found, "gegevens/")).status_code == 302


def test_erasing_shows_what_was_done_and_kills_the_link(client: Client) -> None:
    found = cast.case("offered")
    address = path(found)
    page = text(client, path(found, "wissen/"))
    assert "Dit kunt u niet terugdraaien" in page
    response = client.post(path(found, "wissen/"), {"sleutel": key_on(page)}, follow=True)
    assert "Uw gegevens zijn gewist" in response.content.decode()
    assert client.get(address).status_code == 404
    assert Intake.objects.get(pk=found.intake.pk).state == "erased"
    assert not Offer.objects.filter(ended_at__isnull=True).exists()


def test_unknown_and_expired_links_say_the_same_and_offer_a_new_one(client: Client) -> None:
    found = cast.case()
    address = path(found)
    unknown = client.get("/volg/" + "x" * 43 + "/")
    with time_machine.travel(cast.NOW + timedelta(days=731), tick=False):
        expired = client.get(address)
        posted = client.post(address + "wissen/", {"sleutel": cast.key()})
    assert (unknown.status_code, expired.status_code, posted.status_code) == (404, 410, 410)
    bodies = [re.sub(r"csrf\S+", "", one.content.decode()) for one in (unknown, expired)]
    assert bodies[0] == bodies[1]
    assert "/verder/" in bodies[0]
    assert Intake.objects.get(pk=found.intake.pk).state == "submitted"


def test_draft_has_no_follow_page(client: Client) -> None:
    draft = cast.assessed()
    assert client.get(refer.follow_path(draft)).status_code == 404


def test_page_is_private_and_leaks_no_address_to_others(client: Client) -> None:
    response = client.get(path(cast.case()))
    assert response["Cache-Control"] == "no-store, private"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Robots-Tag"] == "noindex"
