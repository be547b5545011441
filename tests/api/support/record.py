"""What the tests of the record share."""
import re

from support.town import wait_until


def sealed(town):
    wait_until(lambda: town.sql("select count(*) from record_waiting(1)") == [["0"]], 20, "sealed")


def verify(town, *args):
    return town.cluster.run(town.database, "verify", "record", *args, ok=False)


def head(town):
    return re.search(r"the last root is (\d+:[0-9a-f]{64})", verify(town).stdout).group(1)
