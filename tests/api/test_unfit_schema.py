"""A server whose schema is not one for it serves nobody; one that is upgraded too early serves on as it is."""
import signal

import pytest

from support.town import new_town, wait_until


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
    assert "no schema of tiepdan" in refused(own)
    own.database = database
    own.start()


def test_an_upgrade_before_its_migrations(own):
    """The workers of before serve on; the new image takes over once the schema fits it."""
    own.sql("update schema_info set oldest_binary = 9999")
    own.process.send_signal(signal.SIGUSR2)
    wait_until(lambda: len(own.entries("server.schema")) > 1, 30, "it has been tried again")
    assert own.process.poll() is None and own.anyone.get("/v1/kinds").status == 200
    own.sql("update schema_info set oldest_binary = 1")
    wait_until(lambda: len(own.entries("server.ready")) == 2, 60, "the new image is ready")
    assert own.anyone.get("/v1/kinds").status == 200
