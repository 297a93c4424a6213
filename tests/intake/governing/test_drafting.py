"""Writing a draft: everything typed is kept, nobody overwrites anybody, and what is in force never notices."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from intake import policies
from intake.models import PolicyVersion
from intake.policy.loader import FILES
from intake.services.governing import drafting, reviewing
from intake.services.governing.checking import check
from intake.services.governing.errors import NotAllowed, Refused, Stale
from nnmkb.ledger import events
from nnmkb.ledger.models import Event
from nnmkb.web.permissions import STAFF_ROLES, Role
from tests.intake.governing import cast

pytestmark = pytest.mark.django_db
State = PolicyVersion.State
NONSENSE = (
    "",
    "{{{{",
    "regels: [",
    "\t\0\ud800 \x07",
    "!!python/object/apply:os.system ['true']",
    "{0.__class__}" * 999,
)


@pytest.fixture
def author() -> User:
    return cast.author()


def kinds(version: PolicyVersion) -> list[str]:
    """Return what happened to a version."""
    return [event.kind for event in events.history(version.stream)]


def test_draft_begins_with_the_texts_of_its_base(author: User) -> None:
    draft = cast.draft(author)
    assert draft.files == policies.folder_files("2013")
    assert (draft.state, draft.base, draft.lock, draft.digest) == (
        State.DRAFT,
        "2013",
        1,
        policies.digest_of(draft.files),
    )
    assert kinds(draft) == ["policy_started"]
    event = Event.objects.get(stream="policy:2026-1")
    assert (event.actor, event.payload["base"]) == (f"staff:{author.pk}", "2013")


def test_folder_version_is_taken_over_once(author: User) -> None:
    cast.draft(author)
    cast.draft(author, "2026-2")
    taken = PolicyVersion.objects.get(name="2013")
    assert (taken.state, kinds(taken), taken.author) == (State.PUBLISHED, ["policy_adopted"], "")
    assert policies.newest() == "2013"


def test_beginning_twice_gives_one_draft(author: User) -> None:
    assert cast.draft(author).pk == cast.draft(author).pk
    assert PolicyVersion.objects.filter(state=State.DRAFT).count() == 1


@pytest.mark.parametrize("name", ["2013", "2026-1"])
def test_name_is_used_once(author: User, name: str) -> None:
    cast.changed(author)
    with pytest.raises(Refused, match="al een versie"):
        cast.draft(author, name, "Iets anders")


def test_name_of_a_draft_that_was_thrown_away_is_not_used_again(author: User) -> None:
    draft = cast.draft(author)
    drafting.drop(draft, by=author, lock=draft.lock, now=cast.NOW)
    with pytest.raises(Refused, match="al een versie"):
        cast.draft(author)


@pytest.mark.parametrize(
    "name", ["", "A", "twee woorden", "../2013", "-a", "a-", "x" * 21, "bronnen", "nieuw", "organisaties"]
)
def test_name_must_fit_in_an_address(author: User, name: str) -> None:
    with pytest.raises(Refused, match="kleine letters"):
        cast.draft(author, name)
    assert not PolicyVersion.objects.exists()


@pytest.mark.parametrize("title", ["", "   ", "x" * 121])
def test_title_must_say_something_short(author: User, title: str) -> None:
    with pytest.raises(Refused, match="titel"):
        cast.draft(author, title=title)


@pytest.mark.parametrize("base", ["", "2012", "..", "2026-1"])
def test_base_must_exist(author: User, base: str) -> None:
    with pytest.raises(Refused, match="is er niet"):
        cast.draft(author, base=base)


@pytest.mark.parametrize("role", [role for role in STAFF_ROLES if role != Role.POLICY_AUTHOR])
def test_only_an_author_writes(author: User, role: Role) -> None:
    other = cast.person("ander", role)
    draft = cast.draft(author)
    with pytest.raises(NotAllowed):
        cast.draft(other, "2026-2")
    with pytest.raises(NotAllowed):
        drafting.save_file(draft, cast.RULES, "", by=other, lock=draft.lock, now=cast.NOW)
    with pytest.raises(NotAllowed):
        drafting.drop(draft, by=other, lock=draft.lock, now=cast.NOW)
    with pytest.raises(NotAllowed):
        reviewing.submit(draft, by=other, lock=draft.lock, now=cast.NOW)
    assert kinds(draft) == ["policy_started"]


@pytest.mark.parametrize("text", NONSENSE)
def test_nonsense_is_kept_and_every_problem_is_told(author: User, text: str) -> None:
    draft = cast.draft(author)
    kept = drafting.save_file(draft, cast.RULES, text, by=author, lock=draft.lock, now=cast.NOW)
    assert kept.files[cast.RULES] == drafting.storable(text)
    found = check(kept)
    assert found.policy is None
    assert not found.sound
    assert {problem.file for problem in found.problems} == {cast.RULES}
    assert policies.policy().rules.rules


def test_only_odd_characters_are_replaced(author: User) -> None:
    assert drafting.storable("één\r\ntwee\rdrie 😀 \0") == "één\ntwee\ndrie 😀 \N{REPLACEMENT CHARACTER}"


def test_other_files_stay_as_they_are(author: User) -> None:
    draft = cast.draft(author)
    kept = drafting.save_file(draft, cast.RULES, "weg", by=author, lock=draft.lock, now=cast.NOW)
    assert {**kept.files, cast.RULES: ""} == {**draft.files, cast.RULES: ""}


def test_same_text_again_changes_nothing(author: User) -> None:
    draft = cast.draft(author)
    text = draft.files[cast.RULES].replace("\n", "\r\n")
    kept = drafting.save_file(draft, cast.RULES, text, by=author, lock=draft.lock, now=cast.LATER)
    assert (kept.lock, kept.changed_at) == (1, cast.NOW)
    assert kinds(draft) == ["policy_started"]


def test_what_was_changed_is_in_the_history(author: User) -> None:
    other = cast.author("sjoerd")
    draft = cast.changed(other, cast.draft(author))
    event = events.history(draft.stream)[-1]
    assert (event.kind, event.actor) == ("policy_saved", f"staff:{other.pk}")
    assert event.payload == {"files": [cast.RULES], "digest": draft.digest, "rules": 1}
    assert draft.editors == [f"staff:{author.pk}", f"staff:{other.pk}"]


def test_second_of_two_windows_is_refused_and_nothing_is_overwritten(author: User) -> None:
    seen = cast.draft(author)
    cast.changed(author, seen)
    with pytest.raises(Stale):
        drafting.save_file(seen, cast.RULES, "van het andere venster", by=author, lock=seen.lock, now=cast.LATER)
    fresh = PolicyVersion.objects.get(name=seen.name)
    with pytest.raises(Stale):
        drafting.save_file(fresh, cast.RULES, "met een oud nummer", by=author, lock=seen.lock, now=cast.LATER)
    with pytest.raises(Stale):
        drafting.save_file(seen, cast.RULES, "met een verzonnen nummer", by=author, lock=fresh.lock, now=cast.LATER)
    assert PolicyVersion.objects.get(name=seen.name).files == fresh.files
    assert kinds(seen) == ["policy_started", "policy_saved"]


@pytest.mark.parametrize("file", ["", "../regels.yaml", "regels.yml", "settings.py", "x" * 500])
def test_only_files_of_a_policy_are_kept(author: User, file: str) -> None:
    draft = cast.draft(author)
    with pytest.raises(Refused, match="geen bestand"):
        drafting.save_file(draft, file, "tekst", by=author, lock=draft.lock, now=cast.NOW)
    assert set(draft.files) <= set(FILES)


def test_too_much_text_is_refused(author: User) -> None:
    draft = cast.draft(author)
    with pytest.raises(Refused, match=r"200\.000 tekens"):
        drafting.save_file(draft, cast.RULES, "x" * 1_000_000, by=author, lock=draft.lock, now=cast.NOW)


def test_text_does_not_change_after_the_draft(author: User) -> None:
    version = cast.submitted(author)
    with pytest.raises(Refused, match="concept"):
        drafting.save_file(version, cast.RULES, "", by=author, lock=version.lock, now=cast.LATER)
    with pytest.raises(Refused, match="concept"):
        drafting.drop(version, by=author, lock=version.lock, now=cast.LATER)


@pytest.mark.parametrize("name", ["2013"])
def test_folder_itself_cannot_be_changed(author: User, name: str) -> None:
    folder = drafting.finding.version(name)
    assert folder is not None
    with pytest.raises(Refused, match="concept"):
        drafting.save_file(folder, cast.RULES, "", by=author, lock=folder.lock, now=cast.NOW)


def test_check_finds_errors_and_warnings(author: User) -> None:
    found = check(cast.broken(author))
    assert [(error.fault.name, error.code) for error in found.errors][:1] == [("DEAD_RULE", "R-N4")]
    assert found.warnings
    assert not found.sound


def test_check_looks_once_at_a_text(author: User, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = cast.broken(author)
    first = check(draft)
    assert check(PolicyVersion.objects.get(pk=draft.pk)) is first
    assert check(cast.changed(author, draft)) is not first
