-- How long tickets are kept: classes by kind and category, as the archive law has them, are data with days on which they count (Law 33/2024/QH15
-- and the circulars of the ministries; Law 91/2025/QH15 article 14: what is kept no longer is destroyed, not hidden). A data officer proposes
-- what is due, somebody else approves, and the job worker destroys it, one ticket a transaction. What is left is a ticket without words: the
-- record, the clocks and the figures stay true.
set local search_path = tiepdan, public;

-- --- the classes -----------------------------------------------------------------------------------------------------------------

create table retention_class (
	code       text not null,
	name_vi    text not null,
	name_en    text not null,
	years      int,
	begins     text not null,
	basis_vi   text not null,
	basis_en   text not null,
	valid_from date,
	valid_to   date,
	constraint retention_class_version unique nulls not distinct (code, valid_from),
	constraint retention_class_years check (years between 1 and 200),
	constraint retention_class_begins check (begins in ('closed', 'answered', 'year_after')),
	constraint retention_class_validity check (valid_to > valid_from),
	constraint retention_class_overlap exclude using gist (code with =, daterange(valid_from, valid_to) with &&)
);
comment on table retention_class is 'How long is kept what belongs to a class; the row counts that was valid on the day on which the ticket ended.';
comment on column retention_class.years is 'NULL: permanently';
comment on column retention_class.begins is 'the day that the years count from: closed (when the ticket ended), answered, year_after (1 January of the year '
	'after it ended)';

create table retention_rule (
	kind       text,
	category   text,
	class      text not null,
	valid_from date,
	valid_to   date,
	constraint retention_rule_version unique nulls not distinct (kind, category, valid_from),
	constraint retention_rule_kind_fk foreign key (kind) references kind,
	constraint retention_rule_category_fk foreign key (category) references category,
	constraint retention_rule_validity check (valid_to > valid_from),
	constraint retention_rule_overlap exclude using gist (coalesce(kind, '') with =, coalesce(category, '') with =, daterange(valid_from, valid_to) with &&)
);
comment on table retention_rule is 'Which class tickets are of. A rule of the kind goes before one of every kind, the category before those above it.';

insert into import_type (code, pattern, wanted, most) values
	('begins', '^(closed|answered|year_after)$', 'one of closed, answered, year_after', 16),
	('years', '^[1-9][0-9]{0,2}$', 'a number of years', 3);
insert into import_kind (code, keys) values ('retention_classes', '{code,valid_from}'), ('retention_rules', '{kind,category,valid_from}');
insert into import_column (kind, name, type, required, refers) values
	('retention_classes', 'code', 'code', true, null), ('retention_classes', 'name_vi', 'text', true, null),
	('retention_classes', 'name_en', 'text', true, null), ('retention_classes', 'years', 'years', false, null),
	('retention_classes', 'begins', 'begins', true, null), ('retention_classes', 'basis_vi', 'text', true, null),
	('retention_classes', 'basis_en', 'text', true, null), ('retention_classes', 'valid_from', 'date', false, null),
	('retention_classes', 'valid_to', 'date', false, null),
	('retention_rules', 'kind', 'code', false, 'kinds'), ('retention_rules', 'category', 'code', false, 'categories'),
	('retention_rules', 'class', 'code', true, 'retention_classes'), ('retention_rules', 'valid_from', 'date', false, null),
	('retention_rules', 'valid_to', 'date', false, null);
create function import_retention_classes(r jsonb) returns void language sql set search_path = tiepdan, pg_temp as $$
	insert into retention_class values (r->>'code', r->>'name_vi', r->>'name_en', (r->>'years')::int, r->>'begins', r->>'basis_vi', r->>'basis_en',
		(r->>'valid_from')::date, (r->>'valid_to')::date)
	on conflict on constraint retention_class_version do update set (name_vi, name_en, years, begins, basis_vi, basis_en, valid_to) =
		(excluded.name_vi, excluded.name_en, excluded.years, excluded.begins, excluded.basis_vi, excluded.basis_en, excluded.valid_to)
$$;
comment on function import_retention_classes is 'code, name_vi, name_en, years (empty: permanently), begins (closed, answered, year_after: the years
count from 1 January of the next year), basis_vi, basis_en (the law), valid_from, valid_to (optional). What counts is the row that was valid on
the day on which a ticket ended.';
create function import_retention_rules(r jsonb) returns void language sql set search_path = tiepdan, pg_temp as $$
	insert into retention_rule values (r->>'kind', r->>'category', r->>'class', (r->>'valid_from')::date, (r->>'valid_to')::date)
	on conflict on constraint retention_rule_version do update set (class, valid_to) = (excluded.class, excluded.valid_to)
$$;
comment on function import_retention_rules is 'kind, category (both optional: all; a category stands for those below it), class (of retention_classes),
valid_from, valid_to (optional). What no rule names is kept.';
do $$
begin
	execute 'create or replace view import_code as ' || rtrim(pg_get_viewdef('import_code'::regclass), ';') || '
		union all select distinct ''retention_classes'', code from retention_class';
	execute 'create or replace view import_row as ' || rtrim(pg_get_viewdef('import_row'::regclass), ';') || '
		union all select ''retention_classes'', concat_ws('' '', code, valid_from), jsonb_strip_nulls(to_jsonb(x)) from retention_class x
		union all select ''retention_rules'', concat_ws('' '', coalesce(kind, ''*''), coalesce(category, ''*''), valid_from), jsonb_strip_nulls(to_jsonb(x))
			from retention_rule x';
