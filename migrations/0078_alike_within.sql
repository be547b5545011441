-- Looking up likely duplicates (0064) costs less: the same candidates, the same answers. Much went into the ways to the tickets: a plan
-- that was made anew at each request, functions that were parsed at each call, numeric where float8 does, a whole row of `ticket` for
-- each one that was looked at, and a statement of its own for each one that was shown.
set local search_path = tiepdan, public;

-- At the head of each request of staff: planning its second statement for the roles at hand took longer than the rest of it.
alter function caller_enter set plan_cache_mode = force_generic_plan;

-- As alike_cell() of civil/alike.h numbers them: the square itself first. One expression, so that it becomes part of what calls it.
create or replace function alike_cells(p_cell bigint) returns bigint[] language sql immutable parallel safe as $$
	select case when p_cell is not null then array[p_cell, p_cell - 1000001, p_cell - 1000000, p_cell - 999999, p_cell - 1, p_cell + 1,
		p_cell + 999999, p_cell + 1000000, p_cell + 1000001] end
$$;

create or replace view alike_fact with (security_invoker = true) as
	select ticket, floor(date_part('epoch', filed_at))::bigint as filed_s, area, category, family, urgent, (lon * 1e6)::bigint as lon_e6,
		(lat * 1e6)::bigint as lat_e6, matters, marks, signature, event is not null as grouped
	from ticket_alike;

-- As in 0064, as an array: what is written into a set of rows is read once more. Arrays and times that all branches need are made once.
drop function alike_candidates;
create function alike_candidates(a ticket_alike, p_until timestamptz, p_shown bigint) returns uuid[] language plpgsql stable
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
		(select t.ticket, t.filed_at, 150 as place, 0 as named, alike_matter(a, t.category, t.matters) as matter from ticket_alike t
			where t.area = a.area and t.family = a.family and t.filed_at between v_from and v_at order by t.filed_at desc limit 100)
		union all (select t.ticket, t.filed_at, 150, 0, alike_matter(a, t.category, t.matters) from ticket_alike t
			where t.area = a.area and t.family = a.family and t.filed_at > v_at and t.filed_at <= p_until order by t.filed_at limit 30)
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
		union all select y.ticket, y.filed_at, 0, 300, 100 from unnest(a.keys) k cross join lateral (
			(select t.ticket, t.filed_at from ticket_alike_key t where t.key = k and t.filed_at between v_from and v_at
				order by t.filed_at desc limit 25)
			union all (select t.ticket, t.filed_at from ticket_alike_key t where t.key = k and t.filed_at > v_at and t.filed_at <= p_until
				order by t.filed_at limit 8)) y) x
	where x.ticket is distinct from v_ticket
	group by x.ticket, x.filed_at
	order by max(x.place) + sum(x.named) + max(x.matter) - 150 * abs(date_part('epoch', x.filed_at - v_at)) / 1209600 desc limit 150);
end $$;

create or replace function alike_look(p_ticket uuid) returns setof alike_fact language plpgsql stable security definer
set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
	a ticket_alike;
	v_found uuid[];
begin
	perform ticket_visible(p_ticket);
	select * into a from ticket_alike where ticket = p_ticket;
	v_found := alike_candidates(a, a.filed_at + interval '14 days', null);
	return query select * from alike_fact where ticket = p_ticket;
	return query select * from alike_fact where ticket = any (v_found);
end $$;

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
	v_found := alike_candidates(a, p_at, p_cell);
	return query
	select f.ticket, f.filed_s, f.area, f.category, f.family, f.urgent, (point_public(y.public_point, f.lon_e6 / 1e6) * 1e6)::bigint,
		(point_public(y.public_point, f.lat_e6 / 1e6) * 1e6)::bigint, 0::bigint, alike_marks_public(f.marks), v_no_text, f.grouped
	from alike_fact f join category y on y.code = f.category where f.ticket = any (v_found);
end $$;

create or replace function alike_waiting(p_limit bigint)
returns table (one uuid, own boolean, ticket uuid, filed_s bigint, area text, category text, family text, urgent boolean, lon_e6 bigint,
	lat_e6 bigint, matters bigint, marks text, signature bytea, grouped boolean)
language plpgsql stable security definer set search_path = tiepdan, pg_temp set jit = off set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
	a ticket_alike;
	v_found uuid[];
