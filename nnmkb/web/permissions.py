"""Who may ask for which page: one table of roles by address and method, and the guard that reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]


class Role(StrEnum):
    """What a person is here; the staff roles are Django groups of the same name."""

    ANYONE = "anyone"
    # Not a login: whoever holds the session grant or the link that the view itself checks.
    LINK_HOLDER = "link_holder"
    # Nor is this: a system with a key of a partner; which scope an address asks for stands in referrals.api.
    KEY_HOLDER = "key_holder"
    ADVISOR = "advisor"
    TEAM_LEAD = "team_lead"
    POLICY_AUTHOR = "policy_author"
    POLICY_PUBLISHER = "policy_publisher"
    ADMINISTRATOR = "administrator"
    # People at a partner, with an account; which partner stands in referrals.models.Membership.
    PARTNER_READER = "partner_reader"
    PARTNER_HANDLER = "partner_handler"
    PARTNER_MANAGER = "partner_manager"


STAFF_ROLES = (Role.ADVISOR, Role.TEAM_LEAD, Role.POLICY_AUTHOR, Role.POLICY_PUBLISHER, Role.ADMINISTRATOR)
PARTNER_ROLES = (Role.PARTNER_READER, Role.PARTNER_HANDLER, Role.PARTNER_MANAGER)


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may read a page (GET, HEAD) and who may change something with it (POST)."""

    read: frozenset[Role] = frozenset()
    change: frozenset[Role] = frozenset()


def _rule(read: tuple[Role, ...] = (), change: tuple[Role, ...] = ()) -> Rule:
    return Rule(frozenset(read), frozenset(change))


_ANYONE = (Role.ANYONE,)
_HOLDER = (Role.LINK_HOLDER,)
_DESK = (Role.ADVISOR, Role.TEAM_LEAD)
_ADMIN = (Role.ADMINISTRATOR,)
_POLICY = (Role.POLICY_AUTHOR, Role.POLICY_PUBLISHER, Role.ADMINISTRATOR)

# Who of a partner answers offers; everybody there may read them.
_ANSWERS = (Role.PARTNER_HANDLER, Role.PARTNER_MANAGER)
_MANAGE = (Role.PARTNER_MANAGER,)
_ACCOUNT = (*STAFF_ROLES, *PARTNER_ROLES)

# Who writes policy, and who does something with a version: reading it alone is for _POLICY.
_WRITE = (Role.POLICY_AUTHOR,)
_WORK = (Role.POLICY_AUTHOR, Role.POLICY_PUBLISHER)

# Who keeps the partner list, and who works with it.
_KEEP = (Role.TEAM_LEAD, Role.ADMINISTRATOR)
_KEPT = (*_DESK, Role.ADMINISTRATOR)

_READ_BY_KEY = _rule((Role.KEY_HOLDER,))
_CHANGED_BY_KEY = _rule((), (Role.KEY_HOLDER,))
_USED_BY_KEY = _rule((Role.KEY_HOLDER,), (Role.KEY_HOLDER,))
_READ_BY_ANYONE = _rule(_ANYONE)
_USED_BY_ANYONE = _rule(_ANYONE, _ANYONE)
_READ_BY_HOLDER = _rule(_HOLDER)
_USED_BY_HOLDER = _rule(_HOLDER, _HOLDER)
_READ_AT_DESK = _rule(_DESK)
_USED_AT_DESK = _rule(_DESK, _DESK)
_ONLY_POSTED_BY_HOLDER = _rule((), _HOLDER)

