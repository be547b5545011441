-- Rules of assignment inside a department: sets of 0061 with the purpose `assignment`, written by whoever assigns there, and asked by the
-- job worker when it gives out tickets (0030). What they may say, and what happens when it cannot be, stands in civil/assign.h.
-- Rules are not asked about a ticket that nobody who assigns in the department may see, or that somebody is kept away from who wrote or
-- activated them: it goes by the ordinary order, and nobody learns from a tag what it says. A set of a department that has ended, or is
-- not switched on, rests. Servers of before go by the ordinary order alone.
set local search_path = tiepdan, public;

-- --- who may do what with which set ----------------------------------------------------------------------------------------------

-- Who may change what deadlines are counted by; of the rules of a department whoever assigns there, too.
create function rule_set_writes(p_department bigint) returns boolean language plpgsql stable security definer
set search_path = tiepdan, pg_temp as $$
begin
	return exists (select from role_right where might = 'calendars' and role = any (caller_roles()))
		or (coalesce(p_department = caller_department(), false) and work_manages());
end $$;
-- And the hub reads.
create function rule_set_seen(p_department bigint) returns boolean language plpgsql stable security definer
set search_path = tiepdan, pg_temp as $$
begin
	return rule_set_writes(p_department) or caller_roles() && '{coordinator,hub_head}';
end $$;
-- As in 0061; a set of another department is none.
create or replace function rule_set_at(p_id uuid, p_version bigint) returns rule_set language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	s rule_set;
begin
	perform pg_advisory_xact_lock(hashtext('tiepdan.rule_set'));
	select * into s from rule_set where id = p_id for update;
	if not found or (s.purpose = 'assignment' and not rule_set_seen(s.department)) then
		raise exception 'no such set of rules' using errcode = 'TD404';
	elsif not rule_set_writes(s.department) then
		raise exception 'this is for those who write these rules' using errcode = 'TD403';
	elsif s.version <> p_version then
		raise exception 'the set of rules has version %', s.version using errcode = 'TD412';
	end if;
	return s;
end $$;

-- The sets that route (no department), or those of a department, the newest first. TD403; TD430: there is no such department.
create function rule_sets_of(p_department text, p_after text, p_limit bigint) returns table (item text, key text)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	v_department bigint := rule_set_department(p_department);
begin
	if not rule_set_seen(v_department) then
		raise exception 'these rules are not for the caller' using errcode = 'TD403';
	end if;
	return query
	select rule_set_item(s)::text, s.number::text from rule_set s
	where s.purpose = case when v_department is null then 'routing' else 'assignment' end and s.department is not distinct from v_department
		and s.number < coalesce(p_after::int, 2147483647)
	order by s.number desc limit p_limit + 1;
end $$;
-- The id of a department by its code, NULL for none. TD430.
create function rule_set_department(p_code text) returns bigint language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_id bigint := (select id from department where code = p_code);
begin
	if p_code is not null and v_id is null then
		raise exception 'no such department' using errcode = 'TD430';
	end if;
	return v_id;
end $$;

-- Whoever may be named as an officer: the active people of the department who take up tickets.
create function assignment_people(p_department bigint) returns table (account uuid, login text) language plpgsql stable
set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	return query
	select a.id, a.login from account a
	where a.department = p_department and a.active and exists (
		select from account_role r join move_role m on m.role = r.role and m.action = 'claim' and not m.stands_in where r.account = a.id);
end $$;
-- Their logins, one a line; nobody for the rules that route.
create function rule_set_people(p_department bigint) returns text language plpgsql stable security definer
set search_path = tiepdan, pg_temp as $$
begin
	return (select coalesce(string_agg(p.login, E'\n' order by p.login), '') from assignment_people(p_department) p);
end $$;
-- What a text of rules has to be read for: that of a set which is there, or (no set) of the routing or a department for which the caller
-- wants to write one. No row: there is no such set. TD403, TD430.
create function rule_set_writing(p_id uuid, p_department text, out purpose text, out people text, out text text) returns setof record
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
declare
	v_department bigint;
begin
	if p_id is null then
		v_department := rule_set_department(p_department);
	else
		select s.department, s.text into v_department, text from rule_set s where s.id = p_id;
		if not found or not rule_set_seen(v_department) then
			return;
		end if;
	end if;
	if not rule_set_writes(v_department) then
		raise exception 'this is for those who write these rules' using errcode = 'TD403';
	end if;
	purpose := case when v_department is null then 'routing' else 'assignment' end;
	people := rule_set_people(v_department);
	return next;
