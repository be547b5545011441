-- Files of citizens and staff. A row begins as an upload that belongs to nobody; whoever holds its token links it to a
-- ticket. The bytes are files of the store (base/store.h), which this table names by their SHA-256.
set local search_path = tiepdan, public;

insert into setting values
	('uploads_address_most', 40, 'uploads of one address that no ticket has, or that wait for their check; fewer, the less room there is'),
	('uploads_mib_most', 5120, 'room for all uploads that no ticket has, MiB'),
	('uploads_begun_kib', 256, 'of it, what an upload takes that has begun, besides what has arrived, KiB'),
	('uploads_idle_minutes', 15, 'an upload on its way of which nothing arrives for so long is forgotten'),
	('uploads_keep_hours', 24, 'an upload that no ticket has by then is forgotten'),
	('uploads_keep_hours_full', 1, 'the same while more than three quarters of the room are taken'),
	('attachments_mib_most', 512000, 'room for all files of citizens that tickets have, MiB'),
	('attachments_citizen_most', 20, 'files of the citizen at one ticket'),
	('attachments_staff_most', 40, 'files of staff at one ticket'),
	('attachment_attempts_most', 5, 'a file whose check did not end so often is refused');

create table attachment (
	id          uuid not null,
	at          timestamptz not null,
	state       text not null default 'uploading',
	form        boolean not null,
	size        bigint not null,
	name        text,
	address     bytea,
	site        bytea,
	arrived     bigint not null default 0,
	lease_until timestamptz not null default '-infinity',
	attempts    int not null default 0,
	reason      text,
	type        text,
	bytes       bigint,
	hash        bytea,
	thumbnail   bytea,
	width       int,
	height      int,
	ticket      uuid,
	purpose     text,
	linked_at   timestamptz,
	author      uuid,
	department  bigint,
	counted     bigint not null default 0,
	constraint attachment_pk primary key (id),
	constraint attachment_author_fk foreign key (author) references account,
	constraint attachment_state check (state in ('uploading', 'checking', 'ready', 'refused')),
	constraint attachment_reason check ((state = 'refused') = (reason is not null)),
	constraint attachment_ready check ((state = 'ready') = (hash is not null) and num_nonnulls(hash, type, bytes) in (0, 3)),
	constraint attachment_sizes check (size > 0 and length(hash) = 32 and length(thumbnail) = 32 and length(address) = 32 and length(site) = 32),
	constraint attachment_name_length check (char_length(name) between 1 and 100),
	constraint attachment_purpose check (purpose in ('citizen', 'evidence', 'reply', 'note')),
	constraint attachment_linked check (num_nonnulls(ticket, purpose, linked_at) in (0, 3)),
	constraint attachment_address check (ticket is null or state = 'checking' or num_nonnulls(address, site) = 0),
	constraint attachment_side check ((author is null) = (department is null) and (author is null or purpose <> 'citizen'))
);
create index attachment_loose on attachment (at) include (state, size, bytes, arrived) where ticket is null;
create index attachment_on_its_way on attachment (at) where state = 'uploading';
create index attachment_of_address on attachment (address) where address is not null;
create index attachment_of_site on attachment (site) where site is not null;
create index attachment_checking on attachment (lease_until, at) where state = 'checking';
create index attachment_uncounted on attachment (id) where ticket is not null and author is null
	and counted <> case state when 'refused' then 0 else greatest(size, bytes) end;
create index attachment_of_ticket on attachment (ticket, linked_at, id) where ticket is not null;
create index attachment_hash on attachment (hash) where hash is not null;
create index attachment_thumbnail on attachment (thumbnail) where thumbnail is not null;
comment on column attachment.form is 'it came as one form, so nobody goes on with it when it breaks off';
comment on column attachment.size is 'announced, until it is complete; then as it came';
comment on column attachment.name is 'as the sender called it, cleaned; the store never sees it';
comment on column attachment.address is 'keyed blind index of the sender''s address block, until a ticket has the file and it is checked';
comment on column attachment.site is 'the same of the larger block that one party can have: /48 of IPv6';
comment on column attachment.arrived is 'of an upload on its way, when it was looked at last';
comment on column attachment.bytes is 'of what is kept: images are made anew';
comment on column attachment.author is 'NULL: the citizen';
comment on column attachment.counted is 'what attachment_total has of it';

