-- Gaps in the life of a case: an answer whose limit another level had taken away is counted from where it was; what a filing told is
-- told again whatever the level became; where nobody of a department may sign a reply, the hub does; what nobody sees is found; who typed
-- a ticket does not handle it; nobody claims what somebody has.
set local search_path = tiepdan, public;

-- --- the level of a ticket -----------------------------------------------------------------------------------------------

-- An answer clock that a level without one has ended is kept as round 0, which no report counts, until a level with one brings it back.
comment on column clock.round is '0: an answer that no limit counts, since the level of the ticket has none';
delete from action_clock where action = 'relevel' and clock = 'answer';

-- The state of a ticket, or where it goes back to from a question.
create function state_meant(t ticket) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return coalesce((select from_state from question where ticket = t.id and ended_at is null), t.state);
end $$;
-- When a ticket was accepted first, as long as its first answer is to come.
create function answer_accepted(t ticket) returns timestamptz language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select min(e.at) from event e join action a on a.event = e.type
			join action_clock x on x.action = a.code and x.clock = 'answer' and x.effect = 'begin'
		where e.ticket = t.id and e.at > t.filed_at - interval '1 day' and not exists (select from review where ticket = t.id));
end $$;
-- Where a clock that does not run would be counted from if there were a limit, unless the policy knows better (app/ticket/plan.c): the
-- acceptance from when the holder got the ticket, the answer from the acceptance, the filing, or the wish for a second look. NULL: there
-- is nothing to wait for.
create function clock_asked(t ticket, p_kind text) returns timestamptz language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return case p_kind
		when 'accept' then (select since from holding where ticket = t.id and until is null and state_meant(t) = 'submitted')
		when 'answer' then (select case count(*) when 0 then coalesce(answer_accepted(t), t.filed_at) when 1 then max(asked_at) end
			from review where ticket = t.id) end;
end $$;
-- The clocks that another level dates: those that run, and the acceptance and the answer that no limit counts, with what that was
-- extended by.
create function level_clocks(t ticket)
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
	from (select kind, clock_asked(t, kind) as asked_at from unnest('{accept,answer}'::text[]) kind) k
		left join lateral (select unit, sum(amount)::int as amount from extension where ticket = t.id and k.kind = 'answer'
			and state = 'approved' and extension.asked_at >= k.asked_at group by unit order by max(extension.asked_at) desc limit 1) e on true
	where k.asked_at is not null
		and not exists (select from clock_running where slot = v_slot and ticket = t.id and clock_running.kind = k.kind);
end $$;
-- Of a clock that begins.
create function clock_round(p_ticket uuid, p_kind text) returns int language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select 1 + coalesce(max(round), 0) from clock where ticket = p_ticket and kind = p_kind);
end $$;

drop function level_facts(uuid, bigint, text);
-- As in 0049, with what no limit counts. accepted_s: when the ticket was accepted, as long as its first answer is to come.
create function level_facts(p_ticket uuid, p_version bigint, p_level text)
returns table (version bigint, matter text, category text, filed_s bigint, receiver text, holder text, accepted boolean, accepted_s bigint,
	slot bigint, kind text, round bigint, unit text, amount bigint, extension bigint, calendar text, calendar_version bigint,
	start_s bigint, waits boolean, pauses boolean, alarm_level bigint, profile text, receipt text)
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
		(select d.code from holding h join department d on d.id = h.department where h.ticket = t.id
			order by h.since, h.until nulls last limit 1),
		(select d.code from department d where d.id = t.holder),
		exists (select from clock x where x.ticket = t.id and x.kind = 'accept' and x.outcome <> 'passed')
			or state_meant(t) <> 'submitted',
		floor(extract(epoch from answer_accepted(t)))::bigint,
		c.slot::bigint, c.kind, c.round::bigint, c.unit, c.amount::bigint, c.extension::bigint, c.calendar, c.version,
		floor(extract(epoch from c.start_at))::bigint, c.waits, k.pauses, c.alarm_level::bigint, p.profile, p.receipt
	from (values (1)) one (row) left join level_clocks(t) c on true
		left join clock_kind k on k.code = c.kind left join policy p on p.id = c.policy;
end $$;

