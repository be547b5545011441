-- Filing: set-based, because a worker sends all waiting filings as one transaction.
set local search_path = tiepdan, public;

-- The first of a block of ticket numbers.
create function number_block(p_size bigint) returns bigint language sql security definer set search_path = tiepdan, pg_temp as $$
	update number_stock set next = next + greatest(p_size, 1) returning next - greatest(p_size, 1)
$$;

-- One deadline as the citizen was told it at filing; NULL when there is no such clock.
create function deadline_told(kind text, due_at timestamptz, latest boolean, profile text, citation_vi text, citation_en text)
returns text language sql stable parallel safe as $$
	select case when due_at is not null then json_build_object('kind', kind, 'due_at', tiepdan.instant(due_at), 'latest', latest,
		'policy', json_build_object('profile', profile, 'citation_vi', citation_vi, 'citation_en', citation_en))::text end
$$;

-- The answer to a filing but for the secret; the same from the arguments of the filing and, for a replay, from its rows.
create function filed_body(code text, kind text, emergency_numbers text[], department json, route jsonb, accept text, answer text,
	filed_at timestamptz)
returns text language sql stable parallel safe as $$
	select '{"code":' || to_json(code) || ',"kind":' || to_json(kind) || ',"state":"submitted","department":' || department
		|| ',"route":' || route || ',"deadlines":[' || concat_ws(',', accept, answer) || '],"filed_at":"'
		|| tiepdan.instant(filed_at) || '"' || coalesce(',"emergency_numbers":' || to_json(emergency_numbers), '') || '}'
$$;

create function filed_body_of(p_ticket uuid) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select filed_body(t.code, t.kind, k.emergency_numbers,
			(select department_named(e.department) from event e where e.ticket = t.id and e.at = t.filed_at and e.type = 'ticket.filed'), t.route,
			(select deadline_told('accept', c.latest_due, false, p.profile, p.citation_vi, p.citation_en)
				from clock c where c.ticket = t.id and c.kind = 'accept' and c.round = 1),
			(select deadline_told('answer', c.latest_due, p.answer_from_acceptance, p.profile, p.citation_vi, p.citation_en)
				from clock c where c.ticket = t.id and c.kind = 'answer' and c.round = 1), t.filed_at)
		from ticket t join kind k on k.code = t.kind left join policy p on p.id = t.policy where t.id = p_ticket);
end $$;

-- Takes the Idempotency-Keys of a batch, in the order of the keys so that two batches cannot wait for each other in a
-- circle; a key that another transaction is just taking is waited for. Tells for each row whether it is to be filed: it
-- has no key, or its key is new and the row is the first of the batch to bring it.
create function once_take(p_keys bytea[], p_fingerprints bytea[], p_tickets uuid[], p_at timestamptz[])
returns boolean[] language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_mine boolean[];
begin
	with taken as (
		insert into once (key, fingerprint, ticket, at)
		select i.key, i.fingerprint, i.ticket, i.at
			from unnest(p_keys, p_fingerprints, p_tickets, p_at) with ordinality i (key, fingerprint, ticket, at, ord)
			where i.key is not null order by i.key, i.ord
		on conflict (key) do nothing returning ticket)
	select array_agg(i.key is null or taken.ticket is not null order by i.ord) into v_mine
		from unnest(p_keys, p_tickets) with ordinality i (key, ticket, ord) left join taken on taken.ticket = i.ticket;
	return v_mine;
end $$;

-- Says which code of a batch is not known (0004: there are no foreign keys).
create function filing_refuse(p_kinds text[], p_categories text[], p_areas text[], p_departments bigint[], p_policies bigint[])
returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_rule text;
begin
	select rule into v_rule from (
		select 'ticket_kind_fk' where exists (select from unnest(p_kinds) x left join kind r on r.code = x where r.code is null)
		union all select 'ticket_category_fk' where exists (
			select from unnest(p_categories) x left join category r on r.code = x where r.code is null)
		union all select 'ticket_area_fk' where exists (
			select from unnest(p_areas) x left join area r on r.code = x where x is not null and r.code is null)
		union all select 'ticket_holder_fk' where exists (
			select from unnest(p_departments) x left join department r on r.id = x where r.id is null)
		union all select 'ticket_policy_fk' where exists (
			select from unnest(p_policies) x left join policy r on r.id = x where x is not null and r.id is null)) bad (rule) limit 1;
	raise exception 'a filing names something that does not exist'
		using errcode = 'foreign_key_violation', constraint = coalesce(v_rule, 'ticket_arrays_of_one_length');
