-- Who is told of parts, reviews and signatures, in which language, and which deputies. As in notices.sql each portion of events is
-- committed before it is followed.
set search_path = test, tiepdan, public;
set client_min_messages = warning;
create function told() returns setof text language sql as $$
	select concat_ws(' ', n.type, n.audience, a.login) from notice n join account a on a.id = n.account order by n.event_at, n.type, a.login
$$;
create function follow(p_at timestamptz default now()) returns void language sql as $$ delete from notice; select notices_follow(p_at, 1000) $$;
create function account_id(p_login text) returns uuid language sql as $$ select id from account where login = p_login $$;
create function away(p_login text, p_deputy text) returns void language sql as $$
	insert into absence select gen_random_uuid(), account_id(p_login), now() - interval '1 h', now() + interval '1 h', account_id(p_deputy), now(), account_id(p_login)
$$;
create function letter(p_login text) returns table (line text) language sql as $$
	select concat_ws('|', c.language, c.address is not null, split_part(c.link, '/', 5), c.department_name, c.due, c.reason)
	from notice_claim(now() + interval '1 s', now() + interval '1 s', 100, 'example.org', 'Asia/Ho_Chi_Minh', 'http://x') c join notice n on n.id = c.id
		join account a on a.id = n.account and a.login = p_login
$$;
update account set email = login || '@example.org' where login ~ '^(head|officer|legal_officer|data_officer|auditor)\.';
create table t as select (file('HN-SXD')).id;
create function t() returns uuid language sql as $$ select id from test.t $$;
create function p() returns uuid language sql as $$ select id from part where ticket = test.t() order by asked_at desc, id limit 1 $$;
select move('officer.HN-SXD', t(), 'accept'), move('officer.HN-SXD', t(), 'claim');

-- A part: the department that is asked, and the one that asks.
select move('officer.HN-SXD', t(), 'ask_part');
update part set due_at = '2026-11-30 17:00+07';
begin;
select plan(50);
select follow();
select results_eq('select told()', array['part.asked asked head.ub-00316'], 'the heads of the department that is asked');
select results_eq($$select letter('head.ub-00316')$$, array['vi|t|parts|Sở Xây dựng|17:00 ngày 30/11/2026|Ủy ban nhân dân phường Định Công'],
	'its letter leads to the part, which is due then');
select is((select link from notice_claim(now() + '1 min', now() + '1 min', 9, 'a.org', 'UTC', 'http://x')), 'http://x/v1/parts/' || p(), 'and not to the ticket');

-- Only as long as its people may read parts.
create function claimed() returns text language sql as $$
	update notice set state = 'waiting', next_at = now();
	select address from notice_claim(now(), now(), 9, 'a.org', 'UTC', 'http://x')
$$;
select is(claimed(), 'head.ub-00316@example.org', 'whoever reads parts gets it');
delete from role_right where might = 'part' and role = 'head';
select is(claimed(), null, 'who may not read parts any more gets no letter');
select is((select count(*) from notice_people((select holder from ticket where id = t()), 'public', null, p(), 'asked', now()) p join account a on a.id = p.account
	where a.login ~ '^head'), 0::bigint, 'and is not told of the next one');
insert into role_right values ('head', 'part');
update account set department = department_id('UB-00004') where login = 'head.ub-00316';
select is(claimed(), null, 'nor does who is in another department by now');
update account set department = department_id('UB-00316') where login = 'head.ub-00316';
select is((select notice_opens(account_id('head.ub-00316'), department_id('UB-00316'), 'public', holder, null) from ticket where id = t()), false,
	'the ticket stays closed to them');
select results_eq($$select notice_opens(account_id(x), department_id('UB-00316'), 'public', 1, p()) from unnest('{head.ub-00316,auditor.ub-00316}'::text[]) x$$,
	'{t,f}'::boolean[], 'the part is open to whom part_show() opens it');
commit;

