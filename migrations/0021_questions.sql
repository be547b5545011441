-- Questions to the citizen, which stop the clocks, and extensions, which lengthen one. Both need the dates of running clocks
-- anew, and only the server computes dates: it reads the clocks with clock_facts(), and brings the new dates with the change.
-- The version of the ticket, named in both, sees to it that nothing has changed in between.
set local search_path = tiepdan, public;

-- Whether an action that the table allows has something to act on.
create function move_applies(t ticket, p_action text) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return case p_action
		when 'ask' then (select count(*) from question where ticket = t.id)
			< (select questions from policy where id = t.policy)
		when 'request_extension' then exists (select from clock_running where slot = slot_current() and ticket = t.id
				and kind = 'answer' and not waits)
			and not exists (select from extension where ticket = t.id and state = 'requested')
			and (select count(*) from extension where ticket = t.id and state = 'approved')
				< (select extensions from policy where id = t.policy)
			and (select count(*) from extension where ticket = t.id)
				< (select value from setting where name = 'extension_requests_most')
		when 'approve_extension' then exists (select from extension where ticket = t.id and state = 'requested')
		when 'refuse_extension' then exists (select from extension where ticket = t.id and state = 'requested')
		else true end;
end $$;
create function moves_for(t ticket) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return moves_open(t.state, t.sight, t.holder, t.returns, caller_roles(), caller_department());
end $$;
-- Who has the row may know its moves: so the tables are looked into without row security, which costs more than they do.
create or replace function moves_of(t ticket) returns json language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
begin
	return (
		select coalesce(json_agg(m.move order by m.ord), '[]')
		from json_array_elements(moves_for(t)) with ordinality m (move, ord)
		where m.move->>'action' not in ('ask', 'request_extension', 'approve_extension', 'refuse_extension')
			or coalesce(move_applies(t, m.move->>'action'), false));
end $$;

-- Refuses an action that is not open to the caller, with the code that fits.
create or replace function move_check(t ticket, p_action text) returns void language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_hub boolean := exists (select from department where id = t.holder and hub);
begin
	if not exists (select from move where action = p_action and from_state = t.state) then
		raise exception '% is not possible in state %', p_action, t.state using errcode = 'TD409', detail = moves_of(t)::text;
	end if;
	if moves_for(t)::jsonb @> jsonb_build_array(jsonb_build_object('action', p_action)) then
		return;
	end if;
	if exists (select from move_role r where r.action = p_action and r.role = any (caller_roles())
		and (r.sight is null or r.sight = t.sight) and t.returns >= r.max_returns
		and (r.scope = 'all' or (t.holder = caller_department() and not (r.scope = 'own_not_hub' and v_hub)))) then
		raise exception 'returned % times already', t.returns using errcode = 'TD419', detail = moves_of(t)::text;
	end if;
	raise exception 'none of the caller''s roles may %', p_action using errcode = 'TD403';
end $$;

create type clock_fact as (ticket uuid, version bigint, slot bigint, kind text, round bigint, unit text, amount bigint,
	extension bigint, calendar text, start_s bigint, waits boolean, alarm_level bigint, profile text, receipt text,
	question_unit text, question_amount bigint, requested bigint);
-- The running clocks that a pause stops, in all slots, with what their dates are made of; at least one row, without a kind
-- when there is no such clock. Instants in seconds since 1970.
create function clocks_with_terms(p_ticket uuid)
returns setof clock_fact
language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return query
	select t.id, t.version, c.slot::bigint, c.kind, c.round::bigint, c.unit, c.amount::bigint, c.extension::bigint, c.calendar,
		floor(extract(epoch from c.start_at))::bigint, c.waits, c.alarm_level::bigint, p.profile, p.receipt, p.question_unit,
		p.question_amount::bigint, (select e.amount from extension e where e.ticket = t.id and e.state = 'requested')::bigint
	from ticket t left join policy p on p.id = t.policy
		left join clock_running c on c.ticket = t.id and exists (select from clock_kind k where k.code = c.kind and k.pauses)
	where t.id = p_ticket;
