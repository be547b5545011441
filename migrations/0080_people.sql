-- People prove who they are: a password with a second factor (RFC 6238) and codes for the day the phone is lost; sessions that are
-- renewed, listed and ended; programs with keys of their own. Every secret that stands here is hashed, or sealed under a key that is not
-- in the database. A server of before opens sessions as it did: by one-time code, with everything that the account may do.
set local search_path = tiepdan, public;

alter table account add column machine boolean not null default false;
comment on column account.machine is 'a program: it has keys, and never signs in';

alter table session add column means text not null default 'code',
	add column assurance smallint not null default 1,
	add column roles text[],
	add column withheld text[],
	add column generation bigint not null default 1,
	add column renewed_at timestamptz,
	add column client text,
	add column name text,
	add column end_reason text,
	add constraint session_means check (means in ('code', 'password', 'key')),
	add constraint session_assurance check (assurance in (1, 2)),
	add constraint session_end_reason check (end_reason in ('signed_out', 'ended', 'reused', 'replaced', 'switched_off', 'revoked')),
	add constraint session_client_length check (char_length(client) <= 200),
	add constraint session_key_named check ((means = 'key') = (name is not null) and char_length(name) between 1 and 100);
comment on column session.assurance is 'how many factors were shown';
comment on column session.roles is 'of a key: what it may use of the roles of its account; NULL: all';
comment on column session.withheld is 'roles that need two factors, where one was shown; NULL: none';
comment on column session.generation is 'which refresh token opens it; one of before, shown later, ends it (RFC 9700 section 4.14.2)';
comment on column session.client is 'what the program of the person calls itself, so that they know it in the list';
comment on column session.name is 'of a key: what it is for';
create index session_account on session (account, expires_at);

create table password (
	account uuid not null,
	hash    text not null,
	set_at  timestamptz not null default now(),
	constraint password_pk primary key (account),
	constraint password_account_fk foreign key (account) references account,
	constraint password_hashed check (hash like '$argon2id$%' and length(hash) < 128)
);
comment on table password is 'argon2id of an HMAC of account and password under a key outside the database.';

create table second_factor (
	account      uuid not null,
	epoch        bigint not null,
	wrapped      bytea not null,
	box          bytea not null,
	made_at      timestamptz not null default now(),
	confirmed_at timestamptz,
	last_step    bigint not null default 0,
	constraint second_factor_pk primary key (account),
	constraint second_factor_account_fk foreign key (account) references account
);
comment on table second_factor is 'Secrets of time-based codes, sealed (auth/seal.h).';
comment on column second_factor.last_step is 'the step of time of the last code that was taken: no code counts twice (RFC 6238 section 5.2)';

create table recovery_code (
	account   uuid not null,
	code_hash bytea not null,
	constraint recovery_code_pk primary key (account, code_hash),
	constraint recovery_code_account_fk foreign key (account) references account,
	constraint recovery_code_hashed check (length(code_hash) = 32)
);
comment on table recovery_code is 'Stand in for the second factor, once each; HMACs under a key outside the database.';

-- Slots and not keys: a stranger cannot make it grow, and nothing in it says who tried. After a crash it is empty.
create unlogged table sign_in_brake (
	slot     int not null,
	failures int not null,
	last_at  timestamptz not null,
	constraint sign_in_brake_pk primary key (slot)
);
comment on table sign_in_brake is 'Attempts to sign in since the last one that was right, by a slot of a keyed hash of login and place.';

create table account_event (
	id      uuid not null default gen_random_uuid(),
	at      timestamptz not null default clock_timestamp(),
	account uuid not null,
	type    text not null,
	actor   uuid,
	session uuid,
	data    jsonb,
	constraint account_event_pk primary key (id),
	constraint account_event_account_fk foreign key (account) references account,
	constraint account_event_actor_fk foreign key (actor) references account,
	constraint account_event_type check (type in ('session.opened', 'session.ended', 'session.reused', 'password.set', 'password.removed',
		'second_factor.on', 'second_factor.off', 'recovery_codes.made', 'recovery_code.used', 'account.made', 'account.changed',
		'invitation.made', 'key.made', 'key.revoked'))
);
comment on table account_event is 'What happened to the identity of people, for themselves and for the auditor.';
create index account_event_account on account_event (account, at desc, id desc);
create index account_event_actor on account_event (actor) where actor is not null;

