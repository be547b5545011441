-- Who gives themselves a role waits for another administrator, whatever the role; which roles wait for one is what they open, not a list;
-- and a request is judged by the roles of this moment, not by those of when the token was made.
set local search_path = tiepdan, public;

-- --- which roles take two administrators -------------------------------------------------------------------------------------------------

-- What opens denunciations, personal data or accounts, and of which role: rights (role_right) and seals (sight_right). Whoever breaks the
-- glass opens all of it for a while. A new right belongs here or to those that tests/sql/guards.sql says open nothing.
create function roles_opening() returns table (role text, opens text) language sql stable set search_path = tiepdan, pg_temp as $$
	select r.role, r.might from role_right r where r.might in ('contact', 'personal_data', 'accounts', 'glass')
	union select s.role, s.sight from sight_right s where s.sight in ('denunciation', 'data')
$$;

alter table role drop column guarded;

-- As in 0094, by what they open.
create or replace function roles_guarded() returns text[] language sql stable set search_path = tiepdan, pg_temp as $$
	select array(select distinct role from roles_opening() where (select value from setting where name = 'guarded_roles') = 1 order by role)
$$;

alter table setting disable trigger configuration_touched;
update setting set note = 'a role that opens denunciations, personal data or accounts, and any that administrators give themselves, counts when a second '
	'administrator has confirmed it: 1 yes, 0 no' where name = 'guarded_roles';
alter table setting enable trigger configuration_touched;
update configuration_kept k set content = k.content || (select jsonb_object_agg(key, cells) from import_row
		where kind = 'settings' and key = 'guarded_roles')
	where k.kind = 'settings';

-- As in 0094; what administrators give themselves waits, whatever it is.
create or replace function roles_given(p_account uuid, p_roles text[], p_anew boolean) returns text[] language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_guarded text[] := roles_guarded();
	v_own boolean := v_guarded <> '{}' and p_account = caller_account();
	v_waits text[] := array(select code from role where code = any (p_roles) and (v_own or code = any (v_guarded)) and (p_anew or not exists (
		select from account_role r where r.account = p_account and r.role = code)) order by position);
begin
	delete from account_grant where account = p_account and decided_at is null and role <> all (v_waits);
	insert into account_grant as g (account, role, asked_by) select p_account, w, caller_account() from unnest(v_waits) w
		on conflict (account, role) where decided_at is null
		do update set also = g.also || g.asked_by, asked_at = excluded.asked_at, asked_by = excluded.asked_by
			where p_anew and g.asked_by <> excluded.asked_by;
	if v_waits <> '{}' then
		perform account_tell(p_account, 'role.asked', caller_session(), jsonb_build_object('roles', v_waits));
	end if;
	return array(select r from unnest(p_roles) r where r <> all (v_waits));
end $$;

-- As in 0094; what waits is told once.
create or replace function roles_anew(a account) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_stay text[];
	v_ended uuid[];
begin
	if a.id <> caller_account() then
		v_stay := roles_given(a.id, array(select role from account_role where account = a.id union select role from account_grant
			where account = a.id and decided_at is null), true);
		delete from account_role where account = a.id and role <> all (v_stay);
		perform admin_stays();
		with ended as (
			update delegation set ended_at = now() where taker = a.id and ended_at is null and until_at > now() and roles && roles_guarded() returning id)
		select array_agg(id) into v_ended from ended;
		perform delegation_told(d) from delegation d where d.id = any (v_ended);
	end if;
end $$;

