-- What strangers may take of the room for files and of the one who checks them: it has an end, and others still get theirs.
begin;
set search_path = test, tiepdan, public;
select plan(32);

create function pg_temp.begun(p_address text, p_site text default null, p_size bigint default 10485760) returns uuid language plpgsql as $$
declare
	v uuid := gen_random_uuid();
begin
	perform upload_begin(v, false, p_size, 'anh.jpg', sha256(p_address::bytea), sha256(coalesce(p_site, p_address)::bytea), now());
	return v;
end $$;
create function pg_temp.complete(p_address text, p_size bigint default 100, p_site text default null) returns uuid language plpgsql as $$
declare
	v uuid := pg_temp.begun(p_address, p_site);
begin
	perform upload_complete(v, p_size, null);
	return v;
end $$;
create function pg_temp.taken() returns int language sql as $$
	select round(uploads_taken() * (select value from setting where name = 'uploads_mib_most') * 1024)
$$;
create function pg_temp.set(p_name text, p_value int) returns void language sql as $$
	update setting set value = p_value where name = p_name
$$;

-- Room. Announcing costs nothing, and takes little.
select pg_temp.set('uploads_mib_most', 10);
select pg_temp.begun('a') as a \gset
select is(pg_temp.taken(), 256, 'an upload that has begun takes a share, not what it announces');
select uploads_seen(array[:'a'::uuid], array[1048576], array[now()], now());
select is(pg_temp.taken(), 1280, 'and what has arrived of it');
select upload_complete(:'a', 2097152, null);
select is(pg_temp.taken(), 2048, 'a complete one what came');
select attachment_ready(:'a', 0, 'image/png', 4194304, sha256('h'), null, 8, 8);
select is(pg_temp.taken(), 4096, 'or what is kept of it, when that is more');
select attachment_refuse(pg_temp.complete('a', 4194304), 0, 'broken');
select is(pg_temp.taken(), 4096, 'a refused one nothing');
select pg_temp.begun('b') as b \gset
select pg_temp.complete('c', 7340032);
select throws_ok($$select pg_temp.begun('d', p_size := 1)$$, 'TD561', null, 'there is no room');
select throws_ok(format('select * from upload_go_on(%L)', :'b'), 'TD561', null, 'also not for what has begun');
select pg_temp.set('uploads_mib_most', 1000);
select is((select size from upload_go_on(:'b')), 10485760::bigint, 'there is again');
select throws_ok('select * from upload_go_on(gen_random_uuid())', 'TD404', null, 'no upload to go on with');

-- What stands still is forgotten, what moves is not.
select pg_temp.begun('e') as e \gset
select is((select array_agg(id order by id) from uploads_on_their_way(10)), (select array_agg(x order by x) from unnest(array[:'b', :'e']::uuid[]) x),
	'those on their way');
select is(uploads_seen(array[:'b', :'e']::uuid[], '{5,0}', array[now(), null], now() + interval '14 min'), 0::bigint, 'a quarter of an hour is left');
select is((select arrived from attachment where id = :'b'), 5::bigint, 'what has arrived is known');
select is(uploads_seen(array[:'b', :'e']::uuid[], '{5,0}', array[now() + interval '5 min', null], now() + interval '16 min'), 1::bigint,
	'then what has not moved');
select is((select array_agg(id) from uploads_on_their_way(10)), array[:'b']::uuid[], 'is gone, and the other is not');
select is(uploads_seen(array_agg(id), '{0}', array[null::timestamptz], now() + interval '1 h'), 0::bigint, 'nor what is complete by now')
	from attachment where address = sha256('c');

-- An address, and the site of many addresses.
delete from attachment;
select pg_temp.set('uploads_address_most', 4);
select count(pg_temp.begun('a')) from generate_series(1, 4);
select throws_ok($$select pg_temp.begun('a')$$, 'TD560', null, 'an address has as many as it may have');
select count(pg_temp.begun('s' || n, 's')) from generate_series(1, 16) n;
select throws_ok($$select pg_temp.begun('s17', 's')$$, 'TD560', null, 'a site as many as four addresses, whichever they are');
select lives_ok($$select pg_temp.begun('b')$$, 'another one may');
delete from attachment;
select pg_temp.complete('x', 600 * 1048576::bigint);
select count(pg_temp.begun('a')) from generate_series(1, 2);
select throws_ok($$select pg_temp.begun('a')$$, 'TD560', null, 'the fuller the room, the fewer');
select lives_ok($$select pg_temp.begun('b')$$, 'for those who have none there is still some');
select is(forget_uploads(now() + interval '2 h', 10), 0::bigint, 'there is time for what is there');
select upload_complete(pg_temp.begun('b'), 200 * 1048576::bigint, null);
select ok(forget_uploads(now() + interval '2 h', 10) > 0, 'less when room gets scarce');
delete from attachment;

-- A ticket that takes a file does not make its sender a new one before it is checked.
select id as t, number as n from file('HN-SXD') \gset
select pg_temp.complete('a') as a \gset
select lives_ok(format('select tracking_attach(%s, 1, %L, null, null, now(), gen_random_uuid())', :'n', :'a'), 'linked');
select count(pg_temp.begun('a')) from generate_series(1, 3);
select throws_ok($$select pg_temp.begun('a')$$, 'TD560', null, 'it still counts');
select attachment_ready(:'a', 0, 'image/png', 3000000, sha256('h'), null, 8, 8);
select lives_ok($$select pg_temp.begun('a')$$, 'until it is checked');
select is((select num_nonnulls(address, site) from attachment where id = :'a'), 0, 'from then on nobody knows whose it was');

-- There is an end to what tickets have, too.
select is(attachments_count(10), 1::bigint, 'files of citizens are counted');
select is(attachments_count(10), 0::bigint, 'once');
select is((select bytes from attachment_total), 3000000::bigint, 'with what is kept of them');
select pg_temp.set('attachments_mib_most', 2);
select throws_ok($$select pg_temp.begun('z')$$, 'TD561', null, 'and have an end');

-- The next to be checked is of whoever has the fewest.
select pg_temp.set('attachments_mib_most', 200);
select pg_temp.set('uploads_address_most', 40);
delete from attachment;
insert into attachment (id, at, state, form, size, address, site)
	select ('00000000-0000-0000-0000-00000000000' || n)::uuid, now() - interval '1 h' + n * interval '1 s', 'checking', true, 1, sha256(a::bytea), sha256(s::bytea)
	from (values (1, 'a', 's'), (2, 'b', 's'), (3, 'c', 's'), (4, 'd', 'd'), (5, 'e', 'e')) v (n, a, s);
create function pg_temp.order_of(p_first timestamptz) returns text language plpgsql as $$
declare
	v text := '';
begin
	for i in 1 .. 5 loop
		v := v || (select right(id::text, 1) from attachment_claim(p_first + i * interval '4 s', 'infinity'));
	end loop;
	update attachment set lease_until = '-infinity', attempts = 0;
	return v;
end $$;
select is(pg_temp.order_of(to_timestamp(4001)), '45123', 'who sent three waits for those who sent one');
select is(pg_temp.order_of(to_timestamp(4000)), '12345', 'but not for ever');
select * from finish();
rollback;
