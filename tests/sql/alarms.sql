-- Alarms. A ticket is filed at noon of day 0: accept is due after 1 day with its warning after 19 hours, answer after 7 days
-- with its warning after 5. The instants of later levels come from the server (here: chosen by the test).
begin;
set search_path = test, tiepdan, public;
select plan(58);
create function pg_temp.day(n numeric) returns timestamptz language sql as $$ select timestamptz '2026-10-05 12:00+07' + n * interval '1 day' $$;
create temp table t as select n, f.* from generate_series(1, 12) n, file('HN-SXD', p_at := pg_temp.day(0 * n)) f;
create function pg_temp.t(n int) returns uuid language sql as $$ select id from t where t.n = $1 $$;
-- Only ticket n has running clocks with alarms.
create function pg_temp.only(n int) returns void language sql as $$
	update clock_running set alarm_at = 'infinity' where ticket <> pg_temp.t(n);
$$;
create function pg_temp.fire(p_day numeric, p_after interval default '1 day', p_fires boolean default true) returns text language sql as $$
	select moved || ' ' || fired from fire(found(pg_temp.day(p_day)), pg_temp.day(p_day), p_after, p_fires)
$$;
create function pg_temp.fired(n int) returns text language sql as $$
	select string_agg(concat_ws(' ', kind, round, level), ',' order by fired_at, kind, level) from alarm where ticket = pg_temp.t(n)
$$;
create function pg_temp.next(n int, p_kind text default 'accept') returns text language sql as $$
	select concat_ws(' ', alarm_level, case when alarm_at = 'infinity' then 'never' else trim_scale(round(extract(epoch from alarm_at - pg_temp.day(0)) / 3600, 2))::text end)
	from clock_running where slot = slot_current() and ticket = pg_temp.t(n) and kind = p_kind
$$;

-- What is due.
select is((select count(*) from alarms_due(pg_temp.day(0), 100)), 0::bigint, 'nothing at first');
select is((select count(*) from alarms_due(pg_temp.day(0) + interval '19 h', 100)), 0::bigint, 'an alarm is due when its instant has gone by');
select is((select count(*) from alarms_due(pg_temp.day(0) + interval '19 h 1 ms', 100)), 12::bigint, 'at once then');
select is((select count(*) from alarms_due(pg_temp.day(6), 5)), 5::bigint, 'as many as are wanted');
select is((select array_agg(distinct kind) from alarms_due(pg_temp.day(6), 12)), '{accept}', 'those that wait longest');
select is((select array_agg(distinct kind order by kind) from alarms_due(pg_temp.day(6), 100)), '{accept,answer}', 'then the others');
select pg_temp.only(1);
select results_eq($$select slot, kind, round, level, to_timestamp(alarm_ms / 1000.0), unit, calendar, profile, to_timestamp(start_s), to_timestamp(due_s), from_s
	from alarms_due(pg_temp.day(0.9), 10)$$, $$values (0::bigint, 'accept', 1::bigint, 1::bigint, pg_temp.day(0) + interval '19 h', 'wh', 'office',
	'phan_anh_hien_truong', pg_temp.day(0), pg_temp.day(1), null::bigint)$$, 'with what the instants of its ladder are made of');

-- One level after the other.
select is(pg_temp.fire(0.8, '5 h'), '1 1', 'the warning fires');
select results_eq($$select level, due_at, fired_at from alarm where ticket = pg_temp.t(1)$$, $$values (1, pg_temp.day(1), pg_temp.day(0.8))$$, 'there is a row');
select results_eq($$select e.type, e.at, e.actor_kind, e.department, e.from_state, e.to_state, e.public_vi, e.data from event e join alarm a on a.event = e.id
	and a.fired_at = e.at where a.ticket = pg_temp.t(1)$$, $$values ('clock.warning', pg_temp.day(0.8), 'job', department_id('HN-SXD'), null::text, null::text, null::text,
	jsonb_build_object('clock', 'accept', 'round', 1, 'level', 1, 'due_at', '2026-10-06T05:00:00.000Z', 'audiences', '["holder"]'::jsonb, 'urgent', false))$$,
	'and an event for those whom the ladder names');
select is((select hash = event_hash(id, at, ticket, type, actor_kind, actor, department, from_state, to_state, public_vi, public_en, data)
	from event where ticket = pg_temp.t(1) and type = 'clock.warning'), true, 'with its hash');
