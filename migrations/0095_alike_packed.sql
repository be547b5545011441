-- What is compared of tickets travels as one value for all candidates of a look-up, not as rows of columns: half of what a look-up among a
-- million tickets cost was making such rows, writing them as text and taking them apart again. It is packed when it is stored; what was
-- stored before is packed when it is read, until it is too old (setting alike_days). alike_look, alike_look_public and alike_waiting stay
-- as they are for servers of before.
set local search_path = tiepdan, public;

-- A fact without its point and event, as app/alike/candidate.c reads it: big endian; -1: no text. Marks longer than anybody writes in
-- earnest are cut: their sizes have two bytes, and look-ups a bound.
create function alike_packed(p_ticket uuid, p_filed_at timestamptz, p_urgent boolean, p_matters bigint, p_signature bytea, p_area text,
	p_category text, p_family text, p_marks text) returns bytea language sql immutable parallel safe as $$
	select uuid_send(p_ticket) || int8send(floor(date_part('epoch', p_filed_at))::bigint) || int8send(p_matters) || int2send(p_urgent::int::int2)
		|| int2send(coalesce(octet_length(p_area), -1)::int2) || int2send(octet_length(p_category)::int2) || int2send(octet_length(p_family)::int2)
		|| int2send(octet_length(left(p_marks, 1000))::int2) || int2send(octet_length(p_signature)::int2) || p_signature
		|| convert_to(concat(p_area, p_category, p_family, left(p_marks, 1000)), 'UTF8')
$$;
-- What stands before it: whether the ticket has its event, and the point, of which the least integers say that there is none.
create function alike_pointed(p_grouped boolean, p_lon float8, p_lat float8) returns bytea language sql immutable parallel safe as $$
	select int2send(p_grouped::int::int2) || int4send(coalesce((p_lon * 1e6)::int, -2147483648)) || int4send(coalesce((p_lat * 1e6)::int, -2147483648))
$$;

alter table ticket_alike add column fact bytea, add column fact_public bytea;
comment on column ticket_alike.fact is 'What is compared of it, as the server reads it. NULL: stored before there was this';
comment on column ticket_alike.fact_public is 'of that what everybody may know: of marks only names, nothing of the text';

create function alike_fact_of(f ticket_alike) returns bytea language sql immutable parallel safe as $$
	select coalesce((f).fact, tiepdan.alike_packed((f).ticket, (f).filed_at, (f).urgent, (f).matters, (f).signature, (f).area, (f).category,
		(f).family, (f).marks))
$$;
create function alike_fact_public(f ticket_alike) returns bytea language sql immutable parallel safe as $$
	select coalesce((f).fact_public, tiepdan.alike_packed((f).ticket, (f).filed_at, (f).urgent, 0, '', (f).area, (f).category, (f).family,
		tiepdan.alike_marks_public((f).marks)))
$$;
-- What is packed never changes.
create function alike_pack() returns trigger language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	new.fact := alike_fact_of(new);
	new.fact_public := alike_fact_public(new);
	return new;
end $$;
create trigger alike_pack before insert on ticket_alike for each row execute function alike_pack();

-- Of the ticket itself first, then of those that may be like it; NULL: nothing is compared of this one.
create function alike_facts(p_ticket uuid) returns bytea language plpgsql stable security definer
set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
	a ticket_alike;
	v_found uuid[];
begin
	perform ticket_visible(p_ticket);
	select * into a from ticket_alike where ticket = p_ticket;
	v_found := alike_candidates(a, a.filed_at + interval '14 days', null);
	return (
		select alike_pointed(true, a.lon, a.lat) || alike_fact_of(a)
			|| coalesce(string_agg(alike_pointed(f.event is not null, f.lon, f.lat) || alike_fact_of(f), ''), '')
		from ticket_alike f where f.ticket = any (v_found));
end $$;

-- For everybody, as alike_look_public (0064) says what that may be. p_names: alike_names() of civil/alike.h of p_keys.
create function alike_facts_public(p_at timestamptz, p_area text, p_category text, p_family text, p_cell bigint, p_keys bigint[], p_names bigint)
returns bytea language plpgsql stable security definer set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
	a ticket_alike;
	v_found uuid[];
begin
	a.filed_at := p_at;
	a.area := p_area;
	a.category := p_category;
	a.family := p_family;
	a.matters := 0;
	a.keys := p_keys;
	a.names := p_names;
	v_found := alike_candidates(a, p_at, p_cell);
	return (
		select string_agg(alike_pointed(false, point_public(y.public_point, f.lon), point_public(y.public_point, f.lat)) || alike_fact_public(f), '')
		from ticket_alike f join category y on y.code = f.category where f.ticket = any (v_found));
end $$;

-- The next tickets that belong to no event yet: of each its own fact first, then those of earlier ones that may be like it.
create function alike_ungrouped(p_limit bigint) returns setof bytea language plpgsql stable security definer
set search_path = tiepdan, pg_temp set jit = off set plan_cache_mode = force_generic_plan as $$
declare
	a ticket_alike;
	v_found uuid[];
begin
	for a in select * from ticket_alike where event is null order by filed_at, ticket limit p_limit loop
		v_found := alike_candidates(a, a.filed_at, null);
		return query
		select alike_pointed(false, a.lon, a.lat) || alike_fact_of(a)
				|| coalesce(string_agg(alike_pointed(f.event is not null, f.lon, f.lat) || alike_fact_of(f), ''), '')
			from ticket_alike f where f.ticket = any (v_found);
	end loop;
end $$;

revoke execute on function alike_packed, alike_pointed, alike_fact_of, alike_fact_public, alike_pack, alike_facts, alike_facts_public, alike_ungrouped from public;
grant execute on function alike_facts, alike_facts_public to tiepdan_app;
grant execute on function alike_ungrouped to tiepdan_app, tiepdan_job;
