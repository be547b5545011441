"""What the functions do inside: the whole way of a ticket with auto_explain, where no plan may scan a table that grows."""
import re

from support import GROWING

SCAN = re.compile(r"Seq Scan on (?:%s)(?:_[0-9_]+|_default)?\b" % "|".join(GROWING))

WAY = """
load 'auto_explain';
set auto_explain.log_min_duration = 0; set auto_explain.log_nested_statements = on; set client_min_messages = log;
set enable_seqscan = off; set plan_cache_mode = force_generic_plan;
set search_path = test, tiepdan, public;
begin;
select id as t, number as n from file('HN-SXD', p_key := sha256('k'), p_fingerprint := sha256('f'), p_contact := '\\x01') \\gset
select outcome from file('HN-SXD', p_key := sha256('k'), p_fingerprint := sha256('f'));
select fired from fire(found(now() + interval '20 h'), now() + interval '20 h');
select etag from move('officer.HN-SXD', :'t', 'return');
select etag from move('coordinator.HN-EIC', :'t', 'route', p_department := 'HN-SXD');
select etag from move('officer.HN-SXD', :'t', 'accept');
select etag from move('officer.HN-SXD', :'t', 'claim');
select note_write(gen_random_uuid(), :'t', 'x', now());
select record_write(gen_random_uuid(), :'t', 'ticket.noted', null);
select etag from reply_keep(gen_random_uuid(), :'t', 0, 'Một dự thảo trả lời', now(), gen_random_uuid());
select review_ask('00000000-0000-0000-0000-000000000047', :'t', 1, null, 'head', now(), gen_random_uuid());
select count(*) from review_request_list(false, null, 10) a, review_request_list(true, null, 10) b;
select enter('head.HN-SXD');
select review_withdraw('00000000-0000-0000-0000-000000000047', now(), gen_random_uuid()), review_requests_of(:'t', 1);
select count(*) from ticket_ties(:'t') a, part_list(false, now(), now(), null, 10) b, part_list(true, now(), now(), null, 10) c;
select count(*) from notice_target('reviewer', :'t', null, now(), '{"request": "00000000-0000-0000-0000-000000000047"}');
select reply_review_write(gen_random_uuid(), :'t', 1, 'ok', null, now(), gen_random_uuid());
update department set reply_review = true;
select etag from move('officer.HN-SXD', :'t', 'propose', p_text := null);
select etag from move('head.HN-SXD', :'t', 'approve');
select enter('coordinator.HN-EIC');
select epoch from contact_read(:'t', 'liên hệ', gen_random_uuid());
select tracking_message(:n, 1, gen_random_uuid(), 'Cảm ơn', now(), gen_random_uuid());
select tracking_rate(:n, 1, 'satisfied', '{}', null, now(), gen_random_uuid());
select track(:n);
select once_claim(sha256('o'), sha256('f'));
select once_finish(sha256('o'), 201, 'x');
select login_code_save('officer.hn-sxd', sha256('c'), now() + interval '1 h');
select roles from session_open('officer.hn-sxd', sha256('c'), '00000000-0000-0000-0000-000000000007', now() + interval '1 h');
select count(*) from report_sla('2026-01-01', '2026-01-31', 'department', now(), 'Asia/Ho_Chi_Minh');
select report_follow(now(), 100, 'Asia/Ho_Chi_Minh'), report_follow(now(), 100, 'Asia/Ho_Chi_Minh');
insert into report_touched (ticket) values (:'t');
select count(*) from report_sla_now('2026-01-01', '2026-01-31', 'department', now(), 'Asia/Ho_Chi_Minh');
select count(*) from report_sla_now('2026-01-01', '2026-01-31', 'department', timestamptz '2026-01-15', 'Asia/Ho_Chi_Minh');
select count(*) from report_backlog_now('2026-01-01', '2026-01-31', 'department', null, now(), 'Asia/Ho_Chi_Minh');
select count(*) from report_stays_now('2026-01-01', '2026-01-31', 'state', now(), 'Asia/Ho_Chi_Minh');
update setting set value = 0 where name = 'publication_preview_days';
select enter('coordinator.HN-EIC');
select question from publication_source(:'t', (select version from ticket where id = :'t'));
select etag from publication_propose(:'t', (select version from ticket where id = :'t'), 'Ổ gà trên phố', 'Đề nghị vá ổ gà.', 'Đã vá xong.', 'o ga tren pho',
	'o ga tren pho de nghi va', null, null, '{title}', '{phone}', '{0}', '{2}', '{Ổ}', 1, false, now(), gen_random_uuid());
select etag from publication_finding f, publication_confirm(:'t', f.id, now(), gen_random_uuid()) where f.ticket = :'t';
select etag from publication_decide(:'t', (select version from ticket where id = :'t'), 'publish', null, null, now(), gen_random_uuid());
select etag from publication_show(:'t');
select count(*) from published_list(null, null, null, null, 50) a, published_list('roads', '00316', 'va o ga', null, 50) b;
select published_show(:n, null);
savepoint looks;
select count(*) from account a, tickets_looked(array[a.id, a.id], array[a.id, a.id], array[:'t', :'t']::uuid[], '{null,1}', '{null,1}', null, now(), now(), now())
    where login = 'officer.hn-sxd';
rollback to looks;
select count(*) from published_pages(array[:n, :n], array[null, 'x'], array[null, 0]);
select count(*) from published_similar('o ga', 'roads.surface', 5), open_similar('roads.surface', '00316', 105.8, 21, now(), 5);
select publication_supersede(t), publication_outdated(t.id) from ticket t where id = :'t';
select count(*) from notice_target('publishers', :'t', null, now(), '{}') x cross join notice_people(1, 'public', x.person, null, 'publishers', now());
set local role tiepdan_app;
select count(*) from ticket_queue(null, null, null, null, null, null, null, null, false, null, false, null, now(), now(), null, 50, null, null, null, null,
	null, 'superseded');
reset role;
select id as l from file('HN-SXD') \\gset
select count(*) from tickets_level_facts(array[:'l'::uuid], '{1}', 'urgent', '{}') a, tickets_pauses(array[:'l'::uuid]) b;
select tickets_relevel(array[:'l'::uuid], '{1}', array[gen_random_uuid()], 'urgent', 'Cây đổ sau bão', now(), '{1}', '{null}', '{office}', '{1}', array_agg(1), array_agg(slot),
	array_agg(kind), array_agg(start_at), array_agg(waits), array_agg(null::timestamptz), array_agg(null::timestamptz), array_agg(version), array_agg(unit),
	array_agg(amount), array_agg(extension), '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', null) from clock_running where ticket = :'l' and kind <> 'none';
select publication_object(:n, 1, 'Không đồng ý', now(), gen_random_uuid());
select count(*) from citizen(:n, 'second_look');
select id as u, number as un from file('HN-SXD', p_contact := '\\x02') \\gset
select id as v, number as vn from file('HN-SXD') \\gset
select etag from move('head.HN-SXD', :'u', 'merge', p_into := :'v');
select tracking_message(:un, 1, gen_random_uuid(), 'Cảm ơn', now(), gen_random_uuid());
select track(:un), track(:vn);
select etag from move('head.HN-SXD', :'u', 'unmerge'), relation_write('00000000-0000-0000-0000-000000000033', :'u', 'related', :'v', null, now());
select count(*) from relations_of(:'u', null, 50), timeline_of(:'u', null, 50), attachments_of(:'u', null, 50), attachment_seen(:'u', :'u');
select relation_remove(:'u', '00000000-0000-0000-0000-000000000033', now());
select etag from move('head.HN-SXD', :'u', 'merge', p_into := :'v');
select count(*) from citizen(:vn, 'withdraw');
select id as p, number as pn from file('HN-SXD') \\gset
select enter('coordinator.HN-EIC');
select kind from split_source(:'u', (select version from ticket where id = :'u'));
select etag from ticket_split(:'u', (select version from ticket where id = :'u'), array[:'p'::uuid], '{}', '{}', 'Thuộc đơn vị khác.', now(), gen_random_uuid());
select count(*) from tracking_splits(:un, 1), join_target(:un, null), join_targets(array[:un::bigint], array[null::bytea], now());
select id as q from file('HN-SXD', p_policy := 0) \\gset
select caller_enter('anyone', null, null, false, 60000);
select ticket_join(:'q', null, :'u', now(), gen_random_uuid());
select id as q from file('HN-SXD', p_policy := 0) \\gset
select caller_enter('anyone', null, null, false, 60000);
select count(*) from tickets_join(array[:'q'::uuid], array[null::bytea], array[null::bytea], array[:'u'::uuid], array[now()], array[gen_random_uuid()]);
select close_answered(now() + interval '30 days', 10), forget_once(now(), 10), forget_sessions(now(), 10);
select enter('officer.HN-SXD');
set local role tiepdan_app;
select count(*) from ticket_queue(null, null, null, null, null, null, null, null, false, null::uuid, false, 'due', now(), now() + '1 d', null, 50);
select count(*) from ticket_queue(null, null, null, null, null, null, null, null, false, null::uuid, false, 'filed', now(), now() + '1 d', null, 50);
select ticket_visible(:'t');
select * from ticket_clocks(:'t', now(), now()), messages_of(:'t'), rating_of(:'t'), questions_of(:'t'), extensions_of(:'t', true), reviews_of(:'t', null), rating_shown(:'t'), ratings_of(:'t'), reply_reviews_of(:'t', 1);
reset role;
select enter('coordinator.HN-EIC');
set local role tiepdan_app;
select count(*) from ticket_queue(null, '{closed}', 'feedback', 'roads', '00316', 'normal', 'in_time', 'any', false, caller_account(), false, 'due', now(), now() + '1 d', null, 50);
select count(*) from ticket_queue(null, null, null, null, null, null, null, 'any', false, nobody(), false, 'filed', now(), now() + '1 d', null, 50);
select filter_make('00000000-0000-0000-0000-000000000031', 'a', true, '{"mine": true}', now());
select etag from filter_change('00000000-0000-0000-0000-000000000031', 1, 'b', true, '{"mine": true}', now());
select count(*) from filter_list(null, 50);
select count(*) from ticket_queue('00000000-0000-0000-0000-000000000031', null, null, null, null, null, null, null, false, null, false, null,
	now(), now() + '1 d', null, 50);
select count(*) from ticket_queue('00000000-0000-0000-0000-000000000031', '{closed}', 'feedback', 'roads', '00316', 'normal', 'in_time', 'any', false,
	null, false, null, now(), now() + '1 d', null, 50, (select number from ticket where id = :'t'), (select code from ticket where id = :'t'));
select ticket_mark(array[:'t'::uuid], '{storm}', '{f}'), ticket_mark(array[:'t'::uuid], '{storm}', '{t}');
select count(*) from ticket_queue(null, null, null, null, null, null, null, null, false, null, false, null, now(), now() + '1 d', null, 50, null, null,
	'storm', null, 1000) a, ticket_queue('00000000-0000-0000-0000-000000000031', '{closed}', 'feedback', 'roads', '00316', 'normal', 'in_time', 'HN-SXD',
	false, null, false, null, now(), now() + '1 d', null, 50, null, null, 'storm', 'storm', 1000) b;
select filter_remove('00000000-0000-0000-0000-000000000031', 2);
reset role;
select enter('head.HN-SXD');
select department_work_set(1, true, now(), gen_random_uuid());
select exclusions_set(:'t', (select version from ticket where id = :'t'), array[caller_account()], '{conflict}', now(), gen_random_uuid());
select work_profile_set(id, 1, 20, '{roads}', '{vi}', now(), gen_random_uuid()), absence_make('00000000-0000-0000-0000-000000000032', id,
	now() + interval '1 d', now() + interval '2 d', null, now(), gen_random_uuid()) from account where login = 'officer.hn-sxd';
select absence_remove('00000000-0000-0000-0000-000000000032', now(), gen_random_uuid());
select id as w from file('HN-SXD') \\gset
select etag from move('officer.HN-SXD', :'w', 'accept');
select etag from move('officer.HN-SXD', :'w', 'ask');
select etag from move('officer.HN-SXD', :'w', 'resume');
select id as v from file('HN-SXD', p_category := 'urban_order') \\gset
select etag from move('officer.HN-SXD', :'v', 'accept');
select enter('head.HN-SXD');
select etag from rule_set_save('00000000-0000-0000-0000-000000000061', null, 'assignment', 'Phân công', 'x', 1, '{officer}', '{officer.hn-sxd}', '{a}', '{t}',
	'{1}', gen_random_uuid(), 'HN-SXD');
select etag from rule_set_activate('00000000-0000-0000-0000-000000000061', 1, gen_random_uuid());
set local role tiepdan_app;
select count(*) from rule_set s join rule_set_name n on n.rule_set = s.id;
reset role;
select caller_enter('job', null, null, false, 60000);
select record_store(seen, xid, id, number + 1, now(), 1, at_us, at_us, hash, decode(repeat('00', 32), 'hex'), hash, 'kid', decode(repeat('00', 64), 'hex'),
	int8send(at_us) || uuid_send(id) || hash) from record_leaves(1);
select count(*) from record_roots(null, 5);
select record_head(null) is not null, record_head(current_date) is not null;
select count(*) from receipt_of(:'t', true);
select count(*) from assignment_sets('{}');
select x.* from (select array_agg(ticket) as tickets, array_agg(set) as sets, array_agg(version) as versions from assignment_next(now(), 10)) i,
	tickets_assign(now(), 10, i.tickets, i.sets, i.versions, array_fill('{"set": 1, "taken": []}'::text, array[cardinality(i.tickets)])) x;
select assignment_of(:'w'), assignment_of(:'v');
select * from tickets_assign(now(), 10);
select enter('head.HN-SXD');
select count(*) from staff_list(now(), null, 50);
select department_work_item(now()), exclusions_of(:'w');
select (select count(*) from rests_staff(:'w')), (select count(*) from clock_explained_staff(:'w', 'answer', 1));
select enter('officer.HN-SXD');
set local role tiepdan_app;
select session_close();
reset role;
update session set closed_at = null where id = (select id from account where login = 'officer.hn-sxd');
select enter('admin.HN-EIC');
select redating_ask('00000000-0000-0000-0000-000000000023', 'Ngày nghỉ được thông báo muộn.', false, gen_random_uuid()) is not null;
select task from redating_take('00000000-0000-0000-0000-000000000001', 60000, now());
select redating_begin('00000000-0000-0000-0000-000000000023', '00000000-0000-0000-0000-000000000001', version::text) from reference_version;
select count(*) from redating_pauses('00000000-0000-0000-0000-000000000023', '00000000-0000-0000-0000-000000000000',
	'ffffffff-ffff-ffff-ffff-ffffffffffff', 1000);
select redating_lay('00000000-0000-0000-0000-000000000023', '00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000000',
	'ffffffff-ffff-ffff-ffff-ffffffffffff', array_agg(mark), array_agg(null::timestamptz), array_agg(null::timestamptz),
	array_agg(null::timestamptz), array_agg(null::text), array_agg(null::bigint), array_agg(true))
	from redating_portion('00000000-0000-0000-0000-000000000023', '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 1000);
select redating_seal('00000000-0000-0000-0000-000000000023', '00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000000',
	'ffffffff-ffff-ffff-ffff-ffffffffffff', '{}', -1, 0, 0, '{}');
select redating_fill('00000000-0000-0000-0000-000000000023', '00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000000',
	'ffffffff-ffff-ffff-ffff-ffffffffffff', array_agg(mark), array_agg(null::timestamptz), array_agg(null::timestamptz),
	array_agg(null::timestamptz), array_agg(null::text), array_agg(null::bigint), array_agg(true), (select count(*) from question where ticket > nobody()),
	(select count(ended_at) from question where ticket > nobody()), '{}')
	from redating_portion('00000000-0000-0000-0000-000000000023', '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 1000);
select redating_examine('00000000-0000-0000-0000-000000000023', '00000000-0000-0000-0000-000000000001');
select redating_finish('00000000-0000-0000-0000-000000000023', '00000000-0000-0000-0000-000000000001');
select count(*) from redating_tickets('00000000-0000-0000-0000-000000000023', null, 50);
select redating_apply('00000000-0000-0000-0000-000000000023', gen_random_uuid()) is not null;
select task from redating_take('00000000-0000-0000-0000-000000000001', 60000, now());
select redating_tell('00000000-0000-0000-0000-000000000023', '00000000-0000-0000-0000-000000000001', 1000);
select upload_begin(x, false, 10, 'a', sha256('a'), sha256('a'), now()) from unnest('{00000000-0000-0000-0000-000000000028,00000000-0000-0000-0000-000000000029}'::uuid[]) x;
select u.state, g.size from upload_show('00000000-0000-0000-0000-000000000028') u, upload_go_on('00000000-0000-0000-0000-000000000028') g;
select uploads_seen(array_agg(id), '{3,3}', '{now,now}', now()) from uploads_on_their_way(10);
select upload_complete('00000000-0000-0000-0000-000000000028', 10, null), upload_complete('00000000-0000-0000-0000-000000000029', 10, null);
select id from attachment_claim(now(), now() + '1 min');
select attachment_ready('00000000-0000-0000-0000-000000000028', 1, 'image/png', 9, sha256('h'), null, 1, 1), attachment_later('00000000-0000-0000-0000-000000000029', 0, now());
select filed_attach(array[:'t'::uuid], '{00000000-0000-0000-0000-000000000028}', array[now()]);
select petition_file(array[:'t'::uuid], '{3}', '{00000000-0000-0000-0000-000000000028}', array[now()], array[gen_random_uuid()]);
update category set evidence = 'photo' where code = 'roads';
select evidence_missing(k) from ticket k where id = :'t';
select enter('clerk.HN-EIC');
update ticket set channel = 'counter' where id = :'t';
select ticket_take_down(:'t', now(), gen_random_uuid()), taken_of(:'t'), petition_told(:'t'), track(:n);
select attachments_count(10), attachments_tracked(:n, 1), (select count(*) from attachment_tracked(:n, 1, '00000000-0000-0000-0000-000000000028'));
select attachment_refuse('00000000-0000-0000-0000-000000000029', 0, 'type'), forget_uploads(now() + '2 d', 10);
select count(*) from files_unknown('{00000000-0000-0000-0000-000000000028}', array[sha256('h')]);
select enter('hub_head.HN-EIC');
select duty_add(gen_random_uuid(), account, now(), now() + interval '1 day', now()) from account_role where role = 'duty_officer' limit 1;
select count(*) from duty_list(now(), null, 50);
select triage_store(xid::text, id, xid::text, :'t', 1, array[:'t'::uuid], '{danger}', '{10}', '{x}', now()) from triage_cursor;
select triage_suggestions(:'t');
select id as o from file('HN-SXD') \\gset
select etag from move('officer.HN-SXD', :'o', 'accept');
select etag from move('officer.HN-SXD', :'o', 'ask_part');
select array_agg(ticket) as parts, array_agg(level) as levels, array_agg(to_timestamp(alarm_ms / 1000.0)) as alarms
	from part_alarms_due(now() + interval '1 h', 10) \\gset
select moved from part_alarms_fire(:'parts', :'levels', :'alarms', array[''], array[1::bigint], array[now()], array[gen_random_uuid()],
	now() + interval '1 h');
select count(*) from notice_target('asked', :'o', null, now(), (select jsonb_build_object('part', id) from part where ticket = :'o'));
select count(*) from answers_measure(array[:'t'::uuid], '{1}', '{2}') a, promises_renew(now()) b;
commit;
update account set email = 'a@example.org' where login = 'head.hn-sxd';
update contact set email_index = sha256(box) where ticket = :'t';
select count(*) from triage_next(200);
select min(after_xid) as ax, max(xid) as ex, array_agg(n.ticket) filter (where n.ticket is not null) as many, (array_agg(n.ticket) filter (where not t.done))[1] as one
	from alike_next(now(), 1000) n left join ticket t on t.id = n.ticket \\gset
select alike_store(:'ax', null, :'ex', nobody(), 1, :'many', array_fill(5, array[n]), array_fill(1, array[n]), array_fill('n lang'::text, array[n]),
	array_fill(decode(repeat('0a', 128), 'hex'), array[n]), :'many', array_fill(7, array[n]), now()) from (select cardinality(:'many'::uuid[]) as n) x;
select alike_group(array_agg(one), array_agg(null::uuid)) from alike_waiting(20) where own;
select count(*) from alike_ungrouped(20);
begin;
select enter('hub_head.HN-EIC');
select (select count(*) from alike_look(:'one')), (select count(*) from alike_look_public(now(), '00316', 'roads.surface', 'roads', 5, '{7}')),
	alike_facts(:'one'), alike_facts_public(now(), '00316', 'roads.surface', 'roads', 5, '{7}', 1),
	(select count(*) from alike_shown(:'one', :'many', null, 5)), (select count(*) from alike_joinable(:'many', null, 105.8, 21, 5)),
	(select count(*) from alike_clusters(now() - interval '2 days', null, 50, 10)), (select count(*) from alike_clusters(now() - interval '2 days', null, 50));
select body from tickets_gather(:'one', (select version from ticket where id = :'one'), :'many', null, null, :'many', null, now(), '{TD404,TD409,TD615,TD482,TD403}',
	array_fill('{"status":409}'::text, array[5]));
rollback;
select alike_forget(now() + interval '1 day', 1000);
select min(after_xid) as ax, max(xid) as ex, array_agg(ticket) filter (where ticket is not null) as many from search_next(1000) \\gset
select search_store(:'ax', null, :'ex', nobody(), 1, :'many', array_fill('''o'':1A ''ga'':2A ''=gà'':2A'::text, array[cardinality(:'many'::uuid[])]));
begin;
select enter('hub_head.HN-EIC');
select (select count(*) from ticket_search('''o'' & ''ga''', null, '''o'' & ''=gà''', null, null, null, null, null, null, null, null, null, best, now(), now(), null, 20)),
	(select count(*) from ticket_search('''o''', '{ga}', '''o'' & ''=gà''', null, null, '{accepted}', 'feedback', 'roads', '00316', 'HN-SXD', '2026-01-01', null, best,
	now(), now(), null, 20)) from unnest('{f,t}'::boolean[]) best;
rollback;
begin;
select enter('admin.HN-EIC');
select etag from rule_set_save('00000000-0000-0000-0000-000000000060', null, 'routing', 'Diễn tập', 'x', 1, '{}', '{}', '{}', '{}', '{}', gen_random_uuid());
select rehearsal_ask('00000000-0000-0000-0000-000000000069', '00000000-0000-0000-0000-000000000060', 1000, gen_random_uuid()) is not null;
select rehearsal_begin(id, (select s.id from rule_set s where s.state = 'active'), '{a,b}') from rehearsal_take(null);
select rehearsal_store('00000000-0000-0000-0000-000000000069', (select id from rule_set where state = 'active' and purpose = 'routing'), min(filed_to), min(ticket_to::text)::uuid, min(filed_at), min(ticket::text)::uuid, 1, 0,
	'{0}', array[:'t'::uuid], '{1}', '{1}', '{a}', '{t}', '{f}', '{f}', '{f}', '{0}') from rehearsal_read('00000000-0000-0000-0000-000000000069', 1);
select rehearsal_finish(id), rehearsal_body(r) from rehearsal r;
select enter('coordinator.HN-EIC');
select count(*) from rehearsal_examples('00000000-0000-0000-0000-000000000069', null, null, null, 50) a,
	rehearsal_examples('00000000-0000-0000-0000-000000000069', 'HN-SXD', 'HN-SXD', null, 50) b;
select rehearsal_forget(now() + interval '1 day', 10);
rollback;
begin;
select caller_enter('anyone', null, null, false, 60000);
select citizen_code_ask('00000000-0000-0000-0000-000000000084', '00000000-0000-0000-0000-000000000084', 'vi', 1, 'w', 'b', sha256('e'), 'here');
select id as letter from citizen_letters(now(), now() + interval '1 min', 10, 'x.example', 'UTC') \\gset
select notice_done(:'letter', 1, 'sent', true, null, null, now());
select (opened).generation from citizen_sign_in(:'letter', true, '{1}', '{5}', :'letter', now() + interval '1 h', 'x');
select state from session_renew(:'letter', 1, 60, 60);
select account from citizen_sign_in_oidc(gen_random_uuid(), now() + interval '1 min', 'x', sha256('s'), gen_random_uuid(), 1, gen_random_uuid(), now() + interval '1 h', null);
insert into citizen_ticket (citizen, ticket, generation, linked_at, seen_at) select :'letter', id, generation, now(), now() from ticket where id = :'t';
select caller_enter('citizen', :'letter', :'letter', false, 60000);
set local role tiepdan_app;
select citizen_file(:'t', now()), citizen_ticket_item(:'t', now(), now()), session_list(), s.body from citizen_show() s;
select o.code, a.body from citizen_ticket_open(:'t', now()) o, citizen_ticket_add(:n, 1, now(), now()) a;
select citizen_email_ask('00000000-0000-0000-0000-000000000085', 'vi', 1, 'w', 'b', sha256('f'), 'here');
select done from citizen_email_set('00000000-0000-0000-0000-000000000085', true);
select count(*) from citizen_events(null, 50) a, citizen_events(concat(now(), '|', nobody()), 50) b;
select citizen_ticket_drop(:'t'), session_end(null);
select citizen_erase();
reset role;
select count(*) from reseal_next(9, 10);
select reseal_store(9, :'letter', '{}', '{}', '{}', '{}', '{}'), reseal_store(9, null, '{}', '{}', '{}', '{}', '{}'),
	forget_sessions(now() + interval '1 day', 10), forget_sign_ins(10);
rollback;
begin;
insert into retention_class values ('f', 'Phản ánh', 'Feedback', 1, 'closed', 'Luật', 'Law', null, null);
insert into retention_rule values (null, null, 'f', null, null);
set local session_replication_role = replica;
update ticket set state = 'closed', done = true, filed_at = '2012-01-01', updated_at = '2012-02-01', answered_at = '2012-02-01' where id = :'t';
set local session_replication_role = origin;
select enter('data_officer.HN-EIC');
select ticket_hold(:'t', 'Toà án yêu cầu', gen_random_uuid(), now()), retention_show(:'t'), ticket_release(:'t', gen_random_uuid(), now());
insert into data_request_limit values ('see', 2, 'wd', 10, 'cd', 10, 'Luật', 'Law', null, null), ('delete', 2, 'wd', 20, 'cd', 20, 'Luật', 'Law', null, null);
insert into data_request_reason values ('law_keeps', 'Phải lưu trữ', 'It is kept', 'Luật', 'Law', null, null);
select caller_enter('ticket', null, null, false, 60000);
select data_request_file_tracked(:n, 1, '00000000-0000-0000-0000-000000000087', 'see', 'Xin xem dữ liệu.', now(), now() + interval '1 h', now() + interval '2 h', gen_random_uuid());
select enter('data_officer.HN-EIC');
select data_request_file_staff('00000000-0000-0000-0000-000000000088', :'t', 'counter', 'Đã xem thẻ', 'delete', 'Xin xóa dữ liệu.', now(), now() + interval '1 h', now() + interval '2 h', 1,
	'\\x01', '\\x01', sha256('x'), sha256('x'), sha256('y'), gen_random_uuid());
select data_request_file_staff('00000000-0000-0000-0000-000000000089', null, 'counter', 'Đã xem thẻ', 'vi', 'see', 'Xin xem dữ liệu.', now(), now() + interval '1 h', now() + interval '2 h', 1,
	'\\x01', '\\x01', sha256('x'), sha256('x'), sha256('y'), gen_random_uuid());
select data_request_acknowledge('00000000-0000-0000-0000-000000000089', 1, 'Đã nhận', now(), gen_random_uuid());
select count(*) from data_request_letters(now(), now() + interval '1 min', 10, 'x.example', 'UTC') l, notices_hold(array[l.id], array[now()]), notice_done(l.id, 1, 'sent', true, null, null, now());
select data_request_end('00000000-0000-0000-0000-000000000089', 2, null, 'Đã cho xem', now(), gen_random_uuid());
select search_purposes_forget(now(), 10), data_requests_forget(now() + interval '9 years', 10), data_requests_tracked(:n, 1), data_requests_warn(now(), now() + interval '1 day', 10);
select count(*) from data_request_list(false, null, 10) a, data_request_list(true, null, 10) b, data_request_show('00000000-0000-0000-0000-000000000087') c;
select data_request_acknowledge('00000000-0000-0000-0000-000000000087', 1, 'Đã nhận', now(), gen_random_uuid());
select data_request_extend('00000000-0000-0000-0000-000000000087', 2, 'Nhiều đơn vị', now() + interval '3 h', now(), gen_random_uuid());
select data_request_end('00000000-0000-0000-0000-000000000087', 3, null, 'Đã gửi bản sao', now(), gen_random_uuid());
select data_request_end('00000000-0000-0000-0000-000000000088', 1, 'law_keeps', 'Phải lưu trữ', now(), gen_random_uuid());
select ticket_restriction_lift(:'t', gen_random_uuid(), now());
select retention_due(null, null);
select export_tracked(:n, 1, now(), now()), (select count(*) from personal_data_export(sha256('x'), sha256('y'), null, 'Yêu cầu', '{00000000-0000-0000-0000-000000000086}', now(), now()));
select disposal_propose('00000000-0000-0000-0000-000000000084', '2026-01-01', null, null, null, 'Hết hạn', gen_random_uuid());
select enter('leader.HN-EIC');
select disposal_decide('00000000-0000-0000-0000-000000000084', 'approved', gen_random_uuid());
select count(*) from disposal_list(null, 10) a, disposal_tickets('00000000-0000-0000-0000-000000000084', null, 10) b;
select sum(disposals_run(now())) from generate_series(1, 3);
select count(*) from disposal_certificate('00000000-0000-0000-0000-000000000084') a, disposal_sheet('00000000-0000-0000-0000-000000000084') b;
rollback;
select notices_make(now(), 100);
select notices_merge(array[:'t'::uuid], now());
select id as notice from notice_claim(now(), now() + interval '1 min', 10, 'example.org', 'Asia/Ho_Chi_Minh', 'http://x') limit 1 \\gset
select count(notice_late(jsonb_populate_record(n, jsonb_build_object('type', x)), now())) from notice n, (select distinct type from notice_rule) x (x) where n.id = :'notice';
select redating_told(:'t', gen_random_uuid()::text, '{sent}'), redated_late(n, '{"undone": true}'), alarm_over(:'t', '{"clock": "answer", "round": 1}')
	from notice n where id = :'notice';
select notices_hold(array[:'notice'::uuid], array[now()]);
select notice_done(:'notice', 1, 'sent', true, null, null, now());
select forget_notices(now(), 10);
begin;
select enter('admin.HN-EIC');
select count(*) from notice_list(null, null, null, 10) a, notice_list('sent', null, null, 10) b, notice_list(null, :'t', null, 10) c;
update notice set state = 'failed' where id = :'notice';
select notice_retry(:'notice', gen_random_uuid(), now());
select notice_mark(:'notice', '550 rcpt', now());
select notice_lift(:'notice', gen_random_uuid(), now());
select etag from configuration_kept k, configuration_put('settings', k.version, '[{"line": 1, "name": "parts_most", "value": 9}]', true, false)
	where k.kind = 'settings';
select body from configuration_changes('settings', now() - interval '1 day', null, null, 1) a, configuration_changes(null, null, now(), null, 1) b,
	configuration_change_show((a.item::json->>'id')::uuid);
commit;
"""


def run(cluster):
    cluster.run("postgres", "create database plans template fixture;")
    done = cluster.psql("plans", script=WAY)
    if done.returncode:
        print(f"plans: {done.stderr.strip()[-2000:]}")
        return 0, 1
    plans = re.split(r"(?=LOG:  duration)", done.stderr)[1:]
    bad = {(re.search(r"Seq Scan on (\w+)", p)[1], re.search(r"Query Text: ([^\n]*(?:\n[^\n]*){0,2})", p)[1])
           for p in plans if SCAN.search(p)}
    for table, query in sorted(bad):
        print(f"plans: sequential scan of {table}: {query}")
    if len(plans) < 100:
        bad.add(("none", "too few plans were seen"))
    print(f"plans: {len(plans) - len(bad)} passed, {len(bad)} failed", flush=True)
    return len(plans) - len(bad), len(bad)
