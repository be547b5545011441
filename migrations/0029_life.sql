-- The life of a case beyond the first answer: a second look, an appeal to a higher department, the withdrawal. The table of
-- moves says what the citizen and the server itself may do, too, and every move goes through one function, ticket_change().
set local search_path = tiepdan, public;

-- In the order in which filing takes them: ticket, then action. Else one would wait for the other in a circle, each time anew.
lock table ticket in share row exclusive mode;

insert into setting values
	('second_look_days', 15, 'a second look can be asked for within so many calendar days of the answer'),
	('appeal_days', 15, 'a higher department can be asked within so many calendar days of the answer to the second look');

-- Two that do something to tickets and have no account.
insert into role values
	('citizen', 0, 'Người gửi phiếu', 'Citizen'),
	('job', 14, 'Hệ thống', 'The server itself');
alter table account_role add constraint account_role_staff check (role not in ('citizen', 'job'));

-- --- the table -----------------------------------------------------------------------------------------------------------

alter table action
	add column conditional boolean not null default false,
	add column approval text,
	drop constraint action_way,
	add constraint action_way check (way in ('move', 'question', 'extension', 'part', 'citizen', 'server')),
	drop constraint action_holder,
	add constraint action_holder check (holder in ('keep', 'hub', 'target', 'higher')),
	add constraint action_approval_fk foreign key (approval) references action;
comment on column action.conditional is 'whether it can be done depends on more than state and role: move_applies()';
comment on column action.approval is 'it is a proposal until somebody else does this';
comment on column action.holder is 'who holds the ticket afterwards: the same, the hub, the department named in the request, the one above';
comment on column action.way is 'the functions that carry it out: move is ticket_move(), citizen is tracking_move()';
insert into action (code, position, event, reason, holder, person, reply, way, conditional, public_vi, public_en) values
	('second_look', 20, 'ticket.reopened', 'required', 'keep', 'clear', 'keep', 'citizen', true,
		'Người gửi phiếu đề nghị xem xét lại câu trả lời', 'The citizen asked for a second look at the answer'),
	('take_up', 21, 'ticket.taken_up', 'none', 'keep', 'caller', 'keep', 'move', false,
		'Cán bộ khác bắt đầu xem xét lại', 'Another officer took up the matter'),
	('appeal', 22, 'ticket.appealed', 'required', 'higher', 'clear', 'keep', 'citizen', true,
		'Người gửi phiếu đề nghị cơ quan cấp trên xem xét', 'The citizen asked the higher department to decide'),
	('withdraw', 23, 'ticket.withdrawn', 'optional', 'keep', 'keep', 'keep', 'citizen', true,
		'Người gửi phiếu đã rút phiếu', 'The citizen withdrew the ticket');
update action set conditional = true where code in ('ask', 'request_extension', 'approve_extension', 'refuse_extension');
update action set approval = case code when 'propose' then 'approve' else 'approve_extension' end where code in ('propose', 'request_extension');

insert into move values
	('second_look', 'answered', 'reopened'), ('second_look', 'closed', 'reopened'),
	('take_up', 'reopened', 'in_progress'), ('take_up', 'appealed', 'in_progress'),
	('assign', 'reopened', 'in_progress'), ('assign', 'appealed', 'in_progress'),
	('appeal', 'answered', 'appealed'), ('appeal', 'closed', 'appealed'),
	-- Where everybody of a department has had the ticket before, or the appeal is not theirs, the hub finds another one.
	('route', 'reopened', 'reopened'), ('route', 'appealed', 'appealed');
insert into move select 'withdraw', code, 'withdrawn' from state where open;

alter table move_role drop constraint move_role_scope,
	add constraint move_role_scope check (scope in ('own', 'own_not_hub', 'all', 'ticket')),
	add constraint move_role_citizen check ((role = 'citizen') = (scope = 'ticket'));
comment on column move_role.scope is 'own: the caller''s department holds the ticket; own_not_hub: and is not the hub; all: whoever holds
	it; ticket: the caller has its code and secret';
insert into move_role (action, role, scope)
	select a, 'citizen', 'ticket' from unnest('{file,supply,second_look,appeal,withdraw,close}'::text[]) a
	union all select a, 'job', 'all' from unnest('{expire,close}'::text[]) a;
insert into move_role (action, role, scope, sight) values
	('take_up', 'officer', 'own', null), ('take_up', 'press_officer', 'own', 'press'), ('take_up', 'data_officer', 'own', 'data');

