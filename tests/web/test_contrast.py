"""Contrast by the formula of WCAG, over every pair of tokens that the pages use."""

import re
from pathlib import Path

import pytest
from django.conf import settings

THEME = (Path(settings.ROOT) / "static" / "src" / "theme.css").read_text()
TOKENS = dict(re.findall(r"--nnmkb-([a-z-]+):\s*(#[0-9a-f]{3,6});", THEME))

TEXT = [
    *(
        (colour, ground)
        for colour in ("ink", "muted", "petrol", "petrol-dark", "accent")
        for ground in ("white", "panel")
    ),
    *((colour, "petrol-soft") for colour in ("ink", "muted", "petrol", "petrol-dark")),
    *((colour, "petrol-mid") for colour in ("petrol", "petrol-dark")),
    *(("white", ground) for ground in ("petrol", "petrol-dark", "accent", "error", "bar", "ink")),
    ("ink", "accent-soft"),
    ("accent", "accent-soft"),
    ("muted", "neutral"),
    ("ink", "neutral"),
    ("error", "white"),
    ("error", "panel"),
    ("error", "error-soft"),
    ("ink", "error-soft"),
    ("warn", "warn-soft"),
    ("ink", "warn-soft"),
    ("ok", "ok-soft"),
    ("ink", "ok-soft"),
    ("petrol", "ok-soft"),
    ("petrol", "warn-soft"),
    ("petrol", "error-soft"),
    ("bar-muted", "bar"),
]
CONTROLS = [
    ("control", "white"),
    ("control", "panel"),
    ("control", "petrol-soft"),
    ("petrol", "white"),
    ("petrol", "petrol-soft"),
    ("petrol", "panel"),
    ("error", "white"),
    ("accent", "white"),
    ("accent", "accent-soft"),
    ("muted", "panel"),
    ("ink", "white"),
    ("bar-accent", "bar"),
    ("bar-muted", "bar"),
    ("warn", "warn-soft"),
]


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(TOKENS[one]), luminance(TOKENS[other])), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_knows_black_and_white() -> None:
    assert (luminance("#fff") + 0.05) / (luminance("#000") + 0.05) == pytest.approx(21)


@pytest.mark.parametrize(("colour", "ground"), TEXT)
def test_text_can_be_read(colour: str, ground: str) -> None:
    assert contrast(colour, ground) >= 4.5


@pytest.mark.parametrize(("colour", "ground"), CONTROLS)
def test_controls_can_be_seen(colour: str, ground: str) -> None:
    assert contrast(colour, ground) >= 3


def test_every_colour_is_a_token_that_is_measured_or_only_decoration() -> None:
    decoration = {"line", "petrol-line", "neutral", "accent-soft", "petrol-mid"}
    measured = {name for pair in TEXT + CONTROLS for name in pair}
    assert set(TOKENS) - measured - decoration == set()


def test_no_colour_is_written_outside_the_tokens() -> None:
    app = Path(settings.ROOT) / "static" / "src" / "app"
    loose = {
        (path.name, colour)
        for path in app.glob("*.css")
        for colour in re.findall(r"(?<!&)#[0-9a-fA-F]{3,6}\b", path.read_text())
    }
    # The mark on the dark bar, and the white paper behind a drawing in forced colours.
    assert loose == {("desk.css", "#2f6470"), ("modes.css", "#fff")}
