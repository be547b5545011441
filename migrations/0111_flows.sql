-- What came, what went and what was left, day by day, and how long tickets stay: reports that say what going through all tickets says.
--
-- report_paths() has the rule: from when on a ticket was in which state, open with which department, and overdue. report_steps() says what each
-- turn of such a path adds to and takes from the counts of its day. report_path keeps the path of each ticket as it was counted, report_flow the
-- sums by day, month and year; the follower of 0102 writes both along with its own. As these are what was added and taken, what is open at the
-- end of a day is the sum of all before: some years, months and days. A report adds them, and for the tail (0102) what the rule says
-- less what is counted of it; where the tail is too long, or while the paths are being filled, it goes through all tickets.
set local search_path = tiepdan, public;

create type report_flow_by as enum ('department', 'category', 'area', 'state');
create type report_flow_cell as enum ('filed', 'came', 'reopened', 'answered', 'refused', 'withdrawn', 'merged', 'passed', 'overdue', 'begun', 'ended');

-- --- the rule ----------------------------------------------------------------------------------------------------------------------------

-- The paths of these tickets, or p_all. States are those that the events tell, in the order in which the ticket went through them: what the clock
-- of one server says to be before what another one wrote happened at once after that. A path has a turn for each instant from which on something
-- else holds; `department` is null while the ticket is not open. Overdue is an open ticket of which an answer is due before, by the dates of
-- today; answers that are due from p_due_to on are not. Events of more than a day before the filing are not looked for. Inlined.
create function report_paths(p_all boolean, p_tickets uuid[], p_due_to timestamptz)
returns table (ticket uuid, category text, area text, at timestamptz[], state text[], department bigint[], overdue boolean[],
	holder bigint, holder_since timestamptz, last_state text, state_since timestamptz)
language sql stable as $$
	select t.id, t.category, coalesce(t.area, ''), p.at, p.state, p.department, p.overdue,
		p.department[cardinality(p.department)], p.holder_since, p.state[cardinality(p.state)], p.state_since
	from ticket t join (
		select z.ticket, array_agg(z.at order by z.at) as at, array_agg(z.state order by z.at) as state,
			array_agg(z.department order by z.at) as department, array_agg(z.overdue order by z.at) as overdue,
			max(z.at) filter (where z.department is distinct from z.department_before) as holder_since,
			max(z.at) filter (where z.state is distinct from z.state_before) as state_since
		from (
			select y.*, lag(y.state) over turns as state_before, lag(y.department) over turns as department_before,
				lag(y.overdue) over turns as overdue_before
			from (
				select x.ticket, x.at, x.state, case when s.open then x.department end as department, s.open and x.late > 0 as overdue
				from (
					-- Of each instant the last row: what was said last, of the state and of the holder.
					select i.ticket, i.at, (array_agg(i.state) filter (where i.state is not null) over said)[count(i.state) over said] as state,
						(array_agg(i.department) filter (where i.department is not null) over said)[count(i.department) over said] as department,
						sum(i.late) over said as late, lead(i.at) over said is distinct from i.at as last
					from (
						select e.ticket, max(e.at) over went as at, row_number() over went as n, e.to_state as state, null::bigint as department,
							0 as late
						from ticket k join event e on e.ticket = k.id and e.at > k.filed_at - interval '1 day'
						where (p_all or k.id = any (p_tickets)) and e.to_state is not null and e.from_state is distinct from e.to_state
						window went as (partition by e.ticket order by (e.data->'ticket'->>'version')::bigint nulls first, e.at, e.id)
						union all
						select h.ticket, h.since, row_number() over (partition by h.ticket order by h.since, h.until nulls last), null, h.department, 0
						from holding h where p_all or h.ticket = any (p_tickets)
						union all
						select c.ticket, x.at, 0, null, null, x.late
						from clock c, lateral (values (c.due_at, 1), (c.stop_at, -1)) x (at, late)
						where (p_all or c.ticket = any (p_tickets)) and c.kind in ('answer', 'appeal') and c.due_at < c.stop_at
						union all
						select r.ticket, r.due_at, 0, null, null, 1
						from clock_running r
						where (p_all or r.ticket = any (p_tickets)) and r.slot = (select slot_current())
							and r.kind in ('answer', 'appeal') and r.due_at < p_due_to) i
					window said as (partition by i.ticket order by i.at, i.n rows unbounded preceding)) x join state s on s.code = x.state
				where x.last and x.department is not null) y
			window turns as (partition by y.ticket order by y.at)) z
		where (z.state, z.department, z.overdue) is distinct from (z.state_before, z.department_before, z.overdue_before)
		group by z.ticket) p on p.ticket = t.id
	where p_all or t.id = any (p_tickets)
