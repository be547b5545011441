-- The schema, the role of the server, and the book-keeping of migrations.
create schema if not exists tiepdan;

-- The server signs in as tiepdan_app. It owns nothing and gets only what 0016 grants; deployment gives it LOGIN.
do $$
begin
	if not exists (select from pg_roles where rolname = 'tiepdan_app') then
		create role tiepdan_app nologin;
	end if;
exception when duplicate_object then null;	-- roles belong to the cluster: another database may make it just now
end $$;
do $$
begin
	alter role tiepdan_app set jit = off;
exception when insufficient_privilege then
	raise notice 'jit stays on for tiepdan_app: this role may not alter it';
end $$;
grant usage on schema tiepdan to tiepdan_app;

create table if not exists tiepdan.migration (
	version    int not null,
	name       text not null,
	checksum   text not null,
	applied_at timestamptz not null default now(),
	constraint migration_pk primary key (version)
);
comment on table tiepdan.migration is 'Migrations that have run, with the SHA-256 of their text.';

create table if not exists tiepdan.schema_info (
	one           boolean not null default true,
	oldest_binary int not null,
	constraint schema_info_pk primary key (one),
	constraint schema_info_one_row check (one)
);
comment on column tiepdan.schema_info.oldest_binary is
	'A binary whose newest embedded migration is B may serve this schema when oldest_binary <= B <= max(migration.version).';
insert into tiepdan.schema_info (oldest_binary) values (1) on conflict do nothing;

-- For the few exclusion constraints over code and time; a trusted extension, so the owner of the database may add it.
create extension if not exists btree_gist with schema public;
