-- Serves what was learned, with the n-grams of the examples: parallel arrays. seen: as learn_due said it.
-- in: grams text[], categories text[], counts int[], now timestamptz, seen text
-- out: version int
-- as: definer
-- pool: slow
select tiepdan.suggestion_publish(:'grams', :'categories', :'counts', :'now', :'seen') as version
