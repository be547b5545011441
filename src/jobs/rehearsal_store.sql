-- Stores what was found in the next tickets of a rehearsal: parallel arrays of those that change, and the places of rules that had a say.
-- in: id uuid, active uuid, filed_to text, ticket_to uuid, filed_at text, ticket uuid, read int, undecided int, places int[], tickets uuid[],
-- from_departments int[], to_departments int[], rules text[], departments bool[], levels bool[], profiles bool[], visibilities bool[],
-- cohandlers bool[], used int[]
-- out: stored bool
-- as: definer
select tiepdan.rehearsal_store(:'id', :'active', :'filed_to'::timestamptz, :'ticket_to', :'filed_at'::timestamptz, :'ticket', :'read', :'undecided',
	:'places', :'tickets', :'from_departments', :'to_departments', :'rules', :'departments', :'levels', :'profiles', :'visibilities',
	:'used', :'cohandlers') as stored
