-- A second look, an appeal, the withdrawal: what the citizen may do, once each, and who may not decide again.
begin;
set search_path = test, tiepdan, public;
select plan(67);
create function pg_temp.day(n numeric) returns timestamptz language sql as $$ select timestamptz '2026-10-05 12:00+07' + n * interval '1 day' $$;
create temp table t as select n, f.id, f.number from generate_series(1, 12) n, file('HN-SXD', p_at := pg_temp.day(0 * n)) f;
create function pg_temp.t(n int) returns uuid language sql as $$ select id from t where t.n = $1 $$;
create function pg_temp.ask(n int, p_action text, p_at timestamptz, p_version bigint default null) returns void language sql as $$
	select citizen(number, p_action, p_at, p_version) from t where t.n = $1
$$;
create function pg_temp.answer(n int, p_day numeric, p_officer text default 'officer.HN-SXD', p_head text default 'head.HN-SXD') returns void
language plpgsql as $$
begin
	perform move(p_officer, pg_temp.t(n), case (select state from ticket where id = pg_temp.t(n)) when 'submitted' then 'accept' else 'take_up' end,
		pg_temp.day(p_day));
	if (select state from ticket where id = pg_temp.t(n)) = 'accepted' then
		perform move(p_officer, pg_temp.t(n), 'claim', pg_temp.day(p_day + 0.01));
	end if;
	perform move(p_officer, pg_temp.t(n), 'propose', pg_temp.day(p_day + 0.02));
	perform move(p_head, pg_temp.t(n), 'approve', pg_temp.day(p_day + 0.03));
end $$;
create function pg_temp.is_at(n int) returns text language sql as $$
	select concat_ws(' ', t.state, d.code, a.login, t.outcome) from ticket t join department d on d.id = t.holder left join account a on a.id = t.person
		where t.id = pg_temp.t(n)
$$;
create function pg_temp.running(n int) returns text language sql as $$
	select string_agg(concat_ws(' ', kind, round, trim_scale(round(extract(epoch from due_at - pg_temp.day(0)) / 86400, 2))), ', ' order by kind)
	from clock_running where slot = slot_current() and ticket = pg_temp.t(n)
$$;
create function pg_temp.offered(n int) returns text[] language sql as $$
	select array_agg(m->>'action') from ticket k, json_array_elements(moves_tracked(k)) m where k.id = pg_temp.t(n)
$$;
-- Colleagues of the officer and the head, with a session each.
select account_save('second.hn-sxd', 'Second', 'HN-SXD', '{officer}'), account_save('head2.hn-sxd', 'Second head', 'HN-SXD', '{head}'),
	account_save('officer.hn-ubnd', 'Above', 'HN-UBND', '{officer}'), account_save('head.hn-ubnd', 'Above', 'HN-UBND', '{head}'),
	account_save('both.hn-ubnd', 'Moved up', 'HN-UBND', '{head}');
insert into session (id, account, expires_at) select id, id, now() + interval '1 day' from account a where not exists (select from session s where s.id = a.id);

-- The end of a window.
select is(window_end('2026-10-05 12:00+07', 15), '2026-10-21 00:00+07', 'fifteen days, the last one to its end');
select is(window_end('2026-10-05 23:30+07', 15), '2026-10-21 00:00+07', 'counted in the city''s own days');
select is(window_end('2026-10-02 12:00+07', 15), '2026-10-20 00:00+07', 'a Saturday moves on to Monday');
select is(window_end('2027-01-25 12:00+07', 15), '2027-02-12 00:00+07', 'and Tet to the day after it');

-- Who files no ticket of this account has no role of these.
select is(attempt($$select account_save('x.hn-sxd', 'Citizen', 'HN-SXD', '{citizen}')$$), 'account_role_staff', 'nobody of the staff is a citizen');
select is(attempt($$select account_save('x.hn-sxd', 'Job', 'HN-SXD', '{job}')$$), 'account_role_staff', 'or the server');

