-- Notices: who is told of an event, once; sights, caps, holding and merging; claims and what became of them. The feed is
-- read below the oldest running transaction, so each portion of events is committed before it is followed.
set search_path = test, tiepdan, public;
set client_min_messages = warning;
create table said (n int generated always as identity, line text);
create function day(n numeric) returns timestamptz language sql as $$ select timestamptz '2026-10-05 12:00+07' + n * interval '1 day' $$;
-- Who was told what since the last call, in the order of logins: "type audience login state".
create function told() returns setof text language sql as $$
	select concat_ws(' ', n.type, n.audience, coalesce(a.login, '-'), n.state || coalesce(' ' || n.error, ''))
	from notice n left join account a on a.id = n.account order by n.event_at, n.type, a.login nulls first
$$;
create function forget() returns void language sql as $$ delete from notice; delete from notice_load $$;
create function follow(p_at timestamptz default test.day(0)) returns bigint language plpgsql as $$
declare
	v_all bigint := 0;
	v_read bigint;
begin
	loop
		v_read := notices_follow(p_at, 7);
		v_all := v_all + v_read;
		exit when v_read < 7;
	end loop;
	return v_all;
end $$;
update account set email = login || '@example.org' where login in ('head.hn-sxd', 'officer.hn-sxd', 'head.hn-ttra', 'officer.hn-ttra',
	'legal_officer.hn-ttra', 'coordinator.hn-eic', 'hub_head.hn-eic', 'spokesperson.hn-eic', 'leader.hn-eic', 'leader.hn-ttra');

-- What is said of accounts and settings are events, too.
select follow();
-- The seven kinds of events that have a rule of their own are filed under these tickets.
create table t as select x.name, (file(x.department, x.sight, p_at := day(0), p_contact := x.contact)).id from (values
	('plain', 'HN-SXD', 'public', '\x01'::bytea), ('nobody', 'HN-SXD', 'public', null), ('secret', 'HN-TTRA', 'denunciation', '\x02'),
	('press', 'HN-EIC', 'press', '\x03')) x (name, department, sight, contact);
update contact set email_index = sha256(box);
create function t(p_name text) returns uuid language sql as $$ select id from test.t where name = p_name $$;
create function happen(p_name text, p_type text, p_at timestamptz default test.day(0), p_data jsonb default null, p_actor uuid default null)
returns void language sql as $$
	select event_write(gen_random_uuid(), p_at, t(p_name), p_type, case when p_actor is null then 'job' else 'staff' end, p_actor, null, null, null, null, null, p_data)
$$;

begin;
select plan(43);
select results_eq('select follow()', '{4}'::bigint[], 'the feed begins where the installation began');
select results_eq('select told()', array['ticket.filed citizen - waiting', 'ticket.filed citizen - waiting', 'ticket.filed citizen - waiting'],
	'those who left an address are told');
select results_eq('select follow()', '{0}'::bigint[], 'and once');
select is((select count(*) from notice), 3::bigint, 'nothing came of the second look');
commit;

select forget();
select happen('plain', 'ticket.message'), happen('secret', 'ticket.message'), happen('press', 'ticket.message'), happen('nobody', 'ticket.nonsense');
begin;
select results_eq('select follow()', '{4}'::bigint[], 'four more');
select results_eq('select told()', array['ticket.message holder head.hn-sxd waiting', 'ticket.message holder hub_head.hn-eic waiting',
	'ticket.message holder legal_officer.hn-ttra waiting', 'ticket.message holder spokesperson.hn-eic waiting'], 'heads; of a denunciation the legal officer, of the press those of its desk');
commit;

select forget();
update account set email = null where login = 'head.hn-sxd';
select happen('plain', 'ticket.message');
update account set active = false where login = 'legal_officer.hn-ttra';
select happen('secret', 'ticket.message', day(0.01));
begin;
select follow();
select results_eq('select told()', array['ticket.message holder officer.hn-sxd waiting'], 'else the officers; who is switched off is told nothing');
commit;
update account set email = 'x@example.org' where login = 'head.hn-sxd';
update account set active = true where login = 'legal_officer.hn-ttra';

