-- The queue among many: whatever is asked for, page by page, however few tickets a page may look at, is what there is, each once and in order.
set search_path = test, tiepdan, public;
set client_min_messages = warning;
set jit = off;
select account_save('officer.hn-hawaco', 'Officer', 'HN-HAWACO', '{officer}');
insert into session (id, account, expires_at) select id, id, now() + interval '1 day' from account where login = 'officer.hn-hawaco';
select id as person from account where login = 'officer.hn-sxd' \gset
create table made as select n, f.id, f.number from generate_series(1, 240) n, file(case when n % 3 = 0 then 'HN-HAWACO' else 'HN-SXD' end,
	p_kind := case when n % 7 = 0 then 'question' else 'feedback' end, p_category := case when n % 11 = 0 then 'water.supply' else 'roads.surface' end,
	p_area := case when n % 5 = 0 then '00364' else '00316' end, p_sight := case when n % 19 = 0 then 'press' when n % 23 = 0 then 'restricted' else 'public' end, p_at := now() - (n % 40) * interval '7 h') f;
-- Many at one instant, and the rest in every state.
select force_state(id, case n % 13 when 0 then 'answered' when 1 then 'closed' when 2 then 'closed' when 3 then 'refused' when 4 then 'accepted'
	when 5 then 'in_progress' when 6 then 'withdrawn' when 7 then 'merged' else 'submitted' end) from made;
delete from clock_running c using ticket t where t.id = c.ticket and t.done;
set session_replication_role = replica;
update ticket t set outcome = case m.n % 4 when 0 then 'met' when 1 then 'late' end from made m where m.id = t.id and t.done;
update ticket t set person = :'person' from made m where m.id = t.id and m.n % 9 = 0;
update clock_running c set due_at = 'infinity', first = c.kind = 'accept' from made m where m.id = c.ticket and m.n % 17 = 0;
set session_replication_role = origin;
analyze ticket; analyze clock_running;

create function asker(p_person text) returns uuid language sql as $$ select id from account where p_person = 'officer' and login = 'officer.hn-sxd' $$;
-- Page by page, until the list ends: what came, in order, of pages that look at p_most * 10 tickets at the most.
create function walk(p_states text[], p_kind text, p_category text, p_area text, p_standing text, p_holder text, p_person text, p_sort text, p_limit int,
	p_most bigint, out ids uuid[], out pages int, out empty int) language plpgsql as $$
declare
	v_after text;
	v_rows queue_row[];
	v_last queue_row;
begin
	ids := '{}'; pages := 0; empty := 0;
	loop
		v_rows := array(select row(q.*)::queue_row from queue_page(null, p_states, p_kind, p_category, p_area, null, p_standing, p_holder, false, asker(p_person),
			p_person = 'nobody', p_sort, now(), now() + interval '1 day', v_after, p_limit, null, null, null, null, p_most, null) q);
		ids := ids || array(select r.id from unnest(v_rows) with ordinality r where r.code is not null and r.ordinality <= p_limit order by r.ordinality);
		pages := pages + 1;
		empty := empty + (cardinality(v_rows) = 1 and v_rows[1].code is null)::int;
		-- The list goes on where there is one more than was asked for, or a row that is no ticket.
		v_last := v_rows[least(cardinality(v_rows), p_limit)];
		exit when cardinality(v_rows) <= p_limit and (cardinality(v_rows) = 0 or v_last.code is not null);
		v_after := concat_ws('|', v_last.done, case when v_last.filed or v_last.done then v_last.filed_at else coalesce(v_last.due_at, 'infinity') end, v_last.id);
		if pages > 500 then
			raise exception 'the list does not end';
		end if;
	end loop;
end $$;
-- The same by one plain statement.
create function plain(p_states text[], p_kind text, p_category text, p_area text, p_standing text, p_holder text, p_person text, p_sort text)
returns uuid[] language sql as $$
	select coalesce(array_agg(t.id order by case when p_sort = 'filed' then t.filed_at end desc, case when p_sort = 'filed' then t.id end desc, t.done,
			case when t.done then t.filed_at else c.due_at end, t.id), '{}')
	from ticket t left join clock_running c on c.ticket = t.id and c.first and c.slot = slot_current()
	where (case when p_states = '{}' then t.done = coalesce(p_standing like 'met%', false) else t.state = any (p_states) end) and (p_kind is null or t.kind = p_kind)
		and (p_category is null or t.category = p_category or t.category like p_category || '.%') and (p_area is null or t.area = p_area)
		and (p_holder is null or t.holder = department_id(p_holder)) and sees(t)
		and (p_person is null or t.person is not distinct from asker(p_person))
		and (p_standing is null or case p_standing when 'overdue' then c.due_at < now() when 'due_soon' then c.due_at >= now() and c.due_at < now() + interval '1 day'
			when 'in_time' then c.due_at >= now() + interval '1 day' and c.due_at < 'infinity' when 'met' then t.outcome = 'met' when 'met_late' then t.outcome = 'late' else coalesce(c.due_at, 'infinity') = 'infinity' and t.outcome is null end)
