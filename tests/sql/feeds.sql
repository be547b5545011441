-- The feed after a restore into another cluster: followers go on where they were, and read what is new.
begin;
set search_path = test, tiepdan, public;
select plan(17);
-- What making the people of the fixture has told.
set local session_replication_role = replica;
delete from event;
set local session_replication_role = origin;
create temp table t as select n, was, (file('HN-SXD', p_at := now() - (10 - ord) * interval '1 hour')).id
	from unnest('{old,both,one,none,new}'::text[], '{5,4000000000000,4000000000001,4000000000003,null}'::bigint[]) with ordinality x (n, was, ord);
create function pg_temp.place(p_n text) returns text language sql as $$
	select xid::text from event where ticket = (select id from t where n = p_n) and type = 'ticket.filed'
$$;
-- As after pg_restore: what came along has the ids of before.
create function pg_temp.restore() returns void language plpgsql as $$
begin
	set local session_replication_role = replica;
	update event e set xid = t.was::text::xid8 from t where t.id = e.ticket and t.was is not null;
	set local session_replication_role = origin;
	update notice_cursor set xid = '4000000000002', id = '00000000-0000-0000-0000-000000000000';
	update triage_cursor set xid = '4000000000000', id = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
	update record_cursor set xid = '6', id = '00000000-0000-0000-0000-000000000000';
	update search_cursor set xid = '4000000000009', id = '00000000-0000-0000-0000-000000000000';
end $$;
select is(feeds_foreign(), false, 'places of this cluster');
select is(feeds_resume(), 0::bigint, 'nothing is moved');
select pg_temp.restore();
select is(feeds_foreign(), true, 'places of another one');
select is(notices_make(now(), 100), 0::bigint, 'where nobody is told anything');
select is(feeds_resume() >= 4, true, 'what came along is moved');
select is(feeds_foreign(), false, 'into this one');
select is((select array_agg(pg_temp.place(n) order by was nulls last) from t where n <> 'new'), '{1,3,5,7}', 'by who has read it');
select is(pg_temp.place('new'), pg_current_xact_id()::text, 'what is new stays');
select is((select (c.xid, c.id) < (e.xid, e.id) from notice_cursor c, event e where e.ticket = (select id from t where n = 'new')), true, 'and is to be read');
select is((select array_agg(t.n order by x.xid) from triage_next(100) x join t on t.id = x.ticket), '{one,none}', 'suggestions go on with what they had not read');
select is((select array_agg(t.n order by x.xid) from search_next(100) x join t on t.id = x.ticket), null, 'who searches has read everything');
select is(notices_make(now(), 100), 1::bigint, 'and so does telling');
select is((select xid::text from notice_cursor), '7', 'which goes on from there');
select is(feeds_resume(), 0::bigint, 'once');
-- Restored once more, before anything else was read.
update t set was = 4000000000005 where n = 'new';
select pg_temp.restore();
update notice_cursor set xid = '4000000000004';
select feeds_resume();
select is((select array_agg(pg_temp.place(n) order by was) from t), '{1,3,5,5,7}', 'again and again');
select is(attempt($$update event set type = 'x', xid = '0' where type = 'ticket.filed'$$), '23001', 'nothing else of an event is changed');
select is(attempt($$update event set xid = '16' where type = 'ticket.filed'$$), '23001', 'nor to a place among the transactions of this cluster');
select * from finish();
rollback;
