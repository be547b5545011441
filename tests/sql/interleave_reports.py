"""Reports by the roll-up say what counting from scratch says: random lives of tickets, with the follower running at random moments, dying in
the middle, and beside transactions that are not finished; after each step, for each kind of row, now and at other instants."""
import random

from interleave import Board

STEPS = 160
ZONE = "Asia/Ho_Chi_Minh"
PREPARE = f"""
create function test.compared(p_as_of timestamptz, p_from date, p_to date) returns text language plpgsql as $$
declare
    x text;
begin
    perform test.enter('leader.HN-EIC');
    foreach x in array '{{department,category,area}}'::text[] loop
        if exists (select from (select r::text, 1 as n from report_sla(p_from, p_to, x, p_as_of, '{ZONE}') r
                union all select r::text, -1 from report_sla_now(p_from, p_to, x, p_as_of, '{ZONE}') r) y group by r having sum(n) <> 0) then
            return 'differs by ' || x;
        end if;
    end loop;
    return case when report_tail(p_from, p_to, p_as_of, '{ZONE}') is null then 'from scratch' else 'rolled' end;
end $$;
-- What was open with whom at the end of a day, and overdue, ticket by ticket: the last state before that the ticket had come to, and the holder of then.
create function test.open_at(p_day date, p_by text, p_now timestamptz) returns table (key text, open bigint, overdue bigint) language sql as $$
    select k.key, count(*), count(*) filter (where exists (select from (
            select due_at, stop_at from clock c where c.ticket = t.id and c.kind in ('answer', 'appeal')
            union all select due_at, 'infinity' from clock_running r where r.slot = slot_current() and r.ticket = t.id and r.kind in ('answer', 'appeal')) c
        where c.due_at < least(x.until, p_now) and c.stop_at >= x.until))
    from ticket t, lateral (select (p_day + 1)::timestamp at time zone '{ZONE}' as until) x,
        lateral (select array_agg(e.at order by (e.data->'ticket'->>'version')::bigint nulls first, e.at, e.id) as ats,
                array_agg(e.to_state order by (e.data->'ticket'->>'version')::bigint nulls first, e.at, e.id) as states
            from event e where e.ticket = t.id and e.to_state is not null and e.from_state is distinct from e.to_state) e,
        lateral (select max(n) as n from generate_series(1, cardinality(e.ats)) n where x.until > all (e.ats[:n])) l,
        lateral (select open from state where code = e.states[l.n]) s,
        lateral (select h.department from holding h where h.ticket = t.id and h.since < x.until and (h.until is null or h.until >= x.until) limit 1) h,
        lateral (select case p_by when 'department' then (select code from department where id = h.department) when 'category' then t.category else coalesce(t.area, '') end as key) k
    where s.open group by k.key
$$;
create function test.flows_compared(p_now timestamptz, p_from date, p_to date) returns text language plpgsql as $$
declare
    x text;
    d date;
begin
    perform test.enter('leader.HN-EIC');
    foreach x in array '{{department,category,area}}'::text[] loop
        if exists (select from (select r::text, 1 as n from report_backlog(p_from, p_to, x, null, p_now, '{ZONE}') r
                union all select r::text, -1 from report_backlog_now(p_from, p_to, x, null, p_now, '{ZONE}') r) y group by r having sum(n) <> 0) then
            return 'the backlog differs by ' || x;
        end if;
        foreach d in array array[p_from, city_day(p_now), city_day(p_now) - 1, city_day(p_now) - (random() * 500)::int] loop
            if exists (select from (
                    select key, open, overdue, 1 as n from report_backlog_now(d - 1, d, x, null, p_now, '{ZONE}') where what = 'row' and open <> 0
                    union all select key, open, overdue, -1 from test.open_at(d, x, greatest(p_now, (select due_to from report_cursor)))) y
                group by key, open, overdue having sum(n) <> 0) then
                return format('open on %s by %s: %s, is %s', d, x, (select jsonb_object_agg(key, array[open, overdue] order by key)
                    from report_backlog_now(d - 1, d, x, null, p_now, '{ZONE}') where what = 'row' and open <> 0),
                    (select jsonb_object_agg(key, array[open, overdue] order by key) from test.open_at(d, x, greatest(p_now, (select due_to from report_cursor)))));
            end if;
        end loop;
    end loop;
    foreach x in array '{{department,state}}'::text[] loop
        if exists (select from (select r::text, 1 as n from report_stays(p_from, p_to, x, p_now, '{ZONE}') r
                union all select r::text, -1 from report_stays_now(p_from, p_to, x, p_now, '{ZONE}') r) y group by r having sum(n) <> 0) then
            return 'the stays differ by ' || x;
        end if;
    end loop;
    return case when report_path_tail(p_now, '{ZONE}') is null then 'from scratch' else 'rolled' end;
end $$;
-- The dates of another calendar, in the other slot.
create function test.dated_anew() returns void language plpgsql as $$
begin
    perform slots_take(50);
    delete from clock_running where slot <> slot_current();
    insert into clock_running (slot, ticket, kind, round, holder, policy, unit, amount, extension, calendar, version, start_at, waits, due_at,
        latest_due, first, alarm_at, alarm_level, parked)
    select 1 - slot, ticket, kind, round, holder, policy, unit, amount, extension, calendar, version, start_at, waits,
        due_at + (ascii(ticket::text) % 9 - 4) * interval '1 day', latest_due, first, alarm_at, alarm_level, parked from clock_running;
    update clock_slot set role = 'next' where role <> 'current';
end $$;
"""
# What is tried with a ticket in each state.
MOVES = {"submitted": ("accept", "accept", "return", "route", "merge", "reclassify", "refuse"), "returned": ("route",), "accepted": ("claim", "claim", "merge", "relevel"),
         "in_progress": ("propose", "propose", "ask", "request_extension", "approve_extension", "merge", "reclassify"), "needs_info": ("resume", "merge"),
         "pending_approval": ("approve", "approve", "send_back"), "merged": ("unmerge",)}
