"""Everything the outside can do wrong, through HTTP: one clear page, the status that fits, nothing lost or doubled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from intake.models import Consent, Contact, Intake
from intake.policies import policy
from intake.screens import page_of
from nnmkb.ledger.models import Event, Outgoing
from referrals.models import AccessCode, Offer, Referral
from referrals.services import access, closing
from tests.journeys import stage
from tests.referrals.services import cast

pytestmark = pytest.mark.django_db
UNKNOWN = "onbekend-" + "x" * 34


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(cast.NOW, tick=False) as travelled:
        yield travelled


def said(page: HttpResponse) -> str:
    """Return the page as running text."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.content.decode())).split())


def verify_page(page: HttpResponse, status: int, words: str) -> str:
    """Check that this is a page of ours, with this status and these words; return its text."""
    assert page.status_code == status, (page.status_code, page.headers.get("Location"))
    text = said(page)
    assert words in text, text[:1500]
    assert page.content.count(b"<h1") == 1
    assert b'<html lang="' in page.content
    assert page.headers["Cache-Control"].startswith(("no-store", "public"))
    return text


def sent(target: stage.Target) -> Intake:
    """Send the contact form for good."""
    assert target.post().status_code == 302
    return Intake.objects.get(state="submitted")


# --- the questions --------------------------------------------------------------------------------------------------

COMPANY = {"versie": "1", "B1": "drenthe", "B2": "ict", "B3": "12", "doe": "verder"}
THEMES = {"versie": "1", "B5": ["product_bedrijf"], "B6": "zelf"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"B3": "twaalf"}, "Vul een heel getal in"),
        ({"B3": ["twaalf", "13", "dertien"]}, "Vul een heel getal in"),
        ({"B3": "True"}, "Vul een heel getal in"),
        ({"B3": "1e3"}, "Vul een heel getal in"),
        ({"B3": "9" * 6000}, "Vul een heel getal in"),
        ({"Z9": "ja"}, "Die vraag staat niet hier"),
        ({"B3[$ne]": "1"}, "Die vraag staat niet hier"),
        ({"B3.0.__class__": "1"}, "Die vraag staat niet hier"),
        ({"B2": "maanbouw"}, "staat niet in de lijst"),
        ({"U11": "missie_beurs"}, "Die vraag staat niet hier"),
        ({"B3": "x" * 50_000}, "Dat is te lang"),
        ({"postcode": "٩٧١١ LX"}, "is geen postcode"),
        ({"sbi": "²²"}, "Wij kennen SBI-code"),
    ],
)
def test_wrong_answer_is_explained_and_the_rest_of_the_page_is_kept(change: dict[str, object], words: str) -> None:
    client = stage.browser()
    client.post("/", {"sleutel": stage.key()})
    intake = Intake.objects.get()
    page = client.post(f"/zelfscan/{intake.reference}/uw-bedrijf/", {**COMPANY, **change})
    verify_page(page, 200, words)
    kept = Intake.objects.get().answers
    assert {name: kept[name] for name in ("B1", "B2") if name not in change} == {
        name: COMPANY[name] for name in ("B1", "B2") if name not in change
    }
    assert not set(kept) - {"B1", "B2", "B3"}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (["geen", "water"], "kunnen niet allebei"),
        ([f"soort{number}" for number in range(300)], "te veel antwoorden"),
        (["water", "water"], "een antwoord twee keer"),
        (["\x00"], "staat niet in de lijst"),
    ],
)
def test_choices_that_do_not_go_together_are_explained(typed: list[str], words: str) -> None:
    intake = cast.assessed()
    client = stage.browser(intake.reference)
    page = client.post(f"/zelfscan/{intake.reference}/{page_of(policy(), 'B4').slug}/", {**THEMES, "B4": typed})
    verify_page(page, 200, words)
    assert Intake.objects.get().answers["B6"] == "zelf"


def test_answer_to_a_hidden_question_is_never_kept() -> None:
    """U11 asks which help is wanted; who can do it alone (U10) is not asked, whatever comes in."""
    answers = {code: answer for code, answer in cast.FRISIAN.items() if code != "U11"} | {"U10": "samen"}
    intake = cast.assessed(answers)
    client = stage.browser(intake.reference)
    form = {"versie": intake.version, "U9": "nee", "U10": "samen", "U11": ["netwerken"], "doe": "verder"}
    client.post(f"/zelfscan/{intake.reference}/{page_of(policy(), 'U11').slug}/", form)
    kept = Intake.objects.get()
    assert kept.answers["U10"] == "samen"
    assert "U11" not in kept.answers
    assert "U11" not in kept.typed


