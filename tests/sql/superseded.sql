-- A ticket that is answered once more after its publication: who is told that others read the older answer, once for each answer, as long as
-- it is so; and how it is found. As in notices.sql each portion of events is committed before it is followed.
set search_path = test, tiepdan, public;
set client_min_messages = warning;
update setting set value = 0 where name = 'publication_preview_days';
create function ago(h numeric) returns timestamptz language sql as $$ select now() - h * interval '1 h' $$;
create table t as select n, f.id, f.number from generate_series(1, 5) n, file('HN-SXD', p_at := test.ago(20 + n)) f;
create function t(n int) returns uuid language sql as $$ select id from test.t where t.n = $1 $$;
create function person(p_login text) returns uuid language sql as $$ select id from account where login = p_login $$;
select account_save('second.hn-sxd', 'Second', 'HN-SXD', '{officer}'), account_save('third.hn-sxd', 'Third', 'HN-SXD', '{officer}'),
	account_save('officer.hn-ubnd', 'Officer', 'HN-UBND', '{officer}'), account_save('head.hn-ubnd', 'Head', 'HN-UBND', '{head}');
insert into session (id, account, expires_at) select id, id, now() + interval '1 day' from account
	where login in ('second.hn-sxd', 'third.hn-sxd', 'officer.hn-ubnd', 'head.hn-ubnd');
update account set email = login || '@example.org' where login ~ '^(officer|second|third|head|leader|legal_officer|coordinator|hub_head|auditor)\.';
create function answer(n int, p_officer text, p_head text, p_at timestamptz, p_begin text default 'claim') returns void language plpgsql as $$
begin
	perform move(p_officer, t(n), 'accept', p_at) where p_begin = 'claim';
	perform move(p_officer, t(n), p_begin, p_at), move(p_officer, t(n), 'propose', p_at, p_text := 'Câu trả lời lúc ' || p_at);
	perform move(p_head, t(n), 'approve', p_at);
end $$;
create function again(n int, p_wish text, p_officer text, p_head text, p_at timestamptz) returns void language plpgsql as $$
begin
	perform citizen(number, p_wish, p_at) from test.t where t.n = $1;
	perform answer(n, p_officer, p_head, p_at, 'take_up');
end $$;
create function version(n int) returns bigint language sql as $$ select version from ticket where id = t(n) $$;
create function propose(n int, p_login text default 'coordinator.HN-EIC') returns void language plpgsql as $$
begin
	perform enter(p_login), publication_propose(t(n), version(n), 'Ổ gà trên phố', 'Đề nghị vá ổ gà trên phố.', 'Đã vá xong mặt đường.', 'o ga',
		'o ga', null, null, '{}', '{}', '{}', '{}', '{}', 0, false, now(), gen_random_uuid());
end $$;
create function decide(n int, p_action text) returns void language plpgsql as $$
begin
	perform enter('coordinator.HN-EIC'), publication_decide(t(n), version(n), p_action, 'vì lý do này', '0123456789abcdef0123456789', now(), gen_random_uuid());
end $$;
create function events(n int) returns bigint language sql as $$ select count(*) from event where ticket = t(n) and type = 'publication.superseded' $$;
create function told() returns setof text language sql as $$
	select concat_ws(' ', t.n, n.audience, a.login) from notice n join test.t on t.id = n.ticket join account a on a.id = n.account
	where n.type = 'publication.superseded' order by t.n, n.event_at, a.login
$$;
create function follow() returns bigint language sql as $$ delete from notice; select notices_follow(now(), 1000) $$;
-- What becomes of the letters that are due.
create function claimed(p_at timestamptz default now() + interval '1 s') returns text language plpgsql as $$
begin
	update notice set state = 'waiting', error = null, next_at = now();
	perform notice_claim(p_at, p_at, 100, 'a.org', 'Asia/Ho_Chi_Minh', 'http://x');
	return (select string_agg(coalesce(error, state), ',' order by event_at, account) from notice where type = 'publication.superseded');
end $$;
-- The queue of those tickets, as somebody reads it.
create function queued(p_login text, p_states text[] default null, p_holder text default null, p_tag text default null, p_after text default null,
	p_limit bigint default 50)
returns text language plpgsql as $$
declare
	v text;
