-- Identity, straight at the database: what counts once counts once, sessions hold no more than they should, and nobody administers who
-- may not.
begin;
set search_path = test, tiepdan, public;
select plan(48);
create function pg_temp.who(p_login text) returns uuid language sql as $$ select id from account where login = lower(p_login) $$;
create function pg_temp.id(n int) returns uuid language sql as $$ select format('00000000-0000-0000-0000-%s', lpad(n::text, 12, '0'))::uuid $$;
create function pg_temp.hash(n int) returns bytea language sql as $$ select decode(lpad(n::text, 64, '0'), 'hex') $$;
-- What comes in stays, unlike with attempt().
create function pg_temp.come(n int, p_login text, p_rest text) returns text language plpgsql as $$
begin
	execute format('select sign_in(%L, %s, ''{1,2}'', %L, now() + interval ''1 hour'', ''{admin}'', ''máy'')', pg_temp.who(p_login), p_rest, pg_temp.id(n));
	return 'ok';
exception when others then
	return sqlstate;
end $$;
-- As the server would enter with this session.
create function pg_temp.roles(n int) returns text[] language plpgsql as $$
begin
	perform caller_enter('staff', (select account from session where id = pg_temp.id(n)), pg_temp.id(n), false, 5000);
	return caller_roles();
end $$;

-- What counts once.
insert into login_code values (pg_temp.who('admin.HN-EIC'), pg_temp.hash(1), now() + interval '1 min'), (pg_temp.who('officer.HN-SXD'), pg_temp.hash(1), now() - interval '1 s');
select is(pg_temp.come(1, 'admin.HN-EIC', format('%L, null, null, null, null, null', pg_temp.hash(2))), 'TD410', 'another code');
select is(pg_temp.come(1, 'officer.HN-SXD', format('%L, null, null, null, null, null', pg_temp.hash(1))), 'TD410', 'one that has ended');
select is(pg_temp.come(1, 'admin.HN-EIC', format('%L, null, null, null, null, null', pg_temp.hash(1))), 'ok', 'the right one');
select is(pg_temp.come(2, 'admin.HN-EIC', format('%L, null, null, null, null, null', pg_temp.hash(1))), 'TD410', 'once');
select is((select means || assurance from session where id = pg_temp.id(1)), 'code1', 'it is one factor');
select is(pg_temp.roles(1), '{}', 'so an administrator is none, where they need two');
insert into second_factor values (pg_temp.who('admin.HN-EIC'), 1, 'w', 'b', now(), now(), 100);
insert into recovery_code values (pg_temp.who('admin.HN-EIC'), pg_temp.hash(5));
insert into password values (pg_temp.who('admin.HN-EIC'), '$argon2id$seen'), (pg_temp.who('clerk.HN-EIC'), '$argon2id$seen');
select is(pg_temp.come(3, 'admin.HN-EIC', 'null, ''$argon2id$before'', 101, ''b'', null, null'), 'TD410', 'a password that was changed meanwhile');
select is(pg_temp.come(3, 'admin.HN-EIC', 'null, ''$argon2id$seen'', 101, ''another'', null, null'), 'TD410', 'or a second factor');
select is(pg_temp.come(3, 'admin.HN-EIC', 'null, ''$argon2id$seen'', null, null, null, null'), 'TD410', 'where there is a second factor, none comes in without');
select is(pg_temp.come(3, 'admin.HN-EIC', 'null, ''$argon2id$seen'', 100, ''b'', null, null'), 'TD410', 'nor with a step that was used');
select is(pg_temp.come(3, 'admin.HN-EIC', 'null, ''$argon2id$seen'', 101, ''b'', null, null'), 'ok', 'but with the next');
select is(pg_temp.come(4, 'admin.HN-EIC', 'null, ''$argon2id$seen'', 101, ''b'', null, null'), 'TD410', 'once');
select is(pg_temp.come(4, 'admin.HN-EIC', format('null, ''$argon2id$seen'', null, null, %L, null', pg_temp.hash(5))), 'ok', 'or with a recovery code');
select is(pg_temp.come(5, 'admin.HN-EIC', format('null, ''$argon2id$seen'', null, null, %L, null', pg_temp.hash(5))), 'TD410', 'once');
select is(pg_temp.roles(3), '{admin}', 'and then is an administrator');
update account set machine = true where id = pg_temp.who('clerk.HN-EIC');
select is(pg_temp.come(6, 'clerk.HN-EIC', 'null, ''$argon2id$seen'', null, null, null, null'), 'TD410', 'a program does not come in');
update account set machine = false where id = pg_temp.who('clerk.HN-EIC');

