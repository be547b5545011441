-- What was left of keeping and forgetting (0087, 0088, 0090, 0091): what others do with a ticket that was destroyed,
-- letters in the language of who asked, what waits for the end of a ticket,
-- cases of many tickets, certificates that every reader can check, who reads what is restricted.
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

-- --- what waits for the end of a ticket, and what is forgotten -------------------------------------------------------------------------

-- Consent that is withdrawn while the law needs the contact: it goes when the ticket has ended.
alter table data_request add column erases_at_end boolean not null default false,
	add constraint data_request_erases check (not erases_at_end or (ticket is not null and state = 'answered'));
create index data_request_erases on data_request (id) where erases_at_end;
comment on column data_request.erases_at_end is 'granted, but the law needs the contact until the ticket has ended: it goes then';
-- How who came or wrote has proved who they are goes with their contact.
alter table data_request drop constraint data_request_side,
	add constraint data_request_side check ((channel = 'web') = (filed_by is null) and (filed_by is not null or (identity is null and ticket is not null))
		and (filed_by is null or identity is not null or forgotten_at is not null));
comment on column data_request.forgotten_at is 'of a ticket: since when nobody knows who came or wrote';
drop index data_request_contact_to_forget;
create index data_request_person_to_forget on data_request (ended_at, id) where ticket is not null and identity is not null;

-- As in 0091, with what is still to be done.
create or replace function data_request_item(d data_request, p_staff boolean) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return json_strip_nulls(json_build_object('ticket', case when p_staff then d.ticket end,
			'code', case when p_staff then (select t.code from ticket t where t.id = d.ticket) end,
			'filed_by', case when p_staff and d.filed_by is not null then person_named(d.filed_by) end,
			'identity', case when p_staff then d.identity end,
			'restricted', case when p_staff then exists (select from ticket_restriction x where x.ticket = d.ticket and x.what = 'data') end,
			'restrictions', case when p_staff then (select coalesce(json_agg(x.what order by x.what), '[]') from ticket_restriction x
				where x.ticket = d.ticket) end))::jsonb
		|| jsonb_build_object('id', d.id, 'number', d.number, 'kind', d.kind, 'channel', d.channel, 'state', d.state, 'filed_at', instant(d.filed_at),
			'text', d.text, 'first_due', instant(d.first_due), 'first_at', instant(d.first_at), 'first_reply', d.first_reply,
			'due_at', instant(d.due_at), 'limit', jsonb_build_object('amount', d.amount, 'unit', d.unit, 'extension', d.extension,
				'citation_vi', d.citation_vi, 'citation_en', d.citation_en),
			'extended_at', instant(d.extended_at), 'extended_for', d.extended_for, 'ended_at', instant(d.ended_at), 'reply', d.reply,
			'erases_at_end', d.erases_at_end, 'overdue', d.ended_at is null and d.next_due < now(),
			'reason', (select jsonb_build_object('code', r.code, 'text_vi', r.text_vi, 'text_en', r.text_en, 'basis_vi', r.basis_vi, 'basis_en', r.basis_en)
				from data_request_reason r where r.code = d.reason_code));
end $$;

-- As in 0091; what the law needs of who withdraws consent is only stored, and goes at the end.
create or replace function data_request_grant(d data_request, p_at timestamptz) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	t ticket;
	v_what text[] := case when d.kind in ('restrict', 'protect') then '{data}' when d.kind = 'object' then '{letters,publication}'
		when d.kind in ('withdraw', 'delete') then '{publication}' end;
begin
	if d.ticket is null or v_what is null then
		return;
	end if;
	select * into t from ticket where id = d.ticket for no key update;
	if d.kind in ('withdraw', 'delete') then
		begin
			perform contact_may_go(t);
			if contact_destroy(t.id, p_at) then
				perform event_write(gen_random_uuid(), p_at, t.id, 'contact.erased', 'staff', caller_account(), caller_department(), null, null,
					'Thông tin liên hệ đã được xóa', 'The contact was erased', jsonb_build_object('request', d.id));
			end if;
		exception when sqlstate 'TD636' then
			if d.kind = 'delete' then
				raise;
			end if;
			v_what := v_what || '{data}';
			update data_request set erases_at_end = true where id = d.id returning * into d;
		end;
	end if;
	perform ticket_restrict(d, v_what, p_at);