select enter('officer.UB-00316'), part_give(p(), 1, 'Đã kiểm tra, có ảnh.', now(), gen_random_uuid());
begin;
select follow();
select results_eq('select told()', array['part.given holder officer.hn-sxd'], 'who has the ticket');
select results_eq($$select split_part(letter, '|', 6) from letter('officer.hn-sxd')$$, array['Ủy ban nhân dân phường Định Công'], 'learns whose part it is');
commit;
select move('officer.HN-SXD', t(), 'ask_part');
begin;
select follow();
select results_eq('select told()', array['part.asked asked officer.ub-00316'], 'who answered for the department before');
commit;
update account set active = false where login = 'officer.ub-00316';
select enter('officer.HN-SXD'), part_cancel(p(), 1, 'Không cần nữa.', now(), gen_random_uuid());
begin;
select follow();
select results_eq('select told()', array['part.cancelled asked head.ub-00316'], 'else the heads, who are told that it is taken back');
select is((select title from notice_claim(now(), now(), 9, 'a.org', 'UTC', 'http://x')), '(không nêu trong thư)', 'whose ticket is not theirs to read any more');
commit;
select move('officer.HN-SXD', t(), 'ask_part');
select enter('head.UB-00316'), part_decline(p(), 1, 'Không thuộc thẩm quyền.', now(), gen_random_uuid());
begin;
select follow();
select results_eq('select told()', array['part.asked asked head.ub-00316', 'part.declined holder officer.hn-sxd'], 'and the lead that it is declined');
commit;
update account set active = true where login = 'officer.ub-00316';

-- Reviews and signatures.
select enter('officer.HN-SXD'), reply_keep(gen_random_uuid(), t(), 0, 'Một dự thảo trả lời', now(), gen_random_uuid());
select enter('head.HN-SXD'), reply_review_write(gen_random_uuid(), t(), 1, 'changes', 'Cần nêu thời hạn.', now(), gen_random_uuid());
begin;
select follow();
select results_eq('select told()', array['reply.reviewed author officer.hn-sxd'], 'the author is told of the review');
select results_eq($$select split_part(letter, '|', 6) from letter('officer.hn-sxd')$$, array['đề nghị chỉnh sửa'], 'with what came of it');
commit;
select enter('head.HN-SXD'), reply_review_write(gen_random_uuid(), t(), 1, 'ok', null, now(), gen_random_uuid());
select follow();
begin;
select results_eq($$select split_part(letter, '|', 6) from letter('officer.hn-sxd')$$, array['đồng ý với dự thảo'], 'each time');
commit;
-- A review that is asked for: of one, of all with a role, taken back.
select account_save(x || '.hn-sxd', x, 'HN-SXD', '{officer}') from unnest('{one,two}'::text[]) x;
update account set email = login || '@example.org' where login in ('one.hn-sxd', 'two.hn-sxd');
select enter('officer.HN-SXD'), review_ask(gen_random_uuid(), t(), 1, account_id('one.hn-sxd'), null, now(), gen_random_uuid()),
	review_ask(gen_random_uuid(), t(), 1, null, 'officer', now() + interval '1 s', gen_random_uuid());
begin;
select follow();
select results_eq('select told()', array['reply.review_asked reviewer one.hn-sxd', 'reply.review_asked reviewer one.hn-sxd', 'reply.review_asked reviewer two.hn-sxd'],
	'whoever is asked is told, and not the author');
select results_eq($$select split_part(letter, '|', 3) from letter('two.hn-sxd')$$, array['tickets'], 'with the way to the ticket');
commit;
select enter('officer.HN-SXD'), review_withdraw(id, now(), gen_random_uuid()) from review_request where role is not null;
begin;
update notice set state = 'waiting', next_at = now();
select results_eq($$select n.type || ' ' || a.login from notice_claim(now(), now(), 9, 'a.org', 'UTC', 'http://x') c join notice n using (id) join account a on a.id = n.account$$,
	array['reply.review_asked one.hn-sxd'], 'what is taken back is not asked any more');
select follow();
select results_eq('select told()', array['reply.review_withdrawn reviewer one.hn-sxd', 'reply.review_withdrawn reviewer two.hn-sxd'], 'and who was asked is told');
commit;

