-- The work of officers: giving a ticket back, the queue of a person, changes of many tickets at once, saved filters, who can
-- take how much, and fair assignment by the job worker.
set local search_path = tiepdan, public;

-- --- giving a ticket back -------------------------------------------------------------------------------------------------

-- What was begun stays begun: the state remains, so that a ticket in progress does not become one that can be refused.
insert into action (code, position, event, reason, holder, person, reply, conditional, public_vi, public_en) values
	('unassign', 30, 'ticket.unassigned', 'optional', 'keep', 'clear', 'keep', true, null, null);
insert into move values ('unassign', 'in_progress', 'in_progress');
-- Whoever may assign takes back; an officer gives back what is their own.
insert into move_role (action, role, scope, sight)
	select 'unassign', role, scope, sight from move_role where action in ('assign', 'claim');
-- The server assigns, too.
update action set public_vi = 'Đơn vị đã phân công cán bộ xử lý', public_en = 'The department assigned an officer' where code = 'assign';

-- Whether the present caller, who has the role for it, can unassign this ticket: somebody works on it, and that is the
-- caller, or the caller may assign.
create function unassign_applies(t ticket) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return t.person is not null and (t.person = caller_account() or exists (select from move_role r
		where r.action = 'assign' and r.role = any (caller_roles()) and sight_fits(r.sight, t.sight)));
end $$;

-- The moves that the caller's roles allow for this ticket.
create or replace function moves_for(t ticket) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_barred text := caller_barred(t.id);
begin
	return (
		select coalesce(json_agg(m.move order by m.ord), '[]')
		from json_array_elements(moves_open(t.state, t.sight, t.holder, t.returns, caller_roles(), caller_department()))
			with ordinality m (move, ord) join action a on a.code = m.move->>'action'
		where (a.code <> 'unassign' or unassign_applies(t)) and not move_barred(v_barred, a));
end $$;

-- Refuses an action that is not open to the caller, with the code that fits.
create or replace function move_check(t ticket, p_action text) returns void language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_hub boolean := exists (select from department where id = t.holder and hub);
begin
	if not exists (select from move where action = p_action and from_state = t.state) then
		raise exception '% is not possible in state %', p_action, t.state using errcode = 'TD409', detail = moves_of(t)::text;
	end if;
	if p_action = 'unassign' and t.person is null then
		raise exception 'nobody works on the ticket' using errcode = 'TD409', detail = moves_of(t)::text;
	end if;
	if moves_for(t)::jsonb @> jsonb_build_array(jsonb_build_object('action', p_action)) then
		return;
	end if;
	perform caller_impartial(t.id) from action a where a.code = p_action and move_barred(caller_barred(t.id), a);
	if exists (select from move_role r where r.action = p_action and r.role = any (caller_roles())
		and sight_fits(r.sight, t.sight) and t.returns >= r.max_returns
		and (r.scope = 'all' or (t.holder = caller_department() and not (r.scope = 'own_not_hub' and v_hub)))) then
		raise exception 'returned % times already', t.returns using errcode = 'TD419', detail = moves_of(t)::text;
	end if;
	raise exception 'none of the caller''s roles may %', p_action using errcode = 'TD403';
end $$;

-- --- the queue of a person ------------------------------------------------------------------------------------------------

-- A person that no account is: the tickets of nobody.
create function nobody() returns uuid language sql immutable parallel safe as $$
	select '00000000-0000-0000-0000-000000000000'::uuid
$$;
-- As before; `person` may be nobody().
create or replace function ticket_fits(t ticket, due_at timestamptz, states text[], kind text, categories text[], area text, level text,
	person uuid, due_from timestamptz, due_before timestamptz)
returns boolean language sql stable parallel safe as $$
	select ($3 is null or t.state = any ($3)) and ($4 is null or t.kind = $4) and ($5 is null or t.category = any ($5))
		and ($6 is null or t.area = $6) and ($7 is null or t.level = $7)
		and ($8 is null or coalesce(t.person, '00000000-0000-0000-0000-000000000000') = $8)
		and ($9 is null or $2 >= $9) and ($10 is null or $2 < $10)
$$;

-- The queue: what is due soonest first (open tickets before the rest), or what was filed last first. Runs with the
-- caller's rights. Each page is read in the order of one index, whatever the statistics say. `p_after` is the key of the
-- last row seen, `p_person` whose tickets: an account, or nobody().
create function ticket_list(p_states text[], p_kind text, p_category text, p_area text, p_level text, p_standing text,
	p_holder text, p_person uuid, p_sort text, p_now timestamptz, p_soon timestamptz, p_after text, p_limit bigint)
