-- Co-handlers of rules: asked for their parts when the ticket is accepted, by whom, until when, once; who is left out and why.
begin;
set search_path = test, tiepdan, public;
select plan(48);
create function pg_temp.route(p_with text[]) returns jsonb language sql as $$
	select jsonb_build_object('reason', 'rule', 'rule', 'trees', 'rules', jsonb_build_object('set', 7, 'with', p_with, 'taken',
		'[{"rule": "trees", "said": ["department", "tag"]}, {"rule": "storm", "said": ["with"]}, {"rule": "parks", "said": ["level", "with"]}]'::jsonb))
$$;
-- A ticket of HN-SXD whose rules name these.
create function pg_temp.filed(p_with text[], p_sight text default 'public', p_kind text default 'feedback', p_policy bigint default null)
returns uuid language plpgsql as $$
declare
	v_id uuid := (select id from file('HN-SXD', p_sight, p_kind, p_policy));
begin
	update ticket set route = pg_temp.route(p_with) where id = v_id;
	return v_id;
end $$;
-- Moves a ticket as the server does: the parts of this city's calendars would be due in one, two, ... days by these limits.
create function pg_temp.go(p_login text, p_ticket uuid, p_action text, p_department text default null, p_units text[] default '{wd,wh,wd}',
	p_amounts bigint[] default '{3,4,5}', p_calendar text default 'office') returns text language plpgsql as $$
declare
	v text;
begin
	perform enter(p_login);
	set local role tiepdan_app;
	select concat_ws(' ', m.body::json->>'state', m.etag = m.body::json->>'version') into v
	from offers(now()) o, ticket_move(p_ticket, p_action, (select version from ticket where id = p_ticket), null, 'vì lý do này', p_department,
		null, null, now(), o.policies, o.kinds, o.dues, o.alarms, o.units, o.amounts, 'office', 1, gen_random_uuid(),
		array(select p_calendar from unnest(p_units)), p_units, p_amounts, array(select now() + n * interval '1 day'
		from unnest(p_units) with ordinality x (u, n))) m;
	reset role;
	return v;
end $$;
create function pg_temp.parts(p_ticket uuid) returns text language sql as $$
	select string_agg(d.code || ' ' || p.state, ', ' order by d.code, p.state) from part p join department d on d.id = p.department where p.ticket = p_ticket
$$;
create function pg_temp.left_out(p_ticket uuid) returns text language sql as $$
	select string_agg(x->>'department' || ' ' || (x->>'why'), ', ' order by e.at, n) from event e,
		jsonb_array_elements(e.data->'departments') with ordinality d (x, n) where e.ticket = p_ticket and e.type = 'part.left_out'
$$;
create function pg_temp.part(p_ticket uuid, p_department text) returns part language sql as $$
	select p from part p where ticket = p_ticket and department = department_id(p_department)
$$;
create function pg_temp.hours(p_ticket uuid, p_department text) returns numeric language sql as $$
	select trim_scale(round(extract(epoch from (pg_temp.part(p_ticket, p_department)).due_at - now()) / 3600, 2))
$$;
-- --- asked -----------------------------------------------------------------------------------------------------------------
create temp table t as select pg_temp.filed('{UB-00316,HN-TTRA,HN-SXD}') as a, pg_temp.filed('{UB-00316}') as old;
create function pg_temp.a() returns uuid language sql as $$ select a from t $$;
select is(pg_temp.parts(pg_temp.a()), null, 'nobody is asked by the filing');
select is(pg_temp.go('officer.HN-SXD', pg_temp.a(), 'accept'), 'accepted t', 'accepted');
select is(pg_temp.parts(pg_temp.a()), 'HN-TTRA asked, UB-00316 asked', 'those that the rules name are asked, but for who has it');
select results_eq($$select asked_at, asked_by, asked_from, version from part where ticket = pg_temp.a()$$, $$
	select now(), a.id, department_id('HN-SXD'), 1::bigint from account a, generate_series(1, 2) where login = 'officer.hn-sxd'$$,
	'by who accepts, for the department that has it');