-- As in 0049; the answer is none that begins now.
create or replace function relevel_offers(t ticket, p_offers clock_offer[]) returns clock_offer[] language plpgsql stable
set search_path = tiepdan, pg_temp as $$
declare
	v_state text := state_meant(t);
begin
	return array(
		select o from unnest(p_offers) o
		where not (o.kind = 'update' and v_state = 'submitted')
			and not (o.kind = 'route' and v_state not in ('submitted', 'reopened', 'appealed')));
end $$;

-- A clock as the server has dated it.
create type clock_dated as (slot bigint, kind text, start_at timestamptz, waits boolean, due_at timestamptz, alarm_at timestamptz,
	version bigint, unit text, amount bigint, extension bigint);
-- What no limit counted is counted (again): in every slot, as a clock that begins. What the citizen was told of it once stays so.
create function clock_count(t ticket, c clock_dated) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_asked timestamptz := clock_asked(t, c.kind);
	v_told timestamptz;
begin
	if exists (select from clock_running where slot = slot_current() and ticket = t.id and kind = c.kind) then
		return;
	end if;
	if date_trunc('second', v_asked) = c.start_at then	-- the server counts seconds
		c.start_at := v_asked;
	end if;
	delete from clock where ticket = t.id and kind = c.kind and round = 0 returning latest_due into v_told;
	insert into clock_running (slot, ticket, kind, round, holder, policy, unit, amount, extension, calendar, version, start_at, waits, due_at,
		latest_due, first, alarm_at)
	select s.slot, t.id, c.kind, clock_round(t.id, c.kind), t.holder, t.policy, c.unit, c.amount, c.extension, department_calendar(t.holder),
		c.version, c.start_at, c.waits, c.due_at, coalesce(v_told, c.due_at), false, c.alarm_at
	from clock_slot s where s.role <> 'empty'
	on conflict (slot, ticket, kind) do nothing;
end $$;
-- As in 0049, and what no limit counted.
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
			select from unnest(v_dated) i where i.slot = c.slot and i.kind = c.kind)) then
		raise exception 'the clocks have changed' using errcode = 'lock_not_available';
	end if;
	with ended as (
		delete from clock_running c using unnest(v_dated) i
		where c.slot = i.slot and c.ticket = t.id and c.kind = i.kind and i.due_at is null
		returning c.*)
	insert into clock (ticket, kind, round, holder, policy, unit, amount, extension, calendar, version, start_at, due_at, latest_due,
		stop_at, outcome, days)
	select ticket, kind, case kind when 'answer' then 0 else round end, holder, policy, unit, amount, extension, calendar, version, start_at,
		due_at, latest_due, p_at, 'passed', 0
	from ended where slot = slot_current()
	on conflict on constraint clock_pk do nothing;
	update clock_running c set policy = p_policy, unit = i.unit, amount = i.amount, extension = i.extension,
			-- The server counts seconds.
			start_at = case when date_trunc('second', c.start_at) = i.start_at then c.start_at else i.start_at end,
			waits = i.waits, due_at = i.due_at, alarm_at = i.alarm_at, alarm_level = 1, version = i.version
		from unnest(v_dated) i
		where c.slot = i.slot and c.ticket = t.id and c.kind = i.kind and i.due_at is not null;
	perform clock_count(t, i) from unnest(v_dated) i
		where i.slot = slot_current() and i.kind in ('accept', 'answer') and i.due_at is not null;
	-- What is asked for was measured by the old limit.
	update extension set state = 'lapsed' where ticket = t.id and state = 'requested';
end $$;

-- The clocks of a filing, by the policy that it had: replayed, it tells what it told then, whatever level the ticket got. A clock began
-- at the filing if that policy has its kind and nothing started it again; one that a level has ended may have round 0.
create function filed_deadlines(p_ticket uuid, p policy) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select string_agg(deadline_told(c.kind, c.latest_due, p.answer_from_acceptance and p.accept_unit <> 'none' and c.kind = 'answer',
			p.profile, p.citation_vi, p.citation_en), ',' order by c.position)
		from (select distinct on (c.kind) c.kind, c.latest_due, k.position from clock_all c join clock_kind k on k.code = c.kind and k.told
				where c.ticket = p_ticket and c.round <= 1 and exists (
					select from action_clock a where a.action = 'file' and a.clock = c.kind and a.effect = 'start')
				order by c.kind, c.round) c
		where case c.kind when 'accept' then p.accept_unit when 'first_reply' then p.first_reply_unit else p.answer_unit end <> 'none');
