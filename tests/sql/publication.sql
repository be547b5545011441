-- Publication: who may do what in which state, what the citizen can stop, and what everybody reads.
begin;
set search_path = test, tiepdan, public;
select plan(110);
update setting set value = 0 where name = 'publication_preview_days';
create temp table t as select n, f.id, f.number from generate_series(1, 12) n,
	file('HN-SXD', case n when 10 then 'private' when 11 then 'press' when 12 then 'denunciation' else 'public' end, p_at := now() - n * interval '1 hour') f;
create function pg_temp.t(n int) returns uuid language sql as $$ select id from t where t.n = $1 $$;
create function pg_temp.version(n int) returns bigint language sql as $$ select version from ticket where id = pg_temp.t(n) $$;
-- Proposes a version in which so many things were found.
create function pg_temp.propose(p_login text, n int, p_found int default 0, p_title text default 'Ổ gà trên phố', p_folded text default 'o ga tren pho')
returns text language plpgsql as $$
begin
	perform enter(p_login);
	return (select body from publication_propose(pg_temp.t(n), pg_temp.version(n), p_title, 'Đề nghị vá ổ gà trên phố.', 'Đã vá xong mặt đường.',
		p_folded, p_folded || ' de nghi va da va xong', null, null, array_fill('question'::text, array[p_found]), array_fill('phone'::text, array[p_found]),
		array_fill(0::bigint, array[p_found]), array_fill(10::bigint, array[p_found]), array_fill('0912345678'::text, array[p_found]), p_found, false, now(),
		gen_random_uuid()));
end $$;
create function pg_temp.decide(p_login text, n int, p_action text, p_reason text default 'vì lý do này') returns text language plpgsql as $$
begin
	perform enter(p_login);
	return (select body from publication_decide(pg_temp.t(n), pg_temp.version(n), p_action, p_reason, '0123456789abcdef0123456789', now(), gen_random_uuid()));
end $$;
create function pg_temp.object(n int, p_reason text default null) returns text language sql as $$
	select publication_object(number, 1, p_reason, now(), gen_random_uuid()) from t where t.n = $1
$$;
create function pg_temp.is_at(n int) returns text language sql as $$ select publication_state_of(pg_temp.t(n)) $$;
select force_state(id, 'answered') from t where n <> 2;
insert into reply (ticket, version, at, author, department, state, text, decided_by, decided_at)
	select pg_temp.t(1), v, now(), a.id, a.department, 'published', 'Câu trả lời thứ ' || v, a.id, now() from account a, generate_series(1, 2) v
		where login = 'head.hn-sxd';

-- The table, in both directions.
create temp table expected as select * from (values
	('private', 'propose', 'proposed'), ('proposed', 'propose', 'proposed'), ('hidden', 'propose', 'proposed'),
	('proposed', 'publish', 'public'), ('link_only', 'publish', 'public'), ('proposed', 'share', 'link_only'), ('public', 'share', 'link_only'),
	('proposed', 'drop', 'private'), ('public', 'hide', 'hidden'), ('link_only', 'hide', 'hidden'),
	('proposed', 'object', 'private'), ('public', 'object', 'hidden'), ('link_only', 'object', 'hidden')) e (state, action, becomes);
create function pg_temp.put(n int, p_state text) returns void language plpgsql as $$
begin
	perform pg_temp.propose('officer.HN-SXD', n) from publication_state where p_state <> 'private' and code = 'private';
	set local session_replication_role = replica;
	update publication set state = p_state, key = case when p_state = 'link_only' then '0123456789abcdef0123456789' end where ticket = pg_temp.t(n);
	set local session_replication_role = origin;
end $$;
create function pg_temp.becomes(n int, p_state text, p_action text) returns text language plpgsql as $$
declare
	v text;
begin
	perform pg_temp.put(n, p_state);
	perform case p_action when 'propose' then pg_temp.propose('coordinator.HN-EIC', n) when 'object' then pg_temp.object(n)
		else pg_temp.decide('coordinator.HN-EIC', n, p_action) end;
	v := pg_temp.is_at(n);
	raise exception 'undo' using errcode = 'TD001', detail = v;
exception when others then
	get stacked diagnostics v = pg_exception_detail;
	return case sqlstate when 'TD001' then v else sqlstate end;