end $$;

drop function rule_set_save(uuid, bigint, text, text, text, bigint, text[], text[], text[], boolean[], bigint[], uuid);
-- As in 0061; a new set may be that of a department. TD430.
create function rule_set_save(p_id uuid, p_version bigint, p_purpose text, p_title text, p_text text, p_rules bigint, p_whats text[],
	p_codes text[], p_in text[], p_effects boolean[], p_lines bigint[], p_event uuid, p_department text default null, out body text,
	out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_department bigint := rule_set_department(p_department);
	s rule_set;
begin
	if p_version is null then
		if not rule_set_writes(v_department) then
			raise exception 'this is for those who write these rules' using errcode = 'TD403';
		end if;
		perform pg_advisory_xact_lock(hashtext('tiepdan.rule_set'));
		insert into rule_set (id, purpose, department, number, title, text, rules, made_by)
			values (p_id, p_purpose, v_department, rule_set_next(p_purpose, v_department), p_title, p_text, p_rules, caller_account())
			returning * into s;
	else
		s := rule_set_draft(p_id, p_version);
		if s.purpose <> p_purpose then	-- it was read for another one
			raise exception 'no such set of rules' using errcode = 'TD404';
		end if;
		update rule_set set title = p_title, text = p_text, rules = p_rules, version = version + 1, made_at = now(), made_by = caller_account()
			where id = p_id returning * into s;
	end if;
	perform rule_set_names(s.id, p_whats, p_codes, p_in, p_effects, p_lines);
	perform rule_set_record(s, 'rules.written', p_event);
	body := rule_set_body(s);
	etag := s.version::text;
end $$;
-- As in 0061. The job worker asks anew at each run which sets of departments are active, and what they had set aside is tried at once.
create or replace function rule_set_switch(p_id uuid, p_replaces uuid, p_by uuid) returns rule_set language plpgsql
set search_path = tiepdan, pg_temp as $$
declare
	s rule_set;
begin
	select * into strict s from rule_set where id = p_id;
	update rule_set set state = 'retired', version = version + 1
		where state = 'active' and purpose = s.purpose and department is not distinct from s.department;
	update rule_set set state = 'active', version = version + 1, activated_at = now(), activated_by = p_by, replaces = p_replaces
		where id = p_id returning * into s;
	if s.purpose = 'routing' then
		notify reference_changed;
	else
		delete from assignment_wait where department = s.department;
	end if;
	return s;
end $$;

-- --- what the job worker asks ----------------------------------------------------------------------------------------------------

create function assignment_sets(p_kept uuid[]) returns table (id uuid, number bigint, department text, text text, people text)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	return query
	select s.id, s.number::bigint, d.code, case when s.id <> all (p_kept) then s.text end,
		(select coalesce(string_agg(distinct p.login, E'\n' order by p.login), '') from rule_set_name n
			join assignment_people(s.department) p on p.login = n.code where n.rule_set = s.id and n.what = 'officer')
	from rule_set s join department_work w on w.department = s.department and w.automatic join department d on d.id = s.department
	where s.purpose = 'assignment' and s.state = 'active';
end $$;

-- Whether rules may be asked about a ticket: somebody who assigns in its department may see it, and whoever wrote or activated them is
-- not kept away from it.
create function assignment_asks(t ticket, s rule_set) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return not person_barred(t.id, s.made_by) and not person_barred(t.id, s.activated_by)
		and exists (select from account a join account_role r on r.account = a.id
			join move_role m on m.role = r.role and m.action = 'assign' and sight_fits(m.sight, t.sight)
			join sight_right v on v.role = r.role and v.sight = t.sight
			where a.department = t.holder and a.active);
end $$;
-- What is next in each of the departments whose turn is next and that have rules: the tickets that department_assign() would take up.
create function assignment_next(p_now timestamptz, p_limit bigint)
returns table (ticket uuid, set uuid, version bigint, kind text, category text, area text, language text, channel text, level text,
	folded text) language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	s rule_set;
begin
	for s in select r.* from rule_set r join department_work w on w.department = r.department
		where r.purpose = 'assignment' and r.state = 'active' and w.automatic and w.tried_at < p_now and work_waits(w.department)
		order by w.tried_at, w.department limit p_limit
	loop
		return query
		select k.id, s.id, k.version, k.kind, k.category, k.area, k.language, k.channel, k.level,
			case when assignment_asks(k, s) then k.folded end
		from ticket k
		where k.holder = s.department and k.person is null and k.state in ('accepted', 'in_progress', 'reopened', 'appealed')
			and not exists (select from assignment_wait w where w.ticket = k.id and w.next_at > p_now)
		order by k.filed_at, k.id limit p_limit;
	end loop;
end $$;
create function work_waits(p_department bigint) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return exists (select from ticket k
		where k.holder = p_department and k.person is null and k.state in ('accepted', 'in_progress', 'reopened', 'appealed'));
end $$;

-- --- giving out ------------------------------------------------------------------------------------------------------------------

-- What rules wish for tickets: parallel arrays of the ticket, the set that was asked, the version of the ticket that it was asked about, and
-- what it said (assign_told() of civil/assign.h), NULL where it was not asked.
create type assignment_wish as (ticket uuid, set uuid, version bigint, said jsonb);

-- Whom rules name, or of those who have all the skills that they name the one with the least, as work_taker() finds people: the place
-- among p_people, NULL when nobody of them is here, has room, reads the language, may see the ticket and is not kept away from it.
create function work_wished(t ticket, p_people work_person[], p_said jsonb, out place int, out how text) language plpgsql stable
set search_path = tiepdan, pg_temp as $$
begin
	select w.place, case when w.named then 'officer' else 'skills' end into place, how
	from (select w.place, w.open, w.assigned_at, w.account, exists (
				select from account a where a.id = w.account and a.login = p_said->>'officer') as named
			from unnest(p_people) with ordinality w (account, open, capacity, languages, assigned_at, place)
			where w.open < w.capacity and (w.languages = '{}' or t.language = any (w.languages))
				and exists (select from account_role r
					join move_role m on m.role = r.role and m.action = 'claim' and not m.stands_in and sight_fits(m.sight, t.sight)
					join sight_right s on s.role = r.role and s.sight = t.sight where r.account = w.account)
				and not person_barred(t.id, w.account)) w
	where w.named or (p_said ? 'skills' and not exists (
		select from jsonb_array_elements_text(p_said->'skills') k (code) left join category c on c.code = k.code
		where not exists (select from work_skill h where h.account = w.account and h.category in (k.code, c.parent))))
	order by not w.named, w.open, w.assigned_at nulls first, w.account limit 1;
end $$;

drop function ticket_give(ticket, uuid, timestamptz);
-- As in 0030, with what rules said (NULL: they were not asked) and what decided: `by` officer, skills or order.
create function ticket_give(o ticket, p_person uuid, p_now timestamptz, p_said jsonb, p_how text) returns void language plpgsql
set search_path = tiepdan, pg_temp as $$
declare
	t ticket := o;
	a action;
begin
	select * into strict a from action where code = 'assign';
	t.person := p_person;
	t.state := (select to_state from move where action = 'assign' and from_state = o.state);
	perform ticket_change(o, t, a, 'job', p_now, null, null, null, gen_random_uuid(), null, null,
		jsonb_build_object('person', p_person, 'automatic', true)
			|| case when p_said is null then '{}' else jsonb_build_object('rules', p_said || jsonb_build_object('by', p_how)) end);
	if p_said is not null then
		perform ticket_mark(array_fill(o.id, array[count(*)::int]), array_agg(m.name), array_agg(m.flag))
			from (select jsonb_array_elements_text(p_said->'tags'), false union all select jsonb_array_elements_text(p_said->'flags'), true) m (name, flag)
			having count(*) > 0;
	end if;
	insert into work_profile (account, assigned_at) values (p_person, clock_timestamp())
		on conflict (account) do update set assigned_at = excluded.assigned_at;
	delete from assignment_wait where ticket = o.id;
end $$;

-- The set of rules that counts in a department; NULL: none.
create function assignment_set(p_department bigint) returns uuid language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (select id from rule_set where purpose = 'assignment' and state = 'active' and coalesce(department, 0) = p_department);
end $$;

drop function department_assign(bigint, timestamptz, bigint);
-- As in 0030. With a set of rules only tickets that it has been asked about as they are: the others are left for the next time, when it
-- will have been. What it wishes cannot keep a ticket from the ordinary order.
create function department_assign(p_department bigint, p_now timestamptz, p_limit bigint, p_set uuid, p_wishes assignment_wish[],
	out tried bigint, out assigned bigint)
language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	t ticket;
	v_people work_person[] := array(select (w.account, w.open, w.capacity, w.languages, w.assigned_at)::work_person
		from work_people(p_department, p_now) w where w.here);
	v_room bigint := (select coalesce(sum(greatest(p.capacity - p.open, 0)), 0) from unnest(v_people) p);
	v_asked uuid[] := array(select w.ticket from unnest(p_wishes) w where w.set = p_set);
	v_said jsonb;
	v_place int;
	v_how text;
begin
	tried := 0;
	assigned := 0;
	for t in select k.* from ticket k
		where k.holder = p_department and k.person is null and k.state in ('accepted', 'in_progress', 'reopened', 'appealed')
			and (p_set is null or k.id = any (v_asked))
			and not exists (select from assignment_wait w where w.ticket = k.id and w.next_at > p_now)
		order by k.filed_at, k.id limit p_limit for no key update of k skip locked
	loop
		exit when v_room = 0;
		continue when p_set is not null and not exists (select from unnest(p_wishes) w
			where w.ticket = t.id and w.set = p_set and w.version = t.version);
		tried := tried + 1;
		v_said := (select w.said from unnest(p_wishes) w where w.ticket = t.id and w.set = p_set limit 1);
		select w.place, w.how into v_place, v_how from work_wished(t, v_people, v_said) w;
		if v_place is null then
			v_place := work_taker(t, v_people);
			v_how := 'order';
		end if;
		if v_people[v_place].open < v_people[v_place].capacity then
			perform ticket_give(t, v_people[v_place].account, p_now, v_said, v_how);
			v_people[v_place].open := v_people[v_place].open + 1;
			v_people[v_place].assigned_at := clock_timestamp();
			v_room := v_room - 1;
			assigned := assigned + 1;
		else
			perform assignment_put_off(t.id, p_department, v_place is not null, p_now);
		end if;
	end loop;
	delete from assignment_wait where department = p_department and next_at < p_now - interval '1 hour';
end $$;

-- As in 0030, with what rules wish. A department whose rules were not asked keeps its turn; without wishes (NULL, servers of before) every
-- department has the ordinary order.
create function tickets_assign(p_now timestamptz, p_limit bigint, p_tickets uuid[], p_sets uuid[], p_versions bigint[], p_said text[],
	out tried bigint, out assigned bigint)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_wishes assignment_wish[] := array(select (i.ticket, i.set, i.version, i.said::jsonb)::assignment_wish
		from unnest(p_tickets, p_sets, p_versions, p_said) i (ticket, set, version, said));
	v_department bigint;
	v_set uuid;
	v_portion record;
begin
	tried := 0;
	assigned := 0;
	perform slots_hold();
	while tried < p_limit loop
		select w.department, x.set into v_department, v_set from department_work w
			cross join lateral (select case when p_tickets is not null then assignment_set(w.department) end as set) x
			where w.automatic and w.tried_at < p_now and work_waits(w.department) and (x.set is null or x.set = any (p_sets))
			order by w.tried_at, w.department limit 1 for no key update of w skip locked;
		exit when v_department is null;
		update department_work set tried_at = p_now where department = v_department;
		select * into v_portion from department_assign(v_department, p_now, p_limit - tried, v_set, v_wishes);
		tried := tried + v_portion.tried;
		assigned := assigned + v_portion.assigned;
	end loop;
end $$;
create or replace function tickets_assign(p_now timestamptz, p_limit bigint, out tried bigint, out assigned bigint)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	select x.tried, x.assigned into tried, assigned from tickets_assign(p_now, p_limit, null, null, null, null) x;
end $$;

-- The last assignment of a ticket that the server made, with what the rules said; NULL: there was none.
create function assignment_of(p_ticket uuid) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select json_build_object('at', instant(e.at), 'department', department_named(e.department),
			'person', person_named((e.data->>'person')::uuid), 'rules', e.data->'rules')
		from event e where e.ticket = p_ticket and e.type = 'ticket.assigned' and e.actor_kind = 'job'
			and e.at >= (select filed_at - interval '1 day' from ticket where id = p_ticket)
		order by e.at desc, e.id desc limit 1);
end $$;

revoke execute on function rule_set_writes, rule_set_seen, rule_sets_of, rule_set_department, assignment_people, rule_set_people, rule_set_writing,
	rule_set_save, 	assignment_sets, assignment_asks, assignment_next, work_waits, work_wished, ticket_give, assignment_set, department_assign,
	tickets_assign(timestamptz, bigint, uuid[], uuid[], bigint[], text[]), assignment_of from public;
grant execute on function rule_set_writes, rule_set_seen, rule_sets_of, rule_set_people, rule_set_writing, rule_set_save,
	assignment_sets, assignment_next, 	tickets_assign(timestamptz, bigint, uuid[], uuid[], bigint[], text[]), assignment_of to tiepdan_app;
