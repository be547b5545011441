-- Letters that are true when they are sent: which date they name, what is not sent any more, and what a re-dating and its undoing say to
-- whom. The feed is read below the oldest running transaction, so each portion of events is committed before it is followed.
set search_path = test, tiepdan, public;
set client_min_messages = warning;
create function day(n numeric) returns timestamptz language sql as $$ select timestamptz '2026-10-05 12:00+07' + n * interval '1 day' $$;
create function said(p_at timestamptz) returns text language sql as $$ select to_char(p_at at time zone 'Asia/Ho_Chi_Minh', 'HH24:MI "ngày" DD/MM/YYYY') $$;
create table t as select x.n, f.* from generate_series(1, 7) x (n), file('HN-SXD', p_at := test.day(0 * x.n), p_contact := ('\x' || to_hex(x.n + 16))::bytea) f;
create function t(n int) returns uuid language sql as $$ select id from test.t where t.n = $1 $$;
create function person(p_login text) returns uuid language sql as $$ select id from account where login = p_login $$;
update contact set email_index = sha256(box);
update account set email = login || '@example.org' where login in ('head.hn-sxd', 'officer.hn-sxd');
create function answer_due(n int) returns timestamptz language sql as $$
	select due_at from clock_running where slot = slot_current() and ticket = t(n) and kind in ('answer', 'appeal')
$$;
-- The letter of the last event of a type, to the citizen or to somebody, as it is when it is claimed, or why it is not sent.
create function letter(n int, p_type text, p_at timestamptz, p_to text default null)
returns table (due text, state text, what text, error text) language plpgsql as $$
#variable_conflict use_column
begin
	delete from notice;
	insert into notice (event, event_at, ticket, type, audience, account, language, urgent, made_at, next_at)
		select id, at, ticket, type, case when p_to is null then 'citizen' else 'holder' end, person(p_to), 'vi', false, p_at, p_at from event
		where ticket = t(n) and type = p_type order by at desc limit 1;
	return query
	select c.due, c.state, c.what, null from notice_claim(p_at, p_at + interval '1 min', 10, 'a.org', 'Asia/Ho_Chi_Minh', 'http://x') c;
	return query
	select null, null, null, x.error from notice x where x.error is not null;
end $$;
create function due(n int, p_type text, p_at numeric, p_to text default null) returns text language sql as $$
	select due from letter(n, p_type, day(p_at), p_to) limit 1
$$;
create function error(n int, p_type text, p_at numeric, p_to text) returns text language sql as $$
	select coalesce(max(error), 'sent') from letter(n, p_type, day(p_at), p_to)
$$;

begin;
select plan(36);
select is(due(1, 'ticket.filed', 0.1), 'chậm nhất ' || said(answer_due(1)), 'a filing is told until when the answer comes at the latest');
select is(due(1, 'ticket.filed', 0.1, 'head.hn-sxd'), said(min(due_at)), 'staff the first deadline') from clock_running where ticket = t(1) and kind = 'accept';
select move('officer.HN-SXD', t(1), 'accept', day(0.2));
select is(due(1, 'ticket.accepted', 0.3), said(answer_due(1)), 'once it is accepted this is the date');
update ticket set language = 'en' where id = t(2);
delete from notice;
insert into notice (event, event_at, ticket, type, audience, language, urgent, made_at, next_at)
	select id, at, ticket, type, 'citizen', 'en', false, day(0), day(0) from event where ticket = t(2);
select is((select due from notice_claim(day(0), day(1), 10, 'a.org', 'Asia/Ho_Chi_Minh', 'http://x')),
	to_char(answer_due(2) at time zone 'Asia/Ho_Chi_Minh', 'YYYY-MM-DD HH24:MI') || ' at the latest', 'in English');
delete from clock_running where ticket = t(2) and kind = 'answer';
select is(due(2, 'ticket.filed', 0.1), 'không có hạn đang chạy', 'the limit for the acceptance is no date of an answer');

-- The state of the event.
select move('officer.HN-SXD', t(1), 'claim', day(0.3)), move('officer.HN-SXD', t(1), 'propose', day(0.4), p_text := 'Đã vá xong mặt đường.');
select is(error(1, 'reply.proposed', 0.5, 'head.hn-sxd'), 'sent', 'a reply that waits for its signature is told');
select move('head.HN-SXD', t(1), 'approve', day(0.6));
select is(error(1, 'reply.proposed', 0.7, 'head.hn-sxd'), 'late', 'one that is signed is not');
select force_state(t(1), 'reopened');
select is((select state from letter(1, 'ticket.answered', day(0.7))), 'Đã trả lời', 'a letter of an answer says that it is answered');

