-- Requests about personal data: limits by day, who may see to them, the clocks, restriction, warnings.
begin;
set search_path = test, tiepdan, public;
select plan(88);
create function pg_temp.id(n int) returns uuid language sql as $$ select format('00000000-0000-0000-0000-%s', lpad(n::text, 12, '0'))::uuid $$;
select is_empty($$select * from import_rows('data_request_limits', '[{"line": 2, "kind": "see", "first_amount": "2", "first_unit": "wd", "amount": "15", "unit": "cd",
	"extension": "15", "citation_vi": "Luật cũ", "citation_en": "Old law", "valid_to": "2026-01-01"}, {"line": 3, "kind": "see", "first_amount": "2", "first_unit": "wd",
	"amount": "10", "unit": "cd", "extension": "10", "citation_vi": "Luật", "citation_en": "Law", "valid_from": "2026-01-01"}, {"line": 4, "kind": "delete",
	"first_amount": "2", "first_unit": "wd", "amount": "20", "unit": "cd", "extension": "0", "citation_vi": "Luật", "citation_en": "Law"}]')$$, 'limits');
select is_empty($$select * from import_rows('data_request_reasons', '[{"line": 2, "code": "law_keeps", "text_vi": "Phải lưu trữ", "text_en": "It is kept", "basis_vi": "Luật",
	"basis_en": "Law"}, {"line": 3, "code": "old", "text_vi": "Cũ", "text_en": "Old", "basis_vi": "Luật", "basis_en": "Law", "valid_to": "2026-01-01"}]')$$, 'and grounds');
select isnt_empty($$select * from import_rows('data_request_limits', '[{"line": 2, "kind": "forget", "first_amount": "2", "first_unit": "h", "amount": "0", "unit": "cd",
	"extension": "1", "citation_vi": "L", "citation_en": "L"}]')$$, 'what is none of the law is told');
select is((select count(*) from import_row where kind in ('data_request_limits', 'data_request_reasons')), 5::bigint, 'they are rows of the configuration');
select is((data_request_terms('see')).amount, 10, 'the row of today counts');
select is(attempt($$select data_request_terms('object')$$), 'TD664', 'no limit, no request');

create temp table x as select f.id, f.number from file('HN-SXD', p_contact := sha256('c')) f;
create function pg_temp.ask(n int, p_kind text) returns text language sql as $$
	select data_request_file_tracked(x.number, 1, pg_temp.id(n), p_kind, 'Xin được xem dữ liệu.', now(), now() + interval '2 days', now() + interval '10 days', gen_random_uuid()) from x
$$;
select caller_enter('ticket', null, null, false, 60000);
select is(pg_temp.ask(1, 'see')::json->>'state', 'received', 'a citizen asks');
select pg_temp.ask(2, 'delete');
update setting set value = 2 where name = 'data_requests_most';
select is(attempt('select pg_temp.ask(3, ''see'')'), 'TD665', 'not without end');
select is((select count(*) from event e, x where e.ticket = x.id and e.type = 'request.filed' and e.public_vi is not null), 2::bigint, 'the citizen reads of it');

select enter('head.HN-SXD');
select is(attempt('select data_request_list(false, null, 10)'), 'TD403', 'a head sees none');
select is(attempt(format('select data_request_show(%L)', pg_temp.id(1))), 'TD403', 'nor one');
select enter('data_officer.HN-EIC');
select is((select count(*) from data_request_list(false, null, 10)), 2::bigint, 'the data officer sees both');
select is(attempt(format('select data_request_acknowledge(%L, 2, ''Đã nhận'', now(), gen_random_uuid())', pg_temp.id(1))), 'TD412', 'of the version that was read');
select data_request_acknowledge(pg_temp.id(1), 1, 'Đã nhận', now(), gen_random_uuid());
select is((select next_due = due_at from data_request where id = pg_temp.id(1)), true, 'after the first reply the answer is due');
select is(attempt(format('select data_request_facts(%L, 1, now())', pg_temp.id(2))), 'TD667', 'a kind that is not extended');
select is(attempt(format('select data_request_facts(%L, 2, now() + interval ''11 days'')', pg_temp.id(1))), 'TD667', 'nor what is overdue');
select is(attempt(format('select data_request_end(%L, 2, ''old'', ''Không được'', now(), gen_random_uuid())', pg_temp.id(1))), 'TD669', 'no ground that has ended');

