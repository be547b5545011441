-- What a review of the API found: colleagues have ids, a message is answered twice in the same way, a question that staff ended was not
-- answered, nothing is merged into itself, a letter about a part leads to it, and whoever had a ticket before confirms nothing of it.
set local search_path = tiepdan, public;

-- --- people of a department ----------------------------------------------------------------------------------------------

-- What everybody of a department may know of a colleague, so that they can name one.
create function staff_colleague(a account) returns text language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return json_build_object('id', a.id, 'name', a.name, 'roles', (select coalesce(json_agg(r.role order by o.position), '[]')
		from account_role r join role o on o.code = r.role where r.account = a.id))::text;
end $$;
-- As in 0030, with the colleagues of those who do not assign.
create or replace function staff_list(p_now timestamptz, p_after text, p_limit bigint)
returns table (item text, key text) language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	v_manages boolean := work_manages();
begin
	return query
	select case when v_manages or a.id = caller_account() then staff_item(a.id, p_now) else staff_colleague(a) end, a.login from account a
	where a.department = caller_department() and a.active and a.login > coalesce(p_after, '')
	order by a.login limit p_limit + 1;
end $$;
revoke execute on function staff_colleague from public;

-- --- the answer to a message, also the second time -----------------------------------------------------------------------

alter table once add column waits boolean not null default false;
comment on column once.waits is 'The answer told that a question waits.';

-- As that of 0011 for those who tell that a question waits: TD616 instead of TD200 where the stored answer told it.
create function once_claim_telling(p_key bytea, p_fingerprint bytea) returns void language plpgsql security definer
set search_path = tiepdan, pg_temp as $$
declare
	o once;
begin
	insert into once (key, fingerprint, at) values (p_key, p_fingerprint, now()) on conflict (key) do nothing;
	if found then
		return;
	end if;
	select * into o from once where key = p_key;
	if o.fingerprint = p_fingerprint and o.status is not null then
		raise exception 'answered before' using errcode = case when o.waits then 'TD616' else 'TD200' end, detail = o.status || ' ' || o.body;
	end if;
	raise exception 'the key came with another request' using errcode = 'TD422';
end $$;
-- As that of 0057, and keeps what it says under the key that this unit has claimed; NULL: none.
create function tracking_write(p_number bigint, p_generation bigint, p_id uuid, p_text text, p_at timestamptz, p_event uuid, p_key bytea)
returns boolean language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_waits boolean := tracking_write(p_number, p_generation, p_id, p_text, p_at, p_event);
begin
	update once set waits = true where key = p_key and v_waits;
	return v_waits;
end $$;
revoke execute on function once_claim_telling, tracking_write(bigint, bigint, uuid, text, timestamptz, uuid, bytea) from public;
grant execute on function once_claim_telling, tracking_write(bigint, bigint, uuid, text, timestamptz, uuid, bytea) to tiepdan_app;

-- --- a question that staff ended -----------------------------------------------------------------------------------------

alter table question drop constraint question_ended,
	add constraint question_ended check ((ended is null) = (ended_at is null) and ended in ('answered', 'expired', 'dropped', 'resumed')
		and ended_at between asked_at and until_at) not valid;	-- what is there fits the narrower one
comment on column question.ended is 'resumed: staff said that it was answered on another way; dropped: the ticket has ended otherwise';

