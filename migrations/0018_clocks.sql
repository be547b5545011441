-- Clocks: seven kinds of deadlines of a ticket. What runs stands in clock_running, what has stopped in clock.
--
-- The dates of running clocks exist in slots: one slot is current, and while a changed calendar is brought in (0023) the
-- other one holds what the dates will be, or what they were. Whoever changes clocks changes them in every slot that is not
-- empty, so that switching from one slot to the other is one small update. Readers use slot_current().
set local search_path = tiepdan, public;

create table clock_kind (
	code     text not null,
	position int not null,
	name_vi  text not null,
	name_en  text not null,
	pauses   boolean not null,
	told     boolean not null,
	constraint clock_kind_pk primary key (code)
);
comment on table clock_kind is 'What a ticket can have a deadline for; appeal begins with the move of that name, which comes later.';
comment on column clock_kind.pauses is 'stands still while the citizen is asked';
comment on column clock_kind.told is 'the citizen sees it';
insert into clock_kind values
	('accept', 1, 'Tiếp nhận', 'Acceptance', true, true),
	('route', 2, 'Chuyển đến đơn vị có thẩm quyền', 'Routing by the hub', false, false),
	('first_reply', 3, 'Phản hồi đầu tiên', 'First reply', true, true),
	('update', 4, 'Thông báo tiến độ', 'Next update', true, true),
	('step', 5, 'Xử lý tại một đơn vị', 'Handling by one department', true, false),
	('answer', 6, 'Trả lời', 'Answer', true, true),
	('appeal', 7, 'Giải quyết đề nghị xem xét lại', 'Appeal', true, true);

-- What an action does to a clock. stop: ends it, met or late. pass: ends it without a verdict. start: a new round, unless
-- one runs. renew: pass, then start. begin: starts the answer clock that waits for the acceptance. `holder`: only when the
-- holder afterwards is the hub, or is not.
create table action_clock (
	action text not null,
	clock  text not null,
	effect text not null,
	holder text not null default 'any',
	constraint action_clock_pk primary key (action, clock, effect, holder),
	constraint action_clock_action_fk foreign key (action) references action,
	constraint action_clock_clock_fk foreign key (clock) references clock_kind,
	constraint action_clock_effect check (effect in ('stop', 'pass', 'start', 'renew', 'begin')),
	constraint action_clock_holder check (holder in ('any', 'hub', 'not_hub'))
);

alter table action drop constraint action_reply,
	add constraint action_reply check (reply in ('keep', 'propose', 'send_back', 'publish', 'tell'));
comment on column action.reply is 'what becomes of the draft reply; tell: the text goes to the citizen as a message';
insert into action (code, position, event, reason, holder, person, accept, answer, reply, public_vi, public_en) values
	('ask', 13, 'ticket.asked', 'none', 'keep', 'keep', 'keep', 'keep', 'keep',
		'Đơn vị đề nghị ông/bà bổ sung thông tin', 'The department asked for more information'),
	('supply', 14, 'ticket.supplied', 'none', 'keep', 'keep', 'keep', 'keep', 'keep',
		'Thông tin đã được bổ sung', 'The information was supplied'),
	('expire', 15, 'ticket.question_expired', 'none', 'keep', 'keep', 'keep', 'keep', 'keep',
		'Đã hết thời hạn bổ sung thông tin, đơn vị tiếp tục xử lý', 'The time to supply information is over, the work goes on'),
	('progress', 16, 'ticket.progress', 'none', 'keep', 'keep', 'keep', 'keep', 'tell',
		'Đơn vị thông báo tiến độ xử lý', 'The department reported on the progress'),
	('request_extension', 17, 'ticket.extension_requested', 'required', 'keep', 'keep', 'keep', 'keep', 'keep', null, null),
	('approve_extension', 18, 'ticket.extension_approved', 'optional', 'keep', 'keep', 'keep', 'keep', 'keep',
		'Thời hạn trả lời được gia hạn', 'There is more time for the answer'),
	('refuse_extension', 19, 'ticket.extension_refused', 'required', 'keep', 'keep', 'keep', 'keep', 'keep', null, null);
