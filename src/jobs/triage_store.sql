-- Stores the suggestions of these events: parallel arrays, one element a ticket and kind.
-- in: after_xid text, after_id uuid, xid text, id uuid, read int, tickets uuid[], kinds text[], scores int[], words text[],
-- now timestamptz
-- out: stored int
-- as: definer
select tiepdan.triage_store(:'after_xid', :'after_id', :'xid', :'id', :'read', :'tickets', :'kinds', :'scores', :'words', :'now') as stored
