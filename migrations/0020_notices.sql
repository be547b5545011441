-- Notices: what citizens and staff must be told, and the log of its delivery. (Table message is something else: what is
-- written on a ticket.) Followers of the feed make them (notices_make), the job worker sends them (notice_claim to
-- notice_done). No address is kept here: a citizen's is sealed in contact, that of staff stands in account.
--
-- To tell somebody of another event, a migration adds rows: notice_rule says who, notice_template what.
set local search_path = tiepdan, public;

insert into setting values
	('notices_hour_citizen', 3, 'one address gets at most this many notices in an hour; what is more waits for later hours'),
	('notices_hour_staff', 30, 'the same for the address of a person in a department'),
	('notices_hours', 8, 'and at most this many hours: what would have to wait longer is cancelled'),
	('notice_people_most', 20, 'one event is told to at most this many people of an audience'),
	('notice_stale_hours', 72, 'an event older than this when the feed comes to it is told to nobody'),
	('notice_keep_days', 365, 'the log of delivery is kept this long');

alter table account add column email text;
alter table account add constraint account_email check (char_length(email) <= 254
	and email ~ ('^[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+)*@'
		|| '([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$')
	and strpos(email, '@') <= 65);
comment on column account.email is 'where notices go; NULL: nowhere. The shape of text_email() (civil/text.h)';

create table notice_rule (
	type        text not null,
	audience    text not null,
	only_urgent boolean not null default false,
	if_data     text,
	constraint notice_rule_pk primary key (type, audience),
	constraint notice_rule_audience check (audience in ('citizen', 'holder', 'heads', 'hub', 'leaders', 'event'))
);
comment on table notice_rule is 'Who is told of an event. An event is urgent when its data says so, or its ticket is.';
comment on column notice_rule.audience is 'holder: the person who has the ticket, else the heads, else the officers of the holding
	department; hub: coordinators and heads of the hub; event: whom the event names in data->audiences';
comment on column notice_rule.if_data is 'only when this member of the event''s data is true';
insert into notice_rule (type, audience, only_urgent, if_data) values
	('ticket.filed', 'citizen', false, null), ('ticket.filed', 'holder', true, null),
	('ticket.accepted', 'citizen', false, null),
	('ticket.routed', 'citizen', false, null), ('ticket.routed', 'holder', false, null),
	('ticket.returned', 'hub', false, null),
	('ticket.answered', 'citizen', false, null),
	('ticket.refused', 'citizen', false, null),
	('ticket.redirected', 'citizen', false, null),
	('ticket.closed', 'citizen', false, null),
	('ticket.message', 'holder', false, null),
	('ticket.asked', 'citizen', false, null),
	('ticket.supplied', 'holder', false, null),
	('ticket.question_expired', 'citizen', false, null), ('ticket.question_expired', 'holder', false, null),
	('ticket.extension_requested', 'heads', false, null),
	('ticket.extension_approved', 'citizen', false, null),
	('ticket.extension_refused', 'holder', false, null),
	('ticket.progress', 'citizen', false, null),
	('ticket.redated', 'citizen', false, 'earlier'),
	('clock.warning', 'event', false, null), ('clock.breached', 'event', false, null), ('clock.escalated', 'event', false, null);

create table notice_role (
	audience text not null,
	role     text not null,
	turn     int not null,
	constraint notice_role_pk primary key (audience, role),
	constraint notice_role_role_fk foreign key (role) references role
);
comment on table notice_role is 'Which roles an audience is; the first turn of which somebody can be told counts.';
insert into notice_role
	select a, r, 1 from unnest('{holder,heads}'::text[]) a, unnest('{head,hub_head,spokesperson}'::text[]) r
	union all select a, r, 2 from unnest('{holder,heads}'::text[]) a, unnest('{legal_officer,data_officer}'::text[]) r
	union all select 'holder', r, 3 from unnest('{officer,press_officer,coordinator,duty_officer}'::text[]) r
	union all values ('hub', 'coordinator', 1), ('hub', 'hub_head', 1), ('leaders', 'leader', 1);

-- The words. Variables are {{name}}; there are no other braces, and no other names: the same rule as in civil/template.h,
-- which fills them in.
create table notice_template (
	type       text not null,
	side       text not null,
	language   text not null,
	version    int not null default 1,
	valid_from timestamptz not null default '-infinity',
	subject    text not null,
	text       text not null,
	html       text,
	constraint notice_template_pk primary key (type, side, language, version),
	constraint notice_template_side check (side in ('citizen', 'staff')),
	constraint notice_template_language check (language in ('vi', 'en')),
	constraint notice_template_sizes check (char_length(subject) between 1 and 200 and char_length(text) between 1 and 10000
		and char_length(html) <= 50000),
	constraint notice_template_one_line check (subject !~ '[[:cntrl:]]'),
	constraint notice_template_variables check (concat(subject, text, html)
		~ '^([^{}]|\{\{(code|title|what|state|department|due|at|reason|link|sender)\}\})*$')
);
comment on table notice_template is 'What is sent for an event. Of the versions in force the one that came into force last counts.';
comment on column notice_template.html is 'NULL: made from the text';

