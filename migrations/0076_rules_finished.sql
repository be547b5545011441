-- What sets of rules still lacked: rehearsals count co-handlers that change, drafts of a department are as few as its people need and
-- seen by whoever may read them, and the sets of departments go with the configuration's files.
set local search_path = tiepdan, public;

-- --- co-handlers that change -------------------------------------------------------------------------------------------------------

alter table rehearsal add column cohandlers int not null default 0;
comment on column rehearsal_ticket.changes is 'department, level, profile, visibility, with';

-- As in 0069, with co-handlers.
create or replace function rehearsal_item(r rehearsal) returns jsonb language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return jsonb_build_object('id', r.id, 'rule_set', rule_set_numbered(r.rule_set), 'compared_with', rule_set_numbered(r.compared_with),
		'state', r.state, 'fault', r.fault, 'tickets', r.tickets, 'total', r.total, 'done', r.done, 'asked_at', instant(r.asked_at),
		'asked_by', person_named(r.asked_by), 'began_at', instant(r.began_at), 'ended_at', instant(r.ended_at), 'changed',
		jsonb_build_object('tickets', r.changed, 'department', r.departments, 'level', r.levels, 'profile', r.profiles,
			'visibility', r.visibilities, 'with', r.cohandlers, 'undecided', r.undecided));
end $$;

drop function rehearsal_changes(boolean, boolean, boolean, boolean);
create function rehearsal_changes(p_department boolean, p_level boolean, p_profile boolean, p_visibility boolean, p_with boolean)
returns text[] language sql immutable parallel safe as $$
	select array_remove(array[case when p_department then 'department' end, case when p_level then 'level' end,
		case when p_profile then 'profile' end, case when p_visibility then 'visibility' end, case when p_with then 'with' end], null)
$$;
drop function rehearsal_list(rehearsal, bigint[], uuid[], bigint[], bigint[], text[], boolean[], boolean[], boolean[], boolean[]);
-- As in 0069.
create function rehearsal_list(r rehearsal, p_places bigint[], p_tickets uuid[], p_from bigint[], p_to bigint[], p_rules text[],
	p_departments boolean[], p_levels boolean[], p_profiles boolean[], p_visibilities boolean[], p_cohandlers boolean[])
returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	with i as materialized (
		select i.*, not x.closed as open from unnest(p_places, p_tickets, p_from, p_to, p_rules, p_departments, p_levels,
				p_profiles, p_visibilities, p_cohandlers)
				i (place, ticket, old, new, rule, department, level, profile, visibility, cohandlers)
			join ticket t on t.id = i.ticket join sight x on x.code = t.sight),
	ranked as (select i.*, row_number() over (partition by old, new order by place) as rank from i where open),
	kept as (
		insert into rehearsal_ticket
			select r.id, k.place, k.ticket, k.old, k.new,
				rehearsal_changes(k.department, k.level, k.profile, k.visibility, k.cohandlers), k.rule
			from ranked k left join rehearsal_pair p on p.rehearsal = r.id and p.from_department = k.old and p.to_department = k.new
			where k.rank + coalesce(p.listed, 0) <= 1000 returning from_department, to_department)
	insert into rehearsal_pair as p
		select r.id, i.old, i.new, count(*), (select count(*) from kept k where k.from_department = i.old and k.to_department = i.new)
		from i group by i.old, i.new
	on conflict on constraint rehearsal_pair_pk do update set tickets = p.tickets + excluded.tickets, listed = p.listed + excluded.listed;
end $$;

-- As in 0069, with whose co-handlers change.
create function rehearsal_store(p_id uuid, p_active uuid, p_filed_to timestamptz, p_ticket_to uuid, p_filed timestamptz, p_ticket uuid,
	p_read bigint, p_undecided bigint, p_places bigint[], p_tickets uuid[], p_from bigint[], p_to bigint[], p_rules text[],
	p_departments boolean[], p_levels boolean[], p_profiles boolean[], p_visibilities boolean[], p_used bigint[], p_cohandlers boolean[])
returns boolean language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	r rehearsal;
	v_fault text;
begin
	select * into r from rehearsal where id = p_id and state = 'running' and (filed_to, ticket_to) = (p_filed_to, p_ticket_to) for update;
	if r.compared_with is distinct from p_active then
		return false;	-- the one who decided has another set than the one who began
	end if;
	v_fault := rehearsal_hindrance(r);
	if r.id is null or v_fault is not null then
		perform rehearsal_fail(r.id, v_fault);
		return false;
	end if;
	perform rehearsal_list(r, array(select p + r.done from unnest(p_places) with ordinality x (p, n) order by n), p_tickets, p_from, p_to,
		p_rules, p_departments, p_levels, p_profiles, p_visibilities, p_cohandlers);
	delete from rehearsal_rule where rehearsal = r.id and place = any (p_used);
	update rehearsal set attempts = 0, done = done + p_read, filed_to = p_filed, ticket_to = p_ticket, changed = changed + cardinality(p_tickets),
			departments = departments + trues(p_departments), levels = levels + trues(p_levels), profiles = profiles + trues(p_profiles),
			visibilities = visibilities + trues(p_visibilities), cohandlers = cohandlers + trues(p_cohandlers),
			undecided = undecided + p_undecided
		where id = r.id;
	return true;
