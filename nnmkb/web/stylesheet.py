"""The stylesheets, built from static/src: one for everybody without vendor classes that no page uses, one for staff."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import lightningcss

VENDOR_CLASS = re.compile(r"\b(?:nl|utrecht)-[A-Za-z0-9_-]+")
SELECTOR_CLASS = re.compile(r"\.((?:nl|utrecht)-[A-Za-z0-9_-]+)")
NOTICE = "/*! nnmkb: EUPL-1.2. Parts by NL Design System and Gemeente Utrecht: see THIRD_PARTY.md */"
APP = ("layout", "forms", "parts", "model", "desk", "modes")
# Only on pages for who signed in, on top of the other: a visitor of the scan does not carry it.
STAFF = ("account", "policy", "rule", "team", "worklist", "bulk", "pane")


def build_stylesheet(root: Path) -> str:
    """Return the text of static/nnmkb.css for this checkout."""
    source = root / "static" / "src"
    vendor = "\n".join(path.read_text() for path in sorted((source / "vendor").glob("*.css")))
    defined = set(SELECTOR_CLASS.findall(vendor))
    kept = process(vendor, defined - used_classes(root))
    own = "\n".join((source / "app" / f"{name}.css").read_text() for name in APP)
    layers = [
        (source / "base.css").read_text(),
        f"@layer vendor {{ {kept} }}",
        f"@layer theme {{ {(source / 'theme.css').read_text()} }}",
        f"@layer app {{ {own} }}",
    ]
    return f"{NOTICE}\n{process(''.join(layers))}\n"


def build_staff_stylesheet(root: Path) -> str:
    """Return the text of static/nnmkb-staff.css for this checkout."""
    own = "\n".join((root / "static" / "src" / "app" / f"{name}.css").read_text() for name in STAFF)
    return f"{NOTICE}\n{process(f'@layer app {{ {own} }}')}\n"


SHEETS = {"nnmkb.css": build_stylesheet, "nnmkb-staff.css": build_staff_stylesheet}


def used_classes(root: Path) -> set[str]:
    """Return every vendor class named in a template, in the Python beside it, or in the list for page builders."""
    return {name for text in texts(root) for name in VENDOR_CLASS.findall(text)}


def texts(root: Path) -> Iterator[str]:
    """Yield the texts in which a vendor class may be named."""
    for path in sorted((root / "templates").rglob("*.html")):
        yield path.read_text()
    for path in sorted((root / "nnmkb" / "web").rglob("*.py")):
        yield path.read_text()
    yield (root / "docs" / "vormgeving.md").read_text()


def process(css: str, unused: Iterable[str] = ()) -> str:
    """Minify, and drop the rules of these classes."""
    return str(lightningcss.process_stylesheet(css, unused_symbols=set(unused)))
