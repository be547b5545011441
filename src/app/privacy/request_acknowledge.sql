-- The first reply.
-- in: id uuid, version int, text text, at timestamptz, event uuid
-- out: body text, etag text
select body, etag from tiepdan.data_request_acknowledge(:'id', :'version', :'text', :'at', :'event')
