-- Suggestions: what is learned of confirmed routings and taken away again, what is served of it, and that closed tickets leave no word.
begin;
set search_path = test, tiepdan, public;
select plan(41);
create temp table t as select n, f.id from generate_series(1, 6) n,
	file('HN-SXD', case n when 2 then 'denunciation' when 3 then 'restricted' when 4 then 'private' else 'public' end) f;
create function pg_temp.t(n int) returns uuid language sql as $$ select id from t where t.n = $1 $$;
create function pg_temp.wanted(n int, p_moved text) returns text language sql as $$
	select concat_ws(' ', category, department, was_category) from suggestion_wanted(pg_temp.t(n), p_moved)
$$;
-- Learns one ticket as the server does; a NULL category: unlearns.
create function pg_temp.learn(n int, p_category text, p_grams text[], p_witness int, p_times int) returns bigint language sql as $$
	select suggestion_learn(c.xid::text, c.id, c.xid::text, gen_random_uuid(), 5, array[pg_temp.t(n)], array[p_category],
		array[case when p_category is not null then 'HN-SXD' end], array[p_witness::bigint], p_grams, array_fill(coalesce(p_category, 'roads.surface'),
		array[cardinality(p_grams)]), array_fill(p_witness::bigint, array[cardinality(p_grams)]), array_fill(p_times::bigint,
		array[cardinality(p_grams)]))
	from suggestion_cursor c
$$;
create function pg_temp.served() returns text language sql as $$
	select string_agg(concat_ws(' ', gram, category, examples, tickets), '; ' order by gram, category) from suggestion_served
$$;
create temp table category as select category as code from ticket where id = pg_temp.t(1);

-- The feed.
select ok(count(ticket) = 0, 'nothing is learned before somebody has accepted') from suggestion_next(1000);
select is(pg_temp.wanted(1, 'ticket.accepted'), (select code from category) || ' HN-SXD', 'an acceptance counts');
select is(pg_temp.wanted(2, 'ticket.accepted'), null, 'never that of a denunciation');
select is(pg_temp.wanted(3, 'ticket.accepted'), null, 'nor of what is restricted');
select is(pg_temp.wanted(4, 'ticket.accepted'), null, 'nor of what is private');
select is(attempt($$insert into suggestion_sight values ('denunciation')$$), 'suggestion_sight_open', 'nor can anybody want that');
select is(pg_temp.wanted(1, null), null, 'what has not been accepted does not count');
select is(pg_temp.wanted(1, 'ticket.routed'), null, 'nor what is on its way');
insert into suggestion_sight values ('private');
select isnt(pg_temp.wanted(4, 'ticket.accepted'), null, 'a city may learn from private ones');
select etag from move('officer.HN-SXD', pg_temp.t(1), 'accept');
update suggestion_cursor set xid = '0';

