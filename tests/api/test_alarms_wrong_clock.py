"""A server whose clock jumps (promise R20): no alarm is repeated, none is left out, and the timers run on. libfaketime moves the wall
clock of the server by what a file says; the database keeps the right time."""
import contextlib
import datetime
import glob
import os
import subprocess
import time

import pytest

from support.town import BINARY, Town, wait_until

SOON = 60       # seconds in which whatever is due has to happen; catches a hang, measures nothing
DAY, HOUR = 86400, 3600
UTC = datetime.timezone.utc


class WallClock:
    """What the server takes for the time of day."""

    def __init__(self, folder):
        self.file, self.offset = folder / "offset", 0
        self.move(0)

    def move(self, seconds):
        """So many seconds from the right time."""
        self.offset = seconds
        fresh = self.file.with_suffix(".new")
        fresh.write_text("%+d\n" % seconds)
        fresh.rename(self.file)

    def set(self, when):
        self.move(round(when.timestamp() - time.time()))

    def now(self):
        return time.time() + self.offset

    @contextlib.contextmanager
    def environment(self):
        """For a server that starts. The sanitizer's library has to come first."""
        linked = subprocess.run(["ldd", BINARY], capture_output=True, text=True, check=True).stdout.split()
        preload = [word for word in linked if word.startswith("/") and "libasan" in word] + glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
        assert "faketime" in preload[-1], "the Debian package faketime is missing"
        ours = {"LD_PRELOAD": ":".join(preload), "FAKETIME_TIMESTAMP_FILE": str(self.file), "FAKETIME_NO_CACHE": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        os.environ.update(ours)
        try:
            yield
        finally:
            for name in ours:
                del os.environ[name]


@pytest.fixture(scope="module")
def wall(tmp_path_factory):
    return WallClock(tmp_path_factory.mktemp("wall"))


@pytest.fixture(scope="module")
def town(cluster, contract, wall):
    class Moved(Town):
        """Nothing but the server is under the wrong clock."""

        def spawn(self):
            with wall.environment():
                super().spawn()

    made = Moved(cluster, contract, workers=1)
    made.model, _ = made.filed()
    made.tamper("update clock_running set alarm_at = 'infinity'")
    yield made
    made.close()


@pytest.fixture(autouse=True)
def right_again(wall):
    wall.move(0)
    yield
    wall.move(0)


def clock(town, start, due, alarm, level=1):
    """A copy of a ticket with one running clock, counted in plain hours; instants in seconds since 1970."""
    return town.tamper("""with made as (insert into ticket select (jsonb_populate_record(t, jsonb_build_object('id', gen_random_uuid(),
            'number', 900000 + (select count(*) from ticket), 'code', 'X' || gen_random_uuid()))).* from ticket t where t.id = '%s' returning id)
        insert into clock_running select (jsonb_populate_record(c, jsonb_build_object('ticket', made.id, 'unit', 'h', 'start_at', to_timestamp(%d),
            'due_at', to_timestamp(%d), 'alarm_at', to_timestamp(%d), 'alarm_level', %d))).* from made, clock_running c
            where c.ticket = '%s' and c.kind = 'accept' returning ticket""" % (town.model, start, due, alarm, level, town.model))[0][0]


def fired(town, ticket_id):
    """Levels in the order of their events, each with a row of its own."""
    rows = town.sql("select e.data->>'level', (select count(*) from alarm a where a.event = e.id and a.fired_at = e.at) from event e"
                    " where e.ticket = '%s' and e.type like 'clock.%%' order by e.at, e.id" % ticket_id)
    assert all(r[1] == "1" for r in rows)
    return [int(r[0]) for r in rows]


def warned(town, wall):
    """The proof that the timers run: a warning of now fires."""
    now = wall.now()
    fresh = clock(town, now - 50 * 60, now + 10 * 60, now - 2 * 60)
    wait_until(lambda: fired(town, fresh) == [1], SOON, "a warning, by the clock as it is")
    return fresh


def test_forty_days_ahead_and_back(town, wall):
    now = wall.now()
    coming = clock(town, now - HOUR, now + 4 * HOUR, now + 3 * HOUR)
    warned(town, wall)
    assert fired(town, coming) == []
    wall.move(40 * DAY)
    wait_until(lambda: fired(town, coming) == [2, 3, 4], SOON, "all that is due by then, but the warning")
    warned(town, wall)
    wall.move(0)
    warned(town, wall)
    assert fired(town, coming) == [2, 3, 4], "nothing is repeated"


def test_four_hundred_days_back(town, wall):
    now = wall.now()
    coming = clock(town, now - HOUR, now + 4 * HOUR, now - 1 + 3 * HOUR)
    wall.move(-400 * DAY)
    warned(town, wall)
    assert fired(town, coming) == [], "not due for a long time"
    wall.move(3 * HOUR)
    wait_until(lambda: fired(town, coming) == [1], SOON, "the warning, late but before the due point")
    wall.move(4 * HOUR + 60)
    wait_until(lambda: fired(town, coming) == [1, 2], SOON, "and the breach: nothing was left out")


def test_an_hour_back(town, wall):
    now = wall.now()
    ticket_id = clock(town, now - 50 * 60, now + 10 * 60, now - 2 * 60)
    wait_until(lambda: fired(town, ticket_id) == [1], SOON, "the warning")
    wall.move(-HOUR)
    warned(town, wall)
    wall.move(11 * 60)
    wait_until(lambda: fired(town, ticket_id) == [1, 2], SOON, "the breach")
    wall.move(-HOUR)
    warned(town, wall)
    assert fired(town, ticket_id) == [1, 2]


def test_leap_day_and_the_end_of_the_year(town, wall):
    """Due in an office hour; the hub is told one working day after it, at the close."""
    for due, escalation in (("2028-02-28T09:00", "2028-02-29T10:00"), ("2028-02-29T04:00", "2028-03-01T10:00"), ("2026-12-31T04:00", "2027-01-04T10:00")):
        due = datetime.datetime.fromisoformat(due).replace(tzinfo=UTC)
        at = due.timestamp()
        ticket_id = clock(town, at - 10 * HOUR, at, at - 2 * HOUR)
        wall.set(due - datetime.timedelta(minutes=30))      # a server that gets no time of the processor must not pass it
        wait_until(lambda: fired(town, ticket_id) == [1], SOON, "the warning before the due point")
        wall.set(due - datetime.timedelta(seconds=2))
        wait_until(lambda: fired(town, ticket_id) == [1, 2], SOON, "the breach at it")
        planned = float(town.sql("select extract(epoch from alarm_at) from clock_running where slot = slot_current() and ticket = '%s'"
                                 " and kind = 'accept'" % ticket_id)[0][0])
        assert datetime.datetime.fromtimestamp(planned, UTC).strftime("%Y-%m-%dT%H:%M") == escalation
        wall.set(datetime.datetime.fromtimestamp(planned + 1, UTC))
        wait_until(lambda: fired(town, ticket_id) == [1, 2, 3], SOON, "the escalation")
        wall.move(0)
