-- Rehearsals: what a set of rules would have made of the last tickets, beside what the active set makes of them. The job worker decides
-- both (jobs/rehearse.h) and stores what differs a portion at a time, with how far it came. Tickets of a closed sight are left out: how many
-- of them a phrase meets would tell what stands in them.
set local search_path = tiepdan, public;

create table rehearsal (
	id            uuid not null,
	rule_set      uuid not null,
	written_at    timestamptz not null,
	tickets       int not null,
	state         text not null default 'waiting',
	fault         text,
	asked_at      timestamptz not null default now(),
	asked_by      uuid,
	began_at      timestamptz,
	ended_at      timestamptz,
	compared_with uuid,
	total         int,
	done          int not null default 0,
	filed_to      timestamptz not null default now(),
	ticket_to     uuid not null default 'ffffffff-ffff-ffff-ffff-ffffffffffff',
	attempts      int not null default 0,
	changed       int not null default 0,
	departments   int not null default 0,
	levels        int not null default 0,
	profiles      int not null default 0,
	visibilities  int not null default 0,
	undecided     int not null default 0,
	constraint rehearsal_pk primary key (id),
	constraint rehearsal_rule_set_fk foreign key (rule_set) references rule_set on delete cascade,
	constraint rehearsal_asked_by_fk foreign key (asked_by) references account,
	constraint rehearsal_compared_with_fk foreign key (compared_with) references rule_set,
	constraint rehearsal_tickets check (tickets between 1 and 100000),
	constraint rehearsal_state check (state in ('waiting', 'running', 'done', 'failed')),
	constraint rehearsal_fault check ((state = 'failed') = (fault is not null)
		and fault in ('rules_changed', 'active_changed', 'rules_unreadable', 'gave_up')),
	constraint rehearsal_began check (state in ('waiting', 'failed') or (began_at is not null and total is not null)),
	constraint rehearsal_ended check ((state in ('done', 'failed')) = (ended_at is not null))
);
create unique index rehearsal_one_of_a_set on rehearsal (rule_set) where state in ('waiting', 'running');
create unique index rehearsal_one_at_a_time on rehearsal (state) where state = 'running';
create index rehearsal_of_set on rehearsal (rule_set, asked_at, id);
create index rehearsal_newest on rehearsal (asked_at, id);
comment on table rehearsal is 'A set of rules tried on the last tickets, as of the day on which each was filed.';
comment on column rehearsal.written_at is 'made_at of the text that is tried: another text ends the rehearsal';
comment on column rehearsal.tickets is 'how many are wanted; total: how many there are';
comment on column rehearsal.compared_with is 'the set that was active; NULL: none';
comment on column rehearsal.filed_to is 'with ticket_to: the last ticket that was looked at, newest first';
comment on column rehearsal.attempts is 'how often it was begun or gone on with anew since it last came on';
comment on column rehearsal.undecided is 'tickets for which one of the two sets finds nobody';

create table rehearsal_pair (
	rehearsal       uuid not null,
	from_department bigint not null,
	to_department   bigint not null,
	tickets         int not null,
	listed          int not null,
	constraint rehearsal_pair_pk primary key (rehearsal, from_department, to_department),
	constraint rehearsal_pair_rehearsal_fk foreign key (rehearsal) references rehearsal on delete cascade,
	constraint rehearsal_pair_from_department_fk foreign key (from_department) references department,
	constraint rehearsal_pair_to_department_fk foreign key (to_department) references department,
	constraint rehearsal_pair_listed check (listed between 0 and 1000 and listed <= tickets)
);
comment on table rehearsal_pair is 'Tickets that change, by who has them and who would; the same twice: something else changes.';
comment on column rehearsal_pair.listed is 'how many of them are rows of rehearsal_ticket';

create table rehearsal_ticket (
	rehearsal       uuid not null,
	place           int not null,
	ticket          uuid not null,
	from_department bigint not null,
	to_department   bigint not null,
	changes         text[] not null,
	rule            text,
	constraint rehearsal_ticket_pk primary key (rehearsal, place),
	constraint rehearsal_ticket_rehearsal_fk foreign key (rehearsal) references rehearsal on delete cascade
);
create index rehearsal_ticket_of_pair on rehearsal_ticket (rehearsal, from_department, to_department, place);
comment on table rehearsal_ticket is 'Examples of tickets that change.';
comment on column rehearsal_ticket.place is 'counts from the newest ticket, with gaps';
comment on column rehearsal_ticket.ticket is 'no foreign key: a rehearsal touches no row of the tickets';
comment on column rehearsal_ticket.changes is 'department, level, profile, visibility';
comment on column rehearsal_ticket.rule is 'of the set that is tried; NULL: none any more, so that the category or the hub says it';

