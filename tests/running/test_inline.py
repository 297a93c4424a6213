"""The relay of the laptop with real processes: killed, hung, poisoned and stopped; nothing is lost or sent twice."""

from __future__ import annotations

import signal

from nnmkb.ledger.models import Heartbeat, Outgoing
from tests.running.letterbox import HANGING, POISON, REFUSED, SLOW
from tests.running.site import Site, promise, states


def test_relay_delivers_what_was_promised_and_gives_a_sign_of_life(site: Site):
    rows = [promise("goed") for _ in range(5)]
    site.relay()
    site.wait_until_settled(rows)
    assert states(rows) == ["done"] * 5
    assert site.letters() == 5
    assert Heartbeat.objects.filter(name="relay").exists()


def test_mail_goes_once_after_the_relay_was_killed_in_the_middle_of_it(site: Site):
    slow = promise(SLOW)
    good = [promise("goed") for _ in range(4)]
    first = site.relay()
    site.wait_for(lambda: site.notes("begun"), "the slow mail has begun")
    site.kill(first)
    site.relay()
    site.wait_until_settled([slow, *good])
    assert states([slow, *good]) == ["done"] * 5
    assert site.letters() == 5
    assert len(site.notes("sent")) == 5
    assert Outgoing.objects.get(pk=slow.pk).attempts == 2


def test_mail_that_kills_the_relay_ends_dead_and_the_others_go_once(site: Site, client):
    poison = promise(POISON)
    good = [promise("goed") for _ in range(4)]
    for _ in range(3):
        assert site.relay().wait(60) == -signal.SIGKILL
    site.relay()
    site.wait_until_settled([poison, *good])
    assert states([poison]) == ["dead"]
    assert states(good) == ["done"] * 4
    assert site.notes("begun").count(site.notes("begun")[0]) == 3
    assert len(site.notes("sent")) == site.letters() == 4
    answer = client.get("/gezond/wachtrij/")
    assert answer.status_code == 503
    assert answer.json()["dead"] == 1


def test_mail_that_hangs_is_cut_off_and_ends_dead_while_the_others_go(site: Site):
    hanging = promise(HANGING, attempts=2)
    good = [promise("goed") for _ in range(2)]
    site.environment |= {"OUTGOING_TIME_LIMIT_S": "1"}
    site.relay()
    site.wait_until_settled([hanging, *good])
    assert states([hanging, *good]) == ["dead", "done", "done"]
    assert Outgoing.objects.get(pk=hanging.pk).last_error == "TimeIsUp"


def test_refused_address_is_given_up_after_one_attempt(site: Site):
    row = promise(REFUSED)
    site.relay()
    site.wait_until_settled([row])
    row.refresh_from_db()
    # A link that a visitor asked at an address of the own choice: nobody here can mend it.
    assert (row.state, row.attempts, row.last_error) == ("done", 1, "WrongAddress")


def test_relay_that_is_asked_to_stop_finishes_its_mail_first(site: Site):
    row = promise(SLOW)
    relay = site.relay()
    site.wait_for(lambda: site.notes("begun"), "the slow mail has begun")
    relay.send_signal(signal.SIGTERM)
    assert relay.wait(60) == 0
    assert states([row]) == ["done"]


def test_second_relay_in_the_same_folder_does_not_start(site: Site):
    site.relay()
    site.wait_for(lambda: Heartbeat.objects.exists(), "the first relay runs")
    assert site.relay().wait(60) == 1
    assert "another nnmkb worker is running" in site.log.read_text()
