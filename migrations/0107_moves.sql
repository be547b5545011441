-- What staff do most, at a fraction of what it cost: their queue, a ticket, what can be done with it, and doing it. The rules for moves are looked at
-- once, and what an action needs is asked of those that come into question, not of all there are. Plans are kept: PostgreSQL thought that one for a
-- person who is known is cheaper, and made it anew each time.
set local search_path = tiepdan, public;

-- Who may make a move, as move, move_role and action say, by where a ticket is and a role: what is asked at each look at a ticket. `spared` when some
-- make it only where others cannot (move_spare()), `lacked` when some make it for a department that lacks them (move_left()).
create table move_case (
	from_state   text not null,
	role         text not null,
	place        int not null,
	action       text not null,
	leads        text not null,
	needs_reason boolean not null,
	evidence     boolean not null,
	conditional  boolean not null,
	scope        text not null,
	sight        text,
	max_returns  int,
	spared       boolean not null,
	lacked       boolean not null,
	constraint move_case_key unique nulls not distinct (from_state, role, action, leads, sight)
);
comment on table move_case is 'folded from move, move_role and action by move_cases_fold()';
comment on column move_case.place is 'action.position';

create function move_cases_fold() returns trigger language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	lock table move_case in share row exclusive mode;	-- one at a time
	delete from move_case;
	insert into move_case (from_state, role, place, action, leads, needs_reason, evidence, conditional, scope, sight, max_returns, spared, lacked)
	select m.from_state, r.role, a.position, a.code, m.to_state, a.reason in ('required', 'coded'), a.evidence, a.conditional, r.scope, r.sight, r.max_returns,
		a.code = 'assign' or exists (select from move_role x where x.action = a.code and x.stands_in),
		exists (select from move_role x where x.action = a.code and x.lacking)
	from move m join action a on a.code = m.action join move_role r on r.action = a.code where m.from_state is not null;
	return null;
end $$;
create trigger move_cases_fold after insert or update or delete or truncate on move execute function move_cases_fold();
create trigger move_cases_fold after insert or update or delete or truncate on move_role execute function move_cases_fold();
create trigger move_cases_fold after insert or update or delete or truncate on action execute function move_cases_fold();
update action set position = position where code = 'assign';

-- Whether persons allow a move that state, roles and department allow. p_barred is caller_barred().
create function move_personal(t ticket, m move_case, p_barred text) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	a action;
begin
	if m.action = 'unassign' and not unassign_applies(t) or m.action = 'claim' and not claim_applies(t) then
		return false;
	elsif p_barred is not null then
		select * into strict a from action where code = m.action;
		if move_meddles(t, a) or (move_barred(p_barred, a) and not (p_barred = 'handled' and bar_of_signers(t, a))) then
			return false;
		end if;
	end if;
	return not (m.spared and move_spare(t, m.action)) and not (m.lacked and move_left(t, m.action));
end $$;

-- The moves that the caller may make with a ticket, or those by one action, as far as state, roles, department and persons tell; what else an action
-- needs is in move_applies().
create function moves_possible(t ticket, p_action text) returns setof move_case language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_roles text[] := caller_roles();
	v_closed boolean := (select closed from sight where code = t.sight);
	v_own boolean := coalesce(t.holder = caller_department(), false);
	v_hub boolean := v_own and (select hub from department where id = t.holder);
	v_barred text := caller_barred(t.id);
	m move_case;
	v_last move_case;
begin
	for m in
		select * from move_case c
		where c.from_state = t.state and c.role = any (v_roles) and (p_action is null or c.action = p_action)
			and case when c.sight is null then not v_closed else c.sight = t.sight end and (c.max_returns is null or t.returns < c.max_returns)
			and (c.scope = 'all' or (v_own and (c.scope = 'own' or not v_hub)))
		order by c.place, c.action, c.leads
	loop
		-- Several roles may allow it.
		continue when m.action = v_last.action and m.leads = v_last.leads;
		v_last := m;
		if move_personal(t, m, v_barred) then
			return next m;
		end if;
	end loop;
end $$;

