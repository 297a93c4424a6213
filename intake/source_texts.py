"""The registered texts of documents, the newest of each: known by their digest, fetched when somebody cites them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Max

from intake.models import SourceText


@dataclass(frozen=True, slots=True)
class SourceTexts:
    """Texts of documents by code, of which only the digests are at hand."""

    digests: Mapping[str, str]

    @property
    def key(self) -> str:
        """Return what differs as soon as one of the texts does."""
        return " ".join(f"{code}={digest}" for code, digest in sorted(self.digests.items()))

    def fetched(self) -> dict[str, str]:
        """Return the texts themselves."""
        rows = SourceText.objects.filter(code__in=self.digests, digest__in=self.digests.values())
        return {row.code: row.text for row in rows.order_by() if self.digests[row.code] == row.digest}


NO_SOURCES = SourceTexts({})


def registered() -> SourceTexts:
    """Return the texts that count now."""
    last = SourceText.objects.order_by().values("code").annotate(last=Max("id")).values("last")
    return SourceTexts(dict(SourceText.objects.filter(id__in=last).values_list("code", "digest")))
