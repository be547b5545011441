-- Reorganisations: what a draft is told of, what moves and what stays, schedules and drops, rights; the lineage of departments, and what
-- rolled reports and denunciations make of it.
begin;
set search_path = test, tiepdan, public;
select plan(111);

-- A rename or merger of HN-SXD (and HN-TTRA) into HN-X, or whatever the steps say.
create function pg_temp.steps(p_from text[], p_to jsonb, p_choices jsonb default '[]', p_what text default 'department') returns jsonb language sql as $$
	select jsonb_build_array(jsonb_build_object('what', p_what, 'from', p_from, 'to', p_to, 'choices', p_choices))
$$;
create function pg_temp.made(p_code text) returns jsonb language sql as $$
	select jsonb_build_object('code', p_code, 'name_vi', 'Sở ' || p_code, 'name_en', 'Department ' || p_code)
$$;
create function pg_temp.draft(p_steps jsonb, p_day date default city_day(now()), p_by text default 'admin.HN-EIC') returns uuid language plpgsql as $$
declare
	v_id uuid := gen_random_uuid();
begin
	perform enter(p_by);
	perform reorganisation_save(v_id, null, 'Sắp xếp lại', 'Nghị quyết 1/NQ', 'Resolution 1', p_day, p_steps, now());
	return v_id;
end $$;
create function pg_temp.apply(p_id uuid, p_version bigint default 1) returns text language plpgsql as $$
begin
	perform enter('admin.HN-EIC');
	return (select a.body::jsonb->>'state' from reorganisation_apply(p_id, p_version, now(), gen_random_uuid()) a);
end $$;
create function pg_temp.faults(p_steps jsonb, p_day date default city_day(now())) returns text language sql as $$
	select string_agg(distinct fault || coalesce(' ' || unit, ''), ', ' order by fault || coalesce(' ' || unit, ''))
	from reorganisation_faults(p_steps, p_day, now())
$$;

-- --- faults ---------------------------------------------------------------------------------------------------------------
select is(pg_temp.faults(pg_temp.steps('{HN-SXD}', jsonb_build_array(pg_temp.made('HN-X')))), null, 'a rename has none');
select is(pg_temp.faults(pg_temp.steps('{HN-SXD}', jsonb_build_array(pg_temp.made('HN-X'))), city_day(now()) - 1), 'past_day', 'not yesterday');
select is(pg_temp.faults(pg_temp.steps('{HN-NOBODY}', '[{"code": "HN-GONE"}]')), 'unknown_unit HN-GONE, unknown_unit HN-NOBODY', 'unknown codes');
select is(pg_temp.faults(pg_temp.steps('{HN-SXD,HN-SXD}', jsonb_build_array(pg_temp.made('HN-X')))), 'twice HN-SXD', 'twice');
select is(pg_temp.faults(pg_temp.steps('{HN-SXD}', jsonb_build_array(pg_temp.made('HN-TTRA')))), 'code_taken HN-TTRA', 'a code that is in use');
select is(pg_temp.faults(pg_temp.steps('{HN-SXD}', '[{"code": "HN-X", "name_vi": "Sở X"}]')), 'name_missing HN-X', 'half a name');
select is(pg_temp.faults(pg_temp.steps('{HN-SXD}', '[{"code": "HN-TTRA"}]') || pg_temp.steps('{HN-TTRA}', '[{"code": "HN-SXD"}]')),
	'circle HN-SXD, circle HN-TTRA', 'a circle');
select is(pg_temp.faults(pg_temp.steps('{HN-EIC}', '[{"code": "HN-TTRA"}]')), 'hub_ends HN-EIC', 'the hub stays');
update department set parent = department_id('HN-SXD') where code = 'HN-TTRA';
select is(pg_temp.faults(pg_temp.steps('{HN-SXD}', '[{"code": "HN-TTRA"}]')), 'successor_below HN-TTRA', 'not into a unit below');
update department set parent = null where code = 'HN-TTRA';
select is(pg_temp.faults(pg_temp.steps('{HN-SXD}', jsonb_build_array(pg_temp.made('HN-X')), '[{"to": "HN-TTRA", "area": "00316"}]')),
	'bad_choice HN-TTRA', 'a choice is one of the successors');
