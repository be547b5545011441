-- What filing, moves, the queue, tracking and reports do with the clocks of 0018. Dates are computed by the server, in one
-- place (civil/deadline.h): functions here get them as offers, or as the new dates of clocks that were read before.
set local search_path = tiepdan, public;

drop function ticket_file(uuid[], bigint[], text[], text[], text[], text[], text[], text[], text[], text[], float8[], float8[], text[],
	text[], boolean[], text[], text[], text[], bigint[], bigint[], text[], timestamptz[], timestamptz[], timestamptz[], bigint[],
	bytea[], bytea[], bytea[], bytea[], bytea[], bytea[], bytea[], uuid[]);
drop function filed_body(text, text, text[], json, jsonb, text, text, timestamptz);
drop function ticket_move(uuid, text, bigint, text, text, text, uuid, text, timestamptz, bigint[], timestamptz[], timestamptz[], uuid);
drop function clocks_move(ticket, action, timestamptz, bigint[], timestamptz[], timestamptz[]);
drop function ticket_moved(ticket, timestamptz);
drop function clocks_of(uuid, timestamptz, timestamptz);
drop function ticket_list(text[], text, text, text, text, text, text, boolean, text, timestamptz, text, bigint);
drop function ticket_fits(ticket, text[], text, text[], text, text, uuid, timestamptz, timestamptz);
drop function tracking_show(bigint[], bigint[], bigint[], timestamptz);
drop function tracking_body(ticket, timestamptz, timestamptz);
drop function soon_after(timestamptz);

-- What a clock would be if it began now, under one policy.
create type clock_offer as (policy bigint, kind text, due_at timestamptz, alarm_at timestamptz, unit text, amount int);
create function clock_offers(p_policy bigint, p_policies bigint[], p_kinds text[], p_dues timestamptz[], p_alarms timestamptz[],
	p_units text[], p_amounts bigint[])
returns clock_offer[] language sql immutable set search_path = tiepdan, pg_temp as $$
	select array_agg(row(o.policy, o.kind, o.due_at, coalesce(o.alarm_at, 'infinity'), o.unit, o.amount)::clock_offer)
	from unnest(p_policies, p_kinds, p_dues, p_alarms, p_units, p_amounts) o (policy, kind, due_at, alarm_at, unit, amount)
	where o.policy = p_policy
$$;

-- Whether a rule of action_clock counts for a holder that is the hub, or is not.
create function holder_fits(holder text, hub boolean) returns boolean language sql immutable parallel safe as $$
	select holder = 'any' or (holder = 'hub') = hub
$$;

-- --- reading -------------------------------------------------------------------------------------------------------------

create function policy_told(p policy) returns json language sql stable parallel safe as $$
	select json_build_object('profile', p.profile, 'citation_vi', p.citation_vi, 'citation_en', p.citation_en)
$$;

-- The clocks of a ticket with their standing, those that ended without a verdict left out: for its citizen, or all of them.
create function clocks_listed(p_ticket uuid, p_all boolean, p_now timestamptz, p_soon timestamptz)
returns table (item json, kind text, round int, due_at timestamptz, calendar text, unit text, runs boolean)
language plpgsql stable set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	v_paused boolean := exists (select from question where ticket = p_ticket and ended_at is null);
begin
	return query
	select json_build_object('kind', c.kind, 'round', c.round, 'due_at', instant(c.due_at), 'latest', c.waits,
			'started_at', case when not c.waits and c.start_at <= coalesce(c.stop_at, 'infinity') then instant(c.start_at) end, 'stopped_at', instant(c.stop_at),
			'standing', standing(c.outcome, c.due_at, p_now, p_soon), 'paused', c.stop_at is null and k.pauses and v_paused,
			'unit', c.unit, 'amount', c.amount, 'extension', c.extension, 'policy', policy_told(p)),
		c.kind, c.round, c.due_at, c.calendar, c.unit, c.stop_at is null
	from clock_all c join clock_kind k on k.code = c.kind join policy p on p.id = c.policy
	where c.ticket = p_ticket and c.outcome is distinct from 'passed' and (p_all or k.told)
	order by k.position, c.round;
end $$;
create function deadlines_of(p_ticket uuid, p_now timestamptz, p_soon timestamptz)
returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select coalesce(json_agg(item), '[]') from clocks_listed(p_ticket, false, p_now, p_soon));
end $$;

-- The ticket that was moved in this transaction may be seen once more, though it may be somebody else's now.
create function ticket_just_moved() returns uuid language sql stable as $$
	select nullif(current_setting('app.moved', true), '')::uuid
$$;
-- For staff, with what is needed to tell the time that is left. No row for a ticket that the caller does not see.
create function ticket_clocks(p_ticket uuid, p_now timestamptz, p_soon timestamptz)
returns table (item text, due_at timestamptz, calendar text, unit text, runs boolean)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	if exists (select from ticket t where t.id = p_ticket and (t.id = ticket_just_moved()
		or may_see(t.sight, t.holder, caller_sees_all(), caller_sees_own(), caller_department()))) then
		return query select c.item::text, c.due_at, c.calendar, c.unit, c.runs from clocks_listed(p_ticket, true, p_now, p_soon) c;
	end if;
