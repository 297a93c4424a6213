"""Citations of a draft must stand in the registered text of their document; what was in force stays readable."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from intake import policies
from intake.models import PolicyVersion
from intake.services.governing import publishing, reviewing, sources, weighing
from intake.services.governing.checking import check
from intake.services.governing.errors import Refused
from tests.intake.governing import cast

pytestmark = pytest.mark.django_db
PLACE = '{document: "001", plaats: "tabel Algemeen 1"'
QUOTE = "Er is een vlucht vanaf Eelde"


@pytest.fixture
def author() -> User:
    return cast.author()


@pytest.fixture
def publisher() -> User:
    return cast.publisher()


def citing(by: User, version: PolicyVersion | None = None, quote: str = QUOTE) -> PolicyVersion:
    """Return a draft that cites the first document."""
    return cast.changed(by, version, PLACE, f'{PLACE}, citaat: "{quote}"')


def register(by: User, text: str, code: str = "001") -> None:
    sources.register_source(policies.policy(), code, text, by=by, now=cast.NOW)


def problems(version: PolicyVersion) -> list[str]:
    return [problem.message for problem in check(version).problems]


def test_citation_is_accepted_as_long_as_there_is_no_text(author: User) -> None:
    version = citing(author)
    register(author, "Iets anders.", "002")
    assert problems(version) == []
    read = check(version).policy
    assert read is not None
    assert read.rules.rule("R-A1").source.quote == QUOTE


def test_citation_is_looked_up_as_soon_as_there_is_a_text(author: User) -> None:
    version = citing(author)
    assert check(version).sound
    register(author, "Er was een vlucht vanaf Eelde.")
    [said] = problems(version)
    assert "bedoelde u «Er was een vlucht vanaf Eelde»?" in said
    assert check(version).policy is None
    with pytest.raises(Refused, match="1 fout"):
        reviewing.submit(version, by=author, lock=version.lock, now=cast.NOW)
    register(author, "Er is een\nvlucht vanaf Eelde.")
    assert check(version).sound
    assert check(version) is check(PolicyVersion.objects.get(pk=version.pk))


def test_text_that_changes_after_handing_in_keeps_a_version_from_being_published(author: User, publisher: User) -> None:
    version = citing(author)
    version = reviewing.submit(version, by=author, lock=version.lock, now=cast.NOW)
    version = weighing.weigh(version, by=author, now=cast.NOW)
    notes = cast.notes(version)
    register(author, "Er was een vlucht vanaf Eelde.")
    with pytest.raises(Refused, match="fouten"):
        publishing.publish(version, notes, by=publisher, lock=version.lock, now=cast.LATER)


def test_what_was_in_force_stays_readable_whatever_is_registered_later(author: User, publisher: User) -> None:
    version = citing(author)
    version = reviewing.submit(version, by=author, lock=version.lock, now=cast.NOW)
    version = weighing.weigh(version, by=author, now=cast.NOW)
    done = publishing.publish(version, cast.notes(version), by=publisher, lock=version.lock, now=cast.LATER)
    register(author, "Er was een vlucht vanaf Eelde.")
    assert check(done).sound
    assert policies.policy(done.name).rules.rule("R-A1").source.quote == QUOTE
    draft = cast.draft(author, "2027-1", base=done.name)
    assert len(problems(draft)) == 1


def test_texts_are_fetched_only_when_one_has_to_be_read(author: User, django_assert_num_queries: object) -> None:
    register(author, "Er is een vlucht vanaf Eelde.")
    version = citing(author)
    check(version)
    with django_assert_num_queries(1):  # type: ignore[operator]
        check(version)
