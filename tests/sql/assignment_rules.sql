-- Rules of assignment inside a department: who writes them, what the job worker is told, what becomes of what they wish.
begin;
set search_path = test, tiepdan, public;
select plan(45);
update account set active = false where login in ('officer.hn-sxd', 'press_officer.hn-sxd', 'data_officer.hn-sxd', 'spokesperson.hn-sxd', 'hub_head.hn-sxd');
select account_save(l || '.hn-sxd', 'Officer ' || l, 'HN-SXD', '{officer}') from unnest('{a,b,c}'::text[]) l;
select account_save('boss', 'Admin', 'HN-EIC', '{admin}');
insert into session (id, account, expires_at) select id, id, now() + interval '1 day' from account where login = 'boss';
create function pg_temp.who(p_login text) returns uuid language sql as $$ select id from account where login = p_login || '.hn-sxd' $$;
create function pg_temp.id(n int) returns uuid language sql as $$ select format('00000000-0000-0000-0000-%s', lpad(n::text, 12, '0'))::uuid $$;
create function pg_temp.save(n int, p_version bigint default null, p_department text default 'HN-SXD') returns text language sql as $$
	select etag from rule_set_save(pg_temp.id(n), p_version, 'assignment', 'Phân công', 'rule x when always then officer a.hn-sxd', 1,
		'{officer}', '{a.hn-sxd}', '{x}', '{t}', '{1}', gen_random_uuid(), p_department)
$$;
create function pg_temp.activate(n int, p_version bigint default 1) returns text language sql as $$
	select etag from rule_set_activate(pg_temp.id(n), p_version, gen_random_uuid())
$$;
create function pg_temp.wait(n int, p_sight text default 'public') returns uuid language plpgsql as $$
declare
	v uuid := (test.file('HN-SXD', p_sight, p_at := now() + n * interval '1 minute')).id;
begin
	perform force_state(v, 'accepted');
	return v;
end $$;
create function pg_temp.person(p_ticket uuid) returns text language sql as $$
	select coalesce(split_part(a.login, '.', 1), '-') from ticket t left join account a on a.id = t.person where t.id = p_ticket
$$;
-- A run of the job worker whose rules say this of every ticket that is next.
create function pg_temp.run(p_said text, p_minutes int, p_older int default 0) returns text language plpgsql as $$
declare
	v_now timestamptz := now() + p_minutes * interval '1 minute';
begin
	perform caller_enter('job', null, null, false, 60000);
	return (select x.tried || ' ' || x.assigned
		from (select array_agg(ticket) as tickets, array_agg(set) as sets, array_agg(version - p_older) as versions, array_agg(p_said) as said
			from assignment_next(v_now, 100)) n, tickets_assign(v_now, 100, coalesce(n.tickets, '{}'), coalesce(n.sets, '{}'),
				coalesce(n.versions, '{}'), coalesce(n.said, '{}')) x);
end $$;
create temp table t (n text, id uuid);
create function pg_temp.id(p_n text) returns uuid language sql as $$ select id from t where n = p_n $$;
create function pg_temp.how(p_n text) returns text language sql as $$
	select concat_ws(' ', pg_temp.person(pg_temp.id(p_n)), data->'rules'->>'by')
	from event where ticket = pg_temp.id(p_n) and type = 'ticket.assigned' order by at desc limit 1
$$;

-- Who writes.
select enter('officer.HN-TTRA');
select is(attempt('select pg_temp.save(1)'), 'TD403', 'an officer writes none');
select enter('head.HN-TTRA');
select is(attempt('select pg_temp.save(1)'), 'TD403', 'nor the head of another department');
select is(attempt('select pg_temp.save(1, null, ''HN-NOBODY'')'), 'TD430', 'nor anybody for none');
select enter('head.HN-SXD');
select is(pg_temp.save(1), '1', 'the head does');
select is(pg_temp.save(1, 1), '2', 'and once more');
select is((select string_agg(item::json->>'purpose', ',') from rule_sets_of('HN-SXD', null, 10)), 'assignment', 'and reads them');
select is(attempt('select rule_sets_of(null, null, 10)'), 'TD403', 'but not those that route');
select is(attempt('select rule_sets_of(''HN-TTRA'', null, 10)'), 'TD403', 'nor those of others');
select is((select purpose || ' ' || (E'\n' || people || E'\n' like E'%\na.hn-sxd\n%') || ' ' || (people like '%officer.hn-sxd%') from rule_set_writing(pg_temp.id(1), null)),
	'assignment true false', 'officers who are there may be named');
