-- The best of a search is found with fewer looks at tickets: who may see one is asked of those that are shown, not of all that are ranked.
set local search_path = tiepdan, public;

-- As in 0109, but that a step is one statement that goes on with the walk, too, where before each hit was appended by itself. Unless `p_asks`, what is
-- found has only the lexemes of what is asked for and of what the caller sees: whether it fits is asked later. Where few of those that are asked fit,
-- the steps grow. Who names no `p_asks`, as ticket_search() does, asks.
drop function search_walk(search_walk, search_asked, bigint, timestamptz);
create function search_walk(w search_walk, a search_asked, p_most bigint, p_deadline timestamptz, p_asks boolean default true) returns search_walk
language plpgsql stable
set search_path = tiepdan, pg_temp set jit = off set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_indexscan = off as $$
declare
	v_step bigint := case when p_asks then 2 * p_most else p_most end;
	v_level int := 0;
	v_last timestamptz;	-- of what is looked at, which begins at
	v_begin timestamptz;
	v_half date;
	v_seen tsquery;
	v_query tsquery;
	v_ids uuid[];
	v_ats timestamptz[];
	v_at timestamptz;
	v_id uuid;
	v_n bigint;
begin
	while not w.ended and cardinality(w.ids) < p_most and clock_timestamp() < p_deadline loop
		v_last := w.at - case when w.id = nobody() then interval '1 microsecond' else '0' end;
		v_half := search_half(v_last);
		select greatest(v_half::timestamp at time zone 'UTC', s.begun), coalesce(a.seen && s.slice, a.seen), coalesce(a.query && s.slice, a.query)
			into v_begin, v_seen, v_query from search_window(v_last, v_level) s;
		with hit as materialized (
			select s.ticket, s.filed_at from (
				select ticket, filed_at from ticket_search where half = v_half and words @@ v_seen
				union all select ticket, filed_at from (
					select ticket, filed_at, words from ticket_search
					where cardinality(a.opened) > 0 and half = v_half and ticket = any (a.opened) offset 0) o
				where words @@ v_query and (words @@ v_seen) is not true) s
			where s.filed_at >= greatest(v_begin, a.filed_from) and (s.filed_at, s.ticket) < (w.at, w.id)
			order by s.filed_at desc, s.ticket desc limit v_step),
		asked as materialized (
			select h.ticket, h.filed_at, coalesce(search_fits(t, a), false) as fits from hit h left join ticket t on t.id = h.ticket where p_asks
			union all select h.ticket, h.filed_at, true from hit h where not p_asks),
		-- How many fit until here: it is enough at the first one that is as many as are still needed.
		counted as (
			select x.ticket, x.filed_at, x.fits, count(*) filter (where x.fits) over (order by x.filed_at desc, x.ticket desc) as n from asked x),
		taken as (
			select c.ticket, c.filed_at, c.fits from counted c where c.n - c.fits::int < p_most - cardinality(w.ids))
		select array_agg(k.ticket order by k.filed_at desc, k.ticket desc) filter (where k.fits),
			array_agg(k.filed_at order by k.filed_at desc, k.ticket desc) filter (where k.fits),
			min(k.filed_at), (array_agg(k.ticket order by k.filed_at, k.ticket))[1], (select count(*) from hit)
			into v_ids, v_ats, v_at, v_id, v_n from taken k;
		w := row(w.ids || v_ids, w.ats || v_ats, coalesce(v_at, w.at), coalesce(v_id, w.id), false)::search_walk;	-- at once: the time may be up
		if v_n = v_step then
			if coalesce(cardinality(v_ids), 0) * 8 < v_step then	-- few fit: more at once
				v_step := greatest(least(2 * v_step, 2000), v_step);
			end if;
			v_level := greatest(v_level - 1, 0);
		elsif cardinality(w.ids) < p_most then	-- all of the slice was seen
			w := row(w.ids, w.ats, v_begin, nobody(), v_begin <= a.filed_from)::search_walk;
			v_level := least(v_level + case when v_n * 8 > p_most then 0 else 1 end, 4);
		end if;
	end loop;
	return w;
exception when query_canceled then
	return w;
end $$;

-- The best of the newest hits: `p_most` of those as typed, and as many of any, which fit if there are states among what is asked for: lexemes do not
-- tell them all (0128). Sorting all hits of a common word by rank takes seconds.
create or replace function search_best(w search_walk, a search_asked, p_typed tsquery, p_most bigint, p_deadline timestamptz, p_after text[],
	p_limit bigint, out ids uuid[], out keys text[], out partial boolean) language plpgsql stable set search_path = tiepdan, pg_temp set jit = off
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
	v_start constant timestamptz := w.at;
	v_typed search_asked := a;
	v_exact search_walk := w;
	v_score constant bigint := coalesce(p_after[2]::bigint, 9223372036854775807);
	v_at constant timestamptz := coalesce(p_after[3]::timestamptz, 'infinity');
	v_id constant uuid := coalesce(p_after[4]::uuid, nobody());
	v_block constant bigint := 2 * (p_limit + 1);
	v_looked bigint;
	v_ids uuid[];
	v_scores bigint[];
	v_best uuid[];
	v_keys text[];
begin
	v_typed.query := a.query && p_typed;
	v_typed.seen := a.seen && p_typed;
	if p_typed <> a.words then
		v_exact := search_walk(v_exact, v_typed, p_most, clock_timestamp() + (p_deadline - clock_timestamp()) / 2, a.states is not null);
	else
		v_exact.ended := true;
	end if;
	w := search_walk(w, a, p_most, p_deadline, a.states is not null);
	partial := not ((w.ended or cardinality(w.ids) >= p_most) and (v_exact.ended or cardinality(v_exact.ids) >= p_most));
	for i in 1 .. 2 loop	-- the time is up once: what is then put together is put together again
		begin
			ids := '{}';
			keys := '{}';
			v_looked := 0;
			select array_agg(x.ticket order by x.score desc, x.filed_at desc, x.ticket desc),
				array_agg(x.score order by x.score desc, x.filed_at desc, x.ticket desc) into v_ids, v_scores
				from (select s.ticket, s.filed_at, search_score(s.words, p_typed, a.words) as score
					from (select unnest(w.ids) as ticket, unnest(w.ats) as at union select unnest(v_exact.ids), unnest(v_exact.ats)) i
						join ticket_search s on s.ticket = i.ticket and s.half = search_half(i.at) offset 0) x
					where (x.score, x.filed_at, x.ticket) < (v_score, v_at, v_id);
			while v_looked < cardinality(v_ids) and cardinality(ids) <= p_limit loop
				select array_agg(x.id order by x.ord), array_agg(concat_ws('|', v_start, x.score, x.filed_at, x.id) order by x.ord) into v_best, v_keys
					from (select t.id, i.score, t.filed_at, i.ord
						from unnest(v_ids[v_looked + 1 : v_looked + v_block], v_scores[v_looked + 1 : v_looked + v_block]) with ordinality i (id, score, ord)
							join ticket t on t.id = i.id and search_fits(t, a) offset 0) x;
				ids := ids || v_best;
				keys := keys || v_keys;
				v_looked := v_looked + v_block;
			end loop;
			exit;
		exception when query_canceled then
			partial := true;
		end;
	end loop;
	ids := ids[:p_limit + 1];
	keys := keys[:p_limit + 1];
end $$;

revoke execute on function search_walk(search_walk, search_asked, bigint, timestamptz, boolean) from public;