returns table (item text, key text, due_at timestamptz, calendar text, unit text) language plpgsql stable
set search_path = tiepdan, pg_temp set enable_bitmapscan = off set enable_sort = off set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
	v_slot int := slot_current();
	v_all text[] := caller_sees_all();
	v_own text[] := caller_sees_own();
	v_home bigint := caller_department();
	v_holder bigint := case when p_holder <> 'any' then coalesce((select id from department where code = p_holder), -1)
		when v_all = '{}' then v_home end;
	v_filed boolean := coalesce(p_sort = 'filed', false);
	v_states text[] := nullif(p_states, '{}');
	v_done boolean := coalesce((select bool_or(not open) from state where code = any (v_states)), false);
	v_open boolean := v_states is null or exists (select from state where code = any (v_states) and open);
	v_categories text[] := case when p_category is not null then array(
		select code from category where code = p_category or parent = p_category) end;
	v_from timestamptz := case p_standing when 'due_soon' then p_now when 'in_time' then p_soon when 'no_clock' then 'infinity' end;
	v_before timestamptz := case p_standing when 'overdue' then p_now when 'due_soon' then p_soon when 'in_time' then 'infinity' end;
	v_after_done boolean := coalesce(split_part(p_after, '|', 1)::boolean, false);
	v_after_at timestamptz := coalesce(split_part(p_after, '|', 2)::timestamptz, case when v_filed then 'infinity' else '-infinity' end::timestamptz);
	v_after_id uuid := coalesce(split_part(p_after, '|', 3)::uuid, case when v_filed
		then 'ffffffff-ffff-ffff-ffff-ffffffffffff' else '00000000-0000-0000-0000-000000000000' end::uuid);
	v_person uuid := nullif(p_person, nobody());	-- one person has few open tickets: they are sorted
	v_ids uuid[] := '{}';
begin
	if v_person is not null and v_filed and not v_done then
		v_ids := array(select t.id from ticket t left join clock_running c on c.slot = v_slot and c.ticket = t.id and c.first
			where t.person = v_person and not t.done and (t.filed_at, t.id) < (v_after_at, v_after_id)
				and (v_holder is null or t.holder = v_holder)
				and may_see(t.sight, t.holder, v_all, v_own, v_home) and (t.sight <> 'denunciation' or sees(t))
				and ticket_fits(t, coalesce(c.due_at, 'infinity'), v_states, p_kind, v_categories, p_area, p_level, p_person, v_from, v_before)
			order by t.filed_at desc, t.id desc limit p_limit + 1);
	elsif v_person is not null and not v_filed and v_open and not v_after_done then
		v_ids := array(select c.ticket from ticket t join clock_running c on c.slot = v_slot and c.ticket = t.id and c.first
			where t.person = v_person and not t.done and (c.due_at, c.ticket) > (v_after_at, v_after_id)
				and (v_holder is null or t.holder = v_holder)
				and may_see(t.sight, t.holder, v_all, v_own, v_home) and (t.sight <> 'denunciation' or sees(t))
				and ticket_fits(t, c.due_at, v_states, p_kind, v_categories, p_area, p_level, p_person, v_from, v_before)
			order by c.due_at, c.ticket limit p_limit + 1);
	elsif v_filed and v_holder is not null then
		v_ids := array(select t.id from ticket t left join clock_running c on c.slot = v_slot and c.ticket = t.id and c.first
			where t.holder = v_holder and (t.filed_at, t.id) < (v_after_at, v_after_id) and t.done <= v_done
				and may_see(t.sight, t.holder, v_all, v_own, v_home) and (t.sight <> 'denunciation' or sees(t))
				and ticket_fits(t, coalesce(c.due_at, 'infinity'), v_states, p_kind, v_categories, p_area, p_level, p_person, v_from, v_before)
			order by t.filed_at desc, t.id desc limit p_limit + 1);
	elsif v_filed then
		v_ids := array(select t.id from ticket t left join clock_running c on c.slot = v_slot and c.ticket = t.id and c.first
			where (t.filed_at, t.id) < (v_after_at, v_after_id) and t.done <= v_done
				and may_see(t.sight, t.holder, v_all, v_own, v_home) and (t.sight <> 'denunciation' or sees(t))
				and ticket_fits(t, coalesce(c.due_at, 'infinity'), v_states, p_kind, v_categories, p_area, p_level, p_person, v_from, v_before)
			order by t.filed_at desc, t.id desc limit p_limit + 1);
	elsif v_open and not v_after_done and v_holder is not null then
		v_ids := array(select c.ticket from clock_running c join ticket t on t.id = c.ticket
			where c.slot = v_slot and c.first and c.holder = v_holder and (c.due_at, c.ticket) > (v_after_at, v_after_id)
				and may_see(t.sight, t.holder, v_all, v_own, v_home) and (t.sight <> 'denunciation' or sees(t))
				and ticket_fits(t, c.due_at, v_states, p_kind, v_categories, p_area, p_level, p_person, v_from, v_before)
			order by c.due_at, c.ticket limit p_limit + 1);
	elsif v_open and not v_after_done then
		v_ids := array(select c.ticket from clock_running c join ticket t on t.id = c.ticket
			where c.slot = v_slot and c.first and (c.due_at, c.ticket) > (v_after_at, v_after_id)
				and may_see(t.sight, t.holder, v_all, v_own, v_home) and (t.sight <> 'denunciation' or sees(t))
				and ticket_fits(t, c.due_at, v_states, p_kind, v_categories, p_area, p_level, p_person, v_from, v_before)
			order by c.due_at, c.ticket limit p_limit + 1);
	end if;
	if not v_filed and v_done and cardinality(v_ids) <= p_limit then
		if not v_after_done then
			v_after_id := '00000000-0000-0000-0000-000000000000';
		end if;
		v_ids := v_ids || case when v_holder is not null then
			array(select t.id from ticket t where t.done and t.holder = v_holder and t.id > v_after_id
				and may_see(t.sight, t.holder, v_all, v_own, v_home) and (t.sight <> 'denunciation' or sees(t))
				and ticket_fits(t, 'infinity', v_states, p_kind, v_categories, p_area, p_level, p_person, v_from, v_before)
				order by t.id limit p_limit + 1 - cardinality(v_ids))
		else
			array(select t.id from ticket t where t.done and t.id > v_after_id
				and may_see(t.sight, t.holder, v_all, v_own, v_home) and (t.sight <> 'denunciation' or sees(t))
				and ticket_fits(t, 'infinity', v_states, p_kind, v_categories, p_area, p_level, p_person, v_from, v_before)
				order by t.id limit p_limit + 1 - cardinality(v_ids)) end;
	end if;
	return query
	select json_build_object('id', t.id, 'code', t.code, 'kind', t.kind, 'category', named(g.code, g.name_vi, g.name_en),
			'area', named(a.code, a.name_vi, a.name_en), 'title', t.title, 'level', t.level, 'visibility', t.visibility,
			'state', t.state, 'holder', json_build_object('department', named(d.code, d.name_vi, d.name_en),
				'person', case when t.person is not null then person_named(t.person) end),
			'clock', nullif(c.kind, 'none'), 'due_at', instant(c.due_at),
			'standing', standing(t.outcome, coalesce(c.due_at, 'infinity'), p_now, p_soon),
			'filed_at', instant(t.filed_at), 'version', t.version)::text,
		concat_ws('|', t.done, case when v_filed then t.filed_at else coalesce(c.due_at, 'infinity') end, t.id),
		nullif(c.due_at, 'infinity'), c.calendar, c.unit
	from unnest(v_ids) with ordinality i (id, ord) join ticket t on t.id = i.id
		left join clock_running c on c.slot = v_slot and c.ticket = t.id and c.first
		join category g on g.code = t.category join department d on d.id = t.holder left join area a on a.code = t.area
	order by i.ord;
