-- Alarms of parts: planned, warned and breached once each, by the ladder of the ticket; nothing of what has ended.
begin;
set search_path = test, tiepdan, public;
select plan(21);
create temp table t as select (file('HN-SXD')).id;
create function pg_temp.t() returns uuid language sql as $$ select id from pg_temp.t $$;
select move('officer.HN-SXD', pg_temp.t(), 'accept');
create function pg_temp.p() returns part language sql as $$ select p from part p where ticket = pg_temp.t() order by asked_at desc, id limit 1 $$;
create function pg_temp.h(n numeric) returns timestamptz language sql as $$ select now() + n * interval '1 h' $$;
create function pg_temp.found(p_now timestamptz) returns alarm_fact[] language sql as $$ select array_agg(f) from part_alarms_due(p_now, 10) f $$;
-- As the server does: what is found at an hour, with the level that fires (NULL: planned anew) and the hour of the next.
create function pg_temp.fire(p_found alarm_fact[], p_hour numeric, p_fired bigint, p_next numeric, p_ladder text default '') returns text language sql as $$
	select moved || ' ' || fired from (select array_agg(ticket) as parts, array_agg(level) as levels, array_agg(to_timestamp(alarm_ms / 1000.0)) as alarms,
			array_agg(p_ladder) as ladders, array_agg(p_fired) as fireds, array_agg(pg_temp.h(p_next)) as nexts, array_agg(gen_random_uuid()) as events
		from unnest(p_found)) f, part_alarms_fire(f.parts, f.levels, f.alarms, f.ladders, f.fireds, f.nexts, f.events, pg_temp.h(p_hour))
$$;
create function pg_temp.fire(p_hour numeric, p_fired bigint, p_next numeric) returns text language sql as $$
	select pg_temp.fire(pg_temp.found(pg_temp.h(p_hour)), p_hour, p_fired, p_next)
$$;
create function pg_temp.said() returns text language sql as $$
	select string_agg(type, ' ' order by type desc) from event where ticket = pg_temp.t() and type like 'clock.part%'
$$;
select move('officer.HN-SXD', pg_temp.t(), 'ask_part');
update part set due_at = pg_temp.h(10);

select results_eq($$select ticket = (pg_temp.p()).id, level, unit, calendar, start_s < due_s, version is not null from part_alarms_due(pg_temp.h(0.1), 10)$$,
	$$values (true, 1::bigint, 'wd', 'office', true, true)$$, 'a new part is found at once');
create temp table f as select pg_temp.found(pg_temp.h(0.1)) as seen;
select is(pg_temp.fire(0.1, null, 8), '1 0', 'to be planned');
select is((select pg_temp.fire(seen, 0.2, 1, 10) from f), '0 0', 'once: as it was read it is no more');
select is(pg_temp.found(pg_temp.h(7.9)), null, 'then it rests');
select is(pg_temp.fire(8.1, 1, 10), '1 1', 'the warning');
select is(array[pg_temp.fire(8.2, 1, 10), pg_temp.said()], '{0 0,clock.part_warning}', 'once');
select is((select data - 'part' from event where type = 'clock.part_warning'), jsonb_build_object('due_at', instant(pg_temp.h(10)), 'urgent', false), 'what is told of it');
select is((select department from event where type = 'clock.part_warning'), department_id('UB-00316'), 'of which department');
update f set seen = pg_temp.found(pg_temp.h(10.1));
update part set alarm_level = 3;
select is((select pg_temp.fire(seen, 10.1, 2, 20) from f), '0 0', 'nothing fires at another level');
update part set alarm_level = 2;
select is(pg_temp.fire(10.1, 2, 20), '1 1', 'the breach');
select is(array[pg_temp.said(), (pg_temp.p()).alarm_at::text], '{clock.part_warning clock.part_breached,infinity}', 'is the last');

-- What is gone, late, over or ended.
update part set alarm_level = 1, alarm_at = pg_temp.h(8);
select is(array[pg_temp.fire(11, 1, 10), pg_temp.said()], '{1 0,clock.part_warning clock.part_breached}', 'no warning when it is overdue');
select is(pg_temp.fire(11, 2, 20), '1 1', 'but the breach');
update part set alarm_level = 7, alarm_at = pg_temp.h(8);
select is(array[pg_temp.fire(11, 7, 12), (pg_temp.p()).alarm_level::text], '{1 0,8}', 'a level that is gone is passed over');
select is(pg_temp.fire(pg_temp.found(pg_temp.h(12.1)), 12.1, 3, 20), '1 0', 'an escalation is of the ticket alone');
update part set alarm_level = 1, alarm_at = pg_temp.h(8), due_at = pg_temp.h(20);
select is(pg_temp.fire(pg_temp.found(pg_temp.h(8.1)), 8.1, 1, 10, 'khan_cap_24_7'), '1 1', 'a ladder of its own counts');
update part set alarm_level = 1, alarm_at = pg_temp.h(8);
update f set seen = pg_temp.found(pg_temp.h(8.1));
select enter('head.UB-00316');
select etag from part_give((pg_temp.p()).id, 1, 'Đã kiểm tra.', now(), gen_random_uuid());
select is((select pg_temp.fire(seen, 8.2, 1, 10) from f), '0 0', 'who gave it in between has won');
select is(pg_temp.found(pg_temp.h(30)), null, 'and it is never looked at again');
select move('officer.HN-SXD', pg_temp.t(), 'ask_part', pg_temp.h(0.5));
update part set alarm_at = pg_temp.h(8), due_at = pg_temp.h(10) where state = 'asked';
select force_state(pg_temp.t(), 'closed');
select is(pg_temp.fire(8.3, 1, 10), '1 0', 'nobody is warned of a ticket that is done');
select results_eq($$select audience from notice_rule where type = 'clock.part_warning' union all (select audience from notice_rule where type = 'clock.part_breached' order by audience)$$,
	array['asked', 'asked', 'holder'], 'the breach is told to the lead, too');
select is((select count(*) from notice_template where type like 'clock.part%'), 4::bigint, 'with letters in both languages');
select * from finish();
rollback;
