"""Why warnings may stay, and the decision about a version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict

from intake.forms.policy import LockedForm
from intake.policy.analysis import Finding
from intake.services.governing.door import MOST_WORDS

AGREED = "akkoord"
NOTE_WANTED = "Schrijf op waarom de waarschuwing bij {code} mag blijven."
AGREE_WANTED = "Kruis aan dat u de verschillen en de gevolgen hebt bekeken."


class ReviewForm(LockedForm):
    """A note for each warning, and for who can publish the box that says that everything was looked at."""

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        warnings: Sequence[Finding],
        notes: Mapping[str, str],
        lock: int,
        obstacles: Sequence[str],
    ) -> None:
        self.obstacles = tuple(obstacles)
        self.about = {f"noot_{place}": finding for place, finding in enumerate(warnings)}
        self.keys = {name: finding.key for name, finding in self.about.items()}
        initial = {"lock": lock, **{name: notes.get(key, "") for name, key in self.keys.items()}}
        super().__init__(data, initial=initial)
        for name, finding in self.about.items():
            self.fields[name] = forms.CharField(
                label=f"Waarom mag dit blijven? ({finding.code})",
                required=False,
                max_length=MOST_WORDS,
                widget=forms.Textarea({"rows": 2}),
                error_messages={"max_length": f"Gebruik hier hooguit {MOST_WORDS} tekens."},
            )
            self.fields[name].hide_optional = True  # type: ignore[attr-defined]
        if not obstacles:
            self.fields[AGREED] = forms.BooleanField(
                label="Ik heb de verschillen en de gevolgen bekeken.", required=False
            )
            self.fields[AGREED].hide_optional = True  # type: ignore[attr-defined]

    def notes(self) -> dict[str, str]:
        """Return what was typed, by the key of the warning."""
        return {key: str(self.cleaned_data.get(name, "")) for name, key in self.keys.items()}

    def fields_of_warnings(self) -> Iterator[BoundField]:
        """Yield the fields in the order of the warnings."""
        return (self[name] for name in self.keys)

    def agreed_field(self) -> BoundField | None:
        """Return the box, where there is one."""
        return self[AGREED] if AGREED in self.fields else None

    def ready_to_publish(self) -> bool:
        """Say whether everything is there that publishing asks for; what is not, becomes a mistake of the form."""
        for name in self.keys:
            if name not in self.errors and not self.cleaned_data.get(name, "").strip():
                self.add_error(name, NOTE_WANTED.format(code=self.about[name].code))
        if AGREED in self.fields and not self.cleaned_data.get(AGREED):
            self.add_error(AGREED, AGREE_WANTED)
        return not self.errors
