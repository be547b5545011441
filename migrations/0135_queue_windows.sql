-- No page of the queue looks at more than 10,000 tickets (ten times p_most), whatever is asked for among however many: it looks for the rest of what
-- fits, or is shown to who does not see what is public, in windows of 500, 2,000 and 7,500, and where that was not enough for a page, it says behind
-- which the list goes on, as it does for tags (0074). What has ended, what somebody has, and how a clock stands are parts of the order, and are looked
-- up (0134). Before, one page for what few of 2,000,000 tickets have took seconds.
set local search_path = tiepdan, public;

-- What a standing asks for: when the nearest clock is due, and how it came out, where `none` is of what did not.
create function standing_asked(p_standing text, p_now timestamptz, p_soon timestamptz, out due_from timestamptz, out due_before timestamptz, out outcome text)
language sql immutable parallel safe as $$
	select case p_standing when 'due_soon' then p_now when 'in_time' then p_soon when 'no_clock' then 'infinity' end,
		case p_standing when 'overdue' then p_now when 'due_soon' then p_soon when 'in_time' then 'infinity' end,
		case p_standing when 'met' then 'met' when 'met_late' then 'late' when 'no_clock' then 'none' end
$$;

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

-- The end of a window of so many open tickets; null: fewer are left.
create function queue_window(p_filed boolean, p_holder bigint, p_slot int, p_at timestamptz, p_id uuid, p_step bigint, out at timestamptz, out id uuid)
language plpgsql stable
set search_path = tiepdan, pg_temp set enable_bitmapscan = off set enable_seqscan = off set enable_sort = off set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
	if p_filed and p_holder is not null then
		select t.filed_at, t.id into at, id from ticket t where not t.done and t.holder = p_holder and (t.filed_at, t.id) < (p_at, p_id)
			order by t.filed_at desc, t.id desc offset p_step - 1 limit 1;
	elsif p_filed then
		select t.filed_at, t.id into at, id from ticket t where not t.done and (t.filed_at, t.id) < (p_at, p_id)
			order by t.filed_at desc, t.id desc offset p_step - 1 limit 1;
	elsif p_holder is not null then
		select c.due_at, c.ticket into at, id from clock_running c where c.slot = p_slot and c.first and c.holder = p_holder
			and (c.due_at, c.ticket) > (p_at, p_id) order by c.due_at, c.ticket offset p_step - 1 limit 1;
	else
		select c.due_at, c.ticket into at, id from clock_running c where c.slot = p_slot and c.first
			and (c.due_at, c.ticket) > (p_at, p_id) order by c.due_at, c.ticket offset p_step - 1 limit 1;
	end if;
end $$;

-- The same of what has ended in these states, and of what is open where that is asked for, too; of what a person has, of which little is open, only
-- what has ended counts.
create function queue_window_ended(p_filed boolean, p_open boolean, p_holder bigint, p_person uuid, p_states text[], p_at timestamptz, p_id uuid,
	p_step bigint, out at timestamptz, out id uuid) language plpgsql stable
set search_path = tiepdan, pg_temp set enable_bitmapscan = off set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
	if p_filed and p_person is not null then
		select x.filed_at, x.id into at, id from (select y.* from unnest(p_states) e (state) cross join lateral (
			select t.filed_at, t.id from ticket t where t.done and t.person = p_person and t.state = e.state and (t.filed_at, t.id) < (p_at, p_id)
				order by t.filed_at desc, t.id desc limit p_step) y) x order by x.filed_at desc, x.id desc offset p_step - 1 limit 1;
	elsif p_filed and p_holder is not null then
		select x.filed_at, x.id into at, id from (select y.* from unnest(p_states) e (state) cross join lateral (
			select t.filed_at, t.id from ticket t where t.done and t.holder = p_holder and t.state = e.state and (t.filed_at, t.id) < (p_at, p_id)
				order by t.filed_at desc, t.id desc limit p_step) y
			union all (select t.filed_at, t.id from ticket t where p_open and not t.done and t.holder = p_holder and (t.filed_at, t.id) < (p_at, p_id)
				order by t.filed_at desc, t.id desc limit p_step)) x order by x.filed_at desc, x.id desc offset p_step - 1 limit 1;
	elsif p_filed then
		select x.filed_at, x.id into at, id from (select y.* from unnest(p_states) e (state) cross join lateral (
			select t.filed_at, t.id from ticket t where t.done and t.state = e.state and (t.filed_at, t.id) < (p_at, p_id)
				order by t.filed_at desc, t.id desc limit p_step) y
			union all (select t.filed_at, t.id from ticket t where p_open and not t.done and (t.filed_at, t.id) < (p_at, p_id)
				order by t.filed_at desc, t.id desc limit p_step)) x order by x.filed_at desc, x.id desc offset p_step - 1 limit 1;
	elsif p_person is not null then
		select x.filed_at, x.id into at, id from (select y.* from unnest(p_states) e (state) cross join lateral (
			select t.filed_at, t.id from ticket t where t.done and t.person = p_person and t.state = e.state and (t.filed_at, t.id) > (p_at, p_id)
				order by t.filed_at, t.id limit p_step) y) x order by x.filed_at, x.id offset p_step - 1 limit 1;
	elsif p_holder is not null then
		select x.filed_at, x.id into at, id from (select y.* from unnest(p_states) e (state) cross join lateral (
			select t.filed_at, t.id from ticket t where t.done and t.holder = p_holder and t.state = e.state and (t.filed_at, t.id) > (p_at, p_id)
				order by t.filed_at, t.id limit p_step) y) x order by x.filed_at, x.id offset p_step - 1 limit 1;
	else
		select x.filed_at, x.id into at, id from (select y.* from unnest(p_states) e (state) cross join lateral (
			select t.filed_at, t.id from ticket t where t.done and t.state = e.state and (t.filed_at, t.id) > (p_at, p_id)
				order by t.filed_at, t.id limit p_step) y) x order by x.filed_at, x.id offset p_step - 1 limit 1;
	end if;
