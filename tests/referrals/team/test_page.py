"""The page of the team lead: who may see it, what it says in words, and how many questions that asks the database."""

from __future__ import annotations

import html
import re
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from intake.policies import policy
from nnmkb.ledger.models import Heartbeat, Outgoing
from referrals import queues
from referrals.domain.lifecycle import State
from referrals.models import DeskProfile, Feedback, Offer, ReviewItem
from tests.referrals.desk import making
from tests.referrals.desk.making import NOW
from tests.referrals.team import rows

pytestmark = pytest.mark.django_db
PAGE = "/werkbak/team/"
SIGNED_IN = 3  # session, user, roles
QUESTIONS = 17  # one of them only because clocks failed: the referrals of those


@pytest.fixture(autouse=True)
def _today() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def lead(client: Client) -> Client:
    client.force_login(making.staff("lies", "team_lead"))
    return client


def page(client: Client) -> str:
    """Return the page, as a person reads it: without tags, one space between words."""
    response = client.get(PAGE)
    assert response.status_code == 200, response
    return response.content.decode()


def words(text: str) -> str:
    """Return what stands on a page, without tags and with one space between words."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())


def section(text: str, name: str) -> str:
    """Return the words of one part of the page."""
    return words(re.split(r"</section>", text.split(f'id="{name}"', 1)[1], maxsplit=1)[0]).removeprefix("> ")


# --- who ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "status"), [("team_lead", 200), ("administrator", 200), ("advisor", 403), ("policy_author", 403)]
)
def test_page_is_for_team_lead_and_administrator(client: Client, role: str, status: int) -> None:
    client.force_login(making.staff("iemand", role))
    assert client.get(PAGE).status_code == status


def test_nothing_can_be_sent_to_it(lead: Client) -> None:
    assert lead.post(PAGE).status_code == 403


def test_team_lead_finds_it_in_the_menu_and_an_advisor_does_not(client: Client, lead: Client) -> None:
    assert f'<a href="{PAGE}">Team</a>' in lead.get("/werkbak/").content.decode()
    client.force_login(making.staff("anke"))
    assert PAGE not in client.get("/werkbak/").content.decode()


def test_administrator_gets_no_link_that_it_may_not_follow(client: Client) -> None:
    client.force_login(making.staff("beheer", "administrator"))
    rows.everything(1)
    assert 'href="/werkbak/?' not in page(client)
    assert "/werkbak/NN-" not in page(client)


def test_every_link_leads_somewhere(lead: Client) -> None:
    rows.everything(1)
    for href in set(re.findall(r'class="nl-link" href="(/[^"]+)"', page(lead))):
        assert lead.get(html.unescape(href)).status_code == 200, href


# --- empty and full -------------------------------------------------------------------------------------------------


def test_empty_site_says_so_in_every_part(lead: Client) -> None:
    rows.all_runs()
    text = words(page(lead))
    for said in (
        "Er is nu niets dat op u wacht.",
        "Open doorverwijzingen: 0",
        "Bij geen enkele partner is een termijn voorbij.",
        "In deze tijd antwoordde nog geen partner.",
        "Geen enkele partner zei nee.",
        "Niets kwam zo vaak terug.",
        "Geen enkele ondernemer vraagt daarom.",
        "Partnerlijst en regels zijn nagekeken.",
        "Stand van dinsdag 24 november, 11.00 uur.",
    ):
        assert said in text, said


@pytest.mark.parametrize("many", [1, 25])
def test_number_of_questions_is_fixed(lead: Client, many: int) -> None:
    rows.everything(many)
    with CaptureQueriesContext(connection) as asked:
        page(lead)
    assert len(asked) == SIGNED_IN + QUESTIONS, [query["sql"][:120] for query in asked]


def test_page_tells_nothing_about_companies_or_what_people_wrote(lead: Client) -> None:
    rows.everything(2)
    text = page(lead)
    for hidden in ("Hunze Sensoren", "Sjoerd Hunze", "hunze.example", "Te druk met verbouwen", "Niemand belde mij"):
        assert hidden not in text, hidden


# --- what lies where ------------------------------------------------------------------------------------------------


def test_age_counts_working_days_since_it_came_in(lead: Client) -> None:
    # 24 November 2026 is a Tuesday: Friday is two working days ago, the Tuesday before five, 23 October twenty-two.
    for days in (0, 4, 7, 8, 32):
        making.referral(created_at=NOW - timedelta(days=days))
    said = section(page(lead), "leeftijd")
    assert "0 tot en met 2 werkdagen 2 3 tot en met 5 werkdagen 1 6 tot en met 10 werkdagen 1" in said
    assert "meer dan 20 werkdagen 1" in said.replace("Meer", "meer")
    assert "In wachtrij 2 1 1 0 1 5" in said


def count_behind(client: Client, href: str) -> int:
    """Return how many referrals the list at this address holds."""
    query = QueryDict(html.unescape(href).partition("?")[2])
    filters = queues.read_filters(query, activities=frozenset(policy().activities))
    return queues.referrals(filters, user_id=0, now=NOW).count()


def test_number_is_the_length_of_the_list_behind_its_link(lead: Client) -> None:
    anke, bram = making.staff("anke"), making.staff("bram")
    slow = making.partner("metaalunie")
    for number in range(3):
        making.referral(state=State.OFFERED, owner=anke, partner=slow, due=-timedelta(days=number + 1))
    making.referral(state=State.IN_REVIEW, owner=anke, due=-timedelta(days=9), created_at=NOW - timedelta(days=40))
    making.referral(state=State.IN_REVIEW, owner=bram)
    making.referral(due=-timedelta(days=1))
    text = page(lead)
    links = re.findall(
        r'<a class="nl-link" href="(/werkbak/\?[^"]+)">([\d.]+)<span class="nnmkb-hidden"> te laat: (\w+)', text
    )
    assert {(name, int(shown)) for _, shown, name in links} == {("Anke", 4), ("Nog", 1), ("Metaalunie", 3)}
    for href, shown, _ in links:
        assert count_behind(lead, href) == int(shown), href
    bars = re.findall(
        r'<th scope="row"><a class="nl-link" href="([^"]+)">[^<]+</a>\s*<svg.*?<td class="nnmkb-number">(\d+)',
        text,
        re.S,
    )
    assert [int(shown) for _, shown in bars] == [5, 0, 0, 0, 1]
    for href, shown in bars:
        assert count_behind(lead, href) == int(shown), href


def test_advisor_line_tells_open_turn_late_and_absence(lead: Client) -> None:
    anke = making.staff("anke")
    DeskProfile.objects.create(user=anke, absent_until=date(2026, 12, 4))
    making.referral(owner=anke, state=State.IN_REVIEW, due=-timedelta(days=7))
    making.referral(owner=anke, state=State.OFFERED, partner=making.partner())
    gone = making.staff("wim", is_active=False)
    making.referral(owner=gone, state=State.IN_REVIEW)
    said = section(page(lead), "adviseurs")
    assert "Anke Afwezig tot en met 4 december 2026 2 1 1 te laat: Anke 5 werkdagen" in said
    assert "Wim Account staat uit 1 1 0 Niets te laat" in said
    assert "Lies 0 0 0 Niets te laat" in said


def test_what_missed_its_clock_stays_late_however_often_it_was_told(lead: Client) -> None:
    anke = making.staff("anke")
    # Late since Wednesday 18 November, and told twice since.
    told_next = NOW + timedelta(days=1)
    making.referral(owner=anke, state=State.RETURNED, misses=2, due=timedelta(days=-6), sweep_at=told_next)
    assert "Anke 1 1 1 te laat: Anke 4 werkdagen" in section(page(lead), "adviseurs")


def test_absence_that_ended_is_not_told(lead: Client) -> None:
    DeskProfile.objects.create(user=making.staff("anke"), absent_until=date(2026, 11, 23))
    assert "Afwezig" not in page(lead)


# --- the last 90 days -----------------------------------------------------------------------------------------------


def test_median_needs_five_answers(lead: Client) -> None:
    fast, slow = making.partner("exportclub"), making.partner("metaalunie")
    # The fourth came within the ten minutes that an offer is left alone after its term.
    for after in (timedelta(1), timedelta(2), timedelta(2), timedelta(days=7, hours=6, minutes=5), timedelta(8)):
        rows.answered(slow, after=after)
    for days in (1, 1, 1, 1):
        rows.answered(fast, after=timedelta(days=days))
    rows.unanswered(slow, Offer.State.EXPIRED)
    rows.unanswered(slow, Offer.State.UNDELIVERABLE)
    rows.unanswered(slow, Offer.State.RECALLED)
    said = section(page(lead), "antwoord")
    # The last of five answers came after the term of five working days: four of the six that arrived were in time.
    assert "Metaalunie 2 5 66 % 1 1" in said
    assert "Exportclub te weinig 4 te weinig 0 0" in said


def test_old_offers_and_what_the_kvk_does_itself_do_not_count(lead: Client) -> None:
    mine, old = making.partner("kvk"), making.partner("metaalunie")
    rows.answered(mine, after=timedelta(0))
    rows.answered(old, after=timedelta(days=1), offered=NOW - timedelta(days=91))
    assert "In deze tijd antwoordde nog geen partner." in section(page(lead), "antwoord")


def test_reasons_stand_under_the_side_they_lie_on_with_what_follows(lead: Client) -> None:
    to = making.partner()
    rows.refused(to, "capacity")
    rows.refused(to, "capacity", state=Offer.State.RETURNED)
    rows.refused(to, "not_ready")
    rows.refused(to, "other", text="Te druk met verbouwen")
    rows.refused(to, "region", ago=timedelta(days=91))
    said = section(page(lead), "redenen")
    assert "Het lag aan de partner: 2 Geen capaciteit 1 1 De partner krijgt een pauze" in said
    assert "Het lag aan de ondernemer: 1 Nog niet toe aan uitvoering: de strategie ontbreekt 1 0 Terug naar" in said
    assert "Anders: 1 Anders 1 0 Lees de toelichting." in said
    assert "Buiten ons werkgebied" not in said


def test_third_not_our_activity_of_a_rule_is_marked(lead: Client) -> None:
    to = making.partner()
    for _ in range(3):
        rows.refused(to, "not_our_activity", rules=["R-P4", "R-P4"])
    rows.refused(to, "not_our_activity", rules=[])
    ReviewItem.objects.create(
        kind=ReviewItem.Kind.RULE, rule="R-P4", reason="not_our_activity", count=3, opened_at=NOW, last_at=NOW
    )
    said = section(page(lead), "redenen")
    assert "R-P4: 3 keer 3 of meer in 90 dagen Nog na te kijken P4: 1 keer" in said
    assert said.count("3 of meer") == 1


# --- what waits -----------------------------------------------------------------------------------------------------


def test_who_came_back_often_and_waits_for_the_lead(lead: Client) -> None:
    anke = making.staff("anke")
    waits = making.referral(state=State.RETURNED, attempts=3, owner=anke)
    runs = making.referral(state=State.OFFERED, attempts=3, partner=making.partner())
    third = making.referral(state=State.RETURNED, attempts=2)
    making.referral(state=State.RETURNED, attempts=1)
    making.referral(state=State.IN_REVIEW, attempts=2)
    text = page(lead)
    said = section(text, "vaak")
    assert f"{waits.number} Wacht op u 4 keer terug. Terug bij KvK. Van Anke." in said
    assert f"{runs.number} 3 keer terug. Aangeboden aan partner. Nog van niemand." in said
    assert f"{third.number} Wacht op u 3 keer terug." in said
    assert said.count("keer terug.") == 3
    assert "Nu: Verder zoeken . Hierover beslist u: 2." in section(text, "aandacht")


def test_requests_to_reopen_and_points_to_look_at_are_told_with_links(lead: Client) -> None:
    row = rows.closed()
    Feedback.objects.create(
        referral=row,
        moment="end",
        happy=False,
        text="Niemand belde mij",
        asks_reopening=True,
        given_at=NOW - timedelta(days=3),
    )
    ReviewItem.objects.create(
        kind=ReviewItem.Kind.DIRECTORY, partner=making.partner(), reason="region", count=2, opened_at=NOW, last_at=NOW
    )
    text = page(lead)
    assert f'href="/werkbak/{row.number}/"' in text
    assert "na afloop, 3 dagen geleden" in section(text, "heropenen")
    assert "Metaalunie partnerlijst nakijken: Buiten ons werkgebied (2 keer)" in section(text, "nakijken")
    said = section(text, "aandacht")
    assert "Ondernemers die daarom vragen: 1." in said
    assert "In partnerlijst of regels: 1." in said


def test_what_is_done_is_not_told(lead: Client) -> None:
    rows.all_runs()
    done = {"referral": rows.closed(), "moment": "end", "happy": False, "given_at": NOW}
    Feedback.objects.create(**done, asks_reopening=True, handled_at=NOW)
    Feedback.objects.create(**{**done, "moment": "contact"})
    to, by = making.partner(), making.staff("anke")
    ReviewItem.objects.create(
        kind="directory", partner=to, reason="region", opened_at=NOW, last_at=NOW, closed_at=NOW, closed_by=by
    )
    rows.delivery("mail.offer", Outgoing.State.DONE)
    making.referral(
        state=State.CANCELLED, outcome="spam", closed_at=NOW, next_due_at=None, attempts=4, owner=by, partner=to
    )
    text = page(lead)
    assert "Er is nu niets dat op u wacht." in section(text, "aandacht")
    assert "Open doorverwijzingen: 0" in section(text, "leeftijd")
    assert "Anke 0 0 0" in section(text, "adviseurs")
    assert "Niets kwam zo vaak terug." in text


def test_long_list_stops_and_says_so(lead: Client) -> None:
    for _ in range(22):
        making.referral(state=State.RETURNED, attempts=3)
    text = page(lead)
    assert section(text, "vaak").count("keer terug.") == 20
    assert "En nog meer. Dit zijn die met de kortste termijn." in text
    assert "Hierover beslist u: meer dan 20." in text


# --- the machinery --------------------------------------------------------------------------------------------------


def test_silent_machinery_is_the_first_thing_told(lead: Client) -> None:
    rows.all_runs()
    Heartbeat.objects.filter(name="sweep").update(at=NOW - timedelta(minutes=6))
    rows.delivery("mail.offer", Outgoing.State.DEAD)
    rows.delivery("mail.offer", Outgoing.State.PENDING, due=-timedelta(minutes=10))
    rows.delivery("mail.receipt", Outgoing.State.PENDING, due=timedelta(days=2))
    rows.failing()
    text = page(lead)
    said = section(text, "techniek")
    assert "Bezorging In orde" in said
    assert "Termijnen Niet in orde Liep 6 minuten geleden." in said
    assert "Wachtende berichten Niet in orde 1 aan de beurt; de oudste sinds 10 minuten." in said
    assert "Mislukte berichten Niet in orde 1 kwam niet aan of kwam terug." in said
    assert "Mislukte termijnen Niet in orde 1. Zie de lijst hieronder." in said
    assert "ZeroDivisionError 4 2 dagen geleden" in section(text, "mislukt")
    assert "Mail aan de partner: aanbod 1 10 minuten geleden 1" in section(text, "berichten")
    assert section(text, "aandacht").count("Nu:") == 4


def test_break_in_the_history_is_told(lead: Client) -> None:
    rows.all_runs(breaks=2)
    said = section(page(lead), "techniek")
    assert "Controle van de geschiedenis Niet in orde Op 24 november 2026 klopten 2 plaatsen niet." in said


@pytest.mark.parametrize(("days", "said"), [(1, "In orde"), (2, "Niet in orde")])
def test_night_without_anchor_is_no_matter_on_the_first_day_only(lead: Client, days: int, said: str) -> None:
    rows.happened(NOW - timedelta(days=days))
    rows.all_runs(nights=False)
    text = section(page(lead), "techniek")
    assert f"Anker van de geschiedenis {said} Nog niet gemaakt." in text
    assert f"Controle van de geschiedenis {said} Nog niet gedaan." in text


def test_nothing_has_run_yet(lead: Client) -> None:
    assert "Termijnen Niet in orde Nog nooit gelopen." in section(page(lead), "techniek")
