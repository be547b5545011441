-- Every state x action x role, in the holder's department and in another one.
begin;
set search_path = test, tiepdan, public;
select plan(23);

-- Who is kept from a ticket is kept from whatever would give it to them, so that no move asks for that again.
select is_empty($$select a.code, r from action a, unnest('{handled,named,conflict,typed}'::text[]) r
	where a.person = 'caller' and (not move_barred(r, a) or exists (select from move_role m where m.action = a.code and m.lacking))$$,
	'nobody takes what they are kept from');

-- The tables of moves are the ones of the design, written here a second time.
select set_eq('select action, from_state, to_state from move', $$
	select action, case x when '-' then null else x end, to_state from (values
		('file', '-', 'submitted'), ('accept', 'submitted', 'accepted'), ('route', 'submitted accepted', 'submitted'), ('route', 'reopened', 'reopened'), ('route', 'appealed', 'appealed'),
		('return', 'submitted accepted in_progress', 'submitted'), ('refuse', 'submitted accepted', 'refused'),
		('redirect', 'submitted accepted', 'redirected'), ('claim', 'accepted in_progress', 'in_progress'),
		('assign', 'accepted in_progress reopened appealed', 'in_progress'), ('take_up', 'reopened appealed', 'in_progress'),
		('ask_part', 'accepted', 'accepted'), ('ask_part', 'in_progress', 'in_progress'), ('ask_part', 'pending_approval', 'pending_approval'),
		('second_look', 'answered closed', 'reopened'), ('appeal', 'answered closed', 'appealed'),
		('withdraw', 'submitted needs_info accepted in_progress pending_approval reopened appealed merged', 'withdrawn'),
		('split', 'submitted', 'submitted'), ('split', 'accepted', 'accepted'), ('join', 'submitted', 'merged'),
		('merge', 'submitted needs_info accepted in_progress pending_approval reopened appealed', 'merged'), ('unmerge', 'merged', 'submitted'),
		('unmerge', 'merged', 'needs_info'), ('unmerge', 'merged', 'accepted'), ('unmerge', 'merged', 'in_progress'),
		('unmerge', 'merged', 'pending_approval'), ('unmerge', 'merged', 'reopened'), ('unmerge', 'merged', 'appealed'),
		('propose', 'in_progress', 'pending_approval'),
		('unassign', 'in_progress', 'in_progress'), ('send_back', 'pending_approval', 'in_progress'), ('approve', 'pending_approval', 'answered'),
		('close', 'answered', 'closed'), ('ask', 'submitted accepted in_progress', 'needs_info'),
		('supply', 'needs_info', 'submitted'), ('supply', 'needs_info', 'accepted'), ('supply', 'needs_info', 'in_progress'),
		('resume', 'needs_info', 'submitted'), ('resume', 'needs_info', 'accepted'), ('resume', 'needs_info', 'in_progress'),
		('expire', 'needs_info', 'submitted'), ('expire', 'needs_info', 'accepted'), ('expire', 'needs_info', 'in_progress'),
		('progress', 'accepted', 'accepted'), ('progress', 'in_progress', 'in_progress'), ('progress', 'pending_approval', 'pending_approval'),
		('request_extension', 'accepted', 'accepted'), ('request_extension', 'in_progress', 'in_progress'),
		('request_extension', 'pending_approval', 'pending_approval'),
		('approve_extension', 'accepted', 'accepted'), ('approve_extension', 'in_progress', 'in_progress'),
		('approve_extension', 'pending_approval', 'pending_approval'),
		('refuse_extension', 'accepted', 'accepted'), ('refuse_extension', 'in_progress', 'in_progress'),
		('refuse_extension', 'pending_approval', 'pending_approval'), ('relevel', 'submitted', 'submitted'), ('relevel', 'needs_info', 'needs_info'),
		('relevel', 'accepted', 'accepted'), ('relevel', 'in_progress', 'in_progress'), ('relevel', 'pending_approval', 'pending_approval'),
		('relevel', 'reopened', 'reopened'), ('relevel', 'appealed', 'appealed'),
		('reclassify', 'submitted needs_info accepted in_progress pending_approval', 'submitted'), ('reclassify', 'needs_info', 'needs_info'),
		('reclassify', 'accepted', 'accepted'), ('reclassify', 'in_progress', 'in_progress'),
		('reclassify', 'pending_approval', 'pending_approval')) m (action, from_states, to_state), string_to_table(from_states, ' ') x
$$, 'moves');
-- Roles by what they handle: an ordinary ticket, a denunciation, a press question, a personal data request.
create temp table who (action text, ordinary_own text, ordinary_all text, denunciation_own text, press_own text, data_own text);
insert into who values
	('accept', 'officer head coordinator hub_head', '', 'legal_officer', 'press_officer', 'data_officer'),
	('claim', 'officer', '', '', 'press_officer', 'data_officer'),
	('take_up', 'officer', '', '', 'press_officer', 'data_officer'),
	('assign', 'head hub_head', '', '', 'spokesperson', ''),
	('unassign', 'officer head hub_head', '', '', 'press_officer spokesperson', 'data_officer'),
	('return', 'officer head', 'hub_head', '', '', ''),
	('route', '', 'coordinator hub_head', '', '', ''),
	('refuse', 'head', 'coordinator hub_head', '', 'spokesperson', 'data_officer'),
	('redirect', '', 'coordinator hub_head', 'legal_officer', '', ''),
	('propose', 'officer', '', '', 'press_officer', 'data_officer'),
	('send_back', 'head hub_head', '', '', 'spokesperson', 'data_officer'),
	('approve', 'head hub_head', '', '', 'spokesperson', 'data_officer'),
	('close', 'head', 'coordinator hub_head', '', 'spokesperson', 'data_officer'),
	('ask', 'officer head coordinator hub_head', '', 'legal_officer', 'press_officer', 'data_officer'),
	('resume', 'officer head coordinator hub_head', '', 'legal_officer', 'press_officer', 'data_officer'),
	('ask_part', 'officer head coordinator hub_head', '', '', 'press_officer', 'data_officer'),
	('progress', 'officer head coordinator hub_head', '', 'legal_officer', 'press_officer', 'data_officer'),
	('request_extension', 'officer', '', '', 'press_officer', 'data_officer'),
	('approve_extension', 'head', 'hub_head', '', 'spokesperson', ''),
	('refuse_extension', 'head', 'hub_head', '', 'spokesperson', ''),
	('merge', 'head', 'coordinator hub_head', '', '', ''),
	('unmerge', 'head', 'coordinator hub_head', '', '', ''),
	('split', '', 'coordinator hub_head', '', '', ''),
	('relevel', '', 'coordinator hub_head', '', '', ''),
	('reclassify', '', 'coordinator hub_head', '', '', '');

