-- Importing reference data: import_rows(kind, rows) checks every row, gives back all faults with their lines, and loads
-- nothing if there is any. A row is a JSON object of texts; "line" is its line in the file; an empty cell is left out.
-- The columns of each kind are the rows of import_column.
set local search_path = tiepdan, public;

create table import_type (
	code    text not null,
	pattern text not null,
	wanted  text not null,
	constraint import_type_pk primary key (code)
);
insert into import_type values
	('code', '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$', 'a code of letters, digits, dot, hyphen and underscore'),
	('text', '^[^[:cntrl:]]+$', 'a text of at most 1000 characters in one line'),
	('date', '^\d{4}-\d\d-\d\d$', 'a date like 2026-11-24'),
	('int', '^\d{1,6}$', 'a whole number'),
	('bool', '^(true|false)$', 'true or false'),
	('time', '^([01]\d:[0-5]\d|2[0-3]:[0-5]\d|24:00)$', 'a time like 08:00'),
	('weekday', '^(mon|tue|wed|thu|fri|sat|sun)$', 'one of mon, tue, wed, thu, fri, sat, sun'),
	('degrees', '^-?\d{1,3}(\.\d{1,9})?$', 'degrees like 105.838'),
	('zone', '^[A-Za-z0-9_+/-]{1,64}$', 'the name of a time zone'),
	('codes', '^[A-Za-z0-9]{1,16}( [A-Za-z0-9]{1,16}){0,15}$', 'words separated by blanks'),
	('level', '^(normal|urgent|complex)$', 'one of normal, urgent, complex'),
	('visibility', '^(public|private|restricted|confidential)$', 'one of public, private, restricted, confidential'),
	('unit', '^(wh|wd|cd|h|now|none)$', 'one of wh, wd, cd, h, now, none'),
	('area_kind', '^(city|ward|commune)$', 'one of city, ward, commune'),
	('action', '^(refuse|redirect)$', 'refuse or redirect');

create table import_kind (
	code text not null,
	keys text[] not null,
	constraint import_kind_pk primary key (code)
);
insert into import_kind values
	('calendars', '{code}'), ('hours', '{calendar,weekday,opens}'), ('days', '{calendar,day}'), ('areas', '{code}'),
	('departments', '{code}'), ('categories', '{code}'), ('kinds', '{code}'), ('profiles', '{code}'),
	('policies', '{profile,kind,level,category,valid_from}'), ('route_rules', '{kind,category,area,valid_from}'),
	('refusal_reasons', '{code}');
comment on column import_kind.keys is 'what tells two rows of a file apart';

