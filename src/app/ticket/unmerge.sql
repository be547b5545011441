-- Takes a merge back.
-- in: ticket uuid, version int, reason text, at timestamptz, event uuid
-- out: body text, etag text
select body, etag from tiepdan.ticket_unmerge(:'ticket', :'version', :'reason', :'at', :'event')
