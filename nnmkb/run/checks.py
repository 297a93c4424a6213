"""What `check_all` looks at: programs that judge the code, and our own looks at texts, templates and documents."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from gettext import GNUTranslations
from pathlib import Path

from django.core.management import get_commands

ROOT = Path(__file__).resolve().parent.parent.parent
PYTHON = sys.executable
MANAGE = (PYTHON, str(ROOT / "manage.py"))
CODE = ("nnmkb", "intake", "referrals")
# What a real site would be given; nothing is contacted by a check.
PRODUCTION = {
    "NNMKB_MODE": "production",
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "ALLOWED_HOSTS": "noordoverdegrens.example",
    "SITE_URL": "https://noordoverdegrens.example",
    "DATABASE_URL": "postgresql://nnmkb@db.example/nnmkb",
    "CELERY_BROKER_URL": "redis://redis.example:6379/0",
    "EMAIL_URL": "smtp+tls://post:x@mail.example:587",
    "DEFAULT_FROM_EMAIL": "Noord <post@mail.example>",
    "SITE_EMAIL": "hulp@mail.example",
    "SITE_PHONE": "088 123 45 67",
}
# Looked up by their names in a library: the form pack by crispy-forms, the pages of errors by Django.
BY_NAME = re.compile(r"^(nlds/|40[034]\.html$|500\.html$)")
TEMPLATE_NAME = re.compile(r"[\"']([\w./-]*\{[\w.]+\}[\w./-]*|[\w./-]+)\.(html|txt|css)[\"']")
TRANSLATED = re.compile(
    r"""\{%\s*trans(?:late)?\s+(["'])(?P<tag>.+?)\1|\b(?:_|gettext(?:_lazy)?)\(\s*(["'])(?P<call>.+?)\3"""
)
BLOCK = re.compile(r"\{%\s*blocktrans(?:late)?\b[^%]*%\}(.+?)\{%", re.S)
VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:|#)([^)#\s]+)")
COMMAND = re.compile(r"manage\.py ([a-z_]+)")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at: a program to run, or a function that names what is wrong."""

    name: str
    line: tuple[str, ...] = ()
    look: Callable[[], list[str]] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


def sources(*suffixes: str) -> Iterator[Path]:
    """Return the files of the product with these endings."""
    for folder in (*CODE, "templates"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in suffixes:
                yield path


def unused_templates() -> list[str]:
    """Name each template that no view, mail or other template asks for."""
    asked: list[re.Pattern[str]] = []
    for path in sources(".py", ".html", ".txt"):
        for stem, ending in TEMPLATE_NAME.findall(path.read_text()):
            wanted = re.sub(r"\\\{[\w.\\]+\\\}", r"[^/]+", re.escape(f"{stem}.{ending}"))
            asked.append(re.compile(f"^{wanted}$"))
    folder = ROOT / "templates"
    names = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*.*")) if path.is_file()]
    return [
        f"templates/{name}: no code or template asks for it"
        for name in names
        if not BY_NAME.match(name) and not any(pattern.match(name) for pattern in asked)
    ]


def texts_to_translate() -> dict[str, str]:
    """Return each text that is marked for translation, with the file it stands in."""
    found: dict[str, str] = {}
    for path in sources(".py", ".html", ".txt"):
        text, name = path.read_text(), path.relative_to(ROOT).as_posix()
        for match in TRANSLATED.finditer(text):
            found[match["tag"] or match["call"]] = name
        for body in BLOCK.findall(text):
            # gettext knows a variable by its Python name.
            found[VARIABLE.sub(r"%(\1)s", body)] = name
    return found


def catalogue(path: Path) -> dict[str, str]:
    """Return the texts and translations of one catalogue of gettext."""
    if not path.exists():
        return {}
    texts: dict[str, str] = {}
    for block in path.read_text().split("\n\n"):
        single = re.sub(r"^(msgid_plural|msgstr\[1\]) .*$", "", block, flags=re.M).replace("msgstr[0]", "msgstr")
        halves = [
            "".join(re.findall(r'"(.*)"', part))
            for part in re.split(r"^msgstr ", single.partition("msgid ")[2], flags=re.M)
        ]
        if len(halves) == 2 and halves[0]:
            texts[halves[0]] = halves[1]
    return texts


def untranslated() -> list[str]:
    """Name each text without an English translation, and each translation that nothing uses."""
    wanted = texts_to_translate()
    folder = ROOT / "locale" / "en" / "LC_MESSAGES"
    known = catalogue(folder / "django.po")
    missing = [f"{where}: «{text}» has no English text" for text, where in wanted.items() if not known.get(text)]
    unused = [f"locale/en: «{text}» is used nowhere" for text in known if text not in wanted]
    return missing + unused + not_compiled(known, folder / "django.mo")


def not_compiled(known: Mapping[str, str], path: Path) -> list[str]:
    """Name each translation that the compiled file, which Django reads, does not have in this form."""
    if not known:
        return []
    if not path.exists():
        return [f"{path.name} is not there; compile it with: manage.py compilemessages"]
    with path.open("rb") as compiled:
        made = GNUTranslations(compiled)
    # A text with a plural is kept under its number, and older Pythons look for it there only when asked so.
    stale = [
        text
        for text, translation in known.items()
        if translation not in {made.gettext(text), made.ngettext(text, text, 1)}
    ]
    return [f"{path.name}: «{text}» was changed; compile it with: manage.py compilemessages" for text in stale]


def documents() -> list[str]:
    """Name each link in a document that leads nowhere and each command that does not exist."""
    commands = set(get_commands())
    wrong: list[str] = []
    for path in [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]:
        text, name = path.read_text(), path.relative_to(ROOT).as_posix()
        wrong += [f"{name}: {link} is not there" for link in LINK.findall(text) if not (path.parent / link).exists()]
        wrong += [f"{name}: manage.py {word} is no command" for word in COMMAND.findall(text) if word not in commands]
    return wrong


CHECKS = (
    Check("lint", (PYTHON, "-m", "ruff", "check", ".")),
    Check("format", (PYTHON, "-m", "ruff", "format", "--check", ".")),
    Check("types", (PYTHON, "-m", "mypy")),
    Check("arrows between rooms", (str(Path(PYTHON).parent / "lint-imports"),)),
    Check("migrations are complete", (*MANAGE, "makemigrations", "--check", "--dry-run")),
    Check("safe in production", (*MANAGE, "check", "--deploy", "--fail-level", "WARNING"), environment=PRODUCTION),
    Check("policy files", (*MANAGE, "check_policy")),
    Check("built stylesheet", (*MANAGE, "build_css", "--check")),
    Check("translations", look=untranslated),
    Check("templates in use", look=unused_templates),
    Check("documents", look=documents),
)
