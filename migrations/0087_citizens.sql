-- Citizens who want an account sign in: with a code that comes by e-mail, or with an identity provider of their own. The account is a row here
-- and none of staff, and holds as little as there can be: an address, sealed, and which tickets are theirs. Whoever files without one goes on
-- as before; what the account opens is what code and secret open.
set local search_path = tiepdan, public;

create table citizen (
	id            uuid not null,
	made_at       timestamptz not null default now(),
	seen_at       timestamptz not null default now(),
	warned_at     timestamptz,
	epoch         bigint,
	wrapped       bytea,
	box           bytea,
	email_index   bytea,
	issuer        text,
	subject_index bytea,
	constraint citizen_pk primary key (id),
	constraint citizen_email unique (email_index),
	constraint citizen_subject unique (subject_index),
	constraint citizen_sealed check (num_nulls(epoch, wrapped, box, email_index) in (0, 4)),
	constraint citizen_vouched check ((issuer is null) = (subject_index is null)),
	constraint citizen_comes_in check (num_nonnulls(email_index, subject_index) > 0)
);
comment on table citizen is 'Citizens who have signed in.';
comment on column citizen.seen_at is 'when they last signed in';
comment on column citizen.warned_at is 'when a letter said that the account ends unless they sign in again';
create index citizen_seen on citizen (seen_at);
comment on column citizen.box is 'the address, sealed (auth/seal.h) for this id';
comment on column citizen.subject_index is 'whom the identity provider means: a keyed hash, since it may be the number of an identity card';
alter table reseal add column citizens_after uuid;
comment on column reseal.citizens_after is 'how far citizens were looked at, who come after the contacts';

-- Its code is derived from its id (auth/citizen_code.h): a copy of the database opens nothing.
create table citizen_code (
	id          uuid not null,
	citizen     uuid not null,
	purpose     text not null,
	template    text not null,
	language    text not null,
	epoch       bigint not null,
	wrapped     bytea,
	box         bytea,
	email_index bytea not null,
	place       bytea,
	made_at     timestamptz not null default now(),
	expires_at  timestamptz not null,
	tries       int not null default 0,
	used_at     timestamptz,
	state       text not null,
	attempts    bigint not null default 0,
	next_at     timestamptz not null default now(),
	error       text,
	constraint citizen_code_pk primary key (id),
	constraint citizen_code_purpose check (purpose in ('sign_in', 'email', 'told')),
	constraint citizen_code_language check (language in ('vi', 'en')),
	constraint citizen_code_state check (state in ('held', 'waiting', 'sending', 'sent', 'failed', 'bounced', 'cancelled')),
	constraint citizen_code_error_length check (char_length(error) <= 500)
);
comment on table citizen_code is 'Letters with a code to sign in with, for an hour, and those that only tell citizens what happened to their account.';
comment on column citizen_code.citizen is 'whose address it becomes: somebody new, for whom it is sealed, or, where it is another address, who has signed in; else whose it was';
comment on column citizen_code.purpose is 'to sign in, to confirm another address, or no code at all but a letter (`template`)';
comment on column citizen_code.place is 'where somebody asked for it: a keyed hash of address block, e-mail address and day';
comment on column citizen_code.state is 'of the letter; held: too many went to this address, so there is none, and no code is right';
create index citizen_code_address on citizen_code (email_index, made_at);
create index citizen_code_made on citizen_code (made_at);
create index citizen_code_due on citizen_code (next_at, id) where state in ('waiting', 'sending');
create index citizen_code_expiry on citizen_code (expires_at);
create index citizen_code_citizen on citizen_code (citizen);

create table citizen_ticket (
	citizen    uuid not null,
	ticket     uuid not null,
	generation bigint not null,
	linked_at  timestamptz not null,
	seen_at    timestamptz not null,
	constraint citizen_ticket_pk primary key (citizen, ticket),
	constraint citizen_ticket_citizen_fk foreign key (citizen) references citizen
);
comment on table citizen_ticket is 'Whose tickets are whose: filed while signed in, or shown with code and secret; never by an address. No key to ticket: see 0004.';
comment on column citizen_ticket.generation is 'of the secret: a new one ends the link';
comment on column citizen_ticket.seen_at is 'when its citizen opened it here last';
create index citizen_ticket_listed on citizen_ticket (citizen, linked_at desc, ticket desc);

create table citizen_event (
	id      uuid not null default gen_random_uuid(),
	at      timestamptz not null default clock_timestamp(),
	citizen uuid not null,
	type    text not null,
	session uuid,
	data    jsonb,
	constraint citizen_event_pk primary key (id),
	constraint citizen_event_type check (type in ('citizen.made', 'citizen.erased', 'session.opened', 'session.ended', 'session.reused', 'email.changed'))
);
comment on table citizen_event is 'What happened to accounts of citizens, without a word of who they are; it stays when the account is gone, so it has no key to it.';
create index citizen_event_citizen on citizen_event (citizen, at desc, id desc);
create trigger citizen_event_stays before update or delete on citizen_event for each row execute function account_event_stays();

-- A session is that of an account or of a citizen.
alter table session alter column account drop not null,
	add column citizen uuid,
	add constraint session_citizen_fk foreign key (citizen) references citizen,
	add constraint session_whose check (num_nonnulls(account, citizen) = 1);
create index session_citizen on session (citizen, expires_at) where citizen is not null;

