-- Moves: the one function that changes the state of a ticket, and its parts.
set local search_path = tiepdan, public;

-- The ticket, locked, if the caller sees it; TD404 alike when it does not exist.
create function ticket_seen(p_ticket uuid) returns ticket language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	t ticket;
begin
	select * into t from ticket where id = p_ticket for no key update;
	if not found or not may_see(t.sight, t.holder, caller_sees_all(), caller_sees_own(), caller_department()) then
		raise exception 'no such ticket' using errcode = 'TD404';
	end if;
	return t;
end $$;

create function ticket_at_version(p_ticket uuid, p_version bigint) returns ticket language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_seen(p_ticket);
begin
	if t.version <> p_version then
		raise exception 'the ticket has version %', t.version using errcode = 'TD412';
	end if;
	return t;
end $$;

-- The moves that a caller with these roles and this home department may make now.
create function moves_open(p_state text, p_sight text, p_holder bigint, p_returns int, p_roles text[], p_department bigint)
returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select coalesce(json_agg(json_build_object('action', a.code, 'to', m.to_state, 'needs_reason', a.reason in ('required', 'coded'))
			order by a.position), '[]')
		from move m join action a on a.code = m.action
		where m.from_state = p_state and exists (
			select from move_role r where r.action = m.action and r.role = any (p_roles) and (r.sight is null or r.sight = p_sight)
				and (r.max_returns is null or p_returns < r.max_returns) and (r.scope = 'all' or (p_holder = p_department
				and (r.scope = 'own' or not exists (select from department where id = p_holder and hub))))));
end $$;
create function moves_of(t ticket) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select moves_open(t.state, t.sight, t.holder, t.returns, caller_roles(), caller_department()));
end $$;

-- The clocks of a ticket with their standing.
create function clocks_of(p_ticket uuid, p_now timestamptz, p_soon timestamptz)
returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select coalesce(json_agg(json_build_object('kind', c.kind, 'due_at', instant(c.due_at), 'latest', c.start_at is null,
			'started_at', instant(c.start_at), 'stopped_at', instant(c.stop_at),
			'standing', standing(c.outcome, c.due_at, p_now, p_soon),
			'policy', json_build_object('profile', p.profile, 'citation_vi', p.citation_vi, 'citation_en', p.citation_en))
			order by c.kind, c.round), '[]')
		from clock c join policy p on p.id = c.policy where c.ticket = p_ticket and c.outcome is distinct from 'passed');
end $$;

-- What a move answers.
create function ticket_moved(t ticket, p_now timestamptz, out body text, out etag text)
language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	body := json_build_object('id', t.id, 'code', t.code, 'state', t.state, 'version', t.version,
		'holder', json_build_object('department', department_named(t.holder), 'person', person_named(t.person)),
		'clocks', clocks_of(t.id, p_now, soon_after(p_now)), 'moves', moves_of(t))::text;
	etag := t.version::text;
end $$;

-- Refuses an action that is not open to the caller, with the code that fits.
create function move_check(t ticket, p_action text) returns void language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_hub boolean := exists (select from department where id = t.holder and hub);
begin
	if not exists (select from move where action = p_action and from_state = t.state) then
		raise exception '% is not possible in state %', p_action, t.state using errcode = 'TD409', detail = moves_of(t)::text;
	end if;
	if moves_of(t)::jsonb @> jsonb_build_array(jsonb_build_object('action', p_action)) then
		return;
	end if;
	if exists (select from move_role r where r.action = p_action and r.role = any (caller_roles())
		and (r.sight is null or r.sight = t.sight) and t.returns >= r.max_returns
		and (r.scope = 'all' or (t.holder = caller_department() and not (r.scope = 'own_not_hub' and v_hub)))) then
		raise exception 'returned % times already', t.returns using errcode = 'TD419', detail = moves_of(t)::text;
	end if;
	raise exception 'none of the caller''s roles may %', p_action using errcode = 'TD403';
