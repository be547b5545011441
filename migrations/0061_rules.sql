-- Rules that say what becomes of a ticket (civil/rules.h), as sets with versions: a draft is written, checked and activated, the one before
-- stays and can be taken back to. They take the place of route_rule, which stays for servers of before: its rows are the first set.
set local search_path = tiepdan, public;

create table rule_set (
	id           uuid not null,
	purpose      text not null,
	department   bigint,
	number       int not null,
	title        text not null,
	text         text not null,
	rules        int not null,
	state        text not null default 'draft',
	version      bigint not null default 1,
	made_at      timestamptz not null default now(),
	made_by      uuid,
	activated_at timestamptz,
	activated_by uuid,
	replaces     uuid,
	constraint rule_set_pk primary key (id),
	constraint rule_set_department_fk foreign key (department) references department,
	constraint rule_set_made_by_fk foreign key (made_by) references account,
	constraint rule_set_activated_by_fk foreign key (activated_by) references account,
	constraint rule_set_replaces_fk foreign key (replaces) references rule_set,
	constraint rule_set_number unique nulls not distinct (purpose, department, number),
	constraint rule_set_purpose check (purpose in ('routing', 'assignment')),
	constraint rule_set_of_a_department check ((purpose = 'assignment') = (department is not null)),
	constraint rule_set_state check (state in ('draft', 'active', 'retired')),
	constraint rule_set_activated check ((state = 'draft') = (activated_at is null)),
	constraint rule_set_title_length check (char_length(title) between 3 and 200),
	constraint rule_set_text_size check (octet_length(text) <= 1048576)
);
create unique index rule_set_active on rule_set (purpose, coalesce(department, 0)) where state = 'active';
comment on table rule_set is 'Sets of rules, each a text; those that were active once are never changed.';
comment on column rule_set.department is 'whose officers an assignment is about; routing is the whole city''s';
comment on column rule_set.number is 'counts up for each purpose and department: what people and tickets call a set by';
comment on column rule_set.rules is 'how many the text has';
comment on column rule_set.made_by is 'NULL: `tiepdan import rules`, or this migration';
comment on column rule_set.replaces is 'the set that was active before it, to which it can be taken back';

create table rule_set_name (
	rule_set uuid not null,
	what     text not null,
	code     text not null,
	rule     text not null default '',
	effect   boolean not null,
	line     int not null,
	constraint rule_set_name_pk primary key (rule_set, what, code, rule, effect),
	constraint rule_set_name_rule_set_fk foreign key (rule_set) references rule_set on delete cascade
);
create index rule_set_name_code on rule_set_name (what, code);
comment on table rule_set_name is 'What the rules of a set name: rules_names() of civil/rules.h.';
comment on column rule_set_name.what is 'kind, category, area, department, profile, officer, tag, flag, skill';
comment on column rule_set_name.rule is 'name of the rule; empty: it stands in a let';
comment on column rule_set_name.effect is 'said by a rule, not asked for by its condition';

-- --- what is made of them -----------------------------------------------------------------------------------------------------

create function rule_set_item(s rule_set) returns jsonb language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return jsonb_build_object('id', s.id, 'purpose', s.purpose, 'department', department_named(s.department), 'number', s.number,
		'title', s.title, 'state', s.state, 'rules', s.rules, 'version', s.version, 'made_at', instant(s.made_at),
		'made_by', person_named(s.made_by), 'activated_at', instant(s.activated_at), 'activated_by', person_named(s.activated_by),
		'replaces', (select jsonb_build_object('id', x.id, 'number', x.number) from rule_set x where x.id = s.replaces));
end $$;
create function rule_set_body(s rule_set) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (rule_set_item(s) || jsonb_build_object('text', s.text))::text;
end $$;

-- The set, locked. TD404, TD412 when it is not in this version.
create function rule_set_at(p_id uuid, p_version bigint) returns rule_set language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	s rule_set;
begin
	perform caller_needs('calendars');	-- who may change what deadlines are counted by
	perform pg_advisory_xact_lock(hashtext('tiepdan.rule_set'));
	select * into s from rule_set where id = p_id for update;
	if not found then
		raise exception 'no such set of rules' using errcode = 'TD404';
	elsif s.version <> p_version then
		raise exception 'the set of rules has version %', s.version using errcode = 'TD412';
	end if;
	return s;
