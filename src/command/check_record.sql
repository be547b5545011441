-- For how many seconds the oldest event has waited that is under no root of the record.
-- in: none
-- out: waits_s int
-- as: owner
select coalesce(extract(epoch from now() - (select at from tiepdan.record_waiting(1))), 0)::bigint as waits_s