alter table setting disable trigger configuration_touched;
insert into setting (name, value, note, least, most) values
	('citizen_letters_hour', 3, 'so many letters with a code to sign in go to one address in an hour from one place, and five times as many from all', 1, 20),
	('citizen_letters_all', 2000, 'and so many to all addresses that have no account, together', 10, 1000000),
	('citizen_inactive_days', 0, 'the account of a citizen who has not signed in for so many days ends, a letter comes 30 days before; at the least 60; 0: never', 0, 36500),
	('citizen_code_minutes', 10, 'such a code is good for this many minutes', 2, 60),
	('citizen_code_tries', 5, 'and for this many attempts', 1, 20),
	('citizen_proof_minutes', 15, 'whoever changes their address or ends their account has signed in within this many minutes', 1, 1440),
	('citizen_tickets_most', 1000, 'a citizen adds tickets that were filed without signing in up to this many', 10, 10000);
alter table setting enable trigger configuration_touched;
update configuration_kept k set content = k.content || (select jsonb_object_agg(key, cells) from import_row
		where kind = 'settings' and key like 'citizen\_%')
	where k.kind = 'settings';

-- --- the caller ------------------------------------------------------------------------------------------------------------------

create function caller_citizen() returns uuid language sql stable parallel safe as $$
	select nullif(current_setting('app.citizen', true), '')::uuid
$$;

-- Tickets of the citizen who calls.
create function caller_linked() returns uuid[] language plpgsql stable parallel safe security definer set search_path = tiepdan, pg_temp as $$
begin
	if caller_citizen() is null then
		return '{}';
	end if;
	return array(select t.id from citizen_ticket l join ticket t on t.id = l.ticket and t.generation = l.generation where l.citizen = caller_citizen());
end $$;

-- As in 0083, with citizens.
create or replace function caller_enter(p_kind text, p_account uuid, p_session uuid, p_read_only boolean, p_timeout_ms bigint)
returns void language plpgsql security definer set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
	v record;
begin
	if p_kind = 'staff' then
		select a.department, array(select r from unnest(roles_held(a.id)) r where session_holds(s, r)) as roles,
			array(select g.ticket from glass g where g.session = s.id and g.until_at > now()) as broken
			into v from session s join account a on a.id = s.account
			where s.id = p_session and s.account = p_account and s.closed_at is null and s.expires_at > now() and a.active;
		if not found then
			raise exception 'the session has ended' using errcode = 'TD401';
		end if;
		perform set_config('app.account', p_account::text, true), set_config('app.session', p_session::text, true),
			set_config('app.department', v.department::text, true), set_config('app.roles', v.roles::text, true),
			set_config('app.sees_all', array(select sight from sight_right where role = any (v.roles) and scope = 'all')::text, true),
			set_config('app.sees_own', array(select sight from sight_right where role = any (v.roles) and scope = 'own')::text, true),
			set_config('app.broken', v.broken::text, true), set_config('app.citizen', '', true);
	elsif p_kind in ('anyone', 'ticket', 'job', 'citizen') then
		if p_kind = 'citizen' and not exists (select from session s where s.id = p_session and s.citizen = p_account and s.closed_at is null
				and s.expires_at > now()) then
			raise exception 'the session has ended' using errcode = 'TD401';
		end if;
		perform set_config(name, '', true)
			from unnest('{app.account,app.session,app.department,app.roles,app.sees_all,app.sees_own,app.broken,app.citizen}'::text[]) name;
		if p_kind = 'citizen' then
			perform set_config('app.citizen', p_account::text, true), set_config('app.session', p_session::text, true);
		end if;
	else
		raise exception 'unknown kind of caller "%"', p_kind;
	end if;
	perform set_config('statement_timeout', p_timeout_ms::text, true);
	if p_read_only then
		perform set_config('transaction_read_only', 'on', true);
	end if;
end $$;

-- As in 0083; citizens see their own.
create or replace function sees(t ticket) returns boolean language sql stable as $$
	select (tiepdan.may_see(t.sight, t.holder, tiepdan.caller_sees_all(), tiepdan.caller_sees_own(), tiepdan.caller_department())
			or t.id = any (tiepdan.caller_broken() || tiepdan.caller_linked()))
		and case when t.sight = 'denunciation' then not tiepdan.kept_away(t.id, tiepdan.caller_account())
			when t.kind = 'complaint' then not tiepdan.denounced(t.id, tiepdan.caller_account()) else true end
$$;
alter policy ticket_seen on ticket
	using ((may_see(sight, holder, (select caller_sees_all()), (select caller_sees_own()), (select caller_department()))
			or id = any ((select caller_broken() || caller_linked())::uuid[]))
		and case when sight = 'denunciation' then not kept_away(id, (select caller_account()))
			when kind = 'complaint' then not denounced(id, (select caller_account())) else true end);

-- What hangs on a ticket is for staff, drafts and notes among it: citizens are told of it by functions.
do $$
declare
	t text;
begin
	for t in select tablename from pg_policies where schemaname = 'tiepdan' and permissive = 'PERMISSIVE' and tablename <> 'ticket' and qual ~ 'FROM ticket ' loop
		execute format('create policy %1$s_of_staff on %1$I as restrictive for select to tiepdan_app using ((select caller_citizen()) is null)', t);
	end loop;
end $$;

alter table citizen enable row level security;
alter table citizen_code enable row level security;
alter table citizen_event enable row level security;
alter table citizen_ticket enable row level security;
create policy citizen_ticket_own on citizen_ticket for select to tiepdan_app using (citizen = (select caller_citizen()));
revoke all on citizen, citizen_code, citizen_event, citizen_ticket from public;
grant select on citizen_ticket to tiepdan_app;

