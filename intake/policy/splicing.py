"""Changes in the text of regels.yaml, one block at a time: everything else stays as it was, comments too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import yaml
from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from intake.policy.loader import FILES
from intake.policy.problems import Problem
from intake.policy.reading import PolicyFile
from intake.policy.writing import INDENT
from intake.policy.yaml_text import one_line

RULES, MESSAGES = "regels", "nog_niet"
_FILE = "regels.yaml"
# What YAML takes for the end of a line; str.splitlines knows more of them.
_LINE = re.compile(r"[^\n\r\x85\u2028\u2029]*(?:\r\n|[\n\r\x85\u2028\u2029])|[^\n\r\x85\u2028\u2029]+")
_BREAK = re.compile(r"\r\n|[\r\x85\u2028\u2029]")
_LINE_END = re.compile(r"[\n\r\x85\u2028\u2029]\Z")
_BLANKS = re.compile(r"[ \t]+$", re.MULTILINE)


class CannotSplice(Exception):
    """Raised when a block cannot be put into the text or taken out; says why, in Dutch."""


@dataclass(frozen=True, slots=True)
class _Item:
    """A block of the list: its code, and its lines from the dash to the last that says anything."""

    code: str
    first: int
    after: int


@dataclass(frozen=True, slots=True)
class _List:
    """A list of blocks in a text; `head` is the line of its name, `colon` where its name ends."""

    lines: list[str]
    head: int
    colon: int
    indent: int
    items: tuple[_Item, ...]

    def item(self, code: str) -> _Item:
        found = [item for item in self.items if item.code == code]
        if len(found) != 1:
            many = "staat er niet in" if not found else "staat er meer dan één keer in"
            raise CannotSplice(f"«{code}» {many}.")
        return found[0]


def with_block(text: str, code: str, block: str, *, part: str = RULES) -> str:
    """Return the text with this block in the place of the one with that code.

    Comments inside the old block are kept: they go above the new one.
    """
    found = _find(text, part)
    item = found.item(code)
    old = "".join(found.lines[item.first : item.after])
    new = [f"{' ' * found.indent}{comment}\n" for comment in _comments(old)] + _moved(block, found.indent)
    return _joined(found.lines, item.first, item.after, new)


def with_new_block(text: str, after_code: str, block: str, *, part: str = RULES) -> str:
    """Return the text with this block added below the one with that code; without a code it comes first."""
    found = _find(text, part)
    if not found.items:
        return _joined(found.lines, found.head + 1, found.head + 1, _moved(block, found.indent))
    at = found.item(after_code).after if after_code else found.head + 1
    return _joined(found.lines, at, at, _moved(block, found.indent))


def without_block(text: str, code: str, *, part: str = RULES) -> str:
    """Return the text without the block with that code; what stands above and below it stays."""
    found = _find(text, part)
    item = found.item(code)
    left = [*found.lines[: item.first], *found.lines[item.after :]]
    if len(found.items) == 1:
        head = found.lines[found.head]
        left[found.head] = f"{head[: found.colon]} []{head[found.colon :]}"
    return "".join(left)


def canonical(texts: Mapping[str, str]) -> dict[str, str]:
    """Return the files in one normal form, in their fixed order: line ends, blanks at the end of lines and of files."""
    known = [name for name in FILES if name in texts]
    return {name: _normal(texts[name]) for name in (*known, *sorted({*texts} - {*known}))}


def _normal(text: str) -> str:
    lines = _BLANKS.sub("", _BREAK.sub("\n", text.removeprefix("\ufeff")))
    return f"{lines.rstrip()}\n"


def _joined(lines: list[str], first: int, after: int, new: list[str]) -> str:
    """Put new lines in the place of old ones, with the line ends that the text has itself."""
    ending = "\r\n" if any(line.endswith("\r\n") for line in lines) else "\n"
    before = lines[:first]
    if before and _LINE_END.search(before[-1]) is None:
        before[-1] += ending
    return "".join([*before, *(line.replace("\n", ending) for line in new), *lines[after:]])


def _moved(block: str, indent: int) -> list[str]:
    """Return the lines of a block with its dash at this indent; no value runs over several lines, so any will do."""
    lines = block.rstrip("\n").split("\n")
    own = len(lines[0]) - len(lines[0].lstrip(" "))
    return [f"{' ' * indent}{line[own:]}\n" for line in lines]


def _find(text: str, part: str) -> _List:
    problems: list[Problem] = []
    root = PolicyFile(_FILE, text, problems).root
    if root is None or not isinstance(root, MappingNode):
        raise CannotSplice(f"{_FILE} is geen geldige YAML. Herstel eerst de tekst zelf.")
    pairs = [(key, value) for key, value in root.value if key.value == part]
    if len(pairs) != 1 or root.flow_style:
        raise CannotSplice(f"«{part}» moet precies één keer in {_FILE} staan, op een eigen regel.")
    [(key, node)] = pairs
    lines = _LINE.findall(text)
    head = key.start_mark.line
    colon = lines[head].find(":", key.end_mark.column) + 1
    if not colon:
        raise CannotSplice(f"Schrijf «{part}:» op één regel.")
    if not node.value and isinstance(node, SequenceNode | ScalarNode):
        _open(lines, head, node)
        return _List(lines, head, colon, INDENT, ())
    if not isinstance(node, SequenceNode) or node.flow_style:
        raise CannotSplice(f"«{part}» moet een lijst zijn met een streepje voor elk blok.")
    items = tuple(_item(lines, item) for item in node.value)
    indent = lines[items[0].first].index("-")
    return _List(lines, head, colon, indent, items)


def _open(lines: list[str], head: int, node: Node) -> None:
    """Take the brackets of an empty list away, so that blocks can follow."""
    if isinstance(node, SequenceNode):
        if node.start_mark.line != head or node.end_mark.line != head:
            raise CannotSplice("Zet een lege lijst op één regel: [].")
        lines[head] = lines[head][: node.start_mark.column].rstrip() + lines[head][node.end_mark.column :]


def _item(lines: list[str], node: Node) -> _Item:
    code = next((value for key, value in _pairs(node) if key.value == "code" and isinstance(value, ScalarNode)), None)
    first = node.start_mark.line
    while "-" not in lines[first][: node.start_mark.column if first == node.start_mark.line else None].split("#")[0]:
        first -= 1
    after = _last_line(node) + 1
    while not lines[after - 1].strip():
        after -= 1
    return _Item(one_line(str(code.value)) if code is not None else "", first, after)


def _pairs(node: Node) -> list[tuple[Node, Node]]:
    return node.value if isinstance(node, MappingNode) else []


def _last_line(node: Node) -> int:
    """Return the last line that says anything: the end of a block itself is only seen at what follows it."""
    if not isinstance(node, CollectionNode):
        # The text below a | or > ends where the next line starts.
        return int(node.end_mark.line) - (node.end_mark.column == 0 and node.end_mark.line > node.start_mark.line)
    if node.flow_style or not node.value:
        return int(node.end_mark.line)
    last = node.value[-1]
    return _last_line(last[1] if isinstance(last, tuple) else last)


def _comments(block: str) -> Iterator[str]:
    """Yield the comments of a block: what stands between two words of YAML and starts with a hash."""
    ended = 0
    for token in yaml.scan(block, Loader=yaml.SafeLoader):
        yield from re.findall(r"#[^\n\r\x85\u2028\u2029]*", block[ended : token.start_mark.index])
        ended = max(ended, token.end_mark.index)
