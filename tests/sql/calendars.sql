-- Calendars: hours with validity, half days, what contradicts itself, inheritance, versions, previews, and changing one
-- calendar whole or not at all.
begin;
set search_path = test, tiepdan, public;
select plan(68);
create function pg_temp.faults(p_kind text, p_rows jsonb) returns setof text language sql as $$
	select line || ' ' || message from import_rows(p_kind, p_rows) order by line, message
$$;
create function pg_temp.day(p_day text, p_more jsonb default '{}', p_line int default 2) returns jsonb language sql as $$
	select jsonb_build_object('line', p_line, 'calendar', 'office', 'day', p_day, 'works', 'true', 'name_vi', 'x', 'name_en', 'x', 'source', 'x')
		|| p_more
$$;
-- The constraint that a statement breaks.
create function pg_temp.attempt(p_sql text) returns text language plpgsql as $$
declare
	v text;
begin
	execute p_sql;
	return 'nothing';
exception when others then
	get stacked diagnostics v = constraint_name;
	return coalesce(nullif(v, ''), sqlstate);
end $$;

-- Texts and seconds.
select is(time_text(86400), '24:00', 'the end of the day');
select is(time_second('24:00'), 86400, 'and back');
select is(hours_text(hours_of_text('13:00-24:00 00:00-00:01')), '00:00-00:01 13:00-24:00', 'hours in order');
select is(hours_seconds(hours_of_text('08:00-11:30')), '28800-41400', 'hours in seconds');
select is(hours_of_text(null), null, 'no hours');
select is(array(select weekday_number(weekday_text(n)) from generate_series(0, 6) n), '{0,1,2,3,4,5,6}', 'weekdays');

-- The tables themselves.
select is(pg_temp.attempt($$insert into calendar_hours values ('office', 5, 28800, 43200, '2026-06-07', '2026-06-13')$$), 'calendar_hours_applies',
	'no Saturday from Sunday to Friday');
select is(pg_temp.attempt($$insert into calendar_hours values ('office', 5, 28800, 43200, '2026-06-07', '2026-06-07')$$), 'calendar_hours_applies', 'empty');
select is(pg_temp.attempt($$insert into calendar_hours values ('office', 5, 28800, 43200, '2026-06-13', '2026-06-14')$$), 'nothing', 'a Saturday');
select is(pg_temp.attempt($$insert into calendar_hours values ('office', 5, 36000, 50400, '2026-06-14', null)$$), 'nothing', 'others after it');
select is(pg_temp.attempt($$insert into calendar_hours values ('office', 5, 36000, 50400)$$), 'calendar_hours_no_overlap', 'but none with it');
select is(pg_temp.attempt($$insert into calendar_hours values ('office', 5, 50430, 50460)$$), 'calendar_hours_minutes', 'whole minutes');
select is(pg_temp.attempt($$update calendar_day set hours = '{[28800,43200)}' where day = '2026-09-02'$$), 'calendar_day_agrees', 'a day off has no hours');
select is(pg_temp.attempt($$update calendar_day set weekday = 1 where day = '2026-09-02'$$), 'calendar_day_agrees', 'nor those of a weekday');
select is(pg_temp.attempt($$update calendar_day set hours = '{[28800,43200)}' where day = '2026-08-22'$$), 'calendar_day_agrees', 'one way to say them');
select is(pg_temp.attempt($$update calendar_day set weekday = null, hours = '{[28800,86460)}' where day = '2026-08-22'$$), 'calendar_day_hours', 'of one day');
select is(pg_temp.attempt($$update calendar_day set weekday = null, hours = '{}' where day = '2026-08-22'$$), 'calendar_day_hours', 'and not none');
select is(pg_temp.attempt($$update calendar_day set weekday = 7 where day = '2026-08-22'$$), 'calendar_day_weekday', 'a weekday');

-- Working days.
select ok(calendar_works('office', '2026-06-13') and not calendar_works('office', '2026-06-06'), 'hours count while they are valid');
select ok(calendar_works('office', '2026-08-22') and not calendar_works('office', '2026-08-31') and calendar_works('office', '2026-08-28')
	and not calendar_works('office', '2026-08-30'), 'exceptions and weekdays');

