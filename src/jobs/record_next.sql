-- The next events of the feed that are under no root, with the root before theirs.
-- in: limit int
-- out: after_xid text, after_id uuid, number int, chain bytea, xid text, id uuid, at_us int, hash bytea
-- as: definer
select after_xid, after_id, number, chain, xid, id, at_us, hash from tiepdan.record_next(:'limit')