select is(pg_temp.faults(pg_temp.steps('{HN-SXD}', jsonb_build_array(pg_temp.made('HN-X')), '[{"to": "HN-X"}]')), 'bad_choice HN-X', 'and says for what');
select is(pg_temp.faults(pg_temp.steps('{HN-SXD}', jsonb_build_array(pg_temp.made('HN-X'), pg_temp.made('HN-Y')))), 'nobody_accepts HN-Y',
	'people only go to the principal one');
select is(pg_temp.faults(pg_temp.steps('{HN-SXD}', jsonb_build_array(pg_temp.made('HN-X') || '{"calendar": "other"}'))), 'other_hours HN-X', 'other hours');
select is(pg_temp.faults(pg_temp.steps('{00316}', jsonb_build_array(pg_temp.made('A1')), '[]', 'area')), 'committee_stays 00316', 'an area has its committee');

-- --- rights and states ------------------------------------------------------------------------------------------------------
select is(attempt($$select pg_temp.draft('[{}]', p_by := 'hub_head.HN-EIC')$$), 'TD403', 'administrators only');
create temp table r as select pg_temp.draft(pg_temp.steps('{HN-SXD}', jsonb_build_array(pg_temp.made('HN-X')))) as id;
select is(attempt(format('select pg_temp.apply(%L, 2)', id)), 'TD412', 'another version') from r;
select is(attempt(format('select pg_temp.apply(%L)', gen_random_uuid())), 'TD404', 'none');
select is(attempt(format('select pg_temp.apply(%L)', pg_temp.draft(pg_temp.steps('{HN-EIC}', '[{"code": "HN-TTRA"}]')))), 'TD580', 'with faults');

-- --- a merger, today --------------------------------------------------------------------------------------------------------
create temp table t (n int, id uuid);
insert into t select 1, (file('HN-SXD')).id;		-- open, somebody works on it
insert into t select 2, (file('HN-SXD')).id;		-- closed
insert into t select 3, (file('HN-TTRA')).id;		-- open
insert into t select 4, (file('UB-00316')).id;		-- somebody else's
insert into t select 5, (file('HN-TTRA', 'denunciation', 'denunciation')).id;	-- against HN-SXD
create function pg_temp.t(n int) returns uuid language sql as $$ select id from t where t.n = $1 $$;
insert into ticket_against values (pg_temp.t(5), department_id('HN-SXD'));
select lives_ok($$select move('officer.HN-SXD', pg_temp.t(n), a) from (values (1, 'accept'), (2, 'accept')) x (n, a)$$, 'accepted');
select lives_ok($$select move('officer.HN-SXD', pg_temp.t(1), 'claim')$$, 'claimed');
select lives_ok($$select move('head.HN-SXD', pg_temp.t(2), 'refuse', p_reason_code := (select code from refusal_reason where action = 'refuse' limit 1))$$,
	'refused');
select lives_ok($$select move('officer.HN-SXD', pg_temp.t(1), 'ask_part', p_department := 'UB-00316')$$, 'asks the ward');
create temp table clocks as select kind, due_at, start_at, calendar, alarm_at from clock_running where ticket = pg_temp.t(1);
select enter('admin.HN-EIC');
select reply_template_save(gen_random_uuid(), null, 'HN-SXD', 'answer', 'vi', null, null, 'Một mẫu', 'Kính gửi ông/bà, xin cảm ơn.', null, now());
insert into saved_filter select gen_random_uuid(), id, 'của Sở', true, '{"holder": "HN-SXD"}', 1, now() from account where login = 'hub_head.hn-eic';
insert into department_work select department_id('HN-SXD'), true, now(), id from account where login = 'head.hn-sxd';
update policy set department = 'HN-SXD' where id = (select min(id) from policy);
update department set parent = department_id('HN-SXD') where code = 'UB-00316';
create temp table m as select pg_temp.draft(pg_temp.steps('{HN-SXD,HN-TTRA}', jsonb_build_array(pg_temp.made('HN-XT')))) as id;
select is(x->'departments'->0->'tickets', '1', 'the preview counts the open ones')
	from (select reorganisation_preview(id, now())::jsonb as x from m) y;
