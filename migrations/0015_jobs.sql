-- What the job worker does. Each function does a bounded portion and tells how much it did.
set local search_path = tiepdan, public;

-- Closes tickets whose answer is older than the window (setting close_after_days).
create function close_answered(p_now timestamptz, p_limit bigint)
returns bigint language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_closed bigint;
begin
	with old as (
		select id from ticket
		where state = 'answered' and answered_at < p_now - make_interval(days => (select value from setting where name = 'close_after_days'))
		order by answered_at limit p_limit for no key update skip locked),
	closed as (
		update ticket t set state = 'closed', updated_at = p_now, version = version + 1 from old where t.id = old.id
		returning t.id, t.holder)
	insert into event (id, at, ticket, type, actor_kind, department, from_state, to_state, public_vi, public_en, hash)
	select e.id, p_now, c.id, a.event, 'job', c.holder, 'answered', 'closed', a.public_vi, a.public_en,
		event_hash(e.id, p_now, c.id, a.event, 'job', null, c.holder, 'answered', 'closed', a.public_vi, a.public_en, null)
	from closed c join action a on a.code = 'close', lateral (select gen_random_uuid() as id where c.id is not null) e;
	get diagnostics v_closed = row_count;
	return v_closed;
end $$;

-- Forgets Idempotency-Keys older than `p_before`.
create function forget_once(p_before timestamptz, p_limit bigint)
returns bigint language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_gone bigint;
begin
	delete from once where key in (select key from once where at < p_before limit p_limit for update skip locked);
	get diagnostics v_gone = row_count;
	return v_gone;
end $$;

-- Forgets sessions and sign-in codes that ended before `p_before`.
create function forget_sessions(p_before timestamptz, p_limit bigint)
returns bigint language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_gone bigint;
begin
	delete from login_code where expires_at < p_before;
	delete from session where id in (select id from session where expires_at < p_before limit p_limit for update skip locked);
	get diagnostics v_gone = row_count;
	return v_gone;
end $$;
