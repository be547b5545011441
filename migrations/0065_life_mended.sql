-- Gaps in what 0052 to 0058 brought: an alarm that could fire by two dates, a letter put away for one that never went, an appeal that lost
-- its clock, people who could do too much, and tickets for which nobody could do enough.
set local search_path = tiepdan, public;

-- --- alarms and letters ----------------------------------------------------------------------------------------------------

-- As in 0054, counting the dates that a clock has now and not those of a moment ago: a re-dating may have laid down another one since.
-- How many dates of a clock wait for an alarm of this level: one, or with a re-dating beside it two.
create function clock_dates(p_ticket uuid, p_kind text, p_level int) returns bigint language plpgsql
set search_path = tiepdan, pg_temp as $$
begin
	return (
		select count(*) from clock_running c join clock_slot s on s.slot = c.slot and s.role <> 'empty'
		where c.ticket = p_ticket and c.kind = p_kind and c.alarm_level = p_level and c.alarm_at < 'infinity');
end $$;
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
			and count(*) over w = h.dates and (h.fired is null or count(*) over w = clock_dates(h.ticket, h.kind, h.alarm_level)) as moves
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

-- As in 0056; a later letter that does not go itself stands for none.
create or replace function notice_replaced(n notice, p_now timestamptz) returns boolean language plpgsql stable
set search_path = tiepdan, pg_temp as $$
begin
	return n.type !~ '^(clock|part|reply\.review)' and exists (
		select from notice x where x.ticket = n.ticket and x.type = n.type and x.account is not distinct from n.account
			and (x.event_at, x.id) > (n.event_at, n.id)
			and (x.state in ('sending', 'sent') or (x.state = 'waiting' and x.next_at <= p_now and not notice_late(x, p_now))));
end $$;

-- --- the level of a ticket -----------------------------------------------------------------------------------------------

comment on column clock.round is '0: a clock that no limit counts, since the level of the ticket has none for it';

-- As in 0053, and an appeal from when it was lodged.
create or replace function clock_asked(t ticket, p_kind text) returns timestamptz language plpgsql stable
set search_path = tiepdan, pg_temp as $$
begin
	return case p_kind
		when 'accept' then (select since from holding where ticket = t.id and until is null and state_meant(t) = 'submitted')
		when 'answer' then (select case count(*) when 0 then coalesce(answer_accepted(t), t.filed_at) when 1 then max(asked_at) end
			from review where ticket = t.id)
		when 'appeal' then (select asked_at from review where ticket = t.id and level = 2) end;
end $$;
-- As in 0053, and the appeal.
create or replace function level_clocks(t ticket)
returns table (slot int, kind text, round int, unit text, amount int, extension int, calendar text, version bigint, start_at timestamptz,
	waits boolean, alarm_level int, policy bigint)
language plpgsql stable set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	v_slot int := slot_current();
	v_calendar text := department_calendar(t.holder);
begin
	return query
	select c.slot, c.kind, c.round, c.unit, c.amount, c.extension, c.calendar, c.version, c.start_at, c.waits, c.alarm_level, c.policy
	from clock_running c where c.ticket = t.id and c.kind <> 'none'
	union all
	select v_slot, k.kind, clock_round(t.id, k.kind), coalesce(e.unit, 'wd'), 0, coalesce(e.amount, 0), v_calendar,
		(select max(version) from calendar_version where calendar = v_calendar), k.asked_at, false, 1, null
	from (select kind, clock_asked(t, kind) as asked_at from unnest('{accept,answer,appeal}'::text[]) kind) k
		left join lateral (select unit, sum(amount)::int as amount from extension where ticket = t.id and k.kind = 'answer'
			and state = 'approved' and extension.asked_at >= k.asked_at group by unit order by max(extension.asked_at) desc limit 1) e on true
	where k.asked_at is not null
		and not exists (select from clock_running where slot = v_slot and ticket = t.id and clock_running.kind = k.kind);
end $$;
-- Of a clock that begins. The answer to a wish for a second look is never the first one, whether or not that was counted.
create or replace function clock_round(p_ticket uuid, p_kind text) returns int language plpgsql stable
set search_path = tiepdan, pg_temp as $$
begin
	return (
		select 1 + coalesce(max(greatest(c.round, (p_kind = 'answer' and exists (select from review where ticket = p_ticket))::int)), 0)
		from clock c where c.ticket = p_ticket and c.kind = p_kind);
