-- Replies before they are published: drafts of two people, reviews, the signature under one's own proposal.
begin;
set search_path = test, tiepdan, public;
select no_plan();
select account_save('second.hn-sxd', 'Second officer', 'HN-SXD', '{officer}'), account_save('both.hn-sxd', 'Head and officer', 'HN-SXD', '{head,officer}');
insert into session (id, account, expires_at) select id, id, now() + interval '1 day' from account where login in ('second.hn-sxd', 'both.hn-sxd');
create temp table t as select * from file('HN-SXD');
create function pg_temp.id() returns uuid language sql as $$ select id from t $$;
create function pg_temp.draft(p_login text, p_base bigint, p_text text) returns text language plpgsql as $$
declare
	d record;
begin
	perform enter(p_login);
	select * into d from reply_keep(gen_random_uuid(), pg_temp.id(), p_base, p_text, now(), gen_random_uuid());
	return coalesce('version ' || (d.body::json->>'reply_version'), 'conflict with ' || (('{' || d.conflict || '}')::json->'current'->>'version'),
		'conflict with none');
end $$;
create function pg_temp.review(p_login text, p_version bigint, p_verdict text, p_comment text default null) returns text language plpgsql as $$
begin
	perform enter(p_login);
	perform reply_review_write(gen_random_uuid(), pg_temp.id(), p_version, p_verdict, p_comment, clock_timestamp(), gen_random_uuid());
	return 'ok';
end $$;
create function pg_temp.try(p_login text, p_action text, p_text text) returns text language sql as $$
	select attempt(format('select move(%L, pg_temp.id(), %L, p_text := %L)', p_login, p_action, p_text))
$$;

select is(attempt($$select pg_temp.draft('officer.HN-SXD', 0, 'Dự thảo thứ nhất.')$$), 'TD409', 'no drafts before the work');
select move('officer.HN-SXD', pg_temp.id(), 'accept'), move('officer.HN-SXD', pg_temp.id(), 'claim');
select is(pg_temp.draft('officer.HN-SXD', 3, 'Dự thảo thứ nhất.'), 'conflict with none', 'of a version that is not there');
select is(pg_temp.draft('officer.HN-SXD', 0, 'Dự thảo thứ nhất.'), 'version 1', 'the first');
select is(pg_temp.draft('second.HN-SXD', 0, 'Dự thảo thứ hai.'), 'conflict with 1', 'another one of nothing');
select is(pg_temp.draft('second.HN-SXD', 1, 'Dự thảo thứ hai.'), 'version 2', 'the second');
select is(pg_temp.draft('officer.HN-SXD', 1, 'Dự thảo thứ hai.'), 'version 2', 'both wrote the same');
select is((select array_agg(data->>'version' order by data->>'version') from event where ticket = pg_temp.id() and type = 'reply.drafted'), '{1,2}',
	'an event for each that was kept');

-- Reviews.
select is(attempt($$select pg_temp.review('officer.HN-SXD', 1, 'ok')$$), 'TD412', 'only of the last version');
select is(attempt($$select pg_temp.review('officer.HN-SXD', 3, 'ok')$$), 'TD404', 'that there is');
select is(attempt($$select pg_temp.review('second.HN-SXD', 2, 'ok')$$), 'TD438', 'not of one''s own');
select is(attempt($$select pg_temp.review('officer.HN-TTRA', 2, 'ok')$$), 'TD404', 'nor of another department');
select is(attempt($$select pg_temp.review('coordinator.HN-EIC', 2, 'ok')$$), 'TD403', 'though it sees the ticket');
select is(attempt($$select pg_temp.review('officer.HN-SXD', 2, 'changes')$$), 'reply_review_says_what', 'what has to be changed is said');

update department set reply_review = true where code = 'HN-SXD';
select is(pg_temp.try('second.HN-SXD', 'propose', null), 'TD448', 'a draft without a review');
select pg_temp.review('officer.HN-SXD', 2, 'changes', 'Thiếu ngày hoàn thành.');
select is(pg_temp.try('second.HN-SXD', 'propose', null), 'TD448', 'or with a bad one');
select pg_temp.review('officer.HN-SXD', 2, 'ok');
select is(pg_temp.try('second.HN-SXD', 'propose', null), 'ok', 'the last verdict of each counts');
select is(pg_temp.try('second.HN-SXD', 'propose', 'Một câu trả lời khác.'), 'TD448', 'for this text alone');
select pg_temp.review('head.HN-SXD', 2, 'changes', 'Câu thứ hai chưa rõ.');
select is(pg_temp.try('second.HN-SXD', 'propose', null), 'TD448', 'that of everybody');
update department set reply_review = false where code = 'HN-SXD';

