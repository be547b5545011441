-- Citizens, straight at the database: what counts once counts once, nothing tells who asked, and a citizen sees their own tickets and nothing
-- that hangs on them.
begin;
set search_path = test, tiepdan, public;
select plan(93);
create function pg_temp.id(n int) returns uuid language sql as $$ select format('00000000-0000-0000-0000-%s', lpad(n::text, 12, '0'))::uuid $$;
create function pg_temp.address(n int) returns bytea language sql as $$ select decode(lpad(n::text, 64, '0'), 'hex') $$;
-- A letter to an address; `n` is its id, and that of whoever comes in with it first.
create function pg_temp.ask(n int, p_address int, p_place bytea default 'here') returns text language sql as $$
	select citizen_code_ask(pg_temp.id(n), pg_temp.id(n), 'vi', 1, 'w', ('box ' || n)::bytea, pg_temp.address(p_address), p_place);
	select state from citizen_code where id = pg_temp.id(n)
$$;
-- Comes in: the session has the id of the letter with 1000 more. Returns who it is, or the seconds to wait.
create function pg_temp.come(n int, p_right boolean default true) returns text language sql as $$
	select coalesce((opened).account::text, wait_s::text)
	from citizen_sign_in(pg_temp.id(n), p_right, array[n], '{100}', pg_temp.id(n + 1000), now() + interval '1 day', 'máy')
$$;
create function pg_temp.enter(n int) returns void language sql as $$
	select caller_enter('citizen', (select citizen from session where id = pg_temp.id(n + 1000)), pg_temp.id(n + 1000), false, 60000)
$$;
create function pg_temp.try(p_sql text) returns text language plpgsql as $$
begin
	execute p_sql;
	return 'ok';
exception when others then
	return sqlstate;
end $$;

-- Letters.
select is(array(select pg_temp.ask(n, 1) from generate_series(1, 4) n), '{waiting,waiting,waiting,held}', 'three letters an hour go to one address');
select is(pg_temp.ask(5, 2), 'waiting', 'another address is another one');
savepoint s;
select is(array(select pg_temp.ask(100 + n, 1, ('place ' || n / 4)::bytea) from generate_series(0, 19) n), '{waiting,waiting,waiting,held,waiting,waiting,waiting,held,'
	'waiting,waiting,waiting,held,waiting,waiting,waiting,held,held,held,held,held}', 'so many from each place, and five times as many from all');
rollback to s;
update citizen_code set made_at = now() - interval '61 min' where id in (pg_temp.id(1), pg_temp.id(2), pg_temp.id(3));
select is(pg_temp.ask(6, 1), 'waiting', 'after an hour there are letters again');
select is((select count(distinct expires_at - made_at) from citizen_code where id in (pg_temp.id(4), pg_temp.id(5), pg_temp.id(6))), 1::bigint,
	'and the answer is the same for all');
select set_eq($$ select id, owner from citizen_letters(now(), now() + interval '1 min', 10, 'x.example', 'UTC') $$,
	$$ select pg_temp.id(n) as id, pg_temp.id(n) as owner from unnest('{1,2,3,5,6}'::int[]) n $$, 'what is due is taken');
select is((select count(*) from citizen_letters(now(), now() + interval '1 min', 10, 'x.example', 'UTC')), 0::bigint, 'once');
select is(notice_done(pg_temp.id(5), 1, 'waiting', false, 'unreached', now(), now()), 1::bigint, 'what was not taken comes back');
select is((select attempts from citizen_letters(now(), now() + interval '1 min', 10, 'x.example', 'UTC')), 1::bigint, 'as if nobody had tried');
select is(notice_done(pg_temp.id(5), 1, 'sent', true, null, null, now()), 1::bigint, 'and is sent');
select is((select subject || language from citizen_letters(now() + interval '2 min', now() + interval '3 min', 1, 'x.example', 'UTC')), 'Mã đăng nhập của Ông/Bà: {{code}}vi',
	'a lease that has ended is taken again');
update citizen_code set expires_at = now() - interval '1 s' where id = pg_temp.id(6);
select is((select count(*) from citizen_letters(now() + interval '1 hour', now() + interval '2 hours', 10, 'x.example', 'UTC') l where l.id = pg_temp.id(6)), 0::bigint,
	'a code that has ended is not sent any more');