-- --- sessions -----------------------------------------------------------------------------------------------------------------------

-- As in 0082; a citizen is no person of staff.
create or replace function caller_person() returns session language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v session;
begin
	select * into v from session where id = caller_session();
	if v.means is null or v.means = 'key' or v.account is null then
		raise exception 'only a person who has signed in may do this' using errcode = 'TD403';
	end if;
	return v;
end $$;

-- The caller's session, of staff or of a citizen.
create function caller_signed_in() returns session language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v session;
begin
	select * into v from session where id = caller_session();
	return case when v.citizen is null then caller_person() else v end;
end $$;

create function citizen_tell(p_citizen uuid, p_type text, p_session uuid, p_data jsonb default null) returns void language sql
set search_path = tiepdan, pg_temp as $$
	insert into citizen_event (citizen, type, session, data) values (p_citizen, p_type, p_session, p_data)
$$;

create function session_tell(s session, p_type text, p_session uuid) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	if s.citizen is not null then
		perform citizen_tell(s.citizen, p_type, p_session);
	else
		perform account_tell(s.account, p_type, p_session);
	end if;
end $$;

create function citizen_item(c citizen) returns json language sql stable set search_path = tiepdan, pg_temp as $$
	select json_build_object('id', c.id, 'provider', c.issuer, 'made_at', instant(c.made_at))
$$;

alter type session_opened add attribute citizen boolean;
create or replace function session_answer(s session) returns session_opened language sql stable set search_path = tiepdan, pg_temp as $$
	select a.id, (select string_agg(r, ',' order by r) from unnest(roles_held(a.id)) r where session_holds(s, r)),
		a.department, s.expires_at, s.generation, account_item(a.id), false
	from account a where a.id = s.account
	union all
	select c.id, null, null, s.expires_at, s.generation, citizen_item(c)::text, true from citizen c where c.id = s.citizen
$$;

-- As in 0080, for citizens too, who may be away for another while. The one of 0080 stays for servers of before.
create function session_renew(p_session uuid, p_generation bigint, p_idle_minutes bigint, p_citizen_idle_minutes bigint, out state text,
	out opened session_opened)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v session;
begin
	select s.* into v from session s left join account a on a.id = s.account
		where s.id = p_session and s.means <> 'key' and s.closed_at is null and s.expires_at > now() and (a.active or s.citizen is not null)
		for update of s;
	if not found or coalesce(v.renewed_at, v.opened_at)
			< now() - (case when v.citizen is null then p_idle_minutes else p_citizen_idle_minutes end) * interval '1 min' then
		state := 'ended';
		return;
	end if;
	if p_generation = v.generation then
		update session set generation = generation + 1, renewed_at = now() where id = v.id returning * into v;
	elsif p_generation <> v.generation - 1 or v.renewed_at < now() - interval '30 s' then
		update session set closed_at = now(), end_reason = 'reused' where id = v.id;
		perform session_tell(v, 'session.reused', v.id);
		state := 'reused';
		return;
	end if;
	state := 'renewed';
	opened := session_answer(v);
end $$;

create or replace function session_close() returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	perform caller_signed_in();
	update session set closed_at = now(), end_reason = 'signed_out' where id = caller_session() and closed_at is null;
end $$;

create or replace function session_list() returns text language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
declare
	v session := caller_signed_in();
begin
	return (select json_build_object('items', coalesce(json_agg(session_item(s) order by s.opened_at desc, s.id), '[]'))
		from (select * from session where (account = v.account or citizen = v.citizen) and means <> 'key' and closed_at is null and expires_at > now()
			order by opened_at desc, id limit 200) s);
end $$;

-- Ends sessions of a citizen, but for one.
create function citizen_sessions_end(p_citizen uuid, p_except uuid, p_reason text) returns void language sql set search_path = tiepdan, pg_temp as $$
	update session set closed_at = now(), end_reason = p_reason
	where citizen = p_citizen and closed_at is null and expires_at > now() and id is distinct from p_except
$$;

create or replace function session_end(p_session uuid) returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v session := caller_signed_in();
begin
	if p_session is not null then
		update session set closed_at = now(), end_reason = 'ended'
			where id = p_session and (account = v.account or citizen = v.citizen) and means <> 'key' and closed_at is null and expires_at > now();
		if not found then
			raise exception 'no such session' using errcode = 'TD404';
		end if;
	elsif v.citizen is not null then
		perform citizen_sessions_end(v.citizen, v.id, 'ended');
	else
		perform sessions_end(v.account, v.id, 'ended');
	end if;
	perform session_tell(v, 'session.ended', p_session);
end $$;

-- --- coming in ----------------------------------------------------------------------------------------------------------------------

-- A letter with a code, whoever asks and for whatever address: nobody learns whether it has an account, nor whether letters went there
-- lately. What somebody asks for elsewhere leaves those of whoever has the address theirs. Nobody has us write to the whole world: beyond so
-- many letters only those who have an account get one (nor is that told), and addresses are not changed (TD692). Returns the end of the code.
create function citizen_code_make(p_id uuid, p_citizen uuid, p_purpose text, p_language text, p_epoch bigint, p_wrapped bytea, p_box bytea,
	p_email_index bytea, p_place bytea) returns timestamptz language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_until timestamptz := now() + (select value from setting where name = 'citizen_code_minutes') * interval '1 min';
	v_most int := (select value from setting where name = 'citizen_letters_hour');
	v_all int := (select value from setting where name = 'citizen_letters_all');
	v_spent boolean := (select count(*) from (select from citizen_code where made_at > now() - interval '1 hour' and state <> 'held'
		and purpose <> 'told' limit v_all) x) >= v_all;
	v_held boolean;
