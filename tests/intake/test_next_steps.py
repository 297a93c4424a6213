"""The next step on the result page: kept with the result, beside what must wait, and not always there."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from intake.models import Assessment
from intake.policy.analysis import changing
from tests.intake import companies
from tests.intake.walking import address, begin, finish, text

pytestmark = pytest.mark.django_db


def waiting(client: Client, answers: dict[str, Any]) -> str:
    """Return what the page says about what must wait."""
    page = text(finish(client, begin(client), answers))
    return page[page.index("Nu nog niet") :]


def test_company_that_is_not_organised_reads_what_to_arrange_for_each_activity(client: Client) -> None:
    page = waiting(client, companies.NOT_ORGANISED)
    assert "Volgende stap voor «Handelsmissie met bestuurders»: Zorg dat genoeg goede mensen" in page
    assert "Volgende stap voor «Handelsmissie of beurs in uw branche»: Regel dat het werk doorgaat" in page
    assert "Daarna stellen wij nog 7 vragen. Die antwoorden tellen ook mee." in page


def test_activities_that_wait_for_the_same_share_one_list(client: Client) -> None:
    page = waiting(client, companies.UNCLEAR)
    assert page.count("Volgende stap") == 1
    assert "Volgende stap: Kies welk product of welke dienst" in page
    assert "Kies het land waar u begint." in page


def test_page_never_says_which_answer_to_give(client: Client) -> None:
    page = waiting(client, companies.UNCLEAR)
    assert "Ja, dat is duidelijk" not in page
    assert "Verander «" not in page


def test_without_a_step_stands_what_opens_it(client: Client) -> None:
    page = waiting(client, {**companies.READY, "S1": "misschien"})
    assert "Volgende stap: Dit gaat open als uw strategie duidelijk is." in page


@pytest.mark.usefixtures("tampering")
def test_step_is_kept_with_the_result_and_never_worked_out_again(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    intake = begin(client)
    finish(client, intake, companies.NOT_ORGANISED)
    stored = Assessment.objects.get()
    assert [(item["activity"], len(item["work"]), item["questions"]) for item in stored.result["next_steps"]] == [
        ("P3", 1, 7),
        ("P4", 2, 7),
    ]

    def refuse(*_: object) -> None:
        raise AssertionError("the result page must not look for a step")

    monkeypatch.setattr(changing, "ways_of", refuse)
    stored.result["next_steps"][0]["work"][0]["text"] = "Zo luidde de stap toen."
    stored.save()
    assert "Zo luidde de stap toen." in text(client.get(address(intake, "uitslag")))


@pytest.mark.usefixtures("tampering")
def test_result_from_before_there_were_steps_still_shows(client: Client) -> None:
    intake = begin(client)
    finish(client, intake, companies.NOT_ORGANISED)
    stored = Assessment.objects.get()
    del stored.result["next_steps"]
    stored.save()
    page = text(client.get(address(intake, "uitslag")))
    assert "Volgende stap: Dit gaat open als u genoeg goede mensen heeft." in page


def test_step_stands_once_when_two_messages_hold_an_activity_back(client: Client) -> None:
    page = waiting(client, {**companies.READY, "S7": "eerst_vernieuwen"})
    stored = Assessment.objects.get().result
    assert [item["code"] for item in stored["not_yet_details"]] == ["NN-1", "NN-4"]
    assert page.count("Volgende stap voor «Handelsmissie met bestuurders»") <= 1
    assert page.count("Vernieuw uw product") == len({item["questions"] for item in stored["next_steps"]})