-- Warnings.
update account set email = 'x@example.org' where login in ('data_officer.hn-eic', 'data_officer.hn-sxd');
insert into ticket_excluded (ticket, account, reason) select x.id, a.id, 'named' from x, account a where a.login = 'data_officer.hn-sxd';
select is(data_requests_warn(now(), now() + interval '3 days', 100), 1::bigint, 'what is due soon');
select is(data_requests_warn(now(), now() + interval '3 days', 100), 0::bigint, 'once');
select is((select array_agg(a.login) from notice n join account a on a.id = n.account where n.type = 'request.due'), '{data_officer.hn-eic}',
	'is told those whom it does not concern');

-- What is not deleted is restricted.
select data_request_end(pg_temp.id(2), 1, 'law_keeps', 'Phải lưu trữ', now(), gen_random_uuid());
select is((select count(*) from ticket_restriction r, x where r.ticket = x.id), 1::bigint, 'a refusal to delete restricts');
select enter('legal_officer.HN-SXD');
select is(attempt(format('select contact_read(%L, ''liên hệ'', gen_random_uuid())', id)), 'TD668', 'nobody reads the contact') from x;
select enter('coordinator.HN-EIC');
select is(attempt(format('select ticket_restriction_lift(%L, gen_random_uuid(), now())', id)), 'TD403', 'nor lifts it') from x;
select enter('data_officer.HN-EIC');
select lives_ok(format('select ticket_restriction_lift(%L, gen_random_uuid(), now())', id), 'but the data officer') from x;

-- Who came without a ticket is found, and forgotten after the days.
select enter('data_officer.HN-EIC');
create function pg_temp.came(n int, p_phone bytea, p_email bytea) returns text language sql as $$
	select data_request_file_staff(pg_temp.id(n), null, 'counter', 'Đã xem thẻ', 'see', 'Xin được xem dữ liệu.', now(), now() + interval '2 days',
		now() + interval '10 days', 1, 'a', 'b', sha256('c'), p_phone, p_email, gen_random_uuid())
$$;
select pg_temp.came(4, sha256('p'), null), pg_temp.came(5, null, sha256('e'));
select is((select array_agg((d->>'id')::uuid) from json_array_elements(personal_data_search(sha256('p'), sha256('e'), 'Yêu cầu số 1', array_fill(pg_temp.id(99), '{9}'), now())::json
	->'data_requests') d), array[pg_temp.id(5), pg_temp.id(4)], 'a search finds what somebody asked at the counter');
select is((select array_agg(ticket) from personal_data_export(sha256('p'), sha256('e'), null, 'Yêu cầu số 2', array_fill(gen_random_uuid(), '{1}'), now(), now())),
	array[pg_temp.id(5), pg_temp.id(4)], 'so does an export, page by page');