alter table move drop constraint move_key,
	add constraint move_key unique nulls not distinct (action, from_state, to_state);
comment on table move is 'One row for each action and state, but for those that lead back to where a question was asked.';
insert into move values
	('ask', 'submitted', 'needs_info'), ('ask', 'accepted', 'needs_info'), ('ask', 'in_progress', 'needs_info'),
	('supply', 'needs_info', 'submitted'), ('supply', 'needs_info', 'accepted'), ('supply', 'needs_info', 'in_progress'),
	('expire', 'needs_info', 'submitted'), ('expire', 'needs_info', 'accepted'), ('expire', 'needs_info', 'in_progress'),
	('progress', 'accepted', 'accepted'), ('progress', 'in_progress', 'in_progress'),
	('progress', 'pending_approval', 'pending_approval');
insert into move select a, s, s from unnest('{request_extension,approve_extension,refuse_extension}'::text[]) a,
	unnest('{accepted,in_progress,pending_approval}'::text[]) s;
insert into move_role (action, role, scope, sight)
	select a, r, 'own', null from unnest('{ask,progress}'::text[]) a, unnest('{officer,head,coordinator,hub_head}'::text[]) r;
insert into move_role (action, role, scope, sight)
	select a, r, 'own', s from unnest('{ask,progress}'::text[]) a,
		(values ('press_officer', 'press'), ('data_officer', 'data'), ('legal_officer', 'denunciation')) x (r, s);
insert into move_role (action, role, scope, sight) values
	('request_extension', 'officer', 'own', null),
	('request_extension', 'press_officer', 'own', 'press'),
	('request_extension', 'data_officer', 'own', 'data');
insert into move_role (action, role, scope, sight)
	select a, r, scope, s from unnest('{approve_extension,refuse_extension}'::text[]) a,
		(values ('head', 'own', null), ('hub_head', 'all', null), ('spokesperson', 'own', 'press')) x (r, scope, s);

insert into action_clock (action, clock, effect, holder) values
	('file', 'accept', 'start', 'any'), ('file', 'route', 'start', 'hub'), ('file', 'first_reply', 'start', 'any'),
	('file', 'step', 'start', 'not_hub'), ('file', 'answer', 'start', 'any'),
	('accept', 'accept', 'stop', 'any'), ('accept', 'route', 'stop', 'any'), ('accept', 'first_reply', 'stop', 'any'),
	('accept', 'update', 'renew', 'any'), ('accept', 'answer', 'begin', 'any'),
	('ask', 'first_reply', 'stop', 'any'),
	('progress', 'first_reply', 'stop', 'any'), ('progress', 'update', 'renew', 'any'),
	('return', 'accept', 'renew', 'any'), ('return', 'step', 'stop', 'any'), ('return', 'route', 'start', 'hub'),
	('route', 'accept', 'renew', 'any'), ('route', 'route', 'stop', 'any'), ('route', 'step', 'stop', 'any'),
	('route', 'step', 'start', 'not_hub'), ('route', 'route', 'start', 'hub');
insert into action_clock (action, clock, effect)
	select a, c, case c when 'update' then 'pass' else 'stop' end
	from unnest('{refuse,redirect,approve}'::text[]) a,
		unnest('{accept,route,first_reply,update,step,answer,appeal}'::text[]) c;
alter table action drop column accept, drop column answer,
	add column way text not null default 'move',
	add constraint action_way check (way in ('move', 'question', 'extension', 'server'));
update action set way = case when code in ('ask', 'supply', 'expire') then 'question' when code like '%\_extension' then 'extension'
	when code = 'file' then 'server' else 'move' end;
