-- Calendars as data: weekly hours with validity, make-up days that say which day they stand in for, half days and extra
-- openings, calendars that departments inherit, and every version that a calendar ever had. A row of the tables looks the
-- same in a CSV file, in a version and in a difference: the view import_row.
set local search_path = tiepdan, public;

-- How times and weekdays look in all of them.
create function time_text(p_second int) returns text language sql immutable parallel safe as $$
	select to_char(make_interval(secs => p_second), 'HH24:MI')
$$;
create function time_second(p_time text) returns int language sql immutable parallel safe as $$
	select split_part(p_time, ':', 1)::int * 3600 + split_part(p_time, ':', 2)::int * 60
$$;
create function weekday_text(p_weekday int) returns text language sql immutable parallel safe as $$
	select ('{mon,tue,wed,thu,fri,sat,sun}'::text[])[p_weekday + 1]
$$;
create function weekday_number(p_weekday text) returns int language sql immutable parallel safe as $$
	select array_position('{mon,tue,wed,thu,fri,sat,sun}', p_weekday) - 1
$$;
-- '08:00-12:00 13:00-15:00' as seconds of the day, and back. NULL is NULL.
create function hours_of_text(p_hours text)
returns int4multirange language sql immutable parallel safe set search_path = tiepdan, pg_temp as $$
	select range_agg(int4range(time_second(split_part(h, '-', 1)), time_second(split_part(h, '-', 2))))
	from regexp_split_to_table(p_hours, ' ') h
$$;
create function hours_text(p_hours int4multirange)
returns text language sql immutable parallel safe set search_path = tiepdan, pg_temp as $$
	select string_agg(time_text(lower(h)) || '-' || time_text(upper(h)), ' ' order by h) from unnest(p_hours) h
$$;
create function hours_seconds(p_hours int4multirange) returns text language sql immutable parallel safe as $$
	select string_agg(lower(h) || '-' || upper(h), ' ' order by h) from unnest(p_hours) h
$$;
comment on function hours_seconds is '28800-43200 46800-54000: what the server reads';

alter table calendar_hours add valid_from date, add valid_to date,
	drop constraint calendar_hours_pk, drop constraint calendar_hours_no_overlap,
	add constraint calendar_hours_minutes check (opens % 60 = 0 and closes % 60 = 0),
	add constraint calendar_hours_applies check (valid_from + (weekday + 8 - extract(isodow from valid_from)::int) % 7 < valid_to),
	add constraint calendar_hours_no_overlap exclude using gist (calendar with =, weekday with =, int4range(opens, closes) with &&,
		daterange(valid_from, valid_to) with &&);
comment on constraint calendar_hours_applies on calendar_hours is 'there is such a weekday from valid_from to the day before valid_to';

alter table calendar_day add weekday int, add hours int4multirange,
	add constraint calendar_day_weekday check (weekday between 0 and 6),
	add constraint calendar_day_hours check (hours <@ int4range(0, 86400) and not isempty(hours)),
	add constraint calendar_day_agrees check (num_nonnulls(weekday, hours) <= works::int);
comment on column calendar_day.weekday is 'the make-up day has the hours of this weekday; NULL: of its own, else of the first that has any';
comment on column calendar_day.hours is 'the hours of this day alone, in seconds: a half day, an extra opening';
comment on constraint calendar_day_agrees on calendar_day is 'a day off has no hours, a working day one way to say them';
-- Until now make-up days had the hours of Monday.
update calendar_day set weekday = 0 where works;

alter table department alter calendar drop not null;
comment on column department.calendar is 'NULL: that of the parent department, or of its parent ...; in the end that of the hub';

-- The calendar that a department has, by itself or inherited; NULL when there is none up to the hub.
create function department_calendar(p_department bigint) returns text
language plpgsql stable parallel safe set search_path = tiepdan, pg_temp as $$
declare
	v_at bigint := p_department;
	v_calendar text;
