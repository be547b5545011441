-- The hub: it changes the level of a ticket; who is denounced is named at the filing and never gets it; danger to life shows the
-- numbers to call first; who is sent elsewhere reads where that is; the texts of triage have their time.
set local search_path = tiepdan, public;

-- In the order in which filing takes them: ticket, then action. Else one would wait for the other in a circle, each time anew.
lock table ticket in share row exclusive mode;

-- --- the level of a ticket -----------------------------------------------------------------------------------------------

-- The level comes from the category. Policies are chosen by it, so that another level is, for clocks that run, another limit: they
-- are dated anew from their own start, as if the ticket had been filed with it (app/ticket/plan.h). TD455: it has this level already.
alter table action drop constraint action_way,
	add constraint action_way check (way in ('move', 'question', 'extension', 'part', 'citizen', 'server', 'level'));
insert into action (code, position, event, reason, holder, person, reply, way, public_vi, public_en) values
	('relevel', 32, 'ticket.releveled', 'required', 'keep', 'keep', 'keep', 'level', 'Mức độ của phiếu được thay đổi', 'The level of the ticket was changed');
insert into move select 'relevel', code, code from state where open;
insert into move_role (action, role, scope) values ('relevel', 'coordinator', 'all'), ('relevel', 'hub_head', 'all');
-- What the policy of the old level did not have begins now; relevel_offers() says what of it.
insert into action_clock (action, clock, effect, holder) values
	('relevel', 'update', 'start', 'any'), ('relevel', 'step', 'start', 'not_hub'), ('relevel', 'route', 'start', 'hub'),
	('relevel', 'answer', 'start', 'any');

create function level_name(p_level text, p_vi boolean) returns text language sql immutable parallel safe as $$
	select case when not p_vi then p_level when p_level = 'urgent' then 'khẩn' when p_level = 'complex' then 'phức tạp' else 'bình thường' end
$$;

