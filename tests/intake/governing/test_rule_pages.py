"""The page of one rule: written line by line without a script, saved only when it can be read."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from intake.models import PolicyVersion
from intake.policy import Policy
from intake.services.governing import drafting, publishing, reviewing, weighing
from intake.services.governing.checking import check
from tests.intake.governing import cast

pytestmark = pytest.mark.django_db
RULE = "R-P1"
Fields = dict[str, Any]


@pytest.fixture
def writer(client: Client) -> User:
    """An author who is signed in."""
    user = cast.author()
    client.force_login(user)
    return user


@pytest.fixture
def version(writer: User) -> PolicyVersion:
    return cast.draft(writer)


def address(version: PolicyVersion, code: str = RULE) -> str:
    return f"/beleid/{version.name}/regel/{code or 'nieuw'}/"


def fields_of(page: HttpResponse) -> Fields:
    """Return what a browser would send of the main form, without any button."""
    text = page.content.decode()
    form = text[text.index('name="gezien"') - 400 : text.index('value="opslaan"')]
    sent: Fields = {}

    def put(name: str, value: str) -> None:
        sent.setdefault(name, []).append(html.unescape(value))

    for tag in re.findall(r"<input[^>]*>", form):
        name = re.search(r'name="([^"]*)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        box = 'type="checkbox"' in tag or 'type="radio"' in tag
        if name and (not box or " checked" in tag):
            put(name[1], value[1] if value else "on" if box else "")
    for name, inside in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)"[^>]* selected', inside) or re.search(
            r'<option value="([^"]*)"', inside
        )
        put(name, chosen[1] if chosen else "")
    for name, inside in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        put(name, inside.removeprefix("\r\n").removeprefix("\n"))
    return sent


def open_form(client: Client, version: PolicyVersion, code: str = RULE) -> Fields:
    page = client.get(address(version, code))
    assert page.status_code == 200
    return fields_of(page)


def press(client: Client, version: PolicyVersion, fields: Fields, button: str, code: str = RULE) -> HttpResponse:
    return client.post(address(version, code), {**fields, "doe": button})


def now(version: PolicyVersion) -> PolicyVersion:
    return PolicyVersion.objects.get(pk=version.pk)


def policy_of(version: PolicyVersion) -> Policy:
    found = check(now(version)).policy
    assert found is not None
    return found


def key_of(fields: Fields, subject: str) -> str:
    """Return the key of the first line about something."""
    return next(head.partition(":")[0] for head in fields["v"] if head.endswith(f":{subject}"))


def test_saving_what_is_there_changes_nothing(client: Client, version: PolicyVersion) -> None:
    for rule in policy_of(version).rules.rules:
        answer = press(client, version, open_form(client, version, rule.code), "opslaan", rule.code)
        assert answer.status_code == 302, (rule.code, answer.content.decode())
    assert now(version).files == version.files
    assert now(version).lock == version.lock


def test_a_line_is_added_without_saving_and_then_saved(client: Client, version: PolicyVersion) -> None:
    before = policy_of(version).rules.rule(RULE)
    fields = open_form(client, version)
    top = fields["v"][0].partition(":")[0]
    page = press(client, version, {**fields, f"nieuw-{top}": "vraag:S2"}, f"voegtoe:{top}")
    assert "Nog niet opgeslagen" in page.content.decode()
    assert now(version).lock == version.lock
    fields = fields_of(page)
    key = key_of(fields, "vraag:S2")
    assert press(client, version, {**fields, f"opties-{key}": ["nee"]}, "opslaan").status_code == 302
    after = policy_of(version).rules.rule(RULE)
    assert after.when != before.when
    assert "«Verkoopt u" in str(client.get(address(version)).content.decode()) or after.when
    assert now(version).lock == version.lock + 1


def test_what_is_unfinished_is_told_at_its_line_and_kept(client: Client, version: PolicyVersion) -> None:
    fields = open_form(client, version)
    top = fields["v"][0].partition(":")[0]
    fields = fields_of(press(client, version, {**fields, f"nieuw-{top}": "vraag:B3"}, f"voegtoe:{top}"))
    key = key_of(fields, "vraag:B3")
    page = press(client, version, {**fields, f"van-{key}": "vijf", "reden": "Half"}, "opslaan")
    text = page.content.decode()
    assert page.status_code == 200
    assert f'href="#v-{key}"' in text
    assert "vul hele getallen in" in text
    assert 'value="vijf"' in text
    assert ">Half<" in text.replace("\n", "").replace("\r", "")
    assert now(version).files == version.files


def test_a_contradiction_is_saved_and_stands_beside_the_rule(client: Client, version: PolicyVersion) -> None:
    fields = open_form(client, version)
    top = fields["v"][0].partition(":")[0]
    for subject in ("vraag:S1", "vraag:S1"):
        fields = fields_of(press(client, version, {**fields, f"nieuw-{top}": subject}, f"voegtoe:{top}"))
    first, second = (head.partition(":")[0] for head in fields["v"] if head.endswith(":vraag:S1"))
    chosen = {f"opties-{first}": ["nee"], f"opties-{second}": ["nee"], f"hoe-{second}": "niet"}
    answer = client.post(address(version), {**fields, **chosen, "doe": "opslaan"}, follow=True)
    text = answer.content.decode()
    assert "is opgeslagen" in text
    assert "dode regel" in text
    assert any(finding.code == RULE for finding in check(now(version)).errors)


def test_two_people_in_different_rules_do_not_meet(client: Client, version: PolicyVersion, writer: User) -> None:
    fields = open_form(client, version)
    cast.changed(writer, now(version))
    assert press(client, version, {**fields, "reden": "Een andere reden."}, "opslaan").status_code == 302
    assert policy_of(version).rules.rule(RULE).reason == "Een andere reden."
    assert cast.OTHER_REASON in now(version).files[cast.RULES]


def test_two_people_in_one_rule_both_keep_their_text(client: Client, version: PolicyVersion) -> None:
    fields = open_form(client, version)
    reason = policy_of(version).rules.rule(RULE).reason
    cast.changed(cast.author("sjoerd"), now(version), reason, "Van de ander.")
    page = press(client, version, {**fields, "reden": "Van mij."}, "opslaan")
    text = page.content.decode()
    assert "Iemand anders heeft deze regel intussen veranderd" in text
    assert "Van de ander." in text
    assert "Van mij." in text
    assert policy_of(version).rules.rule(RULE).reason == "Van de ander."
    assert press(client, version, {**fields_of(page)}, "opslaan").status_code == 302
    assert policy_of(version).rules.rule(RULE).reason == "Van mij."


def new_rule(client: Client, version: PolicyVersion, **changes: Any) -> HttpResponse:
    fields = open_form(client, version, "")
    top = fields["v"][0].partition(":")[0]
    page = press(client, version, {**fields, f"nieuw-{top}": "feit:noord"}, f"voegtoe:{top}", "")
    fields = fields_of(page)
    filled = {
        "code": "R-Q1",
        "activiteit": "P4",
        "soort": "informatie",
        "stap": "U",
        "intensiteit": "licht",
        "trekker": policy_of(version).activities["P4"].parties[0],
        "reden": "Omdat het past.",
        "document": "001",
        "plaats": "§4",
        "strekking": "Het past.",
    }
    return press(client, version, {**fields, **filled, **changes}, "opslaan", "")


def test_a_new_rule_comes_last_and_can_be_taken_away(client: Client, version: PolicyVersion) -> None:
    assert new_rule(client, version).status_code == 302
    rules = policy_of(version).rules.rules
    assert rules[-1].code == "R-Q1"
    assert rules[-1].intensity == "licht"
    seal = open_form(client, version, "R-Q1")["gezien"][0]
    client.post(address(version, "R-Q1"), {"doe": "weghalen", "gezien": seal})
    assert "R-Q1" not in now(version).files[cast.RULES]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"code": "Q1"}, "Begin de code met R-"),
        ({"code": "r-p1"}, "Begin de code met R-"),
        ({"code": "R-P1"}, "al eens gebruikt"),
        ({"activiteit": "Z9"}, "Kies een activiteit"),
        ({"trekker": "onbekend"}, "Kies wie trekt"),
        ({"intensiteit": ""}, "Kies licht of intensief"),
        ({"soort": "signaal"}, "Een signaal heeft geen intensiteit"),
        ({"reden": "Wat {geheim} is."}, "geheim"),
        ({"reden": "{landen.__class__}"}, "landen.__class__"),
        ({"reden": ""}, "Vul in: reden"),
        ({"reden": "a" * 601}, "hooguit 600 tekens"),
        ({"document": "999"}, "Kies een document"),
        ({"na": "R-niets"}, "Kies een regel"),
        ({"v": ["0:0:groep", "1:9:feit:noord"]}, "niet compleet"),
        ({"v": ["0:0:feit:noord"]}, "niet compleet"),
        ({"v": [f"{n}:0:{'feit:noord' if n else 'groep'}" for n in range(200)]}, "niet compleet"),
        ({"v": [f"{n}:{max(0, n - 1)}:groep" for n in range(70)]}, "niet compleet"),
        ({"v": ["0:0:groep", "1:0:feit:__class__"]}, "Dit bestaat niet in deze versie"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_in_words(
    client: Client, version: PolicyVersion, changes: Fields, said: str
) -> None:
    page = new_rule(client, version, **changes)
    assert page.status_code == 200
    assert said in html.unescape(page.content.decode())
    assert now(version).files == version.files


def test_markup_in_a_reason_does_nothing(client: Client, version: PolicyVersion) -> None:
    for reason in ("<script>alert(1)</script>", "{{ 7 }}", "{% now %}"):
        page = new_rule(client, version, reden=reason)
        assert page.status_code == 200
        assert "<script>alert" not in page.content.decode()
        assert fields_of(page)["reden"] == [reason]
    assert new_rule(client, version, reden="Minder dan < 5 & meer dan 'nul'.").status_code == 302
    assert "&lt; 5 &amp; meer" in client.get(address(version, "R-Q1")).content.decode()


def test_the_code_of_a_rule_of_long_ago_never_comes_back(client: Client, writer: User) -> None:
    boss = cast.publisher()
    for name, base in (("2026-1", "2013"), ("2026-2", "2026-1")):
        version = cast.draft(writer, name, base=base)
        if name == "2026-1":
            assert new_rule(client, version).status_code == 302
        else:
            seal = open_form(client, version, "R-Q1")["gezien"][0]
            client.post(address(version, "R-Q1"), {"doe": "weghalen", "gezien": seal})
            assert new_rule(client, version).status_code == 302, "in this draft it may come back"
            seal = open_form(client, version, "R-Q1")["gezien"][0]
            client.post(address(version, "R-Q1"), {"doe": "weghalen", "gezien": seal})
        version = reviewing.submit(now(version), by=writer, lock=now(version).lock, now=cast.NOW)
        version = weighing.weigh(version, by=writer, now=cast.NOW)
        publishing.publish(version, cast.notes(version), by=boss, lock=version.lock, now=cast.LATER)
    third = cast.draft(writer, "2026-3", base="2026-2")
    assert "al eens gebruikt" in new_rule(client, third).content.decode()


def test_a_double_click_adds_a_rule_once(client: Client, version: PolicyVersion) -> None:
    assert new_rule(client, version).status_code == 302
    lock = now(version).lock
    filled = {**open_form(client, version, "R-Q1"), "gezien": "", "code": "R-Q1"}
    assert press(client, version, filled, "opslaan", "").status_code == 302
    assert now(version).lock == lock


def test_what_was_typed_for_a_rule_that_is_gone_is_kept(client: Client, version: PolicyVersion) -> None:
    fields = open_form(client, version)
    client.post(address(version), {"doe": "weghalen", "gezien": fields["gezien"][0]})
    assert client.get(address(version)).status_code == 404
    page = press(client, version, {**fields, "reden": "Van mij."}, "opslaan")
    assert "heeft deze regel weggehaald" in page.content.decode()
    assert press(client, version, fields_of(page), "opslaan", "").status_code == 302
    assert policy_of(version).rules.rule(RULE).reason == "Van mij."


def test_an_answer_is_put_into_the_reason(client: Client, version: PolicyVersion) -> None:
    fields = open_form(client, version, "R-A1")
    page = press(client, version, {**fields, "antwoord": "{landen:hanze}", "reden": "U kiest"}, "invoegen", "R-A1")
    assert fields_of(page)["reden"] == ["U kiest {landen:hanze}"]
    page = press(client, version, {**fields, "antwoord": "{geheim}", "reden": "U kiest"}, "invoegen", "R-A1")
    assert fields_of(page)["reden"] == ["U kiest"]


def test_a_sentence_of_the_source_is_taken_over(client: Client, version: PolicyVersion, writer: User) -> None:
    from intake.services.governing.sources import register_source

    sentence = "Een missie heeft pas zin na een goede voorbereiding."
    register_source(
        policy_of(version), "001", f"Iets anders staat hier eerst. {sentence} Einde.", by=writer, now=cast.NOW
    )
    fields = open_form(client, version)
    page = press(client, version, {**fields, "document": "001", "zoek": "missie zin"}, "zoek")
    assert sentence in page.content.decode()
    fields = {**fields_of(page), "zin": sentence, "zoek": "missie zin"}
    page = press(client, version, fields, "overnemen")
    assert fields_of(page)["citaat"] == [sentence]
    assert press(client, version, fields_of(page), "opslaan").status_code == 302
    assert policy_of(version).rules.rule(RULE).source.quote == sentence


def test_examples_are_confirmed_and_taken_away(client: Client, version: PolicyVersion) -> None:
    text = client.get(address(version)).content.decode()
    seal = open_form(client, version)["gezien"][0]
    tokens = re.findall(r'name="klopt" value="([0-9a-f]+)"', text)
    assert len(tokens) > 1
    client.post(address(version), {"doe": "bevestigen", "gezien": seal, "klopt": [*tokens[:2], "0" * 16]})
    examples = policy_of(version).rules.rule(RULE).examples
    assert [example.holds for example in examples] == [True, False]
    assert not check(now(version)).errors
    text = client.get(address(version)).content.decode()
    seal = open_form(client, version)["gezien"][0]
    gone = re.findall(r'name="weg" value="([0-9a-f]+)"', text)
    client.post(address(version), {"doe": "bevestigen", "gezien": seal, "weg": gone[:1]})
    assert len(policy_of(version).rules.rule(RULE).examples) == 1


def test_a_confirmed_example_that_comes_out_otherwise_is_an_error(client: Client, version: PolicyVersion) -> None:
    text = client.get(address(version)).content.decode()
    seal = open_form(client, version)["gezien"][0]
    tokens = re.findall(r'name="klopt" value="([0-9a-f]+)"', text)
    client.post(address(version), {"doe": "bevestigen", "gezien": seal, "klopt": tokens})
    fields = open_form(client, version)
    top = fields["v"][0].partition(":")[0]
    press(client, version, {**fields, "v": [fields["v"][0], f"999:{top}:feit:noord"], "hoe-999": "klopt"}, "opslaan")
    assert "voorbeeld klopt niet" in client.get(address(version)).content.decode()


def test_a_version_that_cannot_be_read_sends_to_its_mistakes(
    client: Client, version: PolicyVersion, writer: User
) -> None:
    drafting.save_file(version, cast.RULES, "onzin: [", by=writer, lock=version.lock, now=cast.NOW)
    page = client.get(address(version))
    assert page.status_code == 200
    assert "Bekijk de fouten" in page.content.decode()


def typed_is_kept(client: Client, version: PolicyVersion, fields: Fields) -> None:
    """Send the form with a reason of its own, and see that the answer has it, and the lines too."""
    answer = press(client, version, {**fields, "reden": "Van mij, en nergens anders."}, "opslaan")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Van mij, en nergens anders." in page
    assert "Uw bedrijf staat in Groningen, Friesland of Drenthe" in page


def test_what_was_typed_is_kept_when_the_text_became_unreadable(
    client: Client, version: PolicyVersion, writer: User
) -> None:
    fields = open_form(client, version)
    drafting.save_file(version, cast.RULES, "onzin: [", by=writer, lock=version.lock, now=cast.NOW)
    typed_is_kept(client, version, fields)
    assert now(version).files[cast.RULES] == "onzin: ["


def test_what_was_typed_is_kept_when_the_version_was_handed_in(
    client: Client, version: PolicyVersion, writer: User
) -> None:
    fields = open_form(client, version)
    reviewing.submit(version, by=writer, lock=version.lock, now=cast.NOW)
    typed_is_kept(client, version, fields)
    assert now(version).files == version.files


def test_a_double_click_is_done_once_and_says_so(client: Client, version: PolicyVersion) -> None:
    fields = {**open_form(client, version), "reden": "Een andere reden."}
    for _ in range(2):
        assert press(client, version, fields, "opslaan").status_code == 302
    assert now(version).lock == version.lock + 1
    page = client.get(address(version)).content.decode()
    sent = {"gezien": fields_of(client.get(address(version)))["gezien"], "doe": "bevestigen"}
    sent["klopt"] = re.findall(r'name="klopt" value="([0-9a-f]+)"', page)[:1]
    for _ in range(2):
        assert "De voorbeelden zijn opgeslagen" in client.post(address(version), sent, follow=True).content.decode()
    assert len(policy_of(version).rules.rule(RULE).examples) == 1
    gone = {"doe": "weghalen", "gezien": open_form(client, version)["gezien"]}
    for _ in range(2):
        assert "is weggehaald" in client.post(address(version), gone, follow=True).content.decode()


def test_a_second_window_of_oneself_is_no_other(client: Client, version: PolicyVersion) -> None:
    fields = open_form(client, version)
    press(client, version, {**fields, "reden": "Uit het ene venster."}, "opslaan")
    page = press(client, version, {**fields, "reden": "Uit het andere venster."}, "opslaan").content.decode()
    assert "in een ander venster van u" in page
    assert "Uit het ene venster." in page
    assert "Uit het andere venster." in page


def test_ticks_for_examples_that_are_there_no_more_are_told(client: Client, version: PolicyVersion) -> None:
    fields = open_form(client, version)
    press(client, version, {**fields, "reden": "Intussen anders."}, "opslaan")
    sent = {"gezien": fields["gezien"], "doe": "bevestigen", "klopt": ["0" * 16]}
    assert "intussen veranderd" in client.post(address(version), sent, follow=True).content.decode()