create table import_column (
	kind     text not null,
	name     text not null,
	type     text not null,
	required boolean not null,
	refers   text,
	constraint import_column_pk primary key (kind, name),
	constraint import_column_kind_fk foreign key (kind) references import_kind,
	constraint import_column_type_fk foreign key (type) references import_type
);
comment on column import_column.refers is 'the cell is the code of a row of this kind';
insert into import_column values
	('calendars', 'code', 'code', true, null), ('calendars', 'name_vi', 'text', true, null),
	('calendars', 'name_en', 'text', true, null), ('calendars', 'zone', 'zone', true, null),
	('hours', 'calendar', 'code', true, 'calendars'), ('hours', 'weekday', 'weekday', true, null),
	('hours', 'opens', 'time', true, null), ('hours', 'closes', 'time', true, null),
	('days', 'calendar', 'code', true, 'calendars'), ('days', 'day', 'date', true, null), ('days', 'works', 'bool', true, null),
	('days', 'name_vi', 'text', true, null), ('days', 'name_en', 'text', true, null), ('days', 'source', 'text', true, null),
	('days', 'note', 'text', false, null),
	('areas', 'code', 'code', true, null), ('areas', 'parent', 'code', false, 'areas'), ('areas', 'kind', 'area_kind', true, null),
	('areas', 'name_vi', 'text', true, null), ('areas', 'name_en', 'text', true, null),
	('areas', 'former_district', 'text', false, null), ('areas', 'lon', 'degrees', false, null),
	('areas', 'lat', 'degrees', false, null), ('areas', 'valid_from', 'date', false, null), ('areas', 'valid_to', 'date', false, null),
	('departments', 'code', 'code', true, null), ('departments', 'parent', 'code', false, 'departments'),
	('departments', 'kind', 'code', true, null), ('departments', 'name_vi', 'text', true, null),
	('departments', 'name_en', 'text', true, null), ('departments', 'area', 'code', false, 'areas'),
	('departments', 'governs', 'bool', false, null), ('departments', 'hub', 'bool', false, null),
	('departments', 'calendar', 'code', true, 'calendars'), ('departments', 'valid_from', 'date', false, null),
	('departments', 'valid_to', 'date', false, null), ('departments', 'successor', 'code', false, 'departments'),
	('departments', 'note', 'text', false, null),
	('categories', 'code', 'code', true, null), ('categories', 'parent', 'code', false, 'categories'),
	('categories', 'name_vi', 'text', true, null), ('categories', 'name_en', 'text', true, null),
	('categories', 'department', 'code', true, 'responsible'), ('categories', 'level', 'level', true, null),
	('categories', 'visibility', 'visibility', true, null), ('categories', 'valid_from', 'date', false, null),
	('categories', 'valid_to', 'date', false, null),
	('kinds', 'code', 'code', true, null), ('kinds', 'position', 'int', true, null), ('kinds', 'name_vi', 'text', true, null),
	('kinds', 'name_en', 'text', true, null), ('kinds', 'sight', 'code', false, 'sights'),
	('kinds', 'visibility', 'visibility', false, null), ('kinds', 'level', 'level', false, null),
	('kinds', 'emergency_numbers', 'codes', false, null),
	('profiles', 'code', 'code', true, null), ('profiles', 'name_vi', 'text', true, null), ('profiles', 'name_en', 'text', true, null),
	('policies', 'profile', 'code', true, 'profiles'), ('policies', 'kind', 'code', false, 'kinds'),
	('policies', 'level', 'level', false, null), ('policies', 'category', 'code', false, 'categories'),
	('policies', 'accept_amount', 'int', false, null), ('policies', 'accept_unit', 'unit', true, null),
	('policies', 'forward_amount', 'int', false, null), ('policies', 'forward_unit', 'unit', true, null),
	('policies', 'answer_amount', 'int', false, null), ('policies', 'answer_unit', 'unit', true, null),
	('policies', 'answer_from_acceptance', 'bool', true, null), ('policies', 'extensions', 'int', true, null),
	('policies', 'citation_vi', 'text', true, null), ('policies', 'citation_en', 'text', true, null),
	('policies', 'note', 'text', false, null), ('policies', 'valid_from', 'date', false, null),
	('policies', 'valid_to', 'date', false, null),
	('route_rules', 'kind', 'code', false, 'kinds'), ('route_rules', 'category', 'code', false, 'categories'),
	('route_rules', 'area', 'code', false, 'areas'), ('route_rules', 'department', 'code', true, 'responsible'),
	('route_rules', 'note', 'text', false, null), ('route_rules', 'valid_from', 'date', false, null),
	('route_rules', 'valid_to', 'date', false, null),
	('refusal_reasons', 'code', 'code', true, null), ('refusal_reasons', 'position', 'int', true, null),
	('refusal_reasons', 'action', 'action', true, null), ('refusal_reasons', 'text_vi', 'text', true, null),
	('refusal_reasons', 'text_en', 'text', true, null), ('refusal_reasons', 'basis_vi', 'text', true, null),
	('refusal_reasons', 'basis_en', 'text', true, null), ('refusal_reasons', 'valid_from', 'date', false, null),
	('refusal_reasons', 'valid_to', 'date', false, null);

-- The codes that a cell may refer to.
create view import_code as
	select 'calendars' as kind, code from calendar union all select 'areas', code from area
	union all select 'departments', code from department union all select 'categories', code from category
	union all select 'kinds', code from kind union all select 'profiles', code from profile
	union all select 'sights', code from sight
	union all select 'responsible', code from department union all select 'responsible', 'AREA';

create function import_fits(p_type text, p_value text) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return char_length(p_value) <= 1000 and p_value ~ (select pattern from import_type where code = p_type) and (p_type <> 'date' or p_value::date is not null);
exception when datetime_field_overflow or invalid_datetime_format then
	return false;
end $$;

