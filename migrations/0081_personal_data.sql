-- Personal data in the hands of those whom it is about: the citizen sees what is held and who has read it, and takes it away; the data
-- protection officer finds everything about one person (Law 91/2025/QH15; Decree 356/2025/ND-CP) and erases it. Sealed records follow a
-- new master key, so that old ones can be destroyed.
set local search_path = tiepdan, public;

alter table role_right drop constraint role_right_might,
	add constraint role_right_might check (might in ('note', 'contact', 'report', 'colleagues', 'accounts', 'calendars', 'part', 'personal_data'));
insert into role_right values ('data_officer', 'personal_data');

create or replace function event_words(p_type text) returns text[] language sql immutable parallel safe as $$
	select case when p_type in ('contact.read', 'contact.searched') then '{purpose}' else '{reason}' end::text[]
$$;

-- --- what citizens see --------------------------------------------------------------------------------------------------------------

-- The sealed contact of a ticket, when it was erased, and who has read it and for what, newest first: departments and purposes, not names
-- of people.
create function contact_held(p_number bigint, p_generation bigint, out ticket uuid, out epoch bigint, out wrapped bytea, out box bytea, out body text)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_tracked(p_number, p_generation, false);
begin
	select c.ticket, c.epoch, c.wrapped, c.box into ticket, epoch, wrapped, box from contact c where c.ticket = t.id;
	body := (select json_build_object(
		'erased_at', (select instant(c.erased_at) from contact c where c.ticket = t.id),
		'reads', (select coalesce(json_agg(json_build_object('at', instant(r.at), 'type', r.type, 'department', department_named(r.department),
				'purpose', (select x.text from event_text x where x.event = r.id and x.name = 'purpose')) order by r.at desc, r.id desc), '[]')
			from (select e.id, e.at, e.type, e.department from event e where e.ticket = t.id and e.type in ('contact.read', 'contact.searched')
				order by e.at desc, e.id desc limit 200) r)));
end $$;

-- --- taking it away -----------------------------------------------------------------------------------------------------------------

-- Destroys the key of the record and the indexes: what is left of it, here and in every copy, opens with nothing once the master key of its
-- epoch is destroyed after the retention of backups. Letters that wait are not sent any more. False: there is nothing to destroy.
create function contact_destroy(p_ticket uuid, p_at timestamptz) returns boolean language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	update contact set wrapped = null, box = null, phone_index = null, email_index = null, erased_at = p_at
		where ticket = p_ticket and erased_at is null;
	return found;
end $$;

-- TD636: who complains, denounces or speaks for a petition has to be known while it is open (Law on Complaints 02/2011/QH13
-- article 8, Law on Denunciations 25/2018/QH14 article 23).
create function contact_may_go(t ticket) returns void language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	if (t.kind in ('complaint', 'denunciation') or exists (select from petition where petition.ticket = t.id))
		and (select open from state where code = t.state) then
		raise exception 'the contact is needed' using errcode = 'TD636';
	end if;
end $$;

-- By the citizen.
create function contact_erase_tracked(p_number bigint, p_generation bigint, p_event uuid, p_at timestamptz) returns void language plpgsql
security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_tracked(p_number, p_generation, true);
begin
	perform contact_may_go(t);
	if not contact_destroy(t.id, p_at) then
		raise exception 'there is no contact' using errcode = 'TD404';
	end if;
	perform event_write(p_event, p_at, t.id, 'contact.erased', 'ticket', null, null, null, null,
		'Thông tin liên hệ đã được xóa theo yêu cầu của người gửi', 'The contact was erased at the request of who filed it', null);
end $$;

-- By the data protection officer, of any ticket but one that is about themselves.
create function contact_erase(p_ticket uuid, p_reason text, p_event uuid, p_at timestamptz) returns void language plpgsql
security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket;
begin
	perform caller_needs('personal_data');
	select * into t from ticket where id = p_ticket for no key update;
	if not found or kept_away(t.id, caller_account()) or denounced(t.id, caller_account()) then
		raise exception 'there is no contact' using errcode = 'TD404';
	end if;
	perform contact_may_go(t);
	if not contact_destroy(p_ticket, p_at) then
		raise exception 'there is no contact' using errcode = 'TD404';
	end if;
	perform event_write(p_event, p_at, p_ticket, 'contact.erased', 'staff', caller_account(), caller_department(), null, null,
		'Thông tin liên hệ đã được xóa', 'The contact was erased', jsonb_build_object('reason', p_reason));
end $$;

-- --- finding it ----------------------------------------------------------------------------------------------------------------------

-- The tickets whose contact has this phone or e-mail, as the data protection officer has to know them for a request of the person: no words
-- of them. Each one found has an event that says so. `p_events`: their ids, so at most as many.
create function personal_data_search(p_phone bytea, p_email bytea, p_purpose text, p_events uuid[], p_at timestamptz) returns text language plpgsql
security definer set search_path = tiepdan, pg_temp as $$
declare
	v_found uuid[];
