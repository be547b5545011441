-- Whoever follows the feed reads it by its index, as notices_make() in 0075. By what is known of the column PostgreSQL takes few events to be
-- behind a cursor. When one transaction has written very many, as a re-dating and `tiepdan generate` do, it read and sorted all of them for each
-- portion: two seconds each with 300,000 events, and more the more there are.
set local search_path = tiepdan, public;

do $$
declare
	v_function regprocedure;
begin
	foreach v_function in array '{search_next(bigint),"alike_next(timestamptz,bigint)",suggestion_next(bigint),triage_next(bigint),
		record_leaves(bigint),search_late(timestamptz)}'::regprocedure[] loop
		execute format('alter function %s set plan_cache_mode = force_generic_plan', v_function);
		execute format('alter function %s set enable_seqscan = off', v_function);
		execute format('alter function %s set enable_bitmapscan = off', v_function);
	end loop;
	-- It does more than to read the feed.
	alter function report_follow(timestamptz, bigint, text) set plan_cache_mode = force_generic_plan;
end $$;

-- As in 0101, but that who has opened nothing does not look every word up twice, and who has looks at what they have opened alone.
-- Goes on with a walk until `p_most` are found, everything was looked at or the time is up, be it in the middle of a look-up: then what was
-- found stands. The plan is forced: by its estimates PostgreSQL would rather read all tickets in order.
create or replace function search_walk(w search_walk, a search_asked, p_most bigint, p_deadline timestamptz) returns search_walk language plpgsql stable
set search_path = tiepdan, pg_temp set jit = off set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_indexscan = off as $$
declare
	v_step constant bigint := 2 * p_most;
	v_level int := 0;
	v_last timestamptz;	-- of what is looked at, which begins at
	v_begin timestamptz;
	v_half date;
	v_seen tsquery;
	v_query tsquery;
	v_ids uuid[];
	v_ats timestamptz[];
	v_fit boolean[];
	v_n int;
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
			order by s.filed_at desc, s.ticket desc limit v_step)
		select array_agg(h.ticket order by h.filed_at desc, h.ticket desc), array_agg(h.filed_at order by h.filed_at desc, h.ticket desc),
			array_agg(coalesce(search_fits(t, a), false) order by h.filed_at desc, h.ticket desc), count(*)
			into v_ids, v_ats, v_fit, v_n from hit h left join ticket t on t.id = h.ticket;
		for i in 1 .. v_n loop
			w := row(case when v_fit[i] then w.ids || v_ids[i] else w.ids end, case when v_fit[i] then w.ats || v_ats[i] else w.ats end,
				v_ats[i], v_ids[i], false)::search_walk;	-- at once: the time may be up between two statements
			exit when cardinality(w.ids) = p_most;
		end loop;
		if v_n = v_step then
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

-- As in 0101. On a busy machine the time was sometimes up where nobody caught it, and the search was refused.
-- Tickets that the caller sees, by words: newest first, or the best first. With a number and code: that ticket. It takes half a second at
-- most: what was found by then is shown, `partial` says so, and newest first the list goes on behind its last row, which has no item then.
create or replace function ticket_search(p_needed text, p_begun text[], p_typed text, p_number bigint, p_code text, p_states text[], p_kind text,
	p_category text, p_area text, p_holder text, p_from date, p_to date, p_best boolean, p_now timestamptz, p_soon timestamptz,
	p_after text, p_limit bigint)
returns table (item text, key text, due_at timestamptz, calendar text, unit text, title text, text text, place text, said text, partial boolean)
language plpgsql stable security definer set search_path = tiepdan, pg_temp set jit = off as $$
#variable_conflict use_column
declare
	v_deadline constant timestamptz := clock_timestamp() + interval '400 ms';
	v_after constant text[] := string_to_array(p_after, '|');
	a search_asked;
	w search_walk;
	v_cut boolean := false;
	v_late boolean := search_late(p_now);
	v_partial boolean := false;
	v_ids uuid[] := '{}';
	v_keys text[];
begin
	begin
		if p_code is not null then
			v_ids := array(select x.id from ticket_meant(null, p_number, p_code) x (id) where p_after is null and x.id <> nobody());
		elsif num_nonnulls(p_needed, p_begun[1]) > 0 then
			select (s.a).*, s.cut into a.words, a.query, a.seen, a.opened, a.filed_from, a.states, a.kind, a.categories, a.area, a.holder, v_cut
				from search_asked(p_needed, p_begun, p_states, p_kind, p_category, p_area, p_holder, p_from::timestamp at time zone template_zone()) s;
			w.ids := '{}';
			w.ats := '{}';
			w.at := coalesce(v_after[1]::timestamptz, least((p_to + 1)::timestamp at time zone template_zone(), (select max(filed_at) from ticket) + interval '1 microsecond'));
			w.id := nobody();
			w.ended := w.at is null or a.filed_from is null or w.at <= a.filed_from;
			if p_best then
				select b.ids, b.keys, b.partial into v_ids, v_keys, v_partial
					from search_best(w, a, p_typed::tsquery, 300, v_deadline, v_after, p_limit) b;
			else
				w.id := coalesce(v_after[2]::uuid, nobody());
				w := search_walk(w, a, p_limit + 1, v_deadline);
				v_ids := w.ids;
				v_partial := not w.ended and cardinality(w.ids) <= p_limit;
			end if;
		end if;
	exception when query_canceled then	-- the time was up between two steps: none of what they found is known
		v_partial := true;
	end;
	v_cut := v_cut or v_late;
	return query select l.*, v_partial or v_cut from unnest(search_lines(v_ids, v_keys, p_now, p_soon)) l;
	if v_partial and not p_best and w.at is not null then
		return query select null::text, concat_ws('|', w.at, w.id), null::timestamptz, null::text, null::text, null::text, null::text, null::text,
			null::text, true;
	elsif v_partial or v_cut then
		return query select null::text, null::text, null::timestamptz, null::text, null::text, null::text, null::text, null::text, null::text, true;
	end if;
end $$;

-- As in 0101. In SQL it was not inlined, as what it calls is not immutable, and planned for each ticket.
create or replace function search_slices(p_at timestamptz) returns text[] language plpgsql immutable parallel safe set search_path = tiepdan, pg_temp as $$
declare
	v_at constant bigint := floor(extract(epoch from p_at));
begin
	return array['#0.' || v_at / search_slice_seconds(0), '#1.' || v_at / search_slice_seconds(1),
		'#2.' || v_at / search_slice_seconds(2), '#3.' || v_at / search_slice_seconds(3)];
end $$;