select is((select array[version::text, person::text] from ticket where id = pg_temp.t(1)), '{1,NULL}', 'the ticket is as it was; nobody has taken it');
select is(json_array_length(track((select number from t where n = 1))->'steps'), 1, 'the citizen does not see it');
select is(pg_temp.next(1), '2 24', 'the next level is planned');
select is((select count(*) from alarms_due(pg_temp.day(1), 10)), 0::bigint, 'for later');
select is(pg_temp.fire(1.01, '24 h'), '1 1', 'the breach');
select is(pg_temp.fire(2.01, '48 h'), '1 1', 'the first escalation');
select is(pg_temp.fire(4.01, null), '1 1', 'the second');
select is(pg_temp.fired(1), 'accept 1 1,accept 1 2,accept 1 3,accept 1 4', 'each once');
select is((select string_agg(type || ' ' || (data->>'audiences'), ', ' order by at) from event where ticket = pg_temp.t(1) and type like 'clock.%'),
	'clock.warning ["holder"], clock.breached ["holder", "heads"], clock.escalated ["hub"], clock.escalated ["leaders"]', 'up the ladder');
select is(pg_temp.next(1), '5 never', 'that is the end of it');

-- After an outage.
update clock_running set alarm_at = pg_temp.day(0) + interval '19 h' where ticket = pg_temp.t(2) and kind = 'accept';
select is(array[pg_temp.fire(3, '5 h'), pg_temp.fired(2)], '{1 0,NULL}', 'a warning is not given any more when the clock is overdue');
select is((select count(*) from event where ticket = pg_temp.t(2) and type like 'clock.%'), 0::bigint, 'to nobody');
select is(array[pg_temp.fire(3), pg_temp.fire(3.001, '0'), pg_temp.fire(3.002, null)], '{1 1,1 1,1 1}', 'the others come one after the other');
select is(pg_temp.fired(2), 'accept 1 2,accept 1 3,accept 1 4', 'in order');
update alarm_level set share = 1000 where profile is null and level = 1;
update clock_running set alarm_at = pg_temp.day(1) where ticket = pg_temp.t(3) and kind = 'accept';
select is(array[pg_temp.fire(1.5), pg_temp.fired(3)], '{1 1,accept 1 1}', 'a warning that is meant for the due point is given');
update alarm_level set share = 800 where profile is null and level = 1;

-- Whoever was faster.
select pg_temp.only(4);
update clock_running set alarm_at = pg_temp.day(0.5) where ticket = pg_temp.t(4) and kind = 'accept';
create temp table f as select found(pg_temp.day(0.6)) as seen;
update clock_running set alarm_at = pg_temp.day(2) where ticket = pg_temp.t(4) and kind = 'accept';
select is((select fire(seen, pg_temp.day(0.6)) from f)::text, '(0,0)', 'a clock with another alarm does not fire');
select is(pg_temp.next(4), '1 48', 'its alarm stays');
update clock_running set alarm_at = pg_temp.day(0.5), alarm_level = 2 where ticket = pg_temp.t(4) and kind = 'accept';
select is((select fire(seen, pg_temp.day(0.6)) from f)::text, '(0,0)', 'nor one at another level');
update clock_running set alarm_level = 1, round = 2 where ticket = pg_temp.t(4) and kind = 'accept';
select is((select fire(seen, pg_temp.day(0.6)) from f)::text, '(0,0)', 'nor another round of it');
update clock_running set round = 1 where ticket = pg_temp.t(4) and kind = 'accept';
select is((select fire(seen, pg_temp.day(0.6)) from f)::text, '(1,1)', 'as it was read it does');
select is((select fire(seen, pg_temp.day(0.6)) from f)::text, '(0,0)', 'once');
update clock_running set alarm_at = pg_temp.day(0.5), alarm_level = 1 where ticket = pg_temp.t(4) and kind = 'accept';
select is((select fire(seen, pg_temp.day(0.7)) from f)::text, '(1,0)', 'and never again, even if the clock is set back');
select is(pg_temp.next(4), '2 36', 'it moves on');
select is((select count(*) from event where ticket = pg_temp.t(4) and type like 'clock.%'), 1::bigint, 'and nothing is told again');
update clock_running set alarm_at = pg_temp.day(0.5) + interval '999 us' where ticket = pg_temp.t(4) and kind = 'accept';
select is(array[pg_temp.fire(0.8, '2 h', false), pg_temp.next(4)], '{1 0,2 14}', 'one that does not fire yet is planned anew');
select is(pg_temp.fired(4), 'accept 1 1', 'at its level');

-- Clocks that stop, and begin again.
select pg_temp.only(5);
update clock_running set alarm_at = pg_temp.day(0.5) where ticket = pg_temp.t(5) and kind = 'accept';
select is(pg_temp.fire(0.51, '12 h'), '1 1', 'a warning');
select lives_ok($$select move('officer.HN-SXD', pg_temp.t(5), 'return', pg_temp.day(0.6))$$, 'returned');
select is(pg_temp.next(5), '1 34.4', 'the new holder''s clock has a ladder of its own');
update clock_running set alarm_at = 'infinity' where ticket = pg_temp.t(5) and kind <> 'accept';
select is(array[pg_temp.fire(1.5), pg_temp.fired(5)], '{1 1,"accept 1 1,accept 2 1"}', 'which fires');
select is((select department from event where ticket = pg_temp.t(5) and type = 'clock.warning' order by at desc limit 1), department_id('HN-EIC'), 'for the new holder');
update clock_running set alarm_at = pg_temp.day(1.5) where ticket = pg_temp.t(5) and kind = 'accept';
delete from f; insert into f select found(pg_temp.day(2));
select lives_ok($$select move('coordinator.HN-EIC', pg_temp.t(5), 'accept', pg_temp.day(1.55))$$, 'accepted');
select is((select fire(seen, pg_temp.day(2)) from f)::text, '(0,0)', 'a clock that has stopped does not fire');
select is((select count(*) from alarms_due(pg_temp.day(2), 10)), 0::bigint, 'and is not found');