-- What the server needs to date the clocks of a ticket by the policy of another level: at least one row, without a kind when no clock
-- runs. The receiver is the department that the policy was chosen for at the filing. Refuses what cannot be done.
create function level_facts(p_ticket uuid, p_version bigint, p_level text)
returns table (version bigint, matter text, category text, filed_s bigint, receiver text, holder text, accepted boolean, slot bigint,
	kind text, round bigint, unit text, amount bigint, extension bigint, calendar text, calendar_version bigint, start_s bigint,
	waits boolean, pauses boolean, alarm_level bigint, profile text, receipt text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	t ticket := ticket_at_version(p_ticket, p_version);
begin
	perform move_check(t, 'relevel');
	if t.level = p_level then
		raise exception 'the level is % already', p_level using errcode = 'TD455';
	end if;
	return query
	select t.version, t.kind, t.category, floor(extract(epoch from t.filed_at))::bigint,
		(select d.code from holding h join department d on d.id = h.department where h.ticket = t.id order by h.since, h.until nulls last limit 1),
		(select d.code from department d where d.id = t.holder),
		exists (select from clock x where x.ticket = t.id and x.kind = 'accept' and x.outcome <> 'passed')
			or coalesce((select q.from_state from question q where q.ticket = t.id and q.ended_at is null), t.state) <> 'submitted',
		c.slot::bigint, c.kind, c.round::bigint, c.unit, c.amount::bigint, c.extension::bigint, c.calendar, c.version,
		floor(extract(epoch from c.start_at))::bigint, c.waits, k.pauses, c.alarm_level::bigint, p.profile, p.receipt
	from (values (1)) one (row) left join clock_running c on c.ticket = t.id and c.kind <> 'none'
		left join clock_kind k on k.code = c.kind left join policy p on p.id = c.policy;
end $$;

-- Of the clocks that the policy offers: no update before somebody has accepted, no answer where there was one.
create function relevel_offers(t ticket, p_offers clock_offer[]) returns clock_offer[] language plpgsql stable
set search_path = tiepdan, pg_temp as $$
begin
	return array(
		select o from unnest(p_offers) o
		where not (o.kind = 'update' and coalesce((select from_state from question where ticket = t.id and ended_at is null), t.state) = 'submitted')
			and not (o.kind = 'answer' and exists (select from clock where ticket = t.id and kind = 'answer')));
end $$;

-- New dates by another policy: parallel arrays, one element a row of clock_running; one without a date has no limit any more and ends
-- without a verdict. An alarm level that has fired fires again for the new date. When a slot has come between: 55P03.
create function clocks_relevel(t ticket, p_policy bigint, p_at timestamptz, p_slots bigint[], p_kinds text[], p_starts timestamptz[],
	p_waits boolean[], p_dues timestamptz[], p_alarms timestamptz[], p_versions bigint[], p_units text[], p_amounts bigint[],
	p_extensions bigint[])
returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	if exists (select from clock_running c join clock_slot s on s.slot = c.slot and s.role <> 'empty'
		where c.ticket = t.id and c.kind <> 'none' and not exists (
			select from unnest(p_slots, p_kinds) i (slot, kind) where i.slot = c.slot and i.kind = c.kind)) then
		raise exception 'the clocks have changed' using errcode = 'lock_not_available';
	end if;
	with ended as (
		delete from clock_running c using unnest(p_slots, p_kinds, p_dues) i (slot, kind, due_at)
		where c.slot = i.slot and c.ticket = t.id and c.kind = i.kind and i.due_at is null
		returning c.*)
	-- Not the answer: reports would take it for one that was given.
	insert into clock (ticket, kind, round, holder, policy, unit, amount, extension, calendar, version, start_at, due_at, latest_due,
		stop_at, outcome, days)
	select ticket, kind, round, holder, policy, unit, amount, extension, calendar, version, start_at, due_at, latest_due, p_at, 'passed', 0
	from ended where slot = slot_current() and kind <> 'answer';
	update clock_running c set policy = p_policy, unit = i.unit, amount = i.amount, extension = i.extension,
			start_at = case when date_trunc('second', c.start_at) = i.start_at then c.start_at else i.start_at end,	-- the server counts seconds
			waits = i.waits, due_at = i.due_at, alarm_at = coalesce(i.alarm_at, 'infinity'), alarm_level = 1, version = i.version
		from unnest(p_slots, p_kinds, p_starts, p_waits, p_dues, p_alarms, p_versions, p_units, p_amounts, p_extensions)
			i (slot, kind, start_at, waits, due_at, alarm_at, version, unit, amount, extension)
		where c.slot = i.slot and c.ticket = t.id and c.kind = i.kind and i.due_at is not null;
	-- What is asked for was measured by the old limit.
	update extension set state = 'lapsed' where ticket = t.id and state = 'requested';
end $$;

-- The day until which the citizen gets an answer, as far as a clock runs for it.
create function answer_due(p_ticket uuid) returns timestamptz language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select min(due_at) from clock_running where slot = slot_current() and ticket = p_ticket and kind in ('answer', 'appeal'));
end $$;
-- What the citizen reads of it.
create function relevel_said(p_from text, p_to text, p_due timestamptz, p_moved boolean, p_vi boolean) returns text language plpgsql stable
set search_path = tiepdan, pg_temp as $$
begin
	if p_vi then
		return format('từ %s thành %s; ', level_name(p_from, true), level_name(p_to, true)) || case when not p_moved then 'thời hạn không thay đổi'
			when p_due is null then 'không có hạn trả lời đang chạy'
			else 'hạn trả lời mới là ' || to_char(p_due at time zone template_zone(), 'HH24:MI "ngày" DD/MM/YYYY') end;
	end if;
	return format('from %s to %s; ', level_name(p_from, false), level_name(p_to, false)) || case when not p_moved then 'the deadlines stay as they were'
		when p_due is null then 'no deadline for an answer is running'
		else 'the answer is now due at ' || to_char(p_due at time zone template_zone(), 'YYYY-MM-DD HH24:MI') end;
end $$;

