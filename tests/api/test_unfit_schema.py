"""A server whose schema is not one for it serves nobody; one that is upgraded too early serves on as it is."""
import os
import signal
import subprocess

import pytest

from support.town import new_town, ticket, wait_until


@pytest.fixture
def own(cluster, contract):
    with new_town(cluster, contract) as town:
        yield town


def refused(town):
    """Starts, and ends by itself without having served; returns the fault that it tells."""
    before = len(town.log())
    town.spawn()
    assert town.process.wait(30) == 1
    log = town.log()[before:]
    assert "server.ready" not in log and "worker.not_warm" not in log
    return log


def all_serve(town):
    return all(town.client().post("/v1/tickets", ticket(), status=None).status == 201 for _ in range(8))


def jobs(town):
    return set(subprocess.run(["pgrep", "-x", "tiepdan-jobs", "-P", str(town.process.pid)], capture_output=True, text=True).stdout.split())


@pytest.mark.parametrize("unfit,mend,fault", [
    ("update schema_info set oldest_binary = 9999", "update schema_info set oldest_binary = 1", "no longer carries this program"),
    ("create table last as select * from migration order by version desc limit 1; delete from migration where version = (select version from last)",
     "insert into migration select * from last", "run `tiepdan migrate` first"),
])
def test_a_schema_that_it_cannot_serve(own, unfit, mend, fault):
    own.stop()
    own.sql(unfit)
    assert fault in refused(own)
    own.sql(mend)
    own.start()
    assert own.anyone.get("/v1/kinds").status == 200


def test_a_database_without_a_schema(own, cluster):
    database = own.database
    own.stop()
    cluster.sql("create database empty_%s" % database, "postgres")
    own.database = "empty_" + database
    assert "no schema that this program knows" in refused(own)
    own.database = database
    own.start()


@pytest.mark.parametrize("times", [1, 2])
def test_an_upgrade_before_its_migrations(own, times):
    """The workers of before serve on, those of jobs among them, however often it is tried; the new image takes over once the schema
    fits it, and nobody of before is left."""
    before = own.workers(), jobs(own)
    own.sql("update schema_info set oldest_binary = 9999")
    for n in range(times):
        tried = len(own.entries("server.schema"))
        own.process.send_signal(signal.SIGUSR2)
        wait_until(lambda: len(own.entries("server.schema")) > tried + 4, 60, "it has been tried again")
        assert own.process.poll() is None and own.anyone.get("/v1/kinds").status == 200
        assert before[0] <= own.workers() and before[1] <= jobs(own)
    own.sql("update schema_info set oldest_binary = 1")
    if times > 1:
        own.process.send_signal(signal.SIGUSR2)
    wait_until(lambda: len(own.entries("server.ready")) >= 2, 60, "the new image is ready")
    wait_until(lambda: not before[0] & own.workers(), 60, "those of before have left")
    assert own.anyone.get("/v1/kinds").status == 200 and len(own.workers()) == 3
    own.file()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_worker_that_dies_when_the_schema_has_moved_on(cluster, contract, workers):
    """Its clients are told that nobody can serve them; the connections of the others hold."""
    with new_town(cluster, contract, workers=workers) as own:
        own.sql("update schema_info set oldest_binary = 9999")
        gone = sorted(own.workers() - jobs(own))[0]
        os.kill(int(gone), signal.SIGKILL)
        wait_until(lambda: len(own.workers()) == workers + 1 and gone not in own.workers(), 30, "there is another")
        statuses = set()

        def both():
            statuses.add(own.client().get("/v1/kinds", status=None).status)
            statuses.add(own.client().post("/v1/tickets", ticket(), status=None).status)
            return 503 in statuses
        wait_until(both, 30, "somebody says 503")
        assert own.process.poll() is None
        own.sql("update schema_info set oldest_binary = 1")
        wait_until(lambda: all_serve(own), 60, "all serve again")


def test_a_database_that_comes_late_and_does_not_fit(own):
    """Nothing is answered from it, nor written to it, not even by the jobs."""
    own.stop()
    own.sql("update schema_info set oldest_binary = 9999")
    own.cluster.sql("alter database %s with allow_connections false" % own.database, "postgres")
    own.cluster.sessions.close(own.database)
    own.spawn()
    wait_until(lambda: len(own.entries("worker.not_warm")) == 3, 60, "it answers without its database")
    own.cluster.sql("alter database %s with allow_connections true" % own.database, "postgres")
    refused = lambda: [e for e in own.entries("db.connection") if "moved on" in e["reason"]]
    statuses = set()
    wait_until(lambda: statuses.add(own.client().get("/v1/kinds", status=None).status) or refused(), 60, "it looks")
    statuses.add(own.client().post("/v1/tickets", ticket(), status=None).status)
    assert statuses == {503} and not own.ready() and own.process.poll() is None
    own.sql("update schema_info set oldest_binary = 1")
    wait_until(lambda: all_serve(own), 60, "it serves")