$$;
create table asked as select row_number() over () as n, * from
	unnest('{x,answered,"answered,closed","submitted,answered","accepted,refused,withdrawn",closed}'::text[]) states,
	unnest('{due,filed}'::text[]) sort, unnest('{null,HN-SXD}'::text[]) holder, (values (null, null, null), ('overdue', null, null), ('in_time', null, 'category'),
		('no_clock', null, null), (null, 'nobody', null), (null, 'officer', null), ('in_time', 'officer', 'kind and area'), (null, null, 'category'),
		(null, 'nobody', 'kind and area'), ('no_clock', null, 'kind and area'), ('met', null, null), ('met_late', 'officer', 'category')) v (standing, person, narrow);
create function ask(p_login text) returns table (login text, n bigint, most bigint, want uuid[], ids uuid[], pages int, empty int) language plpgsql as $$
begin
	perform enter(p_login);
	return query select p_login, a.n, m.m, plain.ids, walked.*
		from asked a cross join unnest('{1,1000}'::bigint[]) m (m), lateral (select case when a.states = 'x' then '{}' else string_to_array(a.states, ',') end as states,
			case when a.narrow like 'kind%' then 'question' end as kind, case a.narrow when 'category' then 'water' end as category,
			case when a.narrow like '%area' then '00364' end as area, nullif(a.holder, 'null') as holder) x,
		lateral (select plain(x.states, x.kind, x.category, x.area, a.standing, x.holder, a.person, a.sort) as ids) plain,
		lateral walk(x.states, x.kind, x.category, x.area, a.standing, x.holder, a.person, a.sort, 15, m.m) walked;
end $$;
begin;
create table got as select ask.* from unnest('{coordinator.HN-EIC,press_officer.HN-EIC,officer.HN-SXD,officer.hn-hawaco}'::text[]) l, ask(l);
create function pages(p_login text, p_most bigint, p_states text, p_sort text, p_standing text, p_person text) returns setof int language sql as $$
	select distinct g.pages from got g join asked a using (n) where g.login = p_login and g.most = p_most and a.states = p_states and a.sort = p_sort
		and a.standing is not distinct from p_standing and a.person is not distinct from p_person and a.narrow is null
$$;

select plan(10);
select is((select count(*) from got), 2304::bigint, 'so many ways to ask');
select is_empty('select login, n, most, ids, want from got where ids <> want', 'each is told what there is that they may see, once and in order');
select ok((select count(*) from got where login = 'coordinator.HN-EIC' and cardinality(want) > 15) > 60, 'among them many with several pages');
select ok((select count(*) from got where cardinality(want) between 1 and 15) > 100, 'and with one');
select ok((select sum(empty) from got where most = 1) > 100, 'a page that may look at few is empty at times, and the list goes on');
select is((select count(*) from got where most = 1000 and empty > 0), 0::bigint, 'one that may look at all is never');
select ok((select min(pages) from pages('press_officer.HN-EIC', 1, 'closed', 'due', null, null) pages) > 1, 'what is not shown is looked at, too');
select results_eq($$select pages('coordinator.HN-EIC', 1, 'closed', s, 'overdue', null) from unnest('{due,filed}'::text[]) s$$, '{1,1}'::int[], 'nothing that has ended is due');
select results_eq($$select pages('coordinator.HN-EIC', 1, 'closed', s, null, 'officer') from unnest('{due,filed}'::text[]) s$$, '{1,1}'::int[],
	'what somebody has ended is not looked for');
-- A cursor of a server of before stands behind what has ended by its id alone.
select enter('coordinator.HN-EIC');
create function closed() returns uuid[] language sql as $$
	select g.ids from got g join asked a using (n) where g.login like 'coord%' and g.most = 1000 and (a.states, a.sort, a.holder) = ('closed', 'due', 'HN-SXD')
		and a.standing is null and a.person is null and a.narrow is null
$$;
select is((select array_agg(q.id order by q.ordinality) from queue_page(null, '{closed}', null, null, null, null, null, 'HN-SXD', false, null, false, 'due', now(), now(),
	't|infinity|' || (closed())[5], 4, null, null, null, null, 1000, null) with ordinality q), (closed())[6:10], 'and goes on with the next');
select * from finish();