begin
	if v_spent and p_purpose = 'email' then
		raise exception 'too many letters go out' using errcode = 'TD692';
	end if;
	perform pg_advisory_xact_lock(hashtextextended('tiepdan.citizen_code ' || encode(p_email_index, 'hex'), 0));
	select count(*) filter (where place = p_place) >= v_most or count(*) >= 5 * v_most into v_held
		from citizen_code where email_index = p_email_index and made_at > now() - interval '1 hour' and state <> 'held' and purpose <> 'told';
	v_held := v_held or v_spent and not exists (select from citizen where email_index = p_email_index);
	insert into citizen_code (id, citizen, purpose, template, language, epoch, wrapped, box, email_index, place, expires_at, state)
		values (p_id, p_citizen, p_purpose, case p_purpose when 'email' then 'citizen.email' else 'citizen.code' end, p_language, p_epoch, p_wrapped, p_box, p_email_index, p_place, v_until,
			case when v_held then 'held' else 'waiting' end);
	return v_until;
end $$;

create function citizen_code_ask(p_id uuid, p_citizen uuid, p_language text, p_epoch bigint, p_wrapped bytea, p_box bytea, p_email_index bytea,
	p_place bytea)
returns timestamptz language sql security definer set search_path = tiepdan, pg_temp as $$
	select citizen_code_make(p_id, p_citizen, 'sign_in', p_language, p_epoch, p_wrapped, p_box, p_email_index, p_place)
$$;

-- The citizen who calls, where they have come in a short while ago (TD652), and what the transaction says of them is what the session holds:
-- a token that was stolen is not enough to change an address or end an account.
create function caller_citizen_proven() returns uuid language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_opened timestamptz := (select opened_at from session where id = caller_session() and citizen = caller_citizen() and closed_at is null
		and expires_at > now());
begin
	if v_opened is null then
		raise exception 'no citizen who has signed in' using errcode = 'TD403';
	elsif v_opened < now() - (select value from setting where name = 'citizen_proof_minutes') * interval '1 min' then
		raise exception 'the session is too old for this' using errcode = 'TD652';
	end if;
	return caller_citizen();
end $$;

-- The same for the new address of the citizen who calls.
create function citizen_email_ask(p_id uuid, p_language text, p_epoch bigint, p_wrapped bytea, p_box bytea, p_email_index bytea, p_place bytea)
returns timestamptz language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	return citizen_code_make(p_id, caller_citizen_proven(), 'email', p_language, p_epoch, p_wrapped, p_box, p_email_index, p_place);
end $$;

-- Takes an attempt with a code that the caller has looked at; all NULL unless it was right. It raises nothing, so that the attempt counts.
create function citizen_code_take(p_id uuid, p_right boolean, p_changes uuid) returns citizen_code language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v citizen_code;
	v_none citizen_code;
begin
	update citizen_code set tries = tries + 1, used_at = case when p_right then now() end
		where id = p_id and used_at is null and expires_at > now() and state <> 'held' and tries < (select value from setting where name = 'citizen_code_tries')
			and purpose = case when p_changes is null then 'sign_in' else 'email' end and (p_changes is null or citizen = p_changes) returning * into v;
	return case when p_right then v else v_none end;
end $$;

create function citizen_session_make(p_citizen uuid, p_session uuid, p_means text, p_assurance bigint, p_expires timestamptz, p_client text)
returns session_opened language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	insert into session (id, citizen, expires_at, means, assurance, client)
		values (p_session, p_citizen, p_expires, p_means, p_assurance, left(p_client, 200));
	update citizen set seen_at = now(), warned_at = null where id = p_citizen;
	perform citizen_tell(p_citizen, 'session.opened', p_session, jsonb_build_object('means', p_means, 'assurance', p_assurance));
	return session_answer(s) from session s where s.id = p_session;
end $$;

-- Signs in with a code: who comes for the first time gets an account. wait_s: seconds until the next attempt from this place; nothing was
-- opened where `opened` is NULL.
create function citizen_sign_in(p_request uuid, p_right boolean, p_slots bigint[], p_free bigint[], p_session uuid, p_expires timestamptz, p_client text,
	out wait_s bigint, out opened session_opened)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v citizen_code;
begin
	wait_s := brake_take(p_slots, p_free);
	if wait_s = 0 then
		-- As everywhere the citizen is locked first.
		perform from citizen where email_index = (select email_index from citizen_code where id = p_request) for no key update;
		v := citizen_code_take(p_request, p_right, null);
	end if;
	if v.id is null then
		return;
	end if;
	perform brake_release(p_slots);
	insert into citizen (id, epoch, wrapped, box, email_index) values (v.citizen, v.epoch, v.wrapped, v.box, v.email_index)
		on conflict (email_index) do nothing;
	if found then
		perform citizen_tell(v.citizen, 'citizen.made', p_session);
	end if;
	opened := citizen_session_make((select id from citizen where email_index = v.email_index), p_session, 'code', 1, p_expires, p_client);
end $$;

