"""Addresses of the entrepreneur's side, up to the result."""

from django.urls import path, register_converter

from intake.screens import SLUG
from intake.services.governing.drafting import RESERVED
from intake.views import check, links, result, start, step, table
from intake.views.policy import acts, exchange, file, history, review, rule, sources, trying, version, versions
from intake.views.policy.acts_table import ACTS


class PageSlug:
    """Only the pages with questions, so that the other addresses under a scan stay free."""

    regex = SLUG

    def to_python(self, value: str) -> str:
        """Return the slug."""
        return value

    def to_url(self, value: str) -> str:
        """Return the slug."""
        return value


class VersionName(PageSlug):
    """A version of the policy; the other addresses under /beleid/ stay free."""

    regex = rf"(?!(?:{'|'.join(sorted(RESERVED))})/)[a-z0-9-]{{1,20}}"


class ActSlug(PageSlug):
    """What can be done with a version."""

    regex = "|".join(ACTS)


register_converter(PageSlug, "page")
register_converter(VersionName, "version")
register_converter(ActSlug, "policyact")

app_name = "intake"
urlpatterns = [
    path("", start.start, name="start"),
    path("beleid/", versions.versions, name="policy-versions"),
    path("beleid/bronnen/", sources.sources_page, name="policy-sources"),
    path("beleid/bronnen/<str:code>/", sources.source, name="policy-source"),
    path("beleid/nieuw/", versions.new, name="policy-new"),
    path("beleid/<version:name>/", version.version, name="policy-version"),
    path("beleid/<version:name>/bestand/<str:file>/", file.file, name="policy-file"),
    path("beleid/<version:name>/beoordelen/", review.review, name="policy-review"),
    path("beleid/<version:name>/download/", exchange.export, name="policy-export"),
    path("beleid/<version:name>/download/<str:file>/", exchange.export_file, name="policy-export-file"),
    path("beleid/<version:name>/geschiedenis/", history.history, name="policy-history"),
    path("beleid/<version:name>/inlezen/", exchange.import_page, name="policy-import"),
    path("beleid/<version:name>/proberen/", trying.trying, name="policy-try"),
    path("beleid/<version:name>/regel/nieuw/", rule.rule, name="policy-rule-new"),
    path("beleid/<version:name>/regel/<str:code>/", rule.rule, name="policy-rule"),
    path("beleid/<version:name>/<policyact:slug>/", acts.act, name="policy-act"),
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
