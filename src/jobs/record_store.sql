-- Stores a root over events.
-- in: seen text, xid text, id uuid, number int, at timestamptz, events int, first_us int, last_us int, root bytea,
-- previous bytea, chain bytea, kid text, signature bytea, entries bytea
-- out: stored int
-- as: definer
-- pool: record
select tiepdan.record_store(:'seen', :'xid', :'id', :'number', :'at', :'events', :'first_us', :'last_us', :'root',
	:'previous', :'chain', :'kid', :'signature', :'entries') as stored
