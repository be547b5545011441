-- Dates are laid down by plain insertions (see 0045). Asking for each row whether one is there already, and taking it back if so, was
-- a quarter of what laying costs; it happens only when a clock has stopped and begun anew within the moment of laying.
set local search_path = tiepdan, public;

-- As in 0045. 23505: somebody has begun a clock in the slot meanwhile; its ticket has changed, and the portion is laid down again.
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
		$sql$, r.slot, 1 - r.slot)
		using r.slot, p_tids, p_xids, p_starts, p_dues, p_alarms, p_units, p_amounts, p_firsts, p_after, p_until, p_tickets;
	get diagnostics v_copied = row_count;
	return v_copied;
end $$;
