-- The time of all events and entries (NULL: there are none); where the sealer is, how many events are under its last root, which transactions it has
-- passed, and up to which of their events it has come back to them since; which transactions have not ended, and what all that have are before; behind
-- which ticket no event has to say how it stands (NULL: each one has to).
-- in: none
-- out: from_us int, until_us int, xid text, id uuid, passed text, running text, end_xid text, snapshot text, walked uuid, last_events int
-- as: owner
select (extract(epoch from least((select min(at) from tiepdan.event), (select min(first_at) from tiepdan.record_root))) * 1000000)::bigint as from_us,
	(extract(epoch from greatest((select max(at) from tiepdan.event), (select max(last_at) from tiepdan.record_root))) * 1000000)::bigint + 1
		as until_us,
	c.xid::text as xid, c.id, (select string_agg(xid || ' ' || id, ' ') from tiepdan.record_passed) as passed,
	(select string_agg(x::text, ' ') from pg_snapshot_xip(pg_current_snapshot()) x) as running,
	pg_snapshot_xmax(pg_current_snapshot())::text as end_xid, pg_export_snapshot() as snapshot,
	(select ticket from tiepdan.record_walk) as walked,
	(select events::bigint from tiepdan.record_root order by number desc limit 1) as last_events
from tiepdan.record_cursor c
