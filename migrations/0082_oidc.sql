-- People come in with an identity provider (OpenID Connect). What it says of them was checked before (auth/id_token.h); here it is brought
-- together with an account. Who somebody is stands for ever in issuer and subject: a login that the provider gives to somebody else later
-- does not open the account of the one who had it. A server of before goes on as it did.
set local search_path = tiepdan, public;

alter table session drop constraint session_means,
	add constraint session_means check (means in ('code', 'password', 'key', 'oidc'));
create table account_identity (
	issuer    text not null,
	subject   text not null,
	account   uuid not null,
	linked_at timestamptz not null default now(),
	constraint account_identity_pk primary key (issuer, subject),
	constraint account_identity_account unique (account, issuer),
	constraint account_identity_account_fk foreign key (account) references account,
	constraint account_identity_length check (octet_length(issuer) <= 2048 and octet_length(subject) between 1 and 255)
);
comment on table account_identity is 'Whom an identity provider means, and the account that is theirs here.';

create table sign_in_flow (
	id         uuid not null,
	expires_at timestamptz not null,
	constraint sign_in_flow_pk primary key (id)
);
comment on table sign_in_flow is 'Sign-ins with an identity provider that have opened a session, until they would have expired: each counts once.';
create index sign_in_flow_expires on sign_in_flow (expires_at);

alter table account_identity enable row level security;
alter table sign_in_flow enable row level security;
revoke all on account_identity, sign_in_flow from public;

-- As in 0080; somebody who has come in with an identity provider is a person, too.
create or replace function caller_person() returns session language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v session;
begin
	select * into v from session where id = caller_session();
	if v.means is null or v.means = 'key' then
		raise exception 'only a person who has signed in may do this' using errcode = 'TD403';
	end if;
	return v;
end $$;

-- What an identity provider says of somebody. `roles`: NULL, it does not say. `department`: where somebody unknown gets an account, NULL:
-- nowhere.
create type vouched as (flow uuid, flow_expires timestamptz, issuer text, subject text, login text, name text, roles text[], department text,
	assurance bigint);

-- Takes the flow (TD640: it was used), and forgets some of those that have expired.
create function sign_in_flow_use(p_flow uuid, p_expires timestamptz) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	delete from sign_in_flow where id in (select id from sign_in_flow where expires_at < now() order by expires_at limit 10 for update skip locked);
	insert into sign_in_flow values (p_flow, p_expires) on conflict do nothing;
	if not found then
		raise exception 'the sign-in was used' using errcode = 'TD640';
	end if;
end $$;

-- The account of an identity: the one that it had before; at first the one with its login, if no other identity of this provider has that;
-- or a new one. NULL: none.
create function account_of_identity(v vouched) returns uuid language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_account uuid := (select account from account_identity i where i.issuer = v.issuer and i.subject = v.subject);
begin
	if v_account is not null then
		return v_account;
	end if;
	perform pg_advisory_xact_lock(hashtext('tiepdan.account'));
	v_account := (select id from account where login = lower(v.login));
	if v_account is null and v.department is not null and v.roles <> '{}' and lower(v.login) ~ '^[a-z0-9][a-z0-9._@-]{1,63}$' then
		v_account := account_save(v.login, coalesce(v.name, v.login), v.department, v.roles);
		perform account_tell(v_account, 'account.made', null, jsonb_build_object('roles', v.roles, 'department', v.department, 'by', 'oidc'));
	elsif exists (select from account where id = v_account and (machine or not active)) then
		return null;
	end if;
	insert into account_identity (issuer, subject, account) select v.issuer, v.subject, v_account where v_account is not null
		on conflict do nothing;
	if not found then
		return (select account from account_identity i where i.issuer = v.issuer and i.subject = v.subject);
	end if;
	perform account_tell(v_account, 'account.changed', null, jsonb_build_object('identity', v.issuer, 'by', 'oidc'));
	return v_account;
end $$;

-- Where the provider gives the roles, those of the account are what it says; TD642: it gives none. The last administrator stays one (TD632).
create function account_roles_vouched(p_account uuid, p_roles text[]) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_now text[] := array(select role from account_role where account = p_account);
	a account;
begin
	if p_roles = '{}' then
		raise exception 'no role is given' using errcode = 'TD642';
	elsif p_roles <@ v_now and p_roles @> v_now then
		return;
	end if;
	perform pg_advisory_xact_lock(hashtext('tiepdan.account'));
	select * into a from account where id = p_account;
	perform account_save(a.login, a.name, (select code from department where id = a.department), p_roles, a.active);
	if 'admin' = any (v_now) then
		perform admin_stays();
	end if;
	perform account_tell(a.id, 'account.changed', null, jsonb_build_object('roles', p_roles, 'by', 'oidc'));
end $$;

-- TD641 alike for whoever has no account, one that is switched off, or one that belongs to another identity.
create function sign_in_oidc(v vouched, p_session uuid, p_expires timestamptz, p_strong text[], p_client text) returns session_opened
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_account uuid;
begin
	perform sign_in_flow_use(v.flow, v.flow_expires);
	v_account := account_of_identity(v);
	if v_account is not null and v.roles is not null then
		perform account_roles_vouched(v_account, v.roles);
	end if;
	perform from account where id = v_account and active and not machine for share;
	if not found then
		raise exception 'no account of this identity' using errcode = 'TD641';
	end if;
	return session_make(v_account, p_session, 'oidc', v.assurance::int, p_expires, p_strong, p_client);
end $$;

-- As in 0080; a reset lets go of identities, too.
create or replace function person_invite(p_account uuid, p_code_hash bytea, p_expires timestamptz, p_reset boolean) returns void
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
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
		delete from account_identity where account = a.id;
		if found then
			perform account_tell(a.id, 'account.changed', caller_session(), '{"identity": null}');
		end if;
		perform sessions_end(a.id, null, 'ended');
	end if;
	perform login_code_save(a.login, p_code_hash, p_expires);
	perform account_tell(a.id, 'invitation.made', caller_session(), jsonb_build_object('reset', p_reset));
end $$;

revoke execute on function sign_in_flow_use, account_of_identity, account_roles_vouched, sign_in_oidc from public;
grant execute on function sign_in_oidc to tiepdan_app;
