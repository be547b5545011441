-- Replies before they are published: drafts of two people, reviews, the signature under one's own proposal.
begin;
set search_path = test, tiepdan, public;
select plan(30);
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
select * from finish();
rollback;
