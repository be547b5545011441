-- Files: whose an upload is, what a ticket takes, who sees what, and what is forgotten.
begin;
set search_path = test, tiepdan, public;
select plan(40);

create function pg_temp.begun(p_size bigint default 100, p_address text default 'a', p_form boolean default false) returns uuid
language plpgsql as $$
declare
	v uuid := gen_random_uuid();
begin
	perform upload_begin(v, p_form, p_size, 'anh.jpg', sha256(p_address::bytea), sha256('s'), now());
	return v;
end $$;
create function pg_temp.complete(p_address text default 'a') returns uuid language plpgsql as $$
declare
	v uuid := pg_temp.begun(100, p_address);
begin
	perform upload_complete(v, 90, null);
	return v;
end $$;
create function pg_temp.ready(p_hash text default 'h') returns uuid language plpgsql as $$
declare
	v uuid := pg_temp.complete();
begin
	perform attachment_ready(v, 0, 'image/jpeg', 80, sha256(p_hash::bytea), sha256('t'), 8, 8);
	return v;
end $$;

select id as t, number as n from file('HN-SXD') \gset
select id as t2, number as n2 from file('HN-SXD') \gset
select pg_temp.begun() as a \gset
select pg_temp.complete() as b \gset
select pg_temp.ready() as c \gset

-- Uploads.
select is((select state from upload_show(:'a')), 'uploading', 'an upload begins');
select is((select state || size from upload_show(:'b')), 'checking90', 'and is complete with the size that came');
select lives_ok(format('select upload_complete(%L, 5, null)', :'b'), 'to say so twice is no fault');
select is((select size from upload_show(:'b')), 90::bigint, 'and changes nothing');
select throws_ok('select * from upload_show(gen_random_uuid())', 'TD404', null, 'no upload');
select throws_ok('select upload_drop(gen_random_uuid())', 'TD404', null, 'no upload to drop');
update setting set value = 3 where name = 'uploads_address_most';
select throws_ok('select pg_temp.begun()', 'TD560', null, 'an address has as many as it may have');
select lives_ok($$select pg_temp.begun(p_address := 'b')$$, 'another one may');
update setting set value = 0 where name = 'uploads_mib_most';
select throws_ok($$select pg_temp.begun(1048576, 'c')$$, 'TD561', null, 'there is an end to the room');
update setting set value = 1000 where name in ('uploads_mib_most', 'uploads_address_most');

-- Linking.
select throws_ok(format('select tracking_attach(%s, 1, %L, null, null, now(), gen_random_uuid())', :'n', :'a'), 'TD563', null, 'an incomplete upload');
select lives_ok(format('select tracking_attach(%s, 1, %L, null, null, now(), gen_random_uuid())', :'n', :'b'), 'a complete one, whose check runs');
select is((select version from ticket where id = :'t'), 2::bigint, 'is a new version of the ticket');
select lives_ok(format('select tracking_attach(%s, 1, %L, null, null, now(), gen_random_uuid())', :'n', :'b'), 'once more');
select is((select version from ticket where id = :'t'), 2::bigint, 'is nothing');
select throws_ok(format('select tracking_attach(%s, 1, %L, null, null, now(), gen_random_uuid())', :'n2', :'b'), 'TD562', null, 'one upload, one ticket');
select throws_ok(format('select tracking_attach(%s, 2, %L, null, null, now(), gen_random_uuid())', :'n', :'c'), 'TD404', null, 'another secret');
select throws_ok(format('select upload_drop(%L)', :'b'), 'TD564', null, 'what is linked stays');
select is((select array[address is null, author is null] from attachment where id = :'b'), '{f,t}', 'the address is known until it is checked');
select attachment_refuse(:'b', 0, 'virus');
select is((select array[address is null, site is null] from attachment where id = :'b'), '{t,t}', 'and then forgotten');
select is((select reason from upload_show(:'b')), 'virus', 'a linked one may still be refused');
create function pg_temp.told(p_number bigint, p_upload uuid) returns text language plpgsql as $$
declare
	v text;
