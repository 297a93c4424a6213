"""The partner's link: the code opens one offer, and the link dies with it. Scanners have test_scanners.py."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from nnmkb.ledger.models import Event, Outgoing
from referrals.domain.lifecycle import State, answer_until
from referrals.models import AccessCode, Dossier, Offer, Partner, Referral
from referrals.services import access, closing, offering
from tests.referrals.desk import making
from tests.referrals.desk.making import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOW, tick=False) as travelled:
        yield travelled


@pytest.fixture
def metaal() -> Partner:
    return making.partner("metaalunie", name="Metaalunie Noord", email="piet@metaal.example")


@pytest.fixture
def offer(metaal: Partner) -> Offer:
    return making.offered(metaal, phone="0592 00 00 00")


def link(offer: Offer) -> str:
    """Return the address in the partner's mail."""
    return f"/aanbod/{offering.token_of(offer)}/"


def newest_code(offer: Offer) -> str:
    """Return the digits of the mail that went out last."""
    return access.code_of(AccessCode.objects.filter(offer=offer).latest("id"))


def enter(client: Client, offer: Offer) -> str:
    """Open the offer as the partner does, with a code from the mail; return the address of the link."""
    client.post(f"{link(offer)}code/")
    response = client.post(f"{link(offer)}code/", {"code": newest_code(offer)})
    assert response["Location"] == f"{link(offer)}dossier/"
    return link(offer)


def answer(client: Client, offer: Offer, what: str, **typed: object) -> HttpResponse:
    """Give an answer."""
    return client.post(f"{link(offer)}antwoord/", {"wat": what, "sleutel": str(uuid.uuid4()), **typed})


def state(offer: Offer) -> str:
    """Return where the referral of this offer is."""
    return Referral.objects.get(pk=offer.referral_id).state


# --- the link -------------------------------------------------------------------------------------------------------


def test_first_page_names_partner_number_and_term_and_nothing_of_the_company(client: Client, offer: Offer) -> None:
    response = client.get(link(offer))
    text = response.content.decode()
    for words in ("Metaalunie Noord", offer.referral.number, "dinsdag 1 december", "Stuur code"):
        assert words in text
    for secret in ("Hunze", "Sjoerd", "0592", "Assen"):
        assert secret not in text
    # Either keeps the token in the address from other sites.
    assert response["Referrer-Policy"] in {"no-referrer", "same-origin"}
    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex"


def test_unknown_link_is_no_page(client: Client, offer: Offer) -> None:
    for path in ("", "code/", "dossier/", "dossier.pdf", "antwoord/"):
        assert client.get(f"/aanbod/verzonnen/{path}").status_code == 404
    for path in ("code/", "antwoord/", "nieuw/"):
        assert client.post(f"/aanbod/verzonnen/{path}").status_code == 404


# --- the code -------------------------------------------------------------------------------------------------------


def test_code_goes_to_the_registered_address_which_is_masked_on_the_screen(client: Client, offer: Offer) -> None:
    assert client.post(f"{link(offer)}code/")["Location"] == f"{link(offer)}code/"
    text = client.get(f"{link(offer)}code/").content.decode()
    assert "p•••@metaal.example" in text
    assert "piet@" not in text
    code = AccessCode.objects.get()
    assert Outgoing.objects.filter(kind="mail.code", recipient=f"code:{code.pk}").count() == 1


def test_fourth_code_in_an_hour_is_not_sent_and_the_answer_is_the_same(
    client: Client, offer: Offer, clock: time_machine.Coordinates
) -> None:
    answers = set()
    for _ in range(5):
        response = client.post(f"{link(offer)}code/")
        answers.add((response.status_code, response["Location"]))
        clock.shift(timedelta(minutes=2))
    assert len(answers) == 1
    assert AccessCode.objects.count() == 3


def test_second_click_within_a_minute_does_not_replace_the_code(
    client: Client, offer: Offer, clock: time_machine.Coordinates
) -> None:
    for _ in range(3):
        assert client.post(f"{link(offer)}code/")["Location"] == f"{link(offer)}code/"
        clock.shift(timedelta(seconds=19))
    assert AccessCode.objects.count() == 1
    clock.shift(timedelta(seconds=3))
    client.post(f"{link(offer)}code/")
    assert AccessCode.objects.count() == 2


def test_one_address_cannot_have_codes_sent_for_ever_more_offers(
    client: Client, offer: Offer, metaal: Partner, settings: object
) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "code_send": (1, 3600)}  # type: ignore[attr-defined]
    other = making.offered(metaal, company="Ander bedrijf")
    answers = {client.post(f"{link(one)}code/").status_code for one in (offer, other)}
    assert answers == {302}
    assert AccessCode.objects.filter(offer=other).count() == 0
    Client(REMOTE_ADDR="203.0.113.9").post(f"{link(other)}code/")
    assert AccessCode.objects.filter(offer=other).count() == 1


