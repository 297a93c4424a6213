"""What an advisor does: once, on the version that was on the screen, and never beside the table of states."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

import pytest
import time_machine
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from intake.models import Consent
from nnmkb.ledger.models import Event, Outgoing
from referrals.domain.lifecycle import State
from referrals.models import Note, Offer, Partner, Referral
from referrals.services import answering
from tests.referrals.desk import making
from tests.referrals.desk.making import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def ready(owner: User | None = None, *organisations: str, **fields: object) -> Referral:
    """Make a referral in review for this owner, or in the queue without one."""
    state = State.IN_REVIEW if owner else State.QUEUED
    case = making.intake(consents=organisations)
    return making.referral(of=case, state=state, owner=owner, **fields)  # type: ignore[arg-type]


def post(client: Client, row: Referral, action: str, **typed: object) -> HttpResponse:
    """Send the form of an act as the page made it."""
    known = {"sleutel": str(uuid.uuid4()), "versie": row.version, **typed}
    return client.post(f"/werkbak/{row.number}/{action}/", known)


def after(row: Referral) -> Referral:
    """Return the referral as it is now."""
    return Referral.objects.get(pk=row.pk)


def test_claim_makes_it_mine_and_returns_to_the_same_list(desk: Client, anke: User) -> None:
    row = ready()
    response = post(desk, row, "oppakken", lijst="lijst=alles&provincie=groningen")
    assert response.status_code == 302
    assert response["Location"] == f"/werkbak/?lijst=alles&provincie=groningen&open={row.number}"
    assert (after(row).owner, after(row).state) == (anke, State.IN_REVIEW)


def test_list_in_the_form_is_never_used_as_an_address(desk: Client) -> None:
    row = ready()
    response = post(desk, row, "oppakken", lijst="//evil.example/?lijst=x")
    assert response["Location"] == f"/werkbak/?lijst=mijn&open={row.number}"


def test_same_form_twice_is_done_once_and_answers_the_same(desk: Client) -> None:
    row, key = ready(), str(uuid.uuid4())
    first, second = (post(desk, row, "oppakken", sleutel=key) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Event.objects.filter(stream=row.stream).count() == 1


def test_second_of_two_advisors_reads_who_was_first(client: Client, desk: Client) -> None:
    row = ready()
    post(desk, row, "oppakken")
    bram = Client()
    bram.force_login(making.staff("bram"))
    response = post(bram, row, "oppakken")
    text = response.content.decode()
    assert response.status_code == 409
    assert "Wat er intussen gebeurde" in text
    assert "Opgepakt" in text
    assert "Anke" in text
    assert after(row).owner == User.objects.get(username="anke")


def test_stale_form_keeps_the_typed_text_and_shows_what_changed(desk: Client, anke: User, metaal: Partner) -> None:
    row = ready(anke, "metaalunie")
    post(desk, row, "aanbieden", partner=metaal.pk)
    offered = after(row)
    offer = Offer.objects.get()
    answering.accept(offer.pk, actor=f"partner:{metaal.pk}", contact_person="Piet", key="k", now=NOW)
    response = post(desk, offered, "terughalen", reason="other", reason_text="Zorgvuldig getypte uitleg")
    text = response.content.decode()
    assert response.status_code == 409
    assert "Zorgvuldig getypte uitleg" in text
    assert "Anders" in text
    assert "Aanbod aangenomen" in text
    assert "Metaalunie Noord" in text
    assert after(row).state == State.ACCEPTED


def test_release_puts_it_back_for_everyone(desk: Client, anke: User) -> None:
    row = ready(anke)
    assert post(desk, row, "loslaten").status_code == 302
    assert (after(row).owner, after(row).state) == (None, State.QUEUED)


def test_confirm_page_of_an_offer_shows_exactly_what_goes_and_changes_nothing(
    desk: Client, anke: User, metaal: Partner
) -> None:
    row = ready(anke, "metaalunie")
    text = desk.get(f"/werkbak/{row.number}/aanbieden/?partner={metaal.pk}").content.decode()
    assert "Precies dit krijgt Metaalunie Noord" in text
    assert "dinsdag 1 december" in text
    assert "Gevraagd aan Metaalunie Noord" in text
    assert "Sjoerd" not in text.partition("Precies dit krijgt")[2]
    assert after(row).version == row.version
    assert not Offer.objects.exists()


def test_offer_from_the_list_takes_three_actions(desk: Client, anke: User, metaal: Partner) -> None:
    row = ready(None, "metaalunie")
    pane = desk.get(f"/werkbak/?lijst=alles&open={row.number}").content.decode()
    link = re.search(r'href="([^"]+/aanbieden/\?partner=\d+[^"]*)"', pane)
    assert link
    confirm = desk.get(link[1].replace("&amp;", "&")).content.decode()
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', confirm))
    fields["lijst"] = fields["lijst"].replace("&amp;", "&")
    response = desk.post(f"/werkbak/{row.number}/aanbieden/", fields)
    assert response["Location"] == f"/werkbak/?lijst=alles&open={row.number}"
    found = after(row)
    assert (found.state, found.owner, found.partner) == (State.OFFERED, anke, metaal)


def test_offer_promises_the_dossier_and_the_mails(desk: Client, anke: User, metaal: Partner) -> None:
    post(desk, ready(anke, "metaalunie"), "aanbieden", partner=metaal.pk)
    kinds = set(Outgoing.objects.values_list("kind", flat=True))
    assert {"dossier.render", "mail.offer", "mail.offer_to_entrepreneur"} <= kinds


def test_offer_without_consent_is_refused_with_the_reason(desk: Client, anke: User, metaal: Partner) -> None:
    row = ready(anke)
    page = desk.get(f"/werkbak/{row.number}/aanbieden/?partner={metaal.pk}").content.decode()
    assert "Dit kan nu niet" in page
    assert ">Bied aan</button>" not in page
    response = post(desk, row, "aanbieden", partner=metaal.pk)
    assert "Vraag toestemming" in response.content.decode()
    assert not Offer.objects.exists()


def test_consent_withdrawn_while_the_confirm_page_was_open_stops_the_offer(
    desk: Client, anke: User, metaal: Partner
) -> None:
    row = ready(anke, "metaalunie")
    assert desk.get(f"/werkbak/{row.number}/aanbieden/?partner={metaal.pk}").status_code == 200
    gone = Consent.objects.get(organisation="metaalunie")
    gone.pk, gone.given = None, False
    gone.save(force_insert=True)
    response = post(desk, row, "aanbieden", partner=metaal.pk)
    assert "Vraag toestemming" in response.content.decode()
    assert not Offer.objects.exists()


@pytest.mark.parametrize("partner", ["", "x", "0", "9" * 30, "²"])
def test_offer_to_no_partner_at_all_is_no_error_of_ours(desk: Client, anke: User, partner: str) -> None:
    row = ready(anke, "metaalunie")
    assert desk.get(f"/werkbak/{row.number}/aanbieden/", {"partner": partner}).status_code == 404
    assert post(desk, row, "aanbieden", partner=partner).status_code == 404


def test_partner_that_declined_is_asked_again_only_with_a_reason(desk: Client, anke: User, metaal: Partner) -> None:
    row = ready(anke, "metaalunie")
    post(desk, row, "aanbieden", partner=metaal.pk)
    answering.decline(Offer.objects.get().pk, actor=f"partner:{metaal.pk}", reason="region", key="k", now=NOW)
    back = after(row)
    assert back.state == State.RETURNED
    assert "Vraag opnieuw" in desk.get(f"/werkbak/{row.number}/").content.decode()
    bare = post(desk, back, "aanbieden", partner=metaal.pk)
    assert "Vul in waarom u opnieuw vraagt." in bare.content.decode()
    short = post(desk, back, "aanbieden", partner=metaal.pk, force_reason="kort")
    assert "Gebruik ten minste 10 tekens." in short.content.decode()
    assert after(row).state == State.RETURNED
    again = post(desk, back, "aanbieden", partner=metaal.pk, force_reason="Zij belden dat het toch kan")
    assert again.status_code == 302
    assert after(row).state == State.OFFERED


def test_recall_ends_the_link_at_once(desk: Client, anke: User, metaal: Partner) -> None:
    row = ready(anke, "metaalunie")
    post(desk, row, "aanbieden", partner=metaal.pk)
    response = post(desk, after(row), "terughalen", reason="wrong_partner")
    assert response.status_code == 302
    assert after(row).state == State.IN_REVIEW
    assert Offer.objects.get().ended_at == NOW


def test_kvk_handles_it_from_queue_to_result(desk: Client, anke: User) -> None:
    making.partner("kvk")
    row = ready(None, activity="A3")
    assert post(desk, row, "zelf-behandelen").status_code == 302
    assert (after(row).state, after(row).owner) == (State.ACCEPTED, anke)
    assert post(desk, after(row), "contact", on="2026-11-24").status_code == 302
    assert after(row).state == State.IN_PROGRESS
    assert post(desk, after(row), "afronden", outcome="advice_given", on="2026-11-24").status_code == 302
    done = after(row)
    assert (done.state, done.outcome) == (State.COMPLETED, "advice_given")
    text = desk.get(f"/werkbak/{row.number}/").content.decode()
    assert "Afgerond: advies gegeven." in text


@pytest.mark.parametrize(
    ("on", "words"),
    [("", "Vul een datum in."), ("31-31-2026", "dag-maand-jaar"), ("2026-12-24", "ligt in de toekomst")],
)
def test_wrong_date_of_contact_is_explained(desk: Client, on: str, words: str) -> None:
    making.partner("kvk")
    row = ready(None, activity="A3")
    post(desk, row, "zelf-behandelen")
    response = post(desk, after(row), "contact", on=on)
    assert response.status_code == 200
    assert words in response.content.decode()
    assert after(row).state == State.ACCEPTED


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({}, "Kies een reden."),
        ({"reason": "verzonnen"}, "Kies een reden uit de lijst."),
        ({"reason": "other", "reason_text": "kort"}, "ten minste 10 tekens"),
        ({"reason": "spam", "reason_text": "x" * 50_000}, "te lang"),
    ],
)
def test_cancelling_asks_for_a_reason_from_the_list(
    desk: Client, anke: User, typed: dict[str, str], words: str
) -> None:
    row = ready(anke)
    response = post(desk, row, "annuleren", **typed)
    assert response.status_code == 200
    assert words in response.content.decode()
    assert after(row).state == State.IN_REVIEW


def test_cancel_closes_and_tells_the_entrepreneur(desk: Client, anke: User) -> None:
    row = ready(anke)
    assert post(desk, row, "annuleren", reason="no_need").status_code == 302
    assert (after(row).state, after(row).reason) == (State.CANCELLED, "no_need")
    assert Outgoing.objects.filter(kind="mail.cancelled").count() == 1


def test_colleague_cannot_act_on_what_is_not_theirs(desk: Client) -> None:
    row = ready(making.staff("bram"))
    for action in ("loslaten", "annuleren", "zelf-behandelen", "aanbieden", "stoppen", "contact"):
        response = post(desk, row, action, reason="no_need", on="2026-11-24")
        assert response.status_code == 409, action
        assert "Bram" in response.content.decode()
    assert after(row).version == row.version


def test_page_of_an_act_that_is_not_to_be_done_says_so(desk: Client) -> None:
    row = ready()
    assert desk.get(f"/werkbak/{row.number}/afronden/").status_code == 409
    assert desk.get(f"/werkbak/{row.number}/bestaat-niet/").status_code == 404
    assert desk.post(f"/werkbak/{row.number}/bestaat-niet/").status_code == 404


def test_get_of_a_button_changes_nothing(desk: Client) -> None:
    row = ready()
    for action in ("oppakken", "zelf-behandelen", "notitie", "bezorging"):
        assert desk.get(f"/werkbak/{row.number}/{action}/")["Location"] == f"/werkbak/{row.number}/"
    assert after(row).version == row.version


@pytest.mark.parametrize("broken", [{"sleutel": ""}, {"sleutel": "x" * 900}, {"versie": ""}, {"versie": "9" * 40}])
def test_form_without_its_key_or_version_does_nothing(desk: Client, broken: dict[str, str]) -> None:
    row = ready()
    response = post(desk, row, "oppakken", **broken)
    assert response.status_code == 409
    assert "niet compleet" in response.content.decode()
    assert after(row).version == row.version


def test_note_is_kept_beside_any_change_and_not_twice(desk: Client, anke: User) -> None:
    row, key = ready(), str(uuid.uuid4())
    old = after(row)
    post(desk, row, "oppakken")
    for _ in range(2):
        assert post(desk, old, "notitie", text="Belde terug", sleutel=key).status_code == 302
    assert Note.objects.get().text == "Belde terug"
    assert "Belde terug" in desk.get(f"/werkbak/{row.number}/").content.decode()
    assert not Event.objects.filter(payload__icontains="Belde").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [("  ", "Schrijf eerst een notitie."), ("x" * 5000, "te lang"), ("a\x00b", "Typ de tekst opnieuw")],
)
def test_empty_or_huge_note_comes_back_with_what_was_typed(desk: Client, text: str, words: str) -> None:
    response = post(desk, ready(), "notitie", text=text)
    assert words in response.content.decode()
    assert text.strip() in response.content.decode()
    assert not Note.objects.exists()


def test_fourth_attempt_needs_the_team_lead(desk: Client, anke: User) -> None:
    row = making.referral(state=State.RETURNED, owner=anke, attempts=3)
    response = post(desk, row, "verder-zoeken")
    assert response.status_code == 409
    assert "teamleider" in response.content.decode()
    making.Group.objects.get(name="team_lead").user_set.add(anke)
    assert post(desk, row, "verder-zoeken").status_code == 302
