-- Search, beside the filing transaction: a GIN index in it costs four to eight times as much as the rest of it. A follower of the feed of
-- events keeps what staff who see a ticket may read of it as words (civil/search.h): title, text, place, messages, questions.
--
-- Whatever narrows a search is a lexeme, too, which no text can contain, because its first byte is #: kind, category, area, holder, state,
-- sight, and the time of filing as slices of 68 minutes, nine hours, three days and 24 days. So one look-up in one index does all of it. A walk from
-- the newest to the oldest finds the newest hits of a common word in small slices, without sorting all of them; where little is found it
-- goes on by half-years, which are partitions: a look-up costs as much as its rarest word, or slice, has entries in the index of one.
-- What a lexeme says may be a second old: who sees what decides sees() at each hit, and the other filters are asked of the ticket itself.
set local search_path = tiepdan, public;

create table ticket_search (
	ticket   uuid not null,
	half     date not null,
	filed_at timestamptz not null,
	words    tsvector not null,
	constraint ticket_search_pk primary key (ticket, half)
) partition by list (half);
comment on table ticket_search is 'What a ticket is found by. Its row goes in the transaction that destroys the ticket.';
comment on column ticket_search.half is 'search_half() of filed_at, which has no index: PostgreSQL would take it for a look-up that needs the words';
comment on column ticket_search.words is 'folded words; with = in front as they were written, where that is another word; with # in front what narrows';
-- lz4 where PostgreSQL was built with it: words are read by the hundred.
do $$
begin
	alter table ticket_search alter words set compression lz4;
exception when feature_not_supported then
	null;
end $$;
-- Without a list of what is pending, which every look-up would have to read through.
create index ticket_search_words on ticket_search using gin (words) with (fastupdate = off);

-- The first day, in UTC, of the half-year.
create function search_half(p_at timestamptz) returns date language sql immutable parallel safe as $$
	select (date_trunc('year', p_at at time zone 'UTC') + case when extract(month from p_at at time zone 'UTC') > 6 then interval '6 months' else '0' end)::date
$$;
-- Makes the partition for what was filed then, when there is none yet.
create function search_place(p_half date) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_name constant text := 'ticket_search_' || to_char(p_half, 'YYYY_MM');
begin
	if to_regclass('tiepdan.' || v_name) is null then
		execute format('create table %I (like ticket_search including all) with (autovacuum_vacuum_scale_factor = 0.05)', v_name);
		execute format('alter table ticket_search attach partition %I for values in (%L)', v_name, p_half);
	end if;
end $$;
select search_place(search_half(now()));

