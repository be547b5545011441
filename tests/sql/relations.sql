-- Merging tickets and taking it back; what belongs to whom meanwhile. Relations.
begin;
set search_path = test, tiepdan, public;
select no_plan();
create function pg_temp.day(n numeric) returns timestamptz language sql as $$ select now() - interval '1 day' + n * interval '1 day' $$;
create temp table t as select n, f.id, f.number from generate_series(1, 30) n, file(case when n = 20 then 'UB-00316' else 'HN-SXD' end,
	p_sight := case n when 21 then 'private' when 22 then 'denunciation' when 23 then 'denunciation' else 'public' end,
	p_at := pg_temp.day(0 * n), p_contact := ('\x' || to_hex(n + 16))::bytea) f;
create function pg_temp.t(n int) returns uuid language sql as $$ select id from t where t.n = $1 $$;
create function pg_temp.ask(n int, p_action text, p_at timestamptz) returns void language sql as $$
	select citizen(number, p_action, p_at) from t where t.n = $1
$$;
create function pg_temp.track(n int) returns jsonb language sql as $$ select track(number)::jsonb from t where t.n = $1 $$;
create function pg_temp.merge(n int, p_into int, p_day numeric, p_who text default 'head.HN-SXD') returns text language sql as $$
	select etag from move(p_who, pg_temp.t(n), 'merge', pg_temp.day(p_day), p_into := pg_temp.t(p_into))
$$;
create function pg_temp.unmerge(n int, p_day numeric, p_who text default 'head.HN-SXD') returns text language sql as $$
	select etag from move(p_who, pg_temp.t(n), 'unmerge', pg_temp.day(p_day))
$$;
create function pg_temp.write(n int, p_text text, p_day numeric) returns void language sql as $$
	select tracking_message(number, 1, gen_random_uuid(), p_text, pg_temp.day(p_day), gen_random_uuid()) from t where t.n = $1
$$;
-- Everything of a ticket but its version and when it changed: two that are alike are alike in every column.
create function pg_temp.all_of(n int) returns jsonb language sql as $$
	select jsonb_build_object('ticket', (select to_jsonb(t) - '{version,updated_at}'::text[] from ticket t where id = pg_temp.t(n)),
		'running', (select jsonb_agg(to_jsonb(c) order by slot, kind) from clock_running c where ticket = pg_temp.t(n)),
		'stopped', (select jsonb_agg(to_jsonb(c) order by kind, round) from clock c where ticket = pg_temp.t(n)),
		'questions', (select jsonb_agg(to_jsonb(q) order by asked_at) from question q where ticket = pg_temp.t(n)),
		'parts', (select jsonb_agg(to_jsonb(p) - 'version' order by id) from part p where ticket = pg_temp.t(n)),
		'extensions', (select jsonb_agg(to_jsonb(e) order by asked_at) from extension e where ticket = pg_temp.t(n)),
		'replies', (select jsonb_agg(to_jsonb(r) order by version) from reply r where ticket = pg_temp.t(n)),
		'holders', (select jsonb_agg(to_jsonb(h) order by since) from holding h where ticket = pg_temp.t(n)))
$$;

-- Every open state comes back as it was.
select move('officer.HN-SXD', pg_temp.t(n), 'accept', pg_temp.day(0.1)) from generate_series(2, 5) n;
select move('officer.HN-SXD', pg_temp.t(n), 'claim', pg_temp.day(0.2)) from generate_series(3, 5) n;
select move('officer.HN-SXD', pg_temp.t(4), 'request_extension', pg_temp.day(0.3)), move('officer.HN-SXD', pg_temp.t(4), 'propose', pg_temp.day(0.3));
select move('officer.HN-SXD', pg_temp.t(5), 'ask', pg_temp.day(0.3));
insert into part (id, ticket, department, asked_at, asked_by, asked_from, task, due_at) select gen_random_uuid(), pg_temp.t(3), department_id('UB-00316'),
	pg_temp.day(0.3), (select id from account where login = 'officer.hn-sxd'), department_id('HN-SXD'), 'Cho biết hiện trạng vỉa hè.', pg_temp.day(3);
