"""Every mistake in a policy file is found on loading, with its line and in plain Dutch."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from intake.policy import PolicyProblems, Problem, load_policy
from tests.domain.policy.samples import FOLDER

CAT, RULES, ACT, PAR, CON, CMP = (
    "catalogus.yaml",
    "regels.yaml",
    "activiteiten.yaml",
    "partijen.yaml",
    "toestemming.yaml",
    "vergelijking.yaml",
)

Fault = tuple[str, str, str, str]

# Name of the file, a piece of it, what is put in its place, and what must be said about it.
FAULTS: list[Fault] = [
    (
        RULES,
        "{wens: [ja_meer, ja_begin, misschien]}",
        "{wenz: [ja_meer]}",
        "«wenz» is geen vraag, afgeleide waarde of bewerking, bedoelde u «wens»?",
    ),
    (
        RULES,
        "als: {product: [duidelijk, idee]}",
        "als: {product: [duidelik]}",
        "«duidelik» bestaat niet, bedoelde u «duidelijk»?",
    ),
    (
        RULES,
        "als: {product: [duidelijk, idee]}",
        "als: {product: [duidelijk, idee, nee]}",
        "dit zegt niets, elke waarde staat erin",
    ),
    (RULES, "als: {product: [duidelijk, idee]}", "als: {product: []}", "de lijst is leeg, dit kan niet kloppen"),
    (
        RULES,
        "als: {product: [duidelijk, idee]}",
        "als: {product: {minstens_een: [idee]}}",
        "«minstens_een» past niet; deze vraag is een keuze",
    ),
    (
        RULES,
        "als: {product: [duidelijk, idee]}",
        "als: {product: {van: 1}}",
        "«van» past niet; deze vraag is een keuze",
    ),
    (RULES, "als: {product: [duidelijk, idee]}", "als: product == idee", "is geen voorwaarde; schrijf een blok"),
    (
        RULES,
        "als: {product: [duidelijk, idee]}",
        "als: {alle: [{product: [idee]}, {product: [nee]}]}",
        "dit kan nooit: twee keuzes van dezelfde vraag tegelijk",
    ),
    (
        RULES,
        "als: {product: [duidelijk, idee]}",
        "als: {product: [idee], wens: [nee]}",
        "hier hoort precies één voorwaarde",
    ),
    (RULES, "als: {product: [duidelijk, idee]}", "als: {alle: []}", "de lijst met voorwaarden is leeg"),
    (RULES, "als: {product: [duidelijk, idee]}", "als: altijd", "«altijd» is geen voorwaarde"),
    (
        RULES,
        "als: {werkzame_personen: {van: 5, tot: 100}}",
        "als: {werkzame_personen: {van: 100, tot: 5}}",
        "van 100 tot 5 kan niet kloppen",
    ),
    (
        RULES,
        "als: {werkzame_personen: {van: 5, tot: 100}}",
        "als: {werkzame_personen: {van: 5, tot: 10000}}",
        "een getal moet liggen van 0 tot en met 9999",
    ),
    (
        RULES,
        "als: {werkzame_personen: {van: 5, tot: 100}}",
        "als: {werkzame_personen: {van: 0}}",
        "dit zegt niets, elk getal voldoet",
    ),
    (
        RULES,
        "als: {werkzame_personen: {van: 5, tot: 100}}",
        "als: {werkzame_personen: {van: 5.5}}",
        "hier hoort een geheel getal",
    ),
    (
        RULES,
        "als: {werkzame_personen: {van: 5, tot: 100}}",
        "als: {werkzame_personen: [5]}",
        "deze vraag is een getal: gebruik {van, tot}",
    ),
    (
        RULES,
        "{belemmeringen: {rij: personeel, van: 3}}",
        "{belemmeringen: {rij: personel, van: 3}}",
        "«personel» bestaat niet, bedoelde u «personeel»?",
    ),
    (RULES, "{belemmeringen: {rij: personeel, van: 3}}", "{belemmeringen: {van: 3}}", "«rij» ontbreekt"),
    (
        RULES,
        "- motief: {alleen: [weet_niet]}\n            - product: [nee]",
        "- motief: {allemaal: [weet_niet, omzet]}\n            - product: [nee]",
        "een optie die alleen mag staan kan niet samen met een andere",
    ),
    (
        RULES,
        "- motief: {alleen: [weet_niet]}\n            - product: [nee]",
        "- motief: [weet_niet]\n            - product: [nee]",
        "deze vraag is een meerkeuze: gebruik minstens_een",
    ),
    (
        RULES,
        "{aantal: {minstens: 2, van: [{feit: stuwend}, {feit: omvang}, {feit: segment}]}}",
        "{aantal: {minstens: 4, van: [{feit: stuwend}, {feit: omvang}, {feit: segment}]}}",
        "minstens 4 van 3 kan niet",
    ),
    (
        RULES,
        "als: {landen: {minstens_een: bekende_landen}}",
        "als: {landen: {minstens_een: bekende_lande}}",
        "groep: «bekende_lande» bestaat niet, bedoelde u «bekende_landen»?",
    ),
    (
        RULES,
        "als: {landen: {minstens_een: bekende_landen}}",
        "als: {landen: {minstens_een: themas}}",
        "groep: «themas» bestaat niet",
    ),
    (
        RULES,
        "als: {innovatiesegment: [ontwikkelaar, toepasser]}",
        "als: {feit: stuwent}",
        "feit: «stuwent» bestaat niet, bedoelde u «stuwend»?",
    ),
    (RULES, "als: {innovatiesegment: [ontwikkelaar, toepasser]}", "als: {feit: noord}", "dit gaat rond: "),
    (
        RULES,
        "als: {doelgroep: [buiten_regio]}",
        "als: {doelgroep: [buiten_de_regio]}",
        "«buiten_de_regio» bestaat niet, bedoelde u «buiten_regio»?",
    ),
    (RULES, "{niet: {uitkomst: [UT0, UT3, UT4]}}", "{niet: {uitkomst: [UT0, UT9]}}", "uitkomst: «UT9» bestaat niet"),
    (
        RULES,
        "{onbeantwoord: directie_weg}",
        "{onbeantwoord: directieweg}",
        "«directieweg» bestaat niet, bedoelde u «directie_weg»?",
    ),
    (RULES, "code: R-A2", "code: R-A1", "regels: «R-A1» bestaat al"),
    (RULES, "code: NN-2", "code: NN-1", "nog_niet: «NN-1» bestaat al"),
    (RULES, "activiteit: A2\n", "activiteit: A9\n", "activiteit: «A9» bestaat niet"),
    (RULES, "rollen: [snn, kvk]", "rollen: [snn]", "de rollen moeten die van N5 zijn: snn, kvk"),
    (RULES, "rollen: [snn, kvk]", "rollen: [snn, kvkk]", "rollen: «kvkk» bestaat niet, bedoelde u «kvk»?"),
    (RULES, "{landen:hanze}", "{landn:hanze}", "reden: {landn:hanze}: «landn» bestaat niet, bedoelde u «landen»?"),
    (RULES, "{landen:hanze}", "{landen:hanse}", "reden: «hanse» is geen groep van «landen»"),
    (RULES, "{landen:hanze}", "{landen.__class__}", "«landen.__class__» bestaat niet"),
    (
        RULES,
        "    soort: signaal\n    stap: S",
        "    soort: signal\n    stap: S",
        "soort: «signal» bestaat niet, bedoelde u «signaal»?",
    ),
    (
        RULES,
        "    soort: signaal\n    stap: S",
        "    soort: signaal\n    intensiteit: licht\n    stap: S",
        "een signaal heeft geen intensiteit",
    ),
    (
        RULES,
        "    soort: aanmelding\n    stap: S\n    intensiteit: licht\n    rollen: [exportclubs",
        "    soort: aanmelding\n    stap: S\n    rollen: [exportclubs",
        "«intensiteit» ontbreekt",
    ),
    (
        RULES,
        "        tekst: buiten de doelgroep\n        als: altijd",
        "        tekst: buiten de doelgroep\n        als: {wens: [nee]}",
        "de laatste rij moet «als: altijd» hebben",
    ),
    (
        RULES,
        "als: {doelgroep: [buiten_regio]}\n    tekst: Uw",
        "als: altijd\n    tekst: Uw",
        "«als: altijd» mag alleen in de laatste rij",
    ),
    (
        RULES,
        "      - concurrentiekracht: [eerst_vernieuwen]\n    bron",
        "      - feit: wil\n    bron",
        "noem hier één vraag",
    ),
    (RULES, "sleutel: al_actief", "sleutel: wens", "«wens» is al de sleutel van een vraag"),
    (RULES, "poorten:\n  O:", "poorten:\n  X:", "poorten: «X» is geen stap"),
    (
        RULES,
        'bron: {document: "001", plaats: "tabel Algemeen 1"',
        'bron: {document: "009", plaats: "tabel Algemeen 1"',
        "document: «009» bestaat niet",
    ),
    (
        RULES,
        ', strekking: "Bouw verder aan het netwerk langs de Hanze-corridor."}',
        "}",
        "bron: «strekking» ontbreekt",
    ),
    (
        RULES,
        "    reden: U verkoopt al goed",
        "    reden: U wilt\n    reden: U verkoopt al goed",
        "de sleutel «reden» staat hier twee keer",
    ),
    (RULES, "feiten:\n", "feiten: &f\n", "ankers en verwijzingen (& en *) mogen niet"),
    (
        RULES,
        "    tekst: U weet op welk land u zich richt",
        "    tekst: !!python/object/apply:os.system [ls]",
        "tags (!) mogen niet",
    ),
    (RULES, "groepen:\n", "groepen: [\n", "geen geldige YAML"),
    (CAT, "    soort: getal\n", "    soort: cijfer\n", "soort: «cijfer» bestaat niet"),
    (CAT, "code: B2\n", "code: B1\n", "code of sleutel bestaat al"),
    (
        CAT,
        "    stap: S\n    soort: keuze\n    tekst: Wilt u",
        "    stap: Z\n    soort: keuze\n    tekst: Wilt u",
        "stap: «Z» bestaat niet",
    ),
    (CAT, "exclusief: [geen]\n    bron", "exclusief: [niks]\n    bron", "exclusief: «niks» bestaat niet"),
    (
        CAT,
        "zichtbaar_als: {feit: vernieuwd}",
        "zichtbaar_als: {feit: s_open}",
        "hangt af van een vraag die niet eerder komt",
    ),
    (CAT, "      - voor: [bouw]", "      - voor: [bauw]", "voor: «bauw» bestaat niet, bedoelde u «bouw»?"),
    (CAT, "    uitleg: Een schatting is genoeg.\n", "", "vraag: «uitleg» ontbreekt"),
    (
        CAT,
        "    uitleg: Een schatting is genoeg.\n",
        "    uitlg: Een schatting is genoeg.\n",
        "onbekende sleutel «uitlg», bedoelde u «uitleg»?",
    ),
    (CAT, "  - code: K2", "  - code: K1", "controle K1: deze code bestaat al"),
    (ACT, "wie: [NOM, overheid]", "wie: [NOM, overheit]", "wie: «overheit» bestaat niet, bedoelde u «overheid»?"),
    (ACT, "code: V3", "code: V2", "activiteit V2: deze code bestaat al"),
    (
        PAR,
        "organisaties: [kvk_noord, kvk]",
        "organisaties: [kvk_nord, kvk]",
        "«kvk_nord» bestaat niet, bedoelde u «kvk_noord»?",
    ),
    (
        PAR,
        "provincies: [drenthe]\n    zekerheid: A",
        "provincies: [drente]\n    zekerheid: A",
        "«drente» bestaat niet, bedoelde u «drenthe»?",
    ),
    (PAR, 'geldig_van: "2023-08-01"', 'geldig_van: "1 augustus"', "schrijf de dag als JJJJ-MM-DD"),
    (PAR, "  syntens:\n    naar: kvk", "  kvk:\n    naar: kvk_noord", "volgt zichzelf op"),
    (PAR, "labels: [Syntens]", "labels: [KvK]", "«KvK» hoort bij meer dan één rol"),
    (CON, "Mag {organisatie} uw", "Mag een organisatie uw", "hoort precies in de tekst per organisatie"),
    (CMP, 'cijfer: "2,67"', 'cijfer: "2.67"', 'schrijf een gemiddelde als "2,33"'),
    (CMP, "cijfer: 49}", "cijfer: 149}", "een percentage ligt van 0 tot en met 100"),
    (CMP, "      twee: {naam", "      tweee: {naam", "cijfers: «tweee» bestaat niet, bedoelde u «twee»?"),
]


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
