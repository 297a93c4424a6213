"""One act on many referrals: a look at what can, once done, a result per row, and half a minute to take it back."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nnmkb.ledger.models import Event, Outgoing
from referrals.domain.lifecycle import State
from referrals.models import BulkRun, Label, Note, Referral
from referrals.services import bulk, bulk_results, queue
from referrals.services.bulk import Act, Choice
from tests.referrals.desk import making
from tests.referrals.desk.making import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOW, tick=False) as moved:
        yield moved


@pytest.fixture
def anke() -> User:
    return making.staff("anke")


@pytest.fixture
def desk(client: Client, anke: User) -> Client:
    client.force_login(anke)
    return client


def text(response: HttpResponse) -> str:
    """Return a page as people read it: no tags, single spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def preview(client: Client, act: str, *rows: Referral | str) -> HttpResponse:
    """Send the selection of the list."""
    numbers = [row if isinstance(row, str) else row.number for row in rows]
    return client.post("/werkbak/bulk/", {"nummer": numbers, "actie": act, "lijst": "lijst=alles"})


def do(client: Client, act: str, *rows: Referral, **typed: Any) -> HttpResponse:
    """Send the form of the preview, and follow to the result."""
    known = {
        "sleutel": str(uuid.uuid4()),
        "lijst": "lijst=alles",
        "rij": [f"{row.number}:{row.version}" for row in rows],
        **typed,
    }
    return client.post(f"/werkbak/bulk/doe/{act}/", known, follow=True)


def mine(anke: User, **fields: Any) -> Referral:
    """Make a referral that Anke looks at."""
    return making.referral(state=State.IN_REVIEW, owner=anke, **fields)


def test_preview_counts_what_can_and_says_why_not_and_changes_nothing(desk: Client) -> None:
    rows = [making.referral(f"Bedrijf {number}") for number in range(3)]
    taken = making.referral("Ander bedrijf", state=State.IN_REVIEW, owner=making.staff("bram"))
    found = text(preview(desk, "oppakken", *rows, taken, "NN-0000-0000-1"))
    assert "3 kunnen, 2 niet. Er is nog niets veranderd." in found
    assert f"{taken.number}, Ander bedrijf. Bram heeft deze opgepakt." in found
    assert "NN-0000-0000-1. Dit nummer kennen wij niet." in found
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


def test_cancel_takes_one_reason_and_skips_where_it_does_not_fit(desk: Client, anke: User) -> None:
    review, waiting = mine(anke), making.referral()
    assert "Kies een reden." in text(do(desk, "annuleren", review, waiting))
    short = text(do(desk, "annuleren", review, reason="other", reason_text="kort"))
    assert "Licht de reden toe in ten minste 10 tekens." in short
    found = text(do(desk, "annuleren", review, waiting, reason="no_partner", reason_text="Na drie telefoontjes."))
    assert "Geannuleerd: 1 van 2" in found
    assert Referral.objects.get(pk=review.pk).state == State.CANCELLED
    assert Referral.objects.get(pk=waiting.pk).state == State.QUEUED
    assert Note.objects.get().text == "Na drie telefoontjes."


def test_run_keeps_no_free_text(desk: Client, anke: User) -> None:
    do(desk, "annuleren", mine(anke), reason="other", reason_text="Mevrouw De Boer belde")
    assert "Boer" not in str(BulkRun.objects.get().lines)


# --- taking it back ---------------------------------------------------------------------------------------------------


def take_back(client: Client) -> str:
    """Press the button on the result page."""
    run = BulkRun.objects.latest("pk")
    return text(client.post(f"/werkbak/bulk/{run.pk}/terug/", {"lijst": "lijst=alles"}, follow=True))


def test_claim_is_taken_back_within_half_a_minute(desk: Client, clock: time_machine.Coordinates) -> None:
    rows = [making.referral(due=-timedelta(days=5), misses=2) for _ in range(2)]
    assert "Draai dit terug" in text(do(desk, "oppakken", *rows))
    clock.shift(29)
    found = take_back(desk)
    assert found.count("Teruggedraaid.") == 2
    assert "Draai dit terug" not in found
    assert {row.state for row in Referral.objects.all()} == {State.QUEUED}
    # Late as it was: a claim by mistake buys no time.
    assert {(row.next_due_at, row.misses) for row in Referral.objects.all()} == {(NOW - timedelta(days=5), 2)}
    assert take_back(desk) == found
    assert Event.objects.filter(kind="claim_released").count() == 2


