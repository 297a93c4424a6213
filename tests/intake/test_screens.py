"""The table of pages against the catalogue."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from intake.policies import policy
from intake.policy import Policy, Step
from intake.screens import PAGES, SLUG, STEPS, Page, page_of, pages_of

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
    assert page_of(policy("2013"), "U11").slug == "hulp"


def other(remove: str = "", add: Step | None = None, count: int = 1) -> Policy:
    """Return the policy of 2013 with a question less, or with some more."""
    known = policy("2013")
    questions = [item for item in known.catalogue.questions if item.code != remove]
    if add is not None:
        like = next(item for item in questions if item.step is add)
        extra = [replace(like, code=f"X{number}", key=f"extra_{number}") for number in range(1, count + 1)]
        questions += extra
    catalogue = replace(known.catalogue, questions=tuple(questions), by_code={item.code: item for item in questions})
    return replace(known, catalogue=catalogue)


def test_the_pages_of_2013_are_the_pages() -> None:
    assert pages_of(policy("2013")) == PAGES


@pytest.mark.parametrize("code", ["U6", "O8", "B5"])
def test_a_question_that_a_version_lacks_is_on_no_page(code: str) -> None:
    pages = pages_of(other(code))
    assert code not in {one for page in pages for one in page.questions}
    assert [page.slug for page in pages] == [page.slug for page in PAGES]
    assert not any(code in page.opened_by.values() for page in pages)


@pytest.mark.parametrize("step", STEPS)
def test_new_questions_come_on_further_pages_of_their_step(step: Step) -> None:
    pages = pages_of(other(add=step, count=7))
    more = [page for page in pages if page not in PAGES]
    assert [len(page.questions) for page in more] == [5, 2]
    assert {page.step for page in more} == {step}
    assert [STEPS.index(page.step) for page in pages] == sorted(STEPS.index(page.step) for page in pages)
    assert all(re.fullmatch(SLUG, page.slug) for page in pages)
