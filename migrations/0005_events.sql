-- Events: what happened, immutable, partitioned by month. They are the record and the one feed of everything that
-- follows changes. Ids and times are not in commit order: a follower reads by (xid, id) what lies below
-- pg_snapshot_xmin(pg_current_snapshot()).
set local search_path = tiepdan, public;

create table event (
	id         uuid not null,
	at         timestamptz not null,
	ticket     uuid,
	type       text not null,
	actor_kind text not null,
	actor      uuid,
	department bigint,
	from_state text,
	to_state   text,
	public_vi  text,
	public_en  text,
	data       jsonb,
	hash       bytea not null,
	xid        xid8 not null default pg_current_xact_id(),
	constraint event_pk primary key (at, id),
	constraint event_actor_kind check (actor_kind in ('anyone', 'ticket', 'staff', 'job')),
	constraint event_actor check ((actor_kind = 'staff') = (actor is not null)),
	constraint event_public check ((public_vi is null) = (public_en is null)),
	constraint event_hashed check (length(hash) = 32)
) partition by range (at);
create index event_of_ticket on event (ticket, at, id);
create index event_feed on event (xid, id);
comment on column event.actor_kind is 'as the kinds of callers: anyone files, ticket is a citizen with code and secret';
comment on column event.department is 'the holder after the event; where nothing was handed over, the department of the actor';
comment on column event.public_vi is 'what the citizen is told; NULL: internal';
comment on column event.data is 'facts without personal data';
comment on column event.hash is 'event_hash() of everything but xid';

-- The content hash of an event: SHA-256 of the UTF-8 text of a JSON array of its twelve columns in the order of the table,
-- written as PostgreSQL writes jsonb (", " and ": ", members by length and then by bytes); `at` is in microseconds since
-- 1970. A plain expression, so that it is inlined where thousands are written.
create function event_hash(id uuid, at timestamptz, ticket uuid, type text, actor_kind text, actor uuid, department bigint,
	from_state text, to_state text, public_vi text, public_en text, data jsonb)
returns bytea language sql stable parallel safe as $$
	select sha256(convert_to(jsonb_build_array(id, (extract(epoch from at) * 1000000)::bigint, ticket, type, actor_kind, actor,
		department, from_state, to_state, public_vi, public_en, data)::text, 'UTF8'))
$$;

create table event_default partition of event default;
comment on table event_default is 'Stays empty: make_partitions() runs ahead of time. A row here is found by `tiepdan doctor`.';

create function event_stays() returns trigger language plpgsql as $$
begin
	raise exception 'events are never changed' using errcode = 'restrict_violation';
end $$;
create trigger event_stays before update or delete on event for each row execute function event_stays();
create trigger event_stays_whole before truncate on event execute function event_stays();

-- Makes the partitions of the given number of months ahead of `p_from` (and of its own month). Attaches ready-made
-- tables, which does not block writers. Two jobs at once are harmless. A month of which the default partition has events
-- already (the clock of a server was wrong) stays there; the other months are made. Returns how many were made.
create function make_partitions(p_ahead int, p_from timestamptz default now())
returns int language plpgsql security definer set search_path = tiepdan, pg_temp as $$
declare
	v_month timestamp := date_trunc('month', p_from at time zone 'UTC');
	v_name text;
	v_made int := 0;
begin
	perform pg_advisory_xact_lock(hashtext('tiepdan.make_partitions'));
	for i in 0 .. least(p_ahead, 120) loop
		v_name := to_char(v_month, '"event_"YYYY_MM');
		if to_regclass('tiepdan.' || v_name) is null and not exists (select from event_default
			where at >= v_month at time zone 'UTC' and at < (v_month + interval '1 month') at time zone 'UTC') then
			execute format('create table %I (like event including defaults including constraints)', v_name);
			execute format('alter table event attach partition %I for values from (%L) to (%L)', v_name,
				v_month at time zone 'UTC', (v_month + interval '1 month') at time zone 'UTC');
			v_made := v_made + 1;
		end if;
		v_month := v_month + interval '1 month';
	end loop;
	return v_made;
end $$;
select make_partitions(18, now() - interval '12 months');

-- The one way to write a single event (ticket_file() writes its batch by itself).
create function event_write(id uuid, at timestamptz, ticket uuid, type text, actor_kind text, actor uuid, department bigint,
	from_state text, to_state text, public_vi text, public_en text, data jsonb)
returns void language plpgsql set search_path = tiepdan, pg_temp as $$
begin
	insert into event (id, at, ticket, type, actor_kind, actor, department, from_state, to_state, public_vi, public_en, data, hash)
	values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, event_hash($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12));
end $$;
