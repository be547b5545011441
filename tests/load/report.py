"""The reports over ten years of tickets, over HTTP; the 2x2 against the same sums in one statement over the tickets, the backlog and the stays against
going through the paths of all tickets, as they do without sums."""
import time

import alike
import redate

# Ten years of tickets without their texts: nine of ten answered, most of them in time; of what is younger than two months a part is open; one of fifty has
# no clock, one of fifty was given back by a department. Indexes that no report reads would only take time. Nothing is of the last day; their events are of long ago for
# those who follow the feed.
MADE = """
set search_path = tiepdan, public; set session_replication_role = replica; set synchronous_commit = off; set jit = off;
create temp table made as
    select n, (lpad(to_hex((extract(epoch from x.at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 14))::uuid as id, x.at,
        (array(select id from department where valid_to is null order by id))[1 + n * 7919 % (select count(*) from department where valid_to is null)] as holder,
        (array(select code from category order by code))[1 + n * 104729 % (select count(*) from category)] as category,
        (array(select code from area order by code))[1 + n * 1299709 % (select count(*) from area)] as area,
        case when n % 50 = 0 then 'none' when n % 10 = 1 or x.at > now() - interval '20 days' then 'open'
            else 'answered' end as what, greatest(1, least(exp(3 + 1.2 * sqrt(-2 * ln(1 - (n * 7 % 1000) / 1000.0)) * cos(n)),
            extract(epoch from now() - x.at) / 3600 - 1)::int) * interval '1 hour' as took
    from generate_series({first}::bigint, {last}) n, lateral (select now() - interval '3650 days' + n / {rows}.0 * interval '3649 days' as at) x;
insert into ticket ({ticket_columns}) select {ticket_values} from made m, (select * from ticket limit 1) t;
insert into clock (ticket, kind, round, holder, policy, unit, amount, calendar, version, start_at, due_at, latest_due, stop_at, outcome)
    select id, 'answer', 1, holder, 1, 'wd', 5, 'office', 1, at, at + interval '7 days', at + interval '7 days', at + took, case when took <= interval '7 days' then
        'met' else 'late' end from made where what = 'answered';
insert into clock_running ({clock_columns}) select {clock_values} from made m, (
    select * from clock_running where slot = slot_current() and kind = 'answer' limit 1) c where m.what = 'open';
insert into holding (ticket, department, since, until, ended_by) select id, holder, at, at + interval '1 hour', 'return' from made where n % 50 = 1;
insert into holding (ticket, department, since) select id, holder, at + case when n % 50 = 1 then interval '1 hour' else '0' end from made;
insert into event (id, at, ticket, type, actor_kind, from_state, to_state, hash, xid)
    select gen_random_uuid(), m.at + x.after, m.id, x.type, 'anyone', x.from_state, x.to_state, sha256(''), '3'
    from made m, lateral (values (interval '0', 'ticket.filed', null, 'submitted', true), (took / 8, 'ticket.accepted', 'submitted', 'accepted', true),
        (took / 4, 'ticket.claimed', 'accepted', 'in_progress', what = 'answered'), (took, 'ticket.answered', 'in_progress', 'answered', what = 'answered'),
        (took + interval '15 days', 'ticket.closed', 'answered', 'closed', what = 'answered')) x (after, type, from_state, to_state, so) where x.so;
drop table made;
"""
PORTION = 200000
FOLD = """
set search_path = tiepdan, public;
do $$ begin while report_follow(now(), 20000, 'Asia/Ho_Chi_Minh') > 0 or (select filled_to is not null from report_cursor) loop commit; end loop; end $$;
"""
# What anybody would write: one join, and a sum for each column.
SCAN = """
select coalesce(c.holder, t.holder), count(*) filter (where c.stop_at <= c.due_at), count(*) filter (where c.stop_at > c.due_at),
    count(*) filter (where c.ticket is null and r.due_at >= now()), count(*) filter (where c.ticket is null and r.due_at < now()),
    count(*) filter (where c.ticket is null and r.ticket is null), count(*)
from ticket t left join clock c on c.ticket = t.id and c.kind = 'answer' and c.round = 1
    left join clock_running r on r.slot = slot_current() and r.ticket = t.id and r.kind = 'answer' and r.round = 1
where t.filed_at >= (current_date - {days})::timestamp at time zone 'Asia/Ho_Chi_Minh'
group by 1
"""
ROUNDS = 40