create table attachment_total (
	one   boolean not null default true,
	bytes bigint not null default 0,
	constraint attachment_total_pk primary key (one),
	constraint attachment_total_one_row check (one)
);
comment on table attachment_total is 'The files of citizens that tickets have. The job worker counts, so that filings do not wait for each other.';
insert into attachment_total default values;

alter table attachment enable row level security;
-- Internal notes are not for leaders, and neither is what hangs on them.
create policy attachment_seen on attachment for select to tiepdan_app
	using (exists (select from ticket t where t.id = attachment.ticket) and (purpose <> 'note'
		or (select caller_roles() && (array['auditor'] || array(select role from role_right where might = 'note')))));

-- --- uploads -------------------------------------------------------------------------------------------------------------

-- The part of the room that uploads take which no ticket has. Announcing a size costs nothing, so it takes nothing: what is on its
-- way takes what has arrived and a share; what is complete takes what came or what is kept, whichever is more.
create function uploads_taken() returns numeric language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_share constant bigint := (select value * 1024::bigint from setting where name = 'uploads_begun_kib');
begin
	return (select coalesce(sum(case state when 'uploading' then arrived + v_share when 'refused' then 0 else greatest(size, bytes) end), 0)
		/ (select nullif(value, 0) * 1048576.0 from setting where name = 'uploads_mib_most') from attachment where ticket is null);
end $$;

-- Everything that a stranger can make grow has an end. TD560: too many of one address or of one site, which may have as many as
-- four addresses; that is fewer, the less room is left, so that it takes many addresses to take the last of it. TD561: no room.
create function upload_begin(p_id uuid, p_form boolean, p_size bigint, p_name text, p_address bytea, p_site bytea, p_at timestamptz)
returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_free numeric;
	v_most bigint;
begin
	perform pg_advisory_xact_lock(hashtext('tiepdan.uploads'));
	v_free := 1 - coalesce(uploads_taken(), 1);
	select ceil(value * v_free) into v_most from setting where name = 'uploads_address_most';
	if v_free <= 0 or (select bytes from attachment_total)
			>= (select value from setting where name = 'attachments_mib_most') * 1048576::bigint then
		raise exception 'no room for uploads' using errcode = 'TD561';
	elsif (select count(*) from attachment where address = p_address) >= v_most
			or (select count(*) from attachment where site = p_site) >= 4 * v_most then
		raise exception 'too many uploads of this address' using errcode = 'TD560';
	end if;
	insert into attachment (id, at, form, size, name, address, site) values (p_id, p_at, p_form, p_size, p_name, p_address, p_site);
end $$;

create function upload_show(p_id uuid)
returns table (state text, form boolean, size bigint, reason text, type text, linked boolean)
language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	return query select a.state, a.form, a.size, a.reason, a.type, a.ticket is not null from attachment a where a.id = p_id;
	if not found then
		raise exception 'no such upload' using errcode = 'TD404';
	end if;
end $$;

-- More of it is about to arrive: not when there is no room, whatever it began with.
create function upload_go_on(p_id uuid)
returns table (state text, form boolean, size bigint) language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	return query select u.state, u.form, u.size from upload_show(p_id) u;
	if coalesce(uploads_taken(), 1) >= 1 then
		raise exception 'no room for uploads' using errcode = 'TD561';
	end if;
end $$;

-- All bytes are on the disk. Somebody who says so twice has said so once.
create function upload_complete(p_id uuid, p_size bigint, p_name text) returns void
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	update attachment set state = 'checking', size = p_size, name = coalesce(p_name, name) where id = p_id and state = 'uploading';
	if not found and not exists (select from attachment where id = p_id) then
		raise exception 'no such upload' using errcode = 'TD404';
	end if;
end $$;

-- TD564: a ticket has it already.
create function upload_drop(p_id uuid) returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	delete from attachment where id = p_id and ticket is null;
	if found then
		return;
	elsif exists (select from attachment where id = p_id) then
		raise exception 'the upload is linked' using errcode = 'TD564';
	end if;
	raise exception 'no such upload' using errcode = 'TD404';
