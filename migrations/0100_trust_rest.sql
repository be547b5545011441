-- What reviews of identity found: of two administrators nobody undoes what the other one has done, and who has lost the answer to a sign-in gets it.
set local search_path = tiepdan, public;

-- --- versions of accounts -----------------------------------------------------------------------------------------------------------

alter table account add column version bigint not null default 1;
comment on column account.version is 'of the account with its roles and those that wait: what an administrator has read before changing it';

create function account_versioned() returns trigger language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	new.version := old.version + 1;
	return new;
end $$;
create trigger account_versioned before update on account for each row when (old is distinct from new) execute function account_versioned();

-- Roles that are given, taken, asked for or decided about, by whatever way.
create function account_roles_versioned() returns trigger language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	update account set version = version + 1 where id = coalesce(new.account, old.account);
	return null;
end $$;
create trigger account_role_versioned after insert or update or delete on account_role
	for each row execute function account_roles_versioned();
create trigger account_grant_versioned after insert or update or delete on account_grant
	for each row execute function account_roles_versioned();

-- As in 0094, with the version.
create or replace function person_item(p_account uuid) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (select (account_item(a.id)::jsonb || jsonb_build_object('version', a.version, 'active', a.active, 'machine', a.machine, 'email', a.email,
			'language', a.language, 'password', exists (select from password p where p.account = a.id),
			'second_factor', exists (select from second_factor f where f.account = a.id and f.confirmed_at is not null),
			'sessions', (select count(*) from session s where s.account = a.id and s.closed_at is null and s.expires_at > now() and s.means <> 'key'),
			'grants', (select coalesce(jsonb_agg(jsonb_build_object('id', g.id, 'role', g.role, 'asked_at', instant(g.asked_at),
				'asked_by', person_named(g.asked_by)) order by g.asked_at, g.role), '[]') from account_grant g
				where g.account = a.id and g.decided_at is null)))::text
		from account a where a.id = p_account);
end $$;

-- As in 0094, of an account as it was read; the one without a version is for servers of before.
create function person_change(p_account uuid, p_version bigint, p_name text, p_department text, p_roles text[], p_email text, p_language text,
	p_active boolean)
returns text language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	a account;
begin
	perform pg_advisory_xact_lock(hashtext('tiepdan.account'));
	perform account_for_admin(p_account);
	select * into a from account where id = p_account for no key update;
	if a.version <> p_version then
		raise exception 'the account has version %', a.version using errcode = 'TD412';
	end if;
	-- Roles that go make room for those that come (admins_apart); one's own go last, or the rest would not be one's to do.
	delete from account_role where account = p_account and role <> all (p_roles) and account <> caller_account();
	return person_change(p_account, p_name, p_department, p_roles, p_email, p_language, p_active);
end $$;

revoke execute on function account_versioned, account_roles_versioned, person_change(uuid, bigint, text, text, text[], text, text, boolean) from public;
grant execute on function person_change(uuid, bigint, text, text, text[], text, text, boolean) to tiepdan_app;

-- --- a lost answer to a sign-in ------------------------------------------------------------------------------------------------------

-- A keyed hash of the whole request with its Idempotency-Key, which nobody guesses and which stands nowhere.
alter table session add column replay bytea,
	add constraint session_replay_hashed check (length(replay) = 32);
comment on column session.replay is 'the request that opened it (a keyed hash), which gets it once more for a minute; NULL: it did not say that it may come twice';

-- The session that the same request has opened a moment ago; no row: none. It is gone from here when it was renewed or has ended, or its person
-- has shown more than this request did: whoever has it has had the answer.
create function session_again(p_owner uuid, p_replay bytea) returns session language sql stable set search_path = tiepdan, pg_temp as $$
	select s from session s where s.id in (select id from session where account = p_owner union all select id from session where citizen = p_owner)
		and s.replay = p_replay and s.opened_at > now() - interval '1 min' and s.generation = 1 and s.closed_at is null and s.expires_at > now()
		and s.proved_at is null and not exists (select from second_factor f where f.account = s.account and f.confirmed_at > s.opened_at)
$$;

-- The same for a login, before anything is looked at: what counts once is used up already. What the attempt took is given back.
create function sign_in_again(p_login text, p_replay bytea, p_slots bigint[], out of_session uuid, out opened session_opened)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	s session := session_again((select id from account where login = lower(p_login) and active and not machine), p_replay);
begin
	if s.id is not null then
		perform brake_release(p_slots);
		of_session := s.id;
		opened := session_answer(s);
	end if;
end $$;

-- As in 0080; the same request, where two of them arrive at once, opens one session.
create function sign_in(p_account uuid, p_code_hash bytea, p_seen text, p_step bigint, p_box bytea, p_recovery bytea, p_hash text, p_slots bigint[],
	p_session uuid, p_expires timestamptz, p_strong text[], p_client text, p_replay bytea, out of_session uuid, out opened session_opened)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	r record;