select is(x->'departments'->0->'successors', '[{"code": "HN-XT", "tickets": 1}]', 'and where they go') from (select reorganisation_preview(id, now())::jsonb as x from m) y;
select is(x->'departments'->0->'filters', '1', 'filters') from (select reorganisation_preview(id, now())::jsonb as x from m) y;
select is(x->'departments'->0->'below', '1', 'departments below') from (select reorganisation_preview(id, now())::jsonb as x from m) y;
select is(pg_temp.apply(id), 'applied', 'on its day it is applied at once') from m;

select results_eq($$select t.n, d.code from t join ticket k on k.id = t.id join department d on d.id = k.holder order by 1$$,
	$$values (1, 'HN-XT'), (2, 'HN-SXD'), (3, 'HN-XT'), (4, 'UB-00316'), (5, 'HN-UBND')$$,
	'open tickets move, closed ones stay, a denunciation goes past those whom it is against');
select is((select a.login from ticket k join account a on a.id = k.person where k.id = pg_temp.t(1)), 'officer.hn-sxd', 'who has it keeps it');
select is((select d.code from account a join department d on d.id = a.department where a.login = 'officer.hn-sxd'), 'HN-XT', 'and has moved along');
select is((select count(*) from account where department in (department_id('HN-SXD'), department_id('HN-TTRA'))), 0::bigint, 'nobody is left');
select set_eq($$select kind, due_at, start_at, calendar, alarm_at from clock_running where ticket = pg_temp.t(1)$$, 'select * from clocks', 'the clocks go on');
select is((select count(*) from clock_running c join ticket k on k.id = c.ticket where c.holder <> k.holder), 0::bigint, 'and are the new holder''s');
select results_eq($$select d.code, h.ended_by, h.until is null from holding h join department d on d.id = h.department where h.ticket = pg_temp.t(1)
	order by h.since, h.until nulls last$$, $$values ('HN-SXD', 'succeed', false), ('HN-XT', null, true)$$, 'the holdings follow each other');
select is((select returns from ticket where id = pg_temp.t(1)), 0, 'nothing was returned');
select is((select e.data->>'from_department' || ' ' || e.actor_kind from event e where e.ticket = pg_temp.t(1) and e.type = 'ticket.succeeded'),
	department_id('HN-SXD') || ' staff', 'an event tells from whom');
select is((select count(*) from event where type = 'ticket.succeeded' and hash <> event_hash(id, at, ticket, type, actor_kind, actor, department,
	from_state, to_state, public_vi, public_en, data)), 0::bigint, 'its hash is right');
select is((select count(*) from event where type = 'ticket.succeeded'), 3::bigint, 'one each');
select is((select d.code from department d where d.id = (select distinct on (id) department from reply_template order by id, version desc)), 'HN-XT', 'templates move');
select is((select query->>'holder' from saved_filter where name = 'của Sở'), 'HN-XT', 'filters too');
select is((select string_agg(d.code || w.automatic, ' ' order by d.code) from department_work w join department d on d.id = w.department), 'HN-SXDfalse HN-XTtrue',
	'and how work is given');