create function notice_side(audience text) returns text language sql immutable parallel safe as $$
	select case audience when 'citizen' then 'citizen' else 'staff' end
$$;

-- All that a notice needs to say besides its own sentence is the same.
insert into notice_template (type, side, language, subject, text)
	select type, 'citizen', 'vi', '[{{code}}] ' || subject, format(E'Kính gửi Ông/Bà,\n\n%s\n\nMã phiếu: {{code}}\nTiêu đề: {{title}}\n'
		'Trạng thái: {{state}}\nĐơn vị có trách nhiệm: {{department}}\n%s\nÔng/Bà có thể theo dõi phiếu bằng mã phiếu và mã bí mật đã '
		'nhận khi gửi phiếu, tại:\n{{link}}\n\nThư này được gửi tự động, kính đề nghị Ông/Bà không trả lời thư. Cơ quan không bao giờ '
		'yêu cầu Ông/Bà cung cấp mã bí mật, mật khẩu hoặc chuyển tiền qua thư điện tử.\n\nTrân trọng,\n{{sender}}\n',
		text, case when due then E'Hạn giải quyết: {{due}}\n' else '' end)
	from (values
		('ticket.filed', true, 'Đã ghi nhận phiếu của Ông/Bà',
			'Phiếu của Ông/Bà đã được ghi nhận lúc {{at}} và chuyển đến đơn vị có trách nhiệm giải quyết.'),
		('ticket.accepted', true, 'Đơn vị đã tiếp nhận phiếu của Ông/Bà',
			'Đơn vị có trách nhiệm đã tiếp nhận phiếu của Ông/Bà lúc {{at}}.'),
		('ticket.routed', true, 'Phiếu của Ông/Bà đã được chuyển đơn vị khác',
			'Phiếu của Ông/Bà đã được chuyển đến đơn vị có thẩm quyền giải quyết nêu dưới đây.'),
		('ticket.answered', false, 'Phiếu của Ông/Bà đã có trả lời',
			'Đơn vị có trách nhiệm đã trả lời phiếu của Ông/Bà. Kính mời Ông/Bà xem nội dung trả lời và cho ý kiến đánh giá.'),
		('ticket.refused', false, 'Phiếu của Ông/Bà không được tiếp nhận', 'Phiếu của Ông/Bà không được tiếp nhận. Lý do: {{reason}}.'),
		('ticket.redirected', false, 'Hướng dẫn về phiếu của Ông/Bà',
			'Nội dung phiếu thuộc thẩm quyền của cơ quan khác: {{reason}}. Kính mời Ông/Bà xem hướng dẫn khi tra cứu phiếu.'),
		('ticket.closed', false, 'Phiếu của Ông/Bà đã đóng', 'Việc giải quyết phiếu của Ông/Bà đã kết thúc.'),
		('ticket.asked', false, 'Đề nghị Ông/Bà bổ sung thông tin',
			'Đơn vị có trách nhiệm cần thêm thông tin để giải quyết phiếu. Kính đề nghị Ông/Bà xem câu hỏi và trả lời khi tra cứu phiếu.'),
		('ticket.question_expired', true, 'Đã hết thời hạn bổ sung thông tin',
			'Đã hết thời hạn bổ sung thông tin cho phiếu của Ông/Bà. Đơn vị có trách nhiệm tiếp tục giải quyết theo nội dung đã có.'),
		('ticket.extension_approved', true, 'Gia hạn giải quyết phiếu của Ông/Bà',
			'Thời hạn giải quyết phiếu của Ông/Bà đã được gia hạn. Lý do và cách tính thời hạn mới có khi tra cứu phiếu.'),
		('ticket.progress', true, 'Tiến độ giải quyết phiếu của Ông/Bà',
			'Đơn vị có trách nhiệm đã cập nhật tiến độ giải quyết phiếu của Ông/Bà. Kính mời Ông/Bà xem nội dung khi tra cứu phiếu.'),
		('ticket.redated', true, 'Thời hạn giải quyết phiếu của Ông/Bà được rút ngắn',
			'Thời hạn giải quyết phiếu của Ông/Bà đã được tính lại và sớm hơn trước.')) t (type, due, subject, text);