create or replace function moves_of(t ticket) returns json language plpgsql stable security definer set search_path = tiepdan, pg_temp
set plan_cache_mode = force_generic_plan as $$
begin
	return (
		select coalesce(json_agg(json_strip_nulls(json_build_object('action', m.action, 'to', m.leads, 'needs_reason', m.needs_reason,
			'needs_evidence', case when m.evidence then evidence_missing(t) end)) order by m.place, m.action, m.leads), '[]')
		from moves_possible(t, null) m
		where (not m.conditional or coalesce(move_applies(t, m.action, now()), false))
			and (m.action <> 'unmerge' or m.leads = (select from_state from ticket_merge where ticket = t.id and ended_at is null))
			and (m.action <> 'resume' or m.leads = (select from_state from question where ticket = t.id and ended_at is null)));
end $$;

create or replace function move_check(t ticket, p_action text) returns void language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	if not exists (select from move where action = p_action and from_state = t.state) then
		raise exception '% is not possible in state %', p_action, t.state using errcode = 'TD409', detail = moves_of(t)::text;
	elsif p_action = 'unassign' and t.person is null then
		raise exception 'nobody works on the ticket' using errcode = 'TD409', detail = moves_of(t)::text;
	elsif not exists (select from moves_possible(t, p_action)) then
		perform move_refuse(t, p_action);
	end if;
end $$;

drop function moves_for, moves_open;

-- What a citizen can do, as in 0029: a look at an answer is asked of the ticket that has it (moved_by()), all else of their own.
create or replace function moves_tracked(t ticket) returns json language plpgsql stable set search_path = tiepdan, pg_temp
set plan_cache_mode = force_generic_plan as $$
declare
	r ticket := case_root(t);
	q question;
begin
	select * into q from question where ticket = t.id and ended_at is null;
	return (
		select coalesce(json_agg(json_build_object('action', m.action, 'to', m.leads, 'needs_reason', m.needs_reason,
			'until', case when m.action in ('second_look', 'appeal') then instant(review_until(x.about, m.action))
				when m.action = 'supply' then instant(q.until_at) end) order by m.place, m.action, m.leads), '[]')
		from move_case m cross join lateral (select moved_by(t, m.action) as about offset 0) x
		where m.role = 'citizen' and m.from_state in (t.state, r.state) and m.from_state = (x.about).state
			and (not m.conditional or move_applies(x.about, m.action, now())) and (m.action <> 'supply' or m.leads = q.from_state));
end $$;
-- As in 0032; few tickets are merged.
create or replace function merge_told(t ticket, p_now timestamptz, p_soon timestamptz) returns json language plpgsql stable
set search_path = tiepdan, pg_temp as $$
declare
	m ticket_merge;
begin
	if t.state <> 'merged' then
		return null;
	end if;
	select * into m from ticket_merge where ticket = t.id and ended_at is null;
	return (
		select json_build_object('code', case when r.visibility = 'public' then r.code end, 'state', r.state, 'state_vi', s.name_vi,
			'state_en', s.name_en, 'holder', department_named(r.holder), 'deadlines', deadlines_of(r.id, p_now, p_soon),
			'replies', case m.kind when 'joined' then publication_replies(r.id) else replies_published_since(r.id, m.at) end,
			'reviews', reviews_of(r.id, t.id))
		from ticket r join state s on s.code = r.state where r.id = ticket_root(t.id));
end $$;

-- A ticket as staff see it, but for its clocks; no row when the caller does not see it. What belongs to it is read without row security, which
-- would ask the same again for each part.
create function ticket_told(p_ticket uuid, out body text, out etag text) language plpgsql stable security definer
set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
	t ticket;
	x record;
