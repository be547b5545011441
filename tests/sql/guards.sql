-- What the database itself refuses, whoever asks (these run as the superuser).
begin;
set search_path = test, tiepdan, public;
select plan(43);
create temp table t as select * from file('HN-SXD');
create function pg_temp.change(p text) returns text language sql as $$
	select attempt(format('update ticket set %s where id = (select id from t)', p))
$$;

-- The state changes along the table and nowhere else: all 13 x 13 edges.
create temp table edge as select a.code as from_state, b.code as to_state, null::text as outcome from state a, state b;
do $$
declare
	e record;
begin
	for e in select * from edge loop
		perform force_state((select id from t), e.from_state);
		update edge set outcome = pg_temp.change(format('state = %L', e.to_state))
			where from_state = e.from_state and to_state = e.to_state;
	end loop;
	perform force_state((select id from t), 'submitted');
end $$;
select is_empty($$
	select * from edge e where outcome is distinct from case when from_state = to_state
		or exists (select from move m where m.from_state = e.from_state and m.to_state = e.to_state) then 'ok' else 'TD409' end
$$, 'every edge of the table is open and every other is closed, for the superuser too');
select is((select count(*) from edge where outcome = 'ok'), 13 + 47::bigint, 'the table has 47 edges between different states');
select is(pg_temp.change($$state = 'gone'$$), 'TD409', 'no unknown state');
select is(attempt($$insert into ticket select (jsonb_populate_record(t, '{"id": "00000000-0000-0000-0000-000000000001", "number": 5000000,
	"state": "answered"}')).* from ticket t where id = (select id from t)$$), 'TD409', 'no ticket begins anywhere but at the beginning');
select is(pg_temp.change($$done = true$$), 'ok', 'done cannot be set by hand');
select is((select done from ticket where id = (select id from t)), false, 'it follows the state');

select is(pg_temp.change($$title = 'Một tiêu đề khác'$$), '23001', 'what was filed does not change: title');
select is(pg_temp.change($$text = 'Một nội dung khác, dài hơn hai mươi ký tự'$$), '23001', 'text');
select is(pg_temp.change($$sight = 'public', kind = 'praise'$$), '23001', 'kind');
select is(pg_temp.change($$sight = 'press'$$), '23001', 'sight');
select is(pg_temp.change($$number = 77$$), '23001', 'number');
select is(pg_temp.change($$filed_at = now() - interval '1 day'$$), '23001', 'time of filing');

select is(attempt('update event set type = type'), '23001', 'events do not change');
select is(attempt('delete from event'), '23001', 'nor go');
select is(attempt('truncate event'), '23001', 'nor all at once');
select is(attempt($$delete from department where code = 'HN-HSDC'$$), '23001', 'reference rows stay: departments');
select is(attempt($$update category set code = 'x' where code = 'other'$$), '23001', 'categories keep their codes');
select is(attempt($$delete from policy$$), '23001', 'policies');
select is(attempt('truncate kind cascade'), '23001', 'kinds');

select is(attempt($$insert into holding (ticket, department, since) select id, 1, now() from t$$), 'holding_one_at_a_time',
	'one holder at a time');
select is(attempt($$insert into holding (ticket, department, since, until) select ticket, 1, since - interval '2 h', since + interval '1 h' from holding where ticket = (select id from t)$$),
	'holding_one_at_a_time', 'also of those that have ended');
select is(attempt($$insert into holding (ticket, department, since, until) select ticket, 1, since - interval '2 h', since from holding where ticket = (select id from t)$$), 'ok',
	'one after the other');
select is(attempt($$update holding set until = since + interval '2 h' where ticket = (select id from t) and until is null;
	insert into holding (ticket, department, since, until) select ticket, 1, since + interval '1 h', since + interval '3 h' from holding where ticket = (select id from t)
		and until = since + interval '2 h'$$), 'holding_one_at_a_time', 'nor by an end that comes later');
select is(attempt($$update holding set until = since + interval '2 h' where ticket = (select id from t) and until is null;
	insert into holding (ticket, department, since) select ticket, 1, now() - interval '1 h' from holding where ticket = (select id from t);
	update holding set until = now() where ticket = (select id from t)$$), 'holding_one_at_a_time', 'nor does the next one begin before the last one has ended');
select is(attempt($$insert into clock_running select (jsonb_populate_record(c, '{"round": 2}')).* from clock_running c$$), 'clock_running_0_pkey',
	'one running clock of a kind in a slot');
select is(attempt($$update clock_running set start_at = null$$), 'clock_running_complete', 'a running clock has everything to explain it');
select is(attempt($$insert into clock (ticket, kind, round, holder, policy, unit, amount, calendar, version, start_at, due_at, latest_due, stop_at)
	select id, 'accept', 1, 1, 1, 'wd', 1, 'office', 1, now(), now(), now(), now() from t$$), 'clock_outcome', 'a stopped clock has an outcome');
select is(attempt($$update clock_slot set role = 'current'$$), 'clock_slot_one_current', 'one slot is current');
select is(attempt($$insert into question (id, ticket, asked_at, asked_by, department, text, from_state, until_at) select gen_random_uuid(), t.id,
	now(), a.id, a.department, 'Xin cho biết số nhà.', 'accepted', now() + n * interval '1 d' from t, account a, generate_series(1, 2) n
	where a.login = 'officer.hn-sxd'$$), 'question_one_at_a_time', 'one question at a time');
select is(attempt($$insert into extension (id, ticket, asked_at, asked_by, department, amount, unit, reason, due_before, state, decided_at,
	decided_by, due_after) select gen_random_uuid(), t.id, now(), a.id, a.department, 1, 'wd', 'Cần thêm thời gian.', now(), 'approved', now(),
	a.id, now() + interval '1 d' from t, account a where a.login = 'officer.hn-sxd'$$), 'extension_four_eyes', 'nobody grants time to himself');
select is(attempt($$insert into rating select id, now(), 'satisfied', '{}', null, id from t, generate_series(1, 2)$$), 'rating_once', 'one rating');
select is(attempt($$insert into rating select id, now(), 'satisfied', '{funny}', null, id from t$$), 'rating_reasons', 'known reasons');
select is(attempt($$insert into contact select id, 1, null, null, sha256('x') from t$$), 'contact_sealed_or_erased', 'a contact is sealed or erased');
select is(attempt($$select file('HN-SXD'), number_block(-5); update number_stock set next = 0; select file('HN-SXD')$$), 'ticket_number',
	'no number twice');
select is(attempt($$insert into policy (profile, kind, accept_unit, forward_unit, answer_unit, answer_from_acceptance, extensions,
	citation_vi, citation_en) values ('hoi_dap', 'question', 'none', 'none', 'none', false, 0, 'x', 'x')$$), 'policy_version', 'one version of a policy');
select is(attempt($$insert into policy (profile, kind, accept_unit, forward_unit, answer_unit, answer_from_acceptance, extensions,
	citation_vi, citation_en, valid_from) values ('bao_chi', 'question', 'none', 'none', 'none', false, 0, 'x', 'x', '2026-01-01')$$),
	'policy_one_in_force', 'one policy in force for the same facts');
select is(attempt($$insert into calendar_hours values ('office', 0, 36000, 50400)$$), 'calendar_hours_no_overlap', 'hours do not overlap');
select is(attempt($$update department set hub = true where code = 'HN-SXD'$$), 'department_one_hub', 'one hub');
-- Who opens what: each right and each seal is one of those that roles_opening() knows, or one that opens nothing, and then stands here.
select is_empty($$ select distinct might from role_right r where might <> all ('{note,part,report,colleagues,calendars,hold,dispose,approve_disposal,read_retention}')
	and not exists (select from roles_opening() o where o.role = r.role and o.opens = r.might) $$, 'no right that nobody has looked at');
select is_empty($$ select distinct sight from sight_right s where sight <> all ('{public,private,restricted,confidential,press}')
	and not exists (select from roles_opening() o where o.role = s.role and o.opens = s.sight) $$, 'nor a seal');
select is(roles_guarded(), '{admin,coordinator,data_officer,duty_officer,hub_head,leader,legal_officer,press_officer,spokesperson}',
	'what opens something takes two administrators, the work of departments does not');
insert into role values ('archivist', 99, 'Cán bộ lưu trữ', 'Archivist');
insert into role_right values ('archivist', 'note'), ('archivist', 'contact');
select ok('archivist' = any (roles_guarded()), 'nor does a later role slip through');
update setting set value = 0 where name = 'guarded_roles';
select is(roles_guarded(), '{}', 'but where the town does without');

select * from finish();
rollback;
