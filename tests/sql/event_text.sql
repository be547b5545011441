-- The words of people stand apart from the events: who sees the event reads them, and they can be taken away without breaking it.
begin;
set search_path = test, tiepdan, public;
select plan(18);
create temp table t as select * from file('HN-SXD', p_contact := '\x01');
create function pg_temp.t() returns uuid language sql as $$ select id from t $$;
select move('officer.HN-SXD', pg_temp.t(), 'return', p_reason := 'Việc của phường, bà Nguyễn Thị Hoa đã hỏi ở đó.');
create temp table e as select * from event where ticket = pg_temp.t() and type = 'ticket.returned';
grant select on e, t to tiepdan_app;
select is((select count(*) from e), 1::bigint, 'it went back');
select ok((select data::text !~ 'Hoa' and not data ? 'reason' from e), 'the event does not say in whose words');
select is((select array_agg(name) from event_text where event = (select id from e)), '{reason}', 'they stand apart');
select is((select data->'apart'->>'reason' from e), (select event_commitment(salt, text) from event_text where event = (select id from e)),
	'and the event vouches for them');
select isnt(event_commitment(gen_random_uuid(), 'Vâng'), event_commitment(gen_random_uuid(), 'Vâng'), 'the same words look different each time');
select is((select e.hash from e), (select event_hash(id, at, ticket, type, actor_kind, actor, department, from_state, to_state, public_vi, public_en, data)
	from e), 'the hash is that of what is kept');

-- Who sees the event reads them.
create function pg_temp.told() returns text language sql as $$
	select event_told(id, data)->>'reason' from event where ticket = (select id from t) and type = 'ticket.returned'
$$;
select enter('coordinator.HN-EIC');
set local role tiepdan_app;
select is(pg_temp.told(), 'Việc của phường, bà Nguyễn Thị Hoa đã hỏi ở đó.', 'the hub reads why');
select is(event_told(gen_random_uuid(), '{"kind": "x"}'), '{"kind": "x"}', 'other data is as it is');
select is(event_told(gen_random_uuid(), null), null, 'and so is none');
reset role;
select enter('officer.HN-TTRA');
set local role tiepdan_app;
select is(event_told((select id from e), (select data from e)), (select data - '{apart,ticket}'::text[] from e), 'who does not see the event does not read the words');
select is((select count(*) from event_text), 0::bigint, 'nor any');
reset role;

-- Reading a contact.
select enter('coordinator.HN-EIC');
select contact_read(pg_temp.t(), 'gọi lại cho bà Hoa', gen_random_uuid());
select ok((select data::text !~ 'Hoa' and event_told(id, data)->>'purpose' = 'gọi lại cho bà Hoa' from event where type = 'contact.read'
	and ticket = pg_temp.t()), 'what a contact was read for stands apart, too');

-- What is not there is not read.
create function pg_temp.told_of(p_ticket uuid) returns text language plpgsql as $$
declare
	v_constraint text;
	v_detail text;
begin
	perform contact_read(p_ticket, 'gọi lại', gen_random_uuid());
	return 'ok';
exception when sqlstate 'TD404' then
	get stacked diagnostics v_constraint = constraint_name, v_detail = pg_exception_detail;
	return v_constraint || v_detail;
end $$;
select id as none, number from file('HN-SXD') \gset
select enter('coordinator.HN-EIC');
select is(pg_temp.told_of(:'none'), '', 'who gave no contact has none');
select contact_destroy(pg_temp.t(), '2026-01-02 03:04:05.678+00');
select is(pg_temp.told_of(pg_temp.t()), 'contact_erased{"erased_at" : "2026-01-02T03:04:05.678Z"}', 'what was erased says when');
select is((select count(*) from event where type = 'contact.read' and ticket in (pg_temp.t(), :'none')), 1::bigint, 'and neither is on record as read');
select enter('officer.HN-SXD');
select is(attempt(format('select contact_read(%L, %L, gen_random_uuid())', :'none', 'gọi lại')), 'TD403', 'nor told to those who may not read one');

-- Taken away.
delete from event_text where event = (select id from e);
select is(pg_temp.told(), null, 'gone');
select is((select count(*) from event where ticket = pg_temp.t() and hash <> event_hash(id, at, ticket, type, actor_kind, actor, department,
	from_state, to_state, public_vi, public_en, data)), 0::bigint, 'and nothing is broken');
select * from finish();
rollback;
