-- Who sees what: each role x sight x holder, through row-level security as the server's role, and through the functions
-- that run with the owner's rights; both against the rule written here a second time.
begin;
set search_path = test, tiepdan, public;
select plan(20);

create temp table t as
	select s.code as sight, h as holder, stored, (file(h, s.code, p_contact := '\x01')).id
	from sight s, unnest('{HN-SXD,HN-EIC,HN-TTRA}'::text[]) h, unnest('{f,t}'::boolean[]) stored;
update ticket set restricted = true where id in (select id from t where stored);
insert into note select gen_random_uuid(), t.id, now(), a.id, a.department, 'x' from t, account a where a.login = 'officer.hn-sxd';
insert into message select gen_random_uuid(), t.id, now(), null, null, 'xin chào' from t;
insert into reply (ticket, version, at, author, department, state, text)
	select t.id, 1, now(), a.id, a.department, 'draft', 'Một dự thảo trả lời' from t, account a where a.login = 'officer.hn-sxd';
insert into rating select t.id, now(), 'satisfied', '{}', null, t.id from t;
insert into clock select t.id, 'accept', 1, department_id(t.holder), p.id, now(), now(), now(), now(), 'met', 'wd', 1, 0, 'office', 1
	from t, (select min(id) as id from policy) p;
insert into question (id, ticket, asked_at, asked_by, department, text, from_state, until_at)
	select gen_random_uuid(), t.id, now(), a.id, a.department, 'Xin cho biết số nhà.', 'accepted', now() + interval '1 d'
	from t, account a where a.login = 'officer.hn-sxd';
insert into extension (id, ticket, asked_at, asked_by, department, amount, unit, reason, due_before)
	select gen_random_uuid(), t.id, now(), a.id, a.department, 1, 'wd', 'Phải chờ kết quả kiểm định.', now()
	from t, account a where a.login = 'officer.hn-sxd';
insert into alarm select t.id, 'accept', 1, 1, now(), now(), gen_random_uuid() from t;
grant select on t to tiepdan_app;

create function pg_temp.sees(p_role text, p_own boolean, p_sight text) returns boolean language sql as $$
	select case
		when p_sight = 'denunciation' then p_own and p_role = 'legal_officer'
		when p_sight = 'press' then p_role in ('coordinator', 'hub_head', 'press_officer', 'spokesperson')
		when p_sight = 'data' then p_role = 'data_officer'
		when p_sight = 'confidential' and p_role in ('leader', 'auditor') then false
		else p_role in ('coordinator', 'hub_head', 'duty_officer', 'leader', 'auditor')
			or (p_own and p_role in ('officer', 'head', 'legal_officer')) end
$$;
create temp table cell as
	select a.login, t.id, t.sight, t.holder, t.stored, pg_temp.sees(r.role, a.department = department_id(t.holder), t.sight)
			and (not t.stored or a.department = department_id(t.holder)) as want,
		false as row, false as event, false as clock, false as running, false as question, false as extension, false as alarm, false as explained, false as holding, false as note, false as message, false as reply, false as rating,
		false as listed, false as visible, false as written
	from account a join account_role r on r.account = a.id, t;
create index on cell (login, id);
grant all on cell to tiepdan_app;

do $$
declare
	v_login text;
begin
	for v_login in select login from account loop
		perform enter(v_login);
		set local role tiepdan_app;
		update cell c set row = exists (select from ticket x where x.id = c.id), event = exists (select from event x where x.ticket = c.id),
			clock = exists (select from clock x where x.ticket = c.id),
			running = exists (select from clock_running x where x.ticket = c.id), question = exists (select from question x where x.ticket = c.id),
			extension = exists (select from extension x where x.ticket = c.id),
			alarm = exists (select from alarm x where x.ticket = c.id), explained = exists (select from ticket_clocks(c.id, now(), now())),
			 holding = exists (select from holding x where x.ticket = c.id),
			note = exists (select from note x where x.ticket = c.id), message = exists (select from message x where x.ticket = c.id),
			reply = exists (select from reply x where x.ticket = c.id), rating = exists (select from rating x where x.ticket = c.id)
			where c.login = v_login;
		update cell c set listed = true where c.login = v_login and c.id in (
			select (item::json->>'id')::uuid from ticket_queue(null, null, null, null, null, null, null, 'any', false, null::uuid, false, 'due', now(), now(), null, 200));
		reset role;
		update cell c set visible = attempt(format('select ticket_visible(%L)', c.id)) = 'ok',
			written = attempt(format('select record_write(gen_random_uuid(), %L, %L, null)', c.id, 'x')) = 'ok' where c.login = v_login;
	end loop;