begin
	perform caller_needs('personal_data');
	v_found := array(select x.ticket from (select c.ticket from contact c where c.phone_index = p_phone
		union select c.ticket from contact c where c.email_index = p_email) x
		where not kept_away(x.ticket, caller_account()) and not denounced(x.ticket, caller_account()) order by x.ticket desc limit cardinality(p_events));
	perform event_write(e.id, p_at, e.ticket, 'contact.searched', 'staff', caller_account(), caller_department(), null, null, null, null,
		jsonb_build_object('purpose', p_purpose)) from unnest(v_found, p_events) e (ticket, id) where e.ticket is not null;
	return (select json_build_object('items', coalesce(json_agg(json_build_object('ticket', t.id, 'code', t.code, 'kind', t.kind, 'state', t.state,
			'holder', department_named(t.holder), 'filed_at', instant(t.filed_at),
			'reads', (select count(*) from event e where e.ticket = t.id and e.type = 'contact.read'),
			'attachments', (select count(*) from attachment a where a.ticket = t.id),
			'published', exists (select from publication p where p.ticket = t.id and p.state = 'published')) order by t.filed_at desc, t.id desc), '[]'),
			'more', cardinality(v_found) = cardinality(p_events))
		from ticket t where t.id = any (v_found));
end $$;

-- --- a new master key ------------------------------------------------------------------------------------------------------------------

create table reseal (
	epoch    bigint not null,
	after    uuid,
	ended_at timestamptz,
	constraint reseal_pk primary key (epoch)
);
comment on table reseal is 'How far sealed records were brought under the master key of an epoch; after its end it begins anew each day, for
what servers with older keys have sealed meanwhile.';
alter table reseal enable row level security;

-- The next contacts in the order of their tickets, of which those under older keys have the rest; then second factors. `last`: up to where
-- this has looked, NULL: to the end. No row: nothing is to be done now.
create function reseal_next(p_epoch bigint, p_limit bigint)
returns table (last uuid, factor boolean, owner uuid, epoch bigint, wrapped bytea, box bytea) language plpgsql security definer
set search_path = tiepdan, pg_temp set enable_seqscan = off set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
declare
	r reseal;
	v_last uuid;
begin
	insert into reseal (epoch) values (p_epoch) on conflict do nothing;
	select * into r from reseal where epoch = p_epoch;
	if r.ended_at > now() - interval '1 day' then
		return;
	end if;
	v_last := (select ticket from contact where ticket > coalesce(r.after, '00000000-0000-0000-0000-000000000000') order by ticket
		offset p_limit - 1 limit 1);
	return query select v_last, null::boolean, null::uuid, null::bigint, null::bytea, null::bytea
		union all select v_last, false, c.ticket, c.epoch, c.wrapped, c.box from contact c
			where c.ticket > coalesce(r.after, '00000000-0000-0000-0000-000000000000') and c.ticket <= coalesce(v_last, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
				and c.epoch < p_epoch and c.wrapped is not null
		union all (select v_last, true, f.account, f.epoch, f.wrapped, f.box from second_factor f where v_last is null and f.epoch < p_epoch);
end $$;

-- Keeps them sealed anew. What has changed meanwhile (erased, another factor) is left alone.
create function reseal_store(p_epoch bigint, p_last uuid, p_factors boolean[], p_owners uuid[], p_olds bytea[], p_wrapped bytea[], p_boxes bytea[])
returns bigint language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_kept bigint;
begin
	perform from contact c where c.ticket = any (p_owners) order by c.ticket for no key update;
	with kept as (
		update contact c set epoch = p_epoch, wrapped = n.wrapped, box = n.box
		from unnest(p_factors, p_owners, p_olds, p_wrapped, p_boxes) n (factor, owner, old, wrapped, box)
		where not n.factor and c.ticket = n.owner and c.box = n.old returning 1),
	factors as (
		update second_factor f set epoch = p_epoch, wrapped = n.wrapped, box = n.box
		from unnest(p_factors, p_owners, p_olds, p_wrapped, p_boxes) n (factor, owner, old, wrapped, box)
		where n.factor and f.account = n.owner and f.box = n.old returning 1)
	select (select count(*) from kept) + (select count(*) from factors) into v_kept;
	update reseal set after = p_last, ended_at = case when p_last is null then now() end where epoch = p_epoch;
	return v_kept;
end $$;

revoke all on reseal from public;
revoke execute on function contact_held, contact_may_go, contact_destroy, contact_erase_tracked, contact_erase, personal_data_search, reseal_next, reseal_store from public;
grant execute on function contact_held, contact_erase_tracked, contact_erase, personal_data_search, reseal_next, reseal_store to tiepdan_app;
