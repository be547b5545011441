-- What people ask about their data (Law 91/2025/QH15; Decree 356/2025/ND-CP): a queue of its own with its own limits, by the citizen of a
-- ticket or by the data protection officer for somebody who came or wrote. How long each kind may take, and on what grounds one may be
-- refused, is data that counts by day.
set local search_path = tiepdan, public;

-- --- limits and grounds ------------------------------------------------------------------------------------------------------------

create table data_request_limit (
	kind         text not null,
	first_amount int not null,
	first_unit   text not null,
	amount       int not null,
	unit         text not null,
	extension    int not null,
	citation_vi  text not null,
	citation_en  text not null,
	valid_from   date,
	valid_to     date,
	constraint data_request_limit_version unique nulls not distinct (kind, valid_from),
	constraint data_request_limit_kind check (kind in ('see', 'correct', 'supply', 'withdraw', 'restrict', 'object', 'delete', 'protect')),
	constraint data_request_limit_units check (first_unit in ('wd', 'cd') and unit in ('wd', 'cd')),
	constraint data_request_limit_amounts check (first_amount between 1 and 400 and amount between 1 and 400 and extension between 0 and 400),
	constraint data_request_limit_validity check (valid_to > valid_from),
	constraint data_request_limit_overlap exclude using gist (kind with =, daterange(valid_from, valid_to) with &&)
);
comment on table data_request_limit is 'Until when the first reply and the answer are due, counted from the request; extension: by how much once, in the unit of the answer.';
create table data_request_reason (
	code       text not null,
	text_vi    text not null,
	text_en    text not null,
	basis_vi   text not null,
	basis_en   text not null,
	valid_from date,
	valid_to   date,
	constraint data_request_reason_pk primary key (code),
	constraint data_request_reason_validity check (valid_to > valid_from)
);
comment on table data_request_reason is 'Grounds on which the law lets a request be refused.';

insert into import_type (code, pattern, wanted, most) values
	('data_request', '^(see|correct|supply|withdraw|restrict|object|delete|protect)$', 'one of see, correct, supply, withdraw, restrict, object, delete, protect', 16),
	('days_unit', '^(wd|cd)$', 'wd or cd', 2),
	('days', '^([1-9][0-9]?|[1-3][0-9]{2})$', 'a number of days from 1 to 399', 3),
	('days_more', '^([0-9]{1,2}|[1-3][0-9]{2})$', 'a number of days from 0 to 399', 3);
insert into import_kind (code, keys) values ('data_request_limits', '{kind,valid_from}'), ('data_request_reasons', '{code}');
insert into import_column (kind, name, type, required, refers) values
	('data_request_limits', 'kind', 'data_request', true, null), ('data_request_limits', 'first_amount', 'days', true, null),
	('data_request_limits', 'first_unit', 'days_unit', true, null), ('data_request_limits', 'amount', 'days', true, null),
	('data_request_limits', 'unit', 'days_unit', true, null), ('data_request_limits', 'extension', 'days_more', true, null),
	('data_request_limits', 'citation_vi', 'text', true, null), ('data_request_limits', 'citation_en', 'text', true, null),
	('data_request_limits', 'valid_from', 'date', false, null), ('data_request_limits', 'valid_to', 'date', false, null),
	('data_request_reasons', 'code', 'code', true, null), ('data_request_reasons', 'text_vi', 'text', true, null),
	('data_request_reasons', 'text_en', 'text', true, null), ('data_request_reasons', 'basis_vi', 'text', true, null),
	('data_request_reasons', 'basis_en', 'text', true, null), ('data_request_reasons', 'valid_from', 'date', false, null),
	('data_request_reasons', 'valid_to', 'date', false, null);
create function import_data_request_limits(r jsonb) returns void language sql set search_path = tiepdan, pg_temp as $$
	insert into data_request_limit values (r->>'kind', (r->>'first_amount')::int, r->>'first_unit', (r->>'amount')::int, r->>'unit',
		(r->>'extension')::int, r->>'citation_vi', r->>'citation_en', (r->>'valid_from')::date, (r->>'valid_to')::date)
	on conflict on constraint data_request_limit_version do update set
		(first_amount, first_unit, amount, unit, extension, citation_vi, citation_en, valid_to) = (excluded.first_amount, excluded.first_unit,
		excluded.amount, excluded.unit, excluded.extension, excluded.citation_vi, excluded.citation_en, excluded.valid_to)
$$;
comment on function import_data_request_limits is 'kind (see, correct, supply, withdraw, restrict, object, delete, protect), first_amount, first_unit (wd, cd),
amount, unit, extension (by how much once, 0: never), citation_vi, citation_en, valid_from, valid_to (optional)';
create function import_data_request_reasons(r jsonb) returns void language sql set search_path = tiepdan, pg_temp as $$
	insert into data_request_reason values (r->>'code', r->>'text_vi', r->>'text_en', r->>'basis_vi', r->>'basis_en', (r->>'valid_from')::date,
		(r->>'valid_to')::date)
	on conflict (code) do update set (text_vi, text_en, basis_vi, basis_en, valid_from, valid_to) = (excluded.text_vi, excluded.text_en,
		excluded.basis_vi, excluded.basis_en, excluded.valid_from, excluded.valid_to)
$$;
comment on function import_data_request_reasons is 'code, text_vi, text_en (what the person is told), basis_vi, basis_en (the law), valid_from, valid_to (optional)';
do $$
begin
	execute 'create or replace view import_row as ' || rtrim(pg_get_viewdef('import_row'::regclass), ';') || '
		union all select ''data_request_limits'', concat_ws('' '', kind, valid_from), jsonb_strip_nulls(to_jsonb(x)) from data_request_limit x
		union all select ''data_request_reasons'', code, jsonb_strip_nulls(to_jsonb(x)) from data_request_reason x';
end $$;
select configuration_watch();
insert into configuration_kept select k, 1, now(), null, session_user, '{}' from unnest('{data_request_limits,data_request_reasons}'::text[]) k;
alter table setting disable trigger configuration_touched;
insert into setting (name, value, note, least, most) values
	('data_requests_most', 5, 'requests about personal data that one ticket can have open at once', 1, 100),
	('data_requests_kept_days', 1825, 'requests about personal data of no ticket are kept so many calendar days after their end; those of a ticket as long as it, but of who came or wrote the contact is destroyed then', 30, 36500);