end $$;
select is(pg_temp.becomes(3, s.code, a.code), coalesce((select becomes from expected e where (e.state, e.action) = (s.code, a.code)), 'TD491'),
	a.code || ' from ' || s.code)
	from publication_state s, publication_action a order by s.position, a.position;
select is(attempt(format($$select pg_temp.put(3, 'proposed'); update publication set state = 'hidden' where ticket = %L$$, pg_temp.t(3))), 'TD491',
	'nor does a plain update pass the table');

-- What can be published at all.
select is(attempt($$select pg_temp.propose('officer.HN-SXD', 2)$$), 'TD490', 'nothing that has no answer');
select is(attempt($$select pg_temp.propose('officer.HN-SXD', 10)$$), 'TD490', 'nothing private');
select is(attempt($$select pg_temp.propose('coordinator.HN-EIC', 11)$$), 'TD490', 'no press question');
select is(attempt($$select pg_temp.propose('coordinator.HN-EIC', 12)$$), 'TD404', 'a denunciation is not even there');

-- Who may.
select is(attempt($$select pg_temp.propose('leader.HN-EIC', 3)$$), 'TD403', 'a leader proposes nothing');
select is(attempt($$select pg_temp.propose('officer.UB-00316', 3)$$), 'TD404', 'another department sees nothing');
select is(attempt($$select pg_temp.put(3, 'proposed'), pg_temp.decide('officer.HN-SXD', 3, 'publish')$$), 'TD403', 'an officer does not publish');
select is(attempt($$select pg_temp.put(3, 'proposed'), pg_temp.decide('head.HN-SXD', 3, 'publish')$$), 'TD403', 'nor does a head');
update setting set value = 1 where name = 'publication_by_heads';
select is(attempt($$select pg_temp.put(3, 'proposed'), pg_temp.decide('head.HN-SXD', 3, 'publish')$$), 'ok', 'unless the city wants it');
select is(attempt($$select pg_temp.put(3, 'public'), pg_temp.decide('hub_head.HN-EIC', 3, 'hide', null)$$), 'TD428', 'hiding needs a reason');

-- Drafts and findings.
select enter('officer.HN-SXD');
select results_eq($$select * from publication_draft(pg_temp.t(1), pg_temp.version(1))$$,
	$$values ('Ổ gà trước số 126', 'Trước số nhà 126 có một ổ gà rộng', 'Câu trả lời thứ 2')$$, 'the words of ticket and last answer');
select is((pg_temp.propose('officer.HN-SXD', 1, 2)::json->'findings'->0->>'kind'), 'phone', 'what was found is told');
select is(attempt($$select pg_temp.decide('coordinator.HN-EIC', 1, 'publish')$$), 'TD493', 'and has to be confirmed');
select count(*) from publication_confirm(pg_temp.t(1), (select id from publication_finding where ticket = pg_temp.t(1) limit 1), now(), gen_random_uuid());
select is(attempt($$select pg_temp.decide('coordinator.HN-EIC', 1, 'publish')$$), 'TD493', 'all of it');
select is(attempt(format($$select publication_confirm(%L, gen_random_uuid(), now(), gen_random_uuid())$$, pg_temp.t(1))), 'TD404', 'nothing else is');
select count(*) from publication_finding f, publication_confirm(pg_temp.t(1), f.id, now(), gen_random_uuid()) where f.ticket = pg_temp.t(1);
update setting set value = 3 where name = 'publication_preview_days';
select is(attempt($$select pg_temp.decide('coordinator.HN-EIC', 1, 'publish')$$), 'TD494', 'the citizen has time to look at it');
update setting set value = 0 where name = 'publication_preview_days';
select is(pg_temp.decide('coordinator.HN-EIC', 1, 'publish')::json->>'state', 'public', 'then it is published');
select is((select array_agg(type order by type) from event where ticket = pg_temp.t(1) and type like 'publication.%'),
	'{publication.confirmed,publication.confirmed,publication.confirmed,publication.proposed,publication.published}', 'each step is an event');
select is((select count(*) from event where ticket = pg_temp.t(1) and data::text like '%0912%'), 0::bigint, 'without what was found');

