-- The record: events are put under signed roots in batches, in the order of the feed (civil/record.h), so that nobody can change, remove,
-- add or exchange one later without its being found (`tiepdan verify record`). A root names the one before it, and the key that signs is
-- outside the database. A batch keeps the ids and hashes of its events: it is found again after a restore, when the places in the feed
-- are others.
set local search_path = tiepdan, public;

create table record_root (
	number    bigint not null,
	at        timestamptz not null,
	events    int not null,
	first_at  timestamptz not null,
	last_at   timestamptz not null,
	root      bytea not null,
	previous  bytea not null,
	chain     bytea not null,
	kid       text not null,
	signature bytea not null,
	entries   bytea not null,
	constraint record_root_pk primary key (number),
	constraint record_root_chain unique (chain),
	constraint record_root_number check (number > 0),
	constraint record_root_events check (events > 0 and octet_length(entries) = events * 56),
	constraint record_root_hashed check (length(root) = 32 and length(previous) = 32 and length(chain) = 32),
	constraint record_root_signed check (length(signature) = 64)
);
alter table record_root alter column entries set storage external;	-- hashes do not get smaller
create index record_root_last on record_root (last_at, number) include (first_at);
create index record_root_at on record_root (at, number);
comment on table record_root is 'Batches of events with their signed roots: immutable, without gaps.';
comment on column record_root.at is 'when it was sealed; first_at and last_at are the least and the greatest time of its events';
comment on column record_root.chain is 'SHA-256 of the statement that is signed (record_statement() of civil/record.h)';
comment on column record_root.entries is 'of each event in order: its time (microseconds since 1970, 8 bytes), its id (16), its hash (32)';

create function record_stays() returns trigger language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	raise exception 'the record is never changed' using errcode = 'restrict_violation';
end $$;
create trigger record_stays before update or delete on record_root for each row execute function record_stays();
create trigger record_stays_whole before truncate on record_root execute function record_stays();

create table record_cursor (
	one boolean not null default true,
	xid xid8 not null,
	id  uuid not null,
	constraint record_cursor_pk primary key (one),
	constraint record_cursor_one_row check (one)
);
comment on table record_cursor is 'The last event of the feed that is under a root. It moves in the transaction that stores the root.';
insert into record_cursor (xid, id) values ('0', '00000000-0000-0000-0000-000000000000');	-- what is there is sealed first

-- --- the job worker ------------------------------------------------------------------------------------------------------------

-- The next events of the feed, with the root before theirs (number 0: none).
create function record_next(p_limit bigint)
returns table (after_xid text, after_id uuid, number bigint, at_ms bigint, events bigint, root bytea, previous bytea, kid text, signature bytea,
	xid text, id uuid, at_us bigint, hash bytea)
language plpgsql stable security definer set search_path = tiepdan, pg_temp set jit = off as $$
#variable_conflict use_column
begin
	return query
	select c.xid::text, c.id, coalesce(r.number, 0), (extract(epoch from r.at) * 1000)::bigint, r.events::bigint, r.root, r.previous, r.kid,
		r.signature, e.xid::text, e.id, (extract(epoch from e.at) * 1000000)::bigint, e.hash
	from record_cursor c left join lateral (select * from record_root order by number desc limit 1) r on true
		cross join lateral (select xid, id, at, hash from event e where (e.xid, e.id) > (c.xid, c.id)
			and e.xid < pg_snapshot_xmin(pg_current_snapshot()) order by e.xid, e.id limit p_limit) e
	order by e.xid, e.id;
end $$;
-- Stores a root over the events up to p_xid, p_id. Nothing when somebody else has been there since the read, or the last root is not the
-- one that it names (an error). Returns how many they were.
create function record_store(p_after_xid text, p_after_id uuid, p_xid text, p_id uuid, p_number bigint, p_at timestamptz, p_events bigint,
	p_first_us bigint, p_last_us bigint, p_root bytea, p_previous bytea, p_chain bytea, p_kid text, p_signature bytea, p_entries bytea)
returns bigint language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_number bigint;
	v_chain bytea;
