-- Clocks are counted by the calendar of who holds the ticket; roles that open something do not come along with a reorganisation into what
-- others had, nor is what gives them done by two at once.
set local search_path = tiepdan, public;

-- --- clocks by the calendar of who holds the ticket --------------------------------------------------------------------------------------

-- As in 0107. p_counted_for is the department by whose calendar the offers were counted, which the server thought would hold the ticket: TD700
-- tells who does, when a clock would begin. NULL: servers of before do not say.
drop function move_make(uuid, text, bigint, text, text, text, uuid, text, timestamptz, bigint[], text[], timestamptz[], timestamptz[], text[],
	bigint[], text, bigint, uuid);
create function move_make(p_ticket uuid, p_action text, p_version bigint, p_reason_code text, p_reason text, p_department text,
	p_person uuid, p_text text, p_at timestamptz, p_policies bigint[], p_kinds text[], p_dues timestamptz[], p_alarms timestamptz[],
	p_units text[], p_amounts bigint[], p_calendar text, p_calendar_version bigint, p_event uuid, p_counted_for bigint)
returns ticket language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	o ticket := ticket_at_version(p_ticket, p_version);
	t ticket := o;
	a action;
	r refusal_reason;
	v_named bigint;
begin
	perform move_check(o, p_action);
	select * into strict a from action where code = p_action and way = 'move';
	if a.reason = 'required' and nullif(p_reason, '') is null then
		raise exception '% needs a reason', p_action using errcode = 'TD428';
	elsif a.reason = 'coded' then
		r := reason_coded(p_reason_code, p_action, p_at);
	end if;
	if a.holder = 'target' or p_department is not null then
		v_named := department_valid(p_department, p_at);
	end if;
	t.state := (select to_state from move where action = p_action and from_state = o.state);
	t.holder := case a.holder when 'target' then v_named when 'hub' then (select id from department where hub) else o.holder end;
	if p_counted_for <> t.holder and exists (select from action_clock where action = p_action and effect in ('begin', 'start', 'renew')) then
		raise exception 'clocks are not counted for the holder' using errcode = 'TD700', detail = t.holder;
	end if;
	t.person := case a.person when 'keep' then o.person when 'caller' then caller_account()
		when 'target' then person_valid(p_person, o) end;
	t.returns := o.returns + (p_action = 'return')::int;
	if t.person is distinct from o.person then
		perform person_impartial(o.id, t.person);
	end if;
	perform reply_move(o, a, p_text, p_at);
	return ticket_change(o, t, a, 'staff', p_at, clock_offers(o.policy, p_policies, p_kinds, p_dues, p_alarms, p_units, p_amounts), p_calendar,
		p_calendar_version, p_event, r.text_vi || ' Căn cứ: ' || r.basis_vi || '.', r.text_en || ' Legal basis: ' || r.basis_en || '.', jsonb_build_object('person', t.person,
			'from_person', case when t.person is distinct from o.person then o.person end, 'reason_code', r.code, 'reason', p_reason,
			'sent_to', case when a.holder = 'keep' then p_department end));
