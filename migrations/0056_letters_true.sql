-- Letters that stay true: the date of the answer and not of what comes before it, dates that move in both directions, nothing that is
-- long done, and one letter where two would say the same.
set local search_path = tiepdan, public;

-- --- what a letter says --------------------------------------------------------------------------------------------------

-- A moment as letters write it.
create function notice_clock(p_at timestamptz, p_zone text, p_vi boolean) returns text language sql stable as $$
	select to_char(p_at at time zone p_zone, case when p_vi then 'HH24:MI "ngày" DD/MM/YYYY' else 'YYYY-MM-DD HH24:MI' end)
$$;
create function notice_hidden(p_vi boolean) returns text language sql immutable parallel safe as $$
	select case when p_vi then '(không nêu trong thư)' else '(not named here)' end
$$;

create function notice_title(n notice, t ticket, p part, p_vi boolean, p_hidden boolean) returns text language plpgsql stable
set search_path = tiepdan, pg_temp as $$
begin
	return case when p_hidden then notice_hidden(p_vi)
		when n.account is null then notice_plain(t.title)
		when n.audience <> 'asked' or part_reads(p, t) then t.title
		else notice_hidden(p_vi) end;
end $$;

-- The state that the event brought about, where it is one of this ticket: a letter of an answer does not tell what became of it since.
create function notice_state(t ticket, e event, p_vi boolean) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select case when p_vi then name_vi else name_en end from state
		where code in (t.state, case when e.ticket = t.id then e.to_state end) order by code = t.state limit 1);
end $$;

-- Until when: what the letter wants; else for staff the first deadline of the ticket, and for citizens the date of the answer as their
-- page tells it, which is the latest possible one until the ticket is accepted.
create function notice_due(n notice, t ticket, p part, p_data jsonb, p_zone text, p_vi boolean) returns text language plpgsql stable
set search_path = tiepdan, pg_temp as $$
declare
	v_ticket uuid := case t.state when 'merged' then ticket_root(t.id) else t.id end;
	v_due timestamptz := case when n.audience = 'asked' then p.due_at else notice_wanted(n, p_data) end;
	v_latest boolean := false;
begin
	if v_due is null then
		select c.due_at, c.waits and n.account is null into v_due, v_latest from clock_running c join clock_kind k on k.code = c.kind and k.told
			where c.slot = slot_current() and c.ticket = v_ticket and (n.account is not null or c.kind in ('answer', 'appeal'))
			order by c.due_at limit 1;
	end if;
	return case
		when v_due is null and p_vi then 'không có hạn đang chạy'
		when v_due is null then 'no deadline is running'
		when not v_latest then notice_clock(v_due, p_zone, p_vi)
		when p_vi then 'chậm nhất ' || notice_clock(v_due, p_zone, true)
		else notice_clock(v_due, p_zone, false) || ' at the latest' end;
end $$;

-- What an event that moved the date of the answer says besides: both dates.
create function redated_said(p_data jsonb, p_zone text, p_vi boolean) returns text language plpgsql stable
set search_path = tiepdan, pg_temp as $$
declare
	v_moved jsonb := coalesce(p_data->'clocks'->'answer', p_data->'clocks'->'appeal');
	v_before text := notice_clock((v_moved->>'due_before')::timestamptz, p_zone, p_vi);
	v_after text := notice_clock((v_moved->>'due_after')::timestamptz, p_zone, p_vi);
	v_undone boolean := p_data ? 'undone';
begin
	return case
		when p_vi and v_undone then format('Hạn trả lời phiếu của Ông/Bà trở lại là %s như trước; hạn %s đã thông báo không còn áp dụng',
			v_after, v_before)
		when p_vi then format('Hạn trả lời phiếu của Ông/Bà trước đây là %s, nay là %s', v_before, v_after)
		when v_undone then format('The answer to your ticket is again due at %s as before, and no longer at %s as we told you', v_after, v_before)
		else format('The answer to your ticket was due at %s, and is now due at %s', v_before, v_after) end
		where v_moved is not null;
end $$;
create function notice_what(e event, p_zone text, p_vi boolean) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return concat_ws('. ', coalesce(case when p_vi then e.public_vi else e.public_en end, ''),
		case when e.type = 'ticket.redated' then redated_said(e.data, p_zone, p_vi) end);
end $$;

-- --- what is told to nobody any more --------------------------------------------------------------------------------------

