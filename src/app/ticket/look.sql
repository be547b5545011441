-- Tickets as staff see them: parallel arrays, one element for each who looks. Not theirs: no row. The page is NULL for a version and basis that
-- are known; what it is made of is said by look_page(). soon, soon_later: what counts as near now and a minute from now.
-- in: accounts uuid[], sessions uuid[], tickets uuid[], versions int[], bases int[], may text[], now timestamptz, soon timestamptz,
-- soon_later timestamptz
-- out: ord int, refusal text, version int, basis int, page text, fresh_until_ms int
-- as: definer
select ord, refusal, version, basis, page, (extract(epoch from fresh_until) * 1000)::bigint as fresh_until_ms
from tiepdan.tickets_looked(:'accounts', :'sessions', :'tickets', :'versions', :'bases', :'may', :'now', :'soon', :'soon_later')
