-- Saved filters: whose they are, who sees them, and what they do to the queue.
begin;
set search_path = test, tiepdan, public;
select plan(19);
create function pg_temp.id(n int) returns uuid language sql as $$ select format('00000000-0000-0000-0000-%s', lpad(n::text, 12, '0'))::uuid $$;
create function pg_temp.seen() returns text[] language sql as $$ select array(select item::json->>'name' from filter_list(null, 50)) $$;
create function pg_temp.queue(p_filter uuid, p_states text[] default null, p_person uuid default null, p_unassigned boolean default false)
returns setof uuid language sql as $$
	select (item::json->>'id')::uuid from ticket_queue(p_filter, p_states, null, null, null, null, null, null, false, p_person, p_unassigned, null,
		now(), now(), null, 100)
$$;
create temp table t as select (file('HN-SXD')).id;
create temp table u as select (file('HN-SXD')).id;
select move('officer.HN-SXD', (select id from t), 'accept'), move('officer.HN-SXD', (select id from t), 'claim');
grant select on t, u to tiepdan_app;
select account_save('officer2.hn-sxd', 'Officer 2', 'HN-SXD', '{officer}');
insert into session (id, account, expires_at) select id, id, now() + interval '1 day' from account where login = 'officer2.hn-sxd';

select enter('officer.HN-SXD');
select filter_make(pg_temp.id(1), 'của tôi', true, filter_query(null, null, null, null, null, null, null, true, null, false, null), now());
select filter_make(pg_temp.id(2), 'chưa giao', false, filter_query('{submitted,accepted}', null, 'roads', null, null, null, null, false, null, true, 'filed'), now());
select is((select query from saved_filter where id = pg_temp.id(2)),
	'{"state": ["submitted", "accepted"], "category": "roads", "unassigned": true, "sort": "filed"}'::jsonb, 'only what was given is kept');
select is(attempt('select filter_make(gen_random_uuid(), ''của tôi'', false, ''{}'', now())'), 'saved_filter_name', 'a name once');
select is(attempt('select filter_make(gen_random_uuid(), '''', false, ''{}'', now())'), 'saved_filter_name_length', 'a filter has a name');
select is(pg_temp.seen(), '{"chưa giao","của tôi"}', 'one''s own');
select results_eq('select pg_temp.queue(pg_temp.id(1))', 'table t', 'mine');
select results_eq('select pg_temp.queue(pg_temp.id(2))', 'table u', 'nobody''s');
select is_empty('select pg_temp.queue(pg_temp.id(1), ''{submitted}'')', 'what is given beside it comes in addition');
select results_eq('select pg_temp.queue(pg_temp.id(2), ''{in_progress}'', caller_account())', 'table t', 'or instead: whose tickets, and the states');

select enter('officer2.HN-SXD');
select is(pg_temp.seen(), '{"của tôi"}', 'colleagues see what is shared');
select is_empty('select pg_temp.queue(pg_temp.id(1))', 'where mine is whoever uses it');
select is(attempt('select pg_temp.queue(pg_temp.id(2))'), 'TD404', 'and not what is not shared');
select is(attempt('select filter_change(pg_temp.id(1), 1, ''x'', true, ''{}'', now())'), 'TD404', 'nor do they change it');
select is(attempt('select filter_remove(pg_temp.id(1), 1)'), 'TD404', 'or remove it');
select enter('officer.HN-TTRA');
select is(attempt('select pg_temp.queue(pg_temp.id(1))'), 'TD404', 'another department sees nothing of it');

select enter('officer.HN-SXD');
select is(attempt('select filter_change(pg_temp.id(1), 7, ''x'', true, ''{}'', now())'), 'TD412', 'the version counts');
select is((select etag from filter_change(pg_temp.id(1), 1, 'x', false, '{}', now())), '2', 'changed');
select filter_make(gen_random_uuid(), 'f' || n, false, '{}', now()) from generate_series(3, 50) n;
select is(attempt('select filter_make(gen_random_uuid(), ''f51'', false, ''{}'', now())'), 'TD460', 'fifty');
select is(attempt('select filter_remove(pg_temp.id(1), 1)'), 'TD412', 'here as well');
select filter_remove(pg_temp.id(1), 2);
select is(attempt('select filter_make(gen_random_uuid(), ''f51'', false, ''{}'', now())'), 'ok', 'until one is removed');
select * from finish();
rollback;