end $$;
select configuration_watch();
insert into configuration_kept select k, 1, now(), null, session_user, '{}' from unnest('{retention_classes,retention_rules}'::text[]) k;

alter table setting disable trigger configuration_touched;
insert into setting (name, value, note, least, most) values
	('retention_look_most', 10000, 'at most this many old tickets are looked at for what is due; the answer says where to go on', 100, 1000000),
	('disposal_tickets_most', 10000, 'a disposal has at most this many tickets', 1, 50000);
alter table setting enable trigger configuration_touched;
update configuration_kept k set content = k.content || (select jsonb_object_agg(key, cells) from import_row
		where kind = 'settings' and key in ('retention_look_most', 'disposal_tickets_most'))
	where k.kind = 'settings';

alter table role_right drop constraint role_right_might,
	add constraint role_right_might check (might in ('note', 'contact', 'report', 'colleagues', 'accounts', 'calendars', 'part', 'personal_data', 'glass',
		'hold', 'dispose', 'approve_disposal', 'read_retention'));
insert into role_right values ('data_officer', 'dispose');
insert into role_right select r, 'hold' from unnest('{data_officer,legal_officer,hub_head}'::text[]) r;
insert into role_right select r, 'approve_disposal' from unnest('{data_officer,leader}'::text[]) r;
insert into role_right select r, 'read_retention' from unnest('{data_officer,leader,auditor}'::text[]) r;

-- The class of a kind and category on a day; nothing where none is valid.
create function retention_class_on(p_kind text, p_category text, p_day date) returns retention_class language plpgsql stable
set search_path = tiepdan, pg_temp as $$
declare
	v_above text[] := array[p_category];
	c retention_class;
begin
	while v_above[1] is not null loop
		v_above := (select parent from category where code = v_above[1]) || v_above;
	end loop;
	select x.* into c from (
		select r.class from retention_rule r
		where (r.kind is null or r.kind = p_kind) and (r.category is null or r.category = any (v_above))
			and p_day >= coalesce(r.valid_from, '-infinity') and p_day < coalesce(r.valid_to, 'infinity')
		order by r.kind is null, array_position(v_above, r.category) desc nulls last limit 1) r
		join retention_class x on x.code = r.class and p_day >= coalesce(x.valid_from, '-infinity') and p_day < coalesce(x.valid_to, 'infinity');
	return c;
end $$;

-- --- what is kept until when ---------------------------------------------------------------------------------------------------

alter table ticket add column destroyed_at timestamptz;
comment on column ticket.destroyed_at is 'since when there is nothing of it but that there was one';
alter table ticket drop constraint ticket_title_length, drop constraint ticket_text_length,
	add constraint ticket_title_length check (char_length(title) between 5 and 200 or destroyed_at is not null) not valid,
	add constraint ticket_text_length check (char_length(text) between 20 and 10000 or destroyed_at is not null) not valid,
	add constraint ticket_destroyed check (destroyed_at is null or (done and title = '' and text = '' and folded = ''
		and num_nonnulls(location_text, lon, lat) = 0)) not valid;	-- see 0089
create table ticket_hold (
	ticket     uuid not null,
	at         timestamptz not null,
	account    uuid not null,
	department bigint not null,
	reason     text not null,
	constraint ticket_hold_pk primary key (ticket),
	constraint ticket_hold_ticket_fk foreign key (ticket) references ticket,
	constraint ticket_hold_reason_length check (char_length(reason) between 5 and 2000)
);
comment on table ticket_hold is 'Tickets that a court, an inspection or a dispute needs: they are kept whatever their class says.';
alter table ticket_hold enable row level security;

-- When it came into the state in which it is.
create function ticket_ended_at(t ticket) returns timestamptz language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return coalesce((select max(e.at) from event e where e.ticket = t.id and e.at >= t.filed_at and e.at <= t.updated_at + interval '1 day'
		and e.to_state = t.state and e.from_state is distinct from e.to_state), t.answered_at, t.updated_at);
end $$;

create type retention as (class text, name_vi text, name_en text, began date, until date, stands text, case_tickets int, case_until date);
comment on type retention is 'until: the last day on which it is kept; stands: what stands in the way of its destruction, NULL: it is due; case_tickets, '
	'case_until: how many tickets the case has that it belongs to, and the last day on which that is kept, NULL: it is none';

-- Of a ticket of a kind and category as of a day, without the rest of its case. What was merged counts from the end of the case. What somebody
-- has asked about (0091) is kept until that has an answer.
create function retention_alone(p_kind text, p_category text, p_held boolean, p_asked boolean, p_case ticket, p_ended timestamptz, p_on date)
returns retention language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_day date := city_day(p_ended);
	c retention_class := retention_class_on(p_kind, p_category, v_day);
	r retention;
