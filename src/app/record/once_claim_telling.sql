-- As once_claim.sql, but TD616 with the stored answer in DETAIL when that told that a question waits.
-- in: key bytea, fingerprint bytea
-- out: claimed text
-- as: definer
select tiepdan.once_claim_telling(:'key', :'fingerprint')::text as claimed
