"""Codes for why a referral was declined, returned, cancelled, stopped or completed."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """On whose side a reason lies; reports count the sides apart."""

    PARTNER = "partner"
    ENTREPRENEUR = "entrepreneur"
    NEITHER = "neither"


class Consequence(StrEnum):
    """What the system does, or proposes to the advisor, because of a reason."""

    PAUSE_PARTNER = "pause_partner"
    REVIEW_RULE = "review_rule"
    CORRECT_DIRECTORY = "correct_directory"
    BLOCK_PAIR = "block_pair"
    BACK_TO_STRATEGY = "back_to_strategy"
    OTHER_INSTRUMENT = "other_instrument"
    ASK_ENTREPRENEUR = "ask_entrepreneur"
    CLOSE_AS_SERVED = "close_as_served"
    SUGGEST_STOP = "suggest_stop"
    NONE = "none"

    @property
    def label(self) -> str:
        """Return in Dutch what follows."""
        return _CONSEQUENCES[self]


_CONSEQUENCES = {
    Consequence.PAUSE_PARTNER: "De partner krijgt een pauze tot de genoemde datum. Zoek de volgende partner.",
    Consequence.REVIEW_RULE: "Telt mee bij de regel. Drie keer in 90 dagen: de regel wordt bekeken.",
    Consequence.CORRECT_DIRECTORY: "Controleer het werkgebied in de partnerlijst.",
    Consequence.BLOCK_PAIR: "Deze partner krijgt dit bedrijf niet meer aangeboden.",
    Consequence.BACK_TO_STRATEGY: "Terug naar de stap strategie.",
    Consequence.OTHER_INSTRUMENT: "Kies een ander hulpmiddel.",
    Consequence.ASK_ENTREPRENEUR: "Stel de ondernemer een vraag.",
    Consequence.CLOSE_AS_SERVED: "Behandel zelf en rond af als: was al klant. Of annuleer.",
    Consequence.SUGGEST_STOP: "Overweeg om te annuleren.",
    Consequence.NONE: "Lees de toelichting.",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """A choice from a list; some ask for a date or for a text of at least `min_text` characters."""

    code: str
    label: str
    side: Side = Side.NEITHER
    consequence: Consequence = Consequence.NONE
    asks_date: bool = False
    min_text: int = 0


def _by_code(reasons: Iterable[Reason]) -> dict[str, Reason]:
    return {reason.code: reason for reason in reasons}


_OTHER = Reason("other", "Anders", min_text=10)

DECLINE_REASONS = _by_code(
    (
        Reason("capacity", "Geen capaciteit", Side.PARTNER, Consequence.PAUSE_PARTNER, asks_date=True),
        Reason("not_our_activity", "Niet onze activiteit", Side.PARTNER, Consequence.REVIEW_RULE),
        Reason("region", "Buiten ons werkgebied", Side.PARTNER, Consequence.CORRECT_DIRECTORY),
        Reason("sector", "Andere sector", Side.PARTNER, Consequence.CORRECT_DIRECTORY),
        Reason("conflict", "Belangenconflict", Side.PARTNER, Consequence.BLOCK_PAIR),
        Reason(
            "not_ready",
            "Nog niet toe aan uitvoering: de strategie ontbreekt",
            Side.ENTREPRENEUR,
            Consequence.BACK_TO_STRATEGY,
        ),
        Reason("not_eligible", "Voldoet niet aan de voorwaarden", Side.ENTREPRENEUR, Consequence.OTHER_INSTRUMENT),
        Reason("info_missing", "Onvoldoende informatie", Side.ENTREPRENEUR, Consequence.ASK_ENTREPRENEUR),
        Reason("already_client", "Is al klant", Side.ENTREPRENEUR, Consequence.CLOSE_AS_SERVED),
        Reason("unreachable", "Ondernemer is niet bereikbaar", Side.ENTREPRENEUR, Consequence.SUGGEST_STOP),
        Reason("not_wanted", "Ondernemer wil niet", Side.ENTREPRENEUR, Consequence.SUGGEST_STOP),
        _OTHER,
    )
)

RETURN_REASONS = _by_code(
    (
        Reason("other_partner_needed", "Andere partner nodig", Side.NEITHER),
        Reason("capacity", "Geen capaciteit meer", Side.PARTNER, Consequence.PAUSE_PARTNER, asks_date=True),
        _OTHER,
    )
)

# Set by the timer, the system or a choice about consent; never chosen from a list.
AUTOMATIC_RETURN_REASONS = _by_code(
    (
        Reason("no_response", "Partner antwoordde niet op tijd", Side.PARTNER),
        Reason("no_contact", "Partner nam niet op tijd contact op", Side.PARTNER),
        Reason("undeliverable", "Aanbod kon niet worden bezorgd", Side.PARTNER, Consequence.CORRECT_DIRECTORY),
        Reason("consent_refused", "Ondernemer gaf geen toestemming voor de partner", Side.ENTREPRENEUR),
        Reason("consent_withdrawn", "Ondernemer trok de toestemming voor de partner in", Side.ENTREPRENEUR),
    )
)

# Why somebody has to look at a partner, besides what partners and entrepreneurs say.
TO_LOOK_AT = _by_code((Reason("endpoint_failing", "Meldadres van het systeem antwoordt niet"),))

RECALL_REASONS = _by_code(
    (
        Reason("wrong_partner", "Verkeerde partner gekozen"),
        Reason("dossier_changed", "Het dossier is veranderd"),
        Reason("entrepreneur_asked", "Op verzoek van de ondernemer", Side.ENTREPRENEUR),
        _OTHER,
    )
)

CANCEL_REASONS = _by_code(
    (
        Reason("duplicate", "Dubbel: deze vraag liep al"),
        Reason("spam", "Geen echte aanvraag"),
        Reason("policy_signal", "Signaal voor beleid, geen vraag om hulp"),
        Reason("no_partner", "Geen passende partner gevonden"),
        Reason("not_eligible", "Voldoet niet aan de voorwaarden", Side.ENTREPRENEUR),
        Reason("helped_elsewhere", "Al op een andere manier geholpen"),
        Reason("no_need", "Geen behoefte meer", Side.ENTREPRENEUR),
        Reason("unreachable", "Ondernemer is niet bereikbaar", Side.ENTREPRENEUR),
        _OTHER,
    )
)

# What the entrepreneur reads of it, in Dutch and in English; it ends a sentence.
_CANCELLED_BECAUSE = {
    "duplicate": ("deze vraag liep al", "we were already working on this request"),
    "spam": ("dit was geen echte aanvraag", "this was not a real request"),
    "policy_signal": ("dit is een signaal voor het beleid", "this is a signal for policy makers"),
    "no_partner": ("wij vonden geen organisatie die past", "we found no organisation that fits"),
    "not_eligible": ("uw bedrijf voldoet niet aan de voorwaarden", "your company does not meet the conditions"),
    "helped_elsewhere": ("u bent al op een andere manier geholpen", "you were helped in another way"),
    "no_need": ("u hebt dit niet meer nodig", "you no longer need this"),
    "unreachable": ("wij konden u niet bereiken", "we could not reach you"),
    "other": ("een andere reden, bel ons gerust", "another reason, please feel free to call us"),
}

STOP_REASONS = _by_code(
    (
        Reason("no_need", "Geen behoefte meer", Side.ENTREPRENEUR),
        Reason("unreachable", "Ondernemer is niet bereikbaar", Side.ENTREPRENEUR),
        Reason("not_suitable", "Niet geschikt", Side.ENTREPRENEUR),
        Reason("no_capacity", "Geen capaciteit", Side.PARTNER),
        _OTHER,
    )
)

OUTCOMES = _by_code(
    (
        Reason("advice_given", "Advies gegeven"),
        Reason("plan_made", "Plan gemaakt"),
        Reason("subsidy_requested", "Subsidie aangevraagd"),
        Reason("network_joined", "Netwerk of missie gestart"),
        Reason("training_followed", "Training gevolgd"),
        Reason("export_started", "Export gestart"),
        Reason("referred_elsewhere", "Doorverwezen buiten dit systeem"),
        Reason("already_served", "Was al klant"),
    )
)

REOPEN_REASONS = _by_code(
    (
        Reason("need_remains", "De vraag is nog niet beantwoord"),
        Reason("entrepreneur_unhappy", "De ondernemer is niet tevreden", Side.ENTREPRENEUR),
        Reason("closed_by_mistake", "Per ongeluk gesloten"),
        _OTHER,
    )
)

# Why the entrepreneur is not satisfied, in its own words; never told to the partner. Not in `label_of`: "no_contact" is
# also a reason of the clock, with other words.
UNHAPPY_REASONS = _by_code(
    (
        Reason("no_contact", "Ik heb geen contact gehad", Side.PARTNER),
        Reason("not_helped", "Mijn vraag is niet beantwoord"),
        Reason("wrong_organisation", "Deze organisatie past niet bij mijn vraag", Side.PARTNER),
        Reason("too_slow", "Het duurde te lang"),
        _OTHER,
    )
)

_LABELS = {
    code: reason.label
    for table in (
        AUTOMATIC_RETURN_REASONS,
        # Before the declines: of two wordings of one code the plainer one stays.
        RETURN_REASONS,
        CANCEL_REASONS,
        DECLINE_REASONS,
        TO_LOOK_AT,
        OUTCOMES,
        RECALL_REASONS,
        REOPEN_REASONS,
        STOP_REASONS,
    )
    for code, reason in table.items()
}


def label_of(code: str) -> str:
    """Return the Dutch label of the reason or outcome of a move, the code itself when no table has it."""
    return _LABELS.get(code, code)


def cancelled_because(code: str, language: str = "nl") -> str:
    """Return for the entrepreneur why a request goes no further; empty for a code that no cancelling has."""
    dutch, english = _CANCELLED_BECAUSE.get(code, ("", ""))
    return english if language == "en" else dutch
