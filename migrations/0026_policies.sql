-- Policies of departments: a row of policy may name a department, and then counts for tickets that this department or one
-- below it gets, before the row that is like it but names none. Which policy is chosen, and that a ticket keeps it wherever it
-- is moved, says decide_policy() (civil/decide.h). Programs from before this migration take such a row for a general one: the
-- first is imported when the last of them is gone.
set local search_path = tiepdan, public;

alter table policy
	add column department text,
	add constraint policy_department_fk foreign key (department) references department (code),
	drop constraint policy_version,
	add constraint policy_version unique nulls not distinct (profile, kind, level, category, department, valid_from),
	drop constraint policy_one_in_force,
	add constraint policy_one_in_force exclude using gist (coalesce(kind, '') with =, coalesce(level, '') with =,
		coalesce(category, '') with =, coalesce(department, '') with =, daterange(valid_from, valid_to) with &&);
comment on column policy.department is 'code of the department whose own policy it is, and of those below it; NULL: of all departments';

-- --- importing -----------------------------------------------------------------------------------------------------------

insert into import_column values ('policies', 'department', 'code', false, 'departments');
update import_kind set keys = '{profile,kind,level,category,department,valid_from}' where code = 'policies';

create or replace function import_policies(r jsonb) returns void language sql set search_path = tiepdan, pg_temp as $$
	insert into policy (profile, kind, level, category, department, accept_amount, accept_unit, forward_amount, forward_unit,
		first_reply_amount, first_reply_unit, update_amount, update_unit, step_amount, step_unit, answer_amount, answer_unit,
		appeal_amount, appeal_unit, answer_from_acceptance, receipt, extensions, questions, question_amount, question_unit,
		citation_vi, citation_en, note, valid_from, valid_to)
	values (r->>'profile', r->>'kind', r->>'level', r->>'category', r->>'department', (r->>'accept_amount')::int, r->>'accept_unit',
		(r->>'forward_amount')::int, r->>'forward_unit', (r->>'first_reply_amount')::int, coalesce(r->>'first_reply_unit', 'none'),
		(r->>'update_amount')::int, coalesce(r->>'update_unit', 'none'), (r->>'step_amount')::int, coalesce(r->>'step_unit', 'none'),
		(r->>'answer_amount')::int, r->>'answer_unit', (r->>'appeal_amount')::int, coalesce(r->>'appeal_unit', 'none'),
		(r->>'answer_from_acceptance')::boolean, coalesce(r->>'receipt', 'next_opening'), (r->>'extensions')::int,
		coalesce((r->>'questions')::int, 0), (r->>'question_amount')::int, coalesce(r->>'question_unit', 'none'), r->>'citation_vi',
		r->>'citation_en', r->>'note', (r->>'valid_from')::date, (r->>'valid_to')::date)
	on conflict on constraint policy_version do update set (accept_amount, accept_unit, forward_amount, forward_unit,
		first_reply_amount, first_reply_unit, update_amount, update_unit, step_amount, step_unit, answer_amount, answer_unit,
		appeal_amount, appeal_unit, answer_from_acceptance, receipt, extensions, questions, question_amount, question_unit,
		citation_vi, citation_en, note, valid_to) =
		(excluded.accept_amount, excluded.accept_unit, excluded.forward_amount, excluded.forward_unit, excluded.first_reply_amount,
		excluded.first_reply_unit, excluded.update_amount, excluded.update_unit, excluded.step_amount, excluded.step_unit,
		excluded.answer_amount, excluded.answer_unit, excluded.appeal_amount, excluded.appeal_unit, excluded.answer_from_acceptance,
		excluded.receipt, excluded.extensions, excluded.questions, excluded.question_amount, excluded.question_unit,
		excluded.citation_vi, excluded.citation_en, excluded.note, excluded.valid_to)
$$;
comment on function import_policies is 'profile, kind, level, category, department (optional: any; a department stands for those below it,
too), NAME_amount and NAME_unit (wh working hours, wd working days, cd calendar days, h clock hours, now clock minutes, none) of accept,
forward, answer and, optional, of first_reply, update, step, appeal; answer_from_acceptance, receipt (next_opening, same_day), extensions
(how many), questions, question_amount, question_unit (how often the citizen may be asked, and how long the clocks stand still at the
most), citation_vi, citation_en, note, valid_from, valid_to';

-- The key of a policy in a difference names the department where there is one.
do $$
declare
	v_view text := pg_get_viewdef('import_row'::regclass);
	v_key constant text := 'COALESCE(p.category, ''*''::text), p.valid_from';
