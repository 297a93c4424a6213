"""Saved lists: own ones for oneself, team lists by who leads it, under a good name, and nothing kept is trusted."""

from __future__ import annotations

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from referrals.models import DeskProfile, SavedView
from referrals.services import saved_views
from referrals.services.errors import Refused
from tests.referrals.desk import making
from tests.referrals.desk.making import NOW

pytestmark = pytest.mark.django_db
PAGE = "/werkbak/lijsten/"


@pytest.fixture(autouse=True)
def _today() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def lead(client: Client) -> Client:
    client.force_login(making.staff("lies", "team_lead"))
    return client


def kept(owner: User | None, name: str = "Beurs", query: str = "lijst=alles", **fields: object) -> SavedView:
    """Make a saved list; without an owner it is one of the team."""
    by = owner or making.staff(f"lead-{name}", "team_lead")
    return SavedView.objects.create(owner=owner, made_by=by, name=name, query=query, created_at=NOW, **fields)


def text(client: Client, address: str) -> str:
    """Return the page at an address, which must be there."""
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


# --- saving ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [{"naam": "Mijn zoektocht"}, {"doe": "begin"}])
def test_what_was_searched_for_is_not_kept(desk: Client, anke: User, form: dict[str, str]) -> None:
    asked = "lijst=alles&zoek=anna%40zilverwiek.example&provincie=drenthe"
    page = desk.post(PAGE, {"keuze": asked, **form}, follow=True)
    assert page.status_code == 200
    found = [row.query for row in SavedView.objects.all()] + [
        row.start for row in DeskProfile.objects.all() if row.start
    ]
    assert found == ["lijst=alles&provincie=drenthe"]


def test_list_is_kept_with_its_filters_and_stands_above_the_workbench_at_once(desk: Client, anke: User) -> None:
    assert "Drenthe te laat" not in text(desk, "/werkbak/?lijst=alles")
    answer = desk.post(PAGE, {"naam": "  Drenthe   te laat ", "keuze": "lijst=laat&provincie=drenthe"})
    assert (answer.status_code, answer["Location"]) == (302, "/werkbak/?lijst=laat&provincie=drenthe")
    found = SavedView.objects.get()
    assert (found.owner, found.name, found.query) == (anke, "Drenthe te laat", "lijst=laat&provincie=drenthe")
    shown = text(desk, answer["Location"])
    assert "De lijst «Drenthe te laat» is bewaard." in shown
    assert 'href="/werkbak/?lijst=laat&amp;provincie=drenthe" aria-current="page">' in shown.replace("\n", "")
    assert "Bewaar deze lijst" not in shown


def test_what_is_kept_is_read_and_written_again(desk: Client) -> None:
    desk.post(PAGE, {"naam": "Vreemd", "keuze": "lijst=laat&provincie=zeeland&next=//evil.example&status=x"})
    assert SavedView.objects.get().query == "lijst=laat"
    SavedView.objects.update(query='lijst="><script>alert(1)</script>&provincie=drenthe')
    shown = text(desk, PAGE)
    assert "<script>alert" not in shown
    assert 'href="/werkbak/?lijst=mijn&amp;provincie=drenthe"' in shown


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "Geef de lijst een naam."),
        (" \t\n", "Geef de lijst een naam."),
        ("x" * 41, "De naam is te lang."),
        ("x" * 100_000, "De naam is te lang."),
        ("a\x00b", "een teken dat wij niet kunnen lezen"),
        ("a\u202eb", "een teken dat wij niet kunnen lezen"),
        ("beurs", "Er is al een lijst met deze naam."),
    ],
)
def test_bad_name_is_refused_in_words_and_nothing_typed_is_lost(desk: Client, anke: User, name: str, why: str) -> None:
    kept(anke, "Beurs")
    answer = desk.post(PAGE, {"naam": name, "keuze": "lijst=alles&stap=S"})
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert why in shown
    assert f'value="{name}"' in shown or not name.strip()
    assert 'name="keuze" value="lijst=alles&amp;stap=S"' in shown
    assert SavedView.objects.count() == 1


def test_name_of_a_colleague_or_of_the_team_is_free(desk: Client, anke: User) -> None:
    kept(making.staff("bram"), "Beurs")
    kept(None, "Beurs")
    assert desk.post(PAGE, {"naam": "Beurs", "keuze": "lijst=alles"}).status_code == 302
    assert SavedView.objects.filter(owner=anke).count() == 1


def test_twenty_lists_are_enough(desk: Client, anke: User) -> None:
    for number in range(20):
        kept(anke, f"lijst {number}")
    answer = desk.post(PAGE, {"naam": "nog een", "keuze": "lijst=alles"})
    assert "U hebt al 20 lijsten" in answer.content.decode()
    SavedView.objects.filter(name="lijst 3").delete()
    assert desk.post(PAGE, {"naam": "nog een", "keuze": "lijst=alles"}).status_code == 302


def test_list_with_more_filters_than_fit_is_refused(anke: User) -> None:
    with pytest.raises(Refused, match="te veel filters"):
        saved_views.save(anke, "lang", "x" * 501, now=NOW)
    with pytest.raises(Refused, match="te veel filters"):
        saved_views.begin_with(anke, "x" * 501)


# --- whose ----------------------------------------------------------------------------------------------------------


def test_only_who_leads_the_team_keeps_a_list_for_it(desk: Client) -> None:
    answer = desk.post(PAGE, {"naam": "Voor allen", "keuze": "lijst=alles", "team": "ja"})
    assert "Alleen een teamleider" in answer.content.decode()
    assert "Voor het hele team" not in text(desk, "/werkbak/?lijst=alles")
    assert not SavedView.objects.exists()


