"""The checks of `check_all` that are our own: each finds what it is there for."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from nnmkb.management.commands import check_all
from nnmkb.run import checks
from nnmkb.run.checks import Check


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A small project in a folder of its own."""
    for folder in ("nnmkb", "intake", "referrals", "templates/mail", "docs", "locale/en/LC_MESSAGES"):
        (tmp_path / folder).mkdir(parents=True)
    monkeypatch.setattr(checks, "ROOT", tmp_path)
    return tmp_path


def test_template_that_nothing_asks_for_is_found(house):
    for name in ("used.html", "included.html", "unused.html", "mail/one.txt", "404.html"):
        (house / "templates" / name).touch()
    (house / "intake" / "views.py").write_text('render(request, "used.html")\ncompose(f"mail/{name}.txt")')
    (house / "templates" / "used.html").write_text('{% include "included.html" %}')
    assert checks.unused_templates() == ["templates/unused.html: no code or template asks for it"]


def test_text_without_translation_and_translation_without_text_are_found(house):
    (house / "templates" / "a.html").write_text('{% translate "Wel" %}{% translate "Niet" %}')
    (house / "locale/en/LC_MESSAGES/django.po").write_text(
        'msgid ""\nmsgstr ""\n\nmsgid "Wel"\nmsgstr "Yes"\n\nmsgid "Oud"\nmsgstr "Old"\n'
    )
    found = checks.untranslated()
    assert "templates/a.html: «Niet» has no English text" in found
    assert "locale/en: «Oud» is used nowhere" in found
    assert not any("«Wel» has no" in line for line in found)


def test_translation_that_was_not_compiled_is_found(house):
    (house / "templates" / "a.html").write_text('{% translate "Wel" %}')
    (house / "locale/en/LC_MESSAGES/django.po").write_text('msgid "Wel"\nmsgstr "Yes"\n')
    assert checks.untranslated() == ["django.mo is not there; compile it with: manage.py compilemessages"]


def test_link_to_nowhere_and_unknown_command_are_found(house):
    (house / "README.md").write_text("[ok](docs/a.md) [away](docs/b.md) [web](https://x.example) manage.py nonsense up")
    (house / "docs" / "a.md").write_text("[home](../README.md), `manage.py migrate`")
    assert checks.documents() == ["README.md: docs/b.md is not there", "README.md: manage.py nonsense is no command"]


def test_table_shows_every_check_and_one_that_is_wrong_fails_all(monkeypatch):
    good, wrong = Check("fine", look=lambda: []), Check("broken", look=lambda: ["a fault"])
    said = io.StringIO()
    monkeypatch.setattr(check_all, "CHECKS", (wrong, good))
    with pytest.raises(CommandError):
        call_command("check_all", stdout=said)
    assert "a fault" in said.getvalue()
    assert said.getvalue().splitlines()[-1] == "1 good, 1 wrong"


def test_program_that_fails_without_a_word_is_still_wrong(monkeypatch):
    assert check_all.look(Check("silent", (checks.PYTHON, "-c", "raise SystemExit(3)"))) == "code 3"
    assert check_all.look(Check("fine", (checks.PYTHON, "-c", "print('words')"))) == ""
