-- The last root, with the chain value of the one that is known as the last (NULL: there is none of this number); no row: there is no root.
-- in: known int
-- out: number int, at_ms int, events int, root bytea, previous bytea, chain bytea, kid text, signature bytea, known bytea
-- as: definer
-- pool: record
select number, at_ms, events, root, previous, chain, kid, signature, known from tiepdan.record_last(:'known')