begin
	update record_cursor set xid = p_xid::xid8, id = p_id
		where one and (xid, id) = (p_after_xid::xid8, coalesce(p_after_id, '00000000-0000-0000-0000-000000000000'));
	if not found then
		return 0;
	end if;
	select number, chain into v_number, v_chain from record_root order by number desc limit 1;
	if p_number <> coalesce(v_number, 0) + 1 or p_previous <> coalesce(v_chain, decode(repeat('00', 32), 'hex')) then
		raise exception 'this is not the root behind the last one';
	end if;
	insert into record_root (number, at, events, first_at, last_at, root, previous, chain, kid, signature, entries)
	values (p_number, p_at, p_events, timestamptz 'epoch' + p_first_us * interval '1 us', timestamptz 'epoch' + p_last_us * interval '1 us',
		p_root, p_previous, p_chain, p_kid, p_signature, p_entries);
	return p_events;
end $$;

-- --- the feed after a restore ------------------------------------------------------------------------------------------------------

-- As in 0044; three followers need four places, and no cluster has numbers as small as 16 for its own transactions.
create or replace function event_stays() returns trigger language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_xid xid8;
begin
	if tg_op = 'UPDATE' then
		v_xid := new.xid;
		new.xid := old.xid;
		if new is not distinct from old and v_xid < '16' then
			new.xid := v_xid;
			return new;
		end if;
	end if;
	raise exception 'events are never changed' using errcode = 'restrict_violation';
end $$;
-- Followers that have to see each event exactly once.
create type feed_place as (follower text, xid xid8, id uuid);
create function feeds_places() returns setof feed_place language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return query select 'notice', xid, id from notice_cursor union all select 'triage', xid, id from triage_cursor
		union all select 'record', xid, id from record_cursor;
end $$;
-- How many of them have not read this place.
create function feed_unread(p_places feed_place[], p_xid xid8, p_id uuid) returns xid8 language sql immutable parallel safe as $$
	select count(*)::text::xid8 from unnest(p_places) p where (p.xid, p.id) < (p_xid, p_id)
$$;
create or replace function feeds_foreign() returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_end xid8 := feeds_end();
begin
	return exists (select from event where xid >= v_end) or exists (select from feeds_places() where xid > v_end);
end $$;
-- As in 0044: an event's place is the number of followers that have not read it, and a follower's the number of those that have read less.
create or replace function feeds_resume() returns bigint language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_last constant uuid := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
	v_places feed_place[];
	v_until timestamptz;
	v_moved bigint;
begin
	perform from notice_cursor where one for update;
	perform from triage_cursor where one for update;
	perform from record_cursor where one for update;
	if not feeds_foreign() then
		return 0;
	end if;
	v_places := array(select p from feeds_places() p);
	v_until := (select max(at) from event where xid >= feeds_end());
	update event e set xid = p.place
		from (select at, id, feed_unread(v_places, xid, id) as place from event where at <= v_until) p
		where e.at = p.at and e.id = p.id and e.xid <> p.place;
	get diagnostics v_moved = row_count;
	update notice_cursor set id = v_last, xid = feed_unread(v_places, xid, id);
	update triage_cursor set id = v_last, xid = feed_unread(v_places, xid, id);
	update record_cursor set id = v_last, xid = feed_unread(v_places, xid, id);
	return v_moved;
end $$;

-- --- what a filing says of its words ---------------------------------------------------------------------------------------------