$$;

-- What the turns of a path count. Of a ticket that leaves a department, and of a state that ends, `seconds` is how long it was there. Inlined.
create function report_steps(p_at timestamptz[], p_state text[], p_department bigint[], p_overdue boolean[])
returns table (at timestamptz, department bigint, state text, cell report_flow_cell, n int, seconds bigint) language sql immutable parallel safe as $$
	select t.at, x.department, x.state, x.cell::report_flow_cell, x.n, floor(extract(epoch from t.at - x.since))::bigint
	from (
		select u.at, u.n, u.state, u.department, u.overdue, p_state[u.n - 1] as state_before, p_department[u.n - 1] as department_before,
			coalesce(p_overdue[u.n - 1], false) as overdue_before,
			u.state is distinct from p_state[u.n - 1] as other_state, u.department is distinct from p_department[u.n - 1] as other_department,
			max(u.at) filter (where u.state is distinct from p_state[u.n - 1]) over before as state_since,
			max(u.at) filter (where u.department is distinct from p_department[u.n - 1]) over before as department_since
		from unnest(p_at, p_state, p_department, p_overdue) with ordinality u (at, state, department, overdue, n)
		window before as (order by u.n rows between unbounded preceding and 1 preceding)) t,
	lateral (values
		(t.other_department, t.department_before, null, case when t.department is not null then 'passed' when t.state in ('merged',
			'withdrawn') then t.state
			when t.state in ('refused', 'redirected') then 'refused' else 'answered' end, 1, t.department_since),
		(t.other_department, t.department, null,
			case when t.department_before is not null then 'came' when t.n = 1 then 'filed' else 'reopened' end, 1, null),
		(t.overdue_before and (t.other_department or not t.overdue), t.department_before, null, 'overdue', -1, null),
		(t.overdue and (t.other_department or not t.overdue_before), t.department, null, 'overdue', 1, null),
		(t.other_state, null, t.state_before, 'ended', 1, t.state_since),
		(t.other_state, null, t.state, 'begun', 1, null)) x (counts, department, state, cell, n, since)
	where x.counts and num_nonnulls(x.department, x.state) = 1
$$;

-- The same buckets as report_bucket() of 0102; none for what is no stay.
create function report_stay_bucket(p_seconds bigint) returns int language sql immutable parallel safe as $$
	select case when p_seconds is not null then least(63, ceil(4 * ln(greatest(1, p_seconds / 900.0)::float8) / ln(2::float8) - 1e-9))::int end
$$;

-- The rows that a step is counted in: by departments whatever happens there; by categories and areas not that a ticket went from one
-- department to another. Inlined.
create function report_keys(p_department text, p_category text, p_area text, p_state text, p_cell report_flow_cell, p_seconds bigint)
returns table (by report_flow_by, key text, seconds bigint) language sql immutable as $$
	select x.* from (values ('department'::report_flow_by, p_department, p_seconds), ('state', p_state, p_seconds),
		('category', case when p_state is null and p_cell not in ('came', 'passed') then p_category end, null),
		('area', case when p_state is null and p_cell not in ('came', 'passed') then p_area end, null)) x (by, key, seconds)
	where x.key is not null
$$;

-- --- what is kept ------------------------------------------------------------------------------------------------------------------------