update citizen_code set expires_at = now() + interval '10 min';

-- Codes.
select is(pg_temp.come(4), '0', 'without a letter no code is right');
select is(pg_temp.come(999), '0', 'nor without a request');
select is(array(select pg_temp.come(2, false) from generate_series(1, 5)), '{0,0,0,0,0}', 'a wrong one opens nothing');
select is((select tries from citizen_code where id = pg_temp.id(2)), 5, 'and is counted');
select is(pg_temp.come(2), '0', 'after five the right one is none');
select is(pg_temp.come(1), pg_temp.id(1)::text, 'the right one opens an account');
select is(pg_temp.come(1), '0', 'once');
select is(pg_temp.come(3), pg_temp.id(1)::text, 'another letter to the address opens the same');
select is(pg_temp.come(5), pg_temp.id(5)::text, 'and another address another one');
select is((select array[means, assurance::text, client] from session where id = pg_temp.id(1001)), '{code,1,máy}', 'the session says how');
select is(array(select type from citizen_event where citizen = pg_temp.id(1) order by at), '{citizen.made,session.opened,session.opened}', 'it is told');
select throws_ok($$ update citizen_event set type = 'citizen.erased' $$, null, null, 'and stays so');
select throws_ok($$ delete from citizen_event where type = 'session.opened' $$, null, null, 'as long as the account does');
insert into sign_in_brake values (6, 200, now());
select cmp_ok(pg_temp.come(6)::int, '>', 0, 'who has tried too often waits');
select is((select tries from citizen_code where id = pg_temp.id(6)), 0, 'and nothing is counted');
delete from sign_in_brake;

-- With an identity provider.
create function pg_temp.vouched(n int, p_subject int) returns uuid language sql as $$
	select account from citizen_sign_in_oidc(pg_temp.id(n), now() + interval '1 min', 'https://id.example', pg_temp.address(p_subject), pg_temp.id(n), 2,
		pg_temp.id(n + 1000), now() + interval '1 day', null)
$$;
select is(array(select pg_temp.vouched(n, 77) from unnest('{20,21}'::int[]) n), array[pg_temp.id(20), pg_temp.id(20)], 'who is vouched for is the same each time');
select is(pg_temp.try('select pg_temp.vouched(20, 77)'), 'TD640', 'each flow counts once');
select isnt(pg_temp.vouched(22, 78), pg_temp.id(20), 'somebody else is somebody else');

-- The caller.
select is(pg_temp.try(format('select caller_enter(''citizen'', %L, %L, false, 1000)', pg_temp.id(5), pg_temp.id(1001))), 'TD401', 'a session is that of its citizen');
select is(pg_temp.try(format('select caller_enter(''staff'', %L, %L, false, 1000)', pg_temp.id(1), pg_temp.id(1001))), 'TD401', 'and none of staff');
select is(pg_temp.try(format('select caller_enter(''citizen'', id, id, false, 1000) from account where login = %L', 'officer.hn-sxd')), 'TD401', 'nor the other way round');
select pg_temp.enter(1);
select is(caller_citizen(), pg_temp.id(1), 'who comes in is known');
select ok(caller_account() is null and caller_department() is null and caller_roles() = '{}' and caller_sees_all() = '{}' and caller_sees_own() = '{}', 'and has nothing of staff');
select is(pg_temp.try(f), 'TD403', f) from unnest(array['select password_set(''$argon2id$x'', ''{}'')', 'select person_show(null)',
	'select second_factor_waiting()', 'select delegation_end(gen_random_uuid())']) f;

-- Tickets.
select id as t, number as n from file('HN-SXD', 'denunciation', 'denunciation', p_category := 'officials_conduct', p_contact := '\x01') \gset
select id as u, number as un from file('HN-SXD') \gset
select is(citizen_file(:'u', now() - interval '1 day'), false, 'a ticket that was not filed just now is not linked');
select is(citizen_file(:'t', (select filed_at from ticket where id = :'t')), true, 'what is filed while signed in is linked');
select is(array[citizen_file(:'t', (select filed_at from ticket where id = :'t')), citizen_file(gen_random_uuid(), now())], '{f,f}', 'once, and what was not filed is not');
select set_config('app.citizen', pg_temp.id(5)::text, true);
select is(pg_temp.try(format('select citizen_file(%L, now())', :'u')), 'TD401', 'not with the session of somebody else');
select set_config('app.citizen', pg_temp.id(1)::text, true), set_config('app.session', pg_temp.id(9999)::text, true);
select is(pg_temp.try(format('select citizen_file(%L, now())', :'u')), 'TD401', 'nor with none');
select pg_temp.enter(1);
-- Every table of which the server may read something, as the citizen.
insert into reply (ticket, version, at, author, department, state, text)
	select :'t', 1, now(), a.id, a.department, 'draft', 'Dự thảo trả lời' from account a where login = 'officer.hn-sxd';
