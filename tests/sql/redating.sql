-- Re-dating: the slot for the new dates is filled, switched to, switched back and emptied. The dates come from the server (here:
-- the answer a day later, the acceptance two hours earlier).
begin;
set search_path = test, tiepdan, public;
select plan(76);
create function pg_temp.day(n numeric) returns timestamptz language sql as $$ select date_trunc('hour', now()) + n * interval '1 day' $$;
create temp table t as select n, f.* from generate_series(1, 5) n, file('HN-SXD', p_at := pg_temp.day(-n)) f;
create temp table z as select '00000000-0000-0000-0000-000000000000'::uuid as nil, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid as last,
	gen_random_uuid() as worker, gen_random_uuid() as other, gen_random_uuid() as first, gen_random_uuid() as second;
create function pg_temp.t(n int) returns uuid language sql as $$ select id from t where t.n = $1 $$;
create function pg_temp.state(p_id uuid) returns text language sql as $$ select state from redating where id = p_id $$;
create function pg_temp.roles() returns text[] language sql as $$ select array_agg(role order by slot) from clock_slot $$;
create function pg_temp.due(n int, p_kind text default 'answer', p_slot int default slot_current()) returns numeric language sql as $$
	select trim_scale(round(extract(epoch from due_at - pg_temp.day(-n)) / 86400, 3))
	from clock_running where slot = p_slot and ticket = pg_temp.t(n) and kind = p_kind
$$;
create function pg_temp.worker() returns uuid language sql stable as $$ select worker from z $$;
create function pg_temp.nil() returns uuid language sql stable as $$ select nil from z $$;
create function pg_temp.last() returns uuid language sql stable as $$ select last from z $$;
create function pg_temp.begin(p_id uuid, p_worker uuid default pg_temp.worker()) returns boolean language plpgsql as $$
declare
	v_begun boolean;
begin
	for n in 1 .. 200 loop
		v_begun := redating_begin(p_id, p_worker, (select version::text from reference_version));
		exit when v_begun is not null;	-- else autovacuum is at the slot
	end loop;
	return v_begun;
end $$;
-- When a clock will be due.
create function pg_temp.after(c clock_running) returns timestamptz language sql as $$
	select case when c.kind = 'answer' then c.due_at + interval '1 day' when c.kind = 'accept' then c.due_at - interval '2 hours' else c.due_at end
$$;
-- What the job worker counts of a portion; tickets that were filed meanwhile have the new dates from the beginning.
create temp table fresh (id uuid);
create function pg_temp.counts(p_after uuid, p_until uuid) returns text language sql as $$
	with c as (select ticket, kind, holder, due_at as before,
			case when parked then due_at else pg_temp.after(c) end as after from clock_running c
			where slot = slot_current() and ticket > p_after and ticket <= p_until and ticket not in (select id from fresh)),
		t as (select ticket, holder, count(*) as clocks, bool_and(after > before) as later, bool_or(before >= now() and after < now()) as enters,
			bool_or(before < now() and after >= now()) as leaves from c where after <> before group by 1, 2)
	select json_build_object('tickets', (select count(distinct ticket) from c), 'clocks', (select count(*) from c where kind <> 'none'),
		'kinds', (select coalesce(json_object_agg(kind, v), '{}') from (select kind, array[count(*), count(*) filter (where after > before)] as v
			from c where after <> before group by kind) k),
		'holders', (select coalesce(json_object_agg(holder, v), '{}') from (select holder, array[count(*), sum(clocks),
			count(*) filter (where later), count(*) filter (where not later), count(*) filter (where enters),
			count(*) filter (where leaves)] as v from t group by holder) h))::text