begin
	if c.code is null then
		r.stands := 'no_class';
		return r;
	end if;
	r.class := c.code;
	r.name_vi := c.name_vi;
	r.name_en := c.name_en;
	r.began := case c.begins when 'answered' then city_day(coalesce(p_case.answered_at, p_ended))
		when 'year_after' then make_date(extract(year from v_day)::int + 1, 1, 1) else v_day end;
	r.until := coalesce((r.began + c.years * interval '1 year')::date - 1, 'infinity');
	r.stands := case when c.years is null then 'permanent'
		when r.until >= p_on then 'not_yet'
		when p_held then 'held'
		when p_asked then 'asked' end;
	return r;
end $$;
create function retention_held(p_ticket uuid) returns boolean language sql stable as $$
	select exists (select from tiepdan.ticket_hold where ticket = p_ticket)
$$;
create function retention_asked(p_ticket uuid) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return exists (select from data_request where ticket = p_ticket and ended_at is null);
end $$;

-- Of one ticket as of a day. What was merged is one case: all of it is kept for as long as what is kept longest in it, by its class or because it is
-- held or asked about. Those of one kind and category are looked at as one, so that a case of thousands has no more classes to find than kinds.
create function retention_of(t ticket, p_on date) returns retention language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_case ticket := t;
	v_ended timestamptz;
	g record;
	r retention;
	o retention;
begin
	if t.state = 'merged' then
		select * into v_case from ticket where id = ticket_root(t.id);
	end if;
	if not v_case.done then
		r.stands := case when t.done then 'merged_open' else 'open' end;
		return r;
	end if;
	v_ended := ticket_ended_at(v_case);
	r := retention_alone(t.kind, t.category, retention_held(t.id), retention_asked(t.id), v_case, v_ended, p_on);
	for g in select c.kind, c.category, count(*) as n, bool_or(retention_held(c.id)) as held, bool_or(retention_asked(c.id)) as asked
		from (select v_case.id union all select * from merged_below(v_case.id, null)) m (id) join ticket c on c.id = m.id
		where c.id <> t.id and c.destroyed_at is null group by c.kind, c.category
	loop
		o := retention_alone(g.kind, g.category, g.held, g.asked, v_case, v_ended, p_on);
		r.case_tickets := coalesce(r.case_tickets, 1) + g.n;
		r.case_until := greatest(r.case_until, coalesce(r.until, 'infinity'), coalesce(o.until, 'infinity'));
		if o.stands is not null then
			r.stands := coalesce(r.stands, 'case_kept');
		end if;
	end loop;
	return r;
end $$;

create function retention_class_named(r retention) returns json language sql stable parallel safe as $$
	select case when r.class is not null then tiepdan.named(r.class, r.name_vi, r.name_en) end
$$;

-- A ticket that the caller may see to: any, for who sees to the retention, but none that is about themselves.
create function retention_ticket(p_ticket uuid) returns ticket language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	t ticket;
begin
	select * into t from ticket where id = p_ticket and destroyed_at is null;
	if not found or kept_away(t.id, caller_account()) or not (sees(t)
			or exists (select from role_right where might = 'dispose' and role = any (caller_roles()))) then
		raise exception 'no such ticket' using errcode = 'TD404';
	end if;
	return t;
end $$;
create function retention_show(p_ticket uuid) returns text language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := retention_ticket(p_ticket);
	r retention := retention_of(t, city_day(now()));
begin
	return json_build_object('ticket', t.id, 'code', t.code, 'class', retention_class_named(r), 'began', r.began,
		'until', nullif(r.until, 'infinity'), 'stands', r.stands, 'case', case when r.case_tickets is not null then json_build_object(
			'tickets', r.case_tickets, 'until', nullif(r.case_until, 'infinity')) end, 'hold', (select json_build_object('at', instant(h.at), 'by', person_named(h.account),
			'department', department_named(h.department), 'reason', h.reason) from ticket_hold h where h.ticket = t.id));
end $$;

-- Keeps a ticket whatever its class says; once more is another reason.
create function ticket_hold(p_ticket uuid, p_reason text, p_event uuid, p_at timestamptz) returns void language plpgsql security definer
set search_path = tiepdan, pg_temp as $$
declare
	t ticket := retention_ticket(p_ticket);
begin
	perform caller_needs('hold');
	perform from ticket where id = t.id and destroyed_at is null for no key update;
	if not found then
		raise exception 'no such ticket' using errcode = 'TD404';
	end if;
	insert into ticket_hold values (t.id, p_at, caller_account(), caller_department(), p_reason)
		on conflict (ticket) do update set (at, account, department, reason) = (excluded.at, excluded.account, excluded.department, excluded.reason);
	perform event_write(p_event, p_at, t.id, 'ticket.held', 'staff', caller_account(), caller_department(), null, null, null, null,
		jsonb_build_object('reason', p_reason));
end $$;
create function ticket_release(p_ticket uuid, p_event uuid, p_at timestamptz) returns void language plpgsql security definer
set search_path = tiepdan, pg_temp as $$
declare
	t ticket := retention_ticket(p_ticket);
begin
	perform caller_needs('hold');
	delete from ticket_hold where ticket = t.id;
	if not found then
		raise exception 'the ticket is not held' using errcode = 'TD404';
	end if;
	perform event_write(p_event, p_at, t.id, 'ticket.released', 'staff', caller_account(), caller_department(), null, null, null, null, null);
end $$;

