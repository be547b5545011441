"""doctor names the departments whose denunciations nobody sees, says in time which ones would be next, and whether PostgreSQL lets in all
connections that the server may make."""
import re

import pytest

from support.town import HUB, wait_until

INSPECTORS = "HN-TTRA"
COMMITTEE = "HN-UBND"       # stands above the inspectors
DENUNCIATION = {"kind": "denunciation", "category": "officials_conduct"}


def said(town, *settings):
    """{name of the check: its line}, and whether all is well."""
    done = town.cluster.run(town.database, "doctor", *settings, ok=False)
    return {line[7:].split(":")[0]: line for line in done.stdout.splitlines() if not line.startswith(" ")}


@pytest.fixture(autouse=True)
def nobody(town):
    town.sql("update account set active = false; update ticket set done = true")


def test_who_would_get_them_is_said_before(town):
    lines = said(town)
    assert lines["tickets for named people"].startswith("ok ")
    assert lines["named people"] == "warn   named people: nobody would see the tickets of: %s" % ", ".join(sorted((HUB, INSPECTORS, COMMITTEE)))
    town.person("legal_officer", INSPECTORS), town.person("legal_officer", COMMITTEE), town.person("data_officer", INSPECTORS)
    assert said(town)["named people"].startswith("ok "), "a data officer sees the requests of all"


def test_what_nobody_sees(town):
    for _ in range(2):
        _, filed = town.filed(**DENUNCIATION)
        assert filed["department"]["code"] == INSPECTORS
    town.filed()
    assert said(town)["tickets for named people"] == "WRONG  tickets for named people: nobody sees the open tickets of: %s (2)" % INSPECTORS
    assert town.cluster.run(town.database, "doctor", ok=False).returncode == 1
    officer = town.login("legal_officer", INSPECTORS, 2)
    assert said(town)["tickets for named people"].startswith("ok ")
    ticket_id, _ = town.filed(**DENUNCIATION)
    town.sql("insert into ticket_excluded (ticket, account, reason) select '%s', id, 'named' from account where login = '%s'" % (ticket_id, officer))
    assert "nobody sees the open tickets of: %s (1)" % INSPECTORS in said(town)["tickets for named people"], "who it is about does not count"


def test_keys_of_another_database(town, tmp_path):
    """Made anew where those of this database were lost: good for what comes, and nobody reads what was sealed before."""
    town.file(contact={"name": "Trần Thị Thử", "email": "thu@example.org"})
    assert said(town)["what is sealed"].startswith("ok ")
    other = tmp_path / "keys"
    other.mkdir(mode=0o700)
    town.cluster.run(town.database, "keys", "create", "--key_dir=%s" % other)
    lines = said(town, "--key_dir=%s" % other)
    assert lines["keys"].startswith("ok ") and lines["what is sealed"].startswith("WRONG  what is sealed: a contact does not open")


def test_connections_that_postgresql_does_not_let_in(town):
    few = ["--db_%s=1" % pool for pool in ("fast", "search", "slow", "door")]
    assert said(town, "--workers=2", *few)["connections of the server"].startswith("ok ")
    line = said(town, "--workers=64", *few)["connections of the server"]
    # Four pools and who listens, each worker twice; the job worker has no search and no door, but the record.
    found = re.fullmatch(r"warn   connections of the server: servers on 1 machine\(s\) may make %d connections while they are reloaded, and others have"
                         r" (\d+); PostgreSQL lets 200 in and keeps 3 of them for superusers" % (64 * 10 + 8), line)
    done = town.cluster.run(town.database, "doctor", "--workers=64", *few, ok=False)
    assert found and "set max_connections of PostgreSQL to %d or more" % (64 * 10 + 8 + int(found[1]) + 3) in done.stdout


def test_a_database_with_a_limit_of_its_own(town):
    few = ["--workers=2"] + ["--db_%s=1" % pool for pool in ("fast", "search", "slow", "door")]
    town.sql('alter database "%s" connection limit 27' % town.database)
    line = said(town, *few)["connections of the server"]
    assert line == ("warn   connections of the server: servers on 1 machine(s) may make 28 connections while they are reloaded; their database or role"
                    " has a connection limit of 27")
    town.sql('alter database "%s" connection limit 28' % town.database)
    assert said(town, *few)["connections of the server"].startswith("ok ")


@pytest.fixture
def set_at(town):
    """Sets something of PostgreSQL for a while; what needs a restart is read from the file all the same."""
    names = []

    def set_at(name, value):
        town.cluster.sql("alter system set %s = %s" % (name, value), town.database)
        town.cluster.sql("select pg_reload_conf()", town.database)
        names.append(name)
    yield set_at
    for name in names:
        town.cluster.sql("alter system reset %s" % name, town.database)
    town.cluster.sql("select pg_reload_conf()", town.database)


def test_what_a_crash_may_take(town):
    """The cluster of the tests is one that forgets."""
    assert said(town)["durability"] == "WRONG  durability: a crash may take what was receipted: fsync is off, full_page_writes is off"
    town.sql("alter role tiepdan_app set synchronous_commit = off")
    try:
        assert said(town)["durability"].endswith("fsync is off, full_page_writes is off, synchronous_commit is off"), "as the server's role has it"
    finally:
        town.sql("alter role tiepdan_app reset synchronous_commit")


def test_what_was_made_for_calm_days(town, set_at):
    assert said(town)["room of PostgreSQL"] == "warn   room of PostgreSQL: made for calm days: max_wal_size is 1GB, min_wal_size is 80MB, shared_buffers is 128MB"
    set_at("min_wal_size", "'2GB'"), set_at("max_wal_size", "'8GB'"), set_at("wal_compression", "'pglz'")
    wait_until(lambda: said(town)["room of PostgreSQL"] ==
               "warn   room of PostgreSQL: made for calm days: shared_buffers is 128MB, wal_compression is pglz", 20, "they are read anew")