end $$;
-- As in 0049; the policy is that of the filing itself.
create or replace function filed_body_of(p_ticket uuid) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select filed_body(t.code, t.kind, k.emergency_numbers, department_named(e.department), t.route, filed_deadlines(t.id, p),
			promise_told(t.promise_days, t.promise_of), t.filed_at)
		from ticket t join kind k on k.code = t.kind
			join event e on e.ticket = t.id and e.at = t.filed_at and e.type = 'ticket.filed'
			left join policy p on p.id = (e.data->>'policy')::bigint
		where t.id = p_ticket);
end $$;

-- --- a claim of what somebody has ------------------------------------------------------------------------------------------

-- Whoever works on a ticket has nothing to claim, and nobody takes it from a colleague: that one gives it back, or who may assign
-- gives it to another. Where nobody may assign, colleagues take over from each other.
alter table move_role add column takes_over boolean not null default false;
comment on column move_role.takes_over is 'also what a colleague works on: where nobody may assign';
update move_role set takes_over = true where action = 'claim' and sight = 'data';
create function claim_applies(t ticket) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return t.person is null or (t.person <> caller_account() and exists (select from move_role r
		where r.action = 'claim' and r.role = any (caller_roles()) and sight_fits(r.sight, t.sight) and r.takes_over));
end $$;
-- --- a reply that nobody of the department may sign ------------------------------------------------------------------------

-- Where the only head wrote the reply, gave the answer that is looked at again, or is kept away, the next above who sees such tickets
-- decides: a head of the hub.
alter table move_role add column lacking boolean not null default false;
comment on column move_role.lacking is 'for a ticket of another department only as long as nobody there may sign: reply_signers()';
update move_role set scope = 'all', lacking = true where role = 'hub_head' and action in ('approve', 'send_back');

-- Whether somebody wrote the present reply: what was proposed, the draft that became the first proposal of this answer, or whatever came
-- after it.
create function reply_authored(p_ticket uuid, p_account uuid) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_answered int := coalesce((select max(version) from reply where ticket = p_ticket and state = 'published'), 0);
	v_first int := (select min(version) from reply where ticket = p_ticket and version > v_answered and state in ('proposed', 'sent_back'));
begin
	return exists (select from reply where ticket = p_ticket and version >= greatest(v_first - 1, v_answered + 1) and author = p_account);
end $$;
-- Whether one of these roles signs what its holder wrote.
create function signs_alone(p_roles text[], p_sight text) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return exists (select from move_role where action = 'approve' and alone and role = any (p_roles) and (sight is null or sight = p_sight));
end $$;
-- As in 0031: whether the reply that waits for a signature is the caller's own, and none of their roles may sign that.
create or replace function reply_own(t ticket) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return reply_authored(t.id, caller_account()) and exists (select from reply where ticket = t.id and state = 'proposed')
		and not signs_alone(caller_roles(), t.sight);
end $$;
-- Who of the department that holds a ticket may sign its reply.
create function reply_signers(t ticket) returns setof uuid language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return query
	select a.id from account a cross join lateral (select array(select role from account_role where account = a.id) as roles) x
	where a.department = t.holder and a.active and notice_sees(a.id, a.department, t.sight, t.holder)
		and exists (select from move_role where action = 'approve' and role = any (x.roles) and sight_fits(sight, t.sight))
		and not exists (select from ticket_excluded where ticket = t.id and account = a.id) and not denounced(t.id, a.id)
		and (not reply_authored(t.id, a.id) or signs_alone(x.roles, t.sight));
end $$;
-- Whether the caller's rules for a move leave it to the department that holds the ticket.
create function move_left(t ticket, p_action text) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	if t.holder = caller_department() or not exists (select from move_role where action = p_action and lacking) then
		return false;
	end if;
	return not exists (select from move_role where action = p_action and scope = 'all' and not lacking and role = any (caller_roles())
			and sight_fits(sight, t.sight))
		and exists (select from reply_signers(t));
