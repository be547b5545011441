-- Co-handlers: the department that has a ticket asks others for their part of the answer, each with a day of its own. Those see
-- what they are asked and what the citizen wrote, not who the citizen is, and nothing of the notes; the answer to the citizen
-- stays with the one department that has the ticket, and so do the clocks (domain: only the lead's clock counts).
set local search_path = tiepdan, public;

insert into setting values ('parts_most', 10, 'a ticket has at most so many parts that wait for an answer');

insert into action (code, position, event, reason, holder, person, reply, way, conditional, public_vi, public_en) values
	('ask_part', 24, 'part.asked', 'none', 'keep', 'keep', 'keep', 'part', true,
		'Đơn vị đề nghị cơ quan khác phối hợp giải quyết', 'The department asked another one to contribute');
insert into move select 'ask_part', s, s from unnest('{accepted,in_progress,pending_approval}'::text[]) s;
insert into move_role (action, role, scope, sight) select 'ask_part', role, scope, sight from move_role where action = 'progress'
	and sight is distinct from 'denunciation';	-- nobody else learns of one

alter table role_right drop constraint role_right_might,
	add constraint role_right_might check (might in ('note', 'contact', 'report', 'colleagues', 'accounts', 'calendars', 'part'));
insert into role_right select role, 'part' from role_right where might = 'note';

create table part (
	id          uuid not null,
	ticket      uuid not null,
	department  bigint not null,
	asked_at    timestamptz not null,
	asked_by    uuid not null,
	asked_from  bigint not null,
	task        text not null,
	due_at      timestamptz not null,
	version     bigint not null default 1,
	state       text not null default 'asked',
	ended_at    timestamptz,
	ended_by    uuid,
	text        text,
	constraint part_pk primary key (id),
	constraint part_ticket_fk foreign key (ticket) references ticket,
	constraint part_department_fk foreign key (department) references department,
	constraint part_asked_by_fk foreign key (asked_by) references account,
	constraint part_asked_from_fk foreign key (asked_from) references department,
	constraint part_ended_by_fk foreign key (ended_by) references account,
	constraint part_state check (state in ('asked', 'given', 'declined', 'cancelled')),
	constraint part_ended check ((state = 'asked') = (ended_at is null) and (state in ('given', 'declined')) <= (ended_by is not null)
		and (state in ('given', 'declined')) <= (text is not null)),
	constraint part_task_length check (char_length(task) between 10 and 5000),
	constraint part_text_length check (char_length(text) between 2 and 20000),
	constraint part_not_to_oneself check (department <> asked_from)
);
create unique index part_one_at_a_time on part (ticket, department) where state = 'asked';
create index part_of_ticket on part (ticket, asked_at);
create index part_queue on part (department, due_at, id) where state = 'asked';
create index part_ended_queue on part (department, ended_at, id) where state <> 'asked';
comment on table part is 'What a co-handling department was asked for, and what it gave.';
comment on column part.asked_from is 'the department that had the ticket';
comment on column part.text is 'the contribution; of one that was declined or taken back the reason';

create function part_body(p part) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return json_build_object('id', p.id, 'department', department_named(p.department), 'asked_at', instant(p.asked_at),
		'asked_from', department_named(p.asked_from), 'asked_by', person_named(p.asked_by), 'task', p.task, 'due_at', instant(p.due_at),
		'state', p.state, 'ended_at', instant(p.ended_at), 'ended_by', person_named(p.ended_by), 'text', p.text, 'version', p.version);
end $$;
create function parts_of(p_ticket uuid) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select coalesce(json_agg(part_body(p) order by p.asked_at, p.id), '[]') from part p where p.ticket = p_ticket);
end $$;
-- Which part is missing, for the citizen.
create function parts_told(p_ticket uuid) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select coalesce(json_agg(json_build_object('department', department_named(department), 'asked_at', instant(asked_at),
			'due_at', instant(due_at), 'state', state, 'ended_at', instant(ended_at)) order by asked_at, id), '[]')
		from part where ticket = p_ticket and state in ('asked', 'given'));