-- What staff are told no more.
select move('officer.HN-SXD', t(3), 'accept', day(0.2)), move('officer.HN-SXD', t(3), 'request_extension', day(0.3));
select is(error(3, 'ticket.extension_requested', 0.4, 'head.hn-sxd'), 'sent', 'an extension to decide on is told');
select move('head.HN-SXD', t(3), 'refuse_extension', day(0.5));
select is(error(3, 'ticket.extension_requested', 0.6, 'head.hn-sxd'), 'late', 'a decided one is not');
select event_write(gen_random_uuid(), day(0.6), t(3), 'ticket.assigned', 'job', null, null, null, null, null, null,
	jsonb_build_object('person', person('officer.hn-sxd'), 'automatic', true));
update ticket set person = person('officer.hn-sxd') where id = t(3);
select is(error(3, 'ticket.assigned', 0.7, 'officer.hn-sxd'), 'sent', 'who has a ticket is told');
select is(error(3, 'ticket.assigned', 0.7, 'head.hn-sxd'), 'sent', 'and who stands in for them');
update ticket set person = null where id = t(3);
select is(error(3, 'ticket.assigned', 0.7, 'officer.hn-sxd'), 'late', 'nobody who has lost it');
select fire(found(day(0.95)), day(0.95));
select is((select count(*) from event where type = 'clock.warning' and ticket = t(4)), 1::bigint, 'a warning');
select is(error(4, 'clock.warning', 0.96, 'head.hn-sxd'), 'sent', 'is told');
select move('officer.HN-SXD', t(4), 'accept', day(0.97));
select is(error(4, 'clock.warning', 0.98, 'head.hn-sxd'), 'late', 'not of a clock that has stopped');
select move('officer.HN-SXD', t(4), 'ask_part', day(0.98));
select is(error(4, 'part.asked', 0.99, 'head.hn-sxd'), 'sent', 'a part is asked for');
update part set state = 'cancelled', ended_at = day(1), ended_by = person('officer.hn-sxd') where ticket = t(4);
select is(error(4, 'part.asked', 1, 'head.hn-sxd'), 'late', 'one that is wanted no more is not');

-- One letter of a sort.
delete from notice;
select event_write(gen_random_uuid(), day(1) + n * interval '1 s', t(5), x.type, 'job', null, null, null, null, null, null, null)
	from generate_series(1, 2) n, unnest('{ticket.routed,clock.warning}'::text[]) x (type);
insert into notice (event, event_at, ticket, type, audience, language, urgent, made_at, next_at)
	select id, at, ticket, type, 'citizen', 'vi', false, at, at from event where ticket = t(5) and at > day(1);
select is((select count(*) from notice_claim(day(1) + interval '1 s', day(1.1), 10, 'a.org', 'Asia/Ho_Chi_Minh', 'http://x')), 2::bigint, 'the first goes at its time');
update notice set state = 'waiting', next_at = day(1.01);
select results_eq($$select type, count(*) from notice n join notice_claim(day(1.02), day(1.1), 10, 'a.org', 'Asia/Ho_Chi_Minh', 'http://x') c using (id) group by 1 order by 1$$,
	$$values ('clock.warning', 2::bigint), ('ticket.routed', 1)$$, 'one of two that are due; alarms one by one');
select results_eq($$select event_at, state, error from notice where type = 'ticket.routed' order by event_at$$,
	$$values (day(1) + interval '1 s', 'cancelled', 'merged'), (day(1) + interval '2 s', 'sending', null::text)$$, 'the last one');
delete from notice;
select event_write(gen_random_uuid(), day(1) + n * interval '1 min', t(5), 'ticket.assigned', 'job', null, null, null, null, null, null,
	case n when 1 then '{}' else jsonb_build_object('person', person('officer.hn-sxd')) end) from generate_series(1, 2) n;
insert into notice (event, event_at, ticket, type, audience, language, urgent, made_at, next_at)
	select id, at, ticket, type, 'citizen', 'vi', false, at, at from event where ticket = t(5) and type = 'ticket.assigned' and at > day(1);
select is((select count(*) from notice_claim(day(1.02), day(1.1), 10, 'a.org', 'Asia/Ho_Chi_Minh', 'http://x')), 1::bigint, 'a letter goes although');
select results_eq($$select state, error from notice where type = 'ticket.assigned' order by event_at$$,
	$$values ('sending', null), ('cancelled', 'late')$$, 'a later one of its sort is true no more');
commit;

