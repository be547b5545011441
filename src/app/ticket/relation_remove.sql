-- Takes a relation away.
-- in: ticket uuid, relation uuid, at timestamptz
-- out: removed text
select tiepdan.relation_remove(:'ticket', :'relation', :'at')::text as removed