-- The citizen.
select is(publication_told(pg_temp.t(1))->>'may_object', 'true', 'the citizen may object');
select is(pg_temp.object(1, 'Tôi không đồng ý.'), 'hidden', 'and it is gone');
select is(publication_told(pg_temp.t(1))->>'version', null, 'nothing is shown any more');
select is(attempt($$select pg_temp.propose('coordinator.HN-EIC', 1)$$), 'TD492', 'nor proposed again');
select is((select text from message where ticket = pg_temp.t(1)), 'Tôi không đồng ý.', 'his words are a message');

-- Reading without an account.
update ticket set lon = 105.80449 where id = pg_temp.t(3);
select pg_temp.propose('officer.HN-SXD', n), pg_temp.decide('coordinator.HN-EIC', n, case n when 5 then 'share' else 'publish' end)
	from generate_series(3, 6) n;
update ticket set answered_at = filed_at where id in (select id from t where n between 3 and 6);
select pg_temp.propose('officer.HN-SXD', 7, 0, 'Đèn đường không sáng', 'den duong khong sang'), pg_temp.decide('coordinator.HN-EIC', 7, 'publish');
select set_config('app.account', '', true), set_config('app.roles', '', true);
set local role tiepdan_app;
select is((select count(*) from published_list(null, null, null, null, 50)), 4::bigint, 'what is public, and nothing by its link');
select is((select count(*) from published_list('roads', '00316', null, null, 50)), 4::bigint, 'by category above and area');
select is((select count(*) from published_list('waste', null, null, null, 50)), 0::bigint, 'and by no other');
select is((select count(*) from published_list(null, null, 'sang den', null, 50)), 1::bigint, 'by words in any order');
select is((select count(*) from published_list(null, null, 'sang ga', null, 50)), 0::bigint, 'all of them');
select is((select array_agg(b.item = a.item) from (select item, row_number() over () as n from published_list(null, null, null, null, 50)) a join lateral (
	select item from published_list(null, null, null, (select key from published_list(null, null, null, null, 50) offset a.n - 2 limit 1), 1) limit 1) b on a.n > 1),
	'{t,t,t}', 'page by page');
select is((select count(*) from published_similar('o ga lon tren pho', 'roads.surface', 5)), 3::bigint, 'what is alike');
select is((select count(*) from published_similar('o ga lon tren pho', 'waste', 5)), 0::bigint, 'of the same kind');
reset role;
select ok(published_show(number, null) is not null, 'one is read by its number') from t where n = 3;
select is((select array_agg(p.ord || ':' || (p.body = published_show(s.number, null))::text order by p.ord)
	from t s join t l on l.n = 5 and s.n = 3, published_pages(array[s.number, l.number, s.number, 0], array[null, 'x', null, null]::text[], '{null,null,0,null}') p),
	'{1:true,3:true}', 'many ask at once, each is told of what it may read');
select is((select array_agg(coalesce(p.body, 'known')) from t, lateral (select version from published_pages(array[number], array[null]::text[], array[null]::bigint[])) v,
	published_pages(array[number], array[null]::text[], array[v.version]) p where n = 3), '{known}', 'a version that is known is not built again');
select is((select p.body::json->>'answer' from t, published_pages(array[number], '{0123456789abcdef0123456789}', '{null}') p where n = 5), 'Đã vá xong mặt đường.',
	'with the key, too');
select ok(published_show(number, null) is null and published_show(number, 'x') is null, 'one by its link not without') from t where n = 5;
select is(published_show(number, '0123456789abcdef0123456789')::json->>'answer', 'Đã vá xong mặt đường.', 'but with the key') from t where n = 5;
select is((select array_agg(k order by k) from t, json_object_keys(published_show(number, null)::json) k where n = 3),
	'{answer,answered_at,area,category,code,department,filed_at,outcome,petition,point,question,superseded,title}', 'and nothing else is told');
select is(published_show(number, null)::json->>'point', '{"lat": 21, "lon": 105.804}', 'the place is rounded') from t where n = 3;

-- A second look and an appeal: what was made from an older answer is not published, and what is public says so.
select account_save('second.hn-sxd', 'Second officer', 'HN-SXD', '{officer}'), account_save('officer.hn-ubnd', 'Officer', 'HN-UBND', '{officer}'),
	account_save('head.hn-ubnd', 'Head', 'HN-UBND', '{head}');
insert into session (id, account, expires_at) select id, id, now() + interval '1 day' from account
	where login in ('second.hn-sxd', 'officer.hn-ubnd', 'head.hn-ubnd');