$$;
-- What it has to be in the end, by both slots: tickets, moved, later, earlier, clocks.
create function pg_temp.moving(p_id uuid) returns bigint[] language sql as $$
	with m as (select c.ticket, count(*) as clocks, bool_and(n.due_at > c.due_at) as later from redating r join clock_running n on n.slot = r.slot
			join clock_running c on c.slot = 1 - r.slot and c.ticket = n.ticket and c.kind = n.kind and c.due_at <> n.due_at
		where r.id = p_id and n.moved group by 1)
	select array[(select count(distinct ticket) from clock_running where ticket not in (select id from fresh)), count(*),
		count(*) filter (where later), count(*) filter (where not later), sum(clocks)] from m
$$;
-- What the job worker does with a portion. p_stale: it was read before somebody changed these tickets.
create function pg_temp.fill(p_id uuid, p_after uuid default pg_temp.nil(), p_until uuid default pg_temp.last(),
	p_stale uuid[] default '{}', p_worker uuid default pg_temp.worker(), p_questions bigint default null)
returns bigint language sql as $$
	select redating_fill(p_id, p_worker, p_after, p_until, array_agg(case when f.ticket = any (p_stale) then 3 else f.mark end),
		array_agg(null::timestamptz), array_agg(nullif(pg_temp.after(c), c.due_at)), array_agg(c.alarm_at),
		array_agg(null::text), array_agg(null::bigint), array_agg(f.kind = 'accept' or f.kind = 'none'),
		coalesce(p_questions, (select count(*) from question where ticket > p_after and ticket <= p_until)),
		(select count(ended_at) from question where ticket > p_after and ticket <= p_until), pg_temp.counts(p_after, p_until))
	from redating_portion(p_id, p_after, p_until, 1000000) f join clock_running c on c.slot = slot_current() and c.ticket = f.ticket and c.kind = f.kind
	where f.ticket <= p_until
$$;
create function pg_temp.apply(p_id uuid) returns json language sql as $$ select redating_apply(p_id, gen_random_uuid())::json $$;
create function pg_temp.undo(p_id uuid) returns json language sql as $$ select redating_undo(p_id, gen_random_uuid())::json $$;
create function pg_temp.drop(p_id uuid) returns json language sql as $$ select redating_drop(p_id, gen_random_uuid())::json $$;
create function pg_temp.final(p_id uuid) returns json language sql as $$ select redating_make_final(p_id, gen_random_uuid())::json $$;
create function pg_temp.ask(p_id uuid) returns json language sql as $$
	select redating_ask(p_id, 'Ngày nghỉ được thông báo muộn.', false, gen_random_uuid())::json
$$;
create function pg_temp.take(p_worker uuid default pg_temp.worker(), p_lease bigint default 60000) returns text language sql as $$
	select task from redating_take(p_worker, p_lease, now())
$$;

-- Asking.
select move('officer.HN-SXD', pg_temp.t(5), 'accept', pg_temp.day(-5));
select enter('head.HN-SXD');
select is(attempt('select pg_temp.ask(first) from z'), 'TD403', 'heads do not');
select enter('admin.HN-EIC');
select is(attempt($$select redating_ask(gen_random_uuid(), 'kurz', false, gen_random_uuid())$$), 'redating_reason_length', 'a reason');
select is(pg_temp.take(), null, 'there is nothing to do');
select is(pg_temp.ask(first)->>'state', 'preparing', 'asked for') from z;
select is(attempt('select pg_temp.ask(second) from z'), 'redating_one_at_a_time', 'one at a time');
select is(attempt('select pg_temp.apply(first) from z'), 'TD450', 'it is not ready');
select is(attempt('select pg_temp.apply(second) from z'), 'TD404', 'there is no other');

-- One worker.
select is(pg_temp.take(), 'fill', 'a worker takes it');
select is(pg_temp.take(), 'fill', 'it has it');
select is(pg_temp.take(other), null, 'another one does not get it') from z;
select ok(not pg_temp.begin(first, other), 'nor does it begin it') from z;
select ok(not redating_begin(first, worker, '0'), 'by other reference data nobody begins') from z;
select ok(pg_temp.begin(first), 'begun') from z;
select is(pg_temp.roles(), '{current,next}', 'the other slot is written to');
select is((select total from redating, z where id = first), (select count(*) from clock_running where slot = 0), 'there are so many clocks');
update redating set leased_until = now() - interval '1 s' from z where id = first;
select is(pg_temp.take(other, 0), 'fill', 'when its time is over another one goes on') from z;
select is(pg_temp.fill(first), -1::bigint, 'and the first one has lost it') from z;
select is(pg_temp.take(), 'fill', 'back again');