alter table setting enable trigger configuration_touched;
update configuration_kept k set content = k.content || (select jsonb_object_agg(key, cells) from import_row
		where kind = 'settings' and key in ('data_requests_most', 'data_requests_kept_days'))
	where k.kind = 'settings';

-- --- requests ------------------------------------------------------------------------------------------------------------------------

create table data_request (
	id          uuid not null,
	number      bigint generated always as identity,
	version     bigint not null default 1,
	kind        text not null,
	ticket      uuid,
	channel     text not null,
	filed_at    timestamptz not null,
	filed_by    uuid,
	text        text not null,
	identity    text,
	phone_index bytea,
	email_index bytea,
	state       text not null default 'received',
	next_due    timestamptz not null,
	first_due   timestamptz not null,
	first_at    timestamptz,
	first_reply text,
	due_at      timestamptz not null,
	amount      int not null,
	unit        text not null,
	extension   int not null,
	citation_vi text not null,
	citation_en text not null,
	extended_at timestamptz,
	extended_by uuid,
	extended_for text,
	ended_at    timestamptz,
	ended_by    uuid,
	reply       text,
	reason_code text,
	warned_due  timestamptz,
	forgotten_at timestamptz,
	constraint data_request_pk primary key (id),
	constraint data_request_number unique (number),
	constraint data_request_ticket_fk foreign key (ticket) references ticket,
	constraint data_request_reason_fk foreign key (reason_code) references data_request_reason,
	constraint data_request_kind check (kind in ('see', 'correct', 'supply', 'withdraw', 'restrict', 'object', 'delete', 'protect')),
	constraint data_request_channel check (channel in ('web', 'counter', 'letter', 'phone', 'email')),
	constraint data_request_side check ((channel = 'web') = (filed_by is null) and (filed_by is null) = (identity is null) and (filed_by is not null or ticket is not null)),
	constraint data_request_indexes check (filed_by is not null or num_nonnulls(phone_index, email_index) = 0),
	constraint data_request_state check (state in ('received', 'acknowledged', 'answered', 'refused')),
	constraint data_request_ended check ((state in ('answered', 'refused')) = (ended_at is not null) and num_nonnulls(ended_at, ended_by, reply) in (0, 3)
		and (state = 'refused') = (reason_code is not null)),
	constraint data_request_first check ((state = 'received') <= (first_at is null) and (first_at is null) = (first_reply is null)),
	constraint data_request_extended check (num_nonnulls(extended_at, extended_by, extended_for) in (0, 3)),
	constraint data_request_lengths check (char_length(text) between 5 and 5000 and char_length(identity) between 5 and 1000
		and char_length(first_reply) between 5 and 5000 and char_length(reply) between 5 and 20000 and char_length(extended_for) between 5 and 2000)
);
create index data_request_open on data_request (next_due, id) where ended_at is null;
create index data_request_done on data_request (ended_at, id) where ended_at is not null;
create index data_request_of_ticket on data_request (ticket, filed_at) where ticket is not null;
create index data_request_to_forget on data_request (ended_at, id) where ticket is null;
create index data_request_contact_to_forget on data_request (ended_at, id) where ticket is not null and filed_by is not null and forgotten_at is null;
create index data_request_phone on data_request (phone_index) where phone_index is not null;
create index data_request_email on data_request (email_index) where email_index is not null;
comment on table data_request is 'Requests of people about their data. The contact of who came or wrote is sealed in `contact`, under the id of the request.';
comment on column data_request.identity is 'how somebody who came or wrote has proved who they are';
comment on column data_request.phone_index is 'as in contact: of who came or wrote, so that what they have asked is found';
comment on column data_request.next_due is 'of the first reply, then of the answer';
comment on column data_request.warned_due is 'the due point of which data officers were warned';
comment on column data_request.forgotten_at is 'of a ticket: since when there is no contact of who came or wrote';
alter table data_request enable row level security;

create table ticket_restriction (
	ticket  uuid not null,
	what    text not null,
	at      timestamptz not null,
	account uuid not null,
	request uuid not null,
	constraint ticket_restriction_pk primary key (ticket, what),
	constraint ticket_restriction_what check (what in ('data', 'letters', 'publication')),
	constraint ticket_restriction_ticket_fk foreign key (ticket) references ticket,
	constraint ticket_restriction_request_fk foreign key (request) references data_request
);
create index ticket_restriction_of_request on ticket_restriction (request);
comment on table ticket_restriction is 'What must not be done with the personal data of a ticket, until it is lifted; nothing of such a ticket is published.';
comment on column ticket_restriction.what is 'data: they are only stored, departments do not read the contact; letters: nobody is written to but about requests; '
	'publication: no more than that nothing is published';
alter table ticket_restriction enable row level security;

create table data_request_letter (
	id       uuid not null default gen_random_uuid(),
	request  uuid not null,
	type     text not null,
	made_at  timestamptz not null,
	state    text not null default 'waiting',
	next_at  timestamptz not null,
	attempts int not null default 0,
	sent_at  timestamptz,
	error    text,
	constraint data_request_letter_pk primary key (id),
	constraint data_request_letter_request_fk foreign key (request) references data_request,
	constraint data_request_letter_state check (state in ('waiting', 'sending', 'sent', 'failed', 'bounced', 'cancelled')),
	constraint data_request_letter_sent check ((state = 'sent') = (sent_at is not null))
);
create index data_request_letter_due on data_request_letter (next_at, id) where state in ('waiting', 'sending');
create index data_request_letter_of_request on data_request_letter (request);
comment on table data_request_letter is 'Letters to who has asked at a counter or in a letter about no ticket, where the contact has an e-mail; those of a ticket are notices.';
alter table data_request_letter enable row level security;