create table rehearsal_rule (
	rehearsal uuid not null,
	place     int not null,
	name      text not null,
	constraint rehearsal_rule_pk primary key (rehearsal, place),
	constraint rehearsal_rule_rehearsal_fk foreign key (rehearsal) references rehearsal on delete cascade
);
comment on table rehearsal_rule is 'Rules that have had no say in any ticket so far.';

-- --- asked for, and shown -----------------------------------------------------------------------------------------------------

create function rehearsal_seen() returns boolean language sql stable parallel safe as $$
	select tiepdan.caller_roles() && '{admin,hub_head,coordinator}'
$$;
create function rule_set_numbered(p_id uuid) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (select json_build_object('id', id, 'number', number) from rule_set where id = p_id);
end $$;
create function rehearsal_item(r rehearsal) returns jsonb language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return jsonb_build_object('id', r.id, 'rule_set', rule_set_numbered(r.rule_set), 'compared_with', rule_set_numbered(r.compared_with),
		'state', r.state, 'fault', r.fault, 'tickets', r.tickets, 'total', r.total, 'done', r.done, 'asked_at', instant(r.asked_at),
		'asked_by', person_named(r.asked_by), 'began_at', instant(r.began_at), 'ended_at', instant(r.ended_at), 'changed',
		jsonb_build_object('tickets', r.changed, 'department', r.departments, 'level', r.levels, 'profile', r.profiles,
			'visibility', r.visibilities, 'undecided', r.undecided));
end $$;
create function rehearsal_body(r rehearsal) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (rehearsal_item(r) || jsonb_build_object(
		'pairs', (select coalesce(jsonb_agg(jsonb_build_object('from', department_named(p.from_department),
				'to', department_named(p.to_department), 'tickets', p.tickets, 'listed', p.listed)
				order by p.tickets desc, p.from_department, p.to_department), '[]')
			from (select * from rehearsal_pair where rehearsal = r.id
				order by tickets desc, from_department, to_department limit 1000) p),
		'unused', jsonb_build_object('rules', (select count(*) from rehearsal_rule where rehearsal = r.id),
			'names', (select coalesce(jsonb_agg(u.name order by u.place), '[]')
				from (select * from rehearsal_rule where rehearsal = r.id order by place limit 1000) u))))::text;
end $$;

-- Asks for a rehearsal; its body. Of a set the last ten are kept. TD404: there is no such set.
create function rehearsal_ask(p_id uuid, p_rule_set uuid, p_tickets bigint, p_event uuid) returns text
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	s rule_set;
	r rehearsal;
begin
	perform caller_needs('calendars');
	select * into s from rule_set where id = p_rule_set and purpose = 'routing' for share;
	if not found then
		raise exception 'no such set of rules' using errcode = 'TD404';
	end if;
	insert into rehearsal (id, rule_set, written_at, tickets, asked_by) values (p_id, s.id, s.made_at, p_tickets, caller_account())
		returning * into r;
	delete from rehearsal where id in (
		select id from rehearsal where rule_set = s.id and state in ('done', 'failed') order by asked_at desc, id desc offset 9);
	perform rule_set_record(s, 'rules.rehearsed', p_event);
	return rehearsal_body(r);
end $$;