select ok((pg_temp.part(pg_temp.a(), 'HN-TTRA')).task ~ E'^Đề nghị .*\n\nPlease ', 'with the text of the city in both languages');
select is((select jsonb_agg(data - '{part,due,ticket,words}'::text[] order by department) from event where ticket = pg_temp.a() and type = 'part.asked'),
	'[{"rules": ["storm", "parks"], "rule_set": 7}, {"rules": ["storm", "parks"], "rule_set": 7}]'::jsonb,
	'the event says which rules asked');
select is((select array_agg(distinct actor_kind || (actor = caller_account())) from event where ticket = pg_temp.a() and type = 'part.asked'),
	'{stafftrue}', 'and who accepted');
select is((select version from ticket where id = pg_temp.a()), 2::bigint, 'it is one change');
select is(pg_temp.left_out(pg_temp.a()), null, 'nobody is left out');
select move('officer.HN-SXD', (select old from t), 'accept');
select is(pg_temp.parts((select old from t)), null, 'a server of before asks nobody');

-- --- once ------------------------------------------------------------------------------------------------------------------
create function pg_temp.round(p_department text) returns text language plpgsql as $$
begin
	perform pg_temp.go('officer.HN-SXD', pg_temp.a(), 'return', 'HN-EIC');
	perform pg_temp.go('coordinator.HN-EIC', pg_temp.a(), 'route', p_department);
	perform pg_temp.go('officer.' || p_department, pg_temp.a(), 'accept');
	return pg_temp.parts(pg_temp.a());
end $$;
select is(pg_temp.round('HN-SXD'), 'HN-TTRA asked, UB-00316 asked', 'nobody twice while it waits');
select enter('head.HN-TTRA');
select is((select etag from part_give((pg_temp.part(pg_temp.a(), 'HN-TTRA')).id, 1, 'Đã kiểm tra.', now(), gen_random_uuid())), '2', 'given');
select enter('officer.HN-SXD');
select is((select body::json->>'state' from part_cancel((pg_temp.part(pg_temp.a(), 'UB-00316')).id, 1, 'Không cần nữa.', now(), gen_random_uuid())),
	'cancelled', 'the department that has it takes one back');
update ticket set returns = 0 where id = pg_temp.a();
select is(pg_temp.round('HN-SXD'), 'HN-TTRA given, UB-00316 cancelled', 'what was given or taken back is not asked for anew');
update ticket set returns = 0 where id = pg_temp.a();
select is(pg_temp.round('HN-TTRA'), 'HN-SXD asked, HN-TTRA given, UB-00316 asked, UB-00316 cancelled',
	'another department asks for itself');

-- --- until when ------------------------------------------------------------------------------------------------------------
create temp table u as select pg_temp.filed('{UB-00316}', p_policy := 0) as a, pg_temp.filed('{UB-00316}', p_policy := 0) as b,
	pg_temp.filed('{UB-00316}', p_policy := 0) as c, pg_temp.filed('{UB-00316}') as d, pg_temp.filed('{UB-00316}') as e;
select is(pg_temp.go('officer.HN-SXD', (select a from u), 'accept'), 'accepted t', 'a ticket without deadlines');
select is(pg_temp.hours((select a from u), 'UB-00316'), 24::numeric, 'the days of the setting');
update setting set value = 5 where name = 'parts_days';
select is(pg_temp.go('officer.HN-SXD', (select b from u), 'accept') || ' ' || pg_temp.hours((select b from u), 'UB-00316'), 'accepted t 72', 'as it is now');
select is(pg_temp.go('officer.HN-SXD', (select c from u), 'accept', p_calendar := 'none'), 'accepted t', 'without a date');
select is(pg_temp.left_out((select c from u)), 'UB-00316 no_date', 'nobody is asked');
update policy set step_unit = 'wh', step_amount = 4 where id = (select policy from ticket where id = (select d from u));
select is(pg_temp.go('officer.HN-SXD', (select d from u), 'accept') || ' ' || pg_temp.hours((select d from u), 'UB-00316'), 'accepted t 48',
	'the limit of the policy for one department');
