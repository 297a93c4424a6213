"""What `check_policy` prints, with and without Django."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from intake.policy.analysis import Analysis, Fault, Finding
from intake.policy.checking import check_folder
from intake.policy.model import Place
from tests.domain.policy.samples import FOLDER

ROOT = Path(__file__).resolve().parents[4]
NEVER = "als: {alle: [{wens: [nee]}, {feit: wil}]}"
RULE_A2 = "als: {alle: [{feit: noord}, {al_actief: [ja]}]}"


def with_dead_rule(folder: Path) -> Path:
    """Return a copy of the policy in which rule R-A2 can never hold."""
    shutil.copytree(FOLDER, folder / "beleid")
    path = folder / "beleid" / "regels.yaml"
    text = path.read_text(encoding="utf-8")
    assert text.count(RULE_A2) == 1
    path.write_text(text.replace(RULE_A2, NEVER), encoding="utf-8")
    return path.parent


def checked(folder: Path, *, everything: bool = False) -> tuple[int, str, str]:
    out, errors = io.StringIO(), io.StringIO()
    return check_folder(folder, out, errors, everything=everything), out.getvalue(), errors.getvalue()


def test_a_sound_policy_prints_counts_and_no_errors() -> None:
    count, out, errors = checked(FOLDER)
    assert (count, errors) == (0, "")
    assert "   36  vragen" in out
    assert "× 10^38 intakes, alle die er mogelijk zijn" in out
    assert out.splitlines()[-1].startswith("0 fouten, ")
    assert "ter informatie:" not in out


def test_everything_is_printed_when_asked() -> None:
    short, long = checked(FOLDER)[1], checked(FOLDER, everything=True)[1]
    assert "ter informatie: Overbodig in regel R-A1" in long
    assert len(long.splitlines()) > len(short.splitlines())
    assert "toon ze met --alles" in short
    assert "toon ze met --alles" not in long


def test_a_finding_is_printed_with_place_and_counter_example(tmp_path: Path) -> None:
    count, out, errors = checked(with_dead_rule(tmp_path))
    # The rule was the only one of its activity.
    assert count == 2
    assert "fout: Regel R-A2 kan nooit gelden: de voorwaarde spreekt zichzelf tegen." in errors
    assert "\n    «Wilt u (meer) zaken doen met het buitenland?»: Nee\n" in errors
    assert "Activiteit A2 is onbereikbaar" in errors
    assert all(line.startswith(("    ", "regels.yaml:", "activiteiten.yaml:")) for line in errors.splitlines())
    assert "2 fouten, " in out


def test_problems_of_the_files_come_before_any_analysis(tmp_path: Path) -> None:
    folder = with_dead_rule(tmp_path)
    path = folder / "regels.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("feit: wil}", "feit: wiel}"), encoding="utf-8")
    count, out, errors = checked(folder)
    assert count == len(errors.splitlines()) > 0
    assert "bedoelde u «wil»?" in errors
    assert out == ""


def test_the_command_fails_on_errors(tmp_path: Path) -> None:
    errors = io.StringIO()
    with pytest.raises(CommandError, match="2 fouten in beleid"):
        call_command("check_policy", str(with_dead_rule(tmp_path)), stdout=io.StringIO(), stderr=errors)
    assert "R-A2 kan nooit gelden" in errors.getvalue()


def test_the_command_answers_without_django(tmp_path: Path) -> None:
    environment = {**os.environ, "NNMKB_NO_VENV": "1", "DJANGO_SETTINGS_MODULE": "nowhere.to.be.found"}
    line = [sys.executable, str(ROOT / "manage.py"), "check_policy"]
    right = subprocess.run([*line, str(FOLDER)], env=environment, capture_output=True, text=True, check=False)
    assert (right.returncode, right.stderr) == (0, "")
    wrong = subprocess.run(
        [*line, "--alles", str(with_dead_rule(tmp_path))], env=environment, capture_output=True, text=True, check=False
    )
    assert wrong.returncode == 1
    assert "2 fouten in beleid" in wrong.stderr
    assert "ter informatie" in wrong.stdout


def with_citations(folder: Path) -> tuple[Path, Path]:
    """Return a policy with a citation that is right and one that is not, and a folder with the text."""
    shutil.copytree(FOLDER, folder / "beleid")
    path = folder / "beleid" / "regels.yaml"
    text = path.read_text(encoding="utf-8")
    for place, quote in (("tabel Algemeen 1", "Er staat een kop."), ("tabel Algemeen 2", "Er stond een kop.")):
        assert f'"001", plaats: "{place}"' in text
        text = text.replace(f'"001", plaats: "{place}"', f'"001", citaat: "{quote}", plaats: "{place}"', 1)
    path.write_text(text, encoding="utf-8")
    (folder / "bronnen").mkdir()
    (folder / "bronnen" / "001_notitie.txt").write_text("Er staat\neen kop.", encoding="utf-8")
    return folder / "beleid", folder / "bronnen"


def test_citations_are_looked_up_in_a_folder_with_and_without_django(tmp_path: Path) -> None:
    policy, sources = with_citations(tmp_path)
    assert checked(policy)[0] == 0
    line = [sys.executable, str(ROOT / "manage.py"), "check_policy", str(policy), "--bronnen", str(sources)]
    environment = {**os.environ, "NNMKB_NO_VENV": "1"}
    wrong = subprocess.run(line, env=environment, capture_output=True, text=True, check=False)
    assert wrong.returncode == 1
    assert "«Er stond een kop.» staat niet in de tekst van dit document, bedoelde u «Er staat een kop»?" in wrong.stderr
    assert "1 fout in beleid" in wrong.stderr
    errors = io.StringIO()
    with pytest.raises(CommandError, match="1 fout in beleid"):
        call_command("check_policy", str(policy), bronnen=sources, stdout=io.StringIO(), stderr=errors)
    assert errors.getvalue() == wrong.stderr.removesuffix("1 fout in beleid\n")


def test_folder_without_texts_and_text_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    errors = io.StringIO()
    assert check_folder(FOLDER, io.StringIO(), errors, sources=tmp_path) == 1
    (tmp_path / "001.txt").write_bytes(b"\xff\xfe\x00")
    assert check_folder(FOLDER, io.StringIO(), errors, sources=tmp_path) == 1
    assert "geen enkel bestand met .txt" in errors.getvalue()
    assert "001.txt:1: deze tekst is niet te lezen (UnicodeDecodeError)" in errors.getvalue()


def test_the_last_line_counts_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place("regels.yaml", 7)
    found = (
        Finding(Fault.DEAD_RULE, "R-X", "zelf", place, "Regel R-X kan nooit gelden."),
        Finding(Fault.REDUNDANT, "R-Y", "2", place, "Overbodig."),
        Finding(Fault.REDUNDANT, "R-Y", "3", place, "Overbodig."),
    )
    analysis = Analysis(found, None, 0, ("Te groot.",), {})
    monkeypatch.setattr("intake.policy.checking.analyse", lambda policy: analysis)
    count, out, errors = checked(FOLDER)
    assert count == 1
    assert errors == "regels.yaml:7: fout: Regel R-X kan nooit gelden.\n"
    assert out.splitlines()[-1] == "1 fout, 2 waarschuwingen."
    assert "Te groot." in out
    assert "Bekeken" not in out
