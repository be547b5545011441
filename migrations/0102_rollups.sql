-- Reports in milliseconds that say what counting all tickets says.
--
-- report_rows() has the rule: in which column of which row a ticket is counted. report_sla() counts by it from scratch, which is what
-- `tiepdan verify reports` proves the rest by. report_fact keeps for each ticket what the rule said of it, and report_cell the sums of these
-- by day, month and year. The job worker alone writes both: it follows the events, and counts a ticket that something happened to out of where it
-- was and into where it is. A report adds the cells of its period, and for the tickets that the worker has not come to yet (the tail) what the
-- rule says now less what is counted of them; so it never waits and is never behind. Where the tail is too long, or an instant of the past
-- is asked for, of which too much has changed since, it counts from scratch.
set local search_path = tiepdan, public;

create type report_column as enum ('answered_on_time', 'answered_late', 'open_in_time', 'open_overdue', 'no_clock', 'merged', 'withdrawn', 'returned');
create type report_by as enum ('department', 'category', 'area');
create type report_level as enum ('day', 'month', 'year');

-- --- the rule ----------------------------------------------------------------------------------------------------------------------------

-- When a ticket was withdrawn. A function, so that the months of events are not planned for with every report.
create function report_withdrawn(p_ticket uuid, p_filed_at timestamptz) returns timestamptz
language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (select min(at) from event where ticket = p_ticket and type = 'ticket.withdrawn' and at > p_filed_at - interval '1 day');
end $$;

-- How each of these tickets, or p_all, that were filed in a time (p_from <= filed_at < p_until) stood at an instant. `due_at` is that of the
-- answer. From `settled_at` on nothing but passing it changes what is said here, unless something happens to the ticket. Inlined.
create function report_standing(p_all boolean, p_tickets uuid[], p_from timestamptz, p_until timestamptz, p_as_of timestamptz)
returns table (ticket uuid, filed_at timestamptz, category text, area text, department bigint, standing report_column, due_at timestamptz,
	answered_at timestamptz, settled_at timestamptz)
language sql stable as $$
	select t.id, t.filed_at, t.category, coalesce(t.area, ''), case when c.stop_at <= p_as_of then c.holder else coalesce((select h.department
			from holding h where h.ticket = t.id and h.since <= p_as_of and (h.until is null or h.until > p_as_of) limit 1), t.holder) end,
		case when c.stop_at <= p_as_of and c.outcome <> 'passed' then case when c.stop_at <= c.due_at then 'answered_on_time'::report_column
				else 'answered_late' end
			when t.withdrawn_at <= p_as_of then 'withdrawn'
			when exists (select from ticket_merge m where m.ticket = t.id and m.at <= p_as_of and (m.ended_at is null or m.ended_at > p_as_of))
				then 'merged'
			when c.ticket is null and r.ticket is null then 'no_clock'
			when coalesce(c.due_at, r.due_at) >= p_as_of then 'open_in_time' else 'open_overdue' end,
		coalesce(c.due_at, r.due_at), c.stop_at,
		greatest(t.filed_at, c.stop_at, t.withdrawn_at, (select max(greatest(h.since, h.until)) from holding h where h.ticket = t.id),
			(select max(greatest(m.at, m.ended_at)) from ticket_merge m where m.ticket = t.id))
	from (select k.*, case when k.state = 'withdrawn' then report_withdrawn(k.id, k.filed_at) end as withdrawn_at from ticket k
			where (p_all or k.id = any (p_tickets)) and k.filed_at >= p_from and k.filed_at < p_until and k.filed_at <= p_as_of) t
		left join clock c on c.ticket = t.id and c.kind = 'answer' and c.round = 1
		left join clock_running r on r.slot = slot_current() and r.ticket = t.id and r.kind = 'answer' and r.round = 1
$$;
-- The same tickets, once for each department that had given one back until then. Inlined.
create function report_returned(p_all boolean, p_tickets uuid[], p_from timestamptz, p_until timestamptz, p_as_of timestamptz)
returns table (ticket uuid, filed_at timestamptz, category text, area text, department bigint) language sql stable as $$
	select t.id, t.filed_at, t.category, coalesce(t.area, ''), h.department
	from ticket t join holding h on h.ticket = t.id and h.ended_by = 'return' and h.until <= p_as_of
	where (p_all or t.id = any (p_tickets)) and t.filed_at >= p_from and t.filed_at < p_until and t.filed_at <= p_as_of