end $$;

-- --- linking -------------------------------------------------------------------------------------------------------------

-- Links an upload to a ticket that is locked; false when it is linked there already. TD562: there is none, or another ticket
-- has it; TD563: it is not complete; TD565: it was refused; TD566: the ticket has as many as it may have.
create function attachment_link(p_ticket uuid, p_upload uuid, p_purpose text, p_author uuid, p_department bigint, p_at timestamptz)
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
		raise exception 'the upload was refused: %', a.reason using errcode = 'TD565';
	elsif (select count(*) from attachment where ticket = p_ticket and (author is null) = (p_author is null)) >= (select value from setting
			where name = case when p_author is null then 'attachments_citizen_most' else 'attachments_staff_most' end) then
		raise exception 'the ticket has all the files it may have' using errcode = 'TD566';
	end if;
	update attachment set ticket = p_ticket, purpose = p_purpose, linked_at = p_at, author = p_author, department = p_department,
		address = case state when 'checking' then address end, site = case state when 'checking' then site end where id = p_upload;
	return true;
end $$;

create function tracking_attach(p_number bigint, p_generation bigint, p_upload uuid, p_at timestamptz, p_event uuid)
returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_tracked(p_number, p_generation, true);
	r ticket := case_root(t);	-- the function comes with 0032
begin
	if r.done and r.state <> 'answered' then
		raise exception 'the ticket is %', r.state using errcode = 'TD409', detail = moves_tracked(t)::text;
	elsif attachment_link(t.id, p_upload, 'citizen', null, null, p_at) then
		update ticket set version = version + 1, updated_at = p_at where id = t.id;
		perform event_write(p_event, p_at, t.id, 'ticket.attached', 'ticket', null, t.holder, null, null,
			'Người gửi phiếu đã đính kèm tệp', 'The citizen attached a file',
			jsonb_build_object('attachment', p_upload, 'purpose', 'citizen'));
		perform event_write(gen_random_uuid(), p_at, r.id, 'ticket.attached', 'ticket', null, r.holder, null, null, null, null,
			jsonb_build_object('attachment', p_upload, 'purpose', 'citizen', 'ticket', t.id)) where r.id <> t.id;
	end if;
end $$;

-- For the staff of the department that holds the ticket.
create function ticket_attach(p_ticket uuid, p_upload uuid, p_purpose text, p_at timestamptz, p_event uuid)
returns void language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_seen(p_ticket);
begin
	perform caller_needs('note');
	if t.holder <> caller_department() then
		raise exception 'another department holds the ticket' using errcode = 'TD403';
	elsif t.done and t.state <> 'answered' then
		raise exception 'the ticket is %', t.state using errcode = 'TD409', detail = moves_of(t)::text;
	elsif attachment_link(t.id, p_upload, p_purpose, caller_account(), caller_department(), p_at) then
		update ticket set version = version + 1, updated_at = p_at where id = t.id;
		perform event_write(p_event, p_at, t.id, 'ticket.attached', 'staff', caller_account(), t.holder, null, null, null, null,
			jsonb_build_object('attachment', p_upload, 'purpose', p_purpose));
	end if;
end $$;

-- The files of filings, parallel arrays, in the transaction of the filing: a ticket that was not made (its key was known) is
-- not there.
create function filed_attach(p_tickets uuid[], p_uploads uuid[], p_at timestamptz[])
returns bigint language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_linked bigint;
begin
	select count(*) into v_linked from (
		select i.ticket, i.upload, i.at, t.holder from unnest(p_tickets, p_uploads, p_at) i (ticket, upload, at)
			join ticket t on t.id = i.ticket order by i.upload offset 0) i
		where attachment_link(i.ticket, i.upload, 'citizen', null, null, i.at);
	perform event_write(gen_random_uuid(), i.at, i.ticket, 'ticket.attached', 'anyone', null, t.holder, null, null, null, null,
			jsonb_build_object('attachments', i.uploads, 'purpose', 'citizen'))
		from (select ticket, at, jsonb_agg(upload order by upload) as uploads from unnest(p_tickets, p_uploads, p_at) u (ticket, upload, at)
			group by ticket, at) i join ticket t on t.id = i.ticket;
	return v_linked;
