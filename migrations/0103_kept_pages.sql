-- Pages that many ask for are built once for each version, and asking for the version costs little: of a followed ticket a fifth of before.
set search_path = tiepdan, public;

-- As in 0049. The version of all but merged cases stands in the row; the generic plan spares planning each time.
create or replace function tracking_show(p_numbers bigint[], p_generations bigint[], p_known bigint[], p_now timestamptz, p_soon timestamptz,
	p_soon_later timestamptz)
returns table (ord bigint, version bigint, body text, fresh_until timestamptz)
language plpgsql stable security definer set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
	v_switches bigint;
	v_slot int;
	v_later timestamptz := p_now + interval '1 minute';
begin
	select generation << 40, slot into v_switches, v_slot from clock_slot where role = 'current';
	return query
	select i.ord, v.shown, case when v.shown is distinct from i.known then tracking_whole(t, p_now, p_soon) end,
		case when v.shown is not distinct from i.known then null
			when exists (select from clock_running c where c.slot = v_slot
				and c.ticket = case t.state when 'merged' then ticket_root(t.id) else t.id end
				and (c.due_at between p_now and v_later or c.due_at between p_soon and p_soon_later)) then p_now
			else v_later end
	from unnest(p_numbers, p_generations, p_known) with ordinality i (number, generation, known, ord)
		join ticket t on t.number = i.number and t.generation = i.generation
		cross join lateral (select v_switches + case
			when t.state <> 'merged' and not exists (select from ticket_merge m where m.into_ticket = t.id and m.ended_at is null) then t.version
			else tracking_version(t) end as shown offset 0) v;
end $$;

create function published_body(p publication) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (published_item(p) || publication_text(p)::jsonb)::text;
end $$;

create or replace function published_show(p_number bigint, p_key text, out body text) language plpgsql stable security definer
set search_path = tiepdan, pg_temp as $$
begin
	select published_body(p) into body
	from publication p where p.number = p_number and (p.state = 'public' or (p.state = 'link_only' and p.key = p_key));
end $$;

-- Published tickets: parallel arrays, one element for each who asks. One that may not be read has no row; the body is NULL for a version that is
-- known. Whoever asks for the same page at the same time has it built once.
create function published_pages(p_numbers bigint[], p_keys text[], p_known bigint[])
returns table (ord bigint, version bigint, body text)
language plpgsql stable security definer set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
	return query
	with asked as materialized (
		select i.ord, p.number, p.xmin::text::bigint as version, p.xmin::text::bigint is distinct from i.known as new
		from unnest(p_numbers, p_keys, p_known) with ordinality i (number, key, known, ord)
			join publication p on p.number = i.number and (p.state = 'public' or (p.state = 'link_only' and p.key = i.key))),
	built as materialized (
		select p.number, published_body(p) as body
		from (select distinct number from asked where new) n join publication p on p.number = n.number)
	select a.ord, a.version, b.body from asked a left join built b on a.new and b.number = a.number;
end $$;
revoke all on function published_body(publication), published_pages(bigint[], text[], bigint[]) from public;
grant execute on function published_pages(bigint[], text[], bigint[]) to tiepdan_app;