create temp table before as select n, pg_temp.all_of(n) as was from generate_series(1, 5) n;
select is((select array_agg(was->'ticket'->>'state' order by n) from before), '{submitted,accepted,in_progress,pending_approval,needs_info}', 'five states');
select lives_ok(format('select pg_temp.merge(%s, 10, 0.5)', n), 'merged from ' || (was->'ticket'->>'state')) from before;
select is((select count(*) from ticket where id in (select pg_temp.t(n) from before) and state = 'merged' and done), 5::bigint, 'all are merged');
select is((select count(*) from clock_running where ticket in (select pg_temp.t(n) from before) and (not parked or first)), 0::bigint, 'without clocks that run');
select is((select count(*) from clock where ticket in (select pg_temp.t(n) from before) and stop_at = pg_temp.day(0.5)), 0::bigint, 'and without a verdict');
select is(questions_expire(pg_temp.day(30), 10), 0::bigint, 'nor does the question expire meanwhile');
select is((select count(*) from alarms_due(pg_temp.day(30), 100) where ticket in (select pg_temp.t(n) from before)), 0::bigint, 'nor an alarm fire');
select lives_ok(format('select pg_temp.unmerge(%s, 1)', n), 'back to ' || (was->'ticket'->>'state')) from before;
select is_empty('select of, key from word where event is null and ticket in (select id from t)', 'and their events tell what their question and parts are again');
select is(pg_temp.all_of(n), was, 'exactly as it was: ' || (was->'ticket'->>'state')) from before;
select is(rests(pg_temp.t(3), pg_temp.day(0)), '0.5 - 1', 'what was merged was nobody''s work');
select is(rests(pg_temp.t(5), pg_temp.day(0)), '0.3 - 2.3', 'nor twice what waited for the citizen besides');
select is((select count(*) from clock_running where parked), 0::bigint, 'nothing is left behind');
select is((select count(*) from alarms_due(pg_temp.day(1), 100) where ticket = pg_temp.t(1)), 1::bigint, 'an alarm whose time went by fires');
select lives_ok($$select move('head.HN-SXD', pg_temp.t(4), 'approve', pg_temp.day(1.1))$$, 'the work goes on: the draft');
select is(questions_expire(pg_temp.day(30), 10), 1::bigint, 'and the question');

-- Who, which and into what.
select is(attempt($$select move('officer.HN-SXD', pg_temp.t(6), 'merge', p_into := pg_temp.t(7))$$), 'TD403', 'an officer does not merge');
select is(attempt($$select pg_temp.merge(6, 20, 1)$$), 'TD480', 'a head not into what is not seen');
select is(attempt($$select pg_temp.merge(6, 20, 1, 'coordinator.HN-EIC')$$), 'ok', 'but a coordinator does');
select is(attempt($$select pg_temp.merge(6, 6, 1)$$), 'TD615', 'not into itself');
select is(attempt($$select pg_temp.merge(6, 4, 1)$$), 'TD481', 'nor into what is answered');
select is(attempt($$select pg_temp.merge(4, 6, 1)$$), 'TD409', 'nor an answered one');
select is(attempt($$select pg_temp.merge(6, 21, 1)$$), 'TD482', 'a public one not into a private one');
select is(attempt($$select move('head.HN-SXD', pg_temp.t(22), 'merge', p_into := pg_temp.t(23))$$), 'TD404', 'a denunciation is not even seen');
select is(attempt(format('select move(%L, %L, %L, p_into := %L)', 'head.HN-SXD', pg_temp.t(6), 'merge', gen_random_uuid())), 'TD480', 'nor a ticket that is none');
select is(attempt($$select move('head.HN-SXD', pg_temp.t(6), 'merge', p_version := 7, p_into := pg_temp.t(7))$$), 'TD412', 'another version');
select is(attempt($$update ticket set state = 'answered' where id = pg_temp.t(6)$$), 'TD409', 'the guard knows the moves');

