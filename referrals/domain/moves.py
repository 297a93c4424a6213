"""The words of the transition table: actions, guards, needs, effects and messages."""

from dataclasses import dataclass
from enum import StrEnum

from referrals.domain.reasons import Reason
from referrals.domain.states import Actor, State


class Action(StrEnum):
    """What somebody does, as a verb."""

    SUBMIT = "submit"
    PROPOSE = "propose"
    GIVE_CONSENT = "give_consent"
    REFUSE_CONSENT = "refuse_consent"
    REQUEST_CONSENT = "request_consent"
    CLAIM = "claim"
    RELEASE = "release"
    ASK = "ask"
    ANSWER = "answer"
    CLOSE_QUESTION = "close_question"
    OFFER = "offer"
    HANDLE_OURSELVES = "handle_ourselves"
    ACCEPT = "accept"
    DECLINE = "decline"
    RECALL = "recall"
    BOUNCE = "bounce"
    RECONSIDER = "reconsider"
    RECORD_CONTACT = "record_contact"
    COMPLETE = "complete"
    STOP = "stop"
    RETURN = "return"
    POSTPONE = "postpone"
    RESUME = "resume"
    CANCEL = "cancel"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"
    EXPIRE = "expire"

    @property
    def label(self) -> str:
        """Return the Dutch verb as it stands on a button."""
        return _ACTION_LABELS[self]


_ACTION_LABELS = {
    Action.SUBMIT: "Versturen",
    Action.PROPOSE: "Voorstellen",
    Action.GIVE_CONSENT: "Toestemming geven",
    Action.REFUSE_CONSENT: "Toestemming weigeren",
    Action.REQUEST_CONSENT: "Toestemming vragen",
    Action.CLAIM: "Oppakken",
    Action.RELEASE: "Loslaten",
    Action.ASK: "Vraag stellen",
    Action.ANSWER: "Antwoorden",
    Action.CLOSE_QUESTION: "Vraag sluiten",
    Action.OFFER: "Aanbieden",
    Action.HANDLE_OURSELVES: "Zelf behandelen",
    Action.ACCEPT: "Aannemen",
    Action.DECLINE: "Afwijzen",
    Action.RECALL: "Aanbod intrekken",
    Action.BOUNCE: "Bezorging mislukt",
    Action.RECONSIDER: "Verder zoeken",
    Action.RECORD_CONTACT: "Contact vastleggen",
    Action.COMPLETE: "Afronden",
    Action.STOP: "Stoppen",
    Action.RETURN: "Teruggeven",
    Action.POSTPONE: "Uitstellen",
    Action.RESUME: "Hervatten",
    Action.CANCEL: "Annuleren",
    Action.WITHDRAW: "Intrekken",
    Action.REOPEN: "Heropenen",
    Action.EXPIRE: "Termijn verstreken",
}


class Guard(StrEnum):
    """What must hold at the moment of the change; the value is the name, the label the Dutch rule."""

    SUBMITTED = "submitted"
    CONSENT_FOR_PARTNER_TYPE = "consent_for_partner_type"
    NO_OPEN_DUPLICATE = "no_open_duplicate"
    CONSENT_TEXT_CURRENT = "consent_text_current"
    UNCLAIMED = "unclaimed"
    IS_OWNER = "is_owner"
    OWNER_OR_OWNER_ABSENT = "owner_or_owner_absent"
    LEAD_APPROVES_FOURTH_ATTEMPT = "lead_approves_fourth_attempt"
    EMAIL_VERIFIED = "email_verified"
    QUESTION_FITS = "question_fits"
    LINK_VALID = "link_valid"
    CONSENT_COVERS_PARTNER_AND_SCOPE = "consent_covers_partner_and_scope"
    CONSENT_LIVE = "consent_live"
    PARTNER_ACTIVE = "partner_active"
    PARTNER_HAS_CAPACITY = "partner_has_capacity"
    PARTNER_COVERS_ACTIVITY_AND_PROVINCE = "partner_covers_activity_and_province"
    NO_CONFLICT = "no_conflict"
    NOT_DECLINED_BEFORE = "not_declined_before"
    DOSSIER_COMPLETE = "dossier_complete"
    NO_OTHER_LIVE_OFFER = "no_other_live_offer"
    PARTNER_OUTSIDE_CONSENT = "partner_outside_consent"
    KVK_IS_PARTY = "kvk_is_party"
    HANDLED_BY_KVK = "handled_by_kvk"
    OFFER_LIVE = "offer_live"
    OFFER_ACCEPTED = "offer_accepted"
    DELIVERY_FAILED = "delivery_failed"
    RESUME_WITHIN_180_DAYS = "resume_within_180_days"
    TERM_PASSED = "term_passed"
    IDENTITY_PROVEN = "identity_proven"
    CLOSED_WITHIN_60_DAYS = "closed_within_60_days"
    ENTREPRENEUR_ASKED_AGAIN = "entrepreneur_asked_again"

    @property
    def label(self) -> str:
        """Return the rule in Dutch."""
        return _GUARD_LABELS[self]