comment on column action.way is 'the functions that carry it out: move is ticket_move()';

-- More limits of a policy, and the rules of receipt and of questions.
alter table policy
	add column first_reply_amount int,
	add column first_reply_unit text not null default 'none',
	add column update_amount int,
	add column update_unit text not null default 'none',
	add column step_amount int,
	add column step_unit text not null default 'none',
	add column appeal_amount int,
	add column appeal_unit text not null default 'none',
	add column receipt text not null default 'next_opening',
	add column questions int not null default 0,
	add column question_amount int,
	add column question_unit text not null default 'none',
	add constraint policy_first_reply check ((first_reply_unit = 'none') = (first_reply_amount is null) and first_reply_amount > 0
		and first_reply_unit in ('wh', 'wd', 'cd', 'h', 'now', 'none')),
	add constraint policy_update check ((update_unit = 'none') = (update_amount is null) and update_amount > 0
		and update_unit in ('wh', 'wd', 'cd', 'h', 'now', 'none')),
	add constraint policy_step check ((step_unit = 'none') = (step_amount is null) and step_amount > 0
		and step_unit in ('wh', 'wd', 'cd', 'h', 'now', 'none')),
	add constraint policy_appeal check ((appeal_unit = 'none') = (appeal_amount is null) and appeal_amount > 0
		and appeal_unit in ('wh', 'wd', 'cd', 'h', 'now', 'none')),
	add constraint policy_receipt check (receipt in ('next_opening', 'same_day')),
	add constraint policy_questions check (questions >= 0 and (questions = 0) = (question_unit = 'none')),
	add constraint policy_question check ((question_unit = 'none') = (question_amount is null) and question_amount > 0
		and question_unit in ('wh', 'wd', 'cd', 'h', 'none'));
comment on column policy.forward_amount is 'the hub''s limit to find the department: the clock "route"';
comment on column policy.receipt is
	'what comes after the close or on a day off counts as received at the next opening, or on its own day (working days only)';
comment on column policy.questions is 'how often the citizen may be asked while the clocks stand still';
comment on column policy.question_amount is 'how long they stand still at the most for one question';

-- When somebody is told that a clock runs out: at a share of its time, or some time after its due point.
create table alarm_level (
	profile   text,
	level     int not null,
	event     text not null,
	share     int,
	amount    int,
	unit      text,
	audiences text[] not null,
	constraint alarm_level_key unique nulls not distinct (profile, level),
	constraint alarm_level_profile_fk foreign key (profile) references profile,
	constraint alarm_level_level check (level between 1 and 9),
	constraint alarm_level_event check (event in ('clock.warning', 'clock.breached', 'clock.escalated')),
	constraint alarm_level_when check ((share is null) <> (amount is null) and (amount is null) = (unit is null)
		and share between 1 and 1000 and amount > 0 and unit in ('wh', 'wd', 'cd', 'h', 'now')),
	constraint alarm_level_audiences check (cardinality(audiences) > 0 and audiences <@ '{holder,heads,hub,leaders}')
);
comment on table alarm_level is 'The ladder. A profile that has levels of its own uses only those; NULL is for all others.';
comment on column alarm_level.share is 'thousandths of the time of the clock; 1000 is its due point';
comment on column alarm_level.amount is 'so long after the due point';
insert into alarm_level values
	(null, 1, 'clock.warning', 800, null, null, '{holder}'),
	(null, 2, 'clock.breached', 1000, null, null, '{holder,heads}'),
	(null, 3, 'clock.escalated', null, 1, 'wd', '{hub}'),
	(null, 4, 'clock.escalated', null, 3, 'wd', '{leaders}');

