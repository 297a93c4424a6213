"""What waits for a partner: four groups, what is due first, a few questions to the database, and page by page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import signing

from nnmkb.web.permissions import Role
from referrals.models import Offer, Partner, Referral
from referrals.queues import partner_inbox
from referrals.queues.partner_inbox import Group
from referrals.services import answering
from tests.referrals.desk import making
from tests.referrals.portal.making import INBOX, browser, said
from tests.referrals.services import cast

pytestmark = pytest.mark.django_db
Queries = Callable[..., Any]


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(making.NOW, tick=False):
        yield


@pytest.fixture
def metaal() -> Partner:
    return making.partner("metaalunie", name="Metaalunie Noord", email="piet@metaal.example", capacity=100)


def offered(partner: Partner, company: str, days_ago: int = 0, **contact: Any) -> Offer:
    """Make an offer of so many days ago."""
    return making.offered(partner, at=making.NOW - timedelta(days=days_ago), company=company, **contact)


def accepted(partner: Partner, company: str, days_ago: int = 0, who: str = "Carla de Wit") -> Offer:
    """Make an offer that was accepted at once."""
    made = offered(partner, company, days_ago)
    answering.accept(made.pk, actor=f"partner:{partner.pk}", contact_person=who, key=cast.key(), now=made.offered_at)
    return made


def running(partner: Partner, company: str, days_ago: int = 0) -> Offer:
    """Make an offer with a first contact on the same day."""
    made = accepted(partner, company, days_ago)
    answering.first_contact(
        made.pk, actor=f"partner:{partner.pk}", on=made.offered_at.date(), key=cast.key(), now=made.offered_at
    )
    return made


def numbers(text: str) -> list[str]:
    """Return the numbers of referrals in the order of the page."""
    return re.findall(r"NN-[0-9A-Z]{4}-[0-9A-Z]{4}-\d+", text)


def test_groups_hold_what_their_heading_says(metaal: Partner) -> None:
    client, _ = browser(metaal)
    asked, taken, busy = offered(metaal, "Een"), accepted(metaal, "Twee"), running(metaal, "Drie")
    over = offered(metaal, "Vier")
    answering.decline(over.pk, actor=f"partner:{metaal.pk}", reason="region", key=cast.key(), now=making.NOW)
    text = said(client.get(INBOX))
    order = [asked, taken, busy, over]
    assert numbers(text) == [offer.referral.number for offer in order]
    headings = ("Te beantwoorden", "Aangenomen, nog geen contact", "In behandeling", "Onlangs afgelopen")
    places = [text.index(words) for words in headings]
    assert places == sorted(places)


def test_company_is_named_only_after_accepting_and_of_what_ended_nothing_is_told(metaal: Partner) -> None:
    client, _ = browser(metaal)
    offered(metaal, "Geheim Bedrijf")
    over = running(metaal, "Voorbij Bedrijf")
    accepted(metaal, "Bekend Bedrijf", who="Carla de Wit")
    answering.complete(
        over.referral_id,
        actor=f"partner:{metaal.pk}",
        outcome="plan_made",
        on=making.NOW.date(),
        key=cast.key(),
        now=making.NOW,
    )
    text = said(client.get(INBOX))
    assert "Geheim Bedrijf" not in text
    assert "Voorbij Bedrijf" not in text
    assert "Bekend Bedrijf" in text
    assert "Contactpersoon: Carla de Wit" in text
    assert "Afgesloten: plan gemaakt" in text


def test_what_is_due_first_is_first_and_late_is_said_in_words_and_with_a_sign(metaal: Partner) -> None:
    client, _ = browser(metaal)
    fresh, late, older = offered(metaal, "A"), offered(metaal, "B", 9), offered(metaal, "C", 3)
    page = client.get(INBOX)
    assert numbers(said(page)) == [one.referral.number for one in (late, older, fresh)]
    first = page.content.decode().partition(late.referral.number)[2][:900]
    assert "dagen te laat" in first
    assert "<svg" in first.partition("te laat")[0]


def test_another_partners_offers_are_not_there(metaal: Partner) -> None:
    client, _ = browser(metaal)
    other = offered(making.partner("water_alliance", name="Water Alliance", email="w@w.example"), "Van een ander")
    text = said(client.get(INBOX))
    assert other.referral.number not in text
    assert "U hoeft nu niets te beantwoorden." in text


@pytest.mark.parametrize("role", [Role.PARTNER_READER, Role.PARTNER_HANDLER, Role.PARTNER_MANAGER])
def test_every_role_of_a_partner_reads_it(metaal: Partner, role: Role) -> None:
    client, _ = browser(metaal, role)
    assert client.get(INBOX).status_code == 200


def test_number_of_questions_to_the_database_does_not_grow(
    metaal: Partner, django_assert_max_num_queries: Queries
) -> None:
    client, _ = browser(metaal)
    for number in range(12):
        (offered, accepted, running)[number % 3](metaal, f"Bedrijf {number}")
    with django_assert_max_num_queries(10):
        client.get(INBOX)
    for number in range(12, 36):
        (offered, accepted, running)[number % 3](metaal, f"Bedrijf {number}")
    with django_assert_max_num_queries(10):
        assert "Bekijk alles" in said(client.get(INBOX))


def test_walking_through_a_group_meets_every_offer_once_also_when_one_leaves_on_the_way(metaal: Partner) -> None:
    made = [offered(metaal, f"Bedrijf {number}", number % 4) for number in range(13)]
    seen, cursor = list[int](), ""
    while True:
        page = partner_inbox.page(Group.ANSWER, metaal.pk, cursor, size=3)
        seen += [offer.pk for offer in page.rows]
        if not (cursor := page.following):
            break
        # What was read already disappears: the next page does not shift.
        answering.decline(
            page.rows[0].pk, actor=f"partner:{metaal.pk}", reason="region", key=cast.key(), now=making.NOW
        )
    assert sorted(seen) == sorted(offer.pk for offer in made)
    assert len(seen) == len(set(seen))


def test_ended_is_walked_newest_first(metaal: Partner) -> None:
    made = [offered(metaal, f"Bedrijf {number}") for number in range(5)]
    for minute, offer in enumerate(made):
        at = making.NOW + timedelta(minutes=minute // 2)
        answering.decline(offer.pk, actor=f"partner:{metaal.pk}", reason="region", key=cast.key(), now=at)
    seen, cursor = list[int](), ""
    while True:
        page = partner_inbox.page(Group.ENDED, metaal.pk, cursor, size=2)
        seen += [offer.pk for offer in page.rows]
        if not (cursor := page.following):
            break
    assert seen == [offer.pk for offer in reversed(made)]


def test_page_after_the_first_ten_is_a_link_away(metaal: Partner) -> None:
    client, _ = browser(metaal)
    for number in range(27):
        offered(metaal, f"Bedrijf {number}", 0)
    assert len(numbers(said(client.get(INBOX)))) == 10
    first = client.get(f"{INBOX}?groep=beantwoorden")
    found = re.search(r'rel="next" href="([^"]+)"', first.content.decode())
    assert found
    second = client.get(found[1].replace("&amp;", "&"))
    both = numbers(said(first)) + numbers(said(second))
    assert len(both) == len(set(both)) == 27
    assert 'rel="prev"' not in first.content.decode()
    back = re.search(r'rel="prev" href="([^"]+)"', second.content.decode())
    assert back
    assert numbers(said(client.get(back[1].replace("&amp;", "&")))) == numbers(said(first))


@pytest.mark.parametrize("group", ["beantwoorden", "afgelopen"])
def test_way_back_passes_the_same_pages_and_ends_with_a_whole_first_page(metaal: Partner, group: str) -> None:
    kind = partner_inbox.Group(group)
    for number in range(60):
        made = offered(metaal, f"Bedrijf {number}", 0)
        if kind is partner_inbox.Group.ENDED:
            Offer.objects.filter(pk=made.pk).update(state="expired", ended_at=making.NOW + timedelta(minutes=number))
    forth = [partner_inbox.page(kind, metaal.pk)]
    while forth[-1].following:
        forth.append(partner_inbox.page(kind, metaal.pk, forth[-1].following))
    back = [forth[-1]]
    while back[-1].preceding:
        back.append(partner_inbox.page_before(kind, metaal.pk, back[-1].preceding))
    assert [len(page.rows) for page in forth] == [25, 25, 10]
    assert [page.rows for page in reversed(back)] == [page.rows for page in forth]
    # What stood before it is gone: the beginning, and not an empty page.
    place = forth[1].preceding
    Offer.objects.filter(pk__in=[one.pk for one in forth[0].rows[:5]]).delete()
    assert len(partner_inbox.page_before(kind, metaal.pk, place).rows) == 25


@pytest.mark.parametrize("make", ["x", "of another partner", "of another group", "unsigned", "\x00"])
def test_cursor_that_is_not_ours_shows_the_first_page_and_says_so(metaal: Partner, make: str) -> None:
    client, _ = browser(metaal)
    offered(metaal, "Een")
    stamp = (making.NOW + timedelta(days=99)).isoformat()
    cursor = {
        "of another partner": signing.dumps([stamp, 1, "beantwoorden", metaal.pk + 1], salt=partner_inbox.SALT),
        "of another group": signing.dumps([stamp, 1, "contact", metaal.pk], salt=partner_inbox.SALT),
        "unsigned": signing.dumps([stamp, 1, "beantwoorden", metaal.pk], salt="another"),
    }.get(make, make)
    for word in ("na", "voor"):
        page = client.get(INBOX, {"groep": "beantwoorden", word: cursor})
        assert page.status_code == 200
        assert "U ziet het begin van de lijst." in said(page)
        assert len(numbers(said(page))) == 1


def test_group_that_does_not_exist_is_no_page(metaal: Partner) -> None:
    client, _ = browser(metaal)
    assert client.get(f"{INBOX}?groep=verzonnen").status_code == 404


def test_menu_shows_only_what_the_role_may_open(metaal: Partner) -> None:
    reader, _ = browser(metaal, Role.PARTNER_READER)
    bar = reader.get(INBOX).content.decode().partition("<header")[2].partition("</header>")[0]
    links = re.findall(r'<li><a href="([^"]+)"', bar)
    assert {INBOX, "/partner/organisatie/"} <= set(links)
    for link in links:
        assert reader.get(link).status_code == 200, link
    assert 'href="/partner/" aria-current="page"' in bar


def test_outcome_of_who_came_after_is_not_told_to_who_had_it_before() -> None:
    case = cast.case("completed")
    client, _ = browser(case.partner)
    assert "Afgesloten: advies gegeven" in said(client.get(INBOX))
    # Opened again and closed by somebody else, with another outcome.
    Referral.objects.filter(pk=case.referral.pk).update(
        outcome="export_started", closed_at=making.NOW + timedelta(days=3)
    )
    text = said(client.get(INBOX))
    assert "Afgesloten" in text
    assert "export gestart" not in text


def test_work_that_stopped_is_told_with_the_reason_in_words() -> None:
    case = cast.case("in_progress")
    answering.stop(
        case.referral.pk,
        actor=f"partner:{case.partner.pk}",
        reason="unreachable",
        reason_text="",
        key=cast.key(),
        now=making.NOW,
    )
    client, _ = browser(case.partner)
    assert "Gestopt: ondernemer is niet bereikbaar" in said(client.get(INBOX))
