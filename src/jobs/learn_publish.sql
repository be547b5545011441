-- Serves what was learned, with the n-grams of the examples: parallel arrays.
-- in: grams text[], categories text[], counts int[], now timestamptz
-- out: version int
-- as: definer
-- pool: slow
select tiepdan.suggestion_publish(:'grams', :'categories', :'counts', :'now') as version
