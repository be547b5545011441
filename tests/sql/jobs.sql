-- Partitions and forgetting.
begin;
set search_path = test, tiepdan, public;
select plan(10);
select is(make_partitions(3), 0, 'the migration ran ahead of time');
select is(make_partitions(2, '2031-01-31 23:00+00'), 3, 'its own month and those ahead');
select is(make_partitions(2, '2031-01-31 23:00+00'), 0, 'once');
select is((file('HN-SXD', p_at := '2031-02-28 23:59:59.999+00')).outcome, 'filed', 'a filing there');
select is((select tableoid::regclass::text from event where at > '2031-01-01'), 'event_2031_02', 'has its event there');
select is((file('HN-SXD', p_at := '2033-05-05 00:00+00')).outcome, 'filed', 'a filing by a clock that is years ahead');
select is(make_partitions(2, '2033-04-01 00:00+00'), 2, 'does not keep the other months from being made');
insert into once (key, fingerprint, at) select sha256(n::text::bytea), sha256('f'), now() - n * interval '1 h' from generate_series(1, 48) n;
select is(forget_once(now() - interval '24 h', 10), 10::bigint, 'keys are forgotten a portion at a time');
select is(forget_once(now() - interval '24 h', 100), 14::bigint, 'and no young ones');
update session set opened_at = now() - interval '9 days', expires_at = now() - interval '8 days' where id = (select id from account where login = 'clerk.hn-eic');
select is(forget_sessions(now() - interval '7 days', 100), 1::bigint, 'sessions too');
select * from finish();
rollback;
