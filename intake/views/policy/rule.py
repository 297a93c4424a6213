"""The page of one rule: to read, and in a draft to write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from intake.forms.rule import RuleForm
from intake.forms.rule_lines import EMPTY_RULE, Unreadable, changed, read_lines, view_of
from intake.models import PolicyVersion
from intake.policy import Policy
from intake.policy.conditions import All, Condition
from intake.policy.drafting import MOST_LINES, Draft, LineProblem, Unfinished, condition_of, draft_of, subjects
from intake.policy.model import Example, Rule
from intake.policy.rule_traits import rule_traits
from intake.policy.wording import condition_lines
from intake.services.governing import rules, telling
from intake.services.governing.door import actor_of
from intake.services.governing.errors import NotDone, Refused, Stale
from intake.services.governing.rules import Seen
from intake.views.policy import rule_beside, rule_choices
from intake.views.policy.common import State, get_version, show
from intake.views.policy.conflict import conflict as conflict_page
from nnmkb.web.desk import signed_in
from nnmkb.web.permissions import Role, by_role, roles_of

SAVE, REMOVE, EXAMPLES = "opslaan", "weghalen", "bevestigen"
NO_DRAFT = "Deze versie is geen concept meer. U kunt er niets in veranderen."
NOTHING_SENT = "Deze pagina was niet compleet. Ga terug, ververs de pagina en probeer het opnieuw."


@by_role
def rule(request: HttpRequest, name: str, code: str = "") -> HttpResponse:
    """Show a rule (GET), or change it (POST); without a code it is a new one."""
    version = get_version(name)
    try:
        policy = rules.readable(version)
    except Refused as error:
        if request.method == "POST":
            return conflict_page(request, version, str(error), rule_choices.typed_words(request.POST))
        return show(request, "rule_broken", version, "overzicht", {"why": str(error), "code": code})
    known = rules.find(policy, code) if code else None
    if code and known is None:
        return gone(request, RulePage(version, policy, None), code)
    page = RulePage(version, policy, known)
    if request.method == "POST":
        return posted(request, page)
    if not may_write(request, version) or page.too_long:
        return read_only(request, page) if known else redirect("intake:policy-version", version.name)
    return editor(request, page, Typed.of(page))


def may_write(request: HttpRequest, version: PolicyVersion) -> bool:
    """Say whether this person can change the rules of this version."""
    return version.state == State.DRAFT and Role.POLICY_AUTHOR in roles_of(signed_in(request))


@dataclass(frozen=True, slots=True)
class RulePage:
    """A rule of a version that can be read; None for one that is not there yet."""

    version: PolicyVersion
    policy: Policy
    rule: Rule | None

    @property
    def above(self) -> str:
        """Return the rule that this one stands below."""
        return rules.before(self.policy, self.rule.code) if self.rule else rules.last(self.policy)

    @property
    def too_long(self) -> bool:
        """Say whether the condition has more lines than the form can hold; in the file itself it can be changed."""
        return self.rule is not None and sum(1 for _ in draft_of(self.rule.when).walk()) > MOST_LINES

    @property
    def href(self) -> str:
        """Return the address of the page."""
        if self.rule is None:
            return reverse("intake:policy-rule-new", args=[self.version.name])
        return reverse("intake:policy-rule", args=[self.version.name, self.rule.code])

    @property
    def seal(self) -> str:
        """Return what is different as soon as anything of the rule is."""
        return rules.seal(self.policy, self.rule)


@dataclass(slots=True)
class Typed:
    """What is in the form: as it is in the version, or as somebody has it on the screen."""

    form: RuleForm
    lines: Draft
    seal: str
    saved: bool = True
    problems: tuple[LineProblem, ...] = ()
    reasons: tuple[str, ...] = ()
    focus: int = -1
    conflict: tuple[Any, ...] = ()
    by_me: bool = False
    search: str = ""
    found: tuple[str, ...] = ()

    @classmethod
    def of(cls, page: RulePage) -> Typed:
        """Return the rule as it is in the version."""
        form = RuleForm(None, policy=page.policy, rule=page.rule, above=page.above)
        return cls(form, draft_of(page.rule.when) if page.rule else EMPTY_RULE, page.seal)

    @property
    def marks(self) -> list[dict[str, str]]:
        """Return every mistake with the address of its place on the page."""
        fields = [
            {"href": f"#{self.form[name].id_for_label}" if name in self.form.fields else "", "text": str(error)}
            for name, errors in self.form.errors.items()
            for error in errors
        ]
        lines = [{"href": f"#v-{problem.key}", "text": problem.message} for problem in self.problems]
        return [*fields, *lines, *({"href": "", "text": reason} for reason in self.reasons)]


# ------------------------------------------------------------------ showing


def editor(request: HttpRequest, page: RulePage, typed: Typed) -> HttpResponse:
    """Show the form, with beside it what is known of the rule as it was saved."""
    context = {
        "page": page,
        "rule": page.rule,
        "form": typed.form,
        "typed": typed,
        "marks": typed.marks,
        "top": view_of(page.policy, typed.lines, typed.problems),
        "subjects": rule_choices.by_heading(subjects(page.policy)),
        "words": words_of(page.policy, typed.lines),
        "inserts": rule_choices.inserts(page.policy, typed.lines),
        "sources": rule_choices.searchable(page.policy),
        "writing": True,
    }
    return show(request, "rule_edit", page.version, "overzicht", {**context, **around(request, page)})


def read_only(request: HttpRequest, page: RulePage) -> HttpResponse:
    """Show the rule in words, to whoever may only read it."""
    assert page.rule is not None
    context = {"page": page, "rule": page.rule, "traits": tuple(rule_traits(page.policy, page.rule)), "writing": False}
    return show(request, "rule_read", page.version, "overzicht", {**context, **around(request, page)})


def around(request: HttpRequest, page: RulePage) -> dict[str, Any]:
    """Return what stands beside a rule that is in the version."""
    if page.rule is None:
        return {"beside": None}
    return {
        "beside": rule_beside.beside(page.version, page.rule, count=request.GET.get("tel") == "1"),
        "confirmed": rule_beside.confirmed(page.policy, page.rule),
        "proposed": rule_beside.proposed(page.policy, page.rule) if page.version.state == State.DRAFT else (),
    }


def words_of(policy: Policy, lines: Draft) -> tuple[Any, ...]:
    """Return the condition in words; nothing while it says nothing yet."""
    try:
        return condition_lines(policy, condition_of(policy, lines))
    except Unfinished:
        return ()


# ------------------------------------------------------------------ writing


def posted(request: HttpRequest, page: RulePage) -> HttpResponse:
    """Do what the button says. Only «opslaan» and the forms about examples and removal change the version."""
    button = request.POST.get("doe", "")
    if not may_write(request, page.version):
        return conflict_page(request, page.version, NO_DRAFT, rule_choices.typed_words(request.POST))
    if button in (EXAMPLES, REMOVE):
        return about_saved(request, page, button)
    typed = read(request.POST, page)
    if button == SAVE:
        return save(request, page, typed)
    typed.saved = False
    typed.form.errors.clear()
    typed.lines, typed.focus = changed(page.policy, typed.lines, button, request.POST)
    rule_choices.press(page.policy, typed, button, request.POST)
    return editor(request, page, typed)


def read(posted: QueryDict, page: RulePage) -> Typed:
    """Return what was sent; lines that cannot be read are those of the version."""
    form = RuleForm(posted, policy=page.policy, rule=page.rule, above=page.above)
    seal = posted.get("gezien", "")[:64]
    try:
        return Typed(form, read_lines(posted), seal)
    except Unreadable:
        return Typed(form, Typed.of(page).lines, seal, reasons=(NOTHING_SENT,))


def save(request: HttpRequest, page: RulePage, typed: Typed) -> HttpResponse:
    """Save the rule; what is wrong, or what somebody else did meanwhile, is told and nothing is lost."""
    typed.saved = False
    when: Condition = All(())
    try:
        when = condition_of(page.policy, typed.lines, like=page.rule.when if page.rule else None)
    except Unfinished as unfinished:
        typed.problems = unfinished.problems
    if not typed.form.is_valid() or typed.problems or typed.reasons:
        return editor(request, page, typed)
    rule = typed.form.rule_with(when)
    try:
        rules.save_rule(
            page.version,
            rule,
            Seen(rule.code, typed.seal),
            after=typed.form.after,
            by=signed_in(request),
            now=timezone.now(),
        )
    except Stale:
        return conflict(request, page, typed, rule)
    except NotDone as error:
        typed.reasons = error.reasons
        return editor(request, page, typed)
    messages.success(request, f"Regel {rule.code} is opgeslagen.")
    return redirect("intake:policy-rule", page.version.name, rule.code)


def conflict(request: HttpRequest, page: RulePage, typed: Typed, mine: Rule) -> HttpResponse:
    """Show what somebody else made of the rule, beside what was typed here; saving again is then a choice."""
    theirs = page.rule or rules.find(page.policy, mine.code)
    typed.by_me = telling.last_changed_by(page.version) == actor_of(signed_in(request))
    typed.seal = rules.seal(page.policy, theirs)
    if theirs is None:
        typed.reasons = (rules.RULE_CHANGED,)
    else:
        typed.conflict = rule_choices.differences(page.policy, theirs, mine)
    return editor(request, page, typed)


def gone(request: HttpRequest, page: RulePage, code: str) -> HttpResponse:
    """Answer 404 for a rule that is not there; what was typed for one that somebody took out is kept as a new rule."""
    if request.method == "POST" and not may_write(request, page.version):
        return conflict_page(request, page.version, NO_DRAFT, rule_choices.typed_words(request.POST))
    if request.method == "POST" and request.POST.get("doe") == REMOVE:
        return taken_out(request, page.version, code)
    if request.method != "POST" or request.POST.get("doe") != SAVE:
        raise Http404
    posted = request.POST.copy()
    posted["code"] = code
    typed = read(posted, page)
    typed.saved, typed.seal = False, ""
    typed.reasons = (*typed.reasons, "Iemand anders heeft deze regel weggehaald. Slaat u op, dan komt zij terug.")
    return editor(request, page, typed)


def about_saved(request: HttpRequest, page: RulePage, button: str) -> HttpResponse:
    """Confirm or drop examples of the rule as it is in the version, or take the whole rule out."""
    if page.rule is None:
        raise Http404
    seen = Seen(page.rule.code, request.POST.get("gezien", "")[:64])
    by, now = signed_in(request), timezone.now()
    try:
        if button == REMOVE:
            rules.remove_rule(page.version, seen, by=by, now=now)
            return taken_out(request, page.version, page.rule.code)
        added, dropped, unknown = chosen_examples(request, page)
        if added or dropped or unknown:
            rules.confirm_examples(page.version, seen, added, dropped, by=by, now=now)
        messages.success(request, "De voorbeelden zijn opgeslagen.")
    except NotDone as error:
        messages.error(request, " ".join(error.reasons))
    return redirect(page.href)


def taken_out(request: HttpRequest, version: PolicyVersion, code: str) -> HttpResponse:
    """Say that a rule is not in the version any more, also to whoever asks that a second time."""
    messages.success(request, f"Regel {code[:20]} is weggehaald.")
    return redirect("intake:policy-version", version.name)


def chosen_examples(request: HttpRequest, page: RulePage) -> tuple[list[Example], list[Example], set[str]]:
    """Return the examples that were ticked to be kept, those to go, and the ticks of examples that are not there.

    What stands with the rule already, or is gone already, needs nothing: that is a double click.
    """
    assert page.rule is not None
    ticked, gone = {*request.POST.getlist("klopt")}, {*request.POST.getlist("weg")}
    known = {one.token: one.example for one in rule_beside.confirmed(page.policy, page.rule)}
    offered = {one.token: one.example for one in rule_beside.proposed(page.policy, page.rule)}
    added = [example for token, example in offered.items() if token in ticked]
    dropped = [example for token, example in known.items() if token in gone]
    return added, dropped, ticked - {*known, *offered}
