"""While more is filed than can be stored, filings beyond a bound are turned away at once, and staff go on."""
import subprocess
import threading
import time

import pytest

from support.town import new_town, ticket, wait_until

# One connection is for staff, the other one for all; so many filings wait behind the batches that are out.
WAITING = 4
SETTINGS = {"workers": "1", "db_fast": "2", "db_queue": str(WAITING // 2), "db_timeout_ms": "60000"}
PEOPLE = 4 * WAITING        # more than two batches and those who wait


@pytest.fixture(scope="module")
def narrow(cluster, contract):
    with new_town(cluster, contract, **SETTINGS) as town:
        yield town


class Storm:
    """People who file, and try again when they are turned away, while nothing can be stored: somebody has the table locked."""

    def __init__(self, town):
        self.town, self.stored, self.refused, self.over = town, [], [], False
        self.people = [threading.Thread(target=self.file) for _ in range(PEOPLE)]

    def file(self):
        client = self.town.client()
        while True:
            answer = client("POST", "/v1/tickets", ticket())
            (self.refused if answer.status == 503 else self.stored).append(answer)
            if answer.status != 503 or self.over:
                return
            time.sleep(0.1)

    def __enter__(self):
        self.locker = subprocess.Popen(["psql", "-X", "-q", "-d", self.town.cluster.url(self.town.database, "postgres")], stdin=subprocess.PIPE, text=True)
        self.locker.stdin.write("begin; lock table tiepdan.ticket in exclusive mode;\n")
        self.locker.stdin.flush()
        wait_until(lambda: self.town.sql("select 1 from pg_locks where relation = 'tiepdan.ticket'::regclass and mode = 'ExclusiveLock' and granted"),
                   20, "the lock")
        for person in self.people:
            person.start()
        return self

    def __exit__(self, *failure):
        self.over = bool(failure[0])
        self.locker.stdin.close()       # the transaction ends with its session
        self.locker.wait()
        for person in self.people:
            person.join()


def test_staff_go_on_and_who_waits_gets_through(narrow):
    officer, filed = narrow.person("officer"), narrow.file()
    with Storm(narrow) as storm:
        wait_until(lambda: len(storm.refused) > PEOPLE, 20, "refusals again and again")
        began = time.monotonic()
        assert officer.get("/v1/tickets").json["items"]
        assert officer.get("/v1/me")
        assert time.monotonic() - began < 20        # not as long as the lock would last
        assert not storm.stored
    assert all(1 <= int(answer.header("Retry-After")) <= 8 for answer in storm.refused)
    assert [answer.status for answer in storm.stored] == [201] * PEOPLE
    assert narrow.citizen(filed).get("/v1/tracking").json["code"] == filed["code"]


def test_who_is_turned_away_is_not_read_first(narrow):
    """The refusal comes before the body: it is the same for what would not even fit the contract."""
    def refused():
        return narrow.client()("POST", "/v1/tickets", {"kind": "no such kind"}).status == 503
    with Storm(narrow):
        wait_until(refused, 20, "a refusal")
    assert not refused()
