-- A colleague's review of the last version of the reply.
-- in: id uuid, ticket uuid, version int, verdict text, comment text, at timestamptz, event uuid
-- out: written text
select tiepdan.reply_review_write(:'id', :'ticket', :'version', :'verdict', :'comment', :'at', :'event')::text as written
