"""Cut the fonts for the screen and for the dossier out of the unpacked Source Sans packages."""

from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

# The licence reserves the name «Source» for unmodified files, so a cut font carries a name of its own.
FAMILY = "Nnmkb Sans"
SCREEN = (
    "0020-007E 00A0-00FF 0131 0152-0153 2013-2014 2018-201A 201C-201E 2022 2026 20AC 2192 2212"  # Latin with fy and de
)
DOSSIER = (
    f"{SCREEN} 0100-024F 0300-036F 0370-03FF 0400-04FF 1E00-1EFF 2000-206F 2070-209F 20A0-20BF 2116 2122 2190-2193"
)
FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl", "liga", "calt", "tnum", "lnum"]
STYLES = {"Regular": "Regular", "Semibold": "SemiBold", "Bold": "Bold", "It": "Italic"}


class Command(BaseCommand):
    """Write static/fonts and static/dossier/fonts; the result is committed."""

    help = "Build the cut fonts from unpacked packages (see THIRD_PARTY.md)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("variable", type=Path, help="source-sans-3-latin-wght-normal.woff2")
        parser.add_argument("static", type=Path, help="folder with SourceSans3-*.ttf")

    def handle(self, *args: Any, **options: Any) -> None:
        target = Path(settings.ROOT) / "static"
        screen = instancer.instantiateVariableFont(TTFont(options["variable"]), {"wght": (400, 700)})
        # Written out and read back: the narrowed axis leaves tables that the cutter cannot read in memory.
        written = BytesIO()
        screen.save(written)
        cut(TTFont(written), SCREEN, "Regular", target / "fonts" / "nnmkb-sans.woff2", "woff2")
        for source, style in STYLES.items():
            font = TTFont(options["static"] / f"SourceSans3-{source}.ttf")
            cut(font, DOSSIER, style, target / "dossier" / "fonts" / f"NnmkbSans-{style}.ttf", None)


def cut(font: TTFont, ranges: str, style: str, path: Path, flavor: str | None) -> None:
    """Keep only these characters, give the font its own name, and save it."""
    wanted = subset.Options(layout_features=FEATURES, flavor=flavor, name_IDs=["*"], notdef_outline=True, hinting=False)
    # One build, one file: without this the moment of saving ends up in the font.
    font.recalcTimestamp = False
    subsetter = subset.Subsetter(wanted)
    subsetter.populate(unicodes=subset.parse_unicodes(ranges.replace(" ", ",")))
    subsetter.subset(font)
    rename(font, style)
    font.flavor = flavor
    font.save(path)


def rename(font: TTFont, style: str) -> None:
    """Replace every name that carries the reserved word; the copyright line stays."""
    names = font["name"]
    plain = FAMILY.replace(" ", "")
    ours = {
        1: FAMILY,
        2: style,
        3: f"{plain}-{style}",
        4: f"{FAMILY} {style}",
        6: f"{plain}-{style}",
        16: FAMILY,
        17: style,
    }
    for record in list(names.names):
        if record.nameID in ours:
            record.string = ours[record.nameID]
        elif record.nameID not in (0, 5, 13, 14) and record.nameID < 256:
            names.names.remove(record)
    if style not in ("Regular", "Bold", "Italic"):
        names.setName(f"{FAMILY} {style}", 1, 3, 1, 0x409)
        names.setName("Regular", 2, 3, 1, 0x409)
        names.setName(FAMILY, 16, 3, 1, 0x409)
        names.setName(style, 17, 3, 1, 0x409)
