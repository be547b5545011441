-- Stores what is compared of the tickets of these events, and the keys by which they are looked up: parallel arrays of both.
-- in: after_xid text, after_id uuid, xid text, id uuid, read int, tickets uuid[], cells int[], matters int[], marks text[],
-- signatures bytea[], key_tickets uuid[], keys int[], now timestamptz, names int[]
-- out: stored int
-- as: definer
select tiepdan.alike_store(:'after_xid', :'after_id', :'xid', :'id', :'read', :'tickets', :'cells', :'matters', :'marks', :'signatures',
	:'key_tickets', :'keys', :'now', :'names') as stored
