"""What somebody with an account answers: once, on what was seen, and who was first is said by name."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
import time_machine

from nnmkb.ledger.models import Event
from referrals.domain.lifecycle import State
from referrals.models import Note, Offer
from referrals.services import answering, closing, offering, queue
from referrals.services.errors import Stale
from referrals.views.portal import happened
from tests.referrals.accounts import cast as people
from tests.referrals.desk import making
from tests.referrals.portal.making import FILLED, INBOX, answer, browser, page, said
from tests.referrals.services import cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_nine() -> Iterator[None]:
    with time_machine.travel(cast.NOW, tick=False):
        yield


def last(case: cast.Case, kind: str) -> Event:
    return Event.objects.filter(stream=case.referral.stream, kind=kind).latest("seq")


def test_accepting_with_an_account_names_the_person_in_the_history_by_number() -> None:
    case = cast.case("offered")
    client, jan = browser(case.partner)
    done = answer(client, case.fresh_offer(), "aannemen")
    assert done["Location"] == page(case.fresh_offer())
    text = said(client.get(done["Location"]))
    for words in ("Aangenomen door Carla de Wit", "Anna Zilverwiek", "058 123 45 67", "Aangenomen ma 23 nov"):
        assert words in text
    event = last(case, "offer_accepted")
    assert event.actor == f"partner:{case.partner.pk}/person:{jan.user_id}"
    assert "Jan" not in str(event.payload)


def test_contact_person_is_oneself_until_somebody_else_is_filled_in() -> None:
    case = cast.case("offered")
    client, _ = browser(case.partner, name="Jan de Vries")
    assert 'value="Jan de Vries"' in client.get(page(case.fresh_offer())).content.decode()


def test_contact_and_completing_follow_and_the_dossier_closes() -> None:
    case = cast.case("accepted")
    client, _ = browser(case.partner)
    answer(client, case.fresh_offer(), "contact")
    assert case.fresh().state == State.IN_PROGRESS
    over = answer(client, case.fresh_offer(), "afronden")
    assert over["Location"] == INBOX
    assert case.fresh().state == State.COMPLETED
    assert "Afgesloten: advies gegeven" in said(client.get(INBOX))
    closed = client.get(page(case.fresh_offer()))
    assert closed.status_code == 410
    assert "U rondde deze doorverwijzing af op maandag 23 november" in said(closed)
    eva, _ = browser(case.partner, name="Eva Postma")
    told = said(eva.get(page(case.fresh_offer())))
    assert "Jan de Vries van uw organisatie rondde deze doorverwijzing af op maandag 23 november" in told
    assert "Zilverwiek" not in closed.content.decode()


@pytest.mark.parametrize(
    ("state", "act", "wanted"),
    [
        ("offered", "aannemen", State.ACCEPTED),
        ("offered", "afwijzen", State.RETURNED),
        ("accepted", "contact", State.IN_PROGRESS),
        ("accepted", "teruggeven", State.RETURNED),
        ("in_progress", "afronden", State.COMPLETED),
        ("in_progress", "stoppen", State.STOPPED),
        ("in_progress", "teruggeven", State.RETURNED),
        ("in_progress", "uitstellen", State.ON_HOLD),
        ("in_progress", "nog-bezig", State.IN_PROGRESS),
        ("in_progress", "voortgang", State.IN_PROGRESS),
        ("accepted", "voortgang", State.ACCEPTED),
        ("offered", "vraag", State.OFFERED),
    ],
)
def test_each_act_does_its_work_once_however_often_it_is_sent(state: str, act: str, wanted: State) -> None:
    case = cast.case(state)
    client, jan = browser(case.partner)
    key, version = str(uuid.uuid4()), case.fresh().version
    first = answer(client, case.fresh_offer(), act, sleutel=key, version=version)
    count = Event.objects.exclude(kind="dossier_opened").count()
    second = answer(client, case.fresh_offer(), act, sleutel=key, version=version)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
    assert case.fresh().state == wanted
    assert Event.objects.exclude(kind="dossier_opened").count() == count
    done = Event.objects.get(idempotency_key__endswith=key)
    assert done.actor == f"partner:{case.partner.pk}/person:{jan.user_id}"


def test_resuming_after_a_postponement() -> None:
    case = cast.case("in_progress")
    client, _ = browser(case.partner)
    answer(client, case.fresh_offer(), "uitstellen")
    answer(client, case.fresh_offer(), "hervatten")
    assert case.fresh().state == State.IN_PROGRESS


def test_colleague_who_is_too_late_reads_who_answered_and_keeps_what_was_typed() -> None:
    case = cast.case("offered")
    jan, _ = browser(case.partner, name="Jan de Vries")
    eva, _ = browser(case.partner, name="Eva Postma")
    seen = case.fresh().version
    answer(jan, case.fresh_offer(), "aannemen", version=seen)
    late = answer(
        eva, case.fresh_offer(), "afwijzen", version=seen, reason="other", reason_text="Wij zijn die week dicht."
    )
    assert late.status_code == 409
    text = said(late)
    assert "Jan de Vries van uw organisatie nam dit aanbod aan op maandag 23 november om 10.00 uur" in text
    assert "Wij zijn die week dicht." in text
    assert "Anders" in text
    assert case.fresh().state == State.ACCEPTED


def test_colleague_who_is_too_late_for_a_declined_offer_reads_who_declined() -> None:
    case = cast.case("offered")
    jan, _ = browser(case.partner, name="Jan de Vries")
    eva, _ = browser(case.partner, name="Eva Postma")
    seen = case.fresh().version
    answer(jan, case.fresh_offer(), "afwijzen", version=seen)
    late = answer(eva, case.fresh_offer(), "aannemen", version=seen, contact_person="Eva uit Assen")
    assert late.status_code == 410
    assert "Jan de Vries van uw organisatie wees dit aanbod af op maandag 23 november" in said(late)
    assert "Eva uit Assen" in said(late)


def test_answer_by_link_is_told_as_such() -> None:
    case = cast.case("accepted")
    eva, _ = browser(case.partner, name="Eva Postma")
    late = answer(eva, case.fresh_offer(), "aannemen", version=3)
    assert late.status_code == 409
    assert "Iemand van uw organisatie, met de link uit de e-mail, nam dit aanbod aan" in said(late)


def test_form_that_is_still_possible_after_a_colleague_can_be_sent_again() -> None:
    case = cast.case("in_progress")
    jan, _ = browser(case.partner, name="Jan de Vries")
    eva, _ = browser(case.partner, name="Eva Postma")
    seen = case.fresh().version
    answer(jan, case.fresh_offer(), "nog-bezig", version=seen)
    late = answer(eva, case.fresh_offer(), "stoppen", version=seen, reason="other", reason_text="Het bedrijf is dicht.")
    assert late.status_code == 409
    assert "Jan de Vries van uw organisatie liet weten dat het werk doorgaat" in said(late)
    assert "Het bedrijf is dicht." in late.content.decode()
    assert f'name="versie" value="{case.fresh().version}"' in late.content.decode()
    answer(eva, case.fresh_offer(), "stoppen", reason="other", reason_text="Het bedrijf is dicht.")
    assert case.fresh().state == State.STOPPED


def test_change_that_is_none_of_the_partners_business_stops_nobody() -> None:
    case = cast.case("offered")
    client, _ = browser(case.partner)
    seen = case.fresh().version
    other = making.staff("carl")
    queue.hand_over(case.referral.pk, other.pk, advisor=case.advisor, version=seen, key=cast.key(), now=cast.NOW)
    assert case.fresh().version > seen
    assert answer(client, case.fresh_offer(), "aannemen", version=seen).status_code == 302
    assert case.fresh().state == State.ACCEPTED


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 40, "\x00", "²"])
def test_form_without_a_version_is_shown_again_with_what_was_typed(version: str) -> None:
    case = cast.case("in_progress")
    client, _ = browser(case.partner)
    back = answer(
        client, case.fresh_offer(), "stoppen", versie=version, reason="other", reason_text="Het bedrijf is dicht."
    )
    assert back.status_code == 200
    assert "niet compleet" in said(back)
    assert "Het bedrijf is dicht." in back.content.decode()
    assert case.fresh().state == State.IN_PROGRESS


@pytest.mark.parametrize(
    ("act", "typed", "words"),
    [
        ("voortgang", {"text": ""}, "Schrijf eerst hoe het gaat."),
        ("voortgang", {"text": "x" * 2001}, "te lang"),
        ("voortgang", {"text": "a\x00b"}, "teken dat wij niet kunnen lezen"),
        ("afronden", {"outcome": "verzonnen"}, "Kies een resultaat uit de lijst."),
        ("afronden", {"on": "2030-01-01"}, "ligt in de toekomst"),
        ("uitstellen", {"until": "gisteren"}, "dag-maand-jaar"),
        ("stoppen", {"reason": "other", "reason_text": "kort"}, "10 tekens"),
        ("vraag", {"text": " "}, "Schrijf eerst een vraag."),
    ],
)
def test_bad_answer_is_explained_and_changes_nothing(act: str, typed: dict[str, str], words: str) -> None:
    case = cast.case("in_progress")
    client, _ = browser(case.partner)
    version = case.fresh().version
    back = answer(client, case.fresh_offer(), act, **typed)
    assert back.status_code == 200
    assert words in said(back)
    assert case.fresh().version == version
    assert not Note.objects.exists()


def test_unknown_act_is_no_page() -> None:
    case = cast.case("offered")
    client, _ = browser(case.partner)
    assert answer(client, case.fresh_offer(), "verzonnen").status_code == 404
    assert client.get(f"{page(case.fresh_offer())}antwoord/?wat=verzonnen").status_code == 404


def test_consent_withdrawn_while_the_dossier_is_open_is_said_at_the_next_click_and_nothing_is_shown() -> None:
    case = cast.case("offered")
    client, _ = browser(case.partner)
    assert "Zilverwiek" in client.get(page(case.fresh_offer())).content.decode()
    version = case.fresh().version
    closing.withdraw(case.intake.pk, ("C2", "water_alliance"), actor="entrepreneur", key=cast.key(), now=cast.NOW)
    clicks = [
        answer(client, case.fresh_offer(), "aannemen", version=version),
        client.get(page(case.fresh_offer())),
        client.get(f"{page(case.fresh_offer())}dossier.pdf"),
        client.get(f"{page(case.fresh_offer())}antwoord/?wat=vraag"),
    ]
    for shown in clicks:
        assert shown.status_code == 410
        assert "De ondernemer trok de toestemming in. Verwijder wat u van dit dossier bewaarde." in said(shown)
        assert "Zilverwiek" not in shown.content.decode()
    assert "Zilverwiek" not in client.get(INBOX).content.decode()
    assert Offer.objects.get().state == Offer.State.WITHDRAWN


def test_withdrawal_after_the_work_began_is_told_as_such_and_not_as_the_last_deed_of_the_partner() -> None:
    case = cast.case("in_progress")
    client, _ = browser(case.partner)
    answer(client, case.fresh_offer(), "nog-bezig")
    closing.withdraw(case.intake.pk, ("C2", "water_alliance"), actor="entrepreneur", key=cast.key(), now=cast.NOW)
    late = answer(client, case.fresh_offer(), "voortgang", text="Wij hebben gebeld.")
    for shown in (late, client.get(page(case.fresh_offer()))):
        assert shown.status_code == 410
        assert "De ondernemer trok de toestemming in. Verwijder wat u van dit dossier bewaarde." in said(shown)
        assert "liet weten dat het werk doorgaat" not in said(shown)
    assert "Wij hebben gebeld." in said(late)


def test_page_that_stayed_open_after_the_own_answer_says_that_it_was_the_reader() -> None:
    case = cast.case("accepted")
    jan, _ = browser(case.partner, name="Jan de Vries")
    seen = case.fresh().version
    answer(jan, case.fresh_offer(), "contact", version=seen)
    late = jan.get(f"{page(case.fresh_offer())}antwoord/?wat=contact")
    assert late.status_code == 409
    assert "U legde het eerste contact vast op" in said(late)
    assert "Iemand was u voor" not in said(late)
    assert "Er is nu niets veranderd." in said(late)


def test_offer_that_the_kvk_took_back_says_so() -> None:
    case = cast.case("offered")
    client, _ = browser(case.partner)
    offering.recall(
        case.referral.pk,
        advisor=case.advisor,
        reason="wrong_partner",
        version=case.fresh().version,
        key=cast.key(),
        now=cast.NOW,
    )
    shown = client.get(page(case.fresh_offer()))
    assert shown.status_code == 410
    assert "De KvK haalde dit aanbod terug" in said(shown)


def test_forms_of_every_act_are_there_to_be_filled_in() -> None:
    case = cast.case("in_progress")
    client, _ = browser(case.partner)
    for act in ("afronden", "nog-bezig", "uitstellen", "stoppen", "teruggeven", "vraag", "voortgang"):
        shown = client.get(f"{page(case.fresh_offer())}antwoord/?wat={act}")
        assert shown.status_code == 200, act
        for name in FILLED.get(act, {}):
            assert f'name="{name}"' in shown.content.decode()


def test_answer_after_the_term_and_its_grace_does_not_count() -> None:
    case = cast.case("offered")
    client, jan = browser(case.partner)
    offer = case.fresh_offer()
    with time_machine.travel(answering.answer_until(offer.respond_by), tick=False):
        people.signed_in(client, jan)
        late = answer(client, offer, "aannemen")
    assert late.status_code == 410
    assert "De termijn van dit aanbod is voorbij." in said(late)
    assert case.fresh().state == State.OFFERED


def test_words_that_anders_asks_for_are_not_called_optional() -> None:
    case = cast.case("offered")
    client, _ = browser(case.partner)
    text = said(client.get(f"{page(case.fresh_offer())}antwoord/?wat=afwijzen"))
    assert "Toelichting Ten minste 10 tekens." in text
    assert "Tot wanneer hebt u geen ruimte? (niet verplicht)" in text


def test_only_what_was_done_with_this_offer_makes_a_page_too_old() -> None:
    told = [
        Event(kind="offer_accepted", payload={"offer": 1}),
        Event(kind="offer_accepted", payload={"offer": 2}),
        Event(kind="deadline_missed", payload={"offer": 1}),
    ]
    assert [id(one) for one in happened.visible(told, Offer(pk=1))] == [id(told[0])]


def test_service_refuses_an_answer_for_another_version() -> None:
    case = cast.case("offered")
    old = {"actor": case.actor, "now": cast.NOW, "version": case.fresh().version - 1}
    with pytest.raises(Stale):
        answering.accept(case.fresh_offer().pk, contact_person="Carla", key=cast.key(), **old)
    with pytest.raises(Stale):
        answering.decline(case.fresh_offer().pk, reason="region", key=cast.key(), **old)
    assert case.fresh().state == State.OFFERED
