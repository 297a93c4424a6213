"""The form of one page: fields for the questions that are asked, checked one by one against the policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict

from intake.forms import words
from intake.forms.fields import field_for, given, kept_text, shown
from intake.policy import AnswerProblem, Kind, Question, options_of, read_answer
from intake.policy.conditions import Value
from intake.screens import Page
from intake.services.progress import Progress
from intake.services.saving import PageAnswers
from nnmkb.web.conditional import show_when

# Fields that belong to the page and not to a question.
OWN_FIELDS = {"csrfmiddlewaretoken", "versie", "terug", "doe"}


class PageForm(forms.Form):
    """Asks the questions of a page. Reading it never raises: every mistake becomes a message at its field."""

    use_required_attribute = False

    def __init__(self, page: Page, progress: Progress, data: QueryDict | None = None) -> None:
        super().__init__(data, initial=initial(page, progress))
        self.page = page
        self.progress = progress
        # Shrinks and grows with the answers on this very page.
        self.now = progress
        self.valid: dict[str, Value] = {}
        self.typed: dict[str, Any] = {}
        self.asked: list[str] = []
        for code in page.questions:
            self.add_question(code)

    def add_question(self, code: str) -> None:
        """Add the field of a question that is asked, or that another answer on this page can bring up."""
        question = self.question(code)
        opener = self.page.opened_by.get(code)
        values = self.progress.opening(code, opener) if opener in self.fields else ()
        if code not in self.progress.asked and not values:
            return
        self.fields[code] = field_for(question, options_of(self.progress.policy, question, self.progress.given))
        if opener and values:
            show_when(self, code, on=opener, values=values, indent=True)

    def question(self, code: str) -> Question:
        """Return a question of the policy of this draft."""
        return self.progress.policy.catalogue.by_code[code]

    @property
    def stale(self) -> bool:
        """Say whether another window saved this draft after this page was made."""
        return self.seen_version != self.progress.intake.version

    @property
    def seen_version(self) -> int:
        """Return the version that the page was made from; 0, older than any, when it does not say."""
        text = self.data.get("versie", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0

    def clean(self) -> dict[str, Any]:
        """Check the questions in order, since an answer decides whether the next question is asked."""
        for code in self.page.questions:
            if code in self.fields and code in self.now.asked:
                self.asked.append(code)
                self.check_question(self.question(code), self.cleaned_data.get(code))
        for name in self.strange_names():
            self.add_error(None, words.strange_field(name))
        return self.cleaned_data

    def check_question(self, question: Question, typed: Any) -> None:
        """Keep a valid answer; give a message for one that is missing or does not fit."""
        value = given(question, typed)
        if value is None:
            self.leave_empty(question)
            return
        try:
            answer = read_answer(self.progress.policy, question, value, self.now.given)
        except AnswerProblem as problem:
            together = words.chosen_together(question, typed)
            self.refuse(question.code, together or words.wrong(question, typed, problem.message), typed)
            return
        if answer is None:
            self.leave_empty(question)
        elif question.kind is Kind.MATRIX and isinstance(answer, Mapping) and len(answer) < len(question.rows):
            self.refuse(question.code, words.rows_missing(question, answer), typed)
        else:
            self.accept(question.code, answer)

    def accept(self, code: str, answer: Value) -> None:
        """Keep an answer, and look again which questions are asked."""
        self.valid[code] = answer
        self.look_again(code, answer)

    def look_again(self, code: str, answer: Value | None) -> None:
        """Work out what is asked when this question has this answer."""
        changed = self.now.given.with_answer(code, answer)
        self.now = Progress.with_answers(self.progress.intake, self.progress.policy, changed)

    def leave_empty(self, question: Question) -> None:
        """Take an empty field for what it is, unless another window has answered it meanwhile."""
        if self.stale and question.code in self.progress.given:
            return
        self.look_again(question.code, None)
        if question.required:
            self.miss(question)

    def miss(self, question: Question) -> None:
        """Give the message about an answer that is not there."""
        self.add_error(question.code, words.missing(question))

    def refuse(self, name: str, message: str, typed: Any) -> None:
        """Give the message, and keep what was typed."""
        self.typed[name] = kept_text(typed)
        self.add_error(name, message)

    def strange_names(self) -> list[str]:
        """Return the names that came in and belong to no question here; three at most, the first will do."""
        known = OWN_FIELDS | set(self.fields)
        for code in self.page.questions:
            known |= {code} | {f"{code}_{row.value}" for row in self.question(code).rows}
        return [name for name in self.data if name not in known][:3]

    def answers(self) -> PageAnswers:
        """Return what is to be saved, whether or not all of it fits."""
        return PageAnswers(tuple(self.asked), self.valid, self.typed, self.seen_version)


def initial(page: Page, progress: Progress) -> dict[str, Any]:
    """Return what the fields show: what was typed and did not fit, else the answer."""
    stored = {code: shown(progress.policy.catalogue.by_code[code], value) for code, value in progress.given.items()}
    return {**stored, **progress.intake.typed}