-- A chain: 11 into 12 into 13; the middle one goes and comes back.
select pg_temp.merge(11, 12, 1), pg_temp.merge(12, 13, 1.1);
select is(ticket_root(pg_temp.t(11)), pg_temp.t(13), 'the root is found');
select is(attempt($$select pg_temp.merge(13, 11, 1.2)$$), 'TD481', 'there are no circles');
select is(supporters_of(pg_temp.t(13)), 2::bigint, 'both are counted');
select pg_temp.unmerge(12, 1.2);
select is(array[ticket_root(pg_temp.t(11)), ticket_root(pg_temp.t(12)), ticket_root(pg_temp.t(13))], array[pg_temp.t(12), pg_temp.t(12), pg_temp.t(13)],
	'the middle one takes along what was merged into it');
select pg_temp.merge(13, 12, 1.3), pg_temp.unmerge(11, 1.4), pg_temp.unmerge(13, 1.5), pg_temp.merge(12, 11, 1.6), pg_temp.merge(11, 13, 1.7);
select is(ticket_root(pg_temp.t(12)), pg_temp.t(13), 'merged again the other way round');
select is((select array_agg(n order by n) from merged_below(pg_temp.t(13), 10) b join t on t.id = b), '{11,12}', 'and all are below');
select is((select count(*) from merged_below(pg_temp.t(13), 1)), 1::bigint, 'as many as are asked for');
select enter('head.HN-SXD');
select is((select array_agg(m->>'to') from ticket k, json_array_elements(moves_of(k)) m where k.id = pg_temp.t(12)), '{submitted}',
	'one way back is offered') ;

-- What each citizen sees and may do.
select pg_temp.write(12, 'Nhà tôi ở số 5, xin giữ kín.', 2), pg_temp.write(13, 'Chỉ người gửi phiếu gốc viết.', 2.01);
select move('officer.HN-SXD', pg_temp.t(13), 'accept', pg_temp.day(2)), move('officer.HN-SXD', pg_temp.t(13), 'claim', pg_temp.day(2)),
	move('officer.HN-SXD', pg_temp.t(13), 'propose', pg_temp.day(2.1));
select is(pg_temp.track(12)->'merged_into'->>'state', 'pending_approval', 'the state of the root');
select is(pg_temp.track(12)->'merged_into'->'replies', '[]', 'no draft');
select move('head.HN-SXD', pg_temp.t(13), 'approve', pg_temp.day(2.2));
select is(pg_temp.track(12)->'merged_into'->'replies'->0->>'text', 'Đã vá xong mặt đường.', 'the answer of the root');
select is(pg_temp.track(12)->>'state', 'merged', 'its own state');
select ok(pg_temp.track(12)::text not like '%gốc viết%', 'but no word of the root''s citizen');
select ok(pg_temp.track(13)::text not like '%giữ kín%', 'who reads none of theirs');
select is(pg_temp.track(13)->>'supporters', '2', 'but how many they are');
select is(pg_temp.track(13)->'merged_into', 'null', 'a root has none');
select ok((pg_temp.track(12)->>'may_write')::boolean, 'they may still write');
select enter('officer.HN-SXD');
select is((select array_agg(item::json->'ticket'->>'own' || ' ' || (item::json->>'text') order by key) from timeline_of(pg_temp.t(13), null, 10)),
	'{"false Nhà tôi ở số 5, xin giữ kín.","true Chỉ người gửi phiếu gốc viết."}'::text[], 'the officer reads one timeline') ;
select is((select array_agg(type || ' ' || (ticket = pg_temp.t(13))) from event where data->>'message' = (select id::text from message where ticket = pg_temp.t(12))),
	'{"ticket.message_merged false","ticket.message true"}', 'the root''s staff is told of the message');
select is((select array_agg(item::json->>'kind' || ' ' || (item::json->>'direction')) from relations_of(pg_temp.t(11), null, 10)),
	'{"merged from","merged to"}', 'what it is tied to');
select is((select item::json->'ticket'->>'text' is not null from relations_of(pg_temp.t(11), null, 10) where item::json->>'direction' = 'from'), true, 'with its text');

-- What is restricted below a case reads who has the case, and nobody else.
create function pg_temp.read_below() returns text[] language sql as $$
	select array[(select count(*) from timeline_of(pg_temp.t(13), null, 10))::text,
		(select count(*) from relations_of(pg_temp.t(11), null, 10) where item::json->>'direction' = 'from' and item::json->'ticket'->>'text' is not null)::text]