end $$;

-- --- reading -------------------------------------------------------------------------------------------------------------

create function attachment_item(a attachment) returns json language sql stable parallel safe as $$
	select json_build_object('id', a.id, 'name', a.name, 'purpose', a.purpose, 'state', a.state, 'reason', a.reason, 'type', a.type,
		'bytes', a.bytes, 'width', a.width, 'height', a.height, 'thumbnail', a.thumbnail is not null, 'at', tiepdan.instant(a.linked_at))
$$;

-- What the citizen may see: their own, and what staff added before a reply was published.
create function attachment_told(a attachment) returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	return a.purpose in ('citizen', 'petitioners') or (a.purpose in ('evidence', 'reply') and a.state = 'ready' and exists (
		select from reply r where r.ticket = a.ticket and r.state = 'published' and r.decided_at >= a.linked_at));
end $$;
create function attachments_tracked(p_number bigint, p_generation bigint)
returns text language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	t ticket := ticket_tracked(p_number, p_generation, false);
begin
	return (
		select json_build_object('items', coalesce(json_agg(attachment_item(a) order by a.linked_at, a.id), '[]'))
		from attachment a where a.ticket = t.id and attachment_told(a))::text;
end $$;
create function attachment_tracked(p_number bigint, p_generation bigint, p_id uuid)
returns table (state text, type text, name text, bytes bigint, hash bytea, thumbnail bytea)
language plpgsql security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
declare
	t ticket := ticket_tracked(p_number, p_generation, false);
begin
	return query select a.state, a.type, a.name, a.bytes, a.hash, a.thumbnail from attachment a
		where a.id = p_id and a.ticket = t.id and attachment_told(a);
end $$;

-- --- the job worker ------------------------------------------------------------------------------------------------------

-- A check has ended: whose the file was no longer matters when a ticket has it.
create function attachment_checked() returns trigger language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	if old.state = 'checking' and new.state <> 'checking' and new.ticket is not null then
		new.address := null;
		new.site := null;
	end if;
	return new;
end $$;
create trigger attachment_checked before update of state on attachment for each row execute function attachment_checked();

-- The next file to check: of the site that has the fewest waiting, so that nobody waits for what one sends in heaps; in every
-- fourth second the oldest, so that nobody waits for ever. What was begun too often and never ended (it kills its checker, say)
-- is refused. Whoever claims has an attempt of its own; what an earlier one says after its lease counts for nothing.
create function attachment_claim(p_now timestamptz, p_lease timestamptz)
returns table (id uuid, size bigint, attempt bigint) language plpgsql security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	update attachment set state = 'refused', reason = 'check_failed' where state = 'checking' and lease_until < p_now
		and attempts >= (select value from setting where name = 'attachment_attempts_most');
	return query
	update attachment a set lease_until = p_lease, attempts = attempts + 1
		where a.id = (select c.id from attachment c join (select w.id, count(*) over (partition by coalesce(w.site, uuid_send(w.id))) as waiting
				from attachment w where w.state = 'checking') q on q.id = c.id
			where c.state = 'checking' and c.lease_until < p_now
			order by case when extract(epoch from p_now)::bigint % 4 > 0 then q.waiting end, c.lease_until, c.at limit 1
			for no key update of c skip locked)
		returning a.id, a.size, a.attempts::bigint;
end $$;

-- How an attempt ends. Not true: another one has the file by now.
create function attachment_ready(p_id uuid, p_attempt bigint, p_type text, p_bytes bigint, p_hash bytea, p_thumbnail bytea,
	p_width bigint, p_height bigint)
returns boolean language sql security definer set search_path = tiepdan, pg_temp as $$
	update attachment set state = 'ready', type = p_type, bytes = p_bytes, hash = p_hash, thumbnail = p_thumbnail, width = p_width,
		height = p_height where id = p_id and state = 'checking' and attempts = p_attempt returning true
