-- A million clocks re-dated in seconds (see 0023; redating_copy() follows with 0032): the slots are compared by a sum instead of a
-- join, what moves is counted in one pass, and events are written at a rate that does not fall with the number of clocks. A
-- preparation that cannot begin says since when it waits.
set local search_path = tiepdan, public;

alter table redating add column waiting_since timestamptz;
comment on column redating.waiting_since is 'the slot is in use by somebody, who has to let go of it before it can be filled';

-- Begins, or begins anew, by the reference data of this version: the slot is emptied and from now on written to by
-- everybody. False when that is not the version of the database, or the re-dating is not this worker's; NULL when somebody
-- uses the slot (a long report, perhaps), to be tried again.
create or replace function redating_begin(p_id uuid, p_worker uuid, p_reference text)
returns boolean language plpgsql security definer set search_path = tiepdan, pg_temp set lock_timeout = '30ms' as $$
declare
	r redating := redating_mine(p_id, p_worker, 'preparing');
	v_from int := slot_current();
	v_total bigint := r.total;
begin
	if r.id is null or not exists (select from reference_version where version::text = p_reference) then
		return false;
	end if;
	perform set_config('synchronous_commit', 'off', true);
	if r.waiting_since is null then
		v_total := (select count(*) from clock_running where slot = v_from);
	end if;
	begin
		perform slots_take(1);
		execute format('truncate clock_running_%s', 1 - v_from);
		update clock_slot set role = 'next' where slot <> v_from;
	exception when lock_not_available then
		update redating set waiting_since = coalesce(waiting_since, clock_timestamp()), total = v_total where id = p_id;
		return null;
	end;
	update redating set slot = 1 - v_from, reference = p_reference::bigint, filled_to = '00000000-0000-0000-0000-000000000000',
		fill_until = (select ticket from clock_running where slot = v_from order by ticket desc limit 1), done = 0, total = v_total,
		repairs = 0, waiting_since = null where id = p_id;
	return true;
end $$;


-- Whether both slots of a re-dating have the same clocks, all dated by the newest calendars. Equal numbers and equal sums of
-- the hashes of their keys: two readings instead of a join, and one instant for both. False: see redating_compare().
create function redating_same(r redating) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select n.clocks = c.clocks and n.keys is not distinct from c.keys and n.old = 0
		from (
			select count(*) as clocks, sum(uuid_hash_extended(ticket, hashtextextended(kind collate "C", 0))) as keys,
				count(*) filter (where x.version <> v.version) as old
			from clock_running x left join (select calendar, max(version) as version from calendar_version group by calendar) v
				on v.calendar = x.calendar
			where slot = r.slot) n, (
			select count(*) as clocks, sum(uuid_hash_extended(ticket, hashtextextended(kind collate "C", 0))) as keys
			from clock_running where slot = 1 - r.slot) c);
end $$;

-- As in 0023, and the other date is looked up clock by clock: a range of ids is so small a part of all clocks that an estimate
-- says "none", and a plan by that compares each clock of the range with each.
create or replace function redating_moved(r redating, p_after uuid, p_until uuid)
returns table (ticket uuid, kind text, holder bigint, before timestamptz, after timestamptz) language plpgsql stable
set search_path = tiepdan, pg_temp set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
begin
	return query
	select n.ticket, n.kind, n.holder, case when r.undone_at is null then c.due_at else n.due_at end,
		case when r.undone_at is null then n.due_at else c.due_at end
	from clock_running n,
		lateral (select due_at from clock_running where slot = 1 - r.slot and ticket = n.ticket and kind = n.kind offset 0) c
	where n.slot = r.slot and n.moved and n.ticket > p_after and n.ticket <= p_until and c.due_at <> n.due_at;
end $$;

