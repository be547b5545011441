-- Sign-ins of citizens go after their days, and with the account; held letters cost nobody anything; addresses of citizens come under a new
-- master key also where a worker dies; and who is refused for a while is told for how long.
set local search_path = tiepdan, public;

-- --- sign-ins of citizens ------------------------------------------------------------------------------------------------------------

-- As in 0093; those of a citizen may go with the account, too. The trigger of citizen_event has this function: it stays where it is, and nobody
-- who comes in waits for it to be changed.
create or replace function account_event_stays() returns trigger language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	if tg_op = 'DELETE' then
		if old.type like 'session.%' then
			if old.at < sign_ins_kept_from() then
				return old;
			elsif tg_table_name = 'citizen_event' then
				if not exists (select from citizen where id = old.citizen) then
					return old;
				end if;
			end if;
		end if;
	end if;
	raise exception 'events of accounts are not changed';
end $$;
comment on table citizen_event is 'What happened to accounts of citizens, without a word of who they are. That there was one stays when it is gone, so it has no key to it; sign-ins go with it.';

-- As in 0093, of citizens too.
create or replace function forget_sign_ins(p_limit bigint) returns bigint language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_from timestamptz := sign_ins_kept_from();
	v_staff bigint;
	v_citizens bigint;
begin
	delete from account_event where id = any (array(select id from account_event where type like 'session.%' and at < v_from order by at limit p_limit
		for update skip locked));
	get diagnostics v_staff = row_count;
	delete from citizen_event where id = any (array(select id from citizen_event where type like 'session.%' and at < v_from order by at limit p_limit
		for update skip locked));
	get diagnostics v_citizens = row_count;
	return v_staff + v_citizens;
end $$;

-- As in 0100, and no sign-in is left. Held letters have no address to take away.
create or replace function citizen_end(p_citizen uuid, p_why jsonb) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	c citizen;
begin
	select * into c from citizen where id = p_citizen for update;
	if not found then
		raise exception 'the session has ended' using errcode = 'TD401';
	end if;
	delete from session where citizen = c.id;
	delete from citizen_ticket where citizen = c.id;
	update citizen_code set wrapped = null, box = null, used_at = now(), state = case when state in ('waiting', 'sending') then 'cancelled' else state end
		where (citizen = c.id or email_index = c.email_index and state <> 'held') and (purpose <> 'told' or state not in ('waiting', 'sending'));
	delete from citizen where id = c.id;
	delete from citizen_event where citizen = c.id and type like 'session.%';
	perform citizen_tell(c.id, 'citizen.erased', null, p_why);
end $$;

-- As in 0087. As everywhere the citizen is locked first: what is told of an account that ends meanwhile would stay.
create or replace function session_end(p_session uuid) returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v session := caller_signed_in();
begin
	if v.citizen is not null then
		perform from citizen where id = v.citizen for key share;
		if not found then
			raise exception 'the session has ended' using errcode = 'TD401';
		end if;
	end if;
	if p_session is not null then
		update session set closed_at = now(), end_reason = 'ended'
			where id = p_session and (account = v.account or citizen = v.citizen) and means <> 'key' and closed_at is null and expires_at > now();
		if not found then
			raise exception 'no such session' using errcode = 'TD404';
		end if;
	elsif v.citizen is not null then
		perform citizen_sessions_end(v.citizen, v.id, 'ended');
	else
		perform sessions_end(v.account, v.id, 'ended');
	end if;
	perform session_tell(v, 'session.ended', p_session);
end $$;

-- Of accounts that have ended before.
delete from citizen_event e where e.type like 'session.%' and not exists (select from citizen c where c.id = e.citizen);

-- --- letters with codes ----------------------------------------------------------------------------------------------------------------

-- As in 0087. What is held has no address: it goes nowhere, and its code is never right. By the indexes of 0114, in which it is not. TD692 says
-- in DETAIL after how many seconds there are letters again.
create or replace function citizen_code_make(p_id uuid, p_citizen uuid, p_purpose text, p_language text, p_epoch bigint, p_wrapped bytea, p_box bytea,
	p_email_index bytea, p_place bytea) returns timestamptz language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_until timestamptz := now() + (select value from setting where name = 'citizen_code_minutes') * interval '1 min';
	v_most int := (select value from setting where name = 'citizen_letters_hour');
	v_all int := (select value from setting where name = 'citizen_letters_all');
	v_spent_until timestamptz := (select made_at + interval '1 hour' from citizen_code where made_at > now() - interval '1 hour' and state <> 'held'
		and purpose <> 'told' order by made_at desc offset v_all - 1 limit 1);
	v_held boolean;
