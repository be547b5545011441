-- Filing in sets at a fraction of what it cost. ticket_file() of 0079 was one statement over everything: starting it cost more than a millisecond, and
-- most of the rest was the JSON of the answers. Now each table has a statement of its own, and the server tells the answers.
set local search_path = tiepdan, public;

-- One holder at a time: one that has not ended (a unique index), and none that has ended beside another one. The index over ranges that said both
-- cost a fifth of a filing, which writes the first holder alone and as of now.
alter table holding drop constraint holding_one_at_a_time;
alter index holding_present rename to holding_one_at_a_time;
create function holding_guard() returns trigger language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	if new.until is null then
		if not exists (select from holding h where h.ticket = new.ticket and h.until > new.since and h.since < h.until) then
			return null;
		end if;
	-- Itself is one of them.
	elsif (select count(*) from holding h where h.ticket = new.ticket and h.since < new.until and coalesce(h.until, 'infinity') > new.since
			and h.since < coalesce(h.until, 'infinity')) <= 1 then
		return null;
	end if;
	raise exception 'two departments hold a ticket at the same time' using errcode = 'exclusion_violation',
		constraint = 'holding_one_at_a_time', table = 'holding';
end $$;
create trigger holding_guard after insert or update on holding for each row
	when (new.until is not null and new.since < new.until) execute function holding_guard();
create trigger holding_begins after insert on holding for each row
	when (new.until is null and new.since < now() - interval '1 min') execute function holding_guard();

-- Files tickets, parallel arrays: see src/app/ticket/file.sql. Rows of reference data never go (0002); what a filing names is looked up all the
-- same. Plans are kept: no statement here is better for knowing its arrays.
create function filings_store(p_ids uuid[], p_numbers bigint[], p_codes text[], p_kinds text[], p_categories text[], p_areas text[],
	p_titles text[], p_texts text[], p_folded text[], p_location_texts text[], p_lons float8[], p_lats float8[],
	p_languages text[], p_channels text[], p_anonymous boolean[], p_visibilities text[], p_sights text[], p_levels text[],
	p_departments bigint[], p_policies bigint[], p_routes text[], p_filed_at timestamptz[], p_contact_epochs bigint[],
	p_contact_wrapped bytea[], p_contact_boxes bytea[], p_contact_commitments bytea[], p_phone_index bytea[], p_email_index bytea[],
	p_once_keys bytea[], p_once_fingerprints bytea[], p_events uuid[], p_clock_ords bigint[], p_clock_kinds text[],
	p_clock_starts timestamptz[], p_clock_waits boolean[], p_clock_dues timestamptz[], p_clock_alarms timestamptz[],
	p_clock_units text[], p_clock_amounts bigint[], p_clock_calendars text[], p_clock_versions bigint[], p_contents text[])
returns table (ord bigint, outcome text, number bigint, generation bigint, told text, promise text, body text)
language plpgsql security definer set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
	v_mine boolean[] := once_take(p_once_keys, p_once_fingerprints, p_ids, p_filed_at);
	v_routes jsonb[] := p_routes;
	v_known boolean;
	v_hubs boolean[];
	v_days int[];
	v_answers int[];
	v_started boolean[];
	a action;