end $$;
create or replace function data_request_end(p_id uuid, p_version bigint, p_reason_code text, p_text text, p_at timestamptz, p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	d data_request := data_request_at(p_id, p_version);
	v_state text := case when p_reason_code is null then 'answered' else 'refused' end;
	v_day date := city_day(p_at);
begin
	if p_reason_code is not null and not exists (select from data_request_reason r where r.code = p_reason_code
		and v_day >= coalesce(r.valid_from, '-infinity') and v_day < coalesce(r.valid_to, 'infinity')) then
		raise exception 'no such ground' using errcode = 'TD669';
	end if;
	update data_request set version = version + 1, state = v_state, first_at = coalesce(first_at, p_at), first_reply = coalesce(first_reply, left(p_text, 5000)),
		ended_at = p_at, ended_by = caller_account(), reply = p_text, reason_code = p_reason_code where id = d.id returning * into d;
	if v_state = 'answered' then
		perform data_request_grant(d, p_at);
		select * into d from data_request where id = d.id;
	elsif d.kind = 'delete' and d.ticket is not null then
		perform ticket_restrict(d, '{data}', p_at);
	end if;
	perform data_request_event(d, p_event, 'request.' || v_state, p_at,
		case v_state when 'answered' then 'Đã trả lời yêu cầu về dữ liệu cá nhân' else 'Yêu cầu về dữ liệu cá nhân bị từ chối, kèm căn cứ pháp luật' end,
		case v_state when 'answered' then 'A request about personal data was answered' else 'A request about personal data was refused, with the law' end);
	body := data_request_item(d, true);
	etag := d.version;
end $$;

-- What a restriction that ends leaves behind: another version of the ticket, and an event.
create function restriction_ended(p_ticket uuid, p_what text[], p_at timestamptz, p_event uuid, p_by text) returns void language plpgsql
set search_path = tiepdan, pg_temp as $$
begin
	update ticket set version = version + 1, updated_at = p_at where id = p_ticket;
	perform event_write(p_event, p_at, p_ticket, 'data.unrestricted', p_by, case p_by when 'staff' then caller_account() end,
		case p_by when 'staff' then caller_department() end, null, null,
		'Dữ liệu cá nhân của phiếu được xử lý trở lại', 'The personal data of the ticket are processed again', jsonb_build_object('what', p_what));
end $$;
-- Erases the contacts that waited for the end of their ticket, when nothing is told any more: of what was merged that of its case, after the time
-- in which an answer can be appealed, and not before its letters have gone. What was restricted until then is so no longer. Returns how many.
create function data_requests_erase(p_now timestamptz, p_limit bigint) returns bigint language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_request uuid;
	v_ticket uuid;
	v_n bigint := 0;
begin
	for v_request, v_ticket in select d.id, t.id from data_request d join ticket t on t.id = d.ticket where d.erases_at_end
			and (select c.done and c.state <> 'answered' and c.updated_at < p_now - interval '1 hour' from ticket c where c.id = ticket_case(t.id, t.state))
			and not exists (select from notice n where n.ticket = t.id and n.account is null and n.state in ('waiting', 'sending'))
		order by d.id limit p_limit for no key update of t skip locked
	loop
		update data_request set erases_at_end = false, version = version + 1 where id = v_request and erases_at_end;
		continue when not found;	-- lifted meanwhile
		delete from ticket_restriction where ticket = v_ticket and what = 'data' and request = v_request;
		if found then
			perform restriction_ended(v_ticket, '{data}', p_now, gen_random_uuid(), 'job');
		end if;
		if contact_destroy(v_ticket, p_now) then
			perform event_write(gen_random_uuid(), p_now, v_ticket, 'contact.erased', 'job', null, null, null, null,
				'Phiếu đã kết thúc: thông tin liên hệ đã được xóa theo yêu cầu', 'The ticket has ended: the contact was erased, as was asked',
				jsonb_build_object('request', v_request));
		end if;
		v_n := v_n + 1;
	end loop;
	return v_n;
end $$;
-- As in 0091; who has asked about a ticket is forgotten whole, and the record says that what it has of it has changed.
create or replace function data_requests_forget(p_now timestamptz, p_limit bigint) returns bigint language plpgsql security definer
set search_path = tiepdan, pg_temp as $$
declare
	v_days bigint := (select value from setting where name = 'data_requests_kept_days');
	d data_request;
	v_n bigint := data_requests_erase(p_now, p_limit);
begin
	for d in select * from data_request where ticket is null and ended_at < p_now - make_interval(days => v_days::int)
		order by ended_at, id limit p_limit - v_n for update skip locked
	loop
		perform event_write(gen_random_uuid(), p_now, null, 'request.forgotten', 'job', null, null, null, null, null, null,
			jsonb_build_object('request', d.id, 'number', d.number, 'kind', d.kind, 'state', d.state, 'filed_at', instant(d.filed_at),
				'ended_at', instant(d.ended_at), 'kept_days', v_days));
		delete from word where of = 'data_request' and key = d.id::text;
		delete from contact where ticket = d.id;
		delete from data_request_letter where request = d.id;
		delete from data_request where id = d.id;
		v_n := v_n + 1;
	end loop;
	for d in select * from data_request where ticket is not null and identity is not null
			and ended_at < p_now - make_interval(days => v_days::int) order by ended_at, id limit p_limit - v_n for update skip locked
	loop
		perform contact_destroy(d.id, p_now);
		update data_request set identity = null, phone_index = null, email_index = null, forgotten_at = p_now where id = d.id;
		perform event_write(gen_random_uuid(), p_now, d.ticket, 'request.person_forgotten', 'job', null, null, null, null, null, null,
			jsonb_build_object('request', d.id, 'number', d.number, 'kept_days', v_days));
		v_n := v_n + 1;
	end loop;
	return v_n;
end $$;

-- --- what is kept until when, once a case -----------------------------------------------------------------------------------------------

create type retention_case as (ended timestamptz, tickets int, until date, kept boolean);
comment on type retention_case is 'ended: when the case did; tickets: how many there are left of it; until: the last day on which all of it is kept; kept: '
	'something stands in the way of one of them';

-- As in 0088, apart from the ticket that is asked about: with thousands of tickets of a case the case is walked once. `c` is what the others were
-- merged into.
create function retention_case_of(c ticket, p_on date) returns retention_case language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	k retention_case;
	g record;
	r retention;
begin
	if not c.done then
		return k;
	end if;
	k.ended := ticket_ended_at(c);
	k.tickets := 1;
	if not exists (select from ticket_merge where into_ticket = c.id and ended_at is null) then
		return k;
	end if;
	k.tickets := 0;
	for g in select o.kind, o.category, count(*) as n, bool_or(exists (select from ticket_hold h where h.ticket = o.id)) as held,
			bool_or(exists (select from data_request d where d.ticket = o.id and d.ended_at is null)) as asked
		from (select c.id union all select * from merged_below(c.id, null)) m (id) join ticket o on o.id = m.id
		where o.destroyed_at is null group by o.kind, o.category
	loop
		r := retention_alone(g.kind, g.category, g.held, g.asked, c, k.ended, p_on);
		k.tickets := k.tickets + g.n;
		k.until := greatest(k.until, coalesce(r.until, 'infinity'));
		k.kept := coalesce(k.kept, false) or r.stands is not null;
	end loop;
	return k;
end $$;
-- Of a ticket of a case: all of it is kept for as long as what is kept longest in it.
create function retention_in(t ticket, c ticket, k retention_case, p_on date) returns retention language plpgsql stable
set search_path = tiepdan, pg_temp as $$
declare
	r retention;
begin
	if not c.done then
		r.stands := case when t.done then 'merged_open' else 'open' end;
		return r;
	end if;
	r := retention_alone(t.kind, t.category, retention_held(t.id), retention_asked(t.id), c, k.ended, p_on);
	if k.tickets > 1 then
		r.case_tickets := k.tickets;
		r.case_until := k.until;
		r.stands := coalesce(r.stands, case when k.kept then 'case_kept' end);
	end if;
	return r;
end $$;
create function ticket_case(p_id uuid, p_state text) returns uuid language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return case p_state when 'merged' then ticket_root(p_id) else p_id end;
end $$;
create or replace function retention_of(t ticket, p_on date) returns retention language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	c ticket;
begin
	select * into c from ticket where id = ticket_case(t.id, t.state);
	return retention_in(t, c, retention_case_of(c, p_on), p_on);
end $$;
create or replace function retention_look(p_on date, p_after uuid)
returns table (ticket uuid, code text, kind text, holder bigint, filed_at timestamptz, class text, name_vi text, name_en text, until date, stands text)
language plpgsql stable set search_path = tiepdan, pg_temp set jit = off as $$
#variable_conflict use_column
declare
	v_years int := (select min(years) from retention_class);
	v_at timestamptz := '-infinity';
begin
	if p_after is not null then
		select t.filed_at into v_at from ticket t where t.id = p_after;
		if not found then
			raise exception 'no such ticket' using errcode = 'TD404';
		end if;
	end if;
	return query
	with page as materialized (
		select t.id, ticket_case(t.id, t.state) as whole from ticket t where t.destroyed_at is null
			and (t.filed_at, t.id) > (v_at, coalesce(p_after, '00000000-0000-0000-0000-000000000000'))
			and t.filed_at < (p_on - v_years * interval '1 year')::timestamp at time zone template_zone()
			order by t.filed_at, t.id limit (select value from setting where name = 'retention_look_most')),
	cases as materialized (
		select c.id, retention_case_of(c, p_on) as facts from (select distinct whole from page) p
			cross join lateral (select * from ticket where id = p.whole offset 0) c)
	select t.id, t.code, t.kind, t.holder, t.filed_at, r.class, r.name_vi, r.name_en, r.until, r.stands
	from page p join cases k on k.id = p.whole cross join lateral (select * from ticket where id = p.id offset 0) t
		cross join lateral (select * from ticket where id = p.whole offset 0) c cross join lateral retention_in(t, c, k.facts, p_on) r;
end $$;

-- --- certificates that every reader can check -------------------------------------------------------------------------------------------

-- Codes are withheld from some readers, who could not compute the hash over them. From now on it is over the commitments to them: of a code that
-- a reader may not know they have the commitment, which without its salt tells nothing. Certificates of before stay as they are (scheme 1).
alter table disposal_ticket add column salt uuid;
comment on column disposal_ticket.salt is 'of the commitment to the code; of what was destroyed since certificates have the scheme 2';

create function disposal_commitment(x disposal_ticket) returns text language sql immutable parallel safe as $$
	select tiepdan.event_commitment(x.salt, x.code)
$$;
-- As in 0088, with scheme 2: the hash is over the sorted commitments, a line each.
create or replace function disposal_certify(d disposal, p_at timestamptz) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_event uuid := gen_random_uuid();
	v_lines text;
	v_hash text;
	v_classes json := (select coalesce(json_agg(json_build_object('class', n.class, 'name_vi', c.name_vi, 'name_en', c.name_en, 'basis_vi', c.basis_vi,
			'basis_en', c.basis_en, 'tickets', n.n) order by n.class), '[]')
		from (select class, count(*) as n from disposal_ticket where disposal = d.id and state = 'destroyed' group by class) n
			join lateral (select * from retention_class c where c.code = n.class
				order by (coalesce(c.valid_from, '-infinity') <= d.due_on) desc, c.valid_from desc nulls last limit 1) c on true);
	v_left json := (select coalesce(json_agg(json_build_object('stands', n.stands, 'tickets', n.n) order by n.stands), '[]')
		from (select stands, count(*) as n from disposal_ticket where disposal = d.id and state = 'left' group by stands) n);
begin
	update disposal_ticket set salt = gen_random_uuid() where disposal = d.id and state = 'destroyed';
	v_lines := (select coalesce(string_agg(c || E'\n', '' order by c collate "C"), '') from disposal_ticket x cross join lateral disposal_commitment(x) c
		where x.disposal = d.id and x.state = 'destroyed');
	v_hash := encode(sha256(convert_to(v_lines, 'UTF8')), 'hex');
	perform disposal_event(v_event, 'retention.disposed', d.id, jsonb_build_object('day', d.due_on, 'proposed_by', d.proposed_by,
		'approved_by', d.decided_by, 'classes', (select coalesce(jsonb_object_agg(c->>'class', c->'tickets'), '{}') from json_array_elements(v_classes) c),
		'scheme', 2, 'codes_sha256', v_hash));
	update disposal set state = 'ended', ended_at = p_at, event = v_event, event_at = (select max(at) from event where id = v_event and at >= now()),
		certificate = json_build_object('disposal', d.id, 'day', d.due_on, 'reason', d.reason, 'proposed_at', instant(d.proposed_at),
			'proposed_by', person_named(d.proposed_by), 'approved_at', instant(d.decided_at), 'approved_by', person_named(d.decided_by),
			'ended_at', instant(p_at), 'classes', v_classes, 'left', v_left, 'scheme', 2, 'codes_sha256', v_hash) where id = d.id;
end $$;
-- As in 0088, with the salts of the codes that the caller may know, and the commitments to the others.
create or replace function disposal_certificate(p_id uuid, out body text) language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
declare
	d disposal;
begin
	perform caller_needs('read_retention');
	select * into d from disposal where id = p_id;
	if not found then
		raise exception 'no such disposal' using errcode = 'TD404';
	elsif d.state <> 'ended' then
		raise exception 'the disposal has not ended' using errcode = 'TD663';
	end if;
	body := (select '{"scheme": 1}' || d.certificate || jsonb_build_object('event', jsonb_build_object('id', e.id, 'at', instant(e.at), 'hash', encode(e.hash, 'hex')),
			'root', record_root_item(r.number),
			'codes', n.codes, 'salts', n.salts, 'codes_withheld', n.withheld, 'withheld', n.commitments)
		from event e cross join (select coalesce(jsonb_agg(x.code order by x.code collate "C") filter (where x.named), '[]') as codes,
				coalesce(jsonb_agg(x.salt order by x.code collate "C") filter (where x.named and x.salt is not null), '[]') as salts,
				count(*) filter (where not x.named) as withheld,
				coalesce(jsonb_agg(x.commitment order by x.commitment) filter (where not x.named and x.salt is not null), '[]') as commitments
			from (select i.code, i.salt, disposal_commitment(i) collate "C" as commitment, retention_named(i.ticket) as named
				from disposal_ticket i where i.disposal = d.id and i.state = 'destroyed') x) n
			left join lateral (select o.number from record_root o where o.last_at >= e.at and o.first_at <= e.at
			and position(uuid_send(e.id) in o.entries) > 0 order by o.last_at, o.number limit 1) r on true
		where e.at = d.event_at and e.id = d.event);
end $$;
-- As in 0088, with the commitment of each, and the salt where the caller may know the code.
drop function disposal_sheet(uuid);
create function disposal_sheet(p_id uuid) returns table (code text, kind text, department text, class text, until date, salt uuid, commitment text)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	perform disposal_certificate(p_id);
	return query select case when n.named then x.code end, case when n.named then x.kind end, case when n.named then d.code end, x.class,
			case when n.named then x.until end, case when n.named then x.salt end, disposal_commitment(x)
		from disposal_ticket x join department d on d.id = x.department cross join lateral (select retention_named(x.ticket) as named) n
		where x.disposal = p_id and x.state = 'destroyed' order by not n.named, case when n.named then x.code end collate "C", x.class;
end $$;

-- --- restriction -------------------------------------------------------------------------------------------------------------------

-- As in 0091; the ticket is locked first, as everywhere. Who lets a restriction end lets what waits for the end of the ticket end, too.
create or replace function ticket_restrict(d data_request, p_what text[], p_at timestamptz) returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	t ticket;
	v_action text;
	v_to text;
begin
	select * into t from ticket where id = d.ticket for no key update;
	-- What was restricted until the end of the ticket stays so for whoever asks for more.
	update ticket_restriction x set request = d.id where x.ticket = d.ticket and x.what = any (p_what) and not d.erases_at_end
		and exists (select from data_request o where o.id = x.request and o.erases_at_end);
	insert into ticket_restriction select d.ticket, w, p_at, caller_account(), d.id from unnest(p_what) w on conflict do nothing;
	if not found then
		return;
	end if;
	update ticket set version = version + 1, updated_at = p_at where id = t.id;
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
	update data_request set erases_at_end = false, version = version + 1 where ticket = p_ticket and erases_at_end;
	perform restriction_ended(p_ticket, v_what, p_at, p_event, 'staff');
end $$;

-- --- who reads what is restricted ---------------------------------------------------------------------------------------------------------

-- What is restricted is processed no further than the law needs it (Law 91/2025/QH15; before it Decree 13/2023/ND-CP articles 9 and 17, by which a
-- state organ goes on with what a law of its own asks of it): the department that has the ticket decides it and reads it. All others find it in no
-- list; who may break the glass reads it with a reason that is recorded (glass_break()); strangers are not shown that there is something similar.
alter table ticket add column restricted boolean not null default false;
comment on column ticket.restricted is 'its data are only stored: there is a ticket_restriction of them, whose trigger says it here, where each list looks';
create function ticket_restriction_counts() returns trigger language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	update ticket set restricted = tg_op = 'INSERT' where id = case tg_op when 'INSERT' then new.ticket else old.ticket end;
	return null;
end $$;
create trigger restriction_begins after insert on ticket_restriction for each row when (new.what = 'data') execute function ticket_restriction_counts();
create trigger restriction_ends after delete on ticket_restriction for each row when (old.what = 'data') execute function ticket_restriction_counts();
update ticket set restricted = true where id in (select ticket from ticket_restriction where what = 'data');

-- As in 0088.
create or replace function sees(t ticket) returns boolean language sql stable as $$
	select t.destroyed_at is null and (tiepdan.may_see(t.sight, t.holder, tiepdan.caller_sees_all(), tiepdan.caller_sees_own(), tiepdan.caller_department())
			or t.id = any (tiepdan.caller_broken() || tiepdan.caller_linked()))
		and (t.restricted is not true or t.holder is not distinct from tiepdan.caller_department()
			or t.id = any (tiepdan.caller_broken() || tiepdan.caller_linked()))
		and case when t.sight = 'denunciation' then not tiepdan.kept_away(t.id, tiepdan.caller_account())
			when t.kind = 'complaint' then not tiepdan.denounced(t.id, tiepdan.caller_account()) else true end
$$;
alter policy ticket_seen on ticket
	using (destroyed_at is null
		and (may_see(sight, holder, (select caller_sees_all()), (select caller_sees_own()), (select caller_department()))
			or id = any ((select caller_broken() || caller_linked())::uuid[]))
		and (not restricted or holder = (select caller_department()) or id = any ((select caller_broken() || caller_linked())::uuid[]))
		and case when sight = 'denunciation' then not kept_away(id, (select caller_account()))
			when kind = 'complaint' then not denounced(id, (select caller_account())) else true end);
-- Of a case whoever sees it reads what was merged into it; what is restricted of that reads who would read it by itself, and the department that
-- has the case.
create function below_reads(k ticket, p_root uuid) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return k.id = p_root or not k.restricted or sees(k) or (select holder from ticket where id = p_root) is not distinct from caller_department();
end $$;
-- As in 0032 and 0041.
create or replace function relations_of(p_ticket uuid, p_after text, p_limit bigint)
returns table (item text, key text) language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	perform ticket_visible(p_ticket);
	return query
	select json_build_object('id', x.id, 'kind', x.kind, 'direction', x.direction, 'at', instant(x.at), 'person', person_named(x.person),
			'reason', x.reason, 'ticket', json_build_object('id', case when v.sees then k.id end, 'code', k.code, 'state', k.state,
				'title', case when v.reads then k.title end, 'text', case when v.reads then k.text end))::text,
		concat_ws('|', x.at, x.id)
	from (
		select m.id, m.kind, 'to' as direction, m.into_ticket as other, m.at, m.person, m.reason from ticket_merge m
			where m.ticket = p_ticket and m.ended_at is null
		union all select m.id, m.kind, 'from', m.ticket, m.at, m.person, m.reason from ticket_merge m
			where m.into_ticket = p_ticket and m.ended_at is null
		union all select r.id, r.kind, case r.kind when 'related' then 'both' else 'to' end, r.other, r.at, r.person, r.reason
			from ticket_relation r where r.ticket = p_ticket
		union all select r.id, r.kind, case r.kind when 'related' then 'both' else 'from' end, r.ticket, r.at, r.person, r.reason
			from ticket_relation r where r.other = p_ticket) x
		join ticket k on k.id = x.other
		cross join lateral (select sees(k) as sees) s
		cross join lateral (select s.sees, s.sees or (x.kind in ('merged', 'joined') and x.direction = 'from' and below_reads(k, p_ticket)) as reads) v
	where ticket_nameable(k) and (x.at, x.id) > (coalesce(split_part(p_after, '|', 1)::timestamptz, '-infinity'),
		coalesce(split_part(p_after, '|', 2)::uuid, '00000000-0000-0000-0000-000000000000'))
	order by x.at, x.id limit p_limit + 1;
end $$;
create or replace function timeline_of(p_ticket uuid, p_after text, p_limit bigint)
returns table (item text, key text) language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	perform ticket_visible(p_ticket);
	return query
	select json_build_object('id', m.id, 'at', instant(m.at), 'ticket', json_build_object('code', t.code, 'own', t.id = p_ticket),
			'from', case when m.author is null then 'citizen' else 'department' end, 'department', department_named(m.department),
			'text', m.text)::text,
		concat_ws('|', m.at, m.id)
	from (select p_ticket as id union all select * from merged_below(p_ticket, null)) x join ticket t on t.id = x.id join message m on m.ticket = x.id
	where below_reads(t, p_ticket) and (m.at, m.id) > (coalesce(split_part(p_after, '|', 1)::timestamptz, '-infinity'),
		coalesce(split_part(p_after, '|', 2)::uuid, '00000000-0000-0000-0000-000000000000'))
	order by m.at, m.id limit p_limit + 1;
end $$;
create or replace function attachments_of(p_ticket uuid, p_after text, p_limit bigint)
returns table (item text, key text) language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	perform ticket_visible(p_ticket);
	return query
	select rtrim(attachment_item(a)::text, '}') || ',"ticket":' || json_build_object('code', t.code, 'own', t.id = p_ticket) || '}',
		concat_ws('|', a.linked_at, a.id)
	from (select p_ticket as id union all select * from merged_below(p_ticket, null)) x join ticket t on t.id = x.id
		join attachment a on a.ticket = x.id
	where below_reads(t, p_ticket) and (a.purpose <> 'note' or notes_seen()) and (a.purpose <> 'petitioners' or names_seen())
		and (a.linked_at, a.id) > (coalesce(split_part(p_after, '|', 1)::timestamptz, '-infinity'),
		coalesce(split_part(p_after, '|', 2)::uuid, '00000000-0000-0000-0000-000000000000'))
	order by a.linked_at, a.id limit p_limit + 1;
end $$;
create or replace function attachment_seen(p_ticket uuid, p_id uuid)
returns table (state text, type text, name text, bytes bigint, hash bytea, thumbnail bytea)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	perform ticket_visible(p_ticket);
	return query
	select a.state, a.type, a.name, a.bytes, a.hash, a.thumbnail from attachment a join ticket t on t.id = a.ticket
	where a.id = p_id and below_reads(t, p_ticket) and merged_under(a.ticket, p_ticket) and (a.purpose <> 'note' or notes_seen())
		and (a.purpose <> 'petitioners' or names_seen());
end $$;
-- As in 0078 and 0033.
create or replace function alike_public(t ticket) returns boolean language sql stable as $$
	select t.visibility = 'public' and t.sight = 'public' and t.kind <> 'emergency' and t.restricted is not true and not tiepdan.triage_discreet(t.id)
$$;
create or replace function open_similar(p_category text, p_area text, p_lon float8, p_lat float8, p_now timestamptz, p_limit bigint)
returns table (item text, title text) language plpgsql stable security definer set search_path = tiepdan, pg_temp
set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
	v_categories text[] := category_family(coalesce((select parent from category where code = p_category), p_category));
	v_from timestamptz := p_now - make_interval(days => (select value from setting where name = 'similar_days'));
	v_metres int := (select value from setting where name = 'similar_metres');
begin
	return query
	select json_build_object('code', t.code, 'category', named(c.code, c.name_vi, c.name_en),
			'area', named(a.code, a.name_vi, a.name_en), 'state', t.state, 'state_vi', s.name_vi, 'state_en', s.name_en,
			'filed_at', instant(t.filed_at), 'metres', ceil(x.metres / 100) * 100)::text,
		case when t.state <> 'submitted' then t.title end
	from (select * from ticket where area = p_area and filed_at > v_from and not done and not restricted and visibility = 'public' and sight = 'public'
			and kind <> 'emergency' and (v_categories is null or category = any (v_categories)) order by filed_at desc, id desc limit 200) t
		join state s on s.code = t.state join category c on c.code = t.category join area a on a.code = t.area
		cross join lateral (select metres_between(point_public(c.public_point, t.lon), point_public(c.public_point, t.lat),
			p_lon, p_lat) as metres) x
	where (x.metres is null or x.metres <= v_metres) and not triage_discreet(t.id)
	order by x.metres nulls last, t.filed_at desc, t.id limit p_limit;
end $$;
-- As in 0035; who is asked for a part has its task.
create or replace function part_reads(p part, t ticket) returns boolean language sql immutable parallel safe as $$
	select p.state in ('asked', 'given') and not t.done and t.restricted is not true
$$;
-- As in 0091; letters to staff have no words of what is restricted.
create or replace function notice_claim(p_now timestamptz, p_lease timestamptz, p_limit bigint, p_domain text, p_zone text, p_public_url text)
returns table (id uuid, ticket uuid, attempts bigint, urgent boolean, citizen boolean, department bigint, made_at timestamptz,
	message_id text, language text, address text, epoch bigint, wrapped bytea, box bytea, subject text, body text, html text,
	code text, title text, what text, state text, department_name text, due text, at text, reason text, link text, sender text, number bigint, generation bigint,
	question bigint, answer_until timestamptz)
language plpgsql security definer set search_path = tiepdan, pg_temp set jit = off as $$
#variable_conflict use_column
declare
	v_ids uuid[] := notices_take(p_now, p_lease, p_limit, p_domain);
begin
	return query
	select n.id, n.ticket, n.attempts::bigint, n.urgent, n.account is null, a.department, n.made_at, n.message_id, m.language, a.email,
		c.epoch, c.wrapped, c.box, m.subject, m.text, m.html, t.code, notice_title(n, t, p, v.vi, v.hidden), notice_what(e, p_zone, v.vi),
		notice_state(t, e, v.vi), case when v.hidden then notice_hidden(v.vi) when v.vi then d.name_vi else d.name_en end,
		notice_due(n, t, p, e.data, p_zone, v.vi), notice_clock(n.event_at, p_zone, v.vi),
		coalesce(case when v.vi then r.text_vi else r.text_en end, notice_reason(p, e.data->>'verdict', v.vi, v.hidden)),
		p_public_url || case when n.audience = 'data_officers' then '/v1/data-requests/' || (e.data->>'request') when n.audience = 'asked' then '/v1/parts/' || p.id when n.account is not null then '/v1/tickets/' || t.id
			when q.until_at is not null then '/v1/tracking/question'
			else '/v1/tracking' end,
		(select case when v.vi then h.name_vi else h.name_en end from department h where h.hub), t.number, t.generation,
		(select count(*) from question x where x.ticket = q.ticket and x.asked_at <= q.asked_at), q.until_at
	from unnest(v_ids) with ordinality i (id, ord) join notice n on n.id = i.id
		join ticket t on t.id = n.ticket join department d on d.id = t.holder
		left join event e on e.at = n.event_at and e.id = n.event
		left join part p on n.account is not null and p.id = (e.data->>'part')::uuid
		left join account a on a.id = n.account and a.active
			and (n.audience = 'data_officers' or notice_opens(a.id, a.department, t.sight, t.holder, case when n.audience = 'asked' then p.id end))
			and not notice_kept(t.id, t.sight, a.id)
		left join contact c on c.ticket = n.ticket and n.account is null and c.erased_at is null
		left join question q on n.account is null and n.type = 'ticket.asked' and q.ticket = t.id and q.ended_at is null
			and q.id::text = e.data->>'question'
			and t.sight in ('public', 'private', 'restricted')
		left join refusal_reason r on r.code = e.data->>'reason_code'
		left join lateral (select * from notice_template x where x.type = n.type and x.side = notice_side(n.audience)
			and x.valid_from <= p_now order by x.language = n.language desc, x.valid_from desc, x.version desc limit 1) m on true
		cross join lateral (select m.language is distinct from 'en' as vi, t.sight not in ('public', 'private', 'restricted')
			or (t.restricted and n.account is not null) as hidden) v
	order by i.ord;
end $$;

revoke execute on function below_reads, restriction_ended, ties_guard, retention_case_of, retention_in, ticket_case, disposal_commitment, disposal_sheet, data_requests_erase, ticket_restriction_counts,
	data_request_file_staff(uuid, uuid, text, text, text, text, text, timestamptz, timestamptz, timestamptz, bigint, bytea, bytea, bytea, bytea, bytea, uuid)
	from public;
grant execute on function disposal_sheet,
	data_request_file_staff(uuid, uuid, text, text, text, text, text, timestamptz, timestamptz, timestamptz, bigint, bytea, bytea, bytea, bytea, bytea, uuid)
	to tiepdan_app;
