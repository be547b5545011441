-- A re-dating writes its portions beside everybody else, several at once (see 0023). Only to make a portion valid it takes the lock
-- of the slots, for the moment that it takes to see that nothing has changed since its clocks were read:
--   read -> dated by the server -> redating_lay(), which holds nobody up -> redating_seal(), alone.
-- Clocks laid down are changed by others like all others; that a change came between is seen by the version of the row it was made
-- from. A portion of which anything has changed is read again and filled by redating_fill(), ticket by ticket.
set local search_path = tiepdan, public;

-- What the rows of a portion are, told by their versions: their number and the sum of a hash of each, which is small enough for
-- the sum of a portion.
create function redating_mark(r redating, p_after uuid, p_until uuid, out clocks bigint, out mark bigint)
language plpgsql stable set search_path = tiepdan, pg_temp set plan_cache_mode = force_custom_plan as $$
begin
	select count(*), coalesce(sum(hashint8extended(c.xmin::text::bigint, hashtid(c.ctid)) >> 16), 0) into clocks, mark
	from clock_running c where c.slot = 1 - r.slot and c.ticket > p_after and c.ticket <= p_until;
end $$;

-- As in 0023; each clock of the portion is looked up in the other slot, whatever the statistics say of one that is being filled.
create or replace function redating_undone(p_slot int, p_after uuid, p_until uuid) returns setof uuid
language plpgsql stable set search_path = tiepdan, pg_temp set plan_cache_mode = force_custom_plan as $$
begin
	return query
	select distinct c.ticket
	from clock_running c
		left join lateral (select true as there, version, calendar from clock_running
			where slot = 1 - p_slot and ticket = c.ticket and kind = c.kind offset 0) n on true
		left join (select calendar, max(version) as version from calendar_version group by calendar) v on v.calendar = n.calendar
	where c.slot = p_slot and c.ticket > p_after and c.ticket <= p_until and (n.there is null or n.version <> v.version);
end $$;

-- As in 0023, up to a given ticket: a portion that has changed is read again.
create function redating_read(p_id uuid, p_after uuid, p_until uuid, p_limit bigint)
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
	where c.slot = 1 - r.slot and c.ticket > p_after and c.ticket <= p_until
	order by c.ticket, c.kind limit p_limit;
end $$;

-- As in 0032, of the tickets that this reads.
create function redating_pauses(p_id uuid, p_after uuid, p_until uuid, p_limit bigint)
returns table (ticket uuid, from_s bigint, until_s bigint, ended boolean)
language plpgsql stable security definer set search_path = tiepdan, pg_temp set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
declare
	r redating;
	v_until uuid;
begin
	select * into r from redating where id = p_id;
	v_until := coalesce((select ticket from clock_running where slot = 1 - r.slot and ticket > p_after and ticket <= p_until
		order by ticket, kind offset p_limit - 1 limit 1), p_until);
	return query
	select q.ticket, floor(extract(epoch from q.asked_at))::bigint, floor(extract(epoch from case when q.ended = 'dropped' and exists (
			select from ticket_merge m where m.ticket = q.ticket and m.question = q.id and m.ended_at is null) then q.until_at
			else coalesce(q.ended_at, q.until_at) end))::bigint, q.ended_at is not null
	from question q where q.ticket > p_after and q.ticket <= v_until order by q.ticket, q.asked_at;
end $$;

-- As in 0032; where somebody has begun a clock in the slot meanwhile that one stays: its ticket has changed.
create or replace function redating_copy(r redating, p_after uuid, p_until uuid, p_tickets uuid[], p_tids text[], p_xids bigint[],
	p_starts timestamptz[], p_dues timestamptz[], p_alarms timestamptz[], p_units text[], p_amounts bigint[], p_firsts boolean[])
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
		from (select unnest($2::tid[]) as tid, unnest($3) as xid, unnest($4) as start_at, unnest($5) as due_at, unnest($6) as alarm_at,
				unnest($7) as unit, unnest($8) as amount, unnest($9) as first) i
			join clock_running_%2$s c on c.ctid = i.tid and c.xmin::text::bigint = i.xid
			left join (select calendar, max(version) as version from calendar_version group by calendar) v on v.calendar = c.calendar
		where c.ticket > $10 and c.ticket <= $11 and ($12 is null or c.ticket = any ($12))
		on conflict do nothing
		$sql$, r.slot, 1 - r.slot)
		using r.slot, p_tids, p_xids, p_starts, p_dues, p_alarms, p_units, p_amounts, p_firsts, p_after, p_until, p_tickets;
	get diagnostics v_copied = row_count;
	return v_copied;