insert into action_clock (action, clock, effect, holder) values
	('second_look', 'answer', 'start', 'any'), ('second_look', 'update', 'start', 'any'), ('second_look', 'step', 'start', 'not_hub'),
	('second_look', 'route', 'start', 'hub'),
	('take_up', 'accept', 'stop', 'any'), ('take_up', 'route', 'stop', 'any'), ('take_up', 'update', 'renew', 'any'),
	('assign', 'accept', 'stop', 'any'), ('assign', 'route', 'stop', 'any'),
	('appeal', 'appeal', 'start', 'any'), ('appeal', 'update', 'start', 'any'), ('appeal', 'step', 'start', 'not_hub'),
	('appeal', 'route', 'start', 'hub');
insert into action_clock (action, clock, effect) select 'withdraw', code, 'pass' from clock_kind;

-- Where the law has remedies of its own, or the departments above do not see such tickets, nobody appeals to them here.
alter table sight add column appeals boolean not null default true;
update sight set appeals = false where code in ('press', 'data', 'denunciation');
comment on column sight.appeals is 'a higher department can be asked';

-- Somebody with two roles has not the moves of the one for what only the other sees: a rule of move_role without a sight is no
-- rule for a closed one.
alter table sight add column closed boolean not null default false;
update sight set closed = true where code in ('data', 'denunciation');
comment on column sight.closed is 'only rules that name this sight apply to such tickets';
create function sight_fits(p_rule text, p_sight text) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return p_rule = p_sight or (p_rule is null and not (select closed from sight where code = p_sight));
end $$;
create or replace function moves_open(p_state text, p_sight text, p_holder bigint, p_returns int, p_roles text[], p_department bigint)
returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select coalesce(json_agg(json_build_object('action', a.code, 'to', m.to_state, 'needs_reason', a.reason in ('required', 'coded'))
			order by a.position), '[]')
		from move m join action a on a.code = m.action
		where m.from_state = p_state and exists (
			select from move_role r where r.action = m.action and r.role = any (p_roles) and sight_fits(r.sight, p_sight)
				and (r.max_returns is null or p_returns < r.max_returns) and (r.scope = 'all' or (p_holder = p_department
				and (r.scope = 'own' or not exists (select from department where id = p_holder and hub))))));
end $$;

-- --- reviews -------------------------------------------------------------------------------------------------------------

create table review (
	ticket     uuid not null,
	level      int not null,
	asked_at   timestamptz not null,
	reason     text not null,
	department bigint not null,
	person     uuid,
	asker      uuid not null,
	constraint review_pk primary key (ticket, level),
	constraint review_ticket_fk foreign key (ticket) references ticket,
	constraint review_asker_fk foreign key (asker) references ticket,
	constraint review_person_fk foreign key (person) references account,
	constraint review_level check (level in (1, 2)),
	constraint review_reason_length check (char_length(reason) between 10 and 5000)
);
comment on table review is 'The citizen did not accept an answer: 1 the second look of the same department, 2 the appeal. Each once.';
comment on column review.department is 'whose answer it was';
comment on column review.person is 'who had worked on it';
comment on column review.asker is 'the ticket of who asked: the same, or one that was merged into it (0032)';

create table ticket_excluded (
	ticket  uuid not null,
	account uuid not null,
	reason  text not null,
	constraint ticket_excluded_pk primary key (ticket, account),
	constraint ticket_excluded_ticket_fk foreign key (ticket) references ticket,
	constraint ticket_excluded_account_fk foreign key (account) references account,
	constraint ticket_excluded_reason check (reason in ('handled', 'named'))
);
create index ticket_excluded_of_account on ticket_excluded (account);
comment on table ticket_excluded is 'Who may not work on a ticket: whoever gave the answer that is looked at again, or is complained about.';

-- Why the present caller is kept away from a ticket, NULL: not at all; and whether that bars a move. Whoever answered before may
-- still give it to others; whoever is complained about has no move, and of a denunciation does not even see that it exists.
create function caller_barred(p_ticket uuid) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select reason from ticket_excluded where ticket = p_ticket and account = caller_account());
end $$;
create function move_barred(p_reason text, a action) returns boolean language sql immutable parallel safe as $$
	select p_reason is not null and (p_reason <> 'handled' or not (a.person = 'target' or a.holder in ('target', 'hub')))
$$;
-- TD443 when the caller worked on the matter before, TD403 when it is about the caller: nobody learns that they are complained about.
create function caller_impartial(p_ticket uuid) returns void language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_reason text := caller_barred(p_ticket);
begin
	if v_reason = 'handled' then
		raise exception 'the caller has had the ticket before' using errcode = 'TD443';
	elsif v_reason is not null then
		raise exception 'none of the caller''s roles may do this' using errcode = 'TD403';
	end if;