$$;
create function attachment_refuse(p_id uuid, p_attempt bigint, p_reason text) returns boolean
language sql security definer set search_path = tiepdan, pg_temp as $$
	update attachment set state = 'refused', reason = p_reason where id = p_id and state = 'checking' and attempts = p_attempt
		returning true
$$;
-- Something outside could not be reached: not the fault of the file.
create function attachment_later(p_id uuid, p_attempt bigint, p_until timestamptz) returns boolean
language sql security definer set search_path = tiepdan, pg_temp as $$
	update attachment set lease_until = p_until, attempts = attempts - 1 where id = p_id and state = 'checking'
		and attempts = p_attempt returning true
$$;

-- Uploads on their way, the oldest first.
create function uploads_on_their_way(p_limit bigint)
returns table (id uuid) language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	return query select a.id from attachment a where a.state = 'uploading' order by a.at limit p_limit;
end $$;

-- What their files say: how much has arrived, and when the last of it did (NULL: there is no file). Those that stand still are
-- forgotten, which is what is returned.
create function uploads_seen(p_ids uuid[], p_arrived bigint[], p_moved timestamptz[], p_now timestamptz)
returns bigint language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_idle constant timestamptz := p_now - make_interval(mins => (select value from setting where name = 'uploads_idle_minutes'));
	v_gone bigint;
begin
	with seen as (select * from unnest(p_ids, p_arrived, p_moved) i (id, arrived, moved)),
	gone as (delete from attachment a using seen s where a.id = s.id and a.state = 'uploading' and greatest(a.at, s.moved) < v_idle returning 1)
	select count(*) into v_gone from gone;
	update attachment a set arrived = s.arrived from unnest(p_ids, p_arrived) s (id, arrived)
		where a.id = s.id and a.state = 'uploading' and a.arrived <> s.arrived;
	return v_gone;
end $$;

-- Brings files of citizens that were linked, checked or refused since into the total.
create function attachments_count(p_limit bigint) returns bigint language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_n bigint;
	v_more numeric;
begin
	with due as (select id, counted as before from attachment where ticket is not null and author is null
			and counted <> case state when 'refused' then 0 else greatest(size, bytes) end limit p_limit for no key update skip locked),
	done as (update attachment a set counted = case a.state when 'refused' then 0 else greatest(a.size, a.bytes) end from due
		where a.id = due.id returning a.counted - due.before as more)
	select count(*), coalesce(sum(more), 0) into v_n, v_more from done;
	if v_n > 0 then
		update attachment_total set bytes = bytes + v_more;
	end if;
	return v_n;
end $$;

-- Forgets uploads that no ticket has; earlier when room gets scarce.
create function forget_uploads(p_now timestamptz, p_limit bigint)
returns bigint language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_hours constant int := (select value from setting where name = case when coalesce(uploads_taken(), 1) > 0.75
		then 'uploads_keep_hours_full' else 'uploads_keep_hours' end);
	v_gone bigint;
begin
	delete from attachment where id in (select id from attachment where ticket is null and at < p_now - make_interval(hours => v_hours)
		limit p_limit for update skip locked);
	get diagnostics v_gone = row_count;
	return v_gone;
end $$;

-- Of files that lie in the store: those that no row knows.
create function files_unknown(p_ids uuid[], p_hashes bytea[])
returns table (id uuid, hash bytea) language plpgsql stable security definer set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	return query
	select i.id, null::bytea from unnest(p_ids) i (id)
		where not exists (select from attachment a where a.id = i.id and a.state in ('uploading', 'checking'))
	union all
	select null::uuid, h.hash from unnest(p_hashes) h (hash)
		where not exists (select from attachment a where a.hash = h.hash)
			and not exists (select from attachment a where a.thumbnail = h.hash);
end $$;

revoke execute on all functions in schema tiepdan from public;
grant select on attachment to tiepdan_app;
grant execute on function upload_begin, upload_go_on, upload_show, upload_complete, upload_drop, tracking_attach, ticket_attach, filed_attach,
	attachment_item, attachments_tracked, attachment_tracked, attachment_claim, attachment_ready, attachment_refuse, attachment_later,
	uploads_on_their_way, uploads_seen, attachments_count, forget_uploads, files_unknown to tiepdan_app;
