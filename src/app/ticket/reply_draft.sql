-- Keeps a draft of the reply that was made from its version `base`. `conflict` instead of a body: somebody was faster.
-- in: id uuid, ticket uuid, base int, text text, at timestamptz, event uuid
-- out: body text, etag text, conflict text
select body, etag, conflict from tiepdan.reply_keep(:'id', :'ticket', :'base', :'text', :'at', :'event')
