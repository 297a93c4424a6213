"""The built stylesheet: true to its sources, small, and complete."""

import re
from pathlib import Path

import brotli
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from nnmkb.web.stylesheet import build_staff_stylesheet, build_stylesheet, used_classes

ROOT = Path(settings.ROOT)
BUILT = ROOT / "static" / "nnmkb.css"
STAFF = ROOT / "static" / "nnmkb-staff.css"
CLASS_ATTRIBUTE = re.compile(r'class="([^"]*)"')
OURS = re.compile(r"^(?:nnmkb|nl|utrecht)-[a-z0-9_-]*[a-z0-9]$")


def test_the_committed_stylesheet_is_what_the_sources_build() -> None:
    assert BUILT.read_text() == build_stylesheet(ROOT), "run «manage.py build_css» and commit static/nnmkb.css"
    assert STAFF.read_text() == build_staff_stylesheet(ROOT), "run «manage.py build_css» and commit the result"


def test_the_stylesheet_stays_under_14_kilobytes() -> None:
    assert len(brotli.compress(BUILT.read_bytes())) <= 14 * 1024


def test_what_only_staff_needs_is_small_and_stands_in_the_layer_of_our_own() -> None:
    assert len(brotli.compress(STAFF.read_bytes())) <= 6 * 1024
    assert re.findall(r"@layer (\w+)", STAFF.read_text()) == ["app"]
    assert "url(" not in STAFF.read_text()


def test_the_layers_come_in_the_order_that_lets_ours_win() -> None:
    found = re.findall(r"@layer (\w+)", BUILT.read_text())
    assert list(dict.fromkeys(found)) == ["base", "vendor", "theme", "app"]


def test_nothing_is_fetched_from_elsewhere() -> None:
    assert re.findall(r"url\(([^)]*)\)", BUILT.read_text()) == ["fonts/nnmkb-sans.woff2"]


def test_vendor_classes_that_no_page_uses_are_left_out() -> None:
    assert "nl-button--negative" not in used_classes(ROOT)
    assert "nl-button--negative" not in BUILT.read_text()
    assert ".nl-button--primary" in BUILT.read_text()


def test_every_class_in_a_template_exists() -> None:
    known = set(re.findall(r"\.((?:nnmkb|nl|utrecht)-[A-Za-z0-9_-]+)", BUILT.read_text() + STAFF.read_text()))
    # Names without a rule of their own: a hook for tests, or a parent of rules that the vendor wrote for others.
    known |= {"nnmkb-wizard__main", "nnmkb-messages", "nnmkb-summary"}
    unknown = {
        (path.relative_to(ROOT).as_posix(), name)
        for path in (ROOT / "templates").rglob("*.html")
        for attribute in CLASS_ATTRIBUTE.findall(re.sub(r"{[{%].*?[%}]}", " ", path.read_text()))
        for name in attribute.split()
        if OURS.match(name) and name not in known
    }
    assert unknown == set()


def test_the_check_fails_when_the_file_is_out_of_date(settings: pytest.FixtureRequest, tmp_path: Path) -> None:
    for folder in ("static", "templates", "nnmkb", "docs"):
        (tmp_path / folder).symlink_to(ROOT / folder) if folder != "static" else None
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "src").symlink_to(ROOT / "static" / "src")
    settings.ROOT = tmp_path
    call_command("build_css")
    for name in ("nnmkb.css", "nnmkb-staff.css"):
        (tmp_path / "static" / name).write_text("old")
        with pytest.raises(CommandError, match=f"{name} is out of date"):
            call_command("build_css", check=True)
        call_command("build_css")
    call_command("build_css", check=True)
    assert (tmp_path / "static" / "nnmkb.css").read_text() == BUILT.read_text()
