-- The honest promise: "9 of 10 such tickets at this department were answered within N working days", from the answers of the
-- last 90 days; silent where there are fewer than 30. The job worker measures answers once they are given, because only
-- the server counts working time, and sums them up now and then.
set local search_path = tiepdan, public;

-- Answers that nobody has measured yet, oldest first, in seconds since 1970, in the calendar of their clock.
create function answers_unmeasured(p_limit bigint)
returns table (ticket uuid, round bigint, calendar text, filed_s bigint, answered_s bigint)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	return query
	select c.ticket, c.round::bigint, c.calendar, floor(extract(epoch from t.filed_at))::bigint,
		floor(extract(epoch from c.stop_at))::bigint
	from clock c join ticket t on t.id = c.ticket
	where c.kind = 'answer' and c.days is null and c.outcome <> 'passed' order by c.stop_at limit p_limit;
end $$;

create function answers_measure(p_tickets uuid[], p_rounds bigint[], p_days bigint[])
returns bigint language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_measured bigint;
begin
	update clock c set days = i.days from unnest(p_tickets, p_rounds, p_days) i (ticket, round, days)
		where c.ticket = i.ticket and c.kind = 'answer' and c.round = i.round and c.days is null;
	get diagnostics v_measured = row_count;
	return v_measured;
end $$;

-- Sums up what was measured; one job at a time. Returns how many promises there are.
create function promises_renew(p_now timestamptz) returns bigint language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	if not pg_try_advisory_xact_lock(hashtext('tiepdan.promises_renew')) then
		return 0;
	end if;
	with fresh as (
		select c.holder as department, t.kind, coalesce(t.category, '') as category, count(*) as answers,
			percentile_disc(0.9) within group (order by c.days) as days
		from clock c join ticket t on t.id = c.ticket
		where c.kind = 'answer' and c.days > 0 and c.round = 1
			and c.stop_at > p_now - make_interval(days => (select value from setting where name = 'promise_window_days'))
		group by grouping sets ((c.holder, t.kind, t.category), (c.holder, t.kind)) having count(*) >= (select value from setting where name = 'promise_least')),
	gone as (
		delete from promise p where not exists (
			select from fresh f where (f.department, f.kind, f.category) = (p.department, p.kind, p.category)))
	insert into promise select * from fresh
	on conflict (department, kind, category) do update set answers = excluded.answers, days = excluded.days
		where (promise.answers, promise.days) <> (excluded.answers, excluded.days);
	return (select count(*) from promise);
end $$;

revoke execute on all functions in schema tiepdan from public;
grant execute on function answers_unmeasured, answers_measure, promises_renew to tiepdan_app;
