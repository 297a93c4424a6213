"""Everybody on stage, each with a browser: the entrepreneur, the partner behind a code, the advisor."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.test import Client

from intake.models import Intake
from intake.services import drafts
from nnmkb.ledger.models import Event, Outgoing
from nnmkb.web.permissions import Role
from referrals.models import AccessCode, Offer
from referrals.services import access, offering, refer
from tests.referrals.accounts import cast as people
from tests.referrals.desk import making
from tests.referrals.services import cast

CONTACT = {
    "company": "Zilverwiek Techniek",
    "kvk_number": "90000749",
    "place": "Leeuwarden",
    "person": "Anna Zilverwiek",
    "email": "anna@zilverwiek.example",
    "phone": "058 123 45 67",
    "message": "Wij maken pompen.",
}
SETTLE = {
    "company": "Nordlicht GmbH",
    "website": "www.nordlicht.example",
    "country": "DE",
    "sector": "ict",
    "aim": "site",
    "term": "year",
    "province": "any",
    "person": "Jan Licht",
    "email": "jan@nordlicht.example",
    "phone": "+49 421 123456",
    "message": "",
    "C1": "on",
    "C2_nom": "on",
}


@dataclass(frozen=True, slots=True)
class Target:
    """A form as a browser has it open: whose browser, where, and what is filled in."""

    name: str
    client: Client
    path: str
    form: dict[str, Any]

    def post(self, **changes: Any) -> HttpResponse:
        """Send the form, with these changes."""
        return self.client.post(self.path, {**self.form, **changes})


def key() -> str:
    """Return a fresh form key."""
    return str(uuid.uuid4())


def browser(*references: str) -> Client:
    """Return a browser that shows failures as pages, and that may open these scans."""
    client = Client(raise_request_exception=False)
    if references:
        session = client.session
        session["intakes"] = list(references)
        session.set_expiry(timedelta(days=800))
        session.save()
    return client


def hidden(page: HttpResponse) -> dict[str, str]:
    """Return the hidden fields of a page, except the token against forged forms."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.content.decode())
    return {name: value for name, value in found if name in {"sleutel", "teksten", "versie"}}


def contact_form(client: Client, intake: Intake) -> Target:
    """Open the contact page of an assessed scan and fill it in."""
    path = f"/zelfscan/{intake.reference}/contact/"
    boxes = {"C1": "on", "C2_nom": "on", "C2_water_alliance": "on"}
    return Target("contact", client, path, {**hidden(client.get(path)), **CONTACT, **boxes})


def settle_form(client: Client) -> Target:
    """Open the page for a company from abroad and fill it in."""
    return Target("settle", client, "/en/settle/", {**hidden(client.get("/en/settle/")), **SETTLE})


def link(offer: Offer) -> str:
    """Return the address in the partner's mail."""
    return f"/aanbod/{offering.token_of(offer)}/"


def digits(offer: Offer) -> str:
    """Return the newest code of an offer."""
    return access.code_of(AccessCode.objects.filter(offer=offer).latest("id"))


def partner_browser(offer: Offer) -> Client:
    """Return the browser of a partner who typed the code."""
    client = browser()
    client.post(f"{link(offer)}code/")
    assert client.post(f"{link(offer)}code/", {"code": digits(offer)}).status_code == 302
    return client


def follow(intake: Intake) -> str:
    """Return the address at which the entrepreneur follows a scan that was sent."""
    return refer.follow_path(intake)


def promised() -> tuple[int, int]:
    """Return how much happened and how much was promised: what may not grow by a refused form."""
    return Event.objects.count(), Outgoing.objects.count()


def every_form() -> list[Target]:
    """Return every public and staff form, open and filled in."""
    draft, own = cast.assessed(), browser()
    own = browser(draft.reference)
    sent = cast.submitted()
    case = cast.case("offered")
    assert case.offer is not None
    there, address, mine = partner_browser(case.offer), link(case.offer), follow(sent)
    desk = browser()
    desk.force_login(making.staff())
    free = cast.submitted().referrals.order_by("id")[0]
    work = f"/werkbak/{free.number}/"
    portal = people.signed_in(browser(), people.member(case.partner, Role.PARTNER_MANAGER))
    inbox, own_entry = f"/partner/aanbod/{case.referral.number}/antwoord/", "/partner/organisatie/"
    seen = {"sleutel": key(), "versie": str(case.fresh().version)}
    entry = {"sleutel": key(), "versie": str(case.partner.version)}
    act = {"sleutel": key(), "versie": "1", "lijst": "", "reason": "not_eligible", "reason_text": "", "text": "Belde."}
    door = f"/zelfscan/{draft.reference}"
    return [
        Target("begin", browser(), "/", {"sleutel": key()}),
        Target("company", own, f"{door}/uw-bedrijf/", {"versie": "1", "B3": "12", "B1": "drenthe", "B2": "ict",
               "B4": ["geen"], "postcode": "", "sbi": "", "doe": "verder", "terug": ""}),
        Target("check", own, f"{door}/controleren/", {"sleutel": key()}),
        Target("later", own, f"{door}/later/", {"email": "anna@zilverwiek.example", "sleutel": key()}),
        Target("lost", browser(), "/verder/", {"email": "anna@zilverwiek.example", "sleutel": key()}),
        contact_form(browser(draft.reference), draft),
        Target("preview", own, f"{door}/contact/", {**CONTACT, "voorbeeld": "nom"}),
        settle_form(browser()),
        Target("follow-withdraw", browser(), f"{mine}intrekken/", {"wat": "vraag:NN-0000-0000-1", "sleutel": key()}),
        Target("follow-contact", browser(), f"{mine}gegevens/", {**CONTACT, "sleutel": key()}),
        Target("code", browser(), f"{address}code/", {"code": "123456"}),
        Target("answer-accept", there, f"{address}antwoord/", {"wat": "aannemen", "sleutel": key(),
               "contact_person": "Carla"}),
        Target("answer-decline", there, f"{address}antwoord/", {"wat": "afwijzen", "sleutel": key(),
               "reason": "other", "reason_text": "Wij zijn dicht.", "until": ""}),
        Target("login", browser(), "/inloggen/", {"username": "anke", "password": "x", "next": ""}),
        Target("note", desk, f"{work}notitie/", act),
        Target("claim", desk, f"{work}oppakken/", act),
        Target("cancel", desk, f"{work}annuleren/", act),
        Target("offer", desk, f"{work}aanbieden/", {**act, "partner": "1"}),
        Target("portal-decline", portal, inbox, {**seen, "wat": "afwijzen", "reason": "other",
               "reason_text": "Wij zijn dicht.", "until": ""}),
        Target("portal-question", portal, inbox, {**seen, "wat": "vraag", "text": "Exporteert het bedrijf al?"}),
        Target("portal-note", portal, inbox, {**seen, "wat": "voortgang", "text": "Volgende week een plan."}),
        Target("portal-organisation", portal, f"{own_entry}wijzigen/", {**entry, "channel": "portal", "capacity": "9",
               "response_days": "5", "activities": "P4", "provinces": "drenthe", "sectors": "", "themes": ""}),
        Target("portal-pause", portal, f"{own_entry}pauze/", {**entry, "until": "2026-12-20"}),
        Target("portal-contact", portal, f"{own_entry}contact/", {**entry, "name": "Piet", "role": "", "email": "",
               "phone": ""}),
        Target("retry", desk, f"{work}bezorging/", {"bericht": "1", "lijst": ""}),
    ]  # fmt: skip


def resume(intake: Intake) -> str:
    """Return the address that goes on with a scan."""
    return drafts.resume_path(intake)
