-- Files of the store that no row knows.
-- in: ids uuid[], hashes bytea[]
-- out: id text, hash text
-- as: definer
select id::text, encode(hash, 'hex') as hash from tiepdan.files_unknown(:'ids', :'hashes')
