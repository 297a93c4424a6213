"""The promises about personal data, kept for a company whose very name is an attack."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client

from intake.models import Consent, Contact, Intake
from nnmkb.ledger.models import Event, Outgoing
from referrals import dispatch
from referrals.dossier import render
from referrals.models import Dossier, Note, Offer, Referral
from referrals.services import closing, notes
from tests.journeys import stage
from tests.journeys.test_bad_input import said, verify_page
from tests.referrals.desk import making
from tests.referrals.services import cast

pytestmark = pytest.mark.django_db
EVIL = dataclasses.replace(
    cast.ANNA,
    company="Zilverwiek <script>alert(1)</script> {{ 7|add:7 }} \u202egnp.exe 👩🏽‍🔬 & Zn",
    person="Anna\r\nBcc: allen@boef.example Zilverwiek",
    message="Bel 058 123 45 67 <img src=x onerror=alert(1)>",
)
# What only this company said; none of it stands in a text of the site.
PERSONAL = ("Zilverwiek", "Anna", "anna@", "90000749", "123 45 67", "Carla Kade", "belde met haar")


@pytest.fixture(autouse=True)
def _at_nine() -> Iterator[None]:
    with time_machine.travel(cast.NOW, tick=False):
        yield


def typed() -> dict[str, str]:
    """Return the company as it fills in the contact page."""
    data = {name: value for name, value in dataclasses.asdict(EVIL).items() if name in stage.CONTACT}
    return {str(name): str(value) for name, value in data.items()}


def case_through_http() -> tuple[Intake, Referral, Offer]:
    """Send the scan of the evil company by HTTP, and offer it to a partner."""
    intake = cast.assessed()
    form = stage.contact_form(stage.browser(intake.reference), intake)
    assert form.post(**typed()).status_code == 302
    referral = Referral.objects.get(intake=intake, activity="N3")
    bert, partner = cast.advisor(), cast.partner()
    User.objects.filter(pk=bert.pk).update(email="bert@kvk.example")
    cast.queue.claim(referral.pk, advisor=bert, version=1, key=stage.key(), now=cast.NOW)
    notes.add(referral.pk, author=bert, text="Ik belde met haar.", key=stage.key(), now=cast.NOW)
    offer = cast.offering.offer(referral.pk, partner.pk, advisor=bert, version=2, key=stage.key(), now=cast.NOW)
    return intake, referral, offer


def deliver() -> None:
    """Carry out every mail that waits, each at its own moment."""
    for row in Outgoing.objects.filter(kind__startswith="mail.", state="pending").order_by("pk"):
        Outgoing.objects.filter(pk=row.pk).update(after=None)
        at = max(row.due_at, cast.NOW)
        assert dispatch.deliver(row.pk, now=lambda at=at: at) is dispatch.Outcome.DONE, row.kind


def everything_stored() -> str:
    """Return every column of every row of every table, and what the sessions hold, as one text."""
    parts: list[Any] = []
    for model in apps.get_models():
        if model is not Session:
            parts += [bytes(v).decode("latin-1") if isinstance(v, bytes | memoryview) else str(v)
                      for row in model._default_manager.values_list() for v in row]  # fmt: skip
    parts += [json.dumps(session.get_decoded()) for session in Session.objects.all()]
    return "\n".join(parts)


def test_name_that_is_an_attack_is_only_a_name_on_every_page() -> None:
    intake, referral, offer = case_through_http()
    assert Contact.objects.get().person == "Anna Bcc: allen@boef.example Zilverwiek"
    assert "\u202e" not in Contact.objects.get().company
    desk = stage.browser()
    desk.force_login(making.staff())
    partner = stage.partner_browser(offer)
    partner.post(f"{stage.link(offer)}antwoord/", {"wat": "aannemen", "sleutel": stage.key(), "contact_person": "Bo"})
    for client, path in (
        (desk, "/werkbak/?lijst=alles"),
        (desk, f"/werkbak/{referral.number}/"),
        (partner, f"{stage.link(offer)}dossier/"),
        (stage.browser(intake.reference), f"/zelfscan/{intake.reference}/verstuurd/"),
        (stage.browser(), stage.follow(intake)),
        (stage.browser(), f"{stage.follow(intake)}gegevens/"),
    ):
        page = client.get(path)
        html = page.content.decode()
        assert page.status_code == 200, path
        assert "<script>alert" not in html, path
        assert "onerror=alert" not in html.replace("&lt;img src=x onerror=alert(1)&gt;", ""), path
        assert "Zilverwiek" not in html or "{{ 7|add:7 }}" in html, path


def test_name_that_is_an_attack_is_only_a_name_in_the_dossier() -> None:
    case_through_http()
    html = render.html(Dossier.objects.get().content)
    assert "Zilverwiek &lt;script&gt;" in html
    assert "<script" not in html
    assert "{{ 7|add:7 }}" in html


def test_mail_to_partner_and_advisor_names_no_company_and_every_header_is_ours() -> None:
    _, _, offer = case_through_http()
    partner = stage.partner_browser(offer)
    form = {"wat": "aannemen", "sleutel": stage.key(), "contact_person": "Carla Kade"}
    assert partner.post(f"{stage.link(offer)}antwoord/", form).status_code == 302
    deliver()
    to = {address: [m for m in mail.outbox if m.to == [address]] for m in mail.outbox for address in m.to}
    assert set(to) == {cast.ANNA.email, "water_alliance@partner.example", "bert@kvk.example"}
    for address, letters in to.items():
        for letter in letters:
            raw = letter.message().as_string()
            assert letter.recipients() == [address]
            assert "\n" not in letter.subject
            assert "boef.example" not in raw
            if address != cast.ANNA.email:
                whole = f"{letter.subject} {letter.body} {letter.alternatives}"
                assert not [text for text in PERSONAL if text in whole]


def test_contact_data_is_nowhere_before_the_partner_accepts() -> None:
    case = cast.case("offered")
    offer = case.fresh_offer()
    partner = stage.partner_browser(offer)
    secret = (cast.ANNA.person, cast.ANNA.email, cast.ANNA.phone, cast.ANNA.message)
    content = json.dumps(Dossier.objects.get().content, ensure_ascii=False)
    pages = [said(partner.get(stage.link(offer) + page)) for page in ("dossier/", "antwoord/?wat=aannemen")]
    pages.append(said(partner.post(f"{stage.link(offer)}antwoord/", {"wat": "aannemen", "sleutel": stage.key()})))
    assert not [text for text in secret for where in (content, *pages) if text in where]
    # Not even given to the template, which has a guard of its own.
    assert partner.get(f"{stage.link(offer)}dossier/").context["contact"] is None
    accept = {"wat": "aannemen", "sleutel": stage.key(), "contact_person": "Carla"}
    partner.post(f"{stage.link(offer)}antwoord/", accept)
    after = said(partner.get(f"{stage.link(offer)}dossier/"))
    assert [text for text in secret if text in after] == list(secret)


def test_every_look_at_the_dossier_leaves_an_event_also_by_the_form_below_it() -> None:
    case = cast.case("offered")
    offer = case.fresh_offer()
    partner = stage.partner_browser(offer)
    for look in ("dossier/", "antwoord/?wat=aannemen"):
        before = Event.objects.filter(kind="dossier_opened").count()
        assert "Zilverwiek" in said(partner.get(stage.link(offer) + look))
        assert Event.objects.filter(kind="dossier_opened").count() == before + 1
    assert Offer.objects.get().opened_at is not None


def test_form_below_the_dossier_shows_nothing_without_consent() -> None:
    case = cast.case("offered")
    offer = case.fresh_offer()
    partner = stage.partner_browser(offer)
    given = Consent.objects.get(intake=case.intake, organisation="water_alliance")
    Consent.objects.create(
        intake=case.intake, purpose="C2", organisation="water_alliance", given=False, text_version=given.text_version,
        text_digest=given.text_digest, source="follow", at=cast.NOW,
    )  # fmt: skip
    for look in ("dossier/", "dossier.pdf", "antwoord/?wat=aannemen"):
        page = partner.get(stage.link(offer) + look)
        assert "Zilverwiek" not in said(page)


def test_pdf_is_never_kept_by_a_cache_and_never_run_as_a_page() -> None:
    case = cast.case("offered")
    Dossier.objects.update(pdf=b"%PDF-1.7", pdf_digest="x")
    answer = stage.partner_browser(case.fresh_offer()).get(f"{stage.link(case.fresh_offer())}dossier.pdf")
    assert answer.content == b"%PDF-1.7"
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment;")


def test_erasure_leaves_nothing_of_the_company_in_any_table_or_session() -> None:
    intake, _, offer = case_through_http()
    partner = stage.partner_browser(offer)
    accept = {"wat": "aannemen", "sleutel": stage.key(), "contact_person": "Carla Kade"}
    partner.post(f"{stage.link(offer)}antwoord/", accept)
    Dossier.objects.update(pdf=b"%PDF Zilverwiek", pdf_digest="x")
    browser = stage.browser(intake.reference)
    before = everything_stored()
    assert [text for text in PERSONAL if text not in before] == []
    browser.post(f"{stage.follow(intake)}wissen/", {"sleutel": stage.key()})
    after = everything_stored()
    assert [text for text in PERSONAL if text in after] == []
    assert [text for text in ("8911 AA", "scandinavie", "belangstelling", "investeerder") if text in after] == []
    assert not Note.objects.exists()
    for path in (stage.follow(intake), f"/zelfscan/{intake.reference}/verstuurd/", stage.resume(intake)):
        assert browser.get(path).status_code in {403, 404, 410}
    assert partner.get(f"{stage.link(offer)}dossier/").status_code == 410


def test_erasure_also_stops_the_mail_that_was_on_its_way() -> None:
    intake, _, _ = case_through_http()
    stage.browser().post(f"{stage.follow(intake)}wissen/", {"sleutel": stage.key()})
    deliver()
    assert not [letter for letter in mail.outbox if cast.ANNA.email in letter.to]


def test_advisor_sees_no_company_in_the_list_once_it_withdrew_from_the_kvk() -> None:
    intake, referral, _ = case_through_http()
    desk = stage.browser()
    desk.force_login(making.staff())
    listed = "/werkbak/?lijst=alles&status=gesloten"
    closing.withdraw(intake.pk, None, actor="entrepreneur", key=stage.key(), now=cast.NOW)
    for path in (listed, f"{listed}&open={referral.number}", f"/werkbak/{referral.number}/"):
        text = said(desk.get(path))
        assert "Toestemming ingetrokken" in text, path
        assert not [word for word in ("Zilverwiek", "Leeuwarden", "anna@") if word in text], path


def test_administrator_sees_no_person_and_no_key(client: Client) -> None:
    _, _, offer = case_through_http()
    partner = stage.partner_browser(offer)
    form = {"wat": "aannemen", "sleutel": stage.key(), "contact_person": "Carla Kade"}
    partner.post(f"{stage.link(offer)}antwoord/", form)
    client.force_login(making.staff("root", "administrator", is_staff=True))
    rows = {
        "referrals/offer": Offer, "referrals/referral": Referral, "ledger/event": Event, "ledger/outgoing": Outgoing,
        "intake/intake": Intake, "intake/consent": Consent,
    }  # fmt: skip
    for path, model in rows.items():
        for pk in model._default_manager.values_list("pk", flat=True):
            page = client.get(f"/beheer/{path}/{pk}/change/")
            assert page.status_code in {200, 403}, path
            html = page.content.decode()
            assert not [text for text in (*PERSONAL, form["sleutel"], offer.nonce) if text in html], path
        assert client.get(f"/beheer/{path}/?q=%00").status_code in {200, 403}


def test_what_a_draft_says_is_only_for_the_browser_that_wrote_it() -> None:
    intake = cast.assessed()
    form = stage.contact_form(stage.browser(intake.reference), intake)
    form.post(C1="")
    verify_page(stage.browser().get(form.path), 403, "Dit is niet uw zelfscan")
    assert (
        "Anna Zilverwiek" in said(form.client.get(form.path))
        or b"Anna Zilverwiek" in form.client.get(form.path).content
    )