begin
	select * into t from ticket k where k.id = p_ticket and sees(k);
	if not found or caller_account() is null then
		return;
	end if;
	select * into x from ticket_ties(t.id);
	body := (select json_build_object('id', t.id, 'code', t.code, 'kind', t.kind, 'category', named(c.code, c.name_vi, c.name_en),
		'area', named(a.code, a.name_vi, a.name_en), 'location_text', t.location_text,
		'point', case when t.lon is not null then json_build_object('lon', t.lon, 'lat', t.lat) end, 'title', t.title,
		'text', t.text, 'language', t.language, 'channel', t.channel, 'taken_by', taken_of(t.id),
		'petition', petition_told(t.id), 'anonymous', t.anonymous,
		'has_contact', exists (select from contact where ticket = t.id and erased_at is null), 'restricted', t.restricted, 'level', t.level,
		'visibility', t.visibility, 'state', t.state, 'state_vi', s.name_vi, 'state_en', s.name_en,
		'holder', json_build_object('department', department_named(t.holder), 'person', person_named(t.person)),
		'route', t.route, 'tags', tags_of(t.id, false), 'flags', tags_of(t.id, true),
		'messages', messages_of(t.id), 'questions', questions_of(t.id),
		'extensions', extensions_of(t.id, true), 'reviews', reviews_of(t.id, null), 'parts', parts_of(t.id),
		'rating', rating_shown(t.id), 'ratings', ratings_of(t.id), 'supporters', supporters_of(t.id), 'returns', t.returns,
		'merged_into', x.merged_into, 'refusal', x.refusal, 'splits', x.splits,
		'filed_at', instant(t.filed_at), 'updated_at', instant(t.updated_at), 'version', t.version,
		'moves', moves_of(t))::text
		from state s join category c on c.code = t.category left join area a on a.code = t.area where s.code = t.state);
	etag := t.version::text;
end $$;

-- As in 0099, but that it asks itself whether the caller sees a ticket: under row security its plan was three times as large.
create or replace function queue_lines(p_ids uuid[], p_slot int, p_filed boolean, p_now timestamptz, p_soon timestamptz)
returns table (item text, key text, due_at timestamptz, calendar text, unit text) language plpgsql stable
security definer set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
	return query
	select json_build_object('id', t.id, 'code', t.code, 'kind', t.kind, 'category', named(g.code, g.name_vi, g.name_en),
			'area', named(a.code, a.name_vi, a.name_en), 'title', t.title, 'level', t.level, 'visibility', t.visibility,
			'state', t.state, 'holder', json_build_object('department', named(d.code, d.name_vi, d.name_en),
				'person', case when t.person is not null then person_named(t.person) end),
			'clock', nullif(c.kind, 'none'), 'due_at', instant(c.due_at),
			'standing', standing(t.outcome, coalesce(c.due_at, 'infinity'), p_now, p_soon),
			'tags', coalesce(m.tags, '[]'), 'flags', coalesce(m.flags, '[]'),
			'filed_at', instant(t.filed_at), 'version', t.version)::text,
		concat_ws('|', t.done, case when p_filed then t.filed_at else coalesce(c.due_at, 'infinity') end, t.id),
		nullif(c.due_at, 'infinity'), c.calendar, c.unit
	from unnest(p_ids) with ordinality i (id, ord) join ticket t on t.id = i.id and sees(t) and caller_account() is not null
		left join clock_first c on c.slot = p_slot and c.ticket = t.id
		join category g on g.code = t.category join department d on d.id = t.holder left join area a on a.code = t.area
		left join (
			select x.ticket, json_agg(x.name order by x.name) filter (where not x.flag) as tags,
				json_agg(x.name order by x.name) filter (where x.flag) as flags
			from ticket_tag x where x.ticket = any (p_ids) group by x.ticket) m on m.ticket = t.id
	order by i.ord;
end $$;

-- As in 0087: who calls, told to the transaction. It comes before all that staff ask, so it is one statement.
create or replace function caller_enter(p_kind text, p_account uuid, p_session uuid, p_read_only boolean, p_timeout_ms bigint)
returns void language plpgsql security definer set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
begin
	if p_kind = 'staff' then
		perform set_config('app.account', p_account::text, true), set_config('app.session', p_session::text, true),
			set_config('app.department', v.department::text, true), set_config('app.roles', v.roles::text, true),
			set_config('app.sees_all', array(select sight from sight_right where role = any (v.roles) and scope = 'all')::text, true),
			set_config('app.sees_own', array(select sight from sight_right where role = any (v.roles) and scope = 'own')::text, true),
			set_config('app.broken', array(select ticket from glass where session = p_session and until_at > now())::text, true),
			set_config('app.citizen', '', true)
			from (
				select a.department, case when exists (select from delegation where taker = a.id and until_at > now() and ended_at is null)
						then array(select r from unnest(roles_held(a.id)) r where session_holds(s, r))
						else array(select role from account_role where account = a.id and session_holds(s, role) order by role) end as roles
				from session s join account a on a.id = s.account
				where s.id = p_session and s.account = p_account and s.closed_at is null and s.expires_at > now() and a.active
				offset 0) v;
		if not found then
			raise exception 'the session has ended' using errcode = 'TD401';
		end if;
	elsif p_kind in ('anyone', 'ticket', 'job', 'citizen') then
		if p_kind = 'citizen' and not exists (select from session s where s.id = p_session and s.citizen = p_account and s.closed_at is null
				and s.expires_at > now()) then
			raise exception 'the session has ended' using errcode = 'TD401';
		end if;
		perform set_config(name, '', true)
			from unnest('{app.account,app.session,app.department,app.roles,app.sees_all,app.sees_own,app.broken,app.citizen}'::text[]) name;
		if p_kind = 'citizen' then
			perform set_config('app.citizen', p_account::text, true), set_config('app.session', p_session::text, true);
		end if;
	else
		raise exception 'unknown kind of caller "%"', p_kind;
	end if;
	perform set_config('statement_timeout', p_timeout_ms::text, true),
		case when p_read_only then set_config('transaction_read_only', 'on', true) end;	-- it cannot be switched off where it is on