-- Whether the caller may know the code of a ticket on a list, also of one that is destroyed: not of what is about themselves, and of denunciations
-- only who sees them or sees to the retention.
create function retention_named(p_ticket uuid) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return not kept_away(p_ticket, caller_account()) and exists (select from ticket t where t.id = p_ticket and (t.sight <> 'denunciation'
		or may_see(t.sight, t.holder, caller_sees_all(), caller_sees_own(), caller_department())
		or exists (select from role_right where might = 'dispose' and role = any (caller_roles()))));
end $$;

-- --- the rehearsal ---------------------------------------------------------------------------------------------------------------

-- Old tickets with their retention, the oldest first, behind one of them: those that could be due on a day. As many as the setting says.
create function retention_look(p_on date, p_after uuid)
returns table (ticket uuid, code text, kind text, holder bigint, filed_at timestamptz, class text, name_vi text, name_en text, until date, stands text)
language plpgsql stable set search_path = tiepdan, pg_temp set jit = off as $$
#variable_conflict use_column
declare
	v_years int := (select min(years) from retention_class);
	v_at timestamptz := '-infinity';
begin
	if p_after is not null then
		select t.filed_at into v_at from ticket t where t.id = p_after;
		if not found then
			raise exception 'no such ticket' using errcode = 'TD404';
		end if;
	end if;
	return query
	select t.id, t.code, t.kind, t.holder, t.filed_at, r.class, r.name_vi, r.name_en, r.until, r.stands
	from (select * from ticket where destroyed_at is null
			and (filed_at, id) > (v_at, coalesce(p_after, '00000000-0000-0000-0000-000000000000'))
			and filed_at < (p_on - v_years * interval '1 year')::timestamp at time zone template_zone()
			order by filed_at, id limit (select value from setting where name = 'retention_look_most')) t, retention_of(t, p_on) r;
end $$;

-- What would be destroyed on a day, by class and department with some examples, and what stands in the way of how many. `next`: behind
-- which ticket to go on when there are more than are looked at.
create function retention_due(p_on date, p_after uuid) returns text language plpgsql stable security definer
set search_path = tiepdan, pg_temp as $$
begin
	perform caller_needs('read_retention');
	return (
		with seen as materialized (select * from retention_look(coalesce(p_on, city_day(now())), p_after)),
		ranked as (
			select s.*, row_number() over (partition by s.class, s.holder order by s.until, s.ticket) as place,
				count(*) over (partition by s.class, s.holder) as n from seen s where s.stands is null),
		due as (
			select r.class, min(r.name_vi) as name_vi, min(r.name_en) as name_en, r.holder, max(r.n) as n,
				coalesce(json_agg(json_build_object('ticket', r.ticket, 'code', r.code, 'kind', r.kind, 'until', r.until) order by r.until, r.ticket)
					filter (where retention_named(r.ticket)), '[]') as examples
			from ranked r where r.place <= 5 group by r.class, r.holder)
		select json_build_object('day', coalesce(p_on, city_day(now())), 'looked', (select count(*) from seen),
			'next', (select (array_agg(s.ticket order by s.filed_at desc, s.ticket desc))[1] from seen s
				having count(*) >= (select value from setting where name = 'retention_look_most')),
			'due', (select coalesce(json_agg(json_build_object('class', named(d.class, d.name_vi, d.name_en), 'department', department_named(d.holder),
				'tickets', d.n, 'examples', d.examples) order by d.class, d.holder), '[]') from due d),
			'kept', (select coalesce(json_agg(json_build_object('stands', k.stands, 'tickets', k.n) order by k.stands), '[]')
				from (select s.stands, count(*) as n from seen s where s.stands is not null group by s.stands) k)));
end $$;

-- --- disposals ---------------------------------------------------------------------------------------------------------------------

create table disposal (
	id          uuid not null,
	due_on      date not null,
	class       text,
	department  bigint,
	reason      text not null,
	state       text not null default 'proposed',
	next        uuid,
	proposed_at timestamptz not null,
	proposed_by uuid not null,
	decided_at  timestamptz,
	decided_by  uuid,
	ended_at    timestamptz,
	event       uuid,
	event_at    timestamptz,
	certificate jsonb,
	constraint disposal_pk primary key (id),
	constraint disposal_department_fk foreign key (department) references department,
	constraint disposal_state check (state in ('proposed', 'approved', 'dropped', 'ended')),
	constraint disposal_decided check ((state = 'proposed') = (decided_at is null) and (decided_at is null) = (decided_by is null)),
	constraint disposal_ended check ((state = 'ended') = (ended_at is not null) and num_nonnulls(ended_at, event, event_at, certificate) in (0, 4)),
	constraint disposal_four_eyes check (state = 'dropped' or decided_by <> proposed_by),
	constraint disposal_reason_length check (char_length(reason) between 5 and 2000)
);
create index disposal_newest on disposal (proposed_at, id);
create index disposal_approved on disposal (id) where state = 'approved';
comment on table disposal is 'Lists of tickets that are kept no longer: proposed by one person, approved by another, carried out by the job worker.';
comment on column disposal.next is 'behind which ticket another list goes on; NULL: everything was looked at';
comment on column disposal.event is 'the one that tells how it ended; it is in the record';
create table disposal_ticket (
	disposal   uuid not null,
	ticket     uuid not null,
	code       text not null,
	kind       text not null,
	department bigint not null,
	class      text not null,
	until      date not null,
	state      text not null default 'waits',
	stands     text,
	tries      int not null default 0,
	next_at    timestamptz not null default '-infinity',
	constraint disposal_ticket_pk primary key (disposal, ticket),
	constraint disposal_ticket_disposal_fk foreign key (disposal) references disposal,
	constraint disposal_ticket_state check (state in ('waits', 'failed', 'destroyed', 'left') and (state in ('failed', 'left')) = (stands is not null))
);
create unique index disposal_ticket_waits on disposal_ticket (ticket) where state in ('waits', 'failed');
create index disposal_ticket_states on disposal_ticket (disposal, state);
create index disposal_ticket_next on disposal_ticket (disposal, next_at, ticket) where state in ('waits', 'failed');
comment on column disposal_ticket.stands is 'why it was left: what stood in the way when it was its turn, the SQLSTATE of what failed, or dropped: '
	'somebody has stopped the disposal';