end $$;
-- As in 0053; whatever has been put aside is round 0, and dates of another slot are none.
create or replace function clocks_relevel(t ticket, p_policy bigint, p_at timestamptz, p_slots bigint[], p_kinds text[],
	p_starts timestamptz[], p_waits boolean[], p_dues timestamptz[], p_alarms timestamptz[], p_versions bigint[], p_units text[],
	p_amounts bigint[], p_extensions bigint[])
returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_dated clock_dated[] := array(
		select row(i.slot, i.kind, i.start_at, i.waits, i.due_at, coalesce(i.alarm_at, 'infinity'), i.version, i.unit, i.amount,
			i.extension)::clock_dated
		from unnest(p_slots, p_kinds, p_starts, p_waits, p_dues, p_alarms, p_versions, p_units, p_amounts, p_extensions)
			i (slot, kind, start_at, waits, due_at, alarm_at, version, unit, amount, extension));
begin
	if exists (select from clock_running c join clock_slot s on s.slot = c.slot and s.role <> 'empty'
		where c.ticket = t.id and c.kind <> 'none' and not exists (
			select from unnest(v_dated) i where i.slot = c.slot and i.kind = c.kind))
		-- What no limit counted was dated for the slot of that moment.
		or exists (select from unnest(v_dated) i where i.due_at is not null and i.slot <> slot_current() and not exists (
			select from clock_running c where c.slot = i.slot and c.ticket = t.id and c.kind = i.kind)) then
		raise exception 'the clocks have changed' using errcode = 'lock_not_available';
	end if;
	with ended as (
		delete from clock_running c using unnest(v_dated) i
		where c.slot = i.slot and c.ticket = t.id and c.kind = i.kind and i.due_at is null
		returning c.*)
	insert into clock (ticket, kind, round, holder, policy, unit, amount, extension, calendar, version, start_at, due_at, latest_due,
		stop_at, outcome, days)
	select ticket, kind, case when kind in ('accept', 'answer', 'appeal') then 0 else round end, holder, policy, unit, amount, extension,
		calendar, version, start_at, due_at, latest_due, p_at, 'passed', 0
	from ended where slot = slot_current()
	on conflict on constraint clock_pk do nothing;
	update clock_running c set policy = p_policy, unit = i.unit, amount = i.amount, extension = i.extension,
			-- The server counts seconds.
			start_at = case when date_trunc('second', c.start_at) = i.start_at then c.start_at else i.start_at end,
			waits = i.waits, due_at = i.due_at, alarm_at = i.alarm_at, alarm_level = 1, version = i.version
		from unnest(v_dated) i
		where c.slot = i.slot and c.ticket = t.id and c.kind = i.kind and i.due_at is not null;
	perform clock_count(t, i) from unnest(v_dated) i
		where i.slot = slot_current() and i.kind in ('accept', 'answer', 'appeal') and i.due_at is not null;
	-- What is asked for was measured by the old limit.
	update extension set state = 'lapsed' where ticket = t.id and state = 'requested';
