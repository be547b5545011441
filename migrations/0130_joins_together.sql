-- Who joins tickets at the same moment does so in one transaction, as who files: one ticket that hundreds join within a minute made each of them wait for
-- the commit of the one before.
set local search_path = tiepdan, public;

-- How many more may join, and in how many seconds there is a place again for who is too many of this hour.
create function joins_left(p_into uuid, p_at timestamptz, out in_all bigint, out in_hour bigint, out again text) language plpgsql stable
set search_path = tiepdan, pg_temp as $$
begin
	select (select value from setting where name = 'joins_most') - count(*),
		(select value from setting where name = 'joins_hour_most') - count(*) filter (where at > p_at - interval '1 hour'),
		ceil(extract(epoch from min(at) filter (where at > p_at - interval '1 hour') + interval '1 hour' - p_at))::bigint::text
	into in_all, in_hour, again from ticket_merge where into_ticket = p_into and kind = 'joined';
end $$;
-- Why so many may not; NULL: they may.
create function joins_refused(p_in_all bigint, p_in_hour bigint, p_more bigint) returns text language sql immutable parallel safe as $$
	select case when p_more > p_in_all then 'TD489' when p_more > p_in_hour then 'TD488' end
$$;
create function joins_room(p_into uuid, p_at timestamptz, p_more bigint) returns void language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_left record := joins_left(p_into, p_at);
	v_refused text := joins_refused(v_left.in_all, v_left.in_hour, p_more);
begin
	if v_refused is not null then
		raise exception 'the ticket was joined too often' using errcode = v_refused, detail = case v_refused when 'TD488' then coalesce(v_left.again, '') else '' end;
	end if;
end $$;
create or replace function joins_room(p_into uuid, p_at timestamptz) returns void language sql stable set search_path = tiepdan, pg_temp as $$
	select joins_room(p_into, p_at, 1)
$$;
comment on function joins_room(uuid, timestamptz) is 'For servers of before 0130.';
comment on function join_target is 'For servers of before 0130.';
comment on function ticket_join is 'For servers of before 0130. Holds the lock that tickets_join() holds.';

-- The open public tickets that somebody wants to join, by ordinal: those that they were merged into. Why not is a refusal, and how many seconds a full
-- hour goes on is its detail; of those who come together no more are let in than there is room for, so that hardly anybody is stored first and refused
-- then (tickets_join()). Whose key is known is told again whatever has become of it.
create function join_targets(p_numbers bigint[], p_once_keys bytea[], p_now timestamptz)
returns table (ord bigint, refusal text, detail text, id uuid, code text, kind text, category text, area text, department bigint)
language plpgsql stable security definer set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
	return query
	with root as materialized (
		select i.ord, i.key, exists (select from once o where o.key = i.key) as known, k.id, k.code, k.kind, k.category, k.area, k.holder, k.done
		from unnest(p_numbers, p_once_keys) with ordinality i (number, key, ord)
			join ticket t on t.number = i.number and t.visibility = 'public' and t.sight = 'public'
			join ticket k on k.id = ticket_root(t.id) and k.visibility = 'public' and k.sight = 'public'),
	room as materialized (select r.id, l.* from (select distinct id from root where not done and not known) r, joins_left(r.id, p_now) l),
	turn as (select f.ord, dense_rank() over (partition by f.id order by f.first) as turn from (
		select r.ord, r.id, min(r.ord) over (partition by r.id, coalesce(r.key, int8send(r.ord))) as first from root r where not r.known) f)
	select n.ord, case when r.id is null then 'TD404' when r.known then null when r.done then 'TD485'
		else joins_refused(m.in_all, m.in_hour, w.turn) end, m.again, r.id, r.code, r.kind, r.category, r.area, r.holder
	from (select generate_series(1, cardinality(p_numbers))::bigint as ord) n left join root r using (ord) left join room m on m.id = r.id
		left join turn w using (ord);
end $$;

