-- The answer; with a ground of the law (reason_code) the refusal.
-- in: id uuid, version int, reason_code text, text text, at timestamptz, event uuid
-- out: body text, etag text
select body, etag from tiepdan.data_request_end(:'id', :'version', :'reason_code', :'text', :'at', :'event')