begin
	for a in select * from ticket_alike where event is null order by filed_at, ticket limit p_limit loop
		v_found := alike_candidates(a, a.filed_at, null);
		return query select a.ticket, true, f.* from alike_fact f where f.ticket = a.ticket;
		return query select a.ticket, false, f.* from alike_fact f where f.ticket = any (v_found);
	end loop;
end $$;

-- As in 0064. First whom to show, in their order, and then all of them at once.
create or replace function alike_shown(p_ticket uuid, p_tickets uuid[], p_details text[], p_limit bigint)
returns table (merged boolean, item text, detail text) language plpgsql stable security definer
set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
	v_own uuid := ticket_root(ticket_visible(p_ticket));
	v_merges text[] := array(select code from sight where merges);
	v_roots uuid[] := '{}';
	v_details text[] := '{}';
	v_root uuid;
	v_merged boolean;
begin
	for i in 1 .. cardinality(p_tickets) loop
		exit when cardinality(v_roots) = p_limit;
		select k.id, k.state = 'merged' into v_root, v_merged from ticket k where k.id = p_tickets[i] and k.sight = any (v_merges) and sees(k);
		continue when not found;
		if v_merged then
			v_root := ticket_root(v_root);
			continue when not exists (select from ticket k where k.id = v_root and k.sight = any (v_merges) and sees(k));
		end if;
		continue when v_root = any (v_roots);
		v_roots := v_roots || v_root;
		v_details := v_details || p_details[i];
	end loop;
	return query
	select r.id = v_own, json_build_object('id', r.id, 'code', r.code, 'version', r.version, 'title', r.title, 'state', r.state,
		'state_vi', s.name_vi, 'state_en', s.name_en, 'category', named(c.code, c.name_vi, c.name_en), 'area', r.area,
		'filed_at', instant(r.filed_at), 'holder', named(d.code, d.name_vi, d.name_en),
		'supporters', case when exists (select from ticket_merge m where m.into_ticket = r.id and m.ended_at is null)
			then supporters_of(r.id) else 0 end)::text, x.detail
	from unnest(v_roots, v_details) with ordinality x (id, detail, place) join ticket r on r.id = x.id join state s on s.code = r.state
		join category c on c.code = r.category left join department d on d.id = r.holder
	order by x.place;
end $$;

-- In SQL, so that it becomes part of the statement that calls it.
create or replace function alike_public(t ticket) returns boolean language sql stable as $$
	select t.visibility = 'public' and t.sight = 'public' and t.kind <> 'emergency' and not tiepdan.triage_discreet(t.id)
$$;
create or replace function alike_joinable(p_tickets uuid[], p_details text[], p_lon float8, p_lat float8, p_limit bigint)
returns table (title text, item text, detail text) language plpgsql stable security definer
set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
	v_roots uuid[] := '{}';
	v_details text[] := '{}';
	v_root uuid;
	v_merged boolean;
	v_open boolean;
begin
	for i in 1 .. cardinality(p_tickets) loop
		exit when cardinality(v_roots) = p_limit;
		select k.id, k.state = 'merged', not k.done into v_root, v_merged, v_open from ticket k where k.id = p_tickets[i] and alike_public(k);
		continue when not found;
		if v_merged then
			v_root := ticket_root(v_root);
			v_open := exists (select from ticket k where k.id = v_root and not k.done and alike_public(k));
		end if;
		continue when not v_open or v_root = any (v_roots);
		v_roots := v_roots || v_root;
		v_details := v_details || p_details[i];
	end loop;
	return query
	select case when r.state <> 'submitted' then r.title end, json_build_object('code', r.code,
		'category', named(c.code, c.name_vi, c.name_en), 'area', (select named(code, name_vi, name_en) from area where code = r.area),
		'state', r.state, 'state_vi', s.name_vi, 'state_en', s.name_en, 'filed_at', instant(r.filed_at),
		'metres', ceil(metres_between(point_public(c.public_point, r.lon), point_public(c.public_point, r.lat), p_lon, p_lat) / 100) * 100)::text,
		x.detail
	from unnest(v_roots, v_details) with ordinality x (id, detail, place) join ticket r on r.id = x.id join state s on s.code = r.state
		join category c on c.code = r.category
	order by x.place;
end $$;

revoke execute on function alike_candidates from public;
