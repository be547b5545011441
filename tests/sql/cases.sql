-- Cases: several citizens, one answer. Who rates it and asks for a review, whose files are whose, how many may join.
begin;
set search_path = test, tiepdan, public;
select no_plan();
create function pg_temp.day(n numeric) returns timestamptz language sql as $$ select now() - interval '3 days' + n * interval '1 day' $$;
create temp table t as select n, f.id, f.number from generate_series(1, 30) n, file('HN-SXD', p_at := pg_temp.day(0),
	p_contact := ('\x' || to_hex(n + 16))::bytea) f;
create function pg_temp.t(n int) returns uuid language sql as $$ select id from t where t.n = $1 $$;
create function pg_temp.track(n int) returns jsonb language sql as $$ select track(number)::jsonb from t where t.n = $1 $$;
create function pg_temp.moves(n int) returns text[] language sql as $$
	select array_agg(m->>'action' order by m->>'action') from jsonb_array_elements(pg_temp.track(n)->'moves') m
$$;
create function pg_temp.merge(n int, p_into int) returns text language sql as $$
	select etag from move('head.HN-SXD', pg_temp.t(n), 'merge', pg_temp.day(0.5), p_into := pg_temp.t(p_into))
$$;
create function pg_temp.answer(n int, p_day numeric, p_officer text default 'officer.HN-SXD') returns void language sql as $$
	select move(p_officer, pg_temp.t(n), 'propose', pg_temp.day(p_day)), move('head.HN-SXD', pg_temp.t(n), 'approve', pg_temp.day(p_day))
$$;
create function pg_temp.rate(n int, p_score text, p_comment text default null) returns text language sql as $$
	select attempt(format('select tracking_rate(%s, 1, %L, %L, %L, %L, gen_random_uuid())', number, p_score, '{}', p_comment, pg_temp.day(1.5))) from t where t.n = $1
$$;
create function pg_temp.rated(n int, p_score text, p_comment text default null) returns void language sql as $$
	select tracking_rate(number, 1, p_score, '{}', p_comment, pg_temp.day(1.5), gen_random_uuid()) from t where t.n = $1
$$;
create function pg_temp.try(n int, p_action text, p_day numeric) returns text language sql as $$
	select attempt(format('select citizen(%s, %L, %L)', number, p_action, pg_temp.day(p_day))) from t where t.n = $1
$$;

-- 2 and 3 were merged into 1, 3 by way of 4.
select account_save('second.hn-sxd', 'Second officer', 'HN-SXD', '{officer}');
insert into session (id, account, expires_at) select id, id, now() + interval '1 day' from account where login = 'second.hn-sxd';
select pg_temp.merge(2, 1), pg_temp.merge(3, 4), pg_temp.merge(4, 1);
select move('officer.HN-SXD', pg_temp.t(1), 'accept', pg_temp.day(0.6)), move('officer.HN-SXD', pg_temp.t(1), 'claim', pg_temp.day(0.6));
select is(pg_temp.rate(2, 'satisfied'), 'TD409', 'nobody rates before the answer');
select is(pg_temp.moves(2), '{withdraw}', 'nor asks for a second look');
select is((pg_temp.track(3)->>'may_rate')::boolean, false, 'nor is it offered');
select pg_temp.answer(1, 1);

-- Ratings.
select is((select array_agg(pg_temp.track(n)->>'may_rate' order by n) from generate_series(1, 4) n), '{true,true,true,true}', 'all may rate');
create temp table own as select id, version, updated_at from ticket where id in (select pg_temp.t(n) from generate_series(2, 4) n);
create temp table root as select id, version, updated_at from ticket where id = pg_temp.t(1);
create temp table pages as select n, v.version from t, tracking_show(array[number], '{1}', '{null}', now(), now() + '1 day', now() + '1 day') v where n <= 4;
select pg_temp.rated(3, 'unsatisfied', 'Vá chưa kỹ.'), pg_temp.rated(2, 'satisfied', 'Rất nhanh.');
select is(pg_temp.rate(3, 'satisfied'), 'rating_once', 'each once');
select is(pg_temp.rate(1, 'satisfied'), 'ok', 'and whoever filed first, too');
select is(array[pg_temp.track(3)->'rating'->>'score', pg_temp.track(3)->>'may_rate', pg_temp.track(2)->'rating'->>'score'],
	'{unsatisfied,false,satisfied}', 'each sees the own one');
select is(pg_temp.track(1)->>'rating', null, 'and no other');
select is((select array_agg(p.n order by p.n) from pages p join t using (n), tracking_show(array[number], '{1}', '{null}', now(), now() + '1 day', now() + '1 day') v
	where v.version <> p.version), '{1,2,3,4}', 'pages of all are new ones');
