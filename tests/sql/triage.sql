-- Triage: word lists that only suggest, danger to life that is told at once, and the roster of those on duty.
begin;
set search_path = test, tiepdan, public;
select plan(41);
create function pg_temp.store(p_from triage_cursor, p_to uuid, p_tickets uuid[], p_kinds text[], p_scores bigint[], p_words text[], p_now timestamptz default now())
returns bigint language sql as $$
	select triage_store(p_from.xid::text, p_from.id, p_from.xid::text, p_to, 7, p_tickets, p_kinds, p_scores, p_words, p_now)
$$;
create function pg_temp.at() returns triage_cursor language sql as $$ select * from triage_cursor $$;
create function pg_temp.duty(p_login text, p_from interval, p_until interval) returns void language sql as $$
	select enter('hub_head.HN-EIC'), duty_add(gen_random_uuid(), (select id from account where login = p_login), now() + p_from, now() + p_until, now())
$$;
create temp table t as select n, f.id from generate_series(1, 5) n, file('HN-SXD', case n when 4 then 'denunciation' else 'public' end) f;
create function pg_temp.t(n int) returns uuid language sql as $$ select id from t where t.n = $1 $$;
update account set email = login || '@example.org' where login in ('duty_officer.hn-eic', 'coordinator.hn-eic', 'officer.hn-sxd');

