-- Tells the record what was made, and those who follow the feed that nobody has to be told of it: what looks for duplicates, danger and
-- routings to learn from looks at the tickets from `since` on. The search has what they are found by. Reports count all tickets anew: each once,
-- instead of at each of its events.
-- in: event uuid, first int, tickets int, seed int, since uuid
-- out: none int
-- as: owner
with told as (
	select tiepdan.event_write(:'event', now(), null, 'tickets.generated', 'job', null, null, null, null, null, null,
		jsonb_build_object('first', :'first', 'tickets', :'tickets', 'seed', :'seed'))),
notices as (
	update tiepdan.notice_cursor set xid = pg_current_xact_id(), id = 'ffffffff-ffff-ffff-ffff-ffffffffffff' from told where one),
alike as (
	update tiepdan.alike_cursor set xid = pg_current_xact_id(), id = :'since' where one),
triage as (
	update tiepdan.triage_cursor set xid = pg_current_xact_id(), id = :'since' where one),
suggestions as (
	update tiepdan.suggestion_cursor set xid = pg_current_xact_id(), id = :'since' where one),
search as (
	update tiepdan.search_cursor set xid = pg_current_xact_id(), id = 'ffffffff-ffff-ffff-ffff-ffffffffffff' where one),
reports as (
	update tiepdan.report_cursor set xid = '0' where one),
turns as (
	insert into tiepdan.promise_turn (department) select distinct holder from tiepdan.clock where kind = 'answer'
	on conflict (department) do update set changed = true)
select 1 from told