end $$;

-- As in 0060, but only one of them: it is always asked whether there is anybody, and departments have many people.
create or replace function reply_signers(t ticket) returns setof uuid language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return query
	select a.id from account a cross join lateral (select array(select role from account_role where account = a.id) as roles) x
	where a.department = t.holder and a.active
		and exists (select from move_role where action = 'approve' and role = any (x.roles) and sight_fits(sight, t.sight))
		and notice_sees(a.id, a.department, t.sight, t.holder) and not person_barred(t.id, a.id) and not denounced(t.id, a.id)
		and not exists (select from absence b where b.account = a.id and now() >= b.from_at and now() < b.until_at)
		and (not reply_authored(t.id, a.id) or signs_alone(x.roles, t.sight))
	limit 1;
end $$;

-- A function in SQL that is not inlined is planned at each call.
alter function event_commitment stable;	-- as what they call is, or they are not inlined
alter function promise_told stable;
create or replace function clock_offers(p_policy bigint, p_policies bigint[], p_kinds text[], p_dues timestamptz[], p_alarms timestamptz[],
	p_units text[], p_amounts bigint[])
returns clock_offer[] language plpgsql immutable set search_path = tiepdan, pg_temp as $$
begin
	return array(select row(o.policy, o.kind, o.due_at, coalesce(o.alarm_at, 'infinity'), o.unit, o.amount)::clock_offer
		from unnest(p_policies, p_kinds, p_dues, p_alarms, p_units, p_amounts) o (policy, kind, due_at, alarm_at, unit, amount)
		where o.policy = p_policy);
end $$;
create or replace function event_words(p_type text) returns text[] language plpgsql immutable parallel safe set search_path = tiepdan, pg_temp as $$
begin
	return case when p_type in ('contact.read', 'contact.searched', 'contact.exported') then '{purpose}'
		when p_type like 'personal\_data.%' then '{searched_for}' else '{reason}' end::text[];
end $$;

-- What an action does to clocks. Most do nothing.
create or replace function clocks_move(t ticket, p_action text, p_at timestamptz, p_offers clock_offer[], p_calendar text, p_version bigint)
returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_effects text[] := array(select effect from action_clock where action = p_action);
	v_hub boolean := (select hub from department where id = t.holder);
begin
	perform slots_hold();
	if 'begin' = any (v_effects) then
		-- Late acceptance buys no time: an answer clock is counted from the acceptance only before the end of the first accept
		-- limit, and never ends later than the citizen was told.
		update clock_running c set start_at = p_at, due_at = o.due_at, alarm_at = o.alarm_at, unit = o.unit, amount = o.amount,
				calendar = p_calendar, version = p_version
			from action_clock x, unnest(p_offers) o
			where x.action = p_action and x.effect = 'begin' and c.ticket = t.id and c.kind = x.clock and c.waits and o.kind = c.kind
				and p_at <= c.start_at and o.due_at <= c.due_at;
		update clock_running c set waits = false from action_clock x
			where x.action = p_action and x.effect = 'begin' and c.ticket = t.id and c.kind = x.clock and c.waits;
	end if;
	if v_effects && '{stop,pass,renew}' then
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
	end if;
	if v_effects && '{start,renew}' then
		insert into clock_running (slot, ticket, kind, round, holder, policy, unit, amount, calendar, version, start_at, due_at,
			latest_due, first, alarm_at)
		select s.slot, t.id, o.kind, clock_round(t.id, o.kind), t.holder,
			t.policy, o.unit, o.amount, p_calendar, p_version, p_at, o.due_at, o.due_at, false, o.alarm_at
		from action_clock x join unnest(p_offers) o on o.kind = x.clock, clock_slot s
		where x.action = p_action and x.effect in ('start', 'renew') and holder_fits(x.holder, v_hub) and s.role <> 'empty'
		on conflict (slot, ticket, kind) do nothing;
	end if;