-- The lists.
select ok(count(*) > 80, 'there are words') from triage_words(now());
select is(count(*), 9::bigint, 'and a path for each kind') from triage_paths();
select is((select kind from triage_paths() limit 1), 'danger', 'danger to life first');
select is((select numbers from triage_text where kind = 'danger'), '{113,114,115,111}', 'with the numbers to call');
select is(attempt($$insert into triage_word values ('danger', 'Cháy nhà', 5)$$), 'triage_word_folded', 'words are folded');
select is((select count(*) from import_rows('triage_words', '[{"line": "2", "kind": "spam", "phrase": "xo so truc tuyen", "weight": "9"},
	{"line": "3", "kind": "danger", "phrase": "chay nha", "weight": "10", "valid_to": "2026-01-01"},
	{"line": "4", "kind": "spam", "phrase": "tu mai", "weight": "9", "valid_from": "2031-05-02", "valid_to": "2031-05-03"}]')), 0::bigint, 'words are imported');
set local timezone = 'UTC';	-- as the sessions of the server
select is((select array_agg((at, exists (select from triage_words(at) where phrase = 'tu mai'))::text order by at) from unnest('{2031-05-01 23:59+07,
	2031-05-02 00:01+07,2031-05-02 23:59+07,2031-05-03 00:01+07}'::timestamptz[]) at),
	'{"(\"2031-05-01 16:59:00+00\",f)","(\"2031-05-01 17:01:00+00\",t)","(\"2031-05-02 16:59:00+00\",t)","(\"2031-05-02 17:01:00+00\",f)"}',
	'by the days of the city');
select is((select weight from triage_words(now()) where phrase = 'xo so truc tuyen'), 9::bigint, 'and count at once');
select is((select count(*) from import_rows('triage_words', '[{"line": "2", "kind": "x", "phrase": "Á", "weight": "0"}]')), 3::bigint, 'or are refused');
select is((select string_agg(p, '; ') from unnest('{*1 a,a *1,a *0 b,a *10 b,a* b,a *1 *2 b,!a,a !b c,a ! b,"a b c d e f g h i",a  b}'::text[]) p
	where not exists (select from import_rows('triage_words', jsonb_build_array(jsonb_build_object('line', 2, 'kind', 'spam', 'phrase', p, 'weight', 5)))
		where message like 'phrase: "' || p || '" is not up to eight syllables %*1 to *9 alone between two of them%!word before or behind%')), null,
	'what is no phrase is refused with how one is written');
select is((select string_agg(import_told_vi(message), '') from import_rows('triage_words', '[{"line": "2", "kind": "spam", "phrase": "a *1", "weight": "5"}]')),
	'phrase: "a *1" không phải là tối đa tám âm tiết viết thường không dấu (giữa hai âm tiết có thể ghi riêng *1 đến *9: cho phép chen tối đa ngần '
	|| 'ấy âm tiết khác; !âmtiết ở trước hoặc sau: không được đứng liền bên)', 'in Vietnamese, too');
select is((select count(*) from unnest('{a,a *1 b,a *9 b *3 c,!x !y a b !z *2 !v c !w,a !b}'::text[]) p, lateral import_rows('triage_words',
	jsonb_build_array(jsonb_build_object('line', 2, 'kind', 'spam', 'phrase', p, 'weight', 5)))), 0::bigint, 'gaps and forbidden neighbours are taken');

-- The roster.
select is(attempt($$select enter('officer.HN-SXD'), duty_add(gen_random_uuid(), null, now(), now(), now())$$), 'TD403', 'only the head of the hub makes it');
select is(attempt($$select pg_temp.duty('nobody', '0', '1 day')$$), 'TD432', 'of people that there are');
select is(attempt($$select pg_temp.duty('duty_officer.hn-eic', '0', '32 days')$$), 'duty_order', 'not for months');
select pg_temp.duty('duty_officer.hn-eic', '-1 hour', '1 hour'), pg_temp.duty('officer.hn-sxd', '2 hours', '3 hours');
select is(attempt($$select pg_temp.duty('duty_officer.hn-eic', '0', '2 hours')$$), 'duty_no_overlap', 'nor twice');
select is((select count(*) from duty_list(now(), null, 50)), 2::bigint, 'it is read');
select is((select count(*) from duty_list(now(), (select key from duty_list(now(), null, 1) limit 1), 50)), 1::bigint, 'page by page');

-- Suggestions.
select is(attempt($$select 1 / triage_store(xid::text, null, xid::text, null, 7, null, null, null, null, now()) from triage_cursor$$), '23502',
	'the first cursor, as the server names it, is known');
select is(pg_temp.store(pg_temp.at(), pg_temp.t(1), array[pg_temp.t(1), pg_temp.t(1), pg_temp.t(2)], '{danger,crime,spam}', '{20,6,15}', '{chay nha; boc chay,trom cap,ca cuoc}'),
	7::bigint, 'stored');
select is((select array_agg(kind || ' ' || score || ' ' || words::text order by kind) from triage_suggestion where ticket = pg_temp.t(1)),
	'{"danger 20 {\"chay nha\",\"boc chay\"}"}', 'what comes to the threshold');
select is((select id from triage_cursor), pg_temp.t(1), 'the cursor moves');
select is(triage_store((pg_temp.at()).xid::text, pg_temp.t(5), (pg_temp.at()).xid::text, pg_temp.t(2), 7, array[pg_temp.t(3)], '{danger}', '{20}', '{x}', now()),
	0::bigint, 'not for one who has read before');
select is((select count(*) from triage_suggestion where ticket = pg_temp.t(3)), 0::bigint, 'who stores nothing');
select is((select array_agg(a.login || ' ' || n.audience || ' ' || n.urgent || ' ' || n.state) from notice n join account a on a.id = n.account where n.type = 'ticket.danger'),
	'{"duty_officer.hn-eic duty true waiting"}', 'who is on duty is told, and nobody else');
select is((select array_agg(type || ' ' || actor_kind || ' ' || (data->>'urgent')) from event where ticket = pg_temp.t(1) and type = 'ticket.danger'),
	'{"ticket.danger job true"}', 'an event says so');
select is((select state from ticket where id = pg_temp.t(1)), 'submitted', 'nothing is decided');
select is((select subject from notice_claim(now(), now() + interval '1 min', 10, 'example.org', 'Asia/Ho_Chi_Minh', 'http://x') where urgent), 
	'[{{code}}] KHẨN: có thể nguy hiểm đến tính mạng: {{title}}', 'in words of its own');
select pg_temp.store(pg_temp.at(), pg_temp.t(2), array[pg_temp.t(1)], '{danger}', '{20}', '{x}');
select is((select count(*) from notice where type = 'ticket.danger'), 1::bigint, 'once');
select enter('hub_head.HN-EIC');
select duty_remove(id, now() + interval '1 minute') from duty where from_at < now();
select is((select array_agg(until_at - now()) from duty where from_at < now()), '{00:01:00}', 'a duty that has begun ends');
select duty_remove(id, now()) from duty where from_at > now();
select is((select count(*) from duty), 1::bigint, 'one that has not is dropped');
select pg_temp.store(pg_temp.at(), pg_temp.t(3), array[pg_temp.t(3), pg_temp.t(4)], '{danger,danger}', '{20,20}', '{x,x}', now() + interval '2 hours');
select is((select array_agg(a.login || ' ' || n.audience) from notice n join account a on a.id = n.account where n.ticket = pg_temp.t(3)),
	'{"coordinator.hn-eic hub"}', 'when nobody is on duty the hub is told');
select is((select count(*) from notice where ticket = pg_temp.t(4)), 0::bigint, 'of a denunciation nobody who may not see it');

-- An address that is marked is nobody's.
create function pg_temp.told(p_ticket uuid) returns text language sql as $$
	select string_agg(split_part(a.login, '.', 1) || ' ' || n.audience || ' ' || n.state, ', ' order by a.login)
	from notice n join account a on a.id = n.account where n.type = 'ticket.danger' and n.ticket = p_ticket
$$;
create function pg_temp.end(p_ticket uuid, p_audience text, p_state text) returns void language sql as $$
	update notice set state = p_state, error = '550 rcpt' where ticket = p_ticket and audience = p_audience and type = 'ticket.danger'
		and state = 'waiting'
$$;
create function pg_temp.hub_head(p_email text) returns void language sql as $$ update account set email = p_email where login = 'hub_head.hn-eic' $$;
select pg_temp.duty('duty_officer.hn-eic', '1 day', '2 days');
insert into bounce select uuid_send(id), now(), '550 rcpt' from account where login = 'duty_officer.hn-eic';
select pg_temp.store(pg_temp.at(), pg_temp.t(5), array[pg_temp.t(5)], '{danger}', '{20}', '{x}', now() + interval '25 hours');
select is(pg_temp.told(pg_temp.t(5)), 'coordinator hub waiting', 'when nobody on duty can be told the hub is');
select pg_temp.hub_head('h@example.org'), pg_temp.end(pg_temp.t(5), 'hub', 'bounced');
select is(pg_temp.told(pg_temp.t(5)), 'coordinator hub bounced, hub_head hub waiting', 'one after the other');
select pg_temp.end(pg_temp.t(5), 'hub', 'failed');
select is(pg_temp.told(pg_temp.t(5)), 'coordinator hub bounced, hub_head hub failed', 'until there is nobody left');
delete from bounce;
select pg_temp.hub_head(null);
select pg_temp.store(pg_temp.at(), pg_temp.t(2), array[pg_temp.t(2)], '{danger}', '{20}', '{x}', now() + interval '25 hours');
select is(pg_temp.told(pg_temp.t(2)), 'duty_officer duty waiting', 'who is on duty is told');
select pg_temp.end(pg_temp.t(2), 'duty', 'failed');
select is(pg_temp.told(pg_temp.t(2)), 'coordinator hub waiting, duty_officer duty failed', 'and the hub, when it does not arrive');
insert into bounce select uuid_send(id), now(), '550 rcpt' from account where login = 'coordinator.hn-eic';
select pg_temp.hub_head('h@example.org');
select count(*) from notice_claim(now() + interval '1 min', now() + interval '2 min', 10, 'example.org', 'Asia/Ho_Chi_Minh', 'http://x');
select is(pg_temp.told(pg_temp.t(2)), 'coordinator hub bounced, duty_officer duty failed, hub_head hub sending', 'also when a mark stops it on its way');

-- Who reads them.
select enter('coordinator.HN-EIC');
select is(triage_suggestions(pg_temp.t(1))::json->'suggestions'->0->>'file_as', 'emergency', 'the hub reads the suggestions');
select is(attempt(format($$select triage_suggestions(%L)$$, pg_temp.t(4))), 'TD404', 'not of what it does not see');
select finish();
rollback;