end $$;
-- As in 0019, by clock_round().
create or replace function clocks_move(t ticket, p_action text, p_at timestamptz, p_offers clock_offer[], p_calendar text, p_version bigint)
returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_hub boolean := (select hub from department where id = t.holder);
begin
	perform slots_hold();
	-- Late acceptance buys no time: an answer clock is counted from the acceptance only before the end of the first accept
	-- limit, and never ends later than the citizen was told.
	update clock_running c set start_at = p_at, due_at = o.due_at, alarm_at = o.alarm_at, unit = o.unit, amount = o.amount,
			calendar = p_calendar, version = p_version
		from action_clock x, unnest(p_offers) o
		where x.action = p_action and x.effect = 'begin' and c.ticket = t.id and c.kind = x.clock and c.waits and o.kind = c.kind
			and p_at <= c.start_at and o.due_at <= c.due_at;
	update clock_running c set waits = false from action_clock x
		where x.action = p_action and x.effect = 'begin' and c.ticket = t.id and c.kind = x.clock and c.waits;
	with ended as (
		delete from clock_running r using action_clock x
		where r.ticket = t.id and x.action = p_action and x.clock = r.kind and x.effect in ('stop', 'pass', 'renew')
			and holder_fits(x.holder, v_hub)
		returning r.*, x.effect)
	-- A refusal or redirection is no answer that a citizen waits for: nobody measures how long it took.
	insert into clock (ticket, kind, round, holder, policy, unit, amount, extension, calendar, version, start_at, due_at, latest_due,
		stop_at, outcome, days)
	select ticket, kind, round, holder, policy, unit, amount, extension, calendar, version, start_at, due_at, latest_due,
		p_at, case when effect <> 'stop' then 'passed' when p_at <= due_at then 'met' else 'late' end,
		case when (select reply from action where code = p_action) <> 'publish' then 0 end
	from ended where slot = slot_current();
	insert into clock_running (slot, ticket, kind, round, holder, policy, unit, amount, calendar, version, start_at, due_at,
		latest_due, first, alarm_at)
	select s.slot, t.id, o.kind, clock_round(t.id, o.kind), t.holder,
		t.policy, o.unit, o.amount, p_calendar, p_version, p_at, o.due_at, o.due_at, false, o.alarm_at
	from action_clock x join unnest(p_offers) o on o.kind = x.clock, clock_slot s
	where x.action = p_action and x.effect in ('start', 'renew') and holder_fits(x.holder, v_hub) and s.role <> 'empty'
	on conflict (slot, ticket, kind) do nothing;
end $$;

-- --- who may, and who must -------------------------------------------------------------------------------------------------

-- As in 0053, and what somebody has who is not there any more.
create or replace function claim_applies(t ticket) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return t.person is null
		or not exists (select from account where id = t.person and active and department = t.holder)
		or (t.person <> caller_account() and exists (select from move_role r
		where r.action = 'claim' and r.role = any (caller_roles()) and sight_fits(r.sight, t.sight) and r.takes_over));
end $$;
-- As in 0029, and who typed a ticket in the name of its author is kept from it like somebody who has had it: what was said and what was
-- done about it are two people's word.
create or replace function caller_barred(p_ticket uuid) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return coalesce((select reason from ticket_excluded where ticket = p_ticket and account = caller_account()),
		(select 'typed' from ticket_clerk where ticket = p_ticket and account = caller_account()));
end $$;
create or replace function move_barred(p_reason text, a action) returns boolean language sql immutable parallel safe as $$
	select p_reason is not null and (p_reason not in ('handled', 'typed') or not (a.person = 'target' or a.holder in ('target', 'hub')))
		and not (p_reason = 'typed' and a.code = 'accept')	-- which decides nothing
$$;
create or replace function caller_impartial(p_ticket uuid) returns void language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_reason text := caller_barred(p_ticket);
begin
	if v_reason in ('handled', 'typed') then
		raise exception 'the caller has had the ticket before' using errcode = 'TD443';
	elsif v_reason is not null then
		raise exception 'none of the caller''s roles may do this' using errcode = 'TD403';
	end if;
end $$;
-- Whether an action that gives a ticket away is not the caller's to take: who has had the ticket before has no say in who has it now.
create function move_meddles(t ticket, a action) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return a.holder = 'hub' and t.person is distinct from caller_account()
		and exists (select from ticket_excluded where ticket = t.id and account = caller_account());
end $$;

-- Where nobody else of a department may work on a ticket (its one officer typed it, or answered before), its head does; then somebody else
-- signs (reply_signers()).
alter table move_role add column stands_in boolean not null default false;
comment on column move_role.stands_in is
	'only as long as nobody of the department that holds the ticket may work on it otherwise: ticket_workers()';
insert into move_role (action, role, scope, stands_in) select a, 'head', 'own', true from unnest('{claim,take_up,propose}'::text[]) a;
-- Who of the department that holds a ticket may work on it.
create function ticket_workers(t ticket) returns setof uuid language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return query
	select a.id from account a
	where a.department = t.holder and a.active and not person_barred(t.id, a.id) and not denounced(t.id, a.id)
		and exists (select from account_role r join move_role m on m.role = r.role and m.action = 'claim' and not m.stands_in
			and sight_fits(m.sight, t.sight) where r.account = a.id);