-- One try of each cell; what an action may need is given.
create temp table cell (department text, role text, sight text, state text, action text, outcome text, want text);
create temp table t as
	select s as sight, h as holder, (file(h, s)).id from unnest('{public,denunciation,press,data}'::text[]) s,
		unnest('{HN-SXD,HN-EIC}'::text[]) h;
create temp table target as select s as sight, (file('HN-SXD', s)).id from unnest('{public,denunciation,press,data}'::text[]) s;
update ticket set person = (select id from account where login = case sight when 'press' then 'press_officer' when 'data' then 'data_officer'
	else 'officer' end || '.hn-sxd') where id in (select id from t);
insert into reply (ticket, version, at, author, department, state, text)
	select t.id, 1, now(), a.id, a.department, 'proposed', 'Một dự thảo trả lời' from t, account a where a.login = 'officer.hn-sxd';
insert into cell (department, role, sight, state, action)
	select d, r.code, t.sight, s.code, w.action from t, unnest('{HN-SXD,HN-EIC}'::text[]) d, role r, state s, who w
	where t.holder = 'HN-SXD' and r.code not in ('citizen', 'job');

do $$
declare
	s record;
	v_ticket uuid;
begin
	for s in select distinct sight, state from cell loop
		v_ticket := (select id from t where t.sight = s.sight and holder = 'HN-SXD');
		perform force_state(v_ticket, s.state);
		-- What somebody has is not claimed (unassign.sql), nor given to them.
		update cell c set outcome = attempt(case when c.action in ('claim', 'assign') then format('update ticket set person = null where id = %L; ', v_ticket)
			else '' end || format('select move(%L, %L, %L, p_reason_code := %L, p_department := %L, p_person := %L, p_into := %L)',
			c.role || '.' || c.department, v_ticket, c.action, case c.action when 'redirect' then 'complaint' else 'out_of_scope' end,
			case when c.action in ('route', 'redirect') then 'UB-00316' end,
			(select id from account where login = case s.sight when 'press' then 'press_officer.hn-sxd' else 'officer.hn-sxd' end),
			(select id from target where target.sight = s.sight)))
			where c.sight = s.sight and c.state = s.state;
	end loop;
