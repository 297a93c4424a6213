"""Addresses from consent on: entrepreneur, advisor, partner."""

from django.urls import URLPattern, path

from referrals.views import (
    acts,
    desk_explain,
    entrepreneur,
    follow,
    login,
    organisations,
    partner,
    partner_answer,
    partner_dossier,
    settle,
    team,
    workbench,
)

app_name = "referrals"
urlpatterns: list[URLPattern] = [
    path("aanbod/<str:token>/", partner.door, name="offer"),
    path("aanbod/<str:token>/antwoord/", partner_answer.answer, name="offer-answer"),
    path("aanbod/<str:token>/code/", partner.code, name="offer-code"),
    path("aanbod/<str:token>/dossier.pdf", partner_dossier.pdf, name="offer-pdf"),
    path("aanbod/<str:token>/dossier/", partner_dossier.dossier, name="offer-dossier"),
    path("aanbod/<str:token>/nieuw/", partner.renew, name="offer-renew"),
    path("beleid/organisaties/", organisations.page, name="organisations"),
    path("en/erased/", follow.erased, {"language": "en"}, name="erased-en"),
    path("en/settle/", settle.settle, name="settle"),
    path("en/settle/check/", settle.check, name="settle-check"),
    path("en/settle/done/", settle.done, name="settle-done"),
    path("inloggen/", login.sign_in, name="login"),
    path("uitloggen/", login.sign_out, name="logout"),
    path("volg/gewist/", follow.erased, {"language": "nl"}, name="erased"),
    path("volg/<str:token>/", follow.follow, name="follow"),
    path("volg/<str:token>/gegevens/", follow.correct, name="follow-contact"),
    path("volg/<str:token>/intrekken/", follow.withdraw, name="follow-withdraw"),
    path("volg/<str:token>/wissen/", follow.erase, name="follow-erase"),
    path("werkbak/", workbench.desk, name="desk"),
    # Before the address with a number, which it would be taken for.
    path("werkbak/team/", team.page, name="desk-team"),
    path("werkbak/<str:number>/", workbench.referral_page, name="desk-referral"),
    path("werkbak/<str:number>/uitleg/", desk_explain.explain, name="desk-explain"),
    path("werkbak/<str:number>/<slug:action>/", acts.act, name="desk-act"),
    path("zelfscan/<str:reference>/contact/", entrepreneur.contact, name="contact"),
    path("zelfscan/<str:reference>/verstuurd/", entrepreneur.sent, name="sent"),
    path("zelfscan/<str:reference>/voorbeeld/<slug:organisation>/", entrepreneur.preview, name="preview"),
]
