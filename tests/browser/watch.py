"""Listens to a page: console errors, CSP reports, answers of 400 and up, and anything that leaves this site."""

from __future__ import annotations

from playwright.sync_api import ConsoleMessage, Page, Response


class Watch:
    """Collects what should not happen while a person uses a page."""

    def __init__(self, page: Page, allow: tuple[int, ...] = ()) -> None:
        self.problems: list[str] = []
        self.allow = allow
        page.on("console", self.console)
        page.on("pageerror", lambda error: self.problems.append(f"script error: {error}"))
        page.on("response", self.response)

    def console(self, message: ConsoleMessage) -> None:
        """Keep errors and every word about the content security policy."""
        text = message.text
        if self.allow and "Failed to load resource" in text:
            return
        if message.type == "error" or "Content Security Policy" in text:
            self.problems.append(f"console: {text}")

    def response(self, response: Response) -> None:
        """Keep answers that are errors, unless this person expects them."""
        if response.status >= 400 and response.status not in self.allow:
            self.problems.append(f"{response.status} {response.url}")
