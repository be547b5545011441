-- Roots behind a number, with their entries.
-- in: after int, limit int
-- out: number int, at_ms int, events int, root bytea, previous bytea, chain bytea, kid text, signature bytea, entries bytea
-- as: owner
select number, (extract(epoch from at) * 1000)::bigint as at_ms, events::bigint, root, previous, chain, kid, signature, entries
from tiepdan.record_root where number > :'after' order by number limit :'limit'
