-- Ties tickets, filed just before, to those that their citizens join: parallel arrays. What each is told is NULL for a key of another request.
-- in: tickets uuid[], once_keys bytea[], once_fingerprints bytea[], intos uuid[], at timestamptz[], events uuid[]
-- out: ord int, outcome text, number int, generation int, joined text
-- as: definer
select ord, outcome, number, generation, joined
from tiepdan.tickets_join(:'tickets', :'once_keys', :'once_fingerprints', :'intos', :'at', :'events')
