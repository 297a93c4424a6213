"""The ledger in the administration: to look, never to touch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from nnmkb.ledger.models import Anchor, Event, Outgoing

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Any]
else:
    Base = admin.ModelAdmin


class ReadOnlyAdmin(Base):
    """Shows rows and changes none: changes go through the services, which leave an event."""

    actions = None

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Refuse."""
        return False


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """The history, without the keys of forms: who sends such a form again gets what it led to."""

    exclude = ("idempotency_key",)
    list_display = ("at", "stream", "seq", "kind", "actor")
    list_filter = ("kind",)
    search_fields = ("stream__exact",)
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(Anchor)
class AnchorAdmin(ReadOnlyAdmin):
    """The nightly anchors, to compare with those that left the house."""

    list_display = ("at", "last_event", "streams", "root")
    search_fields = ("root__startswith",)
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(Outgoing)
class OutgoingAdmin(ReadOnlyAdmin):
    """The deliveries; a dead one is tried again from the workbench."""

    list_display = ("kind", "recipient", "state", "attempts", "due_at", "last_error")
    list_filter = ("state", "kind")
    search_fields = ("recipient__exact",)
    list_select_related = ("event",)
    show_full_result_count = False