end $$;

-- What is asked for, when queue_page() comes to what has ended.
create type queue_wish as (states text[], kind text, categories text[], area text, level text, person uuid, due_from timestamptz,
	outcome text, holder bigint, filed boolean, open boolean, ended text[], window_always boolean, sees_all text[], sees_own text[], home bigint,
	slot int, after_at timestamptz, after_id uuid, most bigint, looks bigint);
comment on type queue_wish is 'person: nobody() for what nobody has; outcome: none for what has none; open: what is open, too, among what has ended '
	'(filed last first only); most: so many rows, and no more than so many looks';

-- What has ended, in the order in which it was filed; or filed last first, and then with what is open, where that is asked for, too.
create function queue_ended(w queue_wish) returns setof queue_row language plpgsql stable
set search_path = tiepdan, pg_temp set enable_bitmapscan = off set enable_seqscan = off set enable_sort = off set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
	v_plain boolean := num_nonnulls(w.kind, w.categories, w.area, w.level, w.person, w.outcome) = 0;
	v_somebody uuid := nullif(w.person, nobody());
	v_step bigint := greatest(w.looks / 20, 1);
	v_more boolean;
	v_to_at timestamptz;
	v_to_id uuid;
	v_n bigint := 0;
	v_got bigint;
begin
	loop
		v_more := false;
		if w.window_always or w.open or not v_plain then
			select x.at, x.id into v_to_at, v_to_id from queue_window_ended(w.filed, w.open, w.holder, v_somebody, w.ended,
				w.after_at, w.after_id, v_step) x;
			v_more := v_to_id is not null;
		end if;
		if not v_more then
			v_to_at := case when w.filed then '-infinity' else 'infinity' end;
			v_to_id := case when w.filed then nobody() else 'ffffffff-ffff-ffff-ffff-ffffffffffff' end;
		end if;
		if w.filed and v_somebody is not null then
			return query select v.*, w.filed from (
				select k.*, null::text, null::timestamptz, null::text, null::text from unnest(w.ended) e (state) cross join lateral (
					select l.* from queue_line l where l.done and l.person = v_somebody and (w.holder is null or l.holder = w.holder) and l.state = e.state
						and (l.filed_at, l.id) < (w.after_at, w.after_id) and (l.filed_at, l.id) >= (v_to_at, v_to_id)
						and may_see(l.sight, l.holder, w.sees_all, w.sees_own, w.home)
						and (w.outcome is null or coalesce(l.outcome, 'none') = w.outcome)
						and (v_plain or queue_fits(w.states, l.state, w.kind, l.kind, w.categories, l.category, w.area, l.area, w.level, l.level,
							w.person, l.person, w.due_from, null, 'infinity'))
					order by l.filed_at desc, l.id desc limit w.most - v_n) k
				union all (select l.*, c.kind, c.due_at, c.calendar, c.unit
					from (select o.* from queue_line o where w.open and not o.done and o.person = v_somebody offset 0) l
						left join clock_running c on c.slot = w.slot and c.first and c.ticket = l.id
					where (w.holder is null or l.holder = w.holder)
						and (l.filed_at, l.id) < (w.after_at, w.after_id) and (l.filed_at, l.id) >= (v_to_at, v_to_id)
						and may_see(l.sight, l.holder, w.sees_all, w.sees_own, w.home)
						and queue_fits(w.states, l.state, w.kind, l.kind, w.categories, l.category, w.area, l.area, w.level, l.level,
							w.person, l.person, w.due_from, null, c.due_at)
					order by l.filed_at desc, l.id desc limit w.most - v_n)) v
				order by v.filed_at desc, v.id desc limit w.most - v_n;
		elsif w.filed and w.holder is not null then
			return query select v.*, w.filed from (
				select k.*, null::text, null::timestamptz, null::text, null::text from unnest(w.ended) e (state) cross join lateral (
					select l.* from queue_line l where l.done and l.holder = w.holder and l.state = e.state
						and (l.filed_at, l.id) < (w.after_at, w.after_id) and (l.filed_at, l.id) >= (v_to_at, v_to_id)
						and may_see(l.sight, l.holder, w.sees_all, w.sees_own, w.home)
						and (w.outcome is null or coalesce(l.outcome, 'none') = w.outcome)
						and (v_plain or queue_fits(w.states, l.state, w.kind, l.kind, w.categories, l.category, w.area, l.area, w.level, l.level,
							w.person, l.person, w.due_from, null, 'infinity'))
					order by l.filed_at desc, l.id desc limit w.most - v_n) k
				union all (select l.*, c.kind, c.due_at, c.calendar, c.unit
					from queue_line l left join clock_running c on c.slot = w.slot and c.first and c.ticket = l.id
					where w.open and not l.done and l.holder = w.holder
						and (l.filed_at, l.id) < (w.after_at, w.after_id) and (l.filed_at, l.id) >= (v_to_at, v_to_id)
						and may_see(l.sight, l.holder, w.sees_all, w.sees_own, w.home)
						and queue_fits(w.states, l.state, w.kind, l.kind, w.categories, l.category, w.area, l.area, w.level, l.level,
							w.person, l.person, w.due_from, null, c.due_at)
					order by l.filed_at desc, l.id desc limit w.most - v_n)) v
				order by v.filed_at desc, v.id desc limit w.most - v_n;
		elsif w.filed then
			return query select v.*, w.filed from (
				select k.*, null::text, null::timestamptz, null::text, null::text from unnest(w.ended) e (state) cross join lateral (
					select l.* from queue_line l where l.done and l.state = e.state
						and (l.filed_at, l.id) < (w.after_at, w.after_id) and (l.filed_at, l.id) >= (v_to_at, v_to_id)
						and may_see(l.sight, l.holder, w.sees_all, w.sees_own, w.home)
						and (w.outcome is null or coalesce(l.outcome, 'none') = w.outcome)
						and (v_plain or queue_fits(w.states, l.state, w.kind, l.kind, w.categories, l.category, w.area, l.area, w.level, l.level,
							w.person, l.person, w.due_from, null, 'infinity'))
					order by l.filed_at desc, l.id desc limit w.most - v_n) k
				union all (select l.*, c.kind, c.due_at, c.calendar, c.unit
					from queue_line l left join clock_running c on c.slot = w.slot and c.first and c.ticket = l.id
					where w.open and not l.done
						and (l.filed_at, l.id) < (w.after_at, w.after_id) and (l.filed_at, l.id) >= (v_to_at, v_to_id)
						and may_see(l.sight, l.holder, w.sees_all, w.sees_own, w.home)
						and queue_fits(w.states, l.state, w.kind, l.kind, w.categories, l.category, w.area, l.area, w.level, l.level,
							w.person, l.person, w.due_from, null, c.due_at)
					order by l.filed_at desc, l.id desc limit w.most - v_n)) v
				order by v.filed_at desc, v.id desc limit w.most - v_n;
		elsif v_somebody is not null then
			return query select v.*, w.filed from (
				select k.*, null::text, null::timestamptz, null::text, null::text from unnest(w.ended) e (state) cross join lateral (
					select l.* from queue_line l where l.done and l.person = v_somebody and (w.holder is null or l.holder = w.holder) and l.state = e.state
						and (l.filed_at, l.id) > (w.after_at, w.after_id) and (l.filed_at, l.id) <= (v_to_at, v_to_id)
						and may_see(l.sight, l.holder, w.sees_all, w.sees_own, w.home)
						and (w.outcome is null or coalesce(l.outcome, 'none') = w.outcome)
						and (v_plain or queue_fits(w.states, l.state, w.kind, l.kind, w.categories, l.category, w.area, l.area, w.level, l.level,
							w.person, l.person, w.due_from, null, 'infinity'))
					order by l.filed_at, l.id limit w.most - v_n) k) v
				order by v.filed_at, v.id limit w.most - v_n;
		elsif w.holder is not null then
			return query select v.*, w.filed from (
				select k.*, null::text, null::timestamptz, null::text, null::text from unnest(w.ended) e (state) cross join lateral (
					select l.* from queue_line l where l.done and l.holder = w.holder and l.state = e.state
						and (l.filed_at, l.id) > (w.after_at, w.after_id) and (l.filed_at, l.id) <= (v_to_at, v_to_id)
						and may_see(l.sight, l.holder, w.sees_all, w.sees_own, w.home)
						and (w.outcome is null or coalesce(l.outcome, 'none') = w.outcome)
						and (v_plain or queue_fits(w.states, l.state, w.kind, l.kind, w.categories, l.category, w.area, l.area, w.level, l.level,
							w.person, l.person, w.due_from, null, 'infinity'))
					order by l.filed_at, l.id limit w.most - v_n) k) v
				order by v.filed_at, v.id limit w.most - v_n;
		else
			return query select v.*, w.filed from (
				select k.*, null::text, null::timestamptz, null::text, null::text from unnest(w.ended) e (state) cross join lateral (
					select l.* from queue_line l where l.done and l.state = e.state
						and (l.filed_at, l.id) > (w.after_at, w.after_id) and (l.filed_at, l.id) <= (v_to_at, v_to_id)
						and may_see(l.sight, l.holder, w.sees_all, w.sees_own, w.home)
						and (w.outcome is null or coalesce(l.outcome, 'none') = w.outcome)
						and (v_plain or queue_fits(w.states, l.state, w.kind, l.kind, w.categories, l.category, w.area, l.area, w.level, l.level,
							w.person, l.person, w.due_from, null, 'infinity'))
					order by l.filed_at, l.id limit w.most - v_n) k) v
				order by v.filed_at, v.id limit w.most - v_n;
		end if;
		get diagnostics v_got = row_count;
		v_n := v_n + v_got;
		exit when v_n >= w.most or not v_more;
		w.looks := w.looks - v_step;
		if w.looks <= 0 then
			return next queue_end(w.filed, true, v_to_at, v_to_id);
			return;
		end if;
		w.after_at := v_to_at;
		w.after_id := v_to_id;
		v_step := least(v_step * 4, w.looks);
	end loop;