begin
	if strpos(v_view, v_key) = 0 then
		raise exception 'import_row is not as this migration knows it';
	end if;
	execute 'create or replace view import_row as '
		|| replace(v_view, v_key, 'COALESCE(p.category, ''*''::text), p.department, p.valid_from');
end $$;

-- --- telling -------------------------------------------------------------------------------------------------------------

create or replace function policy_told(p policy) returns json language sql stable parallel safe as $$
	select json_strip_nulls(json_build_object('profile', p.profile, 'department', p.department, 'citation_vi', p.citation_vi,
		'citation_en', p.citation_en))
$$;

alter type clock_explanation add attribute department text, add attribute started_vi text, add attribute started_en text;
-- As before, with the department of the policy, and the event that the clock was started by, as the citizen was told it.
create or replace function clock_explained(p_ticket uuid, p_kind text, p_told_only boolean)
returns setof clock_explanation
language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return query
	select c.ticket, c.kind, k.name_vi, k.name_en, c.unit, c.amount::bigint, c.extension::bigint, p.receipt, c.calendar,
		c.version::bigint, floor(extract(epoch from c.start_at))::bigint, floor(extract(epoch from c.due_at))::bigint,
		floor(extract(epoch from c.stop_at))::bigint, c.waits, k.pauses, c.outcome, p.profile, p.citation_vi, p.citation_en,
		p.department, e.public_vi, e.public_en
	from clock_all c join clock_kind k on k.code = c.kind join policy p on p.id = c.policy
		left join lateral (select public_vi, public_en from event where ticket = c.ticket
			and at >= c.start_at and at < c.start_at + interval '1 s' and public_vi is not null order by id limit 1) e on true
	where c.ticket = p_ticket and c.kind = p_kind and (k.told or not p_told_only)
	order by c.round desc limit 1;
end $$;

-- --- the calendar of a clock ---------------------------------------------------------------------------------------------

-- A running clock keeps the version of its calendar until it is dated anew on purpose (0023): what pauses or lengthens it, and
-- what plans its alarms, counts by that version. Servers hold the older versions that clocks may still have: of each calendar
-- the last seven before the newest, of all calendars the 64 that were made last.
create view calendar_kept as
	select calendar, version, definition
	from (select calendar, version, made_at, definition, row_number() over (partition by calendar order by version desc) as place
		from calendar_version) v
	where place between 2 and 8 order by made_at desc, calendar, version desc limit 64;

alter type clock_fact add attribute calendar_version bigint;
create or replace function clocks_with_terms(p_ticket uuid)
returns setof clock_fact
language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return query
	select t.id, t.version, c.slot::bigint, c.kind, c.round::bigint, c.unit, c.amount::bigint, c.extension::bigint, c.calendar,
		floor(extract(epoch from c.start_at))::bigint, c.waits, c.alarm_level::bigint, p.profile, p.receipt, p.question_unit,
		p.question_amount::bigint, (select e.amount from extension e where e.ticket = t.id and e.state = 'requested')::bigint, c.version
	from ticket t left join policy p on p.id = t.policy
		left join clock_running c on c.ticket = t.id and exists (select from clock_kind k where k.code = c.kind and k.pauses)
	where t.id = p_ticket;
end $$;

alter type alarm_fact add attribute version bigint;
create or replace function alarms_due(p_now timestamptz, p_limit bigint)
returns setof alarm_fact language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
declare
	v_slot int := slot_current();
begin
	return query
	with due as materialized (
		select c.ticket, c.kind, c.alarm_level, row_number() over (order by c.alarm_at) as place
		from (select r.* from clock_running r where r.slot = v_slot and r.alarm_at < p_now and r.alarm_at < 'infinity'
			order by r.alarm_at limit p_limit) c)
	select d.place, c.slot::bigint, c.ticket, c.kind, c.round::bigint, c.alarm_level::bigint,
		floor(extract(epoch from c.alarm_at) * 1000)::bigint, c.unit, c.calendar, p.profile, floor(extract(epoch from c.start_at))::bigint,
		floor(extract(epoch from c.due_at))::bigint, floor(extract(epoch from q.asked_at))::bigint,
		floor(extract(epoch from coalesce(q.ended_at, q.until_at)))::bigint, c.version
	from due d join clock_slot s on s.role <> 'empty'
		join clock_running c on c.slot = s.slot and c.ticket = d.ticket and c.kind = d.kind and c.alarm_level = d.alarm_level
			and c.alarm_at < 'infinity'
		join clock_kind k on k.code = c.kind join policy p on p.id = c.policy
		left join question q on q.ticket = c.ticket and k.pauses
	order by d.place, c.slot <> v_slot, q.asked_at;
end $$;

revoke all on calendar_kept from public;
grant select on calendar_kept to tiepdan_app;
