-- Who is calling, and the small functions that everything else is made of. Plain expressions are SQL functions, which are
-- inlined; what reads tables is PL/pgSQL, because that keeps its plans for the life of the connection.
--
-- caller_enter() runs at the head of a unit and leaves the caller in settings that end with the
-- transaction; policies and functions read them through caller_*().
set local search_path = tiepdan, public;

create function caller_account() returns uuid language sql stable parallel safe as $$
	select nullif(current_setting('app.account', true), '')::uuid
$$;
create function caller_session() returns uuid language sql stable parallel safe as $$
	select nullif(current_setting('app.session', true), '')::uuid
$$;
create function caller_department() returns bigint language sql stable parallel safe as $$
	select nullif(current_setting('app.department', true), '')::bigint
$$;
create function caller_roles() returns text[] language sql stable parallel safe as $$
	select coalesce(nullif(current_setting('app.roles', true), ''), '{}')::text[]
$$;
-- Sights of which the caller sees every ticket, and those of which only what their department holds.
create function caller_sees_all() returns text[] language sql stable parallel safe as $$
	select coalesce(nullif(current_setting('app.sees_all', true), ''), '{}')::text[]
$$;
create function caller_sees_own() returns text[] language sql stable parallel safe as $$
	select coalesce(nullif(current_setting('app.sees_own', true), ''), '{}')::text[]
$$;

-- The one predicate of sight: used by the policies of 0012 and by every function that runs with the owner's rights.
create function may_see(sight text, holder bigint, sees_all text[], sees_own text[], department bigint)
returns boolean language sql immutable parallel safe as $$
	select coalesce(sight = any (sees_all) or (holder = department and sight = any (sees_own)), false)
$$;

-- kind: anyone, ticket (a citizen with code and secret), staff, job. Only staff have account and session; TD401 when the
-- session has ended or the account is switched off. Roles are those of the database, not of the token.
create function caller_enter(p_kind text, p_account uuid, p_session uuid, p_read_only boolean, p_timeout_ms bigint)
returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v record;
begin
	if p_kind = 'staff' then
		select a.department, array(select role from account_role where account = a.id) as roles into v
			from session s join account a on a.id = s.account
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

-- TD403 unless one of the caller's roles has this right (role_right).
create function caller_needs(p_might text) returns void language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	if not exists (select from role_right where might = p_might and role = any (caller_roles())) then
		raise exception 'none of the caller''s roles may %', p_might using errcode = 'TD403';
	end if;
end $$;

-- How values look in JSON.
create function instant(at timestamptz) returns text language sql stable parallel safe as $$
	select case when isfinite(at) then to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end
$$;
comment on function instant is 'RFC 3339 in UTC with milliseconds; NULL for infinity';
create function named(code text, name_vi text, name_en text) returns json language sql stable parallel safe as $$
	select case when code is not null then json_build_object('code', code, 'name_vi', name_vi, 'name_en', name_en) end
$$;
create function department_named(p_id bigint) returns json language plpgsql stable parallel safe set search_path = tiepdan, pg_temp as $$
begin
	return (
		select named(code, name_vi, name_en) from department where id = p_id);
end $$;
create function person_named(p_id uuid) returns json language plpgsql stable parallel safe set search_path = tiepdan, pg_temp as $$
begin
	return (
		select json_build_object('id', id, 'name', name) from account where id = p_id);
end $$;
-- The instant up to which a due point counts as near: the same time of the hub's next working day.
create function soon_after(p_now timestamptz) returns timestamptz language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	c calendar;
	v_local timestamp;
	v_works boolean;
begin
	select k.* into c from department d join calendar k on k.code = d.calendar where d.hub;
	v_local := p_now at time zone c.zone;
	for n in 1 .. 30 loop
		v_local := v_local + interval '1 day';
		select works into v_works from calendar_day where calendar = c.code and day = v_local::date;
		if coalesce(v_works, exists (select from calendar_hours
			where calendar = c.code and weekday = extract(isodow from v_local)::int - 1)) then
			return v_local at time zone c.zone;
		end if;
	end loop;
	return p_now + interval '1 day';
end $$;
-- Derived, never stored; `soon` is soon_after(now).
create function standing(outcome text, due_at timestamptz, now timestamptz, soon timestamptz)
returns text language sql immutable parallel safe as $$
	select case when outcome = 'met' then 'met' when outcome = 'late' then 'met_late' when due_at = 'infinity' then 'no_clock'
		when due_at < now then 'overdue' when due_at < soon then 'due_soon' else 'in_time' end
$$;
