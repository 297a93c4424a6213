"""The versions of the policy as this process has them at hand: read once, and never changed under a visitor."""

from __future__ import annotations

import hashlib
import json
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock
from time import monotonic

from django.conf import settings

from intake.models import PolicyVersion
from intake.policy import Policy, PolicyProblems, Problem, read_policy
from intake.policy.loader import FILES
from intake.policy.register_reading import REGISTER
from intake.source_texts import NO_SOURCES, SourceTexts, registered

NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,18}[a-z0-9])?")
# How long another process may go on starting scans on the version before.
SECONDS = 5.0
# Parsed texts that are kept: the versions in use, and some drafts that somebody is working on.
MOST_PARSED = 40
# Files that the program keeps up to date itself, whatever somebody types in them.
MAINTAINED = (REGISTER,)
# A version that was in force once stays readable for good.
READABLE = (PolicyVersion.State.PUBLISHED, PolicyVersion.State.RETIRED)

Files = Mapping[str, str]


class UnknownVersion(PolicyProblems):
    """There is no version of this name that was ever in force."""

    def __init__(self, name: str) -> None:
        super().__init__([Problem(name[:80], 1, "deze versie van het beleid is er niet")])


class Shelf:
    """The parsed versions of one process, and the name of the one in force for a few seconds."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._parsed: OrderedDict[str, Policy] = OrderedDict()
        self._named: dict[str, Policy] = {}
        self._in_force: tuple[float, str] | None = None

    def forget(self) -> None:
        """Look everything up again in the database; a text that was parsed stays parsed."""
        with self._lock:
            self._named.clear()
            self._in_force = None

    def in_force(self, *, freshly: bool = False) -> str:
        """Return the name of the version in force, freshly from the database or of some seconds ago at most."""
        known = self._in_force
        if known is None or freshly or known[0] <= self._clock():
            known = self._in_force = (self._clock() + SECONDS, name_in_force())
        return known[1] or settings.POLICY_NAME

    def named(self, name: str) -> Policy:
        """Return the version of this name; UnknownVersion when it was never in force."""
        found = self._named.get(name)
        if found is None:
            found = self.parsed(readable_files(name))
            self._named[name] = found
        return found

    def at_hand(self, files: Files, sources: SourceTexts = NO_SOURCES) -> Policy | None:
        """Return the policy of these texts when they were read before; None when that would still have to be done."""
        return self._parsed.get(f"{digest_of(files)} {sources.key}")

    def parsed(self, files: Files, sources: SourceTexts = NO_SOURCES) -> Policy:
        """Return the policy of these texts, its citations looked up; PolicyProblems names every mistake."""
        digest = f"{digest_of(files)} {sources.key}"
        found = self._parsed.get(digest) or read_policy(files, sources.fetched() if sources.digests else None)
        with self._lock:
            # Read twice at the same moment, the first one counts: everywhere the same policy is the same object.
            found = self._parsed.setdefault(digest, found)
            self._parsed.move_to_end(digest)
            while len(self._parsed) > MOST_PARSED:
                self._parsed.popitem(last=False)
        return found


SHELF = Shelf()


def policy(name: str = "") -> Policy:
    """Return the version of this name, published or retired; without a name, the version in force.

    What came with the program as a folder counts as long as the database has no version of that name. Raises
    UnknownVersion, a PolicyProblems, for a name that was never in force.
    """
    return SHELF.named(name or SHELF.in_force())


def in_force() -> str:
    """Return the name of the version in force, as it was some seconds ago at most."""
    return SHELF.in_force()


def newest() -> str:
    """Return the name of the version in force, asked at the database now: what is begun, begins on this one."""
    return SHELF.in_force(freshly=True)


def sources_of(version: PolicyVersion) -> SourceTexts:
    """Return the texts in which citations of a version must stand.

    What was in force once stays readable, whatever is registered later.
    """
    return NO_SOURCES if version.state in READABLE else registered()


def forget() -> None:
    """Look everything up again: a version was published, or came out of force."""
    SHELF.forget()


def digest_of(files: Files) -> str:
    """Return the sha256 of the files, names and all."""
    text = json.dumps(dict(files), sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def name_in_force() -> str:
    """Return the name of the published version in the database; nothing when only the folder is there."""
    published = PolicyVersion.objects.filter(state=PolicyVersion.State.PUBLISHED)
    return published.values_list("name", flat=True).first() or ""


def readable_files(name: str) -> Files:
    """Return the texts of a version that is or was in force."""
    found = PolicyVersion.objects.filter(name=name, state__in=READABLE).values_list("files", flat=True).first()
    files: Files | None = found if found is not None else folder_files(name)
    if files is None:
        raise UnknownVersion(name)
    return files


def folder_files(name: str) -> dict[str, str] | None:
    """Return the texts of the version that came with the program under this name; None when there is none."""
    folder = Path(settings.POLICY_ROOT) / name
    if not NAME.fullmatch(name) or not folder.is_dir():
        return None
    paths = {path.name: path for path in folder.glob("*.y*ml")} | {file: folder / file for file in FILES}
    try:
        return {file: paths[file].read_text(encoding="utf-8") for file in sorted(paths) if paths[file].exists()}
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyProblems([Problem(name, 1, f"deze map is niet te lezen ({type(error).__name__})")]) from error
