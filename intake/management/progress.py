"""A bar for work that takes seconds: on a terminal only, beside what the command prints."""

from __future__ import annotations

from django.core.management.base import OutputWrapper

WIDTH = 40


class Bar:
    """Shows how far something is; draws again only when a step of the bar was made."""

    def __init__(self, stream: OutputWrapper, label: str) -> None:
        self._stream = stream
        self._label = label
        self._shown = -1
        self._on = stream.isatty()

    def __call__(self, done: int, total: int) -> None:
        """Show that so much is done."""
        filled = WIDTH * done // total if total else WIDTH
        if self._on and filled != self._shown:
            self._shown = filled
            drawn = "#" * filled + "." * (WIDTH - filled)
            self._write(f"\r{self._label} [{drawn}] {100 * filled // WIDTH}%")

    def clear(self) -> None:
        """Take the bar away, so that what follows starts on a clean line."""
        if self._on and self._shown >= 0:
            self._write("\r\033[K")
            self._shown = -1

    def _write(self, text: str) -> None:
        # No line end and no colour: standard error of a command has both.
        self._stream.write(text, str, ending="")
        self._stream.flush()