def make(town, rows):
    ticket_columns, ticket_values = redate.copied(town, "ticket", "t", {
        "id": "m.id", "number": "1000000000 + m.n", "code": "'HN-26-' || m.n", "filed_at": "m.at", "updated_at": "m.at", "holder": "m.holder", "category": "m.category",
        "area": "m.area", "state": "case m.what when 'answered' then 'closed' else 'accepted' end", "done": "m.what = 'answered'", "title": "'A title'",
        "text": "'What stands here is not read by reports'", "folded": "''", "route": "'{}'"})
    due = "m.at + interval '7 days' + m.n % 60 * interval '1 day'"
    clock_columns, clock_values = redate.copied(town, "clock_running", "c", {
        "ticket": "m.id", "holder": "m.holder", "start_at": "m.at", "due_at": due, "latest_due": due, "alarm_at": "'infinity'", "alarm_level": "5"})
    for index, in town.sql("select indexrelid::regclass from pg_index where indrelid = 'ticket'::regclass and not indisprimary and indexrelid <> "
                           "all ('{ticket_filed,ticket_number}'::regclass[])"):
        town.sql("drop index " + index)
    town.sql("select make_partitions(120, now() - interval '3650 days')")
    for first in range(1, rows + 1, PORTION):
        town.sql(MADE.format(rows=rows, first=first, last=min(first + PORTION - 1, rows), **{k: v for k, v in locals().items()
                                                                                            if k.endswith(("columns", "values"))}))
        print("%d tickets made" % min(first + PORTION - 1, rows), flush=True)
    town.sql("vacuum analyze ticket; vacuum analyze clock; vacuum analyze clock_running; vacuum analyze holding; vacuum analyze event")


def asked(town, asker, query):
    """Times of requests, and how long worker and backend run for one (alike.measured)."""
    path = "/v1/reports/sla?" + query
    return {**alike.measured(town, asker, [lambda: asker.ask("GET", path)] * ROUNDS), "tickets": asker.ask("GET", path)["total"]["total"]}


def flows(town, asker, query):
    return alike.measured(town, asker, [lambda: asker.ask("GET", "/v1/reports/" + query)] * ROUNDS)


def from_scratch(town):
    """Milliseconds that the backlog takes without the sums: the paths of all tickets."""
    began = time.perf_counter()
    town.sql("select count(*) from report_flows_raw('department', now(), 'Asia/Ho_Chi_Minh')")
    return round((time.perf_counter() - began) * 1000, 1)


def scan(town, days):
    took = []
    for _ in range(2):
        began = time.perf_counter()
        town.sql("set jit = off; " + SCAN.format(days=days))
        took.append((time.perf_counter() - began) * 1000)
    return round(min(took), 1)


def all_asked(town, leader):
    month, year, ten_years, today = town.sql("select city_day(now()) - 30, city_day(now()) - 365, city_day(now()) - 3655, city_day(now())")[0]
    whole, of_year, of_month = ("from=%s&to=%s" % (first, today) for first in (ten_years, year, month))
    sides = {"ours": asked(town, leader, whole), "month": asked(town, leader, of_month), "year": asked(town, leader, of_year),
             **{"by_" + by: asked(town, leader, whole + "&by=" + by) for by in ("category", "area")},
             "as_of_a_year_ago": asked(town, leader, "%s&as_of=%sT00:00:00%%2B07:00" % (whole, year)),
             "backlog_month": flows(town, leader, "backlog?" + of_month), "backlog_year": flows(town, leader, "backlog?" + of_year),
             "backlog_year_of_one": flows(town, leader, "backlog?key=HN-SXD&" + of_year),
             "stays_by_state": flows(town, leader, "stays?" + whole), "stays_by_department": flows(town, leader, "stays?by=department&" + whole)}
    town.sql("insert into report_touched (ticket) select id from ticket where filed_at > now() - interval '1 year' order by filed_at limit 1000")
    return {**sides, "tail_of_1000": asked(town, leader, whole), "backlog_tail_of_1000": flows(town, leader, "backlog?" + of_month)}


def report(load):
    town, rows = load.town, load.options.rows
    town.filed()
    town.stop()
    make(town, rows)
    town.sql("update report_cursor set xid = '0'")
    began = time.monotonic()
    town.sql(FOLD)
    filled = time.monotonic() - began
    town.sql("vacuum analyze report_cell; vacuum analyze report_fact; vacuum analyze report_flow; vacuum analyze report_path")
    load.restart()
    leader = alike.signed_in(town, town.person("leader", "HN-UBND"))
    with load.jobs_still():     # they would follow all these tickets first, in other ways
        sides = all_asked(town, leader)
        sides["scan"] = {"ms": scan(town, 3655), "year_ms": scan(town, 365)}
        sides["paths_of_all"] = {"ms": from_scratch(town)}
    town.stop()
    began = time.monotonic()
    said = town.cluster.run(town.database, "verify", "reports", seconds=3600)
    assert " 0 faults" in said, said
    return {"tickets": rows, **sides, "filled_a_second": round(rows / filled), "verify_seconds": round(time.monotonic() - began, 1)}
