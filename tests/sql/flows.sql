-- What came, went and was left each day, and how long tickets stay.
begin;
set search_path = test, tiepdan, public;
select plan(26);
create function pg_temp.day(n numeric) returns timestamptz language sql as $$ select timestamptz '2026-10-05 12:00+07' + n * interval '1 day' $$;
create temp table t as select n, (f).id, (f).number from (select n, file(case when n = 2 then 'UB-00316' else 'HN-SXD' end, p_at := pg_temp.day(0),
	p_area := case when n = 3 then null else '00316' end) as f from generate_series(1, 4) n) x;
create function pg_temp.t(n int) returns uuid language sql as $$ select id from t where t.n = $1 $$;
-- 1 answered on day 2 and reopened on day 4; 2 given back, routed and refused; 3 withdrawn on day 1; 4 stays. The third ticket has no area.
select move('officer.HN-SXD', pg_temp.t(1), 'accept', pg_temp.day(0.25)), move('officer.HN-SXD', pg_temp.t(1), 'claim', pg_temp.day(0.25)),
	move('officer.HN-SXD', pg_temp.t(1), 'propose', pg_temp.day(1)), move('head.HN-SXD', pg_temp.t(1), 'approve', pg_temp.day(2));
select citizen(number, 'second_look', pg_temp.day(4)) from t where n = 1;
select move('officer.UB-00316', pg_temp.t(2), 'return', pg_temp.day(0.1)), move('coordinator.HN-EIC', pg_temp.t(2), 'route', pg_temp.day(1), p_department := 'HN-SXD'),
	move('head.HN-SXD', pg_temp.t(2), 'refuse', pg_temp.day(3), p_reason_code := 'out_of_scope');
select citizen(number, 'withdraw', pg_temp.day(1)) from t where n = 3;
create function pg_temp.backlog(p_what text, p_by text, p_key text, p_from date, p_to date, p_now timestamptz default pg_temp.day(30)) returns setof text language sql as $$
	select concat_ws(' ', case p_what when 'day' then to_char(first, 'DD') else key end, filed, came, reopened, answered, refused, withdrawn, merged, passed, '=', open, overdue)
	from enter('leader.HN-EIC'), report_backlog(p_from, p_to, p_by, p_key, p_now, 'Asia/Ho_Chi_Minh') where what = p_what
$$;
create function pg_temp.stays(p_by text, p_from date, p_to date, p_now timestamptz default pg_temp.day(30)) returns setof text language sql as $$
	select concat_ws(' ', key, ended, trim_scale(round(seconds / 86400.0, 2)), lasting, oldest_s / 86400)
	from enter('leader.HN-EIC'), report_stays(p_from, p_to, p_by, p_now, 'Asia/Ho_Chi_Minh')
$$;

-- Days of a department: filed, came, reopened; answered, refused, withdrawn, merged, passed; open and overdue at their ends.
select results_eq($$select pg_temp.backlog('day', 'department', 'HN-SXD', '2026-10-04', '2026-10-09')$$, '{04 0 0 0 0 0 0 0 0 = 0 0,05 3 0 0 0 0 0 0 0 = 3 0,
	06 0 1 0 0 0 1 0 0 = 3 0,07 0 0 0 1 0 0 0 0 = 2 0,08 0 0 0 0 1 0 0 0 = 1 0,09 0 0 1 0 0 0 0 0 = 2 0}'::text[], 'a department, day by day');
select results_eq($$select pg_temp.backlog('row', 'department', null, '2026-10-05', '2026-10-09')$$, '{HN-EIC 0 1 0 0 0 0 0 1 = 0 0,HN-SXD 3 1 1 1 1 1 0 0 = 2 0,
	UB-00316 1 0 0 0 0 0 0 1 = 0 0}'::text[], 'all departments');
select results_eq($$select pg_temp.backlog('total', 'department', null, '2026-10-05', '2026-10-09')$$, '{4 2 1 1 1 1 0 2 = 2 0}'::text[], 'the total is their sum');
select results_eq($$select pg_temp.backlog('row', 'area', null, '2026-10-05', '2026-10-09')$$, '{" 1 0 0 0 0 1 0 0 = 0 0",00316 3 0 1 1 1 0 0 0 = 2 0}'::text[],
	'of an area nothing goes to another department');
select is((select name_en from report_backlog('2026-10-05', '2026-10-09', 'area', null, pg_temp.day(30), 'Asia/Ho_Chi_Minh') where what = 'row' and key = ''), 'No area',
	'what has no area is named so');
select results_eq($$select pg_temp.backlog('row', 'category', 'water.supply', '2026-10-05', '2026-10-09')$$, '{water.supply 0 0 0 0 0 0 0 0 = 0 0}'::text[],
	'a key has a row without tickets');
select is((select count(*) from report_backlog('2026-10-05', '2026-10-09', 'category', 'nobody.knows', pg_temp.day(30), 'Asia/Ho_Chi_Minh')
	where what = 'row' and name_vi is null), 1::bigint, 'and without a name when nobody knows it');

-- Today is until now, and days to come are not told.
select results_eq($$select pg_temp.backlog('day', 'department', 'HN-SXD', '2026-10-08', '2026-12-31', '2026-10-09 13:00+07')$$,
	'{08 0 0 0 0 1 0 0 0 = 1 0,09 0 0 1 0 0 0 0 0 = 2 0}'::text[], 'until today');
