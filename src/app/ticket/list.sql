-- The queue: tickets the caller sees, due soonest first or filed last first; due_ms is the due point of the clock that ends
-- first. What is not given, a saved filter gives. With a code: that ticket alone. Of tickets with a tag or flag no more than `most`
-- are looked at: then the last row has no item, and the list goes on behind it.
-- in: filter uuid, states text[], kind text, category text, area text, level text, standing text, holder text, mine bool,
-- person uuid, unassigned bool, sort text, now timestamptz, soon timestamptz, after text, limit int,
-- number int, code text, tag text, flag text, most int, publication text
-- out: item text, key text, due_ms int, calendar text, unit text
select item, key, (extract(epoch from due_at) * 1000)::bigint as due_ms, calendar, unit
from tiepdan.ticket_queue(:'filter', :'states', :'kind', :'category', :'area', :'level', :'standing', :'holder', :'mine', :'person',
	:'unassigned', :'sort', :'now', :'soon', :'after', :'limit', :'number', :'code', :'tag', :'flag', :'most',
	:'publication')