-- A re-dating that moves all answers a day later.
create table r as select gen_random_uuid() as id, gen_random_uuid() as worker;
create function prepare() returns text language sql as $$
	select enter('admin.HN-EIC');
	select redating_ask(id, 'Ngày nghỉ được thông báo muộn.', false, gen_random_uuid()) from r;
	select redating_take(r.worker, 60000, now()), redating_begin(r.id, r.worker, (select version::text from reference_version)) from r;
	select redating_fill(r.id, r.worker, nobody(), 'ffffffff-ffff-ffff-ffff-ffffffffffff', array_agg(f.mark), array_agg(null::timestamptz),
			array_agg(c.due_at + case when c.kind = 'answer' or c.ticket = t(7) then interval '1 day' else '0' end), array_agg(c.alarm_at),
			array_agg(null::text), array_agg(null::bigint), array_agg(c.first), (select count(*) from question), (select count(ended_at) from question), '{}')
		from r, redating_portion(r.id, nobody(), 'ffffffff-ffff-ffff-ffff-ffffffffffff', 1000) f
			join clock_running c on c.slot = slot_current() and c.ticket = f.ticket and c.kind = f.kind group by r.id, r.worker;
	select redating_examine(id, worker), redating_finish(id, worker) from r;
	select state from redating
$$;
create function tell() returns bigint language sql as $$
	select redating_tell(r.id, r.worker, 1000) from r, redating_take(r.worker, 60000, now()) x
$$;
create function follow() returns bigint language sql as $$ select notices_follow(now(), 1000) $$;
create function letters() returns setof text language sql as $$
	select concat_ws(' ', t.n, x.state, x.error) from notice x join t on t.id = x.ticket where x.type = 'ticket.redated' order by x.event_at, t.n
$$;
create table before as select n, answer_due(n) as due from t;
delete from clock_running where ticket = t(7) and kind = 'answer';
delete from notice;
delete from notice_load;
begin;
select is(prepare(), 'ready', 'a re-dating');
commit;
select enter('admin.HN-EIC'), redating_apply(id, gen_random_uuid()) is not null from r;
begin;
select is(tell(), 6::bigint, 'is told of five tickets');
commit;
select follow();
begin;
select results_eq('select letters()', '{3 waiting,4 waiting,5 waiting,6 waiting}'::text[], 'and to the citizens of those whose answer comes later');
create table sent as select t.n, x.* from notice_claim(now(), now() + interval '1 h', 2, 'a.org', 'Asia/Ho_Chi_Minh', 'http://x') x join t on t.id = x.ticket;
select is((select bool_and(what = 'Thời hạn được tính lại theo lịch làm việc và quy định hiện hành. Hạn trả lời phiếu của Ông/Bà trước đây là ' || said(b.due)
	|| ', nay là ' || said(b.due + interval '1 day')) from sent s join before b using (n)), true, 'with both dates');
select is((select bool_and(body like '%{{what}}.%' and subject not like '%rút ngắn%') from sent), true, 'in words for both directions');
select is((select count(*) from sent), 2::bigint, 'two are claimed');
select notice_done(id, 1, 'sent', true, null, null, now()) from sent;
commit;
select enter('admin.HN-EIC'), redating_undo(id, gen_random_uuid()) is not null from r;
begin;
select is(tell(), 6::bigint, 'its undoing is told of the same');
commit;
select follow();
begin;
create table back as select t.n, x.* from notice_claim(now(), now() + interval '1 h', 10, 'a.org', 'Asia/Ho_Chi_Minh', 'http://x') x join t on t.id = x.ticket;
select results_eq('select n from back order by n', 'select n from sent order by n', 'to those alone who have been told');
select is((select bool_and(what = 'Thời hạn được khôi phục như trước khi tính lại. Hạn trả lời phiếu của Ông/Bà trở lại là ' || said(b.due)
	|| ' như trước; hạn ' || said(b.due + interval '1 day') || ' đã thông báo không còn áp dụng') from back x join before b using (n)), true,
	'that the former date holds again');
select is((select count(*) from notice where type = 'ticket.redated' and state = 'cancelled' and error = 'late'), 4::bigint,
	'what was not sent yet is put away, and so is what would take it back');
select results_eq($$select distinct what from letter((select min(n) from sent), 'ticket.redated', now() + interval '1 day')$$, array[null::text],
	'nothing is taken back that nobody was told');
commit;

-- Whoever was not told when it is taken back is made no letter.
delete from notice;
select event_write(gen_random_uuid(), now(), t(3), 'ticket.redated', 'job', null, null, null, null, null, null,
	jsonb_build_object('redating', id, 'undone', true, 'answer_moves', true)) from r;
select follow();
begin;
select is((select count(*) from notice), 0::bigint, 'who was told nothing gets no letter at all');
update notice_rule set if_data = 'earlier' where type = 'ticket.redated';
commit;
select event_write(gen_random_uuid(), now(), t(3), 'ticket.redated', 'job', null, null, null, null, null, null, '{"earlier": false, "answer_moves": true}');
select follow();
begin;
select is((select count(*) from notice), 0::bigint, 'an installation may tell of earlier dates alone');
select * from finish();
commit;