-- Slots.
create table clock_slot (
	slot       int not null,
	role       text not null,
	generation bigint not null,
	constraint clock_slot_pk primary key (slot),
	constraint clock_slot_slot check (slot in (0, 1)),
	constraint clock_slot_role check (role in ('current', 'next', 'previous', 'empty'))
);
create unique index clock_slot_one_current on clock_slot (role) where role = 'current';
comment on column clock_slot.generation is 'grows with each switch: dates of all tickets may have changed';
insert into clock_slot values (0, 'current', 0), (1, 'empty', 0);

create function slot_current() returns int language plpgsql stable parallel safe set search_path = tiepdan, pg_temp as $$
begin
	return (
		select slot from clock_slot where role = 'current');
end $$;
-- Held by everybody who changes clocks until their transaction ends; whoever fills or switches slots takes it alone.
create function slots_hold() returns void language sql as $$
	select pg_advisory_xact_lock_shared(hashtext('tiepdan.clock_slot'))
$$;

create table clock_running (
	slot        int not null,
	ticket      uuid not null,
	kind        text not null,
	round       int not null,
	holder      bigint not null,
	policy      bigint,
	unit        text,
	amount      int,
	extension   int not null default 0,
	calendar    text,
	version     bigint,
	start_at    timestamptz,
	waits       boolean not null default false,
	due_at      timestamptz not null,
	latest_due  timestamptz not null,
	first       boolean not null,
	alarm_at    timestamptz not null default 'infinity',
	alarm_level int not null default 1,
	constraint clock_running_pk primary key (ticket, kind, slot),	-- most statements name a ticket and no slot
	constraint clock_running_complete check (case when kind = 'none' then due_at = 'infinity' and alarm_at = 'infinity'
		else num_nulls(policy, unit, amount, calendar, version, start_at) = 0 end)
) partition by list (slot);
create table clock_running_0 partition of clock_running for values in (0);
create table clock_running_1 partition of clock_running for values in (1);
-- The queues: what is due first, of one holder and of all.
create index clock_running_queue on clock_running (holder, due_at, ticket) where first;
create index clock_running_due on clock_running (due_at, ticket) where first;
create index clock_running_alarm on clock_running (alarm_at) where alarm_at < 'infinity';
comment on table clock_running is
	'The running clocks of open tickets, in each slot; kind "none" stands for a ticket whose clocks have all stopped.';
comment on column clock_running.holder is 'the present holder of the ticket';
comment on column clock_running.calendar is 'the calendar and its version by which due_at was computed';
comment on column clock_running.start_at is 'what the limit is counted from';
comment on column clock_running.waits is 'the answer clock waits for the acceptance: until then it is counted from the end of the accept limit';
comment on column clock_running.latest_due is 'what the citizen was told when it began';
comment on column clock_running.first is 'due before all other clocks of its ticket';
comment on column clock_running.alarm_at is 'when alarm_level fires next';

-- The stopped ones.
alter table clock
	add column unit text,
	add column amount int,
	add column extension int not null default 0,
	add column calendar text,
	add column version bigint,
	add column days int;
-- What a policy said when a clock began is not known any more: what it says now, or, where it has lost that limit, a minute.
create function limit_then(p policy, p_kind text, out unit text, out amount int) language sql immutable as $$
	select case when u = 'none' then 'now' else u end, coalesce(a, 1) from (
		select case p_kind when 'accept' then p.accept_unit else p.answer_unit end, case p_kind when 'accept' then p.accept_amount
			else p.answer_amount end) x (u, a)
$$;
insert into clock_running (slot, ticket, kind, round, holder, policy, unit, amount, calendar, version, start_at, waits, due_at,
	latest_due, first)
select 0, c.ticket, c.kind, c.round, t.holder, c.policy, (limit_then(p, c.kind)).unit, (limit_then(p, c.kind)).amount,
	department_calendar(t.holder), 1,
	coalesce(c.start_at, f.due_at, t.filed_at), c.start_at is null, c.due_at, c.latest_due,
	row_number() over (partition by c.ticket order by c.due_at, c.kind) = 1
