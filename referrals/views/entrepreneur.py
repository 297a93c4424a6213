"""From the result to the confirmation: contact, consent, what each organisation gets, and what happens now."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from intake.models import Assessment, Intake
from intake.services.assessing import latest
from intake.services.drafts import resume_path
from intake.views.doors import expired, limited, shows, where_left
from nnmkb import pages
from nnmkb.ledger import ratelimit
from nnmkb.ledger.models import Outgoing
from nnmkb.ledger.outbox import FAILED
from referrals.domain.worktime import local_date
from referrals.dossier import build
from referrals.forms import ContactForm
from referrals.models import Referral
from referrals.services import asking, refer, typed
from referrals.services.consents import KVK
from referrals.services.errors import Gone, Refused
from referrals.views.status import day, title_of

PREVIEW = "voorbeeld"
FORM = ["GET", "HEAD", "POST"]


@require_http_methods(FORM)
@limited("answer")
@shows
def contact(request: HttpRequest, intake: Intake) -> HttpResponse:
    """Ask who may help and who to call; a POST sends, or keeps what was typed and shows what is wrong."""
    if intake.state == Intake.State.SUBMITTED:
        return redirect("referrals:sent", intake.reference)
    if intake.expired(timezone.now()):
        return expired(request, resume_path(intake))
    assessment = latest(intake)
    if assessment is None:
        return where_left(intake)
    if not asking.up_to_date(intake, assessment):
        messages.warning(request, "U veranderde uw antwoorden. Bekijk eerst uw nieuwe uitslag.")
        return redirect("intake:check", intake.reference)
    today = local_date(timezone.now())
    wishes = asking.wishes(assessment, today)
    if not wishes:
        return redirect("intake:result", intake.reference)
    boxes = asking.boxes(assessment, today)
    if request.method != "POST":
        return show(request, intake, ContactForm(boxes, initial=typed.kept(intake)), wishes)
    return receive(request, intake, ContactForm(boxes, request.POST), wishes)


def receive(request: HttpRequest, intake: Intake, form: ContactForm, wishes: tuple[asking.Wish, ...]) -> HttpResponse:
    """Carry out a POST of the contact page: look at a preview first, or send."""
    now = timezone.now()
    wanted = request.POST.get(PREVIEW, "")
    if wanted in organisations(form):
        typed.keep(intake, form.typed(), now=now)
        return redirect("referrals:preview", intake.reference, wanted)
    if form.is_valid():
        try:
            ratelimit.count("submit", ratelimit.address(request))
            refer.submit(
                intake.pk, contact=form.contact(), consents=form.consents(), shown=form.boxes, key=form.key, now=now
            )
        except ratelimit.TooMany as error:
            typed.keep(intake, form.typed(), now=now)
            return pages.problem(request, 429, wait_minutes=error.seconds // 60 + 1)
        except Gone:
            return where_left(intake)
        except Refused as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            return redirect("referrals:sent", intake.reference)
    typed.keep(intake, form.typed(), now=now)
    return show(request, intake, form, wishes)


def organisations(form: ContactForm) -> set[str]:
    """Return the codes of the organisations on the page."""
    return {box.organisation or KVK for box, _ in form.shared()}


def show(request: HttpRequest, intake: Intake, form: ContactForm, wishes: tuple[asking.Wish, ...]) -> HttpResponse:
    """Show the contact page."""
    titles = {wish.activity: title_of(intake, wish.activity) for wish in wishes}
    offers = [
        {
            "box": box,
            "field": field,
            "code": box.organisation or KVK,
            "for": [titles[wish.activity] for wish in wishes if concerns(wish, box.organisation or KVK)],
        }
        for box, field in form.shared()
    ]
    context = {
        "form": form,
        "intake": intake,
        "offers": offers,
        "separate": form.separate(),
        "no_partner": [titles[wish.activity] for wish in wishes if wish.no_partner],
    }
    return render(request, "referrals/contact.html", context)


def concerns(wish: asking.Wish, organisation: str) -> bool:
    """Say whether this organisation could help with this."""
    if organisation == KVK:
        return wish.by_kvk or wish.no_partner
    return organisation in wish.lead or organisation in wish.others


@require_safe
@shows
def preview(request: HttpRequest, intake: Intake, organisation: str) -> HttpResponse:
    """Show exactly what an organisation would get, with the name as it was typed so far."""
    assessment = latest(intake)
    if assessment is None:
        raise Http404
    today = local_date(timezone.now())
    found = [box for box in asking.boxes(assessment, today) if box.name and (box.organisation or KVK) == organisation]
    if not found:
        raise Http404
    said = typed.kept(intake)
    context = {
        "intake": intake,
        "name": found[0].name,
        "is_kvk": organisation == KVK,
        "content": build.preview(
            intake,
            organisation,
            company={
                "name": said.get("company", ""),
                "place": said.get("place", ""),
                "kvk_number": said.get("kvk_number", ""),
            },
            activities=activities_for(assessment, organisation),
        ),
    }
    return render(request, "referrals/preview.html", context)


def activities_for(assessment: Assessment, organisation: str) -> list[str]:
    """Return what this organisation could be asked to do."""
    wishes = asking.wishes(assessment, local_date(timezone.now()))
    return [wish.activity for wish in wishes if organisation == KVK or concerns(wish, organisation)]


@require_safe
@shows
def sent(request: HttpRequest, intake: Intake) -> HttpResponse:
    """Show the reference number, what happens when, and the link to follow it."""
    if intake.state != Intake.State.SUBMITTED:
        return where_left(intake)
    referrals = Referral.objects.filter(intake=intake).order_by("id")
    due = [one.next_due_at for one in referrals if one.next_due_at]
    failed = Outgoing.objects.filter(recipient=f"intake:{intake.pk}", kind="mail.receipt", state__in=FAILED).exists()
    context = {
        "intake": intake,
        "referrals": [{"number": one.number, "title": title_of(intake, one.activity)} for one in referrals],
        "first_due": day(min(due)) if due else "",
        "email": intake.contact.email,
        "mail_failed": failed,
        "follow": request.build_absolute_uri(refer.follow_path(intake)),
        "valid_until": intake.expires_at,
        "result": reverse("intake:result", args=[intake.reference]),
    }
    return render(request, "referrals/sent.html", context)
