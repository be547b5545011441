-- The main job from filing to rating, and every refusal on the way.
begin;
set search_path = test, tiepdan, public;
select plan(62);
create temp table t as select * from file('HN-SXD', p_contact := '\x01');
create function pg_temp.id() returns uuid language sql as $$ select id from t $$;
create function pg_temp.at(n int) returns timestamptz language sql as $$ select now() + n * interval '1 minute' $$;
create function pg_temp.try(p_login text, p_action text, p_more text default '') returns text language sql as $$
	select attempt(format('select move(%L, pg_temp.id(), %L %s)', p_login, p_action, p_more))
$$;
create function pg_temp.tracked() returns json language sql as $$
	select track((select number from t))
$$;

-- Refusals of the functions.
select is(pg_temp.try('officer.HN-TTRA', 'accept'), 'TD404', 'another department: not found');
select is(attempt($$select move('officer.HN-SXD', gen_random_uuid(), 'accept', p_version := 1)$$), 'TD404', 'unknown: not found, alike');
select is(pg_temp.try('officer.HN-SXD', 'accept', ', p_version := 7'), 'TD412', 'another version');
select is(pg_temp.try('officer.HN-SXD', 'approve'), 'TD409', 'not in this state');
select is(pg_temp.try('officer.HN-SXD', 'route', ', p_department := ''UB-00316'''), 'TD403', 'not with this role');
select is(pg_temp.try('officer.HN-SXD', 'explode'), 'TD409', 'no such action');
select is(pg_temp.try('officer.HN-SXD', 'return', ', p_reason := null'), 'TD428', 'a return needs a reason');
select is(pg_temp.try('coordinator.HN-EIC', 'route', ', p_department := null'), 'TD430', 'a route needs a department');
select is(pg_temp.try('coordinator.HN-EIC', 'route', ', p_department := ''XX'''), 'TD430', 'a known one');
select is(pg_temp.try('coordinator.HN-EIC', 'route', ', p_department := ''HN-SQHKT'''), 'TD430', 'that has not ended');
select is(pg_temp.try('coordinator.HN-EIC', 'route', ', p_department := ''HN-SQHKT'', p_at := ''2026-08-09 23:59+07'''), 'ok', 'or had not then');
select is(pg_temp.try('head.HN-SXD', 'refuse'), 'TD431', 'a refusal needs a coded reason');
select is(pg_temp.try('head.HN-SXD', 'refuse', ', p_reason_code := ''complaint'''), 'TD431', 'one of refusing');
select is(pg_temp.try('coordinator.HN-EIC', 'redirect', ', p_reason_code := ''out_of_scope'''), 'TD431', 'a redirection one of redirecting');
select is(pg_temp.try('coordinator.HN-EIC', 'redirect', ', p_reason_code := ''complaint'', p_department := ''HN-BTCD'''), 'ok', 'both given: redirected');
do $$
declare
	v_detail text;
begin
	perform move('officer.HN-SXD', pg_temp.id(), 'approve');
exception when sqlstate 'TD409' then
	get stacked diagnostics v_detail = pg_exception_detail;
	perform set_config('test.detail', v_detail, true);
end $$;
select is(current_setting('test.detail')::jsonb, '[{"action": "accept", "to": "accepted", "needs_reason": false},
	{"action": "return", "to": "submitted", "needs_reason": true}, {"action": "ask", "to": "needs_info", "needs_reason": false}]', 'a wrong state says which moves are open');

