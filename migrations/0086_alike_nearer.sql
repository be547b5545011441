-- Candidates for duplicates (0064, 0078) are estimated by what the server will find, not only by how they were found: those of a ward by
-- their distance and names as well, those by the words of the text by what texts can count. So 64 of them are better than 150 were
-- before, and cost less.
set local search_path = tiepdan, public;

drop index ticket_alike_in_area;
create index ticket_alike_in_area on ticket_alike (area, family, filed_at) include (ticket, category, matters, lon, lat, names);

-- As civil/alike.h makes it of the keys of names.
create function alike_names(p_keys bigint[]) returns bigint language sql immutable parallel safe as $$
	select coalesce(bit_or(1::bigint << (k & 63)::int), 0) from unnest(p_keys) k
$$;

-- Points of the score: what a place counts at so many metres, and with a name that both have (civil/alike.c).
create function alike_placed(a ticket_alike, p_lon float8, p_lat float8, p_names bigint) returns int language sql immutable parallel safe as $$
	select greatest(150, 450 - metres_between(p_lon, p_lat, (a).lon, (a).lat) / 2, case when p_names & (a).names <> 0 then 340 end)::int
$$;

-- The likeliest first: place, matter, time and text. Keys are of names, and of bands of the text where that is compared; of these each
-- one that agrees counts, and with half of them the matter is the same whatever words say.
create or replace function alike_candidates(a ticket_alike, p_until timestamptz, p_shown bigint) returns uuid[] language plpgsql stable
set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
	v_ticket uuid := a.ticket;
	v_at timestamptz := a.filed_at;
	v_from timestamptz := a.filed_at - interval '14 days';
	v_cells bigint[] := alike_cells(a.cell);
	v_shown bigint[] := alike_cells(p_shown);
	v_nowhere text[] := case when p_shown is not null then array(select code from category where public_point = 'none') end;
begin
	return array(
	select x.ticket from (
		(select t.ticket, t.filed_at, alike_placed(a, t.lon, t.lat, t.names) as place, 0 as band, alike_matter(a, t.category, t.matters) as matter
			from ticket_alike t where t.area = a.area and t.family = a.family and t.filed_at between v_from and v_at
			order by t.filed_at desc limit 100)
		union all (select t.ticket, t.filed_at, alike_placed(a, t.lon, t.lat, t.names), 0, alike_matter(a, t.category, t.matters)
			from ticket_alike t where t.area = a.area and t.family = a.family and t.filed_at > v_at and t.filed_at <= p_until
			order by t.filed_at limit 30)
		union all select y.ticket, y.filed_at, greatest(0, 450 - metres_between(y.lon, y.lat, a.lon, a.lat) / 2)::int, 0,
			alike_matter(a, y.category, y.matters) from unnest(v_cells) c cross join lateral (
			(select t.ticket, t.filed_at, t.lon, t.lat, t.category, t.matters from ticket_alike t
				where t.cell = c and t.filed_at between v_from and v_at order by t.filed_at desc limit 15)
			union all (select t.ticket, t.filed_at, t.lon, t.lat, t.category, t.matters from ticket_alike t
				where t.cell = c and t.filed_at > v_at and t.filed_at <= p_until order by t.filed_at limit 5)) y
		union all select y.ticket, y.filed_at, case when c = p_shown then 400 else 200 end, 0, case when y.category = a.category then 150 else 50 end
			from unnest(v_shown) c cross join lateral (
			select t.ticket, t.filed_at, t.category from ticket_alike t where t.shown = c and t.filed_at between v_from and v_at
				and t.category <> all (v_nowhere) order by t.filed_at desc limit 15) y
		union all select y.ticket, y.filed_at, case when n.is then 340 else 0 end, case when n.is then 0 else 1 end, 100
			from unnest(a.keys) k cross join lateral (select a.names is null or 1::bigint << (k & 63)::int & a.names <> 0 as is) n cross join lateral (
			(select t.ticket, t.filed_at from ticket_alike_key t where t.key = k and t.filed_at between v_from and v_at
				order by t.filed_at desc limit case when n.is then 25 else 10 end)
			union all (select t.ticket, t.filed_at from ticket_alike_key t where t.key = k and t.filed_at > v_at and t.filed_at <= p_until
				order by t.filed_at limit case when n.is then 8 else 3 end)) y) x
	where x.ticket is distinct from v_ticket
	group by x.ticket, x.filed_at
	order by max(x.place) + least(200, sum(x.band) * 60) + case when sum(x.band) >= 4 then 250 else max(x.matter) end
		- 150 * abs(date_part('epoch', x.filed_at - v_at)) / 1209600 desc limit 64);
