-- Tickets as their citizens see them: parallel arrays, one element a ticket. One that is not there has no row; the body is
-- NULL for a version that is known. soon, soon_later: what counts as near now and a minute from now.
-- in: numbers int[], generations int[], known int[], now timestamptz, soon timestamptz, soon_later timestamptz
-- out: ord int, version int, body text, fresh_until_ms int
-- as: definer
select ord, version, body, (extract(epoch from fresh_until) * 1000)::bigint as fresh_until_ms
from tiepdan.tracking_show(:'numbers', :'generations', :'known', :'now', :'soon', :'soon_later')