select is((select count(*) from ticket join own using (id, version, updated_at)), 3::bigint, 'the tickets do not tell');
select is((select count(*) from event e where e.ticket in (select id from own) and type = 'ticket.rated'), 0::bigint, 'nor do their events');
select is((select array_agg(distinct concat(actor, public_vi, nullif(data - '{ticket,words}'::text[], '{}'))) from event e where e.ticket = pg_temp.t(1) and type = 'ticket.rated'), '{""}', 'nor those of the case');
select pg_temp.rated(1, 'acceptable', 'Tạm được.');
select is((select array_agg(distinct concat(actor, public_vi, nullif(data - '{ticket,words}'::text[], '{}'))) from event e where e.ticket = pg_temp.t(1) and type = 'ticket.rated'), '{""}', 'all are alike');
select is((select t.version - root.version from ticket t join root using (id)), 3::bigint, 'the ticket that stands for all changes by each alike');
select is((select count(*) from pages p join t using (n), tracking_show(array[number], '{1}', '{null}', now(), now() + '1 day', now() + '1 day') v
	where p.n = 1 and v.version <> p.version), 1::bigint, 'whose citizen has a new page all the same');
select is(ratings_of(pg_temp.t(1))::jsonb - 'comments', '{"satisfied": 1, "acceptable": 1, "unsatisfied": 1}', 'staff count them');
select is((select array_agg(c order by c) from json_array_elements_text(ratings_of(pg_temp.t(1))->'comments') c), '{"Rất nhanh.","Tạm được.","Vá chưa kỹ."}', 'and read what was written');
select is((select array_agg(rating_shown(pg_temp.t(n))::text) from generate_series(1, 4) n), '{NULL,NULL,NULL,NULL}', 'but never by whom');
update setting set value = 1 where name = 'rating_comments_most';
select is(json_array_length(ratings_of(pg_temp.t(1))->'comments'), 1, 'and not without end');
create temp table alone as select * from file('HN-SXD', p_at := pg_temp.day(0));
select move('officer.HN-SXD', (select id from alone), 'accept'), move('officer.HN-SXD', (select id from alone), 'claim'), move('officer.HN-SXD', (select id from alone), 'propose'),
	move('head.HN-SXD', (select id from alone), 'approve');
select tracking_rate(number, 1, 'satisfied', '{}', null, now(), gen_random_uuid()) from alone;
select is(rating_shown(id)->>'score', 'satisfied', 'of one citizen alone staff see it') from alone;

-- Reviews: whoever asks first asks for all.
select is((select array_agg(pg_temp.moves(n)::text order by n) from generate_series(1, 3) n),
	'{"{close,second_look}","{second_look,withdraw}","{second_look,withdraw}"}', 'all may ask for a second look');
select is((select m->>'until' from jsonb_array_elements(pg_temp.track(3)->'moves') m where m->>'action' = 'second_look'), instant(review_until(k, 'second_look')),
	'until the window of the answer ends') from ticket k where id = pg_temp.t(1);
select is(pg_temp.try(3, 'appeal', 1.6), 'TD442', 'a second look comes first');
select is(pg_temp.try(3, 'second_look', 40), 'TD440', 'in time');
create temp table v as select version from ticket where id = pg_temp.t(1);
select is(attempt(format('select citizen(%s, %L, p_version := 1)', number, 'second_look')), '55P03', 'at the version of the case') from t where n = 3;
select citizen(number, 'second_look', pg_temp.day(1.7), p_reason := 'Chỗ nhà tôi vẫn còn ổ gà, số điện thoại tôi đã gửi.') from t where n = 3;
select is((select array_agg(state order by n) from t join ticket using (id) where n <= 4), '{reopened,merged,merged,merged}', 'the case is open again');
select is((select version from ticket where id = pg_temp.t(1)), (select version + 1 from v), 'by one change');
select is((select asker from review where ticket = pg_temp.t(1)), pg_temp.t(3), 'it is known who asked');
select is((select array_agg(kind order by kind) from clock_running where ticket = pg_temp.t(1) and slot = slot_current() and kind = 'answer'), '{answer}', 'its clock begins anew');
select is((select array_agg(pg_temp.try(n, 'second_look', 1.8) order by n) from generate_series(1, 3) n), '{TD487,TD487,TD409}', 'the others are told that it is under way');
select is((select array_agg(pg_temp.moves(n)::text order by n) from generate_series(1, 3) n), '{"{withdraw}","{withdraw}","{withdraw}"}', 'it is not offered any more');
select is(jsonb_build_array(r->'own', r->'open', r->'reason'), '[true, true, "Chỗ nhà tôi vẫn còn ổ gà, số điện thoại tôi đã gửi."]', 'who asked reads it')
	from (select pg_temp.track(3)->'merged_into'->'reviews'->0 as r) x;