create function data_request_item(d data_request, p_staff boolean) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return json_strip_nulls(json_build_object('ticket', case when p_staff then d.ticket end,
			'code', case when p_staff then (select t.code from ticket t where t.id = d.ticket) end,
			'filed_by', case when p_staff and d.filed_by is not null then person_named(d.filed_by) end,
			'identity', case when p_staff then d.identity end,
			'restricted', case when p_staff then exists (select from ticket_restriction x where x.ticket = d.ticket and x.what = 'data') end,
			'restrictions', case when p_staff then (select coalesce(json_agg(x.what order by x.what), '[]') from ticket_restriction x
				where x.ticket = d.ticket) end))::jsonb
		|| jsonb_build_object('id', d.id, 'number', d.number, 'kind', d.kind, 'channel', d.channel, 'state', d.state, 'filed_at', instant(d.filed_at),
			'text', d.text, 'first_due', instant(d.first_due), 'first_at', instant(d.first_at), 'first_reply', d.first_reply,
			'due_at', instant(d.due_at), 'limit', jsonb_build_object('amount', d.amount, 'unit', d.unit, 'extension', d.extension,
				'citation_vi', d.citation_vi, 'citation_en', d.citation_en),
			'extended_at', instant(d.extended_at), 'extended_for', d.extended_for, 'ended_at', instant(d.ended_at), 'reply', d.reply,
			'overdue', d.ended_at is null and d.next_due < now(),
			'reason', (select jsonb_build_object('code', r.code, 'text_vi', r.text_vi, 'text_en', r.text_en, 'basis_vi', r.basis_vi, 'basis_en', r.basis_en)
				from data_request_reason r where r.code = d.reason_code));
end $$;

-- The limit that counts for a kind from today on; its row has no kind where nobody has said one.
create function data_request_terms(p_kind text) returns data_request_limit language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
declare
	v_day date := city_day(now());
	l data_request_limit;
begin
	select * into l from data_request_limit x where x.kind = p_kind and v_day >= coalesce(x.valid_from, '-infinity')
		and v_day < coalesce(x.valid_to, 'infinity');
	if not found then
		raise exception 'the city has no limit for such requests' using errcode = 'TD664';
	end if;
	return l;
end $$;

-- What is asked and answered is under the record, as texts of tickets are (0079); it goes with the request.
create trigger word_say after insert or update of text, identity, first_reply, extended_for, reply on data_request for each row
	execute function word_say('data_request', '{id}', '{text,identity,first_reply,extended_for,reply}');
create or replace function words_of(p_tickets uuid[]) returns table (of text, key text, ticket uuid, texts text) language plpgsql stable
set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	return query
	select 'message', m.id::text, m.ticket, jsonb_build_array(m.text)::text from message m where m.ticket = any (p_tickets)
	union all select 'note', m.id::text, m.ticket, jsonb_build_array(m.text)::text from note m where m.ticket = any (p_tickets)
	union all select 'question', m.id::text, m.ticket, jsonb_build_array(m.text)::text from question m where m.ticket = any (p_tickets)
	union all select 'reply', m.id::text, m.ticket, jsonb_build_array(m.text)::text from reply m where m.ticket = any (p_tickets)
	union all select 'rating', m.ticket || '/' || m.answer, m.ticket, jsonb_build_array(m.score, m.comment)::text from rating m
		where m.ticket = any (p_tickets)
	union all select 'part', m.id::text, m.ticket, jsonb_build_array(m.task, m.text)::text from part m where m.ticket = any (p_tickets)
	union all select 'publication', m.ticket::text, m.ticket, jsonb_build_array(m.title, m.question, m.answer)::text from publication m
		where m.ticket = any (p_tickets)
	union all select 'data_request', m.id::text, m.ticket, jsonb_build_array(m.text, m.identity, m.first_reply, m.extended_for, m.reply)::text
		from data_request m where m.ticket = any (p_tickets);
end $$;

-- A letter to who has asked about no ticket and has left an e-mail; one that has not gone yet is said by it as well.
create function data_request_write(d data_request, p_type text, p_at timestamptz) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	if d.email_index is not null and p_type <> 'request.filed' then
		update data_request_letter set state = 'cancelled' where request = d.id and state in ('waiting', 'sending');
		insert into data_request_letter (request, type, made_at, next_at) values (d.id, 'data_' || p_type, p_at, p_at);
	end if;
end $$;

-- Tells of it: an event of the ticket that its citizen reads, or one of no ticket, which has the commitments to the texts by itself.
create function data_request_event(d data_request, p_event uuid, p_type text, p_at timestamptz, p_vi text, p_en text) returns void language plpgsql
set search_path = tiepdan, pg_temp as $$
declare
	v_words jsonb;
begin
	if d.ticket is not null then
		update ticket set version = version + 1, updated_at = p_at where id = d.ticket;
	else
		with told as (update word set event = p_event where of = 'data_request' and key = d.id::text and event is null returning of, key, version, said)
		select jsonb_agg(jsonb_build_array(of, key, version, said)) into v_words from told;
		perform data_request_write(d, p_type, p_at);
	end if;
	perform event_write(p_event, p_at, d.ticket, p_type, case when caller_account() is not null then 'staff' when p_type = 'request.filed' then 'ticket' else 'job' end,
		caller_account(), caller_department(), null, null, case when d.ticket is not null then p_vi end, case when d.ticket is not null then p_en end,
		jsonb_build_object('request', d.id, 'kind', d.kind, 'state', d.state, 'number', d.number)
			|| case when v_words is null then '{}' else jsonb_build_object('words', v_words) end);
end $$;

create function data_request_file(p_id uuid, p_ticket uuid, p_channel text, p_identity text, p_kind text, p_text text, p_at timestamptz,
	p_first timestamptz, p_due timestamptz, p_event uuid) returns data_request language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	l data_request_limit := data_request_terms(p_kind);
	d data_request;
begin
	if (select count(*) from data_request where ticket = p_ticket and ended_at is null) >= (select value from setting where name = 'data_requests_most') then
		raise exception 'as many are open as may be' using errcode = 'TD665';
	end if;
	insert into data_request (id, kind, ticket, channel, filed_at, filed_by, text, identity, next_due, first_due, due_at, amount, unit, extension,
		citation_vi, citation_en)
	values (p_id, p_kind, p_ticket, p_channel, p_at, caller_account(), p_text, p_identity, p_first, p_first, p_due, l.amount, l.unit, l.extension,
		l.citation_vi, l.citation_en) returning * into d;
	perform data_request_event(d, p_event, 'request.filed', p_at, 'Đã tiếp nhận yêu cầu về dữ liệu cá nhân',
		'A request about personal data was received');
	return d;
end $$;
create function data_request_file_tracked(p_number bigint, p_generation bigint, p_id uuid, p_kind text, p_text text, p_at timestamptz,
	p_first timestamptz, p_due timestamptz, p_event uuid) returns text language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_tracked(p_number, p_generation, true);
