"""What a code of the policy may look like: it stands in addresses and in the names of form fields, and is stored."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CodeForm:
    """How the codes of one kind of thing are written, and how to tell that."""

    pattern: re.Pattern[str]
    hint: str

    def fits(self, code: str) -> bool:
        """Say whether this can be such a code."""
        return self.pattern.fullmatch(code) is not None


def _form(pattern: str, hint: str) -> CodeForm:
    return CodeForm(re.compile(pattern), hint)


RULE = _form(r"R-[A-Za-z0-9]{1,10}", "begin met R- en gebruik daarna hooguit 10 letters en cijfers")
MESSAGE = _form(r"NN-[A-Za-z0-9]{1,10}", "begin met NN- en gebruik daarna hooguit 10 letters en cijfers")
# As long as what is stored of an activity or a consent.
SHORT = _form(r"[A-Za-z0-9-]{1,4}", "gebruik hooguit 4 letters, cijfers en streepjes")
PLAIN = _form(r"[A-Za-z0-9-]{1,20}", "gebruik hooguit 20 letters, cijfers en streepjes")
NAME = _form(r"[A-Za-z0-9_-]{1,60}", "gebruik hooguit 60 letters, cijfers, streepjes en _")