-- What can be said of the rows without loading them.
create function import_faults(p_kind text, p_rows jsonb)
returns table (line int, message text) language sql stable set search_path = tiepdan, pg_temp as $$
	with input as (
		select (value->>'line')::int as line, value - 'line' as cells from jsonb_array_elements(p_rows)),
	cell as (
		select i.line, c.key as name, c.value from input i, jsonb_each_text(i.cells) c),
	told as (
		select min(c.line) as line, format('%s: unknown column', c.name) as message from cell c
			where not exists (select from import_column k where k.kind = p_kind and k.name = c.name) group by c.name
		union all
		select i.line, format('%s: is missing', k.name) from input i join import_column k on k.kind = p_kind and k.required
			where i.cells->>k.name is null
		union all
		select c.line, format('%s: "%s" is not %s', c.name, left(c.value, 60), t.wanted)
			from cell c join import_column k on k.kind = p_kind and k.name = c.name join import_type t on t.code = k.type
			where not import_fits(k.type, c.value)
		union all
		select c.line, format('%s: "%s" is not known among %s', c.name, left(c.value, 60), k.refers)
			from cell c join import_column k on k.kind = p_kind and k.name = c.name
			where k.refers is not null and import_fits(k.type, c.value)
				and not exists (select from import_code x where x.kind = k.refers and x.code = c.value)
				and not (k.refers = p_kind and exists (select from input i where i.cells->>'code' = c.value))
		union all
		select line, format('the same row stands in line %s already', first) from (
			select i.line, min(i.line) over (partition by row_key) as first from input i, lateral (
				select array_agg(i.cells->>k order by n) as row_key
				from import_kind x, unnest(x.keys) with ordinality u (k, n) where x.code = p_kind) y) z
			where line > first
		union all
		select i.line, 'valid_to: is not after valid_from' from input i
			where i.cells->>'valid_to' <= i.cells->>'valid_from'
		union all
		select i.line, format('%s: "%s" is not a time zone that PostgreSQL knows', 'zone', i.cells->>'zone') from input i
			where i.cells->>'zone' is not null and not exists (select from pg_timezone_names where name = i.cells->>'zone')
		union all
		select i.line, format('%s_amount: is missing, or has no unit', u) from input i, unnest('{accept,forward,answer}'::text[]) u
			where p_kind = 'policies' and (i.cells->>(u || '_unit') = 'none') = (i.cells->>(u || '_amount') is not null))
	select distinct t.line, t.message from told t order by 1, 2
$$;

-- One loader a kind: takes the row as checked. Parents and successors follow in import_link(), so that their order in the
-- file does not matter.
create function import_calendars(r jsonb) returns void language sql set search_path = tiepdan, pg_temp as $$
	insert into calendar values (r->>'code', r->>'name_vi', r->>'name_en', r->>'zone')
	on conflict (code) do update set (name_vi, name_en, zone) = (excluded.name_vi, excluded.name_en, excluded.zone)
$$;
comment on function import_calendars is 'code, name_vi, name_en, zone (IANA name)';

create function import_hours(r jsonb) returns void language sql set search_path = tiepdan, pg_temp as $$
	insert into calendar_hours values (r->>'calendar', array_position('{mon,tue,wed,thu,fri,sat,sun}', r->>'weekday') - 1,
		extract(epoch from (r->>'opens')::interval), extract(epoch from (r->>'closes')::interval))
$$;
comment on function import_hours is
	'calendar, weekday (mon..sun), opens, closes (08:00; 24:00 is the end of the day). Replaces all hours of the calendars in the file.';

create function import_days(r jsonb) returns void language sql set search_path = tiepdan, pg_temp as $$
	insert into calendar_day values (r->>'calendar', (r->>'day')::date, (r->>'works')::boolean, r->>'name_vi', r->>'name_en',
		r->>'source', r->>'note')
$$;
comment on function import_days is 'calendar, day, works (true: make-up day), name_vi, name_en, source (the notice), note (optional).
Replaces all exceptions of the calendars and years in the file.';

create function import_areas(r jsonb) returns void language sql set search_path = tiepdan, pg_temp as $$
	insert into area values (r->>'code', null, r->>'kind', r->>'name_vi', r->>'name_en', r->>'former_district',
		(r->>'lon')::float8, (r->>'lat')::float8, (r->>'valid_from')::date, (r->>'valid_to')::date)
	on conflict (code) do update set (kind, name_vi, name_en, former_district, lon, lat, valid_from, valid_to) =
		(excluded.kind, excluded.name_vi, excluded.name_en, excluded.former_district, excluded.lon, excluded.lat,
		excluded.valid_from, excluded.valid_to)
$$;
comment on function import_areas is 'code, parent (optional), kind (city, ward, commune), name_vi, name_en, former_district (optional),
lon, lat (optional), valid_from, valid_to (optional)';

