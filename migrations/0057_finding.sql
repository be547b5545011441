-- What somebody found who used the API for the first time: a ticket is found by its code, a question that was answered on another
-- way is ended by staff.
set local search_path = tiepdan, public;

-- --- a ticket by its code ------------------------------------------------------------------------------------------------

-- The ticket that is meant: by its id, or by its code and the number that the code is made of. nobody() where it is none that
-- the caller sees.
create function ticket_meant(p_id uuid, p_number bigint, p_code text) returns uuid language plpgsql stable
set search_path = tiepdan, pg_temp as $$
begin
	return case when p_code is null then p_id
		else coalesce((select t.id from ticket t where t.number = p_number and t.code = p_code and sees(t)), nobody()) end;
end $$;

-- As that of 0030, which serves without a code. With one: that ticket, where the rest fits it, whatever its state and whoever
-- holds it, unless that is asked for, too. There is one at the most, so it has no order and no second page.
create function ticket_queue(p_filter uuid, p_states text[], p_kind text, p_category text, p_area text, p_level text, p_standing text,
	p_holder text, p_mine boolean, p_person uuid, p_unassigned boolean, p_sort text, p_now timestamptz, p_soon timestamptz,
	p_after text, p_limit bigint, p_number bigint, p_code text)
returns table (item text, key text, due_at timestamptz, calendar text, unit text) language plpgsql stable
set search_path = tiepdan, pg_temp as $$
begin
	if p_code is null then
		return query select * from ticket_queue(p_filter, p_states, p_kind, p_category, p_area, p_level, p_standing, p_holder, p_mine,
			p_person, p_unassigned, p_sort, p_now, p_soon, p_after, p_limit);
	elsif p_after is null then
		return query select * from queue_lines(array(select x.id from ticket_meant(null, p_number, p_code) x (id)
			where ticket_asked(x.id, case when p_filter is null then '{}' else (filter_used(p_filter)).query end
				|| jsonb_strip_nulls(jsonb_build_object('state', nullif(p_states, '{}'), 'kind', p_kind, 'category', p_category,
					'area', p_area, 'level', p_level, 'standing', p_standing, 'holder', p_holder)),
				case when p_unassigned then nobody() when p_mine then caller_account() else p_person end, p_now, p_soon)),
			slot_current(), false, p_now, p_soon);
	end if;
end $$;
-- Whether a ticket is what the query of a queue (saved_filter.query) asks for; p_person goes before whom the query names.
create function ticket_asked(p_ticket uuid, q jsonb, p_person uuid, p_now timestamptz, p_soon timestamptz) returns boolean
language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_standing text := q->>'standing';
	v_person uuid := case when p_person is not null then p_person when q ? 'unassigned' then nobody()
		when q ? 'mine' then caller_account() else (q->>'person')::uuid end;
begin
	return exists (select from ticket t left join clock_first c on c.slot = slot_current() and c.ticket = t.id
		where t.id = p_ticket
			and (coalesce(q->>'holder', 'any') = 'any' or t.holder = (select id from department where code = q->>'holder'))
			and ticket_fits(t, coalesce(c.due_at, 'infinity'),
				case when q ? 'state' then array(select jsonb_array_elements_text(q->'state')) end, q->>'kind',
				case when q ? 'category' then array(select code from category where q->>'category' in (code, parent)) end,
				q->>'area', q->>'level', v_person,
				case v_standing when 'due_soon' then p_now when 'in_time' then p_soon when 'no_clock' then 'infinity' end,
				case v_standing when 'overdue' then p_now when 'due_soon' then p_soon when 'in_time' then 'infinity' end));
end $$;
revoke execute on function ticket_meant, ticket_queue(uuid, text[], text, text, text, text, text, text, boolean, uuid, boolean, text,
	timestamptz, timestamptz, text, bigint, bigint, text), ticket_asked from public;
grant execute on function ticket_meant, ticket_queue(uuid, text[], text, text, text, text, text, text, boolean, uuid, boolean, text,
	timestamptz, timestamptz, text, bigint, bigint, text), ticket_asked to tiepdan_app;

-- --- a question that was answered on another way -------------------------------------------------------------------------

-- The citizen wrote a message or rang up instead of answering: whoever may ask says so, and the clocks run again from then.
insert into action (code, position, event, reason, holder, person, reply, way, public_vi, public_en) values
	('resume', 14, 'ticket.resumed', 'required', 'keep', 'keep', 'keep', 'question',
		'Thông tin đã được bổ sung, đơn vị tiếp tục giải quyết', 'The information was supplied, the work goes on');
insert into move select 'resume', from_state, to_state from move where action = 'supply';
insert into move_role (action, role, scope, sight) select 'resume', role, scope, sight from move_role where action = 'ask';
comment on table move is 'One row for each action and state, but for those that lead back to where a question was asked or a ticket was merged.';

-- As in 0037; and a ticket that was asked about goes back where it was.
create or replace function moves_of(t ticket) returns json language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
begin
	return (
		select coalesce(json_agg(case when not a.evidence then m.move
				else (m.move::jsonb || jsonb_strip_nulls(jsonb_build_object('needs_evidence', evidence_missing(t))))::json end order by m.ord), '[]')
		from json_array_elements(moves_for(t)) with ordinality m (move, ord) join action a on a.code = m.move->>'action'
		where (not a.conditional or coalesce(move_applies(t, a.code, now()), false))
			and (a.code <> 'unmerge' or m.move->>'to' = (select from_state from ticket_merge where ticket = t.id and ended_at is null))
			and (a.code <> 'resume' or m.move->>'to' = (select from_state from question where ticket = t.id and ended_at is null)));