select is(jsonb_build_array(r->'own', r->'open', r->'reason', r->'level'), '[false, true, null, "second_look"]', 'another one only that it is so')
	from (select pg_temp.track(2)->'merged_into'->'reviews'->0 as r) x;
select matches(pg_temp.track(2)->'merged_into'->'reviews'->0->>'what_vi', '^Một người khác .* đang được tiến hành', 'in words');
select is(jsonb_build_array(r->'own', r->'open', r->'reason'), '[false, true, null]', 'and the citizen of the root, too') from (select pg_temp.track(1)->'reviews'->0 as r) x;
select ok(pg_temp.track(1)::text not like '%số điện thoại tôi%' and pg_temp.track(2)::text not like '%số điện thoại tôi%', 'nowhere');
select matches(reviews_of(pg_temp.t(1), null)->0->>'reason', 'vẫn còn ổ gà', 'staff read why');
select is((select array_agg(type order by at, type) from event where ticket = pg_temp.t(3) and at > pg_temp.day(1.6)), '{ticket.review_asked}', 'the own page has a step');
select is((select count(*) from notice_rule where merged and type in ('ticket.reopened', 'ticket.appealed')), 2::bigint, 'all are told of reviews');
select is(attempt($$select move('officer.HN-SXD', pg_temp.t(1), 'take_up', pg_temp.day(1.9))$$), 'TD443', 'another officer takes it up');
select move('second.HN-SXD', pg_temp.t(1), 'take_up', pg_temp.day(1.9));
select pg_temp.answer(1, 2, 'second.HN-SXD');
select is((pg_temp.track(2)->'merged_into'->'reviews'->0->>'open')::boolean, false, 'then there is a result');
select is(pg_temp.try(2, 'second_look', 2.1), 'TD487', 'nobody asks again');
select is(pg_temp.try(3, 'second_look', 2.1), 'TD441', 'who asked has asked');
select is(pg_temp.moves(2), '{appeal,withdraw}', 'but anybody may go on');
select citizen(number, 'appeal', pg_temp.day(2.2)) from t where n = 2;
select is((select state || ' ' || (holder <> department_id('HN-SXD')) from ticket where id = pg_temp.t(1)), 'appealed true', 'to the higher department');
select is(pg_temp.try(1, 'appeal', 2.3), 'TD487', 'once for all');
select is(jsonb_array_length(pg_temp.track(3)->'merged_into'->'reviews'), 2, 'both are told');

-- Files.
create function pg_temp.attach(n int, p_name text, p_purpose text default 'citizen', p_ready boolean default true) returns uuid language plpgsql as $$
declare
	v uuid := gen_random_uuid();
begin
	perform upload_begin(v, false, 100, p_name, sha256('a'), sha256('a'), now()), upload_complete(v, 100, p_name);
	perform attachment_link(pg_temp.t(n), v, p_purpose, case when p_purpose <> 'citizen' then (select id from account where login = 'officer.hn-sxd') end,
		case when p_purpose <> 'citizen' then department_id('HN-SXD') end, now() + n * interval '1 s');
	if p_ready then
		perform attachment_ready(v, 0, 'image/jpeg', 80, sha256(p_name::bytea), null, 8, 8);
	end if;
	return v;
end $$;
create function pg_temp.files(n int) returns text[] language sql as $$
	select array_agg(concat_ws(' ', item::json->>'name', item::json->'ticket'->>'own') order by item::json->>'name') from attachments_of(pg_temp.t(n), null, 100)
$$;
create temp table f as select pg_temp.attach(11, 'mot.jpg') as one, pg_temp.attach(12, 'hai.jpg') as two, pg_temp.attach(13, 'ba.jpg') as three,
	pg_temp.attach(12, 'ghi-chu.jpg', 'note') as note;