begin
	for steps in 1 .. 100 loop	-- parents do not run in a circle, but nothing here may hang if they did
		select parent, calendar into v_at, v_calendar from department where id = v_at;
		exit when v_at is null or v_calendar is not null;
	end loop;
	if v_calendar is null and not (select hub from department where id = p_department) then
		return department_calendar((select id from department where hub));
	end if;
	return v_calendar;
end $$;

create or replace function department_valid(p_code text, p_at timestamptz) returns bigint
language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_id bigint;
begin
	select d.id into v_id from department d join calendar c on c.code = department_calendar(d.id)
		where d.code = p_code and (p_at at time zone c.zone)::date >= coalesce(d.valid_from, '-infinity')
			and (p_at at time zone c.zone)::date < coalesce(d.valid_to, 'infinity');
	if v_id is null then
		raise exception 'no department "%"', p_code using errcode = 'TD430';
	end if;
	return v_id;
end $$;

-- Whether a local day has working time by this calendar.
create function calendar_works(p_calendar text, p_day date) returns boolean
language plpgsql stable parallel safe set search_path = tiepdan, pg_temp as $$
begin
	return coalesce((select works from calendar_day where calendar = p_calendar and day = p_day),
		exists (select from calendar_hours where calendar = p_calendar and weekday = extract(isodow from p_day)::int - 1
			and p_day >= coalesce(valid_from, '-infinity') and p_day < coalesce(valid_to, 'infinity')));
end $$;

-- The rows of each kind as a CSV file has them: a cell that is empty is left out.
create view import_row as
	select 'calendars' as kind, code as key, jsonb_strip_nulls(to_jsonb(c)) as cells from calendar c
	union all select 'hours', concat_ws(' ', calendar, weekday_text(weekday), time_text(opens), valid_from), jsonb_strip_nulls(
		jsonb_build_object('calendar', calendar, 'weekday', weekday_text(weekday), 'opens', time_text(opens), 'closes', time_text(closes),
			'valid_from', valid_from, 'valid_to', valid_to)) from calendar_hours
	union all select 'days', concat_ws(' ', calendar, day), jsonb_strip_nulls(jsonb_build_object('calendar', calendar, 'day', day,
		'works', works, 'weekday', weekday_text(weekday), 'hours', hours_text(hours), 'name_vi', name_vi, 'name_en', name_en,
		'source', source, 'note', note)) from calendar_day
	union all select 'areas', code, jsonb_strip_nulls(to_jsonb(a)) from area a
	union all select 'departments', d.code, jsonb_strip_nulls(to_jsonb(d) - 'id' || jsonb_build_object('parent', p.code, 'successor', s.code))
		from department d left join department p on p.id = d.parent left join department s on s.id = d.successor
	union all select 'categories', code, jsonb_strip_nulls(to_jsonb(c)) from category c
	union all select 'kinds', code, jsonb_strip_nulls(to_jsonb(k)) from kind k
	union all select 'profiles', code, jsonb_strip_nulls(to_jsonb(p)) from profile p
	union all select 'policies', concat_ws(' ', profile, coalesce(kind, '*'), coalesce(level, '*'), coalesce(category, '*'), valid_from),
		jsonb_strip_nulls(to_jsonb(p) - 'id') from policy p
	union all select 'route_rules', concat_ws(' ', coalesce(kind, '*'), coalesce(category, '*'), coalesce(area, '*'), valid_from),
		jsonb_strip_nulls(to_jsonb(r) - 'id') from route_rule r
	union all select 'refusal_reasons', code, jsonb_strip_nulls(to_jsonb(r)) from refusal_reason r;

-- Versions: what a calendar was when a date was computed with it.
create table calendar_version (
	calendar   text not null,
	version    bigint not null,
	made_at    timestamptz not null default now(),
	made_by    text not null,
	definition jsonb not null,
	xid        xid8 not null default pg_current_xact_id(),
	constraint calendar_version_pk primary key (calendar, version),
	constraint calendar_version_calendar_fk foreign key (calendar) references calendar,
	constraint calendar_version_counts check (version > 0)
);
comment on table calendar_version is 'Every definition that a calendar ever had: 1, 2, ...; the newest is the one of the tables.';
comment on column calendar_version.made_by is 'login of the account, or the database role of `tiepdan import`';
comment on column calendar_version.definition is
	'zone, hours and days; the rows are those of import_row without the calendar, so that they can be imported again';

