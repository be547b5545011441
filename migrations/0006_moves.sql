-- States, actions and moves: the table that the API, the queues and the database itself obey.
set local search_path = tiepdan, public;

create table state (
	code     text not null,
	position int not null,
	open     boolean not null,
	name_vi  text not null,
	name_en  text not null,
	constraint state_pk primary key (code)
);
insert into state values
	('submitted', 1, true, 'Mới gửi', 'Submitted'),
	('needs_info', 2, true, 'Chờ bổ sung thông tin', 'Waiting for information'),
	('accepted', 3, true, 'Đã tiếp nhận', 'Accepted'),
	('in_progress', 4, true, 'Đang xử lý', 'In progress'),
	('pending_approval', 5, true, 'Chờ phê duyệt', 'Waiting for approval'),
	('answered', 6, false, 'Đã trả lời', 'Answered'),
	('reopened', 7, true, 'Mở lại', 'Reopened'),
	('appealed', 8, true, 'Đề nghị cấp trên xem xét', 'Appealed'),
	('closed', 9, false, 'Đã đóng', 'Closed'),
	('refused', 10, false, 'Từ chối tiếp nhận', 'Refused'),
	('redirected', 11, false, 'Đã hướng dẫn, chuyển theo quy định của pháp luật', 'Redirected as the law provides'),
	('merged', 12, false, 'Đã gộp', 'Merged'),
	('withdrawn', 13, false, 'Đã rút', 'Withdrawn');

create table action (
	code       text not null,
	position   int not null,
	event      text not null,
	reason     text not null,
	holder     text not null,
	person     text not null,
	accept     text not null,
	answer     text not null,
	reply      text not null,
	public_vi  text,
	public_en  text,
	constraint action_pk primary key (code),
	constraint action_event unique (event),
	constraint action_reason check (reason in ('none', 'optional', 'required', 'coded')),
	constraint action_holder check (holder in ('keep', 'hub', 'target')),
	constraint action_person check (person in ('keep', 'clear', 'caller', 'target')),
	constraint action_accept check (accept in ('keep', 'stop', 'renew')),
	constraint action_answer check (answer in ('keep', 'start', 'stop')),
	constraint action_reply check (reply in ('keep', 'propose', 'send_back', 'publish')),
	constraint action_public check ((public_vi is null) = (public_en is null))
);
comment on table action is 'What can be done to a ticket, and what it does besides changing the state.';
comment on column action.holder is 'who holds the ticket afterwards: the same, the hub, the department named in the request';
comment on column action.person is 'who works on it afterwards: the same, nobody, the caller, the person named in the request';
comment on column action.accept is 'the accept clock: goes on, stops, or ends and begins anew for the new holder';
comment on column action.answer is 'the answer clock: goes on, starts if it waits for acceptance, stops';
comment on column action.public_vi is 'what the citizen is told; NULL: nothing';
insert into action values
	('file', 1, 'ticket.filed', 'none', 'target', 'clear', 'renew', 'keep', 'keep',
		'Phiếu đã được gửi và chuyển đến đơn vị có trách nhiệm', 'The ticket was filed and sent to the responsible department'),
	('accept', 2, 'ticket.accepted', 'none', 'keep', 'keep', 'stop', 'start', 'keep',
		'Đơn vị đã tiếp nhận phiếu', 'The department accepted the ticket'),
	('claim', 3, 'ticket.claimed', 'none', 'keep', 'caller', 'keep', 'keep', 'keep',
		'Cán bộ của đơn vị bắt đầu xử lý', 'An officer of the department took up the work'),
	('assign', 4, 'ticket.assigned', 'none', 'keep', 'target', 'keep', 'keep', 'keep',
		'Lãnh đạo đơn vị đã phân công cán bộ xử lý', 'The head of the department assigned an officer'),
	('return', 5, 'ticket.returned', 'required', 'hub', 'clear', 'renew', 'keep', 'keep',
		'Phiếu được chuyển lại trung tâm điều phối để chọn đúng đơn vị', 'The ticket went back to the hub to find the right department'),
	('route', 6, 'ticket.routed', 'required', 'target', 'clear', 'renew', 'keep', 'keep',
		'Phiếu được chuyển đến đơn vị khác', 'The ticket was sent to another department'),
	('refuse', 7, 'ticket.refused', 'coded', 'keep', 'keep', 'stop', 'stop', 'keep',
		'Phiếu bị từ chối tiếp nhận', 'The ticket was refused'),
	('redirect', 8, 'ticket.redirected', 'coded', 'keep', 'keep', 'stop', 'stop', 'keep',
		'Nội dung được hướng dẫn đến cơ quan có thẩm quyền', 'The matter was directed to the competent organisation'),
	('propose', 9, 'reply.proposed', 'none', 'keep', 'keep', 'keep', 'keep', 'propose',
		'Dự thảo trả lời đang chờ phê duyệt', 'A draft reply waits for approval'),
	('send_back', 10, 'reply.sent_back', 'required', 'keep', 'keep', 'keep', 'keep', 'send_back',
		null, null),
	('approve', 11, 'ticket.answered', 'none', 'keep', 'keep', 'keep', 'stop', 'publish',
		'Đơn vị đã trả lời', 'The department answered'),
	('close', 12, 'ticket.closed', 'none', 'keep', 'keep', 'keep', 'keep', 'keep',
		'Phiếu đã đóng', 'The ticket was closed');

