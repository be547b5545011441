-- For how many seconds the oldest event has waited that is under no root of the record.
-- in: none
-- out: waits_s int
-- as: owner
select coalesce(extract(epoch from now() - e.at), 0)::bigint as waits_s
from tiepdan.record_cursor c left join lateral (
	select at from tiepdan.event where (xid, id) > (c.xid, c.id) order by xid, id limit 1) e on true