-- What people have of themselves elsewhere waits: all but `admin`, which is about no department. What they have for others ends with the
-- department (roles_held()). They have asked for it, be it that the job worker does it on their day.
create function roles_taken_along(p_account uuid) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_waits text[] := array(select role from account_role where account = p_account and role <> 'admin' order by role);
begin
	if roles_guarded() = '{}' then
		return;
	end if;
	update account_grant set also = also || asked_by, asked_by = p_account, asked_at = now()
		where account = p_account and decided_at is null and asked_by <> p_account;
	insert into account_grant (account, role, asked_by) select p_account, w, p_account from unnest(v_waits) w
		on conflict (account, role) where decided_at is null do nothing;
	delete from account_role where account = p_account and role = any (v_waits);
	if v_waits <> '{}' then
		perform account_tell(p_account, 'role.asked', caller_session(), jsonb_build_object('roles', v_waits));
	end if;
end $$;

-- Who brings somebody to another department gives them the tickets there.
create function roles_moved(a account) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	if a.id = caller_account() then
		perform roles_taken_along(a.id);
	else
		perform roles_anew(a);
	end if;
end $$;

-- As in 0094, with roles_moved().
create or replace function person_change(p_account uuid, p_name text, p_department text, p_roles text[], p_email text, p_language text, p_active boolean)
returns text language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	a account;
	v_now text[];
begin
	perform pg_advisory_xact_lock(hashtext('tiepdan.account'));
	a := account_for_admin(p_account);
	v_now := array(select role from account_role where account = a.id);
	if not coalesce(p_roles, v_now) <@ v_now or p_department is not null or p_email is not null or p_active then
		perform account_for_proven(a.id);
	end if;
	perform roles_for_accounts(p_roles);
	if p_active = false then
		update session set closed_at = now(), end_reason = 'switched_off' where account = a.id and closed_at is null;
	end if;
	perform account_language_save(account_email_save(account_save(a.login, coalesce(p_name, a.name),
		coalesce(p_department, (select code from department where id = a.department)),
		case when p_roles is null then v_now else roles_given(a.id, p_roles, false) end, coalesce(p_active, a.active)), p_email), p_language);
	if p_department <> (select code from department where id = a.department) then
		perform roles_moved(a);
	end if;
	perform admin_stays();
	perform account_tell(a.id, 'account.changed', caller_session(), jsonb_strip_nulls(jsonb_build_object('name', p_name <> a.name,
		'department', p_department, 'roles', p_roles, 'active', p_active, 'email', case when p_email <> a.email then true end, 'language', p_language)));
	return person_item(a.id);
end $$;

-- --- who gets a guarded role signs in anew -------------------------------------------------------------------------------------------------

-- An administrator reads the codes that they make. What was opened with one before would have the role, too: sessions end with it, and codes
-- that wait. The row of the account first: a sign-in that has begun has ended then, or finds its code gone.
create function sessions_of_before_end(p_account uuid) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	perform from account where id = p_account for no key update;
	delete from login_code where account = p_account;
	if exists (select from session where account = p_account and closed_at is null and expires_at > now() and means <> 'key') then
		perform sessions_end(p_account, null, 'ended');
		insert into account_event (account, type, actor, session) values (p_account, 'session.ended', caller_account(), caller_session());
	end if;
end $$;

-- Somebody gets a guarded role by another's hand: not where only a code lets in, and so whoever makes one (TD695). A second factor alone lets
-- nobody in: each new code would make the role wait again.
create function guarded_arrives(p_account uuid) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	if not exists (select from account where id = p_account and machine) and not exists (select from password where account = p_account)
		and not exists (select from account_identity where account = p_account) then
		raise exception 'they have nothing of their own to sign in with' using errcode = 'TD695';
	end if;
	perform sessions_of_before_end(p_account);
end $$;

-- As in 0003. On the command line and by an identity provider a guarded role comes at once, and the sessions of before end with it, too.
create or replace function account_save(p_login text, p_name text, p_department text, p_roles text[], p_active boolean default true)
returns uuid language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_department bigint := (select id from department where code = p_department);
	v_account uuid;
	v_new text[];