-- The same with an identity provider. `p_citizen`: the id of somebody who comes for the first time.
create function citizen_sign_in_oidc(p_flow uuid, p_flow_expires timestamptz, p_issuer text, p_subject_index bytea, p_citizen uuid, p_assurance bigint,
	p_session uuid, p_expires timestamptz, p_client text) returns session_opened language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	perform sign_in_flow_use(p_flow, p_flow_expires);
	insert into citizen (id, issuer, subject_index) values (p_citizen, p_issuer, p_subject_index) on conflict (subject_index) do nothing;
	if found then
		perform citizen_tell(p_citizen, 'citizen.made', p_session);
	end if;
	return citizen_session_make((select id from citizen where subject_index = p_subject_index), p_session, 'oidc', p_assurance, p_expires, p_client);
end $$;

-- --- letters --------------------------------------------------------------------------------------------------------------------------

insert into notice_template (type, side, language, subject, text) values
	('citizen.code', 'citizen', 'vi', 'Mã đăng nhập của Ông/Bà: {{code}}', E'Kính gửi Ông/Bà,\n\nMã đăng nhập là:\n\n{{code}}\n\nMã dùng một lần, đến {{due}}, '
		'tại trang mà Ông/Bà vừa yêu cầu mã.\n\nNếu Ông/Bà không yêu cầu, xin bỏ qua thư này và không đưa mã cho bất kỳ ai: cơ quan không bao giờ hỏi mã '
		'qua điện thoại hoặc tin nhắn.\n\nTrân trọng,\n{{sender}}\n'),
	('citizen.code', 'citizen', 'en', 'Your sign-in code: {{code}}', E'Dear Sir or Madam,\n\nyour sign-in code is:\n\n{{code}}\n\nIt works once, until {{due}}, on '
		'the page where you have just asked for it.\n\nIf you have not asked for it, ignore this message, and give the code to nobody: we never ask '
		'for it by telephone or message.\n\nYours faithfully,\n{{sender}}\n'),
	('citizen.email', 'citizen', 'vi', 'Mã xác nhận địa chỉ thư: {{code}}', E'Kính gửi Ông/Bà,\n\nCó người đã đăng nhập và muốn dùng địa chỉ này cho tài khoản của '
		'mình. Mã xác nhận là:\n\n{{code}}\n\nMã dùng một lần, đến {{due}}, tại trang vừa yêu cầu mã.\n\nNếu không phải Ông/Bà, xin bỏ qua thư này và không đưa '
		'mã cho bất kỳ ai.\n\nTrân trọng,\n{{sender}}\n'),
	('citizen.email', 'citizen', 'en', 'Your confirmation code: {{code}}', E'Dear Sir or Madam,\n\nsomebody who is signed in wants to use this address for their '
		'account. The code that confirms it is:\n\n{{code}}\n\nIt works once, until {{due}}, on the page where it was asked for.\n\nIf it was not you, ignore '
		'this message, and give the code to nobody.\n\nYours faithfully,\n{{sender}}\n'),
	('citizen.email_changed', 'citizen', 'vi', 'Địa chỉ thư của tài khoản đã thay đổi', E'Kính gửi Ông/Bà,\n\nLúc {{at}}, tài khoản mở bằng địa chỉ thư này đã chuyển '
		'sang một địa chỉ khác. Từ nay mã đăng nhập được gửi đến địa chỉ mới.\n\nNếu không phải Ông/Bà thay đổi, đề nghị báo ngay cho cơ quan.\n\nTrân '
		'trọng,\n{{sender}}\n'),
	('citizen.email_changed', 'citizen', 'en', 'The address of your account has changed', E'Dear Sir or Madam,\n\nat {{at}} the account that was opened with this '
		'address was given another one. Codes to sign in go to the new address from now on.\n\nIf it was not you, tell us at once.\n\nYours '
		'faithfully,\n{{sender}}\n'),
	('citizen.inactive', 'citizen', 'vi', 'Tài khoản của Ông/Bà sắp bị xóa', E'Kính gửi Ông/Bà,\n\nTài khoản mở bằng địa chỉ thư này đã lâu không được sử dụng. Sau 30 ngày '
		'kể từ thư này tài khoản sẽ bị xóa, trừ khi Ông/Bà đăng nhập lại. Các phiếu đã gửi vẫn được giải quyết và theo dõi được bằng mã phiếu và mã bí '
		'mật.\n\nTrân trọng,\n{{sender}}\n'),
	('citizen.inactive', 'citizen', 'en', 'Your account is about to be erased', E'Dear Sir or Madam,\n\nthe account that was opened with this address has not been used '
		'for long. It is erased 30 days after this letter, unless you sign in again. Your tickets go on, and can be followed with their codes and '
		'secrets.\n\nYours faithfully,\n{{sender}}\n');