end $$;
-- For servers of before, which do not look at co-handlers.
create or replace function rehearsal_store(p_id uuid, p_active uuid, p_filed_to timestamptz, p_ticket_to uuid, p_filed timestamptz, p_ticket uuid,
	p_read bigint, p_undecided bigint, p_places bigint[], p_tickets uuid[], p_from bigint[], p_to bigint[], p_rules text[],
	p_departments boolean[], p_levels boolean[], p_profiles boolean[], p_visibilities boolean[], p_used bigint[])
returns boolean language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	return rehearsal_store(p_id, p_active, p_filed_to, p_ticket_to, p_filed, p_ticket, p_read, p_undecided, p_places, p_tickets, p_from, p_to,
		p_rules, p_departments, p_levels, p_profiles, p_visibilities, p_used, array_fill(false, array[cardinality(p_tickets)]));
end $$;

-- --- who sees sets, and how many drafts there are ----------------------------------------------------------------------------------

-- What routes is no secret of the city's own servers, which read it as nobody; the rest is for whoever may read it.
alter table rule_set enable row level security;
alter table rule_set_name enable row level security;
create policy rule_set_seen on rule_set for select to tiepdan_app
	using ((purpose = 'routing' and state = 'active') or rule_set_seen(department));
create policy rule_set_name_seen on rule_set_name for select to tiepdan_app
	using (exists (select from rule_set s where s.id = rule_set_name.rule_set));

alter table setting disable trigger configuration_touched;
insert into setting (name, value, note, least, most) values
	('rule_drafts_most', 100, 'so many drafts of the rules that route there can be, and as many of the rules of each department', 1, 10000);
alter table setting enable trigger configuration_touched;
update configuration_kept k set content = k.content || (select jsonb_object_agg(key, cells) from import_row where kind = 'settings' and key = 'rule_drafts_most')
	where k.kind = 'settings';

-- TD620: there are as many drafts as there may be.
create function rule_set_room(p_purpose text, p_department bigint) returns void language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	if (select count(*) from rule_set where purpose = p_purpose and department is not distinct from p_department and state = 'draft')
		>= (select value from setting where name = 'rule_drafts_most') then
		raise exception 'there are as many drafts of rules as there may be' using errcode = 'TD620';
	end if;
