-- What a clerk typed and the hub split stays what that clerk typed: its parts tell where they were taken down, and whoever typed the whole
-- handles none of them.
set local search_path = tiepdan, public;

-- As in 0032, with who typed the whole.
create or replace function ticket_split(p_ticket uuid, p_version bigint, p_parts uuid[], p_files uuid[], p_file_parts uuid[], p_reason text,
	p_at timestamptz, p_event uuid, out body text, out etag text)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_at_version(p_ticket, p_version);
	a action;
begin
	perform move_check(t, 'split');
	if (select count(*) from ticket_relation where other = t.id) + cardinality(p_parts) > (
		select value from setting where name = 'relations_most') then
		raise exception 'the ticket has too many relations' using errcode = 'TD484';
	end if;
	select * into strict a from action where code = 'split';
	insert into ticket_relation (id, ticket, other, kind, at, person, reason)
	select gen_random_uuid(), p, t.id, 'split_from', p_at, caller_account(), p_reason from unnest(p_parts) p;
	update ticket set lon = t.lon, lat = t.lat where id = any (p_parts);
	perform attachments_copy(t.id, p_files, p_file_parts, p_at);
	insert into petition (ticket, people) select p, people from petition, unnest(p_parts) p where ticket = t.id;
	insert into ticket_clerk (ticket, account, department) select p, account, department from ticket_clerk, unnest(p_parts) p where ticket = t.id;
	t := ticket_change(t, t, a, 'staff', p_at, null, null, null, p_event, null, null, jsonb_build_object('parts', p_parts, 'reason', p_reason));
	select m.body, m.etag into body, etag from ticket_moved(t) m;
end $$;