-- As in 0019; the event has `content`, a commitment to the words (src/auth/receipt.h), and of the route what its citizen may read: what rules
-- said stays with the ticket.
create function ticket_file(p_ids uuid[], p_numbers bigint[], p_codes text[], p_kinds text[], p_categories text[], p_areas text[],
	p_titles text[], p_texts text[], p_folded text[], p_location_texts text[], p_lons float8[], p_lats float8[],
	p_languages text[], p_channels text[], p_anonymous boolean[], p_visibilities text[], p_sights text[], p_levels text[],
	p_departments bigint[], p_policies bigint[], p_routes text[], p_filed_at timestamptz[], p_contact_epochs bigint[],
	p_contact_wrapped bytea[], p_contact_boxes bytea[], p_contact_commitments bytea[], p_phone_index bytea[], p_email_index bytea[],
	p_once_keys bytea[], p_once_fingerprints bytea[], p_events uuid[], p_clock_ords bigint[], p_clock_kinds text[],
	p_clock_starts timestamptz[], p_clock_waits boolean[], p_clock_dues timestamptz[], p_clock_alarms timestamptz[],
	p_clock_units text[], p_clock_amounts bigint[], p_clock_calendars text[], p_clock_versions bigint[], p_contents text[])
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
				p_contact_boxes, p_contact_commitments, p_phone_index, p_email_index, p_events, p_contents, v_mine)
			with ordinality i (id, number, code, kind, category, area, title, text, folded, location_text,
				lon, lat, language, channel, anonymous, visibility, sight, level, holder,
				policy, route, filed_at, epoch, wrapped,
				box, commitment, phone_index, email_index, event, content, mine, ord)
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
				'level', f.level, 'visibility', f.visibility, 'policy', f.policy, 'route', f.route - 'rules',
				'contact', encode(f.commitment, 'hex'), 'content', f.content) as data
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
create or replace function ticket_file(p_ids uuid[], p_numbers bigint[], p_codes text[], p_kinds text[], p_categories text[], p_areas text[],
	p_titles text[], p_texts text[], p_folded text[], p_location_texts text[], p_lons float8[], p_lats float8[],
	p_languages text[], p_channels text[], p_anonymous boolean[], p_visibilities text[], p_sights text[], p_levels text[],
	p_departments bigint[], p_policies bigint[], p_routes text[], p_filed_at timestamptz[], p_contact_epochs bigint[],
	p_contact_wrapped bytea[], p_contact_boxes bytea[], p_contact_commitments bytea[], p_phone_index bytea[], p_email_index bytea[],
	p_once_keys bytea[], p_once_fingerprints bytea[], p_events uuid[], p_clock_ords bigint[], p_clock_kinds text[],
	p_clock_starts timestamptz[], p_clock_waits boolean[], p_clock_dues timestamptz[], p_clock_alarms timestamptz[],
	p_clock_units text[], p_clock_amounts bigint[], p_clock_calendars text[], p_clock_versions bigint[])
