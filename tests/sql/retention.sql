-- Retention: the class and the last day of a ticket, what stands in the way, four eyes, and what is left of what is destroyed.
begin;
set search_path = test, tiepdan, public;
select plan(81);
create function pg_temp.at(p_day text) returns timestamptz language sql as $$ select (p_day || ' 09:00')::timestamp at time zone template_zone() $$;
-- A ticket that was filed and closed on a day.
create function pg_temp.ended(p_day text, p_kind text default 'feedback', p_category text default 'roads.surface', p_state text default 'closed')
returns uuid language plpgsql as $$
declare
	v_id uuid := (select id from file('HN-SXD', p_kind := p_kind, p_category := p_category, p_at := pg_temp.at(p_day), p_contact := sha256('c')));
begin
	set local session_replication_role = replica;
	update ticket set state = p_state, done = not (select open from state where code = p_state), version = version + 1, updated_at = pg_temp.at(p_day)
		where id = v_id;
	set local session_replication_role = origin;
	perform event_write(gen_random_uuid(), pg_temp.at(p_day), v_id, 'ticket.closed', 'job', null, department_id('HN-SXD'), 'answered', p_state, null, null, null);
	return v_id;
end $$;
create function pg_temp.r(p_ticket uuid, p_on date) returns retention language sql as $$ select retention_of(t, p_on) from ticket t where t.id = p_ticket $$;
create function pg_temp.said(p_ticket uuid) returns bigint language sql as $$ select count(*) from word where ticket = p_ticket $$;

select is_empty($$select * from import_rows('retention_classes', '[{"line": 2, "code": "f", "name_vi": "Phản ánh", "name_en": "Feedback", "years": "10", "begins": "year_after",
	"basis_vi": "Luật", "basis_en": "Law", "valid_to": "2014-01-01"}, {"line": 3, "code": "f", "name_vi": "Phản ánh", "name_en": "Feedback", "years": "5",
	"begins": "closed", "basis_vi": "Luật", "basis_en": "Law", "valid_from": "2014-01-01"}, {"line": 4, "code": "p", "name_vi": "Vĩnh viễn", "name_en": "Permanent",
	"begins": "closed", "basis_vi": "Luật", "basis_en": "Law"}]')$$, 'classes');
