"""What happened to a referral and to its messages, in words for staff."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format

from nnmkb.ledger.models import Event, Outgoing
from nnmkb.ledger.outbox import ARRIVED_OTHERWISE, FAILED
from nnmkb.web.desk import name_of
from referrals.domain.reasons import label_of
from referrals.models import Offer, Partner, Referral
from referrals.services.bouncing import UNDELIVERABLE
from referrals.services.delivery import SENT_ANEW, TAKEN_CARE_OF, WRONG_ADDRESS, can_send_again
from referrals.views import partner_people

TITLES = {
    "answer_overdue": "Geen antwoord van de ondernemer op tijd",
    "assessment_made": "Uitslag bekeken",
    "claim_expired": "Te lang niet opgepakt: terug in de wachtrij",
    "claim_released": "Teruggelegd in de wachtrij",
    "code_sent": "Code gestuurd naar de partner",
    "code_used": "Partner opende de link met een code",
    "consent_asked_again": "Opnieuw toestemming gevraagd",
    "consent_given": "Toestemming gegeven",
    "consent_lapsed": "Geen toestemming op tijd",
    "consent_refused": "Toestemming geweigerd",
    "consent_requested": "Toestemming gevraagd",
    "consent_withdrawn": "Toestemming ingetrokken",
    "contact_corrected": "Contactgegevens verbeterd",
    "contact_overdue": "Geen contact op tijd",
    "contact_recorded": "Eerste contact vastgelegd",
    "deadline_missed": "Termijn voorbij: blijft staan",
    "delivery_bounced": "Bericht teruggekomen",
    "delivery_retried": "Bericht opnieuw klaargezet",
    "delivery_taken_care_of": "Mislukt bericht afgehandeld",
    "dossier_downloaded": "Dossier gedownload",
    "dossier_exported": "Meegenomen in een bestand",
    "dossier_made": "Dossier als PDF vastgelegd",
    "dossier_opened": "Dossier geopend",
    "dossier_read": "Bekeken",
    "feedback_given": "Mening van de ondernemer",
    "handled_by_kvk": "KvK behandelt dit zelf",
    "hold_ended": "Uitstel voorbij",
    "intake_erased": "Gegevens gewist",
    "intake_resumed": "Zelfscan hervat met de link",
    "intake_started": "Zelfscan begonnen",
    "intake_submitted": "Zelfscan verstuurd",
    "label_added": "Label erbij gezet",
    "label_removed": "Label weggehaald",
    "link_sent_again": "Link opnieuw gestuurd naar de partner",
    "note_added": "Notitie geschreven",
    "offer_accepted": "Aanbod aangenomen",
    "offer_declined": "Aanbod afgewezen",
    "offer_expired": "Geen antwoord op tijd",
    "offer_made": "Aangeboden",
    "offer_recalled": "Aanbod teruggehaald",
    "offer_reminded": "Partner herinnerd",
    "offer_undeliverable": "Aanbod kon niet worden bezorgd",
    "offer_withdrawn": "Aanbod gestopt: toestemming ingetrokken",
    "partner_question_answered": "Vraag van de partner beantwoord",
    "partner_question_asked": "Vraag van de partner aan de KvK",
    "progress_noted": "Notitie van de partner",
    "progress_reported": "Nog bezig",
    "question_answered": "Vraag beantwoord",
    "question_asked": "Vraag gesteld aan de ondernemer",
    "question_closed": "Vraag gesloten",
    "referral_cancelled": "Geannuleerd",
    "referral_claimed": "Opgepakt",
    "referral_completed": "Afgerond",
    "referral_handed_over": "Overgedragen aan een collega",
    "referral_postponed": "Uitgesteld",
    "referral_proposed": "Voorgesteld door de adviseur",
    "referral_reopened": "Heropend",
    "referral_resumed": "Hervat",
    "referral_returned": "Teruggegeven door de partner",
    "referral_stopped": "Gestopt zonder resultaat",
    "referral_submitted": "Doorverwijzing gemaakt",
    "referral_withdrawn": "Ingetrokken door de ondernemer",
    "reopening_declined": "Blijft gesloten, op vraag van de ondernemer bekeken",
    "search_resumed": "Verder gezocht naar een partner",
}
MESSAGES = {
    "dossier.render": "Dossier als PDF",
    "mail.account_changed": "Mail over een account: er veranderde iets",
    "mail.anchor": "Mail aan de teamleider: anker van de geschiedenis",
    "mail.history_broken": "Mail aan de teamleider: de geschiedenis klopt niet",
    "mail.api_key_expires": "Mail aan de partner: een sleutel verloopt",
    "mail.accepted": "Mail aan de ondernemer: aangenomen",
    "mail.accepted_to_advisor": "Mail aan de adviseur: aangenomen",
    "mail.answer_overdue_to_advisor": "Mail aan de adviseur: geen antwoord op de vraag",
    "mail.cancelled": "Mail aan de ondernemer: niet doorgezet",
    "mail.claim_expired_to_advisor": "Mail aan de adviseur: terug in de wachtrij",
    "mail.code": "Mail aan de partner: code",
    "mail.completed": "Mail aan de ondernemer: afgerond",
    "mail.consent_given_to_advisor": "Mail aan de adviseur: toestemming gegeven",
    "mail.consent_lapsed": "Mail aan de ondernemer: geen toestemming op tijd",
    "mail.consent_lapsed_to_advisor": "Mail aan de adviseur: geen toestemming op tijd",
    "mail.consent_refused_to_advisor": "Mail aan de adviseur: toestemming geweigerd",
    "mail.consent_reminder": "Herinnering aan de ondernemer: toestemming",
    "mail.consent_request": "Mail aan de ondernemer: vraag om toestemming",
    "mail.contact_feedback": "Mail aan de ondernemer: hoe was het contact",
    "mail.contact_overdue_to_advisor": "Mail aan de adviseur: geen contact op tijd",
    "mail.contact_overdue_to_partner": "Mail aan de partner: geen contact op tijd",
    "mail.contact_reminder": "Herinnering aan de partner: neem contact op",
    "mail.declined_to_advisor": "Mail aan de adviseur: afgewezen",
    "mail.endpoint_off": "Mail aan de partner: meldadres uitgezet",
    "mail.endpoint_off_to_lead": "Mail aan de teamleider: systeem van een partner antwoordt niet",
    "mail.follow_link": "Mail aan de ondernemer: link om te volgen",
    "mail.handed_over_to_advisor": "Mail aan de adviseur: overgedragen",
    "mail.hold_ended_to_advisor": "Mail aan de adviseur: uitstel voorbij",
    "mail.hold_ended_to_partner": "Mail aan de partner: uitstel voorbij",
    "mail.invitation": "Mail: uitnodiging voor een account",
    "mail.late_to_advisor": "Mail aan de adviseur: termijn voorbij",
    "mail.late_to_lead": "Mail aan de teamleider: termijn voorbij",
    "mail.no_partner": "Mail aan de ondernemer: geen passende organisatie",
    "mail.offer": "Mail aan de partner: aanbod",
    "mail.offer_expired_to_advisor": "Mail aan de adviseur: aanbod verlopen",
    "mail.offer_expired_to_partner": "Mail aan de partner: aanbod verlopen",
    "mail.offer_reminder": "Herinnering aan de partner: aanbod",
    "mail.offer_to_entrepreneur": "Mail aan de ondernemer: voorgelegd",
    "mail.offer_undeliverable_to_advisor": "Mail aan de adviseur: aanbod niet bezorgd",
    "mail.partner_question_answered": "Mail aan de partner: antwoord op de vraag",
    "mail.partner_question_to_advisor": "Mail aan de adviseur: vraag van de partner",
    "mail.password_reset": "Mail: link voor een nieuw wachtwoord",
    "mail.postponed": "Mail aan de ondernemer: uitgesteld",
    "mail.postponed_to_advisor": "Mail aan de adviseur: uitgesteld",
    "mail.question": "Mail aan de ondernemer: vraag",
    "mail.question_answered_to_advisor": "Mail aan de adviseur: antwoord op de vraag",
    "mail.question_closed": "Mail aan de ondernemer: vraag vervallen",
    "mail.question_reminder": "Herinnering aan de ondernemer: vraag",
    "mail.recalled": "Mail aan de partner: aanbod teruggehaald",
    "mail.receipt": "Mail aan de ondernemer: ontvangen",
    "mail.report_due_to_partner": "Mail aan de partner: hoe gaat het",
    "mail.reopened": "Mail aan de ondernemer: heropend",
    "mail.reopened_to_advisor": "Mail aan de adviseur: heropend",
    "mail.resume_link": "Mail aan de ondernemer: later verder",
    "mail.resumed": "Mail aan de ondernemer: hervat",
    "mail.resumed_to_advisor": "Mail aan de adviseur: hervat",
    "mail.returned_to_advisor": "Mail aan de adviseur: teruggegeven",
    "mail.unhappy_to_advisor": "Mail aan de adviseur: ondernemer niet tevreden",
    "mail.withdrawn_receipt": "Mail aan de ondernemer: ingetrokken",
    "mail.withdrawn_to_advisor": "Mail aan de adviseur: ingetrokken",
    "mail.withdrawn_to_partner": "Mail aan de partner: verwijder het dossier",
    "webhook.event": "Bericht aan het systeem van de partner",
    "work.api_answers": "Onderhoud: oude antwoorden van de API wissen",
    "work.bounces": "Onderhoud: teruggekomen mail lezen",
    "work.bulk_runs": "Onderhoud: lijsten van handelingen wissen",
    "work.endpoints": "Onderhoud: meldadressen die niet antwoorden uitzetten",
    "work.housework": "Onderhoud: regels van dit onderhoud wissen",
    "work.lapse": "Onderhoud: verlopen zelfscans wissen",
    "work.leavers": "Onderhoud: namen van vertrokken mensen wissen",
    "work.presence": "Onderhoud: wie keek mee wissen",
    "work.proof": "Onderhoud: anker en controle van de geschiedenis",
    "work.rate_counts": "Onderhoud: tellers wissen",
    "work.sessions": "Onderhoud: sessies wissen",
    "work.webhook_attempts": "Onderhoud: oude pogingen bij meldadressen wissen",
}

# What followed on a message that did not arrive, by its note.
CLOSED = {
    UNDELIVERABLE: "Het aanbod is gestopt.",
    SENT_ANEW: "Opnieuw verstuurd.",
    TAKEN_CARE_OF: "Afgehandeld.",
    WRONG_ADDRESS: "Het adres klopte niet.",
}
# The code of a mail server (RFC 3463) in words, the longest beginning first.
STATUS = re.compile(r"\b[45]\.\d{1,3}\.\d{1,3}\b")
WHY = (
    ("5.1.10", "Het domein ontvangt geen mail."),
    ("5.1", "Dit adres bestaat niet."),
    ("5.2.2", "De mailbox is vol."),
    ("5.2", "De mailbox neemt geen mail aan."),
    ("5.4", "De mailserver van de ontvanger is niet te vinden."),
    ("5.7", "De mailserver van de ontvanger weigert onze mail. Meld het aan de beheerder."),
    ("4.2.2", "De mailbox is vol."),
    ("4.", "De mailserver van de ontvanger neemt nu niets aan."),
)
REFUSED = "SMTPRecipientsRefused"


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the timeline, in the shape that parts/timeline.html draws."""

    title: str
    text: str
    who: str
    state: str = ""


