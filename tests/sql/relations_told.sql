-- Whom an event of a ticket is told when others were merged into it. The feed is read below the oldest running transaction,
-- so everything is committed first.
set search_path = test, tiepdan, public;
set client_min_messages = warning;
create function day(n numeric) returns timestamptz language sql as $$ select timestamptz '2026-10-05 12:00+07' + n * interval '1 day' $$;
create table t as select n, f.id, f.number from generate_series(1, 4) n, file('HN-SXD', p_at := test.day(0 * n), p_contact := ('\x' || to_hex(n + 16))::bytea) f;
create function t(n int) returns uuid language sql as $$ select id from test.t where t.n = $1 $$;
update contact set email_index = sha256(box);
-- Which tickets' citizens were told what since the last call.
create function told() returns text[] language plpgsql as $$
declare
	v text[];
begin
	perform notices_follow(test.day(1), 1000);
	v := array(select n.type || ' ' || t.n from notice n join test.t on t.id = n.ticket where n.audience = 'citizen' order by n.event_at, n.type, t.n);
	delete from notice;
	delete from notice_load;
	return v;
end $$;
begin;
select plan(9);
select is(cardinality(told()), 4, 'four were filed');
commit;
begin;
select move('head.HN-SXD', t(1), 'merge', day(0.1), p_into := t(2)), move('head.HN-SXD', t(2), 'merge', day(0.2), p_into := t(3));
commit;
begin;
select is(told(), '{"ticket.merged 1","ticket.merged 2"}', 'each merge is told to whose ticket it is');
commit;
begin;
select move('officer.HN-SXD', t(3), 'accept', day(0.3)), move('officer.HN-SXD', t(4), 'accept', day(0.3)), move('officer.HN-SXD', t(3), 'claim', day(0.3)),
	move('officer.HN-SXD', t(3), 'ask', day(0.31));
commit;
begin;
select is(told(), '{"ticket.accepted 1","ticket.accepted 2","ticket.accepted 3","ticket.accepted 4","ticket.asked 3"}',
	'all of them of the work, the one who is asked of the question');
update setting set value = 1 where name = 'merge_told_most';
commit;
begin;
select move('officer.HN-SXD', t(4), 'claim', day(0.4)), move('officer.HN-SXD', t(3), 'progress', day(0.4), p_text := 'Đang khảo sát.')
	from force_state(t(3), 'in_progress');
commit;
begin;
select is(cardinality(told()), 2, 'there is an end to them');
select citizen(number, 'withdraw', day(0.5)) from t where n = 3;
commit;
begin;
select is(told(), '{"ticket.unmerged 2","ticket.withdrawn 3"}', 'whose ticket goes on alone is told that instead');
update setting set value = 1000 where name = 'merge_told_most';
commit;

-- Dates that a re-dating moves: a day earlier, for 2 and for what is merged into it; its own clocks wait.
begin;
create table r as select gen_random_uuid() as id, gen_random_uuid() as worker;
update clock_running set due_at = due_at - interval '1 h' where kind = 'answer' and ticket = t(1);
select enter('admin.HN-EIC'), redating_ask(id, 'Ngày nghỉ được thông báo muộn.', false, gen_random_uuid()) from r;
select redating_take(r.worker, 60000, now()), redating_begin(r.id, r.worker, (select version::text from reference_version)) from r;
select redating_fill(r.id, r.worker, nobody(), 'ffffffff-ffff-ffff-ffff-ffffffffffff', array_agg(f.mark), array_agg(null::timestamptz),
	array_agg(c.due_at - interval '1 day'), array_agg(c.alarm_at), array_agg(null::text), array_agg(null::bigint), array_agg(c.first),
	(select count(*) from question), (select count(ended_at) from question), '{}')
from r, redating_portion(r.id, nobody(), 'ffffffff-ffff-ffff-ffff-ffffffffffff', 1000) f join clock_running c on c.slot = slot_current() and c.ticket = f.ticket and c.kind = f.kind group by r.id, r.worker;
select redating_examine(id, worker), redating_finish(id, worker) from r;
select enter('admin.HN-EIC'), redating_apply(id, gen_random_uuid()) is not null from r;
select x.task, redating_tell(r.id, r.worker, 1000) from r, redating_take(r.worker, 60000, now()) x;
select is((select array_agg(t.n || ' ' || (e.data->>'earlier') order by t.n) from event e join t on t.id = e.ticket where e.type = 'ticket.redated'), '{"2 true","4 true"}',
	'an event of each ticket whose dates count');
select is((select count(*) from clock_running c, clock_running old where c.slot = slot_current() and old.slot = 1 - slot_current() and c.ticket = t(1)
	and (old.ticket, old.kind) = (c.ticket, c.kind) and c.due_at = old.due_at - interval '1 day' and c.parked), 2::bigint, 'those of the merged one have moved, too');
commit;
begin;
delete from notice_load;
create function told_now() returns text[] language plpgsql as $$
begin
	perform notices_follow(now(), 1000);
	return array(select n.type || ' ' || t.n from notice n join test.t on t.id = n.ticket where n.audience = 'citizen' order by t.n);
end $$;
select is(told_now(), '{"ticket.redated 1","ticket.redated 2","ticket.redated 4"}', 'its citizen is told by the one that stands for it');
select results_eq($$select c.due from notice_claim(now(), now(), 9, 'a.org', 'Asia/Ho_Chi_Minh', 'http://x') c where c.ticket = t(1)$$,
	$$select 'chậm nhất ' || to_char(due_at at time zone 'Asia/Ho_Chi_Minh', 'HH24:MI "ngày" DD/MM/YYYY') from clock_running
		where slot = slot_current() and ticket = t(2) and kind = 'answer'$$,
	'with the date that counts');
select * from finish();
commit;
