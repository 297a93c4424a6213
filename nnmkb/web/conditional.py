"""Questions that show only after certain answers on the same page, without a script."""

from collections.abc import Iterable

from django import forms

from nnmkb.web.widgets import OpensMixin

GROUPS = "abcdefghijkl"


def show_when(form: forms.BaseForm, name: str, on: str, values: Iterable[str], *, indent: bool = False) -> None:
    """Show question `name` only while question `on`, in the same form, holds one of these values.

    Call it once for each condition: all must hold. A browser that cannot do this shows the question, and the server
    must drop answers to hidden questions anyway. With `indent` it stands under its question, as a part of it. Raise
    ValueError when a form needs more than twelve groups.
    """
    widget = form.fields[on].widget
    if not isinstance(widget, OpensMixin):
        raise TypeError(f"question «{on}» needs a choice widget of nnmkb.web.widgets to open another question")
    wanted = frozenset(values)
    known: dict[tuple[str, frozenset[str]], str] = form.__dict__.setdefault("open_groups", {})
    if (on, wanted) not in known and len(known) == len(GROUPS):
        raise ValueError("more than twelve conditions on one page: split the page")
    group = known.setdefault((on, wanted), GROUPS[len(known)] if len(known) < len(GROUPS) else "")
    for value in wanted:
        widget.open_with(value, group)
    field = form.fields[name]
    needs: list[str] = field.__dict__.setdefault("needs", [])
    if group not in needs:
        needs.append(group)
    field.__dict__["indent"] = indent or field.__dict__.get("indent", False)


def needs_classes(field: forms.Field) -> str:
    """Return the classes of a question that other answers open."""
    classes = [f"nnmkb-needs-{group}" for group in getattr(field, "needs", ())]
    if getattr(field, "indent", False):
        classes.append("nnmkb-dependent")
    return " ".join(classes)
