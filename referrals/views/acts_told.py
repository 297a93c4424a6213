"""What follows from an act, said on its page before it is done."""

from __future__ import annotations

from datetime import datetime

from referrals.domain.lifecycle import State, due
from referrals.models import Partner, Referral
from referrals.services import questions, requests
from referrals.services.door import calendar
from referrals.views import desk_rows
from referrals.views.acts_table import Act


def told(referral: Referral, act: Act, partner: Partner | None, now: datetime) -> list[str]:
    """Return what happens when this act is done, in sentences; nothing for an act that speaks for itself."""
    match act.slug:
        case "vraag":
            return [
                "De ondernemer krijgt een mail met een link. Uw vraag staat alleen op de eigen pagina.",
                f"Antwoord uiterlijk {_until(State.NEEDS_INFO, now)}. Daarna komt dit bij u terug.",
                "De partner leest het antwoord mee. Vraag dus niet naar namen of telefoonnummers.",
            ]
        case "toestemming" if partner is not None and requests.named(referral.intake, partner.organisation):
            return [
                f"De ondernemer leest: «{requests.box_for(partner.organisation, referral.intake.language).text}»",
                f"Antwoord uiterlijk {_until(State.AWAITING_CONSENT, now)}. Daarna verloopt deze doorverwijzing.",
                "Tot het antwoord kunt u de doorverwijzing niet aanbieden.",
            ]
        case "hervatten" if referral.partner_name:
            return [
                f"{referral.partner_name} was bezig en kan dan niet meer verder. De link werkt niet meer.",
                "De doorverwijzing komt weer bij u in beoordeling.",
            ]
        case "uitstellen":
            return ["De ondernemer krijgt bericht. Op de gekozen dag komt dit terug in beoordeling."]
        case "voorstellen":
            return [
                f"De ondernemer krijgt een mail met een link, en kan tot {_until(State.AWAITING_CONSENT, now)} kiezen.",
                "Bij «ja» komt er een nieuwe doorverwijzing in de wachtrij.",
            ]
        case "heropenen":
            return ["De doorverwijzing gaat naar de wachtrij. De ondernemer en de vorige behandelaar krijgen bericht."]
        case "overdragen":
            return ["Uw collega krijgt bericht. De termijn loopt door."]
        case "intrekken":
            return [
                "Doe dit alleen als u de ondernemer zelf terugbelde op het nummer dat hier staat.",
                "De links sluiten meteen. Een partner met het dossier krijgt de vraag om het te wissen.",
                "Een ingetrokken doorverwijzing gaat nooit meer open.",
            ]
    return []


def in_the_way(referral: Referral, act: Act, partner: Partner | None, now: datetime) -> str:
    """Return why an act that can be chosen will not go through, so that nobody types in vain."""
    if act.slug == "toestemming" and partner is not None:
        return requests.why_not(referral, partner, now)
    if act.slug == "vraag" and not questions.email_verified(referral.intake):
        return questions.NO_MAIL
    return ""


def _until(state: State, now: datetime) -> str:
    at, _ = due(state, now, calendar())
    return desk_rows.long(at)
