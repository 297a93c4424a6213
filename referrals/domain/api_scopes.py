"""What a key of the partner API may do; the codes are part of the contract with the partner's system."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

# A key lives no longer than this, and a partner has no more than these at once: the old one and its successor.
LONGEST_LIFE_DAYS = 400
MOST_LIVE = 2
WARN_DAYS_BEFORE = 30


class Scope(StrEnum):
    """One thing that a key may do."""

    OFFERS = "offers:read"
    DOSSIER = "dossier:read"
    CONTACT = "contact:read"
    ANSWER = "offers:answer"

    @property
    def label(self) -> str:
        """Return in Dutch what it allows."""
        return _LABELS[self]


_LABELS = {
    Scope.OFFERS: "Aanbiedingen en gebeurtenissen lezen",
    Scope.DOSSIER: "Dossiers en antwoorden op vragen lezen",
    Scope.CONTACT: "Contactgegevens lezen, na aannemen",
    Scope.ANSWER: "Antwoorden: aannemen, afwijzen, contact, voortgang, afronden, vragen",
}


def known(codes: Collection[str]) -> list[str]:
    """Return these scopes once each, in their own order; what is no scope is left out."""
    return [scope.value for scope in Scope if scope.value in codes]