-- The brake.
select is(brake_take('{7,8}', '{2,100}'), 0::bigint, 'the first attempt goes on');
select is(brake_take('{7,8}', '{2,100}'), 0::bigint, 'and the second');
select is(brake_take('{7,8}', '{2,100}'), 0::bigint, 'and the third, without a wait before it');
select cmp_ok(brake_take('{7,8}', '{2,100}'), '>=', 1::bigint, 'the fourth waits');
select is((select failures from sign_in_brake where slot = 8), 3, 'and is not counted, so nobody is kept waiting for ever');
select is(brake_take('{8}', '{100}'), 0::bigint, 'another place does not wait');
update sign_in_brake set last_at = now() - interval '25 h' where slot = 7;
select is(brake_take('{7}', '{2}'), 0::bigint, 'after a day it is forgotten');
select is((select failures from sign_in_brake where slot = 7), 1, 'and counted anew');
select is(array(select extract(epoch from brake_delay(n, 5))::int from unnest('{0,5,6,7,8,15,16,100,2000000000}'::bigint[]) n), '{0,0,1,2,4,512,900,900,900}', 'it doubles up to a quarter of an hour');

-- Sessions.
select is(array(select (session_renew(pg_temp.id(3), g, 60)).state from unnest('{2,1,1,2}'::bigint[]) g), '{reused,ended,ended,ended}', 'a token that was never given ends the session, as one of before does');
select is((select end_reason from session where id = pg_temp.id(3)), 'reused', 'and the session says why');
select is(array(select (session_renew(pg_temp.id(4), g, 60)).state from unnest('{1,1,2,2,3}'::bigint[]) g), '{renewed,renewed,renewed,renewed,renewed}', 'the same one at once is a lost answer');
update session set opened_at = now() - interval '3 h', renewed_at = now() - interval '61 min' where id = pg_temp.id(4);
select is((session_renew(pg_temp.id(4), 4, 60)).state, 'ended', 'who was away too long signs in again');

-- Who administers.
select enter('hub_head.HN-EIC');
select is(attempt(format('select %s', f)), 'TD403', f) from unnest(array[
	'person_make(''x.y'', ''Tên'', ''HN-SXD'', ''{admin}'', null, ''vi'', false)', format('person_show(%L)', pg_temp.who('officer.HN-SXD')),
	format('person_change(%L, null, null, ''{admin}'', null, null, null)', pg_temp.who('hub_head.HN-EIC')),
	format('person_invite(%L, ''\x00'', now(), true)', pg_temp.who('admin.HN-EIC')), format('person_sessions_end(%L)', pg_temp.who('admin.HN-EIC')), format('person_sessions(%L)', pg_temp.who('admin.HN-EIC')),
	format('account_events(%L, null, 10)', pg_temp.who('admin.HN-EIC')), format('key_make(%L, %L, ''x'', ''{admin}'', now())', pg_temp.id(9), pg_temp.who('admin.HN-EIC')),
	format('key_list(%L)', pg_temp.who('admin.HN-EIC')), format('key_revoke(%L, %L)', pg_temp.who('admin.HN-EIC'), pg_temp.id(9))]) f;
select lives_ok(format('select account_events(%L, null, 10)', pg_temp.who('hub_head.HN-EIC')), 'one''s own events everybody reads');
select throws_ok('update account_event set type = type', null, 'events of accounts are not changed', 'nobody changes what happened');
select throws_ok('delete from account_event', null, 'events of accounts are not changed', 'nor takes it away');
set local role tiepdan_app;
select throws_ok('select * from tiepdan.' || t, '42501', null, 'the server''s role does not read ' || t) from unnest('{password}'::text[]) t;
reset role;
-- A login that nobody has costs what others cost, and matches nothing.
insert into password (account, hash) values (pg_temp.who('head.HN-SXD'), '$argon2id$v=19$m=8192,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$' || repeat('b', 43))
	on conflict (account) do update set hash = excluded.hash;
delete from password where account <> pg_temp.who('head.HN-SXD');
select is((sign_in_begin('khong.co.ai', null, '{91}', '{5}')).hash, (sign_in_begin('khong.co.ai', null, '{92}', '{5}')).hash, 'always the same one');
select is((select count(*) from generate_series(1, 20) n where (sign_in_begin('ai.do' || n, null, array[100 + n], '{5}')).hash
	~ '^[$]argon2id[$]v=19[$]m=8192,t=2,p=1[$].*[$]A{43}$'), 20::bigint, 'with what others cost, wherever the login falls');

-- Two job workers do not seal the same anew.
select ok(exists (select from reseal_next(77, 10)), 'one worker has the portion');
select ok(not exists (select from reseal_next(77, 10)), 'another one nothing meanwhile');
select reseal_store(77, null, '{}', '{}', '{}', '{}', '{}');
select is((select leased_until from reseal where epoch = 77), null, 'until it is stored');
select * from finish();
rollback;
