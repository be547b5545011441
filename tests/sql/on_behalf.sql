-- Filing in the name of somebody else: who may, what is remembered, and what it gives the clerk: nothing.
begin;
set search_path = test, tiepdan, public;
select plan(16);

-- As the server does it: filed and taken down in one transaction.
create function pg_temp.typed(p_login text, p_channel text, p_key text default null) returns uuid language plpgsql as $$
declare
	v uuid := gen_random_uuid();
begin
	perform enter(p_login);
	perform file('HN-SXD', p_id := v, p_key := sha256(p_key::bytea), p_fingerprint := sha256(p_key::bytea));
	set local session_replication_role = replica;
	update ticket set channel = p_channel where id = v;
	set local session_replication_role = origin;
	perform ticket_take_down(v, now(), gen_random_uuid());
	return v;
end $$;

select is(attempt(format($$select pg_temp.typed('clerk.UB-00316', %L)$$, c)), 'ok', c || ' is for clerks') from unnest('{counter,phone,letter}'::text[]) c;
select throws_ok($$select pg_temp.typed('clerk.UB-00316', 'web')$$, 'P0002', null, 'the web is not');
select set_eq($$select code from role where code not in ('citizen', 'job') and attempt(format(
	'select pg_temp.typed(%L, %L)', code || '.HN-EIC', 'counter')) = 'ok'$$, '{clerk}'::text[], 'nobody else');
select is(attempt($$select ticket_take_down(gen_random_uuid(), now(), gen_random_uuid()) from caller_enter('anyone', null, null, false, 1000)$$),
	'TD403', 'nor somebody who has not signed in');

select pg_temp.typed('clerk.UB-00316', 'counter', 'một') as t \gset
select is((select array[a.login, d.code] from ticket_clerk c join account a on a.id = c.account join department d on d.id = c.department
	where ticket = :'t'), '{clerk.ub-00316,UB-00316}', 'who typed it is remembered');
select results_eq(format($$select type, actor_kind, a.login, d.code from event e left join account a on a.id = e.actor
	join department d on d.id = e.department where ticket = %L order by type$$, :'t'),
	$$values ('ticket.filed', 'anyone', null, 'HN-SXD'), ('ticket.taken_down', 'staff', 'clerk.ub-00316', 'UB-00316')$$,
	'apart from the author, who filed it');
select is(track((select number from ticket where id = :'t'))->'taken'->'department'->>'code', 'UB-00316', 'the citizen is told where');
select is(strpos(track((select number from ticket where id = :'t'))::text, (select name from account where login = 'clerk.ub-00316')), 0,
	'and not by whom');
select pg_temp.typed('clerk.UB-00316', 'counter', 'một') as again \gset
select is((select count(*) from ticket_clerk where ticket = :'again') + (select count(*) from event where ticket = :'again'), 0::bigint,
	'what was not filed a second time was not taken down a second time');
select is((select count(*) from event where ticket = :'t'), 2::bigint, 'nor the first');
select is((select count(*) from ticket_excluded where ticket = :'t'), 0::bigint, 'the clerk is kept away from nothing');
select is((select person from ticket where id = :'t'), null, 'and has nothing to do with it');

-- What the clerk may read.
select enter('clerk.UB-00316');
set local role tiepdan_app;
select is((select count(*) from ticket) + (select count(*) from ticket_clerk), 0::bigint, 'a clerk sees no ticket');
select enter('officer.HN-SXD');
select is((select taken_of(:'t')->'person'->>'name'), (select person_named(account)->>'name' from ticket_clerk where ticket = :'t'),
	'those who see the ticket see who typed it');
select * from finish();
rollback;