end $$;

-- As in 0122, but in windows; what has ended is queue_ended()'s.
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
	v_outcome text;
	v_after_done boolean := false;
	v_after_at timestamptz;
	v_after_id uuid;
	v_somebody uuid;
	v_ended text[];		-- the states asked for that end a ticket
	v_any boolean;
	v_narrow boolean;		-- much of what is looked at may not be shown
	v_window boolean;
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
	elsif v_all = '{}' then
		v_holder := v_home;
	end if;
	if v_all = '{}' and v_holder is distinct from v_home then
		return;
	end if;
	v_narrow := not coalesce('public' = any (case when v_holder = v_home then v_all || v_own else v_all end), false);
	if v_category is not null then
		v_categories := array(select g.code from category g where g.code = v_category or g.parent = v_category);
	end if;
	if v_states is not null then
		select coalesce(bool_or(not s.open), false), coalesce(bool_or(s.open), false), array_agg(s.code) filter (where not s.open)
			into v_done, v_open, v_ended from state s where s.code = any (v_states);
	end if;
	if v_standing is not null then
		select a.due_from, a.due_before, a.outcome into v_from, v_before, v_outcome from standing_asked(v_standing, p_now, p_soon) a;
		if v_outcome in ('met', 'late') then		-- only what has ended has come out somehow
			v_ended := case when v_states is null then array(select s.code from state s where not s.open) else v_ended end;
			v_done := v_ended is not null;
			v_open := false;
		end if;
		v_done := v_done and v_before is null;		-- and nothing of it is due
	end if;
	v_any := num_nonnulls(v_states, v_kind, v_categories, v_area, v_level, v_person, v_standing) = 0;
	v_window := v_somebody is null and (v_narrow or num_nonnulls(v_states, v_kind, v_categories, v_area, v_level, v_person,
		case when v_filed then v_standing end) > 0);
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

	while v_open and not v_after_done and not (v_filed and v_done) loop
		v_more := false;
		if v_window then
			select w.at, w.id into v_to_at, v_to_id from queue_window(v_filed, v_holder, v_slot, v_after_at, v_after_id, v_step) w;
			v_more := v_to_id is not null and (v_filed or v_before is null or v_to_at < v_before);
		end if;
		if not v_more then
			v_to_at := case when v_filed then '-infinity' else coalesce(v_before, 'infinity') end;
			v_to_id := case when v_filed or v_before is not null then nobody() else 'ffffffff-ffff-ffff-ffff-ffffffffffff' end;
		end if;
		if v_filed and v_somebody is not null then
			return query select v.*, c.kind, c.due_at, c.calendar, c.unit, v_filed
				from (select l.* from queue_line l where l.person = v_somebody and not l.done offset 0) v
					left join clock_running c on c.slot = v_slot and c.first and c.ticket = v.id
				where (v.filed_at, v.id) < (v_after_at, v_after_id) and (v_holder is null or v.holder = v_holder)
					and may_see(v.sight, v.holder, v_all, v_own, v_home)
					and (v_any or queue_fits(v_states, v.state, v_kind, v.kind, v_categories, v.category, v_area, v.area, v_level, v.level, v_person,
						v.person, v_from, v_before, c.due_at))
				order by v.filed_at desc, v.id desc limit p_limit + 1;
		elsif v_filed and v_holder is not null then
			return query select v.*, c.kind, c.due_at, c.calendar, c.unit, v_filed
				from queue_line v left join clock_running c on c.slot = v_slot and c.first and c.ticket = v.id
				where not v.done and v.holder = v_holder and (v.filed_at, v.id) < (v_after_at, v_after_id) and (v.filed_at, v.id) >= (v_to_at, v_to_id)
					and may_see(v.sight, v.holder, v_all, v_own, v_home)
					and (v_any or queue_fits(v_states, v.state, v_kind, v.kind, v_categories, v.category, v_area, v.area, v_level, v.level, v_person,
						v.person, v_from, v_before, c.due_at))
				order by v.filed_at desc, v.id desc limit p_limit + 1 - v_n;
		elsif v_filed then
			return query select v.*, c.kind, c.due_at, c.calendar, c.unit, v_filed
				from queue_line v left join clock_running c on c.slot = v_slot and c.first and c.ticket = v.id
				where not v.done and (v.filed_at, v.id) < (v_after_at, v_after_id) and (v.filed_at, v.id) >= (v_to_at, v_to_id)
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
	if not v_done or v_n > p_limit then
		return;
	end if;

	-- Behind what is open comes what has ended, filed first first; filed last first it is among it.
	if not v_filed and not v_after_done then
		v_after_at := '-infinity';
		v_after_id := nobody();
	elsif not v_filed and v_after_at = 'infinity' then		-- a cursor of before
		v_after_at := coalesce((select t.filed_at from ticket t where t.id = v_after_id), 'infinity');
	end if;
	return query select * from queue_ended(row(v_states, v_kind, v_categories, v_area, v_level, v_person, v_from, v_outcome, v_holder, v_filed,
		v_filed and v_open, v_ended, v_narrow, v_all, v_own, v_home, v_slot, v_after_at, v_after_id, p_limit + 1 - v_n, v_left)::queue_wish);
