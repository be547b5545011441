-- The work of officers: giving a ticket back, the queue of a person, changes of many tickets at once, saved filters, who can
-- take how much, and fair assignment by the job worker.
set local search_path = tiepdan, public;

-- --- giving a ticket back -------------------------------------------------------------------------------------------------

-- What was begun stays begun: the state remains, so that a ticket in progress does not become one that can be refused.
insert into action (code, position, event, reason, holder, person, reply, public_vi, public_en) values
	('unassign', 20, 'ticket.unassigned', 'optional', 'keep', 'clear', 'keep', null, null);
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
		where r.action = 'assign' and r.role = any (caller_roles()) and (r.sight is null or r.sight = t.sight)));
end $$;

-- The rules of roles and states, and beyond them the one of unassigning.
alter function move_check(ticket, text) rename to move_check_roles;
create function move_check(t ticket, p_action text) returns void language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	perform move_check_roles(t, p_action);
	if p_action = 'unassign' and t.person is null then
		raise exception 'nobody works on the ticket' using errcode = 'TD409', detail = moves_of(t)::text;
	elsif p_action = 'unassign' and not unassign_applies(t) then
		raise exception 'somebody else works on the ticket' using errcode = 'TD403';
	end if;
end $$;

-- --- the queue of a person ------------------------------------------------------------------------------------------------

drop function ticket_list(text[], text, text, text, text, text, text, boolean, text, timestamptz, timestamptz, text, bigint);

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
	v_ids uuid[] := '{}';
begin
	if v_filed and v_holder is not null then
		v_ids := array(select t.id from ticket t left join clock_running c on c.slot = v_slot and c.ticket = t.id and c.first
			where t.holder = v_holder and (t.filed_at, t.id) < (v_after_at, v_after_id) and t.done <= v_done
				and may_see(t.sight, t.holder, v_all, v_own, v_home)
				and ticket_fits(t, coalesce(c.due_at, 'infinity'), v_states, p_kind, v_categories, p_area, p_level, p_person, v_from, v_before)
			order by t.filed_at desc, t.id desc limit p_limit + 1);
	elsif v_filed then
		v_ids := array(select t.id from ticket t left join clock_running c on c.slot = v_slot and c.ticket = t.id and c.first
			where (t.filed_at, t.id) < (v_after_at, v_after_id) and t.done <= v_done
				and may_see(t.sight, t.holder, v_all, v_own, v_home)
				and ticket_fits(t, coalesce(c.due_at, 'infinity'), v_states, p_kind, v_categories, p_area, p_level, p_person, v_from, v_before)
			order by t.filed_at desc, t.id desc limit p_limit + 1);
	elsif v_open and not v_after_done and v_holder is not null then
		v_ids := array(select c.ticket from clock_running c join ticket t on t.id = c.ticket
			where c.slot = v_slot and c.first and c.holder = v_holder and (c.due_at, c.ticket) > (v_after_at, v_after_id)
				and may_see(t.sight, t.holder, v_all, v_own, v_home)
				and ticket_fits(t, c.due_at, v_states, p_kind, v_categories, p_area, p_level, p_person, v_from, v_before)
			order by c.due_at, c.ticket limit p_limit + 1);
	elsif v_open and not v_after_done then
		v_ids := array(select c.ticket from clock_running c join ticket t on t.id = c.ticket
			where c.slot = v_slot and c.first and (c.due_at, c.ticket) > (v_after_at, v_after_id)
				and may_see(t.sight, t.holder, v_all, v_own, v_home)
				and ticket_fits(t, c.due_at, v_states, p_kind, v_categories, p_area, p_level, p_person, v_from, v_before)
			order by c.due_at, c.ticket limit p_limit + 1);
	end if;
	if not v_filed and v_done and cardinality(v_ids) <= p_limit then
		if not v_after_done then
			v_after_id := '00000000-0000-0000-0000-000000000000';
		end if;
		v_ids := v_ids || case when v_holder is not null then
			array(select t.id from ticket t where t.done and t.holder = v_holder and t.id > v_after_id
				and may_see(t.sight, t.holder, v_all, v_own, v_home)
				and ticket_fits(t, 'infinity', v_states, p_kind, v_categories, p_area, p_level, p_person, v_from, v_before)
				order by t.id limit p_limit + 1 - cardinality(v_ids))
		else
			array(select t.id from ticket t where t.done and t.id > v_after_id
				and may_see(t.sight, t.holder, v_all, v_own, v_home)
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

create function filter_change(p_id uuid, p_version bigint, p_name text, p_shared boolean, p_query jsonb, p_at timestamptz,
	out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	f saved_filter;
begin
	select * into f from saved_filter where id = p_id and account = caller_account() for no key update;
	if not found then
		raise exception 'no such filter' using errcode = 'TD404';
	elsif f.version <> p_version then
		raise exception 'the filter has version %', f.version using errcode = 'TD412';
	end if;
	update saved_filter set name = p_name, shared = p_shared, query = p_query, updated_at = p_at, version = version + 1
		where id = p_id returning * into f;
	body := filter_item(f)::text;
	etag := f.version::text;
end $$;

create function filter_remove(p_id uuid) returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	delete from saved_filter where id = p_id and account = caller_account();
	if not found then
		raise exception 'no such filter' using errcode = 'TD404';
	end if;
end $$;

-- The query of a filter that the caller may use; TD404 for any other.
create function filter_used(p_id uuid) returns jsonb language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
declare
	v_query jsonb;
begin
	select f.query into v_query from saved_filter f join account a on a.id = f.account
		where f.id = p_id and (f.account = caller_account() or (f.shared and a.department = caller_department()));
	if not found then
		raise exception 'no such filter' using errcode = 'TD404';
	end if;
	return v_query;
end $$;

-- The queue by parameters and, for those that are not given, by a saved filter. Whose tickets is one question: mine, a
-- person's or nobody's, so that one answer to it replaces the filter's.
create function ticket_queue(p_filter uuid, p_states text[], p_kind text, p_category text, p_area text, p_level text, p_standing text,
	p_holder text, p_mine boolean, p_person uuid, p_unassigned boolean, p_sort text, p_now timestamptz, p_soon timestamptz,
	p_after text, p_limit bigint)
returns table (item text, key text, due_at timestamptz, calendar text, unit text) language plpgsql stable
set search_path = tiepdan, pg_temp as $$
declare
	q jsonb := case when p_filter is null then '{}' else filter_used(p_filter) end;
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

revoke execute on all functions in schema tiepdan from public;
grant execute on function unassign_applies, nobody, ticket_list, ticket_fits, tickets_move,
	filter_query, filter_list, filter_make, filter_change, filter_remove, filter_used, ticket_queue to tiepdan_app;
