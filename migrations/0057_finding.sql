-- What somebody found who used the API for the first time: a ticket is found by its code, a question that was answered on another
-- way is ended by staff.
set local search_path = tiepdan, public;

-- --- a ticket by its code ------------------------------------------------------------------------------------------------

-- The ticket that is meant: by its id, or by its code and the number that the code is made of. nobody() where it is none that
-- the caller sees.
create function ticket_meant(p_id uuid, p_number bigint, p_code text) returns uuid language plpgsql stable
set search_path = tiepdan, pg_temp as $$
begin
	return case when p_code is null then p_id
		else coalesce((select t.id from ticket t where t.number = p_number and t.code = p_code and sees(t)), nobody()) end;
end $$;

-- As that of 0030, which serves without a code. With one: that ticket, where the rest fits it, whatever its state and whoever
-- holds it, unless that is asked for, too. There is one at the most, so it has no order and no second page.
create function ticket_queue(p_filter uuid, p_states text[], p_kind text, p_category text, p_area text, p_level text, p_standing text,
	p_holder text, p_mine boolean, p_person uuid, p_unassigned boolean, p_sort text, p_now timestamptz, p_soon timestamptz,
	p_after text, p_limit bigint, p_number bigint, p_code text)
returns table (item text, key text, due_at timestamptz, calendar text, unit text) language plpgsql stable
set search_path = tiepdan, pg_temp as $$
begin
	if p_code is null then
		return query select * from ticket_queue(p_filter, p_states, p_kind, p_category, p_area, p_level, p_standing, p_holder, p_mine,
			p_person, p_unassigned, p_sort, p_now, p_soon, p_after, p_limit);
	elsif p_after is null then
		return query select * from queue_lines(array(select x.id from ticket_meant(null, p_number, p_code) x (id)
			where ticket_asked(x.id, case when p_filter is null then '{}' else (filter_used(p_filter)).query end
				|| jsonb_strip_nulls(jsonb_build_object('state', nullif(p_states, '{}'), 'kind', p_kind, 'category', p_category,
					'area', p_area, 'level', p_level, 'standing', p_standing, 'holder', p_holder)),
				case when p_unassigned then nobody() when p_mine then caller_account() else p_person end, p_now, p_soon)),
			slot_current(), false, p_now, p_soon);
	end if;
end $$;
-- Whether a ticket is what the query of a queue (saved_filter.query) asks for; p_person goes before whom the query names.
create function ticket_asked(p_ticket uuid, q jsonb, p_person uuid, p_now timestamptz, p_soon timestamptz) returns boolean
language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_standing text := q->>'standing';
	v_person uuid := case when p_person is not null then p_person when q ? 'unassigned' then nobody()
		when q ? 'mine' then caller_account() else (q->>'person')::uuid end;
begin
	return exists (select from ticket t left join clock_first c on c.slot = slot_current() and c.ticket = t.id
		where t.id = p_ticket
			and (coalesce(q->>'holder', 'any') = 'any' or t.holder = (select id from department where code = q->>'holder'))
			and ticket_fits(t, coalesce(c.due_at, 'infinity'),
				case when q ? 'state' then array(select jsonb_array_elements_text(q->'state')) end, q->>'kind',
				case when q ? 'category' then array(select code from category where q->>'category' in (code, parent)) end,
				q->>'area', q->>'level', v_person,
				case v_standing when 'due_soon' then p_now when 'in_time' then p_soon when 'no_clock' then 'infinity' end,
				case v_standing when 'overdue' then p_now when 'due_soon' then p_soon when 'in_time' then 'infinity' end));
end $$;
revoke execute on function ticket_meant, ticket_queue(uuid, text[], text, text, text, text, text, text, boolean, uuid, boolean, text,
	timestamptz, timestamptz, text, bigint, bigint, text), ticket_asked from public;
grant execute on function ticket_meant, ticket_queue(uuid, text[], text, text, text, text, text, text, boolean, uuid, boolean, text,
	timestamptz, timestamptz, text, bigint, bigint, text), ticket_asked to tiepdan_app;