insert into notice_template (type, side, language, subject, text)
	select type, 'citizen', 'en', '[{{code}}] ' || subject, format(E'Dear Sir or Madam,\n\n%s\n\nTicket: {{code}}\nTitle: {{title}}\n'
		'State: {{state}}\nResponsible department: {{department}}\n%s\nYou can follow the ticket with its code and the secret that you got '
		'when you filed it, at:\n{{link}}\n\nThis message was sent automatically; please do not reply to it. We never ask for your secret, '
		'for a password or for money by e-mail.\n\nYours faithfully,\n{{sender}}\n', text, case when due then E'Due: {{due}}\n' else '' end)
	from (values
		('ticket.filed', true, 'Your ticket was received', 'Your ticket was received at {{at}} and sent to the responsible department.'),
		('ticket.accepted', true, 'Your ticket was accepted', 'The responsible department accepted your ticket at {{at}}.'),
		('ticket.routed', true, 'Your ticket was sent to another department',
			'Your ticket was sent to the department named below, which is competent for it.'),
		('ticket.answered', false, 'Your ticket was answered',
			'The responsible department answered your ticket. Please read the answer and tell us what you think of it.'),
		('ticket.refused', false, 'Your ticket was refused', 'Your ticket was refused. Reason: {{reason}}.'),
		('ticket.redirected', false, 'Where to turn with your ticket',
			'The matter is for another organisation: {{reason}}. Please see the guidance when you follow the ticket.'),
		('ticket.closed', false, 'Your ticket was closed', 'The work on your ticket has ended.'),
		('ticket.asked', false, 'We need more information from you',
			'The responsible department needs more information. Please read and answer its question when you follow the ticket.'),
		('ticket.question_expired', true, 'The time to supply information is over',
			'The time to supply information is over. The responsible department goes on with what it knows.'),
		('ticket.extension_approved', true, 'The deadline of your ticket was extended',
			'The deadline of your ticket was extended. You find the reason, and how the new date was counted, when you follow the ticket.'),
		('ticket.progress', true, 'News about your ticket',
			'The responsible department has published news about your ticket. Please read them when you follow the ticket.'),
		('ticket.redated', true, 'Your ticket is due earlier',
			'The due date of your ticket was calculated again and is earlier than before.'))
		t (type, due, subject, text);
insert into notice_template (type, side, language, subject, text)
	select type, 'staff', 'vi', '[{{code}}] ' || subject || ': {{title}}', format(E'Kính gửi Ông/Bà,\n\n%s\n\nMã phiếu: {{code}}\n'
		'Tiêu đề: {{title}}\nTrạng thái: {{state}}\nĐơn vị đang giữ: {{department}}\nHạn gần nhất: {{due}}\n\nXem phiếu: {{link}}\n\n'
		'Thư này được gửi tự động, đề nghị không trả lời thư.\n\nTrân trọng,\n{{sender}}\n', text)
	from (values
		('ticket.filed', 'Phiếu khẩn mới', 'Có phiếu khẩn mới được gửi lúc {{at}}, đề nghị tiếp nhận ngay.'),
		('ticket.routed', 'Phiếu được chuyển đến',
			'Phiếu dưới đây được chuyển đến đơn vị lúc {{at}}, đề nghị tiếp nhận và giải quyết đúng hạn.'),
		('ticket.returned', 'Phiếu bị trả lại',
			'Phiếu dưới đây bị trả lại trung tâm điều phối lúc {{at}}, đề nghị chọn đơn vị có thẩm quyền.'),
		('ticket.message', 'Người gửi phiếu bổ sung ý kiến', 'Người gửi phiếu đã gửi thêm nội dung lúc {{at}}, đề nghị xem và phản hồi.'),
		('ticket.supplied', 'Người gửi phiếu đã bổ sung thông tin',
			'Người gửi phiếu đã bổ sung thông tin lúc {{at}}, đề nghị tiếp tục giải quyết.'),
		('ticket.question_expired', 'Đã hết thời hạn bổ sung thông tin',
			'Người gửi phiếu không bổ sung thông tin trong thời hạn, đề nghị tiếp tục giải quyết.'),
		('ticket.extension_requested', 'Đề nghị gia hạn chờ phê duyệt',
			'Có đề nghị gia hạn giải quyết phiếu gửi lúc {{at}}, đề nghị xem xét trước khi đến hạn.'),
		('ticket.extension_refused', 'Không đồng ý gia hạn',
			'Đề nghị gia hạn giải quyết phiếu không được chấp thuận; hạn giải quyết giữ nguyên.'),
		('clock.warning', 'Phiếu sắp đến hạn', 'Phiếu dưới đây sắp đến hạn, đề nghị khẩn trương giải quyết.'),
		('clock.breached', 'Phiếu đã quá hạn', 'Phiếu dưới đây đã quá hạn, đề nghị giải quyết ngay và nêu rõ lý do chậm.'),
		('clock.escalated', 'Phiếu quá hạn được báo cáo lên cấp trên',
			'Phiếu dưới đây đã quá hạn và được báo cáo đến Ông/Bà để chỉ đạo giải quyết.'))
		t (type, subject, text);
