-- The hub changes the level: the policy and the dates go with it in every slot, and nothing is left of the old ones. The due points
-- themselves come from the server (here: a day later).
begin;
set search_path = test, tiepdan, public;
select plan(39);
create function pg_temp.day(n numeric) returns timestamptz language sql as $$ select timestamptz '2026-10-05 12:00+07' + n * interval '1 day' $$;
create temp table t as select n, f.* from generate_series(1, 7) n, file('HN-SXD', p_at := pg_temp.day(0 * n)) f;
create function pg_temp.t(n int) returns uuid language sql as $$ select id from t where t.n = $1 $$;
create function pg_temp.version(n int) returns bigint language sql as $$ select version from ticket where id = pg_temp.t(n) $$;
create function pg_temp.clocks(n int) returns text[] language sql as $$
	select array_agg(concat_ws(' ', c.kind, p.level, trim_scale(round(extract(epoch from due_at - pg_temp.day(0)) / 86400, 2))) order by c.kind)
	from clock_running c join policy p on p.id = c.policy where slot = slot_current() and ticket = pg_temp.t(n)
$$;

select is(pg_temp.clocks(1), '{accept normal 1,answer normal 7}', 'filed as normal');
select lives_ok($$select move('coordinator.HN-EIC', pg_temp.t(1), 'relevel', pg_temp.day(0.5))$$, 'the hub says that it is complex');
select is((select array[k.level, p.level, k.state, k.version::text] from ticket k join policy p on p.id = k.policy where k.id = pg_temp.t(1)),
	'{complex,complex,submitted,2}', 'level and policy are others, the state is not');
select is(pg_temp.clocks(1), '{accept complex 2,answer complex 8,step complex 1.5}', 'the clocks, too; one begins, and no update before an acceptance');
select is((select array_agg(distinct concat_ws(' ', alarm_level, unit, amount)) from clock_running where ticket = pg_temp.t(1) and kind <> 'step'),
	'{"1 wd 7"}', 'with the limit of the policy');
select is((select array[type, data->>'from_level', data->>'level', event_told(id, data)->>'reason', data->>'due_before', data->>'due_after'] from event
	where ticket = pg_temp.t(1) order by at desc limit 1),
	array['ticket.releveled', 'normal', 'complex', 'vì lý do này', instant(pg_temp.day(7)), instant(pg_temp.day(8))], 'an event has both');
