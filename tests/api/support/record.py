"""What the tests of the record share."""
import re
import subprocess
from contextlib import contextmanager

from support.town import wait_until


def sealed(town):
    wait_until(lambda: town.sql("select count(*) from record_waiting(1)") == [["0"]], 20, "sealed")


def last(town):
    number, chain = town.sql("select number, encode(chain, 'hex') from record_root order by number desc limit 1")[0]
    return "%s %s" % (number, chain)


def known(town):
    return town.place.read_text("ascii").strip() if town.place.exists() else None


def follows(town):
    """The file with the last root is written when the sealer looks for what comes next."""
    wait_until(lambda: known(town) == last(town), 20, "the file follows")


def verify(town, *args):
    return town.cluster.run(town.database, "verify", "record", *args, ok=False)


def head(town):
    return re.search(r"the last root is (\d+:[0-9a-f]{64})", verify(town).stdout).group(1)


@contextmanager
def open_transaction(town, sql="select"):
    """Somebody who has done something, if only got their number, and has not ended yet; commits at the end."""
    psql = subprocess.Popen(["psql", "-X", "-qAt", "-v", "ON_ERROR_STOP=1", "-d", town.cluster.url(town.database, "postgres")], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, text=True)
    psql.stdin.write("begin; set search_path = tiepdan; %s; select 'here', pg_current_xact_id();\n" % sql)
    psql.stdin.flush()
    said = next((line for line in psql.stdout if line.startswith("here|")), None)
    try:
        assert said, "what it was to do is not done"
        yield said.strip()[5:]
    finally:
        psql.communicate("commit;\n", timeout=60)
    assert psql.returncode == 0