end $$;

-- Files tickets: parallel arrays, one element a ticket. A row with a key that was seen before is not filed: 'replayed' with
-- the number, generation and body of the first filing, or 'key_reused' when it came with another fingerprint.
-- An answer clock that waits for the acceptance is due at the latest date until then.
create function ticket_file(p_ids uuid[], p_numbers bigint[], p_codes text[], p_kinds text[], p_categories text[], p_areas text[],
	p_titles text[], p_texts text[], p_folded text[], p_location_texts text[], p_lons float8[], p_lats float8[],
	p_languages text[], p_channels text[], p_anonymous boolean[], p_visibilities text[], p_sights text[], p_levels text[],
	p_departments bigint[], p_policies bigint[], p_routes text[], p_filed_at timestamptz[], p_accept_due timestamptz[],
	p_answer_due timestamptz[], p_contact_epochs bigint[], p_contact_wrapped bytea[], p_contact_boxes bytea[],
	p_contact_commitments bytea[], p_phone_index bytea[], p_email_index bytea[], p_once_keys bytea[], p_once_fingerprints bytea[],
	p_events uuid[])
returns table (ord bigint, outcome text, number bigint, generation bigint, body text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	v_mine boolean[] := once_take(p_once_keys, p_once_fingerprints, p_ids, p_filed_at);
	v_filed bigint;
begin
	return query
	with filing as materialized (
		select i.*, d.code as d_code, d.name_vi as d_vi, d.name_en as d_en, k.emergency_numbers,
			p.profile, p.citation_vi, p.citation_en, p.answer_from_acceptance
		from unnest(p_ids, p_numbers, p_codes, p_kinds, p_categories, p_areas, p_titles, p_texts, p_folded, p_location_texts,
				p_lons, p_lats, p_languages, p_channels, p_anonymous, p_visibilities, p_sights, p_levels, p_departments,
				p_policies, p_routes::jsonb[], p_filed_at, p_accept_due, p_answer_due, p_contact_epochs, p_contact_wrapped,
				p_contact_boxes, p_contact_commitments, p_phone_index, p_email_index, p_events, v_mine)
			with ordinality i (id, number, code, kind, category, area, title, text, folded, location_text,
				lon, lat, language, channel, anonymous, visibility, sight, level, holder,
				policy, route, filed_at, accept_due, answer_due, epoch, wrapped,
				box, commitment, phone_index, email_index, event, mine, ord)
			join kind k on k.code = i.kind join category c on c.code = i.category join department d on d.id = i.holder
			left join area a on a.code = i.area left join policy p on p.id = i.policy
		where i.mine and (i.area is null or a.code is not null) and (i.policy is null or p.id is not null)),
	ticket_row as (
		insert into ticket (id, number, code, anonymous, filed_at, updated_at, due_at, holder, policy, lon, lat, kind, category,
			area, level, visibility, sight, language, channel, title, text, folded, location_text, route)
		select id, number, code, anonymous, filed_at, filed_at, coalesce(least(accept_due, answer_due), 'infinity'), holder, policy,
			lon, lat, kind, category, area, level, visibility, sight, language, channel, title, text, folded, location_text, route
		from filing),
	holding_row as (
		insert into holding (ticket, department, since) select id, holder, filed_at from filing),
	clock_row as (
		insert into clock (ticket, kind, holder, policy, start_at, due_at, latest_due)
		select id, 'accept', holder, policy, filed_at, accept_due, accept_due from filing where accept_due is not null
		union all
		select id, 'answer', holder, policy, case when not answer_from_acceptance then filed_at end, answer_due, answer_due
			from filing where answer_due is not null),
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
		f.route, deadline_told('accept', f.accept_due, false, f.profile, f.citation_vi, f.citation_en),
		deadline_told('answer', f.answer_due, f.answer_from_acceptance, f.profile, f.citation_vi, f.citation_en), f.filed_at)
	from filing f;

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
