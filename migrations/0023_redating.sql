-- Re-dating: a changed calendar or policy reaches clocks that run already. What the dates will be is prepared in the slot
-- that is not current (0018), one small update makes it current, and another one takes it back.
--
-- The job worker fills the slot in portions: it reads running clocks, computes their dates, and redating_fill() keeps what is
-- still the same as when it was read, while nobody else changes clocks. From the beginning the slot has the role "next", so
-- that whoever changes a clock changes it there, too: a portion that is complete once stays complete, and the whole is
-- complete after the last one. No step holds the lock of the slots, or waits for it, longer than some hundredths of a second.
set local search_path = tiepdan, public;

insert into setting values
	('redating_kept_days', 7, 'a re-dating can be taken back for this many calendar days');

create table redating (
	id           uuid not null,
	asked_at     timestamptz not null,
	asked_by     uuid not null,
	reason       text not null,
	policies     boolean not null,
	state        text not null default 'preparing',
	slot         int,
	reference    bigint,
	filled_to    uuid not null default '00000000-0000-0000-0000-000000000000',
	fill_until   uuid,
	done         bigint not null default 0,
	total        bigint not null default 0,
	repairs      int not null default 0,
	held_ms      int not null default 0,
	counts       jsonb,
	ready_at     timestamptz,
	applied_at   timestamptz,
	applied_by   uuid,
	undone_at    timestamptz,
	undone_by    uuid,
	told_to      uuid,
	tell_until   uuid,
	told         bigint not null default 0,
	settled_at   timestamptz,
	emptied_at   timestamptz,
	worker       uuid,
	leased_until timestamptz,
	constraint redating_pk primary key (id),
	constraint redating_asked_by_fk foreign key (asked_by) references account,
	constraint redating_applied_by_fk foreign key (applied_by) references account,
	constraint redating_undone_by_fk foreign key (undone_by) references account,
	constraint redating_state check (state in ('preparing', 'ready', 'applied', 'undone', 'dropped', 'failed')),
	constraint redating_reason_length check (char_length(reason) between 10 and 2000),
	constraint redating_applied check ((applied_at is null) = (applied_by is null) and (state = 'applied') <= (applied_at is not null)),
	constraint redating_undone check ((undone_at is null) = (undone_by is null) and (state = 'undone') = (undone_at is not null)),
	constraint redating_ready check ((state in ('ready', 'applied', 'undone')) <= (ready_at is not null and counts is not null)),
	constraint redating_ended check ((state in ('dropped', 'failed')) <= (settled_at is not null))
);
create unique index redating_one_at_a_time on redating ((true)) where settled_at is null;
create index redating_newest on redating (asked_at, id);
comment on column redating.slot is 'where the new dates are; NULL: to be begun';
comment on column redating.reference is 'version of the reference data by which they were computed';
comment on column redating.filled_to is 'everything up to this ticket is complete';
comment on column redating.fill_until is 'later tickets came when the slot was written to already';
comment on column redating.held_ms is 'how long the last portion kept others from changing clocks; by it the job worker chooses the next one';
comment on column redating.told_to is 'the last ticket of which an event says that its dates moved; NULL: there is nothing to tell';
comment on column redating.tell_until is 'what was taken back before it was told is not told; NULL: all are';
comment on column redating.settled_at is 'the other dates are kept no longer';
comment on column redating.worker is 'the job worker that is at it, until leased_until';

alter table clock_running add column moved boolean not null default false;
comment on column clock_running.moved is 'in the slot of a re-dating: it gave this clock another date';
create index clock_running_moved on clock_running (ticket, kind) where moved;

-- --- the lock of the slots -----------------------------------------------------------------------------------------------