end $$;
create or replace function ticket_list(p_states text[], p_kind text, p_category text, p_area text, p_level text, p_standing text,
	p_holder text, p_mine boolean, p_sort text, p_now timestamptz, p_soon timestamptz, p_after text, p_limit bigint)
returns table (item text, key text, due_at timestamptz, calendar text, unit text) language plpgsql stable
set search_path = tiepdan, pg_temp as $$
begin
	return query select * from ticket_list(p_states, p_kind, p_category, p_area, p_level, p_standing, p_holder,
		case when p_mine then caller_account() end, p_sort, p_now, p_soon, p_after, p_limit);
end $$;
comment on function ticket_list(text[], text, text, text, text, text, text, boolean, text, timestamptz, timestamptz, text, bigint) is
	'for servers of before, as long as there are some: mine or everybody''s';

-- --- changes of many tickets ----------------------------------------------------------------------------------------------

-- Moves many tickets, each by ticket_move() and for itself: what refuses one (its SQLSTATE is among p_sqlstates, the problem
-- at the same place of p_problems) undoes that one alone; anything else undoes them all. Tickets are locked in the order of
-- their ids, so that two such changes do not wait for each other in a circle. The answer is kept under the key, if there is one.
create function tickets_move(p_action text, p_tickets uuid[], p_versions bigint[], p_events uuid[], p_reason_code text, p_reason text,
	p_department text, p_person uuid, p_at timestamptz, p_policies bigint[], p_kinds text[], p_dues timestamptz[],
	p_alarms timestamptz[], p_units text[], p_amounts bigint[], p_calendar text, p_calendar_version bigint, p_sqlstates text[],
	p_problems text[], p_key bytea)
returns text language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	i record;
	v_items text[] := array_fill(null::text, array[cardinality(p_tickets)]);
	v_done int := 0;
	v_state text;
	v_detail text;
	v_problem text;
	v_body text;
begin
	for i in select * from unnest(p_tickets, p_versions, p_events) with ordinality x (ticket, version, event, ord)
			order by x.ticket, x.ord loop
		begin
			v_items[i.ord] := (
				select json_build_object('id', i.ticket, 'status', 200, 'version', m.etag::bigint, 'state', m.body::json->>'state')::text
				from ticket_move(i.ticket, p_action, i.version, p_reason_code, p_reason, p_department, p_person, null, p_at, p_policies,
					p_kinds, p_dues, p_alarms, p_units, p_amounts, p_calendar, p_calendar_version, i.event) m);
			v_done := v_done + 1;
		exception when others then
			get stacked diagnostics v_state = returned_sqlstate, v_detail = pg_exception_detail;
			v_problem := p_problems[array_position(p_sqlstates, v_state)];
			if v_problem is null then
				raise;
			end if;
			if v_state = 'TD409' and v_detail like '[%]' then
				v_problem := rtrim(v_problem, '}') || ',"moves":' || v_detail || '}';
			end if;
			v_items[i.ord] := format('{"id":"%s","status":%s,"problem":%s}', i.ticket, v_problem::json->>'status', v_problem);
		end;
	end loop;
	v_body := format('{"done":%s,"refused":%s,"items":[%s]}', v_done, cardinality(v_items) - v_done, array_to_string(v_items, ','));
	if p_key is not null then
		perform once_finish(p_key, 200, v_body);
	end if;
	return v_body;
end $$;

-- --- saved filters --------------------------------------------------------------------------------------------------------

insert into setting values ('filters_most', 50, 'saved filters of one account');
create table saved_filter (
	id         uuid not null,
	account    uuid not null,
	name       text not null,
	shared     boolean not null,
	query      jsonb not null,
	version    bigint not null default 1,
	updated_at timestamptz not null,
	constraint saved_filter_pk primary key (id),
	constraint saved_filter_name unique (account, name),
	constraint saved_filter_account_fk foreign key (account) references account,
	constraint saved_filter_name_length check (char_length(name) between 1 and 80),
	constraint saved_filter_query check (jsonb_typeof(query) = 'object')
);
comment on column saved_filter.shared is 'the colleagues of the owner''s present department see it';
comment on column saved_filter.query is 'parameters of the queue that are given; made by filter_query()';

