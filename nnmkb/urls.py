"""Joins the apps, the front door and health."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from nnmkb import health, pages

urlpatterns = [
    path("", include("intake.urls")),
    path("", include("referrals.urls")),
    path("privacy/", pages.static_page, {"name": "privacy"}, name="privacy"),
    path("toegankelijkheid/", pages.static_page, {"name": "accessibility"}, name="accessibility"),
    path("over/", pages.static_page, {"name": "about"}, name="about"),
    path("gezond/", health.live, name="health-live"),
    path("gezond/klaar/", health.ready, name="health-ready"),
    path("gezond/wachtrij/", health.queue, name="health-queue"),
    path("beheer/", admin.site.urls),
]
if settings.LOCAL_POST:
    from nnmkb import post

    urlpatterns += [
        path("post/", post.letterbox, name="post"),
        path("post/<str:name>/", post.letter, name="letter"),
    ]

handler400 = "nnmkb.pages.unreadable"
handler403 = "nnmkb.pages.forbidden"
handler404 = "nnmkb.pages.not_found"
handler500 = "nnmkb.pages.broken"
