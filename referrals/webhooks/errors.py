"""Why a message did not arrive, by code; the words for the screen are in the view."""

from __future__ import annotations


class NotSent(Exception):
    """No answer came: `code` is dns, private, connect, tls, timeout, dropped or garbled."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)