TABLE: dict[str, Rule] = {
    "about": _READ_BY_ANYONE,
    "accessibility": _READ_BY_ANYONE,
    "health-live": _READ_BY_ANYONE,
    "health-queue": _READ_BY_ANYONE,
    "health-ready": _READ_BY_ANYONE,
    "intake:already-sent": _READ_BY_HOLDER,
    "intake:check": _USED_BY_HOLDER,
    "intake:go-on": _READ_BY_HOLDER,
    "intake:later": _USED_BY_HOLDER,
    "intake:lost": _USED_BY_ANYONE,
    "intake:policy-act": _rule(_WORK, _WORK),
    "intake:policy-export": _rule(_POLICY),
    "intake:policy-export-file": _rule(_POLICY),
    "intake:policy-file": _rule(_POLICY, _WRITE),
    "intake:policy-history": _rule(_POLICY),
    "intake:policy-import": _rule(_WRITE, _WRITE),
    "intake:policy-new": _rule(_WRITE, _WRITE),
    "intake:policy-review": _rule(_POLICY, _WORK),
    "intake:policy-rule": _rule(_POLICY, _WRITE),
    "intake:policy-rule-new": _rule(_WRITE, _WRITE),
    "intake:policy-source": _rule(_POLICY, _WRITE),
    "intake:policy-sources": _rule(_POLICY),
    "intake:policy-try": _rule(_POLICY, _POLICY),
    "intake:policy-version": _rule(_POLICY),
    "intake:policy-versions": _rule(_POLICY),
    "intake:result": _USED_BY_HOLDER,
    "intake:resume": _USED_BY_HOLDER,
    "intake:start": _USED_BY_ANYONE,
    "intake:step": _USED_BY_HOLDER,
    "intake:table": _READ_BY_ANYONE,
    # The letterbox of a laptop; these addresses do not exist where a mail server is set.
    "letter": _READ_BY_ANYONE,
    "post": _READ_BY_ANYONE,
    "privacy": _READ_BY_ANYONE,
    "referrals:api": _READ_BY_ANYONE,
    "referrals:api-accept": _CHANGED_BY_KEY,
    "referrals:api-close": _CHANGED_BY_KEY,
    "referrals:api-contact": _USED_BY_KEY,
    "referrals:api-decline": _CHANGED_BY_KEY,
    "referrals:api-document": _READ_BY_ANYONE,
    "referrals:api-dossier": _READ_BY_KEY,
    "referrals:api-events": _READ_BY_KEY,
    "referrals:api-hold": _CHANGED_BY_KEY,
    "referrals:api-me": _READ_BY_KEY,
    "referrals:api-offer": _READ_BY_KEY,
    "referrals:api-offers": _READ_BY_KEY,
    "referrals:api-pdf": _READ_BY_KEY,
    "referrals:api-progress": _CHANGED_BY_KEY,
    "referrals:api-question": _USED_BY_KEY,
    "referrals:api-resume": _CHANGED_BY_KEY,
    "referrals:api-return": _CHANGED_BY_KEY,
    "referrals:api-stop": _CHANGED_BY_KEY,
    "referrals:contact": _USED_BY_HOLDER,
    "referrals:desk": _READ_AT_DESK,
    "referrals:desk-act": _USED_AT_DESK,
    "referrals:desk-bulk": _USED_AT_DESK,
    "referrals:desk-bulk-result": _READ_AT_DESK,
    "referrals:desk-bulk-run": _USED_AT_DESK,
    "referrals:desk-bulk-undo": _USED_AT_DESK,
    "referrals:desk-explain": _READ_AT_DESK,
    "referrals:desk-keys": _READ_AT_DESK,
    "referrals:desk-next": _USED_AT_DESK,
    "referrals:desk-presence": _READ_AT_DESK,
    "referrals:desk-profile": _USED_AT_DESK,
    "referrals:desk-fresh": _READ_AT_DESK,
    "referrals:desk-list": _rule((), _DESK),
    "referrals:desk-lists": _USED_AT_DESK,
    "referrals:desk-referral": _READ_AT_DESK,
    "referrals:desk-team": _rule((Role.TEAM_LEAD, Role.ADMINISTRATOR)),
    "referrals:desk-team-messages": _rule(_KEEP, _KEEP),
    "referrals:erased": _READ_BY_ANYONE,
    "referrals:erased-en": _READ_BY_ANYONE,
    "referrals:follow": _READ_BY_HOLDER,
    "referrals:follow-answer": _USED_BY_HOLDER,
    "referrals:follow-consent": _USED_BY_HOLDER,
    "referrals:follow-contact": _USED_BY_HOLDER,
    "referrals:follow-erase": _USED_BY_HOLDER,
    "referrals:follow-opinion": _USED_BY_HOLDER,
    "referrals:follow-withdraw": _USED_BY_HOLDER,
    "referrals:invitation": _USED_BY_HOLDER,
    "referrals:hsds-organizations": _READ_BY_ANYONE,
    "referrals:hsds-services": _READ_BY_ANYONE,
    "referrals:login": _USED_BY_ANYONE,
    "referrals:login-passkey": _USED_BY_ANYONE,
    # Whoever typed the right password a moment ago.
    "referrals:login-second": _USED_BY_HOLDER,
    "referrals:login-set-up": _USED_BY_HOLDER,
    "referrals:login-set-up-passkey": _USED_BY_HOLDER,
    "referrals:logout": _rule((), _ANYONE),
    "referrals:offer": _READ_BY_HOLDER,
    "referrals:offer-answer": _USED_BY_HOLDER,
    "referrals:offer-code": _USED_BY_HOLDER,
    "referrals:offer-dossier": _READ_BY_HOLDER,
    "referrals:offer-pdf": _READ_BY_HOLDER,
    "referrals:offer-renew": _ONLY_POSTED_BY_HOLDER,
    "referrals:organisations": _rule(_POLICY),
    "referrals:partner": _rule(_KEPT),
    "referrals:partner-button": _rule(_KEEP, _KEEP),
    "referrals:partner-contact": _rule(_KEEP, _KEEP),
    "referrals:partner-contact-new": _rule(_KEEP, _KEEP),
    "referrals:partner-edit": _rule(_KEEP, _KEEP),
    "referrals:partner-endpoints": _rule(_KEPT),
    "referrals:partner-endpoints-off": _rule(_KEEP, _KEEP),
    "referrals:partner-keys": _rule(_KEPT),
    "referrals:partner-keys-revoke": _rule(_KEEP, _KEEP),
    "referrals:partner-new": _rule(_KEEP, _KEEP),
    "referrals:partner-pause": _rule(_KEEP, _KEEP),
    "referrals:partner-people": _rule(_KEEP, _KEEP),
    "referrals:partner-people-invitation": _rule((), _KEEP),
    "referrals:partner-people-person": _rule(_KEEP, _KEEP),
    "referrals:partner-stop": _rule(_KEEP, _KEEP),
    "referrals:partners": _rule(_KEPT),
    # What is about a rule is for who writes policy too; the view itself tells the two apart.
    "referrals:partners-review": _rule((*_KEPT, Role.POLICY_AUTHOR), (*_KEEP, Role.POLICY_AUTHOR)),
    "referrals:portal": _rule(PARTNER_ROLES),
    "referrals:portal-endpoints": _rule(_MANAGE, _MANAGE),
    "referrals:portal-endpoints-act": _rule(_MANAGE, _MANAGE),
    "referrals:portal-endpoints-one": _rule(_MANAGE),
    "referrals:portal-keys": _rule((Role.PARTNER_MANAGER,), (Role.PARTNER_MANAGER,)),
    "referrals:portal-keys-revoke": _rule((Role.PARTNER_MANAGER,), (Role.PARTNER_MANAGER,)),
    "referrals:portal-offer": _rule(PARTNER_ROLES),
    "referrals:portal-offer-answer": _rule(_ANSWERS, _ANSWERS),
    "referrals:portal-offer-pdf": _rule(PARTNER_ROLES),
    "referrals:portal-organisation": _rule(PARTNER_ROLES),
    "referrals:portal-organisation-contact": _rule(_MANAGE, _MANAGE),
    "referrals:portal-organisation-contact-new": _rule(_MANAGE, _MANAGE),
    "referrals:portal-organisation-edit": _rule(_MANAGE, _MANAGE),
    "referrals:portal-organisation-go-on": _rule((), _MANAGE),
    "referrals:portal-organisation-pause": _rule(_MANAGE, _MANAGE),
    "referrals:password-forgotten": _USED_BY_ANYONE,
    "referrals:password-new": _USED_BY_HOLDER,
    "referrals:portal-people": _rule(_MANAGE, _MANAGE),
    "referrals:portal-people-invitation": _rule((), _MANAGE),
    "referrals:portal-people-person": _rule(_MANAGE, _MANAGE),
    "referrals:preview": _READ_BY_HOLDER,
    # One's own account: for everybody who has one.
    "referrals:security": _rule(_ACCOUNT),
    "referrals:security-app": _rule(_ACCOUNT, _ACCOUNT),
    "referrals:security-codes": _rule(_ACCOUNT, _ACCOUNT),
    "referrals:security-passkey": _rule(_ACCOUNT, _ACCOUNT),
    "referrals:security-password": _rule(_ACCOUNT, _ACCOUNT),
    "referrals:security-remove": _rule(_ACCOUNT, _ACCOUNT),
    "referrals:sent": _READ_BY_HOLDER,
    "referrals:settle": _USED_BY_ANYONE,
    "referrals:settle-check": _USED_BY_HOLDER,
    "referrals:settle-done": _READ_BY_HOLDER,
    "referrals:verify": _READ_BY_ANYONE,
    "referrals:verify-start": _READ_BY_ANYONE,
}
# Every page of Django's own administration; its models narrow this down to reading (see the admin modules).
ADMIN = _rule(_ADMIN, _ADMIN)