FOLLOW = "select report_follow({now}, {limit}, '{zone}')"
# At the end of each of 400 days: how many tickets are asked for that need not be, or need to be and are not; whether there were such at all. What is
# filed in the last second and what is due meanwhile is asked for, too.
AS_OF = f"""select sum(x.wrong), sum(x.n) > 800 from generate_series(1, 400) d, lateral (select city_day(now()) - d as day) y,
    lateral (select (y.day + 1)::timestamp at time zone '{ZONE}' - interval '1 second' as at) z, lateral (
        select count(*) filter (where f.told <> f.needed) as wrong, count(*) filter (where f.needed) as n
        from (select f.ticket = any (coalesce(report_tail('2020-01-01', y.day, z.at, '{ZONE}'), '{{}}')) as told,
                f.day <= y.day and (f.settled_at > z.at or f.due_at between z.at and (select due_to from report_cursor)) as needed
            from report_fact f where not exists (select from report_touched where ticket = f.ticket)) f) x"""
REORGANISE = """select test.enter('admin.HN-EIC'); select etag from reorganisation_save('{id}', null, 'Sắp xếp', 'Nghị quyết', 'Resolution',
    city_day(now()), '[{{"what": "department", "from": ["{old}"], "to": [{{"code": "{new}", "name_vi": "Đơn vị mới", "name_en": "New one"}}], "choices": []}}]', now());
    select test.enter('admin.HN-EIC'); select body::jsonb->>'state' from tiepdan.reorganisation_apply('{id}', 1, now(), gen_random_uuid())"""


