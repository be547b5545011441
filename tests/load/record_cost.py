"""What the record costs whoever files: the same server and database with it and without it, in turns; and how long what is filed waits for
its root meanwhile."""
import os
import statistics
import struct

import baselines
import record

ROUNDS = 7
RATE, PORTION, WRITERS = 10000, 50, 4    # events a second; of a transaction
# As filings write them: no trigger completes what was filed.
WRITE = """insert into event (id, at, ticket, type, actor_kind, department, to_state, public_vi, public_en, data, hash)
select e.*, event_hash(e.id, e.at, e.ticket, e.type, e.actor_kind, null, e.department, null, e.to_state, e.public_vi, e.public_en, e.data)
from (select gen_random_uuid() as id, clock_timestamp() as at, '%s'::uuid as ticket, 'ticket.filed' as type, 'anyone' as actor_kind, 1::bigint as department,
	'submitted' as to_state, 'Đã nhận phiếu' as public_vi, 'Received' as public_en, '{"kind": "feedback", "category": "roads.surface"}'::jsonb as data
	from generate_series(1, %d)) e;
"""
ENTRY = 56      # bytes of an event in the entries of a root, which begin with its time

HASH = """create or replace function event_hash(id uuid, at timestamptz, ticket uuid, type text, actor_kind text, actor uuid, department bigint,
	from_state text, to_state text, public_vi text, public_en text, data jsonb) returns bytea language sql stable parallel safe as
	$$ select '\\x%s'::bytea $$""" % ("00" * 32)
# Each with what undoes it. The sealer goes on behind what was filed without it, so that each turn pays for its own events alone.
TRIGGERS = "alter table event %s trigger event_carries"
END = "delete from record_passed; update record_cursor c set (xid, id) = (select e.xid, e.id from event e order by e.xid desc, e.id desc limit 1)"


def definition(town, name):
    return town.sql("select pg_get_functiondef(oid) from pg_proc where proname = '%s'" % name)[0][0]


class Record:
    """The record, switched on and off: the hash of each event, the trigger that completes it, the sealer with its chain."""

    def __init__(self, town):
        self.town = town
        self.kept = {name: definition(town, name) for name in ("event_hash", "record_leaves")}

    def off(self):
        head = self.kept["record_leaves"].split("AS $function$")[0]
        self.town.sql("; ".join([TRIGGERS % "disable", HASH, head + "AS $function$ begin return; end $function$"]))

    def on(self):
        self.town.sql("; ".join([TRIGGERS % "enable", END, *self.kept.values()]))


def last_root(town):
    return int(town.sql("select coalesce(max(number), 0) from record_root")[0][0])


def lags(town, behind):
    """How many milliseconds after each event under the roots behind one its root was made."""
    record.wait_sealed(town)
    roots = town.sql("select (extract(epoch from at) * 1000000)::bigint, encode(entries, 'hex') from record_root where number > %d" % behind)
    return [(int(sealed) - struct.unpack_from(">q", entries, place)[0]) / 1000
            for sealed, entries in ((sealed, bytes.fromhex(text)) for sealed, text in roots) for place in range(0, len(entries), ENTRY)]


def waits(waited):
    waited.sort()
    return {"p50": round(waited[len(waited) // 2]), "p99": round(waited[len(waited) * 99 // 100]), "most": round(waited[-1])}


def record_rate(load):
    """What a city files that this machine cannot: events alone, at a fixed rate."""
    load.file_tickets(8)
    load.restart()
    town = load.town
    ticket = town.sql("select id from ticket order by number limit 1")[0][0]
    script = WRITE % (ticket, PORTION)
    record.wait_sealed(town)
    behind = last_root(town)
    done, seconds = baselines.pgbench(load.cluster, town.database, script, WRITERS, load.options.seconds, ("search_path=tiepdan",), "tiepdan",
                                      RATE // PORTION)
    return {"events": {"rate": round(done * PORTION / seconds, 1)}, "sealed_after_ms": waits(lags(town, behind))}


def record_cost(load):
    load.restart()
    switched = Record(load.town)
    file = load.wrk_side(load.town.port, "filing.lua")
    share = max(2, round(load.options.seconds / ROUNDS))
    rates, waited = {"with": [], "without": []}, []
    for n in range(-1, ROUNDS):         # one round to warm up
        for name, switch in (("with", switched.on), ("without", switched.off)) if n % 2 else (("without", switched.off), ("with", switched.on)):
            switch()
            behind = last_root(load.town)
            done, seconds, *_ = file(share)
            if n >= 0 and name == "with":
                waited += lags(load.town, behind)
            if n >= 0:
                rates[name].append(done / seconds)
                print("round %d of %d, load of the machine %.1f: %-8s %8.0f a second" % (n + 1, ROUNDS, os.getloadavg()[0], name, done / seconds), flush=True)
    switched.on()
    kept = [w / wo for w, wo in zip(rates["with"], rates["without"])]
    return {**{name: {"rate": round(statistics.median(all_), 1)} for name, all_ in rates.items()},
            "sealed_after_ms": waits(waited),
            "kept": {"median": round(statistics.median(kept), 3), "least": round(min(kept), 3), "most": round(max(kept), 3)}}
