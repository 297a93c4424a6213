"""Searching: numbers, addresses and parts of names, the same on both databases, and nobody who took consent back."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection

from intake import companies
from intake.models import Consent, Contact
from referrals import searching
from referrals.models import Referral
from referrals.searching import NO_KVK_NUMBER, TOO_SHORT, search
from tests.referrals.desk import making
from tests.referrals.desk.making import NOW

pytestmark = pytest.mark.django_db


class Editor:
    """Carries out the SQL of a migration in the transaction of the test, which the real one refuses on SQLite."""

    connection = connection

    def execute(self, sql: str, params: None) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)


def found(text: str) -> set[str]:
    """Return the names of the companies that a text finds."""
    rows = Referral.objects.filter(search(text).condition).select_related("intake__contact")
    return {row.intake.contact.company for row in rows}


def company(name: str, **contact: str) -> Referral:
    """Make a referral of a company."""
    return making.referral(of=making.intake(name, **contact))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("wiarda", {"Bakkerij Wiarda B.V.", "WIARDA & zonen"}),
        ("WIARDA", {"Bakkerij Wiarda B.V.", "WIARDA & zonen"}),
        ("arda b", {"Bakkerij Wiarda B.V."}),
        ("iarda & Z", {"WIARDA & zonen"}),
        ("100% wol", {"100% Wol_en_zo"}),
        ("wol_en", {"100% Wol_en_zo"}),
        ("wol en", set()),
        ('"hou', {'Timmerwerk "Hout'}),
        ("Hout OR wiarda", set()),
        ("'drop", set()),
        ("é ambacht", {"Café Ambacht"}),
        ("\\wol", set()),
    ],
)
def test_a_name_is_found_by_any_part_of_it_and_signs_are_just_signs(text: str, names: set[str]) -> None:
    for name in ("Bakkerij Wiarda B.V.", "WIARDA & zonen", "100% Wol_en_zo", 'Timmerwerk "Hout', "Café Ambacht"):
        company(name)
    assert found(text) == names


def test_a_name_is_found_the_same_way_when_very_many_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "MOST", 2)
    for number in range(4):
        company(f"Garage {number}")
    company("Molen")
    refused = company("Garage weg")
    take_back(refused)
    assert found("garage") == {f"Garage {number}" for number in range(4)}


@pytest.mark.parametrize("text", ["", "ab", "a b c", "B.V.", "__", "é", "&&&&"])
def test_less_than_three_characters_in_a_row_find_nothing_and_say_what_to_type(text: str) -> None:
    company("ab B.V. &&&& é__")
    answer = search(text)
    assert answer.message == TOO_SHORT
    assert not Referral.objects.filter(answer.condition).exists()


def test_numbers_and_addresses_are_found_however_they_are_typed() -> None:
    row = company("Hunze", kvk_number="90001234", email="Post@Hunze.example")
    second = making.referral(of=row.intake, activity="B1")
    company("Ander", kvk_number="90001235", email="post@ander.example")
    for text in ("90001234", "9000 1234", "post@hunze.EXAMPLE", row.intake.reference.lower().replace("-", " ")):
        assert set(Referral.objects.filter(search(text).condition)) == {row, second}, text
    assert list(Referral.objects.filter(search(second.number.lower()).condition)) == [second]
    assert found("90001299") == set()


def test_a_piece_of_a_kvk_number_is_a_name_and_says_so() -> None:
    company("Garage 9000", kvk_number="90001234")
    assert found("9000") == {"Garage 9000"}
    assert search("9000").message == NO_KVK_NUMBER
    assert search("²²²").message == ""


def take_back(row: Referral, *, given: bool = False) -> None:
    """Append a word on the view by the KvK."""
    Consent.objects.create(
        intake=row.intake, purpose="C1", given=given, text_version="1", text_digest="0" * 64, source="follow", at=NOW
    )


@pytest.mark.parametrize("text", ["90001234", "post@hunze.example", "hunze"])
def test_who_took_back_consent_is_not_found_by_contact_data_until_it_is_given_again(text: str) -> None:
    row = company("Hunze", kvk_number="90001234", email="post@hunze.example")
    take_back(row)
    assert found(text) == set()
    assert list(Referral.objects.filter(search(row.number).condition)) == [row]
    take_back(row, given=True)
    assert found(text) == {"Hunze"}


def test_the_index_follows_a_change_and_an_erasure_of_the_contact() -> None:
    row = company("Molen Noord")
    Contact.objects.filter(intake=row.intake).update(company="Zuivel Oost")
    assert (found("molen"), found("zuivel")) == (set(), {"Zuivel Oost"})
    Contact.objects.filter(intake=row.intake).delete()
    assert found("zuivel") == set()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            # Raises when an erased name is still in the index, or a name is missing from it.
            cursor.execute(
                "INSERT INTO intake_contact_pieces(intake_contact_pieces, rank) VALUES ('integrity-check', 1)"
            )
            cursor.execute("SELECT count(*) FROM intake_contact_pieces")
            assert cursor.fetchone() == (0,)


def test_names_are_found_without_the_index_too() -> None:
    company("Bakkerij Wiarda")
    companies.take_off(apps, Editor())
    assert found("wiarda") == {"Bakkerij Wiarda"}
    companies.put_on(apps, Editor())
    assert found("wiarda") == {"Bakkerij Wiarda"}


def test_a_database_that_cannot_have_the_index_is_told_what_to_do_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    name = "POSTGRES" if connection.vendor == "postgresql" else "SQLITE"
    monkeypatch.setattr(companies, name, ("CREATE EXTENSION this_is_not_there",))
    companies.put_on(apps, Editor())
    assert "migrate intake 0006" in caplog.text
    company("Bakkerij Wiarda")
    assert found("wiarda") == {"Bakkerij Wiarda"}
