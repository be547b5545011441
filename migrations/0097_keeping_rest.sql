-- What was left of keeping and forgetting (0087, 0088, 0090, 0091): what others do with a ticket that was destroyed,
-- letters in the language of who asked.
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

-- --- letters in the language of who asked ------------------------------------------------------------------------------------------

alter table data_request add column language text not null default 'vi', add constraint data_request_language check (language in ('vi', 'en'));
comment on column data_request.language is 'of letters to who came or wrote; those of a ticket are in that of the ticket';
alter table citizen add column language text not null default 'vi', add constraint citizen_language check (language in ('vi', 'en'));
comment on column citizen.language is 'of letters: that of the code that they came in with last';

-- As in 0091, whose own stays for servers of before; with the language.
create function data_request_file_staff(p_id uuid, p_ticket uuid, p_channel text, p_identity text, p_language text, p_kind text, p_text text, p_at timestamptz,
	p_first timestamptz, p_due timestamptz, p_epoch bigint, p_wrapped bytea, p_box bytea, p_commitment bytea, p_phone bytea, p_email bytea, p_event uuid)
returns text language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	d data_request;
begin
	perform data_request_file_staff(p_id, p_ticket, p_channel, p_identity, p_kind, p_text, p_at, p_first, p_due, p_epoch, p_wrapped, p_box,
		p_commitment, p_phone, p_email, p_event);
	update data_request set language = p_language where id = p_id returning * into d;
	return data_request_item(d, true);
end $$;

-- As in 0091, in the language of who asked. What is older than notice_stale_hours tells nobody anything any more, though a night is always waited
-- for: it is late.
create or replace function data_request_letters(p_now timestamptz, p_lease timestamptz, p_limit bigint, p_domain text, p_zone text)
returns table (id uuid, owner uuid, attempts bigint, made_at timestamptz, message_id text, language text, epoch bigint, wrapped bytea, box bytea,
	subject text, body text, html text, code text, due text, at text, sender text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	v_before timestamptz := p_now - make_interval(hours => (select greatest(value, 24)::int from setting where name = 'notice_stale_hours'));
begin
	return query
	with due as materialized (
		select l.id from data_request_letter l where l.state in ('waiting', 'sending') and l.next_at <= p_now
		order by l.next_at, l.id limit p_limit for update skip locked),
	late as (
		update data_request_letter l set state = 'cancelled', error = 'late' from due d where l.id = d.id and l.made_at < v_before),
	taken as (
		update data_request_letter l set state = 'sending', next_at = p_lease, attempts = l.attempts + 1 from due d
			where l.id = d.id and l.made_at >= v_before returning l.*)
	select l.id, l.request, l.attempts::bigint, l.made_at, '<' || l.id || '@' || p_domain || '>', m.language, c.epoch, c.wrapped, c.box, m.subject, m.text, m.html,
		r.number::text, notice_clock(r.due_at, p_zone, m.language = 'vi'), notice_clock(l.made_at, p_zone, m.language = 'vi'),
		(select case m.language when 'vi' then h.name_vi else h.name_en end from department h where h.hub)
	from taken l join data_request r on r.id = l.request left join contact c on c.ticket = l.request and c.erased_at is null
		left join lateral (select * from notice_template x where x.type = l.type and x.side = 'citizen' and x.valid_from <= p_now
			order by x.language = r.language desc, x.valid_from desc, x.version desc limit 1) m on true;
end $$;

-- As in 0087; the language stays when the code is gone.
create or replace function citizen_sign_in(p_request uuid, p_right boolean, p_slots bigint[], p_free bigint[], p_session uuid, p_expires timestamptz, p_client text,
	out wait_s bigint, out opened session_opened)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v citizen_code;
	c citizen;
begin
	wait_s := brake_take(p_slots, p_free);
	if wait_s = 0 then
		-- As everywhere the citizen is locked first.
		perform from citizen where email_index = (select email_index from citizen_code where id = p_request) for no key update;
		v := citizen_code_take(p_request, p_right, null);
	end if;
	if v.id is null then
		return;
	end if;
	perform brake_release(p_slots);
	insert into citizen (id, epoch, wrapped, box, email_index) values (v.citizen, v.epoch, v.wrapped, v.box, v.email_index)
		on conflict (email_index) do nothing;
	if found then
		perform citizen_tell(v.citizen, 'citizen.made', p_session);
	end if;
	update citizen set language = v.language where email_index = v.email_index returning * into c;
	opened := citizen_session_make(c.id, p_session, 'code', 1, p_expires, p_client);
end $$;
create or replace function citizen_email_set(p_request uuid, p_right boolean, out done boolean) language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	c citizen;
	v citizen_code;
begin
	select * into strict c from citizen where id = caller_citizen_proven() for update;
	v := citizen_code_take(p_request, p_right, c.id);
	done := v.id is not null;
	if not done then
		return;
	end if;
	begin
		update citizen set epoch = v.epoch, wrapped = v.wrapped, box = v.box, email_index = v.email_index, language = v.language where id = c.id;
	exception when unique_violation then
		raise exception 'the address is that of another account' using errcode = 'TD651';
	end;
	if c.email_index <> v.email_index then
		perform citizen_letter(c, 'citizen.email_changed');
	end if;
	perform citizen_sessions_end(c.id, caller_session(), 'replaced');
	perform citizen_tell(c.id, 'email.changed', caller_session());
end $$;
create or replace function citizen_letter(c citizen, p_template text) returns void language sql set search_path = tiepdan, pg_temp as $$
	insert into citizen_code (id, citizen, purpose, template, language, epoch, wrapped, box, email_index, expires_at, used_at, state)
		select gen_random_uuid(), c.id, 'told', p_template, c.language, c.epoch, c.wrapped, c.box, c.email_index, now() + interval '7 days', now(), 'waiting'
		where c.email_index is not null
$$;
create or replace function citizen_show(out id uuid, out epoch bigint, out wrapped bytea, out box bytea, out body text) language sql stable security definer
set search_path = tiepdan, pg_temp as $$
	select c.id, c.epoch, c.wrapped, c.box, (citizen_item(c)::jsonb || jsonb_build_object('language', c.language,
		'tickets', (select count(*) from citizen_ticket l where l.citizen = c.id),
		'sessions', (select count(*) from session x where x.citizen = c.id and x.closed_at is null and x.expires_at > now()),
		'means', s.means, 'assurance', s.assurance, 'expires_at', instant(s.expires_at)))::text
	from citizen c join session s on s.id = caller_session() where c.id = caller_citizen()
$$;

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

revoke execute on function ties_guard,
	data_request_file_staff(uuid, uuid, text, text, text, text, text, timestamptz, timestamptz, timestamptz, bigint, bytea, bytea, bytea, bytea, bytea, uuid)
	from public;
grant execute on function
	data_request_file_staff(uuid, uuid, text, text, text, text, text, timestamptz, timestamptz, timestamptz, bigint, bytea, bytea, bytea, bytea, bytea, uuid)
	to tiepdan_app;
