"""What the entrepreneur answers by the follow link: a question of the KvK, a request for consent, an opinion."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from intake.models import Intake
from intake.views.doors import limited
from referrals.models import Referral
from referrals.services import feedback, questions, requests
from referrals.services.errors import NotDone, Refused
from referrals.views.follow import FORM, by_link, key_of
from referrals.views.follow_forms import HAPPY, OpinionForm, QuestionForm
from referrals.views.status import day, title_of

YES, NO = "ja", "nee"


@require_http_methods(FORM)
@limited("follow")
@by_link
def answer(request: HttpRequest, intake: Intake, token: str) -> HttpResponse:
    """Show the question that is open, and take the answer."""
    referral = asked_about(request, intake)
    question = referral.questions.filter(closed_at__isnull=True).first()
    form = QuestionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            questions.answer(referral.pk, text=form.cleaned_data["antwoord"], key=form.key, now=timezone.now())
        except Refused as error:
            form.add_error("antwoord" if error.field else None, _(str(error)))
        except NotDone:
            # Somebody closed the question meanwhile: what was typed stays on the screen, with why it was not kept.
            too_late = _("Uw antwoord is niet meer nodig: de KvK is verdergegaan. Bel ons als u iets kwijt wilt.")
            form.add_error(None, too_late)
        else:
            messages.success(request, _("Dank u wel. Uw antwoord is verstuurd."))
            return redirect("referrals:follow", token)
    elif question is None:
        return nothing_to_do(request, token)
    context = {
        "intake": intake,
        "token": token,
        "form": form,
        "question": question,
        "title": title_of(intake, referral.activity),
        "until": day(referral.next_due_at) if referral.next_due_at else "",
    }
    return render(request, "referrals/follow_answer.html", context)


@require_http_methods(FORM)
@limited("follow")
@by_link
def consent(request: HttpRequest, intake: Intake, token: str) -> HttpResponse:
    """Ask whether one more organisation may have the dossier; yes and no are two buttons, neither is the default."""
    referral = asked_about(request, intake)
    wanted = requests.open_request(referral)
    if request.method == "POST":
        return consented(request, token, referral)
    if wanted is None or not requests.named(intake, wanted.organisation):
        return nothing_to_do(request, token)
    context = {
        "intake": intake,
        "token": token,
        "referral": referral,
        "box": requests.box_for(wanted.organisation, intake.language),
        "title": title_of(intake, referral.activity),
        "until": day(referral.next_due_at) if referral.next_due_at else "",
        "goes_on": requests.goes_on(referral, timezone.now()),
        "key": str(uuid.uuid4()),
    }
    return render(request, "referrals/follow_consent.html", context)


def consented(request: HttpRequest, token: str, referral: Referral) -> HttpResponse:
    """Keep the yes or the no."""
    chosen = request.POST.get("antwoord")
    try:
        if chosen == YES:
            version = request.POST.get("tekst", "")[:20]
            requests.give(referral.pk, text_version=version, key=key_of(request), now=timezone.now())
            messages.success(request, _("Dank u wel. U gaf toestemming."))
        elif chosen == NO:
            requests.refuse(referral.pk, key=key_of(request), now=timezone.now())
            messages.success(request, _("U gaf geen toestemming. Uw dossier wordt niet gedeeld."))
        else:
            messages.info(request, _("Kies ja of nee."))
            return redirect(f"{request.path}?vraag={referral.number}")
    except Refused as error:
        messages.info(request, _(str(error)))
        return redirect(f"{request.path}?vraag={referral.number}")
    except NotDone:
        return nothing_to_do(request, token)
    return redirect("referrals:follow", token)


@require_http_methods(FORM)
@limited("follow")
@by_link
def opinion(request: HttpRequest, intake: Intake, token: str) -> HttpResponse:
    """Ask in short how it went."""
    referral = asked_about(request, intake)
    can_ask = feedback.can_ask_reopening(referral)
    form = OpinionForm(request.POST if request.method == "POST" else None, can_ask=can_ask)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            feedback.give(
                referral.pk,
                happy=typed["tevreden"] == HAPPY,
                reason=typed["reden"],
                text=typed["toelichting"],
                asks_reopening=typed.get("opnieuw", False),
                key=form.key,
                now=timezone.now(),
            )
        except Refused as error:
            fields = {"reason": "reden", "text": "toelichting"}
            form.add_error(fields.get(error.field), _(str(error)))
        else:
            messages.success(request, _("Dank u wel. Wij hebben uw mening bewaard."))
            return redirect("referrals:follow", token)
    elif request.method != "POST" and feedback.moment_of(referral) is None:
        return nothing_to_do(request, token)
    context = {
        "intake": intake,
        "token": token,
        "form": form,
        "title": title_of(intake, referral.activity),
        "partner": referral.partner_name,
    }
    return render(request, "referrals/follow_opinion.html", context)


def asked_about(request: HttpRequest, intake: Intake) -> Referral:
    """Return the referral of this company that the address names; 404 for any other."""
    wanted = str(request.POST.get("vraag") or request.GET.get("vraag") or "")
    # Compared here and not by the database: what comes in may be anything at all.
    found = next((one for one in Referral.objects.filter(intake=intake) if one.number == wanted), None)
    if found is None:
        raise Http404
    return found


def nothing_to_do(request: HttpRequest, token: str) -> HttpResponse:
    """Say that it was done already, or is no longer needed."""
    messages.info(request, _("Hier hoeft u niets meer te doen."))
    return redirect("referrals:follow", token)
