-- Likely duplicates. What makes a ticket like another one (civil/alike.h) is kept beside it and not in it: a follower of the feed of
-- events fills these tables after the filing, for what was filed before as well, and they can be emptied and filled again. The database
-- finds candidates by ward, place, names and near-identical texts; only the server scores them. Nothing is merged by itself.
set local search_path = tiepdan, public;

insert into setting values
	('alike_days', 30, 'tickets not older than this are looked at for duplicates'),
	('clusters_newest', 20000, 'bursts are looked for among so many of the newest tickets');

create table ticket_alike (
	ticket    uuid not null,
	filed_at  timestamptz not null,
	area      text,
	category  text not null,
	family    text not null,
	urgent    boolean not null,
	lon       float8,
	lat       float8,
	cell      bigint,
	shown     bigint generated always as (floor(round(lon::numeric, 3) * 200)::bigint * 1000000 + floor(round(lat::numeric, 3) * 200)::bigint)
		stored,
	matters   bigint not null,
	marks     text not null,
	signature bytea not null,
	keys      bigint[] not null,
	event     uuid,
	constraint ticket_alike_pk primary key (ticket),
	constraint ticket_alike_signature check (length(signature) = 128),
	constraint ticket_alike_cell check ((cell is null) = (lon is null))
);
comment on table ticket_alike is 'What is compared of the tickets of the last days (setting alike_days) that can be merged.';
comment on column ticket_alike.family is 'the category, or the one above it';
comment on column ticket_alike.cell is 'the square of a net that the point lies in: alike_cell() of civil/alike.h';
comment on column ticket_alike.shown is 'the square of the point as everybody may see it: point_public(''near'')';
comment on column ticket_alike.event is 'the first ticket of those that tell of the same event; NULL: nobody has looked yet';
create index ticket_alike_in_area on ticket_alike (area, family, filed_at) include (ticket, category, matters);
create index ticket_alike_in_cell on ticket_alike (cell, filed_at) include (ticket, category, matters, lon, lat) where cell is not null;
create index ticket_alike_shown on ticket_alike (shown, filed_at) include (ticket, category) where shown is not null;
create index ticket_alike_newest on ticket_alike (filed_at, ticket);
create index ticket_alike_waiting on ticket_alike (filed_at, ticket) where event is null;

create table ticket_alike_key (
	key      bigint not null,
	filed_at timestamptz not null,
	ticket   uuid not null,
	constraint ticket_alike_key_pk primary key (key, filed_at, ticket)
);
comment on table ticket_alike_key is 'Names of streets and places, and bands of the signature, by which tickets are looked up: alike_keys() of civil/alike.h.';

create table alike_cursor (
	one boolean not null default true,
	xid xid8 not null,
	id  uuid not null,
	constraint alike_cursor_pk primary key (one),
	constraint alike_cursor_one_row check (one)
);
comment on table alike_cursor is 'The last event of the feed that was looked at. It begins before all, so that what was filed before is followed, too.';
insert into alike_cursor (xid, id) values ('0', '00000000-0000-0000-0000-000000000000');

create function alike_since(p_now timestamptz) returns timestamptz language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return p_now - make_interval(days => (select value from setting where name = 'alike_days'));
end $$;

-- --- the follower --------------------------------------------------------------------------------------------------------

-- The next events, with what was written by filings that can have duplicates. A cursor of another cluster (0044) begins anew: what is
-- there is left alone.
create function alike_next(p_now timestamptz, p_limit bigint)
returns table (after_xid text, after_id uuid, xid text, id uuid, ticket uuid, title text, text text, place text, area_name text,
	lon_e6 bigint, lat_e6 bigint)
language plpgsql stable security definer set search_path = tiepdan, pg_temp set jit = off as $$
#variable_conflict use_column
declare
	c alike_cursor;
