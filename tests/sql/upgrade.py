"""An installation of before the clocks (migration 16) with tickets in several states is brought to today's schema: what ran
runs on with its dates, can be explained, and is watched."""
from support import ROOT

BEFORE = """
set search_path = tiepdan, public;
insert into calendar values ('office', 'Giờ hành chính', 'Office hours', 'Asia/Ho_Chi_Minh');
insert into calendar_hours select 'office', d, 28800, 61200 from generate_series(0, 4) d;
insert into calendar_day values ('office', '2026-08-22', true, 'Làm bù', 'Make-up', 'Thông báo');
insert into department (code, kind, name_vi, name_en, governs, hub, calendar) values ('HUB', 'hub', 'Trung tâm', 'Centre', false, true, 'office');
insert into category values ('roads', null, 'Đường', 'Roads', 'HUB', 'normal', 'public');
insert into kind values ('feedback', 1, 'Phản ánh', 'Feedback');
insert into profile values ('usual', 'Thường', 'Usual');
insert into policy (profile, kind, accept_amount, accept_unit, forward_unit, answer_amount, answer_unit, answer_from_acceptance, extensions,
	citation_vi, citation_en) values ('usual', 'feedback', 8, 'wh', 'none', 5, 'wd', true, 1, 'Quyết định', 'Decision');
insert into category values ('roads.signs', 'roads', 'Biển báo', 'Signs', 'HUB', 'normal', 'public');
insert into area (code, kind, name_vi, name_en) values ('01', 'city', 'Thành phố', 'City'), ('001', 'ward', 'Phường', 'Ward');
update area set parent = '01' where code = '001';
insert into route_rule (kind, category, area, department, note, valid_from, valid_to) values
	(null, 'roads', null, 'HUB', null, null, null), (null, 'roads.signs', null, 'AREA', null, '2026-01-01', '2027-01-01'),
	('feedback', null, null, 'HUB', E'with "marks" and \\\\', null, null), (null, 'roads', '01', 'HUB', null, null, null),
	(null, 'roads', '001', 'AREA', null, null, null), (null, 'roads.signs', '01', 'HUB', null, null, null),
	('feedback', null, '001', 'HUB', null, null, null), ('feedback', 'roads', null, 'HUB', null, null, null);
create function pg_temp.file(n int, p_state text, p_filed timestamptz) returns void language plpgsql as $$
declare
	v uuid := ('00000000-0000-0000-0000-00000000000' || n)::uuid;
begin
	insert into ticket (id, number, code, anonymous, filed_at, updated_at, due_at, holder, policy, kind, category, level, visibility, sight,
		language, channel, title, text, folded, route) values (v, n, 'HN-26-TEST-000' || n, false, p_filed, p_filed, p_filed, 1, 1, 'feedback',
		'roads', 'normal', 'public', 'public', 'vi', 'web', 'Ổ gà trước số 126', 'Trước số nhà 126 có một ổ gà rộng.', 'o ga', '{"reason": "category"}');
	insert into clock (ticket, kind, holder, policy, start_at, due_at, latest_due) values
		(v, 'accept', 1, 1, p_filed, p_filed + interval '1 d', p_filed + interval '1 d'),
		(v, 'answer', 1, 1, null, p_filed + interval '7 d', p_filed + interval '7 d');
	set session_replication_role = replica;
	update ticket set state = p_state, done = not (select open from state where code = p_state) where id = v;
	set session_replication_role = origin;
end $$;
select pg_temp.file(1, 'submitted', now()), pg_temp.file(2, 'accepted', now() - interval '2 d'), pg_temp.file(3, 'answered', now() - interval '9 d'),
	pg_temp.file(4, 'refused', now() - interval '1 d'), pg_temp.file(5, 'accepted', now() - interval '90 d');
update clock set stop_at = due_at - interval '1 h', outcome = 'met' where kind = 'accept' and ticket::text ~ '[2345]$';
update clock set start_at = due_at - interval '6 d' where kind = 'answer' and ticket::text ~ '[235]$';
update clock set stop_at = due_at - interval '1 h', outcome = 'met' where kind = 'answer' and ticket::text ~ '[34]$';
update policy set accept_amount = null, accept_unit = 'none', answer_from_acceptance = false;	-- changed in place since
"""

# Two published tickets of before migration 75: one was answered once more since.
PUBLISHED = """
set search_path = tiepdan, public;
set session_replication_role = replica;
update ticket set answered_at = now() - interval '1 d' where id::text ~ '[35]$';
insert into publication (ticket, number, code, state, category, department, outcome, filed_at, answered_at, title, question, answer, folded_title, folded,
	proposed_by, proposed_at) select id, number, code, 'public', category, holder, 'answered', filed_at,
	answered_at - case when id::text ~ '3$' then interval '1 d' else '0' end, title, text, 'Đã vá xong mặt đường.', 'o ga', 'o ga', gen_random_uuid(), filed_at
	from ticket where id::text ~ '[35]$';
insert into review (ticket, level, asked_at, reason, department, asker) select id, 1, now(), 'Chưa được giải quyết', holder, id from ticket where id::text ~ '[35]$';
"""
# Tickets that rules have marked, and what is compared of them: three of one event, of which one is answered, and one alone.
MARKED = """
set search_path = tiepdan, public;
insert into ticket_tag (ticket, name, flag, at) select id, 'cay_do', false, filed_at from ticket where number in (1, 3);
insert into ticket_alike (ticket, filed_at, category, family, urgent, matters, marks, signature, keys, event)
	select t.id, t.filed_at, t.category, t.category, false, 0, '', decode(repeat('0a', 128), 'hex'), '{}', case when t.number < 5 then r.id else t.id end
	from ticket t, ticket r where t.number in (1, 2, 3, 5) and r.number = 1;
"""
ON_THE_WAY = {"0017": BEFORE, "0074": MARKED, "0075": PUBLISHED}