begin
	perform enter(p_login);
	set local role tiepdan_app;
	select string_agg(q.item::json->>'id', ' ' order by q.ord) into v from ticket_queue(null, p_states, null, null, null, null, null, p_holder,
		false, null, false, null, now(), now(), p_after, p_limit, null, null, p_tag, null, null, 'superseded') with ordinality q (item, key, due_at, calendar, unit, ord);
	reset role;
	return (select string_agg(t.n::text, ' ' order by x.ord) from unnest(string_to_array(v, ' ')) with ordinality x (id, ord) join test.t on t.id::text = x.id);
end $$;

select answer(n, 'officer.HN-SXD', 'head.HN-SXD', ago(10)) from generate_series(1, 5) n;
select propose(n) from generate_series(1, 4) n;
select decide(1, 'publish'), decide(2, 'share'), decide(3, 'publish');
select follow();
begin;
select plan(36);
select is(queued('coordinator.HN-EIC'), null, 'what is right is not to be found');
commit;

-- The second look.
select again(n, 'second_look', 'second.HN-SXD', 'head.HN-SXD', ago(8)) from generate_series(1, 5) n;
select follow();
begin;
select results_eq('select events(n) from generate_series(1, 5) n', '{1,1,1,0,0}'::bigint[], 'of what others read, and not of what was only proposed');
select results_eq('select told()', '{1 publishers second.hn-sxd,2 publishers second.hn-sxd,3 publishers second.hn-sxd}'::text[],
	'who has the ticket is told, and nobody who had it before');
select is((select superseded_at from publication where ticket = t(4)), (select answered_at from ticket where id = t(4)), 'a proposed version is of an older answer, too');
select is((select actor_kind || ' ' || (public_vi is null) from event where ticket = t(1) and type = 'publication.superseded'), 'job true',
	'it is the doing of nobody, and no step for the citizen');
select results_eq($$select c.subject, c.address, c.link from notice_claim(now(), now() + interval '1 s', 100, 'a.org', 'Asia/Ho_Chi_Minh', 'http://x') c join test.t on t.id = c.ticket
	where c.subject ~ 'công khai' and t.n = 1$$, $$select '[{{code}}] Nội dung công khai đã cũ: {{title}}', 'second.hn-sxd@example.org', 'http://x/v1/tickets/' || t(1)$$, 'with the code');
select is(claimed(), 'sending,sending,sending', 'and a letter for each');
commit;
select event_write(gen_random_uuid(), now(), t(1), 'ticket.message', 'ticket', null, null, null, null, null, null, null);
select move('head.HN-SXD', t(1), 'close', ago(7));
begin;
select notices_follow(now(), 1000);
select is((select count(*) from notice where type = 'publication.superseded'), 3::bigint, 'no other event brings one');
select is(events(1), 1::bigint, 'there is one event for the answer');
select is(claimed(), 'sending,sending,sending', 'a closed ticket has its public version, too');

-- Where it is found.
select is(queued('coordinator.HN-EIC'), '1 2 3', 'the hub finds them, those filed last in front');
select is(queued('head.HN-SXD'), '1 2 3', 'the head of the department does');
select is(queued('second.HN-SXD'), '1 2 3', 'an officer does');
select is(queued('officer.UB-00316'), null, 'others do not');
select is(queued('coordinator.HN-EIC', '{closed}'), '1', 'by state');
select is(queued('coordinator.HN-EIC', null, 'HN-UBND'), null, 'by holder');
select is(queued('coordinator.HN-EIC', null, null, 'bao'), null, 'by tag');
insert into ticket_tag select t(2), 'bao', false, filed_at, holder, sight, done from ticket where id = t(2);
select is(queued('coordinator.HN-EIC', null, null, 'bao'), '2', 'which one of them has');
select is(queued('coordinator.HN-EIC', p_after := (select 'f|' || filed_at || '|' || id from ticket where id = t(1)), p_limit := 1), '2 3', 'page by page, with one more');
-- Of three none has this holder: a page that found nothing ends after two, and the next one begins behind them.
select results_eq($$select q.item, split_part(q.key, '|', 3)::uuid from ticket_queue(null, null, null, null, null, null, null, 'HN-UBND', false, null, false,
	null, now(), now(), null, 5, p_most := 2, p_publication := 'superseded') q$$, $$values (null::text, t(2))$$, 'no more are looked at than that');