end $$;
select is((select count(*) from cell), 52 * 7 * 3 * 2::bigint, 'every cell was tried');
select is_empty('select login, sight, holder from cell where row <> want', 'the ticket, by row-level security');
select is_empty('select login, sight, holder from cell where (event, clock, running, holding) <> (want, want, want, want)',
	'its events, clocks, holders');
select is_empty('select login, sight, holder from cell where (question, extension, alarm, explained) <> (want, want, want, want)',
	'its questions, extensions, alarms, and the list of its clocks');
select is_empty('select login, sight, holder from cell where (message, reply, rating) <> (want, want, want)
	or note <> (want and login !~ ''^(leader|auditor)'')', 'its messages, replies, rating, and who works on tickets its notes');
select is_empty('select login, sight, holder from cell where listed <> want', 'the queue');
select is_empty('select login, sight, holder from cell where (visible, written) <> (want, want)', 'and by the functions, alike');
select ok((select count(*) filter (where want) from cell) > 100, 'among them enough that are seen');

-- The queue is for staff: whoever else asks its functions, which read past row-level security, gets nothing, whatever they ask for.
create function pg_temp.lines_of(p_kind text) returns bigint language plpgsql as $$
declare
	n bigint := 0;
	r record;
begin
	perform caller_enter(p_kind, null, null, false, 60000);
	for r in select s, t, c.c, c.n as number from unnest('{due,filed}'::text[]) s, unnest('{null,bao}'::text[]) t, (select null::text, null::bigint union all (select code, number from ticket limit 1)) c (c, n) loop
		n := n + (select count(*) from queue_page(null, '{}', null, null, null, null, null, 'any', false, null, false, r.s, now(), now(), null, 200,
			r.number, r.c, nullif(r.t, 'null'), null, 1000, null));
	end loop;
	return n;
end $$;
select ticket_mark(array(select id from ticket), array_agg('bao'::text), array_agg(false)) from ticket;
select set_eq($$select pg_temp.lines_of(k) from unnest('{anyone,ticket,job}'::text[]) k$$, '{0}'::bigint[], 'nobody but staff has a queue');

-- Denunciations, once more in words.
select set_eq($$select distinct login from cell where sight = 'denunciation' and holder = 'HN-TTRA' and (row or event or listed or visible)$$,
	'{legal_officer.hn-ttra}'::text[], 'a denunciation is for the legal officers of its holder and nobody else');

-- What is only stored, once more in words.
select set_eq($$select distinct split_part(login, '.', 2) from cell where stored and holder = 'HN-SXD' and (row or event or listed or visible)$$, '{hn-sxd}'::text[],
	'what is restricted is for the department that has it');

-- Contacts.
select set_eq($$
	select login, holder, sight from cell where want and attempt(format('select enter(%L); select contact_read(%L, %L, gen_random_uuid())',
		login, id, 'liên hệ')) = 'ok'
$$, $$
	select login, holder, sight from cell where want and split_part(login, '.', 1)
		in ('coordinator', 'hub_head', 'legal_officer', 'press_officer', 'spokesperson', 'data_officer')
$$, 'contacts open for those who see the ticket and have the right');
select enter('officer.HN-SXD');
select is(attempt($$select contact_read((select id from t where sight = 'public' and holder = 'HN-SXD' and not stored), 'liên hệ', gen_random_uuid())$$),
	'TD403', 'seen without the right: 403');
select is(attempt($$select contact_read((select id from t where sight = 'public' and holder = 'HN-TTRA' and not stored), 'liên hệ', gen_random_uuid())$$),
	'TD404', 'not seen: as if it did not exist');
select is(attempt($$select contact_read(gen_random_uuid(), 'liên hệ', gen_random_uuid())$$), 'TD404', 'does not exist: the same');

-- Other callers see nothing at all, and nobody can reach what no policy shows.
create function pg_temp.rows_of(p_kind text) returns bigint language plpgsql as $$
declare
	n bigint;
begin
	perform caller_enter(p_kind, null, null, false, 60000);
	set local role tiepdan_app;
	select (select count(*) from ticket) + (select count(*) from event) + (select count(*) from account) + (select count(*) from note) into n;
	reset role;
	return n;
end $$;
select is(pg_temp.rows_of(k), 0::bigint, 'sees no row: ' || k) from unnest('{anyone,ticket,job}'::text[]) k;
set local role tiepdan_app;
select is(test.attempt(format('select * from tiepdan.%I', x)), '42501', x) from unnest('{contact}'::text[]) x;
select is_empty('select id from ticket', 'nor does a unit that forgot to say who calls');
select * from finish();
rollback;