end $$;
create function pauses_of(p_ticket uuid) returns table (from_s bigint, until_s bigint) language plpgsql stable
set search_path = tiepdan, pg_temp as $$
begin
	return query
	select floor(extract(epoch from q.asked_at))::bigint, floor(extract(epoch from coalesce(q.ended_at, q.until_at)))::bigint
	from question q where q.ticket = p_ticket order by q.asked_at;
end $$;

-- Refuses a question or an extension that the policy does not allow. TD434, TD435, TD436: see problems.def.
create function move_has_room(t ticket, p_action text, p_at timestamptz) returns void language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_due timestamptz := (select due_at from clock_running where slot = slot_current() and ticket = t.id and kind = 'answer');
begin
	if p_action in ('approve_extension', 'refuse_extension') and not exists (
		select from extension where ticket = t.id and state = 'requested') then
		raise exception 'no extension was requested' using errcode = 'TD437';
	elsif p_action in ('approve_extension', 'refuse_extension') and exists (
		select from extension where ticket = t.id and state = 'requested' and asked_by = caller_account()) then
		raise exception 'nobody decides on a request of their own' using errcode = 'TD438';
	elsif p_action in ('request_extension', 'approve_extension') and p_at > v_due then
		raise exception 'the answer was due at %', v_due using errcode = 'TD436';
	elsif not coalesce(move_applies(t, p_action), false) then
		raise exception 'the policy has no room for %', p_action
			using errcode = case p_action when 'ask' then 'TD434' else 'TD435' end;
	end if;
end $$;

-- What the server needs to date the clocks for ask and approve_extension; refuses what cannot be done.
create function clock_facts(p_ticket uuid, p_version bigint, p_action text, p_at timestamptz)
returns setof clock_fact
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_at_version(p_ticket, p_version);
begin
	perform move_check(t, p_action);
	perform move_has_room(t, p_action, p_at);
	return query select * from clocks_with_terms(t.id);
end $$;
-- The same for the citizen's answer; TD409 when no question is open.
create function clock_facts_tracked(p_number bigint, p_generation bigint)
returns setof clock_fact
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_tracked(p_number, p_generation, false);
begin
	if t.state <> 'needs_info' then
		raise exception 'the ticket is %', t.state using errcode = 'TD409', detail = '[]';
	end if;
	return query select * from clocks_with_terms(t.id);
end $$;

-- As once_claim(), but claims nothing: TD200 with the stored answer, or TD422.
create function once_seen(p_key bytea, p_fingerprint bytea) returns void language plpgsql stable security definer
set search_path = tiepdan, pg_temp as $$
declare
	o once;
begin
	select * into o from once where key = p_key;
	if found and o.fingerprint <> p_fingerprint then
		raise exception 'the key came with another request' using errcode = 'TD422';
	elsif found and o.status is not null then
		raise exception 'answered before' using errcode = 'TD200', detail = o.status || ' ' || o.body;
	end if;
end $$;

-- --- questions -----------------------------------------------------------------------------------------------------------