create function filter_query(p_states text[], p_kind text, p_category text, p_area text, p_level text, p_standing text, p_holder text,
	p_mine boolean, p_person uuid, p_unassigned boolean, p_sort text)
returns jsonb language sql immutable set search_path = tiepdan, pg_temp as $$
	select jsonb_strip_nulls(jsonb_build_object('state', nullif(p_states, '{}'), 'kind', p_kind, 'category', p_category, 'area', p_area,
		'level', p_level, 'standing', p_standing, 'holder', p_holder, 'mine', nullif(p_mine, false), 'person', p_person,
		'unassigned', nullif(p_unassigned, false), 'sort', p_sort))
$$;
create function filter_item(f saved_filter) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return json_build_object('id', f.id, 'name', f.name, 'shared', f.shared, 'own', f.account = caller_account(),
		'owner', person_named(f.account), 'query', f.query, 'updated_at', instant(f.updated_at), 'version', f.version);
end $$;

create function filter_list(p_after text, p_limit bigint)
returns table (item text, key text) language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	return query
	select filter_item(f)::text, concat_ws('|', f.name, f.id)
	from account a join saved_filter f on f.account = a.id
	where a.department = caller_department() and (f.shared or a.id = caller_account())
		and (f.name, f.id) > (coalesce(left(p_after, -37), ''), coalesce(right(p_after, 36)::uuid, nobody()))
	order by f.name, f.id limit p_limit + 1;
end $$;

-- TD460 when there are too many already. The account is locked, so that two at once do not make one too many.
create function filter_make(p_id uuid, p_name text, p_shared boolean, p_query jsonb, p_at timestamptz)
returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	perform from account where id = caller_account() for no key update;
	if (select count(*) from saved_filter where account = caller_account()) >= (select value from setting where name = 'filters_most') then
		raise exception 'too many filters' using errcode = 'TD460';
	end if;
	insert into saved_filter (id, account, name, shared, query, updated_at) values (p_id, caller_account(), p_name, p_shared, p_query, p_at);
end $$;

-- A filter of the caller's at this version, locked; TD404, TD412.
create function filter_at(p_id uuid, p_version bigint) returns saved_filter language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	f saved_filter;
begin
	select * into f from saved_filter where id = p_id and account = caller_account() for no key update;
	if not found then
		raise exception 'no such filter' using errcode = 'TD404';
	elsif f.version <> p_version then
		raise exception 'the filter has version %', f.version using errcode = 'TD412';
	end if;
	return f;
end $$;