select move('officer.HN-SXD', t(), 'propose');
begin;
select follow();
select results_eq('select told()', array['reply.proposed signers head.hn-sxd'], 'those who may sign');
commit;
insert into ticket_excluded (ticket, account, reason) values (t(), account_id('head.hn-sxd'), 'named');
select event_write(gen_random_uuid(), now(), t(), 'reply.proposed', 'job', null, null, null, null, null, null, null);
begin;
select follow();
select results_eq('select told()', '{}'::text[], 'but nobody who is kept away from the ticket');
commit;
delete from ticket_excluded;
update reply set author = account_id('head.hn-sxd') where ticket = t() and state = 'proposed';
select event_write(gen_random_uuid(), now(), t(), 'reply.proposed', 'job', null, null, null, null, null, null, null);
begin;
select follow();
select results_eq('select told()', '{}'::text[], 'nor who wrote it');
commit;
update reply set author = account_id('officer.hn-sxd') where ticket = t() and state = 'proposed';
-- A head who wrote the first draft does not sign it; where nobody else can, the hub is asked, and may.
update account set active = false where id = account_id('hub_head.hn-sxd');
update account set email = login || '@example.org' where login in ('coordinator.hn-eic', 'hub_head.hn-eic');
update reply set author = account_id('head.hn-sxd') where ticket = t() and version = 1;
select is(attempt(format('select move(%L, %L, %L)', 'head.HN-SXD', t(), 'approve')), 'TD438', 'nor does who wrote the first draft sign');
select is(attempt(format('select move(%L, %L, %L)', 'hub_head.HN-EIC', t(), 'approve')), 'ok', 'a head of the hub does');
select is(attempt(format('select move(%L, %L, %L)', 'coordinator.HN-EIC', t(), 'approve')), 'TD403', 'nobody else of it');
update reply set state = 'sent_back', decided_by = account_id('hub_head.hn-eic'), decided_at = now() where ticket = t() and state = 'proposed';
select force_state(t(), 'in_progress');
select move('officer.HN-SXD', t(), 'propose');
begin;
select follow();
select results_eq('select told()', array['reply.unsigned hub coordinator.hn-eic', 'reply.unsigned hub hub_head.hn-eic'], 'the hub is told, and not who wrote it');
commit;
update reply set author = account_id('officer.hn-sxd') where ticket = t();
select is(attempt(format('select move(%L, %L, %L)', 'hub_head.HN-EIC', t(), 'approve')), 'TD403', 'the hub leaves it to a department that can');
select is(attempt(format('select move(%L, %L, %L)', 'hub_head.HN-EIC', t(), 'send_back')), 'TD403', 'and does not send back either');
update account set active = false where id = account_id('head.hn-sxd');
select is(attempt(format('select move(%L, %L, %L)', 'hub_head.HN-EIC', t(), 'send_back')), 'ok', 'but for one that has lost its head');
update account set active = true where id = account_id('head.hn-sxd');
update account set email = null where login in ('coordinator.hn-eic', 'hub_head.hn-eic');
select move('head.HN-SXD', t(), 'send_back');
begin;
select follow();
select results_eq('select told()', array['reply.sent_back author officer.hn-sxd'], 'who proposed it');
commit;
select event_write(gen_random_uuid(), now(), t(), 'reply.sent_back', 'staff', account_id('officer.hn-sxd'), null, null, null, null, null, null);
begin;
select follow();
select results_eq('select told()', '{}'::text[], 'nobody is told of what they did themselves');
select is(notice_turn(account_id('spokesperson.hn-eic'), 'signers', 'press'), 1, 'the spokesperson signs what is for the press');
select is(notice_turn(account_id('spokesperson.hn-eic'), 'signers', 'public'), null, 'and nothing else');
commit;

