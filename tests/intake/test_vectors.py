"""The answers for replaying come and go with the assessed answers, and hold nothing else."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from intake.models import AnswerVector, Assessment, Intake
from intake.policy.columns import MOST_VECTORS
from intake.policy.vectors import from_vector
from intake.retention import forget_answers
from intake.services import assessing, vectors
from tests.domain.policy.vector_samples import registered_2013, sample_vectors
from tests.intake import companies
from tests.intake.stored import store
from tests.intake.walking import begin, finish, prefill

pytestmark = pytest.mark.django_db


@pytest.fixture
def assessed(client: Client) -> Intake:
    intake = begin(client)
    finish(client, intake, companies.READY)
    return Intake.objects.get()


def kept(intake: Intake) -> dict[str, object]:
    """Return the answers in the vector."""
    row = AnswerVector.objects.get(intake=intake)
    return from_vector(registered_2013(), bytes(row.vector)).to_json()


def test_vector_holds_the_answers_that_were_assessed(assessed: Intake) -> None:
    assert kept(assessed) == Assessment.objects.get().answers


def test_vector_follows_the_newest_assessment(assessed: Intake) -> None:
    prefill(assessed, companies.NO_WISH)
    assessing.assess(Intake.objects.get(), now=timezone.now())
    assert Assessment.objects.count() == 2
    assert kept(assessed) == Assessment.objects.latest("number").answers
    assert kept(assessed)["S1"] == "nee"


def test_vector_stays_that_of_the_result_while_answers_change(assessed: Intake) -> None:
    prefill(assessed, companies.NO_WISH)
    assert kept(assessed)["S1"] == "ja_begin"


def test_nothing_is_kept_when_the_assessment_fails(assessed: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("intake.services.assessing.events.record", broken)
    prefill(assessed, companies.NO_WISH)
    with pytest.raises(RuntimeError):
        assessing.assess(Intake.objects.get(), now=timezone.now())
    assert kept(assessed)["S1"] == "ja_begin"


def test_erasing_takes_the_vector_away(assessed: Intake) -> None:
    forget_answers(assessed.pk)
    assert not AnswerVector.objects.exists()
    assert Assessment.objects.get().answers == {}


def test_table_holds_no_more_than_a_number_and_the_answers() -> None:
    columns = {field.column for field in AnswerVector._meta.get_fields() if hasattr(field, "column")}
    assert columns == {"intake_id", "vector"}


def test_migration_writes_the_newest_answers_of_what_is_there(assessed: Intake) -> None:
    prefill(assessed, companies.NO_WISH)
    assessing.assess(Intake.objects.get(), now=timezone.now())
    erased, odd = store([b"", b""], first=assessed.pk + 1)
    now = timezone.now()
    for intake, state, policy in ((erased, "erased", "2013"), (odd, "assessed", "1999")):
        Intake.objects.filter(pk=intake.pk).update(state=state)
        Assessment.objects.create(
            intake=intake,
            number=1,
            made_at=now,
            policy=policy,
            answers={},
            result={},
            receipt={},
            outcome="",
            intensity="",
        )
    AnswerVector.objects.all().delete()
    migration = import_module("intake.migrations.0004_answer_vectors")
    migration.write_vectors(apps, SimpleNamespace(connection=connection))
    assert kept(assessed)["S1"] == "nee"
    assert AnswerVector.objects.count() == 1


def test_blocks_hold_every_vector_in_order_of_the_scans() -> None:
    some = sample_vectors(60)
    store(some[:40])
    store(some[40:], first=3 * MOST_VECTORS)
    found = list(vectors.blocks())
    assert [(item.start, item.block.count) for item in found] == [(1, 40), (3 * MOST_VECTORS, 20)]
    assert [vector for item in found for vector in item.block] == [*some]
    assert vectors.stored() == 60


def test_older_shorter_vectors_are_filled_up() -> None:
    some = sample_vectors(6)
    width = registered_2013().register.width
    store([vector[: width - 5 * (number % 2)] for number, vector in enumerate(some)])
    (found,) = vectors.blocks()
    assert (found.block.width, found.block.count) == (width, 6)
    cut = [vector[: width - 5] + bytes(5) if number % 2 else vector for number, vector in enumerate(some)]
    assert [*found.block] == cut


def test_no_scans_no_blocks() -> None:
    assert list(vectors.blocks()) == []


def test_reading_touches_no_other_table() -> None:
    store(sample_vectors(10))
    with CaptureQueriesContext(connection) as asked:
        list(vectors.blocks())
    assert asked.captured_queries
    for query in asked.captured_queries:
        assert "intake_answervector" in query["sql"]
        assert not {"intake_intake", "intake_contact", "intake_assessment"} & {*query["sql"].replace('"', " ").split()}


def test_place_in_a_block_leads_to_the_reference_number() -> None:
    intakes = store(sample_vectors(5), first=10)
    assert vectors.reference_at(10, 3) == intakes[3].reference
    assert vectors.reference_at(10, 5) == ""
