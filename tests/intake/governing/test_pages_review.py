"""From author to publisher in the browser: judged by a second person, with notes, weighed, and then in force."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from intake import policies
from intake.models import PolicyVersion
from intake.policy.vectors import to_vector
from intake.services.governing import drafting, reviewing, weighing
from intake.services.governing.checking import check
from nnmkb.ledger.models import Event
from nnmkb.web.permissions import Role
from tests.domain.policy.vector_samples import sample_vectors
from tests.intake import companies
from tests.intake.governing import cast
from tests.intake.governing.pages import MARKUP, browser, fresh, noted, post, save, text
from tests.intake.stored import store
from tests.intake.walking import address, begin, finish

pytestmark = pytest.mark.django_db
State = PolicyVersion.State
REVIEW = "2026-1/beoordelen/"
SIZE = "{van: 5, tot: 100}"
ELSEWHERE = "als: {alle: [{feit: noord}, {vlucht_eelde: [ja]}]}"


@pytest.fixture
def author() -> User:
    return cast.author()


@pytest.fixture
def publisher() -> User:
    return cast.publisher()


def publish(client: Client, version: PolicyVersion, **more: str) -> HttpResponse:
    """Send the decision, with a note for each warning and the box ticked."""
    typed = {**noted(version), "akkoord": "on", "doe": "publiceren", "lock": str(version.lock), **more}
    return post(client, REVIEW, **typed)


def test_whole_way_from_a_draft_to_a_scan_that_uses_it(client: Client, author: User, publisher: User) -> None:
    earlier = begin(client)
    finish(client, earlier, companies.READY)
    told = text(client.get(address(earlier, "uitslag")))
    writes, decides = browser(author), browser(publisher)
    post(writes, "nieuw/", basis="2013", naam="2026-1", titel="Vlucht ruimer")
    save(writes, fresh().files[cast.RULES].replace(ELSEWHERE, "als: {vlucht_eelde: [ja]}"), 1)
    post(writes, "2026-1/indienen/", lock="2")
    assert "U kunt deze versie nu niet publiceren." in text(writes.get(f"/beleid/{REVIEW}"))
    assert publish(writes, fresh()).status_code == 409
    assert "De gevolgen voor de bewaarde scans zijn nog niet doorgerekend." in text(decides.get(f"/beleid/{REVIEW}"))
    assert post(decides, REVIEW, doe="doorrekenen", gezien="3")["Location"] == f"/beleid/{REVIEW}#gevolgen"
    assert "1 scan bekeken." in text(decides.get(f"/beleid/{REVIEW}"))
    assert publish(decides, fresh())["Location"] == "/beleid/2026-1/"
    assert policies.newest() == "2026-1"
    assert "Versie 2026-1 is in gebruik." in text(decides.get("/beleid/2026-1/"))
    assert Event.objects.filter(kind="policy_published").count() == 1
    later = begin(Client())
    assert (earlier.policy, later.policy) == ("2013", "2026-1")
    assert text(client.get(address(earlier, "uitslag"))) == told


def test_publishing_twice_by_a_double_click_is_once(author: User, publisher: User) -> None:
    version, client = cast.submitted(author), browser(publisher)
    for _ in range(2):
        assert publish(client, version)["Location"] == "/beleid/2026-1/"
    assert Event.objects.filter(kind="policy_published").count() == 1


@pytest.mark.parametrize("roles", [(Role.POLICY_AUTHOR,), (Role.POLICY_AUTHOR, Role.POLICY_PUBLISHER)])
def test_who_wrote_cannot_publish_and_reads_why(roles: tuple[Role, ...]) -> None:
    writer = cast.person("beide", *roles)
    version, client = cast.submitted(writer), browser(writer)
    page = client.get(f"/beleid/{REVIEW}")
    assert 'value="publiceren"' not in page.content.decode()
    why = "U hebt zelf aan deze versie gewerkt." if len(roles) == 2 else "Publiceren mag alleen iemand"
    assert why in text(page)
    response = publish(client, version)
    assert response.status_code == 409
    assert why in text(response)
    assert "Dat is zo bedoeld." in text(response)
    assert fresh().state == State.REVIEW


def test_administrator_reads_and_decides_nothing(author: User) -> None:
    version, client = cast.submitted(author), browser(cast.person("sietse", Role.ADMINISTRATOR))
    page = client.get(f"/beleid/{REVIEW}")
    assert "Wat er anders is dan in versie 2013" in text(page)
    assert "<textarea" not in page.content.decode()
    assert publish(client, version).status_code == 403
    assert post(client, REVIEW, doe="doorrekenen").status_code == 403


@pytest.mark.parametrize("role", [Role.ADVISOR, Role.TEAM_LEAD])
def test_draft_does_not_exist_for_other_staff(author: User, role: Role) -> None:
    cast.submitted(author)
    client = browser(cast.person("jikke", role))
    for path in ("", "2026-1/", REVIEW, "2026-1/bestand/regels.yaml/", "2026-1/download/", "2099/"):
        assert client.get(f"/beleid/{path}").status_code == 403


def test_note_is_wanted_for_each_warning_and_the_box_must_be_ticked(author: User, publisher: User) -> None:
    version, client = cast.submitted(author), browser(publisher)
    without = publish(client, version, noot_3="  ", akkoord="")
    assert without.status_code == 200
    page = without.content.decode()
    assert page.count("Schrijf op waarom de waarschuwing bij O8 mag blijven.") == 2
    assert page.count("Schrijf op waarom de waarschuwing bij") == 2
    assert 'href="#id_noot_3"' in page
    assert "Kruis aan dat u de verschillen en de gevolgen hebt bekeken." in page
    assert page.count("Dat is zo bedoeld.</textarea>") == len(noted(version)) - 1
    assert "autofocus" in page
    assert fresh().state == State.REVIEW


def test_box_that_is_not_ticked_is_enough_to_publish_nothing(author: User, publisher: User) -> None:
    version = cast.submitted(author)
    assert "Kruis aan dat u" in text(publish(browser(publisher), version, akkoord=""))
    assert fresh().state == State.REVIEW


def test_notes_are_kept_shown_and_count(author: User, publisher: User) -> None:
    version, client = cast.submitted(author), browser(author)
    typed = noted(version, f"Zo bedoeld. {MARKUP}")
    for _ in range(2):
        assert post(client, REVIEW, doe="toelichten", lock=str(version.lock), **typed).status_code == 302
    assert set(fresh().notes.values()) == {f"Zo bedoeld. {MARKUP}"}
    page = browser(publisher).get(f"/beleid/{REVIEW}")
    assert f"Bij {len(typed)} van de {len(typed)} waarschuwingen" in text(page)
    assert "<script>alert" not in page.content.decode()
    assert f"Mag blijven, want: Zo bedoeld. {MARKUP}" in text(client.get("/beleid/2026-1/"))
    assert Event.objects.filter(kind="policy_notes_saved").count() == 1
    assert post(browser(publisher), REVIEW, doe="publiceren", lock=str(fresh().lock), akkoord="on", **typed)


def test_new_warning_comes_first_and_the_others_say_that_they_were_there(author: User, publisher: User) -> None:
    version = cast.submitted(author, "2026-1", ", {vlucht_eelde: [ja]}", "")
    new = [one for one in check(version).warnings if one.key not in {*cast.notes(fresh("2013"))}]
    assert new
    assert check(version).warnings[0] not in new
    client = browser(publisher)
    page = client.get(f"/beleid/{REVIEW}").content.decode()
    panels = page.split("nnmkb-warning")[1:]
    assert ["Stond er al in versie 2013." in panel for panel in panels] == [False] * len(new) + [True] * (
        len(panels) - len(new)
    )
    assert new[0].code in panels[0]
    # What is typed with the first on the screen is kept with that warning, wherever the analysis tells it.
    place = check(version).warnings.index(new[0])
    assert f'name="noot_{place}"' in panels[0]
    post(client, REVIEW, doe="toelichten", lock=str(version.lock), **{f"noot_{place}": "Dit is nieuw."})
    assert fresh().notes == {new[0].key: "Dit is nieuw."}
    assert "waarom de waarschuwing bij" in text(publish(client, fresh(), noot_0=" "))


def test_published_version_says_which_warnings_the_one_before_had(author: User, publisher: User) -> None:
    cast.published(author, publisher)
    count = len(noted(fresh()))
    assert text(browser(author).get(f"/beleid/{REVIEW}")).count("Stond er al in versie 2013.") == count
    assert "Stond er al" not in text(browser(author).get("/beleid/2013/beoordelen/"))


def test_note_that_is_too_long_is_told_at_its_place(author: User) -> None:
    version = cast.submitted(author)
    response = post(browser(author), REVIEW, doe="toelichten", lock=str(version.lock), noot_0="x" * 1001)
    assert "hooguit 1000 tekens" in text(response)
    assert fresh().notes == {}


def test_stale_decision_keeps_the_notes_on_the_screen(author: User, publisher: User) -> None:
    version = cast.submitted(author)
    reviewing.send_back(version, "Wacht even.", by=author, lock=version.lock, now=cast.NOW)
    reviewing.submit(fresh(), by=author, lock=fresh().lock, now=cast.NOW)
    response = publish(browser(publisher), version)
    assert response.status_code == 409
    page = text(response)
    assert "Iemand anders heeft deze versie intussen veranderd." in page
    assert "Wacht even." in page
    assert "Dat is zo bedoeld." in page
    assert fresh().state == State.REVIEW


def test_page_shows_the_differences_in_words_and_signs(author: User) -> None:
    cast.changed(author, cast.changed(author), ELSEWHERE, "als: {vlucht_eelde: [ja]}")
    page = text(browser(author).get(f"/beleid/{REVIEW}"))
    assert "Regel R-N4: Vluchten vanaf Eelde" in page
    assert "− weg Alle van deze:" in page
    assert f"+ nieuw {cast.OTHER_REASON}" in page
    assert "Deze regel geldt nu ook bij 12,4% van alle mogelijke antwoorden, zoals met:" in page
    assert "«In welke provincie staat uw bedrijf?»: «Een andere provincie»" in page


def test_differences_name_the_stored_scans_first_once_those_were_looked_at(author: User) -> None:
    store(
        [
            to_vector(policies.policy().register, {"B1": "anders", "S1": "ja_meer", "S5": ("polen",), "U9": "ja"}),
            *sample_vectors(39),
        ]
    )
    cast.changed(author, None, ELSEWHERE, "als: {vlucht_eelde: [ja]}")
    client = browser(author)
    assert "bewaarde scans, en bij" not in text(client.get(f"/beleid/{REVIEW}"))
    post(client, REVIEW, doe="doorrekenen", gezien="2")
    stored = weighing.impact_of(fresh(), "2013")
    assert stored
    assert stored.impact.rules["R-N4"].plus == 1
    told = "geldt nu ook bij 1 van de 40 bewaarde scans, en bij 12,4% van alle mogelijke antwoorden, zoals met:"
    assert told in text(client.get(f"/beleid/{REVIEW}"))


def test_rule_that_holds_elsewhere_through_a_fact_is_named(author: User) -> None:
    cast.changed(author, None, SIZE, "{van: 5, tot: 120}")
    page = text(browser(author).get(f"/beleid/{REVIEW}"))
    assert "Feit omvang" in page
    assert "5 tot en met 120" in page


def test_version_without_a_difference_says_so(author: User) -> None:
    cast.draft(author)
    page = text(browser(author).get(f"/beleid/{REVIEW}"))
    assert "Niets. Deze versie zegt hetzelfde als versie 2013." in page
    assert "Er is geen eerdere versie" in text(browser(author).get("/beleid/2013/beoordelen/"))


def test_thrown_away_draft_of_a_draft_is_compared_with_nothing(author: User) -> None:
    cast.changed(author, cast.draft(author, "2026-0"))
    version = cast.draft(author, base="2026-0")
    drafting.drop(version, by=author, lock=version.lock, now=cast.NOW)
    assert "Er is geen eerdere versie" in text(browser(author).get(f"/beleid/{REVIEW}"))


def test_impact_tells_how_many_were_looked_at_and_what_changes_for_whom(author: User, publisher: User) -> None:
    scans = store(sample_vectors(400))
    cast.changed(author, None, SIZE, "{van: 2, tot: 250}")
    client = browser(author)
    assert "De gevolgen voor de bewaarde scans zijn doorgerekend (nog niet)" in text(client.get(f"/beleid/{REVIEW}"))
    post(client, REVIEW, doe="doorrekenen", gezien="2")
    page = text(client.get(f"/beleid/{REVIEW}"))
    stored = weighing.impact_of(fresh(), "2013")
    assert stored
    assert stored.impact.changed
    assert f"400 scans bekeken. {stored.impact.changed} krij" in page
    assert "door Roelien" in page
    assert "A3 Informatie en een gesprek met een adviseur verwijzing, intensief" in page
    assert "In welke provincie staat uw bedrijf?" in page
    assert "In welke sector werkt uw bedrijf vooral?" in page
    assert all(reference in page for reference in stored.references)
    assert {scan.reference for scan in scans} >= set(stored.references)
    assert "intensiteit: licht → intensief want minstens één hiervan: " in page
    assert "«Hoeveel mensen werken er in uw bedrijf? Tel uzelf mee.»: nodig niet 2 tot en met 250, antwoord " in page
    links = client.get(f"/beleid/{REVIEW}").content.decode()
    assert all(f'href="/beleid/2026-1/proberen/?scan={reference}"' in links for reference in stored.references)


def test_weighing_by_a_double_click_is_once(author: User) -> None:
    cast.changed(author)
    for _ in range(2):
        assert post(browser(author), REVIEW, doe="doorrekenen", gezien="2").status_code == 302
    assert Event.objects.filter(kind="policy_weighed").count() == 1
    assert post(browser(author), REVIEW, doe="doorrekenen", gezien="3").status_code == 302
    assert Event.objects.filter(kind="policy_weighed").count() == 2


def test_text_that_cannot_be_read_is_not_weighed(author: User) -> None:
    version = cast.draft(author)
    drafting.save_file(version, cast.RULES, "niets", by=author, lock=1, now=cast.NOW)
    client = browser(author)
    assert "fouten in de tekst" in text(client.get(f"/beleid/{REVIEW}"))
    response = post(client, REVIEW, doe="doorrekenen")
    assert response.status_code == 409
    assert "nog niet door te rekenen" in text(response)


@pytest.mark.parametrize("act", ["", "verzonnen", "PUBLICEREN", "x" * 5000])
def test_unknown_button_does_nothing(author: User, publisher: User, act: str) -> None:
    cast.submitted(author)
    assert post(browser(publisher), REVIEW, doe=act).status_code == 400
    assert fresh().state == State.REVIEW


def test_published_version_still_shows_what_it_changed(author: User, publisher: User) -> None:
    cast.published(author, publisher)
    page = text(browser(author).get(f"/beleid/{REVIEW}"))
    assert "Wat er anders is dan in versie 2013" in page
    assert "Klaar om te publiceren?" not in page
    assert "Mag blijven, want:" in page


def test_text_of_rules_is_only_text_on_every_page(author: User) -> None:
    cast.changed(author, None, cast.FLIGHT_REASON, f'"{MARKUP[:36]}"'.replace('"', ""))
    for path in ("2026-1/", REVIEW, "2026-1/bestand/regels.yaml/"):
        page = browser(author).get(f"/beleid/{path}").content.decode()
        assert "<script>alert" not in page