-- Whether a citizen was told, or is going to be, that a re-dating moved their date. Letters say so of one that was taken back, too:
-- theirs have the mark `undone`.
create function redating_told(p_ticket uuid, p_redating text, p_states text[]) returns boolean language plpgsql stable
set search_path = tiepdan, pg_temp as $$
begin
	return exists (select from notice x join event e on e.at = x.event_at and e.id = x.event
		where x.ticket = p_ticket and x.type = 'ticket.redated' and x.account is null and x.state = any (p_states)
			and e.data->>'redating' = p_redating and not e.data ? 'undone');
end $$;
-- Of a re-dating that was taken back those are told who had been told of it; nobody whose answer has come.
create function redated_late(n notice, p_data jsonb) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_root uuid := ticket_root(n.ticket);
begin
	return not exists (select from clock_running where slot = slot_current() and ticket = v_root and kind in ('answer', 'appeal'))
		or case when p_data ? 'undone' then not redating_told(n.ticket, p_data->>'redating', '{sending,sent}')
			else exists (select from redating where id = (p_data->>'redating')::uuid and undone_at is not null) end;
end $$;
-- Whether the clock that an alarm is about has stopped since.
create function alarm_over(p_ticket uuid, p_data jsonb) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return p_data ? 'clock' and not exists (select from clock_running where slot = slot_current() and ticket = p_ticket
		and kind = p_data->>'clock' and round = (p_data->>'round')::int and not parked);
end $$;

-- As in 0047, and a date that moved back, a reply that is signed, an extension that is decided, a ticket that somebody else has, a
-- part that was given, a clock that has stopped.
create or replace function notice_late(n notice, p_now timestamptz) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	e event;
	d jsonb;
begin
	select * into e from event where at = n.event_at and id = n.event;
	d := e.data;
	return coalesce(case
		when n.type = 'ticket.asked' then not exists (select from question where ticket = e.ticket and id::text = d->>'question'
			and ended_at is null and until_at > p_now)
		when n.type = 'publication.proposed' then publication_state_of(n.ticket) <> 'proposed'
		when n.type = 'reply.review_asked' then not exists (select from review_request where id = (d->>'request')::uuid and state = 'asked')
		when n.type = 'ticket.redated' then redated_late(n, d)
		when n.type in ('reply.proposed', 'reply.unsigned') then (select state <> 'pending_approval' from ticket where id = n.ticket)
		when n.type = 'ticket.extension_requested' then not exists (select from extension where ticket = n.ticket and state = 'requested')
		when n.type = 'ticket.assigned' and d ? 'person' then (
			select person is distinct from (d->>'person')::uuid from ticket where id = n.ticket)
		when n.type in ('part.asked', 'clock.part_warning', 'clock.part_breached') then (
			select state <> 'asked' from part where id = (d->>'part')::uuid)
		when n.type in ('clock.warning', 'clock.breached', 'clock.escalated') then alarm_over(n.ticket, d) end, false);
end $$;
-- Whether a later letter of the same sort to the same person goes now, too. Alarms, parts and reviews go one by one: each is about
-- another one.
create function notice_replaced(n notice, p_now timestamptz) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return n.type !~ '^(clock|part|reply\.review)' and exists (
		select from notice x where x.ticket = n.ticket and x.type = n.type and x.account is not distinct from n.account
			and (x.event_at, x.id) > (n.event_at, n.id)
			and (x.state in ('sending', 'sent') or (x.state = 'waiting' and x.next_at <= p_now)));
end $$;

-- Takes for a sender what is due, urgent ones first: what is told to nobody any more, and what goes to a marked address, is put away,
-- and its place taken by the next. In the order in which they are to be sent.
create function notices_take(p_now timestamptz, p_lease timestamptz, p_limit bigint, p_domain text) returns uuid[] language plpgsql
set search_path = tiepdan, pg_temp as $$
declare
	v_ids uuid[];
	v_away uuid[];