-- The way.
select is((select m.body::json->>'state' from move('officer.HN-SXD', pg_temp.id(), 'accept', pg_temp.at(1)) m), 'accepted', 'accept');
select is((select array[m.body::json#>>'{holder,person,name}', m.etag] from move('officer.HN-SXD', pg_temp.id(), 'claim', pg_temp.at(2)) m),
	'{Officer,3}', 'claim');
create temp table press as select * from file('HN-EIC', 'press');
select move('press_officer.HN-EIC', (select id from press), 'accept');
select is(pg_temp.try('head.HN-SXD', 'assign'), 'TD432', 'assign needs a person');
select is(pg_temp.try('head.HN-SXD', 'assign', ', p_person := (select id from account where login = ''officer.hn-ttra'')'), 'TD432', 'of the department');
select is(pg_temp.try('head.HN-SXD', 'assign', ', p_person := (select id from account where login = ''clerk.hn-sxd'')'), 'TD432', 'who handles tickets');
select is(attempt($$select move('spokesperson.HN-EIC', (select id from press), 'assign', p_person := (select id from account where login = 'officer.hn-eic'))$$),
	'TD432', 'and sees such tickets');
select is(attempt($$select move('spokesperson.HN-EIC', (select id from press), 'assign', p_person := (select id from account where login = 'press_officer.hn-eic'))$$),
	'ok', 'as this one does');
select is(attempt($$select move('head.HN-SXD', pg_temp.id(), 'assign', p_person := (select id from account where login = 'officer.hn-sxd'))$$),
	'TD696', 'who has it is given nothing');
reset role;
update ticket set person = null where id = pg_temp.id();
select is((select m.body::json->>'version' from move('head.HN-SXD', pg_temp.id(), 'assign', pg_temp.at(3),
	p_person := (select id from account where login = 'officer.hn-sxd')) m), '4', 'assign');
select enter('officer.HN-SXD');
select lives_ok($$select note_write(gen_random_uuid(), pg_temp.id(), 'Đã gọi đội duy tu', pg_temp.at(4));
	select record_write(gen_random_uuid(), pg_temp.id(), 'ticket.noted', null)$$, 'note');
select is((select etag from reply_keep(gen_random_uuid(), pg_temp.id(), 0, 'Dự thảo thứ nhất của chúng tôi', pg_temp.at(5), gen_random_uuid())), '5', 'draft');
select is((select array[etag, (conflict is null)::text] from reply_keep(gen_random_uuid(), pg_temp.id(), 0, 'Dự thảo thứ nhất', pg_temp.at(5), gen_random_uuid())),
	'{NULL,false}', 'draft: of another version');
select enter('head.HN-SXD');
select is(attempt($$select reply_keep(gen_random_uuid(), pg_temp.id(), 1, 'Dự thảo thứ nhất', pg_temp.at(5), gen_random_uuid())$$), 'TD403', 'draft: role');
select enter('leader.HN-SXD');
select is(attempt($$select note_write(gen_random_uuid(), pg_temp.id(), 'x', now())$$), 'TD403', 'leaders read, they do not write');
select is((select m.body::json->>'state' from move('officer.HN-SXD', pg_temp.id(), 'propose', pg_temp.at(6), p_text := null) m), 'pending_approval',
	'propose the draft');
select is(pg_temp.try('head.HN-SXD', 'send_back', ', p_reason := null'), 'TD428', 'sending back needs a reason');
select is((select m.body::json->>'state' from move('head.HN-SXD', pg_temp.id(), 'send_back', pg_temp.at(7)) m), 'in_progress', 'send back');
select is(pg_temp.try('officer.HN-SXD', 'propose', ', p_text := null'), 'TD433', 'nothing to propose now');
select lives_ok($$select move('officer.HN-SXD', pg_temp.id(), 'propose', pg_temp.at(8), p_text := 'Đã vá xong, cảm ơn ông bà.')$$, 'propose a text');
select is(json_array_length(pg_temp.tracked()->'replies'), 0, 'the citizen sees no draft');
select is(attempt($$select tracking_rate((select number from t), 1, 'satisfied', '{}', null, now(), gen_random_uuid())$$), 'TD409', 'nor rates before the answer');
select is((select m.body::json->>'state' from move('head.HN-SXD', pg_temp.id(), 'approve', pg_temp.at(9)) m), 'answered', 'approve');
select is(pg_temp.tracked()#>>'{replies,0,text}', 'Đã vá xong, cảm ơn ông bà.', 'the citizen sees the reply');
select results_eq($$select state from reply where ticket = pg_temp.id() order by version$$, '{draft,sent_back,published}'::text[], 'every version is kept');

-- The citizen.
select is((pg_temp.tracked()->>'may_rate')::boolean, true, 'may rate');
select lives_ok($$select tracking_message((select number from t), 1, gen_random_uuid(), 'Cảm ơn', pg_temp.at(10), gen_random_uuid())$$, 'writes');
select lives_ok($$select tracking_rate((select number from t), 1, 'satisfied', '{too_slow}', null, pg_temp.at(11), gen_random_uuid())$$, 'rates');
select is(attempt($$select tracking_rate((select number from t), 1, 'satisfied', '{}', null, now(), gen_random_uuid())$$), 'rating_once', 'once');
select is(array[pg_temp.tracked()->>'may_rate', pg_temp.tracked()#>>'{messages,0,from}', pg_temp.tracked()#>>'{rating,score}'],
	'{false,citizen,satisfied}', 'sees it');
select ok(track((select number from t), 2) is null, 'another secret: not found');
select ok(track(999999999) is null, 'another number: alike');
select is((select m.body::json->>'moves' from move('head.HN-SXD', pg_temp.id(), 'close', pg_temp.at(12)) m), '[]', 'close');
select is(attempt($$select tracking_message((select number from t), 1, gen_random_uuid(), 'Còn nữa', now(), gen_random_uuid())$$), 'TD409', 'no more writing');
select results_eq($$select s->>'type' from json_array_elements(pg_temp.tracked()->'steps') s$$, '{ticket.filed,ticket.accepted,ticket.claimed,
	ticket.assigned,reply.proposed,reply.proposed,ticket.answered,ticket.message,ticket.rated,ticket.closed}'::text[], 'the steps that the citizen is told');
select ok(pg_temp.tracked()::text !~ '("Officer"|"Head"|đội duy tu)', 'no name of an officer and no note reaches the citizen');
select is((select array_agg(type order by at) from event where ticket = pg_temp.id() and public_vi is null),
	'{ticket.noted,reply.drafted,reply.sent_back}', 'and these he is not told');
select is((select version from ticket where id = pg_temp.id()), 12::bigint, 'each change one version');
select is_empty($$select type from event where ticket = pg_temp.id()
	and hash <> event_hash(id, at, ticket, type, actor_kind, actor, department, from_state, to_state, public_vi, public_en, data)$$, 'each event hashed');

-- A coded reason reaches the citizen in both languages; where he is sent is kept.
create temp table c as select * from file('HN-EIC', 'restricted', 'complaint');
select move('coordinator.HN-EIC', (select id from c), 'redirect', pg_temp.at(1), p_reason_code := 'complaint',
	p_department := 'HN-BTCD', p_reason := null);
select matches(track((select number from c))#>>'{steps,-1,what_en}', 'limitation of 90 days', 'told why');
select is((select data - '{person,ticket}'::text[] from event where ticket = (select id from c) and type = 'ticket.redirected'),
	'{"sent_to": "HN-BTCD", "reason_code": "complaint"}', 'and where to');

-- Idempotency-Key of other routes.
select lives_ok($$select once_claim(sha256('k'), sha256('f')); select once_finish(sha256('k'), 201, '{"id":1}')$$, 'claimed and finished');
select throws_ok($$select once_claim(sha256('k'), sha256('f'))$$, 'TD200', 'answered before');
select is(attempt($$select once_claim(sha256('k'), sha256('g'))$$), 'TD422', 'another request');

-- Sessions.
select login_code_save('officer.hn-sxd', sha256('code'), now() + interval '1 h');
select is(attempt($$select session_open('officer.hn-sxd', sha256('wrong'), gen_random_uuid(), now() + interval '1 h')$$), 'TD410', 'wrong code');
select is((select array[roles, (body::json#>>'{department,code}')] from session_open('Officer.HN-SXD', sha256('code'),
	'00000000-0000-0000-0000-000000000007', now() + interval '1 h')), '{officer,HN-SXD}', 'signed in');
select is(attempt($$select session_open('officer.hn-sxd', sha256('code'), gen_random_uuid(), now() + interval '1 h')$$), 'TD410', 'a code works once');
select * from finish();
rollback;
