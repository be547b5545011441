-- What decides on another kind or category of a ticket: what it is filed as now, and the level that the hub has given it (absent: that of
-- the filing); refuses what cannot be done.
-- in: ticket uuid, version int
-- out: matter text, category text, area text, against text, level text, at_s int, folded text, language text, channel text
select matter, category, area, against, level, floor(extract(epoch from filed_at))::bigint as at_s, folded,
	language, channel
from tiepdan.path_facts(:'ticket', :'version')