$$;

-- The histogram of how long answers took. Bucket 0 is up to a quarter of an hour, bucket n is up to 2^(1/4) times as long as bucket n - 1, the last
-- one, from 16 months on, has no end. 64 counts stand in one number, 8 decimal digits each, bucket 0 last: to add numbers is to add counts.
create function report_bucket(p_filed_at timestamptz, p_answered_at timestamptz) returns int language sql immutable parallel safe as $$
	select least(63, ceil(4 * ln(greatest(1, date_part('epoch', p_answered_at - p_filed_at) / 900)) / ln(2::float8) - 1e-9))::int
$$;
create function report_weight(p_bucket int) returns numeric language sql immutable parallel safe as $$
	select ('1e' || (8 * p_bucket)::text)::numeric
$$;

-- What is counted, a row for each thing: the day of filing, the key of the row, the column. Of answers also the bucket. Inlined.
create function report_rows(p_all boolean, p_tickets uuid[], p_from date, p_to date, p_by text, p_as_of timestamptz, p_zone text)
returns table (day date, key text, cell report_column, bucket int) language sql stable as $$
	select (s.filed_at at time zone p_zone)::date,
		case p_by when 'department' then (select code from department where id = s.department) when 'category' then s.category else s.area end,
		s.standing, case when s.standing in ('answered_on_time', 'answered_late') then report_bucket(s.filed_at, s.answered_at) end
	from report_standing(p_all, p_tickets, p_from::timestamp at time zone p_zone, (p_to + 1)::timestamp at time zone p_zone, p_as_of) s
	union all
	select (r.filed_at at time zone p_zone)::date, case p_by when 'department' then d.code when 'category' then r.category else r.area end,
		'returned', null
	from report_returned(p_all, p_tickets, p_from::timestamp at time zone p_zone, (p_to + 1)::timestamp at time zone p_zone, p_as_of) r
		join department d on d.id = r.department
$$;

create type report_counts as (start date, key text, answered_on_time bigint, answered_late bigint, open_in_time bigint, open_overdue bigint,
	no_clock bigint, merged bigint, withdrawn bigint, returned bigint, times numeric);
-- So many things that are counted, or fewer (p_n < 0), as counts. Inlined.
create function report_count(p_start date, p_key text, p_cell report_column, p_bucket int, p_n bigint) returns setof report_counts
language sql immutable as $$
	select p_start, p_key, case p_cell when 'answered_on_time' then p_n else 0 end, case p_cell when 'answered_late' then p_n else 0 end,
		case p_cell when 'open_in_time' then p_n else 0 end, case p_cell when 'open_overdue' then p_n else 0 end,
		case p_cell when 'no_clock' then p_n else 0 end, case p_cell when 'merged' then p_n else 0 end,
		case p_cell when 'withdrawn' then p_n else 0 end, case p_cell when 'returned' then p_n else 0 end,
		coalesce(p_n * report_weight(p_bucket), 0)
$$;

-- --- what is kept ------------------------------------------------------------------------------------------------------------------------

create table report_fact (
	ticket     uuid not null,
	day        date not null,
	department bigint not null,
	category   text not null,
	area       text not null,
	standing   report_column not null,
	bucket     int,
	due_at     timestamptz,
	settled_at timestamptz not null,
	returned   bigint[],
	constraint report_fact_pk primary key (ticket)
);
create index report_fact_due on report_fact (due_at) where due_at is not null;
create index report_fact_settled on report_fact (settled_at);
comment on table report_fact is 'Where each ticket is counted in report_cell: what the rule said when the job worker came to it.';
comment on column report_fact.due_at is 'of tickets that are open: overdue are those that are due before report_cursor.due_to';
comment on column report_fact.settled_at is 'reports of instants before this have to ask the rule';
comment on column report_fact.returned is 'departments that gave it back, each as often as it did';

create table report_cell (
	by               report_by not null,
	level            report_level not null,
	start            date not null,
	key              text not null,
	answered_on_time int not null default 0,
	answered_late    int not null default 0,
	open_in_time     int not null default 0,
	open_overdue     int not null default 0,
	no_clock         int not null default 0,
	merged           int not null default 0,
	withdrawn        int not null default 0,
	returned         int not null default 0,
	times            numeric not null default 0,
	constraint report_cell_pk primary key (by, level, start, key)
) partition by list (level);
-- Apart, so that the few cells of years, which most reports read, stand together.
create table report_cell_day partition of report_cell for values in ('day') with (fillfactor = 80);
create table report_cell_month partition of report_cell for values in ('month') with (fillfactor = 60);
create table report_cell_year partition of report_cell for values in ('year') with (fillfactor = 40);
comment on table report_cell is 'Tickets filed on a day, in a month or in a year, by department, category or area.';
comment on column report_cell.times is 'how long answers took: report_weight()';

