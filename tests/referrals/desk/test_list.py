"""The list of the workbench on the screen: what a row says, filters in use, orders, neighbours, and few questions."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from intake.policies import policy
from referrals.domain.lifecycle import State
from referrals.models import Feedback, Label
from tests.referrals.desk import making
from tests.referrals.desk.making import NOW
from tests.referrals.desk.test_filters import undelivered

pytestmark = pytest.mark.django_db
SIGNED_IN = 3  # session, user, roles


@pytest.fixture(autouse=True)
def _today() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


def page(client: Client, address: str) -> str:
    """Return the page at an address, which must be there."""
    response = client.get(address)
    assert response.status_code == 200, response
    return response.content.decode()


@pytest.mark.parametrize("rows", [3, 30])
@pytest.mark.parametrize(
    ("query", "more"),
    [
        ("lijst=alles", 0),
        ("lijst=alles&label=a&stap=U&status=queued&volgorde=oudste", 0),
        # Which deliveries were given up, and who asked to go on.
        ("lijst=heropenen", 1),
        ("lijst=mislukt", 1),
        ("lijst=alles&bezorging=mislukt", 1),
    ],
)
def test_list_asks_six_questions_however_long_it_is(desk: Client, rows: int, query: str, more: int) -> None:
    someone = making.staff("bram")
    for number in range(rows):
        row = making.referral(f"Bedrijf {number}", owner=someone if number % 2 else None)
        Label.objects.create(referral=row, name="a")
        Feedback.objects.create(referral=row, moment="end", happy=False, asks_reopening=True, given_at=NOW)
        undelivered(row, row.stream)
    # What is looked up once in half a minute (counters) or once in a minute (names, the version of the policy).
    page(desk, f"/werkbak/?{query}")
    with CaptureQueriesContext(connection) as asked:
        text = page(desk, f"/werkbak/?{query}")
    assert text.count('name="nummer"') == min(rows, 25)
    # Session, user, roles; referrals, their companies with consent, their marks.
    assert len(asked) == SIGNED_IN + 3 + more, [query["sql"][:90] for query in asked]


def test_search_in_the_list_asks_two_questions_more(desk: Client) -> None:
    making.referral("Hunze Sensoren")
    page(desk, "/werkbak/?lijst=alles&zoek=hunze")
    with CaptureQueriesContext(connection) as asked:
        assert "Hunze" in page(desk, "/werkbak/?lijst=alles&zoek=hunze")
    # Which companies, and writing down that somebody searched.
    assert len(asked) <= SIGNED_IN + 5, [query["sql"][:90] for query in asked]


def test_neighbours_cost_nothing_when_they_are_on_the_page(desk: Client) -> None:
    rows = [making.referral(f"Bedrijf {number}", due=timedelta(days=number)) for number in range(3)]
    page(desk, f"/werkbak/?lijst=alles&open={rows[1].number}")
    counts = []
    for address in (f"/werkbak/{rows[1].number}/", f"/werkbak/?lijst=alles&open={rows[1].number}"):
        with CaptureQueriesContext(connection) as asked:
            page(desk, address)
        counts.append(len(asked))
    # The page of one referral, and three questions for the list beside it.
    assert counts[1] <= counts[0] + 3


def test_row_says_in_words_all_that_the_advisor_must_know(desk: Client) -> None:
    nom = making.partner("nom", name="NOM")
    row = making.referral(
        "Veenstra Koeltechniek", due=-timedelta(days=4), created_at=NOW - timedelta(days=12), state=State.OFFERED,
        partner=nom, owner=making.staff("bram"), attempts=2, no_answer=True,
    )  # fmt: skip
    Label.objects.create(referral=row, name="beurs 2027")
    Feedback.objects.create(referral=row, moment="end", happy=False, asks_reopening=True, given_at=NOW)
    undelivered(row, row.stream)
    # The lists above the table have some of these words too.
    table = page(desk, "/werkbak/?lijst=alles").partition("<tbody")[2].partition("</tbody")[0]
    text = re.sub(r"<[^>]+>", "", table)
    for words in (
        "2 dagen te laat",
        "Veenstra Koeltechniek",
        row.number,
        "12 dagen oud",
        "Industrie: metaal en machines, 25 medewerkers, Assen",
        "Uitvoering, promotie",
        policy().activities["P4"].title,
        "NOM",
        "Aangeboden aan partner",
        "Partneruiterlijk vr 20 nov",
        "Bram",
        "Geen reactie van ondernemer",
        "3e poging",
        "Bezorging mislukt",
        "beurs 2027",
        "Vraagt heropening",
    ):
        assert words in text, words


def test_row_of_nobody_and_without_partner_says_so(desk: Client) -> None:
    making.referral()
    text = page(desk, "/werkbak/?lijst=alles")
    for words in ("Nog niemand", "Nog geen partner", "KvK-team"):
        assert words in text, words
    for words in ("e poging", "Geen reactie", "Vraagt heropening<", "Bezorging mislukt<"):
        assert words not in text[text.index("<table") : text.index("</table")], words


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (-timedelta(hours=1), "1 dag te laat"),
        (timedelta(hours=2), "Vandaag"),
        (timedelta(days=1), "Nog 1 dag</span><span>deze week"),
        (timedelta(days=6), "Later</span><span>nog 4 dagen"),
    ],
)
def test_marker_says_late_today_this_week_or_later_and_counts_working_days(
    desk: Client, due: timedelta, words: str
) -> None:
    making.referral(due=due)
    table = page(desk, "/werkbak/?lijst=alles").partition("<tbody")[2].partition("</tbody")[0]
    bare = re.sub(r"<svg.*?</svg>", "", table.replace("\n", ""), flags=re.DOTALL)
    assert words in re.sub(r"<span[^>]*>", "<span>", bare)


def test_term_stands_still_while_the_entrepreneur_must_act(desk: Client) -> None:
    making.referral(state=State.NEEDS_INFO)
    assert "Stilgezet" in page(desk, "/werkbak/?lijst=alles")


def test_empty_list_and_empty_search_say_what_to_do(desk: Client) -> None:
    assert "Niets open. Mooi werk" in page(desk, "/werkbak/")
    assert "Niets in deze lijst" in page(desk, "/werkbak/?lijst=laat")
    searched = page(desk, "/werkbak/?zoek=bestaat+niet&stap=S")
    assert "Niets gevonden" in searched
    assert 'href="/werkbak/?lijst=mijn">Wis alle filters' in searched
    assert 'href="/werkbak/?lijst=alles&amp;status=open&amp;status=gesloten&amp;zoek=bestaat+niet"' in searched
    assert "Kijk ook in gesloten werk" in page(desk, "/werkbak/?stap=S")


def test_words_too_short_to_search_for_are_told(desk: Client) -> None:
    assert "Typ ten minste drie letters" in page(desk, "/werkbak/?zoek=ab")


def test_filters_in_use_can_be_taken_away_one_by_one(desk: Client) -> None:
    making.partner("nom", name="NOM")
    text = page(desk, "/werkbak/?lijst=alles&status=queued&status=offered&provincie=drenthe&poging=2&partner=99999")
    for chip, rest in (
        ("In wachtrij", "status=offered&amp;provincie=drenthe&amp;partner=99999&amp;poging=2"),
        ("Provincie: Drenthe", "status=queued&amp;status=offered&amp;partner=99999&amp;poging=2"),
        ("Poging: 2e poging of meer", "status=queued&amp;status=offered&amp;provincie=drenthe&amp;partner=99999"),
        ("Partner: Onbekende partner", "status=queued&amp;status=offered&amp;provincie=drenthe&amp;poging=2"),
    ):
        assert f'class="nnmkb-chip" href="/werkbak/?lijst=alles&amp;{rest}">{chip}<' in text, chip


def test_less_used_filters_open_when_one_of_them_is_in_use(desk: Client) -> None:
    assert '<details class="nnmkb-details"><summary>Meer filters' in page(desk, "/werkbak/?lijst=alles&stap=S")
    used = page(desk, "/werkbak/?lijst=alles&termijn=week&wie=niemand")
    assert '<details class="nnmkb-details" open><summary>Meer filters (2 in gebruik)' in used
    assert '<option value="week" selected>Deze week</option>' in used


def test_notice_names_what_does_not_count_and_days_the_wrong_way_round(desk: Client) -> None:
    text = page(desk, "/werkbak/?provincie=zeeland&stap=Q&binnen_van=2026-02-02&binnen_tot=2026-02-01")
    assert "Zij telt niet mee: Provincie, Stap." in text
    assert "Pas een van de twee aan." in text
    assert 'value="2026-02-02"' in text


def test_who_left_is_no_choice_but_keeps_a_name(desk: Client) -> None:
    gone, clerk = making.staff("gerda"), making.staff("klaas", "policy_author")
    gone.is_active = False
    gone.save()
    making.referral("Van Gerda", owner=gone)
    text = page(desk, "/werkbak/?lijst=alles")
    offered = text.partition('name="wie"')[2].partition("</select>")[0]
    assert "Anke" in offered
    assert f'value="{gone.pk}"' not in offered
    assert f'value="{clerk.pk}"' not in offered
    assert "Gerda</td>" in text
    asked = page(desk, f"/werkbak/?lijst=alles&wie={gone.pk}")
    assert f'<option value="{gone.pk}" selected>Gerda</option>' in asked
    assert "Van wie: Gerda<" in asked


def test_jump_keeps_the_filters_and_says_when_a_day_means_nothing(desk: Client) -> None:
    for number in range(3):
        making.referral(f"Bedrijf {number}", due=timedelta(days=number))
    text = page(desk, "/werkbak/?lijst=alles&stap=U&naar=2026-11-26")
    assert '<input type="hidden" name="stap" value="U">' in text
    assert "Bedrijf 2" in text
    assert "Bedrijf 1" not in text
    assert "Die datum kennen wij niet" in page(desk, "/werkbak/?lijst=alles&naar=morgen")
    assert "loopt er geen termijn" in page(desk, "/werkbak/?lijst=alles&naar=2027-01-01")


def test_pane_leads_to_the_referral_before_and_after_in_the_list(desk: Client) -> None:
    rows = [making.referral(f"Bedrijf {number:02}", due=timedelta(days=1, minutes=number)) for number in range(27)]
    text = page(desk, f"/werkbak/?lijst=alles&stap=U&open={rows[24].number}")
    walk = text.partition('aria-label="Door de lijst"')[2].partition("</nav>")[0]
    before, after = re.findall(r'rel="(?:prev|next)" href="([^"]+)"', walk)
    assert "stap=U" in before
    assert f"open={rows[23].number}" in before
    crossed = page(desk, after.replace("&amp;", "&"))
    assert ">Bedrijf 25</h2>" in crossed
    assert '<a class="nl-link nnmkb-strong"' in crossed
    assert f"open={rows[26].number}" in crossed
    assert 'rel="prev"' not in page(desk, f"/werkbak/?lijst=alles&open={rows[0].number}").partition("<aside")[2]


def test_page_says_when_it_was_made_and_what_came_in_since(desk: Client) -> None:
    row = making.referral("Eerste")
    text = page(desk, "/werkbak/?lijst=alles")
    assert "Bijgewerkt om 11.00." in text
    assert ">Ververs</a>" in text
    link = re.search(rf'href="([^"]+open={row.number}[^"]*)"', text)
    assert link
    with time_machine.travel(NOW + timedelta(minutes=3), tick=False):
        making.referral("Nieuw", created_at=NOW + timedelta(minutes=2))
        later = page(desk, link[1].replace("&amp;", "&"))
    assert "Bijgewerkt om 11.03." in later
    assert ">1 nieuwe</a>" in later
    assert '<a class="nl-link" href="/werkbak/?lijst=alles" data-fresh=' in later


def test_script_can_ask_what_came_in_since(desk: Client) -> None:
    since = f"{NOW.timestamp():.0f}"
    assert page(desk, f"/werkbak/nieuw/?sinds={since}") == "Ververs"
    with time_machine.travel(NOW + timedelta(minutes=3), tick=False):
        for _ in range(2):
            making.referral("Nieuw", created_at=NOW + timedelta(minutes=2))
        assert page(desk, f"/werkbak/nieuw/?sinds={since}") == "2 nieuwe"
        assert page(desk, "/werkbak/nieuw/") == "Ververs"


@pytest.mark.parametrize("since", ["0", "99999999999", "-5", "x", "1" * 40, "²"])
def test_moment_that_cannot_be_is_the_present_one(desk: Client, since: str) -> None:
    making.referral("Nieuw", created_at=NOW - timedelta(minutes=2))
    assert ">Ververs</a>" in page(desk, f"/werkbak/?lijst=alles&sinds={since}")


def test_list_that_needs_attention_comes_out_when_there_is_something_in_it(desk: Client) -> None:
    tabs = page(desk, "/werkbak/?lijst=alles").partition('class="nnmkb-tabs"')[2].partition("nnmkb-drop")[0]
    assert "Bezorging mislukt" not in tabs
    assert "Terug bij KvK" in tabs
    # Behind «Meer lijsten», until it is the list in use.
    assert "Wacht op partner" not in tabs
    tabs = page(desk, "/werkbak/?lijst=partner").partition('class="nnmkb-tabs"')[2].partition("nnmkb-drop")[0]
    assert "Wacht op partner" in tabs


def test_forged_cursor_shows_the_first_page_with_a_notice(desk: Client) -> None:
    making.referral("Eerste")
    text = page(desk, "/werkbak/?lijst=alles&vanaf=vals")
    assert "Die bladzijde hoort bij een andere lijst" in text
    assert "Eerste" in text


def test_next_page_keeps_the_filters(desk: Client) -> None:
    for number in range(26):
        making.referral(f"Bedrijf {number:02}", due=timedelta(days=1, minutes=number))
    first = page(desk, "/werkbak/?lijst=alles&provincie=groningen")
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following
    assert "provincie=groningen" in following[1]
    second = page(desk, following[1].replace("&amp;", "&"))
    assert "Bedrijf 25" in second
    assert "Bedrijf 24" not in second