end $$;

-- The department named in a request, valid on the day of `p_at` in its calendar's zone.
create function department_valid(p_code text, p_at timestamptz) returns bigint language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_id bigint;
begin
	select d.id into v_id from department d join calendar c on c.code = d.calendar
		where d.code = p_code and (p_at at time zone c.zone)::date >= coalesce(d.valid_from, '-infinity')
			and (p_at at time zone c.zone)::date < coalesce(d.valid_to, 'infinity');
	if v_id is null then
		raise exception 'no department "%"', p_code using errcode = 'TD430';
	end if;
	return v_id;
end $$;

-- Runs the clocks of a ticket through an action; `t.holder` is already the new one. The offers are what each policy gives
-- at `p_at`; the ticket's own policy picks. Returns the next due of what runs.
create function clocks_move(t ticket, a action, p_at timestamptz, p_policies bigint[], p_accept_due timestamptz[],
	p_answer_due timestamptz[])
returns timestamptz language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_offer record;
begin
	select o.accept_due, o.answer_due into v_offer
		from unnest(p_policies, p_accept_due, p_answer_due) o (policy, accept_due, answer_due) where o.policy = t.policy limit 1;
	-- Late acceptance buys no time: the limit that counts is the first one, and never later than the citizen was told.
	update clock c set start_at = least(p_at, first.due_at), due_at = case when p_at <= first.due_at
			then least(coalesce(v_offer.answer_due, c.latest_due), c.latest_due) else c.latest_due end
		from clock self left join clock first on first.ticket = self.ticket and first.kind = 'accept' and first.round = 1
		where a.answer = 'start' and c.ticket = t.id and c.kind = 'answer' and c.stop_at is null and c.start_at is null
			and self.ticket = c.ticket and self.kind = c.kind and self.round = c.round;
	update clock set stop_at = p_at, holder = case when kind = 'answer' then t.holder else holder end,
			outcome = case when kind = 'accept' and a.accept = 'renew' then 'passed' when p_at <= due_at then 'met' else 'late' end
		where ticket = t.id and stop_at is null
			and ((kind = 'accept' and a.accept in ('stop', 'renew')) or (kind = 'answer' and a.answer = 'stop'));
	if a.accept = 'renew' and v_offer.accept_due is not null then
		insert into clock (ticket, kind, round, holder, policy, start_at, due_at, latest_due)
		select t.id, 'accept', 1 + coalesce(max(round), 0), t.holder, t.policy, p_at, v_offer.accept_due, v_offer.accept_due
			from clock where ticket = t.id and kind = 'accept';
	end if;
	return coalesce((select min(due_at) from clock where ticket = t.id and stop_at is null), 'infinity');
end $$;

-- The reply through an action. TD433 when there is nothing to propose or publish.
create function reply_move(t ticket, a action, p_text text, p_at timestamptz) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_last reply;
begin
	select * into v_last from reply where ticket = t.id order by version desc limit 1;
	if a.reply = 'propose' and coalesce(p_text, case when v_last.state = 'draft' then v_last.text end) is not null then
		insert into reply (ticket, version, at, author, department, state, text) values (t.id, coalesce(v_last.version, 0) + 1, p_at,
			caller_account(), caller_department(), 'proposed', coalesce(p_text, v_last.text));
	elsif a.reply in ('send_back', 'publish') and v_last.state = 'proposed' then
		update reply set state = case a.reply when 'publish' then 'published' else 'sent_back' end,
			decided_by = caller_account(), decided_at = p_at where ticket = t.id and version = v_last.version;
	elsif a.reply <> 'keep' then
		raise exception 'the ticket has no draft reply' using errcode = 'TD433';
	end if;
end $$;