create table report_touched (
	id     bigint generated always as identity,
	ticket uuid not null,
	constraint report_touched_pk primary key (id)
);
comment on table report_touched is 'Tickets to be counted anew of which no event tells, each as often as somebody has changed it.';

create table report_cursor (
	one        boolean not null default true,
	xid        xid8 not null default '0',
	id         uuid not null default '00000000-0000-0000-0000-000000000000',
	zone       text not null default '',
	generation bigint not null default 0,
	due_to     timestamptz not null default '-infinity',
	filled_to  uuid default '00000000-0000-0000-0000-000000000000',
	constraint report_cursor_pk primary key (one),
	constraint report_cursor_one_row check (one)
);
insert into report_cursor default values;
comment on table report_cursor is 'How far report_fact and report_cell have come.';
comment on column report_cursor.xid is 'with id: the last event of the feed that was followed';
comment on column report_cursor.zone is 'whose days are counted; it is that of the server';
comment on column report_cursor.generation is 'of the slot whose due points were read: 0018';
comment on column report_cursor.due_to is 'open tickets that are due before are counted as overdue';
comment on column report_cursor.filled_to is 'tickets are being gone through from the first on, and this is the last one; NULL: all are counted';

-- The cells that a day is counted in. Inlined.
create function report_levels(p_day date) returns table (level report_level, start date) language sql immutable as $$
	values ('day'::report_level, p_day), ('month', date_trunc('month', p_day::timestamp)::date), ('year', date_trunc('year', p_day::timestamp)::date)
$$;

-- --- the follower ------------------------------------------------------------------------------------------------------------------------

-- Counts these tickets anew. Returns how many are counted otherwise than before.
create function report_fold(p_tickets uuid[], p_due_to timestamptz, p_zone text) returns bigint
language plpgsql set search_path = tiepdan, pg_temp set jit = off set plan_cache_mode = force_generic_plan as $$
declare
	v_changed bigint;
begin
	with given as materialized (
		select ticket, array_agg(department order by department) as returned
		from report_returned(false, p_tickets, '-infinity', 'infinity', 'infinity') group by ticket),
	now as materialized (
		select s.ticket, (s.filed_at at time zone p_zone)::date as day, s.department, s.category, s.area,
			case when not o.open then s.standing when s.due_at >= p_due_to then 'open_in_time' else 'open_overdue' end as standing,
			case when s.standing in ('answered_on_time', 'answered_late') then report_bucket(s.filed_at, s.answered_at) end as bucket,
			case when o.open then s.due_at end as due_at, s.settled_at, g.returned
		from report_standing(false, p_tickets, '-infinity', 'infinity', 'infinity') s left join given g on g.ticket = s.ticket,
			lateral (select s.standing in ('open_in_time', 'open_overdue') as open) o),
	before as materialized (select * from report_fact where ticket = any (p_tickets)),
	kept as (
		insert into report_fact as f select n.* from now n left join before b on b.ticket = n.ticket
			where row(n.*) is distinct from row(b.*)
		on conflict (ticket) do update set day = excluded.day, department = excluded.department, category = excluded.category, area = excluded.area,
			standing = excluded.standing, bucket = excluded.bucket, due_at = excluded.due_at, settled_at = excluded.settled_at,
			returned = excluded.returned),
	gone as (delete from report_fact f where f.ticket = any (p_tickets) and not exists (select from now n where n.ticket = f.ticket)),
	changed as materialized (
		select n.day, n.department, n.category, n.area, n.standing, n.bucket, n.returned, 1 as n from now n left join before b using (ticket)
			where (n.day, n.department, n.category, n.area, n.standing, n.bucket, n.returned)
				is distinct from (b.day, b.department, b.category, b.area, b.standing, b.bucket, b.returned)
		union all
		select b.day, b.department, b.category, b.area, b.standing, b.bucket, b.returned, -1 from before b left join now n using (ticket)
			where (n.day, n.department, n.category, n.area, n.standing, n.bucket, n.returned)
				is distinct from (b.day, b.department, b.category, b.area, b.standing, b.bucket, b.returned)),
	counted as (
		select day, department, category, area, standing as cell, bucket, n from changed
		union all select day, x, category, area, 'returned', null, n from changed, unnest(returned) x),
	summed as (
		select k.by, c.day, k.key, c.cell, c.bucket, sum(c.n) as n
		from counted c join department d on d.id = c.department,
			lateral (values ('department'::report_by, d.code), ('category', c.category), ('area', c.area)) k (by, key)
		group by k.by, c.day, k.key, c.cell, c.bucket having sum(c.n) <> 0),
	celled as (
		insert into report_cell as c (by, level, start, key, answered_on_time, answered_late, open_in_time, open_overdue, no_clock, merged, withdrawn,
			returned, times)
		select s.by, l.level, l.start, s.key, sum(n.answered_on_time), sum(n.answered_late), sum(n.open_in_time), sum(n.open_overdue),
			sum(n.no_clock), sum(n.merged), sum(n.withdrawn), sum(n.returned), sum(n.times)
		from summed s, lateral report_count(s.day, s.key, s.cell, s.bucket, s.n) n, lateral report_levels(s.day) l
		group by s.by, l.level, l.start, s.key
		on conflict (by, level, start, key) do update set answered_on_time = c.answered_on_time + excluded.answered_on_time,
			answered_late = c.answered_late + excluded.answered_late, open_in_time = c.open_in_time + excluded.open_in_time,
			open_overdue = c.open_overdue + excluded.open_overdue, no_clock = c.no_clock + excluded.no_clock, merged = c.merged + excluded.merged,
			withdrawn = c.withdrawn + excluded.withdrawn, returned = c.returned + excluded.returned, times = c.times + excluded.times)
	select count(*) into v_changed from changed where n = 1;
	return v_changed;