create function calendar_version_stays() returns trigger language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	if tg_op = 'UPDATE' then
		-- Several files of one transaction make one version.
		if old.xid = pg_current_xact_id() and old.made_at = now() then
			return new;
		end if;
	end if;
	raise exception 'versions of calendars are never changed' using errcode = 'restrict_violation';
end $$;
create trigger calendar_version_stays before update or delete on calendar_version for each row execute function calendar_version_stays();
create trigger calendar_version_stays_whole before truncate on calendar_version execute function calendar_version_stays();

create function calendar_definition(p_calendar text) returns jsonb
language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (select jsonb_build_object('zone', zone,
		'hours', (select coalesce(jsonb_agg(cells - 'calendar' order by weekday_number(cells->>'weekday'), cells->>'opens',
			cells->>'valid_from'), '[]') from import_row where kind = 'hours' and cells->>'calendar' = code),
		'days', (select coalesce(jsonb_agg(cells - 'calendar' order by cells->>'day'), '[]') from import_row
			where kind = 'days' and cells->>'calendar' = code))
		from calendar where code = p_calendar);
end $$;

-- Keeps a version of each calendar that differs from its newest one. The caller holds the lock of the imports.
create function calendar_keep() returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	insert into calendar_version (calendar, version, made_by, definition)
		select c.code, coalesce(v.version, 0) + case when v.xid = pg_current_xact_id() and v.made_at = now() then 0 else 1 end,
			coalesce((select login from account where id = caller_account()), session_user), calendar_definition(c.code)
		from calendar c left join lateral (
			select * from calendar_version where calendar = c.code order by version desc limit 1) v on true
		where v.definition is distinct from calendar_definition(c.code)
	on conflict (calendar, version) do update set definition = excluded.definition;
end $$;
select calendar_keep();

-- Importing. What is new in the files: hours.valid_from, hours.valid_to, days.weekday, days.hours; departments.calendar may
-- be empty.
insert into import_type values
	('hours', '^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)( ([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)){0,7}$',
		'opening hours like 08:00-12:00 13:00-15:00');
insert into import_column values
	('hours', 'valid_from', 'date', false, null), ('hours', 'valid_to', 'date', false, null),
	('days', 'weekday', 'weekday', false, null), ('days', 'hours', 'hours', false, null);
update import_column set required = false where kind = 'departments' and name = 'calendar';
update import_kind set keys = '{calendar,weekday,opens,valid_from}' where code = 'hours';

-- What is contradictory in rows of calendars, beyond import_faults(). Cells that do not fit their type are told there.
create function import_calendar_faults(p_kind text, p_rows jsonb)
returns table (line int, message text) language sql stable set search_path = tiepdan, pg_temp as $$
	with input as (
		select (value->>'line')::int as line, value as cells from jsonb_array_elements(p_rows) where p_kind in ('hours', 'days')),
	span as (
		select i.line, h, split_part(h, '-', 1) as opens, split_part(h, '-', 2) as closes, n
		from input i, regexp_split_to_table(i.cells->>'hours', ' ') with ordinality s (h, n)
		where p_kind = 'days' and import_fits('hours', i.cells->>'hours'))
	select i.line, format('%s: %s is not from 1970-01-01 to 2200-12-31', k.name, i.cells->>k.name) from input i
		join import_column k on k.kind = p_kind and k.type = 'date'
		where import_fits('date', i.cells->>k.name) and i.cells->>k.name not between '1970-01-01' and '2200-12-31'
	union all
	select line, format('%s: a day off has none', k) from input, unnest('{weekday,hours}'::text[]) k
		where p_kind = 'days' and cells->>'works' = 'false' and cells->>k is not null
	union all
	select line, 'weekday: a day with hours of its own has no hours of a weekday' from input
		where p_kind = 'days' and cells->>'works' = 'true' and cells->>'weekday' is not null and cells->>'hours' is not null
	union all
	select line, format('hours: %s closes before it opens', h) from span where closes <= opens
	union all
	select a.line, format('hours: %s and %s overlap', a.h, b.h) from span a join span b on b.line = a.line and b.n > a.n
		where a.opens < b.closes and b.opens < a.closes and a.opens < a.closes and b.opens < b.closes
	union all
	select line, 'closes: is not after opens' from input
		where p_kind = 'hours' and import_fits('time', cells->>'opens') and import_fits('time', cells->>'closes')
			and cells->>'closes' <= cells->>'opens'
