-- Bounces are remembered by address, and the words of notices are imported.
set local search_path = tiepdan, public;

-- --- addresses that bounced ----------------------------------------------------------------------------------------------

-- A mail server that knows no such recipient (550, 551, 553: not those that refuse the words, the sender or the client) marks
-- the address. What is due to it later is not tried but logged as bounced, until an administrator lifts the mark or the person
-- has another address. The mark is forgotten with the log of delivery.
create table bounce (
	recipient bytea not null,
	at        timestamptz not null,
	error     text not null,
	constraint bounce_pk primary key (recipient),
	constraint bounce_error check (error ~ '^[a-z0-9_ ]{1,40}$')
);
create index bounce_at on bounce (at);
comment on table bounce is 'Addresses that a mail server has refused for good.';
comment on column bounce.recipient is 'the blind index of a citizen''s address, or the id of an account while it has this address';

create function notice_recipient(n notice) returns bytea language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return case when n.account is not null then uuid_send(n.account) else (select email_index from contact where ticket = n.ticket) end;
end $$;
create function notice_marked(n notice) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return exists (select from bounce where recipient = notice_recipient(n));
end $$;
create function notice_mark(p_notice uuid, p_error text, p_now timestamptz) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	insert into bounce (recipient, at, error)
		select r, p_now, p_error from notice n, notice_recipient(n) r where n.id = p_notice and r is not null
		on conflict (recipient) do update set at = excluded.at, error = excluded.error;
end $$;

create function account_has_new_address() returns trigger language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	delete from bounce where recipient = uuid_send(new.id);
	return new;
end $$;
create trigger account_has_new_address after update of email on account for each row
	when (old.email is distinct from new.email) execute function account_has_new_address();

-- As in 0020; a refused recipient is marked.
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
	end if;
	return v_done;
end $$;

-- As in 0020, and marks that are as old.
create or replace function forget_notices(p_now timestamptz, p_limit bigint) returns bigint language plpgsql security definer
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
	delete from bounce where recipient in (select recipient from bounce
		where at < p_now - make_interval(days => (select value from setting where name = 'notice_keep_days'))
		order by at limit p_limit for update skip locked);
	return v_gone;
end $$;

-- As in 0020; `marked`: the address has a mark by now.
create or replace function notice_list(p_state text, p_ticket uuid, p_after text, p_limit bigint)
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
			'attempts', n.attempts, 'error', n.error, 'marked', notice_marked(n), 'made_at', instant(n.made_at), 'not_before', instant(n.not_before),
			'next_at', case when n.state in ('waiting', 'sending') then instant(n.next_at) end, 'sent_at', instant(n.sent_at))::text,
		concat_ws('|', n.made_at, n.id)
	from unnest(v_ids) with ordinality i (id, ord) join notice n on n.id = i.id join ticket t on t.id = n.ticket
		cross join lateral (select ticket_nameable(t) as shown) v
	where p_ticket is null or v.shown
	order by i.ord;
end $$;

-- As in 0020; the mark of the address is lifted.
create or replace function notice_retry(p_notice uuid, p_event uuid, p_at timestamptz) returns void language plpgsql security definer
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
	delete from bounce where recipient = notice_recipient(n);
	update notice set state = 'waiting', next_at = p_at, not_before = null, attempts = 0 where id = n.id;
	perform event_write(p_event, p_at, n.ticket, 'notice.retried', 'staff', caller_account(), caller_department(), null, null, null, null,
		jsonb_build_object('notice', n.id));
end $$;

-- Lifts the mark of the address that a notice went to, so that later ones are tried again; TD404 when there is no such notice,
-- TD472 when its address has no mark.
create function notice_lift(p_notice uuid, p_event uuid, p_at timestamptz) returns void language plpgsql security definer
set search_path = tiepdan, pg_temp as $$
declare
	n notice;
begin
	perform notice_caller_needs('{admin}');
	select * into n from notice where id = p_notice;
	if not found then
		raise exception 'no such notice' using errcode = 'TD404';
	end if;
	delete from bounce where recipient = notice_recipient(n);
	if not found then
		raise exception 'the address is not marked' using errcode = 'TD472';
	end if;
	perform event_write(p_event, p_at, n.ticket, 'notice.lifted', 'staff', caller_account(), caller_department(), null, null, null, null,
		jsonb_build_object('notice', n.id));
