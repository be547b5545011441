-- Roots behind a number and before another one, with their entries.
-- in: after int, until int, limit int
-- out: number int, at_ms int, events int, first_at timestamptz, last_at timestamptz, root bytea, previous bytea, chain bytea, kid text,
-- signature bytea, entries bytea
-- as: owner
select number, (extract(epoch from at) * 1000)::bigint as at_ms, events::bigint, first_at, last_at, root, previous, chain, kid, signature, entries
from tiepdan.record_root where number > :'after' and number < :'until' order by number limit :'limit'