select forget();
update ticket set person = (select id from account where login = 'officer.hn-sxd') where id = t('plain');
select happen('plain', 'ticket.message'),
	happen('plain', 'ticket.supplied', day(0.01), null, (select id from account where login = 'officer.hn-sxd')),
	happen('plain', 'ticket.extension_requested', day(0.02), null, (select id from account where login = 'officer.hn-sxd')),
	happen('plain', 'ticket.returned', day(0.03)), happen('secret', 'ticket.returned', day(0.04));
begin;
select follow();
select results_eq('select told()', array['ticket.message holder officer.hn-sxd waiting', 'ticket.extension_requested heads head.hn-sxd waiting',
	'ticket.returned hub coordinator.hn-eic waiting', 'ticket.returned hub hub_head.hn-eic waiting'],
	'the person who has it; nobody of what they did themselves; the hub, but of no denunciation');
commit;

select forget();
select happen('plain', 'clock.warning', day(0), '{"audiences": ["holder"]}'), happen('plain', 'clock.breached', day(0.01), '{"audiences": ["heads", "holder", "hub"]}'),
	happen('plain', 'clock.escalated', day(0.02), '{"audiences": ["leaders", "nobody", 7], "urgent": true}'), happen('plain', 'clock.warning', day(0.03), '{"audiences": "holder"}'),
	happen('secret', 'clock.escalated', day(0.04), '{"audiences": ["leaders", "heads"]}'), happen('plain', 'clock.warning', day(0.05)),
	happen('plain', 'ticket.redated', day(0.06), '{"answer_moves": false}'), happen('plain', 'ticket.redated', day(0.07), '{"answer_moves": true}');
update ticket set level = 'urgent' where id = t('nobody');
select happen('nobody', 'ticket.filed', day(0.08)), happen('plain', 'ticket.filed', day(0.09));
begin;
select follow();
select results_eq('select told()', array['clock.warning holder officer.hn-sxd waiting', 'clock.breached hub coordinator.hn-eic waiting',
	'clock.breached heads head.hn-sxd waiting', 'clock.breached hub hub_head.hn-eic waiting', 'clock.breached holder officer.hn-sxd waiting',
	'clock.escalated leaders leader.hn-eic waiting', 'clock.escalated leaders leader.hn-ttra waiting',
	'clock.escalated heads legal_officer.hn-ttra waiting', 'ticket.redated citizen - waiting',
	'ticket.filed holder head.hn-sxd waiting', 'ticket.filed citizen - waiting'], 'alarms name their audiences; conditions of rules hold');
select results_eq('select distinct type, urgent from notice where urgent', $$values ('clock.escalated', true), ('ticket.filed', true)$$, 'what is urgent');
commit;

-- Caps: three an hour for a citizen, for eight hours, over all tickets with one address.
select forget();
create table flood as select n, (file('HN-SXD', p_at := day(1) + n * interval '1 s', p_contact := '\x01')).id from generate_series(1, 26) n;
update contact set email_index = sha256('one address') where ticket in (select id from flood);
begin;
select follow(day(1));
select results_eq($$select state, error, extract(epoch from not_before - day(1))::int / 3600, count(*) from notice group by 1, 2, 3 order by 1 desc, 3 nulls first$$,
	$$values ('waiting', null::text, null::int, 3::bigint), ('waiting', null, 1, 3), ('waiting', null, 2, 3), ('waiting', null, 3, 3), ('waiting', null, 4, 3),
	('waiting', null, 5, 3), ('waiting', null, 6, 3), ('waiting', null, 7, 3), ('cancelled', 'too_many', null, 2)$$, 'three in each of the eight hours, the rest is cancelled');
commit;
select event_write(gen_random_uuid(), day(1.1), id, 'ticket.accepted', 'job', null, null, null, null, null, null, null) from flood
	where id in (select ticket from notice where not_before = day(1) + interval '7 h' limit 1)
		or id in (select ticket from notice where state = 'waiting' and not_before is null limit 1);
begin;
select follow(day(1) + interval '90 minutes');
select results_eq($$select type, state, error, extract(epoch from not_before - day(1))::int / 3600 from notice where ticket = (select ticket from notice where error = 'merged') order by event_at$$,
	$$values ('ticket.filed', 'cancelled', 'merged', 7), ('ticket.accepted', 'waiting', null, 7)$$, 'the later of two held ones about a ticket takes the place of the first');
