-- A page of a citizen costs half of what it did. Of a ticket that has just been filed fifteen functions were called for what most tickets do not have, and
-- each move that might be open made a ticket of its own to be asked about.
set local search_path = tiepdan, public;

-- As in 0019, but that pauses are looked for where a clock knows them.
create or replace function clocks_listed(p_ticket uuid, p_all boolean, p_now timestamptz, p_soon timestamptz)
returns table (item json, kind text, round int, due_at timestamptz, calendar text, unit text, runs boolean)
language plpgsql stable set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
	return query
	select json_build_object('kind', c.kind, 'round', c.round, 'due_at', instant(c.due_at), 'latest', c.waits,
			'started_at', case when not c.waits and c.start_at <= coalesce(c.stop_at, 'infinity') then instant(c.start_at) end, 'stopped_at', instant(c.stop_at),
			'standing', standing(c.outcome, c.due_at, p_now, p_soon),
			'paused', c.stop_at is null and k.pauses and exists (select from question q where q.ticket = p_ticket and q.ended_at is null),
			'unit', c.unit, 'amount', c.amount, 'extension', c.extension, 'policy', policy_told(p)),
		c.kind, c.round, c.due_at, c.calendar, c.unit, c.stop_at is null
	from clock_all c join clock_kind k on k.code = c.kind join policy p on p.id = c.policy
	where c.ticket = p_ticket and c.outcome is distinct from 'passed' and (p_all or k.told)
	order by k.position, c.round;
end $$;

-- As in 0032, but that nothing is counted where nothing was written: the least that both settings may be leaves room for a first message.
create or replace function may_write(t ticket) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return case when t.state = 'merged' then (select not r.done or r.state = 'answered' from ticket r where r.id = ticket_root(t.id))
			else not t.done or t.state = 'answered' end
		and (not exists (select from message where ticket = t.id and author is null) or messages_room(t.id) > 1);
end $$;

-- Whether a citizen makes that move about the ticket that has the answer to theirs.
create function move_of_answer(p_action text) returns boolean language sql immutable parallel safe as $$
	select p_action in ('second_look', 'appeal')
$$;
create or replace function moved_by(t ticket, p_action text) returns ticket language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return case when move_of_answer(p_action) then case_root(t) else t end;
end $$;
-- As in 0107, but that whose state counts is known without a copy of the ticket for each move.
create or replace function moves_tracked(t ticket) returns json language plpgsql stable set search_path = tiepdan, pg_temp
set plan_cache_mode = force_generic_plan as $$
declare
	r ticket := case_root(t);
	q question;
begin
	select * into q from question where ticket = t.id and ended_at is null;
	return (
		select coalesce(json_agg(json_build_object('action', m.action, 'to', m.leads, 'needs_reason', m.needs_reason,
			'until', case when move_of_answer(m.action) then instant(review_until(r, m.action))
				when m.action = 'supply' then instant(q.until_at) end) order by m.place, m.action, m.leads), '[]')
		from move_case m
		where m.role = 'citizen' and m.from_state = case when move_of_answer(m.action) then r.state else t.state end
			and case when not m.conditional then true when move_of_answer(m.action) then move_applies(r, m.action, now())
				else move_applies(t, m.action, now()) end and (m.action <> 'supply' or m.leads = q.from_state));
end $$;

-- As in 0029, but that what a ticket does not have is not asked for.
create or replace function tracking_body(t ticket, p_now timestamptz, p_soon timestamptz) returns text language plpgsql stable
set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
	c_none constant json := '[]';
	v_merged constant boolean := t.state = 'merged';
begin
	return (
		select json_build_object('code', t.code, 'kind', t.kind, 'category', named(c.code, c.name_vi, c.name_en),
			'area', named(a.code, a.name_vi, a.name_en), 'title', t.title, 'text', t.text, 'location_text', t.location_text,
			'state', t.state, 'state_vi', s.name_vi, 'state_en', s.name_en, 'holder', named(d.code, d.name_vi, d.name_en),
			'deadlines', deadlines_of(t.id, p_now, p_soon), 'steps', steps_of(t.id, t.filed_at, p_now),
			'replies', case when exists (select from reply k where k.ticket = t.id) then replies_published(t.id) else c_none end,
			'messages', case when exists (select from message k where k.ticket = t.id) then messages_of(t.id) else c_none end,
			'questions', case when exists (select from question k where k.ticket = t.id) then questions_of(t.id) else c_none end,
			'extensions', case when exists (select from extension k where k.ticket = t.id) then extensions_of(t.id, false) else c_none end,
			'parts', case when exists (select from part k where k.ticket = t.id) then parts_told(t.id) else c_none end,
			'reviews', case when exists (select from review k where k.ticket = t.id) then reviews_of(t.id, t.id) else c_none end,
			'refusal', case when t.state in ('refused', 'redirected') then refusal_of(t) end, 'moves', moves_tracked(t),
			'merged_into', case when v_merged then merge_told(t, p_now, p_soon) end,
			'supporters', case when exists (select from ticket_merge k where k.into_ticket = t.id and k.ended_at is null) then supporters_of(t.id) else 0 end,
			'splits', case when exists (select from ticket_relation k where k.other = t.id and k.kind = 'split_from') then splits_of(t.id) else c_none end,
			'may_rate', case when v_merged or t.done or t.state = 'answered' then may_rate(t) else false end, 'may_write', may_write(t),
			'publication', publication_told(t.id), 'taken', case when t.channel in ('counter', 'phone', 'letter') then taken_told(t) end,
			'petition', case when exists (select from petition k where k.ticket = t.id) then petition_told(t.id) end,
			'rating', case when exists (select from rating k where k.ticket = t.id) then rating_of(t.id) end,
			'promise', case when not t.done then (select promise_told(w.days, w.answers) from promise w
				where w.department = t.holder and w.kind = t.kind and w.category in (t.category, '') order by w.category desc limit 1) end,
			'filed_at', instant(t.filed_at), 'updated_at', instant(t.updated_at))::text
		from state s join category c on c.code = t.category join department d on d.id = t.holder left join area a on a.code = t.area
		where s.code = t.state);
end $$;

revoke all on function move_of_answer from public;