select is((select department from policy order by id limit 1), 'HN-XT', 'and policies');
select is((select p.code from department d join department p on p.id = d.parent where d.code = 'UB-00316'), 'HN-XT', 'what stood below stands below');
select is((select moved->>'tickets' from reorganisation, m where reorganisation.id = m.id), '3', 'it is told how many moved');
select is((select string_agg(old || '>' || new, ' ' order by old) from lineage), 'HN-SXD>HN-XT HN-TTRA>HN-XT', 'the lineage');
select is((select d.valid_to from department d where d.code = 'HN-SXD'), city_day(now()), 'the old ones end');
select is(attempt(format('select pg_temp.apply(%L, %s)', id, 3)), 'TD581', 'once') from m;
select ok(department_denounced(pg_temp.t(5), department_id('HN-XT')), 'a denunciation is kept from the successor');
select is((select string_agg(key || coalesce('<' || rolled_from, '') || ' ' || total, ', ' order by key) from (select enter('admin.HN-EIC')) x,
	report_sla_rolled(city_day(now()) - 1, city_day(now()) + 1, now() + interval '1 minute', 'Asia/Ho_Chi_Minh') where key in ('HN-XT', 'HN-SXD')),
	'HN-XT<HN-SXD 3', 'rolled, the old figures are the new department''s');

-- --- a split with choices, on a day to come ---------------------------------------------------------------------------------
create temp table s as select pg_temp.draft(pg_temp.steps('{HN-XT}', jsonb_build_array(pg_temp.made('HN-A'), pg_temp.made('HN-B')),
	jsonb_build_array('{"to": "HN-B", "area": "00316"}'::jsonb, jsonb_build_object('to', 'HN-B', 'person',
		(select id from account where login = 'officer.hn-sxd')))), city_day(now()) + 3) as id;
select is(pg_temp.apply(id), 'scheduled', 'it waits for its day') from s;
select is((select d.code || ' ' || d.valid_to - city_day(now()) || ' ' || x.code from department d join department x on x.id = d.successor where d.code = 'HN-XT'),
	'HN-XT 3 HN-A', 'the rows are written');
select is((select d.code from department d where d.id = heir(department_id('HN-SXD'), 'roads.surface', '00316', city_day(now()) + 3)), 'HN-B',
	'heirs of heirs, by the choice');
select is((select d.code from department d where d.id = heir(department_id('HN-SXD'), 'roads.surface', '00004', city_day(now()) + 3)), 'HN-A', 'or the principal one');
select ok(department_denounced(pg_temp.t(5), department_id('HN-B')), 'kept from each part of a split');
select is(reorganisations_run(now(), 100), 0::bigint, 'nothing before its day');
select is(pg_temp.faults(pg_temp.steps('{HN-XT}', '[{"code": "HN-SNV"}]')), 'ended_unit HN-XT', 'its end is set');
savepoint before;
select lives_ok(format($$select reorganisation_drop(%L, 2, now(), gen_random_uuid()) from (select enter('admin.HN-EIC')) x$$, id), 'dropped') from s;
select is((select concat_ws(' ', d.valid_to, d.successor) || (select count(*) from lineage where old = 'HN-XT') from department d where d.code = 'HN-XT'), '0',
	'its rows are undone');
select is(pg_temp.faults(pg_temp.steps('{HN-XT}', jsonb_build_array(pg_temp.made('HN-A'))), city_day(now()) + 1), null, 'and the codes are free again');
select is(pg_temp.apply(pg_temp.draft(pg_temp.steps('{HN-XT}', jsonb_build_array(pg_temp.made('HN-A'))), city_day(now()) + 1)), 'scheduled', 'and can be used');
rollback to before;
select cmp_ok(reorganisations_run(now() + interval '3 days', 100), '>=', 1::bigint, 'the job worker does it on the day');
select results_eq($$select t.n, d.code, a.login from t join ticket k on k.id = t.id join department d on d.id = k.holder left join account a on a.id = k.person
	where n in (1, 3) order by 1$$, $$values (1, 'HN-B', 'officer.hn-sxd'), (3, 'HN-B', null)$$, 'by the choices; the person went the same way');
select is(attempt(format($$select reorganisation_drop(%L, 3, now(), gen_random_uuid()) from (select enter('admin.HN-EIC')) x$$, id)), 'TD581', 'too late to drop') from s;