end $$;
-- As in 0030 and 0053: who only stands in is given nothing.
create or replace function work_people(p_department bigint, p_now timestamptz)
returns table (account uuid, open bigint, capacity bigint, here boolean, languages text[], assigned_at timestamptz)
language plpgsql stable set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	return query
	select a.id, (select count(*) from ticket t where t.person = a.id and not t.done),
		coalesce(p.capacity, (select value from setting where name = 'work_capacity'))::bigint,
		not exists (select from absence b where b.account = a.id and b.from_at <= p_now and b.until_at > p_now),
		coalesce(p.languages, '{}'), p.assigned_at
	from account a left join work_profile p on p.account = a.id
	where a.department = p_department and a.active and exists (
		select from account_role r join move_role m on m.role = r.role and m.action = 'claim' and not m.stands_in where r.account = a.id);
end $$;
create or replace function work_taker(t ticket, p_people work_person[]) returns int language plpgsql stable
set search_path = tiepdan, pg_temp as $$
begin
	return (
		select w.place from unnest(p_people) with ordinality w (account, open, capacity, languages, assigned_at, place)
		where (w.languages = '{}' or t.language = any (w.languages))
			and exists (select from account_role r
				join move_role m on m.role = r.role and m.action = 'claim' and not m.stands_in
					and sight_fits(m.sight, t.sight)
				join sight_right s on s.role = r.role and s.sight = t.sight where r.account = w.account)
			and (not exists (select from work_skill k where k.account = w.account)
				or exists (select from work_skill k join category c on c.code = t.category
					where k.account = w.account and k.category in (c.code, c.parent)))
			and not person_barred(t.id, w.account)
		order by w.open >= w.capacity, w.open, w.assigned_at nulls first, w.account limit 1);
end $$;
-- Whether the caller may take an action only because nobody else can, and somebody else can; and nothing is given to somebody where
-- there is nobody.
create function move_spare(t ticket, p_action text) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	if p_action = 'assign' then
		return not exists (select from ticket_workers(t));
	end if;
	return exists (select from move_role where action = p_action and stands_in)
		and not exists (select from move_role where action = p_action and not stands_in and role = any (caller_roles())
			and sight_fits(sight, t.sight))
		and (case p_action when 'propose' then t.person is distinct from caller_account() else exists (select from ticket_workers(t)) end);
end $$;
-- Where all who may sign gave an answer before, somebody has to sign the next one all the same: then that keeps no head of the hub from it,
-- but having written this one does.
create function bar_of_signers(t ticket, a action) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return exists (select from move_role where action = a.code and lacking) and t.holder <> caller_department()
		and not exists (select from reply_signers(t))
		and not exists (select from account p join account_role r on r.account = p.id join move_role m on m.action = a.code and m.lacking
				and m.role = r.role and sight_fits(m.sight, t.sight)
			where p.active and not person_barred(t.id, p.id) and not denounced(t.id, p.id) and not reply_authored(t.id, p.id));
end $$;
-- As in 0053; neither who typed the ticket nor who is absent signs.
create or replace function reply_signers(t ticket) returns setof uuid language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return query
	select a.id from account a cross join lateral (select array(select role from account_role where account = a.id) as roles) x
	where a.department = t.holder and a.active and notice_sees(a.id, a.department, t.sight, t.holder)
		and exists (select from move_role where action = 'approve' and role = any (x.roles) and sight_fits(sight, t.sight))
		and not person_barred(t.id, a.id) and not denounced(t.id, a.id)
		and not exists (select from absence b where b.account = a.id and now() >= b.from_at and now() < b.until_at)
		and (not reply_authored(t.id, a.id) or signs_alone(x.roles, t.sight));
end $$;
-- As in 0053, without what is not the caller's to take, and with what nobody else can sign.
create or replace function moves_for(t ticket) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_barred text := caller_barred(t.id);
begin
	return (
		select coalesce(json_agg(m.move order by m.ord), '[]')
		from json_array_elements(moves_open(t.state, t.sight, t.holder, t.returns, caller_roles(), caller_department()))
			with ordinality m (move, ord) join action a on a.code = m.move->>'action'
		where (a.code <> 'unassign' or unassign_applies(t)) and (a.code <> 'claim' or claim_applies(t)) and not move_meddles(t, a)
			and not move_spare(t, a.code)
			and not (move_barred(v_barred, a) and not (v_barred = 'handled' and bar_of_signers(t, a)))
			and not move_left(t, a.code) and not (a.person = 'caller' and person_barred(t.id, caller_account())));
