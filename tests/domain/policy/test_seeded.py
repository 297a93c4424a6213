"""The command on a folder with one mistake in it: it fails, and names the mistake, its line and who it is about."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.domain.policy.faults import CAT, PAR, RULES
from tests.domain.policy.samples import FOLDER
from tests.domain.policy.test_faults import folder_with

FLIGHT = "als: {alle: [{feit: noord}, {vlucht_eelde: [ja]}]}"
STUDENT = "als: {alle: [{feit: met_hulp}, {feit: wil}, {hulpvraag: {minstens_een: [student]}}]}"
PRODUCT = "als: {product: [duidelijk, idee]}"
PERSONS = "als: {werkzame_personen: {van: 5, tot: 100}}"
LATER = "als: {alle: [{strategie: [helder]}, {organisatie: [deels]}, {missie_of_beurs: [zaken]}]}"
TWICE = "als: {aantal: {minstens: 2, van: [{feit: stuwend}, {feit: omvang}, {feit: segment}]}}"
READY = "        - organisatie: [op_orde]\n        - innovatie: [op_orde]\n        - missie_of_beurs: [zaken]"
UNIQUE = (RULES, "groepen:\n", "uitkomst_keuze: uniek\ngroepen:\n")
AFTER_N4 = """  - code: R-N4b
    activiteit: N4
    soort: signaal
    stap: U
    manier: N
    rollen: [kvk]
    als: {alle: [{feit: noord}, {vlucht_eelde: [ja]}, {feit: wil}]}
    reden: Een vlucht vanaf Eelde zou u helpen.
    bron: {document: "001", plaats: "tabel Netwerken 4", strekking: "Laat netwerken aansluiten op vluchten."}
  - code: R-N5
