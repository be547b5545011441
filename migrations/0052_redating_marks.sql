-- A re-dating of a million clocks in seconds, on (see 0045): whatever needs not be asked of the database is not.
--   * The version of a row is one number, its mark; the sum of those that were read says whether a portion is still the same.
--   * Dates are laid down by plain insertions: to ask of each row whether one is there was a quarter of what laying costs.
--   * What moves is counted by the server, which has both dates in hand, and kept with each portion that is sealed: to join both slots
--     for it took as long as everything else on one processor.
-- Servers of before find nothing to fill: the next one does.
set local search_path = tiepdan, public;

create table redating_count (
	redating uuid not null,
	until    uuid not null,
	counts   jsonb not null,
	constraint redating_count_pk primary key (redating, until),
	constraint redating_count_redating_fk foreign key (redating) references redating
);
revoke all on redating_count from public;
comment on table redating_count is 'What moves, portion by portion, while a re-dating is prepared; the portions end with these tickets.';
comment on column redating_count.counts is
	'tickets, clocks; kinds: moved, later of each; holders: moved, clocks, later, earlier, enter, leave of each; see jobs/redate_count.h';

create function clock_mark(p_xmin xid, p_tid tid) returns bigint language sql immutable parallel safe as $$
	select hashtidextended(p_tid, p_xmin::text::bigint)
$$;
comment on function clock_mark is 'the version of a row of clock_running as one number';

-- As redating_read() of 0045, with the marks.
create function redating_portion(p_id uuid, p_after uuid, p_until uuid, p_limit bigint)
returns table (ticket uuid, kind text, round bigint, mark bigint, holder bigint, policy bigint, unit text, amount bigint, extension bigint,
	calendar text, start_s bigint, due_us bigint, waits boolean, parked boolean, pauses boolean, alarm_level bigint)
language plpgsql stable security definer set search_path = tiepdan, pg_temp set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
declare
	r redating;
begin
	select * into r from redating where id = p_id;
	return query
	select c.ticket, c.kind, c.round::bigint, clock_mark(c.xmin, c.ctid), c.holder, c.policy, c.unit, c.amount::bigint, c.extension::bigint,
		c.calendar, floor(date_part('epoch', c.start_at))::bigint, (date_part('epoch', nullif(c.due_at, 'infinity')) * 1000000)::bigint,
		c.waits, c.parked, coalesce(k.pauses, false), c.alarm_level::bigint
	from clock_running c left join clock_kind k on k.code = c.kind
	where c.slot = 1 - r.slot and c.ticket > p_after and c.ticket <= p_until
	order by c.ticket, c.kind limit p_limit;
end $$;

-- Copies clocks of p_after < ticket <= p_until with their new dates to the next slot: those whose row is still the one that
-- was read, or of p_tickets alone. NULL in an array: as it was. The partitions are named because a plan for all slots would not know
-- which to read in the order of the tickets. 23505: somebody has begun a clock in the slot meanwhile, so its ticket has changed.
create function redating_copy(r redating, p_after uuid, p_until uuid, p_tickets uuid[], p_marks bigint[], p_starts timestamptz[],
	p_dues timestamptz[], p_alarms timestamptz[], p_units text[], p_amounts bigint[], p_firsts boolean[])
returns bigint language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_copied bigint;
begin
	execute format($sql$
		insert into clock_running_%1$s (slot, ticket, kind, round, holder, policy, unit, amount, extension, calendar, version, start_at,
			waits, due_at, latest_due, first, alarm_at, alarm_level, parked, moved)
		select $1, c.ticket, c.kind, c.round, c.holder, c.policy, coalesce(i.unit, c.unit), coalesce(i.amount, c.amount), c.extension,
			c.calendar, v.version, coalesce(i.start_at, c.start_at), c.waits, coalesce(i.due_at, c.due_at), c.latest_due, i.first and not c.parked,
			case when i.due_at is null then c.alarm_at else coalesce(i.alarm_at, 'infinity') end, c.alarm_level, c.parked,
			coalesce(i.due_at <> c.due_at, false) and not c.parked
		from (select unnest($2) as mark, unnest($3) as start_at, unnest($4) as due_at, unnest($5) as alarm_at, unnest($6) as unit,
				unnest($7) as amount, unnest($8) as first) i
			join clock_running_%2$s c on clock_mark(c.xmin, c.ctid) = i.mark
			left join (select calendar, max(version) as version from calendar_version group by calendar) v on v.calendar = c.calendar
		where c.ticket > $9 and c.ticket <= $10 and ($11 is null or c.ticket = any ($11))
		$sql$, r.slot, 1 - r.slot)
		using r.slot, p_marks, p_starts, p_dues, p_alarms, p_units, p_amounts, p_firsts, p_after, p_until, p_tickets;
	get diagnostics v_copied = row_count;
	return v_copied;