begin
	for turn in 1 .. 20 loop
		with urgent as (
			select id, 1 as place from notice where urgent and state in ('waiting', 'sending') and next_at <= p_now
			order by next_at, id limit p_limit for update skip locked),
		other as (
			select id, 2 as place from notice where not urgent and state in ('waiting', 'sending') and next_at <= p_now
			order by next_at, id limit p_limit for update skip locked)
		select array(select id from (select * from urgent union all select * from other) x order by place limit p_limit) into v_ids;
		with put as (
			update notice n set state = case x.error when 'marked' then 'bounced' else 'cancelled' end, error = x.error
			from (select k.id, case when notice_late(k, p_now) then 'late' when notice_marked(k) then 'marked'
				when notice_replaced(k, p_now) then 'merged' end as error from notice k where k.id = any (v_ids)) x
			where n.id = x.id and x.error is not null returning n.id)
		select coalesce(array_agg(id), '{}') into v_away from put;
		exit when v_away = '{}';
	end loop;
	v_ids := array(select id from unnest(v_ids) with ordinality i (id, ord) where id <> all (v_away) order by ord);
	update notice set state = 'sending', next_at = p_lease, attempts = attempts + 1,
		message_id = coalesce(message_id, '<' || id || '@' || p_domain || '>') where id = any (v_ids);
	return v_ids;
end $$;

-- As in 0047, in parts, each of them above.
create or replace function notice_claim(p_now timestamptz, p_lease timestamptz, p_limit bigint, p_domain text, p_zone text, p_public_url text)
returns table (id uuid, ticket uuid, attempts bigint, urgent boolean, citizen boolean, department bigint, made_at timestamptz,
	message_id text, language text, address text, epoch bigint, wrapped bytea, box bytea, subject text, body text, html text,
	code text, title text, what text, state text, department_name text, due text, at text, reason text, link text, sender text, number bigint, generation bigint,
	question bigint, answer_until timestamptz)
language plpgsql security definer set search_path = tiepdan, pg_temp set jit = off as $$
#variable_conflict use_column
declare
	v_ids uuid[] := notices_take(p_now, p_lease, p_limit, p_domain);
begin
	return query
	select n.id, n.ticket, n.attempts::bigint, n.urgent, n.account is null, a.department, n.made_at, n.message_id, m.language, a.email,
		c.epoch, c.wrapped, c.box, m.subject, m.text, m.html, t.code, notice_title(n, t, p, v.vi, v.hidden), notice_what(e, p_zone, v.vi),
		notice_state(t, e, v.vi), case when v.hidden then notice_hidden(v.vi) when v.vi then d.name_vi else d.name_en end,
		notice_due(n, t, p, e.data, p_zone, v.vi), notice_clock(n.event_at, p_zone, v.vi),
		coalesce(case when v.vi then r.text_vi else r.text_en end, notice_reason(p, e.data->>'verdict', v.vi, v.hidden)),
		p_public_url || case when n.audience = 'asked' then '/v1/parts/' || p.id when n.account is not null then '/v1/tickets/' || t.id
			when q.until_at is not null then '/v1/tracking/question'
			else '/v1/tracking' end,
		(select case when v.vi then h.name_vi else h.name_en end from department h where h.hub), t.number, t.generation,
		(select count(*) from question x where x.ticket = q.ticket and x.asked_at <= q.asked_at), q.until_at
	from unnest(v_ids) with ordinality i (id, ord) join notice n on n.id = i.id
		join ticket t on t.id = n.ticket join department d on d.id = t.holder
		left join event e on e.at = n.event_at and e.id = n.event
		left join part p on n.account is not null and p.id = (e.data->>'part')::uuid
		left join account a on a.id = n.account and a.active
			and notice_opens(a.id, a.department, t.sight, t.holder, case when n.audience = 'asked' then p.id end)
			and not notice_kept(t.id, t.sight, a.id)
		left join contact c on c.ticket = n.ticket and n.account is null and c.erased_at is null
		left join question q on n.account is null and n.type = 'ticket.asked' and q.ticket = t.id and q.ended_at is null
			and q.id::text = e.data->>'question'
			and t.sight in ('public', 'private', 'restricted')
		left join refusal_reason r on r.code = e.data->>'reason_code'
		left join lateral (select * from notice_template x where x.type = n.type and x.side = notice_side(n.audience)
			and x.valid_from <= p_now order by x.language = n.language desc, x.valid_from desc, x.version desc limit 1) m on true
		cross join lateral (select m.language is distinct from 'en' as vi, t.sight not in ('public', 'private', 'restricted') as hidden) v
	order by i.ord;
end $$;

-- --- dates that a re-dating moves ------------------------------------------------------------------------------------------

