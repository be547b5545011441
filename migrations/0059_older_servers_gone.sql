-- Servers from before 0058 serve no more: what only they called goes.
set local search_path = tiepdan, public;

update schema_info set oldest_binary = 58;

drop function redating_read(uuid, uuid, uuid, bigint),
	redating_lay(uuid, uuid, uuid, uuid, text[], bigint[], timestamptz[], timestamptz[], timestamptz[], text[], bigint[], boolean[]),
	redating_seal(uuid, uuid, uuid, uuid, text[], bigint[], bigint, bigint, bigint),
	redating_fill(uuid, uuid, uuid, uuid, text[], bigint[], timestamptz[], timestamptz[], timestamptz[], text[], bigint[], boolean[], bigint,
		bigint),
	clock_explained_staff(uuid, text), clock_explained_tracked(bigint, bigint, text), clock_explained(uuid, text, boolean),
	tracking_attach(bigint, bigint, uuid, timestamptz, uuid);

-- As in 0047, without the longer way of servers of before: a page of the parts of the caller's department, what waits by its date or what has ended, the
-- newest first, with how each stands and what the time that is left is counted by.
create or replace function part_list(p_ended boolean, p_now timestamptz, p_soon timestamptz, p_after text, p_limit bigint)
returns table (item text, key text, due_at timestamptz, calendar text, unit text)
language plpgsql stable security definer set search_path = tiepdan, pg_temp set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
declare
	v_at timestamptz := coalesce(split_part(p_after, '|', 1)::timestamptz, case when p_ended then 'infinity' else '-infinity' end::timestamptz);
	v_id uuid := coalesce(split_part(p_after, '|', 2)::uuid, case when p_ended then 'ffffffff-ffff-ffff-ffff-ffffffffffff'
		else '00000000-0000-0000-0000-000000000000' end::uuid);
	v_ids uuid[];
begin
	perform caller_needs('part');
	if p_ended then
		v_ids := array(select id from part where department = caller_department() and state <> 'asked' and (ended_at, id) < (v_at, v_id)
			and caller_barred(ticket) is null order by ended_at desc, id desc limit p_limit + 1);
	else
		v_ids := array(select id from part where department = caller_department() and state = 'asked' and (due_at, id) > (v_at, v_id)
			and caller_barred(ticket) is null order by due_at, id limit p_limit + 1);
	end if;
	return query
	select (part_body(p)::jsonb || jsonb_build_object('ticket', json_build_object('code', t.code,
			'title', case when part_reads(p, t) then t.title end, 'level', t.level), 'standing', part_standing(p, p_now, p_soon)))::text,
		concat_ws('|', case when p_ended then p.ended_at else p.due_at end, p.id), case p.state when 'asked' then p.due_at end,
		department_calendar(p.department), 'wd'
	from unnest(v_ids) with ordinality i (id, ord) join part p on p.id = i.id join ticket t on t.id = p.ticket order by i.ord;
end $$;
drop function part_list(boolean, text, bigint);