-- Learning, and back.
select is(attempt($$select suggestion_learn('999', gen_random_uuid(), '999', gen_random_uuid(), 7, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}')$$),
	'ok', 'one who has read before');
select is((select count(*) from suggestion_learned), 0::bigint, 'stores nothing');
select is(pg_temp.learn(1, 'roads.surface', '{o,ga,o ga}', 3, 1), 5::bigint, 'learned');
select is((select string_agg(gram || n, ' ' order by gram) from suggestion_gram), 'ga1 o1 o ga1', 'each n-gram once');
select is((select concat_ws(' ', category, department, witness) from suggestion_learned where ticket = pg_temp.t(1)), 'roads.surface HN-SXD 3', 'as what');
select is((select concat_ws(' ', kind, category, department, n) from suggestion_holder), 'feedback roads.surface HN-SXD 1', 'and for whom');
select is((select category || was_category from suggestion_wanted(pg_temp.t(1), 'ticket.accepted') where category = was_category), null, 'the same again changes nothing');
select is((select coalesce(category, '-') || ' ' || was_category || ' ' || was_witness from suggestion_wanted(pg_temp.t(1), 'ticket.routed')), '- roads.surface 3',
	'moved on it is taken away');
select is(pg_temp.wanted(1, 'ticket.reclassified'), 'roads.surface', 'on another path too, until a department accepts it there');
savepoint path;
select enter('coordinator.HN-EIC'), reclassify(pg_temp.t(1), 'question');
select is((select concat_ws(' ', category, was_category) from suggestion_wanted(pg_temp.t(1), 'ticket.accepted')), 'roads.surface roads.surface',
	'accepted as another kind it counts anew');
select is(pg_temp.learn(1, 'roads.surface', '{o}', 3, 0), 5::bigint, 'learned anew');
select is((select string_agg(concat_ws(' ', kind, category, department, n), ', ') from suggestion_holder), 'question roads.surface HN-SXD 1',
	'as that kind alone: nothing is counted twice or left behind');
rollback to path;
update suggestion_learned set category = 'fire';
select is((select category || ' ' || was_category from suggestion_wanted(pg_temp.t(1), null)), (select code from category) || ' fire',
	'another category counts at once');
update suggestion_learned set category = 'roads.surface';
delete from suggestion_sight where sight = 'public';
select is((select coalesce(category, '-') || ' ' || was_category from suggestion_wanted(pg_temp.t(1), null)), '- roads.surface',
	'and what must not count any more is forgotten');
insert into suggestion_sight values ('public');
select is(pg_temp.learn(1, null, '{o,ga,o ga}', 3, -1), 5::bigint, 'unlearned');
select is((select count(*) from suggestion_gram) + (select count(*) from suggestion_learned) + (select count(*) from suggestion_holder), 0::bigint,
	'nothing is left');

-- Serving.
select is((select count(*) from import_rows('examples', '[{"line": "2", "category": "roads.surface", "text": "Đường có ổ gà"},
	{"line": "3", "category": "fire", "text": "Cháy nhà rồi", "valid_to": "2020-01-01"}]')), 0::bigint, 'examples are imported');
select is((select count(*) from import_rows('examples', '[{"line": "2", "category": "nothing", "text": "x", "language": "fr"}]')), 3::bigint, 'or refused');
select is((select string_agg(coalesce(category || ': ' || text, '-'), ', ' order by text nulls first) from suggestion_due(now())), '-, roads.surface: Đường có ổ gà',
	'those that count are served at once');
select ok(bool_and(learned = 5), 'four people write of it') from (select pg_temp.learn(n, 'roads.surface', '{ho sau}', n, 1) as learned
	from unnest('{1,4,5,6}'::int[]) n) l;
create temp table seen as select seen from suggestion_due(now()) where text is null;
select is((select count(*) from import_rows('examples', '[{"line": "2", "category": "fire", "text": "Khói bốc lên"}]')), 0::bigint, 'another one');
select is(suggestion_publish('{o ga}', '{roads.surface}', '{2}', now(), (select seen from seen)), 0::bigint, 'not seen yet: not served without it');
delete from suggestion_example where text = 'Khói bốc lên';
select is((select seen from suggestion_due(now()) where text is null), (select seen from seen), 'still due');
select isnt(suggestion_publish('{o ga}', '{roads.surface}', '{2}', now(), (select seen from seen)), 0::bigint, 'served');
select is(pg_temp.served(), 'o ga roads.surface 2 0', 'what only few have written is not shown');
select is(suggestion_publish('{o ga}', '{roads.surface}', '{2}', now()), 0::bigint, 'not twice');
select pg_temp.learn(2, 'roads.surface', '{ho sau}', 2, 1);
select is((select count(*) from suggestion_due(now())), 0::bigint, 'some minutes apart');
select isnt((select count(*) from suggestion_due(now() + interval '11 min')), 0::bigint, 'then anew');
select suggestion_publish('{o ga,ho sau}', '{roads.surface,fire}', '{2,1}', now());
select is(pg_temp.served(), 'ho sau fire 1 0; ho sau roads.surface 0 5; o ga roads.surface 2 0', 'what five have written is');
select is((select string_agg(category || ' ' || example, ', ' order by category) from suggestion_classes(512)), 'fire 256, roads.surface 243',
	'an example fades with the history of its category');
select is((select string_agg(category, ' ') from suggestion_classes(1)), 'roads.surface', 'when there are too many, those with the most tickets');

-- No end of growing.
update setting set value = 5 where name = 'suggestion_rows_most';
update suggestion_model set changed = true;
select pg_temp.learn(3, 'roads.surface', '{xyz}', 9, 1), suggestion_publish('{}', '{}', '{}', now());
select is((select string_agg(distinct gram, ' ') from suggestion_gram), 'ho sau', 'the rarest go');
select * from finish();
rollback;
