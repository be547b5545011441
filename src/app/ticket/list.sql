-- The queue: tickets the caller sees, due soonest first or filed last first.
-- in: states text[], kind text, category text, area text, level text, standing text, holder text, mine bool, sort text,
-- now timestamptz, after text, limit int
-- out: item text, key text
select item, key
from tiepdan.ticket_list(:'states', :'kind', :'category', :'area', :'level', :'standing', :'holder', :'mine', :'sort', :'now',
	:'after', :'limit')
