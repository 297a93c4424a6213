"""What the administrator may look at: where a scan stands. Nothing here can be changed, and no answer is shown."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from intake.models import Assessment, Consent, Intake


class LookOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Shows, and changes nothing: every change has its own door."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        """Refuse."""
        return False


@admin.register(Intake)
class IntakeAdmin(LookOnly):
    """The scans, by number and state."""

    fields = (
        "reference",
        "kind",
        "state",
        "language",
        "policy",
        "created_at",
        "changed_at",
        "expires_at",
        "submitted_at",
    )
    list_display = ("reference", "kind", "state", "changed_at", "expires_at")
    list_filter = ("kind", "state")
    search_fields = ("reference",)


@admin.register(Assessment)
class AssessmentAdmin(LookOnly):
    """The results, by outcome."""

    fields = ("intake", "number", "made_at", "policy", "outcome", "intensity", "receipt")
    list_display = ("intake", "number", "made_at", "outcome", "intensity")
    list_filter = ("outcome", "intensity", "policy")


@admin.register(Consent)
class ConsentAdmin(LookOnly):
    """The consents: what was said to which purpose and organisation, and when."""

    list_display = ("intake", "purpose", "organisation", "given", "text_version", "at")
    list_filter = ("purpose", "given")
    search_fields = ("intake__reference",)
    list_select_related = ("intake",)