insert into notice_template (type, side, language, subject, text)
	select type, 'staff', 'en', '[{{code}}] ' || subject || ': {{title}}', format(E'Dear colleague,\n\n%s\n\nTicket: {{code}}\n'
		'Title: {{title}}\nState: {{state}}\nHolding department: {{department}}\nNext due: {{due}}\n\nThe ticket: {{link}}\n\n'
		'This message was sent automatically; please do not reply to it.\n\n{{sender}}\n', text)
	from (values
		('ticket.filed', 'New urgent ticket', 'An urgent ticket was filed at {{at}}. Please accept it at once.'),
		('ticket.routed', 'Ticket routed to you',
			'The ticket below was routed to your department at {{at}}. Please accept it and answer in time.'),
		('ticket.returned', 'Ticket returned', 'The ticket below was returned to the hub at {{at}}. Please find the competent department.'),
		('ticket.message', 'The citizen wrote', 'The citizen wrote a message at {{at}}. Please read it.'),
		('ticket.supplied', 'The citizen supplied information', 'The citizen supplied information at {{at}}. Please go on with the work.'),
		('ticket.question_expired', 'No information was supplied', 'The citizen did not supply information in time. Please go on with the work.'),
		('ticket.extension_requested', 'Extension to decide on',
			'An extension was asked for at {{at}}. Please decide before the ticket is due.'),
		('ticket.extension_refused', 'Extension refused', 'The extension was refused; the due date stands.'),
		('clock.warning', 'Ticket due soon', 'The ticket below is due soon.'),
		('clock.breached', 'Ticket overdue', 'The ticket below is overdue. Please deal with it at once and give the reason for the delay.'),
		('clock.escalated', 'Overdue ticket reported to you',
			'The ticket below is overdue and was reported to you.')) t (type, subject, text);

create table notice (
	id         uuid not null default gen_random_uuid(),
	event      uuid not null,
	event_at   timestamptz not null,
	ticket     uuid not null,
	type       text not null,
	audience   text not null,
	channel    text not null default 'email',
	account    uuid,
	language   text not null,
	urgent     boolean not null,
	state      text not null default 'waiting',
	made_at    timestamptz not null,
	not_before timestamptz,
	next_at    timestamptz not null,
	attempts   int not null default 0,
	error      text,
	sent_at    timestamptz,
	message_id text,
	constraint notice_pk primary key (id),
	constraint notice_once unique nulls not distinct (event, account),
	constraint notice_account_fk foreign key (account) references account,
	constraint notice_audience check (audience in ('citizen', 'holder', 'heads', 'hub', 'leaders')),
	constraint notice_recipient check ((account is null) = (audience = 'citizen')),
	constraint notice_channel check (channel = 'email'),
	constraint notice_language check (language in ('vi', 'en')),
	constraint notice_state check (state in ('waiting', 'sending', 'sent', 'failed', 'bounced', 'cancelled')),
	constraint notice_sent check ((state = 'sent') = (sent_at is not null)),
	constraint notice_error check (error ~ '^[a-z0-9_ ]{1,40}$')
);
create index notice_due on notice (urgent, next_at, id) where state in ('waiting', 'sending');
create index notice_of_ticket on notice (ticket, made_at, id);
create index notice_made on notice (made_at, id);
create index notice_in_state on notice (state, made_at, id);
create index notice_of_account on notice (account) where account is not null;
comment on table notice is 'One row for each event and recipient: the queue of what is to be sent, and the log of what was.';
comment on column notice.account is 'NULL: the citizen of the ticket';
comment on column notice.not_before is 'held: over the cap of its address, or quiet hours';
comment on column notice.next_at is 'waiting: when it is tried (again); sending: when the one who has it is taken for dead';
comment on column notice.error is 'why it was not sent, without personal data: an SMTP code with the command it answered, or a word';
comment on column notice.message_id is 'of the first attempt, so that a second copy can be told from a second message';