insert into t select 13, f.id, f.number from file('HN-SXD', p_at := now() - interval '3 h') f;
create function pg_temp.answer(p_officer text, p_head text, p_ago interval, p_text text) returns void language plpgsql as $$
begin
	perform move(p_officer, pg_temp.t(13), 'propose', now() - p_ago, p_text := p_text);
	perform move(p_head, pg_temp.t(13), 'approve', now() - p_ago);
end $$;
create function pg_temp.told(n int) returns text language plpgsql as $$
begin
	perform enter('coordinator.HN-EIC');
	return (select concat_ws(' ', b.body::json->>'state', b.body::json->>'superseded', b.body::json->>'moves') from publication_show(pg_temp.t(n)) b);
end $$;
create function pg_temp.try(n int, p_action text) returns text language sql as $$
	select attempt(format('select pg_temp.decide(%L, %s, %L)', 'coordinator.HN-EIC', n, p_action))
$$;
select move('officer.HN-SXD', pg_temp.t(13), 'accept', now() - interval '2 h'), move('officer.HN-SXD', pg_temp.t(13), 'claim', now() - interval '2 h');
select pg_temp.answer('officer.HN-SXD', 'head.HN-SXD', '2 h', 'Câu trả lời thứ nhất');
select pg_temp.propose('officer.HN-SXD', 13);
select is(pg_temp.told(13), 'proposed false ["propose", "publish", "share", "drop"]', 'of the first answer');
select citizen(number, 'second_look', now() - interval '90 min') from t where n = 13;
select is(pg_temp.told(13), 'proposed false ["drop"]', 'while it is looked at again');
select is(pg_temp.try(13, 'publish'), 'TD490', 'nothing is published');
select move('second.HN-SXD', pg_temp.t(13), 'take_up', now() - interval '80 min');
select pg_temp.answer('second.HN-SXD', 'head.HN-SXD', '1 h', 'Câu trả lời thứ hai');
select is(pg_temp.told(13), 'proposed true ["propose", "drop"]', 'there is a second answer');
select is(pg_temp.try(13, 'publish'), 'TD457', 'the first one is not published');
select is(pg_temp.try(13, 'share'), 'TD457', 'nor by its link');
select is(publication_told(pg_temp.t(13))->>'superseded', 'true', 'its citizen reads that, too');
select enter('second.HN-SXD');
select is((select answer from publication_draft(pg_temp.t(13), pg_temp.version(13))), 'Câu trả lời thứ hai', 'a version begins with the last one');
select pg_temp.propose('second.HN-SXD', 13);
select is(pg_temp.told(13), 'proposed false ["propose", "publish", "share", "drop"]', 'that one');
select is(pg_temp.try(13, 'publish'), 'ok', 'can be published');
select pg_temp.decide('coordinator.HN-EIC', 13, 'publish');
select is(pg_temp.told(13), 'public false ["share", "hide"]', 'what is right is not proposed again');
select citizen(number, 'appeal', now() - interval '50 min') from t where n = 13;
select is(pg_temp.told(13), 'public false ["hide"]', 'an appeal leaves it');
select move('officer.HN-UBND', pg_temp.t(13), 'take_up', now() - interval '40 min');
select pg_temp.answer('officer.HN-UBND', 'head.HN-UBND', '30 min', 'Câu trả lời thứ ba');
select is(pg_temp.told(13), 'public true ["propose", "hide"]', 'the decision on it does not stay unknown');
select is(published_show(number, null)::json->>'superseded', 'true', 'everybody reads that there is a later answer') from t where n = 13;
select is((select count(*) from published_list(null, null, null, null, 50) where item::json->>'superseded' = 'true'), 1::bigint, 'in the list as well');
select is(pg_temp.try(13, 'share'), 'TD457', 'the old one is not handed on');
update publication set state = 'link_only', key = '0123456789abcdef0123456789' where ticket = pg_temp.t(13);
select is(pg_temp.told(13), 'link_only true ["propose", "hide"]', 'nor published when it has a link');
select pg_temp.propose('coordinator.HN-EIC', 13);
select is(pg_temp.told(13), 'proposed false ["propose", "publish", "share", "drop"]', 'the last answer is proposed');
select is(published_show(number, '0123456789abcdef0123456789'), null, 'and nobody reads the old one any more') from t where n = 13;