begin
	select * into c from alike_cursor;
	if c.xid > feeds_end() then
		c.xid := '0';
		c.id := '00000000-0000-0000-0000-000000000000';
	end if;
	return query
	select c.xid::text, c.id, e.xid::text, e.id, t.id, t.title, t.text, t.location_text, a.name_vi, (t.lon * 1e6)::bigint, (t.lat * 1e6)::bigint
	from (select xid, id, type, ticket from event e where (e.xid, e.id) > (c.xid, c.id)
			and e.xid < pg_snapshot_xmin(pg_current_snapshot()) order by e.xid, e.id limit p_limit) e
		left join lateral (select k.* from ticket k where k.id = e.ticket and e.type = 'ticket.filed' and k.filed_at > alike_since(p_now)
			and (select merges from sight where code = k.sight)
			and not exists (select from ticket_merge m where m.ticket = k.id and m.kind = 'joined') offset 0) t on true
		left join area a on a.code = t.area
	order by e.xid, e.id;
end $$;

-- Rows that have become too old go, with their keys.
create function alike_forget(p_before timestamptz, p_limit bigint) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	with old as (
		delete from ticket_alike where ticket in (select ticket from ticket_alike where filed_at < p_before order by filed_at limit p_limit)
		returning ticket, filed_at, keys)
	delete from ticket_alike_key k using (select ticket, filed_at, unnest(keys) as key from old) o
		where k.key = o.key and k.filed_at = o.filed_at and k.ticket = o.ticket;
end $$;

-- Stores what the server made of the events up to p_xid, p_id. Parallel arrays for tickets, and for their keys. Nothing when somebody
-- else has been there since the read. Returns how many events that were. For the server a nil id is NULL.
create function alike_store(p_after_xid text, p_after_id uuid, p_xid text, p_id uuid, p_read bigint, p_tickets uuid[], p_cells bigint[],
	p_matters bigint[], p_marks text[], p_signatures bytea[], p_key_tickets uuid[], p_keys bigint[], p_now timestamptz) returns bigint
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	update alike_cursor set xid = p_xid::xid8, id = p_id
		where one and ((xid, id) = (p_after_xid::xid8, coalesce(p_after_id, '00000000-0000-0000-0000-000000000000')) or xid > feeds_end());
	if not found then
		return 0;
	end if;
	with keys as (
		select ticket, array_agg(distinct key) as keys from unnest(p_key_tickets, p_keys) k (ticket, key) group by ticket
	), made as (
		insert into ticket_alike (ticket, filed_at, area, category, family, urgent, lon, lat, cell, matters, marks, signature, keys)
		select t.id, t.filed_at, t.area, t.category, coalesce(c.parent, c.code), t.level = 'urgent', t.lon, t.lat,
			case when t.lon is not null then i.cell end, i.matters, i.marks, i.signature, coalesce(k.keys, '{}')
		from unnest(p_tickets, p_cells, p_matters, p_marks, p_signatures) i (ticket, cell, matters, marks, signature)
			join ticket t on t.id = i.ticket join category c on c.code = t.category left join keys k on k.ticket = i.ticket
		on conflict do nothing returning ticket, filed_at, keys)
	insert into ticket_alike_key (key, filed_at, ticket) select unnest(keys), filed_at, ticket from made on conflict do nothing;
	perform alike_forget(alike_since(p_now), 1000);
	return p_read;
end $$;

-- --- looking up ----------------------------------------------------------------------------------------------------------

-- What the server scores: of ticket_alike without what only finds it.
create view alike_fact with (security_invoker = true) as
	select ticket, floor(extract(epoch from filed_at))::bigint as filed_s, area, category, family, urgent, (lon * 1e6)::bigint as lon_e6,
		(lat * 1e6)::bigint as lat_e6, matters, marks, signature, event is not null as grouped
	from ticket_alike;

-- The squares around one: as alike_cell() of civil/alike.h numbers them.
create function alike_cells(p_cell bigint) returns bigint[] language sql immutable parallel safe as $$
	select array_agg(p_cell + east * 1000000 + north) from generate_series(-1, 1) east, generate_series(-1, 1) north where p_cell is not null
