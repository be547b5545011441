-- Fair assignment: who gets what, who does not, and what becomes of what suits nobody.
begin;
set search_path = test, tiepdan, public;
select plan(42);
update account set active = false where login in ('officer.hn-sxd', 'press_officer.hn-sxd', 'data_officer.hn-sxd');
select account_save(l || '.hn-sxd', 'Officer ' || l, 'HN-SXD', '{officer}') from unnest('{a,b,c}'::text[]) l;
create function pg_temp.who(p_login text) returns uuid language sql as $$ select id from account where login = p_login || '.hn-sxd' $$;
create function pg_temp.profile(p_login text, p_capacity int, p_skills text[] default '{}', p_languages text[] default '{}') returns text language sql as $$
	select enter('head.HN-SXD'); select work_profile_set(pg_temp.who(p_login), coalesce((select version from work_profile
		where account = pg_temp.who(p_login)), 1), p_capacity, p_skills, p_languages, now(), gen_random_uuid())
$$;
-- A ticket that waits for an officer; filed so many minutes after the others.
create function pg_temp.wait(n int, p_category text default 'roads.surface', p_sight text default 'public') returns uuid language plpgsql as $$
declare
	v uuid := (test.file('HN-SXD', p_sight, p_category := p_category, p_at := now() + n * interval '1 minute')).id;
begin
	perform force_state(v, 'accepted');
	return v;
end $$;
create function pg_temp.person(p_ticket uuid) returns text language sql as $$
	select coalesce(split_part(a.login, '.', 1), '-') from ticket t left join account a on a.id = t.person where t.id = p_ticket
$$;
create function pg_temp.run(p_minutes int default 0, p_limit int default 100) returns text language sql as $$
	select caller_enter('job', null, null, false, 60000); select tried || ' ' || assigned from tickets_assign(now() + p_minutes * interval '1 minute', p_limit)
$$;
create function pg_temp.people(p_tickets uuid[]) returns text language sql as $$
	select string_agg(pg_temp.person(t), '' order by ord) from unnest(p_tickets) with ordinality x (t, ord)
$$;
create temp table t (n text, id uuid);
create function pg_temp.id(p_n text) returns uuid language sql as $$ select id from t where n = p_n $$;

insert into t values ('1', pg_temp.wait(1));
select is(pg_temp.run(), '0 0', 'nothing is assigned until the head wants it');
select enter('officer.HN-TTRA');
select is(attempt('select department_work_set(1, true, now(), gen_random_uuid())'), 'TD403', 'the head, not an officer');
select enter('head.HN-SXD');
select is((select (w->>'automatic') || ' ' || (w->>'waiting') || ' ' || (w->>'room') from (select body::json from department_work_item(now())) x (w)), 'false 1 90', 'what waits is seen');
select is((department_work_set(1, true, now(), gen_random_uuid())).body::json->>'automatic', 'true', 'switched on');
select pg_temp.profile('a', 2), pg_temp.profile('b', 2), pg_temp.profile('c', 1);
select is(pg_temp.run(1), '1 1', 'then it is assigned');
select is((select (state, version, e.type, e.actor_kind, e.from_state, e.to_state, e.data->>'automatic', (e.data->>'person')::uuid = person)::text
	from ticket k join event e on e.ticket = k.id and e.type = 'ticket.assigned' where k.id = pg_temp.id('1')),
	'(in_progress,2,ticket.assigned,job,accepted,in_progress,true,t)', 'as a move of the server, with its event');
select is((select count(*) from work_profile where assigned_at is not null), 1::bigint, 'whose turn it was is remembered');

select is((select audience || ' ' || coalesce(if_data, '-') from notice_rule where type = 'ticket.assigned'), 'holder automatic', 'the officer is told, when the server did it');
select is((select count(*) from notice_template where type = 'ticket.assigned' and text ~ '(phân công|given to you)' and subject ~ '(phân công|for you)'), 2::bigint,
	'in both languages');

