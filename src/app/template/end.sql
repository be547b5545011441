-- Ends a reply template.
-- in: id uuid, version int, at timestamptz
-- out: ended text
select tiepdan.reply_template_end(:'id', :'version', :'at')::text as ended