create table report_path (
	ticket       uuid not null,
	category     text not null,
	area         text not null,
	at           timestamptz[] not null,
	state        text[] not null,
	department   bigint[] not null,
	overdue      boolean[] not null,
	holder       bigint,
	holder_since timestamptz,
	last_state   text not null,
	state_since  timestamptz not null,
	due          timestamptz[],
	turns_at     timestamptz,
	constraint report_path_pk primary key (ticket)
);
create index report_path_turns on report_path (turns_at) where turns_at is not null;
create index report_path_holder on report_path (holder, holder_since) where holder is not null;
create index report_path_state on report_path (last_state, state_since) where holder is not null;
comment on table report_path is 'What report_paths() said of each ticket when the job worker came to it: so it is counted in report_flow.';
comment on column report_path.at is 'the instants of its turns; beside each what holds from then on';
comment on column report_path.department is 'null: it is not open';
comment on column report_path.due is 'when its answers are due, of the clocks that run';
comment on column report_path.holder is 'with whom it is open now, and last_state its state now; since when';
comment on column report_path.turns_at is 'the first of `due` that is not counted: report_cursor.due_to had not come so far';

create table report_flow (
	by        report_flow_by not null,
	level     report_level not null,
	start     date not null,
	key       text not null,
	filed     int not null default 0,
	came      int not null default 0,
	reopened  int not null default 0,
	answered  int not null default 0,
	refused   int not null default 0,
	withdrawn int not null default 0,
	merged    int not null default 0,
	passed    int not null default 0,
	opened    int not null default 0,
	overdue   int not null default 0,
	begun     int not null default 0,
	ended     int not null default 0,
	seconds   numeric not null default 0,
	times     numeric not null default 0,
	constraint report_flow_pk primary key (by, level, start, key)
) partition by list (level);
create table report_flow_day partition of report_flow for values in ('day') with (fillfactor = 80);
create table report_flow_month partition of report_flow for values in ('month') with (fillfactor = 60);
create table report_flow_year partition of report_flow for values in ('year') with (fillfactor = 40);
comment on table report_flow is 'What happened on a day, in a month or in a year to the tickets of a department, category or area, or in a state.';
comment on column report_flow.filed is 'it and the two beside it are open from then on; the five behind no more, or not here';
comment on column report_flow.opened is 'how many more are open than before, and of these overdue: the sum of all that was before is what is there';
comment on column report_flow.begun is 'of states: how many tickets came into it';
comment on column report_flow.seconds is 'how long those were there that have left, all together, and as a histogram `times`: report_weight()';

create type report_flows as (start date, key text, filed bigint, came bigint, reopened bigint, answered bigint, refused bigint, withdrawn bigint,
	merged bigint, passed bigint, opened bigint, overdue bigint, begun bigint, ended bigint, seconds numeric, times numeric);

-- So many steps, or fewer (p_n < 0), as counts. Inlined.
create function report_flow_count(p_start date, p_key text, p_cell report_flow_cell, p_bucket int, p_n bigint,
	p_seconds numeric) returns setof report_flows
language sql immutable as $$
	select p_start, p_key, case p_cell when 'filed' then p_n else 0 end, case p_cell when 'came' then p_n else 0 end,
		case p_cell when 'reopened' then p_n else 0 end, case p_cell when 'answered' then p_n else 0 end,
		case p_cell when 'refused' then p_n else 0 end, case p_cell when 'withdrawn' then p_n else 0 end,
		case p_cell when 'merged' then p_n else 0 end, case p_cell when 'passed' then p_n else 0 end,
		case when p_cell <= 'reopened' then p_n when p_cell <= 'passed' then -p_n else 0 end, case p_cell when 'overdue' then p_n else 0 end,
			case p_cell when 'begun' then p_n else 0 end,
		case p_cell when 'ended' then p_n else 0 end, p_seconds, coalesce(p_n * report_weight(p_bucket), 0)
$$;

-- --- the follower ------------------------------------------------------------------------------------------------------------------------