end $$;

-- Tickets of the rows that were read which still have just these rows, and whose pauses are the same for sure.
create function redating_unchanged(r redating, p_after uuid, p_until uuid, p_marks bigint[], p_same_pauses boolean)
returns setof uuid language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return query
	select c.ticket
	from clock_running c left join unnest(p_marks) mark on mark = clock_mark(c.xmin, c.ctid)
	where c.slot = 1 - r.slot and c.ticket > p_after and c.ticket <= p_until
	group by c.ticket
	having bool_and(mark is not null) and (p_same_pauses or not exists (select from question q where q.ticket = c.ticket));
end $$;

-- A re-dating that a worker writes to alone: it keeps the slots to itself until the end. No row: there is nothing more to do for this
-- worker, or the reference data has changed, so that it begins anew.
create function redating_alone(p_id uuid, p_worker uuid) returns setof redating language plpgsql
set search_path = tiepdan, pg_temp as $$
declare
	r redating := redating_mine(p_id, p_worker, 'preparing');
begin
	if r.slot is null then
		return;
	end if;
	perform set_config('synchronous_commit', 'off', true);
	perform slots_take(50);
	if r.reference <> (select version from reference_version) then
		update redating set slot = null where id = p_id;
		return;
	end if;
	return next r;
end $$;

-- A portion is complete. What was counted when it first was stays.
create function redating_passed(r redating, p_until uuid, p_clocks bigint, p_counts text) returns void language plpgsql
set search_path = tiepdan, pg_temp as $$
begin
	update redating set filled_to = p_until, done = done + p_clocks where id = r.id;
	insert into redating_count values (r.id, p_until, p_counts::jsonb)
		on conflict do nothing;
end $$;

create function questions_same(p_after uuid, p_until uuid, p_questions bigint, p_ended bigint) returns boolean language plpgsql stable
set search_path = tiepdan, pg_temp as $$
begin
	return (
		select count(*) = p_questions and count(ended_at) = p_ended from question where ticket > p_after and ticket <= p_until);
end $$;

-- Lays down the new dates of clocks that were read: all of p_after < ticket <= p_until, one element of the arrays a clock. What lies
-- there already was laid by a worker that came no further. The re-dating is kept from being dropped meanwhile, and a change in
-- progress is not waited for long: it might wait for this portion itself. False: there is nothing to do for this worker.
create function redating_lay(p_id uuid, p_worker uuid, p_after uuid, p_until uuid, p_marks bigint[], p_starts timestamptz[],
	p_dues timestamptz[], p_alarms timestamptz[], p_units text[], p_amounts bigint[], p_firsts boolean[])
returns boolean language plpgsql security definer set search_path = tiepdan, pg_temp set lock_timeout = '30ms' as $$
declare
	r redating;
begin
	select * into r from redating where id = p_id and worker = p_worker and state = 'preparing' and slot is not null for key share;
	if not found then
		return false;
	end if;
	perform set_config('synchronous_commit', 'off', true);
	delete from clock_running where slot = r.slot and ticket > p_after and ticket <= p_until;
	perform redating_copy(r, p_after, p_until, null, p_marks, p_starts, p_dues, p_alarms, p_units, p_amounts, p_firsts);
	return true;
end $$;

-- Makes a portion valid that was laid down by these rows; p_mark: the sum of their marks, p_questions and p_ended: of the pauses that
-- were read, p_counts: as in redating_count. Returns how many of its tickets have changed since and have to be read again; -1 when
-- there is nothing more to do for this worker. Nobody is changing clocks now: whatever was changed before can be seen, and whoever
-- comes after finds both dates.
create function redating_seal(p_id uuid, p_worker uuid, p_after uuid, p_until uuid, p_marks bigint[], p_mark bigint,
	p_questions bigint, p_ended bigint, p_counts text)
returns bigint language plpgsql security definer set search_path = tiepdan, pg_temp set plan_cache_mode = force_custom_plan as $$
declare
	r redating;
	v record;
	v_same boolean;
	v_left bigint := 0;
begin
	select * into r from redating_alone(p_id, p_worker);
	if r.id is null then
		return -1;
	end if;
	v_same := questions_same(p_after, p_until, p_questions, p_ended);
	select count(*) as clocks, coalesce(sum(clock_mark(c.xmin, c.ctid) >> 16), 0) as mark into v
		from clock_running c where c.slot = 1 - r.slot and c.ticket > p_after and c.ticket <= p_until;
	if not v_same or v.mark <> p_mark then
		delete from clock_running where slot = r.slot and ticket > p_after and ticket <= p_until
			and ticket not in (select redating_unchanged(r, p_after, p_until, p_marks, v_same));
		v_left := (select count(*) from redating_undone(1 - r.slot, p_after, p_until));
	end if;
	if v_left = 0 then
		perform redating_passed(r, p_until, v.clocks, p_counts);
	end if;
	return v_left;
