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

alter type clock_explanation add attribute department text;
create or replace function clock_explained(p_ticket uuid, p_kind text, p_told_only boolean)
returns setof clock_explanation
language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return query
	select c.ticket, c.kind, k.name_vi, k.name_en, c.unit, c.amount::bigint, c.extension::bigint, p.receipt, c.calendar,
		c.version::bigint, floor(extract(epoch from c.start_at))::bigint, floor(extract(epoch from c.due_at))::bigint,
		floor(extract(epoch from c.stop_at))::bigint, c.waits, k.pauses, c.outcome, p.profile, p.citation_vi, p.citation_en,
		p.department
	from clock_all c join clock_kind k on k.code = c.kind join policy p on p.id = c.policy
	where c.ticket = p_ticket and c.kind = p_kind and (k.told or not p_told_only)
	order by c.round desc limit 1;
end $$;