end $$;
-- The one predicate of sight for a ticket: may_see(), but for whom a denunciation is about. Runs as the owner, because nobody
-- else reads who is kept away.
create function kept_away(p_ticket uuid, p_account uuid) returns boolean language plpgsql stable security definer
set search_path = tiepdan, pg_temp as $$
begin
	return exists (select from ticket_excluded where ticket = p_ticket and account = p_account and reason <> 'handled');
end $$;
create function sees(t ticket) returns boolean language sql stable as $$
	select tiepdan.may_see(t.sight, t.holder, tiepdan.caller_sees_all(), tiepdan.caller_sees_own(), tiepdan.caller_department())
		and case when t.sight = 'denunciation' then not tiepdan.kept_away(t.id, tiepdan.caller_account()) else true end
$$;
alter policy ticket_seen on ticket
	using (may_see(sight, holder, (select caller_sees_all()), (select caller_sees_own()), (select caller_department()))
		and case when sight = 'denunciation' then not kept_away(id, (select caller_account())) else true end);
alter policy note_seen on note
	using (exists (select from role_right where might = 'note' and role = any (caller_roles()))
		and exists (select from ticket t where t.id = note.ticket));
create or replace function ticket_seen(p_ticket uuid) returns ticket language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	t ticket;
begin
	select * into t from ticket where id = p_ticket for no key update;
	if not found or not sees(t) then
		raise exception 'no such ticket' using errcode = 'TD404';
	end if;
	return t;
end $$;
create or replace function ticket_visible(p_ticket uuid) returns uuid language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	if not exists (select from ticket t where t.id = p_ticket and sees(t)) then
		raise exception 'no such ticket' using errcode = 'TD404';
	end if;
	return p_ticket;
end $$;
create or replace function ticket_clocks(p_ticket uuid, p_now timestamptz, p_soon timestamptz)
returns table (item text, due_at timestamptz, calendar text, unit text, runs boolean)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	if exists (select from ticket t where t.id = p_ticket and (t.id = ticket_just_moved() or sees(t))) then
		return query select c.item::text, c.due_at, c.calendar, c.unit, c.runs from clocks_listed(p_ticket, true, p_now, p_soon) c;
	end if;
end $$;
create or replace function ticket_nameable(t ticket) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return t.sight in ('public', 'private', 'restricted') or sees(t);
end $$;
create or replace function holdings_of(p_ticket uuid)
returns table (code text, name_vi text, name_en text, since timestamptz, until timestamptz, ended_by text)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
begin
	perform ticket_visible(p_ticket);
	return query
	select d.code, d.name_vi, d.name_en, h.since, h.until, h.ended_by
	from holding h join department d on d.id = h.department where h.ticket = p_ticket order by h.since, h.until nulls last;
end $$;

-- TD443 when this person may not work on the ticket.
create function person_impartial(p_ticket uuid, p_person uuid) returns void language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	if exists (select from ticket_excluded where ticket = p_ticket and account = p_person) then
		raise exception 'this person has had the ticket before' using errcode = 'TD443';
	end if;
end $$;

-- The end of a time that is counted in calendar days from the day after `p_from`: the last day's midnight, or that of the next
-- working day of the city (Civil Code 2015, Art. 147 and 148).
create function window_end(p_from timestamptz, p_days int) returns timestamptz language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_calendar text := (select department_calendar(id) from department where hub);
	v_zone text := (select zone from calendar where code = v_calendar);
	v_day date := (p_from at time zone v_zone)::date + p_days;
begin
	for n in 1 .. 60 loop
		exit when calendar_works(v_calendar, v_day);
		v_day := v_day + 1;
	end loop;
	return (v_day + 1)::timestamp at time zone v_zone;
end $$;
create function review_until(t ticket, p_action text) returns timestamptz language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return window_end(t.answered_at, (select value from setting where name = p_action || '_days'));
end $$;
-- Whom an appeal goes to: the nearest valid department above the holder, else the hub; NULL when there is nobody.
create function department_above(p_department bigint, p_at timestamptz) returns bigint language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_above bigint := (select parent from department where id = p_department);
begin
	for steps in 1 .. 100 loop
		exit when v_above is null or exists (select from department where id = v_above and city_day(p_at) < coalesce(valid_to, 'infinity'));
		v_above := (select parent from department where id = v_above);
	end loop;
	return coalesce(v_above, (select id from department where hub and id <> p_department));
end $$;

-- What forbids a second look or an appeal now: an SQLSTATE of problems.def, or NULL.
create function review_forbidden(t ticket, p_action text, p_at timestamptz) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_level int := case p_action when 'second_look' then 1 else 2 end;
begin
	return case
		when t.state not in ('answered', 'closed') then 'TD409'
		when exists (select from review where ticket = t.id and level >= v_level) then 'TD441'
		when v_level = 2 and not exists (select from review where ticket = t.id and level = 1) then 'TD442'
		when v_level = 2 and (not (select appeals from sight where code = t.sight) or department_above(t.holder, p_at) is null) then 'TD444'
		when p_at >= review_until(t, p_action) then 'TD440' end;
