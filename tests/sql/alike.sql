-- Likely duplicates: the follower of the feed, who is found among whom, bursts, and the decision that makes one case of them.
begin;
set search_path = test, tiepdan, public;
select no_plan();
create temp table t as select n, f.id, f.number from generate_series(1, 120) n, file(case n when 110 then 'UB-00316' else 'HN-SXD' end,
	case n when 111 then 'denunciation' when 112 then 'private' else 'public' end, p_at := now() - (130 - n) * interval '1 minute') f;
create function pg_temp.t(n int) returns uuid language sql as $$ select id from t where t.n = $1 $$;
-- Everything that waits, as the server would store it: n tickets with the key 7, and each with one of its own.
create function pg_temp.follow(p_limit bigint default 1000) returns bigint language sql as $$
	with e as materialized (select * from alike_next(now(), p_limit)), f as (select * from e where ticket is not null)
	select alike_store((select min(after_xid) from e), (select min(after_id::text)::uuid from e), l.xid, l.id, (select count(*) from e),
		(select array_agg(ticket) from f), (select array_agg(5) from f), (select array_agg(1) from f), (select array_agg('n lang'::text) from f),
		(select array_agg(decode(repeat('0a', 128), 'hex')) from f), (select array_agg(k.ticket) from f k, generate_series(1, 2)),
		(select array_agg(case g when 1 then 7 else abs(hashtextextended(k.ticket::text, 0)) end) from f k, generate_series(1, 2) g), now())
	from (select xid, id from e order by xid::xid8 desc, id desc limit 1) l
$$;
-- Filings of this transaction are not in the feed yet: as if another one had written them.
set local session_replication_role = replica;
update event set xid = '5';
set local session_replication_role = origin;

select is((select count(*) from alike_next(now(), 1000) where ticket is not null), 119::bigint, 'filings are followed, a denunciation is not');
select is((select count(*) from alike_next(now() + interval '31 days', 1000) where ticket is not null), 0::bigint, 'nor what is too old');
select is(pg_temp.follow(50), 50::bigint, 'in portions');
select is((select count(*) from ticket_alike) between 1 and 50, true, 'a portion is stored');
select is(pg_temp.follow(), (select count(*) - 50 from event), 'and the rest');
select is(pg_temp.follow(), null, 'then there is nothing');
select is(array[(select count(*) from ticket_alike), (select count(*) from ticket_alike_key)], '{119,238}', 'each ticket with its keys');
select is((select count(*) from ticket_alike where area = '00316' and family = 'roads' and cell = 5 and event is null), 119::bigint, 'as it was filed');
select is(alike_store('1', nobody(), '9', nobody(), 7, '{}', '{}', '{}', '{}', '{}', '{}', '{}', now()), 0::bigint, 'who is late stores nothing');
update alike_cursor set xid = '4000000000000';
select is((select count(*) from alike_next(now(), 1000) where ticket is not null), 119::bigint, 'a cursor of another cluster begins anew');
select is(pg_temp.follow() > 119, true, 'and what is there is left alone');
select is((select count(*) from ticket_alike_key), 238::bigint, 'no key is doubled');

-- Looking up.
select enter('officer.HN-SXD');
select is((select count(*) from alike_look(pg_temp.t(60))) between 60 and 120, true, 'bounded candidates');
select is((select ticket from alike_look(pg_temp.t(60)) limit 1), pg_temp.t(60), 'itself first');
select is(substr(alike_facts(pg_temp.t(60)), 11, 16), uuid_send(pg_temp.t(60)), 'and so it is packed');
select is(length(alike_facts(pg_temp.t(60))), (select sum(10 + length(alike_fact_of(a)))::int from alike_look(pg_temp.t(60)) l join ticket_alike a using (ticket)),
	'with the same facts');
select is(attempt($$select alike_facts(pg_temp.t(110))$$), 'TD404', 'packed neither: of another department''s nothing');
select is(attempt($$select alike_facts(pg_temp.t(111))$$), 'TD404', 'of a denunciation nothing');
select is(attempt($$select alike_look(pg_temp.t(110))$$), 'TD404', 'of another department''s nothing');
select is(attempt($$select alike_look(pg_temp.t(111))$$), 'TD404', 'of a denunciation nothing');
select is((select array_agg(detail) from alike_shown(pg_temp.t(60), array[pg_temp.t(61), pg_temp.t(110), pg_temp.t(111), pg_temp.t(62)],
	'{a,b,c,d}', 5)), '{a,d}', 'of others only what is seen');
