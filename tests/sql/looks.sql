-- Tickets that several look at together: each sees what is theirs, and a page that the server has is not built again.
begin;
set search_path = test, tiepdan, public;
select no_plan();
create temp table t as select n, f.id, f.number from generate_series(1, 6) n, file(case when n = 3 then 'HN-TTRA' else 'HN-SXD' end, p_contact := case n when 6 then sha256('c') end) f;
create function pg_temp.t(n int) returns uuid language sql as $$ select id from t where t.n = $1 $$;
create temp table who as select split_part(login, '.', 1) || '.' || upper(split_part(login, '.', 2)) as login, s.account, s.id as session from account a join session s on s.account = a.id;

-- Each of `p_asked` is who looks, at which ticket, and the version and basis that are known. What a look sets ends with it, as with a transaction.
create type pg_temp.asked as (login text, n int, version bigint, basis bigint);
create type pg_temp.told as (ord bigint, refusal text, version bigint, basis bigint, page text, fresh_until timestamptz);
create function pg_temp.looked(p_asked pg_temp.asked[], p_may text[] default null, p_now timestamptz default now()) returns setof pg_temp.told language plpgsql as $$
declare
	v_told pg_temp.told[];
begin
	begin
		v_told := (select array_agg(row(l.*)::pg_temp.told order by l.ord) from (
				select array_agg(w.account order by i.ord) as accounts, array_agg(coalesce(w.session, gen_random_uuid()) order by i.ord) as sessions,
					array_agg(coalesce(t.id, gen_random_uuid()) order by i.ord) as tickets, array_agg(i.version order by i.ord) as versions, array_agg(i.basis order by i.ord) as bases
				from unnest(p_asked) with ordinality i (login, n, version, basis, ord) left join who w using (login) left join t using (n)) a,
			tickets_looked(accounts, sessions, tickets, versions, bases, p_may, p_now, p_now + interval '1 day', p_now + interval '1 day 1 minute') l);
		raise exception using errcode = 'TD000';
	exception when sqlstate 'TD000' then
		return query select * from unnest(v_told);
	end;
end $$;
create function pg_temp.one(p_login text, n int, p_version bigint default null, p_basis bigint default null, p_now timestamptz default now()) returns pg_temp.told language sql as $$
	select x from pg_temp.looked(array[row(p_login, n, p_version, p_basis)::pg_temp.asked], null, p_now) x
$$;
-- The page put together, as the server does it, but for what is left of the time.
create function pg_temp.page(p_told pg_temp.told) returns jsonb language sql as $$
	select (split_part((p_told).page, E'\x1e', 1) || '}')::jsonb || jsonb_build_object('clocks', coalesce((
		select jsonb_agg((split_part(c, E'\x1f', 1) || '}')::jsonb order by n) from regexp_split_to_table((p_told).page, E'\x1e') with ordinality x (c, n) where n > 1), '[]'))
$$;

-- Together.
create temp table seen as select * from pg_temp.looked(array[('officer.HN-SXD', 1, null, null), ('officer.HN-SXD', 3, null, null), ('officer.HN-TTRA', 3, null, null),
	('officer.HN-TTRA', 1, null, null), ('coordinator.HN-EIC', 1, null, null), ('coordinator.HN-EIC', 99, null, null), ('officer.HN-SXD', 2, null, null), ('nobody', 1, null, null)]::pg_temp.asked[]);
select is((select array_agg(ord order by ord) from seen), '{1,3,5,7,8}', 'each sees what is theirs, and nothing of what is not there');
select is((select refusal from seen where ord = 8), 'TD401', 'whose session has ended is refused');
select is((select count(*) from seen where ord = 8 and num_nonnulls(version, basis, page, fresh_until) > 0), 0::bigint, 'and told nothing');
select is((select array_agg(refusal) from seen where ord < 8), '{null,null,null,null}', 'which harms nobody else');
select is((select array_agg(pg_temp.page(row(s.*)::pg_temp.told)->>'id' order by ord) from seen s where refusal is null), array[pg_temp.t(1), pg_temp.t(3), pg_temp.t(1), pg_temp.t(2)]::text[], 'each gets what they asked for');
select is((select array_agg(refusal order by ord) from pg_temp.looked(array[('officer.HN-SXD', 1, null, null), ('coordinator.HN-EIC', 1, null, null)]::pg_temp.asked[], '{coordinator}')),
	'{TD403,null}', 'who has none of the roles is refused');
select is((select count(*) from pg_temp.looked(array[('coordinator.HN-EIC', 1, null, null), ('nobody', 1, null, null), ('officer.HN-TTRA', 1, null, null)]::pg_temp.asked[])), 2::bigint,
	'whoever was before does not look for those who come after');

