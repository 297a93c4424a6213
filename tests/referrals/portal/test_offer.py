"""The page of one offer: what it shows to whom, what is written down of it, and that it closes with the offer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from nnmkb.ledger.models import Event, Outgoing
from nnmkb.web.permissions import Role
from referrals.models import Dossier, Membership, Note, Offer
from referrals.services import answering, closing, offering, progress_notes, queue
from tests.referrals.portal.making import FILLED, answer, browser, page, said
from tests.referrals.services import cast

pytestmark = pytest.mark.django_db
READER, HANDLER, MANAGER = Role.PARTNER_READER, Role.PARTNER_HANDLER, Role.PARTNER_MANAGER
LOOKS = ("dossier_opened", "dossier_downloaded")


@pytest.fixture(autouse=True)
def _at_nine() -> Iterator[None]:
    with time_machine.travel(cast.NOW, tick=False):
        yield


def looks() -> list[tuple[str, str]]:
    """Return who looked, and how, in order."""
    return list(Event.objects.filter(kind__in=LOOKS).order_by("id").values_list("kind", "actor"))


def with_pdf(case: cast.Case) -> None:
    """Let the PDF of the dossier be there."""
    Dossier.objects.update(pdf=b"%PDF-1.7 proef", pdf_at=cast.NOW)


def test_page_says_why_this_partner_what_is_asked_and_until_when_and_not_whom_to_call() -> None:
    case = cast.case("offered")
    client, _ = browser(case.partner)
    text = said(client.get(page(case.fresh_offer())))
    for words in ("Gevraagd aan Water Alliance", "Waarom deze vraag", "Antwoord uiterlijk maandag 30 november",
                  "Regel R-N3", "Zilverwiek Techniek", "Neem aan", "Wijs af", "Stel een vraag aan de KvK"):  # fmt: skip
        assert words in text
    for words in ("Anna Zilverwiek", "anna@zilverwiek.example", "058 123 45 67", "Zilverwiek maakt pompen"):
        assert words not in text


@pytest.mark.parametrize("place", ["", "dossier.pdf", "antwoord/?wat=aannemen"])
def test_what_a_browser_fetches_ahead_opens_nothing(place: str) -> None:
    case = cast.case("offered")
    with_pdf(case)
    client, _ = browser(case.partner)
    address = f"{page(case.fresh_offer())}{place}"
    assert client.get(address, headers={"Sec-Purpose": "prefetch;prerender"}).status_code == 403
    assert looks() == []
    assert case.fresh_offer().opened_at is None
    assert client.get(address).status_code == 200


def test_looking_and_downloading_are_written_down_with_the_person_and_asking_for_a_head_is_not() -> None:
    case = cast.case("offered")
    with_pdf(case)
    client, jan = browser(case.partner)
    who = f"partner:{case.partner.pk}/person:{jan.user_id}"
    address = page(case.fresh_offer())
    client.head(address)
    client.head(f"{address}dossier.pdf")
    assert looks() == []
    client.get(address)
    pdf = client.get(f"{address}dossier.pdf")
    assert looks() == [("dossier_opened", who), ("dossier_downloaded", who)]
    assert pdf.content == b"%PDF-1.7 proef"
    assert pdf["Cache-Control"] == "no-store, private"
    text = said(client.get(address))
    assert "Dossier gedownload" in text
    assert "Jan de Vries" in text


def test_pdf_that_is_still_being_made_says_so() -> None:
    case = cast.case("offered")
    client, _ = browser(case.partner)
    Dossier.objects.update(pdf=None)
    assert "De PDF is er bijna" in said(client.get(f"{page(case.fresh_offer())}dossier.pdf"))


def test_looking_changes_nothing_else() -> None:
    case = cast.case("offered")
    client, _ = browser(case.partner)
    before = case.fresh().version, Outgoing.objects.count()
    for path in ("", "antwoord/?wat=afwijzen", "antwoord/?wat=aannemen", "antwoord/?wat=vraag", "dossier.pdf"):
        client.get(page(case.fresh_offer()) + path)
        client.head(page(case.fresh_offer()) + path)
    assert (case.fresh().version, Outgoing.objects.count()) == before


@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_offer_of_another_partner_is_as_one_that_does_not_exist(method: str) -> None:
    case = cast.case("offered")
    stranger, _ = browser(cast.partner("nom"), MANAGER)
    address = page(case.fresh_offer())
    known = [getattr(stranger, method)(address + path) for path in ("", "antwoord/?wat=afwijzen", "dossier.pdf")]
    unknown = [
        getattr(stranger, method)(f"/partner/aanbod/NN-7K3F-92QD-1/{path}")
        for path in ("", "antwoord/?wat=afwijzen", "dossier.pdf")
    ]
    assert [one.status_code for one in known] == [one.status_code for one in unknown]
    assert {one.status_code for one in known} <= ({403, 404} if method == "post" else {404})
    assert looks() == []
    assert "Zilverwiek" not in known[0].content.decode()


@pytest.mark.parametrize("number", ["x", "NN-0000-0000-0", "1", "%00", "NN-7K3F-92QD-1%00", "é" * 300, "..%2f"])
def test_number_that_is_none_is_no_page(number: str) -> None:
    client, _ = browser(cast.partner())
    assert client.get(f"/partner/aanbod/{number}/").status_code == 404


def test_partner_that_had_it_before_does_not_see_it_again_at_the_next() -> None:
    case = cast.case("returned")
    before, _ = browser(case.partner)
    nom = cast.partner("nom")
    offer = case.fresh_offer()
    row = queue.reconsider(
        case.referral.pk, advisor=case.advisor, version=case.fresh().version, key=cast.key(), now=cast.NOW
    )
    offering.offer(row.pk, nom.pk, advisor=case.advisor, version=row.version, key=cast.key(), now=cast.NOW)
    shown = before.get(page(offer))
    assert shown.status_code == 410
    assert "Zilverwiek" not in shown.content.decode()
    lists = said(before.get("/partner/")).partition("Onlangs afgelopen")
    assert case.referral.number not in lists[0]
    assert case.referral.number in lists[2]
    after, _ = browser(nom)
    assert after.get(page(offer)).status_code == 200
    assert case.referral.number in said(after.get("/partner/"))


# --- role by act ----------------------------------------------------------------------------------------------------

STATE_FOR = {"aannemen": "offered", "afwijzen": "offered", "vraag": "offered", "contact": "accepted"}
ACTS = ("aannemen", "afwijzen", "vraag", "contact", "voortgang", "nog-bezig", "uitstellen", "afronden", "stoppen",
        "teruggeven")  # fmt: skip


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(("role", "may"), [(READER, False), (HANDLER, True), (MANAGER, True)])
def test_who_reads_answers_nothing_and_the_others_everything(role: Role, act: str, may: bool) -> None:
    case = cast.case(STATE_FOR.get(act, "in_progress"))
    client, _ = browser(case.partner, role)
    count = Event.objects.exclude(kind="dossier_opened").count()
    given = answer(client, case.fresh_offer(), act)
    assert given.status_code == (302 if may else 403)
    assert (Event.objects.exclude(kind="dossier_opened").count() > count) == may
    form = client.get(f"{page(case.fresh_offer())}antwoord/?wat={act}")
    assert (form.status_code == 403) == (not may)


def test_who_reads_sees_the_dossier_without_buttons() -> None:
    case = cast.case("offered")
    client, _ = browser(case.partner, READER)
    text = client.get(page(case.fresh_offer())).content.decode()
    assert "Zilverwiek Techniek" in text
    assert "Een collega met de rol behandelaar of beheerder geeft antwoord." in text
    assert "antwoord/" not in text


# --- when access ends -----------------------------------------------------------------------------------------------


def by_decline(case: cast.Case) -> None:
    answering.decline(case.fresh_offer().pk, actor=case.actor, reason="region", key=cast.key(), now=cast.NOW)


def by_withdrawal(case: cast.Case) -> None:
    closing.withdraw(case.intake.pk, actor="entrepreneur", key=cast.key(), now=cast.NOW)


def by_erasure(case: cast.Case) -> None:
    closing.erase(case.intake.pk, actor="entrepreneur", key=cast.key(), now=cast.NOW)


def by_recall(case: cast.Case) -> None:
    offering.recall(
        case.referral.pk,
        advisor=case.advisor,
        reason="wrong_partner",
        version=case.fresh().version,
        key=cast.key(),
        now=cast.NOW,
    )


def by_completing(case: cast.Case) -> None:
    answering.accept(case.fresh_offer().pk, actor=case.actor, contact_person="Carla", key=cast.key(), now=cast.NOW)
    today = timezone.localdate()
    answering.first_contact(case.fresh_offer().pk, actor=case.actor, on=today, key=cast.key(), now=cast.NOW)
    answering.complete(case.referral.pk, actor=case.actor, outcome="plan_made", on=today, key=cast.key(), now=cast.NOW)


@pytest.mark.parametrize("end", [by_decline, by_withdrawal, by_erasure, by_recall, by_completing])
def test_access_ends_with_the_offer_everywhere(end: Callable[[cast.Case], None]) -> None:
    case = cast.case("offered")
    with_pdf(case)
    client, _ = browser(case.partner, MANAGER)
    address = page(case.fresh_offer())
    end(case)
    count = len(looks())
    for path in ("", "dossier.pdf", "antwoord/?wat=aannemen", "antwoord/?wat=voortgang"):
        shown = client.get(address + path)
        assert shown.status_code == 410, path
        for words in ("Zilverwiek", "058 123 45 67", "Anna"):
            assert words not in shown.content.decode()
    for act in FILLED:
        assert answer(client, case.fresh_offer(), act).status_code == 410, act
    assert len(looks()) == count
    inbox = client.get("/partner/").content.decode()
    assert "Zilverwiek" not in inbox
    assert case.referral.number in inbox


def left(person: Membership) -> None:
    Membership.objects.filter(pk=person.pk).update(ended_at=cast.NOW)


def switched_off(person: Membership) -> None:
    User.objects.filter(pk=person.user_id).update(is_active=False)


def without_role(person: Membership) -> None:
    person.user.groups.clear()


@pytest.mark.parametrize("end", [left, switched_off, without_role])
def test_who_leaves_is_out_at_the_next_click(end: Callable[[Membership], None]) -> None:
    case = cast.case("accepted")
    client, jan = browser(case.partner)
    assert client.get(page(case.fresh_offer())).status_code == 200
    end(jan)
    version = case.fresh().version
    for shown in (client.get("/partner/"), client.get(page(case.fresh_offer())), client.get("/partner/organisatie/"),
                  answer(client, case.fresh_offer(), "contact")):  # fmt: skip
        assert shown.status_code in {302, 403}
        assert "Zilverwiek" not in shown.content.decode()
    assert case.fresh().version == version


def test_without_a_second_factor_nothing_opens() -> None:
    case = cast.case("offered")
    client = Client()
    _, jan = browser(case.partner)
    client.force_login(jan.user)
    assert client.get(page(case.fresh_offer())).status_code == 302


# --- progress notes -------------------------------------------------------------------------------------------------


def note(case: cast.Case, text: str = "Volgende week een plan.", **more: Any) -> None:
    client, _ = browser(case.partner, **more)
    assert answer(client, case.fresh_offer(), "voortgang", text=text).status_code == 302


def test_note_is_there_for_colleagues_and_starts_the_term_again() -> None:
    case = cast.case("in_progress")
    before = case.fresh().next_due_at
    with time_machine.travel(cast.NOW.replace(day=27), tick=False):
        note(case, name="Jan de Vries")
    after = case.fresh().next_due_at
    assert before
    assert after
    assert (after - before).days == 4
    eva, _ = browser(case.partner, READER, name="Eva Postma")
    text = said(eva.get(page(case.fresh_offer())))
    assert "Volgende week een plan." in text
    assert "Jan de Vries" in text


def test_note_is_sealed_and_goes_when_the_company_has_everything_erased() -> None:
    case = cast.case("accepted")
    note(case)
    (written,) = progress_notes.of(case.fresh_offer())
    event = Event.objects.get(kind="progress_noted")
    assert event.payload["note"] == written.pk
    assert f"note:{written.pk}" in event.payload["sealed"]
    assert "plan" not in str(event.payload)
    closing.erase(case.intake.pk, actor="entrepreneur", key=cast.key(), now=cast.NOW)
    assert not Note.objects.filter(pk=written.pk).exists()


def test_next_partner_reads_no_note_of_the_one_before() -> None:
    case = cast.case("accepted")
    note(case, "Alleen voor de KvK.")
    answering.give_back(case.fresh_offer().pk, actor=case.actor, reason="region", key=cast.key(), now=cast.NOW)
    nom = cast.partner("nom")
    row = queue.reconsider(
        case.referral.pk, advisor=case.advisor, version=case.fresh().version, key=cast.key(), now=cast.NOW
    )
    offer: Offer = offering.offer(
        row.pk, nom.pk, advisor=case.advisor, version=row.version, key=cast.key(), now=cast.NOW
    )
    client, _ = browser(nom)
    assert "Alleen voor de KvK." not in client.get(page(offer)).content.decode()


def test_note_before_accepting_is_refused_with_what_to_do() -> None:
    case = cast.case("offered")
    client, _ = browser(case.partner)
    back = answer(client, case.fresh_offer(), "voortgang", text="Wij kijken ernaar.")
    assert "Neem het aanbod eerst aan." in said(back)
    assert "Wij kijken ernaar." in back.content.decode()
