-- Who held a ticket when, oldest first; until_ms is NULL for the present holder.
-- in: ticket uuid
-- out: code text, name_vi text, name_en text, since_ms int, until_ms int, ended_by text
select code, name_vi, name_en, (extract(epoch from since) * 1000)::bigint as since_ms,
	(extract(epoch from until) * 1000)::bigint as until_ms, ended_by
from tiepdan.holdings_of(:'ticket')