end $$;

-- Whether a list of figures, read by people who do not see every ticket, may name this one.
create function ticket_nameable(t ticket) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return t.sight in ('public', 'private', 'restricted')
		or may_see(t.sight, t.holder, caller_sees_all(), caller_sees_own(), caller_department());
end $$;

-- --- changing ------------------------------------------------------------------------------------------------------------

-- After any change: the clocks are the present holder's, an open ticket without clocks is in the queue all the same (whether
-- it has none the current slot says: one that is being filled may not have them yet), and one row is the first.
create function clocks_settle(t ticket) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	update clock_running set holder = t.holder where ticket = t.id and holder <> t.holder;
	delete from clock_running r where r.ticket = t.id and r.kind = 'none' and (t.done
		or exists (select from clock_running x where x.ticket = r.ticket and x.slot = r.slot and x.kind <> 'none'));
	insert into clock_running (slot, ticket, kind, round, holder, due_at, latest_due, first)
	select s.slot, t.id, 'none', 1, t.holder, 'infinity', 'infinity', true from clock_slot s
		where s.role <> 'empty' and not t.done and not exists (select from clock_running where ticket = t.id and slot = slot_current())
	on conflict (slot, ticket, kind) do nothing;
	update clock_running r set first = not r.first
		from (select slot, kind, row_number() over (partition by slot order by due_at, kind) = 1 as first
			from clock_running where ticket = t.id) x
		where r.ticket = t.id and r.slot = x.slot and r.kind = x.kind and r.first <> x.first;
end $$;

-- Stops, starts and begins clocks as the action says. `t.holder` is the holder afterwards; p_calendar is theirs.
create function clocks_move(t ticket, p_action text, p_at timestamptz, p_offers clock_offer[], p_calendar text, p_version bigint)
returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_hub boolean := (select hub from department where id = t.holder);
begin
	perform slots_hold();
	-- Late acceptance buys no time: an answer clock is counted from the acceptance only before the end of the first accept
	-- limit, and never ends later than the citizen was told.
	update clock_running c set start_at = p_at, due_at = o.due_at, alarm_at = o.alarm_at, unit = o.unit, amount = o.amount,
			calendar = p_calendar, version = p_version
		from action_clock x, unnest(p_offers) o
		where x.action = p_action and x.effect = 'begin' and c.ticket = t.id and c.kind = x.clock and c.waits and o.kind = c.kind
			and p_at <= c.start_at and o.due_at <= c.due_at;
	update clock_running c set waits = false from action_clock x
		where x.action = p_action and x.effect = 'begin' and c.ticket = t.id and c.kind = x.clock and c.waits;
	with ended as (
		delete from clock_running r using action_clock x
		where r.ticket = t.id and x.action = p_action and x.clock = r.kind and x.effect in ('stop', 'pass', 'renew')
			and holder_fits(x.holder, v_hub)
		returning r.*, x.effect)
	-- A refusal or redirection is no answer that a citizen waits for: nobody measures how long it took.
	insert into clock (ticket, kind, round, holder, policy, unit, amount, extension, calendar, version, start_at, due_at, latest_due,
		stop_at, outcome, days)
	select ticket, kind, round, holder, policy, unit, amount, extension, calendar, version, start_at, due_at, latest_due,
		p_at, case when effect <> 'stop' then 'passed' when p_at <= due_at then 'met' else 'late' end,
		case when (select reply from action where code = p_action) <> 'publish' then 0 end
	from ended where slot = slot_current();
	insert into clock_running (slot, ticket, kind, round, holder, policy, unit, amount, calendar, version, start_at, due_at,
		latest_due, first, alarm_at)
	select s.slot, t.id, o.kind, 1 + coalesce((select max(round) from clock where ticket = t.id and kind = o.kind), 0), t.holder,
		t.policy, o.unit, o.amount, p_calendar, p_version, p_at, o.due_at, o.due_at, false, o.alarm_at
	from action_clock x join unnest(p_offers) o on o.kind = x.clock, clock_slot s
	where x.action = p_action and x.effect in ('start', 'renew') and holder_fits(x.holder, v_hub) and s.role <> 'empty'
	on conflict (slot, ticket, kind) do nothing;
end $$;

-- New dates of clocks that were read before: parallel arrays, one element a row of clock_running. When a slot has come
-- between, a clock would keep its old date there: 55P03, and the caller begins anew.
create function clocks_redate(p_ticket uuid, p_slots bigint[], p_kinds text[], p_starts timestamptz[],
	p_dues timestamptz[], p_alarms timestamptz[], p_versions bigint[])
returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	if exists (select from clock_running c join clock_kind k on k.code = c.kind and k.pauses
			join clock_slot s on s.slot = c.slot and s.role <> 'empty'
		where c.ticket = p_ticket and not exists (
			select from unnest(p_slots, p_kinds) i (slot, kind) where i.slot = c.slot and i.kind = c.kind)) then
		raise exception 'the clocks have changed' using errcode = 'lock_not_available';
	end if;
	update clock_running c set start_at = i.start_at, due_at = i.due_at, alarm_at = coalesce(i.alarm_at, 'infinity'), version = i.version
		from unnest(p_slots, p_kinds, p_starts, p_dues, p_alarms, p_versions) i (slot, kind, start_at, due_at, alarm_at, version)
		where c.slot = i.slot and c.ticket = p_ticket and c.kind = i.kind;
end $$;

create function ticket_moved(t ticket, out body text, out etag text) language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	perform set_config('app.moved', t.id::text, true);
	body := json_build_object('id', t.id, 'code', t.code, 'state', t.state, 'version', t.version,
		'holder', json_build_object('department', department_named(t.holder), 'person', person_named(t.person)),
		'moves', moves_of(t))::text;
	etag := t.version::text;
end $$;

create or replace function reply_move(t ticket, a action, p_text text, p_at timestamptz) returns void
language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_last reply;
begin
	if a.reply = 'tell' then
		insert into message (id, ticket, at, author, department, text)
			values (gen_random_uuid(), t.id, p_at, caller_account(), caller_department(), p_text);
		return;
	end if;
	select * into v_last from reply where ticket = t.id order by version desc limit 1;
	if a.reply = 'propose' and coalesce(p_text, case when v_last.state = 'draft' then v_last.text end) is not null then
		insert into reply (ticket, version, at, author, department, state, text) values (t.id, coalesce(v_last.version, 0) + 1, p_at,
			caller_account(), caller_department(), 'proposed', coalesce(p_text, v_last.text));
	elsif a.reply in ('send_back', 'publish') and v_last.state = 'proposed' then
		update reply set state = case a.reply when 'publish' then 'published' else 'sent_back' end,
			decided_by = caller_account(), decided_at = p_at where ticket = t.id and version = v_last.version;
	elsif a.reply <> 'keep' then
		raise exception 'the ticket has no draft reply' using errcode = 'TD433';
	end if;
end $$;

-- Passes a ticket from one holder to the next.
create function holding_pass(t ticket, p_action text, p_at timestamptz) returns void
language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	update holding set until = greatest(p_at, since), ended_by = p_action where ticket = t.id and until is null;
	insert into holding (ticket, department, since) select t.id, t.holder, max(until) from holding where ticket = t.id;
end $$;

