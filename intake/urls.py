"""Addresses of the entrepreneur's side, up to the result."""

from django.urls import path, register_converter

from intake.screens import BY_SLUG
from intake.views import check, links, result, start, step, table


class PageSlug:
    """Only the pages with questions, so that the other addresses under a scan stay free."""

    regex = "|".join(BY_SLUG)

    def to_python(self, value: str) -> str:
        """Return the slug."""
        return value

    def to_url(self, value: str) -> str:
        """Return the slug."""
        return value


register_converter(PageSlug, "page")

app_name = "intake"
urlpatterns = [
    path("", start.start, name="start"),
    path("verder/", links.lost, name="lost"),
    path("verder/<str:token>/", links.resume, name="resume"),
    path("wie-doet-wat/", table.table, name="table"),
    path("zelfscan/<str:reference>/", start.go_on, name="go-on"),
    path("zelfscan/<str:reference>/al-verstuurd/", start.already_sent, name="already-sent"),
    path("zelfscan/<str:reference>/controleren/", check.check, name="check"),
    path("zelfscan/<str:reference>/later/", links.later, name="later"),
    path("zelfscan/<str:reference>/uitslag/", result.result, name="result"),
    path("zelfscan/<str:reference>/<page:page>/", step.step, name="step"),
]