select is((select array_agg(detail) from alike_shown(pg_temp.t(60), array[pg_temp.t(111), pg_temp.t(61), pg_temp.t(62), pg_temp.t(63)],
	'{a,b,c,d}', 2)), '{b,c}', 'and not more than are asked for');
select is((select max(lon_e6) from alike_look_public(now(), '00316', 'roads.surface', 'roads', null, '{7}')), 105800000::bigint, 'with the place as it is shown');
select is((select count(*) > 0 from alike_look_public(now(), null, null, null, 21160004200, '{}')), true, 'by the square of the place as it is shown');
select is((select count(*) from alike_look_public(now(), null, null, null, 5, '{}')), 0::bigint, 'not by that of the place itself');
-- More than are scored: a hundred just before in the ward, and thirteen far off in each square. The 25 nearest with the name, of which
-- one is itself, are older and stay.
savepoint many;
insert into ticket_alike (ticket, filed_at, area, category, family, urgent, lon, lat, cell, matters, marks, signature, keys)
	select gen_random_uuid(), a.filed_at - n * interval '1 ms', a.area, a.category, a.family, false, p.lon, p.lat, p.cell, 0, '', a.signature, '{}'
	from ticket_alike a, (select n, null::bigint as cell, null::float8 as lon, null::float8 as lat from generate_series(1, 100) n
		union all select 100 + n, c, 105.806, 21 from generate_series(1, 13) n, unnest(alike_cells(5)) c) p where a.ticket = pg_temp.t(119);
create temp table chosen as select c from ticket_alike a, unnest(alike_candidates(a, a.filed_at, null)) c where a.ticket = pg_temp.t(119);
select is((select array[count(*), count(*) filter (where a.keys @> '{7}')] from chosen join ticket_alike a on a.ticket = c), '{64,24}',
	'of many those that look most alike');
rollback to many;
update ticket_alike set (marks, matters, fact, fact_public) = ('n lang;l 46;h 3;b 32;u 9;g ham kho', 7, null, null) where ticket = pg_temp.t(60);
select is((select concat_ws(' | ', marks, matters, encode(signature, 'hex') = repeat('ff', 128)) from alike_look_public(now() - interval '70 minutes',
	'00316', 'roads.surface', 'roads', null, '{}') where ticket = pg_temp.t(60)), 'n lang;b 32;g ham kho | 0 | t', 'of what was written only names');
select is(array[position('ham kho'::bytea in f) > 0, position('h 3'::bytea in f) > 0, position('l 46'::bytea in f) > 0,
		position((select substr(signature, 1, 64) from ticket_alike where ticket = pg_temp.t(60)) in f) > 0], '{t,f,f,f}', 'packed neither')
	from alike_facts_public(now() - interval '70 minutes', '00316', 'roads.surface', 'roads', null, '{}', 0) f;
select is(position(int4send(105800000) in alike_facts_public(now(), '00316', 'roads.surface', 'roads', null, '{7}', 0)) > 0, true, 'with the place as it is shown');
select is(length(alike_packed(nobody(), now(), false, 0, '', 'a', 'b', 'c', repeat('𠀀', 40000))), 44 + 3 + 4000, 'marks have a bound');
update category set public_point = 'none' where code = 'roads.surface';
select is((select count(*) from alike_look_public(now(), null, null, null, 21160004200, '{}')), 0::bigint, 'by no square where no place is shown');
select is((select max(lon_e6) from alike_look_public(now(), '00316', 'roads.surface', 'roads', null, '{7}')), null, 'or without');
select is(position(int4send(105800000) in alike_facts_public(now(), '00316', 'roads.surface', 'roads', null, '{7}', 0)), 0, 'packed neither');
select force_state(pg_temp.t(5), 'answered');
select is((select array_agg(detail) from alike_joinable(array[pg_temp.t(4), pg_temp.t(5), pg_temp.t(112), pg_temp.t(6)], '{a,b,c,d}', null, null, 5)),
	'{a,d}', 'what is open and public can be joined');
select is((select array_agg(detail) from alike_joinable(array[pg_temp.t(112), pg_temp.t(111), pg_temp.t(110), pg_temp.t(4), gen_random_uuid()],
	'{a,b,c,d,e}', null, null, 1)), '{c}', 'not more than are asked for');