end $$;
-- As in 0071. TD430, TD620.
create or replace function rule_set_save(p_id uuid, p_version bigint, p_purpose text, p_title text, p_text text, p_rules bigint, p_whats text[],
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
		perform rule_set_room(p_purpose, v_department);
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
-- What a new set was answered with, kept under its Idempotency-Key: p_told are the members that stand behind those of the set.
create function rule_set_made(p_key bytea, p_id uuid, p_told text) returns boolean language plpgsql security definer
set search_path = tiepdan, pg_temp as $$
begin
	perform once_finish(p_key, 201, left(rule_set_body(s), -1) || ',' || p_told || '}') from rule_set s where s.id = p_id;
	return found;
end $$;

-- --- whose turn it is to give out tickets --------------------------------------------------------------------------------------------

-- As in 0071, and whoever wrote or activated the rules may see the ticket, as far as they are of its department: there they could read from
-- who gets it what it says.
create or replace function assignment_asks(t ticket, s rule_set) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return not person_barred(t.id, s.made_by) and not person_barred(t.id, s.activated_by)
		and not exists (select from account a where a.id in (s.made_by, s.activated_by) and a.department = t.holder
			and not exists (select from account_role r join sight_right v on v.role = r.role and v.sight = t.sight where r.account = a.id))
		and exists (select from account a join account_role r on r.account = a.id
			join move_role m on m.role = r.role and m.action = 'assign' and sight_fits(m.sight, t.sight)
			join sight_right v on v.role = r.role and v.sight = t.sight
			where a.department = t.holder and a.active);
end $$;
-- Whether a department has a ticket that nobody has and that is not set aside.
create function work_free(p_department bigint, p_now timestamptz) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return exists (select from ticket k
		where k.holder = p_department and k.person is null and k.state in ('accepted', 'in_progress', 'reopened', 'appealed')
			and not exists (select from assignment_wait w where w.ticket = k.id and w.next_at > p_now));
end $$;
-- As in 0071: a department all of whose tickets are set aside keeps nobody else from his turn.
create or replace function assignment_next(p_now timestamptz, p_limit bigint)
returns table (ticket uuid, set uuid, version bigint, kind text, category text, area text, language text, channel text, level text,
	folded text) language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	s rule_set;
begin
	for s in select r.* from rule_set r join department_work w on w.department = r.department
		where r.purpose = 'assignment' and r.state = 'active' and w.automatic and w.tried_at < p_now and work_free(w.department, p_now)
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
-- As in 0071.
create or replace function tickets_assign(p_now timestamptz, p_limit bigint, p_tickets uuid[], p_sets uuid[], p_versions bigint[], p_said text[],
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
			where w.automatic and w.tried_at < p_now and work_free(w.department, p_now) and (x.set is null or x.set = any (p_sets))
			order by w.tried_at, w.department limit 1 for no key update of w skip locked;
		exit when v_department is null;
		update department_work set tried_at = p_now where department = v_department;
		select * into v_portion from department_assign(v_department, p_now, p_limit - tried, v_set, v_wishes);
		tried := tried + v_portion.tried;
		assigned := assigned + v_portion.assigned;
	end loop;
end $$;
drop function work_waits;

-- --- as files ----------------------------------------------------------------------------------------------------------------------

-- The texts that count, as files of the configuration: the rules that route first, then those of the departments by their codes.
create function rule_files() returns table (department text, text text, number bigint, rules bigint) language plpgsql stable
set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	return query select d.code, s.text, s.number::bigint, s.rules::bigint
		from rule_set s left join department d on d.id = s.department where s.state = 'active'
		order by d.code collate "C" nulls first;
end $$;
create function configuration_rules() returns table (department text, text text, number bigint) language plpgsql stable security definer
set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	perform configuration_may_read();
	return query select f.department, f.text, f.number from rule_files() f;
end $$;

-- `tiepdan import rules`: a text becomes the active set of the routing or (a code) of a department, unless it is that already. The number of
-- the set that is active then. TD430.
create function rule_set_import(p_id uuid, p_title text, p_text text, p_rules bigint, p_whats text[], p_codes text[], p_in text[],
	p_effects boolean[], p_lines bigint[], p_department text) returns int language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_department bigint := rule_set_department(p_department);
	v_purpose text := case when p_department is null then 'routing' else 'assignment' end;
	v_active rule_set;
begin
	perform pg_advisory_xact_lock(hashtext('tiepdan.rule_set'));
	select * into v_active from rule_set
		where state = 'active' and purpose = v_purpose and department is not distinct from v_department;
	if v_active.text is distinct from p_text then
		insert into rule_set (id, purpose, department, number, title, text, rules)
			values (p_id, v_purpose, v_department, rule_set_next(v_purpose, v_department), p_title, p_text, p_rules);
		perform rule_set_names(p_id, p_whats, p_codes, p_in, p_effects, p_lines);
		v_active := rule_set_switch(p_id, v_active.id, null);
		perform rule_set_record(v_active, 'rules.activated', gen_random_uuid());
	end if;
	return v_active.number;
end $$;
-- For commands of before.
create or replace function rule_set_import(p_id uuid, p_title text, p_text text, p_rules bigint, p_whats text[], p_codes text[], p_in text[],
	p_effects boolean[], p_lines bigint[]) returns int language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	return rule_set_import(p_id, p_title, p_text, p_rules, p_whats, p_codes, p_in, p_effects, p_lines, null);
end $$;

-- As long as there are servers of before 72.
grant execute on function ticket_reclassify(uuid, bigint, text, text, text, text, text, text, text, bigint, bigint, text[], text[], text,
	timestamptz, bigint[], text[], timestamptz[], boolean[], timestamptz[], timestamptz[], bigint[], text[], bigint[], bigint[], bigint[], text[],
	timestamptz[], timestamptz[], text[], bigint[], text, bigint, uuid) to tiepdan_app;
revoke execute on function rehearsal_changes, rehearsal_list, work_free,
	rehearsal_store(uuid, uuid, timestamptz, uuid, timestamptz, uuid, bigint, bigint, bigint[], uuid[], bigint[], bigint[], text[], boolean[],
		boolean[], boolean[], boolean[], bigint[], boolean[]), rule_set_room, rule_set_made, rule_files, configuration_rules,
	rule_set_import(uuid, text, text, bigint, text[], text[], text[], boolean[], bigint[], text) from public;
grant execute on function rehearsal_store(uuid, uuid, timestamptz, uuid, timestamptz, uuid, bigint, bigint, bigint[], uuid[], bigint[], bigint[],
	text[], boolean[], boolean[], boolean[], boolean[], bigint[], boolean[]), rule_set_made, configuration_rules to tiepdan_app;