end $$;

-- What else forbids an extension: in the offer of moves and in the refusal alike.
create function answer_overdue(t ticket, p_at timestamptz) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return exists (select from clock_running where slot = slot_current() and ticket = t.id and kind = 'answer' and due_at < p_at);
end $$;
create function extension_own(t ticket) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return exists (select from extension where ticket = t.id and state = 'requested' and asked_by = caller_account());
end $$;
create or replace function move_has_room(t ticket, p_action text, p_at timestamptz) returns void language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	if p_action in ('approve_extension', 'refuse_extension') and not exists (
		select from extension where ticket = t.id and state = 'requested') then
		raise exception 'no extension was requested' using errcode = 'TD437';
	elsif p_action in ('approve_extension', 'refuse_extension') and extension_own(t) then
		raise exception 'nobody decides on a request of their own' using errcode = 'TD438';
	elsif p_action in ('request_extension', 'approve_extension') and answer_overdue(t, p_at) then
		raise exception 'the answer is overdue' using errcode = 'TD436';
	elsif not coalesce(move_applies(t, p_action, p_at), false) then
		raise exception 'the policy has no room for %', p_action
			using errcode = case p_action when 'ask' then 'TD434' else 'TD435' end;
	end if;
end $$;

-- Beside that of 0021, which goes with 0037: at an instant.
create function move_applies(t ticket, p_action text, p_at timestamptz) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
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
			and not answer_overdue(t, p_at)
		when 'approve_extension' then exists (select from extension where ticket = t.id and state = 'requested')
			and not extension_own(t) and not answer_overdue(t, p_at)
		when 'refuse_extension' then exists (select from extension where ticket = t.id and state = 'requested') and not extension_own(t)
		when 'approve' then not reply_own(t)	-- the functions come with 0031 and 0035
		when 'propose' then reply_proposable(t)
		when 'ask_part' then parts_room(t)
		when 'second_look' then review_forbidden(t, p_action, p_at) is null
		when 'appeal' then review_forbidden(t, p_action, p_at) is null
		when 'withdraw' then not others_joined(t.id)	-- the function comes with 0032
		when 'merge' then (select merges from sight where code = t.sight)
		when 'unmerge' then (select kind = 'merged' from ticket_merge where ticket = t.id and ended_at is null)
		else true end;
end $$;
-- The ticket that a move of the citizen is about. Reviews are of an answer, so of the ticket that stands for a merged one (0032).
create function moved_by(t ticket, p_action text) returns ticket language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return case when p_action in ('second_look', 'appeal') then case_root(t) else t end;
end $$;
-- What the citizen may do now.
create function moves_tracked(t ticket) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select coalesce(json_agg(json_build_object('action', a.code, 'to', m.to_state, 'needs_reason', a.reason = 'required',
			'until', case when a.code in ('second_look', 'appeal') then instant(review_until(x.about, a.code))
				when a.code = 'supply' then instant((select until_at from question where ticket = t.id and ended_at is null)) end)
			order by a.position), '[]')
		from action a join move_role r on r.action = a.code and r.role = 'citizen'
			cross join lateral (select moved_by(t, a.code) as about) x
			join move m on m.action = a.code and m.from_state = (x.about).state
		where (not a.conditional or move_applies(x.about, a.code, now()))
			and (a.code <> 'supply' or m.to_state = (select from_state from question where ticket = t.id and ended_at is null)));
end $$;
-- As before; where the state does not allow it, what it does allow is said.
create or replace function clock_facts_tracked(p_number bigint, p_generation bigint)
returns setof clock_fact
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_tracked(p_number, p_generation, false);
begin
	if t.state <> 'needs_info' then
		raise exception 'the ticket is %', t.state using errcode = 'TD409', detail = moves_tracked(t)::text;
	end if;
	return query select * from clocks_with_terms(t.id);
end $$;
-- What became of the wish for a review, which one citizen has and which counts for all who filed about the same matter.
create function review_said(p_level int, p_own boolean, p_open boolean, p_vi boolean) returns text language sql immutable as $$
	select case when p_vi then
		case when p_own then 'Ông/Bà' else 'Một người khác cùng gửi về sự việc này' end
			|| case p_level when 1 then ' đã đề nghị đơn vị xem xét lại câu trả lời; ' else ' đã đề nghị cơ quan cấp trên xem xét; ' end
			|| case when p_open then 'việc xem xét đang được tiến hành, kết quả được trả lời chung cho tất cả' else 'việc xem xét đã có kết quả' end
	else
		case when p_own then 'You' else 'Somebody else who filed about this matter' end
			|| case p_level when 1 then ' asked for a second look at the answer; ' else ' asked the higher department to decide; ' end
			|| case when p_open then 'it is under way, and its result is for all' else 'there is a result' end
	end