end $$;

-- What each cell has to be, from the words of the design.
create function pg_temp.sees(p_role text, p_own boolean, p_sight text) returns boolean language sql as $$
	select case p_sight
		when 'public' then p_role in ('coordinator', 'hub_head', 'duty_officer', 'leader', 'auditor')
			or (p_own and p_role in ('officer', 'head', 'legal_officer'))
		when 'press' then p_role in ('coordinator', 'hub_head', 'press_officer', 'spokesperson')
		when 'data' then p_role = 'data_officer'
		when 'denunciation' then p_own and p_role = 'legal_officer' end
$$;
create function pg_temp.has_role(p_role text, p_own boolean, p_sight text, p_action text) returns boolean language sql as $$
	select (p_own and p_role = any (string_to_array(concat_ws(' ', w.ordinary_own, case p_sight when 'denunciation' then w.denunciation_own
			when 'press' then w.press_own when 'data' then w.data_own end), ' ')))
		or p_role = any (string_to_array(w.ordinary_all, ' '))
	from who w where w.action = p_action
$$;
update cell set want = case
	when not pg_temp.sees(role, department = 'HN-SXD', sight) then 'TD404'
	when not exists (select from move m where m.action = cell.action and m.from_state = cell.state) then 'TD409'
	when not pg_temp.has_role(role, department = 'HN-SXD', sight, action) then 'TD403'
	else 'ok' end;
select is((select count(*) from cell), 4 * 2 * 13 * 13 * 25::bigint, 'every cell was tried');
-- Who may ask for more time, or decide on it, may be told that there is nothing to ask or decide: questions.sql has the rest. Nor
-- is every ticket merged, or merged at all: relations.sql; and what only has the state of one that was asked has no question.
select is_empty($$select * from cell where outcome is distinct from want
	and not (want = 'ok' and action like '%extension' and outcome in ('TD435', 'TD437'))
	and not (want = 'ok' and action = 'merge' and sight <> 'public' and outcome = 'TD482')
	and not (want = 'ok' and action in ('unmerge', 'resume') and outcome = 'TD409')$$, 'and says what the design says');
select ok((select count(*) from cell where outcome = 'ok') > 60, 'among them enough that are allowed');

-- The list of open moves is exactly what would be allowed.
create temp table offered as
	select c.department, c.role, c.sight, c.state, array_agg(c.action order by c.action) filter (where c.want = 'ok') as want,
		null::text[] as got
	from cell c where c.want <> 'TD404' group by 1, 2, 3, 4;
do $$
declare
	o record;
begin
	for o in select * from offered loop
		perform enter(o.role || '.' || o.department);
		-- Of what somebody has, and of what nobody has.
		update offered set got = (select array_agg(distinct m.action order by m.action) from ticket k,
			lateral (values (k.person), (null)) p (person),
			moves_possible(jsonb_populate_record(k, jsonb_build_object('state', o.state, 'person', p.person)), null) m
			where k.id = (select id from t where sight = o.sight and holder = 'HN-SXD'))
			where (department, role, sight, state) = (o.department, o.role, o.sight, o.state);
	end loop;
end $$;
select is_empty('select * from offered where got is distinct from want', 'the moves that are offered are those that are allowed');

-- Returns: twice by the departments, the third time only by the head of the hub.
create temp table r as select (file('HN-SXD')).id;
select is(attempt(format('select move(%L, %L, %L)', 'officer.HN-EIC', (select id from t where sight = 'public' and holder = 'HN-EIC'), 'return')),
	'TD403', 'the hub does not return to itself');