@pytest.mark.parametrize("versie", ["0", "999999999", "-1", "x", "", "1" * 40, "٣"])
def test_forged_version_saves_the_answer_and_empties_nothing(versie: str) -> None:
    intake = cast.assessed()
    client = stage.browser(intake.reference)
    form = {"versie": versie, "B1": "drenthe", "B2": "ict", "B4": ["geen"]}
    assert client.post(f"/zelfscan/{intake.reference}/uw-bedrijf/", form).status_code in {200, 302}
    kept = Intake.objects.get().answers
    assert kept["B1"] == "drenthe"
    assert kept["B3"] == cast.FRISIAN["B3"]


@pytest.mark.parametrize("slug", ["plan", "hulp", "controleren", "uitslag", "contact", "verstuurd", "al-verstuurd"])
def test_step_that_was_skipped_by_address_leads_back_to_where_the_scan_was(slug: str) -> None:
    client = stage.browser()
    client.post("/", {"sleutel": stage.key()})
    intake = Intake.objects.get()
    page = client.get(f"/zelfscan/{intake.reference}/{slug}/", follow=True)
    assert page.request["PATH_INFO"] == f"/zelfscan/{intake.reference}/uw-bedrijf/"
    assert page.status_code == 200


@pytest.mark.parametrize("slug", ["", "uw-bedrijf/", "controleren/", "later/", "uitslag/", "contact/", "verstuurd/"])
def test_scan_of_somebody_else_looks_exactly_like_one_that_is_not_there(slug: str) -> None:
    theirs = cast.submitted()
    client = stage.browser("NN-0000-0000")
    foreign = client.get(f"/zelfscan/{theirs.reference}/{slug}")
    absent = client.get(f"/zelfscan/NN-0000-0001/{slug}")
    verify_page(foreign, 403, "Dit is niet uw zelfscan")
    assert said(foreign) == said(absent)
    assert client.post(f"/zelfscan/{theirs.reference}/{slug}").status_code in {403, 405}


# --- links ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (f"/verder/{UNKNOWN}/", "link"),
        (f"/volg/{UNKNOWN}/", "link"),
        (f"/volg/{UNKNOWN}/wissen/", "link"),
        (f"/volg/{UNKNOWN}/gegevens/", "link"),
        (f"/aanbod/{UNKNOWN}/", "Deze pagina is er niet"),
        (f"/aanbod/{UNKNOWN}/dossier.pdf", "Deze pagina is er niet"),
        (f"/aanbod/{UNKNOWN}/antwoord/?wat=aannemen", "Deze pagina is er niet"),
        ("/aanbod/%00/", "Deze pagina is er niet"),
        ("/volg/%00/", "link"),
        ("/verder/%ff%fe/", "link"),
        ("/verder/" + "x" * 5000 + "/", "link"),
    ],
)
def test_unknown_link_is_a_page_that_says_what_to_do(client: Client, path: str, words: str) -> None:
    verify_page(client.get(path), 404, words)


def test_follow_link_is_no_resume_link_and_no_offer_link() -> None:
    case = cast.case("offered")
    token = stage.follow(case.intake).split("/")[2]
    assert stage.browser().get(f"/verder/{token}/").status_code == 404
    assert stage.browser().get(f"/aanbod/{token}/").status_code == 404
    assert stage.browser().get(f"/volg/{case.intake.reference}/").status_code == 404


def test_expired_links_say_so_and_keep_what_they_led_to(clock: time_machine.Coordinates) -> None:
    draft, case = cast.assessed(), cast.case("offered")
    client = stage.browser(draft.reference)
    clock.shift(timedelta(days=31))
    verify_page(client.get(f"/zelfscan/{draft.reference}/uw-bedrijf/"), 410, "link")
    verify_page(client.post(f"/zelfscan/{draft.reference}/contact/", stage.CONTACT), 410, "link")
    assert Intake.objects.get(pk=draft.pk).answers == draft.answers
    clock.shift(timedelta(days=730))
    verify_page(stage.browser().get(stage.follow(case.intake)), 410, "link")
    for page in ("intrekken/", "gegevens/", "wissen/"):
        verify_page(stage.browser().post(stage.follow(case.intake) + page, {"wat": "alles"}), 410, "link")
    assert Referral.objects.get(pk=case.referral.pk).state == "offered"