create table notice_load (
	recipient bytea not null,
	since     timestamptz not null,
	n         bigint not null,
	constraint notice_load_pk primary key (recipient)
);
create index notice_load_since on notice_load (since);
comment on table notice_load is 'How many places of the hours from `since` on an address has taken; n / cap hours are full.';
comment on column notice_load.recipient is 'the blind index of a citizen''s address, or the id of an account';

create table notice_cursor (
	one boolean not null default true,
	xid xid8 not null,
	id  uuid not null,
	constraint notice_cursor_pk primary key (one),
	constraint notice_cursor_one_row check (one)
);
comment on table notice_cursor is 'The last event that was told. It moves in the transaction that makes the notices.';
insert into notice_cursor (xid, id) values (pg_snapshot_xmin(pg_current_snapshot()), '00000000-0000-0000-0000-000000000000');

create function notice_sees(p_account uuid, p_department bigint, p_sight text, p_holder bigint) returns boolean
language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return may_see(p_sight, p_holder,
		array(select s.sight from sight_right s join account_role r on r.role = s.role where r.account = p_account and s.scope = 'all'),
		array(select s.sight from sight_right s join account_role r on r.role = s.role where r.account = p_account and s.scope = 'own'),
		p_department);
end $$;

-- The people of an audience who can be told and may see such a ticket; nobody else is told that it exists.
create function notice_people(p_holder bigint, p_sight text, p_person uuid, p_audience text) returns setof uuid
language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return query
	select p.id from (
		select a.id, a.login, dense_rank() over (order by w.turn) as place
		from (
			select p_person as account, 0 as turn where p_audience = 'holder' and p_person is not null
			union all select r.account, min(n.turn) from notice_role n join account_role r on r.role = n.role
				where n.audience = p_audience group by r.account) w
			join account a on a.id = w.account
		where a.active and a.email is not null and (p_audience = 'leaders' or a.department = case p_audience
				when 'hub' then (select id from department where hub) else p_holder end)
			and notice_sees(a.id, a.department, p_sight, p_holder)) p
	where p.place = 1 order by p.login limit (select value from setting where name = 'notice_people_most');
end $$;

-- Of the held notices to a citizen about one ticket the last one goes, at the first one's time; of those to one of the staff
-- the last one of each type, and alarms one by one.
create function notices_merge(p_tickets uuid[], p_now timestamptz) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	with held as (
		select id, min(next_at) over w as first_at, row_number() over (w order by event_at desc, id desc) as age, count(*) over w as n
		from notice where ticket = any (p_tickets) and state = 'waiting' and attempts = 0 and not_before > p_now
			and type not like 'clock.%'
		window w as (partition by ticket, account, case when account is not null then type end))
	update notice n set state = case when h.age = 1 then 'waiting' else 'cancelled' end, error = case when h.age > 1 then 'merged' end,
			next_at = h.first_at, not_before = h.first_at
		from held h where n.id = h.id and h.n > 1 and n.state = 'waiting';
end $$;

-- Follows the feed: makes the notices of the next events and moves the cursor, all in one transaction, so that each event
-- is told exactly once whatever is killed. Of two followers one finds the cursor locked and does nothing. Returns how
-- many events it read.
--
-- Alarms, and what is urgent, is told to staff at once, whatever else they are told. Of all other notices a recipient's places
-- are numbered; `cap` of them are in each hour from notice_load.since on, hours gone by are used up.
create function notices_make(p_now timestamptz, p_limit bigint) returns bigint
language plpgsql security definer set search_path = tiepdan, pg_temp set jit = off as $$
declare
	v_after notice_cursor;
	v_stale interval := make_interval(hours => (select value from setting where name = 'notice_stale_hours'));
	v_citizen int := (select value from setting where name = 'notices_hour_citizen');
	v_staff int := (select value from setting where name = 'notices_hour_staff');
	v_hours int := (select value from setting where name = 'notices_hours');
	v_read bigint;
	v_held uuid[];