begin
	if v_spent_until is not null and p_purpose = 'email' then
		raise exception 'too many letters go out' using errcode = 'TD692', detail = ceil(extract(epoch from v_spent_until - now()))::bigint;
	end if;
	perform pg_advisory_xact_lock(hashtextextended('tiepdan.citizen_code ' || encode(p_email_index, 'hex'), 0));
	select count(*) filter (where place = p_place) >= v_most or count(*) >= 5 * v_most into v_held
		from citizen_code where email_index = p_email_index and made_at > now() - interval '1 hour' and state <> 'held' and purpose <> 'told';
	v_held := v_held or v_spent_until is not null and not exists (select from citizen where email_index = p_email_index);
	insert into citizen_code (id, citizen, purpose, template, language, epoch, wrapped, box, email_index, place, expires_at, state)
		values (p_id, p_citizen, p_purpose, case p_purpose when 'email' then 'citizen.email' else 'citizen.code' end, p_language, p_epoch,
			case when not v_held then p_wrapped end, case when not v_held then p_box end, p_email_index, p_place, v_until,
			case when v_held then 'held' else 'waiting' end);
	return v_until;
end $$;
update citizen_code set wrapped = null, box = null where state = 'held' and box is not null;

-- As in 0100. Says how much is gone of what there may be most of, so that the next portion does not wait.
create or replace function forget_sessions(p_before timestamptz, p_limit bigint)
returns bigint language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_codes bigint;
	v_gone bigint;
begin
	delete from login_code where expires_at < p_before;
	delete from citizen_code where id in (select id from citizen_code where expires_at < now() - interval '1 hour' order by expires_at limit p_limit
		for update skip locked);
	get diagnostics v_codes = row_count;
	perform citizen_sweep(least(p_limit, 500));
	delete from second_factor where confirmed_at is null and made_at < now() - interval '1 day';
	delete from sign_in_brake where slot in (select slot from sign_in_brake where last_at < now() - interval '1 day' order by slot limit 10000
		for update skip locked);
	delete from sign_in_flow where id in (select id from sign_in_flow where expires_at < now() order by expires_at limit p_limit for update skip locked);
	perform forget_glass(p_before);
	delete from session where id in (select id from session where expires_at < p_before limit p_limit for update skip locked);
	get diagnostics v_gone = row_count;
	return greatest(v_codes, v_gone);
end $$;

-- --- a new master key ------------------------------------------------------------------------------------------------------------------

-- As in 0087; how far citizens are done, too, is moved by reseal_store() alone: of what somebody has only asked for nothing is done yet. In a
-- portion of citizens `last` is one of them.
create or replace function reseal_next(p_epoch bigint, p_limit bigint)
returns table (last uuid, factor boolean, owner uuid, epoch bigint, wrapped bytea, box bytea) language plpgsql security definer
set search_path = tiepdan, pg_temp set enable_seqscan = off set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
declare
	v_none uuid := '00000000-0000-0000-0000-000000000000';
	r reseal;
	v_last uuid;
	v_citizens uuid[];
begin
	insert into reseal (epoch) values (p_epoch) on conflict do nothing;
	select * into r from reseal where epoch = p_epoch for update skip locked;
	if r.epoch is null or r.ended_at > now() - interval '1 day' or r.leased_until > now() or exists (select from servers_behind(p_epoch)) then
		return;
	end if;
	update reseal set leased_until = now() + interval '1 min' where epoch = p_epoch;
	v_last := (select ticket from contact where ticket > coalesce(r.after, v_none) order by ticket offset p_limit - 1 limit 1);
	if v_last is null then
		v_citizens := array(select c.id from citizen c where c.id > coalesce(r.citizens_after, v_none) and c.epoch < p_epoch order by c.id limit p_limit);
		v_last := v_citizens[p_limit];
	end if;
	return query select v_last, null::boolean, null::uuid, null::bigint, null::bytea, null::bytea
		union all select v_last, false, c.ticket, c.epoch, c.wrapped, c.box from contact c
			where c.ticket > coalesce(r.after, v_none) and (v_citizens is not null or c.ticket <= v_last) and c.epoch < p_epoch and c.wrapped is not null
		union all select v_last, true, c.id, c.epoch, c.wrapped, c.box from citizen c where c.id = any (v_citizens)
		union all (select v_last, true, f.account, f.epoch, f.wrapped, f.box from second_factor f where v_last is null and f.epoch < p_epoch);
