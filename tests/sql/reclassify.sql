-- Another path: what changes, what does not, and what is refused behind the back of the server. The dates come from the server (here: a day
-- later); tests/api/test_reclassify.py has who sees what.
begin;
set search_path = test, tiepdan, public;
select plan(40);
create function pg_temp.day(n numeric) returns timestamptz language sql as $$ select timestamptz '2026-10-05 12:00+07' + n * interval '1 day' $$;
create temp table t as select n, f.* from generate_series(1, 9) n, file('HN-SXD', p_at := pg_temp.day(0 * n),
	p_key := decode(lpad(n::text, 64, '0'), 'hex'), p_fingerprint := decode(lpad(n::text, 64, '0'), 'hex')) f;
create function pg_temp.t(n int) returns uuid language sql as $$ select id from t where t.n = $1 $$;
create function pg_temp.is(n int) returns text language sql as $$
	select concat_ws(' ', d.code, k.state, k.kind, k.category, k.sight, k.visibility, coalesce(a.login, 'nobody')) from ticket k join department d on d.id = k.holder
		left join account a on a.id = k.person where k.id = pg_temp.t(n)
$$;
create function pg_temp.hub(p_sql text) returns text language sql as $$ select attempt('select enter(''coordinator.HN-EIC''); ' || p_sql) $$;

-- Nobody changes by the way what was filed.
select throws_ok($$update ticket set kind = 'question' where id = pg_temp.t(1)$$, '23001', null, 'not the kind');
select throws_ok($$update ticket set sight = 'private', version = version + 1 where id = pg_temp.t(1)$$, '23001', null, 'nor the sight, in a new version');
select ok(not has_table_privilege('tiepdan_app', 'filed_as', 'select'), 'what was filed is read by the functions alone');

-- Refusals.
select is(pg_temp.hub($$select reclassify(pg_temp.t(1))$$), 'TD610', 'it is so already');
select is(pg_temp.hub($$select reclassify(pg_temp.t(1), 'question', p_reason := '')$$), 'TD428', 'not without a reason');
select is(pg_temp.hub($$select reclassify(pg_temp.t(1), 'question', p_version := 9)$$), 'TD412', 'not of another version');
select is(pg_temp.hub($$select reclassify(pg_temp.t(1), p_category := 'no.such')$$), 'P0002', 'no such category');
select is(pg_temp.hub($$select reclassify(pg_temp.t(1), 'no_such')$$), 'P0002', 'no such kind');
select is(pg_temp.hub($$select reclassify(pg_temp.t(1), 'denunciation', p_sight := 'denunciation', p_against := 'HN-SXD')$$), 'TD456', 'not left with the denounced');
select is(pg_temp.hub($$select reclassify(pg_temp.t(1), 'question', p_against := 'UB-00316')$$), 'TD612', 'a question is against nobody');
select is(pg_temp.hub($$select reclassify(pg_temp.t(1), 'complaint', p_against := 'NOBODY')$$), 'TD430', 'nor is anything against nobody');
select is(attempt($$select enter('head.HN-SXD'); select reclassify(pg_temp.t(1), 'question')$$), 'TD403', 'not by the department');
select force_state(pg_temp.t(2), 'answered');
select is(pg_temp.hub($$select reclassify(pg_temp.t(2), 'question')$$), 'TD409', 'not once it is answered');
select move('coordinator.HN-EIC', pg_temp.t(4), 'merge', p_into := pg_temp.t(3));
select is(pg_temp.hub($$select reclassify(pg_temp.t(3), 'complaint', p_sight := 'restricted')$$), 'TD611', 'others would see it');
select is(pg_temp.hub($$select reclassify(pg_temp.t(3), 'question')$$), 'ok', 'as long as the same people do');

-- What goes on, and what begins anew.
select move('officer.HN-SXD', pg_temp.t(5), 'accept', pg_temp.day(0.1)), move('officer.HN-SXD', pg_temp.t(5), 'claim', pg_temp.day(0.2));
select enter('coordinator.HN-EIC'), reclassify(pg_temp.t(5), 'question', p_level := 'complex', p_at := pg_temp.day(0.3));
select is(pg_temp.is(5), 'HN-SXD in_progress question roads.surface public public officer.hn-sxd', 'the same people: it goes on');
select is((select array_agg(concat_ws(' ', c.kind, p.level, c.due_at - pg_temp.day(0)) order by c.kind) from clock_running c join policy p on p.id = c.policy
	where ticket = pg_temp.t(5) and slot = slot_current()), '{"answer complex 4 days 02:24:00","step complex 1 day 07:12:00","update complex 1 day 07:12:00"}', 'by the other policy');
select is((select array[type, from_state, to_state, data->>'from_kind', data->>'kind', event_told(id, data)->>'reason'] from event where ticket = pg_temp.t(5)
	order by at desc limit 1), '{ticket.reclassified,in_progress,in_progress,feedback,question,"vì lý do này"}', 'the event has both');
savepoint marks;
select ticket_mark(array_fill(pg_temp.t(5), '{2}'), '{cay_do,gap}', '{f,t}'), ticket_mark(array[pg_temp.t(6)], '{cay_do}', '{f}');
select enter('coordinator.HN-EIC'), reclassify(pg_temp.t(5), 'recommendation', p_level := 'complex', p_at := pg_temp.day(0.35), p_tags := '{den,den}',
	p_flags := '{xem}');