def test_team_list_shows_for_everybody(lead: Client) -> None:
    assert "Voor het hele team" in text(lead, "/werkbak/?lijst=alles")
    lead.post(PAGE, {"naam": "Voor allen", "keuze": "lijst=partner", "team": "ja"})
    assert SavedView.objects.get().owner is None
    lead.force_login(making.staff("bram"))
    assert "Voor allen" in text(lead, "/werkbak/?lijst=alles")


@pytest.mark.parametrize("act", ["hernoem", "vast", "los", "verwijder", "", "x"])
def test_list_of_a_colleague_does_not_exist_for_me(desk: Client, act: str) -> None:
    row = kept(making.staff("bram"), "Geheim")
    assert desk.post(f"{PAGE}{row.pk}/", {"doe": act, "naam": "mijn"}).status_code == 404
    assert SavedView.objects.get().name == "Geheim"
    assert "Geheim" not in text(desk, PAGE) + text(desk, "/werkbak/?lijst=alles")


@pytest.mark.parametrize("act", ["hernoem", "los", "verwijder"])
def test_advisor_sees_a_team_list_and_changes_nothing_of_it(desk: Client, act: str) -> None:
    row = kept(None, "Van ons")
    answer = desk.post(f"{PAGE}{row.pk}/", {"doe": act, "naam": "mijn"})
    row.refresh_from_db()
    assert answer.status_code == 200
    assert (row.name, row.pinned) == ("Van ons", True)
    assert "Van ons" in answer.content.decode()
    assert "Verwijder deze lijst" not in answer.content.decode()


@pytest.mark.parametrize("number", [0, 987654, 2**63, 10**40])
def test_list_that_does_not_exist_is_not_found(desk: Client, number: int) -> None:
    assert desk.post(f"{PAGE}{number}/", {"doe": "verwijder"}).status_code == 404


def test_lead_changes_a_list_of_the_team(lead: Client) -> None:
    row = kept(None, "Van ons")
    lead.post(f"{PAGE}{row.pk}/", {"doe": "hernoem", "naam": "Van iedereen"})
    assert SavedView.objects.get().name == "Van iedereen"
    lead.post(f"{PAGE}{row.pk}/", {"doe": "verwijder"})
    assert not SavedView.objects.exists()


# --- changing -------------------------------------------------------------------------------------------------------


def test_own_list_is_renamed_taken_off_put_back_and_removed(desk: Client, anke: User) -> None:
    row = kept(anke, "Beurs")
    address = f"{PAGE}{row.pk}/"
    assert ">Beurs" in text(desk, "/werkbak/?lijst=mijn")
    desk.post(address, {"doe": "hernoem", "naam": "beurs"})
    desk.post(address, {"doe": "los"})
    row.refresh_from_db()
    assert (row.name, row.pinned) == ("beurs", False)
    desk.post(address, {"doe": "vast"})
    row.refresh_from_db()
    assert row.pinned
    assert "De lijst «beurs» is verwijderd." in desk.post(address, {"doe": "verwijder"}, follow=True).content.decode()
    assert desk.post(address, {"doe": "verwijder"}).status_code == 404


def test_wrong_new_name_is_told_at_that_list(desk: Client, anke: User) -> None:
    kept(anke, "Beurs")
    row = kept(anke, "Missie")
    shown = desk.post(f"{PAGE}{row.pk}/", {"doe": "hernoem", "naam": "BEURS"}).content.decode()
    assert f'value="BEURS" autocomplete="off" aria-invalid="true" aria-describedby="naam_{row.pk}_error"' in shown
    assert "Er is al een lijst met deze naam" in shown
    assert "De lijst is nog niet bewaard" not in shown


def test_act_that_is_none_changes_nothing_and_says_so(desk: Client, anke: User) -> None:
    row = kept(anke, "Beurs")
    assert "Kies wat u met de lijst wilt doen" in desk.post(f"{PAGE}{row.pk}/", {"doe": "x"}).content.decode()


# --- where to begin -------------------------------------------------------------------------------------------------


def test_workbench_begins_with_the_list_that_was_chosen_until_that_is_undone(desk: Client, anke: User) -> None:
    assert desk.get("/werkbak/").status_code == 200
    desk.post(PAGE, {"doe": "begin", "keuze": "lijst=laat&provincie=drenthe&x=y"})
    assert DeskProfile.objects.get(user=anke).start == "lijst=laat&provincie=drenthe"
    answer = desk.get("/werkbak/")
    assert (answer.status_code, answer["Location"]) == (302, "/werkbak/?lijst=laat&provincie=drenthe")
    # Every other address of the workbench means what it says.
    assert desk.get("/werkbak/?lijst=mijn").status_code == 200
    desk.post(PAGE, {"doe": "standaard"})
    assert desk.get("/werkbak/").status_code == 200


def test_list_to_begin_with_is_never_used_as_it_was_kept(desk: Client, anke: User) -> None:
    DeskProfile.objects.create(user=anke, start="//evil.example/?lijst=weg")
    answer = desk.get("/werkbak/")
    assert (answer.status_code, answer["Location"]) == (302, "/werkbak/?lijst=mijn")
    assert desk.get(answer["Location"]).status_code == 200


def test_settings_of_a_person_stay_when_another_list_is_chosen(desk: Client, anke: User) -> None:
    DeskProfile.objects.create(user=anke, shortcuts=False)
    desk.post(PAGE, {"doe": "begin", "keuze": "lijst=alles"})
    found = DeskProfile.objects.get(user=anke)
    assert (found.shortcuts, found.start) == (False, "lijst=alles")
