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
	perform notices_make(test.day(1), 1000);
	v := array(select n.type || ' ' || t.n from notice n join test.t on t.id = n.ticket where n.audience = 'citizen' order by n.event_at, n.type, t.n);
	delete from notice;
	delete from notice_load;
	return v;
end $$;
begin;
select plan(5);
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
select * from finish();
commit;
