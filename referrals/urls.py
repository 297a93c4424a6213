"""Addresses from consent on: entrepreneur, advisor, partner."""

from django.urls import URLPattern

app_name = "referrals"
urlpatterns: list[URLPattern] = []