$$;
-- Reviews of a ticket, for one of the citizens whose matter it is (p_reader: their own ticket), or NULL for staff. Nobody else
-- reads what somebody wrote.
create function reviews_of(p_ticket uuid, p_reader uuid) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select coalesce(json_agg(json_build_object('level', case r.level when 1 then 'second_look' else 'appeal' end, 'asked_at', instant(r.asked_at),
			'own', x.own, 'reason', case when x.own or p_reader is null then r.reason end, 'department', department_named(r.department),
			'open', x.open, 'what_vi', review_said(r.level, x.own, x.open, true), 'what_en', review_said(r.level, x.own, x.open, false))
			order by r.level), '[]')
		from review r join ticket t on t.id = r.ticket
			cross join lateral (select r.asker = coalesce(p_reader, r.ticket) as own,
				not t.done and not exists (select from review y where y.ticket = r.ticket and y.level > r.level) as open) x
		where r.ticket = p_ticket);
end $$;

-- --- changing ------------------------------------------------------------------------------------------------------------

alter table question drop constraint question_ended,
	add constraint question_ended check ((ended is null) = (ended_at is null) and ended in ('answered', 'expired', 'dropped')
		and ended_at between asked_at and until_at) not valid;	-- what is there fits; 0042 looks at it without stopping anybody
comment on column question.ended is 'dropped: the ticket has ended otherwise';