create function account_event_stays() returns trigger language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	raise exception 'events of accounts are not changed';
end $$;
create trigger account_event_stays before update or delete on account_event for each row execute function account_event_stays();

alter table password enable row level security;
alter table second_factor enable row level security;
alter table recovery_code enable row level security;
alter table sign_in_brake enable row level security;
alter table account_event enable row level security;
revoke all on password, second_factor, recovery_code, sign_in_brake, account_event from public;

-- --- the caller -------------------------------------------------------------------------------------------------------------------

-- Whether a session may use a role of its account.
create function session_holds(s session, p_role text) returns boolean language sql immutable parallel safe as $$
	select (s.roles is null or p_role = any (s.roles)) and (s.withheld is null or p_role <> all (s.withheld))
$$;

-- As in 0007; the session may hold less than its account. At the head of each request of staff: planning for the roles at hand took longer
-- than the rest of it.
create or replace function caller_enter(p_kind text, p_account uuid, p_session uuid, p_read_only boolean, p_timeout_ms bigint)
returns void language plpgsql security definer set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
	v record;
begin
	if p_kind = 'staff' then
		select a.department, array(select role from account_role r where r.account = a.id and session_holds(s, r.role)) as roles
			into v from session s join account a on a.id = s.account
			where s.id = p_session and s.account = p_account and s.closed_at is null and s.expires_at > now() and a.active;
		if not found then
			raise exception 'the session has ended' using errcode = 'TD401';
		end if;
		perform set_config('app.account', p_account::text, true), set_config('app.session', p_session::text, true),
			set_config('app.department', v.department::text, true), set_config('app.roles', v.roles::text, true),
			set_config('app.sees_all', array(select sight from sight_right where role = any (v.roles) and scope = 'all')::text, true),
			set_config('app.sees_own', array(select sight from sight_right where role = any (v.roles) and scope = 'own')::text, true);
	elsif p_kind in ('anyone', 'ticket', 'job') then
		perform set_config(name, '', true)
			from unnest('{app.account,app.session,app.department,app.roles,app.sees_all,app.sees_own}'::text[]) name;
	else
		raise exception 'unknown kind of caller "%"', p_kind;
	end if;
	perform set_config('statement_timeout', p_timeout_ms::text, true);
	if p_read_only then
		perform set_config('transaction_read_only', 'on', true);
	end if;
end $$;

-- The caller's session, where it is that of a person: a key changes nothing of the identity that it stands for (TD403).
create function caller_person() returns session language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v session;
begin
	select * into v from session where id = caller_session();
	if v.means is distinct from 'code' and v.means is distinct from 'password' then
		raise exception 'only a person who has signed in may do this' using errcode = 'TD403';
	end if;
	return v;
end $$;

create function account_tell(p_account uuid, p_type text, p_session uuid, p_data jsonb default null) returns void language sql
set search_path = tiepdan, pg_temp as $$
	insert into account_event (account, type, actor, session, data) values (p_account, p_type, coalesce(caller_account(), case
		when p_type like 'session.%' then p_account end), p_session, p_data)
$$;

-- Ends sessions of an account, but for one; keys of programs stay.
create function sessions_end(p_account uuid, p_except uuid, p_reason text) returns void language sql set search_path = tiepdan, pg_temp as $$
	update session set closed_at = now(), end_reason = p_reason
	where account = p_account and closed_at is null and expires_at > now() and means <> 'key' and id is distinct from p_except
$$;

-- --- signing in -------------------------------------------------------------------------------------------------------------------

-- How long after `p_failures` attempts the next one has to wait: `p_free` of them do not, then it doubles up to a quarter of an hour.
create function brake_delay(p_failures bigint, p_free bigint) returns interval language sql immutable parallel safe as $$
	select case when p_failures <= p_free then interval '0' else least(interval '15 min', interval '1 s' * 2 ^ least(p_failures - p_free - 1, 20)::float8) end
$$;