select results_eq($$select state, extract(epoch from not_before - day(1))::int / 3600 from notice where ticket = (select ticket from notice where type = 'ticket.accepted'
	and ticket not in (select ticket from notice where error = 'merged')) order by event_at$$,
	$$values ('waiting', null::int), ('waiting', 8)$$, 'what was not held is left alone; hours gone by make room');
commit;
select event_write(gen_random_uuid(), day(3), id, 'ticket.closed', 'job', null, null, null, null, null, null, null) from flood where n = 2;
begin;
select follow(day(3));
select is((select not_before from notice where type = 'ticket.closed'), null, 'later the address is free again');
commit;

select forget();
select happen('plain', 'ticket.progress', day(0)), happen('plain', 'ticket.answered', day(9));
begin;
select follow(day(9));
select results_eq('select told()', array['ticket.answered citizen - waiting'], 'what is long past is told to nobody');
commit;

-- Nobody writes so much that an alarm is not told, or is told later.
select forget();
update setting set value = 2 where name = 'notices_hour_staff';
update ticket set level = 'normal' where id = t('nobody');
select happen('plain', 'ticket.message', day(0) + n * interval '1 s') from generate_series(1, 40) n;
select happen('plain', 'clock.breached', day(0.01), '{"audiences": ["holder"]}'), happen('plain', 'ticket.message', day(0.02));
begin;
select follow();
select results_eq($$select state, error, not_before from notice where type = 'clock.breached'$$, $$values ('waiting', null::text, null::timestamptz)$$,
	'a flood of messages does not silence an alarm');
select is((select count(*) from notice where type = 'ticket.message' and state = 'waiting' and not_before is null), 2::bigint, 'but is told in portions');
commit;
update setting set value = 30 where name = 'notices_hour_staff';

select forget();
update setting set value = 0 where name = 'notices_hour_citizen';
select happen('plain', 'ticket.progress', day(9));
begin;
select follow(day(9));
select results_eq('select told()', array['ticket.progress citizen - cancelled too_many'], 'a cap of nothing lets nothing out');
commit;
update setting set value = 3 where name = 'notices_hour_citizen';
select follow(day(9));

-- Two followers, and one that is killed.
select forget();
select happen('plain', 'ticket.progress', day(0));
begin;
select is(notices_follow(day(0), 100), 1::bigint, 'made');
rollback;
begin;
select is((select count(*) from notice), 0::bigint, 'a follower that died made nothing');
select results_eq('select follow()', '{1}'::bigint[], 'the next one does');
select results_eq('select told()', array['ticket.progress citizen - waiting'], 'once');
commit;

-- Claims.
begin;
select is((select count(*) from notice_claim(day(-1), day(0), 10, 'example.org', 'Asia/Ho_Chi_Minh', 'http://x')), 0::bigint, 'not before its time');
create temp table c as select * from notice_claim(day(0.1), day(0.2), 10, 'example.org', 'Asia/Ho_Chi_Minh', 'http://x');
select is((select array[language, citizen::text, attempts::text, code, title, state, link, box::text, address] from c),
	array['vi', 'true', '1', 'HN-26-TEST-TEST', 'Ổ gà trước số 126', 'Mới gửi', 'http://x/v1/tracking', '\x01', null], 'what its message is made of');