-- Least loaded, then longest without; oldest first; never above the capacity.
insert into t select n::text, pg_temp.wait(n) from generate_series(2, 7) n;
select is(pg_temp.run(2), '4 4', 'as much as there is room for');
select is((select array_agg(open order by capacity desc, open) from work_people(department_id('HN-SXD'), now()) where capacity < 30), '{2,2,1}', 'nobody has more than they can take');
select is((select array_agg(n order by n) from t where pg_temp.person(id) = '-'), '{6,7}', 'what came last waits');
select isnt(pg_temp.person(pg_temp.id('2')), pg_temp.person(pg_temp.id('1')), 'the next goes to who has less');
select enter('head.HN-SXD');
select is((select (w->>'waiting') || ' ' || (w->>'room') || ' ' || (w->>'set_aside') from (select body::json from department_work_item(now())) x (w)), '2 0 0', 'that all is full is seen');
select force_state(id, 'closed') from t where pg_temp.person(id) = 'c';
select is(pg_temp.run(3), '1 1', 'who is done gets the next');
select is(pg_temp.person(pg_temp.id('6')), 'c', 'and it is the oldest');
select is_empty('select ticket from event where type = ''ticket.assigned'' group by ticket having count(*) > 1', 'each once');

-- Absence.
select force_state(id, 'closed') from t;
insert into t values ('8', pg_temp.wait(8));
select enter('head.HN-SXD');
select absence_make(gen_random_uuid(), id, now() + interval '4 minutes', now() + interval '2 hours', null, now(), gen_random_uuid())
	from account where login in ('a.hn-sxd', 'b.hn-sxd', 'c.hn-sxd');
select is(pg_temp.run(4), '0 0', 'all are away: it stays');
select enter('head.HN-SXD');
select is((select (w->>'waiting') || ' ' || (w->>'room') from (select body::json from department_work_item(now() + interval '4 minutes')) x (w)), '1 0', 'and is seen');
select is(pg_temp.run(120), '1 1', 'until somebody comes back');

-- Skills, languages, sight, and those who must not.
select force_state(id, 'closed') from t;
select pg_temp.profile('a', 9, '{roads}'), pg_temp.profile('b', 9, '{urban_order.parking}'), pg_temp.profile('c', 9, '{}', '{en}');
insert into t values ('road', pg_temp.wait(10)), ('parking', pg_temp.wait(11, 'urban_order.parking')), ('bus', pg_temp.wait(12, 'public_transport.bus')),
	('press', pg_temp.wait(13, 'roads.surface', 'press')), ('mine', pg_temp.wait(14));
insert into ticket_excluded values (pg_temp.id('mine'), pg_temp.who('a'), 'named', now(), null);
select is(pg_temp.run(130), '5 2', 'only what suits somebody');
select is(pg_temp.people(array[pg_temp.id('road'), pg_temp.id('parking'), pg_temp.id('bus'), pg_temp.id('press'), pg_temp.id('mine')]), 'ab---',
	'by skill with the categories below; not in another language, not of another sight, not to whom it complains about');
select is((select count(*) from assignment_wait), 3::bigint, 'the rest is set aside');
insert into t values ('late', pg_temp.wait(15));
select is(pg_temp.run(130, 1), '0 0', 'a department has its turn once in a run');
select is(pg_temp.run(130 + 1, 4), '4 1', 'what was set aside is tried again');
select is(pg_temp.person(pg_temp.id('late')), 'a', 'and keeps nothing from its turn that came later');
insert into t values ('later', pg_temp.wait(16));
select caller_enter('job', null, null, false, 60000);
select is((select tried || ' ' || assigned from tickets_assign(now() + interval '131 minutes 10 seconds', 1)), '1 1', 'meanwhile it does not even use up the portion');
select pg_temp.profile('c', 9);
select is(pg_temp.run(132), '3 2', 'another profile, and they are tried at once');
select is(pg_temp.people(array[pg_temp.id('bus'), pg_temp.id('press'), pg_temp.id('mine')]), 'c-c', 'with what suits now');
update ticket set language = 'en' where id = pg_temp.id('press');

