"""The forms of the scan: fields made from the catalogue, and every error in our own words."""

from django.http import QueryDict

from intake.forms.company import PROVINCE, CompanyForm
from intake.forms.page import PageForm
from intake.screens import Page
from intake.services.progress import Progress


def form_for(page: Page, progress: Progress, data: QueryDict | None = None) -> PageForm:
    """Return the form of a page."""
    form = CompanyForm if PROVINCE in page.questions else PageForm
    return form(page, progress, data)