end $$;
-- TD570: what was active once is history.
create function rule_set_draft(p_id uuid, p_version bigint) returns rule_set language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	s rule_set := rule_set_at(p_id, p_version);
begin
	if s.state <> 'draft' then
		raise exception 'the set of rules is no draft' using errcode = 'TD570';
	end if;
	return s;
end $$;
-- Who has no account works at the machine: their role of the database is named.
create function rule_set_record(s rule_set, p_what text, p_event uuid) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	perform event_write(p_event, now(), null, p_what, case when caller_account() is null then 'job' else 'staff' end, caller_account(),
		caller_department(), null, null, null, null,
		jsonb_strip_nulls(jsonb_build_object('set', s.id, 'purpose', s.purpose, 'number', s.number, 'title', s.title, 'rules', s.rules,
			'hash', encode(sha256(convert_to(s.text, 'UTF8')), 'hex'), 'by', case when caller_account() is null then session_user end,
			'department', (select d.code from department d where d.id = s.department))));
end $$;
create function rule_set_names(p_id uuid, p_whats text[], p_codes text[], p_rules text[], p_effects boolean[], p_lines bigint[])
returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	delete from rule_set_name where rule_set = p_id;
	insert into rule_set_name select p_id, what, code, coalesce(rule, ''), effect, line
		from unnest(p_whats, p_codes, p_rules, p_effects, p_lines) i (what, code, rule, effect, line);
end $$;
create function rule_set_next(p_purpose text, p_department bigint) returns int language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (select 1 + coalesce(max(number), 0) from rule_set where purpose = p_purpose and department is not distinct from p_department);
end $$;

