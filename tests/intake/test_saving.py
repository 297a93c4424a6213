"""Nothing that was typed is lost: invalid pages, two windows, hidden answers, double submits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from intake.models import Intake
from intake.services.errors import AlreadySent
from intake.services.saving import PageAnswers, save_page
from tests.intake import companies
from tests.intake.walking import address, begin, errors, fields, prefill

pytestmark = pytest.mark.django_db


def post(client: Client, intake: Intake, page: str, versie: int | None = None, **form: Any) -> Any:
    """Post a page, from the newest version unless another is given."""
    version = Intake.objects.get(pk=intake.pk).version if versie is None else versie
    return client.post(address(intake, page), {"versie": version, **form})


def test_invalid_page_keeps_what_fits_and_what_was_typed(client: Client) -> None:
    intake = begin(client)
    response = post(client, intake, "uw-bedrijf", B1="drenthe", B3="ongeveer 12")
    assert response.status_code == 200
    kept = Intake.objects.get()
    assert kept.answers == {"B1": "drenthe"}
    assert kept.typed == {"B3": "ongeveer 12"}
    assert 'value="ongeveer 12"' in client.get(address(intake, "uw-bedrijf")).content.decode()


def test_wrong_answer_takes_the_place_of_the_old_one(client: Client) -> None:
    intake = begin(client)
    post(client, intake, "uw-bedrijf", B3="12")
    post(client, intake, "uw-bedrijf", B3="twaalf")
    kept = Intake.objects.get()
    assert "B3" not in kept.answers
    assert kept.typed["B3"] == "twaalf"


def test_corrected_answer_clears_what_was_typed(client: Client) -> None:
    intake = begin(client)
    post(client, intake, "uw-bedrijf", B3="twaalf", postcode="97")
    post(client, intake, "uw-bedrijf", **fields(companies.READY, "uw-bedrijf"))
    kept = Intake.objects.get()
    assert kept.typed == {}
    assert kept.answers["B3"] == 25


def test_later_button_saves_a_half_filled_page(client: Client) -> None:
    intake = begin(client)
    response = post(client, intake, "uw-bedrijf", B3="twaalf", B2="zorg", doe="later")
    assert response["Location"] == address(intake, "later")
    assert Intake.objects.get().answers == {"B2": "zorg"}
    assert Intake.objects.get().typed == {"B3": "twaalf"}


def test_emptied_answer_is_gone(client: Client) -> None:
    intake = begin(client)
    post(client, intake, "uw-bedrijf", B3="12", B2="zorg")
    post(client, intake, "uw-bedrijf", B2="zorg", B3="")
    assert Intake.objects.get().answers == {"B2": "zorg"}


def test_old_window_that_leaves_a_question_blank_does_not_empty_it(client: Client) -> None:
    intake = begin(client)
    post(client, intake, "uw-bedrijf", versie=1, B1="drenthe", B3="12")
    response = post(client, intake, "uw-bedrijf", versie=1, B2="zorg")
    assert response.status_code == 302, errors(response)
    assert Intake.objects.get().answers == {"B1": "drenthe", "B2": "zorg", "B3": 12}


def test_of_two_windows_the_last_answer_to_a_question_wins(client: Client) -> None:
    intake = begin(client)
    post(client, intake, "uw-bedrijf", versie=1, B3="12")
    post(client, intake, "uw-bedrijf", versie=1, B3="13")
    assert Intake.objects.get().answers["B3"] == 13


def test_windows_on_different_pages_never_touch_each_others_answers(client: Client) -> None:
    intake = begin(client)
    post(client, intake, "uw-bedrijf", versie=1, **fields(companies.READY, "uw-bedrijf"))
    post(client, intake, "vernieuwing", versie=1, **fields(companies.READY, "vernieuwing"))
    assert set(Intake.objects.get().answers) == {"B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8"}


def test_save_that_meets_another_save_is_laid_on_top_of_it() -> None:
    from intake.services.drafts import start

    draft = start(now=timezone.now())
    mine, theirs = Intake.objects.get(), Intake.objects.get()
    save_page(theirs, PageAnswers(("B3",), {"B3": 12}, {}, 1), now=timezone.now())
    save_page(mine, PageAnswers(("B1",), {"B1": "drenthe"}, {}, 1), now=timezone.now())
    draft.refresh_from_db()
    assert draft.answers == {"B3": 12, "B1": "drenthe"}
    assert draft.version == 3


def test_save_after_sending_changes_nothing() -> None:
    from intake.services.drafts import start

    draft = start(now=timezone.now())
    Intake.objects.update(state=Intake.State.SUBMITTED)
    with pytest.raises(AlreadySent):
        save_page(draft, PageAnswers(("B3",), {"B3": 12}, {}, 1), now=timezone.now())
    assert Intake.objects.get().answers == {}


def test_answer_to_a_question_that_is_not_asked_is_dropped(client: Client) -> None:
    intake = begin(client)
    post(client, intake, "uw-bedrijf", **fields(companies.READY, "uw-bedrijf"))
    response = post(client, intake, "vernieuwing", B4=["geen"], B5=["niets"], B6="zelf", B7="nee", B8=["niemand"])
    assert response.status_code == 302, errors(response)
    assert "B6" not in Intake.objects.get().answers


def test_question_that_an_answer_on_the_same_page_opens_must_be_answered(client: Client) -> None:
    intake = begin(client)
    post(client, intake, "uw-bedrijf", **fields(companies.READY, "uw-bedrijf"))
    response = post(client, intake, "vernieuwing", B4=["geen"], B5=["proces"], B7="nee", B8=["niemand"])
    assert errors(response) == ["Kies een antwoord bij «Wie heeft die vernieuwing vooral ontwikkeld?»"]


def test_answers_come_back_when_the_entrepreneur_changes_back(client: Client) -> None:
    intake = begin(client)
    prefill(intake, companies.READY)
    post(client, intake, "wens", S1="nee", S2="nee")
    assert client.get(address(intake, "plan"))["Location"] == address(intake, "hulp")
    post(client, intake, "wens", S1="ja_begin", S2="nee")
    client.post(address(intake, "controleren"))
    assert Intake.objects.get().assessments.get().answers["S5"] == ["duitsland"]


def test_hidden_answers_do_not_count_in_the_assessment(client: Client) -> None:
    intake = begin(client)
    prefill(intake, companies.READY)
    post(client, intake, "wens", S1="nee", S2="nee")
    client.post(address(intake, "controleren"))
    made = Intake.objects.get().assessments.get()
    assert made.outcome == "UT4"
    assert not {"S3", "O1", "U1", "U10"} & set(made.answers)


def test_same_page_twice_gives_the_same_draft(client: Client) -> None:
    intake = begin(client)
    form = fields(companies.READY, "uw-bedrijf")
    first = post(client, intake, "uw-bedrijf", versie=1, **form)
    answers = Intake.objects.get().answers
    second = post(client, intake, "uw-bedrijf", versie=1, **form)
    assert first["Location"] == second["Location"]
    assert Intake.objects.get().answers == answers


def test_every_save_starts_the_term_again(client: Client) -> None:
    with time_machine.travel("2026-03-01T09:00:00Z", tick=False):
        intake = begin(client)
    with time_machine.travel("2026-03-20T09:00:00Z", tick=False):
        post(client, intake, "uw-bedrijf", B3="12")
        assert Intake.objects.get().expires_at == timezone.now() + timedelta(days=30)


def test_broken_version_field_counts_as_an_old_window(client: Client) -> None:
    intake = begin(client)
    post(client, intake, "uw-bedrijf", B3="12")
    client.post(address(intake, "uw-bedrijf"), {"versie": "² or worse", "B1": "drenthe"})
    assert Intake.objects.get().answers == {"B1": "drenthe", "B3": 12}