end $$;
-- As in 0030, without a claim of what somebody has, what is left to others, and what would make the caller handle what they may not.
create or replace function moves_for(t ticket) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_barred text := caller_barred(t.id);
begin
	return (
		select coalesce(json_agg(m.move order by m.ord), '[]')
		from json_array_elements(moves_open(t.state, t.sight, t.holder, t.returns, caller_roles(), caller_department()))
			with ordinality m (move, ord) join action a on a.code = m.move->>'action'
		where (a.code <> 'unassign' or unassign_applies(t)) and (a.code <> 'claim' or claim_applies(t)) and not move_barred(v_barred, a)
			and not move_left(t, a.code) and not (a.person = 'caller' and person_barred(t.id, caller_account())));
end $$;

-- Puts a reply forward; where nobody of the department may sign it, the hub is told.
create function reply_propose(t ticket, p_version int, p_text text, p_at timestamptz) returns void
language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	insert into reply (ticket, version, at, author, department, state, text)
		values (t.id, p_version, p_at, caller_account(), caller_department(), 'proposed', p_text);
	if not exists (select from reply_signers(t)) then
		perform event_write(gen_random_uuid(), p_at, t.id, 'reply.unsigned', 'staff', caller_account(), t.holder, null, null, null, null,
			jsonb_build_object('version', p_version));
	end if;
end $$;
-- As in 0031, by reply_propose().
create or replace function reply_move(t ticket, a action, p_text text, p_at timestamptz) returns void
language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_last reply;
	v_text text;
begin
	if a.reply = 'tell' then
		insert into message (id, ticket, at, author, department, text)
			values (gen_random_uuid(), t.id, p_at, caller_account(), caller_department(), p_text);
		return;
	end if;
	perform evidence_check(t, a);
	v_last := reply_last(t.id);
	v_text := coalesce(p_text, case when v_last.state = 'draft' then v_last.text end);
	if a.reply = 'propose' and v_text is not null then
		if not reply_reviewed(t, v_last, v_text) then
			raise exception 'no colleague has found the draft good' using errcode = 'TD448';
		end if;
		perform reply_propose(t, coalesce(v_last.version, 0) + 1, v_text, p_at);
	elsif a.reply in ('send_back', 'publish') and v_last.state = 'proposed' then
		if a.reply = 'publish' and reply_own(t) then
			raise exception 'nobody signs what they proposed' using errcode = 'TD438';
		end if;
		update reply set state = case a.reply when 'publish' then 'published' else 'sent_back' end,
			decided_by = caller_account(), decided_at = p_at where ticket = t.id and version = v_last.version;
	elsif a.reply <> 'keep' then
		raise exception 'the ticket has no draft reply' using errcode = 'TD433';
	end if;
end $$;

-- As in 0047; nobody is asked to sign what they wrote themselves, be it as the first draft.
create or replace function notice_may(p_audience text, p_ticket uuid, p_sight text, p_account uuid, p_deputy boolean) returns boolean
language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	if p_audience in ('signers', 'asked') then
		return not exists (select from ticket_excluded where ticket = p_ticket and account = p_account)
			and not (p_audience = 'signers' and reply_authored(p_ticket, p_account))
			and not notice_kept(p_ticket, p_sight, p_account);
	end if;
	return not (p_deputy and kept_away(p_ticket, p_account)) and not notice_kept(p_ticket, p_sight, p_account);
end $$;
insert into notice_rule (type, audience) values ('reply.unsigned', 'hub');
select letter_add('reply.unsigned', 'staff', false, 'Dự thảo trả lời chưa có người được phê duyệt',
	'Không ai của đơn vị đang giữ phiếu dưới đây được phê duyệt dự thảo trả lời trình lúc {{at}}. Đề nghị lãnh đạo trung tâm phê duyệt hoặc trả lại dự thảo.',
	'A reply that nobody of the department may sign',
	'Nobody of the department that has the ticket below may sign the reply that was proposed at {{at}}. A head of the hub is asked to sign it or to send it back.');

-- --- what nobody sees -------------------------------------------------------------------------------------------------------

