"""The workbench on the screen: the referral beside the list and on its own page."""

from __future__ import annotations

import re

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from intake.models import Consent, Intake
from nnmkb.ledger import events, outbox
from nnmkb.ledger.models import Outgoing
from referrals.domain.lifecycle import State
from referrals.services import closing
from tests.referrals.desk import making
from tests.referrals.desk.making import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


def page(client: Client, address: str) -> str:
    """Return the page at an address, which must be there."""
    response = client.get(address)
    assert response.status_code == 200, response
    return response.content.decode()


def test_open_row_keeps_list_and_filters_beside_it(desk: Client) -> None:
    row = making.referral("Hunze Sensoren")
    making.referral("Ander bedrijf")
    text = page(desk, f"/werkbak/?lijst=alles&open={row.number}")
    assert "Ander bedrijf" in text
    assert '<h2 class="nl-heading nl-heading--level-1" id="pane-title" tabindex="-1">Hunze Sensoren</h2>' in text
    assert 'aria-current="true"' in text


def test_own_page_of_a_referral_answers_to_its_number_in_any_spelling(desk: Client) -> None:
    row = making.referral("Hunze Sensoren")
    assert "Hunze Sensoren" in page(desk, f"/werkbak/{row.number.lower()}/")
    assert desk.get("/werkbak/NN-0000-0000-1/").status_code == 404


def test_unknown_number_in_the_address_is_no_error(desk: Client) -> None:
    assert "Dit nummer kennen wij niet" in page(desk, "/werkbak/?open=weg")


def test_pane_shows_all_that_is_needed_to_decide(desk: Client) -> None:
    making.partner("metaalunie", name="Metaalunie Noord")
    making.partner("mkb_noord", name="MKB Noord")
    making.partner("rug", name="Universiteit", activities=["I3"])
    case = making.intake("Hunze Sensoren", consents=("metaalunie",), phone="0592 00 00 00", message="Bel na vieren")
    row = making.referral(of=case)
    text = page(desk, f"/werkbak/{row.number}/")
    for words in (
        "Uiterlijk donderdag 26 november",
        "Nu aan zet: <strong>KvK-team</strong>. Oppakken.",
        "Sjoerd Hunze",
        "0592 00 00 00",
        "Bel na vieren",
        "Bekijk dit als tabel",
        "Regel R-P4",
        "Waarom niet iets anders?",
        "Alle antwoorden",
        "Metaalunie Noord",
        "De ondernemer gaf toestemming.",
        "Vraag toestemming: de ondernemer heeft deze organisatie niet gekozen.",
        "Doet deze activiteit niet.",
        "tekst 2013.1",
        "Nog geen berichten.",
    ):
        assert words in text, words


def test_partner_without_consent_is_not_offerable(desk: Client) -> None:
    without = making.partner("vno_ncw_mkb_noord")
    allowed = making.partner("metaalunie")
    row = making.referral(of=making.intake(consents=("metaalunie",)))
    text = page(desk, f"/werkbak/{row.number}/")
    assert f"/aanbieden/?partner={allowed.pk}&amp;" in text
    assert f"/aanbieden/?partner={without.pk}&amp;" not in text
    assert f"/toestemming/?partner={without.pk}&amp;" in text
    assert "Aanbieden kan pas met toestemming." in text


def test_buttons_follow_the_table_of_states(desk: Client) -> None:
    anke = making.staff("zij")
    desk.force_login(anke)
    other = making.staff("bram")

    def buttons(**fields: object) -> set[str]:
        row = making.referral(activity="A3", **fields)  # type: ignore[arg-type]
        found = set(re.findall(rf"/werkbak/{row.number}/([a-z-]+)/", page(desk, f"/werkbak/{row.number}/")))
        # Telling colleagues that one looks is no button.
        return found - {"aanwezig"}

    always = {"notitie", "uitleg", "label"}
    open_ = {"zelf-behandelen", "vraag", "uitstellen", "annuleren"}
    mine = always | {"overdragen", "voorstellen"}
    assert buttons() == always | open_ | {"oppakken"}
    assert buttons(state=State.IN_REVIEW, owner=anke) == mine | open_ | {"loslaten"}
    assert buttons(state=State.IN_REVIEW, owner=other) == always
    assert buttons(state=State.NEEDS_INFO, owner=anke) == mine | {"vraag-sluiten"}
    assert buttons(state=State.AWAITING_CONSENT, owner=anke) == mine | {"annuleren"}
    assert buttons(state=State.OFFERED, owner=anke) == mine | {"terughalen"}
    assert buttons(state=State.IN_PROGRESS, owner=anke) == mine | {"afronden", "stoppen", "nog-bezig"}
    assert buttons(state=State.RETURNED, owner=anke) == mine | open_ | {"verder-zoeken"}
    assert buttons(state=State.RETURNED, owner=anke, attempts=3) == mine | {"annuleren"}
    assert buttons(state=State.ON_HOLD, owner=anke) == mine | {"hervatten"}
    kvk = making.partner("kvk")
    assert buttons(state=State.ACCEPTED, owner=anke, partner=kvk) == mine | {"contact"}
    assert buttons(state=State.ACCEPTED, owner=anke, partner=making.partner("nom")) == mine
    ended = {"closed_at": NOW, "next_due_at": None}
    assert buttons(state=State.COMPLETED, outcome="advice_given", **ended) == always | {"heropenen"}
    assert buttons(state=State.LAPSED, outcome="lapsed", **ended) == always | {"opnieuw-vragen"}
    assert buttons(state=State.WITHDRAWN, outcome="withdrawn", **ended) == always