def test_code_opens_the_dossier_under_a_new_session_key(client: Client, offer: Offer) -> None:
    session = client.session
    session["planted"] = "x"
    session.save()
    planted = session.session_key
    enter(client, offer)
    assert client.session.session_key != planted
    text = client.get(f"{link(offer)}dossier/").content.decode()
    assert "Hunze Sensoren" in text
    assert "Gevraagd aan Metaalunie Noord" in text


def test_contact_data_stay_hidden_until_accepted(client: Client, offer: Offer) -> None:
    enter(client, offer)
    response = client.get(f"{link(offer)}dossier/")
    assert response.context["contact"] is None
    for secret in ("Sjoerd", "0592 00 00 00", "@hunze.example"):
        assert secret not in response.content.decode()


def test_typed_spaces_do_not_matter(client: Client, offer: Offer) -> None:
    client.post(f"{link(offer)}code/")
    digits = newest_code(offer)
    assert client.post(f"{link(offer)}code/", {"code": f"{digits[:3]} {digits[3:]}"}).status_code == 302


def test_six_wrong_codes_make_the_right_one_useless(client: Client, offer: Offer) -> None:
    client.post(f"{link(offer)}code/")
    right = newest_code(offer)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    texts = [client.post(f"{link(offer)}code/", {"code": wrong}).content.decode() for _ in range(6)]
    assert "nog 4 keer" in texts[0]
    assert "nog één keer" in texts[3]
    assert "Vraag een nieuwe code." in texts[4]
    assert "Vraag een nieuwe code." in texts[5]
    late = client.post(f"{link(offer)}code/", {"code": right})
    assert "Vraag een nieuwe code." in late.content.decode()
    assert client.get(f"{link(offer)}dossier/").status_code == 302
    client.post(f"{link(offer)}code/")
    assert client.post(f"{link(offer)}code/", {"code": newest_code(offer)}).status_code == 302


def test_used_code_opens_nothing_in_another_browser(client: Client, offer: Offer) -> None:
    enter(client, offer)
    thief = Client()
    response = thief.post(f"{link(offer)}code/", {"code": newest_code(offer)})
    assert "Vraag een nieuwe code." in response.content.decode()
    assert thief.get(f"{link(offer)}dossier/")["Location"] == link(offer)


def test_code_is_dead_after_ten_minutes(client: Client, offer: Offer, clock: time_machine.Coordinates) -> None:
    client.post(f"{link(offer)}code/")
    clock.shift(timedelta(minutes=10))
    response = client.post(f"{link(offer)}code/", {"code": newest_code(offer)})
    assert "Vraag een nieuwe code." in response.content.decode()


def test_older_code_is_dead_when_a_newer_one_went_out(
    client: Client, offer: Offer, clock: time_machine.Coordinates
) -> None:
    client.post(f"{link(offer)}code/")
    first = newest_code(offer)
    clock.shift(timedelta(minutes=1))
    client.post(f"{link(offer)}code/")
    assert newest_code(offer) != first
    assert client.post(f"{link(offer)}code/", {"code": first}).status_code == 200


@pytest.mark.parametrize("typed", ["", "x" * 50_000, "١٢٣٤٥٦", "\x00"])
def test_anything_but_six_digits_gets_words(client: Client, offer: Offer, typed: str) -> None:
    client.post(f"{link(offer)}code/")
    response = client.post(f"{link(offer)}code/", {"code": typed})
    assert response.status_code == 200
    assert "Fout:" in response.content.decode()


def test_guessing_is_stopped_by_address(client: Client, offer: Offer, settings: object) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "code_try": (2, 3600)}  # type: ignore[attr-defined]
    answers = [client.post(f"{link(offer)}code/", {"code": "000000"}).status_code for _ in range(3)]
    assert answers == [200, 200, 429]


# --- the session ----------------------------------------------------------------------------------------------------


def test_code_of_one_offer_opens_no_other_offer(client: Client, offer: Offer, metaal: Partner) -> None:
    other = making.offered(metaal, company="Ander bedrijf")
    enter(client, offer)
    for path in ("dossier/", "dossier.pdf", "antwoord/?wat=aannemen"):
        assert client.get(link(other) + path)["Location"] == link(other)
    assert answer(client, other, "aannemen", contact_person="Piet")["Location"] == link(other)
    assert state(other) == State.OFFERED


def test_code_of_one_offer_does_not_fit_another(client: Client, offer: Offer, metaal: Partner) -> None:
    other = making.offered(making.partner("water_alliance"), company="Ander bedrijf")
    client.post(f"{link(offer)}code/")
    client.post(f"{link(other)}code/")
    assert client.post(f"{link(other)}code/", {"code": newest_code(offer)}).status_code == 200
    assert client.get(f"{link(other)}dossier/").status_code == 302


def test_session_ends_after_half_an_hour_of_silence(
    client: Client, offer: Offer, clock: time_machine.Coordinates
) -> None:
    enter(client, offer)
    for _ in range(3):
        clock.shift(timedelta(minutes=29))
        assert client.get(f"{link(offer)}dossier/").status_code == 200
    clock.shift(timedelta(minutes=30))
    assert client.get(f"{link(offer)}dossier/")["Location"] == link(offer)