def rule_for(view_name: str) -> Rule | None:
    """Return the row of an address by its name, None when it is not in the table."""
    return ADMIN if view_name.startswith("admin:") else TABLE.get(view_name)


def roles_of(user: AbstractBaseUser | AnonymousUser) -> frozenset[Role]:
    """Return the roles of a person who signed in; empty for anyone else.

    A superuser, such as the very first person, is an administrator also without a group.
    """
    if not isinstance(user, User) or not user.is_active:
        return frozenset()
    # Kept on the user: the page, its buttons and its menu all ask for it in one request.
    known: frozenset[Role] | None = getattr(user, "_roles", None)
    if known is None:
        names = set(user.groups.values_list("name", flat=True))
        if user.is_superuser:
            names.add(Role.ADMINISTRATOR)
        known = frozenset(role for role in (*STAFF_ROLES, *PARTNER_ROLES) if role in names)
        user._roles = known  # type: ignore[attr-defined]
    return known


def allowed(roles: frozenset[Role], view_name: str, method: str) -> bool:
    """Say whether somebody with these roles may send this method to this address."""
    rule = rule_for(view_name)
    if rule is None:
        return False
    wanted = rule.read if method in {"GET", "HEAD"} else rule.change
    return bool(wanted & (roles | {Role.ANYONE}))