-- Carries out a move whose conditions hold: `o` is the locked ticket as it is, `t` what state, holder, person and returns
-- become. Returns the ticket as it is afterwards. p_said: what the citizen is told besides the words of the action.
create function ticket_change(o ticket, t ticket, a action, p_actor_kind text, p_at timestamptz, p_offers clock_offer[], p_calendar text,
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
	update extension set state = 'lapsed' where ticket = t.id and state = 'requested' and (t.done or t.holder <> o.holder);
	update part set state = 'cancelled', ended_at = p_at, version = version + 1 where ticket = t.id and state = 'asked' and t.done;
	update question set ended = 'dropped', ended_at = least(greatest(p_at, asked_at), until_at) where ticket = t.id and ended_at is null
		and t.state <> 'needs_info';
	perform event_write(p_event, p_at, t.id, a.event, p_actor_kind, caller_account(), t.holder, o.state, t.state,
		a.public_vi || coalesce(': ' || p_said_vi, ''), a.public_en || coalesce(': ' || p_said_en, ''),
		nullif(jsonb_strip_nulls(p_data || jsonb_build_object('from_department', nullif(o.holder, t.holder))), '{}'));
	return t;
end $$;

-- Moves a ticket. Refusals, in this order: TD404 not seen, TD412 other version, TD409 not in this state (DETAIL: the open
-- moves), TD419 returned too often, TD403 not with these roles, TD428 no reason, TD431 unknown coded reason, TD430 unknown
-- department, TD432 unknown person, TD443 a person who has had it before, and those of reply_move().
create or replace function ticket_move(p_ticket uuid, p_action text, p_version bigint, p_reason_code text, p_reason text, p_department text,
	p_person uuid, p_text text, p_at timestamptz, p_policies bigint[], p_kinds text[], p_dues timestamptz[], p_alarms timestamptz[],
	p_units text[], p_amounts bigint[], p_calendar text, p_calendar_version bigint, p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
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
	perform person_impartial(o.id, case when t.person is distinct from o.person then t.person end);
	perform reply_move(o, a, p_text, p_at);
	t := ticket_change(o, t, a, 'staff', p_at, clock_offers(o.policy, p_policies, p_kinds, p_dues, p_alarms, p_units, p_amounts), p_calendar,
		p_calendar_version, p_event, r.text_vi || ' Căn cứ: ' || r.basis_vi || '.', r.text_en || ' Legal basis: ' || r.basis_en || '.', jsonb_build_object('person', t.person,
			'from_person', case when t.person is distinct from o.person then o.person end, 'reason_code', r.code, 'reason', p_reason,
			'sent_to', case when a.holder = 'keep' then p_department end));
	select m.body, m.etag into body, etag from ticket_moved(t) m;
end $$;

-- What the server needs to start clocks for a move of the citizen: the department that holds the ticket afterwards. Refuses
-- what cannot be done: TD404, TD409, and what review_forbidden() says.
create function tracking_holder(p_number bigint, p_generation bigint, p_action text, p_at timestamptz, out version bigint, out department text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_tracked(p_number, p_generation, false);
begin
	perform tracking_check(t, p_action, p_at);
	t := moved_by(t, p_action);
	version := t.version;
	department := (select d.code from department d where d.id = case (select holder from action where code = p_action)
		when 'higher' then department_above(t.holder, p_at) else t.holder end);
end $$;
-- TD487: somebody else of those who filed about the matter has asked already, for all of them.
create function tracking_check(t ticket, p_action text, p_at timestamptz) returns void language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	r ticket := moved_by(t, p_action);
	v_forbidden text;
begin
	if p_action in ('second_look', 'appeal') and exists (select from review where ticket = r.id and asker <> t.id
		and level = case p_action when 'second_look' then 1 else 2 end) then
		v_forbidden := 'TD487';
	elsif not exists (select from move m join move_role x on x.action = m.action and x.role = 'citizen'
		where m.action = p_action and m.from_state = r.state) then
		v_forbidden := 'TD409';
	elsif p_action in ('second_look', 'appeal') then
		v_forbidden := review_forbidden(r, p_action, p_at);
	elsif p_action = 'withdraw' and not move_applies(r, p_action, p_at) then
		v_forbidden := 'TD495';
	end if;
	if v_forbidden is not null then
		raise exception '% is not possible in state %', p_action, r.state using errcode = v_forbidden,
			detail = case v_forbidden when 'TD409' then moves_tracked(t)::text else '' end;
	end if;
end $$;

-- A move of the citizen, at the version that tracking_holder() named; 55P03 when somebody changed the ticket since.
create function tracking_move(p_number bigint, p_generation bigint, p_version bigint, p_action text, p_reason text, p_at timestamptz,
	p_policies bigint[], p_kinds text[], p_dues timestamptz[], p_alarms timestamptz[], p_units text[], p_amounts bigint[],
	p_calendar text, p_calendar_version bigint, p_event uuid)
returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	own ticket := ticket_tracked(p_number, p_generation, false);
	o ticket := moved_by(own, p_action);
	t ticket;
	a action;
	v_about uuid := o.id;
begin
	perform tickets_lock(own.id, o.id);
	own := ticket_tracked(p_number, p_generation, false);
	o := moved_by(own, p_action);
	if o.id <> v_about or o.version <> p_version then
		raise exception 'the ticket has version %', o.version using errcode = 'lock_not_available';
	end if;
	perform tracking_check(own, p_action, p_at);
	t := o;
	select * into strict a from action where code = p_action and (way = 'citizen' or code = 'close');
	t.state := (select to_state from move where action = p_action and from_state = o.state);
	t.holder := case a.holder when 'higher' then department_above(o.holder, p_at) else o.holder end;
	t.person := case a.person when 'clear' then null else o.person end;
	if p_action in ('second_look', 'appeal') then
		perform review_begin(o, own.id, case p_action when 'second_look' then 1 else 2 end, p_reason, p_at);
		t.returns := 0;
	end if;
	if p_action = 'withdraw' then
		perform merges_leave(o, p_at);
	end if;
	-- Events hold no words of the citizen.
	insert into message (id, ticket, at, text) select gen_random_uuid(), o.id, p_at, p_reason where p_action = 'withdraw' and p_reason is not null;
	perform ticket_change(o, t, a, 'ticket', p_at, clock_offers(o.policy, p_policies, p_kinds, p_dues, p_alarms, p_units, p_amounts),
		p_calendar, p_calendar_version, p_event, case when own.id <> o.id then 'theo đề nghị của một người khác cùng gửi về sự việc này' end,
		case when own.id <> o.id then 'somebody else who filed about this matter' end, '{}');
	if own.id <> o.id then
		update ticket set version = version + 1, updated_at = p_at where id = own.id;
		perform event_write(gen_random_uuid(), p_at, own.id, 'ticket.review_asked', 'ticket', null, own.holder, null, null, a.public_vi,
			a.public_en, jsonb_build_object('for', o.id));
	end if;
end $$;

-- From here on others decide: not who worked on the answer, on appeal not who signed it either.
create function review_begin(t ticket, p_asker uuid, p_level int, p_reason text, p_at timestamptz) returns void
language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	insert into review (ticket, level, asked_at, reason, department, person, asker)
		values (t.id, p_level, p_at, p_reason, t.holder, t.person, p_asker);
	insert into ticket_excluded (ticket, account, reason)
	select distinct t.id, x.account, 'handled'
	from (select t.person as account
		union all select author from reply where ticket = t.id and state in ('published', 'sent_back')
		union all select decided_by from reply where ticket = t.id and state = 'published' and p_level = 2) x
	where x.account is not null
	on conflict do nothing;
end $$;

-- The first day, as a time, whose answers are to wait at p_now because their window is still open: all before have ended, as no
-- window ends before that of an earlier day. NULL: none has ended.
create function window_open_from(p_now timestamptz, p_days int) returns timestamptz language plpgsql stable
set search_path = tiepdan, pg_temp as $$
declare
	v_zone text := template_zone();
	v_day date := city_day(p_now) - p_days;
begin
	for n in 1 .. 70 loop
		v_day := v_day - 1;
		if window_end(v_day::timestamp at time zone v_zone, p_days) <= p_now then
			return (v_day + 1)::timestamp at time zone v_zone;
		end if;
	end loop;
	return null;
end $$;
-- Closes tickets whose answer is older than the window (setting close_after_days).
create or replace function close_answered(p_now timestamptz, p_limit bigint)
returns bigint language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_before timestamptz := window_open_from(p_now, (select value from setting where name = 'close_after_days'));
	v_closed bigint;
begin
	with old as (
		select id from ticket
		where state = 'answered' and answered_at < v_before
		order by answered_at limit p_limit for no key update skip locked),
	closed as (
		update ticket t set state = 'closed', updated_at = p_now, version = version + 1 from old where t.id = old.id
		returning t.id, t.holder)
	insert into event (id, at, ticket, type, actor_kind, department, from_state, to_state, public_vi, public_en, hash)
	select e.id, p_now, c.id, a.event, 'job', c.holder, 'answered', 'closed', a.public_vi, a.public_en,
		event_hash(e.id, p_now, c.id, a.event, 'job', null, c.holder, 'answered', 'closed', a.public_vi, a.public_en, null)
	from closed c join action a on a.code = 'close', lateral (select gen_random_uuid() as id where c.id is not null) e;
	get diagnostics v_closed = row_count;
	return v_closed;
end $$;

-- --- what is shown -------------------------------------------------------------------------------------------------------

-- Some members come later: refusal with 0031, merged_into, supporters and splits with 0032, publication with 0033, parts with 0035,
-- taken with 0038, petition with 0039.
create or replace function tracking_body(t ticket, p_now timestamptz, p_soon timestamptz) returns text
language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select json_build_object('code', t.code, 'kind', t.kind, 'category', named(c.code, c.name_vi, c.name_en),
			'area', named(a.code, a.name_vi, a.name_en), 'title', t.title, 'text', t.text, 'location_text', t.location_text,
			'state', t.state, 'state_vi', s.name_vi, 'state_en', s.name_en, 'holder', named(d.code, d.name_vi, d.name_en),
			'deadlines', deadlines_of(t.id, p_now, p_soon), 'steps', steps_of(t.id, t.filed_at, p_now),
			'replies', replies_published(t.id), 'messages', messages_of(t.id), 'questions', questions_of(t.id),
			'extensions', extensions_of(t.id, false), 'parts', parts_told(t.id), 'reviews', reviews_of(t.id, t.id),
			'refusal', refusal_of(t), 'moves', moves_tracked(t), 'merged_into', merge_told(t, p_now, p_soon),
			'supporters', supporters_of(t.id), 'splits', splits_of(t.id), 'may_rate', may_rate(t), 'may_write', may_write(t),
			'publication', publication_told(t.id), 'taken', case when t.channel in ('counter', 'phone', 'letter') then taken_told(t) end,
			'petition', petition_told(t.id), 'rating', rating_of(t.id), 'promise', (select promise_told(w.days, w.answers) from promise w
				where not t.done and w.department = t.holder and w.kind = t.kind and w.category in (t.category, '')
				order by w.category desc limit 1), 'filed_at', instant(t.filed_at), 'updated_at', instant(t.updated_at))::text
		from state s join category c on c.code = t.category join department d on d.id = t.holder
			left join area a on a.code = t.area
		where s.code = t.state);
end $$;

-- --- whom it is told -----------------------------------------------------------------------------------------------------

insert into notice_rule (type, audience) values
	('ticket.reopened', 'citizen'), ('ticket.reopened', 'heads'),
	('ticket.appealed', 'citizen'), ('ticket.appealed', 'heads'),
	('ticket.withdrawn', 'citizen'), ('ticket.withdrawn', 'holder');

-- A letter has the frame of one that there is already (0020); its subject and its sentence are its own. One that tells when the
-- ticket is due is like that of an expired question.
create function letter_add(p_type text, p_side text, p_due boolean, p_subject_vi text, p_text_vi text, p_subject_en text, p_text_en text)
returns void language sql set search_path = tiepdan, pg_temp as $$
	insert into notice_template (type, side, language, subject, text)
	select p_type, p_side, f.language, replace(f.subject, o.subject, case f.language when 'vi' then p_subject_vi else p_subject_en end),
		replace(f.text, o.text, case f.language when 'vi' then p_text_vi else p_text_en end)
	from (values
		('ticket.question_expired', 'citizen', true, 'Đã hết thời hạn bổ sung thông tin',
			'Đã hết thời hạn bổ sung thông tin cho phiếu của Ông/Bà. Đơn vị có trách nhiệm tiếp tục giải quyết theo nội dung đã có.'),
		('ticket.question_expired', 'citizen', true, 'The time to supply information is over',
			'The time to supply information is over. The responsible department goes on with what it knows.'),
		('ticket.closed', 'citizen', false, 'Phiếu của Ông/Bà đã đóng', 'Việc giải quyết phiếu của Ông/Bà đã kết thúc.'),
		('ticket.closed', 'citizen', false, 'Your ticket was closed', 'The work on your ticket has ended.'),
		('ticket.supplied', 'staff', false, 'Người gửi phiếu đã bổ sung thông tin',
			'Người gửi phiếu đã bổ sung thông tin lúc {{at}}, đề nghị tiếp tục giải quyết.'),
		('ticket.supplied', 'staff', false, 'The citizen supplied information',
			'The citizen supplied information at {{at}}. Please go on with the work.')) o (type, side, due, subject, text)
		join notice_template f on f.type = o.type and f.side = o.side and f.version = 1 and strpos(f.subject, o.subject) > 0
			and strpos(f.text, o.text) > 0
	where o.side = p_side and o.due = p_due
$$;
revoke execute on function letter_add from public;
select letter_add('ticket.reopened', 'citizen', true, 'Phiếu của Ông/Bà được xem xét lại',
	'Đề nghị xem xét lại câu trả lời đã được ghi nhận lúc {{at}}. Một cán bộ khác của đơn vị sẽ giải quyết.',
	'Your ticket gets a second look',
	'A request for a second look was received at {{at}}. Another officer of the department will deal with it.');
select letter_add('ticket.appealed', 'citizen', true, 'Phiếu của Ông/Bà được chuyển cơ quan cấp trên',
	'Đề nghị cơ quan cấp trên xem xét đã được ghi nhận lúc {{at}} và chuyển đến cơ quan nêu dưới đây.',
	'Your ticket went to the higher department',
	'A request for a decision of the higher department was received at {{at}} and sent to the department named below.');
select letter_add('ticket.withdrawn', 'citizen', false, 'Ông/Bà đã rút phiếu',
	'Phiếu đã được rút lúc {{at}} theo yêu cầu của Ông/Bà, đơn vị dừng giải quyết.',
	'You withdrew your ticket',
	'The ticket was withdrawn at {{at}} as you asked; the work on it has ended.');
select letter_add('ticket.reopened', 'staff', false, 'Đề nghị xem xét lại câu trả lời',
	'Người gửi phiếu đề nghị xem xét lại câu trả lời lúc {{at}}, đề nghị phân công cán bộ khác giải quyết.',
	'A second look is asked for',
	'The citizen asked for a second look at {{at}}. Please give it to another officer.');
select letter_add('ticket.appealed', 'staff', false, 'Phiếu đề nghị cấp trên xem xét',
	'Người gửi phiếu đề nghị đơn vị, là cơ quan cấp trên, xem xét câu trả lời của đơn vị cấp dưới.',
	'An appeal to your department',
	'The citizen asked your department, as the higher one, to decide on the answer of the department below.');
select letter_add('ticket.withdrawn', 'staff', false, 'Phiếu đã được rút',
	'Người gửi phiếu đã rút phiếu lúc {{at}}.',
	'The ticket was withdrawn',
	'The citizen withdrew the ticket at {{at}}.');

alter table review enable row level security;
create policy review_seen on review for select to tiepdan_app using (exists (select from ticket t where t.id = review.ticket));
alter table ticket_excluded enable row level security;
-- No policy, so no row: who is kept away does not learn of it.
revoke all on review, ticket_excluded from public;
grant select on review to tiepdan_app;
revoke execute on function move_applies(ticket, text, timestamptz), answer_overdue, extension_own, sight_fits, caller_barred, move_barred, caller_impartial, kept_away, sees, person_impartial, window_end, window_open_from, review_until, department_above, review_forbidden, moved_by, moves_tracked, review_said, reviews_of,
	ticket_change, tracking_holder, tracking_check, tracking_move, review_begin from public;
grant execute on function sees, kept_away, review_said, reviews_of, tracking_holder, tracking_move to tiepdan_app;