select is((select string_agg(name || flag, ' ' order by name) from ticket_tag where ticket = pg_temp.t(5)), 'denfalse xemtrue', 'marked by the rules of now alone');
select is((select string_agg(name || flag, ' ' order by name) from ticket_tag where ticket = pg_temp.t(6)), 'cay_dofalse', 'and no other one');
rollback to marks;
select move('officer.HN-SXD', pg_temp.t(5), 'propose', pg_temp.day(0.4));
select move('officer.HN-SXD', pg_temp.t(5), 'ask_part', pg_temp.day(0.4));
select enter('coordinator.HN-EIC'), reclassify(pg_temp.t(5), 'denunciation', 'officials_conduct', 'HN-TTRA', 'denunciation', 'HN-SXD', p_at := pg_temp.day(0.5));
select is(pg_temp.is(5), 'HN-TTRA submitted denunciation officials_conduct denunciation confidential nobody', 'other people: it begins anew');
select is((select array_agg(c.kind || ' ' || c.round order by c.kind) from clock_running c where ticket = pg_temp.t(5) and slot = slot_current() and c.holder = department_id('HN-TTRA')),
	'{"accept 2","answer 1","update 1"}', 'with the clocks of a route, and no step of the policy of before');
select is((select array_agg(state) from reply where ticket = pg_temp.t(5)), '{sent_back}', 'what was proposed goes back');
select is((select array[state, text] from part where ticket = pg_temp.t(5)), array['cancelled', 'Đề nghị phối hợp được thu hồi.'], 'the part is taken back');
select is((select count(*) from event where ticket = pg_temp.t(5) and type = 'part.cancelled'), 1::bigint, 'and who was asked is told');
select is((select array_agg(d.code || coalesce(' ' || h.ended_by, '') order by h.since) from holding h join department d on d.id = h.department
	where h.ticket = pg_temp.t(5)), '{"HN-SXD route",HN-TTRA}', 'it was passed on');
select is(attempt($$update ticket set holder = department_id('HN-SXD') where id = pg_temp.t(5)$$), 'TD456', 'and never comes back');
select is(pg_temp.hub($$select reclassify(pg_temp.t(5), 'feedback')$$), 'TD404', 'the hub does not bring back what it does not see');
select is(attempt($$select enter('legal_officer.HN-TTRA'); select reclassify(pg_temp.t(5), 'feedback', p_sight := 'public')$$), 'TD403', 'nor does who sees it');

-- The same department, and a closed sight: who worked on it does not see it.
select move('officer.HN-SXD', pg_temp.t(6), 'accept', pg_temp.day(0.1)), move('officer.HN-SXD', pg_temp.t(6), 'claim', pg_temp.day(0.2));
select enter('coordinator.HN-EIC'), reclassify(pg_temp.t(6), 'denunciation', p_sight := 'denunciation', p_at := pg_temp.day(0.3));
select is(pg_temp.is(6), 'HN-SXD submitted denunciation roads.surface denunciation confidential nobody', 'begins anew where it is');

-- A question to the citizen ends.
select move('officer.HN-SXD', pg_temp.t(7), 'ask', pg_temp.day(0.2));
select enter('coordinator.HN-EIC'), reclassify(pg_temp.t(7), p_category := 'environment.waste', p_at := pg_temp.day(0.3));
select is(pg_temp.is(7), 'HN-SXD submitted feedback environment.waste public public nobody', 'the citizen is asked no more');
select is((select array[ended, (ended_at - pg_temp.day(0.3))::text] from question where ticket = pg_temp.t(7)), '{dropped,00:00:00}', 'from then on');

-- In every slot.
update clock_slot set role = 'next' where role = 'empty';
insert into clock_running (slot, ticket, kind, round, holder, policy, unit, amount, calendar, version, start_at, waits, due_at, latest_due, first)
	select 1 - slot, ticket, kind, round, holder, policy, unit, amount, calendar, version, start_at, waits, due_at + interval '1 hour', latest_due, first
	from clock_running where ticket = pg_temp.t(8);
select enter('coordinator.HN-EIC'), reclassify(pg_temp.t(8), 'question', p_level := 'urgent', p_department := 'UB-00316', p_at := pg_temp.day(0.3));
select is((select array_agg(distinct kinds || ' ' || policies || ' ' || holders) from (select slot, string_agg(kind, ',' order by kind) as kinds,
	count(distinct policy) as policies, count(distinct holder) as holders from clock_running where ticket = pg_temp.t(8) group by slot) x),
	'{"accept,answer 1 1"}', 'while a re-dating is prepared');
update clock_slot set role = 'empty' where role = 'next';
delete from clock_running where slot <> slot_current();

-- A replay tells what the filing told, however often it became something else since.
select enter('coordinator.HN-EIC'), reclassify(pg_temp.t(8), 'emergency', p_at := pg_temp.day(0.4));
select is(filed_body_of(pg_temp.t(n)), (select body from t where t.n = x.n), 'a replay ' || n) from unnest('{5,8}'::int[]) x (n);
select is((select array[kind, category, route->>'reason'] from filed_as where ticket = pg_temp.t(5)), '{feedback,roads.surface,category}', 'the first kind is kept');
select ok((select in_danger(k) from ticket k where id = pg_temp.t(8)), 'an emergency is one for its citizen, too');
select is((select count(*) from event where ticket = pg_temp.t(8) and type = 'ticket.danger'), 1::bigint, 'and who is on duty is told');

-- In the letter nothing of what is not for everybody's eyes.
select results_eq($$select notice_what(e, 'Asia/Ho_Chi_Minh', false) from event e where ticket = pg_temp.t(5) and type = 'ticket.reclassified' order by at$$,
	$$values ('The ticket is dealt with as another kind or in another category: "Question" instead of "Feedback"'),
		('The ticket is dealt with as another kind or in another category')$$, 'no kind that is secret');
select set_eq($$select side, language from notice_template where type = 'ticket.reclassified'$$, $$values ('citizen', 'vi'), ('citizen', 'en'), ('staff', 'vi'),
	('staff', 'en')$$, 'letters for both sides in both languages');
select * from finish();
rollback;
