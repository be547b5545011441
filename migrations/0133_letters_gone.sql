-- A letter to who has asked for their data was on its way while the next one took its place: it said 'cancelled', although it had gone.
set local search_path = tiepdan, public;

-- As in 0091, but for that.
create or replace function notice_done(p_id uuid, p_attempt bigint, p_state text, p_counts boolean, p_error text, p_next timestamptz,
	p_now timestamptz)
returns bigint language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_done bigint;
begin
	update notice set state = p_state, error = p_error, next_at = coalesce(p_next, next_at),
			sent_at = case when p_state = 'sent' then p_now end, attempts = attempts - case when p_counts then 0 else 1 end
		where id = p_id and state = 'sending' and attempts = p_attempt;
	get diagnostics v_done = row_count;
	if v_done > 0 and p_state = 'bounced' and p_error ~ '^55[013] ' then
		perform notice_mark(p_id, p_error, p_now);
	elsif v_done = 0 then
		update citizen_code set state = p_state, error = left(p_error, 500), next_at = coalesce(p_next, next_at), attempts = attempts - case when p_counts then 0 else 1 end
			where id = p_id and state = 'sending' and attempts = p_attempt;
		get diagnostics v_done = row_count;
	end if;
	if v_done = 0 then
		update data_request_letter set state = p_state, error = p_error, next_at = coalesce(p_next, next_at),
				sent_at = case when p_state = 'sent' then p_now end, attempts = attempts - case when p_counts then 0 else 1 end
			where id = p_id and (state = 'sending' or state = 'cancelled' and p_state = 'sent') and attempts = p_attempt;
		get diagnostics v_done = row_count;
	end if;
	return v_done;
end $$;
