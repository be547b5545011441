-- Stores the words of the tickets of these events: parallel arrays.
-- in: after_xid text, after_id uuid, xid text, id uuid, read int, tickets uuid[], words text[]
-- out: stored int
-- as: definer
select tiepdan.search_store(:'after_xid', :'after_id', :'xid', :'id', :'read', :'tickets', :'words') as stored
