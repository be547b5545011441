-- A part that goes to the heir of a department, or is taken back with it, makes another version of its ticket: its event said the version of
-- before, so `tiepdan verify record` named the ticket until its next event.
set local search_path = tiepdan, public;

-- As in 0062; the ticket is there in its new version when the event says how it stands.
create or replace function parts_succeed(p_old bigint[], p_reorganisation uuid, p_at timestamptz) returns bigint language plpgsql
set search_path = tiepdan, pg_temp as $$
declare
	p part;
	t ticket;
	v_new bigint;
	v_moved bigint := 0;
	v_actor uuid := caller_account();
begin
	for p in select * from part where department = any (p_old) and state = 'asked' order by id for no key update loop
		select * into t from ticket where id = p.ticket;
		v_new := heir(p.department, t.category, t.area, city_day(p_at));
		continue when v_new is null or v_new = p.department;
		v_moved := v_moved + 1;
		update ticket set updated_at = greatest(updated_at, p_at), version = version + 1 where id = t.id;
		if v_new in (t.holder, p.asked_from) or department_denounced(t.id, v_new)
			or exists (select from part x where x.ticket = t.id and x.department = v_new and x.state = 'asked') then
			update part set state = 'cancelled', ended_at = p_at, version = version + 1 where id = p.id;
			perform event_write(gen_random_uuid(), p_at, t.id, 'part.cancelled', case when v_actor is null then 'job' else 'staff' end, v_actor,
				p.department, null, null, null, null, jsonb_build_object('part', p.id, 'reorganisation', p_reorganisation));
		else
			update part set department = v_new, version = version + 1 where id = p.id;
			perform event_write(gen_random_uuid(), p_at, t.id, 'part.succeeded', case when v_actor is null then 'job' else 'staff' end, v_actor,
				v_new, null, null, null, null, jsonb_build_object('part', p.id, 'from_department', p.department, 'reorganisation', p_reorganisation));
		end if;
	end loop;
	return v_moved;
end $$;

-- Tickets of which such an event was the last one say it now, where nothing but the version is other than it said.
select event_write(gen_random_uuid(), now(), t.id, 'ticket.words', 'job', null, t.holder, null, null, null, null, null)
from (select distinct ticket from part) p join ticket t on t.id = p.ticket
	cross join lateral (select e.type, e.data from event e where e.ticket = t.id and e.data ? 'ticket'
		order by (e.data->'ticket'->>'version')::bigint desc limit 1) e
where e.type in ('part.succeeded', 'part.cancelled') and e.data ? 'reorganisation'
	and (e.data->'ticket'->>'version')::bigint = t.version - 1 and (e.data->'ticket') - 'version' = ticket_stands(t) - 'version';
