"""A changed calendar brought to many running clocks: how long until the new dates are valid, and who has to wait for it."""
import csv
import io
import json
import os
import subprocess
import threading
import time
from pathlib import Path

from support.town import HUB, ticket

# Open tickets with two clocks each: one template ticket, filed as citizens do, multiplied. The ids begin with the time, as
# those of the server do. The alarms that were due have fired: else the job worker would be busy with those.
MADE = """
set session_replication_role = replica;
create temp table made as select n, at, holder, (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7'
        || substr(md5(n::text), 14))::uuid as id
    from generate_series(1, {tickets}) n, lateral (select now() - (n % 20) * interval '1 day' - (n % 60000) * interval '1 s' as at,
        (array(select id from department where valid_to is null order by id limit 50))[1 + n % 50] as holder) x order by 4;
insert into ticket ({ticket_columns}) select {ticket_values} from made m, (select * from ticket limit 1) t;
insert into clock_running ({clock_columns}) select {clock_values} from made m, (
    select * from clock_running where slot = slot_current() and kind <> 'none' order by ticket, kind limit 2) c order by m.id, c.kind;
"""


def copied(town, table, alias, changed):
    """-> the columns of the table, and what a copy of the row `alias` has in them."""
    columns = [c for (c,) in town.sql("select attname from pg_attribute where attrelid = '%s'::regclass and attnum > 0 and "
                                      "not attisdropped and attgenerated = ''" % table)]
    return ", ".join(columns), ", ".join(changed.get(c, alias + "." + c) for c in columns)


def multiply(town, tickets):
    due = "m.at + (c.due_at - c.start_at)"
    warned = "m.at + 0.8 * (c.due_at - c.start_at)"
    ticket_columns, ticket_values = copied(town, "ticket", "t", {
        "id": "m.id", "number": "1000000000 + m.n", "code": "'HN-26-' || m.n", "filed_at": "m.at", "holder": "m.holder"})
    clock_columns, clock_values = copied(town, "clock_running", "c", {
        "ticket": "m.id", "holder": "m.holder", "start_at": "m.at", "due_at": due, "latest_due": due,
        "alarm_level": f"case when {due} < now() then 5 when {warned} < now() then 2 else 1 end",
        "alarm_at": f"case when {due} < now() then 'infinity' when {warned} < now() then {due} else {warned} end"})
    town.sql(MADE.format(tickets=tickets, **{k: v for k, v in locals().items() if k.endswith(("columns", "values"))}))


# Changes a clock of one of a thousand tickets, again and again, and reads the head of the queue, until told to stop; the
# longest that either took in milliseconds.
WATCH = """
set search_path = tiepdan, public;
create table watch (stop boolean, waits bigint, longest float8, reads float8);
insert into watch values (false, 0, 0, 0);
do $$
declare
    v_tickets uuid[] := array(select ticket from clock_running tablesample bernoulli (1) limit 1000);
    v_at timestamptz;
    v_took float8;
    v_longest float8 := 0;
    v_reads float8 := 0;
    v_waits bigint := 0;
begin
    loop
        v_at := clock_timestamp();
        perform slots_hold();
        update clock_running set alarm_level = alarm_level where ticket = v_tickets[1 + v_waits % cardinality(v_tickets)];
        v_took := extract(epoch from clock_timestamp() - v_at) * 1000;
        commit;
        v_longest := greatest(v_longest, v_took);
        v_at := clock_timestamp();
        perform due_at from clock_running where slot = slot_current() and first order by due_at, ticket limit 50;
        v_reads := greatest(v_reads, extract(epoch from clock_timestamp() - v_at) * 1000);
        v_waits := v_waits + 1;
        commit;
        exit when (select stop from watch);
        perform pg_sleep(0.01);
    end loop;
    update watch set waits = v_waits, longest = v_longest, reads = v_reads;
end $$;
"""

# What a peer does: one statement in one transaction over a table that has the dates as columns, with an index.
BASELINE = """
create table plain as select ticket, kind, start_at, due_at from clock_running where slot = slot_current() and kind <> 'none';
alter table plain add primary key (ticket, kind);
create index on plain (due_at);
checkpoint;
"""


def say(text, *values):
    print(text % values, flush=True)


class Filer(threading.Thread):
    """A citizen who files one ticket after another; the longest any took."""

    def __init__(self, town):
        super().__init__(daemon=True)
        self.client, self.longest, self.filed, self.refused, self.stopped = town.client(), 0, 0, 0, False

    def run(self):
        while not self.stopped:
            began = time.monotonic()
            good = self.client.send("POST", "/v1/tickets", ticket()).status == 201
            self.longest = max(self.longest, time.monotonic() - began)
            self.filed, self.refused = self.filed + good, self.refused + (not good)
            time.sleep(0.01)