def test_after_31_seconds_nothing_is_taken_back(desk: Client, clock: time_machine.Coordinates) -> None:
    do(desk, "oppakken", making.referral())
    clock.shift(31)
    assert "Terugdraaien kan tot 30 seconden na de handeling." in take_back(desk)
    assert Referral.objects.get().state == State.IN_REVIEW


@pytest.mark.parametrize("act", ["oppakken", "label"])
def test_row_that_a_colleague_changed_meanwhile_is_left_and_told(desk: Client, anke: User, act: str) -> None:
    rows = [making.referral() for _ in range(2)]
    do(desk, act, *rows, label="beurs")
    bram = making.staff("bram")
    row = Referral.objects.get(pk=rows[0].pk)
    if act == "oppakken":
        queue.hand_over(row.pk, bram.pk, advisor=anke, version=row.version, key="x", now=NOW)
    else:
        queue.claim(row.pk, advisor=bram, version=row.version, key="x", now=NOW)
    found = take_back(desk)
    assert found.count("Teruggedraaid.") == 1
    why = (
        "Deze is net veranderd. Nu: In beoordeling, van Bram." if act == "oppakken" else "Bram heeft deze net opgepakt."
    )
    assert found.count(f"Niet teruggedraaid: {why}") == 1
    assert Referral.objects.get(pk=row.pk).owner == bram
    assert Label.objects.count() == (1 if act == "label" else 0)


def test_label_that_was_taken_off_is_put_back(desk: Client) -> None:
    row = making.referral()
    Label.objects.create(referral=row, name="beurs")
    do(desk, "label-weg", row, label="beurs")
    take_back(desk)
    assert Label.objects.get().name == "beurs"


def test_release_is_not_taken_back(desk: Client, anke: User) -> None:
    assert "Draai dit terug" not in text(do(desk, "loslaten", mine(anke)))
    assert "kan niet worden teruggedraaid" in take_back(desk)


# --- a run that was broken off ----------------------------------------------------------------------------------------


def test_run_that_broke_off_says_of_each_row_whether_it_was_done(
    desk: Client, anke: User, clock: time_machine.Coordinates, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [making.referral() for _ in range(3)]
    real, calls = queue.claim, []

    def dies(*args: Any, **kwargs: Any) -> Referral:
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    monkeypatch.setattr(queue, "claim", dies)
    seen = {row.number: 1 for row in rows}
    with pytest.raises(KeyboardInterrupt):
        bulk.run(Act.CLAIM, seen, Choice(), advisor=anke, key=str(uuid.uuid4()), now=NOW)
    run = BulkRun.objects.get()
    assert "Nog bezig" in text(desk.get(f"/werkbak/bulk/{run.pk}/"))
    clock.shift(timedelta(minutes=3))
    found = text(desk.get(f"/werkbak/bulk/{run.pk}/"))
    assert "Opgepakt: 1 van 3" in found
    assert found.count("de handeling is onderbroken") == 2


def test_one_broken_row_does_not_take_the_others_with_it(
    desk: Client, anke: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, real = [making.referral() for _ in range(3)], queue.claim

    def breaks(pk: int, **kwargs: Any) -> Referral:
        if pk == rows[1].pk:
            raise RuntimeError("van mevrouw De Boer")
        return real(pk, **kwargs)

    monkeypatch.setattr(queue, "claim", breaks)
    found = text(do(desk, "oppakken", *rows))
    assert "Opgepakt: 2 van 3" in found
    assert "door een fout bij ons" in found


def test_old_runs_are_forgotten(anke: User) -> None:
    for days in (1, 8):
        BulkRun.objects.create(user=anke, key=str(days), act="oppakken", at=NOW - timedelta(days=days))
    assert bulk_results.forget(NOW) == 1
    assert BulkRun.objects.get().key == "1"
