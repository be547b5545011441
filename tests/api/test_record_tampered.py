"""Random changes behind the record, by a superuser, in every way: each is found, and the row named. 200 of them, or as many as
RECORD_TAMPERINGS says (`tests/all --long`: 10,000); several are made at once, and put back after one look of `tiepdan verify record`."""
import os
import random
import re
import uuid

import pytest
from support.record import head, sealed, verify
from support.town import new_town, wait_until

WANTED = int(os.environ.get("RECORD_TAMPERINGS", "200"))
AT_ONCE = 25
EVENTS = 240
TICKETS = {}        # of events: to exchange what is the same changes nothing

COLUMNS = {
    "type": "type || 'x'", "actor_kind": "case actor_kind when 'job' then 'anyone' else 'job' end", "actor": "gen_random_uuid()",
    "department": "coalesce(department, 0) + 1", "from_state": "coalesce(from_state, '') || 'x'", "to_state": "coalesce(to_state, '') || 'x'",
    "public_vi": "coalesce(public_vi, '') || ' '", "public_en": "coalesce(public_en, '') || E'\\n'", "ticket": "gen_random_uuid()",
    "data": "coalesce(data, '{}') || '{\"a\": 1}'", "hash": "sha256(hash)", "at": "at + interval '1 us'", "id": "gen_random_uuid()",
}
HASHED = ("hash = event_hash(id, at, ticket, type, actor_kind, actor, department, from_state, to_state, public_vi, public_en, data)")