end $$;

-- Comes as far as p_limit events and as many tickets of each other kind allow. Returns how much there was of the kind with most. Of two workers
-- at once one does nothing; one that dies half way has done nothing.
create function report_follow(p_now timestamptz, p_limit bigint, p_zone text) returns bigint
language plpgsql security definer set search_path = tiepdan, pg_temp set jit = off as $$
declare
	c report_cursor;
	e record;
	v_last uuid;
	v_due_to timestamptz;
	v_touched uuid[];
	v_filled uuid[];
	v_due uuid[];
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
		c.zone := p_zone;
	end if;
	-- Due points of all tickets may have changed at once: those that have are touched.
	select * into v_slot from clock_slot where role = 'current';
	if v_slot.generation <> c.generation then
		insert into report_touched (ticket) select f.ticket from report_fact f join clock_running r on r.slot = v_slot.slot
			and r.ticket = f.ticket and r.kind = 'answer' and r.round = 1 where f.due_at <> r.due_at;
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
	if p_now > c.due_to then
		v_due_to := least(p_now, (select due_at from report_fact where due_at >= c.due_to and due_at < p_now order by due_at
			offset p_limit limit 1) + interval '1 microsecond');
		v_due := array(select ticket from report_fact where due_at >= c.due_to and due_at < v_due_to);
		c.due_to := v_due_to;
	end if;
	if cardinality(v_due) > 2 * p_limit then	-- many are due in one instant: in portions, and in the tail until then
		insert into report_touched (ticket) select unnest(v_due);
		v_due := '{}';
	end if;
	perform report_fold(array(select distinct x from unnest(e.tickets || v_touched || v_filled || v_due) x), c.due_to, p_zone);
	update report_cursor set xid = c.xid, id = c.id, zone = c.zone, generation = c.generation, due_to = c.due_to, filled_to = c.filled_to where one;
	return greatest(e.n, cardinality(v_touched), cardinality(v_filled), cardinality(v_due));
end $$;

-- --- reading -----------------------------------------------------------------------------------------------------------------------------

-- The tail of a report: tickets of which report_cell may not say how they stood at an instant. NULL: it cannot be used now.
create function report_tail(p_as_of timestamptz, p_zone text) returns uuid[]
language plpgsql stable set search_path = tiepdan, pg_temp set jit = off as $$
declare
	c constant report_cursor := (select r from report_cursor r);
	v_most constant int := 20000;	-- the rule is asked about each of them: that takes a second
	v_tail uuid[];