end $$;

-- Leaves the running clocks of a ticket as they have to be: its holder's, 'none' where no other one runs, and the first one marked. One look says what
-- there is to do, which after most moves is nothing.
create or replace function clocks_settle(t ticket) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_slot int := slot_current();
	v record;
begin
	select bool_or(r.holder <> t.holder) as passes, bool_or(r.kind = 'none' and (t.done or r.others > 0)) as ends, coalesce(bool_or(r.slot = v_slot), false) as runs,
			bool_or(not r.parked and r.first <> (r.place = 1)) as turns into v
		from (select slot, kind, holder, first, parked, count(*) filter (where kind <> 'none') over (partition by slot) as others,
				row_number() over (partition by slot order by parked, due_at, kind) as place
			from clock_running where ticket = t.id) r;
	if v.passes then
		update clock_running set holder = t.holder where ticket = t.id and holder <> t.holder;
	end if;
	if v.ends then
		delete from clock_running r where r.ticket = t.id and r.kind = 'none' and (t.done
			or exists (select from clock_running x where x.ticket = r.ticket and x.slot = r.slot and x.kind <> 'none'));
	end if;
	if not v.runs and not t.done then
		insert into clock_running (slot, ticket, kind, round, holder, due_at, latest_due, first)
			select s.slot, t.id, 'none', 1, t.holder, 'infinity', 'infinity', true from clock_slot s where s.role <> 'empty'
		on conflict (slot, ticket, kind) do nothing;
	end if;
	if v.ends or v.turns or not v.runs then
		update clock_running r set first = not r.first
			from (select slot, kind, row_number() over (partition by slot order by due_at, kind) = 1 as first
				from clock_running where ticket = t.id and not parked) x
			where r.ticket = t.id and r.slot = x.slot and r.kind = x.kind and r.first <> x.first;
	end if;
end $$;

-- As in 0075. Questions are open in one state, parts and extensions end with the ticket or with its holder.
create or replace function ticket_change(o ticket, t ticket, a action, p_actor_kind text, p_at timestamptz, p_offers clock_offer[], p_calendar text,
	p_calendar_version bigint, p_event uuid, p_said_vi text, p_said_en text, p_data jsonb)
returns ticket language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	perform clocks_move(t, a.code, p_at, p_offers, p_calendar, p_calendar_version);
	if exists (select from action_clock where action = a.code and clock = 'answer' and effect = 'stop') then
		t.answered_at := p_at;
		t.outcome := (select outcome from clock where ticket = t.id and kind in ('answer', 'appeal') and outcome <> 'passed'
			order by stop_at desc, kind desc, round desc limit 1);
	elsif o.done and (select open from state where code = t.state) then
		t.outcome := null;
	end if;
	update ticket set state = t.state, holder = t.holder, person = t.person, returns = t.returns, answered_at = t.answered_at,
		outcome = t.outcome, updated_at = p_at, version = version + 1
		where id = t.id returning * into t;
	perform clocks_settle(t);
	if t.holder <> o.holder then
		perform holding_pass(t, a.code, p_at);
	end if;
	if t.done or t.holder <> o.holder then
		update extension set state = 'lapsed' where ticket = t.id and state = 'requested';
	end if;
	if t.done then
		update part set state = 'cancelled', ended_at = p_at, version = version + 1 where ticket = t.id and state = 'asked';
	end if;
	if o.state = 'needs_info' and t.state <> 'needs_info' then
		update question set ended = 'dropped', ended_at = least(greatest(p_at, asked_at), until_at) where ticket = t.id and ended_at is null;
	end if;
	perform event_write(p_event, p_at, t.id, a.event, p_actor_kind, caller_account(), t.holder, o.state, t.state,
		a.public_vi || coalesce(': ' || p_said_vi, ''), a.public_en || coalesce(': ' || p_said_en, ''),
		nullif(jsonb_strip_nulls(p_data || jsonb_build_object('from_department', nullif(o.holder, t.holder))), '{}'));
	if t.answered_at is distinct from o.answered_at then
		perform publication_supersede(t);
	end if;
	return t;
