"""Why a change did not happen; every message is fit for the screen."""

from __future__ import annotations

from collections.abc import Sequence

from nnmkb.ledger.models import Event
from referrals.models import Offer, Referral


class NotDone(Exception):
    """Nothing was changed; the message says in Dutch why."""


class Stale(NotDone):
    """Somebody else changed the referral first; `what_changed` holds the events since the version on the form."""

    def __init__(self, referral: Referral, what_changed: Sequence[Event]) -> None:
        self.referral = referral
        self.what_changed = tuple(what_changed)
        super().__init__("Iemand anders heeft deze doorverwijzing net veranderd. Uw wijziging is niet opgeslagen.")


class NotAllowed(NotDone):
    """The table of states does not have this move for this actor."""


class Refused(NotDone):
    """A guard said no: consent, capacity, ownership, a missing reason."""

    def __init__(self, text: str, *, field: str = "") -> None:
        self.field = field
        super().__init__(text)


class Gone(NotDone):
    """The link was real, but what it opened has ended; `code` is the state in which the offer ended."""

    def __init__(self, text: str, *, code: str = "", offer: Offer | None = None) -> None:
        self.code = code
        self.offer = offer
        super().__init__(text)


class UnknownLink(NotDone):
    """No such link; answered exactly as any address that does not exist."""

    def __init__(self) -> None:
        super().__init__("Deze link kennen wij niet.")
