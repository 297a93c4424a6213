"""Log lines as JSON: time, level, logger, request id, message. Never a name, address or answer."""

from __future__ import annotations

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime

# The address of a link is the key to what is behind it, and Django names the address of every answer from 400 up.
SECRET = re.compile(r"(/(?:volg|aanbod|verder|uitnodiging|nieuw-wachtwoord)/)[^/\s]{20,}")
request_id: ContextVar[str] = ContextVar("request_id", default="")


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; of an exception only type and place, since its text may quote what a person typed."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "request": request_id.get(),
            "message": without_secrets(record.getMessage()),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = type(record.exc_info[1]).__name__
            line["place"] = place(record)
        return json.dumps(line, ensure_ascii=False)


def without_secrets(text: str) -> str:
    """Return the text without the tokens of links: who reads a log may not open what they open."""
    return SECRET.sub(r"\1***", text)


def place(record: logging.LogRecord) -> str:
    """Return file:line of the innermost frame of the exception."""
    trace = record.exc_info[2] if record.exc_info else None
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