-- Counts the paths of these tickets anew. How many they are is not known to the plan, which would rather read all events.
create function report_fold_paths(p_tickets uuid[], p_due_to timestamptz, p_zone text) returns void
language plpgsql set search_path = tiepdan, pg_temp set jit = off set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
	-- A full join, as any other one of so few rows as the plan takes these for would compare each of them with each.
	with now as materialized (
		select p.*, r.due, r.turns_at from report_paths(false, p_tickets, p_due_to) p,
			lateral (select array_agg(r.due_at order by r.due_at) as due, min(r.due_at) filter (where r.due_at >= p_due_to) as turns_at from clock_running r
				where r.slot = (select slot_current()) and r.ticket = p.ticket and r.kind in ('answer', 'appeal')) r),
	beside as materialized (
		select n.*, n.ticket is null as gone, b.ticket as before, b.category as was_category, b.area as was_area, b.at as was_at, b.state as was_state,
			b.department as was_department, b.overdue as was_overdue, row(n.*) is distinct from row(b.*) as other,
			(n.category, n.area, n.at, n.state, n.department, n.overdue) is distinct from (b.category, b.area, b.at, b.state, b.department, b.overdue)
			as turned
		from now n full join (select * from report_path where ticket = any (p_tickets)) b on b.ticket = n.ticket),
	kept as (
		insert into report_path as f
		select ticket, category, area, at, state, department, overdue, holder, holder_since, last_state, state_since, due, turns_at
		from beside where other and not gone
		on conflict (ticket) do update set category = excluded.category, area = excluded.area, at = excluded.at, state = excluded.state,
			department = excluded.department, overdue = excluded.overdue, holder = excluded.holder, holder_since = excluded.holder_since,
			last_state = excluded.last_state, state_since = excluded.state_since, due = excluded.due, turns_at = excluded.turns_at),
	gone as (delete from report_path where ticket in (select before from beside where gone)),
	changed as (
		select category, area, at, state, department, overdue, 1 as sign from beside where turned and not gone
		union all
		select was_category, was_area, was_at, was_state, was_department, was_overdue, -1 from beside where turned and before is not null),
	stepped as (
		select (s.at at time zone p_zone)::date as day, s.department, c.category, c.area, s.state, s.cell, s.seconds, sum(c.sign * s.n) as n
		from changed c, lateral report_steps(c.at, c.state, c.department, c.overdue) s
		group by 1, 2, 3, 4, 5, 6, 7 having sum(c.sign * s.n) <> 0),
	summed as (
		select k.by, s.day, k.key, s.cell, report_stay_bucket(k.seconds) as bucket, sum(s.n)::bigint as n, coalesce(sum(s.n * k.seconds), 0) as seconds
		from stepped s left join department d on d.id = s.department,
			lateral report_keys(d.code, s.category, s.area, s.state, s.cell, s.seconds) k
		group by k.by, s.day, k.key, s.cell, report_stay_bucket(k.seconds) having sum(s.n) <> 0 or sum(s.n * k.seconds) <> 0)
	insert into report_flow as f (by, level, start, key, filed, came, reopened, answered, refused, withdrawn, merged, passed, opened, overdue,
		begun, ended, seconds, times)
	select s.by, l.level, l.start, s.key, sum(n.filed), sum(n.came), sum(n.reopened), sum(n.answered), sum(n.refused), sum(n.withdrawn),
		sum(n.merged), sum(n.passed), sum(n.opened), sum(n.overdue), sum(n.begun), sum(n.ended), sum(n.seconds), sum(n.times)
	from summed s, lateral report_flow_count(s.day, s.key, s.cell, s.bucket, s.n, s.seconds) n, lateral report_levels(s.day) l
	group by s.by, l.level, l.start, s.key
	on conflict (by, level, start, key) do update set filed = f.filed + excluded.filed, came = f.came + excluded.came,
		reopened = f.reopened + excluded.reopened, answered = f.answered + excluded.answered, refused = f.refused + excluded.refused,
		withdrawn = f.withdrawn + excluded.withdrawn, merged = f.merged + excluded.merged, passed = f.passed + excluded.passed,
		opened = f.opened + excluded.opened, overdue = f.overdue + excluded.overdue, begun = f.begun + excluded.begun,
		ended = f.ended + excluded.ended, seconds = f.seconds + excluded.seconds, times = f.times + excluded.times;
end $$;