begin
	if p_replay is not null then
		perform pg_advisory_xact_lock(hashtextextended('tiepdan.sign_in.' || encode(p_replay, 'hex'), 0));
		r := sign_in_again((select login from account where id = p_account), p_replay, p_slots);
		of_session := r.of_session;
		opened := r.opened;
	end if;
	if of_session is null then
		opened := sign_in(p_account, p_code_hash, p_seen, p_step, p_box, p_recovery, p_hash, p_slots, p_session, p_expires, p_strong, p_client);
		of_session := p_session;
		update session set replay = p_replay where id = p_session and p_replay is not null;
	end if;
end $$;

-- As in 0087, with a request that may come twice. Only with the right code is looked at what it has opened before.
create function citizen_sign_in(p_request uuid, p_right boolean, p_slots bigint[], p_free bigint[], p_session uuid, p_expires timestamptz, p_client text,
	p_replay bytea, out wait_s bigint, out of_session uuid, out opened session_opened)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	r record;
	s session;
begin
	r := citizen_sign_in(p_request, p_right, p_slots, p_free, p_session, p_expires, p_client);
	wait_s := r.wait_s;
	opened := r.opened;
	if (opened).account is not null then
		of_session := p_session;
		update session set replay = p_replay where id = p_session and p_replay is not null;
	elsif wait_s = 0 and p_right and p_replay is not null then
		s := session_again((select c.id from citizen c join citizen_code x using (email_index) where x.id = p_request), p_replay);
		if s.id is not null then
			perform brake_release(p_slots);
			of_session := s.id;
			opened := session_answer(s);
		end if;
	end if;
end $$;

revoke execute on function session_again, sign_in_again,
	sign_in(uuid, bytea, text, bigint, bytea, bytea, text, bigint[], uuid, timestamptz, text[], text, bytea, out uuid, out session_opened),
	citizen_sign_in(uuid, boolean, bigint[], bigint[], uuid, timestamptz, text, bytea, out bigint, out uuid, out session_opened) from public;
grant execute on function sign_in_again,
	sign_in(uuid, bytea, text, bigint, bytea, bytea, text, bigint[], uuid, timestamptz, text[], text, bytea, out uuid, out session_opened),
	citizen_sign_in(uuid, boolean, bigint[], bigint[], uuid, timestamptz, text, bytea, out bigint, out uuid, out session_opened)
	to tiepdan_app, tiepdan_door;

-- --- what has gone ---------------------------------------------------------------------------------------------------------------------

-- As in 0087; sign-ins with an identity provider that have expired go although nobody comes in with one any more.
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
	delete from sign_in_flow where id in (select id from sign_in_flow where expires_at < now() order by expires_at limit p_limit for update skip locked);
	perform forget_glass(p_before);
	delete from session where id in (select id from session where expires_at < p_before limit p_limit for update skip locked);
	get diagnostics v_gone = row_count;
	return v_gone;
end $$;

-- --- the secret of a citizen's ticket ----------------------------------------------------------------------------------------------------

-- As in 0087; code and secret last longer than the session that shows them, so they are shown to whoever has just signed in.
create or replace function citizen_ticket_open(p_ticket uuid, p_at timestamptz, out code text, out number bigint, out generation bigint) language plpgsql
security definer set search_path = tiepdan, pg_temp as $$
declare
	v_citizen uuid := caller_citizen_proven();
begin
	update citizen_ticket l set seen_at = p_at from ticket t
		where l.citizen = v_citizen and l.ticket = p_ticket and t.id = l.ticket and sees(t)
		returning t.code, t.number, t.generation into code, number, generation;
	if not found then
		raise exception 'no such ticket' using errcode = 'TD404';
	end if;
end $$;
alter table setting disable trigger configuration_touched;
update setting set note = 'whoever changes their address, ends their account or is shown the secret of a ticket has signed in within this many minutes'
	where name = 'citizen_proof_minutes';
alter table setting enable trigger configuration_touched;
update configuration_kept k set content = k.content || (select jsonb_object_agg(key, cells) from import_row
		where kind = 'settings' and key = 'citizen_proof_minutes')
	where k.kind = 'settings';

-- --- a second factor of this server behind an identity provider ----------------------------------------------------------------------------

-- As in 0094. `p_lift`: where the provider has seen to one factor, the one of this server is the second, and the session holds what needs two.
create function session_prove(p_seen text, p_step bigint, p_box bytea, p_recovery bytea, p_slots bigint[], p_lift boolean) returns void
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	perform session_prove(p_seen, p_step, p_box, p_recovery, p_slots);
	update session set assurance = 2, withheld = null
		where id = caller_session() and means = 'oidc' and assurance = 1 and p_lift and (p_step is not null or p_recovery is not null);