CHECKS = {
    "what runs is in the queue, first what is due first":
        ("select string_agg(right(ticket::text, 1) || ' ' || kind || ' ' || waits, ',' order by due_at, kind) from clock_running where first",
         "5 answer false,1 accept false,2 answer false"),
    "a waiting answer clock waits on, counted from the end of the accept limit":
        ("select count(*) from clock_running c join clock_running a on a.ticket = c.ticket and a.kind = 'accept' where c.waits and c.start_at = a.due_at", "1"),
    "what has stopped is kept with what it was counted from":
        ("select string_agg(right(ticket::text, 1) || kind || (start_at is not null) || calendar || version, ',' order by ticket, kind) from clock",
         "2accepttrueoffice1,3accepttrueoffice1,3answertrueoffice1,4accepttrueoffice1,4answertrueoffice1,5accepttrueoffice1"),
    "a limit that its policy has lost is a minute":
        ("select distinct unit || amount from clock where kind = 'accept'", "now1"),
    "a refusal is not measured, an answer is": ("select string_agg(right(ticket::text, 1), ',') from answers_unmeasured(10)", "3"),
    "clocks that are not overdue are planned at once": ("select string_agg(distinct right(ticket::text, 1), ',') from alarms_due(now(), 100)", "1,2"),
    "each ticket can still be read": ("select count(*) from ticket t, deadlines_of(t.id, now(), now()) d where d is not null", "5"),
    "calendars have their first version": ("select calendar || version from calendar_version", "office1"),
    "make-up days keep the hours they had": ("select weekday from calendar_day", "0"),
    "routing rules are a set in the order in which they counted":
        ("select regexp_replace(text, '\\s+', ' ', 'g') from rule_set where state = 'active' and number = 1 and rules = 8",
         "rule r8 when kind = feedback and category = roads then department HUB "
         "rule r7 when kind = feedback and area = 001 then department HUB "
         "rule r3 \"with 'marks' and /\" when kind = feedback then department HUB "
         "rule r6 when category = roads.signs and area = 01 then department HUB "
         "rule r5 when category = roads and area = 001 then department AREA "
         "rule r4 when category = roads and area = 01 then department HUB "
         "rule r2 from 2026-01-01 until 2027-01-01 when category = roads.signs then department AREA "
         "rule r1 when category = roads then department HUB"),
    "and what they name is known, with its line":
        ("select string_agg(what || ' ' || code || ' ' || effect || ' ' || line, ',' order by line, what desc) from rule_set_name where rule = 'r7'",
         "kind feedback false 5,area 001 false 5,department HUB true 6"),
    "what was published of an older answer is marked": ("select string_agg(right(ticket::text, 1), ',') from publication where superseded_at is not null", "3"),
    "marks know who has their ticket":
        ("select string_agg(concat_ws(' ', right(ticket::text, 1), holder, sight, done), ',' order by ticket) from ticket_tag", "1 1 public f,3 1 public t"),
    "what is open of an event is counted":
        ("select string_agg(concat_ws(' ', right(event::text, 1), tickets, last_at = (select filed_at from ticket where number = 1)), ',') from alike_cluster",
         "1 2 t"),
    "the shipped list of danger is the new one":
        ("select count(*) filter (where phrase = 'day dien !thoai *3 dut'), count(*) filter (where phrase = 'duoi nuoc' and weight = 10), count(*) > 400 "
         "from triage_word where kind = 'danger'", "1|0|t"),
    "no server of before may serve it": ("select oldest_binary >= 18 from schema_info", "t"),
}

# What a city can have done to the list of danger, which it then keeps as it is.
OWN_LISTS = ["update triage_word set weight = 9 where phrase = 'duoi nuoc'", "delete from triage_word where phrase = 'duoi nuoc'",
             "update triage_word set valid_to = '2027-01-01' where phrase = 'duoi nuoc'", "insert into triage_word values ('danger', 'a b', 5)"]
LIST = "set search_path = tiepdan, public; select md5(string_agg(w::text, ';' order by phrase)) from triage_word w where kind = 'danger';"


def keeps(cluster, path, n):
    """Whether an installation with such a list has the same one after the migration."""
    name = "upgrade_list_%d" % n
    cluster.run("postgres", f"create database {name} template upgrade owner owner;")
    cluster.run(name, "set search_path = tiepdan, public; " + OWN_LISTS[n])
    before = cluster.run(name, LIST)
    return not cluster.migrate(name, path) and cluster.run(name, LIST) == before


def run(cluster):
    cluster.run("postgres", "create database upgrade owner owner;")
    paths = sorted((ROOT / "migrations").glob("[0-9]*.sql"))
    passed = failed = 0
    for path in paths:
        if path.name[:4] in ON_THE_WAY:
            cluster.run("upgrade", ON_THE_WAY[path.name[:4]])
        for n in range(len(OWN_LISTS)) if path.name[:4] == "0139" else ():
            good = keeps(cluster, path, n)
            passed, failed = passed + good, failed + (not good)
            if not good:
                print(f"upgrade: {OWN_LISTS[n]}: the list has been changed")
        fault = cluster.migrate("upgrade", path)
        if fault:
            print(f"upgrade: {path.name}: {fault}")
            return passed, failed + 1
    for name, (query, want) in CHECKS.items():
        got = cluster.run("upgrade", f"set search_path = tiepdan, public; {query};")
        passed, failed = passed + (got == want), failed + (got != want)
        if got != want:
            print(f"upgrade: {name}: {got}, wanted {want}")
    print(f"upgrade: {passed} passed, {failed} failed", flush=True)
    return passed, failed
