-- Questions stop the clocks, extensions lengthen the answer; the due points themselves come from the server (here: two days
-- later each time).
begin;
set search_path = test, tiepdan, public;
select plan(64);
create function pg_temp.day(n numeric) returns timestamptz language sql as $$ select timestamptz '2026-10-05 12:00+07' + n * interval '1 day' $$;
create temp table t as select n, f.* from generate_series(1, 5) n, file('HN-SXD', p_at := pg_temp.day(0 * n)) f;
create function pg_temp.t(n int) returns uuid language sql as $$ select id from t where t.n = $1 $$;
create function pg_temp.due(n int, p_kind text default 'answer') returns numeric language sql as $$
	select trim_scale(round(extract(epoch from due_at - pg_temp.day(0)) / 86400, 2))
	from clock_running where slot = slot_current() and ticket = pg_temp.t(n) and kind = p_kind
$$;
create function pg_temp.state(n int) returns text language sql as $$ select state from ticket where id = pg_temp.t(n) $$;
-- The citizen answers: the clocks that were read are two days later, less what the answer came early.
create function pg_temp.supply(n int, p_at timestamptz, p_version bigint default null, p_early interval default '1 day') returns void language sql as $$
	select question_supply(t.number, 1, coalesce(p_version, k.version), gen_random_uuid(), 'Số nhà 126, ngõ 99', p_at, f.slots, f.kinds, f.starts,
		f.dues, f.alarms, f.versions, gen_random_uuid())
	from t join ticket k on k.id = t.id, lateral (select array_agg(slot) as slots, array_agg(kind) as kinds, array_agg(start_at) as starts,
		array_agg(due_at - p_early) as dues, array_agg(alarm_at) as alarms, array_agg(version) as versions
		from clock_running c where c.ticket = t.id) f where t.n = $1
$$;
create function pg_temp.tracked(n int) returns json language sql as $$ select track(number) from t where t.n = $1 $$;

-- Asking.
select lives_ok($$select move('officer.HN-SXD', pg_temp.t(1), 'accept', pg_temp.day(0.5))$$, 'accepted');
select is(pg_temp.due(1), 3.5, 'due in three days');
select lives_ok($$select move('officer.HN-SXD', pg_temp.t(1), 'ask', pg_temp.day(1))$$, 'asked');
select is(array[pg_temp.state(1), pg_temp.due(1)::text], '{needs_info,5.5}', 'it waits, and its date counts the whole time for the answer');
select is((select array[from_state, (until_at = pg_temp.day(3))::text, ended] from question where ticket = pg_temp.t(1)), '{accepted,true,NULL}',
	'the question knows where the ticket goes back to');
select is((select array[type, from_state, to_state] from event where ticket = pg_temp.t(1) order by at desc limit 1),
	'{ticket.asked,accepted,needs_info}', 'an event');
