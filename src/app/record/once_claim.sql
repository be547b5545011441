-- Claims an Idempotency-Key for this unit: TD200 with the stored answer in DETAIL, or TD422, when it is known.
-- in: key bytea, fingerprint bytea
-- out: claimed text
-- as: definer
select tiepdan.once_claim(:'key', :'fingerprint')::text as claimed
