-- Whom a ticket is against: whoever tries it, it does not get there, and nobody from there sees it.
begin;
set search_path = test, tiepdan, public;
select plan(29);
create temp table t as
	select 1 as n, (file('HN-EIC', 'denunciation', 'denunciation')).id union all select 2, (file('HN-EIC', 'restricted', 'complaint')).id
	union all select 3, (file('HN-EIC', 'restricted', 'complaint')).id;
create function pg_temp.t(n int) returns uuid language sql as $$ select id from t where t.n = $1 $$;
grant select on t to tiepdan_app;

select is(against_file(array[pg_temp.t(1), pg_temp.t(2)], '{HN-TTRA,UB-00316}'), 2::bigint, 'two name somebody');
select is(attempt($$select against_file(array[pg_temp.t(3)], '{HN-EIC}')$$), 'TD456', 'not the one that has it');
select is(against_file(array[gen_random_uuid()], '{HN-TTRA}'), 0::bigint, 'a replay made no ticket');
select is(attempt($$select against_file(array[pg_temp.t(1)], '{UB-00316}')$$), 'ticket_against_pk', 'and one only');

-- Sight: in every place that asks.
create function pg_temp.sight(p_login text, n int) returns text language plpgsql as $$
declare
	v text;
begin
	perform enter(p_login);
	set local role tiepdan_app;
	v := concat_ws(' ', case when exists (select from ticket where id = pg_temp.t(n)) then 'row' end,
		case when (select count(*) from ticket_queue(null, null, null, null, null, null, null, 'any', false, null::uuid, false, 'filed', now(), now(), null, 100) where item like '%' || pg_temp.t(n) || '%') > 0
			then 'listed' end, case when exists (select from event where ticket = pg_temp.t(n)) then 'events' end);
	reset role;
	return nullif(concat_ws(' ', v, case when attempt(format('select ticket_visible(%L)', pg_temp.t(n))) = 'ok' then 'visible' end), '');
end $$;
update ticket set holder = department_id('HN-SXD') where id = pg_temp.t(1);
select is(pg_temp.sight('legal_officer.HN-SXD', 1), 'row listed events visible', 'the legal officer of the holder sees it');
update account set department = department_id('HN-TTRA') where login = 'legal_officer.hn-sxd';
select is(pg_temp.sight('legal_officer.HN-SXD', 1), null, 'not once he is with the denounced');
update account set department = department_id('HN-SXD') where login = 'legal_officer.hn-sxd';
select is(pg_temp.sight('leader.HN-SXD', 2), 'row listed events visible', 'a leader sees complaints');
select is(pg_temp.sight('leader.UB-00316', 2), null, 'but for those about his own department');
select is(pg_temp.sight('leader.UB-00316', 3), 'row listed events visible', 'others he does see');
select is(pg_temp.sight('coordinator.HN-EIC', 2), 'row listed events visible', 'so does the hub');
select ok(denounced(pg_temp.t(2), (select id from account where login = 'head.ub-00316')) and not denounced(pg_temp.t(2),
	(select id from account where login = 'head.hn-sxd')), 'who is told asks the same');

-- It gets there by no way.
select is(attempt(format('update ticket set holder = %s where id = pg_temp.t(2)', department_id('UB-00316'))), 'TD456', 'not by an update');
select is(attempt($$select move('coordinator.HN-EIC', pg_temp.t(2), 'route', p_department := 'UB-00316')$$), 'TD456', 'not by a move');
select is(attempt($$select move('coordinator.HN-EIC', pg_temp.t(2), 'route', p_department := 'HN-SXD')$$), 'ok', 'to others it goes');
update ticket_against set department = department_id('HN-EIC') where ticket = pg_temp.t(2);
select is(attempt($$select move('coordinator.HN-EIC', pg_temp.t(2), 'route', p_department := 'UB-00316')$$), 'TD404', 'a hub that is denounced has no move');
select enter('hub_head.HN-EIC');
select ok(not ticket_nameable((select k from ticket k where id = pg_temp.t(2))) and ticket_nameable((select k from ticket k where id = pg_temp.t(3))),
	'and no list names the ticket to it');
update ticket_against set department = department_id('UB-00316') where ticket = pg_temp.t(2);
select lives_ok($$select move('coordinator.HN-EIC', pg_temp.t(2), 'accept')$$, 'accepted');
select is(attempt($$select move('coordinator.HN-EIC', pg_temp.t(2), 'ask_part', p_department := 'UB-00316')$$), 'TD456', 'it is not asked for a part');
select is(attempt($$select move('coordinator.HN-EIC', pg_temp.t(2), 'ask_part', p_department := 'HN-SXD')$$), 'ok', 'others are');
select is(attempt($$select move('coordinator.HN-EIC', pg_temp.t(2), 'merge', p_into := pg_temp.t(3))$$), 'TD482', 'it is put together with nothing');
select is(attempt($$select move('coordinator.HN-EIC', pg_temp.t(3), 'merge', p_into := pg_temp.t(2))$$), 'TD482', 'nor anything with it');

-- Where who is sent elsewhere finds it, in the letter: nothing where nothing is known.
create function pg_temp.told() returns text language sql as $$
	select letter_what(pg_temp.t(3), true, 'vi', (select public_vi from action where code = 'redirect') || '.')
$$;
select move('coordinator.HN-EIC', pg_temp.t(3), 'redirect', p_reason_code := 'complaint', p_department := 'HN-SXD');
select is(pg_temp.told(), (select public_vi || '.' from action where code = 'redirect'), 'no address, no word of it');
insert into organisation (code, name_vi, name_en, phone) values ('HN-SXD', 'Sở Xây dựng', 'Department of Construction', '024 1');
select matches(pg_temp.told(), 'Địa chỉ liên hệ: Sở Xây dựng; điện thoại 024 1[.]$', 'else the address');

-- Danger to life in a complaint: who is on duty is called, but not of the department that it is about; then it is the hub's.
update account set email = login || '@example.org' where login in ('duty_officer.ub-00316', 'duty_officer.hn-sxd', 'coordinator.hn-eic');
create function pg_temp.called(p_audience text) returns text[] language sql as $$
	select array_agg(a.login order by a.login) from ticket k, unnest(danger_people(k, p_audience, gen_random_uuid(), now())) p join account a on a.id = p where k.id = pg_temp.t(2)
$$;
select enter('hub_head.HN-EIC'), duty_add(gen_random_uuid(), id, now() - interval '1 h', now() + interval '1 h', now()) from account where login = 'duty_officer.ub-00316';
select is(pg_temp.called('duty'), null, 'who is denounced is not called');
select is(pg_temp.called('hub'), '{coordinator.hn-eic}', 'the hub is');
select enter('hub_head.HN-EIC'), duty_add(gen_random_uuid(), id, now() - interval '1 h', now() + interval '1 h', now()) from account where login = 'duty_officer.hn-sxd';
select is(pg_temp.called('duty'), '{duty_officer.hn-sxd}', 'else who is on duty');
update department set parent = department_id('UB-00316') where code = 'HN-SXD';
select is(pg_temp.called('duty'), null, 'nor is a department below it');
update department set parent = department_id('HN-UBND') where code = 'HN-SXD';

set local role tiepdan_app;
select is(attempt('select from tiepdan.ticket_against'), '42501', 'nobody reads the table');
reset role;
select enter('coordinator.HN-EIC');
select is(ticket_against(pg_temp.t(2)), 'UB-00316', 'who sees the ticket knows whom it is against');
select * from finish();
rollback;