comment on column disposal_ticket.next_at is 'failed: when it is tried again';
alter table disposal enable row level security;
alter table disposal_ticket enable row level security;

create function disposal_body(p_id uuid) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (select json_build_object('id', d.id, 'state', d.state, 'day', d.due_on, 'class', d.class, 'department', department_named(d.department),
			'reason', d.reason, 'next', d.next, 'proposed_at', instant(d.proposed_at), 'proposed_by', person_named(d.proposed_by),
			'decided_at', instant(d.decided_at), 'decided_by', case when d.decided_by is not null then person_named(d.decided_by) end,
			'ended_at', instant(d.ended_at),
			'tickets', (select count(*) from disposal_ticket x where x.disposal = d.id),
			'destroyed', (select count(*) from disposal_ticket x where x.disposal = d.id and x.state = 'destroyed'),
			'failed', (select count(*) from disposal_ticket x where x.disposal = d.id and x.state = 'failed'),
			'left', (select count(*) from disposal_ticket x where x.disposal = d.id and x.state = 'left'))::text
		from disposal d where d.id = p_id);
end $$;
create function disposal_event(p_event uuid, p_type text, p_id uuid, p_data jsonb) returns void language plpgsql
set search_path = tiepdan, pg_temp as $$
begin
	perform event_write(p_event, now(), null, p_type, case when caller_account() is null then 'job' else 'staff' end, caller_account(),
		caller_department(), null, null, null, null, jsonb_build_object('disposal', p_id) || p_data);
end $$;

-- Proposes what is due, of a class or a department only if they are named, of tickets behind one. Looks at five times as many as the setting says, or at
-- ten times while nothing is found. TD660: nothing is due of what was looked at; the detail is behind which ticket to go on, empty: it was everything.
create function disposal_propose(p_id uuid, p_on date, p_after uuid, p_class text, p_department text, p_reason text, p_event uuid)
returns text language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_department bigint := (select id from department where code = p_department);
	v_most bigint := (select value from setting where name = 'disposal_tickets_most');
	v_looked bigint := (select value from setting where name = 'retention_look_most');
	v_next uuid := p_after;
	v_looks int := 0;
	v_put bigint;
	v_n bigint := 0;
begin
	perform caller_person(), caller_needs('dispose');
	if p_department is not null and v_department is null then
		raise exception 'no such department' using errcode = 'TD430';
	elsif p_on > city_day(now()) then
		raise exception 'that day is to come' using errcode = 'TD661';
	end if;
	insert into disposal (id, due_on, class, department, reason, proposed_at, proposed_by)
		values (p_id, p_on, p_class, v_department, p_reason, now(), caller_account());
	loop
		with seen as materialized (select * from retention_look(p_on, v_next)),
		wanted as materialized (
			select * from seen s where s.stands is null and (p_class is null or s.class = p_class) and (v_department is null or s.holder = v_department)
				and not kept_away(s.ticket, caller_account()) order by s.filed_at, s.ticket limit v_most - v_n),
		put as (
			insert into disposal_ticket (disposal, ticket, code, kind, department, class, until)
				select p_id, w.ticket, w.code, w.kind, w.holder, w.class, w.until from wanted w on conflict do nothing returning 1)
		select (select count(*) from put), case when (select count(*) from wanted) = v_most - v_n
				then (select w.ticket from wanted w order by w.filed_at desc, w.ticket desc limit 1)
				when (select count(*) from seen) = v_looked then (select s.ticket from seen s order by s.filed_at desc, s.ticket desc limit 1) end
			into v_put, v_next;
		v_n := v_n + v_put;
		v_looks := v_looks + 1;
		exit when v_next is null or v_n = v_most or v_looks >= 10 or (v_looks >= 5 and v_n > 0);
	end loop;
	if v_n = 0 then
		raise exception 'nothing is due' using errcode = 'TD660', detail = coalesce(v_next::text, '');
	end if;
	update disposal set next = v_next where id = p_id;
	perform disposal_event(p_event, 'retention.proposed', p_id, jsonb_build_object('tickets', v_n, 'reason', p_reason));
	return disposal_body(p_id);
end $$;
-- By somebody else (approved), or given up by whoever may see to it. What is approved can be stopped (dropped): what was not destroyed yet is left, and
-- the job worker certifies what was. TD662: nothing is left to decide.
create function disposal_decide(p_id uuid, p_state text, p_event uuid) returns text language plpgsql security definer
set search_path = tiepdan, pg_temp as $$
declare
	d disposal;
	v_left bigint := 0;
