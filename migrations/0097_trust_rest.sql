-- What reviews of identity found: accounts have versions, so that of two administrators nobody undoes what the other one has done.
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
	return person_change(p_account, p_name, p_department, p_roles, p_email, p_language, p_active);
end $$;

revoke execute on function account_versioned, account_roles_versioned, person_change(uuid, bigint, text, text, text[], text, text, boolean) from public;
grant execute on function person_change(uuid, bigint, text, text, text[], text, text, boolean) to tiepdan_app;
