"""Plain data as YAML text: quoted wherever another reader could take it for something else, and never folded."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

Plain = str | int | Sequence["Plain"] | Mapping[str, "Plain"]

WIDEST = 125
MOST_BESIDE = 4
# Words that YAML 1.1 takes for yes, no or nothing; our reader does not, another one might.
_RESERVED = {"null", "true", "false", "yes", "no", "on", "off"}
_SAFE_BESIDE = re.compile(r"[^\W\d_][\w.\-]*")
_SAFE_ALONE = re.compile(r"[^\W\d_](?:[\w .,;?!()'’«»%/+\-–…]|:(?=\w))*(?<![ :])")
_PRINTABLE = re.compile(r"[\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_SHORT = {'"': '\\"', "\\": "\\\\"}


def one_line(text: str) -> str:
    """Return the text as the reader of policy files understands it: every run of white space is one space."""
    return " ".join(text.split())


def quoted(text: str) -> str:
    """Return the text between double quotes, with an escape for everything that YAML would not print."""
    return f'"{"".join(_sign(sign) for sign in one_line(text))}"'


def _sign(sign: str) -> str:
    if sign in _SHORT:
        return _SHORT[sign]
    return sign if _PRINTABLE.fullmatch(sign) else f"\\u{ord(sign):04x}"


def beside(value: Plain) -> str:
    """Return the value on one line, lists and blocks between brackets."""
    match value:
        case str():
            return _word(value, _SAFE_BESIDE)
        case int():
            return str(value)
        case Mapping():
            return f"{{{', '.join(f'{beside(key)}: {beside(item)}' for key, item in value.items())}}}"
        case _:
            return f"[{', '.join(beside(item) for item in value)}]"


def _word(text: str, safe: re.Pattern[str]) -> str:
    line = one_line(text)
    return line if safe.fullmatch(line) and line.lower() not in _RESERVED else quoted(line)


def entry(key: str, value: Plain, indent: int) -> list[str]:
    """Return `key: value` as lines: on one line while that is easy to read, else every part on its own."""
    start = f"{' ' * indent}{beside(key)}:"
    if isinstance(value, str):
        return [f"{start} {_word(value, _SAFE_ALONE)}"]
    line = f"{start} {beside(value)}"
    if not _has_blocks(value) or (len(line) <= WIDEST and _is_flat(value)):
        return [line]
    if isinstance(value, Mapping):
        return [start, *(line for word, item in value.items() for line in entry(word, item, indent + 2))]
    return [start, *(line for item in _sequence(value) for line in item_lines(item, indent + 2))]


def item_lines(item: Plain, indent: int) -> list[str]:
    """Return one item of a list as lines, the first behind a dash."""
    if not isinstance(item, Mapping) or not item:
        return [f"{' ' * indent}- {beside(item)}"]
    lines = [line for key, value in item.items() for line in entry(key, value, indent + 2)]
    return [f"{' ' * indent}- {lines[0].lstrip()}", *lines[1:]]


def _sequence(value: Plain) -> Sequence[Plain]:
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


def _has_blocks(value: Plain) -> bool:
    """Say whether there is a list of blocks anywhere inside."""
    if isinstance(value, Mapping):
        return any(_has_blocks(item) for item in value.values())
    return any(isinstance(item, Mapping) for item in _sequence(value))


def _is_flat(value: Plain) -> bool:
    """A list of a few blocks without another such list inside can still be read on one line."""
    if isinstance(value, Mapping):
        return all(_is_flat(item) for item in value.values())
    return len(_sequence(value)) <= MOST_BESIDE and not any(_has_blocks(item) for item in _sequence(value))
