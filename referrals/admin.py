"""The administration: accounts to change, partners, referrals and offers to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from nnmkb.ledger.admin import ReadOnlyAdmin
from nnmkb.web.permissions import STAFF_ROLES, Role, fully_in
from referrals.models import Offer, Partner, Referral
from referrals.services import organisations, second_factor
from referrals.views.organisations import attention

if TYPE_CHECKING:
    AccountBase = UserAdmin[User]
else:
    AccountBase = UserAdmin


def enter(request: HttpRequest, extra_context: object = None) -> HttpResponse:
    """Send who comes in to the one login page that counts wrong guesses; refuse who signed in as somebody else."""
    if admin.site.has_permission(request):
        return redirect("admin:index")
    if fully_in(request.user):
        raise PermissionDenied
    return redirect_to_login(request.GET.get("next") or reverse("admin:index"))


def front(request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
    """Show the administration, with what must be looked after about organisations on top."""
    told = {"attention": attention(timezone.localdate())} if admin.site.has_permission(request) else {}
    return _index(request, {**(extra_context or {}), **told})


def may_enter(request: HttpRequest) -> bool:
    """Let in whom Django lets in, once every step of signing in was taken."""
    return _may_enter(request) and fully_in(request.user)


_may_enter = admin.site.has_permission
admin.site.has_permission = may_enter  # type: ignore[method-assign]


def other_password(request: HttpRequest, extra_context: object = None) -> HttpResponse:
    """Send who wants another password to the one page that counts wrong guesses and writes a mail."""
    return redirect("referrals:security-password")


_index = admin.site.index
admin.site.login = enter  # type: ignore[method-assign]
admin.site.password_change = other_password  # type: ignore[method-assign, assignment]
admin.site.index = front  # type: ignore[method-assign, assignment]
admin.site.index_template = "referrals/admin_index.html"
admin.site.site_header = "Beheer"
admin.site.site_title = "Beheer"
admin.site.index_title = "Beheer"


@admin.register(Partner)
class PartnerAdmin(ReadOnlyAdmin):
    """The partners, to look at: they are kept on the pages below /partners/, which leave an event."""

    list_display = ("name", "organisation", "ending", "active", "paused_until", "response_days", "capacity")
    list_filter = ("active",)
    search_fields = ("name", "code")

    @admin.display(description="bestaat de organisatie nog?")
    def ending(self, partner: Partner) -> str:
        """Say what became of the organisation of a partner."""
        return organisations.ending(partner.organisation, timezone.localdate()) or "ja"


@admin.register(Referral)
class ReferralAdmin(ReadOnlyAdmin):
    """The referrals."""

    list_display = ("number", "activity", "state", "partner", "owner", "next_due_at")
    list_filter = ("state",)
    search_fields = ("number__exact",)
    list_select_related = ("partner", "owner")
    show_full_result_count = False


@admin.register(Offer)
class OfferAdmin(ReadOnlyAdmin):
    """The offers, without what makes a link work and without what a person wrote."""

    list_display = ("referral", "attempt", "partner_name", "state", "offered_at", "respond_by", "ended_at")
    list_filter = ("state",)
    exclude = ("nonce", "link_digest", "contact_person", "reason_text")
    list_select_related = ("referral",)
    show_full_result_count = False


admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class AccountAdmin(AccountBase):
    """Accounts of staff. Roles are groups; what a group may do stands in nnmkb.web.permissions."""

    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Persoon", {"fields": ("first_name", "last_name", "email")}),
        ("Toegang", {"fields": ("is_active", "groups")}),
    )
    list_display = ("username", "first_name", "last_name", "is_active")
    list_filter = ("is_active", "groups")
    filter_horizontal = ()
    actions = ("take_second_step_away",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Hide superusers from everyone else: who can set a password can become that person.

        People of partners are not here: who works there is kept on the pages of the partner.
        """
        found = super().get_queryset(request).filter(membership__isnull=True)
        return found if request.user.is_superuser else found.filter(is_superuser=False)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the roles of staff only: one account is never of the KvK and of a partner."""
        if db_field.name == "groups":
            kwargs["queryset"] = Group.objects.filter(name__in=STAFF_ROLES)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    @admin.action(description="Tweede stap weghalen", permissions=["change"])
    def take_second_step_away(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Help who lost phone or passkey: the person keeps the password, gets a mail, and makes a new second step.

        Not for oneself: a session that somebody left open must not be able to do without the second step.
        """
        chosen = [user for user in queryset if user.pk != request.user.pk]
        for user in chosen:
            second_factor.reset(user, actor=f"staff:{request.user.pk}", now=timezone.now())
        self.message_user(request, f"Tweede stap weggehaald: {len(chosen)}. Uw eigen account telt hierbij niet mee.")

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Refuse: history names the account; switch it off instead."""
        return False

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Open the administration for administrators only."""
        super().save_related(request, form, formsets, change)
        user: User = form.instance
        user.is_staff = user.is_superuser or user.groups.filter(name=Role.ADMINISTRATOR).exists()
        user.save(update_fields=["is_staff"])


# Their pages show the secret of a second factor, and let it be made for somebody else.
admin.site.unregister((StaticDevice, TOTPDevice))