select is((select title from alike_joinable(array[pg_temp.t(4)], '{a}', null, null, 5)), null, 'its title is told once somebody has accepted it');

-- Events.
select is((select count(distinct one) from alike_waiting(10)), 10::bigint, 'tickets without an event, a portion');
select is((select count(distinct substr(f, 11, 16)) from alike_ungrouped(10) f), 10::bigint, 'packed as well');
select is((select count(*) from alike_waiting(1)), 1::bigint, 'the first has nobody before it');
select is(alike_group(array_agg(pg_temp.t(n) order by n), array_agg(case when n not in (1, 103) then pg_temp.t(case when n < 103 then 1 else 103 end) end order by n)),
	105::bigint, 'grouped') from generate_series(1, 105) n;
select is((select count(distinct event) from ticket_alike where event is not null), 2::bigint, 'two events');
select is(alike_group(array[pg_temp.t(2)], array[pg_temp.t(104)]), 1::bigint, 'grouped again');
select is((select event from ticket_alike where ticket = pg_temp.t(2)), pg_temp.t(1), 'changes nothing');
select enter('hub_head.HN-EIC');
create function pg_temp.bursts(p_after text, p_limit bigint) returns jsonb language sql as $$
	select jsonb_agg(item::jsonb || jsonb_build_object('key', key)) from alike_clusters(now() - interval '1 day', p_after, p_limit, 200)
		where item is not null
$$;
select is((select array_agg(b->>'tickets') from jsonb_array_elements(pg_temp.bursts(null, 10)) b), '{101,3}', 'bursts: most tickets first, without what is done');
select is(pg_temp.bursts(pg_temp.bursts(null, 1)->0->>'key', 10)->0->>'tickets', '3', 'page by page');
select is(alike_clusters(now(), null, 10, 200), null, 'of the last hours');

-- A hundred reports of one storm become one case.
create temp table said (body jsonb, etag text);
grant all on said to public;
create function pg_temp.gather(p_who text, p_into int, p_tickets uuid[], p_version bigint default null) returns jsonb language plpgsql as $$
begin
	perform enter(p_who);
	return (select body::jsonb || jsonb_build_object('etag', etag) from tickets_gather(pg_temp.t(p_into), coalesce(p_version, (select version from ticket
		where id = pg_temp.t(p_into))), p_tickets, array_fill(null::bigint, array[cardinality(p_tickets)]), array_fill(null::text,
		array[cardinality(p_tickets)]), array(select gen_random_uuid() from unnest(p_tickets)), 'Cùng một cây đổ.', now(),
		'{TD404,TD409,TD615,TD482,TD403}', array(select format('{"status":%s,"type":"%s"}', right(x, 3), x) from
			unnest('{a404,b409,c422,d409,e403}'::text[]) x)));
end $$;
insert into said (body) select pg_temp.gather('hub_head.HN-EIC', 1, array(select pg_temp.t(n) from generate_series(2, 102) n where n <> 5)
	|| array[pg_temp.t(5), pg_temp.t(1), pg_temp.t(111), pg_temp.t(112)]);
select is((select array[body->>'done', body->>'refused', body->>'supporters'] from said), '{100,4,100}', 'one case with a hundred supporters');
select is((select array_agg(i->'problem'->>'type' order by ord) from said, jsonb_array_elements(body->'items') with ordinality x (i, ord) where i ? 'problem'),
	'{b409,c422,a404,d409}', 'each for itself: what is answered, itself, what is not seen, what others see');
select is((select count(*) from ticket_merge where into_ticket = pg_temp.t(1) and kind = 'merged' and person = caller_account()), 100::bigint, 'each is an edge');
select is((select body->>'etag' from said), (select version::text from ticket where id = pg_temp.t(1)), 'with the version that it has now');
select is((select array_agg(b->>'tickets') from jsonb_array_elements(pg_temp.bursts(null, 10)) b), '{3}', 'the burst is no more');
select is((select array_agg(merged) from alike_shown(pg_temp.t(1), array(select pg_temp.t(n) from generate_series(2, 20) n where n <> 5),
	array_fill('x'::text, array[18]), 5)), '{t}', 'and is shown as one');
