"""The gallery as a site of its own: its addresses and templates, the project's settings otherwise."""

from collections.abc import Callable, Iterator
from functools import cache

import pytest
from django.test import Client, override_settings
from lxml import html

from tests.web import settings_gallery


@pytest.fixture
def gallery() -> Iterator[None]:
    """Put the gallery in the place of the site."""
    with override_settings(
        ROOT_URLCONF=settings_gallery.ROOT_URLCONF,
        TEMPLATES=settings_gallery.TEMPLATES,
        MIDDLEWARE=settings_gallery.MIDDLEWARE,
    ):
        yield


@pytest.fixture
def look(gallery: None) -> Callable[[str], html.HtmlElement]:
    """Return a page of the gallery as a tree."""

    @cache
    def get(address: str) -> html.HtmlElement:
        response = Client().get(address)
        assert response.status_code == 200, address
        return html.fromstring(response.content.decode())

    return get
