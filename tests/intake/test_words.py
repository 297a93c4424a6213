"""Every text of the scan in plain Dutch: short sentences, and no words of an office."""

from __future__ import annotations

import ast
import re
from html import unescape
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.ROOT)
STOP = re.compile(
    r"\b(indien|middels|conform|teneinde|alsmede|dient te|reeds|aangaande|betreffende|derhalve|u heeft recht)\b", re.I
)
DUTCH = re.compile(r"\b(de|het|een|u|uw|wij|niet|en|is)\b", re.I)


def template_texts() -> list[str]:
    """Return the running text of the templates, tag by tag."""
    found: list[str] = []
    for path in sorted((ROOT / "templates" / "intake").rglob("*.html")):
        source = re.sub(r"\{%.*?%\}", " ", path.read_text(), flags=re.S)
        source = re.sub(r"\{\{.*?\}\}", "woord", source)
        found += [unescape(piece) for piece in re.split(r"<[^>]+>", source)]
    return found


def python_texts() -> list[str]:
    """Return the Dutch literals of the code, docstrings left out because they are English."""
    found: list[str] = []
    for path in sorted((ROOT / "intake").rglob("*.py")):
        if {"policy", "management", "migrations"} & set(path.parts):
            continue
        tree = ast.parse(path.read_text())
        docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
                found.append(node.value)
    return found


def sentences() -> list[str]:
    """Return the sentences, in words that a reader sees."""
    texts = [" ".join(piece.split()) for piece in template_texts() + python_texts()]
    split = [line for piece in texts for line in re.split(r"(?<=[.?!])\s+", piece)]
    return [line for line in split if len(line.split()) > 2 and DUTCH.search(line)]


def test_there_is_something_to_read() -> None:
    assert len(sentences()) > 120


def test_no_office_words() -> None:
    assert [line for line in sentences() if STOP.search(line)] == []


def test_no_sentence_is_longer_than_twenty_words() -> None:
    assert [line for line in sentences() if len(line.split()) > 20] == []


def test_sentences_are_short_on_average() -> None:
    lengths = [len(line.split()) for line in sentences()]
    assert sum(lengths) / len(lengths) <= 10
