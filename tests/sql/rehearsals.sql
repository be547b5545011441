-- Rehearsals: who asks for one, one at a time, what the job worker stores with how far it came, what ends one, and who reads which examples.
begin;
set search_path = test, tiepdan, public;
select plan(46);
create function pg_temp.id(n int) returns uuid language sql as $$ select format('00000000-0000-0000-0000-%s', lpad(n::text, 12, '0'))::uuid $$;
create function pg_temp.save(n int, p_version bigint default null) returns text language sql as $$
	select etag from rule_set_save(pg_temp.id(n), p_version, 'routing', 'Thử nghiệm', 'rule a when always then tag x', 1, '{}', '{}', '{}', '{}', '{}',
		gen_random_uuid())
$$;
create function pg_temp.ask(n int, p_set int, p_tickets bigint default 10) returns json language sql as $$
	select rehearsal_ask(pg_temp.id(n), pg_temp.id(p_set), p_tickets, gen_random_uuid())::json
$$;
create function pg_temp.begin(n int, p_names text[] default '{a,b,c}') returns boolean language sql as $$
	select rehearsal_begin(pg_temp.id(n), (select id from rule_set where state = 'active'), p_names)
$$;
create function pg_temp.taken(p_known int default null) returns text language sql as $$
	select concat_ws(' ', right(id::text, 2), running, text) from rehearsal_take(case when p_known > 0 then pg_temp.id(p_known) end)
$$;
create function pg_temp.state(n int) returns text language sql as $$
	select concat_ws(' ', state, fault, done || '/' || total) from rehearsal where id = pg_temp.id(n)
$$;
-- Stores the next tickets as the server does; all of them change from one department to another.
create function pg_temp.store(n int, p_limit bigint, p_used bigint[] default '{}', p_active uuid default pg_temp.id(1)) returns boolean language sql as $$
	with r as (select *, ordinality as i from rehearsal_read(pg_temp.id(n), p_limit) with ordinality)
	select rehearsal_store(pg_temp.id(n), p_active, min(filed_to), min(ticket_to::text)::uuid, (array_agg(filed_at order by i desc))[1],
		(array_agg(ticket order by i desc))[1], count(*), 1, array_agg(i - 1), array_agg(ticket order by i),
		array_agg((select id from department where code = 'HN-SXD')), array_agg((select id from department where code = 'HN-STC')),
		array_agg(case when i > 1 then 'a' end order by i), array_agg(true), array_agg(i = 1 order by i), array_agg(false), array_agg(false), p_used,
		array_agg(i = 2 order by i)) from r
$$;
create function pg_temp.examples(n int, p_from text default null, p_to text default null, p_after text default null, p_limit int default 10)
returns setof text language sql as $$
	select item::json->>'id' from rehearsal_examples(pg_temp.id(n), p_from, p_to, p_after, p_limit)
$$;
select account_save('boss', 'Admin', 'HN-EIC', '{admin}');
insert into session (id, account, expires_at) select id, id, now() + interval '1 day' from account where login = 'boss';
create temp table t as select n, f.id from generate_series(1, 4) n, file('HN-SXD', case n when 2 then 'denunciation' else 'public' end) f;
set session_replication_role = replica;
update ticket set filed_at = now() - interval '1 h' * n from t where t.id = ticket.id;
set session_replication_role = origin;
grant select on t to tiepdan_app;
create function pg_temp.t(n int) returns uuid language sql as $$ select id from t where t.n = $1 $$;

select rule_set_import(pg_temp.id(1), 'city.rules', 'rule x when kind = press then tag a', 1, '{}', '{}', '{}', '{}', '{}');
select enter('boss');
select is(pg_temp.save(2) || pg_temp.save(3), '11', 'two drafts');
select enter('coordinator.HN-EIC');
select is(attempt('select pg_temp.ask(10, 2)'), 'TD403', 'the hub asks for no rehearsal');
select enter('boss');
select is(attempt('select pg_temp.ask(10, 9)'), 'TD404', 'nor anybody for one of no set');
select is(attempt('select pg_temp.ask(10, 2, 0)') || attempt('select pg_temp.ask(10, 2, 100001)'), 'rehearsal_ticketsrehearsal_tickets', 'of so many tickets');
select is(pg_temp.ask(10, 2)->>'state', 'waiting', 'an administrator asks');
select is(attempt('select pg_temp.ask(11, 2)'), 'rehearsal_one_of_a_set', 'once');
select is(pg_temp.ask(12, 3, 2)->'rule_set'->>'number', '3', 'and for one of another set');
reset role;
select is((select count(*) from event where type = 'rules.rehearsed'), 2::bigint, 'each is an event');

select is(pg_temp.taken(), '10 f rule a when always then tag x', 'who came first is first');
select is(pg_temp.taken(10), '10 f', 'its text is read once');
select ok(not rehearsal_begin(pg_temp.id(10), pg_temp.id(2), '{}'), 'not with another set than the one that is active');
select ok(pg_temp.begin(10), 'it begins');
select is(pg_temp.state(10), 'running 0/3', 'with what there is');
select ok(not pg_temp.begin(12) and not pg_temp.begin(10), 'one at a time, and once');
select is((select array_agg(t.n order by r.ordinality) from rehearsal_read(pg_temp.id(10), 9) with ordinality r join t on t.id = r.ticket),
	'{1,3,4}', 'the newest first, without the denunciation');