-- Of one set, the newest first, as a page. TD404: there is no such set.
create function rehearsals_of(p_rule_set uuid, p_after text, p_limit bigint) returns table (item text, key text)
language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	if not exists (select from rule_set where id = p_rule_set and purpose = 'routing') then
		raise exception 'no such set of rules' using errcode = 'TD404';
	end if;
	return query
	select rehearsal_item(r)::text, concat_ws('|', r.asked_at, r.id) from rehearsal r
	where r.rule_set = p_rule_set and (r.asked_at, r.id) < (coalesce(split_part(p_after, '|', 1)::timestamptz, 'infinity'),
		coalesce(split_part(p_after, '|', 2)::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
	order by r.asked_at desc, r.id desc limit p_limit + 1;
end $$;
-- Examples of what changes that the caller may see, the newest ticket first, as a page; all, or those from or to a department.
create function rehearsal_examples(p_id uuid, p_from text, p_to text, p_after text, p_limit bigint) returns table (item text, key text)
language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	if not exists (select from rehearsal where id = p_id) then
		raise exception 'no such rehearsal' using errcode = 'TD404';
	end if;
	return query
	select json_build_object('id', t.id, 'code', t.code, 'filed_at', instant(t.filed_at), 'from', department_named(x.from_department),
			'to', department_named(x.to_department), 'changes', to_json(x.changes), 'rule', x.rule)::text, x.place::text
	from rehearsal_ticket x join ticket t on t.id = x.ticket
	where x.rehearsal = p_id and x.place > coalesce(p_after::int, -1)
		and (p_from is null or x.from_department = (select id from department where code = p_from))
		and (p_to is null or x.to_department = (select id from department where code = p_to)) and sees(t)
	order by x.place limit p_limit + 1;
end $$;

-- --- the job worker -----------------------------------------------------------------------------------------------------------

-- Why a rehearsal cannot go on; NULL: it can.
create function rehearsal_hindrance(r rehearsal) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	if r.attempts > 20 then
		return 'gave_up';
	elsif r.written_at <> (select made_at from rule_set where id = r.rule_set) then
		return 'rules_changed';
	elsif r.state = 'running' and r.compared_with is distinct from (
		select id from rule_set where state = 'active' and purpose = 'routing') then
		return 'active_changed';
	end if;
	return null;
end $$;
create function rehearsal_fail(p_id uuid, p_fault text) returns boolean
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	update rehearsal set state = 'failed', fault = p_fault, ended_at = now() where id = p_id and state in ('waiting', 'running');
	return found;
end $$;

-- What there is to do next: the rehearsal that runs, else the one that has waited longest; what cannot go on ends. The text comes unless
-- the caller has it already: whoever fetches it goes on with what somebody else has left.
create function rehearsal_take(p_known uuid) returns table (id uuid, running boolean, text text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	r rehearsal;
	v_fault text;
begin
	loop
		select * into r from rehearsal where state in ('running', 'waiting') order by state = 'waiting', asked_at, id limit 1;
		exit when not found;
		v_fault := rehearsal_hindrance(r);
		exit when v_fault is null;
		perform rehearsal_fail(r.id, v_fault);
	end loop;
	if r.id is distinct from p_known then
		update rehearsal set attempts = attempts + 1 where id = r.id;
	end if;
	return query select r.id, r.state = 'running', case when r.id is distinct from p_known then s.text end
		from rule_set s where s.id = r.rule_set;
end $$;

-- Begins it with the names of the rules in their order. False: another one runs, or the active set is not the one that the caller has.
create function rehearsal_begin(p_id uuid, p_active uuid, p_names text[]) returns boolean
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	r rehearsal;
begin
	perform pg_advisory_xact_lock(hashtext('tiepdan.rehearsal'));
	if exists (select from rehearsal where state = 'running')
		or p_active is distinct from (select id from rule_set where state = 'active' and purpose = 'routing') then
		return false;
	end if;
	update rehearsal set state = 'running', began_at = now(), compared_with = p_active, total = (
			select count(*) from (select from ticket t where (t.filed_at, t.id) < (filed_to, ticket_to)
				and not exists (select from sight x where x.code = t.sight and x.closed) order by t.filed_at desc, t.id desc limit tickets) t)
		where id = p_id and state = 'waiting' returning * into r;
	if not found then
		return false;
	end if;
	insert into rehearsal_rule select r.id, i.place - 1, i.name from unnest(p_names) with ordinality i (name, place);
	return true;
end $$;

-- The next tickets behind those that were looked at, newest first, as they were filed. No row: there are none.
create function rehearsal_read(p_id uuid, p_limit bigint)
returns table (filed_to timestamptz, ticket_to uuid, filed_at timestamptz, ticket uuid, filed_s bigint, kind text, category text, area text,
	folded text, language text, channel text, against text)
language plpgsql stable security definer set search_path = tiepdan, pg_temp set jit = off as $$
#variable_conflict use_column
declare
	r rehearsal;
begin
	select * into r from rehearsal where id = p_id and state = 'running';
	if not found then
		return;
	end if;
	return query
	select r.filed_to, r.ticket_to, t.filed_at, t.id, floor(extract(epoch from t.filed_at))::bigint, coalesce(f.kind, t.kind),
		coalesce(f.category, t.category), t.area, t.folded, t.language, t.channel, d.code
	from (select * from ticket where (filed_at, id) < (r.filed_to, r.ticket_to)
				and not exists (select from sight x where x.code = ticket.sight and x.closed)
			order by filed_at desc, id desc limit least(p_limit, r.total - r.done)) t
		left join filed_as f on f.ticket = t.id left join ticket_against a on a.ticket = t.id left join department d on d.id = a.department
	order by t.filed_at desc, t.id desc;
end $$;

create function rehearsal_changes(p_department boolean, p_level boolean, p_profile boolean, p_visibility boolean) returns text[]
language sql immutable parallel safe as $$
	select array_remove(array[case when p_department then 'department' end, case when p_level then 'level' end,
		case when p_profile then 'profile' end, case when p_visibility then 'visibility' end], null)
$$;
-- Counts what changes by pairs, and keeps of each pair the first thousand tickets; none that has come to a closed sight since it was read.
create function rehearsal_list(r rehearsal, p_places bigint[], p_tickets uuid[], p_from bigint[], p_to bigint[], p_rules text[],
	p_departments boolean[], p_levels boolean[], p_profiles boolean[], p_visibilities boolean[])
returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	with i as materialized (
		select i.*, not x.closed as open from unnest(p_places, p_tickets, p_from, p_to, p_rules, p_departments, p_levels,
				p_profiles, p_visibilities) i (place, ticket, old, new, rule, department, level, profile, visibility)
			join ticket t on t.id = i.ticket join sight x on x.code = t.sight),
	ranked as (select i.*, row_number() over (partition by old, new order by place) as rank from i where open),
	kept as (
		insert into rehearsal_ticket
			select r.id, k.place, k.ticket, k.old, k.new, rehearsal_changes(k.department, k.level, k.profile, k.visibility), k.rule
			from ranked k left join rehearsal_pair p on p.rehearsal = r.id and p.from_department = k.old and p.to_department = k.new
			where k.rank + coalesce(p.listed, 0) <= 1000 returning from_department, to_department)
	insert into rehearsal_pair as p
		select r.id, i.old, i.new, count(*), (select count(*) from kept k where k.from_department = i.old and k.to_department = i.new)
		from i group by i.old, i.new
	on conflict on constraint rehearsal_pair_pk do update set tickets = p.tickets + excluded.tickets, listed = p.listed + excluded.listed;
end $$;
create function trues(p boolean[]) returns int language sql immutable parallel safe as $$
	select count(*)::int from unnest(p) x where x
$$;

-- Stores what was found in the next p_read tickets, the last of which is (p_filed, p_ticket), unless somebody else has done so. Places
-- count from this portion's first ticket; p_active: the set that it was compared with. False: there is nothing to go on with.
create function rehearsal_store(p_id uuid, p_active uuid, p_filed_to timestamptz, p_ticket_to uuid, p_filed timestamptz, p_ticket uuid, p_read bigint,
	p_undecided bigint, p_places bigint[], p_tickets uuid[], p_from bigint[], p_to bigint[], p_rules text[], p_departments boolean[],
	p_levels boolean[], p_profiles boolean[], p_visibilities boolean[], p_used bigint[])
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
		p_rules, p_departments, p_levels, p_profiles, p_visibilities);
	delete from rehearsal_rule where rehearsal = r.id and place = any (p_used);
	update rehearsal set attempts = 0, done = done + p_read, filed_to = p_filed, ticket_to = p_ticket, changed = changed + cardinality(p_tickets),
			departments = departments + trues(p_departments), levels = levels + trues(p_levels), profiles = profiles + trues(p_profiles),
			visibilities = visibilities + trues(p_visibilities), undecided = undecided + p_undecided
		where id = r.id;
	return true;
end $$;
-- There are no more tickets.
create function rehearsal_finish(p_id uuid) returns boolean language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	update rehearsal set state = 'done', ended_at = now() where id = p_id and state = 'running';
	return found;
end $$;
create function rehearsal_forget(p_before timestamptz, p_limit bigint) returns bigint
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_forgotten bigint;
begin
	delete from rehearsal where id in (
		select id from rehearsal where asked_at < p_before and state in ('done', 'failed') order by asked_at limit p_limit);
	get diagnostics v_forgotten = row_count;
	return v_forgotten;
end $$;

-- --- who sees what ------------------------------------------------------------------------------------------------------------

alter table rehearsal enable row level security;
alter table rehearsal_pair enable row level security;
alter table rehearsal_ticket enable row level security;
alter table rehearsal_rule enable row level security;
create policy rehearsal_seen on rehearsal for select to tiepdan_app using ((select rehearsal_seen()));
create policy rehearsal_pair_seen on rehearsal_pair for select to tiepdan_app using ((select rehearsal_seen()));
create policy rehearsal_rule_seen on rehearsal_rule for select to tiepdan_app using ((select rehearsal_seen()));
create policy rehearsal_ticket_seen on rehearsal_ticket for select to tiepdan_app
	using ((select rehearsal_seen()) and exists (select from ticket t where t.id = rehearsal_ticket.ticket));
revoke all on rehearsal, rehearsal_pair, rehearsal_ticket, rehearsal_rule from public;
grant select on rehearsal, rehearsal_pair, rehearsal_ticket, rehearsal_rule to tiepdan_app;
revoke execute on all functions in schema tiepdan from public;
grant execute on function rehearsal_seen, rule_set_numbered, rehearsal_item, rehearsal_body, rehearsal_ask, rehearsals_of, rehearsal_examples,
	rehearsal_fail, rehearsal_take, rehearsal_begin, rehearsal_read, rehearsal_store, rehearsal_finish, rehearsal_forget to tiepdan_app;