-- A new draft, or another text of one. The names are those of the text.
create function rule_set_save(p_id uuid, p_version bigint, p_purpose text, p_title text, p_text text, p_rules bigint, p_whats text[],
	p_codes text[], p_in text[], p_effects boolean[], p_lines bigint[], p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	s rule_set;
begin
	if p_version is null then
		perform caller_needs('calendars');
		perform pg_advisory_xact_lock(hashtext('tiepdan.rule_set'));
		insert into rule_set (id, purpose, number, title, text, rules, made_by)
			values (p_id, p_purpose, rule_set_next(p_purpose, null), p_title, p_text, p_rules, caller_account()) returning * into s;
	else
		perform rule_set_draft(p_id, p_version);
		update rule_set set title = p_title, text = p_text, rules = p_rules, version = version + 1, made_at = now(), made_by = caller_account()
			where id = p_id returning * into s;
	end if;
	perform rule_set_names(s.id, p_whats, p_codes, p_in, p_effects, p_lines);
	perform rule_set_record(s, 'rules.written', p_event);
	body := rule_set_body(s);
	etag := s.version::text;
end $$;

-- Makes a set the one that counts, in the place of the one that did.
create function rule_set_switch(p_id uuid, p_replaces uuid, p_by uuid) returns rule_set language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	s rule_set;
begin
	select * into strict s from rule_set where id = p_id;
	update rule_set set state = 'retired', version = version + 1
		where state = 'active' and purpose = s.purpose and department is not distinct from s.department;
	update rule_set set state = 'active', version = version + 1, activated_at = now(), activated_by = p_by, replaces = p_replaces
		where id = p_id returning * into s;
	notify reference_changed;
	return s;
end $$;
create function rule_set_activate(p_id uuid, p_version bigint, p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	s rule_set := rule_set_draft(p_id, p_version);
begin
	s := rule_set_switch(s.id, (select id from rule_set where state = 'active' and purpose = s.purpose
		and department is not distinct from s.department), caller_account());
	perform rule_set_record(s, 'rules.activated', p_event);
	body := rule_set_body(s);
	etag := s.version::text;
end $$;
-- The set that was active before this one is active again; its body. TD571: this one is not active, or was the first.
create function rule_set_take_back(p_id uuid, p_version bigint, p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	s rule_set := rule_set_at(p_id, p_version);
begin
	if s.state <> 'active' or s.replaces is null then
		raise exception 'there is nothing to take this set of rules back to' using errcode = 'TD571';
	end if;
	s := rule_set_switch(s.replaces, (select replaces from rule_set where id = s.replaces), caller_account());
	perform rule_set_record(s, 'rules.taken_back', p_event);
	body := rule_set_body(s);
	etag := s.version::text;
end $$;
create function rule_set_drop(p_id uuid, p_version bigint, p_event uuid) returns boolean
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	s rule_set := rule_set_draft(p_id, p_version);
begin
	delete from rule_set where id = s.id;
	perform rule_set_record(s, 'rules.dropped', p_event);
	return true;
end $$;

-- `tiepdan import rules`: a text becomes the active set, unless it is that already. The number of the set that is active then.
create function rule_set_import(p_id uuid, p_title text, p_text text, p_rules bigint, p_whats text[], p_codes text[], p_in text[],
	p_effects boolean[], p_lines bigint[]) returns int language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_active rule_set;
begin
	perform pg_advisory_xact_lock(hashtext('tiepdan.rule_set'));
	select * into v_active from rule_set where state = 'active' and purpose = 'routing';
	if v_active.text is distinct from p_text then
		insert into rule_set (id, purpose, number, title, text, rules)
			values (p_id, 'routing', rule_set_next('routing', null), p_title, p_text, p_rules);
		perform rule_set_names(p_id, p_whats, p_codes, p_in, p_effects, p_lines);
		v_active := rule_set_switch(p_id, v_active.id, null);
		perform rule_set_record(v_active, 'rules.activated', gen_random_uuid());
	end if;
	return v_active.number;
end $$;

-- --- the rules of before ------------------------------------------------------------------------------------------------------

-- The rows of route_rule in the order in which they counted: most specific first, in each step a category and an area before those above
-- it, of several alike the youngest. Three lines each; without the notes when the text would be too long with them.
create function rule_set_from_rows() returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_id uuid := gen_random_uuid();
	v_text text;
	v_n int;
	v_noted boolean;
begin
	create temp table rule_row on commit drop as
		with recursive above (what, code, up, depth) as (
			select 'category', code, parent, 1 from category union all select 'area', code, parent, 1 from area
			union all select a.what, a.code, coalesce(c.parent, x.parent), a.depth + 1 from above a
				left join category c on a.what = 'category' and c.code = a.up left join area x on a.what = 'area' and x.code = a.up
			where a.up is not null and a.depth < 8),
		deep (what, code, depth) as (select what, code, max(depth) from above group by what, code)
		select r.*, 'r' || r.id as name, row_number() over (order by
			array_position('{7,6,5,4,3,2,1}'::int[], (r.kind is not null)::int * 4 + (r.category is not null)::int * 2 + (r.area is not null)::int),
			coalesce(c.depth, 0) desc, coalesce(a.depth, 0) desc, coalesce(r.valid_from, '-infinity') desc, r.id desc)::int as place
		from route_rule r left join deep c on c.what = 'category' and c.code = r.category left join deep a on a.what = 'area' and a.code = r.area;
	for v_noted in select unnest('{true,false}'::boolean[]) loop
		select count(*), string_agg(format(E'rule %s%s%s%s\n\twhen %s\n\tthen department %s\n', name,
			case when v_noted then ' "' || translate(left(nullif(note, ''), 200), E'"\\\n\r\t', E'''/   ') || '"' end, ' from ' || to_char(valid_from, 'YYYY-MM-DD'), ' until ' || to_char(valid_to, 'YYYY-MM-DD'),
			concat_ws(' and ', 'kind = ' || kind, 'category = ' || category, 'area = ' || area), department), '' order by place)
			into v_n, v_text from rule_row;
		exit when octet_length(v_text) <= 1048576;
	end loop;
	if octet_length(v_text) > 1048576 then
		raise exception 'the % rows of route_rule are more than one set of rules may have: delete those that have ended, and migrate again', v_n;
	elsif v_n > 0 then
		insert into rule_set (id, purpose, number, title, text, rules, state, activated_at)
			values (v_id, 'routing', 1, 'Quy tắc phân luồng trước đây (routing rules of before)', v_text, v_n, 'active', now());
		insert into rule_set_name select v_id, n.what, n.code, r.name, n.what = 'department', (r.place - 1) * 3 + n.line
			from rule_row r, lateral (values ('kind', r.kind, 2), ('category', r.category, 2), ('area', r.area, 2),
				('department', r.department, 3)) n (what, code, line) where n.code is not null;
	end if;
	drop table rule_row;
end $$;
select rule_set_from_rows();
drop function rule_set_from_rows;
-- They are no kind of reference data any more; the table and import_route_rules() stay for servers and commands of before.
comment on table route_rule is 'Routing rules of servers before migration 61; rule_set has taken their place.';

-- Departments that would get tickets which nobody sees, as in 0053, by the rules that are active.
create or replace function unseen_departments() returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_today date := city_day(now());
begin
	return (
		with recursive target as (
			select k.sight, d.id, d.parent from rule_set r
				join rule_set_name n on n.rule_set = r.id and n.what = 'kind' and not n.effect
				join kind k on k.code = n.code join sight s on s.code = k.sight and s.closed
				join rule_set_name e on e.rule_set = r.id and e.rule = n.rule and e.what = 'department' and e.effect
				join department d on d.code = e.code
			where r.state = 'active' and r.purpose = 'routing'
			union select t.sight, d.id, d.parent from target t join department d on d.id = t.parent where t.sight = 'denunciation')
		select string_agg(distinct d.code, ', ' order by d.code) from target t join department d on d.id = t.id
		where v_today < coalesce(d.valid_to, 'infinity') and not exists (select from sight_people(t.sight, t.id)));
end $$;

-- --- what rules mark a ticket with --------------------------------------------------------------------------------------------

create table ticket_tag (
	ticket uuid not null,
	name   text not null,
	flag   boolean not null,
	at     timestamptz not null,
	constraint ticket_tag_pk primary key (ticket, name, flag),
	constraint ticket_tag_ticket_fk foreign key (ticket) references ticket
);
create index ticket_tag_newest on ticket_tag (name, flag, at, ticket);
comment on table ticket_tag is 'Tags of tickets, and flags for the hub, that rules gave them at the filing; staff read them, citizens do not.';
comment on column ticket_tag.at is 'when the ticket was filed';
alter table ticket_tag enable row level security;
create policy ticket_tag_seen on ticket_tag for select to tiepdan_app using (exists (select from ticket t where t.id = ticket_tag.ticket));

create function ticket_mark(p_tickets uuid[], p_names text[], p_flags boolean[]) returns bigint
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_marked bigint;
begin
	insert into ticket_tag select t.id, i.name, i.flag, t.filed_at
		from unnest(p_tickets, p_names, p_flags) i (ticket, name, flag) join ticket t on t.id = i.ticket on conflict do nothing;
	get diagnostics v_marked = row_count;
	return v_marked;
end $$;
create function tags_of(p_ticket uuid, p_flag boolean) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (select coalesce(json_agg(name order by name), '[]') from ticket_tag where ticket = p_ticket and flag = p_flag);
end $$;

-- As in 0019, without what only staff read of the rules.
create or replace function filed_body(code text, kind text, emergency_numbers text[], department json, route jsonb, deadlines text,
	promise json, filed_at timestamptz)
returns text language sql stable parallel safe as $$
	select '{"code":' || to_json(code) || ',"kind":' || to_json(kind) || ',"state":"submitted","department":' || department
		|| ',"route":' || (route - 'rules') || ',"deadlines":[' || coalesce(deadlines, '') || '],"promise":'
		|| coalesce(promise::text, 'null') || ',"filed_at":"'
		|| tiepdan.instant(filed_at) || '"' || coalesce(',"emergency_numbers":' || to_json(emergency_numbers), '') || '}'
$$;

-- As in 0046, with tags and flags.
create or replace function queue_lines(p_ids uuid[], p_slot int, p_filed boolean, p_now timestamptz, p_soon timestamptz)
returns table (item text, key text, due_at timestamptz, calendar text, unit text) language plpgsql stable
set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
	return query
	select json_build_object('id', t.id, 'code', t.code, 'kind', t.kind, 'category', named(g.code, g.name_vi, g.name_en),
			'area', named(a.code, a.name_vi, a.name_en), 'title', t.title, 'level', t.level, 'visibility', t.visibility,
			'state', t.state, 'holder', json_build_object('department', named(d.code, d.name_vi, d.name_en),
				'person', case when t.person is not null then person_named(t.person) end),
			'clock', nullif(c.kind, 'none'), 'due_at', instant(c.due_at),
			'standing', standing(t.outcome, coalesce(c.due_at, 'infinity'), p_now, p_soon),
			'tags', tags_of(t.id, false), 'flags', tags_of(t.id, true),
			'filed_at', instant(t.filed_at), 'version', t.version)::text,
		concat_ws('|', t.done, case when p_filed then t.filed_at else coalesce(c.due_at, 'infinity') end, t.id),
		nullif(c.due_at, 'infinity'), c.calendar, c.unit
	from unnest(p_ids) with ordinality i (id, ord) join ticket t on t.id = i.id
		left join clock_first c on c.slot = p_slot and c.ticket = t.id
		join category g on g.code = t.category join department d on d.id = t.holder left join area a on a.code = t.area
	order by i.ord;
end $$;

-- Whether fewer tickets have the flag than the tag; beyond some thousands it does not matter.
create function flag_rarer(p_tag text, p_flag text) returns boolean language plpgsql stable security definer
set search_path = tiepdan, pg_temp as $$
begin
	return (select count(*) from (select from ticket_tag where name = p_flag and flag limit 2000) f)
		< (select count(*) from (select from ticket_tag where name = p_tag and not flag limit 2000) t);
end $$;
-- As that of 0057, which serves without them, for tickets with a tag, a flag, or both: filed last first, whatever their state and whoever
-- holds them, unless that is asked for, too.
create function ticket_queue(p_filter uuid, p_states text[], p_kind text, p_category text, p_area text, p_level text, p_standing text,
	p_holder text, p_mine boolean, p_person uuid, p_unassigned boolean, p_sort text, p_now timestamptz, p_soon timestamptz,
	p_after text, p_limit bigint, p_number bigint, p_code text, p_tag text, p_flag text)
returns table (item text, key text, due_at timestamptz, calendar text, unit text) language plpgsql stable
set search_path = tiepdan, pg_temp as $$
declare
	v_asked jsonb;
	v_person uuid;
	v_holder bigint;
	v_by_flag boolean := p_tag is null or (p_flag is not null and flag_rarer(p_tag, p_flag));
begin
	if p_code is not null or num_nonnulls(p_tag, p_flag) = 0 then
		return query select * from ticket_queue(p_filter, p_states, p_kind, p_category, p_area, p_level, p_standing, p_holder, p_mine,
			p_person, p_unassigned, p_sort, p_now, p_soon, p_after, p_limit, p_number, p_code);
		return;
	end if;
	v_asked := case when p_filter is null then '{}' else (filter_used(p_filter)).query end
		|| jsonb_strip_nulls(jsonb_build_object('state', nullif(p_states, '{}'), 'kind', p_kind, 'category', p_category,
			'area', p_area, 'level', p_level, 'standing', p_standing, 'holder', p_holder));
	v_person := case when p_unassigned then nobody() when p_mine then caller_account() else p_person end;
	v_holder := case when coalesce(v_asked->>'holder', 'any') <> 'any' then
		coalesce((select id from department where code = v_asked->>'holder'), -1) end;
	return query select * from queue_lines(array(
		select g.ticket from ticket_tag g
		where g.name = case when v_by_flag then p_flag else p_tag end and g.flag = v_by_flag
			and (g.at, g.ticket) < (coalesce(split_part(p_after, '|', 2)::timestamptz, 'infinity'),
				coalesce(split_part(p_after, '|', 3)::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
			and case	-- what is cheap to ask first
				when v_holder is not null and not exists (select from ticket t where t.id = g.ticket and t.holder = v_holder) then false
				when num_nonnulls(p_tag, p_flag) = 2 and not exists (select from ticket_tag x where x.ticket = g.ticket
					and x.name = case when v_by_flag then p_tag else p_flag end and x.flag <> v_by_flag) then false
				else ticket_asked(g.ticket, v_asked, v_person, p_now, p_soon) end
		order by g.at desc, g.ticket desc limit p_limit + 1), slot_current(), true, p_now, p_soon);
end $$;

grant select on rule_set, rule_set_name, ticket_tag to tiepdan_app;
revoke execute on function rule_set_item, rule_set_body, rule_set_at, rule_set_draft, rule_set_record, rule_set_names, rule_set_next,
	rule_set_save, rule_set_switch, rule_set_activate, rule_set_take_back, rule_set_drop, rule_set_import, ticket_mark, tags_of, flag_rarer,
	ticket_queue(uuid, text[], text, text, text, text, text, text, boolean, uuid, boolean, text, timestamptz, timestamptz, text, bigint,
		bigint, text, text, text) from public;
grant execute on function rule_set_item, rule_set_body, rule_set_save, rule_set_activate, rule_set_take_back, rule_set_drop, ticket_mark,
	tags_of, flag_rarer, ticket_queue(uuid, text[], text, text, text, text, text, text, boolean, uuid, boolean, text, timestamptz, timestamptz, text,
		bigint, bigint, text, text, text) to tiepdan_app;