-- Takes an attempt before it is looked at, so that many at once count as many; sign_in() gives those of the place back. Returns the seconds
-- to wait, 0: go on. Nothing is taken of somebody who has to wait: otherwise others could keep them waiting for ever.
create function brake_take(p_slots bigint[], p_free bigint[]) returns bigint language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_wait interval;
begin
	insert into sign_in_brake select s, 0, now() from unnest(p_slots) s order by s on conflict do nothing;
	perform from sign_in_brake where slot = any (p_slots) order by slot for update;
	v_wait := (select max(b.last_at + brake_delay(b.failures, p.free) - clock_timestamp())
		from unnest(p_slots, p_free) p (slot, free) join sign_in_brake b using (slot) where b.last_at > now() - interval '1 day');
	if v_wait > interval '0' then
		return ceil(extract(epoch from v_wait));
	end if;
	update sign_in_brake set failures = case when last_at > now() - interval '1 day' then failures else 0 end + 1, last_at = clock_timestamp()
		where slot = any (p_slots);
	return 0;
end $$;

-- What was taken is given back: it was right. In the order of slots, as they are taken.
create function brake_release(p_slots bigint[]) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	perform from sign_in_brake where slot = any (p_slots) order by slot for update;
	update sign_in_brake set failures = 0 where slot = any (p_slots);
end $$;

-- What an attempt to sign in is compared with, or how long it has to wait. One row, also for a login that nobody has, and with a one-time code
-- for one that has another: nothing is told of an account before something of it was shown.
create type sign_in_offer as (wait_s bigint, account uuid, hash text, epoch bigint, wrapped bytea, box bytea, last_step bigint);
create function sign_in_begin(p_login text, p_code_hash bytea, p_slots bigint[], p_free bigint[]) returns sign_in_offer language plpgsql security definer
set search_path = tiepdan, pg_temp as $$
declare
	v sign_in_offer;
begin
	v.wait_s := brake_take(p_slots, p_free);
	if v.wait_s = 0 then
		select 0, a.id, p.hash, f.epoch, f.wrapped, f.box, f.last_step into v
			from (select) x left join account a on a.login = lower(p_login) and a.active and not a.machine and (p_code_hash is null
					or exists (select from login_code c where c.account = a.id and c.code_hash = p_code_hash and c.expires_at > now()))
				left join password p on p.account = a.id
				left join second_factor f on f.account = a.id and f.confirmed_at is not null;
	end if;
	return v;
end $$;

-- A session of somebody who has proved who they are. With one factor it holds none of the roles that need two, also none that the account
-- is given later.
create type session_opened as (account uuid, roles text, department bigint, expires timestamptz, generation bigint, body text);
create function session_make(p_account uuid, p_session uuid, p_means text, p_assurance int, p_expires timestamptz, p_strong text[], p_client text)
returns session_opened language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	insert into session (id, account, expires_at, means, assurance, withheld, client) values (p_session, p_account, p_expires, p_means, p_assurance,
		case when p_assurance < 2 then nullif(p_strong, '{}') end, left(p_client, 200));
	perform account_tell(p_account, 'session.opened', p_session, jsonb_build_object('means', p_means, 'assurance', p_assurance));
	return session_answer(s) from session s where s.id = p_session;
end $$;
create function session_answer(s session) returns session_opened language sql stable set search_path = tiepdan, pg_temp as $$
	select a.id, (select string_agg(r.role, ',' order by r.role) from account_role r
			where r.account = a.id and session_holds(s, r.role)), a.department, s.expires_at, s.generation, account_item(a.id)
		from account a where a.id = s.account
$$;

-- Signs in with what sign_in_begin() was asked for and the caller has looked at: a password that was right, or here a one-time code, which
-- is used up; and besides a step of the second factor or a recovery code, wherever there is a second factor. Each counts once: of two
-- requests with the same one, one gets TD410, as all do whose account is gone meanwhile. `p_hash`: the password hashed anew, because
-- guessing has to cost more today. `p_seen` and `p_box` are the hash and the second factor that were looked at: what has taken their place
-- meanwhile was not.
create function sign_in(p_account uuid, p_code_hash bytea, p_seen text, p_step bigint, p_box bytea, p_recovery bytea, p_hash text, p_slots bigint[],
	p_session uuid, p_expires timestamptz, p_strong text[], p_client text)
