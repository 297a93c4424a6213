"""Is Pango on this machine? Asked by the system check, the test command and `up`."""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import io
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from django.apps import AppConfig
from django.core import checks

PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
LIBRARIES = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")
HINT = f"Install it with: apt-get install {PACKAGES}"


def loads(library: str) -> bool:
    """Say whether this shared library can be loaded."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def pango_present() -> bool:
    """Say whether PDFs can be made here; importing WeasyPrint, which is slow, only where the names differ."""
    if all(loads(library) for library in LIBRARIES):
        return True
    try:
        library()
    except (OSError, ImportError):
        return False
    return True


def library() -> ModuleType:
    """Return WeasyPrint; raises OSError or ImportError where it cannot work.

    It prints an advertisement for its manual before it raises, which is kept off the terminal.
    """
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return importlib.import_module("weasyprint")


@checks.register()
def pdf_check(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Warn when dossiers can only be read as a page."""
    if pango_present():
        return []
    return [
        checks.Warning(
            "Pango is not on this machine: a dossier can be read as a page, but its PDF cannot be made.",
            hint=HINT,
            id="referrals.W001",
        )
    ]
