"""A second, slow evaluator straight over the shared rules; it shares no code with the product."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


class Reference:
    """Two-valued and naive: a condition on a missing answer is false."""

    def __init__(self, questions: Json, rules: Json) -> None:
        self.questions = questions["vragen"]
        self.rules = rules
        self.settled: dict[str, str] = {}

    def judge(self, raw: Json) -> Json:
        answers = dict(raw)
        self.settled = {}
        asked = []
        for question in self.questions:
            if self.holds(question["zichtbaar_als"], answers):
                asked.append(question["id"])
            else:
                answers.pop(question["id"], None)
        self.settled = {code: self.derived(code, answers) for code in self.rules["afgeleiden"]}
        outcome = self.outcome(answers)
        return {
            "afgeleid": self.settled,
            "uitkomst": outcome,
            "intensiteit": self.first(self.rules["intensiteit"], answers, outcome)["waarde"],
            "regels": [rule["id"] for rule in self.rules["regels"] if self.holds(rule["als"], answers, outcome)],
            "nog_niet": [item["code"] for item in self.rules["nog_niet"] if self.holds(item["als"], answers, outcome)],
            "zichtbaar": asked,
        }

    def first(self, rows: list[Json], answers: Json, outcome: str = "") -> Json:
        return next(row for row in rows if self.holds(row["als"], answers, outcome))

    def derived(self, code: str, answers: Json) -> str:
        if code in self.settled:
            return self.settled[code]
        return str(self.first(self.rules["afgeleiden"][code]["regels"], answers)["waarde"])

    def outcome(self, answers: Json) -> str:
        return str(self.first(self.rules["uitkomsten"], answers)["code"])

    def holds(self, when: Json, answers: Json, outcome: str = "") -> bool:
        if "all" in when:
            return all(self.holds(part, answers, outcome) for part in when["all"])
        if "any" in when:
            return any(self.holds(part, answers, outcome) for part in when["any"])
        if "not" in when:
            return not self.holds(when["not"], answers, outcome)
        if "count" in when:
            return bool(sum(self.holds(part, answers, outcome) for part in when["count"]) >= when["min"])
        if "d" in when:
            return bool(self.derived(when["d"], answers) in when["in"])
        if "u" in when:
            return bool(outcome in when["u"])
        return self.leaf(when, answers.get(when["q"]))

    def leaf(self, when: Json, answer: Any) -> bool:
        if answer is None:
            return False
        if "row" in when:
            return bool(answer.get(when["row"], 0) >= when["min"])
        if "in" in when:
            return answer in when["in"]
        if "any_of" in when:
            return bool(set(answer) & set(when["any_of"]))
        if "only" in when:
            return set(answer) == set(when["only"])
        return bool(when.get("min", -1) <= answer <= when.get("max", 10**9))