$$;
-- Roughly what two matters are worth in points of the score (civil/alike.h).
create function alike_matter(a ticket_alike, p_category text, p_matters bigint) returns int language sql immutable parallel safe as $$
	select case when (a).matters & p_matters <> 0 then 250 when (a).category = p_category then 150 when (a).matters = 0 or p_matters = 0 then 100
		else 0 end
$$;
-- Tickets that may be like this one: of the same ward and family, of the squares around its point (p_shown: that one as everybody may
-- see it), and with a key of its own; of each the nearest in time, not later than p_until. Of all these the 150 that look most alike,
-- in points of the score, roughly, from the indexes alone. So the work is the same however many tickets there are.
create function alike_candidates(a ticket_alike, p_until timestamptz, p_shown bigint) returns setof uuid rows 150 language plpgsql stable
set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
	v_at timestamptz := a.filed_at;
	v_from timestamptz := a.filed_at - interval '14 days';
	v_nowhere text[] := array(select code from category where public_point = 'none');
begin
	return query
	select x.ticket from (
		(select t.ticket, t.filed_at, 150 as place, 0 as named, alike_matter(a, t.category, t.matters) as matter from ticket_alike t
			where t.area = a.area and t.family = a.family and t.filed_at between v_from and v_at order by t.filed_at desc limit 100)
		union all (select t.ticket, t.filed_at, 150, 0, alike_matter(a, t.category, t.matters) from ticket_alike t
			where t.area = a.area and t.family = a.family and t.filed_at > v_at and t.filed_at <= p_until order by t.filed_at limit 30)
		union all select y.ticket, y.filed_at, greatest(0, 450 - metres_between(y.lon, y.lat, a.lon, a.lat) / 2)::int, 0,
			alike_matter(a, y.category, y.matters) from unnest(alike_cells(a.cell)) c cross join lateral (
			(select t.ticket, t.filed_at, t.lon, t.lat, t.category, t.matters from ticket_alike t
				where t.cell = c and t.filed_at between v_from and v_at order by t.filed_at desc limit 15)
			union all (select t.ticket, t.filed_at, t.lon, t.lat, t.category, t.matters from ticket_alike t
				where t.cell = c and t.filed_at > v_at and t.filed_at <= p_until order by t.filed_at limit 5)) y
		union all select y.ticket, y.filed_at, case when c = p_shown then 400 else 200 end, 0, case when y.category = a.category then 150 else 50 end
			from unnest(alike_cells(p_shown)) c cross join lateral (
			select t.ticket, t.filed_at, t.category from ticket_alike t where t.shown = c and t.filed_at between v_from and v_at
				and t.category <> all (v_nowhere) order by t.filed_at desc limit 15) y
		union all select y.ticket, y.filed_at, 0, 300, 100 from unnest(a.keys) k cross join lateral (
			(select t.ticket, t.filed_at from ticket_alike_key t where t.key = k and t.filed_at between v_from and v_at
				order by t.filed_at desc limit 25)
			union all (select t.ticket, t.filed_at from ticket_alike_key t where t.key = k and t.filed_at > v_at and t.filed_at <= p_until
				order by t.filed_at limit 8)) y) x
	where x.ticket is distinct from a.ticket
	group by x.ticket, x.filed_at
	order by max(x.place) + sum(x.named) + max(x.matter)
		- 150 * abs(extract(epoch from x.filed_at - v_at)::float8) / extract(epoch from v_at - v_from)::float8 desc limit 150;
end $$;

-- For staff: the ticket itself first, then its candidates. No row: nothing is known of it (yet, or any more).
create function alike_look(p_ticket uuid) returns setof alike_fact language plpgsql stable security definer
set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
	a ticket_alike;