-- What happens meanwhile.
create temp table late as select f.* from file('HN-SXD') f;
insert into fresh select id from late;
select is((select count(*) from clock_running where ticket = (select id from late) and first), 2::bigint, 'a ticket that is filed is in both slots');
select move('officer.HN-SXD', pg_temp.t(4), 'accept', pg_temp.day(-4));
select is((select count(*) from clock_running where ticket = pg_temp.t(4) and slot = 1), 0::bigint, 'one that is not filled yet stays away');
select move('officer.HN-SXD', pg_temp.t(3), 'return', pg_temp.day(-3));
select is((select array_agg(kind order by kind) from clock_running where ticket = pg_temp.t(3) and slot = 1), '{accept,route}',
	'or is there with the clocks that began');

-- Portions.
select is(pg_temp.fill(first, p_stale := array[pg_temp.t(1)]), 1::bigint, 'a ticket that has changed is done again') from z;
select is((select done from redating, z where id = first), 0::bigint, 'so that the portion is not complete') from z;
select is(pg_temp.due(2, p_slot := 1), 8::numeric, 'the others are');
select is(pg_temp.fill(first), 0::bigint, 'complete') from z;
create temp table counted as select pg_temp.moving(first) as m from z;
select is((select array_agg((c.kind, n.first, n.moved)::text order by c.ticket, c.kind) from clock_running c left join clock_running n
	on n.slot = 1 and n.ticket = c.ticket and n.kind = c.kind where c.slot = 0 and c.ticket = pg_temp.t(3)),
	'{"(accept,t,t)","(answer,f,t)","(route,f,f)"}', 'all clocks of a ticket, and one is the first');
select is(pg_temp.due(1, 'accept', 1), 0.917, 'with the new dates');
select results_eq($$select undone, superfluous from redating r, z, redating_compare(r) where id = first$$, $$values (0::bigint, 0::bigint)$$, 'nothing is missing');
select enter('officer.HN-SXD');
select move('officer.HN-SXD', pg_temp.t(2), 'ask', pg_temp.day(-2));
select is(array[pg_temp.due(2), pg_temp.due(2, p_slot := 1)], '{9,10}', 'a pause moves both dates');
select move('officer.HN-SXD', pg_temp.t(1), 'accept', pg_temp.day(-1));
select is((select count(*) from clock_running where ticket = pg_temp.t(1) and kind = 'accept'), 0::bigint, 'a clock stops in both slots');
select is(attempt($$select clocks_redate(pg_temp.t(1), '{0}', '{answer}', '{now}', '{now}', '{now}', '{1}')$$), '55P03',
	'dates for one slot only are refused');
select ok(pg_temp.fill(first, p_questions := 7) = 0, 'what is complete is not done again, even if a pause has changed') from z;
select is(pg_temp.due(2, p_slot := 1), 10::numeric, 'it stays');

-- What is no longer the same is seen.
create function pg_temp.same() returns boolean language sql as $$ select redating_same(r) from redating r, z where id = first $$;
select ok(pg_temp.same(), 'both slots have the same clocks');
select is(attempt($$delete from clock_running where slot = 1 and ticket = pg_temp.t(2) and kind = 'answer'; select 1 / pg_temp.same()::int$$),
	'22012', 'not when one is missing');
select is(attempt($$update clock_running set kind = 'appeal' where slot = 1 and ticket = pg_temp.t(2) and kind = 'answer'; select 1 / pg_temp.same()::int$$),
	'22012', 'or it is another one');