update policy set step_unit = 'none', step_amount = null where id = (select policy from ticket where id = (select d from u));
select is(pg_temp.go('officer.HN-SXD', (select e from u), 'accept', p_units := '{cd,cd,cd,wd}', p_amounts := '{1,1,1,5}') || ' '
	|| pg_temp.hours((select e from u), 'UB-00316'), 'accepted t 72', 'but not after the answer');
update setting set value = 3 where name = 'parts_days';
select is((select array_agg(value) from setting where name = 'parts_days'), '{3}', 'the setting is one of the city''s');

-- --- who not ---------------------------------------------------------------------------------------------------------------
create temp table v as select pg_temp.filed('{UB-00316}', 'denunciation', 'denunciation') as secret, pg_temp.filed('{UB-00316}', 'data', 'data_request') as data,
	pg_temp.filed('{HN-TTRA,UB-00316,UB-00004}') as many, pg_temp.filed('{UB-00316,HN-TTRA}', 'restricted', 'complaint') as against,
	pg_temp.filed('{}') as none;
update ticket set route = '{"reason": "category"}' where id = (select none from v);
select is(pg_temp.go('legal_officer.HN-SXD', (select secret from v), 'accept') || coalesce(pg_temp.parts((select secret from v)), ''), 'accepted t',
	'nobody hears of a denunciation');
select is(pg_temp.go('data_officer.HN-SXD', (select data from v), 'accept') || coalesce(pg_temp.parts((select data from v)), ''), 'accepted t',
	'nor of what else is for named people');
select is(pg_temp.left_out((select secret from v)), null, 'which is not worth an event');
select is(pg_temp.go('officer.HN-SXD', (select none from v), 'accept') || coalesce(pg_temp.parts((select none from v)), ''), 'accepted t', 'no rules, no parts');
update setting set value = 1 where name = 'parts_most';
select is(pg_temp.go('officer.HN-SXD', (select many from v), 'accept'), 'accepted t', 'too many are no reason not to accept');
select is(pg_temp.parts((select many from v)), 'HN-TTRA asked', 'those come first that the rules name first');
select is(pg_temp.left_out((select many from v)), 'UB-00316 too_many, UB-00004 too_many', 'the others are told of');
update setting set value = 10 where name = 'parts_most';
select pg_temp.go('officer.HN-SXD', (select many from v), 'return', 'HN-EIC');
select pg_temp.go('coordinator.HN-EIC', (select many from v), 'route', 'HN-SXD');
select pg_temp.go('officer.HN-SXD', (select many from v), 'accept');
select is(pg_temp.parts((select many from v)), 'HN-TTRA asked, UB-00004 asked, UB-00316 asked', 'and asked when there is room');
select against_file(array[(select against from v)], '{UB-00316}');
select is(pg_temp.go('officer.HN-SXD', (select against from v), 'accept'), 'accepted t', 'whom it is against is no reason either');
select is(pg_temp.parts((select against from v)) || '; ' || pg_temp.left_out((select against from v)), 'HN-TTRA asked; UB-00316 denounced', 'but learns nothing of it');

-- --- who comes after -------------------------------------------------------------------------------------------------------
create temp table w as select pg_temp.filed('{UB-00004,UB-00316,HN-STC}') as a, pg_temp.filed('{HN-STC,HN-SNNMT}') as b, pg_temp.filed('{HN-STC}') as c;
set local tiepdan.reorganising = 'on';
update department set valid_to = city_day(now()) where code in ('UB-00004', 'HN-STC');
update department set successor = department_id('UB-00316') where code = 'UB-00004';
select is(pg_temp.go('officer.HN-SXD', (select a from w), 'accept'), 'accepted t', 'two have ended');
select is(pg_temp.parts((select a from w)) || '; ' || pg_temp.left_out((select a from w)), 'UB-00316 asked; HN-STC ended',
	'who comes after one is asked, once, and after the other nobody does');