begin
	perform ticket_visible(p_ticket);
	select * into a from ticket_alike where ticket = p_ticket;
	return query select * from alike_fact where ticket = p_ticket;
	return query
	select f.* from alike_candidates(a, a.filed_at + interval '14 days', null) c join alike_fact f on f.ticket = c;
end $$;

-- Of marks only names and the lines of buses: no house, lane or quarter.
create function alike_marks_public(p_marks text) returns text language sql immutable parallel safe as $$
	select ltrim(regexp_replace(p_marks, '(^|;)(?![ngb] )[^;]*', '', 'g'), ';')
$$;
-- For everybody; which of them are public, alike_joinable() looks at. Nobody has made public what people wrote in open tickets, so
-- whoever asks again and again, in other words or from other points, may learn of them no more than the street, the ward, the
-- category, the time, and the place as others may see it (category.public_point): nothing else finds or scores. p_keys are those of
-- names.
create function alike_look_public(p_at timestamptz, p_area text, p_category text, p_family text, p_cell bigint, p_keys bigint[]) returns setof alike_fact
language plpgsql stable security definer set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
	a ticket_alike;
begin
	a.filed_at := p_at;
	a.area := p_area;
	a.category := p_category;
	a.family := p_family;
	a.matters := 0;
	a.keys := p_keys;
	return query
	select f.ticket, f.filed_s, f.area, f.category, f.family, f.urgent, (point_public(y.public_point, f.lon_e6 / 1e6) * 1e6)::bigint,
		(point_public(y.public_point, f.lat_e6 / 1e6) * 1e6)::bigint, 0::bigint, alike_marks_public(f.marks), decode(repeat('ff', 128), 'hex'), f.grouped
	from alike_candidates(a, p_at, p_cell) c join alike_fact f on f.ticket = c
		join category y on y.code = f.category;
end $$;

-- The first few of the tickets that the caller sees, in their order: each by the ticket that stands for it (0032) and that once, whether
-- that one is the case of p_ticket already, and what the server wants to say of it.
create function alike_shown(p_ticket uuid, p_tickets uuid[], p_details text[], p_limit bigint)
returns table (merged boolean, item text, detail text) language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	v_own uuid := ticket_root(ticket_visible(p_ticket));
	v_merges text[] := array(select code from sight where merges);
	v_roots uuid[] := '{}';
	i record;
	t ticket;
	r ticket;
begin
	for i in select x.id, x.detail from unnest(p_tickets, p_details) with ordinality x (id, detail, place) order by x.place loop
		exit when cardinality(v_roots) = p_limit;
		select k.* into t from ticket k where k.id = i.id and k.sight = any (v_merges) and sees(k);
		continue when not found;
		r := case_root(t);
		continue when r.id = any (v_roots) or r.sight <> all (v_merges) or not sees(r);
		v_roots := v_roots || r.id;
		return query
		select r.id = v_own, json_build_object('id', r.id, 'code', r.code, 'version', r.version, 'title', r.title, 'state', r.state,
			'state_vi', s.name_vi, 'state_en', s.name_en, 'category', named(c.code, c.name_vi, c.name_en), 'area', r.area,
			'filed_at', instant(r.filed_at), 'holder', department_named(r.holder), 'supporters', supporters_of(r.id))::text, i.detail
		from state s, category c where s.code = r.state and c.code = r.category;
	end loop;
end $$;

-- Whether everybody may come upon a ticket before it is answered: what may be a report of a crime or the like is not there.
create function alike_public(t ticket) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return t.visibility = 'public' and t.sight = 'public' and t.kind <> 'emergency' and not triage_discreet(t.id);
end $$;
-- The first few of the tickets that anybody can join, in their order: each by the ticket that stands for it and that once, as
-- open_similar() (0033) shows them.
create function alike_joinable(p_tickets uuid[], p_details text[], p_lon float8, p_lat float8, p_limit bigint)
returns table (title text, item text, detail text) language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	v_roots uuid[] := '{}';
	i record;
	t ticket;
	r ticket;