select is_empty($$select pg_temp.backlog('day', 'department', 'HN-SXD', '2026-10-10', '2026-12-31', '2026-10-09 13:00+07')$$, 'no days to come');
-- Overdue from the instant on that it was due at, if that was before the end of the day.
update clock_running set due_at = '2026-12-01' where ticket = pg_temp.t(1) and kind = 'answer';
update clock_running set due_at = '2026-10-12 00:00+07' where ticket = pg_temp.t(4) and kind = 'answer';
select results_eq($$select pg_temp.backlog('day', 'department', 'HN-SXD', '2026-10-11', '2026-10-12')$$, '{11 0 0 0 0 0 0 0 0 = 2 0,12 0 0 0 0 0 0 0 0 = 2 1}'::text[], 'due at midnight');
update clock_running set due_at = '2026-10-11 23:59:59.999999+07' where ticket = pg_temp.t(4) and kind = 'answer';
select results_eq($$select pg_temp.backlog('day', 'department', 'HN-SXD', '2026-10-11', '2026-10-11')$$, '{11 0 0 0 0 0 0 0 0 = 2 1}'::text[], 'due just before');
select results_eq($$select pg_temp.backlog('day', 'department', 'HN-SXD', '2026-10-11', '2026-10-11', '2026-10-11 23:00+07')$$, '{11 0 0 0 0 0 0 0 0 = 2 0}'::text[], 'and not yet');
select move('officer.HN-SXD', pg_temp.t(4), 'return', '2026-10-13 12:00+07');
select results_eq($$select pg_temp.backlog('day', 'department', x, '2026-10-13', '2026-10-13') from unnest('{HN-SXD,HN-EIC}'::text[]) x$$,
	'{13 0 0 0 0 0 0 0 1 = 1 0,13 0 1 0 0 0 0 0 0 = 1 1}'::text[], 'it is overdue with whom it is');

-- Stays that ended: how many, how many days together; how many last, and for how many days the oldest.
select results_eq($$select pg_temp.stays('state', '2026-10-05', '2026-10-09')$$, '{submitted 3 4.25 1 30,in_progress 1 0.75 0,pending_approval 1 1 0,
	answered 1 2,reopened 0 0 1 26}'::text[], 'states');
select results_eq($$select pg_temp.stays('department', '2026-10-05', '2026-10-31')$$, '{HN-EIC 1 0.9 1 22,HN-SXD 4 13 1 26,UB-00316 1 0.1 0}'::text[], 'departments');
select results_eq($$select pg_temp.stays('department', '2026-10-14', '2026-10-31')$$, '{HN-EIC 0 0 1 22,HN-SXD 0 0 1 26}'::text[], 'what lasts is told whatever the time');

-- A clock that is behind: what is written later did not happen before.
create temp table b as select (file('HN-TTRA', p_at := pg_temp.day(0))).id;
select move('officer.HN-TTRA', id, 'accept', pg_temp.day(2)), move('officer.HN-TTRA', id, 'claim', pg_temp.day(1.9)) from b;
select results_eq($$select p.at[n], p.state[n] from b, report_paths(false, array[b.id], '-infinity') p, generate_subscripts(p.at, 1) n$$,
	$$values (pg_temp.day(0), 'submitted'), (pg_temp.day(2), 'in_progress')$$, 'a path goes forward');
select is((select array_agg(s.cell || coalesce(' ' || s.state, '') order by s.at, s.cell) from b, report_paths(false, array[b.id], '-infinity') p,
	report_steps(p.at, p.state, p.department, p.overdue) s), '{filed,"begun submitted","begun in_progress","ended submitted"}', 'and so it is counted');

-- What is kept says the same; other days are counted anew.
select is((select count(*) from generate_series(1, 3), report_follow(pg_temp.day(30), 1000, 'Asia/Ho_Chi_Minh')), 3::bigint, 'followed');
select results_eq($$select r::text from enter('leader.HN-EIC'), unnest('{department,category,area}'::text[]) x, report_backlog_now('2026-10-01', '2026-10-31', x, null, now(), 'Asia/Ho_Chi_Minh') r$$,
	$$select r::text from unnest('{department,category,area}'::text[]) x, report_backlog('2026-10-01', '2026-10-31', x, null, now(), 'Asia/Ho_Chi_Minh') r$$, 'the backlog as kept');
select is_empty($$select x, d from unnest('{department,category,area,state}'::text[]) x, report_flow_differences(x, now(), 'Asia/Ho_Chi_Minh') d$$, 'nothing differs');
select is(attempt($$select * from report_flow_differences('state', now(), 'UTC')$$), 'TD703', 'of days that are not counted nothing is said');
select is((select count(*) from generate_series(1, 3), report_follow(pg_temp.day(30), 1000, 'UTC')), 3::bigint, 'followed with other days');
select is_empty($$select x, d from unnest('{department,category,area,state}'::text[]) x, report_flow_differences(x, now(), 'UTC') d$$, 'and all is counted by these');

select is((select count(*) from generate_series(0, 100000, 77) n where report_stay_bucket(n * 60) <> report_bucket('epoch', timestamptz 'epoch' + n * interval '1 min')), 0::bigint,
	'the buckets are those of the 2x2');
select is((select array_agg(r.code order by r.code) from role r where attempt(format('select enter(%L); select report_backlog(''2026-10-01'', ''2026-10-02'', ''area'', null, now(), ''UTC''),
	report_stays(''2026-10-01'', ''2026-10-02'', ''state'', now(), ''UTC'')', r.code || '.hn-eic')) = 'ok'), '{admin,auditor,coordinator,hub_head,leader}', 'who may read it');
select * from finish();
rollback;