select is(pg_temp.tracked(1)#>>'{questions,0,text}', 'Xin cho biết số nhà và tên ngõ.', 'the citizen reads it');
select is((select array_agg(item->>'paused') from clocks_listed(pg_temp.t(1), true, now(), now()) where runs), '{true}', 'the clock is shown as paused');
select is(attempt($$select move('officer.HN-SXD', pg_temp.t(1), 'claim', pg_temp.day(1.5))$$), 'TD409', 'nothing moves meanwhile');
select is(attempt($$select move('officer.HN-SXD', pg_temp.t(1), 'ask', pg_temp.day(1.5))$$), 'TD409', 'nor is a second question asked');

-- Answering.
select is(attempt($$select pg_temp.supply(1, pg_temp.day(2), 2)$$), '55P03', 'an answer to clocks that have changed meanwhile has to be given again');
select lives_ok($$select pg_temp.supply(1, pg_temp.day(2))$$, 'answered');
select is(array[pg_temp.state(1), pg_temp.due(1)::text], '{accepted,4.5}', 'the ticket is where it was, the clock goes on');
select is((select array[ended, (ended_at = pg_temp.day(2))::text] from question where ticket = pg_temp.t(1)), '{answered,true}', 'the question has ended');
select is((select array[type, actor_kind, from_state, to_state] from event where ticket = pg_temp.t(1) order by at desc limit 1),
	'{ticket.supplied,ticket,needs_info,accepted}', 'an event of the citizen');
select is((select text from message where ticket = pg_temp.t(1)), 'Số nhà 126, ngõ 99', 'and a message');
select is(attempt($$select pg_temp.supply(1, pg_temp.day(2.5))$$), 'TD409', 'there is nothing to answer any more');
select lives_ok($$select move('officer.HN-SXD', pg_temp.t(1), 'ask', pg_temp.day(2.5)); select pg_temp.supply(1, pg_temp.day(2.6))$$, 'a second question');
select is(attempt($$select move('officer.HN-SXD', pg_temp.t(1), 'ask', pg_temp.day(3))$$), 'TD434', 'and no third: the policy allows two');
select ok(not move_applies((select t from ticket t where id = pg_temp.t(1)), 'ask', now()), 'so it is not offered');

-- Not answering.
select lives_ok($$select move('officer.HN-SXD', pg_temp.t(2), 'ask', pg_temp.day(0.5))$$, 'asked before the acceptance');
select is(array[pg_temp.due(2, 'accept'), pg_temp.due(2)], '{3,9}', 'both clocks stand still');
select is(questions_expire(pg_temp.day(2.49), 10), 0::bigint, 'not yet');
select is(questions_expire(pg_temp.day(4), 10), 1::bigint, 'over');
select is(array[pg_temp.state(2), pg_temp.due(2, 'accept')::text], '{submitted,3}', 'back where it was, with the dates that were told');
select is((select array[ended, (ended_at = pg_temp.day(2.5))::text] from question where ticket = pg_temp.t(2)), '{expired,true}',
	'it ended when its time was over, not when that was noticed');
select is((select array[type, actor_kind] from event where ticket = pg_temp.t(2) order by at desc limit 1), '{ticket.question_expired,job}', 'an event');
select is(questions_expire(pg_temp.day(9), 10), 0::bigint, 'once');
create temp table c as select * from file('HN-SXD', 'restricted', 'complaint', (select id from policy where kind = 'complaint'));
select is(attempt($$select move('officer.HN-SXD', (select id from c), 'ask')$$), 'TD434', 'the law on complaints knows no pauses');

-- Answered on another way: staff say so.
create temp table w as select * from file('HN-SXD', p_at := pg_temp.day(0));
create function pg_temp.w() returns uuid language sql as $$ select id from w $$;
select move('officer.HN-SXD', pg_temp.w(), 'accept', pg_temp.day(0.5));
select is(attempt($$select move('officer.HN-SXD', pg_temp.w(), 'resume', pg_temp.day(1))$$), 'TD409', 'nothing was asked');
select move('officer.HN-SXD', pg_temp.w(), 'ask', pg_temp.day(1)), tracking_message((select number from w), 1, gen_random_uuid(), 'Số nhà 126',
	pg_temp.day(1.2), gen_random_uuid());
select is((select state from ticket where id = pg_temp.w()), 'needs_info', 'a message is no answer');
select is(moves_of(t)::jsonb, '[{"to": "accepted", "action": "resume", "needs_reason": true}]', 'but the officer can go on, to where it was')
	from ticket t, enter('officer.HN-SXD') where t.id = pg_temp.w();
select is(attempt($$select move('officer.HN-SXD', pg_temp.w(), 'resume', pg_temp.day(1.5), p_version := 2)$$), 'TD412', 'not of another version');
select is(attempt($$select move('officer.HN-SXD', pg_temp.w(), 'resume', pg_temp.day(1.5), p_reason := '')$$), 'TD428', 'not without a reason');
select is(attempt($$select move('officer.UB-00316', pg_temp.w(), 'resume', pg_temp.day(1.5))$$), 'TD404', 'not by another department');
select lives_ok($$select move('head.HN-SXD', pg_temp.w(), 'resume', pg_temp.day(1.5))$$, 'a head may, too');
select is((select array[state, (select trim_scale(round(extract(epoch from due_at - pg_temp.day(0)) / 86400, 2))::text from clock_running
	where slot = slot_current() and ticket = t.id and kind = 'answer')] from ticket t where id = pg_temp.w()), '{accepted,4.5}', 'the clock goes on');
select is((select array[ended, (ended_at = pg_temp.day(1.5))::text] from question where ticket = pg_temp.w()), '{resumed,true}', 'from then on');
select is((select array[type, actor_kind, (actor is not null)::text, from_state, to_state, public_en] from event where ticket = pg_temp.w() order by at desc
	limit 1), array['ticket.resumed', 'staff', 'true', 'needs_info', 'accepted', 'The information was supplied, the work goes on'], 'an event of who said so');
select is((select event_told(id, data)->>'reason' from event where ticket = pg_temp.w() and type = 'ticket.resumed'), 'vì lý do này', 'with the reason');
select is((select count(*) from notice_template where type = 'ticket.resumed' and side = 'citizen' and text like '%{{due}}%'), 2::bigint, 'letters');
select is(attempt($$select move('officer.HN-SXD', pg_temp.w(), 'resume', pg_temp.day(2))$$), 'TD409', 'once');
select move('officer.HN-SXD', pg_temp.w(), 'ask', pg_temp.day(2)), move('officer.HN-SXD', pg_temp.w(), 'resume', pg_temp.day(9));
select is((select array_agg(ended_at order by asked_at) from question where ticket = pg_temp.w()), array[pg_temp.day(1.5), pg_temp.day(4)],
	'what nobody noticed until its time was over has ended then');

-- Extensions.
select move('officer.HN-SXD', pg_temp.t(3), 'accept', pg_temp.day(0.5));
select is(attempt($$select move('officer.HN-SXD', pg_temp.t(4), 'request_extension', pg_temp.day(0.5))$$), 'TD409', 'not before the acceptance');
select is(attempt($$select move('head.HN-SXD', pg_temp.t(3), 'approve_extension', pg_temp.day(1))$$), 'TD437', 'nothing to approve');
select is(attempt($$select move('officer.HN-SXD', pg_temp.t(3), 'request_extension', pg_temp.day(3.6))$$), 'TD436', 'not after the due point');
select is(attempt($$select enter('officer.HN-SXD'); select extension_request(gen_random_uuid(), pg_temp.t(3), 2, 4, 'Phải chờ kết quả kiểm định.',
	pg_temp.day(1), gen_random_uuid())$$), 'TD439', 'not longer than the time there was');
select lives_ok($$select move('officer.HN-SXD', pg_temp.t(3), 'request_extension', pg_temp.day(1))$$, 'two days more, please');
select is(attempt($$select move('officer.HN-SXD', pg_temp.t(3), 'request_extension', pg_temp.day(1))$$), 'TD435', 'one request at a time');
select is(pg_temp.due(3), 3.5, 'asking alone changes nothing');
select is(pg_temp.tracked(3)->>'extensions', '[]', 'and is not the citizen''s business');
select is(attempt($$select move('head.HN-SXD', pg_temp.t(3), 'approve_extension', pg_temp.day(3.6))$$), 'TD436', 'no approval after the due point');
select is(attempt($$select account_save('officer.HN-SXD', 'Officer', 'HN-SXD', '{officer,head}'); select move('officer.HN-SXD', pg_temp.t(3),
	'approve_extension', pg_temp.day(2))$$), 'TD438', 'nor by who asked');
select lives_ok($$select move('head.HN-SXD', pg_temp.t(3), 'approve_extension', pg_temp.day(2))$$, 'granted');
select is(array[pg_temp.due(3), (select extension from clock_running where ticket = pg_temp.t(3) and kind = 'answer')], '{5.5,2}', 'two days more');
select is((select array[state, (due_before = pg_temp.day(3.5))::text, (due_after = pg_temp.day(5.5))::text] from extension where ticket = pg_temp.t(3)),
	'{approved,true,true}', 'from when to when');
select is(pg_temp.tracked(3)#>>'{extensions,0,reason}', 'Phải chờ kết quả kiểm định.', 'the citizen is told, with the reason');
select is(attempt($$select move('officer.HN-SXD', pg_temp.t(3), 'request_extension', pg_temp.day(3))$$), 'TD435', 'once, says the policy');
select move('officer.HN-SXD', pg_temp.t(5), 'accept', pg_temp.day(0.5)), move('officer.HN-SXD', pg_temp.t(5), 'request_extension', pg_temp.day(1));
select lives_ok($$select move('head.HN-SXD', pg_temp.t(5), 'refuse_extension', pg_temp.day(1.5))$$, 'refused');
select is(array[pg_temp.due(5)::text, (select state from extension where ticket = pg_temp.t(5))], '{3.5,refused}', 'nothing changes');

-- A request that nobody decides in time can still be refused, and does not outlive the answer.
select move('officer.HN-SXD', pg_temp.t(4), 'accept', pg_temp.day(0.5)), move('officer.HN-SXD', pg_temp.t(4), 'request_extension', pg_temp.day(1));
select lives_ok($$select move('head.HN-SXD', pg_temp.t(4), 'refuse_extension', pg_temp.day(9))$$, 'refused, however late');
select move('officer.HN-SXD', pg_temp.t(4), 'claim', pg_temp.day(9));
create temp table e as select * from file('HN-SXD', p_at := pg_temp.day(0));
select move('officer.HN-SXD', e.id, 'accept', pg_temp.day(0.5)), move('officer.HN-SXD', e.id, 'request_extension', pg_temp.day(1)),
	move('officer.HN-SXD', e.id, 'return', pg_temp.day(1.5)) from e;
select is((select state from extension where ticket = (select id from e)), 'lapsed', 'who gets the ticket next asks for time of their own');

-- Progress, and who held the ticket.
select lives_ok($$select move('officer.HN-SXD', pg_temp.t(5), 'progress', pg_temp.day(2), p_text := 'Đang chờ vật tư, sẽ xong trong tuần.')$$, 'progress');
select is(pg_temp.tracked(5)#>>'{messages,0,from}', 'department', 'the citizen reads it');
select * from finish();
rollback;