begin
	if v_department is null then
		raise exception 'no department has the code "%"', p_department using errcode = 'TD430';
	end if;
	if exists (select from unnest(p_roles) r where not exists (select from role where code = r)) then
		raise exception 'unknown role in %', p_roles using errcode = 'foreign_key_violation', constraint = 'account_role_role_fk';
	end if;
	insert into account (login, name, department, active) values (lower(p_login), p_name, v_department, p_active)
		on conflict (login) do update set name = excluded.name, department = excluded.department, active = excluded.active
		returning id into v_account;
	delete from account_role where account = v_account and role <> all (p_roles);
	with given as (insert into account_role select v_account, r from unnest(p_roles) r on conflict do nothing returning role)
	select array_agg(role) into v_new from given;
	if v_new && roles_guarded() then
		perform sessions_of_before_end(v_account);
	end if;
	if not p_active then
		update session set closed_at = now() where account = v_account and closed_at is null;
		delete from login_code where account = v_account;
	end if;
	return v_account;
end $$;

-- As in 0094, with guarded_arrives().
create or replace function grant_decide(p_account uuid, p_grant uuid, p_confirm boolean) returns text language plpgsql security definer
set search_path = tiepdan, pg_temp as $$
declare
	a account;
	g account_grant;
begin
	perform pg_advisory_xact_lock(hashtext('tiepdan.account'));
	a := account_for_proven(p_account);
	select * into g from account_grant where id = p_grant and account = a.id and decided_at is null;
	if not found then
		raise exception 'nothing waits' using errcode = 'TD404';
	elsif p_confirm and caller_account() = any (g.also || g.asked_by || a.id) then
		raise exception 'another administrator confirms' using errcode = 'TD676';
	end if;
	update account_grant set decided_at = now(), decided_by = caller_account(), confirmed = p_confirm where id = g.id;
	if p_confirm and g.role = any (roles_guarded()) then
		perform guarded_arrives(a.id);
	end if;
	if p_confirm then
		insert into account_role values (a.id, g.role) on conflict do nothing;
	end if;
	perform account_tell(a.id, case when p_confirm then 'role.confirmed' else 'role.refused' end, caller_session(),
		jsonb_build_object('roles', array[g.role]));
	return person_item(a.id);
end $$;

-- As in 0094. A second factor spares nobody from waiting: who has read an earlier code could have set it up.
create or replace function person_invite(p_account uuid, p_code_hash bytea, p_expires timestamptz, p_reset boolean) returns void
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	a account;
begin
	perform pg_advisory_xact_lock(hashtext('tiepdan.account'));
	a := account_for_proven(p_account);
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
	perform roles_anew(a);
	perform login_code_save(a.login, p_code_hash, p_expires);
	perform account_tell(a.id, 'invitation.made', caller_session(), jsonb_build_object('reset', p_reset));
end $$;