-- Signatures.
select move('both.HN-SXD', pg_temp.id(), 'propose', p_text := null);
select is(pg_temp.try('both.HN-SXD', 'approve', null), 'TD438', 'nobody signs what they proposed');
select is(pg_temp.try('head.HN-SXD', 'approve', null), 'ok', 'somebody else does');
-- Own is also what somebody else proposed: one's draft, and what one wrote of it before it came back.
select move('head.HN-SXD', pg_temp.id(), 'send_back');
select is(pg_temp.draft('both.HN-SXD', 3, 'Dự thảo của lãnh đạo phòng.'), 'version 4', 'a draft after it was proposed');
select is(pg_temp.draft('second.HN-SXD', 4, 'Dự thảo cuối cùng.'), 'version 5', 'somebody goes on');
select move('second.HN-SXD', pg_temp.id(), 'propose', p_text := null);
select is(pg_temp.try('both.HN-SXD', 'approve', null), 'TD438', 'nor does who edited it since');
select enter('both.HN-SXD');
select is((select count(*) from json_array_elements(moves_of((select t from ticket t where id = pg_temp.id()))) m where m->>'action' = 'approve'), 0::bigint, 'it is not offered');
select is(pg_temp.try('head.HN-SXD', 'approve', null), 'ok', 'but who sent it back may sign');
create temp table u as select * from file('HN-SXD');
update t set id = u.id from u;
select move('second.HN-SXD', pg_temp.id(), 'accept'), move('second.HN-SXD', pg_temp.id(), 'claim');
select pg_temp.draft('both.HN-SXD', 0, 'Dự thảo của lãnh đạo phòng.');
select move('second.HN-SXD', pg_temp.id(), 'propose', p_text := 'Dự thảo của lãnh đạo phòng, đã sửa.');
select is(pg_temp.try('both.HN-SXD', 'approve', null), 'TD438', 'nor who wrote the draft');
update move_role set alone = true where action = 'approve' and role = 'head';
select is(pg_temp.try('both.HN-SXD', 'approve', null), 'ok', 'or the table lets them');
create temp table d as select * from file('HN-EIC', 'data');
select move('data_officer.HN-EIC', d.id, a) from d, unnest('{accept,claim,propose}'::text[]) with ordinality a (a, n) order by n;
select is(attempt($$select move('data_officer.HN-EIC', (select id from d), 'approve')$$), 'ok', 'as it does data officers');

-- The letter of a refusal says why, and by which law, in both languages.
select results_eq($$select language, strpos(text, '{{what}}') > 0, strpos(text, '{{reason}}') from notice_template n
	where type in ('ticket.refused', 'ticket.redirected') and side = 'citizen' and version = (select max(version) from notice_template m
		where (m.type, m.side, m.language) = (n.type, n.side, n.language)) order by language, type$$,
	$$values ('en', true, 0), ('en', true, 0), ('vi', true, 0), ('vi', true, 0)$$, 'letters of refusals');
create temp table r as select * from file('HN-SXD');
select move('head.HN-SXD', (select id from r), 'refuse', p_reason_code := 'out_of_scope');
select is((select public_vi from event where ticket = (select id from r) and type = 'ticket.refused'),
	'Phiếu bị từ chối tiếp nhận: Nội dung không thuộc phạm vi tiếp nhận của kênh này. Căn cứ: Nghị định 154/2026/NĐ-CP Điều 4.', 'what they say');

-- Reviews that are asked for.
create function pg_temp.person(p_login text) returns uuid language sql as $$ select id from account where login = lower(p_login) $$;
create function pg_temp.ask(p_login text, p_version bigint, p_person text, p_role text default null, p_ticket uuid default pg_temp.id()) returns text language plpgsql as $$
begin
	perform enter(p_login);
	perform review_ask(gen_random_uuid(), p_ticket, p_version, pg_temp.person(p_person), p_role, clock_timestamp(), gen_random_uuid());
	return 'ok';
end $$;
create function pg_temp.asked(p_login text, p_version bigint, p_person text, p_role text default null) returns text language sql as $$
	select attempt(format('select pg_temp.ask(%L, %L, %L, %L)', p_login, p_version, p_person, p_role))
$$;
create function pg_temp.waits(p_login text, p_own boolean default false) returns text[] language plpgsql as $$
begin
	perform enter(p_login);
	return array(select concat_ws(' ', i.item::json->>'version', i.item::json->'person'->>'name', i.item::json->>'role') from review_request_list(p_own, null, 10) i);
end $$;
create function pg_temp.requests() returns text[] language sql as $$
	select array_agg(state order by at) from review_request where ticket = pg_temp.id()
