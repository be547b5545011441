-- Relates two tickets.
-- in: id uuid, ticket uuid, kind text, other uuid, number int, code text, reason text, at timestamptz
-- out: written text
select tiepdan.relation_write(:'id', :'ticket', :'kind', tiepdan.ticket_meant(:'other', :'number', :'code'), :'reason',
	:'at')::text as written