begin
	select * into v_after from notice_cursor where one for update skip locked;
	if not found then
		return 0;
	end if;
	with fed as materialized (
		select e.xid, e.id, e.at, e.type, e.ticket, e.actor, e.data, row_number() over (order by e.xid, e.id) as place
		from event e where (e.xid, e.id) > (v_after.xid, v_after.id) and e.xid < pg_snapshot_xmin(pg_current_snapshot())
		order by e.xid, e.id limit p_limit),
	told as (
		select f.*, t.language, t.holder, t.sight, t.person, coalesce(f.data->>'urgent' = 'true', t.level = 'urgent') as urgent
		from fed f join ticket t on t.id = f.ticket
		where f.at > p_now - v_stale and exists (select from notice_rule r where r.type = f.type)),
	meant as materialized (
		select distinct o.*, case when r.audience = 'event' then x.audience else r.audience end as audience
		from told o join notice_rule r on r.type = o.type and (o.urgent or not r.only_urgent)
				and (r.if_data is null or o.data->>r.if_data = 'true')
			left join lateral jsonb_array_elements_text(case when r.audience = 'event' and jsonb_typeof(o.data->'audiences') = 'array'
				then o.data->'audiences' else '[]' end) x (audience) on true),
	worded as (
		select m.* from meant m where m.audience in ('citizen', 'holder', 'heads', 'hub', 'leaders') and exists (
			select from notice_template w where w.type = m.type and w.side = notice_side(m.audience) and w.valid_from <= p_now)),
	people as materialized (
		select g.*, p.account
		from (select distinct holder, sight, person, audience from worded where audience <> 'citizen') g
			cross join lateral notice_people(g.holder, g.sight, g.person, g.audience) p (account)),
	recipient as (
		select m.*, null::uuid as account, c.email_index as key, v_citizen as cap
			from worded m join contact c on c.ticket = m.ticket where m.audience = 'citizen' and c.email_index is not null
		union all
		(select distinct on (m.place, p.account) m.*, p.account, uuid_send(p.account),
				case when not m.urgent and m.type not like 'clock.%' then v_staff end
			from worded m join people p on p.audience = m.audience and p.holder = m.holder and p.sight = m.sight
				and p.person is not distinct from m.person
			where p.account is distinct from m.actor
			order by m.place, p.account, array_position('{holder,heads,hub,leaders}', m.audience))),
	base as (
		select r.key, r.n, case when h.gone * r.cap >= l.n then p_now else coalesce(l.since, p_now) end as since,
			case when h.gone * r.cap >= l.n then 0 else coalesce(l.n, 0) end as used,
			r.cap * (v_hours + case when h.gone * r.cap >= l.n then 0 else coalesce(h.gone, 0) end) as most
		from (select key, cap, count(*) as n from recipient where cap is not null group by key, cap) r left join notice_load l on l.recipient = r.key
			left join lateral (select floor(extract(epoch from p_now - l.since) / 3600)::bigint as gone) h on true),
	loaded as (
		insert into notice_load (recipient, since, n) select key, since, least(used + n, greatest(used, most)) from base
		on conflict (recipient) do update set since = excluded.since, n = excluded.n),
	placed as (
		select r.*, b.most, b.used + row_number() over (partition by r.key order by r.place) as seat,
			b.since, b.used from recipient r join base b on b.key = r.key where r.cap is not null
		union all select r.*, 0, 0, p_now, 0 from recipient r where r.cap is null),
	made as (
		insert into notice (event, event_at, ticket, type, audience, account, language, urgent, made_at, state, error, next_at, not_before)
		select p.id, p.at, p.ticket, p.type, p.audience, p.account, case when p.account is null then p.language else 'vi' end, p.urgent,
			p_now, case when p.seat > p.most then 'cancelled' else 'waiting' end, case when p.seat > p.most then 'too_many' end,
			greatest(h.hour, p_now), case when h.hour > p_now and p.seat <= p.most then h.hour end
		from placed p cross join lateral (select p.since + (p.seat - 1) / greatest(p.cap, 1) * interval '1 hour' as hour) h
		on conflict on constraint notice_once do nothing
		returning ticket, not_before),
	moved as (
		update notice_cursor c set xid = l.xid, id = l.id from (select xid, id from fed order by place desc limit 1) l where c.one)
	select (select count(*) from fed), array(select distinct ticket from made where not_before is not null) into v_read, v_held;
	if v_held <> '{}' then
		perform notices_merge(v_held, p_now);
	end if;
	return v_read;
end $$;

-- What a link in a stranger's words would be is none: such words reach addresses that nobody has confirmed.
create function notice_plain(words text) returns text language sql immutable parallel safe as $$
	select regexp_replace(words, '[[:alnum:]+.-]+://|www\.', '... ', 'gi')
$$;

-- Takes notices that are due, urgent ones first, for a sender who says by `p_lease` what became of them (notice_done); else
-- another one takes them. Words, rights and addresses are those of the moment of sending: no address, no message. Of
-- confidential tickets neither title nor department leaves the house. Reading the sealed contact here is no `contact.read`:
-- the notice is its record.
create function notice_claim(p_now timestamptz, p_lease timestamptz, p_limit bigint, p_domain text, p_zone text, p_public_url text)
returns table (id uuid, ticket uuid, attempts bigint, urgent boolean, citizen boolean, department bigint, made_at timestamptz,
	message_id text, language text, address text, epoch bigint, wrapped bytea, box bytea, subject text, body text, html text,
	code text, title text, what text, state text, department_name text, due text, at text, reason text, link text, sender text)