begin
	perform slots_hold();
	-- What each names, and what its department has promised.
	select bool_and(known and hub is not null), array_agg(hub), array_agg(days), array_agg(answers) into v_known, v_hubs, v_days, v_answers
	from (
		select (select d.hub from department d where d.id = i.holder) as hub, w.days, w.answers,
			exists (select from kind k where k.code = i.kind) and exists (select from category c where c.code = i.category)
				and (i.area is null or exists (select from area r where r.code = i.area))
				and (i.policy is null or exists (select from policy p where p.id = i.policy)) as known
		from unnest(p_departments, p_kinds, p_categories, p_areas, p_policies) with ordinality i (holder, kind, category, area, policy, ord)
			left join lateral (select w.days, w.answers from promise w where w.department = i.holder and w.kind = i.kind
				and w.category in (i.category, '') order by w.category desc limit 1) w on true
		order by i.ord) x;
	if not v_known or cardinality(v_hubs) <> cardinality(v_mine) then
		perform filing_refuse(p_kinds, p_categories, p_areas, p_departments, p_policies);
	end if;

	insert into ticket (id, number, code, anonymous, filed_at, updated_at, holder, policy, lon, lat, kind, category,
		area, level, visibility, sight, language, channel, title, text, folded, location_text, route, promise_days, promise_of)
	select id, number, code, anonymous, filed_at, filed_at, holder, policy, lon, lat, kind, category, area, level, visibility, sight,
		language, channel, title, text, folded, location_text, route, days, answers
	from unnest(p_ids, p_numbers, p_codes, p_anonymous, p_filed_at, p_departments, p_policies, p_lons, p_lats, p_kinds, p_categories, p_areas,
			p_levels, p_visibilities, p_sights, p_languages, p_channels, p_titles, p_texts, p_folded, p_location_texts, v_routes, v_days,
			v_answers, v_mine)
		i (id, number, code, anonymous, filed_at, holder, policy, lon, lat, kind, category, area,
			level, visibility, sight, language, channel, title, text, folded, location_text, route, days,
			answers, mine)
	where mine;
	insert into holding (ticket, department, since)
	select id, department, at from unnest(p_ids, p_departments, p_filed_at, v_mine) i (id, department, at, mine) where mine;

	-- Of the clocks that are offered those that filing starts with this department.
	v_started := array(
		select v_mine[o.ord] and exists (select from action_clock x where x.action = 'file' and x.clock = o.kind and x.effect = 'start'
			and holder_fits(x.holder, v_hubs[o.ord]))
		from unnest(p_clock_ords, p_clock_kinds) with ordinality o (ord, kind, n) order by o.n);
	insert into clock_running (slot, ticket, kind, round, holder, policy, unit, amount, calendar, version, start_at, waits, due_at,
		latest_due, first, alarm_at)
	select s.slot, p_ids[o.ord], o.kind, 1, p_departments[o.ord], p_policies[o.ord], o.unit, o.amount, o.calendar, o.version, o.start_at,
		o.waits, o.due_at, o.due_at, row_number() over (partition by s.slot, o.ord order by o.due_at, o.kind) = 1,
		coalesce(o.alarm_at, 'infinity')
	from unnest(p_clock_ords, p_clock_kinds, p_clock_starts, p_clock_waits, p_clock_dues, p_clock_alarms, p_clock_units,
			p_clock_amounts, p_clock_calendars, p_clock_versions, v_started)
			o (ord, kind, start_at, waits, due_at, alarm_at, unit, amount, calendar, version, started),
		clock_slot s
	where o.started and s.role <> 'empty';
	insert into clock_running (slot, ticket, kind, round, holder, due_at, latest_due, first)
	select s.slot, i.id, 'none', 1, i.holder, 'infinity', 'infinity', true
	from unnest(p_ids, p_departments, v_mine) with ordinality i (id, holder, mine, ord), clock_slot s
	where i.mine and s.role <> 'empty'
		and not exists (select from unnest(p_clock_ords, v_started) o (ord, started) where o.started and o.ord = i.ord);

	if array_remove(p_contact_boxes, null) <> '{}' then
		insert into contact (ticket, epoch, wrapped, box, commitment, phone_index, email_index)
		select id, epoch, wrapped, box, commitment, phone_index, email_index
		from unnest(p_ids, p_contact_epochs, p_contact_wrapped, p_contact_boxes, p_contact_commitments, p_phone_index, p_email_index, v_mine)
			i (id, epoch, wrapped, box, commitment, phone_index, email_index, mine)
		where mine and box is not null;
	end if;

	select * into strict a from action where code = 'file';
	insert into event (id, at, ticket, type, actor_kind, department, to_state, public_vi, public_en, data, hash)
	select event, at, id, a.event, 'anyone', holder, 'submitted', a.public_vi, a.public_en, data,
		event_hash(event, at, id, a.event, 'anyone', null, holder, null, 'submitted', a.public_vi, a.public_en, data)
	from (
		select i.id, i.event, i.at, i.holder, jsonb_build_object('kind', i.kind, 'category', i.category, 'area', i.area,
			'level', i.level, 'visibility', i.visibility, 'policy', i.policy, 'route', i.route - 'rules',
			'contact', encode(i.commitment, 'hex'), 'content', i.content, 'code', i.code, 'number', i.number,
			'sight', i.sight, 'language', i.language, 'channel', i.channel, 'anonymous', i.anonymous) as data
		from unnest(p_ids, p_events, p_filed_at, p_departments, p_kinds, p_categories, p_areas, p_levels, p_visibilities, p_policies, v_routes,
				p_contact_commitments, p_contents, p_codes, p_numbers, p_sights, p_languages, p_channels, p_anonymous, v_mine)
			i (id, event, at, holder, kind, category, area, level, visibility, policy, route,
				commitment, content, code, number, sight, language, channel, anonymous, mine)
		where mine offset 0) x;

	return query
	select i.ord, 'filed', i.number, 1::bigint, w.kinds, case when i.days is not null then promise_told(i.days, i.answers)::text end, null::text
	from unnest(p_numbers, v_days, v_answers, v_mine) with ordinality i (number, days, answers, mine, ord)
		left join (
			select o.ord, string_agg(o.kind, ',' order by k.position) as kinds
			from unnest(p_clock_ords, p_clock_kinds, v_started) o (ord, kind, started) join clock_kind k on k.code = o.kind and k.told
			where o.started group by o.ord) w on w.ord = i.ord
	where i.mine;
	if not (true = all (v_mine)) then
		return query
		select i.ord, case when t.id is not null then 'replayed' else 'key_reused' end, t.number, t.generation, null::text, null::text, filed_body_of(t.id)
		from unnest(p_once_keys, p_once_fingerprints, v_mine) with ordinality i (key, fingerprint, mine, ord)
			join once o on o.key = i.key left join ticket t on t.id = o.ticket and o.fingerprint = i.fingerprint
		where not i.mine;
	end if;