-- Pauses.
select pg_temp.only(6);
update clock_running set alarm_at = pg_temp.day(1) where ticket = pg_temp.t(6) and kind = 'answer';
select lives_ok($$select move('officer.HN-SXD', pg_temp.t(6), 'ask', pg_temp.day(0.5))$$, 'asked');
select results_eq($$select kind, to_timestamp(from_s), to_timestamp(until_s) from alarms_due(pg_temp.day(3.1), 10)$$,
	$$values ('answer', pg_temp.day(0.5), pg_temp.day(2.5))$$, 'the instants of a ladder are counted without the pause');
update clock_kind set pauses = false where code = 'answer';
select is((select array_agg(from_s) from alarms_due(pg_temp.day(3.1), 10)), '{NULL}', 'unless its clock runs on');
update clock_kind set pauses = true where code = 'answer';

-- The ladder.
select pg_temp.only(7);
update clock_running set alarm_at = pg_temp.day(0.5) where ticket = pg_temp.t(7) and kind = 'accept';
delete from alarm_level where profile is null and level in (1, 2);
select is(array[pg_temp.fire(0.6), pg_temp.fired(7), pg_temp.next(7)], '{1 1,accept 1 3,4 36}', 'levels that are gone are passed over');
insert into alarm_level values ('phan_anh_hien_truong', 1, 'clock.warning', 500, null, null, '{heads,leaders}');
select is(array[pg_temp.fire(1.6, null), pg_temp.fired(7), pg_temp.next(7)], '{1 0,accept 1 3,4 never}', 'a ladder of its own counts alone');
set local session_replication_role = replica;
update ticket set level = 'urgent' where id = pg_temp.t(8);
update ticket set kind = 'emergency' where id = pg_temp.t(9);
set local session_replication_role = origin;
update clock_running set alarm_at = pg_temp.day(0.5) where ticket in (pg_temp.t(8), pg_temp.t(9), pg_temp.t(10)) and kind = 'accept';
select is(pg_temp.fire(0.6), '3 3', 'three warnings of it');
select results_eq($$select e.data->'urgent', e.data->>'audiences' from alarm a join event e on e.id = a.event join t on t.id = a.ticket where t.n in (8, 9, 10) order by t.n$$,
	$$values ('true'::jsonb, '["heads", "leaders"]'), ('true', '["heads", "leaders"]'), ('false', '["heads", "leaders"]')$$, 'urgent tickets and emergencies do not wait for the morning');

-- Slots.
select pg_temp.only(11);
update clock_slot set role = 'next' where slot = 1;
insert into clock_running select (jsonb_populate_record(c, '{"slot": 1, "due_at": "2026-10-08 12:00+07", "alarm_at": "2026-10-07 12:00+07"}')).*
	from clock_running c where ticket = pg_temp.t(11);
update clock_running set alarm_at = pg_temp.day(0.5) where ticket = pg_temp.t(11) and kind = 'accept' and slot = 0;
select is((select array_agg(slot || ' ' || to_timestamp(alarm_ms / 1000.0)::date order by place, slot) from alarms_due(pg_temp.day(0.6), 10)), '{0 2026-10-05,1 2026-10-07}', 'dates in another slot are read with the current ones');
select is(array[pg_temp.fire(0.6), pg_temp.fired(11)], '{1 1,accept 1 1}', 'but only the current ones fire');
select is((select string_agg(concat_ws(' ', slot, alarm_level, alarm_at::date), ', ' order by slot) from clock_running where ticket = pg_temp.t(11) and kind = 'accept'),
	'0 2 2026-10-06, 1 2 2026-10-08', 'and all move on');

-- Who sees it.
grant select on t to tiepdan_app;
select enter('officer.HN-SXD');
set local role tiepdan_app;
select is((select count(*) from alarm where ticket = pg_temp.t(7)), 1::bigint, 'staff who see the ticket see its alarms');
select is(attempt('insert into alarm select * from alarm'), '42501', 'and do not write them');
reset role;
select enter('officer.UB-00316');
set local role tiepdan_app;
select is((select count(*) from alarm), 0::bigint, 'others see none');
reset role;
select * from finish();
rollback;