end $$;

-- Lays down the new dates of clocks that were read: all of p_after < ticket <= p_until, one element of the arrays a clock. What
-- lies there already was laid by a worker that came no further. Returns the mark of the rows it was made from; NULL: some of
-- them have changed since, or there is nothing to do for this worker. The re-dating is kept from being dropped meanwhile, and a
-- change in progress is not waited for long: it might wait for this portion itself.
create function redating_lay(p_id uuid, p_worker uuid, p_after uuid, p_until uuid, p_tids text[], p_xids bigint[],
	p_starts timestamptz[], p_dues timestamptz[], p_alarms timestamptz[], p_units text[], p_amounts bigint[], p_firsts boolean[])
returns bigint language plpgsql security definer set search_path = tiepdan, pg_temp set lock_timeout = '30ms' as $$
declare
	r redating;
	v record;
begin
	select * into r from redating where id = p_id and worker = p_worker and state = 'preparing' and slot is not null for key share;
	if not found then
		return null;
	end if;
	perform set_config('synchronous_commit', 'off', true);
	select * into v from redating_mark(r, p_after, p_until);
	delete from clock_running where slot = r.slot and ticket > p_after and ticket <= p_until;
	return case when redating_copy(r, p_after, p_until, null, p_tids, p_xids, p_starts, p_dues, p_alarms, p_units, p_amounts, p_firsts)
		= v.clocks then v.mark end;
end $$;

-- Makes a portion valid that was laid down by these rows. Returns how many of its tickets have changed since and have to be read
-- again; -1 when there is nothing more to do for this worker, as redating_fill(). Nobody is changing clocks now: whatever was
-- changed before can be seen, and whoever comes after finds both dates.
create function redating_seal(p_id uuid, p_worker uuid, p_after uuid, p_until uuid, p_tids text[], p_xids bigint[], p_mark bigint,
	p_questions bigint, p_ended bigint)
returns bigint language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	r redating := redating_mine(p_id, p_worker, 'preparing');
	v record;
	v_same boolean;
	v_left bigint := 0;
begin
	if r.slot is null then
		return -1;
	end if;
	perform set_config('synchronous_commit', 'off', true);
	perform slots_take(50);
	if r.reference <> (select version from reference_version) then
		update redating set slot = null where id = p_id;
		return -1;
	end if;
	v_same := (select count(*) = p_questions and count(ended_at) = p_ended from question where ticket > p_after and ticket <= p_until);
	select * into v from redating_mark(r, p_after, p_until);
	if not v_same or v.mark is distinct from p_mark then
		delete from clock_running where slot = r.slot and ticket > p_after and ticket <= p_until
			and ticket not in (select redating_unchanged(r, p_after, p_until, p_tids, p_xids, v_same));
		v_left := (select count(*) from redating_undone(1 - r.slot, p_after, p_until));
	end if;
	if v_left = 0 then
		update redating set filled_to = p_until, done = done + v.clocks where id = p_id;
	end if;
	return v_left;
end $$;

comment on column redating.held_ms is 'how long redating_fill() kept others waiting the last time';
comment on function redating_held is 'for servers of before; no longer asked';

revoke execute on function redating_mark, redating_read(uuid, uuid, uuid, bigint), redating_pauses(uuid, uuid, uuid, bigint), redating_lay, redating_seal from public;
grant execute on function redating_read(uuid, uuid, uuid, bigint), redating_pauses(uuid, uuid, uuid, bigint), redating_lay, redating_seal to tiepdan_app;