class Lives(Board):
    def __init__(self, cluster):
        super().__init__(cluster, "interleave_reports")
        self.chance, self.beside, self.ways = random.Random(self.database), False, {"rolled": 0, "from scratch": 0}
        self.watch.do(PREPARE)

    def instant(self, days):
        return f"now() - interval '{self.chance.uniform(0, days):.5f} days'"

    def ticket(self):
        return f"(select id from ticket order by md5(id::text || '{self.chance.random()}') limit 1)"

    def file(self):
        department = self.chance.choice(("HN-SXD", "HN-TTRA", "UB-00316", "HN-EIC"))
        return (f"select outcome from file('{department}', p_at := {self.instant(self.chance.choice((0, 1, 20, 500)))}, p_policy := "
                f"{self.chance.choice(('null', 'null', 'null', '0'))}, p_category := '{self.chance.choice(('roads.surface', 'water.supply', 'environment.waste'))}', "
                f"p_area := {self.chance.choice((chr(39) + '00316' + chr(39), 'null'))})")

    def move(self):
        ticket, state, department = self.watch.do("select t.id, t.state, d.code from ticket t join department d on d.id = t.holder where t.id = "
                                                  + self.ticket()).split("|")
        action = self.chance.choice(MOVES.get(state, ("merge",)))
        into = f", p_into := {self.ticket()}" if action == "merge" else ""
        where = f", p_department := '{self.chance.choice(('HN-SXD', 'HN-TTRA', 'UB-00316'))}'" if action == "route" else ""
        code = ", p_reason_code := 'out_of_scope'" if action == "refuse" else ""
        who = self.chance.choice(("head", "head", "officer")) + "." + department if action != "route" else "coordinator.HN-EIC"
        at = f"greatest({self.instant(self.chance.choice((0, 0, 3)))}, (select filed_at from ticket where id = '{ticket}'))"  # also before the move before it
        return f"select etag from move('{who}', '{ticket}', '{action}', {at}{into}{where}{code})"

    def withdraw(self):
        return f"select citizen(number, 'withdraw', {self.instant(0)}) from ticket where id = {self.ticket()}"

    def follow(self, session):
        now = self.chance.choice(("now()", "now()", "now() + interval '2 days'"))
        run = FOLLOW.format(now=now, limit=self.chance.choice((1, 7, 60, 1000)), zone=ZONE)
        session.do(f"begin; {run}; rollback" if self.chance.random() < 0.2 else run)

    def change(self, session):
        """Something happens to a ticket; mostly many things are tried until one of them goes."""
        for _ in range(12):
            step = self.chance.choice((self.move,) * 30 + (self.file,) * 2 + (self.withdraw,))
            said = session.do("savepoint s; " + step() if session is self.b else step())
            if said.isdigit() or said == "filed":
                return
            if session is self.b:
                session.do("rollback to s")

    def beside_them(self):
        """A transaction of another session begins, goes on, or ends, whatever the follower does meanwhile."""
        if not self.beside:
            self.b.do("begin; set local lock_timeout = '50ms'")
            self.change(self.b)
        else:
            self.b.do(self.chance.choice(("commit", "commit", "rollback")))
        self.beside = not self.beside

    def look(self, step):
        for instant in ("now()", self.chance.choice(("now() + interval '3 days'", self.instant(0.001), self.instant(400)))):
            first = self.chance.choice(("2020-01-01", "2026-01-01", "2025-06-17"))
            got = self.watch.do(f"begin; select test.compared({instant}, '{first}', city_day(now()) + 1); commit")
            self.ways[got] = self.ways.get(got, 0) + 1
            self.check(f"step {step}, {instant}", got, ("rolled", "from scratch"))
        got = self.watch.do(f"begin; select test.flows_compared(now(), '{first}', city_day(now()) + 1); commit")
        self.ways["flows " + got] = self.ways.get("flows " + got, 0) + 1
        self.check(f"step {step}, flows", got, ("rolled", "from scratch"))

    def proven(self, name):
        for by in ("department", "category", "area"):
            self.check(f"{name} by {by}", self.watch.do(f"select count(*), min(differs) from report_differences('{by}', now(), '{ZONE}')"), ["0|"])
        for by in ("department", "category", "area", "all", "state"):
            self.check(f"{name}, flows by {by}", self.watch.do(f"select count(*), min(differs) from report_flow_differences('{by}', now(), '{ZONE}')"), ["0|"])


def lives(town):
    for department, policy in (("HN-SXD", "null"), ("HN-SXD", "null"), ("HN-TTRA", "0"), ("UB-00316", "null"), ("UB-00316", "null")):
        town.a.do(f"select outcome from file('{department}', p_policy := {policy})")
    for action, who in (("accept", "officer"), ("claim", "officer"), ("propose", "officer"), ("approve", "head")):
        town.a.do(f"select etag from move('{who}.HN-SXD', id, '{action}') from ticket where holder = department_id('HN-SXD') limit 1")
    for step in range(STEPS):
        what = town.chance.random()
        if what < 0.35:
            town.follow(town.a)
        elif what < 0.5:
            town.beside_them()
        elif what < 0.52:
            town.a.do("begin; select test.dated_anew(); commit")
        elif what < 0.55:
            town.a.do("begin; select slots_take(50); select slots_switch() from clock_slot where role in ('next', 'previous'); commit")
        elif what < 0.56 and step > STEPS / 2 and not town.beside:
            town.a.do("begin; " + REORGANISE.format(id=f"01940000-0000-7000-8000-{step:012d}", old="HN-TTRA", new=f"HN-T{step}") + "; commit")
            town.a.do("select reorganisations_run(now(), 100)")
        else:
            town.a.do("set lock_timeout = '50ms'")
            town.change(town.a)
        town.look(step)
    town.b.do("rollback")