select is(attempt($$update clock_running set version = version - 1 where slot = 1 and ticket = pg_temp.t(2) and kind = 'answer'; select 1 / pg_temp.same()::int$$),
	'22012', 'or by an older calendar');

-- The reference data changes.
create function pg_temp.changed() returns void language sql as $$ update reference_version set version = version + 1 $$;
select is(attempt($$select pg_temp.changed(); select case pg_temp.fill(first) when -1 then 1 / 0 end from z$$), '22012', 'a fill by old data is refused');

-- Ready.
select ok(redating_examine(first, worker), 'nobody else finishes it') from z;
select ok(redating_finish(first, worker), 'finished') from z;
select enter('admin.HN-EIC');
select is(pg_temp.state(first), 'ready', 'ready') from z;
create function pg_temp.count(p_name text) returns int language sql as $$ select (counts->>p_name)::int from redating, z where id = first $$;
select is(array[pg_temp.count('tickets'), pg_temp.count('moved'), pg_temp.count('later'), pg_temp.count('earlier'), pg_temp.count('moved_clocks')]::bigint[],
	(select m from counted), 'counts, as of the moment in which the portion was complete');
select is((redating_body(first)::json)->>'summary_en', format('%s open tickets move: %s later, %s earlier, 0 enter breach, 0 leave breach',
	m[2], m[3], m[4]), 'in a sentence') from z, counted;
select is((select count(*) from redating_count), 0::bigint, 'the portions are not needed any longer');
select is((select count(*) from redating_tickets((select first from z), null, 100)), (select (pg_temp.moving(first))[5] from z), 'the list has what moves now');
select is((select count(*) from redating_tickets((select first from z), (select max(key) from redating_tickets((select first from z), null, 2)), 100)),
	(select (pg_temp.moving(first))[5] from z) - 3::bigint, 'and goes on');
select enter('officer.HN-SXD');
select is(attempt('select redating_tickets(first, null, 10) from z'), 'TD404', 'it is not for everybody');
select enter('admin.HN-EIC');
select is(attempt('select pg_temp.changed(); select pg_temp.apply(first) from z'), 'TD451', 'what was computed by other data is not applied');

-- The switch, and back.
create temp table told as select version, (tracking_show(array[number], '{1}', '{null}', now(), now(), now())).version as tag from ticket where id = pg_temp.t(2);
select is(pg_temp.apply(first)->>'telling', 'true', 'applied') from z;
select is(array[pg_temp.roles()::text, pg_temp.due(2)::text], '{"{previous,current}",10}', 'the new dates are valid');
select ok(x.version > told.tag, 'those who follow a ticket see that it is another page') from told, ticket t, tracking_show(array[t.number], '{1}',
	array[told.tag], now(), now(), now()) x where t.id = pg_temp.t(2);
select is(attempt('select pg_temp.ask(second) from z'), 'TD450', 'none begins before all are told');
select is(pg_temp.take(), 'tell', 'they are told');
select ok(redating_tell(first, worker, 3) > 0, 'some') from z;
select is(attempt('select pg_temp.final(first) from z'), 'TD450', 'until then both dates are needed');
create temp table half as select ticket from event where type = 'ticket.redated';
select is(pg_temp.undo(first)->>'state', 'undone', 'taken back') from z;
select is(array[pg_temp.roles()::text, pg_temp.due(2)::text, pg_temp.take()], '{"{current,previous}",9,tell}', 'the old dates are valid');
select ok(redating_tell(first, worker, 1000) > 0 and redating_tell(first, worker, 1000) = 0, 'told') from z;
select results_eq($$select ticket, count(*) from event where type = 'ticket.redated' group by 1 order by 1$$,
	$$select ticket, 2::bigint from half order by 1$$, 'twice those who had been told the first time, the others not at all');
select is((select data->'clocks'->'answer'->>'due_after' = (select instant(due_at) from clock_running c where c.ticket = e.ticket and slot = 0 and kind = 'answer')
	from event e where type = 'ticket.redated' order by at desc, (data->>'earlier')::boolean desc limit 1), true, 'with the date that is valid now');
