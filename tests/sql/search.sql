-- Search finds what row security shows, but for what is restricted: for every caller, of tickets of each sight and holder, with who is kept
-- away and a broken glass; it narrows, goes on by pages, and what is destroyed is gone in the same transaction.
begin;
set search_path = test, tiepdan, public;
select no_plan();

-- Everything that waits, with the same words for all.
create function pg_temp.follow(p_words text, p_limit bigint default 1000) returns bigint language sql as $$
	with e as materialized (select * from search_next(p_limit)), f as (select * from e where ticket is not null)
	select search_store((select min(after_xid) from e), (select min(after_id::text)::uuid from e), l.xid, l.id, (select count(*) from e),
		(select array_agg(ticket) from f), (select array_agg(p_words) from f))
	from (select xid, id from e order by xid::xid8 desc, id desc limit 1) l
$$;
-- As if another transaction had written them.
create function pg_temp.committed() returns void language plpgsql as $$
declare
	v_xid constant xid8 := ((select max(xid) from event where xid < pg_snapshot_xmin(pg_current_snapshot()))::text::bigint + 1)::text::xid8;
begin
	set local session_replication_role = replica;
	update event set xid = v_xid where xid = pg_current_xact_id();
	set local session_replication_role = origin;
end $$;
create function pg_temp.found(p_needed text, p_best boolean default false, p_holder text default null, p_states text[] default null,
	p_begun text[] default null, p_code text default null, p_typed text default null) returns uuid[] language sql as $$
	select coalesce(array_agg((item::json->>'id')::uuid) filter (where item is not null), '{}') from ticket_search(p_needed, p_begun,
		coalesce(p_typed, p_needed, p_begun[1]), (select number from ticket where code = p_code limit 1), p_code, p_states, null, null, null, p_holder, null, null,
		p_best, now(), now() + interval '1 d', null, 500)
$$;

create temp table t as
	select s.code as sight, h as holder, stored, (file(h, s.code, p_kind := case when s.code = 'private' then 'complaint' else 'feedback' end,
		p_at := now() - n * interval '9 days')).id
	from sight s cross join unnest('{HN-SXD,HN-EIC,HN-TTRA}'::text[]) h cross join unnest('{f,t}'::boolean[]) stored
		cross join lateral (select abs(hashtext(s.code || h || stored)) % 40 as n) x;
