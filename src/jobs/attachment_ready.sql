-- A file has been checked, and what is kept of it is in the store.
-- in: id uuid, attempt int, type text, bytes int, hash bytea, thumbnail bytea, width int, height int
-- out: ended bool
-- as: definer
select tiepdan.attachment_ready(:'id', :'attempt', :'type', :'bytes', :'hash', :'thumbnail', :'width', :'height') as ended
