-- The record: events are put under signed roots in batches, in the order of the feed (civil/record.h), so that nobody can change, remove,
-- add or exchange one later without its being found (`tiepdan verify record`). A root names the one before it, and the key that signs is
-- outside the database. A batch keeps the ids and hashes of its events: it is found again after a restore, when the places in the feed
-- are others.
set local search_path = tiepdan, public;

create table record_root (
	number    bigint not null,
	at        timestamptz not null,
	events    int not null,
	first_at  timestamptz not null,
	last_at   timestamptz not null,
	root      bytea not null,
	previous  bytea not null,
	chain     bytea not null,
	kid       text not null,
	signature bytea not null,
	entries   bytea not null,
	constraint record_root_pk primary key (number),
	constraint record_root_chain unique (chain),
	constraint record_root_number check (number > 0),
	constraint record_root_events check (events > 0 and octet_length(entries) = events * 56),
	constraint record_root_hashed check (length(root) = 32 and length(previous) = 32 and length(chain) = 32),
	constraint record_root_signed check (length(signature) = 64)
);
alter table record_root alter column entries set storage external;	-- hashes do not get smaller
create index record_root_last on record_root (last_at, number);
comment on table record_root is 'Batches of events with their signed roots: immutable, without gaps.';
comment on column record_root.at is 'when it was sealed; first_at and last_at are the least and the greatest time of its events';
comment on column record_root.chain is 'SHA-256 of the statement that is signed (record_statement() of civil/record.h)';
comment on column record_root.entries is 'of each event in order: its time (microseconds since 1970, 8 bytes), its id (16), its hash (32)';

create function record_stays() returns trigger language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	raise exception 'the record is never changed' using errcode = 'restrict_violation';
end $$;
create trigger record_stays before update or delete on record_root for each row execute function record_stays();
create trigger record_stays_whole before truncate on record_root execute function record_stays();

create table record_cursor (
	one boolean not null default true,
	xid xid8 not null,
	id  uuid not null,
	constraint record_cursor_pk primary key (one),
	constraint record_cursor_one_row check (one)
);
comment on table record_cursor is 'The last event of the feed that is under a root. It moves in the transaction that stores the root.';
insert into record_cursor (xid, id) values ('0', '00000000-0000-0000-0000-000000000000');	-- what is there is sealed first

-- --- the job worker ------------------------------------------------------------------------------------------------------------

-- The next events of the feed, with the root before theirs (number 0: none).
create function record_next(p_limit bigint)
returns table (after_xid text, after_id uuid, number bigint, chain bytea, xid text, id uuid, at_us bigint, hash bytea)
language plpgsql stable security definer set search_path = tiepdan, pg_temp set jit = off as $$
#variable_conflict use_column
begin
	return query
	select c.xid::text, c.id, coalesce(r.number, 0), coalesce(r.chain, decode(repeat('00', 32), 'hex')), e.xid::text, e.id,
		(extract(epoch from e.at) * 1000000)::bigint, e.hash
	from record_cursor c left join lateral (select number, chain from record_root order by number desc limit 1) r on true
		cross join lateral (select xid, id, at, hash from event e where (e.xid, e.id) > (c.xid, c.id)
			and e.xid < pg_snapshot_xmin(pg_current_snapshot()) order by e.xid, e.id limit p_limit) e
	order by e.xid, e.id;
end $$;
-- Stores a root over the events up to p_xid, p_id. Nothing when somebody else has been there since the read. Returns how many they were.
create function record_store(p_after_xid text, p_after_id uuid, p_xid text, p_id uuid, p_number bigint, p_at timestamptz, p_events bigint,
	p_first_us bigint, p_last_us bigint, p_root bytea, p_previous bytea, p_chain bytea, p_kid text, p_signature bytea, p_entries bytea)
returns bigint language plpgsql security definer set search_path = tiepdan, pg_temp as $$
begin
	update record_cursor set xid = p_xid::xid8, id = p_id
		where one and (xid, id) = (p_after_xid::xid8, coalesce(p_after_id, '00000000-0000-0000-0000-000000000000'));
	if not found then
		return 0;
	end if;
	insert into record_root (number, at, events, first_at, last_at, root, previous, chain, kid, signature, entries)
	values (p_number, p_at, p_events, timestamptz 'epoch' + p_first_us * interval '1 us', timestamptz 'epoch' + p_last_us * interval '1 us',
		p_root, p_previous, p_chain, p_kid, p_signature, p_entries);
	return p_events;
end $$;

-- --- the feed after a restore ------------------------------------------------------------------------------------------------------

-- As in 0044; three followers need four places, and no cluster has numbers as small as 16 for its own transactions.
create or replace function event_stays() returns trigger language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_xid xid8;
begin
	if tg_op = 'UPDATE' then
		v_xid := new.xid;
		new.xid := old.xid;
		if new is not distinct from old and v_xid < '16' then
			new.xid := v_xid;
			return new;
		end if;
	end if;
	raise exception 'events are never changed' using errcode = 'restrict_violation';
end $$;
-- Followers that have to see each event exactly once.
create function feeds_places() returns table (follower text, xid xid8, id uuid) language plpgsql stable set search_path = tiepdan, pg_temp as $$
#variable_conflict use_column
begin
	return query select 'notice', xid, id from notice_cursor union all select 'triage', xid, id from triage_cursor
		union all select 'record', xid, id from record_cursor;
end $$;
create or replace function feeds_foreign() returns boolean language plpgsql stable set search_path = tiepdan, pg_temp as $$
declare
	v_end xid8 := feeds_end();
begin
	return exists (select from event where xid >= v_end) or exists (select from feeds_places() where xid > v_end);
end $$;
-- As in 0044: an event's place is the number of followers that have not read it, and a follower's the number of those that have read less.
create or replace function feeds_resume() returns bigint language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_last constant uuid := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
	v_until timestamptz;
	v_moved bigint;
begin
	perform from notice_cursor where one for update;
	perform from triage_cursor where one for update;
	perform from record_cursor where one for update;
	if not feeds_foreign() then
		return 0;
	end if;
	v_until := (select max(at) from event where xid >= feeds_end());
	create temp table feeds_before on commit drop as select * from feeds_places();
	update event e set xid = p.place
		from (select at, id, (select count(*) from feeds_before f where (f.xid, f.id) < (v.xid, v.id))::text::xid8 as place
			from event v where at <= v_until) p
		where e.at = p.at and e.id = p.id and e.xid <> p.place;
	get diagnostics v_moved = row_count;
	create temp table feeds_after on commit drop as
		select f.follower, (select count(*) from feeds_before o where (o.xid, o.id) < (f.xid, f.id))::text::xid8 as xid from feeds_before f;
	update notice_cursor set id = v_last, xid = (select xid from feeds_after where follower = 'notice');
	update triage_cursor set id = v_last, xid = (select xid from feeds_after where follower = 'triage');
	update record_cursor set id = v_last, xid = (select xid from feeds_after where follower = 'record');
	return v_moved;
end $$;

-- --- who reads it ----------------------------------------------------------------------------------------------------------------

-- Roots are for everybody; the ids and hashes of events are not read but by the functions of receipts.
alter table record_root enable row level security;
create policy record_root_seen on record_root for select to tiepdan_app using (true);
revoke all on record_root, record_cursor from public;
grant select (number, at, events, first_at, last_at, root, previous, chain, kid, signature) on record_root to tiepdan_app;
revoke execute on function record_stays, record_next, record_store, feeds_places from public;
grant execute on function record_next, record_store to tiepdan_app;