-- Takes the lock alone. Whoever changes clocks queues behind a waiting one: so it waits only for a moment, lets them go
-- first, and asks again. 55P03 after all attempts.
create function slots_take(p_attempts int) returns void language plpgsql set search_path = tiepdan, pg_temp set lock_timeout = '30ms' as $$
begin
	for n in 1 .. p_attempts loop
		begin
			perform pg_advisory_xact_lock(hashtext('tiepdan.clock_slot'));
			return;
		exception when lock_not_available then null;
		end;
	end loop;
	raise exception 'the clocks are busy' using errcode = 'lock_not_available';
end $$;

-- --- preparing -----------------------------------------------------------------------------------------------------------

-- What there is to do for one job worker, which has it from now on for a while: fill, tell, settle or empty. No row when
-- there is nothing, or another worker is at it.
create function redating_take(p_worker uuid, p_lease_ms bigint, p_now timestamptz)
returns table (id uuid, task text, reference text, filled_to uuid, fill_until uuid, policies boolean)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	r redating;
begin
	select * into r from redating
		where (worker is null or worker = p_worker or leased_until < clock_timestamp()) and emptied_at is null
			and (state = 'preparing' or told_to is not null or settled_at is not null or state = 'undone' or (state = 'applied'
				and applied_at < p_now - make_interval(days => (select value from setting where name = 'redating_kept_days'))))
		order by asked_at limit 1 for update skip locked;
	if found then
		update redating set worker = p_worker, leased_until = clock_timestamp() + p_lease_ms * interval '1 ms' where id = r.id;
		return query select r.id, case when r.state = 'preparing' then 'fill' when r.told_to is not null then 'tell'
				when r.settled_at is null then 'settle' else 'empty' end,
			case when r.slot is not null then r.reference::text end, r.filled_to, r.fill_until, r.policies;
	end if;
end $$;

-- The re-dating, locked, if it is still in this state and this worker's, which keeps it for another while; else all NULL.
create function redating_mine(p_id uuid, p_worker uuid, p_state text) returns redating
language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	r redating;
begin
	update redating set leased_until = clock_timestamp() + interval '5 s'
		where id = p_id and worker = p_worker and state = coalesce(p_state, state) returning * into r;
	return r;
end $$;

-- Begins, or begins anew, by the reference data of this version: the slot is emptied and from now on written to by
-- everybody. False when that is not the version of the database, or the re-dating is not this worker's.
create function redating_begin(p_id uuid, p_worker uuid, p_reference text)
returns boolean language plpgsql security definer set search_path = tiepdan, pg_temp set lock_timeout = '30ms' as $$
declare
	r redating := redating_mine(p_id, p_worker, 'preparing');
	v_from int := slot_current();
	v_total bigint := (select count(*) from clock_running where slot = slot_current());
begin
	if r.id is null or not exists (select from reference_version where version::text = p_reference) then
		return false;
	end if;
	perform set_config('synchronous_commit', 'off', true);
	perform slots_take(1);
	execute format('truncate clock_running_%s', 1 - v_from);
	update clock_slot set role = 'next' where slot <> v_from;
	update redating set slot = 1 - v_from, reference = p_reference::bigint, filled_to = '00000000-0000-0000-0000-000000000000',
		fill_until = (select ticket from clock_running where slot = v_from order by ticket desc limit 1), done = 0, total = v_total,
		repairs = 0 where id = p_id;
	return true;
end $$;

-- Tickets, p_after < ticket <= p_until, of which this slot has a clock that the next one has not, or has by an older calendar.
create function redating_undone(p_slot int, p_after uuid, p_until uuid) returns setof uuid
language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return query
	select distinct c.ticket
	from clock_running c left join clock_running n on n.slot = 1 - p_slot and n.ticket = c.ticket and n.kind = c.kind
	where c.slot = p_slot and c.ticket > p_after and c.ticket <= p_until and (n.ticket is null or n.version <> (
		select max(v.version) from calendar_version v where v.calendar = n.calendar));
end $$;

create type redating_fact as (ticket uuid, kind text, round bigint, tid text, xid bigint, policy bigint, unit text, amount bigint,
	extension bigint, calendar text, start_s bigint, due_s bigint, waits boolean, pauses boolean, alarm_level bigint);
