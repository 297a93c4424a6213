"""The pages of the gallery: every part and field, in every state."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path

from nnmkb.web.model import Cell, Model, Row
from tests.web.gallery.forms import FilterForm, GalleryForm

FILLED = {
    "will": "ja_meer",
    "country": "de",
    "share": "12",
    "themes": ["agri", "water"],
    "obstacles_kosten": "ja",
    "obstacles_taal": "nee",
    "obstacles_regels": "deels",
    "email": "anna@example.org",
    "agree": "on",
}
WRONG = {"will": "ja_meer", "country": "", "share": "ongeveer 12", "obstacles_kosten": "ja", "email": ""}
STEPS = [
    {"label": "Uw bedrijf", "state": "done", "href": "#bedrijf"},
    {"label": "Strategie", "state": "current", "href": "#strategie"},
    *({"label": name, "state": "todo", "href": ""} for name in ("Organisatie", "Uitvoering", "Controleren")),
]
FINE, LATER = Cell("fine", "Op orde"), Cell("later", "Later")
MODEL = Model(
    rows=[Row("Strategie"), Row("Organisatie", current=True), Row("Uitvoering")],
    columns=["Innovatie", "Netwerken", "Promotie"],
    cells=[
        [FINE, FINE, Cell("unknown", "Onbekend")],
        [FINE, Cell("now", "Nu doen", "#advies"), Cell("better", "Kan beter", "#advies")],
        [LATER, LATER, LATER],
    ],
)
MOMENTS = [
    {"title": "ma 3 nov, 16:20", "text": "Zelfscan verstuurd. Toestemming voor 2 partners.", "who": "Anna de Boer"},
    {"title": "do 6 nov, 17:00", "text": "Termijn verlopen.", "state": "late"},
    {"title": "Uiterlijk vrijdag 28 november", "text": "De organisatie neemt contact op.", "state": "todo"},
]
CARDS = [
    {
        "badge": "Past het best",
        "tone": "ok",
        "title": "Exportclub Friesland",
        "subtitle": "Exportclub, Leeuwarden",
        "text": "U praat met ondernemers die al in Duitsland verkopen.",
        "reasons": ["U wilt als eerste naar Duitsland.", "U kent nog geen andere ondernemers die daar zakendoen."],
        "note": "Reactie binnen 5 werkdagen",
    },
    {
        "badge": "Kan helpen",
        "tone": "",
        "title": "Hanzehogeschool, Market Entry",
        "subtitle": "Kennisinstelling, Groningen",
        "text": "Een student onderzoekt de Duitse markt.",
        "reasons": ["U weet nog niet wie uw klanten zijn."],
        "note": "Start in februari en september",
    },
]
QUEUE = [
    ("Veenstra Koeltechniek", "Industrie, 34 medewerkers, Drachten", "Organisatie", "Netwerken", "Nieuw", -2, False),
    ("Pootgoed De Jong", "Groothandel, 18 medewerkers, Kollum", "Strategie", "Innovatie", "Nieuw", -1, False),
    ("Hunze Sensoren", "Industrie, 12 medewerkers, Assen", "Uitvoering", "Promotie", "Bij partner", 0, False),
    ("Noorderlicht Software", "Diensten, 9 medewerkers, Groningen", "Strategie", "Netwerken", "In gesprek", 2, False),
    ("Tuinmachines Oldambt", "Groothandel, 22 medewerkers", "Strategie", "Promotie", "Wacht op ondernemer", 3, True),
]
COMMON: dict[str, Any] = {"steps": STEPS, "model": MODEL, "moments": MOMENTS, "cards": CARDS}
DESK: dict[str, Any] = {
    "desk_nav": [
        {"label": "Werkbak", "href": "/desk/", "current": True},
        {"label": "Dossiers", "href": "#d"},
        {"label": "Partners", "href": "#p"},
        {"label": "Rapportage", "href": "#r"},
    ],
    "desk_user_name": "Anke de Vries",
    "desk_user_office": "KvK Leeuwarden",
    "desk_logout_href": "/uit/",
    "queue": [
        dict(zip(("name", "line", "step", "way", "status", "days", "paused"), row, strict=True)) for row in QUEUE
    ],
    "tabs": [
        {"label": "Mijn werk", "href": "#1", "count": 4},
        {"label": "Nog van niemand", "href": "#2", "count": 2},
        {"label": "Te laat", "href": "#3", "count": 2},
        {"label": "Alles", "href": "#4", "count": 8, "current": True},
    ],
    "company": [
        {"label": "Contact", "value": "Sjoerd Veenstra, eigenaar"},
        {"label": "Telefoon", "value": "0512 00 00 00", "href": "tel:0512000000"},
        {"label": "Export nu", "value": ""},
    ],
}
PAGES = ("privacy", "accessibility", "about")
ERRORS = (400, 403, 404, 405, 409, 410, 429, 500, 503)


def wizard(request: HttpRequest, state: str) -> HttpResponse:
    """Show the form empty, filled or refused."""
    form = {"leeg": GalleryForm(), "gevuld": GalleryForm(FILLED), "fout": GalleryForm(WRONG)}[state]
    step = {"step_title": "Strategie", "step_number": 2, "step_count": 5, "previous_href": "/wizard/leeg/"}
    lead = "Zonder duidelijk plan levert een beurs weinig op. Daarom beginnen we bij wat u wilt bereiken."
    saved = "Uw antwoorden zijn bewaard tot 22 december. U kunt op elk apparaat verder."
    context = {**COMMON, **step, "form": form, "step_lead": lead, "saved_text": saved}
    return render(request, "gallery/wizard.html", context)


def result(request: HttpRequest) -> HttpResponse:
    """Show the page with the model, cards and timeline."""
    return render(request, "gallery/result.html", COMMON)


def parts(request: HttpRequest) -> HttpResponse:
    """Show every other part."""
    rows = [
        {"question": "Hoeveel mensen werken er?", "answer": "34", "href": "#1"},
        {"question": "Naar welk land wilt u als eerste?", "answer": "", "href": "#2"},
    ]
    return render(request, "gallery/parts.html", {**COMMON, "rows": rows})


def desk(request: HttpRequest, pane: bool) -> HttpResponse:
    """Show the workbench."""
    return render(request, "gallery/desk.html", {**COMMON, **DESK, "filters": FilterForm(), "pane": pane})


def page(request: HttpRequest, name: str) -> HttpResponse:
    """Show a page as it is."""
    return render(request, name, {"reason": "", "own_text": "Gebeld, belt terug."})


urlpatterns: list[URLPattern] = [
    path("wizard/<str:state>/", wizard),
    path("result/", result),
    path("parts/", parts),
    path("desk/", desk, {"pane": False}),
    path("desk/open/", desk, {"pane": True}),
    *(path(f"{name}/", page, {"name": f"pages/{name}.html"}) for name in PAGES),
    *(path(f"error/{code}/", page, {"name": f"errors/{code}.html"}) for code in ERRORS),
]
ADDRESSES = [
    *(f"/wizard/{state}/" for state in ("leeg", "gevuld", "fout")),
    "/result/",
    "/parts/",
    "/desk/",
    "/desk/open/",
    *(f"/{name}/" for name in PAGES),
    *(f"/error/{code}/" for code in ERRORS),
]
