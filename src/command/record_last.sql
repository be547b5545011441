-- The last root, with the chain value of the one that is known as the last, as the sealer reads it.
-- in: known int
-- out: number int, chain bytea, known bytea
-- as: owner
select number, chain, known from tiepdan.record_last(:'known')