select ok(pg_temp.store(10, 2, '{1}'), 'a portion');
select is(pg_temp.state(10), 'running 2/3', 'moves it on');
select is((select string_agg(name, ' ' order by place) from rehearsal_rule), 'a c', 'rules that had a say are no longer unused');
select ok(not rehearsal_store(pg_temp.id(10), pg_temp.id(1), now(), pg_temp.id(1), now(), pg_temp.id(1), 1, 0, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}'),
	'who has read the same before stores nothing');
select is(pg_temp.state(10), 'running 2/3', 'and ends nothing');
select ok(not pg_temp.store(10, 3, p_active := pg_temp.id(2)) and pg_temp.state(10) = 'running 2/3', 'nor does who has compared with another set');
select ok(pg_temp.store(10, 3), 'the rest');
select is_empty('select from rehearsal_read(pg_temp.id(10), 3)', 'there is no more');
select ok(rehearsal_finish(pg_temp.id(10)) and not rehearsal_finish(pg_temp.id(10)), 'it is done');
select is((select concat_ws(' ', changed, departments, levels, profiles, visibilities, cohandlers, undecided) from rehearsal where id = pg_temp.id(10)),
	'3 3 2 0 0 1 2', 'all was counted');
select is((select changes from rehearsal_ticket where ticket = pg_temp.t(3)), '{department,with}', 'and told of the ticket');
select is((select tickets || ' ' || listed from rehearsal_pair), '3 3', 'and listed');

-- Who reads it.
select enter('coordinator.HN-EIC');
set local role tiepdan_app;
select results_eq('select pg_temp.examples(10)', 'select id::text from t where n in (1, 3, 4) order by n', 'the hub reads the examples');
select is((select array_agg(x) from pg_temp.examples(10, p_after := '0', p_limit := 0) x), array[pg_temp.t(3)::text], 'page by page');
select is((select count(*) from pg_temp.examples(10, 'HN-SXD', 'HN-STC')), 3::bigint, 'of a pair');
select is((select count(*) from pg_temp.examples(10, 'HN-STC') union all select count(*) from pg_temp.examples(10, null, 'HN-SXD') limit 1), 0::bigint,
	'and of no other');
select is((select string_agg(concat_ws(' ', item::json->>'changes', item::json->>'rule'), ', ') from rehearsal_examples(pg_temp.id(10), null, null, null, 10)),
	'["department","level"], ["department","with"] a, ["department","level"]', 'what changes, by which rule');
select is((select rehearsal_body(r)::json->'unused'->>'names' from rehearsal r where id = pg_temp.id(10)), '["a", "c"]', 'and the rules without a say');
reset role;
select enter('boss');
set local role tiepdan_app;
select is_empty('select pg_temp.examples(10)', 'an administrator sees no ticket');
select is((select count(*) from rehearsal_pair), 1::bigint, 'but what was counted');
reset role;
select enter('officer.HN-SXD');
set local role tiepdan_app;
select is((select count(*) from rehearsal) + (select count(*) from rehearsal_pair) + (select count(*) from rehearsal_rule)
	+ (select count(*) from rehearsal_ticket), 0::bigint, 'officers read nothing of it');
reset role;

-- What ends one.
select ok(pg_temp.begin(12), 'the next one');
select is(pg_temp.state(12), 'running 0/2', 'of the last two');
update rule_set set made_at = now() + interval '1 s' where id = pg_temp.id(3);
select ok(not pg_temp.store(12, 1) and pg_temp.state(12) = 'failed rules_changed 0/2', 'another text ends it');
select enter('boss');
select pg_temp.ask(13, 3), pg_temp.begin(13);
select rule_set_activate(pg_temp.id(2), 1, gen_random_uuid());
reset role;
select is(concat_ws(', ', coalesce(pg_temp.taken(), 'nothing'), pg_temp.state(13)), 'nothing, failed active_changed 0/3', 'and so does another active set');
select enter('boss');
select pg_temp.ask(14, 1);
reset role;
select is(left(pg_temp.taken(), 4) || pg_temp.taken(14), '14 f14 f', 'it is taken up');
select is((select attempts from rehearsal where id = pg_temp.id(14)), 1, 'which counts, once');
select is((select array_agg(distinct left(pg_temp.taken(), 4)) from generate_series(1, 20)), '{"14 f"}', 'again and again');
select is(coalesce(pg_temp.taken(), 'nothing') || pg_temp.state(14), 'nothingfailed gave_up', 'until it is given up');
select is(rehearsal_forget(now() + interval '1 s', 2), 2::bigint, 'old ones are forgotten');
delete from rule_set where id = pg_temp.id(3);
select is((select array_agg(rule_set) from rehearsal), array[pg_temp.id(1)], 'and those of a draft with it');
select * from finish();
rollback;
