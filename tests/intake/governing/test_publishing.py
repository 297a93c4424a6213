"""Putting a version in force: by a second person, with notes and weighed, whole or not at all."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from intake import policies
from intake.models import PolicyVersion
from intake.services import drafts
from intake.services.governing import drafting, publishing, reviewing, weighing
from intake.services.governing.door import actor_of
from intake.services.governing.errors import NotAllowed, Refused, Stale
from nnmkb.ledger import events
from nnmkb.ledger.models import Event
from nnmkb.web.permissions import STAFF_ROLES, Role
from tests.intake.governing import cast

pytestmark = pytest.mark.django_db
State = PolicyVersion.State


@pytest.fixture
def author() -> User:
    return cast.author()


@pytest.fixture
def publisher() -> User:
    return cast.publisher()


def state_of(name: str) -> str:
    """Return where a version stands now."""
    return PolicyVersion.objects.get(name=name).state


def kinds(name: str) -> list[str]:
    """Return what happened to a version."""
    return [event.kind for event in events.history(f"policy:{name}")]


def publish(version: PolicyVersion, by: User) -> PolicyVersion:
    """Publish a version with a note on each warning."""
    return publishing.publish(version, cast.notes(version), by=by, lock=version.lock, now=cast.LATER)


def test_published_version_is_in_force_and_the_one_before_it_retired(author: User, publisher: User) -> None:
    version = cast.published(author, publisher)
    assert (version.state, version.replaced, version.published_at) == (State.PUBLISHED, "2013", cast.LATER)
    assert state_of("2013") == State.RETIRED
    assert policies.policy().rules.rule("R-N4").reason.startswith(cast.OTHER_REASON)
    assert policies.policy("2013").rules.rule("R-N4").reason.startswith(cast.FLIGHT_REASON)
    assert kinds("2026-1") == [
        "policy_started",
        "policy_saved",
        "policy_submitted",
        "policy_weighed",
        "policy_published",
    ]
    assert kinds("2013") == ["policy_adopted", "policy_retired"]


def test_new_scan_begins_on_the_new_version_and_an_old_one_finishes_on_its_own(author: User, publisher: User) -> None:
    before = drafts.start(now=cast.NOW)
    cast.published(author, publisher)
    after = drafts.start(now=cast.LATER)
    before.refresh_from_db()
    assert (before.policy, after.policy) == ("2013", "2026-1")


def test_draft_and_review_are_not_in_force(author: User, publisher: User) -> None:
    version = cast.submitted(author)
    assert policies.newest() == "2013"
    with pytest.raises(policies.UnknownVersion):
        policies.policy(version.name)


@pytest.mark.parametrize("role", [role for role in STAFF_ROLES if role != Role.POLICY_PUBLISHER])
def test_only_a_publisher_publishes(author: User, role: Role) -> None:
    version = cast.submitted(author)
    with pytest.raises(NotAllowed):
        publish(version, cast.person("ander", role))
    assert state_of("2026-1") == State.REVIEW


def test_who_wrote_or_handed_in_cannot_publish(author: User, publisher: User) -> None:
    both = cast.person("beide", Role.POLICY_AUTHOR, Role.POLICY_PUBLISHER)
    started = cast.submitted(both, "2026-1")
    edited = cast.changed(both, cast.changed(author, cast.draft(author, "2026-2")), cast.OTHER_REASON, "Vlieg mee.")
    edited = reviewing.submit(edited, by=author, lock=edited.lock, now=cast.NOW)
    handed_in = cast.changed(author, cast.draft(author, "2026-3"))
    handed_in = reviewing.submit(handed_in, by=both, lock=handed_in.lock, now=cast.NOW)
    for version in (started, edited, handed_in):
        weighed = weighing.weigh(version, by=publisher, now=cast.NOW)
        with pytest.raises(NotAllowed, match="zelf aan deze versie gewerkt"):
            publish(weighed, both)
    assert not Event.objects.filter(kind="policy_published").exists()


def test_having_edited_counts_for_good(author: User, publisher: User) -> None:
    both = cast.person("beide", Role.POLICY_AUTHOR, Role.POLICY_PUBLISHER)
    version = cast.changed(both, cast.draft(author))
    version = cast.changed(author, version, cast.OTHER_REASON, cast.FLIGHT_REASON)
    version = reviewing.submit(version, by=author, lock=version.lock, now=cast.NOW)
    version = reviewing.send_back(version, "Nog eens.", by=publisher, lock=version.lock, now=cast.NOW)
    version = reviewing.submit(version, by=author, lock=version.lock, now=cast.NOW)
    with pytest.raises(NotAllowed):
        publish(weighing.weigh(version, by=author, now=cast.NOW), both)


def test_every_warning_needs_a_note(author: User, publisher: User) -> None:
    version = cast.submitted(author)
    notes = cast.notes(version)
    assert notes
    for missing in notes:
        with pytest.raises(Refused, match="waarschuwing"):
            publishing.publish(version, {**notes, missing: "  "}, by=publisher, lock=version.lock, now=cast.LATER)
    assert state_of("2026-1") == State.REVIEW


def test_notes_that_were_kept_count(author: User, publisher: User) -> None:
    version = cast.submitted(author)
    kept = reviewing.save_notes(version, cast.notes(version), by=author, lock=version.lock, now=cast.NOW)
    done = publishing.publish(kept, {}, by=publisher, lock=kept.lock, now=cast.LATER)
    assert done.notes == cast.notes(version)


def test_note_about_something_else_is_not_kept(author: User) -> None:
    version = cast.submitted(author)
    kept = reviewing.save_notes(version, {"VERZONNEN::": "x"}, by=author, lock=version.lock, now=cast.NOW)
    assert (kept.notes, kept.lock) == ({}, version.lock)
    with pytest.raises(Refused, match="1000 tekens"):
        reviewing.save_notes(
            version, dict.fromkeys(cast.notes(version), "x" * 1001), by=author, lock=version.lock, now=cast.NOW
        )


def test_notes_go_along_to_the_next_version(author: User, publisher: User) -> None:
    done = cast.published(author, publisher)
    assert cast.draft(author, "2027-1", base="2026-1").notes == done.notes


def test_version_with_errors_is_not_handed_in(author: User) -> None:
    version = cast.broken(author)
    with pytest.raises(Refused, match="fout"):
        reviewing.submit(version, by=author, lock=version.lock, now=cast.NOW)
    assert state_of("2026-1") == State.DRAFT


def test_errors_refuse_even_when_it_was_handed_in(author: User, publisher: User) -> None:
    version = cast.submitted(author)
    files = {**version.files, cast.RULES: "niets"}
    PolicyVersion.objects.filter(pk=version.pk).update(files=files)
    version.refresh_from_db()
    with pytest.raises(Refused, match="fouten"):
        publish(version, publisher)


def test_draft_cannot_be_published(author: User, publisher: User) -> None:
    version = weighing.weigh(cast.changed(author), by=author, now=cast.NOW)
    with pytest.raises(Refused, match="in beoordeling"):
        publish(version, publisher)


def test_impact_must_be_of_this_text(author: User, publisher: User) -> None:
    version = cast.changed(author)
    weighed = weighing.weigh(version, by=author, now=cast.NOW)
    assert weighed.lock == version.lock
    again = cast.changed(author, weighed, cast.OTHER_REASON, "Vlieg mee.")
    handed_in = reviewing.submit(again, by=author, lock=again.lock, now=cast.NOW)
    with pytest.raises(Refused, match="gevolgen"):
        publish(handed_in, publisher)


def test_impact_must_be_against_what_is_in_force(author: User, publisher: User) -> None:
    second = cast.submitted(author, "2026-2", cast.FLIGHT_REASON, "Vlieg mee.")
    cast.published(author, publisher)
    with pytest.raises(Refused, match="gevolgen"):
        publish(second, publisher)
    done = publish(weighing.weigh(second, by=publisher, now=cast.LATER), publisher)
    assert (done.replaced, state_of("2026-1")) == ("2026-1", State.RETIRED)


def test_publishing_again_changes_nothing(author: User, publisher: User) -> None:
    version = cast.submitted(author)
    publish(version, publisher)
    with pytest.raises((Refused, Stale)):
        publish(version, publisher)
    with pytest.raises(Refused):
        publish(PolicyVersion.objects.get(pk=version.pk), publisher)
    assert Event.objects.filter(kind="policy_published").count() == 1


def test_nothing_is_half_done_when_the_version_changed_meanwhile(author: User, publisher: User) -> None:
    version = cast.submitted(author)
    reviewing.send_back(version, "Wacht even.", by=author, lock=version.lock, now=cast.NOW)
    with pytest.raises(Stale):
        publish(version, publisher)
    assert (state_of("2013"), state_of("2026-1")) == (State.PUBLISHED, State.DRAFT)
    assert kinds("2013") == ["policy_adopted"]


def test_sending_back_needs_a_reason_and_keeps_it(author: User, publisher: User) -> None:
    version = cast.submitted(author)
    with pytest.raises(Refused, match="waarom"):
        reviewing.send_back(version, " \n", by=publisher, lock=version.lock, now=cast.LATER)
    with pytest.raises(Refused, match="1000"):
        reviewing.send_back(version, "x" * 1001, by=publisher, lock=version.lock, now=cast.LATER)
    back = reviewing.send_back(version, "De reden klopt niet.", by=publisher, lock=version.lock, now=cast.LATER)
    assert back.state == State.DRAFT
    assert list(back.words.values()) == ["De reden klopt niet."]
    assert "De reden" not in str([event.payload for event in events.history(back.stream)])


def test_advisor_cannot_send_back(author: User) -> None:
    version = cast.submitted(author)
    with pytest.raises(NotAllowed):
        reviewing.send_back(
            version, "Zomaar.", by=cast.person("jikke", Role.ADVISOR), lock=version.lock, now=cast.LATER
        )


def test_withdrawn_version_gives_way_to_the_one_before_it(author: User, publisher: User) -> None:
    version = cast.published(author, publisher)
    done = publishing.withdraw(version, "Er zit een fout in.", by=publisher, lock=version.lock, now=cast.LATER)
    assert (done.state, state_of("2013"), policies.newest()) == (State.RETIRED, State.PUBLISHED, "2013")
    assert kinds("2013")[-1] == "policy_restored"
    assert policies.policy("2026-1").rules.rule("R-N4").reason.startswith(cast.OTHER_REASON)


def test_first_version_cannot_be_withdrawn(author: User, publisher: User) -> None:
    cast.draft(author)
    first = PolicyVersion.objects.get(name="2013")
    with pytest.raises(Refused, match="geen eerdere"):
        publishing.withdraw(first, "Weg ermee.", by=publisher, lock=first.lock, now=cast.LATER)


def test_withdrawing_needs_the_role_and_a_reason(author: User, publisher: User) -> None:
    version = cast.published(author, publisher)
    with pytest.raises(NotAllowed):
        publishing.withdraw(version, "Zomaar.", by=author, lock=version.lock, now=cast.LATER)
    with pytest.raises(Refused, match="waarom"):
        publishing.withdraw(version, "", by=publisher, lock=version.lock, now=cast.LATER)
    assert policies.newest() == "2026-1"


def test_own_text_is_not_published_through_a_draft_that_a_colleague_begins_from_it() -> None:
    boss, colleague = cast.person("beide", Role.POLICY_AUTHOR, Role.POLICY_PUBLISHER), cast.author()
    mine = cast.changed(boss, cast.draft(boss, "2026-1"))
    theirs = drafting.start_draft(mine.name, "2026-2", "Hetzelfde", by=colleague, now=cast.NOW)
    theirs = reviewing.submit(theirs, by=colleague, lock=theirs.lock, now=cast.NOW)
    theirs = weighing.weigh(theirs, by=colleague, now=cast.NOW)
    with pytest.raises(NotAllowed):
        publishing.publish(theirs, cast.notes(theirs), by=boss, lock=theirs.lock, now=cast.LATER)
    other = cast.publisher()
    done = publishing.publish(theirs, cast.notes(theirs), by=other, lock=theirs.lock, now=cast.LATER)
    # What is in force was judged by a second person: who wrote it may judge what comes after it.
    later = drafting.start_draft(done.name, "2026-3", "Verder", by=colleague, now=cast.LATER)
    assert later.editors == [actor_of(colleague)]
