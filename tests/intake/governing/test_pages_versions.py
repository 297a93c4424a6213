"""The list of versions, a new one, the page of one, and what can be done there."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from intake import policies
from intake.models import PolicyVersion
from intake.services import replaying
from intake.views.policy import counting
from nnmkb.ledger.models import Event
from nnmkb.web.permissions import Role
from tests.domain.policy.vector_samples import sample_vectors
from tests.intake.governing import cast
from tests.intake.governing.pages import MARKUP, browser, fresh, post, text
from tests.intake.stored import store

pytestmark = pytest.mark.django_db
State = PolicyVersion.State


@pytest.fixture
def author() -> User:
    return cast.author()


@pytest.fixture
def publisher() -> User:
    return cast.publisher()


def test_list_begins_with_what_is_in_force_and_what_is_open(author: User, publisher: User) -> None:
    cast.submitted(author, "2026-1")
    cast.draft(author, "2026-2", "Nog een")
    page = text(browser(author).get("/beleid/"))
    places = [page.index(word) for word in ("Nu in gebruik: 2013", "2026-1", "2026-2")]
    assert places == sorted(places)
    assert "In beoordeling" in page
    assert "Ingediend door Roelien" in page
    assert "Eerdere versies" not in page


def test_review_waits_for_who_can_publish_it_and_for_nobody_else(author: User, publisher: User) -> None:
    both = cast.person("beide", Role.POLICY_AUTHOR, Role.POLICY_PUBLISHER)
    cast.submitted(both)
    waits = {user.username: "Wacht op u" in text(browser(user).get("/beleid/")) for user in (author, publisher, both)}
    assert waits == {"roelien": False, "durk": True, "beide": False}


def test_button_for_a_new_version_is_for_authors(author: User, publisher: User) -> None:
    assert "Nieuwe versie" in text(browser(author).get("/beleid/"))
    assert "Nieuwe versie" not in text(browser(publisher).get("/beleid/"))


def test_policy_staff_lands_on_the_list_after_signing_in(author: User, client: Client) -> None:
    author.set_password("een lang wachtwoord")
    author.save()
    typed = {"username": author.username, "password": "een lang wachtwoord"}
    assert client.post("/inloggen/", typed)["Location"] == "/beleid/"
    assert client.get("/beleid/").status_code == 200


def test_form_that_was_sent_after_the_session_ended_leads_home_not_to_a_page_of_others(client: Client) -> None:
    assert client.post("/beleid/nieuw/", {})["Location"] == "/inloggen/?next="


def test_menu_marks_every_page_about_policy(author: User) -> None:
    cast.draft(author)
    client = browser(author)
    for path in ("", "nieuw/", "2026-1/", "2026-1/bestand/regels.yaml/", "bronnen/"):
        assert '<a href="/beleid/" aria-current="page">Beleid</a>' in client.get(f"/beleid/{path}").content.decode()


def test_new_version_begins_once(author: User) -> None:
    client = browser(author)
    typed = {"basis": "2013", "naam": "2026-1", "titel": "Vlucht ruimer"}
    for _ in range(2):
        assert post(client, "nieuw/", **typed)["Location"] == "/beleid/2026-1/"
    assert fresh().state == State.DRAFT
    assert Event.objects.filter(kind="policy_started").count() == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"naam": ""}, "Geef de versie een naam."),
        ({"naam": "Versie Twee"}, "alleen kleine letters"),
        ({"naam": "nieuw"}, "alleen kleine letters"),
        ({"naam": "2013"}, "Er is al een versie met de naam «2013»"),
        ({"naam": "x" * 5000}, "te lang"),
        ({"naam": "a\x00b"}, "niet kunnen lezen"),
        ({"titel": ""}, "Geef de versie een titel."),
        ({"titel": "x" * 121}, "hooguit 120 tekens"),
        ({"basis": "verzonnen"}, "Kies een versie uit de lijst."),
    ],
)
def test_mistake_in_a_new_version_is_told_and_what_was_typed_stays(
    author: User, typed: dict[str, str], words: str
) -> None:
    response = post(browser(author), "nieuw/", **{"basis": "2013", "naam": "2026-1", "titel": "Mijn titel", **typed})
    assert response.status_code == 200
    assert words in text(response)
    assert "nnmkb-errors" in response.content.decode()
    assert "titel" in typed or 'value="Mijn titel"' in response.content.decode()
    assert not PolicyVersion.objects.filter(state=State.DRAFT).exists()


@pytest.mark.parametrize("name", ["2099", "-", "2026-1-x", "x" * 21, "2013%00", "2013<b>", "..", "2013/bestand/x.py"])
def test_unknown_version_is_not_found(author: User, name: str) -> None:
    assert browser(author).get(f"/beleid/{name}/").status_code == 404


def test_page_about_organisations_keeps_its_address(author: User) -> None:
    assert "Rollen zonder organisatie" in text(browser(author).get("/beleid/organisaties/"))


def test_page_of_a_version_shows_its_rules_with_how_many_intakes(publisher: User) -> None:
    page = text(browser(publisher).get("/beleid/2013/"))
    for word in ("In gebruik", "4,57 × 10^38 intakes", "Strategie", "R-N4", "Vluchten vanaf Eelde", "signaal", "NN-1"):
        assert word in page
    assert "De controle vond 7 waarschuwingen." in page
    assert "37,4% van alle mogelijke antwoorden" in page
    # The only power of ten is how many there are in all.
    assert page.count("× 10^") - text(browser(publisher).get("/beleid/2013/beoordelen/")).count("× 10^") == 1
    assert "van de 0" not in page


def test_page_of_a_version_begins_with_how_many_stored_scans(publisher: User) -> None:
    store(sample_vectors(40))
    held = replaying.count(policies.policy("2013")).rules
    page = text(browser(publisher).get("/beleid/2013/"))
    for code in ("R-N4", "NN-1"):
        line = page[page.index(f" {code} ") :]
        assert f"{held.get(code, 0)} van de 40 bewaarde scans" in line[: line.index("van alle mogelijke antwoorden")]


def test_many_scans_are_only_counted_when_it_is_asked_for(publisher: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "COUNTED_AT_ONCE", 39)
    store(sample_vectors(40))
    client = browser(publisher)
    for path, place in (("", "regels"), ("regel/R-N4/", "voorwie")):
        page = client.get(f"/beleid/2013/{path}")
        assert f'href="?tel=1#{place}"' in page.content.decode()
        assert "van de 40 bewaarde scans" not in text(page)
        page = client.get(f"/beleid/2013/{path}?tel=1")
        assert "van de 40 bewaarde scans" in text(page)
        assert "?tel=1" not in page.content.decode()


def test_problems_are_told_all_at_once_with_the_address_of_their_lines(author: User) -> None:
    cast.changed(author, None, cast.FLIGHT, "vlucht_elde: [ja]")
    response = browser(author).get("/beleid/2026-1/")
    assert "Er zijn 2 fouten in de tekst" in text(response)
    assert "bedoelde u «vlucht_eelde»?" in text(response)
    assert 'href="/beleid/2026-1/bestand/regels.yaml/#regel-475"' in response.content.decode()


def test_error_of_the_analysis_shows_the_rule_and_an_example(author: User) -> None:
    cast.broken(author)
    response = browser(author).get("/beleid/2026-1/")
    assert "Dode regel" in text(response)
    assert "Kleinste voorbeeld" in text(response)
    assert 'href="/beleid/2026-1/regel/R-N4/"' in response.content.decode()


def test_buttons_are_those_of_the_role_and_the_state(author: User, publisher: User) -> None:
    other = cast.person("sietse", Role.ADMINISTRATOR)
    words = ("Bewerk de regels", "Dien in", "Maak er weer een concept van", "Gooi weg", "Neem uit gebruik", "Beoordeel")

    def offered(user: User, name: str) -> list[str]:
        page = browser(user).get(f"/beleid/{name}/").content.decode()
        return [word for word in words if f"</svg>{word}</a>" in page]

    cast.published(author, publisher, "2026-1")
    cast.changed(author, cast.draft(author, "2026-2", base="2026-1"), cast.OTHER_REASON, "Vlieg mee.")
    cast.submitted(author, "2026-3")
    assert offered(author, "2026-2") == ["Bewerk de regels", "Dien in", "Gooi weg"]
    assert offered(publisher, "2026-2") == []
    assert offered(author, "2026-3") == ["Maak er weer een concept van", "Beoordeel"]
    assert offered(publisher, "2026-3") == ["Maak er weer een concept van", "Beoordeel"]
    assert offered(author, "2026-1") == []
    assert offered(publisher, "2026-1") == ["Neem uit gebruik"]
    assert offered(publisher, "2013") == []
    assert [offered(other, name) for name in ("2026-1", "2026-2", "2026-3")] == [[], [], ["Beoordeel"]]


def test_first_version_of_all_is_not_offered_to_be_taken_out_of_use(author: User, publisher: User) -> None:
    cast.draft(author)
    assert fresh("2013").state == State.PUBLISHED
    assert "Neem uit gebruik" not in text(browser(publisher).get("/beleid/2013/"))


def test_draft_with_errors_is_not_offered_for_review(author: User) -> None:
    cast.broken(author)
    client = browser(author)
    assert "Dien in" not in text(client.get("/beleid/2026-1/"))
    asked = client.get("/beleid/2026-1/indienen/", follow=True)
    assert asked.redirect_chain == [("/beleid/2026-1/", 302)]
    assert "«Dien in» kan nog niet. Herstel eerst de fouten." in text(asked)
    assert 'href="#analyse"' in asked.content.decode()
    response = post(client, "2026-1/indienen/", lock=str(fresh().lock))
    assert "Herstel die eerst" in text(response)
    assert fresh().state == State.DRAFT


def test_draft_that_cannot_be_read_is_not_asked_to_be_handed_in_but_can_be_thrown_away(author: User) -> None:
    cast.changed(author, None, cast.FLIGHT, "vlucht_elde: [ja]")
    client = browser(author)
    assert client.get("/beleid/2026-1/indienen/")["Location"] == "/beleid/2026-1/"
    assert client.get("/beleid/2026-1/weggooien/").status_code == 200


@pytest.mark.parametrize("act", ["indienen", "weggooien", "terugsturen", "intrekken"])
def test_asking_changes_nothing(author: User, publisher: User, act: str) -> None:
    cast.changed(author)
    for user in (author, publisher):
        assert browser(user).get(f"/beleid/2026-1/{act}/").status_code in {200, 403, 409}
    assert fresh().state == State.DRAFT
    assert not Event.objects.filter(kind__in=("policy_submitted", "policy_dropped")).exists()


def test_handing_in_twice_is_once(author: User) -> None:
    version, client = cast.changed(author), browser(author)
    for _ in range(2):
        assert post(client, "2026-1/indienen/", lock=str(version.lock))["Location"] == "/beleid/2026-1/"
    assert fresh().state == State.REVIEW
    assert Event.objects.filter(kind="policy_submitted").count() == 1


def test_act_on_a_version_that_moved_on_says_what_happened(author: User) -> None:
    other, version = cast.author("sjoerd"), cast.changed(author)
    assert post(browser(other), "2026-1/indienen/", lock=str(version.lock)).status_code == 302
    response = post(browser(author), "2026-1/weggooien/", lock=str(version.lock))
    assert response.status_code == 409
    assert "«Gooi weg» kan nu niet. Deze versie staat op: in beoordeling." in text(response)
    assert "Ingediend" in text(response)
    assert "door Sjoerd" in text(response)


@pytest.mark.parametrize("lock", ["", "0", "1", "-1", "99", "abc", "1e3", "9" * 400, "²"])
def test_forged_number_of_a_version_does_nothing(author: User, lock: str) -> None:
    version = cast.changed(author)
    for act in ("indienen", "weggooien"):
        assert post(browser(author), f"2026-1/{act}/", lock=lock).status_code == 409
    assert (fresh().state, fresh().lock) == (State.DRAFT, version.lock)


def test_sending_back_asks_for_the_reason_and_tells_it(author: User, publisher: User) -> None:
    version, client = cast.submitted(author), browser(publisher)
    empty = post(client, "2026-1/terugsturen/", lock=str(version.lock), reden=" ")
    assert "Schrijf op waarom." in text(empty)
    long = post(client, "2026-1/terugsturen/", lock=str(version.lock), reden="x" * 1001)
    assert "hooguit 1000 tekens" in text(long)
    assert fresh().state == State.REVIEW
    post(client, "2026-1/terugsturen/", lock=str(version.lock), reden=f"De reden klopt niet. {MARKUP}")
    assert fresh().state == State.DRAFT
    page = browser(author).get("/beleid/2026-1/geschiedenis/")
    assert f"Weer een concept De reden klopt niet. {MARKUP}" in text(page).replace("  ", " ")
    assert "<script>alert" not in page.content.decode()


def test_thrown_away_draft_can_still_be_read(author: User) -> None:
    version, client = cast.changed(author), browser(author)
    assert post(client, "2026-1/weggooien/", lock=str(version.lock)).status_code == 302
    assert "Weggegooid" in text(client.get("/beleid/2026-1/"))
    assert "Eerdere versies" in text(client.get("/beleid/"))
    assert "Bewaar" not in text(client.get("/beleid/2026-1/bestand/regels.yaml/"))


def test_publisher_takes_a_version_out_of_use_alone_with_the_reason(author: User, publisher: User) -> None:
    version = cast.published(author, publisher)
    assert browser(author).get("/beleid/2026-1/intrekken/").status_code == 403
    assert post(browser(author), "2026-1/intrekken/", lock=str(version.lock), reden="Zomaar.").status_code == 403
    client = browser(publisher)
    for _ in range(2):
        post(client, "2026-1/intrekken/", lock=str(version.lock), reden="Er zit een fout in.")
    assert (fresh().state, fresh("2013").state) == (State.RETIRED, State.PUBLISHED)
    assert Event.objects.filter(kind="policy_withdrawn").count() == 1
    assert "Nu in gebruik: 2013" in text(client.get("/beleid/"))


def test_history_tells_who_did_what_newest_first(author: User, publisher: User) -> None:
    cast.published(author, publisher)
    page = text(browser(author).get("/beleid/2026-1/geschiedenis/"))
    words = (
        "Gepubliceerd, in plaats van versie 2013",
        "Gevolgen doorgerekend",
        "Ingediend",
        "Tekst bewaard",
        "Begonnen",
    )
    places = [page.index(word) for word in words]
    assert places == sorted(places)
    assert "door Durk" in page
    assert "door het programma" in text(browser(author).get("/beleid/2013/geschiedenis/"))


def test_name_of_a_colleague_who_left_is_no_mistake(author: User, publisher: User) -> None:
    cast.changed(author)
    reader = browser(publisher)
    User.objects.filter(pk=author.pk).delete()
    assert "een vroegere collega" in text(reader.get("/beleid/2026-1/geschiedenis/"))
    assert "een vroegere collega" in text(reader.get("/beleid/"))


def test_title_with_markup_is_only_text(author: User) -> None:
    cast.draft(author, "2026-1", MARKUP)
    for path in ("", "2026-1/", "2026-1/geschiedenis/", "2026-1/beoordelen/", "2026-1/indienen/", "nieuw/"):
        response = browser(author).get(f"/beleid/{path}")
        assert MARKUP in text(response)
        assert "<script>alert" not in response.content.decode()
