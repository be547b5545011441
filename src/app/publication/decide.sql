-- A move of the publication by staff: publish, share, drop, hide.
-- in: ticket uuid, version int, action text, reason text, key text, at timestamptz, event uuid
-- out: body text, etag text
select body, etag from tiepdan.publication_decide(:'ticket', :'version', :'action', :'reason', :'key', :'at', :'event')