def test_session_ends_after_eight_hours_however_busy(
    client: Client, offer: Offer, clock: time_machine.Coordinates
) -> None:
    enter(client, offer)
    for _ in range(19):
        clock.shift(timedelta(minutes=25))
        assert client.get(f"{link(offer)}dossier/").status_code == 200
    clock.shift(timedelta(minutes=25))
    assert client.get(f"{link(offer)}dossier/").status_code == 302


# --- the dossier ----------------------------------------------------------------------------------------------------


def test_each_look_and_each_download_is_an_event(client: Client, offer: Offer) -> None:
    Dossier.objects.update(pdf=b"%PDF-1.7 x")
    enter(client, offer)
    for _ in range(2):
        client.get(f"{link(offer)}dossier/")
    client.get(f"{link(offer)}dossier.pdf")
    kinds = list(Event.objects.filter(stream=f"referral:{offer.referral_id}").values_list("kind", flat=True))
    assert kinds.count("dossier_opened") == 2
    assert kinds.count("dossier_downloaded") == 1


def test_pdf_comes_as_a_private_download_with_a_neutral_name(client: Client, offer: Offer) -> None:
    Dossier.objects.update(pdf=b"%PDF-1.7 x")
    enter(client, offer)
    response = client.get(f"{link(offer)}dossier.pdf")
    assert response.content == b"%PDF-1.7 x"
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'attachment; filename="dossier-{offer.referral.number}.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]


def test_pdf_that_is_not_made_yet_gets_a_kind_word(client: Client, offer: Offer) -> None:
    enter(client, offer)
    assert "De PDF wordt nog gemaakt." in client.get(f"{link(offer)}dossier/").content.decode()
    assert "De PDF is er bijna" in client.get(f"{link(offer)}dossier.pdf").content.decode()


# --- the end --------------------------------------------------------------------------------------------------------


def test_partner_cannot_open_dossier_after_withdrawal(client: Client, offer: Offer) -> None:
    enter(client, offer)
    closing.withdraw(offer.referral.intake_id, actor="entrepreneur", key="w", now=NOW)
    for path in ("", "code/", "dossier/", "dossier.pdf", "antwoord/?wat=aannemen"):
        response = client.get(link(offer) + path)
        text = response.content.decode()
        assert response.status_code == 410, path
        assert "trok de toestemming in" in text
        assert "Hunze" not in text
    refused = answer(client, offer, "aannemen", contact_person="Piet")
    assert refused.status_code == 410
    assert client.post(f"{link(offer)}code/").status_code == 410
    assert state(offer) == State.WITHDRAWN


def test_link_ends_with_the_term_also_when_no_sweep_came_by(
    client: Client, offer: Offer, clock: time_machine.Coordinates
) -> None:
    clock.move_to(answer_until(offer.respond_by) - timedelta(minutes=20))
    enter(client, offer)
    clock.shift(timedelta(minutes=19))
    assert client.get(f"{link(offer)}dossier/").status_code == 200
    clock.shift(timedelta(minutes=1))
    for path in ("", "code/", "dossier/", "dossier.pdf", "antwoord/?wat=vraag"):
        response = client.get(link(offer) + path)
        assert response.status_code == 410, path
        assert "De termijn van dit aanbod is voorbij." in response.content.decode()
    mails = Outgoing.objects.filter(kind="mail.offer").count()
    client.post(f"{link(offer)}nieuw/")
    assert Outgoing.objects.filter(kind="mail.offer").count() == mails


def test_recalled_offer_says_why_and_offers_a_new_link(client: Client, offer: Offer) -> None:
    row = offer.referral
    fresh = Referral.objects.get(pk=row.pk)
    assert fresh.owner
    offering.recall(row.pk, advisor=fresh.owner, version=fresh.version, key="r", now=NOW)
    response = client.get(link(offer))
    assert response.status_code == 410
    assert "De KvK haalde dit aanbod terug." in response.content.decode()
    assert "Vraag een nieuwe link" in response.content.decode()


def test_new_link_goes_only_to_the_registered_address_and_the_answer_is_always_the_same(
    client: Client, offer: Offer, metaal: Partner
) -> None:
    row = Referral.objects.get(pk=offer.referral_id)
    assert row.owner
    offering.recall(row.pk, advisor=row.owner, version=row.version, key="r", now=NOW)
    sent = Outgoing.objects.filter(kind="mail.offer").count()
    without = client.post(f"{link(offer)}nieuw/").content
    assert Outgoing.objects.filter(kind="mail.offer").count() == sent
    row.refresh_from_db()
    again = offering.offer(row.pk, metaal.pk, advisor=row.owner, version=row.version, key="o2", now=NOW)
    sent = Outgoing.objects.filter(kind="mail.offer").count()
    with_live = client.post(f"{link(offer)}nieuw/").content
    assert Outgoing.objects.filter(kind="mail.offer", recipient=f"offer:{again.pk}").count() == 2
    assert Outgoing.objects.filter(kind="mail.offer").count() == sent + 1
    assert plain(without) == plain(with_live)


def plain(page: bytes) -> str:
    """Return a page without its tokens against forgery."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page.decode())