$$;
update ticket set restricted = true where id = pg_temp.t(12);
select is(pg_temp.read_below(), '{2,1}', 'the department of the case reads what is only stored of a part of it');
select enter('coordinator.HN-EIC');
select is(pg_temp.read_below(), '{1,0}', 'the hub reads the case alone');
update ticket set restricted = false where id = pg_temp.t(12);
select is(pg_temp.read_below(), '{2,1}', 'until it is restricted no more');
select enter('officer.HN-SXD');

-- Versions of the page: every change of the root is another one.
create temp table seen (v bigint);
create function pg_temp.look(n int) returns void language sql as $$
	insert into seen select s.version from t, tracking_show(array[t.number], '{1}', '{null}', now(), now() + '1 day', now() + '1 day') s where t.n = $1
$$;
select pg_temp.look(12), pg_temp.write(13, 'Xin cảm ơn cơ quan.', 2.3);
select pg_temp.look(12), pg_temp.ask(13, 'close', pg_temp.day(2.4));
select pg_temp.look(12);
select is((select count(distinct v) from seen), 3::bigint, 'a page that is known is not taken for another one');
select ok(not (pg_temp.track(12)->>'may_write')::boolean, 'nobody writes to what is closed');

-- Who is told: with the own code, once each, also through the chain.
update notice_cursor set xid = '0', id = '00000000-0000-0000-0000-000000000000';
select ok(notices_make(pg_temp.day(2.5), 10000) is not null, 'the feed is followed');
select is((select count(*) from notice), 0::bigint, 'of this transaction nothing is told yet');

-- Withdrawing: the root's citizen does not withdraw what others filed; a merged one only the own.
select pg_temp.merge(16, 15, 0.9), pg_temp.merge(15, 14, 1), pg_temp.merge(17, 14, 1);
create temp table w as select pg_temp.all_of(18) as was;
select lives_ok($$select pg_temp.ask(17, 'withdraw', pg_temp.day(1.5))$$, 'a merged ticket is withdrawn');
select is((select state from ticket where id = pg_temp.t(17)), 'withdrawn', 'for itself');
select is((select array_agg(kind || ' ' || outcome order by kind) from clock where ticket = pg_temp.t(17)), '{"accept passed","answer passed"}', 'its clocks pass');
select is(supporters_of(pg_temp.t(14)), 2::bigint, 'it supports nobody any more');
select is(attempt($$select pg_temp.unmerge(17, 2)$$), 'TD409', 'nor does it come back');
select lives_ok($$select pg_temp.ask(14, 'withdraw', pg_temp.day(1.6))$$, 'the root is withdrawn');
select is((select array_agg(state order by n) from t join ticket using (id) where n in (14, 15, 16)), '{withdrawn,submitted,merged}', 'the others go on');
select is(ticket_root(pg_temp.t(16)), pg_temp.t(15), 'with what was merged into them');
select is((select count(*) from clock_running where slot = slot_current() and ticket = pg_temp.t(15)), 2::bigint, 'and their clocks');

-- A prepared re-dating does not lose clocks that come back.
update clock_slot set role = 'next' where slot = 1;
insert into clock_running (slot, ticket, kind, round, holder, policy, unit, amount, extension, calendar, version, start_at, waits, due_at, latest_due, first, alarm_at, alarm_level)
	select 1, ticket, kind, round, holder, policy, unit, amount, extension, calendar, version, start_at, waits, due_at + interval '1 day', latest_due, first, alarm_at, alarm_level
	from clock_running where slot = 0 and ticket = pg_temp.t(18);
select pg_temp.merge(18, 19, 1);
select is((select count(*) from clock_running where ticket = pg_temp.t(18) and not parked), 0::bigint, 'put aside in both slots');
select pg_temp.unmerge(18, 1.1);
select is((select array_agg(slot || ' ' || kind || ' ' || first order by slot, kind) from clock_running where ticket = pg_temp.t(18)),
	'{"0 accept true","0 answer false","1 accept true","1 answer false"}', 'and back in both');