alter table report_cursor add column paths_to uuid default '00000000-0000-0000-0000-000000000000';
comment on column report_cursor.paths_to is 'as filled_to, of the paths: with those that came before them the cells of 0102 are still right';

-- As in 0102 and 0109, with the paths.
-- Comes as far as p_limit events and as many tickets of each other kind allow. Returns how much there was of the kind with most. Of two workers
-- at once one does nothing; one that dies half way has done nothing.
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
	update report_cursor set xid = c.xid, id = c.id, zone = c.zone, generation = c.generation, due_to = c.due_to, filled_to = c.filled_to,
		paths_to = c.paths_to where one;
	return greatest(e.n, cardinality(v_touched), cardinality(v_filled), cardinality(v_paths), cardinality(v_due));
end $$;

-- --- reading -----------------------------------------------------------------------------------------------------------------------------

-- As report_tail(), for paths: with the tickets of which an answer has become due since.
create function report_path_tail(p_now timestamptz, p_zone text) returns uuid[]
language plpgsql stable set search_path = tiepdan, pg_temp set jit = off as $$
declare
	v_tail constant uuid[] := report_tail(p_now, p_zone);
begin
	if v_tail is null or (select paths_to is not null from report_cursor) then
		return null;
	end if;
	return array(select x from unnest(v_tail) x
		union select ticket from report_path where turns_at >= (select due_to from report_cursor) and turns_at < p_now);
end $$;

-- From scratch, a row for each day and key.
create function report_flows_raw(p_by report_flow_by, p_now timestamptz, p_zone text) returns setof report_flows
language plpgsql stable set search_path = tiepdan, pg_temp set jit = off set plan_cache_mode = force_custom_plan as $$
begin
	return query
	select c.* from (
		select (s.at at time zone p_zone)::date as day, k.key, s.cell, report_stay_bucket(k.seconds) as bucket, sum(s.n) as n,
			coalesce(sum(s.n * k.seconds), 0) as seconds
		from report_paths(true, null, p_now) p, lateral report_steps(p.at, p.state, p.department,
			p.overdue) s left join department d on d.id = s.department,
			lateral report_keys(d.code, p.category, p.area, s.state, s.cell, s.seconds) k
		where k.by = p_by group by 1, 2, 3, 4) r, lateral report_flow_count(r.day, r.key, r.cell, r.bucket, r.n, r.seconds) c;
end $$;

-- What the rule says of the tail, less what is counted of it.
create function report_flows_mended(p_tail uuid[], p_by report_flow_by, p_now timestamptz, p_zone text) returns setof report_flows
language plpgsql stable set search_path = tiepdan, pg_temp set jit = off set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
	return query
	select c.* from (
		select (s.at at time zone p_zone)::date as day, k.key, s.cell, report_stay_bucket(k.seconds) as bucket, sum(p.sign * s.n) as n,
			coalesce(sum(p.sign * s.n * k.seconds), 0) as seconds
		from (select n.category, n.area, n.at, n.state, n.department, n.overdue, 1 as sign from report_paths(false, p_tail, p_now) n
			union all select b.category, b.area, b.at, b.state, b.department, b.overdue, -1 from report_path b where b.ticket = any (p_tail)) p,
			lateral report_steps(p.at, p.state, p.department, p.overdue) s left join department d on d.id = s.department,
			lateral report_keys(d.code, p.category, p.area, s.state, s.cell, s.seconds) k
		where k.by = p_by group by 1, 2, 3, 4) r, lateral report_flow_count(r.day, r.key, r.cell, r.bucket, r.n, r.seconds) c;
end $$;

-- What a report counts beside the cells: the tail, or without one (null) all.
create function report_flows_beside(p_tail uuid[], p_by report_flow_by, p_now timestamptz, p_zone text) returns report_flows[]
language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return case when p_tail is null then array(select f from report_flows_raw(p_by, p_now, p_zone) f)
		when p_tail <> '{}' then array(select f from report_flows_mended(p_tail, p_by, p_now, p_zone) f) end;
end $$;

