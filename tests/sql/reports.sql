-- The 2x2: on time, late, open in time, open overdue, and what has no clock.
begin;
set search_path = test, tiepdan, public;
select plan(22);
create function pg_temp.day(n numeric) returns timestamptz language sql as $$ select timestamptz '2026-10-05 12:00+07' + n * interval '1 day' $$;
create temp table t as select n, (file(case when n = 6 then 'UB-00316' else 'HN-SXD' end, p_at := pg_temp.day(0), p_policy := case when n = 5 then 0 end,
	p_area := case when n = 4 then null else '00316' end, p_category := case when n = 3 then 'water.supply' else 'roads.surface' end)).id
	from generate_series(1, 6) n;
create function pg_temp.t(n int) returns uuid language sql as $$ select id from t where t.n = $1 $$;
-- 1 answered on time; 2 answered late, then moved on is not possible; 3 open; 4 open; 5 no clock; 6 passed to SXD and refused there on time
select move('officer.HN-SXD', pg_temp.t(n), 'accept', pg_temp.day(0.5)), move('officer.HN-SXD', pg_temp.t(n), 'claim', pg_temp.day(0.5)),
	move('officer.HN-SXD', pg_temp.t(n), 'propose', pg_temp.day(0.6)), move('head.HN-SXD', pg_temp.t(n), 'approve', pg_temp.day(n * 2))
	from generate_series(1, 2) n;
select move('officer.UB-00316', pg_temp.t(6), 'return', pg_temp.day(0.1)), move('coordinator.HN-EIC', pg_temp.t(6), 'route', pg_temp.day(0.2), p_department := 'HN-SXD'),
	move('head.HN-SXD', pg_temp.t(6), 'refuse', pg_temp.day(0.3), p_reason_code := 'out_of_scope');
create function pg_temp.report(p_by text, p_as_of timestamptz, p_from date default '2026-10-05', p_to date default '2026-10-05') returns setof text language sql as $$
	select concat_ws(' ', coalesce(key, 'all'), answered_on_time, answered_late, open_in_time, open_overdue, no_clock, merged, withdrawn, total, returned)
	from report_sla(p_from, p_to, p_by, p_as_of, 'Asia/Ho_Chi_Minh')
$$;

select enter('leader.HN-EIC');
select results_eq($$select pg_temp.report('department', pg_temp.day(30))$$, '{HN-SXD 2 1 0 2 1 0 0 6 0,UB-00316 0 0 0 0 0 0 0 0 1,all 2 1 0 2 1 0 0 6 1}'::text[], 'long after');
select results_eq($$select pg_temp.report('department', pg_temp.day(5))$$, '{HN-SXD 2 1 2 0 1 0 0 6 0,UB-00316 0 0 0 0 0 0 0 0 1,all 2 1 2 0 1 0 0 6 1}'::text[], 'before the last dates');
select results_eq($$select pg_temp.report('department', pg_temp.day(3))$$, '{HN-SXD 2 0 3 0 1 0 0 6 0,UB-00316 0 0 0 0 0 0 0 0 1,all 2 0 3 0 1 0 0 6 1}'::text[], 'as of day 3: one answer still to come');
select results_eq($$select pg_temp.report('department', pg_temp.day(0.05))$$, '{HN-SXD 0 0 4 0 1 0 0 5 0,UB-00316 0 0 1 0 0 0 0 1 0,all 0 0 5 0 1 0 0 6 0}'::text[],
	'as of the first hour: the holder of that hour');
