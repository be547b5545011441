-- Asks the head for more time to answer.
-- in: id uuid, ticket uuid, version int, amount int, reason text, at timestamptz, event uuid
-- out: body text, etag text
select body, etag from tiepdan.extension_request(:'id', :'ticket', :'version', :'amount', :'reason', :'at', :'event')
