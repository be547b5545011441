-- The record: events under roots, in order, once; the places of the feed after a restore; receipts.
begin;
set search_path = test, tiepdan, public;
select plan(35);
-- What making the people of the fixture has told.
set local session_replication_role = replica;
delete from event;
set local session_replication_role = origin;

create function pg_temp.root(p_from bigint default 0, p_to bigint default 0) returns bigint language sql as $$
	select record_store(n.seen, n.xid, n.id, n.number + 1, now(), n.events, n.first_us, n.last_us, sha256('r'),
		coalesce((select chain from record_root where number = n.number), decode(repeat('00', 32), 'hex')), sha256(('c' || n.number)::bytea), 'kid', decode(repeat('00', 64), 'hex'), n.entries)
	from (select min(seen) as seen, (array_agg(xid order by i desc))[1] as xid,
			(array_agg(id order by i desc))[1] as id, min(number) as number, count(*) as events, min(at_us) as first_us, max(at_us) as last_us,
			string_agg(int8send(at_us) || uuid_send(id) || hash, '' order by i) as entries
		from record_leaves(3) with ordinality x (number, at_ms, e, root, previous, kid, signature, seen, xid, id, at_us, hash, i)) n
$$;
-- Events of transactions that have ended: the places of a feed before all others.
create function pg_temp.past() returns void language sql as $$
	set session_replication_role = replica;
	update event set xid = '4' where xid > '16';
	set session_replication_role = origin
$$;
create temp table t as select n, (file('HN-SXD')).id from generate_series(1, 4) n;
select pg_temp.past();

select caller_enter('job', null, null, false, 60000);
select is((select array_agg(number) from record_leaves(2)), '{0,0}', 'nothing is sealed yet');
select is(pg_temp.root(), 3::bigint, 'a batch');
select is((select string_agg(concat_ws(' ', number, events, root = sha256('r'), kid), ', ') from record_leaves(3)), '1 3 t kid', 'the rest comes behind its root');
select is((select record_store('9:9:', '9', null, 1, now(), 1, 0, 0, sha256('r'), decode(repeat('00', 32), 'hex'), sha256('x'), 'kid',
	decode(repeat('00', 64), 'hex'), decode(repeat('00', 56), 'hex'))), 0::bigint, 'who has read the same before stores nothing');
select is(pg_temp.root(), 1::bigint, 'the next one');
select is_empty('select from record_leaves(3)', 'all is sealed');
select is((select string_agg(number || ' ' || events, ', ' order by number) from record_root), '1 3, 2 1', 'under two roots');
select throws_ok('update record_root set events = 2', '23001', null, 'a root is never changed');
select throws_ok('delete from record_root', '23001', null, 'nor removed');
select throws_ok('truncate record_root', '23001', null, 'nor all of them');

-- Receipts.
select enter('officer.HN-SXD');
select is((select concat_ws(' ', root::json->>'number', (hash = sha256(convert_to(content, 'UTF8')))::text, place is null)
	from receipt_staff((select id from t where n = 2))) in ('1 true t', '2 true t'), true, 'of whoever sees the ticket');
select is(attempt($$select receipt_staff('00000000-0000-0000-0000-000000000001')$$), 'TD404', 'and of no other one');
reset role;
select is((select root from receipt_of((file('HN-SXD')).id, true)), null, 'what is not sealed has no root');
select is((record_head(null)::json->'head'->>'number'), '2', 'the last root is for everybody');
select is((record_head((now() - interval '2 days')::date)::json->>'head'), null, 'that of a day, too');
select is((select string_agg(item::json->>'number' || key, ' ') from record_roots('1', 5)), '22', 'and a page of them');

-- How tickets stand, and what is written beside events.
create temp table c as select (file('HN-SXD')).id;
select is((select data->>'sight' || ' ' || (data->>'code' = t.code) || ' ' || (data ? 'ticket') from event e join ticket t on t.id = e.ticket where t.id = (select id from c)),
	'public true false', 'the event of a filing says what the ticket begins with');
select event_write(gen_random_uuid(), now() + interval '1 s', (select id from c), 'ticket.tested', 'job', null, null, null, null, null, null, '{"a": 1}');
create temp view last as select * from event where ticket = (select id from c) and type = 'ticket.tested' order by at desc limit 1;
select is((select data->'ticket' from last), (select ticket_stands(t) from ticket t where id = (select id from c)), 'each other one how it stands');
select is((select data->'a' from last), '1', 'beside what it says itself');
select is((select hash from last), (select event_hash(id, at, ticket, type, actor_kind, actor, department, from_state, to_state, public_vi, public_en,
	data) from last), 'and is hashed with it');
insert into note (id, ticket, at, author, department, text) select gen_random_uuid(), id, now(), (select id from account limit 1), 1, 'Đã gọi.' from c;
select is((select of || ' ' || version || ' ' || (event is null) from word where ticket = (select id from c)), 'note 1 true', 'a text is committed to');
select event_write(gen_random_uuid(), now() + interval '2 s', (select id from c), 'ticket.tested', 'job', null, null, null, null, null, null, null);
select is((select data->'words'->0->>3 from last), (select said from word where ticket = (select id from c)), 'and told by the next event');
update note set text = text || '.' where ticket = (select id from c);
set constraints word_tell immediate;
select is((select data->'words'->0->>2 from event where ticket = (select id from c) and type = 'ticket.words'), '2',
	'or by one of its own when the transaction ends');
select is((select said from word where ticket = (select id from c)), (select event_commitment(w.salt, jsonb_build_array(n.text, n.author::text,
	n.department::text)::text) from word w join note n on n.ticket = w.ticket where n.ticket = (select id from c)), 'under its salt, with whose it is');
set constraints word_tell deferred;
select is((select form from word where ticket = (select id from c)), 2::smallint, 'which its form says');
update note set department = department_id('HN-EIC') where ticket = (select id from c);
select is((select version || ' ' || (event is null) from word where ticket = (select id from c)), '3 true', 'another department is committed to, too');
update note set at = at where ticket = (select id from c);
select is((select version from word where ticket = (select id from c)), 3, 'what is not bound changes nothing');
select throws_ok('update word set form = 3', '23514', null, 'there is no third form');
update record_walk set ticket = '00000000-0000-0000-0000-000000000000';
select is((select record_walk_on(now(), 2)), 2::bigint, 'tickets of before say how they stand');
select is((select count(*) from event where type = 'ticket.recorded' and data->'filed' = (select ticket_filed_as(t) from ticket t where id = event.ticket)),
	2::bigint, 'and what they began with');
select ok(record_walk_on(now(), 100000) > 0, 'the rest');
select is((select ticket from record_walk), null, 'until all have');
select is((select record_walk_on(now(), 100)), 0::bigint, 'once');

-- A restore into another cluster.
set session_replication_role = replica;
update event set xid = (pg_current_xact_id()::text::bigint + 1000000)::text::xid8;
set session_replication_role = origin;
update notice_cursor set xid = '0', id = '00000000-0000-0000-0000-000000000000';
update triage_cursor set xid = '0', id = '00000000-0000-0000-0000-000000000000';
update record_cursor set (xid, id) = (select xid, id from event order by xid, id offset 2 limit 1);
select ok(feeds_resume() > 0, 'events get new places');
select is((select count(*) from record_leaves(100)), (select count(*) - 3 from event), 'what was not sealed still is to be');
select * from finish();
rollback;