returns session_opened language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_assurance int := case when p_step is null and p_recovery is null then 1 else 2 end;
begin
	perform from account where id = p_account and active and not machine for share;
	if not found or v_assurance = 1 and exists (select from second_factor where account = p_account and confirmed_at is not null)
		or p_code_hash is null and not password_is(p_account, p_seen) or not sign_in_uses(p_account, p_code_hash, p_step, p_box, p_recovery) then
		raise exception 'wrong password or code' using errcode = 'TD410';
	end if;
	if p_recovery is not null then
		perform account_tell(p_account, 'recovery_code.used', p_session);
	end if;
	update password set hash = p_hash where account = p_account and p_hash is not null;
	perform brake_release(p_slots);
	return session_make(p_account, p_session, case when p_code_hash is null then 'password' else 'code' end, v_assurance, p_expires, p_strong, p_client);
end $$;
-- Whether this is the hash still; it stays so until the end of the transaction.
create function password_is(p_account uuid, p_hash text) returns boolean language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	perform from password where account = p_account and hash = p_hash for update;
	return found;
end $$;
-- Uses up what counts once; false: it has been used.
create function sign_in_uses(p_account uuid, p_code_hash bytea, p_step bigint, p_box bytea, p_recovery bytea) returns boolean language plpgsql
set search_path = tiepdan, pg_temp as $$
begin
	if p_code_hash is not null then
		delete from login_code where account = p_account and code_hash = p_code_hash and expires_at > now();
		if not found then
			return false;
		end if;
	end if;
	if p_step is not null then
		update second_factor set last_step = p_step where account = p_account and confirmed_at is not null and box = p_box and last_step < p_step;
		return found;
	elsif p_recovery is not null then
		delete from recovery_code where account = p_account and code_hash = p_recovery;
		return found;
	end if;
	return true;
end $$;