-- As in 0057; nobody says that the citizen answered it.
create or replace function question_resume(p_ticket uuid, p_version bigint, p_reason text, p_at timestamptz, p_slots bigint[], p_kinds text[],
	p_starts timestamptz[], p_dues timestamptz[], p_alarms timestamptz[], p_versions bigint[], p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_at_version(p_ticket, p_version);
begin
	perform move_check(t, 'resume');
	if nullif(p_reason, '') is null then
		raise exception 'resume needs a reason' using errcode = 'TD428';
	end if;
	perform slots_hold();
	perform clocks_redate(t.id, p_slots, p_kinds, p_starts, p_dues, p_alarms, p_versions);
	t := question_end(t, 'resume', 'resumed', p_at, p_at, 'staff', p_event, jsonb_build_object('reason', p_reason));
	select m.body, m.etag into body, etag from ticket_moved(t) m;
end $$;

-- --- what is refused -----------------------------------------------------------------------------------------------------

-- As in 0032; TD615 for the ticket itself.
create or replace function merge_target(o ticket, p_into uuid) returns ticket language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	r ticket;
begin
	select * into r from ticket t where id = p_into and sees(t);
	if not found then
		raise exception 'no such ticket' using errcode = 'TD480';
	elsif r.id = o.id then
		raise exception 'a ticket is not merged into itself' using errcode = 'TD615';
	elsif r.done then
		raise exception 'nothing is merged into a ticket that is %', r.state using errcode = 'TD481';
	elsif r.sight <> o.sight or not (select merges from sight where code = o.sight) then
		raise exception '% is not merged into %', o.sight, r.sight using errcode = 'TD482';
	elsif not exists (select from move_role where action = 'merge' and role = any (caller_roles())
		and (scope = 'all' or r.holder = caller_department())) then
		raise exception 'the other ticket is another department''s' using errcode = 'TD403';
	end if;
	return r;
end $$;

-- As in 0033, and not by whoever has had the ticket before, as everything else about its publication.
create or replace function publication_confirm(p_ticket uuid, p_finding uuid, p_at timestamptz, p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_seen(p_ticket);
	v_kind text;
begin
	if not (publication_may(t, 'propose') or publication_may(t, 'publish')) then
		raise exception 'none of the caller''s roles may confirm this' using errcode = 'TD403';
	end if;
	perform caller_impartial(t.id);
	if publication_state_of(t.id) <> 'proposed' then
		raise exception 'the publication is %', publication_state_of(t.id) using errcode = 'TD491';
	end if;
	update publication_finding set confirmed_by = coalesce(confirmed_by, caller_account()), confirmed_at = coalesce(confirmed_at, p_at)
		where id = p_finding and ticket = t.id returning kind into v_kind;
	if not found then
		raise exception 'no such finding' using errcode = 'TD404';
	end if;
	update ticket set version = version + 1, updated_at = p_at where id = t.id returning * into t;
	perform event_write(p_event, p_at, t.id, 'publication.confirmed', 'staff', caller_account(), caller_department(), null, null, null, null,
		jsonb_build_object('finding', p_finding, 'kind', v_kind));
	select b.body, b.etag into body, etag from publication_body(t) b;
end $$;

-- As that of 0028 for those who say where each upload stands in their request: TD617 with the place in DETAIL when there is no such one
-- for a ticket that was made.
create function filed_attach(p_tickets uuid[], p_uploads uuid[], p_at timestamptz[], p_places text[])
returns bigint language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_place text := (
		select i.place from unnest(p_tickets, p_uploads, p_places) i (ticket, upload, place)
		where exists (select from ticket where id = i.ticket)
			and not exists (select from attachment a where a.id = i.upload and coalesce(a.ticket, i.ticket) = i.ticket)
		order by i.place limit 1);
begin
	if v_place is not null then
		raise exception 'no such upload' using errcode = 'TD617', detail = v_place;
	end if;
	return filed_attach(p_tickets, p_uploads, p_at);
end $$;
revoke execute on function filed_attach(uuid[], uuid[], timestamptz[], text[]) from public;
grant execute on function filed_attach(uuid[], uuid[], timestamptz[], text[]) to tiepdan_app;

-- --- a letter about a part -----------------------------------------------------------------------------------------------

-- The part that a notice tells of to the department that was asked for it, who may not see the ticket; NULL: of none.
create function notice_part(p_notice uuid) returns uuid language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
begin
	return (
		select (e.data->>'part')::uuid from notice n join event e on e.at = n.event_at and e.id = n.event
		where n.id = p_notice and n.audience = 'asked');
end $$;
revoke execute on function notice_part from public;
grant execute on function notice_part to tiepdan_app;
