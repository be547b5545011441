-- What the parts of a ticket that is split are made of.
-- in: ticket uuid, version int
-- out: kind text, area text, location_text text, language text, channel text, anonymous bool,
-- against text, filed_at_ms int, epoch int, wrapped bytea, box bytea, phone_index bytea, email_index bytea
select kind, area, location_text, language, channel, anonymous, tiepdan.ticket_against(:'ticket') as against,
	(extract(epoch from filed_at) * 1000)::bigint as filed_at_ms,
	epoch, wrapped, box, phone_index, email_index
from tiepdan.split_source(:'ticket', :'version')
