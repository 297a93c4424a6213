"""What a dossier is measured against: WeasyPrint as most people would use it, and typst; same text, four pages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from referrals.domain.dossier import canonical, digest
from referrals.dossier import render
from referrals.dossier.text import printable_content
from referrals.dossier.verify import address, square
from referrals.templatetags import dossier as words

TEMPLATE = Path(__file__).with_name("dossier.typ")
STATIC = settings.ROOT / "static" / "dossier"
FACES = {"Regular": ("normal", 400), "Italic": ("italic", 400), "SemiBold": ("normal", 600), "Bold": ("normal", 700)}
MODEL = re.compile(r'<table class="model">.*?</table>', re.DOTALL)
COMPARED = re.compile(r'<table class="rows compared">.*?</table>', re.DOTALL)
COLOURS = {"now": "#b3420e", "better": "#fff", "fine": "#0b4f58", "later": "#fff", "unknown": "#e7ebee"}
INKS = {"now": "#fff", "better": "#8a330b", "fine": "#fff", "later": "#4a5a68", "unknown": "#4a5a68"}

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}">{inside}</svg>'
SAME = "Dezelfde antwoorden geven met dit beleid hetzelfde advies."
LOGO = SVG.format(size=36, inside='<path fill="#0b4f58" d="M0 0h10v10H0zM13 0h10v10H13z"/>')

Maker = Callable[[Mapping[str, Any]], bytes]


def naive(folder: Path) -> Maker:
    """Return WeasyPrint as a first version would have it, with fonts for the web in this folder.

    Stylesheet and fonts are read anew for each dossier, tables find their own widths, drawings are SVG with text.
    """
    weasyprint: Any = __import__("weasyprint")
    fonts: Any = __import__("weasyprint.text.fonts", fromlist=["FontConfiguration"])
    style = naive_style(folder)

    def make(content: Mapping[str, Any]) -> bytes:
        shown = printable_content(content).content
        page = render.html(content)
        page = COMPARED.sub(lambda _: bars(shown["comparison"]), MODEL.sub(lambda _: heat_map(shown["model"]), page))
        configuration = fonts.FontConfiguration()
        attachment = weasyprint.Attachment(
            string=canonical(content), name="dossier.json", relationship="Source",
            created=datetime.fromisoformat(content["made_at"]),
        )  # fmt: skip
        made: bytes = weasyprint.HTML(string=page, base_url=str(folder)).write_pdf(
            stylesheets=[weasyprint.CSS(string=style, base_url=f"{folder}/", font_config=configuration)],
            font_config=configuration,
            attachments=[attachment],
            pdf_variant=render.VARIANT,
            pdf_tags=True,
        )
        return made

    return make


def naive_style(folder: Path) -> str:
    """Return our stylesheet as a first version would have it; puts the fonts in the folder, compressed for the web."""
    from fontTools.ttLib import TTFont

    faces = []
    for name, (slope, weight) in FACES.items():
        with TTFont(STATIC / "fonts" / f"NnmkbSans-{name}.ttf") as font:
            font.flavor = "woff2"
            font.save(folder / f"{name}.woff2")
        faces.append(
            f'@font-face {{ font-family: "Web Sans"; src: url({name}.woff2); '
            f"font-style: {slope}; font-weight: {weight} }}"
        )
    own = (STATIC / "dossier.css").read_text(encoding="utf-8").replace("Nnmkb Sans", "Web Sans")
    # With this, widths that are found cost three times as much; nobody would have it in a first version.
    own = own.replace("overflow-wrap: anywhere;", "")
    own = own.replace("table-layout: fixed", "table-layout: auto").replace(
        "border-collapse: separate", "border-collapse: collapse"
    )
    # Found widths leave less room for the answers: a little less air keeps them on one page, as ours.
    return "\n".join([*faces, own, ".answers th, .answers td { padding-top: 0.2mm; padding-bottom: 0.2mm }"])


def heat_map(model: Mapping[str, Any]) -> str:
    """Return the 3×3 model as a drawing with text."""
    parts = [
        f'<text x="{52 + 26 * at}" y="4" font-size="3" text-anchor="middle">{way}</text>'
        for at, way in enumerate(model["ways"])
    ]
    for down, row in enumerate(model["rows"]):
        top = 7 + 15 * down
        parts.append(f'<text x="0" y="{top + 8}" font-size="3.3">{down + 1} {row["step"]}</text>')
        for across, cell in enumerate(row["cells"]):
            status, left = cell["status"], 39 + 26 * across
            parts.append(f'<rect x="{left}" y="{top}" width="25" height="14" fill="{COLOURS[status]}"/>')
            parts.append(
                f'<text x="{left + 12.5}" y="{top + 8}" font-size="3.5" text-anchor="middle" '
                f'fill="{INKS[status]}">{cell["word"]}</text>'
            )
    return drawing("Model", 118, 52, parts)


def bars(compared: Mapping[str, Any]) -> str:
    """Return the regional figures as a drawing with text."""
    parts = []
    for down, row in enumerate(compared["figures"]):
        colour, own = ("#b3420e", " (dit bedrijf)") if row["own"] else ("#5f8c93", "")
        parts.append(f'<text x="0" y="{5 + 6 * down}" font-size="3.3">{row["label"]}{own}</text>')
        parts.append(f'<rect x="86" y="{2 + 6 * down}" width="{3.2 * row["width"]}" height="3.2" fill="{colour}"/>')
        parts.append(f'<text x="{88 + 3.2 * row["width"]}" y="{5 + 6 * down}" font-size="3.3">{row["value"]}</text>')
    return drawing("Figuren", 172, 6 * len(compared["figures"]) + 2, parts)


def drawing(title: str, width: int, height: int, parts: list[str]) -> str:
    """Return a drawing with a title for who cannot see it."""
    inside = f"<title>{title}</title>{''.join(parts)}"
    return f'<svg viewBox="0 0 {width} {height}" font-family="Web Sans" role="img">{inside}</svg>'


def typst() -> Maker:
    """Return typst with its template and our fonts read once, as its documentation advises for many files."""
    library: Any = __import__("typst")
    compiler = library.Compiler(TEMPLATE, font_paths=[STATIC / "fonts"], ignore_system_fonts=True)

    def make(content: Mapping[str, Any]) -> bytes:
        inputs = {"content": json.dumps(for_typst(content)), "attachment": canonical(content).decode()}
        made: bytes = compiler.compile(
            format="pdf",
            sys_inputs=inputs,
            pdf_standards=["a-3a", "ua-1"],
            timestamp=datetime.fromisoformat(content["made_at"]),
        )
        return made

    return make


def for_typst(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the text of a dossier, piece by piece as the typst template places it."""
    shown = printable_content(content).content
    return first_page(shown) | advice(shown) | account(shown, digest(content)) | answers(shown)


