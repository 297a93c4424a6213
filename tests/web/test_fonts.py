"""The fonts: small, ours by name, and complete for the languages of the region."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.conf import settings
from fontTools.ttLib import TTFont

STATIC = Path(settings.ROOT) / "static"
SCREEN = STATIC / "fonts" / "nnmkb-sans.woff2"
DOSSIER = sorted((STATIC / "dossier" / "fonts").glob("*.ttf"))
FRISIAN_AND_GERMAN = "âêîôûúëïäöüßÂÊÔÛÚÄÖÜ’‘“”„€–…"


def letters(path: Path) -> set[str]:
    return {chr(code) for code in TTFont(path).getBestCmap()}


def test_the_screen_font_is_one_small_file() -> None:
    assert SCREEN.stat().st_size <= 24 * 1024


def test_the_screen_font_has_the_letters_of_the_region() -> None:
    assert set(FRISIAN_AND_GERMAN) <= letters(SCREEN)


def test_the_screen_font_has_every_weight_from_regular_to_bold() -> None:
    axis = TTFont(SCREEN)["fvar"].axes[0]
    assert (axis.axisTag, axis.minValue, axis.maxValue) == ("wght", 400, 700)


def test_the_dossier_has_four_styles() -> None:
    assert [path.stem for path in DOSSIER] == [f"NnmkbSans-{s}" for s in ("Bold", "Italic", "Regular", "SemiBold")]


@pytest.mark.parametrize("path", DOSSIER, ids=lambda path: path.stem)
def test_the_dossier_can_write_greek_cyrillic_and_polish(path: Path) -> None:
    assert set("łśżĆŽőığ") | set("ΑΩαω") | set("БЖяї") | set(FRISIAN_AND_GERMAN) <= letters(path)


@pytest.mark.parametrize("path", [SCREEN, *DOSSIER], ids=lambda path: path.stem)
def test_a_cut_font_does_not_carry_the_reserved_name(path: Path) -> None:
    names = {record.nameID: str(record) for record in TTFont(path)["name"].names}
    assert all("Source" not in names.get(number, "") for number in (1, 3, 4, 6, 16))
    assert names.get(16, names[1]) == "Nnmkb Sans"


def test_the_dossier_sees_no_font_but_ours() -> None:
    tree = ElementTree.parse(STATIC / "dossier" / "fonts" / "fonts.conf")
    assert [(d.text, d.get("prefix")) for d in tree.iter("dir")] == [(".", "relative")]
    assert list(tree.iter("include")) == []


def test_the_licence_stands_beside_the_files() -> None:
    for folder in (SCREEN.parent, DOSSIER[0].parent):
        assert "SIL OPEN FONT LICENSE" in (folder / "LICENSE.md").read_text()
