"""Template tags of the look: icons, controls with their descriptions, error links and the model."""

from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString, mark_safe

from nnmkb.web.conditional import needs_classes
from nnmkb.web.icons import icon_svg
from nnmkb.web.model import Model, draw_model
from nnmkb.web.widgets import MatrixWidget

register = template.Library()

CONTROL_CLASSES = {
    "text": "utrecht-textbox utrecht-textbox--html-input",
    "textarea": "utrecht-textarea utrecht-textarea--html-textarea",
    "select": "utrecht-select utrecht-select--html-select",
    "checkbox": "nnmkb-check",
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return the icon of this name."""
    return mark_safe(icon_svg(name))  # noqa: S308  our own files


@register.simple_tag
def model_svg(model: Model, identity: str = "model", links: bool = True) -> SafeString:
    """Return the drawing of the model."""
    return mark_safe(draw_model(model, identity=identity, links=links))  # noqa: S308  every text in it is escaped


@register.filter
def field_kind(field: BoundField) -> str:
    """Return the name of the template of the pack that draws this field."""
    kinds: list[tuple[type[forms.Widget], str]] = [
        (MatrixWidget, "matrix"),
        (forms.CheckboxSelectMultiple, "checkboxes"),
        (forms.RadioSelect, "radios"),
        (forms.CheckboxInput, "checkbox"),
        (forms.Select, "select"),
        (forms.Textarea, "textarea"),
    ]
    if field.is_hidden:
        return "hidden"
    return next((name for kind, name in kinds if isinstance(field.field.widget, kind)), "text")


@register.filter
def field_template(field: BoundField) -> str:
    """Return the path of that template."""
    return f"nlds/{field_kind(field)}.html"


@register.filter
def field_needs(field: BoundField) -> str:
    """Return the classes that hide this field until another answer opens it."""
    return needs_classes(field.field)


@register.filter
def limit(field: BoundField) -> int | None:
    """Return how many characters fit in this field, for a large text."""
    return getattr(field.field, "max_length", None) if field_kind(field) == "textarea" else None


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """Return the input itself, tied to its help and error; the browser does not validate, the server does."""
    widget = field.field.widget
    classes = [CONTROL_CLASSES.get(field_kind(field), ""), str(widget.attrs.get("class", ""))]
    attrs: dict[str, Any] = {"id": field.id_for_label, "class": " ".join(filter(None, classes))}
    attrs = field.build_widget_attrs(attrs)
    attrs.pop("required", None)
    if field.field.required:
        # A date has no role that could be required; its forms are `novalidate`, so the server still does the talking.
        attrs |= {"required": True} if getattr(widget, "input_type", "") == "date" else {"aria-required": "true"}
    # The server says how much too long a text is; a browser that cuts it off says nothing.
    attrs["maxlength"] = False
    if limit(field):
        known = attrs.get("aria-describedby", "")
        attrs["aria-describedby"] = f"{known} {field.auto_id}_limit".strip()
    return mark_safe(str(widget.render(field.html_name, field.value(), attrs, field.form.renderer)))  # noqa: S308


@register.filter
def option_list(field: BoundField) -> list[dict[str, Any]]:
    """Return the choices of radios or boxes, ready to draw; exclusive ones last and marked."""
    widget = field.field.widget
    assert isinstance(widget, forms.RadioSelect)
    value = widget.format_value(field.value())
    groups = widget.optgroups(field.html_name, value, {"id": field.auto_id})
    exclusive = getattr(widget, "exclusive", ())
    options: list[dict[str, Any]] = []
    for _, inner, _ in groups:
        for option in inner:
            options.append(dict(option) | {"id": option["attrs"]["id"], "apart": str(option["value"]) in exclusive})
    return sorted(options, key=lambda option: bool(option["apart"]))


@register.filter
def matrix_lines(field: BoundField) -> list[dict[str, Any]]:
    """Return the rows of a matrix, ready to draw."""
    widget = field.field.widget
    assert isinstance(widget, MatrixWidget)
    return widget.lines(field.html_name, field.value(), field.auto_id)


@register.filter
def error_links(form: forms.BaseForm) -> list[dict[str, str]]:
    """Return every error with the id of the control it is about; empty for an error about the whole form."""
    links = [{"text": str(error), "target": ""} for error in form.non_field_errors()]
    for field in form:
        links += [{"text": str(error), "target": target(field)} for error in field.errors]
    return links


def target(field: BoundField) -> str:
    """Return the id of the first control to correct."""
    kind = field_kind(field)
    if kind == "hidden":
        return ""
    if kind in ("radios", "checkboxes"):
        options = option_list(field)
        return str(options[0]["id"]) if options else ""
    if kind == "matrix":
        lines = matrix_lines(field)
        first = next((line for line in lines if line["missing"]), lines[0])
        return str(first["options"][0]["id"])
    return str(field.id_for_label)