begin
	perform caller_person(), caller_needs('approve_disposal');
	select * into d from disposal where id = p_id for update;
	if not found then
		raise exception 'no such disposal' using errcode = 'TD404';
	elsif d.state = 'approved' and p_state = 'dropped' then
		update disposal_ticket set state = 'left', stands = 'dropped' where disposal = p_id and state in ('waits', 'failed');
		get diagnostics v_left = row_count;
	end if;
	if v_left > 0 then
		perform disposal_event(p_event, 'retention.stopped', p_id, jsonb_build_object('left', v_left));
		return disposal_body(p_id);
	elsif d.state <> 'proposed' then
		raise exception 'the disposal is decided' using errcode = 'TD662';
	elsif p_state = 'approved' and d.proposed_by = caller_account() then
		raise exception 'nobody approves what they propose' using errcode = 'TD438';
	elsif p_state = 'approved' and exists (select from disposal_ticket x where x.disposal = d.id and kept_away(x.ticket, caller_account())) then
		raise exception 'nobody approves what is about themselves' using errcode = 'TD438';
	end if;
	update disposal set state = p_state, decided_at = now(), decided_by = caller_account() where id = p_id;
	if p_state = 'dropped' then
		delete from disposal_ticket where disposal = p_id;
	end if;
	perform disposal_event(p_event, 'retention.' || p_state, p_id, '{}');
	return disposal_body(p_id);
end $$;
create function disposal_show(p_id uuid) returns text language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
begin
	perform caller_needs('read_retention');
	return disposal_body(p_id);
end $$;
create function disposal_list(p_after text, p_limit bigint) returns table (item text, key text) language plpgsql stable security definer
set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	perform caller_needs('read_retention');
	return query select disposal_body(d.id), concat_ws('|', d.proposed_at, d.id) from disposal d
		where p_after is null or (d.proposed_at, d.id) < (split_part(p_after, '|', 1)::timestamptz, split_part(p_after, '|', 2)::uuid)
		order by d.proposed_at desc, d.id desc limit p_limit + 1;
end $$;
-- What is on the list and what became of it.
create function disposal_tickets(p_id uuid, p_after text, p_limit bigint) returns table (item text, key text) language plpgsql stable security definer
set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	perform caller_needs('read_retention');
	if not exists (select from disposal where id = p_id) then
		raise exception 'no such disposal' using errcode = 'TD404';
	end if;
	return query select json_build_object('ticket', x.ticket, 'code', case when retention_named(x.ticket) then x.code end, 'kind', x.kind,
			'department', department_named(x.department), 'class', x.class, 'until', x.until, 'state', x.state, 'stands', x.stands, 'tries', x.tries,
			'next_at', case when x.state = 'failed' then instant(x.next_at) end)::text, x.ticket::text
		from disposal_ticket x where x.disposal = p_id and x.ticket > coalesce(p_after::uuid, '00000000-0000-0000-0000-000000000000')
		order by x.ticket limit p_limit + 1;
end $$;

-- --- carrying them out -------------------------------------------------------------------------------------------------------------

-- As in 0066; a ticket that is destroyed has no words any more, and gets none again.
create or replace function ticket_guard() returns trigger language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	if tg_op = 'UPDATE' and ((new.id, new.number, new.code, new.filed_at) is distinct from (old.id, old.number, old.code, old.filed_at)
		or old.destroyed_at is not null
		or ((new.title, new.text) is distinct from (old.title, old.text) and new.destroyed_at is null)
		or ((new.kind, new.sight) is distinct from (old.kind, old.sight) and not (new.version > old.version
			and exists (select from filed_as where ticket = new.id and version = new.version)))) then
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

-- As in 0083; there is nothing to see of what was destroyed.
create or replace function sees(t ticket) returns boolean language sql stable as $$
	select t.destroyed_at is null and (tiepdan.may_see(t.sight, t.holder, tiepdan.caller_sees_all(), tiepdan.caller_sees_own(), tiepdan.caller_department())
			or t.id = any (tiepdan.caller_broken() || tiepdan.caller_linked()))
		and case when t.sight = 'denunciation' then not tiepdan.kept_away(t.id, tiepdan.caller_account())
			when t.kind = 'complaint' then not tiepdan.denounced(t.id, tiepdan.caller_account()) else true end
$$;
alter policy ticket_seen on ticket
	using (destroyed_at is null
		and (may_see(sight, holder, (select caller_sees_all()), (select caller_sees_own()), (select caller_department()))
			or id = any ((select caller_broken() || caller_linked())::uuid[]))
		and case when sight = 'denunciation' then not kept_away(id, (select caller_account()))
			when kind = 'complaint' then not denounced(id, (select caller_account())) else true end);

-- Whose it was.
create index citizen_ticket_of on citizen_ticket (ticket);
-- Its files; their content goes when no other row has it.
create function attachments_destroy(p_ticket uuid) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_bytes numeric;
begin
	with gone as (delete from attachment where ticket = p_ticket returning counted)
	select coalesce(sum(counted), 0) into v_bytes from gone;
	update attachment_total set bytes = bytes - v_bytes where v_bytes > 0;
end $$;