update department set successor = department_id('HN-TTRA') where code = 'HN-STC';
insert into lineage values ('department', 'HN-STC', 'HN-TTRA', city_day(now()), 1, null, null, null, null),
	('department', 'HN-STC', 'HN-SNNMT', city_day(now()), 2, 'roads', null, null, null);
select is(pg_temp.go('officer.HN-SXD', (select b from w), 'accept') || pg_temp.parts((select b from w)), 'accepted tHN-SNNMT asked',
	'of a split the one that it is about');
update department set successor = department_id('HN-SXD') where code = 'HN-STC';
delete from lineage;
select is(pg_temp.go('officer.HN-SXD', (select c from w), 'accept') || coalesce(pg_temp.parts((select c from w)), ''), 'accepted t', 'who has it now asks not itself');
select is(pg_temp.left_out((select c from w)), null, 'nor is that told of');

-- --- another path, many at once, another text ------------------------------------------------------------------------------
create temp table x as select pg_temp.filed('{}') as a, pg_temp.filed('{UB-00316}') as b, pg_temp.filed('{UB-00316}') as c, pg_temp.filed('{UB-00316}') as d;
select pg_temp.go('officer.HN-SXD', (select a from x), 'accept');
select enter('coordinator.HN-EIC');
select is((select body::json->>'state' from reclassify((select a from x), p_category := 'environment.waste', p_route := pg_temp.route('{UB-00316}')::text)),
	'accepted', 'who goes on with a ticket on another path');
select is(pg_temp.parts((select a from x)), 'UB-00316 asked', 'has those asked that its rules name');
select is((select actor from event where ticket = (select a from x) and type = 'part.asked'), caller_account(), 'by who put it there');
select is((select body::json->>'state' from reclassify((select d from x), p_category := 'environment.waste', p_route := pg_temp.route('{HN-TTRA}')::text))
	|| coalesce(pg_temp.parts((select d from x)), ''), 'submitted', 'one that is not accepted waits');
select is(pg_temp.go('officer.HN-SXD', (select d from x), 'accept') || pg_temp.parts((select d from x)), 'accepted tHN-TTRA asked', 'for the rules of its new path');

select import_part_texts(jsonb_build_object('valid_from', city_day(now()) + 1, 'text_vi', 'Đề nghị phối hợp từ ngày mai.', 'text_en', 'Please contribute from tomorrow on.'));
select is(part_task(city_day(now()) + 1), E'Đề nghị phối hợp từ ngày mai.\n\nPlease contribute from tomorrow on.', 'a text counts from its day on');
select ok(part_task(city_day(now())) ~ 'chức năng, nhiệm vụ', 'and until then the one before');
select is(attempt($$insert into part_text values (null, 'Một nội dung khác.', 'Another one of that day.')$$), 'part_text_version', 'one of each day');
grant select on x to tiepdan_app;
select enter('officer.HN-SXD');
set local role tiepdan_app;
select is((select json_agg(i->>'version')::text from offers(now()) o, json_array_elements(tickets_move('accept', (select array[b, c] from x), '{1,1}',
	array[gen_random_uuid(), gen_random_uuid()], null, null, null, null, now(), o.policies, o.kinds, o.dues, o.alarms, o.units, o.amounts, 'office', 1,
	'{office}', '{wd}', '{3}', array[now() + interval '1 day'], '{}', '{}', null)::json->'items') i), '["2", "2"]', 'many are accepted at once');
reset role;
select is((select pg_temp.parts(b) || ', ' || pg_temp.parts(c) from x), 'UB-00316 asked, UB-00316 asked', 'and each asks for its parts');
select * from finish();
rollback;
