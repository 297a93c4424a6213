"""The public page with the table of 2013, and who that is on another day."""

from __future__ import annotations

import gzip
import re
from html import unescape

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from tests.intake.walking import errors, text, title

ADDRESS = "/wie-doet-wat/"
pytestmark = [pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _one_day() -> object:
    with time_machine.travel("2026-11-24T10:00:00Z", tick=False):
        yield


def shown(client: Client, query: str = "") -> HttpResponse:
    response = client.get(ADDRESS + query)
    assert response.status_code == 200
    return response


def cells(response: HttpResponse, activity: str) -> list[list[str]]:
    """Return the rows of one activity: the label of 2013, who that is, and what happened."""
    groups = re.findall(r'<tbody role="rowgroup">(.*?)</tbody>', response.content.decode(), re.S)
    group = next(group for group in groups if f">{activity}</span>" in group)
    return [
        [
            " ".join(unescape(re.sub("<[^>]+>", " ", cell)).split())
            for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)
        ]
        for row in re.findall(r'<tr role="row">(.*?)</tr>', group, re.S)[1:]
    ]


def test_today_syntens_leads_to_the_kvk_that_stands_above_already(client: Client) -> None:
    response = shown(client)
    assert "De tabel van 2013, en wie dat nu is" in title(response)
    assert "Op 24 november 2026" in text(response)
    assert cells(response, "A3") == [
        [
            "Kamer van Koophandel",
            "Kamer van Koophandel (A)",
            "De Kamer van Koophandel Noord-Nederland ging op 1 januari 2014 op in de Kamer van Koophandel (KvK).",
        ],
        [
            "Syntens",
            "Staat hierboven al: Kamer van Koophandel",
            "Syntens ging op 1 januari 2014 op in de Kamer van Koophandel (KvK).",
        ],
    ]


def test_in_2013_the_names_are_those_of_the_table(client: Client) -> None:
    response = shown(client, "?peildatum=2013-02-05")
    assert cells(response, "A3") == [
        ["Kamer van Koophandel", "Kamer van Koophandel Noord-Nederland (A)", "Niets veranderd"],
        ["Syntens", "Syntens (A)", "Niets veranderd"],
    ]
    assert "Wat er veranderde" not in text(response)


def test_incas3_leads_to_nobody_and_the_page_says_so(client: Client) -> None:
    response = shown(client)
    assert "INCAS3 stopte op 20 december 2016. Er is geen opvolger." in cells(response, "N3")[-1][2]
    assert "INCAS3 (A)" not in cells(response, "N3")[-1][1]
    before = shown(client, "?peildatum=2016-12-19")
    assert "INCAS3 (A)" in cells(before, "N3")[-1][1]
    assert "INCAS3 stopte" not in text(before)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2017-01-01", "NHL Hogeschool (A)"),
        ("2017-12-31", "NHL Hogeschool (A)"),
        ("2018-01-01", "NHL Stenden Hogeschool (A)"),
        ("2019-01-01", "NHL Stenden Hogeschool (A)"),
    ],
)
def test_school_has_the_name_of_that_day(client: Client, day: str, name: str) -> None:
    assert cells(shown(client, f"?peildatum={day}&provincie=friesland"), "N2")[0][1].startswith(name)


def test_province_and_sector_narrow_the_table(client: Client) -> None:
    response = shown(client, "?provincie=friesland&sector=bouw")
    assert cells(response, "A2")[1][1] == "De Friese Exportclub (A)"
    assert cells(response, "P4")[0][1] == "Bouwend Nederland, regio Noord (B)"
    assert "Exportclub Noord" not in text(response)
    nobody = cells(shown(client, "?sector=ict"), "P4")
    assert nobody[0][1] == "Niemand De KvK zoekt dan wie kan helpen."


def test_theme_narrows_the_table_alone_and_with_the_rest(client: Client) -> None:
    everybody = text(shown(client))
    response = shown(client, "?thema=water")
    assert "Water Alliance" in text(response)
    for other in ("HANNN", "New Energy Coalition"):
        assert other in everybody
        assert other not in text(response)
    assert "New Energy Coalition" in text(shown(client, "?thema=energie&provincie=friesland&sector=bouw"))
    assert "Energy Valley" in text(shown(client, "?thema=energie&peildatum=2013-02-05"))
    page = response.content.decode()
    assert re.search(r'<option value="water" selected>', page)
    assert "Geen van deze" not in text(response)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("?peildatum=1-1-2019", "Schrijf de dag als jaar, maand en dag. Bijvoorbeeld 2019-01-01. U ziet nu vandaag."),
        ("?peildatum=2019-02-30", "Schrijf de dag als jaar, maand en dag. Bijvoorbeeld 2019-01-01. U ziet nu vandaag."),
        ("?peildatum=%00", "Schrijf de dag als jaar, maand en dag. Bijvoorbeeld 2019-01-01. U ziet nu vandaag."),
        ("?peildatum=2012-12-31", "Kies een dag van 01-01-2013 tot en met 31-12-2027. U ziet nu vandaag."),
        ("?peildatum=2028-01-01", "Kies een dag van 01-01-2013 tot en met 31-12-2027. U ziet nu vandaag."),
        ("?provincie=zeeland", "Kies een provincie uit de lijst. U ziet nu alle provincies."),
        ("?provincie=anders", "Kies een provincie uit de lijst. U ziet nu alle provincies."),
        ("?thema=geen", "Kies een thema uit de lijst. U ziet nu alle thema's."),
        ("?thema=x%00", "Kies een thema uit de lijst. U ziet nu alle thema's."),
        ("?sector=ruimtevaart", "Kies een sector uit de lijst. U ziet nu alle sectoren."),
    ],
)
def test_choice_that_means_nothing_is_told_and_the_page_shows_today(client: Client, query: str, told: str) -> None:
    response = shown(client, query)
    assert errors(response) == [told]
    assert title(response).startswith("Fout: ")
    assert "Op 24 november 2026" in text(response)


def test_what_is_right_in_a_choice_still_counts(client: Client) -> None:
    response = shown(client, "?peildatum=gisteren&provincie=friesland")
    assert "Exportclub Noord" not in text(response)


@pytest.mark.parametrize("day", ["2013-01-01", "2027-12-31"])
def test_first_and_last_day_are_shown(client: Client, day: str) -> None:
    assert errors(shown(client, f"?peildatum={day}")) == []


def test_every_change_is_told_once_with_what_it_rests_on(client: Client) -> None:
    page = text(shown(client))
    stories = page[page.index("Wat er veranderde") :]
    assert stories.count("verder als de NHL Stenden Hogeschool. (A)") == 1
    assert "Exportclub Noord. (B) Het formele besluit was gepland voor mei 2019." in stories
    assert "Bron: Kamerstuk 33553." in stories
    assert stories.index("Syntens") < stories.index("INCAS3") < stories.index("Firda")


def test_page_only_shows_and_is_the_same_for_everybody(client: Client) -> None:
    assert client.post(ADDRESS).status_code == 405
    response = shown(client)
    assert response["Cache-Control"] == "public, max-age=600"
    assert not response.cookies
    assert not re.search(rb"<script|<style|\sstyle=|\son[a-z]+=", response.content)
    assert len(gzip.compress(response.content, 6)) <= 8 * 1024


def test_page_is_found_from_the_page_about_this_site(client: Client) -> None:
    assert f'href="{ADDRESS}"' in client.get("/over/").content.decode()


def test_markup_in_the_address_stays_text(client: Client) -> None:
    assert b"<b>x" not in shown(client, "?peildatum=<b>x&provincie=<b>x").content