end $$;

create function parts_room(t ticket) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (select count(*) from part where ticket = t.id and state = 'asked') < (select value from setting where name = 'parts_most');
end $$;

-- Asks a department; `p_due` is the close of its working day, but no part is due after the answer that it is for. TD430 no such
-- department, TD447 as many as may wait, part_one_at_a_time, part_not_to_oneself.
create function part_ask(p_id uuid, p_ticket uuid, p_version bigint, p_department text, p_task text, p_at timestamptz, p_due timestamptz,
	p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_at_version(p_ticket, p_version);
	a action;
	v_department bigint;
	v_answer timestamptz := (select due_at from clock_running where slot = slot_current() and ticket = p_ticket and kind in ('answer', 'appeal')
		order by due_at limit 1);
	v_due timestamptz := case when v_answer > p_at then least(p_due, v_answer) else p_due end;
begin
	perform move_check(t, 'ask_part');
	v_department := department_valid(p_department, p_at);
	if not parts_room(t) then
		raise exception 'enough parts wait' using errcode = 'TD447';
	end if;
	select * into a from action where code = 'ask_part';
	insert into part (id, ticket, department, asked_at, asked_by, asked_from, task, due_at)
		values (p_id, t.id, v_department, p_at, caller_account(), t.holder, p_task, v_due);
	update ticket set updated_at = p_at, version = version + 1 where id = t.id;
	perform event_write(p_event, p_at, t.id, a.event, 'staff', caller_account(), v_department, null, null, a.public_vi, a.public_en,
		jsonb_build_object('part', p_id, 'due', instant(v_due)));
	body := (select (part_body(p)::jsonb || jsonb_build_object('ticket_version', t.version + 1))::text from part p where p.id = p_id);
	etag := '1';
end $$;

-- Whether somebody with these roles in this department reads and answers a part.
create function part_open_to(p part, p_department bigint, p_roles text[]) returns boolean language plpgsql stable
set search_path = tiepdan, pg_temp as $$
begin
	return p.department = p_department and exists (select from role_right where might = 'part' and role = any (p_roles));
end $$;
-- The part, if the caller's department was asked for it, and its ticket locked first: everybody takes locks in this order.
create function part_mine(p_part uuid, p_version bigint) returns part language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	p part;
begin
	select * into p from part where id = p_part;
	if not coalesce(part_open_to(p, caller_department(), caller_roles()) and caller_barred(p.ticket) is null, false) then
		raise exception 'no such part' using errcode = 'TD404';
	end if;
	perform from ticket where id = p.ticket for no key update;
	select * into strict p from part where id = p_part for no key update;
	if p.version <> p_version then
		raise exception 'the part has version %', p.version using errcode = 'TD412';
	end if;
	return p;
end $$;

-- What the co-handler sees, and whoever sees the ticket: the task, and what the citizen wrote as long as that is needed: not when
-- the part was taken back or declined, or the ticket has ended.
create function part_reads(p part, t ticket) returns boolean language sql immutable parallel safe as $$
	select p.state in ('asked', 'given') and not t.done
$$;
create function part_show(p_part uuid, out body text, out etag text)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
declare
	p part;
begin
	select * into p from part where id = p_part;
	if not coalesce(part_open_to(p, caller_department(), caller_roles()), false) then
		perform ticket_visible(p.ticket);
	end if;
	body := (select (part_body(p)::jsonb || jsonb_build_object('ticket', case when part_reads(p, t) then json_build_object('code', t.code,
			'kind', t.kind, 'category', named(c.code, c.name_vi, c.name_en), 'area', named(a.code, a.name_vi, a.name_en), 'title', t.title,
			'text', t.text, 'location_text', t.location_text, 'level', t.level, 'state', t.state, 'filed_at', instant(t.filed_at)) end))::text
		from ticket t join category c on c.code = t.category left join area a on a.code = t.area where t.id = p.ticket);
	etag := p.version::text;
end $$;

-- The parts of the caller's department: those that wait, due first, or those that have ended, last first.
create function part_list(p_ended boolean, p_after text, p_limit bigint) returns table (item text, key text)
language plpgsql stable security definer set search_path = tiepdan, pg_temp set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
declare
	v_at timestamptz := coalesce(split_part(p_after, '|', 1)::timestamptz, case when p_ended then 'infinity' else '-infinity' end::timestamptz);
	v_id uuid := coalesce(split_part(p_after, '|', 2)::uuid, case when p_ended then 'ffffffff-ffff-ffff-ffff-ffffffffffff'
		else '00000000-0000-0000-0000-000000000000' end::uuid);
	v_ids uuid[];
begin
	perform caller_needs('part');
	if p_ended then
		v_ids := array(select id from part where department = caller_department() and state <> 'asked' and (ended_at, id) < (v_at, v_id)
			order by ended_at desc, id desc limit p_limit + 1);
	else
		v_ids := array(select id from part where department = caller_department() and state = 'asked' and (due_at, id) > (v_at, v_id)
			order by due_at, id limit p_limit + 1);
	end if;
	return query
	select (part_body(p)::jsonb || jsonb_build_object('ticket', json_build_object('code', t.code,
			'title', case when part_reads(p, t) then t.title end, 'level', t.level)))::text,
		concat_ws('|', case when p_ended then p.ended_at else p.due_at end, p.id)
	from unnest(v_ids) with ordinality i (id, ord) join part p on p.id = i.id join ticket t on t.id = p.ticket order by i.ord;
end $$;

-- Ends a part that waits. TD446 when it does not.
create function part_end(p part, p_state text, p_text text, p_at timestamptz, p_event uuid, p_said_vi text, p_said_en text)
returns part language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	if p.state <> 'asked' then
		raise exception 'the part is %', p.state using errcode = 'TD446';
	end if;
	update part set state = p_state, text = p_text, ended_at = p_at, ended_by = caller_account(), version = version + 1
		where id = p.id returning * into p;
	update ticket set updated_at = greatest(updated_at, p_at), version = version + 1 where id = p.ticket;
	perform event_write(p_event, p_at, p.ticket, 'part.' || p_state, 'staff', caller_account(), p.department, null, null, p_said_vi, p_said_en,
		jsonb_build_object('part', p.id));
	return p;
end $$;
create function part_give(p_part uuid, p_version bigint, p_text text, p_at timestamptz, p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	p part := part_end(part_mine(p_part, p_version), 'given', p_text, p_at, p_event, 'Cơ quan phối hợp đã có ý kiến',
		'The other department contributed its part');
begin
	body := part_body(p)::text;
	etag := p.version::text;
end $$;
create function part_decline(p_part uuid, p_version bigint, p_reason text, p_at timestamptz, p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	p part := part_end(part_mine(p_part, p_version), 'declined', p_reason, p_at, p_event, null, null);
begin
	body := part_body(p)::text;
	etag := p.version::text;
end $$;
-- Taken back by those who may ask.
create function part_cancel(p_part uuid, p_version bigint, p_reason text, p_at timestamptz, p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	p part;
	t ticket;
begin
	select * into p from part where id = p_part;
	t := ticket_seen(p.ticket);
	perform move_check(t, 'ask_part');
	select * into p from part where id = p_part for no key update;
	if p.version <> p_version then
		raise exception 'the part has version %', p.version using errcode = 'TD412';
	end if;
	p := part_end(p, 'cancelled', p_reason, p_at, p_event, null, null);
	body := part_body(p)::text;
	etag := p.version::text;
end $$;

alter table part enable row level security;
create policy part_seen on part for select to tiepdan_app using (exists (select from ticket t where t.id = part.ticket));
revoke all on part from public;
grant select on part to tiepdan_app;
revoke execute on function part_reads, part_open_to, parts_room, part_body, parts_of, parts_told, part_ask, part_mine, part_show, part_list, part_end, part_give, part_decline,
	part_cancel from public;
grant execute on function part_body, parts_of, part_ask, part_show, part_list, part_give, part_decline, part_cancel to tiepdan_app;
