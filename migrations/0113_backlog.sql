-- The backlog of a year is read from a cell for each day, not from one for each day and department.
set local search_path = tiepdan, public;

lock table report_cursor in exclusive mode;	-- no cell is counted meanwhile
insert into report_flow (by, level, start, key, filed, came, reopened, answered, refused, withdrawn, merged, passed, opened, overdue)
select 'all', level, start, '', sum(filed), sum(came), sum(reopened), sum(answered), sum(refused), sum(withdrawn), sum(merged), sum(passed), sum(opened),
	sum(overdue)
from report_flow where by = 'department' group by level, start;

-- As in 0111, with the cells of all departments together, whose key is ''. Inlined.
create or replace function report_keys(p_department text, p_category text, p_area text, p_state text, p_cell report_flow_cell, p_seconds bigint)
returns table (by report_flow_by, key text, seconds bigint) language sql immutable as $$
	select x.* from (values ('department'::report_flow_by, p_department, p_seconds), ('state', p_state, p_seconds), ('all', case when p_state is null then '' end, null),
		('category', case when p_state is null and p_cell not in ('came', 'passed') then p_category end, null),
		('area', case when p_state is null and p_cell not in ('came', 'passed') then p_area end, null)) x (by, key, seconds)
	where x.key is not null
$$;

-- As in 0111. Days are those of all, or of the key. Of categories and areas nobody says what departments gave to each other.
create or replace function report_backlog_rows(p_from date, p_to date, p_by text, p_key text, p_now timestamptz, p_zone text, p_raw boolean)
returns table (what text, key text, name_vi text, name_en text, first date, last date, filed bigint, came bigint, reopened bigint, answered bigint,
	refused bigint, withdrawn bigint, merged bigint, passed bigint, open bigint, overdue bigint)
language plpgsql stable set search_path = tiepdan, pg_temp set jit = off set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
	v_by constant report_flow_by := p_by;
	v_now constant timestamptz := greatest(p_now, (select due_to from report_cursor));
	v_tail constant uuid[] := case when not p_raw then report_path_tail(v_now, p_zone) end;
	v_to constant date := least(p_to, (p_now at time zone p_zone)::date);
	v_flows report_flows[];
begin
	perform caller_needs('report');
	v_flows := report_flows_beside(v_tail, v_by, v_now, p_zone);
	return query
	with flows as (	-- of each key, before and in the time
		select true as before, f.* from report_flows_kept('0001-01-01', p_from - 1, v_by) f where v_tail is not null
		union all select false, f.* from report_flows_kept(p_from, v_to, v_by) f where v_tail is not null
		union all select f.start < p_from, f.* from unnest(v_flows) f where f.start <= v_to
		union all select false, null, p_key, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 where p_key is not null),
	summed as materialized (
		select grouping(f.key) = 1 as total, f.key, coalesce(sum(f.filed) filter (where not f.before), 0) as filed, coalesce(sum(f.came) filter (where not f.before), 0) as came,
			coalesce(sum(f.reopened) filter (where not f.before), 0) as reopened, coalesce(sum(f.answered) filter (where not f.before), 0) as answered,
			coalesce(sum(f.refused) filter (where not f.before), 0) as refused, coalesce(sum(f.withdrawn) filter (where not f.before), 0) as withdrawn,
			coalesce(sum(f.merged) filter (where not f.before), 0) as merged, coalesce(sum(f.passed) filter (where not f.before), 0) as passed,
			coalesce(sum(f.opened), 0) as open, coalesce(sum(f.overdue), 0) as overdue,
			coalesce(sum(f.opened) filter (where f.before), 0) as open_before, coalesce(sum(f.overdue) filter (where f.before), 0) as overdue_before
		from flows f where p_key is null or f.key = p_key group by grouping sets ((f.key), ())),
	days as (	-- `offset`: for each day its cell is looked up
		select d.day, c.filed, case when v_by = 'department' then c.came else 0 end as came, c.reopened, c.answered, c.refused, c.withdrawn, c.merged,
			case when v_by = 'department' then c.passed else 0 end as passed, c.opened, c.overdue
		from (select p_from + n as day from generate_series(0, v_to - p_from) n) d left join lateral (
			select * from report_flow f where v_tail is not null and f.by = case when p_key is null then 'all' else v_by end and f.level = 'day'
				and f.start = d.day and f.key = coalesce(p_key, '') offset 0) c on true
		union all select f.start, f.filed, f.came, f.reopened, f.answered, f.refused, f.withdrawn, f.merged, f.passed, f.opened, f.overdue
			from unnest(v_flows) f where f.start between p_from and v_to and (p_key is null or f.key = p_key)),
	told as (
		select case when s.total then 'total' else 'row' end as what, s.key, p_from as first, greatest(p_from, v_to) as last, s.filed, s.came, s.reopened, s.answered, s.refused,
			s.withdrawn, s.merged, s.passed, s.open, s.overdue
		from summed s where s.total or s.key = p_key or s.open <> 0
			or s.filed + s.came + s.reopened + s.answered + s.refused + s.withdrawn + s.merged + s.passed > 0
		union all
		select 'day', p_key, d.day, d.day, sum(d.filed), sum(d.came), sum(d.reopened), sum(d.answered), sum(d.refused), sum(d.withdrawn), sum(d.merged),
			sum(d.passed), t.open_before + coalesce(sum(sum(d.opened)) over w, 0), t.overdue_before + coalesce(sum(sum(d.overdue)) over w, 0)
		from days d, (select * from summed where total) t
		group by d.day, t.open_before, t.overdue_before window w as (order by d.day)),
	named as materialized (select x.key, n.vi, n.en from (select distinct t.key from told t where t.key is not null) x, lateral report_names(v_by, x.key) n)
	select t.what, t.key, n.vi, n.en, t.first, t.last, coalesce(t.filed, 0)::bigint, coalesce(t.came, 0)::bigint, coalesce(t.reopened, 0)::bigint,
		coalesce(t.answered, 0)::bigint, coalesce(t.refused, 0)::bigint, coalesce(t.withdrawn, 0)::bigint, coalesce(t.merged, 0)::bigint,
		coalesce(t.passed, 0)::bigint, t.open::bigint, t.overdue::bigint
	from told t left join named n on n.key = t.key
	order by t.what, t.first, t.key;
