-- The 2x2 as of an instant of the past, by the sums: what was not settled then is asked of the rule, however much came since.
--
-- A report of what was filed until the day of the instant reads no cell behind that day, so whatever was filed later does not matter to it; of the
-- tickets before, those matter that something happened to after the instant. These are looked for day by day of filing, since most of what
-- was settled later was filed later, too.
set local search_path = tiepdan, public;

alter table report_cursor add column settled_to timestamptz not null default 'infinity';
comment on column report_cursor.settled_to is 'no ticket is counted that was settled later, so of an instant from then on nothing has to be looked for; infinity: not known';
create index report_fact_day_settled on report_fact (day, settled_at);

-- The tail of a report about what was filed on the days p_from .. p_to: tickets of which report_cell may not say how they stood at an instant. NULL: it
-- cannot be used now. How little that is is not known to the plan, which would rather read all events.
create function report_tail(p_from date, p_to date, p_as_of timestamptz, p_zone text) returns uuid[]
language plpgsql stable set search_path = tiepdan, pg_temp set jit = off set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare
	c constant report_cursor := (select r from report_cursor r);
	v_most constant int := 20000;	-- the rule is asked about each of them: that takes a second
	v_first date := (select min(day) from report_fact);
	v_days int := case when v_first is not null then least(p_to, (select max(day) from report_fact)) - greatest(p_from, v_first) end;
	v_tail uuid[];
begin
	if c.filled_to is not null or c.zone <> p_zone or c.xid > feeds_end() or c.generation <> (select generation from clock_slot where role = 'current') then
		return null;
	end if;
	v_tail := array(
		(select ticket from event where (xid, id) > (c.xid, c.id) and ticket is not null order by xid, id limit v_most)
		union all (select ticket from report_touched order by id limit v_most)
		union all (select f.ticket from generate_series(0, v_days) n, lateral (	-- `offset`: for each of them they are looked up
				select ticket from report_fact where day = greatest(p_from, v_first) + n and settled_at > p_as_of offset 0) f
			where c.settled_to > p_as_of limit v_most)
		union all (select f.ticket from (	-- `offset`: by when they are due, not by day
				select ticket, day from report_fact where due_at >= least(c.due_to, p_as_of) and due_at < greatest(c.due_to, p_as_of) offset 0) f
			where f.day between p_from and p_to limit v_most));
	return case when cardinality(v_tail) < v_most then array(select distinct x from unnest(v_tail) x where x is not null) end;
end $$;

-- The tail of all days.
create or replace function report_tail(p_as_of timestamptz, p_zone text) returns uuid[] language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return report_tail('-infinity', 'infinity', p_as_of, p_zone);
end $$;

-- As in 0102, but that what is counted the same before and now is told once, as nothing.
create or replace function report_mended(p_tail uuid[], p_from date, p_to date, p_by text, p_as_of timestamptz, p_zone text) returns setof report_counts
language plpgsql stable set search_path = tiepdan, pg_temp set jit = off set plan_cache_mode = force_generic_plan as $$
begin
	return query
	select c.*
	from (select x.day, x.key, x.cell, x.bucket, sum(x.n)::bigint as n
		from (select r.day, r.key, r.cell, r.bucket, 1 as n from report_rows(false, p_tail, p_from, p_to, p_by, p_as_of, p_zone) r
			union all
			select f.day, case p_by when 'department' then d.code when 'category' then f.category else f.area end, y.cell, y.bucket, -1
			from report_fact f, lateral (select f.standing, f.bucket, f.department
					union all select 'returned', null, unnest(f.returned)) y (cell, bucket, department)
				join department d on d.id = y.department
			where f.ticket = any (p_tail) and f.day between p_from and p_to) x
		group by x.day, x.key, x.cell, x.bucket having sum(x.n) <> 0) r, lateral report_count(r.day, r.key, r.cell, r.bucket, r.n) c;
end $$;

-- A time that begins before the first day of which there is a cell does so with the year, and one that ends behind the last one ends with the year: that
-- makes it one cell of many.
create function report_whole(p_from date, p_to date, p_first date, p_last date, out first date, out last date) language plpgsql immutable
set search_path = tiepdan, pg_temp as $$
begin
	first := case when p_from <= p_first then date_trunc('year', p_first::timestamp) else p_from end;
	last := case when p_to >= p_last then date_trunc('year', p_last::timestamp) + interval '1 year' - interval '1 day' else p_to end;
end $$;

create or replace function report_fast(p_from date, p_to date, p_by text, p_as_of timestamptz, p_zone text) returns setof report_counts
language plpgsql stable set search_path = tiepdan, pg_temp set jit = off as $$
declare
	v_to constant date := least(p_to, (p_as_of at time zone p_zone)::date);
	v_tail constant uuid[] := report_tail(p_from, v_to, p_as_of, p_zone);
begin
	if v_tail is null then
		return query select * from report_raw(p_from, p_to, p_by, p_as_of, p_zone);
		return;
	end if;
	return query
	select null::date, c.key, sum(c.answered_on_time), sum(c.answered_late), sum(c.open_in_time), sum(c.open_overdue), sum(c.no_clock),
		sum(c.merged), sum(c.withdrawn), sum(c.returned), sum(c.times)
	from (select min(day) as first, max(day) as last from report_fact) m, report_whole(p_from, v_to, m.first, m.last) w, report_nodes(w.first, w.last) n,
		-- `offset`: for each of them the cells are looked up, or all would be read
		lateral (select * from report_cell c where c.by = p_by::report_by and c.level = n.level and c.start >= n.first and c.start < n.until offset 0) c
	group by c.key;
	if v_tail <> '{}' then
		return query select * from report_mended(v_tail, p_from, v_to, p_by, p_as_of, p_zone);
	end if;
