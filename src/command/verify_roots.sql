-- Roots behind a number, with their entries.
-- in: after int, limit int
-- out: number int, at_ms int, events int, first_us int, last_us int, root bytea, previous bytea, chain bytea, kid text, signature bytea, entries bytea
-- as: owner
select number, (extract(epoch from at) * 1000)::bigint as at_ms, events::bigint, (extract(epoch from first_at) * 1000000)::bigint as first_us,
	(extract(epoch from last_at) * 1000000)::bigint as last_us, root, previous, chain, kid, signature, entries
from tiepdan.record_root where number > :'after' order by number limit :'limit'