-- Moves a ticket. Refusals, in this order: TD404 not seen, TD412 other version, TD409 not in this state (DETAIL: the open
-- moves), TD419 returned too often, TD403 not with these roles, TD428 no reason, TD431 unknown coded reason, TD430 unknown
-- department, TD432 unknown person, TD433 no reply.
create function ticket_move(p_ticket uuid, p_action text, p_version bigint, p_reason_code text, p_reason text, p_department text,
	p_person uuid, p_text text, p_at timestamptz, p_policies bigint[], p_kinds text[], p_dues timestamptz[], p_alarms timestamptz[],
	p_units text[], p_amounts bigint[], p_calendar text, p_calendar_version bigint, p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_at_version(p_ticket, p_version);
	a action;
	r refusal_reason;
	v_from_state text := t.state;
	v_from_holder bigint := t.holder;
	v_named bigint;
begin
	perform move_check(t, p_action);
	select * into strict a from action where code = p_action and way = 'move';
	if a.reason = 'required' and nullif(p_reason, '') is null then
		raise exception '% needs a reason', p_action using errcode = 'TD428';
	elsif a.reason = 'coded' then
		r := reason_coded(p_reason_code, p_action, p_at);
	end if;
	if a.holder = 'target' or p_department is not null then
		v_named := department_valid(p_department, p_at);
	end if;
	t.state := (select to_state from move where action = p_action and from_state = t.state);
	t.holder := case a.holder when 'target' then v_named when 'hub' then (select id from department where hub) else t.holder end;
	t.person := case a.person when 'keep' then t.person when 'caller' then caller_account()
		when 'target' then person_valid(p_person, t) end;
	t.returns := t.returns + (p_action = 'return')::int;
	perform reply_move(t, a, p_text, p_at);
	perform clocks_move(t, p_action, p_at, clock_offers(t.policy, p_policies, p_kinds, p_dues, p_alarms, p_units, p_amounts), p_calendar,
		p_calendar_version);
	if exists (select from action_clock where action = p_action and clock = 'answer' and effect = 'stop') then
		t.answered_at := p_at;
		t.outcome := (select outcome from clock where ticket = t.id and kind = 'answer' order by round desc limit 1);
	end if;
	update ticket set state = t.state, holder = t.holder, person = t.person, returns = t.returns, answered_at = t.answered_at,
		outcome = t.outcome, updated_at = p_at, version = version + 1
		where id = t.id returning * into t;
	perform clocks_settle(t);
	if t.holder <> v_from_holder then
		perform holding_pass(t, p_action, p_at);
	end if;
	update extension set state = 'lapsed' where ticket = t.id and state = 'requested' and (t.done or t.holder <> v_from_holder);
	perform event_write(p_event, p_at, t.id, a.event, 'staff', caller_account(), t.holder, v_from_state, t.state,
		a.public_vi || coalesce(': ' || r.text_vi, ''), a.public_en || coalesce(': ' || r.text_en, ''),
		jsonb_strip_nulls(jsonb_build_object('from_department', nullif(v_from_holder, t.holder), 'person', t.person,
			'reason_code', r.code, 'reason', p_reason, 'sent_to', case when a.holder = 'keep' then p_department end)));
	select m.body, m.etag into body, etag from ticket_moved(t) m;
end $$;

create or replace function reply_draft(p_id uuid, p_ticket uuid, p_version bigint, p_text text, p_at timestamptz, p_event uuid,
	out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_at_version(p_ticket, p_version);
begin
	perform move_check(t, 'propose');
	insert into reply (id, ticket, version, at, author, department, state, text)
		select p_id, t.id, 1 + coalesce(max(version), 0), p_at, caller_account(), caller_department(), 'draft', p_text
			from reply where ticket = t.id;
	update ticket set version = version + 1, updated_at = p_at where id = t.id returning * into t;
	perform event_write(p_event, p_at, t.id, 'reply.drafted', 'staff', caller_account(), t.holder, null, null, null, null, null);
	select m.body, m.etag into body, etag from ticket_moved(t) m;
end $$;

-- --- filing --------------------------------------------------------------------------------------------------------------

create function promise_told(days int, answers int) returns json language sql immutable parallel safe as $$
	select case when days is not null then json_build_object('days', days, 'answers', answers,
		'text_vi', format('9 trong 10 phiếu tương tự tại đơn vị này đã được trả lời trong vòng %s ngày làm việc', days),
		'text_en', format('9 of 10 such tickets at this department were answered within %s working day%s', days,
			case when days > 1 then 's' else '' end)) end
$$;

-- The answer to a filing but for the secret; the same from the arguments of the filing and, for a replay, from its rows.
create function filed_body(code text, kind text, emergency_numbers text[], department json, route jsonb, deadlines text,
	promise json, filed_at timestamptz)
returns text language sql stable parallel safe as $$
	select '{"code":' || to_json(code) || ',"kind":' || to_json(kind) || ',"state":"submitted","department":' || department
		|| ',"route":' || route || ',"deadlines":[' || coalesce(deadlines, '') || '],"promise":' || coalesce(promise::text, 'null')
		|| ',"filed_at":"'
		|| tiepdan.instant(filed_at) || '"' || coalesce(',"emergency_numbers":' || to_json(emergency_numbers), '') || '}'
$$;

-- A clock began at the filing if the filing starts its kind and nothing started it again.
create or replace function filed_body_of(p_ticket uuid) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select filed_body(t.code, t.kind, k.emergency_numbers,
			(select department_named(e.department) from event e where e.ticket = t.id and e.at = t.filed_at and e.type = 'ticket.filed'), t.route,
			(select string_agg(deadline_told(c.kind, c.latest_due, p.answer_from_acceptance and p.accept_unit <> 'none'
						and c.kind = 'answer', p.profile, p.citation_vi,
					p.citation_en), ',' order by x.position)
				from clock_all c join clock_kind x on x.code = c.kind and x.told
				where c.ticket = t.id and c.round = 1 and exists (
					select from action_clock a where a.action = 'file' and a.clock = c.kind)),
			promise_told(t.promise_days, t.promise_of), t.filed_at)
		from ticket t join kind k on k.code = t.kind left join policy p on p.id = t.policy where t.id = p_ticket);
end $$;

-- Files tickets: parallel arrays, one element a ticket. A row with a key that was seen before is not filed: 'replayed' with
-- the number, generation and body of the first filing, or 'key_reused' when it came with another fingerprint.
-- The clocks are arrays of their own; p_clock_ords says which ticket each belongs to. Those that filing starts are kept.
create function ticket_file(p_ids uuid[], p_numbers bigint[], p_codes text[], p_kinds text[], p_categories text[], p_areas text[],
	p_titles text[], p_texts text[], p_folded text[], p_location_texts text[], p_lons float8[], p_lats float8[],
	p_languages text[], p_channels text[], p_anonymous boolean[], p_visibilities text[], p_sights text[], p_levels text[],
	p_departments bigint[], p_policies bigint[], p_routes text[], p_filed_at timestamptz[], p_contact_epochs bigint[],
	p_contact_wrapped bytea[], p_contact_boxes bytea[], p_contact_commitments bytea[], p_phone_index bytea[], p_email_index bytea[],
	p_once_keys bytea[], p_once_fingerprints bytea[], p_events uuid[], p_clock_ords bigint[], p_clock_kinds text[],
	p_clock_starts timestamptz[], p_clock_waits boolean[], p_clock_dues timestamptz[], p_clock_alarms timestamptz[],
	p_clock_units text[], p_clock_amounts bigint[], p_clock_calendars text[], p_clock_versions bigint[])
returns table (ord bigint, outcome text, number bigint, generation bigint, body text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	v_mine boolean[] := once_take(p_once_keys, p_once_fingerprints, p_ids, p_filed_at);
	v_filed bigint;
begin
	perform slots_hold();
	-- Planning costs ten times what filing one ticket does; a large batch is worth a plan of its own.
	perform set_config('plan_cache_mode', case when cardinality(p_ids) <= 8 then 'force_generic_plan' else 'auto' end, true);
	return query
	with filing as materialized (
		select i.*, d.code as d_code, d.name_vi as d_vi, d.name_en as d_en, d.hub as d_hub, k.emergency_numbers,
			p.profile, p.citation_vi, p.citation_en, (select array[w.days, w.answers] from promise w where w.department = i.holder
				and w.kind = i.kind and w.category in (i.category, '') order by w.category desc limit 1) as promised
		from unnest(p_ids, p_numbers, p_codes, p_kinds, p_categories, p_areas, p_titles, p_texts, p_folded, p_location_texts,
				p_lons, p_lats, p_languages, p_channels, p_anonymous, p_visibilities, p_sights, p_levels, p_departments,
				p_policies, p_routes::jsonb[], p_filed_at, p_contact_epochs, p_contact_wrapped,
				p_contact_boxes, p_contact_commitments, p_phone_index, p_email_index, p_events, v_mine)
			with ordinality i (id, number, code, kind, category, area, title, text, folded, location_text,
				lon, lat, language, channel, anonymous, visibility, sight, level, holder,
				policy, route, filed_at, epoch, wrapped,
				box, commitment, phone_index, email_index, event, mine, ord)
			join kind k on k.code = i.kind join category c on c.code = i.category join department d on d.id = i.holder
			left join area a on a.code = i.area left join policy p on p.id = i.policy
		where i.mine and (i.area is null or a.code is not null) and (i.policy is null or p.id is not null)),
	offered as materialized (
		select f.ord, f.id, f.holder, f.policy, o.kind, o.start_at, o.waits, o.due_at, coalesce(o.alarm_at, 'infinity') as alarm_at,
			o.unit, o.amount, o.calendar, o.version,
			row_number() over (partition by f.ord order by o.due_at, o.kind) = 1 as first,
			case when k.told then deadline_told(o.kind, o.due_at, o.waits, f.profile, f.citation_vi, f.citation_en) end as told,
			k.position
		from unnest(p_clock_ords, p_clock_kinds, p_clock_starts, p_clock_waits, p_clock_dues, p_clock_alarms, p_clock_units,
				p_clock_amounts, p_clock_calendars, p_clock_versions)
				o (ord, kind, start_at, waits, due_at, alarm_at, unit, amount, calendar, version)
			join filing f on f.ord = o.ord
			join action_clock x on x.action = 'file' and x.clock = o.kind and x.effect = 'start' and holder_fits(x.holder, f.d_hub)
			join clock_kind k on k.code = o.kind),
	told as (
		select ord, string_agg(told, ',' order by position) as deadlines from offered group by ord),
	ticket_row as (
		insert into ticket (id, number, code, anonymous, filed_at, updated_at, holder, policy, lon, lat, kind, category,
			area, level, visibility, sight, language, channel, title, text, folded, location_text, route, promise_days, promise_of)
		select id, number, code, anonymous, filed_at, filed_at, holder, policy, lon, lat, kind, category, area, level, visibility, sight,
			language, channel, title, text, folded, location_text, route, promised[1], promised[2]
		from filing),
	holding_row as (
		insert into holding (ticket, department, since) select id, holder, filed_at from filing),
	clock_row as (
		insert into clock_running (slot, ticket, kind, round, holder, policy, unit, amount, calendar, version, start_at, waits, due_at,
			latest_due, first, alarm_at)
		select s.slot, o.id, o.kind, 1, o.holder, o.policy, o.unit, o.amount, o.calendar, o.version, o.start_at, o.waits, o.due_at,
			o.due_at, o.first, o.alarm_at
		from offered o, clock_slot s where s.role <> 'empty'
		union all
		select s.slot, f.id, 'none', 1, f.holder, null, null, null, null, null, null, false, 'infinity', 'infinity', true, 'infinity'
		from filing f left join told w on w.ord = f.ord, clock_slot s where s.role <> 'empty' and w.ord is null),
	contact_row as (
		insert into contact (ticket, epoch, wrapped, box, commitment, phone_index, email_index)
		select id, epoch, wrapped, box, commitment, phone_index, email_index from filing where box is not null),
	event_row as (
		insert into event (id, at, ticket, type, actor_kind, department, to_state, public_vi, public_en, data, hash)
		select f.event, f.filed_at, f.id, x.event, 'anyone', f.holder, 'submitted', x.public_vi, x.public_en, x.data,
			event_hash(f.event, f.filed_at, f.id, x.event, 'anyone', null, f.holder, null, 'submitted', x.public_vi, x.public_en,
				x.data)
		from filing f, lateral (
			select event, public_vi, public_en, jsonb_build_object('kind', f.kind, 'category', f.category, 'area', f.area,
				'level', f.level, 'visibility', f.visibility, 'policy', f.policy, 'route', f.route,
				'contact', encode(f.commitment, 'hex')) as data
			from action where code = 'file') x)
	select f.ord, 'filed', f.number, 1::bigint, filed_body(f.code, f.kind, f.emergency_numbers, named(f.d_code, f.d_vi, f.d_en),
		f.route, w.deadlines, promise_told(f.promised[1], f.promised[2]), f.filed_at)
	from filing f left join told w on w.ord = f.ord;

	get diagnostics v_filed = row_count;
	if v_filed <> cardinality(array_positions(v_mine, true)) then
		perform filing_refuse(p_kinds, p_categories, p_areas, p_departments, p_policies);
	end if;
	if v_filed < cardinality(v_mine) then
		return query
		select i.ord, case when t.id is not null then 'replayed' else 'key_reused' end, t.number, t.generation, filed_body_of(t.id)
		from unnest(p_once_keys, p_once_fingerprints, v_mine) with ordinality i (key, fingerprint, mine, ord)
			join once o on o.key = i.key left join ticket t on t.id = o.ticket and o.fingerprint = i.fingerprint
		where not i.mine;
	end if;
end $$;

-- --- the queue -----------------------------------------------------------------------------------------------------------

-- Filters of the queue; NULL lets everything pass. Plain, so that it is inlined.
create function ticket_fits(t ticket, due_at timestamptz, states text[], kind text, categories text[], area text, level text,
	person uuid, due_from timestamptz, due_before timestamptz)
returns boolean language sql stable parallel safe as $$
	select ($3 is null or t.state = any ($3)) and ($4 is null or t.kind = $4) and ($5 is null or t.category = any ($5))
		and ($6 is null or t.area = $6) and ($7 is null or t.level = $7) and ($8 is null or t.person = $8)
		and ($9 is null or $2 >= $9) and ($10 is null or $2 < $10)
$$;

-- The queue: what is due soonest first (open tickets before the rest), or what was filed last first. Runs with the
-- caller's rights. Each page is read in the order of one index, whatever the statistics say. `p_after` is the key of the
-- last row seen.
create function ticket_list(p_states text[], p_kind text, p_category text, p_area text, p_level text, p_standing text,
	p_holder text, p_mine boolean, p_sort text, p_now timestamptz, p_soon timestamptz, p_after text, p_limit bigint)
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
	v_person uuid := case when p_mine then caller_account() end;
	v_from timestamptz := case p_standing when 'due_soon' then p_now when 'in_time' then p_soon when 'no_clock' then 'infinity' end;
	v_before timestamptz := case p_standing when 'overdue' then p_now when 'due_soon' then p_soon when 'in_time' then 'infinity' end;
	v_after_done boolean := coalesce(split_part(p_after, '|', 1)::boolean, false);
	v_after_at timestamptz := coalesce(split_part(p_after, '|', 2)::timestamptz, case when v_filed then 'infinity' else '-infinity' end::timestamptz);
	v_after_id uuid := coalesce(split_part(p_after, '|', 3)::uuid, case when v_filed
		then 'ffffffff-ffff-ffff-ffff-ffffffffffff' else '00000000-0000-0000-0000-000000000000' end::uuid);
	v_ids uuid[] := '{}';
begin
	if v_filed and v_holder is not null then
		v_ids := array(select t.id from ticket t left join clock_running c on c.slot = v_slot and c.ticket = t.id and c.first
			where t.holder = v_holder and (t.filed_at, t.id) < (v_after_at, v_after_id) and t.done <= v_done
				and may_see(t.sight, t.holder, v_all, v_own, v_home)
				and ticket_fits(t, coalesce(c.due_at, 'infinity'), v_states, p_kind, v_categories, p_area, p_level, v_person, v_from, v_before)
			order by t.filed_at desc, t.id desc limit p_limit + 1);
	elsif v_filed then
		v_ids := array(select t.id from ticket t left join clock_running c on c.slot = v_slot and c.ticket = t.id and c.first
			where (t.filed_at, t.id) < (v_after_at, v_after_id) and t.done <= v_done
				and may_see(t.sight, t.holder, v_all, v_own, v_home)
				and ticket_fits(t, coalesce(c.due_at, 'infinity'), v_states, p_kind, v_categories, p_area, p_level, v_person, v_from, v_before)
			order by t.filed_at desc, t.id desc limit p_limit + 1);
	elsif v_open and not v_after_done and v_holder is not null then
		v_ids := array(select c.ticket from clock_running c join ticket t on t.id = c.ticket
			where c.slot = v_slot and c.first and c.holder = v_holder and (c.due_at, c.ticket) > (v_after_at, v_after_id)
				and may_see(t.sight, t.holder, v_all, v_own, v_home)
				and ticket_fits(t, c.due_at, v_states, p_kind, v_categories, p_area, p_level, v_person, v_from, v_before)
			order by c.due_at, c.ticket limit p_limit + 1);
	elsif v_open and not v_after_done then
		v_ids := array(select c.ticket from clock_running c join ticket t on t.id = c.ticket
			where c.slot = v_slot and c.first and (c.due_at, c.ticket) > (v_after_at, v_after_id)
				and may_see(t.sight, t.holder, v_all, v_own, v_home)
				and ticket_fits(t, c.due_at, v_states, p_kind, v_categories, p_area, p_level, v_person, v_from, v_before)
			order by c.due_at, c.ticket limit p_limit + 1);
	end if;
	if not v_filed and v_done and cardinality(v_ids) <= p_limit then
		if not v_after_done then
			v_after_id := '00000000-0000-0000-0000-000000000000';
		end if;
		v_ids := v_ids || case when v_holder is not null then
			array(select t.id from ticket t where t.done and t.holder = v_holder and t.id > v_after_id
				and may_see(t.sight, t.holder, v_all, v_own, v_home)
				and ticket_fits(t, 'infinity', v_states, p_kind, v_categories, p_area, p_level, v_person, v_from, v_before)
				order by t.id limit p_limit + 1 - cardinality(v_ids))
		else
			array(select t.id from ticket t where t.done and t.id > v_after_id
				and may_see(t.sight, t.holder, v_all, v_own, v_home)
				and ticket_fits(t, 'infinity', v_states, p_kind, v_categories, p_area, p_level, v_person, v_from, v_before)
				order by t.id limit p_limit + 1 - cardinality(v_ids)) end;
	end if;
	return query
	select json_build_object('id', t.id, 'code', t.code, 'kind', t.kind, 'category', named(g.code, g.name_vi, g.name_en),
			'area', named(a.code, a.name_vi, a.name_en), 'title', t.title, 'level', t.level, 'visibility', t.visibility,
			'state', t.state, 'holder', json_build_object('department', named(d.code, d.name_vi, d.name_en),
				'person', case when t.person is not null then person_named(t.person) end),
			'clock', nullif(c.kind, 'none'), 'due_at', instant(c.due_at),
			'standing', standing(t.outcome, coalesce(c.due_at, 'infinity'), p_now, p_soon),
			'filed_at', instant(t.filed_at), 'version', t.version)::text,
		concat_ws('|', t.done, case when v_filed then t.filed_at else coalesce(c.due_at, 'infinity') end, t.id),
		nullif(c.due_at, 'infinity'), c.calendar, c.unit
	from unnest(v_ids) with ordinality i (id, ord) join ticket t on t.id = i.id
		left join clock_running c on c.slot = v_slot and c.ticket = t.id and c.first
		join category g on g.code = t.category join department d on d.id = t.holder left join area a on a.code = t.area
	order by i.ord;
end $$;

-- --- the citizen's side --------------------------------------------------------------------------------------------------

create function questions_of(p_ticket uuid) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select coalesce(json_agg(json_build_object('asked_at', instant(asked_at), 'until', instant(until_at), 'text', text,
			'ended_at', instant(ended_at), 'ended', ended, 'department', department_named(department)) order by asked_at), '[]')
		from question where ticket = p_ticket);
end $$;
create function extensions_of(p_ticket uuid, p_all boolean) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select coalesce(json_agg(json_build_object('asked_at', instant(asked_at), 'amount', amount, 'unit', unit, 'reason', reason,
			'state', state, 'due_before', instant(due_before), 'due_after', instant(due_after), 'decided_at', instant(decided_at),
			'decision', case when p_all then decision end, 'department', department_named(department)) order by asked_at), '[]')
		from extension where ticket = p_ticket and (p_all or state = 'approved'));
