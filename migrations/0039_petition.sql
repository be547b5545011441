-- A common petition of several people: one of them speaks for all and can be reached, as the laws on citizen reception (42/2013)
-- and on complaints (02/2011, Art. 8) ask of them. The ticket is the representative's, and so is its contact. The others are a
-- number, and may be a list of names, which is a file with a purpose of its own: only those who may read contacts see it.
set local search_path = tiepdan, public;

create table petition (
	ticket uuid not null,
	people int not null,
	constraint petition_pk primary key (ticket),
	constraint petition_ticket_fk foreign key (ticket) references ticket,
	constraint petition_people check (people between 2 and 1000000)
);
comment on column petition.people is 'how many they say they are, the representative among them';

alter table attachment drop constraint attachment_purpose,
	add constraint attachment_purpose check (purpose in ('citizen', 'petitioners', 'evidence', 'reply', 'note')),
	drop constraint attachment_side,
	add constraint attachment_side check ((author is null) = (department is null)
		and (author is null or purpose not in ('citizen', 'petitioners')));

-- The petitions among tickets that are filed in the same transaction, parallel arrays; a ticket that was not made is not there. A
-- list is one of the files that were linked to its ticket just before.
create function petition_file(p_tickets uuid[], p_people bigint[], p_lists uuid[], p_at timestamptz[], p_events uuid[])
returns bigint language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_filed bigint;
begin
	insert into petition (ticket, people) select t.id, i.people from unnest(p_tickets, p_people) i (ticket, people) join ticket t on t.id = i.ticket;
	get diagnostics v_filed = row_count;
	update attachment a set purpose = 'petitioners' from unnest(p_tickets, p_lists) i (ticket, list) where a.id = i.list and a.ticket = i.ticket;
	perform event_write(i.event, i.at, i.ticket, 'ticket.petition', 'anyone', null, t.holder, null, null,
			format('Kiến nghị chung của %s người, do một người đại diện gửi', i.people),
			format('A common petition of %s people, filed by one of them for all', i.people), jsonb_build_object('people', i.people))
		from unnest(p_tickets, p_people, p_at, p_events) i (ticket, people, at, event) join ticket t on t.id = i.ticket;
	return v_filed;
end $$;

-- How many people a ticket is from, for whoever may see it; NULL for one person's.
create function petition_told(p_ticket uuid) returns json language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return (
		select json_build_object('people', people) from petition where ticket = p_ticket);
end $$;


-- Whether the caller reads the names of those who petition.
create function names_seen() returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return caller_roles() && array(select role from role_right where might = 'contact');
end $$;
create policy attachment_petitioners on attachment as restrictive for select to tiepdan_app
	using (purpose <> 'petitioners' or (select names_seen()));

alter table petition enable row level security;
create policy petition_seen on petition for select to tiepdan_app using (exists (select from ticket t where t.id = petition.ticket));
revoke all on petition from public;
grant select on petition to tiepdan_app;
revoke execute on function petition_file, petition_told, names_seen from public;
grant execute on function petition_file, petition_told, names_seen to tiepdan_app;
