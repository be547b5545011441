"""The second and the third line (rights, policies, the caller in the functions): what each caller gets of each table and of each function
that the server may call, against lines_tables.tsv and lines_functions.tsv. Both are made from the catalogue, so that a new table or
function is missed here until somebody has written down who gets it.

Rows: the copy of the database is freed of its constraints, and each table gets rows about the same tickets. Arguments are made up by
type and name; a call that is refused tells with what, one that goes on (`in`) may well fail later on what was made up.
"""
import collections
import csv

from support import ROOT

HERE = ROOT / "tests/sql"
OWN, OTHER = "HN-SXD", "UB-00316"
# Letter of a ticket in lines_tables.tsv: department, what it is sealed for, state.
TICKETS = {"o": (OWN, "public", "accepted"), "e": (OWN, "public", "closed"), "f": (OTHER, "public", "accepted"),
           "d": (OWN, "denunciation", "accepted"), "x": (OTHER, "denunciation", "accepted")}
# Login, and for the two without one the kind of caller.
CALLERS = {"nobody": "anyone", "citizen": "ticket", "job": "job", "officer": "officer." + OWN, "foreign officer": "officer." + OTHER,
           "head": "head." + OWN, "coordinator": "coordinator.HN-EIC", "head of hub": "hub_head.HN-EIC", "legal officer": "legal_officer." + OWN,
           "data officer": "data_officer." + OWN, "auditor": "auditor." + OWN, "admin": "admin." + OWN, "machine": "program." + OWN}
# What a policy asks of a column that is not about a ticket.
VALUES = {("rule_set", "purpose"): "'assignment'", ("rule_set", "state"): "'draft'", ("attachment", "purpose"): "'evidence'",
          ("clock_running", "first"): "true", ("department_load", "department"): "0", ("ticket_restriction", "what"): "'data'",
          ("report_fact", "standing"): "'merged'",
          ("ticket_search", "half"): "search_half(now())"}
# Arguments that have to be right for a function to look at the caller.
WORDS = {"p_action": "claim", "p_kind": "feedback", "p_category": "roads.surface", "p_level": "complex", "p_language": "vi", "p_sort": "due",
         "p_by": "department", "p_zone": "Asia/Ho_Chi_Minh", "p_purpose": "answer", "p_sqlstates": "{TD403,TD404}", "p_type": "x"}
# About colleagues and departments, which are no secret.
OPEN = ("absence_make/7", "work_profile_set/7", "rule_sets_of/3")
VERBS = {"insert": "insert into tiepdan.{0} default values", "delete": "delete from tiepdan.{0}", "update": "update tiepdan.{0} set {1} = {1}",
         "truncate": "truncate tiepdan.{0}", "lock": "select from tiepdan.{0} for update"}

PREPARE = """
set search_path = test, tiepdan, public;
select roles_apart(true);
do $$ declare r record; begin
	for r in select conrelid::regclass as t, conname from pg_constraint where connamespace = 'tiepdan'::regnamespace and conrelid <> 0
			and conparentid = 0 and contype in ('c', 'f') loop
		execute format('alter table %%s drop constraint if exists %%I', r.t, r.conname);
	end loop;
end $$;
create table test.subject (letter text, id uuid, number bigint);
insert into test.subject select l, f.id, f.number from (values %(tickets)s) x (l, d, s), test.file(d, s) f;
select test.force_state(s.id, x.state) from (values %(states)s) x (l, state) join test.subject s on s.letter = x.l;
insert into test.subject values ('u', gen_random_uuid(), 999999999);
select account_save('program.%(own)s', 'Program', '%(own)s', '{officer}');
update account set machine = true where login = lower('program.%(own)s');
insert into session (id, account, expires_at, means, roles, name)
	select id, id, now() + interval '1 day', 'key', '{officer}', 'sổ thư' from account where machine;
create function test.as_caller(p_who text) returns void language plpgsql as $$
declare v uuid := (select id from account where login = lower(p_who));
begin
	perform caller_enter(case when v is null then p_who else 'staff' end, v, v, false, 600000);
end $$;
create table test.got (thing text, who text, cell text);
create table test.made (relation text, letter text, id uuid);
"""