select is_empty($$select * from import_rows('retention_rules', '[{"line": 2, "class": "f"}, {"line": 3, "kind": "denunciation", "class": "p"},
	{"line": 4, "kind": "feedback", "category": "roads", "class": "p", "valid_from": "2015-01-01"}]')$$, 'and rules');
select isnt_empty($$select * from import_rows('retention_rules', '[{"line": 2, "class": "none"}]')$$, 'a class that there is not is told');
select is((select count(*) from import_row where kind in ('retention_classes', 'retention_rules')), 6::bigint, 'they are rows of the configuration');

-- The last day.
create temp table x as select pg_temp.ended('2012-03-05') as old, pg_temp.ended('2014-03-05') as short, pg_temp.ended('2015-03-05') as permanent,
	pg_temp.ended('2015-03-05', p_category := 'environment') as other, pg_temp.ended('2012-03-05', p_kind := 'denunciation') as denounces,
	pg_temp.ended('2012-03-05', p_state := 'in_progress') as open;
select is((pg_temp.r(old, '2030-01-01')).until, '2022-12-31', 'ten years from 1 January on, by the row of that day') from x;
select is((pg_temp.r(short, '2030-01-01')).until, '2019-03-04', 'five years from the day, by the next row') from x;
select is((pg_temp.r(permanent, '2030-01-01')).stands, 'permanent', 'a category below the one that a rule names') from x;
select is((pg_temp.r(other, '2030-01-01')).class, 'f', 'another one goes by what stands for all') from x;
select is((pg_temp.r(denounces, '2030-01-01')).stands, 'permanent', 'a kind') from x;
select is((pg_temp.r(open, '2030-01-01')).stands, 'open', 'what is open has not begun') from x;
select is((pg_temp.r(old, '2022-12-31')).stands, 'not_yet', 'it is kept on its last day') from x;
select is((pg_temp.r(old, '2023-01-01')).stands, null, 'and due on the next one') from x;

-- Holds.
select enter('officer.HN-SXD');
select is(attempt(format('select ticket_hold(%L, ''Toà án yêu cầu'', gen_random_uuid(), now())', short)), 'TD403', 'no officer holds a ticket') from x;
select enter('data_officer.HN-EIC');
select lives_ok(format('select ticket_hold(%L, ''Toà án yêu cầu'', gen_random_uuid(), now())', short), 'a data officer does') from x;
select is((pg_temp.r(short, '2030-01-01')).stands, 'held', 'which stands in the way') from x;
select is(retention_show(short)::json#>>'{hold,reason}', 'Toà án yêu cầu', 'and is shown') from x;

-- Cases.
create temp table c as select pg_temp.ended('2012-05-05') as root, pg_temp.ended('2012-05-05', p_state := 'merged') as child, pg_temp.ended('2012-05-05', p_state := 'in_progress') as busy,
	pg_temp.ended('2012-05-05', p_state := 'merged') as waits;
insert into ticket_merge (id, ticket, into_ticket, kind, at, person, from_state, parts) select gen_random_uuid(), child, root, 'merged', now(), (select id from account limit 1), 'accepted', '{}'::uuid[]
	from c union all select gen_random_uuid(), waits, busy, 'merged', now(), (select id from account limit 1), 'accepted', '{}'::uuid[] from c;
select is((pg_temp.r(waits, '2030-01-01')).stands, 'merged_open', 'what is merged with an open one') from c;
select is((pg_temp.r(root, '2030-01-01')).stands, null, 'a case is due as a whole') from c;
select ticket_hold(child, 'Toà án yêu cầu', gen_random_uuid(), now()) from c;
select is((pg_temp.r(root, '2030-01-01')).stands, 'case_kept', 'or not at all') from c;
select is((pg_temp.r(child, '2030-01-01')).stands, 'held', 'by what is held in it') from c;
select ticket_release(child, gen_random_uuid(), now()) from c;
-- The longest: one of its tickets is kept for ever, or for longer.
create temp table l as select pg_temp.ended('2012-05-05', p_kind := 'denunciation') as root, pg_temp.ended('2012-05-05', p_state := 'merged') as child,
	pg_temp.ended('2012-05-05', p_state := 'merged') as grandchild;
insert into ticket_merge (id, ticket, into_ticket, kind, at, person, from_state, parts) select gen_random_uuid(), x.t, x.i, 'merged', now(), (select id from account limit 1), 'accepted', '{}'::uuid[]
	from l cross join lateral (values (child, root), (grandchild, child)) x (t, i);
select is(array[(pg_temp.r(root, '2030-01-01')).stands, (pg_temp.r(child, '2030-01-01')).stands, (pg_temp.r(grandchild, '2030-01-01')).stands],
	'{permanent,case_kept,case_kept}', 'what was merged is kept as long as what it was merged into') from l;
select is((pg_temp.r(grandchild, '2030-01-01')).case_until, 'infinity', 'the whole case') from l;
select is(retention_show(child)::jsonb->'case', '{"tickets": 3, "until": null}', 'which is told') from l;
delete from ticket_merge where into_ticket in (select root from l union select child from l);
set local session_replication_role = replica;
update ticket set destroyed_at = now(), title = '', text = '', folded = '', lon = null, lat = null where id in (select unnest(array[root, child, grandchild]) from l);
set local session_replication_role = origin;

-- The rehearsal.
create temp table due as select retention_due(city_day(now()), null)::json as b;
select is((select sum((d->>'tickets')::int) from due, json_array_elements(b->'due') d), 4::bigint, 'four are due');
select is((select json_object_agg(k->>'stands', k->'tickets')::jsonb from due, json_array_elements(b->'kept') k),
	'{"held": 1, "open": 2, "merged_open": 1, "permanent": 2}', 'and why others are not');
update setting set value = 100 where name = 'retention_look_most';
select enter('officer.HN-SXD');
select is(attempt('select retention_due(null, null)'), 'TD403', 'it is not for everybody');

-- A look walks each case once, and finds what is found of each ticket.
create temp table case_of as select pg_temp.ended('2012-03-05') as root, pg_temp.ended('2012-03-05', p_state := 'merged') as one, pg_temp.ended('2012-03-05', p_state := 'merged') as two;
insert into ticket_merge (id, ticket, into_ticket, kind, at, person, reason, from_state) select gen_random_uuid(), x.one, x.other, 'merged', now(), (select id from account limit 1),
	'Cùng việc', 'accepted' from (select one, root as other from case_of union all select two, one from case_of) x;
insert into ticket_hold select two, now(), a.id, a.department, 'Toà án yêu cầu' from case_of, account a where login = 'data_officer.hn-eic';
select is((select array_agg(l.stands order by l.ticket = c.two) from case_of c join retention_look(city_day(now()), null) l on l.ticket in (root, one, two)), '{case_kept,case_kept,held}',
	'what is held keeps its case');
select is((select count(*) from retention_look(city_day(now()), null) l join ticket t on t.id = l.ticket, retention_of(t, city_day(now())) r
	where (r.class, r.until, r.stands) is distinct from (l.class, l.until, l.stands)), 0::bigint, 'a look says what is said of each');
set local session_replication_role = replica;
delete from ticket_merge where ticket in (select unnest(array[one, two]) from case_of);
delete from ticket_hold where ticket = (select two from case_of);
delete from ticket where id in (select unnest(array[root, one, two]) from case_of);
set local session_replication_role = origin;

-- Four eyes.
create function pg_temp.id(n int) returns uuid language sql as $$ select format('00000000-0000-0000-0000-%s', lpad(n::text, 12, '0'))::uuid $$;
create function pg_temp.propose(n int, p_on date) returns text language sql as $$
	select attempt(format('select disposal_propose(%L, %L, null, null, null, ''Hết thời hạn lưu trữ'', gen_random_uuid())', pg_temp.id(n), p_on))
$$;
select enter('leader.HN-EIC');
select is(pg_temp.propose(1, city_day(now())), 'TD403', 'a leader proposes nothing');
select enter('data_officer.HN-EIC');
select is(pg_temp.propose(1, city_day(now()) + 1), 'TD661', 'nothing of tomorrow');
select is(pg_temp.propose(1, '2000-01-01'), 'TD660', 'nothing when nothing is due');
select lives_ok(format('select disposal_propose(%L, %L, null, null, null, ''Hết thời hạn lưu trữ'', gen_random_uuid())', pg_temp.id(1), city_day(now())),
	'a data officer proposes');
select is(pg_temp.propose(2, city_day(now())), 'TD660', 'what one list has no other one gets');
select is(attempt(format('select disposal_decide(%L, ''approved'', gen_random_uuid())', pg_temp.id(1))), 'TD438', 'nobody approves what they propose');
select is(disposals_run(now()), 0::bigint, 'nothing is done before');
select enter('leader.HN-EIC');
select lives_ok(format('select disposal_decide(%L, ''approved'', gen_random_uuid())', pg_temp.id(1)), 'somebody else does');
select is(attempt(format('select disposal_certificate(%L)', pg_temp.id(1))), 'TD663', 'no certificate before the end');
select enter('data_officer.HN-EIC');
select ticket_hold(other, 'Thanh tra yêu cầu', gen_random_uuid(), now()) from x;
insert into message (id, ticket, at, text) select gen_random_uuid(), old, now(), 'Tôi là Nguyễn Văn Ví Dụ' from x;
insert into rating (ticket, at, score, reasons, comment, answer) select old, now(), 'satisfied', '{}', 'Cảm ơn', old from x;
insert into attachment (id, at, state, form, size, name, lease_until, attempts, arrived, counted, ticket, purpose, linked_at) select gen_random_uuid(), now(), 'checking', false, 5, 'a.jpg', now(), 0, 5, 5, old, 'citizen', now() from x;
update attachment_total set bytes = bytes + 5;

-- Destroyed.
create temp table before as select bytes from attachment_total;
create temp table ran as select sum(disposals_run(now())) as n from generate_series(1, 10);
select is((select n from ran), 5::numeric, 'four tickets and the certificate');
select is((select concat_ws('|', title, text, folded, location_text, route::text) from ticket t, x where t.id = x.old), '|||{}', 'no words are left');
select is((select count(*) from message m, x where m.ticket = x.old) + (select count(*) from attachment a, x where a.ticket = x.old)
	+ (select count(*) from contact c, x where c.ticket = x.old and box is not null) + (select count(*) from event_text e join event v on v.at = e.at and v.id = e.event, x
		where v.ticket = x.old), 0::bigint, 'nor messages, files, a contact, reasons');
select is((select array[score, comment] from rating r, x where r.ticket = x.old), '{satisfied,null}', 'of a rating the score');
select is((select b.bytes - a.bytes from attachment_total a, before b), 5::bigint, 'what files take is counted again');
select is((select state || ' ' || stands from disposal_ticket d, x where d.ticket = x.other), 'left held', 'what was held meanwhile is left');
create temp table certificate as select disposal_certificate(pg_temp.id(1))::jsonb as b;
-- The hash, from what a reader has.
create function pg_temp.hash_of(b jsonb) returns text language sql as $$
	select encode(sha256(convert_to(string_agg(line || E'\n', '' order by line collate "C"), 'UTF8')), 'hex')
	from (select encode(sha256(uuid_send((b->'salts'->>(i::int - 1))::uuid) || convert_to(c, 'UTF8')), 'hex') from jsonb_array_elements_text(b->'codes') with ordinality x (c, i)
		union all select jsonb_array_elements_text(b->'withheld')) x (line)
$$;
select is((select b->>'codes_sha256' from certificate), (select pg_temp.hash_of(b) from certificate), 'the certificate has a hash over the commitments to the codes');
select is((select e.data->>'codes_sha256' from event e, certificate where e.id = (b#>>'{event,id}')::uuid), (select b->>'codes_sha256' from certificate), 'which an event tells');
select throws_ok(format('update ticket set title = ''Phiếu giả'', destroyed_at = null where id = %L', old), '23001', null, 'nothing comes back') from x;

-- One that fails stands in nobody's way.
create temp table f as select pg_temp.ended('2012-06-05') as bad, pg_temp.ended('2012-06-05') as good;
insert into message (id, ticket, at, text) select gen_random_uuid(), bad, now(), 'Không xoá được' from f;
create function pg_temp.refuses() returns trigger language plpgsql as $$ begin if old.text = 'Không xoá được' then raise 'broken' using errcode = 'XX001'; end if; return old; end $$;
create trigger refuses before delete on message for each row execute function pg_temp.refuses();
create function pg_temp.row_of(p_ticket uuid) returns text language sql as $$ select concat_ws(' ', state, stands, tries) from disposal_ticket where ticket = p_ticket and disposal = pg_temp.id(3) $$;
select enter('data_officer.HN-EIC');
select disposal_propose(pg_temp.id(3), city_day(now()), null, null, null, 'Hết thời hạn lưu trữ', gen_random_uuid());
select enter('leader.HN-EIC');
select disposal_decide(pg_temp.id(3), 'approved', gen_random_uuid());
-- Ties of others to it.
insert into ticket_relation (id, ticket, other, kind, at, person, reason) select gen_random_uuid(), x.old, f.good, 'follows', now(), (select id from account limit 1), 'Cùng bà Ví Dụ' from x, f;
insert into ticket_merge (id, ticket, into_ticket, kind, at, person, reason, from_state, ended_at) select gen_random_uuid(), other, good, 'merged', now(), (select id from account limit 1),
	'Cùng bà Ví Dụ', 'accepted', now() from x, f;
select event_write(gen_random_uuid(), now(), other, 'ticket.merged', 'job', null, null, null, null, null, null, jsonb_build_object('into', v.good, 'reason', 'Cùng bà Ví Dụ'))
	from x cross join lateral (select good from f union all select bad from f) v;
select is((select count(*) from event_text e, x where e.event in (select id from event where ticket = x.other) and e.text = 'Cùng bà Ví Dụ'), 2::bigint, 'reasons to merge are words');
select sum(disposals_run(now())) from generate_series(1, 4);
select is((select count(*) from ticket_relation r, f where r.other = f.good and reason is not null) + (select count(*) from ticket_merge m, f where m.into_ticket = f.good
	and reason is not null), 0::bigint, 'why others were tied to it goes with it');
select is((select count(*) from event_text e, x where e.event in (select id from event where ticket = x.other) and e.text = 'Cùng bà Ví Dụ'), 1::bigint,
	'so do the words of events of others about it, and no others');
select is(array[pg_temp.row_of(bad), pg_temp.row_of(good)], '{failed XX001 1,destroyed 1}', 'the others go on') from f;
select is((select state from disposal where id = pg_temp.id(3)), 'approved', 'it has not ended');
select is(disposals_run(now() + interval '59 s'), 0::bigint, 'it waits');
select is(disposals_run(now() + interval '1 min'), 1::bigint, 'and is tried again');
select is(disposals_run(now() + interval '4 min'), 0::bigint, 'later and later');
drop trigger refuses on message;
select disposals_run(now() + interval '6 min');
select is(pg_temp.row_of(bad), 'destroyed 3', 'until it is done') from f;

-- Rules that change after the approval.
create temp table g as select pg_temp.ended('2012-07-05') as longer, pg_temp.ended('2014-07-05', p_category := 'environment') as another, pg_temp.ended('2014-07-05') as same;
select enter('data_officer.HN-EIC');
select disposal_propose(pg_temp.id(4), city_day(now()), null, null, null, 'Hết thời hạn lưu trữ', gen_random_uuid());
select enter('leader.HN-EIC');
select disposal_decide(pg_temp.id(4), 'approved', gen_random_uuid());
update retention_class set years = 40 where code = 'f' and valid_to = '2014-01-01';
insert into retention_class values ('g', 'Khác', 'Other', 3, 'closed', 'Luật', 'Law', null, null);
insert into retention_rule values (null, 'environment', 'g', null, null);
update retention_class set valid_to = city_day(now()) + 1 where code = 'f' and valid_from is not null;
insert into retention_class values ('f', 'Phản ánh', 'Feedback', 7, 'closed', 'Luật mai sau', 'Law to come', city_day(now()) + 1, null);
select disposals_run(now()) from generate_series(1, 9);
select is((select array_agg(concat_ws(' ', state, stands) order by ticket = g.same, ticket = g.another) from disposal_ticket, g where disposal = pg_temp.id(4)
	and ticket in (longer, another, same)), '{left not_yet,left changed,destroyed}', 'what is not due as it was approved is left');

select is((select array_agg(c->>'basis_en') from disposal o, jsonb_array_elements(o.certificate->'classes') c where o.id = pg_temp.id(4) and c->>'class' = 'f'), '{Law}',
	'the certificate has the law of its day');

-- Codes of what somebody does not see.
update retention_class set years = 1 where code = 'p';
create temp table k as select pg_temp.ended('2012-08-05', p_kind := 'denunciation') as secret, pg_temp.ended('2012-08-05', p_kind := 'complaint', p_category := 'environment') as mine;
set local session_replication_role = replica;
update ticket set sight = 'denunciation' where id = (select secret from k);
update ticket set code = 'HN-26-' || upper(left(md5(id::text), 4)) || '-' || upper(right(md5(id::text), 4)) where id in (select unnest(array[secret, mine]) from k);
set local session_replication_role = origin;
select enter('data_officer.HN-EIC');
select disposal_propose(pg_temp.id(5), city_day(now()), null, null, null, 'Hết thời hạn lưu trữ', gen_random_uuid());
delete from disposal_ticket where disposal = pg_temp.id(5) and ticket not in (select unnest(array[secret, mine]) from k);
select enter('leader.HN-EIC');
select disposal_decide(pg_temp.id(5), 'approved', gen_random_uuid());
select disposals_run(now()) from generate_series(1, 4);
select is((select jsonb_array_length(disposal_certificate(pg_temp.id(5))::jsonb->'codes')), 1, 'who does not see a denunciation gets no code of it');
select is((select disposal_certificate(pg_temp.id(5))::jsonb->>'codes_withheld'), '1', 'but the number');
select is((select array[pg_temp.hash_of(b), jsonb_array_length(b->'withheld')::text] from (select disposal_certificate(pg_temp.id(5))::jsonb as b) c),
	(select array[certificate->>'codes_sha256', '1'] from disposal where id = pg_temp.id(5)), 'and the commitment, with which the hash can be computed');
select is((select count(*) from disposal_sheet(pg_temp.id(5)) s where s.commitment is not null and (s.code is null) = (s.salt is null)), 2::bigint, 'as in the sheet');
select is((select array_agg(concat_ws(' ', code, kind, class)) from disposal_sheet(pg_temp.id(5))), (select array[t.code || ' complaint g', 'p'] from ticket t, k where t.id = k.mine),
	'nor does the sheet have it');
select is((select count(*) from disposal_tickets(pg_temp.id(5), null, 10) where item::json->>'code' is null), 1::bigint, 'nor the list');
select enter('data_officer.HN-EIC');
select is((select disposal_certificate(pg_temp.id(5))::jsonb->>'codes_withheld'), '0', 'who sees to the retention has all');
insert into ticket_excluded (ticket, account, reason) select mine, caller_account(), 'named' from k;
select is((select disposal_certificate(pg_temp.id(5))::jsonb->>'codes_withheld'), '1', 'but what is about themselves');

-- A certificate of before says that it is one.
update disposal set certificate = certificate - 'scheme' where id = pg_temp.id(4);
update disposal_ticket set salt = null where disposal = pg_temp.id(4);
select is((select array[b->'scheme', b->'salts', b->'withheld'] from (select disposal_certificate(pg_temp.id(4))::jsonb as b) c), '{1,[],[]}', 'scheme 1 has no salts');

-- More than are looked at, of which most are kept, and of one instant: all are reached.
insert into retention_class values ('v', 'Vĩnh viễn', 'For ever', null, 'closed', 'Luật', 'Law', null, null);
insert into retention_rule values ('question', null, 'v', null, null);
select pg_temp.ended('2008-01-05', p_kind := 'question') from generate_series(1, 230);
create temp table m as select pg_temp.ended('2008-01-05', p_category := 'environment') as last from generate_series(1, 5);
select is((select retention_due(city_day(now()), null)::json->>'looked'), '100', 'a page');
with recursive page as (
	select 1 as n, retention_due(city_day(now()), null)::json as b union all
	select n + 1, retention_due(city_day(now()), (b->>'next')::uuid)::json from page where b->>'next' is not null and n < 50)
select is((select count(*) from page, json_array_elements(b->'due') d, json_array_elements(d->'examples') e, m where (e->>'ticket')::uuid = m.last), 5::bigint,
	'page by page everything is reached') from page limit 1;
update setting set value = 3 where name = 'disposal_tickets_most';
select disposal_propose(pg_temp.id(6), city_day(now()), null, null, null, 'Hết thời hạn lưu trữ', gen_random_uuid());
select disposal_propose(pg_temp.id(7), city_day(now()), (select next from disposal where id = pg_temp.id(6)), null, null, 'Hết thời hạn lưu trữ', gen_random_uuid());
select is((select count(*) from disposal_ticket d, m where d.ticket = m.last and d.disposal in (pg_temp.id(6), pg_temp.id(7))), 5::bigint, 'a list looks behind what is kept, and another goes on');

-- Somebody stops it.
select enter('leader.HN-EIC');
select disposal_decide(pg_temp.id(6), 'approved', gen_random_uuid());
select disposals_run(now());
select enter('data_officer.HN-EIC');
select is((select array[b->>'state', b->>'destroyed', b->>'left'] from (select disposal_decide(pg_temp.id(6), 'dropped', pg_temp.id(60))::json as b) s),
	'{approved,1,2}', 'who proposed it may stop what was approved');
select is((select array[e.type, (e.data->'left')::text, a.login] from event e join account a on a.id = e.actor where e.id = pg_temp.id(60)),
	'{retention.stopped,2,data_officer.hn-eic}', 'an event says who');
select is(attempt(format('select disposal_decide(%L, ''dropped'', gen_random_uuid())', pg_temp.id(6))), 'TD662', 'once');
select disposals_run(now());
select is((select array[b->'left', b#>'{classes,0,tickets}'] from (select disposal_certificate(pg_temp.id(6))::jsonb as b) c),
	array['[{"stands": "dropped", "tickets": 2}]', '1']::jsonb[], 'what was done is certified');

-- Not everything is looked at in one go: where nothing was found, it is said where to go on.
create function pg_temp.next() returns text language plpgsql as $$
declare
	v_detail text;
begin
	perform disposal_propose(gen_random_uuid(), city_day(now()), null, 'none', null, 'Hết thời hạn lưu trữ', gen_random_uuid());
	return null;
exception when sqlstate 'TD660' then
	get stacked diagnostics v_detail = pg_exception_detail;
	return v_detail;
end $$;
select is(pg_temp.next(), '', 'nothing is due of all');
update setting set value = 10 where name = 'retention_look_most';
select is((select count(*) from ticket where id::text = pg_temp.next()), 1::bigint, 'or of what was looked at');

-- What was destroyed is nobody's, no part of anything, and is not touched; what is tied to it stays tied.
create temp table s as select (file('HN-SXD')).id as whole, (file('HN-SXD')).id as merged, f.good as gone from f;
insert into ticket_relation (id, ticket, other, kind, at, person, reason) select gen_random_uuid(), gone, whole, 'split_from', now(), (select id from account limit 1), 'Hai việc' from s;
insert into ticket_relation (id, ticket, other, kind, at, person, reason) select pg_temp.id(70), whole, gone, 'follows', now(), (select id from account limit 1), 'Tiếp theo' from s;
insert into ticket_merge (id, ticket, into_ticket, kind, at, person, reason, from_state) select gen_random_uuid(), merged, gone, 'merged', now(),
	(select id from account limit 1), 'Cùng việc', 'accepted' from s;
set local session_replication_role = replica;
update ticket set state = 'merged', done = true where id = (select merged from s);
set local session_replication_role = origin;
select is((select splits_of(whole)::text from s), '[]', 'a part that was destroyed is not named');
select is((select count(*) from s join ticket t on t.id = s.whole, tracking_splits(t.number, t.generation)), 0::bigint, 'nor to its citizen');
select is(attempt(format('select ticket_tracked(%s, %s, false)', t.number, t.generation)), 'TD404', 'nor tracked') from ticket t, s where t.id = s.gone;
select enter('head.HN-SXD');
select is(attempt(format('select relation_remove(%L, %L, now())', whole, pg_temp.id(70))), 'TD693', 'a relation to what was destroyed stays') from s;
select is(attempt(format('select * from ticket_unmerge(%L, %s, ''Khác việc'', now(), gen_random_uuid())', t.id, t.version)), 'TD693', 'so does a merge into it')
	from s join ticket t on t.id = s.merged;
select is(attempt(format('select ticket_touch(t, ''ticket.related'', now(), null, null, ''{}'') from ticket t where id = %L', gone)), 'ok', 'it is not touched') from s;
select * from finish();
rollback;