-- Why it was tied to others, and others to it: what is left says that they were. Texts of events of others that were merged into it are of it, too.
create function ties_wordless(p_ticket uuid) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	delete from event_text x using ticket_merge m join event e on e.ticket = m.ticket and e.at >= m.at - interval '1 day'
		where m.into_ticket = p_ticket and e.data->>'into' = p_ticket::text and x.event = e.id;
	update ticket_merge set reason = null where ticket = p_ticket and reason is not null;
	update ticket_merge set reason = null where into_ticket = p_ticket and reason is not null;
	update ticket_relation set reason = null where ticket = p_ticket and reason is not null;
	update ticket_relation set reason = null where other = p_ticket and reason is not null;
end $$;

-- Everything that people have written and everything that says who they are. Where it was, when, what kind, and how long it took, is
-- what reports count, and stays; of ratings, the score. What was committed to texts that are gone goes with them (0079), and so does what was
-- asked about them (0091).
create function ticket_destroy(t ticket, p_data jsonb, p_at timestamptz) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	delete from word w using words_of(array[t.id]) x where w.of = x.of and w.key = x.key and x.of <> 'rating';
	update rating set comment = null where ticket = t.id and comment is not null;
	delete from publication_finding where ticket = t.id;
	delete from publication where ticket = t.id;
	delete from review_request where ticket = t.id;
	delete from reply_review where ticket = t.id;
	delete from reply where ticket = t.id;
	delete from message where ticket = t.id;
	delete from note where ticket = t.id;
	delete from question where ticket = t.id;
	delete from part where ticket = t.id;
	delete from extension where ticket = t.id;
	delete from review where ticket = t.id;
	delete from triage_suggestion where ticket = t.id;
	delete from suggestion_learned where ticket = t.id;
	delete from ticket_alike_key k using ticket_alike a where a.ticket = t.id and k.key = any (a.keys) and k.filed_at = a.filed_at and k.ticket = a.ticket;
	delete from ticket_alike where ticket = t.id;
	delete from ticket_tag where ticket = t.id;
	delete from filed_as where ticket = t.id;
	delete from citizen_ticket where ticket = t.id;
	delete from notice where ticket = t.id;
	delete from ticket_restriction where ticket = t.id;
	perform contact_destroy(d.id, p_at) from data_request d where d.ticket = t.id;
	delete from data_request where ticket = t.id;
	perform ties_wordless(t.id);
	perform attachments_destroy(t.id), contact_destroy(t.id, p_at);
	delete from event_text x using event e where e.ticket = t.id and e.at >= t.filed_at - interval '1 day' and x.at = e.at and x.event = e.id;
	update ticket set title = '', text = '', folded = '', location_text = null, lon = null, lat = null, route = '{}', generation = generation + 1,
		version = version + 1, updated_at = p_at, destroyed_at = p_at where id = t.id;
	perform event_write(gen_random_uuid(), p_at, t.id, 'ticket.destroyed', 'job', null, t.holder, null, null, null, null, p_data);
end $$;

-- Who did it, on what basis, when and how many; the classes as they were on the day of the disposal, or the last before it; the hash is over the sorted
-- codes, a line each. It is told by an event.
create function disposal_certify(d disposal, p_at timestamptz) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_event uuid := gen_random_uuid();
	v_codes text := (select coalesce(string_agg(code || E'\n', '' order by code collate "C"), '') from disposal_ticket
		where disposal = d.id and state = 'destroyed');
	v_hash text := encode(sha256(convert_to(v_codes, 'UTF8')), 'hex');
	v_classes json := (select coalesce(json_agg(json_build_object('class', n.class, 'name_vi', c.name_vi, 'name_en', c.name_en, 'basis_vi', c.basis_vi,
			'basis_en', c.basis_en, 'tickets', n.n) order by n.class), '[]')
		from (select class, count(*) as n from disposal_ticket where disposal = d.id and state = 'destroyed' group by class) n
			join lateral (select * from retention_class c where c.code = n.class
				order by (coalesce(c.valid_from, '-infinity') <= d.due_on) desc, c.valid_from desc nulls last limit 1) c on true);
	v_left json := (select coalesce(json_agg(json_build_object('stands', n.stands, 'tickets', n.n) order by n.stands), '[]')
		from (select stands, count(*) as n from disposal_ticket where disposal = d.id and state = 'left' group by stands) n);
begin
	perform disposal_event(v_event, 'retention.disposed', d.id, jsonb_build_object('day', d.due_on, 'proposed_by', d.proposed_by,
		'approved_by', d.decided_by, 'classes', (select coalesce(jsonb_object_agg(c->>'class', c->'tickets'), '{}') from json_array_elements(v_classes) c),
		'codes_sha256', v_hash));
	update disposal set state = 'ended', ended_at = p_at, event = v_event, event_at = (select max(at) from event where id = v_event and at >= now()),
		certificate = json_build_object('disposal', d.id, 'day', d.due_on, 'reason', d.reason, 'proposed_at', instant(d.proposed_at),
			'proposed_by', person_named(d.proposed_by), 'approved_at', instant(d.decided_at), 'approved_by', person_named(d.decided_by),
			'ended_at', instant(p_at), 'classes', v_classes, 'left', v_left, 'codes_sha256', v_hash) where id = d.id;
end $$;

