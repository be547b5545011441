"""Tickets that `tiepdan generate` makes: how fast, and how large the database is then."""
import time

from support.record import sealed

# What is copied, of each table with everything that hangs on it, into tables without anything.
COPIED = ("ticket", "event", "clock", "holding", "word", "reply", "contact")


def fill(town, tickets):
    """Fills the database of a town that stands still; -> seconds."""
    began = time.monotonic()
    print(town.cluster.run(town.database, "generate", "--tickets", str(tickets), "--yes", seconds=24 * 3600).strip(), flush=True)
    return time.monotonic() - began


def rows(town):
    return sum(town.count(table) for table in COPIED)


def copied(town):
    """The rows of the largest tables, from files into tables without indexes, keys and triggers, one after the other; -> seconds."""
    folder = town.cluster.folder / "socket"     # PostgreSQL can write there
    for table in COPIED:
        town.sql("copy (select * from %s) to '%s/%s.copy' (format binary); create table copied_%s as select * from %s limit 0"
                 % (table, folder, table, table, table))
    town.sql("checkpoint")
    began = time.monotonic()
    for table in COPIED:
        town.sql("copy copied_%s from '%s/%s.copy' (format binary)" % (table, folder, table))
    seconds = time.monotonic() - began
    for table in COPIED:
        town.sql("drop table copied_" + table)
        (folder / (table + ".copy")).unlink()
    return seconds


def seal(town):
    """How long the job worker takes for all events."""
    began = time.monotonic()
    town.start()
    while town.sql("select exists (select from record_waiting(1))") != [["f"]]:
        time.sleep(0.5)
    sealed(town)
    return time.monotonic() - began


def generate(load):
    town, tickets = load.town, load.options.tickets
    town.stop()
    seconds = fill(town, tickets)
    there, size = rows(town), int(town.sql("select pg_database_size(current_database())")[0][0])
    plain = copied(town)
    sealing = seal(town)
    checked = time.monotonic()
    said = town.cluster.run(town.database, "verify", "record", seconds=24 * 3600)
    return {"ours": {"rate": round(there / seconds, 1), "seconds": round(seconds, 1), "tickets_a_second": round(tickets / seconds, 1), "rows": there,
                     "bytes": size, "seal_seconds": round(sealing, 1), "verify_seconds": round(time.monotonic() - checked, 1),
                     "faults": 0 if " 0 faults" in said else 1},
            "copy": {"rate": round(there / plain, 1), "seconds": round(plain, 1)}}
