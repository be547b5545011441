-- No page of the queue looks at more than 10,000 tickets (ten times p_most), whatever is asked for among however many: it looks for the rest of what
-- fits in windows of 500, 2,000 and 7,500, and where that was not enough for a page, it says behind which the list goes on, as it does for tags (0074). How a clock
-- stands and what has ended are parts of the order, and are looked up (0134). Before, one page for what few of 2,000,000 tickets have took seconds.
set local search_path = tiepdan, public;

-- No ticket, but where the list goes on.
create function queue_end(p_filed boolean, p_done boolean, p_at timestamptz, p_id uuid) returns queue_row language plpgsql immutable
set search_path = tiepdan, pg_temp as $$
declare
	v queue_row;
begin
	v.id := p_id;
	v.done := p_done;
	v.filed := p_filed;
	v.filed_at := p_at;
	v.due_at := p_at;
	return v;
end $$;

-- The end of a window of so many open tickets, or of all that a department has filed; null: fewer are left.
create function queue_window(p_filed boolean, p_holder bigint, p_done boolean, p_slot int, p_at timestamptz, p_id uuid, p_step bigint,
	out at timestamptz, out id uuid) language plpgsql stable
set search_path = tiepdan, pg_temp set enable_bitmapscan = off set enable_seqscan = off set enable_sort = off set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
	if p_filed and p_holder is not null and not p_done then
		select t.filed_at, t.id into at, id from ticket t where not t.done and t.holder = p_holder and (t.filed_at, t.id) < (p_at, p_id)
			order by t.filed_at desc, t.id desc offset p_step - 1 limit 1;
	elsif p_filed and p_holder is not null then
		select t.filed_at, t.id into at, id from ticket t where t.holder = p_holder and (t.filed_at, t.id) < (p_at, p_id)
			order by t.filed_at desc, t.id desc offset p_step - 1 limit 1;
	elsif p_filed then
		select t.filed_at, t.id into at, id from ticket t where (t.filed_at, t.id) < (p_at, p_id)
			order by t.filed_at desc, t.id desc offset p_step - 1 limit 1;
	elsif p_holder is not null then
		select c.due_at, c.ticket into at, id from clock_running c where c.slot = p_slot and c.first and c.holder = p_holder
			and (c.due_at, c.ticket) > (p_at, p_id) order by c.due_at, c.ticket offset p_step - 1 limit 1;
	else
		select c.due_at, c.ticket into at, id from clock_running c where c.slot = p_slot and c.first
			and (c.due_at, c.ticket) > (p_at, p_id) order by c.due_at, c.ticket offset p_step - 1 limit 1;
	end if;
end $$;

-- The same of what has ended: so many of each of these states at the most.
create function queue_window_ended(p_filed boolean, p_holder bigint, p_states text[], p_at timestamptz, p_id uuid, p_step bigint,
	out at timestamptz, out id uuid) language plpgsql stable
set search_path = tiepdan, pg_temp set enable_bitmapscan = off set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
	if p_filed and p_holder is not null then
		select x.filed_at, x.id into at, id from unnest(p_states) e (state) cross join lateral (
			select t.filed_at, t.id from ticket t where t.done and t.holder = p_holder and t.state = e.state and (t.filed_at, t.id) < (p_at, p_id)
				order by t.filed_at desc, t.id desc offset p_step - 1 limit 1) x order by x.filed_at desc, x.id desc limit 1;
	elsif p_filed then
		select x.filed_at, x.id into at, id from unnest(p_states) e (state) cross join lateral (
			select t.filed_at, t.id from ticket t where t.done and t.state = e.state and (t.filed_at, t.id) < (p_at, p_id)
				order by t.filed_at desc, t.id desc offset p_step - 1 limit 1) x order by x.filed_at desc, x.id desc limit 1;
	elsif p_holder is not null then
		select x.filed_at, x.id into at, id from unnest(p_states) e (state) cross join lateral (
			select t.filed_at, t.id from ticket t where t.done and t.holder = p_holder and t.state = e.state and (t.filed_at, t.id) > (p_at, p_id)
				order by t.filed_at, t.id offset p_step - 1 limit 1) x order by x.filed_at, x.id limit 1;
	else
		select x.filed_at, x.id into at, id from unnest(p_states) e (state) cross join lateral (
			select t.filed_at, t.id from ticket t where t.done and t.state = e.state and (t.filed_at, t.id) > (p_at, p_id)
				order by t.filed_at, t.id offset p_step - 1 limit 1) x order by x.filed_at, x.id limit 1;
	end if;