insert into note (id, ticket, at, author, department, text) select gen_random_uuid(), :'t', now(), a.id, a.department, 'Nội bộ' from account a where login = 'officer.hn-sxd';
create function pg_temp.seen(p_ticket uuid) returns text[] language plpgsql as $$
declare
	t text;
	v_seen boolean;
	v_all text[] := '{}';
begin
	for t in select c.relname from pg_class c where c.relnamespace = 'tiepdan'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
			and has_table_privilege('tiepdan_app', c.oid, 'select') and exists (select from pg_attribute a where a.attrelid = c.oid
				and a.attname = case c.relname when 'ticket' then 'id' else 'ticket' end and a.atttypid = 'uuid'::regtype and not a.attisdropped) order by 1 loop
		execute format('select exists (select from %I where %I = $1)', t, case t when 'ticket' then 'id' else 'ticket' end) into v_seen using p_ticket;
		if v_seen then
			v_all := v_all || t;
		end if;
	end loop;
	return v_all;
end $$;
grant usage on schema test to tiepdan_app;
select pg_temp.enter(1);
set local role tiepdan_app;
select is(pg_temp.seen(:'t'), '{citizen_ticket,ticket}', 'a citizen sees their ticket, and nothing that hangs on it');
select is(pg_temp.seen(:'u'), '{}', 'of another one nothing');
select is((select count(*) from account), 0::bigint, 'and nobody of staff');
select is(array(select x.item::jsonb->>'id' from citizen_ticket l, citizen_ticket_item(l.ticket, now(), now()) x(item)), array[:'t'], 'the list has it');
select is((select item::jsonb->'unread' || (item::jsonb->'waiting') from citizen_ticket_item(:'t', now(), now()) x(item)), '[false, false]', 'nothing is new');
select is(citizen_ticket_item(:'u', now(), now()), null, 'not those of others');
select is(pg_temp.try(format('select * from citizen_ticket_open(%L, now())', :'u')), 'TD404', 'they are not opened');
select is(pg_temp.try(format('select citizen_ticket_drop(%L)', :'u')), 'TD404', 'nor taken off');
select is((select array[number, generation] from citizen_ticket_open(:'t', now())), array[:n, 1]::bigint[], 'one''s own are');
reset role;
select pg_temp.enter(5);
set local role tiepdan_app;
select is(pg_temp.seen(:'t'), '{}', 'another citizen sees nothing of it');
select is((select body::jsonb->>'id' from citizen_ticket_add(:un, 1, now(), now())), :'u', 'who shows a ticket has it');
select is(pg_temp.try(format('select citizen_ticket_add(%s, 2, now(), now())', :un)), 'TD404', 'with the secret that it has');
reset role;
update ticket set generation = 2 where id = :'u';
select pg_temp.enter(5);
set local role tiepdan_app;
select is(pg_temp.seen(:'u'), '{citizen_ticket}', 'a new secret ends the link');
reset role;
select enter('officer.HN-SXD');
set local role tiepdan_app;
select ok('ticket' = any (pg_temp.seen(:'u')) and 'citizen_ticket' <> all (pg_temp.seen(:'u')), 'staff see the ticket, and not whose it is');
select ok('event' = any (pg_temp.seen(:'u')), 'and what hangs on it');
reset role;