-- As in 0094. A key breaks no glass (caller_person()), so who may do nothing else of what is guarded may have one.
create or replace function key_make(p_id uuid, p_account uuid, p_name text, p_roles text[], p_expires timestamptz, out department bigint, out body text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	a account := account_for_proven(p_account);
	v session;
begin
	perform from account where id = a.id for update;
	if not a.machine or not a.active or p_roles = '{}' or exists (select from unnest(p_roles) r where not exists (
			select from account_role x where x.account = a.id and x.role = r))
		or (select count(*) from session where account = a.id and means = 'key' and closed_at is null and expires_at > now()) >= 20 then
		raise exception 'no such key for this account' using errcode = 'TD634';
	end if;
	if exists (select from roles_opening() o where o.role = any (p_roles) and o.role = any (roles_guarded()) and o.opens <> 'glass') then
		raise exception 'a role that is guarded is not for keys' using errcode = 'TD691';
	end if;
	insert into session (id, account, expires_at, means, roles, name) values (p_id, a.id, p_expires, 'key', p_roles, p_name) returning * into v;
	perform account_tell(a.id, 'key.made', v.id, jsonb_build_object('name', p_name, 'roles', p_roles));
	department := a.department;
	body := key_item(v);
end $$;


-- As in 0094; nobody gives themselves what somebody else has (TD694), and what is guarded arrives as it does when it is confirmed. One at
-- a time with invitations, then: one that is made meanwhile would not see it.
create or replace function delegation_make(p_id uuid, p_giver uuid, p_taker uuid, p_roles text[], p_from timestamptz, p_until timestamptz, p_reason text, out body text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_giver account;
	d delegation;
begin
	perform caller_person();
	if p_giver is distinct from caller_account() and p_giver is not null then
		v_giver := account_for_proven(p_giver);
	else
		select * into v_giver from account where id = caller_account();
	end if;
	if p_taker = caller_account() and v_giver.id <> p_taker and roles_guarded() <> '{}' then
		raise exception 'nobody gives themselves a role' using errcode = 'TD694';
	end if;
	if p_roles && roles_guarded() then
		perform pg_advisory_xact_lock(hashtext('tiepdan.account'));
	end if;
	perform from account where id = v_giver.id for update;
	if not v_giver.active or v_giver.id = caller_account() and not p_roles <@ caller_roles() or exists (select from unnest(p_roles) x where not exists (
			select from account_role g join role r on r.code = g.role where g.account = v_giver.id and g.role = x and r.delegable
				and (v_giver.id = caller_account() or g.role <> all (roles_guarded()))))
		or not exists (select from account where id = p_taker and active and not machine and department = v_giver.department and id <> v_giver.id)
		or (select count(*) from delegation x where x.giver = v_giver.id and x.until_at > now() and x.ended_at is null) >= 20 then
		raise exception 'these roles cannot be given to them' using errcode = 'TD637';
	end if;
	if exists (select from unnest(p_roles) x where x = any (roles_guarded()) and not exists (
			select from account_role t where t.account = p_taker and t.role = x)) then
		perform guarded_arrives(p_taker);
	end if;
	insert into delegation (id, giver, taker, roles, from_at, until_at, reason, made_by)
		values (p_id, v_giver.id, p_taker, p_roles, p_from, p_until, p_reason, caller_account()) returning * into d;
	perform account_tell(d.giver, 'delegation.given', caller_session(), jsonb_build_object('delegation', d.id, 'to', d.taker, 'roles', d.roles));
	perform account_tell(d.taker, 'delegation.taken', caller_session(), jsonb_build_object('delegation', d.id, 'from', d.giver, 'roles', d.roles));
	body := delegation_item(d);
end $$;


-- As in 0062. Who applies a reorganisation takes nothing along, as if they had moved themselves. Everybody else does: the tickets of
-- their department come with them, it stands in public whose they are, and if all of a city hall waited anew nobody would answer.
create or replace function belongings_succeed(r reorganisation, p_at timestamptz) returns jsonb language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	o record;
	v_policy bigint;
	v_members bigint := 0;
	v_templates bigint := 0;
	v_filters bigint := 0;
	v_policies bigint := 0;
	v_own boolean;
	n bigint;
begin
	for o in select d.id, d.code, d.parent, s.id as new, s.code as new_code, f.step
		from steps_old(r.steps) f join department d on d.code = f.code join department s on s.id = d.successor
		where f.what = 'department' order by f.step, f.ord loop
		v_own := exists (select from account where id = r.decided_by and department = o.id);
		update account a set department = coalesce((select x.id from steps_choices(r.steps) c join department x on x.code = c.code
			where c.step = o.step and c.person = a.id limit 1), o.new) where a.department = o.id;
		get diagnostics n = row_count;
		v_members := v_members + n;
		if v_own then
			perform roles_taken_along(r.decided_by);
		end if;
		insert into reply_template
		select x.id, x.version + 1, p_at, r.decided_by, o.new, x.purpose, x.language, x.category, x.kind, x.title, x.text,
			greatest(x.valid_from, p_at), false
		from (select distinct on (id) * from reply_template order by id, version desc) x where x.department = o.id and not x.ended;
		get diagnostics n = row_count;
		v_templates := v_templates + n;
		update saved_filter set query = query || jsonb_build_object('holder', o.new_code), version = version + 1, updated_at = p_at
			where query->>'holder' = o.code;
		get diagnostics n = row_count;
		v_filters := v_filters + n;
		for v_policy in select id from policy where department = o.code order by id loop
			begin
				update policy set department = o.new_code where id = v_policy;
				v_policies := v_policies + 1;
			exception when exclusion_violation or unique_violation then null;
			end;
		end loop;
		insert into department_work (department, automatic, changed_at, changed_by)
			select o.new, automatic, p_at, r.decided_by from department_work where department = o.id on conflict (department) do nothing;
		update department_work set automatic = false, version = version + 1 where department = o.id and automatic;
		update department set parent = case when id = o.new then o.parent else o.new end where parent = o.id;
	end loop;
	return jsonb_build_object('members', v_members, 'templates', v_templates, 'filters', v_filters, 'policies', v_policies);
end $$;

revoke execute on function roles_opening, roles_moved, roles_taken_along, sessions_of_before_end, guarded_arrives from public;

-- --- roles of this moment ------------------------------------------------------------------------------------------------------------------

-- As in 0107, and TD403 where the caller is staff and has none of the roles `p_may` any more. NULL: none is needed. By indexes alone, because to
-- scan a table of some rows begins with asking how large it is; and the limits of a statement without one.
create function caller_enter(p_kind text, p_account uuid, p_session uuid, p_read_only boolean, p_timeout_ms bigint,
	p_may text[])
returns void language plpgsql security definer set search_path = tiepdan, pg_temp set enable_bitmapscan = off set enable_seqscan = off
set plan_cache_mode = force_generic_plan as $$
declare
	v_set text;
begin
	if p_kind = 'staff' then
		perform set_config('app.account', p_account::text, true), set_config('app.session', p_session::text, true),
			set_config('app.department', v.department::text, true), set_config('app.roles', v.roles::text, true),
			set_config('app.sees_all', array(select sight from sight_right where role = any (v.roles) and scope = 'all')::text, true),
			set_config('app.sees_own', array(select sight from sight_right where role = any (v.roles) and scope = 'own')::text, true),
			set_config('app.broken', array(select ticket from glass where session = p_session and until_at > now())::text, true),
			set_config('app.citizen', '', true)
			from (
				select a.department, case when exists (select from delegation where taker = a.id and until_at > now() and ended_at is null)
						then array(select r from unnest(roles_held(a.id)) r where session_holds(s, r))
						else array(select role from account_role where account = a.id and session_holds(s, role) order by role) end as roles
				from session s join account a on a.id = s.account
				where s.id = p_session and s.account = p_account and s.closed_at is null and s.expires_at > now() and a.active
				offset 0) v;
		if not found then
			raise exception 'the session has ended' using errcode = 'TD401';
		end if;
		if not caller_roles() && p_may then
			raise exception 'none of the roles %', p_may using errcode = 'TD403';
		end if;
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
	v_set := set_config('statement_timeout', p_timeout_ms::text, true);
	if p_read_only then
		v_set := set_config('transaction_read_only', 'on', true);	-- it cannot be switched off where it is on
	end if;
end $$;

-- As servers of before call it.
create or replace function caller_enter(p_kind text, p_account uuid, p_session uuid, p_read_only boolean, p_timeout_ms bigint)
returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	perform caller_enter(p_kind, p_account, p_session, p_read_only, p_timeout_ms, null);
end $$;
revoke execute on function caller_enter(text, uuid, uuid, boolean, bigint, text[]) from public;
grant execute on function caller_enter(text, uuid, uuid, boolean, bigint, text[]) to tiepdan_app;
