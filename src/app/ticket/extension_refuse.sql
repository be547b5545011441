-- Refuses the time that was asked for.
-- in: ticket uuid, version int, decision text, at timestamptz, event uuid
-- out: body text, etag text
select body, etag from tiepdan.extension_refuse(:'ticket', :'version', :'decision', :'at', :'event')
