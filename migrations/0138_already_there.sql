-- A ticket goes to nobody who has it, so that no clock begins anew for nothing; who joined a ticket asks for a second look at an answer that they
-- can read, as they rate it; whoever comes too late is told which version is there, whoever imports what numbers are; and each connection asks
-- whether the schema is one for its program.
set local search_path = tiepdan, public;

-- As in 0123. TD696: the department or the person has the ticket already. Servers of before say 500 to that.
create or replace function move_make(p_ticket uuid, p_action text, p_version bigint, p_reason_code text, p_reason text, p_department text,
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
	if (a.holder = 'target' and t.holder = o.holder) or (a.person = 'target' and t.person = o.person and t.state = o.state) then
		raise exception 'the ticket is there already' using errcode = 'TD696';
	end if;
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

-- As in 0029. TD496: whoever joined the ticket asks about an answer that is not published.
create or replace function tracking_check(t ticket, p_action text, p_at timestamptz) returns void language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	r ticket := moved_by(t, p_action);
	v_forbidden text;
begin
	if move_of_answer(p_action) and exists (select from review where ticket = r.id and asker <> t.id
		and level = case p_action when 'second_look' then 1 else 2 end) then
		v_forbidden := 'TD487';
	elsif not exists (select from move m join move_role x on x.action = m.action and x.role = 'citizen'
		where m.action = p_action and m.from_state = r.state) then
		v_forbidden := 'TD409';
	elsif move_of_answer(p_action) then
		v_forbidden := case when answer_told(t, r) then review_forbidden(r, p_action, p_at) else 'TD496' end;
	elsif p_action = 'withdraw' and not move_applies(r, p_action, p_at) then
		v_forbidden := 'TD495';
	end if;
	if v_forbidden is not null then
		raise exception '% is not possible in state %', p_action, r.state using errcode = v_forbidden,
			detail = case v_forbidden when 'TD409' then moves_tracked(t)::text else '' end;
	end if;
end $$;
-- As in 0131.
create or replace function moves_tracked(t ticket) returns json language plpgsql stable set search_path = tiepdan, pg_temp
set plan_cache_mode = force_generic_plan as $$
declare
	r ticket := case_root(t);
	q question;
	v_told boolean := answer_told(t, r);
begin
	select * into q from question where ticket = t.id and ended_at is null;
	return (
		select coalesce(json_agg(json_build_object('action', m.action, 'to', m.leads, 'needs_reason', m.needs_reason,
			'until', case when move_of_answer(m.action) then instant(review_until(r, m.action))
				when m.action = 'supply' then instant(q.until_at) end) order by m.place, m.action, m.leads), '[]')
		from move_case m
		where m.role = 'citizen' and (v_told or not move_of_answer(m.action)) and m.from_state = case when move_of_answer(m.action) then r.state else t.state end
			and case when not m.conditional then true when move_of_answer(m.action) then move_applies(r, m.action, now())
				else move_applies(t, m.action, now()) end and (m.action <> 'supply' or m.leads = q.from_state));
end $$;
-- As in 0009, and DETAIL says which version is there.
create or replace function ticket_at_version(p_ticket uuid, p_version bigint) returns ticket language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_seen(p_ticket);
begin
	if t.version <> p_version then
		raise exception 'the ticket has version %', t.version using errcode = 'TD412', detail = t.version;
	end if;
	return t;
end $$;
-- As in 0075, and of TD412 the version. A server of before does not know TD696: of those it knows TD409 comes next.
create or replace function bulk_refusal(p_ticket uuid, p_state text, p_detail text, p_sqlstates text[], p_problems text[]) returns text
language plpgsql immutable set search_path = tiepdan, pg_temp as $$
declare
	v_problem text := p_problems[coalesce(array_position(p_sqlstates, p_state),
		case p_state when 'TD696' then array_position(p_sqlstates, 'TD409') end)];
begin
	if p_state = 'TD409' and p_detail like '[%]' then
		v_problem := rtrim(v_problem, '}') || ',"moves":' || p_detail || '}';
	elsif p_state = 'TD412' and p_detail <> '' then
		v_problem := rtrim(v_problem, '}') || ',"version":' || p_detail || '}';
	end if;
	return format('{"id":"%s","status":%s,"problem":%s}', p_ticket, v_problem::json->>'status', v_problem) where v_problem is not null;
end $$;

-- Whether a program that knows so many migrations can serve this schema: TD701 when some are missing, TD702 when it has been left behind.
create function serves(p_known bigint) returns void language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
declare
	v_version bigint := (select max(version) from migration);
begin
	if v_version < p_known then
		raise exception 'the database is at migration % of %: run `tiepdan migrate` first', v_version, p_known using errcode = 'TD701';
	elsif (select oldest_binary from schema_info) > p_known then
		raise exception 'the database has moved on to migration % and no longer carries this program (%): install the newer one', v_version, p_known
			using errcode = 'TD702';
	end if;
end $$;
revoke execute on function serves from public;
grant execute on function serves to tiepdan_app, tiepdan_door;
-- As in 0094, but that what each connection asks is everybody's.
create or replace function roles_apart(p_apart boolean) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	f regprocedure;
begin
	for f in select distinct p.oid::regprocedure from pg_proc p, aclexplode(p.proacl) a where p.pronamespace = 'tiepdan'::regnamespace
			and p.proname <> 'serves' and a.privilege_type = 'EXECUTE' and a.grantee in ('tiepdan_door'::regrole, 'tiepdan_job'::regrole) loop
		execute format(case when p_apart then 'revoke execute on function %s from tiepdan_app' else 'grant execute on function %s to tiepdan_app' end, f);
	end loop;
end $$;

update import_type set wanted = 'a whole number of up to six digits, not negative' where code = 'int';
update import_phrase set pattern = ' is not a whole number of up to six digits, not negative$',
	vi = ' không phải là số nguyên không âm có tối đa sáu chữ số' where position = 0 and pattern = ' is not a whole number$';
