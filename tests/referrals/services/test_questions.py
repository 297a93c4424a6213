"""One question at a time: asked only where mail arrives, answered once, and part of the next dossier."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nnmkb.ledger import events
from nnmkb.ledger.models import Outgoing
from nnmkb.ledger.seals import seal
from referrals.domain.lifecycle import State
from referrals.models import Question, Referral
from referrals.services import answering, closing, offering, questions, queue
from referrals.services.errors import Gone, NotAllowed, Refused, Stale
from tests.referrals.services import cast
from tests.referrals.services.cast import LATER, NOW, Case

pytestmark = pytest.mark.django_db

EMOJI = "Zé 🙂\nregel twee"


def arrived(found: Case, state: str = "done", error: str = "") -> None:
    """Let the mails that were promised to this company come to an end."""
    rows = Outgoing.objects.filter(recipient=f"intake:{found.intake.pk}")
    rows.update(state=state, last_error=error, done_at=NOW)


def asked(found: Case, text: str = "Hoeveel pompen maakt u?", **more: object) -> Referral:
    known: dict[str, object] = {"advisor": found.advisor, "version": found.fresh().version, "key": cast.key()}
    return questions.ask(found.referral.pk, text=text, now=NOW, **{**known, **more})  # type: ignore[arg-type]


def waiting() -> Case:
    found = cast.case("in_review")
    arrived(found)
    asked(found)
    return found


def answered(found: Case, text: str = "Twaalf per jaar.", key: str = "") -> Referral:
    return questions.answer(found.referral.pk, text=text, key=key or cast.key(), now=LATER)


def test_question_waits_five_working_days_and_mails_only_a_link() -> None:
    found = waiting()
    row = found.fresh()
    assert (row.state, row.due_kind, row.owner) == (State.NEEDS_INFO, "answer", found.advisor)
    mails = Outgoing.objects.filter(event__stream=row.stream, state="pending")
    assert set(mails.values_list("kind", flat=True)) == {"mail.question", "mail.question_reminder"}
    event = events.history(row.stream)[-1]
    question = Question.objects.get()
    assert event.payload["sealed"] == {f"question:{question.pk}:text": seal(question.salt, question.text)}
    assert "pompen" not in str(event.payload)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Schrijf eerst een vraag"),
        (" \n ", "Schrijf eerst een vraag"),
        ("x" * 1001, "telt 1001 tekens"),
        ("a\x00b", "Typ de tekst opnieuw"),
    ],
)
def test_question_that_cannot_be_asked_says_why_and_changes_nothing(text: str, words: str) -> None:
    found = cast.case("in_review")
    arrived(found)
    with pytest.raises(Refused, match=words) as refused:
        asked(found, text)
    assert refused.value.field == "text"
    assert found.fresh().version == 2
    assert not Question.objects.exists()


@pytest.mark.parametrize("text", ["x" * 1000, f"  {'y' * 1000}  ", EMOJI])
def test_longest_question_and_any_letters_are_fine(text: str) -> None:
    found = cast.case("in_review")
    arrived(found)
    asked(found, text)
    assert Question.objects.get().text == text.strip()


@pytest.mark.parametrize(
    ("state", "error"), [("pending", ""), ("leased", ""), ("dead", "550"), ("done", "referral moved on")]
)
def test_nobody_is_asked_by_mail_when_no_mail_arrived(state: str, error: str) -> None:
    found = cast.case("in_review")
    arrived(found, state, error)
    with pytest.raises(Refused, match="Bel de ondernemer"):
        asked(found)
    assert found.fresh().state == State.IN_REVIEW


def test_bounce_disproves_the_mail_before_it_and_a_visit_to_the_own_page_proves_it_again() -> None:
    found = cast.case("in_review")
    arrived(found)
    first = Outgoing.objects.get(recipient=f"intake:{found.intake.pk}")
    Outgoing.objects.create(
        kind="mail.follow_link", event=first.event, recipient=first.recipient, dedupe_key="x", state="dead",
        due_at=NOW, created_at=NOW,
    )  # fmt: skip
    assert not questions.email_verified(found.intake)
    closing.correct(found.intake.pk, cast.ANNA, actor="entrepreneur", key=cast.key(), now=NOW + timedelta(minutes=1))
    assert questions.email_verified(found.intake)


def test_asking_from_the_queue_and_after_a_no_goes_in_one_act() -> None:
    found = cast.case()
    arrived(found)
    asked(found)
    assert (found.fresh().state, found.fresh().owner) == (State.NEEDS_INFO, found.advisor)
    closing.withdraw_referral(found.referral.pk, actor="entrepreneur", key=cast.key(), now=NOW)
    assert Question.objects.get().closed_at == NOW
    back = cast.case("returned")
    arrived(back)
    asked(back)
    assert (back.fresh().state, back.fresh().attempts) == (State.NEEDS_INFO, 1)


def test_refused_question_from_the_queue_leaves_it_unclaimed() -> None:
    found = cast.case()
    with pytest.raises(Refused):
        asked(found)
    assert (found.fresh().state, found.fresh().owner, found.fresh().version) == (State.QUEUED, None, 1)


def test_colleague_and_old_form_cannot_ask() -> None:
    found = cast.case("in_review")
    arrived(found)
    with pytest.raises(Refused, match="Bert"):
        asked(found, advisor=cast.advisor("daan"))
    with pytest.raises(Stale):
        asked(found, version=1)


def test_same_form_twice_asks_once() -> None:
    found = cast.case("in_review")
    arrived(found)
    for _ in range(2):
        asked(found, key="twice", version=2)
    assert Question.objects.count() == 1


def test_answer_goes_back_to_the_owner_and_is_sealed() -> None:
    found = waiting()
    for _ in range(2):
        answered(found, f" {EMOJI} ", key="once")
    row, question = found.fresh(), Question.objects.get()
    assert (row.state, row.owner) == (State.IN_REVIEW, found.advisor)
    assert (question.answer, question.answered_at, question.closed_at) == (EMOJI, LATER, LATER)
    event = events.history(row.stream)[-1]
    assert (event.kind, event.actor) == ("question_answered", "entrepreneur")
    assert event.payload["sealed"] == {f"question:{question.pk}:answer": seal(question.salt, EMOJI)}
    assert Outgoing.objects.filter(kind="mail.question_answered_to_advisor").count() == 1
    assert not Outgoing.objects.filter(kind="mail.question_reminder", state="pending").exists()


@pytest.mark.parametrize("text", ["", "  ", "x" * 4001, "a\x00b"])
def test_answer_that_cannot_be_kept_says_why(text: str) -> None:
    found = waiting()
    with pytest.raises(Refused) as refused:
        answered(found, text)
    assert refused.value.field == "text"
    assert found.fresh().state == State.NEEDS_INFO


def test_second_answer_with_another_key_is_too_late() -> None:
    found = waiting()
    answered(found)
    with pytest.raises(NotAllowed):
        answered(found, "Toch dertien.")
    assert Question.objects.get().answer == "Twaalf per jaar."


def test_next_dossier_holds_question_and_answer_and_an_earlier_one_stays_as_it_was() -> None:
    found = waiting()
    long = "Wij maken pompen. " * 200
    answered(found, f"Twaalf per jaar.\n\n{long}")
    made = offering.offer(
        found.referral.pk, found.partner.pk, advisor=found.advisor, version=found.fresh().version,
        key=cast.key(), now=LATER,
    )  # fmt: skip
    group = made.dossier.content["answers"][-1]
    assert (group["code"], group["lines"][0]["question"]) == ("K", "Hoeveel pompen maakt u?")
    assert group["lines"][0]["answer"][0] == "Twaalf per jaar."
    assert max(map(len, group["lines"][0]["answer"])) <= 900
    assert " ".join(group["lines"][0]["answer"][1:]) == long.strip()
    answering.decline(made.pk, actor=found.actor, reason="info_missing", key=cast.key(), now=LATER)
    row = queue.reconsider(
        found.referral.pk, advisor=found.advisor, version=found.fresh().version, key=cast.key(), now=LATER
    )
    asked(found, "En dit?", version=row.version)
    made.dossier.refresh_from_db()
    assert len(made.dossier.content["answers"][-1]["lines"]) == 1


def test_unanswered_question_is_not_in_the_dossier() -> None:
    found = waiting()
    questions.close_question(
        found.referral.pk, advisor=found.advisor, version=found.fresh().version, key=cast.key(), now=NOW
    )
    made = offering.offer(
        found.referral.pk, found.partner.pk, advisor=found.advisor, version=found.fresh().version,
        key=cast.key(), now=LATER,
    )  # fmt: skip
    assert "K" not in {group["code"] for group in made.dossier.content["answers"]}


def test_closed_question_needs_no_answer_any_more() -> None:
    found = waiting()
    with pytest.raises(Refused, match="Bert"):
        questions.close_question(
            found.referral.pk, advisor=cast.advisor("daan"), version=found.fresh().version, key=cast.key(), now=LATER
        )
    questions.close_question(
        found.referral.pk, advisor=found.advisor, version=found.fresh().version, key=cast.key(), now=LATER
    )
    assert found.fresh().state == State.IN_REVIEW
    assert Question.objects.get().closed_at == LATER
    assert Outgoing.objects.filter(kind="mail.question_closed").exists()
    with pytest.raises(NotAllowed):
        answered(found)


def test_erasing_empties_question_and_answer() -> None:
    found = waiting()
    answered(found)
    closing.erase(found.intake.pk, actor="entrepreneur", key=cast.key(), now=LATER)
    question = Question.objects.get()
    assert (question.text, question.answer, question.salt) == ("", "", "")
    with pytest.raises(Gone):
        answered(found)
