"""The acts beside claiming and offering: asking, consent, putting off, handing over, opening again; and bad input."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from nnmkb.ledger.models import Event, Outgoing
from referrals.domain.lifecycle import State
from referrals.models import ConsentRequest, Feedback, Label, Note, Offer, Partner, Question, Referral
from referrals.services import answering, questions, requests
from tests.referrals.desk import making
from tests.referrals.desk.making import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def ready(owner: User, *organisations: str, **fields: object) -> Referral:
    """Make a referral in review for this owner; mail to the company arrived."""
    known = {"state": State.IN_REVIEW, "owner": owner, **fields}
    row = making.referral(of=making.intake(consents=organisations), **known)  # type: ignore[arg-type]
    event = Event.objects.create(
        stream=f"intake:{row.intake_id}", seq=1, kind="intake_submitted", actor="entrepreneur", at=NOW
    )
    Outgoing.objects.create(
        kind="mail.receipt", event=event, recipient=f"intake:{row.intake_id}", dedupe_key=f"{event.pk}",
        state="done", due_at=NOW, created_at=NOW, done_at=NOW,
    )  # fmt: skip
    return row


def post(client: Client, row: Referral, action: str, **typed: object) -> HttpResponse:
    """Send the form of an act as the page made it."""
    known = {"sleutel": str(uuid.uuid4()), "versie": row.version, **typed}
    return client.post(f"/werkbak/{row.number}/{action}/", known)  # type: ignore[return-value]


def page(client: Client, row: Referral, action: str = "") -> str:
    """Return the page of a referral, or of an act with it."""
    return client.get(f"/werkbak/{row.number}/{action}").content.decode()


def after(row: Referral) -> Referral:
    """Return the referral as it is now."""
    return Referral.objects.get(pk=row.pk)


def primaries(text: str) -> list[str]:
    """Return the words of the first choices on a page."""
    found = re.findall(r'nl-button--primary"[^>]*>([^<]+)<(?:span class="nnmkb-hidden">([^<]+))?', text)
    return ["".join(one) for one in found]


# --- the question -----------------------------------------------------------------------------------------------------


def test_question_goes_out_and_the_answer_comes_back_in_the_pane(desk: Client, anke: User) -> None:
    row = ready(anke)
    assert "Uw vraag staat alleen op de eigen pagina." in page(desk, row, "vraag/")
    assert post(desk, row, "vraag", text="Welke beurs?").status_code == 302
    assert after(row).state == State.NEEDS_INFO
    assert "Wacht op antwoord" in page(desk, row)
    questions.answer(row.pk, text="Hannover <b>Messe</b>", key="k", now=NOW)
    text = page(desk, row)
    assert "Welke beurs?" in text
    assert "Hannover &lt;b&gt;Messe&lt;/b&gt;" in text
    assert "Antwoord van de ondernemer" in text


def test_question_can_be_taken_back_with_one_button(desk: Client, anke: User) -> None:
    row = ready(anke)
    post(desk, row, "vraag", text="Welke beurs?")
    assert post(desk, after(row), "vraag-sluiten").status_code == 302
    assert after(row).state == State.IN_REVIEW
    assert "Gesloten zonder antwoord" in page(desk, row)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Schrijf eerst een vraag."),
        ("  \n ", "Schrijf eerst een vraag."),
        ("x" * 1001, "Gebruik hoogstens 1000 tekens."),
        ("x" * 100_000, "Gebruik hoogstens 1000 tekens."),
        ("Wat\x00?", "Typ de tekst opnieuw"),
    ],
)
def test_question_that_cannot_be_sent_comes_back_with_what_was_typed(
    desk: Client, anke: User, text: str, words: str
) -> None:
    row = ready(anke)
    response = post(desk, row, "vraag", text=text)
    assert response.status_code == 200
    assert words in response.content.decode()
    assert text.strip() in response.content.decode()
    assert not Question.objects.exists()


def test_line_end_counts_as_one_character_as_it_does_in_the_browser(desk: Client, anke: User) -> None:
    row = ready(anke)
    assert post(desk, row, "vraag", text="\r\n".join(["x" * 99] * 10)).status_code == 302
    assert len(Question.objects.get().text) == 999


def test_without_a_mail_that_arrived_the_page_says_so_before_anything_is_typed(desk: Client, anke: User) -> None:
    row = ready(anke)
    Outgoing.objects.update(state="dead")
    text = page(desk, row, "vraag/")
    assert "Bel de ondernemer." in text
    assert "<textarea" not in text
    assert "Bel de ondernemer." in post(desk, row, "vraag", text="Welke beurs?").content.decode()


# --- consent ----------------------------------------------------------------------------------------------------------


def test_partner_that_lacks_only_consent_can_be_asked_for_from_the_list(
    desk: Client, anke: User, metaal: Partner
) -> None:
    row = ready(anke)
    text = page(desk, row)
    assert f"/toestemming/?partner={metaal.pk}" in text
    assert "Bel of mail" not in text
    told = page(desk, row, f"toestemming/?partner={metaal.pk}")
    assert requests.box_for("metaalunie", "nl").text in told
    assert "dinsdag 8 december" in told
    assert post(desk, row, "toestemming", partner=metaal.pk).status_code == 302
    assert after(row).state == State.AWAITING_CONSENT
    assert "wacht op antwoord" in page(desk, row)
    requests.refuse(row.pk, key="k", now=NOW)
    assert ConsentRequest.objects.get().given is False
    assert "<strong>nee</strong>" in page(desk, row)


def test_partner_with_another_obstacle_is_not_asked_for(desk: Client, anke: User) -> None:
    full = making.partner("metaalunie", capacity=0)
    row = ready(anke)
    assert "/toestemming/?partner" not in page(desk, row)
    assert "Is vol" in page(desk, row, f"toestemming/?partner={full.pk}")
    assert "Is vol" in post(desk, row, "toestemming", partner=full.pk).content.decode()


@pytest.mark.parametrize("partner", ["", "x", "0", "9" * 30])
def test_consent_for_no_partner_at_all(desk: Client, anke: User, partner: str) -> None:
    row = ready(anke)
    assert post(desk, row, "toestemming", partner=partner).status_code == 404


def test_proposal_makes_another_referral_that_waits_for_consent(desk: Client, anke: User) -> None:
    making.partner("exportclub_noord", name="Exportclub")
    row = ready(anke)
    text = page(desk, row, "voorstellen/")
    assert 'value="A2:exportclub_noord"' in text
    assert post(desk, row, "voorstellen", proposal="P4:exportclub_noord").status_code == 200
    for _ in range(2):
        assert post(desk, row, "voorstellen", proposal="A2:exportclub_noord", sleutel="1" * 36).status_code == 302
    made = Referral.objects.exclude(pk=row.pk).get()
    assert (made.activity, made.state, made.owner) == ("A2", State.AWAITING_CONSENT, anke)
    assert f"/werkbak/{made.number}/" in page(desk, row)


# --- putting off, handing over ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("until", "words"),
    [
        ("", "Vul een datum in."),
        ("morgen", "dag-maand-jaar"),
        ("2026-11-24", "Kies een datum na vandaag."),
        ("2020-01-01", "Kies een datum na vandaag."),
        ("2027-06-01", "binnen 180 dagen"),
        ("9999-12-31", "binnen 180 dagen"),
    ],
)
def test_date_that_cannot_be_is_explained_and_kept(desk: Client, anke: User, until: str, words: str) -> None:
    row = ready(anke)
    text = post(desk, row, "uitstellen", until=until).content.decode()
    assert words in text
    assert f'value="{until}"' in text or not until
    assert after(row).state == State.IN_REVIEW


def test_put_off_and_taken_up_again(desk: Client, anke: User) -> None:
    row = ready(anke)
    assert post(desk, row, "uitstellen", until="2026-12-18").status_code == 302
    assert after(row).state == State.ON_HOLD
    assert primaries(page(desk, row)) == ["Hervat"]
    assert post(desk, after(row), "hervatten").status_code == 302
    assert after(row).state == State.IN_REVIEW


def test_colleague_gets_it_and_hears_of_it(desk: Client, anke: User) -> None:
    bram = making.staff("bram")
    row = ready(anke)
    assert ">Bram<" in page(desk, row, "overdragen/")
    for to in ("", "x", "0", "99999", str(anke.pk)):
        assert post(desk, row, "overdragen", to=to).status_code == 200
    assert post(desk, row, "overdragen", to=bram.pk).status_code == 302
    assert after(row).owner == bram
    assert Outgoing.objects.get(kind="mail.handed_over_to_advisor").recipient == f"advisor:{bram.pk}"


# --- after a no -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "text", "first"),
    [
        ("capacity", "Zoek de volgende partner.", "Bied aan aan Fme"),
        ("not_our_activity", "Telt mee bij de regel.", "Bied aan aan Fme"),
        ("info_missing", "Stel de ondernemer een vraag.", "Stel een vraag"),
        ("not_ready", "Terug naar de stap strategie.", "Stel uit"),
        ("already_client", "was al klant", "Annuleer"),
        ("unreachable", "Overweeg om te annuleren.", "Annuleer"),
        ("not_eligible", "Kies een ander hulpmiddel.", "Stel een andere activiteit voor"),
    ],
)
def test_consequence_of_a_no_is_told_and_its_act_comes_first(
    desk: Client, anke: User, metaal: Partner, reason: str, text: str, first: str
) -> None:
    making.partner("fme")
    row = ready(anke, "metaalunie", "fme")
    post(desk, row, "aanbieden", partner=metaal.pk)
    until = NOW.date() + timedelta(days=30) if reason == "capacity" else None
    answering.decline(
        Offer.objects.get().pk, actor=f"partner:{metaal.pk}", reason=reason, key="k", now=NOW, until=until
    )
    shown = page(desk, row)
    assert text in shown
    assert "Waarom terug?" in shown
    assert primaries(shown) == [first]


def test_fourth_attempt_is_for_the_team_lead_and_says_so(desk: Client, anke: User, metaal: Partner) -> None:
    row = ready(anke, "metaalunie", state=State.RETURNED, attempts=3, reason="no_response")
    text = page(desk, row)
    assert "De teamleider beslist" in text
    assert "/aanbieden/" not in text
    assert "verder-zoeken" not in text
    assert "De teamleider beslist" in post(desk, row, "aanbieden", partner=metaal.pk).content.decode()
    leo = making.staff("leo", "team_lead")
    lead = Client()
    lead.force_login(leo)
    assert "U beslist" in page(lead, row)
    assert post(lead, row, "aanbieden", partner=metaal.pk).status_code == 302
    assert (after(row).state, after(row).attempts, after(row).owner) == (State.OFFERED, 4, leo)


# --- closed -----------------------------------------------------------------------------------------------------------


def closed(owner: User) -> Referral:
    """Make a referral that was completed, of which the entrepreneur asks to look again."""
    row = ready(owner, state=State.COMPLETED, outcome="advice_given", closed_at=NOW, next_due_at=None)
    Feedback.objects.create(
        referral=row, moment="end", happy=False, reason="not_helped", text="Niets <gehoord>", salt="s",
        asks_reopening=True, given_at=NOW,
    )  # fmt: skip
    return row


def test_entrepreneur_who_asks_to_reopen_is_heard(desk: Client, anke: User) -> None:
    row = closed(anke)
    text = page(desk, row)
    assert "De ondernemer vraagt om heropening." in text
    assert "Niets &lt;gehoord&gt;" in text
    assert "Vraagt heropening" in text
    assert post(desk, row, "heropenen", reason="entrepreneur_unhappy").status_code == 302
    assert after(row).state == State.QUEUED
    assert "De ondernemer vraagt om heropening." not in page(desk, row)


def test_staying_closed_is_an_answer_too(desk: Client, anke: User) -> None:
    row = closed(anke)
    assert "Ten minste 10 tekens" in page(desk, row, "blijft-gesloten/")
    assert "ten minste 10 tekens" in post(desk, row, "blijft-gesloten", text="nee").content.decode()
    assert post(desk, row, "blijft-gesloten", text="Gebeld, het is al opgelost").status_code == 302
    assert "blijft-gesloten" not in page(desk, row)
    assert "Gebeld, het is al opgelost" in page(desk, row)


def test_after_sixty_days_nothing_opens_again(desk: Client, anke: User) -> None:
    row = closed(anke)
    Referral.objects.filter(pk=row.pk).update(closed_at=NOW - timedelta(days=61))
    assert "/heropenen/" not in page(desk, row)
    assert post(desk, row, "heropenen", reason="need_remains").status_code == 409


def test_team_lead_withdraws_after_calling_back(desk: Client, anke: User) -> None:
    row = ready(anke)
    assert post(desk, row, "intrekken", text="Gebeld met Sjoerd").status_code == 409
    making.Group.objects.get_or_create(name="team_lead")[0].user_set.add(anke)
    assert "terugbelde" in page(desk, row, "intrekken/")
    assert post(desk, row, "intrekken", text="Gebeld met Sjoerd").status_code == 302
    assert after(row).state == State.WITHDRAWN


# --- beside the states ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [4001, 100_000])
def test_long_note_gets_a_clear_answer_and_is_not_lost(desk: Client, anke: User, length: int) -> None:
    row = ready(anke)
    response = post(desk, row, "notitie", text="y" * length)
    assert response.status_code == 200
    assert "Gebruik hoogstens 4000 tekens." in response.content.decode()
    assert "y" * length in response.content.decode()
    assert not Note.objects.exists()
    assert post(desk, row, "notitie", text="y" * 4000).status_code == 302


def test_label_is_hung_on_once_and_taken_off(desk: Client, anke: User) -> None:
    row = ready(anke)
    assert post(desk, row, "label", label="Spoed").status_code == 302
    assert "staat er al bij" in post(desk, row, "label", label="spoed").content.decode()
    assert "alleen letters" in post(desk, row, "label", label="<b>").content.decode()
    assert "Schrijf eerst een label." in post(desk, row, "label", label=" ").content.decode()
    assert "Haal weg" in page(desk, row)
    assert post(desk, row, "label-weg", label="spoed").status_code == 302
    assert not Label.objects.exists()


@pytest.mark.parametrize("action", ["vraag", "uitstellen", "hervatten", "heropenen", "overdragen", "label", "notitie"])
def test_number_of_nobody_is_not_found(desk: Client, action: str) -> None:
    assert desk.get(f"/werkbak/NN-0000-0000-1/{action}/").status_code == 404
    assert desk.post(f"/werkbak/NN-0000-0000-1/{action}/", {}).status_code == 404


def test_same_form_twice_and_an_old_one(desk: Client, anke: User) -> None:
    row, key = ready(anke), str(uuid.uuid4())
    for _ in range(2):
        assert post(desk, row, "vraag", text="Welke beurs?", sleutel=key).status_code == 302
    assert Question.objects.count() == 1
    old = post(desk, row, "uitstellen", until="2026-12-18")
    assert old.status_code == 409
    assert "Vraag gesteld aan de ondernemer" in old.content.decode()


def test_what_is_rarely_needed_is_folded_away(desk: Client, anke: User, metaal: Partner) -> None:
    text = page(desk, ready(anke, "metaalunie"))
    front, _, more = text.partition("<summary>Meer</summary>")
    # An act that asks something has a page; only what asks nothing is done by the button itself.
    assert re.search(r'href="/werkbak/[^"]+/vraag/', front)
    assert re.search(r'action="/werkbak/[^"]+/loslaten/"', more)
    assert not re.search(r'action="/werkbak/[^"]+/(vraag|annuleren|uitstellen)/"', text)
    assert primaries(text) == ["Bied aan aan Metaalunie Noord"]
    assert "/vraag/" in front
    assert "/annuleren/" in more.partition("</details>")[0]