-- Functions that read a portion are planned for it: without its limits a plan would read the whole slot.

-- Running clocks with what their dates are made of, in the order of their tickets, the last one perhaps cut off by p_limit.
-- tid and xid name the version of the row.
create function redating_read(p_id uuid, p_after uuid, p_limit bigint)
returns setof redating_fact
language plpgsql stable security definer set search_path = tiepdan, pg_temp set plan_cache_mode = force_custom_plan as $$
declare
	r redating;
begin
	select * into r from redating where id = p_id;
	return query
	select c.ticket, c.kind, c.round::bigint, c.ctid::text, c.xmin::text::bigint, c.policy, c.unit, c.amount::bigint, c.extension::bigint,
		c.calendar, floor(date_part('epoch', c.start_at))::bigint,
		floor(date_part('epoch', nullif(c.due_at, 'infinity')))::bigint, c.waits, coalesce(k.pauses, false), c.alarm_level::bigint
	from clock_running c left join clock_kind k on k.code = c.kind
	where c.slot = 1 - r.slot and c.ticket > p_after and c.ticket <= r.fill_until
	order by c.ticket, c.kind limit p_limit;
end $$;
-- The pauses of those tickets. A question is never changed but when it ends: how many there are, and how many have ended,
-- says whether any of them did.
create function redating_pauses(p_id uuid, p_after uuid, p_limit bigint)
returns table (ticket uuid, from_s bigint, until_s bigint, ended boolean)
language plpgsql stable security definer set search_path = tiepdan, pg_temp set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
declare
	r redating;
	v_until uuid;
begin
	select * into r from redating where id = p_id;
	v_until := coalesce((select ticket from clock_running where slot = 1 - r.slot and ticket > p_after order by ticket, kind
		offset p_limit - 1 limit 1), r.fill_until);
	return query
	select q.ticket, floor(extract(epoch from q.asked_at))::bigint, floor(extract(epoch from coalesce(q.ended_at, q.until_at)))::bigint,
		q.ended_at is not null
	from question q where q.ticket > p_after and q.ticket <= v_until order by q.ticket, q.asked_at;
end $$;

-- Copies clocks of p_after < ticket <= p_until with their new dates to the next slot: those whose row is still the one that
-- was read, or of p_tickets alone. NULL in an array: as it was. The partitions are named because a plan for all slots would
-- not find rows by their place. Returns how many rows.
create function redating_copy(r redating, p_after uuid, p_until uuid, p_tickets uuid[], p_tids text[], p_xids bigint[],
	p_starts timestamptz[], p_dues timestamptz[], p_alarms timestamptz[], p_units text[], p_amounts bigint[], p_firsts boolean[])
returns bigint language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_copied bigint;
begin
	execute format($sql$
		insert into clock_running_%1$s (slot, ticket, kind, round, holder, policy, unit, amount, extension, calendar, version, start_at,
			waits, due_at, latest_due, first, alarm_at, alarm_level, moved)
		select $1, c.ticket, c.kind, c.round, c.holder, c.policy, coalesce(i.unit, c.unit), coalesce(i.amount, c.amount), c.extension,
			c.calendar, v.version, coalesce(i.start_at, c.start_at), c.waits, coalesce(i.due_at, c.due_at), c.latest_due, i.first,
			case when i.due_at is null then c.alarm_at else coalesce(i.alarm_at, 'infinity') end, c.alarm_level, coalesce(i.due_at <> c.due_at, false)
		from unnest($2::tid[], $3, $4, $5, $6, $7, $8, $9) i (tid, xid, start_at, due_at, alarm_at, unit, amount, first)
			join clock_running_%2$s c on c.ctid = i.tid and c.xmin::text::bigint = i.xid
			left join (select calendar, max(version) as version from calendar_version group by calendar) v on v.calendar = c.calendar
		where c.ticket > $10 and c.ticket <= $11 and ($12 is null or c.ticket = any ($12))
		$sql$, r.slot, 1 - r.slot)
		using r.slot, p_tids, p_xids, p_starts, p_dues, p_alarms, p_units, p_amounts, p_firsts, p_after, p_until, p_tickets;
	get diagnostics v_copied = row_count;
	return v_copied;
