"""Addresses of the entrepreneur's side, up to the result."""

from django.urls import URLPattern

app_name = "intake"
urlpatterns: list[URLPattern] = []