-- --- what is against a department that ends, held by who comes after it ------------------------------------------------------
insert into t select 11, (file('HN-SNV', 'denunciation', 'denunciation')).id;
insert into t select 12, (file('HN-SNV')).id;
insert into ticket_against values (pg_temp.t(11), department_id('HN-STC'));
savepoint held;
select is(pg_temp.apply(pg_temp.draft(pg_temp.steps('{HN-STC}', '[{"code": "HN-SNV"}]'))), 'applied', 'into whom has a denunciation of it');
select ok(not department_denounced(pg_temp.t(11), k.holder) and k.holder <> department_id('HN-SNV'), 'which goes to the nearest above that is not')
	from ticket k where k.id = pg_temp.t(11);
select is((select count(*) from clock_running c join ticket k on k.id = c.ticket where k.id = pg_temp.t(11) and c.holder <> k.holder), 0::bigint,
	'with its clocks');
select is((select e.public_en from event e where e.ticket = pg_temp.t(11) and e.type = 'ticket.succeeded'),
	'The ticket passed to an authority above by a reorganisation', 'and the citizen reads so');
select is((select holder from ticket where id = pg_temp.t(12)), department_id('HN-SNV'), 'all else stays');
rollback to held;
select is(pg_temp.apply(pg_temp.draft(pg_temp.steps('{HN-STC}', '[{"code": "HN-SNV"}]'), city_day(now()) + 2)), 'scheduled', 'on a day to come');
select isnt((select holder from ticket where id = pg_temp.t(11)), department_id('HN-SNV'), 'it goes at once: the successor does not see it any more');
rollback to held;
update department set parent = null where code = 'HN-EIC';
insert into t select 13, (file('HN-EIC', 'denunciation', 'denunciation')).id;
insert into ticket_against values (pg_temp.t(13), department_id('HN-STC'));
create temp table n as select pg_temp.draft(pg_temp.steps('{HN-STC}', '[{"code": "HN-EIC"}]')) as id;
select is((select string_agg(f->>'fault', ' ') from n, jsonb_array_elements(reorganisation_preview(id, now())::jsonb->'faults') f where (f->>'stops')::boolean),
	'nobody_impartial', 'nobody would be left: the preview says so');
select is((select valid_to from department where code = 'HN-STC'), null, 'and has changed nothing');
select is(attempt(format('select pg_temp.apply(%L)', id)), 'TD580', 'and it is not applied') from n;
rollback to held;

-- --- who applies one takes no role along ----------------------------------------------------------------------------------------
create function pg_temp.roles(p_login text) returns text language sql as $$
	select coalesce((select string_agg(role, ' ' order by role) from account_role where account = a.id), '') || ' / ' || coalesce((
		select string_agg(g.role || case when g.asked_by = a.id then ' own' else '' end, ' ' order by g.role) from account_grant g
		where g.account = a.id and g.decided_at is null), '') from account a where a.login = lower(p_login)
$$;
update account set department = department_id('HN-STC') where login = 'admin.hn-eic';
insert into account_role select id, r from account, unnest('{head,legal_officer}'::text[]) r where login = 'admin.hn-eic';
select account_save('an.stc', 'An', 'HN-STC', '{data_officer}'), account_save('binh.stc', 'Bình', 'HN-STC', '{officer}');
savepoint own;
create function pg_temp.said(p_type text) returns text language sql as $$
	select string_agg(distinct a.login || ' by ' || x.login, ', ') from account_event e join account a on a.id = e.account left join account x on x.id = e.actor
		where e.type = p_type and a.login in ('admin.hn-eic', 'an.stc', 'binh.stc')
$$;
insert into delegation (id, giver, taker, roles, from_at, until_at, reason, made_by) select gen_random_uuid(), g.id, t.id, '{data_officer}', now(),
	now() + interval '9 days', 'Nghỉ phép năm', g.id from account g, account t where g.login = 'an.stc' and t.login = 'binh.stc';
