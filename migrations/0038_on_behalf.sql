-- A ticket in the name of another person: somebody says it at a counter, on the telephone or in a letter, and a clerk types it.
-- Its author is who said it: the contact is theirs, sealed as ever, and so are code and secret, which the clerk gets once to hand
-- them over. The clerk is remembered beside the ticket and gets no right over it: who has typed it does not handle it, and does not
-- see it later unless another role does.
set local search_path = tiepdan, public;

create table clerk_channel (
	code      text not null,
	public_vi text not null,
	public_en text not null,
	constraint clerk_channel_pk primary key (code)
);
comment on table clerk_channel is 'Channels whose tickets clerks type, and what the citizen is told of it; %s is the department of the clerk.';
insert into clerk_channel values
	('counter', 'Phiếu được lập tại quầy tiếp công dân của %s theo lời trình bày của người gửi',
		'The ticket was taken down at the counter of %s'),
	('phone', 'Phiếu được %s lập theo nội dung người gửi trình bày qua điện thoại', 'The ticket was taken down on the telephone by %s'),
	('letter', 'Phiếu được %s lập theo đơn thư của người gửi', 'The ticket was taken down from a letter by %s');

alter table ticket drop constraint ticket_channel,
	add constraint ticket_channel check (channel in ('web', 'app', 'email', 'phone', 'counter', 'letter', 'zalo')) not valid;	-- see 0042
insert into move_role (action, role, scope) values ('file', 'clerk', 'all');

create table ticket_clerk (
	ticket     uuid not null,
	account    uuid not null,
	department bigint not null,
	constraint ticket_clerk_pk primary key (ticket),
	constraint ticket_clerk_ticket_fk foreign key (ticket) references ticket,
	constraint ticket_clerk_account_fk foreign key (account) references account,
	constraint ticket_clerk_department_fk foreign key (department) references department
);
comment on table ticket_clerk is 'Who typed a ticket in the name of its author, and where.';

-- The caller has taken down a ticket that was filed just before, in the same transaction; one that was not, because its key was
-- known, is not there. TD403 when the caller is no clerk.
create function ticket_take_down(p_ticket uuid, p_at timestamptz, p_event uuid) returns void
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket;
	c clerk_channel;
	d department;
begin
	if not exists (select from move_role where action = 'file' and role = any (caller_roles())) then
		raise exception 'none of the caller''s roles may file for others' using errcode = 'TD403';
	end if;
	select * into t from ticket where id = p_ticket;
	if not found then
		return;
	end if;
	select * into strict c from clerk_channel where code = t.channel;
	select * into strict d from department where id = caller_department();
	insert into ticket_clerk (ticket, account, department) values (t.id, caller_account(), d.id);
	perform event_write(p_event, p_at, t.id, 'ticket.taken_down', 'staff', caller_account(), d.id, null, null, format(c.public_vi, d.name_vi),
		format(c.public_en, d.name_en), jsonb_build_object('channel', t.channel));
end $$;

-- Where a ticket was taken down, for its citizen; for staff also by whom. NULL for one that its author filed.
create function taken_told(t ticket) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select json_build_object('channel', t.channel, 'department', department_named(department)) from ticket_clerk where ticket = t.id);
end $$;
create function taken_of(p_ticket uuid) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select json_build_object('department', department_named(department), 'person', person_named(account))
		from ticket_clerk where ticket = p_ticket);
end $$;

alter table ticket_clerk enable row level security;
create policy ticket_clerk_seen on ticket_clerk for select to tiepdan_app using (exists (
	select from ticket t where t.id = ticket_clerk.ticket));
revoke all on clerk_channel, ticket_clerk from public;
grant select on ticket_clerk to tiepdan_app;
revoke execute on function ticket_take_down, taken_told, taken_of from public;
grant execute on function ticket_take_down, taken_of to tiepdan_app;
