-- Three lines that hold: what a test of every table and function with every kind of caller found, and a hostile review.
set local search_path = tiepdan, public;

-- As in 0080; also for whoever is nobody, as which it told anybody everything.
create or replace function account_events(p_account uuid, p_after text, p_limit bigint) returns table (item text, key text) language plpgsql stable security definer
set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	if caller_account() is null or p_account <> caller_account() and not caller_roles() && '{admin,auditor}' then
		raise exception 'only administrators and auditors may do this' using errcode = 'TD403';
	end if;
	if not exists (select from account where id = p_account) then
		raise exception 'no such account' using errcode = 'TD404';
	end if;
	return query select json_build_object('id', e.id, 'at', instant(e.at), 'type', e.type, 'actor', case when e.actor is not null then person_named(e.actor) end,
			'session', e.session, 'data', e.data)::text, concat_ws('|', e.at, e.id)
		from account_event e where e.account = p_account and (p_after is null
			or (e.at, e.id) < (split_part(p_after, '|', 1)::timestamptz, split_part(p_after, '|', 2)::uuid))
		order by e.at desc, e.id desc limit p_limit + 1;
end $$;

-- As in 0030; of a ticket that the caller sees, whatever the statement around it asked before.
create or replace function exclusions_of(p_ticket uuid) returns text language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
begin
	return (
		select json_build_object('items', coalesce(json_agg(json_build_object('person', person_named(x.account), 'reason', x.reason,
			'at', instant(x.at), 'by', person_named(x.made_by)) order by x.at, x.account), '[]'))::text
		from ticket_excluded x where x.ticket = p_ticket and exists (select from ticket t where t.id = p_ticket and sees(t)) and not exists (
			select from ticket_excluded y where y.ticket = p_ticket and y.account = caller_account()));
end $$;

-- As in 0010, likewise.
create or replace function ticket_has_contact(p_ticket uuid) returns boolean language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
begin
	return (
		select exists (select from contact where ticket = p_ticket and erased_at is null)
			and exists (select from ticket t where t.id = p_ticket and sees(t)));
end $$;