end $$;

alter table bounce enable row level security;
revoke all on bounce from public;
revoke execute on function notice_recipient, notice_marked, notice_mark, account_has_new_address, notice_lift from public;
grant execute on function notice_lift to tiepdan_app;

-- --- importing the words of notices --------------------------------------------------------------------------------------

-- A row of the kind `templates` is a version of the words for one event, side and language, in force from a day on (left out:
-- always). The same day corrects that version, another day makes the next one. `tiepdan import` has looked at the variables
-- before (civil/template.h); the constraints of notice_template say the same.
alter table import_type add column most int not null default 1000;
comment on column import_type.most is 'characters of a cell';
create or replace function import_fits(p_type text, p_value text) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return char_length(p_value) <= (select most from import_type where code = p_type)
		and p_value ~ (select pattern from import_type where code = p_type) and (p_type <> 'date' or p_value::date is not null);
exception when datetime_field_overflow or invalid_datetime_format then
	return false;
end $$;

insert into import_type (code, pattern, wanted, most) values
	('words', '^([^[:cntrl:]]|\n)+$', 'a text of at most 10000 characters', 10000),
	('html', '^([^[:cntrl:]]|\n|\t)+$', 'HTML of at most 50000 characters', 50000),
	('event', '^[a-z]+\.[a-z_]+$', 'the type of an event like ticket.filed', 64),
	('side', '^(citizen|staff)$', 'citizen or staff', 16),
	('language', '^(vi|en)$', 'vi or en', 2);
insert into import_kind values ('templates', '{type,side,language,valid_from}');
insert into import_column values
	('templates', 'type', 'event', true, 'notices'), ('templates', 'side', 'side', true, null),
	('templates', 'language', 'language', true, null), ('templates', 'valid_from', 'date', false, null),
	('templates', 'subject', 'text', true, null), ('templates', 'text', 'words', true, null),
	('templates', 'html', 'html', false, null);

-- Days of templates, and all others that no calendar of a department counts, are those of the hub.
create function template_zone() returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return coalesce((select c.zone from department d join calendar c on c.code = department_calendar(d.id) where d.hub), 'UTC');
end $$;
-- Which day it is in the city: the sessions of the server count in UTC, where it is yesterday until the morning.
create function city_day(p_at timestamptz) returns date language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (p_at at time zone template_zone())::date;
end $$;

create function import_templates(r jsonb) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_from timestamptz := coalesce((r->>'valid_from')::date::timestamp at time zone template_zone(), '-infinity');
begin
	update notice_template t set subject = r->>'subject', text = r->>'text', html = r->>'html'
		where t.type = r->>'type' and t.side = r->>'side' and t.language = r->>'language' and t.version = (
			select max(x.version) from notice_template x where x.type = r->>'type' and x.side = r->>'side'
				and x.language = r->>'language' and x.valid_from = v_from);
	if not found then
		insert into notice_template (type, side, language, version, valid_from, subject, text, html)
			select r->>'type', r->>'side', r->>'language', 1 + coalesce(max(version), 0), v_from, r->>'subject', r->>'text', r->>'html'
			from notice_template where type = r->>'type' and side = r->>'side' and language = r->>'language';
	end if;
end $$;
comment on function import_templates is 'type (an event that somebody is told of), side (citizen, staff), language (vi, en), valid_from
(optional), subject, text, html (optional: made from the text); with variables {{code}}, {{title}} and so on in subject, text and html';

do $$
begin
	execute 'create or replace view import_code as ' || rtrim(pg_get_viewdef('import_code'::regclass), ';') || '
		union all select ''notices'', type from (select type from notice_rule union select type from notice_template) n';
	execute 'create or replace view import_row as ' || rtrim(pg_get_viewdef('import_row'::regclass), ';') || '
		union all (select distinct on (type, side, language, valid_from) ''templates'', concat_ws('' '', type, side, language, day),
			jsonb_strip_nulls(jsonb_build_object(''type'', type, ''side'', side, ''language'', language, ''valid_from'', day,
				''subject'', subject, ''text'', text, ''html'', html))
			from notice_template, lateral (select case when valid_from > ''-infinity''
				then (valid_from at time zone template_zone())::date end as day) d
			order by type, side, language, valid_from, version desc)';
end $$;

revoke execute on function template_zone, city_day, import_templates from public;
