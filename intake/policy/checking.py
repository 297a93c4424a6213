"""The whole of `manage.py check_policy`: what a folder of policy files holds and what is wrong with it, in Dutch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from intake.policy.analysis import Analysis, Finding, Severity, analyse
from intake.policy.analysis.words import intakes_in_words
from intake.policy.loader import load_policy
from intake.policy.model import Policy
from intake.policy.problems import PolicyProblems, Problem


class Sink(Protocol):
    """Where lines go."""

    def write(self, text: str, /) -> object: ...


def check_folder(
    folder: Path,
    out: Sink,
    errors: Sink,
    *,
    everything: bool = False,
    strict: bool = False,
    sources: Path | None = None,
) -> int:
    """Write what is in the folder and what is found; return the number of errors, when `strict` with the warnings.

    With `everything` the findings that ask for nothing are written too. `sources` is a folder with the texts of
    documents, to look citations up in.
    """
    try:
        policy = load_policy(folder, read_sources(sources) if sources else None)
    except PolicyProblems as found:
        for problem in found.problems:
            errors.write(f"{problem}\n")
        return len(found.problems)
    analysis = analyse(policy)
    for line in (*_contents(policy), *_analysed(analysis)):
        out.write(f"{line}\n")
    warned = errors if strict else out
    for severity, sink in ((Severity.ERROR, errors), (Severity.WARNING, warned), (Severity.INFORMATION, out)):
        if everything or severity is not Severity.INFORMATION:
            for finding in analysis.of(severity):
                sink.write("\n".join(_told(finding)) + "\n")
    out.write(f"{_summed_up(analysis, everything)}\n")
    return len(analysis.errors) + (len(analysis.warnings) if strict else 0)


def verdict(count: int, folder: Path, *, strict: bool = False) -> str:
    """Return the last line about a folder in which something was found."""
    one, more = ("fout of waarschuwing", "fouten en waarschuwingen") if strict else ("fout", "fouten")
    return f"{count} {one if count == 1 else more} in {folder.name}"


def read_sources(folder: Path) -> dict[str, str]:
    """Return the texts in a folder by the code of their document, with which the name of the file begins."""
    texts: dict[str, str] = {}
    for path in sorted(folder.glob("*.txt")):
        code = re.match(r"[^\W_]*", path.stem)
        try:
            texts[code[0] if code else ""] = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise PolicyProblems(
                [Problem(path.name, 1, f"deze tekst is niet te lezen ({type(error).__name__})")]
            ) from error
    if not texts:
        raise PolicyProblems([Problem(folder.name, 1, "in deze map met bronnen staat geen enkel bestand met .txt")])
    return texts


def summary(policy: Policy) -> list[tuple[str, int]]:
    """Return what is in the policy, counted."""
    rules = policy.rules
    return [
        ("vragen", len(policy.catalogue.questions)),
        ("controles", len(policy.catalogue.checks)),
        ("feiten", len(rules.facts)),
        ("afgeleide waarden", len(rules.derived)),
        ("uitkomsten", len(rules.outcomes)),
        ("regels", len(rules.rules)),
        ("nog-niet-berichten", len(rules.withheld)),
        ("activiteiten", len(policy.activities)),
        ("rollen", len(policy.parties)),
        ("organisaties", len(policy.organisations)),
        ("toestemmingen", len(policy.consents)),
        ("vergelijkingen", len(policy.comparisons)),
    ]


def _contents(policy: Policy) -> Iterator[str]:
    yield f"{policy.name}, versie {policy.version}"
    for label, count in summary(policy):
        yield f"{count:5}  {label}"
    yield f"regels    sha256 {policy.digests.rules}"
    yield f"catalogus sha256 {policy.digests.catalogue}"


def _analysed(analysis: Analysis) -> Iterator[str]:
    if analysis.intakes is not None:
        yield f"Bekeken: {intakes_in_words(analysis.intakes)}, alle die er mogelijk zijn."
    yield from analysis.notes


def _told(finding: Finding) -> Iterator[str]:
    """A finding as lines: its place and text, and below it what shows it."""
    yield f"{finding.place.file}:{finding.place.line}: {finding.severity.value}: {finding.text}"
    yield from (f"    {line}" for line in finding.example_lines)


def _summed_up(analysis: Analysis, everything: bool) -> str:
    counts = [(len(analysis.errors), "fout", "fouten"), (len(analysis.warnings), "waarschuwing", "waarschuwingen")]
    words = ", ".join(f"{number} {one if number == 1 else more}" for number, one, more in counts)
    others = len(analysis.of(Severity.INFORMATION))
    if not others:
        return f"{words}."
    return f"{words}, {others} ter informatie{'' if everything else ' (toon ze met --alles)'}."
