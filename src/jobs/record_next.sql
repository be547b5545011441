-- The next events of the feed that are under no root, with the root before theirs (number 0: none).
-- in: limit int
-- out: after_xid text, after_id uuid, number int, at_ms int, events int, root bytea, previous bytea, kid text, signature bytea, xid text,
-- id uuid, at_us int, hash bytea
-- as: definer
select after_xid, after_id, number, at_ms, events, root, previous, kid, signature, xid, id, at_us, hash from tiepdan.record_next(:'limit')
