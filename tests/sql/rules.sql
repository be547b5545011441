-- Sets of routing rules: who writes them, which one counts, what they name; tags and flags, and the queue by them.
begin;
set search_path = test, tiepdan, public;
select plan(61);
create function pg_temp.id(n int) returns uuid language sql as $$ select format('00000000-0000-0000-0000-%s', lpad(n::text, 12, '0'))::uuid $$;
create function pg_temp.save(n int, p_version bigint default null, p_text text default 'rule a when kind = feedback then department HN-SXD')
returns text language sql as $$
	select etag from rule_set_save(pg_temp.id(n), p_version, 'routing', 'Thử nghiệm', p_text, 1, '{kind,department}', '{denunciation,HN-STC}',
		'{a,a}', '{f,t}', '{1,1}', gen_random_uuid())
$$;
create function pg_temp.state(n int) returns text language sql as $$ select state || ' ' || version from rule_set where id = pg_temp.id(n) $$;
create function pg_temp.queue(p_tag text, p_flag text default null, p_holder text default null, p_after text default null, p_limit int default 100)
returns setof uuid language sql as $$
	select (item::json->>'id')::uuid from ticket_queue(null, null, null, null, null, null, null, p_holder, false, null, false, null,
		now(), now(), p_after, p_limit, null, null, p_tag, p_flag)
$$;
select account_save('boss', 'Admin', 'HN-EIC', '{admin}');
insert into session (id, account, expires_at) select id, id, now() + interval '1 day' from account where login = 'boss';

select is((select rule_set_import(pg_temp.id(1), 'city.rules', 'rule x when kind = press then tag a', 1, '{kind,tag}', '{press,a}', '{x,x}', '{f,t}',
	'{1,1}')), 1, 'a file is the first set');
select is((select rule_set_import(pg_temp.id(9), 'city.rules', 'rule x when kind = press then tag a', 1, '{}', '{}', '{}', '{}', '{}')), 1,
	'and the same text is no other one');
select is(pg_temp.state(1), 'active 2', 'it counts');
select is((select count(*) from rule_set), 1::bigint, 'once');

select enter('officer.HN-SXD');
select is(attempt('select pg_temp.save(2)'), 'TD403', 'officers write no rules');
select is(attempt('select rule_set_activate(pg_temp.id(1), 2, gen_random_uuid())'), 'TD403', 'nor activate any');
select enter('boss');
select is(pg_temp.save(2), '1', 'an administrator does');
select is(attempt('select pg_temp.save(2, 7)'), 'TD412', 'of the version that was seen');
select is(pg_temp.save(2, 1, 'rule b when kind = praise then tag c'), '2', 'and writes it anew');
select is(attempt('select pg_temp.save(1, 2)'), 'TD570', 'what was active is never written again');
select is(attempt('select rule_set_drop(pg_temp.id(1), 2, gen_random_uuid())'), 'TD570', 'nor dropped');
select is(attempt('select rule_set_take_back(pg_temp.id(1), 2, gen_random_uuid())'), 'TD571', 'there is none before the first');
select is((select body::json->'replaces'->>'number' from rule_set_activate(pg_temp.id(2), 2, gen_random_uuid())), '1', 'the second takes its place');
select is(pg_temp.state(1) || ', ' || pg_temp.state(2), 'retired 3, active 3', 'one counts');
select is(attempt('select rule_set_take_back(pg_temp.id(1), 3, gen_random_uuid())'), 'TD571', 'what does not count is not taken back');
select pg_temp.save(3);
select is(attempt('select rule_set_drop(pg_temp.id(3), 2, gen_random_uuid())'), 'TD412', 'a draft is dropped in its version');
select ok(rule_set_drop(pg_temp.id(3), 1, gen_random_uuid()), 'a draft is dropped');
reset role;
select is((select count(*) from rule_set_name where rule_set = pg_temp.id(3)), 0::bigint, 'with what it named');
select ok(unseen_departments() ~ '(^|, )HN-STC', 'nobody would see what the active set sends there');
select enter('boss');
select is((select body::json->>'number' from rule_set_take_back(pg_temp.id(2), 3, gen_random_uuid())), '1', 'taken back');
select is(pg_temp.state(1) || ', ' || pg_temp.state(2), 'active 4, retired 4', 'the first counts again');
reset role;
select ok(coalesce(unseen_departments(), '') !~ 'HN-STC', 'by the rules that count');
select is((select string_agg(type, ' ' order by type) from event where type like 'rules.%'),
	'rules.activated rules.activated rules.dropped rules.taken_back rules.written rules.written rules.written', 'each change is an event, the import among them');
