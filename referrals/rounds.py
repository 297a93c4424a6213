"""The sweep as the relay makes it: each minute, in slices between the deliveries; and a check that rounds are made."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import datetime
from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.core import checks

from referrals import housework
from referrals.services import timing
from referrals.services.timing import Swept

# A slice ends at whichever comes first; the next look in the outbox goes on where it stopped.
MOST_AT_ONCE = 2000
LONGEST_SLICE = 20.0


class Sweeping:
    """The round that carries out what ran out; it remembers where the last slice stopped."""

    def __init__(self, stop: threading.Event) -> None:
        self.stop = stop
        self.unfinished: Swept | None = None

    def __call__(self, now: datetime) -> bool:
        """Carry out one slice; True when there is more."""
        before = self.unfinished.total if self.unfinished else 0
        ends, done = time.monotonic() + LONGEST_SLICE, 0

        def enough() -> bool:
            nonlocal done
            done += 1
            return done >= MOST_AT_ONCE or time.monotonic() >= ends or self.stop.is_set()

        swept = timing.sweep(now, since=self.unfinished, enough=enough)
        if swept.total > before:
            timing.log.info("%s", swept.told)
        self.unfinished = swept if swept.place else None
        return self.unfinished is not None


@checks.register()
def rounds_check(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Refuse a relay that leaves a round out: no term would run out, no night be proven, and nobody would notice."""
    # Not at the top: the relay imports this module.
    relay = import_module("referrals.management.commands.relay")
    both = [relay.wired(inline=inline).rounds for inline in (True, False)]
    found: list[checks.CheckMessage] = []
    if not all(any(isinstance(work, Sweeping) for work in rounds) for rounds in both):
        found.append(
            checks.Error(
                "The relay makes no sweep, so no term of a referral ever runs out.",
                hint="Put Sweeping among the rounds in referrals/management/commands/relay.py.",
                id="referrals.E001",
            )
        )
    if not all(housework.plan in rounds for rounds in both):
        found.append(
            checks.Error(
                "The relay plans no work of the house, so nothing lapses and no night is anchored.",
                hint="Put housework.plan among the rounds in referrals/management/commands/relay.py.",
                id="referrals.E002",
            )
        )
    return found