end $$;

-- Tickets of the rows that were read which still have just these rows, and whose pauses are the same for sure.
create function redating_unchanged(r redating, p_after uuid, p_until uuid, p_tids text[], p_xids bigint[], p_same_pauses boolean)
returns setof uuid language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return query
	select c.ticket
	from clock_running c left join unnest(p_tids, p_xids) i (tid, xid) on i.tid = c.ctid::text and i.xid = c.xmin::text::bigint
	where c.slot = 1 - r.slot and c.ticket > p_after and c.ticket <= p_until
	group by c.ticket
	having bool_and(i.tid is not null) and (p_same_pauses or not exists (select from question q where q.ticket = c.ticket));
end $$;

-- Keeps the new dates of clocks that were read: all of p_after < ticket <= p_until, one element of the arrays a clock.
-- p_questions and p_ended: of the pauses that were read. Returns how many tickets of the range have changed since and have to
-- be read again; -1 when there is nothing more to do for this worker: the re-dating was dropped, or the reference data has
-- changed, so that it begins anew.
create function redating_fill(p_id uuid, p_worker uuid, p_after uuid, p_until uuid, p_tids text[], p_xids bigint[],
	p_starts timestamptz[], p_dues timestamptz[], p_alarms timestamptz[], p_units text[], p_amounts bigint[], p_firsts boolean[],
	p_questions bigint, p_ended bigint)
returns bigint language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	r redating := redating_mine(p_id, p_worker, 'preparing');
	v_since timestamptz;
	v_same boolean;
	v_tickets uuid[];
	v_copied bigint;
	v_all bigint;
	v_left bigint := 0;
begin
	if r.slot is null then
		return -1;
	end if;
	perform set_config('synchronous_commit', 'off', true);
	perform slots_take(50);
	v_since := clock_timestamp();
	if r.reference <> (select version from reference_version) then
		update redating set slot = null where id = p_id;
		return -1;
	end if;
	v_same := (select count(*) = p_questions and count(ended_at) = p_ended from question where ticket > p_after and ticket <= p_until);
	if not v_same or exists (select from clock_running where slot = r.slot and ticket > p_after and ticket <= p_until) then
		v_tickets := array(select redating_undone(1 - r.slot, p_after, p_until)
			intersect select redating_unchanged(r, p_after, p_until, p_tids, p_xids, v_same));
		delete from clock_running where slot = r.slot and ticket = any (v_tickets);
	end if;
	v_copied := redating_copy(r, p_after, p_until, v_tickets, p_tids, p_xids, p_starts, p_dues, p_alarms, p_units, p_amounts, p_firsts);
	v_all := (select count(*) from clock_running where slot = 1 - r.slot and ticket > p_after and ticket <= p_until);
	if v_copied <> v_all then
		v_left := (select count(*) from redating_undone(1 - r.slot, p_after, p_until));
	end if;
	update redating set filled_to = case v_left when 0 then p_until else filled_to end,
		done = done + case v_left when 0 then v_all else 0 end, held_ms = extract(epoch from clock_timestamp() - v_since) * 1000
		where id = p_id;
	return v_left;
end $$;
create function redating_held(p_id uuid) returns bigint language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
begin
	return (
		select held_ms from redating where id = p_id);
end $$;

-- How the two slots of a re-dating compare: clocks of which one date is missing, or was computed by an older calendar. One
-- statement sees both at one instant, and no change of a clock can be half done then.
create function redating_compare(r redating, out undone bigint, out superfluous bigint)
language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	select count(*) filter (where n.ticket is null or n.version <> v.version), count(*) filter (where c.ticket is null)
		into undone, superfluous
	from (select * from clock_running where slot = 1 - r.slot) c
		full join (select * from clock_running where slot = r.slot) n on n.ticket = c.ticket and n.kind = c.kind
		left join (select calendar, max(version) as version from calendar_version group by calendar) v on v.calendar = n.calendar;