end $$;

-- As in 0079; few events bring words along.
create or replace function event_carries() returns trigger language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_words jsonb;
	t ticket;
begin
	select * into t from ticket where id = new.ticket;
	if not found then
		return new;
	end if;
	if exists (select from word where ticket = new.ticket and event is null) then
		with told as (update word set event = new.id where ticket = new.ticket and event is null returning of, key, version, said)
		select jsonb_agg(jsonb_build_array(of, key, version, said) order by of, key) into v_words from told;
	end if;
	new.data := coalesce(new.data, '{}') || jsonb_build_object('ticket', ticket_stands(t))
		|| case when v_words is null then '{}' else jsonb_build_object('words', v_words) end
		|| case new.type when 'ticket.recorded' then jsonb_build_object('filed', ticket_filed_as(t)) else '{}' end;
	new.hash := event_hash(new.id, new.at, new.ticket, new.type, new.actor_kind, new.actor, new.department, new.from_state, new.to_state,
		new.public_vi, new.public_en, new.data);
	return new;
end $$;
create or replace function word_say() returns trigger language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_row jsonb := to_jsonb(new);
	v_salt uuid := gen_random_uuid();
	v_key text;
	v_texts jsonb := '[]';
	v_said text;
	c text;
begin
	foreach c in array tg_argv[1]::text[] loop
		v_key := concat_ws('/', v_key, v_row->>c);
	end loop;
	foreach c in array tg_argv[2]::text[] loop
		v_texts := v_texts || jsonb_build_array(v_row->>c);
	end loop;
	v_said := event_commitment(v_salt, v_texts::text);
	insert into word (of, key, ticket, salt, said) values (tg_argv[0], v_key, new.ticket, v_salt, v_said)
		on conflict on constraint word_pk do update set version = word.version + 1, salt = v_salt, said = v_said, event = null;
	return null;
end $$;

-- What can be done with a publication: its row is read once, not at each action.
create function publication_leads(p publication, p_action text) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return exists (select from publication_move m where m.action = p_action and m.from_state = coalesce(p.state, 'private')
		and (not m.superseded or publication_superseded(p)));
end $$;
create or replace function publication_moves(t ticket) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_roles text[] := caller_roles();
	v_department bigint := caller_department();
	v_open boolean;
	v_codes text[] := '{}';
	p publication;
	a publication_action;
begin
	if caller_barred(t.id) is not null then
		return '[]';
	end if;
	select * into p from publication where ticket = t.id;
	for a in select * from publication_action order by position loop
		continue when not publication_leads(p, a.code) or not publication_may(t, a.code, v_roles, v_department);
		if a.code in ('propose', 'publish', 'share') then
			v_open := coalesce(v_open, publishable(t) and publication_open(t) and p.objected_at is null);
			continue when v_open is not true or publication_unready(t, a.code, now()) is not null;
		end if;
		v_codes := v_codes || a.code;
	end loop;
	return (select coalesce(json_agg(c order by ord), '[]') from unnest(v_codes) with ordinality x (c, ord));
end $$;
create or replace function publication_check(t ticket, p_action text) returns void language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	p publication;
begin
	if not publication_may(t, p_action) then
		raise exception 'none of the caller''s roles may % this', p_action using errcode = 'TD403';
	end if;
	perform caller_impartial(t.id);
	select * into p from publication where ticket = t.id;
	if p_action in ('propose', 'publish', 'share') and not (publishable(t) and publication_open(t)) then
		raise exception 'such a ticket is not published' using errcode = 'TD490';
	elsif not publication_leads(p, p_action) then
		raise exception 'the publication is %', publication_state_of(t.id) using errcode = 'TD491';
	elsif p_action in ('propose', 'publish', 'share') and p.objected_at is not null then
		raise exception 'the citizen objected' using errcode = 'TD492';
	end if;
end $$;
drop function publication_leads(uuid, text);

