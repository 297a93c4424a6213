"""What happens on a machine without Pango: a warning that names the packages, and a clear exception."""

from __future__ import annotations

import gc
import importlib
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import checks

from referrals.dossier import check, render
from tests.domain.dossier.sample import scan


@pytest.fixture
def without_pango(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let every library of Pango be absent, as on a bare machine."""
    original = importlib.import_module

    def refuse(name: str, package: str | None = None) -> Any:
        if name.split(".")[0] == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return original(name, package)

    monkeypatch.setattr(importlib, "import_module", refuse)
    monkeypatch.setattr(check, "loads", lambda library: False)
    render.engine.cache_clear()
    yield
    render.engine.cache_clear()


@pytest.mark.usefixtures("without_pango")
def test_the_system_check_names_the_packages_to_install() -> None:
    [warning] = [one for one in checks.run_checks() if one.id == "referrals.W001"]
    assert isinstance(warning, checks.Warning)
    for package in ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"):
        assert package in str(warning.hint)


@pytest.mark.usefixtures("without_pango")
def test_rendering_says_that_pdf_is_not_available_here() -> None:
    with pytest.raises(render.PdfUnavailable, match=r"libpango-1\.0-0"):
        render.render(scan())


@pytest.mark.usefixtures("without_pango")
def test_the_page_behind_the_pdf_can_still_be_made() -> None:
    assert "Van der Meulen Machinebouw" in render.html(scan())


def test_the_check_is_silent_where_the_libraries_load(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "loads", lambda library: True)
    assert check.pdf_check() == []


def test_a_library_that_does_not_exist_does_not_load() -> None:
    assert check.loads("libpango-from-nowhere.so.99") is False


def test_libraries_under_other_names_are_found_by_importing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "loads", lambda library: False)
    monkeypatch.setattr(importlib, "import_module", lambda name, package=None: object())
    assert check.pango_present()


@pytest.mark.usefixtures("without_pango")
def test_a_worker_starts_without_pango_and_says_so() -> None:
    assert render.warm() is False


@pytest.mark.pango
def test_a_worker_starts_warm() -> None:
    render.engine.cache_clear()
    before = gc.get_freeze_count()
    try:
        assert render.warm() is True
        assert render.engine.cache_info().currsize == 1
        assert gc.get_freeze_count() > before
    finally:
        gc.unfreeze()