end $$;
create function ticket_move(p_ticket uuid, p_action text, p_version bigint, p_reason_code text, p_reason text, p_department text,
	p_person uuid, p_text text, p_at timestamptz, p_policies bigint[], p_kinds text[], p_dues timestamptz[], p_alarms timestamptz[],
	p_units text[], p_amounts bigint[], p_calendar text, p_calendar_version bigint, p_event uuid, p_part_calendars text[],
	p_part_units text[], p_part_amounts bigint[], p_part_dues timestamptz[], p_counted_for bigint, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
	t ticket := move_make(p_ticket, p_action, p_version, p_reason_code, p_reason, p_department, p_person, p_text, p_at, p_policies, p_kinds, p_dues,
		p_alarms, p_units, p_amounts, p_calendar, p_calendar_version, p_event, p_counted_for);
begin
	if p_action = 'accept' and cohandlers_ask(p_ticket, p_at, part_dates(p_part_calendars, p_part_units, p_part_amounts, p_part_dues)) then
		select * into strict t from ticket where id = p_ticket;
	end if;
	select m.body, m.etag into body, etag from ticket_moved(t) m;
end $$;
-- For servers of before.
create or replace function ticket_move(p_ticket uuid, p_action text, p_version bigint, p_reason_code text, p_reason text, p_department text,
	p_person uuid, p_text text, p_at timestamptz, p_policies bigint[], p_kinds text[], p_dues timestamptz[], p_alarms timestamptz[],
	p_units text[], p_amounts bigint[], p_calendar text, p_calendar_version bigint, p_event uuid, p_part_calendars text[],
	p_part_units text[], p_part_amounts bigint[], p_part_dues timestamptz[], out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	select m.body, m.etag into body, etag from ticket_move(p_ticket, p_action, p_version, p_reason_code, p_reason, p_department, p_person, p_text, p_at,
		p_policies, p_kinds, p_dues, p_alarms, p_units, p_amounts, p_calendar, p_calendar_version, p_event, p_part_calendars, p_part_units,
		p_part_amounts, p_part_dues, null) m;
end $$;
create or replace function ticket_move(p_ticket uuid, p_action text, p_version bigint, p_reason_code text, p_reason text, p_department text,
	p_person uuid, p_text text, p_at timestamptz, p_policies bigint[], p_kinds text[], p_dues timestamptz[], p_alarms timestamptz[],
	p_units text[], p_amounts bigint[], p_calendar text, p_calendar_version bigint, p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
	t ticket := move_make(p_ticket, p_action, p_version, p_reason_code, p_reason, p_department, p_person, p_text, p_at, p_policies, p_kinds, p_dues,
		p_alarms, p_units, p_amounts, p_calendar, p_calendar_version, p_event, null);
begin
	select m.body, m.etag into body, etag from ticket_moved(t) m;
end $$;

-- As in 0075; TD700 is of no ticket alone, so that all of them are counted anew.
create function tickets_move(p_action text, p_tickets uuid[], p_versions bigint[], p_events uuid[], p_reason_code text, p_reason text,
	p_department text, p_person uuid, p_at timestamptz, p_policies bigint[], p_kinds text[], p_dues timestamptz[],
	p_alarms timestamptz[], p_units text[], p_amounts bigint[], p_calendar text, p_calendar_version bigint, p_part_calendars text[],
	p_part_units text[], p_part_amounts bigint[], p_part_dues timestamptz[], p_sqlstates text[], p_problems text[], p_key bytea, p_counted_for bigint)
returns text language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	i record;
	v_items text[] := array_fill(null::text, array[cardinality(p_tickets)]);
	v_done int := 0;
	v_state text;
	v_detail text;
begin
	for i in select * from unnest(p_tickets, p_versions, p_events) with ordinality x (ticket, version, event, ord)
			order by x.ticket, x.ord loop
		begin
			v_items[i.ord] := (
				select json_build_object('id', i.ticket, 'status', 200, 'version', m.etag::bigint, 'state', m.body::json->>'state')::text
				from ticket_move(i.ticket, p_action, i.version, p_reason_code, p_reason, p_department, p_person, null, p_at, p_policies,
					p_kinds, p_dues, p_alarms, p_units, p_amounts, p_calendar, p_calendar_version, i.event, p_part_calendars, p_part_units,
					p_part_amounts, p_part_dues, p_counted_for) m);
			v_done := v_done + 1;
		exception when others then
			get stacked diagnostics v_state = returned_sqlstate, v_detail = pg_exception_detail;
			v_items[i.ord] := bulk_refusal(i.ticket, v_state, v_detail, p_sqlstates, p_problems);
			if v_items[i.ord] is null then
				raise;
			end if;
		end;
	end loop;
	return bulk_told(v_items, v_done, p_key);
end $$;
-- For servers of before.
create or replace function tickets_move(p_action text, p_tickets uuid[], p_versions bigint[], p_events uuid[], p_reason_code text, p_reason text,
	p_department text, p_person uuid, p_at timestamptz, p_policies bigint[], p_kinds text[], p_dues timestamptz[],
	p_alarms timestamptz[], p_units text[], p_amounts bigint[], p_calendar text, p_calendar_version bigint, p_part_calendars text[],
	p_part_units text[], p_part_amounts bigint[], p_part_dues timestamptz[], p_sqlstates text[], p_problems text[], p_key bytea)
returns text language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	return tickets_move(p_action, p_tickets, p_versions, p_events, p_reason_code, p_reason, p_department, p_person, p_at, p_policies, p_kinds, p_dues,
		p_alarms, p_units, p_amounts, p_calendar, p_calendar_version, p_part_calendars, p_part_units, p_part_amounts, p_part_dues, p_sqlstates,
		p_problems, p_key, null);
end $$;
revoke execute on function move_make, ticket_move(uuid, text, bigint, text, text, text, uuid, text, timestamptz, bigint[], text[], timestamptz[],
	timestamptz[], text[], bigint[], text, bigint, uuid, text[], text[], bigint[], timestamptz[], bigint),
	tickets_move(text, uuid[], bigint[], uuid[], text, text, text, uuid, timestamptz, bigint[], text[], timestamptz[], timestamptz[], text[],
	bigint[], text, bigint, text[], text[], bigint[], timestamptz[], text[], text[], bytea, bigint) from public;
grant execute on function ticket_move(uuid, text, bigint, text, text, text, uuid, text, timestamptz, bigint[], text[], timestamptz[],
	timestamptz[], text[], bigint[], text, bigint, uuid, text[], text[], bigint[], timestamptz[], bigint),
	tickets_move(text, uuid[], bigint[], uuid[], text, text, text, uuid, timestamptz, bigint[], text[], timestamptz[], timestamptz[], text[],
	bigint[], text, bigint, text[], text[], bigint[], timestamptz[], text[], text[], bytea, bigint) to tiepdan_app;

-- --- roles that wait, whoever asks -------------------------------------------------------------------------------------------------------

-- As in 0080, with who did it: of what an administrator does, and nobody on the command line, it is not the person themselves.
create function account_tell(p_account uuid, p_type text, p_session uuid, p_data jsonb, p_actor uuid) returns void language sql
set search_path = tiepdan, pg_temp as $$
	insert into account_event (account, type, actor, session, data) values (p_account, p_type, p_actor, p_session, p_data)
$$;
create or replace function account_tell(p_account uuid, p_type text, p_session uuid, p_data jsonb default null) returns void language sql
set search_path = tiepdan, pg_temp as $$
	select account_tell(p_account, p_type, p_session, p_data, coalesce(caller_account(), case when p_type like 'session.%' then p_account end))
$$;
-- As in 0120.
create or replace function sessions_of_before_end(p_account uuid) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	perform from account where id = p_account for no key update;
	delete from login_code where account = p_account;
	if exists (select from session where account = p_account and closed_at is null and expires_at > now() and means <> 'key') then
		perform sessions_end(p_account, null, 'ended');
		perform account_tell(p_account, 'session.ended', caller_session(), null, caller_account());
	end if;
end $$;

-- As in 0120, for who asks: on the day of a reorganisation the job worker does what somebody has asked for.
create function roles_given(p_account uuid, p_roles text[], p_anew boolean, p_by uuid) returns text[] language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_guarded text[] := roles_guarded();
	v_own boolean := v_guarded <> '{}' and p_account = p_by;
	v_waits text[] := array(select code from role where code = any (p_roles) and (v_own or code = any (v_guarded)) and (p_anew or not exists (
		select from account_role r where r.account = p_account and r.role = code)) order by position);
begin
	delete from account_grant where account = p_account and decided_at is null and role <> all (v_waits);
	insert into account_grant as g (account, role, asked_by) select p_account, w, p_by from unnest(v_waits) w
		on conflict (account, role) where decided_at is null
		do update set also = g.also || g.asked_by, asked_at = excluded.asked_at, asked_by = excluded.asked_by
			where p_anew and g.asked_by <> excluded.asked_by;
	if v_waits <> '{}' then
		perform account_tell(p_account, 'role.asked', caller_session(), jsonb_build_object('roles', v_waits), p_by);
	end if;
	return array(select r from unnest(p_roles) r where r <> all (v_waits));
end $$;
create or replace function roles_given(p_account uuid, p_roles text[], p_anew boolean) returns text[] language plpgsql
set search_path = tiepdan, pg_temp as $$
begin
	return roles_given(p_account, p_roles, p_anew, caller_account());
end $$;

-- What somebody has and what waits for them waits anew, because of p_by: of their own account any role, of another's those that open something;
-- all but p_but. What they have for others, too, ends.
create function roles_wait(p_account uuid, p_by uuid, p_but text) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_waiting account_grant[] := array(select g from account_grant g where account = p_account and decided_at is null);
	v_stay text[];
	d delegation;
begin
	v_stay := roles_given(p_account, array(select role from account_role where account = p_account and role is distinct from p_but
		union select role from account_grant where account = p_account and decided_at is null), true, p_by);
	delete from account_role where account = p_account and role is distinct from p_but and role <> all (v_stay);
	-- What opens nothing and waits all the same, because they had asked for it themselves, goes on to wait: nobody has confirmed it.
	insert into account_grant select * from unnest(v_waiting) on conflict (account, role) where decided_at is null do nothing;
	for d in update delegation set ended_at = now() where taker = p_account and ended_at is null and until_at > now()
			and (p_account = p_by or roles && roles_guarded()) returning * loop
		perform account_tell(a, 'delegation.ended', caller_session(), jsonb_build_object('delegation', d.id), p_by) from unnest(array[d.giver, d.taker]) a;
	end loop;
end $$;
-- As in 0094.
create or replace function roles_anew(a account) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	if a.id <> caller_account() then
		perform roles_wait(a.id, caller_account(), null);
		perform admin_stays();
	end if;
end $$;

-- What is brought to another department waits, but for `admin`, which is about no department.
create function roles_taken_along(p_account uuid, p_by uuid) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	if roles_guarded() <> '{}' then
		perform roles_wait(p_account, p_by, 'admin');
	end if;
end $$;
create or replace function roles_moved(a account) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	if a.id = caller_account() then
		perform roles_taken_along(a.id, a.id);
	else
		perform roles_anew(a);
	end if;
end $$;
drop function roles_taken_along(uuid);

-- Whether who comes to this department by this step finds there what others had: not where their own department goes on under another name, or
-- in parts.
create function step_widens(p_steps jsonb, p_step int, p_department bigint) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (select count(*) from steps_old(p_steps) where step = p_step) > 1 or not exists (
		select from steps_new(p_steps) n join department d on d.code = n.code where n.step = p_step and n.made and d.id = p_department);
end $$;

-- As in 0120. Who applies a reorganisation takes nothing along, as if they had moved themselves, and nobody what opens something (roles_opening())
-- into what others had: to bring them there is what one administrator does alone. All else comes along: the tickets of their department come
-- with them, it stands in public whose they are, and if all of a city hall waited anew nobody would answer.
create or replace function belongings_succeed(r reorganisation, p_at timestamptz) returns jsonb language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	o record;
	v_policy bigint;
	v_members bigint := 0;
	v_templates bigint := 0;
	v_filters bigint := 0;
	v_policies bigint := 0;
	m record;
	n bigint;
begin
	perform pg_advisory_xact_lock(hashtext('tiepdan.account'));
	for o in select d.id, d.code, d.parent, s.id as new, s.code as new_code, f.step
		from steps_old(r.steps) f join department d on d.code = f.code join department s on s.id = d.successor
		where f.what = 'department' order by f.step, f.ord loop
		for m in update account a set department = coalesce((select x.id from steps_choices(r.steps) c join department x on x.code = c.code
				where c.step = o.step and c.person = a.id limit 1), o.new) where a.department = o.id returning a.id, a.department, a.machine loop
			v_members := v_members + 1;
			if m.id = r.decided_by or not m.machine and step_widens(r.steps, o.step, m.department) then
				perform roles_taken_along(m.id, r.decided_by);
			end if;
		end loop;
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

-- --- what is given for a time ------------------------------------------------------------------------------------------------------------

-- As in 0120; who gives is looked at when nobody changes accounts any more, or it would be who they were. Two who give
-- to each other cannot wait for each other: the lock comes first, and a row that is named is free to be named (no key update).
create or replace function delegation_make(p_id uuid, p_giver uuid, p_taker uuid, p_roles text[], p_from timestamptz, p_until timestamptz, p_reason text, out body text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_giver account;
	d delegation;
begin
	perform caller_person();
	perform pg_advisory_xact_lock(hashtext('tiepdan.account'));
	if p_giver is distinct from caller_account() and p_giver is not null then
		perform account_for_proven(p_giver);
	end if;
	select * into v_giver from account where id = coalesce(p_giver, caller_account()) for no key update;
	if p_taker = caller_account() and v_giver.id <> p_taker and roles_guarded() <> '{}' then
		raise exception 'nobody gives themselves a role' using errcode = 'TD694';
	end if;
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
revoke execute on function account_tell(uuid, text, uuid, jsonb, uuid), roles_given(uuid, text[], boolean, uuid), roles_wait, roles_taken_along,
	step_widens from public;

-- --- whose code a password comes from ----------------------------------------------------------------------------------------------------

-- Who has made a one-time code has read it, and may have set the password in place of the person; whoever has set it once sets it again. So it is
-- kept with the password, through whatever sessions it was set anew, until it is set by what is nobody's code; who has made the code confirms
-- nothing for that account, and who confirms reads when it was set, and by whose code, and asks the person.
alter table login_code add column made_by uuid default caller_account() constraint login_code_made_by_fk references account;
comment on column login_code.made_by is 'the administrator who has read it; NULL: made on the command line, or before 0123';
alter table session add column code_by uuid constraint session_code_by_fk references account;
comment on column session.code_by is 'who had made the code that it was opened with, or that its password comes from';
alter table password add column code_by uuid constraint password_code_by_fk references account;
comment on column password.code_by is 'who had made the code by which it was first set; NULL: nobody who could read it, or it was set before 0123';

-- As in 0080.
create or replace function sign_in(p_account uuid, p_code_hash bytea, p_seen text, p_step bigint, p_box bytea, p_recovery bytea, p_hash text, p_slots bigint[],
	p_session uuid, p_expires timestamptz, p_strong text[], p_client text)
returns session_opened language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_assurance int := case when p_step is null and p_recovery is null then 1 else 2 end;
	v_code_by uuid := case when p_code_hash is null then (select code_by from password where account = p_account)
		else (select made_by from login_code where account = p_account and code_hash = p_code_hash) end;
	v session_opened;
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
	v := session_make(p_account, p_session, case when p_code_hash is null then 'password' else 'code' end, v_assurance, p_expires, p_strong, p_client);
	update session set code_by = v_code_by where id = p_session and v_code_by is not null;
	return v;
end $$;
-- Under the lock of the account: whoever confirms a role reads whose code it was from before or from behind this, and who is signed in is looked at when
-- nobody ends that any more.
create or replace function password_set(p_hash text, p_slots bigint[]) returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_own uuid := (caller_person()).account;
begin
	perform from account where id = v_own for no key update;
	perform caller_person();
	insert into password (account, hash, code_by) select v_own, p_hash, code_by from session where id = caller_session()
		on conflict (account) do update set hash = excluded.hash, set_at = now(), code_by = excluded.code_by;
	delete from login_code where account = v_own;
	perform brake_release(p_slots);
	perform sessions_end(v_own, caller_session(), 'replaced');
	perform account_tell(v_own, 'password.set', caller_session());
end $$;

-- As in 0120; TD676 is for who has made the code that the password comes from, too.
create or replace function grant_decide(p_account uuid, p_grant uuid, p_confirm boolean) returns text language plpgsql security definer
set search_path = tiepdan, pg_temp as $$
declare
	a account;
	g account_grant;
begin
	perform pg_advisory_xact_lock(hashtext('tiepdan.account'));
	a := account_for_proven(p_account);
	perform from account where id = a.id for no key update;
	select * into g from account_grant where id = p_grant and account = a.id and decided_at is null;
	if not found then
		raise exception 'nothing waits' using errcode = 'TD404';
	elsif p_confirm and caller_account() = any (g.also || g.asked_by || a.id || (select code_by from password where account = a.id)) then
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
-- As in 0100.
create or replace function person_item(p_account uuid) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (select (account_item(a.id)::jsonb || jsonb_build_object('version', a.version, 'active', a.active, 'machine', a.machine, 'email', a.email,
			'language', a.language, 'password', exists (select from password p where p.account = a.id),
			'password_set', (select jsonb_build_object('at', instant(p.set_at), 'code_by', case when p.code_by is not null then person_named(p.code_by) end)
				from password p where p.account = a.id),
			'second_factor', exists (select from second_factor f where f.account = a.id and f.confirmed_at is not null),
			'sessions', (select count(*) from session s where s.account = a.id and s.closed_at is null and s.expires_at > now() and s.means <> 'key'),
			'grants', (select coalesce(jsonb_agg(jsonb_build_object('id', g.id, 'role', g.role, 'asked_at', instant(g.asked_at),
				'asked_by', person_named(g.asked_by)) order by g.asked_at, g.role), '[]') from account_grant g
				where g.account = a.id and g.decided_at is null)))::text
		from account a where a.id = p_account);
end $$;