def test_link_of_a_withdrawn_offer_is_dead_for_page_pdf_and_open_session() -> None:
    case = cast.case("accepted")
    assert case.offer is not None
    partner = stage.partner_browser(case.offer)
    assert cast.ANNA.email in said(partner.get(f"{stage.link(case.offer)}dossier/"))
    closing.withdraw(case.intake.pk, actor="entrepreneur", key=stage.key(), now=cast.NOW)
    for page in ("", "dossier/", "dossier.pdf", "antwoord/?wat=contact", "code/"):
        text = verify_page(partner.get(stage.link(case.offer) + page), 410, "trok de toestemming in")
        assert "Zilverwiek" not in text
    verify_page(
        partner.post(f"{stage.link(case.offer)}antwoord/", {"wat": "contact", "sleutel": stage.key()}), 410, "trok"
    )


# --- codes ----------------------------------------------------------------------------------------------------------


def code(client: Client, offer: Offer, typed: str) -> HttpResponse:
    """Type a code."""
    return client.post(f"{stage.link(offer)}code/", {"code": typed})


def wrong_code(offer: Offer) -> str:
    """Return six digits that are not the code."""
    return "000000" if stage.digits(offer) != "000000" else "000001"


def test_sixth_wrong_code_is_refused_and_so_is_the_right_one_after_it() -> None:
    offer = cast.case("offered").fresh_offer()
    client = stage.browser()
    client.post(f"{stage.link(offer)}code/")
    for left in (4, 3, 2):
        verify_page(code(client, offer, wrong_code(offer)), 200, f"nog {left} keer proberen")
    verify_page(code(client, offer, wrong_code(offer)), 200, "nog één keer proberen")
    verify_page(code(client, offer, wrong_code(offer)), 200, "Vraag een nieuwe code")
    verify_page(code(client, offer, stage.digits(offer)), 200, "Vraag een nieuwe code")
    assert AccessCode.objects.get().tries == access.TRIES
    assert client.get(f"{stage.link(offer)}dossier/")["Location"] == stage.link(offer)


def test_used_old_and_replaced_codes_open_nothing(clock: time_machine.Coordinates) -> None:
    offer = cast.case("offered").fresh_offer()
    stage.partner_browser(offer)
    verify_page(code(stage.browser(), offer, stage.digits(offer)), 200, "Vraag een nieuwe code")
    stage.browser().post(f"{stage.link(offer)}code/")
    replaced = stage.digits(offer)
    stage.browser().post(f"{stage.link(offer)}code/")
    if replaced != stage.digits(offer):
        verify_page(code(stage.browser(), offer, replaced), 200, "Deze code klopt niet")
    clock.shift(timedelta(minutes=10))
    verify_page(code(stage.browser(), offer, stage.digits(offer)), 200, "Vraag een nieuwe code")


def test_code_with_spaces_and_dashes_is_the_code() -> None:
    offer = cast.case("offered").fresh_offer()
    client = stage.browser()
    client.post(f"{stage.link(offer)}code/")
    digits = stage.digits(offer)
    assert code(client, offer, f" {digits[:3]} - {digits[3:]} ")["Location"].endswith("/dossier/")


# --- sending twice, and going back ----------------------------------------------------------------------------------


def test_sending_twice_sends_once_and_ends_on_the_same_page() -> None:
    intake = cast.assessed()
    form = stage.contact_form(stage.browser(intake.reference), intake)
    first, second = form.post(), form.post()
    assert first["Location"] == second["Location"] == f"/zelfscan/{intake.reference}/verstuurd/"
    assert Event.objects.filter(kind="intake_submitted").count() == 1
    assert Outgoing.objects.filter(kind="mail.receipt").count() == 1
    other = form.post(sleutel=stage.key(), email="dief@elders.example")
    assert other["Location"] == first["Location"]
    assert Contact.objects.get().email == stage.CONTACT["email"]


