-- Reading a ticket costs what it has to: one small plan for each question instead of a large one that is made anew each time.
set local search_path = tiepdan, public;

-- As in 0029. A statement for each action: as one expression with all of them it was planned for each action at every call,
-- because a plan that knows the action looks so much cheaper than one for all.
create or replace function move_applies(t ticket, p_action text, p_at timestamptz) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	case p_action
		when 'ask' then
			return (select count(*) from question where ticket = t.id) < (select questions from policy where id = t.policy);
		when 'request_extension' then
			return extension_room(t) and not answer_overdue(t, p_at);
		when 'approve_extension' then
			return extension_asked(t) and not extension_own(t) and not answer_overdue(t, p_at);
		when 'refuse_extension' then
			return extension_asked(t) and not extension_own(t);
		when 'approve' then
			return not reply_own(t);
		when 'propose' then
			return reply_proposable(t);
		when 'ask_part' then
			return parts_room(t);
		when 'second_look', 'appeal' then
			return review_forbidden(t, p_action, p_at) is null;
		when 'withdraw' then
			return not others_joined(t.id);
		when 'merge' then
			return (select merges from sight where code = t.sight);
		when 'unmerge' then
			return (select kind = 'merged' from ticket_merge where ticket = t.id and ended_at is null);
		else
			return true;
	end case;
end $$;
create function extension_asked(t ticket) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return exists (select from extension where ticket = t.id and state = 'requested');
end $$;
-- Whether one more may be asked for: of a running answer clock, one at a time, as many as the policy approves.
create function extension_room(t ticket) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return exists (select from clock_running where slot = slot_current() and ticket = t.id and kind = 'answer' and not waits)
		and (select count(*) filter (where state = 'requested') = 0
				and count(*) filter (where state = 'approved') < (select extensions from policy where id = t.policy)
				and count(*) < (select value from setting where name = 'extension_requests_most')
			from extension where ticket = t.id);
end $$;

-- The clock of a ticket that is due before its others, found by the ticket. The index of the queue is kept from answering that: to
-- the planner, who counts the row security of each clock looked at, reading all of it looks cheaper than the two or three clocks
-- of one ticket, as long as there are some thousand tickets.
create view clock_first with (security_invoker = true) as select * from clock_running where coalesce(first, false);
revoke all on clock_first from public;
grant select on clock_first to tiepdan_app;

-- The lines of the queue, in the order of the ids.
create function queue_lines(p_ids uuid[], p_slot int, p_filed boolean, p_now timestamptz, p_soon timestamptz)
returns table (item text, key text, due_at timestamptz, calendar text, unit text) language plpgsql stable
set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
	return query
	select json_build_object('id', t.id, 'code', t.code, 'kind', t.kind, 'category', named(g.code, g.name_vi, g.name_en),
			'area', named(a.code, a.name_vi, a.name_en), 'title', t.title, 'level', t.level, 'visibility', t.visibility,
			'state', t.state, 'holder', json_build_object('department', named(d.code, d.name_vi, d.name_en),
				'person', case when t.person is not null then person_named(t.person) end),
			'clock', nullif(c.kind, 'none'), 'due_at', instant(c.due_at),
			'standing', standing(t.outcome, coalesce(c.due_at, 'infinity'), p_now, p_soon),
			'filed_at', instant(t.filed_at), 'version', t.version)::text,
		concat_ws('|', t.done, case when p_filed then t.filed_at else coalesce(c.due_at, 'infinity') end, t.id),
		nullif(c.due_at, 'infinity'), c.calendar, c.unit
	from unnest(p_ids) with ordinality i (id, ord) join ticket t on t.id = i.id
		left join clock_first c on c.slot = p_slot and c.ticket = t.id
		join category g on g.code = t.category join department d on d.id = t.holder left join area a on a.code = t.area
	order by i.ord;
end $$;
-- As in 0030.
create or replace function ticket_list(p_states text[], p_kind text, p_category text, p_area text, p_level text, p_standing text,
	p_holder text, p_person uuid, p_sort text, p_now timestamptz, p_soon timestamptz, p_after text, p_limit bigint)
returns table (item text, key text, due_at timestamptz, calendar text, unit text) language plpgsql stable
set search_path = tiepdan, pg_temp set enable_bitmapscan = off set enable_sort = off set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
	v_slot int := slot_current();
	v_all text[] := caller_sees_all();
	v_own text[] := caller_sees_own();
	v_home bigint := caller_department();
	v_holder bigint := case when p_holder <> 'any' then coalesce((select id from department where code = p_holder), -1)
		when v_all = '{}' then v_home end;
	v_filed boolean := coalesce(p_sort = 'filed', false);
	v_states text[] := nullif(p_states, '{}');
	v_done boolean := coalesce((select bool_or(not open) from state where code = any (v_states)), false);
	v_open boolean := v_states is null or exists (select from state where code = any (v_states) and open);
	v_categories text[] := case when p_category is not null then array(
		select code from category where code = p_category or parent = p_category) end;
	v_from timestamptz := case p_standing when 'due_soon' then p_now when 'in_time' then p_soon when 'no_clock' then 'infinity' end;
	v_before timestamptz := case p_standing when 'overdue' then p_now when 'due_soon' then p_soon when 'in_time' then 'infinity' end;
	v_after_done boolean := coalesce(split_part(p_after, '|', 1)::boolean, false);
	v_after_at timestamptz := coalesce(split_part(p_after, '|', 2)::timestamptz, case when v_filed then 'infinity' else '-infinity' end::timestamptz);
	v_after_id uuid := coalesce(split_part(p_after, '|', 3)::uuid, case when v_filed
		then 'ffffffff-ffff-ffff-ffff-ffffffffffff' else '00000000-0000-0000-0000-000000000000' end::uuid);
	v_person uuid := nullif(p_person, nobody());	-- one person has few open tickets: they are sorted
	v_ids uuid[] := '{}';
