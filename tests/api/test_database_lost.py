"""The database goes away and comes back: 503 with Retry-After, and by itself all is well again."""
import subprocess
import time

import pytest

from support.town import new_town, ticket, wait_until


@pytest.fixture()
def own(cluster, contract):
    with new_town(cluster, contract) as town:
        yield town


def status(town, target="/v1/kinds"):
    return town.client().get(target, status=None).status


def test_crash_and_recovery(own):
    filed = own.file()
    citizen = own.citizen(filed)
    own.cluster.tool("kill")
    answer = own.anyone.post("/v1/tickets", ticket(), status=503)
    assert answer.problem == "unavailable" and int(answer.header("retry-after")) >= 1
    assert citizen.get("/v1/tracking", status=503)
    wait_until(lambda: own.ops("/readyz")[0] == 503, 5, "readyz 503")
    assert own.ops("/livez")[0] == 200
    assert own.anyone.get("/openapi.json").status == 200
    own.cluster.tool("start")
    wait_until(lambda: own.ready(), 15, "ready again")
    wait_until(lambda: all(own.client().post("/v1/tickets", ticket(), status=None).status == 201 for _ in range(8)), 10, "filing")
    # Each worker comes back by its own: the one that this connection is with may be later than those above.
    wait_until(lambda: citizen.get("/v1/tracking", status=None).status == 200, 10, "tracking")
    assert citizen.get("/v1/tracking").json["code"] == filed["code"]


def test_connections_cut_one_by_one(own):
    for _ in range(3):
        own.sql("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'tiepdan_app' and datname = current_database()")
        wait_until(lambda: own.client().post("/v1/tickets", ticket(), status=None).status == 201, 10, "filing works again")


def test_a_stalled_database_does_not_stall_the_client(cluster, contract):
    with new_town(cluster, contract, db_timeout_ms=2000) as town:
        filed = town.file()
        locker = subprocess.Popen(["psql", "-X", "-q", "-d", town.cluster.url(town.database, "postgres"), "-c",
                                   "begin; lock table tiepdan.ticket in access exclusive mode; select pg_sleep(600)"],
                                  stderr=subprocess.DEVNULL)
        locked = "from pg_locks where mode = 'AccessExclusiveLock' and granted and relation = 'tiepdan.ticket'::regclass"
        try:
            wait_until(lambda: town.sql("select 1 " + locked) != [], 10, "the lock")
            began = time.monotonic()
            answer = town.citizen(filed).get("/v1/tracking", status=503)
            assert time.monotonic() - began < 60 and answer.header("retry-after")
            assert status(town, "/openapi.json") == 200
        finally:
            town.sql("select pg_terminate_backend(pid) " + locked)
            locker.wait()
        town.citizen(filed).get("/v1/tracking")
