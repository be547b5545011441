-- A file has been checked, and what is kept of it is in the store.
-- in: id uuid, type text, bytes int, hash bytea, thumbnail bytea, width int, height int
-- out: done text
-- as: definer
select tiepdan.attachment_ready(:'id', :'type', :'bytes', :'hash', :'thumbnail', :'width', :'height')::text as done
