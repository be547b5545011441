-- Who can take how much, who is away, and who must not get a ticket.
begin;
set search_path = test, tiepdan, public;
select plan(41);
create function pg_temp.who(p_login text) returns uuid language sql as $$ select id from account where login = lower(p_login) $$;
create function pg_temp.id(n int) returns uuid language sql as $$ select format('00000000-0000-0000-0000-%s', lpad(n::text, 12, '0'))::uuid $$;
create function pg_temp.item(p_login text) returns json language sql as $$
	select i.item::json from staff_list(now(), null, 200) i where i.item::json->>'id' = pg_temp.who(p_login)::text
$$;
create function pg_temp.set(p_login text, p_more text default '20, ''{roads}'', ''{vi}''', p_version int default 1) returns text language sql as $$
	select attempt(format('select work_profile_set(%L, %s, %s, now(), gen_random_uuid())', pg_temp.who(p_login), p_version, p_more))
$$;
create function pg_temp.away(p_login text, p_from int, p_until int, p_deputy text default null, p_id int default 0) returns text language sql as $$
	select attempt(format('select absence_make(%L, %L, %L, %L, %L, now(), gen_random_uuid())', pg_temp.id(p_id), pg_temp.who(p_login),
		now() + p_from * interval '1 hour', now() + p_until * interval '1 hour', pg_temp.who(p_deputy)))
$$;

-- Profiles.
select enter('officer.HN-SXD');
select is(pg_temp.set('officer.HN-SXD'), 'TD403', 'an officer does not set a profile, not even their own');
select set_eq('select key from staff_list(now(), null, 200)', $$select login from account where active and department =
	(select id from department where code = 'HN-SXD')$$, 'and sees who the colleagues are');
select is((select array_agg(key) from staff_list(now(), null, 200) where item::jsonb ? 'capacity'), '{officer.hn-sxd}', 'but what they have only their own');
select enter('head.HN-SXD');
select is(pg_temp.set('officer.HN-SXD'), 'ok', 'the head does');
select is(pg_temp.set('officer.HN-TTRA'), 'TD404', 'in the own department');
select is(pg_temp.set('officer.HN-SXD', '-1, null, null'), 'work_profile_capacity', 'room is not negative');
select is(pg_temp.set('officer.HN-SXD', 'null, ''{nowhere}'', null'), 'work_skill_category_fk', 'skills are categories');
select is(pg_temp.set('officer.HN-SXD', 'null, null, ''{fr}'''), 'work_profile_languages', 'languages those of tickets');
select is((pg_temp.item('officer.HN-SXD')->>'capacity')::int, 30, 'without a word of the head, what the city has set');
select is((select etag from work_profile_set(pg_temp.who('officer.HN-SXD'), 1, 20, '{roads,urban_order}', '{vi}', now(), gen_random_uuid())), '2', 'a version');
select is(pg_temp.set('officer.HN-SXD'), 'TD412', 'who has not seen it does not replace it');
select work_profile_set(pg_temp.who('officer.HN-SXD'), 2, 5, '{roads}', '{}', now(), gen_random_uuid());
update work_profile set assigned_at = now() where account = pg_temp.who('officer.HN-SXD');
select is(pg_temp.item('officer.HN-SXD')->>'version', '3', 'what the server gives somebody is no change of it');
select is((select concat_ws(' ', i->>'capacity', i->>'capacity_set', i->>'skills', i->>'languages', i->>'open') from pg_temp.item('officer.HN-SXD') i),
	'5 true ["roads"] [] 0', 'the last word counts as a whole');
select is((select etag from department_work_item(now())), '1', 'the switch has a version, too');
select is((select etag || (body::json->>'version') from department_work_set(1, true, now(), gen_random_uuid())), '22', 'which grows');
select is(attempt('select department_work_set(1, false, now(), gen_random_uuid())'), 'TD412', 'and is asked for');
select is((select count(*) > 10 from staff_list(now(), null, 200)), true, 'the head sees everybody');
select is((select count(*) from staff_list(now(), (select key from staff_list(now(), null, 200) offset 2 limit 1), 1)), 2::bigint, 'in pages');
select is((select (data->>'account')::uuid from event where type = 'staff.work_changed' and at = now() limit 1), pg_temp.who('officer.HN-SXD'), 'with an event');
create temp table t as select * from file('HN-SXD');
select move('officer.HN-SXD', (select id from t), 'accept'), move('officer.HN-SXD', (select id from t), 'claim');
select enter('head.HN-SXD');
select is((pg_temp.item('officer.HN-SXD')->>'open')::int, 1, 'what somebody has is counted');

