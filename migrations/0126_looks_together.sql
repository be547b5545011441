-- Tickets that staff look at, many at once: each row has its caller, and the page of a version that the server has kept is not built again.
set local search_path = tiepdan, public;

-- Enters as somebody who reads. NULL, or why they are refused; the one who was entered before is the caller then. The time that statements may
-- take is that of the connection.
create function caller_reads(p_account uuid, p_session uuid, p_may text[]) returns text language plpgsql security definer
set search_path = tiepdan, pg_temp as $$
begin
	perform caller_enter('staff', p_account, p_session, true, null, p_may);
	return null;
exception
	when sqlstate 'TD401' then return 'TD401';
	when sqlstate 'TD403' then return 'TD403';
end $$;

-- What a caller sees of any ticket besides itself: by which calendars and names it is told, and in which roles.
create function caller_basis() returns bigint language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
begin
	return (select hashtextextended(concat_ws(' ', s.generation, r.version, caller_department(), caller_roles(), caller_sees_all(), caller_sees_own()), 0)
		from clock_slot s cross join reference_version r where s.role = 'current');
end $$;

-- The page: the ticket, but for its last brace, and after RS (U+001E) each clock, but for its last brace, with when it is due (milliseconds), its
-- calendar and its unit after US (U+001F) each, if it runs. JSON has neither of them.
create function look_page(p_ticket uuid, p_now timestamptz, p_soon timestamptz) returns text language plpgsql stable security definer
set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
begin
	return (select left(t.body, -1) from ticket_told(p_ticket) t) || coalesce((
		select string_agg(E'\x1e' || left(c.item, -1)
			|| case when c.runs then concat_ws(E'\x1f', '', (extract(epoch from c.due_at) * 1000)::bigint, c.calendar, c.unit) else '' end, '')
		from ticket_clocks(p_ticket, p_now, p_soon) c), '');
end $$;

-- How long that page says what is so while the ticket stays as it is: not at all where a clock is about to be near or late (some seconds more, for
-- servers whose clocks differ), or where it tells of other tickets, which change by themselves. Else a minute: names of people, and moves that are
-- open because colleagues are away or were sent away, may be that old. Whether a move is allowed is always asked when it is made.
create function look_fresh(t ticket, p_now timestamptz, p_soon timestamptz, p_soon_later timestamptz) returns timestamptz language plpgsql stable
set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
	v_later timestamptz := p_now + interval '1 minute';
begin
	if exists (select from clock_running c where c.slot = slot_current() and c.ticket = t.id
				and (c.due_at between p_now - interval '5 s' and v_later + interval '5 s' or c.due_at between p_soon and p_soon_later))
			or exists (select from ticket_merge m where m.ticket = t.id) or exists (select from ticket_merge m where m.into_ticket = t.id)
			or exists (select from ticket_relation r where r.ticket = t.id) or exists (select from ticket_relation r where r.other = t.id) then
		return p_now;
	end if;
	return v_later;
end $$;

-- Parallel arrays, one element for each who looks; the roles of which one is needed are the same for all. A ticket that is not there or not theirs
-- has no row; who may not look at all is told by `refusal`. The page is NULL for a version and basis that are known.
create function tickets_looked(p_accounts uuid[], p_sessions uuid[], p_tickets uuid[], p_versions bigint[], p_bases bigint[], p_may text[],
	p_now timestamptz, p_soon timestamptz, p_soon_later timestamptz)
returns table (ord bigint, refusal text, version bigint, basis bigint, page text, fresh_until timestamptz)
language plpgsql security definer set search_path = tiepdan, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
	c record;
	v_refusal text;
	v_basis bigint;
begin
	perform set_config('transaction_read_only', 'on', true);
	for c in
		select i.account, i.session, array_agg(i.ord order by i.ord) as ords, array_agg(i.ticket order by i.ord) as tickets,
			array_agg(i.version order by i.ord) as versions, array_agg(i.basis order by i.ord) as bases
		from unnest(p_accounts, p_sessions, p_tickets, p_versions, p_bases) with ordinality i (account, session, ticket, version, basis, ord)
		group by i.account, i.session
	loop
		v_refusal := caller_reads(c.account, c.session, p_may);
		if v_refusal is not null then
			return query select i.ord, v_refusal, null::bigint, null::bigint, null::text, null::timestamptz from unnest(c.ords) i (ord);
			continue;
		end if;
		v_basis := caller_basis();
		return query
		select i.ord, null::text, t.version, b.basis, case when n.new then look_page(t.id, p_now, p_soon) end,
			case when n.new then look_fresh(t, p_now, p_soon, p_soon_later) end
		from unnest(c.ords, c.tickets, c.versions, c.bases) i (ord, ticket, version, basis)
			join ticket t on t.id = i.ticket and sees(t)
			-- What its version tells nothing of: whether its contact was erased; and for the moves that are open to the caller the draft of its reply and
			-- who has found it good, evidence that has come, and whether they are kept from the ticket.
			cross join lateral (select hashtextextended(concat_ws(' ', t.xmin,
				(select count(*) from contact k where k.ticket = t.id and k.erased_at is null),
				(select r.version || ':' || r.xmin from reply r where r.ticket = t.id order by r.version desc limit 1),
				(select count(*) from reply_review v where v.ticket = t.id),
				(select count(*) from attachment f where f.ticket = t.id and f.purpose = 'evidence' and f.state = 'ready'),
				(select x.reason from ticket_excluded x where x.ticket = t.id and x.account = c.account)), v_basis) as basis offset 0) b
			cross join lateral (select i.version is distinct from t.version or i.basis is distinct from b.basis as new offset 0) n;
	end loop;
end $$;
revoke all on function caller_reads(uuid, uuid, text[]), caller_basis(), look_page(uuid, timestamptz, timestamptz),
	look_fresh(ticket, timestamptz, timestamptz, timestamptz),
	tickets_looked(uuid[], uuid[], uuid[], bigint[], bigint[], text[], timestamptz, timestamptz, timestamptz) from public;
grant execute on function tickets_looked(uuid[], uuid[], uuid[], bigint[], bigint[], text[], timestamptz, timestamptz, timestamptz) to tiepdan_app;