end $$;

-- As in 0087. `p_last` is a contact or a citizen; where it has gone meanwhile its portion is looked at once more.
create or replace function reseal_store(p_epoch bigint, p_last uuid, p_factors boolean[], p_owners uuid[], p_olds bytea[], p_wrapped bytea[], p_boxes bytea[])
returns bigint language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_kept bigint;
begin
	perform from contact c where c.ticket = any (p_owners) order by c.ticket for no key update;
	with kept as (
		update contact c set epoch = p_epoch, wrapped = n.wrapped, box = n.box
		from unnest(p_factors, p_owners, p_olds, p_wrapped, p_boxes) n (factor, owner, old, wrapped, box)
		where not n.factor and c.ticket = n.owner and c.box = n.old returning 1),
	citizens as (
		update citizen c set epoch = p_epoch, wrapped = n.wrapped, box = n.box
		from unnest(p_factors, p_owners, p_olds, p_wrapped, p_boxes) n (factor, owner, old, wrapped, box)
		where n.factor and c.id = n.owner and c.box = n.old returning 1),
	factors as (
		update second_factor f set epoch = p_epoch, wrapped = n.wrapped, box = n.box
		from unnest(p_factors, p_owners, p_olds, p_wrapped, p_boxes) n (factor, owner, old, wrapped, box)
		where n.factor and f.account = n.owner and f.box = n.old returning 1)
	select (select count(*) from kept) + (select count(*) from citizens) + (select count(*) from factors) into v_kept;
	update reseal set leased_until = null, ended_at = case when p_last is null then now() end,
		after = case when p_last is null or exists (select from contact where ticket = p_last) then p_last else after end,
		citizens_after = case when p_last is null or exists (select from citizen where id = p_last) then p_last else citizens_after end
		where epoch = p_epoch;
	return v_kept;
end $$;

-- --- the glass ---------------------------------------------------------------------------------------------------------------------------

-- As in 0083; TD639 says in DETAIL after how many seconds it may be broken again.
create or replace function glass_break(p_ticket uuid, p_reason text, p_event uuid, p_at timestamptz, out body text) language plpgsql security definer
set search_path = tiepdan, pg_temp as $$
declare
	v_session session := caller_person();
	v_until timestamptz := p_at + (select value from setting where name = 'glass_minutes') * interval '1 min';
	v_spent_until timestamptz;
	t ticket;
begin
	perform caller_needs('glass');
	select * into t from ticket where id = p_ticket;
	if not found or kept_away(t.id, v_session.account) or denounced(t.id, v_session.account) then
		raise exception 'no such ticket' using errcode = 'TD404';
	elsif sees(t) then
		raise exception 'the caller sees the ticket' using errcode = 'TD638';
	end if;
	perform from account where id = v_session.account for update;
	v_spent_until := (select g.at + interval '1 day' from glass g where g.account = v_session.account and g.at > p_at - interval '1 day'
		order by g.at desc offset (select value - 1 from setting where name = 'glass_most') limit 1);
	if v_spent_until is not null then
		raise exception 'too often' using errcode = 'TD639', detail = ceil(extract(epoch from v_spent_until - p_at))::bigint;
	end if;
	insert into glass values (v_session.id, t.id, v_session.account, p_reason, p_at, v_until)
		on conflict (session, ticket) do update set reason = excluded.reason, at = excluded.at, until_at = excluded.until_at;
	perform event_write(p_event, p_at, t.id, 'access.broken', 'staff', v_session.account, caller_department(), null, null, null, null,
		jsonb_build_object('reason', p_reason, 'until', instant(v_until)));
	perform account_tell(v_session.account, 'glass.broken', v_session.id, jsonb_build_object('ticket', t.id));
	body := json_build_object('ticket', t.id, 'code', t.code, 'until', instant(v_until));
end $$;

-- Last, since whoever asks for a letter waits for it to be done: what 0114 has made in their place is there already.
drop index citizen_code_made, citizen_code_address;
