-- The honest promise: from which answers, for whom, and when it is silent.
begin;
set search_path = test, tiepdan, public;
select plan(20);
update setting set value = 4 where name = 'promise_least';

-- n answers of one category, answered so many days ago.
create function pg_temp.answered(n int, p_category text, p_days_ago int default 3) returns void language plpgsql as $$
declare
	v uuid;
	v_at timestamptz := now() - p_days_ago * interval '1 d';
begin
	for i in 1 .. n loop
		select f.id into v from file('HN-SXD', p_category := p_category, p_at := v_at - interval '2 d') f;
		perform move('officer.HN-SXD', v, 'accept', v_at), move('officer.HN-SXD', v, 'claim', v_at), move('officer.HN-SXD', v, 'propose', v_at),
			move('head.HN-SXD', v, 'approve', v_at);
	end loop;
end $$;
create function pg_temp.measure(p_days int[]) returns bigint language sql as $$
	select answers_measure(array_agg(u.ticket), array_agg(u.round), array_agg(p_days[u.ord]::bigint))
	from (select *, row_number() over () as ord from answers_unmeasured(100)) u
$$;
create function pg_temp.promised(p_category text) returns text language sql as $$
	select body::json#>>'{promise,text_en}' from file('HN-SXD', p_category := p_category)
$$;

select pg_temp.answered(10, 'roads.surface');
select is((select count(*) from answers_unmeasured(100)), 10::bigint, 'what was answered has to be measured');
select is((select array_agg(distinct calendar) from answers_unmeasured(100)), '{office}', 'in the calendar of the clock');
select is(promises_renew(now()), 0::bigint, 'nothing was measured, nothing is promised');
select is(pg_temp.promised('roads.surface'), null, 'silent');
select is(pg_temp.measure('{1,2,2,2,2,3,3,3,4,9}'), 10::bigint, 'measured');
select is((select count(*) from answers_unmeasured(100)), 0::bigint, 'once');
select is(promises_renew(now()), 2::bigint, 'a promise for the category and one for the kind');
select is(pg_temp.promised('roads.surface'), '9 of 10 such tickets at this department were answered within 4 working days', 'told at the filing');
select is(pg_temp.promised('roads.signals'), '9 of 10 such tickets at this department were answered within 4 working days',
	'a category with too few answers has the promise of its kind');
create temp table f as select * from file('HN-SXD', p_key := sha256('k'), p_fingerprint := sha256('f'));
update promise set days = 7;
select is((select body::json#>>'{promise,days}' from file('HN-SXD', p_key := sha256('k'), p_fingerprint := sha256('f'))), '4',
	'a filing that is repeated is answered as before');
select is((select track(number)#>>'{promise,days}' from f), '7', 'tracking says what holds now');
select is((select body::json->>'promise' from file('HN-EIC')), null, 'other departments have their own');

-- What does not count.
select pg_temp.answered(4, 'roads.signals', 120);
select pg_temp.measure('{1,1,1,1}');
update promise set answers = 9;
select promises_renew(now() + interval '59 minutes');
select is((select answers from promise where category = ''), 9, 'a department is not summed up twice in an hour');
select promises_renew(now() + interval '61 minutes');
select is((select answers from promise where category = ''), 10, 'what is longer ago than 90 days does not count');
update promise set answers = 9;
select promises_renew(now() + interval '3 hours');
select is((select answers from promise where category = ''), 9, 'where nothing was measured nothing is summed up');
select promises_renew(now() + interval '26 hours');
select is((select answers from promise where category = ''), 10, 'but once a day it is');
update setting set value = 0 where name = 'promise_portion';
select is(promises_renew(now() + interval '91 days'), 2::bigint, 'of so many departments at a time');
update setting set value = 10 where name = 'promise_portion';
select is(promises_renew(now() + interval '91 days'), 0::bigint, 'and in the end nothing is left to promise');
create temp table r as select (file('HN-SXD', p_at := now() - interval '2 d')).id;
select move('head.HN-SXD', (select id from r), 'refuse', now() - interval '1 d', p_reason_code := 'out_of_scope');
select is((select count(*) from answers_unmeasured(100)), 0::bigint, 'a refusal is no answer to wait for');
select is((select days from clock where ticket = (select id from r) and kind = 'answer'), 0, 'and is never looked at again');
select * from finish();
rollback;