select enter('head.HN-TTRA');
select is(attempt('select pg_temp.activate(1, 2)'), 'TD404', 'for others the set is none');
select is_empty('select purpose from rule_set_writing(pg_temp.id(1), null)', 'nor is it looked at');
select enter('coordinator.HN-EIC');
select is((select count(*) from rule_sets_of('HN-SXD', null, 10)), 1::bigint, 'the hub reads');
select is(attempt('select pg_temp.activate(1, 2)'), 'TD403', 'and does not write');
select enter('boss');
select is(pg_temp.save(2), '1', 'an administrator writes for any');
select is((select number from rule_set where id = pg_temp.id(2)), 2, 'numbers are those of the department');
select enter('head.HN-SXD');
select is(pg_temp.activate(1, 2), '3', 'the head activates');
select is((select data->>'department' from event where type = 'rules.activated'), 'HN-SXD', 'which is recorded');

-- What the job worker is told.
insert into t values ('1', pg_temp.wait(1));
select is((select count(*) from assignment_sets('{}')), 0::bigint, 'rules rest where nothing is assigned by itself');
select enter('head.HN-SXD');
select department_work_set(1, true, now(), gen_random_uuid());
select is((select id = pg_temp.id(1) and department = 'HN-SXD' and people = 'a.hn-sxd' and text like 'rule x%' from assignment_sets('{}')), true, 'which set, and whom it may name');
select is((select text from assignment_sets(array[pg_temp.id(1)])), null, 'its text once');
select is((select ticket = pg_temp.id('1') and set = pg_temp.id(1) and version = 1 and folded is not null from assignment_next(now(), 10)), true, 'what is next');
insert into ticket_excluded values (pg_temp.id('1'), (select id from account where login = 'head.hn-sxd'), 'named', now(), null);
select is((select folded from assignment_next(now(), 10)), null, 'rules of somebody who is complained about are not asked');
delete from ticket_excluded;
insert into t values ('press', pg_temp.wait(2, 'press'));
select is((select folded from assignment_next(now(), 10) where ticket = pg_temp.id('press')), null, 'nor those of a department whose head may not see it');
select force_state(pg_temp.id('press'), 'closed');

-- What is wished.
select is(pg_temp.run('{"set":1,"taken":[]}', 1, 1), '0 0', 'a ticket that was asked about in another version waits for the next run');
select is(pg_temp.run('{"set":1,"taken":[],"officer":"b.hn-sxd","tags":["cau"],"flags":["bao"]}', 2), '1 1', 'which comes');
select is(pg_temp.how('1'), 'b officer', 'who is named gets it');
select is((select string_agg(name || flag, ' ' order by name) from ticket_tag where ticket = pg_temp.id('1')), 'baotrue caufalse', 'with its marks');
select is((assignment_of(pg_temp.id('1')))->'rules'->>'officer', 'b.hn-sxd', 'and it is told why');
insert into t values ('2', pg_temp.wait(3));
insert into absence values (gen_random_uuid(), pg_temp.who('b'), now(), now() + interval '1 day', null, now(), pg_temp.who('b'));
select is(pg_temp.run('{"set":1,"taken":[],"officer":"b.hn-sxd"}', 3), '1 1', 'for somebody who is away nothing waits');
select is(pg_temp.how('2') in ('a order', 'c order'), true, 'it goes by the order');
delete from absence;
insert into t values ('3', pg_temp.wait(4));
insert into work_profile (account, capacity) values (pg_temp.who('b'), 1) on conflict (account) do update set capacity = 1;
select is(pg_temp.run('{"set":1,"taken":[],"officer":"b.hn-sxd"}', 4) || pg_temp.how('3') <> '1 1b officer', true, 'nor for somebody who has no room');
update work_profile set capacity = null;
insert into t values ('4', pg_temp.wait(5));
insert into ticket_excluded values (pg_temp.id('4'), pg_temp.who('b'), 'named', now(), null);
select is(pg_temp.run('{"set":1,"taken":[],"officer":"b.hn-sxd"}', 5) || substr(pg_temp.how('4'), 2), '1 1 order', 'nor does it go to who is complained about');
insert into work_skill values (pg_temp.who('c'), 'trees_lighting');
insert into t values ('5', pg_temp.wait(6));
select is(pg_temp.run('{"set":1,"taken":[],"skills":["trees_lighting.trees"]}', 6) || pg_temp.how('5'), '1 1c skills', 'who has the skill gets it, whatever the category');
insert into t values ('6', pg_temp.wait(7));
select is(pg_temp.run('{"set":1,"taken":[],"skills":["trees_lighting.trees","tourism"]}', 7) || substr(pg_temp.how('6'), 2), '1 1 order', 'all of them are needed');
insert into t values ('7', pg_temp.wait(8));
select is(pg_temp.run(null, 8), '1 1', 'rules that say nothing keep nothing from the order');
select is((select data ? 'rules' from event where ticket = pg_temp.id('7') and type = 'ticket.assigned'), false, 'and are not told of');

