-- The queue at two fifths of what it cost PostgreSQL: its rows are columns, of which the server makes JSON, and one function finds them and reads
-- what is told of each in the same statement. Before, four functions called each other, each ticket was looked up three times, and the JSON of a
-- page was most of the rest.
set local search_path = tiepdan, public;

-- Of what is special sees() itself is asked; it is no part of the plan, which would cost as much as the queue.
create function queue_sees(p_ticket uuid) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (select sees(t) from ticket t where t.id = p_ticket);
end $$;

-- What the queue tells of a ticket that the caller sees: the one place where the queue asks that, for its functions read past row security. `marks`:
-- its tags, and its flags behind a !.
create view queue_line as
	select t.id, t.code, t.version, t.kind, t.category, g.name_vi as category_vi, g.name_en as category_en, t.area, a.name_vi as area_vi, a.name_en as area_en,
		t.title, t.level, t.visibility, t.sight, t.state, t.done, t.outcome, t.holder, d.code as department, d.name_vi as department_vi,
		d.name_en as department_en, t.person, p.name as person_name, t.filed_at,
		array(select case when x.flag then '!' || x.name else x.name end from ticket_tag x where x.ticket = t.id order by x.name) as marks
	from ticket t
		join category g on g.code = t.category join department d on d.id = t.holder left join area a on a.code = t.area
		left join account p on p.id = t.person
	where caller_account() is not null
		and case when t.restricted or t.destroyed_at is not null or t.sight = 'denunciation' or t.kind = 'complaint' then queue_sees(t.id)
			else may_see(t.sight, t.holder, (select caller_sees_all()), (select caller_sees_own()), (select caller_department()))
				or t.id = any ((select caller_broken() || caller_linked())::uuid[]) end;

-- Each column by itself: a function that took the line would not be made part of the plan, for its tags.
create function queue_fits(p_states text[], state text, p_kind text, kind text, p_categories text[], category text, p_area text, area text,
	p_level text, level text, p_person uuid, person uuid, p_from timestamptz, p_before timestamptz, due_at timestamptz)
returns boolean language sql stable parallel safe as $$
	select (p_states is null or state = any (p_states)) and (p_kind is null or kind = p_kind)
		and (p_categories is null or category = any (p_categories)) and (p_area is null or area = p_area)
		and (p_level is null or level = p_level) and (p_person is null or coalesce(person, '00000000-0000-0000-0000-000000000000') = p_person)
		and (p_from is null or coalesce(due_at, 'infinity') >= p_from) and (p_before is null or coalesce(due_at, 'infinity') < p_before)
$$;

-- As in 0074, for those who read past row security, too.
create or replace function tickets_asked(p_tickets uuid[], q jsonb, p_person uuid, p_now timestamptz, p_soon timestamptz) returns setof uuid
language plpgsql stable set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
	v_slot int := slot_current();
	v_standing text := q->>'standing';
	v_person uuid := case when p_person is not null then p_person when q ? 'unassigned' then nobody()
		when q ? 'mine' then caller_account() else (q->>'person')::uuid end;
	v_holder bigint := case when coalesce(q->>'holder', 'any') <> 'any' then
		coalesce((select id from department where code = q->>'holder'), -1) end;
	v_states text[] := case when q ? 'state' then array(select jsonb_array_elements_text(q->'state')) end;
	v_categories text[] := case when q ? 'category' then array(select code from category where q->>'category' in (code, parent)) end;
	v_from timestamptz := case v_standing when 'due_soon' then p_now when 'in_time' then p_soon when 'no_clock' then 'infinity' end;
	v_before timestamptz := case v_standing when 'overdue' then p_now when 'due_soon' then p_soon when 'in_time' then 'infinity' end;
begin
	return query
	select t.id from unnest(p_tickets) with ordinality i (id, ord) join ticket t on t.id = i.id and sees(t)
		left join clock_first c on c.slot = v_slot and c.ticket = t.id
	where (v_holder is null or t.holder = v_holder)
		and ticket_fits(t, coalesce(c.due_at, 'infinity'), v_states, q->>'kind', v_categories, q->>'area', q->>'level', v_person, v_from, v_before)
	order by i.ord;
end $$;

drop function ticket_list, queue_beside;