-- As in 0010, for servers of before, which know no second factor: where there is one they let nobody in.
create or replace function session_open(p_login text, p_code_hash bytea, p_session uuid, p_expires timestamptz,
	out account uuid, out roles text, out department bigint, out body text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	delete from login_code c using account a
		where a.login = lower(p_login) and a.active and not a.machine and c.account = a.id and c.code_hash = p_code_hash and c.expires_at > now()
			and not exists (select from second_factor f where f.account = a.id and f.confirmed_at is not null)
		returning a.id, a.department into account, department;
	if account is null then
		raise exception 'wrong sign-in code' using errcode = 'TD410';
	end if;
	insert into session (id, account, expires_at) values (p_session, session_open.account, p_expires);
	roles := (select string_agg(r.role, ',' order by r.role) from account_role r where r.account = session_open.account);
	body := account_item(session_open.account);
end $$;

-- --- sessions ---------------------------------------------------------------------------------------------------------------------

create or replace function session_close() returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	perform caller_person();
	update session set closed_at = now(), end_reason = 'signed_out' where id = caller_session() and closed_at is null;
end $$;

-- Renews a session with its refresh token. The same token again within half a minute gets the same answer, because answers get lost;
-- later it has been stolen, from the person or by them, and the session ends. `state`: renewed, ended or reused.
create function session_renew(p_session uuid, p_generation bigint, p_idle_minutes bigint, out state text, out opened session_opened)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v session;
begin
	select s.* into v from session s join account a on a.id = s.account
		where s.id = p_session and s.means <> 'key' and s.closed_at is null and s.expires_at > now() and a.active for update of s;
	if not found or coalesce(v.renewed_at, v.opened_at) < now() - p_idle_minutes * interval '1 min' then
		state := 'ended';
		return;
	end if;
	if p_generation = v.generation then
		update session set generation = generation + 1, renewed_at = now() where id = v.id returning * into v;
	elsif p_generation <> v.generation - 1 or v.renewed_at < now() - interval '30 s' then
		update session set closed_at = now(), end_reason = 'reused' where id = v.id;
		perform account_tell(v.account, 'session.reused', v.id);
		state := 'reused';
		return;
	end if;
	state := 'renewed';
	opened := session_answer(v);
end $$;

create function session_item(s session) returns json language sql stable set search_path = tiepdan, pg_temp as $$
	select json_build_object('id', s.id, 'means', s.means, 'assurance', s.assurance, 'client', s.client, 'opened_at', instant(s.opened_at),
		'used_at', instant(coalesce(s.renewed_at, s.opened_at)), 'expires_at', instant(s.expires_at), 'current', s.id = caller_session())
$$;

-- The caller's own sessions that are open; of a person at most a few dozen, so in one answer.
create function session_list() returns text language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
begin
	perform caller_person();
	return (select json_build_object('items', coalesce(json_agg(session_item(s) order by s.opened_at desc, s.id), '[]'))
		from (select * from session where account = caller_account() and means <> 'key' and closed_at is null and expires_at > now()
			order by opened_at desc, id limit 200) s);
end $$;

-- Ends one of the caller's own sessions, or with NULL all but the present one.
create function session_end(p_session uuid) returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_own uuid := (caller_person()).account;
begin
	if p_session is null then
		perform sessions_end(v_own, caller_session(), 'ended');
	else
		update session set closed_at = now(), end_reason = 'ended'
			where id = p_session and account = v_own and means <> 'key' and closed_at is null and expires_at > now();
		if not found then
			raise exception 'no such session' using errcode = 'TD404';
		end if;
	end if;
	perform account_tell(v_own, 'session.ended', p_session);
end $$;

create or replace function me_show(out body text) language sql stable security definer set search_path = tiepdan, pg_temp as $$
	select json_build_object('account', account_item(s.account)::json, 'language', a.language, 'expires_at', instant(s.expires_at),
		'means', s.means, 'assurance', s.assurance, 'roles', (select coalesce(json_agg(o.code order by o.position), '[]')
			from role o where o.code = any (caller_roles())),
		'password', exists (select from password p where p.account = a.id),
		'second_factor', exists (select from second_factor f where f.account = a.id and f.confirmed_at is not null),
		'recovery_codes', (select count(*) from recovery_code c where c.account = a.id))::text
	from session s join account a on a.id = s.account where s.id = caller_session()
$$;

-- --- what is a person's own ---------------------------------------------------------------------------------------------------------

create function own_fresh(s session) returns boolean language sql stable set search_path = tiepdan, pg_temp as $$
	select s.means = 'code' and s.opened_at > now() - interval '15 min'
$$;
-- What has to be shown before the password or the second factor is changed: the row of sign_in_begin() for the caller. Somebody who has
-- just come in with a one-time code has shown enough (`fresh`): that is how a first password is set, and a forgotten one.
create type own_offer as (offer sign_in_offer, login text, fresh boolean);
create function own_begin(p_slots bigint[], p_free bigint[]) returns own_offer language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_session session := caller_person();
	v own_offer;
begin
	v.login := (select login from account where id = v_session.account);
	v.offer := sign_in_begin(v.login, null, p_slots, p_free);
	v.fresh := own_fresh(v_session);
	return v;
end $$;

-- Sets the password: it ends what was open besides, and one-time codes.
create function password_set(p_hash text, p_slots bigint[]) returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_own uuid := (caller_person()).account;
begin
	insert into password (account, hash) values (v_own, p_hash) on conflict (account) do update set hash = excluded.hash, set_at = now();
	delete from login_code where account = v_own;
	perform brake_release(p_slots);
	perform sessions_end(v_own, caller_session(), 'replaced');
	perform account_tell(v_own, 'password.set', caller_session());
end $$;

-- A new second factor, which counts once it is confirmed; returns the login. `p_seen`: the hash of the password that was shown; NULL: the
-- caller has just come in with a one-time code. A token that was stolen is not enough. TD630: there is one that is confirmed.
create function second_factor_begin(p_epoch bigint, p_wrapped bytea, p_box bytea, p_seen text, p_slots bigint[]) returns text language plpgsql security definer
set search_path = tiepdan, pg_temp as $$
declare
	v_own uuid := (caller_person()).account;
begin
	if not (case when p_seen is null then own_fresh(caller_person()) else password_is(v_own, p_seen) end) then
		raise exception 'nothing was shown' using errcode = 'TD410';
	end if;
	perform brake_release(p_slots);
	insert into second_factor (account, epoch, wrapped, box) values (v_own, p_epoch, p_wrapped, p_box)
		on conflict (account) do update set epoch = excluded.epoch, wrapped = excluded.wrapped, box = excluded.box, made_at = now(), last_step = 0
			where second_factor.confirmed_at is null;
	if not found then
		raise exception 'there is a second factor' using errcode = 'TD630';
	end if;
	return (select login from account where id = v_own);
end $$;

-- The one that waits for its first code; TD631: there is none, or it was begun too long ago.
create function second_factor_waiting(out epoch bigint, out wrapped bytea, out box bytea, out login text) language plpgsql security definer
set search_path = tiepdan, pg_temp as $$
begin
	select f.epoch, f.wrapped, f.box, a.login into epoch, wrapped, box, login from second_factor f join account a on a.id = f.account
		where f.account = (caller_person()).account and f.confirmed_at is null and f.made_at > now() - interval '15 min';
	if not found then
		raise exception 'no second factor waits' using errcode = 'TD631';
	end if;
end $$;

create function recovery_codes_set(p_account uuid, p_hashes bytea[]) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	delete from recovery_code where account = p_account;
	insert into recovery_code select p_account, h from unnest(p_hashes) h;
	perform account_tell(p_account, 'recovery_codes.made', caller_session());
end $$;

-- The first code was right: the factor counts, this session has shown it, and others have not and end.
create function second_factor_confirm(p_box bytea, p_step bigint, p_recovery bytea[]) returns void language plpgsql security definer
set search_path = tiepdan, pg_temp as $$
declare
	v_own uuid := (caller_person()).account;
begin
	update second_factor set confirmed_at = now(), last_step = p_step where account = v_own and box = p_box and confirmed_at is null;
	if not found then
		raise exception 'no second factor waits' using errcode = 'TD631';
	end if;
	perform recovery_codes_set(v_own, p_recovery);
	perform sessions_end(v_own, caller_session(), 'replaced');
	update session set assurance = 2, withheld = null where id = caller_session();
	perform account_tell(v_own, 'second_factor.on', caller_session());
end $$;

-- Takes the second factor away (`p_off`), or makes new recovery codes. What was shown counts once, as in sign_in().
create function second_factor_use(p_step bigint, p_box bytea, p_recovery bytea, p_off boolean, p_fresh bytea[], p_slots bigint[], p_strong text[])
returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_own uuid := (caller_person()).account;
begin
	if p_step is null and p_recovery is null or not sign_in_uses(v_own, null, p_step, p_box, p_recovery) then
		raise exception 'wrong code' using errcode = 'TD410';
	end if;
	if p_recovery is not null then
		perform account_tell(v_own, 'recovery_code.used', caller_session());
	end if;
	perform brake_release(p_slots);
	if p_off then
		perform second_factor_drop(v_own, p_strong);
	else
		perform recovery_codes_set(v_own, p_fresh);
	end if;
end $$;

create function second_factor_drop(p_account uuid, p_strong text[]) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	delete from second_factor where account = p_account;
	delete from recovery_code where account = p_account;
	update session set assurance = 1, withheld = nullif(p_strong, '{}') where account = p_account and closed_at is null and means <> 'key';
	perform account_tell(p_account, 'second_factor.off', caller_session());
end $$;

-- --- administering people -----------------------------------------------------------------------------------------------------------

-- The account with what an administrator has to know of it.
create function person_item(p_account uuid) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (select (account_item(a.id)::jsonb || jsonb_build_object('active', a.active, 'machine', a.machine, 'email', a.email,
			'language', a.language, 'password', exists (select from password p where p.account = a.id),
			'second_factor', exists (select from second_factor f where f.account = a.id and f.confirmed_at is not null),
			'sessions', (select count(*) from session s where s.account = a.id and s.closed_at is null and s.expires_at > now() and s.means <> 'key')))::text
		from account a where a.id = p_account);
end $$;

create function account_for_admin(p_account uuid) returns account language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	a account;
begin
	perform caller_person();
	if not 'admin' = any (caller_roles()) then
		raise exception 'only administrators may do this' using errcode = 'TD403';
	end if;
	select * into a from account where id = p_account;
	if not found and p_account is not null then
		raise exception 'no such account' using errcode = 'TD404';
	end if;
	return a;
end $$;

-- Of an administrator who is the last one that is active nothing is taken away (TD632).
create function admin_stays() returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	if not exists (select from account a join account_role r on r.account = a.id where a.active and not a.machine and r.role = 'admin') then
		raise exception 'nobody would be left to administer' using errcode = 'TD632';
	end if;
end $$;

-- The roles of citizens and of the server itself are nobody's.
create function roles_for_accounts(p_roles text[]) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	if p_roles && '{citizen,job}' then
		raise exception 'no role of an account in %', p_roles using errcode = 'foreign_key_violation', constraint = 'account_role_role_fk';
	end if;
end $$;

create function person_make(p_login text, p_name text, p_department text, p_roles text[], p_email text, p_language text, p_machine boolean,
	out account uuid, out body text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	perform account_for_admin(null);
	perform roles_for_accounts(p_roles);
	perform pg_advisory_xact_lock(hashtext('tiepdan.account'));
	if exists (select from account a where a.login = lower(p_login)) then
		raise exception 'the login is taken' using errcode = 'unique_violation', constraint = 'account_login';
	end if;
	account := account_language_save(account_email_save(account_save(p_login, p_name, p_department, p_roles), p_email), p_language);
	update account a set machine = true where a.id = person_make.account and p_machine;
	perform account_tell(account, 'account.made', caller_session(), jsonb_build_object('roles', p_roles, 'department', p_department));
	body := person_item(account);
end $$;

create function person_show(p_account uuid) returns text language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
begin
	return person_item((account_for_admin(p_account)).id);
end $$;

-- NULL leaves what it is about as it is. Less rights count from the next request on; switched off ends sessions and keys at once.
create function person_change(p_account uuid, p_name text, p_department text, p_roles text[], p_email text, p_language text, p_active boolean)
returns text language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	a account;
begin
	perform pg_advisory_xact_lock(hashtext('tiepdan.account'));
	a := account_for_admin(p_account);
	perform roles_for_accounts(p_roles);
	if p_active = false then
		update session set closed_at = now(), end_reason = 'switched_off' where account = a.id and closed_at is null;
	end if;
	perform account_language_save(account_email_save(account_save(a.login, coalesce(p_name, a.name),
		coalesce(p_department, (select code from department where id = a.department)),
		coalesce(p_roles, array(select role from account_role where account = a.id)), coalesce(p_active, a.active)), p_email), p_language);
	perform admin_stays();
	perform account_tell(a.id, 'account.changed', caller_session(), jsonb_strip_nulls(jsonb_build_object('name', p_name <> a.name,
		'department', p_department, 'roles', p_roles, 'active', p_active, 'email', case when p_email <> a.email then true end, 'language', p_language)));
	return person_item(a.id);
end $$;

-- A one-time code for somebody who comes for the first time, or has lost what they sign in with; `p_reset` takes that away.
create function person_invite(p_account uuid, p_code_hash bytea, p_expires timestamptz, p_reset boolean) returns void language plpgsql security definer
set search_path = tiepdan, pg_temp as $$
declare
	a account := account_for_admin(p_account);
begin
	if a.machine or not a.active then
		raise exception 'no person who may sign in' using errcode = 'TD633';
	end if;
	if p_reset then
		delete from password where account = a.id;
		if found then
			perform account_tell(a.id, 'password.removed', caller_session());
		end if;
		if exists (select from second_factor where account = a.id) then
			perform second_factor_drop(a.id, '{}');
		end if;
		perform sessions_end(a.id, null, 'ended');
	end if;
	perform login_code_save(a.login, p_code_hash, p_expires);
	perform account_tell(a.id, 'invitation.made', caller_session(), jsonb_build_object('reset', p_reset));
end $$;

create function person_sessions_end(p_account uuid) returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	a account := account_for_admin(p_account);
begin
	perform sessions_end(a.id, caller_session(), 'ended');
	perform account_tell(a.id, 'session.ended', caller_session());
end $$;

-- What happened to an identity, newest first: one's own, or as administrator or auditor that of anybody.
create function account_events(p_account uuid, p_after text, p_limit bigint) returns table (item text, key text) language plpgsql stable security definer
set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	if p_account <> caller_account() and not caller_roles() && '{admin,auditor}' then
		raise exception 'only administrators and auditors may do this' using errcode = 'TD403';
	end if;
	if not exists (select from account where id = p_account) then
		raise exception 'no such account' using errcode = 'TD404';
	end if;
	return query select json_build_object('id', e.id, 'at', instant(e.at), 'type', e.type, 'actor', case when e.actor is not null then person_named(e.actor) end,
			'session', e.session, 'data', e.data)::text, concat_ws('|', e.at, e.id)
		from account_event e where e.account = p_account and (p_after is null
			or (e.at, e.id) < (split_part(p_after, '|', 1)::timestamptz, split_part(p_after, '|', 2)::uuid))
		order by e.at desc, e.id desc limit p_limit + 1;
end $$;

-- --- programs ---------------------------------------------------------------------------------------------------------------------

create function key_item(s session) returns json language sql stable set search_path = tiepdan, pg_temp as $$
	select json_build_object('id', s.id, 'name', s.name, 'roles', s.roles, 'made_at', instant(s.opened_at), 'expires_at', instant(s.expires_at),
		'revoked_at', instant(s.closed_at))
$$;

-- A key of a program: a session that lasts, with some of its roles. TD634: no program, too many keys, or a role that it does not have.
create function key_make(p_id uuid, p_account uuid, p_name text, p_roles text[], p_expires timestamptz, out department bigint, out body text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	a account := account_for_admin(p_account);
	v session;
begin
	perform from account where id = a.id for update;
	if not a.machine or not a.active or p_roles = '{}' or exists (select from unnest(p_roles) r where not exists (
			select from account_role x where x.account = a.id and x.role = r))
		or (select count(*) from session where account = a.id and means = 'key' and closed_at is null and expires_at > now()) >= 20 then
		raise exception 'no such key for this account' using errcode = 'TD634';
	end if;
	insert into session (id, account, expires_at, means, roles, name) values (p_id, a.id, p_expires, 'key', p_roles, p_name) returning * into v;
	perform account_tell(a.id, 'key.made', v.id, jsonb_build_object('name', p_name, 'roles', p_roles));
	department := a.department;
	body := key_item(v);
end $$;

create function key_list(p_account uuid) returns text language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
declare
	a account := account_for_admin(p_account);
begin
	return (select json_build_object('items', coalesce(json_agg(key_item(s) order by s.opened_at desc, s.id), '[]'))
		from (select * from session where account = a.id and means = 'key' order by opened_at desc, id limit 200) s);
end $$;

create function key_revoke(p_account uuid, p_key uuid) returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	a account := account_for_admin(p_account);
begin
	update session set closed_at = now(), end_reason = 'revoked' where id = p_key and account = a.id and means = 'key' and closed_at is null;
	if not found then
		raise exception 'no such key' using errcode = 'TD404';
	end if;
	perform account_tell(a.id, 'key.revoked', p_key);
end $$;

-- As in 0015, and what has become useless besides.
create or replace function forget_sessions(p_before timestamptz, p_limit bigint)
returns bigint language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_gone bigint;
begin
	delete from login_code where expires_at < p_before;
	delete from second_factor where confirmed_at is null and made_at < now() - interval '1 day';
	delete from sign_in_brake where slot in (select slot from sign_in_brake where last_at < now() - interval '1 day' order by slot limit 10000
		for update skip locked);
	delete from session where id in (select id from session where expires_at < p_before limit p_limit for update skip locked);
	get diagnostics v_gone = row_count;
	return v_gone;
end $$;

revoke execute on function own_fresh, password_is, brake_release, roles_for_accounts, session_holds, account_event_stays, caller_person, account_tell, sessions_end, brake_delay, brake_take, sign_in_begin, session_make,
	session_answer, sign_in, sign_in_uses, session_renew, session_item, session_list, session_end, own_begin, password_set, second_factor_begin,
	second_factor_waiting, recovery_codes_set, second_factor_confirm, second_factor_use, second_factor_drop, person_item, account_for_admin,
	admin_stays, person_make, person_show, person_change, person_invite, person_sessions_end, account_events, key_item, key_make, key_list,
	key_revoke from public;
grant execute on function sign_in_begin, sign_in, session_renew, session_list, session_end, own_begin, password_set,
	second_factor_begin, second_factor_waiting, second_factor_confirm, second_factor_use, person_make, person_show, person_change, person_invite,
	person_sessions_end, account_events, key_make, key_list, key_revoke to tiepdan_app;