create function import_departments(r jsonb) returns void language sql set search_path = tiepdan, pg_temp as $$
	insert into department (code, kind, name_vi, name_en, area, governs, hub, calendar, valid_from, valid_to, note)
	values (r->>'code', r->>'kind', r->>'name_vi', r->>'name_en', r->>'area', coalesce((r->>'governs')::boolean, false),
		coalesce((r->>'hub')::boolean, false), r->>'calendar', (r->>'valid_from')::date, (r->>'valid_to')::date, r->>'note')
	on conflict (code) do update set (kind, name_vi, name_en, area, governs, hub, calendar, valid_from, valid_to, note) =
		(excluded.kind, excluded.name_vi, excluded.name_en, excluded.area, excluded.governs, excluded.hub, excluded.calendar,
		excluded.valid_from, excluded.valid_to, excluded.note)
$$;
comment on function import_departments is 'code, parent (optional), kind, name_vi, name_en, area (optional), governs (true for the committee
of a ward or commune), hub (true for the coordinating centre), calendar, valid_from, valid_to, successor, note (all optional)';

create function import_categories(r jsonb) returns void language sql set search_path = tiepdan, pg_temp as $$
	insert into category values (r->>'code', null, r->>'name_vi', r->>'name_en', r->>'department', r->>'level', r->>'visibility',
		(r->>'valid_from')::date, (r->>'valid_to')::date)
	on conflict (code) do update set (name_vi, name_en, department, level, visibility, valid_from, valid_to) =
		(excluded.name_vi, excluded.name_en, excluded.department, excluded.level, excluded.visibility, excluded.valid_from,
		excluded.valid_to)
$$;
comment on function import_categories is 'code, parent (optional), name_vi, name_en, department (a code, or AREA), level (normal, urgent,
complex), visibility (public, private, restricted, confidential), valid_from, valid_to (optional)';

create function import_kinds(r jsonb) returns void language sql set search_path = tiepdan, pg_temp as $$
	insert into kind values (r->>'code', (r->>'position')::int, r->>'name_vi', r->>'name_en', r->>'sight', r->>'visibility',
		r->>'level', string_to_array(r->>'emergency_numbers', ' '))
	on conflict (code) do update set (position, name_vi, name_en, sight, visibility, level, emergency_numbers) =
		(excluded.position, excluded.name_vi, excluded.name_en, excluded.sight, excluded.visibility, excluded.level,
		excluded.emergency_numbers)
$$;
comment on function import_kinds is 'code, position, name_vi, name_en, sight, visibility, level (optional: else the category decides),
emergency_numbers (optional, separated by blanks)';

create function import_profiles(r jsonb) returns void language sql set search_path = tiepdan, pg_temp as $$
	insert into profile values (r->>'code', r->>'name_vi', r->>'name_en')
	on conflict (code) do update set (name_vi, name_en) = (excluded.name_vi, excluded.name_en)
$$;
comment on function import_profiles is 'code, name_vi, name_en';

create function import_policies(r jsonb) returns void language sql set search_path = tiepdan, pg_temp as $$
	insert into policy (profile, kind, level, category, accept_amount, accept_unit, forward_amount, forward_unit, answer_amount,
		answer_unit, answer_from_acceptance, extensions, citation_vi, citation_en, note, valid_from, valid_to)
	values (r->>'profile', r->>'kind', r->>'level', r->>'category', (r->>'accept_amount')::int, r->>'accept_unit',
		(r->>'forward_amount')::int, r->>'forward_unit', (r->>'answer_amount')::int, r->>'answer_unit',
		(r->>'answer_from_acceptance')::boolean, (r->>'extensions')::int, r->>'citation_vi', r->>'citation_en', r->>'note',
		(r->>'valid_from')::date, (r->>'valid_to')::date)
	on conflict on constraint policy_version do update set (accept_amount, accept_unit, forward_amount, forward_unit,
		answer_amount, answer_unit, answer_from_acceptance, extensions, citation_vi, citation_en, note, valid_to) =
		(excluded.accept_amount, excluded.accept_unit, excluded.forward_amount, excluded.forward_unit, excluded.answer_amount,
		excluded.answer_unit, excluded.answer_from_acceptance, excluded.extensions, excluded.citation_vi, excluded.citation_en,
		excluded.note, excluded.valid_to)
$$;
comment on function import_policies is 'profile, kind, level, category (optional: any), accept_amount, accept_unit, forward_amount,
forward_unit, answer_amount, answer_unit (units wh, wd, cd, h, now in minutes, none without amount), answer_from_acceptance,
extensions, citation_vi, citation_en, note (optional), valid_from, valid_to (optional). A change of the law is a new row with
another valid_from; the same profile, kind, level, category and valid_from corrects a row.';