-- Tickets that stand beside the queue: those with a tag, a flag, or both, and those of which others read an older answer; filed last first. After
-- p_most that were looked at it ends, be it with fewer than p_limit: then it says behind which the list goes on.
create function queue_beside(q jsonb, p_person uuid, p_now timestamptz, p_soon timestamptz, p_after text, p_limit bigint, p_tag text, p_flag text,
	p_most bigint, p_outdated boolean, out ids uuid[], out on_at timestamptz, out on_ticket uuid) language plpgsql stable
set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	v_by_flag boolean := p_tag is null or (p_flag is not null and flag_rarer(p_tag, p_flag));
	v_by text := case when not p_outdated then case when v_by_flag then p_flag else p_tag end end;
	v_tag text := case when p_outdated or v_by_flag then p_tag end;		-- what else they must have
	v_flag text := case when p_outdated or not v_by_flag then p_flag end;
	v_holder bigint := case when coalesce(q->>'holder', 'any') <> 'any' then coalesce((select id from department where code = q->>'holder'), -1) end;
	v_dones boolean[] := case when q->>'standing' in ('overdue', 'due_soon', 'in_time') then '{f}'
		when q ? 'state' then array(select distinct not open from state where q->'state' ? code) else '{f,t}' end;
	v_at timestamptz := coalesce(split_part(p_after, '|', 2)::timestamptz, 'infinity');
	v_ticket uuid := coalesce(split_part(p_after, '|', 3)::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
	v_step bigint := p_limit + 1;
	v_left bigint := coalesce(p_most, 9223372036854775807);
	v_next uuid[];
	v_ats timestamptz[];
begin
	ids := '{}';
	loop
		v_step := least(v_step, v_left);
		if p_outdated then
			select array_agg(m.ticket), array_agg(m.at) into v_next, v_ats from outdated(v_at, v_ticket, v_step) m;
		else
			select array_agg(m.ticket), array_agg(m.at) into v_next, v_ats from marked(v_by, v_by_flag, v_holder, v_dones, v_at, v_ticket, v_step) m;
		end if;
		ids := ids || array(select a from tickets_asked(array(select i.id from unnest(v_next) with ordinality i (id, ord)
				where (v_tag is null or exists (select from ticket_tag x where x.ticket = i.id and x.name = v_tag and not x.flag))
					and (v_flag is null or exists (select from ticket_tag x where x.ticket = i.id and x.name = v_flag and x.flag))
				order by i.ord), q, p_person, p_now, p_soon) a limit p_limit + 1 - cardinality(ids));
		v_left := v_left - v_step;
		exit when cardinality(ids) > p_limit or coalesce(cardinality(v_next), 0) < v_step;
		v_at := v_ats[v_step];
		v_ticket := v_next[v_step];
		exit when v_left <= 0;
		v_step := v_step * 4;
	end loop;
	if v_left <= 0 and cardinality(ids) <= p_limit and cardinality(v_next) = v_step then
		on_at := v_at;
		on_ticket := v_ticket;
	end if;
end $$;

-- The queue by parameters and, for those that are not given, by a saved filter, p_limit + 1 lines at the most. Whose tickets is one question (mine, a
-- person's or nobody's), so that one answer to it replaces the filter's. With a code: that ticket, where the rest fits it, whatever its state and
-- whoever holds it, unless that is asked for, too. `filed`: the lines stand filed last first, and not due first. A line without a code is no
-- ticket: the list goes on behind its instant and id.
create type queue_row as (id uuid, code text, version bigint, kind text, category text, category_vi text, category_en text, area text, area_vi text,
	area_en text, title text, level text, visibility text, sight text, state text, done boolean, outcome text, holder bigint, department text,
	department_vi text, department_en text, person uuid, person_name text, filed_at timestamptz, marks text[], clock text, due_at timestamptz,
	calendar text, unit text, filed boolean);
comment on type queue_row is 'queue_line, and of the clock that ends first; filed: the rows stand filed last first, and not due first';

create function queue_page(p_filter uuid, p_states text[], p_kind text, p_category text, p_area text, p_level text, p_standing text,
	p_holder text, p_mine boolean, p_person uuid, p_unassigned boolean, p_sort text, p_now timestamptz, p_soon timestamptz,
	p_after text, p_limit bigint, p_number bigint, p_code text, p_tag text, p_flag text, p_most bigint, p_publication text)
returns setof queue_row language plpgsql stable security definer set search_path = tiepdan, pg_temp set enable_bitmapscan = off set enable_seqscan = off set enable_sort = off
set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
	q jsonb;
	v_all text[] := caller_sees_all();
	v_own text[] := caller_sees_own();
	v_home bigint := caller_department();
	v_kind text := p_kind;
	v_area text := p_area;
	v_level text := p_level;
	v_states text[] := nullif(p_states, '{}');
	v_sort text := p_sort;
	v_held text := p_holder;
	v_standing text := p_standing;
	v_category text := p_category;
	v_categories text[];
	v_holder bigint;
	v_person uuid := case when p_unassigned then nobody() when p_mine then caller_account() else p_person end;
	v_filed boolean;
	v_done boolean := false;
	v_open boolean := true;
	v_from timestamptz;
	v_before timestamptz;
	v_after_done boolean := false;
	v_after_at timestamptz;
	v_after_id uuid;
	v_somebody uuid;
	v_n bigint;
	v_any boolean;
	v_slot int;
	v_end queue_row;
	b record;
begin
	select k.slot into v_slot from clock_slot k where k.role = 'current';
	if num_nonnulls(p_code, p_tag, p_flag, p_publication) > 0 then
		q := queue_asked(p_filter, p_states, p_kind, p_category, p_area, p_level, p_standing, p_holder);
		if p_code is null then
			b := queue_beside(q, v_person, p_now, p_soon, p_after, p_limit, p_tag, p_flag, p_most, p_publication is not distinct from 'superseded');
			v_filed := true;
		else
			select array(select x.id from ticket_meant(null, p_number, p_code) x (id)
				where p_after is null and ticket_asked(x.id, q, v_person, p_now, p_soon)) as ids, null::timestamptz as on_at, null::uuid as on_ticket into b;
			v_filed := false;
		end if;
		return query select v.*, c.kind, c.due_at, c.calendar, c.unit, v_filed from unnest(b.ids) with ordinality i (id, ord) join queue_line v on v.id = i.id
			left join clock_running c on c.slot = v_slot and c.first and c.ticket = v.id order by i.ord;
		if b.on_ticket is not null then
			v_end.id := b.on_ticket;
			v_end.done := false;
			v_end.filed_at := b.on_at;
			v_end.filed := true;
			return next v_end;
		end if;
		return;
	end if;

	if p_filter is not null then
		q := (filter_used(p_filter)).query;
		v_kind := coalesce(v_kind, q->>'kind');
		v_category := coalesce(v_category, q->>'category');
		v_area := coalesce(v_area, q->>'area');
		v_level := coalesce(v_level, q->>'level');
		v_standing := coalesce(v_standing, q->>'standing');
		v_held := coalesce(v_held, q->>'holder');
		v_sort := coalesce(v_sort, q->>'sort');
		v_states := coalesce(v_states, nullif(array(select jsonb_array_elements_text(q->'state')), '{}'));
		v_person := case when v_person is not null then v_person when q ? 'unassigned' then nobody() when q ? 'mine' then caller_account()
			else (q->>'person')::uuid end;
	end if;
	v_filed := coalesce(v_sort = 'filed', false);
	v_somebody := nullif(v_person, nobody());	-- one person has few open tickets: they are taken as they are, and sorted
	if v_held <> 'any' then
		v_holder := coalesce((select d.id from department d where d.code = v_held), -1);
	elsif v_held is null and v_all = '{}' then
		v_holder := v_home;
	end if;
	if v_category is not null then
		v_categories := array(select g.code from category g where g.code = v_category or g.parent = v_category);
	end if;
	if v_states is not null then
		select coalesce(bool_or(not s.open), false), coalesce(bool_or(s.open), false) into v_done, v_open from state s where s.code = any (v_states);
	end if;
	if v_standing is not null then
		v_from := case v_standing when 'due_soon' then p_now when 'in_time' then p_soon when 'no_clock' then 'infinity' end;
		v_before := case v_standing when 'overdue' then p_now when 'due_soon' then p_soon when 'in_time' then 'infinity' end;
	end if;
	v_any := num_nonnulls(v_states, v_kind, v_categories, v_area, v_level, v_person, v_standing) = 0;
	if p_after is not null then
		v_after_done := split_part(p_after, '|', 1);
		v_after_at := split_part(p_after, '|', 2);
		v_after_id := split_part(p_after, '|', 3);
	elsif v_filed then
		v_after_at := 'infinity';
		v_after_id := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
	else
		v_after_at := '-infinity';
		v_after_id := nobody();
	end if;

	if v_somebody is not null and v_filed and not v_done then
		return query select v.*, c.kind, c.due_at, c.calendar, c.unit, v_filed
			from (select l.* from queue_line l where l.person = v_somebody and not l.done offset 0) v
				left join clock_running c on c.slot = v_slot and c.first and c.ticket = v.id
			where (v.filed_at, v.id) < (v_after_at, v_after_id) and (v_holder is null or v.holder = v_holder)
				and may_see(v.sight, v.holder, v_all, v_own, v_home)
				and (v_any or queue_fits(v_states, v.state, v_kind, v.kind, v_categories, v.category, v_area, v.area, v_level, v.level, v_person, v.person,
					v_from, v_before, c.due_at))
			order by v.filed_at desc, v.id desc limit p_limit + 1;
	elsif v_filed and v_holder is not null then
		return query select v.*, c.kind, c.due_at, c.calendar, c.unit, v_filed from queue_line v left join clock_running c on c.slot = v_slot and c.first and c.ticket = v.id
			where v.holder = v_holder and (v.filed_at, v.id) < (v_after_at, v_after_id) and v.done <= v_done
				and may_see(v.sight, v.holder, v_all, v_own, v_home)
				and (v_any or queue_fits(v_states, v.state, v_kind, v.kind, v_categories, v.category, v_area, v.area, v_level, v.level, v_person, v.person,
					v_from, v_before, c.due_at))
			order by v.filed_at desc, v.id desc limit p_limit + 1;
	elsif v_filed then
		return query select v.*, c.kind, c.due_at, c.calendar, c.unit, v_filed from queue_line v left join clock_running c on c.slot = v_slot and c.first and c.ticket = v.id
			where (v.filed_at, v.id) < (v_after_at, v_after_id) and v.done <= v_done
				and may_see(v.sight, v.holder, v_all, v_own, v_home)
				and (v_any or queue_fits(v_states, v.state, v_kind, v.kind, v_categories, v.category, v_area, v.area, v_level, v.level, v_person, v.person,
					v_from, v_before, c.due_at))
			order by v.filed_at desc, v.id desc limit p_limit + 1;
	elsif v_open and not v_after_done and v_somebody is not null then
		return query select v.*, v_filed
			from (select l.*, c.kind as clock, c.due_at, c.calendar, c.unit
				from queue_line l join clock_running c on c.slot = v_slot and c.first and c.ticket = l.id
				where l.person = v_somebody and not l.done offset 0) v
			where (v.due_at, v.id) > (v_after_at, v_after_id) and (v_holder is null or v.holder = v_holder)
				and may_see(v.sight, v.holder, v_all, v_own, v_home)
				and (v_any or queue_fits(v_states, v.state, v_kind, v.kind, v_categories, v.category, v_area, v.area, v_level, v.level, v_person, v.person,
					v_from, v_before, v.due_at))
			order by v.due_at, v.id limit p_limit + 1;
	elsif v_open and not v_after_done and v_holder is not null then
		return query select v.*, c.kind, c.due_at, c.calendar, c.unit, v_filed from queue_line v join clock_running c on c.slot = v_slot and c.first and c.ticket = v.id
			where c.holder = v_holder and (c.due_at, c.ticket) > (v_after_at, v_after_id)
				and may_see(v.sight, v.holder, v_all, v_own, v_home)
				and (v_any or queue_fits(v_states, v.state, v_kind, v.kind, v_categories, v.category, v_area, v.area, v_level, v.level, v_person, v.person,
					v_from, v_before, c.due_at))
			order by c.due_at, c.ticket limit p_limit + 1;
	elsif v_open and not v_after_done then
		return query select v.*, c.kind, c.due_at, c.calendar, c.unit, v_filed from queue_line v join clock_running c on c.slot = v_slot and c.first and c.ticket = v.id
			where (c.due_at, c.ticket) > (v_after_at, v_after_id)
				and may_see(v.sight, v.holder, v_all, v_own, v_home)
				and (v_any or queue_fits(v_states, v.state, v_kind, v.kind, v_categories, v.category, v_area, v.area, v_level, v.level, v_person, v.person,
					v_from, v_before, c.due_at))
			order by c.due_at, c.ticket limit p_limit + 1;
	end if;
	if v_filed or not v_done then
		return;
	end if;

	-- Behind what is open comes what has ended, in the order of its id.
	get diagnostics v_n = row_count;
	if not v_open or v_after_done then
		v_n := 0;
	end if;
	if not v_after_done then
		v_after_id := nobody();
	end if;
	if v_n <= p_limit and v_holder is not null then
		return query select v.*, c.kind, c.due_at, c.calendar, c.unit, v_filed from queue_line v left join clock_running c on c.slot = v_slot and c.first and c.ticket = v.id
			where v.done and v.holder = v_holder and v.id > v_after_id
				and may_see(v.sight, v.holder, v_all, v_own, v_home)
				and (v_any or queue_fits(v_states, v.state, v_kind, v.kind, v_categories, v.category, v_area, v.area, v_level, v.level, v_person, v.person,
					v_from, v_before, 'infinity'))
			order by v.id limit p_limit + 1 - v_n;
	elsif v_n <= p_limit then
		return query select v.*, c.kind, c.due_at, c.calendar, c.unit, v_filed from queue_line v left join clock_running c on c.slot = v_slot and c.first and c.ticket = v.id
			where v.done and v.id > v_after_id
				and may_see(v.sight, v.holder, v_all, v_own, v_home)
				and (v_any or queue_fits(v_states, v.state, v_kind, v.kind, v_categories, v.category, v_area, v.area, v_level, v.level, v_person, v.person,
					v_from, v_before, 'infinity'))
			order by v.id limit p_limit + 1 - v_n;
	end if;
end $$;

-- The same as JSON, for servers of before.
create or replace function ticket_queue(p_filter uuid, p_states text[], p_kind text, p_category text, p_area text, p_level text, p_standing text,
	p_holder text, p_mine boolean, p_person uuid, p_unassigned boolean, p_sort text, p_now timestamptz, p_soon timestamptz,
	p_after text, p_limit bigint, p_number bigint default null, p_code text default null, p_tag text default null, p_flag text default null,
	p_most bigint default null, p_publication text default null)
returns table (item text, key text, due_at timestamptz, calendar text, unit text) language plpgsql stable
set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	return query
	select case when v.code is not null then json_build_object('id', v.id, 'code', v.code, 'kind', v.kind,
			'category', named(v.category, v.category_vi, v.category_en), 'area', named(v.area, v.area_vi, v.area_en), 'title', v.title,
			'level', v.level, 'visibility', v.visibility, 'state', v.state,
			'holder', json_build_object('department', named(v.department, v.department_vi, v.department_en),
				'person', case when v.person is not null then json_build_object('id', v.person, 'name', v.person_name) end),
			'clock', nullif(v.clock, 'none'), 'due_at', instant(v.due_at),
			'standing', standing(v.outcome, coalesce(v.due_at, 'infinity'), p_now, p_soon),
			'tags', array(select m from unnest(v.marks) m where m not like '!%'),
			'flags', array(select substr(m, 2) from unnest(v.marks) m where m like '!%'),
			'filed_at', instant(v.filed_at), 'version', v.version)::text end,
		concat_ws('|', v.done, case when v.filed then v.filed_at else coalesce(v.due_at, 'infinity') end, v.id),
		nullif(v.due_at, 'infinity'), v.calendar, v.unit
	from queue_page(p_filter, p_states, p_kind, p_category, p_area, p_level, p_standing, p_holder, p_mine, p_person, p_unassigned, p_sort,
		p_now, p_soon, p_after, p_limit, p_number, p_code, p_tag, p_flag, p_most, p_publication) v;
end $$;

revoke execute on function queue_sees, queue_fits, queue_beside, queue_page from public;
grant execute on function queue_page to tiepdan_app;