update ticket set restricted = true where id in (select id from t where stored);
select pg_temp.committed();
select is(pg_temp.follow('''mot'':1A ''=một'':1A ''hai'':2', 30), 30::bigint, 'in portions');
select is(pg_temp.follow('''mot'':1A ''=một'':1A ''hai'':2') > 0, true, 'and the rest');
select is(pg_temp.follow('''mot'':1A'), null, 'then there is nothing');
select is((select count(*) from ticket_search), 21::bigint, 'each ticket once, but for what is restricted');
select is((select tickets from search_word where word = 'mot'), 6::bigint, 'its words are counted, of those that many see');
select is(search_store('1', nobody(), '9', nobody(), 7, '{}', '{}'), 0::bigint, 'who is late stores nothing');

-- Kept away, denounced, and a broken glass.
insert into ticket_against (ticket, department) select id, department_id('HN-SXD') from t where sight = 'private' and holder = 'HN-SXD';
grant select on t to tiepdan_app;
create temp table cell as select a.login, a.id as account, null::uuid[] as rows, null::uuid[] as newest, null::uuid[] as best, null::uuid[] as own, null::uuid[] as owned from account a;
grant all on cell to tiepdan_app;
do $$
declare
	v_login text;
begin
	for v_login in select login from cell loop
		perform enter(v_login);
		if v_login like 'hub_head%' then
			perform set_config('app.broken', array(select id from t where sight = 'denunciation' order by stored, id limit 4)::text, true);
		end if;
		set local role tiepdan_app;
		update cell set rows = array(select id from ticket where not restricted order by filed_at desc, id desc),
			owned = array(select id from ticket where not restricted and holder = (select id from department where code = 'HN-EIC') order by filed_at desc, id desc),
			newest = pg_temp.found('''mot'''), best = pg_temp.found('''mot''', true), own = pg_temp.found('''mot''', p_holder := 'HN-EIC') where login = v_login;
		reset role;
	end loop;
end $$;
select is_empty('select login, rows, newest from cell where newest <> rows', 'newest first as row security shows them');
select is_empty('select login from cell where array(select unnest(best) order by 1) <> array(select unnest(rows) order by 1)', 'and the best');
select is_empty('select login from cell where own <> owned', 'and of one department');
select ok((select count(*) from cell where cardinality(rows) > 0) > 20 and (select count(*) from cell where rows = '{}') > 3, 'some see something, some nothing');
select ok((select bool_and(rows && array(select id from t where sight = 'denunciation')) from cell where login like 'hub_head%'),
	'with what is opened by breaking the glass');
select is(pg_temp.found('''mot'''), '{}', 'not who is nobody: ' || k) from unnest('{anyone,ticket,job}'::text[]) k,
	lateral (select caller_enter(k, null, null, false, 60000)) x;

-- Words.
select enter('coordinator.HN-EIC');
select is(cardinality(pg_temp.found('''mot'' & ''hai''')) > 5, true, 'all words');
select is(pg_temp.found('''mot'' & ''hai'''), pg_temp.found('''mot'' <-> ''hai'''), 'side by side');
select is(pg_temp.found('''hai'' <-> ''mot'''), '{}', 'in their order');
select is(pg_temp.found(null, p_begun := '{mo}'), pg_temp.found('''mot'''), 'begun');
select is(pg_temp.found('''ba'''), '{}', 'not what is not there');
select is(pg_temp.found(null), '{}', 'nothing is asked for, nothing is found');
select is(pg_temp.found('''mot''', p_states := '{closed}'), '{}', 'only in some states');
select is((select count(*) from ticket_search(null, '{m}', '''m''', null, null, null, null, null, null, null, null, null, false, now(), now(), null, 20) where partial),
	0::bigint, 'nothing is cut');
insert into search_word select 'nh' || chr(97 + i) || chr(97 + j), 1 from generate_series(0, 25) i, generate_series(0, 5) j;
select is((select count(*) from ticket_search(null, '{nh}', '''nh''', null, null, null, null, null, null, null, null, null, false, now(), now(), null, 20) where partial),
	1::bigint, 'more words begin so than are looked for');
delete from search_word where word like 'nh%';

-- Moves are followed, and only what changes is stored.
select id as one from t where sight = 'public' and holder = 'HN-SXD' and not stored \gset
select is((select count(*) from move('officer.HN-SXD', :'one', 'accept')), 1::bigint, 'a move');
select pg_temp.committed();
select ctid::text as place from ticket_search where ticket = :'one' \gset
select pg_temp.follow('''mot'':1A ''=một'':1A ''hai'':2');
select enter('coordinator.HN-EIC');
select is(pg_temp.found('''mot''', p_states := '{accepted}'), array[:'one'::uuid], 'is found');
select is(:'one' = any (pg_temp.found('''mot''', p_states := '{submitted,in_progress}')), false, 'in the state that it has');
select is((select ctid::text from ticket_search where ticket = :'one'), :'place', 'and not stored anew: it is as open as before');
update ticket_search set words = ts_delete(words, '#sopen') || '''#saccepted''' where ticket = :'one';	-- as a server of before stored it
select is(pg_temp.found('''mot''', p_states := '{accepted}'), array[:'one'::uuid], 'as is what was stored before');
select pg_temp.follow('''mot'':1A ''=một'':1A ''hai'':2');
select enter('officer.HN-SXD');
select record_write(gen_random_uuid(), :'one', 'x', null);
select pg_temp.committed();
select is(pg_temp.follow('''ba'':1') > 0, true, 'other words');
select is((select array_agg(word || tickets order by word) from search_word), '{ba1,hai5,mot5}', 'are counted, and those of before no more');

-- A state that few of many have is found among them, newest first and the best.
create temp table crowd as select n, (file('HN-SXD', p_at := now() - n * interval '1 minute')).id from generate_series(1, 400) n;
select pg_temp.committed();
select is(pg_temp.follow('''nam'':1') > 0, true, 'many with the same word');
select force_state(id, 'in_progress') from crowd where n in (380, 390);
select enter('coordinator.HN-EIC');
select is(pg_temp.found('''nam''', p_states := '{in_progress}'), (select array_agg(id order by n) from crowd where n in (380, 390)), 'newest first');
select is(pg_temp.found('''nam''', true, p_states := '{in_progress}'), (select array_agg(id order by n) from crowd where n in (380, 390)), 'and the best');
select enter('officer.HN-SXD');
delete from search_word where word = 'nam';
delete from ticket_search where ticket in (select id from crowd);

-- The end of a ticket.
select force_state(id, 'closed') from t where sight = 'public' and not stored;
select is((select ticket_destroy(t, '{}', now()) is null from ticket t where id = (select id from t where sight = 'public' and holder = 'HN-EIC' and not stored)), false, 'destroyed');
select is((select count(*) from ticket_search s join t on t.id = s.ticket where t.sight = 'public' and t.holder = 'HN-EIC' and not t.stored), 0::bigint, 'its row is gone with it');
select is((select array_agg(word || tickets order by word) from search_word), '{ba1,hai4,mot4}', 'and its words');
select pg_temp.committed();
select is(pg_temp.follow('''mot'':1') > 0, true, 'what is told of it');
select is((select count(*) from ticket_search), 20::bigint, 'brings nothing back');
-- Read before, stored after.
select id as two from t where sight = 'public' and holder = 'HN-TTRA' and not stored \gset
update search_cursor set xid = '0', id = nobody();
select ticket_destroy(t, '{}', now()) from ticket t where id = :'two';
select search_store('0', nobody(), (pg_current_xact_id()::text::bigint - 1)::text, 'ffffffff-ffff-ffff-ffff-ffffffffffff', 1, array[:'two'::uuid], '{''mot'':1}');
select is((select count(*) from ticket_search where ticket = :'two'), 0::bigint, 'nor does who has read it before');
select is((select count(*) from search_word where word = 'ba'), 1::bigint, 'words of others stay');
-- The same of what is restricted, until that ends.
select id as three from t where sight = 'private' and holder = 'HN-EIC' and not stored \gset
update ticket set restricted = true where id = :'three';
select is((select count(*) from ticket_search where ticket = :'three'), 0::bigint, 'what is restricted is gone');
select is((select array_agg(word || tickets order by word) from search_word), '{ba1,hai2,mot2}', 'with its words');
update search_cursor set xid = '0', id = nobody();
select search_store('0', nobody(), (pg_current_xact_id()::text::bigint - 1)::text, 'ffffffff-ffff-ffff-ffff-ffffffffffff', 1, array[:'three'::uuid], '{''mot'':1}');
select is((select count(*) from ticket_search where ticket = :'three'), 0::bigint, 'who has read it before brings nothing back');
update ticket set restricted = false where id = :'three';
update search_cursor set xid = '0', id = nobody();
select search_store('0', nobody(), (pg_current_xact_id()::text::bigint - 1)::text, 'ffffffff-ffff-ffff-ffff-ffffffffffff', 1, array[:'three'::uuid], '{''mot'':1}');
select is((select count(*) from ticket_search where ticket = :'three'), 1::bigint, 'then it is found again');
-- What PostgreSQL does not take as words stops nobody.
select is(search_vector((select string_agg('''' || repeat('x', 900) || n || '''', ' ') from generate_series(1, 1300) n)), '', 'too many words are none');
select is(search_vector('''open'), '', 'nor are broken ones');
select * from finish();
rollback;