def by_role(view: View) -> View:
    """Let only the roles of the table through: an unknown visitor signs in first, a known one gets 403."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        name = request.resolver_match.view_name if request.resolver_match else ""
        known = fully_in(request.user)
        if allowed(roles_of(request.user) if known else frozenset(), name, request.method or ""):
            return view(request, *args, **kwargs)
        if not known:
            return to_login(request)
        raise PermissionDenied

    return guarded


def to_login(request: HttpRequest) -> HttpResponse:
    """Lead to the login page, and from there back to the page that was asked for.

    A form that was sent is lost with the session; the login page then leads to one's own start page.
    """
    return redirect_to_login(request.get_full_path() if request.method == "GET" else "")


def verified(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Say whether somebody showed a second factor in this session, and still has that factor."""
    return getattr(user, "otp_device", None) is not None


def must_verify(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Say whether this person has no rights without a second factor: of a partner always, of staff by the setting."""
    roles = roles_of(user)
    of_staff = bool(roles) or getattr(user, "is_staff", False)
    return not roles.isdisjoint(PARTNER_ROLES) or (of_staff and settings.SECOND_FACTOR_FOR_STAFF)


def fully_in(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Say whether somebody signed in, with all the steps that the own roles ask."""
    return user.is_authenticated and (verified(user) or not must_verify(user))