end $$;

revoke all on function filings_store, holding_guard from public;
grant execute on function filings_store to tiepdan_app;
comment on function filings_store is 'Files tickets, parallel arrays; of a filing that is new `told` names the clocks that began and are told, of one that came again `body` is the answer.';

-- --- reading -----------------------------------------------------------------------------------------------------------------------

-- As in 0075. What few moves are asked about is asked of those alone: it was a third of reading a ticket.
create or replace function moves_for(t ticket) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_barred text := caller_barred(t.id);
	v_spared text[];	-- what some make only where others cannot
	v_lacking text[];	-- and what some make for a department that lacks them
begin
	select array_agg(action) filter (where stands_in), array_agg(action) filter (where lacking) into v_spared, v_lacking
		from move_role where stands_in or lacking;
	v_spared := v_spared || 'assign'::text;
	return (
		select coalesce(json_agg(m.move order by m.ord), '[]')
		from json_array_elements(moves_open(t.state, t.sight, t.holder, t.returns, caller_roles(), caller_department()))
			with ordinality m (move, ord) join action a on a.code = m.move->>'action'
		where (a.code <> 'unassign' or unassign_applies(t)) and (a.code <> 'claim' or claim_applies(t))
			and (a.holder is distinct from 'hub' or not move_meddles(t, a)) and (a.code <> all (v_spared) or not move_spare(t, a.code))
			and not (move_barred(v_barred, a) and not (v_barred = 'handled' and bar_of_signers(t, a)))
			and (v_lacking is null or a.code <> all (v_lacking) or not move_left(t, a.code)));
end $$;

-- As in 0061, with the tags of all lines at once.
create or replace function queue_lines(p_ids uuid[], p_slot int, p_filed boolean, p_now timestamptz, p_soon timestamptz)
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
			'tags', coalesce(m.tags, '[]'), 'flags', coalesce(m.flags, '[]'),
			'filed_at', instant(t.filed_at), 'version', t.version)::text,
		concat_ws('|', t.done, case when p_filed then t.filed_at else coalesce(c.due_at, 'infinity') end, t.id),
		nullif(c.due_at, 'infinity'), c.calendar, c.unit
	from unnest(p_ids) with ordinality i (id, ord) join ticket t on t.id = i.id
		left join clock_first c on c.slot = p_slot and c.ticket = t.id
		join category g on g.code = t.category join department d on d.id = t.holder left join area a on a.code = t.area
		left join (
			select x.ticket, json_agg(x.name order by x.name) filter (where not x.flag) as tags,
				json_agg(x.name order by x.name) filter (where x.flag) as flags
			from ticket_tag x where x.ticket = any (p_ids) group by x.ticket) m on m.ticket = t.id
	order by i.ord;
end $$;
