-- What rules are asked of a ticket that the caller may see, what they said when it was filed, and the last time that it was assigned by
-- the server.
-- in: ticket uuid
-- out: kind text, category text, area text, folded text, language text, channel text, level text, against text, route text, assignment text
select t.kind, t.category, t.area, t.folded, t.language, t.channel, t.level, tiepdan.ticket_against(t.id) as against, t.route::text as route,
	tiepdan.assignment_of(t.id)::text as assignment
from tiepdan.ticket t where t.id = :'ticket' and tiepdan.sees(t)