from clock c join ticket t on t.id = c.ticket join policy p on p.id = c.policy
	left join clock f on f.ticket = c.ticket and f.kind = 'accept' and f.round = 1
where c.stop_at is null;
insert into clock_running (slot, ticket, kind, round, holder, due_at, latest_due, first)
select 0, t.id, 'none', 1, t.holder, 'infinity', 'infinity', true from ticket t
	where not t.done and not exists (select from clock_running r where r.ticket = t.id);
delete from clock where stop_at is null;
-- Answers of which nobody will ask any more how long they took are measured as 0: see `days`.
update clock c set unit = (limit_then(p, c.kind)).unit, amount = (limit_then(p, c.kind)).amount,
	calendar = department_calendar(c.holder), version = 1, start_at = coalesce(c.start_at, f.due_at, t.filed_at),
	days = case when c.stop_at < now() - interval '90 days' or t.state in ('refused', 'redirected') then 0 end
	from policy p, ticket t left join clock f on f.ticket = t.id and f.kind = 'accept' and f.round = 1
	where p.id = c.policy and t.id = c.ticket;
drop function limit_then;
drop index clock_one_running;
alter table clock
	alter column start_at set not null,
	alter column stop_at set not null,
	alter column unit set not null,
	alter column amount set not null,
	alter column calendar set not null,
	alter column version set not null,
	drop constraint clock_kind,
	drop constraint clock_due,
	drop constraint clock_outcome,
	add constraint clock_outcome check (outcome is not null and outcome in ('met', 'late', 'passed'));
comment on table clock is 'The clocks of a ticket that have stopped. A new round begins when the same clock starts again.';
comment on column clock.holder is 'who held the ticket when it stopped';
comment on column clock.start_at is 'what the limit was counted from; later than stop_at when it still waited for the acceptance';
comment on column clock.latest_due is 'what the citizen was told when it began';
comment on column clock.outcome is 'met, late, or passed: it ended without a verdict, because another holder or another round began';
drop index ticket_queue;
drop index ticket_due;
alter table ticket drop column due_at;
create index ticket_done on ticket (holder, id) where done;
create index ticket_all_done on ticket (id) where done;

create view clock_all with (security_invoker = true) as
	select ticket, kind, round, holder, policy, unit, amount, extension, calendar, version, start_at, false as waits, due_at,
		latest_due, stop_at, outcome
	from clock
	union all
	select ticket, kind, round, holder, policy, unit, amount, extension, calendar, version, start_at, waits, due_at,
		latest_due, null, null
	from clock_running where slot = slot_current() and kind <> 'none';

-- Questions to the citizen. While one is open the clocks stand still: questions are the pauses.
create table question (
	id         uuid not null,
	ticket     uuid not null,
	asked_at   timestamptz not null,
	asked_by   uuid not null,
	department bigint not null,
	text       text not null,
	from_state text not null,
	until_at   timestamptz not null,
	ended_at   timestamptz,
	ended      text,
	constraint question_pk primary key (id),
	constraint question_ticket_fk foreign key (ticket) references ticket,
	constraint question_asked_by_fk foreign key (asked_by) references account,
	constraint question_from_state_fk foreign key (from_state) references state,
	constraint question_text_length check (char_length(text) between 10 and 5000),
	constraint question_cap check (until_at >= asked_at),
	constraint question_ended check ((ended is null) = (ended_at is null) and ended in ('answered', 'expired')
		and ended_at between asked_at and until_at),
	constraint question_one_at_a_time exclude using gist (ticket with =, tstzrange(asked_at, coalesce(ended_at, until_at)) with &&)
);
create index question_of_ticket on question (ticket, asked_at);
create index question_open on question (until_at) where ended_at is null;
comment on column question.until_at is 'the clocks go on at this instant even without an answer';
comment on column question.from_state is 'where the ticket goes back to';

