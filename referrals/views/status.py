"""How a referral stands, in plain words for the entrepreneur, in Dutch or English."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language

from intake.models import Intake
from intake.policies import policy
from nnmkb.ledger.models import Event
from referrals.domain.lifecycle import State
from referrals.domain.reasons import cancelled_because
from referrals.models import Offer, Referral
from referrals.services import consents, feedback

NL, EN = "nl", "en"
# What the entrepreneur reads when the clock of this state runs; the state itself says the rest.
NEXT = {
    NL: {
        State.QUEUED: "Een adviseur van de KvK pakt uw vraag op. Dat gebeurt uiterlijk {datum}.",
        State.IN_REVIEW: "U hoort uiterlijk {datum} wat de volgende stap is.",
        State.NEEDS_INFO: "Wij zien uw antwoord graag uiterlijk {datum}.",
        State.AWAITING_CONSENT: "Laat het ons weten. Dat kan tot en met {datum}.",
        State.OFFERED: "{partner} laat uiterlijk {datum} weten of het past.",
        State.RETURNED: "De KvK kiest uiterlijk {datum} een volgende stap.",
        State.ACCEPTED: "Hoort u dan nog niets? Laat het ons weten.",
        State.IN_PROGRESS: "{partner} laat uiterlijk {datum} weten hoe het gaat.",
        State.ON_HOLD: "Daarna gaan wij verder.",
    },
    EN: {
        State.QUEUED: "An adviser of the Chamber of Commerce will take this up by {datum}.",
        State.IN_REVIEW: "You will hear about the next step by {datum}.",
        State.NEEDS_INFO: "Please answer by {datum}.",
        State.AWAITING_CONSENT: "Please let us know by {datum}.",
        State.OFFERED: "{partner} will tell us by {datum} whether they can help.",
        State.RETURNED: "The Chamber of Commerce will choose a next step by {datum}.",
        State.ACCEPTED: "Have you not heard anything by then? Please tell us.",
        State.IN_PROGRESS: "{partner} will tell us how it is going by {datum}.",
        State.ON_HOLD: "After that we go on.",
    },
}
SEEN_IN_ENGLISH = {
    State.AWAITING_CONSENT: "We are asking for your permission",
    State.QUEUED: "We have received your request",
    State.IN_REVIEW: "The Chamber of Commerce is looking at your request",
    State.NEEDS_INFO: "We have a question for you",
    State.OFFERED: "Your request is with {partner}",
    State.RETURNED: "We are looking for an organisation that fits",
    State.ACCEPTED: "{partner} will contact you by {datum}",
    State.IN_PROGRESS: "{partner} is working with you",
    State.ON_HOLD: "Postponed until {datum}",
    State.COMPLETED: "Completed",
    State.STOPPED: "Stopped",
    State.WITHDRAWN: "Withdrawn at your request",
    State.CANCELLED: "Not continued: {reden}",
    State.LAPSED: "Lapsed: we did not get your permission",
}
LATE = {
    NL: "Die dag is voorbij. Wij gaan er achteraan. U kunt ons ook bellen.",
    EN: "That day has passed. We are looking into it. You can also call us.",
}
# The history that an entrepreneur may read. What a partner refused, or a colleague wrote, is not in it.
TOLD = {
    NL: {
        "intake_submitted": "U vroeg om hulp",
        "referral_claimed": "Een adviseur bekijkt uw vraag",
        "search_resumed": "De KvK zoekt verder",
        "offer_made": "Uw vraag ligt bij {partner}",
        "offer_accepted": "{partner} gaat u helpen",
        "handled_by_kvk": "De KvK helpt u zelf",
        "dossier_opened": "{partner} bekeek uw dossier",
        "contact_recorded": "{partner} had contact met u",
        "referral_completed": "Afgerond",
        "referral_stopped": "Gestopt",
        "referral_cancelled": "Niet doorgezet",
        "referral_withdrawn": "U trok deze vraag in",
        "offer_withdrawn": "U trok de toestemming voor {partner} in",
        "consent_withdrawn": "U trok toestemming in",
        "contact_corrected": "U verbeterde uw gegevens",
        "question_asked": "De KvK stelde u een vraag",
        "question_answered": "U gaf antwoord op de vraag",
        "question_closed": "De vraag aan u is niet meer nodig",
        "consent_requested": "De KvK vroeg u om toestemming",
        "consent_asked_again": "De KvK vroeg u opnieuw om toestemming",
        "referral_proposed": "De KvK stelde dit aan u voor",
        "consent_given": "U gaf toestemming",
        "consent_refused": "U gaf geen toestemming",
        "consent_lapsed": "Wij kregen geen toestemming",
        "progress_reported": "{partner} is nog met u bezig",
        "referral_postponed": "Uw vraag wacht even",
        "referral_resumed": "Uw vraag gaat weer verder",
        "hold_ended": "De wachttijd is voorbij",
        "referral_reopened": "Uw vraag is weer open",
        "feedback_given": "U gaf uw mening",
    },
    EN: {
        "intake_submitted": "You asked for help",
        "referral_claimed": "An adviser is looking at your request",
        "search_resumed": "The Chamber of Commerce is looking further",
        "offer_made": "Your request is with {partner}",
        "offer_accepted": "{partner} is going to help you",
        "handled_by_kvk": "The Chamber of Commerce helps you itself",
        "dossier_opened": "{partner} read your request",
        "contact_recorded": "{partner} was in contact with you",
        "referral_completed": "Completed",
        "referral_stopped": "Stopped",
        "referral_cancelled": "Not continued",
        "referral_withdrawn": "You withdrew this request",
        "offer_withdrawn": "You withdrew the permission for {partner}",
        "consent_withdrawn": "You withdrew a permission",
        "contact_corrected": "You corrected your details",
        "question_asked": "The Chamber of Commerce asked you a question",
        "question_answered": "You answered the question",
        "question_closed": "The question to you is no longer needed",
        "consent_requested": "The Chamber of Commerce asked for your permission",
        "consent_asked_again": "The Chamber of Commerce asked for your permission again",
        "referral_proposed": "The Chamber of Commerce proposed this to you",
        "consent_given": "You gave permission",
        "consent_refused": "You did not give permission",
        "consent_lapsed": "We did not get permission",
        "progress_reported": "{partner} is still working with you",
        "referral_postponed": "Your request is waiting for a while",
        "referral_resumed": "Your request goes on again",
        "hold_ended": "The waiting is over",
        "referral_reopened": "Your request is open again",
        "feedback_given": "You gave your opinion",
    },
}
SOMEBODY = {NL: "een organisatie", EN: "an organisation"}
SYMBOLS = {
    State.ACCEPTED: "circle-check",
    State.IN_PROGRESS: "circle-check",
    State.COMPLETED: "circle-check",
    State.NEEDS_INFO: "help",
    State.AWAITING_CONSENT: "help",
}
TASKS = {State.NEEDS_INFO: "follow-answer", State.AWAITING_CONSENT: "follow-consent"}
NO_PARTNER = "no_partner"
TITLE_IN_ENGLISH = {"V1": "Settling in the north of the Netherlands"}


@dataclass(frozen=True, slots=True)
class Standing:
    """One referral as the entrepreneur sees it."""

    number: str
    title: str
    words: str
    next: str
    since: str
    open: bool
    symbol: str
    # What the entrepreneur can do about it now: name of the page, empty for nothing.
    task: str
    # Nobody was found to help: what can be done alone.
    alone: bool
    moments: list[dict[str, str]]


def day(at: datetime) -> str:
    """Return a date as people say it: dinsdag 25 november."""
    return date_format(timezone.localtime(at), "l j F")


def standings(intake: Intake, now: datetime) -> list[Standing]:
    """Return every referral of an intake, with what happened; four queries, whatever their number."""
    referrals = list(Referral.objects.filter(intake=intake).prefetch_related("feedback").order_by("id"))
    streams = [referral.stream for referral in referrals]
    events = list(Event.objects.filter(stream__in=[intake.stream, *streams]).order_by("at", "id"))
    # By offer, and by organisation for a consent that was taken back before there was one.
    names: dict[int | str, str] = {code: one.name for code, one in policy(intake.policy).organisations.items()}
    offers = Offer.objects.filter(referral__intake=intake).order_by("pk")
    for pk, organisation, name in offers.values_list("pk", "organisation", "partner_name"):
        names[pk] = names[organisation] = name
    return [_standing(intake, referral, events, names, now) for referral in referrals]


def _standing(
    intake: Intake, referral: Referral, events: Iterable[Event], names: Mapping[int | str, str], now: datetime
) -> Standing:
    state = State(referral.state)
    told = [event for event in events if event.stream in (intake.stream, referral.stream)]
    return Standing(
        number=referral.number,
        title=title_of(intake, referral.activity),
        words=words(referral),
        next=what_next(referral, now),
        since=day(referral.entered_at),
        open=state.is_open,
        symbol=SYMBOLS.get(state, "clock" if state.is_open else "info-circle"),
        task=task_of(referral),
        alone=referral.reason == NO_PARTNER and state is State.CANCELLED,
        moments=moments(told, names),
    )


def task_of(referral: Referral) -> str:
    """Return the page where the entrepreneur can do something about this referral now, empty for none."""
    if referral.state in TASKS:
        return TASKS[State(referral.state)]
    return "follow-opinion" if feedback.moment_of(referral) else ""


def title_of(intake: Intake, activity: str) -> str:
    """Return what a referral is about."""
    if language() == EN:
        return TITLE_IN_ENGLISH.get(activity, activity)
    return policy(intake.policy).activities[activity].title


def words(referral: Referral) -> str:
    """Return the state in plain words."""
    state = State(referral.state)
    text = SEEN_IN_ENGLISH[state] if language() == EN else state.facts.entrepreneur_sees
    return filled(text, referral)


def what_next(referral: Referral, now: datetime) -> str:
    """Return what happens by when; empty when nothing more will."""
    state = State(referral.state)
    if not state.is_open or referral.next_due_at is None:
        return ""
    text = filled(NEXT[language()][state], referral)
    return f"{text} {LATE[language()]}" if now > referral.next_due_at else text


def filled(text: str, referral: Referral) -> str:
    """Put the partner, the date and the reason in a sentence."""
    partner = referral.partner_name or SOMEBODY[language()]
    reason = cancelled_because(referral.reason, language())
    date = day(referral.next_due_at) if referral.next_due_at else ""
    return text.replace("{partner}", partner).replace("{datum}", date).replace("{reden}", reason)


def moments(events: Iterable[Event], names: Mapping[int | str, str]) -> list[dict[str, str]]:
    """Return the part of the history that is for the entrepreneur, oldest first.

    A repeat is told once, and a look at the dossier once a day. Taking back one consent is told as the offer that it
    ends, so that the two are one line.
    """
    lines: list[dict[str, str]] = []
    looks: set[tuple[str, str]] = set()
    for event in events:
        title = _title(event, names)
        if title is None:
            continue
        if event.kind == "dossier_opened":
            if (title, day(event.at)) in looks:
                continue
            looks.add((title, day(event.at)))
        if not lines or lines[-1]["title"] != title:
            lines.append({"title": title[0].upper() + title[1:], "text": day(event.at), "who": "", "state": ""})
    return lines


def _title(event: Event, names: Mapping[int | str, str]) -> str | None:
    """Return what the entrepreneur reads of this; None for what is not theirs to read."""
    kind, about = event.kind, event.payload.get("offer")
    match event.payload.get("withdrawn"):
        case [[consents.SHARE, organisation]]:
            kind, about = "offer_withdrawn", organisation
    text = TOLD[language()].get(kind)
    partner = names.get(about) if isinstance(about, int | str) else None
    return text and text.replace("{partner}", partner or SOMEBODY[language()])


def language() -> str:
    """Return the language of this page."""
    return EN if get_language() == EN else NL
