-- What was answered in between is not told as known; clocks are counted by the calendar of who holds the ticket; and roles that open something
-- do not come along with a reorganisation into what others had, nor is what gives them done by two at once.
set local search_path = tiepdan, public;

-- --- the public version of a ticket ------------------------------------------------------------------------------------------------------

-- As in 0119. The ticket has no new version when what is withheld is confirmed, or a contact was erased, or the others would know: the tag
-- says the answer itself, behind the version, and so to each no more than they are shown.
create or replace function publication_body(t ticket, out body text, out etag text) language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_named boolean := names_seen();
	p publication;
begin
	select * into p from publication where ticket = t.id;
	body := (
		select json_build_object('ticket', t.id, 'code', t.code, 'state', s.code, 'state_vi', s.name_vi, 'state_en', s.name_en,
			'version', publication_text(p), 'superseded', publication_superseded(p),
			'masked', case when v_named then coalesce(p.masked_whole, p.masked) else p.masked end, 'key', p.key, 'reason', p.reason,
			'findings', (select coalesce(json_agg(json_build_object('id', f.id, 'field', f.field, 'kind', f.kind, 'offset', f.at,
					'length', f.length, 'text', f.text, 'withheld', f.withheld, 'confirmed_at', instant(f.confirmed_at),
					'confirmed_by', person_named(f.confirmed_by)) order by f.field, f.at, f.length, f.id), '[]')
				from publication_finding f where f.ticket = t.id and (v_named or not f.withheld)),
			'proposed_at', instant(p.proposed_at), 'proposed_by', person_named(p.proposed_by),
			'preview_until', case when p.state = 'proposed' then instant(publication_preview_until(p)) end,
			'decided_at', instant(p.decided_at), 'decided_by', person_named(p.decided_by), 'objected_at', instant(p.objected_at),
			'moves', publication_moves(t))::text
		from publication_state s where s.code = coalesce(p.state, 'private'));
	etag := t.version || '-' || left(encode(sha256(convert_to(body, 'UTF8')), 'hex'), 32);
end $$;

-- --- clocks by the calendar of who holds the ticket --------------------------------------------------------------------------------------

-- As in 0107. p_counted_for is the department by whose calendar the offers were counted, which the server thought would hold the ticket: TD700
-- tells who does, when a clock would begin. NULL: servers of before do not say.
drop function move_make(uuid, text, bigint, text, text, text, uuid, text, timestamptz, bigint[], text[], timestamptz[], timestamptz[], text[],
	bigint[], text, bigint, uuid);
create function move_make(p_ticket uuid, p_action text, p_version bigint, p_reason_code text, p_reason text, p_department text,
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
create function ticket_move(p_ticket uuid, p_action text, p_version bigint, p_reason_code text, p_reason text, p_department text,
	p_person uuid, p_text text, p_at timestamptz, p_policies bigint[], p_kinds text[], p_dues timestamptz[], p_alarms timestamptz[],
	p_units text[], p_amounts bigint[], p_calendar text, p_calendar_version bigint, p_event uuid, p_part_calendars text[],
	p_part_units text[], p_part_amounts bigint[], p_part_dues timestamptz[], p_counted_for bigint, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
	t ticket := move_make(p_ticket, p_action, p_version, p_reason_code, p_reason, p_department, p_person, p_text, p_at, p_policies, p_kinds, p_dues,
		p_alarms, p_units, p_amounts, p_calendar, p_calendar_version, p_event, p_counted_for);
begin
	if p_action = 'accept' and cohandlers_ask(p_ticket, p_at, part_dates(p_part_calendars, p_part_units, p_part_amounts, p_part_dues)) then
		select * into strict t from ticket where id = p_ticket;
	end if;
	select m.body, m.etag into body, etag from ticket_moved(t) m;
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
		p_part_amounts, p_part_dues, null) m;
end $$;
create or replace function ticket_move(p_ticket uuid, p_action text, p_version bigint, p_reason_code text, p_reason text, p_department text,
	p_person uuid, p_text text, p_at timestamptz, p_policies bigint[], p_kinds text[], p_dues timestamptz[], p_alarms timestamptz[],
	p_units text[], p_amounts bigint[], p_calendar text, p_calendar_version bigint, p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
	t ticket := move_make(p_ticket, p_action, p_version, p_reason_code, p_reason, p_department, p_person, p_text, p_at, p_policies, p_kinds, p_dues,
		p_alarms, p_units, p_amounts, p_calendar, p_calendar_version, p_event, null);
begin
	select m.body, m.etag into body, etag from ticket_moved(t) m;
end $$;

-- As in 0075; TD700 is of no ticket alone, so that all of them are counted anew.
create function tickets_move(p_action text, p_tickets uuid[], p_versions bigint[], p_events uuid[], p_reason_code text, p_reason text,
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
				select json_build_object('id', i.ticket, 'status', 200, 'version', m.etag::bigint, 'state', m.body::json->>'state')::text
				from ticket_move(i.ticket, p_action, i.version, p_reason_code, p_reason, p_department, p_person, null, p_at, p_policies,
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
-- For servers of before.
create or replace function tickets_move(p_action text, p_tickets uuid[], p_versions bigint[], p_events uuid[], p_reason_code text, p_reason text,
	p_department text, p_person uuid, p_at timestamptz, p_policies bigint[], p_kinds text[], p_dues timestamptz[],
	p_alarms timestamptz[], p_units text[], p_amounts bigint[], p_calendar text, p_calendar_version bigint, p_part_calendars text[],
	p_part_units text[], p_part_amounts bigint[], p_part_dues timestamptz[], p_sqlstates text[], p_problems text[], p_key bytea)
returns text language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	return tickets_move(p_action, p_tickets, p_versions, p_events, p_reason_code, p_reason, p_department, p_person, p_at, p_policies, p_kinds, p_dues,
		p_alarms, p_units, p_amounts, p_calendar, p_calendar_version, p_part_calendars, p_part_units, p_part_amounts, p_part_dues, p_sqlstates,
		p_problems, p_key, null);
end $$;
revoke execute on function move_make, ticket_move(uuid, text, bigint, text, text, text, uuid, text, timestamptz, bigint[], text[], timestamptz[],
	timestamptz[], text[], bigint[], text, bigint, uuid, text[], text[], bigint[], timestamptz[], bigint),
	tickets_move(text, uuid[], bigint[], uuid[], text, text, text, uuid, timestamptz, bigint[], text[], timestamptz[], timestamptz[], text[],
	bigint[], text, bigint, text[], text[], bigint[], timestamptz[], text[], text[], bytea, bigint) from public;
grant execute on function ticket_move(uuid, text, bigint, text, text, text, uuid, text, timestamptz, bigint[], text[], timestamptz[],
	timestamptz[], text[], bigint[], text, bigint, uuid, text[], text[], bigint[], timestamptz[], bigint),
	tickets_move(text, uuid[], bigint[], uuid[], text, text, text, uuid, timestamptz, bigint[], text[], timestamptz[], timestamptz[], text[],
	bigint[], text, bigint, text[], text[], bigint[], timestamptz[], text[], text[], bytea, bigint) to tiepdan_app;