-- Imports.
select results_eq($$select pg_temp.faults('days', jsonb_build_array(pg_temp.day('2026-12-31', '{"works": "false", "hours": "08:00-11:30"}'),
	pg_temp.day('2026-12-30', '{"works": "false", "weekday": "mon"}', 3), pg_temp.day('2026-12-29', '{"weekday": "mon", "hours": "08:00-11:30"}', 4),
	pg_temp.day('2026-12-28', '{"hours": "08:00-12:00 11:59-13:00"}', 5), pg_temp.day('2026-12-27', '{"hours": "13:00-12:00"}', 6),
	pg_temp.day('2026-12-26', '{"hours": "8-12"}', 7), pg_temp.day('1969-12-31', '{}', 8), pg_temp.day('2201-01-01', '{}', 9),
	pg_temp.day('2026-12-25', '{"weekday": "monday"}', 10), pg_temp.day('2026-12-24', '{}', 11), pg_temp.day('2026-12-24', '{"works": "false"}', 12)))$$,
	array['2 hours: a day off has none', '3 weekday: a day off has none', '4 weekday: a day with hours of its own has no hours of a weekday',
		'5 hours: 08:00-12:00 and 11:59-13:00 overlap', '6 hours: 13:00-12:00 closes before it opens',
		'7 hours: "8-12" is not opening hours like 08:00-12:00 13:00-15:00', '8 day: 1969-12-31 is not from 1970-01-01 to 2200-12-31',
		'9 day: 2201-01-01 is not from 1970-01-01 to 2200-12-31', '10 weekday: "monday" is not one of mon, tue, wed, thu, fri, sat, sun',
		'12 the same row stands in line 11 already'], 'every contradiction of a file of days');
select results_eq($$select pg_temp.faults('hours', '[
	{"line": 2, "calendar": "office", "weekday": "mon", "opens": "12:00", "closes": "12:00"},
	{"line": 3, "calendar": "office", "weekday": "tue", "opens": "08:00", "closes": "12:00", "valid_from": "2026-02-02", "valid_to": "2026-02-01"},
	{"line": 4, "calendar": "office", "weekday": "wed", "opens": "08:00", "closes": "12:00", "valid_from": "1969-01-01", "valid_to": "2400-01-01"}]')$$,
	array['2 closes: is not after opens', '3 valid_to: is not after valid_from', '4 valid_from: 1969-01-01 is not from 1970-01-01 to 2200-12-31',
		'4 valid_to: 2400-01-01 is not from 1970-01-01 to 2200-12-31'], 'and of a file of hours');
