-- Tickets that the caller sees, by words, with the texts that these may stand in. A row without an item: there may be more, and the list goes
-- on behind its key, where it has one. With a code: that ticket alone.
-- in: needed text, begun text[], typed text, number int, code text, states text[], kind text, category text, area text, holder text,
-- from date, to date, best bool, now timestamptz, soon timestamptz, after text, limit int
-- out: item text, key text, due_ms int, calendar text, unit text, title text, place text, text text, said text, partial bool
-- pool: search
select item, key, (extract(epoch from due_at) * 1000)::bigint as due_ms, calendar, unit, title, place, text, said, partial
from tiepdan.ticket_search(:'needed', :'begun', :'typed', :'number', :'code', :'states', :'kind', :'category', :'area', :'holder', :'from', :'to',
	:'best', :'now', :'soon', :'after', :'limit')