select pg_temp.merge(13, 12), pg_temp.merge(12, 11);
select enter('coordinator.HN-EIC');
select move('coordinator.HN-EIC', pg_temp.t(11), 'route', p_department := 'UB-00316');
select enter('officer.UB-00316');
select is(pg_temp.files(11), '{"ba.jpg false","ghi-chu.jpg false","hai.jpg false","mot.jpg true"}', 'the staff of the root has all of them, marked');
select is((select count(*) from attachments_of(pg_temp.t(11), (select key from attachments_of(pg_temp.t(11), null, 1) limit 1), 10)), 3::bigint, 'in pages');
select is(attempt('select pg_temp.files(12)'), 'TD404', 'by way of the root alone');
select is((select count(*) from f, attachment_seen(pg_temp.t(11), f.three)), 1::bigint, 'and may open them');
select is(attempt('select count(*) from f, attachment_seen(pg_temp.t(12), f.three)'), 'TD404', 'by way of the root alone, too');
select is((select count(*) from f, attachment_seen(pg_temp.t(11), (select pg_temp.attach(14, 'la.jpg')))), 0::bigint, 'no others');
select enter('leader.HN-EIC');
select is(pg_temp.files(11), '{"ba.jpg false","hai.jpg false","mot.jpg true"}', 'leaders do not have those of notes');
select is((select count(*) from f, attachment_seen(pg_temp.t(11), f.note)), 0::bigint, 'nor open them');
select is((select array_agg(i->>'name') from t, json_array_elements(attachments_tracked(number, 1)::json->'items') i where n = 11), '{mot.jpg}', 'the citizen of the root has the own ones');
select is((select array_agg(i->>'name') from t, json_array_elements(attachments_tracked(number, 1)::json->'items') i where n = 12), '{hai.jpg}', 'as have all others');
select is((select count(*) from t, f, attachment_tracked(t.number, 1, f.two) where n = 11), 0::bigint, 'and opens no other');
select move('coordinator.HN-EIC', pg_temp.t(12), 'unmerge');
select enter('officer.UB-00316');
select is(pg_temp.files(11), '{"mot.jpg true"}', 'afterwards they are with their own ticket');
select is((select count(*) from f, attachment_seen(pg_temp.t(11), f.two)), 0::bigint, 'alone');
select enter('officer.HN-SXD');
select is(pg_temp.files(12), '{"ba.jpg false","ghi-chu.jpg true","hai.jpg true"}', 'with what was merged into that');

-- Who was merged or joined goes on with files of their own.
create temp table late as select gen_random_uuid() as id;
select upload_begin(id, false, 100, 'bon.jpg', sha256('a'), sha256('a'), now()), upload_complete(id, 100, 'bon.jpg') from late;
select lives_ok($$select tracking_attach(number, 1, late.id, null, null, now(), gen_random_uuid()) from late, t where n = 13$$, 'a file of a merged ticket');
select is((select array_agg((ticket = pg_temp.t(13)) || ' ' || (public_vi is null)) from (select * from event where type = 'ticket.attached' order by public_vi nulls last) e
	where data->>'attachment' = (select id::text from late)), '{"true false","false true"}', 'of which the staff of the root reads');
select is(attempt(format('select tracking_attach(number, 1, %L, null, null, now(), gen_random_uuid()) from t where n = 2', gen_random_uuid())), 'TD562', 'as long as the case is open');

-- Parts have files of the whole, which keeps them.
create temp table p as select n, f.id, f.number from generate_series(1, 2) n, file('HN-TTRA', p_at := pg_temp.day(0 * n)) f;
create temp table w as select pg_temp.attach(20, 'chung.jpg') as one, pg_temp.attach(20, 'rieng.jpg') as two, pg_temp.attach(20, 'dang-kiem.jpg', 'citizen', false) as three;
create function pg_temp.split(p_files uuid[], p_parts int[]) returns text language sql as $$
	select s.etag from enter('coordinator.HN-EIC'), ticket_split(pg_temp.t(20), (select version from ticket where id = pg_temp.t(20)), array(select id from p order by n), p_files,
		array(select p.id from unnest(p_parts) with ordinality x (n, ord) join p using (n) order by ord), 'Thuộc đơn vị khác.', pg_temp.day(1), gen_random_uuid()) s