-- Gives a ticket another level, and the policy that goes with it. The arrays are the new dates of its running clocks, then the offers
-- of clocks that begin. Refusals as those of level_facts(), then TD428 no reason.
create function ticket_relevel(p_ticket uuid, p_version bigint, p_level text, p_reason text, p_policy bigint, p_at timestamptz,
	p_slots bigint[], p_kinds text[], p_starts timestamptz[], p_waits boolean[], p_dues timestamptz[], p_alarms timestamptz[],
	p_versions bigint[], p_units text[], p_amounts bigint[], p_extensions bigint[], p_offer_policies bigint[], p_offer_kinds text[],
	p_offer_dues timestamptz[], p_offer_alarms timestamptz[], p_offer_units text[], p_offer_amounts bigint[], p_calendar text,
	p_calendar_version bigint, p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	o ticket;
	t ticket;
	a action;
	v_due timestamptz;
	v_moved boolean;
begin
	perform level_facts(p_ticket, p_version, p_level);
	select * into strict o from ticket where id = p_ticket;
	select * into strict a from action where code = 'relevel';
	if nullif(p_reason, '') is null then
		raise exception 'relevel needs a reason' using errcode = 'TD428';
	end if;
	v_moved := p_policy is distinct from o.policy;
	update ticket set level = p_level, policy = p_policy, updated_at = p_at, version = version + 1 where id = o.id returning * into t;
	if v_moved then
		perform slots_hold();
		v_due := answer_due(t.id);
		perform clocks_relevel(t, p_policy, p_at, p_slots, p_kinds, p_starts, p_waits, p_dues, p_alarms, p_versions, p_units, p_amounts, p_extensions);
		perform clocks_move(t, 'relevel', p_at, relevel_offers(t, clock_offers(t.policy, p_offer_policies, p_offer_kinds, p_offer_dues,
			p_offer_alarms, p_offer_units, p_offer_amounts)), p_calendar, p_calendar_version);
		perform clocks_settle(t);
	end if;
	perform event_write(p_event, p_at, t.id, a.event, 'staff', caller_account(), t.holder, o.state, t.state,
		a.public_vi || ': ' || relevel_said(o.level, t.level, answer_due(t.id), v_moved, true),
		a.public_en || ': ' || relevel_said(o.level, t.level, answer_due(t.id), v_moved, false),
		jsonb_strip_nulls(jsonb_build_object('from_level', o.level, 'level', t.level, 'reason', p_reason,
			'from_policy', case when v_moved then o.policy end, 'due_before', instant(v_due),
			'due_after', case when v_moved then instant(answer_due(t.id)) end)));
	select m.body, m.etag into body, etag from ticket_moved(t) m;
end $$;

-- As in 0019. A replay tells what was told at the filing, so by the policy that the ticket had then.
create or replace function filed_body_of(p_ticket uuid) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select filed_body(t.code, t.kind, k.emergency_numbers,
			(select department_named(e.department) from event e where e.ticket = t.id and e.at = t.filed_at and e.type = 'ticket.filed'), t.route,
			(select string_agg(deadline_told(c.kind, c.latest_due, p.answer_from_acceptance and p.accept_unit <> 'none'
						and c.kind = 'answer', p.profile, p.citation_vi,
					p.citation_en), ',' order by x.position)
				from clock_all c join clock_kind x on x.code = c.kind and x.told
				where c.ticket = t.id and c.round = 1 and exists (
					select from action_clock a where a.action = 'file' and a.clock = c.kind)),
			promise_told(t.promise_days, t.promise_of), t.filed_at)
		from ticket t join kind k on k.code = t.kind
			left join lateral (select data->>'from_policy' as policy from event where ticket = t.id and at >= t.filed_at
				and type = 'ticket.releveled' and data ? 'from_policy' order by at, id limit 1) r on true
			left join policy p on p.id = coalesce(r.policy::bigint, t.policy)
		where t.id = p_ticket);
end $$;

insert into notice_rule (type, audience, merged) values ('ticket.releveled', 'citizen', true), ('ticket.releveled', 'holder', false);
select letter_add('ticket.releveled', 'citizen', true, 'Mức độ phiếu của Ông/Bà được thay đổi', '{{what}}.',
	'The level of your ticket was changed', '{{what}}.');
select letter_add('ticket.releveled', 'staff', false, 'Mức độ phiếu được thay đổi',
	'Trung tâm điều phối đã thay đổi mức độ của phiếu lúc {{at}}, thời hạn được tính lại theo mức độ mới. Đề nghị xem lý do và thời hạn khi tra cứu phiếu.',
	'The level of a ticket was changed',
	'The hub changed the level of the ticket at {{at}}; the deadlines were counted again by it. Please read the reason and the dates.');
