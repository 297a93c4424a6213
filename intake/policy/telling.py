"""What became of organisations, in Dutch sentences."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from intake.policy.model import Policy
from intake.policy.organisations import Became, Organisation, Precision, Succession
from intake.policy.resolving import Resolution

MONTHS = (
    *("januari", "februari", "maart", "april", "mei", "juni"),
    *("juli", "augustus", "september", "oktober", "november", "december"),
)
CERTAINTIES = {
    "A": "Dit staat in een openbare bron.",
    "B": "Er is een bron, maar de dag of de omvang is niet precies.",
    "C": "Dit is niet nagegaan.",
}
_SENTENCES = {
    Became.MERGED: "{old} ging {when} {together}verder als {new}.",
    Became.ABSORBED: "{old} ging {when} op in {new}.",
    Became.RENAMED: "{old} heet sinds {since} {new}.",
    Became.SPLIT: "{old} splitste zich {when}. Een deel werd {new}.",
    Became.ENDED: "{old} stopte {when}. Er is geen opvolger.",
}


def day_in_words(on: date, precision: Precision = Precision.DAY) -> str:
    """Return the date as people say it, no more precise than it is known: 1 januari 2014, december 2016, 2018."""
    month = f"{MONTHS[on.month - 1]} {on.year}"
    return {Precision.DAY: f"{on.day} {month}", Precision.MONTH: month, Precision.YEAR: str(on.year)}[precision]


def tell(policy: Policy, item: Succession) -> str:
    """Return what happened, in one or two sentences."""
    since = day_in_words(item.on, item.precision)
    return _capital(
        _SENTENCES[item.kind].format(
            old=policy.organisations[item.predecessor].phrase,
            new=policy.organisations[item.successor].phrase if item.successor else "",
            when=f"op {since}" if item.precision is Precision.DAY else f"in {since}",
            since=since,
            together=_together(policy, item),
        )
    )


def tell_resolution(policy: Policy, resolution: Resolution) -> tuple[str, ...]:
    """Return how the organisation came to be who it is that day, or why there is nobody; empty when nothing changed."""
    return tell_together(policy, [resolution])


def tell_together(policy: Policy, resolutions: Iterable[Resolution]) -> tuple[str, ...]:
    """Return the same for several organisations; what they went through together is told once."""
    told: dict[str, None] = {}
    steps: dict[Succession, None] = {}
    for resolution in resolutions:
        steps |= dict.fromkeys(resolution.path)
        stopped = {item.predecessor for item in resolution.path if item.successor is None}
        gone = (item for item in resolution.ended if item.code not in stopped)
        told |= dict.fromkeys(_stopped(policy, item, resolution.on) for item in gone)
        told |= dict.fromkeys(_capital(f"{item.phrase} bestond toen nog niet.") for item in resolution.not_yet)
    return (*(tell(policy, step) for step in each_once(steps)), *told)


def each_once(steps: Iterable[Succession]) -> tuple[Succession, ...]:
    """Return the successions in order, of every merger only the first: the sentence about it names the other."""
    found: dict[object, Succession] = {}
    for step in steps:
        found.setdefault((step.successor, step.on) if step.kind is Became.MERGED else step, step)
    return tuple(found.values())


def _stopped(policy: Policy, item: Organisation, on: date) -> str:
    entries = policy.successions.get(item.code, ())
    why = "Een opvolger is niet bekend."
    if entries:
        # A split leaves nothing here when none of its parts is for this company.
        later = all(on < entry.on for entry in entries)
        why = "Er was toen nog geen opvolger." if later else "Voor dit bedrijf is er geen opvolger."
    assert item.valid_until is not None, "an open end never ends"
    return f"Op {day_in_words(item.valid_until)} bestond {item.phrase} niet meer. {why}"


def _together(policy: Policy, item: Succession) -> str:
    """Name the one that merged into the same organisation on the same day, or say that there were more."""
    others = [
        other.predecessor
        for entries in policy.successions.values()
        for other in entries
        if (other.kind, other.successor, other.on) == (item.kind, item.successor, item.on) and other is not item
    ]
    if len(others) == 1:
        return f"samen met {policy.organisations[others[0]].phrase} "
    return f"samen met {len(others)} andere organisaties " if others else "samen met anderen "


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