-- Moves a ticket, as in 0029, and what goes along with an acceptance, as in 0072: the answer is told once.
create function move_make(p_ticket uuid, p_action text, p_version bigint, p_reason_code text, p_reason text, p_department text,
	p_person uuid, p_text text, p_at timestamptz, p_policies bigint[], p_kinds text[], p_dues timestamptz[], p_alarms timestamptz[],
	p_units text[], p_amounts bigint[], p_calendar text, p_calendar_version bigint, p_event uuid)
returns ticket language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	o ticket := ticket_at_version(p_ticket, p_version);
	t ticket := o;
	a action;
	r refusal_reason;
	v_named bigint;
begin
	perform move_check(o, p_action);
	select * into strict a from action where code = p_action and way = 'move';
	if a.reason = 'required' and nullif(p_reason, '') is null then
		raise exception '% needs a reason', p_action using errcode = 'TD428';
	elsif a.reason = 'coded' then
		r := reason_coded(p_reason_code, p_action, p_at);
	end if;
	if a.holder = 'target' or p_department is not null then
		v_named := department_valid(p_department, p_at);
	end if;
	t.state := (select to_state from move where action = p_action and from_state = o.state);
	t.holder := case a.holder when 'target' then v_named when 'hub' then (select id from department where hub) else o.holder end;
	t.person := case a.person when 'keep' then o.person when 'caller' then caller_account()
		when 'target' then person_valid(p_person, o) end;
	t.returns := o.returns + (p_action = 'return')::int;
	if t.person is distinct from o.person then
		perform person_impartial(o.id, t.person);
	end if;
	perform reply_move(o, a, p_text, p_at);
	return ticket_change(o, t, a, 'staff', p_at, clock_offers(o.policy, p_policies, p_kinds, p_dues, p_alarms, p_units, p_amounts), p_calendar,
		p_calendar_version, p_event, r.text_vi || ' Căn cứ: ' || r.basis_vi || '.', r.text_en || ' Legal basis: ' || r.basis_en || '.', jsonb_build_object('person', t.person,
			'from_person', case when t.person is distinct from o.person then o.person end, 'reason_code', r.code, 'reason', p_reason,
			'sent_to', case when a.holder = 'keep' then p_department end));
end $$;
create or replace function ticket_move(p_ticket uuid, p_action text, p_version bigint, p_reason_code text, p_reason text, p_department text,
	p_person uuid, p_text text, p_at timestamptz, p_policies bigint[], p_kinds text[], p_dues timestamptz[], p_alarms timestamptz[],
	p_units text[], p_amounts bigint[], p_calendar text, p_calendar_version bigint, p_event uuid, p_part_calendars text[],
	p_part_units text[], p_part_amounts bigint[], p_part_dues timestamptz[], out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
	t ticket := move_make(p_ticket, p_action, p_version, p_reason_code, p_reason, p_department, p_person, p_text, p_at, p_policies, p_kinds, p_dues,
		p_alarms, p_units, p_amounts, p_calendar, p_calendar_version, p_event);
begin
	if p_action = 'accept' and cohandlers_ask(p_ticket, p_at, part_dates(p_part_calendars, p_part_units, p_part_amounts, p_part_dues)) then
		select * into strict t from ticket where id = p_ticket;
	end if;
	select m.body, m.etag into body, etag from ticket_moved(t) m;
end $$;
-- For servers of before, which ask nobody along.
create or replace function ticket_move(p_ticket uuid, p_action text, p_version bigint, p_reason_code text, p_reason text, p_department text,
	p_person uuid, p_text text, p_at timestamptz, p_policies bigint[], p_kinds text[], p_dues timestamptz[], p_alarms timestamptz[],
	p_units text[], p_amounts bigint[], p_calendar text, p_calendar_version bigint, p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
	t ticket := move_make(p_ticket, p_action, p_version, p_reason_code, p_reason, p_department, p_person, p_text, p_at, p_policies, p_kinds, p_dues,
		p_alarms, p_units, p_amounts, p_calendar, p_calendar_version, p_event);
begin
	select m.body, m.etag into body, etag from ticket_moved(t) m;
end $$;

alter function publication_propose set plan_cache_mode = force_generic_plan;
alter function publication_decide set plan_cache_mode = force_generic_plan;
alter function tracking_rate set plan_cache_mode = force_generic_plan;

revoke execute on function publication_leads, move_make, move_cases_fold, move_personal, moves_possible, ticket_told from public;
grant execute on function ticket_told to tiepdan_app;