select is(attempt($$insert into rule_set (id, purpose, number, title, text, rules, state, activated_at) values (gen_random_uuid(), 'routing', 9, 'xxx', '',
	0, 'active', now())$$), 'rule_set_active', 'two cannot count');
select is(attempt($$insert into rule_set (id, purpose, number, title, text, rules) values (gen_random_uuid(), 'routing', 1, 'xxx', '', 0)$$),
	'rule_set_number', 'nor have one number');

create temp table t as select (file('HN-SXD')).id;
create temp table u as select (file('HN-TTRA')).id;
grant select on t, u to tiepdan_app;
select is(ticket_mark(array[(select id from t), (select id from t), (select id from u), pg_temp.id(7)], '{cay_do,gap,cay_do,cay_do}', '{f,t,f,f}'), 3::bigint,
	'tickets are marked that are there');
select is(ticket_mark(array[(select id from t)], '{cay_do}', '{f}'), 0::bigint, 'once');
select enter('officer.HN-SXD');
set local role tiepdan_app;
select results_eq($$select pg_temp.queue('cay_do')$$, 'table t', 'by a tag one finds what one may see');
select results_eq($$select pg_temp.queue('cay_do', 'gap', 'HN-SXD')$$, 'table t', 'with a flag, too, and at a department');
select ok(flag_rarer('cay_do', 'gap') and not flag_rarer('none', 'gap'), 'of two marks the rarer one is followed');
select is_empty($$select pg_temp.queue('cay_do', 'none') union all select pg_temp.queue('none', 'gap')$$, 'and the other one counts as well');
select is_empty($$select pg_temp.queue('cay_do', 'gap', 'HN-TTRA') union all select pg_temp.queue(null, 'gap', 'NOBODY')$$, 'as does who holds it');
select is_empty($$select pg_temp.queue('gap') union all select pg_temp.queue(null, 'cay_do') union all select pg_temp.queue('cay_do', null, 'HN-TTRA')$$,
	'a flag is no tag');
select is((select item::json->>'tags' || (item::json->>'flags') from ticket_queue(null, null, null, null, null, null, null, null, false, null, false,
	null, now(), now(), null, 10) limit 1), '["cay_do"]["gap"]', 'the queue shows both');

-- However common a mark is, a page reads no more than it needs: thirty of two departments, every tenth of the other one.
reset role;
create temp table many as select n, (file(case when n % 10 = 0 then 'HN-TTRA' else 'HN-SXD' end, p_at := now() - n * interval '1 minute',
	p_kind := case n when 29 then 'praise' else 'feedback' end)).id from generate_series(1, 30) n;
grant select on many to tiepdan_app;
select ticket_mark(array_agg(id), array_agg('bao'::text), array_agg(false)) from many;
create function pg_temp.page(p_after text, p_most int, p_kind text default null, p_states text[] default null, p_standing text default null, p_limit int default 5)
returns table (n int, key text) language sql as $$
	select n, key from ticket_queue(null, p_states, p_kind, null, null, null, p_standing, null, false, null, false, null,
		now(), now(), p_after, p_limit, null, null, 'bao', null, p_most) with ordinality q left join many m on m.id = (q.item::json->>'id')::uuid
	order by ordinality
$$;
create function pg_temp.follows() returns boolean language sql as $$
	select bool_and((g.holder, g.sight, g.done) = (t.holder, t.sight, t.done)) from ticket_tag g join ticket t on t.id = g.ticket
