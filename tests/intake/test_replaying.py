"""Trying a version on all stored scans: exact, with examples that name nobody, and without touching who they are."""

from __future__ import annotations

import io
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import OutputWrapper
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from intake import policies
from intake.management.progress import Bar
from intake.models import AnswerVector, Assessment, Intake
from intake.policy import Policy
from intake.policy.columns import MOST_VECTORS
from intake.policy.conditions import Always
from intake.policy.vectors import from_vector, to_vector
from intake.retention import forget_answers
from intake.services import replaying
from intake.services.replaying import StoredImpact
from tests.domain.policy.vector_samples import one_by_one, registered_2013, sample_vectors
from tests.intake import companies
from tests.intake.stored import store
from tests.intake.walking import begin, finish

pytestmark = pytest.mark.django_db
SCANS = 60
COMPANIES = (
    companies.READY,
    companies.NO_WISH,
    companies.CAN_DO_IT,
    companies.UNCLEAR,
    companies.NOT_ORGANISED,
    companies.NO_NETWORK,
    companies.ELSEWHERE,
    companies.INVESTOR,
)


def wider() -> Policy:
    """Return the policy in which everybody counts for the flight from Eelde."""
    policy = registered_2013()
    rules = tuple(replace(rule, when=Always()) if rule.code == "R-N4" else rule for rule in policy.rules.rules)
    return replace(policy, rules=replace(policy.rules, rules=rules))


@pytest.fixture
def scans() -> list[Intake]:
    """Scans in two blocks."""
    vectors = sample_vectors(SCANS)
    return store(vectors[:40]) + store(vectors[40:], first=MOST_VECTORS + 10)