-- Takes letters with codes that are due, as notice_claim() does notices.
create function citizen_letters(p_now timestamptz, p_lease timestamptz, p_limit bigint, p_domain text, p_zone text)
returns table (id uuid, owner uuid, attempts bigint, made_at timestamptz, message_id text, language text, epoch bigint, wrapped bytea, box bytea,
	subject text, body text, html text, due text, at text, sender text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	return query
	with due as materialized (
		select c.id from citizen_code c where c.state in ('waiting', 'sending') and c.next_at <= p_now and c.expires_at > p_now
		order by c.purpose = 'told', c.next_at, c.id limit p_limit for update skip locked),	-- whoever waits for a code waits
	taken as (
		update citizen_code c set state = 'sending', next_at = p_lease, attempts = c.attempts + 1 from due d where c.id = d.id returning c.*)
	select c.id, c.citizen, c.attempts, c.made_at, '<' || c.id || '@' || p_domain || '>', m.language, c.epoch, c.wrapped, c.box, m.subject, m.text, m.html,
		notice_clock(c.expires_at, p_zone, m.language = 'vi'), notice_clock(c.made_at, p_zone, m.language = 'vi'),
		(select case m.language when 'vi' then h.name_vi else h.name_en end from department h where h.hub)
	from taken c left join lateral (select * from notice_template x where x.type = c.template
		and x.side = 'citizen' and x.valid_from <= p_now order by x.language = c.language desc, x.valid_from desc, x.version desc limit 1) m on true;
end $$;

-- --- what is the citizen's own ---------------------------------------------------------------------------------------------------------

create function citizen_show(out id uuid, out epoch bigint, out wrapped bytea, out box bytea, out body text) language sql stable security definer
set search_path = tiepdan, pg_temp as $$
	select c.id, c.epoch, c.wrapped, c.box, (citizen_item(c)::jsonb || jsonb_build_object(
		'tickets', (select count(*) from citizen_ticket l where l.citizen = c.id),
		'sessions', (select count(*) from session x where x.citizen = c.id and x.closed_at is null and x.expires_at > now()),
		'means', s.means, 'assurance', s.assurance, 'expires_at', instant(s.expires_at)))::text
	from citizen c join session s on s.id = caller_session() where c.id = caller_citizen()
$$;

-- A letter that tells a citizen something, to the address that stands in `c`. For a week: it is no code.
create function citizen_letter(c citizen, p_template text) returns void language sql set search_path = tiepdan, pg_temp as $$
	insert into citizen_code (id, citizen, purpose, template, language, epoch, wrapped, box, email_index, expires_at, used_at, state)
		select gen_random_uuid(), c.id, 'told', p_template, coalesce((select x.language from citizen_code x where x.email_index = c.email_index
			order by x.made_at desc limit 1), 'vi'), c.epoch, c.wrapped, c.box, c.email_index, now() + interval '7 days', now(), 'waiting'
		where c.email_index is not null
$$;

-- Confirms the new address; other sessions end, and the old address is told. `done`: false, the code was not right. TD651: it is that of another
-- account.
create function citizen_email_set(p_request uuid, p_right boolean, out done boolean) language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	c citizen;
	v citizen_code;
begin
	select * into strict c from citizen where id = caller_citizen_proven() for update;
	v := citizen_code_take(p_request, p_right, c.id);
	done := v.id is not null;
	if not done then
		return;
	end if;
	begin
		update citizen set epoch = v.epoch, wrapped = v.wrapped, box = v.box, email_index = v.email_index where id = c.id;
	exception when unique_violation then
		raise exception 'the address is that of another account' using errcode = 'TD651';
	end;
	if c.email_index <> v.email_index then
		perform citizen_letter(c, 'citizen.email_changed');
	end if;
	perform citizen_sessions_end(c.id, caller_session(), 'replaced');
	perform citizen_tell(c.id, 'email.changed', caller_session());
end $$;

-- Nothing is left but tickets, as they are without an account. Letters that went out are counted for their hour, without the address; what
-- tells of another address and has not gone yet still goes there.
create function citizen_end(p_citizen uuid, p_why jsonb) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	c citizen;
begin
	select * into strict c from citizen where id = p_citizen for update;
	delete from session where citizen = c.id;
	delete from citizen_ticket where citizen = c.id;
	update citizen_code set wrapped = null, box = null, used_at = now(), state = case when state in ('waiting', 'sending') then 'cancelled' else state end
		where (citizen = c.id or email_index = c.email_index) and (purpose <> 'told' or state not in ('waiting', 'sending'));
	delete from citizen where id = c.id;
	perform citizen_tell(c.id, 'citizen.erased', null, p_why);
end $$;
create function citizen_erase() returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	perform citizen_end(caller_citizen_proven(), null);
end $$;

-- Accounts of citizens who have not signed in for long end; who has an address is told 30 days before.
create function citizen_sweep(p_limit bigint) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_before timestamptz := (select now() - greatest(value, 60) * interval '1 day' from setting where name = 'citizen_inactive_days' and value > 0);
	c citizen;
begin
	if v_before is null then
		return;
	end if;
	for c in select * from citizen x where x.seen_at < v_before + interval '30 days' and x.warned_at is null and x.email_index is not null
			and not exists (select from session s where s.citizen = x.id and (s.expires_at > now() and s.closed_at is null
				or coalesce(s.renewed_at, s.opened_at) > v_before))
			order by x.seen_at limit p_limit for update skip locked loop
		perform citizen_letter(c, 'citizen.inactive');
		update citizen set warned_at = now() where id = c.id;
	end loop;
	for c in select * from citizen x where x.seen_at < v_before and (x.email_index is null or x.warned_at <= now() - interval '30 days')
			and not exists (select from session s where s.citizen = x.id and (s.expires_at > now() and s.closed_at is null
				or coalesce(s.renewed_at, s.opened_at) > v_before))
			order by x.seen_at limit p_limit for update skip locked loop
		perform citizen_end(c.id, '{"inactive": true}');
	end loop;
end $$;

create function citizen_events(p_after text, p_limit bigint) returns table (item text, key text) language plpgsql stable security definer
set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	return query select json_build_object('id', e.id, 'at', instant(e.at), 'type', e.type, 'session', e.session, 'data', e.data)::text,
			concat_ws('|', e.at, e.id)
		from citizen_event e where e.citizen = caller_citizen() and (p_after is null
			or (e.at, e.id) < (split_part(p_after, '|', 1)::timestamptz, split_part(p_after, '|', 2)::uuid))
		order by e.at desc, e.id desc limit p_limit + 1;
end $$;

-- --- tickets -----------------------------------------------------------------------------------------------------------------------------

-- Links a ticket that is filed in the same transaction with the citizen who calls: one that was not, because its key was known, is not there,
-- and stays as it was. TD401: the session has ended meanwhile. As everywhere the citizen is locked first and then the session.
create function citizen_file(p_ticket uuid, p_at timestamptz) returns boolean language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	perform from citizen where id = caller_citizen() for key share;
	perform from session where id = caller_session() and citizen = caller_citizen() and closed_at is null and expires_at > now() for share;
	if not found then
		raise exception 'the session has ended' using errcode = 'TD401';
	end if;
	insert into citizen_ticket (citizen, ticket, generation, linked_at, seen_at)
		select caller_citizen(), t.id, t.generation, p_at, p_at from ticket t
		where t.id = p_ticket and t.filed_at = p_at and p_at > now() - interval '5 min' on conflict do nothing;
	return found;
end $$;

-- What the list tells of a ticket of the caller; NULL for one that is none. unread: something was told since it was opened last; waiting: a
-- question waits for an answer.
create function citizen_ticket_item(p_ticket uuid, p_now timestamptz, p_soon timestamptz) returns text language plpgsql stable security definer
set search_path = tiepdan, pg_temp as $$
begin
	return (
		select json_build_object('id', t.id, 'code', t.code, 'kind', t.kind, 'title', t.title, 'state', t.state, 'state_vi', s.name_vi, 'state_en', s.name_en,
			'holder', department_named(t.holder), 'deadlines', deadlines_of(t.id, p_now, p_soon),
			'unread', exists (select from event e where e.ticket = t.id and e.at > l.seen_at and e.public_vi is not null and e.actor_kind <> 'ticket'),
			'waiting', exists (select from question q where q.ticket = t.id and q.ended_at is null and q.until_at > p_now),
			'filed_at', instant(t.filed_at), 'updated_at', instant(t.updated_at), 'linked_at', instant(l.linked_at))::text
		from citizen_ticket l join ticket t on t.id = l.ticket join state s on s.code = t.state
		where l.citizen = caller_citizen() and l.ticket = p_ticket and sees(t));
end $$;

-- The caller opens one of their tickets: what its secret is made of.
create function citizen_ticket_open(p_ticket uuid, p_at timestamptz, out code text, out number bigint, out generation bigint) language plpgsql
security definer set search_path = tiepdan, pg_temp as $$
begin
	update citizen_ticket l set seen_at = p_at from ticket t
		where l.citizen = caller_citizen() and l.ticket = p_ticket and t.id = l.ticket and sees(t)
		returning t.code, t.number, t.generation into code, number, generation;
	if not found then
		raise exception 'no such ticket' using errcode = 'TD404';
	end if;
end $$;

-- A ticket of which the caller has shown code and secret. TD653: there are too many.
create function citizen_ticket_add(p_number bigint, p_generation bigint, p_at timestamptz, p_soon timestamptz, out body text) language plpgsql
security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_tracked(p_number, p_generation, false);
begin
	perform from citizen where id = caller_citizen() for update;
	if (select count(*) from citizen_ticket where citizen = caller_citizen()) >= (select value from setting where name = 'citizen_tickets_most') then
		raise exception 'too many tickets' using errcode = 'TD653';
	end if;
	insert into citizen_ticket (citizen, ticket, generation, linked_at, seen_at) values (caller_citizen(), t.id, t.generation, p_at, p_at)
		on conflict (citizen, ticket) do update set generation = excluded.generation;
	body := citizen_ticket_item(t.id, p_at, p_soon);
end $$;

create function citizen_ticket_drop(p_ticket uuid) returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	delete from citizen_ticket where citizen = caller_citizen() and ticket = p_ticket;
	if not found then
		raise exception 'no such ticket' using errcode = 'TD404';
	end if;
end $$;

-- As in 0081, whose own stays for servers of before; `account`: there is one with this address. `p_account`: its index.
create function personal_data_search(p_phone bytea, p_email bytea, p_account bytea, p_purpose text, p_events uuid[], p_at timestamptz) returns text
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	return (personal_data_search(p_phone, p_email, p_purpose, p_events, p_at)::jsonb
		|| jsonb_build_object('account', exists (select from citizen where email_index = p_account)))::text;
end $$;

-- --- sweeping, and a new master key --------------------------------------------------------------------------------------------------------

-- As in 0083; letters with codes are counted for an hour.
create or replace function forget_sessions(p_before timestamptz, p_limit bigint)
returns bigint language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_gone bigint;
begin
	delete from login_code where expires_at < p_before;
	delete from citizen_code where id in (select id from citizen_code where expires_at < now() - interval '1 hour' order by expires_at limit p_limit
		for update skip locked);
	perform citizen_sweep(least(p_limit, 500));
	delete from second_factor where confirmed_at is null and made_at < now() - interval '1 day';
	delete from sign_in_brake where slot in (select slot from sign_in_brake where last_at < now() - interval '1 day' order by slot limit 10000
		for update skip locked);
	perform forget_glass(p_before);
	delete from session where id in (select id from session where expires_at < p_before limit p_limit for update skip locked);
	get diagnostics v_gone = row_count;
	return v_gone;
end $$;

-- Sessions of servers that do not say, in their name (serve/worker.c), that they have the master key of an epoch: what is sealed under it they
-- cannot open. No session, no server: what has died holds up nobody.
create function servers_behind(p_epoch bigint) returns table (pid int, name text) language sql stable set search_path = tiepdan, pg_temp as $$
	select a.pid, a.application_name from pg_stat_activity a join pg_roles r on r.oid = a.usesysid
	where a.datname = current_database() and not r.rolsuper and pg_has_role(r.oid, 'tiepdan_app', 'member')
		and r.oid <> (select nspowner from pg_namespace where nspname = 'tiepdan')
		and coalesce(substring(a.application_name from '^tiepdan key (\d{1,9})$')::bigint, 0) < p_epoch
$$;
-- As in 0081; nothing before every server that runs has the key. After the contacts come citizens, a portion at a time, with the second factors. `factor`: no contact. Codes end before their
-- key goes. One worker at a time, however many there are: who
-- has asked for a portion keeps it for a minute, or until it is stored.
alter table reseal add column leased_until timestamptz;
create or replace function reseal_next(p_epoch bigint, p_limit bigint)
returns table (last uuid, factor boolean, owner uuid, epoch bigint, wrapped bytea, box bytea) language plpgsql security definer
set search_path = tiepdan, pg_temp set enable_seqscan = off set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
declare
	v_none uuid := '00000000-0000-0000-0000-000000000000';
	r reseal;
	v_last uuid;
	v_citizens uuid[];
begin
	insert into reseal (epoch) values (p_epoch) on conflict do nothing;
	select * into r from reseal where epoch = p_epoch for update skip locked;
	if r.epoch is null or r.ended_at > now() - interval '1 day' or r.leased_until > now() or exists (select from servers_behind(p_epoch)) then
		return;
	end if;
	update reseal set leased_until = now() + interval '1 min' where epoch = p_epoch;
	v_last := (select ticket from contact where ticket > coalesce(r.after, v_none) order by ticket offset p_limit - 1 limit 1);
	if v_last is null then
		v_citizens := array(select c.id from citizen c where c.id > coalesce(r.citizens_after, v_none) and c.epoch < p_epoch order by c.id limit p_limit);
		v_last := case when cardinality(v_citizens) = p_limit then coalesce(r.after, v_none) end;
		update reseal set citizens_after = case when v_last is not null then v_citizens[p_limit] end where epoch = p_epoch;
	end if;
	return query select v_last, null::boolean, null::uuid, null::bigint, null::bytea, null::bytea
		union all select v_last, false, c.ticket, c.epoch, c.wrapped, c.box from contact c
			where c.ticket > coalesce(r.after, v_none) and (v_citizens is not null or c.ticket <= v_last) and c.epoch < p_epoch and c.wrapped is not null
		union all select v_last, true, c.id, c.epoch, c.wrapped, c.box from citizen c where c.id = any (v_citizens)
		union all (select v_last, true, f.account, f.epoch, f.wrapped, f.box from second_factor f where v_last is null and f.epoch < p_epoch);
end $$;

create or replace function reseal_store(p_epoch bigint, p_last uuid, p_factors boolean[], p_owners uuid[], p_olds bytea[], p_wrapped bytea[], p_boxes bytea[])
returns bigint language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_kept bigint;
begin
	perform from contact c where c.ticket = any (p_owners) order by c.ticket for no key update;
	with kept as (
		update contact c set epoch = p_epoch, wrapped = n.wrapped, box = n.box
		from unnest(p_factors, p_owners, p_olds, p_wrapped, p_boxes) n (factor, owner, old, wrapped, box)
		where not n.factor and c.ticket = n.owner and c.box = n.old returning 1),
	citizens as (
		update citizen c set epoch = p_epoch, wrapped = n.wrapped, box = n.box
		from unnest(p_factors, p_owners, p_olds, p_wrapped, p_boxes) n (factor, owner, old, wrapped, box)
		where n.factor and c.id = n.owner and c.box = n.old returning 1),
	factors as (
		update second_factor f set epoch = p_epoch, wrapped = n.wrapped, box = n.box
		from unnest(p_factors, p_owners, p_olds, p_wrapped, p_boxes) n (factor, owner, old, wrapped, box)
		where n.factor and f.account = n.owner and f.box = n.old returning 1)
	select (select count(*) from kept) + (select count(*) from citizens) + (select count(*) from factors) into v_kept;
	update reseal set after = p_last, ended_at = case when p_last is null then now() end, leased_until = null where epoch = p_epoch;
	return v_kept;
end $$;

revoke execute on function servers_behind, caller_citizen, caller_linked, caller_signed_in, citizen_tell, session_tell, citizen_item, session_renew(uuid, bigint, bigint, bigint),
	citizen_sessions_end, citizen_code_make, caller_citizen_proven, citizen_letter, citizen_end, citizen_sweep, citizen_code_ask, citizen_email_ask, citizen_code_take, citizen_session_make, citizen_sign_in,
	citizen_sign_in_oidc, citizen_letters, citizen_show, citizen_email_set, citizen_erase, citizen_events, citizen_file, citizen_ticket_item,
	citizen_ticket_open, citizen_ticket_add, citizen_ticket_drop,
	personal_data_search(bytea, bytea, bytea, text, uuid[], timestamptz) from public;
grant execute on function caller_citizen, caller_linked, session_renew(uuid, bigint, bigint, bigint), citizen_code_ask, citizen_email_ask, citizen_sign_in,
	citizen_sign_in_oidc, citizen_letters, citizen_show, citizen_email_set, citizen_erase, citizen_events, citizen_file, citizen_ticket_item,
	citizen_ticket_open, citizen_ticket_add, citizen_ticket_drop,
	personal_data_search(bytea, bytea, bytea, text, uuid[], timestamptz) to tiepdan_app;