-- The cells of the days p_from .. p_to, added up for each key.
create function report_flows_kept(p_from date, p_to date, p_by report_flow_by) returns setof report_flows
language plpgsql stable set search_path = tiepdan, pg_temp set jit = off set plan_cache_mode = force_generic_plan as $$
begin
	return query
	select null::date, c.key, sum(c.filed), sum(c.came), sum(c.reopened), sum(c.answered), sum(c.refused), sum(c.withdrawn), sum(c.merged),
		sum(c.passed), sum(c.opened), sum(c.overdue), sum(c.begun), sum(c.ended), sum(c.seconds), sum(c.times)
	from report_nodes(p_from, p_to) n,	-- `offset`: as in 0102
		lateral (select * from report_flow c where c.by = p_by and c.level = n.level and c.start >= n.first and c.start < n.until offset 0) c
	group by c.key;
end $$;

-- What a row stands for.
create function report_names(p_by report_flow_by, p_key text, out vi text, out en text) language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	case p_by
		when 'department' then select name_vi, name_en into vi, en from department where code = p_key;
		when 'category' then select name_vi, name_en into vi, en from category where code = p_key;
		when 'state' then select name_vi, name_en into vi, en from state where code = p_key;
		else select name_vi, name_en into vi, en from area where code = p_key;
	end case;
	if p_by = 'area' and p_key = '' then
		vi := 'Không rõ địa bàn';
		en := 'No area';
	end if;
end $$;

-- The backlog: for each key, for all (`total`) and for each day until today what came and went in the time, and what was open at its end. With a
-- key that alone; it has a row whatever happened, without names when nobody knows it.
create function report_backlog_rows(p_from date, p_to date, p_by text, p_key text, p_now timestamptz, p_zone text, p_raw boolean)
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
	with flows as (	-- `start` null: before
		select f.* from report_flows_kept('0001-01-01', p_from - 1, v_by) f where v_tail is not null
		union all select c.start, c.key, c.filed, c.came, c.reopened, c.answered, c.refused, c.withdrawn, c.merged, c.passed, c.opened, c.overdue,
			c.begun, c.ended, c.seconds, c.times
			from report_flow c where v_tail is not null and c.by = v_by and c.level = 'day' and c.start between p_from and v_to
		union all select case when f.start >= p_from then f.start end, f.key, f.filed, f.came, f.reopened, f.answered, f.refused, f.withdrawn, f.merged, f.passed,
			f.opened, f.overdue, f.begun, f.ended, f.seconds, f.times
			from unnest(v_flows) f where f.start <= v_to
		union all select null, p_key, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 where p_key is not null),
	summed as materialized (
		select f.start, f.key, sum(f.filed) as filed, sum(f.came) as came, sum(f.reopened) as reopened, sum(f.answered) as answered,
			sum(f.refused) as refused, sum(f.withdrawn) as withdrawn, sum(f.merged) as merged, sum(f.passed) as passed,
			sum(f.opened) as opened, sum(f.overdue) as overdue
		from flows f where p_key is null or f.key = p_key group by f.start, f.key),
	told as (
		select case when grouping(s.key) = 1 then 'total' else 'row' end as what, s.key, p_from as first, v_to as last,
			sum(s.filed) filter (where s.start is not null) as filed, sum(s.came) filter (where s.start is not null) as came,
			sum(s.reopened) filter (where s.start is not null) as reopened, sum(s.answered) filter (where s.start is not null) as answered,
			sum(s.refused) filter (where s.start is not null) as refused, sum(s.withdrawn) filter (where s.start is not null) as withdrawn,
			sum(s.merged) filter (where s.start is not null) as merged, sum(s.passed) filter (where s.start is not null) as passed,
			sum(s.opened) as open, sum(s.overdue) as overdue
		from summed s group by grouping sets ((s.key), ())
		union all
		select 'day', p_key, d.day, d.day, sum(s.filed), sum(s.came), sum(s.reopened), sum(s.answered), sum(s.refused), sum(s.withdrawn), sum(s.merged),
			sum(s.passed), sum(sum(s.opened)) over w, sum(sum(s.overdue)) over w
		from (select null::date as day union all select p_from + n from generate_series(0, v_to - p_from) n) d
			left join summed s on s.start is not distinct from d.day
		group by d.day window w as (order by d.day nulls first))
	select t.what, t.key, n.vi, n.en, t.first, t.last, coalesce(t.filed, 0)::bigint, coalesce(t.came, 0)::bigint, coalesce(t.reopened, 0)::bigint,
		coalesce(t.answered, 0)::bigint, coalesce(t.refused, 0)::bigint, coalesce(t.withdrawn, 0)::bigint, coalesce(t.merged, 0)::bigint,
		coalesce(t.passed, 0)::bigint, coalesce(t.open, 0)::bigint, coalesce(t.overdue, 0)::bigint
	from told t, lateral report_names(v_by, t.key) n
	where t.what = 'total' or (t.what = 'day' and t.first is not null) or (t.what = 'row' and (t.key = p_key or t.open <> 0
		or t.filed + t.came + t.reopened + t.answered + t.refused + t.withdrawn + t.merged + t.passed > 0))
	order by t.what, t.first, t.key;
