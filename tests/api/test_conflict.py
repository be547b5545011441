"""Somebody else is just changing the same ticket: a clear answer within the deadline, and nothing half-done."""
import contextlib
import subprocess

SETTINGS = {"db_timeout_ms": 5000}


@contextlib.contextmanager
def locked(town, ticket_id):
    """Another transaction holds the row of the ticket."""
    psql = subprocess.Popen(["psql", "-X", "-q", "-At", "-d", town.cluster.url(town.database, "postgres")],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        psql.stdin.write("begin; select 'held' from tiepdan.ticket where id = '%s' for update;\n" % ticket_id)
        psql.stdin.flush()
        assert psql.stdout.readline().strip() == "held"
        yield
    finally:
        psql.stdin.close()
        psql.wait(10)
        psql.stdout.close()


def test_a_move_does_not_wait_for_ever(town):
    ticket_id, _ = town.filed()
    officer = town.person("officer")
    with locked(town, ticket_id):
        refused = town.move(officer, ticket_id, "accept", status=409)
        assert refused.problem == "conflict"
    assert town.version(ticket_id) == 1
    town.move(officer, ticket_id, "accept")


def test_reading_waits_for_nobody(town):
    ticket_id, filed = town.filed()
    with locked(town, ticket_id):
        assert town.person("officer").get("/v1/tickets/" + ticket_id).status == 200
        assert town.citizen(filed).get("/v1/tracking").status == 200