begin
	for i in select x.id, x.detail from unnest(p_tickets, p_details) with ordinality x (id, detail, place) order by x.place loop
		exit when cardinality(v_roots) = p_limit;
		select * into t from ticket where id = i.id;
		r := case_root(t);
		continue when r.done or r.id = any (v_roots) or alike_public(t) is not true or alike_public(r) is not true;
		v_roots := v_roots || r.id;
		return query
		select case when r.state <> 'submitted' then r.title end, json_build_object('code', r.code,
			'category', named(c.code, c.name_vi, c.name_en), 'area', (select named(code, name_vi, name_en) from area where code = r.area),
			'state', r.state, 'state_vi', s.name_vi, 'state_en', s.name_en, 'filed_at', instant(r.filed_at),
			'metres', ceil(metres_between(point_public(c.public_point, r.lon), point_public(c.public_point, r.lat), p_lon, p_lat) / 100) * 100)::text,
			i.detail
		from state s, category c where s.code = r.state and c.code = r.category;
	end loop;
end $$;

-- --- events --------------------------------------------------------------------------------------------------------------

-- The next tickets that belong to no event yet, the oldest first, each followed by its candidates (own: itself).
create function alike_waiting(p_limit bigint)
returns table (one uuid, own boolean, ticket uuid, filed_s bigint, area text, category text, family text, urgent boolean, lon_e6 bigint,
	lat_e6 bigint, matters bigint, marks text, signature bytea, grouped boolean)
language plpgsql stable security definer set search_path = tiepdan, pg_temp set jit = off set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
	a ticket_alike;
begin
	for a in select * from ticket_alike where event is null order by filed_at, ticket limit p_limit loop
		return query select a.ticket, true, f.* from alike_fact f where f.ticket = a.ticket;
		return query
		select a.ticket, false, f.* from alike_candidates(a, a.filed_at, null) c join alike_fact f on f.ticket = c;
	end loop;
end $$;
-- Each ticket joins the event of the one it is most like (NULL: it is the first of its own). Returns how many.
create function alike_group(p_tickets uuid[], p_matches uuid[]) returns bigint language plpgsql security definer
set search_path = tiepdan, pg_temp as $$
declare
	i record;
	v_done bigint := 0;
begin
	for i in select * from unnest(p_tickets, p_matches) with ordinality x (ticket, match, ord) order by ord loop
		update ticket_alike set event = coalesce((select a.event from ticket_alike a where a.ticket = i.match), i.ticket)
			where ticket = i.ticket and event is null;
		v_done := v_done + 1;
	end loop;
	return v_done;
end $$;

-- Bursts: events with several open tickets that are not merged, filed since then, most of them first. The members that the caller
-- sees, oldest first; of one event no more than two hundred are named.
create function alike_clusters(p_since timestamptz, p_after text, p_limit bigint) returns table (item text, key text)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	return query
	with open as materialized (
		select a.event, t.id, t.filed_at
		from (select * from ticket_alike where filed_at > p_since order by filed_at desc, ticket desc
				limit (select value from setting where name = 'clusters_newest')) a
			join ticket t on t.id = a.ticket
		where a.event is not null and not t.done and (select merges from sight where code = t.sight) and sees(t)
	), burst as (
		select event, count(*) as n, min(filed_at) as first_at, max(filed_at) as last_at, (array_agg(id order by filed_at, id))[:200] as ids
		from open group by event having count(*) > 1)
	select json_build_object('id', b.event, 'tickets', b.n, 'first_at', instant(b.first_at), 'last_at', instant(b.last_at),
			'area', (select named(a.code, a.name_vi, a.name_en) from ticket t join area a on a.code = t.area where t.id = b.ids[1]),
			'category', (select named(c.code, c.name_vi, c.name_en) from ticket t join category c on c.code = t.category where t.id = b.ids[1]),
			'members', (select json_agg(json_build_object('id', t.id, 'code', t.code, 'version', t.version, 'title', t.title, 'state', t.state,
				'filed_at', instant(t.filed_at), 'holder', department_named(t.holder), 'supporters', supporters_of(t.id)) order by t.filed_at, t.id)
				from ticket t where t.id = any (b.ids)))::text,
		concat_ws('|', b.n, b.event)
	from burst b
	where p_after is null or (-b.n, b.event) > (-split_part(p_after, '|', 1)::bigint, split_part(p_after, '|', 2)::uuid)
	order by b.n desc, b.event limit p_limit + 1;