end $$;

-- Ends the open question of a locked ticket by an action and brings the ticket back to where it was; TD409 when there is none.
create function question_end(t ticket, p_action text, p_ended text, p_ended_at timestamptz, p_at timestamptz, p_actor_kind text, p_event uuid,
	p_data jsonb)
returns ticket language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	a action;
	q question;
begin
	select * into strict a from action where code = p_action;
	-- Clocks of servers differ: no answer is before its question, and none after its time.
	update question set ended = p_ended, ended_at = least(greatest(p_ended_at, asked_at), until_at) where ticket = t.id and ended_at is null
		returning * into q;
	if not found then
		raise exception 'no question waits' using errcode = 'TD409', detail = moves_of(t)::text;
	end if;
	update ticket set state = q.from_state, updated_at = p_at, version = version + 1 where id = t.id returning * into t;
	perform clocks_settle(t);
	perform event_write(p_event, p_at, t.id, a.event, p_actor_kind, case p_actor_kind when 'staff' then caller_account() end, t.holder,
		'needs_info', t.state, a.public_vi, a.public_en, jsonb_strip_nulls(jsonb_build_object('question', q.id) || coalesce(p_data, '{}')));
	return t;
end $$;
-- As in 0021: the citizen's answer, or the end of the time for it.
create or replace function question_end(t ticket, p_ended text, p_ended_at timestamptz, p_at timestamptz, p_actor_kind text, p_event uuid)
returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	perform question_end(t, case p_ended when 'answered' then 'supply' else 'expire' end, p_ended, p_ended_at, p_at, p_actor_kind, p_event, null);
end $$;

-- Refusals as ticket_move(). The dates count the pause until now.
create function question_resume(p_ticket uuid, p_version bigint, p_reason text, p_at timestamptz, p_slots bigint[], p_kinds text[],
	p_starts timestamptz[], p_dues timestamptz[], p_alarms timestamptz[], p_versions bigint[], p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_at_version(p_ticket, p_version);
begin
	perform move_check(t, 'resume');
	if nullif(p_reason, '') is null then
		raise exception 'resume needs a reason' using errcode = 'TD428';
	end if;
	perform slots_hold();
	perform clocks_redate(t.id, p_slots, p_kinds, p_starts, p_dues, p_alarms, p_versions);
	t := question_end(t, 'resume', 'answered', p_at, p_at, 'staff', p_event, jsonb_build_object('reason', p_reason));
	select m.body, m.etag into body, etag from ticket_moved(t) m;
end $$;

insert into notice_rule (type, audience) values ('ticket.resumed', 'citizen');
select letter_add('ticket.resumed', 'citizen', true, 'Thông tin của phiếu đã được bổ sung',
	'Thông tin cho phiếu của Ông/Bà đã được ghi nhận là đã bổ sung. Đơn vị có trách nhiệm tiếp tục giải quyết, thời hạn được tính tiếp.',
	'The information was supplied',
	'The information for your ticket was recorded as supplied. The responsible department goes on, and the time limits run again.');
revoke execute on function question_end(ticket, text, text, timestamptz, timestamptz, text, uuid, jsonb), question_resume from public;
grant execute on function question_resume to tiepdan_app;

-- Writes a message (0032) and says whether a question waits for an answer all the same.
create function tracking_write(p_number bigint, p_generation bigint, p_id uuid, p_text text, p_at timestamptz, p_event uuid)
returns boolean language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	perform tracking_message(p_number, p_generation, p_id, p_text, p_at, p_event);
	return (select state = 'needs_info' from ticket where number = p_number);
end $$;
revoke execute on function tracking_write from public;
grant execute on function tracking_write to tiepdan_app;

-- --- departments without people ------------------------------------------------------------------------------------------

-- Whether anybody who is active in a department can accept what comes to it; `tiepdan doctor` names those where it is not so.
create function department_staffed(p_department bigint) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return exists (select from account a join account_role x on x.account = a.id join move_role r on r.role = x.role and r.action = 'accept'
		where a.department = p_department and a.active);
end $$;
-- As in 0040; what the holder would be told and has nobody for goes to the hub, which can send the ticket on.
create or replace function notice_people(p_holder bigint, p_sight text, p_person uuid, p_part uuid, p_audience text, p_now timestamptz)
returns table (account uuid, deputy boolean) language plpgsql stable set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	v_audience text := case when p_audience = 'holder' and not department_staffed(p_holder) then 'hub' else p_audience end;
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
		where p.place = 1 order by p.login limit (select value from setting where name = 'notice_people_most'));
	return query
	select p, false from unnest(v_people) p
	union all
	select distinct d.id, true from unnest(v_people) p join account a on a.id = p
		join absence b on b.account = a.id and b.from_at <= p_now and b.until_at > p_now
		join account d on d.id = b.deputy and d.department = a.department
	where d.active and d.email is not null and d.id <> all (v_people) and notice_opens(d.id, d.department, p_sight, p_holder, p_part);
end $$;
revoke execute on function department_staffed from public;
