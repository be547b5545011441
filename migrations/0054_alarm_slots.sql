-- An alarm fires once, whatever its clock is due at: a re-dating has another date of it in the other slot (0023), and both move on to the
-- next level together or not at all. Since 0051 the key of `alarm` would let the other date fire the same level again.
set local search_path = tiepdan, public;

-- As in 0040, but a clock of which one date is held by somebody else is left alone: its alarm fires in the next turn.
create or replace function alarms_fire(p_slots bigint[], p_tickets uuid[], p_kinds text[], p_rounds bigint[], p_levels bigint[],
	p_alarms timestamptz[], p_ladders text[], p_fired bigint[], p_nexts timestamptz[], p_events uuid[], p_now timestamptz,
	out moved bigint, out fired bigint)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	v_slot int;
begin
	perform slots_hold();
	v_slot := slot_current();
	with held as materialized (
		select c.slot, c.ticket, c.kind, c.round, c.holder, c.due_at, c.alarm_at, c.alarm_level, i.ladder, i.fired, i.next_at, i.event, i.dates
		from (select *, count(*) over (partition by ticket, kind) as dates
				from unnest(p_slots, p_tickets, p_kinds, p_rounds, p_levels, p_alarms, p_ladders, p_fired, p_nexts, p_events)
					x (slot, ticket, kind, round, level, alarm_at, ladder, fired, next_at, event)) i
			join clock_running c on c.slot = i.slot and c.ticket = i.ticket and c.kind = i.kind and c.round = i.round
				and c.alarm_level = i.level and date_trunc('milliseconds', c.alarm_at) = i.alarm_at
		order by c.ticket, c.kind, c.slot for update of c skip locked),
	step as materialized (
		select h.*, l.level, l.event as type, l.audiences, bool_or(h.slot = v_slot and h.alarm_at < p_now) over w
			and count(*) over w = h.dates as moves
		from held h left join alarm_level l on l.level = h.fired and l.profile is not distinct from nullif(h.ladder, '')
		window w as (partition by h.ticket, h.kind)),
	fresh as (
		insert into alarm (ticket, kind, round, level, due_at, fired_at, event)
		select ticket, kind, round, level, due_at, p_now, event from step
		where slot = v_slot and moves and level is not null
			and not (type = 'clock.warning' and alarm_at < due_at and due_at < p_now)
		order by ticket, kind
		on conflict on constraint alarm_pk do nothing
		returning event),
	told as (
		insert into event (id, at, ticket, type, actor_kind, department, data, hash)
		select s.event, p_now, s.ticket, s.type, 'job', s.holder, x.data,
			event_hash(s.event, p_now, s.ticket, s.type, 'job', null, s.holder, null, null, null, null, x.data)
		from fresh f join step s on s.event = f.event join ticket t on t.id = s.ticket,
			lateral (select jsonb_build_object('clock', s.kind, 'round', s.round, 'level', s.level, 'due_at', instant(s.due_at),
				'audiences', s.audiences, 'urgent', t.level = 'urgent' or t.kind = 'emergency') as data) x),
	planned as (
		update clock_running c set alarm_at = coalesce(s.next_at, 'infinity'),
				alarm_level = coalesce(s.fired + 1, c.alarm_level)
		from step s where s.moves and c.slot = s.slot and c.ticket = s.ticket and c.kind = s.kind)
	select (select count(*) from step where slot = v_slot and moves), (select count(*) from fresh) into moved, fired;
end $$;

-- Servers that have called these serve no more (0052).
drop function alarms_fire(bigint[], uuid[], text[], bigint[], bigint[], timestamptz[], boolean[], timestamptz[], uuid[], timestamptz);
drop function ticket_list(text[], text, text, text, text, text, text, boolean, text, timestamptz, timestamptz, text, bigint);
