-- An internal note.
-- in: id uuid, ticket uuid, text text, at timestamptz
-- out: written text
select tiepdan.note_write(:'id', :'ticket', :'text', :'at')::text as written
