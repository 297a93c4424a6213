"""Writing a version: beginning a draft, saving text in it whatever it is, and throwing it away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from intake import policies
from intake.models import PolicyVersion
from intake.policy.loader import FILES
from intake.services.governing import finding, places
from intake.services.governing.changing import changed_rules
from intake.services.governing.door import actor_of, must_be, must_stand, storable, write
from intake.services.governing.errors import Refused, Stale
from nnmkb.ledger import events
from nnmkb.web.permissions import Role

State = PolicyVersion.State
# Addresses under /beleid/ that are no version.
RESERVED = frozenset({"bronnen", "nieuw", "organisaties"})
# Many times the largest file of 2013; more than this is no policy, and would only keep the computer busy.
MOST_CHARACTERS = 200_000
LONGEST_TITLE = 120


def start_draft(base: str, name: str, title: str, *, by: User, now: datetime) -> PolicyVersion:
    """Begin a draft from another version; the same person asking for the same again gets the untouched draft.

    A base that is only a folder is taken over in the database first.
    """
    must_be(by, Role.POLICY_AUTHOR)
    name, title = name.strip(), storable(title).strip()
    must_be_fit(name, title)
    if (same := untouched(base, name, title, by)) is not None:
        return same
    if policies.folder_files(name) is not None or PolicyVersion.objects.filter(name=name).exists():
        raise Refused(f"Er is al een versie met de naam «{name}». Kies een andere naam.")
    try:
        with transaction.atomic():
            origin = finding.adopted(base, now)
            if origin is None:
                raise Refused(f"De versie «{base[:40]}» is er niet.")
            files = places.up_to_date(origin.files)
            draft = PolicyVersion.objects.create(
                name=name,
                title=title,
                base=origin.name,
                files=files,
                digest=policies.digest_of(files),
                # What was said of a warning then, still holds as long as the warning is there.
                notes=origin.notes,
                author=actor_of(by),
                editors=everybody(origin, by),
                created_at=now,
                changed_at=now,
            )
            payload = {"base": origin.name, "digest": draft.digest}
            events.record(draft.stream, "policy_started", actor=actor_of(by), at=now, payload=payload)
    except (IntegrityError, events.LostRace):
        raise Stale("Iemand anders begon net een versie. Kijk eerst in de lijst.") from None
    return draft


def everybody(origin: PolicyVersion, by: User) -> list[str]:
    """Return who has a hand in a draft from the start: of a text that nobody published yet, its writers too.

    Else whoever wrote it could publish it after all, once a colleague begins a version from it.
    """
    writers = () if origin.state in policies.READABLE else (origin.author, *origin.editors)
    return list(dict.fromkeys(actor for actor in (*writers, actor_of(by)) if actor))


def must_be_fit(name: str, title: str) -> None:
    """Refuse a name that cannot stand in an address, and a title that says nothing."""
    reasons = []
    if not policies.NAME.fullmatch(name) or name in RESERVED:
        reasons.append(
            "Gebruik in de naam alleen kleine letters, cijfers en streepjes, hooguit 20. Bijvoorbeeld: 2026-1."
        )
    if not title:
        reasons.append("Geef de versie een titel.")
    if len(title) > LONGEST_TITLE:
        reasons.append(f"Gebruik in de titel hooguit {LONGEST_TITLE} tekens.")
    if reasons:
        raise Refused(*reasons)


def untouched(base: str, name: str, title: str, by: User) -> PolicyVersion | None:
    """Return the draft that this person just began with these words: the other half of a double click."""
    return PolicyVersion.objects.filter(
        name=name, base=base, title=title, author=actor_of(by), state=State.DRAFT, lock=1
    ).first()


def save_file(
    version: PolicyVersion,
    file: str,
    text: str,
    *,
    by: User,
    lock: int,
    now: datetime,
    about: Mapping[str, object] | None = None,
) -> PolicyVersion:
    """Save one file of a draft, whatever is in it; see `save_files`."""
    return save_files(version, {file: text}, by=by, lock=lock, now=now, about=about)


def save_files(
    version: PolicyVersion,
    texts: Mapping[str, str],
    *,
    by: User,
    lock: int,
    now: datetime,
    kind: str = "policy_saved",
    about: Mapping[str, object] | None = None,
) -> PolicyVersion:
    """Save files of a draft, whatever is in them; the others stay as they are. The same text again changes nothing.

    What the program keeps up to date itself is brought up to date along with them, and never saved as it comes in.
    Raises Stale when the draft is no longer the one with this lock number. `about` goes into the ledger as what was
    done; without it, the ledger says how many rules changed where that can be told.
    """
    must_be(by, Role.POLICY_AUTHOR)
    must_stand(version, State.DRAFT)
    must_be_kept(version, texts)
    kept = {file: storable(text) for file, text in texts.items() if file not in policies.MAINTAINED}
    files = places.up_to_date({**version.files, **kept})
    if files == version.files:
        return version
    changed = sorted(file for file in files if files[file] != version.files.get(file))
    done = changed_rules(version, files) if about is None else about
    return write(
        version,
        kind,
        by=by,
        now=now,
        lock=lock,
        changes={
            "files": files,
            "digest": policies.digest_of(files),
            "editors": list(dict.fromkeys([*version.editors, actor_of(by)])),
        },
        payload={"files": changed, "digest": policies.digest_of(files), **done},
    )


def must_be_kept(version: PolicyVersion, texts: Mapping[str, str]) -> None:
    """Refuse what is no file of a policy, and what is too much."""
    unknown = sorted(name for name in texts if name not in FILES and name not in version.files)
    reasons = [f"«{name[:60]}» is geen bestand van het beleid. Het zijn: {', '.join(FILES)}." for name in unknown]
    reasons += [
        f"{name}: dit is te veel tekst. Gebruik hooguit {MOST_CHARACTERS:,} tekens.".replace(",", ".")
        for name, text in texts.items()
        if name not in unknown and len(text) > MOST_CHARACTERS
    ]
    if reasons:
        raise Refused(*reasons)


def drop(version: PolicyVersion, *, by: User, lock: int, now: datetime) -> PolicyVersion:
    """Throw a draft away; its text and history stay, its name is not used again."""
    must_be(by, Role.POLICY_AUTHOR)
    must_stand(version, State.DRAFT)
    return write(version, "policy_dropped", by=by, now=now, lock=lock, changes={"state": State.DROPPED})