language plpgsql security definer set search_path = tiepdan, pg_temp set jit = off as $$
#variable_conflict use_column
declare
	v_ids uuid[];
begin
	with urgent as (
		select id, 1 as place from notice where urgent and state in ('waiting', 'sending') and next_at <= p_now
		order by next_at, id limit p_limit for update skip locked),
	other as (
		select id, 2 as place from notice where not urgent and state in ('waiting', 'sending') and next_at <= p_now
		order by next_at, id limit p_limit for update skip locked)
	select array(select id from (select * from urgent union all select * from other) x order by place limit p_limit) into v_ids;
	return query
	with claimed as (
		update notice n set state = 'sending', next_at = p_lease, attempts = n.attempts + 1,
				message_id = coalesce(n.message_id, '<' || n.id || '@' || p_domain || '>')
			where n.id = any (v_ids) returning n.*)
	select n.id, n.ticket, n.attempts::bigint, n.urgent, n.account is null, a.department, n.made_at, n.message_id, m.language, a.email,
		c.epoch, c.wrapped, c.box, m.subject, m.text, m.html, t.code,
		case when not v.hidden and n.account is null then notice_plain(t.title) when not v.hidden then t.title
			when v.vi then '(không nêu trong thư)' else '(not named here)' end,
		coalesce(case when v.vi then e.public_vi else e.public_en end, ''), case when v.vi then s.name_vi else s.name_en end,
		case when v.hidden and v.vi then '(không nêu trong thư)' when v.hidden then '(not named here)'
			when v.vi then d.name_vi else d.name_en end,
		coalesce((select to_char(min(k.due_at) at time zone p_zone, v.clock) from clock_running k join clock_kind x on x.code = k.kind
				and x.told where k.slot = slot_current() and k.ticket = t.id),
			case when v.vi then 'không có hạn đang chạy' else 'no deadline is running' end),
		to_char(n.event_at at time zone p_zone, v.clock),
		coalesce(case when v.vi then r.text_vi else r.text_en end, case when v.vi then 'xem khi tra cứu phiếu' else 'see the ticket' end),
		p_public_url || case when n.account is null then '/v1/tracking' else '/v1/tickets/' || t.id end,
		(select case when v.vi then h.name_vi else h.name_en end from department h where h.hub)
	from claimed n join ticket t on t.id = n.ticket join state s on s.code = t.state join department d on d.id = t.holder
		left join account a on a.id = n.account and a.active and notice_sees(a.id, a.department, t.sight, t.holder)
		left join contact c on c.ticket = n.ticket and n.account is null and c.erased_at is null
		left join event e on e.at = n.event_at and e.id = n.event
		left join refusal_reason r on r.code = e.data->>'reason_code'
		left join lateral (select * from notice_template x where x.type = n.type and x.side = notice_side(n.audience)
			and x.valid_from <= p_now order by x.language = n.language desc, x.valid_from desc, x.version desc limit 1) m on true
		cross join lateral (select m.language is distinct from 'en' as vi, t.sight not in ('public', 'private', 'restricted') as hidden,
			case when m.language = 'en' then 'YYYY-MM-DD HH24:MI' else 'HH24:MI "ngày" DD/MM/YYYY' end as clock) v
	order by array_position(v_ids, n.id);
end $$;

-- Puts back what was claimed in quiet hours; that was no attempt.
create function notices_hold(p_ids uuid[], p_until timestamptz[]) returns bigint language plpgsql security definer
set search_path = tiepdan, pg_temp as $$
declare
	v_held bigint;
begin
	update notice n set state = 'waiting', next_at = u.until, not_before = u.until, attempts = greatest(n.attempts - 1, 0)
		from unnest(p_ids, p_until) u (id, until) where n.id = u.id and n.state = 'sending';
	get diagnostics v_held = row_count;
	return v_held;
end $$;

-- What became of a notice that was claimed as attempt `p_attempt`; of a later attempt somebody else tells. `p_counts`:
-- the attempt counts; one that never reached the mail server does not.
create function notice_done(p_id uuid, p_attempt bigint, p_state text, p_counts boolean, p_error text, p_next timestamptz,
	p_now timestamptz)
returns bigint language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_done bigint;
begin
	update notice set state = p_state, error = p_error, next_at = coalesce(p_next, next_at),
			sent_at = case when p_state = 'sent' then p_now end, attempts = attempts - case when p_counts then 0 else 1 end
		where id = p_id and state = 'sending' and attempts = p_attempt;
	get diagnostics v_done = row_count;
	return v_done;
end $$;

