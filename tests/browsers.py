"""A browser of the tests that goes on where another one stood."""

from __future__ import annotations

from django.test import Client


def going_on(other: Client) -> Client:
    """Return a fresh browser with the cookies of another, which stays as it is."""
    client = Client()
    client.cookies.load(other.cookies.output(header="", sep=";"))
    return client
