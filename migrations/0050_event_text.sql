-- What people write in their own words about a ticket (why it went back, why a contact was read) may name somebody. It stands apart
-- from the event, which keeps a salted commitment to it: the text can be taken away one day, and the event with its hash stays as
-- it was written, and still proves what the text was as long as there is one. In events of before they stay where they are.
set local search_path = tiepdan, public;

create table event_text (
	event uuid not null,
	at    timestamptz not null,
	name  text not null,
	salt  uuid not null,
	text  text not null,
	constraint event_text_pk primary key (event, name)
);
comment on table event_text is 'The words of people in an event, by their name in event.data; no foreign key: see 0004.';
comment on column event_text.at is 'that of the event: by it its partition is found';
comment on column event_text.salt is 'so that nobody who has the commitment can try out what the text was';

create function event_commitment(p_salt uuid, p_text text) returns text language sql immutable parallel safe as $$
	select encode(sha256(uuid_send(p_salt) || convert_to(p_text, 'UTF8')), 'hex')
$$;
-- The members of the data of an event that are words of people.
create function event_words(p_type text) returns text[] language sql immutable parallel safe as $$
	select case p_type when 'contact.read' then '{purpose}' else '{reason}' end::text[]
$$;
-- Puts the words apart. Returns the data with `apart`, {name: commitment}, in their place.
create function event_part(p_event uuid, p_at timestamptz, p_type text, p_data jsonb) returns jsonb language plpgsql
set search_path = tiepdan, pg_temp as $$
declare
	v_apart jsonb;
begin
	if not coalesce(p_data ?| event_words(p_type), false) then
		return p_data;
	end if;
	with written as (
		insert into event_text (event, at, name, salt, text)
		select p_event, p_at, w.name, gen_random_uuid(), p_data->>w.name from unnest(event_words(p_type)) w (name)
			where p_data->>w.name is not null
		returning name, event_commitment(salt, text) as commitment)
	select jsonb_object_agg(name, commitment) into v_apart from written;
	return p_data - event_words(p_type) || coalesce(jsonb_build_object('apart', v_apart), '{}');
end $$;
-- The data of an event as it was written: with its words, as far as the caller sees the event and they are still there.
create function event_told(p_event uuid, p_data jsonb) returns jsonb language plpgsql stable set search_path = tiepdan, pg_temp as $$
begin
	if not coalesce(p_data ? 'apart', false) then
		return p_data;
	end if;
	return p_data - 'apart' || coalesce((select jsonb_object_agg(name, text) from event_text where event = p_event), '{}');
end $$;

create or replace function event_write(id uuid, at timestamptz, ticket uuid, type text, actor_kind text, actor uuid, department bigint,
	from_state text, to_state text, public_vi text, public_en text, data jsonb)
returns void language plpgsql set search_path = tiepdan, pg_temp as $$
declare
	v_data jsonb := event_part($1, $2, $4, $12);
begin
	insert into event (id, at, ticket, type, actor_kind, actor, department, from_state, to_state, public_vi, public_en, data, hash)
	values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, v_data, event_hash($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, v_data));
end $$;

alter table event_text enable row level security;
create policy event_text_seen on event_text for select to tiepdan_app
	using (exists (select from event e where e.at = event_text.at and e.id = event_text.event));
revoke all on event_text from public;
grant select on event_text to tiepdan_app;
revoke execute on function event_commitment, event_words, event_part, event_told from public;
grant execute on function event_told to tiepdan_app;