-- In the language of each.
update account set language = 'en' where login = 'officer.hn-sxd';
select event_write(gen_random_uuid(), now(), t(), 'ticket.message', 'job', null, null, null, null, null, null, null);
begin;
select follow();
select results_eq('select language from notice', '{en}'::text[], 'a notice is in the language of the account');
select results_eq($$select subject from notice_claim(now(), now(), 9, 'a.org', 'UTC', 'http://x')$$, array['[{{code}}] The citizen wrote: {{title}}'], 'and so is its letter');
select is(attempt($$update account set language = 'fr'$$), 'account_language', 'of those that there are');
commit;

-- Deputies.
select away('officer.hn-sxd', 'legal_officer.hn-sxd');
select event_write(gen_random_uuid(), now(), t(), 'ticket.message', 'job', null, null, null, null, null, null, null);
begin;
select follow();
select results_eq('select told()', array['ticket.message holder legal_officer.hn-sxd', 'ticket.message holder officer.hn-sxd'], 'the deputy as well, not instead');
select results_eq('select count(distinct event), count(*) from notice', 'values (1::bigint, 2::bigint)', 'each of them once');
commit;
insert into ticket_excluded (ticket, account, reason) values (t(), account_id('legal_officer.hn-sxd'), 'named');
select event_write(gen_random_uuid(), now(), t(), 'ticket.message', 'job', null, null, null, null, null, null, null);
begin;
select follow();
select results_eq('select told()', array['ticket.message holder officer.hn-sxd'], 'but no deputy who must not deal with the ticket');
commit;
delete from ticket_excluded;
update account set department = department_id('UB-00316') where login = 'legal_officer.hn-sxd';
select event_write(gen_random_uuid(), now(), t(), 'ticket.message', 'job', null, null, null, null, null, null, null);
begin;
select follow();
select results_eq('select told()', array['ticket.message holder officer.hn-sxd'], 'nor one who has left the department');
commit;
select away('head.hn-sxd', 'data_officer.hn-sxd');
select away('head.ub-00316', 'officer.ub-00316');
select enter('officer.HN-SXD'), move('officer.HN-SXD', t(), 'ask_part', p_department := 'UB-00316'), move('officer.HN-SXD', t(), 'propose');
begin;
select follow();
select results_eq('select told()', array['part.asked asked head.ub-00316', 'part.asked asked officer.ub-00316',
	'reply.proposed signers head.hn-sxd'], 'nor one who does not see such tickets; that of a co-handler is');
select is((select count(*) from notice_people(department_id('HN-SXD'), 'public', null, null, 'heads', now() + interval '2 h') where deputy), 0::bigint, 'nor when the absence is over');
update absence set deputy = account_id('officer.hn-sxd') where account = account_id('head.hn-sxd');
select results_eq($$select a.login, p.deputy from notice_people(department_id('HN-SXD'), 'public', null, null, 'heads', now()) p join account a on a.id = p.account order by 1$$,
	$$values ('head.hn-sxd', false), ('officer.hn-sxd', true)$$, 'the deputy of a head gets what the head gets');
select is(attempt(format('select move(%L, %L, %L)', 'officer.HN-SXD', t(), 'approve')), 'TD403', 'but signs nothing by it');

-- A department without anybody who could accept its tickets: the hub is told instead, of what the hub may see.
update account set email = login || '@example.org' where login in ('coordinator.hn-eic', 'hub_head.hn-eic', 'clerk.hn-catp');
create function pg_temp.holder_told(p_sight text) returns text[] language sql as $$
	select array_agg(a.login order by a.login) from notice_people(department_id('HN-CATP'), p_sight, null, null, 'holder', now()) p
		join account a on a.id = p.account
$$;
select account_save('clerk.hn-catp', 'Người nhập phiếu', 'HN-CATP', '{clerk}');
select is(pg_temp.holder_told('public'), '{coordinator.hn-eic,hub_head.hn-eic}', 'nobody accepts there, so coordinators learn of it');
select is(pg_temp.holder_told('denunciation'), null, 'but of no denunciation');
select account_save('officer.hn-catp', 'Cán bộ mới', 'HN-CATP', '{officer}');
update account set email = login || '@example.org' where login = 'officer.hn-catp';
select is(pg_temp.holder_told('public'), '{officer.hn-catp}', 'until somebody is there');
select * from finish();
commit;