@pytest.fixture
def versions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two versions by name: that of 2013, and «ruimer»."""
    known = {"2013": registered_2013(), "ruimer": wider()}
    original = policies.SHELF.named
    monkeypatch.setattr(policies.SHELF, "named", lambda name: known.get(name) or original(name))


def without_flight(scans: list[Intake]) -> list[str]:
    """Return the reference numbers of those who did not count for the flight."""
    rows = {row.intake_id: bytes(row.vector) for row in AnswerVector.objects.all()}
    policy = registered_2013()
    counted = {pk: one_by_one(policy, from_vector(policy, vector))["holding"] for pk, vector in rows.items()}
    return [scan.reference for scan in scans if "R-N4" not in counted[scan.pk]]


def test_impact_counts_all_scans_in_all_blocks(scans: list[Intake]) -> None:
    found = replaying.impact(registered_2013(), wider())
    changed = without_flight(scans)
    assert (found.impact.intakes, found.impact.changed) == (SCANS, len(changed))
    assert found.impact.rules["R-N4"].plus == len(changed) > 20


def test_scans_of_companies_replay_to_the_results_that_they_got(client: Client) -> None:
    for answers in COMPANIES:
        finish(client, begin(client), answers)
    assert {len(row.vector) for row in AnswerVector.objects.all()} == {49}
    counting = replaying.count(policies.policy())
    results = [*Assessment.objects.all()]
    assert counting.intakes == len(results) == len(COMPANIES)
    held = [code for row in results for code in (*row.result["not_yet"], *row.receipt["fired"])]
    assert Counter(counting.rules) == Counter(held)
    assert Counter(counting.outcomes) == Counter(row.outcome for row in results)


def test_count_of_one_version(scans: list[Intake]) -> None:
    counting = replaying.count(registered_2013())
    assert counting.intakes == SCANS
    assert counting.rules["R-N4"] == SCANS - len(without_flight(scans))


def test_samples_are_explained_before_and_after(scans: list[Intake]) -> None:
    old, new = registered_2013(), wider()
    found = replaying.impact(old, new)
    samples = replaying.samples(old, new, found.references)
    assert len(samples) == len(found.references) == 10
    assert {sample.reference for sample in samples} <= {*without_flight(scans)}
    for sample in samples:
        assert sample.before.said is not None
        assert sample.after.said is not None
        assert {*sample.after.said.receipt.fired} - {*sample.before.said.receipt.fired} == {"R-N4"}
    assert {sample.reference for sample in samples} & {scan.reference for scan in scans[40:]}


def test_sample_that_was_erased_since_is_not_shown(scans: list[Intake]) -> None:
    old, new = registered_2013(), wider()
    references = replaying.impact(old, new).references
    forget_answers(Intake.objects.get(reference=references[0]).pk)
    assert [sample.reference for sample in replaying.samples(old, new, references)] == [*references[1:]]


def test_sample_that_no_longer_changes_is_not_shown(scans: list[Intake]) -> None:
    old, new = registered_2013(), wider()
    references = replaying.impact(old, new).references
    counted = to_vector(old.register, {"B1": "drenthe", "S1": "ja_meer", "S5": ("polen",), "U9": "ja"})
    AnswerVector.objects.filter(intake__reference=references[0]).update(vector=counted)
    shown = [sample.reference for sample in replaying.samples(old, old, references)]
    assert shown == []


def test_another_rule_for_the_same_advice_is_no_example(scans: list[Intake]) -> None:
    old = registered_2013()
    rules = tuple(replace(rule, code="R-N9") if rule.code == "R-N4" else rule for rule in wider().rules.rules)
    renamed = replace(old, rules=replace(old.rules, rules=rules))
    references = [scan.reference for scan in scans]
    assert replaying.samples(wider(), renamed, references) == ()


def test_nothing_about_a_scan_is_stored_with_the_impact(scans: list[Intake]) -> None:
    found = replaying.impact(registered_2013(), wider())
    raw = json.loads(json.dumps(found.to_json()))
    assert StoredImpact.from_json(raw) == found
    assert {*raw} == {"impact", "references", "old", "new"}
    assert all(isinstance(reference, str) and len(reference) == 12 for reference in raw["references"])


def test_progress_is_told_after_every_block(scans: list[Intake]) -> None:
    told: list[tuple[int, int]] = []
    replaying.impact(registered_2013(), wider(), on_block=lambda done, total: told.append((done, total)))
    assert told == [(40, 60), (60, 60)]


def test_replaying_reads_no_contact_and_no_stored_answers(scans: list[Intake]) -> None:
    old, new = registered_2013(), wider()
    with CaptureQueriesContext(connection) as asked:
        replaying.samples(old, new, replaying.impact(old, new).references)
    said = " ".join(query["sql"] for query in asked.captured_queries)
    assert "intake_answervector" in said
    for word in ("intake_contact", "intake_assessment", "answers", "email", "postcode", "INSERT", "UPDATE", "DELETE"):
        assert word not in said


def test_no_scans_is_said() -> None:
    found = replaying.impact(registered_2013(), wider())
    assert (found.impact.intakes, found.references) == (0, ())


def replay(*args: str) -> str:
    out = io.StringIO()
    call_command("replay", *args, stdout=out)
    return out.getvalue()


@pytest.mark.usefixtures("versions")
def test_command_prints_tables_and_examples(scans: list[Intake]) -> None:
    said = replay("2013", "ruimer")
    changed = without_flight(scans)
    assert f"60 scans nagespeeld: {len(changed)} krijgen een andere uitslag" in said
    assert "R-N4" in said
    assert "N4 Vluchten vanaf Eelde (signaal)" in said
    assert "R-N4 geldt nu ook bij " in said
    assert "Drenthe: " in said
    assert "erbij: R-N4 N4, signaal: Een vlucht vanaf Eelde zou u helpen." in said
    assert any(reference in said for reference in changed)
    assert "      eerst niet, want «" in said


@pytest.mark.usefixtures("versions")
def test_command_prints_json(scans: list[Intake]) -> None:
    raw = json.loads(replay("2013", "ruimer", "--json"))
    assert StoredImpact.from_json(raw).impact.intakes == len(scans)


@pytest.mark.usefixtures("versions")
def test_same_version_twice_changes_nothing(scans: list[Intake]) -> None:
    said = replay("2013", "2013")
    assert "60 scans nagespeeld: 0 krijgen een andere uitslag (0,0%)." in said
    assert "Voorbeelden" not in said
    assert not any(scan.reference in said for scan in scans)


@pytest.mark.usefixtures("versions")
def test_without_scans_the_command_says_so_and_still_compares_the_rules() -> None:
    said = replay("2013", "ruimer")
    assert said.startswith("Er zijn nog geen scans met een uitslag om na te spelen.\n")
    assert "R-N4 geldt nu ook bij " in said


def test_folder_is_a_version_too(scans: list[Intake]) -> None:
    folder = str(Path(__file__).resolve().parents[2] / "fixtures" / "policy" / "2013")
    assert "60 scans nagespeeld" in replay(folder, "2013")


def test_unknown_version_is_refused() -> None:
    with pytest.raises(CommandError, match="versie «1999» is niet te lezen"):
        call_command("replay", "2013", "1999", stderr=io.StringIO())


class Terminal(io.StringIO):
    """Says that somebody is looking."""

    def isatty(self) -> bool:
        return True


def test_bar_is_drawn_on_a_terminal_and_taken_away() -> None:
    terminal, file = Terminal(), io.StringIO()
    for stream in (terminal, file):
        bar = Bar(OutputWrapper(stream), "naspelen")
        for done in range(0, 101, 10):
            bar(done, 100)
        bar(0, 0)
        bar.clear()
    assert terminal.getvalue().startswith("\rnaspelen [....")
    assert "100%" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\033[K")
    assert file.getvalue() == ""
