-- Who serves, who lets people in and who does jobs; and that a caller who says something of themselves is not believed.
begin;
set search_path = test, tiepdan, public;
select plan(17);
grant usage on schema test to tiepdan_door, tiepdan_job;

create function pg_temp.as_role(p_role text, p_sql text) returns text language plpgsql as $$
declare
	v text;
begin
	perform set_config('role', p_role, true);
	v := test.attempt(p_sql);
	reset role;
	return v;
end $$;
create function pg_temp.signs_in(p_role text) returns text language sql as $$
	select pg_temp.as_role(p_role, 'select tiepdan.sign_in_begin(''x'', null, ''{1}'', ''{5}'')')
$$;
create function pg_temp.forgets(p_role text) returns text language sql as $$
	select pg_temp.as_role(p_role, 'select tiepdan.forget_sessions(now() - interval ''1 year'', 1)')
$$;

select is(pg_temp.signs_in('tiepdan_app'), 'ok', 'a server of before does all as one role');
select is(pg_temp.forgets('tiepdan_app'), 'ok', 'jobs among it');
select lives_ok('select roles_apart(true)');
select is(pg_temp.signs_in('tiepdan_app'), '42501', 'apart: who serves lets nobody in');
select is(pg_temp.forgets('tiepdan_app'), '42501', 'and does no jobs');
select is(pg_temp.signs_in('tiepdan_door'), 'ok', 'the door does');
select is(pg_temp.forgets('tiepdan_door'), '42501', 'and nothing else');
select is(pg_temp.forgets('tiepdan_job'), 'ok', 'the job worker does jobs');
select is(pg_temp.signs_in('tiepdan_job'), '42501', 'and lets nobody in');
select is_empty($$
	select c.oid::regclass from pg_class c where c.relnamespace = 'tiepdan'::regnamespace and c.relkind in ('r', 'p', 'v')
		and (has_table_privilege('tiepdan_door', c.oid, 'select, insert, update, delete, truncate')
			or has_any_column_privilege('tiepdan_door', c.oid, 'select, insert, update'))
$$, 'the door reads and writes no table');
select is_empty($$
	select c.oid::regclass, x from pg_class c, unnest('{insert,update,delete,truncate}'::text[]) x
	where c.relnamespace = 'tiepdan'::regnamespace and c.relkind in ('r', 'p') and has_table_privilege('tiepdan_job', c.oid, x)
$$, 'and the job worker writes none');
select lives_ok('select roles_apart(false)');
select is(pg_temp.signs_in('tiepdan_app'), 'ok', 'before an older server is started it is given back');
select roles_apart(true);

-- Whoever runs SQL of their own in a transaction of an officer can say anything of the caller; of identities that changes nothing.
create function pg_temp.forged(p_setting text, p_value text, p_sql text) returns text language plpgsql as $$
begin
	perform enter('officer.HN-SXD');
	perform set_config(p_setting, p_value, true);
	return pg_temp.as_role('tiepdan_app', p_sql);
end $$;
create function pg_temp.id(p_login text) returns uuid language sql as $$ select id from account where login = lower(p_login) $$;
select is(pg_temp.forged('app.roles', '{admin}', format('select tiepdan.person_invite(%L, ''\x01'', now(), true)', pg_temp.id('admin.hn-sxd'))), 'TD403',
	'an officer who says to be an administrator resets nobody');
select is(pg_temp.forged('app.roles', '{auditor}', format('select tiepdan.account_events(%L, null, 10)', pg_temp.id('admin.hn-sxd'))), 'TD403',
	'nor reads the events of others, with their sessions');
select is(pg_temp.forged('app.account', pg_temp.id('admin.hn-sxd')::text, format('select tiepdan.account_events(%L, null, 10)',
	pg_temp.id('admin.hn-sxd'))), 'TD403', 'nor who says to be somebody else');
select is(pg_temp.forged('app.session', gen_random_uuid()::text, 'select tiepdan.session_list()'), 'TD403', 'nor with a session that is not there');
select * from finish();
rollback;
