"""The programs outside Python that some tests need: where they are, and how to get them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

from nnmkb.run.servers import find_postgres, find_redis

# The shell is the same browser without windows, which cost the browser tests a third of their time.
CHROMIUM_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
PANGO_PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


@dataclass(frozen=True, slots=True)
class Tool:
    """A program, the mark of the tests that need it, and the Debian packages it comes in."""

    name: str
    mark: str
    packages: str
    find: Callable[[], object]

    @property
    def here(self) -> bool:
        """Say whether it is on this machine."""
        return bool(self.find())


def find_chromium() -> str | None:
    """Return the path of a Chromium or Chrome."""
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


def find_pango() -> bool:
    """Say whether WeasyPrint loads; in a process of its own, because a half-loaded library cannot be unloaded."""
    line = [sys.executable, "-c", "import weasyprint"]
    return subprocess.run(line, capture_output=True, check=False).returncode == 0


def find_java() -> bool:
    """Say whether a Java really runs (a stub without one may be on the path)."""
    java = shutil.which("java")
    return bool(java) and subprocess.run([java or "", "-version"], capture_output=True, check=False).returncode == 0


TOOLS = (
    Tool("Chromium", "browser", "chromium-headless-shell", find_chromium),
    Tool("PostgreSQL", "postgres", "postgresql", find_postgres),
    Tool("Redis", "servers", "redis-server", find_redis),
    Tool("Pango", "pango", PANGO_PACKAGES, find_pango),
    Tool("Java", "java", "default-jre-headless", find_java),
)
