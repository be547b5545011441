-- Stores a root over events.
-- in: after_xid text, after_id uuid, xid text, id uuid, number int, at timestamptz, events int, first_us int, last_us int, root bytea,
-- previous bytea, chain bytea, kid text, signature bytea, entries bytea
-- out: stored int
-- as: definer
select tiepdan.record_store(:'after_xid', :'after_id', :'xid', :'id', :'number', :'at', :'events', :'first_us', :'last_us', :'root',
	:'previous', :'chain', :'kid', :'signature', :'entries') as stored
