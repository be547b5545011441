-- What everybody searches is walked from the newest on, as in 0101, by the index of 0104. Before, a common word was sorted whole, and a rare one
-- looked for in all that is published.
set local search_path = tiepdan, public;

-- Goes on with a walk until more than `p_limit` are found or all were looked at, or the statement has taken too long: then what was found stands.
create function published_walk(w search_walk, p_query tsquery, p_first timestamptz, p_limit bigint) returns search_walk language plpgsql stable
set search_path = tiepdan, pg_temp set jit = off set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_indexscan = off as $$
declare
	v_level int := 0;
	v_last timestamptz;
	v_begin timestamptz;
	v_slice tsquery;
	v_step bigint;
	v_ids uuid[];
	v_ats timestamptz[];
	v_n int;
begin
	while not w.ended and cardinality(w.ids) <= p_limit loop
		v_last := w.at - case when w.id = nobody() then interval '1 microsecond' else '0' end;
		select coalesce(s.begun, p_first), s.slice into v_begin, v_slice from search_window(v_last, v_level) s;
		v_step := p_limit + 1 - cardinality(w.ids);
		-- The words alone: of the time there is an index, too, which PostgreSQL would rather take.
		with word as materialized (
			select p.ticket, p.answered_at from publication p
			where p.state = 'public' and published_words(p.folded, p.answered_at, p.category, p.area) @@ coalesce(p_query && v_slice, p_query)
		), hit as materialized (
			select o.ticket, o.answered_at from word o
			where o.answered_at >= v_begin and (o.answered_at, o.ticket) < (w.at, w.id)
			order by o.answered_at desc, o.ticket desc limit v_step)
		select coalesce(array_agg(h.ticket order by h.answered_at desc, h.ticket desc), '{}'),
			coalesce(array_agg(h.answered_at order by h.answered_at desc, h.ticket desc), '{}'), count(*) into v_ids, v_ats, v_n from hit h;
		if v_n = v_step then	-- each step at once: the time may be up between two statements
			w := row(w.ids || v_ids, w.ats || v_ats, v_ats[v_n], v_ids[v_n], false)::search_walk;
		else
			w := row(w.ids || v_ids, w.ats || v_ats, v_begin, nobody(), v_begin <= p_first)::search_walk;
			v_level := least(v_level + case when v_n * 8 > p_limit then 0 else 1 end, 4);
		end if;
	end loop;
	return w;
exception when query_canceled then
	return w;
end $$;
-- As in 0033. Where the time was up, the list goes on behind a last row without an item.
create or replace function published_list(p_category text, p_area text, p_query text, p_after text, p_limit bigint)
returns table (item text, key text) language plpgsql stable security definer set search_path = tiepdan, pg_temp
set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
	v_categories text[] := category_family(p_category);
	v_at timestamptz := coalesce(split_part(p_after, '|', 1)::timestamptz, 'infinity');
	v_id uuid := coalesce(split_part(p_after, '|', 2)::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
	v_query tsquery := plainto_tsquery('simple'::regconfig, p_query);
	w search_walk;
begin
	w.ended := true;
	if numnode(v_query) > 0 then
		v_query := case when p_category is null then v_query else v_query && search_any('c', v_categories) end;
		v_query := case when p_area is null then v_query else v_query && search_lexeme('a', p_area) end;
		if p_after is null then
			v_at := (select max(answered_at) + interval '1 microsecond' from publication where state = 'public');
			v_id := nobody();
		end if;
		w := published_walk(row('{}', '{}', v_at, v_id, v_at is null)::search_walk, v_query,
			(select min(answered_at) from publication where state = 'public'), p_limit);
	else
		w.ids := array(select ticket from publication where state = 'public'
			and (answered_at, ticket) < (v_at, v_id) and (v_categories is null or category = any (v_categories))
			and (p_area is null or area = p_area) order by answered_at desc, ticket desc limit p_limit + 1);
	end if;
	return query
	select published_item(p)::text, concat_ws('|', p.answered_at, p.ticket)
	from unnest(w.ids) with ordinality i (id, ord) join publication p on p.ticket = i.id order by i.ord;
	if not w.ended and cardinality(w.ids) <= p_limit then
		return query select null::text, concat_ws('|', w.at, w.id);
	end if;
end $$;
revoke all on function published_walk(search_walk, tsquery, timestamptz, bigint) from public;
drop index publication_words;
