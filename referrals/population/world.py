"""What all referrals of an invented population share: people, partners, time, and histories whose chain holds."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple, cast

from django.db.models import Model

from nnmkb.ledger.events import digest_of
from nnmkb.ledger.models import Event, Outgoing, Tip
from referrals.domain.lifecycle import STATES, State, due
from referrals.domain.worktime import Calendar, local_date, read_calendar
from referrals.models import Partner
from referrals.population.lives import Life
from referrals.population.writing import Sheet

ENTREPRENEUR = "entrepreneur"
SHORTEST_HOLD, LONGEST_HOLD = 2, 150


class Line(NamedTuple):
    """An event, as far as its digest goes."""

    stream: str
    seq: int
    kind: str
    actor: str
    at: datetime
    payload: Mapping[str, object]
    previous: str


class Stream:
    """The history of one subject: events in a chain, and the tip at its end."""

    def __init__(self, name: str, sheet: Sheet, numbers: Iterator[int]) -> None:
        self.name, self._sheet, self._numbers = name, sheet, numbers
        self._seq, self._digest = 0, ""

    def record(self, kind: str, actor: str, at: datetime, payload: Mapping[str, object]) -> int:
        """Append an event and return its number."""
        self._seq += 1
        line = Line(self.name, self._seq, kind, actor, at, payload, self._digest)
        self._digest = digest_of(cast(Event, line))
        pk = next(self._numbers)
        self._sheet.rows[Event].append((pk, *line[:5], json.dumps(payload), line.previous, self._digest))
        return pk

    def close(self) -> None:
        """Write the tip."""
        self._sheet.rows[Tip].append((self.name, self._seq, self._digest))


@dataclass
class World:
    """What all referrals of a population share."""

    sheet: Sheet
    rng: random.Random
    numbers: Mapping[type[Model], Iterator[int]]
    advisors: list[int]
    partners: Mapping[str, Partner]
    end: datetime
    _due: dict[tuple[State, date], datetime] = field(default_factory=dict)
    _calendar: Calendar = field(default_factory=read_calendar)

    def stream(self, name: str) -> Stream:
        """Begin a history."""
        return Stream(name, self.sheet, self.numbers[Event])

    def due(self, state: State, at: datetime) -> datetime:
        """Return when the clock of a state that was entered at this moment runs out."""
        day = local_date(at)
        if state is State.ON_HOLD:
            until = day + timedelta(days=self.rng.randint(SHORTEST_HOLD, LONGEST_HOLD))
            return due(state, at, self._calendar, until=until)[0].astimezone(UTC)
        if (state, day) not in self._due:
            self._due[state, day] = due(state, at, self._calendar)[0].astimezone(UTC)
        return self._due[state, day]

    def moments(self, life: Life, began: datetime) -> list[datetime]:
        """Return when each move was made: spread from the beginning to the last one, before the end."""
        most = max(1, int((self.end - began).total_seconds()) - 60)
        state = life[-1].target
        clock = STATES[state].clock
        if clock:
            # Most is on time, a fifth is late.
            last = most - min(most, int(self.rng.expovariate(1.6) * clock.amount * 86_400))
        else:
            last = min(most, int(self.rng.uniform(0.5, 20) * len(life) * 86_400))
        steps = sorted(self.rng.random() for _ in life[2:])
        return [began + timedelta(seconds=int(last * step)) for step in (0.0, *steps, 1.0)][: len(life)]

    def pick(self, organisations: tuple[str, ...]) -> Partner:
        """Return one of these that is a partner, or any partner."""
        known = [code for code in organisations if code in self.partners]
        return self.partners[self.rng.choice(known or list(self.partners))]

    def promise(self, kind: str, event: int, recipient: str, at: datetime, *, dead: bool) -> None:
        """Write a mail that went out at once, or that was given up."""
        lot = self.rng.getrandbits(128)
        self.sheet.rows[Outgoing].append(
            (
                kind, event, recipient, f"{event}:{kind}:{recipient}", "dead" if dead else "done", 7 if dead else 1, at,
                at, None if dead else at, "SMTPRecipientsRefused" if dead else "", f"{lot:032x}",
            )
        )  # fmt: skip