$$;
truncate t;
insert into t select * from file('HN-SXD');
select move('officer.HN-SXD', pg_temp.id(), 'accept'), move('officer.HN-SXD', pg_temp.id(), 'claim');
select is(pg_temp.asked('officer.HN-SXD', 1, 'second.HN-SXD'), 'TD404', 'of a draft that there is');
select pg_temp.draft('officer.HN-SXD', 0, 'Đã vá mặt đường.');
select is((select array_agg(pg_temp.asked(who, 1, p, r)) from (values ('officer.HN-SXD', 'officer.HN-SXD', null), ('second.HN-SXD', 'officer.HN-SXD', null),
	('officer.HN-SXD', 'leader.HN-SXD', null), ('officer.HN-SXD', 'head.HN-TTRA', null), ('officer.HN-SXD', null, 'press_officer'),
	('officer.HN-TTRA', 'second.HN-SXD', null), ('coordinator.HN-EIC', 'second.HN-SXD', null), ('second.HN-SXD', 'second.HN-SXD', null)) x (who, p, r)),
	'{TD497,TD497,TD497,TD497,TD497,TD404,TD403,TD497}', 'not the author, nor who cannot review it; nor by others');
select is(pg_temp.asked('officer.HN-SXD', 1, 'second.HN-SXD', 'officer'), 'review_request_whom', 'one of both');
select pg_temp.ask('officer.HN-SXD', 1, 'second.HN-SXD'), pg_temp.ask('officer.HN-SXD', 1, null, 'head');
select is(pg_temp.asked('second.HN-SXD', 1, null, 'head'), 'review_request_once', 'once at a time');
select is(pg_temp.waits('second.HN-SXD'), '{"1 Second officer"}', 'it waits for whom it was asked of');
select is(pg_temp.waits('both.HN-SXD'), '{"1 head"}', 'or for all with the role');
select is(pg_temp.waits('officer.HN-SXD') || pg_temp.waits('head.HN-TTRA'), '{}', 'for nobody else');
select is(pg_temp.waits('officer.HN-SXD', true), '{"1 Second officer","1 head"}', 'who asked sees what is open');
select pg_temp.review('both.HN-SXD', 1, 'ok');
select is(pg_temp.requests(), '{asked,done}', 'one of them does it for all');
select is(pg_temp.waits('head.HN-SXD'), '{}', 'then it waits for none');
select pg_temp.draft('officer.HN-SXD', 1, 'Đã vá xong mặt đường.');
select is(pg_temp.requests(), '{lapsed,done}', 'of a text that is changed nobody is asked any more');
select pg_temp.ask('officer.HN-SXD', 2, 'second.HN-SXD'), pg_temp.ask('both.HN-SXD', 2, null, 'officer');
select is(attempt(format('select review_withdraw(%L, now(), gen_random_uuid()) from enter(%L)', id, who)), says, who || ' ' || coalesce(role, 'person'))
	from review_request, (values ('officer.HN-SXD', null, 'ok'), ('head.HN-SXD', null, 'ok'), ('second.HN-SXD', null, 'TD403'), ('head.HN-TTRA', null, 'TD404'),
		('coordinator.HN-EIC', null, 'TD403'), ('officer.HN-SXD', 'officer', 'TD403')) x (who, r, says) where ticket = pg_temp.id() and state = 'asked' and role is not distinct from r;
select review_withdraw(id, now(), gen_random_uuid()) from enter('officer.HN-SXD'), review_request where ticket = pg_temp.id() and state = 'asked' and role is null;
select is(attempt(format('select review_withdraw(%L, now(), gen_random_uuid())', id)), 'TD498', 'once') from review_request where state = 'withdrawn';
select is(pg_temp.waits('second.HN-SXD'), '{"2 officer"}', 'and so it is gone');
select is((select array_agg(x->>'state' order by x->>'state') from json_array_elements(review_requests_of(pg_temp.id(), 2)) x), '{asked,withdrawn}', 'the version tells');
-- Whoever has had the ticket before is not asked, and what is decided on waits for nobody; four eyes are as before.
insert into ticket_excluded values (pg_temp.id(), pg_temp.person('second.HN-SXD'), 'handled');
select is(pg_temp.waits('second.HN-SXD'), '{}', 'not of who is kept away');
select is(pg_temp.asked('officer.HN-SXD', 2, 'second.HN-SXD'), 'TD497', 'who is not asked either');
delete from ticket_excluded;
select move('officer.HN-SXD', pg_temp.id(), 'propose', p_text := null);
select is(pg_temp.requests(), '{lapsed,done,withdrawn,lapsed}', 'a proposal is a version of its own');
select pg_temp.ask('officer.HN-SXD', 3, 'both.HN-SXD');
select is(pg_temp.try('head.HN-SXD', 'approve', null), 'ok', 'a review that waits stops no signature');
select move('head.HN-SXD', pg_temp.id(), 'approve');
select is((select count(*) from review_request where state = 'asked'), 0::bigint, 'after which it waits no more');
select is(attempt(format('select review_withdraw(%L, now(), gen_random_uuid()) from enter(%L)', gen_random_uuid(), 'head.HN-SXD')), 'TD404', 'one that is not there');
select * from finish();
rollback;