end $$;

-- As in 0111; says how late anything was settled.
create or replace function report_follow(p_now timestamptz, p_limit bigint, p_zone text) returns bigint
language plpgsql security definer set search_path = tiepdan, pg_temp set jit = off set plan_cache_mode = force_generic_plan as $$
declare
	c report_cursor;
	e record;
	v_last uuid;
	v_due_to timestamptz;
	v_touched uuid[];
	v_filled uuid[];
	v_paths uuid[];
	v_due uuid[];
	v_all uuid[];
	v_slot clock_slot;
begin
	select * into c from report_cursor where one for update skip locked;
	if not found then
		return 0;
	end if;
	if c.xid = '0' or c.xid > feeds_end() or c.zone <> p_zone then	-- new, restored into another cluster, or other days: all anew
		c.xid := pg_snapshot_xmin(pg_current_snapshot());
		c.id := '00000000-0000-0000-0000-000000000000';
		c.filled_to := '00000000-0000-0000-0000-000000000000';
		c.paths_to := c.filled_to;
		if c.zone not in ('', p_zone) then	-- what was counted on which day is not known any more
			truncate report_path, report_flow;
		end if;
		c.zone := p_zone;
	end if;
	-- Due points of all tickets may have changed at once: those that have are touched.
	select * into v_slot from clock_slot where role = 'current';
	if v_slot.generation <> c.generation then
		insert into report_touched (ticket) select p.ticket from report_path p join (
				select r.ticket, array_agg(r.due_at order by r.due_at) as due from clock_running r
				where r.slot = v_slot.slot and r.kind in ('answer', 'appeal') group by r.ticket) x on x.ticket = p.ticket
			where p.due is distinct from x.due;
		c.generation := v_slot.generation;
	end if;
	select count(*) as n, array_agg(f.ticket) filter (where f.ticket is not null) as tickets, array_agg(f.xid order by f.xid, f.id) as xids,
			array_agg(f.id order by f.xid, f.id) as ids into e
		from (select xid, id, ticket from event where (xid, id) > (c.xid, c.id) and xid < pg_snapshot_xmin(pg_current_snapshot())
			order by xid, id limit p_limit) f;
	if e.n > 0 then
		c.xid := e.xids[e.n];
		c.id := e.ids[e.n];
	end if;
	with gone as (
		delete from report_touched where id in (select id from report_touched order by id limit p_limit) returning ticket)
	select array_agg(ticket) into v_touched from gone;
	if c.filled_to is not null then
		v_last := (select id from ticket where id > c.filled_to order by id offset p_limit - 1 limit 1);
		v_filled := array(select id from ticket where id > c.filled_to and (v_last is null or id <= v_last)
			union select ticket from report_fact where ticket > c.filled_to and (v_last is null or ticket <= v_last));
		c.filled_to := v_last;
	end if;
	if c.paths_to is not null then
		v_last := (select id from ticket where id > c.paths_to order by id offset p_limit - 1 limit 1);
		v_paths := array(select id from ticket where id > c.paths_to and (v_last is null or id <= v_last)
			union select ticket from report_path where ticket > c.paths_to and (v_last is null or ticket <= v_last));
		c.paths_to := v_last;
	end if;
	if p_now > c.due_to then
		v_due_to := least(p_now, (select x.at from (
				(select due_at as at from report_fact where due_at >= c.due_to and due_at < p_now order by due_at limit p_limit + 1)
				union all (select turns_at from report_path where turns_at >= c.due_to and turns_at < p_now order by turns_at limit p_limit + 1)) x
			order by x.at offset p_limit limit 1) + interval '1 microsecond');
		v_due := array(select ticket from report_fact where due_at >= c.due_to and due_at < v_due_to
			union select ticket from report_path where turns_at >= c.due_to and turns_at < v_due_to);
		c.due_to := v_due_to;
	end if;
	if cardinality(v_due) > 2 * p_limit then	-- many are due in one instant: in portions, and in the tail until then
		insert into report_touched (ticket) select unnest(v_due);
		v_due := '{}';
	end if;
	v_all := array(select distinct x from unnest(e.tickets || v_touched || v_filled || v_due) x);
	perform report_fold(v_all, c.due_to, p_zone);
	perform report_fold_paths(array(select distinct x from unnest(v_all || v_paths) x), c.due_to, p_zone);
	c.settled_to := case when c.settled_to = 'infinity' then (select coalesce(max(settled_at), '-infinity') from report_fact)
		else greatest(c.settled_to, (select max(settled_at) from report_fact where ticket = any (v_all))) end;
	update report_cursor set xid = c.xid, id = c.id, zone = c.zone, settled_to = c.settled_to, generation = c.generation, due_to = c.due_to, filled_to = c.filled_to,
		paths_to = c.paths_to where one;
	return greatest(e.n, cardinality(v_touched), cardinality(v_filled), cardinality(v_paths), cardinality(v_due));
end $$;

drop index report_fact_settled;

revoke execute on function report_tail(date, date, timestamptz, text), report_whole from public;

alter type report_flow_by add value 'all';	-- what is added in a transaction cannot be used in it: 0113