end $$;

-- Everything but who in the departments did it.
create function tracking_body(t ticket, p_now timestamptz, p_soon timestamptz) returns text
language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select json_build_object('code', t.code, 'kind', t.kind, 'category', named(c.code, c.name_vi, c.name_en),
			'area', named(a.code, a.name_vi, a.name_en), 'title', t.title, 'text', t.text, 'location_text', t.location_text,
			'state', t.state, 'state_vi', s.name_vi, 'state_en', s.name_en, 'holder', named(d.code, d.name_vi, d.name_en),
			'deadlines', deadlines_of(t.id, p_now, p_soon), 'steps', steps_of(t.id, t.filed_at, p_now),
			'replies', replies_published(t.id), 'messages', messages_of(t.id), 'questions', questions_of(t.id),
			'extensions', extensions_of(t.id, false), 'may_rate', may_rate(t), 'may_write', may_write(t),
			'rating', rating_of(t.id), 'promise', (select promise_told(w.days, w.answers) from promise w
				where not t.done and w.department = t.holder and w.kind = t.kind and w.category in (t.category, '')
				order by w.category desc limit 1), 'filed_at', instant(t.filed_at), 'updated_at', instant(t.updated_at))::text
		from state s join category c on c.code = t.category join department d on d.id = t.holder
			left join area a on a.code = t.area
		where s.code = t.state);