select is((track((select number from t where n = 1))#>>'{steps,-1,what_vi}'),
	'Mức độ của phiếu được thay đổi: từ bình thường thành phức tạp; hạn trả lời mới là 12:00 ngày 13/10/2026', 'the citizen reads it');
select is((track((select number from t where n = 1))#>>'{steps,-1,what_en}'),
	'The level of the ticket was changed: from normal to complex; the answer is now due at 2026-10-13 12:00', 'in English, too');
select set_eq($$select audience, merged from notice_rule where type = 'ticket.releveled'$$, $$values ('citizen', true), ('holder', false)$$, 'who is told');
select is((select count(*) from notice_template where type = 'ticket.releveled'), 4::bigint, 'letters for both sides in both languages');

-- Refusals.
select is(attempt($$select move('coordinator.HN-EIC', pg_temp.t(1), 'relevel')$$), 'TD455', 'it is complex already');
select is(attempt($$select move('coordinator.HN-EIC', pg_temp.t(2), 'relevel', p_reason := '')$$), 'TD428', 'not without a reason');
select is(attempt($$select move('coordinator.HN-EIC', pg_temp.t(2), 'relevel', p_version := 9)$$), 'TD412', 'not of another version');
select is(attempt($$select move('head.HN-SXD', pg_temp.t(2), 'relevel')$$), 'TD403', 'not by the department');
select is(attempt($$select enter('coordinator.HN-EIC'); select relevel(pg_temp.t(2), 'soon', 1, now())$$), 'ticket_level', 'no such level');
select force_state(pg_temp.t(3), 'answered');
select is(attempt($$select move('coordinator.HN-EIC', pg_temp.t(3), 'relevel')$$), 'TD409', 'not once it is answered');

-- Clocks that have changed since they were read, or came since: nothing happens.
create function pg_temp.bring(n int, p_kinds text[], p_dues timestamptz[], p_level text default 'complex') returns text language sql as $$
	select body from ticket_relevel(pg_temp.t(n), pg_temp.version(n), p_level, 'vì lý do này', (select id from policy where kind = 'feedback'
			and level = p_level and category is null), pg_temp.day(1), array_fill(slot_current()::bigint, array[cardinality(p_kinds)]), p_kinds,
		array_fill(pg_temp.day(0), array[cardinality(p_kinds)]), array_fill(false, array[cardinality(p_kinds)]), p_dues, p_dues,
		array_fill(1::bigint, array[cardinality(p_kinds)]), array_fill('wd'::text, array[cardinality(p_kinds)]),
		array_fill(3::bigint, array[cardinality(p_kinds)]), array_fill(0::bigint, array[cardinality(p_kinds)]), '{}', '{}', '{}', '{}', '{}', '{}',
		'office', 1, gen_random_uuid())
$$;
select is(attempt($$select enter('coordinator.HN-EIC'); select pg_temp.bring(4, '{accept}', array[pg_temp.day(2)])$$), '55P03', 'a clock was not read');
update clock_slot set role = 'next' where role = 'empty';
insert into clock_running (slot, ticket, kind, round, holder, policy, unit, amount, calendar, version, start_at, waits, due_at, latest_due, first)
	select 1 - slot, ticket, kind, round, holder, policy, unit, amount, calendar, version, start_at, waits, due_at + interval '1 hour', latest_due, first
	from clock_running where ticket in (pg_temp.t(4), pg_temp.t(5));
select is(attempt($$select enter('coordinator.HN-EIC'); select pg_temp.bring(4, '{accept,answer}', array[pg_temp.day(2), pg_temp.day(9)])$$), '55P03',
	'nor was the other slot');
select lives_ok($$select move('coordinator.HN-EIC', pg_temp.t(5), 'relevel', pg_temp.day(0.5))$$, 'a re-dating is being prepared');
select is((select array_agg(distinct count) from (select count(*) from clock_running where ticket = pg_temp.t(5) group by slot) x), '{3}',
	'both slots have the same clocks');
select is((select count(distinct policy) from clock_running where ticket = pg_temp.t(5)), 1::bigint, 'of one policy');
update clock_slot set role = 'empty' where role = 'next';
delete from clock_running where slot <> slot_current();

-- A limit that the policy does not have ends without a verdict.
select lives_ok($$select enter('coordinator.HN-EIC'); select pg_temp.bring(6, '{accept,answer}', array[null, pg_temp.day(9)])$$, 'no acceptance any more');
select is(pg_temp.clocks(6), '{answer complex 9}', 'only the answer runs on');
select is((select array[kind, outcome] from clock where ticket = pg_temp.t(6)), '{accept,passed}', 'the other one has passed');
select is((select count(*) from clock_running where ticket = pg_temp.t(6) and first), 1::bigint, 'the ticket is in the queue once');

-- Neither has the answer one: it is put aside, where no report counts it, and counted again from where it began.
select move('officer.HN-SXD', pg_temp.t(7), 'accept', pg_temp.day(0.2));
select lives_ok($$select enter('coordinator.HN-EIC'); select pg_temp.bring(7, '{update,answer}', '{null,null}')$$, 'no limit at all');
select is(pg_temp.clocks(7), null, 'so no clock');
select is((select array[round::text, outcome, (start_at = pg_temp.day(0.2))::text] from clock where ticket = pg_temp.t(7) and kind = 'answer'), '{0,passed,true}',
	'the answer is round 0');
select results_eq($$select slot, kind, round, start_s, accepted_s, waits from level_facts(pg_temp.t(7), pg_temp.version(7), 'urgent') where kind = 'answer'$$,
	$$select slot_current()::bigint, 'answer', 1::bigint, x, x, false from (select floor(extract(epoch from pg_temp.day(0.2)))::bigint as x) y$$,
	'another level counts it from the acceptance');
update clock_slot set role = 'next' where role = 'empty';
select lives_ok($$select enter('coordinator.HN-EIC'); select pg_temp.bring(7, '{answer}', array[pg_temp.day(6)], 'urgent')$$, 'while a re-dating is prepared');
select is((select array_agg(concat_ws(' ', slot <> slot_current(), round, due_at = pg_temp.day(6), latest_due = pg_temp.day(7)) order by slot <> slot_current())
	from clock_running where ticket = pg_temp.t(7) and kind = 'answer'), '{"f 1 t t","t 1 t t"}', 'it runs again in each slot; what was told stays what was told');
update clock_slot set role = 'empty' where role = 'next';
delete from clock_running where slot <> slot_current();
select is((select count(*) from clock where ticket = pg_temp.t(7) and kind = 'answer'), 0::bigint, 'and nothing is aside any more');
select is((select count(*) from clock_running where ticket = pg_temp.t(7) and first), 1::bigint, 'the ticket is in the queue once');

-- What was filed without a policy was told no deadlines.
create temp table w as select * from file('HN-SXD', p_policy := 0, p_at := pg_temp.day(0));
select results_eq($$select kind, start_s, accepted_s from level_facts((select id from w), 1, 'complex') order by kind$$,
	$$select k, floor(extract(epoch from pg_temp.day(0)))::bigint, null::bigint from unnest('{accept,answer}'::text[]) k$$, 'a level with limits counts from the filing');
select move('coordinator.HN-EIC', (select id from w), 'relevel', pg_temp.day(0.2));
select is(filed_body_of((select id from w)), (select body from w), 'a replay tells none either');

-- A requested extension was measured by the old limit; what was told at the filing stays what was told.
select move('officer.HN-SXD', pg_temp.t(2), 'accept', pg_temp.day(0.2));
select move('officer.HN-SXD', pg_temp.t(2), 'request_extension', pg_temp.day(0.5));
select move('coordinator.HN-EIC', pg_temp.t(2), 'relevel', pg_temp.day(0.6));
select is((select state from extension where ticket = pg_temp.t(2)), 'lapsed', 'what was asked for is void');
select is((select array_agg(c->>'kind') from json_array_elements(filed_body_of(pg_temp.t(2))::json->'deadlines') c), '{accept,answer}', 'a replay');
select is(filed_body_of(pg_temp.t(2))::json#>>'{deadlines,1,latest}', (select body::json#>>'{deadlines,1,latest}' from t where n = 2), 'tells the same');
-- What the hub has found it does not have to find again.
create temp table h as select * from file('HN-EIC', p_at := pg_temp.day(0));
select move('coordinator.HN-EIC', (select id from h), 'accept', pg_temp.day(0.1)), move('coordinator.HN-EIC', (select id from h), 'relevel', pg_temp.day(0.2));
select is((select count(*) from clock_running where ticket = (select id from h) and kind = 'route'), 0::bigint, 'no clock to find the way begins again');
select * from finish();
rollback;