@pytest.fixture(scope="module")
def city(cluster, contract):
    with new_town(cluster, contract) as town:
        wait_until(town.ready, 30, "ready")
        for _ in range(4):
            ids = [town.filed()[0] for _ in range(EVENTS // 8)]
            sealed(town)
            for ticket_id in ids[:EVENTS // 8]:
                town.sql("select event_write(gen_random_uuid(), clock_timestamp(), '%s', 'ticket.noted', 'job', null, 1, null, null, null, null, null)"
                         % ticket_id)
            sealed(town)
        town.stop()
        town.sql("alter table event disable trigger all; alter table record_root disable trigger all; alter table event drop constraint event_public,"
                 " drop constraint event_actor, drop constraint event_actor_kind")
        yield town


# --- ways: each gives SQL, and what has to stand in a line about it ------------------------------------------------------------------

def change(rng, event, _):
    column = rng.choice(sorted(COLUMNS))
    return "update event set %s = %s where id = '%s'" % (column, COLUMNS[column], event), event


def change_and_hash(rng, event, _):
    column = rng.choice(sorted(set(COLUMNS) - {"hash", "at", "id"}))
    return ("update event set %s = %s where id = '%s'; update event set %s where id = '%s'" % (column, COLUMNS[column], event, HASHED, event)), event


def delete(rng, event, _):
    return "delete from event where id = '%s'" % event, event


def insert(rng, event, _):
    made = str(uuid.UUID(int=rng.getrandbits(128)))
    xid = rng.choice(("xid", "'9000000000000000000'"))
    return ("insert into event (id, at, ticket, type, actor_kind, actor, department, from_state, to_state, public_vi, public_en, data, hash, xid)"
            " select '%s', at, ticket, type, actor_kind, actor, department, from_state, to_state, public_vi, public_en, data, hash, %s from event"
            " where id = '%s'; update event set %s where id = '%s'" % (made, xid, event, HASHED, made)), made


def swap(rng, event, other):
    columns = rng.choice(("ticket", "data, hash", "ticket, type, data, hash") if TICKETS[event] != TICKETS[other] else ("data, hash",))
    return ("update event e set (%s) = (select %s from event o where o.id = case e.id when '%s' then '%s'::uuid else '%s' end)"
            " where id in ('%s', '%s')" % (columns, columns, event, other, event, event, other)), event


def root_changed(rng, number, size):
    byte = "set_byte(%s, %d, (get_byte(%s, %d) + 1) %% 256)"
    column, at = rng.choice((("entries", rng.randrange(size * 56)), ("root", rng.randrange(32)), ("previous", rng.randrange(32)),
                             ("chain", rng.randrange(32)), ("signature", rng.randrange(64))))
    return "update record_root set %s = %s where number = %d" % (column, byte % (column, at, column, at), number), "root %d:" % number


def root_told_otherwise(rng, number, size):
    what = rng.choice(("at = at - interval '1 ms'", "kid = kid || 'x'", "first_at = first_at - interval '1 us'", "last_at = last_at + interval '1 us'",
                       "number = number + 100000"))
    return "update record_root set %s where number = %d" % (what, number), r"root \d+" if what.startswith("number") else "root %d:" % number


def root_deleted(rng, number, size):
    return "delete from record_root where number = %d" % number, "root %d (before it|was published and) is gone|root %d was published" % (number, number)


def roots_swapped(rng, number, size):
    other = number - 1 if number > 1 else number + 1
    return ("update record_root r set (root, entries, events, first_at, last_at) = (select root, entries, events, first_at, last_at from record_root o"
            " where o.number = %d - r.number) where number in (%d, %d)" % (number + other, number, other)), "root %d:" % number


def entries_swapped(rng, number, size):
    if size < 2:
        return root_changed(rng, number, size)
    at = rng.randrange(size - 1) * 56
    return ("update record_root set entries = substr(entries, 1, %d) || substr(entries, %d, 56) || substr(entries, %d, 56) || substr(entries, %d)"
            " where number = %d" % (at, at + 57, at + 1, at + 113, number)), "root %d:" % number


def tail_cut(rng, number, size):
    return ("delete from event where at >= (select min(first_at) from record_root where number >= %d); delete from record_root where number >= %d"
            % (number, number)), "was published and is gone: the record has been cut off"


EVENT_WAYS = (change, change_and_hash, delete, insert, swap)
ROOT_WAYS = (root_changed, root_told_otherwise, root_deleted, roots_swapped, entries_swapped, tail_cut)


def tampered(rng, events, roots):
    """-> (SQL, what has to be told) of several changes that do not touch each other."""
    picked = rng.sample(events, 2 * (AT_ONCE - 1))
    pairs = zip(picked[::2], picked[1::2])
    made = [rng.choice(EVENT_WAYS)(rng, event, other) for event, other in pairs]
    number, size = rng.choice(roots)
    return made, rng.choice(ROOT_WAYS)(rng, number, size)


def test_an_event_that_joins_the_last_transaction_is_found(city):
    """It stands behind the sealer's place, as what is not sealed yet would."""
    made = "ffffffff-ffff-4fff-bfff-ffffffffffff"
    assert city.sql("select events < 4096 from record_root order by number desc limit 1") == [["t"]]
    city.sql("insert into event select (jsonb_populate_record(e, '{\"id\": \"%s\"}')).* from event e, record_cursor c where e.id = c.id;"
             " update event set %s where id = '%s'" % (made, HASHED, made))
    said = verify(city)
    city.sql("delete from event where id = '%s'" % made)
    assert said.returncode == 1 and re.search("event %s of .* was added behind the record" % made, said.stdout), said.stdout


def test_every_change_is_found_and_named(city):
    seed = int(os.environ.get("RECORD_SEED", random.randrange(1 << 30)))
    rng = random.Random(seed)
    TICKETS.update(city.sql("select id, ticket from event"))
    events = [row[0] for row in city.sql("select id from event order by at, id")]
    roots = [(int(n), int(size)) for n, size in city.sql("select number, events from record_root order by number")]
    assert len(events) >= EVENTS and len(roots) >= 8
    known = head(city)
    assert verify(city, "--head", known).returncode == 0
    city.sql("create table kept_event as table event; create table kept_root as table record_root")
    back = "truncate event; insert into event select * from kept_event; truncate record_root; insert into record_root select * from kept_root"
    for done in range(0, WANTED, AT_ONCE):
        ours, root = tampered(rng, events, roots)
        for batch in (ours, [root]):
            city.sql("; ".join(sql for sql, _ in batch))
            said = verify(city, "--head", known)
            missed = [sql for sql, told in batch if not re.search(told, said.stdout)]
            assert said.returncode == 1 and not missed, "seed %d, after %d: %s\n%s" % (seed, done, missed, said.stdout)
            times = re.findall(r"^event \S+ of (\S+) ", said.stdout, re.M)
            assert times == sorted(times), "the first bad row first"
            city.sql(back)
    assert verify(city, "--head", known).returncode == 0