begin
	if c.filled_to is not null or c.zone <> p_zone or c.xid > feeds_end() or c.generation <> (select generation from clock_slot where role = 'current') then
		return null;
	end if;
	v_tail := array(
		(select ticket from event where (xid, id) > (c.xid, c.id) and ticket is not null limit v_most)
		union all (select ticket from report_touched order by id limit v_most)
		union all (select ticket from report_fact where settled_at > p_as_of limit v_most)
		union all (select ticket from report_fact where due_at >= least(c.due_to, p_as_of) and due_at < greatest(c.due_to, p_as_of) limit v_most));
	return case when cardinality(v_tail) < v_most then array(select distinct x from unnest(v_tail) x where x is not null) end;
end $$;

-- The cells that make up the days p_from .. p_to: years, months at both ends, and days at both ends of these.
create function report_nodes(p_from date, p_to date) returns table (level report_level, first date, until date)
language plpgsql immutable rows 3 set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	v_until constant date := p_to + 1;
	v_month constant date := date_trunc('month', p_from + interval '1 month' - interval '1 day');
	v_month_end constant date := date_trunc('month', v_until::timestamp);
	v_year constant date := date_trunc('year', p_from + interval '1 year' - interval '1 day');
	v_year_end constant date := date_trunc('year', v_until::timestamp);
begin
	return query
	select x.level, x.first, x.until
	from (values ('day'::report_level, p_from, case when v_month < v_month_end then v_month else v_until end),
		('day', case when v_month < v_month_end then v_month_end end, v_until),
		('month', v_month, case when v_year < v_year_end then v_year else v_month_end end),
		('month', case when v_year < v_year_end then v_year_end end, v_month_end),
		('year', v_year, v_year_end)) x (level, first, until)
	where x.first < x.until;
end $$;

-- From scratch.
create function report_raw(p_from date, p_to date, p_by text, p_as_of timestamptz, p_zone text) returns setof report_counts
language plpgsql stable set search_path = tiepdan, pg_temp set plan_cache_mode = force_custom_plan as $$
begin
	return query
	select c.* from (select r.key, r.cell, r.bucket, count(*) as n from report_rows(true, null, p_from, p_to, p_by, p_as_of, p_zone) r
		group by r.key, r.cell, r.bucket) r, lateral report_count(null, r.key, r.cell, r.bucket, r.n) c;
end $$;

-- What the rule says of the tail, less what the cells say of it. To plan that for each report would take longer than to do it.
create function report_mended(p_tail uuid[], p_from date, p_to date, p_by text, p_as_of timestamptz, p_zone text) returns setof report_counts
language plpgsql stable set search_path = tiepdan, pg_temp set jit = off set plan_cache_mode = force_generic_plan as $$
begin
	return query
	select c.*
	from (select r.day, r.key, r.cell, r.bucket, 1 as n from report_rows(false, p_tail, p_from, p_to, p_by, p_as_of, p_zone) r
		union all
		select f.day, case p_by when 'department' then d.code when 'category' then f.category else f.area end, x.cell, x.bucket, -1
		from report_fact f, lateral (select f.standing, f.bucket, f.department
				union all select 'returned', null, unnest(f.returned)) x (cell, bucket, department)
			join department d on d.id = x.department
		where f.ticket = any (p_tail) and f.day between p_from and p_to) r, lateral report_count(r.day, r.key, r.cell, r.bucket, r.n) c;
end $$;

-- By the cells, where they can be used.
create function report_fast(p_from date, p_to date, p_by text, p_as_of timestamptz, p_zone text) returns setof report_counts
language plpgsql stable set search_path = tiepdan, pg_temp set jit = off as $$
declare
	v_tail constant uuid[] := report_tail(p_as_of, p_zone);
begin
	if v_tail is null then
		return query select * from report_raw(p_from, p_to, p_by, p_as_of, p_zone);
		return;
	end if;
	return query
	select null::date, c.key, sum(c.answered_on_time), sum(c.answered_late), sum(c.open_in_time), sum(c.open_overdue), sum(c.no_clock),
		sum(c.merged), sum(c.withdrawn), sum(c.returned), sum(c.times)
	from report_nodes(p_from, p_to) n,	-- `offset`: for each of them the cells are looked up, or all would be read
		lateral (select * from report_cell c where c.by = p_by::report_by and c.level = n.level and c.start >= n.first and c.start < n.until offset 0) c
	group by c.key;
	if v_tail <> '{}' then
		return query select * from report_mended(v_tail, p_from, p_to, p_by, p_as_of, p_zone);
	end if;