end $$;

-- Both at once, for a portion of which something changes all the time: keeps the new dates of clocks that were read, ticket by ticket.
-- Parameters and result as those of redating_lay() and redating_seal().
create function redating_fill(p_id uuid, p_worker uuid, p_after uuid, p_until uuid, p_marks bigint[], p_starts timestamptz[],
	p_dues timestamptz[], p_alarms timestamptz[], p_units text[], p_amounts bigint[], p_firsts boolean[], p_questions bigint, p_ended bigint,
	p_counts text)
returns bigint language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	r redating;
	v_same boolean;
	v_tickets uuid[];
	v_copied bigint;
	v_all bigint;
	v_left bigint := 0;
begin
	select * into r from redating_alone(p_id, p_worker);
	if r.id is null then
		return -1;
	end if;
	v_same := questions_same(p_after, p_until, p_questions, p_ended);
	if not v_same or exists (select from clock_running where slot = r.slot and ticket > p_after and ticket <= p_until) then
		v_tickets := array(select redating_undone(1 - r.slot, p_after, p_until)
			intersect select redating_unchanged(r, p_after, p_until, p_marks, v_same));
		delete from clock_running where slot = r.slot and ticket = any (v_tickets);
	end if;
	v_copied := redating_copy(r, p_after, p_until, v_tickets, p_marks, p_starts, p_dues, p_alarms, p_units, p_amounts, p_firsts);
	v_all := (select count(*) from clock_running where slot = 1 - r.slot and ticket > p_after and ticket <= p_until);
	if v_copied <> v_all then
		v_left := (select count(*) from redating_undone(1 - r.slot, p_after, p_until));
	end if;
	if v_left = 0 then
		perform redating_passed(r, p_until, v_all, p_counts);
	end if;
	return v_left;
end $$;

-- --- what moves ----------------------------------------------------------------------------------------------------------

-- What the preview tells: the portions together, each as of the moment in which it was sealed. A ticket moves later when some of its
-- clocks do and none moves earlier; it enters or leaves breach when a clock does.
create function redating_counted(p_id uuid) returns jsonb language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		with part as materialized (select counts from redating_count where redating = p_id),
		kind as (
			select k.key as kind, sum((k.value->>0)::bigint) as moved, sum((k.value->>1)::bigint) as later
			from part, jsonb_each(counts->'kinds') k group by k.key),
		holder as materialized (
			select h.key::bigint as holder, sum((h.value->>0)::bigint) as moved, sum((h.value->>1)::bigint) as clocks,
				sum((h.value->>2)::bigint) as later, sum((h.value->>3)::bigint) as earlier, sum((h.value->>4)::bigint) as enters,
				sum((h.value->>5)::bigint) as leaves
			from part, jsonb_each(counts->'holders') h group by h.key),
		read as (
			select coalesce(sum((counts->>'tickets')::bigint), 0) as tickets, coalesce(sum((counts->>'clocks')::bigint), 0) as clocks from part)
		select jsonb_build_object('tickets', min(a.tickets), 'clocks', min(a.clocks), 'moved', coalesce(sum(h.moved), 0),
			'moved_clocks', coalesce(sum(h.clocks), 0), 'later', coalesce(sum(h.later), 0), 'earlier', coalesce(sum(h.earlier), 0),
			'enter_breach', coalesce(sum(h.enters), 0), 'leave_breach', coalesce(sum(h.leaves), 0),
			'kinds', (select coalesce(jsonb_agg(jsonb_build_object('kind', k.code, 'name_vi', k.name_vi, 'name_en', k.name_en,
					'moved', c.moved, 'later', c.later, 'earlier', c.moved - c.later) order by k.position), '[]')
				from kind c join clock_kind k on k.code = c.kind),
			'departments', (select coalesce(jsonb_agg(jsonb_build_object('department', named(d.code, d.name_vi, d.name_en),
					'moved', t.moved, 'later', t.later, 'earlier', t.earlier, 'enter_breach', t.enters, 'leave_breach', t.leaves)
					order by t.moved desc, d.code), '[]')
				from (select * from holder order by moved desc, holder limit 20) t join department d on d.id = t.holder))
		from read a left join holder h on true);
end $$;

-- It is kept until the re-dating is ready, or is filled from the first ticket on again.
create function redating_forget() returns trigger language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	delete from redating_count where redating = new.id;
	return null;
end $$;
create trigger redating_forget after update of filled_to, state on redating for each row
	when (new.state <> 'preparing' or new.filled_to = '00000000-0000-0000-0000-000000000000') execute function redating_forget();

