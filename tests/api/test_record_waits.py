"""The record waits for nobody: not for another job that is held up, and not for a transaction that is open."""
import time

import pytest
from support.record import open_transaction, sealed, verify
from support.town import PATIENCE, wait_until

# One connection for all other jobs, and whoever waits for a lock does so for longer than this test.
SETTINGS = {"db_fast": "1", "db_slow": "1", "db_timeout_ms": "600000", "db_slow_timeout_ms": "600000"}
SOON = 2 * PATIENCE


@pytest.fixture(scope="module")
def city(town):
    wait_until(town.ready, 30, "ready")
    town.filed()
    sealed(town)
    return town


def roots(town):
    return int(town.sql("select count(*) from record_root")[0][0])


def seals(town):
    """A ticket that is filed now comes under a root soon."""
    before, began = roots(town), time.monotonic()
    town.filed()
    wait_until(lambda: roots(town) > before and town.sql("select count(*) from record_waiting(1)") == [["0"]], SOON, "sealed")
    assert time.monotonic() - began < SOON


def waits(town, table):
    return town.sql("select count(*) > 0 from pg_locks where relation = '%s'::regclass and not granted" % table) == [["t"]]


def test_a_job_that_is_held_up_holds_nobody_up(city):
    """On the one connection that other jobs have a follower waits for a lock, with others behind it."""
    with open_transaction(city, "lock table triage_cursor in access exclusive mode"):
        wait_until(lambda: waits(city, "triage_cursor"), 30, "a follower waits")
        seals(city)
        assert waits(city, "triage_cursor")
    with open_transaction(city, "lock table report_touched in access exclusive mode"):
        wait_until(lambda: waits(city, "report_touched"), 30, "a long job waits")
        seals(city)
        assert waits(city, "report_touched")


def test_a_transaction_that_is_open_is_passed(city):
    event = "0190c0de-0000-7000-8000-0000000000e1"
    with open_transaction(city, "select event_write('%s', now(), null, 'system.tested', 'job', null, null, null, null, null, null, null)" % event):
        seals(city)
        assert int(city.sql("select count(*) from record_passed")[0][0]) > 0
        assert verify(city).returncode == 0
    sealed(city)
    assert city.sql("select count(*) from record_root where position(uuid_send('%s') in entries) > 0" % event) == [["1"]]
    found = verify(city)
    assert found.returncode == 0, found.stdout