$$;

create or replace function import_hours(r jsonb) returns void language sql set search_path = tiepdan, pg_temp as $$
	insert into calendar_hours (calendar, weekday, opens, closes, valid_from, valid_to) values (r->>'calendar',
		weekday_number(r->>'weekday'), time_second(r->>'opens'), time_second(r->>'closes'), (r->>'valid_from')::date, (r->>'valid_to')::date)
$$;
comment on function import_hours is 'calendar, weekday (mon..sun), opens, closes (08:00; 24:00 is the end of the day), valid_from, valid_to
(optional). Replaces all hours of the calendars in the file.';

create or replace function import_days(r jsonb) returns void language sql set search_path = tiepdan, pg_temp as $$
	insert into calendar_day (calendar, day, works, weekday, hours, name_vi, name_en, source, note) values (r->>'calendar', (r->>'day')::date,
		(r->>'works')::boolean, weekday_number(r->>'weekday'), hours_of_text(r->>'hours'), r->>'name_vi', r->>'name_en', r->>'source',
		r->>'note')
$$;
comment on function import_days is 'calendar, day, works (true: make-up day, half day or extra opening), weekday (optional, of a make-up day:
mon..sun, whose hours it has), hours (optional, of this day alone: 08:00-11:30, or 08:00-12:00 13:00-15:00), name_vi, name_en, source
(the notice), note (optional). Replaces all exceptions of the calendars and years in the file.';
comment on function import_departments is 'code, parent (optional), kind, name_vi, name_en, area (optional), governs (true for the committee
of a ward or commune), hub (true for the coordinating centre), calendar (optional: that of the parent), valid_from, valid_to, successor,
note (all optional)';

-- As in 0013, but only kinds that have parents are linked: files of calendars may have thousands of rows.
create or replace function import_load(p_kind text, p_rows jsonb)
returns table (line int, message text) language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	r record;
	v_rule text;
	v_detail text;
	v_linked boolean := p_kind in ('areas', 'categories', 'departments');
begin
	delete from calendar_hours where p_kind = 'hours' and calendar in (select value->>'calendar' from jsonb_array_elements(p_rows));
	delete from calendar_day where p_kind = 'days' and (calendar, extract(year from day)) in (
		select value->>'calendar', extract(year from (value->>'day')::date) from jsonb_array_elements(p_rows));
	delete from alarm_level where p_kind = 'alarm_levels';	-- the table comes with 0018
	for r in select value as cells, (value->>'line')::int as line from jsonb_array_elements(p_rows) order by 2 loop
		begin
			execute format('select %I($1)', 'import_' || p_kind) using r.cells;
			if v_linked then
				perform import_link(p_kind, r.cells);
			end if;
		exception when integrity_constraint_violation then
			get stacked diagnostics v_rule = constraint_name, v_detail = pg_exception_detail;
			return query select r.line, format('breaks the rule %s%s', v_rule, coalesce(': ' || v_detail, ''));
		end;
	end loop;
	return query select (i.value->>'line')::int, format('parent or successor: "%s" comes back to itself', i.value->>'code')
		from jsonb_array_elements(p_rows) i join import_circles(p_kind) c on c.code = i.value->>'code';