-- Sets come and go.
insert into t values ('8', pg_temp.wait(9));
select caller_enter('job', null, null, false, 60000);
select is((select tried from tickets_assign(now() + interval '9 minutes', 100, array[pg_temp.id('8')], array[pg_temp.id(2)], '{1}', '{null}')), 0::bigint,
	'a set that does not count decides nothing, and the ticket is not passed by');
insert into assignment_wait values (pg_temp.id('8'), department_id('HN-SXD'), now() + interval '1 day');
select enter('head.HN-SXD');
select pg_temp.activate(2);
select is((select count(*) from assignment_wait), 0::bigint, 'what was set aside is tried at once by another set');
select is((select body::json->>'number' from rule_set_take_back(pg_temp.id(2), 2, gen_random_uuid())), '1', 'which is taken back');
select is((select string_agg(number || ' ' || state, ', ' order by number) from rule_set where purpose = 'assignment'), '1 active, 2 retired', 'to the one before');
select caller_enter('job', null, null, false, 60000);
select is((select tried || ' ' || assigned from tickets_assign(now() + interval '11 minutes', 100)), '1 1', 'servers of before go by the order alone');

-- Whose turn it is.
insert into rule_set (id, purpose, department, number, title, text, rules, state, activated_at) values
	(pg_temp.id(3), 'assignment', department_id('HN-TTRA'), 1, 'Phân công', 'x', 1, 'active', now());
insert into department_work (department, automatic, tried_at, changed_at, changed_by)
	values (department_id('HN-TTRA'), true, '-infinity', now(), (select id from account where login = 'boss'))
	on conflict (department) do update set automatic = true, tried_at = '-infinity';
select (file('HN-TTRA')).id as aside \gset
select force_state(:'aside', 'accepted');
insert into t values ('9', pg_temp.wait(10));
select is((select ticket from assignment_next(now() + interval '20 minutes', 1)), :'aside', 'who has waited longest is first');
insert into assignment_wait values (:'aside', department_id('HN-TTRA'), now() + interval '1 day');
select is((select ticket from assignment_next(now() + interval '20 minutes', 1)), pg_temp.id('9'), 'but who has nothing but what is set aside keeps nobody waiting');
select is(pg_temp.run('{"set":1,"taken":[]}', 20), '1 1', 'and the other one is given out');

-- What an author may not see.
select account_save('press.hn-sxd', 'Spokesperson', 'HN-SXD', '{spokesperson}');
insert into t values ('10', pg_temp.wait(11, 'press'));
select is((select folded from assignment_next(now() + interval '30 minutes', 10) where ticket = pg_temp.id('10')), null,
	'rules are not asked about what their author may not see, whoever else there may');
select * from finish();
rollback;