begin
	perform tracking_attach(p_number, 1, p_upload, null, null, now(), gen_random_uuid());
	return 'ok';
exception when sqlstate 'TD565' then
	get stacked diagnostics v = pg_exception_detail;
	return v;
end $$;
select pg_temp.complete() as refused \gset
select attachment_refuse(:'refused', 0, 'polyglot');
select is(pg_temp.told(:'n2', :'refused')::jsonb, '{"reason": "polyglot"}', 'one that is not linked never will be, and why is told');
select is((select filed_attach(array[:'t2'::uuid, gen_random_uuid()], array[:'c'::uuid, :'a'::uuid], array[now(), now()])), 1::bigint,
	'filings: of a ticket that was not made nothing is linked');
update setting set value = 1 where name = 'attachments_citizen_most';
select throws_ok(format('select tracking_attach(%s, 1, %L, null, null, now(), gen_random_uuid())', :'n2', pg_temp.ready()), 'TD566', null, 'a ticket has enough');

-- Staff.
select enter('officer.HN-TTRA');
select throws_ok(format('select ticket_attach(%L, %L, %L, now(), gen_random_uuid())', :'t', pg_temp.ready(), 'note'), 'TD404', null,
	'who does not see the ticket');
select enter('coordinator.HN-EIC');
select throws_ok(format('select ticket_attach(%L, %L, %L, now(), gen_random_uuid())', :'t', pg_temp.ready(), 'note'), 'TD403', null,
	'who does not hold it');
select enter('officer.HN-SXD');
select lives_ok(format('select ticket_attach(%L, %L, %L, now(), gen_random_uuid())', :'t', pg_temp.ready(), 'note'), 'who holds it');
set local role tiepdan_app;
select is((select count(*) from attachment where ticket = :'t'), 2::bigint, 'an officer sees the note');
reset role;
select enter('leader.HN-EIC');
set local role tiepdan_app;
select is((select count(*) from attachment where ticket = :'t'), 1::bigint, 'a leader does not');
select is((select count(*) from attachment where ticket is null), 0::bigint, 'uploads of nobody are not seen');
reset role;
select is(json_array_length(attachments_tracked(:'n', 1)::json->'items'), 1, 'nor does the citizen');

-- Two workers: the lease of the first runs out while it works, and the second has the file from then on.
delete from attachment where state = 'checking';
select upload_complete(pg_temp.begun(100, 'w'), 90, null);
select id as w, attempt as first from attachment_claim(now(), now() + interval '1 min') \gset
select is((select count(*) from attachment_claim(now(), now() + interval '1 min')), 0::bigint, 'a file is with one worker');
select attempt as second from attachment_claim(now() + interval '2 min', now() + interval '3 min') \gset
select is(:second, :first + 1, 'until its lease ends');
select is(attachment_ready(:'w', :first, 'image/jpeg', 80, sha256('late'), null, 8, 8), null, 'who is late says nothing');
select is(coalesce(attachment_refuse(:'w', :first, 'virus'), attachment_later(:'w', :first, now())), null, 'whatever it found');
select is((select array[state, attempts::text] from attachment where id = :'w'), '{checking,2}', 'and the second goes on');
select is(attachment_ready(:'w', :second, 'image/jpeg', 80, sha256('h'), null, 8, 8), true, 'to its end');

-- Forgetting.
select is(forget_uploads(now() + interval '23 h', 100), 0::bigint, 'a day is left');
select ok(forget_uploads(now() + interval '25 h', 100) > 2, 'then what nobody wants goes');
select is((select count(*) from attachment where ticket is null), 0::bigint, 'all of it');
select is((select array_agg(encode(hash, 'escape')) from files_unknown(null, array[sha256('h'), sha256('t'), 'x'::bytea])), '{x}',
	'files whose content is still referred to are known');
select * from finish();
rollback;
