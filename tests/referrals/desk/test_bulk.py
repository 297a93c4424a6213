"""One act on many referrals: a look at what can, once done, a result per row, and half a minute to take it back."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nnmkb.ledger.models import Event, Outgoing
from referrals.domain.lifecycle import State
from referrals.models import BulkRun, DeskProfile, Label, Note, Referral
from referrals.services import bulk, queue
from referrals.services.bulk import Act, Choice
from tests.referrals.desk import making
from tests.referrals.desk.making import NOW
from tests.referrals.desk.many import do, mine, preview, text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOW, tick=False) as moved:
        yield moved


def test_preview_counts_what_can_and_says_why_not_and_changes_nothing(desk: Client, anke: User) -> None:
    rows = [making.referral(f"Bedrijf {number}") for number in range(3)]
    taken = making.referral("Ander bedrijf", state=State.IN_REVIEW, owner=making.staff("bram"))
    found = text(preview(desk, "oppakken", *rows, taken, mine(anke), "NN-0000-0000-1"))
    assert "3 kunnen, 3 niet. Er is nog niets veranderd." in found
    assert "U bent al de behandelaar." in found
    assert f"{taken.number}, Ander bedrijf : Bram heeft deze opgepakt." in found
    assert "NN-0000-0000-1 : Dit nummer kennen wij niet." in found
    assert "Pak op (3)" in found
    assert not Event.objects.exists()
    assert not BulkRun.objects.exists()


@pytest.mark.parametrize("act", ["oppakken", "loslaten", "overdragen", "label", "label-weg", "herinneren", "annuleren"])
def test_preview_asks_the_database_no_more_for_more_rows(desk: Client, act: str) -> None:
    bram = making.staff("bram")
    rows = [making.referral(state=State.RETURNED, owner=bram) for _ in range(30)]
    asked = []
    for some in (rows[:3], rows):
        with CaptureQueriesContext(connection) as queries:
            preview(desk, act, *some)
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_each_row_is_done_by_itself_and_the_loser_reads_who_was_faster(desk: Client, anke: User) -> None:
    rows = [making.referral() for _ in range(3)]
    bram = making.staff("bram")
    queue.claim(rows[1].pk, advisor=bram, version=1, key="b", now=NOW)
    found = text(do(desk, "oppakken", *rows))
    assert "Opgepakt: 2 van 3" in found
    assert "Bram heeft deze net opgepakt." in found
    assert [Referral.objects.get(pk=row.pk).owner for row in rows] == [anke, bram, anke]


def test_second_click_and_reload_show_the_same_result_and_do_nothing(desk: Client) -> None:
    rows, key = [making.referral() for _ in range(2)], str(uuid.uuid4())
    first = do(desk, "oppakken", *rows, sleutel=key)
    second = do(desk, "oppakken", *rows, sleutel=key)
    assert first.redirect_chain == second.redirect_chain  # type: ignore[attr-defined]
    assert text(first) == text(second) == text(desk.get(first.redirect_chain[-1][0]))  # type: ignore[attr-defined]
    assert Event.objects.filter(kind="referral_claimed").count() == 2


def test_second_click_does_not_try_again_what_failed_the_first_time(desk: Client, anke: User) -> None:
    row, key = making.referral(), str(uuid.uuid4())
    Label.objects.create(referral=row, name="beurs")
    first = text(do(desk, "label", row, label="beurs", sleutel=key))
    assert "Label erbij gezet: 0 van 1" in first
    Label.objects.all().delete()
    assert text(do(desk, "label", row, label="beurs", sleutel=key)) == first
    # Two clicks at the same moment pass the view together.
    again = bulk.run(Act.LABEL, {row.number: 1}, Choice(label="beurs"), advisor=anke, key=key, now=NOW)
    assert not again.lines[0]["done"]
    assert not Label.objects.exists()


def test_result_is_for_who_did_it(desk: Client) -> None:
    do(desk, "oppakken", making.referral())
    run = BulkRun.objects.get()
    other = Client()
    other.force_login(making.staff("bram"))
    assert other.get(f"/werkbak/bulk/{run.pk}/").status_code == 404
    assert other.post(f"/werkbak/bulk/{run.pk}/terug/").status_code == 404
    used = other.post("/werkbak/bulk/doe/oppakken/", {"sleutel": run.key, "rij": [f"{making.referral().number}:1"]})
    assert used.status_code == 400
    assert "hoort niet bij u" in text(used)


def test_200_are_done_and_201_are_refused(desk: Client) -> None:
    numbers = [f"NN-0000-{number:04}-1" for number in range(201)]
    refused = preview(desk, "oppakken", *numbers)
    assert refused.status_code == 400
    assert "U koos er 201. Kies er hoogstens 200 tegelijk." in text(refused)
    assert preview(desk, "oppakken", *numbers[:200]).status_code == 200
    known = {"sleutel": str(uuid.uuid4()), "rij": [f"{number}:1" for number in numbers]}
    assert desk.post("/werkbak/bulk/doe/oppakken/", known).status_code == 400
    assert not BulkRun.objects.exists()


def test_nothing_chosen_goes_back_to_the_list_with_a_word(desk: Client) -> None:
    response = desk.post("/werkbak/bulk/", {"actie": "oppakken", "lijst": "lijst=alles"})
    assert response.status_code == 302
    assert response["Location"].startswith("/werkbak/?lijst=alles")


def test_without_an_act_the_selection_is_kept_and_the_act_is_asked(desk: Client) -> None:
    row = making.referral()
    for act, status in (("", 200), ("aanbieden", 400)):
        response = preview(desk, act, row)
        assert response.status_code == status
        assert f'name="nummer" value="{row.number}"' in response.content.decode()


@pytest.mark.parametrize(
    "typed",
    [
        {"rij": "NN-0000-0000-1"},
        {"rij": "NN-0000-0000-1:x"},
        {"rij": "NN-0000-0000-1:²"},
        {"rij": "NN-0000-0000-1:99999999999"},
        {"rij": f"{'9' * 500}:1"},
        {"rij": ":1"},
        {"rij": []},
        {"sleutel": "kort"},
        {"sleutel": ""},
        {"sleutel": "\x00" * 36},
        {"lijst": "x" * 600},
    ],
)
def test_form_that_no_page_of_ours_makes_does_nothing_and_says_so(desk: Client, typed: dict[str, Any]) -> None:
    row = making.referral()
    response = do(desk, "oppakken", row, **typed)
    assert response.status_code == 400
    assert "Er is niets veranderd" in text(response)
    assert Referral.objects.get().version == row.version
    assert not BulkRun.objects.exists()


def test_unknown_numbers_and_forged_versions_are_told_per_row(desk: Client) -> None:
    row = making.referral()
    found = text(do(desk, "oppakken", row, rij=[f"{row.number}:7", "NN-0000-0000-1:1", "\x00nn:1"]))
    assert "Opgepakt: 0 van 3" in found
    assert "Deze is net veranderd. Nu: In wachtrij." in found
    assert found.count("Dit nummer kennen wij niet.") == 2
    assert Referral.objects.get().state == State.QUEUED


def test_unknown_act_and_plain_visits_are_no_error(desk: Client) -> None:
    assert desk.post("/werkbak/bulk/doe/aanbieden/").status_code == 404
    assert desk.get("/werkbak/bulk/").status_code == 302
    assert desk.get("/werkbak/bulk/doe/oppakken/").status_code == 302
    assert desk.get("/werkbak/bulk/999/").status_code == 404
    assert desk.get(f"/werkbak/bulk/{10**30}/").status_code == 404


ODD = ("\x00", "²", "9" * 40, "-1", "a" * 5000, "%00", "lijst=%00&vanaf=x", "🙂", "'; --")


@pytest.mark.parametrize("odd", ODD)
def test_odd_text_in_any_field_is_no_error_and_does_nothing(desk: Client, anke: User, odd: str) -> None:
    row = mine(anke)
    for act, field in (("overdragen", "to"), ("label-weg", "label"), ("annuleren", "reason"), ("oppakken", "lijst")):
        assert do(desk, act, row, **{field: odd}).status_code in {200, 400}
    for name in ("nummer", "actie", "lijst"):
        form = {"nummer": row.number, "actie": "oppakken", "lijst": "", name: odd}
        assert desk.post("/werkbak/bulk/", form, follow=True).status_code in {200, 400}
    assert desk.get("/werkbak/bulk/1/", {"lijst": odd}).status_code in {200, 404}
    assert (Referral.objects.get().state, Referral.objects.get().owner) == (State.IN_REVIEW, anke)


# --- the acts ---------------------------------------------------------------------------------------------------------


def test_hand_over_asks_to_whom_and_gives_all(desk: Client, anke: User) -> None:
    rows, bram = [mine(anke) for _ in range(2)], making.staff("bram")
    page = preview(desk, "overdragen", *rows).content.decode()
    assert f'<option value="{bram.pk}">Bram</option>' in page
    nobody = do(desk, "overdragen", *rows)
    assert "Kies een collega." in text(nobody)
    assert f'value="{rows[0].number}:1"' in nobody.content.decode()
    assert "Overgedragen: 2 van 2" in text(do(desk, "overdragen", *rows, to=bram.pk))
    assert set(Referral.objects.values_list("owner", flat=True)) == {bram.pk}
    assert Outgoing.objects.filter(kind="mail.handed_over_to_advisor").count() == 2


def test_form_with_a_mistake_keeps_the_version_that_was_seen(desk: Client, anke: User) -> None:
    row, bram = mine(anke), making.staff("bram")
    seen = row.version
    queue.hand_over(row.pk, bram.pk, advisor=anke, version=seen, key="x", now=NOW)
    lead = making.staff("lies", "team_lead")
    desk.force_login(lead)
    assert f'value="{row.number}:{seen}"' in do(desk, "overdragen", row).content.decode()
    assert "Deze is net veranderd" in text(do(desk, "overdragen", row, to=lead.pk))


def test_label_is_hung_once_and_taken_off(desk: Client) -> None:
    rows = [making.referral() for _ in range(2)]
    assert "Label erbij gezet: 2 van 2" in text(do(desk, "label", *rows, label="  Missie   Hannover "))
    assert set(Label.objects.values_list("name", flat=True)) == {"missie hannover"}
    assert [Referral.objects.get(pk=row.pk).version for row in rows] == [1, 1]
    again = text(do(desk, "label", *rows, label="missie hannover"))
    assert "Label erbij gezet: 0 van 2" in again
    assert "Het label «missie hannover» staat er al bij." in again
    assert "missie hannover" in preview(desk, "label-weg", *rows).content.decode()
    assert "Label weggehaald: 2 van 2" in text(do(desk, "label-weg", *rows, label="missie hannover"))
    assert not Label.objects.exists()
    assert all("missie" not in str(event.payload) for event in Event.objects.all())


@pytest.mark.parametrize("label", ["", " ", "=1+1", "@sum", "a" * 31, "a\x00b", "<b>", "🙂", "x" * 5000])
def test_label_that_is_none_is_refused_beside_its_field(desk: Client, label: str) -> None:
    response = do(desk, "label", making.referral(), label=label)
    assert response.status_code == 200
    assert "utrecht-form-field-error-message" in response.content.decode()
    assert not Label.objects.exists()


def test_reminder_goes_to_the_partner_once_a_day(desk: Client, anke: User, clock: time_machine.Coordinates) -> None:
    row = Referral.objects.get(pk=making.offered(making.partner("metaalunie"), advisor=anke).referral_id)
    other = making.referral()
    found = text(preview(desk, "herinneren", row, other))
    assert "1 kan, 1 niet" in found
    assert "Hier wacht geen aanbod bij een partner. Status: In wachtrij." in found
    mails = Outgoing.objects.filter(kind="mail.offer_reminder", due_at__lte=NOW + timedelta(days=1))
    before = mails.count()
    assert "Partner herinnerd: 1 van 1" in text(do(desk, "herinneren", row))
    assert mails.count() == before + 1
    assert "vandaag al een herinnering" in text(preview(desk, "herinneren", row))
    assert "Partner herinnerd: 0 van 1" in text(do(desk, "herinneren", row))
    clock.shift(timedelta(days=1))
    desk.force_login(anke)
    assert "Partner herinnerd: 1 van 1" in text(do(desk, "herinneren", row))


def test_reminder_is_for_who_has_it_the_team_lead_or_anyone_while_the_owner_is_away(desk: Client) -> None:
    bram = making.staff("bram")
    row = Referral.objects.get(pk=making.offered(making.partner("metaalunie"), advisor=bram).referral_id)
    assert "Deze doorverwijzing is van Bram." in text(preview(desk, "herinneren", row))
    assert "Partner herinnerd: 0 van 1" in text(do(desk, "herinneren", row))
    DeskProfile.objects.create(user=bram, absent_until=NOW.date())
    assert "Partner herinnerd: 1 van 1" in text(do(desk, "herinneren", row))


def test_cancel_takes_one_reason_and_skips_where_it_does_not_fit(desk: Client, anke: User) -> None:
    review, waiting = mine(anke), making.referral()
    assert "Kies een reden." in text(do(desk, "annuleren", review, waiting))
    short = text(do(desk, "annuleren", review, reason="other", reason_text="kort"))
    assert "Licht de reden toe in ten minste 10 tekens." in short
    found = text(do(desk, "annuleren", review, waiting, reason="no_partner", reason_text="Na drie telefoontjes."))
    assert "Geannuleerd: 1 van 2" in found
    assert "De reden «Geen passende partner gevonden» past niet bij: In wachtrij." in found
    assert Referral.objects.get(pk=review.pk).state == State.CANCELLED
    assert Referral.objects.get(pk=waiting.pk).state == State.QUEUED
    assert Note.objects.get().text == "Na drie telefoontjes."


def test_run_keeps_no_free_text(desk: Client, anke: User) -> None:
    do(desk, "annuleren", mine(anke), reason="other", reason_text="Mevrouw De Boer belde")
    assert "Boer" not in str(BulkRun.objects.get().lines)