select results_eq($$select pg_temp.report('category', pg_temp.day(30))$$, '{roads.surface 2 1 0 1 1 0 0 5 1,water.supply 0 0 0 1 0 0 0 1 0,all 2 1 0 2 1 0 0 6 1}'::text[], 'by category');
select results_eq($$select pg_temp.report('area', pg_temp.day(30))$$, '{" 0 0 0 1 0 0 0 1 0",00316 2 1 0 1 1 0 0 5 1,all 2 1 0 2 1 0 0 6 1}'::text[], 'by area');
select is((select name_en from report_sla('2026-10-05', '2026-10-05', 'area', now(), 'Asia/Ho_Chi_Minh') where key = ''), 'No area', 'what has no area is named so');
select results_eq($$select pg_temp.report('department', pg_temp.day(30), '2026-10-06', '2026-10-31')$$, '{all 0 0 0 0 0 0 0 0 0}'::text[], 'another period: zeros');
create temp table late as select (file('HN-SXD', p_at := x)).id from unnest('{2026-10-06 00:30+07,2026-10-05 23:59:59.999+07}'::timestamptz[]) x;
select is((select pg_temp.report('area', pg_temp.day(30)) limit 1 offset 2), 'all 2 1 0 3 1 0 0 7 1', 'days are local days');
select is((select sum(total) from report_sla('2026-10-05', '2026-10-06', 'area', pg_temp.day(30), 'Asia/Ho_Chi_Minh') where key is not null),
	(select total from report_sla('2026-10-05', '2026-10-06', 'area', pg_temp.day(30), 'Asia/Ho_Chi_Minh') where key is null)::numeric, 'the rows add up');
select is((select array_agg(r.code order by r.code) from role r where attempt(format('select enter(%L); select pg_temp.report(%L, now())',
	r.code || '.hn-eic', 'area')) = 'ok'), '{admin,auditor,coordinator,hub_head,leader}', 'who may read it');

-- What stands for others, and what was withdrawn: in columns of their own, as of each instant.
create temp table c as select n, f.id, f.number from generate_series(1, 5) n, file('HN-SXD', p_at := pg_temp.day(40), p_policy := case when n = 5 then 0 end) f;
create function pg_temp.c(n int) returns uuid language sql as $$ select id from c where c.n = $1 $$;
create function pg_temp.counted(p_as_of timestamptz) returns text language sql as $$
	select r from enter('leader.HN-EIC'), pg_temp.report('department', p_as_of, '2026-11-14', '2026-11-14') r where r like 'all%'
$$;
select move('head.HN-SXD', pg_temp.c(1), 'merge', pg_temp.day(41), p_into := pg_temp.c(2)), move('head.HN-SXD', pg_temp.c(5), 'merge', pg_temp.day(41), p_into := pg_temp.c(2));
select citizen(number, 'withdraw', pg_temp.day(42)) from c where n = 3;
select is(pg_temp.counted(pg_temp.day(40.5)), 'all 0 0 4 0 1 0 0 5 0', 'before: all are open');
select is(pg_temp.counted(pg_temp.day(41.5)), 'all 0 0 3 0 0 2 0 5 0', 'merged ones are not judged, nor without a clock');
select is(pg_temp.counted(pg_temp.day(42)), 'all 0 0 2 0 0 2 1 5 0', 'a withdrawn one is not answered in time');
select is(pg_temp.counted(pg_temp.day(60)), 'all 0 0 0 2 0 2 1 5 0', 'not long after either');
select move('head.HN-SXD', pg_temp.c(1), 'unmerge', pg_temp.day(43));
select is(pg_temp.counted(pg_temp.day(60)), 'all 0 0 0 3 0 1 1 5 0', 'what came back is judged again');
select is(pg_temp.counted(pg_temp.day(42.5)), 'all 0 0 2 0 0 2 1 5 0', 'but was not then');
select citizen(number, 'withdraw', pg_temp.day(44)) from c where n = 5;
select is(pg_temp.counted(pg_temp.day(60)), 'all 0 0 0 3 0 0 2 5 0', 'withdrawn while it was merged');
select enter('leader.HN-EIC');
select is((select count(*) from unnest('{department,category,area}'::text[]) x, unnest('{0,40.5,41.5,60}'::numeric[]) d,
		report_sla('2026-10-01', '2026-12-31', x, pg_temp.day(d), 'Asia/Ho_Chi_Minh') r
	where r.total <> answered_on_time + answered_late + open_in_time + open_overdue + no_clock + merged + withdrawn), 0::bigint, 'the columns add up to the total');

-- Jobs.
select is(close_answered(pg_temp.day(17.4), 100), 0::bigint, 'nothing closes before the window ends');
select is(close_answered(pg_temp.day(17.6), 100), 1::bigint, 'the first answer closes after 15 days, the last one to its end');
select is((select array[e.actor_kind, e.from_state, t.state, t.done::text] from event e join ticket t on t.id = e.ticket
	where e.type = 'ticket.closed'), '{job,answered,closed,true}', 'with its event');
select * from finish();
rollback;
