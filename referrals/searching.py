"""Searching the workbench: what was typed is a number, an e-mail address, or a part of a company name.

`queues` puts the condition beside the filters, so what is open comes before what is closed as in any list.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q

from intake.companies import long_enough, named
from intake.models import Consent, Contact, Intake
from intake.numbers import parse_reference
from referrals.domain.numbers import parse_referral_number, referral_number

# From here on the companies themselves are no longer looked up first: so many are met soon enough along the list.
MOST = 1000
KVK_DIGITS = 8
# The purpose of a consent: the KvK may look at what was sent.
VIEW = "C1"
NOTHING = Q(pk__in=())

TOO_SHORT = (
    "Typ ten minste drie letters of cijfers achter elkaar van de bedrijfsnaam. "
    "U kunt ook zoeken op een nummer, een KvK-nummer of een e-mailadres."
)
NO_KVK_NUMBER = (
    f"Een KvK-nummer heeft {KVK_DIGITS} cijfers. Wij zochten daarom naar een bedrijf met deze cijfers in de naam."
)


@dataclass(frozen=True, slots=True)
class Found:
    """The condition on Referral that a search comes down to, and what to tell the person who searched."""

    condition: Q = field(default=NOTHING)
    message: str = ""
    # By which contact data, empty for a number of our own.
    by: str = ""


def search(text: str) -> Found:
    """Return which referrals a text asks for; call it once a page, it may look in the database.

    Contact data of a company that took back its consent to the KvK is not searched: who knows it could otherwise find
    out what is hidden.
    """
    text = text.strip()
    if number := parse_referral_number(text):
        return Found(Q(number=referral_number(*number)))
    if case := parse_reference(text):
        return Found(Q(intake_id__in=list(Intake.objects.filter(reference=case).values_list("pk", flat=True))))
    compact = text.replace(" ", "").replace(".", "")
    # isascii: "²" is a digit to Python and none to the KvK.
    digits = compact.isascii() and compact.isdigit()
    if digits and len(compact) == KVK_DIGITS:
        return Found(_of(Q(kvk_number=compact)), by="kvk_number")
    if "@" in text:
        return Found(_of(Q(email__iexact=text)), by="email")
    if not long_enough(text):
        return Found(message=TOO_SHORT)
    return Found(_of(named(text)), NO_KVK_NUMBER if digits else "", by="company")


def _of(condition: Q) -> Q:
    """Return the referrals of the contacts that meet a condition.

    Contacts first: left to a join, the planner may walk the whole open list in the order of the page to meet a few.
    """
    contacts = Contact.objects.filter(condition, _may_be_seen())
    ids = list(contacts.values_list("intake_id", flat=True)[: MOST + 1])
    return Q(intake_id__in=ids if len(ids) <= MOST else contacts.values("intake_id"))


def _may_be_seen() -> Q:
    """Return that the last word on the view by the KvK was not a no."""
    words = Consent.objects.filter(purpose=VIEW)
    later_yes = words.filter(intake=OuterRef("intake"), pk__gt=OuterRef("pk"), given=True)
    return Q(~Exists(words.filter(~Exists(later_yes), intake=OuterRef("intake"), given=False)))