select is((select count(*) from clock_running a join clock_running b using (ticket, kind) where ticket = pg_temp.t(18) and a.slot = 0 and b.slot = 1
	and b.due_at = a.due_at + interval '1 day'), 2::bigint, 'each with the date of its slot');

-- Relations.
select enter('officer.HN-SXD');
create temp table r as select gen_random_uuid() as one, gen_random_uuid() as two;
select lives_ok($$select relation_write(one, pg_temp.t(6), 'related', pg_temp.t(7), 'cùng tuyến đường', now()) from r$$, 'related');
select is(attempt($$select relation_write(two, pg_temp.t(7), 'related', pg_temp.t(6), null, now()) from r$$), 'ticket_relation_once', 'both ways the same');
select lives_ok($$select relation_write(two, pg_temp.t(7), 'caused_by', pg_temp.t(6), null, now()) from r$$, 'another kind');
select is(attempt($$select relation_write(gen_random_uuid(), pg_temp.t(7), 'split_from', pg_temp.t(8), null, now())$$), 'ok', 'the shape of the request leaves that out');
select is(attempt($$select relation_write(gen_random_uuid(), pg_temp.t(6), 'related', pg_temp.t(20), null, now())$$), 'TD483', 'not with what is not seen');
select is(attempt($$select relation_write(gen_random_uuid(), pg_temp.t(6), 'related', pg_temp.t(6), null, now())$$), 'TD483', 'nor with itself');
select is((select array_agg(concat_ws(' ', item::json->>'kind', item::json->>'direction') order by item::json->>'kind') from relations_of(pg_temp.t(6), null, 10)),
	'{"caused_by from","related both"}', 'seen from the one side');
select enter('coordinator.HN-EIC');
select relation_write(gen_random_uuid(), pg_temp.t(6), 'follows', pg_temp.t(20), null, now());
select enter('officer.HN-SXD');
select is((select array_agg(concat_ws(' ', item::json->'ticket'->>'id', item::json->'ticket'->>'title', item::json->'ticket'->>'state'))
	from relations_of(pg_temp.t(6), null, 10) where item::json->>'kind' = 'follows'), '{submitted}', 'of a ticket that is not seen there is no more than the code');
select lives_ok($$select relation_remove(pg_temp.t(7), two, now()) from r$$, 'taken away');
select is(attempt($$select relation_remove(pg_temp.t(7), two, now()) from r$$), 'TD404', 'once');
select is(attempt($$select relation_remove(pg_temp.t(8), one, now()) from r$$), 'TD404', 'and not by way of another ticket');
update setting set value = 2 where name = 'relations_most';
select is(attempt($$select relation_write(gen_random_uuid(), pg_temp.t(6), 'follows', pg_temp.t(8), null, now())$$), 'TD484', 'there is an end to them');

-- Splitting: the part is tied to the whole, which stays as it is.
create temp table whole as select to_jsonb(k) - '{version,updated_at}'::text[] as was from ticket k where id = pg_temp.t(24);
create temp table part as select * from file('HN-TTRA', p_at := pg_temp.day(0));
update setting set value = 50 where name = 'relations_most';
create function pg_temp.split(p_who text, p_version bigint default 1) returns text language sql as $$
	select s.etag from enter(p_who), ticket_split(pg_temp.t(24), p_version, array(select id from part), '{}', '{}', 'Thuộc đơn vị khác.', pg_temp.day(1), gen_random_uuid()) s
$$;
select is(attempt($$select pg_temp.split('head.HN-SXD')$$), 'TD403', 'the hub splits');
select is(attempt($$select pg_temp.split('coordinator.HN-EIC', 2)$$), 'TD412', 'the version that was read');
select is(pg_temp.split('coordinator.HN-EIC'), '2', 'split');
select is((select to_jsonb(k) - '{version,updated_at}'::text[] from ticket k where id = pg_temp.t(24)), was, 'the whole stays as it is') from whole;
select is(pg_temp.track(24)->'splits'->0->>'title', 'Ổ gà trước số 126', 'its citizen sees the part');
select is((select array_agg(p.number) from t, tracking_splits(t.number, 1) p where n = 24), (select array_agg(number) from part), 'and may open it');
select is((select count(*) from tracking_splits((select number from part), 1)), 0::bigint, 'not the other way round');
select is(attempt($$select relation_remove(pg_temp.t(24), (select id from ticket_relation where kind = 'split_from'), now()) from enter('coordinator.HN-EIC')$$), 'TD404',
	'a part stays a part');