def holiday(town, folder):
    """One more day off for every calendar: the fifth from now that is open anyway."""
    rows = town.sql("""
        select c.code, (select min(d)::date from generate_series(now() + interval '4 days', now() + interval '20 days', '1 day') d
            where calendar_works(c.code, d::date) and not exists (select from calendar_day where calendar = c.code and day = d::date))
        from calendar c where c.code in (select department_calendar(id) from department)""")
    existing = town.sql("select kind, cells from import_row where kind = 'days'")
    names = ("calendar", "day", "works", "weekday", "hours", "name_vi", "name_en", "source", "note")
    out = io.StringIO()
    writer = csv.DictWriter(out, names)
    writer.writeheader()
    for _, cells in existing:
        cells = json.loads(cells)
        writer.writerow({n: str(cells[n]).lower() if n == "works" else cells[n] for n in names if n in cells})
    for code, day in rows:
        writer.writerow({"calendar": code, "day": day, "works": "false", "name_vi": "Nghỉ bù", "name_en": "Day off in lieu",
                         "source": "Thông báo thử nghiệm"})
    path = folder / "days.csv"
    path.write_text(out.getvalue(), "utf-8")
    town.cluster.run(town.database, "import", "days", str(path))


def processes(town):
    """Of the cluster and of the server: the folder in /proc, what its `stat` has behind the name, whether it is the first of them."""
    first = int((town.cluster.folder / "data/postmaster.pid").read_text().split()[0]), town.process.pid
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            pid, fields = int(stat.parent.name), stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if pid in first or int(fields[1]) in first:
            yield stat.parent, fields, pid in first


def cpu_seconds(town):
    """What they have used so far, those that have ended too: on a busy machine the better measure."""
    return sum(sum(map(int, fields[11:15 if first else 13])) for _, fields, first in processes(town)) / os.sysconf("SC_CLK_TCK")


def asked_until(admin, redating, true):
    """Asks the server until it is so, ten times a second: a process for each question would take the processors from what is measured."""
    end = time.monotonic() + 900
    while not true(told := admin.get("/v1/redatings/" + redating).json):
        assert time.monotonic() < end, told
        time.sleep(0.1)
    return told


def redate(load):
    town, clocks = load.town, load.options.clocks
    town.file()
    admin = town.person("admin", HUB)
    say("making %d running clocks", clocks)
    multiply(town, clocks // 2)
    town.sql("vacuum analyze ticket; vacuum analyze clock_running")
    load.restart()
    admin = town.sign_in(town.login("admin", HUB))
    say("one day more is off")
    holiday(town, load.scratch)
    town.sql("checkpoint")
    watch = subprocess.Popen(["psql", "-X", "-q", "-d", town.cluster.url(town.database, "postgres")], stdin=subprocess.PIPE, text=True)
    watch.stdin.write(WATCH)
    watch.stdin.close()
    filer = Filer(town)
    filer.start()
    time.sleep(1)
    say("preparing, load of the machine %.1f", os.getloadavg()[0])
    began, used = time.monotonic(), cpu_seconds(town)
    made = admin.post("/v1/redatings", {"reason": "Ngày nghỉ bù được thông báo muộn."}).json["id"]
    ready = asked_until(admin, made, lambda r: r["state"] != "preparing")
    prepared, used = time.monotonic() - began, cpu_seconds(town) - used
    say("%s after %.1f s", ready["summary_en"], prepared)
    switching = time.monotonic()
    admin.post("/v1/redatings/%s/apply" % made, status=200)
    switched = time.monotonic()
    done = asked_until(admin, made, lambda r: not r["telling"])
    told = time.monotonic()
    say("all events after %.1f s", told - switched)
    filer.stopped = True
    filer.join()
    town.sql("update watch set stop = true")
    watch.wait(60)
    waits, longest, reads = town.sql("select waits, longest, reads from watch")[0]
    say("%s waits, the longest %.1f ms; reading %.1f ms; %d filings, the longest %.1f ms", waits, float(longest), float(reads),
        filer.filed, filer.longest * 1000)
    town.sql(BASELINE)
    plain, plain_used = time.monotonic(), cpu_seconds(town)
    town.sql("update plain set due_at = due_at + interval '1 day'")
    plain, plain_used = time.monotonic() - plain, cpu_seconds(town) - plain_used
    counts, events = ready["counts"], done["told"]
    return {"ours": {"seconds": round(switched - began, 2), "prepare_seconds": round(prepared, 2), "cpu_seconds": round(used, 2),
                     "switch_ms": round((switched - switching) * 1000, 1), "events_seconds": round(told - switched, 2),
                     "events": events, "events_rate": round(events / (told - switched)),
                     "clocks": counts["clocks"], "moved_clocks": counts["moved_clocks"], "longest_lock_ms": round(float(longest), 1),
                     "longest_read_ms": round(float(reads), 1), "longest_filing_ms": round(filer.longest * 1000, 1), "refused": filer.refused},
            "update": {"seconds": round(plain, 2), "cpu_seconds": round(plain_used, 2)}}
