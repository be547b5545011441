-- The parts of the caller's department that wait, due first, or those that have ended; due_ms is there as long as a part waits.
-- in: ended bool, now timestamptz, soon timestamptz, after text, limit int
-- out: item text, key text, due_ms int, calendar text, unit text
select item, key, (extract(epoch from due_at) * 1000)::bigint as due_ms, calendar, unit
from tiepdan.part_list(:'ended', :'now', :'soon', :'after', :'limit')