$$;
select enter('officer.HN-TTRA');
set local role tiepdan_app;
select results_eq($$select n from pg_temp.page(null, 5)$$, '{10,20,30}'::int[], 'of few among many');
select results_eq($$select ticket from marked('bao', false, null, '{f,t}', 'infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 100)$$,
	$$select id from many where n % 10 = 0 order by n$$, 'no others are read');
select is_empty($$select marked('bao', false, department_id('HN-SXD'), '{f,t}', 'infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 100)$$,
	'nor when another department is asked for');
reset role;
select enter('officer.HN-SXD');
set local role tiepdan_app;
select results_eq($$select n from pg_temp.page(null, 100)$$, '{1,2,3,4,5,6}'::int[], 'filed last first, one more than asked for');
select results_eq($$select n from pg_temp.page((select key from pg_temp.page(null, 100) offset 4 limit 1), 100)$$, '{6,7,8,9,11,12}'::int[], 'page by page');
select results_eq($$select n from pg_temp.page(null, 100, 'praise')$$, '{29}'::int[], 'with a filter it looks farther');
select results_eq($$select n from pg_temp.page(null, 12, 'praise')$$, '{null}'::int[], 'until a page has looked at enough: its last row has no item');
select results_eq($$select n from pg_temp.page((select key from pg_temp.page(null, 12, 'praise')), 100, 'praise')$$, '{29}'::int[], 'and leads on');
select results_eq($$select n from pg_temp.page(null, null, 'praise')$$, '{29}'::int[], 'a server of before goes through them all');
reset role;
select force_state((select id from many where n = 28), 'closed');
update ticket_tag set done = true where ticket = (select id from many where n = 28);
select enter('officer.HN-SXD');
set local role tiepdan_app;
select results_eq($$select n from pg_temp.page(null, 6, null, '{closed}')$$, '{28}'::int[], 'what is done is not looked for among what is open');
select is_empty($$select n from pg_temp.page(null, 100, null, '{closed}', 'overdue')$$, 'nor what is overdue among what is done');
reset role;
select move('officer.HN-SXD', (select id from many where n = 1), 'return');
select ok(pg_temp.follows(), 'marks follow their ticket to another department');
select move('coordinator.HN-EIC', (select id from many where n = 1), 'refuse', p_reason_code := 'out_of_scope');
select ok(pg_temp.follows(), 'and when it is done');
select is((select done from ticket_tag where ticket = (select id from many where n = 1)), true, 'which it is');

-- How much departments have to do.
reset role;
update rule_set set state = 'retired' where state = 'active' and purpose = 'routing' and department is null;
insert into rule_set (id, purpose, number, title, text, rules, state, activated_at) values (pg_temp.id(80), 'routing', 80, 'Quá tải', 'text', 1, 'active', now());
insert into rule_set_name values (pg_temp.id(80), 'department', 'HN-SXD', 'a', false, 1), (pg_temp.id(80), 'department', 'HN-TTRA', 'a', true, 1),
	(pg_temp.id(80), 'department', 'nobody', 'a', false, 1);
select is(department_loads_renew(), 1::bigint, 'the departments of conditions are counted');
select results_eq('select d.code, open from department_load l join department d on d.id = department',
	$$select 'HN-SXD', count(*) from ticket t join department d on d.id = t.holder and d.code = 'HN-SXD' where not done$$, 'with their open tickets');
select is(department_loads_renew(), 0::bigint, 'nothing has changed');
delete from rule_set_name where rule_set = pg_temp.id(80);
select is(department_loads_renew(), 1::bigint, 'nobody asks any more');
select is_empty('table department_load', 'and nothing is kept');

-- Who reads sets, and how many drafts there are.
insert into rule_set (id, purpose, department, number, title, text, rules, state, activated_at)
	select pg_temp.id(90), 'assignment', id, 1, 'Của sở', 'text', 1, 'active', now()
	from department where code = 'HN-SXD';
insert into rule_set_name values (pg_temp.id(90), 'officer', 'secret', 'a', true, 1);
create function pg_temp.seen() returns text language sql as $$
	select concat_ws(' ', bool_or(s.purpose = 'routing' and s.state = 'active'), bool_or(s.purpose = 'routing' and s.state <> 'active'), bool_or(s.id = pg_temp.id(90)),
		exists (select from rule_set_name where code = 'secret')) from rule_set s
$$;
select enter('officer.HN-SXD');
set local role tiepdan_app;
select is(pg_temp.seen(), 't f f f', 'who reads no rules sees those that are active and route');
select enter('head.HN-SXD');
set local role tiepdan_app;
select is(pg_temp.seen(), 't f t t', 'who assigns those of the department, too');
select enter('head.HN-TTRA');
set local role tiepdan_app;
select is(pg_temp.seen(), 't f f f', 'and no others');
select enter('boss');
set local role tiepdan_app;
select is(pg_temp.seen(), 't t t t', 'an administrator all');
reset role;
update setting set value = (select count(*) from rule_set where state = 'draft' and purpose = 'routing') + 1 where name = 'rule_drafts_most';
select enter('boss');
select is(pg_temp.save(91), '1', 'the last draft that there is room for');
select is(attempt('select pg_temp.save(92)'), 'TD620', 'and no more');
select is(pg_temp.save(91, 1), '2', 'what is there is written anew');
select ok((select etag = '1' from rule_set_save(pg_temp.id(93), null, 'assignment', 'Của sở', 'text', 1, '{}', '{}', '{}', '{}', '{}', gen_random_uuid(), 'HN-SXD')),
	'each department has room of its own');
select * from finish();
rollback;