create function filter_change(p_id uuid, p_version bigint, p_name text, p_shared boolean, p_query jsonb, p_at timestamptz,
	out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	f saved_filter := filter_at(p_id, p_version);
begin
	update saved_filter set name = p_name, shared = p_shared, query = p_query, updated_at = p_at, version = version + 1
		where id = f.id returning * into f;
	body := filter_item(f)::text;
	etag := f.version::text;
end $$;

create function filter_remove(p_id uuid, p_version bigint) returns void language plpgsql security definer
set search_path = tiepdan, pg_temp as $$
declare
	f saved_filter := filter_at(p_id, p_version);
begin
	delete from saved_filter where id = f.id;
end $$;

-- A filter that the caller may use; TD404 for any other.
create function filter_used(p_id uuid) returns saved_filter language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
declare
	f saved_filter;
begin
	select s.* into f from saved_filter s join account a on a.id = s.account
		where s.id = p_id and (s.account = caller_account() or (s.shared and a.department = caller_department()));
	if not found then
		raise exception 'no such filter' using errcode = 'TD404';
	end if;
	return f;
end $$;
create function filter_show(p_id uuid, out body text, out etag text) language plpgsql stable security definer
set search_path = tiepdan, pg_temp as $$
declare
	f saved_filter := filter_used(p_id);
begin
	body := filter_item(f)::text;
	etag := f.version::text;
end $$;

-- The queue by parameters and, for those that are not given, by a saved filter. Whose tickets is one question: mine, a
-- person's or nobody's, so that one answer to it replaces the filter's.
create function ticket_queue(p_filter uuid, p_states text[], p_kind text, p_category text, p_area text, p_level text, p_standing text,
	p_holder text, p_mine boolean, p_person uuid, p_unassigned boolean, p_sort text, p_now timestamptz, p_soon timestamptz,
	p_after text, p_limit bigint)
returns table (item text, key text, due_at timestamptz, calendar text, unit text) language plpgsql stable
set search_path = tiepdan, pg_temp as $$
declare
	q jsonb := case when p_filter is null then '{}' else (filter_used(p_filter)).query end;
	v_person uuid := case when p_unassigned then nobody() when p_mine then caller_account() when p_person is not null then p_person
		when q ? 'unassigned' then nobody() when q ? 'mine' then caller_account() else (q->>'person')::uuid end;
begin
	return query select * from ticket_list(coalesce(nullif(p_states, '{}'), array(select jsonb_array_elements_text(q->'state'))),
		coalesce(p_kind, q->>'kind'), coalesce(p_category, q->>'category'), coalesce(p_area, q->>'area'),
		coalesce(p_level, q->>'level'), coalesce(p_standing, q->>'standing'), coalesce(p_holder, q->>'holder'), v_person,
		coalesce(p_sort, q->>'sort'), p_now, p_soon, p_after, p_limit);
end $$;

-- No policy, so no row: the functions are the only way.
alter table saved_filter enable row level security;
revoke all on saved_filter from public;

-- --- who can take how much ------------------------------------------------------------------------------------------------

insert into setting values
	('work_capacity', 30, 'open tickets that an officer can have at once, where the head has set no other number'),
	('absences_most', 100, 'absences of one account that are still to end'),
	('assign_retry_seconds', 60, 'a ticket that nobody can take now is tried again after so long'),
	('assign_retry_seconds_most', 3600, 'and one that suits nobody at all after twice as long each time, up to this');

create table work_profile (
	account     uuid not null,
	capacity    int,
	languages   text[] not null default '{}',
	assigned_at timestamptz,
	version     bigint not null default 1,
	constraint work_profile_pk primary key (account),
	constraint work_profile_account_fk foreign key (account) references account,
	constraint work_profile_capacity check (capacity between 0 and 1000),
	constraint work_profile_languages check (languages <@ '{vi,en}')
);
comment on column work_profile.capacity is 'open tickets at once; NULL: setting work_capacity';
comment on column work_profile.languages is 'of the tickets; none: any';
comment on column work_profile.assigned_at is 'when the job worker assigned something last';
comment on column work_profile.version is 'of capacity, skills and languages; without a row it is 1, too';

create table work_skill (
	account  uuid not null,
	category text not null,
	constraint work_skill_pk primary key (account, category),
	constraint work_skill_account_fk foreign key (account) references account,
	constraint work_skill_category_fk foreign key (category) references category
);
comment on table work_skill is 'Categories, with those below them, that somebody handles; without a row: all.';

create table absence (
	id       uuid not null,
	account  uuid not null,
	from_at  timestamptz not null,
	until_at timestamptz not null,
	deputy   uuid,
	made_at  timestamptz not null,
	made_by  uuid not null,
	constraint absence_pk primary key (id),
	constraint absence_account_fk foreign key (account) references account,
	constraint absence_deputy_fk foreign key (deputy) references account,
	constraint absence_made_by_fk foreign key (made_by) references account,
	constraint absence_order check (until_at > from_at),
	constraint absence_deputy check (deputy <> account),
	constraint absence_no_overlap exclude using gist (account with =, tstzrange(from_at, until_at) with &&)
);
comment on column absence.deputy is 'whom colleagues turn to meanwhile; what the absent one has stays with them until somebody assigns it';

create table department_work (
	department bigint not null,
	automatic  boolean not null,
	changed_at timestamptz not null,
	changed_by uuid not null,
	tried_at   timestamptz not null default '-infinity',
	version    bigint not null default 1,
	constraint department_work_pk primary key (department),
	constraint department_work_department_fk foreign key (department) references department,
	constraint department_work_changed_by_fk foreign key (changed_by) references account
);
comment on table department_work is 'Whether the job worker assigns; no row: it does not. Who assigns for a department holds its row.';
comment on column department_work.version is 'without a row it is 1, too';
comment on column department_work.tried_at is 'when its queue was gone through last: the next turn is of the one that waits longest';

create table assignment_wait (
	ticket     uuid not null,
	department bigint not null,
	next_at    timestamptz not null,
	in_vain    int not null default 0,
	constraint assignment_wait_pk primary key (ticket)
);
create index assignment_wait_department on assignment_wait (department, next_at);
comment on table assignment_wait is
	'Tickets that suit nobody who has room: set aside for a while, so that they do not keep others from their turn.';
comment on column assignment_wait.in_vain is 'how often in a row nobody was found whom it would suit, with room or without';

-- People say who must not get a ticket, too.
alter table ticket_excluded
	add column at timestamptz not null default now(),
	add column made_by uuid,
	add constraint ticket_excluded_made_by_fk foreign key (made_by) references account,
	drop constraint ticket_excluded_reason,
	add constraint ticket_excluded_reason check (reason in ('handled', 'named', 'conflict'));
comment on column ticket_excluded.reason is
	'handled: it was theirs before; named: it complains about them; conflict: another interest of theirs';
comment on column ticket_excluded.made_by is 'NULL: the server';

-- Whoever may assign work says who can take how much of it.
create function work_manages() returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return exists (select from move_role where action = 'assign' and role = any (caller_roles()));
end $$;
-- Refuses the account of somebody else than the caller to those who do not manage: TD403, TD404 outside the department. Who passes
-- has the department's row first, as whoever assigns there does, so that they cannot wait for each other in a circle.
create function work_managed(p_account uuid, p_own boolean) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	if not exists (select from account where id = p_account and active and department = caller_department()) then
		raise exception 'no such person in the department' using errcode = 'TD404';
	elsif not work_manages() and not (p_own and p_account = caller_account()) then
		raise exception 'this is for those who assign' using errcode = 'TD403';
	end if;
	perform from department_work where department = caller_department() for no key update;
end $$;
-- After a change of who can take what, tickets that were set aside are tried at once.
create function work_changed(p_department bigint, p_type text, p_at timestamptz, p_event uuid, p_data jsonb) returns void
language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	delete from assignment_wait where department = p_department;
	perform event_write(p_event, p_at, null, p_type, 'staff', caller_account(), p_department, null, null, null, null, p_data);
end $$;

-- The people of a department who take up tickets of any sight, with what they have and whether they are here.
create function work_people(p_department bigint, p_now timestamptz)
returns table (account uuid, open bigint, capacity bigint, here boolean, languages text[], assigned_at timestamptz)
language plpgsql stable set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	return query
	select a.id, (select count(*) from ticket t where t.person = a.id and not t.done),
		coalesce(p.capacity, (select value from setting where name = 'work_capacity'))::bigint,
		not exists (select from absence b where b.account = a.id and b.from_at <= p_now and b.until_at > p_now),
		coalesce(p.languages, '{}'), p.assigned_at
	from account a left join work_profile p on p.account = a.id
	where a.department = p_department and a.active and exists (
		select from account_role r join move_role m on m.role = r.role and m.action = 'claim' where r.account = a.id);
end $$;

create function staff_item(p_account uuid, p_now timestamptz) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select json_build_object('id', a.id, 'name', a.name,
			'roles', (select coalesce(json_agg(r.role order by o.position), '[]')
				from account_role r join role o on o.code = r.role where r.account = a.id),
			'open', (select count(*) from ticket t where t.person = a.id and not t.done),
			'capacity', coalesce(p.capacity, (select value from setting where name = 'work_capacity')),
			'capacity_set', p.capacity is not null,
			'skills', (select coalesce(json_agg(k.category order by k.category), '[]') from work_skill k where k.account = a.id),
			'languages', coalesce(p.languages, '{}'), 'assigned_at', instant(p.assigned_at), 'version', coalesce(p.version, 1),
			'away', exists (select from absence b where b.account = a.id and b.from_at <= p_now and b.until_at > p_now),
			'absences', (select coalesce(json_agg(json_build_object('id', b.id, 'from', instant(b.from_at), 'until', instant(b.until_at),
					'deputy', person_named(b.deputy)) order by b.from_at), '[]')
				from absence b where b.account = a.id and b.until_at > p_now))::text
		from account a left join work_profile p on p.account = a.id where a.id = p_account);