end $$;

-- As in 0111, with whole years where it can be: report_whole() of 0112.
create or replace function report_flows_kept(p_from date, p_to date, p_by report_flow_by) returns setof report_flows
language plpgsql stable set search_path = tiepdan, pg_temp set jit = off set plan_cache_mode = force_generic_plan as $$
begin
	return query
	select null::date, c.key, sum(c.filed), sum(c.came), sum(c.reopened), sum(c.answered), sum(c.refused), sum(c.withdrawn), sum(c.merged),
		sum(c.passed), sum(c.opened), sum(c.overdue), sum(c.begun), sum(c.ended), sum(c.seconds), sum(c.times)
	from (select min(start) as first, max(start) as last from report_flow where by = p_by and level = 'day') m,
		report_whole(p_from, p_to, m.first, m.last) w, report_nodes(w.first, w.last) n,	-- `offset`: as in 0102
		lateral (select * from report_flow c where c.by = p_by and c.level = n.level and c.start >= n.first and c.start < n.until offset 0) c
	group by c.key;
end $$;

-- As in 0111, in two: mostly there is nothing beside, and to plan for it takes longer than all else.
create function report_lasting_kept(p_by report_flow_by, p_tail uuid[]) returns table (key text, since timestamptz)
language plpgsql stable set search_path = tiepdan, pg_temp set jit = off set plan_cache_mode = force_generic_plan as $$
begin
	if p_tail is null then	-- all are beside
		return;
	elsif p_by = 'department' then
		return query
		select d.code, f.holder_since from department d, lateral (select p.holder_since from report_path p
			where p.holder = d.id and p.ticket not in (select unnest(p_tail)) order by p.holder_since limit 1) f;
	else
		return query
		select s.code, f.state_since from state s, lateral (select p.state_since from report_path p
			where p.last_state = s.code and p.holder is not null and p.ticket not in (select unnest(p_tail)) order by p.state_since limit 1) f;
	end if;
end $$;
create function report_lasting_beside(p_by report_flow_by, p_tail uuid[], p_now timestamptz) returns table (key text, since timestamptz)
language plpgsql stable set search_path = tiepdan, pg_temp set jit = off set plan_cache_mode = force_custom_plan set enable_seqscan = on as $$
begin
	if p_tail = '{}' then
		return;
	end if;
	perform set_config('enable_seqscan', (p_tail is null)::text, true);
	return query
	select case p_by when 'department' then d.code else p.last_state end, case p_by when 'department' then p.holder_since else p.state_since end
		from report_paths(p_tail is null, p_tail, p_now) p join department d on d.id = p.holder;
end $$;
create or replace function report_lasting(p_by report_flow_by, p_tail uuid[], p_now timestamptz) returns table (key text, since timestamptz)
language plpgsql stable set search_path = tiepdan, pg_temp set jit = off set plan_cache_mode = force_generic_plan as $$
begin
	return query
	select x.key, min(x.since) from (select * from report_lasting_kept(p_by, p_tail) union all select * from report_lasting_beside(p_by, p_tail, p_now)) x
	group by x.key;
end $$;