def test_kvk_treats_only_what_the_policy_gives_it(desk: Client) -> None:
    row = making.referral(activity="P4")
    assert f"/werkbak/{row.number}/zelf-behandelen/" not in page(desk, f"/werkbak/{row.number}/")


def test_erased_company_shows_no_personal_data(desk: Client) -> None:
    row = making.referral("Hunze Sensoren", state=State.WITHDRAWN, closed_at=NOW, next_due_at=None, outcome="withdrawn")
    case = row.intake
    case.contact.company = case.contact.person = case.contact.email = ""
    case.contact.save()
    Intake.objects.filter(pk=case.pk).update(state=Intake.State.ERASED, answers={}, typed={})
    text = page(desk, f"/werkbak/{row.number}/")
    assert "heeft de gegevens laten wissen" in text
    assert "Hunze" not in text


def test_kvk_sees_nothing_any_more_when_its_own_consent_is_taken_back(desk: Client) -> None:
    row = making.referral("Hunze Sensoren")
    assert "Sjoerd Hunze" in page(desk, f"/werkbak/{row.number}/")
    closing.withdraw(row.intake_id, ("C1", ""), actor="entrepreneur", key="w", now=NOW)
    text = page(desk, f"/werkbak/{row.number}/")
    assert "trok de toestemming voor de KvK in" in text
    for gone in ("Sjoerd", "@hunze.example", "Alle antwoorden", "Waarom niet iets anders?"):
        assert gone not in text


def test_foreign_company_is_shown_in_its_own_words(desk: Client) -> None:
    case = making.intake("Nordwind GmbH", consents=("nom",), country="DE")
    Intake.objects.filter(pk=case.pk).update(
        kind=Intake.Kind.FOREIGN, language="en", answers={"sector": "Wind power", "looks_for": "A site at a port"}
    )
    case.refresh_from_db()
    row = making.referral(of=case, assessment=None, activity="V1", step="U", way="", rules=[], sector="", province="")
    assert "Wind power" in page(desk, "/werkbak/?lijst=alles")
    text = page(desk, f"/werkbak/{row.number}/")
    assert "A site at a port" in text
    assert "Duitsland" in text


def test_hostile_text_of_a_company_stays_text(desk: Client) -> None:
    row = making.referral(of=making.intake("<script>alert(1)</script>", message="<img src=x onerror=y>"))
    for address in (f"/werkbak/{row.number}/", f"/werkbak/?lijst=alles&open={row.number}"):
        text = page(desk, address)
        assert "<script>alert" not in text
        assert "<img src=x" not in text


def test_withdrawn_consent_shows_as_no(desk: Client) -> None:
    row = making.referral(of=making.intake(consents=("metaalunie",)))
    given = Consent.objects.get(organisation="metaalunie")
    given.pk = None
    given.given = False
    given.save(force_insert=True)
    assert re.search(r"Dossier naar [^:]*: <strong>nee</strong>", page(desk, f"/werkbak/{row.number}/"))


def test_dead_delivery_is_on_the_workbench_and_can_be_tried_again(desk: Client) -> None:
    row = making.referral("Hunze Sensoren")
    with transaction.atomic():
        event = events.record(row.stream, "offer_made", actor="system", at=NOW)
        sent = outbox.enqueue(event, "mail.receipt", f"intake:{row.intake_id}", at=NOW)
    Outgoing.objects.update(state=Outgoing.State.DEAD, attempts=8, last_error="550")
    assert "Bezorging mislukt" in page(desk, "/werkbak/")
    assert "Hunze Sensoren" in page(desk, "/werkbak/?lijst=mislukt")
    assert "Probeer opnieuw" in page(desk, f"/werkbak/{row.number}/")
    address = f"/werkbak/{row.number}/bezorging/"
    assert desk.post(address, {"bericht": sent.pk}).status_code == 302
    sent.refresh_from_db()
    assert (sent.state, sent.attempts) == (Outgoing.State.PENDING, 0)
    assert "klaargezet" in page(desk, f"/werkbak/{row.number}/")
    assert desk.post(address, {"bericht": sent.pk}).status_code == 409


def test_message_of_another_referral_cannot_be_tried_again_through_this_one(desk: Client) -> None:
    row, other = making.referral("een"), making.referral("twee")
    with transaction.atomic():
        event = events.record(other.stream, "offer_made", actor="system", at=NOW)
        sent = outbox.enqueue(event, "mail.receipt", f"intake:{other.intake_id}", at=NOW)
    Outgoing.objects.update(state=Outgoing.State.DEAD)
    for given in (str(sent.pk), "x", "", "9" * 40):
        assert desk.post(f"/werkbak/{row.number}/bezorging/", {"bericht": given}).status_code == 409
    sent.refresh_from_db()
    assert sent.state == Outgoing.State.DEAD
