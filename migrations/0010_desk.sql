-- What staff write besides moves, and the reading of contacts.
set local search_path = tiepdan, public;

-- For lists of what hangs on a ticket: its id if the caller sees it, else TD404. Runs with the caller's rights.
create function ticket_visible(p_ticket uuid) returns uuid language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	if not exists (select from ticket t where t.id = p_ticket
		and may_see(t.sight, t.holder, caller_sees_all(), caller_sees_own(), caller_department())) then
		raise exception 'no such ticket' using errcode = 'TD404';
	end if;
	return p_ticket;
end $$;

-- A change that is no move: one event by the present caller, who has to see the ticket.
create function record_write(p_event uuid, p_ticket uuid, p_type text, p_data jsonb)
returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_seen(p_ticket);
begin
	perform event_write(p_event, now(), t.id, p_type, 'staff', caller_account(), caller_department(), null, null, null, null, p_data);
end $$;

create function note_write(p_id uuid, p_ticket uuid, p_text text, p_at timestamptz)
returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_seen(p_ticket);
begin
	perform caller_needs('note');
	insert into note (id, ticket, at, author, department, text)
		values (p_id, t.id, p_at, caller_account(), caller_department(), p_text);
end $$;

-- Keeps a draft without a move: for those who may propose, while the ticket is in progress.
create function reply_draft(p_id uuid, p_ticket uuid, p_version bigint, p_text text, p_at timestamptz, p_event uuid,
	out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_at_version(p_ticket, p_version);
begin
	perform move_check(t, 'propose');
	insert into reply (id, ticket, version, at, author, department, state, text)
		select p_id, t.id, 1 + coalesce(max(version), 0), p_at, caller_account(), caller_department(), 'draft', p_text
			from reply where ticket = t.id;
	update ticket set version = version + 1, updated_at = p_at where id = t.id returning * into t;
	perform event_write(p_event, p_at, t.id, 'reply.drafted', 'staff', caller_account(), t.holder, null, null, null, null, null);
	select m.body, m.etag into body, etag from ticket_moved(t, p_at) m;
end $$;

-- The sealed contact of a ticket; the reading is an event of the same transaction. All NULL when there is no contact.
create function contact_read(p_ticket uuid, p_purpose text, p_event uuid, out epoch bigint, out wrapped bytea, out box bytea)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_seen(p_ticket);
begin
	perform caller_needs('contact');
	perform event_write(p_event, now(), t.id, 'contact.read', 'staff', caller_account(), caller_department(), null, null, null, null,
		jsonb_build_object('purpose', p_purpose));
	select c.epoch, c.wrapped, c.box into epoch, wrapped, box from contact c where c.ticket = t.id;
end $$;

create function ticket_has_contact(p_ticket uuid) returns boolean language sql stable security definer set search_path = tiepdan, pg_temp as $$
	select exists (select from contact where ticket = p_ticket and erased_at is null)
$$;

-- Signing in with a one-time code: uses it up and opens the session; TD410 alike for an unknown login, a wrong code, an
-- expired one and an account that is switched off. `roles` is a comma-separated list.
create function session_open(p_login text, p_code_hash bytea, p_session uuid, p_expires timestamptz,
	out account uuid, out roles text, out department bigint, out body text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	delete from login_code c using account a
		where a.login = lower(p_login) and a.active and c.account = a.id and c.code_hash = p_code_hash and c.expires_at > now()
		returning a.id, a.department into account, department;
	if account is null then
		raise exception 'wrong sign-in code' using errcode = 'TD410';
	end if;
	insert into session (id, account, expires_at) values (p_session, session_open.account, p_expires);
	roles := (select string_agg(r.role, ',' order by r.role) from account_role r where r.account = session_open.account);
	body := account_item(session_open.account);
end $$;

create function account_item(p_account uuid) returns text language sql stable security definer set search_path = tiepdan, pg_temp as $$
	select json_build_object('id', a.id, 'login', a.login, 'name', a.name,
		'roles', (select coalesce(json_agg(r.role order by o.position), '[]')
			from account_role r join role o on o.code = r.role where r.account = a.id),
		'department', department_named(a.department))::text
	from account a where a.id = p_account
$$;

create function session_close() returns void language sql security definer set search_path = tiepdan, pg_temp as $$
	update session set closed_at = now() where id = caller_session() and closed_at is null
$$;
create function me_show(out body text) language sql stable security definer set search_path = tiepdan, pg_temp as $$
	select '{"account":' || account_item(s.account) || ',"expires_at":"' || instant(s.expires_at) || '"}'
	from session s where s.id = caller_session()
$$;