-- A ticket that was given back goes on; one that was routed away does not come.
select force_state(id, 'closed') from t;
insert into t values ('back', pg_temp.wait(20)), ('away', pg_temp.wait(21)), ('asked', pg_temp.wait(22));
select force_state(pg_temp.id('asked'), 'needs_info');
select move('coordinator.HN-EIC', pg_temp.id('away'), 'route', p_department := 'HN-TTRA');
select is(pg_temp.run(140), '1 1', 'what waits here and now');
select move('head.HN-SXD', pg_temp.id('back'), 'unassign');
select is(pg_temp.run(141), '1 1', 'what was given back is given again');
select is((select array_agg(n) from t where pg_temp.person(id) = '-' and n in ('back', 'away', 'asked')), '{away,asked}', 'and no other');

-- What suits nobody is tried more and more seldom, up to an hour; a change of profiles starts anew. Who is only busy has room soon.
select force_state(id, 'closed') from t;
select pg_temp.profile('a', 9, '{roads}'), pg_temp.profile('b', 1, '{urban_order.parking}'), pg_temp.profile('c', 9, '{roads}');
insert into t values ('b has', pg_temp.wait(17, 'urban_order.parking'));
select is(pg_temp.run(200), '1 1', 'b is busy');
insert into t values ('nobody', pg_temp.wait(18, 'public_transport.bus')), ('busy', pg_temp.wait(19, 'urban_order.parking'));
create function pg_temp.after(p_n text) returns numeric language sql as $$
	select extract(epoch from next_at - now()) / 60 from assignment_wait where ticket = pg_temp.id(p_n)
$$;
create temp table seen as select m, pg_temp.run(m) as did, round(pg_temp.after('nobody') - m) as nobody, round(pg_temp.after('busy') - m) as busy
	from unnest('{201,203,206,211,220,240,280,350,420}'::int[]) m;
select is((select array_agg(nobody order by m) from seen), '{1,2,4,8,16,32,60,60,60}', 'after twice as long each time, at most an hour');
select is((select array_agg(distinct busy) from seen), '{1}', 'for whom somebody is only too busy, always after a minute');
select pg_temp.profile('c', 9, '{roads,public_transport}');
select is(pg_temp.run(421), '2 1', 'a profile is changed: at once');
select is(pg_temp.people(array[pg_temp.id('nobody'), pg_temp.id('busy')]), 'c-', 'with whom it suits');

-- Nor to whoever typed it in the name of its author.
select force_state(id, 'closed') from t;
delete from assignment_wait;
select pg_temp.profile('a', 9), pg_temp.profile('b', 0), pg_temp.profile('c', 0);
insert into t values ('typed', pg_temp.wait(90));
insert into ticket_clerk select pg_temp.id('typed'), id, department from account where id = pg_temp.who('a');
select is(pg_temp.run(900), '1 0', 'who typed it does not get it');
insert into session (id, account, expires_at) select pg_temp.who('a'), pg_temp.who('a'), now() + interval '1 day';
select is(attempt($$select move('a.HN-SXD', pg_temp.id('typed'), 'claim')$$), 'TD443', 'nor takes it');
select is(attempt(format('select move(''head.HN-SXD'', %L, ''assign'', p_person := %L)', pg_temp.id('typed'), pg_temp.who('a'))), 'TD443', 'nor is given it');
delete from ticket_clerk;
select is(pg_temp.run(990), '1 1', 'another ticket is a matter of course');

select enter('head.HN-SXD');
select department_work_set(2, false, now(), gen_random_uuid());
insert into t values ('off', pg_temp.wait(23));
select is(pg_temp.run(500), '0 0', 'switched off');
select * from finish();
rollback;