end $$;

create or replace function queue_page(p_filter uuid, p_states text[], p_kind text, p_category text, p_area text, p_level text, p_standing text,
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
	v_ended text[];		-- the states asked for that end a ticket
	v_any boolean;
	v_window boolean;
	v_plain boolean;
	v_left bigint := coalesce(p_most, 1000) * 10;
	v_step bigint := greatest(v_left / 20, 1);
	v_more boolean;
	v_to_at timestamptz;
	v_to_id uuid;
	v_n bigint := 0;
	v_got bigint;
	v_slot int;
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
			return next queue_end(true, false, b.on_at, b.on_ticket);
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
		select coalesce(bool_or(not s.open), false), coalesce(bool_or(s.open), false), array_agg(s.code) filter (where not s.open)
			into v_done, v_open, v_ended from state s where s.code = any (v_states);
	end if;
	if v_standing is not null then
		v_from := case v_standing when 'due_soon' then p_now when 'in_time' then p_soon when 'no_clock' then 'infinity' end;
		v_before := case v_standing when 'overdue' then p_now when 'due_soon' then p_soon when 'in_time' then 'infinity' end;
	end if;
	v_any := num_nonnulls(v_states, v_kind, v_categories, v_area, v_level, v_person, v_standing) = 0;
	v_window := (v_somebody is null or (v_filed and v_done)) and num_nonnulls(v_states, v_kind, v_categories, v_area, v_level, v_person, case when v_filed then v_standing end) > 0;
	if p_after is not null then
		v_after_done := not v_filed and split_part(p_after, '|', 1)::boolean;
		v_after_at := split_part(p_after, '|', 2);
		v_after_id := split_part(p_after, '|', 3);
	elsif v_filed then
		v_after_at := 'infinity';
		v_after_id := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
	else
		v_after_at := '-infinity';
		v_after_id := nobody();
	end if;
	-- How a clock stands is a part of the order: nothing else is looked at.
	if v_from > v_after_at and not v_filed and not v_after_done then
		v_after_at := v_from;
		v_after_id := nobody();
	end if;

	while v_open and not v_after_done loop
		v_more := false;
		if v_window then
			select w.at, w.id into v_to_at, v_to_id from queue_window(v_filed, v_holder, v_done, v_slot, v_after_at, v_after_id, v_step) w;
			v_more := v_to_id is not null and (v_filed or v_before is null or v_to_at < v_before);
		end if;
		if not v_more then
			v_to_at := case when v_filed then '-infinity' else coalesce(v_before, 'infinity') end;
			v_to_id := case when v_filed or v_before is not null then nobody() else 'ffffffff-ffff-ffff-ffff-ffffffffffff' end;
		end if;
		if v_filed and v_somebody is not null and not v_done then
			return query select v.*, c.kind, c.due_at, c.calendar, c.unit, v_filed
				from (select l.* from queue_line l where l.person = v_somebody and not l.done offset 0) v
					left join clock_running c on c.slot = v_slot and c.first and c.ticket = v.id
				where (v.filed_at, v.id) < (v_after_at, v_after_id) and (v_holder is null or v.holder = v_holder)
					and may_see(v.sight, v.holder, v_all, v_own, v_home)
					and (v_any or queue_fits(v_states, v.state, v_kind, v.kind, v_categories, v.category, v_area, v.area, v_level, v.level, v_person,
						v.person, v_from, v_before, c.due_at))
				order by v.filed_at desc, v.id desc limit p_limit + 1;
		elsif v_filed and v_holder is not null and not v_done then
			return query select v.*, c.kind, c.due_at, c.calendar, c.unit, v_filed
				from queue_line v left join clock_running c on c.slot = v_slot and c.first and c.ticket = v.id
				where not v.done and v.holder = v_holder and (v.filed_at, v.id) < (v_after_at, v_after_id) and (v.filed_at, v.id) >= (v_to_at, v_to_id)
					and may_see(v.sight, v.holder, v_all, v_own, v_home)
					and (v_any or queue_fits(v_states, v.state, v_kind, v.kind, v_categories, v.category, v_area, v.area, v_level, v.level, v_person,
						v.person, v_from, v_before, c.due_at))
				order by v.filed_at desc, v.id desc limit p_limit + 1 - v_n;
		elsif v_filed and v_holder is not null then
			return query select v.*, c.kind, c.due_at, c.calendar, c.unit, v_filed
				from queue_line v left join clock_running c on c.slot = v_slot and c.first and c.ticket = v.id
				where v.holder = v_holder and (v.filed_at, v.id) < (v_after_at, v_after_id) and (v.filed_at, v.id) >= (v_to_at, v_to_id)
					and may_see(v.sight, v.holder, v_all, v_own, v_home)
					and (v_any or queue_fits(v_states, v.state, v_kind, v.kind, v_categories, v.category, v_area, v.area, v_level, v.level, v_person,
						v.person, v_from, v_before, c.due_at))
				order by v.filed_at desc, v.id desc limit p_limit + 1 - v_n;
		elsif v_filed then
			return query select v.*, c.kind, c.due_at, c.calendar, c.unit, v_filed
				from queue_line v left join clock_running c on c.slot = v_slot and c.first and c.ticket = v.id
				where (v.filed_at, v.id) < (v_after_at, v_after_id) and (v.filed_at, v.id) >= (v_to_at, v_to_id) and v.done <= v_done
					and may_see(v.sight, v.holder, v_all, v_own, v_home)
					and (v_any or queue_fits(v_states, v.state, v_kind, v.kind, v_categories, v.category, v_area, v.area, v_level, v.level, v_person,
						v.person, v_from, v_before, c.due_at))
				order by v.filed_at desc, v.id desc limit p_limit + 1 - v_n;
		elsif v_somebody is not null then
			return query select v.*, v_filed
				from (select l.*, c.kind as clock, c.due_at, c.calendar, c.unit
					from queue_line l join clock_running c on c.slot = v_slot and c.first and c.ticket = l.id
					where l.person = v_somebody and not l.done offset 0) v
				where (v.due_at, v.id) > (v_after_at, v_after_id) and (v_holder is null or v.holder = v_holder)
					and may_see(v.sight, v.holder, v_all, v_own, v_home)
					and (v_any or queue_fits(v_states, v.state, v_kind, v.kind, v_categories, v.category, v_area, v.area, v_level, v.level, v_person,
						v.person, v_from, v_before, v.due_at))
				order by v.due_at, v.id limit p_limit + 1;
		elsif v_holder is not null then
			return query select v.*, c.kind, c.due_at, c.calendar, c.unit, v_filed
				from queue_line v join clock_running c on c.slot = v_slot and c.first and c.ticket = v.id
				where c.holder = v_holder and (c.due_at, c.ticket) > (v_after_at, v_after_id) and (c.due_at, c.ticket) <= (v_to_at, v_to_id)
					and may_see(v.sight, v.holder, v_all, v_own, v_home)
					and (v_any or queue_fits(v_states, v.state, v_kind, v.kind, v_categories, v.category, v_area, v.area, v_level, v.level, v_person,
						v.person, v_from, v_before, c.due_at))
				order by c.due_at, c.ticket limit p_limit + 1 - v_n;
		else
			return query select v.*, c.kind, c.due_at, c.calendar, c.unit, v_filed
				from queue_line v join clock_running c on c.slot = v_slot and c.first and c.ticket = v.id
				where (c.due_at, c.ticket) > (v_after_at, v_after_id) and (c.due_at, c.ticket) <= (v_to_at, v_to_id)
					and may_see(v.sight, v.holder, v_all, v_own, v_home)
					and (v_any or queue_fits(v_states, v.state, v_kind, v.kind, v_categories, v.category, v_area, v.area, v_level, v.level, v_person,
						v.person, v_from, v_before, c.due_at))
				order by c.due_at, c.ticket limit p_limit + 1 - v_n;
		end if;
		get diagnostics v_got = row_count;
		v_n := v_n + v_got;
		exit when v_n > p_limit or not v_more;
		v_left := v_left - v_step;
		if v_left <= 0 then
			return next queue_end(v_filed, false, v_to_at, v_to_id);
			return;
		end if;
		v_after_at := v_to_at;
		v_after_id := v_to_id;
		v_step := least(v_step * 4, v_left);
	end loop;
	if not v_done or v_n > p_limit or (v_filed and v_open) then
		return;
	end if;

	-- Behind what is open comes what has ended, filed first first.
	if not v_filed and not v_after_done then
		v_after_at := '-infinity';
		v_after_id := nobody();
	elsif not v_filed and v_after_at = 'infinity' then		-- a cursor of before
		v_after_at := coalesce((select t.filed_at from ticket t where t.id = v_after_id), 'infinity');
	end if;
	v_plain := num_nonnulls(v_kind, v_categories, v_area, v_level, v_person, v_standing) = 0;
	loop
		v_more := false;
		if not v_plain then
			select w.at, w.id into v_to_at, v_to_id from queue_window_ended(v_filed, v_holder, v_ended, v_after_at, v_after_id, v_step) w;
			v_more := v_to_id is not null;
		end if;
		if not v_more then
			v_to_at := case when v_filed then '-infinity' else 'infinity' end;
			v_to_id := case when v_filed then nobody() else 'ffffffff-ffff-ffff-ffff-ffffffffffff' end;
		end if;
		if v_filed and v_holder is not null then
			return query select v.*, c.kind, c.due_at, c.calendar, c.unit, v_filed from unnest(v_ended) e (state) cross join lateral (
					select l.* from queue_line l where l.done and l.holder = v_holder and l.state = e.state
						and (l.filed_at, l.id) < (v_after_at, v_after_id) and (l.filed_at, l.id) >= (v_to_at, v_to_id)
						and may_see(l.sight, l.holder, v_all, v_own, v_home)
						and (v_plain or queue_fits(v_states, l.state, v_kind, l.kind, v_categories, l.category, v_area, l.area, v_level, l.level,
							v_person, l.person, v_from, v_before, 'infinity'))
					order by l.filed_at desc, l.id desc limit p_limit + 1 - v_n) v
				left join clock_running c on c.slot = v_slot and c.first and c.ticket = v.id
				order by v.filed_at desc, v.id desc limit p_limit + 1 - v_n;
		elsif v_filed then
			return query select v.*, c.kind, c.due_at, c.calendar, c.unit, v_filed from unnest(v_ended) e (state) cross join lateral (
					select l.* from queue_line l where l.done and l.state = e.state
						and (l.filed_at, l.id) < (v_after_at, v_after_id) and (l.filed_at, l.id) >= (v_to_at, v_to_id)
						and may_see(l.sight, l.holder, v_all, v_own, v_home)
						and (v_plain or queue_fits(v_states, l.state, v_kind, l.kind, v_categories, l.category, v_area, l.area, v_level, l.level,
							v_person, l.person, v_from, v_before, 'infinity'))
					order by l.filed_at desc, l.id desc limit p_limit + 1 - v_n) v
				left join clock_running c on c.slot = v_slot and c.first and c.ticket = v.id
				order by v.filed_at desc, v.id desc limit p_limit + 1 - v_n;
		elsif v_holder is not null then
			return query select v.*, c.kind, c.due_at, c.calendar, c.unit, v_filed from unnest(v_ended) e (state) cross join lateral (
					select l.* from queue_line l where l.done and l.holder = v_holder and l.state = e.state
						and (l.filed_at, l.id) > (v_after_at, v_after_id) and (l.filed_at, l.id) <= (v_to_at, v_to_id)
						and may_see(l.sight, l.holder, v_all, v_own, v_home)
						and (v_plain or queue_fits(v_states, l.state, v_kind, l.kind, v_categories, l.category, v_area, l.area, v_level, l.level,
							v_person, l.person, v_from, v_before, 'infinity'))
					order by l.filed_at, l.id limit p_limit + 1 - v_n) v
				left join clock_running c on c.slot = v_slot and c.first and c.ticket = v.id
				order by v.filed_at, v.id limit p_limit + 1 - v_n;
		else
			return query select v.*, c.kind, c.due_at, c.calendar, c.unit, v_filed from unnest(v_ended) e (state) cross join lateral (
					select l.* from queue_line l where l.done and l.state = e.state
						and (l.filed_at, l.id) > (v_after_at, v_after_id) and (l.filed_at, l.id) <= (v_to_at, v_to_id)
						and may_see(l.sight, l.holder, v_all, v_own, v_home)
						and (v_plain or queue_fits(v_states, l.state, v_kind, l.kind, v_categories, l.category, v_area, l.area, v_level, l.level,
							v_person, l.person, v_from, v_before, 'infinity'))
					order by l.filed_at, l.id limit p_limit + 1 - v_n) v
				left join clock_running c on c.slot = v_slot and c.first and c.ticket = v.id
				order by v.filed_at, v.id limit p_limit + 1 - v_n;
		end if;
		get diagnostics v_got = row_count;
		v_n := v_n + v_got;
		exit when v_n > p_limit or not v_more;
		v_left := v_left - v_step;
		if v_left <= 0 then
			return next queue_end(v_filed, true, v_to_at, v_to_id);
			return;
		end if;
		v_after_at := v_to_at;
		v_after_id := v_to_id;
		v_step := least(v_step * 4, v_left);
	end loop;
end $$;

revoke execute on function queue_end, queue_window, queue_window_ended from public;
