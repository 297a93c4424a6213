"""Two dossiers as the builder makes them, for tests that do not need the database."""

from __future__ import annotations

from referrals.domain.dossier import AnswerGroup, AnswerLine, Content, ModelCell, ModelRow, ModelStatus, SourceText

NOTE = SourceText(
    document="001", place="tabel Netwerken 3", gist="Netwerken rond branches helpen bij de stap naar buiten."
)
WORDS: dict[ModelStatus, str] = {
    "now": "nu doen",
    "better": "kan beter",
    "fine": "op orde",
    "later": "later",
    "unknown": "nog niet bekend",
}


def row(code: str, step: str, *statuses: ModelStatus, current: bool = False) -> ModelRow:
    """Return one row of the model."""
    cells = [
        ModelCell(status=status, word=WORDS[status], rules=["R-N3"] if status == "now" else []) for status in statuses
    ]
    return ModelRow(code=code, step=step, current=current, cells=cells)


def line(code: str, question: str, *answer: str) -> AnswerLine:
    """Return one answer."""
    return AnswerLine(code=code, question=question, answer=list(answer))


def answers() -> list[AnswerGroup]:
    """Return a full set of answers, as long as a real one."""
    return [
        AnswerGroup(
            code="B",
            step="Uw bedrijf",
            lines=[
                line("B1", "In welke provincie staat uw bedrijf?", "Friesland"),
                line("B2", "In welke sector werkt uw bedrijf vooral?", "Industrie: metaal en machines"),
                line("B3", "Hoeveel mensen werken er in uw bedrijf? Tel uzelf mee.", "34"),
                line("B4", "Past uw product of dienst bij een van deze thema's?", "Watertechnologie", "Agribusiness"),
                line("B5", "Wat vernieuwde u in de laatste drie jaar?", "Een product dat nieuw is voor ons bedrijf"),
                line("B6", "Hoe vernieuwde u dat?", "Samen met anderen"),
                line("B7", "Doet uw bedrijf zelf onderzoek of ontwikkeling?", "Soms"),
                line("B8", "Met wie werkt u samen bij vernieuwing?", "Klanten", "Leveranciers"),
            ],
        ),
        AnswerGroup(
            code="S",
            step="Strategie",
            lines=[
                line("S1", "Wilt u (meer) zaken doen met het buitenland?", "Ja, wij willen beginnen"),
                line("S2", "Verkoopt u nu aan klanten in het buitenland?", "Ja, minder dan 10% van onze omzet"),
                line("S3", "Waarom wilt u naar het buitenland?", "Meer omzet", "Risico spreiden"),
                line("S4", "Weet u welk product u wilt verkopen in het buitenland?", "Ja, dat is duidelijk"),
                line("S5", "Aan welke landen denkt u?", "Duitsland", "Denemarken"),
                line("S6", "Heeft u die markt onderzocht?", "Ja, goed onderzocht"),
                line("S7", "Kan uw product daar winnen van andere?", "Ja, dat hebben wij onderzocht"),
                line("S8", "Is er al vraag van klanten in het buitenland?", "Ja, er is belangstelling"),
                line("S9", "Staat uw plan voor het buitenland op papier?", "Ja, met doel, product en land"),
            ],
        ),
        AnswerGroup(
            code="O",
            step="Organisatie",
            lines=[
                line("O1", "Gaat het werk goed door als de directeur in het buitenland is?", "Voor een deel"),
                line("O2", "Kunt u buitenlandse orders afhandelen?", "Voor een deel"),
                line("O3", "Kunt u in het buitenland dezelfde kwaliteit en service leveren als hier?", "Ja"),
                line("O4", "Heeft u genoeg goede mensen die tijd hebben voor het buitenland?", "Nee"),
                line("O5", "Spreken uw mensen de taal van dat land?", "Voor een deel"),
                line("O6", "In welke netwerken bent u actief?", "Branche-organisatie"),
                line("O7", "Heeft u contacten in het doelland?", "Enkele"),
                line("O8", "Wilt u samen met andere bedrijven naar het buitenland?", "Ja, dat wil ik"),
            ],
        ),
        AnswerGroup(
            code="U",
            step="Uitvoering",
            lines=[
                line("U1", "In hoeveel talen staat uw website?", "Twee talen"),
                line("U2", "Wat deed u de laatste 3 jaar om op te vallen?", "Een beurs bezocht"),
                line(
                    "U5",
                    "Hoeveel last heeft u van deze punten bij vernieuwing?",
                    "Te weinig eigen geld: weinig last",
                    "Te weinig geld van buiten: weinig last",
                    "Moeilijk om partners te vinden: veel last",
                    "Strenge regels: wel last",
                    "Te weinig subsidies: geen last",
                    "Moeilijk om personeel te vinden in de regio: veel last",
                    "Te weinig tijd: wel last",
                    "Te weinig ideeën: geen last",
                    "Moeilijk om een idee echt te maken: weinig last",
                    "Moeilijk om risico's in te schatten: weinig last",
                ),
                line("U10", "Kunt u uw plannen voor het buitenland zelf uitvoeren?", "Voor een deel. Ik zoek hulp"),
                line("U11", "Waarbij zoekt u hulp?", "Contacten in het buitenland", "Subsidie"),
            ],
        ),
    ]