# A row about each ticket in whatever has none; about departments one of the own and one of the other.
FILL = """
set session_replication_role = replica;
set search_path = test, tiepdan, public;
do $$ declare r record; s record; v_columns text; v_values text; v_id text; begin
	for r in select c.oid, c.relname, exists (select from pg_attribute where attrelid = c.oid and attname = 'ticket') as about
			from pg_class c where c.relnamespace = 'tiepdan'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
				and c.relname not in ('ticket', 'account', 'account_role', 'session', 'event_text', 'rule_set_name')
				and (c.relrowsecurity or c.relname in ('migration', 'route_rule', 'promise', 'department_load')) loop
		if r.about then
			execute format('delete from %%I where ticket in (select id from test.subject)', r.relname);
		end if;
		for s in select letter, id, department_id(case when letter in ('f', 'x') then '%(other)s' else '%(own)s' end) as department from test.subject
				where letter <> 'u' and (r.about or letter in ('o', 'f')) loop
			select string_agg(quote_ident(a.attname), ', '), string_agg(case
					when a.attname = 'ticket' then quote_literal(s.id)
					when a.attname = 'department' and t.typname in ('int8', 'int4') then s.department::text
					when v.value is not null then v.value
					when t.typcategory = 'A' then quote_literal('{}')
					when t.typname in ('int8', 'int4', 'int2', 'float8', 'float4', 'numeric') then case when a.attname = 'slot' then '0' else ascii(s.letter)::text end
					when t.typname = 'bool' then 'false'
					when t.typname = 'uuid' then 'gen_random_uuid()'
					when t.typname = 'bytea' then quote_literal('\\x' || to_hex(ascii(s.letter)))
					when t.typname in ('timestamptz', 'date') then 'now()'
					when t.typname in ('json', 'jsonb') then quote_literal('{}')
					else quote_literal('x' || s.letter) end || '::' || format_type(a.atttypid, a.atttypmod), ', ')
				into v_columns, v_values
				from pg_attribute a join pg_type t on t.oid = a.atttypid left join (values %(values)s) v (relation, name, value)
					on v.relation = r.relname and v.name = a.attname
				where a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and a.attidentity = ''
					and (a.attnotnull or a.attname in ('ticket', 'department') or v.value is not null);
			execute format('insert into tiepdan.%%I as x (%%s) values (%%s) on conflict do nothing returning to_jsonb(x)->>''id''', r.relname, v_columns,
				v_values) into v_id;
			insert into test.made select r.relname, s.letter, v_id::uuid where v_id ~ '-';
		end loop;
	end loop;
	insert into event_text (event, at, name, salt, text) select e.id, e.at, 'reason', gen_random_uuid(), 'x' from event e join test.subject on ticket = subject.id;
	insert into rule_set_name select id, 'department', 'x', 'x', false, 1 from rule_set;
	-- Those whom what they name would keep away.
	delete from ticket_against; delete from ticket_excluded; delete from ticket_clerk where ticket not in (select id from test.subject);
end $$;
"""

# Of each table, whose rows the caller sees: letters of tickets; `o` and `f` also for departments alone, `a` for all else.
READ = """
set search_path = test, tiepdan, public;
grant all on test.got, test.subject to tiepdan_app;
do $$ declare r record; w record; v text; v_letter text; begin
	for r in select c.oid, c.relname, (select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute where attrelid = c.oid
				and attnum > 0 and not attisdropped and has_column_privilege('tiepdan_app', c.oid, attnum, 'select')) as columns,
			exists (select from pg_attribute where attrelid = c.oid and attname = 'department' and atttypid = 'int8'::regtype and has_column_privilege('tiepdan_app', c.oid, attnum, 'select')) as placed,
			exists (select from pg_attribute where attrelid = c.oid and attname = 'ticket' and has_column_privilege('tiepdan_app', c.oid, attnum, 'select')) as about
			from pg_class c where c.relnamespace = 'tiepdan'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
			and not (c.relispartition and c.relname ~ '_\d{4}_\d\d$') loop
		v_letter := case when r.relname = 'ticket' then 'x.id' when r.about then 'x.ticket'
			when r.relname = 'event_text' then '(select e.ticket from event e where e.id = x.event)' end;
		v_letter := coalesce('(select letter from test.subject s where s.id = ' || v_letter || ')', case when r.placed
			then 'case x.department when department_id(''%(own)s'') then ''o'' when department_id(''%(other)s'') then ''f'' else ''a'' end' end, '''a''');
		for w in select * from (values %(callers)s) x (who, login) loop
			perform test.as_caller(w.login);
			set local role tiepdan_app;
			begin
				execute format('select coalesce(string_agg(letter, '''' order by letter), ''.'') from (select distinct %%s as letter from (select %%s from tiepdan.%%I) x) y',
					v_letter, coalesce(r.columns, '*'), r.relname) into v;
			exception when insufficient_privilege then
				v := '-';
			end;
			reset role;
			insert into test.got values (r.relname, w.who, v);
		end loop;
	end loop;
end $$;
select thing, who, cell from test.got order by thing;
"""

WRITE = """
set search_path = test, tiepdan, public;
do $$ declare r record; w record; v text; begin
	for w in select * from (values %(callers)s) x (who, login) loop
		perform test.as_caller(w.login);
		for r in select * from (values %(writes)s) x (thing, statement) loop
			set local role tiepdan_app;
			v := test.attempt(r.statement);
			reset role;
			if v not in ('42501', '55000', '42809') then    -- the last two: a view that takes nothing
				raise warning '%% does as %%: %%', r.statement, w.who, v;
			end if;
		end loop;
	end loop;
end $$;
"""