begin
	return data_request_item(data_request_file(p_id, t.id, 'web', null, p_kind, p_text, p_at, p_first, p_due, p_event), false);
end $$;
-- For somebody who came or wrote; about a ticket if they name one.
create function data_request_file_staff(p_id uuid, p_ticket uuid, p_channel text, p_identity text, p_kind text, p_text text, p_at timestamptz,
	p_first timestamptz, p_due timestamptz, p_epoch bigint, p_wrapped bytea, p_box bytea, p_commitment bytea, p_phone bytea, p_email bytea, p_event uuid)
returns text language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	d data_request;
begin
	perform caller_needs('personal_data');
	if p_ticket is not null then
		perform from ticket where id = p_ticket and destroyed_at is null and not kept_away(id, caller_account()) for no key update;
		if not found then
			raise exception 'no such ticket' using errcode = 'TD404';
		end if;
	end if;
	d := data_request_file(p_id, p_ticket, p_channel, p_identity, p_kind, p_text, p_at, p_first, p_due, p_event);
	insert into contact (ticket, epoch, wrapped, box, commitment) values (p_id, p_epoch, p_wrapped, p_box, p_commitment);
	update data_request set phone_index = p_phone, email_index = p_email where id = p_id;
	return data_request_item(d, true);
end $$;

create function data_requests_tracked(p_number bigint, p_generation bigint) returns text language plpgsql stable security definer
set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_tracked(p_number, p_generation, false);
begin
	return json_build_object('items', (select coalesce(json_agg(data_request_item(d, false) order by d.filed_at, d.id), '[]')
		from data_request d where d.ticket = t.id));
end $$;
-- What is due first on top, or what has ended, the last first. Not what concerns the caller.
create function data_request_list(p_ended boolean, p_after text, p_limit bigint) returns table (item text, key text) language plpgsql stable
security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	v_at timestamptz := split_part(p_after, '|', 1)::timestamptz;
	v_id uuid := split_part(p_after, '|', 2)::uuid;
begin
	perform caller_needs('personal_data');
	if p_ended then
		return query select case when d.ticket is null or not kept_away(d.ticket, caller_account()) then data_request_item(d, true)::text end,
				concat_ws('|', d.ended_at, d.id) from data_request d
			where d.ended_at is not null and (p_after is null or (d.ended_at, d.id) < (v_at, v_id)) order by d.ended_at desc, d.id desc limit p_limit + 1;
	else
		return query select case when d.ticket is null or not kept_away(d.ticket, caller_account()) then data_request_item(d, true)::text end,
				concat_ws('|', d.next_due, d.id) from data_request d
			where d.ended_at is null and (p_after is null or (d.next_due, d.id) > (v_at, v_id)) order by d.next_due, d.id limit p_limit + 1;
	end if;
end $$;

-- What somebody with this phone or e-mail has asked at a counter or in a letter; not what concerns the caller.
create function data_requests_found(p_phone bytea, p_email bytea) returns setof uuid language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return query select x.id from (select d.id, d.ticket from data_request d where d.phone_index = p_phone
		union select d.id, d.ticket from data_request d where d.email_index = p_email) x
		where x.ticket is null or not kept_away(x.ticket, caller_account());
end $$;

-- One that the caller may see to; with a version one that is open and has it.
create function data_request_at(p_id uuid, p_version bigint) returns data_request language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	d data_request;
begin
	perform caller_needs('personal_data');
	if p_version is null then
		select * into d from data_request where id = p_id;
	else
		select * into d from data_request where id = p_id for update;
	end if;
	if d.id is null or (d.ticket is not null and kept_away(d.ticket, caller_account())) then
		raise exception 'no such request' using errcode = 'TD404';
	elsif p_version <> d.version then
		raise exception 'the request has version %', d.version using errcode = 'TD412';
	elsif p_version is not null and d.ended_at is not null then
		raise exception 'the request has ended' using errcode = 'TD666';
	end if;
	return d;