end $$;
-- As in 0053, of move_meddles() as well.
create or replace function move_refuse(t ticket, p_action text) returns void language plpgsql stable
set search_path = tiepdan, pg_temp as $$
declare
	a action;
	v_hub boolean := exists (select from department where id = t.holder and hub);
	v_rule move_role;
begin
	select * into strict a from action where code = p_action;
	perform caller_impartial(t.id) where move_barred(caller_barred(t.id), a) or move_meddles(t, a);
	for v_rule in select * from move_role r where r.action = p_action and r.role = any (caller_roles()) and sight_fits(r.sight, t.sight)
			and (r.scope = 'all' or (t.holder = caller_department() and not (r.scope = 'own_not_hub' and v_hub))) loop
		if t.returns >= v_rule.max_returns then
			raise exception 'returned % times already', t.returns using errcode = 'TD419', detail = moves_of(t)::text;
		elsif a.person = 'caller' then
			perform person_impartial(t.id, caller_account());
		elsif p_action = 'assign' and move_spare(t, p_action) then
			raise exception 'nobody of the department may have the ticket' using errcode = 'TD443';
		end if;
		if p_action = 'claim' and not claim_applies(t) then
			raise exception 'somebody works on the ticket' using errcode = 'TD409', detail = moves_of(t)::text;
		end if;
	end loop;
	raise exception 'none of the caller''s roles may %', p_action using errcode = 'TD403';
end $$;
-- As in 0053, by person_barred().
create or replace function notice_may(p_audience text, p_ticket uuid, p_sight text, p_account uuid, p_deputy boolean) returns boolean
language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	if p_audience in ('signers', 'asked') then
		return not person_barred(p_ticket, p_account)
			and not (p_audience = 'signers' and reply_authored(p_ticket, p_account))
			and not notice_kept(p_ticket, p_sight, p_account);
	end if;
	return not (p_deputy and kept_away(p_ticket, p_account)) and not notice_kept(p_ticket, p_sight, p_account);
end $$;

-- Whether anybody who is active in a department can accept tickets of this sight; `tiepdan doctor` names those where it is not so.
create function department_staffed(p_department bigint, p_sight text) returns boolean language plpgsql stable
set search_path = tiepdan, pg_temp as $$
begin
	return exists (select from account a join account_role x on x.account = a.id
			join move_role r on r.role = x.role and r.action = 'accept' and sight_fits(r.sight, p_sight)
		where a.department = p_department and a.active);
end $$;
-- As in 0057, by what the ticket shows, and the heads of the hub before its coordinators: some things only those can do.
create or replace function notice_people(p_holder bigint, p_sight text, p_person uuid, p_part uuid, p_audience text, p_now timestamptz)
returns table (account uuid, deputy boolean) language plpgsql stable set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	v_audience text := case when p_audience = 'holder' and not department_staffed(p_holder, p_sight) then 'hub' else p_audience end;
	v_department bigint := case v_audience when 'hub' then (select id from department where hub)
		when 'asked' then (select department from part where id = p_part) else p_holder end;
	v_people uuid[];
begin
	if p_audience = 'leaders' then
		v_people := array(select r.account from notice_role n join account_role r on r.role = n.role where n.audience = p_audience);
	else
		v_people := array(select id from account where department = v_department);
	end if;
	v_people := array(select p.id from (
		select a.id, a.login, dense_rank() over (order by w.turn) as place
		from account a
			cross join lateral (select case when a.id = p_person then 0 else notice_turn(a.id, v_audience, p_sight) end as turn) w
		where a.id = any (v_people) and a.active and a.email is not null and w.turn is not null
			and notice_opens(a.id, a.department, p_sight, p_holder, p_part)) p
		where p.place = 1
		order by not exists (select from account_role where account = p.id and role = 'hub_head'), p.login
		limit (select value from setting where name = 'notice_people_most'));
	return query
	select p, false from unnest(v_people) p
	union all
	select distinct d.id, true from unnest(v_people) p join account a on a.id = p
		join absence b on b.account = a.id and b.from_at <= p_now and b.until_at > p_now
		join account d on d.id = b.deputy and d.department = a.department
	where d.active and d.email is not null and d.id <> all (v_people) and notice_opens(d.id, d.department, p_sight, p_holder, p_part);
end $$;
drop function department_staffed(bigint);
revoke execute on function clock_dates, move_meddles, ticket_workers, move_spare, bar_of_signers, department_staffed from public;