def test_back_button_after_sending_changes_nothing_on_any_page() -> None:
    intake = cast.assessed()
    form = stage.contact_form(stage.browser(intake.reference), intake)
    sent(form)
    before, promised = Intake.objects.values().get(), stage.promised()
    for slug in ("uw-bedrijf", "hulp", "controleren", "later"):
        where = f"/zelfscan/{intake.reference}/{slug}/"
        for answer in (form.client.get(where, follow=True), form.client.post(where, COMPANY, follow=True)):
            verify_page(answer, 200, "verstuurd")
    assert Intake.objects.values().get() == before
    assert stage.promised() == promised


def test_partner_who_answers_twice_has_answered_once() -> None:
    offer = cast.case("offered").fresh_offer()
    client = stage.partner_browser(offer)
    form = {"wat": "aannemen", "sleutel": stage.key(), "contact_person": "Carla"}
    for _ in range(2):
        assert client.post(f"{stage.link(offer)}antwoord/", form).status_code == 302
    late = client.post(f"{stage.link(offer)}antwoord/", {**form, "wat": "afwijzen", "sleutel": stage.key()})
    verify_page(late, 409, "aangenomen")
    assert Outgoing.objects.filter(kind="mail.accepted").count() == 1
    assert Event.objects.filter(kind="offer_accepted").count() == 1


# --- consent --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"C1": ""}, "Vink dit vakje aan"),
        ({"teksten": "0" * 64}, "De tekst bij een vakje is net veranderd"),
        ({"teksten": ""}, "De tekst bij een vakje is net veranderd"),
        ({"kvk_number": "1234567"}, "is geen KvK-nummer"),
        ({"kvk_number": "١٢٣٤٥٦٧٨"}, "is geen KvK-nummer"),
        ({"email": "anna@"}, "is geen e-mailadres"),
        ({"email": "a@b.example\nBcc: c@d.example"}, "is geen e-mailadres"),
        ({"email": "a@b.example,c@d.example"}, "is geen e-mailadres"),
        ({"phone": "bel mij"}, "is geen telefoonnummer"),
        ({"company": "x" * 121}, "Dit is te lang: 121 tekens"),
        ({"message": "x" * 50_000}, "Dit is te lang: 50000 tekens"),
    ],
)
def test_contact_page_that_is_not_right_sends_nothing_and_keeps_what_was_typed(
    changes: dict[str, str], words: str
) -> None:
    intake = cast.assessed()
    form = stage.contact_form(stage.browser(intake.reference), intake)
    promised = stage.promised()
    verify_page(form.post(person="Anna van Zilverwiek", **changes), 200, words)
    assert stage.promised() == promised
    assert not Consent.objects.exists()
    assert "Anna van Zilverwiek" in form.client.get(form.path).content.decode()


def test_consent_for_an_organisation_that_was_not_on_the_page_is_no_consent() -> None:
    intake = cast.assessed()
    form = stage.contact_form(stage.browser(intake.reference), intake)
    assert form.post(C2_rvo="on", C9="on", C2_="on").status_code == 302
    given = set(Consent.objects.filter(given=True).values_list("purpose", "organisation"))
    assert given == {("C1", ""), ("C2", "nom"), ("C2", "water_alliance")}


@pytest.mark.parametrize("typed", ["90000749", "9000 0749", "9000.0749", "9000-0749", " 90000749 "])
def test_kvk_number_is_understood_however_it_is_typed(typed: str) -> None:
    intake = cast.assessed()
    form = stage.contact_form(stage.browser(intake.reference), intake)
    assert form.post(kvk_number=typed).status_code == 302
    assert Contact.objects.get().kvk_number == "90000749"


def test_withdrawing_what_was_never_asked_is_no_page(client: Client) -> None:
    case = cast.case("offered")
    promised = stage.promised()
    for wanted in ("C2:rvo", "C7", "vraag:NN-0000-0000-1", "vraag:\x00", "\x00", "C2:" + "x" * 50_000):
        verify_page(
            client.post(f"{stage.follow(case.intake)}intrekken/", {"wat": wanted}), 404, "Deze pagina is er niet"
        )
    assert stage.promised() == promised


def test_referral_of_somebody_else_cannot_be_withdrawn_with_ones_own_link(client: Client) -> None:
    theirs, mine = cast.case("offered"), cast.submitted()
    wanted = {"wat": f"vraag:{theirs.referral.number}", "sleutel": stage.key()}
    assert client.post(f"{stage.follow(mine)}intrekken/", wanted).status_code == 404
    assert theirs.fresh().state == "offered"
