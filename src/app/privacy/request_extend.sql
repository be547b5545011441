-- More time, once.
-- in: id uuid, version int, reason text, due timestamptz, at timestamptz, event uuid
-- out: body text, etag text
select body, etag from tiepdan.data_request_extend(:'id', :'version', :'reason', :'due', :'at', :'event')
