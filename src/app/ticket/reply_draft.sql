-- Keeps a draft of the reply.
-- in: id uuid, ticket uuid, version int, text text, at timestamptz, event uuid
-- out: body text, etag text
select body, etag from tiepdan.reply_draft(:'id', :'ticket', :'version', :'text', :'at', :'event')
