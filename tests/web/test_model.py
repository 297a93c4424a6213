"""The 3×3 model: the drawing and the table say the same, and nobody's text can break out."""

from collections.abc import Callable

import pytest
from lxml import etree, html

from nnmkb.web.model import ICONS, Cell, Model, Row, draw_model
from tests.web.gallery.urls import MODEL

SVG = "{http://www.w3.org/2000/svg}"


def drawn(model: Model, **options: object) -> etree._Element:
    text = draw_model(model, **options).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return etree.fromstring(text)


def test_the_drawing_has_a_title_and_says_everything_in_words() -> None:
    tree = drawn(MODEL, identity="m1", links=False)
    assert tree.get("role") == "img"
    assert tree.get("aria-labelledby") == "m1-title m1-desc"
    assert tree.findtext(f".//{SVG}desc") == (
        "Strategie: Innovatie op orde, Netwerken op orde, Promotie onbekend. "
        "Organisatie: Innovatie op orde, Netwerken nu doen, Promotie kan beter. "
        "Uitvoering: Innovatie later, Netwerken later, Promotie later."
    )


def test_every_cell_has_a_word_and_an_icon_beside_its_colour() -> None:
    tree = drawn(MODEL, links=False)
    cells = [g for g in tree.iter(f"{SVG}g") if "nnmkb-model__cell" in (g.get("class") or "")]
    assert len(cells) == 9
    assert all(cell.findtext(f"{SVG}text") for cell in cells)
    assert all(cell.find(f"{SVG}g/{SVG}path") is not None for cell in cells)
    assert len(set(ICONS.values())) == len(ICONS)


def test_a_drawing_with_links_is_a_group_and_each_link_names_its_cell() -> None:
    tree = drawn(MODEL)
    group = tree.find(f"{SVG}g")
    assert group is not None
    assert (tree.get("role"), group.get("role")) == (None, "group")
    assert group.get("aria-labelledby") == "model-title model-desc"
    links = [(a.get("href"), a.get("aria-label")) for a in tree.iter(f"{SVG}a")]
    assert links == [("#advies", "Organisatie, Netwerken: Nu doen"), ("#advies", "Organisatie, Promotie: Kan beter")]


def test_without_links_nothing_can_be_clicked() -> None:
    assert list(drawn(MODEL, links=False).iter(f"{SVG}a")) == []


def test_only_the_current_step_stands_on_a_band() -> None:
    bands = [r for r in drawn(MODEL).iter(f"{SVG}rect") if r.get("class") == "nnmkb-model__row"]
    assert len(bands) == 1


def test_text_in_the_model_is_escaped() -> None:
    evil = '<script>"&'
    model = Model([Row(evil)], [evil], [[Cell("now", evil, '"><script>')]], title=evil)
    text = draw_model(model)
    assert "<script" not in text
    assert drawn(model).findtext(f".//{SVG}title") == evil


def test_a_model_with_a_hole_is_refused() -> None:
    with pytest.raises(ValueError, match="one cell for every step and way"):
        Model([Row("Strategie")], ["Innovatie", "Netwerken"], [[Cell("now", "Nu doen")]])


def test_no_style_is_written_in_the_drawing() -> None:
    assert "style" not in draw_model(MODEL)


def test_the_table_says_the_same_as_the_drawing(look: Callable[[str], html.HtmlElement]) -> None:
    rows = look("/result/").xpath("//figure[@class='nnmkb-model']/following-sibling::details//tbody/tr")
    words = [[cell.text_content() for cell in row.findall("td")] for row in rows]
    assert words == [[cell.word for cell in line] for line in MODEL.cells]
