"""The places of answers through the versions: kept up to date in every draft, and checked before publishing.

A place that a version in force ever gave out stays taken, also when that version was withdrawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from django.conf import settings
from django.db.models.fields.json import KT

from intake import policies
from intake.models import PolicyVersion
from intake.policy import PolicyProblems
from intake.policy.loader import CATALOGUE, questions_of
from intake.policy.register_reading import REGISTER, slots_of
from intake.policy.registering import Slot, extends, register_text, retired_as_in


def up_to_date(files: policies.Files) -> dict[str, str]:
    """Return the files with the register that belongs to their catalogue; as they are when that cannot be read."""
    questions = questions_of(files.get(CATALOGUE, ""))
    if questions is None:
        return dict(files)
    return {**files, REGISTER: register_text(taken(), questions)}


def fits(files: policies.Files) -> bool:
    """Say whether the register in the files keeps every place that was ever taken."""
    try:
        return extends(slots_of(files.get(REGISTER, "")), taken())
    except PolicyProblems:
        return False


def taken() -> tuple[Slot, ...]:
    """Return the longest register that was ever in force, with what is retired in the version that is in force now.

    What a withdrawn version retired may come back; what it added keeps its place.
    """
    registers = list(ever_in_force())
    longest: Sequence[Slot] = max(registers, key=_size, default=())
    in_force = policies.readable_files(policies.newest()).get(REGISTER, "")
    return retired_as_in(longest, slots_of(in_force) if in_force else ())


def _size(slots: Sequence[Slot]) -> int:
    return len(slots) + sum(len(slot.options) for slot in slots)


def ever_in_force() -> Iterator[tuple[Slot, ...]]:
    """Yield the register of every version that is or was in force, those that came with the program included."""
    rows = PolicyVersion.objects.filter(state__in=policies.READABLE).annotate(register=KT(f"files__{REGISTER}"))
    texts = dict(rows.values_list("name", "register"))
    for folder in sorted(Path(settings.POLICY_ROOT).iterdir()):
        if folder.name not in texts and (folder / REGISTER).is_file():
            texts[folder.name] = (folder / REGISTER).read_text(encoding="utf-8")
    return (slots_of(text) for text in texts.values() if text)