returns table (ord bigint, outcome text, number bigint, generation bigint, body text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	return query select x.* from ticket_file(p_ids, p_numbers, p_codes, p_kinds, p_categories, p_areas, p_titles, p_texts, p_folded, p_location_texts, p_lons, p_lats,
		p_languages, p_channels, p_anonymous, p_visibilities, p_sights, p_levels, p_departments, p_policies, p_routes, p_filed_at,
		p_contact_epochs, p_contact_wrapped, p_contact_boxes, p_contact_commitments, p_phone_index, p_email_index, p_once_keys,
		p_once_fingerprints, p_events, p_clock_ords, p_clock_kinds, p_clock_starts, p_clock_waits, p_clock_dues, p_clock_alarms,
		p_clock_units, p_clock_amounts, p_clock_calendars, p_clock_versions, array_fill(null::text, array[cardinality(p_ids)])) x;
end $$;
comment on function ticket_file(uuid[], bigint[], text[], text[], text[], text[], text[], text[], text[], text[], float8[], float8[], text[], text[],
	boolean[], text[], text[], text[], bigint[], bigint[], text[], timestamptz[], bigint[], bytea[], bytea[], bytea[], bytea[],
	bytea[], bytea[], bytea[], uuid[], bigint[], text[], timestamptz[], boolean[], timestamptz[], timestamptz[], text[],
	bigint[], text[], bigint[]) is 'for servers of before, whose events say nothing of the words';

-- --- roots and receipts --------------------------------------------------------------------------------------------------------

create function record_root_item(p_number bigint) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (select json_build_object('number', r.number, 'at', instant(r.at), 'events', r.events, 'root', encode(r.root, 'hex'),
			'previous', encode(r.previous, 'hex'), 'chain', encode(r.chain, 'hex'), 'kid', r.kid,
			'signature', translate(encode(r.signature, 'base64'), E'+/=\n', '-_'))
		from record_root r where r.number = p_number);
end $$;
-- The last root; that of a day is the last one by its end in the city.
create function record_head(p_day date) returns text language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
begin
	return json_build_object('head', record_root_item(case when p_day is null then (select max(number) from record_root)
		else (select number from record_root where at < (p_day + 1)::timestamp at time zone template_zone()
			order by at desc, number desc limit 1) end));
end $$;
create function record_roots(p_after text, p_limit bigint) returns table (item text, key text) language plpgsql stable security definer
set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	return query select record_root_item(r.number)::text, r.number::text from record_root r where r.number > coalesce(p_after::bigint, 0)
		order by r.number limit p_limit + 1;
end $$;

-- The event of a filing with the root that it is under (NULL: it is not sealed yet), for its receipt. No content where it tells what only
-- staff may read, as events of before do.
create type receipt as (ticket uuid, at text, id uuid, content text, hash bytea, root text, entries bytea, title text, text text, place text);
create function receipt_of(p_ticket uuid, p_staff boolean) returns setof receipt language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return query
	select t.id, instant(e.at)::text, e.id, case when p_staff or not e.data->'route' ? 'rules' then jsonb_build_array(e.id, (extract(epoch from e.at) * 1000000)::bigint, e.ticket, e.type, e.actor_kind,
			e.actor, e.department, e.from_state, e.to_state, e.public_vi, e.public_en, e.data)::text end, e.hash,
		record_root_item(r.number)::text, r.entries, t.title, t.text, t.location_text
	from ticket t join event e on e.ticket = t.id and e.at = t.filed_at and e.type = 'ticket.filed'
		left join lateral (select x.number, x.entries from record_root x where x.last_at >= e.at and x.first_at <= e.at
			and position(uuid_send(e.id) in x.entries) > 0 order by x.last_at, x.number limit 1) r on true
	where t.id = p_ticket;
end $$;
create function receipt_staff(p_ticket uuid) returns setof receipt language plpgsql stable security definer
set search_path = tiepdan, pg_temp as $$
begin
	perform ticket_visible(p_ticket);
	return query select * from receipt_of(p_ticket, true);
end $$;
create function receipt_tracked(p_number bigint, p_generation bigint) returns setof receipt language plpgsql stable security definer
set search_path = tiepdan, pg_temp as $$
begin
	return query select * from receipt_of((ticket_tracked(p_number, p_generation, false)).id, false);
end $$;

-- --- who reads it ----------------------------------------------------------------------------------------------------------------

-- By the functions alone: roots are for everybody, entries are not.
revoke all on record_root, record_cursor from public;
revoke execute on function record_stays, record_next, record_store, feeds_places, feed_unread, record_root_item, record_head, record_roots, receipt_of,
	receipt_staff, receipt_tracked,
	ticket_file(uuid[], bigint[], text[], text[], text[], text[], text[], text[], text[], text[], float8[], float8[], text[], text[],
	boolean[], text[], text[], text[], bigint[], bigint[], text[], timestamptz[], bigint[], bytea[], bytea[], bytea[], bytea[],
	bytea[], bytea[], bytea[], uuid[], bigint[], text[], timestamptz[], boolean[], timestamptz[], timestamptz[], text[],
	bigint[], text[], bigint[], text[]) from public;
grant execute on function record_next, record_store, record_head, record_roots, receipt_staff, receipt_tracked,
	ticket_file(uuid[], bigint[], text[], text[], text[], text[], text[], text[], text[], text[], float8[], float8[], text[], text[],
	boolean[], text[], text[], text[], bigint[], bigint[], text[], timestamptz[], bigint[], bytea[], bytea[], bytea[], bytea[],
	bytea[], bytea[], bytea[], uuid[], bigint[], text[], timestamptz[], boolean[], timestamptz[], timestamptz[], text[],
	bigint[], text[], bigint[], text[]) to tiepdan_app;
