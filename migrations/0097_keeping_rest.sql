-- What was left of keeping and forgetting (0087, 0088, 0090, 0091): what others do with a ticket that was destroyed.
set local search_path = tiepdan, public;

-- --- what was destroyed ----------------------------------------------------------------------------------------------------------

-- As in 0011; who has the number of what was destroyed has nothing.
create or replace function ticket_tracked(p_number bigint, p_generation bigint, p_lock boolean)
returns ticket language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	t ticket;
begin
	if p_lock then
		select * into t from ticket where number = p_number and generation = p_generation and destroyed_at is null for no key update;
	else
		select * into t from ticket where number = p_number and generation = p_generation and destroyed_at is null;
	end if;
	if not found then
		raise exception 'no such ticket' using errcode = 'TD404';
	end if;
	return t;
end $$;
-- As in 0032, without parts that were destroyed.
create or replace function tracking_splits(p_number bigint, p_generation bigint)
returns table (item text, number bigint, generation bigint) language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	t ticket := ticket_tracked(p_number, p_generation, false);
begin
	return query
	select json_build_object('code', k.code, 'title', k.title, 'state', k.state)::text, k.number, k.generation
	from ticket_relation r join ticket k on k.id = r.ticket where r.other = t.id and r.kind = 'split_from' and k.destroyed_at is null
	order by k.number;
end $$;
create or replace function splits_of(p_ticket uuid) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select coalesce(json_agg(json_build_object('code', k.code, 'title', k.title) order by k.number), '[]')
		from ticket_relation r join ticket k on k.id = r.ticket where r.other = p_ticket and r.kind = 'split_from' and k.destroyed_at is null);
end $$;

-- As in 0032; what was destroyed is not touched any more.
create or replace function ticket_touch(t ticket, p_type text, p_at timestamptz, p_vi text, p_en text, p_data jsonb)
returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	if t.destroyed_at is not null then
		return;
	end if;
	update ticket set version = version + 1, updated_at = p_at where id = t.id;
	perform event_write(gen_random_uuid(), p_at, t.id, p_type, 'staff', caller_account(), t.holder, null, null, p_vi, p_en, p_data);
end $$;
-- TD693: what a ticket is tied to was destroyed, and the tie is all that is left of it.
create function ties_guard(p_other uuid) returns void language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	if exists (select from ticket where id = p_other and destroyed_at is not null) then
		raise exception 'the other ticket was destroyed' using errcode = 'TD693';
	end if;
end $$;
-- As in 0032, not from what was destroyed.
create or replace function relation_remove(p_ticket uuid, p_relation uuid, p_at timestamptz)
returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	r ticket_relation;
	o ticket;
begin
	select * into r from ticket_relation where id = p_relation and p_ticket in (ticket, other) and kind <> 'split_from';
	perform tickets_lock(r.ticket, r.other);
	perform ticket_seen(p_ticket);
	perform caller_needs('note');
	perform ties_guard(case p_ticket when r.ticket then r.other else r.ticket end);
	delete from ticket_relation where id = r.id;
	if not found then
		raise exception 'no such relation' using errcode = 'TD404';
	end if;
	for o in select * from ticket where id in (r.ticket, r.other) order by id loop
		perform ticket_touch(o, 'ticket.unrelated', p_at, null, null, jsonb_build_object('kind', r.kind, 'ticket', r.ticket, 'other', r.other));
	end loop;
end $$;
create or replace function ticket_unmerge(p_ticket uuid, p_version bigint, p_reason text, p_at timestamptz, p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	o ticket;
	m ticket_merge;
	r ticket;
begin
	perform tickets_lock(p_ticket, (select into_ticket from ticket_merge where ticket = p_ticket and ended_at is null));
	o := ticket_at_version(p_ticket, p_version);
	perform move_check(o, 'unmerge');
	select * into m from ticket_merge where ticket = o.id and kind = 'merged' and ended_at is null;
	if not found then
		raise exception 'the citizen joined another ticket' using errcode = 'TD409', detail = moves_of(o)::text;
	end if;
	perform ties_guard(m.into_ticket);
	select * into r from ticket where id = m.into_ticket;
	perform ticket_touch(r, 'ticket.unmerged_from', p_at, null, null, jsonb_build_object('ticket', o.id));
	o := merge_undo(o, m, 'staff', p_at, p_event, jsonb_build_object('into', m.into_ticket, 'reason', p_reason));
	select x.body, x.etag into body, etag from ticket_moved(o) x;
end $$;

-- --- restriction -------------------------------------------------------------------------------------------------------------------

-- As in 0091; the ticket is locked first, as everywhere.
create or replace function ticket_restrict(d data_request, p_what text[], p_at timestamptz) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	t ticket;
	v_action text;
	v_to text;
begin
	select * into t from ticket where id = d.ticket for no key update;
	insert into ticket_restriction select d.ticket, w, p_at, caller_account(), d.id from unnest(p_what) w on conflict do nothing;
	if not found then
		return;
	end if;
	select m.action, m.to_state into v_action, v_to from publication_move m
		where m.action in ('drop', 'hide') and m.from_state = publication_state_of(t.id);
	if found then
		update publication set state = v_to, key = null where ticket = t.id;
		perform publication_told_as(t, v_action, 'staff', p_at, gen_random_uuid(), jsonb_build_object('request', d.id, 'to', v_to));
	end if;
	perform event_write(gen_random_uuid(), p_at, t.id, 'data.restricted', 'staff', caller_account(), caller_department(), null, null,
		'Việc xử lý dữ liệu cá nhân của phiếu bị hạn chế', 'The processing of the personal data of the ticket was restricted',
		jsonb_build_object('request', d.id, 'what', p_what));
end $$;
create or replace function ticket_restriction_lift(p_ticket uuid, p_event uuid, p_at timestamptz) returns void language plpgsql security definer
set search_path = tiepdan, pg_temp as $$
declare
	v_what text[];
begin
	perform caller_needs('personal_data');
	perform from ticket where id = p_ticket for no key update;
	with lifted as (delete from ticket_restriction where ticket = p_ticket and not kept_away(p_ticket, caller_account()) returning what)
	select array_agg(what order by what) into v_what from lifted;
	if v_what is null then
		raise exception 'no such restriction' using errcode = 'TD404';
	end if;
	update ticket set version = version + 1, updated_at = p_at where id = p_ticket;
	perform event_write(p_event, p_at, p_ticket, 'data.unrestricted', 'staff', caller_account(), caller_department(), null, null,
		'Dữ liệu cá nhân của phiếu được xử lý trở lại', 'The personal data of the ticket are processed again',
		jsonb_build_object('what', v_what));
end $$;

revoke execute on function ties_guard from public;
