"""Organisations end, but what was asked of them keeps its name; and somebody is told that they ended."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from importlib import import_module

import pytest
import time_machine
from django.apps import apps
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from intake.policies import policy as policy_in_force
from intake.policy import Policy, Succession
from intake.policy.organisations import Became, Precision
from nnmkb.ledger.models import Outgoing
from referrals.models import Offer, Partner, Referral
from referrals.services import answering, closing, directory, offering, organisations, partner_entry, refer
from referrals.services.errors import Refused
from referrals.views import organisations as page
from referrals.views import partners_forms
from tests.referrals.desk import making
from tests.referrals.directory.making import form
from tests.referrals.services import cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_an_hour_later")]
TODAY = cast.LATER.date()
PAGE = "/beleid/organisaties/"


@pytest.fixture
def _an_hour_later() -> Iterator[None]:
    """Stand still, an hour after the cast did its work."""
    with time_machine.travel(cast.LATER, tick=False):
        yield


def without_water(kind: Became = Became.MERGED) -> Policy:
    """Return the policy of a later version, in which Water Alliance became NOM Water yesterday."""
    rules = policy_in_force()
    yesterday = TODAY - timedelta(days=1)
    old = replace(rules.organisations["water_alliance"], valid_until=yesterday)
    new = replace(old, code="nom_water", name="NOM Water", phrase="NOM Water", valid_from=yesterday, valid_until=None)
    step = Succession(
        predecessor="water_alliance",
        successor="nom_water",
        kind=kind,
        on=yesterday,
        precision=Precision.DAY,
        certainty="A",
        gist="",
        evidence="",
    )
    return replace(
        rules,
        organisations={**rules.organisations, "water_alliance": old, "nom_water": new},
        successions={**rules.successions, "water_alliance": (step,)},
    )


def publish(monkeypatch: pytest.MonkeyPatch, rules: Policy) -> None:
    """Put another policy in force for what looks at organisations as they are now."""
    for module in (organisations, page, partner_entry, partners_forms):
        monkeypatch.setattr(module, "policy", lambda: rules)


def running(text: bytes) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text.decode())).split())


# --- names as they were ----------------------------------------------------------------------------------------------


def test_referral_and_offer_keep_organisation_and_name_as_they_were_asked() -> None:
    found = cast.case("offered")
    Partner.objects.update(name="Andere Naam", organisation="nom_water")
    offer, referral = found.fresh_offer(), found.fresh()
    assert (offer.organisation, offer.partner_name) == ("water_alliance", "Water Alliance")
    assert (referral.organisation, referral.partner_name) == ("water_alliance", "Water Alliance")
    assert offer.dossier.content["recipient"] == {"organisation": "water_alliance", "name": "Water Alliance"}


@pytest.mark.parametrize("state", ["offered", "accepted", "in_progress"])
def test_every_page_shows_the_name_as_it_was(client: Client, state: str) -> None:
    found = cast.case(state)
    Partner.objects.update(name="Andere Naam")
    follow = client.get(refer.follow_path(found.intake))
    client.force_login(making.staff("sanne"))
    desk = client.get(f"/werkbak/{found.referral.number}/")
    listed = client.get("/werkbak/?lijst=alles")
    # Above the list one chooses among the partners as they are called now.
    rows = listed.content[listed.content.index(b"<tbody") :]
    for response in (follow, desk, listed):
        assert response.status_code == 200
    for text in (follow.content, desk.content, rows):
        assert "Water Alliance" in running(text)
        assert "Andere Naam" not in running(text)


def test_referral_that_comes_back_belongs_to_nobody() -> None:
    found = cast.case("returned").fresh()
    assert (found.partner_id, found.organisation, found.partner_name) == (None, "", "")


def test_referral_cannot_have_a_partner_without_its_name() -> None:
    found = cast.case("offered")
    with pytest.raises(IntegrityError), transaction.atomic():
        Referral.objects.filter(pk=found.referral.pk).update(partner_name="")
    with pytest.raises(IntegrityError), transaction.atomic():
        Referral.objects.filter(pk=found.referral.pk).update(partner=None)


def test_withdrawing_consent_ends_the_offer_to_the_organisation_that_it_was_for() -> None:
    found = cast.case("offered")
    Partner.objects.update(organisation="nom_water")
    closing.withdraw(found.intake.pk, ("C2", "water_alliance"), actor="entrepreneur", key=cast.key(), now=cast.LATER)
    assert found.fresh_offer().ended_at is not None
    letter = Outgoing.objects.get(kind="mail.offer", recipient=f"offer:{found.fresh_offer().pk}")
    assert letter.state == Outgoing.State.DONE, "the offer had not gone out, so it stays here"


def test_partner_that_moved_along_with_a_new_name_still_accepts() -> None:
    found = cast.case("offered")
    Partner.objects.update(organisation="nom_water")
    answering.accept(found.fresh_offer().pk, actor=found.actor, contact_person="Carla", key=cast.key(), now=cast.LATER)
    assert found.fresh().state == "accepted"


def test_old_rows_get_the_name_they_were_asked_by() -> None:
    found = cast.case("offered")
    waiting = making.referral()
    Partner.objects.update(name="Andere Naam")
    Offer.objects.update(organisation="")
    Referral.objects.filter(pk=found.referral.pk).update(organisation="x", partner_name="x")
    import_module("referrals.migrations.0003_as_asked").fill(apps, None)
    assert found.fresh_offer().organisation == "water_alliance"
    assert (found.fresh().organisation, found.fresh().partner_name) == ("water_alliance", "Water Alliance")
    waiting.refresh_from_db()
    assert (waiting.organisation, waiting.partner_name) == ("", "")


# --- an organisation that ended --------------------------------------------------------------------------------------


def test_desk_is_told_that_an_organisation_ended_while_it_has_a_referral(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = cast.case("accepted")
    client.force_login(making.staff("sanne"))
    pane = f"/werkbak/{found.referral.number}/"
    for address in (pane, "/werkbak/?lijst=alles"):
        assert "bestaat niet meer" not in running(client.get(address).content)
    publish(monkeypatch, without_water())
    told = running(client.get(pane).content)
    assert "Water Alliance bestaat niet meer" in told
    assert "De Water Alliance ging op 22 november 2026 samen met anderen verder als NOM Water." in told
    assert "na nieuwe toestemming" in told
    assert "Organisatie bestaat niet meer" in running(client.get("/werkbak/?lijst=alles").content)


def test_closed_referral_asks_no_attention(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    found = cast.case("completed")
    publish(monkeypatch, without_water())
    client.force_login(making.staff("sanne"))
    assert "bestaat niet meer" not in running(client.get(f"/werkbak/{found.referral.number}/").content)


def test_new_name_alone_is_no_end(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(monkeypatch, without_water(Became.RENAMED))
    assert organisations.ending("water_alliance", TODAY) == ""
    publish(monkeypatch, without_water())
    assert organisations.ending("water_alliance", TODAY) != ""
    assert organisations.ending("nom", TODAY) == ""
    assert organisations.ending("incas3", TODAY) == "INCAS3 stopte op 20 december 2016. Er is geen opvolger."
    assert organisations.ending("of another version", TODAY) == ""


def test_nothing_is_offered_to_an_organisation_that_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    found = cast.case("in_review")
    partner = Partner.objects.get(organisation="water_alliance")
    fitting = {one.partner.organisation for one in directory.matches(found.fresh(), TODAY).proposals}
    assert "water_alliance" in fitting
    publish(monkeypatch, without_water())
    with pytest.raises(Refused, match="ging op 22 november 2026"):
        offering.offer(
            found.referral.pk,
            partner.pk,
            advisor=found.advisor,
            version=found.fresh().version,
            key=cast.key(),
            now=cast.LATER,
        )
    assert found.fresh().state == "in_review"


# --- what must be looked after ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("policy_author", 200),
        ("policy_publisher", 200),
        ("administrator", 200),
        ("advisor", 403),
        ("team_lead", 403),
    ],
)
def test_page_is_for_who_writes_the_policy_or_keeps_the_partners(client: Client, role: str, status: int) -> None:
    assert client.get(PAGE).status_code == 302
    client.force_login(making.staff("kim", role))
    assert client.get(PAGE).status_code == status
    assert client.post(PAGE).status_code in {403, 405}


def test_page_names_roles_endings_and_organisations_that_nobody_checked(client: Client) -> None:
    client.force_login(making.staff("kim", "policy_author"))
    told = running(client.get(PAGE).content)
    assert "Samenwerkende bedrijven Niemand." in told
    assert "Netwerken van de topsectoren Niemand voor thema Landbouw en voeding; Sensoren." in told
    assert "INCAS3 INCAS3 stopte op 20 december 2016. Er is geen opvolger." in told
    assert "Staat nog bij: Netwerken van de topsectoren en Netwerken." in told
    assert "Noorderpoort nog nooit C." in told
    assert "Van alle partners bestaat de organisatie nog." in told
    assert "Syntens" not in told


def test_page_names_partners_that_ended_with_what_is_still_open(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.case("accepted")
    publish(monkeypatch, without_water())
    client.force_login(making.staff("kim", "policy_author"))
    told = running(client.get(PAGE).content)
    assert "Er staat nog 1 doorverwijzing open. Maak een nieuwe partner voor NOM Water." in told
    Referral.objects.update(state="completed", closed_at=cast.LATER, next_due_at=None, outcome="completed")
    assert "Er staat niets meer open. Maak een nieuwe partner" in running(client.get(PAGE).content)


def test_partner_that_was_looked_at_counts_as_checked(client: Client) -> None:
    making.partner("nom", last_checked=TODAY - timedelta(days=180))
    making.partner("snn", last_checked=TODAY - timedelta(days=181))
    client.force_login(making.staff("kim", "administrator", is_staff=True))
    told = running(client.get(PAGE).content)
    assert "NOM nog nooit" not in told
    assert "Samenwerkingsverband Noord-Nederland 26 mei 2026, 181 dagen geleden" in told


def test_menu_shows_each_role_only_its_own_pages(client: Client) -> None:
    def menu(role: str) -> list[str]:
        client.force_login(making.staff(role, role, is_staff=role == "administrator"))
        address = "/werkbak/" if role == "advisor" else PAGE
        bar = re.search(r'<nav class="nnmkb-bar__nav".*?</nav>', client.get(address).content.decode(), re.S)
        assert bar
        return re.findall(r">([^<>]+)</a>", bar[0])

    assert menu("advisor") == ["Werkbak", "Partners"]
    author = menu("policy_author")
    assert "Organisaties" in author
    assert "Werkbak" not in author
    assert {"Organisaties", "Beheer"} <= set(menu("administrator"))


def test_administration_opens_with_what_must_be_looked_after(client: Client) -> None:
    client.force_login(making.staff("beheer", "administrator", is_staff=True))
    told = running(client.get("/beheer/").content)
    assert "3 rollen hebben niet overal een organisatie." in told
    assert "1 organisatie stopte en wordt nog genoemd." in told
    assert re.search(r"\d+ organisaties zijn langer dan 180 dagen niet gecontroleerd\.", told)
    assert f'href="{PAGE}"' in client.get("/beheer/").content.decode()


def test_administration_is_quiet_when_all_is_well(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = policy_in_force()
    checked = {code: replace(item, checked_on=TODAY) for code, item in rules.organisations.items()}
    kept = {code: rules.parties[code] for code in ("kvk", "snn", "nom")}
    publish(monkeypatch, replace(rules, organisations=checked, parties=kept))
    client.force_login(making.staff("beheer", "administrator", is_staff=True))
    assert "Bekijk de organisaties" not in running(client.get("/beheer/").content)


def test_list_of_partners_says_which_organisation_ended(client: Client) -> None:
    making.partner("incas3")
    client.force_login(making.staff("beheer", "administrator", is_staff=True))
    told = running(client.get(reverse("admin:referrals_partner_changelist")).content)
    assert "INCAS3 stopte op 20 december 2016." in told


def keeper(client: Client) -> Client:
    """Return the browser of somebody who keeps the partner list."""
    client.force_login(making.staff("beheer", "administrator", is_staff=True))
    return client


def test_partner_cannot_be_an_organisation_that_ended(client: Client) -> None:
    made = making.partner("nom")
    response = keeper(client).post("/partners/nom/wijzigen/", form(made, organisation="incas3"))
    assert "Wie al partner is of niet meer bestaat, staat er niet bij." in running(response.content)
    made.refresh_from_db()
    assert made.organisation == "nom"


@pytest.mark.parametrize(("kind", "moved"), [(Became.MERGED, False), (Became.RENAMED, True)])
def test_partner_with_an_offer_goes_to_another_organisation_only_when_it_was_renamed(
    client: Client, monkeypatch: pytest.MonkeyPatch, kind: Became, moved: bool
) -> None:
    partner = cast.case("offered").fresh_offer().partner
    publish(monkeypatch, without_water(kind))
    response = keeper(client).post(f"/partners/{partner.code}/wijzigen/", form(partner, organisation="nom_water"))
    partner.refresh_from_db()
    assert partner.organisation == ("nom_water" if moved else "water_alliance")
    assert ("Maak een nieuwe partner voor de opvolger" in running(response.content)) is not moved