savepoint given;
select is(pg_temp.apply(pg_temp.draft(pg_temp.steps('{HN-STC}', '[{"code": "HN-SNV"}]'))), 'applied', 'applied by one of those who move');
select is(pg_temp.roles('admin.HN-EIC'), 'admin / head own legal_officer own', 'whose roles wait for another administrator');
select is(pg_temp.roles('an.stc'), ' / data_officer', 'and of the others'' what opens something, where others had been');
select is(pg_temp.roles('binh.stc'), 'officer / ', 'but nothing else');
select is((select count(*) from delegation where ended_at is not null), 1::bigint, 'what is given for a time ends with it');
select is(pg_temp.said('role.asked'), 'admin.hn-eic by admin.hn-eic, an.stc by admin.hn-eic', 'asked by who applied it');
select is((select count(*) from account_grant g, account a where a.login = 'admin.hn-eic' and g.asked_by = a.id and g.role = 'data_officer'
	and g.account = (select id from account where login = 'an.stc')), 1::bigint,
	'who does not confirm it, then');
rollback to given;
select is(pg_temp.apply(pg_temp.draft(pg_temp.steps('{HN-STC}', '[{"code": "HN-SNV"}]'), city_day(now()) + 2)), 'scheduled', 'and on a day to come');
select caller_enter('job', null, null, false, 60000);
select cmp_ok(reorganisations_run(now() + interval '2 days', 100), '>=', 1::bigint, 'when the job worker does it');
select is(pg_temp.roles('admin.HN-EIC'), 'admin / head own legal_officer own', 'it is so, too');
select is(pg_temp.roles('an.stc'), ' / data_officer', 'for the others as well');
select is(pg_temp.said('role.asked'), 'admin.hn-eic by admin.hn-eic, an.stc by admin.hn-eic', 'and who asks stands there');
select is(pg_temp.said('delegation.ended'), 'an.stc by admin.hn-eic, binh.stc by admin.hn-eic', 'with who has ended it');
rollback to given;
select pg_temp.apply(pg_temp.draft(pg_temp.steps('{HN-STC}', jsonb_build_array(pg_temp.made('HN-STC3')))));
select is(pg_temp.roles('an.stc') || '; ' || pg_temp.roles('admin.HN-EIC'), 'data_officer / ; admin / head own legal_officer own',
	'a department under another name waits for nobody, but who applies it does');
select is((select count(*) from delegation where ended_at is not null), 0::bigint, 'and what is given goes on');
rollback to given;
select pg_temp.apply(pg_temp.draft(pg_temp.steps('{HN-STC,HN-SNV}', jsonb_build_array(pg_temp.made('HN-STC4')))));
select is(pg_temp.roles('an.stc'), ' / data_officer', 'in a merger it waits');
rollback to given;
select pg_temp.apply(pg_temp.draft(jsonb_set(pg_temp.steps('{HN-STC}', jsonb_build_array(pg_temp.made('HN-STC5'), '{"code": "HN-SNV"}'::jsonb)), '{0,choices}',
	jsonb_build_array(jsonb_build_object('to', 'HN-SNV', 'person', (select id from account where login = 'an.stc'))))));
select is(pg_temp.roles('an.stc'), ' / data_officer', 'and where somebody is sent by name to what was there before');
rollback to own;
select caller_enter('job', null, null, false, 60000);
update setting set value = 0 where name = 'guarded_roles';
select pg_temp.apply(pg_temp.draft(pg_temp.steps('{HN-STC}', '[{"code": "HN-SNV"}]')));
select is(pg_temp.roles('admin.HN-EIC'), 'admin head legal_officer / ', 'but where the town does without');
rollback to held;

-- --- many: what does not move at once moves in portions -----------------------------------------------------------------------
update setting set value = 2 where name = 'reorganisation_at_once';
insert into t select 20 + i, (file('HN-STC')).id from generate_series(1, 7) i;
create temp table p as select pg_temp.draft(pg_temp.steps('{HN-STC}', jsonb_build_array(pg_temp.made('HN-STC2')))) as id;
select is(reorganisation_preview(id, now())::jsonb->>'remaining', '5', 'the preview says how many will be left') from p;
select is(pg_temp.apply(id), 'applied', 'many') from p;
select is((select concat_ws(' ', b->'moved'->'tickets', b->'remaining') from (select reorganisation_body(r)::jsonb as b from p join reorganisation r using (id)) x),
	'2 5', 'two at once');
