"""Every mistake in a policy file is found on loading, with its line and in plain Dutch."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from intake.policy import PolicyProblems, Problem, load_policy
from tests.domain.policy.faults import CAT, CMP, CON, FAULTS, PAR, RULES, Fault
from tests.domain.policy.samples import FOLDER


def folder_with(tmp_path: Path, *changes: tuple[str, str, str]) -> Path:
    """Return a copy of the policy in which each piece of text is replaced once."""
    folder = tmp_path / "beleid"
    shutil.copytree(FOLDER, folder)
    for name, old, new in changes:
        text = (folder / name).read_text("utf-8")
        assert old in text, (name, old)
        (folder / name).write_text(text.replace(old, new, 1), "utf-8")
    return folder


# These stop the reading of a file or come only when nothing else is wrong, so they are tried alone.
ALONE = (
    "geen geldige YAML",
    "(& en *)",
    "(!)",
    "dit gaat rond",
    "niet eerder komt",
    "staat hier twee keer",
    "«cijfer»",
    "geen plaats",
    "vervallen",
)


def batches() -> list[list[Fault]]:
    """Return the faults in groups that touch different pieces of text, so that few loads try them all."""
    groups: list[list[Fault]] = []
    for fault in FAULTS:
        alone = any(words in fault[3] for words in ALONE)
        fitting = (group for group in groups if not alone and not any(_clash(fault, other) for other in group))
        group = next(fitting, None)
        if group is None:
            groups.append([fault])
        else:
            group.append(fault)
    return groups


def _clash(one: Fault, other: Fault) -> bool:
    if any(words in other[3] for words in ALONE):
        return True
    text = (FOLDER / one[0]).read_text("utf-8")
    at, there = text.find(one[1]), text.find(other[1])
    return one[0] == other[0] and at < there + len(other[1]) and there < at + len(one[1])


@pytest.mark.parametrize("faults", batches(), ids=lambda faults: faults[0][3][:50])
def test_every_fault_is_found_with_its_file_and_line(tmp_path: Path, faults: list[Fault]) -> None:
    folder = folder_with(tmp_path, *[fault[:3] for fault in faults])
    with pytest.raises(PolicyProblems) as found:
        load_policy(folder)
    for name, _, _, message in faults:
        hits = [problem for problem in found.value.problems if message in problem.message]
        assert hits, (message, [str(problem) for problem in found.value.problems])
        assert {problem.file for problem in hits} == {name}
        lines = (folder / name).read_text("utf-8").splitlines()
        assert all(1 <= problem.line <= len(lines) for problem in hits)


def test_there_are_many_faults() -> None:
    assert len(FAULTS) >= 60


def test_problem_names_the_very_line(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, (RULES, "activiteit: A2\n", "activiteit: A9\n"))
    with pytest.raises(PolicyProblems) as found:
        load_policy(folder)
    [problem] = found.value.problems
    assert (folder / RULES).read_text("utf-8").splitlines()[problem.line - 1].strip() == "activiteit: A9"
    assert str(problem) == f"regels.yaml:{problem.line}: {problem.message}"


def test_all_problems_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    folder = folder_with(
        tmp_path,
        (CAT, "exclusief: [geen]\n    bron", "exclusief: [niks]\n    bron"),
        (RULES, "activiteit: A2\n", "activiteit: A9\n"),
        (RULES, "code: NN-2", "code: NN-1"),
        (PAR, 'geldig_van: "2023-08-01"', 'geldig_van: "1 augustus"'),
        (CMP, "cijfer: 49}", "cijfer: 149}"),
    )
    with pytest.raises(PolicyProblems) as found:
        load_policy(folder)
    assert [problem.file for problem in found.value.problems] == [CAT, PAR, RULES, RULES, CMP]


def test_missing_and_strange_files_are_reported(tmp_path: Path) -> None:
    folder = folder_with(tmp_path)
    (folder / CON).unlink()
    (folder / "extra.yaml").write_text("x: 1\n", "utf-8")
    (folder / CMP).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PolicyProblems) as found:
        load_policy(folder)
    assert {problem.file for problem in found.value.problems} == {CON, "extra.yaml", CMP}


def test_empty_file_is_reported(tmp_path: Path) -> None:
    folder = folder_with(tmp_path)
    (folder / CON).write_text("# niets\n", "utf-8")
    with pytest.raises(PolicyProblems, match="het bestand is leeg"):
        load_policy(folder)


def test_comments_and_layout_do_not_change_the_fingerprint_but_a_word_does(tmp_path: Path) -> None:
    before = load_policy(FOLDER).digests
    layout = folder_with(tmp_path, (RULES, "feiten:\n", "# uitleg\nfeiten:\n\n"))
    assert load_policy(layout).digests == before
    (layout / RULES).write_text(
        (layout / RULES).read_text("utf-8").replace("U verkoopt al goed", "U verkoopt veel"), "utf-8"
    )
    changed = load_policy(layout).digests
    assert changed.rules != before.rules
    assert changed.catalogue == before.catalogue


def test_words_like_no_and_on_stay_words_without_the_c_parser_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from intake.policy import reading

    monkeypatch.setattr(reading, "_LOADER", reading._SlowLoader)
    problems: list[Problem] = []
    file = reading.PolicyFile("x.yaml", "nee: no\non: 2013-02-05\naantal: 12\nkomma: 1.5\n", problems)
    fields = file.fields(file.root, "x", ("nee", "on", "aantal", "komma"))
    assert [file.text(fields[word], word) for word in ("nee", "on", "komma")] == ["no", "2013-02-05", "1.5"]
    assert file.number(fields["aantal"], "aantal") == 12
    assert problems == []