end $$;

-- Since when the oldest stay lasts, for each key; p_tail null: from scratch. How many the tail has is not known to the plan, as above.
create function report_lasting(p_by report_flow_by, p_tail uuid[], p_now timestamptz) returns table (key text, since timestamptz)
language plpgsql stable set search_path = tiepdan, pg_temp set jit = off set plan_cache_mode = force_custom_plan set enable_seqscan = on as $$
begin
	perform set_config('enable_seqscan', (p_tail is null)::text, true);
	return query
	select x.key, min(x.since) from (
		select d.code as key, f.holder_since as since from department d, lateral (select p.holder_since from report_path p
			where p.holder = d.id and p.ticket <> all (p_tail) order by p.holder_since limit 1) f where p_by = 'department'
		union all
		select s.code, f.state_since from state s, lateral (select p.state_since from report_path p
			where p.last_state = s.code and p.holder is not null and p.ticket <> all (p_tail) order by p.state_since limit 1) f where p_by = 'state'
		union all
		select case p_by when 'department' then d.code else p.last_state end, case p_by when 'department' then p.holder_since else p.state_since end
		from report_paths(p_tail is null, p_tail, p_now) p join department d on d.id = p.holder) x
	group by x.key;
end $$;

-- How long tickets stayed in a state, or open with a department: of the stays that ended in the time how many there were, how long they took together
-- and as a histogram; and how many last, and for how long the oldest of these has. Of states in which nobody has anything to do that is null.
create function report_stays_rows(p_from date, p_to date, p_by text, p_now timestamptz, p_zone text, p_raw boolean)
returns table (key text, name_vi text, name_en text, ended bigint, seconds bigint, times text, lasting bigint, oldest_s bigint)
language plpgsql stable set search_path = tiepdan, pg_temp set jit = off set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
	v_by constant report_flow_by := p_by;
	v_now constant timestamptz := greatest(p_now, (select due_to from report_cursor));
	v_tail constant uuid[] := case when not p_raw then report_path_tail(v_now, p_zone) end;
	v_flows report_flows[];
	v_keys text[];
	v_since timestamptz[];
