"""`manage.py verify_audit`: names each break, and accepts what was erased."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from nnmkb.ledger import anchors
from nnmkb.ledger.models import Anchor, Outgoing
from nnmkb.ledger.seals import new_salt
from referrals.models import Note, Question
from referrals.services import answering, closing, feedback, notes, questions
from referrals.services.sealed import sealed
from tests.ledger.forging import chain_anew, forge
from tests.ledger.rows import event
from tests.referrals import making
from tests.referrals.making import NOW
from tests.referrals.services import cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def report(settings, tmp_path):
    settings.ANCHORS_FILE = tmp_path / "anchors.txt"
    return settings.ANCHORS_FILE


@pytest.fixture
def note() -> Note:
    referral = making.offered().referral
    author = User.objects.create_user("anke")
    return notes.add(referral.pk, author=author, text="Belde terug, wil eerst een plan.", key="k", now=NOW)


def verify(*options: str) -> str:
    said = io.StringIO()
    call_command("verify_audit", *options, stdout=said)
    return said.getvalue()


def broken(*options: str) -> list[str]:
    said = io.StringIO()
    with pytest.raises(CommandError):
        call_command("verify_audit", *options, stdout=said)
    return said.getvalue().splitlines()[:-1]


def anchored() -> Anchor:
    with transaction.atomic():
        made, _ = anchors.keep(anchors.measure(), None, NOW)
    return made


def test_it_says_what_it_looked_at(note):
    anchored()
    assert verify().splitlines() == [
        "Bekeken: 2 gebeurtenissen, 2 geschiedenissen, 1 anker, 1 tekst (0 gewist).",
        "De geschiedenis klopt.",
    ]


def test_it_names_each_break_with_history_and_number(note):
    for _ in range(3):
        event("intake:7")
    made = anchored()
    forge("DELETE FROM ledger_event WHERE stream = 'intake:7' AND seq = 3")
    forge("UPDATE ledger_event SET kind = 'forged' WHERE stream = 'intake:7' AND seq = 1")
    assert broken() == [
        "intake:7 1: is veranderd",
        f"anker {made.pk} van 2026-11-24: de geschiedenis is sindsdien herschreven",
        "intake:7 3: de laatste gebeurtenis ontbreekt of is een andere",
    ]


def test_only_the_newest_anchors_are_made_again_when_asked(note):
    first = event("intake:7")
    anchored()
    forge("UPDATE ledger_event SET kind = 'forged' WHERE id = %s", first.pk)
    chain_anew("intake:7")
    anchored()
    assert "De geschiedenis klopt." in verify("--ankers=1")
    assert len(broken("--ankers=2")) == 1
    assert len(broken()) == 1


def test_text_that_was_changed_shows(note):
    Note.objects.update(text="Wil helemaal niets.")
    assert broken() == [f"referral:{note.referral_id} 1: de tekst note:{note.pk} is veranderd"]


def test_text_whose_salt_was_taken_shows(note):
    Note.objects.update(salt="")
    assert broken() == [f"referral:{note.referral_id} 1: de tekst note:{note.pk} is veranderd"]


def test_text_that_was_emptied_but_kept_its_salt_shows(note):
    Note.objects.update(text="")
    assert len(broken()) == 1


@pytest.mark.parametrize("whole_row", [False, True])
def test_text_that_is_gone_is_accepted_after_an_erasure_only(note, whole_row):
    if whole_row:
        Note.objects.all().delete()
    else:
        Note.objects.update(text="", salt="")
    gone = f"referral:{note.referral_id} 1: de tekst note:{note.pk} is weg, maar de gegevens zijn niet gewist"
    assert broken() == [gone]
    event("intake:0", "intake_erased")
    assert broken() == [gone]
    event(f"intake:{note.referral.intake_id}", "intake_erased")
    assert "1 tekst (1 gewist)" in verify()


def test_everything_that_was_written_about_a_company_is_sealed_and_can_be_erased():
    case = cast.case("offered")
    pk = case.referral.pk
    notes.add(pk, author=case.advisor, text="Belde terug.", key=cast.key(), now=cast.LATER)
    because = "Wij zitten vol tot het voorjaar."
    answering.decline(
        case.offer.pk, actor=case.actor, reason="other", reason_text=because, key=cast.key(), now=cast.LATER
    )
    Outgoing.objects.filter(kind="mail.receipt").update(state="done", done_at=cast.NOW)
    asked = questions.ask(
        pk, advisor=case.advisor, text="Hoeveel?", version=case.fresh().version, key=cast.key(), now=cast.LATER
    )
    questions.answer(pk, text="Twaalf mensen.", key=cast.key(), now=cast.LATER)
    closing.cancel(
        pk, advisor=case.advisor, reason="spam", text="Dit klopt niet.", version=asked.version + 1, key=cast.key(),
        now=cast.LATER,
    )  # fmt: skip
    feedback.give(pk, happy=False, text="Ik hoorde niets.", reason="no_contact", key=cast.key(), now=cast.LATER)
    assert "6 teksten (0 gewist)" in verify()
    closing.erase(case.intake.pk, actor="entrepreneur", key=cast.key(), now=cast.LATER)
    assert "6 teksten (6 gewist)" in verify()


def test_question_and_answer_are_sealed_apart():
    referral = making.offered().referral
    asker = User.objects.create_user("anke")
    question = Question.objects.create(
        referral=referral, asked_by=asker, asked_at=NOW, text="Hoeveel mensen?", salt=new_salt()
    )
    event(referral.stream, "question_asked", sealed=sealed(question))
    question.answer = "Twaalf."
    question.save()
    event(referral.stream, "question_answered", sealed=sealed(question, "answer"))
    assert "2 teksten (0 gewist)" in verify()
    Question.objects.update(answer="Dertien.")
    assert broken() == [f"{referral.stream} 2: de tekst question:{question.pk}:answer is veranderd"]


def test_of_a_text_that_was_written_anew_the_last_seal_counts(note):
    note.text = "Wil toch een plan."
    note.save()
    event(f"referral:{note.referral_id}", "note_changed", sealed=sealed(note))
    assert "1 tekst (0 gewist)" in verify()


@pytest.mark.parametrize(
    "ref", ["intake:1", "note:x", "note:1:salt", "question:1", "question:1:salt", "note:" + "9" * 40, "", "../x"]
)
def test_seal_of_what_is_no_text_here_shows_and_stops_nothing(ref):
    event("referral:1", "note_added", sealed={ref: "0" * 64})
    assert broken() == [f"referral:1 1: {ref} is geen tekst die hier bewaard wordt"]


@pytest.mark.parametrize("stream", ["intake:1", "referral:0", "referral:x", "referral:" + "9" * 30, "referral:²"])
def test_seal_in_a_history_of_something_else_shows_and_stops_nothing(stream):
    event(stream, "note_added", sealed={"note:1": "0" * 64})
    assert broken() == [f"{stream} 1: de tekst note:1 is weg, maar de gegevens zijn niet gewist"]


@pytest.mark.parametrize("payload", [{"sealed": 7}, {"sealed": ["note:1"]}])
def test_payload_of_another_form_stops_nothing(payload):
    event("referral:1", "odd", **payload)
    assert "De geschiedenis klopt." in verify()


def test_copy_of_the_report_file_shows_an_anchor_that_was_made_anew(
    report, tmp_path, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        made = anchored()
    assert "De geschiedenis klopt." in verify(f"--bestand={report}")
    forge("DELETE FROM ledger_anchor WHERE id = %s", made.pk)
    assert broken(f"--bestand={report}") == ["anchors.txt regel 1: dit anker staat zo niet in de database"]


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_file_that_is_none_is_refused_in_words(tmp_path, content):
    path = tmp_path / "kopie.txt"
    if content:
        path.write_bytes(content)
    with pytest.raises(CommandError, match="niet te lezen"):
        call_command("verify_audit", f"--bestand={path}", stdout=io.StringIO())


def test_very_many_breaks_are_counted_and_the_first_are_shown(monkeypatch):
    monkeypatch.setattr("referrals.management.commands.verify_audit.SHOWN", 2)
    for number in range(4):
        event(f"intake:{number}")
    forge("UPDATE ledger_event SET kind = 'forged'")
    said = io.StringIO()
    with pytest.raises(CommandError, match="4 breuken"):
        call_command("verify_audit", stdout=said)
    assert said.getvalue().count("is veranderd") == 2
    assert "alleen de eerste 2 breuken" in said.getvalue()


REPLACE = {
    "sqlite": "INSERT OR REPLACE INTO intake_consent SELECT * FROM intake_consent",
    "postgresql": "INSERT INTO intake_consent SELECT * FROM intake_consent "
    "ON CONFLICT (id) DO UPDATE SET purpose = EXCLUDED.purpose",
}


@pytest.mark.parametrize(
    "sql", ["UPDATE intake_consent SET given = NOT given", "DELETE FROM intake_consent", "replace"]
)
def test_consents_are_never_changed(note, sql):
    sql = REPLACE[connection.vendor] if sql == "replace" else sql
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_note_is_sealed_in_the_transaction_of_its_event_or_not_there_at_all(note):
    with transaction.atomic():
        notes.add(note.referral_id, author=note.author, text="Tweede", key="k2", now=NOW + timedelta(minutes=1))
        transaction.set_rollback(True)
    assert Note.objects.get() == note
    assert verify().count("gewist") == 1