end $$;
revoke execute on function session_prove(text, bigint, bytea, bytea, bigint[], boolean) from public;
grant execute on function session_prove(text, bigint, bytea, bytea, bigint[], boolean) to tiepdan_app;

-- --- administrators and who decides about tickets --------------------------------------------------------------------------------------------

alter table setting disable trigger configuration_touched;
insert into setting (name, value, note, least, most, operator) values
	('admins_apart', 0, 'an administrator has no role that decides about tickets: 1 yes, 0 no', 0, 1, true);
alter table setting enable trigger configuration_touched;
update configuration_kept k set content = k.content || (select jsonb_object_agg(key, cells) from import_row where kind = 'settings' and key = 'admins_apart')
	where k.kind = 'settings';

create function roles_deciding() returns text[] language sql stable set search_path = tiepdan, pg_temp as $$
	select array(select distinct role from move_role where role <> 'admin' and action <> 'file')
$$;

-- Whether an account has both, where the operator wants them apart: what waits for another administrator and what others have given for a
-- time counts, too.
create function account_mixes(p_account uuid) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_roles text[];
begin
	if (select value from setting where name = 'admins_apart') <> 1 then
		return false;
	end if;
	v_roles := array(select role from account_role where account = p_account
		union all select role from account_grant where account = p_account and decided_at is null
		union all select unnest(roles) from delegation where taker = p_account and ended_at is null and until_at > now());
	return 'admin' = any (v_roles) and v_roles && roles_deciding();
end $$;

-- The same as of now, until this transaction ends: two that add what does not go together wait for each other.
create function account_would_mix(p_account uuid) returns boolean language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	if (select value from setting where name = 'admins_apart') = 1 then
		perform from account where id = p_account for no key update;
	end if;
	return account_mixes(p_account);
end $$;
-- What adds a role looks; who has both from before keeps them until somebody decides, and `tiepdan doctor` says so. A role that is reset waits
-- again and is none that is added.
create function account_apart() returns trigger language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	if tg_table_name = 'account_grant' and exists (select from account_role r where r.account = new.account and to_jsonb(new)->>'role' = r.role) then
		return null;
	end if;
	if account_would_mix(new.account) then
		raise exception 'an administrator decides about no tickets' using errcode = 'TD697';
	end if;
	return null;
end $$;
create trigger account_role_apart after insert on account_role for each row execute function account_apart();
create trigger account_grant_apart after insert on account_grant for each row execute function account_apart();
create function delegation_apart() returns trigger language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	if account_would_mix(new.taker) then
		raise exception 'an administrator decides about no tickets' using errcode = 'TD637';
	end if;
	return null;
end $$;
create trigger delegation_apart after insert on delegation for each row execute function delegation_apart();

revoke execute on function roles_deciding, account_mixes, account_would_mix, account_apart, delegation_apart from public;

-- --- the end of a citizen's account ----------------------------------------------------------------------------------------------------------

-- As in 0087 and 0097; whoever comes behind another end of the same account has no session any more.
create or replace function citizen_end(p_citizen uuid, p_why jsonb) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	c citizen;
begin
	select * into c from citizen where id = p_citizen for update;
	if not found then
		raise exception 'the session has ended' using errcode = 'TD401';
	end if;
	delete from session where citizen = c.id;
	delete from citizen_ticket where citizen = c.id;
	update citizen_code set wrapped = null, box = null, used_at = now(), state = case when state in ('waiting', 'sending') then 'cancelled' else state end
		where (citizen = c.id or email_index = c.email_index) and (purpose <> 'told' or state not in ('waiting', 'sending'));
	delete from citizen where id = c.id;
	perform citizen_tell(c.id, 'citizen.erased', null, p_why);
end $$;
create or replace function citizen_email_set(p_request uuid, p_right boolean, out done boolean) language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	c citizen;
	v citizen_code;
begin
	select * into c from citizen where id = caller_citizen_proven() for update;
	if not found then
		raise exception 'the session has ended' using errcode = 'TD401';
	end if;
	v := citizen_code_take(p_request, p_right, c.id);
	done := v.id is not null;
	if not done then
		return;
	end if;
	begin
		update citizen set epoch = v.epoch, wrapped = v.wrapped, box = v.box, email_index = v.email_index, language = v.language
			where id = c.id;
	exception when unique_violation then
		raise exception 'the address is that of another account' using errcode = 'TD651';
	end;
	if c.email_index <> v.email_index then
		perform citizen_letter(c, 'citizen.email_changed');
	end if;
	perform citizen_sessions_end(c.id, caller_session(), 'replaced');
	perform citizen_tell(c.id, 'email.changed', caller_session());
end $$;