-- Forgets what was sent or given up before the time it is kept, and loads of addresses that are a day old.
create function forget_notices(p_now timestamptz, p_limit bigint) returns bigint language plpgsql security definer
set search_path = tiepdan, pg_temp as $$
declare
	v_gone bigint;
begin
	delete from notice_load where recipient in (select recipient from notice_load where since < p_now - interval '1 day'
		- (select value from setting where name = 'notices_hours') * interval '1 hour' limit p_limit for update skip locked);
	delete from notice where id in (select id from notice
		where made_at < p_now - make_interval(days => (select value from setting where name = 'notice_keep_days'))
			and state not in ('waiting', 'sending') order by made_at, id limit p_limit for update skip locked);
	get diagnostics v_gone = row_count;
	return v_gone;
end $$;

create function notice_caller_needs(p_roles text[]) returns void language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	if not caller_roles() && p_roles then
		raise exception 'none of the caller''s roles may see to notices' using errcode = 'TD403';
	end if;
end $$;

-- The log of delivery, last made first, without addresses and texts. The ticket is named where everybody of the hub might
-- know of it, or the caller sees it. `p_after` is the key of the last row seen.
create function notice_list(p_state text, p_ticket uuid, p_after text, p_limit bigint)
returns table (item text, key text) language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	v_at timestamptz := coalesce(split_part(p_after, '|', 1)::timestamptz, 'infinity');
	v_id uuid := coalesce(split_part(p_after, '|', 2)::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
	v_ids uuid[];
begin
	perform notice_caller_needs('{admin,auditor,hub_head}');
	if p_ticket is not null then
		v_ids := array(select id from notice where ticket = p_ticket and (made_at, id) < (v_at, v_id)
			and (p_state is null or state = p_state) order by made_at desc, id desc limit p_limit + 1);
	elsif p_state is not null then
		v_ids := array(select id from notice where state = p_state and (made_at, id) < (v_at, v_id)
			order by made_at desc, id desc limit p_limit + 1);
	else
		v_ids := array(select id from notice where (made_at, id) < (v_at, v_id) order by made_at desc, id desc limit p_limit + 1);
	end if;
	return query
	select json_build_object('id', n.id, 'type', n.type, 'audience', n.audience, 'channel', n.channel, 'language', n.language,
			'urgent', n.urgent, 'ticket', case when v.shown then json_build_object('id', t.id, 'code', t.code) end, 'state', n.state,
			'attempts', n.attempts, 'error', n.error, 'made_at', instant(n.made_at), 'not_before', instant(n.not_before),
			'next_at', case when n.state in ('waiting', 'sending') then instant(n.next_at) end, 'sent_at', instant(n.sent_at))::text,
		concat_ws('|', n.made_at, n.id)
	from unnest(v_ids) with ordinality i (id, ord) join notice n on n.id = i.id join ticket t on t.id = n.ticket
		cross join lateral (select ticket_nameable(t) as shown) v
	where p_ticket is null or v.shown
	order by i.ord;
end $$;

-- Sends again what failed or bounced; TD404 when there is no such notice, TD471 when it did not fail.
create function notice_retry(p_notice uuid, p_event uuid, p_at timestamptz) returns void language plpgsql security definer
set search_path = tiepdan, pg_temp as $$
declare
	n notice;
begin
	perform notice_caller_needs('{admin}');
	select * into n from notice where id = p_notice for update;
	if not found then
		raise exception 'no such notice' using errcode = 'TD404';
	elsif n.state not in ('failed', 'bounced') then
		raise exception 'the notice is %', n.state using errcode = 'TD471';
	end if;
	update notice set state = 'waiting', next_at = p_at, not_before = null, attempts = 0 where id = n.id;
	perform event_write(p_event, p_at, n.ticket, 'notice.retried', 'staff', caller_account(), caller_department(), null, null, null, null,
		jsonb_build_object('notice', n.id));
end $$;

-- For `tiepdan user add`, run by the owner: the address of an account; NULL leaves the one it has.
create function account_email_save(p_account uuid, p_email text) returns uuid language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	update account set email = p_email where id = p_account and p_email is not null;
	return p_account;
end $$;

alter table notice enable row level security;
alter table notice_load enable row level security;
revoke all on notice, notice_load, notice_cursor, notice_rule, notice_role, notice_template from public;
revoke execute on function notice_side, notice_sees, notice_people, notices_merge, notices_make, notice_plain, notice_claim,
	notices_hold, notice_done, forget_notices, notice_caller_needs, notice_list, notice_retry, account_email_save from public;
grant execute on function notices_make, notice_claim, notices_hold, notice_done, forget_notices, notice_list, notice_retry to tiepdan_app;