-- A second look.
select is(pg_temp.offered(1), '{withdraw}', 'an open ticket may be withdrawn');
select is(attempt($$select pg_temp.ask(1, 'second_look', pg_temp.day(1))$$), 'TD409', 'there is no answer yet');
select is(attempt($$select pg_temp.ask(1, 'close', pg_temp.day(1))$$), 'TD409', 'nor anything to close');
select pg_temp.answer(1, 1);
select is(pg_temp.is_at(1), 'answered HN-SXD officer.hn-sxd met', 'answered in time');
select is(attempt($$select pg_temp.ask(1, 'appeal', pg_temp.day(2))$$), 'TD442', 'no appeal before a second look');
select is(attempt($$select pg_temp.ask(1, 'second_look', timestamptz '2026-10-22 00:00+07')$$), 'TD440', 'too late');
select lives_ok($$select pg_temp.ask(1, 'second_look', timestamptz '2026-10-21 23:59:59+07')$$, 'just in time');
select is(pg_temp.is_at(1), 'reopened HN-SXD', 'the same department, nobody''s, no outcome any more');
select is((select array_agg(kind || ' ' || round order by kind) from clock_running where slot = slot_current() and ticket = pg_temp.t(1)),
	'{"answer 2"}', 'a second answer clock');
select is((select (due_at - start_at)::text from clock_running where slot = slot_current() and ticket = pg_temp.t(1)), '3 days', 'with all its time');
select is((select array[level::text, department_named(department)->>'code', (select login from account where id = person)] from review
	where ticket = pg_temp.t(1)), '{1,HN-SXD,officer.hn-sxd}', 'whose answer it was is kept');
select is((select array[type, actor_kind, from_state, to_state] from event where ticket = pg_temp.t(1) order by at desc limit 1),
	'{ticket.reopened,ticket,answered,reopened}', 'an event of the citizen');
select ok((select data is null or data::text not like '%chưa được%' from event where ticket = pg_temp.t(1) order by at desc limit 1), 'without words of the citizen');
select is(attempt($$select move('officer.HN-SXD', pg_temp.t(1), 'take_up', pg_temp.day(17))$$), 'TD443', 'not by the same officer');
select enter('officer.HN-SXD');
select ok(not moves_of(k)::jsonb @> '[{"action": "take_up"}]', 'it is not offered to him') from ticket k where id = pg_temp.t(1);
select enter('second.HN-SXD');
select ok(moves_of(k)::jsonb @> '[{"action": "take_up"}]', 'but to his colleague') from ticket k where id = pg_temp.t(1);
select is(attempt($$select move('head.HN-SXD', pg_temp.t(1), 'assign', pg_temp.day(17), p_person := (select id from account where login = 'officer.hn-sxd'))$$),
	'TD443', 'nor is it assigned to him');
select pg_temp.answer(1, 17, 'second.HN-SXD');
select is(pg_temp.is_at(1), 'answered HN-SXD second.hn-sxd met', 'answered again; the head may sign both');
select is(attempt($$select pg_temp.ask(1, 'second_look', pg_temp.day(18))$$), 'TD441', 'once');

-- The appeal.
select is(attempt($$select pg_temp.ask(1, 'appeal', pg_temp.day(40))$$), 'TD440', 'has its window, too');
select is(attempt($$select pg_temp.ask(1, 'appeal', pg_temp.day(18), 2)$$), '55P03', 'a ticket that has changed meanwhile has to be looked at again');
select lives_ok($$select pg_temp.ask(1, 'appeal', pg_temp.day(18))$$, 'appealed');
select is(pg_temp.is_at(1), 'appealed HN-UBND', 'to the department above');
select is((select array_agg(kind || ' ' || round order by kind) from clock_running where slot = slot_current() and ticket = pg_temp.t(1)), '{"appeal 1"}',
	'with a clock of its own');
select is((select array_agg(login order by login) from ticket_excluded x join account a on a.id = x.account where ticket = pg_temp.t(1)),
	'{head.hn-sxd,officer.hn-sxd,second.hn-sxd}', 'all who had a hand in it are out');