end $$;

-- As in 0122, and by how it came out.
create or replace function tickets_asked(p_tickets uuid[], q jsonb, p_person uuid, p_now timestamptz, p_soon timestamptz) returns setof uuid
language plpgsql stable set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
	v_slot int := slot_current();
	v_person uuid := case when p_person is not null then p_person when q ? 'unassigned' then nobody()
		when q ? 'mine' then caller_account() else (q->>'person')::uuid end;
	v_holder bigint := case when coalesce(q->>'holder', 'any') <> 'any' then
		coalesce((select id from department where code = q->>'holder'), -1) end;
	v_states text[] := case when q ? 'state' then array(select jsonb_array_elements_text(q->'state')) end;
	v_categories text[] := case when q ? 'category' then array(select code from category where q->>'category' in (code, parent)) end;
	a record;
begin
	select * into a from standing_asked(q->>'standing', p_now, p_soon);
	return query
	select t.id from unnest(p_tickets) with ordinality i (id, ord) join ticket t on t.id = i.id and sees(t)
		left join clock_first c on c.slot = v_slot and c.ticket = t.id
	where (v_holder is null or t.holder = v_holder) and (a.outcome is null or coalesce(t.outcome, 'none') = a.outcome)
		and ticket_fits(t, coalesce(c.due_at, 'infinity'), v_states, q->>'kind', v_categories, q->>'area', q->>'level', v_person, a.due_from, a.due_before)
	order by i.ord;
end $$;

revoke execute on function standing_asked, queue_end, queue_window, queue_window_ended, queue_ended from public;
