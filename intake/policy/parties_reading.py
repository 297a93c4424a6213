"""From partijen.yaml to parties, organisations and what became of them."""

from __future__ import annotations

import re
from datetime import date

from yaml.nodes import Node, ScalarNode

from intake.policy.codes import NAME
from intake.policy.names import Names
from intake.policy.organisations import Became, Fulfilment, Organisation, Party, Precision, Reach, Succession
from intake.policy.parties_checking import check_parties, check_successions
from intake.policy.reading import PolicyFile

CERTAINTIES = ("A", "B", "C")
KINDS = (
    "branche-organisatie",
    "exportclub",
    "kennisinstelling",
    "loket",
    "netwerk",
    "ondernemersorganisatie",
    "ontwikkelingsmaatschappij",
    "overheid",
)
_TEXTS = ("naam", "regel")
_FILTERS = {"provincies": "provincie", "sectoren": "sector", "themas": "thema"}
_DETAILS = ("in_zin", "ook_bekend_als", "geldig_van", "geldig_tot", "laatst_gecontroleerd")
_DAY = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")
_DAY_HINT = "schrijf de dag als JJJJ-MM-DD, of als JJJJ-MM of JJJJ als u hem niet precies weet"


class PartiesReader:
    """Reads roles, organisations and successions; a problem never stops the reading."""

    def __init__(self, file: PolicyFile, names: Names) -> None:
        self.file = file
        self.names = names
        self.fields = file.fields(file.root, "partijen", ("rollen", "organisaties", "opvolging"))
        self.organisations = {code: self._organisation(code, node) for code, node in self._entries("organisaties")}
        self.parties = {code: self._party(code, node) for code, node in self._entries("rollen")}
        read = [item for code, node in self._entries("opvolging") for item in self._successions(code, node)]
        self.successions: dict[str, tuple[Succession, ...]] = {}
        for _, item in read:
            self.successions[item.predecessor] = (*self.successions.get(item.predecessor, ()), item)
        check_parties(file, self.fields, self.parties, self.organisations)
        check_successions(file, read, self.organisations)

    def _entries(self, part: str) -> list[tuple[str, Node]]:
        found = self.file.entries(self.fields.get(part), part)
        return [(self.file.fit(key, part, word, NAME), node) for word, key, node in found]

    def _organisation(self, code: str, node: Node) -> Organisation:
        what = f"organisatie {code}"
        required = (*_TEXTS, "soort", "zekerheid")
        fields = self.file.fields(node, what, required, (*_DETAILS, *_FILTERS, "bron"))
        name, line = (self.file.text(fields.get(word), f"{what}: {word}") for word in _TEXTS)
        start, _ = self._moment(fields.get("geldig_van"), f"{what}: geldig_van")
        end, _ = self._moment(fields.get("geldig_tot"), f"{what}: geldig_tot")
        if start and end and start >= end:
            self.file.problem(node, f"{what}: geldig_van moet vóór geldig_tot liggen")
        certainty, reach = self._certainty(fields, what), self._reach(fields, what)
        return Organisation(
            code=code,
            name=name,
            phrase=self.file.text(fields.get("in_zin"), f"{what}: in_zin") or name,
            aliases=self.file.texts(fields.get("ook_bekend_als"), f"{what}: ook_bekend_als"),
            kind=self.file.one_of(fields.get("soort"), f"{what}: soort", KINDS),
            line=line,
            certainty=certainty,
            evidence=self._evidence(node, fields, what, certainty),
            checked_on=self.file.day(fields.get("laatst_gecontroleerd"), f"{what}: laatst_gecontroleerd"),
            provinces=reach.provinces,
            sectors=reach.sectors,
            themes=reach.themes,
            valid_from=start,
            valid_until=end,
        )

    def _party(self, code: str, node: Node) -> Party:
        what = f"rol {code}"
        fields = self.file.fields(node, what, ("naam", "labels", "organisaties"))
        items = [self._fulfilment(item, what) for item in self.file.items(fields.get("organisaties"), what)]
        fulfilments = tuple(item for item in items if item is not None)
        for number, item in enumerate(fulfilments):
            same = [other for other in fulfilments[:number] if other.organisation == item.organisation]
            if any(item.meets(other) and item.overlaps(other) for other in same):
                self.file.problem(node, f"{what}: «{item.organisation}» staat er twee keer voor dezelfde dagen")
        return Party(
            code=code,
            name=self.file.text(fields.get("naam"), what),
            labels=self.file.texts(fields.get("labels"), what),
            fulfilments=fulfilments,
        )

    def _fulfilment(self, node: Node, what: str) -> Fulfilment | None:
        """Read one organisation of a role: only its code, or a block with days, filters and priority."""
        if isinstance(node, ScalarNode):
            code = self.file.one_of(node, f"{what}: organisaties", self.organisations)
            return Fulfilment(organisation=code) if code else None
        fields = self.file.fields(node, what, ("organisatie",), (*_FILTERS, "van", "tot", "voorrang"))
        code = self.file.one_of(fields.get("organisatie"), f"{what}: organisatie", self.organisations)
        start, _ = self._moment(fields.get("van"), f"{what}: van")
        end, _ = self._moment(fields.get("tot"), f"{what}: tot")
        if start and end and start >= end:
            self.file.problem(node, f"{what}: van moet vóór tot liggen")
        priority = self.file.number(fields["voorrang"], f"{what}: voorrang") if "voorrang" in fields else None
        if priority is not None and priority < 1:
            self.file.problem(node, f"{what}: voorrang begint bij 1")
        reach = self._reach(fields, what)
        return Fulfilment(
            organisation=code,
            priority=priority,
            provinces=reach.provinces,
            sectors=reach.sectors,
            themes=reach.themes,
            valid_from=start,
            valid_until=end,
        )

    def _successions(self, code: str, node: Node) -> list[tuple[Node, Succession]]:
        what = f"opvolging {code}"
        self.file.known_word(node, what, code, self.organisations)
        items = self.file.items(node, what)
        return [(item, read) for item in items if (read := self._succession(code, item, what)) is not None]

    def _succession(self, code: str, node: Node, what: str) -> Succession | None:
        required = ("soort", "per", "zekerheid", "strekking")
        fields = self.file.fields(node, what, required, ("naar", *_FILTERS, "bron"))
        kind = self.file.one_of(fields.get("soort"), f"{what}: soort", [item.value for item in Became])
        on, precision = self._moment(fields.get("per"), f"{what}: per")
        successor = self.file.one_of(fields.get("naar"), f"{what}: naar", self.organisations)
        certainty = self._certainty(fields, what)
        gist = self.file.text(fields.get("strekking"), f"{what}: strekking")
        evidence = self._evidence(node, fields, what, certainty)
        reach = self._reach(fields, what)
        if on is None or not kind:
            return None
        if ("naar" in fields) == (kind == Became.ENDED.value):
            self.file.problem(node, f"{what}: «naar» hoort bij elke soort, behalve bij «{Became.ENDED.value}»")
        return Succession(
            predecessor=code,
            successor=successor or None,
            kind=Became(kind),
            on=on,
            precision=precision,
            certainty=certainty,
            gist=gist,
            evidence=evidence,
            provinces=reach.provinces,
            sectors=reach.sectors,
            themes=reach.themes,
        )

    def _reach(self, fields: dict[str, Node], what: str) -> Reach:
        provinces, sectors, themes = (self._filter(fields, word, what) for word in _FILTERS)
        return Reach(provinces=provinces, sectors=sectors, themes=themes)

    def _filter(self, fields: dict[str, Node], word: str, what: str) -> tuple[str, ...]:
        if word not in fields:
            return ()
        shape = self.names.shapes.get(_FILTERS[word])
        found = self.file.some_of(fields[word], f"{what}: {word}", shape.values if shape else ())
        if not self.file.items(fields[word], what):
            self.file.problem(fields[word], f"{what}: {word} is leeg; laat dit weg als er geen grens is")
        return found

    def _certainty(self, fields: dict[str, Node], what: str) -> str:
        return self.file.one_of(fields.get("zekerheid"), f"{what}: zekerheid", CERTAINTIES)

    def _evidence(self, node: Node, fields: dict[str, Node], what: str, certainty: str) -> str:
        if certainty in ("A", "B") and "bron" not in fields:
            self.file.problem(node, f"{what}: «bron» ontbreekt; zonder bron is de zekerheid C")
        return self.file.text(fields.get("bron"), f"{what}: bron")

    def _moment(self, node: Node | None, what: str) -> tuple[date | None, Precision]:
        """Read a day, a month or a year; of the last two the first day."""
        if node is None:
            return None, Precision.DAY
        found = _DAY.fullmatch(self.file.text(node, what))
        try:
            if found is None:
                raise ValueError
            year, month, day = found.groups()
            on = date(int(year), int(month or 1), int(day or 1))
        except ValueError:
            self.file.problem(node, f"{what}: {_DAY_HINT}")
            return None, Precision.DAY
        return on, Precision.DAY if day else Precision.MONTH if month else Precision.YEAR