-- The same as told to one.
select enter('officer.HN-SXD');
select is(pg_temp.page(pg_temp.one('officer.HN-SXD', 1)), (select body::jsonb from ticket_told(pg_temp.t(1))) || jsonb_build_object('clocks', (select jsonb_agg(item::jsonb) from ticket_clocks(pg_temp.t(1), now(), now() + interval '1 day'))), 'as told to one');
select is((select array_agg(split_part(c, E'\x1f', 2)::bigint) from regexp_split_to_table((pg_temp.one('officer.HN-SXD', 1)).page, E'\x1e') with ordinality x (c, n) where n > 1),
	(select array_agg(case when runs then (extract(epoch from due_at) * 1000)::bigint end) from ticket_clocks(pg_temp.t(1), now(), now() + interval '1 day')), 'with when its clocks are due');
select ok(current_setting('transaction_read_only') = 'off', 'the fixture goes on writing');

-- Nobody writes in such a transaction.
savepoint reads;
select count(*) from who w, tickets_looked(array[account], array[session], array[pg_temp.t(1)], '{null}', '{null}', null, now(), now(), now()) where login = 'officer.HN-SXD';
select is(current_setting('transaction_read_only'), 'on', 'a look reads only');
rollback to reads;

-- What is known is not built again.
select (pg_temp.one('officer.HN-SXD', 1)).version as version, (pg_temp.one('officer.HN-SXD', 1)).basis as basis \gset
select is((pg_temp.one('officer.HN-SXD', 1, :version, :basis)).page, null, 'a page that is known is not built again');
select is((pg_temp.one('officer.HN-SXD', 1, :version, :basis)).version, :version::bigint, 'but its version is told');
select isnt((pg_temp.one('officer.HN-SXD', 1, :version - 1, :basis)).page, null, 'one of before is');
select isnt((pg_temp.one('officer.HN-SXD', 1, :version, null)).page, null, 'and one of which not all is known');
select isnt((pg_temp.one('head.HN-SXD', 1)).basis, :basis::bigint, 'who has other roles sees it otherwise');
select move('officer.HN-SXD', pg_temp.t(1), 'accept'), move('officer.HN-SXD', pg_temp.t(1), 'claim');
select isnt((pg_temp.one('officer.HN-SXD', 1, :version, :basis)).page, null, 'nor is it known after a move');
insert into account_role (account, role) select account, 'head' from who where login = 'officer.HN-SXD' on conflict do nothing;
select isnt((pg_temp.one('officer.HN-SXD', 2)).basis, :basis::bigint, 'nor in another role');
delete from account_role where role = 'head' and account = (select account from who where login = 'officer.HN-SXD');
select is((pg_temp.one('officer.HN-SXD', 2)).basis, :basis::bigint, 'until it is as before');
update reference_version set version = version + 1;
select isnt((pg_temp.one('officer.HN-SXD', 2)).basis, :basis::bigint, 'nor with other names');
select is((select array_agg(ord) from pg_temp.looked(array[('officer.HN-TTRA', 1, null, null), ('officer.HN-TTRA', 3, null, null)]::pg_temp.asked[])), '{2}', 'a version does not help who may not see it');

select (pg_temp.one('officer.HN-SXD', 1)).basis as basis \gset
select enter('officer.HN-SXD');
select etag from reply_keep(gen_random_uuid(), pg_temp.t(1), 0, 'Đã vá xong ổ gà trước số nhà 126.', now(), gen_random_uuid());
select isnt((pg_temp.one('officer.HN-SXD', 1)).basis, :basis::bigint, 'nor where a reply was drafted, which opens moves');

select version, basis, pg_temp.page(l)->>'has_contact' as contact from pg_temp.one('officer.HN-SXD', 6) l \gset
select is(:'contact'::text, 'true', 'with a contact');
select enter('data_officer.HN-EIC');
select contact_erase(pg_temp.t(6), 'xóa theo yêu cầu', gen_random_uuid(), now());
select is(pg_temp.page(pg_temp.one('officer.HN-SXD', 6, :version, :basis))->>'has_contact', 'false', 'nor is it known where that was erased');

-- How long it holds.
select is((pg_temp.one('officer.HN-SXD', 2, p_now := now() + interval '1 hour')).fresh_until, now() + interval '1 hour 1 minute', 'a minute');
select is((pg_temp.one('officer.HN-SXD', 2, p_now := c.due_at - interval '30 seconds')).fresh_until, c.due_at - interval '30 seconds', 'not where a clock is about to be late')
	from clock_running c where c.ticket = pg_temp.t(2) and c.slot = slot_current() and c.kind = 'answer';
select is((pg_temp.one('officer.HN-SXD', 2, p_now := c.due_at - interval '1 day 30 seconds')).fresh_until, c.due_at - interval '1 day 30 seconds', 'or near')
	from clock_running c where c.ticket = pg_temp.t(2) and c.slot = slot_current() and c.kind = 'answer';
select move('head.HN-SXD', pg_temp.t(4), 'merge', now(), p_into := pg_temp.t(5));
select is((select array_agg((pg_temp.one('officer.HN-SXD', n)).fresh_until) from generate_series(4, 5) n), array[now(), now()], 'nor where it tells of another ticket');
select * from finish();
rollback;
