"""From catalogus.yaml to the catalogue: questions, options, visibility and soft checks."""

from __future__ import annotations

from yaml.nodes import Node

from intake.policy.codes import PLAIN
from intake.policy.condition_reading import ConditionReader
from intake.policy.conditions import All, Condition
from intake.policy.dependencies import direct_questions
from intake.policy.model import STEP_CODES, WAY_CODES, Catalogue, Check, Kind, Option, Question, Source, Step, Way
from intake.policy.names import Names, Shape, every_option
from intake.policy.reading import PolicyFile
from intake.policy.registering import HIGHEST_SCORE, MOST_OPTIONS, TOPS

KINDS = {
    "keuze": Kind.CHOICE,
    "meerkeuze": Kind.MULTI,
    "getal": Kind.NUMBER,
    "matrix": Kind.MATRIX,
    "meerkeuze_per_sector": Kind.MULTI_PER_SECTOR,
}
STEPS = {code: step for step, code in STEP_CODES.items()}
WAYS = {code: way for way, code in WAY_CODES.items()}
# The site reads these itself: who is near, which partner fits, what a report is split by.
NEEDED = {"B1": ("provincie", Kind.CHOICE), "B2": ("sector", Kind.CHOICE)}
_REQUIRED = ("code", "sleutel", "stap", "soort", "tekst", "uitleg", "bron")
_OPTIONAL = ("manier", "exclusief", "verplicht", "zichtbaar_als", "in_zin")
_BY_KIND = {
    Kind.CHOICE: ("opties",),
    Kind.MULTI: ("opties",),
    Kind.NUMBER: ("van", "tot"),
    Kind.MATRIX: ("rijen", "schaal"),
    Kind.MULTI_PER_SECTOR: ("afhankelijk_van", "per_sector"),
}


def read_source(file: PolicyFile, node: Node | None, what: str, names: Names) -> Source:
    """Return the source of a question or rule; document, place and gist are all needed.

    A citation must stand in the text of the document, if that was registered.
    """
    what = f"{what}: bron"
    fields = file.fields(node, what, ("document", "plaats", "strekking"), ("citaat",))
    document = file.one_of(fields.get("document"), f"{what}: document", names.documents)
    place, gist = (file.text(fields.get(word), f"{what}: {word}") for word in ("plaats", "strekking"))
    quote = file.text(fields.get("citaat"), f"{what}: citaat")
    mistake = names.sources[document].mistake(quote) if quote and document in names.sources else ""
    if mistake:
        file.problem(fields["citaat"], f"{what}: citaat: {mistake}")
    return Source(document, names.documents.get(document, ""), place, gist, quote)


def read_way(file: PolicyFile, node: Node | None, what: str) -> Way | None:
    word = file.one_of(node, f"{what}: manier", WAYS)
    return WAYS[word] if word else None


def read_step(file: PolicyFile, node: Node | None, what: str) -> Step:
    word = file.one_of(node, f"{what}: stap", STEPS)
    return STEPS[word] if word else Step.COMPANY