-- Ties tickets, filed just before in this transaction, to those that their citizens join; by ordinal what became of it, as filings_store() says it,
-- and what the citizen is told. It is the move `join` of each (ticket_change()), of which nothing more is left for tickets that nobody has seen yet: they
-- have no clock but the one that stands for none, no part, question, extension or public version, and stay with whom they are.
create function tickets_join(p_tickets uuid[], p_once_keys bytea[], p_once_fingerprints bytea[], p_intos uuid[], p_at timestamptz[], p_events uuid[])
returns table (ord bigint, outcome text, number bigint, generation bigint, joined text)
language plpgsql security definer set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
	a action;
	v_tickets uuid[];
	v_intos uuid[];
	v_at timestamptz[];
	v_events uuid[];
begin
	select array_agg(t.id), array_agg(i.target), array_agg(i.at), array_agg(i.event) into v_tickets, v_intos, v_at, v_events
	from unnest(p_tickets, p_intos, p_at, p_events) i (ticket, target, at, event)
		join ticket t on t.id = i.ticket;
	if exists (select from ticket t where t.id = any (v_tickets) and (t.state, t.version) <> ('submitted', 1)) then
		raise exception 'only what was just filed joins another ticket' using errcode = 'restrict_violation';
	end if;
	-- In one order, so that of two who join the same tickets one waits for the other.
	perform pg_advisory_xact_lock(hashtextextended('tiepdan.ticket_join.' || i.target, 0))
		from (select distinct target from unnest(v_intos) i (target) order by 1) i;
	perform joins_room(i.target, i.at, i.more)
		from (select target, max(at) as at, count(*) as more from unnest(v_intos, v_at) i (target, at) group by 1) i;
	select * into strict a from action where code = 'join';
	insert into ticket_merge (id, ticket, into_ticket, kind, at, from_state)
		select i.event, i.ticket, i.target, 'joined', i.at, 'submitted' from unnest(v_tickets, v_intos, v_at, v_events) i (ticket, target, at, event)
		order by i.target;	-- in one order here, too: the foreign key locks each
	update ticket t set state = 'merged', updated_at = i.at, version = version + 1 from unnest(v_tickets, v_at) i (ticket, at) where t.id = i.ticket;
	delete from clock_running r where r.ticket = any (v_tickets) and r.kind = 'none';
	insert into event (id, at, ticket, type, actor_kind, department, from_state, to_state, public_vi, public_en, data, hash)
	select x.event, x.at, x.ticket, a.event, 'anyone', x.holder, 'submitted', 'merged', a.public_vi, a.public_en, x.data,
		event_hash(x.event, x.at, x.ticket, a.event, 'anyone', null, x.holder, 'submitted', 'merged', a.public_vi, a.public_en, x.data)
	from (
		select i.event, i.at, t.id as ticket, t.holder, jsonb_build_object('into', i.target) as data
		from unnest(v_tickets, v_intos, v_at, v_events) i (ticket, target, at, event) join ticket t on t.id = i.ticket offset 0) x;
	return query
	select i.ord, coalesce(f.outcome, 'key_reused'), f.number, f.generation, f.joined
	from unnest(p_tickets, p_once_keys, p_once_fingerprints) with ordinality i (ticket, key, fingerprint, ord) left join lateral (
		select case when t.id = i.ticket then 'filed' else 'replayed' end as outcome, t.number, t.generation,
			json_build_object('code', t.code, 'joined', r.code, 'at', instant(m.at))::text as joined
		from ticket t join ticket_merge m on m.ticket = t.id and m.kind = 'joined' join ticket r on r.id = m.into_ticket
		where t.id = coalesce((select n.id from ticket n where n.id = i.ticket),
			(select o.ticket from once o where o.key = i.key and o.fingerprint = i.fingerprint)) offset 0) f on true;
end $$;

revoke all on function joins_left, joins_refused, joins_room(uuid, timestamptz, bigint), join_targets, tickets_join from public;
grant execute on function join_targets, tickets_join to tiepdan_app;
