"""The first page: a postcode gives the province, an SBI code gives the sector."""

from __future__ import annotations

import re
from typing import Any

from django.http import QueryDict

from intake.forms.fields import ShortText, quoted
from intake.forms.page import PageForm
from intake.policy import Question
from intake.reference import PostcodeHit, SectorHit, province_of_postcode, sector_of_sbi
from intake.screens import Page
from intake.services.progress import Progress
from intake.services.saving import PageAnswers
from nnmkb.web.widgets import AffixedInput

PROVINCE, SECTOR = "B1", "B2"
POSTCODE = re.compile(r"[1-9][0-9]{3}([A-Z]{2})?")
SBI = re.compile(r"[0-9]{2,6}")
ORDER = ("postcode", PROVINCE, SECTOR, "sbi")


class CompanyForm(PageForm):
    """Asks for the company. Where a code and the list differ, the one that was changed last counts, and it is said."""

    def __init__(self, page: Page, progress: Progress, data: QueryDict | None = None) -> None:
        super().__init__(page, progress, data)
        self.notices: list[str] = []
        self.columns: dict[str, str] = {}
        self.fields["postcode"] = ShortText(
            label="Wat is de postcode van uw bedrijf?",
            help_text="Zo weten wij uw provincie. Bijvoorbeeld 9711 LX.",
            required=False,
            widget=AffixedInput(attrs={"autocomplete": "postal-code", "class": "nnmkb-w-s"}),
        )
        self.fields["sbi"] = ShortText(
            label="Weet u uw SBI-code?",
            help_text="Die staat in uw uittreksel van de Kamer van Koophandel. Dan kiezen wij de sector voor u.",
            required=False,
            widget=AffixedInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "nnmkb-w-s"}),
        )
        province, sector = self.fields[PROVINCE], self.fields[SECTOR]
        province.required = sector.required = False
        # Not "optional": a code just makes them superfluous.
        province.__dict__["hide_optional"] = sector.__dict__["hide_optional"] = True
        province.help_text = "Vult u een postcode in? Dan hoeft u hier niets te kiezen."
        sector.help_text = f"{sector.help_text} Vult u een SBI-code in? Dan hoeft u hier niets te kiezen."
        self.order_fields(ORDER)
        stored = {"postcode": progress.intake.postcode, "sbi": progress.intake.sbi_code}
        self.initial = {**stored, **self.initial}

    def clean(self) -> dict[str, Any]:
        """Read the codes first: they fill in the list."""
        self.read_postcode(str(self.cleaned_data.get("postcode") or "").strip())
        self.read_sbi(str(self.cleaned_data.get("sbi") or "").strip())
        return super().clean()

    def read_postcode(self, text: str) -> None:
        """Take the province from the postcode."""
        plain = re.sub(r"[\s.-]", "", text[:40]).upper().removeprefix("NL")
        if not text:
            self.columns |= {"postcode": "", "municipality": ""}
        elif not POSTCODE.fullmatch(plain):
            why = "Een postcode heeft 4 cijfers en 2 letters. Maak het vak leeg als u hem niet weet."
            self.refuse("postcode", f"{quoted(text)} is geen postcode. {why}", text)
        else:
            hit = province_of_postcode(plain)
            self.columns |= {"postcode": f"{plain[:4]} {plain[4:]}".strip(), "municipality": ""}
            if hit:
                self.take_province(hit, plain)
            elif not self.cleaned_data.get(PROVINCE):
                self.cleaned_data.pop(PROVINCE, None)
                self.refuse("postcode", f"Wij kennen postcode {quoted(text)} niet. Kies hieronder uw provincie.", text)

    def take_province(self, hit: PostcodeHit, plain: str) -> None:
        """Let the postcode decide, unless only the list was changed since the last time."""
        chosen = self.cleaned_data.get(PROVINCE)
        if self.list_was_changed(PROVINCE, chosen, self.columns["postcode"], self.progress.intake.postcode):
            self.columns["postcode"] = ""
            self.notices.append("U koos een andere provincie. Daarom is de postcode weer leeg.")
            return
        self.columns["municipality"] = hit.municipality
        self.cleaned_data[PROVINCE] = hit.province
        if chosen and chosen != hit.province:
            self.notices.append(f"Uw postcode ligt in {hit.province_name}. Dat is nu uw provincie.")

    def read_sbi(self, text: str) -> None:
        """Take the sector from the SBI code."""
        plain = re.sub(r"[\s.]", "", text[:40])
        hit = sector_of_sbi(plain) if SBI.fullmatch(plain) else None
        if not text:
            self.columns |= {"sbi_code": "", "sbi_version": ""}
        elif not hit:
            why = "Een SBI-code heeft 2 tot 6 cijfers. Kies anders uw sector uit de lijst."
            self.refuse("sbi", f"Wij kennen SBI-code {quoted(text)} niet. {why}", text)
        else:
            self.columns |= {"sbi_code": hit.code, "sbi_version": hit.sbi_version}
            self.take_sector(hit)

    def take_sector(self, hit: SectorHit) -> None:
        """Let the code decide, unless only the list was changed since the last time."""
        chosen = self.cleaned_data.get(SECTOR)
        if self.list_was_changed(SECTOR, chosen, hit.code, self.progress.intake.sbi_code):
            self.columns |= {"sbi_code": "", "sbi_version": ""}
            self.notices.append("U koos een andere sector. Daarom is de SBI-code weer leeg.")
            return
        self.cleaned_data[SECTOR] = hit.sector
        if chosen and chosen != hit.sector:
            label = next(option.label for option in self.question(SECTOR).options if option.value == hit.sector)
            self.notices.append(f"Uw SBI-code hoort bij «{label}». Dat is nu uw sector.")

    def miss(self, question: Question) -> None:
        """Point to both ways of answering; a code that is wrong has a message already."""
        message = {
            PROVINCE: "Vul uw postcode in, of kies uw provincie uit de lijst.",
            SECTOR: "Kies uw sector uit de lijst, of vul uw SBI-code in.",
        }.get(question.code)
        code = {PROVINCE: "postcode", SECTOR: "sbi"}.get(question.code)
        if message is None:
            super().miss(question)
        elif code not in self.typed:
            self.add_error(question.code, message)

    def list_was_changed(self, name: str, chosen: object, code: str, code_before: str) -> bool:
        """Say whether the entrepreneur left the code as it was and chose something else from the list."""
        before = self.progress.given.get(name)
        return bool(chosen) and bool(before) and chosen != before and code == code_before

    def strange_names(self) -> list[str]:
        """Know the fields of this page too."""
        return [name for name in super().strange_names() if name not in ORDER]

    def answers(self) -> PageAnswers:
        """Return what is to be saved, with the columns of the company."""
        page = super().answers()
        return PageAnswers(
            page.asked, page.valid, page.typed, page.seen_version, {**self.columns}, extra=("postcode", "sbi")
        )
