-- What moves do to the clocks. A ticket is filed at noon of day 0: accept due after 1 day, answer at the latest after 7; an
-- offer made by a move ends 2 days (accept) or 3 days (answer) later.
begin;
set search_path = test, tiepdan, public;
select plan(24);
create function pg_temp.day(n numeric) returns timestamptz language sql as $$ select timestamptz '2026-10-05 12:00+07' + n * interval '1 day' $$;
create function pg_temp.filed() returns uuid language sql as $$ select id from file('HN-SXD', p_at := pg_temp.day(0)) $$;
-- kind, round, start (w: what it waits for), due, stop (in days), outcome
create function pg_temp.clocks(p uuid) returns setof text language sql as $$
	select concat_ws(' ', kind, round, case when waits then 'w' end || trim_scale(round(extract(epoch from start_at - pg_temp.day(0)) / 86400, 2)),
		case when not waits then trim_scale(round(extract(epoch from start_at - pg_temp.day(0)) / 86400, 2)) end,
		trim_scale(round(extract(epoch from due_at - pg_temp.day(0)) / 86400, 2)),
		coalesce(trim_scale(round(extract(epoch from stop_at - pg_temp.day(0)) / 86400, 2))::text, '-'), coalesce(outcome, 'runs'))
	from clock_all where ticket = p order by kind, round
$$;
create function pg_temp.due(p uuid) returns text language sql as $$
	select case when due_at = 'infinity' then 'never' else trim_scale(round(extract(epoch from due_at - pg_temp.day(0)) / 86400, 2))::text end
	from clock_running where slot = slot_current() and ticket = p and first
$$;
create temp table t as select n, pg_temp.filed() as id from generate_series(1, 8) n;
create function pg_temp.t(n int) returns uuid language sql as $$ select id from t where t.n = $1 $$;

select is(pg_temp.due(pg_temp.t(1)), '1', 'filed: the accept clock is next');
select results_eq($$select pg_temp.clocks(pg_temp.t(1))$$, '{accept 1 0 1 - runs,answer 1 w1 7 - runs}'::text[], 'the answer clock waits');

select lives_ok($$select move('officer.HN-SXD', pg_temp.t(1), 'accept', pg_temp.day(0.5))$$, 'accepted in time');
select results_eq($$select pg_temp.clocks(pg_temp.t(1))$$, '{accept 1 0 1 0.5 met,answer 1 0.5 3.5 - runs}'::text[],
	'the answer clock runs from the acceptance');
select is(pg_temp.due(pg_temp.t(1)), '3.5', 'and is next');

select lives_ok($$select move('officer.HN-SXD', pg_temp.t(2), 'accept', pg_temp.day(2))$$, 'accepted late');
select results_eq($$select pg_temp.clocks(pg_temp.t(2))$$, '{accept 1 0 1 2 late,answer 1 1 7 - runs}'::text[],
	'it began with the end of the accept limit and ends when the citizen was told');

select lives_ok($$select move('officer.HN-SXD', pg_temp.t(3), 'return', pg_temp.day(0.5));
	select move('coordinator.HN-EIC', pg_temp.t(3), 'route', pg_temp.day(0.75), p_department := 'UB-00316')$$, 'returned and routed');
select results_eq($$select pg_temp.clocks(pg_temp.t(3))$$,
	'{accept 1 0 1 0.5 passed,accept 2 0.5 2.5 0.75 passed,accept 3 0.75 2.75 - runs,answer 1 w1 7 - runs,route 1 0.5 1.5 0.75 met}'::text[],
	'every holder has a clock of its own, the answer clock waits on');
select lives_ok($$select move('officer.UB-00316', pg_temp.t(3), 'accept', pg_temp.day(2.5))$$, 'accepted by the third holder in his time');
select results_eq($$select c from pg_temp.clocks(pg_temp.t(3)) c offset 2$$, '{accept 3 0.75 2.75 2.5 met,answer 1 1 7 - runs,route 1 0.5 1.5 0.75 met}'::text[],
	'but the first limit has passed: nobody gains time by passing on');

select lives_ok($$select move('officer.HN-SXD', pg_temp.t(1), 'return', pg_temp.day(1)); select move('coordinator.HN-EIC', pg_temp.t(1), 'route',
	pg_temp.day(1.5), p_department := 'UB-00316'); select move('officer.UB-00316', pg_temp.t(1), 'accept', pg_temp.day(2))$$, 'returned after acceptance');
select results_eq($$select c from pg_temp.clocks(pg_temp.t(1)) c where c like 'answer%'$$, '{answer 1 0.5 3.5 - runs}'::text[],
	'the answer clock just runs on');

select lives_ok($$select move('head.HN-SXD', pg_temp.t(4), 'refuse', pg_temp.day(0.5), p_reason_code := 'out_of_scope')$$, 'refused');
select results_eq($$select pg_temp.clocks(pg_temp.t(4))$$, '{accept 1 0 1 0.5 met,answer 1 1 7 0.5 met}'::text[], 'a refusal is an answer');
select is((select array[outcome, pg_temp.due(id), (answered_at = pg_temp.day(0.5))::text] from ticket where id = pg_temp.t(4)), '{met,NULL,true}', 'in time, and out of the queue');

select lives_ok($$select move('officer.HN-SXD', pg_temp.t(5), 'accept', pg_temp.day(0.5)); select move('officer.HN-SXD', pg_temp.t(5), 'claim', pg_temp.day(0.6));
	select move('officer.HN-SXD', pg_temp.t(5), 'propose', pg_temp.day(1)); select move('head.HN-SXD', pg_temp.t(5), 'approve', pg_temp.day(4))$$,
	'answered late');
select results_eq($$select pg_temp.clocks(pg_temp.t(5))$$, '{accept 1 0 1 0.5 met,answer 1 0.5 3.5 4 late}'::text[], 'is late');
select is((select array[outcome, pg_temp.due(id)] from ticket where id = pg_temp.t(5)), '{late,NULL}', 'and stays late');

-- From receipt, without a policy, and the offer that would be later than promised.
create temp table s as select (file('HN-BTCD', p_kind := 'complaint', p_policy := (select id from policy where kind = 'complaint'), p_at := pg_temp.day(0))).id;
select results_eq($$select pg_temp.clocks((select id from s))$$, '{accept 1 0 1 - runs,answer 1 0 7 - runs}'::text[], 'statutory: from receipt');
create temp table p as select (file('HN-SXD', p_policy := 0, p_at := pg_temp.day(0))).id;
select is(pg_temp.due((select id from p)), 'never', 'praise is never due');
select lives_ok($$select move('officer.HN-SXD', (select id from p), 'accept', pg_temp.day(9))$$, 'and moves all the same');
update clock_running set latest_due = pg_temp.day(2), due_at = pg_temp.day(2) where ticket = pg_temp.t(6) and kind = 'answer';
select move('officer.HN-SXD', pg_temp.t(6), 'accept', pg_temp.day(0.5));
select is(pg_temp.due(pg_temp.t(6)), '2', 'no later than promised, whatever the offer');

-- Standing.
select is((select array_agg(standing(o, d::timestamptz, '2026-11-23 12:00+07', '2026-11-25 12:00+07') order by n) from unnest(
	array['met', 'late', null, null, null, null], array['2026-01-01', '2026-01-01', 'infinity', '2026-11-23 11:59+07', '2026-11-25 11:59+07', '2026-11-26 00:00+07'])
	with ordinality x (o, d, n)), '{met,met_late,no_clock,overdue,due_soon,in_time}', 'six standings');
select * from finish();
rollback;
