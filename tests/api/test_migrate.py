"""`tiepdan migrate` beside a city that goes on filing: long work outside a transaction, two at once, one that broke off."""
import os
import subprocess

import pytest

from support.town import BINARY, ENVIRONMENT, wait_until

LONG = (42, 43)     # 0042_indexes.sql runs outside a transaction, 0043_constraints.sql uses what it made


@pytest.fixture
def database(cluster):
    """One in which the long migrations are to be run."""
    name = cluster.new_database()
    cluster.sql("delete from tiepdan.migration where version in %s" % str(LONG), name)
    return name


def begin(cluster, database, *arguments):
    env = dict(os.environ, **ENVIRONMENT, TIEPDAN_OWNER_URL=cluster.url(database, "tiepdan"))
    return subprocess.Popen([BINARY, "migrate", *arguments], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def writer(cluster, database):
    """Somebody who files and has not ended yet."""
    psql = subprocess.Popen(["psql", "-X", "-qAt", "-d", cluster.url(database, "postgres")], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, text=True)
    psql.stdin.write("begin; lock table tiepdan.ticket, tiepdan.notice in row exclusive mode; select 'here';\n")
    psql.stdin.flush()
    assert psql.stdout.readline() == "here\n"
    return psql


def waits(cluster, database, what):
    return cluster.sql("select count(*) from pg_stat_activity where datname = '%s' and wait_event_type = 'Lock' and query ~ '%s'"
                       % (database, what), "postgres") == [["1"]]


def test_nobody_waits_while_an_index_is_built(cluster, database):
    first = writer(cluster, database)
    one = begin(cluster, database)
    wait_until(lambda: waits(cluster, database, "index concurrently"), 60, "an index waits for who writes already")
    two = begin(cluster, database)
    assert two.stdout.readline() == "another process migrates, waiting for it\n"
    # Whoever comes meanwhile does not stand behind it.
    cluster.sql("set lock_timeout = '10s'; begin; lock table tiepdan.ticket, tiepdan.notice in row exclusive mode; commit", database)
    first.communicate("commit;\n", timeout=60)
    said, other = one.communicate(timeout=120)[0], two.communicate(timeout=120)[0]
    assert one.returncode == 0 and said.endswith("2 migrations\n"), said
    assert two.returncode == 0 and "the schema is up to date" in other, other


def test_one_that_broke_off_is_done_again(cluster, database):
    cluster.sql("update pg_index set indisvalid = false where indexrelid = 'tiepdan.ticket_unassigned'::regclass", database)
    cluster.sql("drop index tiepdan.ticket_of_person", database)
    cluster.run(database, "migrate")
    assert cluster.sql("""select string_agg(relname || ' ' || indisvalid, ', ' order by relname) from pg_index join pg_class on oid = indexrelid
        where relname in ('ticket_of_person', 'ticket_unassigned', 'ticket_open_in_area', 'notice_once')""", database) == [
        ["notice_once true, ticket_of_person true, ticket_open_in_area true, ticket_unassigned true"]]
    assert cluster.sql("select pg_get_constraintdef(oid) from pg_constraint where conname = 'notice_once'", database) == [
        ["UNIQUE NULLS NOT DISTINCT (event, account, ticket)"]]
    assert cluster.run(database, "migrate").startswith("the schema is up to date")


def test_a_restored_database_tells_on(cluster):
    database = cluster.new_database()
    assert "ok     feed of events" in cluster.run(database, "doctor", ok=False).stdout
    cluster.sql("update tiepdan.notice_cursor set xid = '4000000000000'", database)     # that of another cluster
    said = cluster.run(database, "doctor", ok=False).stdout
    assert "WRONG  feed of events" in said and "run `tiepdan migrate`" in said
    cluster.run(database, "migrate")
    assert "ok     feed of events" in cluster.run(database, "doctor", ok=False).stdout
    assert cluster.sql("select xid < pg_snapshot_xmin(pg_current_snapshot()) from tiepdan.notice_cursor", database) == [["t"]]
