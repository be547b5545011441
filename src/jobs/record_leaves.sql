-- The next events of the feed that are under no root, with the root before theirs (number 0: none); `seen` is as of when.
-- in: limit int
-- out: number int, at_ms int, events int, root bytea, previous bytea, kid text, signature bytea, seen text, xid text, id uuid, at_us int,
-- hash bytea
-- as: definer
-- pool: record
select number, at_ms, events, root, previous, kid, signature, seen, xid, id, at_us, hash from tiepdan.record_leaves(:'limit')
