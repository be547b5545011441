-- Alarms: a running clock says when which level of its ladder fires next (clock_running.alarm_at, alarm_level). The job worker
-- reads the clocks whose instant has come (alarms_due), computes when each of them fires next, and lets them fire
-- (alarms_fire). An alarm that has fired is a row here and an event; whom the event is told to is up to the notices.
--
-- The ladder and the policies are data: after an import the instants that clocks have already stay until they come, or
-- until the clocks are dated anew. Only the ladder of that moment counts then: a level that lies later by now waits, one that is
-- gone is passed over.
set local search_path = tiepdan, public;

create table alarm (
	ticket   uuid not null,
	kind     text not null,
	round    int not null,
	level    int not null,
	due_at   timestamptz not null,
	fired_at timestamptz not null,
	event    uuid not null,
	constraint alarm_pk primary key (ticket, kind, round, level),
	constraint alarm_ticket_fk foreign key (ticket) references ticket,
	constraint alarm_kind_fk foreign key (kind) references clock_kind,
	constraint alarm_level check (level between 1 and 9)
);
create index alarm_of_ticket on alarm (ticket, fired_at, event);
comment on table alarm is 'The alarms that have fired: each level of each clock once, whatever was restarted.';
comment on column alarm.due_at is 'of the clock when it fired; dates may have changed since';
comment on column alarm.event is 'with fired_at the key of its event';
comment on column clock_running.alarm_level is 'the lowest level that has not fired';
comment on column clock_running.alarm_at is 'when the next level fires, that is the first one of the ladder from alarm_level on';

create type alarm_fact as (place bigint, slot bigint, ticket uuid, kind text, round bigint, level bigint, alarm_ms bigint, unit text,
	calendar text, profile text, start_s bigint, due_s bigint, from_s bigint, until_s bigint);
-- The clocks whose alarm has come, the one that waits longest first, with what the instants of a ladder are made of. The
-- current dates of a clock come first, then those in other slots that have to move on with them. A clock has one row for
-- each pause, or one without.
create function alarms_due(p_now timestamptz, p_limit bigint)
returns setof alarm_fact language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
declare
	v_slot int := slot_current();
begin
	return query
	with due as materialized (
		select c.ticket, c.kind, c.alarm_level, row_number() over (order by c.alarm_at) as place
		from (select r.* from clock_running r where r.slot = v_slot and r.alarm_at < p_now and r.alarm_at < 'infinity'
			order by r.alarm_at limit p_limit) c)
	select d.place, c.slot::bigint, c.ticket, c.kind, c.round::bigint, c.alarm_level::bigint,
		floor(extract(epoch from c.alarm_at) * 1000)::bigint, c.unit, c.calendar, p.profile, floor(extract(epoch from c.start_at))::bigint,
		floor(extract(epoch from c.due_at))::bigint, floor(extract(epoch from q.asked_at))::bigint,
		floor(extract(epoch from coalesce(q.ended_at, q.until_at)))::bigint
	from due d join clock_slot s on s.role <> 'empty'
		join clock_running c on c.slot = s.slot and c.ticket = d.ticket and c.kind = d.kind and c.alarm_level = d.alarm_level
			and c.alarm_at < 'infinity'
		join clock_kind k on k.code = c.kind join policy p on p.id = c.policy
		left join question q on q.ticket = c.ticket and k.pauses
	order by d.place, c.slot <> v_slot, q.asked_at;
end $$;

-- Lets alarms fire: parallel arrays, one element a row that alarms_due() showed. Those of which somebody has changed or holds the
-- clock since are left alone: whoever paused, extended, ended, dated or fired it has planned the next alarm. Only current
-- dates fire, the others of the clock move on with them. One that does not fire is only planned anew. A warning whose clock
-- is overdue by now is passed over: the breach says more. Returns how many clocks moved on, and how many alarms fired.
create function alarms_fire(p_slots bigint[], p_tickets uuid[], p_kinds text[], p_rounds bigint[], p_levels bigint[],
	p_alarms timestamptz[], p_fires boolean[], p_nexts timestamptz[], p_events uuid[], p_now timestamptz,
	out moved bigint, out fired bigint)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	v_slot int;
begin
	perform slots_hold();
	v_slot := slot_current();
	with held as materialized (
		select c.slot, c.ticket, c.kind, c.round, c.holder, c.policy, c.due_at, c.alarm_at, c.alarm_level, i.fires, i.next_at, i.event
		from unnest(p_slots, p_tickets, p_kinds, p_rounds, p_levels, p_alarms, p_fires, p_nexts, p_events)
				i (slot, ticket, kind, round, level, alarm_at, fires, next_at, event)
			join clock_running c on c.slot = i.slot and c.ticket = i.ticket and c.kind = i.kind and c.round = i.round
				and c.alarm_level = i.level and date_trunc('milliseconds', c.alarm_at) = i.alarm_at
		order by c.ticket, c.kind, c.slot for update of c skip locked),
	step as materialized (
		select h.*, l.level, l.event as type, l.audiences, bool_or(h.slot = v_slot and h.alarm_at < p_now)
			over (partition by h.ticket, h.kind) as moves
		from held h join policy p on p.id = h.policy
			left join lateral (select * from alarm_level a where a.level >= h.alarm_level and a.profile is not distinct from (
				select max(x.profile) from alarm_level x where x.profile = p.profile) order by a.level limit 1) l on true),
	fresh as (
		insert into alarm (ticket, kind, round, level, due_at, fired_at, event)
		select ticket, kind, round, level, due_at, p_now, event from step
		where slot = v_slot and moves and fires and level is not null
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
				alarm_level = case when s.fires and s.level is not null then s.level + 1 else c.alarm_level end
		from step s where s.moves and c.slot = s.slot and c.ticket = s.ticket and c.kind = s.kind)
	select (select count(*) from step where slot = v_slot and moves), (select count(*) from fresh) into moved, fired;
end $$;

alter table alarm enable row level security;
create policy alarm_seen on alarm for select to tiepdan_app using (exists (select from ticket t where t.id = alarm.ticket));
revoke all on alarm from public;
revoke execute on function alarms_due, alarms_fire from public;
grant select on alarm to tiepdan_app;
grant execute on function alarms_due, alarms_fire to tiepdan_app;

-- Clocks that run already are planned when the job worker first comes by. Those that are overdue stay silent: the upgrade
-- does not tell everybody at once what the reports show anyway.
update clock_running set alarm_at = now() where kind <> 'none' and due_at > now();