begin
	perform caller_needs('report');
	v_flows := report_flows_beside(v_tail, v_by, v_now, p_zone);
	select array_agg(l.key), array_agg(l.since) into v_keys, v_since from report_lasting(v_by, v_tail, v_now) l;
	return query
	with flows as (	-- of the time, and of all times
		select true as asked, f.* from report_flows_kept(p_from, p_to, v_by) f where v_tail is not null
		union all select false, f.start, f.key, f.filed, f.came, f.reopened, f.answered, f.refused, f.withdrawn, f.merged, f.passed, f.opened,
			f.overdue, f.begun, f.ended, f.seconds, f.times from report_flow f where v_tail is not null and f.by = v_by and f.level = 'year'
		union all select x.asked, f.* from unnest(v_flows) f, unnest('{f,t}'::boolean[]) x (asked)
			where not x.asked or f.start between p_from and p_to),
	summed as (
		select f.key,
			sum(case v_by when 'state' then f.ended else f.answered + f.refused + f.withdrawn + f.merged + f.passed end) filter (where f.asked) as ended,
			sum(f.seconds) filter (where f.asked) as seconds, sum(f.times) filter (where f.asked) as times,
			sum(case v_by when 'state' then f.begun - f.ended else f.opened end) filter (where not f.asked) as lasting
		from flows f group by f.key)
	select s.key, n.vi, n.en, coalesce(s.ended, 0)::bigint, coalesce(s.seconds, 0)::bigint, coalesce(s.times, 0)::text,
		case when t.open is distinct from false then coalesce(s.lasting, 0)::bigint end,
		case when l.since is not null then floor(greatest(0, extract(epoch from v_now - l.since)))::bigint end
	from summed s left join state t on v_by = 'state' and t.code = s.key left join unnest(v_keys, v_since) l (key, since) on l.key = s.key,
		lateral report_names(v_by, s.key) n
	where s.ended <> 0 or (s.lasting <> 0 and t.open is distinct from false)
	order by t.position, s.key;
end $$;

create function report_backlog(p_from date, p_to date, p_by text, p_key text, p_now timestamptz, p_zone text)
returns table (what text, key text, name_vi text, name_en text, first date, last date, filed bigint, came bigint, reopened bigint, answered bigint,
	refused bigint, withdrawn bigint, merged bigint, passed bigint, open bigint, overdue bigint)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
begin
	return query select * from report_backlog_rows(p_from, p_to, p_by, p_key, p_now, p_zone, true);
end $$;
comment on function report_backlog is 'the backlog, from scratch';
create function report_backlog_now(p_from date, p_to date, p_by text, p_key text, p_now timestamptz, p_zone text)
returns table (what text, key text, name_vi text, name_en text, first date, last date, filed bigint, came bigint, reopened bigint, answered bigint,
	refused bigint, withdrawn bigint, merged bigint, passed bigint, open bigint, overdue bigint)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
begin
	return query select * from report_backlog_rows(p_from, p_to, p_by, p_key, p_now, p_zone, false);
end $$;
comment on function report_backlog_now is 'the backlog, by the cells, as long as they can be used';
create function report_stays(p_from date, p_to date, p_by text, p_now timestamptz, p_zone text)
returns table (key text, name_vi text, name_en text, ended bigint, seconds bigint, times text, lasting bigint, oldest_s bigint)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
begin
	return query select * from report_stays_rows(p_from, p_to, p_by, p_now, p_zone, true);
end $$;
comment on function report_stays is 'how long tickets stay, from scratch';
create function report_stays_now(p_from date, p_to date, p_by text, p_now timestamptz, p_zone text)
returns table (key text, name_vi text, name_en text, ended bigint, seconds bigint, times text, lasting bigint, oldest_s bigint)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
begin
	return query select * from report_stays_rows(p_from, p_to, p_by, p_now, p_zone, false);
end $$;
comment on function report_stays_now is 'how long tickets stay, by the cells, as long as they can be used';

-- --- the proof ---------------------------------------------------------------------------------------------------------------------------

-- As report_differences(): the cells that say something else than going through all tickets does. And (level `now`) where what is open, overdue or in a
-- state by these is something else than the tickets themselves say. TD703 while the cells are not used.
create function report_flow_differences(p_by text, p_now timestamptz, p_zone text) returns table (level text, start date, key text, differs text)
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
					when 'area' then coalesce(k.area, '') else k.state end as key,
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

alter table report_path enable row level security;
revoke all on report_path, report_flow from public;
revoke execute on function report_paths, report_steps, report_stay_bucket, report_keys, report_flow_count, report_fold_paths, report_path_tail,
	report_flows_raw, report_flows_mended, report_flows_beside, report_flows_kept, report_names, report_backlog_rows, report_lasting, report_stays_rows, report_backlog,
	report_backlog_now, report_stays, report_stays_now, report_flow_differences from public;
grant execute on function report_backlog, report_backlog_now, report_stays, report_stays_now to tiepdan_app;