-- Then compares the slots. True: it is ready or has failed; false: there are clocks to do again, from the first ticket on. That takes
-- a second for a million clocks, without the lock of the slots, and it writes nothing before it has compared: whoever follows the feed
-- waits for every transaction that has written something, letters and the alarm of danger to life among them.
create or replace function redating_finish(p_id uuid, p_worker uuid)
returns boolean language plpgsql security definer set search_path = tiepdan, pg_temp set work_mem = '64MB' as $$
declare
	r redating;
	v_current boolean;
	v_same boolean;
	v record;
begin
	select * into r from redating where id = p_id and worker = p_worker and state = 'preparing';
	v_current := r.slot is not null and r.reference = (select version from reference_version);
	v_same := v_current and redating_same(r);
	if v_current and not v_same then
		select * into v from redating_compare(r);
	end if;
	r := redating_mine(p_id, p_worker, 'preparing');
	if r.slot is null then
		return true;
	elsif not v_current or r.reference <> (select version from reference_version) then
		update redating set slot = null where id = p_id;
		return true;
	elsif v_same then
		update redating set state = 'ready', ready_at = now(), counts = redating_counted(p_id), worker = null where id = p_id;
		return true;
	elsif v.superfluous = 0 and r.repairs < 5 then
		update redating set filled_to = nobody(), done = 0, repairs = r.repairs + 1 where id = p_id;
		return false;
	end if;
	raise warning 're-dating %: % clocks undone, % superfluous', p_id, v.undone, v.superfluous;
	perform redating_settle(p_id);
	update redating set state = 'failed' where id = p_id;
	return true;
end $$;
drop function redating_counts;

-- --- servers of before ---------------------------------------------------------------------------------------------------

-- A re-dating that one of them has begun to fill is begun anew.
update redating set slot = null where state = 'preparing';
create or replace function redating_read(p_id uuid, p_after uuid, p_until uuid, p_limit bigint) returns setof redating_fact
language sql stable security definer set search_path = tiepdan, pg_temp as $$ select null::redating_fact where false $$;
create or replace function redating_lay(p_id uuid, p_worker uuid, p_after uuid, p_until uuid, p_tids text[], p_xids bigint[],
	p_starts timestamptz[], p_dues timestamptz[], p_alarms timestamptz[], p_units text[], p_amounts bigint[], p_firsts boolean[])
returns bigint language sql security definer set search_path = tiepdan, pg_temp as $$ select null::bigint $$;
create or replace function redating_seal(p_id uuid, p_worker uuid, p_after uuid, p_until uuid, p_tids text[], p_xids bigint[], p_mark bigint,
	p_questions bigint, p_ended bigint)
returns bigint language sql security definer set search_path = tiepdan, pg_temp as $$ select -1::bigint $$;
create or replace function redating_fill(p_id uuid, p_worker uuid, p_after uuid, p_until uuid, p_tids text[], p_xids bigint[],
	p_starts timestamptz[], p_dues timestamptz[], p_alarms timestamptz[], p_units text[], p_amounts bigint[], p_firsts boolean[],
	p_questions bigint, p_ended bigint)
returns bigint language sql security definer set search_path = tiepdan, pg_temp as $$ select -1::bigint $$;
comment on function redating_read(uuid, uuid, uuid, bigint) is 'for servers of before, as long as there are some: they find nothing to fill';
-- Those before them serve no more.
update schema_info set oldest_binary = 51;
drop function redating_read(uuid, uuid, bigint), redating_pauses(uuid, uuid, bigint), redating_held, redating_mark,
	redating_copy(redating, uuid, uuid, uuid[], text[], bigint[], timestamptz[], timestamptz[], timestamptz[], text[], bigint[], boolean[]),
	redating_unchanged(redating, uuid, uuid, text[], bigint[], boolean);
alter table redating drop column held_ms;

revoke execute on function clock_mark, redating_portion, redating_copy, redating_unchanged, redating_alone, redating_passed,
	questions_same, redating_lay(uuid, uuid, uuid, uuid, bigint[], timestamptz[], timestamptz[], timestamptz[], text[], bigint[], boolean[]),
	redating_seal(uuid, uuid, uuid, uuid, bigint[], bigint, bigint, bigint, text),
	redating_fill(uuid, uuid, uuid, uuid, bigint[], timestamptz[], timestamptz[], timestamptz[], text[], bigint[], boolean[], bigint, bigint, text),
	redating_counted, redating_forget from public;
grant execute on function redating_portion,
	redating_lay(uuid, uuid, uuid, uuid, bigint[], timestamptz[], timestamptz[], timestamptz[], text[], bigint[], boolean[]),
	redating_seal(uuid, uuid, uuid, uuid, bigint[], bigint, bigint, bigint, text),
	redating_fill(uuid, uuid, uuid, uuid, bigint[], timestamptz[], timestamptz[], timestamptz[], text[], bigint[], boolean[], bigint, bigint, text)
	to tiepdan_app;
