"""The state and transition tables as Markdown, for docs/verwijzing.md."""

from collections.abc import Iterable

from referrals.domain.moves import Need, Notice, Transition
from referrals.domain.reasons import (
    AUTOMATIC_RETURN_REASONS,
    CANCEL_REASONS,
    DECLINE_REASONS,
    OUTCOMES,
    RECALL_REASONS,
    REOPEN_REASONS,
    RETURN_REASONS,
    STOP_REASONS,
    Reason,
    Side,
)
from referrals.domain.states import STATES, Actor, Clock, State, Unit
from referrals.domain.transitions import TRANSITIONS

START = "<!-- begin: gemaakt door render_tables(), niet met de hand wijzigen -->"
END = "<!-- eind: gemaakt door render_tables() -->"

_SIDES = {Side.PARTNER: "partner", Side.ENTREPRENEUR: "ondernemer", Side.NEITHER: "geen van beide"}
_UNITS = {Unit.WORKING_DAYS: "werkdagen", Unit.CALENDAR_DAYS: "kalenderdagen"}


def render_tables() -> str:
    """Return all tables in Dutch Markdown, the same for the same code."""
    return "\n\n".join(
        (
            "### Toestanden\n\n" + _states(),
            "### Overgangen\n\n" + _transitions(),
            "### Redenen om af te wijzen\n\n" + _declines(),
            "### Andere lijsten\n\n" + _other_lists(),
        )
    )


def replace_tables(text: str) -> str:
    """Return the document with the part between the markers replaced by the tables of today's code."""
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n\n{render_tables()}\n\n{END}{after}"


def _states() -> str:
    expiring = {row.source: row.target for row in TRANSITIONS if row.actors == (Actor.TIMER,)}
    return _table(
        (
            "Toestand",
            "Code",
            "Wie is aan zet",
            "Wat te doen",
            "Termijn",
            "Als de termijn verstrijkt",
            "Ondernemer ziet",
        ),
        (
            (
                facts.label,
                f"`{state}`",
                facts.turn,
                facts.must_do or "Niets",
                _term(state),
                _expiry(facts.clock, expiring.get(state)),
                facts.entrepreneur_sees,
            )
            for state, facts in STATES.items()
        ),
    )


def _term(state: State) -> str:
    clock = STATES[state].clock
    if clock is None:
        return "Geen"
    if clock.unit is Unit.DATE:
        return f"Gekozen datum, hoogstens {clock.amount} dagen"
    term = f"{clock.amount} {_UNITS[clock.unit]}"
    if state is State.OFFERED:
        return f"Termijn van de partner (2 tot 15, anders {term}), herinnering bij 60 procent"
    return f"{term}, herinnering na {clock.reminder_after}" if clock.reminder_after else term


def _expiry(clock: Clock | None, target: State | None) -> str:
    if clock is None:
        return "Niet van toepassing"
    if target is not None:
        return f"Naar: {target.label}"
    names = [actor.label for actor in clock.escalate]
    told = f"{names[0]}, {len(names)} keer" if len(names) > 1 and len(set(names)) == 1 else ", dan ".join(names)
    return f"Blijft staan; bericht aan {told}" + (" (herhaald)" if clock.last_repeats else "")


def _transitions() -> str:
    return _table(
        ("Nr", "Van", "Naar", "Wie", "Wat", "Voorwaarden", "Invullen", "Bericht"), (_row(row) for row in TRANSITIONS)
    )


def _row(row: Transition) -> tuple[str, ...]:
    return (
        row.number,
        row.source.label if row.source else "(nieuw)",
        row.target.label,
        ", ".join(actor.label for actor in row.actors),
        f"{row.action.label} (`{row.action}`)",
        _guards(row),
        ", ".join(need.label for need in row.needs) or "Niets",
        "; ".join(map(_notice, row.notices)) or "Geen",
    )


def _guards(row: Transition) -> str:
    shared = [guard for guard in row.guards if all(guard in row.guards_for(actor) for actor in row.actors)]
    lines = [guard.label for guard in shared]
    for actor in row.actors:
        own = [guard.label for guard in row.guards_for(actor) if guard not in shared]
        lines += [f"Voor {actor.label}: {' '.join(own)}"] if own else []
    return " ".join(lines) or "Geen"


def _notice(notice: Notice) -> str:
    later = f", na {notice.after_working_days} werkdagen" if notice.after_working_days else ""
    return f"{notice.to.label}: `{notice.message}`{later}"


def _declines() -> str:
    return _table(
        ("Reden", "Code", "Kant", "Gevolg", "Invullen"),
        (
            (reason.label, f"`{reason.code}`", _SIDES[reason.side], reason.consequence.label, _asks(reason))
            for reason in DECLINE_REASONS.values()
        ),
    )


def _asks(reason: Reason) -> str:
    if reason.min_text:
        return f"toelichting van ten minste {reason.min_text} tekens"
    return Need.DATE.label if reason.asks_date else "Niets"


def _other_lists() -> str:
    lists = (
        ("Teruggeven", RETURN_REASONS),
        ("Vanzelf terug", AUTOMATIC_RETURN_REASONS),
        ("Aanbod intrekken", RECALL_REASONS),
        ("Annuleren", CANCEL_REASONS),
        ("Stoppen", STOP_REASONS),
        ("Afronden: resultaat", OUTCOMES),
        ("Heropenen", REOPEN_REASONS),
    )
    return _table(
        ("Lijst", "Keuzes"),
        ((name, "; ".join(f"{r.label} (`{r.code}`)" for r in reasons.values())) for name, reasons in lists),
    )


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, ("---",) * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
