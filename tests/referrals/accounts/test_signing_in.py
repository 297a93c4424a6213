"""Two steps: the password gives no rights, a code works once, and a lost code has a way that is no back door."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from nnmkb.ledger.models import Event, Outgoing
from nnmkb.web.permissions import Role
from referrals.models import Membership
from referrals.services import accounts, second_factor
from referrals.views import halfway
from tests.referrals.accounts import cast
from tests.referrals.accounts.cast import PASSWORD
from tests.referrals.desk import making
from tests.referrals.services.cast import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOW, tick=False) as travelled:
        yield travelled


@pytest.fixture
def member() -> Membership:
    """Somebody of a partner, with an app."""
    return cast.member(making.partner(), Role.PARTNER_MANAGER, password=PASSWORD)


def give_password(client: Client, member: Membership, password: str = PASSWORD, **more: str) -> HttpResponse:
    """Take the first step."""
    return client.post("/inloggen/", {"username": member.user.username, "password": password, **more})


def give_code(client: Client, code: str) -> HttpResponse:
    """Take the second step."""
    return client.post("/inloggen/tweede-stap/", {"code": code})


def inside(client: Client) -> bool:
    """Say whether this browser is in the portal."""
    return client.get("/partner/mensen/").status_code == 200


def test_password_then_code_leads_to_the_portal_under_a_new_session_key_at_each_step(
    client: Client, member: Membership
) -> None:
    client.get("/inloggen/passkey/")
    keys = [client.session.session_key]
    assert give_password(client, member)["Location"] == "/inloggen/tweede-stap/"
    keys.append(client.session.session_key)
    assert not inside(client)
    assert give_code(client, cast.code(NOW))["Location"] == "/partner/"
    keys.append(client.session.session_key)
    assert inside(client)
    assert len(set(keys)) == 3


def test_page_that_was_asked_for_comes_after_both_steps_and_never_another_site(
    client: Client, member: Membership, clock: time_machine.Coordinates
) -> None:
    give_password(client, member, next="/partner/mensen/")
    assert give_code(client, cast.code(NOW))["Location"] == "/partner/mensen/"
    clock.shift(60)
    other = Client()
    give_password(other, member, next="https://evil.example/")
    assert give_code(other, cast.code(timezone.now()))["Location"] == "/partner/"


def test_name_of_a_partner_account_may_be_typed_in_capitals(client: Client, member: Membership) -> None:
    answer = client.post("/inloggen/", {"username": f" {member.user.username.upper()} ", "password": PASSWORD})
    assert answer["Location"] == "/inloggen/tweede-stap/"


def test_code_works_once(client: Client, member: Membership, clock: time_machine.Coordinates) -> None:
    give_password(client, member)
    give_code(client, cast.code(NOW))
    other = Client()
    give_password(other, member)
    page = give_code(other, cast.code(NOW))
    assert "is al gebruikt" in page.content.decode()
    assert not inside(other)
    clock.shift(61)
    assert give_code(other, cast.code(timezone.now())).status_code == 302


@pytest.mark.parametrize("typed", ["", "0", "abcdef", "１２３４５６", "+12345", "12_345", "\x00", "9" * 5000])
def test_odd_code_gets_words_and_lets_nobody_in(client: Client, member: Membership, typed: str) -> None:
    give_password(client, member)
    page = give_code(client, typed)
    assert page.status_code == 200
    assert "aria-invalid" in page.content.decode()
    assert not inside(client)


def test_code_may_be_typed_with_a_space(client: Client, member: Membership) -> None:
    give_password(client, member)
    code = cast.code(NOW)
    assert give_code(client, f" {code[:3]} {code[3:]} ").status_code == 302


def test_wrong_codes_make_one_wait_twice_as_long_each_time(
    client: Client, member: Membership, clock: time_machine.Coordinates
) -> None:
    give_password(client, member)
    give_code(client, "000000")
    assert "Wacht nog 1 seconde " in give_code(client, cast.code(NOW)).content.decode()
    assert not inside(client)
    clock.shift(1)
    give_code(client, "000000")
    clock.shift(1)
    assert "Wacht nog 1 seconde " in give_code(client, cast.code(NOW)).content.decode()
    clock.shift(31)
    assert give_code(client, cast.code(timezone.now())).status_code == 302


def test_ten_wrong_codes_lock_this_person_everywhere(
    client: Client, member: Membership, clock: time_machine.Coordinates
) -> None:
    for _ in range(10):
        TOTPDevice.objects.update(throttling_failure_count=0)
        browser = Client()
        give_password(browser, member)
        give_code(browser, "000000")
    TOTPDevice.objects.update(throttling_failure_count=0)
    give_password(client, member)
    assert give_code(client, cast.code(NOW)).status_code == 429
    clock.shift(timedelta(minutes=15))
    give_password(client, member)
    assert give_code(client, cast.code(timezone.now())).status_code == 302


def test_half_a_sign_in_ends_by_itself_by_another_password_and_when_switched_off(
    client: Client, member: Membership, clock: time_machine.Coordinates
) -> None:
    give_password(client, member)
    clock.shift(halfway.VALID)
    assert give_code(client, cast.code(timezone.now()))["Location"] == "/inloggen/"
    give_password(client, member)
    member.user.set_password("iets heel anders nu")
    member.user.save()
    assert give_code(client, cast.code(timezone.now()))["Location"] == "/inloggen/"
    give_password(client, member, "iets heel anders nu")
    User.objects.update(is_active=False)
    assert give_code(client, cast.code(timezone.now()))["Location"] == "/inloggen/"


def test_second_step_without_a_first_leads_back(client: Client) -> None:
    for address in ("tweede-stap/", "instellen/", "instellen/passkey/"):
        for ask in (client.get, client.post):
            assert ask(f"/inloggen/{address}")["Location"] == "/inloggen/"


def test_second_step_of_one_is_not_taken_with_the_code_of_another(client: Client, member: Membership) -> None:
    other = cast.member(member.partner, verified=False)
    TOTPDevice.objects.create(user=other.user, name="app", key="ab" * 20)
    give_password(client, member)
    give_code(client, cast.code(NOW, "ab" * 20))
    assert not inside(client)


def test_two_apps_do_not_lock_each_other_out(member: Membership, clock: time_machine.Coordinates) -> None:
    TOTPDevice.objects.create(user=member.user, name="app", key="ab" * 20)
    for _ in range(12):
        clock.shift(60)
        now = timezone.now()
        assert second_factor.check(member.user, cast.code(now, "ab" * 20), now) is not None
    clock.shift(60)
    now = timezone.now()
    assert second_factor.check(member.user, cast.code(now), now) is not None


# --- the first second step ------------------------------------------------------------------------------------------


def test_who_has_no_second_step_makes_one_first_and_sees_nothing_else(client: Client) -> None:
    member = cast.member(making.partner(), Role.PARTNER_MANAGER, verified=False, password=PASSWORD)
    assert give_password(client, member)["Location"] == "/inloggen/instellen/"
    page = client.get("/inloggen/instellen/").content.decode()
    assert 'src="data:image/svg+xml' in page
    key = client.session[halfway.APP_KEY]
    assert second_factor.secret_of(key) in page
    assert not inside(client)
    wrong = client.post("/inloggen/instellen/", {"code": "000000"})
    assert "Deze code klopt niet" in wrong.content.decode()
    assert second_factor.secret_of(key) in wrong.content.decode()
    assert not TOTPDevice.objects.exists()
    done = client.post("/inloggen/instellen/", {"code": cast.code(NOW, key)}).content.decode()
    codes = StaticToken.objects.count()
    assert codes == done.count("<li><code>") == 10
    assert 'href="/partner/"' in done
    assert inside(client)
    assert Outgoing.objects.get(kind="mail.account_changed").recipient == f"user:{member.user_id}"


def test_code_that_made_the_app_does_not_also_sign_in(client: Client) -> None:
    member = cast.member(making.partner(), verified=False, password=PASSWORD)
    give_password(client, member)
    client.get("/inloggen/instellen/")
    code = cast.code(NOW, client.session[halfway.APP_KEY])
    client.post("/inloggen/instellen/", {"code": code})
    other = Client()
    give_password(other, member)
    assert give_code(other, code).status_code == 200


def test_who_has_a_second_step_cannot_make_another_with_the_password_alone(client: Client, member: Membership) -> None:
    give_password(client, member)
    assert client.get("/inloggen/instellen/")["Location"] == "/inloggen/"
    assert client.post("/inloggen/instellen/", {"code": "123456"})["Location"] == "/inloggen/"
    assert TOTPDevice.objects.count() == 1


def test_secret_of_an_app_that_was_not_shown_here_is_refused(client: Client) -> None:
    member = cast.member(making.partner(), verified=False, password=PASSWORD)
    give_password(client, member)
    page = client.post("/inloggen/instellen/", {"code": cast.code(NOW), "key": cast.KEY})
    assert "Scan de nieuwe code" in page.content.decode()
    assert not TOTPDevice.objects.exists()


def test_secret_that_somebody_planted_in_the_browser_is_not_the_one_that_is_shown(client: Client) -> None:
    session = client.session
    session[halfway.APP_KEY] = cast.KEY
    session.save()
    give_password(client, cast.member(making.partner(), verified=False, password=PASSWORD))
    assert second_factor.secret_of(cast.KEY) not in client.get("/inloggen/instellen/").content.decode()
    client.post("/inloggen/instellen/", {"code": cast.code(NOW)})
    assert not TOTPDevice.objects.exists()


# --- recovery codes -------------------------------------------------------------------------------------------------


def test_recovery_code_works_once_is_mailed_and_is_not_stored(client: Client, member: Membership) -> None:
    codes = second_factor.new_codes(member.user, actor="x", now=NOW, told=False)
    assert not {code.replace("-", "") for code in codes} & set(StaticToken.objects.values_list("token", flat=True))
    give_password(client, member)
    assert give_code(client, f" {codes[3].upper().replace('-', ' ')} ").status_code == 302
    assert inside(client)
    assert second_factor.codes_left(member.user) == 9
    assert Event.objects.get(kind="account_changed").payload == {"person": member.user_id, "what": "code_used"}
    other = Client()
    give_password(other, member)
    assert give_code(other, codes[3]).status_code == 200
    assert not inside(other)


def test_recovery_code_of_another_and_an_old_one_are_worth_nothing(member: Membership) -> None:
    other = cast.member(member.partner)
    theirs = second_factor.new_codes(other.user, actor="x", now=NOW)
    old = second_factor.new_codes(member.user, actor="x", now=NOW)
    second_factor.new_codes(member.user, actor="x", now=NOW)
    assert second_factor.check(member.user, theirs[0], NOW) is None
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        assert second_factor.check(member.user, old[0], NOW) is None


# --- staff ----------------------------------------------------------------------------------------------------------


def test_staff_with_a_second_step_always_use_it(client: Client) -> None:
    user = making.staff("anke", password=PASSWORD)
    TOTPDevice.objects.create(user=user, name="app", key=cast.KEY)
    assert client.post("/inloggen/", {"username": "anke", "password": PASSWORD})["Location"] == "/inloggen/tweede-stap/"
    assert client.get("/werkbak/").status_code == 302
    assert give_code(client, cast.code(NOW))["Location"] == "/werkbak/"
    assert client.get("/werkbak/").status_code == 200


def test_staff_must_make_one_where_the_setting_says_so(client: Client, settings: Any) -> None:
    settings.SECOND_FACTOR_FOR_STAFF = True
    making.staff("anke", password=PASSWORD)
    answer = client.post("/inloggen/", {"username": "anke", "password": PASSWORD})
    assert answer["Location"] == "/inloggen/instellen/"
    assert client.get("/werkbak/").status_code == 302
    client.get("/inloggen/instellen/")
    client.post("/inloggen/instellen/", {"code": cast.code(NOW, client.session[halfway.APP_KEY])})
    assert client.get("/werkbak/").status_code == 200
    assert Event.objects.get(kind="account_changed").stream.startswith("account:")


def test_session_from_before_the_setting_signs_in_again(client: Client, settings: Any) -> None:
    making.staff("anke", password=PASSWORD)
    client.post("/inloggen/", {"username": "anke", "password": PASSWORD})
    assert client.get("/werkbak/").status_code == 200
    settings.SECOND_FACTOR_FOR_STAFF = True
    assert client.get("/werkbak/")["Location"] == "/inloggen/?next=/werkbak/"
    assert client.get("/inloggen/?next=/werkbak/").status_code == 200


def test_superuser_without_a_role_is_asked_too(client: Client, settings: Any) -> None:
    settings.SECOND_FACTOR_FOR_STAFF = True
    root = User.objects.create_superuser("root", password=None)
    client.force_login(root)
    assert client.get("/beheer/", follow=True).redirect_chain[-1][0].startswith("/inloggen/")


def test_superuser_without_a_group_keeps_the_own_steps_and_is_an_administrator(client: Client) -> None:
    client.force_login(User.objects.create_superuser("root", password=None))
    for page in ("/beheer/", "/beveiliging/", "/beveiliging/app/", "/partners/"):
        assert client.get(page).status_code == 200, page
    assert client.get("/werkbak/").status_code == 403


def test_leaver_is_out_of_the_session_at_once(client: Client, member: Membership) -> None:
    give_password(client, member)
    give_code(client, cast.code(NOW))
    assert inside(client)
    accounts.take_out(member.partner_id, member.pk, by=cast.kvk(), now=NOW)
    assert not inside(client)
    assert give_password(client, member).status_code == 200