select is(pg_temp.take(), 'settle', 'it is final');
select lives_ok('select redating_expire(first, worker) from z');
select is(array[pg_temp.roles()::text, pg_temp.take()], '{"{current,empty}",empty}', 'the other slot is given up');
select lives_ok('select redating_empty(first, worker) from z');
select is((select array[count(*) filter (where slot = 1), count(*) filter (where slot = 0 and kind = 'answer')] from clock_running), '{0,6}', 'and empty');
select is(pg_temp.drop(second)->>'state', 'dropped', 'a second one is dropped') from z, lateral (select pg_temp.ask(second) is not null as asked) x where asked;
-- Clocks that a merge has put aside are dated anew with all others, and by a question that was open then as long as it may be.
delete from redating;
update clock_slot set role = case slot when 0 then 'current' else 'empty' end;
delete from clock_running where slot = 1;
create temp table m as select n, f.* from generate_series(51, 53) n, file('HN-SXD', p_at := pg_temp.day(-1 + 0 * n)) f;
insert into t select * from m;
select move('officer.HN-SXD', pg_temp.t(53), 'accept', pg_temp.day(-0.9)), move('officer.HN-SXD', pg_temp.t(53), 'ask', pg_temp.day(-0.8));
select move('head.HN-SXD', pg_temp.t(n), 'merge', pg_temp.day(-0.5), p_into := pg_temp.t(52)) from unnest('{51,53}'::int[]) n;
create temp table was as select ticket, kind, due_at, alarm_at from clock_running where slot = 0 and ticket in (pg_temp.t(51), pg_temp.t(53));
select enter('admin.HN-EIC');
delete from fresh;
create temp table y as select gen_random_uuid() as third;
select pg_temp.ask(third) from y;
select pg_temp.take();
select ok(pg_temp.begin(third), 'a third one') from y;
select is((select until_s::numeric from redating_pauses((select third from y), pg_temp.nil(), pg_temp.last(), 1000000) where ticket = pg_temp.t(53)),
	(select floor(extract(epoch from until_at)) from question where ticket = pg_temp.t(53)), 'the question goes on as it were');
select is(pg_temp.fill(third), 0::bigint, 'all are dated') from y;
select ok(redating_finish(third, pg_temp.worker()), 'compared') from y;
select is((select state || ' ' || (counts->>'moved') from redating where id = third), 'ready ' || (select count(*) from ticket t where not done
	and exists (select from clock_running c where c.ticket = t.id and kind <> 'none')), 'what is put aside is not told as moved') from y;
select is((select count(*) from redating_tickets((select third from y), null, 1000) where item::json->>'code' = (select code from ticket where id = pg_temp.t(51))
	and item::json->>'clock' is null), 0::bigint, 'nor listed');
select pg_temp.apply(third) from y;
select move('head.HN-SXD', pg_temp.t(51), 'unmerge'), move('head.HN-SXD', pg_temp.t(53), 'unmerge');
select is((select array_agg(distinct c.due_at - w.due_at order by c.due_at - w.due_at) from was w join clock_running c using (ticket, kind)
	where c.slot = slot_current() and not c.parked), '{-02:00:00,"1 day"}'::interval[], 'they come back with the new dates');
select is((select count(*) from clock_running where ticket in (pg_temp.t(51), pg_temp.t(53)) and first and slot = slot_current()), 2::bigint, 'the first of each in the queue');
select enter('admin.HN-EIC');
select pg_temp.undo(third) from y;
select is((select count(*) from was w join clock_running c using (ticket, kind) where c.slot = slot_current() and not c.parked and c.due_at = w.due_at
	and c.alarm_at = w.alarm_at), (select count(*) from was), 'and when it is taken back, with the old ones');
select is((select count(*) from clock_running where ticket in (pg_temp.t(51), pg_temp.t(53)) and first and slot = slot_current()), 2::bigint, 'in the queue, too');
select * from finish();
rollback;