-- What the preview tells. A ticket moves later when some of its clocks do and none moves earlier; it enters or leaves breach
-- when a clock does. Tickets and kinds are counted in one pass over the clocks, both slots read in the order of their keys:
-- that takes half of what a table of hashes does, and no memory.
create or replace function redating_counts(r redating, p_now timestamptz) returns jsonb language plpgsql stable
set search_path = tiepdan, pg_temp set plan_cache_mode = force_custom_plan set enable_hashjoin = off set jit = off as $$
begin
	return (
		with counted as materialized (
			select c.ticket, c.kind, min(c.holder) as holder, count(*) as clocks, bool_and(n.due_at > c.due_at) as later,
				bool_or(c.due_at >= p_now and n.due_at < p_now) as enters, bool_or(c.due_at < p_now and n.due_at >= p_now) as leaves,
				count(*) filter (where n.due_at > c.due_at) as later_clocks
			from clock_running n join clock_running c on c.slot = 1 - r.slot and c.ticket = n.ticket and c.kind = n.kind and c.due_at <> n.due_at
			where n.slot = r.slot and n.moved
			group by grouping sets ((c.ticket), (c.kind))),
		holder as materialized (
			select holder, count(*) as moved, sum(clocks) as clocks, count(*) filter (where later) as later, count(*) filter (where not later) as earlier,
				count(*) filter (where enters) as enters, count(*) filter (where leaves) as leaves
			from counted where ticket is not null group by holder),
		running as (
			select count(*) filter (where first) as tickets, count(*) filter (where kind <> 'none') as clocks
			from clock_running where slot = 1 - r.slot)
		select jsonb_build_object('tickets', min(a.tickets), 'clocks', min(a.clocks), 'moved', coalesce(sum(h.moved), 0),
			'moved_clocks', coalesce(sum(h.clocks), 0), 'later', coalesce(sum(h.later), 0), 'earlier', coalesce(sum(h.earlier), 0),
			'enter_breach', coalesce(sum(h.enters), 0), 'leave_breach', coalesce(sum(h.leaves), 0),
			'kinds', (select coalesce(jsonb_agg(jsonb_build_object('kind', k.code, 'name_vi', k.name_vi, 'name_en', k.name_en,
					'moved', c.clocks, 'later', c.later_clocks, 'earlier', c.clocks - c.later_clocks) order by k.position), '[]')
				from counted c join clock_kind k on k.code = c.kind),
			'departments', (select coalesce(jsonb_agg(jsonb_build_object('department', named(d.code, d.name_vi, d.name_en),
					'moved', t.moved, 'later', t.later, 'earlier', t.earlier, 'enter_breach', t.enters, 'leave_breach', t.leaves)
					order by t.moved desc, d.code), '[]')
				from (select * from holder order by moved desc, holder limit 20) t join department d on d.id = t.holder))
		from running a left join holder h on true);
end $$;

-- When every portion is complete, first: the worker keeps the re-dating for as long as counting may take. False: it is not its own
-- any more.
create function redating_examine(p_id uuid, p_worker uuid) returns boolean language plpgsql security definer
set search_path = tiepdan, pg_temp as $$
declare
	r redating := redating_mine(p_id, p_worker, 'preparing');
begin
	if r.slot is null then
		return false;
	end if;
	update redating set leased_until = clock_timestamp() + interval '60 s' where id = p_id;
	execute format('analyze clock_running_%s', r.slot);
	return true;
end $$;
-- Then compares the slots and counts. True: it is ready or has failed; false: there are clocks to do again, from the first ticket
-- on. That takes seconds, without the lock of the slots, and it writes nothing before it has counted: whoever follows the feed
-- waits for every transaction that has written something, letters and the alarm of danger to life among them.
create or replace function redating_finish(p_id uuid, p_worker uuid)
returns boolean language plpgsql security definer set search_path = tiepdan, pg_temp set work_mem = '64MB' as $$
declare
	r redating;
	v_current boolean;
	v_counts jsonb;
	v record;
begin
	select * into r from redating where id = p_id and worker = p_worker and state = 'preparing';
	v_current := r.slot is not null and r.reference = (select version from reference_version);
	if v_current and redating_same(r) then
		v_counts := redating_counts(r, now());
	elsif v_current then
		select * into v from redating_compare(r);
	end if;
	r := redating_mine(p_id, p_worker, 'preparing');
	if r.slot is null then
		return true;
	elsif not v_current or r.reference <> (select version from reference_version) then
		update redating set slot = null where id = p_id;
		return true;
	elsif v_counts is not null then
		update redating set state = 'ready', ready_at = now(), counts = v_counts, worker = null where id = p_id;
		return true;
	elsif v.superfluous = 0 and r.repairs < 5 then
		update redating set filled_to = '00000000-0000-0000-0000-000000000000', done = 0, repairs = r.repairs + 1 where id = p_id;
		return false;
	end if;
	raise warning 're-dating %: % clocks undone, % superfluous', p_id, v.undone, v.superfluous;
	perform redating_settle(p_id);
	update redating set state = 'failed' where id = p_id;
	return true;
end $$;

-- What a change answers with.
create or replace function redating_body(p_id uuid) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select json_build_object('id', r.id, 'state', r.state, 'reason', r.reason, 'policies', r.policies, 'asked_at', instant(r.asked_at),
			'asked_by', person_named(r.asked_by), 'waiting_since', case when r.state = 'preparing' then instant(r.waiting_since) end,
			'done', r.done, 'total', r.total, 'counts', r.counts,
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

revoke execute on function redating_same, redating_examine from public;
grant execute on function redating_examine to tiepdan_app;