end $$;

-- As in 0078.
create or replace function alike_look_public(p_at timestamptz, p_area text, p_category text, p_family text, p_cell bigint, p_keys bigint[])
returns setof alike_fact language plpgsql stable security definer
set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
	a ticket_alike;
	v_found uuid[];
	v_no_text bytea := decode(repeat('ff', 128), 'hex');
begin
	a.filed_at := p_at;
	a.area := p_area;
	a.category := p_category;
	a.family := p_family;
	a.matters := 0;
	a.keys := p_keys;
	a.names := alike_names(p_keys);
	v_found := alike_candidates(a, p_at, p_cell);
	return query
	select f.ticket, f.filed_s, f.area, f.category, f.family, f.urgent, (point_public(y.public_point, f.lon_e6 / 1e6) * 1e6)::bigint,
		(point_public(y.public_point, f.lat_e6 / 1e6) * 1e6)::bigint, 0::bigint, alike_marks_public(f.marks), v_no_text, f.grouped
	from alike_fact f join category y on y.code = f.category where f.ticket = any (v_found);
end $$;

-- As in 0074, with the names of each; a server of before does not tell them.
create function alike_store(p_after_xid text, p_after_id uuid, p_xid text, p_id uuid, p_read bigint, p_tickets uuid[], p_cells bigint[],
	p_matters bigint[], p_marks text[], p_signatures bytea[], p_key_tickets uuid[], p_keys bigint[], p_now timestamptz, p_names bigint[]) returns bigint
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
		insert into ticket_alike (ticket, filed_at, area, category, family, urgent, lon, lat, cell, matters, marks, signature, keys, names)
		select t.id, t.filed_at, t.area, t.category, coalesce(c.parent, c.code), t.level = 'urgent', t.lon, t.lat,
			case when t.lon is not null then i.cell end, i.matters, i.marks, i.signature, coalesce(k.keys, '{}'), i.names
		from unnest(p_tickets, p_cells, p_matters, p_marks, p_signatures, p_names) i (ticket, cell, matters, marks, signature, names)
			join ticket t on t.id = i.ticket join category c on c.code = t.category left join keys k on k.ticket = i.ticket
		on conflict do nothing returning ticket, filed_at, keys)
	insert into ticket_alike_key (key, filed_at, ticket) select unnest(keys), filed_at, ticket from made on conflict do nothing;
	perform alike_recount(array(select distinct e.ticket from event e where (e.xid, e.id) > (p_after_xid::xid8, coalesce(p_after_id,
			'00000000-0000-0000-0000-000000000000')) and (e.xid, e.id) <= (p_xid::xid8, p_id) and e.ticket is not null));
	perform alike_forget(alike_since(p_now), 1000);
	return p_read;
end $$;
create or replace function alike_store(p_after_xid text, p_after_id uuid, p_xid text, p_id uuid, p_read bigint, p_tickets uuid[], p_cells bigint[],
	p_matters bigint[], p_marks text[], p_signatures bytea[], p_key_tickets uuid[], p_keys bigint[], p_now timestamptz) returns bigint
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	return alike_store(p_after_xid, p_after_id, p_xid, p_id, p_read, p_tickets, p_cells, p_matters, p_marks, p_signatures, p_key_tickets, p_keys,
		p_now, null);
end $$;

revoke execute on function alike_names, alike_placed, alike_store(text, uuid, text, uuid, bigint, uuid[], bigint[], bigint[], text[], bytea[],
	uuid[], bigint[], timestamptz, bigint[]) from public;
grant execute on function alike_store(text, uuid, text, uuid, bigint, uuid[], bigint[], bigint[], text[], bytea[], uuid[], bigint[], timestamptz,
	bigint[]) to tiepdan_app;
