"""The way through the questions: order, skipping, conditions, and the words around it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from intake.models import Intake
from intake.screens import PAGES
from tests.intake import companies
from tests.intake.walking import address, begin, errors, fields, fill, finish, prefill, text, title, version_on

pytestmark = pytest.mark.django_db
EVERY_PAGE = [page.slug for page in PAGES]


def post(client: Client, intake: Intake, page: str, **form: Any) -> Any:
    """Post a page with the newest version."""
    return client.post(address(intake, page), {"versie": Intake.objects.get(pk=intake.pk).version, **form})


@pytest.mark.parametrize(
    ("answers", "pages"),
    [
        (companies.READY, EVERY_PAGE),
        (companies.NO_WISH, ["uw-bedrijf", "vernieuwing", "wens", "hulp"]),
        (companies.UNCLEAR, ["uw-bedrijf", "vernieuwing", "wens", "plan", "markt", "hulp"]),
        (companies.NOT_ORGANISED, [*EVERY_PAGE[:7], "hulp"]),
    ],
    ids=["ready", "no wish", "unclear", "not organised"],
)
def test_only_pages_with_something_to_ask_come_by(client: Client, answers: dict[str, Any], pages: list[str]) -> None:
    assert fill(client, begin(client), answers) == pages


def test_step_number_stands_in_text_and_title(client: Client) -> None:
    intake = begin(client)
    prefill(intake, companies.READY)
    for page, number in [("uw-bedrijf", 1), ("markt", 2), ("netwerken", 3), ("hulp", 4), ("controleren", 5)]:
        response = client.get(address(intake, page))
        assert f"Stap {number} van 5" in text(response)
        assert f"stap {number} van 5" in title(response)


def test_a_page_skipped_by_address_leads_to_the_first_open_page_with_a_message(client: Client) -> None:
    intake = begin(client)
    response = client.get(address(intake, "organisatie"), follow=True)
    assert response.request["PATH_INFO"] == address(intake, "uw-bedrijf")
    assert "Vul eerst deze bladzijde in" in text(response)


def test_a_page_on_which_nothing_is_asked_leads_to_the_next(client: Client) -> None:
    intake = begin(client)
    prefill(intake, companies.NO_WISH)
    response = client.get(address(intake, "organisatie"))
    assert response["Location"] == address(intake, "hulp")


def test_closed_strategy_gate_is_explained_on_the_page_after_it(client: Client) -> None:
    intake = begin(client)
    prefill(intake, companies.UNCLEAR)
    assert "Maak eerst uw strategie duidelijk" in text(client.get(address(intake, "hulp")))


def test_closed_organisation_gate_is_explained_on_the_page_after_it(client: Client) -> None:
    intake = begin(client)
    prefill(intake, companies.NOT_ORGANISED)
    assert "meeste vragen over de uitvoering" in text(client.get(address(intake, "hulp")))


def test_company_without_wish_is_told_that_little_is_left_to_ask(client: Client) -> None:
    intake = begin(client)
    prefill(intake, companies.NO_WISH)
    page = text(client.get(address(intake, "hulp")))
    assert "U wilt nu niet naar het buitenland" in page
    assert "Zoekt u een buitenlandse investeerder" in page
    assert "zelf uitvoeren" not in page


def test_nothing_is_explained_when_no_step_is_skipped(client: Client) -> None:
    intake = begin(client)
    prefill(intake, companies.READY)
    assert "Wij slaan" not in text(client.get(address(intake, "hulp")))


def test_question_that_another_answer_opens_is_on_the_page_and_marked_for_the_stylesheet(client: Client) -> None:
    intake = begin(client)
    post(client, intake, "uw-bedrijf", **fields(companies.READY, "uw-bedrijf"))
    page = client.get(address(intake, "vernieuwing")).content.decode()
    assert re.search(r'<fieldset class="[^"]*nnmkb-needs-a[^"]*" id="div_id_B6"', page)
    opening = re.findall(r'<input class="[^"]*nnmkb-opens-a[^"]*"[^>]*value="([^"]+)"', page)
    assert opening == ["product_markt", "product_bedrijf", "proces"]


def test_question_that_no_answer_on_the_page_can_open_is_left_out(client: Client) -> None:
    intake = begin(client)
    prefill(intake, companies.NO_WISH)
    assert "Welke hulp zoekt u" not in text(client.get(address(intake, "hulp")))


def test_sector_question_offers_the_obstacles_of_the_sector(client: Client) -> None:
    intake = begin(client)
    prefill(intake, companies.READY)
    page = text(client.get(address(intake, "belemmeringen")))
    assert "Te weinig vakmensen" in page
    assert "(niet verplicht)" in page


def test_sector_without_list_is_not_asked_about_its_obstacles(client: Client) -> None:
    intake = begin(client)
    without = {code: answer for code, answer in companies.READY.items() if code != "U6"}
    prefill(intake, {**without, "B2": "anders"})
    assert 'name="U6"' not in client.get(address(intake, "belemmeringen")).content.decode()


def test_changing_the_sector_drops_obstacles_of_the_old_one(client: Client) -> None:
    intake = begin(client)
    prefill(intake, companies.READY)
    post(client, intake, "uw-bedrijf", **fields({**companies.READY, "B2": "landbouw"}, "uw-bedrijf"))
    response = client.post(address(intake, "controleren"), follow=True)
    assert response.request["PATH_INFO"] == address(intake, "uitslag")
    assert "U6" not in Intake.objects.get().assessments.get().answers


def test_previous_button_saves_and_goes_back(client: Client) -> None:
    intake = begin(client)
    post(client, intake, "uw-bedrijf", **fields(companies.READY, "uw-bedrijf"))
    response = post(client, intake, "vernieuwing", B7="soms", doe="vorige")
    assert response["Location"] == address(intake, "uw-bedrijf")
    assert Intake.objects.get().answers["B7"] == "soms"


def test_enter_key_goes_forward_because_that_button_comes_first(client: Client) -> None:
    intake = begin(client)
    prefill(intake, companies.READY)
    page = client.get(address(intake, "markt")).content.decode()
    assert re.findall(r'name="doe" value="(\w+)"', page) == ["verder", "vorige", "later"]


def test_first_page_has_no_previous_button(client: Client) -> None:
    page = client.get(address(begin(client), "uw-bedrijf")).content.decode()
    assert 'value="vorige"' not in page


def test_finished_steps_lead_back_and_later_steps_do_not(client: Client) -> None:
    intake = begin(client)
    post(client, intake, "uw-bedrijf", **fields(companies.READY, "uw-bedrijf"))
    post(client, intake, "vernieuwing", **fields(companies.READY, "vernieuwing"))
    page = client.get(address(intake, "wens")).content.decode()
    steps = page[page.index("nnmkb-steps") :]
    assert f'href="{address(intake, "uw-bedrijf")}">Uw bedrijf' in steps
    assert 'aria-current="step"' in steps
    assert "<span>Organisatie</span>" in steps


def test_draft_finishes_on_the_policy_it_started_with(client: Client, settings: Any) -> None:
    intake = begin(client)
    settings.POLICY_NAME = "a policy of later"
    finish(client, intake, companies.READY)
    assert Intake.objects.get().assessments.get().policy == "2013"


def test_a_get_changes_nothing(client: Client) -> None:
    intake = begin(client)
    prefill(intake, companies.READY)
    before = Intake.objects.values().get()
    for page in [*EVERY_PAGE, "controleren", "later", "uitslag"]:
        client.get(address(intake, page))
    client.get("/")
    assert Intake.objects.values().get() == before


def test_begin_page_makes_no_draft_until_the_button_is_pressed(client: Client) -> None:
    assert client.get("/").status_code == 200
    assert not Intake.objects.exists()


def test_double_click_on_begin_makes_one_draft(client: Client) -> None:
    first = client.post("/", {"sleutel": "8a1c"})
    second = client.post("/", {"sleutel": "8a1c"})
    assert first["Location"] == second["Location"]
    assert Intake.objects.count() == 1


def test_begin_key_of_another_opens_nothing_that_was_filled_in(client: Client) -> None:
    client.post("/", {"sleutel": "8a1c"})
    post(client, Intake.objects.get(), "uw-bedrijf", B3="7")
    stranger = Client()
    stranger.post("/", {"sleutel": "8a1c"})
    assert Intake.objects.count() == 2


def test_page_with_errors_says_so_in_the_title_and_focuses_the_summary(client: Client) -> None:
    intake = begin(client)
    response = post(client, intake, "uw-bedrijf")
    assert response.status_code == 200
    assert title(response).startswith("Fout: ")
    page = response.content.decode()
    assert re.search(r'<h2[^>]*tabindex="-1" autofocus', page)
    assert page.index("nnmkb-errors") < page.index("<form")
    assert len(errors(response)) == 3


def test_page_without_errors_has_no_error_in_its_title(client: Client) -> None:
    response = client.get(address(begin(client), "uw-bedrijf"))
    assert not title(response).startswith("Fout")
    assert version_on(response) == "1"
