"""A partner asks the KvK one question at a time about a live offer; words are sealed, and the clock runs on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from nnmkb.ledger import events
from nnmkb.ledger.models import Event, Outgoing
from nnmkb.ledger.seals import seal
from referrals import mail
from referrals.models import Partner, PartnerQuestion, Referral
from referrals.services import answering, bouncing, closing, offering, partner_questions, profiles, timing
from referrals.services.errors import Gone, Refused
from tests.referrals.services import cast
from tests.referrals.services.cast import LATER, NOW, Case

pytestmark = pytest.mark.django_db
WORDS = "Mag het ook na 1 januari? 🙂\nGroet"


def asked(found: Case, text: str = WORDS, *, actor: str = "", key: str = "") -> PartnerQuestion:
    assert found.offer is not None
    return partner_questions.ask(
        found.offer.pk, actor=actor or found.actor, text=text, key=key or cast.key(), now=LATER
    )


def answered(found: Case, text: str = "Ja, dat mag.", *, by: User | None = None, key: str = "") -> PartnerQuestion:
    return partner_questions.answer(
        found.referral.pk, advisor=by or found.advisor, text=text, key=key or cast.key(), now=LATER
    )


def test_question_is_sealed_mailed_without_its_words_and_moves_no_clock() -> None:
    found = cast.case("offered")
    before = found.fresh()
    question = asked(found, actor=f"{found.actor}/person:7")
    after = found.fresh()
    for column in ("state", "next_due_at", "version", "entered_at"):
        assert getattr(after, column) == getattr(before, column)
    assert (question.text, question.asked_as, question.closed_at) == (WORDS, f"{found.actor}/person:7", None)
    event = events.history(after.stream)[-1]
    assert (event.kind, event.actor) == ("partner_question_asked", question.asked_as)
    assert event.payload["sealed"] == {f"partnerquestion:{question.pk}:text": seal(question.salt, WORDS)}
    assert "januari" not in str(event.payload)
    promised = Outgoing.objects.get(kind="mail.partner_question_to_advisor")
    assert promised.recipient == f"advisor:{found.advisor.pk}"
    made = mail.WRITERS[promised.kind](promised)
    assert "januari" not in str(made.body)
    assert found.partner.name in str(made.body)


def test_answer_reaches_the_partner_as_a_link_and_its_system_as_an_update() -> None:
    found = cast.case("accepted")
    Partner.objects.filter(pk=found.partner.pk).update(connected_at=NOW)
    question = asked(found)
    question = answered(found)
    assert (question.answer, question.answered_by, question.closed_at) == ("Ja, dat mag.", found.advisor, LATER)
    event = events.history(found.referral.stream)[-1]
    assert event.payload["sealed"] == {f"partnerquestion:{question.pk}:answer": seal(question.salt, "Ja, dat mag.")}
    promised = Outgoing.objects.get(kind="mail.partner_question_answered")
    body = str(mail.WRITERS[promised.kind](promised).body)
    assert offering.token_of(found.fresh_offer()) in body
    assert "dat mag" not in body
    line = Event.objects.get(stream=f"feed:{found.partner.pk}")
    assert (line.kind, line.payload["version"]) == ("referral.updated", found.fresh().version)


@pytest.mark.parametrize("text", ["", " \n", "x" * 1001, "a\x00b"])
def test_question_that_cannot_be_asked_says_why(text: str) -> None:
    found = cast.case("offered")
    with pytest.raises(Refused) as refused:
        asked(found, text)
    assert refused.value.field == "text"
    assert not PartnerQuestion.objects.exists()


@pytest.mark.parametrize("text", ["", "  ", "x" * 2001, "a\x00b"])
def test_answer_that_cannot_be_kept_says_why(text: str) -> None:
    found = cast.case("offered")
    asked(found)
    with pytest.raises(Refused) as refused:
        answered(found, text)
    assert refused.value.field == "text"
    assert PartnerQuestion.objects.get().closed_at is None


def test_longest_question_and_answer_are_fine() -> None:
    found = cast.case("offered")
    asked(found, "x" * 1000)
    assert len(answered(found, "y" * 2000).answer) == 2000


def test_one_at_a_time_and_the_same_form_asks_once() -> None:
    found = cast.case("offered")
    key = cast.key()
    assert asked(found, key=key).pk == asked(found, key=key).pk
    with pytest.raises(Refused, match="vorige vraag"):
        asked(found, "Nog een.")
    key = cast.key()
    assert answered(found, key=key).pk == answered(found, key=key).pk
    with pytest.raises(Refused, match="al beantwoord"):
        answered(found, "Toch niet.")
    asked(found, "Nog een.")
    assert PartnerQuestion.objects.count() == 2


def test_only_the_partner_of_the_offer_asks() -> None:
    found = cast.case("offered")
    for actor in (f"partner:{found.partner.pk + 1}", f"advisor:{found.advisor.pk}"):
        with pytest.raises(Refused):
            asked(found, actor=actor)
    assert not PartnerQuestion.objects.exists()


def test_owner_answers_or_the_team_lead_or_a_colleague_while_the_owner_is_away() -> None:
    found = cast.case("offered")
    asked(found)
    with pytest.raises(Refused, match="Bert"):
        answered(found, by=cast.advisor("daan"))
    answered(found, by=cast.advisor("lea", lead=True))
    asked(found)
    profiles.save(found.advisor, shortcuts=True, absent_until=LATER.date(), today=LATER.date())
    assert answered(found, by=cast.advisor("daan")).answered_by == cast.advisor("daan")


def decline(found: Case) -> None:
    assert found.offer is not None
    answering.decline(found.offer.pk, actor=found.actor, reason="region", key=cast.key(), now=LATER)


def recall(found: Case) -> None:
    offering.recall(found.referral.pk, advisor=found.advisor, version=found.fresh().version, key=cast.key(), now=LATER)


def withdraw(found: Case) -> None:
    closing.withdraw(found.intake.pk, actor="entrepreneur", key=cast.key(), now=LATER)


def expire(found: Case) -> None:
    timing.sweep(LATER + timedelta(days=30))


def come_back(found: Case) -> None:
    assert found.offer is not None
    Outgoing.objects.filter(kind="mail.offer").update(state="dead")
    bouncing.bounce(found.offer.pk, LATER)


@pytest.mark.parametrize("end", [decline, recall, withdraw, expire, come_back])
def test_question_ends_with_the_offer(end: Callable[[Case], None]) -> None:
    found = cast.case("offered")
    asked(found)
    end(found)
    assert PartnerQuestion.objects.get().closed_at is not None
    with pytest.raises(Refused):
        answered(found)
    with pytest.raises(Gone):
        asked(found, "Nog een.")


def test_nothing_is_asked_after_the_term_even_when_no_sweep_came_by() -> None:
    found = cast.case("offered")
    assert found.offer is not None
    late = found.offer.respond_by + timedelta(days=1)
    with pytest.raises(Gone):
        partner_questions.ask(found.offer.pk, actor=found.actor, text="Mag het?", key=cast.key(), now=late)


def test_answer_that_waits_in_the_outbox_is_not_sent_after_the_end() -> None:
    found = cast.case("offered")
    asked(found)
    answered(found)
    recall(found)
    promised = Outgoing.objects.get(kind="mail.partner_question_answered")
    with pytest.raises(mail.Outdated):
        mail.WRITERS[promised.kind](promised)


def test_erasing_empties_question_and_answer() -> None:
    found = cast.case("offered")
    asked(found)
    answered(found)
    closing.erase(found.intake.pk, actor="entrepreneur", key=cast.key(), now=LATER)
    question = PartnerQuestion.objects.get()
    assert (question.text, question.answer, question.salt) == ("", "", "")
    with pytest.raises(Refused):
        answered(found)


def test_referral_without_an_owner_can_be_asked_about() -> None:
    found = cast.case("offered")
    Referral.objects.filter(pk=found.referral.pk).update(owner=None)
    asked(found)
    assert not Outgoing.objects.filter(kind="mail.partner_question_to_advisor").exists()
