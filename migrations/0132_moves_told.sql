-- Who asks for as little as possible (RFC 7240, return=minimal) is told the new version of a ticket alone: what is open to them next, and until when, is a
-- fifth of what a move costs.
set local search_path = tiepdan, public;

-- Makes the move; whom its rules name is asked for their parts.
create function move_take(p_ticket uuid, p_action text, p_version bigint, p_reason_code text, p_reason text, p_department text,
	p_person uuid, p_text text, p_at timestamptz, p_policies bigint[], p_kinds text[], p_dues timestamptz[], p_alarms timestamptz[],
	p_units text[], p_amounts bigint[], p_calendar text, p_calendar_version bigint, p_event uuid, p_part_calendars text[],
	p_part_units text[], p_part_amounts bigint[], p_part_dues timestamptz[], p_counted_for bigint) returns ticket
language plpgsql set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
	t ticket := move_make(p_ticket, p_action, p_version, p_reason_code, p_reason, p_department, p_person, p_text, p_at, p_policies, p_kinds, p_dues,
		p_alarms, p_units, p_amounts, p_calendar, p_calendar_version, p_event, p_counted_for);
begin
	if p_action = 'accept' and cohandlers_ask(p_ticket, p_at, part_dates(p_part_calendars, p_part_units, p_part_amounts, p_part_dues)) then
		select * into strict t from ticket where id = p_ticket;
	end if;
	return t;
end $$;

-- p_told: with what the caller can do next; otherwise there is no body. In the place of the form of 0123, which no server has used that was given out.
drop function ticket_move(uuid, text, bigint, text, text, text, uuid, text, timestamptz, bigint[], text[], timestamptz[],
	timestamptz[], text[], bigint[], text, bigint, uuid, text[], text[], bigint[], timestamptz[], bigint);
create function ticket_move(p_ticket uuid, p_action text, p_version bigint, p_reason_code text, p_reason text, p_department text,
	p_person uuid, p_text text, p_at timestamptz, p_policies bigint[], p_kinds text[], p_dues timestamptz[], p_alarms timestamptz[],
	p_units text[], p_amounts bigint[], p_calendar text, p_calendar_version bigint, p_event uuid, p_part_calendars text[],
	p_part_units text[], p_part_amounts bigint[], p_part_dues timestamptz[], p_counted_for bigint, p_told boolean, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
	t ticket := move_take(p_ticket, p_action, p_version, p_reason_code, p_reason, p_department, p_person, p_text, p_at, p_policies, p_kinds, p_dues,
		p_alarms, p_units, p_amounts, p_calendar, p_calendar_version, p_event, p_part_calendars, p_part_units, p_part_amounts, p_part_dues, p_counted_for);
begin
	etag := t.version::text;
	if p_told then
		body := (select m.body from ticket_moved(t) m);
	end if;
end $$;
-- For servers of before.
create or replace function ticket_move(p_ticket uuid, p_action text, p_version bigint, p_reason_code text, p_reason text, p_department text,
	p_person uuid, p_text text, p_at timestamptz, p_policies bigint[], p_kinds text[], p_dues timestamptz[], p_alarms timestamptz[],
	p_units text[], p_amounts bigint[], p_calendar text, p_calendar_version bigint, p_event uuid, p_part_calendars text[],
	p_part_units text[], p_part_amounts bigint[], p_part_dues timestamptz[], out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	select m.body, m.etag into body, etag from ticket_move(p_ticket, p_action, p_version, p_reason_code, p_reason, p_department, p_person, p_text, p_at,
		p_policies, p_kinds, p_dues, p_alarms, p_units, p_amounts, p_calendar, p_calendar_version, p_event, p_part_calendars, p_part_units,
		p_part_amounts, p_part_dues, null, true) m;
end $$;

-- As in 0123, but that nobody is told what is open to them next of each.
create or replace function tickets_move(p_action text, p_tickets uuid[], p_versions bigint[], p_events uuid[], p_reason_code text, p_reason text,
	p_department text, p_person uuid, p_at timestamptz, p_policies bigint[], p_kinds text[], p_dues timestamptz[],
	p_alarms timestamptz[], p_units text[], p_amounts bigint[], p_calendar text, p_calendar_version bigint, p_part_calendars text[],
	p_part_units text[], p_part_amounts bigint[], p_part_dues timestamptz[], p_sqlstates text[], p_problems text[], p_key bytea, p_counted_for bigint)
returns text language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	i record;
	v_items text[] := array_fill(null::text, array[cardinality(p_tickets)]);
	v_done int := 0;
	v_state text;
	v_detail text;
begin
	for i in select * from unnest(p_tickets, p_versions, p_events) with ordinality x (ticket, version, event, ord)
			order by x.ticket, x.ord loop
		begin
			v_items[i.ord] := (
				select json_build_object('id', i.ticket, 'status', 200, 'version', m.version, 'state', m.state)::text
				from move_take(i.ticket, p_action, i.version, p_reason_code, p_reason, p_department, p_person, null, p_at, p_policies,
					p_kinds, p_dues, p_alarms, p_units, p_amounts, p_calendar, p_calendar_version, i.event, p_part_calendars, p_part_units,
					p_part_amounts, p_part_dues, p_counted_for) m);
			v_done := v_done + 1;
		exception when others then
			get stacked diagnostics v_state = returned_sqlstate, v_detail = pg_exception_detail;
			v_items[i.ord] := bulk_refusal(i.ticket, v_state, v_detail, p_sqlstates, p_problems);
			if v_items[i.ord] is null then
				raise;
			end if;
		end;
	end loop;
	return bulk_told(v_items, v_done, p_key);
end $$;

revoke all on function move_take, ticket_move(uuid, text, bigint, text, text, text, uuid, text, timestamptz, bigint[], text[], timestamptz[],
	timestamptz[], text[], bigint[], text, bigint, uuid, text[], text[], bigint[], timestamptz[], bigint, boolean) from public;
grant execute on function ticket_move(uuid, text, bigint, text, text, text, uuid, text, timestamptz, bigint[], text[], timestamptz[],
	timestamptz[], text[], bigint[], text, bigint, uuid, text[], text[], bigint[], timestamptz[], bigint, boolean) to tiepdan_app;
