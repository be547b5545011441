-- Ties parts, filed just before, to the ticket that is split; files go to the part at the same place.
-- in: ticket uuid, version int, parts uuid[], files uuid[], file_parts uuid[], reason text, at timestamptz, event uuid
-- out: body text, etag text
select body, etag from tiepdan.ticket_split(:'ticket', :'version', :'parts', :'files', :'file_parts', :'reason', :'at', :'event')