# Of each function with the owner's rights: who of the server's roles may call it, and what it says to each caller, for each ticket, or what
# else was made about it, in the order of letters; `u`: nothing has this id. `in`: it answers; `none`: it tells nothing;
# `bad`: it goes on and stumbles over what was made up; else the SQLSTATE with which it refuses.
CALL = """
set search_path = test, tiepdan, public;
truncate test.got;
create function test.argument(p_function text, p_name text, p_type text, s test.subject) returns text language sql as $$
	select coalesce(case
		when p_type like '%%.ticket' then format('(select t from tiepdan.ticket t where t.id = %%L)', s.id)
		when p_name = 'p_after' then 'null'
		when p_name in ('p_ticket', 'p_into') then quote_literal(s.id)
		when p_name = 'p_tickets' and p_type like 'uuid%%' then format('array[%%L]', s.id)
		when p_name = 'p_number' then s.number::text when p_name = 'p_numbers' then format('array[%%s]', s.number)
		when p_name = 'p_generation' then '1' when p_name = 'p_generations' then '{1}'
		when p_name = 'p_version' then coalesce((select version from ticket where id = s.id), 1)::text
		when p_name in ('p_account', 'p_person') then quote_literal((select id from account where login = case when s.letter in ('f', 'x')
			then lower('officer.%(other)s') when s.letter <> 'u' then lower('officer.%(own)s') end))
		when p_name = 'p_department' and p_type = 'text' then quote_literal(case when s.letter in ('f', 'x') then '%(other)s' else '%(own)s' end)
		when p_name = 'p_department' then department_id(case when s.letter in ('f', 'x') then '%(other)s' else '%(own)s' end)::text
		when p_type = 'uuid' then quote_literal((select id from test.made m where m.letter = s.letter
			and regexp_replace(regexp_replace(p_function, '^filter', 'saved_filter'), '^review_', 'review_request_') like m.relation || '\_%%' or p_name = 'p_' || m.relation
			order by length(m.relation) desc limit 1))
		end, (select v from (values %(words)s) x (name, v) where name = p_name), case
		when p_type like '%%[]' then '{}'
		when p_type in ('bigint', 'integer', 'double precision') then '1'
		when p_type = 'boolean' then 'false'
		when p_type = 'uuid' then 'gen_random_uuid()'
		when p_type like 'timestamp%%' then 'now()'
		when p_type = 'date' then '(now() at time zone ''Asia/Ho_Chi_Minh'')'	-- the day of the city, which begins earlier than that of the session
		when p_type = 'jsonb' then '{}' when p_type = 'bytea' then '\\x01' when p_type = 'text' then 'vì lý do này' else 'null' end)
$$;
create function test.said(p_call text) returns text language plpgsql as $$
declare
	v text;
begin
	begin
		execute 'select case when count(*) filter (where x is not null) > 0 then ''in'' else ''none'' end from ' || p_call || ' x' into v;
		raise exception 'undo' using errcode = 'TD001';
	exception
		when sqlstate 'TD001' then return case when p_call like '%%\\_next(%%' then 'in' else v end;  -- what a feed has depends on who else writes
		when others then return case when sqlstate in ('TD401', 'TD403', 'TD404', 'TD410', '42501') then sqlstate else 'bad' end;
	end;
end $$;
-- Written once, by the owner, for whom everything is there.
create table test.call as select p.oid, s.letter, format('tiepdan.%%I(%%s)', p.proname, (select string_agg(case when v ~ '^[(]|^array|^gen|^now|^null|^''' then v else quote_literal(v) end
		|| '::' || format_type(t.type, null), ', ' order by t.o) from (select u.type, u.o, test.argument(p.proname, (p.proargnames)[u.o], format_type(u.type, null), s) as v
			from unnest(p.proargtypes::oid[]) with ordinality u (type, o)) t)) as sql
	from pg_proc p, test.subject s where p.pronamespace = 'tiepdan'::regnamespace and p.prosecdef and p.prorettype <> 'trigger'::regtype and s.letter <> 'x';
grant usage on schema test to public;
grant execute on function test.said to public;
do $$ declare f record; w record; v_said text[]; v_calls text[]; v text; begin
	for f in select p.oid, p.proname, p.proname || '/' || p.pronargs as thing, (select string_agg(r.rolname, ' ' order by r.rolname) from pg_roles r
				where r.rolname like 'tiepdan\_%%' and has_function_privilege(r.rolname, p.oid, 'execute')) as roles
			from pg_proc p where p.pronamespace = 'tiepdan'::regnamespace and p.prosecdef and p.prorettype <> 'trigger'::regtype loop
		continue when f.roles is null;
		v_calls := array(select c.sql from test.call c where c.oid = f.oid order by position(c.letter in 'oefdu'));
		insert into test.got values (f.thing, 'role', replace(f.roles, 'tiepdan_', ''));
		for w in select * from (values %(callers)s) x (who, login) loop
			v_said := '{}';
			perform test.as_caller(w.login);
			perform set_config('role', split_part(f.roles, ' ', 1), true);
			foreach v in array v_calls loop
				v_said := v_said || test.said(v);
			end loop;
			reset role;
			insert into test.got select f.thing, w.who, case when count(distinct said) = 1 then min(said) else string_agg(said, ' ' order by o) end
				from unnest(v_said) with ordinality x (said, o);
		end loop;
	end loop;
end $$;
select thing, who, cell from test.got order by thing;
"""


