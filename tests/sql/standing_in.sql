-- Roles for a time and the broken glass, straight at the database; and who reaches personal data there.
begin;
set search_path = test, tiepdan, public;
select plan(26);
create function pg_temp.who(p_login text) returns uuid language sql as $$ select id from account where login = lower(p_login) $$;
create function pg_temp.id(n int) returns uuid language sql as $$ select format('00000000-0000-0000-0000-%s', lpad(n::text, 12, '0'))::uuid $$;
create function pg_temp.give(n int, p_taker text, p_roles text, p_rest text default 'now(), now() + interval ''1 day''', p_giver text default 'null') returns text language plpgsql as $$
begin
	execute format('select delegation_make(%L, %s, %L, %L, %s, ''Nghỉ phép'')', pg_temp.id(n), p_giver, pg_temp.who(p_taker), p_roles, p_rest);
	return 'ok';
exception when check_violation then
	declare v text; begin get stacked diagnostics v = constraint_name; return v; end;
when others then
	return sqlstate;
end $$;
-- What the role of the server reads of a ticket under the policies, as this caller.
create function pg_temp.reads(p_ticket uuid) returns bigint language plpgsql as $$
declare
	v bigint;
begin
	set local role tiepdan_app;
	select count(*) into v from tiepdan.ticket where id = p_ticket;
	reset role;
	return v;
end $$;

-- Delegation.
select enter('head.HN-SXD');
select is(pg_temp.give(1, 'officer.HN-SXD', '{head}'), 'ok', 'a head gives the role to an officer of the department');
select is(pg_temp.give(2, 'officer.HN-SXD', '{coordinator}'), 'TD637', 'but none that they do not have');
select is(pg_temp.give(2, 'officer.HN-TTRA', '{head}'), 'TD637', 'to nobody elsewhere');
select is(pg_temp.give(2, 'head.HN-SXD', '{head}'), 'TD637', 'and not to themselves');
select is(pg_temp.give(2, 'officer.HN-SXD', '{head}', 'now(), now() + interval ''93 days'''), 'delegation_order', 'nor for ever');
select is(pg_temp.give(2, 'officer.HN-SXD', '{head}', p_giver => format('%L', pg_temp.who('head.HN-TTRA'))), 'TD403', 'nor what others have');
select is(roles_held(pg_temp.who('officer.HN-SXD')), '{head,officer}', 'the officer has it');
select enter('officer.HN-SXD');
select is(caller_roles(), '{head,officer}', 'and comes with it');
select is(pg_temp.give(3, 'clerk.HN-SXD', '{head}'), 'TD637', 'but does not hand it on');
update session set roles = '{officer}' where id = pg_temp.who('officer.HN-SXD');
select enter('officer.HN-SXD');
select is(caller_roles(), '{officer}', 'a session that holds less, holds less');
update session set roles = null where id = pg_temp.who('officer.HN-SXD');
update account set department = department_id('HN-TTRA') where id = pg_temp.who('head.HN-SXD');
select is(roles_held(pg_temp.who('officer.HN-SXD')), '{officer}', 'it ends when the giver leaves the department');
update account set department = department_id('HN-SXD') where id = pg_temp.who('head.HN-SXD');
delete from account_role where account = pg_temp.who('head.HN-SXD');
select is(roles_held(pg_temp.who('officer.HN-SXD')), '{officer}', 'or has the role no more');
insert into account_role values (pg_temp.who('head.HN-SXD'), 'head');
select enter('head.HN-TTRA');
select is((select count(*) from delegation_list(null, 10)), 0::bigint, 'others do not read of it');
select is(attempt(format('select delegation_end(%L)', pg_temp.id(1))), 'TD404', 'nor end it');

-- The glass.
create temp table hidden as select id from file('HN-TTRA', 'denunciation', 'denunciation') as id;
select enter('leader.HN-EIC');
select is(pg_temp.reads(id), 0::bigint, 'the role of the server reads nothing for who does not see it') from hidden;
select is(attempt(format('select ticket_visible(%L)', id)), 'TD404', 'nor does a function') from hidden;
select lives_ok(format('select glass_break(%L, ''Cần đọc ngay vì nguy hiểm'', gen_random_uuid(), now())', id), 'the glass is broken') from hidden;
select is(pg_temp.reads(id), 0::bigint, 'which counts from the next unit on') from hidden;
select enter('leader.HN-EIC');
select is(pg_temp.reads(id), 1::bigint, 'then it is read') from hidden;
select is((select count(*) from event e join hidden h on h.id = e.ticket and e.type = 'access.broken'), 1::bigint, 'and an event says so');
select is(attempt(format('select contact_read(%L, ''tò mò thôi'', gen_random_uuid())', id)), 'TD403', 'not the contact') from hidden;
select enter('auditor.HN-EIC');
select is(pg_temp.reads(id), 0::bigint, 'nobody else reads it') from hidden;
select is(attempt(format('select glass_break(%L, ''Cần đọc ngay vì nguy hiểm'', gen_random_uuid(), now())', id)), 'TD403', 'nor may everybody break it') from hidden;
update glass set until_at = now();
select enter('leader.HN-EIC');
select is(pg_temp.reads(id), 0::bigint, 'afterwards it is hidden again') from hidden;

-- Personal data.
select enter('hub_head.HN-EIC');
select is(attempt(f), 'TD403', f) from unnest(array['select personal_data_search(''\x00'', null, ''tò mò thôi'', ''{}'', now())',
	format('select contact_erase(%L, ''không có'', gen_random_uuid(), now())', (select id from hidden))]) f;
select * from finish();
rollback;