select is((select message_id = '<' || id || '@example.org>' from c), true, 'its Message-ID');
select is((select count(*) from notice_claim(day(0.15), day(0.3), 10, 'a.org', 'Asia/Ho_Chi_Minh', 'http://x')), 0::bigint, 'nobody else gets it');
create temp table again as select * from notice_claim(day(0.2), day(0.3), 10, 'a.org', 'Asia/Ho_Chi_Minh', 'http://x');
select results_eq('select attempts, message_id from again', 'select 2::bigint, message_id from c', 'after its lease somebody does, with the same Message-ID');
select is(notice_done((select id from c), 1, 'sent', true, null, null, day(0.2)), 0::bigint, 'the first one is not heard any more');
select is(notice_done((select id from c), 2, 'waiting', true, '451 rcpt', day(0.5), day(0.2)), 1::bigint, 'the second one is');
select is((select array[state, error, attempts::text, next_at::text] from notice), array['waiting', '451 rcpt', '2', day(0.5)::text], 'not now');
select count(*) from notice_claim(day(0.5), day(0.6), 10, 'a.org', 'Asia/Ho_Chi_Minh', 'http://x');
select is(notices_hold(array[(select id from c)], array[day(0.7)]), 1::bigint, 'held');
select is((select array[state, attempts::text, not_before::text] from notice), array['waiting', '2', day(0.7)::text], 'which is no attempt');
select is(attempt(format('select notice_done(%L, 2, %L, true, %L, null, now())', (select id from c), 'failed', 'x@y')), 'ok', 'nothing happens to what is not being sent');
update notice set state = 'sending';
select is(attempt(format('select notice_done(%L, 2, %L, true, %L, null, now())', (select id from c), 'failed', 'x@y')), 'notice_error', 'an error names nobody');

-- Rights count when it is sent.
delete from notice;
insert into notice (event, event_at, ticket, type, audience, account, language, urgent, made_at, next_at)
	select gen_random_uuid(), day(0), t('secret'), 'ticket.message', 'holder', id, 'vi', false, day(0), day(0) from account
	where login in ('legal_officer.hn-ttra', 'head.hn-ttra');
select results_eq($$select address, title, department_name from notice_claim(day(1), day(2), 10, 'a.org', 'Asia/Ho_Chi_Minh', 'http://x') order by address$$,
	$$values ('legal_officer.hn-ttra@example.org', '(không nêu trong thư)', '(không nêu trong thư)'), (null, '(không nêu trong thư)', '(không nêu trong thư)')$$,
	'who does not see the ticket any more gets nothing');

-- What nobody is told any more.
delete from notice;
create function letters_of(p_ticket uuid, p_type text, p_at timestamptz) returns setof text language sql as $$
	delete from notice;
	insert into notice (event, event_at, ticket, type, audience, language, urgent, made_at, next_at)
		select id, at, ticket, type, 'citizen', 'vi', false, p_at, p_at from event where ticket = p_ticket and type = p_type;
	select concat_ws(' ', n.state, c.due, n.error) from notice n left join notice_claim(p_at, p_at + interval '1 min', 10, 'a.org', 'Asia/Ho_Chi_Minh', 'http://x') c using (id)
$$;
create temp table asked as select id, number from file('HN-SXD', p_at := day(0), p_contact := '\x04');
select move('officer.HN-SXD', (select id from asked), 'ask', day(1));
select results_eq($$select letters_of((select id from asked), 'ticket.asked', day(2))$$, array['waiting 12:00 ngày 08/10/2026'], 'a question says until when');
select results_eq($$select letters_of((select id from asked), 'ticket.asked', day(3))$$, array['waiting'], 'but not when that is over');
select results_eq($$select state || ' ' || error from notice$$, array['cancelled late'], 'nor ever again');
select questions_expire(day(3.1), 10);
select letters_of((select id from asked), 'ticket.asked', day(2));
select is((select error from notice), 'late', 'nor once it has ended');
select is((select count(*) from notice_template where type = 'ticket.asked' and text like '%{{due}}%'), 2::bigint, 'the words name it');

-- Words.
select is(attempt($$insert into notice_template (type, side, language, subject, text) values ('x', 'staff', 'vi', 'a', 'b {{nobody}}')$$),
	'notice_template_variables', 'unknown variables are found when a template is saved');
select is((select count(*) from unnest('{"b {{code", "b }} c", "{{{code}}}", "{{ code }}", "{code}"}'::text[]) x
	where attempt(format($$insert into notice_template (type, side, language, subject, text) values ('x', 'staff', 'vi', 'a', %L)$$, x)) = 'notice_template_variables'),
	5::bigint, 'and braces that are not closed');
select is_empty($$select r.type, r.audience, l from notice_rule r, unnest('{vi,en}'::text[]) l where not exists (
	select from notice_template m where m.type = r.type and m.language = l and (r.audience = 'event' or m.side = notice_side(r.audience)))$$,
	'every rule has its words in both languages');
select * from finish();
commit;