create function import_route_rules(r jsonb) returns void language sql set search_path = tiepdan, pg_temp as $$
	insert into route_rule (kind, category, area, department, note, valid_from, valid_to)
	values (r->>'kind', r->>'category', r->>'area', r->>'department', r->>'note', (r->>'valid_from')::date, (r->>'valid_to')::date)
	on conflict on constraint route_rule_version do update set (department, note, valid_to) =
		(excluded.department, excluded.note, excluded.valid_to)
$$;
comment on function import_route_rules is 'kind, category, area (optional: any; at least one), department (a code, or AREA), note,
valid_from, valid_to (optional)';

create function import_refusal_reasons(r jsonb) returns void language sql set search_path = tiepdan, pg_temp as $$
	insert into refusal_reason values (r->>'code', (r->>'position')::int, r->>'action', r->>'text_vi', r->>'text_en',
		r->>'basis_vi', r->>'basis_en', (r->>'valid_from')::date, (r->>'valid_to')::date)
	on conflict (code) do update set (position, action, text_vi, text_en, basis_vi, basis_en, valid_from, valid_to) =
		(excluded.position, excluded.action, excluded.text_vi, excluded.text_en, excluded.basis_vi, excluded.basis_en,
		excluded.valid_from, excluded.valid_to)
$$;
comment on function import_refusal_reasons is 'code, position, action (refuse, redirect), text_vi, text_en (what the citizen is told),
basis_vi, basis_en (the law), valid_from, valid_to (optional)';

create function import_link(p_kind text, r jsonb) returns void language sql set search_path = tiepdan, pg_temp as $$
	update area set parent = r->>'parent' where p_kind = 'areas' and code = r->>'code';
	update category set parent = r->>'parent' where p_kind = 'categories' and code = r->>'code';
	update department set parent = (select id from department where code = r->>'parent'),
		successor = (select id from department where code = r->>'successor') where p_kind = 'departments' and code = r->>'code';
$$;

-- Codes whose parents, or whose successors, run in a circle.
create function import_circles(p_kind text) returns table (code text) language sql stable set search_path = tiepdan, pg_temp as $$
	with recursive edge (relation, code, next) as (
		select 'parent', code, parent from area where p_kind = 'areas' and parent is not null
		union all select 'parent', code, parent from category where p_kind = 'categories' and parent is not null
		union all select 'parent', d.code, p.code from department d join department p on p.id = d.parent where p_kind = 'departments'
		union all select 'successor', d.code, s.code from department d join department s on s.id = d.successor
			where p_kind = 'departments'),
	walk (relation, code, next) as (
		select * from edge
		union select w.relation, w.code, e.next from walk w join edge e on e.relation = w.relation and e.code = w.next)
	select distinct code from walk where code = next
$$;

-- Loads checked rows; the faults that only the constraints know. The caller undoes everything if there is one.
create function import_load(p_kind text, p_rows jsonb)
returns table (line int, message text) language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	r record;
	v_rule text;
	v_detail text;
begin
	delete from calendar_hours where p_kind = 'hours' and calendar in (select value->>'calendar' from jsonb_array_elements(p_rows));
	delete from calendar_day where p_kind = 'days' and (calendar, extract(year from day)) in (
		select value->>'calendar', extract(year from (value->>'day')::date) from jsonb_array_elements(p_rows));
	for r in select value as cells, (value->>'line')::int as line from jsonb_array_elements(p_rows) order by 2 loop
		begin
			execute format('select %I($1)', 'import_' || p_kind) using r.cells;
			perform import_link(p_kind, r.cells);
		exception when integrity_constraint_violation then
			get stacked diagnostics v_rule = constraint_name, v_detail = pg_exception_detail;
			return query select r.line, format('breaks the rule %s%s', v_rule, coalesce(': ' || v_detail, ''));
		end;
	end loop;
	return query select (i.value->>'line')::int, format('parent or successor: "%s" comes back to itself', i.value->>'code')
		from jsonb_array_elements(p_rows) i join import_circles(p_kind) c on c.code = i.value->>'code';
end $$;

create function import_rows(p_kind text, p_rows jsonb)
returns table (line int, message text) language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_lines int[];
	v_messages text[];
begin
	if not exists (select from import_kind where code = p_kind) then
		return query select 1, format('unknown kind "%s"', p_kind);
		return;
	end if;
	select array_agg(f.line), array_agg(f.message) into v_lines, v_messages from import_faults(p_kind, p_rows) f;
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
		update reference_version set version = version + 1, changed_at = now();
		notify reference_changed;
	end if;
	return query select * from unnest(v_lines, v_messages);
end $$;
comment on function import_rows is 'kind: a row of import_kind. No row comes back when everything was loaded.';