-- As in 0023; the event also says whether the date of the answer moves at all, and whether it moves back.
create or replace function redating_tell(p_id uuid, p_worker uuid, p_limit bigint)
returns bigint language plpgsql security definer set search_path = tiepdan, pg_temp set plan_cache_mode = force_custom_plan as $$
declare
	r redating := redating_mine(p_id, p_worker, null);
	v_common jsonb := jsonb_build_object('redating', p_id) || case when r.undone_at is null then '{}' else '{"undone": true}' end::jsonb;
	v_until uuid;
	v_told bigint;
begin
	if r.told_to is null then
		return 0;
	end if;
	v_until := (select max_ticket.ticket from (select ticket from clock_running where slot = r.slot and moved and ticket > r.told_to
		and (r.tell_until is null or ticket <= r.tell_until) order by ticket, kind limit p_limit) max_ticket order by 1 desc limit 1);
	with told as (
		select m.ticket, min(m.holder) as holder, v_common || jsonb_build_object(
				'earlier', coalesce(bool_or(m.after < m.before) filter (where m.kind in ('answer', 'appeal')), false),
				'answer_moves', bool_or(m.kind in ('answer', 'appeal')),
				'clocks', jsonb_object_agg(m.kind, jsonb_build_object('due_before', instant(m.before), 'due_after', instant(m.after)))) as data
		from redating_moved(r, r.told_to, v_until) m where v_until is not null group by m.ticket)
	insert into event (id, at, ticket, type, actor_kind, department, public_vi, public_en, data, hash)
	select e.id, now(), t.ticket, 'ticket.redated', 'job', t.holder, x.vi, x.en, t.data,
		event_hash(e.id, now(), t.ticket, 'ticket.redated', 'job', null, t.holder, null, null, x.vi, x.en, t.data)
	from told t, lateral (select gen_random_uuid() as id where t.ticket is not null) e,
		(select case when r.undone_at is null then 'Thời hạn được tính lại theo lịch làm việc và quy định hiện hành'
				else 'Thời hạn được khôi phục như trước khi tính lại' end as vi,
			case when r.undone_at is null then 'The deadlines were counted again by the calendars and rules now in force'
				else 'The deadlines are back to what they were before' end as en) x;
	get diagnostics v_told = row_count;
	update redating set told_to = v_until, told = told + v_told where id = p_id;
	-- Pages that were read since the switch do not have the event yet.
	update clock_slot set generation = generation + 1 where v_until is null and role = 'current';
	return v_told + (v_until is not null)::int;
end $$;

update notice_rule set if_data = 'answer_moves' where type = 'ticket.redated' and audience = 'citizen' and if_data = 'earlier';
comment on column notice_rule.if_data is 'only when this member of the event''s data is true; ticket.redated has earlier (of the answer, or of the
	decision on an appeal) for those who want to tell of nothing else, and answer_moves';

-- As in 0047; that a date moves back is told to nobody who was not told that it moved.
alter function notice_target(text, uuid, uuid, timestamptz, jsonb) rename to notice_person;
create function notice_target(p_audience text, p_ticket uuid, p_person uuid, p_at timestamptz, p_data jsonb)
returns table (person uuid, part uuid) language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	if p_data ? 'undone' and not redating_told(p_ticket, p_data->>'redating', '{waiting,sending,sent}') then
		return;
	end if;
	return query select * from notice_person(p_audience, p_ticket, p_person, p_at, p_data);
end $$;

-- The next version of the shipped words, whatever versions an installation has of its own: those have a later valid_from.
insert into notice_template (type, side, language, version, subject, text)
select type, side, language, (select 1 + max(x.version) from notice_template x where (x.type, x.side, x.language) = (t.type, t.side, t.language)),
	replace(t.subject, w.old_subject, w.subject), replace(t.text, w.old, w.new)
from notice_template t join (values
	('Thời hạn giải quyết phiếu của Ông/Bà được rút ngắn', 'Thời hạn giải quyết phiếu của Ông/Bà thay đổi',
		'Thời hạn giải quyết phiếu của Ông/Bà đã được tính lại và sớm hơn trước.', '{{what}}.'),
	('Your ticket is due earlier', 'The due date of your ticket has changed',
		'The due date of your ticket was calculated again and is earlier than before.', '{{what}}.'))
	w (old_subject, subject, old, new) on strpos(t.subject, w.old_subject) > 0 and strpos(t.text, w.old) > 0
where type = 'ticket.redated' and side = 'citizen' and version = 1;

revoke execute on function notice_clock, notice_hidden, notice_title, notice_state, notice_due, redated_said, notice_what, redating_told,
	redated_late, alarm_over, notice_replaced, notices_take, notice_target from public;