-- As in 0111, also of the cells of all departments.
create or replace function report_flow_differences(p_by text, p_now timestamptz, p_zone text) returns table (level text, start date, key text, differs text)
language plpgsql stable set search_path = tiepdan, pg_temp set jit = off set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
declare
	v_by constant report_flow_by := p_by;
	v_now constant timestamptz := greatest(p_now, (select due_to from report_cursor));
	v_tail constant uuid[] := report_path_tail(v_now, p_zone);
begin
	if v_tail is null then
		raise exception 'the roll-up is being filled' using errcode = 'TD703';
	end if;
	return query
	with mended as materialized (select * from report_flows_mended(v_tail, v_by, v_now, p_zone)),
	said as (
		select true as scratch, l.level::text, l.start, f.key, f.filed, f.came, f.reopened, f.answered, f.refused, f.withdrawn, f.merged, f.passed,
			f.opened, f.overdue, f.begun, f.ended, f.seconds, f.times from report_flows_raw(v_by, v_now, p_zone) f, lateral report_levels(f.start) l
		union all
		select false, l.level::text, l.start, f.key, f.filed, f.came, f.reopened, f.answered, f.refused, f.withdrawn, f.merged, f.passed, f.opened,
			f.overdue, f.begun, f.ended, f.seconds, f.times from mended f, lateral report_levels(f.start) l
		union all
		select false, f.level::text, f.start, f.key, f.filed, f.came, f.reopened, f.answered, f.refused, f.withdrawn, f.merged, f.passed, f.opened,
			f.overdue, f.begun, f.ended, f.seconds, f.times from report_flow f where f.by = v_by),
	unlike as (
		select s.level, s.start, s.key from said s, lateral (select case when s.scratch then -1 else 1 end as n) x group by s.level, s.start, s.key
		having sum(x.n * s.filed) <> 0 or sum(x.n * s.came) <> 0 or sum(x.n * s.reopened) <> 0 or sum(x.n * s.answered) <> 0 or sum(x.n * s.refused) <> 0
			or sum(x.n * s.withdrawn) <> 0 or sum(x.n * s.merged) <> 0 or sum(x.n * s.passed) <> 0 or sum(x.n * s.opened) <> 0 or sum(x.n * s.overdue) <> 0
			or sum(x.n * s.begun) <> 0 or sum(x.n * s.ended) <> 0 or sum(x.n * s.seconds) <> 0 or sum(x.n * s.times) <> 0),
	counted as (
		select s.level, s.start, s.key, x.name, sum(x.n) filter (where not s.scratch) as rolled, sum(x.n) filter (where s.scratch) as scratch
		from said s join unlike using (level, start, key), lateral (values ('filed', s.filed::numeric), ('came', s.came), ('reopened', s.reopened), ('answered', s.answered),
			('refused', s.refused), ('withdrawn', s.withdrawn), ('merged', s.merged), ('passed', s.passed), ('opened', s.opened),
			('overdue', s.overdue), ('begun', s.begun), ('ended', s.ended), ('seconds', s.seconds), ('times', s.times)) x (name, n)
		group by s.level, s.start, s.key, x.name
		union all
		select 'now', (v_now at time zone p_zone)::date, s.key, x.name, sum(x.n), null from said s, lateral (values
				('open', s.opened::numeric), ('overdue', s.overdue)) x (name, n)
			where v_by <> 'state' and s.level = 'year' and not s.scratch group by s.key, x.name
		union all
		select 'now', (v_now at time zone p_zone)::date, s.key, 'lasting', sum(s.begun - s.ended), null from said s
			where v_by = 'state' and s.level = 'year' and not s.scratch group by s.key
		union all
		select 'now', (v_now at time zone p_zone)::date, t.key, x.name, null, sum(x.n)
			from (select case v_by when 'department' then d.code when 'category' then k.category
					when 'area' then coalesce(k.area, '') when 'state' then k.state else '' end as key,
					exists (select from clock_running r where r.slot = (select slot_current()) and r.ticket = k.id and r.kind in ('answer', 'appeal')
						and r.due_at < v_now) as late
				from ticket k join department d on d.id = k.holder where v_by = 'state' or not k.done) t,
				lateral (values (case v_by when 'state' then 'lasting' else 'open' end, 1),
					(case when v_by <> 'state' then 'overdue' end, t.late::int)) x (name, n)
			where x.name is not null group by t.key, x.name)
	select c.level, c.start, c.key, string_agg(c.name || ' ' || trim_scale(c.rolled) || ', counted ' || trim_scale(c.scratch), '; ' order by c.name)
	from (select c.level, c.start, c.key, c.name, coalesce(sum(c.rolled), 0) as rolled, coalesce(sum(c.scratch), 0) as scratch
		from counted c group by c.level, c.start, c.key, c.name) c
	where c.rolled <> c.scratch
	group by c.level, c.start, c.key order by c.level, c.start, c.key;
end $$;

revoke execute on function report_lasting_kept, report_lasting_beside from public;