def scan() -> Content:
    """Return the dossier of a company that did the self-assessment."""
    return Content(
        schema_version="1.0",
        kind="scan",
        number="NN-7K3F-92QD-1",
        version=1,
        made_at="2026-11-18T10:15:00+01:00",
        respond_by="2026-11-25T17:00:00+01:00",
        recipient={"organisation": "watercampus", "name": "Water Alliance"},
        asked=[
            {
                "activity": "N3",
                "title": "Aansluiten bij een netwerk",
                "text": "Neem dit bedrijf op in een netwerk. Breng het in contact met ervaren exporteurs.",
                "source": NOTE,
            }
        ],
        company={
            "name": "Van der Meulen Machinebouw B.V.",
            "kvk_number": "01234567",
            "place": "Drachten",
            "province": "Friesland",
            "country": "Nederland",
            "sector": "Industrie: metaal en machines",
            "size": "34 werkzame personen",
        },
        outcome={
            "code": "UT6",
            "name": "Eerst de organisatie",
            "text": "Uw strategie is duidelijk, maar uw bedrijf is nog niet klaar voor het buitenland.",
            "intensity": {"code": "intensief", "label": "intensieve hulp"},
        },
        model={
            "ways": ["Innovatie", "Netwerken", "Marketing en promotie"],
            "rows": [
                row("S", "Strategie", "fine", "better", "unknown"),
                row("O", "Organisatie", "unknown", "now", "better", current=True),
                row("U", "Uitvoering", "later", "later", "later"),
            ],
        },
        reasons=[
            {
                "rule": "R-N3",
                "activity": "N3",
                "title": "Aansluiten bij een netwerk",
                "kind": "verwijzing",
                "asked": True,
                "step": "Organisatie",
                "way": "Netwerken",
                "text": "U wilt naar Duitsland, maar kent daar weinig mensen. Een netwerk helpt u op weg.",
                "answers": [
                    line("O6", "In welke netwerken bent u actief?", "Branche-organisatie"),
                    line("O7", "Heeft u contacten in het doelland?", "Enkele"),
                    line("O8", "Wilt u samen met andere bedrijven naar het buitenland?", "Ja, dat wil ik"),
                ],
                "source": NOTE,
            },
            {
                "rule": "R-A3o",
                "activity": "A3",
                "title": "Praktische hulp en informatie",
                "kind": "verwijzing",
                "asked": False,
                "step": "Organisatie",
                "way": "",
                "text": "In uw organisatie is nog niet alles geregeld. Een adviseur kijkt met u wat nodig is.",
                "answers": [line("O4", "Heeft u genoeg goede mensen?", "Nee")],
                "source": SourceText(
                    document="001", place="tabel Algemeen 3", gist="Praktische informatie voor ondernemers."
                ),
            },
        ],
        later=[
            {
                "rule": "R-I3",
                "activity": "I3",
                "title": "Een plan voor vernieuwing",
                "text": "Een plan voor vernieuwing kan later helpen.",
            }
        ],
        not_yet=[
            {
                "code": "NN-2",
                "activities": [{"code": "P3", "label": "Handelsmissie"}, {"code": "P4", "label": "Zakelijke missie"}],
                "text": "Een handelsmissie of beurs komt later.",
                "opens": "Dit kan als uw organisatie klaar is.",
                "closed_by": [line("O4", "Heeft u genoeg goede mensen?", "Nee")],
            }
        ],
        comparison={
            "title": "Talen op de website, in procenten",
            "text": "Bedrijven in Noord-Nederland gaven aan in hoeveel talen hun website staat.",
            "own": "Twee talen",
            "figures": [
                {"label": "Alleen Nederlands", "value": "55%", "own": False, "width": 20},
                {"label": "Twee talen", "value": "29%", "own": True, "width": 11},
                {"label": "Drie of meer talen", "value": "16%", "own": False, "width": 6},
            ],
            "caveat": "Het cijfer gaat over alle bedrijven in het onderzoek, ook zonder export.",
            "source": SourceText(document="Innovatiemonitor 2023", place="tabel 23", gist="Talen op de website."),
        },
        answers=answers(),
        consent=[
            {
                "purpose": "C1",
                "organisation": "",
                "text": "Mag de KvK uw antwoorden bekijken om u te helpen?",
                "at": "2026-11-17T16:05:00+01:00",
                "text_version": "2013.1",
                "text_digest": "a" * 64,
            },
            {
                "purpose": "C2",
                "organisation": "watercampus",
                "text": "Mag Water Alliance uw dossier krijgen?",
                "at": "2026-11-17T16:05:00+01:00",
                "text_version": "2013.1",
                "text_digest": "b" * 64,
            },
        ],
        receipt={
            "policy": "Internationalisering mkb Noord-Nederland",
            "version": "2013.1",
            "engine": "1",
            "rules": "c" * 64,
            "catalogue": "d" * 64,
            "answers": "e" * 64,
        },
    )


def foreign() -> Content:
    """Return the dossier of a foreign company that wants to settle here."""
    base = scan()
    return Content(
        schema_version="1.0",
        kind="foreign",
        number="NN-8M2P-4TRW-1",
        version=1,
        made_at=base["made_at"],
        respond_by=base["respond_by"],
        recipient={"organisation": "nom", "name": "NOM"},
        asked=[
            {
                "activity": "V1",
                "title": "Vestiging van een buitenlands bedrijf",
                "text": "Help dit bedrijf met een plek, met partners en met regels in Noord-Nederland.",
                "source": NOTE,
            }
        ],
        company={
            "name": "Nordsee Batterien GmbH",
            "kvk_number": "",
            "place": "Emden",
            "province": "",
            "country": "Duitsland",
            "sector": "Energy storage",
            "size": "",
        },
        answers=[
            AnswerGroup(
                code="V",
                step="Wat het bedrijf vertelt",
                lines=[
                    line(
                        "looks_for",
                        "Wat zoekt het bedrijf?",
                        "A site of two hectares near Eemshaven, and a grid connection.",
                    ),
                    line("when", "Wanneer wil het bedrijf beginnen?", "Within a year"),
                ],
            )
        ],
        consent=base["consent"],
        receipt={**base["receipt"], "answers": "", "engine": ""},
    )
