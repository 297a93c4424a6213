"""Two people at the same moment, through the door or through HTTP: nothing twice, nothing that comes back to life."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from intake.models import Consent, Contact, Intake
from nnmkb.ledger.models import Event, Outgoing
from referrals import dispatch
from referrals.dossier import issue
from referrals.models import AccessCode, Dossier, Offer
from referrals.services import access, closing
from tests.journeys import stage
from tests.ledger.forging import broken
from tests.referrals.services import cast
from tests.referrals.services.test_races import together

pytestmark = pytest.mark.django_db(transaction=True)
Post = Callable[[], HttpResponse]


@pytest.fixture(autouse=True)
def _at_nine() -> Any:
    with time_machine.travel(cast.NOW, tick=False):
        yield


def copy_of(client: Client) -> Client:
    """Return another window of the same browser."""
    window = Client(raise_request_exception=False)
    window.cookies = client.cookies
    return window


def test_six_clicks_on_send_at_once_send_once() -> None:
    intake = cast.assessed()
    form = stage.contact_form(stage.browser(intake.reference), intake)
    windows = [copy_of(form.client) for _ in range(6)]
    pages = together([lambda window=window: window.post(form.path, form.form) for window in windows])
    assert {page["Location"] for page in pages if isinstance(page, HttpResponse)} == {
        f"/zelfscan/{intake.reference}/verstuurd/"
    }, pages
    assert Contact.objects.count() == 1
    assert Event.objects.filter(kind="intake_submitted").count() == 1
    assert Outgoing.objects.filter(kind="mail.receipt").count() == 1
    assert Consent.objects.count() == len(cast.boxes(intake))


def test_two_windows_with_other_keys_and_other_boxes_send_what_one_of_them_said() -> None:
    intake = cast.assessed()
    form = stage.contact_form(stage.browser(intake.reference), intake)
    lone = {name: value for name, value in form.form.items() if name != "C2_nom"} | {"sleutel": stage.key()}
    pages = together(
        [
            lambda: copy_of(form.client).post(form.path, form.form),
            lambda: copy_of(form.client).post(form.path, lone),
        ]
    )
    assert all(getattr(page, "status_code", 0) == 302 for page in pages), pages
    assert Event.objects.filter(kind="intake_submitted").count() == 1
    assert Consent.objects.count() == len(cast.boxes(intake))


def test_page_saved_while_the_scan_is_sent_is_in_it_or_refused_but_never_after_it() -> None:
    intake = cast.assessed()
    form = stage.contact_form(stage.browser(intake.reference), intake)
    answers = {"versie": intake.version, "B1": "drenthe", "B2": "ict", "B3": "3"}
    path = f"/zelfscan/{intake.reference}/uw-bedrijf/"
    pages = together(
        [lambda: copy_of(form.client).post(path, answers), lambda: copy_of(form.client).post(form.path, form.form)]
    )
    assert all(getattr(page, "status_code", 0) in {200, 302} for page in pages), pages
    kept = Intake.objects.get()
    if kept.state == "submitted":
        newest = kept.assessments.order_by("-number")[0]
        assert kept.answers == newest.answers


def test_six_clicks_of_a_company_from_abroad_send_once() -> None:
    client = stage.browser()
    assert stage.settle_form(client).post()["Location"] == "/en/settle/check/"
    form = {"sleutel": stage.key()}
    windows = [copy_of(client) for _ in range(6)]
    pages = together([lambda window=window: window.post("/en/settle/check/", form) for window in windows])
    assert all(getattr(page, "status_code", 0) == 302 for page in pages), pages
    assert Contact.objects.count() == 1
    assert Outgoing.objects.filter(kind="mail.receipt").count() == 1
    assert "/volg/" in client.get("/en/settle/done/").content.decode()


def test_of_twenty_guesses_at_once_five_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    offer = cast.case("offered").fresh_offer()
    stage.browser().post(f"{stage.link(offer)}code/")
    right = stage.digits(offer)
    guesses = [f"{number:06d}" for number in range(20) if f"{number:06d}" != right]
    looked: list[str] = []
    monkeypatch.setattr(access.tokens, "same", lambda given, expected: looked.append(given) or given == expected)
    results = together([lambda guess=guess: access.use_code(offer, guess, cast.NOW) for guess in guesses])
    assert len(looked) == access.TRIES
    assert set(results) == {False}
    assert AccessCode.objects.get().tries == access.TRIES
    assert not access.use_code(offer, right, cast.NOW)


def test_of_codes_asked_for_at_once_one_is_sent() -> None:
    offer = cast.case("offered").fresh_offer()
    results = together([lambda: access.send_code(offer.pk, cast.NOW) for _ in range(8)])
    assert not [result for result in results if isinstance(result, Exception)]
    assert AccessCode.objects.count() == Outgoing.objects.filter(kind="mail.code").count() == 1


def test_codes_asked_for_at_once_stay_within_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "AGAIN_AFTER", timedelta(0))
    offer = cast.case("offered").fresh_offer()
    results = together([lambda: access.send_code(offer.pk, cast.NOW) for _ in range(8)])
    assert not [result for result in results if isinstance(result, Exception)]
    assert AccessCode.objects.count() == access.CODES_AN_HOUR
    assert Outgoing.objects.filter(kind="mail.code").count() == access.CODES_AN_HOUR


def test_withdrawal_and_acceptance_at_once_never_show_contact_data_afterwards() -> None:
    for _ in range(3):
        case = cast.case("offered")
        offer = case.fresh_offer()
        partner = stage.partner_browser(offer)
        accept = {"wat": "aannemen", "sleutel": stage.key(), "contact_person": "Carla"}
        withdraw = {"wat": "alles", "sleutel": stage.key()}
        pages = together(
            [
                lambda partner=partner, offer=offer, accept=accept: partner.post(
                    f"{stage.link(offer)}antwoord/", accept
                ),
                lambda case=case, withdraw=withdraw: stage.browser().post(
                    f"{stage.follow(case.intake)}intrekken/", withdraw
                ),
            ]
        )
        assert all(getattr(page, "status_code", 0) in {302, 409, 410} for page in pages), pages
        assert case.fresh().state == "withdrawn"
        assert partner.get(f"{stage.link(offer)}dossier/").status_code == 410
        assert broken() == []


def test_two_partners_desks_that_answer_at_once_give_one_answer() -> None:
    offer = cast.case("offered").fresh_offer()
    first, second = stage.partner_browser(offer), stage.partner_browser(offer)
    path = f"{stage.link(offer)}antwoord/"
    together(
        [
            lambda: first.post(path, {"wat": "aannemen", "sleutel": stage.key(), "contact_person": "Carla"}),
            lambda: second.post(path, {"wat": "afwijzen", "sleutel": stage.key(), "reason": "not_our_activity"}),
        ]
    )
    kinds = list(Event.objects.filter(kind__in=("offer_accepted", "offer_declined")).values_list("kind", flat=True))
    assert len(kinds) == 1
    assert Offer.objects.get(pk=offer.pk).state in {"accepted", "declined"}


def test_dossier_that_is_erased_while_its_pdf_is_made_stays_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    case = cast.case("offered")
    row = Outgoing.objects.get(kind="dossier.render")

    def slow(content: object) -> bytes:
        closing.erase(case.intake.pk, actor="entrepreneur", key=stage.key(), now=cast.NOW)
        return b"%PDF of somebody who is gone"

    monkeypatch.setattr(issue, "render", slow)
    dispatch.deliver(row.pk, now=lambda: cast.NOW)
    dossier = Dossier.objects.get()
    assert (dossier.content, dossier.pdf, dossier.pdf_digest) == ({}, None, "")
    dispatch.deliver(row.pk, now=lambda: cast.NOW)
    assert Dossier.objects.get().pdf is None


def test_pdf_kept_and_dossier_erased_at_once_leave_no_pdf() -> None:
    for _ in range(4):
        case = cast.case("offered")
        dossier = case.fresh_offer().dossier_id

        def keep(dossier: int = dossier) -> bool:
            with transaction.atomic():
                return issue.keep(dossier, b"%PDF", cast.NOW)

        together(
            [
                keep,
                lambda case=case: closing.erase(case.intake.pk, actor="entrepreneur", key=stage.key(), now=cast.NOW),
            ]
        )
        assert Dossier.objects.values_list("pdf", flat=True).get(pk=dossier) is None


def test_erasing_at_once_in_two_windows_is_erasing_once() -> None:
    case = cast.case("offered")
    path = f"{stage.follow(case.intake)}wissen/"
    pages = together([lambda: stage.browser().post(path, {"sleutel": stage.key()}) for _ in range(4)])
    assert {getattr(page, "status_code", 0) for page in pages} <= {302, 404, 410}, pages
    assert Event.objects.filter(kind="intake_erased").count() == 1
    assert Outgoing.objects.filter(kind="mail.withdrawn_to_partner").count() <= 1


def test_contact_form_that_comes_in_during_erasure_brings_nothing_back() -> None:
    for _ in range(3):
        case = cast.case("offered")
        together(
            [
                lambda case=case: stage.browser().post(
                    f"{stage.follow(case.intake)}gegevens/", {**stage.CONTACT, "sleutel": stage.key()}
                ),
                lambda case=case: closing.erase(case.intake.pk, actor="entrepreneur", key=stage.key(), now=cast.NOW),
            ]
        )
        kept = Contact.objects.get(intake=case.intake)
        assert (kept.company, kept.person, kept.email, kept.message) == ("", "", "", "")