select is_empty($$select * from ticket_queue(null, null, null, null, null, null, null, 'HN-UBND', false, null, false,
	null, now(), now(), (select 'f|' || filed_at || '|' || id from ticket where id = t(2)), 5, p_most := 2, p_publication := 'superseded')$$, 'and the rest is behind them');
commit;

-- What is told to nobody any more.
select propose(1, 'second.HN-SXD');
select decide(2, 'hide');
begin;
select claimed();
select results_eq($$select concat_ws(' ', n, error) from notice join test.t on t.id = ticket where type = 'publication.superseded' order by n$$,
	'{1 late,2 late,3}'::text[], 'neither what is proposed by now nor what is hidden');
select is(queued('coordinator.HN-EIC'), '3', 'nor is it found');
select is((select superseded_at from publication where ticket = t(1)), null, 'a version that is proposed is of the last answer');
commit;
-- It is looked at again: there is nothing to propose just now.
select citizen(number, 'appeal', ago(6)) from t where n = 3;
begin;
select is(claimed(), 'late,late,late', 'nor while a higher department decides');
select is(queued('coordinator.HN-EIC'), '3', 'but it is found');
commit;

-- The decision is another answer, of another department.
update notice set state = 'waiting', error = null where ticket = t(3);
create table before as select id from notice;
select answer(3, 'officer.HN-UBND', 'head.HN-UBND', ago(5), 'take_up');
select notices_follow(now(), 1000);
begin;
select is(events(3), 2::bigint, 'an event for each answer');
select results_eq('select told() offset 2', '{3 publishers second.hn-sxd,3 publishers officer.hn-ubnd}'::text[], 'whoever has it now is told');
-- The department that had it may not read it any more, but its letter is true again.
select results_eq($$select c.address from notice_claim(now(), now() + interval '1 s', 100, 'a.org', 'UTC', 'http://x') c where c.subject ~ 'công khai'$$,
	array[null, 'officer.hn-ubnd@example.org'], 'and nobody who does not see it any more');
commit;

-- Whoever may propose, when the one who has it may not.
create function people(n int) returns text language sql as $$
	select string_agg(a.login, ',' order by a.login) from ticket x cross join lateral publication_people(x) p join account a on a.id = p where x.id = t(n)
$$;
begin;
select is(people(1), 'second.hn-sxd', 'who has it');
update account set active = false where login = 'second.hn-sxd' or (department = department_id('HN-SXD') and login ~ '^(coordinator|hub_head)');
select is(people(1), 'head.hn-sxd,third.hn-sxd', 'else those of the department who may, but not who had it before');
update account set active = false where login in ('head.hn-sxd', 'third.hn-sxd');
select is(people(1), 'coordinator.hn-eic,hub_head.hn-eic', 'else the hub');
insert into absence select gen_random_uuid(), person('coordinator.hn-eic'), ago(1), now() + interval '1 h', person('hub_head.hn-eic'), now(), person('coordinator.hn-eic');
select results_eq($$select a.login, p.deputy from ticket x cross join lateral publication_people(x) w
		cross join lateral notice_people(x.holder, x.sight, w, null, 'publishers', now()) p join account a on a.id = p.account
		where x.id = t(1) and w = person('coordinator.hn-eic') order by 1$$,
	$$values ('coordinator.hn-eic', false), ('hub_head.hn-eic', true)$$, 'and who stands in for them');
select is(notice_may('publishers', t(1), 'public', person('officer.hn-sxd'), true), false, 'but nobody who had it before');
rollback;
begin;
-- Two answers before anybody reads of the first: one letter.
delete from notice;
select event_write(gen_random_uuid(), now() + n * interval '1 s', t(3), 'publication.superseded', 'job', null, null, null, null, null, null, null)
	from generate_series(1, 2) n;
insert into notice (event, event_at, ticket, type, audience, account, language, urgent, made_at, next_at)
	select id, at, ticket, type, 'publishers', person('officer.hn-ubnd'), 'vi', false, now(), now() from event where ticket = t(3) and type = 'publication.superseded'
		and at > now();
select is(claimed(), 'merged,sending', 'of two that wait the last one goes');
rollback;
begin;
select is((select count(*) from event where type = 'publication.superseded' and ticket in (t(4), t(5))), 0::bigint, 'what nobody reads is told to nobody');
select * from finish();
commit;