select lives_ok($$select move('officer.HN-SXD', (select id from r), 'return', now() + interval '1 h')$$, 'first return');
select is((select holder from ticket where id = (select id from r)), department_id('HN-EIC'), 'goes to the hub');
select lives_ok($$select move('coordinator.HN-EIC', (select id from r), 'route', now() + interval '2 h', p_department := 'UB-00316')$$,
	'routed on');
select is(attempt($$select move('head.UB-00316', (select id from r), 'return', now() + interval '3 h');
	select move('coordinator.HN-EIC', (select id from r), 'route', now() + interval '4 h', p_department := 'HN-SXD')$$), 'TD419',
	'a coordinator does not decide after the second return');
select lives_ok($$select move('head.UB-00316', (select id from r), 'return', now() + interval '3 h');
	select move('hub_head.HN-EIC', (select id from r), 'route', now() + interval '4 h', p_department := 'HN-SXD')$$,
	'second return, and back by the head of the hub');
select is(attempt($$select move('officer.HN-SXD', (select id from r), 'return')$$), 'TD419', 'the third is not theirs: officer');
select is(attempt($$select move('head.HN-SXD', (select id from r), 'return')$$), 'TD419', 'head');
select is(attempt($$select move('hub_head.HN-EIC', (select id from r), 'return')$$), 'ok', 'but the head of the hub''s');
select is((select array_agg(d.code order by h.since) from holding h join department d on d.id = h.department
	where h.ticket = (select id from r)),
	'{HN-SXD,HN-EIC,UB-00316,HN-EIC,HN-SXD}', 'every holder is remembered');

-- A move that begins a clock says for whom it was counted; any other need not. One of many that was not counted for its holder stops them all.
create function pg_temp.counted(p_login text, p_ticket uuid, p_action text, p_for text, p_department text default null) returns text language plpgsql as $$
declare
	v text;
begin
	perform enter(p_login);
	perform ticket_move(p_ticket, p_action, (select version from ticket where id = p_ticket), null, 'vì lý do này', p_department, null, null, now(), o.policies,
		o.kinds, o.dues, o.alarms, o.units, o.amounts, 'office', 1, gen_random_uuid(), '{}', '{}', '{}', '{}', department_id(p_for), true) from offers(now()) o;
	raise exception 'undo' using errcode = 'TD001';
exception when others then
	get stacked diagnostics v = pg_exception_detail;
	return sqlstate || coalesce(' ' || (select code from department where id = nullif(v, '')::bigint), '');
end $$;
create temp table c as select id from file('HN-SXD');
select is(pg_temp.counted('officer.HN-SXD', id, 'accept', 'HN-SXD'), 'TD001', 'counted for the holder') from c;
select is(pg_temp.counted('officer.HN-SXD', id, 'accept', 'HN-EIC'), 'TD700 HN-SXD', 'counted for another one: whose it is') from c;
select is(pg_temp.counted('coordinator.HN-EIC', id, 'route', 'HN-SXD', 'UB-00316'), 'TD700 UB-00316', 'the one that will hold it') from c;
select is(attempt(format($$select enter('officer.HN-SXD'), tickets_move('accept', array[%L::uuid], '{1}', array[gen_random_uuid()], null, null, null, null, now(), o.policies,
	o.kinds, o.dues, o.alarms, o.units, o.amounts, 'office', 1, '{}', '{}', '{}', '{}', '{TD403}', '{"{}"}', null, department_id('HN-EIC'))
	from offers(now()) o$$, id)), 'TD700', 'among many, too') from c;
select force_state(id, 'accepted') from c;
select is(pg_temp.counted('officer.HN-SXD', id, 'claim', 'HN-EIC'), 'TD001', 'no clock begins') from c;

-- Who may move what where is folded from the rules, also when these change.
create function pg_temp.folded() returns setof text language sql as $$
	select set_eq('select from_state, role, action, leads, scope, sight, max_returns from move_case', 'select m.from_state, r.role, m.action, m.to_state, r.scope,
		r.sight, r.max_returns from move m join move_role r using (action) where m.from_state is not null', 'as the rules say')
$$;
select pg_temp.folded();
delete from move_role where action = 'refuse' and role = 'head';
update move set to_state = 'closed' where action = 'withdraw' and from_state = 'submitted';
select pg_temp.folded();
select * from finish();
rollback;