_GUARD_LABELS = {
    Guard.SUBMITTED: "De zelfscan is verstuurd.",
    Guard.CONSENT_FOR_PARTNER_TYPE: "Er is toestemming voor dit soort partner.",
    Guard.NO_OPEN_DUPLICATE: "Voor dit bedrijf loopt deze activiteit nog niet.",
    Guard.CONSENT_TEXT_CURRENT: "De toestemmingstekst is de nieuwste.",
    Guard.UNCLAIMED: "Nog niemand heeft de doorverwijzing opgepakt.",
    Guard.IS_OWNER: "De adviseur is de behandelaar.",
    Guard.OWNER_OR_OWNER_ABSENT: "De adviseur is de behandelaar, of de behandelaar is afwezig.",
    Guard.LEAD_APPROVES_FOURTH_ATTEMPT: "Vanaf de vierde poging is de teamleider akkoord.",
    Guard.EMAIL_VERIFIED: "Het e-mailadres van de ondernemer is bevestigd.",
    Guard.QUESTION_FITS: "De vraag telt hoogstens 1000 tekens.",
    Guard.LINK_VALID: "De link is geldig.",
    Guard.CONSENT_COVERS_PARTNER_AND_SCOPE: "De toestemming noemt deze partner en deze gegevens.",
    Guard.CONSENT_LIVE: "De toestemming geldt nog.",
    Guard.PARTNER_ACTIVE: "De partner doet mee en heeft geen pauze.",
    Guard.PARTNER_HAS_CAPACITY: "De partner heeft ruimte.",
    Guard.PARTNER_COVERS_ACTIVITY_AND_PROVINCE: "De partner doet deze activiteit in deze provincie.",
    Guard.NO_CONFLICT: "Er is geen belangenconflict.",
    Guard.NOT_DECLINED_BEFORE: "De partner wees niet eerder af, of er is een reden om toch te vragen.",
    Guard.DOSSIER_COMPLETE: "Het dossier is compleet.",
    Guard.NO_OTHER_LIVE_OFFER: "Er loopt geen ander aanbod.",
    Guard.PARTNER_OUTSIDE_CONSENT: "De gekozen partner valt buiten de toestemming.",
    Guard.KVK_IS_PARTY: "KvK staat bij deze activiteit onder Wie.",
    Guard.HANDLED_BY_KVK: "KvK behandelt de doorverwijzing zelf.",
    Guard.OFFER_LIVE: "Dit aanbod loopt nog.",
    Guard.OFFER_ACCEPTED: "De partner heeft het aanbod aangenomen.",
    Guard.DELIVERY_FAILED: "Bezorgen is langs elke weg mislukt.",
    Guard.RESUME_WITHIN_180_DAYS: "De datum ligt binnen 180 dagen.",
    Guard.TERM_PASSED: "De termijn is voorbij.",
    Guard.IDENTITY_PROVEN: "De ondernemer gebruikte link en code, of is teruggebeld.",
    Guard.CLOSED_WITHIN_60_DAYS: "De doorverwijzing is hoogstens 60 dagen gesloten.",
    Guard.ENTREPRENEUR_ASKED_AGAIN: "De ondernemer heeft er opnieuw om gevraagd.",
}