-- The coded reason of a refusal or redirection, in force at `p_at`; TD431 for any other code.
create function reason_coded(p_code text, p_action text, p_at timestamptz)
returns refusal_reason language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	r refusal_reason;
begin
	select * into r from refusal_reason where code = p_code and action = p_action
		and p_at::date >= coalesce(valid_from, '-infinity') and p_at::date < coalesce(valid_to, 'infinity');
	if not found then
		raise exception 'no reason "%" for %', p_code, p_action using errcode = 'TD431';
	end if;
	return r;
end $$;

-- The person named in a request: active, of the department that holds the ticket, and with a role that sees such tickets and
-- may take them up; TD432 otherwise.
create function person_valid(p_person uuid, t ticket) returns uuid language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	if not exists (select from account a join account_role r on r.account = a.id
		join move_role m on m.role = r.role and m.action = 'claim' and (m.sight is null or m.sight = t.sight)
		join sight_right s on s.role = r.role and s.sight = t.sight
		where a.id = p_person and a.active and a.department = t.holder) then
		raise exception 'no such officer in this department' using errcode = 'TD432';
	end if;
	return p_person;
end $$;

-- Moves a ticket. Refusals, in this order: TD404 not seen, TD412 other version, TD409 not in this state (DETAIL: the open
-- moves), TD419 returned too often, TD403 not with these roles, TD428 no reason, TD431 unknown coded reason, TD430 unknown
-- department, TD432 unknown person, TD433 no reply.
create function ticket_move(p_ticket uuid, p_action text, p_version bigint, p_reason_code text, p_reason text, p_department text,
	p_person uuid, p_text text, p_at timestamptz, p_policies bigint[], p_accept_due timestamptz[],
	p_answer_due timestamptz[], p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_at_version(p_ticket, p_version);
	a action;
	r refusal_reason;
	v_from_state text := t.state;
	v_from_holder bigint := t.holder;
	v_named bigint;
begin
	perform move_check(t, p_action);
	select * into a from action where code = p_action;
	if a.reason = 'required' and nullif(p_reason, '') is null then
		raise exception '% needs a reason', p_action using errcode = 'TD428';
	elsif a.reason = 'coded' then
		r := reason_coded(p_reason_code, p_action, p_at);
	end if;
	if a.holder = 'target' or p_department is not null then
		v_named := department_valid(p_department, p_at);
	end if;
	t.state := (select to_state from move where action = p_action and from_state = t.state);
	t.holder := case a.holder when 'target' then v_named when 'hub' then (select id from department where hub) else t.holder end;
	t.person := case a.person when 'keep' then t.person when 'caller' then caller_account()
		when 'target' then person_valid(p_person, t) end;
	t.returns := t.returns + (p_action = 'return')::int;
	perform reply_move(t, a, p_text, p_at);
	t.due_at := clocks_move(t, a, p_at, p_policies, p_accept_due, p_answer_due);
	if a.answer = 'stop' then
		t.answered_at := p_at;
		t.outcome := (select outcome from clock where ticket = t.id and kind = 'answer' order by round desc limit 1);
	end if;
	update ticket set state = t.state, holder = t.holder, person = t.person, returns = t.returns, due_at = t.due_at,
		answered_at = t.answered_at, outcome = t.outcome, updated_at = p_at, version = version + 1
		where id = t.id returning * into t;
	if t.holder <> v_from_holder then
		update holding set until = greatest(p_at, since) where ticket = t.id and until is null;
		insert into holding (ticket, department, since) select t.id, t.holder, max(until) from holding where ticket = t.id;
	end if;
	perform event_write(p_event, p_at, t.id, a.event, 'staff', caller_account(), t.holder, v_from_state, t.state,
		a.public_vi || coalesce(': ' || r.text_vi, ''), a.public_en || coalesce(': ' || r.text_en, ''),
		jsonb_strip_nulls(jsonb_build_object('from_department', nullif(v_from_holder, t.holder), 'person', t.person,
			'reason_code', r.code, 'reason', p_reason, 'sent_to', case when a.holder = 'keep' then p_department end)));
	select m.body, m.etag into body, etag from ticket_moved(t, p_at) m;
end $$;