-- What only named people see (sight.closed) is seen by nobody where a department has none of them. Nobody else is told that there is such
-- a ticket, so `tiepdan doctor` says it.
create function sight_people(p_sight text, p_holder bigint) returns setof uuid language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return query
	select a.id from account a where a.active and exists (
		select from account_role r join sight_right s on s.role = r.role
		where r.account = a.id and s.sight = p_sight and (s.scope = 'all' or a.department = p_holder));
end $$;
-- Departments with open tickets that nobody sees, and how many; NULL: none.
create function unseen_tickets() returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select string_agg(format('%s (%s)', d.code, x.n), ', ' order by d.code) from (
			select t.holder, count(*) as n from ticket t join sight s on s.code = t.sight and s.closed
			where not t.done and not exists (select from sight_people(t.sight, t.holder) p where not kept_away(t.id, p))
			group by t.holder) x
		join department d on d.id = x.holder);
end $$;
-- Departments that would get some: by a rule of routing for the kind, or because they stand above one that a denunciation is about.
create function unseen_departments() returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_today date := city_day(now());
begin
	return (
		with recursive target as (
			select k.sight, d.id, d.parent from route_rule r join kind k on k.code = r.kind join sight s on s.code = k.sight and s.closed
				join department d on d.code = r.department
			where v_today >= coalesce(r.valid_from, '-infinity') and v_today < coalesce(r.valid_to, 'infinity')
			union select t.sight, d.id, d.parent from target t join department d on d.id = t.parent where t.sight = 'denunciation')
		select string_agg(distinct d.code, ', ' order by d.code) from target t join department d on d.id = t.id
		where v_today < coalesce(d.valid_to, 'infinity') and not exists (select from sight_people(t.sight, t.id)));
end $$;

-- --- the letter about an answer --------------------------------------------------------------------------------------------

-- Who joined a ticket reads and rates the answer once it is published, and not before: the letter asks them for nothing else.
alter function letter_what(uuid, boolean, text, text) rename to letter_redirected;
create function letter_answered(t ticket, p_vi boolean, p_what text) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_told boolean;
begin
	if not starts_with(p_what, (select case when p_vi then public_vi else public_en end from action where code = 'approve')) then
		return p_what;
	end if;
	v_told := answer_told(t, case_root(t));
	return p_what || case
		when v_told and p_vi then ' phiếu của Ông/Bà. Kính mời Ông/Bà xem nội dung trả lời và cho ý kiến đánh giá khi tra cứu phiếu.'
		when v_told then ' your ticket. Please read the answer and tell us what you think of it when you follow the ticket.'
		when p_vi then ' phiếu mà Ông/Bà cùng tham gia. Ông/Bà sẽ xem được nội dung trả lời và cho ý kiến đánh giá khi nội dung được công khai.'
		else ' the ticket that you joined. You can read the answer, and tell us what you think of it, once it is published.' end;
end $$;
-- As in 0049, and of an answer who may read it now.
create function letter_what(p_ticket uuid, p_citizen boolean, p_language text, p_what text) returns text
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket;
begin
	select * into strict t from ticket where id = p_ticket;
	return letter_redirected(t.id, p_citizen, p_language,
		case when p_citizen then letter_answered(t, p_language is distinct from 'en', p_what) else p_what end);
end $$;
-- The next version of the shipped words, as in 0047.
insert into notice_template (type, side, language, version, subject, text)
select type, side, language, (select 1 + max(x.version) from notice_template x where (x.type, x.side, x.language) = (t.type, t.side, t.language)), subject,
	replace(text, n.old, n.new)
from notice_template t join (values
	('Đơn vị có trách nhiệm đã trả lời phiếu của Ông/Bà. Kính mời Ông/Bà xem nội dung trả lời và cho ý kiến đánh giá.', '{{what}}'),
	('The responsible department answered your ticket. Please read the answer and tell us what you think of it.', '{{what}}'),
	('Câu hỏi và câu trả lời đã được công khai, không nêu tên và thông tin liên hệ của Ông/Bà.',
		'Câu hỏi và câu trả lời đã được công khai, không nêu tên và thông tin liên hệ của Ông/Bà. Kính mời Ông/Bà xem nội dung và, nếu chưa '
			'đánh giá, cho ý kiến đánh giá khi tra cứu phiếu.'),
	('Question and answer were published, without your name and contact.',
		'Question and answer were published, without your name and contact. Please read them and, if you have not yet, tell us what you '
			'think of the answer when you follow the ticket.')) n (old, new) on strpos(text, n.old) > 0
