-- Importing: all faults with their lines, all or nothing.
begin;
set search_path = test, tiepdan, public;
select plan(21);
create function pg_temp.faults(p_kind text, p_rows jsonb) returns setof text language sql as $$
	select line || ' ' || message from import_rows(p_kind, p_rows) order by line, message
$$;

select results_eq($$select pg_temp.faults('departments', '[
	{"line": 2, "code": "HN SXD", "kind": "department", "name_vi": "x", "name_en": "x", "calendar": "office"},
	{"line": 3, "code": "A1", "kind": "department", "name_vi": "x", "calendar": "nowhere", "colour": "red"},
	{"line": 4, "code": "A2", "kind": "department", "name_vi": "x", "name_en": "x", "calendar": "office", "hub": "yes", "valid_from": "2026-02-30"},
	{"line": 5, "code": "A3", "kind": "department", "name_vi": "x", "name_en": "x", "calendar": "office", "valid_from": "2026-02-02", "valid_to": "2026-02-02"},
	{"line": 6, "code": "A3", "kind": "department", "name_vi": "x", "name_en": "x", "calendar": "office", "parent": "A9", "successor": "A1"}]')$$,
	array['2 code: "HN SXD" is not a code of letters, digits, dot, hyphen and underscore', '3 calendar: "nowhere" is not known among calendars',
		'3 colour: unknown column', '3 name_en: is missing', '4 hub: "yes" is not true or false', '4 valid_from: "2026-02-30" is not a date like 2026-11-24',
		'5 valid_to: is not after valid_from', '6 parent: "A9" is not known among departments', '6 the same row stands in line 5 already'],
	'every fault of every line at once');
select is((select count(*) from department where code like 'A_'), 0::bigint, 'and nothing loaded');

select is_empty($$select pg_temp.faults('departments', '[
	{"line": 2, "code": "A1", "parent": "A2", "kind": "department", "name_vi": "Con", "name_en": "Child", "calendar": "office"},
	{"line": 3, "code": "A2", "kind": "department", "name_vi": "Mẹ", "name_en": "Parent", "calendar": "office", "successor": "A1", "valid_to": "2027-01-01"}]')$$,
	'children may stand above their parents');
select is((select p.code from department d join department p on p.id = d.parent where d.code = 'A1'), 'A2', 'linked');
select is((select s.code from department d join department s on s.id = d.successor where d.code = 'A2'), 'A1', 'the successor too');
select results_eq($$select pg_temp.faults('departments', '[
	{"line": 2, "code": "A1", "parent": "A2", "kind": "department", "name_vi": "x", "name_en": "x", "calendar": "office"},
	{"line": 3, "code": "A2", "parent": "A1", "kind": "department", "name_vi": "x", "name_en": "x", "calendar": "office"}]')$$,
	array['2 parent or successor: "A1" comes back to itself', '3 parent or successor: "A2" comes back to itself'], 'no circles');
select is((select name_vi from department where code = 'A1'), 'Con', 'a refused file changes nothing');
select results_eq($$select pg_temp.faults('departments', '[{"line": 2, "code": "A1", "kind": "department", "name_vi": "x", "name_en": "x",
	"calendar": "office", "hub": "true"}]')$$, array['2 breaks the rule department_one_hub: Key (hub)=(t) already exists.'], 'rules of the tables have lines too');

create temp table ids as select id, code from department;
select is_empty($$select pg_temp.faults('departments', '[{"line": 2, "code": "A1", "kind": "office", "name_vi": "Mới", "name_en": "New", "calendar": "office"}]')$$, 'again');
select is((select array[name_vi, (d.id = ids.id)::text] from department d join ids using (code) where code = 'A1'), '{Mới,true}', 'changes the row, keeps its id');

select results_eq($$select pg_temp.faults('hours', '[{"line": 2, "calendar": "office", "weekday": "mon", "opens": "08:00", "closes": "12:00"},
	{"line": 3, "calendar": "office", "weekday": "mon", "opens": "11:00", "closes": "17:00"}, {"line": 4, "calendar": "office", "weekday": "tue", "opens": "9:00", "closes": "17:00"}]')$$,
	array['4 opens: "9:00" is not a time like 08:00'], 'hours: format first');
select matches((select pg_temp.faults('hours', '[{"line": 2, "calendar": "office", "weekday": "mon", "opens": "08:00", "closes": "12:00"},
	{"line": 3, "calendar": "office", "weekday": "mon", "opens": "11:00", "closes": "17:00"}]')), '^3 breaks the rule calendar_hours_no_overlap', 'then overlap');
select is((select count(*) from calendar_hours where calendar = 'office'), 10::bigint, 'the old hours are still there');
select is_empty($$select pg_temp.faults('hours', '[{"line": 2, "calendar": "office", "weekday": "sat", "opens": "08:00", "closes": "24:00"}]')$$, 'a file of hours');
select results_eq($$select weekday, opens, closes from calendar_hours where calendar = 'office'$$, 'values (5, 28800, 86400)', 'replaces all hours of its calendars');
select is((select count(*) from calendar_hours where calendar = 'always'), 7::bigint, 'and no others');
select is_empty($$select pg_temp.faults('days', '[{"line": 2, "calendar": "office", "day": "2027-01-01", "works": "false", "name_vi": "x", "name_en": "x", "source": "x"}]')$$,
	'a file of days');
select is((select array_agg(distinct extract(year from day)::int order by extract(year from day)::int) from calendar_day where calendar = 'office'
	and day <> '2027-01-01'),
	'{2024,2025,2026}', 'replaces its years');

select results_eq($$select pg_temp.faults('policies', '[{"line": 2, "profile": "hoi_dap", "kind": "question", "accept_unit": "wd", "forward_unit": "none", "answer_unit": "none",
	"answer_amount": "3", "answer_from_acceptance": "true", "extensions": "0", "citation_vi": "x", "citation_en": "x"}]')$$,
	array['2 accept_amount: is missing, or has no unit', '2 answer_amount: is missing, or has no unit'], 'policies: amounts and units');
select results_eq($$select pg_temp.faults('gossip', '[]')$$, array['1 unknown kind "gossip"'], 'unknown kind');
select results_eq($$select pg_temp.faults('calendars', '[{"line": 2, "code": "x", "name_vi": "x", "name_en": "x", "zone": "Asia/Atlantis"}]')$$,
	array['2 zone: "Asia/Atlantis" is not a time zone that PostgreSQL knows'], 'time zones');
select * from finish();
rollback;