def values(rows):
    """The list of `values` of these rows."""
    quote = lambda cell: "'" + cell.replace("'", "''") + "'"
    return ", ".join("(" + ", ".join(map(quote, row)) + ")" for row in rows)


def expected(name):
    with open(HERE / name, encoding="utf-8", newline="") as file:
        return {row.pop("name"): row for row in csv.DictReader(file, delimiter="\t")}


def compare(name, got, columns):
    """Prints each line that is not as it is written; -> (passed, failed) by cells."""
    want = expected(name)
    passed = failed = 0
    for thing in sorted(set(want) | set(got)):
        wrong = [c for c in columns if got.get(thing, {}).get(c) != want.get(thing, {}).get(c)]
        passed, failed = passed + len(columns) - len(wrong), failed + len(wrong)
        if wrong:
            print(f"{name}: {thing}: {', '.join(wrong)}; it is\n" + "\t".join([thing] + [got.get(thing, {}).get(c, "") for c in columns]))
    return passed, failed


def cells(answer):
    got = collections.defaultdict(dict)
    for line in answer.splitlines():
        thing, who, cell = line.split("|")
        got[thing][who] = cell
    return got


def tables(cluster, database, words):
    """What is read of each table, and that nothing is written."""
    names = cluster.run(database, """select c.relname, (select quote_ident(min(attname)) from pg_attribute where attrelid = c.oid
            and attnum > 0 and attidentity = '' and attgenerated = '' and not attisdropped)
        from pg_class c where c.relnamespace = 'tiepdan'::regnamespace and c.relkind in ('r', 'p', 'v')
            and not (c.relispartition and c.relname ~ '_\d{4}_\d\d$')""").splitlines()     # which partitions there are depends on the day
    writes = [(n, verb.format(*n.split("|"))) for n in names for verb in VERBS.values()]
    done = cluster.psql(database, script=WRITE % dict(words, writes=values(writes)))
    wrong = [line for line in done.stderr.splitlines() if "WARNING" in line or "ERROR" in line]
    print("\n".join(wrong), end="\n" if wrong else "")
    passed, failed = compare("lines_tables.tsv", cells(cluster.run(database, READ % words)), list(CALLERS))
    return passed + len(writes) * len(CALLERS) - len(wrong), failed + len(wrong)


def alike(got):
    """What a person does not see and what does not exist must be refused alike; -> the same counts. Functions about citizens' tickets know
    these by number, not by who calls."""
    seen = expected("lines_tables.tsv")["ticket"]
    passed, told = 0, []
    for thing, row in got.items():
        if thing in OPEN:
            continue
        for who in set(CALLERS) - {"nobody", "citizen", "job"}:
            said = dict(zip("oefdu", row[who].split()))
            for letter in set(said) - set(seen[who]) - {"u"}:
                if len(said) > 1 and said[letter].startswith("TD") and said[letter] != said["u"]:
                    told.append(f"{thing} tells {who} about {letter}: {row[who]}")
                passed += 1
    print("\n".join(told), end="\n" if told else "")
    return passed - len(told), len(told)


def functions(cluster, database, words):
    got = cells(cluster.run(database, CALL % words))
    return [compare("lines_functions.tsv", got, ["role", *CALLERS]), alike(got)]


def run(cluster):
    cluster.run("postgres", "create database lines template fixture;")
    words = {"own": OWN, "other": OTHER, "callers": values(CALLERS.items()), "tickets": values((l, d, s) for l, (d, s, _) in TICKETS.items()),
             "states": values((l, s) for l, (_, _, s) in TICKETS.items()), "values": values((*k, v) for k, v in VALUES.items())}
    cluster.run("lines", PREPARE % words)
    cluster.run("lines", FILL % words)
    sums = [tables(cluster, "lines", words), *functions(cluster, "lines", dict(words, words=values(WORDS.items())))]
    passed, failed = (sum(each) for each in zip(*sums))
    print(f"lines: {passed} passed, {failed} failed", flush=True)
    return passed, failed
