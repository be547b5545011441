-- Relates two tickets.
-- in: id uuid, ticket uuid, kind text, other uuid, reason text, at timestamptz
-- out: written text
select tiepdan.relation_write(:'id', :'ticket', :'kind', :'other', :'reason', :'at')::text as written
