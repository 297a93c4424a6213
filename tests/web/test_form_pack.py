"""The form pack: what each field says to a screen reader, and where the errors lead."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from lxml import html

from nnmkb.web.conditional import GROUPS, show_when
from nnmkb.web.templatetags.nnmkb import control, error_links
from nnmkb.web.widgets import CheckboxSelectMultiple, MatrixField, NumberInput, RadioSelect
from tests.web.gallery.forms import GalleryForm
from tests.web.gallery.urls import FILLED, WRONG

Look = Callable[[str], html.HtmlElement]
STATES = ("leeg", "gevuld", "fout")


@pytest.fixture
def empty(look: Look) -> html.HtmlElement:
    return look("/wizard/leeg/")


@pytest.fixture
def wrong(look: Look) -> html.HtmlElement:
    return look("/wizard/fout/")


@pytest.mark.parametrize("state", STATES)
def test_every_description_that_a_control_points_at_exists_once(look: Look, state: str) -> None:
    page = look(f"/wizard/{state}/")
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    pointed = [name for value in page.xpath("//@aria-describedby | //@aria-labelledby") for name in value.split()]
    assert pointed
    assert set(pointed) <= set(ids)


def test_every_help_and_error_is_pointed_at(wrong: html.HtmlElement) -> None:
    pointed = {name for value in wrong.xpath("//@aria-describedby") for name in value.split()}
    shown = {name for name in wrong.xpath("//form//@id") if name.endswith(("_helptext", "_error", "_limit"))}
    assert shown == pointed
    assert "id_share_error" in shown
    assert "id_obstacles_error" in shown


@pytest.mark.parametrize("state", STATES)
def test_every_control_has_a_label_of_its_own(look: Look, state: str) -> None:
    page = look(f"/wizard/{state}/")
    labels = page.xpath("//label/@for")
    controls = page.xpath("//form//*[self::input or self::select or self::textarea][not(@type='hidden')]/@id")
    assert sorted(labels) == sorted(controls)


def test_the_browser_does_not_validate(empty: html.HtmlElement) -> None:
    (form,) = empty.xpath("//main//form")
    assert form.get("novalidate") is not None
    assert empty.xpath("//form//@required") == []
    assert empty.xpath("//form//@maxlength") == []


def test_what_must_be_filled_in_says_so_and_what_need_not_too(empty: html.HtmlElement) -> None:
    assert empty.xpath("//*[@aria-required='true']/@id") == [
        "div_id_will",
        "id_country",
        "id_share",
        "id_email",
        "id_agree",
    ]
    optional = [" ".join(label.text_content().split()) for label in empty.xpath("//label | //legend")]
    assert [text for text in optional if "(niet verplicht)" in text] == [
        "Wat is uw budget? (niet verplicht)",
        "Wilt u nog iets kwijt? (niet verplicht)",
    ]


def test_no_summary_without_errors(empty: html.HtmlElement) -> None:
    assert empty.xpath("//*[contains(@class, 'nnmkb-errors')]") == []
    assert not empty.findtext(".//title").startswith("Fout")


def test_the_summary_stands_outside_the_form_and_takes_focus_without_a_script(wrong: html.HtmlElement) -> None:
    (heading,) = wrong.xpath("//div[contains(@class, 'nnmkb-errors')]//h2")
    assert heading.get("tabindex") == "-1"
    assert heading.get("autofocus") is not None
    assert heading.xpath("ancestor::form") == []
    assert heading.text_content() == "Er klopt iets nog niet. Verbeter 6 antwoorden en ga dan verder."
    assert wrong.xpath("//form/preceding::div[contains(@class, 'nnmkb-errors')]")


def test_every_error_is_a_link_to_the_control_to_correct(wrong: html.HtmlElement) -> None:
    links = wrong.xpath("//div[contains(@class, 'nnmkb-errors')]//a/@href")
    assert links == ["#id_country", "#id_share", "#id_themes_0", "#id_obstacles_taal_0", "#id_email", "#id_agree"]
    for link in links:
        (control,) = wrong.xpath(f"//*[@id='{link[1:]}']")
        assert control.tag in ("input", "select", "textarea")


def test_the_title_starts_with_the_word_error(wrong: html.HtmlElement) -> None:
    assert wrong.findtext(".//title") == "Fout: Strategie (stap 2 van 5) – Noord over de grens"


def test_the_error_stands_above_its_control(wrong: html.HtmlElement) -> None:
    (control,) = wrong.xpath("//*[@id='id_share']")
    assert control.get("aria-invalid") == "true"
    assert control.get("value") == "ongeveer 12"
    assert control.xpath("preceding::*[@id='id_share_error']")


def test_an_error_about_the_whole_form_is_text_without_a_link(gallery: None) -> None:
    form = GalleryForm(FILLED)
    assert form.is_valid()
    form.add_error(None, "Deze antwoorden passen niet bij elkaar.")
    assert error_links(form) == [{"text": "Deze antwoorden passen niet bij elkaar.", "target": ""}]


def test_radios_and_boxes_are_a_group_with_a_legend(empty: html.HtmlElement) -> None:
    for group in empty.xpath("//fieldset[.//input[@type='radio' or @type='checkbox']]"):
        assert group.find("legend").text_content().strip()


def test_the_exclusive_choice_comes_last_after_the_word_or(empty: html.HtmlElement) -> None:
    options = empty.xpath("//fieldset[@id='div_id_themes']/div[@class='nnmkb-options']/*")
    assert [" ".join(option.text_content().split()) for option in options][-2:] == ["of", "Geen van deze"]


def test_a_hint_stands_with_its_choice(empty: html.HtmlElement) -> None:
    (hint,) = empty.xpath("//*[@class='nnmkb-option__hint']")
    assert hint.text_content() == "Ook dranken en tuinbouw"
    assert hint.xpath("ancestor::label/@for") == ["id_themes_0"]


def test_a_large_text_says_how_much_fits(empty: html.HtmlElement) -> None:
    assert empty.xpath("//*[@id='id_remark_limit']/text()") == ["Hoogstens 500 tekens."]


def test_what_was_typed_comes_back(look: Look) -> None:
    page = look("/wizard/gevuld/")
    assert page.xpath("//input[@name='share']/@value") == ["12"]
    assert page.xpath("//input[@checked]/@id") == [
        "id_will_0",
        "id_themes_0",
        "id_themes_1",
        "id_obstacles_kosten_0",
        "id_obstacles_taal_2",
        "id_obstacles_regels_1",
        "id_agree",
    ]
    assert page.xpath("//option[@selected]/@value") == ["de"]


def test_the_matrix_is_a_mapping_from_row_to_choice() -> None:
    form = GalleryForm(FILLED)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["obstacles"] == {"kosten": "ja", "taal": "nee", "regels": "deels"}


def test_a_matrix_with_an_open_row_is_refused() -> None:
    assert GalleryForm(WRONG).errors["obstacles"] == ["Geef op elke regel een antwoord."]


def test_a_matrix_refuses_a_choice_that_was_not_offered() -> None:
    field = MatrixField(rows=[("a", "A")], choices=[("ja", "Ja")], required=False)
    assert field.clean({}) == {}
    with pytest.raises(ValidationError, match="Kies op elke regel"):
        field.clean({"a": "misschien"})


def test_a_number_is_typed_as_text_with_digits_on_the_phone(empty: html.HtmlElement) -> None:
    (control,) = empty.xpath("//input[@id='id_share']")
    assert (control.get("type"), control.get("inputmode")) == ("text", "numeric")
    assert control.getnext().text_content() == "%"
    assert NumberInput().attrs["class"] == "nnmkb-w-s"


class OneDay(forms.Form):
    day = forms.DateField(widget=forms.DateInput({"type": "date"}))


def test_a_date_that_must_be_there_says_so_in_the_only_way_that_html_has() -> None:
    shown = control(OneDay()["day"])
    assert " required" in shown
    assert "aria-required" not in shown


class TwoQuestions(forms.Form):
    first = forms.ChoiceField(choices=[("ja", "Ja"), ("nee", "Nee")], widget=RadioSelect())
    more = forms.MultipleChoiceField(choices=[("x", "X"), ("y", "Y")], widget=CheckboxSelectMultiple())
    last = forms.CharField()


def test_a_form_that_forgot_to_say_so_is_not_validated_by_the_browser_either() -> None:
    form = TwoQuestions()
    assert form.use_required_attribute
    assert "required" in str(form["last"])
    assert control(form["last"]).count("required") == control(form["last"]).count("aria-required") == 1


def test_a_choice_opens_the_questions_that_depend_on_it(empty: html.HtmlElement) -> None:
    opens = {i.get("value"): i.get("class").split()[2:] for i in empty.xpath("//input[@name='will']")}
    assert opens == {"ja_meer": ["nnmkb-opens-a"], "ja_begin": ["nnmkb-opens-a"], "misschien": [], "nee": []}
    assert empty.xpath("//option[@class='nnmkb-opens-b']/@value") == ["de", "be"]
    assert "nnmkb-needs-a nnmkb-dependent" in empty.xpath("//*[@id='div_id_country']/@class")[0]
    assert "nnmkb-needs-a nnmkb-needs-b" in empty.xpath("//*[@id='div_id_share']/@class")[0]


def test_the_same_condition_takes_one_group_and_forms_share_nothing() -> None:
    form, other = TwoQuestions(), TwoQuestions()
    show_when(form, "more", on="first", values=["ja"])
    show_when(form, "last", on="first", values=["ja"])
    show_when(form, "last", on="more", values=["x"])
    assert form.fields["more"].needs == ["a"]
    assert form.fields["last"].needs == ["a", "b"]
    assert "nnmkb-opens" not in str(other["first"])
    assert not hasattr(other.fields["last"], "needs")


def test_a_question_without_choices_cannot_open_another() -> None:
    with pytest.raises(TypeError, match="needs a choice widget"):
        show_when(TwoQuestions(), "more", on="last", values=["x"])


def test_a_thirteenth_condition_is_refused() -> None:
    form = TwoQuestions()
    for number in range(12):
        show_when(form, "last", on="first", values=[f"v{number}"])
    with pytest.raises(ValueError, match="split the page"):
        show_when(form, "last", on="first", values=["v12"])


def test_every_group_has_its_rule_in_the_stylesheet() -> None:
    css = (Path(settings.ROOT) / "static" / "nnmkb.css").read_text()
    for group in GROUPS:
        opens = f".nnmkb-opens-{group}"
        assert f"form:has({opens}):not(:has({opens}:checked)) .nnmkb-needs-{group}" in css
