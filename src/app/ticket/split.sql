-- Ties a part, filed just before, to the ticket that is split.
-- in: ticket uuid, version int, part uuid, reason text, at timestamptz, event uuid
-- out: body text, etag text
select body, etag from tiepdan.ticket_split(:'ticket', :'version', :'part', :'reason', :'at', :'event')