end $$;

-- The clocks of p_after < ticket <= p_until that have another date by a re-dating, with both. After an undo `before` is the
-- date that was taken back. Planned for each range: the whole is joined otherwise than a portion.
create function redating_moved(r redating, p_after uuid, p_until uuid)
returns table (ticket uuid, kind text, holder bigint, before timestamptz, after timestamptz) language plpgsql stable
set search_path = tiepdan, pg_temp set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
begin
	return query
	select n.ticket, n.kind, n.holder, case when r.undone_at is null then c.due_at else n.due_at end,
		case when r.undone_at is null then n.due_at else c.due_at end
	from clock_running n join clock_running c on c.slot = 1 - r.slot and c.ticket = n.ticket and c.kind = n.kind and c.due_at <> n.due_at
		and c.ticket > p_after and c.ticket <= p_until
	where n.slot = r.slot and n.moved and n.ticket > p_after and n.ticket <= p_until;
end $$;

-- What the preview tells. A ticket moves later when some of its clocks do and none moves earlier; it enters or leaves breach
-- when a clock does.
create function redating_counts(r redating, p_now timestamptz) returns jsonb language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		with moved as materialized (
			select * from redating_moved(r, '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff')),
		ticket as materialized (
			select ticket, min(holder) as holder, count(*) as clocks, bool_and(after > before) as later,
				bool_or(before >= p_now and after < p_now) as enters, bool_or(before < p_now and after >= p_now) as leaves
			from moved group by ticket),
		holder as (
			select holder, count(*) as moved, count(*) filter (where later) as later, count(*) filter (where not later) as earlier,
				count(*) filter (where enters) as enters, count(*) filter (where leaves) as leaves
			from ticket group by holder order by 2 desc, 1 limit 20),
		kind as (
			select kind, count(*) as moved, count(*) filter (where after > before) as later, count(*) filter (where after < before) as earlier
			from moved group by kind)
		select jsonb_build_object('tickets', (select count(*) from clock_running where slot = 1 - r.slot and first),
			'clocks', (select count(*) from clock_running where slot = 1 - r.slot and kind <> 'none'), 'moved', count(*),
			'moved_clocks', coalesce(sum(clocks), 0), 'later', count(*) filter (where later), 'earlier', count(*) filter (where not later),
			'enter_breach', count(*) filter (where enters), 'leave_breach', count(*) filter (where leaves),
			'kinds', (select coalesce(jsonb_agg(jsonb_build_object('kind', k.code, 'name_vi', k.name_vi, 'name_en', k.name_en,
					'moved', c.moved, 'later', c.later, 'earlier', c.earlier) order by k.position), '[]')
				from kind c join clock_kind k on k.code = c.kind),
			'departments', (select coalesce(jsonb_agg(jsonb_build_object('department', named(d.code, d.name_vi, d.name_en),
					'moved', h.moved, 'later', h.later, 'earlier', h.earlier, 'enter_breach', h.enters, 'leave_breach', h.leaves)
					order by h.moved desc, d.code), '[]')
				from holder h join department d on d.id = h.holder))
		from ticket);
end $$;

-- Gives up the dates that are not current: nobody writes to them any more, and the job worker throws them away.
create function redating_settle(p_id uuid) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	perform slots_take(50);
	update clock_slot set role = 'empty' where role <> 'current';
	update redating set settled_at = now(), worker = null where id = p_id;
end $$;

-- When every portion is complete: compares the slots and counts. True: it is ready or has failed; false: there are clocks to
-- do again, from the first ticket on. That takes seconds, without the lock of the slots.
create function redating_finish(p_id uuid, p_worker uuid)
returns boolean language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	r redating := redating_mine(p_id, p_worker, 'preparing');
	v record;