end $$;

-- The 2x2 with the names of its rows; the last row, without a key, is the total. `times`: report_weight().
create function report_named(p_from date, p_to date, p_by text, p_as_of timestamptz, p_zone text, p_raw boolean)
returns table (key text, name_vi text, name_en text, answered_on_time bigint, answered_late bigint, open_in_time bigint,
	open_overdue bigint, no_clock bigint, merged bigint, withdrawn bigint, total bigint, returned bigint, times text)
language plpgsql stable set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	perform caller_needs('report');
	return query
	with counted as (
		select key, coalesce(sum(answered_on_time), 0)::bigint as n1, coalesce(sum(answered_late), 0)::bigint as n2,
			coalesce(sum(open_in_time), 0)::bigint as n3, coalesce(sum(open_overdue), 0)::bigint as n4, coalesce(sum(no_clock), 0)::bigint as n5,
			coalesce(sum(merged), 0)::bigint as n6, coalesce(sum(withdrawn), 0)::bigint as n7, coalesce(sum(returned), 0)::bigint as n8,
			coalesce(sum(times), 0) as times
		from (select * from report_raw(p_from, p_to, p_by, p_as_of, p_zone) where p_raw
			union all select * from report_fast(p_from, p_to, p_by, p_as_of, p_zone) where not p_raw) x
		group by grouping sets ((key), ()))
	select c.key, coalesce(d.name_vi, g.name_vi, a.name_vi, case c.key when '' then 'Không rõ địa bàn' end),
		coalesce(d.name_en, g.name_en, a.name_en, case c.key when '' then 'No area' end), n1, n2, n3, n4, n5, n6, n7,
		n1 + n2 + n3 + n4 + n5 + n6 + n7, n8, c.times::text
	from counted c
		left join department d on p_by = 'department' and d.code = c.key
		left join category g on p_by = 'category' and g.code = c.key
		left join area a on p_by = 'area' and a.code = c.key
	where c.key is null or n1 + n2 + n3 + n4 + n5 + n6 + n7 + n8 > 0
	order by c.key nulls last;
end $$;

drop function report_sla(date, date, text, timestamptz, text);
create function report_sla(p_from date, p_to date, p_by text, p_as_of timestamptz, p_zone text)
returns table (key text, name_vi text, name_en text, answered_on_time bigint, answered_late bigint, open_in_time bigint,
	open_overdue bigint, no_clock bigint, merged bigint, withdrawn bigint, total bigint, returned bigint, times text)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
begin
	return query select * from report_named(p_from, p_to, p_by, p_as_of, p_zone, true);
end $$;
comment on function report_sla is 'the 2x2 from scratch';
create function report_sla_now(p_from date, p_to date, p_by text, p_as_of timestamptz, p_zone text)
returns table (key text, name_vi text, name_en text, answered_on_time bigint, answered_late bigint, open_in_time bigint,
	open_overdue bigint, no_clock bigint, merged bigint, withdrawn bigint, total bigint, returned bigint, times text)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
begin
	return query select * from report_named(p_from, p_to, p_by, p_as_of, p_zone, false);
end $$;
comment on function report_sla_now is 'the same by the cells, as long as they can be used';

-- As in 0062, by the cells.
drop function report_sla_rolled(date, date, timestamptz, text);
create function report_sla_rolled(p_from date, p_to date, p_as_of timestamptz, p_zone text)
returns table (key text, name_vi text, name_en text, answered_on_time bigint, answered_late bigint, open_in_time bigint,
	open_overdue bigint, no_clock bigint, merged bigint, withdrawn bigint, total bigint, returned bigint, rolled_from text, split_from text, times text)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	return query
	with counted as materialized (
		select r.*, department_today(r.key) as today from report_sla_now(p_from, p_to, 'department', p_as_of, p_zone) r),
	rolled as (
		select today, sum(answered_on_time)::bigint as n1, sum(answered_late)::bigint as n2, sum(open_in_time)::bigint as n3,
			sum(open_overdue)::bigint as n4, sum(no_clock)::bigint as n5, sum(merged)::bigint as n6, sum(withdrawn)::bigint as n7,
			sum(total)::bigint as n, sum(returned)::bigint as n8, sum(times::numeric)::text as times,
			string_agg(key, ' ' order by key) filter (where key <> today) as from_codes,
			string_agg(key, ' ' order by key) filter (where key <> today and (select count(distinct l.new) from lineage l
				where l.what = 'department' and l.old = key) > 1) as split_codes
		from counted group by today)
	select c.today, d.name_vi, d.name_en, n1, n2, n3, n4, n5, n6, n7, n, n8, c.from_codes, c.split_codes, c.times
	from rolled c left join department d on d.code = c.today
	order by c.today nulls last;
