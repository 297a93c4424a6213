"""`manage.py explain`: the newest result of a scan by the rules of then, also when those are no longer in force."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from intake import policies
from intake.models import Assessment, Contact, Intake
from intake.retention import emptied, forget_answers
from intake.services import assessing
from intake.services.explaining import explained
from tests.intake import companies
from tests.intake.governing import cast
from tests.intake.walking import address, begin, finish, prefill, text

pytestmark = pytest.mark.django_db
NOBODY = "NN-0000-0000"


def told(*arguments: str) -> str:
    """Return what the command prints."""
    out = io.StringIO()
    call_command("explain", *arguments, stdout=out)
    return out.getvalue()


def refused(*arguments: str) -> str:
    """Return why the command stops; its status is 1."""
    with pytest.raises(CommandError) as caught:
        told(*arguments)
    assert caught.value.returncode == 1
    return str(caught.value)


@pytest.fixture
def scan(client: Client) -> Intake:
    intake = begin(client)
    finish(client, intake, companies.NOT_ORGANISED)
    return Intake.objects.get()


def test_everything_given_has_reasons_and_all_else_what_keeps_it(scan: Intake) -> None:
    lines = told(scan.reference)
    for words in (
        "regels van toen: 2013",
        "Uitkomst: Eerst uw organisatie (UT6)",
        "R-A3o (verwijzing, intensief, nu aangeboden): In uw organisatie",
        "door O4 «Heeft u genoeg goede mensen",
        "bron: Internationalisering mkb",
        "P4 Handelsmissie of beurs in uw branche",
        "Nodig: «op orde». Nu: «nog niet klaar».",
        "Uitvoering: dicht.",
        Assessment.objects.get().receipt["answers"],
    ):
        assert words in lines, words
    assert "niet meer van kracht" not in lines
    assert "Let op" not in lines


def test_one_activity_is_explained_down_to_the_answers_with_the_smallest_change(scan: Intake) -> None:
    lines = told(scan.reference.lower().replace("-", " "), "p4")
    assert "P4 Handelsmissie of beurs in uw branche: niet gegeven" in lines
    assert "Niet gesteld." in lines
    assert "1. Verander «Gaat het werk goed door als de directeur in het buitenland is?» van «Nee» in «Ja»." in lines
    assert "N5 Netwerk" not in lines


def test_newest_result_is_the_one_that_is_explained(scan: Intake) -> None:
    prefill(scan, companies.NO_WISH)
    assessing.assess(Intake.objects.get(), now=timezone.now())
    assert "uitslag 2" in told(scan.reference)


def test_nothing_personal_is_printed(scan: Intake) -> None:
    Contact.objects.create(intake=scan, company="Wiarda B.V.", person="Sjoukje Wiarda", email="s@wiarda.example")
    Intake.objects.update(resume_email="s@wiarda.example", postcode="9079 PA", municipality="Noardeast-Fryslân")
    lines = told(scan.reference) + told(scan.reference, "P4")
    for personal in ("Wiarda", "wiarda.example", "9079", "Noardeast"):
        assert personal not in lines


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("geen kenmerk", "is geen kenmerk. Typ het zoals het op de uitslag staat"),
        ("NN-7K3F-92QX", "is geen kenmerk"),
        (NOBODY, "Er is geen zelfscan met kenmerk NN-0000-0000. Kijk het kenmerk na."),
    ],
)
def test_unknown_scan_says_what_to_do(typed: str, words: str) -> None:
    assert words in refused(typed)


@pytest.mark.parametrize(
    ("typed", "words"), [("P44", "Bedoelde u P4?"), ("Q9Q", "Kies uit: A1, A2"), ("x" * 99, "Kies")]
)
def test_unknown_activity_says_what_was_meant_or_what_there_is(scan: Intake, typed: str, words: str) -> None:
    message = refused(scan.reference, typed)
    assert words in message
    assert len(message) < 200


def test_scan_without_a_result_says_what_is_missing(client: Client) -> None:
    assert "heeft nog geen uitslag. De ondernemer moet" in refused(begin(client).reference)


def test_foreign_company_has_no_result_to_explain(client: Client) -> None:
    intake = begin(client)
    Intake.objects.update(kind=Intake.Kind.FOREIGN)
    assert "buitenlands bedrijf" in refused(intake.reference)


def test_erased_scan_is_not_explained(scan: Intake) -> None:
    Intake.objects.filter(pk=scan.pk).update(**emptied(timezone.now()))
    forget_answers(scan.pk)
    assert "is gewist" in refused(scan.reference)


@pytest.mark.usefixtures("tampering")
def test_result_that_no_longer_follows_from_its_rules_is_said_to_differ(scan: Intake) -> None:
    stored = Assessment.objects.get()
    stored.receipt["fired"] = ["R-V1"]
    stored.save()
    assert "Let op: dit is niet meer gelijk aan de bewaarde uitslag." in told(scan.reference)


@pytest.mark.usefixtures("tampering")
def test_version_that_cannot_be_read_is_named(scan: Intake) -> None:
    Assessment.objects.update(policy="1999")
    assert "Versie «1999» van het beleid is niet te lezen" in refused(scan.reference)


def test_old_link_to_a_retired_version_still_explains(client: Client) -> None:
    intake = begin(client)
    finish(client, intake, {**companies.NOT_ORGANISED, "U9": "ja"})
    cast.published(cast.author(), cast.publisher())
    policies.forget()
    assert policies.in_force() == "2026-1"
    page = text(client.get(address(intake, "uitslag")))
    assert "regels 2013" in page
    assert "Volgende stap voor «Handelsmissie met bestuurders»" in page
    lines = told(intake.reference, "P4")
    assert "regels van toen: 2013" in lines
    assert "Deze versie is niet meer van kracht." in lines
    found = explained(Assessment.objects.get())
    assert found.explanation.policy is policies.policy("2013")
    assert (found.agrees, found.current) == (True, False)


def test_scan_begun_on_the_old_version_ends_and_is_explained_by_it(client: Client) -> None:
    intake = begin(client)
    cast.published(cast.author(), cast.publisher())
    policies.forget()
    ready = {**companies.READY, "U9": "ja"}
    finish(client, intake, ready)
    assert cast.FLIGHT_REASON in told(intake.reference, "N4")
    newer = begin(Client())
    assert newer.policy == "2026-1"
    prefill(newer, ready)
    newer.refresh_from_db()
    assessing.assess(newer, now=timezone.now() + timedelta(minutes=1))
    assert cast.OTHER_REASON in told(newer.reference, "N4")