end $$;

-- Shows tickets to their citizens: parallel arrays, one element a ticket; one that is not there has no row. Who says which
-- version is known (`known`) gets a body only when there is another one; a switch of the dates of all tickets is another
-- version, too. `fresh_until`: until then the same version has the same body; a standing changes with time alone, the name
-- of a department at most a minute late. `p_soon` and `p_soon_later` are what counts as near now and a minute from now.
create function tracking_show(p_numbers bigint[], p_generations bigint[], p_known bigint[], p_now timestamptz, p_soon timestamptz,
	p_soon_later timestamptz)
returns table (ord bigint, version bigint, body text, fresh_until timestamptz)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	v_switches bigint := (select generation from clock_slot where role = 'current') << 40;
	v_slot int := slot_current();
	v_later timestamptz := p_now + interval '1 minute';
begin
	return query
	select i.ord, t.version + v_switches, case when t.version + v_switches is distinct from i.known then tracking_body(t, p_now, p_soon) end,
		case when t.version + v_switches is not distinct from i.known then null
			when exists (select from clock_running c where c.slot = v_slot and c.ticket = t.id
				and (c.due_at between p_now and v_later or c.due_at between p_soon and p_soon_later)) then p_now
			else v_later end
	from unnest(p_numbers, p_generations, p_known) with ordinality i (number, generation, known, ord)
		join ticket t on t.number = i.number and t.generation = i.generation;