end $$;
-- With the sealed contact of who came or wrote.
create function data_request_show(p_id uuid, out ticket uuid, out epoch bigint, out wrapped bytea, out box bytea, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	d data_request := data_request_at(p_id, null);
begin
	ticket := d.id;
	select c.epoch, c.wrapped, c.box into epoch, wrapped, box from contact c where c.ticket = d.id;
	body := data_request_item(d, true);
	etag := d.version;
end $$;

create function data_request_acknowledge(p_id uuid, p_version bigint, p_text text, p_at timestamptz, p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	d data_request := data_request_at(p_id, p_version);
begin
	if d.state <> 'received' then
		raise exception 'there was a first reply' using errcode = 'TD666';
	end if;
	update data_request set version = version + 1, state = 'acknowledged', first_at = p_at, first_reply = p_text, next_due = due_at where id = d.id returning * into d;
	perform data_request_event(d, p_event, 'request.acknowledged', p_at, 'Đã có phản hồi đầu tiên cho yêu cầu về dữ liệu cá nhân',
		'A request about personal data got its first reply');
	body := data_request_item(d, true);
	etag := d.version;
end $$;

-- What its new date is counted from. TD667: it was extended, is overdue, or of a kind that is not.
create function data_request_facts(p_id uuid, p_version bigint, p_at timestamptz, out filed_ms bigint, out amount bigint, out unit text, out extension bigint)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	d data_request := data_request_at(p_id, p_version);
begin
	if d.extended_at is not null or d.extension = 0 or d.due_at < p_at then
		raise exception 'no extension is possible' using errcode = 'TD667';
	end if;
	filed_ms := (extract(epoch from d.filed_at) * 1000)::bigint;
	amount := d.amount;
	unit := d.unit;
	extension := d.extension;
end $$;
create function data_request_extend(p_id uuid, p_version bigint, p_reason text, p_due timestamptz, p_at timestamptz, p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	d data_request := data_request_at(p_id, p_version);
begin
	perform data_request_facts(p_id, p_version, p_at);
	update data_request set version = version + 1, due_at = p_due, next_due = case state when 'received' then first_due else p_due end,
		extended_at = p_at, extended_by = caller_account(), extended_for = p_reason where id = d.id returning * into d;
	perform data_request_event(d, p_event, 'request.extended', p_at, 'Thời hạn trả lời yêu cầu về dữ liệu cá nhân được gia hạn',
		'The time to answer a request about personal data was extended');
	body := data_request_item(d, true);
	etag := d.version;
end $$;

-- --- restriction ---------------------------------------------------------------------------------------------------------------------

-- From here on this is not done any more: what is public is taken away.
create function ticket_restrict(d data_request, p_what text[], p_at timestamptz) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	t ticket;
	v_action text;
	v_to text;
begin
	insert into ticket_restriction select d.ticket, w, p_at, caller_account(), d.id from unnest(p_what) w on conflict do nothing;
	if not found then
		return;
	end if;
	select * into t from ticket where id = d.ticket for no key update;
	select m.action, m.to_state into v_action, v_to from publication_move m
		where m.action in ('drop', 'hide') and m.from_state = publication_state_of(t.id);
	if found then
		update publication set state = v_to, key = null where ticket = t.id;
		perform publication_told_as(t, v_action, 'staff', p_at, gen_random_uuid(), jsonb_build_object('request', d.id, 'to', v_to));
	end if;
	perform event_write(gen_random_uuid(), p_at, t.id, 'data.restricted', 'staff', caller_account(), caller_department(), null, null,
		'Việc xử lý dữ liệu cá nhân của phiếu bị hạn chế', 'The processing of the personal data of the ticket was restricted',
		jsonb_build_object('request', d.id, 'what', p_what));
end $$;

-- Does what was granted: what is protected or restricted is only stored; whom somebody objects to writes no letters and publishes nothing; without
-- consent nothing is published and the contact goes, or is only stored where the law needs it (TD636); what is to be deleted goes.
create function data_request_grant(d data_request, p_at timestamptz) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	t ticket;
	v_what text[] := case when d.kind in ('restrict', 'protect') then '{data}' when d.kind = 'object' then '{letters,publication}'
		when d.kind in ('withdraw', 'delete') then '{publication}' end;
begin
	if d.ticket is null or v_what is null then
		return;
	end if;
	select * into t from ticket where id = d.ticket for no key update;
	if d.kind in ('withdraw', 'delete') then
		begin
			perform contact_may_go(t);
			if contact_destroy(t.id, p_at) then
				perform event_write(gen_random_uuid(), p_at, t.id, 'contact.erased', 'staff', caller_account(), caller_department(), null, null,
					'Thông tin liên hệ đã được xóa', 'The contact was erased', jsonb_build_object('request', d.id));
			end if;
		exception when sqlstate 'TD636' then
			if d.kind = 'delete' then
				raise;
			end if;
			v_what := v_what || '{data}';
		end;
	end if;
	perform ticket_restrict(d, v_what, p_at);
end $$;
create function ticket_restriction_lift(p_ticket uuid, p_event uuid, p_at timestamptz) returns void language plpgsql security definer
set search_path = tiepdan, pg_temp as $$
declare
	v_what text[];
begin
	perform caller_needs('personal_data');
	with lifted as (delete from ticket_restriction where ticket = p_ticket and not kept_away(p_ticket, caller_account()) returning what)
	select array_agg(what order by what) into v_what from lifted;
	if v_what is null then
		raise exception 'no such restriction' using errcode = 'TD404';
	end if;
	update ticket set version = version + 1, updated_at = p_at where id = p_ticket;
	perform event_write(p_event, p_at, p_ticket, 'data.unrestricted', 'staff', caller_account(), caller_department(), null, null,
		'Dữ liệu cá nhân của phiếu được xử lý trở lại', 'The personal data of the ticket are processed again',
		jsonb_build_object('what', v_what));
end $$;

-- As in 0033; nothing is published of what is restricted.
create or replace function publication_guard() returns trigger language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_from text := case when tg_op = 'UPDATE' then old.state else 'private' end;
begin
	if not exists (select from publication_move where from_state = v_from and to_state = new.state)
		and not (tg_op = 'UPDATE' and new.state = old.state) then
		raise exception 'no move leads from % to %', v_from, new.state using errcode = 'TD491';
	end if;
	if new.state in ('proposed', 'public', 'link_only') and exists (select from ticket_restriction where ticket = new.ticket) then
		raise exception 'the data of the ticket are restricted' using errcode = 'TD668';
	end if;
	return new;
end $$;
-- As in 0010; what is restricted only the data protection officer reads.
create or replace function contact_read(p_ticket uuid, p_purpose text, p_event uuid, out epoch bigint, out wrapped bytea, out box bytea)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_seen(p_ticket);
begin
	perform caller_needs('contact');
	if exists (select from ticket_restriction where ticket = t.id and what = 'data')
		and not exists (select from role_right where might = 'personal_data' and role = any (caller_roles())) then
		raise exception 'the data of the ticket are restricted' using errcode = 'TD668';
	end if;
	perform event_write(p_event, now(), t.id, 'contact.read', 'staff', caller_account(), caller_department(), null, null, null, null,
		jsonb_build_object('purpose', p_purpose));
	select c.epoch, c.wrapped, c.box into epoch, wrapped, box from contact c where c.ticket = t.id;
end $$;

-- As in 0032; a part would have the contact without the restriction.
create or replace function split_source(p_ticket uuid, p_version bigint)
returns table (kind text, area text, location_text text, language text, channel text, anonymous boolean, filed_at timestamptz,
	epoch bigint, wrapped bytea, box bytea, phone_index bytea, email_index bytea)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	t ticket := ticket_at_version(p_ticket, p_version);
begin
	perform move_check(t, 'split');
	if exists (select from ticket_restriction where ticket = t.id) then
		raise exception 'the data of the ticket are restricted' using errcode = 'TD668';
	end if;
	return query
	select t.kind, t.area, t.location_text, t.language, t.channel, t.anonymous, t.filed_at, c.epoch, c.wrapped, c.box,
		c.phone_index, c.email_index
	from (select) x left join contact c on c.ticket = t.id and c.erased_at is null;
end $$;

-- The end: answered, which does what was granted, or refused on a ground of the law (TD669: there is no such). What cannot be deleted is only
-- stored. What has to be told before is told with it.
create function data_request_end(p_id uuid, p_version bigint, p_reason_code text, p_text text, p_at timestamptz, p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	d data_request := data_request_at(p_id, p_version);
	v_state text := case when p_reason_code is null then 'answered' else 'refused' end;
	v_day date := city_day(p_at);
begin
	if p_reason_code is not null and not exists (select from data_request_reason r where r.code = p_reason_code
		and v_day >= coalesce(r.valid_from, '-infinity') and v_day < coalesce(r.valid_to, 'infinity')) then
		raise exception 'no such ground' using errcode = 'TD669';
	end if;
	update data_request set version = version + 1, state = v_state, first_at = coalesce(first_at, p_at), first_reply = coalesce(first_reply, left(p_text, 5000)),
		ended_at = p_at, ended_by = caller_account(), reply = p_text, reason_code = p_reason_code where id = d.id returning * into d;
	if v_state = 'answered' then
		perform data_request_grant(d, p_at);
	elsif d.kind = 'delete' and d.ticket is not null then
		perform ticket_restrict(d, '{data}', p_at);
	end if;
	perform data_request_event(d, p_event, 'request.' || v_state, p_at,
		case v_state when 'answered' then 'Đã trả lời yêu cầu về dữ liệu cá nhân' else 'Yêu cầu về dữ liệu cá nhân bị từ chối, kèm căn cứ pháp luật' end,
		case v_state when 'answered' then 'A request about personal data was answered' else 'A request about personal data was refused, with the law' end);
	body := data_request_item(d, true);
	etag := d.version;
end $$;

-- --- warnings ---------------------------------------------------------------------------------------------------------------------------

alter table notice drop constraint notice_audience,
	add constraint notice_audience check (audience in ('citizen', 'holder', 'author', 'reviewer', 'asked', 'signers', 'publishers', 'heads', 'hub',
		'leaders', 'duty', 'data_officers')) not valid;	-- see 0092

-- Each due point that is past, or is before `p_soon`, once: an event, and of a ticket a letter to the data protection officers whom it does
-- not concern. Returns how many.
create function data_requests_warn(p_now timestamptz, p_soon timestamptz, p_limit bigint) returns bigint language plpgsql security definer
set search_path = tiepdan, pg_temp as $$
declare
	d data_request;
	v_event uuid;
	v_n bigint := 0;
begin
	for d in select * from data_request where ended_at is null and next_due <= p_soon and warned_due is distinct from next_due
		order by next_due, id limit p_limit for update skip locked
	loop
		v_event := gen_random_uuid();
		update data_request set warned_due = d.next_due where id = d.id;
		perform event_write(v_event, p_now, d.ticket, 'request.due', 'job', null, null, null, null, null, null,
			jsonb_build_object('request', d.id, 'number', d.number, 'due_at', instant(d.next_due)));
		insert into notice (event, event_at, ticket, type, audience, account, language, urgent, made_at, next_at)
		select v_event, p_now, d.ticket, 'request.due', 'data_officers', a.id, a.language, false, p_now, p_now
		from account_role r join account a on a.id = r.account
		where d.ticket is not null and r.role = 'data_officer' and a.active and a.email is not null and not kept_away(d.ticket, a.id);
		v_n := v_n + 1;
	end loop;
	return v_n;
end $$;
select letter_add('request.due', 'staff', false, 'Sắp đến hạn trả lời yêu cầu về dữ liệu cá nhân',
	'Lúc {{at}}, một yêu cầu về dữ liệu cá nhân đối với phiếu dưới đây sắp đến hoặc đã quá hạn phản hồi: đề nghị xem danh sách yêu cầu và trả lời.',
	'A request about personal data is due',
	'At {{at}} a request about personal data of the ticket below was due within a day, or overdue. Please see the list of requests and reply.');

-- As in 0075; who has objected gets no letters but about requests, and what was answered or extended meanwhile is not due.
create or replace function notice_late(n notice, p_now timestamptz) returns boolean language plpgsql stable
set search_path = tiepdan, pg_temp as $$
declare
	e event;
	d jsonb;
begin
	select * into e from event where at = n.event_at and id = n.event;
	d := e.data;
	return coalesce(case
		when n.audience = 'citizen' and n.type not like 'request.%' and exists (select from ticket_restriction r where r.ticket = n.ticket and r.what = 'letters')
			then true
		when n.type = 'request.due' then not exists (select from data_request r where r.id = (d->>'request')::uuid and r.ended_at is null
			and instant(r.next_due) = d->>'due_at')
		when n.type = 'ticket.asked' then not exists (select from question where ticket = e.ticket and id::text = d->>'question'
			and ended_at is null and until_at > p_now)
		when n.type = 'publication.proposed' then publication_state_of(n.ticket) <> 'proposed'
		when n.type = 'publication.superseded' then not publication_outdated(n.ticket)
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

-- As in 0056; data protection officers are told of requests about tickets that they do not see.
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
		p_public_url || case when n.audience = 'data_officers' then '/v1/data-requests/' || (e.data->>'request') when n.audience = 'asked' then '/v1/parts/' || p.id when n.account is not null then '/v1/tickets/' || t.id
			when q.until_at is not null then '/v1/tracking/question'
			else '/v1/tracking' end,
		(select case when v.vi then h.name_vi else h.name_en end from department h where h.hub), t.number, t.generation,
		(select count(*) from question x where x.ticket = q.ticket and x.asked_at <= q.asked_at), q.until_at
	from unnest(v_ids) with ordinality i (id, ord) join notice n on n.id = i.id
		join ticket t on t.id = n.ticket join department d on d.id = t.holder
		left join event e on e.at = n.event_at and e.id = n.event
		left join part p on n.account is not null and p.id = (e.data->>'part')::uuid
		left join account a on a.id = n.account and a.active
			and (n.audience = 'data_officers' or notice_opens(a.id, a.department, t.sight, t.holder, case when n.audience = 'asked' then p.id end))
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

-- --- finding and forgetting ------------------------------------------------------------------------------------------------------------

-- As in 0081, with what the person has asked at a counter or in a letter.
create or replace function personal_data_search(p_phone bytea, p_email bytea, p_purpose text, p_events uuid[], p_at timestamptz) returns text language plpgsql
security definer set search_path = tiepdan, pg_temp as $$
declare
	v_found uuid[];
	v_asked uuid[];
begin
	perform caller_needs('personal_data');
	v_found := array(select x.ticket from (select c.ticket from contact c where c.phone_index = p_phone
		union select c.ticket from contact c where c.email_index = p_email) x
		where not kept_away(x.ticket, caller_account()) and not denounced(x.ticket, caller_account()) order by x.ticket desc limit cardinality(p_events));
	v_asked := array(select x.id from data_requests_found(p_phone, p_email) x (id) order by x.id desc limit cardinality(p_events));
	perform event_write(e.id, p_at, e.ticket, 'contact.searched', 'staff', caller_account(), caller_department(), null, null, null, null,
		jsonb_build_object('purpose', p_purpose)) from unnest(v_found, p_events) e (ticket, id) where e.ticket is not null;
	perform personal_data_told('personal_data.searched', p_purpose, jsonb_build_object('found', cardinality(v_found), 'requests', v_asked));
	return (select json_build_object('items', coalesce(json_agg(json_build_object('ticket', t.id, 'code', t.code, 'kind', t.kind, 'state', t.state,
			'holder', department_named(t.holder), 'filed_at', instant(t.filed_at),
			'reads', (select count(*) from event e where e.ticket = t.id and e.type = 'contact.read'),
			'attachments', (select count(*) from attachment a where a.ticket = t.id),
			'published', exists (select from publication p where p.ticket = t.id and p.state in ('public', 'link_only'))) order by t.filed_at desc, t.id desc), '[]'),
			'data_requests', (select coalesce(json_agg(data_request_item(d, true) order by d.id desc), '[]') from data_request d where d.id = any (v_asked)),
			'more', cardinality(p_events) in (cardinality(v_found), cardinality(v_asked)))
		from ticket t where t.id = any (v_found));
end $$;

-- Forgets requests of no ticket after their days, with the contact: an event says which and why. Of those of a ticket, which may be kept for ever, who
-- came or wrote. Returns how many.
create function data_requests_forget(p_now timestamptz, p_limit bigint) returns bigint language plpgsql security definer
set search_path = tiepdan, pg_temp as $$
declare
	v_days bigint := (select value from setting where name = 'data_requests_kept_days');
	d data_request;
	v_n bigint := 0;
begin
	for d in select * from data_request where ticket is null and ended_at < p_now - make_interval(days => v_days::int)
		order by ended_at, id limit p_limit for update skip locked
	loop
		perform event_write(gen_random_uuid(), p_now, null, 'request.forgotten', 'job', null, null, null, null, null, null,
			jsonb_build_object('request', d.id, 'number', d.number, 'kind', d.kind, 'state', d.state, 'filed_at', instant(d.filed_at),
				'ended_at', instant(d.ended_at), 'kept_days', v_days));
		delete from word where of = 'data_request' and key = d.id::text;
		delete from contact where ticket = d.id;
		delete from data_request_letter where request = d.id;
		delete from data_request where id = d.id;
		v_n := v_n + 1;
	end loop;
	for d in select * from data_request where ticket is not null and filed_by is not null and forgotten_at is null
			and ended_at < p_now - make_interval(days => v_days::int) order by ended_at, id limit p_limit - v_n for update skip locked
	loop
		perform contact_destroy(d.id, p_now);
		update data_request set phone_index = null, email_index = null, forgotten_at = p_now where id = d.id;
		v_n := v_n + 1;
	end loop;
	return v_n;
end $$;

-- Citizens are told of what happens to their request.
insert into notice_rule (type, audience) select 'request.' || x, 'citizen' from unnest('{acknowledged,extended,answered,refused}'::text[]) x;
select letter_add('request.' || x.type, 'citizen', false, x.subject_vi, x.text_vi, x.subject_en, x.text_en) from (values
	('acknowledged', 'Yêu cầu về dữ liệu cá nhân đã được tiếp nhận', 'Đơn vị phụ trách bảo vệ dữ liệu cá nhân đã phản hồi lần đầu về yêu cầu của Ông/Bà. Ông/Bà đọc phản hồi và thời hạn trên trang theo dõi phiếu.',
		'Your request about personal data was taken up', 'The data protection officer has sent a first reply to your request. Read it, and the date of the answer, where you follow your ticket.'),
	('extended', 'Gia hạn trả lời yêu cầu về dữ liệu cá nhân', 'Thời hạn trả lời yêu cầu của Ông/Bà về dữ liệu cá nhân được gia hạn một lần. Ông/Bà đọc lý do và thời hạn mới trên trang theo dõi phiếu.',
		'The answer about your personal data takes longer', 'The time to answer your request about personal data was extended once. Read the reason and the new date where you follow your ticket.'),
	('answered', 'Đã trả lời yêu cầu về dữ liệu cá nhân', 'Yêu cầu của Ông/Bà về dữ liệu cá nhân đã được trả lời. Ông/Bà đọc nội dung trên trang theo dõi phiếu.',
		'Your request about personal data was answered', 'Your request about personal data was answered. Read the answer where you follow your ticket.'),
	('refused', 'Yêu cầu về dữ liệu cá nhân không được chấp nhận', 'Yêu cầu của Ông/Bà về dữ liệu cá nhân không được chấp nhận. Ông/Bà đọc lý do và căn cứ pháp luật trên trang theo dõi phiếu.',
		'Your request about personal data was refused', 'Your request about personal data was refused. Read the reason and the law where you follow your ticket.'))
	x (type, subject_vi, text_vi, subject_en, text_en);

update import_type set pattern = '^[a-z]+(_[a-z]+)*\.[a-z_]+$' where code = 'event';	-- data_request.answered is a type, too
-- Who has asked about no ticket has no page to follow it, so the letter says when and until when; the answer goes the way of the request.
insert into notice_template (type, side, language, subject, text)
select 'data_request.' || x.type, 'citizen', v.language, v.subject, v.greeting || E'\n\n' || v.text || E'\n\n' || v.farewell || E'\n{{sender}}\n'
from (values
	('acknowledged', 'Yêu cầu số {{code}} về dữ liệu cá nhân đã được tiếp nhận', 'Lúc {{at}}, yêu cầu số {{code}} của Ông/Bà về dữ liệu cá nhân đã có phản hồi đầu tiên. Thời hạn trả lời: {{due}}.',
		'Your request no. {{code}} about personal data was taken up', 'your request no. {{code}} about personal data got its first reply at {{at}}. The answer is due by {{due}}.'),
	('extended', 'Gia hạn trả lời yêu cầu số {{code}} về dữ liệu cá nhân', 'Thời hạn trả lời yêu cầu số {{code}} của Ông/Bà về dữ liệu cá nhân được gia hạn một lần, đến {{due}}.',
		'The answer to your request no. {{code}} takes longer', 'the time to answer your request no. {{code}} about personal data was extended once, to {{due}}.'),
	('answered', 'Đã trả lời yêu cầu số {{code}} về dữ liệu cá nhân', 'Lúc {{at}}, yêu cầu số {{code}} của Ông/Bà về dữ liệu cá nhân đã được trả lời. Nội dung trả lời được gửi theo cách Ông/Bà đã nộp yêu cầu.',
		'Your request no. {{code}} about personal data was answered', 'your request no. {{code}} about personal data was answered at {{at}}. You get the answer the way you made the request.'),
	('refused', 'Yêu cầu số {{code}} về dữ liệu cá nhân không được chấp nhận', 'Lúc {{at}}, yêu cầu số {{code}} của Ông/Bà về dữ liệu cá nhân không được chấp nhận. Lý do và căn cứ pháp luật được gửi theo cách Ông/Bà đã nộp yêu cầu.',
		'Your request no. {{code}} about personal data was refused', 'your request no. {{code}} about personal data was refused at {{at}}. You get the reason and the law the way you made the request.'))
	x (type, subject_vi, text_vi, subject_en, text_en) cross join lateral (values ('vi', x.subject_vi, x.text_vi, 'Kính gửi Ông/Bà,', 'Trân trọng,'),
		('en', x.subject_en, x.text_en, 'Dear Sir or Madam,', 'Yours faithfully,')) v (language, subject, text, greeting, farewell);

-- Takes letters about requests that are due, as notice_claim() does notices.
create function data_request_letters(p_now timestamptz, p_lease timestamptz, p_limit bigint, p_domain text, p_zone text)
returns table (id uuid, owner uuid, attempts bigint, made_at timestamptz, message_id text, language text, epoch bigint, wrapped bytea, box bytea,
	subject text, body text, html text, code text, due text, at text, sender text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	return query
	with due as materialized (
		select l.id from data_request_letter l where l.state in ('waiting', 'sending') and l.next_at <= p_now
		order by l.next_at, l.id limit p_limit for update skip locked),
	taken as (
		update data_request_letter l set state = 'sending', next_at = p_lease, attempts = l.attempts + 1 from due d where l.id = d.id returning l.*)
	select l.id, l.request, l.attempts::bigint, l.made_at, '<' || l.id || '@' || p_domain || '>', m.language, c.epoch, c.wrapped, c.box, m.subject, m.text, m.html,
		r.number::text, notice_clock(r.due_at, p_zone, m.language = 'vi'), notice_clock(l.made_at, p_zone, m.language = 'vi'),
		(select case m.language when 'vi' then h.name_vi else h.name_en end from department h where h.hub)
	from taken l join data_request r on r.id = l.request left join contact c on c.ticket = l.request and c.erased_at is null
		left join lateral (select * from notice_template x where x.type = l.type and x.side = 'citizen' and x.language = 'vi' and x.valid_from <= p_now
			order by x.valid_from desc, x.version desc limit 1) m on true;
end $$;

-- As in 0027; letters with codes (0087) and about requests are no notices.
create or replace function notice_done(p_id uuid, p_attempt bigint, p_state text, p_counts boolean, p_error text, p_next timestamptz,
	p_now timestamptz)
returns bigint language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_done bigint;
begin
	update notice set state = p_state, error = p_error, next_at = coalesce(p_next, next_at),
			sent_at = case when p_state = 'sent' then p_now end, attempts = attempts - case when p_counts then 0 else 1 end
		where id = p_id and state = 'sending' and attempts = p_attempt;
	get diagnostics v_done = row_count;
	if v_done > 0 and p_state = 'bounced' and p_error ~ '^55[013] ' then
		perform notice_mark(p_id, p_error, p_now);
	elsif v_done = 0 then
		update citizen_code set state = p_state, error = left(p_error, 500), next_at = coalesce(p_next, next_at), attempts = attempts - case when p_counts then 0 else 1 end
			where id = p_id and state = 'sending' and attempts = p_attempt;
		get diagnostics v_done = row_count;
	end if;
	if v_done = 0 then
		update data_request_letter set state = p_state, error = p_error, next_at = coalesce(p_next, next_at),
				sent_at = case when p_state = 'sent' then p_now end, attempts = attempts - case when p_counts then 0 else 1 end
			where id = p_id and state = 'sending' and attempts = p_attempt;
		get diagnostics v_done = row_count;
	end if;
	return v_done;
end $$;
-- As in 0020, of both.
create or replace function notices_hold(p_ids uuid[], p_until timestamptz[]) returns bigint language plpgsql security definer
set search_path = tiepdan, pg_temp as $$
declare
	v_held bigint;
begin
	with held as (
		update notice n set state = 'waiting', next_at = u.until, not_before = u.until, attempts = greatest(n.attempts - 1, 0)
		from unnest(p_ids, p_until) u (id, until) where n.id = u.id and n.state = 'sending' returning 1),
	asked as (
		update data_request_letter l set state = 'waiting', next_at = u.until, attempts = greatest(l.attempts - 1, 0)
		from unnest(p_ids, p_until) u (id, until) where l.id = u.id and l.state = 'sending' returning 1)
	select (select count(*) from held) + (select count(*) from asked) into v_held;
	return v_held;
end $$;

revoke all on data_request_letter, data_request_limit, data_request_reason, data_request, ticket_restriction from public;
revoke execute on function import_data_request_limits, import_data_request_reasons, data_request_item, data_request_terms, data_request_event, data_request_file,
	data_request_file_tracked, data_request_file_staff, data_requests_tracked, data_request_list, data_request_at, data_request_show,
	data_request_acknowledge, data_request_facts, data_request_extend, ticket_restrict, data_request_grant, ticket_restriction_lift, data_request_end, data_requests_warn,
	data_requests_found, data_requests_forget, data_request_write, data_request_letters from public;
grant execute on function data_request_terms, data_request_file_tracked, data_request_file_staff, data_requests_tracked, data_request_list,
	data_request_show, data_request_acknowledge, data_request_facts, data_request_extend, ticket_restriction_lift, data_request_end, data_requests_warn,
	data_requests_forget, data_request_letters to tiepdan_app;
