"""What cannot be true of parties, organisations and successions taken together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from yaml.nodes import Node

from intake.policy.organisations import KVK, Became, Organisation, Party, Succession
from intake.policy.reading import PolicyFile

Read = tuple[Node, Succession]


def check_parties(
    file: PolicyFile,
    fields: Mapping[str, Node],
    parties: Mapping[str, Party],
    organisations: Mapping[str, Organisation],
) -> None:
    """Report labels and names that mean two things, and a policy without the KvK."""
    labels = [label for party in parties.values() for label in party.labels]
    for label in _twice(labels):
        file.problem(fields.get("rollen"), f"rollen: «{label}» hoort bij meer dan één rol")
    names = [name for item in organisations.values() for name in dict.fromkeys((item.name, *item.aliases))]
    for name in _twice([name for name in names if name]):
        file.problem(fields.get("organisaties"), f"organisaties: «{name}» hoort bij meer dan één organisatie")
    if KVK not in organisations:
        file.problem(fields.get("organisaties"), f"organisaties: «{KVK}» ontbreekt")


def _twice(words: Sequence[str]) -> list[str]:
    return sorted({word for word in words if words.count(word) > 1})


def check_successions(file: PolicyFile, read: Sequence[Read], organisations: Mapping[str, Organisation]) -> None:
    """Report every succession that contradicts the days, another succession, or itself."""
    by_predecessor: dict[str, list[Read]] = {}
    for node, item in read:
        by_predecessor.setdefault(item.predecessor, []).append((node, item))
        _check_days(file, node, item, organisations)
    for entries in by_predecessor.values():
        _check_branches(file, entries)
    _check_rings(file, read)


def _check_days(file: PolicyFile, node: Node, item: Succession, organisations: Mapping[str, Organisation]) -> None:
    what = f"opvolging {item.predecessor}"
    before, after = organisations.get(item.predecessor), organisations.get(item.successor or "")
    if before is not None and (before.valid_until is None or before.valid_until > item.on):
        file.problem(node, f"{what}: deze organisatie bestaat op {item.on} zelf nog; vul geldig_tot in")
    if after is not None and not after.valid_on(item.on):
        file.problem(node, f"{what}: de opvolger «{after.code}» bestaat op {item.on} niet; kijk naar geldig_van en tot")


def _check_branches(file: PolicyFile, entries: Sequence[Read]) -> None:
    what = f"opvolging {entries[0][1].predecessor}"
    splits = [item.kind is Became.SPLIT for _, item in entries]
    for node, item in entries:
        if item.kind is Became.SPLIT and not item.limited:
            file.problem(node, f"{what}: zeg bij een splitsing voor welke provincies, sectoren of themas")
        if item.kind is not Became.SPLIT and item.limited:
            file.problem(node, f"{what}: alleen een splitsing heeft provincies, sectoren of themas")
    if len(entries) > 1 and not all(splits):
        file.problem(entries[1][0], f"{what}: meer opvolgers kan alleen bij een splitsing")
    if splits == [True]:
        file.problem(entries[0][0], f"{what}: een splitsing heeft minstens twee opvolgers")
    for (_, one), (node, other) in combinations(entries, 2):
        if all(splits) and one.on == other.on and one.overlaps(other):
            file.problem(node, f"{what}: deze splitsing overlapt een andere op dezelfde dag")


def _check_rings(file: PolicyFile, read: Sequence[Read]) -> None:
    following: dict[str, list[str]] = {}
    for _, item in read:
        if item.successor is not None:
            following.setdefault(item.predecessor, []).append(item.successor)
    for node, item in read:
        if item.successor is not None and item.predecessor in _reached(item.successor, following):
            file.problem(node, f"opvolging: «{item.predecessor}» volgt zichzelf op via «{item.successor}»")


def _reached(start: str, following: Mapping[str, Sequence[str]]) -> set[str]:
    seen: set[str] = set()
    ahead = [start]
    while ahead:
        code = ahead.pop()
        if code not in seen:
            seen.add(code)
            ahead.extend(following.get(code, ()))
    return seen