end $$;

create function staff_list(p_now timestamptz, p_after text, p_limit bigint)
returns table (item text, key text) language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	return query
	select staff_item(a.id, p_now), a.login from account a
	where a.department = caller_department() and a.active and a.login > coalesce(p_after, '')
		and (a.id = caller_account() or work_manages())
	order by a.login limit p_limit + 1;
end $$;

-- Replaces a profile. TD412 when somebody has changed it since.
create function work_profile_set(p_account uuid, p_version bigint, p_capacity bigint, p_skills text[], p_languages text[], p_at timestamptz,
	p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_version bigint;
begin
	perform work_managed(p_account, false);
	insert into work_profile (account) values (p_account) on conflict (account) do nothing;
	select version into v_version from work_profile where account = p_account for no key update;
	if v_version <> p_version then
		raise exception 'the profile has version %', v_version using errcode = 'TD412';
	end if;
	update work_profile set capacity = p_capacity, languages = coalesce(p_languages, '{}'), version = version + 1 where account = p_account;
	delete from work_skill where account = p_account and category <> all (coalesce(p_skills, '{}'));
	insert into work_skill select p_account, c from unnest(p_skills) c on conflict do nothing;
	perform work_changed(caller_department(), 'staff.work_changed', p_at, p_event, jsonb_build_object('account', p_account,
		'capacity', p_capacity, 'skills', coalesce(p_skills, '{}'), 'languages', coalesce(p_languages, '{}')));
	body := staff_item(p_account, p_at);
	etag := v_version + 1;
end $$;

-- TD462: no deputy of the department; TD463: too many absences.
create function absence_make(p_id uuid, p_account uuid, p_from timestamptz, p_until timestamptz, p_deputy uuid, p_at timestamptz,
	p_event uuid)
returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	perform work_managed(p_account, true);
	if p_deputy is not null and (p_deputy = p_account
		or not exists (select from account where id = p_deputy and active and department = caller_department())) then
		raise exception 'no such deputy in the department' using errcode = 'TD462';
	elsif (select count(*) from absence where account = p_account and until_at > p_at)
			>= (select value from setting where name = 'absences_most') then
		raise exception 'too many absences' using errcode = 'TD463';
	end if;
	insert into absence values (p_id, p_account, p_from, p_until, p_deputy, p_at, caller_account());
	perform work_changed(caller_department(), 'staff.absence_made', p_at, p_event, jsonb_build_object('account', p_account,
		'absence', p_id, 'from', instant(p_from), 'until', instant(p_until), 'deputy', p_deputy));
end $$;

-- One that has begun ends now; one that has ended stays as it was.
create function absence_remove(p_id uuid, p_at timestamptz, p_event uuid)
returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	b absence;
begin
	select * into b from absence where id = p_id and until_at > p_at for no key update;
	if not found then
		raise exception 'no such absence' using errcode = 'TD404';
	end if;
	perform work_managed(b.account, true);
	if b.from_at < p_at then
		update absence set until_at = p_at where id = p_id;
	else
		delete from absence where id = p_id;
	end if;
	perform work_changed(caller_department(), 'staff.absence_removed', p_at, p_event,
		jsonb_build_object('account', b.account, 'absence', p_id));
end $$;

-- What waits counts as far as the caller sees it.
create function department_work_item(p_now timestamptz, out body text, out etag text) language plpgsql stable security definer
set search_path = tiepdan, pg_temp as $$
declare
	v_home bigint := caller_department();
begin
	etag := coalesce((select version from department_work where department = v_home), 1);
	body := (
		select json_build_object('department', department_named(v_home), 'automatic', coalesce(w.automatic, false),
			'changed_at', instant(w.changed_at), 'version', etag::bigint, 'waiting', x.waiting, 'oldest_filed_at', instant(x.oldest), 'set_aside', x.set_aside,
			'room', (select coalesce(sum(greatest(capacity - open, 0)), 0) from work_people(v_home, p_now) where here))::text
		from (select count(*) as waiting, min(t.filed_at) as oldest, count(s.ticket) as set_aside
				from ticket t left join assignment_wait s on s.ticket = t.id
				where t.holder = v_home and t.person is null and t.state in ('accepted', 'in_progress', 'reopened', 'appealed')
					and may_see(t.sight, t.holder, caller_sees_all(), caller_sees_own(), v_home)) x
			left join department_work w on w.department = v_home);
end $$;

-- TD412 when somebody has switched since.
create function department_work_set(p_version bigint, p_automatic boolean, p_at timestamptz, p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_version bigint;
begin
	if not work_manages() then
		raise exception 'this is for those who assign' using errcode = 'TD403';
	end if;
	insert into department_work values (caller_department(), false, p_at, caller_account()) on conflict (department) do nothing;
	select version into v_version from department_work where department = caller_department() for no key update;
	if v_version <> p_version then
		raise exception 'the switch has version %', v_version using errcode = 'TD412';
	end if;
	update department_work set automatic = p_automatic, changed_at = p_at, changed_by = caller_account(), version = version + 1
		where department = caller_department();
	perform work_changed(caller_department(), 'department.work_changed', p_at, p_event, jsonb_build_object('automatic', p_automatic));
	select i.body, i.etag into body, etag from department_work_item(p_at) i;
end $$;

-- Nobody learns from it that they are complained about.
create function exclusions_of(p_ticket uuid) returns text language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
begin
	return (
		select json_build_object('items', coalesce(json_agg(json_build_object('person', person_named(x.account), 'reason', x.reason,
			'at', instant(x.at), 'by', person_named(x.made_by)) order by x.at, x.account), '[]'))::text
		from ticket_excluded x where x.ticket = p_ticket and not exists (
			select from ticket_excluded y where y.ticket = p_ticket and y.account = caller_account()));
end $$;

-- By those who assign in the holding department, by those who route, and by the legal officers who have a denunciation. TD432:
-- no such person. The event does not say who: those who are kept away may read it.
create function exclusions_set(p_ticket uuid, p_version bigint, p_people uuid[], p_reasons text[], p_at timestamptz, p_event uuid)
returns text language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_at_version(p_ticket, p_version);
	v_before bigint := (select count(*) from ticket_excluded where ticket = p_ticket and made_by is not null);
begin
	if not exists (select from move_role r where (r.action in ('assign', 'route') or (r.action, r.sight) = ('accept', 'denunciation'))
		and r.role = any (caller_roles()) and sight_fits(r.sight, t.sight)
		and (r.scope = 'all' or t.holder = caller_department())) then
		raise exception 'this is for those who assign or route' using errcode = 'TD403';
	end if;
	perform caller_impartial(t.id) where caller_barred(t.id) <> 'handled';
	if exists (select from unnest(p_people) p where not exists (select from account where id = p)) then
		raise exception 'no such person' using errcode = 'TD432';
	end if;
	delete from ticket_excluded where ticket = t.id and made_by is not null and account <> all (p_people);
	insert into ticket_excluded select t.id, i.account, max(i.reason), p_at, caller_account()
		from unnest(p_people, p_reasons) i (account, reason) group by i.account
		on conflict (ticket, account) do update set reason = excluded.reason
			where ticket_excluded.made_by is not null and ticket_excluded.reason <> excluded.reason;
	delete from assignment_wait where ticket = t.id;
	update ticket set version = version + 1, updated_at = p_at where id = t.id;
	perform event_write(p_event, p_at, t.id, 'ticket.exclusions_set', 'staff', caller_account(), caller_department(), null, null, null,
		null, jsonb_build_object('before', v_before,
			'after', (select count(*) from ticket_excluded where ticket = t.id and made_by is not null)));
	return exclusions_of(t.id);
end $$;

-- --- fair assignment ------------------------------------------------------------------------------------------------------

-- Somebody who is here, while a portion is given out.
create type work_person as (account uuid, open bigint, capacity bigint, languages text[], assigned_at timestamptz);

-- Who gets a ticket: somebody who has room, handles such tickets and is not kept away from this one; of those who has least, and
-- then who was given nothing for longest. Their place among p_people; somebody without room when it suits no other, NULL: nobody.
create function work_taker(t ticket, p_people work_person[]) returns int language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select w.place from unnest(p_people) with ordinality w (account, open, capacity, languages, assigned_at, place)
		where (w.languages = '{}' or t.language = any (w.languages))
			and exists (select from account_role r
				join move_role m on m.role = r.role and m.action = 'claim' and sight_fits(m.sight, t.sight)
				join sight_right s on s.role = r.role and s.sight = t.sight where r.account = w.account)
			and (not exists (select from work_skill k where k.account = w.account)
				or exists (select from work_skill k join category c on c.code = t.category
					where k.account = w.account and k.category in (c.code, c.parent)))
			and not exists (select from ticket_excluded x where x.ticket = t.id and x.account = w.account)
		order by w.open >= w.capacity, w.open, w.assigned_at nulls first, w.account limit 1);
end $$;

-- Sets a ticket aside. Who has no room now has some soon; whom it would suit comes with a change of profiles, which brings it back
-- at once, or with the end of an absence.
create function assignment_put_off(p_ticket uuid, p_department bigint, p_suits boolean, p_now timestamptz) returns void
language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_retry int := (select value from setting where name = 'assign_retry_seconds');
	v_most int := (select value from setting where name = 'assign_retry_seconds_most');
begin
	insert into assignment_wait as w (ticket, department, next_at) values (p_ticket, p_department, p_now + make_interval(secs => v_retry))
		on conflict (ticket) do update set department = excluded.department,
			in_vain = case when p_suits or w.department <> excluded.department then 0 else w.in_vain + 1 end,
			next_at = case when p_suits or w.department <> excluded.department then excluded.next_at
				else p_now + make_interval(secs => least(v_retry * 2 ^ least(w.in_vain + 1, 16), v_most)) end;
end $$;

-- The move `assign` by the server.
create function ticket_give(o ticket, p_person uuid, p_now timestamptz) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	t ticket := o;
	a action;
begin
	select * into strict a from action where code = 'assign';
	t.person := p_person;
	t.state := (select to_state from move where action = 'assign' and from_state = o.state);
	perform ticket_change(o, t, a, 'job', p_now, null, null, null, gen_random_uuid(), null, null,
		jsonb_build_object('person', p_person, 'automatic', true));
	insert into work_profile (account, assigned_at) values (p_person, clock_timestamp())
		on conflict (account) do update set assigned_at = excluded.assigned_at;
	delete from assignment_wait where ticket = o.id;
end $$;

-- Gives out what waits in one department, oldest first, to people who have room. Its row in department_work is held by the
-- caller, so nobody else fills up the same people meanwhile, and what they have is counted once; a ticket that somebody is working
-- with is left for the next time.
create function department_assign(p_department bigint, p_now timestamptz, p_limit bigint, out tried bigint, out assigned bigint)
language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	t ticket;
	v_people work_person[] := array(select (w.account, w.open, w.capacity, w.languages, w.assigned_at)::work_person
		from work_people(p_department, p_now) w where w.here);
	v_room bigint := (select coalesce(sum(greatest(p.capacity - p.open, 0)), 0) from unnest(v_people) p);
	v_place int;
begin
	tried := 0;
	assigned := 0;
	for t in select k.* from ticket k
		where k.holder = p_department and k.person is null and k.state in ('accepted', 'in_progress', 'reopened', 'appealed')
			and not exists (select from assignment_wait w where w.ticket = k.id and w.next_at > p_now)
		order by k.filed_at, k.id limit p_limit for no key update of k skip locked
	loop
		exit when v_room = 0;
		tried := tried + 1;
		v_place := work_taker(t, v_people);
		if v_people[v_place].open < v_people[v_place].capacity then
			perform ticket_give(t, v_people[v_place].account, p_now);
			v_people[v_place].open := v_people[v_place].open + 1;
			v_people[v_place].assigned_at := clock_timestamp();
			v_room := v_room - 1;
			assigned := assigned + 1;
		else
			perform assignment_put_off(t.id, p_department, v_place is not null, p_now);
		end if;
	end loop;
	delete from assignment_wait where department = p_department and next_at < p_now - interval '1 hour';
end $$;

-- Goes through the departments that are switched on and have something waiting, each in its turn, until a portion is done.
-- Several workers at once have different departments.
create function tickets_assign(p_now timestamptz, p_limit bigint, out tried bigint, out assigned bigint)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_department bigint;
	v_portion record;
begin
	tried := 0;
	assigned := 0;
	perform slots_hold();
	while tried < p_limit loop
		select w.department into v_department from department_work w
			where w.automatic and w.tried_at < p_now and exists (select from ticket k
				where k.holder = w.department and k.person is null and k.state in ('accepted', 'in_progress', 'reopened', 'appealed'))
			order by w.tried_at, w.department limit 1 for no key update of w skip locked;
		exit when v_department is null;
		update department_work set tried_at = p_now where department = v_department;
		select * into v_portion from department_assign(v_department, p_now, p_limit - tried);
		tried := tried + v_portion.tried;
		assigned := assigned + v_portion.assigned;
	end loop;
end $$;

-- Whom the server gives a ticket is told, in the letter of another event with another sentence.
insert into notice_rule (type, audience, only_urgent, if_data) values ('ticket.assigned', 'holder', false, 'automatic');
select letter_add('ticket.assigned', 'staff', false, 'Phiếu được phân công cho Ông/Bà',
	'Phiếu dưới đây được phân công cho Ông/Bà lúc {{at}}, đề nghị giải quyết đúng hạn.',
	'A ticket for you',
	'The ticket below was given to you at {{at}}. Please answer it in time.');

do $$
declare
	t text;
begin
	foreach t in array array['work_profile', 'work_skill', 'absence', 'department_work', 'assignment_wait'] loop
		execute format('alter table %I enable row level security', t);
		execute format('revoke all on %I from public', t);
	end loop;
end $$;

revoke execute on all functions in schema tiepdan from public;
grant execute on function ticket_list(text[], text, text, text, text, text, text, uuid, text, timestamptz, timestamptz, text, bigint),
	unassign_applies, nobody, ticket_fits, tickets_move,
	filter_query, filter_list, filter_make, filter_show, filter_change, filter_remove, filter_used, ticket_queue,
	staff_list, work_profile_set, absence_make, absence_remove, department_work_item, department_work_set, exclusions_of, exclusions_set,
	tickets_assign to tiepdan_app;