end $$;

-- One decision for a burst: merges each of the tickets, by id or by number and code (0057), into this one. Each for itself, by
-- ticket_merge_into() (0032), so each can be taken back; what one is refused for is told in its place. All are locked first, in
-- one order. sqlstates and problems: what one may be refused for.
create function tickets_gather(p_into uuid, p_version bigint, p_ids uuid[], p_numbers bigint[], p_codes text[], p_events uuid[], p_reason text,
	p_at timestamptz, p_sqlstates text[], p_problems text[], out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	i record;
	v_tickets uuid[] := array(select ticket_meant(x.id, x.number, x.code) from unnest(p_ids, p_numbers, p_codes) with ordinality
		x (id, number, code, ord) order by x.ord);
	v_items text[] := '{}';
	v_done int := 0;
	v_state text;
	v_detail text;
	v_problem text;
begin
	perform from ticket where id = any (v_tickets || p_into) order by id for no key update;
	perform ticket_at_version(p_into, p_version);
	for i in select x.ticket, x.event, x.ord, t.version, t.code from unnest(v_tickets, p_events) with ordinality x (ticket, event, ord)
			left join ticket t on t.id = x.ticket and sees(t) order by x.ord loop
		begin
			v_items := v_items || (
				select json_build_object('id', i.ticket, 'code', i.code, 'status', 200, 'state', m.body::json->>'state', 'version', m.etag::bigint)::text
				from ticket_merge_into(i.ticket, (select version from ticket where id = i.ticket), p_into, p_reason, p_at, i.event) m);
			v_done := v_done + 1;
		exception when others then
			get stacked diagnostics v_state = returned_sqlstate, v_detail = pg_exception_detail;
			v_problem := p_problems[array_position(p_sqlstates, v_state)];
			if v_problem is null then
				raise;
			end if;
			if v_state = 'TD409' and v_detail like '[%]' then
				v_problem := rtrim(v_problem, '}') || ',"moves":' || v_detail || '}';
			end if;
			v_items := v_items || format('{"id":%s,"code":%s,"status":%s,"problem":%s}', coalesce(to_json(nullif(i.ticket, nobody()))::text, 'null'),
				coalesce(to_json(coalesce(i.code, p_codes[i.ord]))::text, 'null'), v_problem::json->>'status', v_problem);
		end;
	end loop;
	etag := (select version from ticket where id = p_into);
	body := format('{"id":"%s","version":%s,"supporters":%s,"done":%s,"refused":%s,"items":[%s]}', p_into, etag, supporters_of(p_into), v_done,
		cardinality(v_items) - v_done, array_to_string(v_items, ','));
end $$;

-- No policy, so no row: the functions are the only way.
alter table ticket_alike enable row level security;
alter table ticket_alike_key enable row level security;
revoke all on ticket_alike, ticket_alike_key, alike_cursor, alike_fact from public;
revoke execute on function alike_since, alike_next, alike_forget, alike_store, alike_cells, alike_matter, alike_candidates, alike_look,
	alike_marks_public, alike_look_public, alike_public, alike_shown, alike_joinable, alike_waiting, alike_group, alike_clusters, tickets_gather from public;
grant execute on function alike_next, alike_store, alike_look, alike_look_public, alike_shown, alike_joinable, alike_waiting, alike_group,
	alike_clusters, tickets_gather to tiepdan_app;