select matches((select pg_temp.faults('hours', '[
	{"line": 2, "calendar": "office", "weekday": "mon", "opens": "08:00", "closes": "12:00", "valid_to": "2026-07-01"},
	{"line": 3, "calendar": "office", "weekday": "mon", "opens": "09:00", "closes": "11:00", "valid_from": "2026-06-30"}]')),
	'^3 breaks the rule calendar_hours_no_overlap', 'hours that overlap while both are valid');
select is_empty($$select pg_temp.faults('hours', '[
	{"line": 2, "calendar": "office", "weekday": "mon", "opens": "08:00", "closes": "12:00", "valid_to": "2026-07-01"},
	{"line": 3, "calendar": "office", "weekday": "mon", "opens": "08:00", "closes": "11:00", "valid_from": "2026-07-01"}]')$$,
	'the same opening before and after a change');
select is_empty($$select pg_temp.faults('days', jsonb_build_array(pg_temp.day('2026-12-31', '{"hours": "08:00-10:00 10:00-11:30"}'),
	pg_temp.day('2026-12-26', '{"weekday": "mon"}', 3), pg_temp.day('2026-12-27', '{}', 4)))$$, 'half days and make-up days');
select results_eq($$select day::text, weekday, hours_text(hours) from calendar_day where calendar = 'office' and day >= '2026-01-01' and day < '2027-01-01' order by day$$,
	$$values ('2026-12-26', 0, null), ('2026-12-27', null, null), ('2026-12-31', null, '08:00-11:30')$$, 'are kept');

select is(import_told_vi('breaks the rule calendar_day_hours: Failing row contains (1, 2).'), 'trái với quy tắc calendar_day_hours',
	'faults in Vietnamese say no more than the rule');

-- Inheritance.
select is_empty($$select pg_temp.faults('departments', '[
	{"line": 2, "code": "T-1", "kind": "office", "name_vi": "x", "name_en": "x", "calendar": "always"},
	{"line": 3, "code": "T-2", "parent": "T-1", "kind": "office", "name_vi": "x", "name_en": "x"},
	{"line": 4, "code": "T-3", "parent": "T-2", "kind": "office", "name_vi": "x", "name_en": "x"},
	{"line": 5, "code": "T-4", "parent": "T-3", "kind": "office", "name_vi": "x", "name_en": "x", "calendar": "counter"},
	{"line": 6, "code": "T-5", "kind": "office", "name_vi": "x", "name_en": "x"}]')$$, 'departments without a calendar');
select is(array(select department_calendar(id) from department where code like 'T-_' order by code), '{always,always,always,counter,office}',
	'have that of their parents, in the end that of the hub');
select is(department_calendar(-1), null, 'nobody has none');
update department set calendar = null where hub;
select is(department_calendar((select id from department where code = 'T-5')), 'office', 'the hub inherits, too');
update department set calendar = null where code = 'HN-UBND';
select is(department_calendar((select id from department where code = 'T-5')), null, 'up to where there is none');
update department set calendar = 'office' where code = 'HN-UBND';
select lives_ok($$select department_valid('T-3', now())$$, 'a department that inherits can take tickets');

-- Versions.
select results_eq($$select calendar, count(*)::int, max(version)::int from calendar_version where made_by = session_user or made_by <> '' group by 1 order by 1$$,
	$$select code, v.n, v.n from calendar, lateral (select count(*)::int as n from calendar_version where calendar = code) v order by 1$$,
	'versions count 1, 2, ...');
create temp table was as select calendar, max(version) as version from calendar_version group by 1;
select is(definition, calendar_definition('office'), 'the newest is what the tables say') from calendar_version
	where calendar = 'office' order by version desc limit 1;
select is_empty($$select pg_temp.faults('days', (select jsonb_agg(cells || jsonb_build_object('line', 2)) from import_row where kind = 'days'))$$,
	'rows as they are can be imported again');
select is((select max(version) from calendar_version where calendar = 'counter'), (select version from was where calendar = 'counter'),
	'what is unchanged has no new version');
select is(pg_temp.attempt($$update calendar_version set made_by = 'x' where xid <> pg_current_xact_id()$$), '23001', 'versions are never changed');
select is(pg_temp.attempt($$delete from calendar_version$$), '23001', 'never removed');
select is(pg_temp.attempt($$truncate calendar_version$$), '23001', 'nor all of them');
select is(pg_temp.attempt($$delete from calendar where code = 'always'$$) like '%fk', true, 'and their calendar stays');
select results_eq($$select weekday::int, opens::int, valid_to is not null from (select weekday_number(h->>'weekday') as weekday, time_second(h->>'opens') as opens,
	h->>'valid_to' as valid_to from calendar_version v, jsonb_array_elements(definition->'hours') h where calendar = 'office'
	and version = (select max(version) from calendar_version where calendar = 'office')) x order by 1, 2, 3 desc$$,
	'values (0, 28800, true), (0, 28800, false)', 'a definition holds the hours with their validity');

-- Previews.
create temp table before as select kind, key, cells from import_row;
select results_eq($$select change, key, import_cells(before, after) from import_preview('days', jsonb_build_array(
	pg_temp.day('2026-12-31', '{"hours": "08:00-11:00", "name_vi": "y"}'), pg_temp.day('2026-12-30', '{"works": "false"}', 3),
	pg_temp.day('2026-12-26', '{"weekday": "mon"}', 4))) order by key$$,
	$$values ('removed', 'office 2026-12-27', 'calendar "office", day "2026-12-27", name_en "x", name_vi "x", source "x", works "true"'),
	('added', 'office 2026-12-30', 'calendar "office", day "2026-12-30", name_en "x", name_vi "x", source "x", works "false"'),
	('changed', 'office 2026-12-31', 'hours "08:00-11:30" -> "08:00-11:00", name_vi "x" -> "y"')$$, 'what a file would change, by day');
select results_eq($$select change, key, import_cells(before, after) from import_preview('departments', '[
	{"line": 2, "code": "T-5", "parent": "T-1", "kind": "office", "name_vi": "mới", "name_en": "x"},
	{"line": 3, "code": "T-6", "kind": "office", "name_vi": "x", "name_en": "x", "calendar": "always"}]') order by key$$,
	$$values ('changed', 'T-5', 'name_vi "x" -> "mới", parent "" -> "T-1"'),
	('added', 'T-6', 'calendar "always", code "T-6", governs "false", hub "false", kind "office", name_en "x", name_vi "x", reply_review "false"')$$, 'by key');
select results_eq($$select line, message, change from import_preview('days', jsonb_build_array(pg_temp.day('2026-02-30')))$$,
	$$values (2, 'day: "2026-02-30" is not a date like 2026-11-24', null::text)$$, 'or its faults');
select results_eq($$select line, message from import_preview('gossip', '[]')$$, $$values (1, 'unknown kind "gossip"')$$, 'an unknown kind');
select is_empty($$select * from import_row except select * from before$$, 'nothing was loaded');
select is_empty($$select * from before except select * from import_row$$, 'nothing was removed');
select ok((select bool_and((select count(*) from import_preview(k.code, (select jsonb_agg(cells || '{"line": 2}') from import_row r where r.kind = k.code))
	where change is not null) = 0) from import_kind k where code in ('calendars', 'hours', 'days', 'areas', 'departments', 'categories', 'profiles',
	'refusal_reasons')), 'every kind comes back as it is');

-- One calendar through the API.
create function pg_temp.version(p_code text default 'office') returns bigint language sql as $$ select max(version) from calendar_version where calendar = p_code $$;
create function pg_temp.put(p_days jsonb, p_dry boolean default false, p_hours jsonb default null, p_version bigint default null)
returns table (line bigint, message text, body json, etag text) language sql as $$
	select line, message, body::json, etag from calendar_put('office', coalesce(p_version, pg_temp.version()), p_hours, p_days, p_dry, gen_random_uuid())
$$;
select enter('officer.HN-SXD');
select throws_ok($$select pg_temp.put('[]')$$, 'TD403', null, 'officers change no calendar');
select account_save('boss', 'Quản trị', 'HN-EIC', '{admin}');
insert into session (id, account, expires_at) select id, id, now() + interval '1 day' from account where login = 'boss';
select enter('boss');
select throws_ok($$select pg_temp.put('[]', p_version := 999)$$, 'TD412', null, 'made for another version');
select throws_ok($$select calendar_put('nowhere', 1, null, '[]', false, gen_random_uuid())$$, 'TD404', null, 'no such calendar');
create temp table at_first as select pg_temp.version() as version, (select version from reference_version) as reference, (select count(*) from event) as events;

select results_eq($$select (body->>'version')::bigint, body->'counts'->>'added', body->'counts'->>'removed', etag from pg_temp.put(
	jsonb_build_array(pg_temp.day('2027-01-04', '{"works": "false"}') - 'calendar'), true)$$,
	$$select version, '1', (select count(*)::text from calendar_day where calendar = 'office'), version::text from at_first$$, 'a trial');
select results_eq($$select line, message from pg_temp.put(jsonb_build_array(pg_temp.day('2027-01-04', '{"calendar": "counter"}', 7)))$$,
	$$values (7::bigint, 'calendar: "counter" is not the calendar that is changed')$$, 'only this calendar');
select results_eq($$select line, left(message, 46) from pg_temp.put('[]', p_hours := '[{"line": 5, "weekday": "mon", "opens": "08:00", "closes": "12:00"},
	{"line": 9, "weekday": "mon", "opens": "10:00", "closes": "12:00"}]')$$, $$values (9::bigint, 'breaks the rule calendar_hours_no_overlap: Key')$$, 'overlap');
select results_eq($$select line, message from pg_temp.put('[]', p_hours := '[]')$$,
	$$values (1::bigint, 'the calendar would not have a single working day')$$, 'never open');
select results_eq($$select pg_temp.version(), (select version from reference_version), (select count(*) from event)$$, 'select * from at_first',
	'none of these has changed anything');
select is_empty($$select * from import_row except select * from before$$, 'in no table');
select is_empty($$select * from before except select * from import_row$$, 'at all');

select is((select body->'counts'->>'added' from pg_temp.put(jsonb_build_array(pg_temp.day('2027-01-04', '{"hours": "08:00-11:30"}') - 'calendar'))), '1', 'a change');
select results_eq($$select day::text, hours_text(hours) from calendar_day where calendar = 'office'$$, $$values ('2027-01-04', '08:00-11:30')$$,
	'replaces all exceptions');
select is((select count(*) from calendar_hours where calendar = 'office'), 2::bigint, 'and leaves the hours');
select is((select count(*) from import_row where kind = 'days' and cells->>'calendar' = 'counter'),
	(select count(*) from before where kind = 'days' and cells->>'calendar' = 'counter'), 'and other calendars');
select results_eq($$select actor, data->>'code', (data->>'version')::bigint, data->>'added' from event where type = 'calendar.changed'$$,
	$$select id, 'office', pg_temp.version(), '1' from account where login = 'boss'$$, 'is an event');
select is((select data ? 'changes' from event where type = 'calendar.changed'), false, 'that holds the numbers');
select is((select body->'counts'->>'changed' from pg_temp.put((select jsonb_agg(cells || '{"line": 2}') from import_row
	where kind = 'days' and cells->>'calendar' = 'office'))), '0', 'the same again');
select is((select count(*) from event where type = 'calendar.changed'), 1::bigint, 'is no event');
select is(array(select version from calendar_version where calendar = 'office' order by 1), array(select generate_series(1, pg_temp.version())),
	'versions have no gaps');
select * from finish();
rollback;