insert into t select 30, (file('HN-SXD')).id;
insert into t select 0, (file('HN-SDL', p_id := '00000000-0000-0000-0000-000000000001')).id;
insert into lineage values ('department', 'HN-SDL', 'HN-STC2', city_day(now()), 1, null, null, null, (select id from p));
set local tiepdan.reorganising = 'on';
update department set valid_to = city_day(now()), successor = null where code = 'HN-SDL';
set local tiepdan.reorganising = 'off';
select is((select heir(department_id('HN-SDL'), null, null, city_day(now()))), null, 'one without an heir, before all others');
select is(reorganisations_run(now(), 2), 2::bigint, 'a portion');
select is(reorganisations_run(now(), 2), 2::bigint, 'another one');
select cmp_ok(reorganisations_run(now(), 9), '>=', 1::bigint, 'the rest');
select is(reorganisations_run(now(), 9), 0::bigint, 'nothing is left');
select is((select count(*) from ticket k join t using (id) where t.n between 21 and 27 and k.holder = department_id('HN-STC2')), 7::bigint, 'all have moved');
select is((select count(*) from event e join t on t.id = e.ticket where t.n between 21 and 27 and e.type = 'ticket.succeeded'
	and e.data->>'reorganisation' = (select id::text from p)), 7::bigint, 'by this reorganisation');
select is((select reorganisation_remaining(id) from p), 0::bigint, 'none remain');
insert into part (id, ticket, department, asked_from, state, asked_at, asked_by, task, due_at)
	select gen_random_uuid(), pg_temp.t(4), department_id('HN-STC'), k.holder, 'asked', now(), a.id, 'Đề nghị kiểm tra hiện trạng.', now() + interval '1 day'
	from ticket k, account a where k.id = pg_temp.t(4) and a.login = 'officer.hn-sxd';
select is(reorganisations_run(now(), 9), 1::bigint, 'a part that was asked for late is taken along');
select is((select d.code from part x join department d on d.id = x.department where x.ticket = pg_temp.t(4) and x.state = 'asked'
	and x.task = 'Đề nghị kiểm tra hiện trạng.'), 'HN-STC2', 'to the heir');
select is((select max((e.data->'ticket'->>'version')::bigint) from event e where e.ticket = pg_temp.t(4)),
	(select version::bigint from ticket where id = pg_temp.t(4)), 'and its event says how the ticket stands with it');

-- --- an older file of departments ------------------------------------------------------------------------------------------------
select results_eq($$select f.line, f.message from import_rows('departments', (select jsonb_agg(cells - '{valid_to,successor}'::text[]
		|| jsonb_build_object('line', 7)) from import_row where kind = 'departments' and key = 'HN-STC')) f$$,
	$$values (7, 'breaks the rule reorganised_unit: a reorganisation has set when HN-STC begins and ends, and who comes after it')$$,
	'does not undo a reorganisation');
select is((select valid_to from department where code = 'HN-STC'), city_day(now()), 'not a bit of it');
select is_empty($$select * from import_rows('departments', (select jsonb_agg(cells || jsonb_build_object('line', 7, 'name_en', 'Finance'))
	from import_row where kind = 'departments' and key = 'HN-STC'))$$, 'the rest of such a row may change');
select is(attempt($$update department set successor = null where code = 'HN-STC'$$), 'reorganised_unit', 'in whatever way it comes');
create temp table l as select pg_temp.draft(pg_temp.steps('{HN-STP}', jsonb_build_array(pg_temp.made('HN-STP2'))), city_day(now()) + 1) as id;
select is(pg_temp.apply(id), 'scheduled', 'and one that is scheduled') from l;
set local tiepdan.reorganising = 'on';
update department set valid_to = null where code = 'HN-STP';
set local tiepdan.reorganising = 'off';
select is(attempt($$select reorganisations_run(now() + interval '1 day', 9)$$), 'TD583', 'is not carried out when a unit has not ended');
select finish();
rollback;