-- Open tickets nearby.
select is((select count(*) from open_similar('roads.surface', '00316', null, null, now(), 5)), 1::bigint, 'an open one of the area');
select is((select title from open_similar('roads.surface', '00316', null, null, now(), 5)), null, 'without the title that nobody has looked at');
select force_state(pg_temp.t(2), 'accepted');
select is((select title from open_similar('roads.surface', '00316', 105.801, 21, now(), 5)), 'Ổ gà trước số 126', 'with it once accepted');
select is((select count(*) from open_similar('roads.surface', '00316', 105.804, 21, now(), 5)), 0::bigint, 'not 400 metres away');
select is((select count(*) from open_similar('roads.surface', '00316', null, null, now() + interval '31 days', 5)), 0::bigint, 'nor an old one');
update ticket set visibility = 'private' where id = pg_temp.t(2);
select is((select count(*) from open_similar('roads.surface', '00316', null, null, now(), 5)), 0::bigint, 'nor a private one');
-- The name of the citizen is looked for by the server, in a contact that it alone opens.
create temp table c as select * from file('HN-SXD', p_contact := '\x0c');
select force_state(id, 'answered') from c;
create function pg_temp.words(p_login text) returns text language plpgsql as $$
begin
	perform enter(p_login);
	return (select concat_ws(' ', w.box, w.reads_contact, w.answer) from c, publication_words(c.id, (select version from ticket where id = c.id)) w);
end $$;
select is(pg_temp.words('officer.HN-SXD'), '\x0c f', 'with a word on who may read it');
select is(pg_temp.words('coordinator.HN-EIC'), '\x0c t', 'in both cases');
select is(attempt($$select pg_temp.words('legal_officer.HN-SXD')$$), 'TD403', 'for a proposal alone');
update contact set erased_at = now(), wrapped = null, box = null, phone_index = null, email_index = null where ticket = (select id from c);
select is(pg_temp.words('officer.HN-SXD'), 'f', 'and none that was erased');
select is((select count(*) from event where type = 'contact.read'), 0::bigint, 'which is no reading by somebody');

-- Once it is erased nobody can look for it: each version has a finding that says so, which who may read contacts confirms.
insert into t select 14, f.id, f.number from file('HN-SXD', p_contact := '\x0e') f;
select force_state(pg_temp.t(14), 'answered');
select pg_temp.propose('officer.HN-SXD', 14);
select is((select count(*) from publication_finding where ticket = pg_temp.t(14)), 0::bigint, 'nothing of the kind while there is a contact');
select contact_destroy(pg_temp.t(14), now());
select is(pg_temp.try(14, 'publish'), 'TD698', 'what waits is proposed anew');
select is((select f.value->>'kind' from json_array_elements(pg_temp.propose('officer.HN-SXD', 14, 1)::json->'findings') with ordinality f (value, n) where n = 1),
	'erased_contact', 'its finding comes first');
select is(pg_temp.try(14, 'publish'), 'TD493', 'and publishing waits for it');
create function pg_temp.confirm(p_login text, p_kind text) returns text language plpgsql as $$
begin
	perform enter(p_login);
	return attempt(format('select publication_confirm(%L, %L, now(), gen_random_uuid())', pg_temp.t(14),
		(select id from publication_finding where ticket = pg_temp.t(14) and kind = p_kind)));
end $$;
select is(pg_temp.confirm('officer.HN-SXD', 'phone'), 'ok', 'an officer confirms what is ordinary');
select is(pg_temp.confirm('officer.HN-SXD', 'erased_contact'), 'TD699', 'and not that the name is not there');
select is(pg_temp.confirm('coordinator.HN-EIC', 'erased_contact'), 'ok', 'who may read contacts does');
select enter('coordinator.HN-EIC');
select count(*) from publication_finding f, publication_confirm(pg_temp.t(14), f.id, now(), gen_random_uuid()) where f.ticket = pg_temp.t(14);
select is(pg_temp.try(14, 'publish'), 'ok', 'then it is published');
select is(attempt(format($$insert into publication_finding (ticket, kind) values (%L, 'name')$$, pg_temp.t(14))), 'publication_finding_whole', 'all others have a place');
select finish();
rollback;