select is((select body::json#>>'{data_request,id}' from personal_data_export(sha256('p'), null, null, 'Yêu cầu số 2', array_fill(gen_random_uuid(), '{1}'), now(), now())),
	pg_temp.id(4)::text, 'and has it');
select data_request_end(pg_temp.id(4), 1, null, 'Đã cho xem', now() - interval '1826 days', gen_random_uuid());
select is(data_requests_forget(now() - interval '2 days', 100), 0::bigint, 'it is kept until its day');
select is(data_requests_forget(now(), 100), 1::bigint, 'and forgotten then');
select is((select count(*) from data_request where id in (pg_temp.id(4), pg_temp.id(5))), 1::bigint, 'what is open stays');
select is((select count(*) from contact where ticket = pg_temp.id(4)), 0::bigint, 'the contact goes with it');
select is((select array[data->>'kind', data->>'state', data->>'kept_days'] from event where type = 'request.forgotten' and data->>'request' = pg_temp.id(4)::text),
	'{see,answered,1825}', 'an event says so');
select is((select count(*) from data_request d, x where d.ticket = x.id), 2::bigint, 'those of a ticket stay as long as it');
select data_request_file_staff(pg_temp.id(8), x.id, 'counter', 'Đã xem thẻ', 'see', 'Xin được xem dữ liệu.', now(), now() + interval '2 days',
	now() + interval '10 days', 1, 'a', 'b', sha256('c8'), sha256('p8'), null, gen_random_uuid()) from x;
select is(data_requests_forget(now() + interval '6 years', 100), 0::bigint, 'who asked about a ticket is known while it is open');
select data_request_end(pg_temp.id(8), 1, null, 'Đã cho xem', now() - interval '1826 days', gen_random_uuid());
select is(data_requests_forget(now() - interval '2 days', 100), 0::bigint, 'and until its day');
select is(array[data_requests_forget(now(), 100), data_requests_forget(now(), 100)], '{1,0}', 'and forgotten then, once');
select is((select array[d.phone_index is null, d.identity is null, d.forgotten_at is not null, c.box is null, c.erased_at is not null, d.text is not null] from data_request d
	join contact c on c.ticket = d.id where d.id = pg_temp.id(8)), '{t,t,t,t,t,t}', 'the contact goes and how they proved who they are, what was asked stays');
select is((select count(*) from event e, x where e.ticket = x.id and e.type = 'request.person_forgotten' and e.data->>'request' = pg_temp.id(8)::text and e.public_vi is null),
	1::bigint, 'an event of the ticket says so');
update data_request set identity = 'Đã xem thẻ' where id = pg_temp.id(8);
select is(data_requests_forget(now(), 100), 1::bigint, 'what was forgotten before without that is forgotten whole');

-- What is granted is done.
insert into data_request_limit select k, 2, 'wd', 15, 'cd', 15, 'Luật', 'Law', null, null from unnest('{object,withdraw,protect}'::text[]) k;
update setting set value = 9 where name = 'data_requests_most';
create temp table y as select f.id, f.number, k.kind, row_number() over () + 10 as n from unnest('{object,withdraw,protect,delete,withdraw,delete}'::text[]) with ordinality k (kind, i)
	cross join lateral file('HN-SXD', p_kind := case when k.i > 4 then 'complaint' else 'feedback' end, p_contact := sha256('c')) f order by k.i;
select caller_enter('ticket', null, null, false, 60000);
select data_request_file_tracked(number, 1, pg_temp.id(n::int), kind, 'Đề nghị như vậy.', now(), now() + interval '2 days', now() + interval '10 days', gen_random_uuid()) from y;
select enter('data_officer.HN-EIC');
select data_request_end(pg_temp.id(n::int), 1, null, 'Đã thực hiện', now(), gen_random_uuid()) from y where n < 16;
create function pg_temp.what(n int) returns text language sql as $$ select concat_ws(' ', (select string_agg(what, ',' order by what) from ticket_restriction r where r.ticket = y.id),
	(select case when erased_at is null then 'kept' else 'erased' end from contact where ticket = y.id)) from y where y.n = $1 $$;
select is(pg_temp.what(11), 'letters,publication kept', 'who objects is not written to and nothing is published');
select is(pg_temp.what(12), 'publication erased', 'who withdraws is erased');
select is(pg_temp.what(13), 'data kept', 'what is protected is only stored');
select is(pg_temp.what(14), 'publication erased', 'what is granted to be deleted is erased by the same decision');
select is(pg_temp.what(15), 'data,publication kept', 'what the law needs is only stored');
select is(attempt(format('select data_request_end(%L, 1, null, ''Đã thực hiện'', now(), gen_random_uuid())', pg_temp.id(16))), 'TD636', 'and not deleted');
select is((select array_agg(e.data->'what' order by y.n) from y join event e on e.ticket = y.id and e.type = 'data.restricted' where y.n in (11, 12)),
	array['["letters", "publication"]', '["publication"]']::jsonb[], 'events say what');
select is((select count(*) from y join event e on e.ticket = y.id and e.type = 'contact.erased' and e.data ? 'request'), 2::bigint, 'and of what was erased');
create function pg_temp.late(n int, p_type text) returns boolean language sql as $$ select notice_late(jsonb_populate_record(null::notice, jsonb_build_object('id', y.id, 'ticket', y.id,
	'type', p_type, 'audience', 'citizen', 'event_at', now(), 'event', y.id)), now()) from y where y.n = $1 $$;
select is(array[pg_temp.late(11, 'ticket.answered'), pg_temp.late(11, 'request.answered'), pg_temp.late(13, 'ticket.answered')], '{t,f,f}', 'letters about requests go on');
select is((data_request_item(d, true)::jsonb)->'restrictions', '["letters", "publication"]', 'who sees to it reads of it') from data_request d where id = pg_temp.id(11);
-- Who reads it: the department that has it, others with a reason; strangers find nothing similar.
create function pg_temp.reads(n int) returns boolean language sql as $$ select sees(t) from y join ticket t on t.id = y.id where y.n = $1 $$;
select enter('coordinator.HN-EIC');
select is(array[pg_temp.reads(11), pg_temp.reads(13)], '{t,f}', 'who sees all does not read what is only stored');
select enter('officer.HN-SXD');
select is(pg_temp.reads(13), true, 'the department that has it does');
select enter('leader.HN-EIC');
update session set means = 'password' where id = caller_session();
select glass_break(id, 'Kiểm tra theo đơn', gen_random_uuid(), now()) from y where n = 13;
select enter('leader.HN-EIC');
select is(array[(select count(*) from event e join y on y.id = e.ticket where e.type = 'access.broken' and y.n = 13),
	(select count(*) from glass g join y on y.id = g.ticket where y.n = 13)], '{1,1}', 'others with a reason that is recorded');
select set_eq($$ select y.n from y join ticket t on t.id = y.id where n < 15 and alike_public(t) $$, $$ select n from y where n in (11, 12, 14) $$, 'strangers find nothing similar');
create function pg_temp.near() returns bigint language sql as $$ select count(*) from y join ticket t on t.id = y.id and y.n = 11,
	open_similar(t.category, coalesce(t.area, '00316'), null, null, now(), 200) $$;
update ticket set area = '00316' where id in (select id from y);
create temp table near as select pg_temp.near() as n;
update ticket set restricted = true where id = (select id from y where n = 12);
select is((select n from near) - pg_temp.near(), 1::bigint, 'nor anything near');
update ticket set restricted = false where id = (select id from y where n = 12);
select enter('data_officer.HN-EIC');
create function pg_temp.split(n int) returns text language sql as $$
	select attempt(format('select kind from split_source(%L, %s)', t.id, t.version)) from y join ticket t on t.id = y.id where y.n = $1
$$;
select enter('coordinator.HN-EIC');
select is(array[pg_temp.split(11), pg_temp.split(13)], '{TD668,TD404}', 'no parts are made of it, which would have the contact without the restriction');
select enter('data_officer.HN-EIC');
select ticket_restriction_lift(id, gen_random_uuid(), now()) from y where n = 11;
select enter('coordinator.HN-EIC');
select is(pg_temp.split(11), 'ok', 'but when it is lifted');
select enter('data_officer.HN-EIC');
select is(array[pg_temp.what(11), pg_temp.late(11, 'ticket.answered')::text], '{kept,false}', 'until it is lifted');
-- A letter that something is due, which was answered meanwhile.
select data_requests_warn(now(), now() + interval '3 days', 100);
create function pg_temp.due() returns setof boolean language sql as $$ select notice_late(n, now()) from notice n join event e on e.at = n.event_at and e.id = n.event
	where n.type = 'request.due' and e.data->>'request' = pg_temp.id(16)::text $$;
select is((select array_agg(d) from pg_temp.due() d), '{f,f}', 'a letter says that it is due');
select data_request_end(pg_temp.id(16), 1, 'law_keeps', 'Phải lưu trữ', now(), gen_random_uuid());
select is((select array_agg(d) from pg_temp.due() d), '{t,t}', 'and is taken back when it was answered');

-- What the law needs goes when the ticket has ended, if nobody has thought better of it.
create function pg_temp.waits(n int) returns boolean language sql as $$ select (data_request_item(d, false)::jsonb->>'erases_at_end')::boolean from data_request d where id = pg_temp.id(n) $$;
select data_request_file_staff(pg_temp.id(17), id, 'counter', 'Đã xem thẻ', 'vi', 'withdraw', 'Tôi rút lại sự đồng ý.', now(), now() + interval '2 days',
	now() + interval '10 days', 1, 'a', 'b', sha256('c17'), null, null, gen_random_uuid()) from y where n = 16;
select is((data_request_end(pg_temp.id(17), 1, null, 'Đã ghi nhận', now(), gen_random_uuid())).body::json->>'erases_at_end', 'true', 'the answer says what is still to come');
select is(array[pg_temp.waits(15), pg_temp.waits(12)], '{t,f}', 'as it waits for the end');
select is(data_requests_forget(now(), 100), 0::bigint, 'while the ticket is open the contact stays');
select ticket_restriction_lift(id, gen_random_uuid(), now()) from y where n = 16;
select is(pg_temp.waits(17), false, 'who is processed again is not erased at the end');
create function pg_temp.stands(p_state text, p_ago interval) returns text[] language plpgsql as $$
begin
	set local session_replication_role = replica;
	update ticket set state = p_state, done = true, updated_at = now() - p_ago where id in (select id from y where n in (15, 16));
	set local session_replication_role = origin;
	return array[p_state, data_requests_forget(now(), 100)::text];
end $$;
select is(pg_temp.stands('answered', '1 d'), '{answered,0}', 'an answer can still be appealed');
select is(pg_temp.stands('closed', '1 min'), '{closed,0}', 'and the last letter goes before');
insert into notice (id, event, event_at, ticket, type, audience, language, urgent, made_at, next_at)
	select pg_temp.id(900), e.id, e.at, e.ticket, 'ticket.closed', 'citizen', 'vi', false, now(), now() from y join event e on e.ticket = y.id where y.n = 15 limit 1;
select is(pg_temp.stands('closed', '2 h'), '{closed,0}', 'however long it waits');
update notice set state = 'sent', sent_at = now() where id = pg_temp.id(900);
select is(array[data_requests_forget(now(), 100), data_requests_forget(now(), 100)], '{1,0}', 'then it goes, once');
select is(array[pg_temp.what(15), pg_temp.what(16)], '{publication erased,kept}', 'and is not restricted any more');
select is((select count(*) from y join event e on e.ticket = y.id and e.type = 'contact.erased' and e.actor_kind = 'job' and e.public_vi is not null where y.n = 15), 1::bigint,
	'which the citizen reads');

-- Letters to staff have no words of what is only stored.
select data_request_file_staff(pg_temp.id(20 + n::int), id, 'counter', 'Đã xem thẻ', 'vi', 'see', 'Xin xem dữ liệu.', now(), now() + interval '1 day',
	now() + interval '10 days', 1, 'a', 'b', sha256('c'), null, null, gen_random_uuid()) from y where n in (12, 13);
select data_requests_warn(now(), now() + interval '3 days', 100);
select is((select array_agg(distinct y.n || ' ' || (c.title = t.title) order by y.n || ' ' || (c.title = t.title)) from notice_claim(now(), now() + interval '1 min', 100, 'x.example', 'UTC', 'http://x') c
	join y on y.id = c.ticket join ticket t on t.id = y.id where y.n in (12, 13) and not c.citizen), '{"12 true","13 false"}', 'a letter to staff names no title of what is restricted');

-- The texts are under the record.
create function pg_temp.said(n int) returns bigint language sql as $$ select count(*) from word w join data_request d on d.id::text = w.key
	join event e on e.id = w.event and e.data->'words' @> jsonb_build_array(jsonb_build_array(w.of, w.key, w.version, w.said))
	where w.of = 'data_request' and d.id = pg_temp.id(n) and w.said = event_commitment(w.salt,
		jsonb_build_array(d.text, d.identity, d.first_reply, d.extended_for, d.reply, d.kind, d.channel, d.filed_by::text, d.state, d.extended_by::text,
			d.ended_by::text, d.reason_code)::text) $$;
select is(array[pg_temp.said(5), pg_temp.said(2), pg_temp.said(8), pg_temp.said(11)], '{1,1,1,1}', 'events have commitments to what was asked and answered, of a ticket or of none');
select is((select version from word where of = 'data_request' and key = pg_temp.id(2)::text), 2, 'the answer, too');
select is((select count(*) from word where of = 'data_request' and key = pg_temp.id(4)::text), 0::bigint, 'it goes with a request that is forgotten');
select is((select count(*) from words_of(array(select id from x)) where of = 'data_request'), 3::bigint, 'or with its ticket');

-- Letters to who came and left an e-mail.
create function pg_temp.letters(n int) returns text language sql as $$ select string_agg(type || ' ' || state, ',' order by type) from data_request_letter where request = pg_temp.id(n) $$;
select pg_temp.came(6, null, sha256('e6')), pg_temp.came(7, sha256('p7'), null);
select is(pg_temp.letters(6), null, 'no letter that somebody came');
select data_request_acknowledge(pg_temp.id(7), 1, 'Đã nhận', now(), gen_random_uuid()), data_request_acknowledge(pg_temp.id(6), 1, 'Đã nhận', now(), gen_random_uuid());
select is(array[pg_temp.letters(6), pg_temp.letters(7)], '{data_request.acknowledged waiting,NULL}', 'the first reply is told whom there is an e-mail of');
select data_request_end(pg_temp.id(6), 2, null, 'Đã cho xem', now(), gen_random_uuid());
select is(pg_temp.letters(6), 'data_request.acknowledged cancelled,data_request.answered waiting', 'what has not gone yet is said by the next');
create temp table letter as select * from data_request_letters(now(), now() + interval '1 min', 10, 'x.example', 'UTC');
select is((select owner || ' ' || (code = (select number::text from data_request where id = pg_temp.id(6))) || ' ' || (box is not null) || ' ' || attempts from letter),
	pg_temp.id(6) || ' true true 1', 'it is taken with the sealed contact');
select is((select count(*) from letter where subject like 'Đã trả lời yêu cầu số {{code}}%' and body like '%{{sender}}%'), 1::bigint, 'and its words');
select notices_hold(array[(select id from letter)], array[now() + interval '1 h']);
select is((select count(*) from data_request_letters(now(), now() + interval '1 min', 10, 'x.example', 'UTC')), 0::bigint, 'at night it is held');
select count(*) from data_request_letters(now() + interval '1 h', now() + interval '61 min', 10, 'x.example', 'UTC');
select notice_done((select id from letter), 1, 'sent', true, null, null, now());
select is(pg_temp.letters(6), 'data_request.acknowledged cancelled,data_request.answered sent', 'and sent then');
update data_request_letter set state = 'cancelled', sent_at = null where id = (select id from letter);
select is(notice_done((select id from letter), 1, 'failed', true, 'later', now(), now()), 0::bigint, 'one that the next took the place of on its way is not tried again');
select is(notice_done((select id from letter), 1, 'sent', true, null, null, now()), 1::bigint, 'but where it has gone it says so');
select is(pg_temp.letters(6), 'data_request.acknowledged cancelled,data_request.answered sent', 'as the other one');
-- One that is being sent is said by the next, too: what came of it is not told any more.
select pg_temp.came(9, null, sha256('e9'));
select data_request_acknowledge(pg_temp.id(9), 1, 'Đã nhận', now(), gen_random_uuid());
create temp table sending as select * from data_request_letters(now(), now() + interval '1 min', 10, 'x.example', 'UTC');
select data_request_end(pg_temp.id(9), 2, null, 'Đã cho xem', now(), gen_random_uuid());
select notice_done((select id from sending), 1, 'waiting', false, null, now(), now());
select is(pg_temp.letters(9), 'data_request.acknowledged cancelled,data_request.answered waiting', 'a letter that is tried again does not come after the answer');
-- In the language of who asked, and not when it is old.
select data_request_file_staff(pg_temp.id(40 + n), null, 'counter', 'Đã xem thẻ', 'en', 'see', 'Xin được xem dữ liệu.', now(), now() + interval '2 days',
	now() + interval '10 days', 1, 'a', 'b', sha256('c'), null, sha256('e'), gen_random_uuid()) from generate_series(0, 1) n;
select data_request_acknowledge(pg_temp.id(40 + n), 1, 'Đã nhận', now() - interval '73 h' * n, gen_random_uuid()) from generate_series(0, 1) n;
select is((select array_agg(subject || ' ' || owner) from data_request_letters(now(), now() + interval '1 min', 10, 'x.example', 'UTC') where owner <> pg_temp.id(9)),
	array['Your request no. {{code}} about personal data was taken up ' || pg_temp.id(40)], 'a letter is in the language of who asked');
select is((select state || ' ' || error from data_request_letter where request = pg_temp.id(41)), 'cancelled late', 'what is old is not told any more');
update setting set value = 1 where name = 'notice_stale_hours';
select data_request_extend(pg_temp.id(40), 2, 'Nhiều đơn vị', now() + interval '12 days', now(), gen_random_uuid());
select is((select count(*) from data_request_letters(now() + interval '12 h', now() + interval '13 h', 10, 'x.example', 'UTC') where owner = pg_temp.id(40)), 1::bigint,
	'but a night is waited for');
select * from finish();
rollback;
