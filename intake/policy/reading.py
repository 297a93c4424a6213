"""Strict reading of one policy file: whole numbers and text only, every problem with its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import date
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.resolver import BaseResolver
from yaml.scanner import Scanner

from intake.policy.codes import CodeForm
from intake.policy.model import Place
from intake.policy.problems import PolicyProblems, Problem, did_you_mean

# Many times what the policy of 2013 needs, and little enough to read and analyse in seconds.
MOST_SIGNS = 2_000_000
MOST_SIGNS_IN_A_TEXT = 5_000
MOST_IN_A_LIST = 1_000
MOST_PROBLEMS = 200
# A condition takes two levels; nobody understands one of thirty deep.
MOST_NESTED = 60
# What would be read as markup, what no screen shows, and what makes a line read in another order than it is written.
_MARKUP = re.compile(r"<[A-Za-z/!?]")
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_INT, _STR = "tag:yaml.org,2002:int", "tag:yaml.org,2002:str"
_PLAIN_TAGS = {_INT, _STR, "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}


class _OnlyIntegers(BaseResolver):
    """YAML 1.1 turns no, on, 1.0 and 2013-02-05 into other things; here only whole numbers are special."""


_OnlyIntegers.add_implicit_resolver(_INT, re.compile(r"^-?(?:0|[1-9][0-9]{0,8})$"), list("-0123456789"))


class _SlowLoader(Reader, Scanner, Parser, Composer, _OnlyIntegers):
    def __init__(self, stream: str) -> None:
        Reader.__init__(self, stream)
        Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)
        _OnlyIntegers.__init__(self)


def _loader() -> Callable[[str], Any]:
    if not yaml.__with_libyaml__:
        return _SlowLoader
    from yaml._yaml import CParser  # only there when PyYAML was built on libyaml

    class _FastLoader(CParser, _OnlyIntegers):
        def __init__(self, stream: str) -> None:
            CParser.__init__(self, stream)
            _OnlyIntegers.__init__(self)

    return _FastLoader


_LOADER = _loader()


def _too_deep(text: str) -> int:
    """Return the line on which a text is nested too deep, 0 when it is not.

    Composing goes down in C, one call a level: a text of brackets alone would take the whole process with it.
    """
    loader, depth = _LOADER(text), 0
    while loader.check_event():
        event = loader.get_event()
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MOST_NESTED:
            return int(event.start_mark.line) + 1
    return 0


def unfit(text: str) -> str:
    """Return why a text may not stand in a policy file; nothing when it may."""
    if len(text) > MOST_SIGNS_IN_A_TEXT:
        return f"deze tekst is te lang: hooguit {MOST_SIGNS_IN_A_TEXT} tekens"
    if _MARKUP.search(text):
        return "opmaak (<…>) mag niet in een tekst"
    return "in deze tekst staat een teken dat niemand ziet; haal het weg" if _UNSEEN.search(text) else ""


class PolicyFile:
    """One file as nodes; every reader reports to `problems` and goes on with a harmless value."""

    def __init__(self, name: str, text: str, problems: list[Problem]) -> None:
        self.name = name
        self.problems = problems
        self.too_long = False
        self.root = self._compose(text)
        if self.root is not None:
            self._check(self.root)

    @property
    def readable(self) -> bool:
        """Say whether it makes sense to look for more in this file: it is YAML, and no list in it is endless."""
        return self.root is not None and not self.too_long

    def problem(self, node: Node | None, message: str) -> None:
        """Report a problem where a node begins; PolicyProblems at one too many: then reading on helps nobody."""
        self.report(self.place(node).line, message)

    def report(self, line: int, message: str) -> None:
        """Report a problem on a line; see `problem`."""
        self.problems.append(Problem(self.name, line, message))
        if len(self.problems) >= MOST_PROBLEMS:
            self.problems.append(Problem(self.name, line, "er is nog meer; verbeter dit eerst"))
            raise PolicyProblems(self.problems)

    def place(self, node: Node | None) -> Place:
        """Return where a node begins; without one, the beginning of the file."""
        return Place(self.name, node.start_mark.line + 1 if node is not None else 1)

    def _compose(self, text: str) -> Node | None:
        if len(text) > MOST_SIGNS:
            self.report(1, f"dit bestand is te groot: hooguit {MOST_SIGNS} tekens")
            return None
        try:
            if deep := _too_deep(text):
                self.report(deep, "hier zitten te veel lijsten of blokken in elkaar")
                return None
            # Not even built: a few references to references are more nodes than there is memory for.
            if re.search(r"[&*!]", text) and self._refuse_magic(text):
                return None
            root: Node | None = _LOADER(text).get_single_node()
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            reason = getattr(error, "problem", None) or str(error)
            self.report(mark.line + 1 if mark else 1, f"geen geldige YAML: {reason}")
            return None
        if root is None:
            self.problem(None, "het bestand is leeg")
        return root

    def _refuse_magic(self, text: str) -> bool:
        """Report everything that YAML would put in place of other text, and say whether there was any."""
        known = len(self.problems)
        loader = _LOADER(text)
        while loader.check_event():
            event = loader.get_event()
            line = getattr(event.start_mark, "line", 0) + 1
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                self.report(line, "ankers en verwijzingen (& en *) mogen niet")
            if getattr(event, "tag", None):
                self.report(line, "tags (!) mogen niet")
        return len(self.problems) > known

    def _check(self, node: Node) -> None:
        if node.tag not in _PLAIN_TAGS:
            self.problem(node, "tags (!) mogen niet")
        if isinstance(node, ScalarNode):
            self._check_text(node)
        elif len(node.value) > MOST_IN_A_LIST:
            self.too_long = True
            self.problem(node, f"deze lijst is te lang: hooguit {MOST_IN_A_LIST} delen")
        elif isinstance(node, SequenceNode):
            for item in node.value:
                self._check(item)
        elif isinstance(node, MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                if not isinstance(key, ScalarNode):
                    self.problem(key, "een sleutel moet een woord zijn")
                elif key.value in seen:
                    self.problem(key, f"de sleutel «{key.value}» staat hier twee keer")
                else:
                    self._check_text(key)
                    seen.add(key.value)
                self._check(value)

    def _check_text(self, node: ScalarNode) -> None:
        if why := unfit(node.value):
            self.problem(node, why)

    def entries(self, node: Node | None, what: str) -> list[tuple[str, Node, Node]]:
        """Return (word, key node, value node) of a block of `sleutel: waarde`."""
        if node is None:
            return []
        if not isinstance(node, MappingNode):
            self.problem(node, f"{what}: hier hoort een blok met sleutel: waarde")
            return []
        return [(key.value, key, value) for key, value in node.value if isinstance(key, ScalarNode)]

    def fields(
        self, node: Node | None, what: str, required: Collection[str], optional: Collection[str] = ()
    ) -> dict[str, Node]:
        """Return the values by key; unknown and missing keys are reported."""
        found: dict[str, Node] = {}
        for word, key, value in self.entries(node, what):
            if word in required or word in optional:
                found[word] = value
            else:
                hint = did_you_mean(word, [*required, *optional])
                self.problem(key, f"{what}: onbekende sleutel «{word}»{hint}")
        if isinstance(node, MappingNode):
            for word in required:
                if word not in found:
                    self.problem(node, f"{what}: «{word}» ontbreekt")
        return found

    def items(self, node: Node | None, what: str) -> list[Node]:
        if node is None:
            return []
        if not isinstance(node, SequenceNode):
            self.problem(node, f"{what}: hier hoort een lijst")
            return []
        return list(node.value)

    def text(self, node: Node | None, what: str) -> str:
        if node is None:
            return ""
        if not isinstance(node, ScalarNode):
            self.problem(node, f"{what}: hier hoort tekst")
            return ""
        text = " ".join(str(node.value).split())
        if not text:
            self.problem(node, f"{what}: de tekst is leeg")
        return text

    def code(self, node: Node | None, what: str, form: CodeForm) -> str:
        """Return a code; one that cannot stand in an address is reported and returned all the same."""
        code = self.text(node, what)
        return self.fit(node, what, code, form) if node is not None and code else ""

    def fit(self, node: Node, what: str, code: str, form: CodeForm) -> str:
        """Return a code that is the key of a block; see `code`."""
        if not form.fits(code):
            self.problem(node, f"{what}: «{code[:40]}» kan geen code zijn; {form.hint}")
        return code

    def number(self, node: Node | None, what: str, default: int = 0) -> int:
        if node is None:
            return default
        if not isinstance(node, ScalarNode) or node.tag != _INT:
            self.problem(node, f"{what}: hier hoort een geheel getal")
            return default
        return int(node.value)

    def texts(self, node: Node | None, what: str) -> tuple[str, ...]:
        return tuple(self.text(item, what) for item in self.items(node, what))

    def one_of(self, node: Node | None, what: str, known: Collection[str]) -> str:
        """Return a word out of `known`; an unknown word is reported and returned as empty text."""
        if node is None:
            return ""
        word = self.text(node, what)
        return self.known_word(node, what, word, known) if word else ""

    def known_word(self, node: Node | None, what: str, word: str, known: Collection[str]) -> str:
        """Return the word when it is known; report it and return empty text otherwise."""
        if word in known:
            return word
        self.problem(node, f"{what}: «{word[:40]}» bestaat niet{did_you_mean(word, known)}")
        return ""

    def some_of(self, node: Node | None, what: str, known: Collection[str]) -> tuple[str, ...]:
        words = tuple(word for item in self.items(node, what) if (word := self.one_of(item, what, known)))
        if len(set(words)) < len(words):
            self.problem(node, f"{what}: een woord staat er twee keer")
        return words

    def yes(self, node: Node | None, what: str, default: bool) -> bool:
        word = self.one_of(node, what, ("ja", "nee"))
        return word == "ja" if word else default

    def day(self, node: Node | None, what: str) -> date | None:
        if node is None:
            return None
        try:
            return date.fromisoformat(self.text(node, what))
        except ValueError:
            self.problem(node, f"{what}: schrijf de dag als JJJJ-MM-DD")
            return None