create table move (
	action     text not null,
	from_state text,
	to_state   text not null,
	constraint move_key unique nulls not distinct (action, from_state),
	constraint move_action_fk foreign key (action) references action,
	constraint move_from_fk foreign key (from_state) references state,
	constraint move_to_fk foreign key (to_state) references state
);
create index move_edge on move (from_state, to_state);
insert into move values
	('file', null, 'submitted'),
	('accept', 'submitted', 'accepted'),
	('route', 'submitted', 'submitted'), ('route', 'accepted', 'submitted'),
	('return', 'submitted', 'submitted'), ('return', 'accepted', 'submitted'), ('return', 'in_progress', 'submitted'),
	('refuse', 'submitted', 'refused'), ('refuse', 'accepted', 'refused'),
	('redirect', 'submitted', 'redirected'), ('redirect', 'accepted', 'redirected'),
	('claim', 'accepted', 'in_progress'), ('claim', 'in_progress', 'in_progress'),
	('assign', 'accepted', 'in_progress'), ('assign', 'in_progress', 'in_progress'),
	('propose', 'in_progress', 'pending_approval'),
	('send_back', 'pending_approval', 'in_progress'),
	('approve', 'pending_approval', 'answered'),
	('close', 'answered', 'closed');

create table move_role (
	action      text not null,
	role        text not null,
	scope       text not null,
	sight       text,
	max_returns int,
	constraint move_role_key unique nulls not distinct (action, role, sight),
	constraint move_role_action_fk foreign key (action) references action,
	constraint move_role_role_fk foreign key (role) references role,
	constraint move_role_sight_fk foreign key (sight) references sight,
	constraint move_role_scope check (scope in ('own', 'own_not_hub', 'all'))
);
comment on table move_role is 'Who may do what, among the tickets they see.';
comment on column move_role.scope is
	'own: the caller''s department holds the ticket; own_not_hub: and is not the hub; all: whoever holds it';
comment on column move_role.sight is 'only tickets of this sight; NULL: any';
comment on column move_role.max_returns is 'not any more once the ticket was returned so often; NULL: no limit';
-- Legal officers do not return: the hub does not see denunciations, so that it would be gone from everybody's sight. What
-- is another organisation's they redirect.
insert into move_role (action, role, scope, sight, max_returns) values
	('accept', 'officer', 'own', null, null),
	('accept', 'head', 'own', null, null),
	('accept', 'coordinator', 'own', null, null),
	('accept', 'hub_head', 'own', null, null),
	('accept', 'legal_officer', 'own', 'denunciation', null),
	('accept', 'press_officer', 'own', 'press', null),
	('accept', 'data_officer', 'own', 'data', null),
	('claim', 'officer', 'own', null, null),
	('claim', 'press_officer', 'own', 'press', null),
	('claim', 'data_officer', 'own', 'data', null),
	('assign', 'head', 'own', null, null),
	('assign', 'hub_head', 'own', null, null),
	('assign', 'spokesperson', 'own', 'press', null),
	('return', 'officer', 'own_not_hub', null, 2),
	('return', 'head', 'own_not_hub', null, 2),
	('return', 'hub_head', 'all', null, null),
	('route', 'coordinator', 'all', null, null),
	('route', 'hub_head', 'all', null, null),
	('refuse', 'coordinator', 'all', null, null),
	('refuse', 'hub_head', 'all', null, null),
	('refuse', 'head', 'own', null, null),
	('refuse', 'spokesperson', 'own', 'press', null),
	('refuse', 'data_officer', 'own', 'data', null),
	('redirect', 'coordinator', 'all', null, null),
	('redirect', 'hub_head', 'all', null, null),
	('redirect', 'legal_officer', 'own', 'denunciation', null),
	('propose', 'officer', 'own', null, null),
	('propose', 'press_officer', 'own', 'press', null),
	('propose', 'data_officer', 'own', 'data', null),
	('send_back', 'head', 'own', null, null),
	('send_back', 'hub_head', 'own', null, null),
	('send_back', 'spokesperson', 'own', 'press', null),
	('send_back', 'data_officer', 'own', 'data', null),
	('approve', 'head', 'own', null, null),
	('approve', 'hub_head', 'own', null, null),
	('approve', 'spokesperson', 'own', 'press', null),
	('approve', 'data_officer', 'own', 'data', null),
	('close', 'head', 'own', null, null),
	('close', 'coordinator', 'all', null, null),
	('close', 'hub_head', 'all', null, null),
	('close', 'spokesperson', 'own', 'press', null),
	('close', 'data_officer', 'own', 'data', null);

-- A state changes only along the table, whoever writes it; what was filed does not change at all.
create function ticket_guard() returns trigger language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	if tg_op = 'UPDATE' and (new.id, new.number, new.code, new.kind, new.sight, new.filed_at, new.title, new.text)
		is distinct from (old.id, old.number, old.code, old.kind, old.sight, old.filed_at, old.title, old.text) then
		raise exception 'what was filed does not change' using errcode = 'restrict_violation';
	end if;
	if tg_op = 'UPDATE' and new.state = old.state then
		new.done := old.done;
	elsif exists (select from move where to_state = new.state
		and from_state is not distinct from case when tg_op = 'UPDATE' then old.state end) then
		new.done := not (select open from state where code = new.state);
	else
		raise exception 'no move leads to %', new.state using errcode = 'TD409', detail = '[]';
	end if;
	return new;
end $$;
create trigger ticket_guard_update before update on ticket for each row execute function ticket_guard();
-- The state of a new ticket is the column's default; anything else has to explain itself.
create trigger ticket_guard_insert before insert on ticket for each row
	when (new.state <> 'submitted' or new.done) execute function ticket_guard();
