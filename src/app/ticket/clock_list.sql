-- The clocks of a ticket as staff see them, with what is needed to tell the time that is left.
-- in: ticket uuid, now timestamptz, soon timestamptz
-- out: clock text, due_ms int, calendar text, unit text, runs bool
select item as clock, (extract(epoch from due_at) * 1000)::bigint as due_ms, calendar, unit, runs
from tiepdan.ticket_clocks(:'ticket', :'now', :'soon')
