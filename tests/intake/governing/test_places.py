"""Every answer keeps its place through all versions, and nobody has to write that down."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from intake import policies
from intake.models import PolicyVersion
from intake.policy.loader import CATALOGUE
from intake.policy.register_reading import REGISTER, slots_of
from intake.policy.vectors import from_vector, to_vector
from intake.services.governing import drafting, packing, places, publishing, reviewing, weighing
from intake.services.governing.checking import check
from intake.services.governing.errors import Refused
from tests.intake.governing import cast

pytestmark = pytest.mark.django_db
OPTION = "      groningen: Groningen\n"
NEW = f"{OPTION}      zeeland: Zeeland\n"
OTHER = f"{OPTION}      utrecht: Utrecht\n"
RARE, RENAMED = "      principe_niet: ", "      nooit: "


@pytest.fixture
def author() -> User:
    return cast.author()


@pytest.fixture
def publisher() -> User:
    return cast.publisher()


def edited(by: User, version: PolicyVersion, old: str = OPTION, new: str = NEW) -> PolicyVersion:
    """Return the draft with a piece of its catalogue replaced."""
    text = version.files[CATALOGUE]
    assert old in text
    return drafting.save_file(version, CATALOGUE, text.replace(old, new, 1), by=by, lock=version.lock, now=cast.NOW)


def line(version: PolicyVersion, question: str = "B1") -> str:
    return next(text for text in version.files[REGISTER].splitlines() if f"vraag: {question}," in text)


def handed_in(by: User, version: PolicyVersion) -> PolicyVersion:
    version = reviewing.submit(version, by=by, lock=version.lock, now=cast.NOW)
    return weighing.weigh(version, by=by, now=cast.NOW)


def published(version: PolicyVersion, by: User) -> PolicyVersion:
    return publishing.publish(version, cast.notes(version), by=by, lock=version.lock, now=cast.LATER)


def test_new_option_gets_a_place_in_the_same_write(author: User) -> None:
    draft = cast.draft(author)
    saved = edited(author, draft)
    assert "[groningen, friesland, drenthe, anders, zeeland]}" in line(saved)
    assert check(saved).policy is not None
    assert saved.digest == policies.digest_of(saved.files)
    assert saved.lock == draft.lock + 1


def test_option_that_was_only_in_this_draft_leaves_nothing_behind(author: User) -> None:
    before = cast.draft(author)
    saved = edited(author, before)
    assert edited(author, saved, NEW, OPTION).files == before.files


def test_option_that_goes_is_retired_and_may_come_back_until_that_is_published(author: User) -> None:
    before = cast.draft(author)
    saved = edited(author, before, RARE, RENAMED)
    assert line(saved, "U7").endswith("principe_niet, nooit], vervallen: [principe_niet]}")
    assert edited(author, saved, RENAMED, RARE).files == before.files


def test_catalogue_that_cannot_be_read_leaves_the_register_as_it_was(author: User) -> None:
    before = cast.draft(author)
    saved = edited(author, before, OPTION, "      groningen: [\n")
    assert saved.files[REGISTER] == before.files[REGISTER]
    assert check(saved).problems


def test_what_somebody_types_or_imports_as_register_is_not_kept(author: User) -> None:
    draft = cast.draft(author)
    assert drafting.save_file(draft, REGISTER, "plaatsen: []", by=author, lock=draft.lock, now=cast.NOW) is draft
    text = draft.files[CATALOGUE].replace(OPTION, NEW, 1)
    packed = packing.export({**draft.files, CATALOGUE: text, REGISTER: "plaatsen: []"})
    saved = packing.import_files(draft, "alles.zip", packed, by=author, lock=draft.lock, now=cast.NOW)
    assert "zeeland" in line(saved)
    assert check(saved).policy is not None
    packed = packing.export({CATALOGUE: "vragen: [", REGISTER: "plaatsen: []"})
    broken = packing.import_files(saved, "alles.zip", packed, by=author, lock=saved.lock, now=cast.NOW)
    assert broken.files[REGISTER] == saved.files[REGISTER]


def test_draft_without_a_register_gets_it_at_the_next_save(author: User) -> None:
    draft = cast.draft(author)
    whole = draft.files
    PolicyVersion.objects.filter(pk=draft.pk).update(files={k: v for k, v in whole.items() if k != REGISTER})
    old = PolicyVersion.objects.get(pk=draft.pk)
    assert [problem.file for problem in check(old).problems] == [REGISTER]
    assert drafting.save_file(old, cast.RULES, whole[cast.RULES], by=author, lock=old.lock, now=cast.NOW).files == whole


def test_place_that_another_version_took_is_not_given_out_again(author: User, publisher: User) -> None:
    second = handed_in(author, edited(author, cast.draft(author, "2026-2"), OPTION, OTHER))
    first = published(handed_in(author, edited(author, cast.draft(author, "2026-1"))), publisher)
    assert ("zeeland" in line(first), "utrecht" in line(second)) == (True, True)
    second = weighing.weigh(second, by=publisher, now=cast.LATER)
    assert publishing.OTHER_PLACES in publishing.material(second)
    with pytest.raises(Refused, match="dien haar opnieuw in"):
        published(second, publisher)
    back = reviewing.send_back(second, "Sluit niet aan.", by=publisher, lock=second.lock, now=cast.LATER)
    again = handed_in(author, back)
    assert line(again).endswith("[groningen, friesland, drenthe, anders, zeeland, utrecht], vervallen: [zeeland]}")
    assert published(again, publisher).state == PolicyVersion.State.PUBLISHED


def test_place_of_a_withdrawn_version_stays_taken_and_is_for_the_same_option(author: User, publisher: User) -> None:
    done = published(handed_in(author, edited(author, cast.draft(author))), publisher)
    publishing.withdraw(done, "Er zit een fout in.", by=publisher, lock=done.lock, now=cast.LATER)
    again = edited(author, cast.draft(author, "2026-2"))
    assert line(again) == line(done)
    other = edited(author, cast.draft(author, "2026-3"), OPTION, OTHER)
    assert line(other).endswith("anders, zeeland, utrecht], vervallen: [zeeland]}")
    for version in (again, other):
        assert check(version).policy is not None
        assert places.fits(version.files)


def test_what_only_a_withdrawn_version_retired_is_there_again(author: User, publisher: User) -> None:
    done = published(handed_in(author, edited(author, cast.draft(author), RARE, RENAMED)), publisher)
    publishing.withdraw(done, "Dat was niet de bedoeling.", by=publisher, lock=done.lock, now=cast.LATER)
    fresh = cast.draft(author, "2026-2")
    assert line(fresh, "U7").endswith("principe_niet, nooit], vervallen: [nooit]}")
    assert check(fresh).policy is not None


def test_what_the_version_in_force_retired_does_not_come_back(author: User, publisher: User) -> None:
    published(handed_in(author, edited(author, cast.draft(author), RARE, RENAMED)), publisher)
    old = cast.draft(author, "2026-2", base="2013")
    said = [problem.message for problem in check(old).problems]
    assert said == ["vraag U7: «principe_niet» is vervallen en komt niet terug; kies een andere naam"]
    with pytest.raises(Refused):
        reviewing.submit(old, by=author, lock=old.lock, now=cast.NOW)


def test_vector_of_a_version_is_read_by_every_later_one(author: User, publisher: User) -> None:
    answers = {"B1": "drenthe", "B3": 12, "U5": {"tijd": 2}, "S5": ("polen",)}
    vector = to_vector(policies.policy("2013").register, answers)
    done = published(handed_in(author, edited(author, cast.draft(author))), publisher)
    later = policies.policy(done.name)
    assert from_vector(later, vector).to_json() == {**answers, "S5": ["polen"]}
    newer = to_vector(later.register, {**answers, "B1": "zeeland"})
    assert "B1" not in from_vector(policies.policy("2013"), newer)


def test_register_in_use_is_among_the_files_that_the_program_keeps() -> None:
    assert policies.MAINTAINED == (REGISTER,)
    assert slots_of(policies.readable_files("2013")[REGISTER]) == places.taken()


def test_page_of_the_register_is_only_to_read(author: User, client: Client) -> None:
    draft = cast.draft(author)
    client.force_login(author)
    address = f"/beleid/{draft.name}/bestand/{REGISTER}/"
    for page in (client.get(address), client.post(address, {"tekst": "plaatsen: []", "lock": str(draft.lock)})):
        body = page.content.decode()
        assert page.status_code == 200
        assert "<textarea" not in body
        assert "Dit bestand houdt het programma zelf bij." in body
        assert "{vraag: B3, getal_tot: 65534}" in body
    assert "<textarea" in client.get(f"/beleid/{draft.name}/bestand/{CATALOGUE}/").content.decode()
    assert "houdt het programma zelf bij" not in client.get(f"/beleid/2013/bestand/{REGISTER}/").content.decode()
    assert PolicyVersion.objects.get(pk=draft.pk).lock == draft.lock
