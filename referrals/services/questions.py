"""One question of the KvK to the entrepreneur at a time: asked, answered by the follow link, or closed."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils.translation import gettext_noop as _

from intake.models import Intake
from nnmkb.ledger import outbox
from nnmkb.ledger.models import Event, Outgoing
from nnmkb.ledger.seals import new_salt
from referrals.domain.lifecycle import Action, Actor
from referrals.models import Question, Referral
from referrals.services import closing, door, offering
from referrals.services.delivery import SENT_ANEW, TAKEN_CARE_OF
from referrals.services.errors import Refused
from referrals.services.sealed import sealed
from referrals.services.written import checked

LONGEST_QUESTION, LONGEST_ANSWER = 1000, 4000
ENTREPRENEUR = "entrepreneur"
NO_MAIL = "Wij weten niet of het e-mailadres klopt: er kwam nog geen mail aan. Bel de ondernemer."


def ask(referral_id: int, *, advisor: User, text: str, version: int, key: str, now: datetime) -> Referral:
    """V3: ask one question; the entrepreneur gets a mail with the link, and the question stands on that page only.

    From `queued` and `returned` this first makes move Q1 or B1, in the same transaction.
    """

    def work(scoped: str | None) -> Referral:
        plain = checked(text, LONGEST_QUESTION, field="text", empty="Schrijf eerst een vraag.")
        referral = offering.taken(referral_id, Action.ASK, advisor, version, now)
        if not email_verified(referral.intake):
            raise Refused(NO_MAIL)
        asked = Question.objects.create(referral=referral, asked_by=advisor, asked_at=now, text=plain, salt=new_salt())
        door.move(
            referral,
            Action.ASK,
            Actor.ADVISOR,
            actor=f"advisor:{advisor.pk}",
            at=now,
            key=scoped,
            payload={"question": asked.pk, "sealed": sealed(asked, "text")},
        )
        return referral

    return door.once(f"referral:{referral_id}", key, work, lambda _: door.read(referral_id, None))


def answer(referral_id: int, *, text: str, key: str, now: datetime) -> Referral:
    """N1: keep the answer; the dossier of the next offer holds question and answer."""

    def work(scoped: str | None) -> Referral:
        plain = checked(text, LONGEST_ANSWER, field="text", empty="Schrijf eerst een antwoord.")
        closing.sent(door.read(referral_id, None).intake_id)
        referral = door.read(referral_id, None)
        door.allowed(referral.state, Action.ANSWER, Actor.ENTREPRENEUR)
        asked = open_question(referral)
        asked.answer, asked.answered_at, asked.closed_at = plain, now, now
        asked.save(update_fields=("answer", "answered_at", "closed_at"))
        door.move(
            referral,
            Action.ANSWER,
            Actor.ENTREPRENEUR,
            actor=ENTREPRENEUR,
            at=now,
            key=scoped,
            payload={"question": asked.pk, "sealed": sealed(asked, "answer")},
        )
        return referral

    return door.once(f"referral:{referral_id}", key, work, lambda _: door.read(referral_id, None))


def close_question(referral_id: int, *, advisor: User, version: int, key: str, now: datetime) -> Referral:
    """N3: take the question back; the entrepreneur hears that no answer is needed."""

    def work(scoped: str | None) -> Referral:
        referral = door.read(referral_id, version)
        door.allowed(referral.state, Action.CLOSE_QUESTION, Actor.ADVISOR)
        door.own(referral, advisor.pk)
        asked = open_question(referral)
        door.move(
            referral,
            Action.CLOSE_QUESTION,
            Actor.ADVISOR,
            actor=f"advisor:{advisor.pk}",
            at=now,
            key=scoped,
            payload={"question": asked.pk},
        )
        return referral

    return door.once(f"referral:{referral_id}", key, work, lambda _: door.read(referral_id, None))


def open_question(referral: Referral) -> Question:
    """Return the question that waits for an answer; refuses when there is none."""
    found = referral.questions.filter(closed_at__isnull=True).first()
    if found is None:
        raise Refused(_("Er staat geen vraag meer open."))
    return found


def email_verified(intake: Intake) -> bool:
    """Say whether mail to this company arrives, as far as we can know.

    The newest mail that was tried was taken by the mail server of the company, or the company did something on its own
    page since. A mail that was never needed any more proves nothing; one that bounced disproves what came before it.
    """
    mails = Outgoing.objects.filter(recipient=f"intake:{intake.pk}", kind__startswith="mail.")
    # What somebody took care of, or sent anew, did not arrive all the same.
    went_wrong = Q(state__in=outbox.FAILED) | Q(last_error__in=(SENT_ANEW, TAKEN_CARE_OF))
    newest = mails.filter(went_wrong | Q(state=Outgoing.State.DONE, last_error="")).order_by("-id").first()
    if newest is not None and newest.state == Outgoing.State.DONE and not newest.last_error:
        return True
    since = newest.created_at if newest else intake.submitted_at
    own = Event.objects.filter(stream=intake.stream, actor=ENTREPRENEUR, at__gt=since)
    return since is not None and own.exclude(kind="intake_submitted").exists()