end $$;

create or replace function import_rows(p_kind text, p_rows jsonb)
returns table (line int, message text) language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_lines int[];
	v_messages text[];
begin
	if not exists (select from import_kind where code = p_kind) then
		return query select 1, format('unknown kind "%s"', p_kind);
		return;
	end if;
	perform from reference_version for update;	-- one import at a time
	select array_agg(f.line), array_agg(f.message) into v_lines, v_messages from (
		select * from import_faults(p_kind, p_rows) union all select * from import_calendar_faults(p_kind, p_rows)) f;
	if v_lines is null then
		begin
			-- Twice, so that parents may stand below their children: the first pass leaves them out.
			perform import_load(p_kind, (select jsonb_agg(value - '{parent,successor}'::text[]) from jsonb_array_elements(p_rows)));
			select array_agg(f.line), array_agg(f.message) into v_lines, v_messages from import_load(p_kind, p_rows) f;
			if v_lines is not null then
				raise exception 'undo' using errcode = 'TD001';
			end if;
		exception when sqlstate 'TD001' then null;
		end;
	end if;
	if v_lines is null then
		perform calendar_keep() where p_kind in ('calendars', 'hours', 'days');
		update reference_version set version = version + 1, changed_at = now();
		notify reference_changed;
	end if;
	return query select * from unnest(v_lines, v_messages);
end $$;

-- What differs between two sets of rows, each an object of cells by key.
create function import_difference(p_before jsonb, p_after jsonb)
returns table (change text, key text, before jsonb, after jsonb) language sql immutable parallel safe as $$
	select case when b.value is null then 'added' when a.value is null then 'removed' else 'changed' end, key, b.value, a.value
	from jsonb_each(p_before) b full join jsonb_each(p_after) a using (key)
	where a.value is distinct from b.value order by key
$$;
comment on function import_difference is 'change: added, changed or removed';

-- A difference in words: the cells of a row that comes or goes, and of one that stays those that change.
create function import_cells(p_before jsonb, p_after jsonb) returns text language sql immutable parallel safe as $$
	select string_agg(case when p_before is not null and p_after is not null
		then format('%s "%s" -> "%s"', key, b.value, a.value) else format('%s "%s"', key, coalesce(a.value, b.value)) end, ', ' order by key)
	from jsonb_each_text(p_before) b full join jsonb_each_text(p_after) a using (key)
	where a.value is distinct from b.value
$$;

create function import_snapshot(p_kind text) returns jsonb language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (select coalesce(jsonb_object_agg(key, cells), '{}') from import_row where kind = p_kind);
end $$;

-- What import_rows() would do: the faults (line, message), or else the differences. Loads nothing.
create function import_preview(p_kind text, p_rows jsonb)
returns table (line int, message text, change text, key text, before jsonb, after jsonb)
language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_before jsonb := import_snapshot(p_kind);
	v_after jsonb;
	v_lines int[];
	v_messages text[];
begin
	begin
		select array_agg(f.line), array_agg(f.message) into v_lines, v_messages from import_rows(p_kind, p_rows) f;
		v_after := import_snapshot(p_kind);
		raise exception 'undo' using errcode = 'TD001';
	exception when sqlstate 'TD001' then null;
	end;
	return query select f.line, f.message, null::text, null::text, null::jsonb, null::jsonb from unnest(v_lines, v_messages) f (line, message)
		union all select null, null, d.* from import_difference(v_before, v_after) d;
end $$;

-- Changing one calendar through the API.
alter table role_right drop constraint role_right_might,
	add constraint role_right_might check (might in ('note', 'contact', 'report', 'colleagues', 'accounts', 'calendars'));
insert into role_right values ('admin', 'calendars');

