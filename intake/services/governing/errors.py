"""Why something with a version of the policy was not done, in Dutch, for the person who tried."""

from __future__ import annotations


class NotDone(Exception):
    """Nothing was changed; the reasons say why."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


class NotAllowed(NotDone):
    """This person may not do this."""


class Refused(NotDone):
    """What was asked for is not right (yet)."""


class Stale(NotDone):
    """Somebody else changed the version in between; look at it first."""

    def __init__(self, reason: str = "Iemand anders heeft deze versie intussen veranderd.") -> None:
        super().__init__(reason)