-- Another address.
select pg_temp.enter(5);
select isnt(citizen_email_ask(pg_temp.id(30), 'vi', 1, 'w', 'b', pg_temp.address(1), 'here'), null, 'somebody who has just come in asks for another address');
select is(pg_temp.come(30), '0', 'nobody comes in with that');
select is(pg_temp.try(format('select citizen_email_set(%L, true)', pg_temp.id(30))), 'TD651', 'one that somebody else has is refused');
update session set opened_at = now() - interval '16 min' where id = pg_temp.id(1005);
select is(pg_temp.try(format('select citizen_email_ask(%L, ''vi'', 1, ''w'', ''b'', %L, ''here'')', pg_temp.id(31), pg_temp.address(9))), 'TD652', 'a session of before changes none');

-- A new master key, and the end.
select set_eq($$ select owner from reseal_next(2, 100) where factor $$, $$ select pg_temp.id(n) from unnest('{1,5}'::int[]) n $$, 'addresses follow a new master key');
insert into reseal (epoch, after) values (3, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
create function pg_temp.portion(p_keep boolean default true) returns text language plpgsql as $$
declare
	v text;
	v_last uuid;
begin
	update reseal set leased_until = null;
	select string_agg(concat(owner, last is null), '' order by owner nulls last), min(last::text)::uuid into v, v_last from reseal_next(3, 1);
	if p_keep then
		perform reseal_store(3, v_last, '{}', '{}', '{}', '{}', '{}');	-- as if they did not open
	end if;
	return v;
end $$;
select is(pg_temp.portion(false), pg_temp.id(1) || 'ff', 'a portion at a time');
select is(pg_temp.portion(), pg_temp.id(1) || 'ff', 'once more where nobody has stored it');
select is(pg_temp.portion(false), pg_temp.id(5) || 'ff', 'and then the next one');
select reseal_store(3, pg_temp.id(5), array[true], array[pg_temp.id(5)], array[box], '{new}', '{new}') from citizen where id = pg_temp.id(5);
select is((select array[epoch, (select epoch from citizen where id = pg_temp.id(1))] from citizen where id = pg_temp.id(5)), '{3,1}', 'that is sealed anew');
select is((select array[after, citizens_after] from reseal where epoch = 3), array['ffffffff-ffff-ffff-ffff-ffffffffffff', pg_temp.id(5)]::uuid[], 'how far both are is kept');
select is(pg_temp.portion(), 't', 'to the end');
select ok(ended_at is not null and after is null and citizens_after is null, 'and the next round begins anew') from reseal where epoch = 3;
select pg_temp.enter(1);
update session set opened_at = now() - interval '16 min' where id = pg_temp.id(1001);
select is(array[pg_temp.try('select citizen_erase()'), pg_temp.try(format('select citizen_email_set(%L, true)', pg_temp.id(30)))], '{TD652,TD652}',
	'who has come in long ago ends no account, nor gives it another address');
update session set opened_at = now() where id = pg_temp.id(1001);
select citizen_erase();
select is((select count(*) from citizen where id = pg_temp.id(1)) + (select count(*) from session where citizen = pg_temp.id(1))
	+ (select count(*) from citizen_ticket where citizen = pg_temp.id(1)) + (select count(*) from citizen_code where box is not null and email_index = pg_temp.address(1) and purpose = 'sign_in'), 0::bigint,
	'nothing is left of an account');
select is((select state from ticket where id = :'t'), 'submitted', 'but its tickets');
select is(array(select type from citizen_event where citizen = pg_temp.id(1) order by at), '{citizen.made,citizen.erased}', 'and that there was one');
select throws_ok($$ delete from citizen_event where citizen = pg_temp.id(1) and type = 'citizen.made' $$, null, null, 'which stays');

-- Sign-ins go after their days, and nothing else.
insert into citizen_event (citizen, type, at) select pg_temp.id(5), type, now() - days * interval '1 day'
	from unnest('{session.opened,session.ended,session.reused,email.changed}'::text[]) type, unnest('{700,729,731}'::int[]) days;
select is(forget_sign_ins(2), 2::bigint, 'sign-ins of long ago go, a portion at a time');
select is(array[forget_sign_ins(100), forget_sign_ins(100)], '{1,0}', 'to the last one');
select is((select array[count(*) filter (where type like 'session.%'), count(*) filter (where type = 'email.changed')] from citizen_event
	where citizen = pg_temp.id(5) and at < now() - interval '600 days'), '{6,3}', 'and no other');

-- Letters are in the language of the last code, also when there is no code any more.
select citizen_code_ask(pg_temp.id(60), pg_temp.id(60), 'en', 1, 'w', 'box', pg_temp.address(2), 'here'), pg_temp.come(60);
delete from citizen_code;
select is((select language from citizen where id = pg_temp.id(5)), 'en', 'the language stays');

-- Who is not seen any more.
update setting set value = 100 where name = 'citizen_inactive_days';
update session set closed_at = now(), opened_at = now() - interval '200 days', renewed_at = null where citizen is not null;
update citizen set seen_at = now() - interval '71 days';
select forget_sessions(now() - interval '7 days', 100);
select is((select count(*) from citizen where id in (pg_temp.id(5), pg_temp.id(20)) and warned_at is not null), 1::bigint, 'who has an address is told');
select is((select count(*) from citizen_code where citizen = pg_temp.id(5) and template = 'citizen.inactive' and state = 'waiting'), 1::bigint, 'by a letter');
select is((select subject from citizen_letters(now(), now() + interval '1 min', 10, 'x.example', 'UTC') where owner = pg_temp.id(5)), 'Your account is about to be erased',
	'in their language');
update citizen set seen_at = now() - interval '101 days';
select forget_sessions(now() - interval '7 days', 100);
select is(array(select id from citizen where id in (pg_temp.id(5), pg_temp.id(20))), array[pg_temp.id(5)], 'who has none goes, others have their time');
update citizen set warned_at = now() - interval '31 days';
select forget_sessions(now() - interval '7 days', 100);
select is((select array[count(*), (select count(*) from citizen_event where type = 'citizen.erased' and data ? 'inactive' and citizen = pg_temp.id(5))]
	from citizen where id = pg_temp.id(5)), '{0,1}', 'and then go, too');

-- The whole world.
update setting set value = 10 where name = 'citizen_letters_all';
delete from citizen_code;
select is(array(select pg_temp.ask(200 + n, 200 + n) from generate_series(1, 10) n), array_fill('waiting'::text, '{10}'), 'many letters may go out');
select is(pg_temp.ask(299, 299), 'held', 'and no more, which is not told');
select ok(box is null and wrapped is null, 'nor is the address kept') from citizen_code where id = pg_temp.id(299);
update citizen_code set made_at = now() - n * interval '1 min' from generate_series(1, 10) n where id = pg_temp.id(200 + n);
create function pg_temp.waits(p_sql text) returns text language plpgsql as $$
declare
	v text;
begin
	execute p_sql;
	return 'nothing';
exception when others then
	get stacked diagnostics v = pg_exception_detail;
	return concat_ws(' ', sqlstate, v);
end $$;
select is(pg_temp.waits($$ select citizen_code_make(pg_temp.id(298), pg_temp.id(298), 'email', 'vi', 1, 'w', 'b', pg_temp.address(298), 'here') $$), 'TD692 3000',
	'who asks for another address is told, and until when');

-- What strangers have held back costs nobody who asks: counted is what is counted.
insert into citizen_code (id, citizen, purpose, template, language, epoch, email_index, expires_at, state)
	select gen_random_uuid(), gen_random_uuid(), 'sign_in', 'citizen.code', 'vi', 1, pg_temp.address(200), now() + interval '10 min', 'held'
	from generate_series(1, 5000);
analyze citizen_code;
create function pg_temp.looked() returns bigint language sql as $$
	select seq_tup_read + idx_tup_fetch from pg_stat_xact_user_tables where relid = 'tiepdan.citizen_code'::regclass
$$;
select pg_temp.looked() as before \gset
select is(pg_temp.ask(297, 200), 'held', 'among thousands');
select cmp_ok(pg_temp.looked() - :before, '<', 100::bigint, 'a few rows are looked at');
insert into citizen (id, epoch, wrapped, box, email_index) values (pg_temp.id(296), 1, 'w', 'b', pg_temp.address(200));
select pg_temp.looked() as before \gset
select citizen_end(pg_temp.id(296), null);
select cmp_ok(pg_temp.looked() - :before, '<', 100::bigint, 'also where an account ends');
update citizen_code set expires_at = now() - interval '2 hours' where state = 'held';
select cmp_ok(forget_sessions(now() - interval '7 days', 1000), '>=', 1000::bigint, 'and who forgets them goes on');
select * from finish();
rollback;