-- The honest promise: how long nine of ten answers took lately. Measured by the server from the clocks that stopped, in
-- working days by the same rule as deadlines (0024).
insert into setting values
	('promise_window_days', 90, 'a promise looks back so many calendar days'),
	('promise_least', 30, 'there is no promise below so many answers'),
	('extension_requests_most', 5, 'more time is asked for at most so often for one ticket');
create table promise (
	department bigint not null,
	kind       text not null,
	category   text not null,
	answers    int not null,
	days       int not null,
	constraint promise_pk primary key (department, kind, category),
	constraint promise_days check (days > 0 and answers > 0)
);
comment on table promise is 'Nine of ten such tickets at this department were answered within so many working days.';
comment on column promise.category is 'empty: all of the kind, for categories with too few answers of their own';
alter table ticket add column promise_days int, add column promise_of int,
	add constraint ticket_promise check ((promise_days is null) = (promise_of is null));
comment on column ticket.promise_days is 'the promise that was made at the filing; NULL: none';
create index clock_unmeasured on clock (stop_at) where kind = 'answer' and days is null and outcome <> 'passed';
create index clock_measured on clock (stop_at) where kind = 'answer' and days is not null;
comment on column clock.days is 'working days from the filing to the answer; 0: it was no answer that counts; NULL: not measured';

-- Requests for more time to answer.
create table extension (
	id           uuid not null,
	ticket       uuid not null,
	asked_at     timestamptz not null,
	asked_by     uuid not null,
	department   bigint not null,
	amount       int not null,
	unit         text not null,
	reason       text not null,
	state        text not null default 'requested',
	due_before   timestamptz not null,
	due_after    timestamptz,
	decided_at   timestamptz,
	decided_by   uuid,
	decision     text,
	constraint extension_pk primary key (id),
	constraint extension_ticket_fk foreign key (ticket) references ticket,
	constraint extension_asked_by_fk foreign key (asked_by) references account,
	constraint extension_decided_by_fk foreign key (decided_by) references account,
	constraint extension_state check (state in ('requested', 'approved', 'refused', 'lapsed')),
	constraint extension_decided check ((state in ('requested', 'lapsed')) = (decided_at is null) and (decided_at is null) = (decided_by is null)
		and (state = 'approved') = (due_after is not null)),
	constraint extension_four_eyes check (decided_by <> asked_by),
	constraint extension_in_time check (asked_at <= due_before and (state <> 'approved' or decided_at <= due_before)),
	constraint extension_amount check (amount > 0),
	constraint extension_reason_length check (char_length(reason) between 10 and 2000 and char_length(decision) <= 2000)
);
create unique index extension_one_requested on extension (ticket) where state = 'requested';
create index extension_of_ticket on extension (ticket, asked_at);
comment on column extension.state is 'lapsed: the ticket was answered or passed on before anybody decided';

alter table holding add column ended_by text;
alter table holding add constraint holding_ended check (ended_by is null or until is not null);
comment on column holding.ended_by is 'the action that passed the ticket on: a return is counted against this department';

do $$
declare
	t text;
begin
	foreach t in array array['clock_running', 'question', 'extension'] loop
		execute format('alter table %I enable row level security', t);
		execute format('create policy %1$s_seen on %1$I for select to tiepdan_app
			using (exists (select from ticket t where t.id = %1$I.ticket))', t);
	end loop;
	foreach t in array array['clock_running_0', 'clock_running_1'] loop
		execute format('alter table %I enable row level security', t);
	end loop;
end $$;
revoke all on promise, clock_kind, action_clock, alarm_level, clock_slot, clock_running, clock_running_0, clock_running_1, clock_all, question,
	extension from public;
grant select on promise, clock_kind, action_clock, alarm_level, clock_slot, clock_running, clock_all, question, extension to tiepdan_app;
revoke execute on function slot_current, slots_hold from public;
grant execute on function slot_current to tiepdan_app;
update schema_info set oldest_binary = 24;
