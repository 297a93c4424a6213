"""How the acts on many referrals are called."""

from __future__ import annotations

from dataclasses import dataclass

from referrals.services.bulk import Act

EXPORT = "export"


@dataclass(frozen=True, slots=True)
class Words:
    """How an act is called: in the list of acts, as a heading, on its button, and when it is done."""

    choice: str
    title: str
    button: str
    done: str


WORDS: dict[str, Words] = {
    Act.CLAIM: Words("Oppakken", "Oppakken", "Pak op", "Opgepakt"),
    Act.RELEASE: Words("Terugleggen", "Terugleggen in de wachtrij", "Leg terug", "Teruggelegd"),
    Act.HAND_OVER: Words("Overdragen aan een collega", "Overdragen aan een collega", "Draag over", "Overgedragen"),
    Act.LABEL: Words("Label erbij", "Een label erbij zetten", "Zet label erbij", "Label erbij gezet"),
    Act.UNLABEL: Words("Label weg", "Een label weghalen", "Haal label weg", "Label weggehaald"),
    Act.REMIND: Words("Partner herinneren", "De partner herinneren", "Stuur herinnering", "Partner herinnerd"),
    EXPORT: Words("Exporteren (CSV)", "Exporteren", "Exporteer", "Geëxporteerd"),
    Act.CANCEL: Words("Annuleren", "Annuleren met één reden", "Annuleer", "Geannuleerd"),
}
CHOICES = [(str(slug), words.choice) for slug, words in WORDS.items()]