-- Destroys a ticket of a disposal if it is still due by the classes, rules and holds of now, and as the list said (`changed`: by another class, or
-- kept until another day: nobody has approved that); otherwise, what stands in the way.
create function disposal_carry_out(x disposal_ticket, p_now timestamptz) returns text language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	d disposal;
	t ticket;
	r retention;
begin
	select * into d from disposal where id = x.disposal;
	select * into t from ticket where id = x.ticket for update;
	r := retention_of(t, d.due_on);
	if r.stands is null and (r.class, r.until) is distinct from (x.class, x.until) then
		r.stands := 'changed';
	elsif r.stands is null then
		perform ticket_destroy(t, jsonb_build_object('disposal', d.id, 'class', x.class, 'until', x.until), p_now);
	end if;
	return r.stands;
end $$;

-- The next ticket of what is approved, looked at once more, or the certificate of what is done. What fails, for whatever reason, stands in nobody's
-- way: it is tried again later and later, and left after the tenth time (some days). Returns how much was done.
create function disposals_run(p_now timestamptz) returns bigint language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	d disposal;
	x disposal_ticket;
	v_stands text;
	v_failed boolean := false;
begin
	select i.* into x from disposal o cross join lateral (select * from disposal_ticket i where i.disposal = o.id and i.state in ('waits', 'failed')
			and i.next_at <= p_now order by i.next_at, i.ticket limit 1 for update skip locked) i
		where o.state = 'approved' order by o.id limit 1;
	if not found then
		select * into d from disposal o where o.state = 'approved' and not exists (select from disposal_ticket i
			where i.disposal = o.id and i.state in ('waits', 'failed')) limit 1 for update skip locked;
		if found then
			perform disposal_certify(d, p_now);
		end if;
		return (d.id is not null)::int;
	end if;
	begin
		v_stands := disposal_carry_out(x, p_now);
	exception when query_canceled or others then
		v_failed := true;
		v_stands := sqlstate;
	end;
	update disposal_ticket set state = case when v_stands is null then 'destroyed' when v_failed and tries < 9 then 'failed' else 'left' end,
			stands = v_stands, tries = tries + 1, next_at = p_now + least(interval '1 minute' * 4 ^ tries, interval '1 day')
		where disposal = x.disposal and ticket = x.ticket;
	return 1;
end $$;

-- The certificate with the codes that the caller may know, the number of the others, and the root that its event is under (NULL: not sealed yet).
-- TD663: it is not done yet.
create function disposal_certificate(p_id uuid, out body text) language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
declare
	d disposal;
begin
	perform caller_needs('read_retention');
	select * into d from disposal where id = p_id;
	if not found then
		raise exception 'no such disposal' using errcode = 'TD404';
	elsif d.state <> 'ended' then
		raise exception 'the disposal has not ended' using errcode = 'TD663';
	end if;
	body := (select d.certificate || jsonb_build_object('event', jsonb_build_object('id', e.id, 'at', instant(e.at), 'hash', encode(e.hash, 'hex')),
			'root', record_root_item(r.number),
			'codes', n.codes, 'codes_withheld', n.withheld)
		from event e cross join (select coalesce(jsonb_agg(x.code order by x.code collate "C") filter (where x.named), '[]') as codes,
				count(*) filter (where not x.named) as withheld
			from (select i.code, retention_named(i.ticket) as named from disposal_ticket i where i.disposal = d.id and i.state = 'destroyed') x) n
			left join lateral (select o.number from record_root o where o.last_at >= e.at and o.first_at <= e.at
			and position(uuid_send(e.id) in o.entries) > 0 order by o.last_at, o.number limit 1) r on true
		where e.at = d.event_at and e.id = d.event);
end $$;
-- Its tickets for a sheet, in the order of the hash; of a disposal that has ended. Of those whose code the caller may not know a line with the class, at
-- the end.
create function disposal_sheet(p_id uuid) returns table (code text, kind text, department text, class text, until date)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	perform disposal_certificate(p_id);
	return query select case when n.named then x.code end, case when n.named then x.kind end, case when n.named then d.code end, x.class,
			case when n.named then x.until end
		from disposal_ticket x join department d on d.id = x.department cross join lateral (select retention_named(x.ticket) as named) n
		where x.disposal = p_id and x.state = 'destroyed' order by not n.named, case when n.named then x.code end collate "C", x.class;
end $$;

-- --- who reaches it ----------------------------------------------------------------------------------------------------------------

revoke all on retention_class, retention_rule, ticket_hold, disposal, disposal_ticket from public;
revoke execute on function import_retention_classes, import_retention_rules, retention_class_on, ticket_ended_at, retention_alone, retention_held, retention_asked,
	retention_of, retention_class_named,
	retention_ticket, retention_named, retention_show, ticket_hold, ticket_release, retention_look, retention_due, disposal_body, disposal_event, disposal_propose,
	disposal_decide, disposal_show, disposal_list, disposal_tickets, attachments_destroy, ticket_destroy, disposal_certify, disposal_carry_out, disposals_run,
	disposal_certificate, disposal_sheet, ties_wordless from public;
grant execute on function retention_show, ticket_hold, ticket_release, retention_due, disposal_propose, disposal_decide, disposal_show, disposal_list,
	disposal_tickets, disposals_run, disposal_certificate, disposal_sheet to tiepdan_app;