-- Absences.
select enter('officer.HN-SXD');
select is(pg_temp.away('officer.HN-SXD', 1, 9), 'ok', 'one''s own absence');
select is(pg_temp.away('head.HN-SXD', 1, 9), 'TD403', 'not a colleague''s');
select enter('head.HN-SXD');
select is(pg_temp.away('officer.HN-SXD', 1, 9), 'ok', 'but for the head');
select is(pg_temp.away('officer.HN-TTRA', 1, 9), 'TD404', 'of the own department');
select is(pg_temp.away('officer.HN-SXD', 9, 9), 'absence_order', 'it ends after it begins');
select is(pg_temp.away('officer.HN-SXD', 1, 9, 'officer.HN-TTRA'), 'TD462', 'a deputy is of the department');
select is(pg_temp.away('officer.HN-SXD', 1, 9, 'officer.HN-SXD'), 'TD462', 'and somebody else');
select absence_make(pg_temp.id(1), pg_temp.who('officer.HN-SXD'), now() - interval '1 hour', now() + interval '1 hour', pg_temp.who('head.HN-SXD'), now(), gen_random_uuid());
select absence_make(pg_temp.id(2), pg_temp.who('officer.HN-SXD'), now() + interval '1 hour', now() + interval '2 hours', null, now(), gen_random_uuid());
select is(pg_temp.away('officer.HN-SXD', -5, 9), 'absence_no_overlap', 'no two at once');
select is((select concat_ws(' ', i->>'away', json_array_length(i->'absences'), i#>>'{absences,0,deputy,name}') from pg_temp.item('officer.HN-SXD') i),
	'true 2 Head', 'colleagues see until when, and whom to turn to');
select absence_remove(pg_temp.id(1), now(), gen_random_uuid()), absence_remove(pg_temp.id(2), now(), gen_random_uuid());
select is((select array_agg((id, until_at = now())::text) from absence), array[format('(%s,t)', pg_temp.id(1))], 'what has begun ends now, what has not is gone');
select is(attempt('select absence_remove(pg_temp.id(1), now(), gen_random_uuid())'), 'TD404', 'once');

-- Who must not get a ticket.
create function pg_temp.exclude(p_login text, p_person uuid) returns text language sql as $$
	select attempt(format('select enter(%L); select exclusions_set(%L, %L, array[%L]::uuid[], ''{named}'', now(), gen_random_uuid())',
		p_login, (select id from t), (select version from ticket where id = (select id from t)), p_person))
$$;
select is(pg_temp.exclude('officer.HN-SXD', pg_temp.who('head.HN-SXD')), 'TD403', 'officers do not say that');
select is(pg_temp.exclude('head.HN-TTRA', pg_temp.who('officer.HN-SXD')), 'TD404', 'nor who does not see the ticket');
select is(pg_temp.exclude('head.HN-SXD', gen_random_uuid()), 'TD432', 'it is a person');
select is(pg_temp.exclude('coordinator.HN-EIC', pg_temp.who('officer.HN-SXD')), 'ok', 'the hub may');
insert into ticket_excluded values ((select id from t), pg_temp.who('officer.HN-TTRA'), 'handled', now(), null);
select move('head.HN-SXD', (select id from t), 'unassign');
select enter('head.HN-SXD');
select exclusions_set((select id from t), (select version from ticket where id = (select id from t)), array[pg_temp.who('officer.HN-SXD'), pg_temp.who('officer.HN-TTRA'), pg_temp.who('head.HN-SXD')],
	'{named,conflict,conflict}', now(), gen_random_uuid());
select is(pg_temp.exclude('head.HN-SXD', pg_temp.who('officer.HN-SXD')), 'TD403', 'who is kept away does not take it back');
select is((select exclusions_of((select id from t))::json->'items')::text, '[]', 'and does not learn of it');
select enter('coordinator.HN-EIC');
select exclusions_set((select id from t), (select version from ticket where id = (select id from t)), array[pg_temp.who('officer.HN-SXD')], '{named}', now(), gen_random_uuid());
select set_eq('select account, reason from ticket_excluded', format($$values (%L::uuid, 'named'), (%L, 'handled')$$,
	pg_temp.who('officer.HN-SXD'), pg_temp.who('officer.HN-TTRA')), 'the list is replaced, but for what the server put there');
select is(attempt($$select move('officer.HN-SXD', (select id from t), 'claim')$$), 'TD403', 'then they do not take it, and are not told why');
select is(attempt($$select move('head.HN-SXD', (select id from t), 'assign', p_person := pg_temp.who('officer.HN-SXD'))$$), 'TD443', 'nor does a head give it to them');
select is(kept_away((select id from t), pg_temp.who('head.HN-SXD')), false, 'others may');
select * from finish();
rollback;