-- What people read in the API of the faults that import_faults() and others tell in English: phrases, put one for another.
create table import_phrase (
	position int not null,
	pattern  text not null,
	vi       text not null,
	constraint import_phrase_pk primary key (position)
);
insert into import_phrase values
	(1, ': unknown column$', ': không có cột này'), (2, ': is missing$', ': bị thiếu'),
	(3, ' is not a date like (\S+)$', ' không phải là ngày dạng \1'), (4, ' is not true or false$', ' không phải là true hoặc false'),
	(5, ' is not a time like (\S+)$', ' không phải là giờ dạng \1'), (6, ' is not one of (.+)$', ' không phải là một trong: \1'),
	(7, ' is not opening hours like (.+)$', ' không phải là giờ mở cửa dạng \1'),
	(8, ' is not a text of at most 1000 characters in one line$', ' không phải là nội dung một dòng, tối đa 1000 ký tự'),
	(9, ' is not a code of .+$', ' không phải là mã gồm chữ cái, chữ số, dấu chấm, gạch nối và gạch dưới'),
	(10, ' is not known among \S+$', ' không tồn tại'),
	(11, ' is not from (\S+) to (\S+)$', ' nằm ngoài khoảng \1 đến \2'),
	(12, '^the same row stands in line (\d+) already$', 'đã có cùng mục ở dòng \1'),
	(13, ': a day off has none$', ': ngày nghỉ không có mục này'),
	(14, ': a day with hours of its own has no hours of a weekday$', ': ngày có giờ riêng không lấy giờ của thứ khác'),
	(15, ' closes before it opens$', ' đóng trước khi mở'), (16, ': (\S+) and (\S+) overlap$', ': \1 và \2 chồng lên nhau'),
	(17, ': is not after (\S+)$', ': không sau \1'),
	(18, '^breaks the rule calendar_hours_no_overlap.*$', 'các khung giờ chồng lên nhau'),
	(19, '^breaks the rule (\S+?)(:.*)?$', 'trái với quy tắc \1'),
	(20, ' is not the calendar that is changed$', ' không phải là lịch đang được thay đổi'),
	(21, '^the calendar would not have a single working day$', 'lịch sẽ không còn ngày làm việc nào');

create function import_told_vi(p_message text)
returns text language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
declare
	v_text text := p_message;
	r record;
begin
	for r in select pattern, vi from import_phrase order by position loop
		v_text := regexp_replace(v_text, r.pattern, r.vi);
	end loop;
	return v_text;
end $$;

-- A server cannot work with a calendar that is never open in the years that it compiles.
create function calendar_is_used_up(p_calendar text) returns boolean
language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return not exists (select from generate_series(now() - interval '3 years', now() + interval '8 years', interval '1 day') d
		where calendar_works(p_calendar, d::date));
end $$;

create function calendar_snapshot(p_calendar text) returns jsonb
language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (select coalesce(jsonb_object_agg(concat_ws(' ', kind, key), cells - 'calendar'), '{}') from import_row
		where kind in ('hours', 'days') and cells->>'calendar' = p_calendar);
end $$;

-- The rows of a text that was sent for this calendar: all of them name it, or none. NULL is NULL.
create function calendar_rows(p_calendar text, p_rows jsonb) returns jsonb
language sql immutable set search_path = tiepdan, pg_temp as $$
	select case when p_rows is not null then coalesce(jsonb_agg(jsonb_build_object('calendar', p_calendar) || value), '[]') end
	from jsonb_array_elements(p_rows)
$$;

create function calendar_faults(p_calendar text, p_kind text, p_rows jsonb)
returns table (line int, message text) language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return query select * from import_faults(p_kind, p_rows) union all select * from import_calendar_faults(p_kind, p_rows)
		union all select (value->>'line')::int, format('calendar: "%s" is not the calendar that is changed', left(value->>'calendar', 60))
		from jsonb_array_elements(p_rows) where value->>'calendar' <> p_calendar;
end $$;