begin
	if r.slot is null then
		return true;
	elsif r.reference <> (select version from reference_version) then
		update redating set slot = null where id = p_id;
		return true;
	end if;
	execute format('analyze clock_running_%s', r.slot);
	select * into v from redating_compare(r);
	if v.superfluous = 0 and v.undone = 0 then
		update redating set state = 'ready', ready_at = now(), counts = redating_counts(r, now()), worker = null where id = p_id;
	elsif v.superfluous = 0 and r.repairs < 5 then
		update redating set filled_to = '00000000-0000-0000-0000-000000000000', done = 0, repairs = r.repairs + 1 where id = p_id;
		return false;
	else
		raise warning 're-dating %: % clocks undone, % superfluous', p_id, v.undone, v.superfluous;
		perform redating_settle(p_id);
		update redating set state = 'failed' where id = p_id;
	end if;
	return true;
end $$;

-- --- the switch ----------------------------------------------------------------------------------------------------------

-- Makes the other slot current. All dates may have changed by that: see tracking_show().
create function slots_switch() returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v clock_slot;
begin
	select * into v from clock_slot where role = 'current';
	update clock_slot set role = 'previous' where slot = v.slot;
	update clock_slot set role = 'current', generation = v.generation + 1 where slot <> v.slot;
end $$;

create function redating_event(p_event uuid, p_type text, r redating) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	perform event_write(p_event, now(), null, p_type, 'staff', caller_account(), caller_department(), null, null, null, null,
		jsonb_build_object('redating', r.id, 'counts', r.counts - '{kinds,departments}'::text[]));
end $$;

-- A re-dating that the caller may change, locked; TD404, TD403, and TD450 when it is in none of these states.
create function redating_locked(p_id uuid, p_states text[]) returns redating language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	r redating;
begin
	perform caller_needs('calendars');
	select * into r from redating where id = p_id for update;
	if not found then
		raise exception 'no such re-dating' using errcode = 'TD404';
	elsif r.state <> all (p_states) or (r.settled_at is not null) then
		raise exception 'the re-dating is %', r.state using errcode = 'TD450';
	end if;
	return r;
end $$;

-- Who sees re-datings: figures of all departments.
create function redating_seen() returns boolean language sql stable parallel safe as $$
	select tiepdan.caller_roles() && '{admin,leader,auditor,hub_head}'
$$;

-- What a change answers with.
create function redating_body(p_id uuid) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select json_build_object('id', r.id, 'state', r.state, 'reason', r.reason, 'policies', r.policies, 'asked_at', instant(r.asked_at),
			'asked_by', person_named(r.asked_by), 'done', r.done, 'total', r.total, 'counts', r.counts,
			'summary_vi', case when r.counts is not null then
				format('%s phiếu đang mở thay đổi thời hạn: %s muộn hơn, %s sớm hơn, %s thành quá hạn, %s không còn quá hạn',
					r.counts->>'moved', r.counts->>'later', r.counts->>'earlier', r.counts->>'enter_breach', r.counts->>'leave_breach') end,
			'summary_en', case when r.counts is not null then
				format('%s open tickets move: %s later, %s earlier, %s enter breach, %s leave breach',
					r.counts->>'moved', r.counts->>'later', r.counts->>'earlier', r.counts->>'enter_breach', r.counts->>'leave_breach') end,
			'stale', r.state = 'ready' and r.reference <> (select version from reference_version),
			'ready_at', instant(r.ready_at), 'applied_at', instant(r.applied_at), 'undone_at', instant(r.undone_at),
			'told', r.told, 'telling', r.told_to is not null, 'settled_at', instant(r.settled_at))::text
		from redating r
		where r.id = p_id);
end $$;