select is(attempt($$select move('officer.HN-SXD', pg_temp.t(1), 'take_up', pg_temp.day(19))$$), 'TD404', 'the department below sees it no more');
select account_save('head.hn-sxd', 'Head', 'HN-UBND', '{head}');
select move('officer.HN-UBND', pg_temp.t(1), 'take_up', pg_temp.day(18.1)), move('officer.HN-UBND', pg_temp.t(1), 'propose', pg_temp.day(18.2));
select is(attempt($$select move('head.HN-SXD', pg_temp.t(1), 'approve', pg_temp.day(18.3))$$), 'TD443', 'nor does a head who moved up sign again');
select lives_ok($$select move('head.HN-UBND', pg_temp.t(1), 'approve', pg_temp.day(18.3))$$, 'decided');
select is(pg_temp.is_at(1), 'answered HN-UBND officer.hn-ubnd met', 'in time of the appeal clock');
select is(attempt($$select pg_temp.ask(1, 'appeal', pg_temp.day(20))$$), 'TD441', 'once');
select is((select array_agg(d.code || ' ' || coalesce(ended_by, '-') order by since) from holding h join department d on d.id = h.department
	where ticket = pg_temp.t(1)), '{"HN-SXD appeal","HN-UBND -"}', 'who held it');
select is(rests(pg_temp.t(1), pg_temp.day(0)), '1.03 - 16.5, 17.03 - 18, 18.3 -', 'nobody works on what is answered, until it is open again');
select enter('head.HN-UBND');
select is((select array_agg(c.kind || ' ' || (c.start_s = extract(epoch from x.start_at))::text order by x.kind, x.round) from clock x,
	clock_explained_staff(x.ticket, x.kind, x.round) c where x.ticket = pg_temp.t(1) and x.kind in ('answer', 'appeal')),
	'{"answer true","answer true","appeal true"}', 'each of its clocks can be explained');
select is((select start_s from clock_explained_staff(pg_temp.t(1), 'answer', null)), (select max(extract(epoch from start_at))::bigint from clock
	where ticket = pg_temp.t(1) and kind = 'answer'), 'the last one when none is named');
select is_empty($$select * from clock_explained_staff(pg_temp.t(1), 'answer', 3)$$, 'there is no third');
select is((select array_agg(c.start_s is not null order by n) from t, generate_series(1, 2) r, clock_explained_tracked(number, 1, 'answer', r) c where n = 1),
	'{true,true}', 'the citizen reads both');
select is(attempt($$select enter('officer.HN-TTRA'); select clock_explained_staff(pg_temp.t(1), 'answer', 1)$$), 'TD404', 'others none');
select account_save('head.hn-sxd', 'Head', 'HN-SXD', '{head}');

-- An appeal decided late is late, whatever the first answer was.
select pg_temp.answer(2, 1), pg_temp.ask(2, 'second_look', pg_temp.day(2)), pg_temp.answer(2, 3, 'second.HN-SXD'), pg_temp.ask(2, 'appeal', pg_temp.day(4));
savepoint counted;
delete from clock_running where ticket = pg_temp.t(2) and kind = 'appeal';
select is((select array_agg(c.kind || ' ' || c.round || ' ' || (c.start_at = pg_temp.day(4))) from ticket k, level_clocks(k) c where k.id = pg_temp.t(2)),
	'{"appeal 1 true"}', 'an appeal that no limit counts is counted from when it was lodged, once a level has one');
update clock set round = 0 where ticket = pg_temp.t(2) and kind = 'answer' and round = 1;
delete from clock where ticket = pg_temp.t(2) and kind = 'answer' and round > 0;
select is(clock_round(pg_temp.t(2), 'answer'), 2, 'a second look is never the first answer');
rollback to counted;
select pg_temp.answer(2, 30, 'officer.HN-UBND', 'head.HN-UBND');
select is(pg_temp.is_at(2), 'answered HN-UBND officer.hn-ubnd late', 'late');