"""


@dataclass(frozen=True)
class Seed:
    """One mistake: what is changed, the line it must be told at, the words, and who it is about.

    `shows` has for each answer of the counter-example a piece of the question and of the answer. `count` is the number
    of errors, with `strict` that of warnings too.
    """

    name: str
    changes: tuple[tuple[str, str, str], ...]
    at: str
    says: str
    shows: tuple[tuple[str, str], ...] = ()
    count: int = 1
    file: str = RULES
    strict: bool = False


def one(old: str, new: str, name: str = RULES) -> tuple[tuple[str, str, str], ...]:
    return ((name, old, new),)


# As many warnings as the policy of 2013 has by itself.
OWN = 7
MISTAKES = [
    Seed(
        "typo in a question", one(PRODUCT, "als: {produkt: [idee]}"), "als: {produkt: [idee]}", "bedoelde u «product»?"
    ),
    Seed("typo in an option", one(PRODUCT, "als: {product: [ide]}"), "als: {product: [ide]}", "bedoelde u «idee»?"),
    Seed(
        "typo in a key",
        one("    uitleg: Een sch", "    uitlg: Een sch", CAT),
        "uitlg: Een",
        "bedoelde u «uitleg»?",
        file=CAT,
        count=2,
    ),
    Seed(
        "option of another question",
        one(PRODUCT, "als: {product: [ja_meer]}"),
        "als: {product: [ja_m",
        "«ja_meer» bestaat niet",
    ),
    Seed(
        "no option left",
        one(PRODUCT, "als: {product: []}"),
        "als: {product: []}",
        "de lijst is leeg, dit kan niet kloppen",
    ),
    Seed("every option", one(PRODUCT, "als: {product: [duidelijk, idee, nee]}"), "als: {product: [d", "dit zegt niets"),
    Seed(
        "number against choice",
        one(PRODUCT, "als: {product: {van: 1}}"),
        "als: {product: {van: 1}}",
        "deze vraag is een keuze",
    ),
    Seed(
        "choice against number",
        one(PERSONS, "als: {werkzame_personen: [5]}"),
        "als: {werkzame",
        "deze vraag is een getal",
    ),
    Seed(
        "number out of reach",
        one(PERSONS, "als: {werkzame_personen: {van: 10000}}"),
        "als: {werkz",
        "van 10000 tot 9999 kan niet kloppen",
    ),
    Seed(
        "bounds the wrong way",
        one(PERSONS, "als: {werkzame_personen: {van: 9, tot: 5}}"),
        "als: {w",
        "van 9 tot 5 kan niet",
    ),
    Seed(
        "two choices at once",
        one(PRODUCT, "als: {alle: [{product: [idee]}, {product: [nee]}]}"),
        "als: {alle: [{prod",
        "dit kan nooit",
    ),
    Seed(
        "option that stands alone",
        one(STUDENT, "als: {landen: {allemaal: [weet_niet, polen]}}"),
        "als: {landen",
        "die alleen mag staan",
    ),
    Seed(
        "expression",
        one(PRODUCT, "als: product == idee"),
        "als: product == idee",
        "is geen voorwaarde; schrijf een blok",
    ),
    Seed(
        "cyclic derived value",
        one("als: {innovatiesegment: [ontwikkelaar, toepasser]}", "als: {doelgroep: [kern]}"),
        "segment:",
        "dit gaat rond: segment → doelgroep → segment",
    ),
    Seed(
        "question asked too late",
        one("zichtbaar_als: {feit: vernieuwd}", "zichtbaar_als: {feit: s_open}", CAT),
        "zichtbaar_als: {feit: s_open}",
        "niet eerder komt",
        file=CAT,
    ),
    Seed(
        "table without a last row",
        one(
            "tekst: buiten de doelgroep\n        als: altijd", "tekst: buiten de doelgroep\n        als: {wens: [nee]}"
        ),
        "- waarde: buiten",
        "de laatste rij moet «als: altijd»",
    ),
    Seed(
        "source missing",
        one('    bron: {document: "001", plaats: "tabel Netwerken 4"', "    # bron: {"),
        "- code: R-N4",
        "«bron» ontbreekt",
    ),
    Seed(
        "place in the source missing",
        one('{document: "001", plaats: "tabel Netwerken 4", ', '{document: "001", '),
        "bron: {document",
        "«plaats» ontbreekt",
    ),
    Seed(
        "source unknown",
        one('bron: {document: "001", plaats: "tabel N', 'bron: {document: "007", plaats: "tabel N'),
        'bron: {document: "007"',
        "document: «007» bestaat niet",
    ),
    Seed("anchor", one("feiten:\n", "feiten: &f\n"), "feiten: &f", "ankers en verwijzingen (& en *) mogen niet"),
    Seed(
        "tag",
        one("    tekst: U weet op welk land", "    tekst: !!python/name:os.system U weet op"),
        "tekst: !!python",
        "tags (!) mogen niet",
    ),
    Seed(
        "duplicate key",
        one("    reden: U verkoopt al goed", "    reden: U wilt\n    reden: U verkoopt al goed"),
        "reden: U verkoopt",
        "staat hier twee keer",
    ),
    Seed("duplicate code", one("code: R-A2\n", "code: R-A1\n"), "- code: R-A1", "regels: «R-A1» bestaat al"),
    Seed(
        "unknown activity",
        one("activiteit: A2\n", "activiteit: A9\n"),
        "activiteit: A9",
        "activiteit: «A9» bestaat niet",
    ),
    Seed(
        "unknown organisation",
        one("organisaties: [kvk_noord]", "organisaties: [kvk_nord]", PAR),
        "organisaties: [kvk_nord]",
        "bedoelde u «kvk_noord»?",
        file=PAR,
    ),
    Seed(
        "unknown word in a reason",
        one("{landen:hanze}", "{landn:hanze}"),
        'reden: "U richt u op {landn',
        "bedoelde u «landen»?",
    ),
    Seed(
        "precedence over nothing",
        one("rollen: [snn, kvk]\n", "rollen: [snn, kvk]\n    gaat_voor: [NN-9]\n"),
        "gaat_voor: [NN-9]",
        "gaat_voor: «NN-9» bestaat niet",
    ),
    Seed(
        "dead rule by itself",
        one(STUDENT, "als: {alle: [{feit: met_hulp}, {landen: {alleen: [polen]}}, {landen: {minstens_een: [china]}}]}"),
        "- code: R-N2",
        "fout: Regel R-N2 kan nooit gelden: de voorwaarde spreekt zichzelf tegen",
        (("landen of gebieden", "Polen"), ("landen of gebieden", "China")),
        # The rule is the only one of its activity.
        count=2,
    ),
    Seed(
        "dead rule by the routing",
        one(STUDENT, "als: {alle: [{wens: [nee]}, {hulpvraag: {minstens_een: [student]}}]}"),
        "- code: R-N2",
        "fout: Regel R-N2 kan nooit gelden: door de vraagvolgorde",
        (("Wilt u (meer) zaken doen", "Nee"), ("Welke hulp zoekt u", "Een student")),
        count=2,
    ),
    Seed(
        "dead rule by the gate",
        one(
            f"[kennisinstellingen]\n    {STUDENT}", "[kennisinstellingen]\n    poort: ja\n    als: {wens: [misschien]}"
        ),
        "- code: R-N2",
        "fout: Regel R-N2 kan nooit gelden: de voorwaarde botst met de poort van stap Organisatie",
        (("Wilt u (meer) zaken doen", "Misschien"),),
        count=2,
    ),
    Seed(
        "dead rule by a message",
        (
            *one("activiteiten: [P4]\n    als", "activiteiten: [P4]\n    gaat_voor: [R-N4]\n    als"),
            (RULES, FLIGHT, LATER),
        ),
        "- code: R-N4",
        "fout: Regel R-N4 kan nooit gelden: NN-3 gaat altijd voor",
        count=2,
    ),
    Seed(
        "dead message",
        one(LATER, "als: {alle: [{strategie: [helder]}, {wens: [misschien]}]}"),
        "- code: NN-3",
        "fout: Bericht NN-3 kan nooit gelden: de voorwaarde spreekt zichzelf tegen",
        (("Strategie", "duidelijk"), ("Wilt u (meer) zaken doen", "Misschien")),
    ),
    Seed(
        "contradictory pair",
        one(READY, READY.replace("[op_orde]", "[op_orde, deels]", 1)),
        "- code: R-P4",
        "fout: Tegenspraak: regel R-P4 geeft activiteit P4, en bericht NN-3 zegt dat die nog moet wachten",
        (
            ("In welke provincie", "Groningen"),
            ("winnen van concurrenten", "Ja, dat heb ik onderzocht"),
            ("als de directeur in het buitenland is", "Voor een deel"),
            ("genoeg goede mensen", "Voor een deel"),
            ("op een handelsmissie", "Ja, om klanten te spreken"),
            ("zelf uitvoeren", "Voor een deel"),
        ),
    ),
    Seed(
        "double outcome",
        (UNIQUE,),
        "- code: UT0",
        "fout: Er is een dubbele uitkomst: UT0 en UT4 kloppen samen",
        (("In welke provincie", "Een andere provincie"), ("Wilt u (meer) zaken doen", "Nee")),
        # Its outcomes lean on their order, so many pairs hold together.
        count=36,
    ),
    Seed(
        "uncovered outcome",
        (UNIQUE, *one("    accent: P\n    als: altijd", "    accent: P\n    als: {promotie: [nodig]}")),
        "- code: UT0",
        "fout: Er is geen uitkomst: geen enkele rij van de tabel met uitkomsten klopt",
        (
            ("In welke provincie", "Groningen"),
            ("welk product of welke dienst", "Ja, dat is duidelijk"),
            ("die markt onderzocht", "Ja, goed onderzocht"),
            ("winnen van concurrenten", "Ja, dat heb ik onderzocht"),
            ("vraag van klanten", "Ja, klanten vragen om een prijs"),
            ("op papier", "Ja, met doel, product en land"),
            ("contacten in het land", "Ja, goede contacten"),
            ("In welke talen", "één vreemde taal"),
            ("om op te vallen", "Een beurs bezocht"),
            ("zelf uitvoeren", "Voor een deel"),
        ),
        count=34,
    ),
    Seed(
        "unreachable activity",
        (
            *one("activiteit: N2\n", "activiteit: N3\n"),
            (
                RULES,
                "rollen: [kennisinstellingen]\n",
                "rollen: [netwerken_topsectoren, kvk, syntens, kennisinstellingen]\n",
            ),
        ),
        "- code: N2",
        "fout: Activiteit N2 is onbereikbaar: geen regel noemt haar",
        file="activiteiten.yaml",
    ),
    Seed(
        "failing example",
        one("rollen: [snn, kvk]\n", "rollen: [snn, kvk]\n    voorbeelden: [{geldt: ja, antwoorden: {wens: nee}}]\n"),
        "voorbeelden: [{geldt: ja",
        "fout: Voorbeeld 1 van regel R-N5 klopt niet: de regel geldt niet en hoort wel te gelden",
        (("Wilt u (meer) zaken doen", "Nee"),),
    ),
    Seed(
        "redundant condition",
        one(FLIGHT, "als: {alle: [{feit: noord}, {feit: wil}, {vlucht_eelde: [ja]}, {feit: echt}]}"),
        "- code: R-N4",
        "waarschuwing: Overbodig in regel R-N4: «U wilt (misschien) zaken doen met het buitenland»; zonder dit deel",
        count=OWN + 1,
        strict=True,
    ),
    Seed(
        "rule that changes nothing",
        one("  - code: R-N5\n", AFTER_N4),
        "- code: R-N4b",
        "waarschuwing: Regel R-N4b verandert niets: R-N4 geeft N4 al even sterk",
        count=OWN + 1,
        strict=True,
    ),
    Seed(
        "row never reached",
        one(TWICE, "als: {alle: [{feit: segment}, {feit: omvang}, {feit: stuwend}]}"),
        "- waarde: rand",
        "waarschuwing: De rij «rand van de doelgroep» van tabel «Doelgroep» komt nooit aan de beurt",
        count=OWN + 1,
        strict=True,
    ),
    Seed(
        "question without effect",
        one("als: {alle: [{feit: noord}, {investeerder: [investeerder, vestiging]}]}", "als: {feit: noord}"),
        "- code: U8",
        "waarschuwing: Vraag U8 (",
        count=OWN,
        file=CAT,
        strict=True,
    ),
]


def told(seed: Seed, folder: Path) -> tuple[int, str, str]:
    """Run the command; return the number it ends with, and what it wrote to both sides."""
    out, errors = io.StringIO(), io.StringIO()
    try:
        call_command("check_policy", str(folder), streng=seed.strict, stdout=out, stderr=errors)
    except CommandError as stop:
        return stop.returncode, f"{stop}", errors.getvalue()
    return 0, "", out.getvalue()


@pytest.mark.parametrize("seed", MISTAKES, ids=lambda seed: seed.name)
def test_the_command_fails_and_names_the_mistake_with_its_line(tmp_path: Path, seed: Seed) -> None:
    folder = folder_with(tmp_path, *seed.changes)
    code, end, errors = told(seed, folder)
    assert code == 1
    assert end.startswith(f"{seed.count} fout")
    lines = errors.splitlines()
    [place] = [at for at, line in enumerate(lines) if seed.says in line]
    file, number, _ = lines[place].split(":", 2)
    assert file == seed.file
    assert (folder / file).read_text("utf-8").splitlines()[int(number) - 1].strip().startswith(seed.at)
    shown = lines[place + 1 : next((at for at in range(place + 1, len(lines)) if lines[at][0] != " "), None)]
    assert len(shown) == len(seed.shows)
    for line, (question, answer) in zip(shown, seed.shows, strict=True):
        asked, given = line.rsplit("?", 1) if "?" in line else line.split(":", 1)
        assert question in asked
        assert answer in given


@pytest.mark.parametrize("seed", [seed for seed in MISTAKES if seed.strict], ids=lambda seed: seed.name)
def test_a_warning_alone_is_told_with_its_line_and_does_not_fail(tmp_path: Path, seed: Seed) -> None:
    folder = folder_with(tmp_path, *seed.changes)
    out = io.StringIO()
    call_command("check_policy", str(folder), stdout=out)
    [line] = [line for line in out.getvalue().splitlines() if seed.says in line]
    at = (folder / seed.file).read_text("utf-8").splitlines()[int(line.split(":")[1]) - 1]
    assert at.strip().startswith(seed.at)


def test_strict_fails_on_the_warnings_of_2013_and_says_how_many() -> None:
    with pytest.raises(CommandError, match=f"{OWN} fouten en waarschuwingen in 2013"):
        call_command("check_policy", str(FOLDER), streng=True, stdout=io.StringIO(), stderr=io.StringIO())


def test_there_are_enough_mistakes_and_each_is_another() -> None:
    assert len({seed.name for seed in MISTAKES}) == len({seed.says for seed in MISTAKES}) == len(MISTAKES) >= 25