class CatalogueReader:
    """Reads the questions first, their conditions when every name is known."""

    def __init__(self, file: PolicyFile, names: Names) -> None:
        self.file = file
        self.names = names
        self.fields = file.fields(file.root, "catalogus", ("naam", "versie", "bronnen", "vragen", "controles"))
        for code, key, title in file.entries(self.fields.get("bronnen"), "bronnen"):
            file.fit(key, "bronnen", code, PLAIN)
            names.documents[code] = file.text(title, f"bron {code}")
        self._visible_nodes: dict[str, Node] = {}
        self._nodes: dict[str, Node] = {}
        self.drafts = self._drafts()
        self._look_for_needed()

    def _look_for_needed(self) -> None:
        for code, (key, kind) in NEEDED.items():
            found = self.drafts.get(code)
            if found is None or (found.key, found.kind, found.step) != (key, kind, Step.COMPANY):
                word = next(word for word, known in KINDS.items() if known is kind)
                node = self._nodes.get(code) or self.fields.get("vragen")
                self.file.problem(
                    node, f"vraag {code} ({key}, een {word} bij stap B) is nodig: de site leest haar zelf"
                )

    def identity(self) -> tuple[str, str]:
        """Return name and version."""
        return self.file.text(self.fields.get("naam"), "naam"), self.file.text(self.fields.get("versie"), "versie")

    def _drafts(self) -> dict[str, Question]:
        drafts: dict[str, Question] = {}
        for node in self.file.items(self.fields.get("vragen"), "vragen"):
            question = self._question(node)
            if not question.code or not question.key:
                continue
            if question.key in self.names.shapes or not self.names.mark(question.code, self.file.place(node)):
                self.file.problem(node, f"vraag {question.code}: code of sleutel bestaat al")
                continue
            drafts[question.code] = question
            self._nodes[question.code] = node
            self.names.shapes[question.key] = _shape(question)
        return drafts

    def _question(self, node: Node) -> Question:
        kind = self._kind(node)
        fields = self.file.fields(node, "vraag", (*_REQUIRED, *_BY_KIND[kind]), _OPTIONAL)
        code = self.file.code(fields.get("code"), "vraag: code", PLAIN)
        what = f"vraag {code}"
        if "zichtbaar_als" in fields:
            self._visible_nodes[code] = fields["zichtbaar_als"]
        options = self._options(fields.get("schaal" if kind is Kind.MATRIX else "opties"), fields.get("in_zin"), what)
        minimum, maximum = self._limits(kind, fields, options, what)
        return Question(
            code=code,
            key=self.file.text(fields.get("sleutel"), f"{what}: sleutel"),
            step=read_step(self.file, fields.get("stap"), what),
            way=read_way(self.file, fields.get("manier"), what),
            kind=kind,
            text=self.file.text(fields.get("tekst"), f"{what}: tekst"),
            help=self.file.text(fields.get("uitleg"), f"{what}: uitleg"),
            options=options,
            rows=self._options(fields.get("rijen"), None, what),
            per_sector=self._per_sector(fields, what),
            sector_question=self.file.one_of(fields.get("afhankelijk_van"), what, self.names.shapes),
            exclusive=self._exclusive(fields.get("exclusief"), options, what),
            required=self.file.yes(fields.get("verplicht"), f"{what}: verplicht", True),
            minimum=minimum,
            maximum=maximum,
            visible_when=All(()),
            source=read_source(self.file, fields.get("bron"), what, self.names),
        )

    def _kind(self, node: Node) -> Kind:
        found = {word: value for word, _, value in self.file.entries(node, "vraag")}
        word = self.file.one_of(found.get("soort"), "vraag: soort", KINDS)
        return KINDS.get(word, Kind.CHOICE)

    def _options(self, node: Node | None, phrases: Node | None, what: str) -> tuple[Option, ...]:
        entries = self.file.entries(node, f"{what}: opties")
        spoken = {word: value for word, _, value in self.file.entries(phrases, f"{what}: in_zin")}
        known = [word for word, _, _ in entries]
        if node is not None and not known:
            self.file.problem(node, f"{what}: hier staat geen enkele optie")
        for word in spoken:
            if word not in known:
                self.file.problem(spoken[word], f"{what}: in_zin: «{word}» is geen optie")
        options = []
        for word, _, value in entries:
            label = self.file.text(value, f"{what}: {word}")
            phrase = self.file.text(spoken[word], f"{what}: in_zin") if word in spoken else label
            options.append(Option(word, label, phrase))
        return tuple(options)

    def _limits(self, kind: Kind, fields: dict[str, Node], options: tuple[Option, ...], what: str) -> tuple[int, int]:
        if kind is Kind.MATRIX:
            scores = [int(option.value) for option in options if option.value.isdecimal()]
            if len(scores) < len(options) or max(scores, default=0) > HIGHEST_SCORE:
                self.file.problem(fields.get("schaal"), f"{what}: een schaal gaat van 0 tot en met {HIGHEST_SCORE}")
            return min(scores, default=0), max(scores, default=0)
        if kind is Kind.CHOICE and len(options) > MOST_OPTIONS:
            self.file.problem(fields.get("opties"), f"{what}: een keuze heeft hooguit {MOST_OPTIONS} opties")
        low = self.file.number(fields.get("van"), f"{what}: van")
        high = self.file.number(fields.get("tot"), f"{what}: tot")
        if low < 0 or high > TOPS[-1]:
            self.file.problem(
                fields.get("van", fields.get("tot")), f"{what}: een getal ligt van 0 tot en met {TOPS[-1]}"
            )
        if low > high:
            self.file.problem(fields.get("van", fields.get("tot")), f"{what}: van {low} tot {high} kan niet")
        return low, high

    def _exclusive(self, node: Node | None, options: tuple[Option, ...], what: str) -> tuple[str, ...]:
        return self.file.some_of(node, f"{what}: exclusief", [option.value for option in options]) if node else ()

    def _per_sector(self, fields: dict[str, Node], what: str) -> dict[str, tuple[Option, ...]]:
        shape = self.names.shapes.get(self.file.one_of(fields.get("afhankelijk_van"), what, self.names.shapes))
        lists: dict[str, tuple[Option, ...]] = {}
        for node in self.file.items(fields.get("per_sector"), what):
            block = self.file.fields(node, what, ("voor", "opties"))
            options = self._options(block.get("opties"), None, what)
            for sector in self.file.some_of(block.get("voor"), f"{what}: voor", shape.values if shape else ()):
                if sector in lists:
                    self.file.problem(node, f"{what}: «{sector}» heeft al een lijst")
                lists[sector] = options
        return lists

    def finish(self) -> Catalogue:
        """Return the catalogue with conditions; facts and derived values must be named by now."""
        reader = ConditionReader(self.file, self.names)
        questions = tuple(self._with_visibility(question, reader) for question in self.drafts.values())
        return Catalogue(
            questions=questions,
            by_code={question.code: question for question in questions},
            by_key={question.key: question for question in questions},
            checks=self._checks(reader),
        )

    def _with_visibility(self, question: Question, reader: ConditionReader) -> Question:
        node = self._visible_nodes.get(question.code)
        when: Condition = reader.read(node, f"vraag {question.code}: zichtbaar_als") if node else All(())
        values = {name: getattr(question, name) for name in Question.__slots__}
        return Question(**{**values, "visible_when": when})

    def _checks(self, reader: ConditionReader) -> tuple[Check, ...]:
        checks: list[Check] = []
        for node in self.file.items(self.fields.get("controles"), "controles"):
            fields = self.file.fields(node, "controle", ("code", "als", "tekst"))
            code = self.file.code(fields.get("code"), "controle: code", PLAIN)
            if not self.names.mark(code, self.file.place(node)):
                self.file.problem(node, f"controle {code}: deze code bestaat al")
            when = reader.read(fields.get("als"), f"controle {code}")
            asked = direct_questions(when)
            order = tuple(known for known in self.drafts if known in asked)
            checks.append(Check(code, when, self.file.text(fields.get("tekst"), f"controle {code}"), order))
        return tuple(checks)

    def report(self, code: str, message: str) -> None:
        """Report a problem at the line of the question."""
        self.file.problem(self._visible_nodes.get(code, self._nodes.get(code)), f"vraag {code}: {message}")


def _shape(question: Question) -> Shape:
    return Shape(
        code=question.code,
        key=question.key,
        kind=question.kind,
        values=tuple(option.value for option in every_option(question)),
        rows=tuple(row.value for row in question.rows),
        exclusive=question.exclusive,
        minimum=question.minimum,
        maximum=question.maximum,
    )