-- Which words there are, for those that are only begun: PostgreSQL would read the whole of the index for each.
create table search_word (
	word    text collate "C" not null,
	tickets bigint not null,
	constraint search_word_pk primary key (word)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
comment on table search_word is 'Folded words of small letters, and how many tickets have each, of those that many see. One that none has any more goes.';

create table search_cursor (
	one boolean not null default true,
	xid xid8 not null,
	id  uuid not null,
	constraint search_cursor_pk primary key (one),
	constraint search_cursor_one_row check (one)
);
comment on table search_cursor is 'The last event of the feed that was looked at. It begins before all, so that what was filed before is found, too.';
insert into search_cursor (xid, id) values ('0', '00000000-0000-0000-0000-000000000000');

-- --- the lexemes that narrow -----------------------------------------------------------------------------------------------------

-- Slices: 2 ^ (12 + 3 * level) seconds; level 4: there is none.
create function search_slice_seconds(p_level int) returns bigint language sql immutable parallel safe as $$ select 4096::bigint << (3 * p_level) $$;
create function search_slice(p_at timestamptz, p_level int) returns bigint language sql immutable parallel safe as $$
	select floor(extract(epoch from p_at))::bigint / tiepdan.search_slice_seconds(p_level)
$$;
create function search_slices(p_at timestamptz) returns text[] language sql immutable parallel safe as $$
	select array(select '#' || level || '.' || tiepdan.search_slice(p_at, level) from generate_series(0, 3) level)
$$;
create function search_narrows(t ticket) returns tsvector language sql stable parallel safe as $$
	select array_to_tsvector(array_remove(array['#k' || t.kind, '#c' || t.category, '#a' || t.area, '#h' || t.holder, '#s' || t.state, '#v' || t.sight], null)
		|| tiepdan.search_slices(t.filed_at))
$$;
-- One of them; the values are codes and numbers, never anything that somebody wrote.
create function search_any(p_kind text, p_values text[]) returns tsquery language sql immutable parallel safe as $$
	select string_agg('''#' || p_kind || replace(v, '''', '''''') || '''', '|')::tsquery from unnest(p_values) v
$$;
create function search_lexeme(p_kind text, p_value text) returns tsquery language sql immutable parallel safe as $$
	select tiepdan.search_any(p_kind, array[p_value]) where p_value is not null
$$;

-- The words as C wrote them. What PostgreSQL does not take is found by nothing, and stops nobody.
create function search_vector(p_words text) returns tsvector language plpgsql immutable set search_path = tiepdan, pg_temp as $$
begin
	return p_words::tsvector;
exception when program_limit_exceeded or syntax_error then
	return ''::tsvector;
end $$;

-- The slice that has this instant, and when it begins; level 4: none.
create function search_window(p_at timestamptz, p_level int, out begun timestamptz, out slice tsquery) language sql immutable parallel safe as $$
	select to_timestamp(tiepdan.search_slice(p_at, p_level) * tiepdan.search_slice_seconds(p_level)),
		tiepdan.search_lexeme(p_level::text || '.', tiepdan.search_slice(p_at, p_level)::text) where p_level < 4
$$;

-- --- the follower ------------------------------------------------------------------------------------------------------------------

-- Everything that was said in a ticket, and how much of it is searched.
create function search_said(p_ticket uuid, p_most int) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select left(string_agg(text, E'\n\n' order by at, id), p_most)
		from (select at, id, text from message where ticket = p_ticket union all select asked_at, id, text from question where ticket = p_ticket) x);
end $$;
-- The next events of the feed; with the last one of a ticket that there is come its texts.
create function search_next(p_limit bigint)
returns table (after_xid text, after_id uuid, xid text, id uuid, ticket uuid, title text, text text, place text, said text)
language plpgsql stable security definer set search_path = tiepdan, pg_temp set jit = off as $$
#variable_conflict use_column
declare
	c search_cursor;
begin
	select * into c from search_cursor;
	if c.xid > feeds_end() then
		c.xid := '0';
		c.id := '00000000-0000-0000-0000-000000000000';
	end if;
	return query
	select c.xid::text, c.id, e.xid::text, e.id, t.id, t.title, t.text, t.location_text, search_said(t.id, 50000)
	from (select xid, id, ticket, row_number() over (partition by ticket order by xid desc, id desc) as back
			from (select xid, id, ticket from event e where (e.xid, e.id) > (c.xid, c.id)
				and e.xid < pg_snapshot_xmin(pg_current_snapshot()) order by e.xid, e.id limit p_limit) n offset 0) e
		left join lateral (select k.* from ticket k where k.id = e.ticket and e.back = 1 and k.destroyed_at is null
			and not exists (select from event n where n.ticket = e.ticket and (n.xid, n.id) > (e.xid, e.id)
				and n.xid < pg_snapshot_xmin(pg_current_snapshot())) offset 0) t on true
	order by e.xid, e.id;
end $$;

-- Tickets whose words are counted: what only named people see is found by whole words, so that no beginning tells of it.
create function search_open() returns tsquery language sql immutable parallel safe as $$ select tiepdan.search_any('v', '{public,private}') $$;
-- Counts words: those of the first list came, those of the second went. In the order of the words, so that two who count never wait for each other.
create function search_count(p_came text[], p_went text[]) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	insert into search_word as s (word, tickets)
		select word, sum(n) from (select unnest(p_came) as word, 1 as n union all select unnest(p_went), -1) x
			where word ~ '^[a-z]{2,24}$' group by word having sum(n) <> 0 order by word collate "C"
		on conflict (word) do update set tickets = s.tickets + excluded.tickets;
	delete from search_word where word = any (p_went) and tickets <= 0;
end $$;
-- Stores the words of the tickets of these events and moves the cursor on, if it still stands where the first unit of work read it. Whose
-- words are as they were is left alone.
create function search_store(p_after_xid text, p_after_id uuid, p_xid text, p_id uuid, p_read bigint, p_tickets uuid[], p_words text[]) returns bigint
language plpgsql security definer set search_path = tiepdan, pg_temp set jit = off as $$
declare
	v_open constant tsquery := search_open();
	v_came text[];
	v_went text[];
begin
	update search_cursor set xid = p_xid::xid8, id = p_id
		where one and ((xid, id) = (p_after_xid::xid8, coalesce(p_after_id, '00000000-0000-0000-0000-000000000000')) or xid > feeds_end());
	if not found then
		return 0;
	end if;
	perform search_place(h) from (select distinct search_half(filed_at) as h from ticket where id = any (p_tickets)) x;
	-- What was destroyed since its texts were read is gone: who destroys waits for the cursor, too (search_forget).
	with made as materialized (
		select t.id as ticket, t.filed_at, search_vector(i.words) || search_narrows(t) as words, s.words as before
		from unnest(p_tickets, p_words) i (ticket, words) join ticket t on t.id = i.ticket and t.destroyed_at is null
			left join ticket_search s on s.ticket = t.id and s.half = search_half(t.filed_at)
	), stored as (
		insert into ticket_search as s (ticket, half, filed_at, words) select ticket, search_half(filed_at), filed_at, words from made
			where before is distinct from words order by filed_at, ticket
			on conflict (ticket, half) do update set filed_at = excluded.filed_at, words = excluded.words returning ticket
	), changed as (
		select case when m.words @@ v_open then m.words end as words, case when m.before @@ v_open then m.before end as before
			from made m join stored using (ticket)
	)
	select (select array_agg(w) from changed c, unnest(tsvector_to_array(c.words)) w),
		(select array_agg(w) from changed c, unnest(tsvector_to_array(c.before)) w) into v_came, v_went;
	perform search_count(v_came, v_went);
	return p_read;
end $$;

-- Nothing of a ticket that is destroyed stays, but for words as keys of the index, which say nothing of where they stood. The cursor is locked first: what the follower has read of the ticket, and not stored yet, it
-- does not store any more, and what it has stored is seen here.
create function search_forget() returns trigger language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_went text[];
begin
	perform from search_cursor for share;
	with gone as (delete from ticket_search where ticket = new.id returning words)
	select array_agg(w) into v_went from gone, unnest(tsvector_to_array(words)) w where words @@ search_open();
	perform search_count(null, v_went);
	return null;
end $$;

-- --- searching -----------------------------------------------------------------------------------------------------------------------

-- A word that is only begun stands for the commonest that begin so; `cut`: there are more.
create function search_begun(p_word text, out query tsquery, out cut boolean) language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_words text[] := array(select word from (select word, tickets from search_word where word >= p_word and word < p_word || '{' limit 20000) w
		order by tickets desc, word limit 101);
begin
	cut := cardinality(v_words) > 100;
	query := (select string_agg('''' || w || '''', '|') from unnest(v_words[:100] || p_word) w)::tsquery;
end $$;
-- Some sights as lexemes; NULL: none. Where what is public is among them they are nearly everything: then the others are left out, because a
-- list of nearly all tickets is read for longer than all others.
create function search_sights(p_sights text[]) returns tsquery language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return case when 'public' = any (p_sights) then !!search_any('v', '{-}' || array(select code from sight where code <> all (p_sights)))
		else search_any('v', p_sights) end;
end $$;
-- What the caller can see at all: sees() decides.
create function search_sight() returns tsquery language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_all constant tsquery := search_sights(caller_sees_all());
	v_own constant tsquery := search_lexeme('h', caller_department()::text) && search_sights(caller_sees_own());
begin
	return case when v_all is null then v_own when v_own is null then v_all else v_all || v_own end;
end $$;

create type search_asked as (words tsquery, query tsquery, seen tsquery, opened uuid[], filed_from timestamptz, states text[], kind text, categories text[], area text,
	holder bigint);
comment on type search_asked is 'query: the words, and what narrows; seen: with what the caller can see; opened: whatever else they can see';
create type search_walk as (ids uuid[], ats timestamptz[], at timestamptz, id uuid, ended boolean);
comment on type search_walk is 'what was found, newest first, and when it was filed; at and id: the walk goes on behind them; ended: nothing is left there';

create function search_fits(t ticket, a search_asked) returns boolean language sql stable as $$
	select tiepdan.sees(t) and ((a).states is null or t.state = any ((a).states)) and ((a).kind is null or t.kind = (a).kind)
		and ((a).categories is null or t.category = any ((a).categories)) and ((a).area is null or t.area = (a).area)
		and ((a).holder is null or t.holder = (a).holder)
$$;
-- Goes on with a walk until `p_most` are found, everything was looked at or the time is up, be it in the middle of a look-up: then what was
-- found stands. The plan is forced: by its estimates PostgreSQL would rather read all tickets in order.
create function search_walk(w search_walk, a search_asked, p_most bigint, p_deadline timestamptz) returns search_walk language plpgsql stable
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
				union all select ticket, filed_at from ticket_search where half = v_half and ticket = any (a.opened) and words @@ v_query
					and (words @@ v_seen) is not true) s
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

-- What is searched for: `p_needed` has the whole words and the phrases (civil/search.h writes it), `p_begun` the words that are only begun.
create function search_asked(p_needed text, p_begun text[], p_states text[], p_kind text, p_category text, p_area text, p_holder text,
	p_from timestamptz, out a search_asked, out cut boolean) language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	b record;
	v_narrow tsquery;
begin
	a.words := p_needed::tsquery;
	cut := false;
	for b in select x.* from unnest(p_begun) word, search_begun(word) x loop
		a.words := coalesce(a.words && b.query, b.query);
		cut := cut or b.cut;
	end loop;
	a.states := nullif(p_states, '{}');
	a.kind := p_kind;
	a.categories := category_family(p_category);
	a.area := p_area;
	a.holder := case when p_holder <> 'any' then coalesce((select id from department where code = p_holder), -1) end;
	a.query := a.words;
	for v_narrow in select n from unnest(array[search_any('s', a.states), search_lexeme('k', a.kind),
		case when a.categories = '{}' then search_lexeme('c', '') else search_any('c', a.categories) end,
		search_lexeme('a', a.area), search_lexeme('h', a.holder::text)]) n where n is not null
	loop
		a.query := a.query && v_narrow;
	end loop;
	a.seen := a.query && search_sight();
	a.opened := caller_broken();
	a.filed_from := greatest(p_from, (select min(filed_at) from ticket));
exception when query_canceled then	-- the time is up once
	select x.* into b from search_asked(p_needed, p_begun, p_states, p_kind, p_category, p_area, p_holder, p_from) x;
	a := b.a;
	cut := b.cut;
end $$;

-- How good a hit is: as it was typed, word by word with its diacritics, before any other; then by where the words stand and how near.
create function search_score(p_words tsvector, p_typed tsquery, p_query tsquery) returns bigint language sql immutable parallel safe as $$
	select case when p_words @@ p_typed then 1000000 else 0 end + least(999999, ts_rank('{0.2,0.4,0.6,1}', p_words, p_query, 1) * 1000000)::bigint
$$;
-- The best of the newest hits: `p_most` of those as typed, and as many of any. Sorting all hits of a common word by rank takes seconds.
create function search_best(w search_walk, a search_asked, p_typed tsquery, p_most bigint, p_deadline timestamptz, p_after text[],
	p_limit bigint, out ids uuid[], out keys text[], out partial boolean) language plpgsql stable set search_path = tiepdan, pg_temp set jit = off
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
	v_start constant timestamptz := w.at;
	v_typed search_asked := a;
	v_exact search_walk := w;
	v_score constant bigint := coalesce(p_after[2]::bigint, 9223372036854775807);
	v_at constant timestamptz := coalesce(p_after[3]::timestamptz, 'infinity');
	v_id constant uuid := coalesce(p_after[4]::uuid, nobody());
begin
	v_typed.query := a.query && p_typed;
	v_typed.seen := a.seen && p_typed;
	if p_typed <> a.words then
		v_exact := search_walk(v_exact, v_typed, p_most, clock_timestamp() + (p_deadline - clock_timestamp()) / 2);
	else
		v_exact.ended := true;
	end if;
	w := search_walk(w, a, p_most, p_deadline);
	partial := not ((w.ended or cardinality(w.ids) >= p_most) and (v_exact.ended or cardinality(v_exact.ids) >= p_most));
	for i in 1 .. 2 loop	-- the time is up once: what is then put together is put together again
		begin
			select array_agg(x.ticket order by x.score desc, x.filed_at desc, x.ticket desc),
				array_agg(concat_ws('|', v_start, x.score, x.filed_at, x.ticket) order by x.score desc, x.filed_at desc, x.ticket desc) into ids, keys
				from (select s.ticket, s.filed_at, search_score(s.words, p_typed, a.words) as score
					from (select unnest(w.ids) as ticket, unnest(w.ats) as at union select unnest(v_exact.ids), unnest(v_exact.ats)) i
						join ticket_search s on s.ticket = i.ticket and s.half = search_half(i.at) offset 0) x
					where (x.score, x.filed_at, x.ticket) < (v_score, v_at, v_id);
			exit;
		exception when query_canceled then
			partial := true;
		end;
	end loop;
	ids := ids[:p_limit + 1];
	keys := keys[:p_limit + 1];
end $$;

create type search_line as (item text, key text, due_at timestamptz, calendar text, unit text, title text, text text, place text, said text);
create function search_lines(p_ids uuid[], p_keys text[], p_now timestamptz, p_soon timestamptz) returns search_line[] language plpgsql stable
set search_path = tiepdan, pg_temp as $$
begin
	return array(
		select (q.item, coalesce(p_keys[i.ord], concat_ws('|', t.filed_at, t.id)), q.due_at, q.calendar, q.unit, t.title, t.text, t.location_text,
			search_said(t.id, 8000))::search_line
		from queue_lines(p_ids, slot_current(), true, p_now, p_soon) with ordinality q (item, key, due_at, calendar, unit, ord)
			join unnest(p_ids) with ordinality i (id, ord) on i.ord = q.ord join ticket t on t.id = i.id
		order by q.ord);
exception when query_canceled then	-- the time is up once
	return search_lines(p_ids, p_keys, p_now, p_soon);
end $$;

-- Whether what was written a minute before is not looked at yet, as after an upgrade.
create function search_late(p_now timestamptz) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return coalesce((select e.at < p_now - interval '1 minute' from search_cursor c
		cross join lateral (select at from event where (xid, id) > (c.xid, c.id) order by xid, id limit 1) e), false);
exception when query_canceled then	-- the time is up once
	return true;
end $$;
-- Tickets that the caller sees, by words: newest first, or the best first. With a number and code: that ticket. It takes half a second at
-- most: what was found by then is shown, `partial` says so, and newest first the list goes on behind its last row, which has no item then.
create function ticket_search(p_needed text, p_begun text[], p_typed text, p_number bigint, p_code text, p_states text[], p_kind text,
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
	v_cut := v_cut or v_late;
	return query select l.*, v_partial or v_cut from unnest(search_lines(v_ids, v_keys, p_now, p_soon)) l;
	if v_partial and not p_best then
		return query select null::text, concat_ws('|', w.at, w.id), null::timestamptz, null::text, null::text, null::text, null::text, null::text,
			null::text, true;
	elsif v_partial or v_cut then
		return query select null::text, null::text, null::timestamptz, null::text, null::text, null::text, null::text, null::text, null::text, true;
	end if;
end $$;

-- No policy, so no row: the functions are the only way.
alter table ticket_search enable row level security;
alter table search_word enable row level security;
revoke all on ticket_search, search_word, search_cursor from public;
revoke execute on function search_half, search_place, search_slice_seconds, search_slice, search_slices, search_window, search_vector, search_open, search_late, search_narrows, search_lexeme, search_any, search_said, search_next, search_count, search_store,
	search_forget, search_begun, search_sights, search_sight, search_fits, search_walk, search_asked, search_score, search_best, search_lines, ticket_search from public;
grant execute on function ticket_search to tiepdan_app;
grant execute on function search_next, search_store to tiepdan_app, tiepdan_job;

-- Last, because whoever files waits from here on.
create trigger search_forget after update of destroyed_at on ticket for each row
	when (old.destroyed_at is null and new.destroyed_at is not null) execute function search_forget();
