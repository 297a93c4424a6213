"""The table of pages against the catalogue."""

from __future__ import annotations

import pytest

from intake.policies import policy
from intake.screens import PAGES, STEPS, Page, page_of

pytestmark = pytest.mark.django_db
ALL = [code for page in PAGES for code in page.questions]


def test_every_question_stands_on_exactly_one_page() -> None:
    codes = [question.code for question in policy("2013").catalogue.questions]
    assert sorted(ALL) == sorted(codes)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.slug)
def test_a_page_holds_at_most_five_questions_of_its_own_step(page: Page) -> None:
    catalogue = policy("2013").catalogue.by_code
    assert 1 <= len(page.questions) <= 5
    assert {catalogue[code].step for code in page.questions} == {page.step}


def test_the_steps_come_in_the_order_that_is_law() -> None:
    ranks = [STEPS.index(page.step) for page in PAGES]
    assert ranks == sorted(ranks)
    assert [step.label for step in STEPS] == ["Uw bedrijf", "Strategie", "Organisatie", "Uitvoering"]


@pytest.mark.parametrize("page", [page for page in PAGES if page.opened_by], ids=lambda page: page.slug)
def test_a_question_stands_after_the_one_that_opens_it(page: Page) -> None:
    for code, opener in page.opened_by.items():
        assert page.questions.index(opener) < page.questions.index(code)


def test_a_question_knows_its_page() -> None:
    assert page_of("U11").slug == "hulp"