select is(attempt($$select s.kind from enter('officer.HN-SXD'), split_source(pg_temp.t(24), 2) s$$), 'TD403', 'nobody else reads what parts are made of');
select move('officer.HN-SXD', pg_temp.t(24), 'accept', pg_temp.day(1)), move('officer.HN-SXD', pg_temp.t(24), 'claim', pg_temp.day(1));
select is(attempt($$select pg_temp.split('coordinator.HN-EIC', 4)$$), 'TD409', 'not while somebody works on it');

-- Joining.
create function pg_temp.target(n int, p_key bytea) returns text language sql as $$
	select coalesce(x.refusal, x.id::text) from join_targets(array[(select t.number from t where t.n = $1)], array[p_key], now()) x
$$;
create function pg_temp.tie(p_tickets uuid[], p_keys bytea[], p_intos uuid[]) returns setof record language sql as $$
	select * from tickets_join(p_tickets, p_keys, p_keys, p_intos, array_fill(pg_temp.day(1), array[cardinality(p_tickets)]),
		array(select gen_random_uuid() from unnest(p_tickets)))
$$;
create function pg_temp.join(n int, p_key bytea default null, out ticket uuid, out number bigint, out told text) language plpgsql as $$
begin
	perform caller_enter('anyone', null, null, false, 60000);
	select f.id, f.number into ticket, number
		from file('HN-SXD', p_sight := 'private', p_policy := 0, p_at := pg_temp.day(1), p_key := p_key, p_fingerprint := p_key) f;
	select x.joined into told from pg_temp.tie(array[ticket], array[p_key], array[pg_temp.target(n, p_key)::uuid])
		x (ord bigint, outcome text, number bigint, generation bigint, joined text);
end $$;
select is(pg_temp.target(21, null), 'TD404', 'a private ticket is not joined');
select is(pg_temp.target(22, null), 'TD404', 'nor a denunciation');
select is(pg_temp.target(14, null), 'TD485', 'nor what is over');
select is((select array_agg(coalesce(x.refusal, t.n::text) order by x.ord)
	from join_targets((select array_agg(k.number order by k.n) from t k where k.n in (14, 21, 25, 26)) || -1::bigint, '{}', now()) x left join t using (id)),
	'{TD485,TD404,25,26,TD404}', 'each by its own');
create temp table j as select * from pg_temp.join(25, sha256('j'));
savepoint room;
update setting set value = 3 where name = 'joins_hour_most';
update ticket_merge set at = now() where kind = 'joined';
select is((select array_agg(coalesce(x.refusal, 'ok') order by x.ord) from join_targets(array(select k.number from t k, generate_series(1, 6) where k.n = 25),
	array[sha256('a'), null, sha256('j'), sha256('a'), null, sha256('b')], now()) x), '{ok,ok,ok,ok,TD488,TD488}',
	'of those who come together as many as there is room for, with who joined before and who asks twice');
rollback to room;
select is((select state || ' ' || done from ticket where id = (select ticket from j)), 'merged true', 'joined at once');
select is((select count(*) from clock_running where ticket = (select ticket from j)), 0::bigint, 'in no queue, without clocks');
select is(supporters_of(pg_temp.t(25)), 1::bigint, 'counted');
select is((select version from ticket where id = pg_temp.t(25)), 1::bigint, 'the ticket itself is not touched');
select is(track(number)::jsonb->'merged_into'->>'state', 'submitted', 'and followed') from j;
create temp table d as select f.* from file('HN-SXD', p_sight := 'private', p_policy := 0, p_at := pg_temp.day(1)) f;
create temp table s as select x.* from pg_temp.tie(array[gen_random_uuid(), (select id from d), gen_random_uuid()], array[sha256('j'), null, sha256('none')],
	array[pg_temp.t(25), pg_temp.t(25), pg_temp.t(25)]) x (ord bigint, outcome text, number bigint, generation bigint, joined text);