$$;
select is(attempt(format('select pg_temp.split(%L, %L)', array[f.one], '{1}')), 'TD568', 'only files of the whole') from f;
select is(attempt(format('select pg_temp.split(%L, %L)', array[three], '{1}')), 'TD567', 'that are ready') from w;
update setting set value = 1 where name = 'relations_most';
select is(attempt(format('select pg_temp.split(%L, %L)', '{}', '{}')), 'TD484', 'all parts fit, or none does');
update setting set value = 50 where name = 'relations_most';
select pg_temp.split(array[one, two, one, one], '{1,1,2,2}') from w;
select is((select array_agg(p.n || ' ' || a.name order by p.n, a.name) from p join attachment a on a.ticket = p.id), '{"1 chung.jpg","1 rieng.jpg","2 chung.jpg"}', 'each has what was named');
select is((select count(distinct hash) from attachment where name = 'chung.jpg'), 1::bigint, 'the same stored file');
select is((select count(*) from attachment where ticket = pg_temp.t(20)), 3::bigint, 'the whole keeps all');
select is((select array_agg(i->>'name') from p, json_array_elements(attachments_tracked(number, 1)::json->'items') i where n = 2), '{chung.jpg}', 'the citizen of the part has them');
select is((select array_agg(jsonb_array_length(data->'parts')) from event where ticket = pg_temp.t(20) and type = 'ticket.split'), '{2}', 'one event tells of all parts');
select is((select count(*) from ticket_relation where other = pg_temp.t(20) and kind = 'split_from'), 2::bigint, 'which are tied to it');

-- How many join.
create function pg_temp.join(n int, p_at timestamptz default now(), p_key bytea default null) returns text language plpgsql as $$
declare
	v record;
begin
	perform caller_enter('anyone', null, null, false, 60000);
	select f.id, x.id as into_ticket into v from join_target((select t.number from t where t.n = $1), p_key) x,
		file('HN-SXD', p_sight := 'private', p_policy := 0, p_at := p_at, p_key := p_key, p_fingerprint := p_key) f;
	return ticket_join(v.id, p_key, v.into_ticket, p_at, gen_random_uuid());
end $$;
update setting set value = 3 where name = 'joins_most';
update setting set value = 2 where name = 'joins_hour_most';
select pg_temp.join(21, now(), sha256('k')), pg_temp.join(21);
select is(attempt('select pg_temp.join(21)'), 'TD488', 'so many within an hour');
select is(attempt('select pg_temp.join(22)'), 'ok', 'of one ticket');
update ticket_merge set at = at - interval '2 hours' where into_ticket = pg_temp.t(21);
select is(attempt('select pg_temp.join(21)'), 'ok', 'later it goes on');
select pg_temp.join(21);
update ticket_merge set at = at - interval '2 hours' where into_ticket = pg_temp.t(21);
select is(attempt('select pg_temp.join(21)'), 'TD489', 'there is an end to it');
update ticket_merge set ended_at = now() where into_ticket = pg_temp.t(21);
select is(attempt('select pg_temp.join(21)'), 'TD489', 'that coming and going does not move');
select is(attempt($$select join_target(number, sha256('k')) from t where n = 21$$), 'ok', 'who has joined is answered again');

-- Who joined rates what is published.
create temp table j as select (pg_temp.join(24)::json)->>'code' is not null as joined;
insert into t select 40, k.id, k.number from ticket_merge m join ticket k on k.id = m.ticket where m.into_ticket = pg_temp.t(24);
select pg_temp.merge(25, 24);
select move('officer.HN-SXD', pg_temp.t(24), 'accept', pg_temp.day(0.6)), move('officer.HN-SXD', pg_temp.t(24), 'claim', pg_temp.day(0.6));
select pg_temp.answer(24, 1);
create function pg_temp.raters() returns text[] language sql as $$
	select array_agg(n || ' ' || pg_temp.rate(n, 'satisfied') || ' ' || (pg_temp.track(n)->>'may_rate') order by n) from unnest('{24,25,40}'::int[]) n
$$;
select is(pg_temp.raters(), '{"24 ok true","25 ok true","40 TD496 false"}', 'the letter is not theirs');
select enter('coordinator.HN-EIC');
select publication_propose(id, version, title, text, 'Đã vá xong mặt đường.', title, title, null, null, '{}', '{}', '{}', '{}', '{}', 0, false, pg_temp.day(1.1),
	gen_random_uuid()) from ticket where id = pg_temp.t(24);
select is(pg_temp.raters(), '{"24 ok true","25 ok true","40 TD496 false"}', 'nor is what may be published one day');
update publication set state = 'public' where ticket = pg_temp.t(24);
select is(pg_temp.raters(), '{"24 ok true","25 ok true","40 ok true"}', 'what everybody reads they rate');
update publication set answered_at = answered_at - interval '1 s' where ticket = pg_temp.t(24);
select is(pg_temp.raters(), '{"24 ok true","25 ok true","40 TD496 false"}', 'not what was answered before a second look');
update publication set answered_at = answered_at + interval '1 s', state = 'hidden' where ticket = pg_temp.t(24);
select is(pg_temp.raters(), '{"24 ok true","25 ok true","40 TD496 false"}', 'nor what is gone again');
select * from finish();
rollback;