end $$;

-- --- reports -------------------------------------------------------------------------------------------------------------

drop function report_sla(date, date, text, timestamptz, text);
-- As before, and how often tickets of the period came back to the hub by then: counted against the department that returned
-- them, or for their category or area.
create function report_sla(p_from date, p_to date, p_by text, p_as_of timestamptz, p_zone text)
returns table (key text, name_vi text, name_en text, answered_on_time bigint, answered_late bigint, open_in_time bigint,
	open_overdue bigint, no_clock bigint, total bigint, returned bigint)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	perform caller_needs('report');
	return query
	with period as (
		select t.id, t.category, coalesce(t.area, '') as area, t.holder from ticket t
		where t.filed_at >= p_from::timestamp at time zone p_zone and t.filed_at < (p_to + 1)::timestamp at time zone p_zone
			and t.filed_at <= p_as_of),
	filed as (
		select case p_by when 'department' then (select code from department where id = case
					when c.stop_at <= p_as_of then c.holder
					else coalesce((select h.department from holding h where h.ticket = t.id and h.since <= p_as_of
						and (h.until is null or h.until > p_as_of) limit 1), t.holder) end)
				when 'category' then t.category else t.area end as key,
			case when c.ticket is null and r.ticket is null then 'no_clock'
				when c.stop_at <= p_as_of then case when c.stop_at <= c.due_at then 'answered_on_time' else 'answered_late' end
				when coalesce(c.due_at, r.due_at) >= p_as_of then 'open_in_time' else 'open_overdue' end as cell
		from period t left join clock c on c.ticket = t.id and c.kind = 'answer' and c.round = 1
			left join clock_running r on r.slot = slot_current() and r.ticket = t.id and r.kind = 'answer' and r.round = 1
		union all
		select case p_by when 'department' then d.code when 'category' then t.category else t.area end, 'returned'
		from period t join holding h on h.ticket = t.id and h.ended_by = 'return' and h.until <= p_as_of
			join department d on d.id = h.department),
	counted as (
		select key, count(*) filter (where cell = 'answered_on_time') as n1, count(*) filter (where cell = 'answered_late') as n2,
			count(*) filter (where cell = 'open_in_time') as n3, count(*) filter (where cell = 'open_overdue') as n4,
			count(*) filter (where cell = 'no_clock') as n5, count(*) filter (where cell <> 'returned') as n,
			count(*) filter (where cell = 'returned') as n6
		from filed group by grouping sets ((key), ()))
	select c.key, coalesce(d.name_vi, g.name_vi, a.name_vi, case c.key when '' then 'Không rõ địa bàn' end),
		coalesce(d.name_en, g.name_en, a.name_en, case c.key when '' then 'No area' end), n1, n2, n3, n4, n5, n, n6
	from counted c
		left join department d on p_by = 'department' and d.code = c.key
		left join category g on p_by = 'category' and g.code = c.key
		left join area a on p_by = 'area' and a.code = c.key
	order by c.key nulls last;
end $$;

revoke execute on all functions in schema tiepdan from public;
grant execute on function report_sla, ticket_file, ticket_move, ticket_clocks, ticket_list, ticket_fits, tracking_show to tiepdan_app;