begin
	if v_person is not null and v_filed and not v_done then
		v_ids := array(select t.id from ticket t left join clock_first c on c.slot = v_slot and c.ticket = t.id
			where t.person = v_person and not t.done and (t.filed_at, t.id) < (v_after_at, v_after_id)
				and (v_holder is null or t.holder = v_holder)
				and may_see(t.sight, t.holder, v_all, v_own, v_home) and (t.sight <> 'denunciation' or sees(t))
				and ticket_fits(t, coalesce(c.due_at, 'infinity'), v_states, p_kind, v_categories, p_area, p_level, p_person, v_from, v_before)
			order by t.filed_at desc, t.id desc limit p_limit + 1);
	elsif v_person is not null and not v_filed and v_open and not v_after_done then
		v_ids := array(select c.ticket from ticket t join clock_first c on c.slot = v_slot and c.ticket = t.id
			where t.person = v_person and not t.done and (c.due_at, c.ticket) > (v_after_at, v_after_id)
				and (v_holder is null or t.holder = v_holder)
				and may_see(t.sight, t.holder, v_all, v_own, v_home) and (t.sight <> 'denunciation' or sees(t))
				and ticket_fits(t, c.due_at, v_states, p_kind, v_categories, p_area, p_level, p_person, v_from, v_before)
			order by c.due_at, c.ticket limit p_limit + 1);
	elsif v_filed and v_holder is not null then
		v_ids := array(select t.id from ticket t left join clock_first c on c.slot = v_slot and c.ticket = t.id
			where t.holder = v_holder and (t.filed_at, t.id) < (v_after_at, v_after_id) and t.done <= v_done
				and may_see(t.sight, t.holder, v_all, v_own, v_home) and (t.sight <> 'denunciation' or sees(t))
				and ticket_fits(t, coalesce(c.due_at, 'infinity'), v_states, p_kind, v_categories, p_area, p_level, p_person, v_from, v_before)
			order by t.filed_at desc, t.id desc limit p_limit + 1);
	elsif v_filed then
		v_ids := array(select t.id from ticket t left join clock_first c on c.slot = v_slot and c.ticket = t.id
			where (t.filed_at, t.id) < (v_after_at, v_after_id) and t.done <= v_done
				and may_see(t.sight, t.holder, v_all, v_own, v_home) and (t.sight <> 'denunciation' or sees(t))
				and ticket_fits(t, coalesce(c.due_at, 'infinity'), v_states, p_kind, v_categories, p_area, p_level, p_person, v_from, v_before)
			order by t.filed_at desc, t.id desc limit p_limit + 1);
	elsif v_open and not v_after_done and v_holder is not null then
		v_ids := array(select c.ticket from clock_running c join ticket t on t.id = c.ticket
			where c.slot = v_slot and c.first and c.holder = v_holder and (c.due_at, c.ticket) > (v_after_at, v_after_id)
				and may_see(t.sight, t.holder, v_all, v_own, v_home) and (t.sight <> 'denunciation' or sees(t))
				and ticket_fits(t, c.due_at, v_states, p_kind, v_categories, p_area, p_level, p_person, v_from, v_before)
			order by c.due_at, c.ticket limit p_limit + 1);
	elsif v_open and not v_after_done then
		v_ids := array(select c.ticket from clock_running c join ticket t on t.id = c.ticket
			where c.slot = v_slot and c.first and (c.due_at, c.ticket) > (v_after_at, v_after_id)
				and may_see(t.sight, t.holder, v_all, v_own, v_home) and (t.sight <> 'denunciation' or sees(t))
				and ticket_fits(t, c.due_at, v_states, p_kind, v_categories, p_area, p_level, p_person, v_from, v_before)
			order by c.due_at, c.ticket limit p_limit + 1);
	end if;
	if not v_filed and v_done and cardinality(v_ids) <= p_limit then
		if not v_after_done then
			v_after_id := '00000000-0000-0000-0000-000000000000';
		end if;
		v_ids := v_ids || case when v_holder is not null then
			array(select t.id from ticket t where t.done and t.holder = v_holder and t.id > v_after_id
				and may_see(t.sight, t.holder, v_all, v_own, v_home) and (t.sight <> 'denunciation' or sees(t))
				and ticket_fits(t, 'infinity', v_states, p_kind, v_categories, p_area, p_level, p_person, v_from, v_before)
				order by t.id limit p_limit + 1 - cardinality(v_ids))
		else
			array(select t.id from ticket t where t.done and t.id > v_after_id
				and may_see(t.sight, t.holder, v_all, v_own, v_home) and (t.sight <> 'denunciation' or sees(t))
				and ticket_fits(t, 'infinity', v_states, p_kind, v_categories, p_area, p_level, p_person, v_from, v_before)
				order by t.id limit p_limit + 1 - cardinality(v_ids)) end;
	end if;
	return query select * from queue_lines(v_ids, v_slot, v_filed, p_now, p_soon);
end $$;
revoke execute on function extension_asked, extension_room, queue_lines from public;
grant execute on function queue_lines to tiepdan_app;