select is((select array_agg(outcome order by ord) from s), '{replayed,filed,key_reused}', 'each gets its own');
select is((select joined from s where outcome = 'replayed'), (select told from j), 'the same key is answered the same');
select is((select joined::jsonb->>'code' from s where outcome = 'filed'), (select k.code from ticket k join d using (id)), 'beside another one');
select is((select joined from s where outcome = 'key_reused'), null, 'a key that is not known tells nothing');
select is((select string_agg(concat_ws(' ', e.type, e.actor_kind, e.from_state, e.to_state, e.data->>'into', e.hash = event_hash(e.id, e.at, e.ticket, e.type,
	e.actor_kind, e.actor, e.department, e.from_state, e.to_state, e.public_vi, e.public_en, e.data)), '' order by e.at) from event e join d on e.ticket = d.id
	where e.type = 'ticket.joined'), 'ticket.joined anyone submitted merged ' || pg_temp.t(25) || ' t', 'and is in the record');
select citizen(number, 'withdraw', pg_temp.day(1)) from d;
select is(supporters_of(pg_temp.t(25)), 1::bigint, 'and counted once');
select enter('coordinator.HN-EIC');
select is((select array_agg(m->>'action') from ticket k, json_array_elements(moves_of(k)) m where k.id = (select ticket from j)), null, 'staff do not take it apart');
select is(attempt(format('select move(%L, %L, %L)', 'coordinator.HN-EIC', ticket, 'unmerge')), 'TD409', 'nor by force') from j;
select pg_temp.merge(25, 26, 2);
create temp table k as select * from pg_temp.join(25);
select is((select ticket_root(ticket) from k), pg_temp.t(26), 'a merged ticket is joined at its root');
select is(supporters_of(pg_temp.t(26)), 3::bigint, 'all are counted there');
select citizen(number, 'withdraw', pg_temp.day(3)) from j;
select is(supporters_of(pg_temp.t(26)), 2::bigint, 'whoever leaves is not');

-- What staff read of it with the ticket.
create function pg_temp.ties(p_login text, p_ticket uuid) returns text language plpgsql as $$
begin
	perform enter(p_login);
	return (select concat_ws(' ', merged_into->>'kind', merged_into->'ticket'->>'id' is not null, refusal->>'code', splits->'parent'->>'id' is not null,
		json_array_length(splits->'children')) from ticket_ties(p_ticket));
end $$;
select is(pg_temp.ties('coordinator.HN-EIC', pg_temp.t(25)), 'merged t f 0', 'where it was merged into');
select is(pg_temp.ties('coordinator.HN-EIC', ticket), 'joined t f 0', 'or joined') from k;
select is(pg_temp.ties('officer.HN-SXD', pg_temp.t(27)), 'f f 0', 'or nothing');
create temp table z as select (file('HN-SXD')).id as whole, (file('UB-00316')).id as part, (file('HN-TTRA', 'denunciation')).id as secret;
select move('coordinator.HN-EIC', whole, 'split', p_into := part), move('coordinator.HN-EIC', whole, 'split', p_into := secret) from z;
select is(array[pg_temp.ties('coordinator.HN-EIC', whole), pg_temp.ties('coordinator.HN-EIC', part)], '{"f f 1","f t 0"}',
	'what was split from it and what from, as far as one may know') from z;
select enter('officer.HN-SXD');
select is(jsonb_build_array(c->'id', c->'code' is not null, c->'title'), '[null, true, null]', 'of other departments the code alone')
	from (select splits::jsonb->'children'->0 as c from z, ticket_ties(whole)) x;
select is(attempt(format('select ticket_ties(%L)', part)), 'TD404', 'and nothing by way of it') from z;
select move('coordinator.HN-EIC', whole, 'refuse', p_reason_code := (select code from refusal_reason where action = 'refuse' limit 1)) from z;
select isnt((select refusal->>'text_vi' from z, ticket_ties(whole)), null, 'why it was refused');
select * from finish();
rollback;