select lives_ok($$select move('hub_head.HN-EIC', pg_temp.t(50), 'unmerge')$$, 'each can be taken back');
select is(supporters_of(pg_temp.t(1)), 99::bigint, 'and only that one');
select is(attempt($$select pg_temp.gather('hub_head.HN-EIC', 103, array[pg_temp.t(104)], 99)$$), 'TD412', 'another version');
select is(attempt($$select pg_temp.gather('officer.HN-SXD', 110, array[pg_temp.t(104)])$$), 'TD404', 'what is not seen gathers nothing');
select is(pg_temp.gather('officer.HN-SXD', 103, array[pg_temp.t(104)])->>'done', '0', 'who may not merge gathers nothing');

-- Clusters follow their tickets by the feed: what is closed or moved out of sight counts no more, what opens again does.
create function pg_temp.counts() returns text language sql as $$
	select string_agg(format('%s of %s', tickets, (select n from t where id = event)), ', ' order by tickets desc) from alike_cluster
$$;
create function pg_temp.happens(variadic p_tickets int[]) returns void language plpgsql as $$
begin
	set local session_replication_role = replica;
	insert into event (id, at, ticket, type, actor_kind, xid, hash)
		select gen_random_uuid(), now(), pg_temp.t(n), 'ticket.noted', 'job', (x.last::text::bigint + 1)::text::xid8, sha256('') from unnest(p_tickets) n,
			(select max(xid) as last from event where xid < pg_snapshot_xmin(pg_current_snapshot())) x;
	set local session_replication_role = origin;
end $$;
create function pg_temp.exact() returns boolean language sql as $$
	select not exists (select event, tickets, last_at from alike_cluster except
			select event, count(*), max(filed_at) from ticket_alike where counted group by event)
		and (select sum(tickets) from alike_cluster) = (select count(*) from ticket_alike where counted)
$$;
select is(pg_temp.counts(), '101 of 1, 3 of 103', 'a hundred are merged, and nobody has followed yet');
select is((select array_agg(item::json->>'tickets') from alike_clusters(now() - interval '1 day', null, 10, 200)), '{2,3}', 'but the list tells what is open now');
select pg_temp.happens(variadic array(select generate_series(1, 102)));
select pg_temp.follow();
select is(pg_temp.counts(), '3 of 103, 2 of 1', 'then the case counts, and what was taken back');
select force_state(pg_temp.t(5), 'in_progress'), force_state(pg_temp.t(6), 'in_progress'), force_state(pg_temp.t(103), 'closed');
select pg_temp.happens(5, 6, 103, 111);
select pg_temp.follow();
select is(pg_temp.counts(), '4 of 1, 2 of 103', 'what opens again, not what is closed');
set local session_replication_role = replica;
update ticket set sight = 'confidential' where id = pg_temp.t(50);
insert into ticket_against select pg_temp.t(6), department from account where login = 'officer.ub-00316';
set local session_replication_role = origin;
select pg_temp.happens(50, 6, 104);
select pg_temp.follow();
select is(pg_temp.counts(), '2 of 103, 2 of 1', 'neither what nothing can be merged with');
select is(alike_group(array[pg_temp.t(106), pg_temp.t(107)], array[pg_temp.t(104), null]), 2::bigint, 'another report');
select is(pg_temp.counts(), '3 of 103, 2 of 1, 1 of 107', 'is counted at once');
select ok(pg_temp.exact(), 'so are all');
select is((select array_agg(event order by ord) from (select (item::json->>'id')::uuid as event, ord from alike_clusters(now() - interval '1 day', null, 10, 2)
	with ordinality x (item, key, ord)) x), array[pg_temp.t(103), pg_temp.t(1)], 'one alone is no burst');
select is((select (item::json->>'last_at')::timestamptz from alike_clusters(now() - interval '1 day', null, 1, 2) limit 1),
	(select date_trunc('milliseconds', filed_at) from ticket where id = pg_temp.t(106)), 'with the last of them');


-- What is too old goes.
select lives_ok($$select alike_forget(now() - interval '60 minutes', 1000)$$, 'forgotten');
select is((select min(filed_at) >= now() - interval '60 minutes' from ticket_alike), true, 'what is older');
select is((select count(*) from ticket_alike_key), (select 2 * count(*) from ticket_alike), 'with its keys');
select is(pg_temp.counts(), '3 of 103, 1 of 107', 'and no longer counted');
select ok(pg_temp.exact(), 'each');

-- Nobody reads the tables.
set local role tiepdan_app;
select throws_ok('select * from tiepdan.ticket_alike', '42501', null, 'the tables are the owner''s');
reset role;
select * from finish();
rollback;