# A dossier goes nowhere: it is made.
MADE = {Outgoing.State.LEASED: "wordt gemaakt", Outgoing.State.DONE: "gemaakt"}
# What is planned goes at its own moment; what goes at once needs no date.
SOON = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message with how it stands."""

    pk: int
    name: str
    state: str
    tone: str
    at: datetime
    # Why it is as it is, for who must do something about it.
    why: str
    failed: bool
    can_send_again: bool


def streams(referral: Referral) -> tuple[str, str]:
    """Return the subjects whose history belongs to this referral: itself and its scan."""
    return referral.stream, f"intake:{referral.intake_id}"


def events_of(referral: Referral, *more: str) -> list[Event]:
    """Return what happened to the referral and its scan, and in these other histories; newest first."""
    return list(Event.objects.filter(stream__in=(*streams(referral), *more)).order_by("-at", "-id"))


def moments(events: Iterable[Event], known: Mapping[str, str] = MappingProxyType({})) -> list[Moment]:
    """Return events in words; names that are not known ("advisor:3", "offer:9") are looked up once for all of them."""
    listed = list(events)
    names = _names(listed, known)
    return [Moment(_title(event), clock(event.at), _who(event, names)) for event in listed]


def clock(at: datetime) -> str:
    """Return a moment as staff read it: di 24 nov, 11:05."""
    # Django writes some Dutch months with a capital.
    return date_format(timezone.localtime(at), "D j M, H:i").lower()


def _title(event: Event) -> str:
    title = TITLES.get(event.kind, event.kind.replace("_", " ").capitalize())
    code = str(event.payload.get("reason") or event.payload.get("outcome") or "")
    label = label_of(code)
    return title if label == code else f"{title}: {label.lower()}"


def _names(events: list[Event], known: Mapping[str, str]) -> dict[str, str]:
    ids: dict[str, set[int]] = {"advisor": set(), "partner": set(), "offer": set()}
    for event in events:
        organisation = event.actor.partition("/")[0]
        role, _, pk = organisation.partition(":")
        if role in ids and pk.isdigit() and organisation not in known:
            ids[role].add(int(pk))
        for subject in ("partner", "offer"):
            if isinstance(found := event.payload.get(subject), int) and f"{subject}:{found}" not in known:
                ids[subject].add(found)
    names = {f"advisor:{user.pk}": name_of(user) for user in User.objects.filter(pk__in=ids["advisor"])}
    names |= {f"partner:{partner.pk}": partner.name for partner in Partner.objects.filter(pk__in=ids["partner"])}
    names |= {f"offer:{offer.pk}": offer.partner_name for offer in Offer.objects.filter(pk__in=ids["offer"])}
    names |= partner_people.persons(event.actor for event in events if event.actor not in known)
    return {**known, **names, "entrepreneur": "de ondernemer", "system": ""}


def _who(event: Event, names: dict[str, str]) -> str:
    # The name that the partner had when it was asked; it may carry another one now.
    asked = names.get(f"offer:{event.payload.get('offer')}", "")
    partner = asked or names.get(f"partner:{event.payload.get('partner')}", "")
    by_partner = event.actor.startswith("partner:")
    actor = asked if by_partner and asked else names.get(event.actor.partition("/")[0], "")
    beside = partner_people.beside(event.actor, names)
    return ", ".join(dict.fromkeys(name for name in (actor, beside, partner) if name))


def deliveries(referral: Referral) -> list[Delivery]:
    """Return the messages about this referral, newest first."""
    rows = Outgoing.objects.filter(Q(event__stream__in=streams(referral))).order_by("-created_at", "-id")
    return [delivery_of(row) for row in rows]


def delivery_of(row: Outgoing) -> Delivery:
    """Return one message in words."""
    return Delivery(
        pk=row.pk,
        name=MESSAGES.get(row.kind, row.kind),
        state=_state(row),
        tone=_tone(row),
        at=row.bounced_at or row.done_at or row.created_at,
        why=_why(row),
        failed=row.state in FAILED,
        can_send_again=can_send_again(row),
    )


def _tone(row: Outgoing) -> str:
    if row.state in FAILED:
        return "error"
    return "ok" if row.state == Outgoing.State.DONE and not row.last_error else ""


def _why(row: Outgoing) -> str:
    """Say why a message did not go out or came back, by the code of the mail server, or what was done about it."""
    if row.last_error in CLOSED:
        return CLOSED[row.last_error]
    if row.state == Outgoing.State.PENDING and not row.attempts:
        return f"Gaat op {clock(row.due_at)}." if row.due_at - row.created_at > SOON else ""
    if row.state not in FAILED and row.state != Outgoing.State.PENDING:
        return ""
    code = STATUS.search(row.last_error)
    said = next((words for start, words in WHY if code and code.group().startswith(start)), "")
    if not said and row.state in FAILED:
        said = "Het adres is geweigerd." if row.last_error.startswith(REFUSED) or row.bounced_at else "Het lukte niet."
    if row.state == Outgoing.State.PENDING:
        return f"{said} We proberen het weer op {clock(row.due_at)}.".strip()
    return said


def _state(row: Outgoing) -> str:
    if row.last_error in CLOSED:
        return "teruggekomen" if row.bounced_at else "niet bezorgd"
    if row.last_error == ARRIVED_OTHERWISE:
        return "aangekomen in het systeem van de partner"
    if row.state == Outgoing.State.DONE and row.last_error:
        # Taken back before it went out: nobody received it.
        return "niet meer nodig"
    if row.kind == "dossier.render" and row.state in MADE:
        return MADE[Outgoing.State(row.state)]
    return str(row.get_state_display())