def first_page(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return the texts of the decision sheet."""
    name, recipient = shown["company"]["name"], shown["recipient"]["name"]
    lines = words.key_lines(dict(shown))
    asked = words.asked_reasons(shown["reasons"])
    return {
        "title": f"Dossier {shown['number']} – {name}",
        "description": f"Doorverwijzing van {name} naar {recipient}",
        "site": settings.SITE_NAME,
        "number": shown["number"],
        "company": name,
        "confidential": f"Vertrouwelijk – bestemd voor {recipient}",
        "kicker": f"Doorverwijzing {shown['number']} · versie {shown['version']} · {words.day(shown['made_at'])}",
        "facts": words.facts(shown["company"]),
        "logo": LOGO,
        "asked_of": f"Gevraagd aan {recipient}",
        "asked": shown["asked"],
        "due": f"Antwoord uiterlijk {words.clock(shown['respond_by'])}",
        "how": "Dat doet u met de link in uw e-mail.",
        "steps": [
            {"step": row["step"], "current": row["current"], "word": words.step_word(row)}
            for row in shown["model"]["rows"]
        ],
        "model_caption": "Per stap en manier: wat het bedrijf nu kan doen",
        "ways": shown["model"]["ways"],
        "cells": [{"step": row["step"], "cells": row["cells"]} for row in shown["model"]["rows"]],
        "why": [{"way": one["way"], "text": one["text"], "rule": f"[{one['rule']}]"} for one in asked[:3]],
        "waiting": [{"text": one["text"], "first": not at} for at, one in enumerate(shown["not_yet"][:2])],
        "figures": [{"question": one["question"], "answer": ", ".join(one["answer"])} for one in lines[:4]],
        "seeks": [{"question": one["question"], "answer": ", ".join(one["answer"])} for one in lines[4:]],
        "given": words.clock(shown["consent"][-1]["at"]),
        "recipient": recipient,
    }


def sourced(one: Mapping[str, Any]) -> str:
    """Return where an advice comes from, as the dossier says it."""
    source = one["source"]
    return f"Bron: {source['document']}, {source['place']}: {source['gist']} Regel {one['rule']}."


def advice(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return the texts of the second page."""
    return {
        "lead": {
            "title": shown["outcome"]["name"],
            "text": shown["outcome"]["text"],
            "note": shown["outcome"]["intensity"]["label"],
        },
        "advice": [
            {
                "title": one["title"],
                "activity": f"[{one['activity']}]",
                "place": f"· stap {one['step'].lower()} · {one['way'].lower()}",
                "text": one["text"],
                "answers": [
                    {"question": line["question"], "answer": "; ".join(line["answer"])} for line in one["answers"]
                ],
                "source": sourced(one),
            }
            for one in words.asked_reasons(shown["reasons"])
        ],
        "others_caption": "Wat het bedrijf ook te lezen kreeg",
        "others": [
            {
                "title": one["title"],
                "kind": f"[{one['activity']}] {one['kind']}, stap {one['step'].lower()}",
                "text": one["text"],
                "source": f"Volgt uit {', '.join(line['code'] for line in one['answers'])}. {sourced(one)}",
            }
            for one in words.other_reasons(shown["reasons"])
        ],
        "later_caption": "Past ook, maar er gaan hoogstens drie vragen tegelijk uit",
        "later": [
            {"title": one["title"], "rule": f"[{one['activity']}] regel {one['rule']}", "text": one["text"]}
            for one in shown["later"]
        ],
        "not_yet_caption": "Wat moet wachten, en wat het opent",
        "not_yet": [
            {
                "title": "; ".join(activity["label"] for activity in one["activities"]),
                "code": f"[{one['code']}]",
                "text": one["text"],
                "from": f"Volgt uit {', '.join(line['code'] for line in one['closed_by'])}.",
                "opens": one["opens"],
            }
            for one in shown["not_yet"]
        ],
    }


def account(shown: Mapping[str, Any], found: str) -> dict[str, Any]:
    """Return the texts of the third page."""
    compared, receipt = shown["comparison"], shown["receipt"]
    where = square(address(found))
    rows = [
        (words.consent_name(one["purpose"]), f"«{one['text']}» Ja, op {words.clock(one['at'])}.",
         f"Tekst {one['text_version']}, vingerafdruk {words.grouped(one['text_digest'][:16])}")
        for one in shown["consent"]
    ] + [
        ("Ontvanger", f"{shown['recipient']['name']}, en niemand anders", ""),
        ("Dossier", f"{shown['number']}, versie {shown['version']}, gemaakt op {words.clock(shown['made_at'])}", ""),
        ("Beleid", f"{receipt['policy']}, versie {receipt['version']}. {SAME}", ""),
        ("Regels", "", words.grouped(receipt["rules"])),
        ("Vragenlijst", "", words.grouped(receipt["catalogue"])),
        ("Antwoorden", "", words.grouped(receipt["answers"])),
        ("Gemaakt door", f"{settings.SITE_NAME}, {settings.SITE_URL}", ""),
    ]  # fmt: skip
    source = compared["source"]
    return {
        "compared": {
            "text": f"{compared['text']} Dit bedrijf antwoordde:",
            "own": compared["own"],
            "title": compared["title"],
            "figures": [
                {**one, "label": one["label"] + (" (dit bedrijf)" if one["own"] else "")} for one in compared["figures"]
            ],
            "source": f"{compared['caveat']} Bron: {source['document']}, {source['place']}: {source['gist']}",
        },
        "account": [{"name": name, "text": text, "note": note} for name, text, note in rows],
        "square": SVG.format(size=where.size, inside=f'<path d="{where.path}"/>'),
        "check": {
            "before": "Scan de code of ga naar",
            "address": address(found),
            "digest": words.grouped(found),
        },
    }


def answers(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return the texts of the last page."""
    return {
        "answers_note": "Vragen die niet zijn gesteld of beantwoord, staan hier niet.",
        "groups": [
            {"step": group["step"], "lines": [{**line, "answer": "; ".join(line["answer"])} for line in group["lines"]]}
            for group in shown["answers"]
        ],
    }
