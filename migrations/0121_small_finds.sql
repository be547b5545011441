-- What is not there is not read: an erased contact was answered as an empty one, with an event that said it had been read. And a refused
-- upload says why it was refused.
set local search_path = tiepdan, public;

-- As in 0091; TD404 where there is no contact, with the name contact_erased where there was one: servers of before know the number alone.
create or replace function contact_read(p_ticket uuid, p_purpose text, p_event uuid, out epoch bigint, out wrapped bytea, out box bytea)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_seen(p_ticket);
	v_erased timestamptz;
begin
	perform caller_needs('contact');
	if exists (select from ticket_restriction where ticket = t.id and what = 'data')
		and not exists (select from role_right where might = 'personal_data' and role = any (caller_roles())) then
		raise exception 'the data of the ticket are restricted' using errcode = 'TD668';
	end if;
	select c.epoch, c.wrapped, c.box, c.erased_at into epoch, wrapped, box, v_erased from contact c where c.ticket = t.id;
	if not found then
		raise exception 'the ticket has no contact' using errcode = 'TD404';
	elsif v_erased is not null then
		raise exception 'the contact was erased' using errcode = 'TD404', constraint = 'contact_erased',
			detail = json_build_object('erased_at', instant(v_erased))::text;
	end if;
	perform event_write(p_event, now(), t.id, 'contact.read', 'staff', caller_account(), caller_department(), null, null, null, null,
		jsonb_build_object('purpose', p_purpose));
end $$;

-- As in 0028; DETAIL of TD565 has the member of the refusal that says why.
create or replace function attachment_link(p_ticket uuid, p_upload uuid, p_purpose text, p_author uuid, p_department bigint, p_at timestamptz)
returns boolean language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	a attachment;
begin
	select * into a from attachment where id = p_upload for no key update;
	if a.ticket = p_ticket and a.purpose = p_purpose then
		return false;
	elsif a.id is null or a.ticket is not null then
		raise exception 'no such upload' using errcode = 'TD562';
	elsif a.state = 'uploading' then
		raise exception 'the upload is not complete' using errcode = 'TD563';
	elsif a.state = 'refused' then
		raise exception 'the upload was refused: %', a.reason using errcode = 'TD565', detail = json_build_object('reason', a.reason)::text;
	elsif (select count(*) from attachment where ticket = p_ticket and (author is null) = (p_author is null)) >= (select value from setting
			where name = case when p_author is null then 'attachments_citizen_most' else 'attachments_staff_most' end) then
		raise exception 'the ticket has all the files it may have' using errcode = 'TD566';
	end if;
	update attachment set ticket = p_ticket, purpose = p_purpose, linked_at = p_at, author = p_author, department = p_department,
		address = case state when 'checking' then address end, site = case state when 'checking' then site end where id = p_upload;
	return true;
end $$;

-- The open sessions of somebody, for administrators, who could count and end them and not see them.
create function person_sessions(p_account uuid) returns text language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
declare
	a account := account_for_admin(p_account);
begin
	return (select json_build_object('items', coalesce(json_agg(session_item(s) order by s.opened_at desc, s.id), '[]'))
		from (select * from session where account = a.id and means <> 'key' and closed_at is null and expires_at > now()
			order by opened_at desc, id limit 200) s);
end $$;
revoke execute on function person_sessions from public;
grant execute on function person_sessions to tiepdan_app;