def caught_up(town):
    """With nothing left to follow, and tickets that were open for long."""
    for days in range(50, 400, 70):
        number = town.a.do(f"select number from file('HN-SXD', p_at := now() - interval '{days} days')")
        town.a.do(f"select citizen({number}, 'withdraw', now())")
    for _ in range(20):
        town.a.do(FOLLOW.format(now="now()", limit=1000, zone=ZONE))
    town.check("all is followed", town.watch.do(f"select cardinality(report_tail(now() + interval '1 second', '{ZONE}')) < 50"), ["t"])
    town.proven("followed")
    town.check("mostly the sums are used", town.ways["rolled"] > STEPS, [True])
    got = town.watch.do(AS_OF)
    town.check("of the past what was not settled then is asked for, and nothing that was filed later", got, ["0|t"])
    kinds = town.watch.do("select count(distinct standing) from report_fact")
    town.check("kinds of standing", kinds, ["5", "6", "7"])


def filled_anew(town):
    """As behind the migration that brought the paths: the 2x2 is counted, no path is. All is said from scratch until they are filled, in portions, while
    tickets go on."""
    town.watch.do("delete from report_path; delete from report_flow; update report_cursor set paths_to = '00000000-0000-0000-0000-000000000000'")
    ways = set()
    for _ in range(12):
        town.change(town.a)
        ways.add(town.watch.do("begin; select test.flows_compared(now(), '2026-01-01', city_day(now()) + 1); commit"))
        town.a.do(FOLLOW.format(now="now()", limit=7, zone=ZONE))
    town.check("first from scratch, then by the sums", sorted(ways), [["from scratch", "rolled"]])
    for _ in range(5):
        town.a.do(FOLLOW.format(now="now()", limit=1000, zone=ZONE))
    town.proven("filled anew")


def other_days(town):
    """The days of another zone: from scratch until they are counted anew, in portions, one of which dies."""
    town.a.do(FOLLOW.format(now="now()", limit=10, zone="UTC"))
    got = town.watch.do("select report_tail(now(), 'UTC') is null, report_tail(now(), 'Asia/Ho_Chi_Minh') is null")
    town.check("while it is filled", got, ["t|t"])
    town.a.do(f"begin; {FOLLOW.format(now='now()', limit=1000, zone='UTC')}; rollback")
    for _ in range(100):
        town.a.do(FOLLOW.format(now="now()", limit=10, zone="UTC"))
    town.check("filled", town.watch.do("select report_tail(now(), 'UTC') is null"), ["f"])
    town.check("as counted", town.watch.do("select count(*) from report_differences('department', now(), 'UTC')"), ["0"])


def behind_its_back(town):
    """A row that somebody changed without an event is found, and counting anew mends it."""
    town.watch.do("set session_replication_role = replica; update ticket set filed_at = filed_at - interval '40 days' where id = (select min(id::text)::uuid "
                  "from ticket); set session_replication_role = origin")
    town.check("it is found", town.watch.do("select count(*) > 0 from report_differences('category', now(), 'UTC')"), ["t"])
    town.watch.do("update report_cursor set filled_to = '00000000-0000-0000-0000-000000000000'")
    town.check("nothing is said by it", town.watch.do("select report_tail(now(), 'UTC') is null"), ["t"])
    for _ in range(3):
        town.a.do(FOLLOW.format(now="now()", limit=1000, zone="UTC"))
    town.check("it is mended", town.watch.do("select count(*) from report_differences('category', now(), 'UTC')"), ["0"])


def two_followers(town):
    """Of two at once one does nothing, and does not wait."""
    town.a.do("select outcome from file('HN-SXD')")
    town.a.do("begin")
    town.a.do(FOLLOW.format(now="now()", limit=1000, zone="UTC"))
    town.check("the other one", town.b.do(FOLLOW.format(now="now()", limit=1000, zone="UTC")), ["0"])
    town.a.do("commit")


def run(cluster):
    town = Lives(cluster)
    for scenario in (lives, caught_up, filled_anew, other_days, behind_its_back, two_followers):
        scenario(town)
    town.close()
    print(f"interleave_reports: {town.ways}", flush=True)
    print(f"interleave_reports: {town.passed} passed, {town.failed} failed", flush=True)
    return town.passed, town.failed