end $$;

-- --- the proof ---------------------------------------------------------------------------------------------------------------------------

-- The cells of which reports say something else than counting from scratch does, each with what: `answered_late 3, counted 4`.
-- TD703 while the cells are not used.
create function report_differences(p_by text, p_as_of timestamptz, p_zone text) returns table (level text, start date, key text, differs text)
language plpgsql stable set search_path = tiepdan, pg_temp set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
declare
	v_tail constant uuid[] := report_tail(p_as_of, p_zone);
begin
	if v_tail is null then
		raise exception 'the roll-up is being filled' using errcode = 'TD703';
	end if;
	return query
	with counted as (
		select r.day, r.key, r.cell, r.bucket, count(*) as n from report_rows(true, null, '-infinity', 'infinity', p_by, p_as_of, p_zone) r
		group by r.day, r.key, r.cell, r.bucket),
	said as (
		select true as scratch, l.level, l.start, c.key, c.answered_on_time, c.answered_late, c.open_in_time, c.open_overdue, c.no_clock, c.merged,
				c.withdrawn, c.returned, c.times
			from counted r, lateral report_count(r.day, r.key, r.cell, r.bucket, r.n) c, lateral report_levels(r.day) l
		union all
		select false, l.level, l.start, c.key, c.answered_on_time, c.answered_late, c.open_in_time, c.open_overdue, c.no_clock, c.merged,
				c.withdrawn, c.returned, c.times
			from report_mended(v_tail, '-infinity', 'infinity', p_by, p_as_of, p_zone) c, lateral report_levels(c.start) l
		union all
		select false, c.level, c.start, c.key, c.answered_on_time, c.answered_late, c.open_in_time, c.open_overdue, c.no_clock, c.merged,
				c.withdrawn, c.returned, c.times
			from report_cell c where c.by = p_by::report_by),
	summed as (
		select s.level, s.start, s.key, s.scratch, jsonb_build_object('answered_on_time', sum(s.answered_on_time), 'answered_late', sum(s.answered_late),
			'open_in_time', sum(s.open_in_time), 'open_overdue', sum(s.open_overdue), 'no_clock', sum(s.no_clock), 'merged', sum(s.merged),
			'withdrawn', sum(s.withdrawn), 'returned', sum(s.returned), 'times', sum(s.times)) as counts
		from said s group by s.level, s.start, s.key, s.scratch)
	select s.level::text, s.start, s.key, string_agg(s.name || ' ' || s.rolled || ', counted ' || s.counted, '; ' order by s.name)
	from (select coalesce(a.level, b.level) as level, coalesce(a.start, b.start) as start, coalesce(a.key, b.key) as key, x.name,
			coalesce(a.counts->>x.name, '0') as rolled, coalesce(b.counts->>x.name, '0') as counted
		from (select * from summed where not scratch) a
			full join (select * from summed where scratch) b on b.level = a.level and b.start = a.start and b.key = a.key,
			lateral jsonb_object_keys(coalesce(a.counts, b.counts)) x (name)
		where a.counts is distinct from b.counts) s
	where s.rolled <> s.counted
	group by s.level, s.start, s.key order by s.level, s.start, s.key;
end $$;

alter table report_fact enable row level security;
alter table report_touched enable row level security;
revoke all on report_fact, report_cell, report_touched, report_cursor from public;
revoke execute on function report_withdrawn, report_standing, report_returned, report_bucket, report_weight, report_rows, report_count, report_levels, report_fold,
	report_follow, report_tail, report_nodes, report_raw, report_mended, report_fast, report_named, report_sla, report_sla_now, report_sla_rolled,
	report_differences from public;
grant execute on function report_sla, report_sla_now, report_sla_rolled to tiepdan_app;
grant execute on function report_follow to tiepdan_app, tiepdan_job;