where type in ('ticket.answered', 'publication.published') and side = 'citizen' and version = 1;

-- --- who typed a ticket ----------------------------------------------------------------------------------------------------

-- Whether somebody must not have a ticket: whom ticket_excluded names, and who typed it in the name of its author, so that what was
-- said and what was done about it are two people's word.
create function person_barred(p_ticket uuid, p_person uuid) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return exists (select from ticket_excluded where ticket = p_ticket and account = p_person)
		or exists (select from ticket_clerk where ticket = p_ticket and account = p_person);
end $$;
create or replace function person_impartial(p_ticket uuid, p_person uuid) returns void language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	if person_barred(p_ticket, p_person) then
		raise exception 'this person has had the ticket before' using errcode = 'TD443';
	end if;
end $$;
-- As in 0030, by person_barred().
create or replace function work_taker(t ticket, p_people work_person[]) returns int language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select w.place from unnest(p_people) with ordinality w (account, open, capacity, languages, assigned_at, place)
		where (w.languages = '{}' or t.language = any (w.languages))
			and exists (select from account_role r
				join move_role m on m.role = r.role and m.action = 'claim' and sight_fits(m.sight, t.sight)
				join sight_right s on s.role = r.role and s.sight = t.sight where r.account = w.account)
			and (not exists (select from work_skill k where k.account = w.account)
				or exists (select from work_skill k join category c on c.code = t.category
					where k.account = w.account and k.category in (c.code, c.parent)))
			and not person_barred(t.id, w.account)
		order by w.open >= w.capacity, w.open, w.assigned_at nulls first, w.account limit 1);
end $$;
-- As in 0030, in two functions: whether an action is open to the caller, and else the code that fits.
create or replace function move_check(t ticket, p_action text) returns void language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	if not exists (select from move where action = p_action and from_state = t.state) then
		raise exception '% is not possible in state %', p_action, t.state using errcode = 'TD409', detail = moves_of(t)::text;
	elsif p_action = 'unassign' and t.person is null then
		raise exception 'nobody works on the ticket' using errcode = 'TD409', detail = moves_of(t)::text;
	elsif not moves_for(t)::jsonb @> jsonb_build_array(jsonb_build_object('action', p_action)) then
		perform move_refuse(t, p_action);
	end if;
end $$;
create function move_refuse(t ticket, p_action text) returns void language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	a action;
	v_hub boolean := exists (select from department where id = t.holder and hub);
	v_rule move_role;
begin
	select * into strict a from action where code = p_action;
	perform caller_impartial(t.id) where move_barred(caller_barred(t.id), a);
	for v_rule in select * from move_role r where r.action = p_action and r.role = any (caller_roles()) and sight_fits(r.sight, t.sight)
			and (r.scope = 'all' or (t.holder = caller_department() and not (r.scope = 'own_not_hub' and v_hub))) loop
		if t.returns >= v_rule.max_returns then
			raise exception 'returned % times already', t.returns using errcode = 'TD419', detail = moves_of(t)::text;
		elsif a.person = 'caller' then
			perform person_impartial(t.id, caller_account());
		end if;
		if p_action = 'claim' and not claim_applies(t) then
			raise exception 'somebody works on the ticket' using errcode = 'TD409', detail = moves_of(t)::text;
		end if;
	end loop;
	raise exception 'none of the caller''s roles may %', p_action using errcode = 'TD403';
end $$;

revoke execute on function state_meant, answer_accepted, clock_asked, level_clocks, clock_round, level_facts, clock_count, filed_deadlines,
	reply_authored, signs_alone, reply_signers, move_left, reply_propose, sight_people, unseen_tickets,
	unseen_departments, letter_answered, letter_what, person_barred, move_refuse, claim_applies
	from public;
grant execute on function level_facts, letter_what to tiepdan_app;
