-- What a look at a ticket and a filing cost less.
set local search_path = tiepdan, public;

-- Whose tickets have nothing of a kind have no function called for it: most of a look was asking fifteen of them what is not there.
create or replace function ticket_told(p_ticket uuid, out body text, out etag text) language plpgsql stable security definer
set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
	c_none constant json := '[]';
	c_unrated constant json := json_build_object('satisfied', 0, 'acceptable', 0, 'unsatisfied', 0, 'comments', '{}'::text[]);
	t ticket;
	v_merged boolean;
	v_into json;
	v_splits json := json_build_object('parent', null, 'children', c_none);
begin
	select * into t from ticket k where k.id = p_ticket and sees(k);
	if not found or caller_account() is null then
		return;
	end if;
	if exists (select from ticket_merge m where m.ticket = t.id and m.ended_at is null)
			or exists (select from ticket_relation r where r.ticket = t.id and r.kind = 'split_from')
			or exists (select from ticket_relation r where r.other = t.id and r.kind = 'split_from') then
		select x.merged_into, x.splits into v_into, v_splits from ticket_ties(t.id) x;
	end if;
	body := (select json_build_object('id', t.id, 'code', t.code, 'kind', t.kind, 'category', named(c.code, c.name_vi, c.name_en),
		'area', named(a.code, a.name_vi, a.name_en), 'location_text', t.location_text,
		'point', case when t.lon is not null then json_build_object('lon', t.lon, 'lat', t.lat) end, 'title', t.title,
		'text', t.text, 'language', t.language, 'channel', t.channel,
		'taken_by', case when exists (select from ticket_clerk k where k.ticket = t.id) then taken_of(t.id) end,
		'petition', case when exists (select from petition k where k.ticket = t.id) then petition_told(t.id) end, 'anonymous', t.anonymous,
		'has_contact', exists (select from contact where ticket = t.id and erased_at is null), 'restricted', t.restricted, 'level', t.level,
		'visibility', t.visibility, 'state', t.state, 'state_vi', s.name_vi, 'state_en', s.name_en,
		'holder', json_build_object('department', named(d.code, d.name_vi, d.name_en), 'person', case when t.person is not null then person_named(t.person) end),
		'route', t.route,
		'tags', case when g.any then tags_of(t.id, false) else c_none end, 'flags', case when g.any then tags_of(t.id, true) else c_none end,
		'messages', case when exists (select from message k where k.ticket = t.id) then messages_of(t.id) else c_none end,
		'questions', case when exists (select from question k where k.ticket = t.id) then questions_of(t.id) else c_none end,
		'extensions', case when exists (select from extension k where k.ticket = t.id) then extensions_of(t.id, true) else c_none end,
		'reviews', case when exists (select from review k where k.ticket = t.id) then reviews_of(t.id, null) else c_none end,
		'parts', case when exists (select from part k where k.ticket = t.id) then parts_of(t.id) else c_none end,
		'rating', case when r.any then rating_shown(t.id) end, 'ratings', case when r.any then ratings_of(t.id) else c_unrated end,
		'supporters', case when exists (select from ticket_merge k where k.into_ticket = t.id and k.ended_at is null) then supporters_of(t.id) else 0 end,
		'returns', t.returns, 'merged_into', v_into,
		'refusal', case when t.state in ('refused', 'redirected') then refusal_of(t) end, 'splits', v_splits,
		'filed_at', instant(t.filed_at), 'updated_at', instant(t.updated_at), 'version', t.version,
		'moves', moves_of(t))::text
		from state s join category c on c.code = t.category join department d on d.id = t.holder left join area a on a.code = t.area
			cross join lateral (select exists (select from ticket_tag k where k.ticket = t.id) as any offset 0) g
			cross join lateral (select exists (select from rating k where k.answer = t.id) as any offset 0) r
		where s.code = t.state);
	etag := t.version::text;
end $$;

-- As in 0099, but that what filing starts is read once for all, instead of the clocks of all actions for each clock that is offered, and what departments
-- have promised is joined, instead of looked for and sorted for each row.
create or replace function filings_store(p_ids uuid[], p_numbers bigint[], p_codes text[], p_kinds text[], p_categories text[], p_areas text[],
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
	v_of_hub text[];
	v_of_others text[];
	v_started boolean[];
	v_with_clock bigint[];
	a action;
begin
	perform slots_hold();
	-- What each names, and what its department has promised.
	select bool_and(known and hub is not null), array_agg(hub), array_agg(days), array_agg(answers) into v_known, v_hubs, v_days, v_answers
	from (
		select (select d.hub from department d where d.id = i.holder) as hub, coalesce(o.days, w.days) as days,
			coalesce(o.answers, w.answers) as answers,
			exists (select from kind k where k.code = i.kind) and exists (select from category c where c.code = i.category)
				and (i.area is null or exists (select from area r where r.code = i.area))
				and (i.policy is null or exists (select from policy p where p.id = i.policy)) as known
		from unnest(p_departments, p_kinds, p_categories, p_areas, p_policies) with ordinality i (holder, kind, category, area, policy, ord)
			left join promise o on o.department = i.holder and o.kind = i.kind and o.category = i.category
			left join promise w on w.department = i.holder and w.kind = i.kind and w.category = ''
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
	select array_agg(clock) filter (where holder_fits(holder, true)), array_agg(clock) filter (where holder_fits(holder, false))
		into v_of_hub, v_of_others from action_clock where action = 'file' and effect = 'start';
	select array_agg(o.started order by o.n), array_agg(distinct o.ord) filter (where o.started) into v_started, v_with_clock
	from (
		select ord, n, v_mine[ord] and coalesce(kind = any (case when v_hubs[ord] then v_of_hub else v_of_others end), false) as started
		from unnest(p_clock_ords, p_clock_kinds) with ordinality o (ord, kind, n)) o;
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
	if coalesce(cardinality(v_with_clock), 0) < cardinality(array_positions(v_mine, true)) then
		insert into clock_running (slot, ticket, kind, round, holder, due_at, latest_due, first)
		select s.slot, i.id, 'none', 1, i.holder, 'infinity', 'infinity', true
		from unnest(p_ids, p_departments, v_mine) with ordinality i (id, holder, mine, ord), clock_slot s
		where i.mine and s.role <> 'empty' and i.ord <> all (coalesce(v_with_clock, '{}'));
	end if;

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