-- The hub finds another department when nobody is left.
select pg_temp.answer(3, 1), pg_temp.ask(3, 'second_look', pg_temp.day(2));
select lives_ok($$select move('coordinator.HN-EIC', pg_temp.t(3), 'route', pg_temp.day(3), p_department := 'UB-00316')$$, 'a reopened ticket is routed');
select is(pg_temp.is_at(3), 'reopened UB-00316', 'and stays reopened');
select is((select array_agg(kind order by kind) from clock_running where slot = slot_current() and ticket = pg_temp.t(3)), '{accept,answer}', 'the new holder has to accept');
select lives_ok($$select move('officer.UB-00316', pg_temp.t(3), 'take_up', pg_temp.day(3.5))$$, 'takes it up');
select is((select array_agg(kind order by kind) from clock_running where slot = slot_current() and ticket = pg_temp.t(3)), '{answer}', 'which is an acceptance');

-- Where there is no higher department for it.
select pg_temp.answer(4, 1), pg_temp.ask(4, 'second_look', pg_temp.day(2)), pg_temp.answer(4, 3, 'second.HN-SXD');
set local session_replication_role = replica;
update ticket set sight = 'press' where id = pg_temp.t(4);
set local session_replication_role = origin;
select is(attempt($$select pg_temp.ask(4, 'appeal', pg_temp.day(4))$$), 'TD444', 'press questions have remedies of their own');

-- Withdrawing, from every open state.
select is(attempt($$select pg_temp.ask(1, 'withdraw', pg_temp.day(21))$$), 'TD409', 'an answer is not withdrawn');
select lives_ok($$select pg_temp.ask(5, 'withdraw', pg_temp.day(0.5))$$, 'before the acceptance');
select is((select array_agg(kind || ' ' || outcome order by kind) from clock where ticket = pg_temp.t(5)), '{"accept passed","answer passed"}',
	'clocks end without a verdict');
select is((select count(*) from clock_running where ticket = pg_temp.t(5)), 0::bigint, 'none runs on');
select is((select text from message where ticket = pg_temp.t(5)), 'Việc này vẫn chưa được giải quyết.', 'the reason is a message');
select move('officer.HN-SXD', pg_temp.t(6), 'accept', pg_temp.day(0.5)), move('officer.HN-SXD', pg_temp.t(6), 'ask', pg_temp.day(1));
select is(pg_temp.offered(6), '{supply,withdraw}', 'who is asked may answer, or withdraw');
select lives_ok($$select pg_temp.ask(6, 'withdraw', pg_temp.day(1.5))$$, 'while a question is open');
select is((select ended from question where ticket = pg_temp.t(6)), 'dropped', 'which ends with it');
select is(questions_expire(pg_temp.day(30), 10), 0::bigint, 'and does not expire later');

-- Closing.
select pg_temp.answer(7, 1), pg_temp.answer(8, 1);
select lives_ok($$select pg_temp.ask(7, 'close', pg_temp.day(2))$$, 'by a citizen who is satisfied');
select is(close_answered('2026-10-21 23:59:59+07', 100), 0::bigint, 'by itself not before the window is over');
-- One bound for all of them: it has to say of each day, and of both of its ends, what window_end() says of a ticket.
select is_empty($$
	select a, p from generate_series('2026-12-20'::timestamp, '2027-03-01', '1 day') d,
		unnest(array[d at time zone 'Asia/Ho_Chi_Minh', (d + interval '23:59:59.999') at time zone 'Asia/Ho_Chi_Minh']) a,
		generate_series('2027-01-04 00:00+07'::timestamptz, '2027-03-20', '17 hours') p
	where (window_end(a, 15) <= p) <> (a < window_open_from(p, 15))$$, 'the bound of a run is that of each ticket');
select is(close_answered(pg_temp.day(400), 100) > 0, true, 'by itself after the window');
select is(array[pg_temp.is_at(7), pg_temp.is_at(8)], '{closed HN-SXD officer.hn-sxd met,closed HN-SXD officer.hn-sxd met}', 'both closed');
select lives_ok($$select pg_temp.ask(7, 'second_look', pg_temp.day(3))$$, 'a closed ticket may be looked at again within the window');
select * from finish();
rollback;
