"""What the record costs whoever files: the same server and database with it and without it, in turns."""
import os
import statistics

ROUNDS = 7

HASH = """create or replace function event_hash(id uuid, at timestamptz, ticket uuid, type text, actor_kind text, actor uuid, department bigint,
	from_state text, to_state text, public_vi text, public_en text, data jsonb) returns bytea language sql stable parallel safe as
	$$ select '\\x%s'::bytea $$""" % ("00" * 32)
# Each with what undoes it. The sealer goes on behind what was filed without it, so that each turn pays for its own events alone.
TRIGGERS = "alter table event %s trigger event_carries"
END = "update record_cursor c set (xid, id) = (select e.xid, e.id from event e order by e.xid desc, e.id desc limit 1)"


def definition(town, name):
    return town.sql("select pg_get_functiondef(oid) from pg_proc where proname = '%s'" % name)[0][0]


class Record:
    """The record, switched on and off: the hash of each event, the trigger that completes it, the sealer with its chain."""

    def __init__(self, town):
        self.town = town
        self.kept = {name: definition(town, name) for name in ("event_hash", "record_next")}

    def off(self):
        head = self.kept["record_next"].split("AS $function$")[0]
        self.town.sql("; ".join([TRIGGERS % "disable", HASH, head + "AS $function$ begin return; end $function$"]))

    def on(self):
        self.town.sql("; ".join([TRIGGERS % "enable", END, *self.kept.values()]))


def record_cost(load):
    load.restart()
    record = Record(load.town)
    file = load.wrk_side(load.town.port, "filing.lua")
    share = max(2, round(load.options.seconds / ROUNDS))
    rates = {"with": [], "without": []}
    for n in range(-1, ROUNDS):         # one round to warm up
        for name, switch in (("with", record.on), ("without", record.off)) if n % 2 else (("without", record.off), ("with", record.on)):
            switch()
            done, seconds, *_ = file(share)
            if n >= 0:
                rates[name].append(done / seconds)
                print("round %d of %d, load of the machine %.1f: %-8s %8.0f a second" % (n + 1, ROUNDS, os.getloadavg()[0], name, done / seconds), flush=True)
    record.on()
    kept = [w / wo for w, wo in zip(rates["with"], rates["without"])]
    return {**{name: {"rate": round(statistics.median(all_), 1)} for name, all_ in rates.items()},
            "kept": {"median": round(statistics.median(kept), 3), "least": round(min(kept), 3), "most": round(max(kept), 3)}}