-- Asks for a re-dating. One that was applied before is final by that; TD450 while its events are still being written.
create function redating_ask(p_id uuid, p_reason text, p_policies boolean, p_event uuid)
returns text language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	r redating;
begin
	perform caller_needs('calendars');
	select * into r from redating where settled_at is null and state in ('applied', 'undone') for update;
	if r.told_to is not null then
		raise exception 'the last re-dating is still being told' using errcode = 'TD450';
	elsif r.id is not null then
		perform redating_settle(r.id);
	end if;
	insert into redating (id, asked_at, asked_by, reason, policies) values (p_id, now(), caller_account(), p_reason, p_policies)
		returning * into r;
	perform redating_event(p_event, 'redating.asked', r);
	return redating_body(p_id);
end $$;

-- Makes the new dates valid. TD451 when the reference data has changed since they were computed.
create function redating_apply(p_id uuid, p_event uuid)
returns text language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	r redating := redating_locked(p_id, '{ready}');
begin
	perform from reference_version where version = r.reference for share;
	if not found then
		raise exception 'the reference data has changed' using errcode = 'TD451';
	end if;
	update redating set state = 'applied', applied_at = now(), applied_by = caller_account(),
		told_to = '00000000-0000-0000-0000-000000000000' where id = p_id;
	perform redating_event(p_event, 'redating.applied', r);
	perform slots_take(50);
	perform slots_switch();
	return redating_body(p_id);
end $$;

-- Takes it back. What was not told yet is not told at all.
create function redating_undo(p_id uuid, p_event uuid)
returns text language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	r redating := redating_locked(p_id, '{applied}');
begin
	update redating set state = 'undone', undone_at = now(), undone_by = caller_account(), tell_until = r.told_to,
		told_to = '00000000-0000-0000-0000-000000000000' where id = p_id;
	perform redating_event(p_event, 'redating.undone', r);
	perform slots_take(50);
	perform slots_switch();
	return redating_body(p_id);
end $$;

-- Makes it final before its time. TD450 while its events are being written: they need both dates.
create function redating_make_final(p_id uuid, p_event uuid)
returns text language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	r redating := redating_locked(p_id, '{applied}');
begin
	if r.told_to is not null then
		raise exception 'the re-dating is still being told' using errcode = 'TD450';
	end if;
	perform redating_event(p_event, 'redating.settled', r);
	perform redating_settle(p_id);
	return redating_body(p_id);
end $$;

create function redating_drop(p_id uuid, p_event uuid)
returns text language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	r redating := redating_locked(p_id, '{preparing,ready}');
begin
	perform redating_event(p_event, 'redating.dropped', r);
	perform redating_settle(p_id);
	update redating set state = 'dropped' where id = p_id;
	return redating_body(p_id);
end $$;

-- --- afterwards ----------------------------------------------------------------------------------------------------------

-- Writes the events of the next tickets whose dates have moved, at most p_limit; the cursor goes on in the same transaction.
-- Returns how many; none means that all are told.
create function redating_tell(p_id uuid, p_worker uuid, p_limit bigint)
returns bigint language plpgsql security definer set search_path = tiepdan, pg_temp set plan_cache_mode = force_custom_plan as $$
declare
	r redating := redating_mine(p_id, p_worker, null);
	v_until uuid;
	v_told bigint;
begin
	if r.told_to is null then
		return 0;
	end if;
	v_until := (select max_ticket.ticket from (select ticket from clock_running where slot = r.slot and moved and ticket > r.told_to
		and (r.tell_until is null or ticket <= r.tell_until) order by ticket, kind limit p_limit) max_ticket order by 1 desc limit 1);
	with told as (
		select m.ticket, min(m.holder) as holder, jsonb_build_object('redating', r.id, 'earlier',
				coalesce(bool_or(m.after < m.before) filter (where m.kind = 'answer'), false),
				'clocks', jsonb_object_agg(m.kind, jsonb_build_object('due_before', instant(m.before), 'due_after', instant(m.after)))) as data
		from redating_moved(r, r.told_to, v_until) m where v_until is not null group by m.ticket)
	insert into event (id, at, ticket, type, actor_kind, department, public_vi, public_en, data, hash)
	select e.id, now(), t.ticket, 'ticket.redated', 'job', t.holder, x.vi, x.en, t.data,
		event_hash(e.id, now(), t.ticket, 'ticket.redated', 'job', null, t.holder, null, null, x.vi, x.en, t.data)
	from told t, lateral (select gen_random_uuid() as id where t.ticket is not null) e,
		(select case when r.undone_at is null then 'Thời hạn được tính lại theo lịch làm việc và quy định hiện hành'
				else 'Thời hạn được khôi phục như trước khi tính lại' end as vi,
			case when r.undone_at is null then 'The deadlines were counted again by the calendars and rules now in force'
				else 'The deadlines are back to what they were before' end as en) x;
	get diagnostics v_told = row_count;
	update redating set told_to = v_until, told = told + v_told where id = p_id;
	-- Pages that were read since the switch do not have the event yet.
	update clock_slot set generation = generation + 1 where v_until is null and role = 'current';
	return v_told + (v_until is not null)::int;
