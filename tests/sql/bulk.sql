-- The same move for many tickets: each is its own success or refusal.
begin;
set search_path = test, tiepdan, public;
select plan(21);
create temp table t as select ord, (file('HN-SXD')).id from generate_series(1, 4) ord;
create temp table other as select (file('HN-TTRA')).id;
create function pg_temp.id(n bigint) returns uuid language sql as $$ select id from t where ord = n $$;
-- As the server calls it; the problems are named by their SQLSTATE.
create function pg_temp.bulk(p_action text, p_ids uuid[], p_versions bigint[], p_reason text default null, p_code text default null,
	p_department text default null, p_person uuid default null, p_key bytea default null,
	p_states text[] default '{TD403,TD404,TD409,TD412,TD419,TD428,TD430,TD431,TD432}') returns json language sql as $$
	select tickets_move(p_action, p_ids, p_versions, array(select gen_random_uuid() from unnest(p_ids)), p_code, p_reason, p_department, p_person,
		now(), o.policies, o.kinds, o.dues, o.alarms, o.units, o.amounts, 'office', 1, p_states,
		array(select format('{"status":4,"type":"%s"}', s) from unnest(p_states) s), p_key)::json
	from offers(now()) o
$$;
create function pg_temp.told(p_answer json) returns text language sql as $$
	select string_agg(coalesce(i->>'state' || ' ' || (i->>'version'), i#>>'{problem,type}'), ',') from json_array_elements(p_answer->'items') i
$$;

select enter('officer.HN-SXD');
create temp table a (answer json);
insert into a select pg_temp.bulk('accept', array[pg_temp.id(4), gen_random_uuid(), pg_temp.id(1), (select id from other), pg_temp.id(2), pg_temp.id(2)],
	'{1,1,7,1,1,1}');
select is((select pg_temp.told(answer) from a), 'accepted 2,TD404,TD412,TD404,accepted 2,TD412', 'each has its own outcome, in the order of the request');
select is((select (answer->>'done') || ' of ' || json_array_length(answer->'items') || ', ' || (answer->>'refused') from a), '2 of 6, 4', 'and they are counted');
select is((select answer#>>'{items,0,id}' from a), pg_temp.id(4)::text, 'under its id');
select set_eq('select id, state, version from ticket where id in (select id from t)', $$
	select pg_temp.id(n), s, v from (values (1, 'submitted', 1::bigint), (2, 'accepted', 2), (3, 'submitted', 1), (4, 'accepted', 2)) x (n, s, v)$$,
	'only those have moved');
select is((select count(*) from event where type = 'ticket.accepted' and ticket in (select id from t)), 2::bigint, 'with one event each');
select is_empty('select ticket from clock_running where kind = ''accept'' and ticket in (pg_temp.id(2), pg_temp.id(4))', 'and their clocks');

insert into a select pg_temp.bulk('approve', array[pg_temp.id(2)], '{2}');
select is((select answer#>'{items,0,problem,moves}' from a offset 1)::jsonb @> '[{"action": "claim"}]', true, 'a wrong state says which moves are open');

select enter('coordinator.HN-EIC');
select is(pg_temp.told(pg_temp.bulk('route', array[pg_temp.id(1), pg_temp.id(2)], '{1,2}', 'Thuộc thẩm quyền nơi khác', p_department := 'UB-00316')),
	'submitted 2,submitted 3', 'the hub routes');
select is(pg_temp.told(pg_temp.bulk('route', array[pg_temp.id(3)], '{1}', 'Thuộc thẩm quyền nơi khác', p_department := 'XX')), 'TD430', 'not to nowhere');
select is((select department from holding where ticket = pg_temp.id(2) and until is null), department_id('UB-00316'), 'who holds it is remembered');
select enter('head.HN-SXD');
select is(pg_temp.told(pg_temp.bulk('assign', array[pg_temp.id(4), pg_temp.id(3)], '{2,1}', p_person := (select id from account where login = 'officer.hn-sxd'))),
	'in_progress 3,TD409', 'the head assigns');

-- What nobody expected undoes everything.
select is(attempt(format('select pg_temp.bulk(''unassign'', array[%L, %L]::uuid[], ''{3,9}'', p_states := ''{TD404}'')', pg_temp.id(4), pg_temp.id(3))),
	'TD412', 'an unforeseen error is not swallowed');
select isnt((select person from ticket where id = pg_temp.id(4)), null, 'and nothing was done');

-- The answer is kept with the effect.
select once_claim(sha256('k'), sha256('f'));
insert into a select pg_temp.bulk('unassign', array[pg_temp.id(4)], '{3}', p_key := sha256('k'));
select is((select body from once where key = sha256('k')), (select answer::text from a offset 2), 'the answer is kept under the key');

-- Another level for many: facts of those that may get it, then each for itself.
create function pg_temp.facts(p_ids uuid[], p_versions bigint[], p_level text) returns text language sql as $$
	select string_agg(place || ' ' || (fact).kind, ',' order by place, (fact).kind)
	from tickets_level_facts(p_ids, p_versions, p_level, '{TD403,TD404,TD409,TD412,TD455}')
$$;
create function pg_temp.relevel(p_ids uuid[], p_versions bigint[], p_planned bigint[], p_policy bigint default null) returns text language sql as $$
	select pg_temp.told(tickets_relevel(p_ids, p_versions, array(select gen_random_uuid() from unnest(p_ids)), 'urgent', 'Cây đổ sau bão', now(),
		p_planned, array_fill(p_policy, array[cardinality(p_planned)]), array_fill('office'::text, array[cardinality(p_planned)]),
		array_fill(1::bigint, array[cardinality(p_planned)]), d.places, d.slots, d.kinds, d.starts, d.waits, d.dues, d.alarms, d.versions, d.units,
		d.amounts, d.extensions, '{}', '{}', '{}', '{}', '{}', '{}', '{}', s, array(select format('{"status":4,"type":"%s"}', x) from unnest(s) x), null)::json)
	from (select '{TD403,TD404,TD409,TD412,TD455,55P03}'::text[] as s) s, (
		select array_agg(x.place) as places, array_agg(slot) as slots, array_agg(kind) as kinds, array_agg(start_at) as starts,
			array_agg(c.waits) as waits, array_agg(due_at + interval '1 h') as dues, array_agg(alarm_at) as alarms, array_agg(version) as versions,
			array_agg(unit) as units, array_agg(amount) as amounts, array_agg(extension) as extensions
		from unnest(p_ids) with ordinality x (ticket, place) join clock_running c on c.ticket = x.ticket and kind <> 'none' and x.place = any (p_planned)) d
$$;
create temp table s as select ord, (file('HN-SXD')).id from generate_series(1, 3) ord;
create function pg_temp.s(n bigint) returns uuid language sql as $$ select id from s where ord = n $$;
create function pg_temp.due(n bigint) returns timestamptz language sql as $$ select due_at from clock_running where ticket = pg_temp.s(n) and kind = 'answer' $$;
create temp table due as select pg_temp.due(1) as due;
insert into question (id, ticket, text, asked_by, department, asked_at, until_at, from_state) select gen_random_uuid(), pg_temp.s(1), 'Cây đổ ở đâu?', a.id,
	a.department, now(), now() + interval '1 d', 'accepted' from account a where login = 'officer.hn-sxd';
select enter('officer.HN-SXD');
select is(pg_temp.facts(array[pg_temp.s(1)], '{1}', 'urgent'), null, 'nothing for those who may not');
select is((select count(*) from tickets_pauses(array[(select id from other), pg_temp.s(1)])), 1::bigint, 'pauses of what the caller sees');
select enter('coordinator.HN-EIC');
select is(pg_temp.facts(array[pg_temp.s(2), gen_random_uuid(), pg_temp.s(1), pg_temp.s(1)], '{1,1,1,7}', 'urgent'), '1 accept,1 answer,3 accept,3 answer',
	'the clocks of those that can have another level, by their place');
select is(pg_temp.facts(array[pg_temp.s(2)], '{1}', (select level from ticket where id = pg_temp.s(2))), null, 'not the same');
select is(pg_temp.relevel(array[pg_temp.s(2), gen_random_uuid(), pg_temp.s(1), pg_temp.s(3)], '{1,1,1,7}', '{1,2,3,4}', 0),
	'submitted 2,TD404,submitted 2,TD412', 'each has its own outcome');
select is(pg_temp.due(1), due + interval '1 h', 'and its own dates') from due;
select is(pg_temp.relevel(array[pg_temp.s(1), pg_temp.s(3)], '{2,1}', '{}'), 'TD455,55P03', 'nobody made dates for it: try again');
select * from finish();
rollback;