class Need(StrEnum):
    """What the actor has to fill in."""

    REASON = "reason"
    OUTCOME = "outcome"
    DATE = "date"
    PARTNER = "partner"
    QUESTION = "question"
    ANSWER = "answer"

    @property
    def label(self) -> str:
        """Return the Dutch word."""
        return _NEED_LABELS[self]


_NEED_LABELS = {
    Need.REASON: "reden",
    Need.OUTCOME: "resultaat",
    Need.DATE: "datum",
    Need.PARTNER: "partner",
    Need.QUESTION: "vraag",
    Need.ANSWER: "antwoord",
}


class Effect(StrEnum):
    """What else is written in the same transaction as the change."""

    STORE_TRACE = "store_trace"
    RECORD_CONSENT = "record_consent"
    RECORD_REFUSAL = "record_refusal"
    WITHDRAW_CONSENT = "withdraw_consent"
    SET_OWNER = "set_owner"
    CLEAR_OWNER = "clear_owner"
    STORE_QUESTION = "store_question"
    STORE_ANSWER = "store_answer"
    CLOSE_QUESTION = "close_question"
    FLAG_NO_ANSWER = "flag_no_answer"
    NEW_DOSSIER_VERSION = "new_dossier_version"
    FREEZE_DOSSIER = "freeze_dossier"
    CREATE_OFFER = "create_offer"
    CREATE_OWN_OFFER = "create_own_offer"
    ACCEPT_OFFER = "accept_offer"
    DECLINE_OFFER = "decline_offer"
    END_OFFER = "end_offer"
    REVOKE_LINKS = "revoke_links"
    COUNT_DECLINE = "count_decline"
    COUNT_ATTEMPT = "count_attempt"


class Recipient(StrEnum):
    """Who hears of it; a recipient who does not exist for this referral is skipped."""

    ENTREPRENEUR = "entrepreneur"
    OWNER = "owner"
    FORMER_OWNER = "former_owner"
    PARTNER = "partner"
    ENTREPRENEUR_IF_ASKED = "entrepreneur_if_asked"

    @property
    def label(self) -> str:
        """Return the Dutch name."""
        return _RECIPIENT_LABELS[self]


_RECIPIENT_LABELS = {
    Recipient.ENTREPRENEUR: "ondernemer",
    Recipient.OWNER: "behandelaar",
    Recipient.FORMER_OWNER: "vorige behandelaar",
    Recipient.PARTNER: "partner",
    Recipient.ENTREPRENEUR_IF_ASKED: "ondernemer, als die al gevraagd is",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """A message that goes out because of a transition; `message` names its template."""

    to: Recipient
    message: str
    after_working_days: int = 0


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table: `source` None means that the referral does not exist yet."""

    number: str
    source: State | None
    action: Action
    actors: tuple[Actor, ...]
    target: State
    event: str
    guards: tuple[Guard, ...] = ()
    needs: tuple[Need, ...] = ()
    reasons: tuple[Reason, ...] = ()
    effects: tuple[Effect, ...] = ()
    notices: tuple[Notice, ...] = ()

    def guards_for(self, actor: Actor) -> tuple[Guard, ...]:
        """Return the guards that hold for this actor; some concern only one of the actors of a row."""
        return tuple(guard for guard in self.guards if _ONLY_FOR.get(guard, actor) == actor)


_ONLY_FOR = {
    Guard.IS_OWNER: Actor.ADVISOR,
    Guard.HANDLED_BY_KVK: Actor.ADVISOR,
    Guard.OFFER_ACCEPTED: Actor.PARTNER,
}