end $$;

-- A re-dating whose time to be taken back is over, or that was taken back, is final.
create function redating_expire(p_id uuid, p_worker uuid)
returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	r redating := redating_mine(p_id, p_worker, null);
begin
	if r.id is not null and r.told_to is null and r.settled_at is null and r.state in ('applied', 'undone') then
		perform redating_settle(p_id);
	end if;
end $$;

-- Throws away the dates that are kept no longer.
create function redating_empty(p_id uuid, p_worker uuid)
returns void language plpgsql security definer set search_path = tiepdan, pg_temp set lock_timeout = '30ms' as $$
declare
	r redating := redating_mine(p_id, p_worker, null);
	v_slot int;
begin
	select slot into v_slot from clock_slot where role = 'empty' for update;	-- so that none begins to fill it meanwhile
	if v_slot is not null then
		execute format('truncate clock_running_%s', v_slot);
	end if;
	update redating set emptied_at = now() where id = p_id and settled_at is not null;
end $$;

-- A page of the clocks that move, with both dates; the preview is for those who see all figures, but tickets that not all of
-- them see stay without a name.
create function redating_tickets(p_id uuid, p_after text, p_limit bigint)
returns table (item text, key text) language plpgsql stable security definer set search_path = tiepdan, pg_temp
set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
declare
	r redating;
	v_ticket uuid := coalesce(split_part(p_after, '|', 1)::uuid, '00000000-0000-0000-0000-000000000000');
	v_kind text := coalesce(split_part(p_after, '|', 2), '');
begin
	select * into r from redating where id = p_id;
	if not found or not redating_seen() then
		raise exception 'no such re-dating' using errcode = 'TD404';
	end if;
	return query
	select json_build_object('code', case when v.shown then t.code end, 'clock', n.kind,
			'department', case when v.shown then department_named(n.holder) end,
			'due_before', instant(case when r.undone_at is null then c.due_at else n.due_at end),
			'due_after', instant(case when r.undone_at is null then n.due_at else c.due_at end))::text, concat_ws('|', n.ticket, n.kind)
	from clock_running n
		join clock_running c on c.slot = 1 - r.slot and c.ticket = n.ticket and c.kind = n.kind and c.due_at <> n.due_at
		join ticket t on t.id = n.ticket,
		lateral (select ticket_nameable(t) as shown) v
	where n.slot = r.slot and n.moved and (n.ticket, n.kind) > (v_ticket, v_kind)
	order by n.ticket, n.kind limit p_limit + 1;
end $$;

alter table redating enable row level security;
create policy redating_seen on redating for select to tiepdan_app using (redating_seen());
revoke all on redating from public;
grant select on redating to tiepdan_app;
revoke execute on all functions in schema tiepdan from public;
grant execute on function redating_seen, redating_body, redating_take, redating_begin, redating_read, redating_pauses, redating_fill,
	redating_held, redating_finish, redating_tell, redating_expire, redating_empty, redating_ask, redating_apply, redating_undo, redating_make_final,
	redating_drop, redating_tickets to tiepdan_app;
