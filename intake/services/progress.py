"""How far a draft is: which questions are asked, which are open, which pages that makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from intake.models import Intake
from intake.policies import policy as policy_named
from intake.policy import AnswerProblem, Answers, Policy, Step, keep_visible, options_of, read_answer, visible
from intake.policy.answers import NO_ANSWERS
from intake.policy.model import Kind
from intake.screens import Page, pages_of


@dataclass(frozen=True, slots=True)
class Progress:
    """A draft beside its policy. `given` is all that was answered, `kept` only what is asked with these answers."""

    intake: Intake
    policy: Policy
    given: Answers
    kept: Answers
    asked: tuple[str, ...]

    @classmethod
    def of(cls, intake: Intake) -> Self:
        """Return the progress of a draft, on the policy that it started with."""
        policy = policy_named(intake.policy)
        return cls.with_answers(intake, policy, read_stored(policy, intake.answers))

    @classmethod
    def with_answers(cls, intake: Intake, policy: Policy, given: Answers) -> Self:
        """Return what the progress is, or would be, with these answers."""
        kept = keep_visible(policy, given)
        return cls(intake, policy, given, kept, asked_questions(policy, kept))

    def on(self, page: Page) -> tuple[str, ...]:
        """Return the questions of a page that are asked."""
        return tuple(code for code in page.questions if code in self.asked)

    @property
    def every_page(self) -> tuple[Page, ...]:
        """Return the pages of this version, those on which nothing is asked too."""
        return pages_of(self.policy)

    @property
    def pages(self) -> tuple[Page, ...]:
        """Return the pages on which something is asked, in order."""
        return tuple(page for page in self.every_page if self.on(page))

    def missing(self, page: Page) -> tuple[str, ...]:
        """Return the questions of a page that still need an answer."""
        return tuple(code for code in self.on(page) if self.open(code))

    def open(self, code: str) -> bool:
        """Say whether a question that is asked still needs an answer."""
        question = self.policy.catalogue.by_code[code]
        if code in self.intake.typed:
            return True
        if not question.required:
            return False
        answer = self.kept.get(code)
        if question.kind is Kind.MATRIX and isinstance(answer, Mapping):
            return len(answer) < len(question.rows)
        return answer is None

    @property
    def unanswered(self) -> tuple[str, ...]:
        """Return every question that still needs an answer, in the order of the pages."""
        return tuple(code for page in self.every_page for code in self.missing(page))

    @property
    def first_open(self) -> Page | None:
        """Return the first page that is not complete; None when all are."""
        return next((page for page in self.pages if self.missing(page)), None)

    def after(self, page: Page) -> Page | None:
        """Return the next page on which something is asked; None when the check page is next."""
        later = self.every_page[self.every_page.index(page) + 1 :]
        return next((other for other in later if self.on(other)), None)

    def before(self, page: Page) -> Page | None:
        """Return the page before this one on which something is asked."""
        earlier = self.every_page[: self.every_page.index(page)]
        return next((other for other in reversed(earlier) if self.on(other)), None)

    def skipped(self, step: Step) -> bool:
        """Say whether a whole step is passed over, because nothing in it is asked."""
        return not any(self.on(page) for page in self.every_page if page.step is step)

    def opening(self, code: str, by: str) -> tuple[str, ...]:
        """Return the choices of question `by` that make question `code` be asked."""
        question = self.policy.catalogue.by_code[by]
        several = question.kind is Kind.MULTI
        return tuple(
            option.value
            for option in options_of(self.policy, question, self.given)
            if code in self.asked_with(by, (option.value,) if several else option.value)
        )

    def asked_with(self, code: str, value: str | tuple[str, ...]) -> tuple[str, ...]:
        """Return what is asked when one question has this answer."""
        probe = keep_visible(self.policy, self.given.with_answer(code, value))
        return asked_questions(self.policy, probe)


def asked_questions(policy: Policy, answers: Answers) -> tuple[str, ...]:
    """Return the questions to ask; one without anything to choose (no list for this sector) is left out."""
    return tuple(code for code in visible(policy, answers) if answerable(policy, code, answers))


def answerable(policy: Policy, code: str, answers: Answers) -> bool:
    """Say whether a question has something to answer with."""
    question = policy.catalogue.by_code[code]
    return question.kind is not Kind.MULTI_PER_SECTOR or bool(options_of(policy, question, answers))


def read_stored(policy: Policy, stored: Mapping[str, object]) -> Answers:
    """Return the stored answers that fit; one that no longer does (another sector, other obstacles) is passed over."""
    answers = NO_ANSWERS
    for question in policy.catalogue.questions:
        if question.code not in stored:
            continue
        try:
            value = read_answer(policy, question, stored[question.code], answers)
        except AnswerProblem:
            continue
        answers = answers.with_answer(question.code, value)
    return answers