-- Puts these rows in the place of the hours and of the exceptions; the faults that only the tables know.
create function calendar_load(p_calendar text, p_hours jsonb, p_days jsonb)
returns table (line int, message text) language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	delete from calendar_hours where calendar = p_calendar and p_hours is not null;
	delete from calendar_day where calendar = p_calendar and p_days is not null;
	return query select * from import_load('hours', coalesce(p_hours, '[]'))
		union all select * from import_load('days', coalesce(p_days, '[]'));
	if calendar_is_used_up(p_calendar) then
		return query select 1, 'the calendar would not have a single working day';
	end if;
end $$;

-- What the caller is told, and what the event says: no names, so that the event needs no more than the numbers.
create function calendar_changes(p_before jsonb, p_after jsonb, out changes jsonb, out counts jsonb)
language sql immutable set search_path = tiepdan, pg_temp as $$
	select coalesce(jsonb_agg(jsonb_build_object('change', change, 'part', split_part(key, ' ', 1), 'before', before,
			'after', after) order by key), '[]'),
		jsonb_build_object('added', count(*) filter (where change = 'added'), 'changed', count(*) filter (where change = 'changed'),
			'removed', count(*) filter (where change = 'removed'))
	from import_difference(p_before, p_after)
$$;

-- Everything or nothing; a trial changes nothing. NULL in p_hours or p_days: these stay as they are, else all are replaced.
-- One row with body and etag, or the faults with the lines of the text that was sent.
create function calendar_put(p_code text, p_version bigint, p_hours jsonb, p_days jsonb, p_dry_run boolean, p_event uuid)
returns table (line bigint, message text, body text, etag text) language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_hours jsonb := calendar_rows(p_code, p_hours);
	v_days jsonb := calendar_rows(p_code, p_days);
	v_before jsonb;
	v_after jsonb;
	v_faults jsonb;
	v_version bigint;
	v_changes record;
begin
	perform caller_needs('calendars');
	perform from reference_version for update;	-- one import at a time
	select max(v.version) into v_version from calendar_version v where v.calendar = p_code;
	if v_version is null then
		raise exception 'no calendar "%"', p_code using errcode = 'TD404';
	elsif v_version <> p_version then
		raise exception 'the calendar has version %', v_version using errcode = 'TD412';
	end if;
	v_before := calendar_snapshot(p_code);
	v_faults := (select jsonb_agg(f) from (select * from calendar_faults(p_code, 'hours', coalesce(v_hours, '[]'))
		union all select * from calendar_faults(p_code, 'days', coalesce(v_days, '[]'))) f);
	begin
		if v_faults is null then
			v_faults := (select jsonb_agg(f) from calendar_load(p_code, v_hours, v_days) f);
			v_after := calendar_snapshot(p_code);
		end if;
		if p_dry_run or v_faults is not null then
			raise exception 'undo' using errcode = 'TD001';
		end if;
	exception when sqlstate 'TD001' then null;
	end;
	if v_faults is not null then
		return query select (f->>'line')::bigint, f->>'message', null::text, null::text from jsonb_array_elements(v_faults) f order by 1;
		return;
	end if;
	select * into v_changes from calendar_changes(v_before, v_after);
	if not p_dry_run and v_before <> v_after then
		perform calendar_keep();
		select max(v.version) into v_version from calendar_version v where v.calendar = p_code;
		update reference_version set version = version + 1, changed_at = now();
		notify reference_changed;
		perform event_write(p_event, now(), null, 'calendar.changed', 'staff', caller_account(), caller_department(), null, null, null, null,
			v_changes.counts || jsonb_build_object('code', p_code, 'version', v_version));
	end if;
	return query select null::bigint, null::text, jsonb_build_object('code', p_code, 'version', v_version, 'dry_run', p_dry_run,
		'counts', v_changes.counts, 'changes', v_changes.changes)::text, v_version::text;
end $$;

-- What the server may do.
revoke all on calendar_version, import_row, import_phrase from public;
revoke execute on all functions in schema tiepdan from public;
grant select (calendar, version, made_at, definition) on calendar_version to tiepdan_app;
grant execute on function time_second, weekday_number, hours_of_text, hours_seconds, department_calendar, calendar_works, calendar_put,
	import_told_vi to tiepdan_app;
