"""What to do next with a referral that came back: the consequence of the reason, as a sentence and an act."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from referrals.domain.lifecycle import State
from referrals.domain.reasons import AUTOMATIC_RETURN_REASONS, DECLINE_REASONS, RETURN_REASONS, Consequence, label_of
from referrals.models import Offer, Referral

# The acts that fit, the best first. Where none is named, the next partner is.
FITTING: dict[Consequence, tuple[str, ...]] = {
    Consequence.ASK_ENTREPRENEUR: ("vraag",),
    Consequence.BACK_TO_STRATEGY: ("uitstellen", "annuleren"),
    Consequence.CLOSE_AS_SERVED: ("zelf-behandelen", "annuleren"),
    Consequence.OTHER_INSTRUMENT: ("voorstellen", "annuleren"),
    Consequence.SUGGEST_STOP: ("annuleren",),
}
MORE: dict[Consequence, str] = {
    Consequence.BACK_TO_STRATEGY: "Eerst strategie, dan organisatie, dan uitvoering. Bel de ondernemer. "
    "Stel uit tot de strategie er is, of annuleer.",
    Consequence.CLOSE_AS_SERVED: "De partner helpt dit bedrijf al.",
    Consequence.OTHER_INSTRUMENT: "Misschien past een andere activiteit wel.",
}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Why it came back, in the words of the partner too, and what fits now; no act means the next partner."""

    reason: str
    partner: str
    explained: str
    text: str
    slugs: tuple[str, ...]

    @property
    def slug(self) -> str:
        """Return the act that fits best."""
        return self.slugs[0] if self.slugs else ""


def suggestion(referral: Referral, offers: Collection[Offer], slugs: Collection[str]) -> Suggestion | None:
    """Return the advice for a referral that came back; `offers` newest first, `slugs` what can be done now."""
    if referral.state != State.RETURNED or not referral.reason:
        return None
    consequence = _consequence(referral.reason)
    last = next(iter(offers), None)
    explained = last.reason_text if last is not None and last.reason == referral.reason else ""
    text = consequence.label if explained or consequence is not Consequence.NONE else "Zoek de volgende partner."
    return Suggestion(
        reason=label_of(referral.reason),
        partner=last.partner_name if last is not None else "",
        explained=explained,
        text=" ".join(filter(None, (text, MORE.get(consequence, "")))),
        slugs=tuple(slug for slug in FITTING.get(consequence, ()) if slug in slugs),
    )


def _consequence(code: str) -> Consequence:
    for table in (DECLINE_REASONS, RETURN_REASONS, AUTOMATIC_RETURN_REASONS):
        if code in table:
            return table[code].consequence
    return Consequence.NONE