-- Asks: the clocks stand still until `p_until` or the citizen's answer. The dates count the whole time until then.
create function question_ask(p_id uuid, p_ticket uuid, p_version bigint, p_text text, p_at timestamptz, p_until timestamptz,
	p_slots bigint[], p_kinds text[], p_starts timestamptz[], p_dues timestamptz[], p_alarms timestamptz[], p_versions bigint[],
	p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_at_version(p_ticket, p_version);
	a action;
	v_from_state text := t.state;
begin
	perform move_check(t, 'ask');
	perform move_has_room(t, 'ask', p_at);
	select * into a from action where code = 'ask';
	insert into question (id, ticket, asked_at, asked_by, department, text, from_state, until_at)
		values (p_id, t.id, p_at, caller_account(), caller_department(), p_text, t.state, p_until);
	perform clocks_move(t, 'ask', p_at, null, null, null);
	perform clocks_redate(t.id, p_slots, p_kinds, p_starts, p_dues, p_alarms, p_versions);
	update ticket set state = 'needs_info', updated_at = p_at, version = version + 1 where id = t.id returning * into t;
	perform clocks_settle(t);
	perform event_write(p_event, p_at, t.id, a.event, 'staff', caller_account(), t.holder, v_from_state, t.state, a.public_vi,
		a.public_en, jsonb_build_object('question', p_id, 'until', instant(p_until)));
	select m.body, m.etag into body, etag from ticket_moved(t) m;
end $$;

-- Ends the open question of a locked ticket and brings it back to where it was.
create function question_end(t ticket, p_ended text, p_ended_at timestamptz, p_at timestamptz, p_actor_kind text, p_event uuid)
returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	a action;
	q question;
begin
	select * into a from action where code = case p_ended when 'answered' then 'supply' else 'expire' end;
	-- Clocks of servers differ: no answer is before its question.
	update question set ended = p_ended, ended_at = greatest(p_ended_at, asked_at) where ticket = t.id and ended_at is null
		returning * into q;
	update ticket set state = q.from_state, updated_at = p_at, version = version + 1 where id = t.id returning * into t;
	perform clocks_settle(t);
	perform event_write(p_event, p_at, t.id, a.event, p_actor_kind, null, t.holder, 'needs_info', t.state, a.public_vi, a.public_en,
		jsonb_build_object('question', q.id));
end $$;

-- The citizen's answer; the clocks go on at once. Somebody who changed the ticket since the clocks were read: 55P03.
create function question_supply(p_number bigint, p_generation bigint, p_version bigint, p_id uuid, p_text text, p_at timestamptz,
	p_slots bigint[], p_kinds text[], p_starts timestamptz[], p_dues timestamptz[], p_alarms timestamptz[], p_versions bigint[],
	p_event uuid)
returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_tracked(p_number, p_generation, true);
begin
	if t.version <> p_version then
		raise exception 'the ticket has version %', t.version using errcode = 'lock_not_available';
	elsif t.state <> 'needs_info' then
		raise exception 'the ticket is %', t.state using errcode = 'TD409', detail = '[]';
	end if;
	-- Whatever else was written: who is asked may answer. There are only so many questions.
	insert into message (id, ticket, at, text) values (p_id, t.id, p_at, p_text);
	perform slots_hold();
	perform clocks_redate(t.id, p_slots, p_kinds, p_starts, p_dues, p_alarms, p_versions);
	perform question_end(t, 'answered', least(p_at, (select until_at from question where ticket = t.id and ended_at is null)), p_at,
		'ticket', p_event);
end $$;

-- Ends questions whose time is over; the dates stay, they have counted with it. Returns how many.
create function questions_expire(p_now timestamptz, p_limit bigint)
returns bigint language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v record;
	t ticket;
	v_expired bigint := 0;
begin
	for v in select q.ticket, q.until_at from question q where q.ended_at is null and q.until_at <= p_now
			order by q.until_at limit p_limit loop
		select * into t from ticket where id = v.ticket for no key update skip locked;
		if found and exists (select from question where ticket = v.ticket and ended_at is null and until_at <= p_now) then
			perform slots_hold(), question_end(t, 'expired', v.until_at, p_now, 'job', gen_random_uuid());
			v_expired := v_expired + 1;
		end if;
	end loop;
	return v_expired;
end $$;

-- --- extensions ----------------------------------------------------------------------------------------------------------

create function extension_event(t ticket, p_action text, p_event uuid, p_at timestamptz, p_data jsonb)
returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	a action;
begin
	select * into a from action where code = p_action;
	perform event_write(p_event, p_at, t.id, a.event, 'staff', caller_account(), t.holder, null, null,
		a.public_vi, a.public_en, p_data);
end $$;

-- Asks for more time: at most as much as the answer had from the beginning, in the same unit.
create function extension_request(p_id uuid, p_ticket uuid, p_version bigint, p_amount bigint, p_reason text, p_at timestamptz,
	p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_at_version(p_ticket, p_version);
	c clock_running;
begin
	perform move_check(t, 'request_extension');
	perform move_has_room(t, 'request_extension', p_at);
	select * into c from clock_running where slot = slot_current() and ticket = t.id and kind = 'answer';
	if p_amount > c.amount then
		raise exception 'the answer had %', c.amount using errcode = 'TD439';
	end if;
	insert into extension (id, ticket, asked_at, asked_by, department, amount, unit, reason, due_before)
		values (p_id, t.id, p_at, caller_account(), caller_department(), p_amount, c.unit, p_reason, c.due_at);
	update ticket set updated_at = p_at, version = version + 1 where id = t.id returning * into t;
	perform extension_event(t, 'request_extension', p_event, p_at,
		jsonb_build_object('extension', p_id, 'amount', p_amount, 'unit', c.unit, 'reason', p_reason));
	select m.body, m.etag into body, etag from ticket_moved(t) m;
end $$;

create function extension_approve(p_ticket uuid, p_version bigint, p_decision text, p_at timestamptz, p_slots bigint[], p_kinds text[],
	p_starts timestamptz[], p_dues timestamptz[], p_alarms timestamptz[], p_versions bigint[], p_event uuid,
	out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_at_version(p_ticket, p_version);
	e extension;
	v_before timestamptz;
	v_due timestamptz;
begin
	perform slots_hold();
	perform move_check(t, 'approve_extension');
	perform move_has_room(t, 'approve_extension', p_at);
	v_before := (select due_at from clock_running where slot = slot_current() and ticket = t.id and kind = 'answer');
	perform clocks_redate(t.id, p_slots, p_kinds, p_starts, p_dues, p_alarms, p_versions);
	v_due := (select due_at from clock_running where slot = slot_current() and ticket = t.id and kind = 'answer');
	update extension set state = 'approved', decided_at = p_at, decided_by = caller_account(), decision = p_decision, due_before = v_before,
		due_after = v_due
		where ticket = t.id and state = 'requested' returning * into e;
	update clock_running set extension = extension + e.amount where ticket = t.id and kind = 'answer';
	update ticket set updated_at = p_at, version = version + 1 where id = t.id returning * into t;
	perform clocks_settle(t);
	perform extension_event(t, 'approve_extension', p_event, p_at,
		jsonb_build_object('extension', e.id, 'amount', e.amount, 'unit', e.unit, 'due_before', instant(e.due_before),
			'due_after', instant(e.due_after)));
	select m.body, m.etag into body, etag from ticket_moved(t) m;
end $$;

create function extension_refuse(p_ticket uuid, p_version bigint, p_decision text, p_at timestamptz, p_event uuid,
	out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_at_version(p_ticket, p_version);
	e extension;
begin
	perform move_check(t, 'refuse_extension');
	perform move_has_room(t, 'refuse_extension', p_at);
	update extension set state = 'refused', decided_at = p_at, decided_by = caller_account(), decision = p_decision
		where ticket = t.id and state = 'requested' returning * into e;
	update ticket set updated_at = p_at, version = version + 1 where id = t.id returning * into t;
	perform extension_event(t, 'refuse_extension', p_event, p_at, jsonb_build_object('extension', e.id, 'reason', p_decision));
	select m.body, m.etag into body, etag from ticket_moved(t) m;
end $$;

-- --- who held a ticket, and for how long --------------------------------------------------------------------------------

-- For staff who see the ticket. The working time is counted by the server, in the calendar of each department.
create function holdings_of(p_ticket uuid)
returns table (code text, name_vi text, name_en text, since timestamptz, until timestamptz, ended_by text)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
begin
	if not exists (select from ticket t where t.id = p_ticket
		and may_see(t.sight, t.holder, caller_sees_all(), caller_sees_own(), caller_department())) then
		raise exception 'no such ticket' using errcode = 'TD404';
	end if;
	return query
	select d.code, d.name_vi, d.name_en, h.since, h.until, h.ended_by
	from holding h join department d on d.id = h.department where h.ticket = p_ticket order by h.since, h.until nulls last;
end $$;

-- --- explaining a date ---------------------------------------------------------------------------------------------------

create type clock_explanation as (ticket uuid, kind text, name_vi text, name_en text, unit text, amount bigint, extension bigint,
	receipt text, calendar text, version bigint, start_s bigint, due_s bigint, stop_s bigint, waits boolean, pauses boolean,
	outcome text, profile text, citation_vi text, citation_en text);
-- One clock with what its date is made of: the running one of this kind, else the last that stopped. Instants in seconds
-- since 1970. No row when the ticket has no such clock.
create function clock_explained(p_ticket uuid, p_kind text, p_told_only boolean)
returns setof clock_explanation
language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return query
	select c.ticket, c.kind, k.name_vi, k.name_en, c.unit, c.amount::bigint, c.extension::bigint, p.receipt, c.calendar,
		c.version::bigint, floor(extract(epoch from c.start_at))::bigint, floor(extract(epoch from c.due_at))::bigint,
		floor(extract(epoch from c.stop_at))::bigint, c.waits, k.pauses, c.outcome, p.profile, p.citation_vi, p.citation_en
	from clock_all c join clock_kind k on k.code = c.kind join policy p on p.id = c.policy
	where c.ticket = p_ticket and c.kind = p_kind and (k.told or not p_told_only)
	order by c.round desc limit 1;
end $$;
create function clock_explained_staff(p_ticket uuid, p_kind text)
returns setof clock_explanation
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
begin
	perform ticket_visible(p_ticket);
	return query select * from clock_explained(p_ticket, p_kind, false);
end $$;
create function clock_explained_tracked(p_number bigint, p_generation bigint, p_kind text)
returns setof clock_explanation
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
begin
	return query select * from clock_explained((ticket_tracked(p_number, p_generation, false)).id, p_kind, true);
end $$;
create function pauses_staff(p_ticket uuid) returns table (from_s bigint, until_s bigint) language plpgsql stable
security definer set search_path = tiepdan, pg_temp as $$
begin
	return query select * from pauses_of(ticket_visible(p_ticket));
end $$;
create function pauses_tracked(p_number bigint, p_generation bigint) returns table (from_s bigint, until_s bigint)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
begin
	return query select * from pauses_of((ticket_tracked(p_number, p_generation, false)).id);
end $$;

-- --- importing policies with all their limits, and the ladder of alarms ---------------------------------------------------

insert into import_type values
	('receipt', '^(next_opening|same_day)$', 'next_opening or same_day'),
	('alarm_event', '^clock\.(warning|breached|escalated)$', 'one of clock.warning, clock.breached, clock.escalated'),
	('audiences', '^(holder|heads|hub|leaders)( (holder|heads|hub|leaders)){0,3}$', 'some of holder, heads, hub, leaders, separated by blanks');
insert into import_kind values ('alarm_levels', '{profile,level}');
insert into import_column
	select 'policies', c || x, t, false, null from unnest('{first_reply,update,step,appeal,question}'::text[]) c,
		(values ('_amount', 'int'), ('_unit', 'unit')) y (x, t)
	union all values ('policies', 'receipt', 'receipt', false, null), ('policies', 'questions', 'int', false, null),
		('alarm_levels', 'profile', 'code', false, 'profiles'), ('alarm_levels', 'level', 'int', true, null),
		('alarm_levels', 'event', 'alarm_event', true, null), ('alarm_levels', 'share', 'int', false, null),
		('alarm_levels', 'amount', 'int', false, null), ('alarm_levels', 'unit', 'unit', false, null),
		('alarm_levels', 'audiences', 'audiences', true, null);

create or replace function import_policies(r jsonb) returns void language sql set search_path = tiepdan, pg_temp as $$
	insert into policy (profile, kind, level, category, accept_amount, accept_unit, forward_amount, forward_unit, first_reply_amount,
		first_reply_unit, update_amount, update_unit, step_amount, step_unit, answer_amount, answer_unit, appeal_amount, appeal_unit,
		answer_from_acceptance, receipt, extensions, questions, question_amount, question_unit, citation_vi, citation_en, note,
		valid_from, valid_to)
	values (r->>'profile', r->>'kind', r->>'level', r->>'category', (r->>'accept_amount')::int, r->>'accept_unit',
		(r->>'forward_amount')::int, r->>'forward_unit', (r->>'first_reply_amount')::int, coalesce(r->>'first_reply_unit', 'none'),
		(r->>'update_amount')::int, coalesce(r->>'update_unit', 'none'), (r->>'step_amount')::int, coalesce(r->>'step_unit', 'none'),
		(r->>'answer_amount')::int, r->>'answer_unit', (r->>'appeal_amount')::int, coalesce(r->>'appeal_unit', 'none'),
		(r->>'answer_from_acceptance')::boolean, coalesce(r->>'receipt', 'next_opening'), (r->>'extensions')::int,
		coalesce((r->>'questions')::int, 0), (r->>'question_amount')::int, coalesce(r->>'question_unit', 'none'), r->>'citation_vi',
		r->>'citation_en', r->>'note', (r->>'valid_from')::date, (r->>'valid_to')::date)
	on conflict on constraint policy_version do update set (accept_amount, accept_unit, forward_amount, forward_unit,
		first_reply_amount, first_reply_unit, update_amount, update_unit, step_amount, step_unit, answer_amount, answer_unit,
		appeal_amount, appeal_unit, answer_from_acceptance, receipt, extensions, questions, question_amount, question_unit,
		citation_vi, citation_en, note, valid_to) =
		(excluded.accept_amount, excluded.accept_unit, excluded.forward_amount, excluded.forward_unit, excluded.first_reply_amount,
		excluded.first_reply_unit, excluded.update_amount, excluded.update_unit, excluded.step_amount, excluded.step_unit,
		excluded.answer_amount, excluded.answer_unit, excluded.appeal_amount, excluded.appeal_unit, excluded.answer_from_acceptance,
		excluded.receipt, excluded.extensions, excluded.questions, excluded.question_amount, excluded.question_unit,
		excluded.citation_vi, excluded.citation_en, excluded.note, excluded.valid_to)
$$;
comment on function import_policies is 'profile, kind, level, category (optional: any), NAME_amount and NAME_unit (wh working hours, wd working
days, cd calendar days, h clock hours, now clock minutes, none) of accept, forward, answer and, optional, of first_reply, update, step,
appeal; answer_from_acceptance, receipt (next_opening, same_day), extensions (how many), questions, question_amount, question_unit (how
often the citizen may be asked, and how long the clocks stand still at the most), citation_vi, citation_en, note, valid_from, valid_to';

create function import_alarm_levels(r jsonb) returns void language sql set search_path = tiepdan, pg_temp as $$
	insert into alarm_level values (r->>'profile', (r->>'level')::int, r->>'event', (r->>'share')::int, (r->>'amount')::int, r->>'unit',
		string_to_array(r->>'audiences', ' '))
$$;
comment on function import_alarm_levels is 'profile (optional: all that have no levels of their own), level (1, 2, ...), event, share
(thousandths of the time of the clock), or amount and unit (so long after the due point), audiences (holder heads hub leaders). Replaces
the whole ladder.';

do $$
begin
	execute 'create or replace view import_row as ' || rtrim(pg_get_viewdef('import_row'::regclass), ';') || '
		union all select ''alarm_levels'', concat_ws('' '', coalesce(profile, ''*''), level), jsonb_strip_nulls(to_jsonb(a)
			|| jsonb_build_object(''audiences'', array_to_string(audiences, '' ''))) from alarm_level a';
end $$;

revoke execute on all functions in schema tiepdan from public;
grant execute on function once_seen, moves_of, moves_for, move_applies, clock_facts, clock_facts_tracked, pauses_staff, question_ask, question_supply,
	questions_expire, extension_request, extension_approve, extension_refuse, extensions_of, questions_of, holdings_of,
	clock_explained_staff, clock_explained_tracked, pauses_tracked to tiepdan_app;
